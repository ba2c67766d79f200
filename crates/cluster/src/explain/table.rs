//! The tables that the build makes from `data/errors.toml`.

use winpod::source::SourceId;

include!(concat!(env!("OUT_DIR"), "/errors.rs"));

/// The result before the first of HCN; its results lie in one row.
const HCN: u32 = 0x803b_0000;

/// An error or event that is known.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// It wraps or informs, and is told after the others.
    pub(super) last: bool,
    pub(super) results: &'static [u32],
    pub(super) causes: &'static [Cause],
    pub(super) remedy: &'static [&'static str],
    pub(super) background: &'static [Step],
    pub(super) collect: &'static [&'static str],
    pub(super) sources: &'static [SourceId],
}

#[derive(Debug)]
pub(super) struct Cause {
    pub(super) text: &'static str,
    pub(super) remedy: Option<&'static str>,
    /// What speaks for it.
    pub(super) raised: &'static [Clue],
    /// What speaks for it where nothing speaks against it.
    pub(super) hinted: &'static [Clue],
    /// What speaks against it.
    pub(super) lowered: &'static [Clue],
    /// What excludes it.
    pub(super) refuted: &'static [Clue],
    pub(super) sources: &'static [SourceId],
}

/// A step of how an error comes about.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) text: &'static str,
    pub(super) sources: &'static [SourceId],
}

/// Something that inputs show besides errors.
#[derive(Debug)]
pub(super) struct Signal {
    pub(super) id: &'static str,
    pub(super) text: &'static str,
    /// What stands around it is read.
    pub(super) reads: Option<Reads>,
    /// It refutes nothing where one of these is shown too.
    pub(super) opposite: &'static [Clue],
}

/// What is read around a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// The revision of a build.
    Build,
    /// The name of the node that the rest of the text is about.
    Node,
    /// The head of a description.
    Described,
}

/// The signal of a name.
pub(super) fn signal(id: &str) -> Option<Clue> {
    SIGNALS.iter().position(|signal| signal.id == id).map(Clue::Signal)
}

/// What a pattern tells: an index into [`ERRORS`] or [`SIGNALS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clue {
    Error(usize),
    Signal(usize),
}

#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) target: Clue,
    pub(super) kind: Kind,
    pub(super) text: &'static str,
    /// The record must have one of these, if there are any.
    pub(super) with: &'static [&'static str],
    /// The record must have none of these.
    pub(super) without: &'static [&'static str],
    pub(super) said: Said,
}

/// What else must say that a pattern means what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing: it means nothing else.
    Anywhere,
    /// It is a result of HCN wherever it is a result.
    AsResult,
    /// HNS says it.
    ByHns,
    /// A line, or the value of an error's key, says nothing else.
    Alone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    /// Eight digits, with or without 0x.
    Hex,
    Decimal,
    /// A minus stands before it.
    Signed,
    /// The last digits of a result, with 0x.
    Short,
}

/// Whether a number lies where the results of HCN do, whatever their names.
pub(super) fn is_of_hcn(code: u32) -> bool {
    code & 0xffff_0000 == HCN
}

/// The name of a result of HCN.
pub(super) fn result_name(code: u32) -> Option<&'static str> {
    let index = code.checked_sub(HCN + 1)?;
    RESULTS.get(usize::try_from(index).ok()?).copied()
}
