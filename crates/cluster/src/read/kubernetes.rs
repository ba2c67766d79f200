//! Kubernetes objects: the `amazon-vpc-cni` ConfigMap, nodes, pods and what makes pods.

use super::addons::spelt_alike;
use super::fields::{is_filled_in, shortened};
use super::node::{Entry, Kind, Node};
use super::{
    Doc, Unquoted, access, affinity, aws_auth, aws_node, calico, host, pod, policy, quantity, services,
    storage,
};
use crate::model::{Field, LiveNode, LivePod, MeantKey, Os, Place, Toleration, UnknownKey, Workload};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use std::collections::BTreeMap;
use winpod::ipam::{Flag, Key};

/// The ConfigMap of the settings, as findings name it.
pub(super) const CONFIGMAP: &str = "ConfigMap kube-system/amazon-vpc-cni";

/// Whether a setting is on or off; all others are numbers.
pub(crate) fn is_switch(key: Key) -> bool {
    matches!(key, Key::EnableWindowsIpam | Key::EnableWindowsPrefixDelegation)
}

/// Reads an object of a kind that is used; `false` if it is none.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node, kind: &str) -> bool {
    let pod_spec: &[&str] = match kind {
        "ConfigMap" => return config_map(doc, node),
        "Node" => {
            live_node(doc, node);
            return true;
        }
        "Pod" => &["spec"],
        // A Rollout is what Argo has in the place of a Deployment.
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job"
        | "Rollout" => &["spec", "template", "spec"],
        "PodTemplate" => &["template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "ENIConfig" => {
            aws_node::eni_config(doc, node);
            return true;
        }
        _ => {
            return services::object(doc, node, kind)
                || pod::object(doc, node, kind)
                || storage::object(doc, node, kind)
                || policy::object(doc, node, kind)
                || calico::object(doc, node, kind)
                || access::object(doc, node, kind)
                || (kind == "Event" && host::event(doc, node));
        }
    };
    workload(doc, node, kind, pod_spec);
    true
}

pub(super) fn name_of(node: &Node) -> (&str, &str) {
    let text = |key: &str| node.path(&["metadata", key]).and_then(Node::as_text);
    (text("namespace").unwrap_or("default"), text("name").unwrap_or_default())
}

/// Reads the `ConfigMap`s that matter; `false` for any other.
fn config_map(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let (namespace, name) = name_of(node);
    if (namespace, name) == ("kube-system", "aws-auth") {
        aws_auth::config_map(doc, node);
        return true;
    }
    if calico::config_map(doc, node) {
        return true;
    }
    let place = doc.place_of(node);
    let keys = node.get("data").map(Node::entries).unwrap_or_default();
    let for_windows = keys.iter().any(|entry| {
        entry
            .key
            .as_text()
            .is_some_and(|key| key.starts_with("enable-windows-") && key.parse::<Key>().is_ok())
    });
    let of_metadata = ["name", "namespace"].iter().filter_map(|key| node.path(&["metadata", key]));
    if let Some(open) = of_metadata.into_iter().find(|value| is_filled_in(value)) {
        if for_windows || name == "amazon-vpc-cni" {
            settings_hidden(doc, &[("its name or namespace", open)]);
            return true;
        }
        return false;
    }
    let here = name == "amazon-vpc-cni";
    let elsewhere = node.path(&["metadata", "namespace"]).is_some() && namespace != "kube-system";
    if here && elsewhere || !here && for_windows {
        let called = format!("{namespace}/{name}");
        // What is wrong of the two.
        let wrong = node.path(&["metadata", if here { "namespace" } else { "name" }]);
        let at = wrong.map_or_else(|| place.clone(), |wrong| doc.place_of(wrong));
        doc.cluster().cni.elsewhere.push((called, at));
    }
    if name != "amazon-vpc-cni" {
        return for_windows;
    }
    match node.path(&["metadata", "namespace"]).and_then(Node::as_text) {
        Some("kube-system") => {}
        Some(namespace) => {
            doc.reader.note(Note::new(&note::CONFIGMAP_ELSEWHERE, &[("namespace", &namespace)]).at(&place));
            return true;
        }
        None => doc.reader.note(Note::new(&note::CONFIGMAP_NAMESPACE_ASSUMED, &[]).at(&place)),
    }
    let (mut data, mut hidden) = (BTreeMap::new(), Vec::new());
    for entry in node.get("data").map(Node::entries).unwrap_or_default() {
        let Some(key) = entry.key.as_text() else { continue };
        let place = doc.place_of(&entry.value);
        if is_filled_in(&entry.value) {
            if key.parse::<Key>().is_ok() {
                hidden.push((key, &entry.value));
            }
            continue;
        }
        match entry.value.as_scalar() {
            // The API server drops it.
            Some(scalar) if scalar.kind == Kind::Null => {}
            // A bare `yes` is a boolean to kubectl.
            Some(scalar) if scalar.kind == Kind::String && !entry.value.is_old_bool() => {
                if key == "enable-network-policy-controller" {
                    let on = doc.written(Flag::read(Some(&scalar.text)).is_on(), &entry.value);
                    doc.cluster().cni.network_policy_controller = on;
                } else if let Ok(key) = key.parse::<Key>() {
                    data.insert(key, (scalar.text.to_string(), place));
                } else if let Some(meant) = nearest_key(key) {
                    misspelt(doc, entry, key, meant);
                }
            }
            _ => no_string(doc, entry, key, &mut data),
        }
    }
    if !hidden.is_empty() {
        settings_hidden(doc, &hidden);
        return true;
    }
    if let Field::Known(before, origin) = &doc.reader.reading.cluster.cni.data {
        let same = before.len() == data.len()
            && before.iter().all(|(key, (text, _))| data.get(key).is_some_and(|(other, _)| other == text));
        if !same {
            let message = format!(
                "is a second ConfigMap amazon-vpc-cni, and {} has other values: give the one that is in the cluster",
                origin.place()
            );
            doc.reader.problem(Problem::new("CONFIGMAP_TWICE", message, &place));
        }
        return true;
    }
    let data = doc.written(data, node);
    doc.cluster().cni.data = data;
    true
}

