//! Family PD: prefix delegation.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
