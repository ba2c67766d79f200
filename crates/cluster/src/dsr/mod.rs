//! Direct Server Return on one Windows node: whether it is on, whether it should be, and whether ports run out.

mod answer;
mod demand;
mod given;
mod reasons;

pub(crate) use reasons::name_of;

pub use answer::{
    Because, BlockDemand, Dsr, Platform, PolicyCounts, PolicyKindCounts, Ports, PortsScenario, ProtocolPorts,
};

use crate::api::OnProgress;
use crate::model::Cluster;
use crate::note::{Note, text as note};
use crate::read;
use crate::request::{Document, Refusal, Wide, inputs};
use demand::{Asked, Both, Ranges};
use given::Given;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{
    Applicability, Arguments, GateUse, KubeProxy, LAST_KUBERNETES, Network, Node, Proxying, Service,
    ServicePort, ServiceType, TrafficPolicy, Verdict, applicability,
};
use winpod::ports::{DEFAULT_DYNAMIC_RANGE, PortRange, PortSet, Protocol};

/// More services than a cluster has, and more ports than a service has.
const MAX_SERVICES: i64 = 100_000;
const MAX_PORTS: i64 = 1_000;

/// A node, by what is known about it. Files add what the request leaves open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct DsrRequest {
    /// Files and directories: `Service` and `EndpointSlice` objects, nodes, node groups.
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
    /// The whole command line of kube-proxy, as the service has it.
    pub kube_proxy_args: Option<String>,
    /// Or what is added to that of the EKS image (`-KubeProxyExtraArgs`); empty text for nothing.
    pub extra_args: Option<String>,
    /// What connects the pods.
    #[schemars(extend("enum" = ["vpc-bridge", "vpc-bridge-with-calico", "l2bridge", "overlay", null]))]
    pub network: Option<String>,
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
    /// The dynamic range of ports, of TCP and UDP alike, such as `34000-65535`; that of Windows if absent.
    pub dynamic_range: Option<String>,
    /// Ranges excluded from it, such as `50000-50059`, of TCP and UDP alike.
    pub excluded: Vec<String>,
}

