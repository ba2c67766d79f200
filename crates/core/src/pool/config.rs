//! What a pool aims for, and how far it is from it.

use super::quirk::{Quirk, Quirks};
use crate::ipam::{ADDRESSES_PER_PREFIX, IpamMode, NodeSettings};

/// What a pool aims for.
///
/// # Examples
///
/// ```
/// use winpod::ipam::{ConfigData, Environment, IpamMode, Limits, Settings};
/// use winpod::pool::PoolConfig;
///
/// let data = ConfigData::from_pairs([("enable-windows-ipam", "true"), ("warm-ip-target", "5")]);
/// let node = Settings::read(&data, Environment::default()).on_node(Limits::new(10, true)?);
/// assert_eq!(PoolConfig::on_node(&node, IpamMode::SecondaryIp), PoolConfig::new(5, 0, 0));
/// // A node has a pool for each mode; that of the mode it does not work in drains.
/// assert_eq!(PoolConfig::on_node(&node, IpamMode::PrefixDelegation), PoolConfig::DRAINING);
/// # Ok::<(), winpod::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax")]
pub struct PoolConfig {
    /// Whether the pool serves new pods; one that does not gives back whatever is free.
    pub active: bool,
    /// Addresses kept free for the next pods.
    pub warm_ip: i64,
    /// Addresses held at least, used or free.
    pub minimum_ip: i64,
    /// Prefixes kept wholly free; counts only in prefix delegation and where neither of the others is positive.
    pub warm_prefix: i64,
    /// Addresses that may be missing or too many before the pool acts: 0 in every release of the controller.
    pub tolerance: u32,
}

impl PoolConfig {
    /// Of a pool that only waits for its pods to end.
    pub const DRAINING: Self =
        Self { active: false, warm_ip: 0, minimum_ip: 0, warm_prefix: 0, tolerance: 0 };

    /// An active pool with these targets, in addresses, addresses and prefixes.
    ///
    /// Any number is taken: what is not positive acts as the [controller's rules](Self::effective) say.
    pub const fn new(warm_ip: i64, minimum_ip: i64, warm_prefix: i64) -> Self {
        Self { active: true, warm_ip, minimum_ip, warm_prefix, tolerance: 0 }
    }

    /// What the settings of a node give its pool of this mode.
    pub fn on_node(settings: &NodeSettings, mode: IpamMode) -> Self {
        if settings.windows_ipam && settings.mode == mode {
            Self::new(settings.warm_ip.value, settings.minimum_ip.value, settings.warm_prefix.value)
        } else {
            Self::DRAINING
        }
    }

    /// The targets that the controller puts in place of those given, the first time that it reconciles.
    ///
    /// - Not active: all 0.
    /// - Secondary mode: a negative target becomes 3.
    /// - Prefix delegation: a target counts as set if it is positive. Warm becomes 1 and minimum 3 where it is not set
    ///   itself and the other one is, or no warm-prefix target is.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::PoolConfig;
    ///
    /// let given = PoolConfig::new(-10, -20, -100);
    /// assert_eq!(given.effective(IpamMode::PrefixDelegation), PoolConfig::new(1, 3, -100));
    /// assert_eq!(given.effective(IpamMode::SecondaryIp), PoolConfig::new(3, 3, -100));
    /// // A warm-prefix target alone stays alone.
    /// assert_eq!(PoolConfig::new(0, 0, 2).effective(IpamMode::PrefixDelegation), PoolConfig::new(0, 0, 2));
    /// ```
    ///
    /// # Source
    /// [`SourceId::ConfigmapPoolRules`](crate::source::SourceId::ConfigmapPoolRules).
    #[must_use]
    pub const fn effective(mut self, mode: IpamMode) -> Self {
        if !self.active {
            return Self { tolerance: self.tolerance, ..Self::DRAINING };
        }
        match mode {
            IpamMode::SecondaryIp => {
                if self.warm_ip < 0 {
                    self.warm_ip = 3;
                }
                if self.minimum_ip < 0 {
                    self.minimum_ip = 3;
                }
            }
            IpamMode::PrefixDelegation => {
                let (warm_ip, minimum_ip) = (self.warm_ip > 0, self.minimum_ip > 0);
                let warm_prefix = self.warm_prefix > 0;
                if !warm_ip && (minimum_ip || !warm_prefix) {
                    self.warm_ip = 1;
                }
                if !minimum_ip && (warm_ip || !warm_prefix) {
                    self.minimum_ip = 3;
                }
            }
        }
        self
    }

