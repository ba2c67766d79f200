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
//! `subnet_frag.py` does not. It is not counted here either, which is the smaller count;
//! [`counting_last_block`](Subnet::counting_last_block) counts it. It can be assigned both ways, for a listing may
//! show it.
//!
//! # Cost
//!
//! With w = 64-bit words of the bitmap, 1 for a /26 and 1,024 for a /16:
//!
//! | operation | time |
//! |---|---|
//! | `assign`, `release`, `assign_prefix`, `release_prefix`, `is_free`, `is_assigned`, address counts | O(1) |
//! | `assign_interface` | O(addresses and prefixes given) |
//! | `assign_all` | O(w + addresses) |
//! | `free_prefixes`, `free_prefixes_inside_reservations` | O(w / 16) |
//! | `census`, `largest_free_run`, `free_addresses_inside` | O(w) |
//! | `reserve` | O(w + reservations) |
//!
//! Owners take four bytes an address from the first owner on that is named.
//!
//! # Source
//!
//! - Size and reserved addresses: Amazon EC2 API Reference, `CreateSubnet` (2026-11-22).
//! - Prefixes: Amazon EC2 User Guide, "Assigning prefixes to network interfaces" (2022-12-17).
//! - Reservations: Amazon VPC User Guide, "Subnet CIDR reservations" (2023-04-06).
//! - `subnet_frag.py`: aws-support-tools at 85d5c22 (2026-07-16).

mod assign;
mod bits;
pub mod carve;
mod census;
mod cover;
mod cure;
pub mod forecast;
mod reserve;
pub mod size;

pub use census::{Block, BlockCounts, BlockState, Blocks, Census, FreeRun};
pub use cure::Cure;
pub use reserve::Spare;

use alloc::vec::Vec;
use bits::{all_clear, block_place, clear, is_set, set, set_from};
use core::fmt;
use core::net::Ipv4Addr;

use crate::ipam::ADDRESSES_PER_PREFIX;
use crate::named::named;
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

/// The owner of addresses that were assigned without one.
pub const NOBODY: u32 = u32::MAX;

const BLOCK_BITS: u64 = 0xFFFF;
/// The place of AWS's last address among the 16 of the last block.
const LAST_BIT: u64 = 1 << (ADDRESSES_PER_PREFIX - 1);

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
    blocks: BlockBits,
    used: u32,
    /// Sorted and apart from each other.
    reservations: Vec<Reservation>,
    owners: Owners,
    counts_last_block: bool,
}

/// An owner for every address, or nothing as long as none was named.
#[derive(Clone, Default)]
struct Owners(Vec<u32>);

/// Facts about the aligned /28 blocks, one bit each.
#[derive(Clone, PartialEq, Eq)]
struct BlockBits {
    /// With an address taken, the last block unless it counts, or past the end of the subnet.
    busy: Vec<u64>,
    /// Assigned as a prefix.
    delegated: Vec<u64>,
    /// With an address inside an `explicit` reservation.
    explicit: Vec<u64>,
    /// Wholly inside one `prefix` reservation.
    prefix: Vec<u64>,
}

