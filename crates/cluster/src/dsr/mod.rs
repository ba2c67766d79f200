//! Direct Server Return on one Windows node: whether it is on, whether it should be, and whether ports run out.

mod advice;
mod answer;
mod demand;
mod dump;
pub(crate) mod facts;
mod given;
mod largest;
mod limits;
mod ports;
mod ranges;
mod reasons;
mod refused;
mod script;
mod set;
mod start;

pub(crate) use dump::Kinds;
pub(crate) use given::{build, one_of};
pub(crate) use reasons::name_of;

pub use answer::{
    Because, BlockDemand, Dsr, LargestServices, Limits, Platform, PolicyCounts, PolicyKindCounts, PortSpan,
    Ports, PortsScenario, ProtocolPorts, ScriptRisk, ServiceShape, ServiceSpan, UserData, WiderRange,
};

use crate::api::OnProgress;
use crate::model::{Cluster, StartRefusal};
use crate::note::{Note, text as note};
use crate::read;
use crate::request::{Document, Refusal, Wide, inputs};
use advice::Seen;
use demand::Both;
use dump::Dump;
use given::Given;
use largest::Shape;
use ports::Asked;
use ranges::Ranges;
pub(crate) use ranges::range;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use start::Start;
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{
    Applicability, Arguments, LAST_KUBERNETES, Network, Node, Policies, Proxying, Reason, Service,
    ServicePort, ServiceType, TrafficPolicy, Verdict, applicability,
};
use winpod::ports::{DEFAULT_DYNAMIC_RANGE, Protocol};

/// More services than a cluster has, and more ports than a service has.
const MAX_SERVICES: i64 = 100_000;
const MAX_PORTS: i64 = 1_000;

/// Why both command lines are refused.
const TWO_LINES: &str = "gives a whole command line and additions to one: give one of them";

/// A node, by what is known about it. Files add what the request leaves open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct DsrRequest {
    /// Files and directories: `Service` and `EndpointSlice` objects, nodes, node groups; what a node lists (policies of
    /// HNS, ports of netsh, the service of kube-proxy, its log, the build); user data; the zip of EKS's log collector.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// The release of Windows Server, such as `2022`.
    pub release: Option<String>,
    /// The build, such as `17763.1935`, alone or as `ver` and `systeminfo` print it.
    pub os_build: Option<String>,
    /// The version of HNS, such as `9.5`.
    pub hns: Option<String>,
    /// The version of kube-proxy, such as `1.33`.
    pub kubernetes: Option<String>,
    /// The whole command line of kube-proxy, as the service has it; counts before those of files.
    pub kube_proxy_args: Option<String>,
    /// Or what is added to that of the EKS image (`-KubeProxyExtraArgs`); empty text for nothing.
    pub extra_args: Option<String>,
    /// What connects the pods.
    #[schemars(extend("enum" = ["vpc-bridge", "vpc-bridge-with-calico", "l2bridge", "overlay", null]))]
    pub network: Option<String>,
    /// The range of cluster IPs, such as `10.100.0.0/16`, to tell the policies of a dump apart.
    pub service_cidr: Option<String>,
    /// The name of the node, for backends on it.
    pub node: Option<String>,
    /// A number of services in place of their files: 0 to 100000.
    pub services: Option<Wide>,
    /// Ports of each of these; 1 if absent, at most 1000.
    pub ports_per_service: Option<Wide>,
    /// Their type; `ClusterIP` if absent.
    #[schemars(extend("enum" = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", null]))]
    pub service_type: Option<String>,
    /// Their `externalTrafficPolicy`; `Cluster` if absent.
    #[schemars(extend("enum" = ["Cluster", "Local", null]))]
    pub external_traffic_policy: Option<String>,
    /// The protocol of their ports; `TCP` if absent.
    #[schemars(extend("enum" = ["TCP", "UDP", "SCTP", null]))]
    pub protocol: Option<String>,
    /// Windows pods on the node; their outbound NAT takes ports too.
    pub pods: Option<Wide>,
    /// The dynamic range of ports, of TCP and UDP alike, such as `34000-65535`; if absent that of a listing, of user data or
    /// of Windows, the first of them that is there.
    pub dynamic_range: Option<String>,
    /// Ranges excluded from it, such as `50000-50059`, of TCP and UDP alike.
    pub excluded: Vec<String>,
}

