//! Places for new subnets in the free space of a VPC.
//!
//! Each new subnet gets the lowest place in the smallest free block that it fits, without looking at what comes after:
//! so a later one never moves an earlier one, and large blocks stay whole as long as small ones do.
//!
//! | operation | time, for n blocks |
//! |---|---|
//! | [`Space::new`] | O(n log n) |
//! | [`Space::take`] | O(log n) |
//!
//! # Source
//!
//! [`SourceId::SubnetSizeRange`](crate::SourceId::SubnetSizeRange): subnets of a VPC have 16 to 28 bits, and so do the
//! VPC's own blocks; they may not overlap, and a subnet lies inside one block.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{MAX_PREFIX_LEN, MIN_PREFIX_LEN};
use crate::{Error, Ipv4Prefix, prefix};

const LENGTHS: usize = (MAX_PREFIX_LEN - MIN_PREFIX_LEN + 1) as usize;

/// What is free in a VPC.
///
/// # Examples
///
/// ```
/// use winpod::subnet::carve::Space;
/// use winpod::{Error, Ipv4Prefix};
///
/// let vpc = Ipv4Prefix::constant([10, 0, 0, 0], 16);
/// let used = Ipv4Prefix::constant([10, 0, 64, 0], 19);
/// let mut space = Space::new(&[vpc], &[used])?;
/// // The /19 beside the used one is the smallest block that a /20 fits.
/// assert_eq!(space.take(20)?, Some(Ipv4Prefix::constant([10, 0, 96, 0], 20)));
/// assert_eq!(space.take(17)?, Some(Ipv4Prefix::constant([10, 0, 128, 0], 17)));
/// assert_eq!(space.take(17)?, None);
///
/// let overlapping = Ipv4Prefix::constant([10, 0, 80, 0], 20);
/// assert_eq!(
///     Space::new(&[vpc], &[used, overlapping]).unwrap_err().to_string(),
///     "10.0.80.0/20 overlaps 10.0.64.0/19: subnets of one VPC cannot"
/// );
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Free blocks by their length, the largest first: the fewest that make up what is free of each VPC block.
    free: [BTreeSet<Ipv4Prefix>; LENGTHS],
}

impl Space {
    /// Takes the blocks of a VPC and those of its subnets, in any order.
    ///
    /// # Errors
    ///
    /// - a VPC block of a length outside 16 to 28: [`Error::VpcSize`]
    /// - two VPC blocks with an address in common: [`Error::VpcOverlap`]
    /// - a subnet of a length outside 16 to 28: [`Error::SubnetSize`]
    /// - two subnets with an address in common: [`Error::SubnetOverlap`]
    /// - a subnet that is not inside one of the VPC's blocks: [`Error::SubnetOutsideVpc`]
    pub fn new(vpc: &[Ipv4Prefix], used: &[Ipv4Prefix]) -> Result<Self, Error> {
        let allowed = MIN_PREFIX_LEN..=MAX_PREFIX_LEN;
        if let Some(wrong) = vpc.iter().find(|block| !allowed.contains(&block.prefix_len())) {
            return Err(Error::VpcSize { got: wrong.prefix_len() });
        }
        if let Some(wrong) = used.iter().find(|subnet| !allowed.contains(&subnet.prefix_len())) {
            return Err(Error::SubnetSize { got: wrong.prefix_len() });
        }
        let (vpc, used) = (sorted(vpc), sorted(used));
        if let Some((existing, prefix)) = overlap(&vpc) {
            return Err(Error::VpcOverlap { prefix, existing });
        }
        if let Some((existing, prefix)) = overlap(&used) {
            return Err(Error::SubnetOverlap { prefix, existing });
        }
        let mut space = Self { free: Default::default() };
        let mut rest = used.as_slice();
        for block in vpc {
            // Blocks are apart, so the subnets of one stand together.
            let before = rest.partition_point(|subnet| subnet.last() < block.first());
            if let Some(outside) = rest[..before].first() {
                return Err(Error::SubnetOutsideVpc { subnet: *outside });
            }
            let inside = rest.partition_point(|subnet| subnet.first() <= block.last());
            let (here, after) = rest.split_at(inside);
            if let Some(outside) = here.iter().find(|subnet| !block.contains_prefix(**subnet)) {
                return Err(Error::SubnetOutsideVpc { subnet: *outside });
            }
            rest = after;
            for free in prefix::subtract(&[block], here) {
                space.insert(free);
            }
        }
        match rest.first() {
            Some(outside) => Err(Error::SubnetOutsideVpc { subnet: *outside }),
            None => Ok(space),
        }
    }

