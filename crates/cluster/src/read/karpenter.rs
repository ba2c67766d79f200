//! Karpenter's `NodePool` and `EC2NodeClass`.

use super::fields::is_filled_in;
use super::node::{Entry, Node};
use super::{Doc, launch, quantity};
use crate::model::{
    Field, InstanceTypes, Kubelet, Launch, MaxUnavailable, NodeGroup, Operator, Origin, Os, Requirement,
    SubnetChoice, Taint, Tool,
};
use crate::problem::Problem;
use std::collections::BTreeMap;
use winpod::source::SourceId;

/// What an `EC2NodeClass` gives to the pools that name it; [`super::merge`] brings them together.
#[derive(Debug, Clone)]
pub(crate) struct NodeClass {
    pub(crate) name: String,
    pub(crate) ami: Field<String>,
    pub(crate) max_pods: Field<u32>,
    pub(crate) cluster_dns: Field<String>,
    pub(crate) pods_per_core: Field<u32>,
    pub(crate) reserved_memory_mib: Field<u64>,
    pub(crate) subnets: Field<SubnetChoice>,
    pub(crate) role: Field<String>,
    pub(crate) instance_profile: Field<String>,
    pub(crate) launch: Launch,
}

pub(super) fn node_class(doc: &mut Doc<'_, '_>, node: &Node) {
    let name = node.path(&["metadata", "name"]).and_then(Node::as_text).unwrap_or_default().to_owned();
    let object = format!("EC2NodeClass {name:?}");
    let Some(spec) = node.get("spec") else { return };
    doc.script(spec.get("userData"));
    let alias = spec
        .get("amiSelectorTerms")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .find_map(|term| term.get("alias"));
    let ami = match alias {
        Some(alias) => doc.written(alias.as_text().unwrap_or_default().to_owned(), alias),
        None => doc.text(spec, "amiFamily", &object),
    };
    let mut class = NodeClass {
        name,
        ami,
        max_pods: Field::Absent,
        cluster_dns: Field::Absent,
        pods_per_core: Field::Absent,
        reserved_memory_mib: Field::Absent,
        subnets: subnets(doc, spec, &object),
        role: doc.text(spec, "role", &object),
        instance_profile: doc.text(spec, "instanceProfile", &object),
        launch: launch::of_node_class(doc, spec, &object),
    };
    if let Some(kubelet) = spec.get("kubelet") {
        class.cluster_dns = match doc.texts(kubelet, "clusterDNS", &object) {
            // There may be one only.
            Field::Known(texts, origin) => {
                texts.into_iter().next().map_or(Field::Absent, |text| Field::Known(text, origin))
            }
            Field::Unknown(reason, place) => Field::Unknown(reason, place),
            Field::Absent => Field::Absent,
        };
        class.max_pods = count_or_cel(doc, kubelet, "maxPods", &object);
        class.pods_per_core = count_or_cel(doc, kubelet, "podsPerCore", &object);
        class.reserved_memory_mib = reserved_memory(doc, kubelet);
    }
    told(doc, node, spec, &class, &object);
    doc.reader.node_classes.push(class);
}

