//! The positioned tree that every YAML and JSON file becomes.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The deepest nesting of collections that is read.
pub const MAX_DEPTH: usize = 128;
/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 64 << 20;
/// The most nodes that one file may have, copies made by aliases included.
pub const MAX_NODES: usize = 8 << 20;
/// The tag of a text that a tool is to encode in base64, as CloudFormation's function of that name is written.
pub(super) const ENCODED: &str = "!Base64";

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl Position {
    /// The first character of a text.
    pub const FIRST: Self = Self { line: 1, column: 1 };

    pub(super) fn next_line(&mut self) {
        *self = Self { line: self.line.saturating_add(1), column: 1 };
    }
}

/// Where a node is written, from its first character to the one behind its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first character. A block scalar (`|`, `>`) starts at the first character of its content that is no line
    /// break: empty lines at its head stand before `start`.
    pub start: Position,
    /// The character behind the last one. A block collection ends where its last element ends.
    pub end: Position,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes; JSON numbers, `true`, `false` and `null` too.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes; JSON strings too.
    DoubleQuoted,
    /// A block that keeps its line breaks (`|`).
    Literal,
    /// A block that folds its line breaks (`>`).
    Folded,
}

/// What a scalar means in the core schema of YAML 1.2, or in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number: decimal, `0o17` or `0x1f`.
    Int,
    /// Any other number: `2.5`, `1e3`, `.inf`.
    Float,
    /// Everything else, and everything in quotes.
    String,
}

/// A scalar: what it means, and the text that says so.
///
/// Numbers are never converted on the way in: `1e99`, `0777` and a number of 400 digits are still what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text: as written if plain, without quotes and escapes otherwise.
    pub text: Arc<str>,
    /// What it means.
    pub kind: Kind,
    /// How it was written.
    pub style: Style,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key; almost always a string, but YAML allows any node.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    Sequence(Box<[Node]>),
    /// A mapping in the order written, keys given twice included.
    Mapping(Box<[Entry]>),
    /// Something that the file leaves to a later time, such as a parameter of a template: why it is not known.
    Hidden(Arc<str>),
}

/// A value with the place where it is written.
///
/// No tree is deeper than [`MAX_DEPTH`], so recursion over one is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Boxed twice, because few nodes have one: a thin pointer keeps the others small.
    pub(super) tag: Option<Box<Box<str>>>,
    /// Where it is written. A node that came through an alias or a merge keeps the place of its anchor.
    pub span: Span,
}

impl Node {
    /// Its YAML tag as one writes it: `!Ref`, `!!str`, or a full URI.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(|tag| &***tag)
    }

    /// The value of a key if this is a mapping that has it. Of a key given twice the last value counts, as
    /// for `kubectl` and every JSON reader.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, as [`get`](Self::get) finds it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key.as_text() == Some(key))
    }

    /// The node that a list of keys leads to.
    ///
    /// # Examples
    /// ```
    /// let documents = winpod_cluster::read::yaml::parse("metadata:\n  name: web\n").unwrap();
    /// let node = &documents[0].node;
    /// assert_eq!(node.path(&["metadata", "name"]).and_then(|name| name.as_str()), Some("web"));
    /// assert_eq!(node.path(&["spec", "name"]), None);
    /// ```
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Value::Mapping(entries) = &self.value { entries } else { &[] }
    }

    /// The elements of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        if let Value::Sequence(items) = &self.value { items } else { &[] }
    }

    /// The scalar, if this is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(scalar) = &self.value { Some(scalar) } else { None }
    }

    /// The text of any scalar, whatever it means.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    /// The text, if this is a string: `"true"` is one, `true` is not.
    pub fn as_str(&self) -> Option<&str> {
        self.of_kind(Kind::String)
    }

    /// The value of a bare `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        self.of_kind(Kind::Bool).map(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The value of a decimal whole number. `0777` is none: YAML 1.1 and 1.2 read it differently.
    pub fn as_i64(&self) -> Option<i64> {
        let text = self.of_kind(Kind::Int)?;
        let digits = text.trim_start_matches(['+', '-']);
        if digits.len() > 1 && digits.starts_with('0') { None } else { text.parse().ok() }
    }

    /// Whether this is nothing or `null`.
    pub fn is_null(&self) -> bool {
        self.of_kind(Kind::Null).is_some()
    }

    /// Whether this is a bare word such as `yes` or `off`, which is a string here and a boolean to readers of
    /// YAML 1.1 (`kubectl` among them).
    pub fn is_old_bool(&self) -> bool {
        const WORDS: [&str; 6] = ["y", "yes", "on", "n", "no", "off"];
        self.as_scalar().is_some_and(|scalar| {
            let text = &*scalar.text;
            let mut rest = text.chars();
            let one_case = rest.next().is_some_and(char::is_uppercase) && rest.all(char::is_uppercase)
                || text.chars().skip(1).all(char::is_lowercase);
            scalar.style == Style::Plain
                && scalar.kind == Kind::String
                && one_case
                && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        })
    }

    /// The value of a boolean as readers of YAML 1.1 have it: `yes` and `off` are some too. Not all of them take `y` and
    /// `n` for one.
    pub fn as_wide_bool(&self) -> Option<bool> {
        let old = || match &*self.as_text().filter(|_| self.is_old_bool())?.to_ascii_lowercase() {
            "yes" | "on" => Some(true),
            "no" | "off" => Some(false),
            _ => None,
        };
        self.as_bool().or_else(old)
    }

    /// Why the value is not known, if the file leaves it to a later time.
    pub fn hidden(&self) -> Option<&str> {
        if let Value::Hidden(reason) = &self.value { Some(reason) } else { None }
    }

    /// What this is, for a message: `a list`, `a number`.
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
            Value::Hidden(_) => "an expression",
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Null => "null",
                Kind::Bool => "a boolean",
                Kind::Int | Kind::Float => "a number",
                Kind::String => "a string",
            },
        }
    }

    /// The entries whose scalar key was given before in the same mapping, in the order written, each behind the one
    /// before it; of this mapping only.
    pub fn duplicate_keys(&self) -> impl Iterator<Item = (&Entry, &Entry)> {
        // Below this, to compare every pair is faster than to hash.
        const FEW: usize = 16;
        let entries = self.entries();
        let mut seen = HashMap::new();
        entries.iter().enumerate().filter_map(move |(index, entry)| {
            let key = entry.key.as_text()?;
            let before = if entries.len() <= FEW {
                entries.iter().take(index).rev().find(|other| other.key.as_text() == Some(key))
            } else {
                seen.insert(key, entry)
            };
            Some((before?, entry))
        })
    }

    fn of_kind(&self, kind: Kind) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.kind == kind).map(|scalar| &*scalar.text)
    }
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its content.
    pub node: Node,
    /// Its place in the file, from 0; empty documents are counted.
    pub index: usize,
    /// The line on which it starts, from 1; of YAML, the line of its `---` if it has one.
    pub line: u32,
}

