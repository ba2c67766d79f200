//! How many /28 blocks are likely to stay free while single addresses are taken.
//!
//! # The model
//!
//! Every single address goes to one of the open free addresses, each as likely as any other. EC2's choice is not
//! documented, so this is a forecast and never a count: the count is that of [`Subnet`]. Nothing single goes into a
//! range reserved for prefixes, so the blocks there stay.
//!
//! With F open free addresses, B whole free blocks among them and R free blocks in reservations, k more single addresses
//! leave an expected
//!
//! > R + B x C(F - 16, k) / C(F, k) = R + B x product over j = 0 to 15 of (F - k - j) / (F - j)
//!
//! free blocks. That fraction is computed in whole numbers of 320 bits, so nothing here is rounded but the thousandths
//! of an answer. The median of the last block comes from the inclusion-exclusion sum over the blocks, within 2^-64 of
//! the probability. The rule of thumb, an expected ln 2 = 0.693 blocks, is at most four addresses early in empty subnets.
//!
//! # Source
//!
//! - The formula: the mean of a hypergeometric draw, by linearity.
//! - [`SourceId::SubnetChoiceUndocumented`](crate::SourceId::SubnetChoiceUndocumented).

use core::cmp::Ordering;

use super::{DELEGATED_PREFIX_LEN, RESERVED_ADDRESSES, ReservationKind, Subnet};
use crate::Error;
use crate::ipam::ADDRESSES_PER_PREFIX;

/// The most addresses that a subnet, a /16, can give: all but those that AWS reserves.
pub const MAX_OPEN_ADDRESSES: u32 = (1 << 16) - RESERVED_ADDRESSES;

/// The state of a subnet from which its future is told.
///
/// # Examples
///
/// ```
/// use winpod::Error;
/// use winpod::subnet::forecast::Forecast;
///
/// // An empty /24: 251 usable addresses, 14 blocks for prefixes.
/// let empty = Forecast::new(251, 14, 0)?;
/// assert_eq!(empty.expected_thousandths(25), 2_472); // 2.5 blocks after 10 %
/// assert_eq!(empty.half(), Some(11));
/// assert_eq!(empty.last_block(), Some(43));
///
/// assert_eq!(Forecast::new(100, 7, 0).unwrap_err().code(), "FREE_BLOCKS"); // 7 blocks are 112 addresses
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Forecast {
    open: u32,
    blocks: u32,
    reserved: u32,
}

impl Forecast {
    /// Takes the free addresses open to single assignment, the whole free aligned /28 blocks among them, and the free
    /// blocks inside `prefix` reservations, which are not among them.
    ///
    /// # Errors
    ///
    /// - more blocks than the addresses make up, or more than the addresses of a /16: [`Error::FreeBlocks`]
    pub const fn new(open_addresses: u32, open_blocks: u32, reserved_blocks: u32) -> Result<Self, Error> {
        let (addresses, blocks) = (open_addresses, open_blocks);
        let most = MAX_OPEN_ADDRESSES / ADDRESSES_PER_PREFIX;
        if addresses > MAX_OPEN_ADDRESSES
            || blocks > addresses / ADDRESSES_PER_PREFIX
            || reserved_blocks > most
        {
            return Err(Error::FreeBlocks { addresses, blocks, reserved: reserved_blocks });
        }
        Ok(Self { open: addresses, blocks, reserved: reserved_blocks })
    }

