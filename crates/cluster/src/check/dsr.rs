//! Family DSR: Direct Server Return and ports.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
