//! How long work tells where it is, and how it is stopped.

/// A step of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done: `read`, `plan`, `simulate` (in seconds of the scenario) or `settings` (of those to try).
    pub step: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 if that is not known.
    pub total: u64,
}

impl Progress {
    /// A step by its name, with units done and in all; 0 in all if that is not known.
    pub const fn new(step: &'static str, done: u64, total: u64) -> Self {
        Self { step, done, total }
    }
}

/// The caller's progress function asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped by the caller")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add")]
pub struct Stopped;
