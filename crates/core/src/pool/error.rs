//! What a pool refuses, and when the controller lets a pod ask again.

use core::net::Ipv4Addr;

use crate::Ipv4Prefix;
use crate::ipam::IpamMode;

/// Why a pool refused an operation.
///
/// The first eight are the controller's own, [`controller_name`](Self::controller_name) says which; the others are
/// inputs that the controller never gets. Each has a stable [`code`](Self::code).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The owner has an address.
    #[error("owner {owner} already has {address}")]
    AlreadyAssigned {
        /// The owner given.
        owner: u32,
        /// Its address.
        address: Ipv4Addr,
    },
    /// Every address that the node can have is used.
    #[error("all {capacity} addresses of the node are used")]
    AtMaxCapacity {
        /// Addresses that the node can have.
        capacity: u32,
    },
    /// Every address that is not used cools down.
    #[error("every address that is not used is cooling down")]
    BeingCooledDown,
    /// What is missing to the capacity is being created or deleted.
    #[error("addresses are being created or deleted, and no other is left")]
    BeingCreated,
    /// No address is free; the caller must reconcile.
    #[error("no address is free")]
    WarmPoolEmpty,
    /// No prefix is held and the last job found none in the subnet.
    #[error("no prefix is held, and the subnet had no free /28 when the controller last asked")]
    InsufficientCidrBlocks,
    /// The owner has no address.
    #[error("owner {owner} has no address")]
    DoesntExist {
        /// The owner given.
        owner: u32,
    },
    /// The owner has another address.
    #[error("owner {owner} has {address}, not the address given")]
    IncorrectOwner {
        /// The owner given.
        owner: u32,
        /// Its address.
        address: Ipv4Addr,
    },
    /// A prefix of a length that this mode does not hold.
    #[error("{group} is not what {mode} holds: its length must be {}", group_len(*.mode))]
    GroupLength {
        /// The prefix given.
        group: Ipv4Prefix,
        /// The mode of the pool.
        mode: IpamMode,
    },
    /// A prefix listed twice in a state.
    #[error("{group} is listed twice")]
    GroupTwice {
        /// The prefix.
        group: Ipv4Prefix,
    },
    /// An owner listed twice in a state.
    #[error("owner {owner} is listed twice")]
    OwnerTwice {
        /// The owner.
        owner: u32,
    },
    /// A free address listed under a prefix that does not contain it.
    #[error("{address} is not in {group}")]
    OutsideGroup {
        /// The address given.
        address: Ipv4Addr,
        /// The prefix that it was listed under.
        group: Ipv4Prefix,
    },
    /// A choice that the controller could not have made.
    #[error("the controller could not have chosen {group} here")]
    IllegalChoice {
        /// The first prefix or address that it could not have chosen.
        group: Ipv4Prefix,
    },
    /// Fewer groups were chosen for release than the controller releases.
    #[error("{got} groups were chosen for release where the controller takes {expected}")]
    ChoiceCount {
        /// The number chosen.
        got: usize,
        /// The number that the controller takes.
        expected: usize,
    },
}

/// The length of what one slot of the ENI holds, in bits.
pub(super) const fn group_len(mode: IpamMode) -> u8 {
    match mode {
        IpamMode::SecondaryIp => Ipv4Prefix::MAX_LEN,
        IpamMode::PrefixDelegation => 28,
    }
}

/// When the controller asks again for a pod that got no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// After so many milliseconds, with event `ResourceAllocationFailed` on the pod.
    After {
        /// Milliseconds.
        ms: u32,
    },
    /// With the growing back-off of its work queue, without an event.
    BackOff,
    /// Not at all.
    Never,
}

impl PoolError {
    /// The stable name of this error.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::pool::PoolError;
    ///
    /// assert_eq!(PoolError::WarmPoolEmpty.code(), "WARM_POOL_EMPTY");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyAssigned { .. } => "ALREADY_ASSIGNED",
            Self::AtMaxCapacity { .. } => "AT_MAX_CAPACITY",
            Self::BeingCooledDown => "BEING_COOLED_DOWN",
            Self::BeingCreated => "BEING_CREATED",
            Self::WarmPoolEmpty => "WARM_POOL_EMPTY",
            Self::InsufficientCidrBlocks => "INSUFFICIENT_CIDR_BLOCKS",
            Self::DoesntExist { .. } => "DOESNT_EXIST",
            Self::IncorrectOwner { .. } => "INCORRECT_OWNER",
            Self::GroupLength { .. } => "GROUP_LENGTH",
            Self::GroupTwice { .. } => "GROUP_TWICE",
            Self::OwnerTwice { .. } => "OWNER_TWICE",
            Self::OutsideGroup { .. } => "OUTSIDE_GROUP",
            Self::IllegalChoice { .. } => "ILLEGAL_CHOICE",
            Self::ChoiceCount { .. } => "CHOICE_COUNT",
        }
    }

    /// The name of the error in the controller's `pkg/pool`; `None` for what is refused here alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::pool::PoolError;
    ///
    /// assert_eq!(PoolError::BeingCreated.controller_name(), Some("ErrResourcesAreBeingCreated"));
    /// assert_eq!(PoolError::OwnerTwice { owner: 7 }.controller_name(), None);
    /// ```
    pub const fn controller_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::AlreadyAssigned { .. } => "ErrResourceAlreadyAssigned",
            Self::AtMaxCapacity { .. } => "ErrPoolAtMaxCapacity",
            Self::BeingCooledDown => "ErrResourceAreBeingCooledDown",
            Self::BeingCreated => "ErrResourcesAreBeingCreated",
            Self::WarmPoolEmpty => "ErrWarmPoolEmpty",
            Self::InsufficientCidrBlocks => "ErrInsufficientCidrBlocks",
            Self::DoesntExist { .. } => "ErrResourceDoesntExist",
            Self::IncorrectOwner { .. } => "ErrIncorrectResourceOwner",
            _ => return None,
        })
    }

    /// Whether the caller must reconcile before it asks again.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::pool::PoolError;
    ///
    /// assert!(PoolError::WarmPoolEmpty.must_reconcile());
    /// assert!(!PoolError::InsufficientCidrBlocks.must_reconcile()); // waits for the job of every 30 seconds
    /// ```
    pub const fn must_reconcile(&self) -> bool {
        matches!(self, Self::WarmPoolEmpty)
    }

    /// When the controller asks again for the pod.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::pool::{PoolError, Retry};
    ///
    /// assert_eq!(PoolError::BeingCooledDown.retry(), Retry::After { ms: 20_000 });
    /// assert_eq!(PoolError::AtMaxCapacity { capacity: 9 }.retry(), Retry::BackOff);
    /// ```
    ///
    /// # Source
    /// `pkg/handler/warm.go` of amazon-vpc-resource-controller-k8s v1.8.2 (2026-11-22).
    pub const fn retry(&self) -> Retry {
        match self {
            Self::WarmPoolEmpty | Self::BeingCreated => Retry::After { ms: 600 },
            Self::BeingCooledDown => Retry::After { ms: 20_000 },
            Self::InsufficientCidrBlocks => Retry::After { ms: 120_000 },
            Self::AlreadyAssigned { .. } => Retry::Never,
            _ => Retry::BackOff,
        }
    }
}
