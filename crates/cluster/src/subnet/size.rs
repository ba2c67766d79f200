//! The smallest subnet for a group of nodes, and the nodes and pods that fit a subnet.

use crate::capacity::{DEFAULT_MAX_PODS, LimitsRequest, type_limits};
use crate::ipam::{tell_about_type, trap_note, why_off};
use crate::model::MaxUnavailable;
use crate::note::{Note, text as note};
use crate::plan::{self, ASSUMED_VALUES, Always, FullNode, LimitedBy, managed_surge, spread};
use crate::request::{Refusal, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use winpod::instance;
use winpod::ipam::{
    ConfigData, Environment, IpamMode, Key, Limits, NodeSettings, Settings, SteadyState, fullest_state,
};
use winpod::subnet::size::{Need, Placement, Room, smallest};
use winpod::subnet::{MAX_PREFIX_LEN, MIN_PREFIX_LEN};

/// Addresses that are kept free of nodes where a subnet is the control plane's too.
///
/// # Source
/// `ControlPlaneFiveFree`.
const CONTROL_PLANE_ADDRESSES: u64 = 16;

/// More Availability Zones than any Region has.
const MAX_ZONES: i64 = 100;

/// Nodes, and what else there is room to be for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct SizeRequest {
    /// The type of the nodes; this or `limits` must be given.
    pub instance_type: Option<String>,
    /// Or its limits.
    pub limits: Option<LimitsRequest>,
    /// `secondary-ip` or `prefix-delegation`; if absent what `data` says, and without it `secondary-ip`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// The kubelet's pod limit; 110 if absent.
    pub max_pods: Option<Wide>,
    /// Pods in all, those of DaemonSets left out: this, `nodes` or `prefixLength` must be given.
    pub pods: Option<Wide>,
    /// Or nodes in all.
    pub nodes: Option<Wide>,
    /// Pods per node, those of DaemonSets left out; if absent as many as a node takes.
    pub pods_per_node: Option<Wide>,
    /// DaemonSet pods on each node that take an address.
    pub daemon_set_pods: Option<Wide>,
    /// `data` of the ConfigMap, values as text; if absent what chart and eksctl write.
    pub data: Option<BTreeMap<String, String>>,
    /// Availability Zones that the nodes are spread over, with one subnet each; 1 if absent.
    pub zones: Option<Wide>,
    /// Whether the subnets of the other zones must take the nodes of a lost one.
    pub zone_loss: bool,
    /// Nodes that an upgrade adds for a time, in all.
    pub surge_nodes: Option<Wide>,
    /// Or `maxUnavailable` of a managed group, from which EKS takes how many it adds: 1 to 100.
    pub max_unavailable: Option<Wide>,
    /// Or its `maxUnavailablePercentage`: 1 to 100.
    pub max_unavailable_percentage: Option<Wide>,
    /// Or whether a second group of the same size stands beside the old one for a time.
    pub replace: bool,
    /// Whether the control plane uses the subnets too.
    pub control_plane: bool,
    /// Single addresses of others in each subnet: Linux nodes and pods, load balancers, interface endpoints.
    pub other_addresses: Option<Wide>,
    /// Pods that end in a minute, in all; their addresses cool down.
    pub pod_ends_per_minute: Option<Wide>,
    /// Whether the last /28 of a subnet counts as room for a prefix, which is contested.
    pub count_last_block: bool,
    /// The length of subnets that there are, 16 to 28: then what fits them is answered.
    pub prefix_length: Option<Wide>,
}

