//! One automaton over the letters and digits of all patterns, and the check of what it finds.
//!
//! Blanks, punctuation and line breaks are not fed to it: whoever pastes from a terminal has breaks in the middle of
//! words, and quotes inside quotes. So what it finds is a candidate, and the bytes between its letters decide.

use super::record;
use super::table::{Clue, Kind, PATTERNS, Pattern};
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::{Builder, DFA};
use aho_corasick::{Anchored, MatchKind};
use std::sync::LazyLock;

/// Bytes that are looked at around a match, on each side; windows are at least so much larger.
pub(super) const MARGIN: usize = 4096;
/// The longest match, line breaks and indentation included.
const LONGEST: usize = 1024;
/// The longest stretch between two letters of a match.
const GAP: usize = 96;
/// Bytes that are reduced to letters at once: small enough for the nearest cache.
const BLOCK: usize = 1 << 14;

/// A letter in lower case or a digit; 0 for any other byte.
static LETTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let letter = (byte as u8).to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            table[byte] = letter;
        }
        byte += 1;
    }
    table
};

pub(super) fn is_letter(byte: u8) -> bool {
    LETTERS[usize::from(byte)] != 0
}

/// What stands before a letter of a pattern.
#[derive(Debug)]
enum Before {
    /// Another letter.
    Letter,
    /// Punctuation alone, which may be lost.
    Marks(&'static str),
    /// A blank, perhaps with punctuation.
    Blank(&'static str),
}

/// A pattern, ready for the check.
struct Ready {
    pattern: &'static Pattern,
    /// One for each letter; that of the first is not used.
    before: Vec<Before>,
    /// The last word goes on.
    goes_on: bool,
}

/// The automaton with its patterns.
pub(super) struct Matcher {
    dfa: DFA,
    ready: Vec<Ready>,
}

static MATCHER: LazyLock<Option<Matcher>> = LazyLock::new(Matcher::new);

impl Matcher {
    /// The one matcher of the process; `None` if its patterns could not be built, which a test rules out.
    pub(super) fn get() -> Option<&'static Self> {
        MATCHER.as_ref()
    }

    fn new() -> Option<Self> {
        let letters = |pattern: &Pattern| -> Vec<u8> {
            pattern
                .text
                .bytes()
                .map(|byte| LETTERS[usize::from(byte)])
                .filter(|letter| *letter != 0)
                .collect()
        };
        let dfa = Builder::new()
            .match_kind(MatchKind::Standard)
            .start_kind(aho_corasick::StartKind::Unanchored)
            .prefilter(false)
            .build(PATTERNS.iter().map(letters))
            .ok()?;
        Some(Self { dfa, ready: PATTERNS.iter().map(Ready::new).collect() })
    }

    /// The state before any text.
    pub(super) fn start(&self) -> Cursor<'_> {
        // Only an anchored start could be refused.
        let state = self.dfa.start_state(Anchored::No).unwrap_or_default();
        Cursor { matcher: self, state, letters: vec![0; BLOCK + 1], places: vec![0; BLOCK + 1] }
    }
}

/// The automaton in the middle of a text.
pub(super) struct Cursor<'m> {
    matcher: &'m Matcher,
    state: StateID,
    letters: Vec<u8>,
    places: Vec<u16>,
}

impl Cursor<'_> {
    /// Forgets the text before.
    pub(super) fn reset(&mut self) {
        self.state = self.matcher.dfa.start_state(Anchored::No).unwrap_or_default();
    }

    /// Reads on in `window` from one offset to another, and tells every match that passes the check: its pattern's
    /// number, and the offsets of its first and last byte.
    pub(super) fn feed(
        &mut self,
        window: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize, usize),
    ) {
        let dfa = &self.matcher.dfa;
        let mut offset = from;
        for block in window.get(from..to).unwrap_or_default().chunks(BLOCK) {
            let mut count = 0;
            for (place, byte) in block.iter().enumerate() {
                let letter = LETTERS[usize::from(*byte)];
                self.letters[count] = letter;
                #[expect(clippy::cast_possible_truncation, reason = "a block is shorter than 2^16")]
                let short = place as u16;
                self.places[count] = short;
                // No branch: which bytes are letters cannot be foretold.
                count += usize::from(letter != 0);
            }
            for index in 0..count {
                self.state = dfa.next_state(Anchored::No, self.state, self.letters[index]);
                if dfa.is_special(self.state) && dfa.is_match(self.state) {
                    let end = offset + usize::from(self.places[index]);
                    for nth in 0..dfa.match_len(self.state) {
                        let number = dfa.match_pattern(self.state, nth).as_usize();
                        let ready = self.matcher.ready.get(number);
                        if let Some(start) = ready.and_then(|ready| ready.check(window, end)) {
                            found(number, start, end);
                        }
                    }
                }
            }
            offset += block.len();
        }
    }
}

