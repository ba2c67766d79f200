//! How long EKS supports a Kubernetes version.
//!
//! The table is that of [`TABLE_DATE`]: a version that is newer than all of it is unknown, and says so.
//!
//! # Examples
//!
//! ```
//! use winpod::KubernetesVersion;
//! use winpod::eks::{self, UnknownVersion};
//!
//! let support = eks::support(KubernetesVersion::new(1, 34)).unwrap();
//! assert_eq!((support.standard_until, support.extended_until), ("2026-12-02", "2027-12-02"));
//! assert_eq!(eks::support(KubernetesVersion::new(1, 99)).unwrap_err(), UnknownVersion::Newer);
//! ```
//!
//! # Source
//!
//! `eks-versions.csv` of the crate `winpod-data`; every row names the facts it rests on.

use crate::{KubernetesVersion, SourceId};

/// The day of the newest source of the table of versions, as `YYYY-MM-DD`.
pub const TABLE_DATE: &str = table::TABLE_DATE;

mod table {
    use super::Support;
    use crate::{KubernetesVersion, SourceId};

    include!(concat!(env!("OUT_DIR"), "/eks.rs"));
}

/// Until when EKS supports a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// The version.
    pub version: KubernetesVersion,
    /// The last day of standard support, as `YYYY-MM-DD`; what comes after it costs more.
    pub standard_until: &'static str,
    /// The last day of extended support, as `YYYY-MM-DD`; EKS upgrades the cluster by itself after it.
    pub extended_until: &'static str,
    /// The facts behind it.
    pub sources: &'static [SourceId],
}

/// Why the support of a version is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownVersion {
    /// It is older than every version of the table, and so is no longer supported.
    Older,
    /// It is newer than the table.
    Newer,
}

/// Finds the support of a version.
///
/// # Errors
/// - A version outside the table: whether it is older or newer.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::eks::{self, UnknownVersion};
///
/// assert_eq!(eks::support(KubernetesVersion::new(1, 35)).unwrap().extended_until, "2028-03-27");
/// assert_eq!(eks::support(KubernetesVersion::new(1, 9)).unwrap_err(), UnknownVersion::Older);
/// ```
///
/// # Source
/// [`SourceId::EksVersionDates`], [`SourceId::EksVersionDatesElsewhere`].
pub fn support(version: KubernetesVersion) -> Result<&'static Support, UnknownVersion> {
    let older = versions().next().is_some_and(|first| version < first.version);
    let unknown = if older { UnknownVersion::Older } else { UnknownVersion::Newer };
    versions().find(|support| support.version == version).ok_or(unknown)
}

/// Returns every version of the table, the oldest first.
///
/// # Examples
///
/// ```
/// assert!(winpod::eks::versions().all(|support| support.standard_until < support.extended_until));
/// ```
pub fn versions() -> impl ExactSizeIterator<Item = &'static Support> + Clone {
    table::VERSIONS.iter()
}
