//! What is asked for must fit together: a combination that `check` would find is refused before it is written.

use super::names::refused;
use crate::model::{BootstrapCall, Cluster, NodeGroup};
use crate::read::shortened;
use crate::request::Refusal;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use winpod::Ipv4Prefix;
use winpod::ipam::{IpamMode, Key};
use winpod::ports::{DEFAULT_DYNAMIC_RANGE, PortRange};

/// With single addresses, a minimum without a warm target leaves pods without one.
///
/// # Source
/// `MinOnlyStarvation`.
pub(super) fn targets(mode: IpamMode, targets: &BTreeMap<Key, String>) -> Result<(), Refusal> {
    let positive =
        |key: Key| targets.get(&key).is_some_and(|text| text.parse::<u64>().is_ok_and(|value| value > 0));
    // The key without windows- counts where both are there.
    let in_effect =
        |plain: Key, windows: Key| positive(if targets.contains_key(&plain) { plain } else { windows });
    let minimum = in_effect(Key::MinimumIpTarget, Key::WindowsMinimumIpTarget);
    let warm = in_effect(Key::WarmIpTarget, Key::WindowsWarmIpTarget);
    if mode == IpamMode::SecondaryIp && minimum && !warm {
        let message = "minimum-ip-target without warm-ip-target: pods beyond the minimum would wait for ever; set warm-ip-target to 1 or more too";
        return Err(Refusal::new("REQUEST", message));
    }
    Ok(())
}

/// The address of DNS is one of the Services: the tenth where it is not said.
pub(super) fn dns(service_cidr: Option<Ipv4Prefix>, dns: Option<Ipv4Addr>) -> Result<(), Refusal> {
    match (service_cidr, dns) {
        (Some(block), Some(address)) if !block.contains_addr(address) => Err(refused(
            "clusterDns",
            &address.to_string(),
            &format!("an address of the block of Services is allowed, which is {block}"),
        )),
        (Some(block), None) if block.address_count() <= 10 => Err(refused(
            "serviceCidr",
            &block.to_string(),
            "it has no tenth address for DNS: a larger block is allowed, or give clusterDns too",
        )),
        (None, Some(_)) => Err(Refusal::new(
            "REQUEST",
            "clusterDns without serviceCidr: the bootstrap script takes both or guesses both; give the block of Services too",
        )),
        _ => Ok(()),
    }
}

/// A range with fewer ports than Windows has by itself helps nobody.
///
/// # Source
/// `DynamicRangeDefault`.
pub(super) fn wide(range: PortRange) -> Result<PortRange, Refusal> {
    if range.count() < DEFAULT_DYNAMIC_RANGE.count() {
        let allowed = format!(
            "{} ports: at least {} are allowed, as many as Windows has by itself ({DEFAULT_DYNAMIC_RANGE})",
            range.count(),
            DEFAULT_DYNAMIC_RANGE.count()
        );
        return Err(Refusal::new("OUT_OF_RANGE", format!("portRange is \"{range}\", {allowed}")));
    }
    Ok(range)
}

/// Where a value of a file stands that cannot be written.
pub(super) fn in_file(of: &NodeGroup, refusal: Refusal) -> Refusal {
    Refusal {
        message: format!("{}: node group {:?}: {}", of.place, shortened(&of.name), refusal.message),
        ..refusal
    }
}

/// The calls of the bootstrap script that the files make for a group.
fn calls<'c>(cluster: &'c Cluster, of: &'c NodeGroup) -> impl Iterator<Item = &'c BootstrapCall> {
    let template = cluster.template_of(of).ok().and_then(|template| template.user_data.known());
    let data = [of.launch.bootstrap.known(), of.launch.user_data.known(), template];
    data.into_iter().flatten().flat_map(|data| &data.calls)
}

/// Whether the files start kube-proxy on the nodes of a group with DSR.
pub(super) fn asks_for_dsr(cluster: &Cluster, of: &NodeGroup) -> bool {
    calls(cluster, of).any(|call| {
        let extra = call.parameter("KubeProxyExtraArgs").flatten().unwrap_or_default();
        extra.split_whitespace().any(|word| word == "--enable-dsr" || word == "--enable-dsr=true")
    })
}

