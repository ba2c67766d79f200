//! Which load-balancer policies kube-proxy makes for services, and which of them have Direct Server Return.

use core::net::Ipv4Addr;

use super::Verdict;
use super::count::{Dsr, Policies, PolicyCount};
use crate::named::named;
use crate::ports::Protocol;
use crate::{Ipv4Prefix, KubernetesVersion};

/// The bit of a policy's `Flags` that says it has DSR: hcsshim 7c9ff7f, hcn/hcnloadbalancer.go (2026-08-20).
pub const DSR_FLAG: u32 = 1;

/// The bit of a port mapping's `Flags` that the policy of a node port has: hcsshim 7c9ff7f, hcn/hcnloadbalancer.go
/// (2026-08-20).
pub const LOCAL_ROUTED_VIP_FLAG: u32 = 2;

/// The bit of a port mapping's `Flags` that policies of external and ingress IPs have since kube-proxy 1.27, and those of
/// node ports beside their own: kube-proxy's winkernel/hns.go (1.27).
pub const VIP_EXTERNAL_IP_FLAG: u32 = 16;

named! {
    /// What a load-balancer policy is for.
    #[non_exhaustive]
    PolicyKind {
        /// The cluster IP of a service port.
        ClusterIp = "cluster-ip",
        /// The node port of a service port: has no address.
        NodePort = "node-port",
        /// An external IP of a service; in a dump, an ingress IP too.
        ExternalIp = "external-ip",
        /// An ingress IP that a load balancer reports.
        IngressIp = "ingress-ip",
        /// The forwarded health check of an ingress IP.
        HealthCheck = "health-check",
    }
}

impl PolicyKind {
    /// Tells what a policy in a dump is for, by its address and the bits of its port mapping; `None` where that does not
    /// tell, such as an address without the range of cluster IPs. The mark of an external IP counts more than the range;
    /// its lack tells nothing, because kube-proxy before 1.27 did not set it.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::Ipv4Addr;
    /// use winpod::Ipv4Prefix;
    /// use winpod::dsr::PolicyKind;
    ///
    /// let services = Some(Ipv4Prefix::constant([10, 100, 0, 0], 16));
    /// let address = Some(Ipv4Addr::new(10, 100, 37, 12));
    /// assert_eq!(PolicyKind::of_dump(address, 0, services), Some(PolicyKind::ClusterIp));
    /// assert_eq!(PolicyKind::of_dump(address, 16, None), Some(PolicyKind::ExternalIp));
    /// assert_eq!(PolicyKind::of_dump(None, 2 + 16, services), Some(PolicyKind::NodePort));
    /// assert_eq!(PolicyKind::of_dump(None, 0, services), None);
    /// assert_eq!(PolicyKind::of_dump(address, 0, None), None);
    /// ```
    ///
    /// # Source
    /// [`SourceId::PoliciesPerPort`](crate::SourceId::PoliciesPerPort).
    pub fn of_dump(
        vip: Option<Ipv4Addr>,
        mapping_flags: u32,
        service_cidr: Option<Ipv4Prefix>,
    ) -> Option<Self> {
        let has = |flag| mapping_flags & flag != 0;
        match (vip, service_cidr) {
            (None, _) => has(LOCAL_ROUTED_VIP_FLAG).then_some(Self::NodePort),
            (Some(_), _) if has(VIP_EXTERNAL_IP_FLAG) => Some(Self::ExternalIp),
            (Some(vip), Some(services)) if services.contains_addr(vip) => Some(Self::ClusterIp),
            (Some(_), Some(_)) => Some(Self::ExternalIp),
            (Some(_), None) => None,
        }
    }
}

/// What the policies on a node say about DSR: the answer of [`observe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    /// On if every policy of a cluster IP has DSR, off if none has; unknown if they differ or there are none.
    pub verdict: Verdict,
    /// The policies of cluster IPs.
    pub cluster_ip: PolicyCount,
    /// All others, which the flag does not decide.
    pub other: PolicyCount,
}

