//! Bitmaps of 64-bit words, lowest bit first.

use alloc::vec;
use alloc::vec::Vec;

use crate::ipam::ADDRESSES_PER_PREFIX;

pub(super) fn all_clear(bits: u32) -> Vec<u64> {
    vec![0; bits.div_ceil(u64::BITS) as usize]
}

/// Sets every bit of the last word from `bits` on: those past the end.
pub(super) fn set_from(words: &mut [u64], bits: u32) {
    for bit in bits..bits.next_multiple_of(u64::BITS) {
        set(words, bit);
    }
}

pub(super) fn is_set(words: &[u64], bit: u32) -> bool {
    words[(bit / u64::BITS) as usize] >> (bit % u64::BITS) & 1 == 1
}

pub(super) fn set(words: &mut [u64], bit: u32) {
    words[(bit / u64::BITS) as usize] |= 1 << (bit % u64::BITS);
}

pub(super) fn clear(words: &mut [u64], bit: u32) {
    words[(bit / u64::BITS) as usize] &= !(1 << (bit % u64::BITS));
}

/// The word of the address bitmap that holds a block, and where in it the block starts.
pub(super) fn block_place(block: u32) -> (usize, u32) {
    let offset = block * ADDRESSES_PER_PREFIX;
    ((offset / u64::BITS) as usize, offset % u64::BITS)
}

/// Of four lanes of 16 bits, those with any bit set, one bit each.
pub(super) const fn lanes_with_any(word: u64) -> u64 {
    let word = word | word >> 8;
    let word = word | word >> 4;
    let word = word | word >> 2;
    gather(word | word >> 1)
}

/// Of four lanes of 16 bits, those with all bits set, one bit each.
pub(super) const fn lanes_with_all(word: u64) -> u64 {
    let word = word & word >> 8;
    let word = word & word >> 4;
    let word = word & word >> 2;
    gather(word & word >> 1)
}

/// The lowest bits of four lanes side by side. No two of the products meet, so that nothing is carried.
const fn gather(word: u64) -> u64 {
    const LOWEST: u64 = 0x0001_0001_0001_0001;
    const SIDE_BY_SIDE: u64 = 1 << 48 | 1 << 33 | 1 << 18 | 1 << 3;
    (word & LOWEST).wrapping_mul(SIDE_BY_SIDE) >> 48 & 0xF
}

/// How many bits from `start` up to but not including `end` are clear.
pub(super) fn count_clear(words: &[u64], start: u32, end: u32) -> u32 {
    let mut count = 0;
    let mut at = start;
    while at < end {
        let shift = at % u64::BITS;
        let here = (u64::BITS - shift).min(end - at);
        let word = !words[(at / u64::BITS) as usize] >> shift;
        // A shift by all 64 bits is no shift.
        count += (word & u64::MAX.checked_shr(u64::BITS - here).unwrap_or(0)).count_ones();
        at += here;
    }
    count
}
