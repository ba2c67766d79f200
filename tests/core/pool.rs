//! The pool against the controller's own test cases, its closed forms, and inputs that nobody has.
use core::net::Ipv4Addr;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use winpod::Ipv4Prefix;
use winpod::ipam::{ConfigData, Environment, IpamMode, Limits, Settings, capacity, steady_state};
use winpod::pool::{
    Cooling, Job, JobResult, ModeUpdate, Pool, PoolConfig, PoolError, PoolState, Quirk, Quirks, WarmGroup,
    mode_update,
};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn entries<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).map_or(&[], |list| list.as_array().unwrap())
}

fn address(value: &Value) -> Ipv4Addr {
    text(value).parse().unwrap()
}

fn group(text: &str) -> Ipv4Prefix {
    text.parse().unwrap()
}

fn groups(value: &Value, key: &str) -> Vec<Ipv4Prefix> {
    entries(value, key).iter().map(|name| group(text(name))).collect()
}

fn owner(value: &Value) -> u32 {
    text(&value["owner"]).parse().unwrap()
}

fn config(value: &Value) -> PoolConfig {
    let number = |key: &str| value[key].as_i64().unwrap();
    PoolConfig {
        active: value["active"].as_bool().unwrap(),
        tolerance: value
            .get("tolerance")
            .map_or(0, |tolerance| tolerance.as_u64().unwrap().try_into().unwrap()),
        ..PoolConfig::new(number("warmIpTarget"), number("minimumIpTarget"), number("warmPrefixTarget"))
    }
}

fn pool(value: &Value) -> Pool {
    let number = |key: &str| value.get(key).map_or(0, |number| number.as_i64().unwrap());
    let warm = |held: &Value| WarmGroup {
        group: group(text(&held["group"])),
        free: entries(held, "free").iter().map(address).collect(),
    };
    let cooling = |entry: &Value| Cooling {
        address: address(&entry["address"]),
        freed_at_ms: entry["freedAtMs"].as_u64().unwrap(),
    };
    let fresh = PoolState::new(
        text(&value["mode"]).parse().unwrap(),
        number("capacity").try_into().unwrap(),
        config(&value["config"]),
    );
    Pool::from_state(PoolState {
        used: entries(value, "used").iter().map(|pod| (owner(pod), address(&pod["address"]))).collect(),
        warm: entries(value, "warm").iter().map(warm).collect(),
        cooling: entries(value, "cooling").iter().map(cooling).collect(),
        pending_create: number("pendingCreate"),
        pending_delete: number("pendingDelete"),
        resync_required: value.get("resyncRequired") == Some(&json!(true)),
        ..fresh
    })
    .unwrap()
}

fn told(job: Option<Job>) -> Value {
    let (kind, groups) = match job {
        None => return Value::Null,
        Some(Job::Create { count }) => return json!({ "kind": "create", "count": count }),
        Some(Job::Delete { groups }) => ("delete", groups),
        Some(Job::Resync) => ("resync", Vec::new()),
    };
    let names: Vec<_> = groups.iter().map(ToString::to_string).collect();
    json!({ "kind": kind, "count": names.len(), "groups": names })
}

fn job(value: &Value) -> Job {
    match text(&value["kind"]) {
        "create" => Job::Create { count: value["count"].as_i64().unwrap() },
        "delete" => Job::Delete { groups: groups(value, "groups") },
        other => panic!("{other:?} has no result"),
    }
}

/// What an update makes of EC2's answer, or of what the provider told.
fn came<'a>(pool: &Pool, job: &Job, step: &Value, returned: &'a [Ipv4Prefix]) -> JobResult<'a> {
    let error = step.get("error").map(text);
    match (step.get("succeeded"), job) {
        (Some(succeeded), _) => JobResult {
            returned,
            succeeded: succeeded.as_bool().unwrap(),
            prefix_available: step["prefixAvailable"].as_bool().unwrap(),
        },
        (None, Job::Create { .. }) => JobResult::of_create(pool.mode(), returned, error, Quirks::ALL),
        (None, _) => JobResult::of_delete(returned, error.is_some()),
    }
}

