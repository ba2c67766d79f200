//! What is left of a subnet, and in what state its blocks are.

use core::net::Ipv4Addr;

use super::bits::{count_clear, is_set};
use super::{ReservationKind, Subnet};
use crate::Ipv4Prefix;
use crate::ipam::ADDRESSES_PER_PREFIX;
use crate::named::named;

named! {
    /// The state of one aligned /28: the first that fits, in the order
    /// [`Prefix`](Self::Prefix), [`Reserved`](Self::Reserved), [`Explicit`](Self::Explicit), then by what is assigned.
    #[non_exhaustive]
    BlockState {
        /// None of its addresses is assigned: EC2 can hand it out as a prefix.
        Free = "free",
        /// Assigned as a prefix.
        Prefix = "prefix",
        /// Some of its addresses are assigned one by one.
        Fragmented = "fragmented",
        /// All of its addresses are assigned one by one.
        Full = "full",
        /// It holds addresses that AWS reserves: the first block, and the last unless the subnet counts it.
        Reserved = "reserved",
        /// It touches an `explicit` reservation: EC2 hands out nothing there by itself.
        Explicit = "explicit",
    }
}

/// One aligned /28 of a subnet.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    /// Its range.
    pub prefix: Ipv4Prefix,
    /// Its state.
    pub state: BlockState,
    /// The number of its addresses that are assigned, 0 to 16.
    pub used_addresses: u32,
    /// Whether it lies wholly inside a `prefix` reservation.
    pub inside_reservation: bool,
}

/// How many blocks are in each state.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BlockCounts {
    /// [`BlockState::Free`].
    pub free: u32,
    /// [`BlockState::Prefix`].
    pub prefix: u32,
    /// [`BlockState::Fragmented`].
    pub fragmented: u32,
    /// [`BlockState::Full`].
    pub full: u32,
    /// [`BlockState::Reserved`].
    pub reserved: u32,
    /// [`BlockState::Explicit`].
    pub explicit: u32,
}

/// What [`Subnet::census`] counts.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Census {
    /// [`Subnet::total_addresses`].
    pub total_addresses: u32,
    /// [`Subnet::usable_addresses`].
    pub usable_addresses: u32,
    /// [`Subnet::used_addresses`].
    pub used_addresses: u32,
    /// [`Subnet::free_addresses`].
    pub free_addresses: u32,
    /// [`Subnet::free_prefixes`].
    pub free_prefixes: u32,
    /// [`Subnet::free_prefixes_inside_reservations`].
    pub free_prefixes_inside_reservations: u32,
    /// Blocks that would be free but for an `explicit` reservation: what a count that ignores its type adds.
    pub free_but_explicit: u32,
    /// Whether the last block is without assigned addresses and not counted as free.
    pub last_block_contested: bool,
    /// [`Subnet::largest_free_run`].
    pub largest_free_run: Option<FreeRun>,
    /// Blocks by state; they sum up to all aligned /28 of the subnet.
    pub blocks: BlockCounts,
    /// The fragmentation score of AWS's `subnet_frag.py`, 0 to 100: of the blocks that are neither prefixes nor hold
    /// reserved addresses, the share in which addresses are assigned, in per cent, rounded up.
    ///
    /// The script does not look at reservations, so blocks count here by their addresses alone.
    pub fragmentation_score: u8,
}

/// Consecutive free addresses, both ends included.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FreeRun {
    /// The lowest address.
    pub first: Ipv4Addr,
    /// The highest address.
    pub last: Ipv4Addr,
    /// The number of addresses.
    pub address_count: u32,
}

