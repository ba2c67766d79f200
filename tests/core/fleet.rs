//! The fleet against scenarios worked out by hand, properties, and a slow loop that plays every millisecond.
use core::net::Ipv4Addr;
use core::num::NonZeroU32;
use core::ops::ControlFlow;
use std::collections::VecDeque;

use proptest::prelude::*;

use winpod::fleet::{
    Action, Batch, Choice, End, Event, Fleet, FleetError, Group, MAX_UNTIL_MS, NEIGHBOUR, Pace, Place, Rate,
    Reason, Rollout, Scenario, Timeline, run,
};
use winpod::ipam::IpamMode::{PrefixDelegation, SecondaryIp};
use winpod::ipam::{ConfigData, Environment, IpamMode, Limits, Settings, capacity, steady_state};
use winpod::pool::{
    Job, JobResult, ModeUpdate, Pool, PoolConfig, PoolError, Quirk, Quirks, Retry, mode_update,
};
use winpod::subnet::ReservationKind;
use winpod::{Ipv4Prefix, Subnet};

fn subnet(len: u8) -> Subnet {
    Subnet::new(Ipv4Prefix::constant([10, 0, 0, 0], len)).unwrap()
}

fn group(slots: u32, mode: IpamMode, config: PoolConfig, nodes: u32) -> Group {
    Group::new(Limits::new(i64::from(slots) + 1, true).unwrap(), mode, config, vec![0], nodes)
}

fn start(at_ms: u64, pod: u32, node: u32) -> Event {
    Event { at_ms, action: Action::PodStarts { pod, place: Place::Node(node) } }
}

fn end(at_ms: u64, pod: u32) -> Event {
    Event { at_ms, action: Action::PodEnds { pod } }
}

fn join(at_ms: u64, count: u32) -> Event {
    Event { at_ms, action: Action::NodesJoin { group: 0, count } }
}

fn scenario(len: u8, group: Group, until_ms: u64, events: &[Event]) -> Scenario {
    Scenario { events: events.to_vec(), ..Scenario::new(vec![subnet(len)], vec![group], until_ms) }
}

fn play(scenario: &Scenario) -> Timeline {
    run(scenario, |_| ControlFlow::Continue(())).unwrap()
}

/// When pods came to run, by time.
fn arrivals(scenario: &Scenario) -> Vec<u64> {
    let mut fleet = Fleet::new(scenario).unwrap();
    let mut times = Vec::new();
    let running =
        |fleet: &Fleet<'_>| (0..).map_while(|group| fleet.group(group)).map(|g| g.running).sum::<u32>();
    let mut before = 0;
    while let Some(at_ms) = fleet.step() {
        let now = running(&fleet);
        times.extend((before..now).map(|_| at_ms));
        before = now;
    }
    times
}

/// The node comes at 1,000: assigned at 1,300, described at 1,400. A pod of 1,100 is told that the subnet has no
/// block and asks again two minutes later; its annotation takes 20 ms.
#[test]
fn a_pod_before_the_first_job_waits_two_minutes() {
    let mut given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 0);
    given.max_nodes = 1;
    let mut fresh = scenario(24, given, 200_000, &[join(1_000, 1), start(1_100, 0, 0)]);
    let timeline = play(&fresh);
    assert_eq!((timeline.waits.pods, timeline.waits.max_ms), (1, 120_020));
    assert_eq!((timeline.calls.assign, timeline.calls.describe, timeline.calls.unassign), (1, 1, 0));
    assert_eq!(timeline.symptoms[0].code, "INSUFFICIENT_CIDR_BLOCKS");
    assert_eq!((timeline.symptoms[0].first_ms, timeline.symptoms[0].times), (1_100, 1));
    assert!(timeline.failures.is_empty());

    // Told that the pool is empty, it asks at 1,700.
    fresh.quirks = Quirks::ALL.without(Quirk::NoPrefixBeforeFirstJob);
    let timeline = play(&fresh);
    assert_eq!((timeline.waits.max_ms, timeline.symptoms[0].code), (620, "WARM_POOL_EMPTY"));
}

/// Two slots, two pods. The address of the first, freed at 10,000, is done at 40,000 and back with the job of 60,000.
/// The third pod asks at 10,000, 30,000, 50,000 and 70,000.
#[test]
fn an_address_cools_down_before_the_next_pod_has_it() {
    let events = [start(0, 0, 0), start(0, 1, 0), end(10_000, 0), start(10_000, 2, 0)];
    let given = scenario(24, group(2, SecondaryIp, PoolConfig::new(1, 3, 0), 1), 100_000, &events);
    let timeline = play(&given);
    assert_eq!((timeline.waits.pods, timeline.waits.p50_ms, timeline.waits.max_ms), (3, 20, 60_020));
    assert_eq!(timeline.symptoms[0].code, "BEING_COOLED_DOWN");
    assert_eq!(timeline.calls.total(), 0);
    let cooling: Vec<u32> = timeline.samples.iter().map(|sample| sample.groups[0].cooling).collect();
    assert_eq!(cooling, [0, 0]); // at 0 and, after the job, at 60,000
}

/// The fleet after the last step that is not later.
fn fleet_at(scenario: &Scenario, at_ms: u64) -> Fleet<'_> {
    let mut fleet = Fleet::new(scenario).unwrap();
    let mut ahead = Fleet::new(scenario).unwrap();
    while ahead.step().is_some_and(|now_ms| now_ms <= at_ms) {
        fleet.step();
    }
    fleet
}

/// Two pods end, two others come and are told at the same time that all cools down. At 70,000 both ask again, and the
/// one with the lower number, which came second, has the lower address.
#[test]
fn pods_of_one_rhythm_ask_by_number() {
    let events = [
        start(0, 0, 0),
        start(0, 1, 0),
        end(10_000, 0),
        end(10_000, 1),
        start(10_000, 3, 0),
        start(10_000, 2, 0),
    ];
    let given = scenario(24, group(2, SecondaryIp, PoolConfig::new(1, 3, 0), 1), 100_000, &events);
    let address = |at_ms, pod| fleet_at(&given, at_ms).pool(0, SecondaryIp).unwrap().address_of(pod);
    assert_eq!([2, 3].map(|pod| address(69_999, pod)), [None, None]);
    let [low, high] = [2, 3].map(|pod| address(70_000, pod).unwrap());
    assert!(low < high, "{low}, {high}");
}

/// One block for the node of 1,000, and a neighbour breaks the other one. Pod 0 comes before the block and asks again two
/// minutes later; the sixteen from 2 on take it all. Pod 2 ends, so that one address is back with the job of 121,000.
/// At 121,100 both pod 0 and pod 1 ask, which came at 120,500 and asks every 600 ms: it goes first.
#[test]
fn pods_that_ask_more_often_ask_first() {
    let mut given = group(2, PrefixDelegation, PoolConfig::new(1, 3, 0), 0);
    given.max_nodes = 1;
    let neighbour = Action::NeighbourTakes { subnet: 0, count: 12 };
    let mut events = vec![join(1_000, 1), start(1_100, 0, 0), Event { at_ms: 2_000, action: neighbour }];
    events.extend((2..18).map(|pod| start(5_000, pod, 0)));
    events.extend([end(91_000, 2), start(120_500, 1, 0)]);
    let given = scenario(26, given, 130_000, &events);
    let holders = |at_ms| {
        let fleet = fleet_at(&given, at_ms);
        let pool = fleet.pool(0, PrefixDelegation).unwrap();
        ([0, 1].map(|pod| pool.address_of(pod).is_some()), pool.counts().warm)
    };
    assert_eq!(holders(120_999), ([false, false], 0));
    assert_eq!(holders(121_099), ([false, false], 1));
    assert_eq!(holders(121_100), ([false, true], 0));
}

/// A /28: eleven addresses, one for the node, ten for pods. One is warm, so the tenth is there at 40,300.
#[test]
fn a_dry_subnet_is_asked_every_thirty_seconds_and_for_every_waiting_pod() {
    let mut events: Vec<Event> = (0..10).map(|pod| start(u64::from(pod) * 5_000, pod, 0)).collect();
    let one = group(14, SecondaryIp, PoolConfig::new(1, 0, 0), 1);
    let timeline = play(&scenario(28, one.clone(), 100_000, &events));
    assert_eq!(timeline.waits.pods, 10);
    assert_eq!(timeline.subnets[0].dry_addresses_ms, Some(40_300));
    // Failed at 45,300 after the tenth pod, then with the jobs of 60,000 and 90,000; each is followed by a re-sync.
    let failure = timeline.failures[0];
    assert_eq!((failure.reason, failure.times), (Reason::NoAddress, 3));
    assert_eq!((failure.first_ms, failure.last_ms), (45_300, 90_300));
    assert_eq!((timeline.calls.assign, timeline.calls.describe), (9 + 3, 9 + 3));

    // One pod more: an order at 100,000, 100,600, 101,200 and 101,800, the last not answered in time.
    events.push(start(100_000, 10, 0));
    let timeline = play(&scenario(28, one.clone(), 102_000, &events));
    assert_eq!((timeline.failures[0].times, timeline.calls.assign), (6, 16));
    assert_eq!(timeline.groups[0].end.waiting, 1);

    // A pod that ends at 102,000 frees an address with the job of 150,000. But the order of 149,800 is still pending then,
    // so the pool has one too many and gives it back until 150,300; its failure asks for a re-sync, which starts at
    // 150,400. The order of 151,000 gets it: answered at 151,300, described at 151,400, asked for at 151,600.
    events.push(end(102_000, 0));
    let timeline = play(&scenario(28, one, 200_000, &events));
    assert_eq!((timeline.waits.pods, timeline.groups[0].end.waiting), (11, 0));
    assert_eq!(timeline.waits.max_ms, 51_600 + 20);
}

