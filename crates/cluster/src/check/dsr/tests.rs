//! The ports that user data leaves, and what an image of somebody's own leaves open.

use crate::check::{Check, CheckRequest, Finding, check};
use crate::request::Document;
use std::ops::ControlFlow;

fn judged(texts: &[&str]) -> Check {
    let named =
        |(at, text): (usize, &&str)| Document { name: format!("{at}.yaml"), text: (*text).to_owned() };
    let documents = texts.iter().enumerate().map(named).collect();
    check(&CheckRequest { documents, ..CheckRequest::default() }, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A configuration with Windows groups of these names and further lines.
fn cluster(version: &str, groups: &[(&str, &str)]) -> String {
    let group = |(name, lines): &(&str, &str)| {
        format!(
            "- name: {name}\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n{lines}\n"
        )
    };
    let groups: String = groups.iter().map(group).collect();
    format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
         metadata: {{name: shop, region: eu-west-1, version: \"{version}\"}}\nnodeGroups:\n{groups}"
    )
}

/// One Service with so many ports, each a policy; the Service for names and that of the API make two more.
fn services(ports: u32) -> String {
    let ports: Vec<String> = (1..=ports).map(|port| format!("{{name: p{port}, port: {port}}}")).collect();
    let ports = ports.join(", ");
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\n\
         spec: {{clusterIP: 172.20.0.9, ports: [{ports}]}}\n"
    )
}

fn commands(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  - netsh int ipv4 {line}")).collect();
    format!("  preBootstrapCommands:\n{}", lines.join("\n"))
}

fn of<'c>(check: &'c Check, rule: &str) -> Vec<&'c Finding> {
    check.findings.iter().filter(|finding| finding.rule == rule).collect()
}

#[test]
fn user_data_decides_how_many_policies_fit() {
    // Blocks of 64 in the range, by division.
    for (lines, ports, blocks) in [
        (&[][..], 400, Some(256)),
        (&["set dynamicportrange tcp 34000 31536"], 400, None),
        (&["set dynamicportrange tcp 34000 31536"], 500, Some(492)),
        (&["set dynamicportrange udp 34000 31536"], 400, Some(256)),
        (&["set dynamicportrange tcp 49152 4096"], 50, None),
        (&["set dynamicportrange tcp 49152 4096"], 100, Some(64)),
        (&["set dynamicportrange tcp 49152 1024"], 20, Some(16)),
        // The last one counts, and what is excluded is gone.
        (&["set dynamicportrange tcp 34000 31536", "set dynamicportrange tcp 49152 1024"], 20, Some(16)),
        (&["add excludedportrange tcp 49152 8192"], 200, Some(128)),
        (&["add excludedportrange udp 49152 8192"], 200, None),
    ] {
        let lines = if lines.is_empty() { String::new() } else { commands(lines) };
        let check = judged(&[&cluster("1.34", &[("win", &lines)]), &services(ports)]);
        let found = of(&check, "NG-020");
        let expected = blocks.map(|blocks| format!("{blocks} blocks fit"));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{lines} {ports}");
        assert!(found.iter().all(|it| it.message.contains(expected.as_deref().unwrap())), "{found:?}");
    }
}

#[test]
fn each_group_has_the_ports_of_its_own_user_data() {
    let wide = commands(&["set dynamicportrange tcp 34000 31536"]);
    let check = judged(&[&cluster("1.34", &[("wide", &wide), ("plain", "")]), &services(400)]);
    let objects: Vec<&str> = of(&check, "NG-020").iter().map(|it| it.object.as_str()).collect();
    assert_eq!(objects, ["node group \"plain\""]);
    // An expression may set any range.
    let open = commands(&["set dynamicportrange tcp $start $count"]);
    let check = judged(&[&cluster("1.34", &[("open", &open)]), &services(1_100)]);
    assert!(of(&check, "NG-020").is_empty());
    let skipped = check.skipped.iter().find(|it| it.rule == "NG-020").unwrap();
    assert!(skipped.unknown[0].what.contains("does not show"), "{skipped:?}");
}

#[test]
fn the_related_place_is_the_command_that_narrows_the_range() {
    let narrow = commands(&["set dynamicportrange tcp 49152 4096"]);
    let check = judged(&[&cluster("1.34", &[("win", &narrow)]), &services(100)]);
    let [finding] = of(&check, "NG-020")[..] else { panic!("{:?}", check.findings) };
    assert_eq!(finding.severity.name(), "high");
    assert_eq!(finding.related[0].what, "the dynamic range of TCP");
    // 57 of 64: fewer than eleven stay.
    let check = judged(&[&cluster("1.34", &[("win", &narrow)]), &services(55)]);
    assert!(of(&check, "DSR-012")[0].message.contains("64 blocks of 64 ports fit: 7 stay"));
}

