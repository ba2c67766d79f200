//! The pool and the settings against the controller's own Go code: traces of `../controller`, answer for answer.
use core::fmt::Write as _;
use core::net::Ipv4Addr;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;
use winpod::Ipv4Prefix;
use winpod::ipam::{ConfigData, Environment, IpamMode, Limits, Settings};
use winpod::pool::{Job, JobResult, Pool, PoolConfig, PoolState, Quirk, Quirks, WarmGroup};

/// The step at which the twin and the controller part, and how.
#[derive(Debug)]
struct Difference {
    step: usize,
    what: String,
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn owner(value: &Value) -> u32 {
    number(value).try_into().unwrap()
}

/// An address as the controller names it: with its length behind it.
fn address(value: &Value) -> Ipv4Addr {
    text(value).split_once('/').unwrap().0.parse().unwrap()
}

fn groups(value: &Value) -> Vec<Ipv4Prefix> {
    list(value).iter().map(|group| text(group).parse().unwrap()).collect()
}

fn config(value: &Value) -> PoolConfig {
    let numbers: Vec<i64> = list(value).iter().map(|number| number.as_i64().unwrap()).collect();
    let [desired_size, warm_ip, minimum_ip, warm_prefix, deviation] = numbers[..] else {
        panic!("{value} has not five numbers")
    };
    PoolConfig {
        active: desired_size != 0,
        tolerance: deviation.try_into().unwrap(),
        ..PoolConfig::new(warm_ip, minimum_ip, warm_prefix)
    }
}

fn job(value: &Value) -> Option<Job> {
    let parts = value.as_array()?;
    Some(match text(&parts[0]) {
        "create" => Job::Create { count: parts[1].as_i64().unwrap() },
        "delete" => Job::Delete { groups: groups(&parts[1]) },
        "resync" => Job::Resync,
        other => panic!("{other} is no job"),
    })
}

fn start(trace: &Value, quirks: Quirks) -> Pool {
    let mode = text(&trace["mode"]).parse().unwrap();
    let used = list(&trace["used"]).iter().map(|pod| (owner(&pod[0]), address(&pod[1]))).collect();
    let mut warm: Vec<_> = list(&trace["warm"])
        .iter()
        .map(|group| WarmGroup {
            group: text(&group[0]).parse().unwrap(),
            free: list(&group[1]).iter().map(address).collect(),
        })
        .collect();
    warm.sort_by_key(|group| group.group);
    let fresh = PoolState::new(mode, owner(&trace["capacity"]), config(&trace["config"]));
    let prefix_available = !quirks.has(Quirk::NoPrefixBeforeFirstJob);
    Pool::from_state(PoolState { used, warm, quirks, prefix_available, ..fresh }).unwrap()
}

/// FNV-1a, as Go has it.
fn add(digest: &mut u32, words: &str) {
    let hash =
        words.bytes().fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    *digest = digest.wrapping_add(hash);
}

/// Used, free, groups on the books, cooling, and a digest of all of it, which does not depend on the order of groups.
fn summary(pool: &Pool) -> [u64; 5] {
    let state = pool.introspect();
    let mut digest = 0;
    let mut words = String::new();
    for (owner, address) in &state.used {
        words.clear();
        write!(words, "used {owner} {address}/32 ").unwrap();
        add(&mut digest, &words);
    }
    for WarmGroup { group, free } in &state.warm {
        words.clear();
        write!(words, "warm {group} ").unwrap();
        for address in free {
            write!(words, "{address}/32 ").unwrap();
        }
        add(&mut digest, &words);
    }
    for (at, cooling) in state.cooling.iter().enumerate() {
        words.clear();
        write!(words, "cooling {at} {}/32 {} ", cooling.address, cooling.freed_at_ms).unwrap();
        add(&mut digest, &words);
    }
    let counts = pool.counts();
    [
        counts.used.into(),
        counts.warm.into(),
        state.warm.len().try_into().unwrap(),
        counts.cooling.into(),
        digest.into(),
    ]
}

/// Takes the controller's choice of groups, and says what the twin orders then.
fn reconcile(pool: &mut Pool, expected: &Value) -> Result<(), String> {
    let expected = job(expected);
    let own = match &expected {
        Some(Job::Delete { groups }) => {
            // Left to itself, the twin gives back as many.
            let own = pool.clone().reconcile();
            let Some(Job::Delete { groups: lowest }) = &own else {
                return Err(format!("{own:?}, not {expected:?}"));
            };
            if lowest.len() != groups.len() {
                return Err(format!("{own:?}, not {expected:?}"));
            }
            pool.reconcile_releasing(groups)
        }
        _ => pool.reconcile_releasing(&[]),
    };
    if own == Ok(expected.clone()) { Ok(()) } else { Err(format!("{own:?}, not {expected:?}")) }
}

/// One call of the controller on the twin; the error says how the answers differ.
fn step(pool: &mut Pool, call: &[Value]) -> Result<(), String> {
    let same = |own: String, expected: String| {
        if own == expected { Ok(()) } else { Err(format!("{own}, not {expected}")) }
    };
    match text(&call[0]) {
        "assign" => {
            let (name, reconcile) = (text(&call[2]), call[3].as_bool().unwrap());
            if name.starts_with("Err") {
                let own = pool.assign(owner(&call[1]));
                let answer = own.map_err(|error| (error.controller_name(), error.must_reconcile()));
                return same(
                    format!("{answer:?}"),
                    format!("{:?}", Err::<Ipv4Addr, _>((Some(name), reconcile))),
                );
            }
            let address = address(&call[2]);
            let len = if pool.mode() == IpamMode::PrefixDelegation { 28 } else { 32 };
            let own = pool.assign_from(owner(&call[1]), Ipv4Prefix::truncating(address, len).unwrap());
            same(
                format!("{own:?}, reconcile true"),
                format!("{:?}, reconcile {reconcile}", Ok::<_, ()>(address)),
            )
        }
        "free" => {
            let own = pool.free(owner(&call[2]), address(&call[3]), number(&call[1]));
            let answer = own.map_err(|error| error.controller_name().unwrap());
            let expected = call[4].as_str().map_or(Ok(()), Err);
            same(
                format!("{answer:?}, reconcile {}", own.is_ok()),
                format!("{expected:?}, reconcile {}", call[5]),
            )
        }
        "coolDown" => same(pool.cool_down(number(&call[1])).to_string(), call[2].to_string()),
        "reconcile" => reconcile(pool, &call[1]),
        "update" => {
            let returned = groups(&call[2]);
            let [succeeded, prefix_available] = [3, 4].map(|at| call[at].as_bool().unwrap());
            let result = JobResult { returned: &returned, succeeded, prefix_available };
            let own = pool.update(&job(&call[1]).unwrap(), result);
            same(format!("{own:?}"), format!("Ok({})", call[5]))
        }
        "resync" => pool.resync(&groups(&call[1])).map(|_| ()).map_err(|error| error.to_string()),
        "activate" => {
            pool.set_config(config(&call[1]));
            reconcile(pool, &call[2])
        }
        "drain" => {
            pool.set_config(PoolConfig::DRAINING);
            reconcile(pool, &call[1])
        }
        "assigned" => {
            let own = pool.address_of(owner(&call[1]));
            same(format!("{own:?}"), format!("{:?}", call[2].as_str().map(|_| address(&call[2]))))
        }
        other => Err(format!("{other:?} is no call")),
    }
}

/// Replays a trace; the number of steps, all of which agree, or the first that does not.
fn compare(trace: &Value, quirks: Quirks) -> Result<usize, Difference> {
    let mut pool = start(trace, quirks);
    let steps = list(&trace["steps"]);
    for (index, call) in steps.iter().enumerate() {
        let call = list(call);
        let (state, call) = call.split_last().unwrap();
        let differs = |what| Difference { step: index, what };
        step(&mut pool, call).map_err(differs)?;
        let own = summary(&pool);
        if !own.iter().zip(list(state)).all(|(own, expected)| expected.as_u64() == Some(*own)) {
            let what =
                format!("used, free, groups, cooling, digest: {own:?}, not {state}\n{:?}", pool.introspect());
            return Err(differs(what));
        }
    }
    Ok(steps.len())
}

/// A trace up to the step at which it differs, as a person reads it.
fn show(trace: &Value, difference: &Difference) -> String {
    let mut out = format!(
        "seed {}, trace {}: {}, capacity {}, config {}, used {}, free {}\n",
        trace["seed"],
        trace["index"],
        trace["mode"],
        trace["capacity"],
        trace["config"],
        trace["used"],
        trace["warm"]
    );
    for (index, step) in list(&trace["steps"]).iter().enumerate().take(difference.step + 1) {
        writeln!(out, "  {index:3} {step}").unwrap();
    }
    write!(out, "  the twin: {}", difference.what).unwrap();
    out
}

fn committed(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("controller").join(file);
    let content = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = content.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 100, "{file} has only {} lines", lines.len());
    lines
}

