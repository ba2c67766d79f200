//! Random numbers of our own, so that a seed means the same everywhere.

/// The generator `SplitMix64`.
///
/// # Examples
///
/// ```
/// use winpod::fleet::Random;
///
/// let mut random = Random::new(7);
/// assert_eq!([random.below(100), random.below(100), random.below(0)], [38, 1, 0]);
/// ```
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, 0 if that is 0. The chances differ by less than 2^-32.
    pub fn below(&mut self, end: u32) -> u32 {
        let scaled = u128::from(self.next()) * u128::from(end);
        u32::try_from(scaled >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the reference implementation for seed 1234567.
    #[test]
    fn is_splitmix() {
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }
}
