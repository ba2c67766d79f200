//! EKS add-ons, and values files of the VPC CNI.

use super::Doc;
use super::fields::is_filled_in;
use super::kubernetes::settings_hidden;
use super::node::{Kind, Node};
use crate::model::{Addon, ChartValue, ChartValues, Field, MeantKey, UnknownKey, Values, is_vpc_cni};

/// Values of the VPC CNI that are about Windows, or that no other chart has.
const KEYS: [&str; 7] = [
    "enableWindowsIpam",
    "enableWindowsPrefixDelegation",
    "warmWindowsPrefixTarget",
    "warmWindowsIPTarget",
    "minimumWindowsIPTarget",
    "branchENICooldown",
    "originalMatchLabels",
];
/// How many of them are about Windows.
const OF_WINDOWS: usize = 5;
/// The start of names that only the VPC CNI has in its environment.
const ENVIRONMENT: [&str; 4] = ["AWS_VPC_", "ENABLE_PREFIX_DELEGATION", "WARM_ENI_TARGET", "ENABLE_POD_ENI"];

/// An add-on of eksctl's configuration (`name`) or of `describe-addon` (`addonName`).
pub(super) fn addon(doc: &mut Doc<'_, '_>, node: &Node, key: &str, installed: bool) {
    let Some(name) = node.get(key).and_then(Node::as_text).map(str::to_owned) else { return };
    let object = format!("add-on {name:?}");
    let version = doc.text(node, if installed { "addonVersion" } else { "version" }, &object);
    let in_values = format!("the configurationValues of the add-on {name}");
    let values = match node.get("configurationValues").filter(|values| !values.is_null()) {
        None => Field::Absent,
        Some(values) if values.hidden().is_some() => {
            if is_vpc_cni(&name) {
                settings_hidden(doc, &[("configurationValues", values)]);
            }
            doc.unknown(values.hidden().unwrap_or_default(), values)
        }
        // eksctl takes no mapping here, but what is meant is plain.
        Some(values) if values.as_text().is_none() => {
            if is_vpc_cni(&name) {
                misspelt(doc, values, &in_values);
            }
            doc.written(flat(doc, values), values)
        }
        Some(values) if values.as_text().is_some_and(|text| text.trim().is_empty()) => Field::Absent,
        Some(values) => match doc.embedded(values, "configurationValues", &object) {
            Some(tree) => {
                if is_vpc_cni(&name) {
                    misspelt(doc, &tree, &in_values);
                }
                let open = if is_vpc_cni(&name) { filled_in(&tree) } else { Vec::new() };
                settings_hidden(doc, &open);
                match (doc.filled_in(&open), tree.hidden()) {
                    (Some(hidden), _) => hidden,
                    (None, Some(reason)) => doc.unknown(reason, values),
                    (None, None) => doc.written(flat(doc, &tree), values),
                }
            }
            None => doc.unknown("its configurationValues cannot be read", values),
        },
    };
    let place = doc.place_of(node);
    let addon = Addon { name, version, values, installed, place };
    let addons = &mut doc.cluster().addons;
    match addons.iter_mut().find(|known| known.name == addon.name) {
        // What runs counts more than what a file asks for.
        Some(known) if installed && !known.installed => *known = addon,
        Some(_) => {}
        None => addons.push(addon),
    }
}

/// Reads a document without `kind` that is values of the VPC CNI, perhaps below the name of the chart; `false` if it is
/// none.
pub(super) fn values_file(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let below = node.entries().iter().find(|entry| entry.key.as_text().is_some_and(is_vpc_cni));
    let values = below.map_or(node, |entry| &entry.value);
    let chart = below.and_then(|entry| entry.key.as_text()).unwrap_or("aws-vpc-cni").to_owned();
    let environment = values.get("env").map(Node::entries).unwrap_or_default();
    let known = KEYS.iter().any(|key| values.get(key).is_some())
        || environment.iter().any(|entry| {
            entry.key.as_text().is_some_and(|key| ENVIRONMENT.iter().any(|start| key.starts_with(start)))
        });
    if known {
        let open = filled_in(values);
        if !open.is_empty() {
            settings_hidden(doc, &open);
            return true;
        }
        let place = doc.place_of(values);
        misspelt(doc, values, &format!("the values of the chart {chart}"));
        let values = flat(doc, values);
        doc.cluster().chart_values.push(ChartValues { chart, values, place });
    }
    known
}

/// The values about Windows that a template puts in, and their keys.
fn filled_in(values: &Node) -> Vec<(&str, &Node)> {
    let of_windows = KEYS[..OF_WINDOWS].iter().filter_map(|key| Some((*key, values.get(key)?)));
    of_windows.filter(|(_, value)| is_filled_in(value)).collect()
}

/// Whether a key is plainly another one misspelt: equal but for case and separators, or but for two letters.
pub(super) fn spelt_alike(key: &str, known: &str) -> bool {
    const LONGEST: usize = 80;
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    key != known && key.len() <= LONGEST && crate::request::distance(&plain(key), &plain(known)) <= 2
}

/// Values about Windows that are misspelt, so that the chart passes them over.
fn misspelt(doc: &mut Doc<'_, '_>, values: &Node, part: &str) {
    for entry in values.entries() {
        let Some(key) = entry.key.as_text().filter(|key| !KEYS.contains(key)) else { continue };
        if let Some(meant) = KEYS[..OF_WINDOWS].iter().copied().find(|known| spelt_alike(key, known)) {
            let (key, part, place) = (key.to_owned(), part.to_owned(), doc.place_of(&entry.key));
            let unknown = UnknownKey { key, part, meant: MeantKey::Key(meant), place };
            doc.cluster().cni.unread.push(unknown);
        }
    }
}

/// The scalars of a tree by their paths.
fn flat(doc: &Doc<'_, '_>, node: &Node) -> Values {
    let mut values = Values::new();
    walk(doc, node, &mut String::new(), &mut values);
    values
}

/// The longest path that is kept: no value that anything reads is so deep.
const MAX_PATH: usize = 256;

/// No tree is deeper than [`super::node::MAX_DEPTH`].
fn walk(doc: &Doc<'_, '_>, node: &Node, path: &mut String, into: &mut Values) {
    for entry in node.entries() {
        let Some(key) = entry.key.as_text() else { continue };
        let before = path.len();
        if before + key.len() > MAX_PATH {
            continue;
        }
        if before > 0 {
            path.push('.');
        }
        path.push_str(key);
        match entry.value.as_scalar() {
            Some(scalar) if scalar.kind != Kind::Null => {
                let value = ChartValue {
                    text: scalar.text.to_string(),
                    string: scalar.kind == Kind::String,
                    place: doc.place_of(&entry.value),
                };
                into.insert(path.clone(), value);
            }
            _ => walk(doc, &entry.value, path, into),
        }
        path.truncate(before);
    }
}
