//! Blocks that a configuration adds to a VPC.

use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{ExtraBlocks, Field};
use std::fmt::Display;
use winpod::Ipv4Prefix;

/// Blocks that a VPC has at most by default, and the first of them.
///
/// Source: Amazon VPC user guide, quotas (2023-04).
const DEFAULT_BLOCKS: usize = 5;

/// Ranges that the rules on further blocks tell apart.
///
/// Source: Amazon VPC user guide, VPC CIDR blocks, restrictions on associations (2023-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    Ten,
    OneSevenTwo,
    OneNineTwo,
    Benchmark,
    Shared,
    LinkLocal,
    Public,
}

impl Range {
    fn of(block: Ipv4Prefix) -> Self {
        const RANGES: [(Ipv4Prefix, Range); 6] = [
            (Ipv4Prefix::constant([10, 0, 0, 0], 8), Range::Ten),
            (Ipv4Prefix::constant([172, 16, 0, 0], 12), Range::OneSevenTwo),
            (Ipv4Prefix::constant([192, 168, 0, 0], 16), Range::OneNineTwo),
            (Ipv4Prefix::constant([198, 19, 0, 0], 16), Range::Benchmark),
            (Ipv4Prefix::constant([100, 64, 0, 0], 10), Range::Shared),
            (Ipv4Prefix::constant([169, 254, 0, 0], 16), Range::LinkLocal),
        ];
        RANGES.into_iter().find(|(range, _)| range.overlaps(block)).map_or(Self::Public, |(_, name)| name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ten => "10.0.0.0/8",
            Self::OneSevenTwo => "172.16.0.0/12",
            Self::OneNineTwo => "192.168.0.0/16",
            Self::Benchmark => "198.19.0.0/16",
            Self::Shared => "100.64.0.0/10",
            Self::LinkLocal => "169.254.0.0/16",
            Self::Public => "public addresses",
        }
    }

    /// Whether a VPC whose first block is of this range takes a further one of another.
    fn takes(self, other: Self) -> bool {
        match other {
            Self::LinkLocal => false,
            Self::Public | Self::Shared => true,
            // 198.19.0.0/16 goes with no other, and not with itself.
            Self::Benchmark => false,
            Self::Ten | Self::OneSevenTwo | Self::OneNineTwo => self == other,
        }
    }

    /// What it takes, in words.
    fn allowed(self) -> String {
        match self {
            Self::Ten | Self::OneSevenTwo | Self::OneNineTwo => {
                format!("100.64.0.0/10, or another of {}", self.name())
            }
            _ => "100.64.0.0/10".to_owned(),
        }
    }
}

/// Why a VPC cannot have a further block.
fn barred(first: Ipv4Prefix, others: &[Ipv4Prefix], block: Ipv4Prefix) -> Option<String> {
    const DEFAULT_VPC: Ipv4Prefix = Ipv4Prefix::constant([172, 31, 0, 0], 16);
    const LOW_TEN: Ipv4Prefix = Ipv4Prefix::constant([10, 0, 0, 0], 15);
    const LOWEST_TEN: Ipv4Prefix = Ipv4Prefix::constant([10, 0, 0, 0], 16);
    let (of_first, of_block) = (Range::of(first), Range::of(block));
    if let Some(other) = others.iter().find(|other| other.overlaps(block)) {
        return Some(format!("it overlaps {other}, which the VPC has"));
    }
    if !of_first.takes(of_block) {
        return Some(match of_block {
            Range::LinkLocal => "169.254.0.0/16 is link-local".to_owned(),
            range => format!("{} does not go with {}", range.name(), of_first.name()),
        });
    }
    if of_block == Range::OneSevenTwo && DEFAULT_VPC.overlaps(block) {
        return Some("172.31.0.0/16 cannot be added".to_owned());
    }
    if block == LOWEST_TEN && others.iter().any(|other| LOW_TEN.overlaps(*other)) {
        return Some("10.0.0.0/16 cannot be added to a VPC with a block of 10.0.0.0/15".to_owned());
    }
    None
}

