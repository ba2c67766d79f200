//! Values as HNS, its tools and PowerShell write them: numbers in quotes, one element in place of a list, keys in
//! another case, text in place of what is nested too deep.

use crate::model::{Field, MacAddress};
use crate::read::Doc;
use crate::read::node::{Kind, Node};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use winpod::windows::HnsVersion;

/// The value of a key in any case, unless it is null.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let mut entries = node.entries().iter().rev();
    let found = entries.find(|entry| entry.key.as_text().is_some_and(|text| text.eq_ignore_ascii_case(key)));
    found.map(|entry| &entry.value).filter(|value| !value.is_null())
}

/// The elements of a list. PowerShell makes one element of a list of one, and writes `{"value": […], "Count": 1}`.
pub(super) fn items(node: &Node) -> &[Node] {
    if let Some(inside) = get(node, "value").filter(|_| get(node, "Count").is_some()) {
        return inside.items();
    }
    match node.items() {
        [] if !node.entries().is_empty() || scalar(node).is_some() => std::slice::from_ref(node),
        items => items,
    }
}

/// The text of a scalar that is neither null nor empty.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    node.as_scalar()
        .filter(|scalar| scalar.kind != Kind::Null)
        .map(|it| it.text.trim())
        .filter(|it| !it.is_empty())
}

/// The text of a key.
pub(super) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    get(node, key).and_then(scalar)
}

/// Whether the text of a key is this, in any case.
pub(super) fn wants(node: &Node, key: &str, wanted: &str) -> bool {
    text(node, key).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

pub(super) fn boxed(node: &Node, key: &str) -> Option<Box<str>> {
    text(node, key).map(Into::into)
}

/// An id in the one form that joins, without the path that `References` puts before it and braces.
pub(super) fn id_of(text: &str) -> Box<str> {
    let text = text.rsplit('/').next().unwrap_or(text);
    text.trim_matches(['{', '}']).to_ascii_lowercase().into()
}

pub(super) fn id(node: &Node, key: &str) -> Option<Box<str>> {
    text(node, key).map(id_of)
}

/// Names in a list, or in one text with commas between.
pub(super) fn names(node: &Node, key: &str) -> Box<[Box<str>]> {
    let lists = get(node, key).map(items).unwrap_or_default();
    let split = lists.iter().filter_map(scalar).flat_map(|text| text.split([',', ' ']));
    split.filter(|name| !name.is_empty()).map(Into::into).collect()
}

/// Whether PowerShell wrote text here because it was nested deeper than `ConvertTo-Json` was told.
pub(super) fn is_cut(node: &Node) -> bool {
    let is_text = |node: &Node| {
        scalar(node).is_some_and(|text| {
            text.starts_with("@{") || text == "System.Object[]" || text.starts_with("System.Collections.")
        })
    };
    is_text(node) || items(node).iter().any(is_text)
}

/// A number of no weight here: what is none is passed over.
pub(super) fn number(node: &Node, key: &str) -> Option<u64> {
    text(node, key)?.parse().ok()
}

pub(super) fn small(node: &Node, key: &str) -> Option<u32> {
    number(node, key).and_then(|number| u32::try_from(number).ok())
}

pub(super) fn version(node: &Node) -> Option<HnsVersion> {
    number(node, "Version").map(HnsVersion::from_packed)
}

pub(super) fn mac(node: &Node, key: &str) -> Option<MacAddress> {
    text(node, key)?.parse().ok()
}

/// An object while it is read: what messages call it.
pub(super) struct Object<'n> {
    pub(super) node: &'n Node,
    pub(super) called: String,
    /// A value was wrong or cut.
    pub(super) broken: bool,
}

impl<'n> Object<'n> {
    /// `kind` is the word for it: an endpoint.
    pub(super) fn new(kind: &str, node: &'n Node) -> Self {
        let name = text(node, "Name").or_else(|| text(node, "ID")).unwrap_or_default();
        Self { node, called: format!("{kind} {:?}", crate::read::shortened(name)), broken: false }
    }

