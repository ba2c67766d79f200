//! Why a scenario cannot be.

/// What is wrong with a scenario, with the value got and what is allowed. Each has a stable [`code`](Self::code).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
    /// More than is played.
    #[error("{got} {what} are too many: at most {max}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The number given.
        got: u64,
        /// The largest one.
        max: u64,
    },
    /// Zero where nothing would happen for ever, or everything at once.
    #[error("{what} must not be 0")]
    Zero {
        /// Of what.
        what: &'static str,
    },
    /// A group that is not in the list.
    #[error("there is no group {group}: {groups} groups are numbered from 0")]
    UnknownGroup {
        /// The number given.
        group: u32,
        /// How many there are.
        groups: u32,
    },
    /// A subnet that is not in the list.
    #[error("there is no subnet {subnet}: {subnets} subnets are numbered from 0")]
    UnknownSubnet {
        /// The number given.
        subnet: u32,
        /// How many there are.
        subnets: u32,
    },
    /// A group whose nodes have nowhere to be.
    #[error("group {group} has no subnet")]
    NoSubnet {
        /// The place of the group in the list.
        group: u32,
    },
    /// An event before the one that it follows.
    #[error("event {event} is at {at_ms} ms, before the one that it follows, at {after_ms} ms")]
    EventOrder {
        /// Its place in the list.
        event: u32,
        /// Its time.
        at_ms: u64,
        /// The time of the one before.
        after_ms: u64,
    },
    /// More nodes at one time than the group may have.
    #[error("group {group} would have {nodes} nodes: its maximum is {max_nodes}")]
    GroupMaximum {
        /// The place of the group in the list.
        group: u32,
        /// Its nodes at that time.
        nodes: u64,
        /// The most that it may have.
        max_nodes: u32,
    },
    /// A node that has not come, or has left.
    #[error("node {node} is not there at that time")]
    NodeNotThere {
        /// The number given.
        node: u32,
    },
    /// A pod whose number is not among those of the pods that start.
    #[error("pod {pod} has no number: {pods} pods that start are numbered from 0")]
    UnknownPod {
        /// The number given.
        pod: u32,
        /// How many start.
        pods: u32,
    },
    /// A pod that starts twice.
    #[error("pod {pod} starts twice")]
    PodTwice {
        /// Its number.
        pod: u32,
    },
    /// A pod that ends before it starts, or twice.
    #[error("pod {pod} ends and is not there at that time")]
    PodNotThere {
        /// Its number.
        pod: u32,
    },
}

impl FleetError {
    /// The stable name of this error.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::fleet::FleetError;
    ///
    /// assert_eq!(FleetError::PodTwice { pod: 7 }.code(), "POD_TWICE");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooMuch { .. } => "TOO_MUCH",
            Self::Zero { .. } => "ZERO",
            Self::UnknownGroup { .. } => "UNKNOWN_GROUP",
            Self::UnknownSubnet { .. } => "UNKNOWN_SUBNET",
            Self::NoSubnet { .. } => "NO_SUBNET",
            Self::EventOrder { .. } => "EVENT_ORDER",
            Self::GroupMaximum { .. } => "GROUP_MAXIMUM",
            Self::NodeNotThere { .. } => "NODE_NOT_THERE",
            Self::UnknownPod { .. } => "UNKNOWN_POD",
            Self::PodTwice { .. } => "POD_TWICE",
            Self::PodNotThere { .. } => "POD_NOT_THERE",
        }
    }
}
