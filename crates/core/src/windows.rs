//! Releases, builds and updates of Windows Server, versions of its Host Networking Service (HNS), and the images that
//! EKS makes of them.
//!
//! The tables are those of [`TABLE_DATE`]. What they lack is unknown, never a guess: a build that is newer than all
//! of them says so.
//!
//! # Examples
//!
//! ```
//! use winpod::instance::Verdict;
//! use winpod::windows::{Build, Effect, Release, UnknownBuild};
//!
//! let build: Build = "10.0.17763.2746".parse()?;
//! assert_eq!(Release::of_build(build.number), Ok(Release::Server2019));
//! assert_eq!(build.has(Effect::Backends1024), Verdict::Yes);
//! assert_eq!(Release::of_build(99_999), Err(UnknownBuild::Newer));
//! # Ok::<(), winpod::Error>(())
//! ```
//!
//! # Source
//!
//! `windows-releases.csv`, `windows-updates.csv`, `windows-images.csv` and `windows-base-images.csv` of the crate `winpod-data`; every row names
//! the facts it rests on, with their grades and dates: see [`Release::sources`].

use core::fmt;
use core::str::FromStr;

use crate::instance::Verdict;
use crate::kubernetes::{KubernetesVersion, number};
use crate::named::named;
use crate::{Error, SourceId};

mod base_image;

pub use base_image::{ImageTag, TagPlace, base_image, image_tags};

/// The day of the newest source of the table of releases, as `YYYY-MM-DD`.
pub const TABLE_DATE: &str = table::TABLE_DATE;

mod table {
    use super::{Channel, Edition, Effect, HnsVersion, Image, ImageTag, Release, Row, TagPlace, Update};
    use crate::{KubernetesVersion, SourceId};

    include!(concat!(env!("OUT_DIR"), "/windows.rs"));
}

/// A line of the table behind [`Release`].
struct Row {
    build: u32,
    channel: Channel,
    hns_seen: &'static [HnsVersion],
    eks_since: Option<&'static str>,
    eks_until: Option<&'static str>,
    first_kubernetes: Option<KubernetesVersion>,
    last_seen_kubernetes: Option<KubernetesVersion>,
    mainstream_until: Option<&'static str>,
    extended_until: Option<&'static str>,
    sources: &'static [SourceId],
}

named! {
    /// A release of Windows Server, in the order of the build numbers.
    #[non_exhaustive]
    Release {
        /// Windows Server 2016.
        Server2016 = "2016",
        /// Version 1709.
        Version1709 = "1709",
        /// Version 1803.
        Version1803 = "1803",
        /// Windows Server 2019, and version 1809, which is the same build.
        Server2019 = "2019",
        /// Version 1903.
        Version1903 = "1903",
        /// Version 1909.
        Version1909 = "1909",
        /// Version 2004.
        Version2004 = "2004",
        /// Version 20H2.
        Version20H2 = "20H2",
        /// Windows Server 2022.
        Server2022 = "2022",
        /// Version 23H2 of the annual channel.
        Version23H2 = "23H2",
        /// Windows Server 2025.
        Server2025 = "2025",
    }
}

named! {
    /// How Microsoft releases and supports a version.
    #[non_exhaustive]
    Channel {
        /// The long-term channel: 2016, 2019, 2022, 2025.
        LongTerm = "ltsc",
        /// The semi-annual channel, which ended with 20H2.
        SemiAnnual = "sac",
        /// The annual channel, for container hosts.
        Annual = "annual",
    }
}

named! {
    /// Why no release is known for a build number.
    #[non_exhaustive]
    UnknownBuild {
        /// Newer than every build of the table, which is that of [`TABLE_DATE`].
        Newer = "newer-than-data",
        /// No build of Windows Server that the table has.
        Unlisted = "unlisted",
    }
}

named! {
    /// Why EKS has an image of a release for a Kubernetes version, or has not.
    #[non_exhaustive]
    ImageReason {
        /// Within the versions that the lists show.
        Listed = "listed",
        /// Below the first version with this release.
        BeforeFirst = "before-first",
        /// Above the last version that a list shows with this release.
        AfterLastSeen = "after-last-seen",
        /// EKS withdrew the images of this release.
        Withdrawn = "withdrawn",
        /// No image of this release is known to have been published.
        NoImages = "no-images",
    }
}

