//! The answer.

use crate::note::{Location, Note, NoteKind};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether DSR is on at a node, whether it should be, and whether ports run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Dsr {
    /// `on`; `off`, although the system may have it; `unsupported` by the system; `refused`: kube-proxy exits at
    /// start-up; or `unknown`.
    #[schemars(extend("enum" = ["on", "off", "unsupported", "refused", "unknown"]))]
    pub verdict: String,
    /// Whether system and version have DSR; null if not known.
    pub supported: Option<bool>,
    /// Whether it is on; null if not known.
    pub enabled: Option<bool>,
    /// Whether it should be on: because Calico needs it, or because ports do not suffice without it; null if not known.
    pub needed: Option<bool>,
    /// The system.
    pub platform: Platform,
    /// The version of kube-proxy.
    pub kubernetes: Option<String>,
    /// What to give kube-proxy so that DSR is on; empty where nothing does that.
    pub kube_proxy_args: Vec<String>,
    /// What the feature gate `WinDSR` needs in this version; null with no arguments.
    #[schemars(extend("enum" = ["needed", "default", "locked", "unknown", null]))]
    pub gate: Option<String>,
    /// The reasons, what decides first.
    pub because: Vec<Because>,
    /// The load-balancer policies of the node; null without services and without a dump.
    pub policies: Option<PolicyCounts>,
    /// What load balancing on this system allows, by its build.
    pub limits: Limits,
    /// The ports of the node; null where neither services, a dump, a listing nor the request tell of them.
    pub ports: Option<Ports>,
    /// What each user data of the files does about DSR, and what that risks.
    pub user_data: Vec<UserData>,
    /// What to change.
    pub advice: Vec<Note>,
    /// What else there is to tell.
    pub notes: Vec<Note>,
    /// What is wrong with the files.
    pub problems: Vec<Problem>,
}

/// What is known about the system of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Platform {
    /// The release of Windows Server, such as `2022`.
    pub release: Option<String>,
    /// The build, with its revision if that is known: `20348.2762`.
    pub build: Option<String>,
    /// The version of HNS: `15.4`.
    pub hns: Option<String>,
}

/// A reason, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Because {
    /// The stable name of the reason.
    pub code: String,
    /// Whether it is a warning, something not known, or a plain fact.
    pub kind: NoteKind,
    /// The reason as a sentence.
    pub message: String,
    /// The grade of the weakest fact behind it; null where something is missing in what was given.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified", null]))]
    pub grade: Option<String>,
    /// The facts it rests on, as keys of the list of sources.
    pub sources: Vec<String>,
}

/// What load balancing on a system allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Limits {
    /// One policy holds so many backends for certain.
    pub backends_at_least: u32,
    /// And no more than so many; differs from the former where the update of the system is not known.
    pub backends_at_most: u32,
    /// Whether `sessionAffinity: ClientIP` has an effect; null if not known.
    pub session_affinity: Option<bool>,
    /// The same as sentences.
    pub because: Vec<Because>,
}

/// Numbers of load-balancer policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PolicyCounts {
    /// All.
    pub total: u32,
    /// With DSR: they take no ports.
    pub dsr: u32,
    /// Without DSR.
    pub non_dsr: u32,
    /// With or without, by what is not known.
    pub undecided: u32,
    /// The same by what they are for, without what there is none of.
    pub by_kind: Vec<PolicyKindCounts>,
}

/// Numbers of policies for one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PolicyKindCounts {
    /// `cluster-ip`, `node-port`, `external-ip`, `ingress-ip` or `health-check`. Found on a node: `external-ip` for
    /// ingress IPs too, `address` for an address of which it is not known what it is, `no-address` for none at all.
    #[schemars(extend("enum" = [
        "cluster-ip", "node-port", "external-ip", "ingress-ip", "health-check", "address", "no-address"
    ]))]
    pub kind: String,
    /// With DSR.
    pub dsr: u32,
    /// Without DSR.
    pub non_dsr: u32,
    /// With or without, by what is not known.
    pub undecided: u32,
}

/// The ports of a node. All that is said about demand is an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ports {
    /// The worse one of both protocols: `ok`, `warn` with ten blocks or fewer left, or `exhausted`; null where no
    /// demand is known.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted", null]))]
    pub verdict: Option<String>,
    /// How many services the ports suffice for.
    pub largest: LargestServices,
    /// The ports of TCP.
    pub tcp: ProtocolPorts,
    /// The ports of UDP.
    pub udp: ProtocolPorts,
}

/// The largest number of services that the ports of a node suffice for: all of them, or where a node lists its ports, those
/// that fit beside what it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LargestServices {
    /// The service that is counted: those of the request, or one of type `ClusterIP` with one port of TCP. Null where
    /// files have services: then like those on average.
    pub shape: Option<ServiceShape>,
    /// Whether further services are counted, which fit into the blocks that a listing of a running node leaves free; of
    /// those that are there already nothing is counted then.
    pub further: bool,
    /// Whether services that every cluster has are there beside them: false where they are counted already, among those
    /// of the files or in what HNS holds.
    pub beside_always_present: bool,
    /// With DSR off; null where that is not known, because nothing tells what policies of SCTP take, or how many more blocks
    /// the services of a node would take that has DSR on.
    pub without_dsr: Option<ServiceSpan>,
    /// With DSR on; null where system or version lack it, or where that is not known.
    pub with_dsr: Option<ServiceSpan>,
}

