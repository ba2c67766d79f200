//! Family IPAM: address management.

pub(in crate::check) mod capacity;
mod linux_only;
mod settings;
mod templates;

use super::Judge;
use super::rule;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::IPAM_001, judge: settings::shadowed },
    Judge { rule: &rule::IPAM_002, judge: settings::minimum_only },
    Judge { rule: &rule::IPAM_003, judge: settings::no_integer },
    Judge { rule: &rule::IPAM_004, judge: settings::negative },
    Judge { rule: &rule::IPAM_005, judge: settings::warm_zero },
    Judge { rule: &rule::IPAM_006, judge: settings::warm_prefix_without_prefixes },
    Judge { rule: &rule::IPAM_007, judge: capacity::targets },
    Judge { rule: &rule::IPAM_008, judge: capacity::planned_pods },
    Judge { rule: &rule::IPAM_009, judge: capacity::max_pods },
    Judge { rule: &rule::IPAM_010, judge: capacity::not_in_controller },
    Judge { rule: &rule::IPAM_011, judge: capacity::not_amd64 },
    Judge { rule: &rule::IPAM_012, judge: capacity::churn },
    Judge { rule: &rule::IPAM_013, judge: linux_only::custom_networking },
    Judge { rule: &rule::IPAM_014, judge: templates::several_interfaces },
    Judge { rule: &rule::IPAM_016, judge: capacity::subnet_addresses },
    Judge { rule: &rule::IPAM_017, judge: linux_only::source_nat },
];

#[cfg(test)]
mod tests {
    use crate::check::{Check, CheckRequest, check};
    use crate::request::Document;
    use std::ops::ControlFlow;

    const CNI: &str = "apiVersion: v1\nkind: ConfigMap\n\
        metadata: {name: amazon-vpc-cni, namespace: kube-system}\n\
        data: {enable-windows-ipam: \"true\", enable-windows-prefix-delegation: \"true\"}\n";
    const GROUP: &str = "nodeGroups:\n\
        - {name: win, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.large, maxSize: 4, subnets: [subnet-a]}\n";
    const SUBNET: &str = "{\"Subnets\": [{\"SubnetId\": \"subnet-a\", \"CidrBlock\": \"10.0.0.0/22\", \
        \"AvailableIpAddressCount\": 567}]}";

    /// Four instances, each with what a full node has.
    fn interfaces() -> String {
        let held = |node: u32| {
            let first = 1 + 7 * (node - 1);
            let prefixes = (first..first + 7)
                .map(|block| format!("{{\"Ipv4Prefix\": \"10.0.{}.{}/28\"}}", block / 16, 16 * (block % 16)));
            let prefixes: Vec<String> = prefixes.collect();
            format!(
                "{{\"NetworkInterfaceId\": \"eni-{node}\", \"SubnetId\": \"subnet-a\", \
                 \"Attachment\": {{\"InstanceId\": \"i-{node}\"}}, \"PrivateIpAddress\": \"10.0.0.{}\", \
                 \"Ipv4Prefixes\": [{}]}}",
                3 + node,
                prefixes.join(", ")
            )
        };
        format!("{{\"NetworkInterfaces\": [{}]}}", (1..=4).map(held).collect::<Vec<_>>().join(", "))
    }

    fn node(number: u32) -> String {
        format!(
            "apiVersion: v1\nkind: Node\nmetadata:\n  name: n{number}\n  labels: {{kubernetes.io/os: windows, \
             alpha.eksctl.io/nodegroup-name: win}}\nspec: {{providerID: aws:///eu-west-1a/i-{number}}}\n---\n"
        )
    }

    fn judged(texts: &[&str]) -> Check {
        let document = |(index, text): (usize, &&str)| {
            let name = format!("{index}.{}", if text.starts_with('{') { "json" } else { "yaml" });
            Document { name, text: (*text).to_owned() }
        };
        let documents = texts.iter().enumerate().map(document).collect();
        let request = CheckRequest { documents, ..CheckRequest::default() };
        check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    fn outcome(check: &Check, rule: &str) -> (bool, bool) {
        (check.findings.iter().any(|it| it.rule == rule), check.skipped.iter().any(|it| it.rule == rule))
    }

    #[test]
    fn what_may_be_the_groups_own_is_not_held_against_them() {
        // Without the nodes nobody knows whose the instances are.
        let check = judged(&[CNI, GROUP, SUBNET, &interfaces()]);
        for rule in ["IPAM-016", "PD-009", "PD-010"] {
            assert_eq!(outcome(&check, rule), (false, true), "{rule}: {:?}", check.findings);
        }
        // With them the subnet has enough.
        let nodes: String = (1..=4).map(node).collect();
        let check = judged(&[CNI, GROUP, SUBNET, &interfaces(), &nodes]);
        for rule in ["IPAM-016", "PD-009"] {
            assert!(!outcome(&check, rule).0, "{rule}: {:?}", check.findings);
        }
        // And as nodes of another group they are in the way.
        let others = nodes.replace("nodegroup-name: win", "nodegroup-name: old");
        let check = judged(&[CNI, GROUP, SUBNET, &interfaces(), &others]);
        assert!(outcome(&check, "PD-009").0, "{:?}", check.skipped);
    }

    #[test]
    fn what_the_files_hide_is_not_judged() {
        let hidden = GROUP.replace("instanceType: m5.large", "instanceSelector: {vCPUs: 4}");
        let check = judged(&[CNI, &hidden, SUBNET]);
        for rule in ["IPAM-007", "IPAM-009", "IPAM-010", "IPAM-011", "PD-002", "PD-014"] {
            assert_eq!(outcome(&check, rule), (false, true), "{rule}");
        }
        let nodes: String = (1..=4).map(node).collect();
        // A listing that ends early shows less than there is.
        let cut = interfaces();
        let cut = cut.split_once(", {\"NetworkInterfaceId\": \"eni-2\"").unwrap().0;
        let check = judged(&[CNI, GROUP, SUBNET, cut, &nodes]);
        for rule in ["IPAM-016", "PD-009"] {
            assert_eq!(outcome(&check, rule), (false, true), "{rule}: {:?}", check.findings);
        }
        // So does one of some of them: what EC2 counts beside it may be the groups' own.
        let part = format!("{cut}]}}");
        let check = judged(&[CNI, GROUP, SUBNET, &part, &nodes]);
        for rule in ["IPAM-016", "PD-009"] {
            assert_eq!(outcome(&check, rule), (false, true), "{rule}: {:?}", check.findings);
        }
    }

    #[test]
    fn values_of_the_add_on_are_settings_too() {
        let addon = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: eu-west-1}\n\
            addons:\n- name: vpc-cni\n  configurationValues: |-\n    enableWindowsIpam: \"true\"\n    \
            warmWindowsIPTarget: \"-1\"\n";
        let check = judged(&[addon]);
        let finding = check.findings.iter().find(|it| it.rule == "IPAM-004").unwrap();
        assert_eq!((finding.line, finding.message.contains("warmWindowsIPTarget is -1")), (8, true));
    }
}