named! {
    /// What a subnet CIDR reservation sets its range aside for.
    #[non_exhaustive]
    ReservationKind {
        /// EC2 takes prefixes that it chooses itself from this range.
        Prefix = "prefix",
        /// EC2 takes nothing from this range by itself: only addresses that a caller names are assigned.
        Explicit = "explicit",
    }
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
        let mut blocks = BlockBits::new(size / ADDRESSES_PER_PREFIX);
        for offset in (0..RESERVED_AT_START).chain([size - 1]) {
            set(&mut taken, offset);
            set(&mut blocks.busy, offset / ADDRESSES_PER_PREFIX);
        }
        set_from(&mut taken, size);
        Ok(Self {
            prefix,
            taken,
            blocks,
            used: 0,
            reservations: Vec::new(),
            owners: Owners::default(),
            counts_last_block: false,
        })
    }

    /// Counts the last block too as one for prefixes, although it holds the last address, which AWS reserves.
    ///
    /// No source says whether EC2 hands it out. A prefix there holds 15 addresses, since the last is never used.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?.counting_last_block();
    /// assert_eq!(subnet.free_prefixes(), 15);
    /// // The only block of a /28 holds the first four as well.
    /// assert_eq!(Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 28))?.counting_last_block().free_prefixes(), 0);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn counting_last_block(mut self) -> Self {
        self.counts_last_block = true;
        let last = self.last_block();
        if self.taken_in_block(last) == LAST_BIT {
            clear(&mut self.blocks.busy, last);
        }
        self
    }

    /// Says whether the last block counts as one for prefixes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// assert!(!Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?.counts_last_block());
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn counts_last_block(&self) -> bool {
        self.counts_last_block
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

    /// Who holds an address: `None` for one that is free, reserved by AWS, of another subnet, or assigned without an
    /// owner.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_to(Ipv4Addr::new(10, 0, 8, 20), 7)?;
    /// subnet.assign(Ipv4Addr::new(10, 0, 8, 21))?;
    /// assert_eq!(subnet.owner(Ipv4Addr::new(10, 0, 8, 20)), Some(7));
    /// assert_eq!(subnet.owner(Ipv4Addr::new(10, 0, 8, 21)), None);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn owner(&self, address: Ipv4Addr) -> Option<u32> {
        if self.prefix.contains_addr(address) { self.owners.get(self.offset(address)) } else { None }
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

    fn is_reserved(&self, offset: u32) -> bool {
        offset < RESERVED_AT_START || offset == self.total_addresses() - 1
    }

    /// The 16 bits of a block.
    fn taken_in_block(&self, block: u32) -> u64 {
        let (word, shift) = block_place(block);
        (self.taken[word] >> shift) & BLOCK_BITS
    }

    /// The bits of a block that AWS reserves.
    fn reserved_in_block(&self, block: u32) -> u64 {
        let first = if block == 0 { (1 << RESERVED_AT_START) - 1 } else { 0 };
        let last = if block == self.last_block() { LAST_BIT } else { 0 };
        first | last
    }

    fn assignable_in_block(&self, block: u32) -> u32 {
        ADDRESSES_PER_PREFIX - self.reserved_in_block(block).count_ones()
    }

    /// The places of the addresses of a block that can be assigned.
    fn places(&self, block: u32) -> core::ops::Range<u32> {
        let start = block * ADDRESSES_PER_PREFIX;
        let reserved = self.reserved_in_block(block);
        start + reserved.trailing_ones()..start + ADDRESSES_PER_PREFIX - u32::from(reserved & LAST_BIT != 0)
    }

    fn last_block(&self) -> u32 {
        self.total_addresses() / ADDRESSES_PER_PREFIX - 1
    }

    fn block_prefix(&self, block: u32) -> Ipv4Prefix {
        // Places of blocks are made from such prefixes only.
        Ipv4Prefix::truncating(self.address(block * ADDRESSES_PER_PREFIX), DELEGATED_PREFIX_LEN)
            .unwrap_or(self.prefix)
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

impl BlockBits {
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

impl Owners {
    fn get(&self, offset: u32) -> Option<u32> {
        // Stored as one more, so that zeroed memory says that nobody is there.
        self.0.get(offset as usize)?.checked_sub(1)
    }

    /// Names who holds some addresses of a subnet of `size`.
    fn put(&mut self, offsets: core::ops::Range<u32>, owner: u32, size: u32) {
        if self.0.is_empty() {
            if owner == NOBODY {
                return;
            }
            self.0 = alloc::vec![0; size as usize];
        }
        self.0[offsets.start as usize..offsets.end as usize].fill(owner.wrapping_add(1));
    }
}

/// Whether anybody was ever named makes no difference, only who is.
impl PartialEq for Owners {
    fn eq(&self, other: &Self) -> bool {
        let size = self.0.len().max(other.0.len());
        (0..u32::try_from(size).unwrap_or(u32::MAX)).all(|offset| self.get(offset) == other.get(offset))
    }
}

impl Eq for Owners {}

/// The number of addresses of a subnet's block: 2^16 at most.
fn address_count(prefix: Ipv4Prefix) -> u32 {
    1 << (Ipv4Prefix::MAX_LEN - prefix.prefix_len())
}
