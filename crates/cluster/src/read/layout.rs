//! Where the characters of a scalar stand in the text of its file.
//!
//! A parser keeps the place of a scalar only. What is inside is followed through the source: each step must give the next
//! character of the value, so that nothing is told that was not seen.

use super::node::{ENCODED, Node, Position, Scalar, Style};
use super::text::Place;
use crate::model::{Layout, Piece};
use std::cell::OnceCell;
use std::str::Chars;

/// The text of the file that is being read.
#[derive(Debug, Default)]
pub(super) struct Source {
    text: String,
    /// Where its lines start: counted once a scalar is followed.
    lines: OnceCell<Vec<usize>>,
    /// Pieces that may still be told: more than user data of any real cluster has.
    left: usize,
}

/// Pieces of all scripts of one file.
const MOST: usize = 1 << 20;

impl Source {
    pub(super) fn new(text: String) -> Self {
        Self { text, lines: OnceCell::new(), left: MOST }
    }

    /// How the value of a scalar lies in the file.
    pub(super) fn layout(&mut self, node: &Node) -> Layout {
        let hidden = Layout::Hidden(1);
        let Some(scalar) = node.as_scalar() else { return hidden };
        let start = node.span.start;
        let mut walk = Walk { value: &scalar.text, at: 0, pieces: Vec::new(), most: self.left };
        match scalar.style {
            Style::Literal | Style::Folded => {
                // A template puts values into its lines.
                let filled = node.tag() == Some(ENCODED);
                self.block(scalar, start, filled, &mut walk);
            }
            _ => self.flow(scalar.style, start, &mut walk),
        }
        let pieces = walk.pieces;
        self.left -= pieces.len().min(self.left);
        if pieces.is_empty() { hidden } else { Layout::Pieces(pieces.into()) }
    }

    fn line_start(&self, line: u32) -> Option<usize> {
        let lines = self.lines.get_or_init(|| {
            let start = self.text.as_ptr() as usize;
            super::text::lines(&self.text).map(|line| line.as_ptr() as usize - start).collect()
        });
        lines.get(usize::try_from(line).ok()?.checked_sub(1)?).copied()
    }

    /// Lines of a block start behind its indentation.
    fn block(&self, scalar: &Scalar, start: Position, filled: bool, walk: &mut Walk<'_>) {
        let indent = start.column as usize - 1;
        let Some(from) = self.line_start(start.line) else { return };
        for (line, number) in super::text::lines(&self.text[from..]).zip(start.line..) {
            let empty = line.trim_matches(' ').is_empty() && line.len() <= indent;
            let Some(said) =
                line.get(indent..).filter(|_| !empty && line[..indent].trim_matches(' ').is_empty())
            else {
                if empty {
                    continue;
                }
                return;
            };
            walk.skip_breaks();
            if !walk.rest().starts_with(said) && scalar.style == Style::Folded {
                walk.at += usize::from(walk.rest().starts_with(' '));
            }
            let other = !walk.rest().starts_with(said);
            let filled = other && filled && said.contains("${");
            if walk.rest().is_empty() || other && !filled || !walk.piece(number, start.column) {
                return;
            }
            let length =
                if filled { walk.rest().find('\n').unwrap_or(walk.rest().len()) } else { said.len() };
            walk.at += length;
        }
    }

    /// Quotes, and plain scalars that go over lines.
    fn flow(&self, style: Style, start: Position, walk: &mut Walk<'_>) {
        let quote = match style {
            Style::DoubleQuoted => Some('"'),
            Style::SingleQuoted => Some('\''),
            _ => None,
        };
        let Some(line) = self.line_start(start.line) else { return };
        let rest = &self.text[line..];
        let Some((from, _)) = rest.char_indices().nth(start.column as usize - 1) else { return };
        let rest = &rest[from..];
        let inside = if let Some(quote) = quote { rest.strip_prefix(quote) } else { Some(rest) };
        let Some(inside) = inside else { return };
        let mut place =
            Place::starting(inside, Position { column: start.column + u32::from(quote.is_some()), ..start });
        let mut rest = inside;
        // Whether the next character is a piece of its own: the first one, and what follows anything irregular.
        let mut fresh = true;
        while !walk.rest().is_empty() {
            let before = inside.len() - rest.len();
            let Some(unit) = Unit::next(rest, style) else { return };
            let at = place.at(before);
            match unit {
                Unit::Fold(length, breaks) => {
                    let expected = if breaks == 1 { " " } else { &"\n".repeat(breaks - 1) };
                    if !walk.take(expected) {
                        return;
                    }
                    (rest, fresh) = (&rest[length..], true);
                }
                Unit::Nothing(length) => (rest, fresh) = (&rest[length..], true),
                Unit::Char(length, c) => {
                    let irregular = length != c.len_utf8();
                    if (fresh || irregular) && !walk.piece(at.line, at.column)
                        || !walk.take(c.encode_utf8(&mut [0; 4]))
                    {
                        return;
                    }
                    (rest, fresh) = (&rest[length..], irregular || c == '\n');
                }
            }
        }
    }
}

/// How far a value was followed.
struct Walk<'v> {
    value: &'v str,
    at: usize,
    pieces: Vec<Piece>,
    most: usize,
}

