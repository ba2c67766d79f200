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
        let before = window.get(start.saturating_sub(REACH)..start)?.strip_suffix(b"\n")?;
        let line = memrchr(b'\n', before).map_or(before, |at| before.get(at + 1..).unwrap_or_default());
        let name = value(line.strip_prefix(b"Name:")?)?;
        let behind = window.get(end + 1..(end + 1 + REACH).min(window.len()))?.strip_prefix(b":")?;
        let mut lines = behind.split(|byte| *byte == b'\n');
        let first = value(lines.next()?);
        if window.get(start) == Some(&b'R') {
            let object = ObjectRef::new("node", None, name)?.to_object();
            return Some(Self { object: Some(object), node: Some(name.to_owned()) });
        }
        // Lines of the head, up to the first list.
        let head = || lines.clone().take(8);
        let is_pod = head().any(|line| line.starts_with(b"Node:") || line.starts_with(b"Priority:"));
        let node = head().find_map(|line| value(line.strip_prefix(b"Node:")?));
        let object = if is_pod { ObjectRef::new("pod", first, name) } else { None };
        Some(Self { object: object.map(ObjectRef::to_object), node: node.map(str::to_owned) })
    }
}

/// The name that stands alone, or before the address of a node.
fn value(text: &[u8]) -> Option<&str> {
    let text = text.trim_ascii();
    let end = memchr(b'/', text).unwrap_or(text.len());
    let name = std::str::from_utf8(text.get(..end)?).ok()?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (!name.is_empty() && name.bytes().all(good)).then_some(name)
}
