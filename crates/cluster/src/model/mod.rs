//! A cluster as far as the given files tell it.
//!
//! Every fact is a [`Field`]: known with its place, unknown with the reason, or absent. Nothing is
//! guessed on the way in; what a tool itself would fill in (eksctl's `m5.large`) is known, with the
//! tool's default as its origin.

mod access;
mod addons;
mod affinity;
mod calico;
mod control_plane;
mod hns;
mod identity;
mod ignore;
mod karpenter;
mod launch;
mod layout;
mod pod;
mod policy;
mod ports;
mod start;
mod storage;

pub use access::{ApiCall, NodeAccess};
pub use affinity::NodeTerm;

pub use addons::{Addon, ChartValue, ChartValues, Values, is_vpc_cni};
pub use calico::{
    CalicoFeature, CalicoInstallation, CalicoObjects, CalicoPolicy, CalicoPool, CalicoRules,
    FelixConfiguration, HostEndpoint,
};
pub use control_plane::{
    AuthenticationMode, ControlPlane, ExtraBlocks, FargateProfile, FargateSelector, IpFamily, MeantKey,
    UnknownKey,
};
pub use identity::{AccessEntry, Identity, PodIdentity, RoleMapping, role_name, same_role};
pub use ignore::IgnoreComment;
pub use karpenter::{Kubelet, NodeClass};
pub use pod::{Container, LinuxKind, LinuxSetting, PodDetails, RuntimeClass};
pub use policy::{LabelExpression, LabelOperator, LabelSelector, NetworkPolicy, SecurityGroupPolicy};
pub use storage::{Claim, PodVolume, Storage, VolumeSource};

pub(crate) use hns::external_addresses;
pub use hns::{
    HnsAddress, HnsDistribution, HnsEndpoint, HnsEndpointPolicy, HnsExtension, HnsNamespace, HnsNetwork,
    HnsNodes, HnsPolicy, HnsPortMapping, HnsProtocol, HnsRoute, HnsSchema, HnsSubnet, MacAddress,
};
pub use ports::{ExcludedPorts, IpVersion, ListedPorts, PortListing};
pub use start::{Hotfix, KubeProxyStart, ScriptKind, StartEvidence, StartRefusal, StartScript, SystemBuild};

pub use layout::{Layout, Piece};

pub use launch::{
    BootstrapCall, Image, Launch, LaunchTemplate, NoTemplate, PortCommand, Script, TemplateChoice, UserData,
};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::Ipv4Prefix;
use winpod::dsr::{ServiceType, TrafficPolicy};
use winpod::ipam::{Key, Limits};
use winpod::ports::Protocol;
use winpod::source::SourceId;
use winpod::subnet::ReservationKind;
use winpod::windows::Release;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Line from 1; 0 where a listing was streamed and only the file is known.
    pub line: u32,
    /// Column from 1, in characters; 0 with line 0.
    pub column: u32,
    /// Characters that the value takes on that line; 0 where it goes over several lines or is not known.
    pub width: u32,
    /// The line of a script that is encoded there, from 1; 0 for everything else.
    pub script_line: u32,
}

impl Place {
    /// A place in a file.
    pub fn new(file: &Arc<str>, line: u32, column: u32) -> Self {
        Self { file: file.clone(), line, column, width: 0, script_line: 0 }
    }

    /// The place of what is written from one position to another.
    pub(crate) fn spanning(file: &Arc<str>, span: crate::read::node::Span) -> Self {
        let (start, end) = (span.start, span.end);
        let width = if start.line == end.line { end.column.saturating_sub(start.column) } else { 0 };
        Self { width, ..Self::new(file, start.line, start.column) }
    }

    /// The place of a location, its extent not known.
    pub fn of(location: &crate::note::Location) -> Self {
        Self::new(&location.file.as_str().into(), location.line, location.column)
    }