/// The days on which support of a release and its EKS images begin and end, as `YYYY-MM-DD`; `None` if not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LifeCycle {
    /// The first day of EKS images.
    pub eks_since: Option<&'static str>,
    /// The day on which EKS withdrew its images.
    pub eks_until: Option<&'static str>,
    /// The last day of Microsoft's mainstream support.
    pub mainstream_until: Option<&'static str>,
    /// The last day of Microsoft's extended support.
    pub extended_until: Option<&'static str>,
}

/// Whether EKS has an image: the answer of [`Release::on_eks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OnEks {
    /// Yes, no, or unknown where no list shows the version.
    pub verdict: Verdict,
    /// Why.
    pub reason: ImageReason,
    /// The fact that the reason rests on.
    pub source: SourceId,
}

impl Release {
    /// Finds the release with this build number.
    ///
    /// # Errors
    /// - a number above all of the table: [`UnknownBuild::Newer`]
    /// - any other number that it lacks: [`UnknownBuild::Unlisted`]
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{Release, UnknownBuild};
    ///
    /// assert_eq!(Release::of_build(20_348), Ok(Release::Server2022));
    /// assert_eq!(Release::of_build(20_349), Err(UnknownBuild::Unlisted));
    /// assert_eq!(Release::of_build(26_101), Err(UnknownBuild::Newer));
    /// ```
    ///
    /// # Source
    /// [`SourceId::WindowsBuilds`].
    pub fn of_build(number: u32) -> Result<Self, UnknownBuild> {
        let newest = table::RELEASES.iter().map(|row| row.build).max().unwrap_or(0);
        let unknown = if number > newest { UnknownBuild::Newer } else { UnknownBuild::Unlisted };
        Self::ALL.iter().copied().find(|release| release.build() == number).ok_or(unknown)
    }

    const fn row(self) -> &'static Row {
        &table::RELEASES[self as usize]
    }

    /// Returns the build number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::windows::Release::Server2025.build(), 26_100);
    /// ```
    pub const fn build(self) -> u32 {
        self.row().build
    }

    /// Returns the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{Channel, Release};
    ///
    /// assert_eq!(Release::Version20H2.channel(), Channel::SemiAnnual);
    /// ```
    pub const fn channel(self) -> Channel {
        self.row().channel
    }

    /// Returns the versions of HNS that were seen on nodes of this release, in order; observations, no official table.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{HnsVersion, Release};
    ///
    /// assert_eq!(Release::Server2025.hns_seen(), [HnsVersion::new(15, 4)]);
    /// assert!(Release::Server2022.hns_seen().is_empty());
    /// ```
    ///
    /// # Source
    /// [`SourceId::HnsSeenVersions`].
    pub const fn hns_seen(self) -> &'static [HnsVersion] {
        self.row().hns_seen
    }

    /// Returns the days of its life cycle.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::Release;
    ///
    /// assert_eq!(Release::Server2022.life_cycle().mainstream_until, Some("2026-10-13"));
    /// assert_eq!(Release::Server2025.life_cycle().extended_until, None);
    /// ```
    ///
    /// # Source
    /// [`SourceId::EksWindowsImages`], [`SourceId::WindowsLifecycle`].
    pub const fn life_cycle(self) -> LifeCycle {
        let Row { eks_since, eks_until, mainstream_until, extended_until, .. } = *self.row();
        LifeCycle { eks_since, eks_until, mainstream_until, extended_until }
    }

    /// Returns the first Kubernetes version of EKS with this release; `None` if there is no lower bound or it is not
    /// known.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::KubernetesVersion;
    /// use winpod::windows::Release;
    ///
    /// assert_eq!(Release::Server2025.first_kubernetes(), Some(KubernetesVersion::new(1, 35)));
    /// assert_eq!(Release::Server2019.first_kubernetes(), None);
    /// ```
    ///
    /// # Source
    /// [`SourceId::WindowsFirstVersions`].
    pub const fn first_kubernetes(self) -> Option<KubernetesVersion> {
        self.row().first_kubernetes
    }

    /// Returns the last Kubernetes version for which a list shows an EKS image of this release; later ones may exist.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::KubernetesVersion;
    /// use winpod::windows::Release;
    ///
    /// assert_eq!(Release::Server2019.last_seen_kubernetes(), Some(KubernetesVersion::new(1, 34)));
    /// ```
    ///
    /// # Source
    /// [`SourceId::EksWindowsImageVersions`].
    pub const fn last_seen_kubernetes(self) -> Option<KubernetesVersion> {
        self.row().last_seen_kubernetes
    }

    /// Returns the facts that its row of the table rests on.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::SourceId;
    /// use winpod::windows::Release;
    ///
    /// assert!(Release::Server2025.sources().contains(&SourceId::WindowsFirstVersions));
    /// ```
    pub const fn sources(self) -> &'static [SourceId] {
        self.row().sources
    }

    /// Says whether EKS has an image of this release for a Kubernetes version, as of [`TABLE_DATE`].
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::KubernetesVersion;
    /// use winpod::instance::Verdict;
    /// use winpod::windows::{ImageReason, Release};
    ///
    /// let answer = Release::Server2025.on_eks(KubernetesVersion::new(1, 34));
    /// assert_eq!((answer.verdict, answer.reason), (Verdict::No, ImageReason::BeforeFirst));
    /// // No list shows 2019 for 1.35, and none says that it ended.
    /// assert_eq!(Release::Server2019.on_eks(KubernetesVersion::new(1, 35)).verdict, Verdict::Unknown);
    /// ```
    ///
    /// # Source
    /// [`SourceId::EksWindowsImages`], [`SourceId::WindowsFirstVersions`], [`SourceId::EksWindowsImageVersions`].
    pub fn on_eks(self, version: KubernetesVersion) -> OnEks {
        let row = self.row();
        let (verdict, reason, source) = if row.eks_until.is_some() {
            (Verdict::No, ImageReason::Withdrawn, SourceId::EksWindowsImages)
        } else if row.eks_since.is_none() {
            (Verdict::Unknown, ImageReason::NoImages, SourceId::EksWindowsImages)
        } else if row.first_kubernetes.is_some_and(|first| version < first) {
            (Verdict::No, ImageReason::BeforeFirst, SourceId::WindowsFirstVersions)
        } else if row.last_seen_kubernetes.is_none_or(|last| version > last) {
            (Verdict::Unknown, ImageReason::AfterLastSeen, SourceId::EksWindowsImageVersions)
        } else {
            (Verdict::Yes, ImageReason::Listed, SourceId::EksWindowsImageVersions)
        };
        OnEks { verdict, reason, source }
    }
}