/// Judges DSR on a node, and its ports.
///
/// # Errors
/// - Codes `REQUEST` with nothing given, or with both command lines; `WINDOWS_BUILD`, `HNS_VERSION`,
///   `KUBERNETES_VERSION`, `PORT_RANGE`, `UNKNOWN_NAME`, `UNKNOWN_NODE`, `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`, `STOPPED`.
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
/// assert_eq!((tcp.blocks, tcp.demand.at_least, tcp.demand.policies), (256, 1, 302));
///
/// request.os_build = Some("Windows".into());
/// assert_eq!(dsr(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "WINDOWS_BUILD");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn dsr(request: &DsrRequest, progress: OnProgress<'_>) -> Result<Dsr, Refusal> {
    if *request == DsrRequest::default() {
        return Err(Refusal::new(
            "REQUEST",
            "says nothing about a node: give its build, its files or its arguments",
        ));
    }
    if request.kube_proxy_args.is_some() && request.extra_args.is_some() {
        let message = "gives a whole command line and additions to one: give one of them";
        return Err(Refusal::new("REQUEST", message));
    }
    let mut given = Given::of(request)?;
    let pods = request.pods.map_or(Ok(0), |wide| wide.within("pods", 0, 1_000_000))?;
    let asked = Counted::of(request)?;
    let ranges = ranges(request)?;
    let reading = read::read(&inputs(&request.paths, &request.documents), progress)?;
    let mut notes = reading.notes;
    given.add(&reading.cluster, request.node.as_deref(), &mut notes)?;

    let line = request.kube_proxy_args.as_deref().or(request.extra_args.as_deref()).map(given::words);
    let arguments = line.as_deref().map(given::behind_kube_proxy);
    let kube_proxy = match &arguments {
        Some(arguments) if request.extra_args.is_some() => KubeProxy::EksImage(arguments),
        Some(arguments) => KubeProxy::CommandLine(arguments),
        None => KubeProxy::Unknown,
    };
    let node =
        Node { platform: given.platform, kubernetes: given.kubernetes, kube_proxy, network: given.network };
    let judged = applicability(&node);

    let mut advice = Vec::new();
    let both = policies(&reading.cluster, request, asked, &judged, given.kubernetes, &mut notes);
    let on = match demand::observed(&reading.cluster.hns_policies).map(|it| it.verdict) {
        Some(verdict @ (Verdict::On | Verdict::Off)) => verdict == Verdict::On,
        _ => judged.verdict == Verdict::On,
    };
    let ports = both.as_ref().map(|both| {
        tell_about_ports(request, &judged, &ranges, &mut notes);
        let can_be = judged.supported != Some(false);
        let pods = u32::try_from(pods).unwrap_or(u32::MAX);
        demand::ports(&Asked { both, on, can_be, pods, ranges: &ranges }, &mut advice)
    });
    let suffices =
        |ports: &Ports| ports.tcp.without_dsr.verdict == "ok" && ports.udp.without_dsr.verdict == "ok";
    let needed = match given.network {
        Some(Network::VpcBridgeWithCalico) => Some(true),
        _ => ports.as_ref().map(|ports| !suffices(ports)),
    };
    if !on {
        tell_arguments(&judged, given.kubernetes, &mut advice);
    }
    notes.sort_by_key(|note| note.kind);
    let observed = demand::observed(&reading.cluster.hns_policies);
    let mut because = reasons::of_verdict(&judged, given.kubernetes);
    let (mut verdict, mut enabled) = (judged.verdict, judged.enabled);
    if let Some(observed) = &observed {
        // What a node does counts more than what it should do.
        if observed.verdict != Verdict::Unknown {
            (verdict, enabled) = (observed.verdict, Some(observed.verdict == Verdict::On));
        }
        because.insert(0, reasons::of_observed(observed));
    }
    Ok(Dsr {
        verdict: verdict.name().to_owned(),
        supported: judged.supported,
        enabled,
        needed,
        platform: Platform {
            release: judged.platform.release.map(|release| release.name().to_owned()),
            build: judged.platform.build.map(|build| build.to_string()),
            hns: judged.platform.hns.map(|hns| hns.to_string()),
        },
        kubernetes: given.kubernetes.map(|version| version.to_string()),
        kube_proxy_args: arguments_of(&judged),
        gate: judged.kube_proxy_args.map(|arguments| arguments.gate.name().to_owned()),
        because,
        policies: observed.map(|it| demand::observed_counts(&it)).or_else(|| {
            both.as_ref().map(|both| demand::counts(if on { &both.with } else { &both.without }))
        }),
        ports,
        advice,
        notes,
        problems: reading.problems,
    })
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
    version: Option<KubernetesVersion>,
    notes: &mut Vec<Note>,
) -> Option<Both> {
    if counted.is_none() && cluster.services.is_empty() {
        notes.push(Note::new(&note::DSR_NO_SERVICES, &[]));
        return None;
    }
    let proxying = Proxying {
        dsr_supported: judged.supported.unwrap_or(true),
        ..Proxying::new(version.unwrap_or(LAST_KUBERNETES))
    };
    if version.is_none() {
        notes.push(Note::new(&note::DSR_VERSION_FOR_POLICIES, &[("version", &LAST_KUBERNETES)]));
    }
    let Some(Counted { services, ports, kind, external, protocol }) = counted else {
        let limit = judged.platform.backend_limit().at_most;
        return Some(demand::of_cluster(cluster, request.node.as_deref(), &proxying, limit, notes));
    };
    let values: [(&str, &dyn Display); 4] =
        [("services", &services), ("type", &kind), ("ports", &ports), ("protocol", &protocol)];
    notes.push(Note::new(&note::DSR_SERVICES_COUNTED, &values));
    let node_port = matches!(kind, ServiceType::NodePort | ServiceType::LoadBalancer);
    let ports = vec![ServicePort { node_port, ..ServicePort::new(protocol) }; ports as usize];
    let service = Service { kind, external_traffic: external, ..Service::cluster_ip(&ports) };
    let mut both = Both::default();
    both.add(&service, &proxying, services);
    demand::always_present(&mut both, &proxying, |_| false, notes);
    Some(both)
}