    /// A file, where no more is known.
    pub fn file(file: &Arc<str>) -> Self {
        Self::new(file, 0, 0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Written there.
    Written(Place),
    /// Not written: the tool fills it in for the object at this place.
    Default(Place, SourceId),
}

impl Origin {
    /// The place of the value, or of the object that lacks it.
    pub fn place(&self) -> &Place {
        match self {
            Self::Written(place) | Self::Default(place, _) => place,
        }
    }
}

/// One fact about the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Stated, or filled in by a tool's own rule.
    Known(T, Origin),
    /// There is something, but these files do not say what: an expression, a reference, a live value.
    Unknown(String, Place),
    /// Nothing is said about it.
    #[default]
    Absent,
}

impl<T> Field<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        if let Self::Known(value, _) = self { Some(value) } else { None }
    }

    /// Whether nothing is said about it.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The place where it is said.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Known(_, origin) => Some(origin.place()),
            Self::Unknown(_, place) => Some(place),
            Self::Absent => None,
        }
    }

    /// This fact, or the other where nothing is said here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_absent() { other } else { self }
    }
}

/// Everything that the files say.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is about a listing of its own")]
pub struct Cluster {
    /// The cluster's name.
    pub name: Field<String>,
    /// Its Kubernetes version, such as `1.34`.
    pub version: Field<String>,
    /// Its Region.
    pub region: Field<String>,
    /// The control plane's own subnets.
    pub control_plane_subnets: Field<Vec<String>>,
    /// The VPC that eksctl makes for the cluster: its block.
    pub made_vpc: Field<Ipv4Prefix>,
    /// What else is said about the cluster itself.
    pub control_plane: ControlPlane,
    /// Who may join and act.
    pub identity: Identity,
    /// EKS add-ons.
    pub addons: Vec<Addon>,
    /// Values files of Helm charts.
    pub chart_values: Vec<ChartValues>,
    /// Claims, volumes and their classes.
    pub storage: Storage,
    /// The ConfigMap `kube-system/amazon-vpc-cni`.
    pub cni: Cni,
    /// Node groups in the order of the files.
    pub node_groups: Vec<NodeGroup>,
    /// Karpenter's node classes, in the order of the files.
    pub node_classes: Vec<NodeClass>,
    /// A whole ClusterConfig of eksctl, not just a piece of one.
    pub eksctl_config: Field<()>,
    /// Versions of launch templates, in the order of the listings.
    pub launch_templates: Vec<LaunchTemplate>,
    /// AMIs by id.
    pub images: BTreeMap<String, Image>,
    /// User data that came as files of its own.
    pub user_data: Vec<UserData>,
    /// Subnets by id.
    pub subnets: BTreeMap<String, Subnet>,
    /// VPCs by id.
    pub vpcs: BTreeMap<String, Vpc>,
    /// Blocks that templates make, in their order.
    pub asked_blocks: Vec<AskedBlock>,
    /// The resources of templates as `${Name}`, which is how others refer to them.
    pub template_resources: BTreeSet<String>,
    /// What of a template makes resources that the template does not show: how it is called, and where it stands.
    pub made_elsewhere: Vec<(String, Place)>,
    /// Network interfaces, in the order of the listing.
    pub interfaces: Vec<Interface>,
    /// Whether a listing of network interfaces was given, even an empty one.
    pub interfaces_listed: bool,
    /// Subnets of which a listing has an interface or a reservation that was refused: what they hold is not known.
    pub half_listed: BTreeSet<Arc<str>>,
    /// A listing of interfaces or reservations ended early: what any subnet holds is not known.
    pub listings_cut: bool,
    /// CIDR reservations.
    pub reservations: Vec<Reservation>,
    /// Whether a listing of reservations was given, even an empty one.
    pub reservations_listed: bool,
    /// Live nodes.
    pub nodes: Vec<LiveNode>,
    /// Pods that have an address.
    pub pods: Vec<LivePod>,
    /// Pods and what makes them.
    pub workloads: Vec<Workload>,
    /// Network policies of Kubernetes, in the order of the files.
    pub network_policies: Vec<NetworkPolicy>,
    /// Security groups for pods, in the order of the files.
    pub security_group_policies: Vec<SecurityGroupPolicy>,
    /// Labels of service accounts, by namespace and name.
    pub service_accounts: BTreeMap<(String, String), BTreeMap<String, String>>,
    /// Labels of namespaces.
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// Runtime classes by name.
    pub runtime_classes: BTreeMap<String, RuntimeClass>,
    /// What the operator of Calico is asked to install.
    pub calico: Vec<CalicoInstallation>,
    /// What Calico's own objects say.
    pub calico_objects: CalicoObjects,
    /// Services that the API server calls.
    pub api_calls: Vec<ApiCall>,
    /// What nodes may read of the API server.
    pub node_access: NodeAccess,
    /// Services, in the order of the files.
    pub services: Vec<Service>,
    /// Their backends.
    pub endpoint_slices: Vec<EndpointSlice>,
    /// Networks that HNS listed on a node.
    pub hns_networks: Vec<HnsNetwork>,
    /// Endpoints that HNS listed on a node.
    pub hns_endpoints: Vec<HnsEndpoint>,
    /// Network namespaces that HCN listed on a node.
    pub hns_namespaces: Vec<HnsNamespace>,
    /// Load-balancer policies that HNS listed on a node.
    pub hns_policies: Vec<HnsPolicy>,
    /// Routes that HNS listed among them.
    pub hns_routes: Vec<HnsRoute>,
    /// Listings of HNS that are not of one node; `None` if all may be.
    pub hns_nodes: Option<HnsNodes>,
    /// Dynamic and excluded ranges of ports that netsh listed on a node, in the order of the files.
    pub port_listings: Vec<PortListing>,
    /// How kube-proxy is started, as texts of nodes say.
    pub kube_proxy_starts: Vec<KubeProxyStart>,
    /// Starts that a later one in the same log replaces.
    pub earlier_starts: Vec<KubeProxyStart>,
    /// Where logs and events say that it was refused to start.
    pub start_refusals: Vec<StartRefusal>,
    /// Where its command line stands cut, or wrapped so that it reads in more than one way.
    pub unclear_starts: Vec<Place>,
    /// Builds of Windows that texts of nodes name.
    pub system_builds: Vec<SystemBuild>,
    /// Updates of Windows that texts of nodes list.
    pub hotfixes: Vec<Hotfix>,
    /// User data and bootstrap scripts.
    pub scripts: Vec<StartScript>,
    /// HNS listed something that `ConvertTo-Json` cut or that could not be read: what is not here may be there.
    pub hns_half_listed: bool,
    /// Whether any `EndpointSlice` was given, even one of no service.
    pub endpoints_listed: bool,
    /// Limits of instance types that a describe-instance-types listing gave.
    pub instance_types: BTreeMap<String, TypeRow>,
    /// Comments that tell `check` to leave something out, in the order of the files.
    pub ignores: Vec<IgnoreComment>,
}