/// Judges from the policies found on a node whether DSR is on there. Only those of cluster IPs tell: the node port of a
/// service with `externalTrafficPolicy: Cluster` never has DSR.
///
/// # Examples
///
/// ```
/// use winpod::dsr::{PolicyKind, Verdict, observe};
///
/// let found = [(PolicyKind::ClusterIp, true), (PolicyKind::ClusterIp, true), (PolicyKind::NodePort, false)];
/// assert_eq!(observe(found).verdict, Verdict::On);
/// assert_eq!(observe([(PolicyKind::NodePort, true)]).verdict, Verdict::Unknown);
/// ```
///
/// # Source
/// [`SourceId::PolicyDsr`](crate::SourceId::PolicyDsr).
pub fn observe(policies: impl IntoIterator<Item = (PolicyKind, bool)>) -> Observed {
    let (mut cluster_ip, mut other) = (PolicyCount::default(), PolicyCount::default());
    for (kind, dsr) in policies {
        let count = if kind == PolicyKind::ClusterIp { &mut cluster_ip } else { &mut other };
        count.add(if dsr { Dsr::Yes } else { Dsr::No }, 1);
    }
    let verdict = match (cluster_ip.dsr, cluster_ip.non_dsr) {
        (1.., 0) => Verdict::On,
        (0, 1..) => Verdict::Off,
        _ => Verdict::Unknown,
    };
    Observed { verdict, cluster_ip, other }
}

named! {
    /// The type of a service.
    #[non_exhaustive]
    ServiceType {
        /// Reached inside the cluster alone.
        ClusterIp = "ClusterIP",
        /// Reached at a port of every node too.
        NodePort = "NodePort",
        /// Reached through a load balancer too.
        LoadBalancer = "LoadBalancer",
        /// A name for something outside, without a cluster IP.
        ExternalName = "ExternalName",
    }
}

named! {
    /// Which backends a node sends traffic to.
    #[non_exhaustive]
    TrafficPolicy {
        /// Those of the whole cluster.
        Cluster = "Cluster",
        /// Those on the node alone.
        Local = "Local",
    }
}

/// The backends of a service port that can be used: ready ones, on Linux nodes as well as on Windows nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "either they were given or not")]
pub enum Endpoints {
    /// No `EndpointSlice` was given: backends are assumed, in the cluster and on the node.
    Unknown,
    /// As counted in `EndpointSlice` objects.
    Known {
        /// In the whole cluster.
        usable: u32,
        /// On the node that is asked about.
        local: u32,
    },
}

/// A port of a service.
///
/// # Examples
///
/// ```
/// use winpod::dsr::{Endpoints, ServicePort};
/// use winpod::ports::Protocol;
///
/// let port = ServicePort::new(Protocol::Tcp);
/// assert_eq!((port.node_port, port.endpoints), (false, Endpoints::Unknown));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax from new")]
pub struct ServicePort {
    /// The protocol.
    pub protocol: Protocol,
    /// Whether it has a node port.
    pub node_port: bool,
    /// Its backends.
    pub endpoints: Endpoints,
}

impl ServicePort {
    /// Makes a port without a node port, with backends not known.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::ServicePort;
    /// use winpod::ports::Protocol;
    ///
    /// let port = ServicePort { node_port: true, ..ServicePort::new(Protocol::Udp) };
    /// assert_eq!(port.protocol, Protocol::Udp);
    /// ```
    pub const fn new(protocol: Protocol) -> Self {
        Self { protocol, node_port: false, endpoints: Endpoints::Unknown }
    }
}

/// A service, as far as kube-proxy's policies depend on it.
///
/// # Examples
///
/// ```
/// use winpod::dsr::{Service, ServicePort, ServiceType, TrafficPolicy};
/// use winpod::ports::Protocol;
///
/// let ports = [ServicePort { node_port: true, ..ServicePort::new(Protocol::Tcp) }];
/// let service = Service {
///     kind: ServiceType::LoadBalancer,
///     external_traffic: TrafficPolicy::Local,
///     ..Service::cluster_ip(&ports)
/// };
/// assert!(!service.headless && service.ingress_ips == 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax from cluster_ip")]
pub struct Service<'a> {
    /// Its type.
    pub kind: ServiceType,
    /// Whether `clusterIP` is `None`.
    pub headless: bool,
    /// `externalTrafficPolicy`.
    pub external_traffic: TrafficPolicy,
    /// `internalTrafficPolicy`.
    pub internal_traffic: TrafficPolicy,
    /// Whether the annotation `preserve-destination` is `true`.
    pub preserve_destination: bool,
    /// The number of `externalIPs`.
    pub external_ips: u32,
    /// The number of ingress entries in its status with an `ip`. A load balancer of EKS has a hostname, which makes no
    /// policy and does not count here.
    pub ingress_ips: u32,
    /// Its ports.
    pub ports: &'a [ServicePort],
}

