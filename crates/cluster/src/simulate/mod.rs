//! The cluster's Windows node groups in time: what happens to their addresses in a scenario.

mod alternatives;
mod answer;
mod csv;
pub(crate) mod outcome;
mod request;
mod scenarios;
mod script;
mod stage;

pub use answer::{
    Alternative, ConfigMapEntry, Ec2Calls, FirstFailure, GroupAt, GroupOutcome, OrderFailure, Rollout,
    Simulation, SubnetAt, SubnetOutcome, SubnetReserve, Summary, Symptom, TimelineRow, Waits,
};
pub use request::SimulateRequest;

use crate::api::OnProgress;
use crate::model::Cluster;
use crate::note::{Note, text as note};
use crate::plan::{self, Verdict, supply};
use crate::progress::{Progress, Stopped};
use crate::read::{self, Reading};
use crate::request::{Refusal, inputs};
use outcome::Played;
use request::{Kind, Terms};
use stage::Stage;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use winpod::fleet::{self, Choice, End, FleetError, MAX_SAMPLED, Scenario};
use winpod::ipam::{IpamMode, Key, Settings};

/// Steps of one run, some ten seconds of work; what comes later is not played.
const MAX_STEPS: u64 = 200_000_000;
const MINUTE: u64 = 60_000;
/// A wait that is worth a word: longer than the controller's longest interval and a cool-down take.
const LONG_WAIT_MS: u64 = 5 * MINUTE;

/// Plays a scenario on the Windows node groups of the given files.
///
/// # Errors
/// Before any work: `REQUEST` without any input or for an unknown name, `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for numbers,
/// `CONFIG_KEY` for an unknown key in `set`; once the files are read `UNKNOWN_GROUP`, `GROUP_MAXIMUM`, `NODES_UNKNOWN`,
/// `NOTHING_TO_SIMULATE`, `ONLY_ZONE`, `TOO_MUCH` for more than is played; `STOPPED`. What is wrong with the files is in the
/// answer.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::plan::Verdict;
/// use winpod_cluster::request::Document;
/// use winpod_cluster::simulate::{SimulateRequest, simulate};
///
/// let cluster = "
/// apiVersion: eksctl.io/v1alpha5
/// kind: ClusterConfig
/// metadata: {name: shop, region: eu-west-1}
/// vpc: {subnets: {private: {eu-west-1a: {id: subnet-1, cidr: 10.0.8.0/26}}}}
/// nodeGroups:
/// - {name: win, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.large, maxSize: 9, privateNetworking: true}
/// ";
/// let subnets = r#"{"Subnets": [{"SubnetId": "subnet-1", "CidrBlock": "10.0.8.0/26", "AvailableIpAddressCount": 59}]}"#;
/// let document = |name: &str, text: &str| Document { name: name.into(), text: text.into() };
/// let mut request = SimulateRequest {
///     documents: vec![document("cluster.yaml", cluster), document("subnets.json", subnets)],
///     scenario: "scale-out".into(),
///     ..Default::default()
/// };
/// let answer = simulate(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.verdict, Verdict::DoesNotFit); // nine nodes ask for ten addresses each
/// assert_eq!(answer.summary.first_failure.unwrap().reason, "no-address");
///
/// request.nodes = Some(10.into());
/// let refused = simulate(&request, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.code, "GROUP_MAXIMUM");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn simulate(request: &SimulateRequest, progress: OnProgress<'_>) -> Result<Simulation, Refusal> {
    let terms = Terms::of(request)?;
    let inputs = inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new("REQUEST", "names no file and no document: give at least one"));
    }
    let Reading { mut cluster, mut notes, mut problems, .. } = read::read(&inputs, progress)?;
    plan::learn_from_nodes(&mut cluster);
    let cluster = cluster;
    let settings = plan::settings(&cluster, &terms.set, &mut notes);
    let supplies = supply::supplies(&cluster, false, &mut |_, _, _| {}, &mut notes, &mut problems);
    let asking: Vec<_> = plan::windows_groups(&cluster, &mut notes)
        .into_iter()
        .map(|group| plan::plan_group(group, &cluster, &settings, &supplies, &mut notes, &mut problems).1)
        .collect();
    let stage = Stage::of(&terms, &cluster, &asking, &supplies, &settings, &mut notes)?;
    let mut director = Director { terms: &terms, cluster: &cluster, stage: &stage, progress };
    let played = director.play(&terms.set, &settings, &[])?;
    let ipam_off = !settings.windows_ipam.is_on();
    let first_failure = played.first_failure(ipam_off);
    let mut verdict = played.verdict(first_failure.as_ref());
    if verdict == Verdict::Fits && !problems.is_empty() {
        verdict = Verdict::Unknown;
    }
    let alternatives = match &first_failure {
        // No target helps where the flag is off.
        Some(_) if ipam_off => Vec::new(),
        Some(_) if terms.tries_settings(played.timeline.steps) => alternatives::alternatives(&mut director)?,
        Some(_) => {
            if terms.alternatives.is_none() {
                notes.push(Note::new(&note::SIMULATE_ALTERNATIVES_LEFT_OUT, &[]));
            }
            Vec::new()
        }
        None => Vec::new(),
    };
    tell(&terms, &played, &alternatives, &mut notes);
    notes.sort_by_key(|note| note.kind);
    let timeline = played.moments(terms.every_ms);
    let csv = terms.csv.then(|| csv::timeline(&timeline)).transpose();
    Ok(Simulation {
        cluster: cluster.name.known().cloned(),
        scenario: terms.kind.name().to_owned(),
        seed: terms.seed,
        verdict,
        waits: played.timeline.waits.into(),
        node_groups: played.groups(&settings),
        subnets: played.subnets(),
        rollouts: played.rollouts(),
        failures: played.failures(),
        summary: played.summary(first_failure),
        timeline,
        alternatives,
        csv: csv.map_err(|error| Refusal::new("INTERNAL", error.to_string()))?,
        notes,
        problems,
    })
}