/// What a class says beside what every group has.
fn told(doc: &mut Doc<'_, '_>, node: &Node, spec: &Node, class: &NodeClass, object: &str) {
    let name = class.name.as_str();
    let terms = spec.get("amiSelectorTerms").map(Node::items).unwrap_or_default();
    let alias = terms.iter().find_map(|term| Some((term, term.get("alias")?)));
    let alias = alias.map_or(Field::Absent, |(term, _)| doc.text(term, "alias", object));
    let mut words = vec![name.to_owned()];
    for of in ["labels", "annotations"] {
        let entries = node.path(&["metadata", of]).map(Node::entries).unwrap_or_default();
        // What kubectl keeps there is the whole object again.
        let said = entries
            .iter()
            .filter(|entry| entry.key.as_text() != Some("kubectl.kubernetes.io/last-applied-configuration"));
        words.extend(said.filter_map(|entry| entry.value.as_text().map(str::to_owned)));
    }
    let mappings = spec.get("blockDeviceMappings").map(Node::items).unwrap_or_default();
    let devices = mappings.iter().filter_map(|mapping| {
        let device = mapping.get("deviceName")?;
        let root = mapping.get("rootVolume").and_then(Node::as_bool) == Some(true);
        Some((device.as_text()?.to_owned(), root, doc.place_of(device)))
    });
    let devices = devices.collect();
    let kubelet = spec.get("kubelet").map(|node| kubelet(doc, node, object)).unwrap_or_default();
    let class = crate::model::NodeClass {
        name: name.to_owned(),
        alias,
        family: doc.text(spec, "amiFamily", object),
        words,
        kubelet: Kubelet { max_pods: class.max_pods.clone(), ..kubelet },
        devices,
        place: doc.place_of(node),
    };
    doc.cluster().node_classes.push(class);
}

fn kubelet(doc: &mut Doc<'_, '_>, node: &Node, object: &str) -> Kubelet {
    let field = |entry: &Entry| Some((entry.key.as_text()?.to_owned(), doc.place_of(&entry.key)));
    let fields = node.entries().iter().filter(|entry| !entry.value.is_null()).filter_map(field).collect();
    let reserved = |key: &str| match node.path(&[key, "memory"]).filter(|memory| !memory.is_null()) {
        Some(memory) => doc.written((), memory),
        None => match node.get(key).and_then(|value| Some((value, value.hidden()?))) {
            Some((value, reason)) => doc.unknown(reason, value),
            None => Field::Absent,
        },
    };
    let (kube_reserved, system_reserved) = (reserved("kubeReserved"), reserved("systemReserved"));
    Kubelet {
        fields,
        max_pods: Field::Absent,
        cluster_dns: doc.texts(node, "clusterDNS", object),
        kube_reserved,
        system_reserved,
    }
}

/// These fields may also be CEL expressions; what one gives is known to the controller alone.
fn count_or_cel(doc: &mut Doc<'_, '_>, node: &Node, key: &str, object: &str) -> Field<u32> {
    match node.get(key) {
        Some(value) if value.as_str().is_some() => doc.unknown("it is a CEL expression", value),
        _ => doc.count(node, key, object),
    }
}

fn reserved_memory(doc: &mut Doc<'_, '_>, kubelet: &Node) -> Field<u64> {
    let mut sum = Field::Absent;
    for key in ["kubeReserved", "systemReserved"] {
        let Some(memory) = kubelet.path(&[key, "memory"]) else { continue };
        let Some(millis) = memory.as_text().and_then(quantity::millis) else {
            return doc.unknown("it is a CEL expression or no quantity", memory);
        };
        let mib = (millis / 1000).div_ceil(1 << 20);
        sum = match sum {
            Field::Known(before, origin) => Field::Known(before + mib, origin),
            _ => doc.written(mib, memory),
        };
    }
    sum
}

fn subnets(doc: &mut Doc<'_, '_>, spec: &Node, object: &str) -> Field<SubnetChoice> {
    let Some(terms) = spec.get("subnetSelectorTerms") else { return Field::Absent };
    let ids: Vec<String> =
        terms.items().iter().filter_map(|term| term.get("id")?.as_text().map(str::to_owned)).collect();
    if ids.len() == terms.items().len() {
        return doc.written(SubnetChoice::Ids(ids), terms);
    }
    let tags: Vec<BTreeMap<String, String>> = terms
        .items()
        .iter()
        .map(|term| doc.map(term.get("tags"), "tags", object))
        .filter(|tags| !tags.is_empty())
        .collect();
    doc.written(SubnetChoice::Terms { ids, tags }, terms)
}

