//! Lower bounds from minimum cuts.
//!
//! Let every block won earn p and every owner drained cost q. The best set under these prices is the source side of a
//! minimum cut in the network source - p a block - group - unlimited - party - q an owner - sink. A set so found is
//! smallest for the number of blocks that it wins, and the line through two neighbouring ones bounds all between.

use alloc::vec;
use alloc::vec::Vec;

use super::{Problem, ratio_order};

/// More prices than a subnet has corners in its bound: only a limit against a mistake.
const PRICES: usize = 64;

/// A limit on the steps of filling up the lower answer.
const FILL_STEPS: usize = 1_000_000;

/// The minimum cut at the price at which the wanted number of blocks lies between two optimal answers.
pub(super) struct Cut<'a> {
    problem: &'a Problem,
    /// The least cost of 0, 1, ... blocks from elsewhere.
    spare: &'a [usize],
    wanted: usize,
    /// What an owner costs, in the unit of the shares.
    unit: usize,
    /// The part of its cost that each party asks from each of its groups, at the place of the group's row.
    shares: Vec<usize>,
    /// What the parties of each group ask from it together.
    asked: Vec<usize>,
    /// Groups by what they ask a block, cheapest first.
    order: Vec<usize>,
    /// The groups of the optimal answers on both sides of the wanted number.
    pub(super) lower: Vec<bool>,
    pub(super) upper: Vec<bool>,
}

/// An optimal answer: groups of the problem, and with blocks from elsewhere its size.
struct Corner {
    groups: Vec<bool>,
    weight: usize,
    cost: usize,
}

impl<'a> Cut<'a> {
    /// `None` where the groups alive and the blocks from elsewhere are fewer than wanted.
    pub(super) fn around(
        problem: &'a Problem,
        alive: &[bool],
        spare: &'a [usize],
        wanted: usize,
    ) -> Option<Self> {
        let free = spare.iter().take_while(|cost| **cost == 0).count().saturating_sub(1);
        let mut lower = Corner { groups: vec![false; problem.groups()], weight: free, cost: 0 };
        let mut upper = Corner::of(problem, alive.to_vec(), spare, spare.len() - 1);
        if upper.weight < wanted {
            return None;
        }
        let mut network = Network::new(problem);
        let mut unit = 1;
        let mut found = (lower.groups.clone(), upper.groups.clone());
        for _ in 0..PRICES {
            if upper.weight <= lower.weight || upper.cost <= lower.cost {
                break;
            }
            let price = upper.cost - lower.cost;
            unit = upper.weight - lower.weight;
            network.fill(alive, price, unit);
            let (fewest, most) = best_spare(spare, price, unit);
            let below = Corner::of(problem, network.least_side(), spare, fewest);
            let above = Corner::of(problem, network.greatest_side(alive), spare, most);
            if above.weight < wanted && above.weight > lower.weight {
                lower = above;
            } else if below.weight > wanted && below.weight < upper.weight {
                upper = below;
            } else {
                let mut groups = below.groups;
                network.fill_up(&mut groups, alive, wanted.saturating_sub(fewest));
                found = (groups, above.groups);
                break;
            }
        }
        let (lower, upper) = found;
        let mut cut = Self {
            problem,
            spare,
            wanted,
            unit,
            shares: network.into_shares(unit, alive),
            asked: vec![0; problem.groups()],
            order: (0..problem.groups()).filter(|&group| alive[group]).collect(),
            lower,
            upper,
        };
        for group in 0..problem.groups() {
            cut.asked[group] = cut.shares[problem.rows.range(group)].iter().sum();
        }
        let (asked, weight) = (&cut.asked, &problem.weight);
        cut.order.sort_by(|&left, &right| {
            ratio_order((asked[left], weight[left]), (asked[right], weight[right])).then(left.cmp(&right))
        });
        Some(cut)
    }

    /// What an owner costs, in the unit of the shares.
    pub(super) fn unit(&self) -> usize {
        self.unit
    }

    /// The part of its cost that a party asks from a group, at the place of the group's row.
    pub(super) fn share(&self, edge: usize) -> usize {
        self.shares[edge]
    }

