//! What old nodes take of a subnet beside what the listings show of it.

use super::super::demand::{Asking, Cost, Need};
use super::Move;
use winpod::ipam::{ADDRESSES_PER_PREFIX, Settings, steady_state};

/// Bounds of a demand; `None` where the files do not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unlisted {
    pub(super) at_least: Need,
    pub(super) at_most: Option<Need>,
    /// What old nodes, listed or not, take at the most as soon as the mode is switched.
    pub(super) switched: Option<Need>,
}

/// /28 that a node keeps without any pod; a node whose pods have all slots takes none.
///
/// # Source
/// `SwitchActsOnAllNodes`.
pub(super) fn warm_prefixes(group: &Asking<'_>, after: &Settings) -> u32 {
    let rest = group.candidates.iter().map(|candidate| {
        let node = after.on_node(candidate.limits);
        steady_state(candidate.limits, &node, 0, 0).prefixes
    });
    rest.max().unwrap_or(0)
}

/// The old nodes that are not among the listed interfaces of a subnet.
pub(super) fn unlisted(moving: &Move<'_>, id: &str) -> Unlisted {
    let none = Need::default();
    let mut sum = Unlisted { at_least: none, at_most: Some(none), switched: Some(none) };
    let groups = moving.old.iter().zip(&moving.switched);
    for (group, warm) in groups.filter(|(group, _)| group.subnets.contains(&id)) {
        let (nodes, sure) = nodes(moving, group, id);
        let more = |need: Need| {
            let nodes = nodes?;
            if nodes == 0 {
                return Some(need);
            }
            Some(need.and(group.here(nodes, id, None, moving.supplies), group.cost?))
        };
        if sure && let Some(need) = more(sum.at_least) {
            sum.at_least = need;
        }
        sum.at_most = sum.at_most.and_then(more);
        let listed = moving.listed.get(&(id, group.group.name.as_str())).copied().unwrap_or(0);
        let warm = Cost { addresses: ADDRESSES_PER_PREFIX * warm, prefixes: *warm };
        sum.switched = sum.switched.zip(nodes).map(|(need, unlisted)| {
            let unlisted = if unlisted == 0 { 0 } else { group.here(unlisted, id, None, moving.supplies) };
            need.and(listed.saturating_add(unlisted), warm)
        });
    }
    sum
}

/// How many old nodes of a group, over all of its subnets, are on top of what this one shows, and whether they surely
/// are.
fn nodes(moving: &Move<'_>, group: &Asking<'_>, id: &str) -> (Option<u32>, bool) {
    let (cluster, supply) = (moving.cluster, &moving.supplies[id]);
    let planned = cluster.subnets[id].planned;
    let listed = planned || cluster.interfaces_listed;
    if cluster.nodes.is_empty() {
        // Any instance here may be one of them; so may what EC2 counts without a listing.
        let shown = moving.with_instances.contains(id) || supply.now.unseen > 0;
        return (group.max_size, !shown && supply.now.prefixes.is_some());
    }
    if !listed {
        // They are in EC2's own count.
        return (Some(0), true);
    }
    let missing = moving.missing.get(group.group.name.as_str()).copied().unwrap_or_default();
    // Addresses that nobody listed may be theirs.
    (Some(missing.count), supply.now.unseen == 0 && !missing.nameless)
}
