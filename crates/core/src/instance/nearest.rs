//! Names near a misspelt one.

use core::array;
use core::iter::Take;

use super::{all, table};

/// How many names [`nearest`] gives at most.
const NEAREST: usize = 3;

/// Finds up to three names that someone who wrote `name` may have meant, the likeliest first.
///
/// Counts the letters to insert, delete, change or swap with their neighbour, ignoring case. At most a third of the
/// letters of `name` may differ, three in any case; names more than one step further than the nearest are left
/// out. Among equally near ones a longer common beginning wins, so the same family comes first, and then the order
/// of [`all`]. Text that resembles no type gives nothing, and text that is much too long to be a name gives
/// nothing at once.
///
/// # Examples
///
/// ```
/// use winpod::instance;
///
/// assert_eq!(instance::nearest("m5large").as_slice(), ["m5.large", "m5.xlarge", "m5a.large"]);
/// assert_eq!(instance::nearest("m5.7xlarge").as_slice(), ["m5.2xlarge", "m5.4xlarge", "m5.8xlarge"]);
/// assert!(instance::nearest("potato").as_slice().is_empty());
/// ```
pub fn nearest(name: &str) -> Nearest {
    let limit = (name.len() / 3).min(NEAREST);
    let mut best: [Option<Candidate>; NEAREST] = [None; NEAREST];
    if limit > 0 && name.len() <= table::LONGEST_NAME + limit {
        for candidate in all().filter_map(|it| Candidate::new(name, it.name, limit)) {
            // Insertion into a sorted list of three; an equal one stays behind, which keeps the order of the table.
            let place = best.iter().position(|held| held.is_none_or(|held| candidate.rank() < held.rank()));
            if let Some(place) = place {
                best[place..].rotate_right(1);
                best[place] = Some(candidate);
            }
        }
    }
    let mut nearest = Nearest { names: [""; NEAREST], count: 0 };
    let reach = best[0].map_or(0, |first| first.distance + 1);
    for candidate in best.into_iter().flatten().filter(|candidate| candidate.distance <= reach) {
        nearest.names[nearest.count] = candidate.name;
        nearest.count += 1;
    }
    nearest
}

/// Up to three names of instance types, the likeliest first: the answer of [`nearest`].
///
/// # Examples
///
/// ```
/// use winpod::instance;
///
/// let names = instance::nearest("c5.xlagre");
/// assert_eq!(names.into_iter().next(), Some("c5.xlarge"));
/// assert_eq!(instance::nearest("").into_iter().next(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    names: [&'static str; NEAREST],
    count: usize,
}

impl Nearest {
    /// Returns the names, the likeliest first; empty if none is near.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::instance::nearest("M5.LARGE").as_slice()[0], "m5.large");
    /// assert!(winpod::instance::nearest("x").as_slice().is_empty());
    /// ```
    pub fn as_slice(&self) -> &[&'static str] {
        &self.names[..self.count]
    }
}

impl IntoIterator for Nearest {
    type Item = &'static str;
    type IntoIter = Take<array::IntoIter<&'static str, NEAREST>>;

    fn into_iter(self) -> Self::IntoIter {
        self.names.into_iter().take(self.count)
    }
}

/// A name within reach of what was asked for.
#[derive(Clone, Copy)]
struct Candidate {
    name: &'static str,
    distance: usize,
    common: usize,
}

impl Candidate {
    /// `None` if more than `limit` letters differ.
    fn new(asked: &str, name: &'static str, limit: usize) -> Option<Self> {
        if asked.len().abs_diff(name.len()) > limit {
            return None;
        }
        let distance = distance(asked.as_bytes(), name.as_bytes(), limit)?;
        let common = asked.bytes().zip(name.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        Some(Self { name, distance, common })
    }

    /// Smaller is likelier.
    fn rank(&self) -> (usize, usize) {
        (self.distance, usize::MAX - self.common)
    }
}

/// The number of bytes to insert, delete, change or swap with a neighbour, ignoring ASCII case (the restricted
/// Damerau-Levenshtein distance); `None` beyond `limit`. `to` is no longer than the longest name of the table.
fn distance(from: &[u8], to: &[u8], limit: usize) -> Option<usize> {
    // Row `i` holds the distances from the first `i` bytes of `from` to every beginning of `to`.
    let mut before_last = [0; table::LONGEST_NAME + 1];
    let mut last: [usize; table::LONGEST_NAME + 1] = array::from_fn(|j| j);
    for (i, a) in from.iter().enumerate() {
        let mut row = [0; table::LONGEST_NAME + 1];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let change = last[j] + usize::from(!a.eq_ignore_ascii_case(b));
            row[j + 1] = change.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped =
                i > 0 && j > 0 && a.eq_ignore_ascii_case(&to[j - 1]) && from[i - 1].eq_ignore_ascii_case(b);
            if swapped {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        before_last = last;
        last = row;
        // Every later distance grows from one of these two rows.
        let reachable = |row: &[usize]| row[..=to.len()].iter().any(|distance| *distance <= limit);
        if !reachable(&last) && !reachable(&before_last) {
            return None;
        }
    }
    Some(last[to.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::find;
    use alloc::string::String;

    #[test]
    fn distances() {
        for (from, to, expected) in [
            ("m5.large", "m5.large", 0),
            ("M5.LARGE", "m5.large", 0),
            ("m5.larg", "m5.large", 1),
            ("m5.lagre", "m5.large", 1),
            ("5m.large", "m5.large", 1),
            ("", "m5.large", 8),
            ("m5.large", "", 8),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ] {
            assert_eq!(distance(from.as_bytes(), to.as_bytes(), 9), Some(expected), "{from} {to}");
            assert_eq!(distance(from.as_bytes(), to.as_bytes(), expected), Some(expected), "{from} {to}");
            if expected > 0 {
                assert_eq!(distance(from.as_bytes(), to.as_bytes(), expected - 1), None, "{from} {to}");
            }
        }
    }

    #[test]
    fn typos() {
        for (name, expected) in [
            ("m5.larg", &["m5.large", "m5.xlarge", "m5a.large"][..]),
            ("m5large", &["m5.large", "m5.xlarge", "m5a.large"]),
            ("M5.large", &["m5.large", "m5.xlarge", "m5a.large"]),
            ("m5.large", &["m5.large", "m5.xlarge", "m5a.large"]),
            ("t2nano", &["t2.nano", "t3.nano"]),
            ("m5.2xlareg", &["m5.2xlarge", "m5.24xlarge", "m5.12xlarge"]),
            ("", &[]),
            ("x", &[]),
            ("m5", &[]),
            ("größer als ein Name", &[]),
            ("an instance type with lots of room for pods", &[]),
        ] {
            assert_eq!(nearest(name).as_slice(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_of_ten_megabytes_costs_nothing() {
        let long: String = "m5.large".repeat(10 * 1024 * 1024 / 8);
        for _ in 0..100_000 {
            assert_eq!(find(&long), None);
            assert_eq!(nearest(&long).as_slice().len(), 0);
        }
    }

    #[test]
    fn nearest_finds_every_name_behind_one_slip() {
        for it in all().step_by(41) {
            for drop in 0..it.name.len() {
                let mut typo = String::from(it.name);
                typo.remove(drop);
                if find(&typo).is_some() {
                    continue;
                }
                let found = nearest(&typo);
                assert!(!found.as_slice().is_empty(), "{typo}");
                assert!(found.into_iter().all(|name| find(name).is_some()));
            }
            assert_eq!(nearest(it.name).as_slice()[0], it.name);
        }
    }
}
