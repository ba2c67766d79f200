//! Rules and their conditions, what files leave open, and what they say against each other.

use super::rule::{self, Rule};
use super::{Check, CheckRequest, check, judges};
use crate::request::{Document, Given};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

fn checked(text: &str) -> Check {
    let documents = vec![Document { name: "a.yaml".into(), text: text.to_owned() }];
    let request = CheckRequest { documents, ..CheckRequest::default() };
    check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn config_map(name: &str, namespace: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {{{data}}}\n"
    )
}

fn found(answer: &Check) -> Vec<&str> {
    answer.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn what_a_template_fills_in_is_left_open() {
    let (name, system) = ("amazon-vpc-cni", "kube-system");
    for text in [
        config_map("'{{ .Values.n }}'", "'{{ .Release.Namespace }}'", "enable-windows-ipam: 'true'"),
        config_map(name, "'{{ .Release.Namespace }}'", "enable-windows-ipam: 'true'"),
        config_map("{{ .Values.n }}", system, "enable-windows-ipam: 'true'"),
        config_map(name, system, "enable-windows-ipam: '{{ .Values.ipam }}'"),
        config_map(name, system, "enable-windows-ipam: 'true', warm-ip-target: '${WARM}'"),
        config_map(name, system, "enable-windows-ipam: <true or false>"),
    ] {
        let answer = checked(&text);
        assert_eq!(found(&answer), [""; 0], "{text}: {:?}", answer.findings);
        for rule in ["CLU-002", "CLU-003", "IPAM-003"] {
            let skipped = answer.skipped.iter().find(|it| it.rule == rule).unwrap();
            assert_eq!(skipped.unknown[0].what, "a template fills it in: render it first", "{rule} {text}");
        }
    }
    // Another that is written out counts.
    let open = config_map("'{{ .Values.n }}'", system, "enable-windows-ipam: 'true'");
    let good = config_map(name, system, "enable-windows-ipam: 'maybe'");
    assert_eq!(found(&checked(&format!("{open}---\n{good}"))), ["CLU-002"]);
}

#[test]
fn groups_that_a_template_does_not_show_leave_rules_on_groups_open() {
    let text = |rest: &str| {
        format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  \
             C: {{Type: 'AWS::EKS::Cluster', Properties: {{Name: c, Version: '1.34'}}}}\n{rest}"
        )
    };
    let skips = |answer: &Check, rule: &str| {
        let of_rule = answer.skipped.iter().find(|it| it.rule == rule);
        of_rule.is_some_and(|it| it.unknown.iter().any(|it| it.what.contains("makes Windows groups")))
    };
    let alone = checked(&text(""));
    let nested = checked(&text("  N: {Type: 'AWS::CloudFormation::Stack', Properties: {}}\n"));
    for rule in ["CLU-012", "CLU-014", "NG-002"] {
        assert!(!skips(&alone, rule), "{rule}");
        assert!(skips(&nested, rule), "{rule}: {:?}", nested.skipped);
    }
}

#[test]
fn a_mapping_that_a_template_fills_in_is_left_open_and_a_wrong_one_named() {
    let pod = |labels: &str, selector: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: a, labels: {labels}}}\n\
             spec: {{nodeSelector: {selector}, containers: [{{name: c, image: x}}]}}\n"
        )
    };
    for (labels, selector) in
        [("'{{ labels }}'", "'${SELECTOR}'"), ("{{ labels }}", "<selector>"), ("'$(L)'", "'{{ x }}'")]
    {
        let answer = checked(&pod(labels, selector));
        assert_eq!(found(&answer), [""; 0], "{labels}: {:?}", answer.findings);
        assert!(answer.notes.iter().any(|note| note.code == "filled-in"), "{:?}", answer.notes);
        let mut unknown = answer.skipped.iter().flat_map(|it| &it.unknown);
        assert!(unknown.any(|it| it.what.starts_with("the system of Pod \"a/p\"")), "{:?}", answer.skipped);
    }
    let answer = checked(&pod("[a]", "{kubernetes.io/os: linux}"));
    assert_eq!(
        answer.findings[0].message,
        "labels of Pod a/p is a list: a mapping of strings is allowed [WRONG_VALUE]"
    );
}

