//! The policies found on a node.

use super::answer::{PolicyCounts, PolicyKindCounts};
use super::demand::Both;
use crate::model::{HnsPolicy, HnsProtocol, HnsSchema, external_addresses};
use crate::note::{Note, text as note};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use winpod::Ipv4Prefix;
use winpod::dsr::{Observed, Policies, PolicyKind, VIP_EXTERNAL_IP_FLAG, observe};
use winpod::ports::Protocol;
use winpod::windows::HnsVersion;

/// What a dump of a node shows.
pub(super) struct Dump {
    pub(super) observed: Observed,
    pub(super) counts: PolicyCounts,
    /// The policies as they are.
    pub(super) now: Policies,
    /// What they would be with DSR off and on.
    pub(super) both: Both,
    /// Whether kube-proxy marked external IPs, so that other addresses are cluster IPs.
    pub(super) marked: bool,
    /// The only version of HNS that the objects name.
    pub(super) hns: Option<HnsVersion>,
}

/// What a policy is for, in an answer: an address tells nothing without the range of services.
const ADDRESS: &str = "address";
const NOTHING: &str = "no-address";

/// The names of what a policy in a dump is for, in the order of answers.
const NAMES: [&str; 5] = [
    PolicyKind::ClusterIp.name(),
    PolicyKind::NodePort.name(),
    PolicyKind::ExternalIp.name(),
    ADDRESS,
    NOTHING,
];

/// What the policies of a dump are for.
pub(crate) struct Kinds {
    services: Option<Ipv4Prefix>,
    external: BTreeSet<Ipv4Addr>,
    /// One kube-proxy made them all, because it deletes those of others first, and one that marks any external IP or
    /// node port marks all.
    marked: bool,
}

impl Kinds {
    pub(crate) fn of(found: &[HnsPolicy], services: Option<Ipv4Prefix>) -> Self {
        let is_marked = |policy: &HnsPolicy| policy.mapping_flags() & VIP_EXTERNAL_IP_FLAG != 0;
        Self { services, external: external_addresses(found), marked: found.iter().any(is_marked) }
    }

    pub(crate) fn kind(&self, policy: &HnsPolicy) -> Option<PolicyKind> {
        match policy.vip {
            Some(vip) if self.external.contains(&vip) => Some(PolicyKind::ExternalIp),
            Some(_) if self.marked && self.services.is_none() && policy.schema == HnsSchema::V2 => {
                Some(PolicyKind::ClusterIp)
            }
            vip => PolicyKind::of_dump(vip, policy.mapping_flags(), self.services),
        }
    }
}

impl Dump {
    /// `None` without any policy.
    pub(super) fn of(
        found: &[HnsPolicy],
        services: Option<Ipv4Prefix>,
        notes: &mut Vec<Note>,
    ) -> Option<Self> {
        if found.is_empty() {
            return None;
        }
        let kinds = Kinds::of(found, services);
        let marked = kinds.marked && found.iter().all(|policy| policy.schema == HnsSchema::V2);
        let kind = |policy: &HnsPolicy| kinds.kind(policy);
        let mut counts = PolicyCounts { total: 0, dsr: 0, non_dsr: 0, undecided: 0, by_kind: Vec::new() };
        let mut by_kind =
            NAMES.map(|kind| PolicyKindCounts { kind: kind.to_owned(), dsr: 0, non_dsr: 0, undecided: 0 });
        let (mut now, mut both) = (Policies::default(), Both::default());
        let mut without_protocol = 0u32;
        for policy in found {
            let kind = kind(policy);
            counts.add(policy.dsr);
            let name = kind.map_or(if policy.vip.is_some() { ADDRESS } else { NOTHING }, PolicyKind::name);
            if let Some(row) = by_kind.iter_mut().find(|row| row.kind == name) {
                *(if policy.dsr { &mut row.dsr } else { &mut row.non_dsr }) += 1;
            }
            let protocols: BTreeSet<Protocol> =
                policy.ports.iter().filter_map(|port| protocol(port.protocol?)).collect();
            without_protocol += u32::from(policy.ports.iter().all(|port| port.protocol.is_none()));
            for protocol in protocols {
                let counted = kind.unwrap_or(PolicyKind::ExternalIp);
                now.insert(counted, protocol, Some(policy.dsr));
                let of = |flag| match kind {
                    Some(PolicyKind::ClusterIp) => Some(flag),
                    // Of an address that may be a cluster IP, the flag may decide.
                    None if policy.vip.is_some() => (policy.dsr == flag).then_some(flag),
                    _ => Some(policy.dsr),
                };
                both.without.insert(counted, protocol, of(false));
                both.with.insert(counted, protocol, of(true));
            }
        }
        if without_protocol > 0 {
            notes.push(Note::new(&note::DSR_DUMP_NO_PROTOCOL, &[("count", &without_protocol)]));
        }
        counts.by_kind = by_kind.into_iter().filter(|row| row.dsr + row.non_dsr > 0).collect();
        let addresses = found.iter().filter(|policy| policy.vip.is_some()).count();
        if let Some(range) = services {
            let inside = counts.by_kind.iter().any(|row| row.kind == PolicyKind::ClusterIp.name());
            if !inside && addresses > 0 {
                notes.push(Note::new(
                    &note::DSR_DUMP_NOT_OF_RANGE,
                    &[("range", &range), ("count", &addresses)],
                ));
            }
        } else if addresses > 0 && !marked {
            notes.push(Note::new(&note::DSR_DUMP_NO_RANGE, &[]));
        }
        // Every cluster has cluster IPs, so where all addresses agree they agree too, whatever the range of services is.
        let observed = observe(found.iter().map(|policy| match kind(policy) {
            Some(kind) => (kind, policy.dsr),
            None if policy.vip.is_some() => (PolicyKind::ClusterIp, policy.dsr),
            None => (PolicyKind::ExternalIp, policy.dsr),
        }));
        Some(Self { observed, counts, now, both, marked, hns: version(found, notes) })
    }
}

impl PolicyCounts {
    fn add(&mut self, dsr: bool) {
        self.total = self.total.saturating_add(1);
        let place = if dsr { &mut self.dsr } else { &mut self.non_dsr };
        *place = place.saturating_add(1);
    }
}

fn protocol(protocol: HnsProtocol) -> Option<Protocol> {
    match protocol {
        HnsProtocol::Tcp => Some(Protocol::Tcp),
        HnsProtocol::Udp => Some(Protocol::Udp),
        HnsProtocol::Other(132) => Some(Protocol::Sctp),
        HnsProtocol::Other(_) => None,
    }
}

/// The version that every object of the first schema carries.
fn version(found: &[HnsPolicy], notes: &mut Vec<Note>) -> Option<HnsVersion> {
    let mut versions = found.iter().filter_map(|policy| Some((policy.version?, &policy.place)));
    let (first, place) = versions.next()?;
    if let Some((other, there)) = versions.find(|(version, _)| *version != first) {
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("first", &first), ("place", place), ("other", &other), ("there", there)];
        notes.push(Note::new(&note::DSR_DUMP_VERSIONS_DIFFER, &values));
        return None;
    }
    Some(first)
}
