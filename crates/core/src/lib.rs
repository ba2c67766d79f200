//! IPv4 capacity, prefixes and warm pools of Windows nodes on Amazon EKS.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, clippy::exhaustive_enums, clippy::exhaustive_structs)]
// Whoever builds without std must not meet it here.
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

#[cfg(any(test, feature = "alloc"))]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod error;
pub mod instance;
pub mod ipam;
mod named;
pub mod prefix;
pub mod source;
#[cfg(feature = "alloc")]
pub mod subnet;

pub use error::Error;
pub use instance::InstanceType;
pub use prefix::Ipv4Prefix;
pub use source::{Grade, SourceId};
#[cfg(feature = "alloc")]
pub use subnet::Subnet;
