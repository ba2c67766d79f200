//! Which node the next pod goes to.

use alloc::vec;
use alloc::vec::Vec;

/// Nodes of one group by their pods: a tree whose knots hold the least of the two below.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    leaves: usize,
    least: Vec<u32>,
}

/// No pod may go there.
pub(super) const CLOSED: u32 = u32::MAX;

impl Spread {
    pub(super) fn new(nodes: u32) -> Self {
        let leaves = (nodes as usize).next_power_of_two();
        Self { leaves, least: vec![CLOSED; 2 * leaves] }
    }

    /// Says how many pods a node has.
    pub(super) fn put(&mut self, node: u32, pods: u32) {
        let mut at = self.leaves + node as usize;
        if at >= self.least.len() {
            return;
        }
        self.least[at] = pods;
        while at > 1 {
            at /= 2;
            let least = self.least[2 * at].min(self.least[2 * at + 1]);
            if self.least[at] == least {
                break;
            }
            self.least[at] = least;
        }
    }

    /// The node with the fewest pods, the first of several.
    pub(super) fn first(&self) -> Option<u32> {
        let least = *self.least.get(1).filter(|&&least| least != CLOSED)?;
        let mut at = 1;
        while at < self.leaves {
            at = if self.least[2 * at] == least { 2 * at } else { 2 * at + 1 };
        }
        u32::try_from(at - self.leaves).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_of_the_emptiest() {
        let mut spread = Spread::new(3);
        assert_eq!(spread.first(), None);
        for (node, pods) in [(0, 2), (2, 1), (1, 1)] {
            spread.put(node, pods);
        }
        assert_eq!(spread.first(), Some(1));
        spread.put(1, CLOSED);
        assert_eq!(spread.first(), Some(2));
        spread.put(2, 5);
        assert_eq!(spread.first(), Some(0));
        let mut one = Spread::new(1);
        one.put(0, 0);
        assert_eq!(one.first(), Some(0));
        one.put(7, 0);
        assert_eq!(Spread::new(0).first(), None);
    }
}
