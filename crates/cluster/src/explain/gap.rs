//! The bytes between two letters of a match.

use super::escape::{self, OTHER};
use super::record;
use memchr::memchr2;

/// The longest stretch between two letters of a match.
pub(super) const GAP: usize = 96;

/// What stands between two letters, escapes replaced by what they stand for.
pub(super) struct Gap<'a> {
    window: &'a [u8],
    from: usize,
    to: usize,
    bytes: [u8; GAP],
    len: usize,
}

impl<'a> Gap<'a> {
    pub(super) fn new(window: &'a [u8], from: usize, to: usize) -> Self {
        let mut gap = Self { window, from, to, bytes: [0; GAP], len: 0 };
        let bytes = pieces(window, from, to).filter_map(|(byte, _)| byte);
        for (next, byte) in gap.bytes.iter_mut().zip(bytes) {
            *next = byte;
            gap.len += 1;
        }
        gap
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// A break in the middle of a word: of a line, with what quotes lines, or of a colour.
    pub(super) fn is_break(&self) -> bool {
        let gap = self.bytes();
        let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'|' | b'>' | b'\\' | OTHER..);
        gap.iter().all(blank) && (gap.is_empty() || gap.contains(&b'\n'))
    }

    /// What a log writes in a line of its own is no rest of the line before.
    pub(super) fn wraps(&self) -> bool {
        if memchr2(b'\n', b'\r', self.bytes()).is_none() {
            return true;
        }
        let behind = |at: usize| self.window.get(at..).unwrap_or_default();
        let lines = pieces(self.window, self.from, self.to).filter(|(byte, at)| match byte {
            Some(b'\n') => true,
            Some(b'\r') => !behind(*at).starts_with(b"\n"),
            _ => false,
        });
        lines.into_iter().all(|(_, line)| !record::is_header(behind(line)))
    }

    /// No end of a sentence lies in the gap, unless the pattern has it.
    pub(super) fn has_no_other_sentence(&self, marks: &str) -> bool {
        let ends = |byte: &&u8| matches!(byte, b'.' | b';' | b'!' | b'?');
        self.bytes().iter().filter(ends).all(|end| marks.as_bytes().contains(end))
    }
}

/// The characters of a stretch, each with where the next begins; `None` for a colour.
pub(super) fn pieces(window: &[u8], from: usize, to: usize) -> impl Iterator<Item = (Option<u8>, usize)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = window.get(at..to).filter(|rest| !rest.is_empty())?;
        let escape = window.get(at..).and_then(escape::at);
        let (byte, len) = escape.map_or((rest.first().copied(), 1), |escape| (escape.meaning, escape.len));
        at += len;
        Some((byte, at))
    })
}
