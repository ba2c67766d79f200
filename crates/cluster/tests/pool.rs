//! The pool behind names and JSON: whatever comes in, an answer or a refusal that names the field and changes nothing.

use proptest::prelude::*;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use winpod_cluster::api::call;
use winpod_cluster::pool::{MAX_ADDRESSES, MAX_STEPS, NodePool};
use winpod_cluster::request::Refusal;

fn ask(request: &Value) -> Result<Value, Refusal> {
    call("pool", request.clone(), &mut |_| ControlFlow::Continue(()))
}

fn refused(request: &Value) -> String {
    ask(request).expect_err("is answered").to_string()
}

#[test]
fn refusals_name_the_field_and_the_value() {
    let pool = |more: Value| json!({ "pool": more });
    let steps = |steps: Value| json!({ "pool": {"capacity": 9}, "steps": steps });
    let prefixes =
        |steps: Value| json!({ "pool": {"capacity": 144, "mode": "prefix-delegation"}, "steps": steps });
    let all = "assign, free, coolDown, reconcile, update, resync, activate, drain, modeUpdate";
    let cases = [
        (pool(json!({})), "pool.capacity is missing: give it in addresses, or give pool.instanceType [REQUEST]".to_owned()),
        (
            pool(json!({"capacity": 9, "used": [{"owner": "a", "address": "10.0.0.1"}, {"owner": "b", "address": "10.0.0.x"}]})),
            "pool.used[1].address is \"10.0.0.x\": not an IPv4 address: expected four decimal numbers, such as 192.0.2.1 [ADDRESS_SYNTAX]".to_owned(),
        ),
        (
            pool(json!({"capacity": 9, "used": [{"owner": "a", "address": "10.0.0.1"}, {"owner": "a", "address": "10.0.0.2"}]})),
            "pool.used[1].owner is \"a\", which is listed twice [OWNER_TWICE]".to_owned(),
        ),
        (
            pool(json!({"capacity": 144, "mode": "prefix-delegation", "onEni": ["10.0.0.0/27"]})),
            "pool.onEni[0]: 10.0.0.0/27 is not what prefix-delegation holds: its length must be 28 [GROUP_LENGTH]".to_owned(),
        ),
        (
            pool(json!({"capacity": 9, "warm": [{"group": "10.0.0.1", "free": []}, 5]})),
            "the request is no such request: pool: warm[1] is a number: an object is allowed [REQUEST]".to_owned(),
        ),
        (pool(json!({"capacity": 9, "config": {"warmIpTarget": 0.5}})), "pool.config.warmIpTarget is 0.5: a whole number is allowed [NOT_A_WHOLE_NUMBER]".to_owned()),
        (
            steps(json!([{"op": "reconcile"}, {"op": "asign"}])),
            format!("steps[1].op is \"asign\": one of {all} is allowed. Did you mean assign? [POOL_STEP]"),
        ),
        (steps(json!([{"op": "assign"}])), "steps[0].owner is missing: the step needs it [REQUEST]".to_owned()),
        (steps(json!([{"op": "drain", "owner": "a"}])), "steps[0].owner is given: drain takes none [REQUEST]".to_owned()),
        (
            steps(json!([{"op": "assign", "owner": 5}])),
            "the request is no such request: steps[0]: invalid type: integer `5`, expected a string [REQUEST]".to_owned(),
        ),
        (
            prefixes(json!([{"op": "reconcile", "releasing": ["10.0.0.0/28"]}])),
            "steps[0].releasing: the controller could not have chosen 10.0.0.0/28 here [ILLEGAL_CHOICE]".to_owned(),
        ),
        (
            prefixes(json!([{"op": "update", "job": {"kind": "delete", "count": 2, "groups": ["10.0.0.0/28"]}}])),
            "steps[0].job.count is 2, and steps[0].job.groups has 1: both must be the same, or leave count out [REQUEST]".to_owned(),
        ),
        (
            prefixes(json!([{"op": "resync", "onEni": ["10.0.0.0"]}])),
            "steps[0].onEni[0] is \"10.0.0.0\": 10.0.0.0 has no prefix length: one address is 10.0.0.0/32 [PREFIX_LENGTH_MISSING]".to_owned(),
        ),
        // Serde takes a list for a struct.
        (json!({"pool": ["m5.large"]}), "the request is no such request: pool is a list: an object is allowed [REQUEST]".to_owned()),
        (steps(json!([["drain"]])), "the request is no such request: steps[0] is a list: an object is allowed [REQUEST]".to_owned()),
        (steps(json!([{"op": "update", "job": "resync"}])), "the request is no such request: steps[0]: job is text: an object is allowed [REQUEST]".to_owned()),
        (json!({"steps": [{"op": "assign"}]}), "steps[0] is \"assign\" on a node without a pool: describe it under pool [REQUEST]".to_owned()),
    ];
    for (request, expected) in cases {
        assert_eq!(refused(&request), expected);
    }
    // A user's own value is shown, however long it is, and never all of it.
    let long = "x".repeat(1 << 20);
    for request in [
        pool(json!({"capacity": 9, "mode": long})),
        pool(json!({"capacity": 9, "quirksOff": [long]})),
        pool(json!({"instanceType": long})),
        pool(json!({"capacity": 9, "onEni": [long]})),
        steps(json!([{"op": long}])),
        steps(json!([{"op": "assign", "owner": long}])),
        steps(json!([{"op": "update", "job": {"kind": long}}])),
    ] {
        let text = refused(&request);
        assert!(text.contains("xxxx") && text.len() < 1_000, "{text}");
    }
}

