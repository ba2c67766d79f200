//! Objects in lines that are no table and no structured log: `pod/web-1`, `pod "web-1"`, `pod shop/web-1`, JSON.
//!
//! Prose has the same words, so that a name must look like one: `pod sandbox`, `pod and/or node` name nothing.

use super::matcher::is_letter;
use super::object::{KINDS, Named, OF_THE_CLUSTER, ObjectRef, name_at};
use memchr::memmem;
use std::sync::LazyLock;

/// Names that Windows and EC2 give nodes.
const NODE_NAMES: [&str; 3] = ["ip-", "i-", "ec2amaz-"];

/// What a text names.
pub(super) fn find(text: &[u8]) -> Named<'_> {
    let mut named = Named::default();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if !is_letter(*byte) {
            at += 1;
            continue;
        }
        let start = at;
        at += text.get(at..).unwrap_or_default().iter().take_while(|byte| is_letter(**byte)).count();
        let part_of_another = start.checked_sub(1).and_then(|before| text.get(before));
        if part_of_another.is_some_and(|byte| matches!(byte, b'_' | b'-' | b'.' | b'/')) {
            continue;
        }
        let Some(kind) = text.get(start..at).and_then(kind) else { continue };
        let Some(object) = behind(kind, text.get(at..).unwrap_or_default()) else { continue };
        if kind == "node" {
            named.node = named.node.or(Some(object.name));
        }
        named.object = named.object.or(Some(object));
    }
    named.object = named.object.or_else(|| of_plugin(text)).or_else(|| of_kubelet(text));
    if let Some(object) = &mut named.object
        && object.namespace.is_none()
        && !OF_THE_CLUSTER.contains(&object.kind)
    {
        object.namespace = value_of(text, "namespace");
    }
    named
}

/// Which lengths the words have that name a kind and begin with a letter: bit by length, in singular and plural.
static LENGTHS: [u32; 26] = {
    let mut table = [0; 26];
    let mut nth = 0;
    while nth < KINDS.len() {
        let kind = KINDS[nth].as_bytes();
        table[(kind[0] - b'a') as usize] |= 0b11 << kind.len();
        nth += 1;
    }
    table
};

/// The kind that a word names, in singular or plural.
fn kind(word: &[u8]) -> Option<&'static str> {
    // Nearly all words are none.
    let first = word.first()?.to_ascii_lowercase().wrapping_sub(b'a');
    let lengths = LENGTHS.get(usize::from(first))?;
    if word.len() >= 32 || lengths >> word.len() & 1 == 0 {
        return None;
    }
    let is = |known: &str| {
        let plural = word.len() == known.len() + 1 && matches!(word.last(), Some(b's' | b'S'));
        let singular = if plural { word.get(..known.len()).unwrap_or_default() } else { word };
        singular.eq_ignore_ascii_case(known.as_bytes())
    };
    // A namespace alone is where something is, and nothing that has errors.
    KINDS.into_iter().filter(|kind| *kind != "namespace").find(|known| is(known))
}

/// The object behind its kind.
fn behind<'a>(kind: &'static str, text: &'a [u8]) -> Option<ObjectRef<'a>> {
    if let Some(rest) = text.strip_prefix(b"/") {
        let (value, _) = Value::read(rest)?;
        return value.looks_like_one().then(|| value.object(kind))?;
    }
    let gap = text.iter().take(8).take_while(|byte| b" \\\":='`".contains(byte)).count();
    let (gap, rest) = text.split_at_checked(gap)?;
    let keyed = gap.iter().any(|byte| matches!(byte, b':' | b'='));
    let quoted = matches!(gap.last(), Some(b'"' | b'\'' | b'`'));
    if keyed && rest.starts_with(b"{") {
        let inner = rest.split(|byte| *byte == b'}').next()?;
        return ObjectRef::new(kind, value_of(inner, "namespace"), value_of(inner, "name")?);
    }
    if gap.is_empty() {
        return None;
    }
    let (value, rest) = Value::read(rest)?;
    let closed = matches!(rest.first(), Some(b'"' | b'\'' | b'`' | b'\\'));
    let ended = rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || b",;:)]}".contains(byte));
    let of_node = kind == "node";
    let good = match value.namespace {
        // Windows and other systems have services too.
        _ if kind == "service" && value.namespace.is_none() => false,
        _ if quoted => closed,
        Some(_) => ended && !of_node && value.looks_like_one(),
        None if keyed => ended && value.looks_like_one(),
        None => of_node && ended && value.is_of_a_node(),
    };
    good.then(|| value.object(kind))?
}

