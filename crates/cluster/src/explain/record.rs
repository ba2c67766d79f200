//! The record that a match lies in: a line of a log, or the lines that a paste broke it into.

use super::escape;
use super::object::{self, Named};
use super::time::{self, Time};
use memchr::{memchr, memchr2, memmem, memrchr, memrchr_iter};
use std::sync::LazyLock;

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

/// Lines of a stream of which is known whether they begin a record: matches side by side look at the same lines.
#[derive(Default)]
pub(super) struct Heads([(u64, bool); Self::SLOTS]);

impl Heads {
    const SLOTS: usize = 31;

    /// Whether the line at an offset of the window begins a record; `base` is the offset of the window in its stream.
    fn is_header(&mut self, window: &[u8], base: u64, at: usize) -> bool {
        // Offsets count from 1, so that no empty slot is taken for a line.
        let key = base + at as u64 + 1;
        let slot = &mut self.0[usize::try_from(key % Self::SLOTS as u64).unwrap_or_default()];
        if slot.0 != key {
            *slot = (key, is_header(window.get(at..).unwrap_or_default()));
        }
        slot.1
    }
}

/// The record around a match; blank lines and lines that begin another one end it. `base` is the offset of the window in
/// its stream.
pub(super) fn bounds(window: &[u8], base: u64, first: usize, last: usize, heads: &mut Heads) -> Bounds {
    let (furthest, most) = furthest(window, base, first, last);
    let (mut start, seen) = line_start(window, furthest, first);
    let mut headed = seen && heads.is_header(window, base, start);
    while !headed && start > furthest {
        let (before, whole) = line_start(window, furthest, start - 1);
        let line = window.get(before..start).unwrap_or_default();
        if is_blank(line) {
            break;
        }
        start = before;
        headed = whole && heads.is_header(window, base, start);
    }
    let mut end = line_end(window, most, last + 1);
    while end < most {
        let rest = window.get(end + 1..most).unwrap_or_default();
        if is_blank(first_line(rest)) || heads.is_header(window, base, end + 1) {
            break;
        }
        end = line_end(window, most, end + 1);
    }
    // What a terminal wrote over begins and ends there.
    let before = window.get(start..first).unwrap_or_default();
    if let Some(over) = memrchr_iter(b'\r', before).find(|at| before.get(at + 1) != Some(&b'\n')) {
        start += over + 1;
        headed = is_header(window.get(start..).unwrap_or_default());
    }
    let mut from = last + 1;
    while let Some(over) = memchr(b'\r', window.get(from..end).unwrap_or_default()) {
        if !matches!(window.get(from + over + 1), Some(b'\n') | None) {
            end = from + over;
            break;
        }
        from += over + 1;
    }
    Bounds { start, end, headed }
}

/// How far a record may reach. In the middle of a line that has no end to be seen, where the record is only what is near,
/// both ends lie on a grid: matches side by side have one record then, which is read once.
fn furthest(window: &[u8], base: u64, first: usize, last: usize) -> (usize, usize) {
    const GRID: u64 = 1024;
    let near = first.saturating_sub(REACH);
    let most = (last + 1).saturating_add(REACH).min(window.len());
    if memchr(b'\n', window.get(near..most).unwrap_or_default()).is_some() {
        return (near, most);
    }
    // At most a step more on each side, which is less than windows hold around a match.
    let (from, to) = (base + near as u64, base + most as u64);
    let start = usize::try_from((from / GRID * GRID).saturating_sub(base)).unwrap_or(near);
    let end = usize::try_from(to.div_ceil(GRID) * GRID - base).unwrap_or(most).min(window.len());
    let start = line_start(window, start, near).0;
    (start, line_end(window, end, most))
}

/// The start of the line of an offset, and whether it is one and not merely the furthest to look.
fn line_start(window: &[u8], least: usize, at: usize) -> (usize, bool) {
    let before = window.get(least..at).unwrap_or_default();
    match memrchr(b'\n', before) {
        Some(place) => (least + place + 1, true),
        None => (least, least == 0 || window.get(least - 1) == Some(&b'\n')),
    }
}

fn line_end(window: &[u8], most: usize, at: usize) -> usize {
    memchr(b'\n', window.get(at..most).unwrap_or_default()).map_or(most, |place| at + place)
}