    /// No set is smaller that wins the blocks wanted from the groups alive and from elsewhere.
    pub(super) fn lower_bound(&self) -> usize {
        let asked = self.order.iter().map(|&group| (self.asked[group], self.problem.weight[group]));
        least_asked(asked, self.spare, self.unit, self.wanted)
            .map_or(usize::MAX, |asked| asked.div_ceil(self.unit))
    }

    /// Takes the groups out of `alive` that are in no set smaller than `best`, and says whether there were any.
    pub(super) fn leave_out(&self, alive: &mut [bool], best: usize) -> bool {
        let mut any = false;
        for &group in &self.order {
            let weight = self.problem.weight[group];
            let wanted = self.wanted.saturating_sub(weight);
            let others = self.order.iter().filter(|&&other| other != group);
            let others = others.map(|&other| (self.asked[other], self.problem.weight[other]));
            let asked = least_asked(others, self.spare, self.unit, wanted);
            let cost: usize =
                self.problem.rows.row(group).iter().map(|&party| self.problem.cost[party]).sum();
            let holds = cost < best
                && asked.is_some_and(|asked| (asked + self.asked[group]).div_ceil(self.unit) < best);
            if !holds {
                alive[group] = false;
                any = true;
            }
        }
        any
    }
}

/// The least that `wanted` blocks ask, of groups given as (asked, blocks) from the cheapest a block on, and of blocks
/// from elsewhere. `None` if there are not so many.
pub(super) fn least_asked(
    groups: impl Iterator<Item = (usize, usize)>,
    spare: &[usize],
    unit: usize,
    wanted: usize,
) -> Option<usize> {
    // A group may be taken in part: without that, this would be a knapsack.
    let mut least = spare.get(wanted).map(|cost| cost * unit);
    let (mut taken, mut sum) = (0, 0);
    for (asked, weight) in groups {
        if taken >= wanted {
            break;
        }
        let from = (wanted + 1).saturating_sub(spare.len()).max(taken + 1);
        for count in from..=wanted.min(taken + weight) {
            let part = (asked * (count - taken)).div_ceil(weight);
            let total = sum + part + spare[wanted - count] * unit;
            least = Some(least.map_or(total, |least| least.min(total)));
        }
        taken += weight;
        sum += asked;
    }
    least
}

/// The fewest and the most blocks from elsewhere that are best at a price.
fn best_spare(spare: &[usize], price: usize, unit: usize) -> (usize, usize) {
    // cost x unit - count x price, compared without going below zero.
    let worse =
        |count: usize, than: usize| spare[count] * unit + than * price > spare[than] * unit + count * price;
    let (mut fewest, mut most) = (0, 0);
    for count in 1..spare.len() {
        if !worse(count, most) {
            most = count;
        }
        if worse(fewest, count) {
            fewest = count;
        }
    }
    (fewest, most)
}

impl Corner {
    fn of(problem: &Problem, groups: Vec<bool>, spare: &[usize], from_spare: usize) -> Self {
        let mut parties = vec![false; problem.parties()];
        let mut weight = from_spare;
        let mut cost = spare[from_spare];
        for group in (0..groups.len()).filter(|&group| groups[group]) {
            weight += problem.weight[group];
            for &party in problem.rows.row(group) {
                if !parties[party] {
                    parties[party] = true;
                    cost += problem.cost[party];
                }
            }
        }
        Self { groups, weight, cost }
    }
}

/// A flow from groups to parties, pushed along shortest paths, level by level.
struct Network<'a> {
    problem: &'a Problem,
    group_of: Vec<usize>,
    flow: Vec<usize>,
    /// What each group has still to send, and each party can still take.
    supply: Vec<usize>,
    room: Vec<usize>,
    /// How far from a group with supply, 0 where there is no way.
    group_level: Vec<usize>,
    party_level: Vec<usize>,
    /// The arc of each group and party that is to be tried next.
    next_of_group: Vec<usize>,
    next_of_party: Vec<usize>,
}