#[test]
fn a_template_of_helm_is_told_to_be_rendered() {
    let text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n{{- if .Values.a }}\ndata: {}\n{{- end }}\n";
    let message = |text: &str| checked(text).findings.remove(0).message;
    assert!(message(text).contains("it is a template, so render it first"), "{}", message(text));
    assert!(!message("a: [1, 2\nb: 3\n").contains("render it"));
}

#[test]
fn objects_are_named_as_their_files_name_them() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-, namespace: a}\n\
               spec: {nodeSelector: {kubernetes.io/os: windows}, hostPID: true, containers: [{name: c, image: x}]}\n";
    let answer = checked(pod);
    let finding = answer.findings.iter().find(|it| it.rule == "POD-008").unwrap();
    assert_eq!(finding.object, "Pod \"a/web-*\"");
    let answer = checked(&format!("{pod}---\napiVersion: v2\nname: web\nversion: 1.0.0\n"));
    assert_eq!(answer.unknown_kinds[0].kind, "apiVersion v2 without a kind");
}

#[test]
fn the_pods_of_a_rollout_and_of_a_template_are_judged() {
    for (kind, spec) in [
        ("apiVersion: argoproj.io/v1alpha1\nkind: Rollout", "spec: {template: {spec: POD}}"),
        ("apiVersion: v1\nkind: PodTemplate", "template: {spec: POD}"),
    ] {
        let pod =
            "{nodeSelector: {kubernetes.io/os: windows}, hostPID: true, containers: [{name: c, image: x}]}";
        let spec = spec.replace("POD", pod);
        let answer = checked(&format!("{kind}\nmetadata: {{name: web, namespace: a}}\n{spec}\n"));
        assert!(found(&answer).contains(&"POD-008"), "{kind}: {:?}", answer.findings);
    }
}

#[test]
fn without_daemon_sets_their_rule_says_so() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\n\
               spec: {nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, image: x}]}\n";
    let answer = checked(pod);
    let skipped = answer.skipped.iter().find(|it| it.rule == "CLU-018").unwrap();
    assert_eq!(skipped.lacks[0].what, "DaemonSets");
}

fn group(lines: &str) -> String {
    format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, region: eu-west-1}}\n\
         managedNodeGroups:\n- name: win\n{lines}"
    )
}

#[test]
fn what_a_template_fills_in_is_unknown_in_eksctl_too() {
    const FAMILY: &str = "  amiFamily: WindowsServer2022CoreContainer\n";
    for value in ["'{{ .Values.x }}'", "{{ .Values.x }}", "${N}", "$(N)", "<value>", "'{% x %}'", "m5.${N}"] {
        for key in ["instanceType", "desiredCapacity", "privateNetworking", "maxPodsPerNode"] {
            let answer = checked(&group(&format!("{FAMILY}  {key}: {value}\n")));
            let of_value =
                |rule: &&str| ["PARSE", "IPAM-010", "CLU-017"].contains(rule) || rule.starts_with("PARSE");
            let found = found(&answer);
            assert!(!found.iter().any(of_value), "{key}: {value}: {found:?}");
            let note = answer.notes.iter().find(|note| note.code == "filled-in").unwrap();
            assert!(note.message.contains(key), "{}", note.message);
        }
        // A group that may be of Windows is no group of Linux.
        let answer = checked(&group(&format!("  amiFamily: {value}\n")));
        let skipped = answer.skipped.iter().find(|it| it.rule == "NG-014").unwrap();
        assert!(skipped.unknown[0].what.contains("the system of node group \"win\""), "{skipped:?}");
    }
    // Names, the authenticator's own words and an account that is open are not the template's.
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n\
                \x20   - rolearn: arn:aws:iam::${ACCOUNT}:role/nodes\n\
                \x20     username: system:node:{{EC2PrivateDNSName}}\n";
    assert!(checked(text).notes.iter().all(|note| note.code != "filled-in"));
}