pub(super) fn node_pool(doc: &mut Doc<'_, '_>, node: &Node) {
    let name =
        node.path(&["metadata", "name"]).and_then(Node::as_text).unwrap_or("(without a name)").to_owned();
    let object = format!("NodePool {name:?}");
    let place = doc.place_of(node);
    let mut group = NodeGroup::new(name, Tool::Karpenter, place);
    let Some(spec) = node.get("spec") else { return };
    let template = spec.path(&["template", "spec"]);
    let requirements = template.and_then(|spec| spec.get("requirements"));
    let mut wanted = Vec::new();
    for item in requirements.map(Node::items).unwrap_or_default() {
        if let Some(requirement) = requirement(doc, item, &object) {
            wanted.push(requirement);
        }
    }
    let labels = node.path(&["spec", "template", "metadata", "labels"]);
    wanted.extend(labelled(doc, labels));
    group.os = operating_system(&wanted);
    if let Some(zones) =
        wanted.iter().find(|one| one.key == "topology.kubernetes.io/zone" && one.operator == Operator::In)
    {
        group.zones = Field::Known(zones.values.clone(), Origin::Written(zones.place.clone()));
    }
    if let Some(requirements) = requirements.or_else(|| labels.filter(|_| !wanted.is_empty())) {
        group.instance_types = doc.written(InstanceTypes::Requirements(wanted), requirements);
    }
    group.labels = doc.map(labels, "labels", &object);
    group.labels_open = Doc::map_open(labels);
    group.labels.insert("karpenter.sh/nodepool".to_owned(), group.name.clone());
    let taint = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
        Taint { key: text("key"), value: text("value"), effect: text("effect"), place: doc.place_of(item) }
    };
    group.taints = template
        .and_then(|spec| spec.get("taints"))
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(taint)
        .collect();
    limits(doc, spec, &mut group, &object);
    group.max_unavailable = disruption(doc, spec, &object);
    let class = template.and_then(|spec| spec.path(&["nodeClassRef", "name"])).and_then(Node::as_text);
    let class_group = template.and_then(|spec| spec.path(&["nodeClassRef", "group"])).and_then(Node::as_text);
    group.auto_mode = class_group == Some("eks.amazonaws.com");
    group.node_class = class.filter(|_| !group.auto_mode).map(str::to_owned);
    let index = doc.cluster().node_groups.len();
    doc.reader.pool_classes.push((index, class.map(str::to_owned)));
    doc.cluster().node_groups.push(group);
}

/// The largest share of a pool that Karpenter replaces at a time.
fn disruption(doc: &mut Doc<'_, '_>, spec: &Node, object: &str) -> Field<MaxUnavailable> {
    let Some(budgets) = spec.path(&["disruption", "budgets"]).filter(|budgets| !budgets.items().is_empty())
    else {
        return doc.or_default(
            Field::Absent,
            MaxUnavailable::Percent(10),
            spec,
            SourceId::KarpenterDefaultBudget,
        );
    };
    let mut largest: Option<MaxUnavailable> = None;
    for budget in budgets.items() {
        let Some(nodes) = budget.get("nodes") else { continue };
        let text = nodes.as_text().unwrap_or_default();
        let parsed = match text.strip_suffix('%') {
            Some(percent) => {
                percent.parse().ok().filter(|percent| *percent <= 100).map(MaxUnavailable::Percent)
            }
            None => text.parse().ok().map(MaxUnavailable::Nodes),
        };
        let Some(parsed) = parsed else {
            return doc.wrong(
                nodes,
                "nodes of a disruption budget",
                object,
                "a number of nodes or a percentage such as 10%",
            );
        };
        largest = match (largest, parsed) {
            (Some(MaxUnavailable::Percent(a)), MaxUnavailable::Percent(b)) => {
                Some(MaxUnavailable::Percent(a.max(b)))
            }
            (Some(MaxUnavailable::Nodes(a)), MaxUnavailable::Nodes(b)) => {
                Some(MaxUnavailable::Nodes(a.max(b)))
            }
            (None, one) => Some(one),
            // A number and a share cannot be compared before the size is known.
            _ => return doc.unknown("its disruption budgets mix numbers and percentages", budgets),
        };
    }
    largest.map_or(Field::Absent, |largest| doc.written(largest, budgets))
}

