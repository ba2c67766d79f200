//! Set arithmetic over prefixes.

use alloc::vec::Vec;

use super::{Ipv4Prefix, Range};

/// The fewest prefixes that hold exactly the addresses of those given, sorted and apart from each other.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let halves = [Ipv4Prefix::constant([192, 0, 2, 128], 25), Ipv4Prefix::constant([192, 0, 2, 0], 25)];
/// assert_eq!(prefix::aggregate(halves), [Ipv4Prefix::constant([192, 0, 2, 0], 24)]);
///
/// // Neighbours that are not the halves of one block stay two.
/// let neighbours = [Ipv4Prefix::constant([192, 0, 2, 0], 24), Ipv4Prefix::constant([192, 0, 1, 0], 24)];
/// assert_eq!(prefix::aggregate(neighbours).len(), 2);
/// ```
pub fn aggregate(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Vec<Ipv4Prefix> {
    let mut pieces = Vec::new();
    for span in spans(prefixes) {
        pieces.extend(span.pieces());
    }
    pieces
}

/// The fewest prefixes that hold the addresses of `prefixes` which are not in `without`, sorted.
///
/// Both lists may be in any order, overlap and repeat.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let subnet = [Ipv4Prefix::constant([192, 0, 2, 0], 26)];
/// let used = [Ipv4Prefix::constant([192, 0, 2, 0], 28), Ipv4Prefix::constant([192, 0, 2, 48], 28)];
/// let free = prefix::subtract(&subnet, &used);
/// assert_eq!(free.iter().map(ToString::to_string).collect::<Vec<_>>(), ["192.0.2.16/28", "192.0.2.32/28"]);
///
/// assert_eq!(prefix::subtract(&subnet, &[Ipv4Prefix::ALL]), []);
/// ```
pub fn subtract(prefixes: &[Ipv4Prefix], without: &[Ipv4Prefix]) -> Vec<Ipv4Prefix> {
    let cuts = spans(without.iter().copied());
    let mut cuts = cuts.iter().peekable();
    let mut pieces = Vec::new();
    for span in spans(prefixes.iter().copied()) {
        while cuts.next_if(|cut| cut.last < span.first).is_some() {}
        // What is left of the span; the last cut may reach into the next span, so it stays in the queue.
        let mut left = Some(span);
        while let (Some(rest), Some(cut)) = (left, cuts.peek()) {
            if cut.first > rest.last {
                break;
            }
            if cut.first > rest.first {
                pieces.extend(Span { first: rest.first, last: cut.first - 1 }.pieces());
            }
            left = (cut.last < rest.last).then(|| Span { first: cut.last + 1, last: rest.last });
            if left.is_some() {
                cuts.next();
            }
        }
        pieces.extend(left.into_iter().flat_map(Span::pieces));
    }
    pieces
}

/// The fewest prefixes that hold the addresses which are in both lists, sorted.
///
/// Both lists may be in any order, overlap and repeat.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
/// let reserved = Ipv4Prefix::constant([192, 0, 2, 64], 26);
/// assert_eq!(prefix::intersect(&[subnet], &[reserved]), [reserved]);
///
/// assert_eq!(prefix::intersect(&[subnet], &[Ipv4Prefix::constant([198, 51, 100, 0], 24)]), []);
/// ```
pub fn intersect(a: &[Ipv4Prefix], b: &[Ipv4Prefix]) -> Vec<Ipv4Prefix> {
    let (a, b) = (spans(a.iter().copied()), spans(b.iter().copied()));
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut pieces = Vec::new();
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let common = Span { first: x.first.max(y.first), last: x.last.min(y.last) };
        if common.first <= common.last {
            pieces.extend(common.pieces());
        }
        if x.last <= y.last {
            a.next();
        } else {
            b.next();
        }
    }
    pieces
}

/// A run of addresses, both ends included.
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    last: u32,
}

impl Span {
    fn pieces(self) -> Range {
        Range { next: Some(self.first), last: self.last }
    }
}

/// The addresses of the prefixes as the fewest runs, sorted, with a gap between any two.
fn spans(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Vec<Span> {
    let mut sorted: Vec<Ipv4Prefix> = prefixes.into_iter().collect();
    sorted.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for prefix in sorted {
        match spans.last_mut() {
            Some(open) if prefix.network <= open.last.saturating_add(1) => {
                open.last = open.last.max(prefix.last_bits());
            }
            _ => spans.push(Span { first: prefix.network, last: prefix.last_bits() }),
        }
    }
    spans
}
