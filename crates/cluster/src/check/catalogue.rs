//! The rules as people read them.

use super::answer::Lack;
use super::rule::{self, LISTED, Rule, Severity};
use crate::request::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which rules to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct RulesRequest {
    /// Ids of rules, in any case; none means all.
    pub ids: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RuleRow {
    /// Its stable id.
    pub id: String,
    /// What it is about: the title of its family.
    pub family: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// How bad its findings are.
    pub severity: Severity,
    /// Other severities that they may have.
    pub also: Vec<Severity>,
    /// Whether it is about a control that is believed to act and does not.
    pub security: bool,
    /// How well it is established.
    #[schemars(extend("enum" = ["documented", "code", "reported", "inferred", "unverified"]))]
    pub grade: String,
    /// Where it is from.
    pub source: String,
    /// Whether files can decide it; if not, `look` says how to look.
    pub decidable: bool,
    /// The rule whose findings tell it too, where it has none of its own.
    pub told_by: Option<String>,
    /// Inputs without which it cannot judge.
    pub needs: Vec<Lack>,
    /// Its sentences, with {names} where values of the input come.
    pub findings: Vec<String>,
    /// What will happen.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// How to look for what no file can decide.
    pub look: Option<String>,
}

impl RuleRow {
    fn of((rule, told_by): &(&Rule, Option<&Rule>)) -> Self {
        Self {
            id: rule.id.to_owned(),
            family: rule.family.to_owned(),
            title: rule.title.to_owned(),
            severity: rule.severity,
            also: rule.also.to_vec(),
            security: rule.security,
            grade: rule.grade.name().to_owned(),
            source: rule.citation.to_owned(),
            decidable: rule.look.is_none(),
            told_by: told_by.map(|other| other.id.to_owned()),
            needs: rule.needs.iter().map(Lack::from).collect(),
            findings: rule.forms.iter().map(|(_, text)| (*text).to_owned()).collect(),
            why: rule.why.to_owned(),
            remedy: rule.remedy.to_owned(),
            look: rule.look.map(str::to_owned),
        }
    }
}

/// Lists rules in the order of the catalogue, or those asked for in their order.
///
/// # Errors
/// - Code `UNKNOWN_RULE`, with a suggestion for a misspelt id.
///
/// # Examples
/// ```
/// use winpod_cluster::check::{RulesRequest, rules};
///
/// let asked = rules(&RulesRequest { ids: vec!["clu-002".into()] })?;
/// assert_eq!(asked[0].severity.name(), "error");
/// let refined = rules(&RulesRequest { ids: vec!["DSR-011".into()] })?;
/// assert_eq!(refined[0].told_by.as_deref(), Some("NG-020"));
/// assert_eq!(rules(&RulesRequest { ids: vec!["CLU".into()] }).unwrap_err().code, "UNKNOWN_RULE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn rules(request: &RulesRequest) -> Result<Vec<RuleRow>, Refusal> {
    if request.ids.is_empty() {
        return Ok(LISTED.iter().map(RuleRow::of).collect());
    }
    let row = |id: &String| {
        if let Some(listed) = LISTED.iter().find(|(rule, _)| rule.id.eq_ignore_ascii_case(id)) {
            return Ok(RuleRow::of(listed));
        }
        // Only the message is wanted: what is judged is listed.
        let message = rule::find(id).err().unwrap_or_default();
        Err(Refusal::new("UNKNOWN_RULE", message))
    };
    request.ids.iter().map(row).collect()
}
