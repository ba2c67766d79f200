//! How large a subnet must be for what its nodes take, and how many nodes a subnet takes.
//!
//! # What is counted
//!
//! A need is some prefixes and some single addresses, of an empty subnet. There are two ways to look at the blocks:
//!
//! - [`Placement::Reserved`]: a `prefix` reservation lies around as many blocks as there are prefixes, so single
//!   addresses go elsewhere. The blocks must be there, and the addresses outside them.
//! - [`Placement::Anywhere`]: nothing is reserved, and in the worst case each single address breaks a block of its own.
//!   What fits then fits wherever EC2 places them.
//!
//! Blocks with one of the five addresses that AWS reserves do not count. The last block holds one of them, the last
//! address, and whether EC2 hands it out is contested, so it counts only where that is asked for.
//!
//! # Source
//!
//! [`SourceId::SubnetReservedFive`](crate::SourceId::SubnetReservedFive),
//! [`SourceId::SubnetSizeRange`](crate::SourceId::SubnetSizeRange),
//! [`SourceId::LastBlockContested`](crate::SourceId::LastBlockContested),
//! [`SourceId::SubnetChoiceUndocumented`](crate::SourceId::SubnetChoiceUndocumented).

use super::{DELEGATED_PREFIX_LEN, MAX_PREFIX_LEN, MIN_PREFIX_LEN, RESERVED_ADDRESSES};
use crate::ipam::ADDRESSES_PER_PREFIX;
use crate::{Error, Ipv4Prefix};

/// What is taken from a subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a subnet gives single addresses and prefixes, nothing else")]
pub struct Need {
    /// Addresses that are taken one by one, a node's own among them.
    pub singles: u64,
    /// /28 prefixes.
    pub prefixes: u64,
}

impl Need {
    /// The need of so many of them; what no 64 bits hold is the most they do, which fits nowhere either.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self { singles: self.singles.saturating_mul(count), prefixes: self.prefixes.saturating_mul(count) }
    }

    /// Both needs together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            singles: self.singles.saturating_add(other.singles),
            prefixes: self.prefixes.saturating_add(other.prefixes),
        }
    }

    /// All addresses: the single ones and 16 for each prefix.
    pub const fn addresses(self) -> u64 {
        self.singles.saturating_add(self.prefixes.saturating_mul(ADDRESSES_PER_PREFIX as u64))
    }
}

/// Where single addresses go as seen from the prefixes.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Outside a `prefix` reservation that lies around the prefixes.
    Reserved,
    /// Anywhere: in the worst case each breaks a block of its own.
    Anywhere,
}

/// The room of an empty subnet.
///
/// # Examples
///
/// ```
/// use winpod::Error;
/// use winpod::subnet::size::{Need, Placement, Room, smallest};
///
/// let room = Room::new(24, false)?;
/// assert_eq!((room.usable_addresses(), room.blocks()), (251, 14));
///
/// // Each node takes its own address and seven prefixes.
/// let node = Need { singles: 1, prefixes: 7 };
/// assert_eq!(room.fits(node, Need::default(), Placement::Reserved), Some(2));
/// assert_eq!(room.fits(node, Need::default(), Placement::Anywhere), Some(1)); // 2 x (7 + 1) blocks are too many
///
/// assert_eq!(smallest(node.times(8), Placement::Reserved, false), Some(22)); // 56 of 62 blocks
/// assert_eq!(smallest(node.times(8), Placement::Anywhere, false), Some(21)); // 64 blocks
/// assert_eq!(smallest(node.times(600), Placement::Reserved, false), None); // more than a /16
///
/// assert_eq!(Room::new(29, false), Err(Error::SubnetSize { got: 29 }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Room {
    usable: u64,
    blocks: u64,
    /// Whether one of the blocks is the last one, with an address that is not usable.
    last: bool,
}

impl Room {
    /// The room of a subnet of this length, with or without its last block.
    ///
    /// # Errors
    ///
    /// - a length outside 16 to 28: [`Error::SubnetSize`]
    pub const fn new(prefix_len: u8, count_last_block: bool) -> Result<Self, Error> {
        if prefix_len < MIN_PREFIX_LEN || prefix_len > MAX_PREFIX_LEN {
            return Err(Error::SubnetSize { got: prefix_len });
        }
        Ok(Self::of(prefix_len, count_last_block))
    }

