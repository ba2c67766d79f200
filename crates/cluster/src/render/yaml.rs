//! YAML to be written: a tree whose entries know why they are there.

use super::written::Written;
use crate::note::Note;
use crate::quote;

/// A value of YAML.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A string, quoted where it would be taken for something else.
    Text(String),
    /// A number, `true` or `false`.
    Plain(String),
    /// `!Ref` and the like before a value.
    Tagged(&'static str, Box<Value>),
    /// A text of several lines, each under its reason.
    Block(Written),
    /// Entries in their order.
    Map(Map),
    /// Items in their order.
    List(Vec<Value>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Plain(number.to_string())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Plain(flag.to_string())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// Entries in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Map(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    key: String,
    value: Value,
    why: Option<Note>,
    told: bool,
}

impl Map {
    /// A Kubernetes object with the name, and the namespace if it lies in one.
    pub(super) fn object(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        let metadata = Self::default().with("name", name).with_some("namespace", namespace);
        Self::default().with("apiVersion", api_version).with("kind", kind).with("metadata", metadata)
    }

    /// One entry more.
    #[must_use]
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.push(Entry { key: key.to_owned(), value: value.into(), why: None, told: false });
        self
    }

    /// One entry more, if there is a value.
    #[must_use]
    pub(super) fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Why the last entry is there: told by `--explain`.
    #[must_use]
    pub(super) fn because(mut self, why: Note) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.why = Some(why);
        }
        self
    }

    /// Why the last entry has this value and no other: also a comment above it.
    #[must_use]
    pub(super) fn chosen(self, why: Note) -> Self {
        let mut it = self.because(why);
        if let Some(last) = it.0.last_mut() {
            last.told = true;
        }
        it
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Documents, with `---` between two of them.
pub(super) fn documents(documents: &[Map]) -> Written {
    let mut out = Written::default();
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            out.line("---");
        }
        entries(&mut out, document, 0, "");
    }
    out
}

/// The entries of a map; `lead` stands before the first one in place of its indentation's last characters.
fn entries(out: &mut Written, map: &Map, indent: usize, lead: &str) {
    for (number, entry) in map.0.iter().enumerate() {
        if let Some(why) = &entry.why {
            // A comment cannot stand between the dash of an item and its first key.
            if entry.told && (number > 0 || lead.is_empty()) {
                out.comment(indent, &why.message);
            }
            out.next_because(why.clone());
        }
        let start = match number {
            0 => format!("{:width$}{lead}", "", width = indent - lead.len()),
            _ => format!("{:indent$}", ""),
        };
        value(out, &format!("{start}{}:", quote::yaml(&entry.key)), &entry.value, indent);
    }
}

/// A value behind `head`, which is a key with its colon.
fn value(out: &mut Written, head: &str, value: &Value, indent: usize) {
    match value {
        Value::Map(map) if map.is_empty() => out.line(&format!("{head} {{}}")),
        Value::Map(map) => {
            out.line(head);
            entries(out, map, indent + 2, "");
        }
        Value::List(items) if items.is_empty() => out.line(&format!("{head} []")),
        Value::List(items) => {
            out.line(head);
            for item in items {
                self::item(out, item, indent + 2);
            }
        }
        Value::Block(block) if is_literal(&block.text) => {
            out.line(&format!("{head} |"));
            out.part(indent + 2, block);
        }
        Value::Tagged(tag, inner) => self::value(out, &format!("{head} {tag}"), inner, indent),
        Value::Block(_) | Value::Text(_) | Value::Plain(_) => out.line(&format!("{head} {}", scalar(value))),
    }
}

fn item(out: &mut Written, item: &Value, indent: usize) {
    match item {
        Value::Map(map) if !map.is_empty() => entries(out, map, indent + 2, "- "),
        Value::Block(block) if is_literal(&block.text) => {
            out.line(&format!("{:indent$}- |", ""));
            out.part(indent + 2, block);
        }
        Value::Tagged(tag, inner) => value(out, &format!("{:indent$}- {tag}", ""), inner, indent),
        other => value(out, &format!("{:indent$}-", ""), other, indent),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Plain(text) => text.clone(),
        Value::Text(text) => quote::yaml(text).into_owned(),
        Value::Block(block) => quote::yaml(&block.text).into_owned(),
        Value::Tagged(..) | Value::Map(_) | Value::List(_) => String::new(),
    }
}

/// Whether a text means itself as a literal block: one line break at its end, and nothing that YAML cannot show.
fn is_literal(text: &str) -> bool {
    let shown = |c: char| c == '\n' || quote::is_printable(c);
    text.ends_with('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n'])
        && text.chars().all(shown)
}

#[cfg(test)]
mod tests {
    use super::{Map, Value, documents};
    use crate::render::written::Written;
    use proptest::prelude::*;

    #[test]
    fn shapes() {
        let mut block = Written::default();
        block.line("a");
        block.line("");
        block.line("  b: '");
        let inner = Map::default().with("x", 1).with("z", vec!["no", "b"]);
        let map = Map::object("v1", "ConfigMap", Some("kube-system"), "amazon-vpc-cni")
            .with("list", vec![inner.clone(), Map::default().with("m", inner)])
            .with("none", Map::default())
            .with("script", Value::Block(block))
            .with("ref", Value::Tagged("!Ref", Box::new("Name".into())));
        let text = documents(&[map.clone(), map]).text;
        let expected = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: amazon-vpc-cni\n  namespace: kube-system\nlist:\n  - x: 1\n    z:\n      - \"no\"\n      - b\n  - m:\n      x: 1\n      z:\n        - \"no\"\n        - b\nnone: {}\nscript: |\n  a\n\n    b: '\nref: !Ref Name\n";
        assert_eq!(text, format!("{expected}---\n{expected}"));
    }

    proptest! {
        /// What is written is read back as it was, whatever the text.
        #[test]
        fn any_text_comes_back(key in any::<String>(), text in any::<String>(), item in "[a-z0-9:# '\"\\[{!&*%@`~.-]{0,12}") {
            prop_assume!(!key.is_empty());
            let map = Map::default().with(&key, text.as_str()).with("list", vec![item.as_str()]);
            let written = documents(&[map]).text;
            let read = crate::read::yaml::parse(&written).map_err(|error| TestCaseError::fail(format!("{error}: {written}")))?;
            let entries = read[0].node.entries();
            prop_assert_eq!(entries[0].key.as_text(), Some(key.as_str()));
            prop_assert_eq!(entries[0].value.as_str(), Some(text.as_str()));
            prop_assert_eq!(entries[1].value.items()[0].as_str(), Some(item.as_str()));
        }
    }
}
