//! Properties of the whole, the bounds of archives and lists, and the table itself.

use super::table::{ERRORS, PATTERNS, RESULTS, SIGNALS};
use super::{Explained, Explainer, archive};
use crate::read::archive::tests::zip_of;
use proptest::prelude::*;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

mod places;

/// Gives a text in pieces of the given lengths, in turns.
struct Pieces<'a> {
    text: &'a [u8],
    lengths: Vec<usize>,
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.lengths[self.turn % self.lengths.len()].max(1);
        self.turn += 1;
        let count = most.min(buffer.len()).min(self.text.len());
        buffer[..count].copy_from_slice(&self.text[..count]);
        self.text = &self.text[count..];
        Ok(count)
    }
}

fn in_pieces(text: &[u8], lengths: &[usize]) -> Explained {
    let mut progress = |_| ControlFlow::Continue(());
    let mut explainer = Explainer::new(&mut progress).unwrap();
    let mut source = Pieces { text, lengths: lengths.to_vec(), turn: 0 };
    explainer.reader("log", &mut source).unwrap();
    explainer.finish()
}

fn of_file(path: &Path) -> Explained {
    let mut progress = |_| ControlFlow::Continue(());
    let mut explainer = Explainer::new(&mut progress).unwrap();
    explainer.path(path).unwrap();
    explainer.finish()
}

fn counts(explained: &Explained) -> Vec<(&str, u64)> {
    explained.explanations.iter().map(|it| (it.id.as_str(), it.count)).collect()
}

