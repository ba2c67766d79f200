//! Small parts of a problem that share no owner with the rest: the least cost of every number of blocks.

use alloc::vec;
use alloc::vec::Vec;

use super::Problem;

/// A part with more groups and more parties than this is not small: all subsets of the fewer are gone through.
const SMALL: usize = 14;

/// All small parts of a problem.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// The least cost of 0, 1, ... blocks: of part i at place n + i of n parts, and of the parts under places 2i and
    /// 2i + 1 together at place i, so that place 1 has the whole.
    tree: Vec<Vec<usize>>,
}

struct Part {
    groups: Vec<usize>,
    parties: Vec<usize>,
    /// For 0, 1, ... blocks the groups or parties, one bit each, whichever are fewer.
    picks: Vec<usize>,
}

impl Parts {
    /// Solves the small parts for up to `wanted` blocks, and names the groups of the others.
    pub(super) fn new(problem: &Problem, wanted: usize) -> (Self, Vec<usize>) {
        let mut rest = Vec::new();
        let mut parts = Vec::new();
        let mut leaves = Vec::new();
        let mut place = Places { group: vec![None; problem.groups()], party: vec![None; problem.parties()] };
        for group in 0..problem.groups() {
            if place.group[group].is_some() {
                continue;
            }
            let (groups, parties) = place.explore(problem, group);
            if groups.len().min(parties.len()) > SMALL {
                rest.extend(groups);
            } else {
                let (part, least) = Part::new(problem, groups, parties, &place, wanted);
                parts.push(part);
                leaves.push(least);
            }
        }
        rest.sort_unstable();
        let mut tree = vec![Vec::new(); parts.len()];
        tree.append(&mut leaves);
        for node in (1..parts.len()).rev() {
            tree[node] = together(&tree[2 * node], &tree[2 * node + 1], wanted);
        }
        if parts.is_empty() {
            tree = vec![Vec::new(), vec![0]];
        }
        (Self { parts, tree }, rest)
    }

    /// The least cost of 0, 1, ... blocks from all small parts, as far as they have them.
    pub(super) fn least(&self) -> &[usize] {
        &self.tree[1]
    }

    /// Marks the parties to drain for a number of blocks that [`least`](Self::least) has.
    pub(super) fn drain(&self, problem: &Problem, wanted: usize, drained: &mut [bool]) {
        let mut shares = vec![0; self.tree.len()];
        shares[1] = wanted;
        for node in 1..self.parts.len() {
            let (left, right) = (&self.tree[2 * node], &self.tree[2 * node + 1]);
            let wanted = shares[node];
            let from = (wanted + 1).saturating_sub(right.len());
            for first in from..left.len().min(wanted + 1) {
                if left[first] + right[wanted - first] == self.tree[node][wanted] {
                    (shares[2 * node], shares[2 * node + 1]) = (first, wanted - first);
                    break;
                }
            }
        }
        for (part, &share) in self.parts.iter().zip(&shares[self.tree.len() - self.parts.len().max(1)..]) {
            part.drain(problem, share, drained);
        }
    }
}

/// The least cost of 0, 1, ... blocks from two parts.
fn together(left: &[usize], right: &[usize], wanted: usize) -> Vec<usize> {
    let len = (left.len() + right.len() - 1).min(wanted + 1);
    let mut least = vec![usize::MAX; len];
    for (first, cost) in left.iter().enumerate() {
        for (sum, other) in least.iter_mut().skip(first).zip(right) {
            *sum = (*sum).min(cost + other);
        }
    }
    least
}

/// Where in its part each group and party stands, once it was met.
struct Places {
    group: Vec<Option<usize>>,
    party: Vec<Option<usize>>,
}

impl Places {
    fn explore(&mut self, problem: &Problem, group: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut groups, mut parties) = (vec![group], Vec::new());
        self.group[group] = Some(0);
        let mut met = 0;
        while let Some(&group) = groups.get(met) {
            for &party in problem.rows.row(group) {
                if self.party[party].is_some() {
                    continue;
                }
                self.party[party] = Some(parties.len());
                parties.push(party);
                for &group in problem.held.row(party) {
                    if self.group[group].is_none() {
                        self.group[group] = Some(groups.len());
                        groups.push(group);
                    }
                }
            }
            met += 1;
        }
        (groups, parties)
    }
}

fn mask(members: &[usize], places: &[Option<usize>]) -> usize {
    members.iter().filter_map(|&member| places[member]).fold(0, |mask, place| mask | 1 << place)
}

/// For every set of `bits` things, the sum of what needs nothing outside it, given as (the set needed, amount).
fn sums_inside(bits: usize, needs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut sums = vec![0; 1 << bits];
    for (set, amount) in needs {
        sums[set] += amount;
    }
    for bit in 0..bits {
        for set in 0..sums.len() {
            if set >> bit & 1 == 1 {
                sums[set] += sums[set ^ 1 << bit];
            }
        }
    }
    sums
}

impl Part {
    fn new(
        problem: &Problem,
        groups: Vec<usize>,
        parties: Vec<usize>,
        places: &Places,
        wanted: usize,
    ) -> (Self, Vec<usize>) {
        let by_group = groups.len() <= parties.len();
        let weight: usize = groups.iter().map(|&group| problem.weight[group]).sum();
        let mut least = vec![usize::MAX; weight.min(wanted) + 1];
        let mut picks = vec![0; least.len()];
        let mut offer = |pick, weight: usize, cost| {
            let place = weight.min(wanted);
            if cost < least[place] {
                (least[place], picks[place]) = (cost, pick);
            }
        };
        if by_group {
            let bits = groups.len();
            let weights =
                sums_inside(bits, groups.iter().enumerate().map(|(n, &g)| (1 << n, problem.weight[g])));
            let needs = |&party: &usize| (mask(problem.held.row(party), &places.group), problem.cost[party]);
            let spared = sums_inside(bits, parties.iter().map(needs));
            let all = spared.len() - 1;
            for (pick, &weight) in weights.iter().enumerate() {
                // What is spared are the parties with no group in the pick.
                offer(pick, weight, spared[all] - spared[all ^ pick]);
            }
        } else {
            let bits = parties.len();
            let costs =
                sums_inside(bits, parties.iter().enumerate().map(|(n, &p)| (1 << n, problem.cost[p])));
            let needs =
                |&group: &usize| (mask(problem.rows.row(group), &places.party), problem.weight[group]);
            let weights = sums_inside(bits, groups.iter().map(needs));
            for (pick, &weight) in weights.iter().enumerate() {
                offer(pick, weight, costs[pick]);
            }
        }
        // More blocks than asked for are as good.
        for place in (1..least.len()).rev() {
            if least[place] <= least[place - 1] {
                (least[place - 1], picks[place - 1]) = (least[place], picks[place]);
            }
        }
        (Self { groups, parties, picks }, least)
    }

    fn drain(&self, problem: &Problem, share: usize, drained: &mut [bool]) {
        let pick = self.picks[share];
        if self.groups.len() <= self.parties.len() {
            for (_, &group) in self.groups.iter().enumerate().filter(|(n, _)| pick >> n & 1 == 1) {
                for &party in problem.rows.row(group) {
                    drained[party] = true;
                }
            }
        } else {
            for (_, &party) in self.parties.iter().enumerate().filter(|(n, _)| pick >> n & 1 == 1) {
                drained[party] = true;
            }
        }
    }
}
