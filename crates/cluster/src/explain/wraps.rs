//! The lines that a terminal or a mail made of one, put together again: words are whole, and blanks are where they were.

use super::escape::{self, Escape, OTHER};
use super::matcher::is_letter;
use super::record;
use memchr::memchr_iter;
use std::borrow::Cow;
use std::ops::Range;

/// Narrower windows are rare, and the lines of a list are as short.
const NARROWEST: usize = 20;
/// How much wider a line may look than a full one: some characters take two columns, and the first line of a paste begins
/// where someone began to copy.
const SLACK: usize = 4;
/// Stands for the bytes of an escape: some wrap what is written, and some what is shown.
const FILL: u8 = 0x1b;
/// What ends the lines of a table.
const FRAMES: [&[u8]; 2] = [b"|", "\u{2502}".as_bytes()];

/// A text with its escapes replaced by what they stand for.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    // Most texts have none.
    match escape::starts(text).next() {
        Some(_) => Cow::Owned(unfilled(&filled(text))),
        None => Cow::Borrowed(text),
    }
}

/// What stands before and behind what was found, without the breaks that a terminal made in the middle of words; `None`
/// if there are none. `hidden` is the width of what its first line has before it.
pub(super) fn undone(before: &[u8], found: &[u8], after: &[u8], hidden: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let (before, found) = (filled(before), filled(found));
    let (start, end) = (before.len(), before.len() + found.len());
    let text = [before, found, filled(after)].concat();
    let lines = Lines::new(&text, hidden);
    let block = lines.block(start, end);
    if block.first == block.last {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let (mut plain_start, mut plain_end) = (0, 0);
    let prefix = lines.prefix(block);
    for (nth, line) in lines.lines.iter().enumerate() {
        let joined = (block.first + 1..=block.last).contains(&nth);
        let from = line.range.start + if joined { common(prefix, lines.lead(nth)).len() } else { 0 };
        if nth > 0 && !(joined && lines.goes_on(nth - 1, from)) {
            plain.push(b'\n');
        }
        let to =
            if (block.first..block.last).contains(&nth) { lines.without_frame(nth) } else { line.range.end };
        let place = |at: usize| plain.len() + at.saturating_sub(from);
        if (line.range.start..=line.range.end).contains(&start) {
            plain_start = place(start);
        }
        if (line.range.start..=line.range.end).contains(&end) {
            plain_end = place(end);
        }
        plain.extend(text.get(from..to).unwrap_or_default());
    }
    // An escape that was broken is whole now.
    let part = |part: Option<&[u8]>| unescaped(&unfilled(part.unwrap_or_default())).into_owned();
    Some((part(plain.get(..plain_start)), part(plain.get(plain_end..))))
}

/// A text with its escapes replaced, and filled up to the length that they had. The break that a string of JSON ends with
/// is none of the text around it.
fn filled(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    for start in escape::starts(text) {
        // What begins inside of an escape is a part of it.
        let Some(before) = text.get(at..start) else { continue };
        plain.extend_from_slice(before);
        at = start;
        match text.get(at..).and_then(escape::at) {
            Some(Escape { len, meaning: Some(end @ (b'\n' | b'\r')) }) if !ends_string(text, at, len) => {
                plain.push(end);
                at += len;
            }
            Some(Escape { len, meaning }) => {
                let shown = meaning.filter(|byte| !matches!(byte, b'\n' | b'\r'));
                plain.extend(shown);
                plain.extend((shown.iter().len()..len).map(|_| FILL));
                at += len;
            }
            None => {
                plain.extend(text.get(at).map(|byte| if *byte == b'\\' { FILL } else { *byte }));
                at += 1;
            }
        }
    }
    plain.extend_from_slice(text.get(at..).unwrap_or_default());
    plain
}

/// Whether a string of JSON ends behind the escape at an offset: the quote is escaped less often than what is inside.
fn ends_string(text: &[u8], at: usize, len: usize) -> bool {
    let slashes = |at: usize| text.iter().skip(at).take_while(|byte| **byte == b'\\').count();
    let behind = slashes(at + len);
    behind < slashes(at) && text.get(at + len + behind) == Some(&b'"')
}

fn unfilled(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    for fill in memchr_iter(FILL, text) {
        plain.extend_from_slice(text.get(at..fill).unwrap_or_default());
        at = fill + 1;
    }
    plain.extend_from_slice(text.get(at..).unwrap_or_default());
    plain
}

/// How many columns a text is wide.
pub(super) fn width(text: &[u8]) -> usize {
    let begins_character = |byte: &&u8| *byte & 0xc0 != 0x80;
    text.iter().filter(begins_character).count()
}

/// A line of a text.
struct Line {
    /// Without what ends it.
    range: Range<usize>,
    /// How wide all of it is, as it is written.
    most: usize,
    /// How wide that is, as it is shown, which may have been wrapped: without indentation, marks of quotations and
    /// frames, and the last quote of JSON.
    least: usize,
}

/// The lines of a text.
struct Lines<'a> {
    text: &'a [u8],
    lines: Vec<Line>,
}

