//! What the groups ask of each subnet, against what it has.

use super::answer::{Demand, Failure, NodesThatFit, SubnetPlan, TypePlan, Verdict};
use super::candidates::Candidate;
use super::density::surge;
use super::supply::{Free, Supply};
use crate::model::{InstanceTypes, NodeGroup, Tool};
use std::collections::{BTreeMap, BTreeSet};

/// What one node takes from its subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) addresses: u32,
    pub(crate) prefixes: u32,
}

impl Cost {
    /// The larger of both parts.
    pub(super) fn max(self, other: Self) -> Self {
        Self { addresses: self.addresses.max(other.addresses), prefixes: self.prefixes.max(other.prefixes) }
    }
}

/// A group as far as its demand goes.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) group: &'a NodeGroup,
    /// The most that a node of any of its types takes; `None` if no type is known.
    pub(crate) cost: Option<Cost>,
    /// Described subnets that its nodes go to.
    pub(crate) subnets: Vec<&'a str>,
    /// The types that its nodes may have.
    pub(crate) candidates: Vec<Candidate>,
    /// What a node of each of them takes.
    pub(crate) rows: Vec<TypePlan>,
    /// Largest number of nodes; also where only Karpenter's CPU limit says it.
    pub(crate) max_size: Option<u32>,
}

impl Asking<'_> {
    /// Whether the group names types that no table has.
    pub(crate) fn some_types_unknown(&self) -> bool {
        match self.group.instance_types.known() {
            Some(InstanceTypes::Named(names)) => names.len() > self.candidates.len(),
            _ => false,
        }
    }

    fn zones(&self, supplies: &BTreeMap<String, Supply>) -> BTreeSet<String> {
        // A subnet of unknown zone counts as a zone of its own.
        self.subnets.iter().map(|id| zone_of(id, supplies)).collect()
    }

    /// How many of some nodes are in this subnet: Availability Zones get equal shares, and subnets of one zone equal
    /// parts of its share; the odd ones may all be here.
    pub(crate) fn here(
        &self,
        nodes: u32,
        id: &str,
        lost: Option<&str>,
        supplies: &BTreeMap<String, Supply>,
    ) -> u32 {
        let own = zone_of(id, supplies);
        let zones = self.zones(supplies).iter().filter(|zone| Some(zone.as_str()) != lost).count();
        let beside = self.subnets.iter().filter(|subnet| zone_of(subnet, supplies) == own).count();
        spread(spread(nodes, zones), beside)
    }
}

/// A pool that may shrink to nothing has no minimum of its own.
fn min_size(asking: &Asking<'_>) -> Option<u32> {
    let none = if asking.group.tool == Tool::Karpenter { Some(0) } else { None };
    asking.group.min_size.known().copied().or(none)
}

pub(crate) fn zone_of(id: &str, supplies: &BTreeMap<String, Supply>) -> String {
    supplies[id].zone.clone().unwrap_or_else(|| id.to_owned())
}

const SITUATIONS: [&str; 5] = ["minimum", "desired", "maximum", "upgrade", "zone-loss"];

