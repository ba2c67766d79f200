//! Policies of Kubernetes and of the VPC CNI for pods, as far as they say which pods they are about, and how.

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
    /// How many rules it has for what comes in.
    pub ingress_rules: usize,
    /// How many rules it has for what goes out.
    pub egress_rules: usize,
    /// Whether one of its rules allows everything: of those for what comes in, and of those for what goes out.
    pub opens: [bool; 2],
    /// The first peer that a rule for what comes in picks by labels.
    pub peer_by_labels: Option<Place>,
    /// Where it is defined.
    pub place: Place,
}

impl NetworkPolicy {
    /// Whether it closes its namespace: it is about every pod, and allows nothing in one direction or both.
    pub fn is_default_deny(&self) -> bool {
        self.closes() != (false, false)
    }

    /// What it closes for every pod of its namespace: what comes in, and what goes out.
    pub fn closes(&self) -> (bool, bool) {
        let every = match &self.pods {
            Field::Absent => true,
            Field::Known(selector, _) => *selector == LabelSelector::default(),
            Field::Unknown(..) => false,
        };
        let Some((ingress, egress)) = self.is_about() else { return (false, false) };
        (every && ingress && self.ingress_rules == 0, every && egress && self.egress_rules == 0)
    }

    /// Whether it keeps anything out or in: one that allows everything is not missed where nothing enforces it.
    pub fn restricts(&self) -> bool {
        let [opens_ingress, opens_egress] = self.opens;
        self.is_about().is_none_or(|(ingress, egress)| ingress && !opens_ingress || egress && !opens_egress)
    }

    /// Whether it is about what comes in, and about what goes out; `None` where the files hide it.
    fn is_about(&self) -> Option<(bool, bool)> {
        match &self.policy_types {
            Field::Absent => Some((true, self.egress_rules > 0)),
            Field::Known(types, _) => {
                let has = |name: &str| types.iter().any(|it| it == name);
                Some((has("Ingress"), has("Egress")))
            }
            Field::Unknown(..) => None,
        }
    }
}

/// A `SecurityGroupPolicy` of `vpcresources.k8s.aws`: security groups for pods.
#[derive(Debug, Clone)]
pub struct SecurityGroupPolicy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The pods that it is about, by their labels; absent selects none.
    pub pods: Field<LabelSelector>,
    /// The pods that it is about, by the labels of their service accounts; absent selects none.
    pub service_accounts: Field<LabelSelector>,
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