/// The ConfigMap `kube-system/amazon-vpc-cni` and what overrules it.
#[derive(Debug, Default)]
pub struct Cni {
    /// `data`, as far as it concerns Windows nodes: values as text, with their places.
    pub data: Field<BTreeMap<Key, (String, Place)>>,
    /// `ConfigMap`s of another name or namespace that have keys for Windows: `namespace/name`, and where. Nothing reads them.
    pub elsewhere: Vec<(String, Place)>,
    /// Keys about Windows that are misspelt, in it or in the values that make it. Nothing reads them.
    pub unread: Vec<UnknownKey>,
    /// A Deployment `kube-system/vpc-resource-controller`.
    pub old_controller: Field<()>,
    /// The environment of the VPC CNI on Linux nodes, by name; absent if nothing is said about it.
    pub environment: Field<BTreeMap<String, Field<String>>>,
    /// The argument `--enable-network-policy` of its node agent.
    pub network_policy: Field<bool>,
    /// The key `enable-network-policy-controller` of the ConfigMap.
    pub network_policy_controller: Field<bool>,
    /// The `ENIConfig` objects of custom networking.
    pub eni_configs: Vec<EniConfig>,
}

/// An `ENIConfig`: a subnet for pods of Linux nodes.
#[derive(Debug, Clone)]
pub struct EniConfig {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
}

