//! Turns the tables of `winpod-data` into Rust: the map of instance types and the enum of facts.
//!
//! Reads nothing but the constants of that crate, so the output depends on them alone.

#[path = "build/facts.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod facts;
#[path = "build/table.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod table;

use core::fmt::{Display, Error, Write as _};
use std::path::Path;

use facts::{Fact, Source, Table};
use table::Row;

fn main() {
    for file in ["build.rs", "build/facts.rs", "build/table.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    if let Err(error) = run() {
        panic!("{error}");
    }
}

fn run() -> Result<(), String> {
    let (sources, tables) = facts::sources("SOURCES.toml", winpod_data::SOURCES)?;
    let facts = facts::facts("facts.toml", winpod_data::FACTS, &sources)?;
    let rows = table::instance_types("instance-types.csv", winpod_data::INSTANCE_TYPES)?;
    let controller = table::controller_types("controller-types.csv", winpod_data::CONTROLLER_TYPES)?;
    let types = accounted("instance-types.csv", rows.len(), &tables)?;
    accounted("controller-types.csv", controller.len(), &tables)?;
    for row in &rows {
        if !types.sources.iter().any(|id| id == row.source) {
            return Err(format!(
                "instance-types.csv: {}: source `{}` is not in SOURCES.toml",
                row.name, row.source
            ));
        }
        if row.controller_known != controller.contains(row.name) {
            return Err(format!(
                "instance-types.csv: {}: controller_known is not what the list says",
                row.name
            ));
        }
    }

    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    write(&out, "instance_types.rs", &instance_types(&rows, types, &sources)?)?;
    write(&out, "windows.rs", &windows(&facts, &tables)?)?;
    write(&out, "eks.rs", &eks(&facts, &tables)?)?;
    write(&out, "facts.rs", &source_ids(&facts, &sources).map_err(|error| error.to_string())?)
}

fn write(directory: &str, file: &str, content: &str) -> Result<(), String> {
    let path = Path::new(directory).join(file);
    std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))
}

/// The entry of SOURCES.toml for a table, which must state its number of rows.
fn accounted<'t>(file: &str, rows: usize, tables: &'t [Table]) -> Result<&'t Table, String> {
    match tables.iter().find(|table| table.file == file) {
        Some(table) if table.rows == rows => Ok(table),
        Some(table) => Err(format!("SOURCES.toml: {file} has {rows} rows, not {}", table.rows)),
        None => Err(format!("SOURCES.toml: no [[table]] for {file}")),
    }
}

