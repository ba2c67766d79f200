//! A subnet, and where in it EC2 finds the next address or block.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::NEIGHBOUR;
use super::random::Random;
use super::scenario::Choice;
use crate::ipam::{ADDRESSES_PER_PREFIX, IpamMode};
use crate::subnet::{DELEGATED_PREFIX_LEN, RESERVED_ADDRESSES, ReservationKind};
use crate::{Ipv4Prefix, Subnet};

const BLOCK: u64 = 0xFFFF;
const BLOCKS_PER_WORD: u32 = u64::BITS / ADDRESSES_PER_PREFIX;

/// Bits, and how many of them are set.
#[derive(Debug, Clone)]
struct Bits {
    words: Vec<u64>,
    set: u32,
    /// No bit is set in a word before this one.
    from: usize,
}

impl Bits {
    fn new(bits: u32) -> Self {
        Self { words: vec![0; bits.div_ceil(u64::BITS) as usize], set: 0, from: 0 }
    }

    fn has(&self, bit: u32) -> bool {
        self.words[(bit / u64::BITS) as usize] >> (bit % u64::BITS) & 1 == 1
    }

    fn put(&mut self, bit: u32, on: bool) {
        let word = (bit / u64::BITS) as usize;
        if self.has(bit) == on {
            return;
        }
        self.words[word] ^= 1 << (bit % u64::BITS);
        if on {
            self.set += 1;
            self.from = self.from.min(word);
        } else {
            self.set -= 1;
        }
    }

    fn first(&mut self) -> Option<u32> {
        while *self.words.get(self.from)? == 0 {
            self.from += 1;
        }
        Self::at(self.from, self.words[self.from].trailing_zeros())
    }

    /// The bit before which so many are set.
    fn nth(&self, mut before: u32) -> Option<u32> {
        for (index, &word) in self.words.iter().enumerate() {
            let here = word.count_ones();
            if before < here {
                let mut rest = word;
                for _ in 0..before {
                    rest &= rest - 1;
                }
                return Self::at(index, rest.trailing_zeros());
            }
            before -= here;
        }
        None
    }

    fn at(word: usize, bit: u32) -> Option<u32> {
        Some(u32::try_from(word).ok()? * u64::BITS + bit)
    }

    fn pick(&mut self, choice: Choice, random: &mut Random) -> Option<u32> {
        match choice {
            Choice::Random if self.set > 0 => self.nth(random.below(self.set)),
            _ => self.first(),
        }
    }
}

/// A subnet with what is free in it at hand.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    subnet: Subnet,
    base: u32,
    /// Addresses that are assigned.
    taken: Vec<u64>,
    /// Addresses that EC2 may hand out one by one: not AWS's own, in no reservation.
    open: Vec<u64>,
    /// Of these, the free ones.
    free: Bits,
    /// Blocks that EC2 may hand out, and whether they are inside a reservation of type `prefix`.
    blocks: Vec<Option<bool>>,
    /// Free blocks outside and inside such reservations.
    free_blocks: [Bits; 2],
    /// What neighbours took, as places in the subnet, the first one first.
    neighbours: VecDeque<u32>,
    pub(super) held: u32,
    /// No node comes here any more.
    pub(super) closed: bool,
    pub(super) record: Record,
}

/// What a subnet went through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) fewest_addresses: u32,
    pub(super) fewest_prefixes: u32,
    pub(super) dry_addresses_ms: Option<u64>,
    pub(super) dry_prefixes_ms: Option<u64>,
    pub(super) most_held: u32,
}