/// What one step answers.
fn answer(pool: &mut Pool, step: &Value) -> Value {
    let now = || step["nowMs"].as_u64().unwrap();
    let refused = |error: PoolError| json!({ "error": error.controller_name().unwrap(), "reconcile": error.must_reconcile() });
    let mut own = match text(&step["op"]) {
        "assign" => {
            let len = if pool.mode() == IpamMode::PrefixDelegation { 28 } else { 32 };
            let given = |address: Ipv4Addr| {
                let group = Ipv4Prefix::truncating(address, len).unwrap();
                json!({ "address": address.to_string(), "group": group.to_string(), "reconcile": true })
            };
            pool.assign(owner(step)).map_or_else(refused, given)
        }
        "free" => pool
            .free(owner(step), address(&step["address"]), now())
            .map_or_else(refused, |()| json!({ "reconcile": true })),
        "coolDown" => json!({ "more": pool.cool_down(now()) }),
        "reconcile" => json!({ "job": told(pool.reconcile()) }),
        "drain" => json!({ "job": told(pool.drain()) }),
        "activate" => json!({ "job": told(pool.activate(config(&step["config"]))) }),
        "resync" => json!({ "resynced": pool.resync(&groups(step, "onEni")).unwrap() }),
        "update" => {
            let (job, returned) = (job(&step["job"]), groups(step, "returned"));
            let came = came(pool, &job, step, &returned);
            json!({
                "reconcile": pool.update(&job, came).unwrap(),
                "returned": returned.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "succeeded": came.succeeded, "prefixAvailable": came.prefix_available,
            })
        }
        "modeUpdate" => {
            let [was, now] = ["was", "now"].map(|key| text(&step[key]).parse().unwrap());
            match mode_update(pool.mode(), was, now) {
                ModeUpdate::Activate => json!({ "action": "activate", "advertised": pool.capacity() }),
                ModeUpdate::Drain => json!({ "action": "drain", "advertised": null }),
                ModeUpdate::Keep => json!({ "action": "keep", "advertised": null }),
            }
        }
        other => panic!("{other:?} is no step"),
    };
    own["counts"] = counts(pool);
    own
}

fn counts(pool: &Pool) -> Value {
    let counts = pool.counts();
    json!({
        "pendingCreate": counts.pending_create, "pendingDelete": counts.pending_delete,
        "pending": counts.pending_create + counts.pending_delete,
        "deviation": pool.deviation(), "resyncRequired": pool.resync_required(),
    })
}

fn state(pool: &Pool) -> Value {
    let state = pool.introspect();
    let texts = |list: &[Ipv4Addr]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let pod = |(owner, address): &(u32, Ipv4Addr)| json!({ "owner": owner.to_string(), "address": address.to_string() });
    let warm = |group: &WarmGroup| json!({ "group": group.group.to_string(), "free": texts(&group.free) });
    let cooling =
        |entry: &Cooling| json!({ "address": entry.address.to_string(), "freedAtMs": entry.freed_at_ms });
    json!({
        "used": state.used.iter().map(pod).collect::<Vec<_>>(),
        "warm": state.warm.iter().map(warm).collect::<Vec<_>>(),
        "cooling": state.cooling.iter().map(cooling).collect::<Vec<_>>(),
    })
}

/// Objects by the keys listed, lists one by one, the rest exactly.
fn fits(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            expected.iter().all(|(key, value)| got.get(key).is_some_and(|got| fits(value, got)))
        }
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(expected, got)| fits(expected, got))
        }
        _ => expected == got,
    }
}

/// The controller's cases of `vectors/pool.json` on the core alone: what the operation puts around it has no part in them.
#[test]
fn every_case_of_the_controller() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/pool.json");
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut count = 0;
    for case in &cases {
        let id = text(&case["id"]);
        // One asks for a node without a pool.
        let Some(given) = case["args"].get("pool").filter(|_| id.starts_with("controller-")) else {
            continue;
        };
        let mut pool = pool(given);
        let steps: Vec<Value> =
            entries(&case["args"], "steps").iter().map(|step| answer(&mut pool, step)).collect();
        let config = pool.config();
        let own = json!({
            "steps": steps, "counts": counts(&pool), "state": state(&pool),
            "targets": {
                "warmIpTarget": config.warm_ip, "minimumIpTarget": config.minimum_ip,
                "warmPrefixTarget": config.warm_prefix,
            },
        });
        let expected = &case["expect"];
        assert!(expected.as_object().is_some_and(|keys| !keys.is_empty()), "{id} expects nothing");
        assert!(fits(expected, &own), "{id}: {own} is not {expected}");
        count += 1;
    }
    assert_eq!(count, 64);
}

/// Every order is carried out at once and in full.
fn rest(pool: &mut Pool, next: &mut u32) {
    for _ in 0..1_000 {
        let Some(order) = pool.reconcile() else { return };
        let len = if pool.mode() == IpamMode::PrefixDelegation { 28 } else { 32 };
        let mut returned = Vec::new();
        if let Job::Create { count } = order {
            for _ in 0..count {
                returned.push(Ipv4Prefix::truncating(Ipv4Addr::from_bits(*next), len).unwrap());
                *next += 1 << (32 - len);
            }
        }
        pool.update(&order, JobResult::success(&returned)).unwrap();
    }
    panic!("the pool never rests: {pool:?}");
}

