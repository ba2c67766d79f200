//! Which CIDR reservations to make for prefixes.

use alloc::vec::Vec;

use super::{BlockState, DELEGATED_PREFIX_LEN, Subnet};
use crate::{Ipv4Prefix, prefix};

/// How many blocks a proposal may set aside beyond what is needed.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spare {
    /// As few reservations as possible: the last one may be larger than what is left to cover.
    FewestRanges,
    /// No block beyond what is needed, with as few reservations as that takes.
    NoSpareBlock,
}

impl Subnet {
    /// Proposes reservations of type `prefix` for so many /28: aligned ranges of free blocks that touch no reservation.
    ///
    /// Blocks of the ranges are all free now, so each reservation is worth its whole size. They are by address. Where
    /// there is not room for all, they cover what there is.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::subnet::Spare;
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign("10.0.8.70".parse().expect("an address"))?;
    /// let texts = |ranges: Vec<Ipv4Prefix>| ranges.iter().map(ToString::to_string).collect::<Vec<_>>();
    /// // The largest free ranges are 10.0.8.128/26, 10.0.8.32/27, 10.0.8.96/27 and 10.0.8.192/27.
    /// assert_eq!(texts(subnet.propose_reservations(5, Spare::FewestRanges)), ["10.0.8.16/28", "10.0.8.128/26"]);
    /// assert_eq!(texts(subnet.propose_reservations(3, Spare::FewestRanges)), ["10.0.8.128/26"]);
    /// assert_eq!(texts(subnet.propose_reservations(3, Spare::NoSpareBlock)), ["10.0.8.16/28", "10.0.8.32/27"]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn propose_reservations(&self, prefixes: u32, spare: Spare) -> Vec<Ipv4Prefix> {
        let free = self.blocks().filter(|block| block.state == BlockState::Free).map(|block| block.prefix);
        let open = free.filter(|block| !self.reservations.iter().any(|kept| kept.prefix.overlaps(*block)));
        let mut ranges = prefix::aggregate(open);
        let mut chosen = Vec::new();
        let mut left = u64::from(prefixes);
        while left > 0 && !ranges.is_empty() {
            let whole = match spare {
                Spare::FewestRanges => left.next_power_of_two(),
                Spare::NoSpareBlock => 1 << left.ilog2(),
            };
            // The smallest range that is large enough, so that large ones stay whole; else the largest there is.
            let fitting = (0..ranges.len()).filter(|at| blocks(ranges[*at]) >= whole);
            let Some(at) = fitting.min_by_key(|at| (blocks(ranges[*at]), *at)).or_else(|| {
                (0..ranges.len()).max_by_key(|at| (blocks(ranges[*at]), core::cmp::Reverse(*at)))
            }) else {
                break;
            };
            let range = ranges.remove(at);
            let part = part(range, whole.min(blocks(range)));
            ranges.extend(prefix::subtract(&[range], &[part]));
            ranges.sort_unstable();
            left = left.saturating_sub(blocks(part));
            chosen.push(part);
        }
        chosen.sort_unstable();
        chosen
    }
}

/// The number of aligned /28 in a range of them.
fn blocks(range: Ipv4Prefix) -> u64 {
    range.address_count() >> (Ipv4Prefix::MAX_LEN - DELEGATED_PREFIX_LEN)
}

/// The first part of a range that has so many blocks, a power of two.
fn part(range: Ipv4Prefix, count: u64) -> Ipv4Prefix {
    let shorter = u8::try_from(count.ilog2()).unwrap_or(0);
    Ipv4Prefix::truncating(range.first(), DELEGATED_PREFIX_LEN - shorter).unwrap_or(range)
}