/// A name, perhaps with its namespace.
#[derive(Debug, Clone, Copy)]
struct Value<'a> {
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Value<'a> {
    /// What a text begins with, and the rest: `web-1`, `shop/web-1`, or `web-1_shop(…)` as old kubelets write.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let rest = |name: &str| text.get(name.len()..).unwrap_or_default();
        let first = name_at(text)?;
        match rest(first) {
            [b'/', behind @ ..] => {
                let name = name_at(behind)?;
                let rest = behind.get(name.len()..).unwrap_or_default();
                (!rest.starts_with(b"/")).then_some((Self { namespace: Some(first), name }, rest))
            }
            [b'_', behind @ ..] => {
                let namespace = name_at(behind)?;
                let rest = behind.get(namespace.len()..).unwrap_or_default();
                let rest = match rest.first() {
                    Some(b'(') => {
                        rest.iter().position(|byte| *byte == b')').and_then(|at| rest.get(at + 1..))?
                    }
                    Some(b'"' | b'\\') => rest,
                    _ => return None,
                };
                Some((Self { namespace: Some(namespace), name: first }, rest))
            }
            rest => Some((Self { namespace: None, name: first }, rest)),
        }
    }

    /// Names of what a controller makes have numbers or several words, those of namespaces are of letters.
    fn looks_like_one(&self) -> bool {
        let made = self.name.bytes().any(|byte| byte == b'-' || byte.is_ascii_digit());
        let lower = !self.name.bytes().any(|byte| byte.is_ascii_uppercase());
        let namespace = self.namespace.is_none_or(|it| {
            it.bytes().any(|byte| byte.is_ascii_lowercase())
                && !it.bytes().any(|byte| byte == b'.' || byte.is_ascii_uppercase())
        });
        made && (lower || self.is_of_a_node()) && namespace && kind(self.name.as_bytes()).is_none()
    }

    fn is_of_a_node(&self) -> bool {
        let begins = |prefix: &&str| {
            self.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        NODE_NAMES.iter().any(begins)
    }

    fn object(self, kind: &'a str) -> Option<ObjectRef<'a>> {
        ObjectRef::new(kind, self.namespace, self.name)
    }
}

/// The value of a key, as JSON and as logs write it.
fn value_of<'a>(text: &'a [u8], key: &str) -> Option<&'a str> {
    memmem::find_iter(text, key).find_map(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let behind = text.get(at + key.len()..)?;
        let gap = behind.iter().take(8).take_while(|byte| b" \\\":=".contains(byte)).count();
        let (gap, value) = behind.split_at_checked(gap)?;
        let keyed = gap.iter().any(|byte| matches!(byte, b':' | b'='));
        let whole = before.is_none_or(|byte| !is_letter(*byte) && !matches!(byte, b'_' | b'-' | b'.'));
        (keyed && whole).then(|| name_at(value))?
    })
}

/// The pod that a CNI plugin was called for.
fn of_plugin(text: &[u8]) -> Option<ObjectRef<'_>> {
    static ARGUMENT: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new("K8S_POD_NAME"));
    ARGUMENT.find(text)?;
    ObjectRef::new("pod", value_of(text, "K8S_POD_NAMESPACE"), value_of(text, "K8S_POD_NAME")?)
}

/// The pod in what the kubelet says about its sandbox: `"web-1_shop(…)"`.
fn of_kubelet(text: &[u8]) -> Option<ObjectRef<'_>> {
    memchr::memchr_iter(b'(', text).find_map(|at| {
        let before = text.get(..at)?;
        let quote = before.iter().rposition(|byte| *byte == b'"')?;
        let value = before.get(quote + 1..)?;
        let part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(byte);
        let (name, namespace) = std::str::from_utf8(value).ok()?.split_once('_')?;
        let good = value.iter().all(part) && !namespace.contains('_');
        good.then(|| ObjectRef::new("pod", Some(namespace), name))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        let it = find(text.as_bytes()).object?;
        let namespace = it.namespace.map(|it| format!("{it}/")).unwrap_or_default();
        Some(format!("{} {namespace}{}", it.kind, it.name))
    }

    #[test]
    fn names_are_told_from_prose() {
        for (text, expected) in [
            ("pod/ns-p1 failed", "pod ns-p1"),
            ("failed for pod shop/web-1: x", "pod shop/web-1"),
            ("Error syncing pod \"shop/web-1\", skipping", "pod shop/web-1"),
            ("pods \"web-1\" is forbidden", "pod web-1"),
            ("sandbox for pod \\\"web-1_shop(0a1b)\\\": x", "pod shop/web-1"),
            ("Error syncing pod 12 (\"web-1_shop(12)\"), skipping", "pod shop/web-1"),
            ("{\"pod\":\"shop/web-1\",\"err\":\"x\"}", "pod shop/web-1"),
            ("{\"pod\":{\"name\":\"web-1\",\"namespace\":\"shop\"}}", "pod shop/web-1"),
            ("namespace=shop pod=web-1 x", "pod shop/web-1"),
            ("{\"namespace\":\"shop\",\"pod\":\"web\"}", "pod shop/web"),
            ("node \"win-a\" is not there", "node win-a"),
            ("Node ip-10-0-0-1.ec2.internal is gone", "node ip-10-0-0-1.ec2.internal"),
            ("service \"shop/web\" has none", "service shop/web"),
            ("IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1;K8S", "pod shop/web-1"),
            ("DaemonSet/kube-proxy-windows x", "daemonset kube-proxy-windows"),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "Pod sandbox changed, it will be killed",
            "the pod and/or node",
            "pod does not have label vpc.amazonaws.com/PrivateIPv4Address",
            "pod 0/1 ready",
            "pod 10.0.0.1/32",
            "a pod/service address",
            "cannot list resource \"endpoints\" in API group",
            "cannot patch resource \"pods/status\"",
            "service \"kube-proxy\" stopped",
            "/var/log/pod/web-1",
            "node group: x",
            "pod: it failed",
            "in namespace \"shop\"",
            "node \"a b\"",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