proptest! {
    /// A fresh node and pods one by one come to rest where the closed forms say.
    #[test]
    fn rests_where_the_closed_form_says(
        slots in 1_u32..20,
        nitro in any::<bool>(),
        targets in [-2_i64..40, -2_i64..40, -2_i64..6],
        pods in 0_u32..200,
    ) {
        let texts = targets.map(|target| target.to_string());
        let data = ConfigData::from_pairs([
            ("enable-windows-ipam", "true"),
            ("enable-windows-prefix-delegation", if nitro { "true" } else { "false" }),
            ("warm-ip-target", texts[0].as_str()),
            ("minimum-ip-target", texts[1].as_str()),
            ("warm-prefix-target", texts[2].as_str()),
        ]);
        let limits = Limits::new(i64::from(slots) + 1, nitro).unwrap();
        let node = Settings::read(&data, Environment::default()).on_node(limits);
        let total = capacity(limits, node.mode).addresses;
        let mut pool = Pool::new(node.mode, total, PoolConfig::on_node(&node, node.mode));
        let mut next = Ipv4Addr::new(10, 0, 0, 0).to_bits();
        rest(&mut pool, &mut next);
        for pod in 0..pods {
            if pool.assign(pod).is_err_and(|error| !error.must_reconcile()) {
                break;
            }
            rest(&mut pool, &mut next);
        }
        let expected = steady_state(limits, &node, pods, 0);
        let counts = pool.counts();
        prop_assert_eq!((counts.used, counts.used + counts.warm), (expected.pods, expected.held_addresses));
        if node.mode == IpamMode::PrefixDelegation {
            prop_assert_eq!(counts.free_groups, expected.unused_prefixes);
        }
    }
}

fn any_i64() -> impl Strategy<Value = i64> {
    prop_oneof![-20_i64..100, any::<i64>(), Just(i64::MAX), Just(i64::MIN)]
}

fn any_prefix() -> impl Strategy<Value = Ipv4Prefix> {
    let address = prop_oneof![0_u32..64, u32::MAX - 64..=u32::MAX, any::<u32>()];
    (address, prop_oneof![Just(28_u8), Just(32), 0_u8..=32])
        .prop_map(|(bits, len)| Ipv4Prefix::truncating(Ipv4Addr::from_bits(bits), len).unwrap())
}

fn any_address() -> impl Strategy<Value = Ipv4Addr> {
    any_prefix().prop_map(Ipv4Prefix::first)
}

fn any_config() -> impl Strategy<Value = PoolConfig> {
    (any::<bool>(), any_i64(), any_i64(), any_i64(), prop_oneof![Just(0), any::<u32>()]).prop_map(
        |(active, warm_ip, minimum_ip, warm_prefix, tolerance)| PoolConfig {
            active,
            warm_ip,
            minimum_ip,
            warm_prefix,
            tolerance,
        },
    )
}

fn any_quirks() -> impl Strategy<Value = Quirks> {
    proptest::sample::subsequence(Quirk::ALL, 0..=Quirk::ALL.len())
        .prop_map(|quirks| quirks.into_iter().fold(Quirks::NONE, Quirks::with))
}

/// A group of the mode around an address.
fn group_of(mode: IpamMode, address: Ipv4Addr) -> Ipv4Prefix {
    Ipv4Prefix::truncating(address, if mode == IpamMode::PrefixDelegation { 28 } else { 32 }).unwrap()
}

fn any_state() -> impl Strategy<Value = PoolState> {
    let place = (any::<bool>(), prop_oneof![0_u32..200, any::<u32>()], any_config(), any_quirks());
    // Free addresses of a group by offset: an address twice is what the controller can come to.
    let offsets =
        prop_oneof![prop::collection::vec(0_usize..16, 0..4), Just((0..16).collect::<Vec<usize>>())];
    let held = (
        prop::collection::btree_map(0_u32..20, any_address(), 0..8),
        prop::collection::vec((any_address(), offsets), 0..8),
        prop::collection::vec((any_address(), any::<u64>()), 0..8),
    );
    (place, held, any_i64(), any_i64(), any::<[bool; 2]>()).prop_map(
        |(
            (prefixes, capacity, config, quirks),
            (used, warm, cooling),
            pending_create,
            pending_delete,
            flags,
        )| {
            let mode = if prefixes { IpamMode::PrefixDelegation } else { IpamMode::SecondaryIp };
            let warm: BTreeMap<_, _> =
                warm.into_iter().map(|(address, offsets)| (group_of(mode, address), offsets)).collect();
            let warm = warm.into_iter().map(|(group, offsets)| WarmGroup {
                group,
                free: offsets.iter().filter_map(|offset| group.addresses().nth(*offset)).collect(),
            });
            PoolState {
                used: used.into_iter().collect(),
                warm: warm.collect(),
                cooling: cooling
                    .into_iter()
                    .map(|(address, freed_at_ms)| Cooling { address, freed_at_ms })
                    .collect(),
                quirks,
                pending_create,
                pending_delete,
                resync_required: flags[0],
                prefix_available: flags[1],
                ..PoolState::new(mode, capacity, config)
            }
        },
    )
}

