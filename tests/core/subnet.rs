//! A subnet against a slow obvious one: sets of addresses, counted one by one.
use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use proptest::prelude::*;
use winpod::subnet::{Reservation, ReservationKind};
use winpod::{Error, Ipv4Prefix, Subnet};

fn p(text: &str) -> Ipv4Prefix {
    text.parse().unwrap()
}

fn a(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

/// Length, addresses, usable, blocks for prefixes: the published sizes, all thirteen.
const SIZES: [(u8, u32, u32, u32); 13] = [
    (16, 65_536, 65_531, 4_094),
    (17, 32_768, 32_763, 2_046),
    (18, 16_384, 16_379, 1_022),
    (19, 8_192, 8_187, 510),
    (20, 4_096, 4_091, 254),
    (21, 2_048, 2_043, 126),
    (22, 1_024, 1_019, 62),
    (23, 512, 507, 30),
    (24, 256, 251, 14),
    (25, 128, 123, 6),
    (26, 64, 59, 2),
    (27, 32, 27, 0),
    (28, 16, 11, 0),
];

#[test]
fn every_size_everywhere() {
    for (len, total, usable, clean) in SIZES {
        for at in [Ipv4Addr::UNSPECIFIED, a("10.255.255.255"), Ipv4Addr::BROADCAST] {
            let prefix = Ipv4Prefix::truncating(at, len).unwrap();
            let subnet = Subnet::new(prefix).unwrap();
            assert_eq!(subnet.prefix(), prefix);
            assert_eq!(subnet.total_addresses(), total);
            assert_eq!(subnet.usable_addresses(), usable);
            assert_eq!(subnet.used_addresses(), 0);
            assert_eq!(subnet.free_addresses(), usable);
            assert_eq!(subnet.free_prefixes(), clean);
            assert_eq!(subnet.free_prefixes_inside_reservations(), 0);
            let run = subnet.largest_free_run().unwrap();
            assert_eq!(run.address_count, usable);
            assert_eq!(prefix.addresses().nth(4), Some(run.first));
            assert_eq!(prefix.addresses().nth_back(1), Some(run.last));
            let reserved = subnet.reserved_addresses();
            for address in prefix.addresses() {
                assert_eq!(subnet.is_free(address), !reserved.contains(&address));
                assert!(!subnet.is_assigned(address));
            }
        }
    }
    for len in (0..16).chain(29..=32) {
        let prefix = Ipv4Prefix::truncating(a("10.0.0.0"), len).unwrap();
        assert_eq!(Subnet::new(prefix), Err(Error::SubnetSize { got: len }));
    }
}

#[test]
fn the_largest_subnet_fills_and_empties() {
    let empty = Subnet::new(p("10.0.0.0/16")).unwrap();
    let mut subnet = empty.clone();
    let blocks: Vec<_> = p("10.0.0.0/16").subnets(28).unwrap().collect();
    let inner = &blocks[1..blocks.len() - 1];
    for block in inner {
        subnet.assign_prefix(*block).unwrap();
    }
    assert_eq!((subnet.free_prefixes(), subnet.used_addresses(), subnet.free_addresses()), (0, 65_504, 27));
    // 10.0.255.240 to .254: the last block without the last address.
    assert_eq!(
        subnet.largest_free_run().map(|run| (run.first, run.address_count)),
        Some((a("10.0.255.240"), 15))
    );
    for address in p("10.0.0.0/28").addresses().skip(4).chain(p("10.0.255.240/28").addresses().take(15)) {
        subnet.assign(address).unwrap();
    }
    assert_eq!((subnet.free_addresses(), subnet.largest_free_run()), (0, None));
    for block in inner {
        subnet.release_prefix(*block).unwrap();
    }
    for address in p("10.0.0.0/28").addresses().skip(4).chain(p("10.0.255.240/28").addresses().take(15)) {
        subnet.release(address).unwrap();
    }
    assert_eq!(subnet, empty);
}

#[test]
fn refusals() {
    let mut subnet = Subnet::new(p("10.0.8.0/24")).unwrap();
    let block = p("10.0.8.16/28");
    subnet.assign_prefix(block).unwrap();
    subnet.assign(a("10.0.8.40")).unwrap();
    subnet.assign(a("10.0.8.45")).unwrap();
    let before = subnet.clone();

    let code = |result: Result<(), Error>| result.unwrap_err().code();
    assert_eq!(code(subnet.assign(a("10.0.9.0"))), "ADDRESS_OUTSIDE_SUBNET");
    assert_eq!(code(subnet.release(a("10.0.7.255"))), "ADDRESS_OUTSIDE_SUBNET");
    for reserved in subnet.reserved_addresses() {
        assert_eq!(code(subnet.assign(reserved)), "ADDRESS_RESERVED");
        assert_eq!(code(subnet.release(reserved)), "ADDRESS_RESERVED");
    }
    assert_eq!(code(subnet.assign(a("10.0.8.40"))), "ADDRESS_ASSIGNED");
    assert_eq!(code(subnet.release(a("10.0.8.41"))), "ADDRESS_NOT_ASSIGNED");
    let inside = Error::AddressInPrefix { address: a("10.0.8.31"), prefix: block };
    assert_eq!(subnet.assign(a("10.0.8.31")), Err(inside));
    assert_eq!(subnet.release(a("10.0.8.31")), Err(inside));
    assert_eq!(code(subnet.assign_prefix(block)), "PREFIX_ASSIGNED");
    assert_eq!(
        subnet.assign_prefix(p("10.0.8.32/28")),
        Err(Error::PrefixNotFree { prefix: p("10.0.8.32/28"), address: a("10.0.8.40") })
    );
    for other in ["10.0.8.64/27", "10.0.8.64/29", "10.0.9.0/24"] {
        assert_eq!(code(subnet.assign_prefix(p(other))), "DELEGATED_LENGTH");
        assert_eq!(code(subnet.release_prefix(p(other))), "DELEGATED_LENGTH");
    }
    for edge in ["10.0.8.0/28", "10.0.8.240/28"] {
        assert_eq!(code(subnet.assign_prefix(p(edge))), "PREFIX_RESERVED");
        assert_eq!(code(subnet.release_prefix(p(edge))), "PREFIX_RESERVED");
    }
    assert_eq!(code(subnet.assign_prefix(p("10.0.9.16/28"))), "PREFIX_OUTSIDE_SUBNET");
    assert_eq!(code(subnet.release_prefix(p("10.0.8.32/28"))), "PREFIX_NOT_ASSIGNED");
    assert_eq!(code(subnet.reserve(p("10.0.0.0/16"), ReservationKind::Prefix)), "PREFIX_OUTSIDE_SUBNET");
    assert_eq!(subnet, before, "a refusal changes nothing");
}

#[test]
fn reservations_are_kept_apart_and_in_order() {
    let mut subnet = Subnet::new(p("10.0.8.0/24")).unwrap();
    for (range, kind) in [
        ("10.0.8.128/26", ReservationKind::Prefix),
        ("10.0.8.0/27", ReservationKind::Prefix),
        ("10.0.8.70/32", ReservationKind::Explicit),
        ("10.0.8.72/29", ReservationKind::Prefix),
    ] {
        subnet.reserve(p(range), kind).unwrap();
    }
    for (range, existing) in [
        ("10.0.8.0/24", "10.0.8.0/27"),
        ("10.0.8.0/28", "10.0.8.0/27"),
        ("10.0.8.0/27", "10.0.8.0/27"),
        ("10.0.8.70/32", "10.0.8.70/32"),
        ("10.0.8.64/26", "10.0.8.70/32"),
        ("10.0.8.128/25", "10.0.8.128/26"),
        ("10.0.8.188/30", "10.0.8.128/26"),
    ] {
        let refused = Error::ReservationOverlap { prefix: p(range), existing: p(existing) };
        assert_eq!(subnet.reserve(p(range), ReservationKind::Explicit), Err(refused));
    }
    let ranges: Vec<_> = subnet.reservations().iter().map(|kept| kept.prefix).collect();
    assert_eq!(ranges, [p("10.0.8.0/27"), p("10.0.8.70/32"), p("10.0.8.72/29"), p("10.0.8.128/26")]);
    // 14 clean blocks without 10.0.8.64/28; inside: 10.0.8.16/28 and the four of the /26.
    assert_eq!((subnet.free_prefixes(), subnet.free_prefixes_inside_reservations()), (13, 5));
    assert_eq!(subnet.free_addresses(), 251);
    // What is in use inside a reservation is in use all the same.
    subnet.assign(a("10.0.8.70")).unwrap();
    subnet.assign_prefix(p("10.0.8.128/28")).unwrap();
    assert_eq!((subnet.free_prefixes(), subnet.free_prefixes_inside_reservations()), (12, 4));
    assert!(format!("{subnet:?}").starts_with("Subnet { prefix: Ipv4Prefix {"));
}

/// The same subnet, with nothing but sets.
#[derive(Debug)]
struct Slow {
    prefix: Ipv4Prefix,
    addresses: Vec<Ipv4Addr>,
    singles: BTreeSet<Ipv4Addr>,
    prefixes: BTreeSet<Ipv4Prefix>,
    reservations: Vec<(Ipv4Prefix, ReservationKind)>,
}

impl Slow {
    fn new(prefix: Ipv4Prefix) -> Self {
        let addresses = prefix.addresses().collect();
        Self {
            prefix,
            addresses,
            singles: BTreeSet::new(),
            prefixes: BTreeSet::new(),
            reservations: Vec::new(),
        }
    }

    fn reserved(&self, address: Ipv4Addr) -> bool {
        self.addresses[..4].contains(&address) || self.addresses.last() == Some(&address)
    }

    fn assigned(&self, address: Ipv4Addr) -> bool {
        self.singles.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains_addr(address))
    }

    fn free(&self, address: Ipv4Addr) -> bool {
        self.prefix.contains_addr(address) && !self.reserved(address) && !self.assigned(address)
    }

    fn free_blocks(&self) -> Vec<Ipv4Prefix> {
        let explicit = |address| {
            self.reservations
                .iter()
                .any(|(range, kind)| *kind == ReservationKind::Explicit && range.contains_addr(address))
        };
        let clean =
            |block: &Ipv4Prefix| block.addresses().all(|address| self.free(address) && !explicit(address));
        self.prefix.subnets(28).unwrap().filter(clean).collect()
    }

    fn free_blocks_inside(&self) -> usize {
        let inside = |block: &&Ipv4Prefix| {
            self.reservations
                .iter()
                .any(|(range, kind)| *kind == ReservationKind::Prefix && range.contains_prefix(**block))
        };
        self.free_blocks().iter().filter(inside).count()
    }

    fn largest_free_run(&self) -> Option<(Ipv4Addr, u32)> {
        let (mut best, mut run) = (None, None);
        for &address in &self.addresses {
            run = match run {
                _ if !self.free(address) => None,
                None => Some((address, 1)),
                Some((first, length)) => Some((first, length + 1)),
            };
            if run.map(|(_, length)| length) > best.map(|(_, length)| length) {
                best = run;
            }
        }
        best
    }

    fn apply(&mut self, step: Step) -> Result<(), &'static str> {
        match step {
            Step::Assign(address) | Step::Release(address) if !self.prefix.contains_addr(address) => {
                Err("ADDRESS_OUTSIDE_SUBNET")
            }
            Step::Assign(address) | Step::Release(address) if self.reserved(address) => {
                Err("ADDRESS_RESERVED")
            }
            Step::Assign(address) | Step::Release(address)
                if self.assigned(address) && !self.singles.contains(&address) =>
            {
                Err("ADDRESS_IN_PREFIX")
            }
            Step::Assign(address) => self.singles.insert(address).then_some(()).ok_or("ADDRESS_ASSIGNED"),
            Step::Release(address) => {
                self.singles.remove(&address).then_some(()).ok_or("ADDRESS_NOT_ASSIGNED")
            }
            Step::AssignPrefix(block) | Step::ReleasePrefix(block) if block.prefix_len() != 28 => {
                Err("DELEGATED_LENGTH")
            }
            Step::AssignPrefix(block) | Step::ReleasePrefix(block)
                if !block.addresses().all(|address| self.prefix.contains_addr(address)) =>
            {
                Err("PREFIX_OUTSIDE_SUBNET")
            }
            Step::AssignPrefix(block) | Step::ReleasePrefix(block)
                if block.addresses().any(|address| self.reserved(address)) =>
            {
                Err("PREFIX_RESERVED")
            }
            Step::AssignPrefix(block) if self.prefixes.contains(&block) => Err("PREFIX_ASSIGNED"),
            Step::AssignPrefix(block) if block.addresses().any(|address| self.assigned(address)) => {
                Err("PREFIX_NOT_FREE")
            }
            Step::AssignPrefix(block) => {
                self.prefixes.insert(block);
                Ok(())
            }
            Step::ReleasePrefix(block) => {
                self.prefixes.remove(&block).then_some(()).ok_or("PREFIX_NOT_ASSIGNED")
            }
            Step::Reserve(range, _) if !self.prefix.contains_prefix(range) => Err("PREFIX_OUTSIDE_SUBNET"),
            Step::Reserve(range, _) if self.reservations.iter().any(|(other, _)| other.overlaps(range)) => {
                Err("RESERVATION_OVERLAP")
            }
            Step::Reserve(range, kind) => {
                self.reservations.push((range, kind));
                Ok(())
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Assign(Ipv4Addr),
    Release(Ipv4Addr),
    AssignPrefix(Ipv4Prefix),
    ReleasePrefix(Ipv4Prefix),
    Reserve(Ipv4Prefix, ReservationKind),
}

fn apply(subnet: &mut Subnet, step: Step) -> Result<(), Error> {
    match step {
        Step::Assign(address) => subnet.assign(address),
        Step::Release(address) => subnet.release(address),
        Step::AssignPrefix(block) => subnet.assign_prefix(block),
        Step::ReleasePrefix(block) => subnet.release_prefix(block),
        Step::Reserve(range, kind) => subnet.reserve(range, kind),
    }
}

/// A subnet at the bottom, in the middle or at the top, and steps in it and a little around it.
fn scenario() -> impl Strategy<Value = (Ipv4Prefix, Vec<Step>)> {
    let places = vec![0, 0x0A00_0800, 0xFFFF_FFFF];
    (prop::sample::select(places), prop_oneof![Just(28_u8), Just(27), Just(26), Just(25), Just(24), Just(22)])
        .prop_flat_map(|(at, len)| {
            let prefix = Ipv4Prefix::truncating(Ipv4Addr::from_bits(at), len).unwrap();
            (Just(prefix), prop::collection::vec(step(prefix), 0..60))
        })
}

fn step(subnet: Ipv4Prefix) -> impl Strategy<Value = Step> {
    let size = u32::try_from(subnet.address_count()).unwrap();
    // Sixteen addresses on either side are outside; at an end of the space they wrap around.
    let address = (0..size + 32).prop_map(move |offset| {
        Ipv4Addr::from_bits(subnet.network().to_bits().wrapping_add(offset).wrapping_sub(16))
    });
    let block_len = prop_oneof![9 => Just(28_u8), 1 => 26..31_u8];
    let range_len = prop_oneof![3 => 26..=28_u8, 1 => 22..=32_u8];
    (0..9_u8, address, block_len, range_len, any::<bool>()).prop_map(
        |(kind, address, block_len, range_len, explicit)| {
            let block = Ipv4Prefix::truncating(address, block_len).unwrap();
            let range = Ipv4Prefix::truncating(address, range_len).unwrap();
            match kind {
                0..=2 => Step::Assign(address),
                3 => Step::Release(address),
                4..=6 => Step::AssignPrefix(block),
                7 => Step::ReleasePrefix(block),
                _ if explicit => Step::Reserve(range, ReservationKind::Explicit),
                _ => Step::Reserve(range, ReservationKind::Prefix),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_agrees_with_sets((prefix, steps) in scenario()) {
        let mut subnet = Subnet::new(prefix).unwrap();
        let mut slow = Slow::new(prefix);
        for step in steps {
            let result = apply(&mut subnet, step).map_err(|error| error.code());
            prop_assert_eq!(result, slow.apply(step), "{:?}", step);
        }
        let all = slow.addresses.clone();
        for &address in &all {
            prop_assert_eq!(subnet.is_free(address), slow.free(address));
            prop_assert_eq!(subnet.is_assigned(address), slow.assigned(address));
        }
        prop_assert_eq!(subnet.used_addresses() as usize, all.iter().filter(|one| slow.assigned(**one)).count());
        prop_assert_eq!(subnet.free_addresses() as usize, all.iter().filter(|one| slow.free(**one)).count());
        prop_assert_eq!(subnet.free_prefixes() as usize, slow.free_blocks().len());
        prop_assert_eq!(subnet.free_prefixes_inside_reservations() as usize, slow.free_blocks_inside());
        let run = subnet.largest_free_run();
        prop_assert_eq!(run.map(|run| (run.first, run.address_count)), slow.largest_free_run());
        if let Some(run) = run {
            prop_assert_eq!(run.last.to_bits() - run.first.to_bits() + 1, run.address_count);
        }
        slow.reservations.sort_by_key(|(range, _)| *range);
        let kept: Vec<_> = subnet.reservations().iter().map(|Reservation { prefix, kind, .. }| (*prefix, *kind)).collect();
        prop_assert_eq!(kept, slow.reservations);
    }

    #[test]
    fn the_largest_run_of_any_pattern(words in prop::collection::vec(any::<u64>(), 1..5), sparse: bool) {
        let prefix = p("10.0.8.0/24");
        let mut subnet = Subnet::new(prefix).unwrap();
        let mut slow = Slow::new(prefix);
        for (offset, address) in prefix.addresses().enumerate() {
            let word = words[offset / 64 % words.len()];
            // Few bits set give runs across words.
            let word = if sparse { word & (word >> 7) & (word >> 13) & (word >> 29) } else { word };
            if word >> (offset % 64) & 1 == 1 && subnet.assign(address).is_ok() {
                slow.singles.insert(address);
            }
        }
        prop_assert_eq!(subnet.largest_free_run().map(|run| (run.first, run.address_count)), slow.largest_free_run());
    }
}
