//! One automaton over the letters and digits of all patterns, and the check of what it finds.
//!
//! Blanks, punctuation and line breaks are not fed to it: whoever pastes from a terminal has breaks in the middle of
//! words, and quotes inside quotes. So what it finds is a candidate, and the bytes between its letters decide.

use super::context::Around;
use super::cut::{self, Beginnings};
use super::escape::{self, OTHER};
use super::gap::{GAP, Gap, pieces};
use super::record::Bounds;
use super::table::{Clue, Kind, PATTERNS, Pattern, Said, is_of_hcn, result_name};
use super::walk::{matches, walk};
use super::words::{Words, finder};
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::{Builder, DFA};
use aho_corasick::{Anchored, MatchKind};
use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};
use std::ops::Range;
use std::sync::LazyLock;

/// Bytes that are looked at around a match, on each side; windows are at least so much larger.
pub(super) const MARGIN: usize = 4096;
/// The longest match, line breaks and indentation included.
const LONGEST: usize = 1024;
/// Bytes that are reduced to letters at once: small enough for the nearest cache.
const BLOCK: usize = 1 << 14;

/// A letter in lower case or a digit; 0 for any other byte.
pub(super) static LETTERS: [u8; 256] = {
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
    /// As it is mostly written, from its first letter to its last.
    written: &'static [u8],
    /// One for each letter; that of the first is not used.
    before: Vec<Before>,
    /// The last word goes on.
    goes_on: bool,
    with: Vec<Finder<'static>>,
    without: Vec<Finder<'static>>,
}

/// The automaton with its patterns.
pub(super) struct Matcher {
    dfa: DFA,
    ready: Vec<Ready>,
    beginnings: Beginnings,
    /// How many letters the longest pattern has.
    longest: usize,
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
        let beginnings =
            Beginnings::new(&dfa, |number| PATTERNS.get(number).map(letters).unwrap_or_default());
        let longest = PATTERNS.iter().map(|pattern| letters(pattern).len()).max().unwrap_or_default();
        Some(Self { dfa, ready: PATTERNS.iter().map(Ready::new).collect(), beginnings, longest })
    }

    /// Tells the beginning of a pattern that a line ends with.
    fn cut(
        &self,
        window: &[u8],
        state: StateID,
        places: Places<'_>,
        line_end: usize,
        whole: usize,
        found: &mut impl FnMut(Match),
    ) {
        let Some((pattern, letters)) = self.beginnings.of(state) else { return };
        let (Some(ready), Some(end)) = (self.ready.get(pattern), places.back(0)) else { return };
        // A line without letters keeps the state of the one before.
        if memchr(b'\n', window.get(end..line_end).unwrap_or_default()).is_some()
            || !cut::is_cut(window, end, line_end)
        {
            return;
        }
        if let Some(start) = ready.starts(window, places, end, letters)
            && start >= whole
            && ready.begins(window, places, start, letters)
        {
            found(Match { pattern, start, end, cut: true });
        }
    }

    /// The state before any text.
    pub(super) fn start(&self) -> Cursor<'_> {
        // Only an anchored start could be refused.
        let state = self.dfa.start_state(Anchored::No).unwrap_or_default();
        let (letters, places) = (vec![0; BLOCK + 1], vec![0; BLOCK + 1]);
        let states = vec![state; BLOCK + 1];
        let (lines, ends, before) = (Vec::new(), Vec::new(), Vec::new());
        Cursor { matcher: self, state, letters, places, states, lines, ends, before, done: 0, whole: 0 }
    }
}

/// The automaton in the middle of a text.
pub(super) struct Cursor<'m> {
    matcher: &'m Matcher,
    state: StateID,
    letters: Vec<u8>,
    places: Vec<u16>,
    /// The states behind the letters of the block.
    states: Vec<StateID>,
    /// Where the lines of the block end, each with the letters up to there.
    lines: Vec<(usize, usize)>,
    /// The letters of the block that patterns may end with.
    ends: Vec<usize>,
    /// Offsets of the letters before the block, as many as a pattern may have and some more.
    before: Vec<usize>,
    /// Up to here everything is read: an escape may end behind what was asked for.
    done: usize,
    /// Behind the last byte of a whole pattern: what it ends in is no beginning of another.
    whole: usize,
}

/// A pattern that was found, with the offsets of its first and last byte.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub(super) pattern: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// It is only the beginning of the pattern, where a text is cut off.
    pub(super) cut: bool,
}

/// Letters that are remembered from block to block: those of the longest pattern, and `0x` with the letter before.
const REMEMBERED: usize = 128;

