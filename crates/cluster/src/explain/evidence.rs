//! What the inputs show, and what follows for the likelihood of causes.

use super::nodes::{Node, Nodes};
use super::table::{Cause, Clue, ERRORS, Error, SIGNALS};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What speaks for or against causes: signals and errors that inputs show, by node, with the place of the first.
///
/// What is known of one node says nothing about another; what names no node is held to be about all of them.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: BTreeMap<Clue, BTreeMap<Option<Node>, Shown>>,
    /// The clues that were added last: logs repeat themselves.
    latest: [Option<(Clue, Option<Node>)>; 8],
    next: usize,
}

/// Something that was seen.
#[derive(Debug, Clone)]
struct Shown {
    place: Place,
    /// What is known of it beyond the text of the signal.
    detail: Option<String>,
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
    /// Something else in the inputs excludes it.
    Refuted,
}

/// A cause, how likely it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weighed {
    pub(super) cause: usize,
    pub(super) likelihood: Likelihood,
    /// Only by what is held for likely where nothing else is known.
    pub(super) hinted: bool,
    pub(super) why: Vec<String>,
}

impl Evidence {
    pub(super) fn add(&mut self, clue: Clue, node: Option<Node>, place: impl FnOnce() -> Place) {
        if self.latest.contains(&Some((clue, node))) {
            return;
        }
        if let Some(slot) = self.latest.get_mut(self.next) {
            *slot = Some((clue, node));
        }
        self.next = (self.next + 1) % self.latest.len();
        self.tell(clue, node, None, place);
    }

    /// Adds a clue with what is known of it.
    pub(super) fn tell(
        &mut self,
        clue: Clue,
        node: Option<Node>,
        detail: Option<String>,
        place: impl FnOnce() -> Place,
    ) {
        let shown = || Shown { place: place(), detail };
        self.seen.entry(clue).or_default().entry(node).or_insert_with(shown);
    }

    #[cfg(test)]
    pub(super) fn has(&self, clue: Clue) -> bool {
        self.seen.contains_key(&clue)
    }

    /// The causes of an error on a node, the most likely first, each with what speaks for or against it.
    pub(super) fn weigh(&self, error: &'static Error, node: Option<Node>, nodes: &Nodes) -> Vec<Weighed> {
        let weigh = |(index, cause): (usize, &'static Cause)| {
            let shown = |clues: &[Clue]| -> Vec<String> {
                clues.iter().filter_map(|clue| self.shown(*clue, node, nodes)).collect()
            };
            let excludes = |clue: &&Clue| self.refutes(**clue, node, nodes);
            let refuted: Vec<Clue> = cause.refuted.iter().filter(excludes).copied().collect();
            let lowers = |clue: &&Clue| !self.is_disputed(**clue, node, nodes);
            let lowered: Vec<Clue> = cause.lowered.iter().filter(lowers).copied().collect();
            // What speaks for a cause is about that very cause; what speaks against it may be about another node.
            let (likelihood, why) = [
                (Likelihood::Refuted, shown(&refuted)),
                (Likelihood::Likely, shown(cause.raised)),
                (Likelihood::Unlikely, shown(&[&lowered, cause.refuted].concat())),
                (Likelihood::Likely, shown(cause.hinted)),
            ]
            .into_iter()
            .find(|(_, why)| !why.is_empty())
            .unwrap_or((Likelihood::Possible, Vec::new()));
            let hinted = likelihood == Likelihood::Likely && shown(cause.raised).is_empty();
            Weighed { cause: index, likelihood, hinted, why }
        };
        let mut causes: Vec<Weighed> = error.causes.iter().enumerate().map(weigh).collect();
        // A hint is nothing beside what is known.
        if causes.iter().any(|it| it.likelihood == Likelihood::Likely && !it.hinted) {
            for it in causes.iter_mut().filter(|it| it.hinted) {
                (it.likelihood, it.hinted, it.why) = (Likelihood::Possible, false, Vec::new());
            }
        }
        // Stable: within one likelihood the order of the table stays.
        causes.sort_by_key(|weighed| weighed.likelihood);
        causes
    }

    /// Where a clue was seen that says something about a node.
    fn seen(&self, clue: Clue, node: Option<Node>, nodes: &Nodes) -> Option<(Option<Node>, &Shown)> {
        let seen = self.seen.get(&clue)?;
        let one = |node: &Option<Node>| node.map(|node| nodes.one(node));
        let of_node = |wanted: Option<Node>| seen.iter().find(|(node, _)| one(node) == wanted);
        // About a node that nobody knows, everything may say something.
        let found = match node {
            Some(node) => of_node(Some(nodes.one(node))).or_else(|| of_node(None)),
            None => of_node(None).or_else(|| seen.iter().next()),
        };
        found.map(|(node, shown)| (*node, shown))
    }

    /// Whether a clue is about the node, and no other reading disagrees with it.
    fn refutes(&self, clue: Clue, node: Option<Node>, nodes: &Nodes) -> bool {
        let about = self.seen(clue, node, nodes).is_some_and(|(seen, _)| seen.is_none() || node.is_some());
        about && !self.is_disputed(clue, node, nodes)
    }

    /// Whether another reading disagrees with a clue.
    fn is_disputed(&self, clue: Clue, node: Option<Node>, nodes: &Nodes) -> bool {
        let opposite = match clue {
            Clue::Signal(index) => SIGNALS.get(index).map_or(&[][..], |signal| signal.opposite),
            Clue::Error(_) => &[],
        };
        opposite.iter().any(|other| self.seen(*other, node, nodes).is_some())
    }

    /// A clue as a reason, if it was seen.
    fn shown(&self, clue: Clue, node: Option<Node>, nodes: &Nodes) -> Option<String> {
        let (seen_on, Shown { place, detail }) = self.seen(clue, node, nodes)?;
        let what = match clue {
            Clue::Signal(index) => SIGNALS.get(index)?.text.to_owned(),
            Clue::Error(index) => {
                let error = ERRORS.get(index)?;
                format!("{}: {}", error.id, error.title)
            }
        };
        let detail = detail.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
        let on = seen_on.map(|node| format!(", on {}", nodes.name(node))).unwrap_or_default();
        Some(format!("{what}{detail}{on} ({}:{})", place.file, place.line))
    }
}
