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
        self.letters.clear();
        self.begins.clear();
        let (mut at, mut begins) = (0, true);
        while let Some(byte) = record.get(at) {
            let letter = LETTERS[usize::from(*byte)];
            if letter == 0 {
                let escape = record.get(at..).and_then(escape::at);
                at += escape.map_or(1, |escape| escape.len);
            } else {
                self.letters.push(letter);
                self.begins.push(begins);
                at += 1;
            }
            begins = letter == 0;
        }
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
