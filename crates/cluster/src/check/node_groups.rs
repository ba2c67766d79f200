//! Family NG: node groups and their user data.

use super::Judge;

pub(super) const RULES: &[Judge] = &[];
