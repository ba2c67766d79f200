//! What a file is, told from its first bytes, and its text as UTF-8.

use std::io::{self, Read};

/// Bytes that are looked at.
pub(crate) const SNIFF: usize = 1 << 13;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// UTF-8, or bytes of which the ASCII ones count, behind a mark of so many bytes.
    Text(usize),
    /// UTF-16 behind a mark of so many bytes; `true` for big endian.
    Utf16(usize, bool),
    Zip,
    /// Nothing to read here, and why.
    Other(&'static str),
}

/// Tells what a file with such a beginning is.
pub(crate) fn sniff(head: &[u8]) -> Content {
    match head {
        [0xFF, 0xFE, 0, 0, ..] => Content::Other("is UTF-32: save it as UTF-8"),
        [0xFF, 0xFE, ..] => Content::Utf16(2, false),
        [0xFE, 0xFF, ..] => Content::Utf16(2, true),
        [0xEF, 0xBB, 0xBF, ..] => Content::Text(3),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Content::Zip,
        [0x1F, 0x8B, ..] => Content::Other("is compressed with gzip: unpack it first"),
        [b'E', b'l', b'f', b'F', b'i', b'l', b'e', 0, ..] => {
            Content::Other("is a Windows event log (.evtx): save it as text or CSV first")
        }
        _ => plain(head),
    }
}

fn plain(head: &[u8]) -> Content {
    let any = memchr::memchr(0, head).is_some();
    let zeros = |odd: usize| {
        if any { head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 2 } else { 0 }
    };
    // Nine of ten: letters of other scripts are rare in logs.
    let most = |count: usize| head.len() >= 4 && count * 10 >= head.len() * 9;
    if most(zeros(1)) && zeros(0) == 0 {
        return Content::Utf16(0, false);
    }
    if most(zeros(0)) && zeros(1) == 0 {
        return Content::Utf16(0, true);
    }
    let control = |byte: &&u8| matches!(byte, 0..=7 | 14..=26 | 28..=31 | 127);
    if head.iter().filter(control).count() * 10 > head.len() {
        return Content::Other("is binary: only text, JSON and zip are read");
    }
    Content::Text(0)
}

/// UTF-16 as UTF-8; half characters become the replacement character.
pub(crate) struct Utf16<R> {
    source: R,
    big: bool,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    /// The first half of a character of two.
    half: Option<u16>,
}

impl<R: Read> Utf16<R> {
    pub(crate) fn new(source: R, big: bool) -> Self {
        Self { source, big, raw: Vec::new(), text: Vec::new(), given: 0, half: None }
    }

    /// Decodes the next stretch; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        const STRETCH: u64 = 1 << 16;
        self.text.clear();
        self.given = 0;
        let read = (&mut self.source).take(STRETCH).read_to_end(&mut self.raw)?;
        let (pairs, odd) = self.raw.as_chunks::<2>();
        let unit =
            |pair: &[u8; 2]| if self.big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
        let mut units: Vec<u16> = self.half.take().into_iter().chain(pairs.iter().map(unit)).collect();
        let rest = odd.to_vec();
        self.raw = rest;
        let ended = read == 0;
        if !ended && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
            self.half = units.pop();
        }
        for decoded in char::decode_utf16(units) {
            let char = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(!ended)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.fill()? && self.text.is_empty() {
                return Ok(0);
            }
        }
        let rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_utf_16_whatever_the_pieces() {
        let text = "ä\u{1F600}b".repeat(40_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = String::new();
        Utf16::new(&bytes[..], false).read_to_string(&mut out).unwrap();
        assert_eq!(out, text);
        let mut out = String::new();
        Utf16::new(&[0xD8, 0x3D, 0, b'a', 0][..], true).read_to_string(&mut out).unwrap();
        assert_eq!(out, "\u{FFFD}a");
    }

    #[test]
    fn tells_what_a_file_is() {
        assert_eq!(sniff(b""), Content::Text(0));
        assert_eq!(sniff(b"a\0b\0c\0"), Content::Utf16(0, false));
        assert_eq!(sniff(b"\0a\0b\0c"), Content::Utf16(0, true));
        assert_eq!(sniff(b"PK\x03\x04"), Content::Zip);
        assert!(matches!(sniff(b"\x7fELF\x02\x01\x01\0\0\0\0"), Content::Other(_)));
        assert_eq!(sniff("Grüße".as_bytes()), Content::Text(0));
    }
}