/// A build of Windows, with the revision that its updates raise if that is known.
///
/// Reads `17763`, `17763.2746` and `10.0.17763.2746`.
///
/// # Examples
///
/// ```
/// use winpod::Error;
/// use winpod::windows::Build;
///
/// let build: Build = "10.0.20348.2762".parse()?;
/// assert_eq!((build.number, build.revision), (20_348, Some(2762)));
/// assert_eq!(build.to_string(), "20348.2762");
/// assert_eq!("Windows Server 2022".parse::<Build>(), Err(Error::WindowsBuild));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a build has these two numbers")]
pub struct Build {
    /// The number that stands for the release, such as 17763.
    pub number: u32,
    /// The update revision, such as 2746 in 17763.2746.
    pub revision: Option<u32>,
}

impl Build {
    /// Makes a build with its revision.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::windows::Build::new(17_763, 1432).to_string(), "17763.1432");
    /// ```
    pub const fn new(number: u32, revision: u32) -> Self {
        Self { number, revision: Some(revision) }
    }

    /// Says whether the build has what an update brought; unknown without a revision, and for a build that no row
    /// of the table of updates names with this effect.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    /// use winpod::windows::{Build, Effect};
    ///
    /// assert_eq!(Build::new(17_763, 1431).has(Effect::Dsr), Verdict::No);
    /// assert_eq!(Build::new(17_763, 1432).has(Effect::Dsr), Verdict::Yes);
    /// assert_eq!(Build::new(20_348, 1).has(Effect::Dsr), Verdict::Unknown);
    /// ```
    pub fn has(self, effect: Effect) -> Verdict {
        let update = updates().find(|update| update.build == self.number && update.effect == effect);
        match (update, self.revision) {
            (Some(update), Some(revision)) if revision >= update.revision => Verdict::Yes,
            (Some(_), Some(_)) => Verdict::No,
            _ => Verdict::Unknown,
        }
    }
}

impl FromStr for Build {
    type Err = Error;

    /// # Errors
    /// - Anything but a number of five digits, `10.0.` before it or not, a dot and the revision behind it or not:
    ///   [`Error::WindowsBuild`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let text = text.strip_prefix("10.0.").unwrap_or(text);
            Some(match text.split_once('.') {
                Some((build, revision)) => Self { number: number(build)?, revision: Some(number(revision)?) },
                None => Self { number: number(text)?, revision: None },
            })
        };
        // Every build of Windows that runs containers has five digits; `10.0` alone is none.
        parse().filter(|build| build.number >= 10_000).ok_or(Error::WindowsBuild)
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            Some(revision) => write!(f, "{}.{revision}", self.number),
            None => write!(f, "{}", self.number),
        }
    }
}

