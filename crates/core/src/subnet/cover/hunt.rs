//! Good sets: groups are added and taken away one by one while the owners that only they need are counted.

use alloc::vec;
use alloc::vec::Vec;

use super::cut::Cut;
use super::{Found, PARTS, Problem, ratio_order};

/// The groups whose gain is worked out for one step of growth.
const SHORTLIST: usize = 32;

/// A limit on the steps of exchanging groups.
const EXCHANGE_STEPS: usize = 3_000_000;

/// A limit on the moves since the last better set.
const IDLE_MOVES: usize = 3_000;

/// The search for good sets, with the best so far.
pub(super) struct Hunt<'a> {
    problem: &'a Problem,
    spare: &'a [usize],
    wanted: usize,
    /// The size of the best set, with the blocks from elsewhere that it needs.
    best: usize,
    drained: Vec<bool>,
    weight: usize,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(problem: &'a Problem, spare: &'a [usize], wanted: usize) -> Self {
        let mut hunt = Self {
            problem,
            spare,
            wanted,
            best: usize::MAX,
            drained: vec![false; problem.parties()],
            weight: 0,
        };
        hunt.note(&Choice::new(problem, &[]));
        hunt
    }

    pub(super) fn problem(&self) -> &'a Problem {
        self.problem
    }

    pub(super) fn spare(&self) -> &'a [usize] {
        self.spare
    }

    pub(super) fn wanted(&self) -> usize {
        self.wanted
    }

    pub(super) fn best(&self) -> usize {
        self.best
    }

    pub(super) fn found(self, lower_bound: usize) -> Found {
        Found { drained: self.drained, weight: self.weight, lower_bound }
    }

    /// Takes a set that drains the parties for which `drains` holds, if it is the best so far.
    pub(super) fn take(&mut self, cost: usize, weight: usize, drains: impl Fn(usize) -> bool) {
        let Some(rest) = self.spare.get(self.wanted.saturating_sub(weight)) else { return };
        if cost + rest < self.best {
            self.best = cost + rest;
            self.weight = weight;
            for (party, drained) in self.drained.iter_mut().enumerate() {
                *drained = drains(party);
            }
        }
    }

    fn note(&mut self, choice: &Choice) {
        self.take(choice.cost, choice.weight, |party| choice.users[party] > 0);
    }

    /// Looks from all sides, and improves the best that is found.
    pub(super) fn start(&mut self, cut: &Cut) {
        let all = vec![true; self.problem.groups()];
        for groups in [&cut.lower[..], &[]] {
            let mut choice = Choice::new(self.problem, groups);
            self.grow(&mut choice);
            self.shrink(&mut choice);
        }
        for groups in [&cut.upper, &all] {
            let mut choice = Choice::new(self.problem, groups);
            self.shrink(&mut choice);
        }
        let mut choice = Choice::new(self.problem, &[]);
        for group in 0..self.problem.groups() {
            if self.problem.rows.row(group).iter().all(|&party| self.drained[party]) {
                choice.toggle(group);
            }
        }
        self.exchange(&mut choice, cut.lower_bound());
    }

    /// Adds what wins most blocks an owner until there are enough.
    fn grow(&mut self, choice: &mut Choice) {
        let problem = self.problem;
        let mut open = Vec::new();
        let mut covered = vec![0; problem.groups()];
        let mut touched = Vec::new();
        loop {
            open.clear();
            for group in 0..problem.groups() {
                if choice.chosen[group] {
                    continue;
                }
                if choice.missing[group] == 0 {
                    choice.toggle(group);
                } else {
                    open.push(group);
                }
            }
            self.note(choice);
            if choice.weight >= self.wanted || open.is_empty() {
                return;
            }
            if open.len() > SHORTLIST {
                open.select_nth_unstable_by(SHORTLIST, |&left, &right| {
                    let price = |group: usize| (choice.missing[group], problem.weight[group]);
                    ratio_order(price(left), price(right)).then(left.cmp(&right))
                });
                open.truncate(SHORTLIST);
                open.sort_unstable();
            }
            let mut best: Option<(usize, usize, usize, usize)> = None;
            for &group in &open {
                for &party in problem.rows.row(group).iter().filter(|party| choice.users[**party] == 0) {
                    for &other in problem.held.row(party) {
                        if covered[other] == 0 {
                            touched.push(other);
                        }
                        covered[other] += problem.cost[party];
                    }
                }
                let (mut gain, mut promise) = (0, 0);
                for other in touched.drain(..) {
                    let part = covered[other];
                    covered[other] = 0;
                    promise += problem.weight[other] * part * PARTS / choice.missing[other];
                    if part == choice.missing[other] {
                        gain += problem.weight[other];
                    }
                }
                let cost = choice.missing[group];
                let better = best.is_none_or(|(best_cost, best_gain, best_promise, _)| {
                    // Of equal gains an owner, the one that brings other blocks nearer.
                    ratio_order((cost, gain), (best_cost, best_gain))
                        .then(ratio_order((cost, promise), (best_cost, best_promise)))
                        .is_lt()
                });
                if better {
                    best = Some((cost, gain, promise, group));
                }
            }
            let Some((.., group)) = best else { return };
            choice.toggle(group);
        }
    }

    /// Takes away the most expensive groups, an owner's cost divided among its groups, as long as enough stay.
    fn shrink(&mut self, choice: &mut Choice) {
        let problem = self.problem;
        let floor = (self.wanted + 1).saturating_sub(self.spare.len());
        loop {
            if choice.weight <= self.wanted {
                self.note(choice);
            }
            let mut worst: Option<usize> = None;
            for group in (0..problem.groups()).filter(|&group| choice.chosen[group]) {
                if choice.weight < floor + problem.weight[group] {
                    continue;
                }
                if worst.is_none_or(|worst| {
                    let price = |group: usize| (choice.shared[group], problem.weight[group]);
                    ratio_order(price(group), price(worst)).is_gt()
                }) {
                    worst = Some(group);
                }
            }
            let Some(worst) = worst else { break };
            choice.toggle(worst);
        }
        self.note(choice);
    }

    /// Goes to and fro over the wanted number, never back at once to a group just left or joined.
    fn exchange(&mut self, choice: &mut Choice, lower_bound: usize) {
        let problem = self.problem;
        let wanted = self.wanted.min(choice.weight);
        if wanted == 0 {
            return;
        }
        let mut moved = vec![0; problem.groups()];
        let (mut step, mut last) = (0, 0);
        let mut steps = 0;
        while steps < EXCHANGE_STEPS && step < last + IDLE_MOVES && self.best > lower_bound {
            step += 1;
            steps += problem.groups();
            let adding = choice.weight < wanted;
            // Nothing stays forbidden for as many moves as there are groups, however few they are.
            let wait = (if adding { 7 } else { 3 } + step % 5).min(problem.groups() / 4);
            let mut best: Option<usize> = None;
            for group in 0..problem.groups() {
                if choice.chosen[group] == adding || moved[group] + wait > step && moved[group] > 0 {
                    continue;
                }
                let better = best.is_none_or(|best| {
                    let missing = |group: usize| (choice.missing[group], problem.weight[group]);
                    let saved = |group: usize| (choice.saved[group], problem.weight[group]);
                    let order = if adding {
                        ratio_order(missing(group), missing(best))
                    } else {
                        ratio_order(saved(best), saved(group))
                    };
                    // Of equals, the one that was moved longest ago.
                    order.then(moved[group].cmp(&moved[best])).is_lt()
                });
                if better {
                    best = Some(group);
                }
            }
            let Some(group) = best else { continue };
            steps += choice.toggle(group);
            moved[group] = step;
            let best = self.best;
            self.note(choice);
            if self.best < best {
                last = step;
            }
        }
    }
}

