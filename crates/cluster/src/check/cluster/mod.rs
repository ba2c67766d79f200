//! Family CLU: the cluster as a whole.

mod cni;
mod plane;
mod versions;
pub(super) mod workloads;

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::CLU_001, judge: cni::no_addresses },
    Judge { rule: &rule::CLU_002, judge: cni::flag_unparsable },
    Judge { rule: &rule::CLU_003, judge: cni::elsewhere },
    Judge { rule: &rule::CLU_004, judge: cni::owned_by_add_on },
    Judge { rule: &rule::CLU_005, judge: cni::old_controller },
    Judge { rule: &rule::CLU_006, judge: plane::role_without_policy },
    Judge { rule: &rule::CLU_007, judge: plane::ipv6 },
    Judge { rule: &rule::CLU_008, judge: plane::auto_mode_alone },
    Judge { rule: &rule::CLU_009, judge: plane::nothing_for_coredns },
    Judge { rule: &rule::CLU_010, judge: plane::one_linux_node },
    Judge { rule: &rule::CLU_011, judge: plane::no_windows_there },
    Judge { rule: &rule::CLU_012, judge: versions::no_image },
    Judge { rule: &rule::CLU_013, judge: versions::server_2019 },
    Judge { rule: &rule::CLU_014, judge: versions::semi_annual },
    Judge { rule: &rule::CLU_015, judge: versions::out_of_support },
    Judge { rule: &rule::CLU_016, judge: workloads::pod_identity },
    Judge { rule: &rule::CLU_017, judge: workloads::unmountable },
    Judge { rule: &rule::CLU_018, judge: workloads::linux_daemon_set },
    Judge { rule: &rule::CLU_019, judge: plane::unknown_key },
    Judge { rule: &rule::CLU_020, judge: cni::misspelt },
];
