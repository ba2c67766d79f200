//! Against every subset of the owners where those are few, and against the bound where they are many.

use alloc::vec;
use alloc::vec::Vec;

use super::{Cover, Instance, fewest};

/// A generator with a seed, so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    /// A number below `end`.
    fn below(&mut self, end: u32) -> u32 {
        // A factor of 4n + 1 and an odd summand go through all states; of each state the high half is the better one.
        self.0 = self.0.wrapping_mul(0x243F_6A88_85A3_08D5).wrapping_add(0x1319_8A2E_0370_7345);
        u32::try_from(((self.0 >> 32) * u64::from(end)) >> 32).unwrap()
    }

    fn blocks(&mut self, count: u32, owners: u32, most: u32) -> Vec<Vec<u32>> {
        (0..count)
            .map(|_| {
                let size = 1 + self.below(most);
                (0..size).map(|_| 1_000 + 7 * self.below(owners)).collect()
            })
            .collect()
    }
}

fn solve(blocks: &[Vec<u32>], wanted: usize) -> Option<Cover> {
    fewest(&Instance::new(blocks), wanted)
}

/// What draining wins, from the blocks as given.
fn wins(blocks: &[Vec<u32>], drain: &[u32]) -> Vec<usize> {
    (0..blocks.len()).filter(|&block| blocks[block].iter().all(|owner| drain.contains(owner))).collect()
}

/// The fewest owners for 0, 1, ... blocks, from all subsets.
fn optima(blocks: &[Vec<u32>]) -> Vec<usize> {
    let mut owners: Vec<u32> = blocks.concat();
    owners.sort_unstable();
    owners.dedup();
    let masks: Vec<u32> = blocks
        .iter()
        .map(|block| block.iter().fold(0, |mask, owner| mask | 1 << owners.binary_search(owner).unwrap()))
        .collect();
    let mut least = vec![usize::MAX; blocks.len() + 1];
    for drain in 0..1_u32 << owners.len() {
        let won = masks.iter().filter(|&&mask| mask & !drain == 0).count();
        for size in &mut least[..=won] {
            *size = (*size).min(drain.count_ones() as usize);
        }
    }
    least
}

/// What every answer must hold to, whatever the best one is.
fn check(blocks: &[Vec<u32>], wanted: usize) -> Cover {
    let cover = solve(blocks, wanted).unwrap();
    assert!(cover.drain.is_sorted_by(|left, right| left < right), "{cover:?}");
    assert_eq!(cover.wins, wins(blocks, &cover.drain));
    assert!(cover.wins.len() >= wanted, "{cover:?}");
    assert!(cover.lower_bound <= cover.drain.len(), "{cover:?}");
    assert_eq!(cover.exact, cover.lower_bound == cover.drain.len());
    assert_eq!(solve(blocks, wanted).unwrap(), cover);
    cover
}

fn check_against_all_subsets(blocks: &[Vec<u32>]) {
    for (wanted, &least) in optima(blocks).iter().enumerate() {
        let cover = check(blocks, wanted);
        assert!(cover.exact, "{wanted} of {blocks:?}: {cover:?}");
        assert_eq!(cover.drain.len(), least, "{wanted} of {blocks:?}: {cover:?}");
    }
    assert_eq!(solve(blocks, blocks.len() + 1), None);
}

/// The part beside the small parts: the same answer must come without them.
fn check_without_parts(blocks: &[Vec<u32>]) {
    let instance = Instance::new(blocks);
    let (problem, _) = super::Problem::new(&instance);
    for (wanted, &least) in optima(blocks).iter().enumerate() {
        let found = super::solve(&problem, &[0], wanted);
        let size: usize = (0..problem.parties()).filter(|&p| found.drained[p]).map(|p| problem.cost[p]).sum();
        assert!(found.weight >= wanted, "{wanted} of {blocks:?}");
        assert_eq!((size, found.lower_bound), (least, least), "{wanted} of {blocks:?}");
    }
}

#[test]
fn small_instances_are_solved() {
    let mut numbers = Numbers(1);
    for round in 0..150 {
        let owners = 1 + numbers.below(10);
        let count = numbers.below(16);
        let blocks = numbers.blocks(count, owners, 1 + round % 5);
        check_against_all_subsets(&blocks);
        check_without_parts(&blocks);
    }
}

#[test]
fn parts_and_rest_add_up() {
    // A part too large to be small, and small ones beside it.
    let mut numbers = Numbers(2);
    for _ in 0..2 {
        let mut blocks: Vec<Vec<u32>> = (0..15).map(|owner| vec![owner, (owner + 1) % 15]).collect();
        blocks.extend((0..4).map(|_| vec![numbers.below(15), numbers.below(15), numbers.below(15)]));
        blocks.push(vec![100, 101]);
        blocks.push(vec![100, 101]);
        check_against_all_subsets(&blocks);
    }
}

#[test]
fn every_edge_has_its_answer() {
    check_against_all_subsets(&[]);
    check_against_all_subsets(&[vec![]]);
    check_against_all_subsets(&[vec![5], vec![], vec![5, 6]]);
    // One owner each, one owner everywhere, nested, all alike.
    check_against_all_subsets(&(0..12).map(|owner| vec![owner]).collect::<Vec<_>>());
    check_against_all_subsets(&(0..12).map(|_| vec![u32::MAX]).collect::<Vec<_>>());
    check_against_all_subsets(&(0..12).map(|owner| vec![0, 1 + owner % 6]).collect::<Vec<_>>());
    check_against_all_subsets(&(0..12).map(|last| (0..=last).collect()).collect::<Vec<_>>());
    check_against_all_subsets(&(0..12).map(|_| (0..16).map(|n| n % 8).collect()).collect::<Vec<_>>());
}

#[test]
fn greed_is_not_enough() {
    // The cheapest block leads away from the pair that wins three.
    let blocks = [vec![1], vec![2, 3], vec![2, 3, 4], vec![2, 3, 4], vec![4, 3]];
    let cover = check(&blocks, 4);
    assert_eq!((cover.drain, cover.wins, cover.exact), (vec![2, 3, 4], vec![1, 2, 3, 4], true));
}

#[test]
fn larger_instances_keep_to_their_bound() {
    let mut numbers = Numbers(3);
    // Three owners a block, at random: what the minimum k-union problem is hard on.
    let mut dense: Vec<Vec<u32>> = (0..150).map(|_| (0..3).map(|_| numbers.below(60)).collect()).collect();
    dense.extend((0..20).map(|owner| vec![200 + owner, 201 + owner]));
    for wanted in [0, 1, 2, 3, 10, 50, 160, 170] {
        check(&dense, wanted);
    }
}

#[test]
fn a_subnet_of_3_000_interfaces_is_solved_or_bounded() {
    let mut numbers = Numbers(4);
    let mut blocks = vec![Vec::new(); 1_022];
    for owner in 0..3_000 {
        for _ in 0..=numbers.below(30) {
            let block = &mut blocks[numbers.below(1_022) as usize];
            if block.len() < 16 {
                block.push(owner);
            }
        }
    }
    for wanted in [1, 64, 1_022] {
        check(&blocks, wanted);
    }
    assert!(check(&blocks, 1).exact);
    assert!(check(&blocks, 1_022).exact);
}