/// 144 addresses are warm. 30 annotations go out at once, then one every 50 ms.
#[test]
fn annotations_wait_for_the_limit_of_kubernetes_calls() {
    let events: Vec<Event> = (0..100).map(|pod| start(0, pod, 0)).collect();
    let given = scenario(24, group(9, PrefixDelegation, PoolConfig::new(144, 0, 0), 1), 10_000, &events);
    let waits = play(&given).waits;
    assert_eq!((waits.pods, waits.p50_ms, waits.p90_ms), (100, 20 * 50 + 20, 60 * 50 + 20));
    assert_eq!((waits.p99_ms, waits.max_ms), (69 * 50 + 20, 70 * 50 + 20));
}

/// 20 nodes at once: 18 tokens of the limit, two workers. Each creation takes 300 + 100 ms, so two every 400 ms;
/// the tokens hold out for nine and, at 12 a second against 10 used, for good.
#[test]
fn two_workers_serve_a_scale_out() {
    let mut given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 0);
    given.max_nodes = 20;
    given.max_pods = 1;
    let mut events = vec![join(0, 20)];
    events.extend((0..20).map(|pod| start(3_999, pod, pod)));
    let mut large = scenario(20, given, 300_000, &events);
    large.quirks = Quirks::ALL.without(Quirk::NoPrefixBeforeFirstJob);
    let timeline = play(&large);
    assert_eq!((timeline.calls.assign, timeline.calls.describe), (20, 20));
    // The last two are served at 4,000 and found at the asking of 4,599.
    let times = arrivals(&large);
    assert_eq!((times[17], times[18], times[19]), (4_019, 4_619, 4_619));
}

/// No block is left, the controller understands so, and an answer takes 40 seconds: the look at 30,000 finds the order
/// under way, that of 60,000 orders again, that of 90,000 finds it under way, that of 120,000 orders again.
#[test]
fn a_look_after_a_late_answer_orders_again() {
    let mut given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 0);
    given.max_nodes = 1;
    let mut dry = scenario(28, given, 130_000, &[join(0, 1)]);
    (dry.quirks, dry.pace.assign_ms) = (Quirks::NONE, 40_000);
    let timeline = play(&dry);
    let failure = timeline.failures[0];
    assert_eq!((failure.reason, failure.times, timeline.calls.assign), (Reason::NoPrefix, 2, 3));
    assert_eq!((failure.first_ms, failure.last_ms), (40_000, 100_000));
}

#[test]
fn neighbours_break_blocks_as_the_choice_says() {
    let take = |count| Event { at_ms: 1_000, action: Action::NeighbourTakes { subnet: 0, count } };
    let give = |count| Event { at_ms: 70_000, action: Action::NeighbourReleases { subnet: 0, count } };
    let free = |choice| {
        let mut given = Scenario::new(vec![subnet(24)], vec![], 120_000);
        (given.events, given.choice) = (vec![take(14), give(13)], choice);
        let timeline = play(&given);
        let owners = timeline.subnets[0].subnet.owner(Ipv4Addr::new(10, 0, 0, 17));
        assert!(owners.is_none_or(|owner| owner == NEIGHBOUR));
        [0, 1, 2].map(|sample: usize| timeline.samples[sample].subnets[0].free_prefixes)
    };
    // The first block has room for twelve.
    assert_eq!(free(Choice::Lowest), [14, 13, 13]);
    assert_eq!(free(Choice::Worst), [14, 0, 13]);
    let [_, taken, given] = free(Choice::Random);
    assert!((1..13).contains(&taken) && given >= 13);
}

#[test]
fn reservations_are_kept_for_prefixes() {
    let mut reserved = subnet(24);
    reserved.reserve(Ipv4Prefix::constant([10, 0, 0, 128], 25), ReservationKind::Prefix).unwrap();
    reserved.reserve(Ipv4Prefix::constant([10, 0, 0, 64], 26), ReservationKind::Explicit).unwrap();
    let given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 2);
    let mut events = Scenario::new(vec![reserved], vec![given], 60_000);
    events.events = vec![Event { at_ms: 0, action: Action::NeighbourTakes { subnet: 0, count: 200 } }];
    let fleet = Fleet::new(&events).unwrap();
    let held: Vec<String> =
        (0..2).flat_map(|node| fleet.held(node, PrefixDelegation)).map(ToString::to_string).collect();
    assert_eq!(held, ["10.0.0.128/28", "10.0.0.144/28"]);
    let timeline = play(&events);
    // 64 less the four first: 58 for neighbours, two nodes have the others.
    assert_eq!(timeline.samples[0].subnets[0].free_addresses, 0);
    assert_eq!(timeline.samples[0].subnets[0].free_prefixes, 5);
    assert_eq!(timeline.subnets[0].dry_addresses_ms, Some(0));
}

/// Two slots hold a pod's address and a warm one. Off to prefixes at 1,000: the warm one goes back at 1,300, the
/// order of two prefixes does not fit beside the pod.
#[test]
fn old_addresses_leave_no_room_for_prefixes() {
    let change = |config| Event {
        at_ms: 1_000,
        action: Action::Settings { group: 0, mode: PrefixDelegation, config },
    };
    let switched = |config| {
        let given = group(2, SecondaryIp, PoolConfig::new(1, 0, 0), 1);
        play(&scenario(24, given, 5_000, &[start(0, 0, 0), change(config)]))
    };
    let full = switched(PoolConfig::new(0, 0, 2));
    assert_eq!((full.failures[0].reason, full.failures[0].first_ms), (Reason::EniFull, 1_300));
    assert_eq!(full.calls.unassign, 1);
    let fits = switched(PoolConfig::new(1, 3, 0));
    assert!(fits.failures.is_empty());
    assert_eq!(fits.groups[0].end.warm, 16);
    assert_eq!(fits.subnets[0].subnet.used_addresses(), 1 + 1 + 16);
}

/// The account grants one call a second: the second creation of time 0 is refused at 300 and goes out at 1,300.
#[test]
fn the_account_throttles() {
    let mut given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 0);
    given.max_nodes = 2;
    let mut slow = scenario(24, given, 10_000, &[join(0, 2)]);
    slow.pace.account = Some(Rate { per_second: 1, burst: 1 });
    let timeline = play(&slow);
    assert_eq!((timeline.calls.assign, timeline.calls.throttled), (3, 1));
    assert!(timeline.failures.is_empty());
    slow.pace.attempts = 1;
    let timeline = play(&slow);
    assert_eq!((timeline.failures[0].reason, timeline.failures[0].first_ms), (Reason::Throttled, 300));
}

/// One block is left for an order of two.
#[test]
fn a_batch_is_granted_whole_or_in_part() {
    let mut given = group(9, PrefixDelegation, PoolConfig::new(0, 0, 2), 0);
    given.max_nodes = 1;
    let mut short = scenario(26, given, 1_000, &[join(0, 1)]);
    short.subnets[0].assign(Ipv4Addr::new(10, 0, 0, 20)).unwrap();
    let timeline = play(&short);
    assert_eq!((timeline.groups[0].end.warm, timeline.failures[0].reason), (0, Reason::NoPrefix));
    short.pace.batch = Batch::Partial;
    let timeline = play(&short);
    assert_eq!((timeline.groups[0].end.warm, timeline.failures[0].reason), (16, Reason::NoPrefix));
}

#[test]
fn pods_follow_when_their_node_leaves() {
    let given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 2);
    let anywhere = |at_ms, pod| Event { at_ms, action: Action::PodStarts { pod, place: Place::Group(0) } };
    let leaves = Event { at_ms: 5_000, action: Action::NodeLeaves { node: 0 } };
    let events = [anywhere(0, 0), anywhere(0, 1), start(0, 2, 0), leaves];
    let timeline = play(&scenario(24, given, 10_000, &events));
    assert_eq!((timeline.lost_pods, timeline.annotations), (1, 4));
    let stands = timeline.groups[0].end;
    assert_eq!((stands.nodes, stands.running, stands.waiting, stands.unplaced), (1, 2, 0, 0));
    assert_eq!(timeline.subnets[0].subnet.used_addresses(), 17);
}

#[test]
fn a_node_without_an_address_does_not_come() {
    let mut given = group(1, SecondaryIp, PoolConfig::new(1, 0, 0), 0);
    given.max_nodes = 12;
    let timeline = play(&scenario(28, given, 10_000, &[join(0, 12)]));
    assert_eq!(timeline.groups[0].end.nodes, 11);
    let failure = timeline.failures.iter().find(|failure| failure.reason == Reason::NoNodeAddress).unwrap();
    assert_eq!((failure.node, failure.first_ms), (11, 0));
}

