//! The cluster itself, as eksctl's `ClusterConfig` asks for it or `describe-cluster` shows it.

use super::{Field, Place};
use std::collections::BTreeMap;
use winpod::Ipv4Prefix;

/// What is said about the cluster itself; where both say something, what runs counts.
#[derive(Debug, Default)]
pub struct ControlPlane {
    /// A whole `ClusterConfig` of eksctl, not a fragment.
    pub eksctl: Option<Place>,
    /// A template of CloudFormation that makes the cluster.
    pub template: Option<Place>,
    /// The answer of `describe-cluster`.
    pub described: Option<Place>,
    /// The platform version, such as `eks.12`.
    pub platform_version: Field<String>,
    /// The cluster's role, if it is named.
    pub role: Field<String>,
    /// `iam.vpcResourceControllerPolicy` of eksctl.
    pub vpc_resource_controller_policy: Field<bool>,
    /// Where principals are looked up.
    pub authentication_mode: Field<AuthenticationMode>,
    /// The family of the addresses of pods and Services.
    pub ip_family: Field<IpFamily>,
    /// The block of the Services.
    pub service_cidr: Field<Ipv4Prefix>,
    /// Whether EKS Auto Mode is on.
    pub auto_mode: Field<bool>,
    /// The Outpost that carries the control plane of a local cluster.
    pub outpost: Field<String>,
    /// The networks of hybrid nodes.
    pub remote_networks: Field<()>,
    /// Whether the API server is reached only from inside the VPC.
    pub private: Field<bool>,
    /// eksctl installs Karpenter, whose pools are elsewhere.
    pub karpenter: Field<()>,
    /// Profiles of Fargate.
    pub fargate_profiles: Vec<FargateProfile>,
    /// The blocks that eksctl is to add to the VPC.
    pub extra_blocks: Field<ExtraBlocks>,
    /// Whether the keys of a configuration of eksctl were looked through.
    pub keys_seen: bool,
    /// Those that eksctl does not know.
    pub unknown_keys: Vec<UnknownKey>,
}

/// Blocks that eksctl is to add to a VPC.
#[derive(Debug, Clone)]
pub struct ExtraBlocks {
    /// The blocks.
    pub blocks: Vec<(Ipv4Prefix, Place)>,
    /// `vpc.id`: the VPC is there already.
    pub vpc: Option<String>,
    /// `vpc.cidr`.
    pub first: Field<Ipv4Prefix>,
}

/// A key of a configuration of eksctl that eksctl does not know.
#[derive(Debug, Clone)]
pub struct UnknownKey {
    /// The key as written.
    pub key: String,
    /// The part that it stands in, as messages name it.
    pub part: String,
    /// What was most likely meant.
    pub meant: MeantKey,
    /// Where it is written.
    pub place: Place,
}

/// What an unknown key was most likely meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeantKey {
    /// This key of the same part.
    Key(&'static str),
    /// The same key in these other parts.
    Elsewhere(String),
    /// Nothing that is known.
    Nothing,
}

/// Where EKS looks principals up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthenticationMode {
    /// In the ConfigMap `aws-auth`.
    ConfigMap,
    /// Among the access entries, then in `aws-auth`.
    ApiAndConfigMap,
    /// Among the access entries.
    Api,
}

impl AuthenticationMode {
    /// The mode of a name, as the API writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "CONFIG_MAP" => Some(Self::ConfigMap),
            "API_AND_CONFIG_MAP" => Some(Self::ApiAndConfigMap),
            "API" => Some(Self::Api),
            _ => None,
        }
    }
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpFamily {
    /// The family of a name: eksctl writes `IPv6`, the API `ipv6`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("ipv4") => Some(Self::V4),
            _ if name.eq_ignore_ascii_case("ipv6") => Some(Self::V6),
            _ => None,
        }
    }
}

/// A profile of Fargate.
#[derive(Debug, Clone)]
pub struct FargateProfile {
    /// Its name.
    pub name: String,
    /// Which pods it takes: any selector that matches.
    pub selectors: Vec<FargateSelector>,
    /// Where it is defined.
    pub place: Place,
}

/// Which pods a profile takes.
#[derive(Debug, Clone)]
pub struct FargateSelector {
    /// The namespace; `*` and `?` stand for any characters and for one.
    pub namespace: String,
    /// Labels that a pod must have.
    pub labels: BTreeMap<String, String>,
    /// Where it is defined.
    pub place: Place,
}

impl FargateSelector {
    /// Whether a pod of the namespace with these labels goes to Fargate.
    pub fn takes(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        matches(&self.namespace, namespace)
            && self.labels.iter().all(|(key, wanted)| labels.get(key).is_some_and(|has| matches(wanted, has)))
    }
}

/// Whether a text is of a pattern with `*` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut reached) = (0, 0);
    // Where to go on when the last star has to take one byte more.
    let mut star: Option<(usize, usize)> = None;
    while reached < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, reached));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[reached] => {
                at += 1;
                reached += 1;
            }
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                (at, reached) = (from + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_those_of_fargate() {
        for (pattern, text) in [
            ("kube-system", "kube-system"),
            ("kube-*", "kube-system"),
            ("*", ""),
            ("p?d*s", "pods"),
            ("*a*b", "xaab"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("kube-system", "kube-systems"), ("kube-?", "kube-"), ("", "a"), ("*b", "ba")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
