//! IPv4 prefixes and set arithmetic over them.
//!
//! An [`Ipv4Prefix`] is canonical: its host bits are zero. Functions that read several prefixes give the fewest
//! prefixes back, sorted, and are right at both ends of the address space.
//!
//! | function | time, for n prefixes in and m out |
//! |---|---|
//! | every method of [`Ipv4Prefix`] | O(1) |
//! | [`range`] | O(m), and m is at most 62 |
//! | `aggregate`, `subtract`, `intersect` (feature `alloc`) | O(n log n + m) |

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
use core::iter::FusedIterator;
use core::net::Ipv4Addr;
use core::str::FromStr;

use crate::Error;

/// A block of IPv4 addresses: a network address and a prefix length, with no host bits set.
///
/// Every value is valid: the length is 0 to 32 and the address is the first of the block. So two prefixes are
/// equal exactly when they hold the same addresses, and what is printed can be parsed.
///
/// # Parsing and printing
///
/// Text is `a.b.c.d/len`, in decimal, without spaces, leading zeros or a missing length. [`FromStr`] refuses host
/// bits; [`parse_lenient`](Self::parse_lenient) clears them and says so. With feature `serde` a prefix is this text.
///
/// # Order
///
/// By network address, then by length, so that a prefix comes before those inside it.
///
/// # Examples
///
/// ```
/// use winpod::{Error, Ipv4Prefix};
///
/// let subnet: Ipv4Prefix = "192.0.2.0/24".parse()?;
/// assert_eq!(subnet.address_count(), 256);
///
/// let refused = "192.0.2.20/24".parse::<Ipv4Prefix>();
/// assert_eq!(refused.unwrap_err().to_string(), "192.0.2.20/24 has host bits set: the network is 192.0.2.0/24");
/// # Ok::<(), Error>(())
/// ```
///
/// # Source
///
/// [RFC 4632](https://www.rfc-editor.org/rfc/rfc4632#section-3.1), section 3.1.
// The derived order and the documented one are the same as long as the network comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv4Prefix {
    network: u32,
    prefix_len: u8,
}

impl Ipv4Prefix {
    /// The longest prefix length, in bits: the prefix of one address.
    pub const MAX_LEN: u8 = 32;

    /// All 2^32 addresses, 0.0.0.0/0.
    pub const ALL: Self = Self { network: 0, prefix_len: 0 };