#[test]
fn what_cannot_be_is_refused() {
    let given = group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 1);
    let refused = |events: &[Event]| Fleet::new(&scenario(24, given.clone(), 0, events)).unwrap_err();
    assert_eq!(refused(&[join(0, 1)]).to_string(), "group 0 would have 2 nodes: its maximum is 1");
    assert_eq!(refused(&[start(0, 0, 1)]), FleetError::NodeNotThere { node: 1 });
    assert_eq!(refused(&[start(0, 0, 0), start(0, 0, 0)]), FleetError::PodTwice { pod: 0 });
    assert_eq!(refused(&[end(0, 0), start(0, 0, 0)]), FleetError::PodNotThere { pod: 0 });
    assert_eq!(refused(&[end(0, 0)]), FleetError::UnknownPod { pod: 0, pods: 0 });
    assert_eq!(refused(&[start(5, 0, 0), end(4, 0)]).code(), "EVENT_ORDER");
    let leaves = Event { at_ms: 0, action: Action::NodeLeaves { node: 0 } };
    assert_eq!(refused(&[leaves, leaves]).code(), "NODE_NOT_THERE");
    let takes = |subnet, count| Event { at_ms: 0, action: Action::NeighbourTakes { subnet, count } };
    assert_eq!(refused(&[takes(1, 1)]).code(), "UNKNOWN_SUBNET");
    assert_eq!(refused(&[takes(0, u32::MAX)]).code(), "TOO_MUCH");
    let rollout = Rollout { group: 0, first: 0, with: 1, count: 1, surge: 1, unavailable: 0, ready_ms: 0 };
    let rolls = |rollout| Event { at_ms: 1, action: Action::Rollout(rollout) };
    assert_eq!(refused(&[start(0, 0, 0), rolls(Rollout { surge: 0, ..rollout })]).code(), "ZERO");
    assert_eq!(refused(&[start(0, 0, 0), rolls(Rollout { group: 1, ..rollout })]).code(), "UNKNOWN_GROUP");
    assert_eq!(
        refused(&[start(0, 0, 0), rolls(Rollout { ready_ms: u32::MAX, ..rollout })]).code(),
        "TOO_MUCH"
    );
    assert_eq!(refused(&[start(0, 0, 0), rolls(Rollout { count: u32::MAX, ..rollout })]).code(), "TOO_MUCH");
    assert_eq!(refused(&[rolls(rollout)]), FleetError::PodNotThere { pod: 0 });
    assert_eq!(
        refused(&[start(0, 0, 0), rolls(Rollout { with: 0, ..rollout })]),
        FleetError::PodTwice { pod: 0 }
    );
    assert_eq!(refused(&[start(0, 0, 0), rolls(rollout), end(2, 1)]), FleetError::PodNotThere { pod: 1 });
    let closes = Event { at_ms: 0, action: Action::SubnetCloses { subnet: 1 } };
    assert_eq!(refused(&[closes]).code(), "UNKNOWN_SUBNET");
    let code = |change: fn(&mut Scenario)| {
        let mut given = scenario(24, given.clone(), 0, &[]);
        change(&mut given);
        given.check().unwrap_err().code()
    };
    assert_eq!(code(|given| given.until_ms = MAX_UNTIL_MS + 1), "TOO_MUCH");
    assert_eq!(code(|given| (given.until_ms, given.sample_ms) = (MAX_UNTIL_MS, 1)), "TOO_MUCH");
    assert_eq!(code(|given| given.groups[0].initial_pods = u32::MAX), "TOO_MUCH");
    assert_eq!(code(|given| given.groups[0].daemon_set_pods = u32::MAX), "TOO_MUCH");
    assert_eq!(code(|given| given.pace.workers = 0), "ZERO");
    assert_eq!(code(|given| given.pace.ec2.burst = 0), "ZERO");
    assert_eq!(code(|given| given.pace.assign_ms = u32::MAX), "TOO_MUCH");
    assert_eq!(code(|given| given.groups[0].subnets.clear()), "NO_SUBNET");
    assert_eq!(
        code(|given| (given.groups[0].initial_nodes, given.groups[0].max_nodes) = (u32::MAX, u32::MAX)),
        "TOO_MUCH"
    );
}

#[test]
fn pods_of_the_start_run_without_calls_and_count_as_any_other() {
    let given = Group { initial_pods: 3, ..group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 2) };
    let timeline = play(&scenario(24, given.clone(), 60_000, &[end(1_000, 2), start(2_000, 3, 1)]));
    let first = &timeline.samples[0].groups[0];
    // Two pods and one, each with its warm address.
    assert_eq!((first.running, first.waiting, first.warm), (3, 0, 1 + 2));
    assert_eq!(timeline.samples[0].calls.total(), 0);
    assert_eq!(timeline.waits.pods, 1);
    assert_eq!((timeline.groups[0].asked_pods, timeline.groups[0].never_ran), (4, 0));
    // What the node lacks is asked for as ever: one address for the node, one for a pod, and no third.
    let mut tight = scenario(28, given, 60_000, &[]);
    tight.groups[0].initial_nodes = 1;
    tight.groups[0].config = PoolConfig::new(1, 0, 0);
    for address in 6..15 {
        tight.subnets[0].assign(Ipv4Addr::new(10, 0, 0, address)).unwrap();
    }
    let timeline = play(&tight);
    let end = timeline.groups[0].end;
    assert_eq!((end.running, end.waiting), (1, 2));
    assert_eq!(timeline.groups[0].never_ran, 2);
    assert_eq!(timeline.failures[0].reason, Reason::NoAddress);
}

#[test]
fn daemon_set_pods_come_and_go_with_their_node() {
    let given =
        Group { daemon_set_pods: 2, max_nodes: 2, ..group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 1) };
    let leave = Event { at_ms: 100_000, action: Action::NodeLeaves { node: 0 } };
    let timeline = play(&scenario(24, given, 120_000, &[join(10_000, 1), leave]));
    let running: Vec<u32> = timeline.samples.iter().map(|sample| sample.groups[0].running).collect();
    assert_eq!(running, [2, 4, 2]);
    assert_eq!(timeline.lost_pods, 2);
    // Those of the first node were there from the start.
    assert_eq!(timeline.waits.pods, 2);
    assert_eq!(timeline.groups[0].asked_pods, 4);
}

#[test]
fn a_rollout_keeps_to_surge_and_unavailability() {
    let given = Group { initial_pods: 10, ..group(20, SecondaryIp, PoolConfig::new(1, 3, 0), 2) };
    for (surge, unavailable) in [(1, 0), (3, 0), (0, 2), (2, 3), (20, 20)] {
        let rollout =
            Rollout { group: 0, first: 0, with: 10, count: 10, surge, unavailable, ready_ms: 5_000 };
        let begins = Event { at_ms: 30_000, action: Action::Rollout(rollout) };
        let played = Scenario { sample_ms: 100, ..scenario(24, given.clone(), 1_000_000, &[begins]) };
        let timeline = play(&played);
        let most = 10 + surge.min(10);
        for sample in &timeline.samples {
            let now = &sample.groups[0];
            assert!(
                now.running + now.waiting + now.unplaced <= most,
                "{surge} {unavailable} {}",
                sample.at_ms
            );
            assert!(now.running + unavailable >= 10, "{surge} {unavailable} {}", sample.at_ms);
        }
        let outcome = timeline.rollouts[0];
        assert_eq!((outcome.started, outcome.ready, outcome.ended), (10, 10, 10));
        // So many rounds, each at least as long as a pod needs to be ready.
        let rounds = u64::from(10_u32.div_ceil((surge + unavailable).min(10)));
        assert!(outcome.done_ms.unwrap() >= 30_000 + rounds * 5_000);
        assert_eq!(timeline.groups[0].end.running, 10);
    }
}

#[test]
fn a_rollout_stalls_where_its_surge_finds_no_address() {
    // Nine addresses, nine pods: the tenth waits, and so does the rollout.
    let given = Group { initial_pods: 9, max_pods: 20, ..group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 1) };
    let rollout =
        Rollout { group: 0, first: 0, with: 9, count: 9, surge: 1, unavailable: 0, ready_ms: 5_000 };
    let begins = Event { at_ms: 0, action: Action::Rollout(rollout) };
    let timeline = play(&scenario(24, given, 3_600_000, &[begins]));
    let outcome = timeline.rollouts[0];
    assert_eq!((outcome.started, outcome.ready, outcome.ended, outcome.done_ms), (1, 0, 0, None));
    assert_eq!(timeline.groups[0].never_ran, 1);
}

#[test]
fn a_job_ends_by_itself_after_it_has_run() {
    let runs_ms = NonZeroU32::new(50_000).unwrap();
    let job =
        |at_ms, pod| Event { at_ms, action: Action::JobStarts { pod, place: Place::Group(0), runs_ms } };
    let given = Group { max_nodes: 2, ..group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 0) };
    // It waits for a node until 100 s, so it runs from then on.
    let mut played = scenario(24, given, 300_000, &[job(0, 0), join(100_000, 1)]);
    played.sample_ms = 1_000;
    let running = |played: &Scenario| -> Vec<u64> {
        let samples = play(played).samples;
        samples.iter().filter(|sample| sample.groups[0].running == 1).map(|sample| sample.at_ms).collect()
    };
    let times = running(&played);
    assert_eq!((times[0], times.len()), (101_000, 50), "{times:?}");
    // Its node leaves half-way: on the next one it begins again.
    played.events.push(join(120_000, 1));
    played.events.push(Event { at_ms: 130_000, action: Action::NodeLeaves { node: 0 } });
    let times = running(&played);
    let (before, after): (Vec<u64>, Vec<u64>) = times.iter().partition(|&&at| at < 130_000);
    assert_eq!((before.len(), after.len()), (29, 50), "{times:?}");
    assert_eq!(play(&played).groups[0].never_ran, 0);
    played.events.push(end(140_000, 0));
    assert_eq!(played.check(), Err(FleetError::PodNotThere { pod: 0 }));
}