impl<'a> Network<'a> {
    fn new(problem: &'a Problem) -> Self {
        let mut group_of = vec![0; problem.rows.items.len()];
        for group in 0..problem.groups() {
            group_of[problem.rows.range(group)].fill(group);
        }
        let (per_group, per_party) = (vec![0; problem.groups()], vec![0; problem.parties()]);
        Self {
            problem,
            flow: vec![0; group_of.len()],
            group_of,
            supply: per_group.clone(),
            room: per_party.clone(),
            group_level: per_group.clone(),
            party_level: per_party.clone(),
            next_of_group: per_group,
            next_of_party: per_party,
        }
    }

    fn fill(&mut self, alive: &[bool], price: usize, unit: usize) {
        let problem = self.problem;
        self.flow.fill(0);
        for (room, cost) in self.room.iter_mut().zip(&problem.cost) {
            *room = cost * unit;
        }
        for (group, &alive) in alive.iter().enumerate() {
            self.supply[group] = if alive { problem.weight[group] * price } else { 0 };
            // An even start saves most of the paths.
            let ways = problem.rows.row(group).len().max(1);
            let part = self.supply[group].div_ceil(ways);
            for edge in problem.rows.range(group) {
                let party = problem.rows.items[edge];
                let amount = part.min(self.room[party]).min(self.supply[group]);
                self.flow[edge] = amount;
                self.room[party] -= amount;
                self.supply[group] -= amount;
            }
        }
        while self.rank() {
            for group in 0..problem.groups() {
                if self.supply[group] > 0 {
                    self.send(group);
                }
            }
        }
    }

    /// Sets the levels, and says whether a party with room can be reached.
    fn rank(&mut self) -> bool {
        let problem = self.problem;
        self.group_level.fill(0);
        self.party_level.fill(0);
        let mut groups: Vec<usize> = (0..problem.groups()).filter(|&group| self.supply[group] > 0).collect();
        let mut parties = Vec::new();
        for &group in &groups {
            self.group_level[group] = 1;
        }
        let mut level = 1;
        while !groups.is_empty() {
            let mut room = false;
            for group in groups.drain(..) {
                self.next_of_group[group] = problem.rows.range(group).start;
                for &party in problem.rows.row(group) {
                    if self.party_level[party] == 0 {
                        self.party_level[party] = level + 1;
                        self.next_of_party[party] = problem.held.range(party).start;
                        room |= self.room[party] > 0;
                        parties.push(party);
                    }
                }
            }
            if room {
                return true;
            }
            for party in parties.drain(..) {
                for place in problem.held.range(party) {
                    let group = problem.held.items[place];
                    if self.group_level[group] == 0 && self.flow[problem.edges[place]] > 0 {
                        self.group_level[group] = level + 2;
                        groups.push(group);
                    }
                }
            }
            level += 2;
        }
        false
    }

    /// Sends what a group has along the levels until nothing more goes.
    fn send(&mut self, root: usize) {
        let problem = self.problem;
        // Arcs by turns: from a group to a party, back from the party to another group that sends to it.
        let mut path: Vec<usize> = Vec::new();
        loop {
            if path.len() % 2 == 0 {
                let group = path.last().map_or(root, |&edge| self.group_of[edge]);
                let level = self.group_level[group] + 1;
                let mut arcs = self.next_of_group[group]..problem.rows.range(group).end;
                match arcs.find(|&edge| self.party_level[problem.rows.items[edge]] == level) {
                    Some(edge) => {
                        self.next_of_group[group] = edge;
                        path.push(edge);
                    }
                    None => {
                        self.next_of_group[group] = problem.rows.range(group).end;
                        let Some(edge) = path.pop() else { return };
                        self.next_of_party[problem.rows.items[edge]] += 1;
                    }
                }
                continue;
            }
            let Some(&last) = path.last() else { return };
            let party = problem.rows.items[last];
            if self.room[party] > 0 {
                self.augment(root, party, &mut path);
                if self.supply[root] == 0 {
                    return;
                }
                continue;
            }
            let level = self.party_level[party] + 1;
            let mut arcs = self.next_of_party[party]..problem.held.range(party).end;
            let open = |place: usize| {
                self.flow[problem.edges[place]] > 0 && self.group_level[problem.held.items[place]] == level
            };
            if let Some(place) = arcs.find(|&place| open(place)) {
                self.next_of_party[party] = place;
                path.push(problem.edges[place]);
            } else {
                self.next_of_party[party] = problem.held.range(party).end;
                path.pop();
                self.next_of_group[self.group_of[last]] += 1;
            }
        }
    }

