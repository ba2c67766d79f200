//! What rules look at: the cluster, and what several of them derive from it.

use super::date::Date;
use super::found::Found;
use super::planned::Planned;
use super::written::{self, Variable};
use crate::model::{Cluster, Field, NodeGroup, Os, Place, Workload};
use crate::read::FILLED_IN;
pub(crate) use crate::written::CNI;
use crate::written::Written;
use std::cell::Cell;
use std::collections::BTreeMap;
use winpod::KubernetesVersion;
use winpod::ipam::{ConfigData, Environment, Flag, IpamMode, Key, Limits, NodeSettings, Settings};

/// The subject of a check.
pub(crate) struct Context<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(super) planned: &'c Planned<'c>,
    /// The settings of address management, if somebody says them.
    pub(crate) written: Option<&'c Written>,
    /// The day to judge from, if it is given.
    pub(crate) date: Option<Date>,
    /// What the rule that judges has asked for so far.
    pub(super) asked: Asked,
}

/// Whether a rule asked for all objects of one system, so that it misses those whose system is not known.
#[derive(Debug, Default)]
pub(super) struct Asked {
    groups: Cell<bool>,
    workloads: Cell<bool>,
}

impl<'c> Context<'c> {
    /// Groups that are known to be of Windows.
    pub(crate) fn windows_groups(&self) -> impl Iterator<Item = &'c NodeGroup> {
        self.asked.groups.set(true);
        self.cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Windows))
    }

    /// The Windows groups and their subnets as `plan` sees them.
    pub(crate) fn planned(&self) -> &'c Planned<'c> {
        self.asked.groups.set(true);
        self.planned
    }

    /// Tells what a rule missed because a template fills in of which system it is, or because something makes groups that
    /// the files do not show, and forgets what the rule asked for.
    pub(super) fn tell_what_was_missed(&self, found: &mut Found) {
        if self.asked.groups.take() {
            for group in &self.cluster.node_groups {
                if let Field::Unknown(reason, place) = &group.os
                    && reason == FILLED_IN
                {
                    found.unknown(format!("the system of {}: {reason}", named(group)), place);
                }
            }
            for (what, place) in &self.cluster.made_elsewhere {
                found.unknown(format!("whether {what} makes Windows groups"), place);
            }
        }
        if self.asked.workloads.take() {
            for workload in &self.cluster.workloads {
                if let Some(place) = &workload.os_filled_in {
                    let what = format!("the system of {} {:?}: {FILLED_IN}", workload.kind, workload.name);
                    found.unknown(what, place);
                }
            }
        }
    }

    /// Groups that are known to be of Linux.
    pub(crate) fn linux_groups(&self) -> impl Iterator<Item = &'c NodeGroup> {
        self.cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Linux))
    }

    /// Workloads that ask for Windows, in whatever way.
    pub(crate) fn windows_workloads(&self) -> impl Iterator<Item = &'c Workload> {
        self.asked.workloads.set(true);
        self.cluster.workloads.iter().filter(|workload| workload.os == Some(Os::Windows))
    }

    /// Something that shows that the cluster has Windows, or is to have it: what, and where.
    pub(crate) fn windows(&self) -> Option<(String, &'c Place)> {
        // One that is known is enough, whatever the others are.
        let group = self.cluster.node_groups.iter().find(|group| group.os.known() == Some(&Os::Windows));
        let node = || self.cluster.nodes.iter().find(|node| node.os == Some(Os::Windows));
        let workload = || self.cluster.workloads.iter().find(|workload| workload.os == Some(Os::Windows));
        let shown = group
            .map(|group| (named(group), &group.place))
            .or_else(|| node().map(|node| (format!("node {:?}", node.name), &node.place)))
            .or_else(|| workload().map(|it| (format!("{} {:?}", it.kind, it.name), &it.place)));
        if shown.is_none() {
            self.asked.groups.set(true);
            self.asked.workloads.set(true);
        }
        shown
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

    /// The settings as the controller reads them; `None` if nobody says them.
    pub(crate) fn settings(&self) -> Option<Settings> {
        self.settings_of(|_| true)
    }

    /// The settings as they would be without a key.
    pub(crate) fn settings_without(&self, without: Key) -> Option<Settings> {
        self.settings_of(|key| key != without)
    }

    /// A flag as it is written, and where.
    pub(crate) fn flag(&self, key: Key) -> Option<(Flag, &'c Place)> {
        let (text, place) = self.written?.get(key)?;
        Some((Flag::read(Some(text)), place))
    }

    /// A variable of the VPC CNI on Linux nodes; tells what hides it.
    pub(crate) fn aws_node(&self, name: &str, found: &mut Found) -> Option<Variable<'c>> {
        written::variable(self.cluster, name, found)
    }

    fn settings_of(&self, keep: impl Fn(Key) -> bool) -> Option<Settings> {
        let pairs = self.written?.pairs().filter(|(key, _)| keep(*key));
        let pairs = pairs.map(|(key, text)| (key.name(), text));
        let old_controller = self.cluster.cni.old_controller.known().is_some();
        let environment = Environment { old_controller, prefix_delegation_allowed: true };
        Some(Settings::read(&ConfigData::from_pairs(pairs), environment))
    }
}

/// The settings on a node that can hold prefixes.
pub(crate) fn on_nitro(settings: &Settings) -> NodeSettings {
    const LIMITS: Limits = match Limits::new(2, true) {
        Ok(limits) => limits,
        Err(_) => unreachable!(),
    };
    settings.on_node(LIMITS)
}

/// What the settings come to: the mode and the targets in effect.
pub(crate) fn values_of(settings: Settings) -> (bool, IpamMode, [i64; 3]) {
    let node = on_nitro(&settings);
    let targets = [node.warm_ip, node.minimum_ip, node.warm_prefix].map(|target| target.value);
    (node.windows_ipam, node.mode, targets)
}

/// A group as messages name it.
pub(crate) fn named(group: &NodeGroup) -> String {
    format!("node group {:?}", group.name)
}

/// A user's value in a sentence: in quotes, and not endless.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", crate::read::shortened(text))
}