    /// The same without what these quirks say is mended.
    pub(super) fn mended(mut self, mode: IpamMode, quirks: Quirks) -> Self {
        // More than any node holds, and far from where sums wrap.
        const FILLS_ANY_NODE: i64 = 1 << 40;
        if !quirks.has(Quirk::WrappingTargets) {
            for target in [&mut self.warm_ip, &mut self.minimum_ip, &mut self.warm_prefix] {
                *target = (*target).clamp(-FILLS_ANY_NODE, FILLS_ANY_NODE);
            }
        }
        let starves = mode == IpamMode::SecondaryIp && self.active && self.warm_ip == 0;
        if starves && !quirks.has(Quirk::ZeroWarmTarget) {
            self.warm_ip = 1;
        }
        self
    }
}

/// How many addresses a pool has of each kind.
///
/// Those that are pending can be negative, and far off, where jobs and their results do not belong together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Counts {
    /// Addresses that owners have.
    pub used: u32,
    /// Addresses free for the next owner.
    pub warm: u32,
    /// Groups with all their addresses free: prefixes, or addresses in secondary mode.
    pub free_groups: u32,
    /// Addresses that were given back less than 30 seconds ago, or that no job has returned since.
    pub cooling: u32,
    /// Addresses ordered and not yet reported.
    pub pending_create: i64,
    /// Addresses on their way back to the subnet.
    pub pending_delete: i64,
}

impl Counts {
    /// Used, cooling and pending: what stands against the capacity without being free.
    pub(super) fn taken(&self) -> i64 {
        (i64::from(self.used) + i64::from(self.cooling))
            .wrapping_add(self.pending_create)
            .wrapping_add(self.pending_delete)
    }

    /// How many addresses a pool is short of its targets, or has too many of if negative.
    ///
    /// `config` holds targets in effect. Sums wrap as Go's 64-bit integers do.
    pub(super) fn deviation(&self, mode: IpamMode, config: &PoolConfig) -> i64 {
        match mode {
            IpamMode::SecondaryIp => self.deviation_of_addresses(config),
            IpamMode::PrefixDelegation => {
                self.deviation_of_prefixes(config).wrapping_mul(ADDRESSES_PER_PREFIX.into())
            }
        }
    }

    fn deviation_of_addresses(&self, config: &PoolConfig) -> i64 {
        let have = i64::from(self.warm).wrapping_add(self.pending_create);
        let all = have.wrapping_add(self.used.into()).wrapping_add(self.cooling.into());
        let short = config.warm_ip.wrapping_sub(have).max(0).max(config.minimum_ip.wrapping_sub(all));
        let over = have.wrapping_sub(config.warm_ip).max(0).min(all.wrapping_sub(config.minimum_ip)).max(0);
        short.wrapping_sub(over)
    }

    fn deviation_of_prefixes(&self, config: &PoolConfig) -> i64 {
        let free = i64::from(self.free_groups);
        if config.active && config.warm_ip <= 0 && config.minimum_ip <= 0 {
            return config.warm_prefix.wrapping_sub(free).wrapping_sub(prefixes_for(self.pending_create));
        }
        let used = i64::from(self.used);
        let held = (used + i64::from(self.warm) + i64::from(self.cooling)).wrapping_add(self.pending_create);
        let wanted = prefixes_for(used.wrapping_add(config.warm_ip)).max(prefixes_for(config.minimum_ip));
        let short = wanted.wrapping_sub(prefixes_for(held));
        if short < 0 && free == 0 { 0 } else { short }
    }
}

/// The prefixes that so many addresses take, rounded as the controller does: up, and below 0 towards 0.
///
/// # Examples
///
/// ```
/// use winpod::pool::prefixes_for;
///
/// assert_eq!([0, 1, 16, 17].map(prefixes_for), [0, 1, 1, 2]);
/// assert_eq!([-1, -17, i64::MAX].map(prefixes_for), [0, 0, -576_460_752_303_423_487]); // wraps in 64 bits
/// ```
pub const fn prefixes_for(addresses: i64) -> i64 {
    ceil_division(addresses, ADDRESSES_PER_PREFIX as i64)
}

const fn ceil_division(x: i64, y: i64) -> i64 {
    x.wrapping_add(y).wrapping_sub(1) / y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The controller's own cases, `TestCeilDivision`.
    #[test]
    fn division_rounds_up() {
        assert_eq!([ceil_division(32, 1), ceil_division(32, 30)], [32, 2]);
    }
}