/// Every subnet that a group uses, with its demand in every situation that the sizes of its groups tell.
pub(crate) fn subnets(asking: &[Asking<'_>], supplies: &BTreeMap<String, Supply>) -> Vec<SubnetPlan> {
    let used: BTreeSet<&str> = asking.iter().flat_map(|group| group.subnets.iter().copied()).collect();
    used.into_iter()
        .map(|id| {
            let supply = &supplies[id];
            let here: Vec<&Asking<'_>> = asking.iter().filter(|group| group.subnets.contains(&id)).collect();
            let sized: Vec<&Asking<'_>> = here
                .iter()
                .copied()
                .filter(|group| group.cost.is_some() && group.max_size.is_some())
                .collect();
            let demand: Vec<Demand> = SITUATIONS
                .iter()
                .filter_map(|situation| {
                    // Where one group's size is open, the others may be too many all the same.
                    situation_in(id, situation, &here, supply, supplies).or_else(|| {
                        situation_in(id, situation, &sized, supply, supplies)
                            .filter(|demand| demand.verdict == Verdict::DoesNotFit)
                    })
                })
                .collect();
            let asked = ["maximum", "upgrade"];
            let complete = asked.iter().all(|situation| demand.iter().any(|demand| demand.at == *situation));
            let verdict = demand
                .iter()
                .filter(|demand| demand.at != "zone-loss")
                .map(|demand| demand.verdict)
                .chain((!complete).then_some(Verdict::Unknown))
                .max()
                .unwrap_or(Verdict::Unknown);
            SubnetPlan {
                id: id.to_owned(),
                cidr: supply.cidr.to_string(),
                availability_zone: supply.zone.clone(),
                free_addresses: supply.now.addresses,
                free_prefixes: supply.now.prefixes,
                held_addresses: supply.held,
                held_prefixes: supply.held_prefixes,
                demand,
                nodes_that_fit: here.iter().map(|group| nodes_that_fit(group, supply.now)).collect(),
                verdict,
            }
        })
        .collect()
}

fn situation_in(
    id: &str,
    situation: &str,
    groups: &[&Asking<'_>],
    supply: &Supply,
    supplies: &BTreeMap<String, Supply>,
) -> Option<Demand> {
    let cases: Vec<Need> = match situation {
        "minimum" => vec![each(id, groups, supplies, min_size)?],
        "desired" => vec![each(id, groups, supplies, |group| group.group.desired_size.known().copied())?],
        "maximum" => vec![each(id, groups, supplies, |group| group.max_size)?],
        "upgrade" => upgrade(id, groups, supplies)?,
        _ => zone_loss(id, groups, supplies),
    };
    // One case can be dear in prefixes and another in addresses, so the verdict decides first.
    cases
        .into_iter()
        .map(|need| against(situation, need, supply.for_groups))
        .max_by_key(|demand| (demand.verdict, demand.needed_prefixes, demand.needed_addresses))
}

/// What some nodes take together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Need {
    pub(super) nodes: u64,
    pub(super) addresses: u64,
    pub(super) prefixes: u64,
}

impl Need {
    pub(super) fn and(self, nodes: u32, cost: Cost) -> Self {
        let nodes = u64::from(nodes);
        Self {
            nodes: self.nodes + nodes,
            addresses: self.addresses + nodes * u64::from(cost.addresses),
            prefixes: self.prefixes + nodes * u64::from(cost.prefixes),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            addresses: self.addresses + other.addresses,
            prefixes: self.prefixes + other.prefixes,
        }
    }
}

/// What the nodes here need.
fn each(
    id: &str,
    groups: &[&Asking<'_>],
    supplies: &BTreeMap<String, Supply>,
    size: fn(&Asking<'_>) -> Option<u32>,
) -> Option<Need> {
    groups.iter().try_fold(Need::default(), |need, group| {
        Some(need.and(group.here(size(group)?, id, None, supplies), group.cost?))
    })
}

/// An equal share, rounded up: the odd ones may all be here.
pub(crate) fn spread(nodes: u32, parts: usize) -> u32 {
    nodes.div_ceil(u32::try_from(parts.max(1)).unwrap_or(u32::MAX))
}

/// Every group at its maximum, and in each case another one being replaced.
fn upgrade(id: &str, groups: &[&Asking<'_>], supplies: &BTreeMap<String, Supply>) -> Option<Vec<Need>> {
    let need = each(id, groups, supplies, |group| group.max_size)?;
    groups
        .iter()
        .map(|group| {
            let zones = u32::try_from(group.zones(supplies).len()).unwrap_or(u32::MAX);
            let size = group.max_size?;
            let more = surge(group.group, size, zones)?;
            let here = |nodes| group.here(nodes, id, None, supplies);
            let more_here = match group.group.tool {
                // A second group is spread by itself: its odd nodes may be where those of the first are.
                tool if tool.is_self_managed() => here(more),
                // Old and new nodes of one group are spread together.
                _ => here(size.saturating_add(more)) - here(size),
            };
            Some(need.and(more_here, group.cost?))
        })
        .collect()
}

/// Nodes here when one other zone is lost and its nodes move to the rest, a case for each zone; none where no
/// group could move or a size is not known.
fn zone_loss(id: &str, groups: &[&Asking<'_>], supplies: &BTreeMap<String, Supply>) -> Vec<Need> {
    let own = zone_of(id, supplies);
    let zones: BTreeSet<String> = groups.iter().flat_map(|group| group.zones(supplies)).collect();
    zones
        .into_iter()
        .filter(|lost| *lost != own)
        .filter_map(|lost| {
            groups.iter().try_fold(Need::default(), |need, group| {
                Some(need.and(group.here(group.max_size?, id, Some(&lost), supplies), group.cost?))
            })
        })
        .collect()
}

fn against(situation: &str, need: Need, free: Free) -> Demand {
    Demand {
        at: situation.to_owned(),
        nodes: need.nodes,
        needed_addresses: need.addresses,
        needed_prefixes: need.prefixes,
        available_addresses: free.addresses.map(u64::from),
        available_prefixes: free.prefixes.map(u64::from),
        verdict: enough(need.addresses, need.prefixes, free),
    }
}

/// Whether the free room is enough. EC2 places single addresses, each node's own among them, where it likes: in
/// the worst case every one breaks a free block, in the best none does.
///
/// # Source
/// `SubnetChoiceUndocumented`.
pub(super) fn enough(addresses: u64, prefixes: u64, free: Free) -> Verdict {
    let single = singles(addresses, prefixes);
    let by_addresses = match free.addresses.map(u64::from) {
        // No single address comes out of a range set aside for prefixes.
        Some(there) if addresses <= there && single + u64::from(free.for_prefixes_only) <= there => {
            Verdict::Fits
        }
        Some(_) => Verdict::DoesNotFit,
        None => Verdict::Unknown,
    };
    let by_prefixes = match free.prefixes {
        _ if prefixes == 0 => Verdict::Fits,
        _ if prefixes > u64::from(free.prefixes_at_most) => Verdict::DoesNotFit,
        Some(_) if prefixes <= sure_prefixes(free, single) => Verdict::Fits,
        Some(_) | None => Verdict::Unknown,
    };
    by_addresses.max(by_prefixes)
}

/// Prefixes that are there wherever EC2 places so many single addresses. Whether EC2 still gives prefixes from
/// elsewhere where there is a reservation for them is not documented, so then only those in it are sure.
fn sure_prefixes(free: Free, singles: u64) -> u64 {
    let (there, broken) = match free.reserved_prefixes {
        Some(reserved) => (reserved, u64::from(free.unseen)),
        None => (free.prefixes.unwrap_or(0), u64::from(free.unseen) + singles),
    };
    u64::from(there).saturating_sub(broken)
}

/// Addresses that are taken one by one, not as part of a prefix.
pub(crate) fn singles(addresses: u64, prefixes: u64) -> u64 {
    addresses.saturating_sub(16 * prefixes)
}

fn nodes_that_fit(group: &Asking<'_>, free: Free) -> NodesThatFit {
    let nodes = group.cost.and_then(|cost| {
        let there = u64::from(free.addresses?);
        let single = singles(cost.addresses.into(), cost.prefixes.into()).max(1);
        let by_addresses = (there / u64::from(cost.addresses.max(1)))
            .min(there.saturating_sub(free.for_prefixes_only.into()) / single);
        if cost.prefixes == 0 {
            return Some(by_addresses);
        }
        free.prefixes?;
        // Every node may break one more block with its own address, but none that is set aside.
        let each = u64::from(cost.prefixes) + u64::from(free.reserved_prefixes.is_none());
        Some(by_addresses.min(sure_prefixes(free, 0) / each))
    });
    NodesThatFit { node_group: group.group.name.clone(), nodes }
}

/// What a subnet has left while groups grow; a node's own address breaks no free block here.
#[derive(Clone, Copy)]
struct Left {
    addresses: u64,
    prefixes: u64,
    singles: u64,
}

impl Left {
    /// Takes one node's share, or tells what is lacking.
    fn take(&mut self, cost: Cost) -> Result<(), &'static str> {
        let single = singles(cost.addresses.into(), cost.prefixes.into());
        if self.addresses < cost.addresses.into() || self.singles < single {
            return Err("addresses");
        }
        if self.prefixes < cost.prefixes.into() {
            return Err("prefixes");
        }
        self.addresses -= u64::from(cost.addresses);
        self.prefixes -= u64::from(cost.prefixes);
        self.singles -= single;
        Ok(())
    }
}

/// A group that grows node by node, each node in the zone and subnet with the fewest of its group, the first one of
/// several.
struct Growing<'a> {
    group: &'a NodeGroup,
    cost: Cost,
    size: u32,
    zones: Vec<Vec<&'a str>>,
}

impl<'a> Growing<'a> {
    fn of(asking: &'a Asking<'_>, supplies: &BTreeMap<String, Supply>) -> Option<Self> {
        let mut zones: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for id in &asking.subnets {
            zones.entry(zone_of(id, supplies)).or_default().push(id);
        }
        let zones = zones.into_values().collect();
        Some(Self { group: asking.group, cost: asking.cost?, size: asking.max_size?, zones })
    }

    /// The subnet of its n-th node, counted from 0.
    fn subnet(&self, node: u32) -> &'a str {
        let zone = &self.zones[node as usize % self.zones.len()];
        zone[node as usize / self.zones.len() % zone.len()]
    }

    fn place(&self, node: u32, left: &mut BTreeMap<&str, Left>) -> Result<(), &'static str> {
        left.get_mut(self.subnet(node)).map_or(Ok(()), |room| room.take(self.cost))
    }

    fn failure(&self, at: &str, node: u32, of: u32, subnet: &str, lacks: &str) -> Failure {
        Failure {
            node_group: self.group.name.clone(),
            at: at.to_owned(),
            node,
            of,
            subnet: subnet.to_owned(),
            lacks: lacks.to_owned(),
        }
    }
}

/// Lets every group grow node by node in turn, then each be upgraded by itself, and tells where the first node finds no
/// room.
pub(super) fn first_failure(asking: &[Asking<'_>], supplies: &BTreeMap<String, Supply>) -> Option<Failure> {
    let mut left: BTreeMap<&str, Left> = supplies
        .iter()
        .filter_map(|(id, supply)| {
            let free = supply.for_groups;
            let prefixes = u64::from(free.prefixes.unwrap_or(free.prefixes_at_most));
            let addresses = u64::from(free.addresses?);
            let singles = addresses.saturating_sub(free.for_prefixes_only.into());
            Some((id.as_str(), Left { addresses, prefixes, singles }))
        })
        .collect();
    let growing: Vec<Growing<'_>> = asking
        .iter()
        // Where no subnet can be counted nothing ever runs out.
        .filter(|asks| asks.subnets.iter().any(|subnet| left.contains_key(subnet)))
        .filter_map(|asks| Growing::of(asks, supplies))
        .collect();
    let most = growing.iter().map(|group| group.size).max().unwrap_or(0);
    for node in 0..most {
        for group in growing.iter().filter(|group| node < group.size) {
            if let Err(lacks) = group.place(node, &mut left) {
                return Some(group.failure("maximum", node + 1, group.size, group.subnet(node), lacks));
            }
        }
    }
    growing.iter().find_map(|group| {
        let zones = u32::try_from(group.zones.len()).unwrap_or(u32::MAX);
        let more = surge(group.group, group.size, zones)?;
        // A second group starts from its own first node.
        let first = if group.group.tool.is_self_managed() { 0 } else { group.size };
        let mut left = left.clone();
        (0..more).find_map(|node| {
            let place = first.saturating_add(node);
            let lacks = group.place(place, &mut left).err()?;
            Some(group.failure("upgrade", node + 1, more, group.subnet(place), lacks))
        })
    })
}
