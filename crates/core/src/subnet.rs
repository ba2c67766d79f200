//! One VPC subnet as a bitmap: which addresses are assigned, and which aligned /28 blocks are left for prefixes.
//!
//! # What is counted
//!
//! AWS keeps five addresses of a subnet, the first four and the last. They are never assigned and never free.
//! A delegated prefix is an aligned /28 with none of its 16 addresses in use. Hence:
//!
//! - a block with one of the five is never free. The first block always holds four of them, the last block holds
//!   one, so a subnet of /26 or larger has 2^(28-length) - 2 blocks for prefixes, and a /27 or /28 has none;
//! - a block that touches an `explicit` reservation is never free, since EC2 hands nothing out from there by itself;
//! - a block inside a `prefix` reservation is free like any other.
//!
//! Whether EC2 ever hands out the *last* block is not documented: public calculators count it, AWS's own
//! `subnet_frag.py` does not. This module does not, which is the smaller count, and refuses to assign it.
//!
//! # Cost
//!
//! With w = 64-bit words of the bitmap, 1 for a /26 and 1,024 for a /16:
//!
//! | operation | time |
//! |---|---|
//! | `assign`, `release`, `assign_prefix`, `release_prefix`, `is_free`, `is_assigned`, address counts | O(1) |
//! | `free_prefixes`, `free_prefixes_inside_reservations` | O(w / 16) |
//! | `largest_free_run` | O(w) |
//! | `reserve` | O(w + reservations) |
//!
//! # Source
//!
//! - Size and reserved addresses: Amazon EC2 API Reference, `CreateSubnet` (2026-11-22).
//! - Prefixes: Amazon EC2 User Guide, "Assigning prefixes to network interfaces" (2022-12-17).
//! - Reservations: Amazon VPC User Guide, "Subnet CIDR reservations" (2023-04-06).
//! - `subnet_frag.py`: aws-support-tools at 85d5c22 (2026-07-16).

pub mod carve;
pub mod forecast;
pub mod size;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::net::Ipv4Addr;

use crate::ipam::ADDRESSES_PER_PREFIX;
use crate::{Error, Ipv4Prefix};

// Amazon EC2 API Reference, CreateSubnet: "The allowed size for an IPv4 subnet is between a /28 netmask (16 IP
// addresses) and a /16 netmask (65,536 IP addresses)."
/// The prefix length of the largest subnet, in bits.
pub const MIN_PREFIX_LEN: u8 = 16;
/// The prefix length of the smallest subnet, in bits.
pub const MAX_PREFIX_LEN: u8 = 28;

// Ibid.: "Amazon Web Services reserves both the first four and the last IPv4 address in each subnet's CIDR block."
/// The number of addresses that AWS reserves in every subnet.
pub const RESERVED_ADDRESSES: u32 = 5;
const RESERVED_AT_START: u32 = 4;

/// The length of a delegated IPv4 prefix, in bits.
pub const DELEGATED_PREFIX_LEN: u8 = 28;

const BLOCK_BITS: u64 = 0xFFFF;

/// One VPC subnet: its reserved, assigned and free addresses, and its CIDR reservations.
///
/// # Examples
///
/// ```
/// use winpod::{Error, Ipv4Prefix, Subnet};
///
/// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
/// assert_eq!((subnet.usable_addresses(), subnet.free_prefixes()), (251, 14));
///
/// subnet.assign("10.0.8.20".parse().expect("an address"))?;
/// assert_eq!((subnet.free_addresses(), subnet.free_prefixes()), (250, 13));
///
/// let block = Ipv4Prefix::constant([10, 0, 8, 16], 28);
/// assert_eq!(subnet.assign_prefix(block).unwrap_err().to_string(), "10.0.8.16/28 is not free: 10.0.8.20 is assigned");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Subnet {
    prefix: Ipv4Prefix,
    /// One bit an address: assigned, reserved by AWS, or past the end of a subnet smaller than a word.
    taken: Vec<u64>,
    /// One bit an aligned /28.
    blocks: Blocks,
    used: u32,
    /// Sorted and apart from each other.
    reservations: Vec<Reservation>,
}

