//! A subnet against a slow obvious one: sets of addresses, counted one by one.
use core::net::Ipv4Addr;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use winpod::subnet::{BlockCounts, BlockState, NOBODY, Reservation, ReservationKind, Spare};
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
    assert_eq!(code(subnet.assign_prefix(p("10.0.8.0/28"))), "PREFIX_RESERVED");
    assert_eq!(code(subnet.release_prefix(p("10.0.8.0/28"))), "PREFIX_RESERVED");
    assert_eq!(code(subnet.assign_prefix(p("10.0.9.16/28"))), "PREFIX_OUTSIDE_SUBNET");
    assert_eq!(code(subnet.release_prefix(p("10.0.8.32/28"))), "PREFIX_NOT_ASSIGNED");
    assert_eq!(code(subnet.reserve(p("10.0.0.0/16"), ReservationKind::Prefix)), "PREFIX_OUTSIDE_SUBNET");
    let free = [a("10.0.8.100"), a("10.0.8.101")];
    assert_eq!(code(subnet.assign_all([free[0], free[1], free[0]])), "ADDRESS_ASSIGNED");
    assert_eq!(code(subnet.assign_interface(1, &free, &[p("10.0.8.192/28"), block])), "PREFIX_ASSIGNED");
    assert_eq!(code(subnet.assign_interface(1, &[free[0], a("10.0.8.2")], &[])), "ADDRESS_RESERVED");
    // A prefix over an address of the same interface.
    assert_eq!(code(subnet.assign_interface(1, &free, &[p("10.0.8.96/28")])), "PREFIX_NOT_FREE");
    assert_eq!(subnet, before, "a refusal changes nothing");
}

#[test]
fn the_last_block_is_counted_only_if_asked() {
    let last = p("10.0.8.240/28");
    let strict = Subnet::new(p("10.0.8.0/24")).unwrap();
    let lenient = strict.clone().counting_last_block();
    assert!(strict.census().last_block_contested && !lenient.census().last_block_contested);
    assert_eq!((strict.free_prefixes(), lenient.free_prefixes()), (14, 15));
    for mut subnet in [strict, lenient] {
        let before = subnet.clone();
        let free = subnet.free_addresses();
        subnet.assign_prefix_to(last, 3).unwrap();
        assert_eq!((subnet.free_prefixes(), subnet.free_addresses()), (14, free - 15));
        assert_eq!((subnet.owner(a("10.0.8.254")), subnet.owner(a("10.0.8.255"))), (Some(3), None));
        assert!(!subnet.is_assigned(a("10.0.8.255")));
        assert_eq!(subnet.census().blocks.prefix, 1);
        subnet.release_prefix(last).unwrap();
        assert_eq!(subnet, before);
        subnet.assign(a("10.0.8.241")).unwrap();
        assert_eq!(subnet.free_prefixes(), 14);
        assert_eq!(
            subnet.assign_prefix(last),
            Err(Error::PrefixNotFree { prefix: last, address: a("10.0.8.241") })
        );
        subnet.release(a("10.0.8.241")).unwrap();
        assert_eq!(subnet, before);
    }
    // A /27 has a last block, a /28 has only its first.
    let half = Subnet::new(p("10.0.8.0/27")).unwrap().counting_last_block();
    assert_eq!(half.free_prefixes(), 1);
    let tiny = Subnet::new(p("10.0.8.0/28")).unwrap().counting_last_block();
    assert_eq!((tiny.free_prefixes(), tiny.census().last_block_contested), (0, false));
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
    owners: BTreeMap<Ipv4Addr, u32>,
    reservations: Vec<(Ipv4Prefix, ReservationKind)>,
    counts_last: bool,
}

impl Slow {
    fn new(prefix: Ipv4Prefix) -> Self {
        let addresses = prefix.addresses().collect();
        Self {
            prefix,
            addresses,
            singles: BTreeSet::new(),
            prefixes: BTreeSet::new(),
            owners: BTreeMap::new(),
            reservations: Vec::new(),
            counts_last: false,
        }
    }

