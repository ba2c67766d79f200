//! What the CDK synthesises: `cdk/app.mjs` with aws-cdk-lib 2.276.0, a stack with `aws-eks` and one with `aws-eks-v2`.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use winpod_cluster::api::call;

/// Rule, severity, and what stands at the place that is told.
type Told = (&'static str, &'static str, &'static str);

const V1: [Told; 4] = [
    ("CLU-006", "error", "["),
    ("CLU-015", "warn", "\"1.33\""),
    ("AUTH-001", "error", "{"),
    ("CLU-002", "error", "\"[{"),
];
const V2: [Told; 8] = [
    ("CLU-006", "error", "["),
    ("AUTH-007", "warn", "{"),
    ("POD-010", "error", "\"[{"),
    ("POD-016", "warn", "\"[{"),
    ("IPAM-008", "error", "\"m5.xlarge\""),
    ("DSR-005", "error", "& \\\"$env:"),
    ("IPAM-009", "info", "& \\\"$env:"),
    ("CLU-002", "error", "\"{"),
];

fn holds(name: &str, expected: &[Told]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/cdk").join(name);
    let text = fs::read_to_string(&path).unwrap();
    let request = json!({"paths": [path], "date": "2026-11-22"});
    let answer = call("check", request, &mut |_| ControlFlow::Continue(())).unwrap();
    let found = answer["findings"].as_array().unwrap();
    let rules = |list: &[Value]| -> Vec<String> {
        list.iter().map(|it| format!("{} {}", it["rule"], it["severity"])).collect()
    };
    let wanted: Vec<String> =
        expected.iter().map(|(rule, severity, _)| format!("{rule:?} {severity:?}")).collect();
    assert_eq!(rules(found), wanted, "{name}");
    for (finding, (rule, _, stands)) in found.iter().zip(expected) {
        let number = |key: &str| usize::try_from(finding[key].as_u64().unwrap()).unwrap();
        let line = text.lines().nth(number("line") - 1).unwrap();
        let there = &line[number("column") - 1..];
        assert!(there.starts_with(stands), "{name}: {rule} points at {there:?}");
    }
}

#[test]
fn a_stack_of_aws_eks_is_judged() {
    holds("aws-eks.template.json", &V1);
}

#[test]
fn a_stack_of_aws_eks_v2_is_judged() {
    holds("aws-eks-v2.template.json", &V2);
}
