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
            let fitting = pods.min(slots * ADDRESSES_PER_PREFIX);
            let rest = if targets.wrap() {
                targets.step_by_step(fitting, occupied_prefixes, slots)
            } else {
                targets.closed_form(fitting, occupied_prefixes, slots)
            };
            at_rest(settings.mode, rest.running, pods, rest.prefixes * ADDRESSES_PER_PREFIX, rest.occupied)
        }
    }
}

/// The fullest state at rest of a node whose pods are started one after the other, up to `pods`.
///
/// That is the [`steady_state`] for `pods` except where a target of prefix mode is so large that the controller's
/// arithmetic wraps: there a node can hold more with fewer pods. A subnet must have room for the most.
///
/// # Examples
/// ```
/// use winpod::ipam::{ConfigData, Environment, Limits, Settings, fullest_state, steady_state};
///
/// let fullest = |target| {
///     let data = ConfigData::from_pairs([
///         ("enable-windows-ipam", "true"),
///         ("enable-windows-prefix-delegation", "true"),
///         ("warm-ip-target", target),
///     ]);
///     let limits = Limits::new(10, true)?;
///     let node = Settings::read(&data, Environment::default()).on_node(limits);
///     Ok::<_, winpod::Error>((fullest_state(limits, &node, 20).prefixes, steady_state(limits, &node, 20, 0).prefixes))
/// };
/// assert_eq!(fullest("5")?, (2, 2));
/// // The largest number but 29: fills the node until the sum wraps, at the fifteenth pod.
/// assert_eq!(fullest("9223372036854775778")?, (9, 1));
/// # Ok::<(), winpod::Error>(())
/// ```
pub fn fullest_state(limits: Limits, settings: &NodeSettings, pods: u32) -> SteadyState {
    let mut rest = steady_state(limits, settings, pods, 0);
    if settings.windows_ipam && settings.mode == IpamMode::PrefixDelegation {
        let targets = PrefixTargets::of(settings);
        if targets.wrap() {
            let fitting = pods.min(limits.slots() * ADDRESSES_PER_PREFIX);
            let most = targets.most_on_the_way(fitting, limits.slots());
            rest.held_addresses = rest.held_addresses.max(most * ADDRESSES_PER_PREFIX);
            rest.unused_prefixes += rest.held_addresses / ADDRESSES_PER_PREFIX - rest.prefixes;
            rest.prefixes = rest.held_addresses / ADDRESSES_PER_PREFIX;
            rest.warm = rest.held_addresses - rest.pods;
        }
    }
    rest
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
        minimum_ip: i64,
    },
}

/// A node with prefixes at rest.
struct PrefixRest {
    running: u32,
    prefixes: u32,
    occupied: u32,
}

impl PrefixTargets {
    fn of(settings: &NodeSettings) -> Self {
        let (warm_ip, minimum_ip) = (settings.warm_ip.value, settings.minimum_ip.value);
        if warm_ip <= 0 && minimum_ip <= 0 {
            Self::Warm(settings.warm_prefix.value)
        } else {
            Self::Addresses { warm_ip, minimum_ip }
        }
    }

    /// Whether a target is so large that sums with it, or 16 times it, may leave 64 bits.
    fn wrap(&self) -> bool {
        const SAFE: i64 = 1 << 58;
        match *self {
            Self::Warm(target) => target > SAFE,
            Self::Addresses { warm_ip, minimum_ip } => warm_ip > SAFE || minimum_ip > SAFE,
        }
    }

    fn closed_form(&self, pods: u32, occupied: u32, slots: u32) -> PrefixRest {
        let occupied = occupied.min(slots).max(pods.div_ceil(ADDRESSES_PER_PREFIX));
        let wanted = match *self {
            Self::Warm(target) => i64::from(occupied) + target,
            Self::Addresses { warm_ip, minimum_ip } => {
                ceil_16(i64::from(pods) + warm_ip).max(ceil_16(minimum_ip))
            }
        };
        PrefixRest { running: pods, prefixes: clamp(wanted, slots).max(occupied), occupied }
    }

    /// The pods one by one: where the arithmetic wraps, what was held before decides what is held after.
    fn step_by_step(&self, pods: u32, occupied: u32, slots: u32) -> PrefixRest {
        let mut rest = self.grow(pods, slots, |_| {});
        rest.occupied = rest.occupied.max(occupied.min(slots));
        rest.prefixes = rest.prefixes.max(rest.occupied);
        self.settle(&mut rest, slots);
        rest
    }

    /// The most prefixes at rest with any number of pods up to this one.
    fn most_on_the_way(&self, pods: u32, slots: u32) -> u32 {
        let mut most = 0;
        self.grow(pods, slots, |rest| most = most.max(rest.prefixes));
        most
    }

    /// Starts pods one by one, and shows every rest between two of them.
    fn grow(&self, pods: u32, slots: u32, mut show: impl FnMut(&PrefixRest)) -> PrefixRest {
        let mut rest = PrefixRest { running: 0, prefixes: 0, occupied: 0 };
        self.settle(&mut rest, slots);
        show(&rest);
        while rest.running < pods && rest.prefixes * ADDRESSES_PER_PREFIX > rest.running {
            rest.running += 1;
            rest.occupied = rest.running.div_ceil(ADDRESSES_PER_PREFIX);
            self.settle(&mut rest, slots);
            show(&rest);
        }
        rest
    }

    /// Creates and deletes prefixes until the controller would do nothing more.
    fn settle(&self, rest: &mut PrefixRest, slots: u32) {
        // Two steps reach the end; the bound is for safety alone.
        for _ in 0..4 {
            let unused = rest.prefixes - rest.occupied;
            let deviation = self.deviation(rest, unused);
            let before = rest.prefixes;
            if deviation > 0 {
                rest.prefixes += clamp(deviation / 16, slots - rest.prefixes);
            } else {
                rest.prefixes -= clamp(deviation.wrapping_neg() / 16, unused);
            }
            if rest.prefixes == before {
                return;
            }
        }
    }

    /// How many addresses the controller finds missing, or too many if negative.
    fn deviation(&self, rest: &PrefixRest, unused: u32) -> i64 {
        let short = match *self {
            Self::Warm(target) => target.wrapping_sub(unused.into()),
            Self::Addresses { warm_ip, minimum_ip } => {
                let for_warm = ceil_16(i64::from(rest.running).wrapping_add(warm_ip));
                let short = for_warm.max(ceil_16(minimum_ip)).wrapping_sub(rest.prefixes.into());
                if short < 0 && unused == 0 { 0 } else { short }
            }
        };
        short.wrapping_mul(16)
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