    /// Makes a prefix of a network address and a length in bits.
    ///
    /// # Errors
    ///
    /// - `prefix_len` above 32: [`Error::PrefixLength`]
    /// - `address` is not the first of its block: [`Error::HostBitsSet`]
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::Ipv4Addr;
    /// use winpod::{Error, Ipv4Prefix};
    ///
    /// let prefix = Ipv4Prefix::new(Ipv4Addr::new(192, 0, 2, 0), 24)?;
    /// assert_eq!(prefix.to_string(), "192.0.2.0/24");
    ///
    /// assert_eq!(Ipv4Prefix::new(Ipv4Addr::new(192, 0, 2, 1), 24).unwrap_err().code(), "HOST_BITS_SET");
    /// assert_eq!(Ipv4Prefix::new(Ipv4Addr::UNSPECIFIED, 33), Err(Error::PrefixLength { got: 33 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn new(address: Ipv4Addr, prefix_len: u8) -> Result<Self, Error> {
        match Self::truncating(address, prefix_len) {
            Ok(prefix) if prefix.network != address.to_bits() => {
                Err(Error::HostBitsSet { address, prefix_len, network: prefix.network() })
            }
            other => other,
        }
    }

    /// Makes the prefix of this length that holds an address: host bits are cleared.
    ///
    /// # Errors
    ///
    /// - `prefix_len` above 32: [`Error::PrefixLength`]
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::Ipv4Addr;
    /// use winpod::{Error, Ipv4Prefix};
    ///
    /// let block = Ipv4Prefix::truncating(Ipv4Addr::new(192, 0, 2, 77), 28)?;
    /// assert_eq!(block.to_string(), "192.0.2.64/28");
    ///
    /// assert_eq!(Ipv4Prefix::truncating(Ipv4Addr::UNSPECIFIED, 33), Err(Error::PrefixLength { got: 33 }));
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn truncating(address: Ipv4Addr, prefix_len: u8) -> Result<Self, Error> {
        if prefix_len > Self::MAX_LEN {
            return Err(Error::PrefixLength { got: prefix_len as i64 });
        }
        Ok(Self { network: address.to_bits() & mask(prefix_len), prefix_len })
    }

    /// Makes a prefix of four octets and a length in bits, for values written in the source.
    ///
    /// # Panics
    ///
    /// Where [`new`](Self::new) would return an error: `prefix_len` above 32, or host bits set. In a `const` that
    /// stops the build.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    ///
    /// const SERVICES: Ipv4Prefix = Ipv4Prefix::constant([198, 51, 100, 0], 24);
    /// assert_eq!(SERVICES.to_string(), "198.51.100.0/24");
    /// ```
    ///
    /// ```compile_fail
    /// # use winpod::Ipv4Prefix;
    /// const SERVICES: Ipv4Prefix = Ipv4Prefix::constant([198, 51, 100, 1], 24);
    /// # let _ = SERVICES;
    /// ```
    pub const fn constant([a, b, c, d]: [u8; 4], prefix_len: u8) -> Self {
        match Self::new(Ipv4Addr::new(a, b, c, d), prefix_len) {
            Ok(prefix) => prefix,
            Err(Error::PrefixLength { .. }) => panic!("the prefix length is not in 0..=32"),
            Err(_) => panic!("the prefix has host bits set"),
        }
    }

    /// Makes the /32 that holds one address and nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::Ipv4Addr;
    /// use winpod::Ipv4Prefix;
    ///
    /// assert_eq!(Ipv4Prefix::host(Ipv4Addr::new(192, 0, 2, 7)).to_string(), "192.0.2.7/32");
    /// ```
    pub const fn host(address: Ipv4Addr) -> Self {
        Self { network: address.to_bits(), prefix_len: Self::MAX_LEN }
    }

    /// Reads a prefix that a person wrote: host bits are cleared, and the flag says whether there were any.
    ///
    /// All else is as strict as [`FromStr`]. EC2 clears host bits in the same way when a VPC or subnet is created.
    ///
    /// # Errors
    ///
    /// - no address, a slash and a length in decimal: [`Error::PrefixSyntax`]
    /// - an address alone: [`Error::PrefixLengthMissing`]
    /// - a length outside 0 to 32: [`Error::PrefixLength`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Error, Ipv4Prefix};
    ///
    /// let (prefix, normalised) = Ipv4Prefix::parse_lenient("192.0.2.20/24")?;
    /// assert_eq!((prefix.to_string().as_str(), normalised), ("192.0.2.0/24", true));
    ///
    /// let (_, normalised) = Ipv4Prefix::parse_lenient("192.0.2.0/24")?;
    /// assert!(!normalised);
    ///
    /// assert_eq!(Ipv4Prefix::parse_lenient("192.0.2.0/ 24"), Err(Error::PrefixSyntax));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Source
    ///
    /// Amazon EC2 API Reference, `CreateVpc`, parameter `CidrBlock`: `100.68.0.18/18` becomes `100.68.0.0/18`
    /// (2026-11-17).
    pub fn parse_lenient(text: &str) -> Result<(Self, bool), Error> {
        let (address, prefix_len) = parse_parts(text)?;
        let prefix = Self::truncating(address, prefix_len)?;
        Ok((prefix, prefix.network() != address))
    }

    /// The network address: the first of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 0], 24).network().to_string(), "192.0.2.0");
    /// ```
    pub const fn network(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.network)
    }

    /// The prefix length in bits, 0 to 32.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 0], 24).prefix_len(), 24);
    /// ```
    pub const fn prefix_len(self) -> u8 {
        self.prefix_len
    }

    /// The netmask: as many ones as the prefix is long. 0.0.0.0 for /0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 0], 28).netmask().to_string(), "255.255.255.240");
    /// ```
    pub const fn netmask(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(mask(self.prefix_len))
    }

    /// The lowest address of the block, which is the network address.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 16], 28).first().to_string(), "192.0.2.16");
    /// ```
    pub const fn first(self) -> Ipv4Addr {
        self.network()
    }

    /// The highest address of the block. The same as [`first`](Self::first) for /32.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 16], 28).last().to_string(), "192.0.2.31");
    /// assert_eq!(Ipv4Prefix::ALL.last().to_string(), "255.255.255.255");
    /// ```
    pub const fn last(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.last_bits())
    }

    /// The directed broadcast address: the last of the block, or `None` for /31 and /32, which have none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
    /// assert_eq!(subnet.broadcast().map(|address| address.to_string()).as_deref(), Some("192.0.2.255"));
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 0], 31).broadcast(), None);
    /// ```
    ///
    /// # Source
    ///
    /// [RFC 3021](https://www.rfc-editor.org/rfc/rfc3021#section-1), section 1 (2026-11-22).
    // RFC 3021, 1: "they can only possibly have two identifying endpoints and don't support the notion of broadcast".
    pub const fn broadcast(self) -> Option<Ipv4Addr> {
        if self.prefix_len < 31 { Some(self.last()) } else { None }
    }

    /// The number of addresses in the block, 1 to 2^32.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// assert_eq!(Ipv4Prefix::constant([192, 0, 2, 0], 28).address_count(), 16);
    /// assert_eq!(Ipv4Prefix::ALL.address_count(), 4_294_967_296);
    /// ```
    pub const fn address_count(self) -> u64 {
        1 << (Self::MAX_LEN - self.prefix_len)
    }

    /// Says whether the block holds an address.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::Ipv4Prefix;
    /// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
    /// assert!(subnet.contains_addr(Ipv4Addr::new(192, 0, 2, 255)));
    /// assert!(!subnet.contains_addr(Ipv4Addr::new(192, 0, 3, 0)));
    /// ```
    pub const fn contains_addr(self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.prefix_len) == self.network
    }

    /// Says whether the block holds every address of another, which it does of itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
    /// assert!(subnet.contains_prefix(Ipv4Prefix::constant([192, 0, 2, 240], 28)));
    /// assert!(!subnet.contains_prefix(Ipv4Prefix::constant([192, 0, 2, 0], 23)));
    /// ```
    pub const fn contains_prefix(self, other: Self) -> bool {
        self.prefix_len <= other.prefix_len && self.contains_addr(other.network())
    }

    /// Says whether two blocks have an address in common: then one holds the other.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// let vpc = Ipv4Prefix::constant([10, 0, 0, 0], 16);
    /// assert!(vpc.overlaps(Ipv4Prefix::constant([10, 0, 8, 0], 24)));
    /// assert!(!vpc.overlaps(Ipv4Prefix::constant([10, 1, 0, 0], 16)));
    /// ```
    pub const fn overlaps(self, other: Self) -> bool {
        self.contains_prefix(other) || other.contains_prefix(self)
    }

    /// The block twice as large that holds this one, or `None` for /0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// let upper = Ipv4Prefix::constant([192, 0, 3, 0], 24);
    /// assert_eq!(upper.supernet(), Some(Ipv4Prefix::constant([192, 0, 2, 0], 23)));
    /// assert_eq!(Ipv4Prefix::ALL.supernet(), None);
    /// ```
    pub const fn supernet(self) -> Option<Self> {
        match self.prefix_len {
            0 => None,
            len => self.supernet_at(len - 1),
        }
    }

    /// The block of a given length in bits that holds this one, or `None` where a longer prefix cannot.
    ///
    /// At its own length a prefix is its own supernet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::Ipv4Prefix;
    /// let block = Ipv4Prefix::constant([10, 0, 8, 32], 28);
    /// assert_eq!(block.supernet_at(16), Some(Ipv4Prefix::constant([10, 0, 0, 0], 16)));
    /// assert_eq!(block.supernet_at(29), None);
    /// ```
    pub const fn supernet_at(self, prefix_len: u8) -> Option<Self> {
        if prefix_len > self.prefix_len {
            return None;
        }
        Some(Self { network: self.network & mask(prefix_len), prefix_len })
    }

    /// The blocks of a longer or equal length, in bits, that make up this one, in order.
    ///
    /// # Errors
    ///
    /// - `new_len` above 32: [`Error::PrefixLength`]
    /// - `new_len` shorter than the prefix: [`Error::SubnetsLength`]
    /// - more blocks than `usize` counts, which is 0.0.0.0/0 into /32 on a 32-bit machine: [`Error::SubnetsCount`]
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix};
    /// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
    /// let mut blocks = subnet.subnets(28)?;
    /// assert_eq!(blocks.len(), 16);
    /// assert_eq!(blocks.next_back(), Some(Ipv4Prefix::constant([192, 0, 2, 240], 28)));
    ///
    /// assert_eq!(subnet.subnets(23).unwrap_err(), Error::SubnetsLength { got: 23, prefix_len: 24 });
    /// # Ok::<(), Error>(())
    /// ```
    pub fn subnets(self, new_len: u8) -> Result<Subnets, Error> {
        if new_len > Self::MAX_LEN {
            return Err(Error::PrefixLength { got: i64::from(new_len) });
        }
        if new_len < self.prefix_len {
            return Err(Error::SubnetsLength { got: new_len, prefix_len: self.prefix_len });
        }
        let blocks = Blocks::new(self, new_len);
        match usize::try_from(blocks.count()) {
            Ok(_) => Ok(Subnets(blocks)),
            Err(_) => Err(Error::SubnetsCount { got: blocks.count(), max: usize::MAX as u64 }),
        }
    }

    /// The two halves of the block, or `None` for /32.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::Ipv4Prefix;
    /// let (lower, upper) = Ipv4Prefix::constant([192, 0, 2, 0], 24).split().expect("not a /32");
    /// assert_eq!(lower, Ipv4Prefix::constant([192, 0, 2, 0], 25));
    /// assert_eq!(upper, Ipv4Prefix::constant([192, 0, 2, 128], 25));
    ///
    /// assert_eq!(Ipv4Prefix::host(Ipv4Addr::new(192, 0, 2, 1)).split(), None);
    /// ```
    pub const fn split(self) -> Option<(Self, Self)> {
        if self.prefix_len == Self::MAX_LEN {
            return None;
        }
        let prefix_len = self.prefix_len + 1;
        let upper_half = 1 << (Self::MAX_LEN - prefix_len);
        Some((
            Self { network: self.network, prefix_len },
            Self { network: self.network | upper_half, prefix_len },
        ))
    }

    /// Every address of the block, in order, the network and the broadcast address included.
    ///
    /// # Examples
    ///
    /// ```
    /// # use core::net::Ipv4Addr;
    /// # use winpod::Ipv4Prefix;
    /// let mut addresses = Ipv4Prefix::constant([192, 0, 2, 16], 28).addresses();
    /// assert_eq!(addresses.next(), Some(Ipv4Addr::new(192, 0, 2, 16)));
    /// assert_eq!(addresses.next_back(), Some(Ipv4Addr::new(192, 0, 2, 31)));
    /// assert_eq!(addresses.count(), 14);
    /// ```
    pub const fn addresses(self) -> Addresses {
        Addresses(Blocks::new(self, Self::MAX_LEN))
    }

    const fn last_bits(self) -> u32 {
        self.network | !mask(self.prefix_len)
    }
}