/// The subnets that nodes need, one in each Availability Zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Size {
    /// The length of the smallest subnet, with a `prefix` reservation around the prefixes; absent if even a /16 is too
    /// small, or if neither pods nor nodes were given.
    pub prefix_length: Option<u8>,
    /// How many /16 in each zone would do where one is too small; absent too if no number would.
    pub subnets_per_zone: Option<u32>,
    /// Nodes in all, without those that an upgrade adds.
    pub nodes: Option<u32>,
    /// Nodes in one subnet at the peak, those that an upgrade adds included.
    pub nodes_per_subnet: Option<u32>,
    /// Pods of one node, those of DaemonSets left out.
    pub pods_per_node: u32,
    /// Which limit keeps a node from taking more: `addresses` or `max-pods`; absent if `podsPerNode` asks for less.
    pub limited_by: Option<LimitedBy>,
    /// The mode that the nodes work in.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Addresses that one node takes from its subnet, its own among them.
    pub node_addresses: u32,
    /// /28 prefixes among them.
    pub node_prefixes: u32,
    /// Addresses needed of one subnet at the peak, those in prefixes included.
    pub needed_addresses: Option<u64>,
    /// /28 prefixes needed of one subnet at the peak.
    pub needed_prefixes: Option<u64>,
    /// The same without a reservation; absent if neither pods nor nodes were given.
    pub without_reservation: Option<WithoutReservation>,
    /// What the need of one subnet is made of: these add up to it.
    pub because: Vec<Share>,
    /// What fits subnets of the given length; only with `prefixLength`.
    pub fits: Option<SubnetFits>,
    /// What the answer takes for granted, and what else is worth telling.
    pub notes: Vec<Note>,
}

/// What holds wherever EC2 places single addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WithoutReservation {
    /// The length of the smallest subnet; absent if even a /16 is too small.
    pub prefix_length: Option<u8>,
}

/// One part of what a subnet must have room for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Share {
    /// `nodes`, `zone-loss`, `surge`, `replace`, `cool-down`, `control-plane` or `other`.
    #[schemars(extend("enum" = ["nodes", "zone-loss", "surge", "replace", "cool-down", "control-plane", "other"]))]
    pub what: String,
    /// Nodes.
    pub nodes: u32,
    /// Addresses, those in prefixes included.
    pub addresses: u64,
    /// /28 prefixes.
    pub prefixes: u64,
}

/// What fits subnets of one length, one in each Availability Zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetFits {
    /// The length.
    pub prefix_length: u8,
    /// Nodes in all, without those that an upgrade adds.
    pub nodes: u32,
    /// Pods on them, those of DaemonSets left out.
    pub pods: u64,
    /// What one node more would lack: `addresses` or `prefixes`.
    #[schemars(extend("enum" = ["addresses", "prefixes"]))]
    pub lacks: String,
    /// Addresses that these nodes need of one subnet at the peak.
    pub needed_addresses: u64,
    /// /28 prefixes that they need of one subnet at the peak.
    pub needed_prefixes: u64,
    /// Nodes that fit without a reservation, wherever EC2 places single addresses.
    pub nodes_without_reservation: u32,
    /// Pods on them.
    pub pods_without_reservation: u64,
}

/// Sizes subnets for nodes, or counts the nodes for a subnet.
///
/// # Errors
/// - Codes `UNKNOWN_TYPE` with suggestions, `IPAM_MODE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`;
///   `NO_PODS_PER_NODE` if pods are asked for and a node takes none; `REQUEST` for questions that leave something open
///   or contradict themselves.
///
/// # Examples
/// ```
/// use winpod_cluster::subnet::{SizeRequest, size};
///
/// let mut request = SizeRequest { instance_type: Some("m5.large".into()), pods: Some(100.into()), ..Default::default() };
/// let answer = size(&request)?;
/// // 9 pods a node, 12 nodes, 10 addresses each: 120 of the 123 of a /25.
/// assert_eq!((answer.nodes, answer.needed_addresses, answer.prefix_length), (Some(12), Some(120), Some(25)));
///
/// request.nodes = Some(12.into());
/// assert_eq!(size(&request).unwrap_err().code, "REQUEST"); // pods or nodes, not both
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn size(request: &SizeRequest) -> Result<Size, Refusal> {
    let mut told = Vec::new();
    let node = Node::of(request, &mut told)?;
    let demand = Demand::of(request, &node)?;
    let nodes = wanted_nodes(request, &node)?;
    let length = request.prefix_length.map(length).transpose()?;
    if nodes.is_none() && length.is_none() {
        let message = "asks for nothing: give pods or nodes to size subnets for, or the prefixLength of subnets to fill";
        return Err(Refusal::new("REQUEST", message));
    }
    demand.tell(request, &node, &mut told);
    let mut answer = Size {
        prefix_length: None,
        subnets_per_zone: None,
        nodes,
        nodes_per_subnet: None,
        pods_per_node: node.pods,
        limited_by: node.limited_by,
        mode: node.rest.mode.name().to_owned(),
        node_addresses: node.rest.subnet_addresses(),
        node_prefixes: node.rest.prefixes,
        needed_addresses: None,
        needed_prefixes: None,
        without_reservation: None,
        because: Vec::new(),
        fits: length.map(|length| demand.fits(length, node.pods)).transpose()?,
        notes: Vec::new(),
    };
    if let Some(nodes) = nodes {
        demand.size(nodes, &mut answer, &mut told);
    }
    told.sort_by_key(|note| note.kind);
    answer.notes = told;
    Ok(answer)
}

