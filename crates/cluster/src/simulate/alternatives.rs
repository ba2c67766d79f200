//! The same scenario with other settings.

use super::answer::{Alternative, ConfigMapEntry, SubnetReserve};
use super::outcome::Played;
use super::request::{Kind, Terms};
use super::stage::Stage;
use super::{Director, after_switch};
use crate::plan::Verdict;
use crate::request::Refusal;
use std::collections::BTreeMap;
use winpod::ipam::{IpamMode, Key};

/// Warm and minimum targets that are tried in both modes, in addresses.
const TARGETS: [(&str, &str, &str); 4] =
    [("1", "1", "0"), ("1", "3", "0"), ("5", "10", "0"), ("10", "20", "0")];
/// One that prefix delegation alone has: whole prefixes, and neither of the others.
const WHOLE_PREFIX: (&str, &str, &str) = ("0", "0", "1");

/// Settings to try.
struct Change {
    set: BTreeMap<Key, String>,
    mode: IpamMode,
    reserve: bool,
}

/// Steps that one run of a grid may take without being asked for.
pub(super) const CHEAP: u64 = 1_000_000;

/// Plays the scenario with each of a few settings; the best comes first, then the others in the order of the grid.
pub(super) fn alternatives(director: &mut Director<'_, '_>) -> Result<Vec<Alternative>, Refusal> {
    let changes = grid(director);
    let mut rows = Vec::new();
    let total = changes.len() as u64;
    for (done, change) in (0..).zip(changes) {
        director.tell("settings", done, total)?;
        let mut set = director.terms.set.clone();
        set.extend(change.set.clone());
        let settings = director.settings(&set);
        let reserved: Vec<u32> = if change.reserve { needed(director, &set) } else { Vec::new() };
        let played = director.play(&set, &settings, &reserved)?;
        if !played.cut() {
            rows.push(row(&played, &change, &reserved));
        }
    }
    let best =
        (0..rows.len()).filter(|&index| rows[index].verdict != Verdict::DoesNotFit).min_by_key(|&index| {
            let row = &rows[index];
            (row.peak_addresses, row.p99_ms, row.ec2_calls)
        });
    if let Some(best) = best {
        let mut row = rows.remove(best);
        row.best = true;
        rows.insert(0, row);
    }
    Ok(rows)
}

fn row(played: &Played<'_>, change: &Change, reserved: &[u32]) -> Alternative {
    let first = played.first_failure(false);
    let subnets = played.stage.subnets.iter().zip(reserved).filter(|(_, prefixes)| **prefixes > 0);
    Alternative {
        set: change
            .set
            .iter()
            .map(|(key, value)| ConfigMapEntry { key: key.name().to_owned(), value: value.clone() })
            .collect(),
        reserved: subnets
            .map(|(place, &prefixes)| SubnetReserve { subnet: place.id.to_owned(), prefixes })
            .collect(),
        mode: change.mode.name().to_owned(),
        verdict: played.verdict(first.as_ref()),
        failed_pods: played.failed_pods(),
        first_failure_ms: first.map(|failure| failure.at_ms),
        peak_addresses: played.peak_addresses(),
        p99_ms: played.timeline.waits.p99_ms,
        ec2_calls: played.timeline.calls.total(),
        best: false,
    }
}

/// The changes to try: both modes where nodes can do both, each with a few targets, and what is set now with prefixes
/// set aside.
fn grid(director: &Director<'_, '_>) -> Vec<Change> {
    let now = director.settings(&director.terms.set);
    let nitro = director.stage.members.iter().any(|member| member.candidate.limits.nitro());
    let switch = director.terms.kind == Kind::ModeSwitch;
    let modes: Vec<IpamMode> = match (switch, nitro) {
        // A switch goes from the mode that there is.
        (true, _) => vec![now.mode()],
        (false, true) => vec![IpamMode::SecondaryIp, IpamMode::PrefixDelegation],
        (false, false) => vec![IpamMode::SecondaryIp],
    };
    let mut changes = Vec::new();
    for mode in modes {
        let whole = (mode == IpamMode::PrefixDelegation).then_some(WHOLE_PREFIX);
        for (warm, minimum, prefix) in TARGETS.into_iter().chain(whole) {
            let mut set: BTreeMap<Key, String> = [
                (Key::WarmIpTarget, warm.to_owned()),
                (Key::MinimumIpTarget, minimum.to_owned()),
                (Key::WarmPrefixTarget, prefix.to_owned()),
            ]
            .into();
            if !switch {
                let on = (mode == IpamMode::PrefixDelegation).to_string();
                set.insert(Key::EnableWindowsPrefixDelegation, on);
            }
            changes.push(Change { set, mode, reserve: false });
        }
    }
    // What acts like the settings there are is no alternative.
    let acts = |set: &BTreeMap<Key, String>| {
        let mut all = director.terms.set.clone();
        all.extend(set.clone());
        let settings = director.settings(&all);
        director
            .stage
            .members
            .iter()
            .map(move |member| settings.on_node(member.candidate.limits))
            .collect::<Vec<_>>()
    };
    let same = acts(&BTreeMap::new());
    changes.retain(|change| acts(&change.set) != same);
    let after = if switch { after_switch(director.cluster, &director.terms.set, &now) } else { now };
    if after.mode() == IpamMode::PrefixDelegation && nitro {
        changes.push(Change { set: BTreeMap::new(), mode: after.mode(), reserve: true });
    }
    changes
}

/// /28 to set aside in each subnet: what the nodes need when all are there, as far as there are so many.
fn needed(director: &Director<'_, '_>, set: &BTreeMap<Key, String>) -> Vec<u32> {
    let Stage { subnets, members, .. } = director.stage;
    let now = director.settings(set);
    let switch = director.terms.kind == Kind::ModeSwitch;
    let settings = if switch { after_switch(director.cluster, set, &now) } else { now };
    let mut needed = vec![0_u32; subnets.len()];
    for member in members {
        let nodes = director.terms.nodes.filter(|_| member.acts).or(member.max_size).or(member.desired());
        let prefixes = member.density(&settings).prefixes;
        for ((place, there), needed) in (0..).zip(subnets).zip(&mut needed) {
            // Nodes go round the list of subnets, in which one may stand several times.
            let here = member.subnets.iter().filter(|subnet| **subnet == place).count();
            let share = (u64::from(nodes.unwrap_or(0)) * here as u64).div_ceil(member.subnets.len() as u64);
            let more = share.saturating_mul(prefixes.into());
            let all = needed.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
            // Only what is free can be set aside.
            *needed = all.min(there.supply.others.free_prefixes());
        }
    }
    needed
}

impl Terms {
    /// Whether other settings are to be tried after a run of so many steps.
    pub(super) fn tries_settings(&self, steps: u64) -> bool {
        self.alternatives.unwrap_or(steps <= CHEAP)
    }
}
