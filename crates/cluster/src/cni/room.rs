//! What the groups' nodes take and whether their subnets have it: `plan`'s own numbers in each mode.

use super::answer::{CniPods, CniReason};
use super::reason::reason;
use crate::model::Cluster;
use crate::note::{Note, Text, text};
use crate::plan::supply::Supply;
use crate::plan::{self, Counted, Demand, SubnetPlan, Verdict};
use std::collections::BTreeMap;
use std::fmt::Display;
use winpod::Ipv4Prefix;
use winpod::ipam::{IpamMode, Key};

/// Addresses of a block that Calico keeps on a Windows node.
///
/// # Source
/// `CalicoBlockPerHost`.
const KEPT: u32 = 4;
/// What Calico takes where no size of a block is written.
pub(crate) const DEFAULT_BLOCK: u8 = 26;
/// The name of the mode in which the VPC gives pods no addresses.
const OVERLAY: &str = "overlay";

/// What `plan` tells about groups that bears on a CNI.
const TOLD: [&Text; 13] = [
    &text::NOT_NITRO,
    &text::TYPE_NOT_WINDOWS,
    &text::TYPE_WINDOWS_UNKNOWN,
    &text::TYPE_NOT_IN_CONTROLLER,
    &text::TYPES_UNKNOWN,
    &text::SUBNETS_UNKNOWN,
    &text::SUBNETS_BY_TAG_UNKNOWN,
    &text::SUBNETS_NOT_DESCRIBED,
    &text::ZONE_WITHOUT_SUBNET,
    &text::MAX_SIZE_UNKNOWN,
    &text::WORKLOADS_EXCEED,
    &text::WORKLOAD_NOWHERE,
    &text::KARPENTER_OVERBUYS,
];

/// The groups under one mode.
pub(super) struct Room<'c> {
    mode: &'static str,
    counted: Counted<'c>,
    pub(super) verdict: Verdict,
    told: Vec<Note>,
}

impl<'c> Room<'c> {
    pub(super) fn in_mode(
        cluster: &'c Cluster,
        supplies: &'c BTreeMap<String, Supply>,
        set: &BTreeMap<Key, String>,
        mode: IpamMode,
    ) -> Self {
        let settings = plan::settings_in(cluster, set, mode);
        let mut told = Vec::new();
        let counted = Counted::of(cluster, &settings, supplies, &mut told, &mut Vec::new());
        Self::judged(mode.name(), counted, cluster, told)
    }

    /// The same groups where the VPC gives addresses to nodes only, and each node has one block of this length.
    pub(super) fn in_overlay(
        cluster: &'c Cluster,
        supplies: &'c BTreeMap<String, Supply>,
        set: &BTreeMap<Key, String>,
        block: u8,
    ) -> Self {
        let settings = plan::settings_in(cluster, set, IpamMode::SecondaryIp);
        let mut told = Vec::new();
        let Counted { mut groups, mut asking, .. } =
            Counted::of(cluster, &settings, supplies, &mut told, &mut Vec::new());
        let addresses = addresses_of(block);
        for (group, asks) in groups.iter_mut().zip(&mut asking) {
            for row in group.types.iter_mut().chain(&mut asks.rows) {
                *row = plan::with_addresses(row, addresses);
            }
            asks.cost = asks.cost.map(|_| plan::Cost { addresses: 1, prefixes: 0 });
        }
        let counted = Counted::from_parts(groups, asking, supplies, true);
        Self::judged(OVERLAY, counted, cluster, told)
    }

    fn judged(mode: &'static str, counted: Counted<'c>, cluster: &Cluster, mut told: Vec<Note>) -> Self {
        let verdict = counted.verdict(cluster, &mut told);
        told.retain(|note| TOLD.iter().any(|text| text.key == note.code));
        Self { mode, counted, verdict, told }
    }

    pub(super) fn pods_per_node(&self) -> Vec<CniPods> {
        let of_group = |group: &plan::GroupPlan| {
            let rows = group.types.iter().map(|row| CniPods {
                node_group: group.name.clone(),
                instance_type: row.instance_type.clone(),
                same: row.same,
                mode: if self.mode == OVERLAY { OVERLAY.to_owned() } else { row.mode.clone() },
                pods: row.pods,
                limited_by: row.limited_by,
                node_addresses: row.node_addresses,
                node_prefixes: row.node_prefixes,
            });
            rows.collect::<Vec<_>>()
        };
        self.counted.groups.iter().flat_map(of_group).collect()
    }

    /// Whether a subnet is too small.
    pub(super) fn subnet_short(&self) -> bool {
        self.counted.subnets.iter().any(|subnet| subnet.verdict == Verdict::DoesNotFit)
    }

    /// Whether none of the types that the groups may have takes prefixes.
    pub(super) fn no_type_takes_prefixes(&self) -> bool {
        let mut candidates = self.counted.asking.iter().flat_map(|asks| &asks.candidates).peekable();
        candidates.peek().is_some() && candidates.all(|candidate| !candidate.limits.nitro())
    }