fn length(wide: Wide) -> Result<u8, Refusal> {
    let length = wide.within("prefixLength", MIN_PREFIX_LEN.into(), MAX_PREFIX_LEN.into())?;
    u8::try_from(length).map_err(|_| Refusal::new("OUT_OF_RANGE", "prefixLength"))
}

fn count(wide: Option<Wide>, name: &str) -> Result<u32, Refusal> {
    wide.map_or(Ok(0), |wide| wide.count(name))
}

/// The settings that the nodes get, from the ConfigMap or what stands in for it.
fn settings(request: &SizeRequest, notes: &mut Vec<Note>) -> Result<Settings, Refusal> {
    const FLAG: Key = Key::EnableWindowsPrefixDelegation;
    let mode: Option<IpamMode> = request.mode.as_deref().map(str::parse).transpose()?;
    let flag = mode.map(|mode| if mode == IpamMode::PrefixDelegation { "true" } else { "false" });
    let Some(data) = &request.data else {
        let mut values = BTreeMap::from(ASSUMED_VALUES);
        // What the request says is not taken for granted.
        let assumed = values.iter().filter(|(key, _)| flag.is_none() || **key != FLAG);
        notes.push(plan::values_assumed(&assumed.map(|(key, value)| (*key, *value)).collect()));
        values.extend(flag.map(|flag| (FLAG, flag)));
        let pairs = values.iter().map(|(key, value)| (key.name(), *value));
        return Ok(Settings::read(&ConfigData::from_pairs(pairs), Environment::default()));
    };
    let mut values: BTreeMap<&str, &str> =
        data.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    if let Some(flag) = flag {
        values.entry(FLAG.name()).or_insert(flag);
    }
    let settings = Settings::read(&ConfigData::from_pairs(values), Environment::default());
    match mode {
        Some(mode) if settings.prefix_delegation.is_on() != (mode == IpamMode::PrefixDelegation) => {
            let message =
                format!("has mode {} and {FLAG} in data says otherwise: give one of them", mode.name());
            Err(Refusal::new("REQUEST", message))
        }
        _ => Ok(settings),
    }
}

/// One node as it is planned.
struct Node {
    /// Beside DaemonSets.
    pods: u32,
    limited_by: Option<LimitedBy>,
    rest: SteadyState,
    /// Addresses that it could hold beside those that it does.
    spare: u32,
    /// Whether Windows pods get addresses at all.
    windows_ipam: bool,
}

