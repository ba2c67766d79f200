//! Words that a record has besides what was found in it.

use super::escape;
use super::matcher::LETTERS;
use memchr::memmem::Finder;

/// The letters of a record, to look for words in it.
#[derive(Debug, Default)]
pub(super) struct Words {
    letters: Vec<u8>,
    /// Whether a word begins with the letter.
    begins: Vec<bool>,
}

impl Words {
    pub(super) fn read(&mut self, record: &[u8]) {
        // There is room for one letter more.
        self.letters.resize(record.len() + 1, 0);
        self.begins.resize(record.len() + 1, false);
        let (mut at, mut count) = (0, 0);
        for start in escape::starts(record) {
            // What begins inside of an escape is a part of it.
            let Some(before) = record.get(at..start) else { continue };
            if let Some(escape) = record.get(start..).and_then(escape::at) {
                count = self.take(before, count);
                at = start + escape.len;
            }
        }
        count = self.take(record.get(at..).unwrap_or_default(), count);
        self.letters.truncate(count);
        self.begins.truncate(count);
    }

    /// Adds the letters of a stretch without escapes.
    fn take(&mut self, text: &[u8], count: usize) -> usize {
        let room = count..=count + text.len();
        let (letters, begins) = (&mut self.letters[room.clone()], &mut self.begins[room]);
        let (mut taken, mut first) = (0, true);
        for byte in text {
            let letter = LETTERS[usize::from(*byte)];
            letters[taken] = letter;
            begins[taken] = first;
            first = letter == 0;
            taken += usize::from(!first);
        }
        count + taken
    }

    /// Whether there are words that begin with these; blanks and marks between them do not count.
    pub(super) fn has(&self, words: &Finder<'_>) -> bool {
        words.find_iter(&self.letters).any(|at| self.begins.get(at) == Some(&true))
    }
}

pub(super) fn finder(words: &str) -> Finder<'static> {
    let letters: Vec<u8> =
        words.bytes().map(|byte| LETTERS[usize::from(byte)]).filter(|letter| *letter != 0).collect();
    Finder::new(&letters).into_owned()
}
