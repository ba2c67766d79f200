//! Rules for Windows nodes on EKS, held against the files of a cluster.
//!
//! The texts of a rule are an entry of `data/rules.toml`; its condition is a function of the module of its family.
//! No rule judges what the files leave open: it says what it lacks instead.

mod answer;
mod context;
mod date;
mod found;
mod rule;
mod starts;

// Families.
mod auth;
mod cluster;
mod dsr;
mod ipam;
mod node_groups;
mod pod;
mod prefixes;
mod vpc;

pub use answer::{Check, Finding, Lack, Patch, Related, Skipped, Summary};
pub use rule::Severity;

use crate::api::OnProgress;
use crate::model::Place;
use crate::read::{self, Reading};
use crate::request::{Document, Refusal, inputs};
use context::Context;
use date::Date;
use found::Found;
use rule::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to check, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CheckRequest {
    /// Files and directories; a directory is read whole.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// The day to judge from, as `YYYY-MM-DD`: support that ends, ignores that expire. Without it such rules are skipped.
    pub date: Option<String>,
}

/// A rule and its condition.
struct Judge {
    rule: &'static Rule,
    judge: fn(&Context<'_>, &mut Found),
}

/// The rules of all families.
fn judges() -> impl Iterator<Item = &'static Judge> {
    [
        cluster::RULES,
        auth::RULES,
        ipam::RULES,
        prefixes::RULES,
        vpc::RULES,
        node_groups::RULES,
        pod::RULES,
        dsr::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Holds the rules against the files.
///
/// # Errors
/// - Codes `REQUEST` without any input, `DATE` for a day that is none, `STOPPED`. What is wrong with the files is among
///   the findings.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::check::{CheckRequest, check};
/// use winpod_cluster::request::Document;
///
/// let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n\
///             data:\n  enable-windows-ipam: \"yes\"\n".to_owned();
/// let request = CheckRequest { documents: vec![Document { name: "cni.yaml".into(), text }], ..Default::default() };
/// let answer = check(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!((answer.findings[0].rule.as_str(), answer.findings[0].line), ("CLU-002", 5));
///
/// assert_eq!(check(&CheckRequest::default(), &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn check(request: &CheckRequest, progress: OnProgress<'_>) -> Result<Check, Refusal> {
    let inputs = inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new("REQUEST", "names no file and no document: give at least one"));
    }
    let date = request.date.as_deref().map(day).transpose()?;
    let reading = read::read(&inputs, progress)?;
    Ok(judge(reading, date))
}

fn day(text: &str) -> Result<Date, Refusal> {
    Date::parse(text).ok_or_else(|| {
        let shown = read::shortened(text);
        Refusal::new("DATE", format!("date is {shown:?}: a day such as 2026-11-22 is allowed"))
    })
}

fn judge(reading: Reading, date: Option<Date>) -> Check {
    let context = Context { cluster: &reading.cluster, date };
    let mut all: Vec<Found> = Vec::new();
    for Judge { rule, judge } in judges() {
        let mut found = Found::new(rule);
        judge(&context, &mut found);
        all.push(found);
    }
    let mut findings: Vec<Finding> = unusable(&reading);
    let unusable = !findings.is_empty();
    let (mut skipped, mut clean, mut not_applicable) = (Vec::new(), Vec::new(), Vec::new());
    let mut judged = 0;
    for found in all {
        let id = || found.rule.id.to_owned();
        judged += usize::from(found.judged > 0);
        match found.skipped() {
            Some(lack) => skipped.push(lack),
            None if !found.findings.is_empty() => {}
            None if found.judged > 0 => clean.push(id()),
            None => not_applicable.push(id()),
        }
        findings.extend(found.findings);
    }
    findings.sort_by(|a, b| {
        (&a.file, a.line, a.column, &a.rule, &a.object, &a.message)
            .cmp(&(&b.file, b.line, b.column, &b.rule, &b.object, &b.message))
    });
    let mut summary = Summary {
        files: reading.files,
        documents: reading.documents,
        rules_judged: judged,
        rules_skipped: skipped.len(),
        unusable,
        ..Summary::default()
    };
    for finding in &findings {
        summary.count(finding.severity);
    }
    let not_decidable = rule::RULES.iter().filter(|rule| rule.look.is_some()).map(|rule| rule.id.to_owned());
    Check {
        findings,
        skipped,
        clean,
        not_applicable,
        not_decidable: not_decidable.collect(),
        unknown_kinds: reading.unknown_kinds,
        summary,
        notes: reading.notes,
    }
}

/// What is wrong with the input itself.
fn unusable(reading: &Reading) -> Vec<Finding> {
    let mut found = Found::new(&rule::PARSE);
    for problem in &reading.problems {
        let place = problem.location.as_ref().map(Place::of);
        let place = place.unwrap_or_else(|| Place::file(&"".into()));
        let text = format!("{} [{}]", problem.message, problem.code);
        found.add(&place, "", &[("problem", &text)]);
    }
    found.findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_condition_or_says_how_to_look() {
        // What the engine itself finds has no condition of its own.
        let own = |rule: &&&Rule| ["PARSE", "IGNORE"].contains(&rule.id.split('-').next().unwrap());
        let written: BTreeSet<&str> = rule::RULES
            .iter()
            .filter(|rule| rule.look.is_none())
            .filter(|rule| !own(rule))
            .map(|rule| rule.id)
            .collect();
        let judged: Vec<&str> = judges().map(|judge| judge.rule.id).collect();
        let set: BTreeSet<&str> = judged.iter().copied().collect();
        assert_eq!(judged.len(), set.len(), "a rule has two conditions");
        assert_eq!(written, set);
    }
}
