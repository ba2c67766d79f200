//! Settings and steady states against slow transcriptions: the loader's rules read one by one, and the warm pool
//! run step by step as the controller runs it, every address a thing of its own.
//!
//! Transcribed from amazon-vpc-resource-controller-k8s at b8d4251: `pkg/config/loader.go`
//! (`ParseWinIPTargetConfigs`) and `pkg/pool/pool.go` (`AssignResource`, `FreeResource`, `ReconcilePool`,
//! `UpdatePool`). Go's `int` has 64 bits there and wraps.
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use winpod::ipam::{
    ConfigData, Environment, IpamMode, Limits, NodeSettings, Settings, SteadyState, fullest_state,
    steady_state,
};

type Data = BTreeMap<&'static str, String>;

/// Go's `strconv.ParseBool`; an error counts as false.
fn go_bool(text: Option<&String>) -> bool {
    ["1", "t", "T", "TRUE", "true", "True"].contains(&text.map_or("", String::as_str))
}

/// Go's `strconv.Atoi`: the value it hands back, and whether there was no error.
fn go_atoi(text: &str) -> (i64, bool) {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return (0, false);
    }
    let mut value: i128 = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return (0, false);
        }
        // Once out of range it stays there.
        value = (value * 10 + i128::from(byte - b'0')).min(1 << 100);
    }
    let signed = if negative { -value } else { value };
    let clamped = signed.clamp(i64::MIN.into(), i64::MAX.into());
    (i64::try_from(clamped).unwrap(), clamped == signed)
}

/// What the controller hands to the pool of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Loaded {
    enabled: bool,
    prefixes: bool,
    warm_ip: i64,
    minimum_ip: i64,
    warm_prefix: i64,
}

/// `ParseWinIPTargetConfigs`, line by line; `None` is a map without `data`.
fn parse_targets(data: Option<&Data>) -> (i64, i64, i64, bool) {
    let Some(data) = data else { return (3, 3, 0, false) };
    let pd = go_bool(data.get("enable-windows-prefix-delegation"));
    let find = |plain: &str, windows: &str| data.get(plain).or_else(|| data.get(windows));
    let (mut warm, mut minimum, mut prefix) = (0, 0, 0);
    if let Some(text) = find("warm-ip-target", "windows-warm-ip-target") {
        let (number, readable) = go_atoi(text);
        warm = number;
        if readable && !pd && warm == 0 {
            warm = 1;
        }
    }
    if let Some(text) = find("minimum-ip-target", "windows-minimum-ip-target") {
        minimum = go_atoi(text).0;
    }
    if pd && let Some(text) = find("warm-prefix-target", "windows-warm-prefix-target") {
        prefix = go_atoi(text).0;
    }
    if warm == 0 && minimum == 0 {
        if pd && prefix == 0 {
            (warm, minimum) = (1, 3);
        } else if !pd {
            (warm, minimum) = (3, 3);
        }
    }
    (warm, minimum, prefix, pd)
}

/// The configuration of the pool that serves a node; the one of the other mode keeps the controller's defaults.
fn load(data: Option<&Data>, nitro: bool, environment: Environment) -> Loaded {
    let (warm_ip, minimum_ip, warm_prefix, configured) = parse_targets(data);
    let flag = |key| go_bool(data.and_then(|data| data.get(key)));
    let enabled = flag("enable-windows-ipam") && !environment.old_controller;
    let prefixes =
        enabled && flag("enable-windows-prefix-delegation") && environment.prefix_delegation_allowed && nitro;
    if prefixes == configured {
        Loaded { enabled, prefixes, warm_ip, minimum_ip, warm_prefix }
    } else if prefixes {
        Loaded { enabled, prefixes, warm_ip: 1, minimum_ip: 3, warm_prefix: 0 }
    } else {
        Loaded { enabled, prefixes, warm_ip: 3, minimum_ip: 3, warm_prefix: 0 }
    }
}

enum Job {
    None,
    /// So many prefixes or addresses.
    Create(i64),
    /// So many groups, each of this many addresses; they have left the pool already.
    Delete(i64),
}

