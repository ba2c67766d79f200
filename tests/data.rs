//! The tables of `winpod-data` against themselves, against `winpod`'s lookup and against counts made elsewhere.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../crates/core/build/facts.rs"]
#[allow(dead_code, reason = "the build script uses the rest")]
mod facts;
#[path = "../crates/core/build/table.rs"]
#[allow(dead_code, reason = "the build script uses the rest")]
mod table;

use std::collections::BTreeMap;

use table::{COLUMNS, Row};
use winpod::instance::{self, Hypervisor, InstanceType, NitroReason, Verdict, WindowsReason};
use winpod::windows::{self, Release};
use winpod::{Grade, KubernetesVersion, SourceId, eks};
use winpod_data::{
    CONTROLLER_TYPES, EKS_VERSIONS, FACTS, INSTANCE_TYPES, SOURCES, WINDOWS_BASE_IMAGES, WINDOWS_IMAGES,
    WINDOWS_RELEASES, WINDOWS_UPDATES,
};

fn rows() -> Vec<Row<'static>> {
    table::instance_types("instance-types.csv", INSTANCE_TYPES).unwrap()
}

fn tally<T: Ord>(values: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut tally = BTreeMap::new();
    for value in values {
        *tally.entry(value).or_default() += 1;
    }
    tally
}

// ── Instance types ──────────────────────────────────────────────────────────────────────────────

#[test]
fn the_table_is_its_own_normal_form() {
    let mut text = COLUMNS.join(",") + "\n";
    for row in rows() {
        text += &row.to_csv();
    }
    assert_eq!(text, INSTANCE_TYPES);
}

#[test]
fn each_row_comes_back_through_find() {
    let names = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>();
    assert_eq!(
        names(&mut instance::all().map(InstanceType::name)),
        names(&mut rows().iter().map(|row| row.name))
    );
    for row in rows() {
        let it = instance::find(row.name).unwrap();
        assert_eq!((it.name(), it.enis(), it.enis_total()), (row.name, row.enis, row.enis_total));
        assert_eq!((it.cards(), it.ipv4_per_eni()), (row.cards, row.ipv4_per_eni), "{}", row.name);
        assert_eq!((it.vcpus(), it.memory_mib()), (row.vcpus, row.memory_mib), "{}", row.name);
        assert_eq!(it.hypervisor().map(Hypervisor::name), row.hypervisor, "{}", row.name);
        assert_eq!(it.bare_metal(), row.bare_metal, "{}", row.name);
        assert_eq!(
            names(&mut it.architectures().iter().map(|a| a.name())),
            row.architectures,
            "{}",
            row.name
        );
        assert_eq!(names(&mut it.accelerators().iter().map(|a| a.name())), row.accelerators, "{}", row.name);
        assert_eq!(it.current_generation(), row.current_generation, "{}", row.name);
        assert_eq!(it.windows().verdict.name(), row.windows, "{}", row.name);
        assert_eq!(it.windows().reason.name(), row.windows_reason, "{}", row.name);
        assert_eq!(it.controller_known().listed, row.controller_known, "{}", row.name);
        assert_eq!(it.source().replace(' ', "-"), row.source);
        assert_eq!(it.retired(), row.source != "moto-5.2.5");
        assert_eq!(format!("{}.{}", it.family(), it.size()), row.name);
    }
    for unknown in
        ["", ".", "m5", "m5.", "m5.Large", "m5.large ", "m5.large\0", "c7i.32xlarge", "c8g-flex.large"]
    {
        assert_eq!(instance::find(unknown), None, "{unknown:?}");
    }
}

#[test]
fn counts() {
    let rows = rows();
    assert_eq!(rows.len(), 1415);
    let verdicts = tally(rows.iter().map(|row| (row.windows, row.windows_reason)));
    assert_eq!(
        verdicts.into_iter().collect::<Vec<_>>(),
        [
            (("no", "accelerator"), 33),
            (("no", "architecture"), 427),
            (("unknown", "no-evidence"), 7),
            (("yes", "x86-64"), 948)
        ]
    );
    let sources = tally(rows.iter().map(|row| row.source));
    assert_eq!(
        sources.into_iter().collect::<Vec<_>>(),
        [("moto-5.1.0", 8), ("moto-5.1.22", 6), ("moto-5.2.0", 6), ("moto-5.2.5", 1395)]
    );
    assert_eq!(instance::all().filter(|it| it.retired()).count(), 20);
    assert_eq!(rows.iter().filter(|row| row.controller_known).count(), 1164);
    assert_eq!(tally(rows.iter().map(|row| row.name.split('.').next())).len(), 198);
    assert_eq!(tally(rows.iter().map(|row| row.name.split('.').nth(1))).len(), 31);
    let multi_card = |row: &&Row<'_>| row.source == "moto-5.2.5" && row.enis != row.enis_total;
    assert_eq!(rows.iter().filter(multi_card).count(), 71);

    // The accelerators of the newest release.
    let newest = || rows.iter().filter(|row| row.source == "moto-5.2.5");
    let accelerators = tally(newest().flat_map(|row| row.accelerators.iter().copied()));
    assert_eq!(
        accelerators.into_iter().collect::<Vec<_>>(),
        [("fpga", 3), ("gpu", 65), ("inference", 9), ("media", 3), ("neuron", 13)]
    );
}