impl<'a> Service<'a> {
    /// Makes a service of type `ClusterIP` with these ports and all defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Service, ServiceType};
    ///
    /// assert_eq!(Service::cluster_ip(&[]).kind, ServiceType::ClusterIp);
    /// ```
    pub const fn cluster_ip(ports: &'a [ServicePort]) -> Self {
        Self {
            kind: ServiceType::ClusterIp,
            headless: false,
            external_traffic: TrafficPolicy::Cluster,
            internal_traffic: TrafficPolicy::Cluster,
            preserve_destination: false,
            external_ips: 0,
            ingress_ips: 0,
            ports,
        }
    }
}

/// The services that every cluster has, for listings that lack them: `kubernetes` on 443/TCP, and `kube-dns` on 53/UDP
/// and 53/TCP. Not read on a cluster: [`SourceId::AlwaysPresentServices`](crate::SourceId::AlwaysPresentServices)
/// (2026-09-18).
pub const ALWAYS_PRESENT: [(&str, Service<'static>); 2] = [
    ("kubernetes", Service::cluster_ip(&[ServicePort::new(Protocol::Tcp)])),
    ("kube-dns", Service::cluster_ip(&[ServicePort::new(Protocol::Udp), ServicePort::new(Protocol::Tcp)])),
];

/// What the kube-proxy of a node does with services.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::Proxying;
///
/// let proxying = Proxying { enable_dsr: true, ..Proxying::new(KubernetesVersion::new(1, 34)) };
/// assert!(proxying.dsr_supported && !proxying.forward_healthcheck_vip);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax from new")]
pub struct Proxying {
    /// kube-proxy's version.
    pub kubernetes: KubernetesVersion,
    /// Whether DSR is on: [`Applicability::enabled`](super::Applicability::enabled).
    pub enable_dsr: bool,
    /// Whether the platform has it: [`Applicability::supported`](super::Applicability::supported).
    pub dsr_supported: bool,
    /// `--forward-healthcheck-vip`.
    pub forward_healthcheck_vip: bool,
}

impl Proxying {
    /// Makes what kube-proxy does of itself on a platform with DSR: DSR off, health checks not forwarded.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::KubernetesVersion;
    /// use winpod::dsr::Proxying;
    ///
    /// assert!(!Proxying::new(KubernetesVersion::new(1, 34)).enable_dsr);
    /// ```
    pub const fn new(kubernetes: KubernetesVersion) -> Self {
        Self { kubernetes, enable_dsr: false, dsr_supported: true, forward_healthcheck_vip: false }
    }
}

named! {
    /// Why a service has no policy on a node.
    #[non_exhaustive]
    NoPolicy {
        /// `clusterIP` is `None`.
        Headless = "headless",
        /// Of type `ExternalName`.
        ExternalName = "external-name",
        /// Without ports.
        NoPorts = "no-ports",
        /// No port has a usable backend that counts for the node.
        NoEndpoints = "no-endpoints",
    }
}

/// The policies of one service on one node: the answer of [`policies`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServicePolicies {
    /// How many policies it has.
    pub policies: Policies,
    /// Why it has none; `None` if it has some.
    pub none_because: Option<NoPolicy>,
    /// Ports whose backends were assumed, so that they may have fewer policies.
    pub assumed_ports: u32,
}