impl Ground {
    pub(super) fn new(subnet: Subnet) -> Self {
        let prefix = subnet.prefix();
        let base = prefix.first().to_bits();
        let size = subnet.total_addresses();
        let words = size.div_ceil(u64::BITS) as usize;
        let count = size / ADDRESSES_PER_PREFIX;
        let last = if subnet.counts_last_block() { count } else { count - 1 };
        let mut blocks = vec![None; count as usize];
        for block in 1..last {
            blocks[block as usize] = Some(false);
        }
        let mut open = vec![0_u64; words];
        for offset in RESERVED_ADDRESSES - 1..size - 1 {
            open[(offset / u64::BITS) as usize] |= 1 << (offset % u64::BITS);
        }
        for reservation in subnet.reservations() {
            let [first, end] =
                [reservation.prefix.first(), reservation.prefix.last()].map(|a| a.to_bits() - base);
            for offset in first..=end {
                open[(offset / u64::BITS) as usize] &= !(1 << (offset % u64::BITS));
            }
            for block in first / ADDRESSES_PER_PREFIX..=end / ADDRESSES_PER_PREFIX {
                let entry = &mut blocks[block as usize];
                match reservation.kind {
                    ReservationKind::Explicit => *entry = None,
                    ReservationKind::Prefix if reservation.prefix.prefix_len() <= DELEGATED_PREFIX_LEN => {
                        *entry = entry.map(|_| true);
                    }
                    ReservationKind::Prefix => {}
                }
            }
        }
        let mut ground = Self {
            base,
            taken: vec![0; words],
            open,
            free: Bits::new(size),
            blocks,
            free_blocks: [Bits::new(count), Bits::new(count)],
            neighbours: VecDeque::new(),
            held: 0,
            closed: false,
            record: Record {
                fewest_addresses: subnet.free_addresses(),
                fewest_prefixes: subnet.free_prefixes(),
                dry_addresses_ms: None,
                dry_prefixes_ms: None,
                most_held: 0,
            },
            subnet,
        };
        for offset in 0..size {
            if ground.subnet.is_assigned(Ipv4Addr::from_bits(base + offset)) {
                ground.taken[(offset / u64::BITS) as usize] |= 1 << (offset % u64::BITS);
            }
        }
        for block in 0..count {
            ground.refresh(block);
        }
        ground.note(0);
        ground
    }

    pub(super) const fn subnet(&self) -> &Subnet {
        &self.subnet
    }

    pub(super) fn into_subnet(self) -> Subnet {
        self.subnet
    }

    /// Addresses that EC2 may hand out one by one.
    pub(super) const fn free_addresses(&self) -> u32 {
        self.free.set
    }

    /// Blocks that EC2 may hand out.
    pub(super) const fn free_prefixes(&self) -> u32 {
        self.free_blocks[0].set + self.free_blocks[1].set
    }

    /// How many groups of a mode it has.
    pub(super) const fn available(&self, mode: IpamMode) -> u32 {
        match mode {
            IpamMode::SecondaryIp => self.free_addresses(),
            IpamMode::PrefixDelegation => self.free_prefixes(),
        }
    }

    /// Hands out an address or a block.
    pub(super) fn grant(
        &mut self,
        mode: IpamMode,
        owner: u32,
        choice: Choice,
        random: &mut Random,
        now_ms: u64,
    ) -> Option<Ipv4Prefix> {
        let (first, len) = match mode {
            IpamMode::SecondaryIp => (self.pick_address(choice, random)?, Ipv4Prefix::MAX_LEN),
            IpamMode::PrefixDelegation => {
                // Reserved room first: whoever reserves it wants prefixes to be there.
                let [outside, inside] = &mut self.free_blocks;
                let from = if inside.set > 0 { inside } else { outside };
                (from.pick(choice, random)? * ADDRESSES_PER_PREFIX, DELEGATED_PREFIX_LEN)
            }
        };
        let prefix = Ipv4Prefix::truncating(Ipv4Addr::from_bits(self.base + first), len).ok()?;
        match mode {
            IpamMode::SecondaryIp => self.subnet.assign_to(prefix.first(), owner).ok()?,
            IpamMode::PrefixDelegation => self.subnet.assign_prefix_to(prefix, owner).ok()?,
        }
        self.mark(first, mode, true);
        self.note(now_ms);
        Some(prefix)
    }

