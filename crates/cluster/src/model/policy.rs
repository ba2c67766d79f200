//! Network policies, as far as they say which pods they are about.

use super::{Field, Place};
use std::collections::BTreeMap;

/// A `NetworkPolicy` of `networking.k8s.io`.
#[derive(Debug, Clone)]
pub struct NetworkPolicy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The pods that it is about.
    pub pods: Field<LabelSelector>,
    /// `policyTypes`, as written.
    pub policy_types: Field<Vec<String>>,
    /// Where it is defined.
    pub place: Place,
}

/// A selector of Kubernetes: every part must match, and an empty one matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// `matchLabels`.
    pub labels: BTreeMap<String, String>,
    /// `matchExpressions`.
    pub expressions: Vec<LabelExpression>,
}

/// One of `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelExpression {
    /// The label.
    pub key: String,
    /// How the values apply.
    pub operator: LabelOperator,
    /// The values.
    pub values: Vec<String>,
}

/// Operators of a label selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelOperator {
    /// One of the values.
    In,
    /// None of the values, or no such label.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
}

impl LabelSelector {
    /// Whether it selects an object with these labels.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(|expression| {
                let value = labels.get(&expression.key);
                match expression.operator {
                    LabelOperator::In => value.is_some_and(|value| expression.values.contains(value)),
                    LabelOperator::NotIn => value.is_none_or(|value| !expression.values.contains(value)),
                    LabelOperator::Exists => value.is_some(),
                    LabelOperator::DoesNotExist => value.is_none(),
                }
            })
    }
}
