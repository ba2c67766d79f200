//! Keys of a `ClusterConfig` that eksctl does not know.

use crate::model::{MeantKey, UnknownKey};
use crate::read::Doc;
use crate::read::node::Node;

/// A part of a `ClusterConfig`, as messages name it, with its keys.
///
/// Source: eksctl 99984ad (2026-08-21), schema.json of v1alpha5, which allows no others.
struct Part {
    name: &'static str,
    keys: &'static str,
}

const ROOT: Part = Part {
    name: "the ClusterConfig",
    keys: "accessConfig addons addonsConfig apiVersion autoModeConfig availabilityZones capabilities cloudWatch \
           controlPlaneScalingConfig fargateProfiles gitops iam iamIdentityMappings identityProviders karpenter kind \
           kubeAPIServerConfig kubeControllerManagerConfig kubeSchedulerConfig kubernetesNetworkConfig localZones \
           managedNodeGroups metadata nodeGroups outpost privateCluster remoteNetworkConfig secretsEncryption \
           upgradePolicy vpc zonalShiftConfig",
};
const METADATA: Part =
    Part { name: "metadata", keys: "annotations forceUpdateVersion name region rollbackConfig tags version" };
const SELF_MANAGED: Part = Part {
    name: "nodeGroups",
    keys: "additionalVolumes ami amiFamily asgMetricsCollection asgSuspendProcesses availabilityZones bottlerocket \
           capacityReservation classicLoadBalancerNames clusterDNS containerRuntime cpuCredits desiredCapacity \
           disableIMDSv1 disablePodIMDS ebsOptimized efaEnabled enableDetailedMonitoring enclaveEnabled iam \
           instanceMarketOptions instanceName instancePrefix instanceSelector instanceType instancesDistribution \
           kubeletExtraConfig labels localZones maxInstanceLifetime maxPodsPerNode maxSize minSize name outpostARN \
           overrideBootstrapCommand placement preBootstrapCommands privateNetworking propagateASGTags \
           securityGroups ssh subnets tags taints targetGroupARNs updateConfig volumeEncrypted volumeIOPS \
           volumeKmsKeyID volumeName volumeSize volumeThroughput volumeType",
};
// A rule of its own tells kubeletExtraConfig.
const MANAGED: Part = Part {
    name: "managedNodeGroups",
    keys: "additionalVolumes ami amiFamily asgSuspendProcesses availabilityZones bottlerocket capacityReservation \
           desiredCapacity disableIMDSv1 disablePodIMDS ebsOptimized efaEnabled enableDetailedMonitoring iam \
           instanceMarketOptions instanceName instancePrefix instanceSelector instanceType instanceTypes \
           kubeletExtraConfig labels launchTemplate maxPodsPerNode maxSize minSize name nodeRepairConfig outpostARN \
           overrideBootstrapCommand placement preBootstrapCommands privateNetworking propagateASGTags \
           releaseVersion securityGroups spot ssh subnets tags taints updateConfig volumeEncrypted volumeIOPS \
           volumeKmsKeyID volumeName volumeSize volumeThroughput volumeType",
};
const GROUP_IAM: Part = Part {
    name: "iam of a node group",
    keys: "attachPolicy attachPolicyARNs instanceProfileARN instanceRoleARN instanceRoleName \
           instanceRolePermissionsBoundary withAddonPolicies",
};
const DISTRIBUTION: Part = Part {
    name: "instancesDistribution",
    keys: "capacityRebalance instanceTypes maxPrice onDemandBaseCapacity onDemandPercentageAboveBaseCapacity \
           spotAllocationStrategy spotInstancePools",
};
const UPDATE: Part = Part { name: "updateConfig", keys: "maxUnavailable maxUnavailablePercentage" };
const TEMPLATE: Part = Part { name: "launchTemplate", keys: "id version" };
const VPC: Part = Part {
    name: "vpc",
    keys: "autoAllocateIPv6 cidr clusterEndpoints controlPlaneEgressMode controlPlaneOnPrivateSubnets \
           controlPlaneSecurityGroupIDs controlPlaneSubnetIDs extraCIDRs extraIPv6CIDRs hostnameType id ipv6Cidr \
           ipv6Pool manageSharedNodeSecurityGroupRules nat publicAccessCIDRs securityGroup \
           sharedNodeSecurityGroup subnets",
};
const IAM: Part = Part {
    name: "iam",
    keys: "fargatePodExecutionRoleARN fargatePodExecutionRolePermissionsBoundary podIdentityAssociations \
           serviceAccounts serviceRoleARN serviceRolePermissionsBoundary vpcResourceControllerPolicy withOIDC",
};
const ACCESS: Part = Part {
    name: "accessConfig",
    keys: "accessEntries authenticationMode bootstrapClusterCreatorAdminPermissions",
};
const ENTRY: Part = Part {
    name: "accessEntries",
    keys: "accessPolicies kubernetesGroups kubernetesUsername principalARN type",
};
const NETWORK: Part =
    Part { name: "kubernetesNetworkConfig", keys: "ipFamily serviceIPv4CIDR serviceIPv6CIDR" };