fn first_line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).and_then(|end| text.get(..end)).unwrap_or(text)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Whether a line begins as those of logs and of kubectl's tables do.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = unquoted(line.get(..HEAD).unwrap_or(line));
    if time::klog(line).is_some() {
        return true;
    }
    let end = memchr2(b'\n', b'\r', line).unwrap_or(line.len());
    let line = line.get(..end).unwrap_or(line);
    let begins = |words: &[&[u8]]| words.iter().any(|word| line.starts_with(word));
    let inner = line.strip_prefix(b"[").or(line.strip_prefix(b"\"")).unwrap_or(line);
    time::dated(inner).is_some()
        || time::is_other_date(inner)
        || begins(&[b"time=", b"ts=", b"level=", b"Warning  ", b"Normal  ", b"LAST SEEN", b"NAMESPACE  "])
        || is_numbered(line)
        || is_json_of_a_log(line)
        || object::type_column(line).is_some()
}

/// A line of a log in JSON. What a message has of JSON may begin a line too, where a paste is broken.
fn is_json_of_a_log(line: &[u8]) -> bool {
    const KEYS: [&[u8]; 20] = [
        b"log",
        b"level",
        b"ts",
        b"time",
        b"timestamp",
        b"@timestamp",
        b"msg",
        b"message",
        b"severity",
        b"logger",
        b"caller",
        b"stream",
        b"kind",
        b"apiVersion",
        b"metadata",
        b"items",
        b"event",
        b"type",
        b"v",
        b"logger_name",
    ];
    let key = line.strip_prefix(b"{\"").and_then(|rest| rest.get(..memchr(b'"', rest)?));
    key.is_some_and(|key| KEYS.contains(&key))
}

/// A row of a CSV that PowerShell made of an event log: `"4711","EC2AMAZ-…`.
fn is_numbered(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"\"") else { return false };
    let digits = rest.iter().take(12).take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest.get(digits..).is_some_and(|rest| rest.starts_with(b"\",\""))
}

/// A line without its indentation, the marks of a quotation, and colours.
pub(super) fn unquoted(line: &[u8]) -> &[u8] {
    let mut line = line;
    loop {
        match line {
            [b' ' | b'\t' | b'\r' | b'>' | b'|', rest @ ..] => line = rest,
            [0x1b, ..] => match escape::at(line) {
                Some(escape) => line = line.get(escape.len..).unwrap_or_default(),
                None => return line,
            },
            _ => return line,
        }
    }
}

/// What a record tells besides its matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts<'a> {
    pub(super) time: Option<Time>,
    pub(super) last_time: Option<Time>,
    pub(super) named: Named<'a>,
    /// How often it happened.
    pub(super) count: u64,
}

impl<'a> Facts<'a> {
    pub(super) fn of(record: &'a [u8]) -> Self {
        let (time, named) = (time::find(record), object::find(record));
        let count = repeats(record).or(named.count).unwrap_or(1);
        Self { time, last_time: time, named, count }
    }

    /// Of the lines of a match in a record without a head: other lines are about something else, unless a terminal broke
    /// one line of a paste into several.
    pub(super) fn of_lines(record: &'a [u8], lines: &'a [u8], pasted: bool) -> Self {
        let own = Self::of(lines);
        if !pasted || own.named.object.is_some() || !is_wrapped(record) {
            return own;
        }
        let all = Self::of(record);
        Self { time: own.time.or(all.time), last_time: own.last_time.or(all.last_time), ..all }
    }
}

/// Whether all lines but the last are long, and none is much longer than the one before.
fn is_wrapped(record: &[u8]) -> bool {
    const SHORTEST: usize = 20;
    const LONGEST_WORD: usize = 16;
    let mut before = usize::MAX - LONGEST_WORD;
    record.trim_ascii_end().split(|byte| *byte == b'\n').all(|line| {
        let fits = before >= SHORTEST && line.len() <= before + LONGEST_WORD;
        before = line.len();
        fits
    })
}

/// The number of `(x5 over 10m)`, which kubectl writes.
fn repeats(record: &[u8]) -> Option<u64> {
    static BEFORE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("(x"));
    let behind = |at: usize| record.get(at + 2..).unwrap_or_default();
    let number = |digits: &[u8]| {
        let len = digits.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number: u64 = std::str::from_utf8(digits.get(..len)?).ok()?.parse().ok()?;
        (number > 0 && digits.get(len..)?.starts_with(b" over ")).then_some(number)
    };
    BEFORE.find_iter(record).find_map(|at| number(behind(at)))
}
