//! Numbers of policies on one node.

use super::PolicyKind;
use crate::ports::Protocol;

/// Policies by whether they have DSR.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PolicyCount {
    /// With DSR: they take no ports.
    pub dsr: u32,
    /// Without DSR.
    pub non_dsr: u32,
    /// With or without, by what is not known: the patch release of kube-proxy for ingress IPs in 1.20 and 1.21, or
    /// what a policy found on a node is for.
    pub undecided: u32,
}

/// Whether one policy has DSR.
#[derive(Clone, Copy)]
pub(super) enum Dsr {
    Yes,
    No,
    Unknown,
}

impl PolicyCount {
    /// Returns the number of all.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::dsr::PolicyCount::default().total(), 0);
    /// ```
    pub const fn total(self) -> u32 {
        self.dsr.saturating_add(self.non_dsr).saturating_add(self.undecided)
    }

    pub(super) fn add(&mut self, dsr: Dsr, count: u32) {
        let place = match dsr {
            Dsr::Yes => &mut self.dsr,
            Dsr::No => &mut self.non_dsr,
            Dsr::Unknown => &mut self.undecided,
        };
        *place = place.saturating_add(count);
    }

    fn add_all(&mut self, other: Self) {
        self.add(Dsr::Yes, other.dsr);
        self.add(Dsr::No, other.non_dsr);
        self.add(Dsr::Unknown, other.undecided);
    }
}

const KINDS: usize = PolicyKind::ALL.len();
const PROTOCOLS: usize = Protocol::ALL.len();

/// Numbers of policies on one node, by what they are for and by protocol.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::{ALWAYS_PRESENT, Policies, Proxying, policies};
///
/// let mut all = Policies::default();
/// for (_, service) in &ALWAYS_PRESENT {
///     all.add(&policies(service, &Proxying::new(KubernetesVersion::new(1, 34))).policies);
/// }
/// assert_eq!((all.total().total(), all.total().dsr), (3, 0));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Policies {
    counts: [[PolicyCount; PROTOCOLS]; KINDS],
}

impl Policies {
    /// Returns the number of all policies.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::dsr::Policies::default().total().total(), 0);
    /// ```
    pub fn total(&self) -> PolicyCount {
        self.sum(|_, _| true)
    }

    /// Returns the number of those for one thing.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Policies, PolicyKind};
    ///
    /// assert_eq!(Policies::default().of_kind(PolicyKind::NodePort).non_dsr, 0);
    /// ```
    pub fn of_kind(&self, kind: PolicyKind) -> PolicyCount {
        self.sum(|of, _| of == kind)
    }

    /// Returns the number of those of one protocol, whose ports are apart from those of others.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::Policies;
    /// use winpod::ports::Protocol;
    ///
    /// assert_eq!(Policies::default().of_protocol(Protocol::Udp).non_dsr, 0);
    /// ```
    pub fn of_protocol(&self, protocol: Protocol) -> PolicyCount {
        self.sum(|_, of| of == protocol)
    }

    /// Counts one policy more, such as one found on a node; `dsr` is `None` where it is not known.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Policies, PolicyKind};
    /// use winpod::ports::Protocol;
    ///
    /// let mut found = Policies::default();
    /// found.insert(PolicyKind::NodePort, Protocol::Tcp, Some(false));
    /// found.insert(PolicyKind::ExternalIp, Protocol::Tcp, None);
    /// let tcp = found.of_protocol(Protocol::Tcp);
    /// assert_eq!((tcp.dsr, tcp.non_dsr, tcp.undecided), (0, 1, 1));
    /// ```
    pub fn insert(&mut self, kind: PolicyKind, protocol: Protocol, dsr: Option<bool>) {
        let dsr = match dsr {
            Some(true) => Dsr::Yes,
            Some(false) => Dsr::No,
            None => Dsr::Unknown,
        };
        self.put(kind, protocol, dsr, 1);
    }

    /// Adds those of another service. Sums end at the largest number.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::Policies;
    ///
    /// let mut sum = Policies::default();
    /// sum.add(&Policies::default());
    /// assert_eq!(sum, Policies::default());
    /// ```
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.as_flattened_mut().iter_mut().zip(other.counts.as_flattened()) {
            count.add_all(*more);
        }
    }

    fn sum(&self, counts: impl Fn(PolicyKind, Protocol) -> bool) -> PolicyCount {
        let mut sum = PolicyCount::default();
        for (kind, protocols) in PolicyKind::ALL.iter().zip(&self.counts) {
            for (protocol, count) in Protocol::ALL.iter().zip(protocols) {
                if counts(*kind, *protocol) {
                    sum.add_all(*count);
                }
            }
        }
        sum
    }

    pub(super) fn put(&mut self, kind: PolicyKind, protocol: Protocol, dsr: Dsr, count: u32) {
        self.counts[kind as usize][protocol as usize].add(dsr, count);
    }
}
