//! Plays a day of a fleet: pods start at even intervals, live one to three hours, and the scheduler places them.
//!
//! `cargo run --release --example rust_fleet -- MODE NODES PODS LIMIT` prints the milliseconds of the run without those of
//! making the scenario, how many pods ran, the steps, and the calls to EC2. The controller's workers and its limits of
//! calls to EC2 and to Kubernetes are taken LIMIT times.

use std::ops::ControlFlow;
use std::time::Instant;
use winpod::fleet::{Action, Event, Group, Place, Scenario, run};
use winpod::ipam::{IpamMode, Limits};
use winpod::pool::PoolConfig;
use winpod::{Ipv4Prefix, Subnet};

const DAY_MS: u64 = 24 * 3_600_000;
const HOUR_MS: u64 = 3_600_000;
/// Of m5.4xlarge: 29 pods in secondary mode.
const IPV4_PER_ENI: i64 = 30;
const NODES_PER_SUBNET: u32 = 400;

/// Knuth's generator for MMIX: the same day on every run.
fn below(state: &mut u64, end: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % end
}

fn scenario(mode: IpamMode, nodes: u32, pods: u32, limit: u32) -> Scenario {
    let subnets = nodes.div_ceil(NODES_PER_SUBNET);
    let places = (0..subnets).map(|number| {
        let first = 0x0A00_0000 + (number << 16);
        Subnet::new(Ipv4Prefix::new(first.into(), 16).expect("a prefix")).expect("a subnet")
    });
    let limits = Limits::new(IPV4_PER_ENI, true).expect("limits");
    let group = Group::new(limits, mode, PoolConfig::new(1, 3, 0), (0..subnets).collect(), nodes);
    let mut scenario = Scenario::new(places.collect(), vec![group], DAY_MS + 3 * HOUR_MS);
    for rate in [&mut scenario.pace.ec2, &mut scenario.pace.kubernetes] {
        rate.per_second *= limit;
        rate.burst *= limit;
    }
    scenario.pace.workers *= limit;
    let mut state = 20_261_122;
    scenario.events.reserve_exact(2 * pods as usize);
    for pod in 0..pods {
        let at_ms = u64::from(pod) * DAY_MS / u64::from(pods);
        let end_ms = at_ms + HOUR_MS + below(&mut state, 2 * HOUR_MS);
        scenario.events.push(Event { at_ms, action: Action::PodStarts { pod, place: Place::Group(0) } });
        scenario.events.push(Event { at_ms: end_ms, action: Action::PodEnds { pod } });
    }
    scenario
        .events
        .sort_unstable_by_key(|event| (event.at_ms, matches!(event.action, Action::PodEnds { .. })));
    scenario
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode: IpamMode = arguments[0].parse().expect("a mode");
    let [nodes, pods, limit] = [1, 2, 3].map(|at| arguments[at].parse::<u32>().expect("a number"));
    let scenario = scenario(mode, nodes, pods, limit);
    let start = Instant::now();
    let timeline = run(&scenario, |_| ControlFlow::Continue(())).expect("a scenario");
    let taken = start.elapsed().as_secs_f64() * 1e3;
    #[expect(clippy::print_stdout, reason = "this is its answer")]
    {
        println!("{taken:.1} {} {} {}", timeline.waits.pods, timeline.steps, timeline.calls.total());
    }
}
