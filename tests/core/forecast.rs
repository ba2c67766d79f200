//! The forecast against Pascal's triangle, simulated fills and the published table.
use std::collections::BTreeMap;

use proptest::prelude::*;
use winpod::subnet::ReservationKind;
use winpod::subnet::forecast::Forecast;
use winpod::{Ipv4Prefix, Subnet};

/// `SplitMix64`: the same draws on every machine.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a bound that is tiny beside 2^64.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

fn empty(len: u8) -> Forecast {
    let subnet = Subnet::new(Ipv4Prefix::truncating([10, 0, 0, 0].into(), len).unwrap()).unwrap();
    Forecast::of(&subnet)
}

fn open(len: u8) -> u32 {
    (1 << (32 - len)) - 5
}

/// For each fill of an empty subnet with single addresses in random order: after how many each of its blocks broke,
/// sorted.
fn fills(len: u8, times: usize, draws: &mut Draws) -> Vec<Vec<usize>> {
    let size = 1_usize << (32 - len);
    let mut order: Vec<usize> = (4..size - 1).collect();
    (0..times)
        .map(|_| {
            let mut broken = vec![None; size / 16];
            let mut breaks = Vec::with_capacity(size / 16);
            for taken in 0..order.len() {
                let other = taken + draws.below(order.len() - taken);
                order.swap(taken, other);
                let block = order[taken] / 16;
                let inner = block != 0 && block != size / 16 - 1;
                if inner && broken[block].is_none() {
                    broken[block] = Some(());
                    breaks.push(taken + 1);
                }
            }
            breaks
        })
        .collect()
}

fn times(len: u8) -> usize {
    // About as many addresses drawn at each size.
    (1_500_000 >> (32 - len)).clamp(60, 20_000)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "statistics of small counts")]
fn expectations_are_within_three_standard_errors_of_simulated_fills() {
    let mut draws = Draws(20_261_122);
    for len in 16..=26 {
        let fills = fills(len, times(len), &mut draws);
        for per_mille in [5, 10, 20, 50, 100, 200, 300] {
            let more = open(len) * per_mille / 1000;
            let blocks = (1_u64 << (28 - len)) - 2;
            let left = fills
                .iter()
                .map(|breaks| blocks as f64 - breaks.partition_point(|at| *at <= more as usize) as f64);
            let count = fills.len() as f64;
            let mean = left.clone().sum::<f64>() / count;
            let variance = left.map(|left| (left - mean).powi(2)).sum::<f64>() / (count - 1.0);
            let error = (variance / count).sqrt();
            let expected = empty(len).expected_thousandths(more) as f64 / 1000.0;
            // Where nothing is left in any fill there is no error to estimate; what is expected is then next to nothing.
            let allowed = 3.0 * error + 3.0 / count + 0.000_5;
            assert!((mean - expected).abs() <= allowed, "/{len}, {more}: {mean} ± {error}, not {expected}");
        }
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "statistics of small counts")]
fn the_last_block_goes_in_half_of_the_simulated_fills_by_its_median() {
    let mut draws = Draws(4_242);
    for len in 16..=26 {
        let fills = fills(len, times(len), &mut draws);
        let median = empty(len).last_block().unwrap() as usize;
        let gone_by = |more: usize| {
            fills.iter().filter(|breaks| *breaks.last().unwrap() <= more).count() as f64 / fills.len() as f64
        };
        let allowed = 3.0 * 0.5 / (fills.len() as f64).sqrt();
        assert!(gone_by(median) >= 0.5 - allowed, "/{len}: {} by {median}", gone_by(median));
        assert!(gone_by(median - 1) <= 0.5 + allowed, "/{len}: {} before {median}", gone_by(median - 1));
    }
}

#[test]
fn the_published_table() {
    // Expected free blocks in tenths at 1, 2, 5, 10, 20 and 30 % of the usable addresses.
    let table = [
        (24, [115, 100, 58, 25, 4, 0]),
        (23, [255, 217, 132, 54, 8, 1]),
        (22, [529, 450, 271, 113, 17, 2]),
        (20, [2161, 1836, 1114, 469, 71, 8]),
        (19, [4341, 3688, 2245, 943, 143, 17]),
        (18, [8699, 7393, 4496, 1892, 287, 34]),
    ];
    for (len, row) in table {
        for (percent, tenths) in [1, 2, 5, 10, 20, 30].into_iter().zip(row) {
            let more = (open(len) * percent + 50) / 100;
            let expected = empty(len).expected_thousandths(more);
            assert_eq!((expected + 50) / 100, tenths, "/{len} at {percent} %: {expected}");
        }
    }
    // Half of the blocks are gone at 4.2 to 4.4 %, the last one at 17 to 42 %.
    for (len, per_mille) in [(24, 171), (22, 245), (20, 308), (18, 366), (16, 419)] {
        let half = empty(len).half().unwrap();
        assert!((410..=450).contains(&(half * 10_000 / open(len))), "/{len}: half by {half}");
        let last = empty(len).last_block().unwrap();
        assert_eq!((last * 1000 + open(len) / 2) / open(len), per_mille, "/{len}: the last one by {last}");
    }
}

