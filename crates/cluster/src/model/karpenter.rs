//! What Karpenter is told about nodes, beside what every node group has.

use super::{Field, Place};

/// An `EC2NodeClass`.
#[derive(Debug, Clone)]
pub struct NodeClass {
    /// Its name.
    pub name: String,
    /// The alias among its AMI terms.
    pub alias: Field<String>,
    /// `amiFamily`.
    pub family: Field<String>,
    /// Its name, labels and annotations: what its author says of it.
    pub words: Vec<String>,
    /// `kubelet`.
    pub kubelet: Kubelet,
    /// Its block devices: the device, whether it is said to be the root, and where the device is written.
    pub devices: Vec<(String, bool, Place)>,
    /// Where it is defined.
    pub place: Place,
}

/// The `kubelet` of a node class.
#[derive(Debug, Clone, Default)]
pub struct Kubelet {
    /// The names of its fields, with their places.
    pub fields: Vec<(String, Place)>,
    /// `maxPods`.
    pub max_pods: Field<u32>,
    /// `clusterDNS`.
    pub cluster_dns: Field<Vec<String>>,
    /// Whether `kubeReserved` has memory.
    pub kube_reserved: Field<()>,
    /// Whether `systemReserved` has memory.
    pub system_reserved: Field<()>,
}
