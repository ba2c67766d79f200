//! Lists of events and other objects as JSON, one object at a time, so that a list may have any length.

use super::evidence::Place;
use super::object::{Named, ObjectRef};
use super::platform;
use super::record::Facts;
use super::stream::{Fault, Scanner, Tick};
use super::time;
use serde_json::Value;
use std::io::Read;
use std::sync::Arc;

/// The longest object that is looked at; the API server keeps none that is longer than 1.5 MiB.
const LONGEST: usize = 2 << 20;

/// Whether a text that begins like this is JSON of Kubernetes.
pub(super) fn is_list(head: &[u8]) -> bool {
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    matches!(head.trim_ascii_start(), [b'{' | b'[', ..])
        && (has(b"\"involvedObject\"") || has(b"\"regarding\"") || has(b"\"kind\""))
}

/// What was wrong with a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    /// It ends in the middle.
    pub(super) truncated: bool,
    /// Objects that are too long to look at.
    pub(super) too_long: u64,
}

/// Searches each object of a list by itself.
pub(super) fn scan(
    scanner: &mut Scanner,
    file: &Arc<str>,
    source: &mut dyn Read,
    tick: Tick<'_>,
) -> Result<Wrong, Fault> {
    let mut splitter = Splitter::default();
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = match source.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if count == 0 {
            break;
        }
        tick(count as u64)?;
        for byte in piece.get(..count).unwrap_or_default() {
            match splitter.push(*byte) {
                Some(Part::Object) => {
                    object(scanner, file, splitter.line, &splitter.object);
                    splitter.object.clear();
                }
                Some(Part::Stray) => {
                    scanner.record(file, splitter.stray_line, &splitter.stray, &Facts::of(&splitter.stray));
                    splitter.stray.clear();
                }
                None => {}
            }
        }
    }
    // The last object of a text that was cut off says what it says.
    scanner.record(file, splitter.stray_line, &splitter.stray, &Facts::of(&splitter.stray));
    let truncated = !splitter.open.is_empty() || splitter.depth > 0;
    if truncated && !splitter.object.is_empty() {
        scanner.record(file, splitter.line, &splitter.object, &Facts { count: 1, ..Facts::default() });
    }
    Ok(Wrong { truncated, too_long: splitter.too_long })
}

/// Cuts objects out of `[{…}]`, `{"items": [{…}]}` and `{…} {…}`.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
struct Splitter {
    /// The brackets that are open, as far as the shape of a list needs them.
    open: Vec<u8>,
    /// Brackets inside those.
    depth: u64,
    in_text: bool,
    escaped: bool,
    object: Vec<u8>,
    /// An object is being kept.
    keeps: bool,
    /// The outermost object has given some of its own.
    gave: bool,
    overflowed: bool,
    too_long: u64,
    /// A line, or the rest of one, outside of any object: logs may begin with JSON and go on without.
    stray: Vec<u8>,
    /// Lines so far, those before the object, and those before the stray one.
    lines: u64,
    line: u64,
    stray_line: u64,
}

/// What has come to its end.
enum Part {
    Object,
    Stray,
}

impl Splitter {
    /// Takes a byte, and tells what it ends, which is then to be taken away.
    fn push(&mut self, byte: u8) -> Option<Part> {
        self.lines += u64::from(byte == b'\n');
        if self.open.is_empty() && !matches!(byte, b'{' | b'[') {
            return self.outside(byte);
        }
        if self.in_text {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => {
                self.keep(byte);
                self.in_text = true;
                None
            }
            b'{' | b'[' => {
                self.opens(byte);
                None
            }
            b'}' | b']' => self.closes(byte).then_some(Part::Object),
            _ => {
                self.keep(byte);
                None
            }
        }
    }

    fn outside(&mut self, byte: u8) -> Option<Part> {
        if self.stray.is_empty() {
            if byte.is_ascii_whitespace() || byte == b',' {
                return None;
            }
            self.stray_line = self.lines;
        }
        let ends = byte == b'\n' || self.stray.len() >= LONGEST;
        self.stray.push(byte);
        ends.then_some(Part::Stray)
    }

    fn opens(&mut self, byte: u8) {
        let item = byte == b'{' && matches!(*self.open, [b'['] | [b'{', b'[']);
        let shapes = self.depth == 0
            && (self.open.is_empty() || matches!((&*self.open, byte), ([b'{'], b'[')) || item);
        if self.open.is_empty() && byte == b'{' || item && self.depth == 0 {
            // What is around an item is not kept.
            self.object.clear();
            (self.keeps, self.overflowed, self.line) = (true, false, self.lines);
            self.gave |= item;
        }
        self.keep(byte);
        if shapes {
            self.open.push(byte);
        } else {
            self.depth += 1;
        }
    }

