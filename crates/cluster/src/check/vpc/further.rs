//! Blocks that a configuration adds to a VPC.

use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{AskedBlock, BlockOf, Field, Place};
use std::collections::BTreeMap;
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

/// Whether a block that the files ask for cannot be added to a VPC with this first block: another rule tells it.
pub(super) fn is_ruled_out(context: &Context<'_>, first: Ipv4Prefix, block: Ipv4Prefix) -> bool {
    let of_eksctl = context.cluster.control_plane.extra_blocks.known();
    let of_eksctl = of_eksctl.into_iter().flat_map(|extra| &extra.blocks).map(|(asked, _)| *asked);
    let further = context.cluster.asked_blocks.iter().filter(|asked| asked.of == BlockOf::Further);
    let mut asked = further.map(|asked| asked.block).chain(of_eksctl);
    asked.any(|asked| asked == block) && barred(first, &[first], block).is_some()
}

/// Blocks that a template makes for a VPC, its first one among them.
pub(super) fn blocks_of<'c>(context: &Context<'c>, vpc: &str) -> impl Iterator<Item = &'c AskedBlock> {
    let of_vpcs = context.cluster.asked_blocks.iter().filter(|asked| asked.of != BlockOf::Subnet);
    of_vpcs.filter(move |asked| asked.vpc.as_deref() == Some(vpc))
}

/// Blocks that one VPC is to have beside those that it has.
struct Further<'c> {
    /// The blocks that the VPC has before any is added, its first one first; `None` if the files do not show them.
    there: Option<Vec<Ipv4Prefix>>,
    /// Each with its place and what asks for it.
    asked: Vec<(Ipv4Prefix, &'c Place, &'c str)>,
}

impl<'c> Further<'c> {
    /// Those of all VPCs.
    fn all(context: &Context<'c>) -> Vec<Self> {
        let mut all: Vec<Self> = Self::of_eksctl(context).into_iter().collect();
        let further = |asked: &&AskedBlock| asked.of == BlockOf::Further;
        let mut of_vpcs: BTreeMap<Option<&str>, Vec<&'c AskedBlock>> = BTreeMap::new();
        for asked in context.cluster.asked_blocks.iter().filter(further) {
            of_vpcs.entry(asked.vpc.as_deref()).or_default().push(asked);
        }
        all.extend(of_vpcs.into_iter().map(|(vpc, asked)| {
            let made = vpc.and_then(|vpc| blocks_of(context, vpc).find(|it| it.of == BlockOf::Vpc));
            let listed = || vpc.and_then(|vpc| context.cluster.vpcs.get(vpc)).map(|vpc| vpc.cidrs.clone());
            let there = made.map(|first| vec![first.block]).or_else(listed);
            let asked = asked.into_iter().map(|asked| (asked.block, &asked.place, &*asked.name));
            Self { there, asked: asked.collect() }
        }));
        all
    }

    fn of_eksctl(context: &Context<'c>) -> Option<Self> {
        let Field::Known(extra, _) = &context.cluster.control_plane.extra_blocks else { return None };
        let asked = extra.blocks.iter().map(|(block, place)| (*block, place, "vpc.extraCIDRs")).collect();
        let there = match extra.vpc.as_ref().and_then(|id| context.cluster.vpcs.get(id)) {
            Some(vpc) => Some(vpc.cidrs.clone()),
            None => {
                let made = context.cluster.made_vpc.known().filter(|_| extra.vpc.is_none());
                extra.first.known().or(made).map(|first| vec![*first])
            }
        };
        Some(Self { there, asked })
    }
}

pub(super) fn ruled_out(context: &Context<'_>, found: &mut Found) {
    for Further { there, asked } in Further::all(context) {
        let Some(mut blocks) = there.filter(|blocks| !blocks.is_empty()) else {
            found.lacks(Need::Vpcs);
            continue;
        };
        let first = blocks[0];
        for (block, place, what) in asked {
            found.judged();
            // What the VPC has was taken.
            if blocks.contains(&block) {
                continue;
            }
            if let Some(reason) = barred(first, &blocks, block) {
                let allowed = Range::of(first).allowed();
                let values: [(&str, &dyn Display); 5] = [
                    ("what", &what),
                    ("block", &block),
                    ("primary", &first),
                    ("reason", &reason),
                    ("allowed", &allowed),
                ];
                _ = found.add(place, what, &values);
            } else {
                blocks.push(block);
            }
        }
    }
}

pub(super) fn too_many(context: &Context<'_>, found: &mut Found) {
    for Further { there, asked } in Further::all(context) {
        let Some(mut blocks) = there else {
            found.lacks(Need::Vpcs);
            continue;
        };
        found.judged();
        for (block, place, what) in &asked {
            if blocks.contains(block) {
                continue;
            }
            blocks.push(*block);
            if blocks.len() == DEFAULT_BLOCKS + 1 {
                let count = blocks.len() + asked.iter().filter(|(one, ..)| !blocks.contains(one)).count();
                let values: [(&str, &dyn Display); 3] =
                    [("what", what), ("count", &count), ("quota", &DEFAULT_BLOCKS)];
                _ = found.add(place, *what, &values);
            }
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