/// Judges DSR on a node, and its ports.
///
/// # Errors
/// - Codes `REQUEST` with nothing given, with both command lines, or with a release and a build of two systems;
///   `WINDOWS_BUILD`, `HNS_VERSION`, `KUBERNETES_VERSION`, `SERVICE_CIDR`, `PORT_RANGE`, `UNKNOWN_NAME`,
///   `UNKNOWN_NODE`, `TWO_NODES`, `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`, `STOPPED`.
///   A build or a version that the data lack is no error: the answer says what is not known.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::dsr::{DsrRequest, dsr};
///
/// let mut request = DsrRequest {
///     os_build: Some("17763.1935".into()),
///     kubernetes: Some("1.31".into()),
///     extra_args: Some(String::new()),
///     services: Some(150.into()),
///     ports_per_service: Some(2.into()),
///     ..DsrRequest::default()
/// };
/// let answer = dsr(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!((answer.verdict.as_str(), answer.needed), ("off", Some(true)));
/// assert_eq!(answer.kube_proxy_args, ["--enable-dsr=true", "--feature-gates=WinDSR=true"]);
/// let tcp = answer.ports.unwrap().tcp;
/// let demand = tcp.demand.unwrap();
/// assert_eq!((tcp.blocks, demand.at_least, demand.policies), (256, 1, 302));
///
/// request.os_build = Some("Windows".into());
/// assert_eq!(dsr(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "WINDOWS_BUILD");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn dsr(request: &DsrRequest, progress: OnProgress<'_>) -> Result<Dsr, Refusal> {
    says_one_thing(request)?;
    let mut given = Given::of(request)?;
    let pods = request.pods.map_or(Ok(0), |wide| wide.within("pods", 0, 1_000_000))?;
    let asked = Counted::of(request)?;
    let service_cidr = given::service_cidr(request)?;
    let reading = read::read(&inputs(&request.paths, &request.documents), progress)?;
    let mut notes = reading.notes;
    let cluster = &reading.cluster;
    if let Some(nodes) = &cluster.hns_nodes {
        return Err(Refusal::two_nodes(nodes));
    }
    let mut ranges = Ranges::read(request, &cluster.port_listings, &set::commands(cluster), &mut notes)?;
    given.add(cluster, request.node.as_deref(), &mut notes)?;
    let service_cidr = service_cidr.or(cluster.control_plane.service_cidr.known().copied());
    let dump = Dump::of(&cluster.hns_policies, service_cidr, &mut notes);
    given.add_hns(dump.as_ref().and_then(|dump| dump.hns), &mut notes);
    given.add_update(&cluster.hotfixes, &mut notes);

    let scripts = script::judge(&cluster.scripts);
    let start = start::of(request, cluster, &scripts, &mut notes);
    let words = start.words();
    let node = Node {
        platform: given.platform,
        kubernetes: given.kubernetes,
        kube_proxy: start.kube_proxy(&words),
        network: given.network,
    };
    let judged = with_dump(applicability(&node), dump.as_ref());
    let refused = refused::of(request, cluster, &mut notes);

    let known = service_cidr.is_some() || dump.as_ref().is_some_and(|dump| dump.marked);
    let because = because(&judged, given.kubernetes, &start, dump.as_ref(), refused, known);
    let seen = dump.as_ref().map(|dump| dump.observed.verdict).filter(|seen| *seen != Verdict::Unknown);
    let (verdict, enabled) = decided(&judged, seen, refused.is_some());
    let on = seen.map_or(enabled == Some(true), |seen| seen == Verdict::On);

    let mut advice = Vec::new();
    let proxying = proxying(&judged, given.kubernetes);
    let of_services = policies(cluster, request, asked, &judged, &proxying, &mut notes);
    tell_about_policies(given.kubernetes, of_services.as_ref(), dump.as_ref(), asked.is_none(), &mut notes);
    limits::tell(cluster, &judged.platform, &mut notes);
    let both = of_services.as_ref().or(dump.as_ref().map(|dump| &dump.both));
    if of_services.is_some() {
        ranges.plan();
    }
    let without_sctp = both.map_or(0, |both| sctp(&both.without, &mut notes));
    if both.is_none() {
        let text = if ranges.live() { &note::DSR_NO_SERVICES_LIVE } else { &note::DSR_NO_SERVICES };
        notes.push(Note::new(text, &[]));
    }
    let of_each = asked.unwrap_or(Counted::ONE).ports();
    let ports = ports::ports(
        &Asked {
            both,
            dumped: dump.as_ref().map(|dump| &dump.now),
            planned: asked.is_some(),
            on,
            can_be: judged.supported != Some(false),
            pods: u32::try_from(pods).unwrap_or(u32::MAX),
            ranges: &ranges,
            shape: match (&of_services, asked) {
                (Some(both), None) => Shape::Average(both),
                (_, asked) => Shape::Each(asked.unwrap_or(Counted::ONE).service(&of_each)),
            },
            proxying: &proxying,
        },
        &mut advice,
        &mut notes,
    );
    if ports.is_some() {
        tell_about_ports(request, &judged, verdict, dump.is_some(), both.is_some(), &ranges, &mut notes);
    }
    let seen = Seen::of(dump.as_ref(), refused, &start);
    advice.extend(advice::of(&judged, given.kubernetes, &seen));
    notes.sort_by_key(|note| note.kind);
    Ok(Dsr {
        verdict: verdict.name().to_owned(),
        supported: judged.supported,
        enabled,
        needed: needed(given.network, ports.as_ref(), asked.is_none() && enabled == Some(false))
            .filter(|needed| *needed || without_sctp == 0),
        platform: Platform {
            release: judged.platform.release.map(|release| release.name().to_owned()),
            build: judged.platform.build.map(|build| build.to_string()),
            hns: judged.platform.hns.map(|hns| hns.to_string()),
        },
        kubernetes: given.kubernetes.map(|version| version.to_string()),
        kube_proxy_args: arguments_of(&judged),
        gate: judged.kube_proxy_args.map(|arguments| arguments.gate.name().to_owned()),
        because,
        policies: dump.map(|dump| dump.counts).or_else(|| {
            of_services.as_ref().map(|both| demand::counts(if on { &both.with } else { &both.without }))
        }),
        limits: limits::of(&judged.platform),
        ports,
        user_data: scripts.into_iter().map(|judged| judged.answer).collect(),
        advice,
        notes,
        problems: reading.problems,
    })
}

