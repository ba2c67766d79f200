//! IPv4 capacity, prefixes and warm pools of Windows nodes on Amazon EKS, exactly as the VPC Resource Controller
//! counts them. Everything is a pure function of its arguments and of the tables that the build put in.
//!
//! ```
//! use winpod::ipam::{self, IpamMode};
//! use winpod::{Ipv4Prefix, instance};
//!
//! let m5 = instance::find("m5.large").ok_or("no such type")?;
//! let capacity = ipam::capacity(m5.limits(), IpamMode::PrefixDelegation);
//! assert_eq!(capacity.addresses, 144); // (10 - 1) slots of 16
//!
//! # #[cfg(feature = "alloc")] {
//! let mut subnet = winpod::Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
//! subnet.assign("10.0.8.20".parse()?)?;
//! assert_eq!(subnet.free_prefixes(), 13); // 16 blocks, two with reserved addresses, one broken
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Overview
//!
//! - [`InstanceType`]: what an EC2 instance type has, whether Windows runs on it, and whether the controller knows it.
//! - [`ipam`]: addresses per node by mode, the `amazon-vpc-cni` settings as the controller's Go code reads them, and
//!   what a node holds at rest.
//! - [`Ipv4Prefix`] and [`Subnet`]: set arithmetic over prefixes, and one subnet as a bitmap with AWS's five reserved
//!   addresses, /28 prefixes and CIDR reservations.
//! - [`pool`]: the warm pool of one node, operation for operation as the controller has it.
//! - [`fleet`]: many such nodes over shared subnets in time.
//! - [`windows`], [`dsr`] and [`ports`]: what a build of Windows can do, whether Direct Server Return is on, which
//!   load-balancer policies a node carries and whether its ports suffice.
//! - [`SourceId`]: every fact about the world that an answer rests on, with its grade and where it is from.
//!
//! # What this crate does not do
//!
//! It reads no files and no text formats (`winpod-cluster` does), knows no IPv6, asks no network, and guesses
//! nothing: an instance type that is not in the table is `None`.
//!
//! # Data
//!
//! The table of instance types is that of [`instance::TABLE_DATE`], the list of types that the controller knows that
//! of [`instance::CONTROLLER_TABLE_DATE`]. `winpod-data` holds both with their sources.
//!
//! # Crate features
//!
//! - `std` (default): conveniences only; turns on `alloc`.
//! - `alloc`: what returns a `Vec` or holds one: set arithmetic over prefixes, [`Subnet`], [`pool`] and [`fleet`].
//! - `serde`: prefixes, modes, keys and sources as text.
//!
//! No feature changes what another part does.
//!
//! # Minimum Rust
//!
//! 1.85. Raising it is not a breaking change and is told in the list of changes.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, clippy::exhaustive_enums, clippy::exhaustive_structs)]
// Whoever builds without std must not meet it here.
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

#[cfg(any(test, feature = "alloc"))]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod dsr;
pub mod eks;
pub mod error;
#[cfg(feature = "alloc")]
pub mod fleet;
mod go;
pub mod instance;
pub mod ipam;
mod kubernetes;
mod list;
mod named;
#[cfg(feature = "alloc")]
pub mod pool;
pub mod ports;
pub mod prefix;
pub mod source;
#[cfg(feature = "alloc")]
pub mod subnet;
pub mod windows;

pub use error::Error;
pub use instance::InstanceType;
pub use kubernetes::KubernetesVersion;
pub use prefix::Ipv4Prefix;
pub use source::{Grade, SourceId};
#[cfg(feature = "alloc")]
pub use subnet::Subnet;
