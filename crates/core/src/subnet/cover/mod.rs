//! The fewest owners to drain so that a wanted number of spoilt blocks comes free.
//!
//! A block is free once every owner with an address in it is gone, so draining a set of owners wins the blocks whose
//! owners are all in the set. The smallest set for k blocks is the minimum k-union problem, which is NP-hard. What is
//! done about it, in this order:
//!
//! 1. Blocks with the same owners become one *group*, owners with the same groups one *party* ([`Problem`]).
//! 2. Parts of the subnet without an owner in common are apart. Small ones are solved for every number of blocks, and
//!    their answers are added up exactly ([`parts`]).
//! 3. The rest is bounded from below by a minimum cut at the one price a block at which the wanted number lies between
//!    two optimal answers ([`cut`]). The flow of that cut splits the cost of an owner among its blocks, so that any
//!    blocks together cost at least the sum of their shares.
//! 4. Those two answers, and growth from nothing, are completed and improved ([`hunt`]).
//! 5. Blocks whose shares show that no better answer holds them are left out, which sharpens the bound for what
//!    remains, and a search with a limit on its work tries to close the gap ([`search`]).
//!
//! Every limit counts steps, never time: the same input has the same answer on every machine.

mod cut;
mod hunt;
mod parts;
mod search;
#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

use cut::Cut;
use hunt::Hunt;
use parts::Parts;

/// The rounds of leaving out groups and bounding again: each costs a few cuts, and the first two do most.
const ROUNDS: usize = 4;

/// Where an owner's cost is divided evenly, it has this many parts, which all numbers up to 10 divide.
const PARTS: usize = 5_040;

/// Spoilt blocks and the owners of the addresses in them.
pub(super) struct Instance {
    /// The owners' own numbers, ascending: elsewhere an owner is its place in this list.
    ids: Vec<u32>,
    blocks: Rows,
}

/// A set of owners to drain.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Cover {
    /// The owners, ascending.
    pub(super) drain: Vec<u32>,
    /// The places of all blocks that come free, in the order in which the instance was given: at least as many as
    /// wanted.
    pub(super) wins: Vec<usize>,
    /// No set with fewer owners wins as many blocks as wanted.
    pub(super) lower_bound: usize,
    /// The set is proven smallest: its size is the lower bound.
    pub(super) exact: bool,
}

impl Instance {
    /// Takes the owners of each block, in any order and as often as they occur.
    pub(super) fn new<B>(blocks: impl IntoIterator<Item = B>) -> Self
    where
        B: AsRef<[u32]>,
    {
        let mut given = Vec::new();
        let mut ends = Vec::new();
        for block in blocks {
            given.extend_from_slice(block.as_ref());
            ends.push(given.len());
        }
        let mut ids = given.clone();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = Rows::new();
        let mut row = Vec::new();
        let mut start = 0;
        for end in ends {
            row.clear();
            row.extend(given[start..end].iter().map(|id| ids.partition_point(|other| other < id)));
            rows.push_set(&mut row);
            start = end;
        }
        Self { ids, blocks: rows }
    }

    /// The sum of the K smallest blocks cannot exceed what d owners hold of K blocks, and one of K blocks is at least
    /// as large as the K-th smallest.
    fn counted_bound(&self, wanted: usize) -> usize {
        let mut sizes: Vec<usize> =
            (0..self.blocks.len()).map(|block| self.blocks.row(block).len()).collect();
        sizes.sort_unstable();
        sizes.truncate(wanted);
        let mut degrees = vec![0; self.ids.len()];
        for &owner in &self.blocks.items {
            degrees[owner] += 1;
        }
        degrees.sort_unstable_by(|left, right| right.cmp(left));
        let mut unexplained: usize = sizes.iter().sum();
        let mut owners = 0;
        for degree in degrees {
            if unexplained == 0 {
                break;
            }
            unexplained = unexplained.saturating_sub(degree.min(wanted));
            owners += 1;
        }
        owners.max(sizes.last().copied().unwrap_or(0))
    }

    fn cover(&self, drained: &[bool], lower_bound: usize) -> Cover {
        let drain: Vec<u32> =
            self.ids.iter().zip(drained).filter(|(_, drained)| **drained).map(|(id, _)| *id).collect();
        let wins = (0..self.blocks.len())
            .filter(|&block| self.blocks.row(block).iter().all(|&owner| drained[owner]))
            .collect();
        let exact = drain.len() == lower_bound;
        Cover { drain, wins, lower_bound, exact }
    }
}

/// The fewest owners whose draining wins at least `wanted` blocks, or the best set found and a bound for the fewest.
///
/// `None` where there are not as many blocks.
pub(super) fn fewest(instance: &Instance, wanted: usize) -> Option<Cover> {
    if wanted > instance.blocks.len() {
        return None;
    }
    let (problem, party_of) = Problem::new(instance);
    let (parts, rest) = Parts::new(&problem, wanted);
    let (rest, parties) = problem.restricted(&rest);
    let found = solve(&rest, parts.least(), wanted);

    let mut drained = vec![false; problem.parties()];
    for (&party, _) in parties.iter().zip(&found.drained).filter(|(_, drained)| **drained) {
        drained[party] = true;
    }
    parts.drain(&problem, wanted.saturating_sub(found.weight), &mut drained);
    let drained: Vec<bool> = party_of.iter().map(|&party| drained[party]).collect();
    let size = drained.iter().filter(|drained| **drained).count();
    Some(instance.cover(&drained, found.lower_bound.max(instance.counted_bound(wanted)).min(size)))
}

/// What was found for the groups that are not in small parts.
struct Found {
    drained: Vec<bool>,
    /// The blocks that it wins, to be made up to those wanted from the small parts.
    weight: usize,
    /// For the whole: small parts and rest.
    lower_bound: usize,
}

