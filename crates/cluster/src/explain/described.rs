//! What `kubectl describe` is about: the rows of events at its end do not name it.

use super::object::{Object, ObjectRef};
use memchr::{memchr, memrchr};

/// How far before and behind its line something of it is looked for; within what windows hold around a match.
const REACH: usize = 2048;

/// The object that is described.
pub(super) struct Described {
    pub(super) object: Option<Object>,
    pub(super) node: Option<String>,
}

impl Described {
    /// Reads the head of a description around its line `Namespace:`, or `Roles:` of a node.
    pub(super) fn read(window: &[u8], start: usize, end: usize) -> Option<Self> {
        let before = window.get(start.saturating_sub(REACH)..start)?;
        // A quotation or an indented paste has its marks before all lines.
        let marks = before.iter().rposition(|byte| !is_mark(*byte))? + 1;
        let before = before.get(..marks)?.strip_suffix(b"\n")?;
        let line = memrchr(b'\n', before).map_or(before, |at| before.get(at + 1..).unwrap_or_default());
        let name = value(plain(line).strip_prefix(b"Name:")?)?;
        let behind = window.get(end + 1..(end + 1 + REACH).min(window.len()))?.strip_prefix(b":")?;
        let mut lines = behind.split(|byte| *byte == b'\n');
        let first = value(lines.next()?);
        if window.get(start).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'R')) {
            let object = ObjectRef::new("node", None, name)?.to_object();
            return Some(Self { object: Some(object), node: Some(name.to_owned()) });
        }
        // Up to the events, or to what is described next.
        let is_end = |line: &&[u8]| line.starts_with(b"Events:") || line.starts_with(b"Name:");
        let head: Vec<&[u8]> = lines.map(plain).take_while(|line| !is_end(line)).collect();
        let node = head.iter().take(8).find_map(|line| value(line.strip_prefix(b"Node:")?));
        let object = kind(&head).and_then(|kind| ObjectRef::new(kind, first, name));
        Some(Self { object: object.map(ObjectRef::to_object), node: node.map(str::to_owned) })
    }
}

/// The kind of what a head describes, by a line that only such a head has.
fn kind(head: &[&[u8]]) -> Option<&'static str> {
    const LINES: [(&str, &str); 15] = [
        ("Node:", "pod"),
        ("Priority:", "pod"),
        ("Service Account:", "pod"),
        ("QoS Class:", "pod"),
        ("Containers:", "pod"),
        ("StrategyType:", "deployment"),
        ("Update Strategy:", "statefulset"),
        ("Desired Number of Nodes Scheduled:", "daemonset"),
        ("Pods Status:", "replicaset"),
        ("Parallelism:", "job"),
        ("Concurrency Policy:", "cronjob"),
        ("Session Affinity:", "service"),
        ("TargetPort:", "service"),
        ("AddressType:", "endpointslice"),
        ("Subsets:", "endpoints"),
    ];
    // The template of its pods comes last, with lines of a pod.
    let own = head.iter().take_while(|line| !line.starts_with(b"Pod Template:"));
    let known = own.clone().find_map(|line| {
        LINES.iter().find(|(begin, _)| line.starts_with(begin.as_bytes())).map(|(_, kind)| *kind)
    });
    // Someone left out all but the name, which is mostly done with pods.
    let said: [&[u8]; 4] = [b"Labels:", b"Annotations:", b"Status:", b"..."];
    let is_short = |line: &&[u8]| line.is_empty() || said.iter().any(|it| line.starts_with(it));
    known.or_else(|| own.clone().all(is_short).then_some("pod"))
}

/// A line without the marks of a quotation and indentation.
fn plain(line: &[u8]) -> &[u8] {
    let at = line.iter().position(|byte| !is_mark(*byte)).unwrap_or(line.len());
    line.get(at..).unwrap_or_default().trim_ascii_end()
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'>' | b'|')
}

/// The name that stands alone, or before the address of a node.
fn value(text: &[u8]) -> Option<&str> {
    let text = text.trim_ascii();
    let end = memchr(b'/', text).unwrap_or(text.len());
    let name = std::str::from_utf8(text.get(..end)?).ok()?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (!name.is_empty() && name.bytes().all(good)).then_some(name)
}
