//! Whether the ports of a node suffice: counted on it where a listing shows what is taken, else estimated.

use super::answer::{BlockDemand, PortSpan, Ports, PortsScenario, ProtocolPorts, WiderRange};
use super::demand::Both;
use super::largest::{Room, Shape, largest};
use super::ranges::{Range, Ranges};
use super::reasons;
use crate::note::{Note, text as note};
use std::fmt::Display;
use winpod::dsr::{Policies, Proxying};
use winpod::ports::{
    self, Demand, Estimate, NODE_PORTS, PortRange, PortSet, Protocol, Verdict, WIDE_RANGES, supply, widen,
};

/// What the ports of a node suffice for.
pub(super) struct Asked<'a> {
    /// Policies with DSR off and on; `None` if no services and no dump tell.
    pub(super) both: Option<&'a Both>,
    /// Policies as a dump shows them on the node.
    pub(super) dumped: Option<&'a Policies>,
    /// The services are those asked about, so the node may not have their policies yet.
    pub(super) planned: bool,
    /// Whether DSR is on now.
    pub(super) on: bool,
    /// Whether it can be.
    pub(super) can_be: bool,
    pub(super) pods: u32,
    pub(super) ranges: &'a Ranges,
    /// The services of which the largest number is told.
    pub(super) shape: Shape<'a>,
    pub(super) proxying: &'a Proxying,
}

impl Asked<'_> {
    /// The policies that hold blocks on the node now, as far as is known.
    fn present(&self) -> Option<&Policies> {
        self.dumped.or(self.both.map(|both| if self.on { &both.with } else { &both.without }))
    }
}

/// `None` where nothing is known about ports.
pub(super) fn ports(asked: &Asked<'_>, advice: &mut Vec<Note>, notes: &mut Vec<Note>) -> Option<Ports> {
    if asked.both.is_none() && !asked.ranges.given() {
        return None;
    }
    let mut worst = None;
    let mut of = |protocol: Protocol| {
        let (answer, verdict) = of_protocol(protocol, asked, advice, notes);
        worst = worst.max(verdict);
        answer
    };
    let (tcp, udp) = (of(Protocol::Tcp), of(Protocol::Udp));
    let further = asked.ranges.live();
    let rooms = |enable_dsr| {
        let room =
            |protocol| if further { left(protocol, asked, enable_dsr) } else { Some(room(protocol, asked)) };
        Some([room(Protocol::Tcp)?, room(Protocol::Udp)?])
    };
    let rooms = [rooms(false), rooms(true)];
    let largest = largest(&asked.shape, asked.proxying, &rooms, further, asked.can_be);
    Some(Ports { verdict: worst.map(|verdict| verdict.name().to_owned()), largest, tcp, udp })
}

/// What policies can have of one protocol.
fn room(protocol: Protocol, asked: &Asked<'_>) -> Room {
    let range = asked.ranges.of(protocol);
    // What policies are held against: what fits before HNS takes any, or where a node lists its ports, what HNS holds with
    // what is free between, since free ports that lie apart make no block.
    let blocks = match range.live {
        Some(_) => range.held.saturating_add(supply(range.dynamic, &range.taken).blocks),
        None => supply(range.dynamic, &range.lasting).blocks,
    };
    // Each policy holds one block at most, so that something else has what HNS holds beyond that, such as pods.
    let of_policies = asked.present().map_or(0, |policies| Demand::of(policies, protocol, 0).policies);
    let held_otherwise = if range.live.is_some() { range.held.saturating_sub(of_policies) } else { 0 };
    Room {
        protocol,
        all: blocks,
        held_otherwise: held_otherwise.min(blocks),
        pods: asked.pods.saturating_sub(held_otherwise),
        shared: false,
    }
}

/// What is left on a node for further policies; `None` where it is not known how many those there take with DSR so.
fn left(protocol: Protocol, asked: &Asked<'_>, enable_dsr: bool) -> Option<Room> {
    let range = asked.ranges.of(protocol);
    let free = supply(range.dynamic, &range.taken).blocks;
    let on_node = asked.both.filter(|_| !asked.planned);
    let more = match on_node {
        // With DSR off those that are there would take more.
        _ if enable_dsr || !asked.on => 0,
        Some(both) => {
            let blocks = |policies| Demand::of(policies, protocol, 0).policies;
            blocks(&both.without).saturating_sub(blocks(&both.with))
        }
        None => return None,
    };
    let Room { pods, .. } = room(protocol, asked);
    let shared = range.live.is_some() && range.held > 0;
    Some(Room { protocol, all: free.saturating_sub(more), held_otherwise: 0, pods, shared })
}

impl Room {
    fn estimate(&self, policies: &Policies) -> Estimate {
        ports::estimate(self.blocks(), Demand::of(policies, self.protocol, self.pods))
    }

