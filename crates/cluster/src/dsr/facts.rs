//! What the rules of `check` take from here, so that nothing is decided twice.

use super::demand::{self, Both};
use super::dump::Dump;
use super::ranges::{Range, Ranges};
use super::{DsrRequest, given, script};
use crate::model::{Cluster, Place, ScriptKind, StartScript, UserData};
use crate::note::Note;
use std::collections::BTreeMap;
use winpod::KubernetesVersion;
use winpod::dsr::{LAST_KUBERNETES, Observed, PolicyCount, PolicyKind, Proxying};
use winpod::ports::{self, Demand, Estimate, NODE_PORTS, PortRange, PortSet, Protocol, supply, widen};

/// Protocols that have a dynamic range.
pub(crate) const PROTOCOLS: [Protocol; 2] = [Protocol::Tcp, Protocol::Udp];

/// What user data adds to the arguments of kube-proxy.
pub(crate) struct Added {
    /// The arguments; `None` where that is not known.
    pub(crate) arguments: Option<Vec<String>>,
    /// Whether it edits the bootstrap script to do so.
    pub(crate) string_replace: bool,
    /// Whether it is about those arguments at all.
    pub(crate) any: bool,
}

/// Judges user data, against the bootstrap script if that is among the files.
pub(crate) fn added(cluster: &Cluster, data: &UserData) -> Added {
    let bootstrap = cluster.scripts.iter().find(|script| script.kind == ScriptKind::Bootstrap);
    let scripts: Vec<StartScript> = std::iter::once(data.as_script()).chain(bootstrap.cloned()).collect();
    let judged = script::judge(&scripts);
    let first = judged.first();
    Added {
        arguments: first.and_then(|it| it.adds.clone()),
        string_replace: first.is_some_and(|it| it.answer.form == "string-replace"),
        any: first.is_some_and(|it| it.answer.form != "none"),
    }
}

/// The arguments behind kube-proxy's own path, with a word for the path before them.
pub(crate) fn behind_kube_proxy(words: &[String]) -> Vec<&str> {
    given::behind_kube_proxy(words)
}

/// The policies of the cluster's services on a node with DSR on or off, held against the ports.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) of: Vec<(Protocol, Estimate)>,
    /// Policies of node ports and external addresses without DSR.
    pub(crate) outside: u32,
}

/// `None` without services.
pub(crate) fn held(
    cluster: &Cluster,
    version: Option<KubernetesVersion>,
    supported: Option<bool>,
    on: bool,
) -> Option<Held> {
    if cluster.services.is_empty() {
        return None;
    }
    let mut notes: Vec<Note> = Vec::new();
    let proxying = Proxying {
        dsr_supported: supported.unwrap_or(true),
        ..Proxying::new(version.unwrap_or(LAST_KUBERNETES))
    };
    let both: Both = demand::of_cluster(cluster, None, &proxying, None, &mut notes);
    let policies = if on { &both.with } else { &both.without };
    // What user data sets is of one group, and added by whoever judges that group.
    let ranges = ranges(cluster)?;
    let of = |protocol| {
        let range = ranges.of(protocol);
        let blocks = supply(range.dynamic, &range.lasting).blocks;
        (protocol, ports::estimate(blocks, Demand::of(policies, protocol, 0)))
    };
    let without = |kind| {
        let count: PolicyCount = policies.of_kind(kind);
        count.non_dsr
    };
    let outside = without(PolicyKind::NodePort).saturating_add(without(PolicyKind::ExternalIp));
    Some(Held { of: PROTOCOLS.into_iter().map(of).collect(), outside })
}

/// `None` only for what a request asks, which is nothing here.
fn ranges(cluster: &Cluster) -> Option<Ranges> {
    let (request, mut notes) = (DsrRequest::default(), Vec::new());
    Ranges::read(&request, &cluster.port_listings, &[], &mut notes).ok()
}

/// The ports of one protocol, as a node lists them.
pub(crate) struct ListedRange {
    pub(crate) protocol: Protocol,
    pub(crate) dynamic: PortRange,
    /// Where the dynamic range is listed.
    pub(crate) listed: Option<Place>,
    /// Where what is taken is listed, with the blocks that are free.
    pub(crate) live: Option<(Place, u32)>,
    /// Node ports in it that nobody excluded.
    pub(crate) node_ports: Option<PortRange>,
    /// Whether it has ports that Windows components use.
    pub(crate) windows_components: bool,
    /// Ranges inside that somebody excluded.
    pub(crate) administered: Vec<(PortRange, Option<Place>)>,
    /// Blocks that those cost.
    pub(crate) lost_blocks: u32,
}

/// The ports as listings of netsh show them; nothing without any.
pub(crate) fn listed_ranges(cluster: &Cluster) -> Vec<ListedRange> {
    if cluster.port_listings.is_empty() {
        return Vec::new();
    }
    let Some(ranges) = ranges(cluster) else { return Vec::new() };
    let of = |protocol| {
        let range: &Range = ranges.of(protocol);
        let open = covers(range.dynamic, &range.excluded);
        let none = supply(range.dynamic, &PortSet::new()).blocks;
        let left = supply(range.dynamic, &range.excluded).blocks;
        ListedRange {
            protocol,
            dynamic: range.dynamic,
            listed: range.listed.clone(),
            live: range.live.clone().map(|place| (place, supply(range.dynamic, &range.taken).blocks)),
            node_ports: open.0,
            windows_components: open.1,
            administered: range.administered.clone(),
            lost_blocks: none.saturating_sub(left),
        }
    };
    PROTOCOLS.into_iter().map(of).filter(|range| range.listed.is_some() || range.live.is_some()).collect()
}

/// Node ports in a dynamic range that are not excluded, and whether it has ports that Windows components use.
pub(crate) fn covers(dynamic: PortRange, excluded: &PortSet) -> (Option<PortRange>, bool) {
    let open = widen(dynamic, dynamic, excluded, &PortSet::new(), NODE_PORTS);
    (open.node_ports, open.windows_components)
}

/// What the policies that HNS lists say; `None` without any.
pub(crate) fn observed(cluster: &Cluster) -> Option<Observed> {
    let services = cluster.control_plane.service_cidr.known().copied();
    Dump::of(&cluster.hns_policies, services, &mut Vec::new()).map(|dump| dump.observed)
}

/// The most usable backends of one port of each service, by namespace and name.
pub(crate) fn most_backends(cluster: &Cluster) -> BTreeMap<(&str, &str), u32> {
    let most = |ports: std::collections::HashMap<&str, (u32, u32)>| {
        ports.into_values().map(|(usable, _)| usable).max().unwrap_or(0)
    };
    demand::backends(cluster, None).into_iter().map(|(service, ports)| (service, most(ports))).collect()
}

/// A system as people call it.
pub(crate) fn system(platform: &winpod::windows::Platform) -> String {
    super::reasons::system(platform)
}
