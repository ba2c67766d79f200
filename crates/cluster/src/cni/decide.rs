//! Which option to take: the first line of a table that holds.

use super::answer::{CniOption, CniReason};
use super::policies::Policies;
use super::reason::{reason, some};
use super::{Cni, Facts};
use crate::note::{Text, text};
use crate::plan::Verdict;
use std::fmt::Display;

pub(super) fn decide(facts: &Facts<'_>, options: &[CniOption]) -> (Option<Cni>, Vec<CniReason>) {
    let of = |cni: Cni| {
        let option = options.iter().find(|option| option.cni == cni.name());
        option.map_or(Verdict::Unknown, |option| option.verdict)
    };
    if facts.groups.is_empty() {
        return (None, vec![reason(&text::CNI_DECIDE_NO_GROUPS, &[])]);
    }
    let (cni, mut because) = match &facts.policies {
        Policies::Windows(_) => with_policies(facts, of(Cni::CalicoPolicy)),
        Policies::Open => (None, vec![plain(&text::CNI_DECIDE_OPEN)]),
        Policies::None | Policies::Others => without_policies(facts, &of),
    };
    if matches!(facts.policies, Policies::None) && cni.is_some() {
        because.push(plain(&text::CNI_DECIDE_POLICIES_ASSUMED));
    }
    if facts.now.cni == Some(Cni::Overlay) {
        because.push(plain(&text::CNI_DECIDE_OVERLAY_NOW));
    }
    (cni, because)
}

fn plain(text: &Text) -> CniReason {
    reason(text, &[])
}

/// Only Calico enforces policies on Windows nodes, and only over the VPC CNI is it listed there.
fn with_policies(facts: &Facts<'_>, calico: Verdict) -> (Option<Cni>, Vec<CniReason>) {
    let (number, policies) = (facts.policies.number(), facts.policies.names());
    let groups = some(facts.groups.iter().map(|group| group.name.as_str()));
    let values: [(&str, &dyn Display); 3] =
        [("number", &number), ("policies", &policies), ("groups", &groups)];
    let why = |text: &Text| vec![reason(text, &values), plain(&text::CNI_CALICO_LISTED)];
    match (calico, facts.on_nodes.verdict, facts.policy_room().verdict) {
        (Verdict::Fits, ..) => (Some(Cni::CalicoPolicy), why(&text::CNI_DECIDE_POLICY)),
        (_, Verdict::DoesNotFit | Verdict::Unknown, _) => (None, why(&text::CNI_DECIDE_PLATFORM)),
        (_, _, Verdict::DoesNotFit) => {
            let mut because = why(&text::CNI_DECIDE_POLICY_NO_ROOM);
            because.extend(no_room(facts));
            (None, because)
        }
        _ => (None, vec![reason(&text::CNI_DECIDE_POLICY_OPEN, &values)]),
    }
}

fn without_policies(facts: &Facts<'_>, of: &dyn Fn(Cni) -> Verdict) -> (Option<Cni>, Vec<CniReason>) {
    // What runs and fits stays: a move is worth nothing by itself.
    if let Some(now) = facts.now.cni.filter(|now| of(*now) == Verdict::Fits) {
        return (Some(now), vec![reason(&text::CNI_DECIDE_STAY, &[("cni", &now.called())])]);
    }
    match (of(Cni::Vpc), of(Cni::Prefixes)) {
        (Verdict::Fits, _) => (Some(Cni::Vpc), vec![plain(&text::CNI_DECIDE_VPC)]),
        (Verdict::DoesNotFit, Verdict::Fits) => {
            (Some(Cni::Prefixes), vec![plain(&text::CNI_DECIDE_PREFIXES)])
        }
        (Verdict::DoesNotFit, Verdict::DoesNotFit) => (None, no_room(facts)),
        _ => (None, vec![plain(&text::CNI_DECIDE_OPEN)]),
    }
}

/// Why no mode of the VPC CNI fits.
fn no_room(facts: &Facts<'_>) -> Vec<CniReason> {
    match (facts.secondary.subnet_short(), facts.prefixes.subnet_short()) {
        (true, _) => vec![plain(&text::CNI_DECIDE_LARGER_SUBNETS), plain(&text::CNI_DECIDE_OVERLAY_LAST)],
        (false, true) => vec![plain(&text::CNI_DECIDE_LARGER_FOR_PREFIXES)],
        (false, false) => vec![plain(&text::CNI_DECIDE_GROUPS)],
    }
}