#[test]
fn dsr_that_is_silently_off_is_worse_where_the_ports_run_out() {
    let call = |range: &str| {
        format!(
            "  overrideBootstrapCommand: |\n    netsh int ipv4 set dynamicportrange tcp {range}\n    \
             & $EKSBootstrapScriptFile -EKSClusterName $EKSClusterName -APIServerEndpoint $APIServerEndpoint \
             -Base64ClusterCA $Base64ClusterCA -KubeProxyExtraArgs '--v=2'"
        )
    };
    for (range, severity) in [("49152 1024", "high"), ("49152 16384", "warn")] {
        let check = judged(&[&cluster("1.34", &[("win", &call(range))]), &services(100)]);
        assert_eq!(of(&check, "DSR-003")[0].severity.name(), severity, "{range}");
    }
}

/// Calls of the bootstrap script with `-KubeProxyExtraArgs '--enable-dsr=true'`, with the gate beside it, and with
/// `'--v=2'`.
const FLAG: &str = "PHBvd2Vyc2hlbGw+CiYgIiRiXFN0YXJ0LUVLU0Jvb3RzdHJhcC5wczEiIC1LdWJlUHJveHlFeHRyYUFyZ3MgJy0tZW5hYmxlLWRzcj10cnVlJwo8L3Bvd2Vyc2hlbGw+Cg==";
const FLAG_AND_GATE: &str = "PHBvd2Vyc2hlbGw+CiYgIiRiXFN0YXJ0LUVLU0Jvb3RzdHJhcC5wczEiIC1LdWJlUHJveHlFeHRyYUFyZ3MgJy0tZW5hYmxlLWRzcj10cnVlIC0tZmVhdHVyZS1nYXRlcz1XaW5EU1I9dHJ1ZScKPC9wb3dlcnNoZWxsPgo=";
const NEITHER: &str = "PHBvd2Vyc2hlbGw+CiYgIiRiXFN0YXJ0LUVLU0Jvb3RzdHJhcC5wczEiIC1LdWJlUHJveHlFeHRyYUFyZ3MgJy0tdj0yJwo8L3Bvd2Vyc2hlbGw+Cg==";

/// A managed group with an AMI of its own, and this user data.
fn custom(version: &str, user_data: &str) -> [String; 3] {
    [
        format!("{{\"cluster\": {{\"name\": \"shop\", \"version\": \"{version}\"}}}}"),
        format!(
            "{{\"nodegroup\": {{\"nodegroupName\": \"win\", \"clusterName\": \"shop\", \"version\": \"{version}\", \
             \"amiType\": \"CUSTOM\", \"instanceTypes\": [\"m5.large\"], \
             \"launchTemplate\": {{\"id\": \"lt-1\", \"version\": \"3\"}}}}}}"
        ),
        format!(
            "{{\"LaunchTemplateVersions\": [{{\"LaunchTemplateId\": \"lt-1\", \"VersionNumber\": 3, \
             \"LaunchTemplateData\": {{\"ImageId\": \"ami-0123456789abcdef0\", \"UserData\": \"{user_data}\"}}}}]}}"
        ),
    ]
}

#[test]
fn an_image_of_ones_own_is_judged_where_every_release_answers_the_same() {
    let answer = |version: &str, user_data: &str| {
        let texts = custom(version, user_data);
        judged(&texts.each_ref().map(String::as_str))
    };
    let check = answer("1.31", FLAG);
    assert_eq!(of(&check, "DSR-001").len(), 1, "{:?}", check.findings);
    let check = answer("1.31", FLAG_AND_GATE);
    assert!(of(&check, "DSR-001").is_empty());
    // What an image of somebody's own passes without the flag is anybody's guess.
    let check = answer("1.34", NEITHER);
    assert!(of(&check, "DSR-003").is_empty());
    let skipped = check.skipped.iter().find(|it| it.rule == "DSR-003").unwrap();
    assert!(skipped.unknown[0].what.contains("kubectl get nodes"), "{skipped:?}");
    // The nodes of the group tell.
    let mut texts = custom("1.34", NEITHER).to_vec();
    texts.push(
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  labels: {kubernetes.io/os: windows, \
         eks.amazonaws.com/nodegroup: win}\nstatus: {nodeInfo: {kernelVersion: 10.0.20348.4171}}\n"
            .to_owned(),
    );
    let check = judged(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(of(&check, "DSR-003").len(), 1, "{:?}", check.skipped);
}
