//! The ConfigMap `kube-system/amazon-vpc-cni`, read exactly as the controller's Go code reads it.

use super::{IpamMode, Limits};
use crate::go::{Atoi, atoi, parse_bool};
use crate::named::named;
use core::str::FromStr;

named! {
    /// A key of the ConfigMap that concerns Windows nodes; flags first.
    #[non_exhaustive]
    Key {
        /// Whether the controller serves Windows nodes at all.
        EnableWindowsIpam = "enable-windows-ipam",
        /// Whether it gives them prefixes.
        EnableWindowsPrefixDelegation = "enable-windows-prefix-delegation",
        /// Free addresses to keep; wins over its `windows-` twin.
        WarmIpTarget = "warm-ip-target",
        /// Free addresses to keep, where the key without `windows-` is absent.
        WindowsWarmIpTarget = "windows-warm-ip-target",
        /// Addresses to hold at least; wins over its `windows-` twin.
        MinimumIpTarget = "minimum-ip-target",
        /// Addresses to hold at least, where the key without `windows-` is absent.
        WindowsMinimumIpTarget = "windows-minimum-ip-target",
        /// Free prefixes to keep; wins over its `windows-` twin.
        WarmPrefixTarget = "warm-prefix-target",
        /// Free prefixes to keep, where the key without `windows-` is absent.
        WindowsWarmPrefixTarget = "windows-warm-prefix-target",
    }
}

impl FromStr for Key {
    type Err = crate::Error;

    /// # Errors
    /// - Any other text: [`Error::ConfigKey`](crate::Error::ConfigKey).
    fn from_str(text: &str) -> Result<Self, crate::Error> {
        Self::from_name(text).ok_or(crate::Error::ConfigKey)
    }
}

/// The ConfigMap's content as far as it concerns Windows nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "these are the three answers of the API server")]
pub enum ConfigData<'a> {
    /// The ConfigMap does not exist or cannot be read.
    Missing,
    /// It exists and has no `data`.
    NoData,
    /// The values by key, in the order of [`Key::ALL`].
    Data([Option<&'a str>; 8]),
}

impl<'a> ConfigData<'a> {
    /// Takes the pairs of `data`; keys that do not concern Windows nodes are passed over, the last of equal keys counts.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut values = [None; 8];
        for (name, value) in pairs {
            if let Ok(key) = name.parse::<Key>() {
                values[key as usize] = Some(value);
            }
        }
        Self::Data(values)
    }

    /// The text of a key.
    pub fn get(&self, key: Key) -> Option<&'a str> {
        match self {
            Self::Data(values) => values[key as usize],
            Self::Missing | Self::NoData => None,
        }
    }
}

/// What else in a cluster decides whether the ConfigMap has any effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built with struct update syntax from the default")]
pub struct Environment {
    /// A Deployment `kube-system/vpc-resource-controller` exists, or the controller cannot tell.
    pub old_controller: bool,
    /// The controller was started with `--enable-windows-prefix-delegation`; EKS does so on current platforms.
    pub prefix_delegation_allowed: bool,
}

impl Default for Environment {
    fn default() -> Self {
        Self { old_controller: false, prefix_delegation_allowed: true }
    }
}

named! {
    /// A flag of the ConfigMap and why it reads as it does.
    #[non_exhaustive]
    Flag {
        /// Set and in effect.
        On = "on",
        /// The key says false.
        Off = "off",
        /// The key is not there.
        Absent = "absent",
        /// Go's `ParseBool` refuses the value, so it counts as false; there is no event.
        Unparsable = "unparsable",
        /// The key says true and something else keeps it from having effect.
        Overruled = "overruled",
    }
}

impl Flag {
    /// Reads a flag's text as Go's `ParseBool` does; `None` if the key is not there.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::ipam::Flag;
    ///
    /// assert_eq!(Flag::read(Some("T")), Flag::On);
    /// assert_eq!(Flag::read(Some("yes")), Flag::Unparsable);
    /// ```
    pub fn read(text: Option<&str>) -> Self {
        match text.map(parse_bool) {
            None => Self::Absent,
            Some(None) => Self::Unparsable,
            Some(Some(true)) => Self::On,
            Some(Some(false)) => Self::Off,
        }
    }

    fn overruled_if(self, condition: bool) -> Self {
        if condition && self == Self::On { Self::Overruled } else { self }
    }

