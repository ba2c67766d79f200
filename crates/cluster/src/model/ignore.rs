//! Comments that tell `check` to leave something out.

use super::Place;

/// A comment `# winpod: ignore RULE reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreComment {
    /// The rule as written; empty if none is.
    pub rule: String,
    /// The reason as written; empty if none is.
    pub reason: String,
    /// Where the comment starts.
    pub place: Place,
    /// What stands in place of `winpod: ignore`, if that is misspelt; then it covers nothing.
    pub misspelt: String,
    /// The first line that it covers.
    pub first: u32,
    /// The last line that it covers.
    pub last: u32,
}
