//! The fleet against scenarios worked out by hand, properties, and a slow loop that plays every millisecond.
use core::net::Ipv4Addr;
use core::ops::ControlFlow;

use winpod::fleet::{
    Action, Batch, Choice, End, Event, Fleet, FleetError, Group, MAX_UNTIL_MS, NEIGHBOUR, Place, Rate,
    Reason, Scenario, Timeline, run,
};
use winpod::ipam::IpamMode::{PrefixDelegation, SecondaryIp};
use winpod::ipam::{IpamMode, Limits};
use winpod::pool::{PoolConfig, Quirk, Quirks};
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
    let code = |change: fn(&mut Scenario)| {
        let mut given = scenario(24, given.clone(), 0, &[]);
        change(&mut given);
        given.check().unwrap_err().code()
    };
    assert_eq!(code(|given| given.until_ms = MAX_UNTIL_MS + 1), "TOO_MUCH");
    assert_eq!(code(|given| (given.until_ms, given.sample_ms) = (MAX_UNTIL_MS, 1)), "TOO_MUCH");
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