    fn closes(&mut self, byte: u8) -> bool {
        self.keep(byte);
        if self.depth > 0 {
            self.depth -= 1;
            return false;
        }
        let closed = self.open.pop();
        if closed != Some(b'{') {
            return false;
        }
        let outermost = self.open.is_empty();
        let ends = self.keeps && !(outermost && self.gave);
        self.keeps = false;
        if outermost {
            self.gave = false;
        }
        if self.overflowed && ends {
            self.too_long += 1;
            self.object.clear();
            return false;
        }
        ends
    }

    fn keep(&mut self, byte: u8) {
        if !self.keeps || self.overflowed {
            return;
        }
        if self.object.len() >= LONGEST {
            self.overflowed = true;
            self.object.clear();
        } else {
            self.object.push(byte);
        }
    }
}

/// Searches an object: of an event its message, of anything else all of its text.
fn object(scanner: &mut Scanner, file: &Arc<str>, line: u64, text: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(text) else {
        return scanner.record(file, line, text, &Facts { count: 1, ..Facts::default() });
    };
    let string = |path: &str| value.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let reference = |at: &str| {
        let part = |key: &str| string(&format!("{at}/{key}"));
        Some((part("kind")?.to_ascii_lowercase(), part("namespace"), part("name")?))
    };
    let about = reference("/involvedObject").or_else(|| reference("/regarding"));
    let message = string("/message").or_else(|| string("/note"));
    if message.is_none() && string("/reason").is_none() || about.is_none() {
        let kind = string("/kind").unwrap_or_default().to_ascii_lowercase();
        let name = string("/metadata/name").unwrap_or_default();
        let object = ObjectRef::new(&kind, string("/metadata/namespace"), name);
        let node = if kind == "node" { Some(name) } else { string("/spec/nodeName") };
        let named = Named { object, node, ..Named::default() };
        let facts = Facts { named, count: 1, ..Facts::default() };
        if kind != "node" {
            return scanner.record(file, line, text, &facts);
        }
        live_node(scanner, file, line, &value);
        // A node lists images, whose names have builds too: those of their base.
        let conditions = value.pointer("/status/conditions").map(Value::to_string).unwrap_or_default();
        return scanner.record(file, line, conditions.as_bytes(), &facts);
    }
    let Some((kind, namespace, name)) = &about else { return };
    let object = ObjectRef::new(kind, *namespace, name);
    // The kubelet and kube-proxy report as the node that they run on.
    let host = ["/source/host", "/deprecatedSource/host"].into_iter().find_map(string);
    let reporter = string("/reportingComponent").or_else(|| string("/reportingController"));
    let of_node = matches!(reporter, Some("kubelet" | "kube-proxy"));
    let host = host.or_else(|| string("/reportingInstance").filter(|_| of_node));
    let node = if kind == "node" { Some(*name) } else { host };
    let times = |paths: &[&str]| -> Vec<time::Time> {
        paths.iter().filter_map(|path| time::find(string(path)?.as_bytes())).collect()
    };
    let first =
        times(&["/firstTimestamp", "/deprecatedFirstTimestamp", "/eventTime", "/metadata/creationTimestamp"]);
    let last =
        times(&["/lastTimestamp", "/series/lastObservedTime", "/deprecatedLastTimestamp", "/eventTime"]);
    let (first, last) = (first.first().copied(), last.into_iter().max());
    // Both schemas keep a count of the other beside their own.
    let counts = ["/count", "/series/count", "/deprecatedCount"];
    let count = counts.iter().filter_map(|path| value.pointer(path)?.as_u64()).max().unwrap_or(1).max(1);
    let named = Named { object, node, ..Named::default() };
    let facts = Facts { time: first, last_time: last.or(first), named, count };
    let text = format!("{}: {}", string("/reason").unwrap_or_default(), message.unwrap_or_default());
    scanner.record(file, line, text.as_bytes(), &facts);
}

/// What a Node object shows: its build, and its name beside that of its instance.
fn live_node(scanner: &mut Scanner, file: &Arc<str>, line: u64, node: &Value) {
    let string = |path: &str| node.pointer(path).and_then(Value::as_str);
    let tally = &mut scanner.tally;
    let Some(number) = string("/metadata/name").and_then(|name| tally.nodes.number(name)) else { return };
    let instance = string("/spec/providerID").and_then(|id| id.rsplit('/').next());
    if let Some(instance) = instance.filter(|id| id.starts_with("i-")).and_then(|id| tally.nodes.number(id)) {
        tally.nodes.is_also(instance, number);
    }
    if string("/status/nodeInfo/operatingSystem") != Some("windows") {
        return;
    }
    let build = string("/status/nodeInfo/kernelVersion").and_then(|kernel| kernel.parse().ok());
    for (clue, detail) in build.map(platform::of_build).unwrap_or_default() {
        let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
        tally.evidence.tell(clue, Some(number), Some(detail), || Place { file: file.clone(), line });
    }
}