#[test]
fn counts_of_the_types_that_run_windows() {
    let eligible = || instance::all().filter(|it| it.windows().verdict == Verdict::Yes);
    assert_eq!(eligible().filter(|it| it.bare_metal()).count(), 94);
    assert_eq!(eligible().filter(|it| it.nitro().supported).count(), 868);
    assert_eq!(eligible().filter(|it| it.nitro().reason == NitroReason::Xen).count(), 80);
    assert_eq!(eligible().filter(|it| it.controller_known().listed).count(), 789);

    let slots = tally(eligible().map(|it| it.ipv4_per_eni() - 1));
    assert_eq!(
        slots.into_iter().collect::<Vec<_>>(),
        [
            (1, 9),
            (2, 2),
            (3, 14),
            (4, 2),
            (5, 7),
            (9, 63),
            (11, 3),
            (14, 143),
            (19, 34),
            (29, 232),
            (39, 13),
            (49, 265),
            (63, 161)
        ]
    );
    let prefix =
        eligible().filter(|it| it.nitro().supported).map(|it| (u16::from(it.ipv4_per_eni()) - 1) * 16);
    let below: Vec<_> = tally(prefix.filter(|addresses| *addresses < 110)).into_iter().collect();
    assert_eq!(below, [(16, 6), (32, 2), (48, 12), (64, 2), (80, 3)]);
}

#[test]
fn counts_of_the_controllers_table() {
    let listed = || instance::all().filter(|it| it.controller_known().listed);
    let slots = tally(listed().map(|it| it.ipv4_per_eni() - 1));
    assert_eq!(slots[&49], 337);
    assert_eq!(slots[&14], 218);
    assert_eq!(listed().filter(|it| it.bare_metal()).count(), 116);
    assert_eq!(listed().filter(|it| it.nitro().reason == NitroReason::Hypervisor).count(), 968);
    assert_eq!(listed().filter(|it| it.nitro().reason == NitroReason::Xen).count(), 80);
    let missing = || instance::all().filter(|it| !it.controller_known().listed);
    assert_eq!(missing().count(), 251);
    assert_eq!(missing().filter(|it| it.windows().verdict == Verdict::Yes).count(), 159);
}

#[test]
fn examples() {
    let slots = |name| instance::find(name).map(|it| it.ipv4_per_eni() - 1);
    for (name, expected) in [
        ("t3.medium", 5),
        ("t3.large", 11),
        ("m5.large", 9),
        ("m5.xlarge", 14),
        ("m5.4xlarge", 29),
        ("m7i.48xlarge", 49),
    ] {
        assert_eq!(slots(name), Some(expected), "{name}");
    }
    let cards = |name| instance::find(name).map(|it| (it.enis(), it.enis_total(), it.cards()));
    assert_eq!(cards("i7ie.48xlarge"), Some((8, 15, 2)));
    assert_eq!(cards("trn1n.32xlarge"), Some((5, 80, 16)));
    let reason = |name| instance::find(name).map(|it| it.windows().reason);
    assert_eq!(reason("mac1.metal"), Some(WindowsReason::Architecture));
    assert_eq!(reason("g4ad.xlarge"), Some(WindowsReason::X86_64));
    assert_eq!(reason("dl1.24xlarge"), Some(WindowsReason::Accelerator));
}

