//! The catalogue of rules, generated from `data/rules.toml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::Grade;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "callers compare all of them")]
pub enum Severity {
    /// Advice.
    Info,
    /// Likely waste or trouble.
    Warn,
    /// Works until load, rollout or upgrade, or a security control is silently absent.
    High,
    /// Windows pods or nodes will not work.
    Error,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warn, Self::High, Self::Error];

    /// The name in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::High => "high",
            Self::Error => "error",
        }
    }

    /// The severity of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// The rule of an id, in any case.
///
/// # Errors
/// - What was written, with a suggestion for a misspelt id.
pub(crate) fn find(id: &str) -> Result<&'static Rule, String> {
    Rule::find(id).ok_or_else(|| {
        if let Some(other) = told_by(id) {
            return format!("{id} is told by {}: name that one", other.id);
        }
        let meant = match nearest(id) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "winpod check --list lists the rules".to_owned(),
        };
        format!("{:?} is no rule: {meant}", crate::read::shortened(id))
    })
}

/// The rule whose findings tell another one too, by the id of that other one.
fn told_by(id: &str) -> Option<&'static Rule> {
    LISTED.iter().find(|(rule, _)| rule.id.eq_ignore_ascii_case(id)).and_then(|(_, other)| *other)
}

/// The rule that a misspelt id was most likely meant to be.
pub(crate) fn nearest(id: &str) -> Option<&'static str> {
    if let Some(other) = told_by(id) {
        return Some(other.id);
    }
    // `NG-1`, `ng_01` and `NG1` are NG-001.
    let letters = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = id.get(letters.len()..).and_then(|digits| digits.parse::<u16>().ok());
    let padded = number.map(|number| format!("{}-{number:03}", letters.trim_end_matches(['-', '_'])));
    if let Some(rule) = padded.and_then(|padded| Rule::find(&padded)) {
        return Some(rule.id);
    }
    let names: Vec<(&'static str, String)> =
        RULES.iter().map(|rule| (rule.id, rule.id.to_ascii_lowercase())).collect();
    let meant = crate::request::nearest(id, names.iter().map(|(_, name)| name.as_str()))?;
    names.iter().find(|(_, name)| name == meant).map(|(id, _)| *id)
}

/// One rule as `data/rules.toml` has it.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) family: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: Severity,
    /// Other severities that its findings may have.
    pub(crate) also: &'static [Severity],
    pub(crate) security: bool,
    pub(crate) grade: Grade,
    pub(crate) citation: &'static str,
    pub(crate) needs: &'static [Need],
    /// Sentences by name; the only one of a rule has none.
    pub(crate) forms: &'static [(&'static str, &'static str)],
    pub(crate) why: &'static str,
    pub(crate) remedy: &'static str,
    /// How to look for what no file can decide.
    pub(crate) look: Option<&'static str>,
}

impl Rule {
    /// The rule of an id, in any case.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn form(&self, name: &str) -> &'static str {
        let form = self.forms.iter().find(|(known, _)| *known == name);
        debug_assert!(form.is_some(), "{} has no sentence {name:?}", self.id);
        form.map_or("", |(_, text)| text)
    }
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
