//! How many findings are held: a rule may find a million, and the first of them say what the others do.

use super::answer::{Finding, Summary};
use super::baseline::Baseline;
use super::rule;
use super::{Setting, Settings};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Findings of one rule that are listed; the others are counted.
const LISTED: usize = 1_000;
/// Findings of one rule that are held while it judges; in tests so few that a rule is asked often.
pub(super) const WINDOW: usize = if cfg!(test) { 1_500 } else { 50_000 };

/// Takes findings in, in any portions, and keeps the first ones of each rule.
pub(super) struct Bound<'a> {
    pub(super) settings: &'a Settings,
    pub(super) baseline: Option<Baseline>,
    pub(super) summary: &'a mut Summary,
    /// How many are not listed, by rule.
    pub(super) unlisted: BTreeMap<String, usize>,
}

impl Bound<'_> {
    /// Adds findings to those that are listed, and counts all of them.
    pub(super) fn take(&mut self, listed: &mut Vec<Finding>, mut more: Vec<Finding>) {
        for finding in &mut more {
            if let Some(Setting::As(severity)) = self.settings.config.rules.get(finding.rule.as_str()) {
                finding.severity = *severity;
            }
        }
        more.sort_by(in_order);
        if let Some(baseline) = &mut self.baseline {
            let hidden = baseline.apply(&mut more);
            self.summary.hidden_by_baseline += hidden;
            self.summary.hidden += hidden;
        }
        for finding in &more {
            self.summary.count(finding.severity);
            let of_input = [&rule::PARSE, &rule::PARSE_CONFLICT, &rule::PARSE_NO_STRING];
            self.summary.unusable |= of_input.iter().any(|rule| finding.rule == rule.id);
        }
        listed.append(&mut more);
        listed.sort_by(in_order);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        listed.retain(|finding| {
            let count = match counts.get_mut(&finding.rule) {
                Some(count) => count,
                None => counts.entry(finding.rule.clone()).or_default(),
            };
            *count += 1;
            *count <= LISTED
        });
        for (rule, count) in counts.into_iter().filter(|(_, count)| *count > LISTED) {
            *self.unlisted.entry(rule).or_default() += count - LISTED;
        }
    }
}

/// By file, line, column and rule, whatever the order of the inputs.
fn in_order(a: &Finding, b: &Finding) -> Ordering {
    (&a.file, a.line, a.column, &a.rule, &a.object, &a.message)
        .cmp(&(&b.file, b.line, b.column, &b.rule, &b.object, &b.message))
}