#[test]
fn bounds() {
    let rows = rows();
    assert_eq!(rows.iter().map(|row| row.vcpus).max(), Some(896));
    assert_eq!(rows.iter().map(|row| row.memory_mib).max(), Some(33_554_432));
    assert_eq!(rows.iter().map(|row| row.enis).max(), Some(24));
    assert_eq!(rows.iter().map(|row| row.enis_total).max(), Some(80));
    assert_eq!(rows.iter().map(|row| row.ipv4_per_eni).max(), Some(64));
    assert_eq!(rows.iter().map(|row| row.ipv4_per_eni).min(), Some(2));
    assert!(rows.iter().all(|row| row.vcpus != 30), "the cap of managed groups turns at 30 vCPUs");
}

// ── Windows ─────────────────────────────────────────────────────────────────────────────────────

fn keys(sources: &[SourceId]) -> Vec<&'static str> {
    sources.iter().map(|source| source.key()).collect()
}

#[test]
fn each_release_comes_back() {
    let rows = table::windows_releases("windows-releases.csv", WINDOWS_RELEASES).unwrap();
    assert_eq!(rows.len(), Release::ALL.len());
    let version = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    for (row, release) in rows.iter().zip(Release::ALL) {
        assert_eq!((row.name, row.build), (release.name(), release.build()));
        assert_eq!(row.channel, release.channel().name());
        let seen: Vec<_> = release.hns_seen().iter().map(ToString::to_string).collect();
        assert_eq!(seen, row.hns_seen.iter().copied().map(version).collect::<Vec<_>>());
        let life = release.life_cycle();
        assert_eq!((life.eks_since, life.eks_until), (row.eks_since, row.eks_until));
        assert_eq!((life.mainstream_until, life.extended_until), (row.mainstream_until, row.extended_until));
        assert_eq!(release.first_kubernetes().map(|it| it.to_string()), row.first_kubernetes.map(version));
        let last = release.last_seen_kubernetes().map(|it| it.to_string());
        assert_eq!(last, row.last_seen_kubernetes.map(version));
        assert_eq!(keys(release.sources()), row.facts);
        assert_eq!(table::RELEASES.iter().find(|it| it.0 == row.name).unwrap().1, format!("{release:?}"));
    }
}

#[test]
fn each_update_and_each_image_comes_back() {
    let rows = table::windows_updates("windows-updates.csv", WINDOWS_UPDATES).unwrap();
    assert_eq!(rows.len(), windows::updates().len());
    for (row, update) in rows.iter().zip(windows::updates()) {
        assert_eq!((row.build, row.revision, row.update), (update.build, update.revision, update.name));
        assert_eq!((row.released, row.effect), (update.released, update.effect.name()));
        assert_eq!(keys(update.sources), row.facts);
    }
    let rows = table::windows_images("windows-images.csv", WINDOWS_IMAGES).unwrap();
    assert_eq!(rows.len(), windows::images().len());
    for (row, image) in rows.iter().zip(windows::images()) {
        assert_eq!((row.name, row.release), (image.eksctl_family, image.release.name()));
        assert_eq!((row.edition, row.ami_type), (image.edition.name(), image.ami_type));
        assert_eq!((row.karpenter_alias, row.ssm_name), (image.karpenter_alias, image.ssm_name));
        assert_eq!(keys(image.sources), row.facts);
    }
    let rows = table::windows_tags("windows-base-images.csv", WINDOWS_BASE_IMAGES).unwrap();
    assert_eq!(rows.len(), windows::image_tags().len());
    for (row, tag) in rows.iter().zip(windows::image_tags()) {
        assert_eq!((row.tag, row.release, row.place), (tag.tag, tag.release.name(), tag.place.name()));
        assert_eq!(keys(tag.sources), row.facts);
        let name = format!("mcr.microsoft.com/windows/nanoserver:{}", row.tag);
        assert_eq!(windows::base_image(&name), Some(tag.release), "{name}");
    }
}

#[test]
fn each_version_of_eks_comes_back() {
    let rows = table::eks_versions("eks-versions.csv", EKS_VERSIONS).unwrap();
    assert_eq!(rows.len(), eks::versions().len());
    for row in rows {
        let version = KubernetesVersion::new(row.version.0, row.version.1);
        let support = eks::support(version).unwrap();
        assert_eq!(
            (support.standard_until, support.extended_until),
            (row.standard_until, row.extended_until)
        );
        assert_eq!(keys(support.sources), row.facts);
    }
    let unknown = |minor| eks::support(KubernetesVersion::new(1, minor)).unwrap_err();
    assert_eq!((unknown(28), unknown(36)), (eks::UnknownVersion::Older, eks::UnknownVersion::Newer));

    let versions = |line: &str| {
        let text = format!("{}\n1.29,2025-03-23,2026-03-23,a\n{line}\n", table::VERSION_COLUMNS.join(","));
        table::eks_versions("e.csv", &text).map(|rows| rows.len())
    };
    let good = "1.30,2025-07-23,2026-07-23,a+b";
    assert_eq!(versions(good), Ok(2));
    for (column, from, to, expected) in [
        ("version", "1.30", "1.31", "the version after the one before"),
        ("version", "1.30", "1.29", "the version after the one before"),
        ("standard_until", "2025-07-23", "", "YYYY-MM-DD"),
        ("extended_until", "2026-07-23", "2025-07-23", "a day after the end of standard support"),
        ("facts", "a+b", "", "a key in lower case"),
    ] {
        let error = versions(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with(&format!("e.csv:3: {column}: expected {expected}")), "{to}: {error}");
    }
}

