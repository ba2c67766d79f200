//! A prefix as text: `192.0.2.0/24`.

use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use super::{Ipv4Prefix, check_len};
use crate::Error;

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

pub(super) fn parse_parts(text: &str) -> Result<(Ipv4Addr, u8), Error> {
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

    use crate::Ipv4Prefix;

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
