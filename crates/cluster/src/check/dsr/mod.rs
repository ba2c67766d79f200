//! Family DSR: Direct Server Return and the ports of a node.

pub(in crate::check) mod flags;
mod own_ports;
pub(in crate::check) mod ports;
pub(in crate::check) mod proxies;
pub(in crate::check) mod services;
pub(in crate::check) mod user_data;

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::DSR_001, judge: flags::gate_off },
    Judge { rule: &rule::DSR_002, judge: flags::gate_without_flag },
    Judge { rule: &rule::DSR_003, judge: flags::silently_off },
    Judge { rule: &rule::DSR_004, judge: flags::gate_set_off },
    Judge { rule: &rule::DSR_005, judge: flags::gate_locked },
    Judge { rule: &rule::DSR_006, judge: flags::gate_may_be_gone },
    Judge { rule: &rule::DSR_007, judge: flags::gate_pointless },
    Judge { rule: &rule::DSR_008, judge: flags::platform_lacks },
    Judge { rule: &rule::DSR_009, judge: flags::restart_fault },
    Judge { rule: &rule::DSR_010, judge: flags::degraded_fault },
    Judge { rule: &rule::DSR_012, judge: ports::few_left },
    Judge { rule: &rule::DSR_013, judge: ports::policies_outside },
    Judge { rule: &rule::DSR_014, judge: ports::node_ports_inside },
    Judge { rule: &rule::DSR_015, judge: ports::windows_components_inside },
    Judge { rule: &rule::DSR_016, judge: ports::not_in_user_data },
    Judge { rule: &rule::DSR_017, judge: ports::none_free },
    Judge { rule: &rule::DSR_018, judge: services::local_without_platform },
    Judge { rule: &rule::DSR_022, judge: services::policies_without },
    Judge { rule: &rule::DSR_023, judge: user_data::string_replace },
    Judge { rule: &rule::DSR_024, judge: user_data::both_ways },
    Judge { rule: &rule::DSR_025, judge: user_data::eksctl_without },
    Judge { rule: &rule::DSR_026, judge: user_data::karpenter_without },
    Judge { rule: &rule::DSR_027, judge: ports::calico_without },
    Judge { rule: &rule::DSR_028, judge: flags::health_check_vip },
    Judge { rule: &rule::DSR_029, judge: services::preserve_destination },
    Judge { rule: &rule::DSR_030, judge: flags::overlay },
    Judge { rule: &rule::DSR_031, judge: services::own_service },
    Judge { rule: &rule::DSR_033, judge: flags::changed },
    Judge { rule: &rule::DSR_034, judge: ports::excluded_inside },
    Judge { rule: &rule::DSR_035, judge: flags::kube_proxy_too_old },
    Judge { rule: &rule::DSR_036, judge: flags::resync },
    Judge { rule: &rule::DSR_038, judge: flags::blank },
];

#[cfg(test)]
mod tests;