named! {
    /// What an update of Windows changed for the network of containers.
    #[non_exhaustive]
    Effect {
        /// Brought DSR.
        Dsr = "dsr",
        /// Ended the loss of services after a restart of HNS.
        RestartFaultFixed = "restart-fault-fixed",
        /// Ended DSR policies that stay behind degraded.
        DegradedFaultFixed = "degraded-fault-fixed",
        /// Raised the backends of a policy from 64 to 1,024.
        Backends1024 = "backends-1024",
        /// Broke the network of containers.
        NetworkingBroken = "networking-broken",
        /// Mended the network of containers.
        NetworkingFixed = "networking-fixed",
    }
}

/// An update of Windows that changes what a node can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Update {
    /// The build number.
    pub build: u32,
    /// The first revision with the effect.
    pub revision: u32,
    /// The day, as `YYYY-MM-DD`, or the month, as `YYYY-MM`.
    pub released: &'static str,
    /// Microsoft's name, such as `KB5011551`.
    pub name: &'static str,
    /// What it changed.
    pub effect: Effect,
    /// The facts that the row rests on.
    pub sources: &'static [SourceId],
}

/// Iterates over the known updates, by build and revision.
///
/// # Examples
///
/// ```
/// use winpod::windows;
///
/// let first = windows::updates().next().ok_or("no update")?;
/// assert_eq!((first.build, first.revision, first.name), (17_763, 1432, "KB4571748"));
/// # Ok::<(), &str>(())
/// ```
pub fn updates() -> impl ExactSizeIterator<Item = &'static Update> + Clone {
    table::UPDATES.iter()
}

named! {
    /// The installation option of an image.
    #[non_exhaustive]
    Edition {
        /// Without a desktop.
        Core = "core",
        /// With a desktop.
        Full = "full",
    }
}

/// An EKS image of Windows, with the names that each tool has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The release.
    pub release: Release,
    /// The installation option.
    pub edition: Edition,
    /// eksctl's `amiFamily`.
    pub eksctl_family: &'static str,
    /// The AMI type of the EKS API; `None` for withdrawn releases.
    pub ami_type: Option<&'static str>,
    /// Karpenter's alias, without `@latest`.
    pub karpenter_alias: Option<&'static str>,
    /// The name under `/aws/service/ami-windows-latest`, without the Kubernetes version.
    pub ssm_name: Option<&'static str>,
    /// The facts that the row rests on.
    pub sources: &'static [SourceId],
}

/// Iterates over the images, by the bytes of eksctl's name.
///
/// # Examples
///
/// ```
/// assert_eq!(winpod::windows::images().len(), 8);
/// ```
pub fn images() -> impl ExactSizeIterator<Item = &'static Image> + Clone {
    table::IMAGES.iter()
}

/// Finds an image by eksctl's family, the AMI type of the EKS API, Karpenter's alias or the name of its parameter, as
/// written; `None` for any other text.
///
/// A version behind `@` or behind the parameter's name is passed over.
///
/// # Examples
///
/// ```
/// use winpod::windows::{self, Edition, Release};
///
/// let of = |name| windows::image(name).map(|image| (image.release, image.edition));
/// assert_eq!(of("windows2022@latest"), Some((Release::Server2022, Edition::Core)));
/// assert_eq!(of("WINDOWS_FULL_2025_x86_64"), Some((Release::Server2025, Edition::Full)));
/// assert_eq!(of("windows2016"), None);
/// ```
///
/// # Source
/// [`SourceId::EksctlWindowsFamilies`], [`SourceId::WindowsAmiTypes`], [`SourceId::KarpenterWindowsAliases`].
pub fn image(name: &str) -> Option<&'static Image> {
    let parameter = name.strip_prefix("/aws/service/ami-windows-latest/").unwrap_or(name);
    let of_parameter = |ssm_name: &str| {
        parameter.strip_prefix(ssm_name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/']))
    };
    images().find(|image| {
        image.eksctl_family == name
            || image.ami_type == Some(name)
            || image.karpenter_alias.is_some_and(|alias| {
                name.strip_prefix(alias).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
            })
            || image.ssm_name.is_some_and(of_parameter)
    })
}

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