    /// `on_top` says what would be if the policies came on top of what a node has, where it is not known that they do not.
    fn scenario(&self, estimate: &Estimate, on_top: Option<Verdict>) -> PortsScenario {
        let enough = estimate.verdict == Verdict::Ok;
        let known = !(enough && on_top.is_some_and(|on_top| on_top != Verdict::Ok))
            && estimate.at_best == estimate.verdict;
        PortsScenario {
            blocks: self.all,
            held_otherwise: self.held_otherwise,
            demand: estimate.demand.into(),
            verdict: known.then(|| estimate.verdict.name().to_owned()),
            certain: known && estimate.certain,
        }
    }
}

fn of_protocol(
    protocol: Protocol,
    asked: &Asked<'_>,
    advice: &mut Vec<Note>,
    notes: &mut Vec<Note>,
) -> (ProtocolPorts, Option<Verdict>) {
    let range = asked.ranges.of(protocol);
    let free = supply(range.dynamic, &range.taken);
    let room = room(protocol, asked);
    let scenarios = asked.both.map(|both| (room.estimate(&both.without), room.estimate(&both.with)));
    let now = match (asked.dumped.filter(|_| !asked.planned), &scenarios) {
        (Some(now), _) => Some(room.estimate(now)),
        (None, Some((without, with))) => Some(if asked.on { *with } else { *without }),
        (None, None) => None,
    };
    let live = range.live.as_ref().map(|_| ports::live(free.blocks));
    let of_live = || reasons::of_live(protocol, free.blocks);
    let may_be_on_top = asked.planned && asked.dumped.is_none() && live.is_some();
    let scenario = |estimate: &Estimate| {
        let on_top = may_be_on_top && estimate.demand.policies > 0;
        room.scenario(estimate, on_top.then(|| ports::estimate(free.blocks, estimate.demand).verdict))
    };
    let (verdict, certain, because) = match (live, &now) {
        (Some(live), Some(planned)) if asked.planned => {
            let (verdict, on_top) = joined(live, planned, free.blocks, may_be_on_top);
            let of_planned = reasons::of_ports(protocol, planned);
            let on_top = on_top.map(|on_top| reasons::of_on_top(protocol, &on_top));
            let certain = live == Verdict::Exhausted || planned.certain && verdict == planned.verdict;
            let because = of_live().into_iter().chain(of_planned).chain(on_top).collect();
            (Some(verdict), certain, because)
        }
        // What listens can take more, so that none free is certain and some free is not.
        (Some(live), _) => (Some(live), live == Verdict::Exhausted, of_live()),
        (None, Some(now)) => (Some(now.verdict), now.certain, reasons::of_ports(protocol, now)),
        (None, None) => (None, false, Vec::new()),
    };
    if live != Some(Verdict::Ok) || asked.planned {
        let enough = verdict.is_none_or(|verdict| verdict == Verdict::Ok);
        let of_node = live.is_none_or(|live| live == Verdict::Ok);
        advise(protocol, asked, enough, of_node, scenarios.as_ref(), free.blocks, advice);
    }
    let open = widen(range.dynamic, range.dynamic, &range.excluded, &PortSet::new(), NODE_PORTS);
    tell_range(protocol, range, open.node_ports, open.windows_components, notes);
    let answer = ProtocolPorts {
        first_port: range.dynamic.first(),
        last_port: range.dynamic.last(),
        range_location: range.place().map(Into::into),
        basis: if range.live.is_some() { "live" } else { "estimate" }.to_owned(),
        free_ports: free.ports,
        gaps: free.gaps,
        lost_ports: free.lost_ports,
        blocks: free.blocks,
        held_blocks: range.live.as_ref().map(|_| range.held),
        excluded: range.administered.iter().map(PortSpan::from).collect(),
        node_ports: open.node_ports.map(|ports| PortSpan::from(&(ports, None))),
        wider: wider(range),
        demand: now.map(|now| now.demand.into()),
        verdict: verdict.map(|verdict| verdict.name().to_owned()),
        certain: certain && !range.computed,
        because,
        without_dsr: scenarios.as_ref().map(|(without, _)| scenario(without)),
        with_dsr: scenarios.as_ref().filter(|_| asked.can_be).map(|(_, with)| scenario(with)),
    };
    (answer, verdict)
}

/// What is free on a node together with what services need that may be on it already; with a second estimate, against
/// what is free now, where nothing tells whether they are and that does not suffice either.
fn joined(live: Verdict, planned: &Estimate, free: u32, may_be_on_top: bool) -> (Verdict, Option<Estimate>) {
    let known = planned.verdict.max(live);
    let on_top = ports::estimate(free, planned.demand);
    let told = live == Verdict::Exhausted || on_top.verdict == Verdict::Ok;
    if !may_be_on_top || told || planned.demand.policies == 0 {
        return (known, None);
    }
    (known.max(Verdict::Warn), Some(on_top))
}