const ADDON: Part = Part {
    name: "addons",
    keys: "attachPolicy attachPolicyARNs configurationValues name namespaceConfig owners permissionsBoundary \
           podIdentityAssociations publishers resolveConflicts serviceAccountRoleARN tags types \
           useDefaultPodIdentityAssociations version wellKnownPolicies",
};

/// All parts that are looked at, those before whose keys mean more to Windows nodes.
const PARTS: [&Part; 14] = [
    &SELF_MANAGED,
    &MANAGED,
    &GROUP_IAM,
    &VPC,
    &IAM,
    &ACCESS,
    &ENTRY,
    &NETWORK,
    &ADDON,
    &METADATA,
    &DISTRIBUTION,
    &UPDATE,
    &TEMPLATE,
    &ROOT,
];

impl Part {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    fn has(&self, key: &str) -> bool {
        self.all().any(|known| known == key)
    }
}

/// Looks through a whole `ClusterConfig`, its groups left out.
pub(super) fn of_cluster(doc: &mut Doc<'_, '_>, node: &Node) {
    look(doc, node, &ROOT, None);
    for (key, part) in [("metadata", &METADATA), ("vpc", &VPC), ("iam", &IAM), ("accessConfig", &ACCESS)] {
        look_into(doc, node, key, part, None);
    }
    look_into(doc, node, "kubernetesNetworkConfig", &NETWORK, None);
    for (key, part) in [("addons", &ADDON), ("accessEntries", &ENTRY)] {
        let of = if key == "addons" { Some(node) } else { node.get("accessConfig") };
        for item in of.and_then(|of| of.get(key)).map(Node::items).unwrap_or_default() {
            look(doc, item, part, None);
        }
    }
}

/// Looks through a node group.
pub(super) fn of_group(doc: &mut Doc<'_, '_>, node: &Node, managed: bool, object: &str) {
    look(doc, node, if managed { &MANAGED } else { &SELF_MANAGED }, Some(object));
    for (key, part) in [
        ("iam", &GROUP_IAM),
        ("instancesDistribution", &DISTRIBUTION),
        ("updateConfig", &UPDATE),
        ("launchTemplate", &TEMPLATE),
    ] {
        look_into(doc, node, key, part, Some(object));
    }
}

fn look_into(doc: &mut Doc<'_, '_>, node: &Node, key: &str, part: &Part, object: Option<&str>) {
    if let Some(inner) = node.get(key) {
        look(doc, inner, part, object);
    }
}

fn look(doc: &mut Doc<'_, '_>, node: &Node, part: &Part, object: Option<&str>) {
    for entry in node.entries() {
        let Some(key) = entry.key.as_text().filter(|key| !part.has(key)) else { continue };
        let place = doc.place_of(&entry.key);
        let part_name = match object {
            Some(object) if part.name.starts_with("iam") => format!("iam of {object}"),
            Some(object) => format!("{object} in {}", part.name),
            None => part.name.to_owned(),
        };
        let unknown = UnknownKey { key: key.to_owned(), part: part_name, meant: meant(key, part), place };
        doc.cluster().control_plane.unknown_keys.push(unknown);
    }
    doc.cluster().control_plane.keys_seen = true;
}

/// What was most likely meant: a key of another part as it stands, or one of this part that is spelt alike.
fn meant(key: &str, part: &Part) -> MeantKey {
    let elsewhere: Vec<&str> = PARTS.iter().filter(|other| other.has(key)).map(|other| other.name).collect();
    let plain = |key: &str| key.replace(['-', '_'], "").to_ascii_lowercase();
    let names: Vec<(&'static str, String)> = part.all().map(|name| (name, plain(name))).collect();
    let near = crate::request::nearest(&plain(key), names.iter().map(|(_, name)| name.as_str()));
    let near = near.and_then(|near| names.iter().find(|(_, name)| name == near));
    match (elsewhere.is_empty(), near) {
        (false, _) => MeantKey::Elsewhere(elsewhere.join(" and ")),
        (true, Some((name, _))) => MeantKey::Key(name),
        (true, None) => MeantKey::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_spelt_alike_or_stands_elsewhere_is_named() {
        for (key, part, expected) in [
            ("amiFamilly", &MANAGED, MeantKey::Key("amiFamily")),
            ("amifamily", &SELF_MANAGED, MeantKey::Key("amiFamily")),
            ("max_pods_per_node", &SELF_MANAGED, MeantKey::Key("maxPodsPerNode")),
            ("preBootstrapCommand", &SELF_MANAGED, MeantKey::Key("preBootstrapCommands")),
            ("maxPodsPerNode", &ROOT, MeantKey::Elsewhere("nodeGroups and managedNodeGroups".to_owned())),
            ("instanceRoleARN", &SELF_MANAGED, MeantKey::Elsewhere("iam of a node group".to_owned())),
            ("x-defaults", &ROOT, MeantKey::Nothing),
        ] {
            assert_eq!(meant(key, part), expected, "{key}");
        }
    }

    #[test]
    fn no_part_has_a_key_twice() {
        for part in PARTS {
            let mut keys: Vec<&str> = part.all().collect();
            let before = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), before, "{}", part.name);
        }
    }
}