/// The pool of one node; a group is a prefix, or an address of its own.
struct Pool {
    config: Loaded,
    capacity: i64,
    group_size: i64,
    next_group: u32,
    used: BTreeMap<u32, (u32, u8)>,
    warm: BTreeMap<u32, Vec<u8>>,
    pending_create: i64,
    pending_delete: i64,
}

fn ceil_16(x: i64) -> i64 {
    x.wrapping_add(16).wrapping_sub(1) / 16
}

impl Pool {
    fn new(config: Loaded, slots: u32) -> Self {
        let group_size = if config.prefixes { 16 } else { 1 };
        Self {
            config,
            capacity: i64::from(slots) * group_size,
            group_size,
            next_group: 0,
            used: BTreeMap::new(),
            warm: BTreeMap::new(),
            pending_create: 0,
            pending_delete: 0,
        }
    }

    fn free(&self) -> i64 {
        self.warm.values().map(|group| i64::try_from(group.len()).unwrap()).sum()
    }

    fn full_groups(&self) -> Vec<u32> {
        let full = |group: &&Vec<u8>| i64::try_from(group.len()).unwrap() == self.group_size;
        self.warm.iter().filter(|(_, group)| full(group)).map(|(id, _)| *id).collect()
    }

    fn count(&self) -> i64 {
        i64::try_from(self.used.len()).unwrap()
    }

    fn prefix_deviation(&mut self) -> i64 {
        let config = &mut self.config;
        let warm_defined = config.warm_ip > 0;
        let minimum_defined = config.minimum_ip > 0;
        let prefix_defined = config.warm_prefix > 0;
        if !warm_defined && (minimum_defined || !prefix_defined) {
            config.warm_ip = 1;
        }
        if !minimum_defined && (warm_defined || !prefix_defined) {
            config.minimum_ip = 3;
        }
        let full = i64::try_from(self.full_groups().len()).unwrap();
        if !warm_defined && !minimum_defined && prefix_defined {
            let short = self.config.warm_prefix.wrapping_sub(full).wrapping_sub(ceil_16(self.pending_create));
            return short.wrapping_mul(16);
        }
        let current = ceil_16(self.count() + self.pending_create + self.free());
        let for_warm = ceil_16(self.count().wrapping_add(self.config.warm_ip));
        let for_minimum = ceil_16(self.config.minimum_ip);
        let wanted = if for_warm >= for_minimum { for_warm } else { for_minimum };
        let mut short = wanted.wrapping_sub(current);
        if short < 0 && full == 0 {
            short = 0;
        }
        short.wrapping_mul(16)
    }

    fn secondary_deviation(&mut self) -> i64 {
        if self.config.minimum_ip < 0 {
            self.config.minimum_ip = 3;
        }
        if self.config.warm_ip < 0 {
            self.config.warm_ip = 3;
        }
        let (warm, minimum) = (self.config.warm_ip, self.config.minimum_ip);
        let have = self.free() + self.pending_create;
        let all = self.count() + have;
        let short = (warm - have).max(0).max(minimum - all);
        let over = (have - warm).max(0).min(all - minimum).max(0);
        short - over
    }

    fn reconcile(&mut self) -> Job {
        let created = self.free() + self.count() + self.pending_create + self.pending_delete;
        if self.count() + self.pending_create + self.pending_delete == self.capacity {
            return Job::None;
        }
        let deviation =
            if self.config.prefixes { self.prefix_deviation() } else { self.secondary_deviation() };
        if deviation > 0 {
            let room = self.capacity - created;
            if room == 0 {
                return Job::None;
            }
            let deviation = deviation.min(room);
            self.pending_create += deviation;
            return Job::Create(deviation / self.group_size);
        }
        let mut to_delete = deviation.wrapping_neg();
        if to_delete <= 0 {
            return Job::None;
        }
        let mut groups = 0;
        for group in self.full_groups() {
            if to_delete <= 0 {
                break;
            }
            self.warm.remove(&group);
            to_delete -= self.group_size;
            self.pending_delete += self.group_size;
            groups += 1;
        }
        if groups > 0 { Job::Delete(groups) } else { Job::None }
    }

