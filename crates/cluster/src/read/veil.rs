//! What a template is still to put in: `{{ .Values.type }}`, `${TYPE}`, `$(TYPE)`, `<type>`.
//!
//! Such a value is nobody's value, so it is hidden before anything is taken from a document, as what the intrinsic
//! functions of CloudFormation hide is. Every reader then finds it unknown, and none judges the words of the template.

use super::fields::{FILLED_IN, is_filled_in};
use super::node::{Entry, Node, Value};
use super::{Doc, Reader, join, shortened};
use crate::model::{Field, Place};
use crate::note::{Note, text as note};
use std::sync::Arc;

/// Keys whose values stay as they are written: names, by which two places mean the same; scripts and arguments, whose
/// own variables look alike; and words that are compared with each other.
const AS_WRITTEN: [&str; 30] = [
    "apiVersion",
    "kind",
    "name",
    "nodegroupName",
    "namespace",
    "id",
    "labels",
    "matchLabels",
    "matchExpressions",
    "selector",
    "nodeSelector",
    "tags",
    "Tags",
    "annotations",
    "taints",
    "tolerations",
    "command",
    "args",
    "preBootstrapCommands",
    "overrideBootstrapCommand",
    "userData",
    "UserData",
    "CommandLine",
    "commandLine",
    "PathName",
    "Path",
    "Definition",
    "content",
    "Manifest",
    "Values",
];

/// Those of them that are mappings and lists: one that a template fills in as a whole is nobody's words yet.
const STRUCTURED: [&str; 6] =
    ["labels", "matchLabels", "matchExpressions", "nodeSelector", "taints", "tolerations"];

/// Whether a text may have a placeholder: to look is much cheaper than to walk a tree.
pub(super) fn may_have(text: &str) -> bool {
    ["{{", "${", "$(", "<", "{%"].iter().any(|open| text.contains(open))
}

/// Whether a text that is no YAML is a template whose own words stand between its lines: `{{- if .Values.web }}`.
pub(super) fn is_unrendered(text: &str) -> bool {
    text.contains("{{-") || text.lines().any(|line| line.trim_start().starts_with("{{"))
}

/// Hides what a template fills in, and hands over each place with its key.
pub(super) fn hide(node: &mut Node, key: &str, tell: &mut dyn FnMut(&str, &Node)) {
    if is_filled_in(node) {
        if node.hidden().is_none() {
            node.value = Value::Hidden(FILLED_IN.into());
        }
        return tell(key, node);
    }
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| hide(item, key, tell)),
        Value::Mapping(entries) => {
            for Entry { key, value } in entries {
                let name = key.as_text().unwrap_or_default();
                if !AS_WRITTEN.contains(&name) || STRUCTURED.contains(&name) && is_filled_in(value) {
                    hide(value, name, tell);
                }
            }
        }
        Value::Scalar(_) | Value::Hidden(_) => {}
    }
}

impl Reader<'_> {
    /// Hides what a template fills in in one tree.
    pub(super) fn hide(&mut self, node: &mut Node, file: &Arc<str>) {
        let filled = &mut self.filled_in;
        hide(node, "", &mut |key, node| filled.push((shortened(key), Place::spanning(file, node.span))));
    }

    /// Tells which values are still to be filled in.
    pub(super) fn tell_what_is_filled_in(&mut self) {
        let filled = std::mem::take(&mut self.filled_in);
        let Some((_, first)) = filled.first() else { return };
        let names = join(filled.iter().map(|(key, place)| match &**key {
            "" => place.to_string(),
            key => format!("{key} ({place})"),
        }));
        let values: [(&str, &dyn std::fmt::Display); 2] = [("count", &filled.len()), ("names", &names)];
        self.note(Note::new(&note::FILLED_IN, &values).at(first));
    }
}

impl Doc<'_, '_> {
    /// Several values that a template fills in, as one that is not known: all are named.
    pub(super) fn filled_in<T>(&self, all: &[(&str, &Node)]) -> Option<Field<T>> {
        let (_, first) = all.first()?;
        if all.len() == 1 {
            return Some(self.unknown(FILLED_IN, first));
        }
        let names = join(all.iter().map(|(key, _)| shortened(key)));
        Some(self.unknown(format!("a template fills in {names}: render it first"), first))
    }
}
