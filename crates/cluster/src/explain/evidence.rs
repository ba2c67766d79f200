//! What the inputs show, and what follows for the likelihood of causes.

use super::table::{Cause, Clue, ERRORS, Error, SIGNALS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What speaks for or against causes: signals and errors that inputs show, with the place of the first.
///
/// Readers of other inputs (dumps of HNS, listings of ports) add what they find with [`Evidence::add`].
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: BTreeMap<Clue, Place>,
}

/// Where something was seen first.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) line: u32,
}

/// How the inputs weigh a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Likelihood {
    /// Something else in the inputs speaks for it.
    Likely,
    /// Nothing else in the inputs speaks for or against it.
    Possible,
    /// Something else in the inputs speaks against it.
    Unlikely,
}

impl Evidence {
    pub(super) fn add(&mut self, clue: Clue, place: impl FnOnce() -> Place) {
        self.seen.entry(clue).or_insert_with(place);
    }

    #[cfg(test)]
    pub(super) fn has(&self, clue: Clue) -> bool {
        self.seen.contains_key(&clue)
    }

    /// The causes of an error, the most likely first, each with what speaks for or against it.
    pub(super) fn weigh(&self, error: &'static Error) -> Vec<(&'static Cause, Likelihood, Vec<String>)> {
        let mut causes: Vec<_> = error
            .causes
            .iter()
            .map(|cause| {
                let (lowered, raised) = (self.shown(cause.lowered), self.shown(cause.raised));
                // What speaks for a cause is about that very cause; what speaks against it may be about another node.
                match (raised.is_empty(), lowered.is_empty()) {
                    (false, _) => (cause, Likelihood::Likely, raised),
                    (true, false) => (cause, Likelihood::Unlikely, lowered),
                    (true, true) => (cause, Likelihood::Possible, Vec::new()),
                }
            })
            .collect();
        // Stable: within one likelihood the order of the table stays.
        causes.sort_by_key(|(_, likelihood, _)| *likelihood);
        causes
    }

    fn shown(&self, clues: &[Clue]) -> Vec<String> {
        let told = |clue: &Clue| {
            let place = self.seen.get(clue)?;
            let what = match *clue {
                Clue::Signal(index) => SIGNALS.get(index)?.text.to_owned(),
                Clue::Error(index) => {
                    let error = ERRORS.get(index)?;
                    format!("{}: {}", error.id, error.title)
                }
            };
            Some(format!("{what} ({}:{})", place.file, place.line))
        };
        clues.iter().filter_map(told).collect()
    }
}
