//! How many addresses a Windows node gives its pods, and which settings decide it.
//!
//! - [`capacity`]: addresses per node by mode, from [`Limits`].
//! - [`Settings`]: the ConfigMap `kube-system/amazon-vpc-cni` as the controller reads it.
//! - [`steady_state`]: what a node holds once the controller has come to rest.
//! - [`mixed_capacity`]: what is left while a node changes from one mode to the other.

mod settings;
mod steady;

pub use settings::{
    ConfigData, Environment, Flag, Ignored, Key, NodeSettings, Settings, Target, TargetOrigin, Trap,
};
pub use steady::{SteadyState, fullest_state, steady_state};

use crate::named::named;
use crate::{Error, InstanceType};
use core::str::FromStr;

/// Addresses in one /28 prefix.
pub const ADDRESSES_PER_PREFIX: u32 = 16;

/// Largest number of IPv4 addresses that [`Limits`] takes for one ENI.
///
/// An ENI lies in one subnet and the largest one, a /16, has 65,531 usable addresses.
pub const MAX_IPV4_PER_ENI: u32 = 65_531;

named! {
    /// How the controller gives addresses to the pods of a Windows node.
    #[derive(Default)]
    #[expect(clippy::exhaustive_enums, reason = "the controller has these two providers for Windows")]
    IpamMode {
        /// One secondary IPv4 address of the ENI per slot.
        #[default]
        SecondaryIp = "secondary-ip",
        /// One /28 prefix of the ENI per slot: 16 addresses.
        PrefixDelegation = "prefix-delegation",
    }
}

impl IpamMode {
    /// Pod addresses that one slot of the ENI holds in this mode.
    pub const fn addresses_per_slot(self) -> u32 {
        match self {
            Self::SecondaryIp => 1,
            Self::PrefixDelegation => ADDRESSES_PER_PREFIX,
        }
    }
}

impl FromStr for IpamMode {
    type Err = Error;

    /// # Errors
    /// - Anything but `secondary-ip` and `prefix-delegation`: [`Error::IpamMode`].
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_name(text).ok_or(Error::IpamMode)
    }
}

/// What an instance type can give to Windows pods: the two facts that decide, from whatever source.
///
/// # Examples
///
/// A row of `aws ec2 describe-instance-types` is enough; the type need not be in the table:
///
/// ```
/// use winpod::ipam::{IpamMode, Limits, capacity};
///
/// let limits = Limits::new(10, true)?;
/// assert_eq!(capacity(limits, IpamMode::SecondaryIp).addresses, 9);
/// assert_eq!(capacity(limits, IpamMode::PrefixDelegation).addresses, 144);
/// assert_eq!(Limits::new(0, true).unwrap_err().code(), "IPV4_PER_ENI");
/// # Ok::<(), winpod::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    ipv4_per_eni: u32,
    nitro: bool,
}

impl Limits {
    /// Takes `Ipv4AddressesPerInterface` and whether the type is Nitro or bare metal.
    ///
    /// # Errors
    /// - `ipv4_per_eni` outside 1 to [`MAX_IPV4_PER_ENI`]: [`Error::Ipv4PerEni`].
    pub const fn new(ipv4_per_eni: i64, nitro: bool) -> Result<Self, Error> {
        if ipv4_per_eni < 1 || ipv4_per_eni > MAX_IPV4_PER_ENI as i64 {
            return Err(Error::Ipv4PerEni { got: ipv4_per_eni });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        Ok(Self { ipv4_per_eni: ipv4_per_eni as u32, nitro })
    }

    /// IPv4 addresses of one ENI, its primary address included.
    pub const fn ipv4_per_eni(self) -> u32 {
        self.ipv4_per_eni
    }

    /// Whether prefixes can be assigned to the ENI.
    pub const fn nitro(self) -> bool {
        self.nitro
    }

    /// Slots for pods on the one ENI of a Windows node: its addresses less the primary one.
    ///
    /// # Source
    /// [`SourceId::WindowsSlots`](crate::source::SourceId::WindowsSlots).
    pub const fn slots(self) -> u32 {
        self.ipv4_per_eni - 1
    }
}

impl InstanceType {
    /// Returns what decides the type's capacity: addresses per ENI, and whether it takes prefixes.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    /// use winpod::ipam::{IpamMode, capacity};
    ///
    /// let limits = instance::find("m5.large").ok_or("no such type")?.limits();
    /// assert_eq!(capacity(limits, IpamMode::PrefixDelegation).addresses, 144);
    /// assert!(instance::find("m5.larg").is_none());
    /// # Ok::<(), &str>(())
    /// ```
    pub const fn limits(&self) -> Limits {
        // The build has checked the table.
        Limits { ipv4_per_eni: self.ipv4_per_eni() as u32, nitro: self.nitro().supported }
    }
}

/// Pod addresses of one Windows node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Capacity {
    /// The mode the node really works in: a node without Nitro stays on secondary addresses.
    pub mode: IpamMode,
    /// The mode asked for.
    pub requested: IpamMode,
    /// Slots of the ENI.
    pub slots: u32,
    /// Addresses for pods: slots, times 16 with prefixes.
    pub addresses: u32,
}