    /// Whether the flag is in effect.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// Where the value of a target comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TargetOrigin {
    /// From this key, as written.
    Key(Key),
    /// Not set; nothing replaces it.
    Absent,
    /// The controller's default, because nothing usable is set.
    Default,
    /// The controller's default in place of what this key says.
    Replaced(Key),
    /// This key has no number; it counts as 0.
    Unparsable(Key),
}

/// A target in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Target {
    /// Addresses, or prefixes for the warm-prefix target.
    pub value: i64,
    /// Where it comes from.
    pub origin: TargetOrigin,
}

impl Target {
    const fn default_of(value: i64) -> Self {
        Self { value, origin: TargetOrigin::Default }
    }

    /// Reads the un-prefixed key first; the `windows-` key counts only where the other is absent.
    fn read(data: &ConfigData<'_>, plain: Key, windows: Key) -> Self {
        let Some((key, text)) = [plain, windows].into_iter().find_map(|key| Some((key, data.get(key)?)))
        else {
            return Self { value: 0, origin: TargetOrigin::Absent };
        };
        match atoi(text) {
            Atoi::Syntax => Self { value: 0, origin: TargetOrigin::Unparsable(key) },
            number => Self { value: number.value(), origin: TargetOrigin::Key(key) },
        }
    }

    /// The controller's own value in place of this one.
    fn replaced(self, value: i64) -> Self {
        let origin = match self.origin {
            TargetOrigin::Key(key) | TargetOrigin::Unparsable(key) | TargetOrigin::Replaced(key) => {
                TargetOrigin::Replaced(key)
            }
            TargetOrigin::Absent | TargetOrigin::Default => TargetOrigin::Default,
        };
        Self { value, origin }
    }

    fn is_defined(self) -> bool {
        self.value > 0
    }
}

named! {
    /// Why a key that is set has no effect.
    #[non_exhaustive]
    Ignored {
        /// The un-prefixed key is there and wins, even if it has no usable value.
        Shadowed = "shadowed",
        /// Go cannot read the value.
        Unparsable = "unparsable",
        /// The value is 0 or negative and the controller puts its own in place.
        NotPositive = "not-positive",
        /// The warm-prefix target is read in prefix delegation only.
        SecondaryMode = "secondary-mode",
        /// The warm-prefix target counts only where neither of the other two is positive.
        WarmPrefixOverruled = "warm-prefix-overruled",
        /// A node without Nitro in a cluster with prefix delegation keeps the defaults of secondary mode.
        NotNitro = "not-nitro",
        /// Windows IPAM is off, so nothing is given to Windows pods at all.
        WindowsIpamOff = "windows-ipam-off",
        /// The Deployment `kube-system/vpc-resource-controller` switches both flags off.
        OldController = "old-controller",
        /// The controller runs without its own start flag for prefix delegation.
        PrefixDelegationNotAllowed = "prefix-delegation-not-allowed",
        /// Prefix delegation is on in the ConfigMap and overruled, so the targets went to the mode that is not used.
        OtherMode = "other-mode",
    }
}

named! {
    /// A trap that these settings fall into.
    #[non_exhaustive]
    Trap {
        /// Secondary mode with a minimum and no warm target: pods beyond the minimum wait for ever.
        MinimumOnlyStarvation = "minimum-only-starvation",
        /// A `windows-` key does nothing beside its un-prefixed twin.
        ShadowedWindowsKey = "shadowed-windows-key",
        /// The warm-prefix target is dead beside the other two.
        WarmPrefixDead = "warm-prefix-dead",
        /// A target so large that the controller's arithmetic wraps.
        TargetOverflow = "target-overflow",
        /// The flag's value is no Go boolean and counts as false.
        UnparsableFlag = "unparsable-flag",
    }
}

