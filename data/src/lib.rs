//! The tables and texts of winpod as constants: data only, no logic.
//!
//! Every constant is the whole text of a file of this package. The crate `winpod` reads them when it is built;
//! use that crate to ask questions, and this one for the raw tables.
//!
//! ```
//! let row = winpod_data::INSTANCE_TYPES.lines().find(|line| line.starts_with("m5.large,"));
//! assert!(row.is_some());
//! assert!(!winpod_data::CONTROLLER_TYPES.lines().any(|name| name == "m5.enormous"));
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// The EC2 instance types, one a line, as CSV with a header (`instance-types.csv`).
///
/// Sorted by the bytes of the name; LF; no quotes; lists joined by `+`. Rows are only ever added: a type that EC2
/// forgets stays, with the release of moto that still had it in the column `source`, a key of [`SOURCES`].
pub const INSTANCE_TYPES: &str = include_str!("../instance-types.csv");

/// The day of the newest release that [`INSTANCE_TYPES`] is made from, as `YYYY-MM-DD`.
pub const INSTANCE_TYPES_DATE: &str = "2026-10-27";

/// The names of the instance types that the VPC Resource Controller knows, as CSV with a header
/// (`controller-types.csv`), sorted by bytes.
pub const CONTROLLER_TYPES: &str = include_str!("../controller-types.csv");

/// The day on which the controller's own table, and so [`CONTROLLER_TYPES`], was generated, as `YYYY-MM-DD`.
///
/// The controller that EKS runs may be older or newer.
pub const CONTROLLER_TYPES_DATE: &str = "2026-03-20";

/// The releases of Windows Server by build, with what EKS publishes for each and until when, as CSV with a header
/// (`windows-releases.csv`), sorted by build.
///
/// Empty where nothing is known. Lists are joined by `+`; `facts` are ids of [`FACTS`].
pub const WINDOWS_RELEASES: &str = include_str!("../windows-releases.csv");

/// The day of the newest source that [`WINDOWS_RELEASES`] is made from, as `YYYY-MM-DD`.
pub const WINDOWS_RELEASES_DATE: &str = "2026-08-21";

/// The updates of Windows that change what a node can do, as CSV with a header (`windows-updates.csv`), sorted by
/// build and revision.
pub const WINDOWS_UPDATES: &str = include_str!("../windows-updates.csv");

/// The EKS images of Windows by eksctl's family, with the names that others have for them, as CSV with a header
/// (`windows-images.csv`), sorted by bytes.
pub const WINDOWS_IMAGES: &str = include_str!("../windows-images.csv");

/// The words in tags of container images that stand for a release of Windows, as CSV with a header
/// (`windows-base-images.csv`), sorted by bytes.
pub const WINDOWS_BASE_IMAGES: &str = include_str!("../windows-base-images.csv");

/// The Kubernetes versions of EKS with the ends of their support, as CSV with a header (`eks-versions.csv`), sorted by
/// version.
pub const EKS_VERSIONS: &str = include_str!("../eks-versions.csv");

/// The day of the newest source that [`EKS_VERSIONS`] is made from, as `YYYY-MM-DD`.
pub const EKS_VERSIONS_DATE: &str = "2026-02-14";

/// What was read, in which state and when, as TOML (`SOURCES.toml`): `[[source]]` and `[[table]]`.
pub const SOURCES: &str = include_str!("../SOURCES.toml");

/// What winpod holds to be true, each with its grade and sources, as TOML (`facts.toml`): `[[fact]]`.
pub const FACTS: &str = include_str!("../facts.toml");

/// The sentences that answers tell beside their numbers, with named placeholders, as TOML (`texts.toml`): one table
/// a sentence.
pub const TEXTS: &str = include_str!("../texts.toml");

/// What errors and events mean, as TOML (`errors.toml`): `[[error]]`, `[[signal]]`, and the results of HCN.
pub const ERRORS: &str = include_str!("../errors.toml");

/// What `winpod check` looks for, as TOML (`rules.toml`): `[[rule]]`, `[need.*]` and `[family.*]`.
pub const RULES: &str = include_str!("../rules.toml");
