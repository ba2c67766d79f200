//! What is known and left out: ignores of the configuration and of comments in the files, and the baseline.

use super::answer::Finding;
use super::config::{Config, Ignore};
use super::context::quoted;
use super::date::Date;
use super::found::Found;
use super::paths::plain;
use super::rule::{self, Need, Rule};
use crate::model::{IgnoreComment, Place};
use crate::read;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a rule did, for the question whether an ignore of it is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    Judged,
    NothingToJudge,
    /// Lacked something, so that it says nothing about an ignore; or is off.
    Open,
}

/// What there is to ignore.
pub(super) struct Ignores<'a> {
    pub(super) config: &'a Config,
    pub(super) comments: &'a [IgnoreComment],
    pub(super) date: Option<Date>,
    /// Whether whole directories were read, so that what is not there does not exist.
    pub(super) whole: bool,
}

/// Findings about ignores themselves.
pub(super) struct About {
    pub(super) unused: Found,
    pub(super) expired: Found,
    pub(super) reasonless: Found,
}

impl About {
    pub(super) fn into_array(self) -> [Found; 3] {
        [self.unused, self.expired, self.reasonless]
    }
}

/// Ignores at work: what they are, by what they can concern, and which of them were of use.
pub(super) struct Sieve<'a> {
    ignores: &'a Ignores<'a>,
    about: About,
    comments: BTreeMap<(&'static str, &'a str), Vec<usize>>,
    configured: BTreeMap<&'static str, Vec<usize>>,
    used_comments: Vec<bool>,
    used: Vec<bool>,
    /// Findings of a rule in a file share the ignores that can concern them.
    concerned: BTreeMap<(String, String), Vec<usize>>,
    /// What a broken file would have said about its own ignores is not known.
    broken: BTreeSet<String>,
}

impl Sieve<'_> {
    /// Takes out of the findings what is ignored, and counts it. May be asked again with other findings.
    pub(super) fn apply(&mut self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        let Self { ignores, comments, configured, used_comments, used, concerned, .. } = self;
        let unreadable = findings.iter().filter(|it| it.rule == rule::PARSE.id);
        self.broken.extend(unreadable.map(|it| it.file.clone()));
        findings.retain(|finding| {
            let mut hidden = false;
            let of_file = comments.get(&(finding.rule.as_str(), finding.file.as_str()));
            for &index in of_file.into_iter().flatten() {
                let comment = &ignores.comments[index];
                if (comment.first..=comment.last).contains(&finding.line) {
                    (used_comments[index], hidden) = (true, true);
                }
            }
            let Some(of_rule) = configured.get(finding.rule.as_str()) else { return !hidden };
            let key = (finding.rule.clone(), finding.file.clone());
            let of_file = concerned.entry(key).or_insert_with(|| {
                let matches = |index: &usize| {
                    let ignore: &Ignore = &ignores.config.ignores[*index];
                    let folder = folder(&ignore.place.file);
                    ignore.path.as_ref().is_none_or(|glob| {
                        let path = plain(&finding.file);
                        let inside = folder.and_then(|folder| {
                            path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned)
                        });
                        glob.matches_path(&path) || inside.is_some_and(|path| glob.matches_path(&path))
                    })
                };
                of_rule.iter().copied().filter(matches).collect()
            });
            for &index in of_file.iter() {
                let object = ignores.config.ignores[index].object.as_ref();
                if object.is_none_or(|glob| glob.matches_name(&finding.object)) {
                    (used[index], hidden) = (true, true);
                }
            }
            !hidden
        });
        before - findings.len()
    }

    /// Tells which ignores are wrong or of no use.
    pub(super) fn finish(mut self, did: &dyn Fn(&Rule) -> Did) -> About {
        let known = self
            .comments
            .into_iter()
            .filter(|((rule, file), _)| *rule == rule::PARSE.id || !self.broken.contains(*file));
        let idle_comments =
            known.flat_map(|(_, indices)| indices).filter(|index| !self.used_comments[*index]);
        let idle = self.configured.into_values().flatten().filter(|index| !self.used[*index]);
        self.ignores.unused(&mut self.about.unused, did, idle_comments, idle);
        self.about
    }
}