    const fn of(prefix_len: u8, count_last_block: bool) -> Self {
        let usable = (1 << (Ipv4Prefix::MAX_LEN - prefix_len)) - RESERVED_ADDRESSES as u64;
        let all = 1u64 << (DELEGATED_PREFIX_LEN - prefix_len);
        // In a /28 the last block is the first one too.
        let last = count_last_block && all > 1;
        Self { usable, blocks: all.saturating_sub(2) + last as u64, last }
    }

    /// Addresses that can be assigned.
    pub const fn usable_addresses(self) -> u64 {
        self.usable
    }

    /// Blocks that can be handed out as prefixes.
    pub const fn blocks(self) -> u64 {
        self.blocks
    }

    /// Says whether a need fits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::size::{Need, Placement, Room};
    /// let room = Room::new(26, false)?; // 59 addresses, 2 blocks
    /// assert!(room.holds(Need { singles: 27, prefixes: 2 }, Placement::Reserved));
    /// assert!(!room.holds(Need { singles: 28, prefixes: 2 }, Placement::Reserved));
    /// assert!(!room.holds(Need { singles: 1, prefixes: 2 }, Placement::Anywhere));
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn holds(self, need: Need, placement: Placement) -> bool {
        if need.prefixes == 0 {
            return need.singles <= self.usable;
        }
        match placement {
            Placement::Reserved => {
                // A prefix in the last block takes only 15 addresses that others could have.
                let spared = (self.last && need.prefixes == self.blocks) as u64;
                need.prefixes <= self.blocks && need.addresses() <= self.usable + spared
            }
            Placement::Anywhere => need.singles.saturating_add(need.prefixes) <= self.blocks,
        }
    }

    /// How many nodes of one kind fit beside something else: 0 where that alone does not fit, `None` without end for
    /// nodes that take nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Error;
    /// # use winpod::subnet::size::{Need, Placement, Room};
    /// let room = Room::new(24, false)?;
    /// let node = Need { singles: 10, prefixes: 0 };
    /// assert_eq!(room.fits(node, Need { singles: 5, prefixes: 0 }, Placement::Anywhere), Some(24)); // 246 / 10
    /// assert_eq!(room.fits(node, Need { singles: 252, prefixes: 0 }, Placement::Anywhere), Some(0));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn fits(self, each: Need, beside: Need, placement: Placement) -> Option<u64> {
        if each == Need::default() {
            return None;
        }
        // One more than there are addresses never fits.
        let (mut fits, mut does_not) = (0, self.usable + 1);
        while does_not - fits > 1 {
            let middle = fits + (does_not - fits) / 2;
            if self.holds(each.times(middle).and(beside), placement) {
                fits = middle;
            } else {
                does_not = middle;
            }
        }
        Some(fits)
    }
}

/// The length of the smallest subnet that a need fits, in bits; `None` if even a /16 is too small.
///
/// # Examples
///
/// ```
/// use winpod::subnet::size::{Need, Placement, smallest};
///
/// assert_eq!(smallest(Need { singles: 11, prefixes: 0 }, Placement::Anywhere, false), Some(28));
/// assert_eq!(smallest(Need { singles: 12, prefixes: 0 }, Placement::Anywhere, false), Some(27));
/// assert_eq!(smallest(Need { singles: 65_532, prefixes: 0 }, Placement::Anywhere, false), None);
/// // A /27 has a block for a prefix only if the last one counts.
/// let one = Need { singles: 0, prefixes: 1 };
/// assert_eq!(smallest(one, Placement::Reserved, false), Some(26));
/// assert_eq!(smallest(one, Placement::Reserved, true), Some(27));
/// ```
pub fn smallest(need: Need, placement: Placement, count_last_block: bool) -> Option<u8> {
    let mut lengths = (MIN_PREFIX_LEN..=MAX_PREFIX_LEN).rev();
    lengths.find(|length| Room::of(*length, count_last_block).holds(need, placement))
}