fn instance_types(rows: &[Row<'_>], table: &Table, sources: &[Source]) -> Result<String, String> {
    // The releases are listed newest first: what is not in the newest has been retired.
    let newest = table.sources.first().ok_or("instance-types.csv: no source")?;
    let mut map = phf_codegen::OrderedMap::new();
    for row in rows {
        let source = sources.iter().find(|source| source.id == row.source).ok_or("no source")?;
        let value = instance_type(row, source, row.source != newest).map_err(|error| error.to_string())?;
        map.entry(row.name, value);
    }
    let longest = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    Ok(format!(
        "pub(super) const LONGEST_NAME: usize = {longest};\n\
         pub(super) const TABLE_DATE: &str = {:?};\n\
         pub(super) const CONTROLLER_TABLE_DATE: &str = {:?};\n\
         pub(super) static TABLE: ::phf::OrderedMap<&'static str, InstanceType> = {};\n",
        winpod_data::INSTANCE_TYPES_DATE,
        winpod_data::CONTROLLER_TYPES_DATE,
        map.build()
    ))
}

fn instance_type(row: &Row<'_>, source: &Source, retired: bool) -> Result<String, Error> {
    let mut out = String::from("InstanceType { ");
    let mut field = |name: &str, value: &dyn Display| write!(out, "{name}: {value}, ");
    field("name", &format_args!("{:?}", row.name))?;
    field("enis", &row.enis)?;
    field("enis_total", &row.enis_total)?;
    field("cards", &row.cards)?;
    field("ipv4_per_eni", &row.ipv4_per_eni)?;
    field(
        "hypervisor",
        &row.hypervisor
            .map_or("None".into(), |h| format!("Some(Hypervisor::{})", variant(table::HYPERVISORS, h))),
    )?;
    field("architectures", &list("Architecture", table::ARCHITECTURES, &row.architectures))?;
    field("vcpus", &row.vcpus)?;
    field("memory_mib", &row.memory_mib)?;
    field("current_generation", &row.current_generation)?;
    field("accelerators", &list("Accelerator", table::ACCELERATORS, &row.accelerators))?;
    field("windows", &format_args!("WindowsReason::{}", variant(table::REASONS, row.windows_reason)))?;
    field("controller_known", &row.controller_known)?;
    field("source", &format_args!("{:?}", format!("{} {}", source.title, source.version)))?;
    field("retired", &retired)?;
    out.push('}');
    Ok(out)
}

fn variant(names: &[(&str, &'static str)], value: &str) -> &'static str {
    // The parser has refused any other value.
    names.iter().find(|(name, _)| *name == value).map_or("", |(_, variant)| variant)
}

fn list(kind: &str, names: &[(&str, &'static str)], values: &[&str]) -> String {
    let values: Vec<String> =
        values.iter().map(|value| format!("{kind}::{}", variant(names, value))).collect();
    format!("&[{}]", values.join(", "))
}

fn windows(facts: &[Fact], tables: &[Table]) -> Result<String, String> {
    let releases = table::windows_releases("windows-releases.csv", winpod_data::WINDOWS_RELEASES)?;
    let updates = table::windows_updates("windows-updates.csv", winpod_data::WINDOWS_UPDATES)?;
    let images = table::windows_images("windows-images.csv", winpod_data::WINDOWS_IMAGES)?;
    accounted("windows-releases.csv", releases.len(), tables)?;
    accounted("windows-updates.csv", updates.len(), tables)?;
    accounted("windows-images.csv", images.len(), tables)?;
    let tags = table::windows_tags("windows-base-images.csv", winpod_data::WINDOWS_BASE_IMAGES)?;
    accounted("windows-base-images.csv", tags.len(), tables)?;
    // `Release::row` finds a row by the place of its variant.
    if !releases.iter().map(|row| row.name).eq(table::RELEASES.iter().map(|(name, _)| *name)) {
        return Err("windows-releases.csv: not the releases that the code names, in their order".into());
    }

    let mut out = format!("pub(super) const TABLE_DATE: &str = {:?};\n", winpod_data::WINDOWS_RELEASES_DATE);
    let mut put = |line: core::fmt::Arguments<'_>| out.write_fmt(line).map_err(|error| error.to_string());
    put(format_args!("pub(super) static RELEASES: [Row; {}] = [\n", releases.len()))?;
    for row in &releases {
        let hns: Vec<String> =
            row.hns_seen.iter().map(|(major, minor)| format!("HnsVersion::new({major}, {minor})")).collect();
        let version = |version: Option<(u32, u32)>| {
            version.map_or("None".into(), |(major, minor)| {
                format!("Some(KubernetesVersion::new({major}, {minor}))")
            })
        };
        put(format_args!(
            "Row {{ build: {}, channel: Channel::{}, hns_seen: &[{}], eks_since: {:?}, eks_until: {:?}, \
             first_kubernetes: {}, last_seen_kubernetes: {}, mainstream_until: {:?}, extended_until: {:?}, \
             sources: {} }},\n",
            row.build,
            variant(table::CHANNELS, row.channel),
            hns.join(", "),
            row.eks_since,
            row.eks_until,
            version(row.first_kubernetes),
            version(row.last_seen_kubernetes),
            row.mainstream_until,
            row.extended_until,
            rests_on("windows-releases.csv", &row.facts, facts)?
        ))?;
    }
    put(format_args!("];\npub(super) static UPDATES: [Update; {}] = [\n", updates.len()))?;
    for row in &updates {
        put(format_args!(
            "Update {{ build: {}, revision: {}, released: {:?}, name: {:?}, effect: Effect::{}, sources: {} }},\n",
            row.build,
            row.revision,
            row.released,
            row.update,
            variant(table::EFFECTS, row.effect),
            rests_on("windows-updates.csv", &row.facts, facts)?
        ))?;
    }
    put(format_args!("];\npub(super) static IMAGES: [Image; {}] = [\n", images.len()))?;
    for row in &images {
        put(format_args!(
            "Image {{ release: Release::{}, edition: Edition::{}, eksctl_family: {:?}, ami_type: {:?}, \
             karpenter_alias: {:?}, ssm_name: {:?}, sources: {} }},\n",
            variant(table::RELEASES, row.release),
            variant(table::EDITIONS, row.edition),
            row.name,
            row.ami_type,
            row.karpenter_alias,
            row.ssm_name,
            rests_on("windows-images.csv", &row.facts, facts)?
        ))?;
    }
    put(format_args!("];\npub(super) static IMAGE_TAGS: [ImageTag; {}] = [\n", tags.len()))?;
    for row in &tags {
        put(format_args!(
            "ImageTag {{ tag: {:?}, release: Release::{}, place: TagPlace::{}, sources: {} }},\n",
            row.tag,
            variant(table::RELEASES, row.release),
            variant(table::TAG_PLACES, row.place),
            rests_on("windows-base-images.csv", &row.facts, facts)?
        ))?;
    }
    put(format_args!("];\n"))?;
    Ok(out)
}

fn eks(facts: &[Fact], tables: &[Table]) -> Result<String, String> {
    let versions = table::eks_versions("eks-versions.csv", winpod_data::EKS_VERSIONS)?;
    accounted("eks-versions.csv", versions.len(), tables)?;
    let mut rows = String::new();
    for row in &versions {
        let (major, minor) = row.version;
        writeln!(
            rows,
            "Support {{ version: KubernetesVersion::new({major}, {minor}), standard_until: {:?}, \
             extended_until: {:?}, sources: {} }},",
            row.standard_until,
            row.extended_until,
            rests_on("eks-versions.csv", &row.facts, facts)?
        )
        .map_err(|error| error.to_string())?;
    }
    Ok(format!(
        "pub(super) const TABLE_DATE: &str = {:?};\n\
         pub(super) static VERSIONS: [Support; {}] = [\n{rows}];\n",
        winpod_data::EKS_VERSIONS_DATE,
        versions.len()
    ))
}

/// The facts with these ids as a slice of `SourceId`.
fn rests_on(file: &str, ids: &[&str], facts: &[Fact]) -> Result<String, String> {
    let find = |id: &&str| {
        let fact = facts.iter().find(|fact| fact.id == *id);
        let fact = fact.ok_or_else(|| format!("{file}: `{id}` is not in facts.toml"))?;
        Ok(format!("SourceId::{}", fact.variant()))
    };
    let found: Vec<String> = ids.iter().map(find).collect::<Result<_, String>>()?;
    Ok(format!("&[{}]", found.join(", ")))
}

fn source_ids(facts: &[Fact], sources: &[Source]) -> Result<String, Error> {
    let mut variants = String::new();
    let mut entries = String::new();
    let mut all = String::new();
    for fact in facts {
        let Fact { id, grade, date, text, .. } = fact;
        let variant = fact.variant();
        let citation = fact.citation(sources);
        let grade_variant = self::variant(&facts::GRADES, grade);
        write!(variants, "    /// {text} Graded {grade}.\n    {variant},\n")?;
        writeln!(all, "    SourceId::{variant},")?;
        writeln!(
            entries,
            "    Entry {{ key: {id:?}, grade: Grade::{grade_variant}, text: {text:?}, citation: {citation:?}, date: {date:?} }},"
        )?;
    }
    Ok(format!(
        "/// A fact that an answer rests on, with its grade, its source and its date.\n\
         ///\n\
         /// One variant for each entry of `facts.toml` in the crate `winpod-data`.\n\
         ///\n\
         /// # Examples\n\
         ///\n\
         /// ```\n\
         /// use winpod::{{Grade, SourceId}};\n\
         ///\n\
         /// let fact = SourceId::WindowsSlots;\n\
         /// assert_eq!(fact.key(), \"windows-slots\");\n\
         /// assert_eq!(fact.grade(), Grade::Documented);\n\
         /// assert_eq!(SourceId::from_key(\"folklore\"), None);\n\
         /// ```\n\
         #[non_exhaustive]\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum SourceId {{\n{variants}}}\n\n\
         static ALL: &[SourceId] = &[\n{all}];\n\n\
         static ENTRIES: [Entry; {}] = [\n{entries}];\n",
        facts.len()
    ))
}