#[test]
fn nodes_come_until_there_are_enough_and_leave_from_either_end() {
    // Three addresses: two for nodes, one for the pool of one of them.
    let mut played = scenario(28, group(9, SecondaryIp, PoolConfig::new(1, 0, 0), 0), 400_000, &[]);
    for address in 7..15 {
        played.subnets[0].assign(Ipv4Addr::new(10, 0, 0, address)).unwrap();
    }
    played.groups[0].max_nodes = 9;
    let reach = |at_ms, count, most| Event { at_ms, action: Action::NodesReach { group: 0, count, most } };
    let shrink = |at_ms, count, oldest| {
        let action = Action::NodesShrink { group: 0, count, oldest };
        Event { at_ms, action }
    };
    let nodes = |played: &Scenario| -> Vec<u32> {
        let mut fleet = Fleet::new(played).unwrap();
        while fleet.step().is_some() {}
        (0..20).filter(|&node| fleet.primary(node).is_some()).collect()
    };
    // One of three comes at 1 s, is enough, and takes two addresses; two numbers stay unused.
    played.events = vec![reach(1_000, 1, 3)];
    assert_eq!(nodes(&played), [0]);
    // A second one takes the last address; the third fails, and is tried again once the first has left.
    played.events =
        vec![reach(1_000, 1, 1), reach(60_000, 3, 2), shrink(120_000, 1, true), reach(180_000, 2, 2)];
    assert_eq!(nodes(&played), [1, 3]);
    assert_eq!(play(&played).failures.iter().filter(|one| one.reason == Reason::NoNodeAddress).count(), 1);
    played.events.push(shrink(240_000, 1, false));
    assert_eq!(nodes(&played), [1]);
    played.events = vec![reach(0, 10, 1)];
    assert_eq!(played.check().unwrap_err().code(), "GROUP_MAXIMUM");
}

#[test]
fn a_lost_subnet_takes_the_nodes_that_are_really_there() {
    let mut full = subnet(28);
    for address in 4..15 {
        full.assign(Ipv4Addr::new(10, 0, 0, address)).unwrap();
    }
    let other = Subnet::new(Ipv4Prefix::constant([10, 0, 1, 0], 24)).unwrap();
    let given = Group { subnets: vec![0, 1], ..group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 2) };
    let mut played = Scenario::new(vec![full, other], vec![given], 60_000);
    let lost = |subnet| vec![Event { at_ms: 1_000, action: Action::SubnetLost { subnet } }];
    // The first subnet was full, so both nodes are in the second one.
    played.events = lost(0);
    assert_eq!(play(&played).groups[0].end.nodes, 2);
    played.events = lost(1);
    let timeline = play(&played);
    assert_eq!((timeline.groups[0].end.nodes, timeline.samples[1].subnets[1].held_addresses), (0, 0));
}

#[test]
fn no_node_comes_to_a_closed_subnet() {
    let subnets = vec![subnet(24), Subnet::new(Ipv4Prefix::constant([10, 0, 1, 0], 24)).unwrap()];
    let given = group(9, SecondaryIp, PoolConfig::new(1, 3, 0), 1);
    let given = Group { subnets: vec![0, 1], max_nodes: 9, ..given };
    let close = |subnet| Event { at_ms: 1_000, action: Action::SubnetCloses { subnet } };
    let mut played = Scenario::new(subnets, vec![given], 60_000);
    played.events = vec![close(0), join(2_000, 3)];
    let mut fleet = Fleet::new(&played).unwrap();
    while fleet.step().is_some() {}
    let places: Vec<u32> = (0..4).map(|node| fleet.primary(node).unwrap().0).collect();
    assert_eq!(places, [0, 1, 1, 1]);
    played.events.insert(1, close(1));
    let timeline = play(&played);
    assert_eq!(timeline.failures.len(), 3);
    assert!(timeline.failures.iter().all(|failure| failure.reason == Reason::NoNodeAddress));
}

