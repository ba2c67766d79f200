//! Sizes of subnets against a slow oracle that lays every address out.
use proptest::prelude::*;
use winpod::Error;
use winpod::subnet::size::{Need, Placement, Room, smallest};

const LENGTHS: std::ops::RangeInclusive<u8> = 16..=28;

/// Lays prefixes and single addresses out in an empty subnet, address by address.
fn fits(len: u8, need: Need, placement: Placement, count_last: bool) -> bool {
    let size = 1_usize << (32 - len);
    let mut taken = vec![false; size];
    let usable = |at: usize| at >= 4 && at != size - 1;
    let clean = |at: usize| if count_last && at == size - 1 { true } else { usable(at) };
    let mut blocks: Vec<usize> =
        (0..size / 16).filter(|block| (block * 16..block * 16 + 16).all(clean)).collect();
    if need.prefixes > 0 && placement == Placement::Anywhere {
        // The worst placement: one in every block, as long as there are blocks.
        for _ in 0..need.singles {
            let Some(block) = blocks.pop() else { return false };
            taken[block * 16] = true;
        }
    }
    if need.prefixes > blocks.len() as u64 {
        return false;
    }
    for block in &blocks[..usize::try_from(need.prefixes).unwrap()] {
        taken[block * 16..block * 16 + 16].fill(true);
    }
    let placed = if need.prefixes > 0 && placement == Placement::Anywhere { need.singles } else { 0 };
    let free = (0..size).filter(|at| usable(*at) && !taken[*at]).count();
    free as u64 >= need.singles - placed
}

fn any_placement() -> impl Strategy<Value = Placement> {
    prop_oneof![Just(Placement::Reserved), Just(Placement::Anywhere)]
}

/// Needs around the sizes of all subnets.
fn any_need() -> impl Strategy<Value = Need> {
    let near =
        |bits: u32| (0..=bits, 0_u64..70).prop_map(|(bits, more)| (1_u64 << bits).saturating_sub(35) + more);
    (near(16), prop_oneof![Just(0), near(12)], 0_u64..2)
        .prop_map(|(singles, prefixes, some)| Need { singles: singles * some + 1, prefixes })
}

#[test]
fn every_small_need_of_every_small_subnet() {
    for len in 25..=28 {
        for count_last in [false, true] {
            let room = Room::new(len, count_last).unwrap();
            for placement in [Placement::Reserved, Placement::Anywhere] {
                for prefixes in 0..10 {
                    for singles in 0..130 {
                        let need = Need { singles, prefixes };
                        let expected = fits(len, need, placement, count_last);
                        assert_eq!(
                            room.holds(need, placement),
                            expected,
                            "/{len} {count_last} {placement:?} {need:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn blocks_of_every_length() {
    let blocks = |count_last: bool| LENGTHS.map(move |len| Room::new(len, count_last).unwrap().blocks());
    let strict = [4_094, 2_046, 1_022, 510, 254, 126, 62, 30, 14, 6, 2, 0, 0];
    assert!(blocks(false).eq(strict));
    // One more, but the last block of a /28 is the first one too.
    assert!(blocks(true).eq([4_095, 2_047, 1_023, 511, 255, 127, 63, 31, 15, 7, 3, 1, 0]));
    for len in [0, 15, 29, 32, 255] {
        assert_eq!(Room::new(len, true), Err(Error::SubnetSize { got: len }));
    }
}

#[test]
fn numbers_without_end() {
    let huge = Need { singles: u64::MAX, prefixes: u64::MAX };
    for placement in [Placement::Reserved, Placement::Anywhere] {
        for count_last in [false, true] {
            assert_eq!(smallest(huge, placement, count_last), None);
            assert_eq!(smallest(huge.times(u64::MAX).and(huge), placement, count_last), None);
            let room = Room::new(16, count_last).unwrap();
            assert_eq!(room.fits(huge, Need::default(), placement), Some(0));
            assert_eq!(room.fits(Need::default(), huge, placement), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rooms_hold_what_can_be_laid_out(
        len in LENGTHS, need in any_need(), placement in any_placement(), count_last in any::<bool>(),
    ) {
        let room = Room::new(len, count_last).unwrap();
        prop_assert_eq!(room.holds(need, placement), fits(len, need, placement, count_last));
    }

    #[test]
    fn the_smallest_fits_and_the_next_smaller_does_not(
        need in any_need(), placement in any_placement(), count_last in any::<bool>(),
    ) {
        let found = smallest(need, placement, count_last);
        if let Some(len) = found {
            prop_assert!(fits(len, need, placement, count_last));
        }
        for smaller in found.map_or(16, |len| len + 1)..=28 {
            prop_assert!(!fits(smaller, need, placement, count_last));
        }
    }

    #[test]
    fn as_many_nodes_fit_as_can_be_laid_out(
        len in 20_u8..=28, singles in 0_u64..40, prefixes in 0_u64..5, beside in 0_u64..300, other in 0_u64..4,
        placement in any_placement(), count_last in any::<bool>(),
    ) {
        let (each, beside) = (Need { singles, prefixes }, Need { singles: beside, prefixes: other });
        prop_assume!(each != Need::default());
        let most = Room::new(len, count_last).unwrap().fits(each, beside, placement).unwrap();
        let fit = |nodes: u64| fits(len, each.times(nodes).and(beside), placement, count_last);
        prop_assert!(most == 0 || fit(most));
        prop_assert!(!fit(most + 1));
    }
}
