//! Family VPC: blocks, quotas and the service CIDR.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
