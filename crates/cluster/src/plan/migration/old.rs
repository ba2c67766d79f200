//! What old nodes take of a subnet beside what the listings show of it.

use super::super::demand::{Asking, Need};
use super::Move;
use crate::model::{LiveNode, Os};

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
        let instances = moving.with_instances.contains(id);
        return (group.max_size, !instances && supply.now.prefixes.is_some());
    }
    let of_group = |node: &&LiveNode| {
        node.os == Some(Os::Windows) && node.group.as_deref() == Some(group.group.name.as_str())
    };
    let live = cluster.nodes.iter().filter(of_group);
    if !listed {
        // They are in EC2's own count.
        return (Some(0), true);
    }
    let shown = |node: &&LiveNode| node.instance.as_deref().is_some_and(|own| moving.instances.contains(own));
    let missing: Vec<&LiveNode> = live.filter(|node| !shown(node)).collect();
    // A node of no known instance may be a listed one, and addresses that nobody listed may be theirs.
    let sure = supply.now.unseen == 0 && missing.iter().all(|node| node.instance.is_some());
    (Some(u32::try_from(missing.len()).unwrap_or(u32::MAX)), sure)
}