    fn reserved(&self, address: Ipv4Addr) -> bool {
        self.addresses[..4].contains(&address) || self.addresses.last() == Some(&address)
    }

    fn assigned(&self, address: Ipv4Addr) -> bool {
        let in_prefix = || self.prefixes.iter().any(|prefix| prefix.contains_addr(address));
        self.singles.contains(&address) || in_prefix() && !self.reserved(address)
    }

    fn free(&self, address: Ipv4Addr) -> bool {
        self.prefix.contains_addr(address) && !self.reserved(address) && !self.assigned(address)
    }

    fn touches_explicit(&self, block: Ipv4Prefix) -> bool {
        let explicit = |address| {
            self.reservations
                .iter()
                .any(|(range, kind)| *kind == ReservationKind::Explicit && range.contains_addr(address))
        };
        block.addresses().any(explicit)
    }

    fn inside(&self, block: Ipv4Prefix) -> bool {
        self.reservations
            .iter()
            .any(|(range, kind)| *kind == ReservationKind::Prefix && range.contains_prefix(block))
    }

    fn state(&self, block: Ipv4Prefix) -> BlockState {
        let used =
            self.addresses.iter().filter(|one| block.contains_addr(**one) && self.assigned(**one)).count();
        let edge = block.contains_addr(self.addresses[0])
            || block.contains_addr(*self.addresses.last().unwrap()) && !self.counts_last;
        match used {
            _ if self.prefixes.contains(&block) => BlockState::Prefix,
            _ if edge => BlockState::Reserved,
            _ if self.touches_explicit(block) => BlockState::Explicit,
            0 => BlockState::Free,
            _ if block.addresses().all(|address| self.assigned(address) || self.reserved(address)) => {
                BlockState::Full
            }
            _ => BlockState::Fragmented,
        }
    }

    fn free_blocks(&self) -> Vec<Ipv4Prefix> {
        self.prefix.subnets(28).unwrap().filter(|block| self.state(*block) == BlockState::Free).collect()
    }

    fn free_blocks_inside(&self) -> usize {
        self.free_blocks().iter().filter(|block| self.inside(**block)).count()
    }