/// The verdict, and whether DSR is on now. What a node does counts more than what it should do, but that it will not start
/// again counts most.
fn decided(judged: &Applicability<'_>, seen: Option<Verdict>, refused: bool) -> (Verdict, Option<bool>) {
    let verdict = if refused || judged.verdict == Verdict::Refused {
        Verdict::Refused
    } else {
        seen.unwrap_or(judged.verdict)
    };
    let enabled = match (seen, refused) {
        // A start that was refused left no policies, so they are of another moment.
        (Some(_), true) => None,
        (Some(seen), false) => Some(seen == Verdict::On),
        (None, true) => Some(false),
        (None, false) => judged.enabled,
    };
    (verdict, enabled)
}

/// A system whose HNS made policies with DSR has it.
fn with_dump<'a>(mut judged: Applicability<'a>, dump: Option<&Dump>) -> Applicability<'a> {
    if judged.supported.is_none() && dump.is_some_and(|dump| dump.counts.dsr > 0) {
        judged.supported = Some(true);
    }
    judged
}

/// The number of policies of SCTP that may take ports, of which is told that they are not counted.
fn sctp(policies: &Policies, notes: &mut Vec<Note>) -> u32 {
    let count = policies.of_protocol(Protocol::Sctp);
    let count = count.non_dsr.saturating_add(count.undecided);
    if count > 0 {
        notes.push(Note::new(&note::DSR_SCTP, &[("count", &count)]));
    }
    count
}

fn says_one_thing(request: &DsrRequest) -> Result<(), Refusal> {
    if *request == DsrRequest::default() {
        let message = "says nothing about a node: give its build, its files or its arguments";
        return Err(Refusal::new("REQUEST", message));
    }
    if request.kube_proxy_args.is_some() && request.extra_args.is_some() {
        return Err(Refusal::new("REQUEST", TWO_LINES));
    }
    Ok(())
}

