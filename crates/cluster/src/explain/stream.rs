//! Reads a text of any length in constant memory, so that the answer does not depend on how it comes in pieces.

use super::matcher::{Cursor, MARGIN, Matcher};
use super::nodes::Node;
use super::record::Facts;
use super::tally::{Hit, Tally, chars, lines};
use crate::progress::Stopped;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes that are held at once, margins included.
const WINDOW: usize = (1 << 18) + 2 * MARGIN;

/// Why a text was not read to its end.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Stopped,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Stopped> for Fault {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Told how many bytes more were read.
pub(super) type Tick<'a> = &'a mut dyn FnMut(u64) -> Result<(), Stopped>;

/// Searches texts and tallies what it finds.
pub(super) struct Scanner {
    cursor: Cursor<'static>,
    pub(super) tally: Tally,
    streams: u64,
    window: Vec<u8>,
    /// The node that all inputs are about, until it is changed.
    pub(super) node: Option<Node>,
}

impl Scanner {
    pub(super) fn new() -> Option<Self> {
        let cursor = Matcher::get()?.start();
        Some(Self { cursor, tally: Tally::new(), streams: 0, window: Vec::new(), node: None })
    }

    /// Searches a text as it comes.
    pub(super) fn text(
        &mut self,
        file: &Arc<str>,
        source: &mut dyn Read,
        tick: Tick<'_>,
    ) -> Result<(), Fault> {
        self.cursor.reset();
        self.streams += 1;
        let (stream, node) = (self.streams, self.node);
        let (window, tally) = (&mut self.window, &mut self.tally);
        window.clear();
        let (mut base, mut before, mut columns) = (0u64, 0u64, 0u64);
        loop {
            let room = WINDOW - window.len();
            let read = source.take(room as u64).read_to_end(window)?;
            let ended = read < room;
            tick(read as u64)?;
            // What is told about a match looks at what stands behind it.
            let to = if ended { window.len() } else { window.len() - MARGIN };
            self.cursor.feed(window, to, ended, |found| {
                tally.hit(&Hit {
                    file,
                    stream,
                    window,
                    base,
                    lines: before,
                    columns,
                    pattern: found.pattern,
                    start: found.start,
                    end: found.end,
                    cut: found.cut,
                    facts: None,
                    node,
                });
            });
            if ended {
                return Ok(());
            }
            let dropped = to - MARGIN;
            let gone = window.get(..dropped).unwrap_or_default();
            before += lines(gone);
            columns = match memchr::memrchr(b'\n', gone) {
                Some(at) => chars(gone.get(at + 1..).unwrap_or_default()),
                None => columns + chars(gone),
            };
            base += dropped as u64;
            window.drain(..dropped);
            self.cursor.moved(dropped);
        }
    }

    /// Searches a text that is one record, of which something is known.
    pub(super) fn record(&mut self, file: &Arc<str>, line: u64, text: &[u8], facts: &Facts<'_>) {
        self.cursor.reset();
        self.streams += 1;
        let (stream, node, tally) = (self.streams, self.node, &mut self.tally);
        self.cursor.feed(text, text.len(), true, |found| {
            let hit = Hit {
                file,
                stream,
                window: text,
                base: 0,
                lines: line,
                columns: 0,
                pattern: found.pattern,
                start: found.start,
                end: found.end,
                cut: found.cut,
                facts: Some(facts),
                node,
            };
            tally.hit(&hit);
        });
    }
}