#[test]
fn all_values_that_are_open_are_named() {
    let data = "enable-windows-ipam: '${IPAM}', warm-ip-target: '${WARM}'";
    let answer = checked(&config_map("amazon-vpc-cni", "kube-system", data));
    let skipped = answer.skipped.iter().find(|it| it.rule == "CLU-002").unwrap();
    let expected = "a template fills in enable-windows-ipam, warm-ip-target: render it first";
    assert_eq!(skipped.unknown[0].what, expected);
}

#[test]
fn a_number_that_is_a_boolean_has_no_mechanical_patch() {
    let answer = checked(&config_map("amazon-vpc-cni", "kube-system", "minimum-ip-target: on"));
    assert_eq!(found(&answer), ["PARSE-NO-STRING"], "{:?}", answer.findings);
    assert_eq!(answer.findings[0].patch, None);
    assert!(answer.findings[0].remedy.contains("a whole number"), "{:?}", answer.findings[0]);
    // A flag has one, and nothing else tells it.
    let answer = checked(&config_map("amazon-vpc-cni", "kube-system", "enable-windows-ipam: yes"));
    assert_eq!(found(&answer), ["PARSE-NO-STRING"], "{:?}", answer.findings);
    assert_eq!(answer.findings[0].patch.as_ref().unwrap().replacement, "\"true\"");
}

#[test]
fn a_version_without_quotes_is_a_number_to_eksctl() {
    let text = |version: &str| group("").replace("region:", &format!("version: {version}, region:"));
    for (version, read) in [("1.30", " (the number 1.3)"), ("1.34", "")] {
        let answer = checked(&text(version));
        let finding = answer.findings.iter().find(|it| it.rule == "PARSE-NO-STRING").unwrap();
        let expected = format!("metadata.version of the ClusterConfig is {version} without quotes{read}");
        assert!(finding.message.starts_with(&expected), "{}", finding.message);
        let patch = finding.patch.as_ref().unwrap();
        assert_eq!((&*patch.original, &*patch.replacement), (version, &*format!("\"{version}\"")));
    }
    assert!(!found(&checked(&text("'1.30'"))).contains(&"PARSE-NO-STRING"));
}

#[test]
fn listings_of_two_nodes_are_not_added_up() {
    let policy = |id: &str| {
        format!(
            r#"[{{"ID": "{id}", "References": ["/endpoints/{id}"], "Policies": [{{"Type": "ELB", "Protocol": 6,
            "InternalPort": 8080, "ExternalPort": 443, "VIPs": ["10.100.0.1"], "IsDSR": true}}], "Version": 38654705667}}]"#
        )
    };
    let document = |name: &str| Document { name: format!("{name}.json"), text: policy(name) };
    let answer = |documents: Vec<Document>| {
        let request = CheckRequest { documents, ..CheckRequest::default() };
        check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let one = answer(vec![document("a")]);
    assert!(!found(&one).contains(&"PARSE-CONFLICT"), "{:?}", one.findings);
    let two = answer(vec![document("a"), document("b")]);
    assert_eq!(found(&two), ["PARSE-CONFLICT"], "{:?}", two.findings);
    assert!(two.findings[0].message.contains("give the listings of one node"), "{:?}", two.findings[0]);
}

#[test]
fn a_parameter_that_is_open_in_part_tells_what_it_says() {
    let stack = |image: &str| {
        format!(
            "Parameters: {{Version: {{Type: String}}}}\nResources:\n  Cluster:\n    Type: AWS::EKS::Cluster\n    \
             Properties: {{Name: shop, Version: \"1.34\"}}\n  Template:\n    Type: AWS::EC2::LaunchTemplate\n    \
             Properties:\n      LaunchTemplateData:\n        ImageId: !Sub '{{{{resolve:ssm:/aws/service/\
             ami-windows-latest/{image}/image_id}}}}'\n  Group:\n    Type: AWS::EKS::Nodegroup\n    Properties:\n      \
             ClusterName: !Ref Cluster\n      LaunchTemplate: {{Id: !Ref Template, Version: \"1\"}}\n"
        )
    };
    let what = |answer: &Check, rule: &str| {
        answer.skipped.iter().find(|it| it.rule == rule).map(|it| it.unknown[0].what.clone())
    };
    let open = checked(&stack("Windows_Server-2019-English-Core-EKS_Optimized-${Version}"));
    assert!(what(&open, "NG-013").unwrap().contains("EKS_Optimized-${Version}"), "{:?}", open.skipped);
    let finding = open.findings.iter().find(|it| it.rule == "CLU-013").unwrap();
    assert!(
        finding.message.contains("\"Windows_Server-2019-English-Core-EKS_Optimized-"),
        "{}",
        finding.message
    );
    let year = checked(&stack("Windows_Server-${Version}-English-Core-EKS_Optimized-1.34"));
    assert!(!found(&year).contains(&"CLU-013"), "{:?}", year.findings);
    for rule in ["NG-013", "CLU-013"] {
        assert!(what(&year, rule).is_some(), "{rule} {:?}", year.skipped);
    }
    let written = checked(&stack("Windows_Server-2022-English-Core-EKS_Optimized-1.34"));
    assert_eq!(what(&written, "NG-013"), None);
}

