//! Calico as its operator is asked to install it, and its own objects.

use super::{Cluster, Field, Place};
use std::collections::BTreeMap;

/// An `Installation` of `operator.tigera.io`.
#[derive(Debug, Clone)]
pub struct CalicoInstallation {
    /// Its name.
    pub name: String,
    /// `spec.kubernetesProvider`.
    pub provider: Field<String>,
    /// `spec.cni.type`.
    pub cni: Field<String>,
    /// `spec.cni.ipam.type`.
    pub ipam: Field<String>,
    /// `spec.calicoNetwork.windowsDataplane`.
    pub windows_dataplane: Field<String>,
    /// `spec.calicoNetwork.linuxDataplane`.
    pub linux_dataplane: Field<String>,
    /// `spec.calicoNetwork.bgp`.
    pub bgp: Field<String>,
    /// `spec.calicoNetwork.ipPools`.
    pub pools: Vec<CalicoPool>,
    /// `spec.serviceCIDRs`.
    pub service_cidrs: Field<Vec<String>>,
    /// `spec.windowsNodes`.
    pub windows_nodes: Field<()>,
    /// `spec.windowsNodes.cniConfigDir`.
    pub cni_config_dir: Field<String>,
    /// Where it is defined.
    pub place: Place,
}

/// What Calico's own objects say, whoever makes them.
#[derive(Debug, Default)]
pub struct CalicoObjects {
    /// `IPPool`s.
    pub pools: Vec<CalicoPool>,
    /// `strictAffinity` of the `IPAMConfiguration`.
    pub strict_affinity: Field<bool>,
    /// `FelixConfiguration`s.
    pub felix: Vec<FelixConfiguration>,
    /// Policies, in the order of the files.
    pub policies: Vec<CalicoPolicy>,
    /// `defaultAction` of each `Tier`, by its name.
    pub tiers: BTreeMap<String, Field<String>>,
    /// `HostEndpoint`s.
    pub host_endpoints: Vec<HostEndpoint>,
    /// The ConfigMap `tigera-operator/kubernetes-services-endpoint`: its data.
    pub services_endpoint: Field<BTreeMap<String, String>>,
    /// Where Calico keeps its objects: `kubernetes` or `etcdv3`.
    pub datastore: Field<String>,
}

/// A `FelixConfiguration`: settings of Calico on nodes.
#[derive(Debug, Clone)]
pub struct FelixConfiguration {
    /// Its name; `default` is for all nodes.
    pub name: String,
    /// `vxlanPort`.
    pub vxlan_port: Field<u32>,
    /// `wireguardEnabled`.
    pub wireguard: Field<bool>,
    /// `bpfEnabled`.
    pub bpf: Field<bool>,
    /// Where it is defined.
    pub place: Place,
}

/// A `NetworkPolicy` or `GlobalNetworkPolicy` of Calico.
#[derive(Debug, Clone)]
pub struct CalicoPolicy {
    /// Its kind.
    pub kind: String,
    /// Its namespace; `None` for a global one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// `spec.selector`, in Calico's own words.
    pub selector: Field<String>,
    /// `spec.namespaceSelector`.
    pub namespace_selector: Field<String>,
    /// `spec.serviceAccountSelector`.
    pub service_account_selector: Field<String>,
    /// `spec.types`, as written.
    pub types: Field<Vec<String>>,
    /// Its rules for what comes in.
    pub ingress: CalicoRules,
    /// Its rules for what goes out.
    pub egress: CalicoRules,
    /// `spec.tier`.
    pub tier: Field<String>,
    /// It is about interfaces of nodes alone: `preDNAT` or `doNotTrack`.
    pub of_hosts_alone: bool,
    /// The first peer that a rule for what comes in picks by labels.
    pub peer_by_labels: Option<Place>,
    /// What in it Windows nodes do not have.
    pub features: Vec<(CalicoFeature, Place)>,
    /// Where it is defined.
    pub place: Place,
}

/// The rules of a policy of Calico for one direction.
#[derive(Debug, Clone, Copy, Default)]
pub struct CalicoRules {
    /// How many there are.
    pub count: usize,
    /// How many of them may let something through: all but those that deny or log.
    pub opening: usize,
}

impl CalicoPolicy {
    /// The directions that it is about, what comes in and what goes out; `None` where that is hidden.
    ///
    /// # Source
    /// `CalicoPolicyDirections`.
    pub fn directions(&self) -> Option<(bool, bool)> {
        match &self.types {
            Field::Absent => Some((self.ingress.count > 0 || self.egress.count == 0, self.egress.count > 0)),
            Field::Known(types, _) => {
                let has = |name: &str| types.iter().any(|it| it == name);
                Some((has("Ingress"), has("Egress")))
            }
            Field::Unknown(..) => None,
        }
    }
}

/// A part of a policy that Calico has on Linux nodes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalicoFeature {
    /// The action `Log`.
    Log,
    /// A rule about HTTP.
    Http,
    /// A policy for host endpoints, by this field: `preDNAT`, `doNotTrack` or `applyOnForward`.
    HostEndpoints(&'static str),
}

/// A `HostEndpoint`: an interface of a node that policies are about.
#[derive(Debug, Clone)]
pub struct HostEndpoint {
    /// Its name.
    pub name: String,
    /// The node.
    pub node: Field<String>,
    /// Where it is defined.
    pub place: Place,
}

/// A pool of addresses: one that an `Installation` asks for, or an `IPPool`.
#[derive(Debug, Clone)]
pub struct CalicoPool {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its block, as written.
    pub cidr: Field<String>,
    /// `encapsulation`; of an `IPPool`, what its modes come to.
    pub encapsulation: Field<String>,
    /// `blockSize`: the length of the prefix of a block.
    pub block_size: Field<u32>,
    /// `natOutgoing`.
    pub nat_outgoing: Field<String>,
    /// Where it is defined.
    pub place: Place,
}

impl CalicoPool {
    /// Whether its addresses are of IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.cidr.known().is_some_and(|cidr| cidr.contains(':'))
    }
}

impl CalicoInstallation {
    /// The CNI that it comes to: what is written, or what the operator takes on EKS.
    ///
    /// # Source
    /// `CalicoDefaultCni`.
    pub fn cni_in_effect(&self) -> Option<&str> {
        match &self.cni {
            Field::Known(cni, _) => Some(cni),
            Field::Absent => match self.provider.known().map(String::as_str) {
                None | Some("" | "EKS") if !matches!(self.provider, Field::Unknown(..)) => Some("AmazonVPC"),
                _ => None,
            },
            Field::Unknown(..) => None,
        }
    }

    /// Whether it enforces policies on Windows nodes.
    ///
    /// # Source
    /// `CalicoWindowsDataplane`.
    pub fn on_windows(&self) -> Option<bool> {
        match &self.windows_dataplane {
            Field::Known(dataplane, _) => Some(dataplane == "HNS"),
            Field::Absent => Some(false),
            Field::Unknown(..) => None,
        }
    }
}

impl Cluster {
    /// The `Installation` that the operator looks at.
    pub fn calico_installation(&self) -> Option<&CalicoInstallation> {
        self.calico.iter().find(|it| it.name == "default").or(self.calico.first())
    }

    /// Whether Calico is known to give Windows pods their addresses.
    pub fn calico_is_windows_network(&self) -> bool {
        let asked = self.calico_installation();
        asked.is_some_and(|it| it.on_windows() == Some(true) && it.cni_in_effect() == Some("Calico"))
    }
}