impl fmt::Display for Ipv4Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return write!(f, "{}/{}", self.network(), self.prefix_len);
        }
        // "255.255.255.255/32" is 18 bytes long; padding needs the whole text at once.
        let mut text = Text { bytes: [0; 18], len: 0 };
        fmt::write(&mut text, format_args!("{}/{}", self.network(), self.prefix_len))?;
        f.pad(text.as_str())
    }
}

impl fmt::Debug for Ipv4Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ipv4Prefix")
            .field("network", &self.network())
            .field("prefix_len", &self.prefix_len)
            .finish()
    }
}

/// Reads `a.b.c.d/len`; see [`Ipv4Prefix`] for what is refused.
impl FromStr for Ipv4Prefix {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (address, prefix_len) = parse_parts(text)?;
        Self::new(address, prefix_len)
    }
}

/// The /32 of the address.
impl From<Ipv4Addr> for Ipv4Prefix {
    fn from(address: Ipv4Addr) -> Self {
        Self::host(address)
    }
}

/// Reads an IPv4 address: four decimal numbers without spaces or leading zeros.
///
/// # Errors
///
/// - anything else: [`Error::AddressSyntax`]
///
/// # Examples
///
/// ```
/// use core::net::Ipv4Addr;
/// use winpod::{Error, prefix};
///
/// assert_eq!(prefix::parse_address("192.0.2.1")?, Ipv4Addr::new(192, 0, 2, 1));
/// assert_eq!(prefix::parse_address("192.0.02.1"), Err(Error::AddressSyntax));
/// # Ok::<(), Error>(())
/// ```
pub fn parse_address(text: &str) -> Result<Ipv4Addr, Error> {
    // A listing has millions of them: this takes two thirds of the standard library's time.
    let mut bits = 0;
    let mut rest = text.as_bytes();
    for dots_left in (0..4).rev() {
        let (octet, behind) = leading_octet(rest).ok_or(Error::AddressSyntax)?;
        bits = bits << 8 | octet;
        rest = match (dots_left, behind) {
            (0, []) => return Ok(Ipv4Addr::from_bits(bits)),
            (1.., [b'.', behind @ ..]) => behind,
            _ => return Err(Error::AddressSyntax),
        };
    }
    Err(Error::AddressSyntax)
}