/// The blocks that the VPC has before any is added, its first one first; `None` if the files do not show them.
fn there(context: &Context<'_>, extra: &ExtraBlocks) -> Option<Vec<Ipv4Prefix>> {
    if let Some(vpc) = extra.vpc.as_ref().and_then(|id| context.cluster.vpcs.get(id)) {
        return Some(vpc.cidrs.clone());
    }
    let first = extra.first.known().or(context.cluster.made_vpc.known().filter(|_| extra.vpc.is_none()));
    first.map(|first| vec![*first])
}

pub(super) fn ruled_out(context: &Context<'_>, found: &mut Found) {
    let Field::Known(extra, _) = &context.cluster.control_plane.extra_blocks else { return };
    let Some(mut blocks) = there(context, extra).filter(|blocks| !blocks.is_empty()) else {
        return found.lacks(Need::Vpcs);
    };
    let first = blocks[0];
    for (block, place) in &extra.blocks {
        found.judged();
        // What the VPC has was taken.
        if blocks.contains(block) {
            continue;
        }
        if let Some(reason) = barred(first, &blocks, *block) {
            let allowed = Range::of(first).allowed();
            let values: [(&str, &dyn Display); 4] =
                [("block", block), ("primary", &first), ("reason", &reason), ("allowed", &allowed)];
            _ = found.add(place, "vpc.extraCIDRs", &values);
        } else {
            blocks.push(*block);
        }
    }
}

pub(super) fn too_many(context: &Context<'_>, found: &mut Found) {
    let Field::Known(extra, _) = &context.cluster.control_plane.extra_blocks else { return };
    let Some(mut blocks) = there(context, extra) else { return found.lacks(Need::Vpcs) };
    found.judged();
    for (block, place) in &extra.blocks {
        if blocks.contains(block) {
            continue;
        }
        blocks.push(*block);
        if blocks.len() == DEFAULT_BLOCKS + 1 {
            let count = blocks.len() + extra.blocks.iter().filter(|(one, _)| !blocks.contains(one)).count();
            let values: [(&str, &dyn Display); 2] = [("count", &count), ("quota", &DEFAULT_BLOCKS)];
            _ = found.add(place, "vpc.extraCIDRs", &values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_what_is_as_the_guide_has_it() {
        let of = |text: &str| text.parse::<Ipv4Prefix>().unwrap();
        let barred = |first: &str, block: &str| barred(of(first), &[of(first)], of(block)).is_some();
        for (first, block) in [
            ("10.1.0.0/16", "172.16.0.0/16"),
            ("10.1.0.0/16", "192.168.0.0/20"),
            ("10.1.0.0/16", "198.19.0.0/20"),
            ("10.1.0.0/16", "10.0.0.0/16"),
            ("172.16.0.0/16", "172.31.0.0/20"),
            ("172.16.0.0/16", "10.5.0.0/16"),
            ("192.168.0.0/20", "10.5.0.0/16"),
            ("198.19.0.0/20", "10.5.0.0/16"),
            ("100.64.0.0/16", "10.5.0.0/16"),
            ("54.0.0.0/16", "198.19.0.0/20"),
            ("10.1.0.0/16", "169.254.0.0/20"),
            ("10.1.0.0/16", "10.1.128.0/17"),
        ] {
            assert!(barred(first, block), "{first} {block}");
        }
        for (first, block) in [
            ("10.1.0.0/16", "100.64.0.0/16"),
            ("10.1.0.0/16", "10.2.0.0/16"),
            ("10.2.0.0/16", "10.0.0.0/16"),
            ("10.1.0.0/16", "10.0.0.0/17"),
            ("10.1.0.0/16", "54.0.0.0/16"),
            ("172.16.0.0/16", "172.20.0.0/16"),
            ("192.168.0.0/20", "192.168.64.0/20"),
            ("198.19.0.0/20", "100.64.0.0/16"),
            ("100.64.0.0/16", "100.65.0.0/16"),
        ] {
            assert!(!barred(first, block), "{first} {block}");
        }
    }
}