fn limits(doc: &mut Doc<'_, '_>, spec: &Node, group: &mut NodeGroup, object: &str) {
    // A static pool keeps this many nodes.
    let replicas = doc.count(spec, "replicas", object);
    if !replicas.is_absent() {
        (group.min_size, group.desired_size) = (replicas.clone(), replicas.clone());
        group.max_size = replicas;
    }
    let Some(limits) = spec.get("limits") else { return };
    if let Some(nodes) = limits.get("nodes") {
        group.max_size =
            match nodes.as_text().and_then(quantity::millis).and_then(|n| u32::try_from(n / 1000).ok()) {
                Some(count) => doc.written(count, nodes),
                None => doc.wrong(nodes, "limits.nodes", object, "a whole number"),
            };
    }
    if let Some(memory) = limits.get("memory") {
        group.memory_limit_mib = match memory.as_text().and_then(quantity::millis) {
            Some(millis) => doc.written(millis / 1000 / (1 << 20), memory),
            None => doc.wrong(memory, "limits.memory", object, "a memory quantity"),
        };
    }
    if let Some(cpu) = limits.get("cpu") {
        group.cpu_limit =
            match cpu.as_text().and_then(quantity::millis).and_then(|n| u32::try_from(n / 1000).ok()) {
                Some(cores) => doc.written(cores, cpu),
                None => doc.wrong(cpu, "limits.cpu", object, "a CPU quantity"),
            };
    }
}

fn requirement(doc: &mut Doc<'_, '_>, node: &Node, object: &str) -> Option<Requirement> {
    let key = node.get("key")?.as_text()?.to_owned();
    let operator = node.get("operator")?;
    let operator = match operator.as_text().unwrap_or_default() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Gt" => Operator::Gt,
        "Lt" => Operator::Lt,
        "Gte" => Operator::Gte,
        "Lte" => Operator::Lte,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            let message = format!(
                "operator of the requirement {key:?} of {object} is {other:?}: In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte or Lte is allowed"
            );
            let place = doc.place_of(operator);
            doc.reader.problem(Problem::new("WRONG_VALUE", message, &place));
            return None;
        }
    };
    let values = doc.texts(node, "values", object);
    Some(Requirement {
        key,
        operator,
        values: values.known().cloned().unwrap_or_default(),
        place: doc.place_of(node),
    })
}

/// Labels of a pool's nodes that mean something to Karpenter, which takes them for requirements.
fn labelled(doc: &Doc<'_, '_>, labels: Option<&Node>) -> Vec<Requirement> {
    const DOMAINS: [&str; 3] = ["kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/"];
    let entries = labels.map(Node::entries).unwrap_or_default().iter();
    let requirement = |entry: &Entry| {
        let key = entry.key.as_text().filter(|key| DOMAINS.iter().any(|domain| key.contains(domain)))?;
        let value = entry.value.as_text().filter(|_| !is_filled_in(&entry.value))?;
        let (key, values) = (key.to_owned(), vec![value.to_owned()]);
        Some(Requirement { key, operator: Operator::In, values, place: doc.place_of(&entry.value) })
    };
    entries.filter_map(requirement).collect()
}

/// A pool runs Windows if what it requires says so; where that leaves it open or says nothing, its class decides.
fn operating_system(requirements: &[Requirement]) -> Field<Os> {
    let about: Vec<&Requirement> = requirements
        .iter()
        .filter(|one| ["kubernetes.io/os", "beta.kubernetes.io/os"].contains(&one.key.as_str()))
        .collect();
    let Some(first) = about.first() else { return Field::Absent };
    let allowed = |name: &str| about.iter().all(|one| one.is_met_by(Some(name)));
    let origin = Origin::Written(first.place.clone());
    match (allowed("windows"), allowed("linux")) {
        (true, false) => Field::Known(Os::Windows, origin),
        (false, true) => Field::Known(Os::Linux, origin),
        _ => {
            Field::Unknown("the requirement leaves the operating system open".to_owned(), first.place.clone())
        }
    }
}