/// What is known about the system of a node; each part may be unknown.
///
/// # Examples
///
/// ```
/// use winpod::windows::{Build, Platform, Release};
///
/// let platform = Platform { build: Some(Build::new(17_763, 1432)), ..Platform::default() };
/// assert_eq!(platform.resolved().release, Some(Release::Server2019));
/// assert_eq!(Platform::default().resolved(), Platform::default());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax from the default")]
pub struct Platform {
    /// The release of Windows Server.
    pub release: Option<Release>,
    /// The build, with its revision if known.
    pub build: Option<Build>,
    /// The version of HNS.
    pub hns: Option<HnsVersion>,
}

impl Platform {
    /// Fills the release in from the build, or the build number from the release. The build wins where they differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{Platform, Release};
    ///
    /// let platform = Platform { release: Some(Release::Server2022), ..Platform::default() }.resolved();
    /// assert_eq!(platform.build.map(|build| (build.number, build.revision)), Some((20_348, None)));
    /// ```
    #[must_use]
    pub fn resolved(self) -> Self {
        match (self.build, self.release) {
            (Some(build), _) => Self { release: Release::of_build(build.number).ok(), ..self },
            (None, Some(release)) => {
                Self { build: Some(Build { number: release.build(), revision: None }), ..self }
            }
            (None, None) => self,
        }
    }

    /// Returns the most backends of one load-balancer policy on this system.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    /// use winpod::windows::{Build, Platform};
    ///
    /// let limit = |revision| {
    ///     let build = Build { number: 17_763, revision };
    ///     Platform { build: Some(build), ..Platform::default() }.backend_limit()
    /// };
    /// assert_eq!(limit(Some(2745)).holds(65), Verdict::No);
    /// assert_eq!(limit(Some(2746)).holds(65), Verdict::Yes);
    /// assert_eq!(limit(None).holds(65), Verdict::Unknown);
    /// ```
    ///
    /// # Source
    /// [`SourceId::BackendsPerPolicy`].
    pub fn backend_limit(self) -> BackendLimit {
        const OLD: u32 = 64;
        const NEW: u32 = 1024;
        let (at_least, at_most) = match self.resolved() {
            Self { release: Some(Release::Server2019), build: Some(build), .. } => {
                match build.has(Effect::Backends1024) {
                    Verdict::Yes => (NEW, NEW),
                    Verdict::No => (OLD, OLD),
                    Verdict::Unknown => (OLD, NEW),
                }
            }
            Self { release: Some(release), .. } if release < Release::Server2019 => (OLD, OLD),
            Self { release: Some(release), .. } if release >= Release::Server2022 => (NEW, NEW),
            // The versions between ended before or soon after that update, and no source tells theirs.
            _ => (OLD, NEW),
        };
        BackendLimit { at_least, at_most, source: SourceId::BackendsPerPolicy }
    }

    /// Says whether `sessionAffinity: ClientIP` has an effect on this system.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    /// use winpod::windows::{Platform, Release};
    ///
    /// let affinity = |release| Platform { release, ..Platform::default() }.session_affinity();
    /// assert_eq!(affinity(Some(Release::Server2022)), Verdict::Yes);
    /// assert_eq!(affinity(Some(Release::Server2019)), Verdict::No);
    /// assert_eq!(affinity(None), Verdict::Unknown);
    /// ```
    ///
    /// # Source
    /// [`SourceId::SessionAffinityHns`].
    pub fn session_affinity(self) -> Verdict {
        let Self { release, hns, .. } = self.resolved();
        match (hns, release) {
            (Some(hns), _) if hns.supports(HnsFeature::SessionAffinity) => Verdict::Yes,
            (Some(_), _) => Verdict::No,
            (None, Some(release)) if release >= Release::Server2022 => Verdict::Yes,
            (None, Some(_)) => Verdict::No,
            (None, None) => Verdict::Unknown,
        }
    }
}

/// The most backends of one load-balancer policy: one number, or two between which it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackendLimit {
    /// As many hold in any case.
    pub at_least: u32,
    /// More than this never hold.
    pub at_most: u32,
    /// The fact behind it.
    pub source: SourceId,
}

impl BackendLimit {
    /// Says whether a policy holds so many backends.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    /// use winpod::windows::Platform;
    ///
    /// let anything = Platform::default().backend_limit();
    /// assert_eq!((anything.holds(64), anything.holds(1025)), (Verdict::Yes, Verdict::No));
    /// ```
    pub const fn holds(self, backends: u32) -> Verdict {
        if backends <= self.at_least {
            Verdict::Yes
        } else if backends > self.at_most {
            Verdict::No
        } else {
            Verdict::Unknown
        }
    }
}