/// A service, as far as its policies depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceShape {
    /// Its type.
    #[schemars(extend("enum" = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]))]
    pub service_type: String,
    /// Its `externalTrafficPolicy`.
    #[schemars(extend("enum" = ["Cluster", "Local"]))]
    pub external_traffic_policy: String,
    /// The number of its ports.
    pub ports: u32,
    /// Their protocol.
    #[schemars(extend("enum" = ["TCP", "UDP", "SCTP"]))]
    pub protocol: String,
}

/// A number of services, which depends on how policies share blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceSpan {
    /// So many fit with one block for each policy and each pod; null where ports set no limit, because such services
    /// take none.
    pub at_least: Option<u32>,
    /// So many fit if all policies share one block; null where that has no limit.
    pub at_most: Option<u32>,
}

/// The ports of one protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProtocolPorts {
    /// The first port of the dynamic range.
    pub first_port: u16,
    /// Its last port.
    pub last_port: u16,
    /// Where a listing has the range, or user data sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_location: Option<Location>,
    /// `live`: a running node lists what is taken, the blocks that HNS holds among it, so that demand is not counted
    /// again. `estimate`: blocks are those before HNS takes any, and the demand is held against them.
    #[schemars(extend("enum" = ["live", "estimate"]))]
    pub basis: String,
    /// Ports of the range that nothing has taken.
    pub free_ports: u32,
    /// Ranges of them without a break.
    pub gaps: u32,
    /// Free ports that lie in no block.
    pub lost_ports: u32,
    /// Blocks of 64 ports in a row that fit into the gaps.
    pub blocks: u32,
    /// Blocks that HNS holds, as far as a listing shows: ranges of 64 ports that nobody excluded; null without one.
    pub held_blocks: Option<u32>,
    /// Ranges that somebody excluded and that lie in the dynamic range, at least in part.
    pub excluded: Vec<PortSpan>,
    /// Node ports that lie in the dynamic range and are not excluded: HNS may take them.
    pub node_ports: Option<PortSpan>,
    /// What the wider ranges that others use would bring, the narrowest first.
    pub wider: Vec<WiderRange>,
    /// Blocks that may be needed as DSR is now; null where neither services nor a dump tell.
    pub demand: Option<BlockDemand>,
    /// Whether they suffice: blocks free now, or else one block for each policy; null where no demand is known.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted", null]))]
    pub verdict: Option<String>,
    /// Whether the verdict holds however policies share blocks, whatever pods take and whatever else listens.
    pub certain: bool,
    /// The reasons, what decides first.
    pub because: Vec<Because>,
    /// What policies would need with DSR off, against the blocks before HNS takes any.
    pub without_dsr: Option<PortsScenario>,
    /// The same with DSR on; null where system or version lack it.
    pub with_dsr: Option<PortsScenario>,
}

/// What a wider dynamic range would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WiderRange {
    /// Its first port.
    pub first_port: u16,
    /// Its last port.
    pub last_port: u16,
    /// Blocks of 64 ports that would be free in it, by what is taken now.
    pub blocks: u32,
    /// Node ports that lie in it and are not excluded: HNS may take them.
    pub node_ports: Option<PortSpan>,
    /// Whether it has ports that components of Windows were seen to use: 33000 to 33999.
    pub windows_components: bool,
}

/// Ports from one to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PortSpan {
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
    /// Where it is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// What user data does about DSR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserData {
    /// `string-replace`: it changes a text of Start-EKSBootstrap.ps1; `KubeProxyExtraArgs`: it uses the parameter;
    /// `other`: it names the flag in another way; `none`: it does nothing about DSR.
    #[schemars(extend("enum" = ["string-replace", "KubeProxyExtraArgs", "other", "none"]))]
    pub form: String,
    /// Whether the text that is replaced stands in the script: known where the script is among the files, or where the
    /// text cannot stand there; null without a replacement.
    #[schemars(extend("enum" = ["yes", "no", "unknown", null]))]
    pub would_match: Option<String>,
    /// The arguments that it gives kube-proxy, if it works.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub location: Location,
    /// What is known of it and what it risks.
    pub risks: Vec<ScriptRisk>,
}

/// What user data risks, with what that rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ScriptRisk {
    /// The stable name.
    pub code: String,
    /// Whether it is a warning, something not known, or a plain fact.
    pub kind: NoteKind,
    /// The risk as a sentence.
    pub message: String,
    /// The grade of the weakest fact behind it; null where it is seen in the text itself.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified", null]))]
    pub grade: Option<String>,
    /// The facts it rests on, as keys of the list of sources.
    pub sources: Vec<String>,
    /// Where it stands.
    pub location: Location,
}

/// Blocks of 64 ports that may be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BlockDemand {
    /// The fewest that would do, if all policies shared one.
    pub at_least: u32,
    /// One for each policy that is known to have no DSR.
    pub decided: u32,
    /// One for each policy without DSR, those of which it is not known among them: the most that policies take.
    pub policies: u32,
    /// One more for each pod: the most that is thought possible.
    pub at_most: u32,
}

/// What would be with DSR on, or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PortsScenario {
    /// Blocks of 64 that fit before HNS takes any; where a node lists its ports, those that HNS holds and those that are free,
    /// without what lies apart.
    pub blocks: u32,
    /// Of these, what HNS holds beyond one for each policy on the node: something else has them, such as the outbound
    /// NAT of pods.
    pub held_otherwise: u32,
    /// Blocks that may be needed.
    pub demand: BlockDemand,
    /// Whether the others suffice, with one block for each policy; null where that depends on policies of which it is
    /// not known whether they would have DSR, or on whether those asked about are on the node that lists its ports.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted", null]))]
    pub verdict: Option<String>,
    /// Whether the verdict holds however policies share blocks and whatever pods take.
    pub certain: bool,
}
