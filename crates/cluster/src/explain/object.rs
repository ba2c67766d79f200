//! The Kubernetes object that a record is about, where it names one.

use super::prose;
use super::record;
use memchr::{memchr, memchr_iter, memmem};
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

/// An object as kubectl names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    /// In lower case.
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl Object {
    /// Makes it another one, in the memory that it has.
    pub(super) fn become_other(&mut self, other: ObjectRef<'_>) {
        other.kind.clone_into(&mut self.kind);
        other.name.clone_into(&mut self.name);
        match (&mut self.namespace, other.namespace) {
            (Some(namespace), Some(other)) => other.clone_into(namespace),
            (namespace, other) => *namespace = other.map(str::to_owned),
        }
    }
}

/// The same, where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ObjectRef<'a> {
    /// In lower case.
    pub(super) kind: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
}

/// What of Kubernetes a record names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) object: Option<ObjectRef<'a>>,
    /// The node that it is about or comes from.
    pub(super) node: Option<&'a str>,
    /// The column of a table that counts.
    pub(super) count: Option<u64>,
    /// It is a row of the events that kubectl describes an object with.
    pub(super) described: bool,
}

/// Looks an object up by what names it, without a copy.
pub(super) trait Key {
    fn parts(&self) -> ObjectRef<'_>;
}

impl Key for Object {
    fn parts(&self) -> ObjectRef<'_> {
        ObjectRef { kind: &self.kind, namespace: self.namespace.as_deref(), name: &self.name }
    }
}

impl Key for ObjectRef<'_> {
    fn parts(&self) -> ObjectRef<'_> {
        *self
    }
}

impl<'a> Borrow<dyn Key + 'a> for Object {
    fn borrow(&self) -> &(dyn Key + 'a) {
        self
    }
}

impl Hash for dyn Key + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ObjectRef { kind, namespace, name } = self.parts();
        (kind, namespace, name).hash(state);
    }
}

impl PartialEq for dyn Key + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn Key + '_ {}

// As the key that it is looked up by.
impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self as &dyn Key).hash(state);
    }
}

/// Names of Kubernetes are no longer.
const LONGEST: usize = 253;
/// Kinds as kubectl's tables write them.
pub(super) const KINDS: [&str; 16] = [
    "pod",
    "node",
    "deployment",
    "replicaset",
    "statefulset",
    "daemonset",
    "job",
    "cronjob",
    "service",
    "nodeclaim",
    "nodepool",
    "ec2nodeclass",
    "cninode",
    "endpoints",
    "endpointslice",
    "namespace",
];
/// Kinds that lie in no namespace, whatever namespace their events have.
pub(super) const OF_THE_CLUSTER: [&str; 6] =
    ["node", "nodeclaim", "nodepool", "ec2nodeclass", "cninode", "namespace"];
/// Keys of structured logs, and the kinds that they name.
const KEYS: [(&str, &str); 5] = [
    ("pod", "pod"),
    ("node", "node"),
    ("service", "service"),
    ("serviceName", "service"),
    ("servicePortName", "service"),
];

impl<'a> ObjectRef<'a> {
    /// `kind` is in lower case.
    pub(super) fn new(kind: &'a str, namespace: Option<&'a str>, name: &'a str) -> Option<Self> {
        let good = |text: &str| !text.is_empty() && text.len() <= LONGEST;
        let namespace = namespace.filter(|it| good(it) && !OF_THE_CLUSTER.contains(&kind));
        (good(kind) && good(name)).then_some(Self { kind, namespace, name })
    }

    pub(super) fn to_object(self) -> Object {
        Object {
            kind: self.kind.to_owned(),
            namespace: self.namespace.map(str::to_owned),
            name: self.name.to_owned(),
        }
    }
}