/// `34000-65535`
fn range(text: &str, name: &str) -> Result<PortRange, Refusal> {
    let parse = || {
        let (first, last) = text.trim().split_once('-').unwrap_or((text.trim(), text.trim()));
        Some((first.trim().parse::<i64>().ok()?, last.trim().parse::<i64>().ok()?))
    };
    let shown = read::shortened(text);
    let Some((first, last)) = parse() else {
        let message = format!("{name} is {shown:?}: two ports such as 34000-65535 are allowed");
        return Err(Refusal::new("PORT_RANGE", message));
    };
    PortRange::new(first, last)
        .map_err(|error| Refusal::new(error.code(), format!("{name} is {shown:?}: {error}")))
}

fn ranges(request: &DsrRequest) -> Result<Ranges, Refusal> {
    let dynamic = request.dynamic_range.as_deref().map(|text| range(text, "dynamicRange"));
    let mut taken = PortSet::new();
    for text in &request.excluded {
        taken.insert(range(text, "excluded")?);
    }
    Ok(Ranges { dynamic: dynamic.transpose()?.unwrap_or(DEFAULT_DYNAMIC_RANGE), taken })
}

fn tell_about_ports(
    request: &DsrRequest,
    judged: &Applicability<'_>,
    ranges: &Ranges,
    notes: &mut Vec<Note>,
) {
    match judged.verdict {
        Verdict::Unknown => notes.push(Note::new(&note::DSR_PORTS_STATE_UNKNOWN, &[])),
        Verdict::Refused => notes.push(Note::new(&note::DSR_PORTS_REFUSED, &[])),
        _ => {}
    }
    if judged.supported.is_none() {
        notes.push(Note::new(&note::DSR_PORTS_SUPPORTED_UNKNOWN, &[]));
    }
    if request.dynamic_range.is_none() {
        let values: [(&str, &dyn Display); 2] =
            [("first", &ranges.dynamic.first()), ("last", &ranges.dynamic.last())];
        notes.push(Note::new(&note::DSR_DYNAMIC_RANGE_DEFAULT, &values));
    }
    if request.pods.is_none() {
        notes.push(Note::new(&note::DSR_PODS_NOT_GIVEN, &[]));
    }
    notes.push(Note::new(&note::DSR_ESTIMATE, &[]));
}

/// What to give kube-proxy, and what the gate does in this version.
fn tell_arguments(judged: &Applicability<'_>, version: Option<KubernetesVersion>, advice: &mut Vec<Note>) {
    let Some(arguments) = judged.kube_proxy_args else {
        if judged.verdict == Verdict::Refused {
            advice.push(Note::new(&note::DSR_REFUSED_LEAVE_OUT, &[]));
        }
        return;
    };
    let written = arguments_of(judged).join(" ");
    let text = if judged.verdict == Verdict::Refused { &note::DSR_MEND } else { &note::DSR_TURN_ON };
    advice.push(Note::new(text, &[("arguments", &written)]));
    let version = version.map(|version| version.to_string()).unwrap_or_default();
    let text = match arguments.gate {
        GateUse::Needed => &note::DSR_GATE_NEEDED,
        GateUse::Default => &note::DSR_GATE_DEFAULT,
        GateUse::Locked => &note::DSR_GATE_LOCKED,
        _ => &note::DSR_GATE_UNKNOWN,
    };
    advice.push(Note::new(text, &[("version", &version)]));
}
