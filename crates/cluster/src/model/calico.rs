//! Calico as its operator is asked to install it.

use super::{Field, Place};

/// An `Installation` of `operator.tigera.io`.
#[derive(Debug, Clone)]
pub struct CalicoInstallation {
    /// Its name.
    pub name: String,
    /// `spec.kubernetesProvider`.
    pub provider: Field<String>,
    /// `spec.cni.type`.
    pub cni: Field<String>,
    /// `spec.calicoNetwork.windowsDataplane`.
    pub windows_dataplane: Field<String>,
    /// `spec.calicoNetwork.bgp`.
    pub bgp: Field<String>,
    /// `spec.calicoNetwork.ipPools`.
    pub pools: Vec<CalicoPool>,
    /// Where it is defined.
    pub place: Place,
}

/// A pool of addresses that an `Installation` asks for.
#[derive(Debug, Clone)]
pub struct CalicoPool {
    /// Its block, as written.
    pub cidr: Field<String>,
    /// `encapsulation`.
    pub encapsulation: Field<String>,
    /// `blockSize`: the length of the prefix of a block.
    pub block_size: Field<u32>,
    /// `natOutgoing`.
    pub nat_outgoing: Field<String>,
    /// Where it is defined.
    pub place: Place,
}

impl CalicoPool {
    /// Whether its addresses are of IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.cidr.known().is_some_and(|cidr| cidr.contains(':'))
    }
}

impl CalicoInstallation {
    /// The CNI that it comes to: what is written, or what the operator takes on EKS.
    ///
    /// # Source
    /// `CalicoDefaultCni`.
    pub fn cni_in_effect(&self) -> Option<&str> {
        match &self.cni {
            Field::Known(cni, _) => Some(cni),
            Field::Absent => match self.provider.known().map(String::as_str) {
                None | Some("" | "EKS") if !matches!(self.provider, Field::Unknown(..)) => Some("AmazonVPC"),
                _ => None,
            },
            Field::Unknown(..) => None,
        }
    }

    /// Whether it enforces policies on Windows nodes.
    ///
    /// # Source
    /// `CalicoWindowsDataplane`.
    pub fn on_windows(&self) -> Option<bool> {
        match &self.windows_dataplane {
            Field::Known(dataplane, _) => Some(dataplane == "HNS"),
            Field::Absent => Some(false),
            Field::Unknown(..) => None,
        }
    }
}
