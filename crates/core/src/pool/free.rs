//! The free addresses of one group, in their order.

use alloc::vec::Vec;

/// As many offsets as fit into 64 bits: all of a group, each once.
const PACKED: usize = 16;

/// Offsets of free addresses, next one first.
///
/// The controller keeps a list, so an address that came back earlier leaves earlier; and one that a job returns while a
/// pod has it is there twice once the pod has ended. Only then is the list longer than a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Free {
    /// Four bits each, the next one lowest; the bits behind the last one are 0.
    Packed { len: u8, offsets: u64 },
    /// More than fit.
    Long(Vec<u8>),
}

impl Free {
    pub(super) const NONE: Self = Self::Packed { len: 0, offsets: 0 };
    /// All of a /28, from the first to the last.
    const WHOLE: Self = Self::Packed { len: 16, offsets: 0xFEDC_BA98_7654_3210 };

    pub(super) fn len(&self) -> u32 {
        match self {
            Self::Packed { len, .. } => (*len).into(),
            Self::Long(offsets) => u32::try_from(offsets.len()).unwrap_or(u32::MAX),
        }
    }

    /// The next one.
    pub(super) fn first(&self) -> Option<u8> {
        match self {
            Self::Packed { len: 0, .. } => None,
            Self::Packed { offsets, .. } => Some(offsets.to_le_bytes()[0] & 15),
            Self::Long(offsets) => offsets.first().copied(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        let (packed, long): (_, &[u8]) = match self {
            Self::Packed { len, offsets } => ((*len, *offsets), &[]),
            Self::Long(offsets) => ((0, 0), offsets),
        };
        (0..packed.0).map(move |at| (packed.1 >> (4 * at)).to_le_bytes()[0] & 15).chain(long.iter().copied())
    }

    /// One bit each.
    pub(super) fn mask(&self) -> u16 {
        self.iter().fold(0, |mask, offset| mask | 1 << offset)
    }

    /// Behind those that are there; an offset below 16.
    #[inline]
    pub(super) fn push(&mut self, offset: u8) {
        match self {
            Self::Packed { len, offsets } if usize::from(*len) < PACKED => {
                *offsets |= u64::from(offset) << (4 * *len);
                *len += 1;
            }
            Self::Packed { .. } => self.lengthen(offset),
            Self::Long(offsets) => offsets.push(offset),
        }
    }

    #[cold]
    fn lengthen(&mut self, offset: u8) {
        *self = Self::Long(self.iter().chain([offset]).collect());
    }

    /// Those given as bits, from the first to the last.
    pub(super) fn push_all(&mut self, mask: u16) {
        if mask == u16::MAX && *self == Self::NONE {
            *self = Self::WHOLE;
            return;
        }
        let mut rest = mask;
        while rest != 0 {
            self.push(rest.trailing_zeros().to_le_bytes()[0]);
            rest &= rest - 1;
        }
    }

    /// Takes the next one.
    pub(super) fn pop(&mut self) -> Option<u8> {
        match self {
            Self::Packed { len: 0, .. } => None,
            Self::Packed { len, offsets } => {
                let next = offsets.to_le_bytes()[0] & 15;
                *offsets >>= 4;
                *len -= 1;
                Some(next)
            }
            Self::Long(offsets) => {
                let next = offsets.remove(0);
                if offsets.len() <= PACKED {
                    *self = offsets.iter().copied().collect();
                }
                Some(next)
            }
        }
    }
}

impl FromIterator<u8> for Free {
    fn from_iter<T: IntoIterator<Item = u8>>(offsets: T) -> Self {
        let mut free = Self::NONE;
        offsets.into_iter().for_each(|offset| free.push(offset));
        free
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::VecDeque;

    use super::*;

    #[test]
    fn is_a_queue() {
        let mut free = Free::NONE;
        let mut queue = VecDeque::new();
        let mut random = 1_u32;
        for step in 0..20_000_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Filled and emptied in turns, beyond what is packed.
            if random >> 30 < 2 + (step / 100 % 2) * 2 - u32::from(queue.len() > 40) {
                let offset = (random >> 8).to_le_bytes()[0] & 15;
                free.push(offset);
                queue.push_back(offset);
            } else {
                assert_eq!(free.pop(), queue.pop_front());
            }
            if queue.len() > 40 || step / 100 % 3 == 0 {
                assert_eq!(free.pop(), queue.pop_front());
            }
            assert!(free.iter().eq(queue.iter().copied()));
            assert_eq!((free.len() as usize, free.first()), (queue.len(), queue.front().copied()));
            assert_eq!(free, queue.iter().copied().collect());
            assert_eq!(matches!(free, Free::Long(_)), queue.len() > PACKED);
        }
    }

    #[test]
    fn reads_bits() {
        for mask in 0..=u16::MAX {
            let mut free = Free::NONE;
            free.push_all(mask);
            assert_eq!((free.mask(), free.len()), (mask, mask.count_ones()));
            assert!(free.iter().is_sorted());
        }
        assert_eq!(Free::WHOLE, (0..16).collect());
    }
}
