//! A short list that needs no allocator.

/// Up to `N` values in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List<T, const N: usize> {
    items: [Option<T>; N],
}

impl<T: Copy + PartialEq, const N: usize> List<T, N> {
    pub(crate) const fn new() -> Self {
        Self { items: [None; N] }
    }

    /// Adds a value unless it is there.
    pub(crate) fn add(&mut self, item: T) {
        if self.iter().any(|held| held == item) {
            return;
        }
        let place = self.items.iter_mut().find(|place| place.is_none());
        debug_assert!(place.is_some(), "no room in a list of {N}");
        if let Some(place) = place {
            *place = Some(item);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.items[0].is_none()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + Clone + '_ {
        self.items.iter().flatten().copied()
    }
}
