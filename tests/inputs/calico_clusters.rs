//! Whole clusters with Calico or the VPC CNI's own policies: four that are right, and one that is not.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use winpod_cluster::api::call;

/// What the bad one has wrong in these families, with the severity.
const WRONG: [(&str, &str); 14] = [
    ("CAL-002", "error"),
    ("CAL-003", "error"),
    ("CAL-005", "error"),
    ("CAL-006", "error"),
    ("CAL-009", "high"),
    ("CAL-010", "warn"),
    ("CAL-011", "error"),
    ("CAL-013", "error"),
    ("CAL-015", "warn"),
    ("CAL-016", "high"),
    ("CAL-025", "warn"),
    ("NP-003", "high"),
    ("NP-004", "high"),
    ("NP-005", "high"),
];

fn check(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/calico").join(name);
    call("check", json!({"paths": [path], "date": "2026-11-22"}), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Rules of these families in a list of the answer, which names them or has them as `rule`.
fn of_families(list: &Value) -> BTreeSet<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap_or_else(|| one["rule"].as_str().unwrap()))
        .filter(|id| ["NP-", "CNI-", "CAL-"].iter().any(|family| id.starts_with(family)))
        .collect()
}

#[test]
fn a_right_cluster_has_nothing_high_and_was_judged() {
    for (name, judged, skipped) in [
        (
            "policy-only",
            &["CAL-007", "CAL-009", "CAL-022", "NP-001", "NP-003", "NP-005", "NP-006"][..],
            &["CAL-026"][..],
        ),
        ("overlay", &["CAL-003", "CAL-006", "CAL-012", "CAL-014", "CAL-025"], &["CAL-026"]),
        ("linux-policies", &["NP-001", "NP-002"], &[]),
        // Where there is nothing of the kind, nothing is asked for.
        ("no-policies", &["CNI-003", "CNI-005"], &[]),
    ] {
        let answer = check(name);
        assert_eq!(answer["summary"]["fails"], false, "{name}: {}", answer["findings"]);
        let clean = of_families(&answer["clean"]);
        for rule in judged {
            assert!(clean.contains(rule), "{name}: {rule} was not judged: {clean:?}");
        }
        let lacking = of_families(&answer["skipped"]);
        assert_eq!(lacking, skipped.iter().copied().collect(), "{name}: {}", answer["skipped"]);
    }
}

#[test]
fn a_wrong_cluster_has_exactly_what_was_made_wrong() {
    let answer = check("bad");
    let findings = answer["findings"].as_array().unwrap();
    let of_families = of_families(&answer["findings"]);
    let found: BTreeSet<(&str, &str)> = findings
        .iter()
        .map(|one| (one["rule"].as_str().unwrap(), one["severity"].as_str().unwrap()))
        .filter(|(rule, _)| of_families.contains(rule))
        .collect();
    assert_eq!(found, BTreeSet::from(WRONG), "{}", answer["findings"]);
}

#[test]
fn a_default_deny_is_stated_where_windows_nodes_have_it() {
    let stated = |name: &str| -> Vec<String> {
        let answer = check(name);
        let notes = answer["notes"].as_array().unwrap().iter().filter(|note| note["code"] == "default-deny");
        notes.map(|note| note["message"].as_str().unwrap().to_owned()).collect()
    };
    let [note] = stated("policy-only").try_into().unwrap();
    assert!(note.contains("orders") && note.contains("what comes in"), "{note}");
    // Here it is for Linux nodes only.
    assert_eq!(stated("linux-policies"), Vec::<String>::new());
}

#[test]
fn what_the_files_leave_open_is_not_judged() {
    let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                    template:\n    metadata: {labels: {app: web}}\n    \
                    spec: {nodeSelector: {kubernetes.io/os: windows}, containers: []}\n";
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
                  metadata: {name: closed, namespace: shop}\nspec: {podSelector: {}}\n";
    let log = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: log}\nspec:\n  \
               namespaceSelector: team == 'orders'\n  ingress: [{action: Log}]\n";
    let installation = "apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}\nspec:\n  \
                        cni: {type: Calico}\n  calicoNetwork:\n    windowsDataplane: HNS\n    \
                        ipPools: [{cidr: 192.168.0.0/16}]\n";
    let tiered = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: platform.closed}\n\
                  spec: {tier: platform, types: [Ingress]}\n";
    let hns = "apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}\nspec:\n  \
               cni: {type: AmazonVPC}\n  calicoNetwork: {windowsDataplane: HNS}\n";
    for (rules, documents) in [
        // What enforces policies is not said.
        (&["NP-001"][..], &[workload, policy][..]),
        // The labels of the namespace are not given.
        (&["NP-001", "NP-004"], &[workload, log]),
        // Neither is the tier, whose default action may be to pass on.
        (&["NP-006"], &[workload, tiered, hns]),
        // Neither the encapsulation, nor the objects beside the Installation, nor the range of services.
        (&["CAL-002", "CAL-004", "CAL-005", "CAL-006", "CAL-012"], &[workload, installation]),
    ] {
        let text = documents.join("---\n");
        let text = text
            .replace("  cni: {type: Calico}\n", "  cni: {type: Calico}\n  serviceCIDRs: [172.20.0.0/16]\n");
        let request = json!({"documents": [{"name": "all.yaml", "text": text}], "date": "2026-11-22"});
        let answer = call("check", request, &mut |_| ControlFlow::Continue(())).unwrap();
        let (found, skipped) = (of_families(&answer["findings"]), of_families(&answer["skipped"]));
        for rule in rules {
            assert!(skipped.contains(rule), "{rule}: {}", answer["skipped"]);
            assert!(!found.contains(rule), "{rule}: {}", answer["findings"]);
        }
    }
}
