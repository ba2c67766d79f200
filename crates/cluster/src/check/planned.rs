//! What `plan` makes of the Windows groups: their types, what a node of each takes, and the demand on subnets.

use super::context::Context;
use super::found::Found;
use super::rule::Need;
use crate::model::{Cluster, Field, InstanceTypes, Interface, NodeGroup, Os, Place, Tool, Workload};
use crate::plan::supply::{Supply, reason};
use crate::plan::{self, Asking, SubnetPlan};
use crate::written::Written;
use std::collections::{BTreeMap, HashMap, HashSet};
use winpod::Subnet;

/// The Windows groups and their subnets, planned once for all rules.
#[derive(Debug)]
pub(crate) struct Planned<'c> {
    pub(crate) groups: Vec<PlannedGroup<'c>>,
    pub(crate) subnets: Vec<SubnetPlan>,
    pub(crate) supplies: &'c BTreeMap<String, Supply>,
    /// Network interfaces by subnet.
    interfaces: HashMap<&'c str, Vec<&'c Interface>>,
    /// The instances that Windows nodes of the groups run on.
    pub(crate) own_instances: HashSet<&'c str>,
    /// Subnets with an interface of an instance.
    with_instances: HashSet<&'c str>,
    /// The listing has interfaces of every instance of the groups.
    own_listed: bool,
    /// A Windows node does not say which instance it is, so an interface may be its own.
    nameless_nodes: bool,
}

/// One Windows group.
#[derive(Debug)]
pub(crate) struct PlannedGroup<'c> {
    pub(crate) asks: Asking<'c>,
    pub(crate) pods: Pods,
}

/// Pods with an address of their own, by the workloads that are given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pods {
    /// On each node.
    pub(crate) daemon_sets: u32,
    /// That run on this group and nowhere else.
    pub(crate) at_least: u64,
    /// Of these, pods that others follow without a pause.
    pub(crate) followed: u64,
    /// That may run on this group; `None` if a number of replicas is not known.
    pub(crate) at_most: Option<u64>,
}

/// Room of a subnet that is there at the most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtMost {
    pub(crate) addresses: u64,
    pub(crate) prefixes: u64,
    /// Whether what the groups' own nodes hold is known to be left out of it; else it is the whole subnet.
    pub(crate) counted: bool,
}

impl<'c> Planned<'c> {
    pub(super) fn of(
        cluster: &'c Cluster,
        supplies: &'c BTreeMap<String, Supply>,
        written: Option<&Written>,
    ) -> Self {
        // What plan has to tell beside its numbers is told by rules.
        let (mut notes, mut problems) = (Vec::new(), Vec::new());
        let settings = plan::settings_as(cluster, written, &BTreeMap::new(), &mut notes);
        let groups = plan::windows_groups(cluster, &mut notes);
        let asking: Vec<Asking<'c>> = groups
            .into_iter()
            .map(|group| plan::plan_group(group, cluster, &settings, supplies, &mut notes, &mut problems).1)
            .collect();
        let subnets = plan::subnets(&asking, supplies);
        let on_instances = cluster.interfaces.iter().filter(|one| one.instance.is_some());
        let windows = cluster.nodes.iter().filter(|node| node.os != Some(Os::Linux));
        let names: HashSet<&str> = asking.iter().map(|asks| asks.group.name.as_str()).collect();
        let instances: HashSet<&str> = cluster
            .nodes
            .iter()
            .filter(|node| node.os == Some(Os::Windows))
            .filter(|node| node.group.as_deref().is_some_and(|group| names.contains(group)))
            .filter_map(|node| node.instance.as_deref())
            .collect();
        let listed: HashSet<&str> = on_instances.clone().filter_map(|one| one.instance.as_deref()).collect();
        let mut interfaces: HashMap<&str, Vec<&Interface>> = HashMap::new();
        for one in &cluster.interfaces {
            interfaces.entry(&one.subnet).or_default().push(one);
        }
        let pods = pods(cluster, &asking);
        let groups = asking.into_iter().zip(pods).map(|(asks, pods)| PlannedGroup { asks, pods });
        Self {
            groups: groups.collect(),
            subnets,
            supplies,
            interfaces,
            own_listed: instances.iter().all(|instance| listed.contains(instance)),
            own_instances: instances,
            with_instances: on_instances.map(|one| &*one.subnet).collect(),
            nameless_nodes: windows.clone().any(|node| node.instance.is_none()),
        }
    }

    /// The groups that use a subnet.
    pub(crate) fn in_subnet<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a PlannedGroup<'c>> + 'a {
        self.groups.iter().filter(move |group| group.asks.subnets.contains(&id))
    }

    /// Whether the files tell which instances are nodes of the groups.
    pub(crate) fn nodes_told(&self, cluster: &Cluster) -> bool {
        !cluster.nodes.is_empty() && !self.nameless_nodes
    }

