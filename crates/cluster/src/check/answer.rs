//! What `check` answers.

use super::rule::{Need, Severity};
use crate::cni::CniAdvice;
use crate::note::{Location, Note, UnknownKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is wrong, what could not be judged, and how much was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "CheckAnswer", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Check {
    /// What is wrong: by file, line and rule.
    pub findings: Vec<Finding>,
    /// Rules of which more was found than is listed, in the order of the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<Unlisted>,
    /// Rules that lacked something, in the order of the catalogue.
    pub skipped: Vec<Skipped>,
    /// Rules that judged something and found nothing.
    pub clean: Vec<String>,
    /// Rules whose subject does not occur in the input.
    pub not_applicable: Vec<String>,
    /// Rules that no file can decide; `winpod check --rule ID` says how to look.
    pub not_decidable: Vec<String>,
    /// Rules that the configuration switches off.
    pub off: Vec<String>,
    /// Documents of kinds that no rule reads.
    pub unknown_kinds: Vec<UnknownKind>,
    /// The mildest severity that fails the check: of the request, else of the configuration, else `high`.
    pub fail_on: Severity,
    /// Which CNI fits the cluster; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cni: Option<CniAdvice>,
    /// How many there are of what.
    pub summary: Summary,
    /// What else is worth telling about the input.
    pub notes: Vec<Note>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether a control is believed to act and does not.
    pub security: bool,
    /// What is wrong, with the values of the input.
    pub message: String,
    /// What will happen.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// The file as the user named it.
    pub file: String,
    /// Line from 1; 0 if only the file is known.
    pub line: u32,
    /// Column from 1, in characters; 0 if only the file is known.
    pub column: u32,
    /// The column behind the value's last character; 0 if it goes over several lines or is not known.
    pub end_column: u32,
    /// What it is about, such as `node group "web"`.
    pub object: String,
    /// Other places that it is about.
    pub related: Vec<Related>,
    /// The remedy as a change of one place, if it is mechanical.
    pub patch: Option<Patch>,
    /// Where the rule is from.
    pub source: String,
    /// How well the rule is established.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
}

/// Findings of a rule that are counted and not listed: those behind its first 1,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Unlisted {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How many there are; the summary counts them too.
    pub count: usize,
}

/// Another place that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Related {
    /// What stands there.
    pub what: String,
    /// Where.
    pub location: Location,
}

/// A text that takes the place of characters of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Patch {
    /// The file as the user named it.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// The first column that goes, from 1, in characters.
    pub column: u32,
    /// The first column that stays.
    pub end_column: u32,
    /// What stands there now.
    pub original: String,
    /// What comes in its place.
    pub replacement: String,
}

/// A rule that could not judge, or not all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Skipped {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// Whether it judged some of its subjects all the same.
    pub partly: bool,
    /// Inputs that are missing.
    pub lacks: Vec<Lack>,
    /// Values that the input hides.
    pub unknown: Vec<Related>,
}

/// An input that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Lack {
    /// Its stable name.
    pub need: String,
    /// What it is.
    pub what: String,
    /// How to get it.
    pub how: String,
}

impl From<&Need> for Lack {
    fn from(need: &Need) -> Self {
        Self { need: need.key().to_owned(), what: need.what().to_owned(), how: need.how().to_owned() }
    }
}

/// How many there are of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "CheckSummary", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// Whether a finding is as bad as `failOn` or worse.
    pub fails: bool,
    /// Findings that keep Windows pods or nodes from working.
    pub error: usize,
    /// Findings that show under load, at a rollout or an upgrade, or that leave a security control absent.
    pub high: usize,
    /// Findings of likely waste or trouble.
    pub warn: usize,
    /// Advice.
    pub info: usize,
    /// Findings that an ignore or the baseline hides; they are in none of the other counts.
    pub hidden: usize,
    /// Those of them that the baseline hides.
    pub hidden_by_baseline: usize,
    /// Files that were read.
    pub files: usize,
    /// Documents of a known kind.
    pub documents: usize,
    /// Rules that judged something.
    pub rules_judged: usize,
    /// Rules that lacked something.
    pub rules_skipped: usize,
    /// Whether an input is unusable, so that the answer is about the rest.
    pub unusable: bool,
}

impl Summary {
    /// Findings of this severity or worse.
    pub fn at_least(&self, severity: Severity) -> usize {
        let all = [
            (Severity::Info, self.info),
            (Severity::Warn, self.warn),
            (Severity::High, self.high),
            (Severity::Error, self.error),
        ];
        all.into_iter().filter(|(of, _)| *of >= severity).map(|(_, count)| count).sum()
    }

    pub(super) fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Info => self.info += 1,
            Severity::Warn => self.warn += 1,
            Severity::High => self.high += 1,
            Severity::Error => self.error += 1,
        }
    }
}
