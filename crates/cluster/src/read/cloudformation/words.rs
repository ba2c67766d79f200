//! From the words of CloudFormation to those of the API.

use crate::read::node::{Entry, Kind, Node, Scalar, Span, Style, Value};

/// Keys below which the words are the user's own.
const OWN: [&str; 2] = ["Labels", "Tags"];

/// The properties of a resource of EKS with the names of its API: `RoleArn` becomes `roleArn`. An empty text, which a
/// parameter has for nothing, is left out; labels that stand as a list become a mapping.
pub(super) fn of_api(node: &Node) -> Node {
    let value = match &node.value {
        Value::Mapping(entries) => Value::Mapping(entries.iter().filter_map(entry).collect()),
        Value::Sequence(items) => Value::Sequence(items.iter().map(of_api).collect()),
        Value::Scalar(_) | Value::Hidden(_) => node.value.clone(),
    };
    Node { value, tag: None, span: node.span }
}

fn entry(entry: &Entry) -> Option<Entry> {
    if entry.value.as_text() == Some("") {
        return None;
    }
    let name = entry.key.as_text()?;
    let value = match name {
        "Labels" if !entry.value.items().is_empty() => pairs(&entry.value),
        name if OWN.contains(&name) => entry.value.clone(),
        _ => of_api(&entry.value),
    };
    let mut letters = name.chars();
    let lower: String = letters.next()?.to_lowercase().chain(letters).collect();
    Some(Entry { key: text(&lower, entry.key.span), value })
}

/// The data of a launch template whose image is named as EC2 has it: `resolve:ssm:NAME`, where CloudFormation has
/// `{{resolve:ssm:NAME:VERSION}}`.
pub(super) fn with_plain_image(data: &Node) -> Node {
    let mut data = data.clone();
    if let Value::Mapping(entries) = &mut data.value {
        for entry in entries.iter_mut().filter(|entry| entry.key.as_text() == Some("ImageId")) {
            let name = entry.value.as_text().and_then(|text| {
                let inner = text.trim().strip_prefix("{{resolve:ssm:")?.strip_suffix("}}")?;
                Some(inner.split(':').next().unwrap_or(inner).to_owned())
            });
            if let Some(name) = name {
                entry.value = text(&format!("resolve:ssm:{name}"), entry.value.span);
            }
        }
    }
    data
}

/// A list of `Key` and `Value` as a mapping.
fn pairs(list: &Node) -> Node {
    let entry =
        |item: &Node| Some(Entry { key: item.get("Key")?.clone(), value: item.get("Value")?.clone() });
    Node {
        value: Value::Mapping(list.items().iter().filter_map(entry).collect()),
        tag: None,
        span: list.span,
    }
}

/// Tags whose key and value are known.
pub(super) fn tags(list: Option<&Node>) -> impl Iterator<Item = (String, String)> + '_ {
    let known = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::as_text).map(str::to_owned);
        Some((text("Key")?, text("Value").unwrap_or_default()))
    };
    list.map(Node::items).unwrap_or_default().iter().filter_map(known)
}

pub(super) fn text(text: &str, span: Span) -> Node {
    let scalar = Scalar { text: text.into(), kind: Kind::String, style: Style::Plain };
    Node { value: Value::Scalar(scalar), tag: None, span }
}

pub(super) fn number(number: u32, span: Span) -> Node {
    let scalar = Scalar { text: number.to_string().into(), kind: Kind::Int, style: Style::Plain };
    Node { value: Value::Scalar(scalar), tag: None, span }
}

pub(super) fn mapping(entries: Vec<(&str, Node)>, span: Span) -> Node {
    let entries = entries.into_iter().map(|(key, value)| Entry { key: text(key, span), value });
    Node { value: Value::Mapping(entries.collect()), tag: None, span }
}
