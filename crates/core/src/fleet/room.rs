//! Which pods go to which nodes.

use super::members::State;
use super::play::Fleet;
use super::pods::Heard;
use super::spread::CLOSED;
use crate::ipam;

impl Fleet<'_> {
    /// Places pods on a node as long as it has room: those that must be there, then others of its group.
    pub(super) fn fill_node(&mut self, number: usize) {
        while self.has_room(number) {
            let Some((pod, life)) = self.nodes[number].queue.pop_front() else {
                break;
            };
            if self.pods[pod as usize].life == life {
                self.place(pod, number);
            }
        }
        self.fill_group(self.nodes[number].group as usize);
    }

    pub(super) fn fill_group(&mut self, index: usize) {
        while let Some(&(pod, life)) = self.groups[index].queue.front() {
            if self.pods[pod as usize].life == life {
                let Some(node) = self.first_with_room(index) else {
                    return;
                };
                self.place(pod, node);
            }
            self.groups[index].queue.pop_front();
        }
    }

    /// The number of a node by its group and its place in it.
    fn node_at(&self, group: usize, place: u32) -> Option<usize> {
        self.groups[group].numbers.get(place as usize).map(|&number| number as usize)
    }

    pub(super) fn place(&mut self, number: u32, node: usize) {
        let pod = &mut self.pods[number as usize];
        pod.node = u32::try_from(node).unwrap_or(u32::MAX);
        self.set_state(number, State::Waiting);
        self.nodes[node].pods += 1;
        self.open(node);
        let changed = matches!(self.ask(number), Heard::Address | Heard::Order);
        self.settle(node, changed);
    }

    /// The node of a group that the next pod goes to.
    pub(super) fn first_with_room(&self, group: usize) -> Option<usize> {
        self.node_at(group, self.groups[group].spread.first()?)
    }

    pub(super) fn has_room(&self, number: usize) -> bool {
        let node = &self.nodes[number];
        let group = &self.groups[node.group as usize];
        let advertised = ipam::capacity(group.limits, node.mode).addresses;
        node.alive && node.pods < advertised.min(group.max_pods)
    }

    /// Tells the scheduler how full a node is.
    pub(super) fn open(&mut self, number: usize) {
        let room = self.has_room(number);
        let node = &self.nodes[number];
        let pods = if room { node.pods } else { CLOSED };
        self.groups[node.group as usize].spread.put(node.place, pods);
    }
}