/// The aligned /28 blocks of a subnet, by address.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    subnet: &'a Subnet,
    next: u32,
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let block = self.next;
        (block <= self.subnet.last_block()).then(|| {
            self.next += 1;
            self.subnet.block_at(block)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.subnet.last_block() + 1 - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Blocks<'_> {}

impl Subnet {
    /// Counts everything at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::subnet::ReservationKind;
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign("10.0.8.20".parse().expect("an address"))?;
    /// subnet.assign_prefix(Ipv4Prefix::constant([10, 0, 8, 32], 28))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 128], 27), ReservationKind::Explicit)?;
    ///
    /// let census = subnet.census();
    /// assert_eq!((census.free_addresses, census.free_prefixes, census.free_but_explicit), (234, 10, 2));
    /// assert_eq!((census.blocks.fragmented, census.blocks.prefix, census.blocks.reserved), (1, 1, 2));
    /// assert_eq!(census.fragmentation_score, 8); // 1 of 13, rounded up
    /// # Ok::<(), Error>(())
    /// ```
    pub fn census(&self) -> Census {
        let mut blocks = BlockCounts::default();
        let (mut broken, mut whole) = (0, 0);
        // The sixteen bits of four blocks are looked at together; a word of block bits covers 64.
        for (index, taken) in self.taken.iter().enumerate() {
            let at = |words: &[u64]| words[index / 16] >> (index % 16 * 4) & 0xF;
            let (busy, delegated, explicit) =
                (at(&self.blocks.busy), at(&self.blocks.delegated), at(&self.blocks.explicit));
            let edge = self.edges(index) & !delegated;
            let singly = !delegated & !edge & 0xF;
            let (touched, full) = (busy & singly, full_lanes(*taken) & singly);
            let counted = singly & !explicit;
            blocks.prefix += delegated.count_ones();
            blocks.reserved += edge.count_ones();
            blocks.explicit += (singly & explicit).count_ones();
            blocks.full += (full & counted).count_ones();
            blocks.fragmented += (touched & !full & counted).count_ones();
            blocks.free += (counted & !busy).count_ones();
            broken += touched.count_ones();
            whole += (singly & !busy).count_ones();
        }
        // Bits past the end of a subnet smaller than a word say busy and full.
        let beyond = u32::try_from(self.taken.len() * 4).unwrap_or(u32::MAX) - (self.last_block() + 1);
        blocks.full -= beyond;
        broken -= beyond;
        let last = self.last_block();
        Census {
            total_addresses: self.total_addresses(),
            usable_addresses: self.usable_addresses(),
            used_addresses: self.used_addresses(),
            free_addresses: self.free_addresses(),
            free_prefixes: blocks.free,
            free_prefixes_inside_reservations: self.free_prefixes_inside_reservations(),
            free_but_explicit: whole - blocks.free,
            last_block_contested: !self.counts_last_block
                && last > 0
                && self.taken_in_block(last) == self.reserved_in_block(last)
                && !is_set(&self.blocks.explicit, last),
            largest_free_run: self.largest_free_run(),
            blocks,
            // At most 100 by its making.
            fragmentation_score: u8::try_from((100 * broken).div_ceil((broken + whole).max(1)))
                .unwrap_or(100),
        }
    }

    /// Looks at every aligned /28, by address.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::subnet::BlockState;
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 26))?;
    /// subnet.assign("10.0.8.20".parse().expect("an address"))?;
    /// let states: Vec<BlockState> = subnet.blocks().map(|block| block.state).collect();
    /// assert_eq!(states, [BlockState::Reserved, BlockState::Fragmented, BlockState::Free, BlockState::Reserved]);
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn blocks(&self) -> Blocks<'_> {
        Blocks { subnet: self, next: 0 }
    }

    /// Looks at the aligned /28 that lie wholly inside a range of this subnet, by address; none for a range outside.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// assert_eq!(subnet.blocks_inside(Ipv4Prefix::constant([10, 0, 8, 128], 26)).count(), 4);
    /// assert_eq!(subnet.blocks_inside(Ipv4Prefix::constant([10, 0, 8, 128], 29)).count(), 0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn blocks_inside(&self, range: Ipv4Prefix) -> impl Iterator<Item = Block> + use<'_> {
        let whole = range.prefix_len() <= super::DELEGATED_PREFIX_LEN && self.prefix.contains_prefix(range);
        let (start, end) = if whole {
            let at = |address| self.offset(address) / ADDRESSES_PER_PREFIX;
            (at(range.first()), at(range.last()) + 1)
        } else {
            (0, 0)
        };
        (start..end).map(|block| self.block_at(block))
    }

    /// How many free addresses lie inside the reservations of one kind.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet, subnet::ReservationKind};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 192], 26), ReservationKind::Prefix)?;
    /// assert_eq!(subnet.free_addresses_inside(ReservationKind::Prefix), 63); // 10.0.8.255 is never free
    /// assert_eq!(subnet.free_addresses_inside(ReservationKind::Explicit), 0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free_addresses_inside(&self, kind: ReservationKind) -> u32 {
        let ranges = self.reservations.iter().filter(|one| one.kind == kind);
        ranges.map(|one| self.free_addresses_in(one.prefix)).sum()
    }

    /// How many free addresses lie in a range: 0 for one that is not wholly inside the subnet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// assert_eq!(subnet.free_addresses_in(Ipv4Prefix::constant([10, 0, 8, 0], 28)), 12);
    /// assert_eq!(subnet.free_addresses_in(Ipv4Prefix::constant([10, 0, 0, 0], 16)), 0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free_addresses_in(&self, range: Ipv4Prefix) -> u32 {
        if !self.prefix.contains_prefix(range) {
            return 0;
        }
        count_clear(&self.taken, self.offset(range.first()), self.offset(range.last()) + 1)
    }

    /// The number of aligned /28 blocks that can still be handed out as prefixes.
    ///
    /// Wholly free, without an address that AWS reserves, and not touched by an `explicit` reservation; see the
    /// [module](crate::subnet) for the rule and for the last block.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 26))?.free_prefixes(), 2);
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 27))?.free_prefixes(), 0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free_prefixes(&self) -> u32 {
        self.blocks.free().map(u64::count_ones).sum()
    }

    /// How many of the [`free_prefixes`](Self::free_prefixes) lie wholly inside a `prefix` reservation.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet, subnet::ReservationKind};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 192], 26), ReservationKind::Prefix)?;
    /// assert_eq!(subnet.free_prefixes_inside_reservations(), 3); // the last block holds 10.0.8.255
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free_prefixes_inside_reservations(&self) -> u32 {
        self.blocks.free().zip(&self.blocks.prefix).map(|(free, inside)| (free & inside).count_ones()).sum()
    }

    /// The longest run of consecutive free addresses, the lowest of several, or `None` in a full subnet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign("10.0.8.100".parse().expect("an address"))?;
    /// let run = subnet.largest_free_run().expect("not full");
    /// assert_eq!((run.first.to_string().as_str(), run.address_count), ("10.0.8.101", 154));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn largest_free_run(&self) -> Option<FreeRun> {
        let (mut best_start, mut best_len) = (0, 0);
        let (mut start, mut len) = (0, 0);
        let mut offset = 0;
        for &word in &self.taken {
            let end = offset + u64::BITS;
            // Eat the word from below: a stretch of free addresses, then a stretch of taken ones.
            let mut rest = word;
            while offset < end {
                let left = end - offset;
                let free = rest.trailing_zeros().min(left);
                len += free;
                offset += free;
                if len > best_len {
                    (best_start, best_len) = (start, len);
                }
                if free == left {
                    break;
                }
                rest >>= free;
                let taken = rest.trailing_ones();
                // A shift by all 64 bits is no shift.
                rest = rest.checked_shr(taken).unwrap_or(0);
                offset += taken;
                (start, len) = (offset, 0);
            }
        }
        (best_len > 0).then(|| FreeRun {
            first: self.address(best_start),
            last: self.address(best_start + best_len - 1),
            address_count: best_len,
        })
    }

    fn block_at(&self, block: u32) -> Block {
        let delegated = is_set(&self.blocks.delegated, block);
        let taken = self.taken_in_block(block);
        let state = if delegated {
            BlockState::Prefix
        } else if block == 0 || block == self.last_block() && !self.counts_last_block {
            BlockState::Reserved
        } else if is_set(&self.blocks.explicit, block) {
            BlockState::Explicit
        } else if !is_set(&self.blocks.busy, block) {
            BlockState::Free
        } else if taken.count_ones() == ADDRESSES_PER_PREFIX {
            BlockState::Full
        } else {
            BlockState::Fragmented
        };
        Block {
            prefix: self.block_prefix(block),
            state,
            used_addresses: (taken & !self.reserved_in_block(block)).count_ones(),
            inside_reservation: is_set(&self.blocks.prefix, block),
        }
    }

    /// Which of the four blocks of a word hold addresses that AWS reserves, as far as that counts.
    fn edges(&self, word: usize) -> u64 {
        let first = u64::from(word == 0);
        let last = self.last_block();
        let here = word == (last / 4) as usize && !self.counts_last_block;
        first | u64::from(here) << (last % 4)
    }
}

/// Of four lanes of 16 bits, those that are all set, one bit each.
fn full_lanes(word: u64) -> u64 {
    (0..4).map(|lane| u64::from(word >> (16 * lane) & 0xFFFF == 0xFFFF) << lane).sum()
}
