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

mod hns;
mod image;
mod platform;

pub use hns::{HnsFeature, HnsVersion};
pub use image::{Edition, Image, image, images};
pub use platform::{BackendLimit, Platform};

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

    /// Says whether a version of HNS fits to what was seen on this release, on those before and on those after it, by
    /// the number before the dot.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::windows::{HnsVersion, Release};
    ///
    /// assert!(Release::Server2019.may_have(HnsVersion::new(9, 6)));
    /// assert!(!Release::Server2019.may_have(HnsVersion::new(15, 4)));
    /// // None was seen on it; it came after 11.10 and before 15.4.
    /// assert!(Release::Server2022.may_have(HnsVersion::new(13, 2)));
    /// ```
    ///
    /// # Source
    /// [`SourceId::HnsSeenVersions`]: observations.
    pub fn may_have(self, hns: HnsVersion) -> bool {
        let seen = |release: &Self| release.hns_seen().iter().map(|seen| seen.major());
        let all = || Self::ALL.iter();
        let least = all().filter(|release| **release <= self).flat_map(seen).max();
        let most = all().filter(|release| **release >= self).flat_map(seen).min();
        least.is_none_or(|least| hns.major() >= least) && most.is_none_or(|most| hns.major() <= most)
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
