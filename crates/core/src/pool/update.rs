//! What EC2 says: results of jobs, and what the ENI holds.

use alloc::collections::{BTreeMap, BTreeSet};

use super::{Job, JobResult, Pool, PoolError, base_of};
use crate::Ipv4Prefix;
use crate::ipam::IpamMode;

impl Pool {
    /// Takes what came of a job; whether the caller must reconcile.
    ///
    /// What is returned becomes free, whether it was ordered or not. What was pending falls by the whole job, whatever
    /// came back.
    ///
    /// # Errors
    ///
    /// - a group of another length than this mode's: [`PoolError::GroupLength`]; the pool is as before
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(0, 0, 2));
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// let address = Ipv4Prefix::constant([192, 0, 2, 9], 32);
    /// assert_eq!(pool.update(&order, JobResult::success(&[address])).unwrap_err().code(), "GROUP_LENGTH");
    ///
    /// // One of two prefixes, and an error: the pool no longer trusts its books.
    /// let one = [Ipv4Prefix::constant([192, 0, 2, 16], 28)];
    /// assert!(pool.update(&order, JobResult::failure(&one))?);
    /// assert_eq!(pool.reconcile(), Some(Job::Resync));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update(&mut self, job: &Job, result: JobResult<'_>) -> Result<bool, PoolError> {
        let whole = self.whole_group();
        self.check(result.returned)?;
        if !result.succeeded {
            self.resync_required = true;
        }
        if self.mode == IpamMode::PrefixDelegation {
            self.prefix_available = result.prefix_available;
        }
        for group in result.returned {
            self.warm.add(group.first().to_bits(), whole);
        }
        match job {
            Job::Create { count } => {
                self.pending_create = self.pending_create.wrapping_sub(self.addresses_in(*count));
            }
            Job::Delete { groups } => {
                let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
                self.pending_delete = self.pending_delete.wrapping_sub(self.addresses_in(count));
            }
            Job::Resync => {}
        }
        Ok(!result.succeeded)
    }

    /// Brings the books in line with the groups that the ENI holds; `false` if nobody asked for it.
    ///
    /// Addresses that the ENI has and the pool does not know become free. Free and cooling ones that the ENI does not have
    /// are forgotten; those of pods stay. Nothing is reconciled until the next occasion.
    ///
    /// # Errors
    ///
    /// - a group of another length than this mode's: [`PoolError::GroupLength`]; the pool is as before
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Ipv4Prefix;
    /// use winpod::ipam::IpamMode;
    /// use winpod::pool::{Job, JobResult, Pool, PoolConfig};
    ///
    /// let mut pool = Pool::new(IpamMode::PrefixDelegation, 144, PoolConfig::new(1, 3, 0));
    /// let on_eni = [Ipv4Prefix::constant([192, 0, 2, 16], 28)];
    /// assert!(!pool.resync(&on_eni)?);
    ///
    /// let order = pool.reconcile().ok_or("nothing to do")?;
    /// pool.update(&order, JobResult::failure(&[]))?; // the answer was lost on the way
    /// assert_eq!(pool.reconcile(), Some(Job::Resync));
    /// assert!(pool.resync(&on_eni)?);
    /// assert_eq!(pool.counts().warm, 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resync(&mut self, on_eni: &[Ipv4Prefix]) -> Result<bool, PoolError> {
        self.check(on_eni)?;
        if !self.resync_required {
            return Ok(false);
        }
        self.resync_required = false;
        let mut known: BTreeMap<u32, u16> = BTreeMap::new();
        let used = self.used.iter().map(|(_, address)| address);
        for address in used.chain(self.cooling.iter().map(|&(address, _)| address)) {
            let base = base_of(self.mode, address);
            *known.entry(base).or_default() |= 1 << (address - base);
        }
        for group in self.warm.groups() {
            *known.entry(group.base).or_default() |= group.free.mask();
        }
        let whole = self.whole_group();
        let unknown = |base: u32| whole & !known.get(&base).copied().unwrap_or(0);
        let bases = on_eni.iter().map(|group| group.first().to_bits());
        for base in bases.clone() {
            self.warm.add(base, unknown(base));
        }

        let held: BTreeSet<u32> = bases.collect();
        // A group on the books without a free address names nothing that could be gone, and stays.
        self.warm.retain(|group| held.contains(&group.base));
        let mode = self.mode;
        self.cooling.retain(|&(address, _)| held.contains(&base_of(mode, address)));
        Ok(true)
    }
}
