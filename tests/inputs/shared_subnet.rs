//! A /24 that Windows nodes share with Linux nodes: it fails for want of a /28 at the minute that arithmetic tells, what is
//! suggested makes it pass, and whatever is asked of it, the numbers agree with each other.

use core::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use proptest::prelude::*;
use serde_json::{Value, json};
use winpod_cluster::api::call;

const SCENARIOS: [&str; 7] =
    ["scale-out", "rolling-deployment", "batch-churn", "upgrade", "mode-switch", "zone-loss", "drift"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(name)
}

fn ask(name: &str, more: &Value) -> Result<Value, String> {
    let mut request = json!({"paths": [folder(name)]});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call("simulate", request, &mut |_| ControlFlow::Continue(())).map_err(|refusal| refusal.code)
}

#[test]
fn the_files_are_those_of_the_generator() {
    let script = folder("generate-shared-subnet");
    let scratch = env::temp_dir().join(format!("winpod-shared-subnet-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    assert!(Command::new(script).arg(&scratch).status().unwrap().success());
    for entry in fs::read_dir(folder("shared-subnet")).unwrap() {
        let name = entry.unwrap().file_name();
        let made = fs::read(scratch.join(&name)).unwrap();
        assert_eq!(made, fs::read(folder("shared-subnet").join(&name)).unwrap(), "{name:?}");
    }
    fs::remove_dir_all(&scratch).unwrap();
}

#[test]
fn what_is_suggested_makes_it_pass() {
    for choice in ["lowest", "random", "worst"] {
        let grow = json!({"scenario": "scale-out", "nodesPerMinute": 1, "choice": choice});
        let failed = ask("shared-subnet", &grow).unwrap();
        assert_eq!(failed["verdict"], "does-not-fit", "{choice}");
        let first = &failed["summary"]["firstFailure"];
        assert_eq!(first["reason"], "no-prefix", "{choice}");
        // Five blocks are whole. Where neither breaks one with its own address, the sixth node is the first without.
        let minute = first["minute"].as_u64().unwrap();
        if choice == "lowest" {
            assert_eq!((minute, &first["node"]), (4, &json!(6)));
        }
        assert!(minute <= 4, "{choice}");
        let best = &failed["alternatives"][0];
        assert_eq!(best["best"], true, "{choice}");
        let mut cured = grow.clone();
        for entry in best["set"].as_array().unwrap() {
            cured["set"][entry["key"].as_str().unwrap()] = entry["value"].clone();
        }
        let passed = ask("shared-subnet", &cured).unwrap();
        assert_eq!(passed["verdict"], "fits", "{choice}");
        for (field, told) in [("peakAddresses", "peakAddresses"), ("failedPods", "failedPods")] {
            assert_eq!(passed["summary"][field], best[told], "{choice}");
        }
        assert_eq!(passed["waits"]["p99Ms"], best["p99Ms"], "{choice}");
    }
}

/// What must be true of any answer.
fn agrees(answer: &Value) {
    let of = |value: &Value, key: &str| value[key].as_u64().unwrap_or_else(|| panic!("{key} of {value}"));
    let summary = &answer["summary"];
    let groups = answer["nodeGroups"].as_array().unwrap();
    let sum = |key: &str| groups.iter().map(|group| of(group, key)).sum::<u64>();
    assert_eq!(of(summary, "podsRunning"), sum("podsRunning"));
    assert_eq!(of(summary, "podsWaiting"), sum("podsWaiting") + sum("podsUnplaced"));
    assert_eq!(of(summary, "failedPods"), sum("failedPods"));
    assert!(of(summary, "podsRunning") + of(summary, "podsWaiting") <= of(summary, "podsRequested"));
    let suffered = of(summary, "failedPods") + of(summary, "podsWaiting") > 0;
    let failed = !summary["firstFailure"].is_null();
    assert!(failed || !suffered);
    assert_eq!(answer["verdict"] == "does-not-fit", failed);
    let rows = answer["timeline"].as_array().unwrap();
    let mut calls = 0;
    let mut before = None;
    for row in rows {
        assert!(before < Some(of(row, "atMs")));
        before = Some(of(row, "atMs"));
        for key in ["assign", "unassign", "describe"] {
            calls += of(&row["ec2Calls"], key);
        }
        for (now, outcome) in
            row["subnets"].as_array().unwrap().iter().zip(answer["subnets"].as_array().unwrap())
        {
            assert_eq!(now["id"], outcome["id"]);
            assert!(of(now, "freePrefixes") >= of(outcome, "fewestFreePrefixes"));
            assert!(of(now, "freeAddresses") >= of(outcome, "fewestFreeAddresses"));
            assert!(of(now, "heldAddresses") <= of(outcome, "mostHeldAddresses"));
        }
        // Every pod with an address has it from a pool.
        let held: u64 = row["subnets"].as_array().unwrap().iter().map(|now| of(now, "heldAddresses")).sum();
        let used: u64 = row["nodeGroups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|now| of(now, "running") + of(now, "warm"))
            .sum();
        assert!(used <= held, "{row}");
    }
    assert_eq!(before, Some(of(summary, "durationMs")));
    let told = &summary["ec2Calls"];
    assert_eq!(calls, of(told, "assign") + of(told, "unassign") + of(told, "describe"));
}

#[test]
fn every_scenario_can_be_played_and_the_same_seed_gives_the_same_answer() {
    for name in ["shared-subnet", "payments-prod"] {
        for scenario in SCENARIOS {
            let request =
                |seed: u64| json!({"scenario": scenario, "seed": seed, "csv": true, "alternatives": false});
            match (ask(name, &request(5)), (name, scenario)) {
                (Err(code), ("shared-subnet", "zone-loss")) => assert_eq!(code, "ONLY_ZONE"),
                (answer, _) => {
                    let answer = answer.unwrap();
                    agrees(&answer);
                    assert_eq!(answer, ask(name, &request(5)).unwrap(), "{name} {scenario}");
                    let other = ask(name, &request(6)).unwrap();
                    agrees(&other);
                    if scenario == "batch-churn" {
                        assert_ne!(answer["csv"], other["csv"], "{name}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_caller_can_stop_it() {
    let request = json!({"paths": [folder("payments-prod")], "scenario": "drift", "days": 30});
    let mut steps = Vec::new();
    let stopped = call("simulate", request, &mut |at| {
        steps.push(at.step);
        if at.step == "simulate" && at.done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.unwrap_err().code, "STOPPED");
    assert!(steps.contains(&"read") && steps.last() == Some(&"simulate"));
}

fn wild() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (0_i64..20).prop_map(Value::from),
        2 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!("7")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(12), ..ProptestConfig::default() })]

    /// Whatever the numbers are, the answer agrees with itself, or the request is refused; nothing takes long.
    #[test]
    fn any_request_is_answered_or_refused(
        scenario in prop::sample::select(SCENARIOS.to_vec()),
        payments in any::<bool>(),
        given in prop::collection::btree_map(
            prop::sample::select(vec![
                "seed", "nodes", "startNodes", "nodesPerMinute", "pods", "maxSurgePercentage", "maxUnavailablePercentage",
                "readySeconds", "minutes", "podsPerMinute", "podSeconds", "drainSeconds", "days", "neighboursPerHour",
                "neighbourHours", "accountCallsPerSecond", "everySeconds",
            ]),
            wild(),
            0..4,
        ),
        named in prop::collection::btree_map(
            prop::sample::select(vec!["choice", "batch", "oldNodes", "availabilityZone", "nodeGroup"]),
            prop::sample::select(vec!["lowest", "worst", "partial", "replace", "keep", "eu-west-1a", "web-win", "win", ""]),
            0..2,
        ),
    ) {
        let mut request = json!({"scenario": scenario, "alternatives": false});
        for (key, value) in given {
            request[key] = value;
        }
        for (key, value) in named {
            request[key] = json!(value);
        }
        if let Ok(answer) = ask(if payments { "payments-prod" } else { "shared-subnet" }, &request) {
            agrees(&answer);
        }
    }
}
