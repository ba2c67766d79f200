//! What pods ask of a node beside an address, CPU and memory; and the objects that change it.

use super::node::Node;
use super::{Doc, kubernetes};
use crate::model::{Container, Field, LinuxKind, LinuxSetting, PodDetails, RuntimeClass};

/// Reads a `RuntimeClass`; `false` for any other object.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let version = node.get("apiVersion").and_then(Node::as_text).unwrap_or_default();
    let (_, name) = kubernetes::name_of(node);
    match (version.split_once('/').map_or(version, |(group, _)| group), kind) {
        ("node.k8s.io", "RuntimeClass") => {
            let object = format!("RuntimeClass {name:?}");
            let scheduling = node.get("scheduling");
            let class = RuntimeClass {
                node_selector: doc.map(
                    scheduling.and_then(|it| it.get("nodeSelector")),
                    "nodeSelector",
                    &object,
                ),
                tolerations: scheduling.map(kubernetes::tolerations).unwrap_or_default(),
                place: doc.place_of(node),
            };
            doc.cluster().runtime_classes.insert(name.to_owned(), class);
        }
        _ => return false,
    }
    true
}

/// Annotations that the address controller writes, and refuses from anyone else.
const OF_CONTROLLER: [&str; 2] = ["vpc.amazonaws.com/PrivateIPv4Address", "vpc.amazonaws.com/pod-eni"];

