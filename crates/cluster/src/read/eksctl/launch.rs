//! How eksctl starts the nodes of a group.

use crate::model::{Field, Launch, TemplateChoice, Tool};
use crate::read::node::Node;
use crate::read::{Doc, user_data};

pub(super) fn launch(doc: &mut Doc<'_, '_>, node: &Node, tool: Tool, object: &str) -> Launch {
    let root_volume_gib = doc.count(node, "volumeSize", object);
    Launch {
        image: doc.text(node, "ami", object),
        requested: true,
        release_version: doc.text(node, "releaseVersion", object),
        version: Field::Absent,
        template: match node.get("launchTemplate").filter(|_| tool == Tool::EksctlManaged) {
            Some(template) if !template.entries().is_empty() => {
                let text = |key: &str| template.get(key).and_then(Node::as_text).map(str::to_owned);
                let choice = TemplateChoice { id: text("id"), name: None, version: text("version") };
                doc.written(choice, template)
            }
            _ => Field::Absent,
        },
        root_volume_gib,
        kubelet_config: match node.entry("kubeletExtraConfig") {
            Some(entry) if !entry.value.is_null() => doc.written((), &entry.key),
            _ => Field::Absent,
        },
        before_bootstrap: user_data::commands(doc, node, "preBootstrapCommands", object),
        bootstrap: user_data::commands(doc, node, "overrideBootstrapCommand", object),
        user_data: Field::Absent,
    }
}
