//! Pods and pools of Karpenter: correct ones, and what the files leave open.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use winpod_cluster::api::call;

fn ask(request: Value) -> Value {
    call("check", request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn check(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(name);
    ask(json!({"paths": [path], "date": "2026-11-22"}))
}

fn check_text(text: &str) -> Value {
    ask(json!({"documents": [{"name": "all.yaml", "text": text}], "date": "2026-11-22"}))
}

fn of_rule<'a>(answer: &'a Value, list: &str, rule: &str) -> Option<&'a Value> {
    answer[list].as_array().unwrap().iter().find(|one| one["rule"] == rule)
}

#[test]
fn correct_pods_have_nothing_high() {
    for (name, judged) in [
        ("correct-pods/web.yaml", 15),
        ("correct-pods/exporter.yaml", 12),
        ("correct-pods/gmsa.yaml", 12),
        ("correct-pods/report.yaml", 12),
        ("correct-pods/pool.yaml", 12),
        ("correct-pods", 70),
    ] {
        let answer = check(name);
        let high: Vec<&Value> = answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| ["high", "error"].contains(&finding["severity"].as_str().unwrap()))
            .collect();
        assert!(high.is_empty(), "{name}: {high:#?}");
        assert!(
            answer["summary"]["rulesJudged"].as_u64().unwrap() >= judged,
            "{name}: {}",
            answer["summary"]
        );
    }
}

const WINDOWS_2025: &str = "
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1, version: '1.35'}
managedNodeGroups:
- {name: system, instanceType: m6i.large, desiredCapacity: 2}
nodeGroups:
- {name: windows, amiFamily: WindowsServer2025CoreContainer, instanceType: m6i.xlarge, maxSize: 2}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {kubernetes.io/os: windows}
      containers:
      - {name: web, image: IMAGE, resources: {limits: {memory: 1Gi}}}
";

#[test]
fn what_is_not_settled_about_builds_is_left_open() {
    let base = "mcr.microsoft.com/windows/servercore";
    for (image, wrong, open) in [
        (format!("{base}:ltsc2025"), false, false),
        (format!("{base}:10.0.26100.4946"), false, false),
        (format!("{base}:ltsc2019"), true, false),
        // Newer hosts may start images since 2022; nobody says so for certain.
        (format!("{base}:ltsc2022"), false, true),
        // The tag tells, and the digest is its own; alone it tells nothing.
        (format!("{base}:ltsc2019@sha256:{}", "0".repeat(64)), true, false),
        (format!("{base}@sha256:{}", "0".repeat(64)), false, true),
        ("registry.example/web:4.2".to_owned(), false, true),
    ] {
        let answer = check_text(&WINDOWS_2025.replace("IMAGE", &image));
        assert_eq!(of_rule(&answer, "findings", "POD-010").is_some(), wrong, "{image}");
        assert_eq!(of_rule(&answer, "skipped", "POD-010").is_some(), open, "{image}");
    }
}

#[test]
fn karpenter_counts_one_interface_and_the_message_has_the_numbers() {
    let answer = check("check/KP-004/trigger");
    let message = of_rule(&answer, "findings", "KP-004").unwrap()["message"].as_str().unwrap();
    // 15 addresses less the node's own; 14 slots of 16; 60 pods by 14 and by 110.
    for number in [
        "counts 14 pods",
        "takes 110",
        "gives it 224",
        "For 60 pods",
        "buys 5 nodes",
        "and 1 would",
        "4 too many",
    ] {
        assert!(message.contains(number), "{number}: {message}");
    }
    let answer = check("check/KP-005/trigger.yaml");
    let finding = of_rule(&answer, "findings", "KP-005").unwrap();
    assert!(finding["message"].as_str().unwrap().ends_with("fewer: 14 (m6i.xlarge)"), "{finding}");
    assert!(
        finding["remedy"].as_str().unwrap().contains("to 14, or to 224 with prefix delegation"),
        "{finding}"
    );
}

