//! The free addresses of a pool, group by group.

use alloc::vec::Vec;

use super::free::Free;

/// A group with a free address: a /28, or one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Its first address.
    pub(super) base: u32,
    pub(super) free: Free,
}

/// Groups by address, with the counts that every operation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warm {
    group_size: u32,
    groups: Vec<Group>,
    /// Groups on the books without a free address, by address. Apart, since most groups of a busy node are such.
    emptied: Vec<u32>,
    free: u32,
    full: u32,
}

impl Warm {
    pub(super) const fn new(group_size: u32) -> Self {
        Self { group_size, groups: Vec::new(), emptied: Vec::new(), free: 0, full: 0 }
    }

    /// Groups with a free address.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Groups on the books without one.
    pub(super) fn emptied(&self) -> &[u32] {
        &self.emptied
    }

    /// Whether no group is on the books.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.emptied.is_empty()
    }

    /// Free addresses in all groups.
    pub(super) const fn free(&self) -> u32 {
        self.free
    }

    /// Groups with exactly as many free addresses as they have addresses.
    pub(super) const fn full(&self) -> u32 {
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
        let mut fewest = u32::MAX;
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

    /// The next address of a group.
    pub(super) fn next(&self, index: usize) -> Option<u32> {
        let group = self.groups.get(index)?;
        Some(group.base + u32::from(group.free.first()?))
    }

    /// Takes it; an emptied group stays on the books or not.
    pub(super) fn take(&mut self, index: usize, keep_emptied: bool) {
        let group = &mut self.groups[index];
        let before = group.free.len();
        group.free.pop();
        let after = group.free.len();
        if after == 0 {
            let base = self.groups.remove(index).base;
            if keep_emptied {
                self.book(base);
            }
        }
        // A list with an address twice can be longer than the group and become full by losing one.
        self.recount(before, after);
    }

    /// Adds addresses, given by the first address of their group and their offsets as bits, behind those that are there.
    pub(super) fn add(&mut self, base: u32, mask: u16) {
        if mask != 0 {
            self.put(base, |free| free.push_all(mask));
        }
    }

    /// Adds a group with its addresses in this order, even none; `false` if it is on the books.
    pub(super) fn insert(&mut self, base: u32, addresses: Free) -> bool {
        let known = self.find(base).is_some() || self.emptied.binary_search(&base).is_ok();
        if !known && addresses.len() == 0 {
            self.book(base);
        } else if !known {
            self.put(base, |free| *free = addresses);
        }
        !known
    }

    /// Puts one address back, behind those that are there.
    pub(super) fn give_back(&mut self, base: u32, offset: u32) {
        self.put(base, |free| free.push(offset.to_le_bytes()[0]));
    }

    /// Lets a group have more free addresses than it has, one at least.
    fn put(&mut self, base: u32, more: impl FnOnce(&mut Free)) {
        let index = self.search(base).unwrap_or_else(|index| {
            self.strike(base);
            self.groups.insert(index, Group { base, free: Free::NONE });
            index
        });
        let free = &mut self.groups[index].free;
        let before = free.len();
        more(free);
        let after = free.len();
        self.recount(before, after);
    }

    /// A group has another number of free addresses.
    fn recount(&mut self, before: u32, after: u32) {
        self.free = self.free - before + after;
        self.full = self.full - u32::from(before == self.group_size) + u32::from(after == self.group_size);
    }

    /// Keeps a group without a free address on the books.
    fn book(&mut self, base: u32) {
        if let Err(index) = self.emptied.binary_search(&base) {
            self.emptied.insert(index, base);
        }
    }

    fn strike(&mut self, base: u32) {
        if let Ok(index) = self.emptied.binary_search(&base) {
            self.emptied.remove(index);
        }
    }

    /// Strikes off groups that have a free address and are not to be kept.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Group) -> bool) {
        self.groups.retain(keep);
        self.free = self.groups.iter().map(|group| group.free.len()).sum();
        self.full = self.groups.iter().map(|group| u32::from(self.is_full(group))).sum();
    }
}