/// The decimal number from 0 to 255 at the start, without leading zeros, and what follows it.
#[inline]
const fn leading_octet(text: &[u8]) -> Option<(u32, &[u8])> {
    const fn digit(byte: u8) -> u32 {
        byte.wrapping_sub(b'0') as u32
    }
    let (octet, least, rest) = match text {
        [a, b, c, rest @ ..] if digit(*a) < 10 && digit(*b) < 10 && digit(*c) < 10 => {
            (digit(*a) * 100 + digit(*b) * 10 + digit(*c), 100, rest)
        }
        [a, b, rest @ ..] if digit(*a) < 10 && digit(*b) < 10 => (digit(*a) * 10 + digit(*b), 10, rest),
        [a, rest @ ..] if digit(*a) < 10 => (digit(*a), 0, rest),
        _ => return None,
    };
    if octet < least || octet > 255 { None } else { Some((octet, rest)) }
}

/// Checks a prefix length that arrived as a wide integer, in bits.
///
/// # Errors
///
/// - outside 0 to 32: [`Error::PrefixLength`], with the value as it was given
///
/// # Examples
///
/// ```
/// use winpod::{Error, prefix};
///
/// assert_eq!(prefix::check_len(28)?, 28);
/// assert_eq!(prefix::check_len(-1), Err(Error::PrefixLength { got: -1 }));
/// # Ok::<(), Error>(())
/// ```
pub const fn check_len(got: i64) -> Result<u8, Error> {
    match got {
        0..=32 => Ok(got.to_le_bytes()[0]),
        _ => Err(Error::PrefixLength { got }),
    }
}