impl Cursor<'_> {
    /// Forgets the text before.
    pub(super) fn reset(&mut self) {
        self.state = self.matcher.dfa.start_state(Anchored::No).unwrap_or_default();
        self.before.clear();
        (self.done, self.whole) = (0, 0);
    }

    /// Says that so many bytes were dropped from the start of the window.
    pub(super) fn moved(&mut self, dropped: usize) {
        self.done = self.done.saturating_sub(dropped);
        self.whole = self.whole.saturating_sub(dropped);
        for place in &mut self.before {
            *place = place.saturating_sub(dropped);
        }
    }

    /// Reads on in `window` up to an offset, which is the end of the text if it `ended`, and tells every match that passes
    /// the check.
    pub(super) fn feed(&mut self, window: &[u8], to: usize, ended: bool, mut found: impl FnMut(Match)) {
        while self.done < to {
            let offset = self.done;
            self.lines.clear();
            let (count, end) = self.take_block(window, to);
            let state = self.state;
            let Self { matcher, letters, states, ends, .. } = self;
            let letters = letters.get(..count).unwrap_or_default();
            let states = states.get_mut(..count).unwrap_or_default();
            let last = walk(&matcher.dfa, matcher.longest, state, letters, states);
            matches(&matcher.dfa, states, ends);
            let mut nth = 0;
            for line in 0..self.lines.len() {
                let (line_end, letters) = self.lines[line];
                nth = self.matches(window, offset, nth, letters, &mut found);
                // A line without letters keeps the state of the one before.
                let state = letters.checked_sub(1).map_or(self.state, |at| self.states[at]);
                let places = Places { block: &self.places[..letters], offset, before: &self.before };
                self.matcher.cut(window, state, places, line_end, self.whole, &mut found);
            }
            self.matches(window, offset, nth, count, &mut found);
            self.state = last;
            let kept = self.before.len().saturating_sub(REMEMBERED.saturating_sub(count));
            self.before.drain(..kept);
            let last = self.places.get(count.saturating_sub(REMEMBERED)..count).unwrap_or_default();
            self.before.extend(last.iter().map(|place| offset + usize::from(*place)));
            self.done = end;
        }
        if ended {
            let places = Places { block: &[], offset: 0, before: &self.before };
            self.matcher.cut(window, self.state, places, window.len(), self.whole, &mut found);
        }
    }

    /// Tells the matches that end before a letter of the block, from the nth end on; and which end is the next.
    fn matches(
        &mut self,
        window: &[u8],
        offset: usize,
        mut nth: usize,
        before: usize,
        found: &mut impl FnMut(Match),
    ) -> usize {
        let dfa = &self.matcher.dfa;
        while let Some(index) = self.ends.get(nth).copied().filter(|index| *index < before) {
            nth += 1;
            let state = self.states[index];
            let places = Places { block: &self.places[..=index], offset, before: &self.before };
            for nth in 0..dfa.match_len(state) {
                let pattern = dfa.match_pattern(state, nth).as_usize();
                let ready = self.matcher.ready.get(pattern);
                if let Some(start) = ready.and_then(|ready| ready.check(window, places)) {
                    let end = offset + usize::from(self.places[index]);
                    self.whole = end + 1;
                    found(Match { pattern, start, end, cut: false });
                }
            }
        }
        nth
    }

    /// Collects the letters of the next block; tells how many there are, and where the block ends.
    fn take_block(&mut self, window: &[u8], to: usize) -> (usize, usize) {
        let offset = self.done;
        let end = to.min(offset + BLOCK);
        let (mut count, mut at) = (0, offset);
        for ahead in escape::starts(window.get(offset..end).unwrap_or_default()) {
            let place = offset + ahead;
            // What begins inside of an escape is a part of it.
            if place < at {
                continue;
            }
            if let Some(escape) = escape::at(window.get(place..).unwrap_or_default()) {
                count = self.take(window, offset, at..place, count);
                at = place + escape.len;
            }
        }
        if at < end {
            count = self.take(window, offset, at..end, count);
            at = end;
        }
        (count, at)
    }

    /// Collects the letters of a stretch without escapes, line by line.
    fn take(&mut self, window: &[u8], offset: usize, range: Range<usize>, mut count: usize) -> usize {
        let mut from = range.start;
        for line_end in memchr_iter(b'\n', window.get(range.clone()).unwrap_or_default()) {
            let line_end = range.start + line_end;
            count = self.take_line(window, offset, from..line_end, count);
            self.lines.push((line_end, count));
            from = line_end + 1;
        }
        self.take_line(window, offset, from..range.end, count)
    }

    fn take_line(&mut self, window: &[u8], offset: usize, range: Range<usize>, count: usize) -> usize {
        let first = range.start - offset;
        let line = window.get(range).unwrap_or_default();
        // There is room for one letter more than a block has.
        let room = count..=count + line.len();
        let (letters, places) = (&mut self.letters[room.clone()], &mut self.places[room]);
        let mut taken = 0;
        for (byte, place) in line.iter().zip(first..) {
            let letter = LETTERS[usize::from(*byte)];
            letters[taken] = letter;
            #[expect(clippy::cast_possible_truncation, reason = "a block is shorter than 2^16")]
            let short = place as u16;
            places[taken] = short;
            // No branch: which bytes are letters cannot be foretold.
            taken += usize::from(letter != 0);
        }
        count + taken
    }
}