/// The ranges that others use, where they have more ports than this one.
fn wider(range: &Range) -> Vec<WiderRange> {
    let wider = WIDE_RANGES.into_iter().filter(|wide| wide.count() > range.dynamic.count());
    wider
        .map(|wide| {
            let widened = widen(range.dynamic, wide, &range.excluded, &range.taken, NODE_PORTS);
            WiderRange {
                first_port: wide.first(),
                last_port: wide.last(),
                blocks: widened.after.blocks,
                node_ports: widened.node_ports.map(|ports| PortSpan::from(&(ports, None))),
                windows_components: widened.windows_components,
            }
        })
        .collect()
}

/// What a range has that costs blocks or collides.
fn tell_range(
    protocol: Protocol,
    range: &Range,
    node_ports: Option<PortRange>,
    windows_components: bool,
    notes: &mut Vec<Note>,
) {
    let netsh = protocol.name().to_ascii_lowercase();
    if let Some(ports) = node_ports {
        let values: [(&str, &dyn Display); 6] = [
            ("protocol", &protocol),
            ("range", &range.dynamic),
            ("ports", &ports),
            ("netsh", &netsh),
            ("first", &ports.first()),
            ("count", &ports.count()),
        ];
        notes.push(placed(Note::new(&note::DSR_RANGE_HAS_NODE_PORTS, &values), range));
    }
    if windows_components {
        let values: [(&str, &dyn Display); 2] = [("protocol", &protocol), ("range", &range.dynamic)];
        notes.push(placed(Note::new(&note::DSR_RANGE_HAS_WINDOWS_PORTS, &values), range));
    }
    if !range.administered.is_empty() {
        let none = supply(range.dynamic, &PortSet::new()).blocks;
        let lost = none - supply(range.dynamic, &range.excluded).blocks;
        let ranges = crate::read::join(range.administered.iter().map(|(range, _)| range.to_string()));
        let values: [(&str, &dyn Display); 3] =
            [("protocol", &protocol), ("ranges", &ranges), ("blocks", &lost)];
        notes.push(Note::new(&note::DSR_EXCLUDED_INSIDE, &values));
    }
}

fn placed(note: Note, range: &Range) -> Note {
    match range.place() {
        Some(place) => note.at(place),
        None => note,
    }
}

/// What would help; `enough` says that the ports suffice as DSR is now, `of_node` that the node has some left.
fn advise(
    protocol: Protocol,
    asked: &Asked<'_>,
    enough: bool,
    of_node: bool,
    scenarios: Option<&(Estimate, Estimate)>,
    free: u32,
    advice: &mut Vec<Note>,
) {
    let range = asked.ranges.of(protocol);
    let Some((without, with)) = scenarios else {
        if !enough {
            advise_range(protocol, range, free, advice);
        }
        return;
    };
    let best = if asked.can_be { with } else { without };
    if enough && without.verdict == Verdict::Ok && best.verdict == Verdict::Ok {
        return;
    }
    let (least, most, off) = (with.demand.decided, with.demand.policies, without.demand.policies);
    let values: [(&str, &dyn Display); 4] =
        [("protocol", &protocol), ("policies", &most), ("least", &least), ("without", &off)];
    if asked.can_be && least < off {
        let text = match () {
            () if asked.on => &note::DSR_KEEPS,
            () if least < most => &note::DSR_MAY_HELP,
            () => &note::DSR_HELPS,
        };
        advice.push(Note::new(text, &values));
    }
    if of_node && best.verdict == Verdict::Ok {
        return;
    }
    if asked.can_be && with.at_best != Verdict::Ok && least > 0 {
        advice.push(Note::new(&note::DSR_DOES_NOT_HELP, &values));
    }
    advise_range(protocol, range, free, advice);
}

/// A wider range, where it has more blocks than there are.
fn advise_range(protocol: Protocol, range: &Range, blocks: u32, advice: &mut Vec<Note>) {
    let wide = WIDE_RANGES[0];
    let more = supply(wide, &range.taken).blocks;
    if more > blocks {
        let netsh = protocol.name().to_ascii_lowercase();
        let values: [(&str, &dyn Display); 6] = [
            ("protocol", &protocol),
            ("netsh", &netsh),
            ("first", &wide.first()),
            ("last", &wide.last()),
            ("ports", &wide.count()),
            ("blocks", &more),
        ];
        advice.push(Note::new(&note::DSR_WIDEN, &values));
    }
}

impl From<Demand> for BlockDemand {
    fn from(demand: Demand) -> Self {
        let Demand { at_least, decided, policies, at_most, .. } = demand;
        Self { at_least, decided, policies, at_most }
    }
}

impl From<&(PortRange, Option<crate::model::Place>)> for PortSpan {
    fn from((range, place): &(PortRange, Option<crate::model::Place>)) -> Self {
        Self { first: range.first(), last: range.last(), location: place.as_ref().map(Into::into) }
    }
}
