//! The advice on CNIs.

use crate::check::Lack;
use crate::note::{Location, NoteKind};
use crate::plan::{LimitedBy, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which CNI fits a cluster's Windows nodes, and what each would break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CniAdvice {
    /// The option to take; null where none fits, or the files do not tell enough.
    #[schemars(extend("enum" = ["vpc-cni", "vpc-cni-prefixes", "vpc-cni-calico-policy", "calico-overlay", null]))]
    pub recommended: Option<String>,
    /// Why this one, or why none; what decides first.
    pub because: Vec<CniReason>,
    /// Inputs that would settle what is open.
    pub missing: Vec<Lack>,
    /// The four options, always in this order.
    pub options: Vec<CniOption>,
}

/// One CNI, or one way to run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CniOption {
    /// Its name.
    #[schemars(extend("enum" = ["vpc-cni", "vpc-cni-prefixes", "vpc-cni-calico-policy", "calico-overlay"]))]
    pub cni: String,
    /// Whether it fits this cluster.
    pub verdict: Verdict,
    /// Whether the files show that it is in use.
    pub now: bool,
    /// What a node of each group takes.
    pub pods_per_node: Vec<CniPods>,
    /// What the verdict rests on.
    pub because: Vec<CniReason>,
    /// What would not work, or not as it seems.
    pub breaks: Vec<CniReason>,
    /// What it needs that the files do not show.
    pub needs: Vec<CniReason>,
}

/// A node of one instance type in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CniPods {
    /// The group.
    pub node_group: String,
    /// The type; of several types with equal answers the first by name.
    pub instance_type: String,
    /// How many types of the group have this answer.
    pub same: u32,
    /// Where the addresses of its pods are from.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", "overlay"]))]
    pub mode: String,
    /// Pods with an address that one node takes, DaemonSet pods included.
    pub pods: u32,
    /// The limit that is reached first.
    pub limited_by: LimitedBy,
    /// Addresses that one full node takes from its subnet, its own among them.
    pub node_addresses: u32,
    /// /28 prefixes among them.
    pub node_prefixes: u32,
}

/// A reason, with where it stands and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CniReason {
    /// The stable name of the reason.
    pub code: String,
    /// Whether it is a warning, something not known, something taken for granted, or a plain fact.
    pub kind: NoteKind,
    /// The reason as a sentence.
    pub message: String,
    /// The grade of the weakest fact behind it; null where something is missing in what was given.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified", null]))]
    pub grade: Option<String>,
    /// Where it stands.
    pub location: Option<Location>,
    /// The facts it rests on, as keys of the list of sources.
    pub sources: Vec<String>,
}
