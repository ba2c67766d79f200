//! Which holders of single addresses spoil blocks, and whom to drain to win blocks back.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::cover::{Instance, fewest};
use super::{Block, BlockState, Subnet};
use crate::Ipv4Prefix;

/// The holders to drain so that blocks become free for prefixes.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cure {
    /// Whom to drain, ascending.
    pub drain: Vec<u32>,
    /// All blocks that are free then, by address: as many as were wanted, or more; fewer if there are no more.
    pub frees: Vec<Ipv4Prefix>,
    /// The blocks that draining everybody would free.
    pub curable: u32,
    /// No choice of fewer holders frees as many blocks as were wanted.
    pub lower_bound: u32,
    /// Whether no smaller choice exists: always where the number of `drain` is `lower_bound`, and where the search was
    /// complete.
    pub exact: bool,
}

impl Subnet {
    /// Finds the fewest holders to drain so that `prefixes` spoilt blocks become free.
    ///
    /// `group` tells for each single address, with the owner it was assigned to, which holder would be drained: an ENI,
    /// its node, whatever is drained as one. `None` means that it stays, and a block with such an address is never won.
    /// Blocks that touch an `explicit` reservation or hold reserved addresses are not won either, since EC2 does not
    /// hand them out. A block with several holders needs all of them drained.
    ///
    /// The problem is NP-hard. Where holders are few or share few blocks the answer is exact; else it is a good one
    /// with a lower bound for this very subnet. Work is bounded by steps, not by time, so that the answer is the same
    /// everywhere. Where one holder can take the place of another, the one with the lower number is drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Error, Ipv4Prefix, Subnet};
    ///
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// for (address, owner) in [("10.0.8.20", 1), ("10.0.8.40", 1), ("10.0.8.41", 2), ("10.0.8.60", 3)] {
    ///     subnet.assign_to(address.parse().expect("an address"), owner)?;
    /// }
    /// let cure = subnet.cure(2, |_, owner| owner);
    /// // 1 alone frees 10.0.8.16/28; with 2 also 10.0.8.32/28, with 3 also 10.0.8.48/28.
    /// assert_eq!((cure.drain.len(), cure.exact, cure.curable), (2, true, 3));
    ///
    /// // What stays keeps its block.
    /// let cure = subnet.cure(3, |_, owner| owner.filter(|owner| *owner != 2));
    /// assert_eq!((cure.frees.len(), cure.curable), (2, 2));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn cure(&self, prefixes: u32, mut group: impl FnMut(Ipv4Addr, Option<u32>) -> Option<u32>) -> Cure {
        let mut blocks = Vec::new();
        let mut holders = Vec::new();
        for block in self.spoilt_blocks() {
            let of_block: Option<Vec<u32>> =
                self.singles_in(&block).map(|(address, owner)| group(address, owner)).collect();
            if let Some(of_block) = of_block {
                blocks.push(block.prefix);
                holders.push(of_block);
            }
        }
        let wanted = blocks.len().min(prefixes as usize);
        let instance = Instance::new(&holders);
        // There are as many blocks as are wanted.
        let cover = fewest(&instance, wanted).unwrap_or_default();
        let drain = prefer_low(&holders, wanted, cover.drain);
        let is_free = |holders: &Vec<u32>| holders.iter().all(|holder| drain.contains(holder));
        Cure {
            frees: blocks
                .iter()
                .zip(&holders)
                .filter(|(_, here)| is_free(here))
                .map(|(block, _)| *block)
                .collect(),
            drain: drain.into_iter().collect(),
            curable: count(blocks.len()),
            lower_bound: count(cover.lower_bound),
            exact: cover.exact,
        }
    }

    /// Looks at the blocks that only single addresses keep from being free, by address.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign("10.0.8.5".parse().expect("an address"))?; // in the first block, which is never free
    /// subnet.assign("10.0.8.20".parse().expect("an address"))?;
    /// let spoilt: Vec<String> = subnet.spoilt_blocks().map(|block| block.prefix.to_string()).collect();
    /// assert_eq!(spoilt, ["10.0.8.16/28"]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn spoilt_blocks(&self) -> impl Iterator<Item = Block> + use<'_> {
        self.blocks().filter(|block| matches!(block.state, BlockState::Fragmented | BlockState::Full))
    }

    /// Lists the assigned addresses of a block of this subnet with their owners; none for a block that is a prefix.
    ///
    /// # Examples
    ///
    /// ```
    /// # use winpod::{Error, Ipv4Prefix, Subnet};
    /// let mut subnet = Subnet::new(Ipv4Prefix::constant([10, 0, 8, 0], 24))?;
    /// subnet.assign_to("10.0.8.20".parse().expect("an address"), 7)?;
    /// let block = subnet.spoilt_blocks().next().expect("one is spoilt");
    /// assert_eq!(subnet.singles_in(&block).map(|(_, owner)| owner).collect::<Vec<_>>(), [Some(7)]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn singles_in(&self, block: &Block) -> impl Iterator<Item = (Ipv4Addr, Option<u32>)> + use<'_> {
        let singly = block.state != BlockState::Prefix;
        let addresses = block.prefix.addresses().filter(move |address| singly && self.is_assigned(*address));
        addresses.map(|address| (address, self.owner(address)))
    }
}

/// Exchanges holders one by one for such with lower numbers, as long as no fewer than the wanted blocks are free.
fn prefer_low(blocks: &[Vec<u32>], wanted: usize, drain: Vec<u32>) -> BTreeSet<u32> {
    /// Where more are drained, which of them hardly matters, and the work grows with each.
    const MOST: usize = 256;
    let mut drained: BTreeSet<u32> = drain.iter().copied().collect();
    if drain.len() > MOST {
        return drained;
    }
    for holder in drain.into_iter().rev() {
        drained.remove(&holder);
        let mut free = 0;
        let mut would_free: BTreeMap<u32, usize> = BTreeMap::new();
        for block in blocks {
            let mut missing = block.iter().filter(|holder| !drained.contains(holder));
            match missing.next() {
                None => free += 1,
                Some(first) if missing.all(|other| other == first) => {
                    *would_free.entry(*first).or_default() += 1;
                }
                Some(_) => {}
            }
        }
        let enough = |(_, more): &(&u32, &usize)| free + **more >= wanted;
        let low = would_free.iter().find(enough).map_or(holder, |(low, _)| *low);
        drained.insert(low.min(holder));
    }
    drained
}

/// No subnet has more blocks than 32 bits count.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
