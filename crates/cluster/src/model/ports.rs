//! Ports of a node as netsh lists them.

use super::Place;
use winpod::ports::{PortRange, Protocol};

/// One listing of ports by netsh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortListing {
    /// The protocol that it is about; `None` if it does not say.
    pub protocol: Option<Protocol>,
    /// The version of IP that it is about; `None` if it does not say.
    pub ip_version: Option<IpVersion>,
    /// What is listed.
    pub ports: ListedPorts,
    /// Where it starts: the first port of a dynamic range, the head of a table.
    pub place: Place,
}

/// What netsh lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedPorts {
    /// The range that ports are taken from (`show dynamicport`).
    Dynamic(PortRange),
    /// Ranges that are taken, blocks that HNS holds among them (`show excludedportrange`).
    Excluded(Vec<ExcludedPorts>),
}

/// A range that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExcludedPorts {
    /// The range.
    pub range: PortRange,
    /// Somebody excluded it; otherwise something holds it at run time, such as HNS its blocks.
    pub administered: bool,
    /// Its line in the file.
    pub line: u32,
}

/// A version of the Internet Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpVersion {
    /// `IPv4`.
    V4,
    /// `IPv6`.
    V6,
}