/// The reasons, what decides first; `known` says that policies of cluster IPs are told apart.
fn because(
    judged: &Applicability<'_>,
    version: Option<KubernetesVersion>,
    start: &Start,
    dump: Option<&Dump>,
    refused: Option<&StartRefusal>,
    known: bool,
) -> Vec<Because> {
    let mut because = reasons::of_verdict(judged, version);
    if let Some(why) = start.why_unknown() {
        // It says the same and why.
        because.retain(|reason| reason.code != Reason::KubeProxyUnknown.code());
        because.insert(0, why.clone());
    }
    if let Some(found) = refused {
        if matches!(judged.verdict, Verdict::On | Verdict::Off) {
            because.insert(0, reasons::of_text(&note::DSR_REFUSED_YET_STARTS, &[]));
        }
        if dump.is_some() {
            because.insert(0, reasons::of_text(&note::DSR_REFUSED_AND_POLICIES, &[]));
        }
        because.insert(0, reasons::of_refusal(found));
    }
    if let Some(dump) = dump {
        because.splice(0..0, reasons::against_observed(judged, dump.observed.verdict));
        because.insert(0, reasons::of_observed(&dump.observed, known));
    }
    because
}

/// What kube-proxy does with services, where DSR may be and where the version is not known as the last one known does.
fn proxying(judged: &Applicability<'_>, version: Option<KubernetesVersion>) -> Proxying {
    Proxying {
        dsr_supported: judged.supported.unwrap_or(true),
        ..Proxying::new(version.unwrap_or(LAST_KUBERNETES))
    }
}

/// What the policies of services rest on; `of_files` says that files have those services.
fn tell_about_policies(
    version: Option<KubernetesVersion>,
    of_services: Option<&Both>,
    dump: Option<&Dump>,
    of_files: bool,
    notes: &mut Vec<Note>,
) {
    let Some(both) = of_services else { return };
    if version.is_none() {
        notes.push(Note::new(&note::DSR_VERSION_FOR_POLICIES, &[("version", &LAST_KUBERNETES)]));
    }
    let Some(dump) = dump.filter(|_| of_files) else { return };
    let (found, made) = (dump.now.total().total(), both.without.total().total());
    if found != made {
        let values: [(&str, &dyn Display); 2] = [("found", &found), ("made", &made)];
        notes.push(Note::new(&note::DSR_DUMP_AND_SERVICES_DIFFER, &values));
    }
}

/// Whether DSR should be on: Calico needs it, or ports do not suffice without it.
fn needed(network: Option<Network>, ports: Option<&Ports>, live_without: bool) -> Option<bool> {
    if network == Some(Network::VpcBridgeWithCalico) {
        return Some(true);
    }
    let ports = ports?;
    let suffices = |one: &ProtocolPorts| match (one.verdict.as_deref(), &one.without_dsr) {
        // With DSR off no fewer ports are taken than now, whether it is on or not.
        (Some(live), _) if one.basis == "live" && live != "ok" => Some(false),
        // What a node has left without DSR counts more than what it should have.
        (Some(_), _) if one.basis == "live" && live_without => Some(true),
        (_, Some(without)) => without.verdict.as_deref().map(|verdict| verdict == "ok"),
        (_, None) => None,
    };
    match (suffices(&ports.tcp), suffices(&ports.udp)) {
        (Some(false), _) | (_, Some(false)) => Some(true),
        (Some(true), Some(true)) => Some(false),
        _ => None,
    }
}

fn arguments_of(judged: &Applicability<'_>) -> Vec<String> {
    judged.kube_proxy_args.iter().flat_map(Arguments::iter).map(str::to_owned).collect()
}

/// A number of services alike.
#[derive(Clone, Copy)]
struct Counted {
    services: u32,
    ports: u32,
    kind: ServiceType,
    external: TrafficPolicy,
    protocol: Protocol,
}

impl Counted {
    /// The service that stands for any.
    const ONE: Self = Self {
        services: 1,
        ports: 1,
        kind: ServiceType::ClusterIp,
        external: TrafficPolicy::Cluster,
        protocol: Protocol::Tcp,
    };

    fn ports(self) -> Vec<ServicePort> {
        let node_port = matches!(self.kind, ServiceType::NodePort | ServiceType::LoadBalancer);
        vec![ServicePort { node_port, ..ServicePort::new(self.protocol) }; self.ports as usize]
    }