/// Tells a value that is no string, and keeps what was meant where that is plain.
fn no_string(doc: &mut Doc<'_, '_>, entry: &Entry, key: &str, data: &mut BTreeMap<Key, (String, Place)>) {
    let _: Field<()> = doc.wrong(&entry.value, key, "the ConfigMap amazon-vpc-cni", "a string in quotes");
    let Some(scalar) = entry.value.as_scalar() else { return };
    let place = doc.place_of(&entry.value);
    let text = scalar.text.to_string();
    doc.reader.reading.unquoted.push(Unquoted {
        object: CONFIGMAP,
        key: shortened(key),
        text: text.clone(),
        place: place.clone(),
    });
    let Ok(key) = key.parse::<Key>() else { return };
    // That the API server refuses it has been told. A number that is a Boolean is not even plain.
    let meant = match entry.value.as_wide_bool() {
        Some(on) if is_switch(key) => Some(on.to_string()),
        Some(_) => None,
        None => Some(text),
    };
    if let Some(meant) = meant {
        data.insert(key, (meant, place));
    }
}

/// What a template fills in leaves the settings open, unless another file says them.
pub(super) fn settings_hidden(doc: &mut Doc<'_, '_>, values: &[(&str, &Node)]) {
    if doc.cluster().cni.data.is_absent()
        && let Some(hidden) = doc.filled_in(values)
    {
        doc.cluster().cni.data = hidden;
    }
}

/// Keeps a key that nothing reads, and tells it.
fn misspelt(doc: &mut Doc<'_, '_>, entry: &Entry, key: &str, meant: Key) {
    let unknown = UnknownKey {
        key: key.to_owned(),
        part: "the ConfigMap amazon-vpc-cni".to_owned(),
        meant: MeantKey::Key(meant.name()),
        place: doc.place_of(&entry.key),
    };
    doc.cluster().cni.unread.push(unknown);
    let place = doc.place_of(&entry.value);
    let values: [(&str, &dyn std::fmt::Display); 2] = [("key", &shortened(key)), ("meant", &meant)];
    doc.reader.note(Note::new(&note::CONFIGMAP_KEY_MISSPELT, &values).at(&place));
}

/// The key that a misspelt one was meant to be.
fn nearest_key(key: &str) -> Option<Key> {
    Key::ALL.iter().copied().find(|known| spelt_alike(key, known.name()))
}