    /// Sends as much as fits along a path, and cuts the path where nothing fits any more.
    fn augment(&mut self, root: usize, party: usize, path: &mut Vec<usize>) {
        let mut amount = self.supply[root].min(self.room[party]);
        for &edge in path.iter().skip(1).step_by(2) {
            amount = amount.min(self.flow[edge]);
        }
        self.supply[root] -= amount;
        self.room[party] -= amount;
        let mut keep = path.len();
        for (place, &edge) in path.iter().enumerate() {
            if place % 2 == 0 {
                self.flow[edge] += amount;
            } else {
                self.flow[edge] -= amount;
                if self.flow[edge] == 0 {
                    keep = keep.min(place);
                }
            }
        }
        path.truncate(keep);
    }

    /// The smallest best set: what supply left over reaches.
    fn least_side(&self) -> Vec<bool> {
        self.group_level.iter().map(|level| *level > 0).collect()
    }

    /// The greatest best set: what does not reach room left over.
    fn greatest_side(&self, alive: &[bool]) -> Vec<bool> {
        let problem = self.problem;
        let mut inside = alive.to_vec();
        let mut seen: Vec<bool> = self.room.iter().map(|room| *room > 0).collect();
        let mut parties: Vec<usize> = (0..problem.parties()).filter(|&party| seen[party]).collect();
        while let Some(party) = parties.pop() {
            for &group in problem.held.row(party) {
                if !inside[group] {
                    continue;
                }
                inside[group] = false;
                for edge in problem.rows.range(group) {
                    let party = problem.rows.items[edge];
                    if self.flow[edge] > 0 && !seen[party] {
                        seen[party] = true;
                        parties.push(party);
                    }
                }
            }
        }
        inside
    }

    /// Adds to a best set what keeps it a best set, as long as it wins no more than `wanted` blocks.
    fn fill_up(&self, groups: &mut [bool], alive: &[bool], wanted: usize) {
        let problem = self.problem;
        let greatest = self.greatest_side(alive);
        let mut weight: usize =
            (0..groups.len()).filter(|&group| groups[group]).map(|group| problem.weight[group]).sum();
        let mut added = Vec::new();
        let mut steps = 0;
        for start in 0..groups.len() {
            if weight >= wanted || steps > FILL_STEPS {
                return;
            }
            if groups[start] || !greatest[start] {
                continue;
            }
            // What must come along, until it is too much.
            added.push(start);
            groups[start] = true;
            let mut more = problem.weight[start];
            let mut met = 0;
            while met < added.len() && weight + more <= wanted {
                for &party in problem.rows.row(added[met]) {
                    for place in problem.held.range(party) {
                        let group = problem.held.items[place];
                        if !groups[group] && self.flow[problem.edges[place]] > 0 {
                            groups[group] = true;
                            more += problem.weight[group];
                            added.push(group);
                        }
                    }
                    steps += problem.held.row(party).len();
                }
                met += 1;
            }
            if weight + more <= wanted {
                weight += more;
            } else {
                for &group in &added {
                    groups[group] = false;
                }
            }
            added.clear();
        }
    }

    /// The flow as shares of the costs, with the cost that no flow took up given to the groups alive.
    fn into_shares(self, unit: usize, alive: &[bool]) -> Vec<usize> {
        let problem = self.problem;
        let mut shares = self.flow;
        for party in 0..problem.parties() {
            let places = problem.held.range(party);
            let edges = || problem.edges[places.clone()].iter().filter(|edge| alive[self.group_of[**edge]]);
            let spent: usize = edges().map(|&edge| shares[edge]).sum();
            let left = (problem.cost[party] * unit).saturating_sub(spent);
            let count = edges().count();
            for (place, &edge) in edges().enumerate() {
                // The first ones get what an even division leaves.
                shares[edge] += left / count + usize::from(place < left % count);
            }
        }
        shares
    }
}