/// Lines that were one: no line is wider than those that are full, which are all but the last.
#[derive(Clone, Copy)]
struct Block {
    first: usize,
    last: usize,
    /// The widest line.
    widest: usize,
    /// The narrowest of the full lines.
    room: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8], hidden: usize) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for whole in text.split(|byte| *byte == b'\n') {
            let line = whole.strip_suffix(b"\r").unwrap_or(whole);
            let most = width(line) + if start == 0 { hidden } else { 0 };
            let end = line.iter().rposition(|byte| !is_frame(*byte) && *byte != b'"').map_or(0, |at| at + 1);
            let inner = line.get(..end).and_then(|line| line.get(lead(line)..)).unwrap_or_default();
            let fill = memchr_iter(FILL, inner).count();
            lines.push(Line { range: start..start + line.len(), most, least: width(inner) - fill });
            start += whole.len() + 1;
        }
        Self { text, lines }
    }

    fn bytes(&self, nth: usize) -> &'a [u8] {
        self.lines.get(nth).and_then(|line| self.text.get(line.range.clone())).unwrap_or_default()
    }

    /// The lines that were one with those of the bytes from `start` to before `end`.
    fn block(&self, start: usize, end: usize) -> Block {
        let line_of = |at: usize| self.lines.iter().take_while(|line| line.range.end < at).count();
        let (first, last) = (line_of(start), line_of(end));
        let own = self.lines.get(first..=last).unwrap_or_default();
        let widest = own.iter().map(|line| line.least).max().unwrap_or_default();
        let full = own.iter().take(last - first).map(|line| line.most);
        let mut block = Block { first, last, widest, room: full.min().unwrap_or(usize::MAX - SLACK) };
        while let Some(above) = block.first.checked_sub(1)
            && let Some(line) = self.lines.get(above)
            && !self.begins(block.first)
            && let Some(more) = block.with(line.least, line.most)
        {
            block = Block { first: above, ..more };
        }
        while let Some((line, below)) = self.lines.get(block.last).zip(self.lines.get(block.last + 1))
            && !self.begins(block.last + 1)
            && let Some(more) = block.with(below.least, line.most)
        {
            block = Block { last: block.last + 1, ..more };
        }
        block
    }

    /// Whether a line is no rest of the one before.
    fn begins(&self, nth: usize) -> bool {
        let line = self.bytes(nth);
        line.trim_ascii().is_empty() || record::is_header(line)
    }

    /// What a line begins with before its text.
    fn lead(&self, nth: usize) -> &'a [u8] {
        let line = self.bytes(nth);
        line.get(..lead(line)).unwrap_or_default()
    }

    /// What was put before the lines of a block: marks of quotations and tables, or indentation of all but the first. A
    /// line that was one before the others were wrapped may be without.
    fn prefix(&self, block: Block) -> &'a [u8] {
        const DEEP: usize = 4;
        let leads = (block.first..=block.last).map(|nth| self.lead(nth));
        let rest = leads.clone().skip(1);
        let is_mark = |byte: &u8| matches!(byte, b'|' | b'>');
        let marks = leads.filter(|lead| lead.iter().any(is_mark)).reduce(common).unwrap_or_default();
        if !marks.is_empty() {
            return marks;
        }
        match rest.clone().reduce(common).unwrap_or_default() {
            // One blank is of the text itself.
            b"" | b" " => {
                rest.filter(|lead| width(&unfilled(lead)) >= DEEP).reduce(common).unwrap_or_default()
            }
            all => all,
        }
    }

    /// Where a line of a table ends without its frame.
    fn without_frame(&self, nth: usize) -> usize {
        let line = self.bytes(nth);
        let inner = FRAMES
            .iter()
            .find_map(|frame| line.strip_suffix(*frame))
            .map(|inner| inner.strip_suffix(b" ").unwrap_or(inner));
        self.lines.get(nth).map_or(0, |it| it.range.start + inner.unwrap_or(line).len())
    }

    /// Whether a line goes on with the text at `next`: a blank would stand between the end of a sentence and a word.
    fn goes_on(&self, nth: usize, next: usize) -> bool {
        let ends = matches!(self.bytes(nth).last(), Some(b'.' | b'!' | b'?' | b')' | b']' | b'}'));
        !(ends && self.text.get(next).is_some_and(|byte| is_letter(*byte)))
    }
}