fn live_node(doc: &mut Doc<'_, '_>, node: &Node) {
    let (_, name) = name_of(node);
    let labels = node.path(&["metadata", "labels"]);
    let label =
        |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Node::as_text).map(str::to_owned);
    // aws:///eu-west-1a/i-0123456789abcdef0
    let instance = node
        .path(&["spec", "providerID"])
        .and_then(Node::as_text)
        .and_then(|id| id.rsplit('/').next())
        .filter(|id| id.starts_with("i-"))
        .map(str::to_owned);
    let group = ["eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "karpenter.sh/nodepool"]
        .into_iter()
        .find_map(label);
    let os = label("kubernetes.io/os").and_then(|os| parse_os(&os));
    let object = format!("node {name:?}");
    let max_pods = match node.path(&["status", "allocatable"]) {
        Some(allocatable) => match allocatable.get("pods") {
            Some(pods) => pods.as_text().and_then(|text| text.parse().ok()),
            None => None,
        },
        None => None,
    };
    if name.is_empty() {
        let place = doc.place_of(node);
        doc.reader.problem(Problem::new("NAMELESS", format!("{object} has no metadata.name"), &place));
        return;
    }
    let eni_config =
        labels.map_or(Field::Absent, |labels| doc.text(labels, "vpc.amazonaws.com/eniConfig", &object));
    let info = |key: &str| node.path(&["status", "nodeInfo", key]).and_then(Node::as_text).map(str::to_owned);
    let addresses = node.path(&["status", "addresses"]).map(Node::items).unwrap_or_default();
    let text_of = |address: &Node, key: &str| address.get(key).and_then(Node::as_text).map(str::to_owned);
    let internal_ip = addresses
        .iter()
        .filter(|address| text_of(address, "type").as_deref() == Some("InternalIP"))
        .find_map(|address| text_of(address, "address")?.parse().ok());
    let live = LiveNode {
        name: name.to_owned(),
        os,
        instance,
        internal_ip,
        instance_type: label("node.kubernetes.io/instance-type"),
        group,
        max_pods,
        eni_config,
        kernel: info("kernelVersion"),
        kubelet: info("kubeletVersion"),
        runtime: info("containerRuntimeVersion"),
        hybrid: label("eks.amazonaws.com/compute-type").as_deref() == Some("hybrid"),
        place: doc.place_of(node),
    };
    doc.cluster().nodes.push(live);
}

pub(super) fn parse_os(text: &str) -> Option<Os> {
    match text {
        "windows" => Some(Os::Windows),
        "linux" => Some(Os::Linux),
        _ => None,
    }
}

