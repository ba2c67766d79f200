//! Carving subnets out of a VPC against a slow oracle that tries every place.
use proptest::prelude::*;
use winpod::subnet::carve::Space;
use winpod::{Error, Ipv4Prefix, prefix};

fn p(text: &str) -> Ipv4Prefix {
    text.parse().unwrap()
}

/// The lowest place in the smallest free block, each block by itself and place by place.
fn lowest_best(vpc: &[Ipv4Prefix], used: &[Ipv4Prefix], len: u8) -> Option<Ipv4Prefix> {
    let free = |place: Ipv4Prefix| used.iter().all(|other| !other.overlaps(place));
    let mut places = Vec::new();
    for block in vpc.iter().filter(|block| block.prefix_len() <= len) {
        for place in block.subnets(len).unwrap().filter(|place| free(*place)) {
            // How large the free block around it is: the shortest length that is free inside this block.
            let around = (block.prefix_len()..=len)
                .find(|around| free(Ipv4Prefix::truncating(place.first(), *around).unwrap()))
                .unwrap();
            places.push((u8::MAX - around, place));
        }
    }
    places.into_iter().min().map(|(_, place)| place)
}

/// Blocks of a VPC and subnets in them, apart from each other, in any order.
fn any_vpc() -> impl Strategy<Value = (Vec<Ipv4Prefix>, Vec<Ipv4Prefix>)> {
    let blocks = prop::collection::vec((0_u8..4, 20_u8..=24), 1..4);
    let used = prop::collection::vec((any::<u32>(), 22_u8..=28), 0..12);
    (blocks, used).prop_map(|(blocks, used)| {
        let apart = |kept: &[Ipv4Prefix], new: Ipv4Prefix| kept.iter().all(|other| !other.overlaps(new));
        let mut vpc: Vec<Ipv4Prefix> = Vec::new();
        for (third, len) in blocks {
            let block = Ipv4Prefix::truncating([10, 0, third * 16, 0].into(), len).unwrap();
            if apart(&vpc, block) {
                vpc.push(block);
            }
        }
        let mut subnets: Vec<Ipv4Prefix> = Vec::new();
        for (at, len) in used {
            let block = vpc[at as usize % vpc.len()];
            let inside = block.first().to_bits() | (at >> 4) & (u32::MAX >> block.prefix_len());
            let subnet = Ipv4Prefix::truncating(inside.into(), len.max(block.prefix_len())).unwrap();
            if apart(&subnets, subnet) {
                subnets.push(subnet);
            }
        }
        (vpc, subnets)
    })
}

#[test]
fn what_no_vpc_has_is_refused() {
    let vpc = [p("10.0.0.0/16"), p("100.64.0.0/16")];
    let refused = |vpc: &[Ipv4Prefix], used: &[Ipv4Prefix]| Space::new(vpc, used).unwrap_err();
    assert_eq!(refused(&[p("10.0.0.0/8")], &[]), Error::VpcSize { got: 8 });
    assert_eq!(refused(&[p("10.0.0.0/29")], &[]), Error::VpcSize { got: 29 });
    assert_eq!(
        refused(&[p("10.0.8.0/24"), p("10.0.0.0/16")], &[]),
        Error::VpcOverlap { prefix: p("10.0.8.0/24"), existing: p("10.0.0.0/16") }
    );
    let twice = [p("10.0.8.0/24"), p("10.0.8.0/24")];
    assert_eq!(refused(&vpc, &twice), Error::SubnetOverlap { prefix: twice[0], existing: twice[1] });
    assert_eq!(refused(&vpc, &[p("10.0.0.0/15")]), Error::SubnetSize { got: 15 });
    for outside in ["9.255.0.0/16", "10.1.0.0/24", "100.65.0.0/24", "0.0.0.0/16", "255.255.255.240/28"] {
        assert_eq!(refused(&vpc, &[p(outside)]), Error::SubnetOutsideVpc { subnet: p(outside) });
    }
    // Larger than the block it lies in.
    let around = [p("10.0.0.0/16")];
    assert_eq!(refused(&[p("10.0.128.0/17")], &around), Error::SubnetOutsideVpc { subnet: around[0] });
    assert_eq!(Space::new(&[], &[]).unwrap().free(), []);
}

#[test]
fn no_subnet_reaches_over_two_blocks() {
    let halves = [p("10.0.128.0/17"), p("10.0.0.0/17")];
    let mut space = Space::new(&halves, &[]).unwrap();
    assert_eq!(space.take(16), Ok(None));
    assert_eq!(space.take(17), Ok(Some(p("10.0.0.0/17"))));
    assert_eq!(space.free(), [p("10.0.128.0/17")]);
}

#[test]
fn the_ends_of_the_address_space() {
    let mut space = Space::new(&[p("255.255.0.0/16"), p("0.0.0.0/16")], &[]).unwrap();
    for (len, place) in [(16, "0.0.0.0/16"), (17, "255.255.0.0/17"), (17, "255.255.128.0/17")] {
        assert_eq!(space.take(len), Ok(Some(p(place))));
    }
    assert_eq!((space.take(28), space.largest_free()), (Ok(None), None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_gets_the_lowest_place_in_the_smallest_free_block(
        (vpc, mut used) in any_vpc(), wanted in prop::collection::vec(20_u8..=28, 0..12),
    ) {
        let mut space = Space::new(&vpc, &used).unwrap();
        for len in wanted {
            let expected = lowest_best(&vpc, &used, len);
            prop_assert_eq!(space.take(len).unwrap(), expected);
            used.extend(expected);
            // What is left is what the blocks hold and nothing takes, and a new start finds the same.
            let free = space.free();
            let left: Vec<_> = vpc.iter().flat_map(|block| prefix::subtract(&[*block], &used)).collect();
            prop_assert_eq!(prefix::aggregate(free.iter().copied()), prefix::aggregate(left));
            prop_assert_eq!(&Space::new(&vpc, &used).unwrap(), &space);
        }
    }

    #[test]
    fn a_later_request_moves_no_earlier_result(
        (vpc, used) in any_vpc(), wanted in prop::collection::vec(18_u8..=28, 1..24),
    ) {
        let carve = |lengths: &[u8]| {
            let mut space = Space::new(&vpc, &used).unwrap();
            lengths.iter().map(|len| space.take(*len).unwrap()).collect::<Vec<_>>()
        };
        let all = carve(&wanted);
        for count in 0..wanted.len() {
            prop_assert_eq!(&carve(&wanted[..count]), &all[..count]);
        }
        let given: Vec<Ipv4Prefix> = all.into_iter().flatten().collect();
        for (index, one) in given.iter().enumerate() {
            prop_assert!(vpc.iter().any(|block| block.contains_prefix(*one)));
            prop_assert!(used.iter().chain(&given[..index]).all(|other| !other.overlaps(*one)));
        }
    }

    #[test]
    fn no_list_panics(blocks in prop::collection::vec((any::<u32>(), 0_u8..=32), 0..6), len in any::<u8>()) {
        let blocks: Vec<Ipv4Prefix> =
            blocks.into_iter().map(|(at, len)| Ipv4Prefix::truncating(at.into(), len).unwrap()).collect();
        for cut in 0..=blocks.len() {
            if let Ok(mut space) = Space::new(&blocks[..cut], &blocks[cut..]) {
                let _ = space.take(len);
            }
        }
    }
}
