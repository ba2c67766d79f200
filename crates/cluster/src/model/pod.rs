//! What pods ask of a node beside an address, CPU and memory.

use super::{Field, Place, Toleration};
use std::collections::BTreeMap;

/// The part of a pod that decides whether it works on Windows.
#[derive(Debug, Clone, Default)]
pub struct PodDetails {
    /// `spec.os.name`.
    pub os_name: Field<String>,
    /// `runtimeClassName`.
    pub runtime_class: Field<String>,
    /// An API server shows the pod, with all that admission and controllers wrote into it.
    pub live: bool,
    /// A scheduler has given the pod a node already.
    pub placed: bool,
    /// It names its node, by whomever that was written: no scheduler chooses one, so that `NoSchedule` does not count.
    pub bound: bool,
    /// Its containers, init containers first.
    pub containers: Vec<Container>,
    /// What only Linux has.
    pub linux: Vec<LinuxSetting>,
    /// Annotations of the address controller, as a person wrote them.
    pub annotations: Vec<(String, Place)>,
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image, as written.
    pub image: Field<String>,
    /// Whether it is a `HostProcess` container, by itself or by its pod.
    pub host_process: bool,
    /// Where it requests memory, or limits it.
    pub memory_request: Field<()>,
    /// Where its memory is limited.
    pub memory_limit: Field<()>,
    /// Addresses that it asks for by itself: `vpc.amazonaws.com/PrivateIPv4Address`.
    pub addresses: Field<String>,
    /// Where it is defined.
    pub place: Place,
}

/// Something that only Linux has, written in a pod.
#[derive(Debug, Clone)]
pub struct LinuxSetting {
    /// What it is about.
    pub kind: LinuxKind,
    /// Its path below the spec, such as `securityContext.fsGroup`.
    pub path: String,
    /// Its value in short.
    pub value: Field<String>,
    /// The value asks for nothing: `privileged: false`.
    pub idle: bool,
    /// Where it is written.
    pub place: Place,
}

/// What a setting of Linux is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinuxKind {
    /// A control of the security context.
    Control,
    /// A namespace that is shared.
    Namespace,
    /// A volume, a resource or a way to resolve names.
    Feature,
}

impl PodDetails {
    /// Whether any container is a `HostProcess` container.
    pub fn host_process(&self) -> bool {
        self.containers.iter().any(|container| container.host_process)
    }
}

/// A `RuntimeClass`: where its pods go.
#[derive(Debug, Clone)]
pub struct RuntimeClass {
    /// Node labels that it adds to the selector of its pods.
    pub node_selector: BTreeMap<String, String>,
    /// Tolerations that it adds.
    pub tolerations: Vec<Toleration>,
    /// Where it is defined.
    pub place: Place,
}