impl Block {
    /// With a line more, if both that and the one that turns out to be full fit.
    fn with(self, line: usize, full: usize) -> Option<Self> {
        let (widest, room) = (self.widest.max(line), self.room.min(full));
        (full >= NARROWEST && widest <= room + SLACK).then_some(Self { widest, room, ..self })
    }
}

/// What two texts both begin with.
fn common<'a>(one: &'a [u8], other: &[u8]) -> &'a [u8] {
    let len = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    one.get(..len).unwrap_or_default()
}

/// The length of what a line begins with before its text.
fn lead(line: &[u8]) -> usize {
    line.iter().take_while(|byte| is_frame(**byte)).count()
}

/// Of indentation, a quotation, or the lines of a table.
fn is_frame(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'|' | b'>' | FILL | OTHER..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, found: &str) -> Option<String> {
        let at = text.find(found).unwrap();
        let (before, behind) = text.split_at(at);
        let behind = &behind[found.len()..];
        let (before, after) = undone(before.as_bytes(), found.as_bytes(), behind.as_bytes(), 0)?;
        Some(String::from_utf8([before, b"<>".to_vec(), after].concat()).unwrap())
    }

    #[test]
    fn lines_of_one_width_are_one_again() {
        for text in [
            "the terminal is this w\nide and here is 0x57 f\nor you",
            "> the terminal is this w\n> ide and here is 0x57 f\n> or you",
            "the terminal is this w\r\n        ide and here is 0x57 f\r\n        or you",
            "| the terminal is this w |\n| ide and here is 0x57 f |\n| or you",
            "the terminal is this w\\nide and here is 0x57 f\\nor you",
            "\u{1b}[1mthe\u{1b}[0m terminal is this w\nide and here is 0x57 f\nor you",
        ] {
            let read = read(text, "0x57").unwrap();
            let read = read.trim_start_matches(['>', '|', ' ']);
            assert_eq!(read, "the terminal is this wide and here is <> for you", "{text}");
        }
        let blanks = "the terminal of someone\n is 0x57 wide";
        assert_eq!(read(blanks, "0x57").as_deref(), Some("the terminal of someone is <> wide"));
        let entity = "the terminal of &amp;\nquot;X&amp;quot; is 0x57 wide";
        assert_eq!(read(entity, "0x57").as_deref(), Some("the terminal of \"X\" is <> wide"));
        let string = "> {\"log\":\"a terminal of so\n> meone is 0x57\\n\",\"stream\n> \":\"x\"}";
        let whole = "> {\"log\":\"a terminal of someone is <>\",\"stream\":\"x\"}";
        assert_eq!(read(string, "0x57").as_deref(), Some(whole));
        let quoted = "> the terminal of someone\n>  is 0x57 wide";
        assert_eq!(read(quoted, "0x57").as_deref(), Some("> the terminal of someone is <> wide"));
    }

    #[test]
    fn other_lines_stay_what_they_are() {
        for text in [
            "short\n0x57\nlines",
            "a line that is long\n0x57 is in one that is longer",
            "the terminal is this wide\n\n0x57",
            "the terminal is this wide\n{\"msg\":\"0x57\"}",
        ] {
            assert_eq!(read(text, "0x57"), None, "{text}");
        }
        let text = "a line that is by far the widest of all\nthe terminal is this w\nide: 0x57\nshort";
        let whole = "a line that is by far the widest of all\nthe terminal is this wide: <>\nshort";
        assert_eq!(read(text, "0x57").as_deref(), Some(whole));
        let text = "the terminal is this wide.\nthis is 0x57";
        assert_eq!(read(text, "0x57").as_deref(), Some("the terminal is this wide.\nthis is <>"));
    }
}
