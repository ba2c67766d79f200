//! Search through the groups that may be in a better set, with a limit on its steps.

use alloc::vec;
use alloc::vec::Vec;

use super::cut::{Cut, least_asked};
use super::hunt::Hunt;
use super::{PARTS, Problem, ratio_order};

/// Limits on the steps, arcs looked at and groups sorted: a search through few groups has a chance to end.
const STEPS_FOR_FEW: usize = 12_000_000;
const STEPS_FOR_MANY: usize = 2_000_000;
const FEW: usize = 64;

/// Looks for a better set among the groups alive, and says whether all were gone through.
pub(super) fn exhaust(hunt: &mut Hunt, cut: &Cut, alive: &[bool]) -> bool {
    let problem = hunt.problem();
    let mut search = Search {
        problem,
        cut,
        groups: (0..problem.groups()).filter(|&group| alive[group]).collect(),
        out: vec![false; problem.groups()],
        users: vec![0; problem.parties()],
        askers: vec![0; problem.parties()],
        cost: 0,
        open: Vec::new(),
        sizes: Vec::new(),
        steps: 0,
    };
    let limit = if search.groups.len() <= FEW { STEPS_FOR_FEW } else { STEPS_FOR_MANY };
    // The groups decided on, and whether they are in.
    let mut decided: Vec<(usize, bool)> = Vec::new();
    loop {
        if search.steps > limit {
            return false;
        }
        if let Some(group) = search.next(hunt) {
            search.add(group);
            decided.push((group, true));
            continue;
        }
        loop {
            match decided.pop() {
                None => return true,
                Some((group, true)) => {
                    search.remove(group);
                    search.out[group] = true;
                    decided.push((group, false));
                    break;
                }
                Some((group, false)) => search.out[group] = false,
            }
        }
    }
}

struct Search<'a> {
    problem: &'a Problem,
    cut: &'a Cut<'a>,
    groups: Vec<usize>,
    /// Decided not to be won.
    out: Vec<bool>,
    /// The groups of each party that are decided to be won.
    users: Vec<usize>,
    /// The open groups of each party, while they are counted.
    askers: Vec<usize>,
    cost: usize,
    open: Vec<Open>,
    sizes: Vec<(usize, usize)>,
    steps: usize,
}

/// A group not decided on.
struct Open {
    group: usize,
    asked: usize,
    weight: usize,
}

impl Search<'_> {
    /// Notes the set decided on, and names the group to decide on next: none where nothing better can follow.
    fn next(&mut self, hunt: &mut Hunt) -> Option<usize> {
        let won = self.look(hunt.best())?;
        hunt.take(self.cost, won, |party| self.users[party] > 0);
        let wanted = hunt.wanted().saturating_sub(won);
        if wanted == 0 || self.open.is_empty() {
            return None;
        }
        self.sizes.sort_unstable();
        let sure = self.cost + least_of_largest(&self.sizes, hunt.spare(), wanted)?;
        if sure >= hunt.best() {
            return None;
        }
        self.ask_evenly(wanted);
        if self.cost + self.asked(PARTS, hunt.spare(), wanted)? >= hunt.best() {
            return None;
        }
        self.ask_as_cut();
        if self.cost + self.asked(self.cut.unit(), hunt.spare(), wanted)? >= hunt.best() {
            return None;
        }
        self.open.first().map(|open| open.group)
    }

    /// Collects the groups to decide on and says how many blocks are won: none if one that is out is among them.
    fn look(&mut self, best: usize) -> Option<usize> {
        let problem = self.problem;
        self.open.clear();
        self.sizes.clear();
        let mut won = 0;
        for &group in &self.groups {
            let row = problem.rows.row(group);
            let missing: usize =
                row.iter().filter(|party| self.users[**party] == 0).map(|&party| problem.cost[party]).sum();
            self.steps += row.len();
            let weight = problem.weight[group];
            if missing == 0 {
                if self.out[group] {
                    // Won all the same: this was looked at where the group was in.
                    return None;
                }
                won += weight;
            } else if !self.out[group] && self.cost + missing < best {
                self.open.push(Open { group, asked: 0, weight });
                self.sizes.push((missing, weight));
            }
        }
        Some(won)
    }

    /// Divides the cost of each party evenly among its open groups, or among as many as can still be wanted.
    fn ask_evenly(&mut self, wanted: usize) {
        let problem = self.problem;
        for open in &self.open {
            for &party in problem.rows.row(open.group) {
                self.askers[party] += 1;
            }
        }
        for open in &mut self.open {
            let missing = problem.rows.row(open.group).iter().filter(|party| self.users[**party] == 0);
            open.asked =
                missing.map(|&party| problem.cost[party] * PARTS / self.askers[party].min(wanted)).sum();
        }
        for open in &self.open {
            self.steps += 3 * problem.rows.row(open.group).len();
            for &party in problem.rows.row(open.group) {
                self.askers[party] = 0;
            }
        }
    }

    /// Divides the cost of each party as the cut did.
    fn ask_as_cut(&mut self) {
        for open in &mut self.open {
            let edges = self.problem.rows.range(open.group);
            let missing = edges.filter(|&edge| self.users[self.problem.rows.items[edge]] == 0);
            open.asked = missing.map(|edge| self.cut.share(edge)).sum();
        }
    }

    /// The least that the blocks still wanted cost, as the open groups ask for them.
    fn asked(&mut self, unit: usize, spare: &[usize], wanted: usize) -> Option<usize> {
        self.steps += 16 * self.open.len();
        self.open.sort_unstable_by(|left, right| {
            ratio_order((left.asked, left.weight), (right.asked, right.weight))
                .then(left.group.cmp(&right.group))
        });
        let asked = self.open.iter().map(|open| (open.asked, open.weight));
        least_asked(asked, spare, unit, wanted).map(|asked| asked.div_ceil(unit))
    }

    fn add(&mut self, group: usize) {
        for &party in self.problem.rows.row(group) {
            if self.users[party] == 0 {
                self.cost += self.problem.cost[party];
            }
            self.users[party] += 1;
        }
    }

    fn remove(&mut self, group: usize) {
        for &party in self.problem.rows.row(group) {
            self.users[party] -= 1;
            if self.users[party] == 0 {
                self.cost -= self.problem.cost[party];
            }
        }
    }
}

/// Whatever wins `wanted` blocks, one of its groups is at least as large as the last of the smallest that do.
fn least_of_largest(sizes: &[(usize, usize)], spare: &[usize], wanted: usize) -> Option<usize> {
    let mut least = spare.get(wanted).copied();
    let mut taken = 0;
    for &(size, weight) in sizes {
        if taken >= wanted {
            break;
        }
        taken += weight;
        if let Some(rest) = spare.get(wanted.saturating_sub(taken)) {
            least = Some(least.map_or(size + rest, |least| least.min(size + rest)));
        }
    }
    least
}