/// Who makes the nodes of a group, and so decides how max-pods reaches the kubelet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `managedNodeGroups` of eksctl.
    EksctlManaged,
    /// `nodeGroups` of eksctl.
    EksctlSelfManaged,
    /// A managed node group as EKS describes it.
    EksManaged,
    /// A Karpenter `NodePool` with its `EC2NodeClass`.
    Karpenter,
    /// An Auto Scaling group of a template of CloudFormation, whose user data is the user's own.
    AutoScaling,
}

impl Tool {
    /// Whether its groups are replaced as a whole, by second groups, and start with user data of their own.
    pub const fn is_self_managed(self) -> bool {
        matches!(self, Self::EksctlSelfManaged | Self::AutoScaling)
    }

    /// The name used in text and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EksctlManaged => "eksctl-managed",
            Self::EksctlSelfManaged => "eksctl-self-managed",
            Self::EksManaged => "eks-managed",
            Self::Karpenter => "karpenter",
            Self::AutoScaling => "auto-scaling",
        }
    }
}

/// The operating system of a group's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Any Windows Server.
    Windows,
    /// Any Linux.
    Linux,
}

/// How a rolling update of a managed group replaces nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxUnavailable {
    /// So many nodes at a time.
    Nodes(u32),
    /// So many per cent of the group at a time.
    Percent(u32),
}

/// Which instance types a group uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceTypes {
    /// These.
    Named(Vec<String>),
    /// Those of the table that meet every requirement.
    Requirements(Vec<Requirement>),
}

/// One requirement of a Karpenter `NodePool`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// How the values apply.
    pub operator: Operator,
    /// The values.
    pub values: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Operators of requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// One of the values.
    In,
    /// None of the values.
    NotIn,
    /// Greater than the one value.
    Gt,
    /// Less than the one value.
    Lt,
    /// Greater than or equal to the one value.
    Gte,
    /// Less than or equal to the one value.
    Lte,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

/// Which subnets a group's nodes are placed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubnetChoice {
    /// By id.
    Ids(Vec<String>),
    /// By id, or by tags: any term whose tags all match. `*` as a value means any.
    Terms {
        /// Ids.
        ids: Vec<String>,
        /// Terms of tags.
        tags: Vec<BTreeMap<String, String>>,
    },
}

/// A taint of a group's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    /// The key.
    pub key: String,
    /// The value; empty if it has none.
    pub value: String,
    /// `NoSchedule`, `NoExecute` or `PreferNoSchedule`.
    pub effect: String,
    /// Where it is written.
    pub place: Place,
}

/// A group of nodes that are made alike.
#[derive(Debug, Clone)]
pub struct NodeGroup {
    /// Its name.
    pub name: String,
    /// Who makes its nodes.
    pub tool: Tool,
    /// The operating system.
    pub os: Field<Os>,
    /// The AMI family, type or alias, as written.
    pub ami: Field<String>,
    /// The group starts from an AMI of the user's own, so its user data is the user's too.
    pub custom_ami: bool,
    /// The instance types.
    pub instance_types: Field<InstanceTypes>,
    /// Smallest number of nodes.
    pub min_size: Field<u32>,
    /// Number of nodes asked for now.
    pub desired_size: Field<u32>,
    /// Largest number of nodes.
    pub max_size: Field<u32>,
    /// The most vCPUs that all nodes of the group may have (Karpenter `limits.cpu`).
    pub cpu_limit: Field<u32>,
    /// The most memory that all nodes of the group may have (Karpenter `limits.memory`), in MiB.
    pub memory_limit_mib: Field<u64>,
    /// Pods per node as the configuration asks for.
    pub max_pods: Field<u32>,
    /// Pods per vCPU (Karpenter `podsPerCore`).
    pub pods_per_core: Field<u32>,
    /// Memory that the configuration reserves for the system, in MiB.
    pub reserved_memory_mib: Field<u64>,
    /// Where its nodes are placed.
    pub subnets: Field<SubnetChoice>,
    /// Availability Zones that the group is restricted to.
    pub zones: Field<Vec<String>>,
    /// How many nodes a rolling update takes at a time.
    pub max_unavailable: Field<MaxUnavailable>,
    /// How its nodes start.
    pub launch: Launch,
    /// Labels of its nodes.
    pub labels: BTreeMap<String, String>,
    /// Its nodes have labels that the files do not show.
    pub labels_open: bool,
    /// The release of Windows Server that its image, its launch template or its nodes tell.
    pub release: Option<Release>,
    /// Taints of its nodes.
    pub taints: Vec<Taint>,
    /// The address of DNS that its pods get, if it is written.
    pub cluster_dns: Field<String>,
    /// The role of its nodes: an ARN or a name.
    pub role: Field<String>,
    /// The instance profile of its nodes, if it is named in place of a role: an ARN or a name.
    pub instance_profile: Field<String>,
    /// The `EC2NodeClass` of a Karpenter pool.
    pub node_class: Option<String>,
    /// A pool of EKS Auto Mode, which has no `EC2NodeClass`.
    pub auto_mode: bool,
    /// Where the group is defined.
    pub place: Place,
}