/// Where the letters stand that were read last.
#[derive(Clone, Copy)]
struct Places<'a> {
    block: &'a [u16],
    offset: usize,
    before: &'a [usize],
}

impl Places<'_> {
    /// The offset of the letter that is the nth before the last; `None` where the text begins.
    fn back(&self, nth: usize) -> Option<usize> {
        match self.block.len().checked_sub(nth + 1) {
            Some(index) => self.block.get(index).map(|place| self.offset + usize::from(*place)),
            None => {
                let nth = nth - self.block.len();
                self.before.len().checked_sub(nth + 1).and_then(|index| self.before.get(index)).copied()
            }
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
        let finders = |words: &[&str]| words.iter().map(|words| finder(words)).collect();
        let ends = letters.first().zip(letters.last());
        let written = ends.and_then(|(first, last)| text.as_bytes().get(*first..=*last)).unwrap_or_default();
        Self {
            pattern,
            written,
            with: finders(pattern.with),
            without: finders(pattern.without),
            before: std::iter::once(Before::Letter).chain(rest).collect(),
            goes_on: text.ends_with('…'),
        }
    }

    /// The offset of the first byte of the match that ends with the last letter, if it is one.
    fn check(&self, window: &[u8], places: Places<'_>) -> Option<usize> {
        let end = places.back(0)?;
        let here = match self.starts_as_written(window, end) {
            Some(start) => start,
            None => self.starts(window, places, end, self.before.len())?,
        };
        let after = window.get(end + 1).copied().unwrap_or_default();
        let ends = self.goes_on || !is_letter(after) && !is_coloured(window, end + 1);
        (ends && self.begins(window, places, here, self.before.len())).then_some(here)
    }

    fn starts_as_written(&self, window: &[u8], end: usize) -> Option<usize> {
        let start = (end + 1).checked_sub(self.written.len())?;
        window.get(start..=end)?.eq_ignore_ascii_case(self.written).then_some(start)
    }

    /// The offset of the first of so many letters, if the bytes between all of them may stand there.
    fn starts(&self, window: &[u8], places: Places<'_>, end: usize, letters: usize) -> Option<usize> {
        let mut here = end;
        for (nth, before) in self.before.get(1..letters)?.iter().rev().enumerate() {
            let letter = places.back(nth + 1)?;
            if letter + 1 == here {
                // Most letters stand side by side.
                if matches!(before, Before::Blank(_)) {
                    return None;
                }
            } else if here - letter > GAP
                || end - letter > LONGEST
                || !before.allows(window, letter + 1, here)
            {
                return None;
            }
            here = letter;
        }
        Some(here)
    }

    /// Whether a word begins here, or the number that the pattern is.
    fn begins(&self, window: &[u8], places: Places<'_>, start: usize, letters: usize) -> bool {
        let Some(last) = places.back(letters) else {
            return self.pattern.kind != Kind::Signed || window.get(..start).is_some_and(|it| it == b"-");
        };
        // Escapes are no letters, so that a word begins behind them; but a search may have coloured a part of one.
        let begins = |nth: usize, place: usize| {
            places.back(nth).is_none_or(|letter| letter + 1 != place && !is_coloured(window, letter + 1))
        };
        match self.pattern.kind {
            Kind::Words | Kind::Short => begins(letters, start),
            Kind::Hex => match places.back(letters + 1) {
                Some(zero)
                    if window.get(zero) == Some(&b'0')
                        && matches!(window.get(last), Some(b'x' | b'X'))
                        && joined(window, zero, last)
                        && joined(window, last, start) =>
                {
                    begins(letters + 2, zero)
                }
                _ => begins(letters, start),
            },
            Kind::Signed | Kind::Decimal => {
                let gap = Gap::new(window, (last + 1).max(start.saturating_sub(GAP)), start);
                let bytes = gap.bytes();
                let marks = |byte: &u8| !byte.is_ascii_whitespace() && !matches!(byte, b'|' | b'>' | OTHER..);
                let broken = bytes.iter().rposition(marks).map_or(0, |at| at + 1);
                let broken = bytes.get(..broken).unwrap_or_default();
                let before = if memchr(b'\n', bytes.get(broken.len()..).unwrap_or_default()).is_some() {
                    broken
                } else {
                    bytes
                };
                if self.pattern.kind == Kind::Signed {
                    // The minus begins a word itself.
                    before.ends_with(b"-") && (before.len() > 1 || start - last > GAP)
                } else {
                    begins(letters, start) && !before.ends_with(b"-") && !bytes.ends_with(b".")
                }
            }
        }
    }
}

