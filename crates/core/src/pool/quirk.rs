//! What the controller does and hardly means to.

use crate::named::named;

named! {
    /// A quirk of the controller that a pool shows unless it is switched off.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::pool::Quirk;
    ///
    /// assert_eq!(Quirk::from_name("emptied-group-stays"), Some(Quirk::EmptiedGroupStays));
    /// assert_eq!(Quirk::from_name("emptied"), None);
    /// ```
    ///
    /// # Source
    /// `pkg/pool/pool.go` and `pkg/provider/prefix` of amazon-vpc-resource-controller-k8s v1.8.2, read and replayed
    /// (2026-11-22).
    #[non_exhaustive]
    Quirk {
        /// Capacity is tested with "equal to". A pool beyond its capacity passes the tests and orders a creation of a
        /// negative number. Off: "at least".
        CapacityByEquality = "capacity-by-equality",
        /// A prefix whose last free address is taken stays on the books as an empty entry. Pods then get
        /// [`WarmPoolEmpty`](super::PoolError::WarmPoolEmpty) and retry after 600 ms although the subnet has no /28 left.
        /// Off: they get [`InsufficientCidrBlocks`](super::PoolError::InsufficientCidrBlocks) and retry after two minutes.
        EmptiedGroupStays = "emptied-group-stays",
        /// Before its first job has finished, an empty pool of prefixes says that the subnet has none. Off: it says that
        /// it is empty.
        NoPrefixBeforeFirstJob = "no-prefix-before-first-job",
        /// Where the room left is no multiple of 16, the pool books all of it as pending and orders whole prefixes, so
        /// the remainder is pending for ever. Off: only what is ordered is booked.
        LostRemainder = "lost-remainder",
        /// Targets near 2^63 wrap around in 64 bits. Off: a huge target fills the node.
        WrappingTargets = "wrapping-targets",
        /// A warm target of 0 in secondary mode is kept, so pods beyond the minimum wait for ever. Off: it acts as 1.
        ZeroWarmTarget = "zero-warm-target",
        /// A full subnet is recognised by how the text of EC2's error starts, which texts of the AWS SDK version 2 do not
        /// match (inferred from the code; no report of it is known). Off: the error is recognised anywhere in the text.
        ErrorTextStart = "error-text-start",
    }
}

/// The quirks that a pool shows: all of them unless told otherwise.
///
/// # Examples
///
/// ```
/// use winpod::pool::{Quirk, Quirks};
///
/// let mended = Quirks::ALL.without(Quirk::LostRemainder);
/// assert!(mended.has(Quirk::CapacityByEquality) && !mended.has(Quirk::LostRemainder));
/// assert_eq!(Quirks::default(), Quirks::ALL);
/// assert!(!Quirks::NONE.has(Quirk::LostRemainder));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quirks(u8);

impl Quirks {
    /// The controller as it is.
    pub const ALL: Self = Self(u8::MAX);
    /// The controller as it is meant to be.
    pub const NONE: Self = Self(0);

    /// The same without one.
    #[must_use]
    pub const fn without(self, quirk: Quirk) -> Self {
        Self(self.0 & !(1 << quirk as u8))
    }

    /// The same with one more.
    #[must_use]
    pub const fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | 1 << quirk as u8)
    }

    /// Whether the quirk shows.
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & 1 << quirk as u8 != 0
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self::ALL
    }
}
