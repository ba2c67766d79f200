//! The blocks and addresses of a prefix, and the prefixes of a range, one after the other.

use core::iter::FusedIterator;
use core::net::Ipv4Addr;

use super::{Ipv4Prefix, low_byte, mask};

/// The blocks that make up a prefix; made by [`Ipv4Prefix::subnets`].
#[derive(Debug, Clone)]
pub struct Subnets(pub(super) Blocks);

impl Iterator for Subnets {
    type Item = Ipv4Prefix;

    fn next(&mut self) -> Option<Ipv4Prefix> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Prefix> {
        self.0.nth(n)
    }

    fn last(mut self) -> Option<Ipv4Prefix> {
        self.next_back()
    }
}

impl DoubleEndedIterator for Subnets {
    fn next_back(&mut self) -> Option<Ipv4Prefix> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for Subnets {}
impl FusedIterator for Subnets {}

/// The addresses of a prefix; made by [`Ipv4Prefix::addresses`].
#[derive(Debug, Clone)]
pub struct Addresses(pub(super) Blocks);

impl Iterator for Addresses {
    type Item = Ipv4Addr;

    fn next(&mut self) -> Option<Ipv4Addr> {
        self.0.next().map(Ipv4Prefix::network)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Addr> {
        self.0.nth(n).map(Ipv4Prefix::network)
    }

    fn last(mut self) -> Option<Ipv4Addr> {
        self.next_back()
    }
}

impl DoubleEndedIterator for Addresses {
    fn next_back(&mut self) -> Option<Ipv4Addr> {
        self.0.next_back().map(Ipv4Prefix::network)
    }
}

impl FusedIterator for Addresses {}

/// The fewest prefixes of a range of addresses; made by [`range`](super::range).
#[derive(Debug, Clone)]
pub struct Range {
    pub(super) next: Option<u32>,
    pub(super) last: u32,
}

impl Iterator for Range {
    type Item = Ipv4Prefix;

    fn next(&mut self) -> Option<Ipv4Prefix> {
        let first = self.next?;
        let left = u64::from(self.last - first) + 1;
        // The largest block that starts here (all 32 bits at 0.0.0.0) and does not pass the end.
        let host_bits = first.trailing_zeros().min(left.ilog2());
        let prefix = Ipv4Prefix { network: first, prefix_len: Ipv4Prefix::MAX_LEN - low_byte(host_bits) };
        let end = prefix.last_bits();
        self.next = (end < self.last).then(|| end + 1);
        Some(prefix)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Up the alignments and down again: at worst 31 blocks each way.
        if self.next.is_some() { (1, Some(62)) } else { (0, Some(0)) }
    }
}

impl FusedIterator for Range {}

/// Equal blocks side by side, as the indices of the first and the last one still to give.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    base: u32,
    prefix_len: u8,
    left: Option<(u32, u32)>,
}

impl Blocks {
    pub(super) const fn new(prefix: Ipv4Prefix, prefix_len: u8) -> Self {
        let last = !mask(Ipv4Prefix::MAX_LEN - (prefix_len - prefix.prefix_len));
        Self { base: prefix.network, prefix_len, left: Some((0, last)) }
    }

    pub(super) fn count(&self) -> u64 {
        self.left.map_or(0, |(first, last)| u64::from(last - first) + 1)
    }

    fn at(&self, index: u32) -> Ipv4Prefix {
        // The only block of 32 host bits is the one at index 0.
        let offset = index.checked_shl(u32::from(Ipv4Prefix::MAX_LEN - self.prefix_len)).unwrap_or(0);
        Ipv4Prefix { network: self.base | offset, prefix_len: self.prefix_len }
    }

    fn next(&mut self) -> Option<Ipv4Prefix> {
        self.nth(0)
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Prefix> {
        let (first, last) = self.left?;
        let index = u32::try_from(n).ok().and_then(|n| first.checked_add(n)).filter(|index| *index <= last);
        self.left = index.filter(|index| *index < last).map(|index| (index + 1, last));
        index.map(|index| self.at(index))
    }

    fn next_back(&mut self) -> Option<Ipv4Prefix> {
        let (first, last) = self.left?;
        self.left = (first < last).then(|| (first, last - 1));
        Some(self.at(last))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match usize::try_from(self.count()) {
            Ok(count) => (count, Some(count)),
            Err(_) => (usize::MAX, None),
        }
    }
}