    /// The network interfaces of a subnet.
    pub(crate) fn interfaces(&self, id: &str) -> &[&'c Interface] {
        self.interfaces.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// What there is for the Windows groups in a subnet, never too little: where the files do not tell which interfaces
    /// are those of the groups' own nodes, the whole subnet.
    pub(crate) fn at_most(&self, cluster: &Cluster, id: &str) -> AtMost {
        let supply = &self.supplies[id];
        let free = supply.for_groups;
        let whole = !cluster.listings_cut && !cluster.half_listed.contains(id);
        // What EC2 counts and nobody lists may be theirs.
        let seen = free.unseen == 0 || self.own_listed;
        let foreign = !self.with_instances.contains(id) && free.unseen == 0 && free.prefixes.is_some();
        let explained = cluster.subnets[id].planned || whole && (foreign || self.nodes_told(cluster) && seen);
        match free.addresses.filter(|_| explained) {
            Some(addresses) => AtMost {
                addresses: addresses.into(),
                prefixes: free.prefixes.unwrap_or(free.prefixes_at_most).into(),
                counted: true,
            },
            None => {
                let whole = Subnet::new(supply.cidr);
                let [addresses, prefixes] =
                    whole.map_or([0, 0], |subnet| [subnet.free_addresses(), subnet.free_prefixes()]);
                AtMost { addresses: addresses.into(), prefixes: prefixes.into(), counted: false }
            }
        }
    }
}

impl PlannedGroup<'_> {
    pub(crate) fn group(&self) -> &NodeGroup {
        self.asks.group
    }

    /// Whether any type will do, so that one that is no good does no harm.
    pub(crate) fn chooses(&self) -> bool {
        self.group().tool == Tool::Karpenter
    }

    /// So many pods spread evenly over the largest number of nodes, with those of DaemonSets.
    pub(crate) fn per_node(&self, pods: u64) -> Option<u32> {
        let nodes = self.asks.max_size.filter(|nodes| *nodes > 0)?;
        let even = u32::try_from(pods.div_ceil(nodes.into())).unwrap_or(u32::MAX);
        Some(even.saturating_add(self.pods.daemon_sets))
    }

    /// Where the group's size is written, or the group itself.
    pub(crate) fn size_place(&self) -> &Place {
        match &self.group().max_size {
            Field::Known(_, origin) => origin.place(),
            _ => &self.group().place,
        }
    }

    /// Where the types are written, or the group itself.
    pub(crate) fn types_place(&self) -> &Place {
        match &self.group().instance_types {
            Field::Known(InstanceTypes::Named(_), origin) => origin.place(),
            _ => &self.group().place,
        }
    }
}

/// Which pods with an address of their own run where.
fn pods(cluster: &Cluster, asking: &[Asking<'_>]) -> Vec<Pods> {
    let mut pods = vec![Pods { at_most: Some(0), ..Pods::default() }; asking.len()];
    let names: HashSet<&str> = asking.iter().map(|asks| asks.group.name.as_str()).collect();
    let known = |name: &Option<String>| name.as_deref().is_some_and(|name| names.contains(name));
    let elsewhere = cluster.node_groups.iter().any(|group| group.os.known().is_none())
        || cluster.nodes.iter().any(|node| node.os != Some(Os::Linux) && !known(&node.group));
    let served = |workload: &&Workload| workload.selects_windows && !workload.host_network;
    for workload in cluster.workloads.iter().filter(served) {
        let mut here = (0..asking.len())
            .filter(|index| crate::placement::may_run(workload, asking[*index].group))
            .peekable();
        let first = here.peek().copied();
        let count = workload.replicas.known().map(|count| u64::from(*count));
        let mut groups = 0;
        for index in here {
            groups += 1;
            let pods = &mut pods[index];
            if workload.is_daemon_set() {
                pods.daemon_sets += 1;
            } else {
                pods.at_most = pods.at_most.zip(count).map(|(sum, count)| sum.saturating_add(count));
            }
        }
        if let (Some(index), 1, false, false) = (first, groups, elsewhere, workload.is_daemon_set()) {
            let (pods, count) = (&mut pods[index], count.unwrap_or(0));
            pods.at_least = pods.at_least.saturating_add(count);
            pods.followed = pods.followed.saturating_add(if workload.follows { count } else { 0 });
        }
    }
    pods
}

/// Tells what hides the types of a group; `true` if all are known.
pub(crate) fn types_known(planned: &PlannedGroup<'_>, found: &mut Found) -> bool {
    let group = planned.group();
    match &group.instance_types {
        Field::Known(..) if planned.asks.candidates.is_empty() => {
            found.unknown(format!("no type of node group {:?} is in a table", group.name), &group.place);
            false
        }
        Field::Known(..) => {
            if planned.asks.some_types_unknown() {
                let why = format!("not every type of node group {:?} is in a table", group.name);
                found.unknown(why, &group.place);
            }
            true
        }
        open => {
            let why = format!("the types of node group {:?}: {}", group.name, reason(open));
            found.unknown(why, open.place().unwrap_or(&group.place));
            false
        }
    }
}

/// Tells what a rule about Windows groups lacks if there are none.
pub(crate) fn groups_known(context: &Context<'_>, found: &mut Found) {
    let groups = &context.cluster.node_groups;
    if groups.is_empty() && context.windows().is_some() {
        found.lacks(Need::NodeGroups);
    }
    for group in groups {
        if !matches!(group.os, Field::Known(..)) {
            let why = format!("the system of node group {:?}: {}", group.name, reason(&group.os));
            found.unknown(why, &group.place);
        }
    }
}

/// What each instance's interfaces hold: single addresses beside the primary ones, and prefixes.
pub(crate) fn held_by_instance(cluster: &Cluster) -> HashMap<&str, (u32, u32)> {
    let mut held: HashMap<&str, (u32, u32)> = HashMap::new();
    for one in &cluster.interfaces {
        let Some(instance) = one.instance.as_deref() else { continue };
        let (singles, prefixes) = held.entry(instance).or_default();
        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        *singles += count(one.addresses.len().saturating_sub(1));
        *prefixes += count(one.prefixes.len());
    }
    held
}
