//! What `migration` is asked and answers.

use crate::note::{Note, Text};
use crate::plan::answer::Verdict;
use crate::problem::Problem;
use crate::request::{Document, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

/// Which cluster to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct MigrationRequest {
    /// Files and directories; a directory is read whole.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// Values of the amazon-vpc-cni ConfigMap that the new groups are to have, by key: the warm targets to use.
    pub set: BTreeMap<String, String>,
    /// The VPC's quota of Network Address Usage; 64000, the default of AWS, if absent.
    pub nau_quota: Option<Wide>,
    /// Whether the last /28 of a subnet counts as free, although nobody documents that EC2 hands it out.
    pub count_last_block: bool,
}

/// Whether the Windows node groups can move to prefix delegation, by new groups beside the old ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Migration {
    /// The cluster's name, if a file says it.
    pub cluster: Option<String>,
    /// `no` if a check fails, else `unknown` if one is open or a file could not be used, else `yes`.
    pub verdict: Answer,
    /// Every check: of the settings, of each group, of each subnet, of the control plane and of each VPC.
    pub checks: Vec<Check>,
    /// The subnets of the groups, by id.
    pub subnets: Vec<SubnetRoom>,
    /// What nodes could give if the mode were switched under their pods; empty where it is on already.
    pub mixed_capacity: Vec<MixedNode>,
    /// The VPCs of the groups.
    pub network_address_usage: Vec<NetworkAddressUsage>,
    /// What else is worth telling.
    pub notes: Vec<Note>,
    /// What is wrong with the files; the answer is about the rest.
    pub problems: Vec<Problem>,
}

/// The answer to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer")]
pub enum Answer {
    /// They can.
    Yes,
    /// The files do not tell.
    Unknown,
    /// They cannot as it is.
    No,
}

impl Answer {
    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Unknown => "unknown",
            Self::No => "no",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fifth outcome")]
pub enum Outcome {
    /// Nothing stands in the way.
    Ok,
    /// Nothing forbids the move, but it can go wrong.
    Warning,
    /// The files do not tell; the message says what does.
    Unknown,
    /// The move fails here.
    Fails,
}

impl Outcome {
    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Fails => "fails",
        }
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fits => Self::Ok,
            Verdict::Unknown => Self::Unknown,
            Verdict::DoesNotFit => Self::Fails,
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Check {
    /// Its name.
    #[schemars(extend("enum" = [
        "windows-ipam", "nitro", "instance-types", "mixed-capacity", "free-prefixes", "neighbours", "reservation",
        "control-plane", "network-address-usage"
    ]))]
    pub check: String,
    /// What it found.
    pub verdict: Outcome,
    /// The stable name of the sentence.
    pub code: String,
    /// The sentence, with numbers, and for what is open how to get it.
    pub message: String,
    /// The subnet it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// The node group it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_group: Option<String>,
    /// The facts it rests on, as keys of the list of sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Check {
    pub(super) fn new(name: &str, verdict: Outcome, text: &Text, values: &[(&str, &dyn Display)]) -> Self {
        let Note { code, message, sources, .. } = Note::new(text, values);
        Self { check: name.to_owned(), verdict, code, message, subnet: None, node_group: None, sources }
    }

    pub(super) fn of_subnet(self, id: &str) -> Self {
        Self { subnet: Some(id.to_owned()), ..self }
    }

    pub(super) fn of_group(self, name: &str) -> Self {
        Self { node_group: Some(name.to_owned()), ..self }
    }
}

/// The room of one subnet for the new nodes, the old ones still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetRoom {
    /// Its id.
    pub id: String,
    /// Its IPv4 block.
    pub cidr: String,
    /// Its Availability Zone, if a file says it.
    pub availability_zone: Option<String>,
    /// Aligned /28 that are free now; absent if they cannot be counted.
    pub free_prefixes: Option<u32>,
    /// Of these, those inside reservations of type `prefix`, where no single address goes.
    pub free_prefixes_inside_reservations: Option<u32>,
    /// Addresses that are free now and not set aside for named use; absent if the files do not tell.
    pub free_addresses: Option<u32>,
    /// New nodes here at the maximum size of their groups; absent, like what they need, if a size or type is open.
    pub nodes: Option<u64>,
    /// /28 that the new nodes need.
    pub needed_prefixes: Option<u64>,
    /// Addresses that the new nodes need, 16 for each prefix included.
    pub needed_addresses: Option<u64>,
    /// Of these, addresses that EC2 assigns one by one, each node's own among them.
    pub single_addresses: Option<u64>,
    /// Addresses of old nodes that no listing shows and that count beside those in use, at the most; absent if open.
    pub unlisted_addresses: Option<u64>,
    /// /28 that old nodes take at the most as soon as the mode is switched, because the switch acts on them too; absent
    /// if open.
    pub switched_prefixes: Option<u64>,
    /// What else lives here, by kind; empty if no interfaces were given.
    pub neighbours: Vec<Neighbour>,
    /// Whether the new nodes have room: `ok`, `fails` or `unknown`.
    pub verdict: Outcome,
}

/// Network interfaces of one kind that are not those of the groups' nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Neighbour {
    /// What they belong to; `instance` where no file says what the instance is, `network-load-balancer`
    /// for those of type network and gateway, `unattached` if attached to nothing.
    #[schemars(extend("enum" = [
        "linux-node", "windows-node", "instance", "load-balancer", "network-load-balancer", "nat-gateway", "lambda",
        "vpc-endpoint", "control-plane", "transit-gateway", "efs-mount-target", "unattached", "other"
    ]))]
    pub kind: String,
    /// Network interfaces.
    pub interfaces: u32,
    /// Addresses that they hold one by one.
    pub single_addresses: u32,
    /// Prefixes that they hold.
    pub prefixes: u32,
    /// Aligned /28 that are not free because of their single addresses, perhaps with those of others.
    pub spoilt_blocks: u32,
}

/// A full node of one type whose mode is switched under its pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MixedNode {
    /// The group.
    pub node_group: String,
    /// The instance type.
    pub instance_type: String,
    /// How many types of the group the row stands for: those that give the same numbers.
    pub same: u32,
    /// Pods that keep their secondary addresses, each in a slot of its own.
    pub secondary_pods: u32,
    /// Addresses that the node advertises to the scheduler.
    pub advertised_addresses: u32,
    /// Addresses that new pods can really have until the old ones are gone.
    pub addresses: u32,
    /// Pods with an address in all, old and new.
    pub pods: u32,
    /// Pods that a new node takes.
    pub new_node_pods: u32,
    /// Pods that the node would be given and that would wait for an address.
    pub waiting_pods: u32,
}

/// Network Address Usage of one VPC, as far as the listings show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NetworkAddressUsage {
    /// The VPC's id, if a file says it.
    pub vpc: Option<String>,
    /// Units of the listed interfaces; absent if none were given.
    pub now: Option<u64>,
    /// Units with the new nodes beside everything that is there now, old nodes that no listing shows and what the switch
    /// makes old nodes take; absent if open.
    pub at_peak: Option<u64>,
    /// Addresses that EC2 counts as taken in described subnets and no listed interface holds: up to so many units more.
    pub unseen_addresses: u64,
    /// The quota.
    pub quota: u64,
    /// `ok`, `fails` or `unknown`.
    pub verdict: Outcome,
}
