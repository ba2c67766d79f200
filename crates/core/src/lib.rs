//! IPv4 capacity, prefixes and warm pools of Windows nodes on Amazon EKS.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

#[cfg(any(test, feature = "alloc"))]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod error;
pub mod prefix;
#[cfg(feature = "alloc")]
pub mod subnet;

pub use error::Error;
pub use prefix::Ipv4Prefix;
#[cfg(feature = "alloc")]
pub use subnet::Subnet;
