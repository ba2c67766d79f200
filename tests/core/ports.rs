//! Blocks, demand and wider ranges, against a slow walk over every port.
use proptest::prelude::*;
use winpod::dsr::{Policies, Proxying, Service, ServicePort, ServiceType, TrafficPolicy, policies};
use winpod::ports::{
    BLOCK_PORTS, Because, DEFAULT_DYNAMIC_RANGE, Demand, NODE_PORTS, PortRange, PortSet, Protocol, Verdict,
    WIDE_RANGES, estimate, live, services_that_fit, supply, widen,
};
use winpod::{Error, Grade, KubernetesVersion};

fn range(first: i64, last: i64) -> PortRange {
    PortRange::new(first, last).unwrap()
}

/// Walks from port to port and takes 64 whenever the next 64 are free.
fn blocks_port_by_port(dynamic: PortRange, taken: &[PortRange]) -> (u32, u32) {
    let free =
        |port: u32| taken.iter().all(|it| !(u32::from(it.first())..=u32::from(it.last())).contains(&port));
    let last = u32::from(dynamic.last());
    let (mut port, mut blocks, mut ports) = (u32::from(dynamic.first()), 0, 0);
    for port in port..=last {
        ports += u32::from(free(port));
    }
    while port <= last {
        let mut run = 0;
        while run < 64 && port + run <= last && free(port + run) {
            run += 1;
        }
        if run == 64 {
            blocks += 1;
            port += 64;
        } else {
            // The first port that is not free, or the end.
            port += run + 1;
        }
    }
    (blocks, ports)
}

#[test]
fn known_ranges_and_exclusions() {
    let excluded = PortSet::from_iter([range(50_000, 50_059)]);
    let both = PortSet::from_iter([range(50_000, 50_059), NODE_PORTS]);
    let table = [
        (DEFAULT_DYNAMIC_RANGE, [256, 254, 254]),
        (PortRange::starting(34_000, 31_536).unwrap(), [492, 491, 491]),
        (PortRange::starting(33_000, 32_536).unwrap(), [508, 506, 506]),
        (PortRange::starting(16_385, 49_151).unwrap(), [767, 766, 722]),
        (PortRange::starting(1_025, 64_511).unwrap(), [1007, 1006, 962]),
    ];
    for (dynamic, expected) in table {
        let blocks = [&PortSet::new(), &excluded, &both].map(|taken| supply(dynamic, taken).blocks);
        assert_eq!(blocks, expected, "{dynamic}");
    }
    assert!(WIDE_RANGES.into_iter().eq(table[1..].iter().map(|(dynamic, _)| *dynamic)));
}

#[test]
fn a_listing_of_a_running_node() {
    // 49152-49663 free, four held blocks, gaps of 20 and 124, and the rest: 8 + 0 + 1 + 240.
    let taken = [
        (5985, 5985),
        (47_001, 47_001),
        (49_664, 49_727),
        (49_728, 49_791),
        (49_812, 49_875),
        (50_000, 50_059),
        (50_060, 50_123),
    ];
    let taken = PortSet::from_iter(taken.map(|(first, last)| range(first, last)));
    let left = supply(DEFAULT_DYNAMIC_RANGE, &taken);
    assert_eq!((left.blocks, left.gaps, left.ports), (249, 4, 512 + 20 + 124 + 15_412));
    assert_eq!(left.lost_ports, left.ports - 249 * BLOCK_PORTS);
    assert_eq!(live(left.blocks), Verdict::Ok);
}