#[test]
fn the_parsers_of_windows_tables_name_file_line_column_and_text() {
    let releases = |line: &str| {
        let text = format!("{}\n14393,2016,ltsc,,,,,,,,a\n{line}\n", table::RELEASE_COLUMNS.join(","));
        table::windows_releases("r.csv", &text).map(|rows| rows.len())
    };
    let good = "17763,2019,ltsc,9.2+9.3,2019-10-07,,1.14,1.34,2024-01-09,2029-01-09,a+b";
    assert_eq!(releases(good), Ok(2));
    for (column, from, to, expected) in [
        ("build", "17763", "1776", "10000 to 99999"),
        ("build", "17763", "14393", "a build after the one before"),
        ("name", "2019", "2018", "2016 or 1709 or"),
        ("channel", "ltsc", "LTSC", "ltsc or sac or annual"),
        ("hns_seen", "9.2+", "92+", "major.minor"),
        ("hns_seen", "9.2+9.3", "9.3+9.2", "versions in order"),
        ("eks_since", "2019-10-07", "2019-10", "YYYY-MM-DD"),
        ("eks_since", "2019-10-07", "2019/10/07", "YYYY-MM-DD"),
        ("first_kubernetes", "1.14", "1.014", "0 to 99"),
        ("last_seen_kubernetes", "1.34", "v1.34", "1 to 99"),
        ("extended_until", "2029-01-09", "2023-01-09", "a day after the end of mainstream support"),
        ("extended_until", "2029-01-09", "", "a day after the end of mainstream support"),
        ("facts", "a+b", "a+a", "each key once"),
        ("facts", "a+b", "", "a key in lower case"),
        ("line", ",a+b", "", "11 values"),
    ] {
        let error = releases(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with(&format!("r.csv:3: {column}: expected {expected}")), "{to}: {error}");
    }

    let updates = |line: &str| {
        let text = format!("{}\n17763,1432,2020-08-20,KB1,dsr,a\n{line}\n", table::UPDATE_COLUMNS.join(","));
        table::windows_updates("u.csv", &text).map(|rows| rows.len())
    };
    let good = "17763,1554,2020-10,KB4580390,restart-fault-fixed,a";
    assert_eq!(updates(good), Ok(2));
    for (column, from, to, expected) in [
        ("revision", "1554", "1432", "a revision after the one before"),
        ("released", "2020-10", "2020", "YYYY-MM"),
        ("update", "KB4580390", "4580390", "KB and digits"),
        ("update", "KB4580390", "KB", "KB and digits"),
        ("effect", "restart-fault-fixed", "fixed", "dsr or restart-fault-fixed or"),
    ] {
        let error = updates(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with(&format!("u.csv:3: {column}: expected {expected}")), "{to}: {error}");
    }

    let images = |line: &str| {
        let text = format!("{}\nA,2016,core,,,,a\n{line}\n", table::IMAGE_COLUMNS.join(","));
        table::windows_images("i.csv", &text).map(|rows| rows.len())
    };
    let good = "B,2019,full,TYPE_B,alias,ssm-b,a";
    assert_eq!(images(good), Ok(2));
    for (column, from, to, expected) in [
        ("name", "B,", "A,", "a name that sorts after `A`"),
        ("name", "B,", ",", "letters, digits, hyphens and underscores"),
        ("release", "2019", "1999", "2016 or"),
        ("edition", "full", "nano", "core or full"),
        ("karpenter_alias", "alias", "alias@latest", "letters, digits, hyphens and underscores"),
    ] {
        let error = images(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with(&format!("i.csv:3: {column}: expected {expected}")), "{to}: {error}");
    }
}

// ── Sources and facts ───────────────────────────────────────────────────────────────────────────

