//! Versions of the Host Networking Service, and what they can do.

use super::Release;
use crate::Error;
#[cfg(doc)]
use crate::SourceId;
use crate::kubernetes::number;
use crate::named::named;
use core::fmt;
use core::str::FromStr;

/// A version of the Host Networking Service.
///
/// # Examples
///
/// ```
/// use winpod::Error;
/// use winpod::windows::{HnsFeature, HnsVersion};
///
/// let hns: HnsVersion = "9.3".parse()?;
/// assert!(hns.supports(HnsFeature::Dsr));
/// // The versions between are a hole.
/// assert!(!HnsVersion::new(10, 1).supports(HnsFeature::Dsr));
/// assert_eq!("9".parse::<HnsVersion>(), Err(Error::HnsVersion));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HnsVersion {
    major: u32,
    minor: u32,
}

impl HnsVersion {
    /// Makes a version of its two numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::windows::HnsVersion::new(15, 4).to_string(), "15.4");
    /// ```
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Takes the one number that `Get-HnsPolicyList` and other dumps of the first schema write: the major version in
    /// its upper half and the minor in its lower.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::HnsVersion;
    ///
    /// assert_eq!(HnsVersion::from_packed(38_654_705_669), HnsVersion::new(9, 5));
    /// ```
    ///
    /// # Source
    /// [`SourceId::HnsSeenVersions`]: the form is inferred from dumps.
    #[expect(clippy::cast_possible_truncation, reason = "each half is kept")]
    pub const fn from_packed(version: u64) -> Self {
        Self { major: (version >> 32) as u32, minor: version as u32 }
    }

    /// Returns the number before the dot.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::windows::HnsVersion::new(15, 4).major(), 15);
    /// ```
    pub const fn major(self) -> u32 {
        self.major
    }

    /// Returns the number after the dot.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::windows::HnsVersion::new(15, 4).minor(), 4);
    /// ```
    pub const fn minor(self) -> u32 {
        self.minor
    }

    /// Says whether it is newer than every version of the data: those that were seen, and those that code asks for.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::HnsVersion;
    ///
    /// assert!(HnsVersion::new(16, 0).is_newer_than_data());
    /// assert!(!HnsVersion::new(15, 5).is_newer_than_data());
    /// ```
    ///
    /// # Source
    /// [`SourceId::HnsSeenVersions`], [`SourceId::HnsFeatureRanges`].
    pub fn is_newer_than_data(self) -> bool {
        let seen = Release::ALL.iter().flat_map(|release| release.hns_seen()).copied();
        let asked = HnsFeature::ALL.iter().flat_map(|feature| feature.ranges()).map(|since| match *since {
            Since::Within(major, minor) | Since::Onwards(major, minor) => Self { major, minor },
        });
        seen.chain(asked).max().is_some_and(|newest| self > newest)
    }

    /// Says whether this version has a feature, by the test that hcsshim and kube-proxy make.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{HnsFeature, HnsVersion};
    ///
    /// assert!(HnsVersion::new(12, 0).supports(HnsFeature::SessionAffinity));
    /// assert!(!HnsVersion::new(11, 10).supports(HnsFeature::SessionAffinity));
    /// ```
    ///
    /// # Source
    /// [`SourceId::HnsFeatureRanges`].
    pub fn supports(self, feature: HnsFeature) -> bool {
        feature.ranges().iter().any(|range| match *range {
            Since::Within(major, minor) => self.major == major && self.minor >= minor,
            Since::Onwards(major, minor) => self >= Self { major, minor },
        })
    }
}

impl FromStr for HnsVersion {
    type Err = Error;

    /// # Errors
    /// - Anything but two numbers with a dot between them: [`Error::HnsVersion`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (major, minor) = text.split_once('.')?;
            Some(Self { major: number(major)?, minor: number(minor)? })
        };
        parse().ok_or(Error::HnsVersion)
    }
}

impl fmt::Display for HnsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

named! {
    /// A feature of HNS that hcsshim asks for by version.
    #[non_exhaustive]
    HnsFeature {
        /// Networks with routes to remote subnets, and the second schema.
        RemoteSubnet = "remote-subnet",
        /// Direct Server Return.
        Dsr = "dsr",
        /// Endpoints with a /32.
        Slash32Endpoints = "slash32-endpoints",
        /// A VXLAN port of one's own.
        VxlanPort = "vxlan-port",
        /// Access rules for protocol 252.
        AclProtocol252 = "acl-protocol-252",
        /// IPv6 beside IPv4.
        Ipv6DualStack = "ipv6-dual-stack",
        /// `sessionAffinity: ClientIP`.
        SessionAffinity = "session-affinity",
        /// Policies over sets of addresses.
        SetPolicy = "set-policy",
        /// The layer-4 proxy.
        L4Proxy = "l4-proxy",
        /// The layer-4 proxy of the filtering platform.
        L4WfpProxy = "l4-wfp-proxy",
        /// Access rules in tiers.
        TierAcl = "tier-acl",
        /// Access rules of a network.
        NetworkAcl = "network-acl",
        /// Sets of addresses inside sets.
        NestedIpSet = "nested-ip-set",
        /// No host ports.
        DisableHostPort = "disable-host-port",
        /// Accelerated networking.
        Accelnet = "accelnet",
        /// Changing a load balancer in place.
        ModifyLoadBalancer = "modify-load-balancer",
    }
}

/// Where a feature begins.
#[derive(Debug, Clone, Copy)]
enum Since {
    /// From this minor version on, within the major version.
    Within(u32, u32),
    /// From this version on.
    Onwards(u32, u32),
}

impl HnsFeature {
    /// hcsshim 7c9ff7f and hnslib e115dd1, hcn/hcnglobals.go (2026-08-20).
    const fn ranges(self) -> &'static [Since] {
        use Since::{Onwards, Within};
        match self {
            Self::RemoteSubnet => &[Onwards(9, 2)],
            Self::Dsr => &[Within(9, 3), Onwards(10, 2)],
            Self::Slash32Endpoints => &[Within(9, 3), Onwards(10, 4)],
            Self::VxlanPort => &[Onwards(10, 3)],
            Self::AclProtocol252 => &[Onwards(11, 0)],
            Self::Ipv6DualStack => &[Onwards(11, 10)],
            Self::SessionAffinity => &[Onwards(12, 0)],
            Self::SetPolicy => &[Onwards(13, 0)],
            Self::L4Proxy => &[Within(9, 5), Within(10, 5), Within(11, 11), Within(12, 1), Onwards(13, 1)],
            Self::L4WfpProxy => &[Onwards(13, 2)],
            Self::TierAcl => &[Onwards(14, 0)],
            Self::NetworkAcl | Self::NestedIpSet => &[Onwards(15, 0)],
            Self::DisableHostPort => &[Onwards(15, 1)],
            Self::Accelnet => &[Onwards(15, 4)],
            // hcsshim says 15.4, where it misbehaves: kubernetes 131466.
            Self::ModifyLoadBalancer => &[Onwards(15, 5)],
        }
    }
}