#[test]
fn an_exclusion_costs_up_to_63_ports_on_each_side() {
    // One port in the middle of a block of an aligned range costs that block alone.
    for (port, expected) in [(49_152, 255), (49_215, 255), (49_216, 255), (65_535, 255)] {
        let one = PortSet::from_iter([range(port, port)]);
        assert_eq!(supply(DEFAULT_DYNAMIC_RANGE, &one).blocks, expected, "{port}");
    }
    // 64 ports off the grid cost two blocks: 32 ports on one side and 32 on the other are lost.
    let off_grid = PortSet::from_iter([range(49_184, 49_247)]);
    let left = supply(DEFAULT_DYNAMIC_RANGE, &off_grid);
    assert_eq!((left.blocks, left.lost_ports), (254, 64));
    // Outside the range nothing is lost.
    let outside = PortSet::from_iter([range(1, 49_151)]);
    assert_eq!(supply(DEFAULT_DYNAMIC_RANGE, &outside).blocks, 256);
    // Everything taken.
    let left = supply(DEFAULT_DYNAMIC_RANGE, &PortSet::from_iter([range(1, 65_535)]));
    assert_eq!((left.blocks, left.gaps, left.ports), (0, 0, 0));
}

#[test]
fn ranges_that_are_none() {
    let (min, max) = (i64::MIN, i64::MAX);
    for (first, last) in [(0, 10), (-1, 10), (10, 9), (1, 65_536), (65_536, 65_536), (min, max), (max, min)] {
        assert_eq!(PortRange::new(first, last), Err(Error::PortRange { first, last }));
    }
    for (first, count) in
        [(0, 1), (1, 0), (1, -1), (1, 65_536), (1, i64::MAX), (i64::MAX, i64::MAX), (i64::MIN, 1)]
    {
        assert!(PortRange::starting(first, count).is_err(), "{first} {count}");
    }
    assert!(PortRange::starting(i64::MIN, i64::MIN).is_err());
    assert_eq!(PortRange::starting(1, 65_535).unwrap().count(), 65_535);
}

#[test]
fn verdicts_at_the_edges() {
    let verdict = |blocks, policies, pods| estimate(blocks, Demand::new(policies, 0, pods)).verdict;
    for (blocks, policies, pods, expected) in [
        (256, 0, 0, Verdict::Ok),
        (256, 245, 0, Verdict::Ok),
        (256, 246, 0, Verdict::Warn),
        (256, 247, 0, Verdict::Warn),
        (256, 255, 0, Verdict::Warn),
        (256, 256, 0, Verdict::Warn),
        (256, 257, 0, Verdict::Exhausted),
        // 200 + 56 is as many as there are, 57 more than that.
        (256, 200, 56, Verdict::Ok),
        (256, 200, 57, Verdict::Warn),
        (0, 0, 0, Verdict::Warn),
        (0, 1, 0, Verdict::Exhausted),
        (10, 0, 0, Verdict::Warn),
        (11, 0, 0, Verdict::Ok),
        (u32::MAX, u32::MAX, u32::MAX, Verdict::Warn),
    ] {
        assert_eq!(verdict(blocks, policies, pods), expected, "{blocks} {policies} {pods}");
    }
    assert_eq!([0, 1, 9, 10, 11, u32::MAX].map(live), {
        let (none, few, ok) = (Verdict::Exhausted, Verdict::Warn, Verdict::Ok);
        [none, few, few, few, ok, ok]
    });
}

#[test]
fn an_upper_bound_is_never_certain() {
    let answer = estimate(256, Demand::new(300, 0, 0));
    assert_eq!((answer.verdict, answer.certain), (Verdict::Exhausted, false));
    let reasons: Vec<_> = answer.because().collect();
    assert_eq!(
        reasons,
        [
            Because::MorePoliciesThanBlocks { policies: 300, blocks: 256 },
            Because::SharingUnknown { at_least: 1 }
        ]
    );
    assert!(reasons.iter().all(|reason| reason.grade() == Grade::Unverified && !reason.code().is_empty()));
    // Without any free block not even sharing helps.
    assert!(estimate(0, Demand::new(1, 0, 0)).certain);
    // Few services are fine whatever pods take.
    assert!(estimate(256, Demand::new(20, 0, 110)).certain);
    assert!(!estimate(256, Demand::new(200, 0, 50)).certain);
    // What may or may not have DSR counts for the most alone.
    let demand = Demand::new(0, 5, 0);
    assert_eq!((demand.at_least, demand.policies), (0, 5));
}