/// The fewest prefixes that hold exactly the addresses from `first` to `last`, both included, in order.
///
/// # Errors
///
/// - `last` below `first`: [`Error::RangeOrder`]
///
/// # Examples
///
/// ```
/// use core::net::Ipv4Addr;
/// use winpod::{Error, prefix};
///
/// let pieces = prefix::range(Ipv4Addr::new(192, 0, 2, 4), Ipv4Addr::new(192, 0, 2, 8))?;
/// assert_eq!(pieces.map(|piece| piece.to_string()).collect::<Vec<_>>(), ["192.0.2.4/30", "192.0.2.8/32"]);
///
/// assert!(prefix::range(Ipv4Addr::new(192, 0, 2, 8), Ipv4Addr::new(192, 0, 2, 4)).is_err());
/// # Ok::<(), Error>(())
/// ```
pub const fn range(first: Ipv4Addr, last: Ipv4Addr) -> Result<Range, Error> {
    if first.to_bits() > last.to_bits() {
        return Err(Error::RangeOrder { first, last });
    }
    Ok(Range { next: Some(first.to_bits()), last: last.to_bits() })
}

/// The fewest prefixes that hold exactly the addresses of those given, sorted and apart from each other.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let halves = [Ipv4Prefix::constant([192, 0, 2, 128], 25), Ipv4Prefix::constant([192, 0, 2, 0], 25)];
/// assert_eq!(prefix::aggregate(halves), [Ipv4Prefix::constant([192, 0, 2, 0], 24)]);
///
/// // Neighbours that are not the halves of one block stay two.
/// let neighbours = [Ipv4Prefix::constant([192, 0, 2, 0], 24), Ipv4Prefix::constant([192, 0, 1, 0], 24)];
/// assert_eq!(prefix::aggregate(neighbours).len(), 2);
/// ```
#[cfg(feature = "alloc")]
pub fn aggregate(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Vec<Ipv4Prefix> {
    let mut pieces = Vec::new();
    for span in spans(prefixes) {
        pieces.extend(span.pieces());
    }
    pieces
}

/// The fewest prefixes that hold the addresses of `prefixes` which are not in `without`, sorted.
///
/// Both lists may be in any order, overlap and repeat.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let subnet = [Ipv4Prefix::constant([192, 0, 2, 0], 26)];
/// let used = [Ipv4Prefix::constant([192, 0, 2, 0], 28), Ipv4Prefix::constant([192, 0, 2, 48], 28)];
/// let free = prefix::subtract(&subnet, &used);
/// assert_eq!(free.iter().map(ToString::to_string).collect::<Vec<_>>(), ["192.0.2.16/28", "192.0.2.32/28"]);
///
/// assert_eq!(prefix::subtract(&subnet, &[Ipv4Prefix::ALL]), []);
/// ```
#[cfg(feature = "alloc")]
pub fn subtract(prefixes: &[Ipv4Prefix], without: &[Ipv4Prefix]) -> Vec<Ipv4Prefix> {
    let cuts = spans(without.iter().copied());
    let mut cuts = cuts.iter().peekable();
    let mut pieces = Vec::new();
    for span in spans(prefixes.iter().copied()) {
        while cuts.next_if(|cut| cut.last < span.first).is_some() {}
        // What is left of the span; the last cut may reach into the next span, so it stays in the queue.
        let mut left = Some(span);
        while let (Some(rest), Some(cut)) = (left, cuts.peek()) {
            if cut.first > rest.last {
                break;
            }
            if cut.first > rest.first {
                pieces.extend(Span { first: rest.first, last: cut.first - 1 }.pieces());
            }
            left = (cut.last < rest.last).then(|| Span { first: cut.last + 1, last: rest.last });
            if left.is_some() {
                cuts.next();
            }
        }
        pieces.extend(left.into_iter().flat_map(Span::pieces));
    }
    pieces
}

/// The fewest prefixes that hold the addresses which are in both lists, sorted.
///
/// Both lists may be in any order, overlap and repeat.
///
/// # Examples
///
/// ```
/// use winpod::{Ipv4Prefix, prefix};
///
/// let subnet = Ipv4Prefix::constant([192, 0, 2, 0], 24);
/// let reserved = Ipv4Prefix::constant([192, 0, 2, 64], 26);
/// assert_eq!(prefix::intersect(&[subnet], &[reserved]), [reserved]);
///
/// assert_eq!(prefix::intersect(&[subnet], &[Ipv4Prefix::constant([198, 51, 100, 0], 24)]), []);
/// ```
#[cfg(feature = "alloc")]
pub fn intersect(a: &[Ipv4Prefix], b: &[Ipv4Prefix]) -> Vec<Ipv4Prefix> {
    let (a, b) = (spans(a.iter().copied()), spans(b.iter().copied()));
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut pieces = Vec::new();
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let common = Span { first: x.first.max(y.first), last: x.last.min(y.last) };
        if common.first <= common.last {
            pieces.extend(common.pieces());
        }
        if x.last <= y.last {
            a.next();
        } else {
            b.next();
        }
    }
    pieces
}