    /// Takes a place for a subnet of this length, or leaves all as it is if there is none.
    ///
    /// # Errors
    ///
    /// - a length outside 16 to 28: [`Error::SubnetSize`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, subnet::carve::Space};
    /// let mut space = Space::new(&[Ipv4Prefix::constant([10, 0, 0, 0], 27)], &[])?;
    /// assert_eq!(space.take(28)?, Some(Ipv4Prefix::constant([10, 0, 0, 0], 28)));
    /// assert_eq!(space.take(27)?, None);
    /// assert_eq!(space.take(29), Err(Error::SubnetSize { got: 29 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn take(&mut self, prefix_len: u8) -> Result<Option<Ipv4Prefix>, Error> {
        if !(MIN_PREFIX_LEN..=MAX_PREFIX_LEN).contains(&prefix_len) {
            return Err(Error::SubnetSize { got: prefix_len });
        }
        let mut fitting = self.free[..=index(prefix_len)].iter_mut().rev();
        let Some(block) = fitting.find_map(BTreeSet::pop_first) else { return Ok(None) };
        let taken = Ipv4Prefix::truncating(block.first(), prefix_len)?;
        // The upper halves on the way down stay free.
        for length in block.prefix_len() + 1..=prefix_len {
            if let Some(upper) =
                Ipv4Prefix::truncating(block.first(), length - 1)?.subnets(length)?.next_back()
            {
                self.insert(upper);
            }
        }
        Ok(Some(taken))
    }

    /// The fewest blocks that make up what is free, by address; none reaches over two blocks of the VPC.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, subnet::carve::Space};
    /// let halves = [Ipv4Prefix::constant([10, 0, 0, 0], 17), Ipv4Prefix::constant([10, 0, 128, 0], 17)];
    /// assert_eq!(Space::new(&halves, &[])?.free(), halves);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free(&self) -> Vec<Ipv4Prefix> {
        let mut free: Vec<Ipv4Prefix> = self.free.iter().flatten().copied().collect();
        free.sort_unstable();
        free
    }

    /// The lowest of the largest free blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, subnet::carve::Space};
    /// let vpc = Ipv4Prefix::constant([10, 0, 0, 0], 24);
    /// let space = Space::new(&[vpc], &[Ipv4Prefix::constant([10, 0, 0, 0], 26)])?;
    /// assert_eq!(space.largest_free(), Some(Ipv4Prefix::constant([10, 0, 0, 128], 25)));
    /// assert_eq!(Space::new(&[vpc], &[vpc])?.largest_free(), None);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn largest_free(&self) -> Option<Ipv4Prefix> {
        self.free.iter().find_map(|blocks| blocks.first().copied())
    }

    fn insert(&mut self, block: Ipv4Prefix) {
        self.free[index(block.prefix_len())].insert(block);
    }
}

/// The place of a length, which is within 16 to 28.
fn index(prefix_len: u8) -> usize {
    usize::from(prefix_len - MIN_PREFIX_LEN)
}

fn sorted(prefixes: &[Ipv4Prefix]) -> Vec<Ipv4Prefix> {
    let mut sorted = prefixes.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The first two that overlap: a block stands right before the first one inside it.
fn overlap(sorted: &[Ipv4Prefix]) -> Option<(Ipv4Prefix, Ipv4Prefix)> {
    sorted.windows(2).map(|pair| (pair[0], pair[1])).find(|(a, b)| a.overlaps(*b))
}