/// Keeps one copy of each short text: keys and common values repeat.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Arc<str>>);

impl Texts {
    /// Longer texts seldom repeat, and cost more to hash than to copy.
    const SHORT: usize = 32;

    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > Self::SHORT {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.0.insert(new.clone());
        new
    }
}

/// A collection that is still being read, in YAML and in JSON.
#[derive(Debug)]
pub(super) enum Open {
    Sequence(Vec<Node>),
    /// The last key waits for its value.
    Mapping(Vec<Entry>, Option<Node>),
}

impl Open {
    /// Adds an element, a key or a value.
    pub(super) fn push(&mut self, node: Node) {
        match self {
            Self::Sequence(items) => items.push(node),
            Self::Mapping(entries, key) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => *key = Some(node),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::yaml;

    fn root(text: &str) -> Node {
        yaml::parse(text).unwrap().remove(0).node
    }

    #[test]
    fn a_node_is_small() {
        assert_eq!(size_of::<Node>(), 48);
    }

    #[test]
    fn a_bare_boolean_is_not_a_quoted_one() {
        let node = root("bare: true\nquoted: \"true\"\nold: yes\nquotedOld: 'yes'\n");
        assert_eq!(node.get("bare").unwrap().as_bool(), Some(true));
        assert_eq!(node.get("bare").unwrap().as_str(), None);
        assert_eq!(node.get("quoted").unwrap().as_bool(), None);
        assert_eq!(node.get("quoted").unwrap().as_str(), Some("true"));
        assert!(node.get("old").unwrap().is_old_bool());
        assert!(!node.get("quotedOld").unwrap().is_old_bool());
        for (text, old) in
            [("On", true), ("OFF", true), ("n", true), ("N", true), ("yEs", false), ("no way", false)]
        {
            assert_eq!(root(text).is_old_bool(), old, "{text}");
        }
    }

    #[test]
    fn readers_of_yaml_1_1_have_more_booleans() {
        for (text, expected) in [
            ("yes", Some(true)),
            ("On", Some(true)),
            ("NO", Some(false)),
            ("true", Some(true)),
            ("y", None),
            ("'yes'", None),
            ("yEs", None),
        ] {
            assert_eq!(root(text).as_wide_bool(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        let node = root("[3, -3, 2.5, 1e99, 0777, 0x1f, 99999999999999999999, 0]");
        let numbers: Vec<_> =
            node.items().iter().map(|n| (n.as_text().unwrap(), n.kind_name(), n.as_i64())).collect();
        assert_eq!(
            numbers,
            [
                ("3", "a number", Some(3)),
                ("-3", "a number", Some(-3)),
                ("2.5", "a number", None),
                ("1e99", "a number", None),
                ("0777", "a number", None),
                ("0x1f", "a number", None),
                ("99999999999999999999", "a number", None),
                ("0", "a number", Some(0)),
            ]
        );
    }

    #[test]
    fn of_duplicate_keys_the_last_counts_and_all_are_there() {
        let node = root("a: 1\nb: 2\na: 3\n");
        assert_eq!(node.get("a").unwrap().as_i64(), Some(3));
        assert_eq!(node.entries().len(), 3);
        let lines = |node: &Node| -> Vec<_> {
            let line = |entry: &Entry| entry.key.span.start.line;
            node.duplicate_keys().map(|(before, entry)| (line(before), line(entry))).collect()
        };
        assert_eq!(lines(&node), [(1, 3)]);
        // The same of a mapping that is large.
        let many: Vec<String> = (0..20).map(|number| format!("k{number}: 1")).collect();
        let many = many.join("\n") + "\n";
        assert_eq!(lines(&root(&format!("{many}k3: 2\nk3: 3\n"))), [(4, 21), (21, 22)]);
    }

    #[test]
    fn helpers_answer_nothing_for_the_wrong_kind() {
        let node = root("a: [1]\n");
        assert!(node.items().is_empty());
        assert!(node.get("a").unwrap().entries().is_empty());
        assert_eq!(node.get("a").unwrap().get("x"), None);
        assert_eq!((node.kind_name(), node.get("a").unwrap().kind_name()), ("a mapping", "a list"));
    }
}
