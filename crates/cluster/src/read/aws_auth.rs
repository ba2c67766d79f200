//! The ConfigMap `kube-system/aws-auth`.

use super::Doc;
use super::fields::{FILLED_IN, is_placeholder};
use super::node::Node;
use crate::model::{Field, RoleMapping};

const OBJECT: &str = "the ConfigMap aws-auth";

pub(super) fn config_map(doc: &mut Doc<'_, '_>, node: &Node) {
    let there = doc.written((), node);
    doc.cluster().identity.aws_auth = there;
    let Some(text) = node.path(&["data", "mapRoles"]).filter(|text| !text.is_null()) else { return };
    let empty = text.as_text().is_some_and(|text| text.trim().is_empty());
    let Some(roles) = doc.embedded(text, "mapRoles", OBJECT) else {
        if !empty {
            let hidden = doc.unknown("its mapRoles cannot be read", text);
            doc.cluster().identity.aws_auth = hidden;
        }
        return;
    };
    for role in roles.items() {
        mapping(doc, role, "rolearn", OBJECT);
    }
}

/// One mapping; eksctl calls the key of the role `arn`, and users are mapped there too.
pub(super) fn mapping(doc: &mut Doc<'_, '_>, node: &Node, key: &str, object: &str) {
    let role = match doc.text(node, key, object) {
        // The scalar of a template: `${NodeRole}`, `<role>`, `{{ .Values.role }}`.
        Field::Known(text, origin) if !text.starts_with("arn:") => {
            let reason = if is_placeholder(&text) { FILLED_IN } else { "no ARN stands there" };
            Field::Unknown(reason.to_owned(), origin.place().clone())
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
