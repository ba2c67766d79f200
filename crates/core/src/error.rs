//! The one error type of this crate.

use crate::Ipv4Prefix;
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
    /// An address where a prefix is wanted.
    #[error("{address} has no prefix length: one address is {address}/32")]
    PrefixLengthMissing {
        /// The address given.
        address: Ipv4Addr,
    },
    /// Text that is no IPv4 address.
    #[error("not an IPv4 address: expected four decimal numbers, such as 192.0.2.1")]
    AddressSyntax,
    /// Subnets that would be larger than the prefix they are to come from.
    #[error("a /{prefix_len} has no /{got} subnets: the length must be in {prefix_len}..=32")]
    SubnetsLength {
        /// The length asked for, in bits.
        got: u8,
        /// The length of the prefix to divide, in bits.
        prefix_len: u8,
    },
    /// More subnets than this machine can index: the 2^32 addresses of 0.0.0.0/0 where `usize` has 32 bits.
    #[error("{got} subnets are more than this machine can count: at most {max}")]
    SubnetsCount {
        /// The number of subnets asked for.
        got: u64,
        /// The largest number that `usize` holds.
        max: u64,
    },
    /// A range that ends before it starts.
    #[error("the range starts at {first} and ends before it, at {last}")]
    RangeOrder {
        /// The first address given.
        first: Ipv4Addr,
        /// The last address given.
        last: Ipv4Addr,
    },
    /// A subnet of a size that a VPC does not have.
    #[error("subnet prefix length {got} is not in 16..=28")]
    SubnetSize {
        /// The length given, in bits.
        got: u8,
    },
    /// An address that the subnet does not contain.
    #[error("{address} is outside the subnet {subnet}")]
    AddressOutsideSubnet {
        /// The address given.
        address: Ipv4Addr,
        /// The subnet.
        subnet: Ipv4Prefix,
    },
    /// One of the five addresses of a subnet that AWS keeps.
    #[error(
        "{address} is one of the five addresses that AWS reserves in {subnet}: the first four and the last"
    )]
    AddressReserved {
        /// The address given.
        address: Ipv4Addr,
        /// The subnet.
        subnet: Ipv4Prefix,
    },
    /// An address assigned twice.
    #[error("{address} is already assigned")]
    AddressAssigned {
        /// The address given.
        address: Ipv4Addr,
    },
    /// An address given on its own that belongs to a prefix assigned as a whole.
    #[error("{address} belongs to the assigned prefix {prefix}")]
    AddressInPrefix {
        /// The address given.
        address: Ipv4Addr,
        /// The assigned prefix around it.
        prefix: Ipv4Prefix,
    },
    /// An address released that was not assigned.
    #[error("{address} is not assigned")]
    AddressNotAssigned {
        /// The address given.
        address: Ipv4Addr,
    },
    /// A delegated prefix of another size than /28.
    #[error("{prefix} cannot be delegated: its length must be 28")]
    DelegatedLength {
        /// The prefix given.
        prefix: Ipv4Prefix,
    },
    /// A prefix that the subnet does not wholly contain.
    #[error("{prefix} is not inside the subnet {subnet}")]
    PrefixOutsideSubnet {
        /// The prefix given.
        prefix: Ipv4Prefix,
        /// The subnet.
        subnet: Ipv4Prefix,
    },
    /// A /28 that holds addresses AWS keeps: the first or the last of its subnet.
    #[error("{prefix} holds addresses that AWS reserves in {subnet}: the first four or the last")]
    PrefixReserved {
        /// The prefix given.
        prefix: Ipv4Prefix,
        /// The subnet.
        subnet: Ipv4Prefix,
    },
    /// A prefix assigned twice.
    #[error("{prefix} is already assigned")]
    PrefixAssigned {
        /// The prefix given.
        prefix: Ipv4Prefix,
    },
    /// A prefix in which an address is assigned already.
    #[error("{prefix} is not free: {address} is assigned")]
    PrefixNotFree {
        /// The prefix given.
        prefix: Ipv4Prefix,
        /// The lowest assigned address in it.
        address: Ipv4Addr,
    },
    /// A prefix released that was not assigned.
    #[error("{prefix} is not assigned")]
    PrefixNotAssigned {
        /// The prefix given.
        prefix: Ipv4Prefix,
    },
    /// Two CIDR reservations with an address in common.
    #[error("{prefix} overlaps the reservation {existing}")]
    ReservationOverlap {
        /// The reservation given.
        prefix: Ipv4Prefix,
        /// The reservation in its way.
        existing: Ipv4Prefix,
    },
    /// Free blocks that their addresses do not make up, or more than a subnet has.
    #[error(
        "{blocks} free /28 in {addresses} open addresses and {reserved} in reservations is no state of a subnet: 16 addresses make a block, and a /16 has 65531 and 4094 blocks"
    )]
    FreeBlocks {
        /// The open addresses given.
        addresses: u32,
        /// The open blocks given.
        blocks: u32,
        /// The blocks in reservations given.
        reserved: u32,
    },
    /// A block of a VPC of a size that it cannot have.
    #[error("VPC prefix length {got} is not in 16..=28")]
    VpcSize {
        /// The length given, in bits.
        got: u8,
    },
    /// Two blocks of one VPC with an address in common.
    #[error("{prefix} overlaps {existing}: blocks of one VPC cannot")]
    VpcOverlap {
        /// One block.
        prefix: Ipv4Prefix,
        /// The block in its way.
        existing: Ipv4Prefix,
    },
    /// Two subnets of one VPC with an address in common.
    #[error("{prefix} overlaps {existing}: subnets of one VPC cannot")]
    SubnetOverlap {
        /// One subnet.
        prefix: Ipv4Prefix,
        /// The subnet in its way.
        existing: Ipv4Prefix,
    },
    /// A subnet that is not inside one block of its VPC.
    #[error("{subnet} is not inside one of the VPC's blocks")]
    SubnetOutsideVpc {
        /// The subnet.
        subnet: Ipv4Prefix,
    },
    /// Text that is no version of Kubernetes.
    #[error("not a version of Kubernetes: expected two numbers, such as 1.34")]
    KubernetesVersion,
    /// Text that is no build of Windows.
    #[error("not a build of Windows: expected its number with or without the revision, such as 17763.2746")]
    WindowsBuild,
    /// Text that is no version of HNS.
    #[error("not a version of HNS: expected two numbers, such as 9.5")]
    HnsVersion,
    /// Ports that are no range.
    #[error(
        "ports {first} to {last} are no range: it starts at 1 or later, ends at 65535 or before and has a port"
    )]
    PortRange {
        /// The first port given.
        first: i64,
        /// The last port given.
        last: i64,
    },
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
            Self::PrefixLengthMissing { .. } => "PREFIX_LENGTH_MISSING",
            Self::AddressSyntax => "ADDRESS_SYNTAX",
            Self::SubnetsLength { .. } => "SUBNETS_LENGTH",
            Self::SubnetsCount { .. } => "SUBNETS_COUNT",
            Self::RangeOrder { .. } => "RANGE_ORDER",
            Self::SubnetSize { .. } => "SUBNET_SIZE",
            Self::AddressOutsideSubnet { .. } => "ADDRESS_OUTSIDE_SUBNET",
            Self::AddressReserved { .. } => "ADDRESS_RESERVED",
            Self::AddressAssigned { .. } => "ADDRESS_ASSIGNED",
            Self::AddressInPrefix { .. } => "ADDRESS_IN_PREFIX",
            Self::AddressNotAssigned { .. } => "ADDRESS_NOT_ASSIGNED",
            Self::DelegatedLength { .. } => "DELEGATED_LENGTH",
            Self::PrefixOutsideSubnet { .. } => "PREFIX_OUTSIDE_SUBNET",
            Self::PrefixReserved { .. } => "PREFIX_RESERVED",
            Self::PrefixAssigned { .. } => "PREFIX_ASSIGNED",
            Self::PrefixNotFree { .. } => "PREFIX_NOT_FREE",
            Self::PrefixNotAssigned { .. } => "PREFIX_NOT_ASSIGNED",
            Self::ReservationOverlap { .. } => "RESERVATION_OVERLAP",
            Self::FreeBlocks { .. } => "FREE_BLOCKS",
            Self::VpcSize { .. } => "VPC_SIZE",
            Self::VpcOverlap { .. } => "VPC_OVERLAP",
            Self::SubnetOverlap { .. } => "SUBNET_OVERLAP",
            Self::SubnetOutsideVpc { .. } => "SUBNET_OUTSIDE_VPC",
            Self::KubernetesVersion => "KUBERNETES_VERSION",
            Self::WindowsBuild => "WINDOWS_BUILD",
            Self::HnsVersion => "HNS_VERSION",
            Self::PortRange { .. } => "PORT_RANGE",
        }
    }
}
