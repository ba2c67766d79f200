//! Calico's language for selecting by labels, as far as the files can answer it.
//!
//! `None` is what cannot be told: a text that is no selector, or a label that the files do not show.

use crate::model::{Cluster, Workload};
use std::collections::BTreeMap;

/// No selector of a hand is deeper.
const MAX_DEPTH: usize = 64;

/// What the files tell of a label.
enum Label {
    Is(String),
    Missing,
    Hidden,
}

impl Label {
    fn of(value: Option<String>) -> Self {
        value.map_or(Self::Missing, Self::Is)
    }

    /// Whether a test holds; a label that is not there is `None` to it.
    fn test(&self, test: impl Fn(Option<&str>) -> bool) -> Truth {
        match self {
            Self::Is(value) => Some(test(Some(value))),
            Self::Missing => Some(test(None)),
            Self::Hidden => None,
        }
    }
}

type Labels<'l> = &'l dyn Fn(&str) -> Label;

/// Whether a selector matches the pods of a workload; an empty one matches all.
pub(in crate::check) fn of_pod(text: &str, workload: &Workload) -> Option<bool> {
    matches(text, &|key| {
        Label::of(match key {
            "projectcalico.org/namespace" => Some(workload.namespace().to_owned()),
            "projectcalico.org/orchestrator" => Some("k8s".to_owned()),
            "projectcalico.org/serviceaccount" => Some(workload.service_account.clone()),
            key => workload.pod_labels.get(key).cloned(),
        })
    })
}

/// Whether a selector matches every pod of a namespace, whatever its labels.
pub(in crate::check) fn of_every_pod(text: &str, namespace: &str) -> bool {
    let matches = matches(text, &|key| match key {
        "projectcalico.org/namespace" => Label::Is(namespace.to_owned()),
        "projectcalico.org/orchestrator" => Label::Is("k8s".to_owned()),
        _ => Label::Hidden,
    });
    matches == Some(true)
}

/// Whether a selector matches a namespace; an empty one matches all.
pub(in crate::check) fn of_namespace(text: &str, namespace: &str, cluster: &Cluster) -> Option<bool> {
    matches(text, &|key| match key {
        "projectcalico.org/name" | "kubernetes.io/metadata.name" => Label::Is(namespace.to_owned()),
        key => label_of(cluster.namespaces.get(namespace), key),
    })
}

/// Whether a selector matches the service account of a workload; an empty one matches all.
pub(in crate::check) fn of_service_account(
    text: &str,
    workload: &Workload,
    cluster: &Cluster,
) -> Option<bool> {
    let account = (workload.namespace().to_owned(), workload.service_account.clone());
    matches(text, &|key| match key {
        "projectcalico.org/name" => Label::Is(account.1.clone()),
        key => label_of(cluster.service_accounts.get(&account), key),
    })
}

/// A label of an object that may not be among the files.
fn label_of(labels: Option<&BTreeMap<String, String>>, key: &str) -> Label {
    labels.map_or(Label::Hidden, |labels| Label::of(labels.get(key).cloned()))
}

fn matches(text: &str, labels: Labels<'_>) -> Option<bool> {
    if text.trim().is_empty() {
        return Some(true);
    }
    let mut parser = Parser { rest: text.trim_start(), labels, depth: 0 };
    let found = parser.any()?;
    parser.rest.is_empty().then_some(found)?
}

struct Parser<'t> {
    rest: &'t str,
    labels: Labels<'t>,
    depth: usize,
}

/// What a part comes to: `None` where a label is not known. The outer `None` of the functions is a text that is wrong.
type Truth = Option<bool>;