impl<'v> Walk<'v> {
    fn rest(&self) -> &'v str {
        self.value.get(self.at..).unwrap_or_default()
    }

    fn skip_breaks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches('\n').len();
    }

    fn take(&mut self, expected: &str) -> bool {
        let there = self.rest().starts_with(expected);
        self.at += if there { expected.len() } else { 0 };
        there
    }

    /// What follows stands there; `false` if that is one piece too many.
    fn piece(&mut self, line: u32, column: u32) -> bool {
        self.pieces.push(Piece { at: self.at, line, column });
        self.pieces.len() < self.most
    }
}

/// The next thing that a scalar says, with its length in the source.
enum Unit {
    Char(usize, char),
    /// A line break with the blanks around it, and how many breaks.
    Fold(usize, usize),
    /// A line break that an escape takes away.
    Nothing(usize),
}

impl Unit {
    fn next(rest: &str, style: Style) -> Option<Self> {
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if let Some((length, breaks)) = folded(&rest[blanks..]) {
            return Some(Self::Fold(blanks + length, breaks));
        }
        let mut chars = rest.chars();
        match (chars.next()?, style) {
            ('\'', Style::SingleQuoted) => (chars.next() == Some('\'')).then_some(Self::Char(2, '\'')),
            ('"', Style::DoubleQuoted) => None,
            ('\\', Style::DoubleQuoted) => {
                let behind = chars.as_str();
                if let Some((length, _)) = folded(behind) {
                    return Some(Self::Nothing(1 + length));
                }
                let (length, c) = escaped(chars)?;
                Some(Self::Char(1 + length, c))
            }
            (c, _) => Some(Self::Char(c.len_utf8(), c)),
        }
    }
}

/// Line breaks with the blanks between and behind them: length and count.
fn folded(text: &str) -> Option<(usize, usize)> {
    let mut rest = text;
    let mut breaks = 0;
    while let Some(next) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])) {
        breaks += 1;
        rest = next.trim_start_matches([' ', '\t']);
    }
    (breaks > 0).then_some((text.len() - rest.len(), breaks))
}

/// The character of an escape, and its length behind the backslash.
fn escaped(mut chars: Chars<'_>) -> Option<(usize, char)> {
    let c = match chars.next()? {
        'n' => '\n',
        't' | '\t' => '\t',
        'r' => '\r',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return number(chars.as_str(), 2).and_then(|code| Some((3, char::from_u32(code)?))),
        'U' => return number(chars.as_str(), 8).and_then(|code| Some((9, char::from_u32(code)?))),
        'u' => {
            let high = number(chars.as_str(), 4)?;
            if let Some(c) = char::from_u32(high) {
                return Some((5, c));
            }
            // The second half of a character follows as an escape of its own.
            let low = chars.as_str().get(4..).and_then(|rest| rest.strip_prefix("\\u"))?;
            let low = number(low, 4)?;
            let units = [high, low].map(|unit| u16::try_from(unit).unwrap_or_default());
            return Some((11, char::decode_utf16(units).next()?.ok()?));
        }
        c @ (' ' | '"' | '/' | '\\') => c,
        _ => return None,
    };
    Some((1, c))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    u32::from_str_radix(text.get(..digits)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{json, yaml};
    use super::*;

    /// The place of the first `@` in the value of `v`.
    fn place(source: &str) -> Option<(u32, u32)> {
        let documents = if source.starts_with('{') { json::parse(source) } else { yaml::parse(source) };
        let node = documents.unwrap().remove(0).node;
        let node = node.get("v").unwrap();
        let text = node.as_text().unwrap();
        let place = crate::model::Place::new(&"a".into(), node.span.start.line, node.span.start.column);
        let at = match Source::new(source.to_owned()).layout(node) {
            Layout::Hidden(_) => return None,
            layout => layout.place_at(text, &place, text.find('@').unwrap()),
        };
        Some((at.line, at.column))
    }

    #[test]
    fn characters_are_followed_to_where_they_stand() {
        for source in [
            "a: 1\nv: |\n  x\n\n    y @\n",
            "a: 1\r\nv: |-\r\n\r\n  x\r\n  y @\r\n",
            "v: >\n  x\n  y @\n\n  z\n",
            "v: >\n  x\n\n    deep @\n  z\n",
            "v: |2\n    x\n   @\n",
            "v: \"x\\ny @\"\n",
            "v: \"é\\u00e9\\\"\\x41 @\"\n",
            "v: \"x\n  y\n\n  z @\"\n",
            "v: \"x \\\n   y @\"\n",
            "v: 'it''s\n  @'\n",
            "v: x\n  y @\n",
            "- &a {v: b}\n",
            "{\"v\": \"<p>\\r\\nx \\ud83d\\ude00\\u003c\\/ @\"}",
            "{\n \"v\": \"\\tx @\"}",
        ] {
            let Some(at) = source.find('@') else { continue };
            let expected = super::super::text::position(source, at);
            assert_eq!(place(source), Some((expected.line, expected.column)), "{source}");
        }
    }

    #[test]
    fn what_is_not_seen_is_not_told() {
        let node = yaml::parse("v: \"x\\ny\"\n").unwrap().remove(0).node;
        let other = Source::new("w: something else\n".to_owned()).layout(node.get("v").unwrap());
        assert_eq!(other, Layout::Hidden(1));
        assert_eq!(Source::default().layout(node.get("v").unwrap()), Layout::Hidden(1));
    }
}
