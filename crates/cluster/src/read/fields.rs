//! From nodes to fields, with a problem for every value of the wrong kind.

use super::Doc;
use super::node::{Kind, Node};
use crate::model::{Field, Origin};
use crate::problem::Problem;
use std::collections::BTreeMap;
use winpod::Ipv4Prefix;
use winpod::source::SourceId;

/// The largest number of nodes, pods or replicas that is taken for meant.
pub(super) const MAX_COUNT: u32 = 1_000_000;

impl Doc<'_, '_> {
    /// The text of a scalar.
    pub(super) fn text(&mut self, node: &Node, key: &str, object: &str) -> Field<String> {
        match node.get(key) {
            None => Field::Absent,
            Some(value) if value.is_null() => Field::Absent,
            Some(value) => match value.as_text() {
                Some(text) => self.written(text.to_owned(), value),
                None => self.wrong(value, key, object, "a string"),
            },
        }
    }

    /// A whole number from 0 to [`MAX_COUNT`].
    pub(super) fn count(&mut self, node: &Node, key: &str, object: &str) -> Field<u32> {
        match node.get(key) {
            None => Field::Absent,
            Some(value) if value.is_null() => Field::Absent,
            Some(value) => match value.as_i64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) if number <= MAX_COUNT => self.written(number, value),
                _ => self.wrong(value, key, object, &format!("a whole number from 0 to {MAX_COUNT}")),
            },
        }
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, node: &Node, key: &str, object: &str) -> Field<Vec<String>> {
        match node.get(key) {
            None => Field::Absent,
            Some(value) if value.is_null() => Field::Absent,
            Some(value) => {
                let texts: Option<Vec<String>> = match value.items() {
                    [] if value.kind_name() != "a list" => None,
                    items => items.iter().map(|item| item.as_text().map(str::to_owned)).collect(),
                };
                match texts {
                    Some(texts) => self.written(texts, value),
                    None => self.wrong(value, key, object, "a list of strings"),
                }
            }
        }
    }

    /// The mapping of strings to strings of a key; what is none is a problem and left out.
    pub(super) fn map(&mut self, node: Option<&Node>, key: &str, object: &str) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let Some(node) = node.filter(|node| !node.is_null()) else { return map };
        if node.kind_name() != "a mapping" {
            let _: Field<()> = self.wrong(node, key, object, "a mapping of strings");
        }
        for entry in node.entries() {
            match (entry.key.as_text(), entry.value.as_text()) {
                (Some(key), Some(value)) => {
                    map.insert(key.to_owned(), value.to_owned());
                }
                (Some(key), None) => {
                    let _: Field<()> = self.wrong(&entry.value, key, object, "a string");
                }
                (None, _) => {}
            }
        }
        map
    }

    /// Whether a mapping of strings has more than shows: the whole of it or a value is an expression.
    pub(super) fn map_open(node: Option<&Node>) -> bool {
        let hidden = |node: &Node| node.hidden().is_some() || is_filled_in(node);
        node.is_some_and(|node| {
            hidden(node) || node.entries().iter().any(|entry| hidden(&entry.key) || hidden(&entry.value))
        })
    }

    /// A CIDR block as a person wrote it: host bits are cleared with a note.
    pub(super) fn cidr(&mut self, value: &Node, key: &str, object: &str) -> Option<Ipv4Prefix> {
        match value.as_text().map(Ipv4Prefix::parse_lenient) {
            Some(Ok((prefix, normalised))) => {
                if normalised {
                    let written = value.as_text().unwrap_or_default();
                    let note = crate::note::Note::new(
                        &crate::note::text::CIDR_NORMALISED,
                        &[("written", &written), ("network", &prefix), ("object", &object)],
                    );
                    let place = self.place_of(value);
                    self.reader.note(note.at(&place));
                }
                Some(prefix)
            }
            _ => {
                let _: Field<()> = self.wrong(value, key, object, "an IPv4 block such as 10.0.0.0/20");
                None
            }
        }
    }

    /// What the tool fills in where nothing is written.
    pub(super) fn or_default<T>(&self, field: Field<T>, value: T, at: &Node, source: SourceId) -> Field<T> {
        match field {
            Field::Absent => Field::Known(value, Origin::Default(self.place_of(at), source)),
            field => field,
        }
    }

    /// One of the texts that `parse` knows.
    pub(super) fn choice<T>(&self, node: Option<&Node>, parse: impl Fn(&str) -> Option<T>) -> Field<T> {
        match node.map(|value| (value, value.hidden(), value.as_text())) {
            Some((value, Some(reason), _)) => self.unknown(reason, value),
            Some((value, None, Some(text))) => {
                parse(text).map_or(Field::Absent, |known| self.written(known, value))
            }
            _ => Field::Absent,
        }
    }

    /// Tells a value of the wrong kind, unless the file leaves it to a later time; the field is unknown then.
    pub(super) fn wrong<T>(&mut self, value: &Node, key: &str, object: &str, allowed: &str) -> Field<T> {
        let hidden = value.hidden().or_else(|| value.items().iter().find_map(Node::hidden));
        if let Some(reason) = hidden {
            return self.unknown(reason, value);
        }
        let got = match value.as_scalar() {
            Some(scalar) if scalar.kind == Kind::String => format!("{:?}", shortened(&scalar.text)),
            Some(scalar) => shortened(&scalar.text),
            None => value.kind_name().to_owned(),
        };
        let place = self.place_of(value);
        let message = format!("{key} of {object} is {got}: {allowed} is allowed");
        self.reader.problem(Problem::new("WRONG_VALUE", message, &place));
        self.unknown("its value is not usable", value)
    }
}

/// Why a value is not known that a template puts in.
pub(crate) const FILLED_IN: &str = "a template fills it in: render it first";

/// Whether a template puts a value in: `{{ .Values.ipam }}`, `${WARM}`, `$(WARM)`, `<role>`. Without quotes the first of
/// them is a mapping whose key is a mapping.
pub(super) fn is_filled_in(node: &Node) -> bool {
    match node.as_text() {
        Some(text) => is_placeholder(text),
        None => {
            node.hidden() == Some(FILLED_IN)
                || matches!(node.entries(), [entry] if entry.key.kind_name() == "a mapping")
        }
    }
}

/// What the authenticator of EKS fills in itself when a node joins.
const OF_AUTHENTICATOR: [&str; 5] =
    ["EC2PrivateDNSName", "SessionName", "SessionNameRaw", "AccountID", "AccessKeyID"];

/// The same of a text. A text of several lines is a script or a document of its own, and so is JSON.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let has = |open: &str, close: &str| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close));
    let text = text.trim();
    if text.contains('\n')
        || text.starts_with('[')
        || text.starts_with('{') && !text.starts_with("{{") && !text.starts_with("{%")
    {
        return false;
    }
    let angle = || {
        let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(['<', '>']))
    };
    // The account may be open where the name is not: `arn:aws:iam::${ACCOUNT}:role/nodes`.
    if let Some(name) = text.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(4)) {
        return !name.is_empty() && is_placeholder(name);
    }
    let braces = || {
        let inner = text.split_once("{{").and_then(|(_, rest)| rest.split_once("}}"));
        inner.is_some_and(|(name, _)| !OF_AUTHENTICATOR.contains(&name.trim()))
    };
    braces() || has("{%", "%}") || has("${", "}") || has("$(", ")") || angle()
}

/// A user's value, short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