/// Pods per node as the files pass them to the kubelet themselves.
pub(super) fn max_pods_of_call(cluster: &Cluster, of: &NodeGroup) -> Option<u32> {
    calls(cluster, of).find_map(|call| call.kubelet_flag("max-pods")?.last()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{refused, rendered};

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let set = |key: &str, value: &str| {
            let pair = (key.to_owned(), value.to_owned());
            refused("configmap", |request| request.set = [pair].into()).code
        };
        assert_eq!(set("minimum-ip-target", "5"), "REQUEST");
        assert_eq!(set("windows-minimum-ip-target", "5"), "REQUEST");
        let start = |change: &dyn Fn(&mut crate::render::RenderRequest)| {
            refused("user-data", |request| {
                request.cluster = Some("shop".into());
                request.kubernetes = Some("1.35".into());
                request.tool = Some("self-managed".into());
                change(request);
            })
            .code
        };
        assert_eq!(start(&|request| request.port_range = Some("49152-49200".into())), "OUT_OF_RANGE");
        assert_eq!(start(&|request| request.port_range = Some("34000".into())), "OUT_OF_RANGE");
        assert_eq!(start(&|request| request.cluster_dns = Some("172.20.0.10".into())), "REQUEST");
        assert_eq!(start(&|request| request.service_cidr = Some("10.100.0.0/30".into())), "NAME");
        assert_eq!(
            start(&|request| {
                request.service_cidr = Some("10.100.0.0/16".into());
                request.cluster_dns = Some("172.20.0.10".into());
            }),
            "NAME"
        );
    }

    #[test]
    fn what_files_pass_to_the_bootstrap_script_is_kept() {
        let file = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: shop, region: eu-west-1, version: '1.34'}\nnodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n  overrideBootstrapCommand: |\n    & \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName shop -KubeProxyExtraArgs \"--enable-dsr=true\" -KubeletExtraArgs \"--max-pods=40\"\n";
        let answer = rendered("user-data", |request| {
            request.documents = vec![crate::render::tests::document("c.yaml", file)];
        });
        let text = &answer.artefacts[0].text;
        assert!(text.contains("--enable-dsr=true") && text.contains("--max-pods=40"), "{text}");
        let off = rendered("user-data", |request| {
            request.documents = vec![crate::render::tests::document("c.yaml", file)];
            request.dsr = Some(false);
        });
        assert!(!off.artefacts[0].text.contains("--enable-dsr"));
    }

    #[test]
    fn a_role_may_be_a_name_where_no_arn_is_written() {
        let file = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: win}\nspec:\n  template:\n    spec:\n      requirements:\n      - {key: node.kubernetes.io/instance-type, operator: In, values: [m5.large]}\n      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: win}\n---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: win}\nspec:\n  role: KarpenterNodeRole-shop\n  amiSelectorTerms: [{alias: windows2022@latest}]\n";
        let with = |kind: &str, role: &str| {
            rendered(kind, |request| {
                request.documents = vec![crate::render::tests::document(
                    "k.yaml",
                    &file.replace("KarpenterNodeRole-shop", role),
                )];
                request.cluster = Some("shop".into());
                request.kubernetes = Some("1.35".into());
            })
        };
        assert!(
            with("karpenter", "KarpenterNodeRole-shop").artefacts[0]
                .text
                .contains("role: KarpenterNodeRole-shop")
        );
        let hostile = refused("karpenter", |request| {
            let text = file.replace("KarpenterNodeRole-shop", "\"a'; x\"");
            request.documents = vec![crate::render::tests::document("k.yaml", &text)];
        });
        assert_eq!(hostile.code, "NAME");
        assert!(hostile.message.starts_with("k.yaml:"), "{}", hostile.message);
    }

    #[test]
    fn both_targets_fit() {
        let answer = rendered("configmap", |request| {
            request.set = [
                ("minimum-ip-target".to_owned(), "5".to_owned()),
                ("warm-ip-target".to_owned(), "1".to_owned()),
            ]
            .into();
        });
        assert!(answer.artefacts[0].text.contains("minimum-ip-target: \"5\""));
    }
}
