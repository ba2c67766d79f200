//! How long work tells where it is, and how it is stopped.

/// A step of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done: `read` or `plan`.
    pub step: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 if that is not known.
    pub total: u64,
}

/// The caller's progress function asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped by the caller")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add")]
pub struct Stopped;
