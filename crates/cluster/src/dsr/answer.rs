//! The answer.

use crate::note::{Note, NoteKind};
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
    /// The load-balancer policies of the node; null without services.
    pub policies: Option<PolicyCounts>,
    /// The ports of the node; null without services.
    pub ports: Option<Ports>,
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
    /// `cluster-ip`, `node-port`, `external-ip`, `ingress-ip` or `health-check`.
    #[schemars(extend("enum" = ["cluster-ip", "node-port", "external-ip", "ingress-ip", "health-check"]))]
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
    /// The worse one of both protocols: `ok`, `warn` with ten blocks or fewer left, or `exhausted`.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted"]))]
    pub verdict: String,
    /// The ports of TCP.
    pub tcp: ProtocolPorts,
    /// The ports of UDP.
    pub udp: ProtocolPorts,
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
    /// Ports of it that nothing has taken.
    pub free_ports: u32,
    /// Blocks of 64 ports in a row that fit into them.
    pub blocks: u32,
    /// Blocks that may be needed as DSR is now.
    pub demand: BlockDemand,
    /// Whether they suffice, with one block for each policy.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted"]))]
    pub verdict: String,
    /// Whether the verdict holds however policies share blocks and whatever pods take.
    pub certain: bool,
    /// The reasons, what decides first.
    pub because: Vec<Because>,
    /// The same with DSR off.
    pub without_dsr: PortsScenario,
    /// The same with DSR on; null where system or version lack it.
    pub with_dsr: Option<PortsScenario>,
}

/// Blocks of 64 ports that may be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BlockDemand {
    /// The fewest that would do, if all policies shared one.
    pub at_least: u32,
    /// One for each policy without DSR: the most that policies take.
    pub policies: u32,
    /// One more for each pod: the most that is thought possible.
    pub at_most: u32,
}

/// What would be with DSR on, or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PortsScenario {
    /// Blocks that may be needed.
    pub demand: BlockDemand,
    /// Whether they suffice, with one block for each policy.
    #[schemars(extend("enum" = ["ok", "warn", "exhausted"]))]
    pub verdict: String,
    /// Whether the verdict holds however policies share blocks and whatever pods take.
    pub certain: bool,
}
