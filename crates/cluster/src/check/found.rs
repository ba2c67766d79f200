//! What a rule hands over: what it found, what it looked at, and what it lacked.

use super::answer::{Finding, Lack, Patch, Related, Skipped};
use super::baseline::OF_SCRIPT;
use super::ignore::Did;
use super::rule::{Need, Rule, Severity};
use crate::model::Place;
use crate::note::{Location, Note, fill};
use std::fmt::{Display, Write as _};

/// Values for the {names} of a sentence.
pub(crate) type Values<'a> = &'a [(&'a str, &'a dyn Display)];

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Found,
    Clean,
    Skipped,
    NotApplicable,
}

/// Collects for one rule.
#[derive(Debug)]
pub(crate) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) findings: Vec<Finding>,
    /// Of all findings, those that are held: how many go before them, and how many they are at most.
    window: (usize, usize),
    /// All findings, held or not.
    pub(super) count: usize,
    /// The last one that is not held.
    passed: Option<Box<Finding>>,
    /// Objects that were judged, well or ill.
    pub(super) judged: usize,
    /// Whether anything was found, before ignores took it out.
    any: bool,
    pub(super) lacks: Vec<Need>,
    /// What is there and cannot be judged: why, and where.
    pub(super) unknown: Vec<(String, Location)>,
    /// What it states of its subjects without finding anything wrong.
    pub(super) notes: Vec<Note>,
}

impl Found {
    pub(super) const fn new(rule: &'static Rule) -> Self {
        Self::window(rule, 0, usize::MAX)
    }

