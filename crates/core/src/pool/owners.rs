//! Who has which address.

use alloc::vec;
use alloc::vec::Vec;

/// Marks a slot without an owner; the owner of this number has a place of its own.
const NOBODY: u32 = u32::MAX;
const FEWEST_SLOTS: usize = 16;

/// Owners and their addresses: a table with open addressing, since assigning and freeing do little else than look here.
///
/// Where an owner stands depends on what was there before, so nothing that shows may follow the order of the slots.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners {
    /// None, or a power of two of them, a quarter of which at least is vacant.
    slots: Vec<(u32, u32)>,
    len: u32,
    of_nobody: Option<u32>,
}

impl Owners {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), len: 0, of_nobody: None }
    }

    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// In no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let slots = self.slots.iter().copied().filter(|&(owner, _)| owner != NOBODY);
        slots.chain(self.of_nobody.map(|address| (NOBODY, address)))
    }

    /// By owner.
    pub(super) fn sorted(&self) -> Vec<(u32, u32)> {
        let mut sorted = Vec::with_capacity(self.len as usize);
        sorted.extend(self.iter());
        sorted.sort_unstable();
        sorted
    }

    pub(super) fn get(&self, owner: u32) -> Option<u32> {
        if owner == NOBODY {
            return self.of_nobody;
        }
        let &(found, address) = self.slots.get(self.find(owner))?;
        (found == owner).then_some(address)
    }

    /// Enters an owner; the error is the address that it has already.
    pub(super) fn insert(&mut self, owner: u32, address: u32) -> Result<(), u32> {
        if owner == NOBODY {
            if let Some(address) = self.of_nobody {
                return Err(address);
            }
            self.of_nobody = Some(address);
        } else {
            if self.len as usize >= self.slots.len() / 4 * 3 {
                self.grow();
            }
            let slot = self.find(owner);
            let entry = &mut self.slots[slot];
            if entry.0 == owner {
                return Err(entry.1);
            }
            *entry = (owner, address);
        }
        self.len += 1;
        Ok(())
    }

    /// Strikes off an owner with its address; the error is the one that it has instead, if any.
    pub(super) fn remove(&mut self, owner: u32, address: u32) -> Result<(), Option<u32>> {
        if owner == NOBODY {
            if self.of_nobody != Some(address) {
                return Err(self.of_nobody);
            }
            self.of_nobody = None;
        } else {
            let slot = self.find(owner);
            match self.slots.get(slot) {
                Some(&entry) if entry == (owner, address) => self.vacate(slot),
                Some(&(found, actual)) if found == owner => return Err(Some(actual)),
                _ => return Err(None),
            }
        }
        self.len -= 1;
        if self.len == 0 {
            self.slots = Vec::new();
        }
        Ok(())
    }

    /// The slot of an owner, or the one where it would stand.
    fn find(&self, owner: u32) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = mix(owner) & mask;
        while let Some(&(found, _)) = self.slots.get(slot) {
            if found == owner || found == NOBODY {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Empties a slot and moves up those behind it that are not where they wanted to be.
    fn vacate(&mut self, mut slot: usize) {
        let mask = self.slots.len() - 1;
        let mut behind = slot;
        loop {
            behind = (behind + 1) & mask;
            let entry = self.slots[behind];
            if entry.0 == NOBODY {
                break;
            }
            let strayed = behind.wrapping_sub(mix(entry.0)) & mask;
            if strayed >= behind.wrapping_sub(slot) & mask {
                self.slots[slot] = entry;
                slot = behind;
            }
        }
        self.slots[slot] = (NOBODY, 0);
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(FEWEST_SLOTS);
        let old = core::mem::replace(&mut self.slots, vec![(NOBODY, 0); slots]);
        for entry in old.into_iter().filter(|&(owner, _)| owner != NOBODY) {
            let slot = self.find(entry.0);
            self.slots[slot] = entry;
        }
    }
}

/// Spreads owners over the slots. Callers number them in steps of their own, so every bit has to count.
const fn mix(owner: u32) -> usize {
    // The finalizer of MurmurHash3.
    let mixed = (owner ^ owner >> 16).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ mixed >> 13).wrapping_mul(0xC2B2_AE35);
    (mixed ^ mixed >> 16) as usize
}

impl PartialEq for Owners {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().all(|(owner, address)| other.get(owner) == Some(address))
    }
}

impl Eq for Owners {}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use super::*;

    #[test]
    fn is_a_map() {
        // Few owners, so that they meet, leave and come back; both ends of the numbers among them.
        let mut owners = Owners::new();
        let mut map = BTreeMap::new();
        let mut random = 1_u32;
        for step in 0..200_000_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let most = if step / 20_000 % 2 == 0 { 1_200 } else { 12 };
            let owner = NOBODY.wrapping_add((random >> 8) % most).wrapping_sub(most / 2);
            if random >> 30 == 0 || step / 10_000 % 2 == 0 && random >> 31 == 0 {
                let there = map.get(&owner).copied();
                assert_eq!(owners.insert(owner, step).err(), there);
                map.entry(owner).or_insert(step);
            } else {
                let there = map.remove(&owner);
                assert_eq!(owners.remove(owner, step), Err(there));
                assert_eq!(owners.remove(owner, there.unwrap_or(0)).is_ok(), there.is_some());
            }
            assert_eq!((owners.len() as usize, owners.get(owner)), (map.len(), map.get(&owner).copied()));
            if step % 1_000 == 0 {
                assert!(
                    owners.sorted().into_iter().eq(map.iter().map(|(&owner, &address)| (owner, address)))
                );
                let mut other = Owners::new();
                map.iter()
                    .rev()
                    .for_each(|(&owner, &address)| assert_eq!(other.insert(owner, address), Ok(())));
                assert_eq!(other, owners);
                if let Some(&address) = map.get(&owner) {
                    assert_eq!(other.remove(owner, address), Ok(()));
                    assert_ne!(other, owners);
                }
            }
        }
        for (owner, address) in map {
            assert_eq!(owners.remove(owner, address), Ok(()));
        }
        assert_eq!(owners.slots.capacity(), 0);
        assert_eq!(owners, Owners::new());
    }

    #[test]
    fn steps_of_any_width_spread() {
        let strayed = |step: u32| {
            let mut owners = Owners::new();
            // As full as it gets.
            (0..96).for_each(|number| assert_eq!(owners.insert(number * step, 0), Ok(())));
            let mask = owners.slots.len() - 1;
            let strayed = |(slot, &(owner, _)): (usize, &(u32, u32))| {
                if owner == NOBODY { 0 } else { slot.wrapping_sub(mix(owner)) & mask }
            };
            owners.slots.iter().enumerate().map(strayed).sum::<usize>()
        };
        let worst = (1..20_000).chain((14..25).map(|bit| 1 << bit)).map(strayed).max();
        // What chance does to the worst of so many: some six slots an owner.
        assert!(worst < Some(600), "{worst:?} slots from home");
    }
}
