//! Texts that end in the middle of a pattern: messages of events are cut at a length, terminals at their edge.
//!
//! The state of the automaton behind the last letter of a line is the longest beginning of a pattern that the line ends
//! with, so that a line costs one look at a table.

use super::matcher::is_letter;
use super::record;
use super::table::{Clue, Kind, PATTERNS};
use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;
use std::collections::HashMap;

/// Letters that a beginning has at least, and of how many of its pattern: shorter ones are found in prose.
const LEAST: usize = 16;
const PERCENT: usize = 60;

/// The states that stand for beginnings of only one error.
pub(super) struct Beginnings {
    /// The pattern and how many of its letters there are; `None` if several errors begin so.
    states: HashMap<StateID, Option<(usize, usize)>>,
    /// Whether a state is one of these, by bits: nearly no line ends in one.
    seen: Vec<u64>,
}

impl Beginnings {
    pub(super) fn new(dfa: &DFA, letters: impl Fn(usize) -> Vec<u8>) -> Self {
        let mut states: HashMap<StateID, Option<(usize, usize)>> = HashMap::new();
        let words = PATTERNS
            .iter()
            .enumerate()
            .filter(|(_, pattern)| pattern.kind == Kind::Words && matches!(pattern.target, Clue::Error(_)));
        for (number, pattern) in words {
            let letters = letters(number);
            let mut state = dfa.start_state(Anchored::No).unwrap_or_default();
            for (nth, letter) in letters.iter().enumerate() {
                state = dfa.next_state(Anchored::No, state, *letter);
                let count = nth + 1;
                if count < LEAST || count * 100 < letters.len() * PERCENT || count == letters.len() {
                    continue;
                }
                let is_same = |known: &Option<(usize, usize)>| {
                    let known = known.and_then(|(known, _)| PATTERNS.get(known));
                    known.is_some_and(|known| known.target == pattern.target)
                };
                states
                    .entry(state)
                    .and_modify(|known| {
                        *known = known.filter(|_| is_same(known));
                    })
                    .or_insert(Some((number, count)));
            }
        }
        let mut seen = Vec::new();
        for state in states.keys().map(StateID::as_usize) {
            seen.resize(seen.len().max(state / 64 + 1), 0);
            if let Some(bits) = seen.get_mut(state / 64) {
                *bits |= 1u64 << (state % 64);
            }
        }
        Self { states, seen }
    }

    /// The pattern that a line in this state may be the beginning of, and how many of its letters there are.
    pub(super) fn of(&self, state: StateID) -> Option<(usize, usize)> {
        let at = state.as_usize();
        let bits = self.seen.get(at / 64)?;
        if bits >> (at % 64) & 1 == 0 {
            return None;
        }
        *self.states.get(&state)?
    }
}

/// Whether a text is cut off behind the letter at an offset, where its line ends: no sentence ends there, and what follows
/// is no rest of it.
pub(super) fn is_cut(window: &[u8], letter: usize, line_end: usize) -> bool {
    let marks = window.get(letter + 1..line_end).unwrap_or_default();
    let marks = String::from_utf8_lossy(marks).replace("...", "").replace('…', "");
    let open =
        |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'}' | b'|');
    let behind = window.get(line_end + 1..).unwrap_or_default();
    let next = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let ends = || next.trim_ascii().is_empty() || !next.iter().any(|byte| is_letter(*byte));
    marks.bytes().all(open) && (ends() || record::is_header(behind))
}