fn workload(doc: &mut Doc<'_, '_>, node: &Node, kind: &str, pod_spec: &[&str]) {
    let (namespace, name) = name_of(node);
    let generated = node.path(&["metadata", "generateName"]).and_then(Node::as_text);
    let generated = generated.filter(|_| name.is_empty()).map(|start| format!("{start}*"));
    let name = generated.as_deref().unwrap_or(name);
    let object = format!("{kind} {namespace}/{name}");
    if kind == "Deployment" && namespace == "kube-system" && name == "vpc-resource-controller" {
        let found = doc.written((), node);
        doc.cluster().cni.old_controller = found;
    }
    let Some(spec) = node.path(pod_spec) else { return };
    if kind == "DaemonSet" && namespace == "kube-system" && name == "aws-node" {
        aws_node::environment(doc, spec);
    }
    let finished =
        matches!(node.path(&["status", "phase"]).and_then(Node::as_text), Some("Succeeded" | "Failed"));
    if kind == "Pod" && finished {
        return;
    }
    if kind == "Pod" {
        live_pod(doc, node, spec);
    }
    let suspended = node.path(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true);
    let replicas = match kind {
        "Job" | "CronJob" if suspended => doc.written(0, node),
        "Pod" | "DaemonSet" => doc.written(1, node),
        // It makes no pods by itself.
        "PodTemplate" => doc.written(0, node),
        "Job" => one_unless_said(doc, node.get("spec"), "parallelism", &object, node),
        "CronJob" => {
            one_unless_said(doc, node.path(&["spec", "jobTemplate", "spec"]), "parallelism", &object, node)
        }
        _ => one_unless_said(doc, node.get("spec"), "replicas", &object, node),
    };
    let selector = doc.map(spec.get("nodeSelector"), "nodeSelector", &object);
    let selects = ["kubernetes.io/os", "beta.kubernetes.io/os"].iter().find_map(|key| selector.get(*key));
    let selects_windows = selects.is_some_and(|os| os == "windows");
    let node_affinity = affinity::terms(doc, spec);
    let by_affinity = affinity::system(&node_affinity);
    let strange_os = strange_os(doc, spec);
    let os_filled_in = ["kubernetes.io/os", "beta.kubernetes.io/os"]
        .iter()
        .find_map(|key| spec.path(&["nodeSelector", key]))
        .or_else(|| spec.path(&["os", "name"]))
        .or_else(|| spec.get("nodeSelector"))
        .filter(|value| is_filled_in(value))
        .map(|value| doc.place_of(value));
    let scheduled_os = selects.and_then(|os| parse_os(os)).or(by_affinity);
    let os = selects
        .and_then(|os| parse_os(os))
        .or_else(|| spec.path(&["os", "name"]).and_then(Node::as_text).and_then(parse_os))
        .or(by_affinity);
    let nvidia_gpu = asks_for(doc, spec, "nvidia.com/gpu");
    let (cpu_millis, memory_bytes) = requests(doc, spec, &object);
    let account = ["serviceAccountName", "serviceAccount"].iter().find_map(|key| {
        let account = spec.get(key)?;
        Some((account.as_text()?.to_owned(), doc.place_of(account)))
    });
    let (account, account_place) = account.unzip();
    // What the pods are labelled with stands beside their spec.
    let labels = node.path(&pod_spec[..pod_spec.len() - 1]).and_then(|pod| pod.path(&["metadata", "labels"]));
    let pod_labels = doc.map(labels, "labels", &object);
    let volumes = storage::volumes(doc, node, spec);
    let pod = pod::details(doc, node.path(&pod_spec[..pod_spec.len() - 1]).unwrap_or(node), spec, &object);
    let nameservers = spec.path(&["dnsConfig", "nameservers"]).map(Node::items).unwrap_or_default();
    let nameservers =
        nameservers.iter().filter_map(|it| Some((it.as_text()?.to_owned(), doc.place_of(it)))).collect();
    let workload = Workload {
        kind: kind.to_owned(),
        name: format!("{namespace}/{name}"),
        owner: owner(node),
        replicas,
        os,
        selects_windows,
        host_network: spec.get("hostNetwork").and_then(Node::as_bool).unwrap_or(false),
        follows: follows(node, kind),
        selector_place: spec.get("nodeSelector").map(|selector| doc.place_of(selector)),
        cpu_millis,
        memory_bytes,
        nvidia_gpu,
        node_selector: selector.into_iter().filter(|(key, _)| !key.ends_with("kubernetes.io/os")).collect(),
        selector_open: Doc::map_open(spec.get("nodeSelector")),
        node_affinity,
        tolerations: tolerations(spec),
        scheduled_os,
        strange_os,
        os_filled_in,
        pod_labels,
        labels_open: labels.is_some_and(|labels| labels.hidden().is_some()),
        service_account: account.unwrap_or_else(|| "default".to_owned()),
        account_place,
        nameservers,
        volumes,
        pod,
        place: doc.place_of(node),
    };
    doc.cluster().workloads.push(workload);
}

/// A system of the nodeSelector that no node has as its label.
fn strange_os(doc: &Doc<'_, '_>, spec: &Node) -> Option<(String, Place)> {
    let value = spec.path(&["nodeSelector", "kubernetes.io/os"]).filter(|value| !is_filled_in(value))?;
    let text = value.as_text().filter(|text| parse_os(text).is_none())?;
    Some((text.to_owned(), doc.place_of(value)))
}

/// Whether pods of it start as soon as others end.
fn follows(node: &Node, kind: &str) -> bool {
    let count = |path: &[&str]| node.path(path).and_then(Node::as_i64);
    match kind {
        "Job" => count(&["spec", "completions"]) > Some(count(&["spec", "parallelism"]).unwrap_or(1)),
        // Every minute, whatever the hours and days.
        "CronJob" => {
            let schedule = node.path(&["spec", "schedule"]).and_then(Node::as_text).unwrap_or_default();
            ["*", "*/1"].contains(&schedule.split_whitespace().next().unwrap_or_default())
        }
        _ => false,
    }
}