impl Node {
    fn of(request: &SizeRequest, notes: &mut Vec<Note>) -> Result<Self, Refusal> {
        let limits = type_limits(request.instance_type.as_deref(), request.limits)?
            .ok_or_else(|| Refusal::new("REQUEST", "names no instance type and no limits: give one"))?;
        let max_pods = request.max_pods.map_or(Ok(DEFAULT_MAX_PODS), |wide| wide.count("maxPods"))?;
        let daemon_set_pods = count(request.daemon_set_pods, "daemonSetPods")?;
        let asked = request.pods_per_node.map(|wide| wide.count("podsPerNode")).transpose()?;
        let settings = settings(request, notes)?;
        let node = settings.on_node(limits);
        tell_about_node(request, &settings, &node, limits, notes);
        let always = Always { daemon_set_pods, host_network_pods: 0 };
        let full = FullNode::of(limits, &node, max_pods, always, &[]);
        let room = full.rest.pods.saturating_sub(daemon_set_pods);
        let spare = |rest: &SteadyState| match rest.mode {
            // Addresses of prefixes cool down where they are.
            IpamMode::PrefixDelegation => 0,
            // To the pool an address that cools down is one more that is not free, as if another pod ran.
            IpamMode::SecondaryIp => {
                fullest_state(limits, &node, limits.slots()).held_addresses - rest.held_addresses
            }
        };
        let windows_ipam = node.windows_ipam;
        match asked {
            Some(pods) if pods < room => {
                let rest = fullest_state(limits, &node, pods + daemon_set_pods);
                Ok(Self { pods, limited_by: None, rest, spare: spare(&rest), windows_ipam })
            }
            _ => {
                if let Some(asked) = asked.filter(|asked| *asked > room) {
                    let values: [(&str, &dyn std::fmt::Display); 3] =
                        [("asked", &asked), ("pods", &room), ("limit", &full.limited_by.name())];
                    notes.push(Note::new(&note::SIZE_PODS_PER_NODE, &values));
                }
                let limited_by = Some(full.limited_by);
                Ok(Self { pods: room, limited_by, rest: full.rest, spare: spare(&full.rest), windows_ipam })
            }
        }
    }
}

fn tell_about_node(
    request: &SizeRequest,
    settings: &Settings,
    node: &NodeSettings,
    limits: Limits,
    notes: &mut Vec<Note>,
) {
    let named = request.instance_type.as_deref();
    if let Some(row) = named.and_then(instance::find) {
        tell_about_type(row, notes);
    }
    if !node.windows_ipam {
        let written = request.data.as_ref().and_then(|data| data.get(Key::EnableWindowsIpam.name()));
        let written = written.map_or("(absent)", String::as_str);
        let why = why_off(settings.windows_ipam);
        notes.push(Note::new(&note::IPAM_OFF, &[("written", &written), ("why", &why)]));
    } else if settings.mode() == IpamMode::PrefixDelegation && !limits.nitro() {
        notes.push(Note::new(&note::SIZE_NOT_NITRO, &[("type", &named.unwrap_or("the type"))]));
    }
    notes.extend(node.traps().filter_map(|trap| trap_note(trap, node)));
}

fn wanted_nodes(request: &SizeRequest, node: &Node) -> Result<Option<u32>, Refusal> {
    match (request.pods, request.nodes) {
        (Some(_), Some(_)) => Err(Refusal::new("REQUEST", "gives pods and nodes: give one of them")),
        (None, None) => Ok(None),
        (None, Some(nodes)) => Ok(Some(nodes.count("nodes")?)),
        (Some(pods), None) => {
            let pods = pods.count("pods")?;
            if node.pods > 0 || pods == 0 {
                return Ok(Some(pods.div_ceil(node.pods.max(1))));
            }
            let why = match node.limited_by {
                _ if !node.windows_ipam => "enable-windows-ipam is not true in data".to_owned(),
                None => "podsPerNode is 0".to_owned(),
                Some(limit) => format!("limited by {}, DaemonSet pods come first", limit.name()),
            };
            Err(Refusal::new(
                "NO_PODS_PER_NODE",
                format!("a node takes no pods ({why}), so no number of nodes does"),
            ))
        }
    }
}

/// How nodes are replaced.
#[derive(Clone, Copy, PartialEq)]
enum Replacing {
    Not,
    Surge(u32),
    Managed(MaxUnavailable),
    SecondGroup,
}

