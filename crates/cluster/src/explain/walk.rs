//! The states of the automaton behind each letter of a block.
//!
//! Each step waits for the one before, so that a walk is bound by how long memory takes. A state depends on no more
//! letters than the longest pattern has: so a block is cut into lanes that are walked side by side.

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;

const LANES: usize = 4;

/// Fills in the states behind the letters, of which the first is read in `state`; the last is what goes on from there.
/// `longest` is how many letters the longest pattern has.
pub(super) fn walk(
    dfa: &DFA,
    longest: usize,
    state: StateID,
    letters: &[u8],
    states: &mut [StateID],
) -> StateID {
    let lane = letters.len() / LANES;
    if lane <= longest * 2 {
        return in_turn(dfa, state, letters, states);
    }
    let (l0, rest) = letters.split_at(lane);
    let (l1, rest) = rest.split_at(lane);
    let (l2, l3) = rest.split_at(lane);
    let (s0, rest) = states.split_at_mut(lane);
    let (s1, rest) = rest.split_at_mut(lane);
    let (s2, s3) = rest.split_at_mut(lane);
    let start = dfa.start_state(Anchored::No).unwrap_or_default();
    let behind = |letters: &[u8]| {
        let last = letters.get(letters.len() - longest..).unwrap_or_default();
        last.iter().fold(start, |state, letter| dfa.next_state(Anchored::No, state, *letter))
    };
    let (mut a, mut b, mut c, mut d) = (state, behind(l0), behind(l1), behind(l2));
    let lanes = s0.iter_mut().zip(l0).zip(s1.iter_mut().zip(l1));
    // The last lane has what the division leaves over.
    let lanes = lanes.zip(s2.iter_mut().zip(l2).zip(s3.iter_mut().zip(l3)));
    for (((s0, l0), (s1, l1)), ((s2, l2), (s3, l3))) in lanes {
        a = dfa.next_state(Anchored::No, a, *l0);
        b = dfa.next_state(Anchored::No, b, *l1);
        c = dfa.next_state(Anchored::No, c, *l2);
        d = dfa.next_state(Anchored::No, d, *l3);
        (*s0, *s1, *s2, *s3) = (a, b, c, d);
    }
    let left = l3.get(lane..).unwrap_or_default();
    in_turn(dfa, d, left, s3.get_mut(lane..).unwrap_or_default())
}

fn in_turn(dfa: &DFA, state: StateID, letters: &[u8], states: &mut [StateID]) -> StateID {
    letters.iter().zip(states).fold(state, |state, (letter, slot)| {
        *slot = dfa.next_state(Anchored::No, state, *letter);
        *slot
    })
}

/// Where a pattern may end, among these states.
pub(super) fn matches(dfa: &DFA, states: &[StateID], found: &mut Vec<usize>) {
    const STEP: usize = 32;
    found.clear();
    for (nth, some) in states.chunks(STEP).enumerate() {
        // Without a branch for each: nearly none are.
        if some.iter().fold(false, |any, state| any | dfa.is_special(*state)) {
            let ends =
                some.iter().enumerate().filter(|(_, state)| dfa.is_special(**state) && dfa.is_match(**state));
            found.extend(ends.map(|(at, _)| nth * STEP + at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::MatchKind;
    use aho_corasick::dfa::Builder;

    #[test]
    fn lanes_tell_what_one_walk_tells() {
        let patterns = ["abab", "babba", "aab", "bbbbabab", "b"];
        let kind = aho_corasick::StartKind::Unanchored;
        let dfa =
            Builder::new().match_kind(MatchKind::Standard).start_kind(kind).prefilter(false).build(patterns);
        let dfa = dfa.unwrap();
        let mut seed = 7u32;
        for len in [0, 1, 8, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 999, 4096] {
            let mut letter = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if seed >> 16 & 1 == 0 { b'a' } else { b'b' }
            };
            let letters: Vec<u8> = std::iter::repeat_with(&mut letter).take(len).collect();
            let start = dfa.start_state(Anchored::No).unwrap();
            let start = dfa.next_state(Anchored::No, start, b'a');
            let (mut one, mut lanes) = (vec![start; len], vec![start; len]);
            let last = in_turn(&dfa, start, &letters, &mut one);
            assert_eq!(walk(&dfa, 8, start, &letters, &mut lanes), last, "{len}");
            assert_eq!(one, lanes, "{len}");
            let mut found = Vec::new();
            matches(&dfa, &lanes, &mut found);
            let all = lanes.iter().enumerate().filter(|(_, state)| dfa.is_match(**state)).map(|(at, _)| at);
            assert_eq!(found, all.collect::<Vec<_>>(), "{len}");
        }
    }
}
