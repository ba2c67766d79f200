//! What to simulate, and what is wrong with a request for it.

use crate::request::{Document, Refusal, Wide, known_keys, nearest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use winpod::fleet::{Batch, Choice, MAX_EVENTS, MAX_NODES, Pace, Rate};
use winpod::ipam::Key;
use winpod::pool::{Quirk, Quirks};

/// Days that a drift takes at the most.
const MAX_DAYS: i64 = 365;
/// Hours that neighbours keep an address at the most.
const MAX_HOURS: i64 = 24 * MAX_DAYS;

/// What happens to the node groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ScaleOut,
    RollingDeployment,
    BatchChurn,
    Upgrade,
    ModeSwitch,
    ZoneLoss,
    Drift,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::ScaleOut,
        Self::RollingDeployment,
        Self::BatchChurn,
        Self::Upgrade,
        Self::ModeSwitch,
        Self::ZoneLoss,
        Self::Drift,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ScaleOut => "scale-out",
            Self::RollingDeployment => "rolling-deployment",
            Self::BatchChurn => "batch-churn",
            Self::Upgrade => "upgrade",
            Self::ModeSwitch => "mode-switch",
            Self::ZoneLoss => "zone-loss",
            Self::Drift => "drift",
        }
    }
}

/// What to simulate.
///
/// Each number has a meaning in some scenarios only, and is refused in the others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct SimulateRequest {
    /// Files and directories; a directory is read whole.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// Values to put in place of those of the amazon-vpc-cni ConfigMap, by key.
    pub set: BTreeMap<String, String>,
    /// What happens: `scale-out` to a number of nodes; `rolling-deployment`, all pods replaced by new ones; `batch-churn`,
    /// short pods in great number; `upgrade`, all nodes replaced by new ones; `mode-switch` from secondary addresses to
    /// prefix delegation or back; `zone-loss`, an Availability Zone is gone; `drift`, days of growing by day and shrinking
    /// by night beside neighbours that come and go.
    #[schemars(extend("enum" = [
        "scale-out", "rolling-deployment", "batch-churn", "upgrade", "mode-switch", "zone-loss", "drift"
    ]))]
    pub scenario: String,
    /// Where random choices start, 0 to 2^53; 0 if absent. The same seed gives the same answer everywhere.
    pub seed: Option<Wide>,
    /// The only node group that something happens to; all of them if absent. A zone is always lost for all of them.
    pub node_group: Option<String>,
    /// Nodes of each group: after a scale-out and by day in a drift (the maximum size if absent), in the others from the
    /// start (if absent the desired size, or as many more up to the maximum as the pods need).
    pub nodes: Option<Wide>,
    /// Nodes of each group before a scale-out and by night in a drift; the desired or the minimum size if absent.
    pub start_nodes: Option<Wide>,
    /// Nodes of each group that join in a minute of a scale-out or drift; 10 if absent.
    pub nodes_per_minute: Option<Wide>,
    /// Pods of each group, those of DaemonSets left out; beside batch churn those that run all the time. If absent what the
    /// given workloads ask for, without workloads as many as the nodes take, and beside batch churn none.
    pub pods: Option<Wide>,
    /// Pods that are there more than asked for during a rolling deployment, in per cent; 25 if absent.
    pub max_surge_percentage: Option<Wide>,
    /// Pods that may be missing during a rolling deployment, in per cent; 25 if absent.
    pub max_unavailable_percentage: Option<Wide>,
    /// Seconds from a pod's address until it is ready, in a rolling deployment; 30 if absent.
    pub ready_seconds: Option<Wide>,
    /// Minutes of batch churn; 30 if absent.
    pub minutes: Option<Wide>,
    /// Pods of each group that start in a minute of batch churn; if absent as many as keep half of the nodes' room busy.
    pub pods_per_minute: Option<Wide>,
    /// Seconds that a pod of batch churn lives, on average; 120 if absent.
    pub pod_seconds: Option<Wide>,
    /// Seconds until the pods of old nodes are gone, in an upgrade and when nodes are replaced; 300 if absent.
    pub drain_seconds: Option<Wide>,
    /// What becomes of the nodes that are there when the mode is switched: `keep`, the default, or `replace`.
    #[schemars(extend("enum" = ["keep", "replace", null]))]
    pub old_nodes: Option<String>,
    /// The zone that is lost; if absent the one with most subnets of the groups, the first of several.
    pub availability_zone: Option<String>,
    /// Days of a drift; 7 if absent.
    pub days: Option<Wide>,
    /// Single addresses that others take in an hour in every subnet: Linux pods, load balancers, functions. 6 in a drift
    /// and 0 in the other scenarios if absent.
    pub neighbours_per_hour: Option<Wide>,
    /// Hours that others keep an address, on average; for ever if 0. 24 in a drift and 0 in the other scenarios if absent.
    pub neighbour_hours: Option<Wide>,
    /// Which free address or block EC2 takes, which nobody documents: `random`, the default, `lowest` or `worst`.
    #[schemars(extend("enum" = ["lowest", "random", "worst", null]))]
    pub choice: Option<String>,
    /// What EC2 does with an order that a subnet can fill in part only, which nobody documents: `all-or-nothing`, the
    /// default, or `partial`.
    #[schemars(extend("enum" = ["all-or-nothing", "partial", null]))]
    pub batch: Option<String>,
    /// Calls a second that EC2 allows the account, of each kind that changes addresses; no limit if absent. The size of the
    /// real limit is not documented.
    pub account_calls_per_second: Option<Wide>,
    /// Quirks of the controller to switch off, by name.
    pub without_quirks: Vec<String>,
    /// Whether other settings are tried where something fails; if absent they are, unless that would take long.
    pub alternatives: Option<bool>,
    /// Seconds from one row of the timeline to the next, a multiple of 60; if absent so many that there are at most 1,500
    /// rows.
    pub every_seconds: Option<Wide>,
    /// Whether the answer has the timeline as CSV too.
    pub csv: bool,
}

