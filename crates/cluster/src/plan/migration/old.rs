//! What old nodes take of a subnet beside what the listings show of it.

use super::super::demand::{Asking, Need};
use super::Move;

/// Bounds of a demand; `None` where the files do not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unlisted {
    pub(super) at_least: Need,
    pub(super) at_most: Option<Need>,
}

/// The old nodes that are not among the listed interfaces of a subnet.
pub(super) fn unlisted(moving: &Move<'_>, id: &str) -> Unlisted {
    let mut sum = Unlisted { at_least: Need::default(), at_most: Some(Need::default()) };
    for group in moving.old.iter().filter(|group| group.subnets.contains(&id)) {
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