/// Pod addresses of one Windows node in a mode.
///
/// A type without Nitro cannot take prefixes; its nodes stay on secondary addresses even where the
/// cluster has prefix delegation on, and the answer says so: [`Capacity::mode`] then differs from
/// [`Capacity::requested`].
///
/// # Examples
/// ```
/// use winpod::ipam::{IpamMode, Limits, capacity};
///
/// let xen = capacity(Limits::new(12, false)?, IpamMode::PrefixDelegation);
/// assert_eq!((xen.mode, xen.addresses), (IpamMode::SecondaryIp, 11));
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::WindowsSlots`](crate::source::SourceId::WindowsSlots),
/// [`SourceId::PrefixSlots`](crate::source::SourceId::PrefixSlots),
/// [`SourceId::NonNitroStaysSecondary`](crate::source::SourceId::NonNitroStaysSecondary).
pub const fn capacity(limits: Limits, mode: IpamMode) -> Capacity {
    let effective = match mode {
        IpamMode::PrefixDelegation if limits.nitro => IpamMode::PrefixDelegation,
        _ => IpamMode::SecondaryIp,
    };
    let slots = limits.slots();
    Capacity { mode: effective, requested: mode, slots, addresses: slots * effective.addresses_per_slot() }
}

/// What a node advertises and what it can really give while pods of the other mode still run on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MixedCapacity {
    /// Addresses that the node advertises to the scheduler.
    pub advertised: u32,
    /// Addresses that new pods can have in all until the old ones are gone.
    pub real: u32,
}

/// Capacity of a node right after its mode was switched to `active`.
///
/// `still_used` counts what the drained pool keeps on the ENI: secondary addresses in use when prefix
/// delegation was turned on, prefixes with at least one pod when it was turned off. Each takes a slot.
///
/// # Examples
/// ```
/// use winpod::ipam::{IpamMode, Limits, mixed_capacity};
///
/// // t3.xlarge with 10 pods when prefix delegation is turned on: 224 advertised, 64 real.
/// let mixed = mixed_capacity(Limits::new(15, true)?, IpamMode::PrefixDelegation, 10);
/// assert_eq!((mixed.advertised, mixed.real), (224, 64));
/// # Ok::<(), winpod::Error>(())
/// ```
///
/// # Source
/// [`SourceId::MixedModeCapacity`](crate::source::SourceId::MixedModeCapacity).
pub const fn mixed_capacity(limits: Limits, active: IpamMode, still_used: u32) -> MixedCapacity {
    let Capacity { mode, addresses, slots, .. } = capacity(limits, active);
    MixedCapacity {
        advertised: addresses,
        real: slots.saturating_sub(still_used) * mode.addresses_per_slot(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_refuse_what_no_eni_has() {
        for got in [i64::MIN, -1, 0, 65_532, i64::MAX] {
            assert_eq!(Limits::new(got, true), Err(Error::Ipv4PerEni { got }));
        }
        assert_eq!(Limits::new(1, true).unwrap().slots(), 0);
        let largest = capacity(Limits::new(65_531, true).unwrap(), IpamMode::PrefixDelegation);
        assert_eq!(largest.addresses, 65_530 * 16);
    }

    #[test]
    fn modes_read_back_their_names() {
        for mode in IpamMode::ALL {
            assert_eq!(mode.name().parse(), Ok(*mode));
        }
        assert_eq!("prefix".parse::<IpamMode>(), Err(Error::IpamMode));
    }

    #[test]
    fn more_used_slots_than_there_are_leave_nothing() {
        let t3_xlarge = Limits::new(15, true).unwrap();
        assert_eq!(mixed_capacity(t3_xlarge, IpamMode::SecondaryIp, 3).real, 11);
        assert_eq!(mixed_capacity(t3_xlarge, IpamMode::PrefixDelegation, 99).real, 0);
    }
}