/// The blocks that make up a prefix; made by [`Ipv4Prefix::subnets`].
#[derive(Debug, Clone)]
pub struct Subnets(Blocks);

impl Iterator for Subnets {
    type Item = Ipv4Prefix;

    fn next(&mut self) -> Option<Ipv4Prefix> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Prefix> {
        self.0.nth(n)
    }

    fn last(mut self) -> Option<Ipv4Prefix> {
        self.next_back()
    }
}

impl DoubleEndedIterator for Subnets {
    fn next_back(&mut self) -> Option<Ipv4Prefix> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for Subnets {}
impl FusedIterator for Subnets {}

/// The addresses of a prefix; made by [`Ipv4Prefix::addresses`].
#[derive(Debug, Clone)]
pub struct Addresses(Blocks);

impl Iterator for Addresses {
    type Item = Ipv4Addr;

    fn next(&mut self) -> Option<Ipv4Addr> {
        self.0.next().map(Ipv4Prefix::network)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Addr> {
        self.0.nth(n).map(Ipv4Prefix::network)
    }

    fn last(mut self) -> Option<Ipv4Addr> {
        self.next_back()
    }
}

impl DoubleEndedIterator for Addresses {
    fn next_back(&mut self) -> Option<Ipv4Addr> {
        self.0.next_back().map(Ipv4Prefix::network)
    }
}

impl FusedIterator for Addresses {}

/// The fewest prefixes of a range of addresses; made by [`range`].
#[derive(Debug, Clone)]
pub struct Range {
    next: Option<u32>,
    last: u32,
}

impl Iterator for Range {
    type Item = Ipv4Prefix;

