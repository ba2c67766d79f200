//! Family AUTH: the identity of Windows nodes.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
