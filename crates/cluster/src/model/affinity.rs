//! Which nodes a pod may go to, by their labels.

use super::{Operator, Requirement};

/// One of the terms of a required node affinity: a node must meet all of it, and one term of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeTerm {
    /// What it asks of labels. A term that asks nothing at all is met by no node.
    pub expressions: Vec<Requirement>,
    /// It asks more than these files show, or asks for nodes by their names.
    pub open: bool,
}

impl Requirement {
    /// Whether a node with this value under the label meets it; `None` is a node without the label.
    ///
    /// # Examples
    /// ```
    /// use winpod_cluster::model::{Operator, Place, Requirement};
    ///
    /// let values = vec!["10.0.17763".to_owned()];
    /// let key = "node.kubernetes.io/windows-build".to_owned();
    /// let other = Requirement { key, operator: Operator::NotIn, values, place: Place::file(&"a.yaml".into()) };
    /// assert!(other.is_met_by(Some("10.0.20348")));
    /// // A node without the label has none of the values either.
    /// assert!(other.is_met_by(None));
    /// assert!(!other.is_met_by(Some("10.0.17763")));
    /// ```
    pub fn is_met_by(&self, value: Option<&str>) -> bool {
        let among = |value: &str| self.values.iter().any(|known| known == value);
        // Only whole numbers compare, and only with one of them.
        let compares = |test: fn(&i64, &i64) -> bool| match (value.map(str::parse), self.values.as_slice()) {
            (Some(Ok(value)), [limit]) => limit.parse().is_ok_and(|limit| test(&value, &limit)),
            _ => false,
        };
        match self.operator {
            Operator::In => value.is_some_and(among),
            Operator::NotIn => !value.is_some_and(among),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => compares(i64::gt),
            Operator::Lt => compares(i64::lt),
            Operator::Gte => compares(i64::ge),
            Operator::Lte => compares(i64::le),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    #[test]
    fn expressions_are_met_as_kubernetes_does() {
        let met = |operator, values: &[&str], value| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            let place = Place::file(&"a".into());
            Requirement { key: "k".to_owned(), operator, values, place }.is_met_by(value)
        };
        for (operator, values, value, expected) in [
            (Operator::In, &["a", "b"][..], Some("b"), true),
            (Operator::In, &["a"], None, false),
            (Operator::NotIn, &["a"], None, true),
            (Operator::NotIn, &["a"], Some("a"), false),
            (Operator::Exists, &[], Some(""), true),
            (Operator::Exists, &[], None, false),
            (Operator::DoesNotExist, &[], None, true),
            (Operator::Gt, &["4"], Some("5"), true),
            (Operator::Gt, &["4"], Some("4"), false),
            (Operator::Gt, &["4"], Some("many"), false),
            (Operator::Gt, &["4", "2"], Some("5"), false),
            (Operator::Lt, &["4"], Some("-5"), true),
            (Operator::Lt, &["4"], None, false),
            (Operator::Gte, &["4"], Some("4"), true),
            (Operator::Lte, &["4"], Some("5"), false),
        ] {
            assert_eq!(met(operator, values, value), expected, "{operator:?} {values:?} {value:?}");
        }
    }
}
