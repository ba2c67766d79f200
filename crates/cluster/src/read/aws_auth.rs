//! The ConfigMap `kube-system/aws-auth`.

use super::Doc;
use super::node::Node;
use crate::model::{Field, RoleMapping};

const OBJECT: &str = "the ConfigMap aws-auth";

pub(super) fn config_map(doc: &mut Doc<'_, '_>, node: &Node) {
    doc.cluster().identity.aws_auth = Some(doc.place_of(node));
    let Some(roles) = node.path(&["data", "mapRoles"]) else { return };
    let Some(roles) = doc.embedded(roles, "mapRoles", OBJECT) else { return };
    for role in roles.items() {
        mapping(doc, role, "rolearn", OBJECT);
    }
}

/// One mapping; eksctl calls the key of the role `arn`, and users are mapped there too.
pub(super) fn mapping(doc: &mut Doc<'_, '_>, node: &Node, key: &str, object: &str) {
    let role = match doc.text(node, key, object) {
        // The scalar of a template: `${NodeRole}`, `<role>`, `{{ .Values.role }}`.
        Field::Known(text, origin) if !text.starts_with("arn:") => {
            Field::Unknown("no ARN stands there".to_owned(), origin.place().clone())
        }
        field => field,
    };
    if role.known().is_some_and(|arn| arn.contains(":user/")) {
        return;
    }
    let mapping = RoleMapping {
        role,
        username: doc.text(node, "username", object),
        groups: doc.texts(node, "groups", object),
        place: doc.place_of(node),
    };
    doc.cluster().identity.mappings.push(mapping);
}