#[test]
fn a_block_that_a_vpc_cannot_have_is_told_once() {
    let text = |block: &str| {
        format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, region: eu-west-1}}\nvpc:\n  \
             cidr: 10.1.0.0/16\n  extraCIDRs: [{block}]\nResources: {{}}\n"
        )
    };
    let told = |block: &str| {
        let answer = checked(&text(block));
        answer.findings.iter().any(|it| it.rule == "VPC-002")
    };
    assert!(told("192.168.0.0/20") && !told("100.64.0.0/16"));
    let stack = |block: &str| {
        format!(
            "Resources:\n  Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: 10.1.0.0/16}}}}\n  More: {{Type: \
             'AWS::EC2::VPCCidrBlock', Properties: {{VpcId: !Ref Vpc, CidrBlock: {block}}}}}\n---\n{}",
            group("  amiFamily: WindowsServer2022CoreContainer\n")
                .replace("managed", "vpc: {id: vpc-1}\nmanaged")
        )
    };
    let of = |block: &str| -> Vec<String> {
        let answer = checked(&stack(block));
        answer.findings.into_iter().map(|it| it.rule).filter(|rule| rule.starts_with("VPC")).collect()
    };
    assert_eq!(of("192.168.0.0/20"), ["VPC-002"]);
    assert_eq!(of("100.64.0.0/16"), ["VPC-009"]);
}

#[test]
fn a_value_without_quotes_is_told_with_what_to_write() {
    for (written, meant) in [("true", "\"true\""), ("false", "\"false\""), ("1", "\"1\"")] {
        let text = config_map("amazon-vpc-cni", "kube-system", &format!("enable-windows-ipam: {written}"));
        let answer = checked(&text);
        let finding = answer.findings.iter().find(|it| it.rule == "PARSE-NO-STRING").unwrap();
        assert!(finding.why.contains("API server refuses"), "{finding:?}");
        let patch = finding.patch.as_ref().unwrap();
        assert_eq!((&*patch.original, &*patch.replacement), (written, meant));
        assert!(answer.summary.unusable && !found(&answer).contains(&"PARSE"), "{:?}", answer.findings);
    }
}

#[test]
fn a_conflict_of_files_is_told_as_one_and_nothing_passes() {
    let one = config_map("amazon-vpc-cni", "kube-system", "enable-windows-ipam: 'true'");
    let other = config_map("amazon-vpc-cni", "kube-system", "enable-windows-ipam: 'false'");
    let mut answer = checked(&format!("{one}---\n{other}"));
    assert_eq!((found(&answer), answer.summary.unusable), (vec!["PARSE-CONFLICT"], true));
    assert!(!answer.findings[0].why.contains("is not checked"), "{:?}", answer.findings);
    answer.summary.fails = false;
    let text = crate::report::check(&answer, crate::report::Style::default());
    assert!(text.contains("an input is unusable") && !text.contains("passes"), "{text}");
}

