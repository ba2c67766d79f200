//! Family IPAM: address management.

pub(in crate::check) mod capacity;
mod linux_only;
mod settings;
mod templates;

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::IPAM_001, judge: settings::shadowed },
    Judge { rule: &rule::IPAM_002, judge: settings::minimum_only },
    Judge { rule: &rule::IPAM_003, judge: settings::no_integer },
    Judge { rule: &rule::IPAM_004, judge: settings::negative },
    Judge { rule: &rule::IPAM_005, judge: settings::warm_zero },
    Judge { rule: &rule::IPAM_006, judge: settings::warm_prefix_without_prefixes },
    Judge { rule: &rule::IPAM_007, judge: capacity::targets },
    Judge { rule: &rule::IPAM_008, judge: capacity::planned_pods },
    Judge { rule: &rule::IPAM_009, judge: capacity::max_pods },
    Judge { rule: &rule::IPAM_010, judge: capacity::not_in_controller },
    Judge { rule: &rule::IPAM_011, judge: capacity::not_amd64 },
    Judge { rule: &rule::IPAM_012, judge: capacity::churn },
    Judge { rule: &rule::IPAM_013, judge: linux_only::custom_networking },
    Judge { rule: &rule::IPAM_014, judge: templates::several_interfaces },
    Judge { rule: &rule::IPAM_016, judge: capacity::subnet_addresses },
    Judge { rule: &rule::IPAM_017, judge: linux_only::source_nat },
];
