//! Versions of Kubernetes, as far as rules depend on them.

use core::fmt;
use core::str::FromStr;

use crate::Error;

/// A minor version of Kubernetes, such as 1.34; patch releases are not told apart.
///
/// Reads what files and API servers write: `1.34`, `v1.34.2`, `1.34.2-eks-3abbec1` and `1.34+`.
///
/// # Examples
///
/// ```
/// use winpod::{Error, KubernetesVersion};
///
/// let version: KubernetesVersion = "v1.34.2-eks-3abbec1".parse()?;
/// assert_eq!(version, KubernetesVersion::new(1, 34));
/// assert!(version > KubernetesVersion::new(1, 9));
/// assert_eq!("latest".parse::<KubernetesVersion>(), Err(Error::KubernetesVersion));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    major: u32,
    minor: u32,
}

impl KubernetesVersion {
    /// Makes a version of its two numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::KubernetesVersion::new(1, 33).to_string(), "1.33");
    /// ```
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Returns the number before the dot.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::KubernetesVersion::new(1, 33).major(), 1);
    /// ```
    pub const fn major(self) -> u32 {
        self.major
    }

    /// Returns the number after the dot.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::KubernetesVersion::new(1, 33).minor(), 33);
    /// ```
    pub const fn minor(self) -> u32 {
        self.minor
    }
}

impl FromStr for KubernetesVersion {
    type Err = Error;

    /// # Errors
    /// - Anything but two numbers with a dot between them, a `v` before and a patch release, `+` or suffix after:
    ///   [`Error::KubernetesVersion`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (major, rest) = text.strip_prefix('v').unwrap_or(text).split_once('.')?;
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (minor, rest) = rest.split_at(end);
            if !rest.is_empty() && !rest.starts_with(['.', '+', '-']) {
                return None;
            }
            Some(Self { major: number(major)?, minor: number(minor)? })
        };
        parse().ok_or(Error::KubernetesVersion)
    }
}

/// Decimal digits without sign or leading zero.
pub(crate) fn number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    if canonical && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for KubernetesVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for KubernetesVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::named::deserialize(deserializer, "a version of Kubernetes, such as 1.34", |text| {
            text.parse().ok()
        })
    }
}
