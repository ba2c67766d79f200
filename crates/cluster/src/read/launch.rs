//! What `aws ec2` and `aws eks` say about how nodes start: launch templates, AMIs, and what a managed group takes of
//! them. Karpenter's node classes say the same in words of their own.

use super::node::Node;
use super::{Doc, quantity, user_data};
use crate::model::{Field, Image, Launch, LaunchTemplate, TemplateChoice, UserData};
use crate::problem::Problem;

/// Reads `describe-launch-template-versions` and `describe-images`; `false` if a document is neither.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    if let Some(versions) = node.get("LaunchTemplateVersions") {
        versions.items().iter().for_each(|version| template(doc, version, false));
    } else if let Some(images) = node.get("Images") {
        images.items().iter().for_each(|listed| image(doc, listed));
    } else if node.items().first().is_some_and(|first| first.get("LaunchTemplateData").is_some()) {
        node.items().iter().for_each(|version| template(doc, version, false));
    } else if node
        .items()
        .first()
        .is_some_and(|first| first.get("ImageId").is_some() && first.get("CreationDate").is_some())
    {
        node.items().iter().for_each(|listed| image(doc, listed));
    } else {
        return false;
    }
    true
}

/// A version of a template, one that a stack makes where `planned`.
pub(super) fn template(doc: &mut Doc<'_, '_>, node: &Node, planned: bool) {
    let text = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
    let (id, name) = (text("LaunchTemplateId"), text("LaunchTemplateName"));
    let object = format!("launch template {:?}", if name.is_empty() { &id } else { &name });
    let number =
        node.get("VersionNumber").and_then(Node::as_i64).and_then(|number| u64::try_from(number).ok());
    let (Some(data), Some(version)) = (node.get("LaunchTemplateData"), number) else {
        let message = format!("{object} has no LaunchTemplateData and VersionNumber");
        let place = doc.place_of(node);
        return doc.reader.problem(Problem::new("LAUNCH_TEMPLATE", message, &place));
    };
    let volumes = data.get("BlockDeviceMappings").map(Node::items).unwrap_or_default();
    let volumes = volumes.iter().filter_map(|mapping| {
        let device = mapping.get("DeviceName")?.as_text()?.to_owned();
        Some((device, doc.count(mapping.get("Ebs")?, "VolumeSize", &object)))
    });
    let volumes = volumes.collect();
    let interfaces = match data.get("NetworkInterfaces").filter(|list| !list.items().is_empty()) {
        Some(list) => doc.written(u32::try_from(list.items().len()).unwrap_or(u32::MAX), list),
        None => Field::Absent,
    };
    let template = LaunchTemplate {
        version,
        default: planned || node.get("DefaultVersion").and_then(Node::as_bool).unwrap_or(false),
        planned,
        image: doc.text(data, "ImageId", &object),
        instance_type: doc.text(data, "InstanceType", &object),
        instance_profile: match data.get("IamInstanceProfile") {
            Some(profile) => doc.text(profile, "Arn", &object).or(doc.text(profile, "Name", &object)),
            None => Field::Absent,
        },
        interfaces,
        volumes,
        user_data: user_data::value(doc, data, "UserData", &object, true),
        place: doc.place_of(node),
        id,
        name,
    };
    doc.script(data.get("UserData"));
    doc.cluster().launch_templates.push(template);
}

fn image(doc: &mut Doc<'_, '_>, node: &Node) {
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    let Some(id) = text("ImageId") else { return };
    // 2026-05-12T18:22:31.000Z
    let created = text("CreationDate").and_then(|time| time.split('T').next()).map(str::to_owned);
    let platform = text("Platform").is_some_and(|name| name.eq_ignore_ascii_case("windows"))
        || text("PlatformDetails").is_some_and(|name| name.starts_with("Windows"));
    let image = Image {
        name: text("Name").map(str::to_owned),
        owner: text("OwnerId").map(str::to_owned),
        created,
        windows: platform,
        place: doc.place_of(node),
    };
    doc.cluster().images.insert(id.to_owned(), image);
}

/// What a managed node group takes, as `describe-nodegroup` and the request of `create-nodegroup` say it.
pub(super) fn of_nodegroup(doc: &mut Doc<'_, '_>, node: &Node, object: &str) -> Launch {
    let template = match node.get("launchTemplate").filter(|template| !template.entries().is_empty()) {
        Some(template) => {
            let text = |key: &str| template.get(key).and_then(Node::as_text).map(str::to_owned);
            let choice = TemplateChoice { id: text("id"), name: text("name"), version: text("version") };
            doc.written(choice, template)
        }
        None => Field::Absent,
    };
    Launch {
        // Only what EKS answers has these.
        requested: ["nodegroupArn", "status", "createdAt"].into_iter().all(|key| node.get(key).is_none()),
        release_version: doc.text(node, "releaseVersion", object),
        version: doc.text(node, "version", object),
        template,
        root_volume_gib: doc.count(node, "diskSize", object),
        ..Launch::default()
    }
}

/// What an `EC2NodeClass` says.
pub(super) fn of_node_class(doc: &mut Doc<'_, '_>, spec: &Node, object: &str) -> Launch {
    let terms = spec.get("amiSelectorTerms").map(Node::items).unwrap_or_default();
    let image = terms.iter().find_map(|term| term.get("id").or_else(|| term.get("ssmParameter")));
    let image = match image.map(|image| (image, image.as_text())) {
        Some((node, Some(text))) => doc.written(text.to_owned(), node),
        _ => Field::Absent,
    };
    let mappings = spec.get("blockDeviceMappings").map(Node::items).unwrap_or_default();
    let root = mappings
        .iter()
        .find(|mapping| mapping.get("deviceName").and_then(Node::as_text) == Some("/dev/sda1"))
        .and_then(|mapping| mapping.path(&["ebs", "volumeSize"]));
    let root_volume_gib = match root {
        None => Field::Absent,
        Some(size) => match size.as_text().and_then(quantity::millis) {
            Some(millis) => {
                let gib = millis / 1000 / (1 << 30);
                doc.written(u32::try_from(gib).unwrap_or(u32::MAX), size)
            }
            None => doc.wrong(size, "volumeSize", object, "a quantity such as 50Gi"),
        },
    };
    // Karpenter puts what is no MIME into a block of its own.
    let user_data = match user_data::value(doc, spec, "userData", object, false) {
        Field::Known(data, origin) => Field::Known(UserData { wrapped: true, ..data }, origin),
        field => field,
    };
    Launch { image, requested: true, root_volume_gib, user_data, ..Launch::default() }
}
