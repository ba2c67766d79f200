//! What can be seen of a fleet while it is played.

use core::net::Ipv4Addr;

use super::ground::Ground;
use super::members::index;
use super::play::Fleet;
use super::timeline::GroupSample;
use crate::ipam::IpamMode;
use crate::pool::Pool;
use crate::{Ipv4Prefix, Subnet};

impl Fleet<'_> {
    /// The time of the last step, in milliseconds.
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Steps played.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// A subnet as it stands, or `None` for a place that is not in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.subnet(0).is_none());
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn subnet(&self, subnet: u32) -> Option<&Subnet> {
        self.grounds.get(subnet as usize).map(Ground::subnet)
    }

    /// The pool of a node in a mode; `None` for a node that is not there, and for a mode that it never worked in.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn pool(&self, node: u32, mode: IpamMode) -> Option<&Pool> {
        Some(&self.nodes.get(node as usize)?.pools[index(mode)].as_ref()?.pool)
    }

    /// What a node has on its ENI in a mode, by address: /28 or /32. Its primary address is not among them.
    ///
    /// # Examples
    ///
    /// See [`Fleet`].
    pub fn held(&self, node: u32, mode: IpamMode) -> &[Ipv4Prefix] {
        let held = self.nodes.get(node as usize).and_then(|node| node.pools[index(mode)].as_ref());
        held.map_or(&[], |held| &held.on_eni)
    }

    /// The subnet of a node, as a place in the scenario's list, and its primary address; `None` if it is not there.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert_eq!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.primary(0), None);
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn primary(&self, node: u32) -> Option<(u32, Ipv4Addr)> {
        let node = self.nodes.get(node as usize)?;
        Some((node.subnet, node.primary?))
    }

    /// How a group stands, or `None` for a place that is not in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert_eq!(Fleet::new(&Scenario::new(vec![], vec![], 0))?.group(0), None);
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn group(&self, group: u32) -> Option<GroupSample> {
        self.groups.get(group as usize).map(|group| group.now)
    }

    /// Whether orders of the controller are on their way.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::{Fleet, Scenario};
    ///
    /// assert!(!Fleet::new(&Scenario::new(vec![], vec![], 0))?.has_orders());
    /// # Ok::<(), winpod::fleet::FleetError>(())
    /// ```
    pub fn has_orders(&self) -> bool {
        !self.desk.is_idle()
    }
}