/// Facts about the aligned /28 blocks, one bit each.
#[derive(Clone, PartialEq, Eq)]
struct Blocks {
    /// With an address taken, or past the end of the subnet.
    busy: Vec<u64>,
    /// Assigned as a prefix.
    delegated: Vec<u64>,
    /// With an address inside an `explicit` reservation.
    explicit: Vec<u64>,
    /// Wholly inside one `prefix` reservation.
    prefix: Vec<u64>,
}

/// What a subnet CIDR reservation sets its range aside for.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReservationKind {
    /// EC2 takes prefixes that it chooses itself from this range.
    Prefix,
    /// EC2 takes nothing from this range by itself: only addresses that a caller names are assigned.
    Explicit,
}

/// A subnet CIDR reservation.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reservation {
    /// The range set aside.
    pub prefix: Ipv4Prefix,
    /// What it is set aside for.
    pub kind: ReservationKind,
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

impl Subnet {
    /// Makes an empty subnet: nothing assigned but the five addresses that AWS reserves, no reservations.
    ///
    /// # Errors
    ///
    /// - a length outside 16 to 28, which no VPC subnet has: [`Error::SubnetSize`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 28))?;
    /// assert_eq!((subnet.free_addresses(), subnet.free_prefixes()), (11, 0));
    ///
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 29)), Err(Error::SubnetSize { got: 29 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(prefix: Ipv4Prefix) -> Result<Self, Error> {
        if !(MIN_PREFIX_LEN..=MAX_PREFIX_LEN).contains(&prefix.prefix_len()) {
            return Err(Error::SubnetSize { got: prefix.prefix_len() });
        }
        let size = address_count(prefix);
        let mut taken = all_clear(size);
        let mut blocks = Blocks::new(size / ADDRESSES_PER_PREFIX);
        for offset in (0..RESERVED_AT_START).chain([size - 1]) {
            set(&mut taken, offset);
            set(&mut blocks.busy, offset / ADDRESSES_PER_PREFIX);
        }
        set_from(&mut taken, size);
        Ok(Self { prefix, taken, blocks, used: 0, reservations: Vec::new() })
    }

    /// The block of the subnet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let block = Ipv4Prefix::constant([10, 0, 8, 0], 24);
    /// assert_eq!(Subnet::new(block)?.prefix(), block);
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn prefix(&self) -> Ipv4Prefix {
        self.prefix
    }

    /// The five addresses that AWS reserves: network, router, DNS, future use, and the last.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// assert_eq!(subnet.reserved_addresses().map(|address| address.octets()[3]), [0, 1, 2, 3, 255]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reserved_addresses(&self) -> [Ipv4Addr; RESERVED_ADDRESSES as usize] {
        [0, 1, 2, 3, self.total_addresses() - 1].map(|offset| self.address(offset))
    }

    /// The CIDR reservations, by address.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// assert!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?.reservations().is_empty());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reservations(&self) -> &[Reservation] {
        &self.reservations
    }

    /// The number of addresses in the block, 16 to 65,536.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?.total_addresses(), 256);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn total_addresses(&self) -> u32 {
        address_count(self.prefix)
    }

    /// The number of addresses that can ever be assigned: all but the five that AWS reserves.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?.usable_addresses(), 251);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn usable_addresses(&self) -> u32 {
        self.total_addresses() - RESERVED_ADDRESSES
    }

    /// The number of addresses assigned, singly or as part of a prefix, which counts 16.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_prefix(Ipv4Prefix::constant([10, 0, 8, 32], 28))?;
    /// assert_eq!(subnet.used_addresses(), 16);
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn used_addresses(&self) -> u32 {
        self.used
    }

    /// The number of usable addresses that are not assigned, inside reservations too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign("10.0.8.20".parse().expect("an address"))?;
    /// assert_eq!(subnet.free_addresses(), 250);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn free_addresses(&self) -> u32 {
        self.usable_addresses() - self.used
    }

    /// The number of aligned /28 blocks that can still be handed out as prefixes.
    ///
    /// Wholly free, without an address that AWS reserves, and not touched by an `explicit` reservation; see the
    /// [module](self) for the rule and for the last block.
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

    /// Says whether an address can be assigned: of this subnet, not reserved by AWS, not assigned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// assert!(subnet.is_free(Ipv4Addr::new(10, 0, 8, 4)));
    /// assert!(!subnet.is_free(Ipv4Addr::new(10, 0, 8, 3))); // reserved
    /// assert!(!subnet.is_free(Ipv4Addr::new(10, 0, 9, 4))); // of another subnet
    /// # Ok::<(), Error>(())
    /// ```
    pub fn is_free(&self, address: Ipv4Addr) -> bool {
        self.prefix.contains_addr(address) && !is_set(&self.taken, self.offset(address))
    }

    /// Says whether an address of this subnet is assigned, singly or as part of a prefix.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_prefix(Ipv4Prefix::constant([10, 0, 8, 32], 28))?;
    /// assert!(subnet.is_assigned(Ipv4Addr::new(10, 0, 8, 40)));
    /// assert!(!subnet.is_assigned(Ipv4Addr::new(10, 0, 8, 3))); // reserved, which is not assigned
    /// # Ok::<(), Error>(())
    /// ```
    pub fn is_assigned(&self, address: Ipv4Addr) -> bool {
        self.prefix.contains_addr(address) && {
            let offset = self.offset(address);
            is_set(&self.taken, offset) && !self.is_reserved(offset)
        }
    }

    /// Assigns one address, wherever it lies: an address in use may well be inside a reservation.
    ///
    /// # Errors
    ///
    /// - outside the subnet: [`Error::AddressOutsideSubnet`]
    /// - one of the five that AWS keeps: [`Error::AddressReserved`]
    /// - part of an assigned prefix: [`Error::AddressInPrefix`]
    /// - assigned: [`Error::AddressAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let address = Ipv4Addr::new(10, 0, 8, 20);
    /// subnet.assign(address)?;
    /// assert_eq!(subnet.assign(address), Err(Error::AddressAssigned { address }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign(&mut self, address: Ipv4Addr) -> Result<(), Error> {
        let offset = self.single(address)?;
        if is_set(&self.taken, offset) {
            return Err(Error::AddressAssigned { address });
        }
        set(&mut self.taken, offset);
        set(&mut self.blocks.busy, offset / ADDRESSES_PER_PREFIX);
        self.used += 1;
        Ok(())
    }

    /// Releases one address that was assigned by itself.
    ///
    /// # Errors
    ///
    /// - outside the subnet: [`Error::AddressOutsideSubnet`]
    /// - one of the five that AWS keeps: [`Error::AddressReserved`]
    /// - part of an assigned prefix, which is released as a whole: [`Error::AddressInPrefix`]
    /// - not assigned: [`Error::AddressNotAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let address = Ipv4Addr::new(10, 0, 8, 20);
    /// subnet.assign(address)?;
    /// subnet.release(address)?;
    /// assert_eq!(subnet.release(address), Err(Error::AddressNotAssigned { address }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn release(&mut self, address: Ipv4Addr) -> Result<(), Error> {
        let offset = self.single(address)?;
        if !is_set(&self.taken, offset) {
            return Err(Error::AddressNotAssigned { address });
        }
        clear(&mut self.taken, offset);
        // The other addresses of the block, those that AWS reserves among them, may keep it busy.
        let block = offset / ADDRESSES_PER_PREFIX;
        if self.taken_in_block(block) == 0 {
            clear(&mut self.blocks.busy, block);
        }
        self.used -= 1;
        Ok(())
    }

    /// Assigns an aligned /28 as a prefix, wherever it lies: a prefix in use may well be inside a reservation.
    ///
    /// # Errors
    ///
    /// - not a /28: [`Error::DelegatedLength`]
    /// - outside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - the first or the last block: [`Error::PrefixReserved`]
    /// - assigned: [`Error::PrefixAssigned`]
    /// - with an address of its own assigned: [`Error::PrefixNotFree`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_prefix(Ipv4Prefix::constant([10, 0, 8, 32], 28))?;
    ///
    /// let last = Ipv4Prefix::constant([10, 0, 8, 240], 28);
    /// assert_eq!(subnet.assign_prefix(last).unwrap_err().code(), "PREFIX_RESERVED");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn assign_prefix(&mut self, prefix: Ipv4Prefix) -> Result<(), Error> {
        let block = self.block(prefix)?;
        if is_set(&self.blocks.delegated, block) {
            return Err(Error::PrefixAssigned { prefix });
        }
        let taken = self.taken_in_block(block);
        if taken != 0 {
            let address = self.address(block * ADDRESSES_PER_PREFIX + taken.trailing_zeros());
            return Err(Error::PrefixNotFree { prefix, address });
        }
        let (word, shift) = block_place(block);
        self.taken[word] |= BLOCK_BITS << shift;
        set(&mut self.blocks.busy, block);
        set(&mut self.blocks.delegated, block);
        self.used += ADDRESSES_PER_PREFIX;
        Ok(())
    }

    /// Releases a prefix: its 16 addresses are free again.
    ///
    /// # Errors
    ///
    /// - not a /28: [`Error::DelegatedLength`]
    /// - outside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - the first or the last block: [`Error::PrefixReserved`]
    /// - not assigned as a prefix: [`Error::PrefixNotAssigned`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// let prefix = Ipv4Prefix::constant([10, 0, 8, 32], 28);
    /// subnet.assign_prefix(prefix)?;
    /// subnet.release_prefix(prefix)?;
    /// assert_eq!(subnet.release_prefix(prefix), Err(Error::PrefixNotAssigned { prefix }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn release_prefix(&mut self, prefix: Ipv4Prefix) -> Result<(), Error> {
        let block = self.block(prefix)?;
        if !is_set(&self.blocks.delegated, block) {
            return Err(Error::PrefixNotAssigned { prefix });
        }
        let (word, shift) = block_place(block);
        self.taken[word] &= !(BLOCK_BITS << shift);
        clear(&mut self.blocks.busy, block);
        clear(&mut self.blocks.delegated, block);
        self.used -= ADDRESSES_PER_PREFIX;
        Ok(())
    }

    /// Adds a CIDR reservation. It moves nothing that is assigned, and may cover the addresses that AWS reserves.
    ///
    /// # Errors
    ///
    /// - not wholly inside the subnet: [`Error::PrefixOutsideSubnet`]
    /// - an address in common with another reservation: [`Error::ReservationOverlap`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet, subnet::ReservationKind};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 128], 26), ReservationKind::Prefix)?;
    /// subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 64], 30), ReservationKind::Explicit)?;
    /// assert_eq!((subnet.free_prefixes(), subnet.free_prefixes_inside_reservations()), (13, 4));
    ///
    /// let half = Ipv4Prefix::constant([10, 0, 8, 128], 25);
    /// assert_eq!(subnet.reserve(half, ReservationKind::Prefix).unwrap_err().code(), "RESERVATION_OVERLAP");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reserve(&mut self, prefix: Ipv4Prefix, kind: ReservationKind) -> Result<(), Error> {
        if !self.prefix.contains_prefix(prefix) {
            return Err(Error::PrefixOutsideSubnet { prefix, subnet: self.prefix });
        }
        let place = self.reservations.partition_point(|other| other.prefix < prefix);
        let neighbours = place.saturating_sub(1)..self.reservations.len().min(place + 1);
        if let Some(other) = self.reservations[neighbours].iter().find(|other| other.prefix.overlaps(prefix))
        {
            return Err(Error::ReservationOverlap { prefix, existing: other.prefix });
        }
        self.reservations.insert(place, Reservation { prefix, kind });
        let touched = self.offset(prefix.first()) / ADDRESSES_PER_PREFIX
            ..=self.offset(prefix.last()) / ADDRESSES_PER_PREFIX;
        match kind {
            ReservationKind::Explicit => touched.for_each(|block| set(&mut self.blocks.explicit, block)),
            // A range smaller than a /28 has no block wholly inside.
            ReservationKind::Prefix if prefix.prefix_len() > DELEGATED_PREFIX_LEN => {}
            ReservationKind::Prefix => touched.for_each(|block| set(&mut self.blocks.prefix, block)),
        }
        Ok(())
    }

    /// The place of an address that may be assigned or released by itself.
    fn single(&self, address: Ipv4Addr) -> Result<u32, Error> {
        if !self.prefix.contains_addr(address) {
            return Err(Error::AddressOutsideSubnet { address, subnet: self.prefix });
        }
        let offset = self.offset(address);
        if self.is_reserved(offset) {
            return Err(Error::AddressReserved { address, subnet: self.prefix });
        }
        if is_set(&self.blocks.delegated, offset / ADDRESSES_PER_PREFIX) {
            let prefix = Ipv4Prefix::truncating(address, DELEGATED_PREFIX_LEN)?;
            return Err(Error::AddressInPrefix { address, prefix });
        }
        Ok(offset)
    }

    /// The place of a block that may be assigned or released as a prefix.
    fn block(&self, prefix: Ipv4Prefix) -> Result<u32, Error> {
        if prefix.prefix_len() != DELEGATED_PREFIX_LEN {
            return Err(Error::DelegatedLength { prefix });
        }
        if !self.prefix.contains_prefix(prefix) {
            return Err(Error::PrefixOutsideSubnet { prefix, subnet: self.prefix });
        }
        if prefix.first() == self.prefix.first() || prefix.last() == self.prefix.last() {
            return Err(Error::PrefixReserved { prefix, subnet: self.prefix });
        }
        Ok(self.offset(prefix.first()) / ADDRESSES_PER_PREFIX)
    }

    fn is_reserved(&self, offset: u32) -> bool {
        offset < RESERVED_AT_START || offset == self.total_addresses() - 1
    }

    /// The 16 bits of a block.
    fn taken_in_block(&self, block: u32) -> u64 {
        let (word, shift) = block_place(block);
        (self.taken[word] >> shift) & BLOCK_BITS
    }

    /// The place of an address that the subnet contains.
    fn offset(&self, address: Ipv4Addr) -> u32 {
        address.to_bits() - self.prefix.first().to_bits()
    }

    fn address(&self, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.prefix.first().to_bits() + offset)
    }
}

