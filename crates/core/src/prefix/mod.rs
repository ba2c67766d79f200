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

mod blocks;
#[cfg(feature = "alloc")]
mod sets;
mod text;

pub use blocks::{Addresses, Range, Subnets};
#[cfg(feature = "alloc")]
pub use sets::{aggregate, intersect, subtract};

use core::net::Ipv4Addr;

use crate::Error;
use blocks::Blocks;

/// A block of IPv4 addresses: a network address and a prefix length, with no host bits set.
///
/// Every value is valid: the length is 0 to 32 and the address is the first of the block. So two prefixes are
/// equal exactly when they hold the same addresses, and what is printed can be parsed.
///
/// # Parsing and printing
///
/// Text is `a.b.c.d/len`, in decimal, without spaces, leading zeros or a missing length.
/// [`FromStr`](core::str::FromStr) refuses host bits; [`parse_lenient`](Self::parse_lenient) clears them and says so.
/// With feature `serde` a prefix is this text.
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
    /// All else is as strict as [`FromStr`](core::str::FromStr). EC2 clears host bits in the same way when a VPC or
    /// subnet is created.
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
        let (address, prefix_len) = text::parse_parts(text)?;
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

const fn mask(prefix_len: u8) -> u32 {
    if prefix_len == 0 { 0 } else { u32::MAX << (Ipv4Prefix::MAX_LEN - prefix_len) }
}

/// A count of bits, 0 to 32, as a byte.
const fn low_byte(bits: u32) -> u8 {
    bits.to_le_bytes()[0]
}
