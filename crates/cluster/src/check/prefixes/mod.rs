//! Family PD: prefix delegation.

mod groups;
mod platform;
mod settings;
mod subnets;

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::PD_001, judge: settings::without_ipam },
    Judge { rule: &rule::PD_002, judge: groups::not_nitro },
    Judge { rule: &rule::PD_003, judge: platform::too_old },
    Judge { rule: &rule::PD_004, judge: settings::linux_only },
    Judge { rule: &rule::PD_005, judge: settings::warm_prefix_overruled },
    Judge { rule: &rule::PD_006, judge: settings::nothing_positive },
    Judge { rule: &rule::PD_007, judge: groups::idle_prefixes },
    Judge { rule: &rule::PD_008, judge: subnets::too_small },
    Judge { rule: &rule::PD_009, judge: subnets::too_few },
    Judge { rule: &rule::PD_010, judge: subnets::shared },
    Judge { rule: &rule::PD_011, judge: subnets::explicit_reservation },
    Judge { rule: &rule::PD_012, judge: groups::switched },
    Judge { rule: &rule::PD_013, judge: groups::density },
    Judge { rule: &rule::PD_014, judge: groups::max_pods },
    Judge { rule: &rule::PD_015, judge: subnets::shared_reservation },
];