/// The details of a pod; `pod` has its metadata.
pub(super) fn details(doc: &mut Doc<'_, '_>, pod: &Node, spec: &Node, object: &str) -> PodDetails {
    // Only what a server shows has an identity, or runs.
    let runs = pod.path(&["status", "phase"]).and_then(Node::as_text) == Some("Running");
    let live = runs || pod.path(&["metadata", "uid"]).is_some() || pod.path(&["status", "podIP"]).is_some();
    let of_pod = host_process(spec);
    let mut containers = Vec::new();
    let mut linux = Vec::new();
    shared(doc, spec, &mut linux);
    controls(doc, spec, "", &OF_POD, &mut linux);
    for list in ["initContainers", "containers"] {
        for container in spec.get(list).map(Node::items).unwrap_or_default() {
            let name = container.get("name").and_then(Node::as_text).unwrap_or_default();
            let path = format!("{list}[{name}].");
            controls(doc, container, &path, &OF_CONTAINER, &mut linux);
            features(doc, container, &path, &mut linux);
            let host_process = host_process(container).or(of_pod).unwrap_or(false);
            containers.push(self::container(doc, container, host_process, object));
        }
    }
    let annotations = pod.path(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    let annotations = annotations.iter().filter_map(|entry| {
        let key = entry.key.as_text().filter(|key| OF_CONTROLLER.contains(key))?;
        Some((key.to_owned(), doc.place_of(&entry.key)))
    });
    let annotations = if live { Vec::new() } else { annotations.collect() };
    let os_name = spec.get("os").map_or(Field::Absent, |os| doc.text(os, "name", object));
    let runtime_class = doc.text(spec, "runtimeClassName", object);
    let bound = spec.get("nodeName").is_some_and(|name| !name.is_null());
    PodDetails { os_name, runtime_class, live, placed: live && bound, bound, containers, linux, annotations }
}

/// `windowsOptions.hostProcess` of a pod or of a container.
fn host_process(node: &Node) -> Option<bool> {
    node.path(&["securityContext", "windowsOptions", "hostProcess"])?.as_bool()
}

fn container(doc: &mut Doc<'_, '_>, node: &Node, host_process: bool, object: &str) -> Container {
    let resource = |list: &str, key: &str| {
        node.path(&["resources", list]).and_then(|list| list.get(key)).filter(|amount| !amount.is_null())
    };
    let memory = |doc: &Doc<'_, '_>, list: &str| {
        let hidden = node.path(&["resources"]).and_then(Node::hidden);
        let hidden = hidden.or_else(|| node.path(&["resources", list]).and_then(Node::hidden));
        match (hidden, resource(list, "memory")) {
            (Some(reason), _) => doc.unknown(reason, node),
            (None, Some(amount)) => doc.written((), amount),
            (None, None) => Field::Absent,
        }
    };
    let address = ["limits", "requests"].into_iter().find_map(|list| resource(list, OF_CONTROLLER[0]));
    let addresses = match address.map(|amount| (amount, amount.as_text())) {
        Some((amount, Some(text))) => doc.written(text.to_owned(), amount),
        Some((amount, None)) => doc.unknown("it is an expression", amount),
        None => Field::Absent,
    };
    Container {
        name: node.get("name").and_then(Node::as_text).unwrap_or_default().to_owned(),
        image: doc.text(node, "image", object),
        host_process,
        memory_request: memory(doc, "requests"),
        memory_limit: memory(doc, "limits"),
        addresses,
        place: doc.place_of(node),
    }
}

/// Controls of the security context of a pod that Windows does not have.
const OF_POD: [&str; 10] = [
    "seLinuxOptions",
    "seccompProfile",
    "appArmorProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
];
/// The same of a container.
const OF_CONTAINER: [&str; 10] = [
    "seLinuxOptions",
    "seccompProfile",
    "appArmorProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

fn setting(doc: &Doc<'_, '_>, kind: LinuxKind, path: String, value: &Node, idle: bool) -> LinuxSetting {
    let shown = match (value.hidden(), value.as_text()) {
        (Some(reason), _) => doc.unknown(reason, value),
        (None, Some(text)) => doc.written(super::shortened(text), value),
        (None, None) => doc.written(String::new(), value),
    };
    LinuxSetting { kind, path, value: shown, idle, place: doc.place_of(value) }
}

fn controls(doc: &Doc<'_, '_>, node: &Node, path: &str, keys: &[&str], into: &mut Vec<LinuxSetting>) {
    let Some(context) = node.get("securityContext") else { return };
    for key in keys {
        let Some(value) = context.get(key).filter(|value| !value.is_null()) else { continue };
        let bare = value.as_bool();
        let idle = match *key {
            "privileged" | "readOnlyRootFilesystem" => bare == Some(false),
            "allowPrivilegeEscalation" => bare == Some(true),
            "capabilities" => value.hidden().is_none() && value.entries().is_empty(),
            "sysctls" | "supplementalGroups" => value.hidden().is_none() && value.items().is_empty(),
            "procMount" => value.as_text() == Some("Default"),
            _ => false,
        };
        into.push(setting(doc, LinuxKind::Control, format!("{path}securityContext.{key}"), value, idle));
    }
}

/// Namespaces, volumes and names of a pod.
fn shared(doc: &Doc<'_, '_>, spec: &Node, into: &mut Vec<LinuxSetting>) {
    for key in ["hostPID", "hostIPC", "shareProcessNamespace"] {
        if let Some(value) = spec.get(key).filter(|value| !value.is_null()) {
            let idle = value.as_bool() == Some(false);
            into.push(setting(doc, LinuxKind::Namespace, key.to_owned(), value, idle));
        }
    }
    if let Some(value) = spec.get("dnsPolicy")
        && value.as_text() == Some("ClusterFirstWithHostNet")
    {
        into.push(setting(doc, LinuxKind::Feature, "dnsPolicy".to_owned(), value, false));
    }
    for volume in spec.get("volumes").map(Node::items).unwrap_or_default() {
        let name = volume.get("name").and_then(Node::as_text).unwrap_or_default();
        let Some(medium) = volume.path(&["emptyDir", "medium"]) else { continue };
        let text = medium.as_text().unwrap_or_default();
        if text == "Memory" || text.starts_with("HugePages") {
            let path = format!("volumes[{name}].emptyDir.medium");
            into.push(setting(doc, LinuxKind::Feature, path, medium, false));
        }
    }
}

/// Volumes and resources of a container.
fn features(doc: &Doc<'_, '_>, container: &Node, path: &str, into: &mut Vec<LinuxSetting>) {
    let mut add = |key: String, value: &Node| {
        into.push(setting(doc, LinuxKind::Feature, format!("{path}{key}"), value, false));
    };
    if let Some(devices) = container.get("volumeDevices").filter(|devices| !devices.items().is_empty()) {
        add("volumeDevices".to_owned(), devices);
    }
    for mount in container.get("volumeMounts").map(Node::items).unwrap_or_default() {
        let propagation = mount.get("mountPropagation").filter(|value| !value.is_null());
        if let Some(value) = propagation.filter(|value| value.as_text() != Some("None")) {
            add("volumeMounts.mountPropagation".to_owned(), value);
        }
    }
    let of_list = |list: &str| container.path(&["resources", list]).map(Node::entries).unwrap_or_default();
    let pages = of_list("limits")
        .iter()
        .chain(of_list("requests"))
        .find(|entry| entry.key.as_text().is_some_and(|key| key.starts_with("hugepages-")));
    if let Some(entry) = pages {
        add(format!("resources.{}", entry.key.as_text().unwrap_or_default()), &entry.value);
    }
}
