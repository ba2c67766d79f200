//! The text and the code of errors of prefixes and subnets.
use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use winpod::{Error, Ipv4Prefix};

fn prefix(text: &str) -> Ipv4Prefix {
    text.parse().unwrap()
}

fn address(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn check(cases: &[(Error, &str, &str)]) {
    for (error, code, text) in cases {
        assert_eq!((error.code(), error.to_string().as_str()), (*code, *text));
    }
    let codes: BTreeSet<_> = cases.iter().map(|(error, ..)| error.code()).collect();
    assert_eq!(codes.len(), cases.len(), "a code twice");
}

#[test]
fn messages_about_prefixes_name_what_was_given_and_what_is_allowed() {
    check(&[
        (Error::PrefixLength { got: -1 }, "PREFIX_LENGTH", "prefix length -1 is not in 0..=32"),
        (
            Error::HostBitsSet {
                address: address("10.0.8.20"),
                prefix_len: 24,
                network: address("10.0.8.0"),
            },
            "HOST_BITS_SET",
            "10.0.8.20/24 has host bits set: the network is 10.0.8.0/24",
        ),
        (
            Error::PrefixSyntax,
            "PREFIX_SYNTAX",
            "not an IPv4 prefix: expected four decimal numbers and a length, such as 192.0.2.0/24",
        ),
        (
            Error::PrefixLengthMissing { address: address("10.0.8.20") },
            "PREFIX_LENGTH_MISSING",
            "10.0.8.20 has no prefix length: one address is 10.0.8.20/32",
        ),
        (
            Error::AddressSyntax,
            "ADDRESS_SYNTAX",
            "not an IPv4 address: expected four decimal numbers, such as 192.0.2.1",
        ),
        (
            Error::SubnetsLength { got: 23, prefix_len: 24 },
            "SUBNETS_LENGTH",
            "a /24 has no /23 subnets: the length must be in 24..=32",
        ),
        (
            Error::SubnetsCount { got: 4_294_967_296, max: 4_294_967_295 },
            "SUBNETS_COUNT",
            "4294967296 subnets are more than this machine can count: at most 4294967295",
        ),
        (
            Error::RangeOrder { first: address("10.0.8.2"), last: address("10.0.8.1") },
            "RANGE_ORDER",
            "the range starts at 10.0.8.2 and ends before it, at 10.0.8.1",
        ),
    ]);
}

#[test]
fn messages_about_subnets_name_what_was_given_and_what_is_allowed() {
    let subnet = prefix("10.0.8.0/24");
    check(&[
        (Error::SubnetSize { got: 29 }, "SUBNET_SIZE", "subnet prefix length 29 is not in 16..=28"),
        (
            Error::AddressOutsideSubnet { address: address("10.0.9.1"), subnet },
            "ADDRESS_OUTSIDE_SUBNET",
            "10.0.9.1 is outside the subnet 10.0.8.0/24",
        ),
        (
            Error::AddressReserved { address: address("10.0.8.3"), subnet },
            "ADDRESS_RESERVED",
            "10.0.8.3 is one of the five addresses that AWS reserves in 10.0.8.0/24: the first four and the last",
        ),
        (
            Error::AddressAssigned { address: address("10.0.8.20") },
            "ADDRESS_ASSIGNED",
            "10.0.8.20 is already assigned",
        ),
        (
            Error::AddressInPrefix { address: address("10.0.8.20"), prefix: prefix("10.0.8.16/28") },
            "ADDRESS_IN_PREFIX",
            "10.0.8.20 belongs to the assigned prefix 10.0.8.16/28",
        ),
        (
            Error::AddressNotAssigned { address: address("10.0.8.20") },
            "ADDRESS_NOT_ASSIGNED",
            "10.0.8.20 is not assigned",
        ),
        (
            Error::DelegatedLength { prefix: prefix("10.0.8.16/29") },
            "DELEGATED_LENGTH",
            "10.0.8.16/29 cannot be delegated: its length must be 28",
        ),
        (
            Error::PrefixOutsideSubnet { prefix: prefix("10.0.9.0/28"), subnet },
            "PREFIX_OUTSIDE_SUBNET",
            "10.0.9.0/28 is not inside the subnet 10.0.8.0/24",
        ),
        (
            Error::PrefixReserved { prefix: prefix("10.0.8.0/28"), subnet },
            "PREFIX_RESERVED",
            "10.0.8.0/28 holds addresses that AWS reserves in 10.0.8.0/24: the first four or the last",
        ),
        (
            Error::PrefixAssigned { prefix: prefix("10.0.8.16/28") },
            "PREFIX_ASSIGNED",
            "10.0.8.16/28 is already assigned",
        ),
        (
            Error::PrefixNotFree { prefix: prefix("10.0.8.16/28"), address: address("10.0.8.20") },
            "PREFIX_NOT_FREE",
            "10.0.8.16/28 is not free: 10.0.8.20 is assigned",
        ),
        (
            Error::PrefixNotAssigned { prefix: prefix("10.0.8.16/28") },
            "PREFIX_NOT_ASSIGNED",
            "10.0.8.16/28 is not assigned",
        ),
        (
            Error::ReservationOverlap { prefix: prefix("10.0.8.16/28"), existing: prefix("10.0.8.0/26") },
            "RESERVATION_OVERLAP",
            "10.0.8.16/28 overlaps the reservation 10.0.8.0/26",
        ),
        (
            Error::FreeBlocks { addresses: 100, blocks: 7, reserved: 0 },
            "FREE_BLOCKS",
            "7 free /28 in 100 open addresses and 0 in reservations is no state of a subnet: 16 addresses make a block, and a /16 has 65531 and 4094 blocks",
        ),
        (Error::VpcSize { got: 8 }, "VPC_SIZE", "VPC prefix length 8 is not in 16..=28"),
        (
            Error::VpcOverlap { prefix: prefix("10.0.8.0/24"), existing: prefix("10.0.0.0/16") },
            "VPC_OVERLAP",
            "10.0.8.0/24 overlaps 10.0.0.0/16: blocks of one VPC cannot",
        ),
        (
            Error::SubnetOverlap { prefix: prefix("10.0.8.0/24"), existing: prefix("10.0.0.0/16") },
            "SUBNET_OVERLAP",
            "10.0.8.0/24 overlaps 10.0.0.0/16: subnets of one VPC cannot",
        ),
        (
            Error::SubnetOutsideVpc { subnet: prefix("10.1.0.0/24") },
            "SUBNET_OUTSIDE_VPC",
            "10.1.0.0/24 is not inside one of the VPC's blocks",
        ),
    ]);
}

#[test]
fn the_error_stays_small() {
    assert!(size_of::<Error>() <= 24, "{} bytes", size_of::<Error>());
}

#[test]
fn messages_about_nodes_name_what_is_expected() {
    check(&[
        (
            Error::KubernetesVersion,
            "KUBERNETES_VERSION",
            "not a version of Kubernetes: expected two numbers, such as 1.34",
        ),
        (
            Error::WindowsBuild,
            "WINDOWS_BUILD",
            "not a build of Windows: expected its number with or without the revision, such as 17763.2746",
        ),
        (Error::HnsVersion, "HNS_VERSION", "not a version of HNS: expected two numbers, such as 9.5"),
        (
            Error::PortRange { first: 34_000, last: 65_536 },
            "PORT_RANGE",
            "ports 34000 to 65536 are no range: it starts at 1 or later, ends at 65535 or before and has a port",
        ),
    ]);
}