#[test]
fn each_fact_comes_back_through_source_id() {
    let (sources, _) = facts::sources("SOURCES.toml", SOURCES).unwrap();
    let facts = facts::facts("facts.toml", FACTS, &sources).unwrap();
    assert_eq!(facts.len(), SourceId::all().len());
    for (fact, id) in facts.iter().zip(SourceId::all()) {
        assert_eq!((id.key(), id.text(), id.date()), (&*fact.id, &*fact.text, &*fact.date));
        assert_eq!((id.grade().name(), id.citation()), (&*fact.grade, &*fact.citation(&sources)));
        assert_eq!(format!("{id:?}"), fact.variant());
    }
    assert_eq!(
        facts::GRADES.map(|(name, _)| name).as_slice(),
        Grade::ALL.iter().map(|g| g.name()).collect::<Vec<_>>()
    );
}

#[test]
fn the_dates_are_those_of_the_sources() {
    let (sources, tables) = facts::sources("SOURCES.toml", SOURCES).unwrap();
    let date = |id: &str| sources.iter().find(|source| source.id == id).map(|source| source.date.as_str());
    for (file, expected) in [
        ("instance-types.csv", instance::TABLE_DATE),
        ("controller-types.csv", instance::CONTROLLER_TABLE_DATE),
        ("windows-releases.csv", windows::TABLE_DATE),
    ] {
        let table = tables.iter().find(|table| table.file == file).unwrap();
        assert_eq!(date(&table.sources[0]), Some(expected), "{file}");
    }
    assert_eq!(table::controller_types("controller-types.csv", CONTROLLER_TYPES).unwrap().len(), 1164);
}