/// Groups chosen to be won.
struct Choice<'a> {
    problem: &'a Problem,
    chosen: Vec<bool>,
    /// The chosen groups of each party.
    users: Vec<usize>,
    /// What is still to be drained for each group.
    missing: Vec<usize>,
    /// What need not be drained without each chosen group.
    saved: Vec<usize>,
    /// What each chosen group bears if its parties' costs are divided among their chosen groups.
    shared: Vec<usize>,
    weight: usize,
    cost: usize,
}

impl<'a> Choice<'a> {
    fn new(problem: &'a Problem, groups: &[bool]) -> Self {
        let none = vec![0; problem.groups()];
        let missing = (0..problem.groups())
            .map(|group| problem.rows.row(group).iter().map(|&party| problem.cost[party]).sum())
            .collect();
        let mut choice = Self {
            problem,
            chosen: vec![false; problem.groups()],
            users: vec![0; problem.parties()],
            missing,
            saved: none.clone(),
            shared: none,
            weight: 0,
            cost: 0,
        };
        for (group, _) in groups.iter().enumerate().filter(|(_, chosen)| **chosen) {
            choice.toggle(group);
        }
        choice
    }

    /// Adds a group or takes it away, and says in how many steps.
    fn toggle(&mut self, group: usize) -> usize {
        let problem = self.problem;
        let joins = !self.chosen[group];
        let mut steps = 0;
        if joins {
            self.chosen[group] = true;
            self.weight += problem.weight[group];
        } else {
            self.chosen[group] = false;
            self.weight -= problem.weight[group];
            (self.saved[group], self.shared[group]) = (0, 0);
        }
        for &party in problem.rows.row(group) {
            let cost = problem.cost[party];
            let before = self.users[party];
            let after = if joins { before + 1 } else { before - 1 };
            self.users[party] = after;
            let part = |users: usize| (cost * PARTS).checked_div(users).unwrap_or(0);
            if before == 0 {
                self.cost += cost;
            }
            if after == 0 {
                self.cost -= cost;
            }
            for &other in problem.held.row(party) {
                if before == 0 {
                    self.missing[other] -= cost;
                }
                if after == 0 {
                    self.missing[other] += cost;
                }
                if !self.chosen[other] {
                    continue;
                }
                if other == group {
                    // It joins: nothing of this party was counted for it before.
                    self.shared[other] += part(after);
                    self.saved[other] += if after == 1 { cost } else { 0 };
                    continue;
                }
                self.shared[other] = self.shared[other] + part(after) - part(before);
                if after == 1 {
                    self.saved[other] += cost;
                }
                if before == 1 {
                    self.saved[other] -= cost;
                }
            }
            steps += problem.held.row(party).len();
        }
        steps
    }
}
