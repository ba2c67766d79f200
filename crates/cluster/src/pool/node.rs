//! A pool that is kept and changed: the state behind the class `Pool` of the bindings.

use super::answer::{PoolConfig, PoolCooling, PoolCounts, PoolGroup, PoolOwner, PoolState};
use super::given::{GivenConfig, GivenGroup, GivenPool, object};
use super::{MAX_ADDRESSES, PoolStep};
use crate::capacity::type_limits;
use crate::ipam::Targets;
use crate::read::shortened;
use crate::request::{Refusal, Wide, nearest, shortened_inside};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::ipam::{self, ConfigData, Environment, IpamMode, Limits, NodeSettings, Settings};
use winpod::pool::{Cooling, Pool, PoolError, Quirk, Quirks, WarmGroup};
use winpod::subnet::DELEGATED_PREFIX_LEN;
use winpod::{Error, Ipv4Prefix, pool, prefix};

/// The pool of one node, and its pods by name.
///
/// Every change is made wholly or not at all.
///
/// # Examples
/// ```
/// use serde_json::json;
/// use winpod_cluster::pool::NodePool;
///
/// let mut pool = NodePool::from_value(json!({"instanceType": "m5.large", "onEni": ["192.0.2.9", "192.0.2.8"]}))?;
/// let answer = pool.step(json!({"op": "assign", "owner": "web-1"}))?;
/// assert_eq!(answer.address.as_deref(), Some("192.0.2.8"));
/// assert_eq!(pool.counts().free_addresses, 1);
///
/// let refused = pool.step(json!({"op": "free", "owner": "web-1", "nowMs": -1})).unwrap_err();
/// assert_eq!(refused.to_string(), "nowMs is -1: 0 to 9223372036854775807 is allowed [OUT_OF_RANGE]");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct NodePool {
    pub(super) pool: Pool,
    pub(super) owners: Owners,
}

/// Pods by name, and the numbers that the pool knows them by.
#[derive(Debug, Clone, Default)]
pub(super) struct Owners {
    numbers: HashMap<Arc<str>, u32>,
    names: HashMap<u32, Arc<str>>,
    /// Numbers of pods that are gone.
    spare: Vec<u32>,
}

impl Owners {
    /// The number of a pod, or the one that it would get.
    pub(super) fn number(&self, name: &str) -> u32 {
        let next = || {
            self.spare.last().copied().unwrap_or_else(|| u32::try_from(self.names.len()).unwrap_or(u32::MAX))
        };
        self.numbers.get(name).copied().unwrap_or_else(next)
    }

    /// Keeps a pod under the number that [`number`](Self::number) said.
    pub(super) fn keep(&mut self, name: &str, number: u32) {
        if self.spare.last() == Some(&number) {
            self.spare.pop();
        }
        let name: Arc<str> = name.into();
        self.names.insert(number, name.clone());
        self.numbers.insert(name, number);
    }

    pub(super) fn forget(&mut self, name: &str) {
        if let Some(number) = self.numbers.remove(name) {
            self.names.remove(&number);
            self.spare.push(number);
        }
    }

    fn name(&self, number: u32) -> &str {
        self.names.get(&number).map_or("", |name| name)
    }
}

impl NodePool {
    /// Makes a pool of its description.
    ///
    /// # Errors
    /// - As [`pool()`](super::pool()).
    pub fn new(given: &GivenPool) -> Result<Self, Refusal> {
        Self::within(given, "")
    }

    /// Makes a pool of its description as JSON; what [`to_given`](Self::to_given) gave is one.
    ///
    /// # Errors
    /// - As [`new`](Self::new); `REQUEST` for another shape.
    pub fn from_value(given: Value) -> Result<Self, Refusal> {
        Self::new(&object(given, "pool").map_err(|why| Refusal::new("REQUEST", shortened_inside(&why)))?)
    }

