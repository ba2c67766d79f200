//! Which CNI fits a cluster's Windows nodes, and what each would break.
//!
//! A pure function of the model: the numbers are those of `plan` in each mode, and every sentence names the facts it
//! rests on. What the files leave open is open here too.

mod answer;
mod decide;
mod now;
mod options;
mod platform;
mod policies;
mod reason;
mod room;

pub use answer::{CniAdvice, CniOption, CniPods, CniReason};

use crate::check::{Lack, Need};
use crate::model::{Cluster, Field, NodeGroup};
use crate::note::text;
use crate::plan::supply::Supply;
use crate::plan::{self, Verdict};
use crate::written::Written;
use now::Now;
pub(crate) use now::runs_on_windows;
use platform::OnNodes;
pub(crate) use platform::{FIRST_KUBERNETES, release};
pub(crate) use policies::{Policies, called};
use room::Room;
pub(crate) use room::{DEFAULT_BLOCK, addresses_of};
use std::collections::BTreeMap;
use winpod::ipam::{IpamMode, Key, Settings};

/// The options, in the order of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cni {
    /// The VPC CNI with secondary addresses.
    Vpc,
    /// The VPC CNI with prefix delegation.
    Prefixes,
    /// The VPC CNI with Calico's network policy.
    CalicoPolicy,
    /// Calico's own networking.
    Overlay,
}

impl Cni {
    pub(crate) const ALL: [Self; 4] = [Self::Vpc, Self::Prefixes, Self::CalicoPolicy, Self::Overlay];

    /// The name in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vpc => "vpc-cni",
            Self::Prefixes => "vpc-cni-prefixes",
            Self::CalicoPolicy => "vpc-cni-calico-policy",
            Self::Overlay => "calico-overlay",
        }
    }

    /// The name in sentences.
    pub(crate) const fn called(self) -> &'static str {
        match self {
            Self::Vpc => "VPC CNI",
            Self::Prefixes => "VPC CNI with prefixes",
            Self::CalicoPolicy => "VPC CNI with Calico policy",
            Self::Overlay => "Calico overlay",
        }
    }
}

/// What the options are judged by.
struct Facts<'c> {
    cluster: &'c Cluster,
    settings: Settings,
    /// What says the settings, if anything does.
    written: Option<Written>,
    groups: Vec<&'c NodeGroup>,
    now: Now<'c>,
    policies: Policies<'c>,
    secondary: Room<'c>,
    prefixes: Room<'c>,
    overlay: Room<'c>,
    /// The length of a block of Calico's addresses.
    block: u8,
    on_nodes: OnNodes,
    /// The mode that pods get addresses in where Calico adds policies: the one in use, or the one that fits.
    policy_mode: IpamMode,
}

impl<'c> Facts<'c> {
    fn of(cluster: &'c Cluster, supplies: &'c BTreeMap<String, Supply>, set: &BTreeMap<Key, String>) -> Self {
        // What plan has to tell about the ConfigMap is told by plan.
        let mut notes = Vec::new();
        let written = Written::of(cluster);
        let settings = plan::settings_as(cluster, written.as_ref(), set, &mut notes);
        let groups = plan::windows_groups(cluster, &mut notes);
        let now = Now::of(cluster, &settings, written.as_ref());
        let secondary = Room::in_mode(cluster, supplies, set, IpamMode::SecondaryIp);
        let prefixes = Room::in_mode(cluster, supplies, set, IpamMode::PrefixDelegation);
        let block = block(&now);
        let (first, second) = match settings.mode() {
            IpamMode::PrefixDelegation => (&prefixes, &secondary),
            IpamMode::SecondaryIp => (&secondary, &prefixes),
        };
        let other = first.verdict == Verdict::DoesNotFit && second.verdict < first.verdict;
        let in_prefixes = (settings.mode() == IpamMode::PrefixDelegation) != other;
        Self {
            policy_mode: if in_prefixes { IpamMode::PrefixDelegation } else { IpamMode::SecondaryIp },
            overlay: Room::in_overlay(cluster, supplies, set, block),
            on_nodes: OnNodes::of(cluster, &groups),
            policies: Policies::of(cluster),
            cluster,
            settings,
            written,
            groups,
            now,
            secondary,
            prefixes,
            block,
        }
    }

    /// The room in the mode that Calico's policies would work in.
    fn policy_room(&self) -> &Room<'c> {
        match self.policy_mode {
            IpamMode::PrefixDelegation => &self.prefixes,
            IpamMode::SecondaryIp => &self.secondary,
        }
    }
}

/// The length of a block of the first pool of IPv4 that an Installation asks for.
fn block(now: &Now<'_>) -> u8 {
    let pool = now.installation.and_then(|it| it.pools.iter().find(|pool| !pool.is_ipv6()));
    let written = pool.and_then(|pool| pool.block_size.known());
    // What Calico takes for one.
    let length =
        written.filter(|length| (20..=32).contains(*length)).and_then(|length| u8::try_from(*length).ok());
    length.unwrap_or(DEFAULT_BLOCK)
}

/// Which CNI fits; `set` replaces values of the ConfigMap, as if they were written there.
pub(crate) fn advise(
    cluster: &Cluster,
    supplies: &BTreeMap<String, Supply>,
    set: &BTreeMap<Key, String>,
) -> CniAdvice {
    let facts = Facts::of(cluster, supplies, set);
    let options = options::all(&facts);
    let (recommended, mut because) = decide::decide(&facts, &options);
    because.extend(facts.now.because.iter().cloned());
    CniAdvice {
        recommended: recommended.map(|cni| cni.name().to_owned()),
        because,
        missing: missing(&facts),
        options,
    }
}

/// Inputs that would settle what is open.
fn missing(facts: &Facts<'_>) -> Vec<Lack> {
    let mut needs: Vec<Need> = Vec::new();
    if facts.groups.is_empty() {
        needs.push(Need::NodeGroups);
    } else {
        if facts.now.cni.is_none() && facts.written.is_none() && facts.cluster.cni.data.is_absent() {
            needs.push(Need::Configmap);
        }
        if [&facts.secondary, &facts.prefixes].iter().any(|room| room.verdict == Verdict::Unknown) {
            let open = [facts.secondary.open(), facts.prefixes.open()];
            let any = |what: fn(&room::Open) -> bool| open.iter().any(what);
            needs.extend(any(|open| open.groups).then_some(Need::NodeGroups));
            needs.extend(any(|open| open.types).then_some(Need::InstanceTypes));
            needs.extend(any(|open| open.subnets).then_some(Need::Subnets));
            needs.extend(any(|open| open.interfaces).then_some(Need::Interfaces));
        }
        if matches!(facts.policies, Policies::Open) {
            needs.push(Need::Workloads);
        }
        let open = [text::CNI_BUILD_OPEN.key, text::CNI_REVISION_OPEN.key];
        let builds_open = matches!(facts.policies, Policies::Windows(_) | Policies::Open)
            && facts.on_nodes.because.iter().any(|why| open.contains(&why.code.as_str()));
        needs.extend(builds_open.then_some(Need::Nodes));
    }
    needs.iter().map(Lack::from).collect()
}

/// Whether the controller of the old kind is there.
fn old_controller(cluster: &Cluster) -> bool {
    !matches!(cluster.cni.old_controller, Field::Absent)
}
