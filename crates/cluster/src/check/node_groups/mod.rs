//! Family NG: node groups and their user data.

mod eksctl;
mod images;
pub(super) mod nodes;
pub(super) mod scripts;
mod templates;

use super::Judge;
use super::dsr::ports;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::NG_001, judge: eksctl::wrong_system },
    Judge { rule: &rule::NG_002, judge: eksctl::kubelet_config },
    Judge { rule: &rule::NG_003, judge: eksctl::max_pods_dropped },
    Judge { rule: &rule::NG_004, judge: eksctl::managed_with_own_bootstrap },
    Judge { rule: &rule::NG_005, judge: eksctl::no_windows_group },
    Judge { rule: &rule::NG_006, judge: templates::image_twice },
    Judge { rule: &rule::NG_007, judge: templates::no_bootstrap },
    Judge { rule: &rule::NG_008, judge: templates::bootstrap_twice },
    Judge { rule: &rule::NG_009, judge: scripts::too_long },
    Judge { rule: &rule::NG_010, judge: scripts::tags },
    Judge { rule: &rule::NG_011, judge: templates::taints_not_registered },
    Judge { rule: &rule::NG_012, judge: images::no_longer_public },
    Judge { rule: &rule::NG_013, judge: images::other_parameter },
    Judge { rule: &rule::NG_014, judge: nodes::small_disk },
    Judge { rule: &rule::NG_016, judge: nodes::no_taint },
    Judge { rule: &rule::NG_017, judge: nodes::nothing_reserved },
    Judge { rule: &rule::NG_018, judge: images::too_old_for_managed },
    Judge { rule: &rule::NG_019, judge: scripts::removed_kubelet_flag },
    Judge { rule: &rule::NG_020, judge: ports::exhausted },
    Judge { rule: &rule::NG_021, judge: nodes::gpu_without_driver },
    Judge { rule: &rule::NG_023, judge: eksctl::region_without_managed_windows },
];