impl NodeGroup {
    /// A group of which nothing is known yet.
    pub fn new(name: String, tool: Tool, place: Place) -> Self {
        Self {
            name,
            tool,
            os: Field::Absent,
            ami: Field::Absent,
            custom_ami: false,
            instance_types: Field::Absent,
            min_size: Field::Absent,
            desired_size: Field::Absent,
            max_size: Field::Absent,
            cpu_limit: Field::Absent,
            memory_limit_mib: Field::Absent,
            max_pods: Field::Absent,
            pods_per_core: Field::Absent,
            reserved_memory_mib: Field::Absent,
            subnets: Field::Absent,
            zones: Field::Absent,
            max_unavailable: Field::Absent,
            launch: Launch::default(),
            labels: BTreeMap::new(),
            labels_open: false,
            release: None,
            taints: Vec::new(),
            cluster_dns: Field::Absent,
            role: Field::Absent,
            instance_profile: Field::Absent,
            node_class: None,
            auto_mode: false,
            place,
        }
    }
}

/// A subnet.
#[derive(Debug, Clone)]
pub struct Subnet {
    /// Its IPv4 block.
    pub cidr: Ipv4Prefix,
    /// Its Availability Zone.
    pub zone: Field<String>,
    /// Its VPC.
    pub vpc: Field<String>,
    /// `AvailableIpAddressCount` as EC2 reported it.
    pub available: Field<u32>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The tool that will make it: it is empty then.
    pub planned: bool,
    /// Where it is described.
    pub place: Place,
}

/// A VPC.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// Its associated IPv4 blocks, the primary one first.
    pub cidrs: Vec<Ipv4Prefix>,
    /// Where it is described.
    pub place: Place,
}

/// An IPv4 block that a template makes, unlike one that is listed: it may be one that EC2 refuses.
#[derive(Debug, Clone)]
pub struct AskedBlock {
    /// The block.
    pub block: Ipv4Prefix,
    /// What it is of.
    pub of: BlockOf,
    /// Its VPC, if it is known.
    pub vpc: Option<String>,
    /// The logical id of the resource.
    pub name: String,
    /// Where the block is written.
    pub place: Place,
}

/// What a block is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockOf {
    /// A VPC: its first block.
    Vpc,
    /// A VPC that gets it beside its first one.
    Further,
    /// A subnet.
    Subnet,
}

/// An id without what marks a resource of a template: `Vpc` for `${Vpc}`.
pub(crate) fn plain_id(id: &str) -> &str {
    id.strip_prefix("${").and_then(|id| id.strip_suffix('}')).unwrap_or(id)
}