#[test]
fn steps_and_addresses_are_bounded() {
    let reconcile = json!({"op": "reconcile"});
    let steps = |count| json!({"pool": {"capacity": 9}, "steps": vec![reconcile.clone(); count]});
    assert_eq!(ask(&steps(MAX_STEPS)).expect("an answer")["steps"].as_array().map(Vec::len), Some(MAX_STEPS));
    assert_eq!(
        refused(&steps(MAX_STEPS + 1)),
        "steps has 10001 entries: at most 10000 are allowed [TOO_MANY]"
    );

    let prefix = |index: usize| format!("10.{}.{}.{}/28", index >> 12, index >> 4 & 255, (index & 15) * 16);
    let most = MAX_ADDRESSES / 16;
    let held = |count| json!({"capacity": 1008, "mode": "prefix-delegation", "onEni": (0..count).map(prefix).collect::<Vec<_>>()});
    assert!(refused(&json!({ "pool": held(most + 1) })).ends_with("[TOO_MANY]"));
    let mut pool = NodePool::from_value(held(most)).expect("as many as are allowed");
    let before = pool.clone();
    let one_more =
        json!({"op": "update", "job": {"kind": "create", "count": 1}, "returned": ["10.200.0.0/28"]});
    assert_eq!(pool.step(one_more).unwrap_err().code, "TOO_MANY");
    assert_eq!(pool.step(json!({"op": "resync", "onEni": ["10.200.0.0/28"]})).unwrap_err().code, "TOO_MANY");
    assert_eq!(pool, before);
}

/// The slowest that a request can ask for: full pools, and steps that go through all of it.
#[test]
fn the_most_work_is_soon_done_and_can_be_stopped() {
    const SLOW: Duration = Duration::from_secs(120);
    let address = |index: usize| format!("10.0.{}.{}", index >> 8, index & 255);
    let all = 0..MAX_ADDRESSES;
    let used: Vec<Value> =
        all.clone().map(|at| json!({"owner": at.to_string(), "address": address(at)})).collect();
    let warm: Vec<Value> = all.map(|at| json!({"group": address(at), "free": [address(at)]})).collect();
    let failed = json!({"op": "update", "job": {"kind": "create", "count": 0}, "error": "x"});
    let cases = [
        (
            "re-syncs",
            json!({"used": used, "capacity": 100_000}),
            [failed.clone(), json!({"op": "resync", "onEni": []})],
        ),
        (
            "assignments",
            json!({"warm": warm, "capacity": 100_000}),
            [failed, json!({"op": "assign", "owner": "x"})],
        ),
    ];
    // Debug builds are an order of magnitude slower.
    let count = if cfg!(debug_assertions) { MAX_STEPS / 20 } else { MAX_STEPS };
    for (name, pool, steps) in cases {
        let steps: Vec<&Value> = steps.iter().cycle().take(count).collect();
        let request = json!({ "pool": pool, "steps": steps });
        let started = Instant::now();
        ask(&request).expect("an answer");
        println!("{count} steps with {name} on {MAX_ADDRESSES} addresses: {:?}", started.elapsed());
        assert!(started.elapsed() < SLOW, "took {:?}", started.elapsed());

        let mut told = Vec::new();
        let stopped = call("pool", request, &mut |at| {
            told.push((at.step, at.done, at.total));
            if told.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped.unwrap_err().code, "STOPPED");
        assert_eq!(told, [("pool", 0, count as u64), ("pool", 256, count as u64)]);
    }
}

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2_i64..40).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(0.5)),
        Just(json!(u64::MAX)),
    ]
}