    /// Every job succeeds at once, until none is left.
    fn rest(&mut self) {
        for _ in 0..10_000 {
            match self.reconcile() {
                Job::None => return,
                Job::Create(count) => {
                    for _ in 0..count {
                        self.warm
                            .insert(self.next_group, (0..u8::try_from(self.group_size).unwrap()).collect());
                        self.next_group += 1;
                    }
                    self.pending_create -= count * self.group_size;
                }
                Job::Delete(count) => self.pending_delete -= count * self.group_size,
            }
        }
        panic!("the pool never rests: {:?}", self.config);
    }

    /// One pod that comes and retries until nothing changes; whether it got an address.
    fn assign(&mut self, pod: u32) -> bool {
        self.rest();
        if self.count() == self.capacity
            || self.count() + self.pending_create + self.pending_delete == self.capacity
        {
            return false;
        }
        // The group with the fewest free addresses; the order among equals does not matter here.
        let fullest =
            self.warm.iter().filter(|(_, free)| !free.is_empty()).min_by_key(|(_, free)| free.len());
        let Some((&group, _)) = fullest else { return false };
        let address = self.warm.get_mut(&group).unwrap().remove(0);
        self.used.insert(pod, (group, address));
        self.rest();
        true
    }

    /// A pod ends and its address has cooled down.
    fn end(&mut self, pod: u32) {
        let (group, address) = self.used.remove(&pod).unwrap();
        self.warm.entry(group).or_default().push(address);
    }

    fn occupied(&self) -> u32 {
        let groups: BTreeSet<u32> = self.used.values().map(|(group, _)| *group).collect();
        u32::try_from(groups.len()).unwrap()
    }

    /// Pods with an address, addresses held, prefixes without a pod.
    fn outcome(&self) -> (u32, u32, u32) {
        let held = u32::try_from(self.count() + self.free()).unwrap();
        (u32::try_from(self.used.len()).unwrap(), held, u32::try_from(self.full_groups().len()).unwrap())
    }
}

fn settings(data: &Data, limits: Limits, environment: Environment) -> NodeSettings {
    let data = ConfigData::from_pairs(data.iter().map(|(key, value)| (*key, value.as_str())));
    Settings::read(&data, environment).on_node(limits)
}

fn same(rest: SteadyState, pool: &Pool, pods: u32) -> Result<(), TestCaseError> {
    let (running, held, unused) = pool.outcome();
    prop_assert_eq!((rest.pods, rest.waiting), (running, pods - running), "pods and waiting");
    prop_assert_eq!((rest.held_addresses, rest.warm), (held, held - running), "held and warm");
    let prefixes = if pool.config.prefixes { held / 16 } else { 0 };
    prop_assert_eq!(rest.prefixes, prefixes, "prefixes");
    prop_assert_eq!(rest.mode == IpamMode::PrefixDelegation, pool.config.prefixes, "mode");
    if pool.config.prefixes {
        prop_assert_eq!(rest.unused_prefixes, unused, "unused prefixes");
    }
    Ok(())
}

/// Small targets, and those around the edges where the controller's arithmetic wraps.
fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (-2_i64..=60).prop_map(|number| number.to_string()),
        1 => (0_u32..=4, -20_i64..=20).prop_map(|(below, off)| {
            (i128::from(off) + (1_i128 << (63 - below))).to_string()
        }),
        1 => (-20_i64..=2000).prop_map(|off| (i128::from(i64::MAX) - i128::from(off)).to_string()),
        1 => (0_i64..=2000).prop_map(|off| (i128::from(i64::MIN) + i128::from(off)).to_string()),
        1 => Just("x".to_owned()),
    ]
}

/// Only those around the edges.
fn huge_target() -> impl Strategy<Value = String> {
    (58_u32..=63, -1100_i64..=1100).prop_map(|(bit, off)| ((1_i128 << bit) + i128::from(off)).to_string())
}

fn small_target() -> impl Strategy<Value = String> {
    (-2_i64..=60).prop_map(|number| number.to_string())
}