/// Whether nothing but colours stands between here and a letter.
fn is_coloured(window: &[u8], from: usize) -> bool {
    let to = (from + GAP).min(window.len());
    let mut seen = false;
    for (byte, _) in pieces(window, from, to) {
        match byte {
            None => seen = true,
            Some(byte) => return seen && is_letter(byte),
        }
    }
    false
}

/// Whether two letters stand side by side, but for a break.
fn joined(window: &[u8], letter: usize, next: usize) -> bool {
    letter + 1 == next || next - letter <= GAP && Before::Letter.allows(window, letter + 1, next)
}

impl Before {
    /// Whether these bytes may stand there.
    fn allows(&self, window: &[u8], from: usize, to: usize) -> bool {
        // Most gaps are one blank or quote.
        if to == from + 1 && matches!(window.get(from), Some(b' ' | b'"' | b'-' | b'/' | b':' | b',' | b'='))
        {
            return !matches!(self, Self::Letter);
        }
        let gap = Gap::new(window, from, to);
        let fits = match self {
            Self::Letter => gap.is_break(),
            Self::Marks(marks) | Self::Blank(marks) => gap.has_no_other_sentence(marks),
        };
        fits && gap.wraps()
    }
}

/// What a pattern that was found tells.
pub(super) struct Candidate {
    pub(super) clue: Clue,
    ready: &'static Ready,
}

impl Candidate {
    /// Of the pattern of a number.
    pub(super) fn new(number: usize) -> Option<Self> {
        let ready = Matcher::get()?.ready.get(number)?;
        Some(Self { clue: ready.pattern.target, ready })
    }

    /// It depends on what words the record has.
    pub(super) fn asks_for_words(&self) -> bool {
        !self.ready.with.is_empty() || !self.ready.without.is_empty()
    }

    /// Whether the record has what the pattern asks for: its words, and something around what was found
    /// that says it is meant as such.
    pub(super) fn fits<'w>(
        &self,
        window: &'w [u8],
        record: Bounds,
        found: Range<usize>,
        words: &Words,
    ) -> bool {
        let Ready { pattern, with, without, .. } = self.ready;
        if without.iter().any(|it| words.has(it)) {
            return false;
        }
        let with_words = || with.iter().any(|it| words.has(it));
        let start = found.start;
        let around = |says: fn(&Around<'w>) -> bool| Around::any(window, record, found, says);
        match pattern.said {
            Said::Anywhere => with.is_empty() || with_words(),
            Said::AsResult => {
                let base = window.get(start.saturating_sub(2)..start).unwrap_or_default();
                let is_hex = pattern.kind == Kind::Hex;
                is_hex && base.eq_ignore_ascii_case(b"0x")
                    || around(if is_hex { Around::is_hex_or_result } else { Around::is_result })
            }
            Said::ByHns if pattern.kind == Kind::Words => with_words() || around(Around::is_of_hns),
            Said::ByHns => around(Around::is_result_of_hns),
            Said::Alone => with_words() || around(Around::is_all),
        }
    }

    /// The pattern is only the beginning of a number.
    pub(super) fn is_beginning(&self) -> bool {
        self.ready.goes_on && self.ready.pattern.kind != Kind::Words
    }

    /// Where a number ends whose first digits were found at `start`, and which result of HCN without a name it is;
    /// `None` if it is something else.
    pub(super) fn unnamed(&self, window: &[u8], start: usize) -> Option<(usize, u32)> {
        const MOST_DIGITS: usize = 10;
        let text = window.get(start..(start + MOST_DIGITS + 1).min(window.len()))?;
        let len = text.iter().take_while(|byte| is_letter(**byte)).count();
        let digits = std::str::from_utf8(text.get(..len)?).ok()?;
        let number = match self.ready.pattern.kind {
            Kind::Hex if len == 8 => u32::from_str_radix(digits, 16).ok()?,
            Kind::Decimal => digits.parse().ok()?,
            Kind::Signed => digits.parse::<u32>().ok()?.wrapping_neg(),
            _ => return None,
        };
        (is_of_hcn(number) && result_name(number).is_none()).then_some((start + len - 1, number))
    }
}