/// A network interface with the addresses it takes from its subnet.
#[derive(Debug, Clone)]
pub struct Interface {
    /// Its id.
    pub id: Box<str>,
    /// Its subnet.
    pub subnet: Arc<str>,
    /// What it is: `interface`, `nat_gateway`, `lambda` and so on.
    pub kind: Arc<str>,
    /// What its maker says that it is for.
    pub description: Box<str>,
    /// A service of AWS made it and alone may remove it.
    pub managed: bool,
    /// Attached to nothing: perhaps left behind.
    pub idle: bool,
    /// The instance it is attached to.
    pub instance: Option<Box<str>>,
    /// Its MAC address.
    pub mac: Option<MacAddress>,
    /// Its single addresses, the primary one first.
    pub addresses: Box<[Ipv4Addr]>,
    /// Its prefixes.
    pub prefixes: Box<[Ipv4Prefix]>,
    /// The file it came from.
    pub file: Arc<str>,
}

/// A range of a subnet that is set aside.
#[derive(Debug, Clone)]
pub struct Reservation {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// The range.
    pub cidr: Ipv4Prefix,
    /// What the range is for.
    pub kind: ReservationKind,
    /// What its maker says of it.
    pub description: String,
    /// Where it is listed.
    pub place: Place,
}

/// A node as the API server shows it.
#[derive(Debug, Clone)]
pub struct LiveNode {
    /// Its name.
    pub name: String,
    /// Its operating system.
    pub os: Option<Os>,
    /// Its EC2 instance.
    pub instance: Option<String>,
    /// Its instance type.
    pub instance_type: Option<String>,
    /// Its address in the VPC.
    pub internal_ip: Option<Ipv4Addr>,
    /// The group or pool that its labels name.
    pub group: Option<String>,
    /// The kubelet's pod limit.
    pub max_pods: Option<u32>,
    /// The label `vpc.amazonaws.com/eniConfig`.
    pub eni_config: Field<String>,
    /// The version of its kernel; of Windows, its build: `10.0.20348.2762`.
    pub kernel: Option<String>,
    /// The version of its kubelet.
    pub kubelet: Option<String>,
    /// Its container runtime, such as `containerd://1.7.27`.
    pub runtime: Option<String>,
    /// It is a node of EKS Hybrid Nodes.
    pub hybrid: bool,
    /// Where it is listed.
    pub place: Place,
}

/// A pod that the API server gives an address of its own and that has not ended.
#[derive(Debug, Clone)]
pub struct LivePod {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Box<str>,
    /// The node it is on.
    pub node: Option<Arc<str>>,
    /// Its address.
    pub address: Ipv4Addr,
    /// Where it is listed.
    pub place: Place,
}

/// Pods of one kind.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a statement of its own")]
pub struct Workload {
    /// `Deployment`, `DaemonSet`, `Pod` and so on.
    pub kind: String,
    /// `namespace/name`.
    pub name: String,
    /// Kind and name of the object that made it.
    pub owner: Option<(String, String)>,
    /// Pods in all; for a DaemonSet, pods per node: 1.
    pub replicas: Field<u32>,
    /// Whether it says that it runs on Windows, and how.
    pub os: Option<Os>,
    /// Whether the address webhook sees that it is a Windows pod: only by its nodeSelector.
    pub selects_windows: bool,
    /// Pods that use the node's own network take no address.
    pub host_network: bool,
    /// Pods that follow one another without a pause: of a Job with more completions than run at once, or of a
    /// `CronJob` that starts every minute.
    pub follows: bool,
    /// Where its pods' `nodeSelector` is.
    pub selector_place: Option<Place>,
    /// CPU that one pod requests, in millicores.
    pub cpu_millis: u64,
    /// Memory that one pod requests, in bytes.
    pub memory_bytes: u64,
    /// Where one of its containers asks for `nvidia.com/gpu`.
    pub nvidia_gpu: Option<Place>,
    /// Its node selector, the operating system left out.
    pub node_selector: BTreeMap<String, String>,
    /// The node selector asks more than these files show.
    pub selector_open: bool,
    /// The terms of its required node affinity, any of which will do; none if it requires nothing.
    pub node_affinity: Vec<NodeTerm>,
    /// Its tolerations.
    pub tolerations: Vec<Toleration>,
    /// The operating system that the scheduler holds it to, by its nodeSelector or its affinity; `spec.os` does not.
    pub scheduled_os: Option<Os>,
    /// The operating system that its nodeSelector names where that is neither of the two, and where: `Windows`, `freebsd`.
    pub strange_os: Option<(String, Place)>,
    /// Where a template is still to say its operating system.
    pub os_filled_in: Option<Place>,
    /// The labels of its pods.
    pub pod_labels: BTreeMap<String, String>,
    /// Its pods have other labels, which the files hide.
    pub labels_open: bool,
    /// The service account of its pods.
    pub service_account: String,
    /// Where it is named.
    pub account_place: Option<Place>,
    /// `dnsConfig.nameservers` of its pods, and where.
    pub nameservers: Vec<(String, Place)>,
    /// The volumes of its pods that a driver provides.
    pub volumes: Vec<PodVolume>,
    /// What else its pods ask of a node.
    pub pod: PodDetails,
    /// Where it is defined.
    pub place: Place,
}

