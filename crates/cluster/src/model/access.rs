//! Who calls whom through the API server: webhooks and aggregated APIs, and what nodes may read there.

use super::Place;
use std::collections::{BTreeMap, BTreeSet};

/// A Service that the API server calls: that of a webhook or of an aggregated API.
#[derive(Debug, Clone)]
pub struct ApiCall {
    /// The kind of the object that names it.
    pub kind: String,
    /// The name of that object.
    pub name: String,
    /// The namespace of the Service.
    pub namespace: String,
    /// The Service.
    pub service: String,
    /// Where the object is defined.
    pub place: Place,
}

/// What the group `system:nodes` may read.
#[derive(Debug, Clone, Default)]
pub struct NodeAccess {
    /// Resources of the core group that roles let one get, by the namespace, empty for a `ClusterRole`, and the name.
    pub roles: BTreeMap<(String, String), BTreeSet<String>>,
    /// Bindings of the group: the namespace, empty for all, and the role.
    pub bindings: Vec<(String, (String, String))>,
}

impl NodeAccess {
    /// Whether nodes may get a resource in a namespace; `None` if a role is bound that is not among the files, or none is.
    pub fn can_get(&self, resource: &str, namespace: &str) -> Option<bool> {
        let mut open = self.bindings.is_empty();
        for (_, role) in self.bindings.iter().filter(|(at, _)| at.is_empty() || at == namespace) {
            match self.roles.get(role) {
                Some(resources) if resources.contains(resource) || resources.contains("*") => {
                    return Some(true);
                }
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(false)
    }
}