impl<'a> Ignores<'a> {
    /// The ignores, ready to be held against findings.
    pub(super) fn sieve(&'a self) -> Sieve<'a> {
        let mut about = About {
            unused: Found::new(&rule::IGNORE_UNUSED),
            expired: Found::new(&rule::IGNORE_EXPIRED),
            reasonless: Found::new(&rule::IGNORE_REASON),
        };
        let comments = self.of_comments(&mut about);
        let configured = self.of_config(&mut about);
        Sieve {
            ignores: self,
            about,
            comments,
            configured,
            used_comments: vec![false; self.comments.len()],
            used: vec![false; self.config.ignores.len()],
            concerned: BTreeMap::new(),
            broken: BTreeSet::new(),
        }
    }

    /// Comments by rule and file, without those that do not count.
    fn of_comments(&self, about: &mut About) -> BTreeMap<(&'static str, &'a str), Vec<usize>> {
        let mut by_file: BTreeMap<(&'static str, &'a str), Vec<usize>> = BTreeMap::new();
        for (index, comment) in self.comments.iter().enumerate() {
            about.reasonless.judged();
            about.unused.judged();
            if !comment.misspelt.is_empty() {
                misspelt(&mut about.unused, comment);
                continue;
            }
            let known = Rule::find(&comment.rule).filter(|rule| !rule.id.starts_with("IGNORE-"));
            let Some(known) = known else {
                unknown(&mut about.unused, comment);
                continue;
            };
            if comment.reason.is_empty() {
                about.reasonless.add(&comment.place, "", &[("rule", &known.id)]);
                continue;
            }
            by_file.entry((known.id, &comment.place.file)).or_default().push(index);
        }
        by_file
    }

    /// Ignores of the configuration by rule, without those that have expired.
    fn of_config(&self, about: &mut About) -> BTreeMap<&'static str, Vec<usize>> {
        let mut by_rule: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (index, ignore) in self.config.ignores.iter().enumerate() {
            about.unused.judged();
            about.reasonless.judged();
            if let Some(until) = ignore.until {
                match self.date {
                    None => about.expired.lacks(Need::Date),
                    Some(date) => {
                        about.expired.judged();
                        if date > until {
                            let reason = read::shortened(&ignore.reason);
                            about.expired.add(
                                &ignore.place,
                                "",
                                &[("rule", &ignore.rule.id), ("reason", &reason), ("until", &until)],
                            );
                            continue;
                        }
                    }
                }
            }
            by_rule.entry(ignore.rule.id).or_default().push(index);
        }
        by_rule
    }

    /// Tells which of those that hid nothing are of no use.
    fn unused(
        &self,
        found: &mut Found,
        did: &dyn Fn(&Rule) -> Did,
        comments: impl Iterator<Item = usize>,
        configured: impl Iterator<Item = usize>,
    ) {
        for comment in comments.map(|index| &self.comments[index]) {
            if let Some(rule) = Rule::find(&comment.rule)
                && did(rule) != Did::Open
            {
                tell(found, rule, &comment.reason, &comment.place);
            }
        }
        for ignore in configured.map(|index| &self.config.ignores[index]) {
            let seen = match did(ignore.rule) {
                Did::Judged => self.whole || ignore.path.is_none(),
                Did::NothingToJudge => self.whole,
                Did::Open => false,
            };
            if seen {
                tell(found, ignore.rule, &ignore.reason, &ignore.place);
            }
        }
    }
}

fn tell(found: &mut Found, rule: &Rule, reason: &str, place: &Place) {
    found.add_as("unused", place, "", &[("rule", &rule.id), ("reason", &read::shortened(reason))]);
}

fn unknown(found: &mut Found, comment: &IgnoreComment) {
    let written = quoted(&comment.rule);
    let meant =
        rule::nearest(&comment.rule).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    if comment.rule.is_empty() {
        found.add_as("no-rule", &comment.place, "", &[]);
    } else {
        found.add_as("unknown-rule", &comment.place, "", &[("rule", &written), ("meant", &meant)]);
    }
}

fn misspelt(found: &mut Found, comment: &IgnoreComment) {
    let rule = Rule::find(&comment.rule).map(|rule| rule.id).or_else(|| rule::nearest(&comment.rule));
    let rule = rule.map_or_else(|| read::shortened(&comment.rule), str::to_owned);
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("written", &quoted(&comment.misspelt)), ("rule", &rule)];
    found.add_as("misspelt", &comment.place, "", &values);
}

/// The folder of a configuration, to which its paths are relative too.
fn folder(config: &str) -> Option<&str> {
    let parent = Path::new(config).parent().and_then(Path::to_str);
    parent
        .map(|folder| folder.strip_prefix("./").unwrap_or(folder))
        .filter(|folder| !folder.is_empty() && *folder != ".")
}
