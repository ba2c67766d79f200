//! Checks of the settings and of each group.

use super::super::answer::{TypePlan, Verdict};
use super::super::candidates::Candidate;
use super::super::demand::Asking;
use super::super::supply::reason;
use super::super::{TypeRow, distinct, tell, types_verdict};
use super::answer::{Check, MixedNode, Outcome};
use super::configmap_given;
use crate::model::{Cluster, Field, Tool};
use crate::note::text as note;
use std::fmt::Display;
use winpod::ipam::{IpamMode, Settings, mixed_capacity};

/// Whether Windows pods get addresses under the settings wished for.
pub(super) fn windows_ipam(cluster: &Cluster, wished: &Settings) -> Check {
    const NAME: &str = "windows-ipam";
    let flag = wished.windows_ipam;
    if !flag.is_on() {
        let why = crate::ipam::why_off(flag);
        return Check::new(NAME, Outcome::Fails, &note::MIGRATION_IPAM_OFF, &[("why", &why)]);
    }
    if configmap_given(cluster) {
        Check::new(NAME, Outcome::Ok, &note::MIGRATION_IPAM_ON, &[])
    } else {
        Check::new(NAME, Outcome::Warning, &note::MIGRATION_IPAM_ASSUMED, &[])
    }
}

/// Whether every type of a group can hold prefixes.
pub(super) fn nitro(new: &Asking<'_>) -> Check {
    const NAME: &str = "nitro";
    let group = &new.group.name;
    let nitro = |candidate: &&Candidate| candidate.limits.nitro();
    let with = tell::names(new.candidates.iter().filter(nitro));
    let without = tell::names(new.candidates.iter().filter(|candidate| !nitro(candidate)));
    let check = match (with, without) {
        (with, Some(types)) => {
            // Karpenter may use the other types.
            let any_will_do = new.group.tool == Tool::Karpenter && with.is_some();
            let outcome = if any_will_do { Outcome::Warning } else { Outcome::Fails };
            Check::new(NAME, outcome, &note::MIGRATION_NOT_NITRO, &[("types", &types), ("group", group)])
        }
        (Some(types), None) if !new.some_types_unknown() => {
            let values: [(&str, &dyn Display); 2] = [("types", &types), ("group", group)];
            Check::new(NAME, Outcome::Ok, &note::MIGRATION_NITRO, &values)
        }
        _ => {
            let why = match &new.group.instance_types {
                Field::Known(..) => "not every one is in a table",
                open => reason(open),
            };
            let values: [(&str, &dyn Display); 2] = [("group", group), ("reason", &why)];
            Check::new(NAME, Outcome::Unknown, &note::MIGRATION_NITRO_UNKNOWN, &values)
        }
    };
    check.of_group(group)
}

/// Whether Windows runs on the types, and their pods get addresses.
pub(super) fn types(new: &Asking<'_>) -> Check {
    let verdict = types_verdict(new);
    let text = match verdict {
        Verdict::Fits => &note::MIGRATION_TYPES,
        Verdict::Unknown => &note::MIGRATION_TYPES_DOUBTFUL,
        Verdict::DoesNotFit => &note::MIGRATION_TYPES_USELESS,
    };
    let group = &new.group.name;
    Check::new("instance-types", verdict.into(), text, &[("group", group)]).of_group(group)
}

impl TypeRow for MixedNode {
    fn label(&mut self) -> (&mut String, &mut u32) {
        (&mut self.instance_type, &mut self.same)
    }

    fn pods(&self) -> u32 {
        self.pods
    }
}

/// Full nodes of every Nitro type of a group, switched while their pods run.
pub(super) fn mixed(old: &Asking<'_>, new: &Asking<'_>) -> Vec<MixedNode> {
    let nodes = new.candidates.iter().zip(old.rows.iter().zip(&new.rows));
    let switched = nodes.filter(|(candidate, _)| candidate.limits.nitro());
    distinct(switched.map(|(candidate, (old, new_row))| node(new, candidate, old, new_row)).collect())
}

fn node(group: &Asking<'_>, candidate: &Candidate, old: &TypePlan, new: &TypePlan) -> MixedNode {
    let mixed = mixed_capacity(candidate.limits, IpamMode::PrefixDelegation, old.pods);
    // Old and new pods share what else limits a node.
    let pods = old.pods.saturating_add(mixed.real).min(new.pods.max(old.pods));
    MixedNode {
        node_group: group.group.name.clone(),
        instance_type: candidate.name.clone(),
        same: 1,
        secondary_pods: old.pods,
        advertised_addresses: mixed.advertised,
        addresses: mixed.real,
        pods,
        new_node_pods: new.pods,
        waiting_pods: new.pods.saturating_sub(pods),
    }
}

/// Why the move is not made on running nodes; nothing where no node of the group would be switched.
pub(super) fn mixed_check(new: &Asking<'_>, rows: &[MixedNode]) -> Option<Check> {
    const NAME: &str = "mixed-capacity";
    let worst = rows.iter().max_by_key(|row| row.waiting_pods)?;
    let group = &new.group.name;
    let check = if worst.waiting_pods == 0 {
        Check::new(NAME, Outcome::Ok, &note::MIGRATION_MIXED_ENOUGH, &[("group", group)])
    } else {
        Check::new(
            NAME,
            Outcome::Warning,
            &note::MIGRATION_MIXED,
            &[
                ("type", &worst.instance_type),
                ("group", group),
                ("advertised", &worst.advertised_addresses),
                ("addresses", &worst.addresses),
                ("secondary", &worst.secondary_pods),
                ("pods", &worst.pods),
                ("new", &worst.new_node_pods),
                ("waiting", &worst.waiting_pods),
            ],
        )
    };
    Some(check.of_group(group))
}