/// Medians and halves of empty subnets, from exact fractions in another language (Python's `fractions` and
/// `math.comb`): length, half, median.
#[test]
fn exact_fractions_of_another_language() {
    let exact =
        [(26, 3, 5), (25, 5, 16), (24, 11, 43), (23, 22, 107), (22, 43, 250), (21, 87, 567), (20, 174, 1262)];
    for (len, half, last) in exact {
        assert_eq!((empty(len).half(), empty(len).last_block()), (Some(half), Some(last)), "/{len}");
    }
}

#[test]
fn the_rule_of_thumb_is_as_near_as_the_documentation_says() {
    for len in 16..=26 {
        let forecast = empty(len);
        let rule = (0..open(len)).find(|more| forecast.expected_thousandths(*more) <= 693).unwrap();
        let early = forecast.last_block().unwrap() - rule;
        assert!(early <= 4, "/{len}: {early}");
    }
}

#[test]
fn states_that_no_subnet_has_are_refused() {
    for (open, blocks, reserved) in
        [(15, 1, 0), (65_532, 0, 0), (0, 0, 4_096), (u32::MAX, u32::MAX, u32::MAX)]
    {
        assert_eq!(Forecast::new(open, blocks, reserved).unwrap_err().code(), "FREE_BLOCKS");
    }
    let full = Forecast::new(0, 0, 3).unwrap();
    assert_eq!((full.expected_thousandths(9), full.half(), full.last_block()), (3_000, None, None));
    assert_eq!((full.fewer_than(4), full.fewer_than(3), full.fewer_than(0)), (Some(0), None, None));
}

#[test]
fn a_subnet_gives_what_is_open_and_what_is_reserved() {
    let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24)).unwrap();
    subnet.assign([10, 0, 8, 20].into()).unwrap();
    subnet.assign([10, 0, 8, 130].into()).unwrap();
    subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 128], 26), ReservationKind::Prefix).unwrap();
    subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 32], 30), ReservationKind::Explicit).unwrap();
    subnet.reserve(Ipv4Prefix::constant([10, 0, 8, 64], 29), ReservationKind::Prefix).unwrap();
    // 249 free, 63 of them in the large reservation and 4 set aside; blocks 1, 2 and 8 are spoilt.
    assert_eq!(Forecast::of(&subnet), Forecast::new(249 - 63 - 4, 8, 3).unwrap());
}

/// C(n, k) from Pascal's triangle; below 2^128 for n to 120.
fn choose(triangle: &mut BTreeMap<(u32, u32), u128>, n: u32, k: u32) -> u128 {
    if k > n {
        return 0;
    }
    if k == 0 || k == n {
        return 1;
    }
    if let Some(known) = triangle.get(&(n, k)) {
        return *known;
    }
    let value = choose(triangle, n - 1, k - 1) + choose(triangle, n - 1, k);
    triangle.insert((n, k), value);
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_subnets_agree_with_pascals_triangle(open in 0_u32..100, of in 0.0..1.0_f64, reserved in 0_u32..9) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
        let blocks = (of * f64::from(open / 16 + 1)) as u32;
        let forecast = Forecast::new(open, blocks, reserved).unwrap();
        let mut triangle = BTreeMap::new();
        let (mut half, mut last) = (None, None);
        let mut fewer: BTreeMap<u32, u32> = BTreeMap::new();
        for more in 0..=open {
            let all = choose(&mut triangle, open, more);
            let whole = if open < 16 { 0 } else { choose(&mut triangle, open - 16, more) };
            let left = u128::from(blocks) * whole;
            let thousandths = (2_000 * left + all) / (2 * all) + u128::from(reserved) * 1_000;
            prop_assert_eq!(u128::from(forecast.expected_thousandths(more)), thousandths, "{} more", more);
            if half.is_none() && blocks > 0 && 2 * left <= u128::from(blocks) * all {
                half = Some(more);
            }
            for wanted in 0..=blocks + reserved + 1 {
                if u128::from(wanted.saturating_sub(reserved)) * all > left {
                    fewer.entry(wanted).or_insert(more);
                }
            }
            // Fills that spare i named blocks, with alternating signs.
            let mut none = 0_i128;
            for i in 0..=blocks {
                let ways = choose(&mut triangle, blocks, i) * choose(&mut triangle, open - 16 * i, more);
                none += if i % 2 == 0 { ways.cast_signed() } else { -ways.cast_signed() };
            }
            if last.is_none() && blocks > 0 && 2 * none >= all.cast_signed() {
                last = Some(more);
            }
        }
        prop_assert_eq!(forecast.half(), half);
        prop_assert_eq!(forecast.last_block(), last);
        for wanted in 0..=blocks + reserved + 1 {
            prop_assert_eq!(forecast.fewer_than(wanted), fewer.get(&wanted).copied(), "fewer than {}", wanted);
        }
    }

    #[test]
    fn any_state_has_an_answer(open in any::<u32>(), blocks in any::<u32>(), reserved in any::<u32>(), more in any::<u32>()) {
        let open = open % 65_532;
        let forecast = Forecast::new(open, blocks % (open / 16 + 1), reserved % 4_096).unwrap();
        let all = u64::from(forecast.free_blocks()) * 1_000;
        prop_assert!(forecast.expected_thousandths(more) <= all);
        prop_assert!(forecast.expected_thousandths(more.saturating_add(1)) <= forecast.expected_thousandths(more));
        prop_assert!(forecast.half() <= forecast.last_block().map(|last| last.max(1)) || forecast.half() <= Some(open));
    }
}