    /// The same object for messages, another node of it for values.
    pub(super) fn inside<'m>(&self, node: &'m Node) -> Object<'m> {
        Object { node, called: self.called.clone(), broken: false }
    }

    pub(super) fn wrong(&mut self, doc: &mut Doc<'_, '_>, value: &Node, key: &str, allowed: &str) {
        let _: Field<()> = doc.wrong(value, key, &self.called, allowed);
        doc.cluster().hns_half_listed = true;
        self.broken = true;
    }

    /// A whole number up to `most`, in quotes or not.
    pub(super) fn number(&mut self, doc: &mut Doc<'_, '_>, key: &str, most: u32) -> Option<u32> {
        let value = get(self.node, key)?;
        let number = scalar(value).and_then(|text| text.parse().ok()).filter(|number| *number <= most);
        if number.is_none() && !is_blank(value) {
            self.wrong(doc, value, key, &format!("a whole number from 0 to {most}"));
        }
        number
    }

    pub(super) fn port(&mut self, doc: &mut Doc<'_, '_>, key: &str) -> Option<u16> {
        let port = self.number(doc, key, u32::from(u16::MAX))?;
        u16::try_from(port).ok().filter(|port| *port > 0)
    }

    /// True or false, in quotes or not; what is left out is false.
    pub(super) fn flag(&mut self, doc: &mut Doc<'_, '_>, key: &str) -> bool {
        let Some(value) = get(self.node, key) else { return false };
        match scalar(value) {
            Some(text) if text.eq_ignore_ascii_case("true") || text == "1" => true,
            Some(text) if text.eq_ignore_ascii_case("false") || text == "0" => false,
            _ if is_blank(value) => false,
            _ => {
                self.wrong(doc, value, key, "true or false");
                false
            }
        }
    }

    pub(super) fn address(&mut self, doc: &mut Doc<'_, '_>, key: &str) -> Option<Ipv4Addr> {
        let value = get(self.node, key)?;
        self.address_of(doc, value, key)
    }

    /// An IPv4 address; one of IPv6 is passed over, because Windows nodes of EKS have none.
    pub(super) fn address_of(&mut self, doc: &mut Doc<'_, '_>, value: &Node, key: &str) -> Option<Ipv4Addr> {
        let text = scalar(value);
        let address = text.and_then(|text| text.parse().ok());
        let other = text.is_none_or(|text| text.parse::<Ipv6Addr>().is_err());
        if address.is_none() && !is_blank(value) && other {
            self.wrong(doc, value, key, "an IPv4 address such as 10.0.8.20");
        }
        address
    }

    /// The objects in a list; what `ConvertTo-Json` made text of is counted.
    pub(super) fn objects(&mut self, doc: &mut Doc<'_, '_>, key: &str) -> Option<&'n [Node]> {
        let list = get(self.node, key)?;
        if is_cut(list) {
            self.cut(doc, list);
            return None;
        }
        if items(list).iter().any(|item| item.entries().is_empty() && !item.is_null() && !is_blank(item)) {
            self.wrong(doc, list, key, "a list of objects");
            return None;
        }
        Some(items(list))
    }

    /// Counts an object that is not whole, once.
    pub(super) fn cut(&mut self, doc: &mut Doc<'_, '_>, at: &Node) {
        if !std::mem::replace(&mut self.broken, true) {
            let place = doc.place_of(at);
            doc.cluster().hns_half_listed = true;
            doc.reader.hns_cut.entry(doc.file.clone()).or_insert((0, place)).0 += 1;
        }
    }
}

/// Nothing, as PowerShell writes it: an empty text, list or object.
fn is_blank(value: &Node) -> bool {
    match value.as_scalar() {
        Some(scalar) => scalar.text.trim().is_empty(),
        None => value.items().is_empty() && value.entries().is_empty(),
    }
}

/// One copy of a text that repeats.
pub(super) fn shared(doc: &mut Doc<'_, '_>, text: &str) -> Arc<str> {
    doc.reader.share(text)
}