    /// One that holds no more than some findings behind others: a rule says the same whenever it is asked, so that as
    /// many as there are can be gone through without holding all of them.
    pub(super) const fn window(rule: &'static Rule, from: usize, most: usize) -> Self {
        Self {
            rule,
            findings: Vec::new(),
            window: (from, most),
            count: 0,
            passed: None,
            judged: 0,
            any: false,
            lacks: Vec::new(),
            unknown: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What came of the rule.
    pub(super) fn outcome(&self) -> Outcome {
        match self.judged {
            _ if !self.lacks.is_empty() || !self.unknown.is_empty() => Outcome::Skipped,
            _ if self.any => Outcome::Found,
            0 => Outcome::NotApplicable,
            _ => Outcome::Clean,
        }
    }

    /// What the rule did, for ignores of it.
    pub(super) fn did(&self) -> Did {
        match self.outcome() {
            Outcome::Skipped => Did::Open,
            Outcome::NotApplicable => Did::NothingToJudge,
            Outcome::Found | Outcome::Clean => Did::Judged,
        }
    }

    /// The rule as one that lacked something, if it did.
    pub(super) fn skipped(&self) -> Option<Skipped> {
        if self.lacks.is_empty() && self.unknown.is_empty() {
            return None;
        }
        let hidden = |(what, location): &(String, Location)| Related {
            what: what.clone(),
            location: location.clone(),
        };
        Some(Skipped {
            rule: self.rule.id.to_owned(),
            title: self.rule.title.to_owned(),
            partly: self.judged > 0,
            lacks: self.lacks.iter().map(Lack::from).collect(),
            unknown: self.unknown.iter().map(hidden).collect(),
        })
    }

    /// Counts an object that the rule could judge, before it says whether it is ill.
    pub(super) fn judged(&mut self) {
        self.judged += 1;
    }

    /// States something that is as it should be and worth knowing.
    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Tells that a kind of input is missing, so that the rule could not judge.
    pub(super) fn lacks(&mut self, need: Need) {
        debug_assert!(self.rule.needs.contains(&need), "{}: `needs` has no {need:?}", self.rule.id);
        if !self.lacks.contains(&need) {
            self.lacks.push(need);
        }
    }

    /// Rewrites the sentences.
    pub(super) fn name_resources(&mut self, rewrite: &dyn Fn(&mut String)) {
        for finding in &mut self.findings {
            let texts = [&mut finding.message, &mut finding.why, &mut finding.remedy, &mut finding.object];
            texts.into_iter().chain(finding.related.iter_mut().map(|it| &mut it.what)).for_each(rewrite);
        }
        self.unknown.iter_mut().map(|(what, _)| what).for_each(rewrite);
    }

    /// What a rule lacked is there, and hidden.
    pub(super) fn hides(&mut self, need: Need, reason: &str, place: &Place) {
        let before = self.lacks.len();
        self.lacks.retain(|lack| *lack != need);
        if self.lacks.len() < before {
            self.unknown(reason, place);
        }
    }

    /// Tells that something is there whose value the files hide.
    pub(super) fn unknown(&mut self, reason: impl Into<String>, place: &Place) {
        let unknown = (reason.into(), place.into());
        // Many workloads in a row may come to the same group.
        if self.unknown.last() != Some(&unknown) {
            self.unknown.push(unknown);
        }
    }

    /// Adds a finding of a rule with one sentence.
    pub(super) fn add(&mut self, place: &Place, object: impl Into<String>, values: Values<'_>) -> Added<'_> {
        self.add_as("", place, object, values)
    }

    /// Adds a finding with the sentence of a name.
    pub(super) fn add_as(
        &mut self,
        form: &str,
        place: &Place,
        object: impl Into<String>,
        values: Values<'_>,
    ) -> Added<'_> {
        let rule = self.rule;
        self.any = true;
        self.count += 1;
        let (from, most) = self.window;
        let held = self.count > from && self.findings.len() < most;
        // Sentences of what is not held need not be made.
        let text = |template: &str| if held { fill(template, values) } else { String::new() };
        let mut message = text(rule.form(form));
        if place.script_line > 0 {
            _ = write!(message, "{OF_SCRIPT}{} of the script)", place.script_line);
        }
        let finding = Finding {
            rule: rule.id.to_owned(),
            title: rule.title.to_owned(),
            severity: rule.severity,
            security: rule.security,
            message,
            why: text(rule.why),
            remedy: text(rule.remedy),
            file: place.file.to_string(),
            line: place.line,
            column: place.column,
            end_column: if place.width == 0 { 0 } else { place.column + place.width },
            object: object.into(),
            related: Vec::new(),
            patch: None,
            source: rule.citation.to_owned(),
            grade: rule.grade.name().to_owned(),
        };
        if !held {
            return Added { rule, finding: self.passed.insert(Box::new(finding)) };
        }
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        Added { rule, finding: &mut self.findings[last] }
    }
}

/// The finding that was just added, for what it has beside its sentence.
#[derive(Debug)]
pub(crate) struct Added<'f> {
    rule: &'static Rule,
    finding: &'f mut Finding,
}

impl Added<'_> {
    /// Another severity of the rule.
    pub(super) fn severity(self, severity: Severity) -> Self {
        debug_assert!(
            severity == self.rule.severity || self.rule.also.contains(&severity),
            "{}: `also` has no {}",
            self.rule.id,
            severity.name()
        );
        self.finding.severity = severity;
        self
    }

    /// Another place that the finding is about.
    pub(super) fn related(self, place: &Place, what: impl Into<String>) -> Self {
        self.finding.related.push(Related { what: what.into(), location: place.into() });
        self
    }

    /// The mechanical remedy: the value at a place becomes another text, quotes and all. Nothing where the extent of the
    /// value is not known.
    pub(super) fn replace(self, place: &Place, replacement: impl Into<String>) -> Self {
        if place.line > 0 && place.width > 0 {
            self.finding.patch = Some(Patch {
                file: place.file.to_string(),
                line: place.line,
                column: place.column,
                end_column: place.column + place.width,
                // Taken from the file when all rules have judged.
                original: String::new(),
                replacement: replacement.into(),
            });
        }
        self
    }
}
