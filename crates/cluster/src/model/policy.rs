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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_select_as_kubernetes_does() {
        let labels: BTreeMap<String, String> =
            [("app", "web"), ("tier", "front")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let one = |key: &str, operator, values: &[&str]| LabelSelector {
            expressions: vec![LabelExpression {
                key: key.to_owned(),
                operator,
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }],
            ..LabelSelector::default()
        };
        assert!(LabelSelector::default().matches(&labels));
        for (key, operator, values, expected) in [
            ("app", LabelOperator::In, &["web", "api"][..], true),
            ("app", LabelOperator::In, &["api"], false),
            ("zone", LabelOperator::In, &["a"], false),
            ("app", LabelOperator::NotIn, &["web"], false),
            // A label that is not there is none of the values.
            ("zone", LabelOperator::NotIn, &["a"], true),
            ("tier", LabelOperator::Exists, &[], true),
            ("zone", LabelOperator::Exists, &[], false),
            ("zone", LabelOperator::DoesNotExist, &[], true),
            ("app", LabelOperator::DoesNotExist, &[], false),
        ] {
            assert_eq!(
                one(key, operator, values).matches(&labels),
                expected,
                "{key} {operator:?} {values:?}"
            );
        }
        let mut both = one("app", LabelOperator::Exists, &[]);
        both.labels.insert("tier".to_owned(), "back".to_owned());
        assert!(!both.matches(&labels));
    }
}