    fn service(self, ports: &[ServicePort]) -> Service<'_> {
        Service { kind: self.kind, external_traffic: self.external, ..Service::cluster_ip(ports) }
    }

    fn of(request: &DsrRequest) -> Result<Option<Self>, Refusal> {
        let kind = given::named(
            request.service_type.as_deref(),
            "serviceType",
            ServiceType::ClusterIp,
            ServiceType::ALL,
            ServiceType::from_name,
            ServiceType::name,
        )?;
        let external = given::named(
            request.external_traffic_policy.as_deref(),
            "externalTrafficPolicy",
            TrafficPolicy::Cluster,
            TrafficPolicy::ALL,
            TrafficPolicy::from_name,
            TrafficPolicy::name,
        )?;
        let protocol = given::named(
            request.protocol.as_deref(),
            "protocol",
            Protocol::Tcp,
            Protocol::ALL,
            Protocol::from_name,
            Protocol::name,
        )?;
        let ports =
            request.ports_per_service.map_or(Ok(1), |it| it.within("portsPerService", 0, MAX_PORTS))?;
        let Some(services) = request.services else {
            if request.ports_per_service.is_some() {
                return Err(Refusal::new("REQUEST", "gives portsPerService without services"));
            }
            return Ok(None);
        };
        let services = services.within("services", 0, MAX_SERVICES)?;
        let narrow = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Some(Self { services: narrow(services), ports: narrow(ports), kind, external, protocol }))
    }
}

/// The policies of the services that are known; `None` if none are.
fn policies(
    cluster: &Cluster,
    request: &DsrRequest,
    counted: Option<Counted>,
    judged: &Applicability<'_>,
    proxying: &Proxying,
    notes: &mut Vec<Note>,
) -> Option<Both> {
    if counted.is_none() && cluster.services.is_empty() {
        return None;
    }
    let Some(counted) = counted else {
        let limit = judged.platform.backend_limit();
        return Some(demand::of_cluster(cluster, request.node.as_deref(), proxying, Some(limit), notes));
    };
    let Counted { services, ports, kind, protocol, .. } = counted;
    let word = if ports == 1 { "port" } else { "ports" };
    let values: [(&str, &dyn Display); 5] = [
        ("services", &services),
        ("type", &kind),
        ("ports", &ports),
        ("protocol", &protocol),
        ("word", &word),
    ];
    notes.push(Note::new(&note::DSR_SERVICES_COUNTED, &values));
    let ports = counted.ports();
    let mut both = Both::default();
    both.add(&counted.service(&ports), proxying, services);
    demand::always_present(&mut both, proxying, |_| false, notes);
    Some(both)
}

fn tell_about_ports(
    request: &DsrRequest,
    judged: &Applicability<'_>,
    verdict: Verdict,
    dumped: bool,
    policies: bool,
    ranges: &Ranges,
    notes: &mut Vec<Note>,
) {
    let kinds = [Protocol::Tcp, Protocol::Udp];
    let default: Vec<&str> = kinds.iter().filter(|it| ranges.of(**it).default).map(|it| it.name()).collect();
    if !default.is_empty() {
        let range = DEFAULT_DYNAMIC_RANGE;
        let protocols = default.join(" and ");
        let values: [(&str, &dyn Display); 3] =
            [("protocols", &protocols), ("first", &range.first()), ("last", &range.last())];
        notes.push(Note::new(&note::DSR_DYNAMIC_RANGE_DEFAULT, &values));
    }
    let live: Vec<&str> =
        kinds.iter().filter(|it| ranges.of(**it).live.is_some()).map(|it| it.name()).collect();
    if !live.is_empty() {
        notes.push(Note::new(&note::DSR_LISTENERS_UNKNOWN, &[("protocols", &live.join(" and "))]));
    }
    // How many more fit into what is left depends on it too.
    if verdict == Verdict::Unknown && !dumped && (policies || !live.is_empty()) {
        notes.push(Note::new(&note::DSR_PORTS_STATE_UNKNOWN, &[]));
    }
    if !policies {
        return;
    }
    if verdict == Verdict::Refused && !dumped {
        notes.push(Note::new(&note::DSR_PORTS_REFUSED, &[]));
    }
    if judged.supported.is_none() && !dumped {
        notes.push(Note::new(&note::DSR_PORTS_SUPPORTED_UNKNOWN, &[]));
    }
    if request.pods.is_none() {
        notes.push(Note::new(&note::DSR_PODS_NOT_GIVEN, &[]));
    }
    notes.push(Note::new(&note::DSR_ESTIMATE, &[]));
}