/// Keeps where a pod is; one on the node's own network has no address of its own.
fn live_pod(doc: &mut Doc<'_, '_>, node: &Node, spec: &Node) {
    let address = node.path(&["status", "podIP"]).and_then(Node::as_text).and_then(|text| text.parse().ok());
    let host_network = spec.get("hostNetwork").and_then(Node::as_bool) == Some(true);
    let Some(address) = address.filter(|_| !host_network) else { return };
    let (namespace, name) = name_of(node);
    let pod = LivePod {
        namespace: doc.reader.share(namespace),
        name: name.into(),
        node: spec.get("nodeName").and_then(Node::as_text).map(|name| doc.reader.share(name)),
        address,
        place: doc.place_of(node),
    };
    doc.cluster().pods.push(pod);
}

fn one_unless_said(
    doc: &mut Doc<'_, '_>,
    node: Option<&Node>,
    key: &str,
    object: &str,
    at: &Node,
) -> Field<u32> {
    match node.map(|node| doc.count(node, key, object)) {
        None | Some(Field::Absent) => doc.written(1, at),
        Some(field) => field,
    }
}

/// Kind and name of the object that made this one.
fn owner(node: &Node) -> Option<(String, String)> {
    let owner = node.path(&["metadata", "ownerReferences"])?.items().first()?;
    Some((owner.get("kind")?.as_text()?.to_owned(), owner.get("name")?.as_text()?.to_owned()))
}

/// CPU in millicores and memory in bytes as the scheduler counts them: containers in a row, or the
/// largest init container; a limit stands in for a missing request; the overhead is added.
fn requests(doc: &mut Doc<'_, '_>, spec: &Node, object: &str) -> (u64, u64) {
    let mut sum = [0u64; 2];
    let mut largest_init = [0u64; 2];
    for (list, init) in [("containers", false), ("initContainers", true)] {
        for container in spec.get(list).map(Node::items).unwrap_or_default() {
            let one = container_requests(doc, container.get("resources"), object);
            let sidecar = container.get("restartPolicy").and_then(Node::as_text) == Some("Always");
            for index in 0..2 {
                if init && !sidecar {
                    largest_init[index] = largest_init[index].max(one[index]);
                } else {
                    sum[index] = sum[index].saturating_add(one[index]);
                }
            }
        }
    }
    let overhead = amounts(doc, spec.get("overhead"), object);
    let total =
        |index: usize| sum[index].max(largest_init[index]).saturating_add(overhead[index].unwrap_or(0));
    (total(0), total(1) / 1000)
}

/// Where a container asks for an extended resource, and not for none of it.
fn asks_for(doc: &Doc<'_, '_>, spec: &Node, resource: &str) -> Option<Place> {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|list| spec.get(list));
    let containers = lists.flat_map(Node::items).filter_map(|container| container.get("resources"));
    let mut amounts = containers
        .flat_map(|resources| ["limits", "requests"].map(|list| resources.path(&[list, resource])))
        .flatten();
    amounts.find(|amount| amount.as_text().is_some_and(|text| text != "0")).map(|amount| doc.place_of(amount))
}

fn container_requests(doc: &mut Doc<'_, '_>, resources: Option<&Node>, object: &str) -> [u64; 2] {
    let requests = amounts(doc, resources.and_then(|resources| resources.get("requests")), object);
    let limits = amounts(doc, resources.and_then(|resources| resources.get("limits")), object);
    [0, 1].map(|index| requests[index].or(limits[index]).unwrap_or(0))
}

/// Thousandths of `cpu` and of `memory`.
fn amounts(doc: &mut Doc<'_, '_>, node: Option<&Node>, object: &str) -> [Option<u64>; 2] {
    ["cpu", "memory"].map(|key| {
        let value = node?.get(key).filter(|value| !value.is_null())?;
        let amount = value.as_text().and_then(quantity::millis);
        if amount.is_none() {
            let _: Field<()> = doc.wrong(value, key, object, "a quantity such as 500m or 1.5Gi");
        }
        amount
    })
}

pub(super) fn tolerations(spec: &Node) -> Vec<Toleration> {
    let toleration = |node: &Node| {
        let text = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
        Toleration {
            key: text("key"),
            exists: text("operator") == "Exists",
            value: text("value"),
            effect: text("effect"),
        }
    };
    spec.get("tolerations").map(Node::items).unwrap_or_default().iter().map(toleration).collect()
}