    /// Takes an address or a block back; whether it was held.
    pub(super) fn release(&mut self, group: Ipv4Prefix) -> bool {
        let mode = if group.prefix_len() == DELEGATED_PREFIX_LEN {
            IpamMode::PrefixDelegation
        } else {
            IpamMode::SecondaryIp
        };
        let released = match mode {
            IpamMode::SecondaryIp => self.subnet.release(group.first()),
            IpamMode::PrefixDelegation => self.subnet.release_prefix(group),
        };
        if released.is_ok() {
            self.mark(group.first().to_bits() - self.base, mode, false);
        }
        released.is_ok()
    }

    /// A neighbour takes an address; whether there was one.
    pub(super) fn lose(&mut self, choice: Choice, random: &mut Random, now_ms: u64) -> bool {
        let Some(taken) = self.grant(IpamMode::SecondaryIp, NEIGHBOUR, choice, random, now_ms) else {
            return false;
        };
        self.neighbours.push_back(taken.first().to_bits() - self.base);
        true
    }

    /// A neighbour gives an address back; whether there was one.
    pub(super) fn regain(&mut self, choice: Choice, random: &mut Random) -> bool {
        let place = match choice {
            Choice::Random => random.below(u32::try_from(self.neighbours.len()).unwrap_or(u32::MAX)) as usize,
            _ => 0,
        };
        // Behind the front, order means nothing where the choice is random.
        let Some(offset) = self.neighbours.swap_remove_front(place) else {
            return false;
        };
        self.release(Ipv4Prefix::host(Ipv4Addr::from_bits(self.base + offset)))
    }

    /// Notes what nodes hold, and whether anything is left.
    pub(super) fn note(&mut self, now_ms: u64) {
        let (addresses, prefixes) = (self.free_addresses(), self.free_prefixes());
        let record = &mut self.record;
        record.most_held = record.most_held.max(self.held);
        record.fewest_addresses = record.fewest_addresses.min(addresses);
        record.fewest_prefixes = record.fewest_prefixes.min(prefixes);
        if addresses == 0 {
            record.dry_addresses_ms.get_or_insert(now_ms);
        }
        if prefixes == 0 {
            record.dry_prefixes_ms.get_or_insert(now_ms);
        }
    }

    fn pick_address(&mut self, choice: Choice, random: &mut Random) -> Option<u32> {
        let whole = if choice == Choice::Worst { self.free_blocks[0].first() } else { None };
        match whole {
            Some(block) => Some(block * ADDRESSES_PER_PREFIX),
            None => self.free.pick(choice, random),
        }
    }

    fn mark(&mut self, first: u32, mode: IpamMode, taken: bool) {
        let word = (first / u64::BITS) as usize;
        let bits = match mode {
            IpamMode::SecondaryIp => 1,
            IpamMode::PrefixDelegation => BLOCK,
        } << (first % u64::BITS);
        if taken {
            self.taken[word] |= bits;
        } else {
            self.taken[word] &= !bits;
        }
        match mode {
            IpamMode::SecondaryIp => {
                self.free.put(first, !taken && self.open[word] & bits != 0);
                self.refresh_block(first / ADDRESSES_PER_PREFIX);
            }
            IpamMode::PrefixDelegation => self.refresh(first / ADDRESSES_PER_PREFIX),
        }
    }

    fn refresh(&mut self, block: u32) {
        let first = block * ADDRESSES_PER_PREFIX;
        for offset in first..first + ADDRESSES_PER_PREFIX {
            let word = (offset / u64::BITS) as usize;
            let free = (self.open[word] & !self.taken[word]) >> (offset % u64::BITS) & 1 == 1;
            self.free.put(offset, free);
        }
        self.refresh_block(block);
    }

    fn refresh_block(&mut self, block: u32) {
        let word = self.taken[(block / BLOCKS_PER_WORD) as usize];
        let clear = word >> (block % BLOCKS_PER_WORD * ADDRESSES_PER_PREFIX) & BLOCK == 0;
        if let Some(inside) = self.blocks[block as usize] {
            self.free_blocks[usize::from(inside)].put(block, clear);
        }
    }
}