/// Counts the policies that kube-proxy makes for a service on one Windows node.
///
/// The flag decides on DSR for cluster IPs; node ports and external addresses have it with
/// `externalTrafficPolicy: Local` only. Backends count wherever they run, on Linux nodes too.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::{NoPolicy, PolicyKind, Proxying, Service, ServicePort, ServiceType, policies};
/// use winpod::ports::Protocol;
///
/// let ports = [ServicePort { node_port: true, ..ServicePort::new(Protocol::Tcp) }];
/// let service = Service { kind: ServiceType::NodePort, ..Service::cluster_ip(&ports) };
/// let proxying = Proxying { enable_dsr: true, ..Proxying::new(KubernetesVersion::new(1, 34)) };
/// let answer = policies(&service, &proxying).policies;
/// assert_eq!(answer.of_kind(PolicyKind::ClusterIp).dsr, 1);
/// assert_eq!(answer.of_kind(PolicyKind::NodePort).non_dsr, 1);
///
/// let headless = Service { headless: true, ..service };
/// assert_eq!(policies(&headless, &proxying).none_because, Some(NoPolicy::Headless));
/// ```
///
/// # Source
/// [`SourceId::PoliciesPerPort`](crate::SourceId::PoliciesPerPort),
/// [`SourceId::PolicyDsr`](crate::SourceId::PolicyDsr),
/// [`SourceId::PolicyDsrHistory`](crate::SourceId::PolicyDsrHistory),
/// [`SourceId::LocalPoliciesOnLocalNodes`](crate::SourceId::LocalPoliciesOnLocalNodes).
pub fn policies(service: &Service<'_>, proxying: &Proxying) -> ServicePolicies {
    let mut answer = ServicePolicies { policies: Policies::default(), none_because: None, assumed_ports: 0 };
    answer.none_because = if service.kind == ServiceType::ExternalName {
        Some(NoPolicy::ExternalName)
    } else if service.headless {
        Some(NoPolicy::Headless)
    } else if service.ports.is_empty() {
        Some(NoPolicy::NoPorts)
    } else {
        None
    };
    if answer.none_because.is_none() {
        let rules = Rules::new(service, proxying);
        for port in service.ports {
            answer.assumed_ports += u32::from(port.endpoints == Endpoints::Unknown);
            rules.put(port, &mut answer.policies);
        }
        if answer.policies.total().total() == 0 {
            answer.none_because = Some(NoPolicy::NoEndpoints);
        }
    }
    answer
}

/// What holds for all ports of a service.
#[expect(clippy::struct_excessive_bools, reason = "they are facts of their own")]
struct Rules<'s> {
    service: &'s Service<'s>,
    /// `externalTrafficPolicy: Local`, where kube-proxy heeds it.
    external_local: bool,
    internal_local: bool,
    preserve_destination: bool,
    cluster_ip: Dsr,
    external: Dsr,
    ingress: Dsr,
    health_checks: bool,
}

impl<'s> Rules<'s> {
    fn new(service: &'s Service<'s>, proxying: &Proxying) -> Self {
        let since = |minor| proxying.kubernetes >= KubernetesVersion::new(1, minor);
        let supported = proxying.dsr_supported;
        let flag = proxying.enable_dsr && supported;
        let external_local = service.external_traffic == TrafficPolicy::Local && supported && since(20);
        let preserve_destination = service.preserve_destination && supported;
        let yes = |condition| if condition { Dsr::Yes } else { Dsr::No };
        Self {
            service,
            external_local,
            internal_local: service.internal_traffic == TrafficPolicy::Local && since(27),
            preserve_destination,
            cluster_ip: yes(flag),
            external: yes(external_local),
            ingress: match () {
                () if preserve_destination || external_local => Dsr::Yes,
                () if !flag || since(22) => Dsr::No,
                () if since(20) => Dsr::Unknown,
                () => Dsr::Yes,
            },
            health_checks: proxying.forward_healthcheck_vip,
        }
    }

    fn put(&self, port: &ServicePort, policies: &mut Policies) {
        let (usable, local) = match port.endpoints {
            Endpoints::Unknown => (true, true),
            Endpoints::Known { usable, local } => (usable > 0 || local > 0, local > 0),
        };
        // With both traffic policies Local kube-proxy does not even look at backends elsewhere.
        if !usable || (self.internal_local && self.external_local && !local) {
            return;
        }
        let mut put = |kind, needs_local: bool, dsr, count| {
            if local || !needs_local {
                policies.put(kind, port.protocol, dsr, count);
            }
        };
        put(PolicyKind::ClusterIp, self.internal_local, self.cluster_ip, 1);
        let node_local = self.external_local || self.preserve_destination;
        put(PolicyKind::NodePort, node_local, self.external, u32::from(port.node_port));
        put(PolicyKind::ExternalIp, self.external_local, self.external, self.service.external_ips);
        put(PolicyKind::IngressIp, node_local, self.ingress, self.service.ingress_ips);
        if self.health_checks {
            put(PolicyKind::HealthCheck, false, Dsr::No, self.service.ingress_ips);
        }
    }
}