#[test]
fn a_run_can_be_bounded() {
    let mut given = scenario(24, group(9, PrefixDelegation, PoolConfig::new(1, 3, 0), 1), 60_000, &[]);
    given.sample_ms = 1;
    let mut reports = 0;
    let stopped = run(&given, |at| {
        reports += 1;
        if at.at_ms > 10_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let stopped = stopped.unwrap();
    assert_eq!((stopped.end, reports), (End::Stopped, 3));
    assert!(stopped.ended_ms < 20_000);
    given.max_steps = 100;
    let bounded = play(&given);
    assert_eq!((bounded.end, bounded.samples.len()), (End::Steps, 99));
}

const MODES: [IpamMode; 2] = [SecondaryIp, PrefixDelegation];

/// The fleet once more, with nothing clever: every millisecond, every look of every 30-second job, and every asking of
/// every pod is played, and every free address is searched from the start.
struct Slow<'a> {
    given: &'a Scenario,
    now: u64,
    groups: Vec<(IpamMode, PoolConfig, usize)>,
    nodes: Vec<SlowNode>,
    pods: Vec<SlowPod>,
    subnets: Vec<Subnet>,
    neighbours: Vec<Vec<Ipv4Addr>>,
    ec2: SlowBucket,
    kubernetes: SlowBucket,
    account: [u64; 2],
    /// Tasks that are seen to, and those that wait, by mode.
    tasks: [Vec<SlowTask>; 2],
    queues: [VecDeque<(usize, Job)>; 2],
    next_task: u64,
    /// Pods that wait for the answer to their annotation: when, which, which life.
    annotating: Vec<(u64, usize, u32)>,
    unplaced: Vec<usize>,
    calls: [u64; 4],
    failures: Vec<(u64, usize, Reason)>,
    lost: u32,
}

struct SlowNode {
    group: usize,
    subnet: usize,
    primary: Option<Ipv4Addr>,
    anchor: u64,
    mode: IpamMode,
    pools: [Option<Pool>; 2],
    on_eni: [Vec<Ipv4Prefix>; 2],
    resyncing: [bool; 2],
}

#[derive(Clone, Default)]
struct SlowPod {
    place: Option<Place>,
    node: Option<usize>,
    has: Option<IpamMode>,
    running: bool,
    asked: u64,
    /// Since when, and how often, it asks.
    rhythm: Option<(u64, u64)>,
    life: u32,
    waited: Option<u64>,
}

struct SlowTask {
    number: u64,
    node: usize,
    job: Job,
    /// What comes next: a ticket for a token, or the time of a step.
    due: Option<u64>,
    step: &'static str,
    attempt: u32,
    granted: Vec<Ipv4Prefix>,
    reason: Option<Reason>,
    granted_at: u64,
    describes: u32,
}

/// Tickets wait until a token is there.
struct SlowBucket {
    rate: Rate,
    thousandths: u64,
    tickets: VecDeque<(usize, u64, u32)>,
}

impl SlowBucket {
    fn new(rate: Rate) -> Self {
        Self { rate, thousandths: u64::from(rate.burst) * 1_000, tickets: VecDeque::new() }
    }

    fn pass(&mut self) {
        // Tickets are served before a full bucket overflows.
        self.thousandths += u64::from(self.rate.per_second);
    }

    fn serve(&mut self) -> Option<(usize, u64, u32)> {
        if self.thousandths >= 1_000 && !self.tickets.is_empty() {
            self.thousandths -= 1_000;
            return self.tickets.pop_front();
        }
        self.thousandths = self.thousandths.min(u64::from(self.rate.burst) * 1_000);
        None
    }
}

fn number(mode: IpamMode) -> usize {
    usize::from(mode == PrefixDelegation)
}

fn lowest_address(subnet: &Subnet) -> Option<Ipv4Addr> {
    subnet.prefix().addresses().find(|&address| subnet.is_free(address))
}

fn lowest_block(subnet: &Subnet) -> Option<Ipv4Prefix> {
    let blocks = subnet.prefix().subnets(28).unwrap();
    let last = blocks.len() - 1;
    let free = |block: &Ipv4Prefix| block.addresses().all(|address| subnet.is_free(address));
    blocks.enumerate().filter(|&(at, _)| at != last).map(|(_, block)| block).find(free)
}

impl<'a> Slow<'a> {
    fn new(given: &'a Scenario) -> Self {
        let groups =
            given.groups.iter().map(|group| (capacity(group.limits, group.mode).mode, group.config, 0));
        let mut slow = Self {
            given,
            now: 0,
            groups: groups.collect(),
            nodes: Vec::new(),
            pods: vec![SlowPod::default(); 64],
            subnets: given.subnets.clone(),
            neighbours: vec![Vec::new(); given.subnets.len()],
            ec2: SlowBucket::new(given.pace.ec2),
            kubernetes: SlowBucket::new(given.pace.kubernetes),
            account: given.pace.account.map_or([0; 2], |rate| [u64::from(rate.burst) * 1_000; 2]),
            tasks: [Vec::new(), Vec::new()],
            queues: [VecDeque::new(), VecDeque::new()],
            next_task: 0,
            annotating: Vec::new(),
            unplaced: Vec::new(),
            calls: [0; 4],
            failures: Vec::new(),
            lost: 0,
        };
        let all: u64 = given.groups.iter().map(|group| u64::from(group.initial_nodes)).sum();
        let mut at = 0;
        for (group, plan) in given.groups.iter().enumerate() {
            for _ in 0..plan.initial_nodes {
                let node = slow.join(group, at * 30_000 / all);
                at += 1;
                let mode = slow.nodes[node].mode;
                while let Some(Job::Create { count }) =
                    slow.nodes[node].pools[number(mode)].as_mut().and_then(Pool::reconcile)
                {
                    let (groups, reason) = slow.grant(node, mode, count);
                    slow.created(node, mode, count, &groups, reason);
                    if reason.is_some() {
                        break;
                    }
                }
            }
        }
        slow
    }

    fn join(&mut self, group: usize, anchor: u64) -> usize {
        let (mode, config, joined) = self.groups[group];
        self.groups[group].2 += 1;
        let places = &self.given.groups[group].subnets;
        let mut subnet = places[joined % places.len()] as usize;
        let mut primary = None;
        for step in 0..places.len() {
            let other = places[(joined + step) % places.len()] as usize;
            if let Some(address) = lowest_address(&self.subnets[other]) {
                (subnet, primary) = (other, Some(address));
                break;
            }
        }
        let node = self.nodes.len();
        let mut pools = [None, None];
        match primary {
            Some(address) => {
                self.subnets[subnet].assign_to(address, u32::try_from(node).unwrap()).unwrap();
                pools[number(mode)] = Some(self.pool(group, mode, config));
            }
            None => self.failures.push((self.now, node, Reason::NoNodeAddress)),
        }
        let on_eni = [Vec::new(), Vec::new()];
        self.nodes.push(SlowNode {
            group,
            subnet,
            primary,
            anchor,
            mode,
            pools,
            on_eni,
            resyncing: [false; 2],
        });
        node
    }

    fn pool(&self, group: usize, mode: IpamMode, config: PoolConfig) -> Pool {
        let total = capacity(self.given.groups[group].limits, mode).addresses;
        Pool::with_quirks(mode, total, config, self.given.quirks)
    }

    fn grant(&mut self, node: usize, mode: IpamMode, count: i64) -> (Vec<Ipv4Prefix>, Option<Reason>) {
        let Ok(count) = usize::try_from(count) else { return (Vec::new(), Some(Reason::BadCount)) };
        if count == 0 {
            return (Vec::new(), Some(Reason::BadCount));
        }
        let held = &mut self.nodes[node];
        let slots = self.given.groups[held.group].limits.slots() as usize;
        if held.on_eni[0].len() + held.on_eni[1].len() + count > slots {
            return (Vec::new(), Some(Reason::EniFull));
        }
        let mut after = self.subnets[held.subnet].clone();
        let owner = u32::try_from(node).unwrap();
        let mut groups = Vec::new();
        while groups.len() < count {
            let group = match mode {
                SecondaryIp => lowest_address(&after).map(Ipv4Prefix::host),
                PrefixDelegation => lowest_block(&after),
            };
            let Some(group) = group else { break };
            match mode {
                SecondaryIp => after.assign_to(group.first(), owner).unwrap(),
                PrefixDelegation => after.assign_prefix_to(group, owner).unwrap(),
            }
            groups.push(group);
        }
        let reason = if mode == SecondaryIp { Reason::NoAddress } else { Reason::NoPrefix };
        let reason = (groups.len() < count).then_some(reason);
        if reason.is_some() && self.given.pace.batch == Batch::AllOrNothing {
            return (Vec::new(), reason);
        }
        self.subnets[held.subnet] = after;
        held.on_eni[number(mode)].extend(&groups);
        (groups, reason)
    }

    fn created(
        &mut self,
        node: usize,
        mode: IpamMode,
        count: i64,
        groups: &[Ipv4Prefix],
        reason: Option<Reason>,
    ) -> bool {
        self.failures.extend(reason.map(|reason| (self.now, node, reason)));
        let text = "operation error EC2: api error InsufficientCidrBlocks";
        let result = match reason {
            Some(Reason::NoPrefix) => JobResult::of_create(mode, groups, Some(text), self.given.quirks),
            Some(_) => JobResult::failure(groups),
            None => JobResult::success(groups),
        };
        let pool = self.nodes[node].pools[number(mode)].as_mut().unwrap();
        pool.update(&Job::Create { count }, result).unwrap()
    }

    fn reconcile(&mut self, node: usize, mode: IpamMode) {
        let held = &mut self.nodes[node];
        if held.resyncing[number(mode)] {
            return;
        }
        if let Some(job) = held.pools[number(mode)].as_mut().and_then(Pool::reconcile) {
            held.resyncing[number(mode)] = job == Job::Resync;
            self.queues[number(mode)].push_back((node, job));
            self.hand_out();
        }
    }

    /// Numbers are given when an order is queued; workers take them in that order, so counting here is the same.
    fn hand_out(&mut self) {
        for mode in 0..2 {
            while self.tasks[mode].len() < self.given.pace.workers as usize {
                let Some((node, job)) = self.queues[mode].pop_front() else { break };
                if self.nodes[node].primary.is_none() {
                    continue;
                }
                let step = match job {
                    Job::Create { .. } => "assign",
                    Job::Delete { .. } => "unassign",
                    Job::Resync => "describe",
                };
                let number = self.next_task;
                self.next_task += 1;
                self.tasks[mode].push(SlowTask {
                    number,
                    node,
                    job,
                    due: None,
                    step,
                    attempt: 1,
                    granted: Vec::new(),
                    reason: None,
                    granted_at: 0,
                    describes: 0,
                });
                self.ec2.tickets.push_back((mode, number, 0));
            }
        }
        self.serve();
    }

    fn serve(&mut self) {
        while let Some((mode, number, _)) = self.ec2.serve() {
            let task = self.tasks[mode].iter_mut().find(|task| task.number == number).unwrap();
            task.due = Some(self.now);
        }
        while let Some((pod, _, life)) = self.kubernetes.serve() {
            self.annotating.push((self.now + u64::from(self.given.pace.annotate_ms), pod, life));
        }
    }

    /// Steps of tasks that are due now, by the number of the task.
    fn answers(&mut self) {
        loop {
            let due = |mode: usize| self.tasks[mode].iter().filter(|task| task.due == Some(self.now));
            let Some((_, mode)) =
                (0..2).flat_map(|mode| due(mode).map(move |task| (task.number, mode))).min()
            else {
                return;
            };
            let now = self.now;
            let at = (0..self.tasks[mode].len())
                .filter(|&at| self.tasks[mode][at].due == Some(now))
                .min_by_key(|&at| self.tasks[mode][at].number)
                .unwrap();
            let mut task = self.tasks[mode].remove(at);
            task.due = None;
            if self.step(mode, &mut task) {
                self.hand_out();
            } else {
                if task.due.is_none() {
                    self.ec2.tickets.push_back((mode, task.number, 0));
                }
                self.tasks[mode].push(task);
                self.serve();
            }
        }
    }

    /// One step of a task; whether it is done.
    fn step(&mut self, mode: usize, task: &mut SlowTask) -> bool {
        let pace = self.given.pace;
        let (name, node) = (MODES[mode], task.node);
        let there = self.nodes[node].primary.is_some();
        match task.step {
            "assign" | "unassign" | "describe" => {
                let (call, latency) = match task.step {
                    "assign" => (0, pace.assign_ms),
                    "unassign" => (1, pace.unassign_ms),
                    _ => (2, pace.describe_ms),
                };
                self.calls[call] += 1;
                task.due = Some(self.now + u64::from(latency));
                task.step = ["assigned", "unassigned", "described"][call];
                if pace.account.is_some() && call < 2 {
                    if self.account[call] < 1_000 {
                        self.calls[3] += 1;
                        task.step = ["assign refused", "unassign refused"][call];
                    } else {
                        self.account[call] -= 1_000;
                    }
                }
                false
            }
            "assign refused" | "unassign refused" if task.attempt < pace.attempts => {
                let wait = u64::from(pace.throttle_back_off_ms) << (task.attempt - 1);
                task.attempt += 1;
                task.step = if task.step == "assign refused" { "wait assign" } else { "wait unassign" };
                task.due = Some(self.now + wait);
                false
            }
            "wait assign" | "wait unassign" | "wait describe" => {
                task.step = &task.step[5..];
                false
            }
            _ if !there => true,
            "assign refused" | "unassign refused" => {
                self.failures.push((self.now, node, Reason::Throttled));
                let kept = if let Job::Delete { groups } = &task.job { groups.clone() } else { Vec::new() };
                let pool = self.nodes[node].pools[mode].as_mut().unwrap();
                pool.update(&task.job, JobResult::failure(&kept)).unwrap();
                self.reconcile(node, name);
                true
            }
            "assigned" => {
                let Job::Create { count } = task.job else { unreachable!() };
                (task.granted, task.reason) = self.grant(node, name, count);
                task.granted_at = self.now;
                if task.granted.is_empty() {
                    if self.created(node, name, count, &[], task.reason) {
                        self.reconcile(node, name);
                    }
                    return true;
                }
                task.step = "describe";
                false
            }
            "unassigned" => {
                let Job::Delete { groups } = &task.job else { unreachable!() };
                let held = &mut self.nodes[node];
                for group in groups {
                    held.on_eni[mode].retain(|other| other != group);
                    release(&mut self.subnets[held.subnet], *group);
                }
                held.pools[mode].as_mut().unwrap().update(&task.job, JobResult::success(&[])).unwrap();
                true
            }
            "described" => {
                let Job::Create { count } = task.job else {
                    let held = &mut self.nodes[node];
                    held.resyncing[mode] = false;
                    held.on_eni[mode].sort_unstable();
                    let on_eni = held.on_eni[mode].clone();
                    held.pools[mode].as_mut().unwrap().resync(&on_eni).unwrap();
                    return true;
                };
                task.describes += 1;
                let again = if self.now >= task.granted_at + u64::from(pace.visible_after_ms) {
                    self.created(node, name, count, &task.granted.clone(), task.reason)
                } else if task.describes < 7 {
                    task.step = "wait describe";
                    task.due = Some(self.now + (250 << (task.describes - 1)));
                    return false;
                } else {
                    self.created(node, name, count, &[], Some(Reason::NotVisible))
                };
                if again {
                    self.reconcile(node, name);
                }
                true
            }
            _ => unreachable!(),
        }
    }

    fn ask(&mut self, pod: usize) {
        let node = self.pods[pod].node.unwrap();
        let mode = self.nodes[node].mode;
        match self.nodes[node].pools[number(mode)].as_mut().unwrap().assign(u32::try_from(pod).unwrap()) {
            Ok(_) => {
                self.pods[pod].rhythm = None;
                self.pods[pod].has = Some(mode);
                let life = self.pods[pod].life;
                self.kubernetes.tickets.push_back((pod, 0, life));
                self.serve();
                self.reconcile(node, mode);
            }
            Err(error) => {
                if error == PoolError::WarmPoolEmpty {
                    self.reconcile(node, mode);
                }
                let every = match error.retry() {
                    Retry::After { ms } => u64::from(ms),
                    _ => 1_000_000,
                };
                if self.pods[pod].rhythm.is_none_or(|(_, was)| was != every) {
                    self.pods[pod].rhythm = Some((self.now, every));
                }
            }
        }
    }

    fn placed(&self, node: usize) -> u32 {
        u32::try_from(self.pods.iter().filter(|pod| pod.place.is_some() && pod.node == Some(node)).count())
            .unwrap()
    }

    fn room(&self, node: usize) -> bool {
        let held = &self.nodes[node];
        let group = &self.given.groups[held.group];
        let most = capacity(group.limits, held.mode).addresses.min(group.max_pods);
        held.primary.is_some() && self.placed(node) < most
    }

    /// Pods that no node had room for find some; those that must be on a node come before others of its group.
    fn fill(&mut self, first: Option<usize>) {
        let bound = |slow: &Self, node: usize| {
            slow.unplaced
                .iter()
                .position(|&pod| matches!(slow.pods[pod].place, Some(Place::Node(n)) if n as usize == node))
        };
        while let Some(node) = first.filter(|&node| self.room(node)) {
            let Some(at) = bound(self, node) else { break };
            let pod = self.unplaced.remove(at);
            self.pods[pod].node = Some(node);
            self.ask(pod);
        }
        let mut at = 0;
        while let Some(&pod) = self.unplaced.get(at) {
            let Some(Place::Group(group)) = self.pods[pod].place else {
                at += 1;
                continue;
            };
            let open =
                (0..self.nodes.len()).filter(|&n| self.nodes[n].group == group as usize && self.room(n));
            match open.min_by_key(|&node| (self.placed(node), node)) {
                None => at += 1,
                Some(node) => {
                    self.unplaced.remove(at);
                    self.pods[pod].node = Some(node);
                    self.ask(pod);
                }
            }
        }
    }

    fn event(&mut self, action: Action) {
        match action {
            Action::NodesJoin { group, count } => {
                for _ in 0..count {
                    let node = self.join(group as usize, self.now);
                    let mode = self.nodes[node].mode;
                    self.reconcile(node, mode);
                }
                self.fill(None);
            }
            Action::NodeLeaves { node } => {
                let node = node as usize;
                let held = &mut self.nodes[node];
                let subnet = &mut self.subnets[held.subnet];
                if let Some(address) = held.primary.take() {
                    subnet.release(address).unwrap();
                }
                held.on_eni
                    .iter_mut()
                    .for_each(|groups| groups.drain(..).for_each(|group| release(subnet, group)));
                held.pools = [None, None];
                for (number, pod) in self.pods.iter_mut().enumerate() {
                    let bound = matches!(pod.place, Some(Place::Node(n)) if n as usize == node);
                    if pod.place.is_none() || !(pod.node == Some(node) || bound) {
                        continue;
                    }
                    let fresh = SlowPod { life: pod.life + 1, waited: pod.waited, ..SlowPod::default() };
                    let was = std::mem::replace(pod, fresh);
                    if bound {
                        self.lost += 1;
                        self.unplaced.retain(|&other| other != number);
                    } else {
                        (pod.place, pod.asked) = (was.place, self.now);
                        self.unplaced.push(number);
                    }
                }
                self.fill(None);
            }
            Action::PodStarts { pod, place } => {
                let number = pod as usize;
                (self.pods[number].place, self.pods[number].asked) = (Some(place), self.now);
                self.unplaced.push(number);
                let Place::Node(node) = place else { return self.fill(None) };
                self.fill(Some(node as usize));
            }
            Action::PodEnds { pod } => {
                let fresh = SlowPod {
                    life: self.pods[pod as usize].life + 1,
                    waited: self.pods[pod as usize].waited,
                    ..SlowPod::default()
                };
                let was = std::mem::replace(&mut self.pods[pod as usize], fresh);
                self.unplaced.retain(|&other| other != pod as usize);
                let Some(node) = was.node else { return };
                if let Some(mode) = was.has {
                    let pool = self.nodes[node].pools[number(mode)].as_mut().unwrap();
                    pool.free(pod, pool.address_of(pod).unwrap(), self.now).unwrap();
                    self.reconcile(node, mode);
                }
                self.fill(Some(node));
            }
            Action::NeighbourTakes { subnet, count } => {
                let at = subnet as usize;
                for _ in 0..count {
                    let Some(address) = lowest_address(&self.subnets[at]) else { break };
                    self.subnets[at].assign_to(address, NEIGHBOUR).unwrap();
                    self.neighbours[at].push(address);
                }
            }
            Action::NeighbourReleases { subnet, count } => {
                let at = subnet as usize;
                let some = (count as usize).min(self.neighbours[at].len());
                self.neighbours[at]
                    .drain(..some)
                    .for_each(|address| self.subnets[at].release(address).unwrap());
            }
            Action::Settings { group, mode, config } => {
                let at = group as usize;
                let now = capacity(self.given.groups[at].limits, mode).mode;
                (self.groups[at].0, self.groups[at].1) = (now, config);
                for node in 0..self.nodes.len() {
                    if self.nodes[node].group != at || self.nodes[node].primary.is_none() {
                        continue;
                    }
                    let was = std::mem::replace(&mut self.nodes[node].mode, now);
                    for mode in MODES {
                        let config = match mode_update(mode, was, now) {
                            ModeUpdate::Activate => config,
                            ModeUpdate::Drain => PoolConfig::DRAINING,
                            ModeUpdate::Keep => continue,
                        };
                        let fresh = self.pool(at, mode, config);
                        self.nodes[node].pools[number(mode)].get_or_insert(fresh).set_config(config);
                        self.reconcile(node, mode);
                    }
                    self.fill(Some(node));
                }
            }
            _ => unreachable!(),
        }
    }

    fn annotations(&mut self) {
        let now = self.now;
        for (_, pod, life) in self.annotating.extract_if(.., |entry| entry.0 <= now) {
            let pod = &mut self.pods[pod];
            if pod.life == life {
                pod.running = true;
                pod.waited = pod.waited.max(Some(now - pod.asked));
            }
        }
    }

    fn millisecond(&mut self) {
        let now = self.now;
        self.serve();
        self.answers();
        for node in 0..self.nodes.len() {
            let anchor = self.nodes[node].anchor;
            if now < anchor || !(now - anchor).is_multiple_of(30_000) {
                continue;
            }
            for mode in MODES {
                if let Some(pool) = self.nodes[node].pools[number(mode)].as_mut() {
                    pool.cool_down(now);
                    self.reconcile(node, mode);
                }
            }
            self.answers();
        }
        let asks = |pod: &SlowPod| {
            let (since, every) = pod.rhythm?;
            (now > since && (now - since).is_multiple_of(every)).then_some((pod.node?, every))
        };
        let mut due: Vec<_> =
            self.pods.iter().enumerate().filter_map(|(number, pod)| Some((asks(pod)?, number))).collect();
        due.sort_unstable();
        for (_, pod) in due {
            self.ask(pod);
            // Orders are sent; nothing is answered in the same millisecond.
            self.answers();
        }
        self.annotations();
        for event in self.given.events.iter().filter(|event| event.at_ms == now) {
            self.event(event.action);
            self.answers();
            self.annotations();
        }
    }

    fn pass(&mut self) {
        self.now += 1;
        self.ec2.pass();
        self.kubernetes.pass();
        if let Some(rate) = self.given.pace.account {
            for level in &mut self.account {
                *level = (*level + u64::from(rate.per_second)).min(u64::from(rate.burst) * 1_000);
            }
        }
    }

    /// What a sample shows.
    fn shows(&self) -> Vec<u64> {
        let mut shown = Vec::new();
        for (at, subnet) in self.subnets.iter().enumerate() {
            let here = self.nodes.iter().filter(|node| node.subnet == at);
            let held: usize = here.map(|node| node.on_eni[0].len() + 16 * node.on_eni[1].len()).sum();
            shown.extend([
                subnet.free_addresses().into(),
                subnet.free_prefixes().into(),
                u64::try_from(held).unwrap(),
            ]);
        }
        for at in 0..self.groups.len() {
            let nodes = || self.nodes.iter().filter(|node| node.group == at && node.primary.is_some());
            let counts = || nodes().flat_map(|node| node.pools.iter().flatten()).map(Pool::counts);
            let mine = |pod: &&SlowPod| match pod.place {
                Some(Place::Group(group)) => group as usize == at,
                Some(Place::Node(node)) => self.nodes[node as usize].group == at,
                None => false,
            };
            let pods = || self.pods.iter().filter(mine);
            let numbers = [
                nodes().count(),
                pods().filter(|pod| pod.running).count(),
                pods().filter(|pod| pod.node.is_some() && !pod.running).count(),
                pods().filter(|pod| pod.node.is_none()).count(),
            ];
            shown.extend(numbers.map(|number| u64::try_from(number).unwrap()));
            shown.extend([
                counts().map(|c| u64::from(c.warm)).sum::<u64>(),
                counts().map(|c| u64::from(c.cooling)).sum(),
            ]);
        }
        shown.extend(self.calls);
        shown
    }
}

fn release(subnet: &mut Subnet, group: Ipv4Prefix) {
    if group.prefix_len() == 28 { subnet.release_prefix(group) } else { subnet.release(group.first()) }
        .unwrap();
}

/// Some answers take longer than the 30 seconds from one look at a pool to the next.
fn any_latency() -> impl Strategy<Value = u32> {
    prop_oneof![2 => 1_u32..900, 1 => 5_000_u32..50_000]
}

fn any_pace() -> impl Strategy<Value = Pace> {
    let rates = (1_u32..20, 1_u32..20, 1_u32..30, 1_u32..6);
    let account = proptest::option::weighted(0.3, (1_u32..4, 1_u32..3));
    let latencies = (
        any_latency(),
        any_latency(),
        1_u32..300,
        prop_oneof![4 => Just(0_u32), 1 => 0_u32..40_000],
        1_u32..90,
    );
    (rates, account, latencies, (1_u32..4, 1_u32..4, any::<bool>())).prop_map(
        |(rates, account, latencies, rest)| Pace {
            ec2: Rate { per_second: rates.0, burst: rates.1 },
            kubernetes: Rate { per_second: rates.2, burst: rates.3 },
            account: account.map(|(per_second, burst)| Rate { per_second, burst }),
            attempts: rest.0,
            throttle_back_off_ms: 700,
            workers: rest.1,
            assign_ms: latencies.0,
            unassign_ms: latencies.1,
            describe_ms: latencies.2,
            visible_after_ms: latencies.3,
            annotate_ms: latencies.4,
            batch: if rest.2 { Batch::Partial } else { Batch::AllOrNothing },
        },
    )
}

fn any_config() -> impl Strategy<Value = PoolConfig> {
    (-1_i64..6, -1_i64..8, 0_i64..3)
        .prop_map(|(warm, minimum, prefix)| PoolConfig::new(warm, minimum, prefix))
}

fn any_mode() -> impl Strategy<Value = IpamMode> {
    prop_oneof![Just(SecondaryIp), Just(PrefixDelegation)]
}

/// Small fleets with small subnets, up to `until_ms`.
fn any_scenario(until_ms: u64) -> impl Strategy<Value = Scenario> {
    let group = (1_u32..6, any_mode(), any_config(), 0_u32..3, 1_u32..20, any::<bool>());
    let action = (0..until_ms, 0_u32..16, any::<u32>(), any_mode(), any_config());
    let quirks = prop_oneof![
        Just(Quirks::ALL),
        Just(Quirks::NONE),
        Just(Quirks::ALL.without(Quirk::NoPrefixBeforeFirstJob))
    ];
    (
        prop::collection::vec(25_u8..=28, 1..3),
        prop::collection::vec(group, 1..3),
        prop::collection::vec(action, 0..40),
        (any_pace(), quirks, any::<u64>()),
    )
        .prop_map(move |(lens, groups, mut actions, (pace, quirks, seed))| {
            let subnets: Vec<Subnet> = (0..)
                .zip(&lens)
                .map(|(third, &len)| Subnet::new(Ipv4Prefix::constant([10, 0, third, 0], len)).unwrap())
                .collect();
            let places: Vec<u32> = (0..u32::try_from(subnets.len()).unwrap()).collect();
            let mut owner = Vec::new();
            let groups: Vec<Group> = groups
                .into_iter()
                .enumerate()
                .map(|(at, (slots, mode, config, initial, max_pods, nitro))| {
                    owner.extend((0..initial).map(|_| at));
                    let limits = Limits::new(i64::from(slots) + 1, nitro || slots > 2).unwrap();
                    let given = Group::new(limits, mode, config, places.clone(), initial);
                    Group { max_nodes: 6, max_pods, ..given }
                })
                .collect();
            actions.sort_by_key(|action| action.0);
            let mut there: Vec<bool> = vec![true; owner.len()];
            let (mut pods, mut ended) = (0_u32, Vec::new());
            let mut events = Vec::new();
            for (at_ms, kind, pick, mode, config) in actions {
                let group = pick % u32::try_from(groups.len()).unwrap();
                let node = pick.checked_rem(u32::try_from(owner.len()).unwrap()).unwrap_or(0);
                let subnet = pick % u32::try_from(subnets.len()).unwrap();
                let present = there.get(node as usize) == Some(&true);
                let action = match kind {
                    0 if there.len() < 6 => {
                        owner.push(group as usize);
                        there.push(true);
                        Action::NodesJoin { group, count: 1 }
                    }
                    1 if present => {
                        there[node as usize] = false;
                        Action::NodeLeaves { node }
                    }
                    2..=5 if present => {
                        pods += 1;
                        Action::PodStarts { pod: pods - 1, place: Place::Node(node) }
                    }
                    6..=8 => {
                        pods += 1;
                        Action::PodStarts { pod: pods - 1, place: Place::Group(group) }
                    }
                    9..=12 if pods > 0 && !ended.contains(&(pick % pods)) => {
                        ended.push(pick % pods);
                        Action::PodEnds { pod: pick % pods }
                    }
                    13 => Action::NeighbourTakes { subnet, count: pick % 20 },
                    14 => Action::NeighbourReleases { subnet, count: pick % 20 },
                    15 => Action::Settings { group, mode, config },
                    _ => continue,
                };
                events.push(Event { at_ms, action });
            }
            let sample_ms = 1_000;
            Scenario { events, pace, quirks, seed, sample_ms, ..Scenario::new(subnets, groups, until_ms) }
        })
}

/// A part of the cases that are asked for: some take long.
fn a_share(part: u32) -> ProptestConfig {
    let all = ProptestConfig::default();
    ProptestConfig { cases: all.cases.div_ceil(part), ..all }
}

proptest! {
    #![proptest_config(a_share(6))]

    #[test]
    fn plays_as_the_slow_loop_does(given in any_scenario(70_000)) {
        let timeline = play(&given);
        let mut slow = Slow::new(&given);
        for sample in &timeline.samples {
            while slow.now < sample.at_ms {
                slow.millisecond();
                slow.pass();
            }
            // The sample shows its own millisecond too.
            slow.millisecond();
            let mut shown = Vec::new();
            for subnet in &sample.subnets {
                shown.extend([subnet.free_addresses, subnet.free_prefixes, subnet.held_addresses].map(u64::from));
            }
            for group in &sample.groups {
                let pods = [group.nodes, group.running, group.waiting, group.unplaced];
                shown.extend(pods.into_iter().chain([group.warm, group.cooling]).map(u64::from));
            }
            let calls = sample.calls;
            shown.extend([calls.assign, calls.unassign, calls.describe, calls.throttled]);
            prop_assert_eq!(slow.shows(), shown, "at {} ms", sample.at_ms);
            slow.pass();
        }
        for (subnet, outcome) in slow.subnets.iter().zip(&timeline.subnets) {
            prop_assert_eq!(subnet, &outcome.subnet);
        }
        prop_assert_eq!(slow.pods.iter().filter_map(|pod| pod.waited).max().unwrap_or(0), timeline.waits.max_ms);
        prop_assert_eq!(slow.lost, timeline.lost_pods);
        let failures: u64 = timeline.failures.iter().map(|failure| failure.times).sum();
        prop_assert_eq!(u64::try_from(slow.failures.len()).unwrap(), failures);
        let first = slow.failures.iter().map(|&(at, ..)| at).min();
        prop_assert_eq!(first, timeline.failures.first().map(|failure| failure.first_ms));
    }
}

/// Every address has one owner, and pools know of nothing that their ENI does not have.
fn agrees(fleet: &Fleet<'_>, nodes: u32, subnets: u32) -> Result<(), TestCaseError> {
    let mut held = vec![0_u32; subnets as usize];
    for node in 0..nodes {
        let Some((at, primary)) = fleet.primary(node) else { continue };
        let subnet = fleet.subnet(at).unwrap();
        prop_assert_eq!(subnet.owner(primary), Some(node));
        held[at as usize] += 1;
        for mode in MODES {
            let on_eni = fleet.held(node, mode);
            for address in on_eni.iter().flat_map(|group| group.addresses()) {
                prop_assert_eq!(subnet.owner(address), Some(node));
                held[at as usize] += 1;
            }
            let Some(pool) = fleet.pool(node, mode) else {
                prop_assert!(on_eni.is_empty());
                continue;
            };
            let state = pool.introspect();
            let mut known: Vec<Ipv4Addr> = state.used.iter().map(|&(_, address)| address).collect();
            known.extend(state.cooling.iter().map(|cooling| cooling.address));
            known.extend(state.warm.iter().flat_map(|group| group.free.iter().copied()));
            for address in &known {
                prop_assert!(
                    on_eni.iter().any(|group| group.contains_addr(*address)),
                    "{} is not held",
                    address
                );
            }
            let all = known.len();
            known.sort_unstable();
            known.dedup();
            prop_assert_eq!(known.len(), all, "an address twice");
            let on_eni: u64 = on_eni.iter().map(|group| group.address_count()).sum();
            if !fleet.has_orders() && !state.resync_required {
                prop_assert_eq!(u64::try_from(all).unwrap(), on_eni);
            }
        }
    }
    for (at, held) in (0..).zip(held) {
        let subnet = fleet.subnet(at).unwrap();
        let neighbours =
            subnet.prefix().addresses().filter(|&address| subnet.owner(address) == Some(NEIGHBOUR));
        prop_assert_eq!(subnet.used_addresses(), held + u32::try_from(neighbours.count()).unwrap());
    }
    Ok(())
}

proptest! {
    #![proptest_config(a_share(2))]

    #[test]
    fn an_address_has_one_owner_and_pools_know_what_they_hold(
        mut given in any_scenario(120_000),
        choice in prop_oneof![Just(Choice::Lowest), Just(Choice::Random), Just(Choice::Worst)],
    ) {
        given.choice = choice;
        // What is granted and not seen in time is known to the ENI alone until a re-sync that others may have had before.
        given.pace.visible_after_ms = 0;
        let subnets = u32::try_from(given.subnets.len()).unwrap();
        let mut fleet = Fleet::new(&given).unwrap();
        agrees(&fleet, 8, subnets)?;
        let mut before = 0;
        while let Some(at_ms) = fleet.step() {
            prop_assert!(at_ms >= before);
            before = at_ms;
            agrees(&fleet, 8, subnets)?;
        }
    }

    /// All pods end, neighbours leave: a minute and some calls later nodes hold what fresh nodes hold at rest.
    #[test]
    fn nothing_is_lost(mut given in any_scenario(120_000)) {
        given.pace.visible_after_ms = 0;
        given.pace.account = None;
        given.quirks = Quirks::NONE;
        let mut running: Vec<u32> = Vec::new();
        for event in &given.events {
            match event.action {
                Action::PodStarts { pod, .. } => running.push(pod),
                Action::PodEnds { pod } => running.retain(|&other| other != pod),
                _ => {}
            }
        }
        given.events.extend(running.into_iter().map(|pod| end(120_000, pod)));
        given.until_ms = 1_200_000;
        let mut fleet = Fleet::new(&given).unwrap();
        while fleet.step().is_some() {}
        for group in 0..u32::try_from(given.groups.len()).unwrap() {
            let stands = fleet.group(group).unwrap();
            prop_assert_eq!((stands.running, stands.waiting, stands.unplaced, stands.cooling), (0, 0, 0, 0));
        }
        for (node, mode) in (0..8).flat_map(|node| MODES.map(|mode| (node, mode))) {
            if let Some(pool) = fleet.pool(node, mode) {
                let counts = pool.counts();
                let held: u64 = fleet.held(node, mode).iter().map(|group| group.address_count()).sum();
                prop_assert!(u64::from(counts.warm) <= held && counts.used == 0);
            }
        }
        agrees(&fleet, 8, u32::try_from(given.subnets.len()).unwrap())?;
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes(mut given in any_scenario(120_000)) {
        given.choice = Choice::Random;
        prop_assert_eq!(format!("{:?}", play(&given)), format!("{:?}", play(&given)));
    }

    /// Of pods that only come, on nodes whose subnet has enough, none gets its address earlier where answers
    /// take twice as long.
    #[test]
    fn slower_answers_make_no_pod_earlier(
        mode in any_mode(),
        config in any_config(),
        nodes in 1_u32..4,
        times in prop::collection::vec(0_u64..20_000, 0..20),
        pace in any_pace(),
    ) {
        let mut given = group(40, mode, config, 0);
        given.max_nodes = nodes;
        let mut times = times;
        times.sort_unstable();
        let mut events = vec![join(0, nodes)];
        let start = |(pod, at_ms)| start(at_ms, pod, pod % nodes);
        events.extend((0..).zip(times).map(start));
        let mut fast = scenario(18, given, 400_000, &events);
        // Where calls are scarce, slow answers bundle orders and may well be quicker; and a description that comes too
        // early is repeated on a grid of its own.
        let ec2 = Rate { per_second: 1_000_000, burst: 1_000_000 };
        fast.pace = Pace { ec2, account: None, workers: 64, visible_after_ms: 0, ..pace };
        let mut slow = fast.clone();
        for latency in [&mut slow.pace.assign_ms, &mut slow.pace.describe_ms, &mut slow.pace.annotate_ms] {
            *latency *= 2;
        }
        let (fast, slow) = (arrivals(&fast), arrivals(&slow));
        prop_assert!(fast.len() >= slow.len());
        for (fast, slow) in fast.iter().zip(&slow) {
            prop_assert!(fast <= slow, "{} > {}", fast, slow);
        }
    }

    /// A node that has the subnet for itself and EC2 without delay is its pool and nothing else.
    #[test]
    fn one_node_alone_is_its_pool(
        mode in any_mode(),
        config in any_config(),
        slots in 1_u32..10,
        steps in prop::collection::vec((1_u64..20_000, any::<bool>(), any::<u32>()), 0..40),
    ) {
        let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
        let given = group(slots, mode, config, 1);
        let mut twin = Pool::new(mode, capacity(given.limits, mode).addresses, config);
        let mut ground = Slow::new(&Scenario::new(vec![subnet(20)], vec![], 0)).subnets.remove(0);
        ground.assign_to(lowest_address(&ground).unwrap(), 0).unwrap();
        let mut work = |pool: &mut Pool| {
            while let Some(job) = pool.reconcile() {
                let mut groups = Vec::new();
                match &job {
                    Job::Create { count } => {
                        for _ in 0..*count {
                            let group = match mode {
                                SecondaryIp => Ipv4Prefix::host(lowest_address(&ground).unwrap()),
                                PrefixDelegation => lowest_block(&ground).unwrap(),
                            };
                            match mode {
                                SecondaryIp => ground.assign(group.first()).unwrap(),
                                PrefixDelegation => ground.assign_prefix(group).unwrap(),
                            }
                            groups.push(group);
                        }
                    }
                    Job::Delete { groups } => groups.iter().for_each(|&group| release(&mut ground, group)),
                    Job::Resync => unreachable!(),
                }
                pool.update(&job, JobResult::success(&groups)).unwrap();
            }
        };
        work(&mut twin);

        // Pods start while there is room, the one that is asked for ends; none waits.
        let (mut now, mut pods, mut running) = (1_u64, 0_u32, Vec::new());
        let mut events = Vec::new();
        let mut expected = Vec::new();
        for (pause, starts, pick) in steps {
            let then = now + pause;
            for tick in (now..then).filter(|at| at % 30_000 == 0) {
                twin.cool_down(tick);
                work(&mut twin);
            }
            now = then;
            if starts {
                if twin.counts().warm == 0 || running.len() >= 100 {
                    continue;
                }
                twin.assign(pods).unwrap();
                events.push(start(now, pods, 0));
                running.push(pods);
                pods += 1;
            } else if running.is_empty() {
                continue;
            } else {
                let pod = running.swap_remove(pick as usize % running.len());
                twin.free(pod, twin.address_of(pod).unwrap(), now).unwrap();
                events.push(end(now, pod));
            }
            // A look at the same millisecond comes before an event.
            work(&mut twin);
            expected.push((now, twin.introspect()));
        }
        prop_assume!(!events.iter().any(|event| event.at_ms % 30_000 == 0));
        let mut alone = scenario(20, given, now + 1, &events);
        alone.pace = Pace {
            ec2: rate,
            kubernetes: rate,
            assign_ms: 0,
            unassign_ms: 0,
            describe_ms: 0,
            annotate_ms: 0,
            ..Pace::default()
        };
        let mut fleet = Fleet::new(&alone).unwrap();
        let mut expected = expected.into_iter().peekable();
        let mut state = None;
        loop {
            let next = fleet.step();
            let over = |at: u64| next.is_none_or(|now| now > at);
            while let Some((_, twin)) = expected.next_if(|&(at, _)| over(at)) {
                prop_assert_eq!(state.as_ref(), Some(&twin));
            }
            if next.is_none() {
                break;
            }
            state = fleet.pool(0, mode).map(Pool::introspect);
        }
        prop_assert!(expected.next().is_none());
    }
}

/// Settings of a ConfigMap, and limits of a type.
fn any_settings() -> impl Strategy<Value = (Limits, Vec<(&'static str, String)>)> {
    let target =
        || prop_oneof![3 => (0_i64..24).prop_map(|target| target.to_string()), 1 => Just("-1".to_owned())];
    let keys = ["warm-ip-target", "minimum-ip-target", "warm-prefix-target"];
    (2_i64..24, any::<bool>(), any::<bool>(), [target(), target(), target()], any::<[bool; 3]>()).prop_map(
        move |(ipv4, nitro, prefixes, targets, written)| {
            let mut pairs = vec![
                ("enable-windows-ipam", "true".to_owned()),
                ("enable-windows-prefix-delegation", prefixes.to_string()),
            ];
            let given = keys.into_iter().zip(targets).zip(written).filter(|(_, written)| *written);
            pairs.extend(given.map(|(pair, _)| pair));
            (Limits::new(ipv4, nitro).unwrap(), pairs)
        },
    )
}

proptest! {
    /// What a node holds once it has come to rest is what the closed forms say: both where pods came one after the other,
    /// and where they are there from the start.
    #[test]
    fn comes_to_rest_where_the_closed_forms_are((limits, pairs) in any_settings(), pods in 0_u32..60) {
        let data = ConfigData::from_pairs(pairs.iter().map(|(key, value)| (*key, value.as_str())));
        let settings = Settings::read(&data, Environment::default()).on_node(limits);
        let pods = pods.min(capacity(limits, settings.mode).addresses);
        let rest = steady_state(limits, &settings, pods, 0);
        let group = Group {
            max_pods: u32::MAX,
            ..Group::new(limits, settings.mode, PoolConfig::on_node(&settings, settings.mode), vec![0], 1)
        };
        let events: Vec<Event> = (0..pods).map(|pod| start(u64::from(pod) * 200_000, pod, 0)).collect();
        let one_by_one = scenario(20, group.clone(), u64::from(pods) * 200_000 + 300_000, &events);
        let from_the_start = scenario(20, Group { initial_pods: pods, ..group }, 300_000, &[]);
        for played in [one_by_one, from_the_start] {
            let timeline = play(&played);
            let last = timeline.samples.last().unwrap();
            prop_assert_eq!(last.subnets[0].held_addresses, rest.held_addresses);
            prop_assert_eq!((last.groups[0].running, last.groups[0].waiting), (rest.pods, rest.waiting));
            prop_assert_eq!(last.groups[0].warm, rest.warm);
        }
    }
}