    /// Makes a pool of a field of a request.
    pub(super) fn within(given: &GivenPool, path: &str) -> Result<Self, Refusal> {
        let (mode, capacity, config) = aims(given, path)?;
        let quirks = quirks(&given.quirks_off, path)?;
        let mut owners = Owners::default();
        let mut used = Vec::with_capacity(given.used.len());
        for (index, one) in given.used.iter().enumerate() {
            let name = checked(&one.owner, &format!("{path}used[{index}].owner"))?;
            let address = address(&one.address, &format!("{path}used[{index}].address"))?;
            if owners.numbers.contains_key(name) {
                let message = format!("{path}used[{index}].owner is {name:?}, which is listed twice");
                return Err(Refusal::new("OWNER_TWICE", message));
            }
            let number = owners.number(name);
            owners.keep(name, number);
            used.push((number, address));
        }
        let warm = match &given.on_eni {
            None => books(&given.warm, mode, path)?,
            Some(_) if !given.warm.is_empty() => {
                let message = format!("{path}onEni stands beside {path}warm: give one of the two");
                return Err(Refusal::new("REQUEST", message));
            }
            Some(on_eni) => {
                let held = groups(on_eni, mode, &format!("{path}onEni"))?;
                at_start(&held, mode, &mut used, &mut owners)
            }
        };
        let cooling = given.cooling.iter().enumerate().map(|(index, one)| {
            let freed_at_ms = moment(one.freed_at_ms, &format!("{path}cooling[{index}].freedAtMs"))?;
            Ok(Cooling {
                address: address(&one.address, &format!("{path}cooling[{index}].address"))?,
                freed_at_ms,
            })
        });
        let cooling = cooling.collect::<Result<Vec<_>, Refusal>>()?;
        let free: usize = warm.iter().map(|group| group.free.len()).sum();
        bounded(used.len() + free + cooling.len())?;
        let whole = |number: Option<Wide>, name: &str| {
            number.map_or(Ok(0), |number| number.whole(&format!("{path}{name}")))
        };
        let listed_in = if given.on_eni.is_some() { "onEni" } else { "warm" };
        let state = pool::PoolState {
            quirks,
            used,
            warm,
            cooling,
            pending_create: whole(given.pending_create, "pendingCreate")?,
            pending_delete: whole(given.pending_delete, "pendingDelete")?,
            resync_required: given.resync_required,
            prefix_available: given
                .prefix_available
                .unwrap_or_else(|| !quirks.has(Quirk::NoPrefixBeforeFirstJob)),
            ..pool::PoolState::new(mode, capacity, config)
        };
        let pool = Pool::from_state(state)
            .map_err(|error| Refusal::new(error.code(), format!("{path}{listed_in}: {error}")))?;
        Ok(Self { pool, owners })
    }

    /// Takes one step, given as JSON.
    ///
    /// # Errors
    /// - As [`pool()`](super::pool()); the pool is as before.
    pub fn step(&mut self, step: Value) -> Result<PoolStep, Refusal> {
        let step = object(step, "step").map_err(|why| Refusal::new("REQUEST", shortened_inside(&why)))?;
        self.step_within(&step, "")
    }

    /// The mode of the pool.
    pub fn mode(&self) -> IpamMode {
        self.pool.mode()
    }

    /// Addresses that the node can have, free and used ones together.
    pub fn capacity(&self) -> u32 {
        self.pool.capacity()
    }

    /// The address of a pod.
    pub fn address_of(&self, owner: &str) -> Option<Ipv4Addr> {
        self.owners.numbers.get(owner).and_then(|&number| self.pool.address_of(number))
    }

    /// How many addresses it has of each kind.
    pub fn counts(&self) -> PoolCounts {
        let counts = self.pool.counts();
        PoolCounts {
            used_addresses: counts.used,
            free_addresses: counts.warm,
            free_groups: counts.free_groups,
            cooling_addresses: counts.cooling,
            pending_create: counts.pending_create,
            pending_delete: counts.pending_delete,
            pending: counts.pending_create.wrapping_add(counts.pending_delete),
            deviation: self.pool.deviation(),
            resync_required: self.pool.resync_required(),
        }
    }

