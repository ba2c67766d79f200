//! From bytes to text: UTF-8 or UTF-16, with a byte order mark or without.

use std::borrow::Cow;

use super::{error::ReadError, node::Position};

/// Returns the text of a file, without its byte order mark; line breaks stay as they are.
///
/// # Errors
/// - [`ReadError::Encoding`] for anything but UTF-8 or UTF-16, with the offset of the first bad byte. Without a
///   mark UTF-16 is known by an ASCII character at its start, as every dump has one.
///
/// # Examples
/// ```
/// use winpod_cluster::read::text;
///
/// assert_eq!(text::decode(b"\xef\xbb\xbfa: 1\r\n").unwrap(), "a: 1\r\n");
/// assert_eq!(text::decode(b"\xff\xfea\0").unwrap(), "a");
/// assert_eq!(text::decode(b"{\0}\0").unwrap(), "{}");
/// assert!(text::decode(b"a: \xff").is_err());
/// ```
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Err(bad(0, "UTF-8 or UTF-16 (UTF-32 is not read)", "")),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, 2, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, 2, u16::from_be_bytes).map(Cow::Owned),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3).map(Cow::Borrowed),
        [0, 0, ..] | [_, 0, 0, 0, ..] => Err(bad(0, "UTF-8 or UTF-16 (UTF-32 is not read)", "")),
        [0, 1..=0x7F, ..] => utf16(bytes, 0, u16::from_be_bytes).map(Cow::Owned),
        [1..=0x7F, 0, ..] => utf16(bytes, 0, u16::from_le_bytes).map(Cow::Owned),
        _ => utf8(bytes, 0).map(Cow::Borrowed),
    }
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<&str, ReadError> {
    str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let before = bytes.get(..valid).and_then(|b| str::from_utf8(b).ok()).unwrap_or_default();
        bad(skipped + valid, "UTF-8", before)
    })
}

/// The text behind a mark of so many bytes.
fn utf16(bytes: &[u8], mark: usize, unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = mark;
    for decoded in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        let Ok(c) = decoded else { return Err(bad(offset, "UTF-16", &text)) };
        offset += c.len_utf16() * 2;
        text.push(c);
    }
    if odd.is_empty() { Ok(text) } else { Err(bad(offset, "UTF-16", &text)) }
}

#[cold]
fn bad(offset: usize, expected: &'static str, before: &str) -> ReadError {
    let mut place = Place::new(before);
    ReadError::Encoding { offset, expected, at: place.at(before.len()) }
}

/// Lines as positions count them: up to a line feed, a carriage return, or both together.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr2(b'\n', b'\r', text.as_bytes());
        let Some(end) = end else {
            rest = None;
            return Some(text);
        };
        let broken = &text[end..];
        rest = broken.strip_prefix("\r\n").or_else(|| broken.get(1..));
        Some(&text[..end])
    })
}

/// The place of the character at an offset.
pub(crate) fn position(text: &str, offset: usize) -> Position {
    Place::new(text).at(offset)
}

/// Turns byte offsets of a text into lines and columns; the offsets must not go back.
///
/// A line ends at a line feed, a carriage return, or both together.
#[derive(Debug)]
pub(crate) struct Place<'text> {
    bytes: &'text [u8],
    offset: usize,
    position: Position,
}

impl<'text> Place<'text> {
    pub(crate) fn new(text: &'text str) -> Self {
        Self::starting(text, Position::FIRST)
    }

    /// The same of a text whose first character stands at a position.
    pub(crate) fn starting(text: &'text str, position: Position) -> Self {
        Self { bytes: text.as_bytes(), offset: 0, position }
    }

    /// The place of the character at this offset.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let passed = self.bytes.get(self.offset..offset).unwrap_or_default();
        for (i, &byte) in passed.iter().enumerate() {
            match byte {
                b'\n' => self.position.next_line(),
                b'\r' if self.bytes.get(self.offset + i + 1) != Some(&b'\n') => self.position.next_line(),
                // Not the first byte of a character.
                0x80..=0xBF => {}
                _ => self.position.column = self.position.column.saturating_add(1),
            }
        }
        self.offset = self.offset.max(offset);
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (usize, u32, u32) {
        let error = decode(bytes).unwrap_err();
        assert_eq!(error.code(), "ENCODING");
        let at = error.position();
        match error {
            ReadError::Encoding { offset, .. } => (offset, at.line, at.column),
            other => panic!("{other}"),
        }
    }

    fn utf16_bytes(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn reads_every_encoding_and_drops_the_mark() {
        let text = "a: \u{1F600}é\r\nb: 2\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode([b"\xef\xbb\xbf", text.as_bytes()].concat().as_slice()).unwrap(), text);
        assert_eq!(decode(&utf16_bytes(text, [0xFF, 0xFE], u16::to_le_bytes)).unwrap(), text);
        assert_eq!(decode(&utf16_bytes(text, [0xFE, 0xFF], u16::to_be_bytes)).unwrap(), text);
        assert_eq!(decode(&utf16_bytes(text, [0, 0], u16::to_le_bytes)[2..]).unwrap(), text);
        assert_eq!(decode(&utf16_bytes(text, [0, 0], u16::to_be_bytes)[2..]).unwrap(), text);
        assert_eq!(decode(b"").unwrap(), "");
        assert_eq!(decode(b"\xff\xfe").unwrap(), "");
    }

    #[test]
    fn names_the_first_bad_byte() {
        assert_eq!(refused("é\nab\u{e9}".as_bytes().split_last().unwrap().1), (5, 2, 3));
        assert_eq!(refused(b"\xef\xbb\xbfab\xff"), (5, 1, 3));
        // A lone high surrogate, after two units.
        assert_eq!(refused(b"\xff\xfea\0\n\0\x3d\xd8"), (6, 2, 1));
        // Half a unit.
        assert_eq!(refused(b"\xfe\xff\0a\0"), (4, 1, 2));
        // Without a mark.
        assert_eq!(refused(b"{\0\x3d\xd8"), (2, 1, 2));
        assert_eq!(refused(b"\0{\0"), (2, 1, 2));
        assert_eq!(refused(b"{\0\0\0"), (0, 1, 1));
        assert_eq!(refused(b"\0\0\0{"), (0, 1, 1));
        assert_eq!(refused(b"\xff\xfe\0\0a\0\0\0"), (0, 1, 1));
    }

    #[test]
    fn the_message_says_what_to_do() {
        assert_eq!(
            decode(b"ab\xff").unwrap_err().to_string(),
            "byte 2 is not UTF-8: save the file as UTF-8, or as UTF-16 with a byte order mark"
        );
    }

    #[test]
    fn counts_every_kind_of_line_break_once() {
        let text = "a\r\nb\rc\nd";
        let mut place = Place::new(text);
        let lines: Vec<_> = (0..text.len()).map(|i| place.at(i).line).collect();
        assert_eq!(lines, [1, 1, 1, 2, 2, 3, 3, 4]);
    }
}