#[test]
fn committed_traces_agree() {
    let lines = committed("traces.jsonl");
    let steps: usize = lines[1..]
        .iter()
        .map(|trace| {
            compare(trace, Quirks::ALL).unwrap_or_else(|difference| panic!("{}", show(trace, &difference)))
        })
        .sum();
    println!("controller traces: {} compared, {steps} steps, 0 differ ({})", lines.len() - 1, lines[0]);
}

/// Without a quirk the twin is another: the traces would tell if the controller lost it.
#[test]
fn committed_traces_show_every_quirk() {
    let lines = committed("traces.jsonl");
    for quirk in Quirk::ALL {
        let differ =
            lines[1..].iter().filter(|trace| compare(trace, Quirks::ALL.without(*quirk)).is_err()).count();
        // This one is no matter of the pool but of who reports to it.
        assert_eq!(
            differ == 0,
            *quirk == Quirk::ErrorTextStart,
            "{quirk}: {differ} traces differ without it"
        );
    }
}

/// The loader's answer for a ConfigMap, and what the pool makes of it.
fn compare_settings(line: &Value) -> Result<(), String> {
    let data = match &line["data"] {
        Value::Object(pairs) => {
            ConfigData::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), text(value))))
        }
        _ => ConfigData::NoData,
    };
    let read = Settings::read(&data, Environment::default());
    let loaded =
        [read.loaded.warm_ip, read.loaded.minimum_ip, read.loaded.warm_prefix].map(|target| target.value);
    if list(&line["parsed"]).iter().zip(loaded).any(|(expected, own)| expected.as_i64() != Some(own)) {
        return Err(format!("loaded {loaded:?}"));
    }
    let prefixes = read.prefix_delegation.is_on();
    if line["prefixes"] != prefixes {
        return Err(format!("prefix delegation {prefixes}"));
    }
    for nitro in [true, false] {
        let node = read.on_node(Limits::new(10, nitro).unwrap());
        if !node.windows_ipam {
            continue;
        }
        let key = if node.mode == IpamMode::PrefixDelegation { "prefix" } else { "secondary" };
        let expected = config(&line[key]).effective(node.mode);
        let own = PoolConfig::on_node(&node, node.mode);
        if own != expected || own.effective(node.mode) != own {
            return Err(format!("nitro {nitro}: {own:?}, not {expected:?}"));
        }
    }
    Ok(())
}