/// What the caches say is what a count says.
fn counted(pool: &Pool) -> Result<(), TestCaseError> {
    let state = pool.introspect();
    let size = if state.mode == IpamMode::PrefixDelegation { 16 } else { 1 };
    let counts = pool.counts();
    let free: usize = state.warm.iter().map(|group| group.free.len()).sum();
    let full = state.warm.iter().filter(|group| group.free.len() == size).count();
    prop_assert_eq!((counts.warm as usize, counts.free_groups as usize), (free, full));
    prop_assert!(state.warm.is_sorted_by(|a, b| a.group < b.group));
    let again = Pool::from_state(state);
    prop_assert_eq!(again.as_ref(), Ok(pool));
    Ok(())
}

proptest! {
    /// Any state and any calls: an answer or a refusal, never a panic, and a refusal changes nothing.
    #[test]
    fn nothing_panics_and_refusals_change_nothing(
        state in any_state(),
        calls in prop::collection::vec((0_u8..9, 0_u32..20, any_prefix(), any_i64(), any_config()), 0..24),
    ) {
        let mut pool = Pool::from_state(state).unwrap();
        counted(&pool)?;
        for (call, owner, any, number, config) in calls {
            // Now and then a group that does not fit the mode.
            let group = if owner % 8 == 0 { any } else { group_of(pool.mode(), any.first()) };
            let before = pool.clone();
            let refused = match call {
                0 => pool.assign(owner).is_err(),
                1 => pool.assign_from(owner, group).is_err(),
                2 => {
                    let own = pool.address_of(owner).unwrap_or(group.first());
                    pool.free(owner, own, number.unsigned_abs()).is_err()
                }
                3 => {
                    pool.cool_down(number.unsigned_abs());
                    false
                }
                4 => pool.reconcile().is_none(),
                5 => pool.reconcile_releasing(&[group]).is_err(),
                6 => {
                    let groups = [group, group];
                    pool.update(&Job::Create { count: number }, JobResult::failure(&groups)).is_err()
                }
                7 => pool.resync(&[group, group]).is_err(),
                _ => {
                    pool.activate(config);
                    false
                }
            };
            counted(&pool)?;
            if refused {
                prop_assert_eq!(&pool, &before);
            }
        }
    }
}

#[test]
fn states_that_cannot_be_are_refused() {
    let empty = PoolState::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0));
    let held = |name: &str, free: &[u8]| WarmGroup {
        group: group(name),
        free: free.iter().map(|last| Ipv4Addr::new(192, 0, 2, *last)).collect(),
    };
    let refused = |state| Pool::from_state(state).unwrap_err().code();
    for (warm, code) in [
        (vec![held("192.0.2.16/28", &[17]), held("192.0.2.16/28", &[18])], "GROUP_TWICE"),
        (vec![held("192.0.2.16/28", &[32])], "OUTSIDE_GROUP"),
        (vec![held("192.0.2.16/32", &[16])], "GROUP_LENGTH"),
        (vec![held("192.0.2.0/24", &[16])], "GROUP_LENGTH"),
    ] {
        assert_eq!(refused(PoolState { warm, ..empty.clone() }), code);
    }
    let used = vec![(7, Ipv4Addr::new(192, 0, 2, 16)), (7, Ipv4Addr::new(192, 0, 2, 17))];
    assert_eq!(refused(PoolState { used, ..empty }), "OWNER_TWICE");
}

