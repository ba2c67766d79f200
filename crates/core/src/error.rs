//! The one error type of this crate.

use crate::ipam::MAX_IPV4_PER_ENI;
use core::net::Ipv4Addr;

/// What an input broke, with the value got and what is allowed.
///
/// Every variant has a stable [`code`](Error::code), the same in Rust, Python and Node.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A prefix length outside 0 to 32.
    #[error("prefix length {got} is not in 0..=32")]
    PrefixLength {
        /// The length given, in bits.
        got: i64,
    },
    /// An address with bits set behind the prefix length.
    #[error("{address}/{prefix_len} has host bits set: the network is {network}/{prefix_len}")]
    HostBitsSet {
        /// The address given.
        address: Ipv4Addr,
        /// The prefix length given, in bits.
        prefix_len: u8,
        /// The address with its host bits cleared.
        network: Ipv4Addr,
    },
    /// Text that is no IPv4 prefix.
    #[error("not an IPv4 prefix: expected four decimal numbers and a length, such as 192.0.2.0/24")]
    PrefixSyntax,
    /// A number of IPv4 addresses per ENI that no ENI has.
    #[error("{got} IPv4 addresses per ENI is not in 1..={MAX_IPV4_PER_ENI}")]
    Ipv4PerEni {
        /// The number given.
        got: i64,
    },
    /// Text that names no mode.
    #[error("not an IPAM mode: expected secondary-ip or prefix-delegation")]
    IpamMode,
    /// Text that names no key of the amazon-vpc-cni ConfigMap for Windows nodes.
    #[error("not a key of the amazon-vpc-cni ConfigMap that concerns Windows nodes")]
    ConfigKey,
}

impl Error {
    /// The stable name of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PrefixLength { .. } => "PREFIX_LENGTH",
            Self::HostBitsSet { .. } => "HOST_BITS_SET",
            Self::PrefixSyntax => "PREFIX_SYNTAX",
            Self::Ipv4PerEni { .. } => "IPV4_PER_ENI",
            Self::IpamMode => "IPAM_MODE",
            Self::ConfigKey => "CONFIG_KEY",
        }
    }
}