    fn next(&mut self) -> Option<Ipv4Prefix> {
        let first = self.next?;
        let left = u64::from(self.last - first) + 1;
        // The largest block that starts here (all 32 bits at 0.0.0.0) and does not pass the end.
        let host_bits = first.trailing_zeros().min(left.ilog2());
        let prefix = Ipv4Prefix { network: first, prefix_len: Ipv4Prefix::MAX_LEN - low_byte(host_bits) };
        let end = prefix.last_bits();
        self.next = (end < self.last).then(|| end + 1);
        Some(prefix)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Up the alignments and down again: at worst 31 blocks each way.
        if self.next.is_some() { (1, Some(62)) } else { (0, Some(0)) }
    }
}

impl FusedIterator for Range {}

/// Equal blocks side by side, as the indices of the first and the last one still to give.
#[derive(Debug, Clone)]
struct Blocks {
    base: u32,
    prefix_len: u8,
    left: Option<(u32, u32)>,
}

impl Blocks {
    const fn new(prefix: Ipv4Prefix, prefix_len: u8) -> Self {
        let last = !mask(Ipv4Prefix::MAX_LEN - (prefix_len - prefix.prefix_len));
        Self { base: prefix.network, prefix_len, left: Some((0, last)) }
    }

    fn count(&self) -> u64 {
        self.left.map_or(0, |(first, last)| u64::from(last - first) + 1)
    }