/// What a record names: in a table's columns, by keys of a structured log, in prose, or as the user `system:node:…`.
pub(super) fn find(record: &[u8]) -> Named<'_> {
    static USER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("system:node:"));
    let mut named = in_table(record);
    if named.object.is_none() {
        let keys = in_keys(record);
        named = Named { object: keys.object, node: named.node.or(keys.node), ..named };
    }
    if named.object.is_none() && !named.described {
        let prose = prose::find(record);
        named = Named { object: prose.object, node: named.node.or(prose.node), ..named };
    }
    if named.object.is_none() {
        let user = USER.find(record).and_then(|at| name_at(record.get(at + "system:node:".len()..)?));
        named.object = user.and_then(|name| ObjectRef::new("node", None, name));
    }
    match named.object {
        Some(object) if object.kind == "node" => Named { node: Some(object.name), ..named },
        _ => named,
    }
}

/// The columns of a table are two blanks apart.
fn columns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    static GAP: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("  "));
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let end = GAP.find(rest).unwrap_or(rest.len());
        let (column, tail) = rest.split_at(end);
        rest = tail;
        Some(column)
    })
}

/// Which column of a line of events is its type.
pub(super) fn type_column(line: &[u8]) -> Option<usize> {
    columns(line).take(4).position(|column| matches!(column, b"Warning" | b"Normal"))
}

fn in_table(record: &[u8]) -> Named<'_> {
    let line = memchr(b'\n', record).and_then(|end| record.get(..end)).unwrap_or(record);
    let line = record::unquoted(line);
    let Some(kind) = type_column(line) else { return Named::default() };
    let (first, count) = row(line);
    let behind = |count: usize| first.iter().skip(kind + 1).take(count).copied();
    // Behind the reason; what is no kind of Kubernetes itself may stand there too.
    let other = || first.get(kind + 2).copied().and_then(other_kind_and_name);
    let found = behind(3).find_map(kind_and_name).or_else(other);
    // The namespace stands before the age.
    let namespace =
        || kind.checked_sub(2).and_then(|at| first.get(at)).and_then(|it| std::str::from_utf8(it).ok());
    let object = found.and_then(|(kind, name)| ObjectRef::new(kind, namespace(), name));
    let source = |column| {
        let node =
            [&b"kubelet, "[..], b"kube-proxy, "].into_iter().find_map(|from| from_prefix(column, from))?;
        name_at(node).filter(|name| name.len() == node.len())
    };
    Named {
        object,
        node: behind(4).find_map(source),
        count: object.and(count),
        described: kind == 0 && object.is_none(),
    }
}

fn from_prefix<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(prefix)
}

/// The first columns of a line, as many as are asked for, and the count of a wide table, whose last columns are FIRST SEEN,
/// COUNT and NAME.
fn row(line: &[u8]) -> ([&[u8]; 8], Option<u64>) {
    let mut first: [&[u8]; 8] = [b""; 8];
    let (mut count, mut name): (&[u8], &[u8]) = (b"", b"");
    for (nth, column) in columns(line).enumerate() {
        (count, name) = (name, column);
        if let Some(slot) = first.get_mut(nth) {
            *slot = column;
        }
    }
    (first, count_of(count, name))
}

fn count_of(count: &[u8], name: &[u8]) -> Option<u64> {
    // The name of an event ends in the time of its making, in hexadecimal.
    let (_, made) = std::str::from_utf8(name).ok()?.rsplit_once('.')?;
    let is_name = made.len() >= 12 && made.bytes().all(|byte| byte.is_ascii_hexdigit());
    let count: u64 = std::str::from_utf8(count).ok().filter(|_| is_name)?.parse().ok()?;
    (count > 0).then_some(count)
}

fn kind_and_name(column: &[u8]) -> Option<(&str, &str)> {
    let (kind, name) = std::str::from_utf8(column).ok()?.split_once('/')?;
    let kind = KINDS.into_iter().find(|known| kind.eq_ignore_ascii_case(known))?;
    let whole = name_at(name.as_bytes())?;
    (whole.len() == name.len()).then_some((kind, whole))
}

