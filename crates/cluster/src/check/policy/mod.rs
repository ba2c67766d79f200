//! Families NP and CNI: network policy, and other CNIs than those that EKS has for Windows.

mod defaults;
mod enforced;
mod engine;
mod other;
mod selecting;

pub(super) use enforced::rewritten_sources;
pub(super) use other::is_cilium;
pub(super) use selecting::{selected, within_reach};

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::NP_001, judge: enforced::not_enforced },
    Judge { rule: &rule::NP_002, judge: enforced::half_closed },
    Judge { rule: &rule::NP_003, judge: enforced::two_engines },
    Judge { rule: &rule::NP_004, judge: enforced::linux_features },
    Judge { rule: &rule::NP_005, judge: rewritten_sources },
    Judge { rule: &rule::NP_006, judge: defaults::open_by_default },
    Judge { rule: &rule::CNI_001, judge: other::cilium_alone },
    Judge { rule: &rule::CNI_002, judge: other::cilium_everywhere },
    Judge { rule: &rule::CNI_003, judge: other::without_document },
    Judge { rule: &rule::CNI_004, judge: other::aws_node_removed },
    Judge { rule: &rule::CNI_005, judge: other::node_local_dns },
];
