//! What a template says about itself: parameters, mappings, conditions and resources.

use super::intrinsic;
use crate::read::node::{Entry, Node, Span, Value};
use crate::read::shortened;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How deep functions, conditions and references may lead into each other: a condition may name itself.
const MAX_NESTING: usize = 64;
/// The most text that one template may make of itself, in bytes: many references to one long default are much text.
const MAX_MADE: usize = 64 << 20;

/// How many functions one template may have worked out: each that names two others twice over makes as many again.
const MAX_STEPS: usize = 200_000;

/// The type of a stack inside of a stack.
const NESTED_STACK: &str = "AWS::CloudFormation::Stack";
/// Nested stacks that the CDK makes beside every cluster: nothing but the functions behind its own resources.
const OF_CDK: [&str; 2] = ["awscdkawseksClusterResourceProvider", "awscdkawseksKubectlProvider"];

/// A template, with what its intrinsic functions refer to.
pub(super) struct Template<'n> {
    root: &'n Node,
    resources: HashMap<&'n str, &'n Node>,
    nesting: Cell<usize>,
    made: Cell<usize>,
    steps: Cell<usize>,
    /// Conditions that were judged, or are just being judged: one that leads to itself is not known.
    conditions: RefCell<HashMap<String, Option<bool>>>,
}

/// Whether a document is a template: resources of CloudFormation's types, or its version.
pub(super) fn is_template(node: &Node) -> bool {
    let typed = |entry: &Entry| {
        let kind = entry.value.get("Type").and_then(Node::as_text).unwrap_or_default();
        ["AWS::", "Custom::", "Alexa::"].iter().any(|start| kind.starts_with(start))
            // A module or a type of a third party.
            || kind.matches("::").count() >= 2
    };
    let Some(resources) = node.get("Resources") else { return false };
    node.get("AWSTemplateFormatVersion").is_some() || resources.entries().iter().any(typed)
}

impl<'n> Template<'n> {
    pub(super) fn new(root: &'n Node) -> Self {
        let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
        let resources =
            resources.iter().filter_map(|entry| Some((entry.key.as_text()?, &entry.value))).collect();
        Self {
            root,
            resources,
            nesting: Cell::new(0),
            made: Cell::new(0),
            steps: Cell::new(0),
            conditions: RefCell::default(),
        }
    }

    /// Logical ids with their types and resources, in the order of the template.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&'n str, &'n str, &'n Node)> {
        self.root.get("Resources").map(Node::entries).unwrap_or_default().iter().filter_map(|entry| {
            let kind = entry.value.get("Type").and_then(Node::as_text)?;
            Some((entry.key.as_text()?, kind, &entry.value))
        })
    }

    /// What becomes resources only when the stack is made, each with its place.
    pub(super) fn expanding(&self) -> impl Iterator<Item = (String, &'n Node)> {
        self.root.get("Resources").map(Node::entries).unwrap_or_default().iter().filter_map(|entry| {
            let (id, resource) = (entry.key.as_text()?, &entry.value);
            let left_out = || {
                let condition = resource.get("Condition").and_then(Node::as_text);
                condition.is_some_and(|name| self.condition(name) == Some(false))
            };
            let what = match resource.get("Type").and_then(Node::as_text) {
                _ if id.starts_with("Fn::ForEach::") => format!("the loop {id}"),
                _ if id == "Fn::Transform" => {
                    let name = resource.get("Name").and_then(Node::as_text).unwrap_or("without a name");
                    format!("the macro {} of Fn::Transform", shortened(name))
                }
                Some(NESTED_STACK) if !OF_CDK.iter().any(|start| id.starts_with(start)) && !left_out() => {
                    format!("the nested stack {id:?}")
                }
                Some(kind) if kind.ends_with("::MODULE") && !left_out() => {
                    format!("the module {id:?} ({})", shortened(kind))
                }
                _ => return None,
            };
            Some((what, &entry.key))
        })
    }

    pub(super) fn resource(&self, id: &str) -> Option<&'n Node> {
        self.resources.get(id).copied()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'n Node> {
        self.root.path(&["Parameters", name])
    }

    pub(super) fn mapping(&self, name: &str, first: &str, second: &str) -> Option<&'n Node> {
        self.root.path(&["Mappings", name, first, second])
    }

    /// Whether a condition holds; `None` if it depends on what the template does not say.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        let condition = self.root.path(&["Conditions", name])?;
        if let Some(known) = self.conditions.borrow().get(name) {
            return *known;
        }
        self.conditions.borrow_mut().insert(name.to_owned(), None);
        let holds = self.deeper(None, |template| intrinsic::holds(template, condition));
        self.conditions.borrow_mut().insert(name.to_owned(), holds);
        holds
    }

    /// A tree without intrinsic functions; what they hide is [`Value::Hidden`].
    pub(super) fn resolve(&self, node: &Node) -> Node {
        let nothing = || hidden("it is AWS::NoValue", node.span);
        intrinsic::resolve(self, node).unwrap_or_else(nothing)
    }

    /// Does something one step deeper, or answers what is given where that is too deep.
    pub(super) fn deeper<T>(&self, otherwise: T, step: impl FnOnce(&Self) -> T) -> T {
        let depth = self.nesting.get();
        self.steps.set(self.steps.get() + 1);
        if depth >= MAX_NESTING || self.steps.get() > MAX_STEPS {
            return otherwise;
        }
        self.nesting.set(depth + 1);
        let answer = step(self);
        self.nesting.set(depth);
        answer
    }

    /// Counts text that is made; `false` if that is too much.
    pub(super) fn makes(&self, bytes: usize) -> bool {
        self.made.set(self.made.get().saturating_add(bytes));
        self.made.get() <= MAX_MADE
    }
}

/// A value that the template hides.
pub(super) fn hidden(reason: &str, span: Span) -> Node {
    Node { value: Value::Hidden(reason.into()), tag: None, span }
}
