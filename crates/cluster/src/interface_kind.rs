//! What a network interface belongs to.

use crate::model::Os;

/// Whose an interface is, as far as EC2 and the files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    LinuxNode,
    WindowsNode,
    Instance,
    LoadBalancer,
    /// Of type network or gateway.
    NetworkLoadBalancer,
    NatGateway,
    Lambda,
    VpcEndpoint,
    ControlPlane,
    TransitGateway,
    EfsMountTarget,
    Unattached,
    Other,
}

/// What EC2 says of an interface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Described<'a> {
    pub(crate) kind: &'a str,
    pub(crate) description: &'a str,
    pub(crate) on_instance: bool,
    pub(crate) idle: bool,
}

impl Kind {
    /// The kind of an interface; `os` is that of the node on its instance.
    ///
    /// # Source
    /// `InterfaceKinds`.
    pub(crate) fn of(interface: Described<'_>, os: Option<Os>) -> Self {
        let described = |start: &str| interface.description.starts_with(start);
        match (interface.kind, os) {
            (_, Some(Os::Linux)) => Self::LinuxNode,
            (_, Some(Os::Windows)) => Self::WindowsNode,
            _ if interface.on_instance => Self::Instance,
            ("network_load_balancer" | "gateway_load_balancer", _) => Self::NetworkLoadBalancer,
            ("load_balancer", _) => Self::LoadBalancer,
            // The API's model and its answers spell it differently.
            ("nat_gateway" | "natGateway", _) => Self::NatGateway,
            ("lambda", _) => Self::Lambda,
            ("vpc_endpoint" | "gateway_load_balancer_endpoint", _) => Self::VpcEndpoint,
            ("transit_gateway", _) => Self::TransitGateway,
            ("efs", _) => Self::EfsMountTarget,
            _ if described("Amazon EKS ") => Self::ControlPlane,
            _ if described("ELB net/") || described("ELB gwy/") => Self::NetworkLoadBalancer,
            _ if described("ELB ") => Self::LoadBalancer,
            _ if described("EFS mount target for ") => Self::EfsMountTarget,
            _ if interface.idle => Self::Unattached,
            _ => Self::Other,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LinuxNode => "linux-node",
            Self::WindowsNode => "windows-node",
            Self::Instance => "instance",
            Self::LoadBalancer => "load-balancer",
            Self::NetworkLoadBalancer => "network-load-balancer",
            Self::NatGateway => "nat-gateway",
            Self::Lambda => "lambda",
            Self::VpcEndpoint => "vpc-endpoint",
            Self::ControlPlane => "control-plane",
            Self::TransitGateway => "transit-gateway",
            Self::EfsMountTarget => "efs-mount-target",
            Self::Unattached => "unattached",
            Self::Other => "other",
        }
    }

    /// Units of Network Address Usage that one thing of this kind counts, whatever addresses it has; `None` where its
    /// addresses and prefixes count.
    ///
    /// # Source
    /// `NauUnits`, `NauFromListings`.
    pub(crate) const fn units(self) -> Option<u64> {
        match self {
            Self::NetworkLoadBalancer
            | Self::NatGateway
            | Self::Lambda
            | Self::VpcEndpoint
            | Self::TransitGateway
            | Self::EfsMountTarget => Some(6),
            _ => None,
        }
    }
}