impl Workload {
    /// Its namespace.
    pub fn namespace(&self) -> &str {
        self.name.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// Whether one pod of it runs on every matching node.
    pub fn is_daemon_set(&self) -> bool {
        self.kind == "DaemonSet"
    }
}

/// A Service, as far as kube-proxy's policies on a Windows node depend on it.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub kind: ServiceType,
    /// The labels of the pods behind it; empty if others name its backends.
    pub selector: BTreeMap<String, String>,
    /// Whether `clusterIP` is `None`.
    pub headless: bool,
    /// Its cluster IP, if it is written and IPv4.
    pub cluster_ip: Option<Ipv4Addr>,
    /// `externalTrafficPolicy`.
    pub external_traffic: TrafficPolicy,
    /// `internalTrafficPolicy`.
    pub internal_traffic: TrafficPolicy,
    /// Whether `sessionAffinity` is `ClientIP`.
    pub client_ip_affinity: bool,
    /// Where `externalTrafficPolicy` is written.
    pub external_traffic_place: Option<Place>,
    /// Where `sessionAffinity` is written.
    pub affinity_place: Option<Place>,
    /// Whether the annotation `preserve-destination` is `true`.
    pub preserve_destination: bool,
    /// The number of `externalIPs`.
    pub external_ips: u32,
    /// The number of ingress entries in its status with an `ip`.
    pub ingress_ips: u32,
    /// Both of these, as far as they are IPv4.
    pub outer_addresses: Box<[Ipv4Addr]>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Where it asks for IPv6, or for both families and nothing less.
    pub ipv6: Option<(String, Place)>,
    /// Where it is defined.
    pub place: Place,
}

/// A port of a Service.
#[derive(Debug, Clone)]
pub struct ServicePort {
    /// Its name; empty if it has none.
    pub name: Arc<str>,
    /// Its protocol.
    pub protocol: Protocol,
    /// Whether it has a node port, or gets one.
    pub node_port: bool,
    /// Its number, if it is one.
    pub number: Option<u16>,
    /// The number of its node port, if it is written.
    pub node_port_number: Option<u16>,
}

/// Backends of a Service that are ready.
#[derive(Debug, Clone)]
pub struct EndpointSlice {
    /// The namespace of both.
    pub namespace: Arc<str>,
    /// The Service.
    pub service: Arc<str>,
    /// The names of the ports that it is about.
    pub ports: Vec<Arc<str>>,
    /// For each ready backend, its node.
    pub nodes: Vec<Option<Arc<str>>>,
}

/// A toleration of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toleration {
    /// The key; empty with `exists` tolerates everything.
    pub key: String,
    /// Whether only the key is compared.
    pub exists: bool,
    /// The value, if it is compared.
    pub value: String,
    /// The effect; empty means every effect.
    pub effect: String,
}

/// An instance type as describe-instance-types lists it.
#[derive(Debug, Clone)]
pub struct TypeRow {
    /// What decides its capacity.
    pub limits: Limits,
    /// vCPUs.
    pub vcpus: Option<u32>,
    /// Memory in MiB.
    pub memory_mib: Option<u64>,
    /// Whether one of its architectures is x86-64.
    pub x86_64: bool,
}
