//! Family IPAM: address management.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