    /// Takes them from a subnet.
    ///
    /// A `prefix` reservation smaller than a /28 holds no block, so its addresses count as open.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// # use winpod::subnet::{ReservationKind, forecast::Forecast};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 128], 26), ReservationKind::Prefix)?;
    /// assert_eq!(Forecast::of(&subnet), Forecast::new(251 - 64, 10, 4)?);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn of(subnet: &Subnet) -> Self {
        let closed = subnet.reservations().iter().filter(|one| match one.kind {
            ReservationKind::Explicit => true,
            ReservationKind::Prefix => one.prefix.prefix_len() <= DELEGATED_PREFIX_LEN,
        });
        let closed = closed.flat_map(|one| one.prefix.addresses()).filter(|address| subnet.is_free(*address));
        let closed = closed.fold(0, |count, _| count + 1);
        let reserved = subnet.free_prefixes_inside_reservations();
        Self { open: subnet.free_addresses() - closed, blocks: subnet.free_prefixes() - reserved, reserved }
    }

    /// The free blocks now, those in reservations included.
    pub const fn free_blocks(self) -> u32 {
        self.blocks + self.reserved
    }

    /// The free addresses that are open to single assignment.
    pub const fn open_addresses(self) -> u32 {
        self.open
    }

    /// The free blocks expected after `more` single addresses, in thousandths of a block, rounded to the nearest.
    ///
    /// More addresses than are open fill the subnet: only the blocks in reservations stay.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::forecast::Forecast;
    /// let empty = Forecast::new(1_019, 62, 4)?; // a /22 with a /26 of prefixes beside
    /// assert_eq!(empty.expected_thousandths(0), 66_000);
    /// assert_eq!(empty.expected_thousandths(u32::MAX), 4_000);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn expected_thousandths(self, more: u32) -> u64 {
        u64::from(self.reserved) * 1000 + self.open_thousandths(more)
    }

    /// The smallest number of single addresses after which at most half of the open blocks are expected; `None` if
    /// there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::forecast::Forecast;
    /// assert_eq!(Forecast::new(65_531, 4_094, 0)?.half(), Some(2_778)); // 4.2 % of a /16
    /// assert_eq!(Forecast::new(27, 0, 0)?.half(), None); // a /27 has no block for prefixes
    /// # Ok::<(), Error>(())
    /// ```
    pub fn half(self) -> Option<u32> {
        (self.blocks > 0).then(|| first(self.open, |more| self.survivors(more, 2) <= self.all(1)))
    }

    /// The smallest number of single addresses after which fewer than so many blocks are expected, those in reservations
    /// counted; `None` if it never comes to that, because reservations hold as many.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::forecast::Forecast;
    /// let empty = Forecast::new(251, 14, 2)?;
    /// assert_eq!(empty.fewer_than(17), Some(0)); // never were 17
    /// assert_eq!(empty.fewer_than(16), Some(1));
    /// assert_eq!(empty.fewer_than(2), None);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn fewer_than(self, blocks: u32) -> Option<u32> {
        let open = blocks.checked_sub(self.reserved).filter(|open| *open > 0)?;
        if open > self.blocks {
            return Some(0);
        }
        Some(first(self.open, |more| self.survivors(more, self.blocks) < self.all(open)))
    }

    /// The median of the last open block: the smallest number of single addresses after which it is at least as likely
    /// that none is left as that one is; `None` if there are none now.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::forecast::Forecast;
    /// assert_eq!(Forecast::new(16, 1, 0)?.last_block(), Some(1));
    /// assert_eq!(Forecast::new(32, 1, 0)?.last_block(), Some(1)); // an even chance
    /// assert_eq!(Forecast::new(16, 0, 5)?.last_block(), None);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn last_block(self) -> Option<u32> {
        (self.blocks > 0).then(|| first(self.open, |more| self.likely_gone(more)))
    }

    fn open_thousandths(self, more: u32) -> u64 {
        if self.blocks == 0 {
            return 0;
        }
        // The nearest x: the first one that is more than the value less a half.
        let twice = self.survivors(more, 2_000 * self.blocks);
        u64::from(first(1_000 * self.blocks, |x| twice < self.all(2 * x + 1)))
    }

    /// The part of the blocks that `more` addresses spare, times a factor, over [`all`](Self::all).
    fn survivors(self, more: u32, factor: u32) -> Whole {
        Whole::falling(self.open.saturating_sub(more)).times(factor)
    }

    fn all(self, factor: u32) -> Whole {
        Whole::falling(self.open).times(factor)
    }

    /// Whether it is at least as likely that no open block is left as that one is.
    fn likely_gone(self, more: u32) -> bool {
        // One block breaking makes the others likelier to stay whole, so the variance of the count is at most its
        // mean E. By Chebyshev no block is left with a probability of at most 1/E, and by Markov one is with at most
        // E: outside these bounds nothing need be summed, and inside them the terms of the sum stay small.
        match self.open_thousandths(more) {
            0..499 => true,
            499..=2_001 => self.none_left(more) >= ONE / 2 - TOLERANCE,
            _ => false,
        }
    }

    /// The probability that no open block is left, by inclusion and exclusion, as a part of [`ONE`].
    fn none_left(self, more: u32) -> i128 {
        let (mut sum, mut term) = (ONE, ONE);
        for i in 0..self.blocks {
            // From i blocks that are whole to i + 1: the terms are at most 2 x ONE, so nothing here passes 2^126.
            term *= i128::from(self.blocks - i);
            let open = self.open - i * ADDRESSES_PER_PREFIX;
            for j in 0..ADDRESSES_PER_PREFIX {
                term = term * i128::from(open.saturating_sub(more).saturating_sub(j)) / i128::from(open - j);
            }
            term /= i128::from(i + 1);
            if term == 0 {
                break;
            }
            sum += if i % 2 == 0 { -term } else { term };
        }
        sum
    }
}

/// A probability of 1.
const ONE: i128 = 1 << 96;
/// What rounding can cost the sum, by far.
const TOLERANCE: i128 = 1 << 32;

/// The smallest number below `end` for which this holds, and `end` if it does for none; it holds for all beyond one.
fn first(end: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// A whole number below 2^320, its lowest 64 bits first: 16 factors below 2^16 and one below 2^32 fit.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Whole([u64; 5]);

impl Whole {
    /// x (x - 1) … (x - 15), which is 0 for x below 16.
    fn falling(x: u32) -> Self {
        (0..ADDRESSES_PER_PREFIX).fold(Self([1, 0, 0, 0, 0]), |product, j| product.times(x.saturating_sub(j)))
    }

    fn times(mut self, factor: u32) -> Self {
        let mut carry = 0;
        for limb in &mut self.0 {
            let product = u128::from(*limb) * u128::from(factor) + carry;
            *limb = low_half(product);
            carry = product >> 64;
        }
        self
    }
}

impl Ord for Whole {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Whole {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the upper half is the carry")]
const fn low_half(number: u128) -> u64 {
    number as u64
}