/// The counts, not the bitmaps.
impl fmt::Debug for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subnet")
            .field("prefix", &self.prefix)
            .field("used_addresses", &self.used_addresses())
            .field("free_addresses", &self.free_addresses())
            .field("free_prefixes", &self.free_prefixes())
            .field("reservations", &self.reservations)
            .finish_non_exhaustive()
    }
}

impl Blocks {
    fn new(count: u32) -> Self {
        let clear = all_clear(count);
        let mut busy = clear.clone();
        set_from(&mut busy, count);
        Self { busy, delegated: clear.clone(), explicit: clear.clone(), prefix: clear }
    }

    /// A word at a time, the blocks that can be handed out.
    fn free(&self) -> impl Iterator<Item = u64> {
        self.busy.iter().zip(&self.explicit).map(|(busy, explicit)| !(busy | explicit))
    }
}

/// The number of addresses of a subnet's block: 2^16 at most.
fn address_count(prefix: Ipv4Prefix) -> u32 {
    1 << (Ipv4Prefix::MAX_LEN - prefix.prefix_len())
}

fn all_clear(bits: u32) -> Vec<u64> {
    vec![0; bits.div_ceil(u64::BITS) as usize]
}

/// Sets every bit of the last word from `bits` on: those past the end.
fn set_from(words: &mut [u64], bits: u32) {
    for bit in bits..bits.next_multiple_of(u64::BITS) {
        set(words, bit);
    }
}

fn is_set(words: &[u64], bit: u32) -> bool {
    words[(bit / u64::BITS) as usize] >> (bit % u64::BITS) & 1 == 1
}

fn set(words: &mut [u64], bit: u32) {
    words[(bit / u64::BITS) as usize] |= 1 << (bit % u64::BITS);
}

fn clear(words: &mut [u64], bit: u32) {
    words[(bit / u64::BITS) as usize] &= !(1 << (bit % u64::BITS));
}

/// The word of the address bitmap that holds a block, and where in it the block starts.
fn block_place(block: u32) -> (usize, u32) {
    let offset = block * ADDRESSES_PER_PREFIX;
    ((offset / u64::BITS) as usize, offset % u64::BITS)
}