#[test]
fn names_are_text_in_json() {
    let json = |id: SourceId| serde_json::to_string(&id).unwrap();
    assert_eq!(json(SourceId::NitroRule), r#""nitro-rule""#);
    assert_eq!(serde_json::from_str::<SourceId>(r#""nitro-rule""#).unwrap(), SourceId::NitroRule);
    assert_eq!(
        serde_json::from_str::<SourceId>(r#""nitro""#).unwrap_err().to_string(),
        "invalid value: string \"nitro\", expected the key of a fact at line 1 column 7"
    );
    assert_eq!(serde_json::to_string(&Grade::Code).unwrap(), r#""code""#);
    assert_eq!(
        serde_json::from_str::<Grade>("7").unwrap_err().to_string(),
        "invalid type: integer `7`, expected the name of a Grade at line 1 column 1"
    );
    assert_eq!(
        serde_json::to_string(&instance::find("t2.large").map(InstanceType::windows)).unwrap(),
        r#"{"verdict":"yes","reason":"x86-64","source":"windows-eligibility"}"#
    );
}

// ── The parsers refuse, and say where ───────────────────────────────────────────────────────────

const GOOD: &str = "m5.large,3,3,1,10,nitro,false,x86_64,2,8192,false,,yes,x86-64,true,moto-5.2.5";

#[test]
fn the_table_parser_names_file_line_column_and_text() {
    let parse = |lines: &[&str]| {
        let text = format!("{}\n{}\n", COLUMNS.join(","), lines.join("\n"));
        table::instance_types("t.csv", &text).map(|rows| rows.len())
    };
    assert_eq!(parse(&[GOOD]), Ok(1));
    for (column, from, to, expected) in [
        ("name", "m5.large", "M5.large", "family.size in lower case"),
        ("name", "m5.large", "m5large", "family.size in lower case"),
        ("enis_default_card", ",3,3,", ",0,3,", "1 to 64"),
        ("enis_default_card", ",3,3,", ",+3,3,", "1 to 64"),
        ("enis_total", ",3,3,", ",3,2,", "the sum over all cards"),
        ("cards", ",1,10,", ",01,10,", "1 to 64"),
        ("ipv4_per_eni", ",1,10,", ",1,1,", "2 to 128"),
        ("hypervisor", "nitro", "kvm", "nitro or xen"),
        ("hypervisor", "nitro", "none", "none for bare metal and only for it"),
        ("bare_metal", "nitro,false", "nitro,no", "true or false"),
        ("architectures", "x86_64,", "amd64,", "arm64 or arm64_mac or i386 or x86_64 or x86_64_mac"),
        ("architectures", "x86_64,", "x86_64+i386,", "each value once, in order"),
        ("vcpus", ",2,8192", ",65536,8192", "1 to 65535"),
        ("memory_mib", "8192", "8 GiB", "1 to 4294967295"),
        ("current_generation", "8192,false", "8192,", "true or false"),
        ("accelerators", "false,,yes", "false,tpu,yes", "gpu or neuron or inference or fpga or media"),
        ("windows", ",yes,", ",no,", "yes"),
        ("windows_reason", "yes,x86-64", "no,architecture", "architecture without x86_64 and only then"),
        (
            "windows_reason",
            "yes,x86-64",
            "unknown,hope",
            "x86-64 or architecture or accelerator or no-evidence",
        ),
        ("controller_known", "true", "TRUE", "true or false"),
        ("source", "moto-5.2.5", "", "a key in lower case"),
        ("line", ",moto-5.2.5", "", "16 values"),
    ] {
        let bad = GOOD.replacen(from, to, 1);
        let error = parse(&[
            "a1.large,3,3,1,10,nitro,false,arm64,2,4096,false,,no,architecture,true,moto-5.2.5",
            &bad,
        ]);
        let start = format!("t.csv:3: {column}: expected {expected}, got `");
        assert!(error.as_ref().is_err_and(|error| error.starts_with(&start)), "{to}: {error:?}");
    }
    assert_eq!(
        parse(&[GOOD, GOOD]),
        Err("t.csv:3: name: expected a name that sorts after `m5.large`, got `m5.large`".into())
    );
    assert_eq!(
        table::instance_types("t.csv", "name\n").map(|rows| rows.len()),
        Err(format!("t.csv:1: expected the header `{}`, got `name`", COLUMNS.join(",")))
    );
    assert!(table::instance_types("t.csv", "").is_err());
    assert!(
        table::controller_types("c.csv", "name\nm5.large\r\n")
            .is_err_and(|e| e.starts_with("c.csv:2: name:"))
    );
}

#[test]
fn the_toml_parser_names_file_line_and_text() {
    let source = "[[source]]\nid = \"a\"\ntitle = \"A\"\nversion = \"1\"\ndate = \"2026-01-02\"\n\
                  url = \"https://example.com\"\nlicence = \"MIT\"\n[[table]]\nfile = \"a.csv\"\nsources = [\"a\"]\n\
                  retrieved = \"2026-01-02\"\nrows = 1\ncommand = \"make\"\n";
    let (sources, _) = facts::sources("s.toml", source).unwrap();
    let fact = "[[fact]]\nid = \"one-fact\"\ngrade = \"code\"\nsource = [\"a\"]\nwhere = \"there\"\n\
                date = \"2026-01-02\"\ntext = \"It is so.\"\n";
    assert_eq!(facts::facts("f.toml", fact, &sources).unwrap()[0].variant(), "OneFact");
    for (from, to, expected) in [
        ("one-fact", "one_fact", "f.toml:2: id: expected kebab-case, got `one_fact`"),
        ("\"code\"", "\"sure\"", "f.toml:3: grade: expected documented or code or"),
        ("\"code\"", "7", "f.toml:3: grade: expected one line of text, got ``"),
        ("[\"a\"]", "[\"b\"]", "f.toml:4: source: expected ids of SOURCES.toml, got `b`"),
        ("[\"a\"]", "[]", "f.toml:4: source: expected a list of ids, got ``"),
        ("2026-01-02", "2026-13-02", "f.toml:6: date: expected YYYY-MM-DD, got `2026-13-02`"),
        ("so.", "so", "f.toml:7: text: expected one sentence, got `It is so`"),
        ("where", "place", "f.toml:5: expected id or grade or source or where or date or text, got `place`"),
        ("where = \"there\"\n", "", "f.toml:1: where: expected a value, got ``"),
        ("[[fact]]", "[[facts]]", "f.toml:1: expected fact, got `facts`"),
        ("\"there\"", "\"there", "f.toml:5: "),
    ] {
        let error = facts::facts("f.toml", &fact.replace(from, to), &sources).unwrap_err();
        assert!(error.starts_with(expected), "{to}: {error}");
    }
    let twice = facts::facts("f.toml", &fact.repeat(2), &sources).unwrap_err();
    assert_eq!(twice, "f.toml:9: id: expected an id used once, got `one-fact`");
    let error = facts::sources("s.toml", &source.replace("rows = 1", "rows = -1")).unwrap_err();
    assert_eq!(error, "s.toml:12: rows: expected a number, got `-1`");
    let error = facts::sources("s.toml", &source.replace("https:", "http:")).unwrap_err();
    assert!(error.starts_with("s.toml:6: url: expected https://, got"), "{error}");
}
