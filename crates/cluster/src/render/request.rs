//! What to write.

use crate::request::{Document, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What to write: everything may come from files too, and what stands here counts before them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct RenderRequest {
    /// What kind of file: `configmap` and the others.
    pub kind: String,
    /// Files and directories with the cluster.
    pub paths: Vec<String>,
    /// Such files as documents.
    pub documents: Vec<Document>,
    /// The name of the cluster.
    pub cluster: Option<String>,
    /// Its version of Kubernetes, such as `1.35`.
    pub kubernetes: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// The endpoint of its API server, `https://…`.
    pub endpoint: Option<String>,
    /// Its certificate authority, in base64.
    pub certificate_authority: Option<String>,
    /// The block of its Services.
    pub service_cidr: Option<String>,
    /// The address of its DNS; the tenth of the block of Services if absent.
    pub cluster_dns: Option<String>,
    /// The node group: which of the files' if there are files with several, and its name if there are none.
    pub node_group: Option<String>,
    /// Who makes the group: `managed`, the default, or `self-managed`.
    #[schemars(extend("enum" = ["managed", "self-managed", null]))]
    pub tool: Option<String>,
    /// The release of Windows Server: `2019`, `2022` or `2025`; 2022 if nothing says another.
    pub release: Option<String>,
    /// The installation option: `core`, the default, or `full`.
    #[schemars(extend("enum" = ["core", "full", null]))]
    pub edition: Option<String>,
    /// The instance types of the group.
    pub instance_types: Vec<String>,
    /// `secondary-ip`, the default, or `prefix-delegation`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// Values of the amazon-vpc-cni ConfigMap by key, such as `warm-ip-target`.
    pub set: BTreeMap<String, String>,
    /// Pods per node: a number, or `fit` for as many as every type of the group has addresses for.
    pub max_pods: Option<MaxPods>,
    /// Smallest number of nodes.
    pub min_size: Option<Wide>,
    /// Number of nodes at first.
    pub desired_size: Option<Wide>,
    /// Largest number of nodes.
    pub max_size: Option<Wide>,
    /// The ids of the subnets of the group.
    pub subnets: Vec<String>,
    /// The ids of the security groups of the nodes.
    pub security_groups: Vec<String>,
    /// Labels of the nodes.
    pub labels: BTreeMap<String, String>,
    /// Taints of the nodes, each as `key=value:Effect` or `key:Effect`.
    pub taints: Vec<String>,
    /// An AMI of your own, by id.
    pub ami: Option<String>,
    /// The role of the nodes, by ARN.
    pub role: Option<String>,
    /// Whether kube-proxy shall use Direct Server Return.
    pub dsr: Option<bool>,
    /// A dynamic range of ports for the nodes, such as `34000-65535`.
    pub port_range: Option<String>,
    /// Blocks to which pods shall not be source-NATed.
    pub excluded_snat_cidrs: Vec<String>,
    /// How user data turns DSR on: `argument`, the default, by the bootstrap script's own parameter, or `documented`, by the
    /// replacement in that script that the best practices of EKS show.
    #[schemars(extend("enum" = ["argument", "documented", null]))]
    pub style: Option<String>,
    /// For `calico`: `policy-only`, the default, or `overlay`.
    #[schemars(extend("enum" = ["policy-only", "overlay", null]))]
    pub calico: Option<String>,
    /// The block of Calico's own pods, for the overlay.
    pub pod_cidr: Option<String>,
    /// For `access`: `access-entry`, the default, or `aws-auth`.
    #[schemars(extend("enum" = ["access-entry", "aws-auth", null]))]
    pub authentication: Option<String>,
    /// For `network-policy`: the namespaces.
    pub namespaces: Vec<String>,
    /// For `reservations`: how many prefixes each subnet shall have room for.
    pub prefixes: Option<Wide>,
    /// Only the files in this language, where a kind is written in several: `yaml`, `json`, `powershell` or `shell`.
    #[schemars(extend("enum" = ["yaml", "json", "powershell", "shell", null]))]
    pub language: Option<String>,
}

/// Pods per node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number or \"fit\"")]
#[expect(clippy::exhaustive_enums, reason = "callers build it")]
pub enum MaxPods {
    /// So many.
    Number(Wide),
    /// `fit`.
    Named(String),
}