/// What logs are made of, and what breaks readers.
fn any_log() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (0..PATTERNS.len()).prop_map(|index| PATTERNS[index].text.as_bytes().to_vec()),
        prop::sample::select(vec![
            &b"\n"[..],
            b"\r\n",
            b" ",
            b"hns ",
            b"0x",
            b"-",
            b"(x5 over 10m)",
            b"\nE1122 10:11:12.345678 1 a.go:1] ",
            b"\n2026-11-22T10:11:12Z ",
            b"{\"kind\":\"Event\",\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"a\"},\"message\":\"",
            b"\"}",
            b"[",
            b"]",
            b"{",
            b"}",
            b"\\",
            b"\"",
            b"\xff\xfe",
            b"\0",
            b"PK\x03\x04",
            b"pod=\"a/b\" ",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..40),
        (1usize..6000).prop_map(|count| vec![b'x'; count]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn pieces_do_not_change_the_answer(log in any_log(), lengths in prop::collection::vec(1usize..5000, 1..8)) {
        let whole = in_pieces(&log, &[usize::MAX]);
        let pieces = in_pieces(&log, &lengths);
        prop_assert_eq!(whole.explanations, pieces.explanations);
        prop_assert_eq!(whole.problems, pieces.problems);
    }

    #[test]
    fn any_archive_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..200, with in any::<u8>()) {
        let mut zip = zip_of(&[("a.log", b"RequestLimitExceeded", true), ("b.log", &bytes, false)]);
        let len = zip.len();
        zip[at % len] = with;
        for end in [len, at % len] {
            let mut file = io::Cursor::new(&zip[..end]);
            if let Ok(entries) = archive::entries(&mut file) {
                for entry in &entries {
                    if let Ok(mut unpacked) = archive::open(&mut file, entry) {
                        _ = unpacked.read_to_end(&mut Vec::new());
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_before_does_not_change_a_line(filler in 0usize..600_000) {
        // Windows are moved about 256 KiB at a time: the same line before, on and behind every edge.
        let line = "E1122 10:11:12.345678 1 a.go:1] hcn (0x803b0013) The specified port already exists.\n";
        let log = ["x\n".repeat(filler / 2).as_bytes(), line.as_bytes(), line.as_bytes()].concat();
        let explained = in_pieces(&log, &[65536]);
        prop_assert_eq!(counts(&explained), [("hns-port-exists", 2)]);
        prop_assert_eq!(explained.explanations[0].location.line as usize, filler / 2 + 1);
        prop_assert_eq!(&explained.explanations[0].shown, line.trim_end());
    }
}

#[test]
fn every_pattern_recognises_itself() {
    for pattern in PATTERNS {
        // Codes need their own forms, which the vectors have.
        if pattern.kind != super::table::Kind::Words {
            continue;
        }
        if let super::table::Clue::Signal(index) = pattern.target
            && SIGNALS[index].reads.is_some_and(|reads| reads != super::table::Reads::Build)
        {
            continue;
        }
        let context = match pattern.said {
            super::table::Said::ByHns => "hns",
            _ => pattern.with.first().copied().unwrap_or_default(),
        };
        let text = format!("{} {context}", pattern.text.trim_end_matches('…'));
        let mut progress = |_| ControlFlow::Continue(());
        let mut search = Explainer::new(&mut progress).unwrap();
        search.text("x", &text).unwrap();
        let found = match pattern.target {
            super::table::Clue::Error(index) => {
                search.finish().explanations.iter().any(|it| it.id == ERRORS[index].id)
            }
            signal @ super::table::Clue::Signal(_) => search.scanner.tally.evidence.has(signal),
        };
        assert!(found, "{text:?}");
    }
    // Seven of the results have an error of their own, and those without a name have one together.
    assert_eq!((ERRORS.len(), RESULTS.len()), (72 + 55 - 7 + 1, 55));
    assert!(!SIGNALS.is_empty());
}

#[test]
fn groups_are_bounded_and_the_rest_is_counted() {
    let line =
        |number: usize| format!("E1122 10:11:12.345678 1 a.go:1] RequestLimitExceeded pod=\"a/p{number}\"\n");
    let log: String = (0..2500).map(line).collect();
    let explained = in_pieces(log.as_bytes(), &[777]);
    let it = &explained.explanations[0];
    assert_eq!((it.count, it.objects.len(), it.other_objects_count), (2500, 1000, 1500));
}

#[test]
fn a_list_of_any_length_is_read_object_by_object() {
    let event =
        r#"{"kind":"Event","involvedObject":{"kind":"Pod","name":"a"},"message":"Too many pods","count":2}"#;
    let list = format!("{{\"kind\":\"List\",\"items\":[{}]}}", vec![event; 3000].join(","));
    assert_eq!(counts(&in_pieces(list.as_bytes(), &[4096])), [("sched-too-many-pods", 6000)]);
    let long = format!("{{\"kind\":\"List\",\"items\":[{event},{{\"kind\":\"{}\"}}]}}", "x".repeat(3 << 20));
    let explained = in_pieces(long.as_bytes(), &[4096]);
    assert_eq!(counts(&explained), [("sched-too-many-pods", 2)]);
    assert_eq!(explained.problems[0].code, "TOO_LARGE");
    let mixed = format!(
        "{event}\nE1122 10:11:12.345678 1 a.go:1] RequestLimitExceeded\n{event}\nNot authorized for images"
    );
    let explained = in_pieces(mixed.as_bytes(), &[7]);
    assert_eq!(counts(&explained), [("sched-too-many-pods", 4), ("ec2-throttled", 1), ("ami-private", 1)]);
    assert_eq!(explained.explanations[2].location.line, 4);
    let deep = format!("{{\"kind\":\"List\",\"items\":[{}", "[".repeat(1_000_000));
    assert_eq!(in_pieces(deep.as_bytes(), &[4096]).problems[0].code, "JSON_TRUNCATED");
}

/// A file for one test, gone after it.
struct Temporary(std::path::PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("winpod-explain-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn reads_the_zip_of_a_collector() {
    let utf16: Vec<u8> = "\u{feff}Too many pods".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inner = zip_of(&[("x", b"RequestLimitExceeded", true)]);
    let zip = zip_of(&[
        ("kube-proxy.log", b"RequestLimitExceeded\n", true),
        ("network\\hns\\policy.txt", &utf16, true),
        ("system.evtx", b"ElfFile\0........", false),
        ("inner.zip", &inner, false),
        ("folder/", b"", false),
    ]);
    let file = Temporary::new("good.zip", &zip);
    let explained = of_file(&file.0);
    assert_eq!(counts(&explained), [("sched-too-many-pods", 1), ("ec2-throttled", 1)]);
    let told: Vec<&str> = explained.problems.iter().map(|it| it.code.as_ref()).collect();
    assert_eq!(told, ["ZIP"], "the zip inside: {:?}", explained.problems);
    assert!(explained.explanations[0].location.file.ends_with("!network/hns/policy.txt"));

    let streamed = in_pieces(&zip, &[100]);
    assert_eq!(streamed.problems[0].code, "ZIP");
}

#[test]
fn a_zip_that_is_cut_off_damaged_or_too_large_is_told() {
    let zip = zip_of(&[("a.log", b"RequestLimitExceeded Too many pods", false)]);
    let cut = Temporary::new("cut.zip", &zip[..zip.len() - 10]);
    assert_eq!(of_file(&cut.0).problems[0].code, "ZIP");

    let mut damaged = zip;
    damaged[40] ^= 1;
    let damaged = Temporary::new("damaged.zip", &damaged);
    let problems = of_file(&damaged.0).problems;
    assert!(problems[0].message.contains("checksum"), "{problems:?}");

    // A MiB of the same byte packs to a KiB; so many of them pass the limit, which is lower in tests.
    let blank = vec![b' '; 1 << 18];
    let files: Vec<(&str, &[u8], bool)> = vec![("a.log", &blank, true); 65];
    let bomb = zip_of(&files);
    assert!(bomb.len() < 2 << 20);
    let bomb = Temporary::new("bomb.zip", &bomb);
    assert_eq!(of_file(&bomb.0).problems[0].code, "ZIP_TOO_LARGE");

    let many = Temporary::new("many.zip", &zip_of(&vec![("a", &b""[..], false); 10_001]));
    assert_eq!(of_file(&many.0).problems[0].code, "ZIP_TOO_LARGE");
}

#[test]
fn a_caller_can_stop_it() {
    let mut steps = 0;
    let mut progress = |_| {
        steps += 1;
        ControlFlow::Break(())
    };
    let mut explainer = Explainer::new(&mut progress).unwrap();
    assert!(explainer.text("x", "RequestLimitExceeded").is_err());
    assert_eq!(steps, 1);
}

/// The order of the causes, each by its first words, and the first reason of the first.
fn order(it: &super::Explanation) -> (Vec<&str>, &str) {
    let first = it.causes.first().and_then(|cause| cause.why.first()).map_or("", String::as_str);
    (it.causes.iter().map(|cause| cause.text.split(' ').next().unwrap()).collect(), first)
}

fn of_texts(texts: &[(&str, &str)]) -> Explained {
    let mut progress = |_| ControlFlow::Continue(());
    let mut explainer = Explainer::new(&mut progress).unwrap();
    for (name, text) in texts {
        explainer.text(name, text).unwrap();
    }
    explainer.finish()
}

const PORT_EXISTS: &str =
    "E1122 10:11:12.345678 1 proxier.go:1] \"Policy creation failed\" err=\"(0x803b0013)\"\n";
/// The listing of facts/dsr.md: 249 blocks are free.
const EXCLUDED: &str = "
Protocol tcp Port Exclusion Ranges

Start Port    End Port
----------    --------
      5985        5985
     47001       47001
     49664       49727
     49728       49791
     49812       49875
     50000       50059     *
     50060       50123

* - Administered port exclusions.
";

#[test]
fn listings_of_ports_put_the_causes_in_order() {
    let free = of_texts(&[("error", PORT_EXISTS), ("ports.txt", EXCLUDED)]);
    let (causes, _) = order(&free.explanations[0]);
    assert_eq!(causes, ["a", "--forward-healthcheck-vip", "a", "no"]);
    let last = &free.explanations[0].causes[3];
    assert_eq!(last.why, ["blocks of 64 ports are left, 249 of 256 for TCP (ports.txt:5)"]);

    let row = |row: u32| format!("{:10}{:12}\n", 49_152 + 64 * row, 49_215 + 64 * row);
    let rows = (0..256).map(row).collect::<Vec<_>>().concat();
    let taken = format!(
        "Protocol tcp Port Exclusion Ranges\n\nStart Port    End Port\n----------    --------\n{rows}"
    );
    let full = of_texts(&[("ports.txt", &taken), ("error", PORT_EXISTS)]);
    let (causes, why) = order(&full.explanations[0]);
    assert_eq!((causes[0], why), ("no", "no block of 64 ports is left, 0 of 256 for TCP (ports.txt:4)"));
}

/// Policies of the first schema: `count` with addresses of their own, then one of them again.
fn policies(count: u32, dsr: bool, again: bool) -> String {
    let policy = |number: u32, id: u32| {
        format!(
            "{{\"ID\":\"{id:08x}-0000-0000-0000-000000000000\",\"References\":[\"/endpoints/a\"],\"Policies\":[{{\"Type\":\"ELB\",\
             \"Protocol\":6,\"InternalPort\":80,\"ExternalPort\":80,\"VIPs\":[\"172.20.{}.{}\"],\"IsDSR\":{dsr}}}]}}",
            number / 250,
            number % 250
        )
    };
    let all: Vec<String> =
        (0..count).map(|number| policy(number, number)).chain(again.then(|| policy(0, count))).collect();
    format!("[{}]", all.join(",\n"))
}

#[test]
fn dumps_put_the_causes_in_order() {
    let many = policies(300, false, false);
    let with = of_texts(&[("error", PORT_EXISTS), ("policy.txt", &many)]);
    let it = &with.explanations[0];
    let (causes, why) = order(it);
    assert_eq!(causes[0], "no");
    assert_eq!(
        why,
        "HNS holds about as many policies without DSR as there are blocks of 64 ports, 300, which take a block each at \
         most, of 256 in the default range (policy.txt:1)"
    );
    assert!(
        it.causes[0].why[1].starts_with("HNS has no DSR in the policies of addresses"),
        "{:?}",
        it.causes[0].why
    );

    let twice = policies(20, true, true);
    let twice = of_texts(&[("policy.txt", &twice), ("error", PORT_EXISTS)]);
    let (causes, why) = order(&twice.explanations[0]);
    assert_eq!(
        why,
        "HNS holds two policies of one address, port and protocol, 172.20.0.0:80 (policy.txt:21)"
    );
    assert_eq!(causes[3], "no");
}

#[test]
fn what_one_node_shows_is_not_held_against_another() {
    let node = |name: &str, kernel: &str| {
        format!(
            "{{\"kind\":\"Node\",\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{\"providerID\":\"aws:///a/i-{name}\"}},\
             \"status\":{{\"nodeInfo\":{{\"operatingSystem\":\"windows\",\"kernelVersion\":\"{kernel}\"}},\
             \"images\":[{{\"names\":[\"servercore:10.0.17763.1\"]}}]}}}}"
        )
    };
    let nodes = format!(
        "{{\"kind\":\"List\",\"items\":[{},{}]}}",
        node("a", "10.0.17763.8027"),
        node("b", "10.0.20348.2762")
    );
    let line = |node: &str| PORT_EXISTS.replace("err=", &format!("node=\"{node}\" err="));
    let explained =
        of_texts(&[("nodes.json", &nodes), ("log", &format!("{}{}{}", line("a"), line("b"), line("b")))]);
    let told: Vec<_> = explained.explanations.iter().map(|it| (it.count, &it.nodes[..], order(it))).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    let (b, a) = (&told[0], &told[1]);
    assert_eq!((b.0, b.1, b.2.0[0]), (2, &["b".to_owned()][..], "no"));
    assert_eq!((a.0, a.1), (1, &["a".to_owned()][..]));
    assert!(a.2.1.starts_with("a build that leaves orphaned policies"), "{:?}", a.2);
    // What names no node is about all of them.
    let all = format!("{}{}", line("a"), line("b"));
    let alike = of_texts(&[("log", &all), ("ports.txt", EXCLUDED)]);
    assert_eq!((alike.explanations.len(), alike.explanations[0].nodes.len()), (1, 2));
}

#[test]
fn a_collector_tells_of_its_node_alone() {
    let zip = |policies: &str| {
        zip_of(&[
            ("system/network/hns/policy.txt", policies.as_bytes(), true),
            ("system/kube-proxy/kube-proxy-service.csv", PORT_EXISTS.as_bytes(), true),
        ])
    };
    let (off, on) = (policies(300, false, false), policies(300, true, false));
    let directory = std::env::temp_dir().join(format!("winpod-explain-{}-zips", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("eks_i-0a1_20261122T1011120000Z.zip"), zip(&off)).unwrap();
    std::fs::write(directory.join("eks_i-0b2_20261122T1011120000Z.zip"), zip(&on)).unwrap();
    let explained = of_file(&directory);
    std::fs::remove_dir_all(&directory).unwrap();
    let told: Vec<_> =
        explained.explanations.iter().map(|it| (it.nodes[0].as_str(), order(it).0[0])).collect();
    assert_eq!(told, [("i-0a1", "no"), ("i-0b2", "a")]);
    assert!(explained.explanations[0].causes[0].why[0].contains(", on i-0a1 ("));
}

#[test]
fn descriptions_and_wide_tables_name_their_object() {
    let described = "Name:             web-1
Namespace:        shop
Priority:         0
Node:             ip-10-0-0-1.ec2.internal/10.0.0.1
Labels:           app=web
Events:
  Type     Reason                  Age                From     Message
  ----     ------                  ----               ----     -------
  Warning  FailedCreatePodSandBox  10s (x5 over 2m)   kubelet  pod does not have label vpc.amazonaws.com/PrivateIPv4Address
";
    let explained = of_texts(&[("pod.txt", described)]);
    let it = &explained.explanations[0];
    let object = &it.objects[0];
    assert_eq!(
        (it.count, &*object.kind, object.namespace.as_deref(), &*object.name),
        (5, "pod", Some("shop"), "web-1")
    );
    assert_eq!(it.nodes, ["ip-10-0-0-1.ec2.internal"]);

    let wide = "LAST SEEN   TYPE      REASON   OBJECT      SUBOBJECT   SOURCE                              MESSAGE         FIRST SEEN   COUNT   NAME
10s         Warning   Failed   pod/web-1               kubelet, ip-10-0-0-1.ec2.internal   Too many pods   2m           7       web-1.17f3a1b2c3d4e5f6
";
    let explained = of_texts(&[("events.txt", wide)]);
    let it = &explained.explanations[0];
    assert_eq!((it.count, &*it.objects[0].name, &*it.nodes[0]), (7, "web-1", "ip-10-0-0-1.ec2.internal"));
}

#[test]
fn the_arithmetic_of_the_background_is_that_of_the_core() {
    use winpod::ports::{BLOCK_PORTS, DEFAULT_DYNAMIC_RANGE, PortSet, WIDE_RANGES, supply};
    let explained = of_texts(&[("error", PORT_EXISTS)]);
    let it = &explained.explanations[0];
    let blocks = supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks;
    assert_eq!((DEFAULT_DYNAMIC_RANGE.count(), BLOCK_PORTS, blocks), (16_384, 64, 256));
    assert!(it.background[1].text.contains("16,384 / 64 = 256"), "{:?}", it.background);
    let wider = supply(WIDE_RANGES[0], &PortSet::new()).blocks;
    assert!(
        it.remedy.iter().any(|text| text.contains(&format!("{wider} blocks instead of {blocks}"))),
        "{:?}",
        it.remedy
    );
    let grades: Vec<&str> = it.background.iter().map(|step| step.grade.as_str()).collect();
    assert!(grades.contains(&"unverified") && grades.contains(&"documented"));
}

#[test]
fn hostile_inputs_are_told_or_searched() {
    let mut zip = zip_of(&[("a.log", b"RequestLimitExceeded", true)]);
    let central = zip.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
    zip[central + 8] |= 1;
    let encrypted = Temporary::new("encrypted.zip", &zip);
    let problems = of_file(&encrypted.0).problems;
    assert!(problems[0].message.contains("is encrypted"), "{problems:?}");

    // One line without an end, with an error at its start and one at its end.
    let line = [b"RequestLimitExceeded ".as_slice(), &vec![b'x'; 4 << 20], b" RequestLimitExceeded"].concat();
    assert_eq!(counts(&in_pieces(&line, &[1 << 16])), [("ec2-throttled", 2)]);

    let cut = policies(100, false, false);
    let cut = of_texts(&[("policy.json", &cut[..cut.len() / 2]), ("error", PORT_EXISTS)]);
    assert!(!cut.problems.is_empty() && cut.explanations.len() == 1, "{:?}", cut.problems);

    let long = policies(60_000, false, false);
    let long = of_texts(&[("policy.json", &long), ("error", PORT_EXISTS)]);
    assert_eq!(
        (long.problems[0].code.as_ref(), long.problems[0].message.contains("8 MiB")),
        ("TOO_LARGE", true)
    );
}

#[test]
fn the_error_of_the_best_practices_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/inputs/classic-error.txt");
    if !path.exists() {
        eprintln!("left out: {} is not there", path.display());
        return;
    }
    let explained = of_file(&path);
    assert_eq!(counts(&explained), [("hns-port-exists", 1)]);
    let it = &explained.explanations[0];
    assert_eq!((it.causes.len(), it.grade.as_str()), (4, "documented"));
    assert!(it.causes[0].text.contains("64 ports") && it.remedy[0].starts_with("DSR"));
}