#[test]
fn committed_settings_agree() {
    for line in committed("settings.jsonl") {
        compare_settings(&line).unwrap_or_else(|what| panic!("{line}\n  the twin: {what}"));
    }
}

/// The program of `../controller` and what it is asked for, from the environment that `../controller/compare` sets.
struct Controller {
    program: String,
    seed: String,
    count: String,
    ops: String,
}

impl Controller {
    fn from_env() -> Self {
        let get = |name: &str| {
            env::var(name).unwrap_or_else(|_| panic!("run tests/controller/compare: {name} is not set"))
        };
        Self {
            program: get("CONTROLLER"),
            seed: get("CONTROLLER_SEED"),
            count: get("CONTROLLER_COUNT"),
            ops: get("CONTROLLER_OPS"),
        }
    }

    fn lines(&self, first: &str, count: &str, what: &str) -> impl Iterator<Item = Value> {
        let arguments = ["-seed", &self.seed, "-first", first, "-count", count, "-ops", &self.ops, what];
        let mut child = Command::new(&self.program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::with_capacity(1 << 20, child.stdout.take().unwrap()).lines();
        std::iter::from_fn(move || match lines.next() {
            Some(line) => Some(serde_json::from_str(&line.unwrap()).unwrap()),
            None => {
                assert!(child.wait().unwrap().success(), "the controller's program failed");
                None
            }
        })
    }

    /// Runs a script some times, since the controller's maps choose anew each time, and finds a difference.
    fn replay(&self, script: &Value) -> Option<(Value, Difference)> {
        let mut child = Command::new(&self.program)
            .arg("replay")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let line = format!("{script}\n");
        let writer = std::thread::spawn(move || (0..12).try_for_each(|_| input.write_all(line.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success(), "the controller's program failed on {script}");
        let traces = String::from_utf8(output.stdout).unwrap();
        traces.lines().find_map(|line| {
            let trace: Value = serde_json::from_str(line).unwrap();
            compare(&trace, quirks()).err().map(|difference| (trace, difference))
        })
    }

    /// Takes operations out of a script, many and then fewer at a time, as long as what is left still differs.
    fn shrink(&self, trace: Value, difference: Difference) -> (Value, Difference) {
        let mut script = self.lines(&trace["index"].to_string(), "1", "scripts").next().unwrap();
        let mut smallest = (trace, difference);
        let mut chunk = list(&script["ops"]).len();
        while chunk > 0 {
            let mut at = 0;
            while at < list(&script["ops"]).len() {
                let mut less = script.clone();
                let ops = less["ops"].as_array_mut().unwrap();
                ops.drain(at..ops.len().min(at + chunk));
                match self.replay(&less) {
                    Some(found) => (script, smallest) = (less, found),
                    None => at += chunk,
                }
            }
            chunk /= 2;
        }
        smallest
    }
}

/// All of them; `CONTROLLER_WITHOUT` takes one away, to see a difference shrink.
fn quirks() -> Quirks {
    env::var("CONTROLLER_WITHOUT").map_or(Quirks::ALL, |name| {
        Quirks::ALL.without(Quirk::from_name(&name).expect("the name of a quirk"))
    })
}

#[test]
#[ignore = "needs Go: tests/controller/compare runs it"]
fn fresh_traces_agree() {
    let controller = Controller::from_env();
    let mut traces = controller.lines("0", &controller.count, "traces");
    let header = traces.next().unwrap();
    let (mut compared, mut steps) = (0_u64, 0_usize);
    for trace in traces {
        match compare(&trace, quirks()) {
            Ok(count) => steps += count,
            Err(difference) => {
                let (trace, difference) = controller.shrink(trace, difference);
                panic!(
                    "after {compared} traces that agree, one that does not, shrunk:\n{}",
                    show(&trace, &difference)
                );
            }
        }
        compared += 1;
    }
    assert_eq!(compared.to_string(), controller.count, "traces are missing");
    let mut settings = 0;
    for line in controller.lines("0", &controller.count, "settings") {
        compare_settings(&line).unwrap_or_else(|what| panic!("{line}\n  the twin: {what}"));
        settings += 1;
    }
    println!(
        "controller traces: {compared} compared, 0 differ (seed {}, module version {}; {steps} steps, {settings} ConfigMaps)",
        controller.seed,
        text(&header["version"])
    );
}