impl Replacing {
    fn of(request: &SizeRequest) -> Result<Self, Refusal> {
        let percent = |wide: Option<Wide>, name: &str| {
            let number = wide.map(|wide| wide.within(name, 1, 100)).transpose()?;
            Ok::<_, Refusal>(number.and_then(|number| u32::try_from(number).ok()))
        };
        let surge = request.surge_nodes.map(|wide| wide.count("surgeNodes")).transpose()?.map(Self::Surge);
        let nodes = percent(request.max_unavailable, "maxUnavailable")?;
        let share = percent(request.max_unavailable_percentage, "maxUnavailablePercentage")?;
        let given = [
            surge,
            nodes.map(|nodes| Self::Managed(MaxUnavailable::Nodes(nodes))),
            share.map(|share| Self::Managed(MaxUnavailable::Percent(share))),
            request.replace.then_some(Self::SecondGroup),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (_, Some(_)) => {
                let message = "gives more than one of surgeNodes, maxUnavailable, maxUnavailablePercentage and replace: nodes are replaced in one way";
                Err(Refusal::new("REQUEST", message))
            }
            (one, None) => Ok(one.unwrap_or(Self::Not)),
        }
    }
}

/// What a number of nodes asks of a subnet.
struct Demand {
    each: Need,
    spare: u32,
    zones: u32,
    /// Zones that are there when one is lost.
    left: u32,
    replacing: Replacing,
    pod_ends: u32,
    control_plane: u64,
    others: u64,
    count_last_block: bool,
}

impl Demand {
    fn of(request: &SizeRequest, node: &Node) -> Result<Self, Refusal> {
        let zones = request.zones.map_or(Ok(1), |wide| wide.within("zones", 1, MAX_ZONES))?;
        let zones = u32::try_from(zones).unwrap_or(1);
        if request.zone_loss && zones == 1 {
            return Err(Refusal::new("REQUEST", "has zoneLoss and one zone: without it no subnet is left"));
        }
        let prefixes = node.rest.prefixes.into();
        let all = u64::from(node.rest.subnet_addresses());
        Ok(Self {
            each: Need { singles: plan::singles(all, prefixes), prefixes },
            spare: node.spare,
            zones,
            left: if request.zone_loss { zones - 1 } else { zones },
            replacing: Replacing::of(request)?,
            pod_ends: count(request.pod_ends_per_minute, "podEndsPerMinute")?,
            control_plane: if request.control_plane { CONTROL_PLANE_ADDRESSES } else { 0 },
            others: count(request.other_addresses, "otherAddresses")?.into(),
            count_last_block: request.count_last_block,
        })
    }

    /// The parts of the peak of one subnet of so many in each zone.
    fn parts(&self, nodes: u32, subnets: u32) -> Vec<(&'static str, u32, Need)> {
        let here = |nodes: u32, zones: u32| spread(spread(nodes, zones as usize), subnets as usize);
        let staying = here(nodes, self.zones);
        let moving = here(nodes, self.left);
        let (replacing, more) = match self.replacing {
            Replacing::Not => ("surge", 0),
            _ if nodes == 0 => ("surge", 0),
            // A second group is spread by itself: its odd nodes may be where those of the first are.
            Replacing::SecondGroup => ("replace", moving),
            Replacing::Surge(more) => ("surge", here(nodes.saturating_add(more), self.left) - moving),
            Replacing::Managed(unavailable) => {
                let more = managed_surge(Some(unavailable), nodes, self.zones);
                ("surge", here(nodes.saturating_add(more), self.left) - moving)
            }
        };
        let of_nodes = |nodes: u32| self.each.times(nodes.into());
        let single = |singles: u64| Need { singles, prefixes: 0 };
        // Each address that cools down is one more that its node holds, up to its capacity.
        let spare = u64::from(self.spare) * (u64::from(moving) + u64::from(more));
        let cooling = u64::from(here(self.pod_ends, self.left)).min(spare);
        vec![
            ("nodes", staying, of_nodes(staying)),
            ("zone-loss", moving - staying, of_nodes(moving - staying)),
            (replacing, more, of_nodes(more)),
            ("cool-down", 0, single(cooling)),
            ("control-plane", 0, single(self.control_plane)),
            ("other", 0, single(self.others)),
        ]
    }

    fn peak(&self, nodes: u32, subnets: u32) -> Need {
        self.parts(nodes, subnets).into_iter().fold(Need::default(), |sum, (.., need)| sum.and(need))
    }

    fn smallest(&self, need: Need, placement: Placement) -> Option<u8> {
        smallest(need, placement, self.count_last_block)
    }