impl<'t> Parser<'t> {
    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// Parts joined by `||`.
    fn any(&mut self) -> Option<Truth> {
        let mut found = self.all()?;
        while self.take("||") {
            let next = self.all()?;
            found = match (found, next) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        Some(found)
    }

    /// Parts joined by `&&`.
    fn all(&mut self) -> Option<Truth> {
        let mut found = self.one()?;
        while self.take("&&") {
            let next = self.one()?;
            found = match (found, next) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        Some(found)
    }

    fn one(&mut self) -> Option<Truth> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let found = self.one_within();
        self.depth -= 1;
        found
    }

    fn one_within(&mut self) -> Option<Truth> {
        if self.rest.starts_with('!') && !self.rest.starts_with("!=") {
            self.take("!");
            return Some(self.one()?.map(|found| !found));
        }
        if self.take("(") {
            let found = self.any()?;
            return self.take(")").then_some(found);
        }
        if self.take("all()") {
            return Some(Some(true));
        }
        // Of objects without a namespace, which no pod is.
        if self.take("global()") {
            return Some(Some(false));
        }
        if self.take("has(") {
            let key = self.word()?;
            let has = (self.labels)(key).test(|value| value.is_some());
            return self.take(")").then_some(has);
        }
        let key = self.word()?;
        let label = (self.labels)(key);
        self.compared(&label)
    }

    /// What follows a label.
    fn compared(&mut self, label: &Label) -> Option<Truth> {
        if self.take("==") {
            let wanted = self.quoted()?;
            return Some(label.test(|value| value == Some(wanted)));
        }
        if self.take("!=") {
            let wanted = self.quoted()?;
            return Some(label.test(|value| value != Some(wanted)));
        }
        for (words, test) in TESTS {
            if self.words(words) {
                let wanted = self.quoted()?;
                return Some(label.test(|value| value.is_some_and(|value| test(value, wanted))));
            }
        }
        let not = self.words(&["not"]);
        if !self.words(&["in"]) {
            return None;
        }
        let set = self.set()?;
        // A label that is not there is in no set.
        Some(label.test(|value| value.is_some_and(|value| set.contains(&value)) != not))
    }

    /// Words in a row, each ended by a blank or a bracket.
    fn words(&mut self, words: &[&str]) -> bool {
        let mut rest = self.rest;
        for word in words {
            let Some(after) = rest.strip_prefix(word) else { return false };
            if !after.starts_with([' ', '\t', '\n', '{', '"', '\'']) {
                return false;
            }
            rest = after.trim_start();
        }
        self.rest = rest;
        true
    }

    fn set(&mut self) -> Option<Vec<&'t str>> {
        if !self.take("{") {
            return None;
        }
        let mut set = Vec::new();
        while !self.take("}") {
            set.push(self.quoted()?);
            if !self.take(",") {
                return self.take("}").then_some(set);
            }
        }
        Some(set)
    }

    /// The name of a label.
    fn word(&mut self) -> Option<&'t str> {
        let in_word = |at: char| at.is_ascii_alphanumeric() || ['_', '.', '/', '-'].contains(&at);
        let end = self.rest.find(|at| !in_word(at)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!word.is_empty()).then_some(word)
    }

    /// A text in quotes of either kind; there is no escape in it.
    fn quoted(&mut self) -> Option<&'t str> {
        let quote = self.rest.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        let (text, rest) = self.rest[1..].split_once(quote)?;
        self.rest = rest.trim_start();
        Some(text)
    }
}

type Test = fn(&str, &str) -> bool;

const TESTS: [(&[&str], Test); 3] = [
    (&["contains"], |value, wanted| value.contains(wanted)),
    (&["starts", "with"], |value, wanted| value.starts_with(wanted)),
    (&["ends", "with"], |value, wanted| value.ends_with(wanted)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_select_as_calico_does() {
        let label = |key: &str| match key {
            "app" => Label::Is("web".to_owned()),
            "tier" => Label::Is("front".to_owned()),
            "hidden" => Label::Hidden,
            _ => Label::Missing,
        };
        for (text, expected) in [
            ("", Some(true)),
            ("all()", Some(true)),
            ("app == 'web'", Some(true)),
            ("app == \"api\"", Some(false)),
            ("app != 'api' && tier=='front'", Some(true)),
            // A label that is not there differs from every value.
            ("zone != 'a'", Some(true)),
            ("zone == 'a' || has(tier)", Some(true)),
            ("!has(app)", Some(false)),
            ("!(app == 'api' || has(zone))", Some(true)),
            ("app in { 'web', 'api' }", Some(true)),
            ("app not in {'web'}", Some(false)),
            ("zone not in {'a'}", Some(true)),
            ("app starts with 'we' && app ends with \"b\" && app contains 'e'", Some(true)),
            ("global()", Some(false)),
            // What is not known may not matter.
            ("hidden == 'x'", None),
            ("hidden == 'x' && app == 'api'", Some(false)),
            ("hidden == 'x' || app == 'web'", Some(true)),
            // What is no selector is nothing that can be told.
            ("app = 'web'", None),
            ("app == web", None),
            ("(app == 'web'", None),
            ("app == 'web' tier", None),
        ] {
            assert_eq!(matches(text, &label), expected, "{text}");
        }
        assert_eq!(matches(&"(".repeat(10_000), &label), None);
    }
}
