//! Whether the control plane keeps the free addresses that its update needs.

use super::super::demand::{Need, singles, zone_of};
use super::super::supply::Free;
use super::super::tell::CONTROL_PLANE_NEEDS;
use super::Move;
use super::answer::{Check, Outcome};
use super::room::Room;
use crate::note::{Text, text as note};
use std::collections::BTreeSet;

/// Zones of the control plane's subnets, at the peak of the move.
pub(super) fn check(moving: &Move<'_>, rooms: &[Room<'_>]) -> Check {
    const NAME: &str = "control-plane";
    const ZONES: usize = 2;
    let ids = moving.cluster.control_plane_subnets.known().map(Vec::as_slice).unwrap_or_default();
    if ids.is_empty() {
        return Check::new(NAME, Outcome::Unknown, &note::MIGRATION_CONTROL_PLANE_UNKNOWN, &[]);
    }
    let (mut sure, mut possible) = (BTreeSet::new(), BTreeSet::new());
    let mut shared = false;
    for id in ids {
        let Some(supply) = moving.supplies.get(id) else {
            possible.insert(id.clone());
            continue;
        };
        let room = rooms.iter().find(|room| room.id == id.as_str());
        shared |= room.is_some();
        let least = room.map_or_else(Need::default, Room::at_least);
        let most = room.map_or_else(|| Some(Need::default()), Room::at_most);
        let zone = || zone_of(id, moving.supplies);
        let enough = |left: u64| left >= u64::from(CONTROL_PLANE_NEEDS);
        if left(supply.now, least).is_none_or(enough) {
            possible.insert(zone());
        }
        if most.and_then(|need| left(supply.now, need)).is_some_and(enough) {
            sure.insert(zone());
        }
    }
    let (outcome, text, zones): (Outcome, &Text, usize) = if sure.len() >= ZONES {
        (Outcome::Ok, &note::MIGRATION_CONTROL_PLANE, sure.len())
    } else if possible.len() >= ZONES {
        (Outcome::Unknown, &note::MIGRATION_CONTROL_PLANE_OPEN, possible.len())
    } else if shared {
        (Outcome::Fails, &note::MIGRATION_CONTROL_PLANE_SHORT, possible.len())
    } else {
        // The move takes nothing from there.
        (Outcome::Warning, &note::MIGRATION_CONTROL_PLANE_APART, possible.len())
    };
    Check::new(NAME, outcome, text, &[("zones", &zones)])
}

/// Addresses for single use that are left; prefixes come out of reservations for them as long as there are.
fn left(free: Free, need: Need) -> Option<u64> {
    let outside = need.prefixes.saturating_sub(free.reserved_prefixes.unwrap_or(0).into());
    let needed = singles(need.addresses, need.prefixes) + 16 * outside;
    let there = u64::from(free.addresses?).saturating_sub(free.for_prefixes_only.into());
    Some(there.saturating_sub(needed))
}
