//! The largest number of services that the ports of a node suffice for.

use super::answer::{LargestServices, ServiceShape, ServiceSpan};
use super::demand::Both;
use winpod::dsr::{ALWAYS_PRESENT, Policies, Proxying, Service, policies};
use winpod::ports::{Demand, Protocol, services_that_fit};

/// Blocks of one protocol that policies can have.
pub(super) struct Room {
    pub(super) protocol: Protocol,
    /// Blocks that fit before HNS takes any; where a node lists its ports, those that are free there.
    pub(super) all: u32,
    /// Of these, what HNS holds for something else than policies.
    pub(super) held_otherwise: u32,
    /// Pods that may take a block each beside that.
    pub(super) pods: u32,
    /// Whether HNS holds others on a node, which policies may share.
    pub(super) shared: bool,
}

impl Room {
    pub(super) const fn blocks(&self) -> u32 {
        self.all.saturating_sub(self.held_otherwise)
    }

    /// Those that are left when each pod takes one.
    const fn beside_pods(&self) -> u32 {
        self.blocks().saturating_sub(self.pods)
    }
}

/// Which service is counted.
pub(super) enum Shape<'a> {
    /// Each like this one.
    Each(Service<'a>),
    /// Like those of the files, on average.
    Average(&'a Both),
}

/// With DSR off and on, `rooms` is what there is of either protocol; `further` says that it is what a running node has left,
/// so that the services of every cluster are counted there.
pub(super) fn largest(
    shape: &Shape<'_>,
    proxying: &Proxying,
    rooms: &[Option<[Room; 2]>; 2],
    further: bool,
    can_be: bool,
) -> LargestServices {
    let span = |enable_dsr| {
        let rooms = rooms[usize::from(enable_dsr)].as_ref()?;
        let proxying = Proxying { enable_dsr, ..*proxying };
        let known = match shape {
            Shape::Each(service) => has_known_ports(&policies(service, &proxying).policies),
            Shape::Average(both) => has_known_ports(if enable_dsr { &both.with } else { &both.without }),
        };
        known.then(|| match shape {
            Shape::Each(service) => each(service, &proxying, rooms, further),
            Shape::Average(both) => average(both, enable_dsr, rooms, further),
        })
    };
    LargestServices {
        shape: match shape {
            Shape::Each(service) => Some(ServiceShape::of(service)),
            Shape::Average(_) => None,
        },
        further,
        beside_always_present: match shape {
            _ if further => false,
            Shape::Each(_) => true,
            Shape::Average(both) => both.assumed[0].total().total() > 0,
        },
        without_dsr: span(false),
        with_dsr: if can_be { span(true) } else { None },
    }
}

/// Whether ports of TCP and UDP alone matter: whether policies of SCTP take any is not known.
fn has_known_ports(policies: &Policies) -> bool {
    let sctp = policies.of_protocol(Protocol::Sctp);
    sctp.non_dsr == 0 && sctp.undecided == 0
}

fn each(service: &Service<'_>, proxying: &Proxying, rooms: &[Room; 2], further: bool) -> ServiceSpan {
    let mut present = Policies::default();
    for (_, service) in ALWAYS_PRESENT.iter().filter(|_| !further) {
        present.add(&policies(service, proxying).policies);
    }
    let [tcp, udp] = rooms;
    let one = policies(service, proxying).policies;
    ServiceSpan {
        at_least: services_that_fit(service, proxying, tcp.beside_pods(), udp.beside_pods(), &present),
        at_most: none_fits(&one, rooms),
    }
}

/// As many as fit beside those that are assumed, which are none of those given; where a node has them, it holds their
/// blocks already.
fn average(both: &Both, enable_dsr: bool, rooms: &[Room; 2], further: bool) -> ServiceSpan {
    let all = if enable_dsr { &both.with } else { &both.without };
    let blocks = |policies: &Policies, room: &Room| Demand::of(policies, room.protocol, 0).policies;
    let assumed = |room: &Room| blocks(&both.assumed[usize::from(enable_dsr)], room);
    let needed = |room: &Room| blocks(all, room).saturating_sub(assumed(room));
    let fit = |room: &Room| {
        let beside = if further { 0 } else { assumed(room) };
        let left = room.beside_pods().saturating_sub(beside);
        let fit = (u64::from(left) * u64::from(both.services)).checked_div(u64::from(needed(room)))?;
        Some(u32::try_from(fit).unwrap_or(u32::MAX))
    };
    let none = rooms.iter().any(|room| room.blocks() == 0 && !room.shared && needed(room) > 0);
    ServiceSpan { at_least: rooms.iter().filter_map(fit).min(), at_most: none.then_some(0) }
}

/// With one block for all policies any number fits where there is a block, held already or not, and none where there is none.
fn none_fits(one: &Policies, rooms: &[Room; 2]) -> Option<u32> {
    let lacks =
        |room: &Room| room.blocks() == 0 && !room.shared && Demand::of(one, room.protocol, 0).policies > 0;
    rooms.iter().any(lacks).then_some(0)
}

impl ServiceShape {
    fn of(service: &Service<'_>) -> Self {
        Self {
            service_type: service.kind.name().to_owned(),
            external_traffic_policy: service.external_traffic.name().to_owned(),
            ports: u32::try_from(service.ports.len()).unwrap_or(u32::MAX),
            protocol: service.ports.first().map_or(Protocol::Tcp, |port| port.protocol).name().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Room, Shape, largest};
    use winpod::KubernetesVersion;
    use winpod::dsr::{Proxying, Service, ServicePort, ServiceType};
    use winpod::ports::Protocol;

    fn rooms(blocks: u32) -> [Room; 2] {
        [Protocol::Tcp, Protocol::Udp].map(|protocol| Room {
            protocol,
            all: blocks,
            held_otherwise: 0,
            pods: 0,
            shared: false,
        })
    }

    #[test]
    fn as_computed_by_hand() {
        let proxying = Proxying::new(KubernetesVersion::new(1, 34));
        let port = ServicePort { node_port: true, ..ServicePort::new(Protocol::Tcp) };
        let fit = |kind, ports: &[ServicePort], blocks| {
            let service = Service { kind, ..Service::cluster_ip(ports) };
            let rooms = [Some(rooms(blocks)), Some(rooms(blocks))];
            let answer = largest(&Shape::Each(service), &proxying, &rooms, true, true);
            (answer.without_dsr.and_then(|it| it.at_least), answer.with_dsr.and_then(|it| it.at_least))
        };
        // One policy each, then cluster IP and node port, then both of two ports.
        assert_eq!(fit(ServiceType::ClusterIp, &[ServicePort::new(Protocol::Tcp)], 256), (Some(256), None));
        assert_eq!(fit(ServiceType::NodePort, &[port], 256), (Some(128), Some(256)));
        assert_eq!(fit(ServiceType::NodePort, &[port; 2], 256), (Some(64), Some(128)));
        assert_eq!(fit(ServiceType::ClusterIp, &[], 256), (None, None));
    }

    #[test]
    fn pods_and_what_else_holds_blocks_leave_fewer() {
        let proxying = Proxying::new(KubernetesVersion::new(1, 34));
        let ports = [ServicePort::new(Protocol::Tcp)];
        let of = |held_otherwise, pods| {
            let [tcp, udp] = rooms(256);
            let rooms = [Some([Room { held_otherwise, pods, ..tcp }, udp]), None];
            let shape = Shape::Each(Service::cluster_ip(&ports));
            largest(&shape, &proxying, &rooms, false, false).without_dsr.unwrap()
        };
        // kubernetes and kube-dns have two of TCP.
        assert_eq!((of(0, 0).at_least, of(0, 0).at_most), (Some(254), None));
        assert_eq!((of(100, 30).at_least, of(100, 30).at_most), (Some(124), None));
        assert_eq!((of(256, 0).at_least, of(256, 0).at_most), (Some(0), Some(0)));
    }
}
