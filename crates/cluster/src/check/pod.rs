//! Family POD: pods, and the Services before them.

use super::Judge;
use super::dsr::services;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::POD_017, judge: services::too_many_backends },
    Judge { rule: &rule::POD_018, judge: services::session_affinity },
    Judge { rule: &rule::POD_019, judge: services::local_without_dsr },
];
