//! Token buckets.

use super::scenario::Rate;

/// What one token is worth: as many units as a second has milliseconds, so that a millisecond adds a whole number.
const TOKEN: i128 = 1_000;

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    per_ms: i128,
    full: i128,
    /// Below 0 where tokens of the future are promised.
    level: i128,
    at_ms: u64,
}

impl Bucket {
    pub(super) fn new(rate: Rate) -> Self {
        let full = i128::from(rate.burst) * TOKEN;
        Self { per_ms: rate.per_second.into(), full, level: full, at_ms: 0 }
    }

    fn fill(&mut self, now_ms: u64) {
        let passed = now_ms.saturating_sub(self.at_ms);
        self.level = self.full.min(self.level + i128::from(passed) * self.per_ms);
        self.at_ms = self.at_ms.max(now_ms);
    }

    /// Takes the next token; when it is there. Promises are kept in the order in which they were given.
    pub(super) fn reserve(&mut self, now_ms: u64) -> u64 {
        self.fill(now_ms);
        self.level -= TOKEN;
        let missing = (-self.level).max(0);
        let wait = (missing + self.per_ms - 1) / self.per_ms;
        now_ms.saturating_add(u64::try_from(wait).unwrap_or(u64::MAX))
    }

    /// Takes a token if there is one.
    pub(super) fn try_take(&mut self, now_ms: u64) -> bool {
        self.fill(now_ms);
        let there = self.level >= TOKEN;
        if there {
            self.level -= TOKEN;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_tokens_in_order() {
        let mut bucket = Bucket::new(Rate { per_second: 12, burst: 2 });
        // 83 1/3 ms a token: at 84, 167 and 250 ms.
        assert_eq!([0; 5].map(|now| bucket.reserve(now)), [0, 0, 84, 167, 250]);
        assert_eq!([250, 250, 10_000].map(|now| bucket.reserve(now)), [334, 417, 10_000]);
    }

    #[test]
    fn refuses_where_it_is_empty() {
        let mut bucket = Bucket::new(Rate { per_second: 1, burst: 1 });
        assert_eq!([0, 999, 1_000, 1_001].map(|now| bucket.try_take(now)), [true, false, true, false]);
    }
}
