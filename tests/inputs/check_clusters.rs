//! Two whole clusters: one in which nothing is wrong, and the same made wrong on purpose.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use winpod_cluster::api::call;

/// What was made wrong, by file, line and column, with its severity.
const WRONG: [(&str, &str, u64, u64, &str); 16] = [
    ("CLU-002", "amazon-vpc-cni.yaml", 7, 24, "error"),
    ("PD-001", "amazon-vpc-cni.yaml", 8, 37, "error"),
    ("IPAM-003", "amazon-vpc-cni.yaml", 10, 19, "high"),
    ("IPAM-001", "amazon-vpc-cni.yaml", 11, 27, "info"),
    ("CLU-015", "cluster.yaml", 6, 12, "warn"),
    ("CLU-006", "cluster.yaml", 8, 32, "error"),
    ("VPC-004", "cluster.yaml", 13, 20, "high"),
    ("NG-003", "cluster.yaml", 20, 19, "high"),
    ("CLU-009", "cluster.yaml", 22, 3, "error"),
    ("CLU-013", "cluster.yaml", 23, 14, "warn"),
    ("NG-014", "cluster.yaml", 27, 15, "warn"),
    ("CLU-012", "cluster.yaml", 29, 14, "error"),
    ("IPAM-011", "cluster.yaml", 30, 17, "error"),
    ("CLU-005", "old-controller.yaml", 1, 1, "error"),
    ("POD-011", "orders.yaml", 12, 21, "high"),
    ("CLU-018", "orders.yaml", 46, 1, "high"),
];

fn check(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(name);
    call("check", json!({"paths": [path], "date": "2026-11-22"}), &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn a_good_cluster_has_nothing_high_and_was_judged() {
    let answer = check("clean-cluster");
    assert_eq!(answer["summary"]["fails"], false, "{}", answer["findings"]);
    // Silence means health only where there was something to judge.
    assert!(answer["summary"]["rulesJudged"].as_u64().unwrap() >= 45, "{}", answer["skipped"]);
    assert!(answer["summary"]["rulesSkipped"].as_u64().unwrap() <= 5, "{}", answer["skipped"]);
}

#[test]
fn a_bad_cluster_has_exactly_what_was_made_wrong() {
    let answer = check("bad-cluster");
    let found: Vec<(&str, &str, u64, u64, &str)> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap();
            let number = |key: &str| finding[key].as_u64().unwrap();
            let file = text("file").rsplit('/').next().unwrap();
            (text("rule"), file, number("line"), number("column"), text("severity"))
        })
        .collect();
    assert_eq!(found, WRONG);
    assert_eq!(answer["summary"]["fails"], true);
}
