//! The files of a zip that are read, as if they lay in a directory: those that the log collector packs on a node.

use super::archive::{self, Entry, MAX_BYTES, Refused};
use super::inputs::is_of_node;
use crate::encoding::{self, Content};
use std::fs;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What parts the name of a zip from that of a file in it.
pub(super) const INSIDE: &str = "!/";

/// What a byte of JSON counts for: it is held as a tree of many times its size, while text is read line by line.
const WEIGHT_OF_JSON: u64 = 8;

/// Where a zip is.
#[derive(Clone)]
pub(super) enum Zip<'a> {
    Path(PathBuf),
    Bytes(&'a [u8]),
}

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

impl<'a> Zip<'a> {
    /// A regular file that starts as one does; what comes through a pipe cannot be opened twice.
    pub(super) fn at(path: &Path) -> Option<Self> {
        let mut head = Vec::new();
        let regular = fs::metadata(path).is_ok_and(|found| found.is_file());
        fs::File::open(path).ok().filter(|_| regular)?.take(4).read_to_end(&mut head).ok()?;
        is_zip(&head).then(|| Self::Path(path.to_owned()))
    }

    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        is_zip(bytes.get(..4)?).then_some(Self::Bytes(bytes))
    }

    fn open(&self) -> io::Result<Box<dyn Source + 'a>> {
        Ok(match self {
            Self::Path(path) => Box::new(BufReader::new(fs::File::open(path)?)),
            Self::Bytes(bytes) => Box::new(Cursor::new(*bytes)),
        })
    }

    /// The files of kinds that are read, in the order of the directory.
    pub(super) fn members(&self) -> Result<Vec<Member<'a>>, Refused> {
        let left = Arc::new(AtomicU64::new(MAX_BYTES));
        let entries = archive::entries(&mut self.open()?)?;
        let files = entries.into_iter().filter(|entry| !entry.name.ends_with('/'));
        let members = files.map(|entry| Member { zip: self.clone(), entry, left: left.clone() });
        Ok(members.filter(Member::is_wanted).collect())
    }
}

fn is_zip(head: &[u8]) -> bool {
    encoding::sniff(head) == Content::Zip
}

/// A file of a zip.
pub(super) struct Member<'a> {
    zip: Zip<'a>,
    entry: Entry,
    /// Bytes that may still be unpacked from this zip.
    left: Arc<AtomicU64>,
}

impl<'a> Member<'a> {
    pub(super) fn name(&self) -> &str {
        &self.entry.name
    }

    /// Whether it is read: by its name, or by its beginning if it may be a text of a node.
    fn is_wanted(&self) -> bool {
        let extension =
            Path::new(&self.entry.name).extension().and_then(|it| it.to_str()).unwrap_or_default();
        let is = |names: &[&str]| names.iter().any(|known| extension.eq_ignore_ascii_case(known));
        // The collector keeps the log of kube-proxy as CSV.
        is(&["yaml", "yml", "json", "ps1"])
            || is(&["txt", "log", "csv"]) && self.unpack().is_ok_and(is_of_node)
    }

    fn unpack(&self) -> io::Result<archive::Unpacked<'a>> {
        archive::unpack(self.zip.open()?, &self.entry).map_err(|refused| match refused {
            Refused::Io(error) => error,
            Refused::Zip(_, message) => io::Error::new(io::ErrorKind::InvalidData, message),
        })
    }

    /// Its bytes; an error of the kind [`io::ErrorKind::FileTooLarge`] where the files of the zip come to too many.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send + 'a>> {
        Ok(Box::new(Bounded { source: self.unpack()?, left: self.left.clone(), weight: None }))
    }
}

struct Bounded<R> {
    source: R,
    left: Arc<AtomicU64>,
    /// What a byte counts for, known from the first ones.
    weight: Option<u64>,
}