#[test]
fn every_rule_has_a_condition_or_says_how_to_look() {
    // What the engine itself finds has no condition of its own.
    let own = |rule: &&&Rule| ["PARSE", "IGNORE"].contains(&rule.id.split('-').next().unwrap());
    let written: BTreeSet<&str> = rule::RULES
        .iter()
        .filter(|rule| rule.look.is_none())
        .filter(|rule| !own(rule))
        .map(|rule| rule.id)
        .collect();
    let judged: Vec<&str> = judges().map(|judge| judge.rule.id).collect();
    let set: BTreeSet<&str> = judged.iter().copied().collect();
    assert_eq!(judged.len(), set.len(), "a rule has two conditions");
    assert_eq!(written, set);
}

#[test]
fn findings_on_arguments_stand_at_the_line_that_gives_them() {
    let version = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                   metadata: {name: c, region: us-east-1, version: '1.35'}\n";
    let of = |script: &str, rule: &str| {
        let text = format!("<powershell>\n$file = 'Start-EKSBootstrap.ps1'\n{script}\n</powershell>\n");
        let documents = [("c.yaml", version.to_owned()), ("u.ps1", text)];
        let documents = documents.map(|(name, text)| Document { name: name.into(), text }).into();
        let request = CheckRequest { documents, ..CheckRequest::default() };
        let answer = check(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        let found = answer.findings.into_iter().find(|finding| finding.rule == rule);
        found.map(|finding| (finding.line, finding.message))
    };
    let call =
        "& $file -EKSClusterName c -KubeProxyExtraArgs '--enable-dsr false --feature-gates WinDSR=false'";
    let (line, message) = of(call, "DSR-005").unwrap();
    assert!(
        line == 3 && message.contains("--enable-dsr false --feature-gates WinDSR=false"),
        "{line} {message}"
    );
    assert_eq!(of(call, "DSR-038").unwrap().0, 3);
    let edit = "# .replace( is of no use\n(Get-Content $file).replace('\"--proxy-mode=kernelspace\"', \
                '\"--proxy-mode=kernelspace\", \"--enable-dsr\"') | Set-Content $file\n& $file -EKSClusterName c";
    assert_eq!(of(edit, "DSR-023").unwrap().0, 4);
}

#[test]
fn findings_on_objects_stand_at_the_value() {
    let groups = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                  metadata: {name: c, region: us-east-1, version: '1.35'}\nmanagedNodeGroups:\n\
                  - {name: a, amiFamily: WindowsServer2019CoreContainer, instanceType: m6i.large}\n\
                  - {name: b, amiFamily: WindowsServer2022CoreContainer, instanceType: m6i.large}\n\
                  iam: {podIdentityAssociations: [{namespace: shop, serviceAccountName: web, roleARN: r}]}\n---\n";
    let line = |rule: &str, text: &str| {
        let answer = checked(&format!("{groups}{text}"));
        let finding = answer.findings.iter().find(|finding| finding.rule == rule);
        finding.map(|finding| finding.line - 8)
    };
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                   type: LoadBalancer\n  sessionAffinity: ClientIP\n  externalTrafficPolicy: Local\n  ports: [{port: 80}]\n";
    assert_eq!(line("POD-018", service), Some(6));
    assert_eq!(line("POD-019", service), Some(7));
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  \
               serviceAccountName: web\n  nodeSelector:\n    kubernetes.io/os: windows\n  \
               containers: [{name: web, image: web}]\n";
    assert_eq!(line("CLU-016", pod), Some(5));
    assert_eq!(line("POD-011", pod), Some(7));
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: amazon-vpc-cni\n  namespace: default\n\
                 data: {enable-windows-ipam: 'true'}\n";
    assert_eq!(line("CLU-003", other), Some(5));
    assert_eq!(line("CLU-003", &other.replace("amazon-vpc-cni", "vpc-cni")), Some(4));
}

#[test]
fn resources_of_a_template_are_named_by_their_logical_ids() {
    let text = "Resources:\n  Net: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 172.17.0.0/16}}\n";
    let answer = checked(text);
    let finding = answer.findings.iter().find(|finding| finding.rule == "VPC-004").unwrap();
    assert!(finding.message.contains("VPC Net") && !finding.message.contains("${"), "{finding:?}");
    let mut cluster = crate::model::Cluster::default();
    cluster.template_resources.insert("${Net}".to_owned());
    let mut text = "${Net} beside ${Other} and ${".to_owned();
    super::name_resources(&mut text, &cluster);
    assert_eq!(text, "Net beside ${Other} and ${");
    // The ARN of what is yet to be made is none.
    let mut text = "\"arn:aws:iam:::role/${Net}\" and arn:aws:iam:::role/shop".to_owned();
    super::name_resources(&mut text, &cluster);
    assert_eq!(text, "\"Net\" and arn:aws:iam:::role/shop");
}

/// So many `ConfigMap`s that nothing reads.
fn many(count: usize) -> String {
    let one = |number: usize| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cni-{number}, namespace: kube-system}}\ndata: \
             {{enable-windows-ipam: \"true\"}}\n"
        )
    };
    (0..count).map(one).collect()
}