fn any_group() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_u8..4).prop_map(|group| format!("10.0.0.{}/28", group * 16)),
        (0_u8..6).prop_map(|last| format!("10.0.0.{last}")),
        (0_u8..6).prop_map(|last| format!("10.0.0.{last}/32")),
        Just("x".to_owned()),
    ]
}

fn any_step() -> impl Strategy<Value = Value> {
    let owner = prop_oneof![4 => (0_u8..6).prop_map(|pod| pod.to_string()), 1 => Just(String::new())];
    let groups = || prop::collection::vec(any_group(), 0..3);
    let config = (any_number(), any_number(), any_number()).prop_map(|(warm, minimum, prefix)| {
        json!({"warmIpTarget": warm, "minimumIpTarget": minimum, "warmPrefixTarget": prefix})
    });
    prop_oneof![
        4 => owner.clone().prop_map(|owner| json!({"op": "assign", "owner": owner})),
        1 => (owner.clone(), any_group()).prop_map(|(owner, group)| json!({"op": "assign", "owner": owner, "group": group})),
        3 => (owner, any_number()).prop_map(|(owner, now)| json!({"op": "free", "owner": owner, "nowMs": now})),
        2 => any_number().prop_map(|now| json!({"op": "coolDown", "nowMs": now})),
        3 => Just(json!({"op": "reconcile"})),
        1 => groups().prop_map(|groups| json!({"op": "reconcile", "releasing": groups})),
        1 => groups().prop_map(|groups| json!({"op": "drain", "releasing": groups})),
        2 => config.prop_map(|config| json!({"op": "activate", "config": config})),
        3 => (any_number(), groups()).prop_map(|(count, groups)| {
            json!({"op": "update", "job": {"kind": "create", "count": count}, "returned": groups})
        }),
        1 => groups().prop_map(|groups| json!({"op": "update", "job": {"kind": "delete", "groups": groups}, "error": "x"})),
        2 => groups().prop_map(|groups| json!({"op": "resync", "onEni": groups})),
    ]
}

proptest! {
    /// Step by step and in one request is the same; a refusal changes nothing; and what a pool lays open is that pool.
    #[test]
    fn any_steps(
        prefixes in any::<bool>(),
        capacity in 0_u32..200,
        steps in prop::collection::vec(any_step(), 0..24),
    ) {
        let mode = if prefixes { "prefix-delegation" } else { "secondary-ip" };
        let given = json!({"mode": mode, "capacity": capacity});
        let mut pool = NodePool::from_value(given.clone()).unwrap();
        let (mut taken, mut answers) = (Vec::new(), Vec::new());
        for step in steps {
            let before = pool.clone();
            match pool.step(step.clone()) {
                Ok(answer) => {
                    if answer.error.is_some() {
                        prop_assert_eq!(&pool, &before);
                    }
                    taken.push(step);
                    answers.push(serde_json::to_value(answer).unwrap());
                }
                Err(_) => prop_assert_eq!(&pool, &before),
            }
            let mut again = NodePool::from_value(pool.to_given()).unwrap();
            prop_assert_eq!(&again, &pool);
            // Numbers behind the names may be others; answers are not.
            let next = json!({"op": "assign", "owner": "next"});
            prop_assert_eq!(again.step(next.clone()).unwrap(), pool.clone().step(next).unwrap());
        }
        let whole = ask(&json!({"pool": given, "steps": taken})).unwrap();
        prop_assert_eq!(&whole["steps"], &Value::Array(answers));
        prop_assert_eq!(&whole["state"], &pool.to_given());
    }
}