    /// Blocks in which single addresses are assigned, and blocks without, wherever EC2 looks at reservations.
    fn broken_and_whole(&self) -> (usize, usize) {
        let blocks = self.prefix.subnets(28).unwrap();
        let counted: Vec<_> = blocks
            .filter(|block| !matches!(self.state(*block), BlockState::Prefix | BlockState::Reserved))
            .collect();
        let broken =
            counted.iter().filter(|block| block.addresses().any(|address| self.assigned(address))).count();
        (broken, counted.len() - broken)
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
            Step::Assign(address) => {
                self.singles.insert(address).then_some(()).ok_or("ADDRESS_ASSIGNED")?;
                self.owners.extend(owner_of(address).map(|owner| (address, owner)));
                Ok(())
            }
            Step::Release(address) => {
                self.singles.remove(&address).then_some(()).ok_or("ADDRESS_NOT_ASSIGNED")?;
                self.owners.remove(&address);
                Ok(())
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
                if block.contains_addr(self.addresses[0]) =>
            {
                Err("PREFIX_RESERVED")
            }
            Step::AssignPrefix(block) if self.prefixes.contains(&block) => Err("PREFIX_ASSIGNED"),
            Step::AssignPrefix(block) if block.addresses().any(|address| self.assigned(address)) => {
                Err("PREFIX_NOT_FREE")
            }
            Step::AssignPrefix(block) => {
                self.prefixes.insert(block);
                let owner = owner_of(block.first());
                let places: Vec<_> = block.addresses().filter(|address| !self.reserved(*address)).collect();
                self.owners.extend(places.into_iter().filter_map(|address| Some((address, owner?))));
                Ok(())
            }
            Step::ReleasePrefix(block) => {
                self.prefixes.remove(&block).then_some(()).ok_or("PREFIX_NOT_ASSIGNED")?;
                self.owners.retain(|address, _| !block.contains_addr(*address));
                Ok(())
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

/// Some have an owner, 0 and the largest among them, and some have none.
fn owner_of(address: Ipv4Addr) -> Option<u32> {
    [Some(0), Some(7), None, Some(NOBODY - 1), None][address.to_bits() as usize % 5]
}

fn apply(subnet: &mut Subnet, step: Step) -> Result<(), Error> {
    match step {
        Step::Assign(address) => subnet.assign_to(address, owner_of(address).unwrap_or(NOBODY)),
        Step::Release(address) => subnet.release(address),
        Step::AssignPrefix(block) => {
            subnet.assign_prefix_to(block, owner_of(block.first()).unwrap_or(NOBODY))
        }
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
    fn any_history_agrees_with_sets((prefix, steps) in scenario(), counts_last: bool) {
        let mut subnet = Subnet::new(prefix).unwrap();
        if counts_last {
            subnet = subnet.counting_last_block();
        }
        let mut slow = Slow { counts_last, ..Slow::new(prefix) };
        for step in steps {
            let result = apply(&mut subnet, step).map_err(|error| error.code());
            prop_assert_eq!(result, slow.apply(step), "{:?}", step);
        }
        let all = slow.addresses.clone();
        for &address in &all {
            prop_assert_eq!(subnet.is_free(address), slow.free(address));
            prop_assert_eq!(subnet.is_assigned(address), slow.assigned(address));
            prop_assert_eq!(subnet.owner(address), slow.owners.get(&address).copied());
        }
        let mut counts = BTreeMap::new();
        for (block, prefix) in subnet.blocks().zip(prefix.subnets(28).unwrap()) {
            prop_assert_eq!((block.prefix, block.state), (prefix, slow.state(prefix)));
            let used = prefix.addresses().filter(|address| slow.assigned(*address)).count();
            prop_assert_eq!(block.used_addresses as usize, used);
            prop_assert_eq!(block.inside_reservation, slow.inside(prefix));
            *counts.entry(block.state).or_insert(0_u32) += 1;
        }
        let census = subnet.census();
        let BlockCounts { free, prefix: prefixes, fragmented, full, reserved, explicit, .. } = census.blocks;
        let of = |state| counts.get(&state).copied().unwrap_or(0);
        prop_assert_eq!(
            [free, prefixes, fragmented, full, reserved, explicit],
            [
                of(BlockState::Free), of(BlockState::Prefix), of(BlockState::Fragmented), of(BlockState::Full),
                of(BlockState::Reserved), of(BlockState::Explicit),
            ]
        );
        prop_assert_eq!(census.free_prefixes, subnet.free_prefixes());
        prop_assert_eq!(census.largest_free_run, subnet.largest_free_run());
        let (broken, whole) = slow.broken_and_whole();
        prop_assert_eq!((census.free_prefixes + census.free_but_explicit) as usize, whole);
        let score = if broken + whole == 0 { 0 } else { (100 * broken).div_ceil(broken + whole) };
        prop_assert_eq!(usize::from(census.fragmentation_score), score);
        for kind in [ReservationKind::Prefix, ReservationKind::Explicit] {
            let ranges = slow.reservations.iter().filter(|(_, other)| *other == kind);
            let free = ranges.flat_map(|(range, _)| range.addresses()).filter(|address| slow.free(*address)).count();
            prop_assert_eq!(subnet.free_addresses_inside(kind) as usize, free);
        }
        let last = slow.prefix.subnets(28).unwrap().next_back().unwrap();
        let untouched = last.addresses().all(|address| !slow.assigned(address)) && !slow.touches_explicit(last);
        let contested = !counts_last && untouched && last.first() != slow.prefix.first();
        prop_assert_eq!(census.last_block_contested, contested);
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

    #[test]
    fn a_cure_frees_what_it_says_and_no_fewer_holders_do(
        (prefix, steps) in scenario(), prefixes in 0..6_u32, fixed in prop::collection::btree_set(0..12_u32, 0..3),
    ) {
        let mut subnet = Subnet::new(prefix).unwrap();
        for step in steps {
            let holder = |address: Ipv4Addr| address.to_bits() % 12;
            _ = match step {
                Step::Assign(address) => subnet.assign_to(address, holder(address)),
                step => apply(&mut subnet, step),
            };
        }
        let group = |_: Ipv4Addr, owner: Option<u32>| owner.filter(|owner| *owner < 12 && !fixed.contains(owner));
        let cure = subnet.cure(prefixes, group);
        let freed_by = |drained: &dyn Fn(u32) -> bool| -> Vec<Ipv4Prefix> {
            let mut after = subnet.clone();
            for address in prefix.addresses().filter(|address| subnet.is_assigned(*address)) {
                if group(address, subnet.owner(address)).is_some_and(drained) {
                    // Parts of a prefix cannot be released, and drained holders' prefixes do not count as won.
                    _ = after.release(address);
                }
            }
            let free = |of: &Subnet| -> BTreeSet<Ipv4Prefix> {
                of.blocks().filter(|block| block.state == BlockState::Free).map(|block| block.prefix).collect()
            };
            free(&after).difference(&free(&subnet)).copied().collect()
        };
        let frees = freed_by(&|owner| cure.drain.contains(&owner));
        prop_assert_eq!(&cure.frees, &frees);
        let all = freed_by(&|_| true);
        prop_assert_eq!(cure.curable as usize, all.len());
        let wanted = all.len().min(prefixes as usize);
        prop_assert!(cure.frees.len() >= wanted);
        let least = (0_u32..1 << 12)
            .filter(|set| (set.count_ones() as usize) < cure.drain.len())
            .find(|set| freed_by(&|owner| set >> owner & 1 == 1).len() >= wanted);
        if let Some(smaller) = least {
            prop_assert!(!cure.exact && cure.lower_bound <= smaller.count_ones());
        }
        prop_assert!(cure.lower_bound as usize <= cure.drain.len());
    }

    #[test]
    fn proposed_reservations_are_the_fewest_that_cover((prefix, steps) in scenario(), prefixes in 0..40_u32, tight: bool) {
        let mut subnet = Subnet::new(prefix).unwrap();
        for step in steps {
            _ = apply(&mut subnet, step);
        }
        let spare = if tight { Spare::NoSpareBlock } else { Spare::FewestRanges };
        let ranges = subnet.propose_reservations(prefixes, spare);
        let mut reserved = subnet.clone();
        for range in &ranges {
            reserved.reserve(*range, ReservationKind::Prefix).unwrap();
        }
        // Every block of them is free, and none was inside a reservation before.
        let covered: u64 = ranges.iter().map(|range| range.address_count() / 16).sum();
        let more = reserved.free_prefixes_inside_reservations() - subnet.free_prefixes_inside_reservations();
        prop_assert_eq!(u64::from(more), covered);
        // What could be had, found slowly: every aligned range that is free and apart from the reservations.
        let open = |range: &Ipv4Prefix| {
            range.subnets(28).unwrap().all(|block| {
                subnet.blocks().any(|one| one.prefix == block && one.state == BlockState::Free)
            }) && !subnet.reservations().iter().any(|kept| kept.prefix.overlaps(*range))
        };
        let blocks: Vec<_> = prefix.subnets(28).unwrap().filter(|block| open(block)).collect();
        let wanted = u64::from(prefixes).min(blocks.len() as u64);
        prop_assert!(covered >= wanted);
        if tight {
            prop_assert_eq!(covered, wanted);
        }
        let mut sizes = Vec::new();
        for len in prefix.prefix_len()..=28 {
            for range in prefix.subnets(len).unwrap().filter(|range| open(range)) {
                if !sizes.iter().any(|larger: &Ipv4Prefix| larger.overlaps(range)) {
                    sizes.push(range);
                }
            }
        }
        // The largest ranges first: the fewest that can cover, whatever their sizes.
        let mut left = wanted;
        let fewest = sizes.iter().take_while(|range| {
            let some = left > 0;
            left = left.saturating_sub(range.address_count() / 16);
            some
        }).count();
        if tight {
            prop_assert!(ranges.len() >= fewest);
        } else {
            prop_assert_eq!(ranges.len(), fewest);
        }
    }

    #[test]
    fn a_census_of_any_size_agrees_with_sets(
        len in 16..=28_u8, seed: u64, share in 0..100_u64, pattern in 0..4_u8, explicit in 16..=32_u8, reserved in 16..=32_u8,
    ) {
        let prefix = Ipv4Prefix::truncating(a("10.77.0.0"), len).unwrap();
        let mut subnet = Subnet::new(prefix).unwrap();
        let mut state = seed;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let mut used = BTreeSet::new();
        for address in prefix.addresses() {
            let at = u64::from(address.to_bits());
            let take = match pattern {
                // Anywhere; one address in each block, which is the worst; whole blocks; the lowest first.
                0 => random() % 100 < share,
                1 => at % 16 == random() % 16,
                2 => (at / 16).wrapping_mul(seed | 1) % 100 < share,
                _ => at % prefix.address_count() < prefix.address_count() * share / 100,
            };
            if take && subnet.assign(address).is_ok() {
                used.insert(address);
            }
        }
        // Somewhere in the subnet, over what is used too; the second may be in the way of the first.
        let mut ranges = Vec::new();
        for (length, kind) in [(explicit, ReservationKind::Explicit), (reserved, ReservationKind::Prefix)] {
            let at = prefix.addresses().nth(usize::try_from(random() % prefix.address_count()).unwrap()).unwrap();
            let range = Ipv4Prefix::truncating(at, length.max(len)).unwrap();
            if subnet.reserve(range, kind).is_ok() {
                ranges.push((range, kind));
            }
        }
        let inside = |address: Ipv4Addr, wanted| {
            ranges.iter().any(|(range, kind)| *kind == wanted && range.contains_addr(address))
        };
        let (mut free, mut inside_reservation, mut broken, mut whole, mut explicit) = (0, 0, 0, 0, 0);
        let blocks: Vec<_> = prefix.subnets(28).unwrap().collect();
        for block in blocks.iter().filter(|block| block.first() != prefix.first() && block.last() != prefix.last()) {
            let is_used = block.addresses().any(|address| used.contains(&address));
            let is_explicit = block.addresses().any(|address| inside(address, ReservationKind::Explicit));
            if is_used { broken += 1 } else { whole += 1 }
            explicit += u32::from(is_explicit);
            if !is_used && !is_explicit {
                free += 1;
                inside_reservation += u32::from(block.addresses().all(|address| inside(address, ReservationKind::Prefix)));
            }
        }
        let census = subnet.census();
        prop_assert_eq!((census.free_prefixes, census.blocks.free), (free, free));
        prop_assert_eq!(census.free_prefixes_inside_reservations, inside_reservation);
        prop_assert_eq!((census.free_but_explicit, census.blocks.explicit), (whole - free, explicit));
        prop_assert_eq!(census.used_addresses as usize, used.len());
        let score = if broken + whole == 0 { 0 } else { (100 * broken).div_ceil(broken + whole) };
        prop_assert_eq!(u32::from(census.fragmentation_score), score);
        let counts = census.blocks;
        let all = counts.free + counts.prefix + counts.fragmented + counts.full + counts.reserved + counts.explicit;
        prop_assert_eq!(all as usize, blocks.len());
    }
}
