//! The Kubernetes object that a record is about, where it names one.

/// An object as kubectl names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Object {
    /// In lower case.
    pub(super) kind: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

/// Names of Kubernetes are no longer.
const LONGEST: usize = 253;
/// Kinds as kubectl's tables write them.
const KINDS: [&str; 16] = [
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
const OF_THE_CLUSTER: [&str; 6] = ["node", "nodeclaim", "nodepool", "ec2nodeclass", "cninode", "namespace"];
/// Keys of structured logs.
const KEYS: [&str; 3] = ["pod", "node", "service"];

impl Object {
    pub(super) fn new(kind: &str, namespace: Option<&str>, name: &str) -> Option<Self> {
        let good = |text: &str| !text.is_empty() && text.len() <= LONGEST;
        let kind = kind.to_ascii_lowercase();
        let namespace = namespace.filter(|it| good(it) && !OF_THE_CLUSTER.contains(&kind.as_str()));
        (good(&kind) && good(name)).then(|| Self {
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            kind,
        })
    }
}

/// The object of a record: of a table's column, of a key of a structured log, or the user `system:node:…`.
pub(super) fn find(record: &[u8]) -> Option<Object> {
    in_table(record).or_else(|| in_keys(record)).or_else(|| {
        let name = name_at(after(record, b"system:node:")?)?;
        Object::new("node", None, name)
    })
}

/// The columns of a table are two blanks apart.
fn columns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let end = rest.windows(2).position(|pair| pair == b"  ").unwrap_or(rest.len());
        let (column, tail) = rest.split_at(end);
        rest = tail;
        Some(column)
    })
}

/// Which column of a line of events is its type.
pub(super) fn type_column(line: &[u8]) -> Option<usize> {
    columns(line).take(4).position(|column| matches!(column, b"Warning" | b"Normal"))
}

fn in_table(record: &[u8]) -> Option<Object> {
    let line = record.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let kind = type_column(line)?;
    let named = columns(line).skip(kind + 1).take(3).find_map(kind_and_name);
    let (kind_name, name) = named?;
    // The namespace stands before the age.
    let namespace =
        kind.checked_sub(2).and_then(|at| columns(line).nth(at)).and_then(|it| std::str::from_utf8(it).ok());
    Object::new(kind_name, namespace, name)
}

fn kind_and_name(column: &[u8]) -> Option<(&str, &str)> {
    let (kind, name) = std::str::from_utf8(column).ok()?.split_once('/')?;
    let kind = KINDS.into_iter().find(|known| kind.eq_ignore_ascii_case(known))?;
    let whole = name_at(name.as_bytes())?;
    (whole.len() == name.len()).then_some((kind, whole))
}

/// `pod="default/web-1"`, also with escaped quotes.
fn in_keys(record: &[u8]) -> Option<Object> {
    for (at, _) in record.iter().enumerate().filter(|(_, byte)| **byte == b'=') {
        let (before, rest) = (record.get(..at)?, record.get(at + 1..)?);
        let Some(kind) = KEYS.iter().find(|key| {
            before
                .strip_suffix(key.as_bytes())
                .is_some_and(|head| !head.last().is_some_and(u8::is_ascii_alphanumeric))
        }) else {
            continue;
        };
        let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        let Some(value) = rest.strip_prefix(b"\"").and_then(name_at) else { continue };
        let rest = rest.get(1 + value.len()..).unwrap_or_default();
        let found = match rest.strip_prefix(b"/").and_then(name_at) {
            Some(name) => Object::new(kind, Some(value), name),
            None => Object::new(kind, None, value),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What stands behind a word.
pub(super) fn after<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let mut rest = text;
    loop {
        let at = rest.iter().position(|byte| Some(byte) == word.first())?;
        rest = rest.get(at..)?;
        if let Some(behind) = rest.strip_prefix(word) {
            return Some(behind);
        }
        rest = rest.get(1..)?;
    }
}

/// The name that a text begins with.
fn name_at(text: &[u8]) -> Option<&str> {
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
        find(record.as_bytes()).map(|it| (it.kind, it.namespace, it.name))
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
    }
}