/// The ConfigMap as the controller reads it, before a node is known.
///
/// # Examples
/// ```
/// use winpod::ipam::{ConfigData, Environment, Ignored, IpamMode, Key, Limits, Settings};
///
/// // The chart writes the un-prefixed keys, so the windows- key beside them does nothing.
/// let data = ConfigData::from_pairs([
///     ("enable-windows-ipam", "true"),
///     ("warm-ip-target", "1"),
///     ("minimum-ip-target", "3"),
///     ("windows-warm-ip-target", "5"),
/// ]);
/// let node = Settings::read(&data, Environment::default()).on_node(Limits::new(10, true)?);
/// assert_eq!((node.warm_ip.value, node.minimum_ip.value), (1, 3));
/// assert_eq!(node.ignored(Key::WindowsWarmIpTarget), Some(Ignored::Shadowed));
///
/// // "yes" is no boolean for Go: the flag counts as false, without an event.
/// let data = ConfigData::from_pairs([("enable-windows-ipam", "yes")]);
/// assert!(!Settings::read(&data, Environment::default()).windows_ipam.is_on());
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::ConfigmapParsebool`](crate::source::SourceId::ConfigmapParsebool),
/// [`SourceId::ConfigmapAtoi`](crate::source::SourceId::ConfigmapAtoi),
/// [`SourceId::ConfigmapKeyOrder`](crate::source::SourceId::ConfigmapKeyOrder),
/// [`SourceId::ConfigmapDefaults`](crate::source::SourceId::ConfigmapDefaults).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Settings {
    /// `enable-windows-ipam`, with what overrules it.
    pub windows_ipam: Flag,
    /// `enable-windows-prefix-delegation`, with what overrules it.
    pub prefix_delegation: Flag,
    /// The targets as the controller's loader hands them to the pool.
    pub loaded: Targets,
    /// Whether the loader put the targets on the configuration of prefix mode.
    loaded_for_prefixes: bool,
    ignored: [Option<Ignored>; 8],
}

/// The three targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Targets {
    /// Addresses kept free for the next pods.
    pub warm_ip: Target,
    /// Addresses held at least, used or free.
    pub minimum_ip: Target,
    /// Prefixes kept wholly free.
    pub warm_prefix: Target,
}

impl Targets {
    const SECONDARY_DEFAULT: Self = Self::defaults(3, 3);
    const PREFIX_DEFAULT: Self = Self::defaults(1, 3);

    const fn defaults(warm_ip: i64, minimum_ip: i64) -> Self {
        Self {
            warm_ip: Target::default_of(warm_ip),
            minimum_ip: Target::default_of(minimum_ip),
            warm_prefix: Target::default_of(0),
        }
    }
}

const TARGET_KEYS: [(Key, Key); 3] = [
    (Key::WarmIpTarget, Key::WindowsWarmIpTarget),
    (Key::MinimumIpTarget, Key::WindowsMinimumIpTarget),
    (Key::WarmPrefixTarget, Key::WindowsWarmPrefixTarget),
];

impl Settings {
    /// Reads the ConfigMap in its environment.
    pub fn read(data: &ConfigData<'_>, environment: Environment) -> Self {
        let configured_ipam = Flag::read(data.get(Key::EnableWindowsIpam));
        let configured_prefixes = Flag::read(data.get(Key::EnableWindowsPrefixDelegation));
        let windows_ipam = configured_ipam.overruled_if(environment.old_controller);
        let prefix_delegation =
            configured_prefixes.overruled_if(!windows_ipam.is_on() || !environment.prefix_delegation_allowed);

        let mut settings = Self {
            windows_ipam,
            prefix_delegation,
            loaded: load(data, configured_prefixes.is_on()),
            loaded_for_prefixes: configured_prefixes.is_on(),
            ignored: [None; 8],
        };
        settings.note_flags(configured_ipam, configured_prefixes, environment);
        settings.note_targets(data);
        settings
    }

    /// The mode that a Nitro node works in.
    pub const fn mode(&self) -> IpamMode {
        if self.prefix_delegation.is_on() { IpamMode::PrefixDelegation } else { IpamMode::SecondaryIp }
    }

    /// The settings that act on a node with these limits.
    ///
    /// # Source
    /// [`SourceId::ConfigmapPoolRules`](crate::source::SourceId::ConfigmapPoolRules),
    /// [`SourceId::ModeFromConfigmap`](crate::source::SourceId::ModeFromConfigmap).
    pub fn on_node(&self, limits: Limits) -> NodeSettings {
        let mode = super::capacity(limits, self.mode()).mode;
        let targets = match (mode, self.loaded_for_prefixes) {
            (IpamMode::SecondaryIp, false) | (IpamMode::PrefixDelegation, true) => self.loaded,
            (IpamMode::SecondaryIp, true) => Targets::SECONDARY_DEFAULT,
            (IpamMode::PrefixDelegation, false) => Targets::PREFIX_DEFAULT,
        };
        let mut node = NodeSettings {
            windows_ipam: self.windows_ipam.is_on(),
            mode,
            warm_ip: targets.warm_ip,
            minimum_ip: targets.minimum_ip,
            warm_prefix: targets.warm_prefix,
            ignored: self.ignored,
        };
        if mode == IpamMode::SecondaryIp && self.loaded_for_prefixes {
            let reason = if self.prefix_delegation.is_on() { Ignored::NotNitro } else { Ignored::OtherMode };
            for target in [self.loaded.warm_ip, self.loaded.minimum_ip, self.loaded.warm_prefix] {
                node.ignore_origin(target.origin, reason);
            }
        }
        match mode {
            IpamMode::SecondaryIp => node.secondary_pool_rules(),
            IpamMode::PrefixDelegation => node.prefix_pool_rules(),
        }
        node
    }

    fn note_flags(&mut self, ipam: Flag, prefixes: Flag, environment: Environment) {
        self.ignored[Key::EnableWindowsIpam as usize] = match ipam {
            Flag::Unparsable => Some(Ignored::Unparsable),
            Flag::On if environment.old_controller => Some(Ignored::OldController),
            _ => None,
        };
        self.ignored[Key::EnableWindowsPrefixDelegation as usize] = match prefixes {
            Flag::Unparsable => Some(Ignored::Unparsable),
            Flag::On if environment.old_controller => Some(Ignored::OldController),
            Flag::On if !self.windows_ipam.is_on() => Some(Ignored::WindowsIpamOff),
            Flag::On if !environment.prefix_delegation_allowed => Some(Ignored::PrefixDelegationNotAllowed),
            _ => None,
        };
    }

    fn note_targets(&mut self, data: &ConfigData<'_>) {
        for (plain, windows) in TARGET_KEYS {
            if data.get(windows).is_some() && data.get(plain).is_some() {
                self.ignored[windows as usize] = Some(Ignored::Shadowed);
            }
            let Some((read, text)) = [plain, windows].into_iter().find_map(|key| Some((key, data.get(key)?)))
            else {
                continue;
            };
            self.ignored[read as usize] = if plain == Key::WarmPrefixTarget && !self.loaded_for_prefixes {
                Some(Ignored::SecondaryMode)
            } else if atoi(text) == Atoi::Syntax {
                Some(Ignored::Unparsable)
            } else {
                None
            };
        }
        for target in [self.loaded.warm_ip, self.loaded.minimum_ip, self.loaded.warm_prefix] {
            if let TargetOrigin::Replaced(key) = target.origin {
                self.ignored[key as usize].get_or_insert(Ignored::NotPositive);
            }
        }
    }
}

/// The controller's loader: what the ConfigMap says, with its own rules for zeros.
fn load(data: &ConfigData<'_>, prefixes: bool) -> Targets {
    if !matches!(data, ConfigData::Data(_)) {
        return Targets::SECONDARY_DEFAULT;
    }
    let [mut warm_ip, mut minimum_ip, mut warm_prefix] =
        TARGET_KEYS.map(|(plain, windows)| Target::read(data, plain, windows));
    if !prefixes {
        warm_prefix = Target { value: 0, origin: TargetOrigin::Absent };
        // Only a written 0 becomes 1: a missing or unreadable value does not.
        if warm_ip.value == 0 && matches!(warm_ip.origin, TargetOrigin::Key(_)) {
            warm_ip = warm_ip.replaced(1);
        }
    }
    if warm_ip.value == 0 && minimum_ip.value == 0 {
        let defaults = if prefixes { Targets::PREFIX_DEFAULT } else { Targets::SECONDARY_DEFAULT };
        if !prefixes || warm_prefix.value == 0 {
            warm_ip = warm_ip.replaced(defaults.warm_ip.value);
            minimum_ip = minimum_ip.replaced(defaults.minimum_ip.value);
        }
    }
    Targets { warm_ip, minimum_ip, warm_prefix }
}

/// The settings that act on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NodeSettings {
    /// Whether Windows pods get addresses at all.
    pub windows_ipam: bool,
    /// The mode of the node.
    pub mode: IpamMode,
    /// Addresses kept free for the next pods.
    pub warm_ip: Target,
    /// Addresses held at least, used or free.
    pub minimum_ip: Target,
    /// Prefixes kept wholly free; counts only where neither of the others is positive.
    pub warm_prefix: Target,
    ignored: [Option<Ignored>; 8],
}

impl NodeSettings {
    /// Why a key that is set has no effect on this node, if so.
    pub const fn ignored(&self, key: Key) -> Option<Ignored> {
        self.ignored[key as usize]
    }

    /// Every key without effect, in the order of [`Key::ALL`].
    pub fn all_ignored(&self) -> impl Iterator<Item = (Key, Ignored)> + '_ {
        Key::ALL.iter().filter_map(|&key| Some((key, self.ignored(key)?)))
    }

    /// The traps that these settings fall into.
    pub fn traps(&self) -> impl Iterator<Item = Trap> + '_ {
        let starved = self.windows_ipam && self.mode == IpamMode::SecondaryIp && self.warm_ip.value == 0;
        let any = |wanted: &[Ignored]| {
            Key::ALL.iter().any(|&key| self.ignored(key).is_some_and(|i| wanted.contains(&i)))
        };
        let flag_unreadable = [Key::EnableWindowsIpam, Key::EnableWindowsPrefixDelegation]
            .iter()
            .any(|&key| self.ignored(key) == Some(Ignored::Unparsable));
        // Beyond 2^59 the controller's multiplication by 16 wraps.
        let overflow = self.mode == IpamMode::PrefixDelegation
            && [self.warm_ip, self.minimum_ip, self.warm_prefix].iter().any(|target| target.value >= 1 << 59);
        [
            (starved, Trap::MinimumOnlyStarvation),
            (any(&[Ignored::Shadowed]), Trap::ShadowedWindowsKey),
            (any(&[Ignored::WarmPrefixOverruled]), Trap::WarmPrefixDead),
            (overflow, Trap::TargetOverflow),
            (flag_unreadable, Trap::UnparsableFlag),
        ]
        .into_iter()
        .filter_map(|(applies, trap)| applies.then_some(trap))
    }

    /// Secondary pool: a negative target becomes the default; a zero stays.
    fn secondary_pool_rules(&mut self) {
        for target in [&mut self.warm_ip, &mut self.minimum_ip] {
            if target.value < 0 {
                *target = target.replaced(3);
            }
        }
        self.ignore_replaced();
    }

    /// Prefix pool: only positive targets are defined; the rest follows from which ones are.
    fn prefix_pool_rules(&mut self) {
        let defined = [self.warm_ip, self.minimum_ip, self.warm_prefix].map(Target::is_defined);
        let [warm_ip, minimum_ip, warm_prefix] = defined;
        if !warm_ip && (minimum_ip || !warm_prefix) {
            self.warm_ip = self.warm_ip.replaced(1);
        }
        if !minimum_ip && (warm_ip || !warm_prefix) {
            self.minimum_ip = self.minimum_ip.replaced(3);
        }
        if (warm_ip || minimum_ip) && warm_prefix {
            self.ignore_origin(self.warm_prefix.origin, Ignored::WarmPrefixOverruled);
        }
        self.ignore_replaced();
        for target in [self.warm_ip, self.minimum_ip, self.warm_prefix] {
            // A written 0 that stays is what the user asked for.
            if target.value < 0 {
                self.ignore_origin(target.origin, Ignored::NotPositive);
            }
        }
    }

    fn ignore_replaced(&mut self) {
        for target in [self.warm_ip, self.minimum_ip] {
            if let TargetOrigin::Replaced(_) = target.origin {
                self.ignore_origin(target.origin, Ignored::NotPositive);
            }
        }
    }

    fn ignore_origin(&mut self, origin: TargetOrigin, reason: Ignored) {
        if let TargetOrigin::Key(key) | TargetOrigin::Replaced(key) | TargetOrigin::Unparsable(key) = origin {
            self.ignored[key as usize].get_or_insert(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn nitro() -> Limits {
        Limits::new(15, true).unwrap()
    }

    fn node(pairs: &[(&'static str, &'static str)], limits: Limits) -> NodeSettings {
        let data = ConfigData::from_pairs(pairs.iter().copied());
        Settings::read(&data, Environment::default()).on_node(limits)
    }

    fn values(node: &NodeSettings) -> (i64, i64, i64) {
        (node.warm_ip.value, node.minimum_ip.value, node.warm_prefix.value)
    }

    const IPAM: (&str, &str) = ("enable-windows-ipam", "true");
    const PREFIXES: (&str, &str) = ("enable-windows-prefix-delegation", "true");

    #[test]
    fn a_missing_or_empty_map_gives_secondary_defaults_and_no_addresses() {
        for data in [ConfigData::Missing, ConfigData::NoData, ConfigData::from_pairs([])] {
            let settings = Settings::read(&data, Environment::default());
            let node = settings.on_node(nitro());
            assert_eq!(values(&node), (3, 3, 0), "{data:?}");
            assert!(!node.windows_ipam);
            assert_eq!(node.mode, IpamMode::SecondaryIp);
        }
    }

    #[test]
    fn a_written_zero_becomes_one_and_a_bad_value_does_not() {
        assert_eq!(
            values(&node(&[IPAM, ("warm-ip-target", "0"), ("minimum-ip-target", "6")], nitro())),
            (1, 6, 0)
        );
        let starved = node(&[IPAM, ("warm-ip-target", "none"), ("minimum-ip-target", "6")], nitro());
        assert_eq!(values(&starved), (0, 6, 0));
        assert_eq!(starved.ignored(Key::WarmIpTarget), Some(Ignored::Unparsable));
        assert_eq!(starved.traps().collect::<Vec<_>>(), [Trap::MinimumOnlyStarvation]);
    }

    #[test]
    fn a_bad_plain_key_still_shadows_its_windows_twin() {
        let node = node(&[IPAM, ("warm-ip-target", "x"), ("windows-warm-ip-target", "5")], nitro());
        assert_eq!(values(&node), (3, 3, 0));
        assert_eq!(node.warm_ip.origin, TargetOrigin::Replaced(Key::WarmIpTarget));
        assert_eq!(node.ignored(Key::WindowsWarmIpTarget), Some(Ignored::Shadowed));
    }

    #[test]
    fn the_chart_defaults_kill_the_warm_prefix_target() {
        let chart = [("warm-ip-target", "1"), ("minimum-ip-target", "3"), ("warm-prefix-target", "2")];
        let dead = node(&[&[IPAM, PREFIXES], &chart[..]].concat(), nitro());
        assert_eq!(values(&dead), (1, 3, 2));
        assert_eq!(dead.ignored(Key::WarmPrefixTarget), Some(Ignored::WarmPrefixOverruled));
        assert_eq!(dead.traps().collect::<Vec<_>>(), [Trap::WarmPrefixDead]);
        let alive =
            node(&[IPAM, PREFIXES, ("warm-ip-target", "0"), ("minimum-ip-target", "0"), chart[2]], nitro());
        assert_eq!(values(&alive), (0, 0, 2));
        assert_eq!(alive.ignored(Key::WarmPrefixTarget), None);
    }

    #[test]
    fn without_nitro_the_targets_of_a_prefix_cluster_do_nothing() {
        let xen = Limits::new(12, false).unwrap();
        let node = node(&[IPAM, PREFIXES, ("warm-ip-target", "9")], xen);
        assert_eq!((node.mode, values(&node)), (IpamMode::SecondaryIp, (3, 3, 0)));
        assert_eq!(node.ignored(Key::WarmIpTarget), Some(Ignored::NotNitro));
    }

    #[test]
    fn the_old_controller_and_the_start_flag_overrule() {
        let data = ConfigData::from_pairs([IPAM, PREFIXES, ("warm-ip-target", "9")]);
        let old = Settings::read(&data, Environment { old_controller: true, ..Environment::default() });
        assert_eq!((old.windows_ipam, old.prefix_delegation), (Flag::Overruled, Flag::Overruled));
        let no_prefixes =
            Settings::read(&data, Environment { prefix_delegation_allowed: false, ..Environment::default() });
        let node = no_prefixes.on_node(nitro());
        assert_eq!((node.windows_ipam, node.mode, values(&node)), (true, IpamMode::SecondaryIp, (3, 3, 0)));
        assert_eq!(node.ignored(Key::WarmIpTarget), Some(Ignored::OtherMode));
        assert_eq!(
            node.ignored(Key::EnableWindowsPrefixDelegation),
            Some(Ignored::PrefixDelegationNotAllowed)
        );
    }

    #[test]
    fn prefix_pool_replaces_what_is_not_positive() {
        let replaced =
            node(&[IPAM, PREFIXES, ("warm-ip-target", "-5"), ("warm-prefix-target", "-100")], nitro());
        assert_eq!(values(&replaced), (1, 3, -100));
        assert_eq!(replaced.ignored(Key::WarmIpTarget), Some(Ignored::NotPositive));
        assert_eq!(replaced.ignored(Key::WarmPrefixTarget), Some(Ignored::NotPositive));
        let kept = node(&[IPAM, PREFIXES, ("warm-ip-target", "-5"), ("warm-prefix-target", "1")], nitro());
        assert_eq!(values(&kept), (-5, 0, 1));
    }

    #[test]
    fn a_key_of_every_name_reads_back() {
        for key in Key::ALL {
            assert_eq!(key.name().parse(), Ok(*key));
            assert_eq!(Key::ALL[*key as usize], *key);
        }
        assert!("warm-ip".parse::<Key>().is_err());
    }
}