/// Whether a file starts as JSON does, in whatever encoding.
fn is_json(start: &[u8]) -> bool {
    let marks = [0, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF];
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace() && !marks.contains(byte));
    matches!(first, Some(b'{' | b'['))
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let start = buffer.get(..count).unwrap_or_default();
        let weight = *self.weight.get_or_insert(if is_json(start) { WEIGHT_OF_JSON } else { 1 });
        let taken = (count as u64).saturating_mul(weight);
        let before = self.left.fetch_update(Relaxed, Relaxed, |left| Some(left.saturating_sub(taken)));
        if before.is_ok_and(|before| before < taken) {
            let message = format!(
                "unpacks to more than {} MiB of text or {} MiB of JSON, and what follows is not read: unpack it and give the files that matter",
                MAX_BYTES >> 20,
                (MAX_BYTES / WEIGHT_OF_JSON) >> 20
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use crate::read::archive::tests::zip_of;
    use crate::read::{Input, Reading, read};
    use std::ops::ControlFlow;

    const POLICY: &str = "[{\"ID\":\"a\",\"References\":[],\"Policies\":[{\"Type\":\"ELB\",\"Protocol\":6,\
        \"InternalPort\":80,\"ExternalPort\":80,\"VIPs\":[\"10.100.0.1\"],\"IsDSR\":true}]}]\r\n";
    const PORTS: &[u8] = b"Protocol tcp Port Exclusion Ranges\n\nStart Port    End Port\n----------    --------\n 49152 49215\n";
    const BUILD: &[u8] = b"Microsoft Windows [Version 10.0.20348.2762]\r\n";

    fn of(input: Input) -> Reading {
        read(&[input], &mut |_| ControlFlow::Continue(())).unwrap()
    }

    fn of_bytes(bytes: Vec<u8>) -> Reading {
        of(Input::Document { name: "a.zip".to_owned(), bytes })
    }

    fn problems(reading: &Reading) -> Vec<(&str, &str)> {
        let of = |it: &'_ crate::problem::Problem| {
            it.location.as_ref().map(|at| at.file.clone()).unwrap_or_default()
        };
        reading
            .problems
            .iter()
            .map(|problem| {
                assert_eq!(of(problem), "a.zip");
                (problem.code.as_str(), problem.message.as_str())
            })
            .collect()
    }

    #[test]
    fn the_zip_of_a_collector() {
        let utf16: Vec<u8> =
            "\u{feff}".encode_utf16().chain(POLICY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let log = b"\"I1122 10:11:12.345678 1 flags.go:1] FLAG: --enable-dsr=\"\"true\"\"\"\r\n";
        let zip = zip_of(&[
            ("system/", b"", false),
            ("system\\network\\hns\\policy.txt", &utf16, true),
            ("system/ports.txt", PORTS, true),
            ("system/ver.log", BUILD, false),
            ("system/kube-proxy/kube-proxy-service.csv", log, true),
            ("system/notes.txt", b"Too many pods", true),
            ("system/a.evtx", b"ElfFile\0", true),
            ("system/b.zip", &zip_of(&[("ver.txt", BUILD, false)]), true),
        ]);
        let path = std::env::temp_dir().join(format!("winpod-read-{}.zip", std::process::id()));
        std::fs::write(&path, &zip).unwrap();
        for (input, name) in [
            (Input::Path(path.clone()), path.display().to_string()),
            (Input::Document { name: "a.zip".to_owned(), bytes: zip }, "a.zip".to_owned()),
        ] {
            let reading = of(input);
            assert_eq!(reading.problems, []);
            assert_eq!(reading.files, 4);
            let [policy] = reading.cluster.hns_policies.as_slice() else { panic!("one policy") };
            assert!(policy.dsr);
            assert_eq!(&*policy.place.file, format!("{name}!/system/network/hns/policy.txt"));
            let ports = &reading.cluster.port_listings;
            assert_eq!(ports.len(), 1);
            let builds = &reading.cluster.system_builds;
            assert_eq!(builds.len(), 1);
            assert_eq!(builds[0].place.to_string(), format!("{name}!/system/ver.log:1:1"));
            assert_eq!(reading.cluster.kube_proxy_starts.len(), 1);
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_no_zip_with_such_files_is_told() {
        let nothing = of_bytes(zip_of(&[("notes.txt", b"Too many pods", true)]));
        let told = problems(&nothing);
        assert!(
            told.len() == 1 && told[0].0 == "ZIP" && told[0].1.contains("no file that is read"),
            "{told:?}"
        );
        let mut cut = zip_of(&[("ver.txt", BUILD, true)]);
        cut.truncate(cut.len() - 20);
        let cut = of_bytes(cut);
        let told = problems(&cut);
        assert!(told.len() == 1 && told[0].0 == "ZIP" && told[0].1.contains("no whole zip"), "{told:?}");
    }

    #[test]
    fn a_bomb_is_told_once() {
        let line = [&b"x".repeat(1023)[..], b"\n"].concat();
        let large = [BUILD, &line.repeat(10 << 10)].concat();
        let bomb =
            of_bytes(zip_of(&[("a.txt", &large, true), ("b.txt", &large, true), ("c.txt", &large, true)]));
        let told = problems(&bomb);
        assert!(told.len() == 1 && told[0].0 == "ZIP_TOO_LARGE", "{told:?}");
        // What came before counts.
        assert_eq!(bomb.cluster.system_builds.len(), 2);
        let fits = of_bytes(zip_of(&[("a.txt", &large, true)]));
        assert_eq!(fits.problems, []);
    }

    #[test]
    fn json_counts_for_the_tree_that_it_becomes() {
        let mut list = vec![POLICY.trim().trim_matches(['[', ']']); 6 << 10].join(",");
        list = format!("\u{feff} [{list}]");
        let bytes = list.as_bytes();
        assert!((500 << 10..2 << 20).contains(&bytes.len()));
        let fits = of_bytes(zip_of(&[("a.json", bytes, true)]));
        assert_eq!(fits.problems, []);
        let many =
            of_bytes(zip_of(&[("a.json", bytes, true), ("b.json", bytes, true), ("c.json", bytes, true)]));
        let told = problems(&many);
        assert!(told.iter().any(|(code, _)| *code == "ZIP_TOO_LARGE"), "{told:?}");
    }
}