/// Solves a problem beside which `spare[n]` is the cost of n more blocks from elsewhere.
fn solve(problem: &Problem, spare: &[usize], wanted: usize) -> Found {
    let mut hunt = Hunt::new(problem, spare, wanted);
    let mut alive = vec![true; problem.groups()];
    let mut lower_bound = 0;
    for round in 0..ROUNDS {
        let Some(cut) = Cut::around(problem, &alive, spare, wanted) else {
            // Without the groups left out there are too few blocks: nothing is better than what was found.
            lower_bound = hunt.best();
            break;
        };
        if round == 0 {
            hunt.start(&cut);
        }
        lower_bound = lower_bound.max(cut.lower_bound().min(hunt.best()));
        if lower_bound == hunt.best() || !cut.leave_out(&mut alive, hunt.best()) || round + 1 == ROUNDS {
            if lower_bound < hunt.best() && search::exhaust(&mut hunt, &cut, &alive) {
                lower_bound = hunt.best();
            }
            break;
        }
    }
    hunt.found(lower_bound)
}

/// Compares two amounts a block, without a division.
fn ratio_order(left: (usize, usize), right: (usize, usize)) -> Ordering {
    // Alone, every amount here fits 32 bits, since a subnet has 2^16 addresses; products of two need not.
    let product = |amount: usize, blocks: usize| amount as u64 * blocks as u64;
    product(left.0, right.1).cmp(&product(right.0, left.1))
}

/// Lists of places one after the other in memory.
struct Rows {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Rows {
    fn new() -> Self {
        Self { starts: vec![0], items: Vec::new() }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn range(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    fn row(&self, row: usize) -> &[usize] {
        &self.items[self.range(row)]
    }

    fn push_set(&mut self, row: &mut Vec<usize>) {
        row.sort_unstable();
        row.dedup();
        self.items.extend_from_slice(row);
        self.starts.push(self.items.len());
    }

    /// For each of `columns` columns, the rows that hold it and where in `items` they do.
    fn transposed(&self, columns: usize) -> (Self, Vec<usize>) {
        let mut starts = vec![0; columns + 1];
        for &column in &self.items {
            starts[column + 1] += 1;
        }
        for column in 0..columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut items = vec![0; self.items.len()];
        let mut edges = items.clone();
        for row in 0..self.len() {
            for edge in self.range(row) {
                let place = &mut next[self.items[edge]];
                items[*place] = row;
                edges[*place] = edge;
                *place += 1;
            }
        }
        (Self { starts, items }, edges)
    }

    /// Numbers equal rows alike, from 0 up: the number of each row, and a row of each number.
    fn classes(&self) -> (Vec<usize>, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by(|&left, &right| self.row(left).cmp(self.row(right)).then(left.cmp(&right)));
        let mut class_of = vec![0; self.len()];
        let mut samples: Vec<usize> = Vec::new();
        for row in order {
            if samples.last().is_none_or(|&sample| self.row(sample) != self.row(row)) {
                samples.push(row);
            }
            class_of[row] = samples.len() - 1;
        }
        (class_of, samples)
    }
}

/// Groups of blocks and the parties that must go for them.
struct Problem {
    /// The parties of each group.
    rows: Rows,
    /// The blocks of each group.
    weight: Vec<usize>,
    /// The groups of each party.
    held: Rows,
    /// Where in `rows.items` each entry of `held.items` stands.
    edges: Vec<usize>,
    /// The owners of each party.
    cost: Vec<usize>,
}

impl Problem {
    /// Merges blocks and owners that no answer need tell apart, and says to which party each owner went.
    fn new(instance: &Instance) -> (Self, Vec<usize>) {
        let (group_of, samples) = instance.blocks.classes();
        let mut weight = vec![0; samples.len()];
        for group in group_of {
            weight[group] += 1;
        }
        let mut groups = Rows::new();
        let mut row = Vec::new();
        for block in samples {
            row.clear();
            row.extend_from_slice(instance.blocks.row(block));
            groups.push_set(&mut row);
        }
        let (party_of, samples) = groups.transposed(instance.ids.len()).0.classes();
        let mut cost = vec![0; samples.len()];
        for &party in &party_of {
            cost[party] += 1;
        }
        let mut rows = Rows::new();
        for group in 0..groups.len() {
            row.clear();
            row.extend(groups.row(group).iter().map(|&owner| party_of[owner]));
            rows.push_set(&mut row);
        }
        (Self::with(rows, weight, cost), party_of)
    }

    fn with(rows: Rows, weight: Vec<usize>, cost: Vec<usize>) -> Self {
        let (held, edges) = rows.transposed(cost.len());
        Self { rows, weight, held, edges, cost }
    }

    /// The problem of some of the groups, and the parties of this one that are left in it.
    fn restricted(&self, groups: &[usize]) -> (Self, Vec<usize>) {
        let mut parties: Vec<usize> =
            groups.iter().flat_map(|&group| self.rows.row(group)).copied().collect();
        parties.sort_unstable();
        parties.dedup();
        let mut rows = Rows::new();
        let mut row = Vec::new();
        for &group in groups {
            row.clear();
            let places = self.rows.row(group).iter();
            row.extend(places.map(|party| parties.partition_point(|other| other < party)));
            rows.push_set(&mut row);
        }
        let weight = groups.iter().map(|&group| self.weight[group]).collect();
        let cost = parties.iter().map(|&party| self.cost[party]).collect();
        (Self::with(rows, weight, cost), parties)
    }

    fn groups(&self) -> usize {
        self.weight.len()
    }

    fn parties(&self) -> usize {
        self.cost.len()
    }
}
