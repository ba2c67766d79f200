//! The nodes that inputs tell something about, by number, so that what one shows is not held against another.

use std::collections::HashMap;

/// Nodes that are told apart; what is about more of them is about no known node.
const MAX_NODES: usize = 1000;

/// The number of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node(u32);

/// Numbers and names of nodes.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    numbers: HashMap<Box<str>, Node>,
    names: Vec<Box<str>>,
    /// The same node by another name, by number.
    same: Vec<Node>,
}

impl Nodes {
    /// The node of a name.
    pub(super) fn number(&mut self, name: &str) -> Option<Node> {
        if let Some(known) = self.numbers.get(name) {
            return Some(*known);
        }
        if self.names.len() >= MAX_NODES {
            return None;
        }
        let node = Node(u32::try_from(self.names.len()).ok()?);
        self.numbers.insert(name.into(), node);
        self.names.push(name.into());
        self.same.push(node);
        Some(node)
    }

    /// Says that `other` is another name of `node`.
    pub(super) fn is_also(&mut self, other: Node, node: Node) {
        let (other, node) = (self.one(other), self.one(node));
        if let Some(same) = self.same.get_mut(other.0 as usize) {
            *same = node;
        }
    }

    /// One number for all names of a node.
    pub(super) fn one(&self, node: Node) -> Node {
        let mut node = node;
        // Names only ever point to a name that stands for itself, so that this ends.
        while let Some(same) = self.same.get(node.0 as usize).filter(|same| **same != node) {
            node = *same;
        }
        node
    }

    pub(super) fn name(&self, node: Node) -> &str {
        self.names.get(self.one(node).0 as usize).map_or("", |name| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_several_names() {
        let mut nodes = Nodes::default();
        let mut number = |name: &str| nodes.number(name).unwrap();
        let (a, b, c) = (number("i-1"), number("ip-1"), number("win-1"));
        nodes.is_also(a, b);
        nodes.is_also(b, c);
        nodes.is_also(c, a);
        assert_eq!((nodes.one(a), nodes.one(b), nodes.one(c)), (c, c, c));
        assert_eq!(nodes.name(a), "win-1");
        for index in 3..MAX_NODES {
            assert!(nodes.number(&format!("n{index}")).is_some());
        }
        assert_eq!((nodes.number("more"), nodes.number("i-1")), (None, Some(a)));
    }
}