/// Everything that a scenario needs to be played, with these settings or others.
struct Director<'a, 'p> {
    terms: &'a Terms,
    cluster: &'a Cluster,
    stage: &'a Stage<'a>,
    progress: OnProgress<'p>,
}

impl<'a> Director<'a, '_> {
    fn settings(&self, set: &BTreeMap<Key, String>) -> Settings {
        plan::settings(self.cluster, set, &mut Vec::new())
    }

    fn tell(&mut self, step: &'static str, done: u64, total: u64) -> Result<(), Stopped> {
        match (self.progress)(Progress { step, done, total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }

    /// Plays the scenario under settings, with so many /28 reserved in each subnet.
    fn play(
        &mut self,
        set: &BTreeMap<Key, String>,
        settings: &Settings,
        reserved: &[u32],
    ) -> Result<Played<'a>, Refusal> {
        let after = after_switch(self.cluster, set, settings);
        let written = scenarios::write(self.terms, self.stage, settings, &after)?;
        let (groups, events) = written.script.finish();
        let mut none = vec![0; self.stage.subnets.len()];
        none[..reserved.len()].copy_from_slice(reserved);
        let columns = (self.stage.subnets.len() + groups.len() + 1) as u64;
        // A sample a minute, as long as memory allows it.
        let minutes = ((written.until_ms / MINUTE + 1) * columns).div_ceil(MAX_SAMPLED / 4).max(1);
        let scenario = Scenario {
            events,
            sample_ms: minutes * MINUTE,
            // The script has its own numbers.
            seed: !self.terms.seed,
            choice: self.terms.choice,
            quirks: self.terms.quirks,
            pace: self.terms.pace,
            max_steps: MAX_STEPS,
            ..Scenario::new(self.stage.maps(&none), groups, written.until_ms)
        };
        let progress = &mut self.progress;
        let timeline = fleet::run(&scenario, |at| {
            progress(Progress { step: "simulate", done: at.at_ms / 1_000, total: at.until_ms / 1_000 })
        })?;
        match timeline.end {
            End::Stopped => Err(Stopped.into()),
            _ => Ok(Played::new(self.stage, scenario, timeline)),
        }
    }
}

impl From<FleetError> for Refusal {
    fn from(error: FleetError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// The settings once the mode is switched.
fn after_switch(cluster: &Cluster, set: &BTreeMap<Key, String>, before: &Settings) -> Settings {
    let mut set = set.clone();
    let on = before.mode() == IpamMode::SecondaryIp;
    set.insert(Key::EnableWindowsPrefixDelegation, on.to_string());
    plan::settings(cluster, &set, &mut Vec::new())
}

/// What the answer takes for granted, and what would have helped.
fn tell(terms: &Terms, played: &Played<'_>, alternatives: &[Alternative], notes: &mut Vec<Note>) {
    if played.cut() {
        let (at, of) = (outcome::clock(played.timeline.ended_ms), outcome::clock(played.scenario.until_ms));
        let values: [(&str, &dyn std::fmt::Display); 3] = [("at", &at), ("of", &of), ("steps", &MAX_STEPS)];
        notes.push(Note::new(&note::SIMULATE_CUT, &values));
    }
    if played.timeline.waits.max_ms >= LONG_WAIT_MS {
        let waits = played.timeline.waits;
        let (p50, p99, max) =
            (outcome::wait(waits.p50_ms), outcome::wait(waits.p99_ms), outcome::wait(waits.max_ms));
        let values: [(&str, &dyn std::fmt::Display); 3] = [("p50", &p50), ("p99", &p99), ("max", &max)];
        notes.push(Note::new(&note::SIMULATE_LONG_WAITS, &values));
    }
    notes.push(Note::new(&note::SIMULATE_PACE, &[]));
    notes.push(Note::new(&note::SIMULATE_AT_REST, &[]));
    if terms.choice == Choice::Random {
        notes.push(Note::new(&note::SIMULATE_CHOICE, &[("seed", &terms.seed)]));
    }
    if terms.pace.account.is_some() {
        notes.push(Note::new(&note::SIMULATE_ACCOUNT, &[]));
    }
    if terms.kind == Kind::RollingDeployment {
        notes.push(Note::new(&note::SIMULATE_ROLLOUT, &[]));
    }
    if played.stage.members.iter().any(|member| member.acts && member.workload_pods.is_none())
        && terms.pods.is_none()
    {
        notes.push(Note::new(&note::SIMULATE_PODS_ASSUMED, &[]));
    }
    if let Some(best) = alternatives.first().filter(|row| row.best) {
        let mut changes: Vec<String> =
            best.set.iter().map(|entry| format!("{} {}", entry.key, entry.value)).collect();
        for reserved in &best.reserved {
            changes.push(format!("{} /28 of {} reserved for prefixes", reserved.prefixes, reserved.subnet));
        }
        let (changes, p99) = (changes.join(", "), outcome::wait(best.p99_ms));
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("changes", &changes), ("peak", &best.peak_addresses), ("p99", &p99)];
        notes.push(Note::new(&note::SIMULATE_BEST, &values));
    } else if !alternatives.is_empty() {
        notes.push(Note::new(&note::SIMULATE_NONE_HELPS, &[("count", &alternatives.len())]));
    }
}