fn config(target: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Data> {
    let maybe = || prop::option::weighted(0.6, target.clone());
    (any::<bool>(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe()).prop_map(
        |(prefixes, warm, windows_warm, minimum, windows_minimum, prefix, windows_prefix)| {
            let mut data: Data = [("enable-windows-ipam", "true".to_owned())].into();
            data.insert("enable-windows-prefix-delegation", prefixes.to_string());
            for (key, value) in [
                ("warm-ip-target", warm),
                ("windows-warm-ip-target", windows_warm),
                ("minimum-ip-target", minimum),
                ("windows-minimum-ip-target", windows_minimum),
                ("warm-prefix-target", prefix),
                ("windows-warm-prefix-target", windows_prefix),
            ] {
                if let Some(value) = value {
                    data.insert(key, value);
                }
            }
            data
        },
    )
}

/// Texts that Go takes for numbers and flags, and texts that only look like it.
fn junk() -> impl Strategy<Value = String> {
    const ODD: &[&str] = &[
        "",
        " ",
        "0",
        "00",
        "-0",
        "+0",
        "+4",
        "007",
        " 4",
        "4 ",
        "4.0",
        "1e3",
        "0x10",
        "1_000",
        "four",
        "--1",
        "+-1",
        "-",
        "+",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999999999999999999999",
        "\u{0664}",
        "null",
        "4\n",
    ];
    prop_oneof![
        3 => prop::sample::select(ODD).prop_map(str::to_owned),
        2 => target(),
        1 => "[-+ 0-9a-z._]{0,6}",
    ]
}

fn flag() -> impl Strategy<Value = String> {
    const FORMS: &[&str] = &[
        "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False", "yes", "on", "tRUE",
        "true ", " true", "", "y", "2", "enabled", "TrUe",
    ];
    prop_oneof![4 => Just("true".to_owned()), 4 => prop::sample::select(FORMS).prop_map(str::to_owned)]
}

fn any_data() -> impl Strategy<Value = Data> {
    let maybe = || prop::option::of(junk());
    (
        prop::option::of(flag()),
        prop::option::of(flag()),
        [maybe(), maybe(), maybe(), maybe(), maybe(), maybe()],
    )
        .prop_map(|(ipam, prefixes, targets)| {
            let keys = [
                "warm-ip-target",
                "windows-warm-ip-target",
                "minimum-ip-target",
                "windows-minimum-ip-target",
                "warm-prefix-target",
                "windows-warm-prefix-target",
            ];
            let mut data: Data = keys.into_iter().zip(targets).filter_map(|(k, v)| Some((k, v?))).collect();
            data.extend(ipam.map(|text| ("enable-windows-ipam", text)));
            data.extend(prefixes.map(|text| ("enable-windows-prefix-delegation", text)));
            data
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fresh_node_rests_where_the_pool_rests(
        data in config(target().boxed()), slots in 1_u32..=63, nitro in prop::bool::weighted(0.85), wish in 0_u32..=1100,
    ) {
        let environment = Environment::default();
        let limits = Limits::new(i64::from(slots) + 1, nitro).unwrap();
        let loaded = load(Some(&data), nitro, environment);
        let mut pool = Pool::new(loaded, slots);
        let pods = wish % (u32::try_from(pool.capacity).unwrap() + 20);
        pool.rest();
        for pod in 0..pods {
            if !pool.assign(pod) {
                // Nothing changes any more, so every later pod fails alike.
                break;
            }
        }
        same(steady_state(limits, &settings(&data, limits, environment), pods, 0), &pool, pods)?;
    }

    #[test]
    fn a_fresh_node_rests_where_the_pool_rests_though_targets_wrap(
        data in config(huge_target().boxed()), slots in 1_u32..=8, pods in 0_u32..=140,
    ) {
        let environment = Environment::default();
        let limits = Limits::new(i64::from(slots) + 1, true).unwrap();
        let mut pool = Pool::new(load(Some(&data), true, environment), slots);
        pool.rest();
        for pod in 0..pods {
            if !pool.assign(pod) {
                break;
            }
        }
        same(steady_state(limits, &settings(&data, limits, environment), pods, 0), &pool, pods)?;
    }

    #[test]
    fn the_fullest_state_is_the_most_that_the_pool_holds_on_the_way(
        data in prop_oneof![config(huge_target().boxed()), config(target().boxed())],
        slots in 1_u32..=8, nitro in prop::bool::weighted(0.85), pods in 0_u32..=140,
    ) {
        let environment = Environment::default();
        let limits = Limits::new(i64::from(slots) + 1, nitro).unwrap();
        let mut pool = Pool::new(load(Some(&data), nitro, environment), slots);
        pool.rest();
        let mut most = pool.outcome().1;
        for pod in 0..pods {
            if !pool.assign(pod) {
                break;
            }
            most = most.max(pool.outcome().1);
        }
        let node = settings(&data, limits, environment);
        let (rest, fullest) = (steady_state(limits, &node, pods, 0), fullest_state(limits, &node, pods));
        prop_assert_eq!(fullest.held_addresses, most);
        prop_assert_eq!((fullest.pods, fullest.waiting, fullest.mode), (rest.pods, rest.waiting, rest.mode));
        prop_assert_eq!(fullest.warm, most - fullest.pods);
        prop_assert_eq!(fullest.prefixes - fullest.unused_prefixes, rest.prefixes - rest.unused_prefixes);
    }

    #[test]
    fn after_pods_have_ended_occupied_prefixes_stay(
        data in config(small_target().boxed()), slots in 1_u32..=20, started in 0_u32..=330, ended in prop::collection::vec(any::<u32>(), 0..330),
    ) {
        let environment = Environment::default();
        let limits = Limits::new(i64::from(slots) + 1, true).unwrap();
        let mut pool = Pool::new(load(Some(&data), true, environment), slots);
        pool.rest();
        for pod in 0..started {
            if !pool.assign(pod) {
                break;
            }
        }
        for pick in ended {
            let pods: Vec<u32> = pool.used.keys().copied().collect();
            if let Some(pod) = pods.get(usize::try_from(pick).unwrap() % pods.len().max(1)) {
                pool.end(*pod);
                pool.rest();
            }
        }
        let pods = u32::try_from(pool.used.len()).unwrap();
        let occupied = if pool.config.prefixes { pool.occupied() } else { 0 };
        same(steady_state(limits, &settings(&data, limits, environment), pods, occupied), &pool, pods)?;
    }

    #[test]
    fn the_map_reads_as_the_controller_reads_it(
        data in prop::option::weighted(0.97, any_data()),
        nitro in prop::bool::weighted(0.8),
        old_controller in prop::bool::weighted(0.1),
        prefix_delegation_allowed in prop::bool::weighted(0.9),
    ) {
        let environment = Environment { old_controller, prefix_delegation_allowed };
        let config = match &data {
            Some(data) => ConfigData::from_pairs(data.iter().map(|(key, value)| (*key, value.as_str()))),
            None => ConfigData::NoData,
        };
        let read = Settings::read(&config, environment);
        let (warm, minimum, prefix, configured) = parse_targets(data.as_ref());
        prop_assert_eq!(
            (read.loaded.warm_ip.value, read.loaded.minimum_ip.value, read.loaded.warm_prefix.value),
            (warm, minimum, prefix),
            "loaded, prefix delegation configured: {}", configured
        );
        let limits = Limits::new(10, nitro).unwrap();
        let node = read.on_node(limits);
        let expected = load(data.as_ref(), nitro, environment);
        prop_assert_eq!(node.windows_ipam, expected.enabled);
        prop_assert_eq!(node.mode == IpamMode::PrefixDelegation, expected.prefixes);
        // The pool's own rules change its configuration the first time that it reconciles.
        let mut pool = Pool::new(expected, 9);
        let _ = if expected.prefixes { pool.prefix_deviation() } else { pool.secondary_deviation() };
        prop_assert_eq!(
            (node.warm_ip.value, node.minimum_ip.value, node.warm_prefix.value),
            (pool.config.warm_ip, pool.config.minimum_ip, pool.config.warm_prefix)
        );
        // Each key that is there either counts or says why it does not.
        let present = data.as_ref().map_or(0, BTreeMap::len);
        prop_assert!(node.all_ignored().count() <= present);
        for (key, _) in node.all_ignored() {
            prop_assert!(data.as_ref().is_some_and(|data| data.contains_key(key.name())), "{}", key);
        }
    }
}
