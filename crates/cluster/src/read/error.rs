//! Why a file could not be read, and where.

use super::node::Position;

/// Why a text was refused.
///
/// Every variant has a stable [`code`](ReadError::code) and a [`position`](ReadError::position); the caller
/// adds the name of the file.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Bytes that are neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("byte {offset} is not {expected}: save the file as UTF-8, or as UTF-16 with a byte order mark")]
    Encoding {
        /// The offset of the first bad byte in the file, from 0.
        offset: usize,
        /// What the bytes were read as.
        expected: &'static str,
        /// The line and column that the text before the bad byte reaches.
        at: Position,
    },
    /// Text that is not YAML.
    #[error("not YAML: {found}")]
    YamlSyntax {
        /// What was found, as the YAML parser says it.
        found: String,
        /// Where it was found.
        at: Position,
    },
    /// Text that is not JSON.
    #[error("not JSON: found {found}, expected {expected}")]
    JsonSyntax {
        /// What was found.
        found: String,
        /// What JSON allows there.
        expected: &'static str,
        /// Where it was found.
        at: Position,
    },
    /// Collections inside collections, deeper than the limit.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The levels allowed.
        limit: usize,
        /// Where the first collection beyond the limit starts.
        at: Position,
    },
    /// More text or more values than one file may have.
    #[error("more than {limit} {unit}: split the file")]
    TooLarge {
        /// What is counted.
        unit: &'static str,
        /// How many are allowed.
        limit: usize,
        /// Where the limit was passed; the first character if the size alone was too large.
        at: Position,
    },
    /// YAML aliases that copy more than the limit.
    #[error("anchors and aliases copy more than {limit} bytes: write the values out")]
    AliasExpansion {
        /// The bytes allowed.
        limit: usize,
        /// The anchor or alias that passed the limit.
        at: Position,
    },
}

impl ReadError {
    /// The stable name of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Encoding { .. } => "ENCODING",
            Self::YamlSyntax { .. } => "YAML_SYNTAX",
            Self::JsonSyntax { .. } => "JSON_SYNTAX",
            Self::TooDeep { .. } => "TOO_DEEP",
            Self::TooLarge { .. } => "TOO_LARGE",
            Self::AliasExpansion { .. } => "ALIAS_EXPANSION",
        }
    }

    /// The same error in a text that stands so many lines further down.
    pub(super) fn below(mut self, lines: u32) -> Self {
        match &mut self {
            Self::Encoding { at, .. }
            | Self::YamlSyntax { at, .. }
            | Self::JsonSyntax { at, .. }
            | Self::TooDeep { at, .. }
            | Self::TooLarge { at, .. }
            | Self::AliasExpansion { at, .. } => at.line = at.line.saturating_add(lines),
        }
        self
    }

    /// The line and column it is about.
    pub const fn position(&self) -> Position {
        match self {
            Self::Encoding { at, .. }
            | Self::YamlSyntax { at, .. }
            | Self::JsonSyntax { at, .. }
            | Self::TooDeep { at, .. }
            | Self::TooLarge { at, .. }
            | Self::AliasExpansion { at, .. } => *at,
        }
    }
}
