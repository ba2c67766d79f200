//! Whether a subnet's CIDR reservations serve prefixes.

use super::Move;
use super::answer::{Check, Outcome};
use super::room::Room;
use crate::model::Reservation;
use crate::note::text as note;
use std::fmt::Display;
use winpod::subnet::{DELEGATED_PREFIX_LEN, ReservationKind};

const NAME: &str = "reservation";

/// One check for each reservation that serves no prefixes, and one for all of the subnet.
pub(super) fn checks(room: &Room<'_>, moving: &Move<'_>) -> Vec<Check> {
    let cluster = moving.cluster;
    let here = moving.reservations.get(room.id).map(Vec::as_slice).unwrap_or_default();
    let mut checks: Vec<Check> = here.iter().filter_map(|reservation| useless(room, reservation)).collect();
    let needed = room.at_most().map(|need| need.prefixes);
    let inside = room.supply.now.reserved_prefixes;
    let values: [(&str, &dyn Display); 3] =
        [("subnet", &room.id), ("inside", &inside.unwrap_or(0)), ("prefixes", &needed.unwrap_or(0))];
    let (outcome, text) = match (inside, needed) {
        _ if !cluster.reservations_listed && !cluster.subnets[room.id].planned => {
            (Outcome::Unknown, &note::MIGRATION_RESERVATIONS_UNKNOWN)
        }
        (None, _) if !here.is_empty() => return checks,
        (None, _) => (Outcome::Ok, &note::MIGRATION_RESERVATION_NONE),
        (Some(_), None) => (Outcome::Ok, &note::MIGRATION_RESERVATION_OPEN),
        (Some(inside), Some(needed)) if u64::from(inside) < needed => {
            (Outcome::Warning, &note::MIGRATION_RESERVATION_SHORT)
        }
        (Some(_), Some(_)) => (Outcome::Ok, &note::MIGRATION_RESERVATION),
    };
    checks.push(Check::new(NAME, outcome, text, &values).of_subnet(room.id));
    checks
}

fn useless(room: &Room<'_>, reservation: &Reservation) -> Option<Check> {
    let text = match reservation.kind {
        ReservationKind::Explicit => &note::MIGRATION_RESERVATION_EXPLICIT,
        // What is as large as a /28 is aligned to one.
        _ if reservation.cidr.prefix_len() > DELEGATED_PREFIX_LEN => &note::MIGRATION_RESERVATION_SMALL,
        _ => return None,
    };
    let name = format!("{} ({})", reservation.id, reservation.cidr);
    let values: [(&str, &dyn Display); 2] = [("reservation", &name), ("subnet", &room.id)];
    Some(Check::new(NAME, Outcome::Warning, text, &values).of_subnet(room.id))
}