#[test]
fn without_quirks_the_pool_does_what_it_means_to() {
    let mut over = PoolState {
        used: (0..5).map(|owner| (owner, Ipv4Addr::from_bits(owner))).collect(),
        ..PoolState::new(IpamMode::SecondaryIp, 4, PoolConfig::new(3, 3, 0))
    };
    assert_eq!(Pool::from_state(over.clone()).unwrap().reconcile(), Some(Job::Create { count: -1 }));
    over.quirks = Quirks::ALL.without(Quirk::CapacityByEquality);
    let mut mended = Pool::from_state(over).unwrap();
    assert_eq!(mended.reconcile(), None);
    assert_eq!(mended.assign(9), Err(PoolError::AtMaxCapacity { capacity: 4 }));

    let mut emptied = PoolState {
        warm: vec![WarmGroup { group: group("192.0.2.16/28"), free: vec![] }],
        ..PoolState::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0))
    };
    assert_eq!(Pool::from_state(emptied.clone()).unwrap().assign(9), Err(PoolError::WarmPoolEmpty));
    emptied.quirks = Quirks::ALL.without(Quirk::EmptiedGroupStays);
    assert_eq!(Pool::from_state(emptied).unwrap().assign(9), Err(PoolError::InsufficientCidrBlocks));

    let odd = |quirks| Pool::with_quirks(IpamMode::PrefixDelegation, 20, PoolConfig::new(60, 3, 0), quirks);
    for (quirks, pending) in [(Quirks::ALL, 20), (Quirks::NONE, 16)] {
        let mut pool = odd(quirks);
        assert_eq!(pool.reconcile(), Some(Job::Create { count: 1 }));
        assert_eq!(pool.counts().pending_create, pending);
    }

    let huge =
        |quirks| Pool::with_quirks(IpamMode::PrefixDelegation, 144, PoolConfig::new(0, 0, i64::MAX), quirks);
    assert_eq!(huge(Quirks::ALL).reconcile(), None);
    assert_eq!(huge(Quirks::NONE).reconcile(), Some(Job::Create { count: 9 }));

    let minimum = |quirks| Pool::with_quirks(IpamMode::SecondaryIp, 9, PoolConfig::new(0, 6, 0), quirks);
    assert_eq!((minimum(Quirks::ALL).config().warm_ip, minimum(Quirks::NONE).config().warm_ip), (0, 1));
}

#[test]
fn errors_have_codes_texts_and_retries() {
    let at = Ipv4Addr::new(192, 0, 2, 9);
    let (mode, prefix) = (IpamMode::PrefixDelegation, group("192.0.2.0/24"));
    let cases = [
        (
            PoolError::AlreadyAssigned { owner: 7, address: at },
            "ALREADY_ASSIGNED",
            "owner 7 already has 192.0.2.9",
        ),
        (PoolError::AtMaxCapacity { capacity: 9 }, "AT_MAX_CAPACITY", "all 9 addresses of the node are used"),
        (PoolError::BeingCooledDown, "BEING_COOLED_DOWN", "every address that is not used is cooling down"),
        (
            PoolError::BeingCreated,
            "BEING_CREATED",
            "addresses are being created or deleted, and no other is left",
        ),
        (PoolError::WarmPoolEmpty, "WARM_POOL_EMPTY", "no address is free"),
        (
            PoolError::InsufficientCidrBlocks,
            "INSUFFICIENT_CIDR_BLOCKS",
            "no prefix is held, and the subnet had no free /28 when the controller last asked",
        ),
        (PoolError::DoesntExist { owner: 7 }, "DOESNT_EXIST", "owner 7 has no address"),
        (
            PoolError::IncorrectOwner { owner: 7, address: at },
            "INCORRECT_OWNER",
            "owner 7 has 192.0.2.9, not the address given",
        ),
        (
            PoolError::GroupLength { group: prefix, mode },
            "GROUP_LENGTH",
            "192.0.2.0/24 is not what prefix-delegation holds: its length must be 28",
        ),
        (PoolError::GroupTwice { group: prefix }, "GROUP_TWICE", "192.0.2.0/24 is listed twice"),
        (PoolError::OwnerTwice { owner: 7 }, "OWNER_TWICE", "owner 7 is listed twice"),
        (
            PoolError::OutsideGroup { address: at, group: prefix },
            "OUTSIDE_GROUP",
            "192.0.2.9 is not in 192.0.2.0/24",
        ),
        (
            PoolError::IllegalChoice { group: prefix },
            "ILLEGAL_CHOICE",
            "the controller could not have chosen 192.0.2.0/24 here",
        ),
        (
            PoolError::ChoiceCount { got: 1, expected: 2 },
            "CHOICE_COUNT",
            "1 groups were chosen for release where the controller takes 2",
        ),
    ];
    for (error, code, text) in cases {
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    }
    let names: BTreeSet<_> = cases.iter().filter_map(|(error, ..)| error.controller_name()).collect();
    assert_eq!(names.len(), 8);
}
