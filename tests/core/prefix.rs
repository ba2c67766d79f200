//! Prefixes against slow obvious answers: sets of numbers, halved until they fit.
use core::net::Ipv4Addr;
use std::collections::BTreeSet;

use proptest::prelude::*;
use winpod::{Error, Ipv4Prefix, prefix};

const TOP: u64 = 0xFFFF_FFFF;
const SPACE: u64 = TOP + 1;

fn address(number: u64) -> Ipv4Addr {
    Ipv4Addr::from(u32::try_from(number).unwrap())
}

fn number(address: Ipv4Addr) -> u64 {
    u64::from(u32::from(address))
}

fn p(text: &str) -> Ipv4Prefix {
    text.parse().unwrap()
}

fn texts(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Vec<String> {
    prefixes.into_iter().map(|prefix| prefix.to_string()).collect()
}

/// Every length at the bottom, around the middle and at the top of the address space.
fn everywhere() -> impl Iterator<Item = (u64, u8)> {
    let addresses = [0, 0x7FFF_FFFF, 0x8000_0000, 0xC000_0221, TOP];
    addresses.into_iter().flat_map(|at| (0..=32).map(move |len| (at, len)))
}

fn everywhere_as_prefixes() -> Vec<Ipv4Prefix> {
    everywhere().map(|(at, len)| Ipv4Prefix::truncating(address(at), len).unwrap()).collect()
}

#[test]
fn every_length_everywhere() {
    for (at, len) in everywhere() {
        let size = (0..32 - len).fold(1, |size, _| size * 2);
        let first = at / size * size;
        let last = first + (size - 1);
        let mask = (0..len).fold(0_u64, |mask, bit| mask | 1 << (31 - bit));

        let prefix = Ipv4Prefix::truncating(address(at), len).unwrap();
        assert_eq!(prefix.prefix_len(), len);
        assert_eq!(number(prefix.network()), first);
        assert_eq!(number(prefix.first()), first);
        assert_eq!(number(prefix.last()), last);
        assert_eq!(number(prefix.netmask()), mask);
        assert_eq!(prefix.address_count(), size);
        assert_eq!(prefix.broadcast().map(number), (size > 2).then_some(last));
        for near in [first.saturating_sub(1), first, at, last, (last + 1).min(TOP), 0, TOP] {
            assert_eq!(
                prefix.contains_addr(address(near)),
                (first..=last).contains(&near),
                "{near} in {prefix}"
            );
        }

        let made = Ipv4Prefix::new(address(at), len);
        let refused = Error::HostBitsSet { address: address(at), prefix_len: len, network: address(first) };
        assert_eq!(made, if at == first { Ok(prefix) } else { Err(refused) });
        let text = format!("{}/{len}", address(at));
        assert_eq!(text.parse(), made);
        assert_eq!(Ipv4Prefix::parse_lenient(&text), Ok((prefix, at != first)));
        assert_eq!(prefix.to_string(), format!("{}/{len}", address(first)));
        assert_eq!(prefix.to_string().parse(), Ok(prefix));
        assert_eq!(prefix::check_len(i64::from(len)), Ok(len));

        let mut addresses = prefix.addresses();
        assert_eq!(addresses.size_hint().0 as u64, size);
        assert_eq!(
            (addresses.next(), addresses.clone().last()),
            (Some(address(first)), (size > 1).then(|| address(last)),)
        );
        assert_eq!(prefix::range(prefix.first(), prefix.last()).unwrap().collect::<Vec<_>>(), [prefix]);
    }
}

#[test]
fn relatives_everywhere() {
    for prefix in everywhere_as_prefixes() {
        let (first, len) = (number(prefix.first()), prefix.prefix_len());
        for other in 0..=32 {
            let size = SPACE >> other;
            let expected =
                (other <= len).then(|| Ipv4Prefix::new(address(first / size * size), other).unwrap());
            assert_eq!(prefix.supernet_at(other), expected);
        }
        assert_eq!(prefix.supernet_at(33), None);
        assert_eq!(prefix.supernet(), len.checked_sub(1).and_then(|shorter| prefix.supernet_at(shorter)));
        let halves = (len < 32).then(|| {
            let half = |at| Ipv4Prefix::new(address(at), len + 1).unwrap();
            (half(first), half(first + prefix.address_count() / 2))
        });
        assert_eq!(prefix.split(), halves);
    }
}

#[test]
fn subnets_everywhere() {
    for prefix in everywhere_as_prefixes() {
        let (first, len) = (number(prefix.first()), prefix.prefix_len());
        for shorter in 0..len {
            assert_eq!(
                prefix.subnets(shorter).unwrap_err(),
                Error::SubnetsLength { got: shorter, prefix_len: len }
            );
        }
        assert_eq!(prefix.subnets(33).unwrap_err(), Error::PrefixLength { got: 33 });
        for new_len in len..=32 {
            let size = SPACE >> new_len;
            let count = prefix.address_count() / size;
            let at = |index: u64| Ipv4Prefix::new(address(first + index * size), new_len).ok();
            let subnets = prefix.subnets(new_len).unwrap();
            assert_eq!(subnets.len() as u64, count);
            for index in [0, 1, 2, count / 2, count - 1] {
                let expected = (index < count).then(|| at(index)).flatten();
                let mut rest = subnets.clone();
                assert_eq!(rest.nth(usize::try_from(index).unwrap()), expected);
                assert_eq!(rest.len() as u64, count.saturating_sub(index + 1));
            }
            let mut rest = subnets.clone();
            assert_eq!(rest.nth(usize::try_from(count).unwrap()), None);
            assert_eq!((rest.next(), rest.next_back(), rest.len()), (None, None, 0));
            let mut rest = subnets.clone();
            assert_eq!(rest.next_back(), at(count - 1));
            assert_eq!(rest.next_back(), (count > 1).then(|| at(count - 2)).flatten());
            assert_eq!(subnets.clone().last(), at(count - 1));
            assert_eq!(rest.nth(usize::MAX), None);
            if count <= 256 {
                let forth: Vec<_> = subnets.clone().collect();
                let mut back: Vec<_> = subnets.rev().collect();
                back.reverse();
                assert_eq!(forth, (0..count).filter_map(at).collect::<Vec<_>>());
                assert_eq!(forth, back);
            }
        }
    }
}

#[test]
fn pairs_everywhere() {
    let all = everywhere_as_prefixes();
    for &a in &all {
        for &b in &all {
            let (x, y) = (number(a.first())..=number(a.last()), number(b.first())..=number(b.last()));
            assert_eq!(a.contains_prefix(b), x.start() <= y.start() && y.end() <= x.end(), "{a} {b}");
            assert_eq!(a.overlaps(b), x.start() <= y.end() && y.start() <= x.end(), "{a} {b}");
            assert_eq!(a.cmp(&b), (a.network(), a.prefix_len()).cmp(&(b.network(), b.prefix_len())));
            let common: Vec<_> = if a.overlaps(b) { vec![a.max(b)] } else { vec![] };
            assert_eq!(prefix::intersect(&[a], &[b]), common, "{a} {b}");
        }
    }
}

#[test]
fn text_is_strict() {
    let refused = [
        ("", "PREFIX_SYNTAX"),
        ("/", "PREFIX_SYNTAX"),
        ("/24", "PREFIX_SYNTAX"),
        ("192.0.2.0", "PREFIX_LENGTH_MISSING"),
        ("192.0.2.0/", "PREFIX_SYNTAX"),
        ("192.0.2.0/24/24", "PREFIX_SYNTAX"),
        (" 192.0.2.0/24", "PREFIX_SYNTAX"),
        ("192.0.2.0/24 ", "PREFIX_SYNTAX"),
        ("192.0.2.0 /24", "PREFIX_SYNTAX"),
        ("192.0.2.0/ 24", "PREFIX_SYNTAX"),
        ("192.0.2.0/+24", "PREFIX_SYNTAX"),
        ("192.0.2.0/-0", "PREFIX_SYNTAX"),
        ("192.0.2.0/-01", "PREFIX_SYNTAX"),
        ("192.0.2.0/-", "PREFIX_SYNTAX"),
        ("192.0.2.0/--1", "PREFIX_SYNTAX"),
        ("192.0.2.0/024", "PREFIX_SYNTAX"),
        ("192.0.2.0/00", "PREFIX_SYNTAX"),
        ("192.0.2.0/0x18", "PREFIX_SYNTAX"),
        ("192.0.2.0/24.0", "PREFIX_SYNTAX"),
        ("192.0.2.0/\u{0662}\u{0664}", "PREFIX_SYNTAX"),
        ("192.0.2.0/255.255.255.0", "PREFIX_SYNTAX"),
        ("192.0.2.0/99999999999999999999", "PREFIX_SYNTAX"),
        ("192.0.2/24", "PREFIX_SYNTAX"),
        ("192.0.2.0.0/24", "PREFIX_SYNTAX"),
        ("192.0.2.256/32", "PREFIX_SYNTAX"),
        ("192.0.02.0/24", "PREFIX_SYNTAX"),
        ("0300.0.2.0/24", "PREFIX_SYNTAX"),
        ("0xC0.0.2.0/24", "PREFIX_SYNTAX"),
        ("3221225984/24", "PREFIX_SYNTAX"),
        ("2001:db8::/32", "PREFIX_SYNTAX"),
        ("example.com/24", "PREFIX_SYNTAX"),
        ("192.0.2.0/33", "PREFIX_LENGTH"),
        ("192.0.2.0/-1", "PREFIX_LENGTH"),
        ("192.0.2.1/33", "PREFIX_LENGTH"),
        ("192.0.2.0/256", "PREFIX_LENGTH"),
        ("192.0.2.0/4294967320", "PREFIX_LENGTH"),
        ("192.0.2.1/24", "HOST_BITS_SET"),
        ("0.0.0.1/0", "HOST_BITS_SET"),
    ];
    for (text, code) in refused {
        assert_eq!(text.parse::<Ipv4Prefix>().unwrap_err().code(), code, "{text:?}");
        let lenient = Ipv4Prefix::parse_lenient(text).map_err(|error| error.code());
        if code == "HOST_BITS_SET" {
            assert!(lenient.is_ok_and(|(_, normalised)| normalised), "{text:?}");
        } else {
            assert_eq!(lenient, Err(code), "{text:?}");
        }
    }
    assert_eq!("10.0.0.0/-7".parse::<Ipv4Prefix>(), Err(Error::PrefixLength { got: -7 }));
    for got in [-1, 33, 256, i64::MIN, i64::MAX] {
        assert_eq!(prefix::check_len(got), Err(Error::PrefixLength { got }));
    }
    for text in ["", "192.0.2", "192.0.2.01", " 192.0.2.1", "192.0.2.1/32", "::1"] {
        assert_eq!(prefix::parse_address(text), Err(Error::AddressSyntax), "{text:?}");
    }
}

#[test]
fn text_can_be_padded() {
    assert_eq!(format!("{:<20}|", p("10.0.0.0/8")), "10.0.0.0/8          |");
    assert_eq!(format!("{:>20}|", p("255.255.255.255/32")), "  255.255.255.255/32|");
    assert_eq!(format!("{:?}", p("10.0.0.0/8")), "Ipv4Prefix { network: 10.0.0.0, prefix_len: 8 }");
}

#[test]
fn serde_is_the_text() {
    assert_eq!(serde_json::to_string(&p("192.0.2.0/24")).unwrap(), r#""192.0.2.0/24""#);
    assert_eq!(serde_json::from_str::<Ipv4Prefix>(r#""192.0.2.0/24""#).unwrap(), p("192.0.2.0/24"));
    // The escaped slash makes the text owned by the reader.
    assert_eq!(serde_json::from_str::<Ipv4Prefix>(r#""192.0.2.0\/24""#).unwrap(), p("192.0.2.0/24"));
    assert_eq!(
        serde_json::from_str::<Ipv4Prefix>(r#""192.0.2.1/24""#).unwrap_err().to_string(),
        "192.0.2.1/24 has host bits set: the network is 192.0.2.0/24 at line 1 column 14"
    );
    assert_eq!(
        serde_json::from_str::<Ipv4Prefix>("24").unwrap_err().to_string(),
        "invalid type: integer `24`, expected an IPv4 prefix such as 192.0.2.0/24 at line 1 column 2"
    );
}

/// What other libraries got wrong: ranges that end at the top, and one below it.
#[test]
fn ranges_at_the_top() {
    let range =
        |first: &str, last: &str| prefix::range(first.parse().unwrap(), last.parse().unwrap()).map(texts);
    let ok = |list: &[&str]| Ok(list.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(range("0.0.0.0", "255.255.255.255"), ok(&["0.0.0.0/0"]));
    assert_eq!(range("255.255.255.255", "255.255.255.255"), ok(&["255.255.255.255/32"]));
    assert_eq!(range("255.255.255.254", "255.255.255.255"), ok(&["255.255.255.254/31"]));
    assert_eq!(range("255.255.255.254", "255.255.255.254"), ok(&["255.255.255.254/32"]));
    assert_eq!(
        range("255.255.255.248", "255.255.255.254"),
        ok(&["255.255.255.248/30", "255.255.255.252/31", "255.255.255.254/32"])
    );
    assert_eq!(range("0.0.0.0", "127.255.255.255"), ok(&["0.0.0.0/1"]));
    assert_eq!(range("128.0.0.0", "255.255.255.255"), ok(&["128.0.0.0/1"]));
    assert_eq!(range("0.0.0.0", "0.0.0.0"), ok(&["0.0.0.0/32"]));

    let all_but_the_last = prefix::range(address(0), address(TOP - 1)).unwrap();
    assert_eq!(
        all_but_the_last.map(Ipv4Prefix::prefix_len).collect::<Vec<_>>(),
        (1..=32).collect::<Vec<_>>()
    );
    let all_but_the_ends = prefix::range(address(1), address(TOP - 1)).unwrap();
    assert_eq!(all_but_the_ends.size_hint(), (1, Some(62)));
    assert_eq!(all_but_the_ends.count(), 62);
    assert_eq!(
        prefix::range(address(1), address(0)).unwrap_err(),
        Error::RangeOrder { first: address(1), last: address(0) }
    );
}

#[test]
fn sets_at_the_ends() {
    let everything = [Ipv4Prefix::ALL];
    assert_eq!(prefix::aggregate([]), []);
    assert_eq!(prefix::aggregate([p("128.0.0.0/1"), p("0.0.0.0/1")]), everything);
    assert_eq!(prefix::aggregate([p("255.255.255.255/32"), Ipv4Prefix::ALL, p("0.0.0.0/32")]), everything);
    assert_eq!(
        texts(prefix::aggregate([p("255.255.255.255/32"), p("0.0.0.0/32")])),
        ["0.0.0.0/32", "255.255.255.255/32"]
    );
    assert_eq!(prefix::subtract(&everything, &everything), []);
    assert_eq!(prefix::subtract(&[], &everything), []);
    assert_eq!(prefix::subtract(&everything, &[]), everything);
    assert_eq!(texts(prefix::subtract(&everything, &[p("0.0.0.0/1")])), ["128.0.0.0/1"]);
    let without_the_last = prefix::subtract(&everything, &[p("255.255.255.255/32")]);
    assert_eq!(without_the_last.len(), 32);
    assert_eq!(prefix::aggregate(without_the_last.into_iter().chain([p("255.255.255.255/32")])), everything);
    assert_eq!(prefix::intersect(&everything, &everything), everything);
}

/// A large input stays fast: every second /28 of 10.0.0.0/8, twice, backwards.
#[test]
fn many_prefixes() {
    let blocks: Vec<_> = p("10.0.0.0/8").subnets(28).unwrap().step_by(2).take(100_000).collect();
    let mut input = blocks.repeat(2);
    input.reverse();
    assert_eq!(prefix::aggregate(input.iter().copied()), blocks);
    let left = prefix::subtract(&[p("10.0.0.0/8")], &input);
    assert_eq!(prefix::aggregate(left.iter().chain(&input).copied()), [p("10.0.0.0/8")]);
    assert_eq!(prefix::intersect(&left, &input), []);
    assert_eq!(prefix::intersect(&[p("10.0.0.0/8")], &input), blocks);
}

/// A part of the address space that is small enough to list: units of one size from a base on.
#[derive(Debug, Clone, Copy)]
struct Universe {
    base: u64,
    units: u64,
    unit: u64,
}

const UNIVERSES: [Universe; 4] = [
    Universe { base: 0, units: 256, unit: 1 },
    Universe { base: 0x7FFF_FF80, units: 256, unit: 1 },
    Universe { base: SPACE - 256, units: 256, unit: 1 },
    Universe { base: 0, units: 256, unit: 1 << 24 },
];

impl Universe {
    /// A prefix that holds a unit and lies in the universe: up to 128 units, or all of them in the last one.
    fn prefix(self, (at, size_log): (u64, u32)) -> Ipv4Prefix {
        let host_bits = self.unit.ilog2() + size_log.min(if self.unit == 1 { 7 } else { 8 });
        let len = u8::try_from(32 - host_bits).unwrap();
        Ipv4Prefix::truncating(address(self.base + at * self.unit), len).unwrap()
    }

    fn prefixes(self, picks: &[(u64, u32)]) -> Vec<Ipv4Prefix> {
        picks.iter().map(|pick| self.prefix(*pick)).collect()
    }

    fn set(self, prefixes: &[Ipv4Prefix]) -> BTreeSet<u64> {
        let inside = |unit: &u64| {
            let at = unit * self.unit;
            prefixes.iter().any(|prefix| (number(prefix.first())..=number(prefix.last())).contains(&at))
        };
        let first = self.base / self.unit;
        (first..first + self.units).filter(inside).collect()
    }

    /// The fewest prefixes of a set: a block that is wholly in it, or else what its halves need.
    fn fewest(self, set: &BTreeSet<u64>) -> Vec<Ipv4Prefix> {
        let mut fewest = Vec::new();
        self.halve(set, 0, SPACE / self.unit, &mut fewest);
        fewest
    }

    fn halve(self, set: &BTreeSet<u64>, first: u64, units: u64, fewest: &mut Vec<Ipv4Prefix>) {
        let members = set.range(first..first + units).count() as u64;
        if members == units {
            let len = u8::try_from(32 - (units * self.unit).ilog2()).unwrap();
            fewest.push(Ipv4Prefix::new(address(first * self.unit), len).unwrap());
        } else if members > 0 {
            self.halve(set, first, units / 2, fewest);
            self.halve(set, first + units / 2, units / 2, fewest);
        }
    }
}

fn picks() -> impl Strategy<Value = Vec<(u64, u32)>> {
    // Mostly small blocks, so that the sets have holes.
    prop::collection::vec((0..256_u64, prop_oneof![4 => 0..3_u32, 1 => 0..9_u32]), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sets_agree_with_lists_of_numbers(a in picks(), b in picks()) {
        for universe in UNIVERSES {
            let (a, b) = (universe.prefixes(&a), universe.prefixes(&b));
            let (x, y) = (universe.set(&a), universe.set(&b));
            prop_assert_eq!(prefix::aggregate(a.iter().copied()), universe.fewest(&x));
            prop_assert_eq!(prefix::subtract(&a, &b), universe.fewest(&(&x - &y)));
            prop_assert_eq!(prefix::intersect(&a, &b), universe.fewest(&(&x & &y)));
        }
    }

    #[test]
    fn ranges_agree_with_lists_of_numbers(a in 0..256_u64, b in 0..256_u64) {
        for universe in UNIVERSES {
            let (first, last) = (universe.base + a * universe.unit, universe.base + b * universe.unit);
            let last = last + (universe.unit - 1);
            let pieces = prefix::range(address(first), address(last));
            if first > last {
                prop_assert_eq!(pieces.unwrap_err().code(), "RANGE_ORDER");
            } else {
                let units = (first / universe.unit..=last / universe.unit).collect();
                prop_assert_eq!(pieces.unwrap().collect::<Vec<_>>(), universe.fewest(&units));
            }
        }
    }

    #[test]
    fn ranges_of_any_size_are_covered_without_gaps(a: u32, b: u32) {
        let (first, last) = (a.min(b), a.max(b));
        let pieces: Vec<_> = prefix::range(first.into(), last.into()).unwrap().collect();
        let mut next = u64::from(first);
        for piece in &pieces {
            prop_assert_eq!(number(piece.first()), next);
            next += piece.address_count();
        }
        prop_assert_eq!(next, u64::from(last) + 1);
        prop_assert!(pieces.windows(2).all(|pair| pair[0].supernet() != pair[1].supernet()));
    }

    #[test]
    fn text_agrees_with_the_standard_library(text in "[0-9./ +-]{0,20}|([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}") {
        let parts = text.split('/').collect::<Vec<_>>();
        let expected = match parts[..] {
            [address, len] => (0..=32_u8)
                .find(|number| number.to_string() == len)
                .zip(address.parse::<Ipv4Addr>().ok())
                .map(|(len, address)| (u64::from(u32::from(address)), len)),
            _ => None,
        };
        let lenient = Ipv4Prefix::parse_lenient(&text).ok();
        prop_assert_eq!(lenient.is_some(), expected.is_some());
        if let (Some((prefix, normalised)), Some((at, len))) = (lenient, expected) {
            let size = SPACE >> len;
            prop_assert_eq!((number(prefix.network()), prefix.prefix_len()), (at / size * size, len));
            prop_assert_eq!(normalised, at % size != 0);
            prop_assert_eq!(text.parse().ok(), (!normalised).then_some(prefix));
        }
    }

    #[test]
    fn order_sorts_by_address_then_length(picks in picks()) {
        let mut prefixes = UNIVERSES[3].prefixes(&picks);
        prefixes.sort();
        let keys: Vec<_> = prefixes.iter().map(|prefix| (number(prefix.network()), prefix.prefix_len())).collect();
        prop_assert!(keys.is_sorted());
    }

    #[test]
    fn addresses_are_read_as_the_standard_library_reads_them(
        near in "[0-9]{0,4}(\\.[0-9]{0,4}){2,4}", digits in "[0-9. a/:-]{0,16}", any in "\\PC{0,12}", octets: [u8; 4],
    ) {
        for text in [near, digits, any, Ipv4Addr::from(octets).to_string()] {
            prop_assert_eq!(prefix::parse_address(&text).ok(), text.parse::<Ipv4Addr>().ok(), "{:?}", text);
        }
    }
}