    fn at(&self, index: u32) -> Ipv4Prefix {
        // The only block of 32 host bits is the one at index 0.
        let offset = index.checked_shl(u32::from(Ipv4Prefix::MAX_LEN - self.prefix_len)).unwrap_or(0);
        Ipv4Prefix { network: self.base | offset, prefix_len: self.prefix_len }
    }

    fn next(&mut self) -> Option<Ipv4Prefix> {
        self.nth(0)
    }

    fn nth(&mut self, n: usize) -> Option<Ipv4Prefix> {
        let (first, last) = self.left?;
        let index = u32::try_from(n).ok().and_then(|n| first.checked_add(n)).filter(|index| *index <= last);
        self.left = index.filter(|index| *index < last).map(|index| (index + 1, last));
        index.map(|index| self.at(index))
    }

    fn next_back(&mut self) -> Option<Ipv4Prefix> {
        let (first, last) = self.left?;
        self.left = (first < last).then(|| (first, last - 1));
        Some(self.at(last))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match usize::try_from(self.count()) {
            Ok(count) => (count, Some(count)),
            Err(_) => (usize::MAX, None),
        }
    }
}

/// A run of addresses, both ends included.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    last: u32,
}

#[cfg(feature = "alloc")]
impl Span {
    fn pieces(self) -> Range {
        Range { next: Some(self.first), last: self.last }
    }
}

/// The addresses of the prefixes as the fewest runs, sorted, with a gap between any two.
#[cfg(feature = "alloc")]
fn spans(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Vec<Span> {
    let mut sorted: Vec<Ipv4Prefix> = prefixes.into_iter().collect();
    sorted.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for prefix in sorted {
        match spans.last_mut() {
            Some(open) if prefix.network <= open.last.saturating_add(1) => {
                open.last = open.last.max(prefix.last_bits());
            }
            _ => spans.push(Span { first: prefix.network, last: prefix.last_bits() }),
        }
    }
    spans
}

const fn mask(prefix_len: u8) -> u32 {
    if prefix_len == 0 { 0 } else { u32::MAX << (Ipv4Prefix::MAX_LEN - prefix_len) }
}

/// A count of bits, 0 to 32, as a byte.
const fn low_byte(bits: u32) -> u8 {
    bits.to_le_bytes()[0]
}

fn parse_parts(text: &str) -> Result<(Ipv4Addr, u8), Error> {
    let Some((address, len)) = text.split_once('/') else {
        return Err(text
            .parse()
            .map_or(Error::PrefixSyntax, |address| Error::PrefixLengthMissing { address }));
    };
    let address = address.parse().map_err(|_| Error::PrefixSyntax)?;
    Ok((address, parse_len(len)?))
}

/// A decimal number without leading zeros; a minus sign is read so that the error can name the value.
fn parse_len(text: &str) -> Result<u8, Error> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (!digits.starts_with('0') || text == "0");
    if !canonical {
        return Err(Error::PrefixSyntax);
    }
    // Empty text and what no i64 holds.
    check_len(text.parse().map_err(|_| Error::PrefixSyntax)?)
}

/// Room for the longest prefix as text.
struct Text {
    bytes: [u8; 18],
    len: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(feature = "serde")]
mod as_text {
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, Visitor};
    use serde::ser::{Serialize, Serializer};

    use super::Ipv4Prefix;

    /// As text, such as `192.0.2.0/24`.
    impl Serialize for Ipv4Prefix {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    /// From text, as strictly as [`FromStr`](core::str::FromStr).
    impl<'de> Deserialize<'de> for Ipv4Prefix {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_str(PrefixVisitor)
        }
    }

    struct PrefixVisitor;

    impl Visitor<'_> for PrefixVisitor {
        type Value = Ipv4Prefix;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an IPv4 prefix such as 192.0.2.0/24")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Ipv4Prefix, E> {
            text.parse().map_err(E::custom)
        }
    }
}
