//! What rules look at: the cluster, and what several of them derive from it.

use super::date::Date;
use crate::model::{Cluster, Field, NodeGroup, Os, Place, Workload};
use std::collections::BTreeMap;
use winpod::KubernetesVersion;
use winpod::ipam::{ConfigData, Environment, Key, Settings};

/// The subject of a check.
pub(crate) struct Context<'c> {
    pub(crate) cluster: &'c Cluster,
    /// The day to judge from, if it is given.
    pub(crate) date: Option<Date>,
}

impl<'c> Context<'c> {
    /// Groups that are known to be of Windows.
    pub(crate) fn windows_groups(&self) -> impl Iterator<Item = &'c NodeGroup> {
        self.cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Windows))
    }

    /// Groups that are known to be of Linux.
    pub(crate) fn linux_groups(&self) -> impl Iterator<Item = &'c NodeGroup> {
        self.cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Linux))
    }

    /// Workloads that ask for Windows, in whatever way.
    pub(crate) fn windows_workloads(&self) -> impl Iterator<Item = &'c Workload> {
        self.cluster.workloads.iter().filter(|workload| workload.os == Some(Os::Windows))
    }

    /// Something that shows that the cluster has Windows, or is to have it: what, and where.
    pub(crate) fn windows(&self) -> Option<(String, &'c Place)> {
        let group = self.windows_groups().next();
        let node = || self.cluster.nodes.iter().find(|node| node.os == Some(Os::Windows));
        let workload = || self.windows_workloads().next();
        group
            .map(|group| (named(group), &group.place))
            .or_else(|| node().map(|node| (format!("node {:?}", node.name), &node.place)))
            .or_else(|| workload().map(|it| (format!("{} {:?}", it.kind, it.name), &it.place)))
    }

    /// The cluster's Kubernetes version, with its place.
    pub(crate) fn version(&self) -> Option<(KubernetesVersion, &'c Place)> {
        let Field::Known(text, origin) = &self.cluster.version else { return None };
        Some((text.parse().ok()?, origin.place()))
    }

    /// The keys of the ConfigMap with their values and places; `None` if it is not among the files.
    pub(crate) fn configmap(&self) -> Option<&'c BTreeMap<Key, (String, Place)>> {
        self.cluster.cni.data.known()
    }

    /// The settings as the controller reads them; `None` without the ConfigMap.
    pub(crate) fn settings(&self) -> Option<Settings> {
        let data = self.configmap()?;
        let pairs = data.iter().map(|(key, (text, _))| (key.name(), text.as_str()));
        let old_controller = self.cluster.cni.old_controller.known().is_some();
        let environment = Environment { old_controller, prefix_delegation_allowed: true };
        Some(Settings::read(&ConfigData::from_pairs(pairs), environment))
    }
}

/// A group as messages name it.
pub(crate) fn named(group: &NodeGroup) -> String {
    format!("node group {:?}", group.name)
}

/// A user's value in a sentence: in quotes, and not endless.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", crate::read::shortened(text))
}
