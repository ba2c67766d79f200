//! What a system can do, by what is known of it.

use super::{Build, Effect, HnsFeature, HnsVersion, Release};
use crate::SourceId;
use crate::instance::Verdict;

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