/// A class has one `maxPods`, whichever rule tells it.
#[test]
fn one_max_pods_for_a_pool_of_several_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/check/KP-004/trigger");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let text = texts.join("---\n").replace("[m6i.xlarge]", "[m5.large, m5.2xlarge]");
    let answer = check_text(&text);
    // 9 slots of 16 and 14 slots of 16.
    for rule in ["KP-004", "KP-005"] {
        let remedy = of_rule(&answer, "findings", rule).unwrap()["remedy"].as_str().unwrap();
        assert!(remedy.contains("224, what m5.2xlarge takes"), "{remedy}");
    }
    // 11 MiB for each pod and 255 more.
    let remedy = of_rule(&answer, "findings", "KP-004").unwrap()["remedy"].as_str().unwrap();
    assert!(remedy.contains("2719 MiB"), "{remedy}");
    let message = of_rule(&answer, "findings", "KP-004").unwrap()["message"].as_str().unwrap();
    assert!(
        message.contains("counts 9 pods on a node of m5.large (and likewise on 1 more type)"),
        "{message}"
    );
    // What CPU allows is told where it binds: 2 vCPUs for pods of 50m.
    let request = "resources: {requests: {cpu: 50m}, limits: {memory: 128Mi}}";
    let answer = check_text(&text.replace("resources: {limits: {memory: 128Mi}}", request));
    let message = of_rule(&answer, "findings", "KP-004").unwrap()["message"].as_str().unwrap();
    assert!(message.contains("which takes 40") && message.contains("its CPU is enough for 40"), "{message}");
}

#[test]
fn everything_wrong_with_user_data_is_told_at_once() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/check/KP-010/trigger-call.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let text = format!("{}    </powershell>\n", text.replace("    & ", "    <powershell>\n    & "));
    let answer = check_text(&text);
    let message = of_rule(&answer, "findings", "KP-010").unwrap()["message"].as_str().unwrap();
    assert!(message.ends_with("has <powershell> tags and calls the bootstrap script"), "{message}");
}

#[test]
fn an_intolerable_taint_and_a_wrong_image_are_both_told() {
    let answer = check("check/POD-010/trigger-taint");
    for rule in ["POD-002", "POD-010"] {
        assert!(of_rule(&answer, "findings", rule).is_some(), "{rule}");
    }
}

#[test]
fn a_pool_of_both_systems_is_of_that_of_its_class() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/check/KP-012/near-miss-both.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let plan = |text: &str| {
        let documents = json!([{"name": "pool.yaml", "text": text}]);
        call("plan", json!({"documents": documents}), &mut |_| ControlFlow::Continue(())).unwrap()
    };
    assert_eq!(plan(&text)["nodeGroups"][0]["name"], "windows");
    let linux = text.replace("windows2022@latest", "al2023@latest");
    assert_eq!(plan(&linux)["nodeGroups"].as_array().unwrap().len(), 0);
}

#[test]
fn what_an_expression_gives_is_not_guessed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/check/KP-005/near-miss.yaml");
    let text = std::fs::read_to_string(path).unwrap().replace("{maxPods: 14}", "{maxPods: 'vcpus * 10'}");
    let answer = check_text(&text);
    for rule in ["KP-005", "IPAM-009"] {
        assert!(of_rule(&answer, "findings", rule).is_none(), "{rule}");
    }
    assert!(of_rule(&answer, "skipped", "KP-005").is_some());
}

#[test]
fn pods_that_a_server_shows_are_not_blamed_for_what_it_wrote() {
    let pod = |metadata: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: shop, {metadata}annotations: \
             {{vpc.amazonaws.com/PrivateIPv4Address: 10.0.3.14/20}}}}\nspec: {{nodeName: ip-10-0-3-4, containers: \
             [{{name: a, image: \"a:1\"}}], nodeSelector: {{kubernetes.io/os: windows}}}}\n"
        )
    };
    assert!(of_rule(&check_text(&pod("")), "findings", "POD-014").is_some());
    let live = pod("uid: 5f1f3a44-9b4e-4c0a-8d2f-0a9f6f1d2c3b, ");
    assert!(of_rule(&check_text(&live), "findings", "POD-014").is_none());
}