    fn size(&self, nodes: u32, answer: &mut Size, told: &mut Vec<Note>) {
        let need = self.peak(nodes, 1);
        let parts = self.parts(nodes, 1);
        answer.nodes_per_subnet =
            Some(parts.iter().fold(0, |sum: u32, (_, nodes, _)| sum.saturating_add(*nodes)));
        answer.needed_addresses = Some(need.addresses());
        answer.needed_prefixes = Some(need.prefixes);
        answer.because = parts
            .into_iter()
            .filter(|(what, nodes, need)| *what == "nodes" || *nodes > 0 || need.addresses() > 0)
            .map(|(what, nodes, need)| Share {
                what: what.to_owned(),
                nodes,
                addresses: need.addresses(),
                prefixes: need.prefixes,
            })
            .collect();
        answer.prefix_length = self.smallest(need, Placement::Reserved);
        answer.without_reservation =
            Some(WithoutReservation { prefix_length: self.smallest(need, Placement::Anywhere) });
        if need.prefixes > 0 {
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("prefixes", &need.prefixes), ("singles", &need.singles)];
            told.push(Note::new(&note::SIZE_RESERVATION, &values));
        }
        match smallest(need, Placement::Reserved, true) {
            Some(length) if Some(length) != answer.prefix_length => {
                told.push(Note::new(&note::SIZE_LAST_BLOCK_DECIDES, &[("length", &length)]));
            }
            _ => {}
        }
        if answer.prefix_length.is_none() {
            answer.subnets_per_zone = self.subnets_per_zone(nodes);
            told.push(match answer.subnets_per_zone {
                Some(subnets) => Note::new(&note::SIZE_TOO_LARGE, &[("subnets", &subnets)]),
                None => Note::new(&note::SIZE_NEVER, &[]),
            });
        }
    }

    /// How many /16 a zone needs where one is not enough.
    fn subnets_per_zone(&self, nodes: u32) -> Option<u32> {
        let enough = |subnets: u32| self.smallest(self.peak(nodes, subnets), Placement::Reserved).is_some();
        // More subnets than nodes leave each with one at the most.
        let (mut low, mut high) = (1, u32::MAX);
        if !enough(high) {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    /// The most nodes whose peak fits.
    fn most(&self, room: Room, placement: Placement) -> u32 {
        // A node takes an address of its own, so no more fit than a /16 has addresses, in each zone.
        let (mut fits, mut does_not) = (0, self.zones << 16);
        while does_not - fits > 1 {
            let middle = fits + (does_not - fits) / 2;
            if room.holds(self.peak(middle, 1), placement) {
                fits = middle;
            } else {
                does_not = middle;
            }
        }
        fits
    }

    fn fits(&self, length: u8, pods: u32) -> Result<SubnetFits, Refusal> {
        let room = Room::new(length, self.count_last_block)?;
        let nodes = self.most(room, Placement::Reserved);
        let anywhere = self.most(room, Placement::Anywhere);
        let need = self.peak(nodes, 1);
        let lacks = if self.peak(nodes + 1, 1).prefixes > room.blocks() { "prefixes" } else { "addresses" };
        Ok(SubnetFits {
            prefix_length: length,
            nodes,
            pods: u64::from(nodes) * u64::from(pods),
            lacks: lacks.to_owned(),
            needed_addresses: need.addresses(),
            needed_prefixes: need.prefixes,
            nodes_without_reservation: anywhere,
            pods_without_reservation: u64::from(anywhere) * u64::from(pods),
        })
    }

    fn tell(&self, request: &SizeRequest, node: &Node, notes: &mut Vec<Note>) {
        let (pods, all) = (node.rest.pods, node.rest.subnet_addresses());
        notes.push(Note::new(&note::SIZE_COUNTED, &[("pods", &pods), ("node", &all)]));
        match self.replacing {
            Replacing::Not => notes.push(Note::new(&note::SIZE_NO_UPGRADE, &[])),
            Replacing::Managed(_) => notes.push(Note::new(&note::UPGRADE_MANAGED, &[])),
            Replacing::SecondGroup => notes.push(Note::new(&note::UPGRADE_SELF_MANAGED, &[])),
            Replacing::Surge(_) => {}
        }
        if request.zone_loss {
            notes.push(Note::new(&note::SIZE_ZONE_LOSS, &[("left", &self.left)]));
        }
        if self.pod_ends > 0 {
            let text = match node.rest.mode {
                IpamMode::SecondaryIp => &note::SIZE_COOL_DOWN,
                IpamMode::PrefixDelegation => &note::SIZE_COOL_DOWN_PREFIX,
            };
            notes.push(Note::new(text, &[]));
        }
        if request.control_plane {
            notes.push(Note::new(&note::SIZE_CONTROL_PLANE, &[]));
        }
        if self.count_last_block {
            notes.push(Note::new(&note::SIZE_LAST_BLOCK_COUNTED, &[]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wide(range: std::ops::Range<i64>) -> impl Strategy<Value = Option<Wide>> {
        prop::option::of(range.prop_map(Wide::from))
    }

    /// Requests that mean something, of nodes and of a length.
    fn any_request() -> impl Strategy<Value = SizeRequest> {
        let node = (
            1_i64..60,
            any::<bool>(),
            any::<bool>(),
            wide(0..130),
            wide(0..120),
            wide(0..4),
            0_i64..40,
            0_i64..40,
        );
        let group = (0_i64..400, 1_i64..5, any::<bool>(), 0..5, 1_i64..100);
        let beside = (any::<bool>(), wide(0..200), wide(0..500), any::<bool>(), 16_i64..=28);
        (node, group, beside).prop_map(|(node, group, beside)| {
            let (ipv4_per_eni, nitro, prefixes, max_pods, pods_per_node, daemon_set_pods, warm, minimum) =
                node;
            let (nodes, zones, zone_loss, replacing, many) = group;
            let (control_plane, other_addresses, pod_ends_per_minute, count_last_block, length) = beside;
            let data = [
                ("enable-windows-ipam", "true".to_owned()),
                ("enable-windows-prefix-delegation", prefixes.to_string()),
                ("warm-ip-target", warm.to_string()),
                ("minimum-ip-target", minimum.to_string()),
            ];
            SizeRequest {
                limits: Some(LimitsRequest { ipv4_per_eni: ipv4_per_eni.into(), nitro }),
                max_pods,
                nodes: Some(nodes.into()),
                pods_per_node,
                daemon_set_pods,
                data: Some(data.map(|(key, value)| (key.to_owned(), value)).into()),
                zones: Some(zones.into()),
                zone_loss: zone_loss && zones > 1,
                surge_nodes: (replacing == 1).then(|| many.into()),
                max_unavailable: (replacing == 2).then(|| many.into()),
                max_unavailable_percentage: (replacing == 3).then(|| many.into()),
                replace: replacing == 4,
                control_plane,
                other_addresses,
                pod_ends_per_minute,
                count_last_block,
                prefix_length: Some(length.into()),
                ..Default::default()
            }
        })
    }

    fn with_nodes(request: &SizeRequest, nodes: u32) -> Size {
        let request = SizeRequest { nodes: Some(i64::from(nodes).into()), ..request.clone() };
        size(&request).unwrap()
    }

    #[test]
    fn the_largest_of_everything() {
        let most = Some(Wide::from(i64::from(u32::MAX)));
        let mut request = SizeRequest {
            limits: Some(LimitsRequest { ipv4_per_eni: 65_531.into(), nitro: true }),
            mode: Some("prefix-delegation".to_owned()),
            max_pods: most,
            nodes: most,
            other_addresses: most,
            pod_ends_per_minute: most,
            replace: true,
            ..Default::default()
        };
        let answer = size(&request).unwrap();
        assert_eq!((answer.nodes_per_subnet, answer.prefix_length), (Some(u32::MAX), None));
        assert_eq!(answer.subnets_per_zone, None);
        request.daemon_set_pods = most;
        assert_eq!(size(&request).unwrap().pods_per_node, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_parts_add_up_and_hold_the_nodes(request in any_request()) {
            let answer = size(&request).unwrap();
            let sum = |part: fn(&Share) -> u64| answer.because.iter().map(part).sum::<u64>();
            prop_assert_eq!(Some(sum(|share| share.addresses)), answer.needed_addresses);
            prop_assert_eq!(Some(sum(|share| share.prefixes)), answer.needed_prefixes);
            prop_assert_eq!(Some(sum(|share| share.nodes.into())), answer.nodes_per_subnet.map(u64::from));
            // Node by node, as many as the subnets take; without the nodes of a lost zone.
            let zones = i64::from(answer.because[0].nodes);
            let Some(Wide::Whole(count)) = request.nodes else { unreachable!() };
            let Some(Wide::Whole(all)) = request.zones else { unreachable!() };
            prop_assert!(zones * all >= count && (count == 0 || (zones - 1) * all < count));
            // What is right with a reservation is not larger than what is right without.
            prop_assert!(answer.prefix_length >= answer.without_reservation.unwrap().prefix_length);
        }

        #[test]
        fn both_questions_agree(request in any_request()) {
            let fits = size(&request).unwrap().fits.unwrap();
            let length = Some(fits.prefix_length);
            let (within, beyond) = (with_nodes(&request, fits.nodes), with_nodes(&request, fits.nodes + 1));
            if fits.nodes > 0 {
                prop_assert!(within.prefix_length >= length, "{:?}", within);
                prop_assert_eq!(within.needed_addresses, Some(fits.needed_addresses));
            }
            prop_assert!(beyond.prefix_length < length, "{:?}", beyond);
            let anywhere = |nodes| with_nodes(&request, nodes).without_reservation.unwrap().prefix_length;
            prop_assert!(fits.nodes_without_reservation == 0 || anywhere(fits.nodes_without_reservation) >= length);
            prop_assert!(anywhere(fits.nodes_without_reservation + 1) < length);
        }

        #[test]
        fn several_subnets_in_a_zone_are_enough_and_the_fewest(nodes in 4_000_u32..2_000_000, zones in 1_u32..4) {
            let request = SizeRequest {
                instance_type: Some("m5.large".to_owned()),
                zones: Some(i64::from(zones).into()),
                ..Default::default()
            };
            let answer = with_nodes(&request, nodes);
            // 6,553 nodes of 10 addresses fill a /16.
            let fewest = nodes.div_ceil(zones).div_ceil(6_553);
            prop_assert_eq!(answer.subnets_per_zone, (fewest > 1).then_some(fewest));
        }

        #[test]
        fn no_number_panics(numbers in prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..1 << 32, Just(0xFFFF_FFFF)], 12)) {
            let wide = |index: usize| numbers.get(index).copied().map(Wide::from);
            for asked in 0..3 {
                for replacing in 0..5 {
                    let _ = size(&SizeRequest {
                        limits: Some(LimitsRequest { ipv4_per_eni: Wide::from(numbers[0] % 1_000), nitro: numbers[0] > 0 }),
                        max_pods: wide(1),
                        pods: if asked == 0 { wide(2) } else { None },
                        nodes: if asked == 1 { wide(2) } else { None },
                        pods_per_node: wide(3).filter(|_| numbers[3] % 2 == 0),
                        daemon_set_pods: wide(4).filter(|_| numbers[4] % 2 == 0),
                        zones: Some(Wide::from(numbers[5] % 101)),
                        zone_loss: numbers[6] % 2 == 0,
                        surge_nodes: if replacing == 1 { wide(7) } else { None },
                        max_unavailable: if replacing == 2 { Some(Wide::from(numbers[7] % 101)) } else { None },
                        max_unavailable_percentage: if replacing == 3 { Some(Wide::from(numbers[7] % 101)) } else { None },
                        replace: replacing == 4,
                        other_addresses: wide(8),
                        pod_ends_per_minute: wide(9),
                        prefix_length: if asked == 2 { Some(Wide::from(16 + numbers[10].rem_euclid(13))) } else { None },
                        data: (numbers[11] % 2 == 0).then(|| {
                            let target = numbers[11].to_string();
                            [("enable-windows-ipam", "true"), ("enable-windows-prefix-delegation", "1"), ("warm-ip-target", &target)]
                                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                                .into()
                        }),
                        ..Default::default()
                    });
                }
            }
        }
    }
}
