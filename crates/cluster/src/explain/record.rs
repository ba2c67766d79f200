//! The record that a match lies in: a line of a log, or the lines that a paste broke it into.

use super::object::{self, Object};
use super::time::{self, Time};

/// The furthest that a record reaches before and behind a match.
const REACH: usize = 1024;
/// What is looked at to tell whether a line begins a record.
const HEAD: usize = 200;

/// Offsets of a record in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It begins as lines of logs do, so that all of it was written at once.
    pub(super) headed: bool,
}

/// The record around a match; blank lines and lines that begin another one end it.
pub(super) fn bounds(window: &[u8], first: usize, last: usize) -> Bounds {
    let furthest = first.saturating_sub(REACH);
    let most = (last + 1).saturating_add(REACH).min(window.len());
    let (mut start, seen) = line_start(window, furthest, first);
    let mut headed = seen && is_header(window.get(start..).unwrap_or_default());
    while !headed && start > furthest {
        let (before, whole) = line_start(window, furthest, start - 1);
        let line = window.get(before..start).unwrap_or_default();
        if is_blank(line) {
            break;
        }
        start = before;
        headed = whole && is_header(window.get(start..).unwrap_or_default());
    }
    let mut end = line_end(window, most, last + 1);
    while end < most {
        let rest = window.get(end + 1..most).unwrap_or_default();
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if is_blank(line) || is_header(window.get(end + 1..).unwrap_or_default()) {
            break;
        }
        end = line_end(window, most, end + 1);
    }
    Bounds { start, end, headed }
}

/// The start of the line of an offset, and whether it is one and not merely the furthest to look.
fn line_start(window: &[u8], least: usize, at: usize) -> (usize, bool) {
    let before = window.get(least..at).unwrap_or_default();
    match before.iter().rposition(|byte| *byte == b'\n') {
        Some(place) => (least + place + 1, true),
        None => (least, least == 0 || window.get(least - 1) == Some(&b'\n')),
    }
}

fn line_end(window: &[u8], most: usize, at: usize) -> usize {
    let after = window.get(at..most).unwrap_or_default();
    after.iter().position(|byte| *byte == b'\n').map_or(most, |place| at + place)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Whether a line begins as those of logs and of kubectl's tables do.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = line.get(..HEAD).unwrap_or(line);
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.trim_ascii_start();
    let begins = |words: &[&[u8]]| words.iter().any(|word| line.starts_with(word));
    let inner = line.strip_prefix(b"[").or(line.strip_prefix(b"\"")).unwrap_or(line);
    time::klog(line).is_some()
        || time::dated(inner).is_some()
        || time::is_other_date(inner)
        || begins(&[
            b"{\"",
            b"time=",
            b"ts=",
            b"level=",
            b"Warning  ",
            b"Normal  ",
            b"LAST SEEN",
            b"NAMESPACE  ",
        ])
        || object::type_column(line).is_some()
}

/// What a record tells besides its matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) time: Option<Time>,
    pub(super) last_time: Option<Time>,
    pub(super) object: Option<Object>,
    /// How often it happened.
    pub(super) count: u64,
}

impl Facts {
    pub(super) fn of(record: &[u8]) -> Self {
        let time = time::find(record);
        Self { time, last_time: time, object: object::find(record), count: repeats(record) }
    }
}

/// The number of `(x5 over 10m)`, which kubectl writes; 1 without one.
fn repeats(record: &[u8]) -> u64 {
    let Some(digits) = object::after(record, b"(x") else { return 1 };
    let len = digits.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let number = digits.get(..len).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let over = digits.get(len..).is_some_and(|rest| rest.starts_with(b" over "));
    number.filter(|number| over && *number > 0).unwrap_or(1)
}
