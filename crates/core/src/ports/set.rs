//! Ranges of ports, and sets of ports.

use core::fmt;

use crate::Error;

/// Ports from one to another, both included; never empty and never with port 0.
///
/// # Examples
///
/// ```
/// use winpod::Error;
/// use winpod::ports::PortRange;
///
/// let range = PortRange::starting(34_000, 31_536)?;
/// assert_eq!((range.first(), range.last(), range.count()), (34_000, 65_535, 31_536));
/// assert_eq!(PortRange::starting(34_000, 31_537), Err(Error::PortRange { first: 34_000, last: 65_536 }));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    pub(super) first: u16,
    pub(super) last: u16,
}

impl PortRange {
    /// Makes a range of its first and last port.
    ///
    /// # Errors
    /// - ports outside 1 to 65535, or a first port behind the last: [`Error::PortRange`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Error;
    /// use winpod::ports::PortRange;
    ///
    /// assert_eq!(PortRange::new(80, 80)?.count(), 1);
    /// assert_eq!(PortRange::new(81, 80), Err(Error::PortRange { first: 81, last: 80 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn new(first: i64, last: i64) -> Result<Self, Error> {
        if first < 1 || last > 65_535 || first > last {
            return Err(Error::PortRange { first, last });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        Ok(Self { first: first as u16, last: last as u16 })
    }

    /// Makes a range of its first port and the number of its ports, as netsh shows and takes it.
    ///
    /// # Errors
    /// - no port, or ports outside 1 to 65535: [`Error::PortRange`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{DEFAULT_DYNAMIC_RANGE, PortRange};
    ///
    /// assert_eq!(PortRange::starting(49_152, 16_384)?, DEFAULT_DYNAMIC_RANGE);
    /// assert!(PortRange::starting(49_152, 0).is_err());
    /// # Ok::<(), winpod::Error>(())
    /// ```
    pub const fn starting(first: i64, count: i64) -> Result<Self, Error> {
        Self::new(first, first.saturating_add(count.saturating_sub(1)))
    }

    /// Returns the first port.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::ports::NODE_PORTS.first(), 30_000);
    /// ```
    pub const fn first(self) -> u16 {
        self.first
    }

    /// Returns the last port.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::ports::NODE_PORTS.last(), 32_767);
    /// ```
    pub const fn last(self) -> u16 {
        self.last
    }

    /// Returns the number of ports.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::ports::NODE_PORTS.count(), 2_768);
    /// ```
    pub const fn count(self) -> u32 {
        self.last as u32 - self.first as u32 + 1
    }

    /// Returns the ports in both, if there are any.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{NODE_PORTS, PortRange};
    ///
    /// let both = PortRange::new(32_000, 40_000)?.common(NODE_PORTS);
    /// assert_eq!(both, Some(PortRange::new(32_000, 32_767)?));
    /// assert_eq!(PortRange::new(33_000, 40_000)?.common(NODE_PORTS), None);
    /// # Ok::<(), winpod::Error>(())
    /// ```
    pub fn common(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// A set of ports, for those that are excluded, reserved or in use.
///
/// Holds 8 KiB, whatever is in it. Ranges may overlap and come in any order.
///
/// # Examples
///
/// ```
/// use winpod::ports::{PortRange, PortSet};
///
/// let mut excluded = PortSet::new();
/// excluded.insert(PortRange::new(50_000, 50_059)?);
/// assert!(excluded.contains(50_059) && !excluded.contains(50_060));
/// assert_eq!(excluded.count(), 60);
/// # Ok::<(), winpod::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PortSet {
    /// One bit a port.
    words: [u64; WORDS],
}

const WORDS: usize = 1024;

impl PortSet {
    /// Makes an empty set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::ports::PortSet::new().count(), 0);
    /// ```
    pub const fn new() -> Self {
        Self { words: [0; WORDS] }
    }

    /// Adds all ports of a range. Takes the time of one step for each 64 ports.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{NODE_PORTS, PortSet};
    ///
    /// let mut set = PortSet::new();
    /// set.insert(NODE_PORTS);
    /// set.insert(NODE_PORTS);
    /// assert_eq!(set.count(), 2_768);
    /// ```
    pub fn insert(&mut self, range: PortRange) {
        let (first, last) = (usize::from(range.first), usize::from(range.last));
        for (word, bits) in self.words.iter_mut().enumerate().take(last / 64 + 1).skip(first / 64) {
            let low = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
            let high = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
            *bits |= low & high;
        }
    }

    /// Adds all ports of another set.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{NODE_PORTS, PortSet};
    ///
    /// let mut set = PortSet::new();
    /// set.insert_all(&PortSet::from_iter([NODE_PORTS]));
    /// assert!(set.contains(30_000));
    /// ```
    pub fn insert_all(&mut self, other: &Self) {
        for (bits, more) in self.words.iter_mut().zip(&other.words) {
            *bits |= more;
        }
    }

    /// Says whether a port is in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!winpod::ports::PortSet::new().contains(443));
    /// ```
    pub const fn contains(&self, port: u16) -> bool {
        self.words[port as usize / 64] & (1 << (port % 64)) != 0
    }

    /// Returns the number of ports in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{NODE_PORTS, PortSet};
    ///
    /// assert_eq!(PortSet::from_iter([NODE_PORTS]).count(), 2_768);
    /// ```
    pub fn count(&self) -> u32 {
        self.words.iter().map(|bits| bits.count_ones()).sum()
    }

    /// Iterates over the longest ranges inside a range with no port of the set, from the lowest port up.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ports::{PortRange, PortSet};
    ///
    /// let taken = PortSet::from_iter([PortRange::new(50_000, 50_059)?]);
    /// let mut gaps = taken.gaps(PortRange::new(49_990, 50_100)?);
    /// assert_eq!(gaps.next(), Some(PortRange::new(49_990, 49_999)?));
    /// assert_eq!(gaps.next(), Some(PortRange::new(50_060, 50_100)?));
    /// assert_eq!(gaps.next(), None);
    /// # Ok::<(), winpod::Error>(())
    /// ```
    pub fn gaps(&self, within: PortRange) -> impl Iterator<Item = PortRange> + Clone + '_ {
        let mut from = Some(within.first);
        core::iter::from_fn(move || {
            let first = self.next(from?, within.last, false)?;
            let after = self.next(first, within.last, true);
            from = after;
            let last = after.map_or(within.last, |port| port - 1);
            Some(PortRange { first, last })
        })
    }

    /// The lowest port from `from` to `last` that is in the set, or that is not.
    fn next(&self, from: u16, last: u16, inside: bool) -> Option<u16> {
        let mut word = usize::from(from / 64);
        let mut mask = u64::MAX << (from % 64);
        while word <= usize::from(last / 64) {
            let bits = if inside { self.words[word] } else { !self.words[word] } & mask;
            if bits != 0 {
                let port = u16::try_from(word * 64 + bits.trailing_zeros() as usize).ok()?;
                return (port <= last).then_some(port);
            }
            word += 1;
            mask = u64::MAX;
        }
        None
    }
}

impl Default for PortSet {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<PortRange> for PortSet {
    fn from_iter<I: IntoIterator<Item = PortRange>>(ranges: I) -> Self {
        let mut set = Self::new();
        ranges.into_iter().for_each(|range| set.insert(range));
        set
    }
}

impl fmt::Debug for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortSet").field("count", &self.count()).finish_non_exhaustive()
    }
}