impl Ready {
    fn new(pattern: &'static Pattern) -> Self {
        let text = pattern.text;
        let letters: Vec<usize> =
            text.bytes().enumerate().filter(|(_, byte)| is_letter(*byte)).map(|(at, _)| at).collect();
        let between = |at: &[usize]| match at {
            [before, here] => text.get(before + 1..*here).unwrap_or_default(),
            _ => "",
        };
        let before = |gap: &'static str| match gap {
            "" => Before::Letter,
            gap if gap.contains(' ') => Before::Blank(gap),
            gap => Before::Marks(gap),
        };
        let rest = letters.windows(2).map(|pair| before(between(pair)));
        Self {
            pattern,
            before: std::iter::once(Before::Letter).chain(rest).collect(),
            goes_on: text.ends_with('…'),
        }
    }

    /// The offset of the first byte of the match that ends at `end`, if it is one.
    fn check(&self, window: &[u8], end: usize) -> Option<usize> {
        let mut here = end;
        for before in self.before.iter().skip(1).rev() {
            // Most letters stand side by side.
            if matches!(before, Before::Letter | Before::Marks(_)) && here > 0 && is_letter(window[here - 1])
            {
                here -= 1;
                continue;
            }
            let gap = window.get(..here)?.iter().rev().take(GAP + 1).position(|byte| is_letter(*byte))?;
            let start = here - gap;
            if gap > GAP || end - start > LONGEST || !before.allows(window, start, here) {
                return None;
            }
            here = start - 1;
        }
        let after = window.get(end + 1).copied().unwrap_or_default();
        let ends = self.goes_on || !is_letter(after);
        (ends && self.begins(window, here)).then_some(here)
    }

    /// Whether a word begins here, or the number that the pattern is.
    fn begins(&self, window: &[u8], start: usize) -> bool {
        let before = window.get(..start).unwrap_or_default();
        match (self.pattern.kind, before) {
            (Kind::Hex, [head @ .., b'0', b'x' | b'X']) => word_begins(head),
            (Kind::Signed, [head @ .., b'-']) => word_begins(head),
            (Kind::Signed, _) => false,
            (Kind::Decimal, [.., b'-' | b'.']) => false,
            _ => word_begins(before),
        }
    }
}

/// Whether the text before ends outside of a word. Letters of escapes are no words: `\n` in JSON, colours of terminals.
fn word_begins(before: &[u8]) -> bool {
    match before {
        [] => true,
        [.., last] if !is_letter(*last) => true,
        [.., b'\\', b'n' | b't' | b'r'] => true,
        [head @ .., b'm'] => {
            let codes = head.iter().rev().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b';');
            let head = head.get(..head.len() - codes.count()).unwrap_or_default();
            head.ends_with(b"\x1b[")
        }
        _ => false,
    }
}

impl Before {
    /// Whether these bytes may stand there.
    fn allows(&self, window: &[u8], from: usize, to: usize) -> bool {
        let gap = window.get(from..to).unwrap_or_default();
        let breaks =
            || gap.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| from + at + 1);
        // What a log writes in a line of its own is no rest of the line before.
        let wrapped = || breaks().all(|line| !record::is_header(window.get(line..).unwrap_or_default()));
        match self {
            Self::Letter => {
                let blank =
                    |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'|' | b'>' | b'\\' | 0x80..);
                gap.is_empty() || gap.contains(&b'\n') && gap.iter().all(blank) && wrapped()
            }
            Self::Marks(marks) => no_other_sentence(gap, marks) && wrapped(),
            Self::Blank(marks) => !gap.is_empty() && no_other_sentence(gap, marks) && wrapped(),
        }
    }
}

/// No end of a sentence lies in the gap, unless the pattern has it.
fn no_other_sentence(gap: &[u8], marks: &str) -> bool {
    let ends = |byte: &&u8| matches!(byte, b'.' | b';' | b'!' | b'?');
    gap.iter().filter(ends).all(|end| marks.as_bytes().contains(end))
}

/// Whether a record has what a pattern asks for.
pub(super) fn fits(pattern: &Pattern, record: &[u8]) -> bool {
    if pattern.with.is_empty() && pattern.without.is_empty() {
        return true;
    }
    let text = record.to_ascii_lowercase();
    let has = |word: &&str| has_word(&text, word.as_bytes());
    (pattern.with.is_empty() || pattern.with.iter().any(has)) && !pattern.without.iter().any(has)
}

/// Whether a text has words that begin with these.
fn has_word(text: &[u8], word: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) =
        text.get(from..).and_then(|rest| rest.iter().position(|byte| Some(byte) == word.first()))
    {
        let (before, here) = text.split_at(from + at);
        if here.starts_with(word) && word_begins(before) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// The pattern of a number, and what it tells.
pub(super) fn pattern(number: usize) -> Option<(&'static Pattern, Clue)> {
    PATTERNS.get(number).map(|pattern| (pattern, pattern.target))
}