#[test]
fn what_a_rule_finds_a_thousand_times_is_counted() {
    const COUNT: usize = 4_234;
    let text = many(COUNT);
    let of = |config: Option<&str>, baseline: Option<String>| {
        let given = |name: &str, text: String| Given::Document(Document { name: name.into(), text });
        let documents = vec![Document { name: "a.yaml".into(), text: text.clone() }];
        let request = CheckRequest {
            documents,
            config: config.map(|text| given(".winpod.toml", text.to_owned())),
            baseline: baseline.map(|text| given("known.json", text)),
            ..CheckRequest::default()
        };
        check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let answer = of(None, None);
    assert!(answer.findings.iter().all(|it| it.rule == "CLU-003"), "{:?}", answer.findings.last());
    assert_eq!(
        (answer.findings.len(), answer.unlisted.len(), answer.unlisted[0].count),
        (1_000, 1, COUNT - 1_000)
    );
    assert_eq!((answer.findings[999].line, answer.summary.error, answer.summary.fails), (4_999, COUNT, true));
    let all = "[[ignore]]\nrule = \"CLU-003\"\nobject = \"ConfigMap kube-system/cni-?*\"\nreason = \"x\"\n";
    let hidden = of(Some(all), None);
    assert_eq!((hidden.summary.hidden, hidden.summary.error, hidden.summary.fails), (COUNT, 0, false));
    assert!(hidden.unlisted.is_empty());
    let low = of(Some("[rules]\nCLU-003 = \"info\"\n"), None);
    assert_eq!((low.summary.info, low.summary.error, low.summary.fails), (COUNT, 0, false));
    // What was counted is known too.
    let known = serde_json::to_string(&answer).unwrap();
    let new = of(None, Some(known.clone()));
    assert_eq!((new.findings.len(), new.summary.hidden_by_baseline), (0, COUNT));
}

#[test]
fn a_patch_of_the_cdk_leaves_open_what_it_touches() {
    let manifest = "[{\\\"apiVersion\\\":\\\"v1\\\",\\\"kind\\\":\\\"ConfigMap\\\",\\\"metadata\\\":{\\\"name\\\":\\\"amazon-vpc-cni\\\",\\\"namespace\\\":\\\"kube-system\\\"},\\\"data\\\":{\\\"enable-windows-ipam\\\":\\\"maybe\\\"}}]";
    let stack = |name: &str| {
        format!(
            "Resources:\n  Map: {{Type: 'Custom::AWSCDK-EKS-KubernetesResource', Properties: {{Manifest: \"{manifest}\"}}}}\n  \
             Patch: {{Type: 'Custom::AWSCDK-EKS-KubernetesPatch', Properties: {{ResourceName: {name}, ResourceNamespace: \
             kube-system, ApplyPatchJson: '{{\"data\":{{\"enable-windows-ipam\":\"true\"}}}}'}}}}\n"
        )
    };
    assert!(found(&checked(&stack("configmap/coredns"))).contains(&"CLU-002"));
    let answer = checked(&stack("configmap/amazon-vpc-cni"));
    assert!(!found(&answer).contains(&"CLU-002"), "{:?}", answer.findings);
    let skipped = answer.skipped.iter().find(|it| it.rule == "CLU-002").unwrap();
    assert!(skipped.unknown[0].what.contains("patch \"Patch\""), "{skipped:?}");
}