    /// The targets in effect, after the pool's own rules and without what is mended.
    pub fn targets(&self) -> Targets {
        let config = self.pool.config();
        Targets {
            warm_ip_target: config.warm_ip,
            minimum_ip_target: config.minimum_ip,
            warm_prefix_target: config.warm_prefix,
        }
    }

    /// Lays the pool open.
    pub fn introspect(&self) -> PoolState {
        let state = self.pool.introspect();
        let used: BTreeMap<&str, Ipv4Addr> =
            state.used.iter().map(|&(number, address)| (self.owners.name(number), address)).collect();
        PoolState {
            mode: state.mode.name().to_owned(),
            capacity: state.capacity,
            config: PoolConfig {
                active: state.config.active,
                warm_ip_target: state.config.warm_ip,
                minimum_ip_target: state.config.minimum_ip,
                warm_prefix_target: state.config.warm_prefix,
                tolerance: state.config.tolerance,
            },
            quirks_off: Quirk::ALL
                .iter()
                .filter(|quirk| !state.quirks.has(**quirk))
                .map(|quirk| quirk.name().to_owned())
                .collect(),
            used: used
                .into_iter()
                .map(|(owner, address)| PoolOwner { owner: owner.to_owned(), address: address.to_string() })
                .collect(),
            warm: state
                .warm
                .iter()
                .map(|group| PoolGroup {
                    group: group.group.to_string(),
                    free: group.free.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            cooling: state
                .cooling
                .iter()
                .map(|one| PoolCooling {
                    address: one.address.to_string(),
                    freed_at_ms: i64::try_from(one.freed_at_ms).unwrap_or(i64::MAX),
                })
                .collect(),
            pending_create: state.pending_create,
            pending_delete: state.pending_delete,
            resync_required: state.resync_required,
            prefix_available: state.prefix_available,
        }
    }

    /// The pool as requests have it.
    pub fn to_given(&self) -> Value {
        serde_json::to_value(self.introspect()).unwrap_or_default()
    }
}

/// The same addresses with the same pods, and the same under way.
impl PartialEq for NodePool {
    fn eq(&self, other: &Self) -> bool {
        self.introspect() == other.introspect()
    }
}

impl Eq for NodePool {}

/// The mode of a pool, its capacity and its targets.
fn aims(given: &GivenPool, path: &str) -> Result<(IpamMode, u32, pool::PoolConfig), Refusal> {
    let limits = type_limits(given.instance_type.as_deref(), given.limits)
        .map_err(|refusal| Refusal::new(&refusal.code, format!("{path}{}", refusal.message)))?;
    // As the operation `ipam` takes it.
    let of_node = limits.map_or_else(|| Limits::new(2, true), Ok)?;
    let settings = given.data.as_ref().map(|data| {
        let pairs = data.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        on_node(&ConfigData::from_pairs(pairs), of_node)
    });
    let asked = given.mode.as_deref().map(|mode| mode_of(mode, &format!("{path}mode"))).transpose()?;
    let mode = asked.or(settings.map(|settings| settings.mode)).unwrap_or(IpamMode::SecondaryIp);
    let (mode, capacity) = match (given.capacity, limits) {
        (Some(_), Some(_)) => {
            let message = format!("{path}capacity stands beside an instance type or limits: give one");
            return Err(Refusal::new("REQUEST", message));
        }
        (None, None) => {
            let message =
                format!("{path}capacity is missing: give it in addresses, or give {path}instanceType");
            return Err(Refusal::new("REQUEST", message));
        }
        (Some(capacity), None) => (mode, capacity.count(&format!("{path}capacity"))?),
        (None, Some(limits)) => {
            let capacity = ipam::capacity(limits, mode);
            (capacity.mode, capacity.addresses)
        }
    };
    let config = match (&given.config, settings) {
        (Some(_), Some(_)) => {
            let message = format!("{path}config stands beside {path}data: give one of the two");
            return Err(Refusal::new("REQUEST", message));
        }
        (Some(config), None) => config_of(config, &format!("{path}config."))?,
        (None, Some(settings)) => pool::PoolConfig::on_node(&settings, mode),
        (None, None) => {
            let prefixes = if mode == IpamMode::PrefixDelegation { "true" } else { "false" };
            let data = [("enable-windows-ipam", "true"), ("enable-windows-prefix-delegation", prefixes)];
            pool::PoolConfig::on_node(&on_node(&ConfigData::from_pairs(data), of_node), mode)
        }
    };
    Ok((mode, capacity, config))
}

fn on_node(data: &ConfigData<'_>, limits: Limits) -> NodeSettings {
    Settings::read(data, Environment::default()).on_node(limits)
}

pub(super) fn config_of(given: &GivenConfig, path: &str) -> Result<pool::PoolConfig, Refusal> {
    let of = |number: Option<Wide>, name: &str| {
        number.map_or(Ok(0), |number| target(number, &format!("{path}{name}")))
    };
    let tolerance = given.tolerance.map_or(Ok(0), |number| number.count(&format!("{path}tolerance")))?;
    let targets = pool::PoolConfig::new(
        of(given.warm_ip_target, "warmIpTarget")?,
        of(given.minimum_ip_target, "minimumIpTarget")?,
        of(given.warm_prefix_target, "warmPrefixTarget")?,
    );
    Ok(pool::PoolConfig { active: given.active.unwrap_or(true), tolerance, ..targets })
}

/// A target; one beyond 64 bits is at their limit, as the controller reads a text with such a number. So the largest
/// targets, which JavaScript rounds to powers of two, are themselves again.
fn target(number: Wide, path: &str) -> Result<i64, Refusal> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    match number {
        Wide::Real(number) if number >= BEYOND => Ok(i64::MAX),
        Wide::Real(number) if number <= -BEYOND => Ok(i64::MIN),
        number => number.whole(path),
    }
}

fn quirks(off: &[String], path: &str) -> Result<Quirks, Refusal> {
    let mut quirks = Quirks::ALL;
    for (index, name) in off.iter().enumerate() {
        let quirk = Quirk::from_name(name).ok_or_else(|| {
            let names = || Quirk::ALL.iter().map(|quirk| quirk.name());
            let meant = nearest(name, names()).map(|meant| format!(" Did you mean {meant}?"));
            let allowed = names().collect::<Vec<_>>().join(", ");
            let message = format!(
                "{path}quirksOff[{index}] is {:?}: one of {allowed} is allowed.{}",
                shortened(name),
                meant.unwrap_or_default()
            );
            Refusal::new("QUIRK", message)
        })?;
        quirks = quirks.without(quirk);
    }
    Ok(quirks)
}

/// The groups of a pool as it stood.
fn books(given: &[GivenGroup], mode: IpamMode, path: &str) -> Result<Vec<WarmGroup>, Refusal> {
    let one = |(index, one): (usize, &GivenGroup)| {
        let free = one.free.iter().enumerate();
        let free = free.map(|(at, text)| address(text, &format!("{path}warm[{index}].free[{at}]")));
        let free = free.collect::<Result<_, Refusal>>()?;
        Ok(WarmGroup { group: group(&one.group, mode, &format!("{path}warm[{index}].group"))?, free })
    };
    given.iter().enumerate().map(one).collect()
}

/// What is free when the controller starts. Pods whose address the ENI does not hold are struck off, as are groups that
/// pods use wholly: the controller does not see either.
fn at_start(
    held: &[Ipv4Prefix],
    mode: IpamMode,
    used: &mut Vec<(u32, Ipv4Addr)>,
    owners: &mut Owners,
) -> Vec<WarmGroup> {
    let known: HashSet<Ipv4Prefix> = held.iter().copied().collect();
    used.retain(|&(number, address)| {
        let on_eni = known.contains(&group_of(mode, address));
        if !on_eni {
            let name = owners.name(number).to_owned();
            owners.forget(&name);
        }
        on_eni
    });
    let taken: HashSet<Ipv4Addr> = used.iter().map(|&(_, address)| address).collect();
    let groups = held.iter().map(|&group| WarmGroup {
        group,
        free: group.addresses().filter(|address| !taken.contains(address)).collect(),
    });
    groups.filter(|group| !group.free.is_empty()).collect()
}

pub(super) fn groups(texts: &[String], mode: IpamMode, path: &str) -> Result<Vec<Ipv4Prefix>, Refusal> {
    bounded(texts.len() * mode.addresses_per_slot() as usize)?;
    texts.iter().enumerate().map(|(index, text)| group(text, mode, &format!("{path}[{index}]"))).collect()
}

/// What one slot of the ENI holds: a /28, or in secondary mode an address or its /32.
pub(super) fn group(text: &str, mode: IpamMode, path: &str) -> Result<Ipv4Prefix, Refusal> {
    if mode == IpamMode::SecondaryIp && !text.contains('/') {
        return address(text, path).map(Ipv4Prefix::host);
    }
    let group: Ipv4Prefix = text.parse().map_err(|error: Error| {
        Refusal::new(error.code(), format!("{path} is {:?}: {error}", shortened(text)))
    })?;
    if group.address_count() == u64::from(mode.addresses_per_slot()) {
        return Ok(group);
    }
    let error = PoolError::GroupLength { group, mode };
    Err(Refusal::new(error.code(), format!("{path}: {error}")))
}

/// The group that an address belongs to.
pub(super) fn group_of(mode: IpamMode, address: Ipv4Addr) -> Ipv4Prefix {
    let slot = Ipv4Prefix::host(address);
    match mode {
        IpamMode::SecondaryIp => slot,
        IpamMode::PrefixDelegation => slot.supernet_at(DELEGATED_PREFIX_LEN).unwrap_or(slot),
    }
}

pub(super) fn address(text: &str, path: &str) -> Result<Ipv4Addr, Refusal> {
    prefix::parse_address(text)
        .map_err(|error| Refusal::new(error.code(), format!("{path} is {:?}: {error}", shortened(text))))
}

/// A moment on the caller's clock.
pub(super) fn moment(number: Wide, path: &str) -> Result<u64, Refusal> {
    let number = number.within(path, 0, i64::MAX)?;
    Ok(number.unsigned_abs())
}

pub(super) fn mode_of(text: &str, path: &str) -> Result<IpamMode, Refusal> {
    text.parse().map_err(|error: Error| {
        Refusal::new(error.code(), format!("{path} is {:?}: {error}", shortened(text)))
    })
}

/// The name of a pod.
pub(super) fn checked<'a>(name: &'a str, path: &str) -> Result<&'a str, Refusal> {
    /// As long as Kubernetes lets any name be.
    const LONGEST: usize = 253;
    if (1..=LONGEST).contains(&name.len()) {
        return Ok(name);
    }
    let shown = shortened(name);
    Err(Refusal::new("OWNER", format!("{path} is {shown:?}: a text of 1 to {LONGEST} bytes is allowed")))
}

/// Refuses more addresses than a pool is to hold.
pub(super) fn bounded(addresses: usize) -> Result<(), Refusal> {
    if addresses <= MAX_ADDRESSES {
        return Ok(());
    }
    let message = format!(
        "the pool would have {addresses} addresses: at most {MAX_ADDRESSES} are allowed, more than a node holds"
    );
    Err(Refusal::new("TOO_MANY", message))
}