/// 90 cluster IPs, 20 load balancers of two ports, 10 of one port with Local, and what every cluster has.
fn worked_example(times: u32, enable_dsr: bool) -> Policies {
    let proxying = Proxying { enable_dsr, ..Proxying::new(KubernetesVersion::new(1, 34)) };
    let tcp = [ServicePort::new(Protocol::Tcp)];
    let two = [ServicePort { node_port: true, ..tcp[0] }; 2];
    let local = Service {
        kind: ServiceType::LoadBalancer,
        external_traffic: TrafficPolicy::Local,
        ..Service::cluster_ip(&two[..1])
    };
    let balanced = Service { kind: ServiceType::LoadBalancer, ..Service::cluster_ip(&two) };
    let mut all = Policies::default();
    for (service, count) in [(Service::cluster_ip(&tcp), 90), (balanced, 20), (local, 10)] {
        for _ in 0..count * times {
            all.add(&policies(&service, &proxying).policies);
        }
    }
    for (_, service) in winpod::dsr::ALWAYS_PRESENT {
        all.add(&policies(&service, &proxying).policies);
    }
    all
}

#[test]
fn the_worked_example_of_a_cluster() {
    let blocks = 254;
    let off = worked_example(1, false);
    let tcp = Demand::of(&off, Protocol::Tcp, 30);
    // 90 + 20 * 2 * 2 + 10 + 2, and one for each of 30 pods at the most; the node ports of Local have DSR anyway.
    assert_eq!((tcp.policies, tcp.at_most), (182, 212));
    assert_eq!(Demand::of(&off, Protocol::Udp, 30).policies, 1);
    assert_eq!(estimate(blocks, tcp).verdict, Verdict::Ok);
    // With DSR only the node ports of the 20 are left.
    let on = Demand::of(&worked_example(1, true), Protocol::Tcp, 30);
    assert_eq!((on.policies, estimate(blocks, on).verdict), (40, Verdict::Ok));

    let off = Demand::of(&worked_example(3, false), Protocol::Tcp, 30);
    assert_eq!((off.policies, estimate(blocks, off).verdict), (542, Verdict::Exhausted));
    let on = Demand::of(&worked_example(3, true), Protocol::Tcp, 30);
    assert_eq!((on.policies, estimate(blocks, on).verdict), (120, Verdict::Ok));
}

#[test]
fn services_that_fit_with_and_without_dsr() {
    let tcp = ServicePort::new(Protocol::Tcp);
    let with_node_port = ServicePort { node_port: true, ..tcp };
    let fit = |ports: &[ServicePort], enable_dsr, udp_blocks| {
        let proxying = Proxying { enable_dsr, ..Proxying::new(KubernetesVersion::new(1, 34)) };
        services_that_fit(&Service::cluster_ip(ports), &proxying, 256, udp_blocks, &Policies::default())
    };
    assert_eq!((fit(&[tcp], false, 256), fit(&[tcp], true, 256)), (Some(256), None));
    assert_eq!(
        (fit(&[with_node_port], false, 256), fit(&[with_node_port], true, 256)),
        (Some(128), Some(256))
    );
    assert_eq!(fit(&[with_node_port; 2], false, 256), Some(64));
    // The scarcer protocol decides.
    let dns = [tcp, ServicePort::new(Protocol::Udp)];
    assert_eq!(
        (fit(&dns, false, 256), fit(&dns, false, 10), fit(&dns, false, 0)),
        (Some(256), Some(10), Some(0))
    );
    // SCTP takes from neither.
    assert_eq!(fit(&[ServicePort::new(Protocol::Sctp)], false, 256), None);
    assert_eq!(fit(&[], false, 256), None);
    // What is there already leaves less room, or none.
    let proxying = Proxying::new(KubernetesVersion::new(1, 34));
    let fit = |present| services_that_fit(&Service::cluster_ip(&[tcp]), &proxying, 254, 254, &present);
    assert_eq!(fit(worked_example(1, false)), Some(254 - 182));
    assert_eq!(fit(worked_example(3, false)), Some(0));
}

