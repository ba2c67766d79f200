//! The free addresses of a pool, group by group.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

/// A group with a free address: a /28, or one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Its first address.
    pub(super) base: u32,
    /// Offsets of its free addresses, next one first. The controller keeps a list, so an address that came back earlier
    /// leaves earlier; and one that a job returns while a pod has it is there twice once the pod has ended.
    pub(super) free: Vec<u8>,
}

impl Group {
    /// The free addresses, one bit each.
    pub(super) fn mask(&self) -> u16 {
        self.free.iter().fold(0, |mask, offset| mask | 1 << offset)
    }
}

/// Groups by address, with the counts that every operation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warm {
    group_size: usize,
    groups: Vec<Group>,
    /// Groups on the books without a free address. Apart, since most groups of a busy node are such.
    emptied: BTreeSet<u32>,
    free: usize,
    full: usize,
}

impl Warm {
    pub(super) const fn new(group_size: usize) -> Self {
        Self { group_size, groups: Vec::new(), emptied: BTreeSet::new(), free: 0, full: 0 }
    }

    /// Groups with a free address.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Groups on the books without one.
    pub(super) fn emptied(&self) -> impl Iterator<Item = u32> + '_ {
        self.emptied.iter().copied()
    }

    /// Whether no group is on the books.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.emptied.is_empty()
    }

    /// Free addresses in all groups.
    pub(super) const fn free(&self) -> usize {
        self.free
    }

    /// Groups with exactly as many free addresses as they have addresses.
    pub(super) const fn full(&self) -> usize {
        self.full
    }

    pub(super) fn is_full(&self, group: &Group) -> bool {
        group.free.len() == self.group_size
    }

    fn search(&self, base: u32) -> Result<usize, usize> {
        self.groups.binary_search_by_key(&base, |group| group.base)
    }

    /// The place of a group with a free address.
    pub(super) fn find(&self, base: u32) -> Option<usize> {
        self.search(base).ok()
    }

    /// The group with the fewest free addresses, the lowest of several.
    pub(super) fn fewest(&self) -> Option<usize> {
        let mut best = None;
        let mut fewest = usize::MAX;
        for (index, group) in self.groups.iter().enumerate() {
            if group.free.len() < fewest {
                (best, fewest) = (Some(index), group.free.len());
                if fewest == 1 {
                    break;
                }
            }
        }
        best
    }

    /// Takes the next address of a group; an emptied group stays on the books or not.
    pub(super) fn take(&mut self, index: usize, keep_emptied: bool) -> Option<u32> {
        let group = self.groups.get_mut(index)?;
        let base = group.base;
        let address = base + u32::from(group.free.remove(0));
        let left = group.free.len();
        if left == 0 {
            self.groups.remove(index);
            if keep_emptied {
                self.emptied.insert(base);
            }
        }
        self.free -= 1;
        // A list with an address twice can be longer than the group and become full by losing one.
        self.full += usize::from(left == self.group_size);
        self.full -= usize::from(left + 1 == self.group_size);
        Some(address)
    }

    /// Adds addresses, given by the first address of their group and their offsets as bits, behind those that are there.
    pub(super) fn add(&mut self, incoming: impl IntoIterator<Item = (u32, u16)>) {
        let mut new: Vec<Group> = Vec::new();
        for (base, mask) in incoming {
            let mut offsets = Vec::with_capacity(self.group_size);
            offsets.extend((0..16).filter(|offset| mask >> offset & 1 == 1));
            match self.find(base) {
                Some(index) => self.append(index, &offsets),
                None => new.push(Group { base, free: offsets }),
            }
        }
        new.sort_by_key(|group| group.base);
        new.dedup_by(|later, earlier| {
            let same = later.base == earlier.base;
            if same {
                earlier.free.append(&mut later.free);
            }
            same
        });
        for group in &new {
            self.emptied.remove(&group.base);
            self.free += group.free.len();
            self.full += usize::from(self.is_full(group));
        }
        self.groups.extend(new);
        self.groups.sort_by_key(|group| group.base);
    }

    /// Adds a group with its addresses in this order, even none; `false` if it is on the books.
    pub(super) fn insert(&mut self, base: u32, free: Vec<u8>) -> bool {
        let known = self.find(base).is_some() || self.emptied.contains(&base);
        if !known {
            self.free += free.len();
            self.full += usize::from(free.len() == self.group_size);
            match self.search(base) {
                Err(index) if !free.is_empty() => self.groups.insert(index, Group { base, free }),
                _ => {
                    self.emptied.insert(base);
                }
            }
        }
        !known
    }

    /// Puts one address back, behind those that are there.
    pub(super) fn give_back(&mut self, base: u32, offset: u8) {
        match self.search(base) {
            Ok(index) => self.append(index, &[offset]),
            Err(index) => {
                self.emptied.remove(&base);
                self.groups.insert(index, Group { base, free: vec![offset] });
                self.free += 1;
                self.full += usize::from(self.group_size == 1);
            }
        }
    }

    fn append(&mut self, index: usize, offsets: &[u8]) {
        let group = &mut self.groups[index];
        let before = group.free.len();
        group.free.extend(offsets);
        let after = group.free.len();
        self.free += after - before;
        self.full += usize::from(after == self.group_size);
        self.full -= usize::from(before == self.group_size);
    }

    /// Strikes off groups that have a free address and are not to be kept.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Group) -> bool) {
        self.groups.retain(keep);
        self.free = self.groups.iter().map(|group| group.free.len()).sum();
        self.full = self.groups.iter().filter(|group| self.is_full(group)).count();
    }
}