    /// What keeps the verdict open.
    pub(super) fn open(&self) -> Open {
        let asking = || self.counted.asking.iter();
        Open {
            types: asking().any(|asks| asks.candidates.is_empty() || asks.some_types_unknown()),
            groups: asking().any(|asks| asks.max_size.is_none()),
            subnets: asking().any(|asks| asks.subnets.is_empty()),
            interfaces: self
                .counted
                .subnets
                .iter()
                .any(|subnet| subnet.free_addresses.is_none() || subnet.free_prefixes.is_none()),
        }
    }

    /// What the verdict rests on: what a node takes, what the subnets have, and what `plan` tells besides.
    pub(super) fn because(&self) -> Vec<CniReason> {
        let mut because: Vec<CniReason> =
            self.counted.groups.iter().map(|group| self.density(group)).collect();
        because.extend(self.counted.subnets.iter().filter_map(subnet));
        if let Some(failure) = &self.counted.first_failure {
            let lacks = if failure.lacks == "prefixes" { "free /28" } else { failure.lacks.as_str() };
            let when = if failure.at == "upgrade" { "that its upgrade adds" } else { "at its largest size" };
            let values: [(&str, &dyn Display); 6] = [
                ("group", &failure.node_group),
                ("node", &failure.node),
                ("of", &failure.of),
                ("when", &when),
                ("subnet", &failure.subnet),
                ("lacks", &lacks),
            ];
            because.push(reason(&text::CNI_FIRST_FAILURE, &values));
        }
        because.extend(self.told.iter().cloned().map(CniReason::from));
        because
    }

    fn density(&self, group: &plan::GroupPlan) -> CniReason {
        // The worst one: a node may be of any type.
        let Some(row) = group.types.iter().min_by_key(|row| row.pods) else {
            return reason(&text::CNI_DENSITY_OPEN, &[("group", &group.name)]);
        };
        let at_least = if group.types.len() > 1 { "at least " } else { "" };
        let limit = match row.limited_by {
            plan::LimitedBy::Addresses => "addresses",
            plan::LimitedBy::MaxPods => "the kubelet's pod limit",
            plan::LimitedBy::Cpu => "CPU",
            plan::LimitedBy::Memory => "memory",
        };
        let values: [(&str, &dyn Display); 7] = [
            ("group", &group.name),
            ("at-least", &at_least),
            ("pods", &row.pods),
            ("type", &row.instance_type),
            ("limit", &limit),
            ("addresses", &row.node_addresses),
            ("prefixes", &row.node_prefixes),
        ];
        let text = match (self.mode, row.node_prefixes) {
            (OVERLAY, _) => &text::CNI_DENSITY_OVERLAY,
            (_, 0) => &text::CNI_DENSITY_SECONDARY,
            _ => &text::CNI_DENSITY_PREFIXES,
        };
        let place = crate::model::Place::of(&group.location);
        reason(text, &values).at(Some(&place))
    }
}

/// What is not known of the groups.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
pub(super) struct Open {
    pub(super) types: bool,
    pub(super) groups: bool,
    pub(super) subnets: bool,
    pub(super) interfaces: bool,
}

/// Pods that a block of this length gives addresses to.
pub(crate) fn addresses_of(block: u8) -> u32 {
    let block = Ipv4Prefix::truncating(std::net::Ipv4Addr::UNSPECIFIED, block);
    let all = block.map_or(0, Ipv4Prefix::address_count);
    u32::try_from(all).unwrap_or(u32::MAX).saturating_sub(KEPT)
}

/// What is needed of a subnet against what it has, in the worst situation that counts.
fn subnet(subnet: &SubnetPlan) -> Option<CniReason> {
    let counts = subnet.demand.iter().filter(|demand| demand.at != "zone-loss");
    let worst =
        counts.max_by_key(|demand| (demand.verdict, demand.needed_prefixes, demand.needed_addresses))?;
    let needed = amount(worst.needed_prefixes, worst.needed_addresses);
    let when = match worst.at.as_str() {
        "upgrade" => "during an upgrade".to_owned(),
        size => format!("at the {size} size"),
    };
    let there = there(worst);
    let values: [(&str, &dyn Display); 6] = [
        ("subnet", &subnet.id),
        ("cidr", &subnet.cidr),
        ("when", &when),
        ("nodes", &worst.nodes),
        ("needed", &needed),
        ("there", &there),
    ];
    let text = match subnet.verdict {
        Verdict::Fits => &text::CNI_SUBNET_HOLDS,
        Verdict::Unknown => &text::CNI_SUBNET_OPEN,
        Verdict::DoesNotFit => &text::CNI_SUBNET_SHORT,
    };
    Some(reason(text, &values))
}

fn amount(prefixes: u64, addresses: u64) -> String {
    if prefixes > 0 {
        format!("{prefixes} /28 and {addresses} addresses in all")
    } else {
        format!("{addresses} addresses")
    }
}

fn there(demand: &Demand) -> String {
    let shown =
        |number: Option<u64>| number.map_or("an unknown number".to_owned(), |number| number.to_string());
    let addresses = shown(demand.available_addresses);
    match demand.needed_prefixes {
        0 => format!("{addresses} are there"),
        _ => format!("{} /28 and {addresses} addresses are there", shown(demand.available_prefixes)),
    }
}

#[cfg(test)]
mod tests {
    use super::addresses_of;

    #[test]
    fn a_block_gives_four_addresses_less() {
        assert_eq!([26, 25, 24, 30, 32].map(addresses_of), [60, 124, 252, 0, 0]);
    }
}