fn other_kind_and_name(column: &[u8]) -> Option<(&str, &str)> {
    let (kind, name) = std::str::from_utf8(column).ok()?.split_once('/')?;
    let is_kind = kind.len() > 2 && kind.bytes().all(|byte| byte.is_ascii_lowercase());
    let whole = name_at(name.as_bytes())?;
    (is_kind && whole.len() == name.len()).then_some((kind, whole))
}

/// `pod="default/web-1"`, also with escaped quotes.
fn in_keys(record: &[u8]) -> Named<'_> {
    let mut named = Named::default();
    for at in memchr_iter(b'=', record) {
        let (Some(before), Some(rest)) = (record.get(..at), record.get(at + 1..)) else { break };
        let Some((_, kind)) = KEYS.iter().find(|(key, _)| {
            before
                .strip_suffix(key.as_bytes())
                .is_some_and(|head| !head.last().is_some_and(u8::is_ascii_alphanumeric))
        }) else {
            continue;
        };
        let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        let Some(value) = rest.strip_prefix(b"\"").and_then(name_at) else { continue };
        let rest = rest.get(1 + value.len()..).unwrap_or_default();
        let (namespace, name, rest) = match rest.strip_prefix(b"/").and_then(name_at) {
            Some(name) => (Some(value), name, rest.get(1 + name.len()..).unwrap_or_default()),
            None => (None, value, rest),
        };
        // What goes on is no name; that of a port follows its service.
        let whole =
            matches!(rest.first(), None | Some(b'"' | b'\\')) || *kind == "service" && rest.starts_with(b":");
        let Some(found) = ObjectRef::new(kind, namespace, name).filter(|_| whole) else { continue };
        if *kind == "node" {
            named.node = named.node.or(Some(found.name));
        }
        named.object = named.object.or(Some(found));
    }
    named
}

/// The name that a text begins with.
pub(super) fn name_at(text: &[u8]) -> Option<&str> {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let len = text.iter().take(LONGEST + 1).take_while(part).count();
    let name = std::str::from_utf8(text.get(..len)?).ok()?;
    let name = name.trim_end_matches('.');
    (!name.is_empty() && len <= LONGEST).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(record: &str) -> Option<(String, Option<String>, String)> {
        find(record.as_bytes())
            .object
            .map(|it| (it.kind.to_owned(), it.namespace.map(str::to_owned), it.name.to_owned()))
    }

    #[test]
    fn finds_objects_where_records_name_them() {
        let object = |kind: &str, namespace: Option<&str>, name: &str| {
            Some((kind.to_owned(), namespace.map(str::to_owned), name.to_owned()))
        };
        let table = "12s         Warning   FailedScheduling   pod/web-1   0/3 nodes";
        assert_eq!(found(table), object("pod", None, "web-1"));
        let all = "shop        3m (x4 over 5m)   Warning   Unsupported   Node/ip-10-0-0-1.ec2.internal   The";
        assert_eq!(found(all), object("node", None, "ip-10-0-0-1.ec2.internal"));
        assert_eq!(
            found("E1122 10:00:00.0 1 a.go:1] \"x\" pod=\"shop/web-1\" err=\"y\""),
            object("pod", Some("shop"), "web-1")
        );
        assert_eq!(found("{\"log\":\"x node=\\\"win-1\\\"\"}"), object("node", None, "win-1"));
        assert_eq!(
            found("User \"system:node:ip-10-0-0-1.ec2.internal\" cannot"),
            object("node", None, "ip-10-0-0-1.ec2.internal")
        );
        assert_eq!(found("pod web-1 is not there, a/b, pod="), None);
        assert_eq!(
            found("E1122 10:00:00.0 1 a.go:1] \"x\" servicePortName=\"shop/web:http\" err=\"y\""),
            object("service", Some("shop"), "web")
        );
        assert_eq!(found("\"x\" pod=\"web-1 is gone\""), None);
        let scaler = "12s   Warning   Failed   horizontalpodautoscaler/web-1   a message";
        assert_eq!(found(scaler), object("horizontalpodautoscaler", None, "web-1"));
    }
}
