//! Volumes, as far as their drivers decide where a pod can run.

use super::Place;
use std::collections::BTreeMap;

/// Claims, volumes and classes by name.
#[derive(Debug, Default)]
pub struct Storage {
    /// The provisioner of each `StorageClass`.
    pub classes: BTreeMap<String, (String, Place)>,
    /// The file system that a `StorageClass` asks for, where it does.
    pub class_file_systems: BTreeMap<String, (String, Place)>,
    /// Each `PersistentVolumeClaim`, as `namespace/name`.
    pub claims: BTreeMap<String, Claim>,
    /// The CSI driver of each `PersistentVolume` that has one.
    pub volumes: BTreeMap<String, (String, Place)>,
    /// The file system of a `PersistentVolume`, where it is written.
    pub volume_file_systems: BTreeMap<String, (String, Place)>,
}

/// A `PersistentVolumeClaim`.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The class; `None` is the default of the cluster.
    pub class: Option<String>,
    /// The volume that it is bound to.
    pub volume: Option<String>,
    /// Where it is.
    pub place: Place,
}

/// A volume of a pod that a driver provides.
#[derive(Debug, Clone)]
pub struct PodVolume {
    /// Its name in the pod.
    pub name: String,
    /// Where it comes from.
    pub source: VolumeSource,
    /// Where it is.
    pub place: Place,
}

/// Where a volume of a pod comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeSource {
    /// This CSI driver.
    Driver(String),
    /// A claim of the pod's namespace.
    Claim(String),
    /// A claim that is made for each pod, of this class or of the default one.
    Template(Option<String>),
}