#[test]
fn wider_ranges_and_node_ports() {
    let none = PortSet::new();
    let excluded = PortSet::from_iter([NODE_PORTS]);
    let collisions = |excluded: &PortSet| {
        WIDE_RANGES.map(|wide| widen(DEFAULT_DYNAMIC_RANGE, wide, excluded, &none, NODE_PORTS).node_ports)
    };
    assert_eq!(collisions(&none), [None, None, Some(NODE_PORTS), Some(NODE_PORTS)]);
    assert_eq!(collisions(&excluded), [None; 4]);
    // A port in use is not a port excluded: HNS gets it once it is closed. 13615 and 32768 ports are left.
    let wide = widen(DEFAULT_DYNAMIC_RANGE, WIDE_RANGES[2], &none, &excluded, NODE_PORTS);
    assert_eq!((wide.before.blocks, wide.after.blocks, wide.node_ports), (256, 724, Some(NODE_PORTS)));
    // Half excluded.
    let half = PortSet::from_iter([range(30_000, 30_999), range(32_000, 32_099)]);
    let wide = widen(DEFAULT_DYNAMIC_RANGE, WIDE_RANGES[2], &half, &none, NODE_PORTS);
    assert_eq!(wide.node_ports, Some(range(31_000, 32_767)));
    let components = WIDE_RANGES
        .map(|wide| widen(DEFAULT_DYNAMIC_RANGE, wide, &none, &none, NODE_PORTS).windows_components);
    assert_eq!(components, [false, true, true, true]);
}

fn any_range() -> impl Strategy<Value = PortRange> {
    // Short ranges, and ranges close to the dynamic one, so that gaps of every length appear.
    prop_oneof![
        (1_i64..=65_535, 0_i64..200).prop_map(|(first, more)| range(first, (first + more).min(65_535))),
        (49_000_i64..=51_000, 0_i64..130).prop_map(|(first, more)| range(first, first + more)),
        (1_i64..=65_535, 1_i64..=65_535).prop_map(|(a, b)| range(a.min(b), a.max(b))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_are_those_of_a_walk_over_every_port(
        dynamic in any_range(), taken in prop::collection::vec(any_range(), 0..12), wide in any::<bool>(),
    ) {
        let dynamic = if wide { range(49_000, 52_000) } else { dynamic };
        let taken: Vec<_> = taken.into_iter().filter(|it| !wide || it.count() < 300).collect();
        let found = supply(dynamic, &taken.iter().copied().collect());
        prop_assert_eq!((found.blocks, found.ports), blocks_port_by_port(dynamic, &taken));
        prop_assert_eq!(found.ports, found.blocks * 64 + found.lost_ports);
    }

    #[test]
    fn a_set_holds_what_was_put_in(ranges in prop::collection::vec(any_range(), 0..12), port in any::<u16>()) {
        let set: PortSet = ranges.iter().copied().collect();
        let holds = |port: u16| ranges.iter().any(|it| (it.first()..=it.last()).contains(&port));
        prop_assert_eq!(set.contains(port), holds(port));
        prop_assert_eq!(set.count() as usize, (0..=u16::MAX).filter(|port| holds(*port)).count());
        let all = range(1, 65_535);
        let free: u32 = set.gaps(all).map(PortRange::count).sum();
        prop_assert_eq!(free + set.count(), 65_535);
    }

    #[test]
    fn more_demand_never_helps(blocks in 0_u32..600, policies in 0_u32..600, pods in 0_u32..200) {
        let verdict = |policies, pods| estimate(blocks, Demand::new(policies, 0, pods)).verdict;
        prop_assert!(verdict(policies, pods) <= verdict(policies + 1, pods));
        prop_assert!(verdict(policies, pods) <= verdict(policies, pods + 1));
        prop_assert!(estimate(blocks, Demand::new(policies, 0, pods)).because().count() <= 6);
    }
}
