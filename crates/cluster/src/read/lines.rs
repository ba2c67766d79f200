//! The lines of a text of any length, in whatever encoding its console wrote.
//!
//! Code pages need no table: what is not ASCII is a word of some language and is never read.

use super::text;
use crate::encoding::{Content, Utf16, sniff};
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// Bytes of a line that are kept; a command line of Windows has at most 32,767.
const LONGEST: usize = 1 << 15;

/// The beginning of a file, decoded once for all that tell by it what the file is.
pub(crate) struct Head<'b>(Cow<'b, str>);

impl<'b> Head<'b> {
    /// The text of these bytes; nothing if they are no text.
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        let behind = |mark: usize| bytes.get(mark..).unwrap_or_default();
        Self(match sniff(bytes) {
            Content::Text(mark) => String::from_utf8_lossy(behind(mark)),
            Content::Utf16(mark, big) => {
                let mut text = String::new();
                // Neither a slice nor what it is decoded to can fail to be read.
                let _ = Utf16::new(behind(mark), big).read_to_string(&mut text);
                text.into()
            }
            Content::Zip | Content::Other(_) => "".into(),
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        text::lines(&self.0)
    }
}

/// One line after the other, however long they and the file are.
pub(crate) struct Lines<'a> {
    source: Box<dyn BufRead + 'a>,
    bytes: Vec<u8>,
    /// A carriage return ended the last line, so a line feed does not end another.
    returned: bool,
}

impl<'a> Lines<'a> {
    /// Lines of a file whose start was looked at already; `None` if it is no text.
    pub(crate) fn new(start: &'a [u8], rest: impl Read + 'a) -> Option<Self> {
        let behind = |mark: usize| Cursor::new(start.get(mark..).unwrap_or_default()).chain(rest);
        let source: Box<dyn BufRead + 'a> = match sniff(start) {
            Content::Text(mark) => Box::new(BufReader::with_capacity(1 << 16, behind(mark))),
            Content::Utf16(mark, big) => Box::new(BufReader::new(Utf16::new(behind(mark), big))),
            Content::Zip | Content::Other(_) => return None,
        };
        Some(Self { source, bytes: Vec::new(), returned: false })
    }

    /// Every line of a file; none if it is no text.
    pub(crate) fn all(start: &'a [u8]) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(mut lines) = Self::new(start, io::empty()) {
            while let Ok(Some(line)) = lines.next() {
                all.push(line);
            }
        }
        all
    }

    /// The next line without its end; `None` behind the last one.
    pub(crate) fn next(&mut self) -> io::Result<Option<String>> {
        self.bytes.clear();
        let mut any = false;
        loop {
            let buffer = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(any.then(|| self.text()));
            }
            if std::mem::take(&mut self.returned) && buffer.first() == Some(&b'\n') {
                self.source.consume(1);
                continue;
            }
            any = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let line = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            self.bytes.extend(line.iter().take(LONGEST - self.bytes.len()));
            let taken = line.len();
            if let Some(end) = end {
                self.returned = buffer.get(end) == Some(&b'\r');
                self.source.consume(taken + 1);
                return Ok(Some(self.text()));
            }
            self.source.consume(taken);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn of(bytes: &[u8]) -> Vec<String> {
        let (start, rest) = bytes.split_at(bytes.len().min(4));
        let mut lines = Lines::new(start, rest).unwrap();
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(line);
        }
        all
    }

    #[test]
    fn every_line_end_and_encoding() {
        let expected = ["a", "", "é1", "b"];
        assert_eq!(of("a\r\n\né1\rb".as_bytes()), expected);
        let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            let text = "a\r\n\né1\rb\n".encode_utf16().flat_map(bytes);
            of(&mark.iter().copied().chain(text).collect::<Vec<u8>>())
        };
        assert_eq!(wide(b"\xff\xfe", u16::to_le_bytes), expected);
        assert_eq!(wide(b"\xfe\xff", u16::to_be_bytes), expected);
        // Code page 850 writes é as 0x82.
        assert_eq!(of(b"D\x82but 1\r\n"), ["D\u{FFFD}but 1"]);
        assert!(of(b"").is_empty());
        assert_eq!(of(&vec![b'9'; 100_000])[0].len(), 1 << 15);
    }
}
