//! What a node holds once the controller has come to rest.

use super::{ADDRESSES_PER_PREFIX, IpamMode, Limits, NodeSettings};

/// Addresses of one node at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SteadyState {
    /// The mode of the node.
    pub mode: IpamMode,
    /// Pods that have an address.
    pub pods: u32,
    /// Pods that were asked for and never get one.
    pub waiting: u32,
    /// Addresses on the ENI for pods, used or warm; the primary address is not among them.
    pub held_addresses: u32,
    /// /28 prefixes on the ENI: 0 in secondary mode.
    pub prefixes: u32,
    /// Addresses held and not used.
    pub warm: u32,
    /// Prefixes that could be given back: none of their addresses is used or cooling down.
    pub unused_prefixes: u32,
}

impl SteadyState {
    /// Addresses that the node takes from its subnet: those it holds and its primary address.
    pub const fn subnet_addresses(&self) -> u32 {
        self.held_addresses + 1
    }
}

/// What a node at rest holds for `pods` pods that were started one after the other on a fresh node.
///
/// `occupied_prefixes` are prefixes that cannot be given back because a pod of theirs still runs or
/// its address is cooling down; give 0 for a fresh node. Nothing exceeds the capacity of the type.
///
/// # Examples
/// ```
/// use winpod::ipam::{ConfigData, Environment, Limits, Settings, steady_state};
///
/// let data = ConfigData::from_pairs([
///     ("enable-windows-ipam", "true"),
///     ("enable-windows-prefix-delegation", "true"),
///     ("warm-ip-target", "5"),
/// ]);
/// let m5_large = Limits::new(10, true)?;
/// let node = Settings::read(&data, Environment::default()).on_node(m5_large);
/// let rest = steady_state(m5_large, &node, 12, 0);
/// assert_eq!((rest.prefixes, rest.warm), (2, 20));
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::SteadyStateSecondary`](crate::source::SourceId::SteadyStateSecondary),
/// [`SourceId::SteadyStatePrefix`](crate::source::SourceId::SteadyStatePrefix).
pub fn steady_state(
    limits: Limits,
    settings: &NodeSettings,
    pods: u32,
    occupied_prefixes: u32,
) -> SteadyState {
    if !settings.windows_ipam {
        return at_rest(settings.mode, 0, pods, 0, 0);
    }
    let slots = limits.slots();
    match settings.mode {
        IpamMode::SecondaryIp => {
            let warm = clamp(settings.warm_ip.value, slots);
            let minimum = clamp(settings.minimum_ip.value, slots);
            // Without a warm target the pool only ever grows to the minimum.
            let reachable = if warm == 0 { minimum } else { slots };
            let running = pods.min(reachable);
            at_rest(settings.mode, running, pods, slots.min(running.saturating_add(warm).max(minimum)), 0)
        }
        IpamMode::PrefixDelegation => {
            let targets = PrefixTargets::of(settings);
            let running = targets.reachable(pods.min(slots * ADDRESSES_PER_PREFIX), slots);
            let occupied = occupied_prefixes.min(slots).max(running.div_ceil(ADDRESSES_PER_PREFIX));
            at_rest(
                settings.mode,
                running,
                pods,
                targets.prefixes(running, occupied, slots) * ADDRESSES_PER_PREFIX,
                occupied,
            )
        }
    }
}

fn at_rest(
    mode: IpamMode,
    running: u32,
    pods: u32,
    held_addresses: u32,
    occupied_prefixes: u32,
) -> SteadyState {
    let prefixes = match mode {
        IpamMode::SecondaryIp => 0,
        IpamMode::PrefixDelegation => held_addresses / ADDRESSES_PER_PREFIX,
    };
    SteadyState {
        mode,
        pods: running,
        waiting: pods - running,
        held_addresses,
        prefixes,
        warm: held_addresses - running,
        unused_prefixes: prefixes - occupied_prefixes,
    }
}

/// The targets of prefix mode, with the 64-bit wrapping arithmetic of the controller.
enum PrefixTargets {
    /// Warm-prefix target alone.
    Warm(i64),
    Addresses {
        warm_ip: i64,
        minimum_prefixes: i64,
    },
}

impl PrefixTargets {
    fn of(settings: &NodeSettings) -> Self {
        let (warm_ip, minimum_ip) = (settings.warm_ip.value, settings.minimum_ip.value);
        if warm_ip <= 0 && minimum_ip <= 0 {
            // The controller multiplies by 16 before it compares, so a huge target wraps.
            Self::Warm((settings.warm_prefix.value.wrapping_mul(16) / 16).max(0))
        } else {
            Self::Addresses { warm_ip, minimum_prefixes: ceil_16(minimum_ip) }
        }
    }

    fn prefixes(&self, running: u32, occupied: u32, slots: u32) -> u32 {
        let wanted = match *self {
            Self::Warm(target) => i64::from(occupied).saturating_add(target),
            Self::Addresses { warm_ip, minimum_prefixes } => {
                ceil_16(i64::from(running).wrapping_add(warm_ip)).max(minimum_prefixes)
            }
        };
        clamp(wanted, slots).max(occupied)
    }

    /// How many of `pods` pods get an address when they come one by one.
    fn reachable(&self, pods: u32, slots: u32) -> u32 {
        let grows = match *self {
            Self::Warm(target) => target > 0,
            Self::Addresses { warm_ip, .. } => (1..=i64::MAX - 15 - i64::from(pods)).contains(&warm_ip),
        };
        if grows {
            return pods;
        }
        // Only targets near the limits of 64 bits come here.
        (0..pods)
            .find(|&running| {
                self.prefixes(running, running.div_ceil(ADDRESSES_PER_PREFIX), slots) * ADDRESSES_PER_PREFIX
                    <= running
            })
            .unwrap_or(pods)
    }
}

/// The controller's `CeilDivision(x, 16)`: (x + 15) / 16, wrapping, rounded towards zero.
fn ceil_16(x: i64) -> i64 {
    x.wrapping_add(15) / 16
}

/// `value` within 0 to `limit`.
fn clamp(value: i64, limit: u32) -> u32 {
    if value <= 0 { 0 } else { u32::try_from(value).map_or(limit, |value| value.min(limit)) }
}
