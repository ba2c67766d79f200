//! The realistic cluster: its numbers were counted apart, address by address, from the files.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};
use winpod_cluster::api::call;

use super::{codes, plan_of};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/payments-prod")
}

fn demand<'a>(subnet: &'a Value, at: &str) -> &'a Value {
    subnet["demand"].as_array().unwrap().iter().find(|demand| demand["at"] == at).unwrap()
}

/// Nodes, needed and available addresses, needed and available prefixes, verdict.
fn row(subnet: &Value, at: &str) -> Value {
    let demand = demand(subnet, at);
    let keys =
        ["nodes", "neededAddresses", "availableAddresses", "neededPrefixes", "availablePrefixes", "verdict"];
    keys.iter().map(|key| demand[key].clone()).collect()
}

#[test]
fn one_group_does_not_fit_while_it_is_updated() {
    let answer = plan_of(&folder());
    assert_eq!(answer["cluster"], "payments-prod");
    assert_eq!(answer["kubernetes"], "1.34");
    assert_eq!(answer["verdict"], "does-not-fit");
    assert_eq!(answer["problems"], json!([]));

    let group = |index: usize| {
        let group = &answer["nodeGroups"][index];
        let row = &group["types"][0];
        json!([
            group["name"],
            group["verdict"],
            row["mode"],
            row["ipv4"],
            row["pods"],
            row["limitedBy"],
            row["nodePrefixes"]
        ])
    };
    // t2.large: 1930m / 250m = 7 and one DaemonSet pod.
    assert_eq!(group(0), json!(["batch-win", "fits", "secondary-ip", 11, 8, "cpu", 0]));
    // 60 pods, 2 of DaemonSets, one of them without an address.
    assert_eq!(group(1), json!(["burst-win", "fits", "prefix-delegation", 224, 59, "max-pods", 4]));
    // 3930m over a mean of 5400m / 84, and one DaemonSet pod: ceil(63 / 16) prefixes.
    assert_eq!(group(2), json!(["web-win", "does-not-fit", "prefix-delegation", 224, 62, "cpu", 4]));

    let [a, b, c] = [0, 1, 2].map(|index| &answer["subnets"][index]);
    assert_eq!(
        (&a["freeAddresses"], &a["freePrefixes"], &a["heldAddresses"]),
        (&json!(845), &json!(10), &json!(114))
    );
    assert_eq!(
        (&b["freeAddresses"], &b["freePrefixes"], &b["heldAddresses"]),
        (&json!(780), &json!(37), &json!(163))
    );
    assert_eq!(
        (&c["freeAddresses"], &c["freePrefixes"], &c["heldAddresses"]),
        (&json!(814), &json!(37), &json!(131))
    );
    // 9 nodes over 3 zones; max(2 x 3, ceil(33 % of 9)) = 6 more: 5 here.
    assert_eq!(row(a, "maximum"), json!([3, 195, 959, 12, 18, "fits"]));
    assert_eq!(row(a, "upgrade"), json!([5, 325, 959, 20, 18, "does-not-fit"]));
    // 3 of web-win, 4 of burst-win, 6 x 12 addresses of batch-win.
    assert_eq!(row(b, "maximum"), json!([13, 527, 943, 28, 45, "fits"]));
    assert_eq!(row(b, "upgrade"), json!([15, 657, 943, 36, 45, "fits"]));
    assert_eq!(row(b, "zone-loss"), json!([19, 917, 943, 52, 45, "does-not-fit"]));
    assert_eq!(row(c, "upgrade"), json!([9, 585, 945, 36, 45, "fits"]));
    // 780 - 572 in the reservations = 208 before the live nodes' 36 - 1 single ones: 173 / 12.
    assert_eq!(b["nodesThatFit"][0], json!({"nodeGroup": "batch-win", "nodes": 14}));

    let notes = codes(&answer["notes"]);
    for code in
        ["unseen-interfaces", "not-nitro", "windows-key-shadowed", "karpenter-overbuys", "zone-loss-short"]
    {
        assert!(notes.contains(&code), "{code}: {notes:?}");
    }
    assert!(answer["advice"].as_array().unwrap().iter().any(|one| one["object"] == a["id"]));
}

#[test]
fn the_generator_still_writes_these_files() {
    let script = folder().parent().unwrap().join("generate-payments-prod");
    let fresh = env::temp_dir().join(format!("winpod-payments-prod-{}", std::process::id()));
    let run = Command::new("python3").arg(&script).arg(&fresh).output().expect("python3");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let names = |folder: &Path| {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let result = (names(&fresh), names(&folder()));
    let stale: Vec<_> = result
        .0
        .iter()
        .filter(|name| fs::read(fresh.join(name)).ok() != fs::read(folder().join(name)).ok())
        .collect();
    assert!(result.0 == result.1 && stale.is_empty(), "run tests/inputs/generate-payments-prod: {stale:?}");
    fs::remove_dir_all(&fresh).unwrap();
}

/// What the plan advises is planned again, and holds.
#[test]
fn the_advised_subnet_holds_the_group() {
    let group = |prefixes: bool| {
        let config = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: amazon-vpc-cni, namespace: kube-system}}\ndata:\n  enable-windows-ipam: 'true'\n  enable-windows-prefix-delegation: '{prefixes}'\n---\n"
        );
        config
            + "managedNodeGroups:\n- {name: win, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.xlarge, minSize: 1, maxSize: 7, subnets: [subnet-1]}\n"
    };
    let subnet = |length: u8| {
        let available = (1u64 << (32 - length)) - 5;
        json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "eu-west-1a",
            "CidrBlock": format!("10.0.0.0/{length}"), "AvailableIpAddressCount": available}]})
    };
    for prefixes in [false, true] {
        let plan_on = |length: u8| {
            let documents = json!([{"name": "group.yaml", "text": group(prefixes)},
                {"name": "subnets.json", "text": subnet(length).to_string()}]);
            call("plan", json!({ "documents": documents }), &mut |_| ControlFlow::Continue(())).unwrap()
        };
        let short = plan_on(27);
        assert_eq!(short["verdict"], "does-not-fit");
        let advice =
            short["advice"].as_array().unwrap().iter().find(|one| one["change"] == "subnet").unwrap();
        let message = advice["message"].as_str().unwrap();
        let length =
            message.split("a new subnet of /").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(plan_on(length)["verdict"], "fits", "{message}");
        assert_ne!(plan_on(length + 1)["verdict"], "fits", "{message}");
    }
}
