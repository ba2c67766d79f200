//! Whether the ports of a node suffice: counted on it where a listing shows what is taken, else estimated.

use super::answer::{BlockDemand, PortSpan, Ports, PortsScenario, ProtocolPorts};
use super::demand::Both;
use super::ranges::{Range, Ranges};
use super::reasons;
use crate::note::{Note, text as note};
use std::fmt::Display;
use winpod::dsr::Policies;
use winpod::ports::{self, NODE_PORTS, PortRange, PortSet, Protocol, Verdict, WIDE_RANGES, supply, widen};

/// What the ports of a node suffice for.
pub(super) struct Asked<'a> {
    /// Policies with DSR off and on; `None` if no services and no dump tell.
    pub(super) both: Option<&'a Both>,
    /// Policies as the node has them.
    pub(super) now: Option<&'a Policies>,
    /// The services are those asked about, so the node does not have their policies yet.
    pub(super) planned: bool,
    /// Whether DSR is on now.
    pub(super) on: bool,
    /// Whether it can be.
    pub(super) can_be: bool,
    pub(super) pods: u32,
    pub(super) ranges: &'a Ranges,
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
    Some(Ports { verdict: worst.map(|verdict| verdict.name().to_owned()), tcp, udp })
}

fn of_protocol(
    protocol: Protocol,
    asked: &Asked<'_>,
    advice: &mut Vec<Note>,
    notes: &mut Vec<Note>,
) -> (ProtocolPorts, Option<Verdict>) {
    let range = asked.ranges.of(protocol);
    let free = supply(range.dynamic, &range.taken);
    // Before HNS took its own: what policies are held against.
    let all = supply(range.dynamic, &range.lasting);
    let estimate =
        |policies: &Policies| ports::estimate(all.blocks, ports::Demand::of(policies, protocol, asked.pods));
    let scenarios = asked.both.map(|both| (estimate(&both.without), estimate(&both.with)));
    let by_policies = match (asked.now, &scenarios) {
        (Some(now), _) => Some(estimate(now)),
        (None, Some((without, with))) => Some(if asked.on { *with } else { *without }),
        (None, None) => None,
    };
    let live = range.live.as_ref().map(|_| ports::live(free.blocks));
    let of_live = || reasons::of_live(protocol, free.blocks);
    let (verdict, certain, because) = match (live, &by_policies) {
        (Some(live), Some(planned)) if asked.planned => {
            let because = reasons::of_ports(protocol, planned).into_iter().chain(of_live()).collect();
            (Some(planned.verdict.max(live)), planned.certain, because)
        }
        // What listens can take more, so that none free is certain and some free is not.
        (Some(live), _) => (Some(live), live == Verdict::Exhausted, of_live()),
        (None, Some(now)) => (Some(now.verdict), now.certain, reasons::of_ports(protocol, now)),
        (None, None) => (None, false, Vec::new()),
    };
    let enough_now = live == Some(Verdict::Ok) && !asked.planned;
    if let Some((without, with)) = scenarios.as_ref().filter(|_| !enough_now) {
        advise(protocol, asked, without, with, advice);
    } else if verdict.is_some_and(|verdict| verdict != Verdict::Ok) {
        advise_range(protocol, range, free.blocks, advice);
    }
    let open = widen(range.dynamic, range.dynamic, &range.excluded, &PortSet::new(), NODE_PORTS);
    tell_range(protocol, range, open.node_ports, open.windows_components, notes);
    let answer = ProtocolPorts {
        first_port: range.dynamic.first(),
        last_port: range.dynamic.last(),
        range_location: range.listed.as_ref().map(Into::into),
        basis: if range.live.is_some() { "live" } else { "estimate" }.to_owned(),
        free_ports: free.ports,
        gaps: free.gaps,
        lost_ports: free.lost_ports,
        blocks: free.blocks,
        held_blocks: range.live.as_ref().map(|_| range.held),
        excluded: range.administered.iter().map(PortSpan::from).collect(),
        node_ports: open.node_ports.map(|ports| PortSpan::from(&(ports, None))),
        demand: by_policies.map(|now| now.demand.into()),
        verdict: verdict.map(|verdict| verdict.name().to_owned()),
        certain,
        because,
        without_dsr: scenarios.as_ref().map(|(without, _)| without.into()),
        with_dsr: scenarios.as_ref().filter(|_| asked.can_be).map(|(_, with)| with.into()),
    };
    (answer, verdict)
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
    match &range.listed {
        Some(place) => note.at(place),
        None => note,
    }
}

fn advise(
    protocol: Protocol,
    asked: &Asked<'_>,
    without: &ports::Estimate,
    with: &ports::Estimate,
    advice: &mut Vec<Note>,
) {
    let best = if asked.can_be { with } else { without };
    if without.verdict == Verdict::Ok && best.verdict == Verdict::Ok {
        return;
    }
    if asked.can_be && with.demand.policies < without.demand.policies {
        let values: [(&str, &dyn Display); 3] = [
            ("protocol", &protocol),
            ("policies", &with.demand.policies),
            ("without", &without.demand.policies),
        ];
        advice.push(Note::new(&note::DSR_HELPS, &values));
    }
    if best.verdict == Verdict::Ok {
        return;
    }
    if asked.can_be && with.demand.policies > 0 {
        let values: [(&str, &dyn Display); 2] =
            [("protocol", &protocol), ("policies", &with.demand.policies)];
        advice.push(Note::new(&note::DSR_DOES_NOT_HELP, &values));
    }
    advise_range(protocol, asked.ranges.of(protocol), best.blocks, advice);
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

impl From<ports::Demand> for BlockDemand {
    fn from(demand: ports::Demand) -> Self {
        let ports::Demand { at_least, policies, at_most, .. } = demand;
        Self { at_least, policies, at_most }
    }
}

impl From<&ports::Estimate> for PortsScenario {
    fn from(estimate: &ports::Estimate) -> Self {
        Self {
            blocks: estimate.blocks,
            demand: estimate.demand.into(),
            verdict: estimate.verdict.name().to_owned(),
            certain: estimate.certain,
        }
    }
}

impl From<&(PortRange, Option<crate::model::Place>)> for PortSpan {
    fn from((range, place): &(PortRange, Option<crate::model::Place>)) -> Self {
        Self { first: range.first(), last: range.last(), location: place.as_ref().map(Into::into) }
    }
}