/// A request with every number checked.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) kind: Kind,
    pub(super) set: BTreeMap<Key, String>,
    pub(super) seed: u64,
    pub(super) node_group: Option<String>,
    pub(super) nodes: Option<u32>,
    pub(super) start_nodes: Option<u32>,
    pub(super) nodes_per_minute: u32,
    pub(super) pods: Option<u32>,
    pub(super) max_surge_percentage: u32,
    pub(super) max_unavailable_percentage: u32,
    pub(super) ready_ms: u32,
    pub(super) minutes: u32,
    pub(super) pods_per_minute: Option<u32>,
    pub(super) pod_ms: u64,
    pub(super) drain_ms: u64,
    pub(super) replace: bool,
    pub(super) zone: Option<String>,
    pub(super) days: u32,
    pub(super) neighbours_per_hour: u32,
    pub(super) neighbour_hours: u32,
    pub(super) choice: Choice,
    pub(super) quirks: Quirks,
    pub(super) pace: Pace,
    pub(super) alternatives: Option<bool>,
    pub(super) every_ms: Option<u64>,
    pub(super) csv: bool,
}

impl Terms {
    pub(super) fn of(request: &SimulateRequest) -> Result<Self, Refusal> {
        let kind = kind(&request.scenario)?;
        request.has_meaning(kind)?;
        let number = |given: Option<Wide>, name: &str, least: i64, most: i64| {
            let checked = given.map(|given| given.within(name, least, most)).transpose()?;
            Ok::<_, Refusal>(checked.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
        };
        let (nodes, pods) = (i64::from(MAX_NODES), i64::from(MAX_EVENTS));
        let seconds = |given, name: &str, default: u32, most| {
            Ok::<_, Refusal>(number(given, name, 0, most)?.unwrap_or(default) * 1_000)
        };
        let surge = number(request.max_surge_percentage, "maxSurgePercentage", 0, 1_000)?.unwrap_or(25);
        let unavailable =
            number(request.max_unavailable_percentage, "maxUnavailablePercentage", 0, 100)?.unwrap_or(25);
        if surge == 0 && unavailable == 0 {
            let message =
                "maxSurgePercentage and maxUnavailablePercentage are both 0: no pod could ever be replaced";
            return Err(Refusal::new("OUT_OF_RANGE", message));
        }
        let drift = kind == Kind::Drift;
        let account = number(request.account_calls_per_second, "accountCallsPerSecond", 1, 10_000)?;
        let pace = Pace {
            batch: named(request.batch.as_deref(), "batch", Batch::ALL, Batch::name)?.unwrap_or_default(),
            account: account.map(|calls| Rate { per_second: calls, burst: calls }),
            ..Pace::default()
        };
        let quirks = request.without_quirks.iter().try_fold(Quirks::ALL, |quirks, name| {
            let quirk = named(Some(name), "withoutQuirks", Quirk::ALL, Quirk::name)?;
            Ok::<_, Refusal>(quirk.map_or(quirks, |quirk| quirks.without(quirk)))
        })?;
        let every = number(request.every_seconds, "everySeconds", 60, 86_400)?;
        if let Some(every) = every.filter(|every| every % 60 != 0) {
            let message = format!("everySeconds is {every}: a multiple of 60 is allowed");
            return Err(Refusal::new("OUT_OF_RANGE", message));
        }
        Ok(Self {
            kind,
            set: known_keys(&request.set)?,
            seed: request.seed.map_or(Ok(0), |seed| seed.within("seed", 0, 1 << 53))?.unsigned_abs(),
            node_group: request.node_group.clone(),
            nodes: number(request.nodes, "nodes", 0, nodes)?,
            start_nodes: number(request.start_nodes, "startNodes", 0, nodes)?,
            nodes_per_minute: number(request.nodes_per_minute, "nodesPerMinute", 1, nodes)?.unwrap_or(10),
            pods: number(request.pods, "pods", 0, pods)?,
            max_surge_percentage: surge,
            max_unavailable_percentage: unavailable,
            ready_ms: seconds(request.ready_seconds, "readySeconds", 30, 600)?,
            minutes: number(request.minutes, "minutes", 1, 60 * 24 * 31)?.unwrap_or(30),
            pods_per_minute: number(request.pods_per_minute, "podsPerMinute", 0, pods)?,
            pod_ms: u64::from(number(request.pod_seconds, "podSeconds", 1, 86_400)?.unwrap_or(120)) * 1_000,
            drain_ms: seconds(request.drain_seconds, "drainSeconds", 300, 86_400)?.into(),
            replace: match request.old_nodes.as_deref() {
                None | Some("keep") => false,
                Some("replace") => true,
                Some(other) => return Err(not_among("oldNodes", other, &["keep", "replace"])),
            },
            zone: request.availability_zone.clone(),
            days: number(request.days, "days", 1, MAX_DAYS)?.unwrap_or(7),
            neighbours_per_hour: number(request.neighbours_per_hour, "neighboursPerHour", 0, 100_000)?
                .unwrap_or(if drift { 6 } else { 0 }),
            neighbour_hours: number(request.neighbour_hours, "neighbourHours", 0, MAX_HOURS)?
                .unwrap_or(if drift { 24 } else { 0 }),
            choice: named(request.choice.as_deref(), "choice", Choice::ALL, Choice::name)?
                .unwrap_or(Choice::Random),
            quirks,
            pace,
            alternatives: request.alternatives,
            every_ms: every.map(|every| u64::from(every) * 1_000),
            csv: request.csv,
        })
    }
}

impl SimulateRequest {
    /// Refuses what the scenario would leave unread: nobody is to believe that it did something.
    fn has_meaning(&self, kind: Kind) -> Result<(), Refusal> {
        use Kind::{BatchChurn, Drift, ModeSwitch, RollingDeployment, ScaleOut, Upgrade, ZoneLoss};
        let given: [(&str, bool, &[Kind]); 13] = [
            // A zone is lost for all of them.
            (
                "nodeGroup",
                self.node_group.is_some(),
                &[ScaleOut, RollingDeployment, BatchChurn, Upgrade, ModeSwitch, Drift],
            ),
            ("startNodes", self.start_nodes.is_some(), &[ScaleOut, Drift]),
            ("nodesPerMinute", self.nodes_per_minute.is_some(), &[ScaleOut, Drift]),
            ("maxSurgePercentage", self.max_surge_percentage.is_some(), &[RollingDeployment]),
            ("maxUnavailablePercentage", self.max_unavailable_percentage.is_some(), &[RollingDeployment]),
            ("readySeconds", self.ready_seconds.is_some(), &[RollingDeployment]),
            ("minutes", self.minutes.is_some(), &[BatchChurn]),
            ("podsPerMinute", self.pods_per_minute.is_some(), &[BatchChurn]),
            ("podSeconds", self.pod_seconds.is_some(), &[BatchChurn]),
            ("drainSeconds", self.drain_seconds.is_some(), &[Upgrade, ModeSwitch]),
            ("oldNodes", self.old_nodes.is_some(), &[ModeSwitch]),
            ("availabilityZone", self.availability_zone.is_some(), &[ZoneLoss]),
            ("days", self.days.is_some(), &[Drift]),
        ];
        match given.iter().find(|(_, given, kinds)| *given && !kinds.contains(&kind)) {
            None => Ok(()),
            Some((name, _, kinds)) => {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                let message = format!(
                    "{name} has no meaning in the scenario {}: it belongs to {}",
                    kind.name(),
                    kinds.join(" and ")
                );
                Err(Refusal::new("REQUEST", message))
            }
        }
    }
}

fn kind(name: &str) -> Result<Kind, Refusal> {
    let names = Kind::ALL.map(Kind::name);
    Kind::ALL
        .into_iter()
        .find(|kind| kind.name() == name)
        .ok_or_else(|| if name.is_empty() { none(&names) } else { not_among("scenario", name, &names) })
}

fn none(names: &[&str]) -> Refusal {
    Refusal::new("REQUEST", format!("scenario is missing: {} are allowed", names.join(", ")))
}

/// The refusal of a name, with the one that was most likely meant.
pub(super) fn not_among(field: &str, got: &str, allowed: &[&str]) -> Refusal {
    let meant = nearest(got, allowed.iter().copied());
    let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
    let shown = crate::read::shortened(got);
    Refusal::new("REQUEST", format!("{field} is {shown:?}: {} are allowed{meant}", allowed.join(", ")))
}

fn named<T: Copy>(
    given: Option<&str>,
    field: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, Refusal> {
    let Some(given) = given else { return Ok(None) };
    let found = all.iter().copied().find(|one| name(*one) == given);
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    found.map(Some).ok_or_else(|| not_among(field, given, &names))
}
