//! Whether a subnet has room for the new nodes while the old ones are still there.

use super::super::answer::Verdict;
use super::super::demand::{Asking, Cost, Need, enough, singles};
use super::super::supply::{Free, Supply};
use super::Move;
use super::answer::{Check, Outcome, SubnetRoom};
use super::neighbours::Neighbours;
use super::old::{Unlisted, unlisted};
use crate::note::{Note, Text, text as note};
use std::fmt::Display;

/// One subnet at the peak of the move.
pub(super) struct Room<'a> {
    pub(super) id: &'a str,
    pub(super) supply: &'a Supply,
    /// What the new nodes of all groups need; `None` if a size or type is open.
    pub(super) new: Option<Need>,
    /// What those need of which all is known.
    sized: Need,
    pub(super) old: Unlisted,
    /// Groups of which a size or type is open.
    open: Vec<&'a str>,
    pub(super) outcome: Outcome,
}

impl<'a> Room<'a> {
    pub(super) fn of(moving: &Move<'a>, id: &'a str, notes: &mut Vec<Note>) -> Self {
        let here = moving.new.iter().filter(|group| group.subnets.contains(&id));
        let mut sized = Need::default();
        let mut open = Vec::new();
        for group in here {
            match need(group, id, moving) {
                Some((count, cost)) => sized = sized.and(count, cost),
                None => open.push(group.group.name.as_str()),
            }
        }
        let old = unlisted(moving, id);
        let new = open.is_empty().then_some(sized);
        let mut room =
            Self { id, supply: &moving.supplies[id], new, sized, old, open, outcome: Outcome::Unknown };
        room.outcome = match room.at_most().map(|need| room.enough(need)) {
            _ if room.enough(room.at_least()) == Verdict::DoesNotFit => Outcome::Fails,
            Some(Verdict::Fits) => Outcome::Ok,
            _ => Outcome::Unknown,
        };
        if let Some(old) = old.at_most.filter(|old| old.addresses > 0) {
            let values: [(&str, &dyn Display); 2] = [("subnet", &id), ("addresses", &old.addresses)];
            notes.push(Note::new(&note::MIGRATION_OLD_ADDED, &values));
        }
        if let Some(switched) = old.switched.filter(|switched| switched.prefixes > 0) {
            let values: [(&str, &dyn Display); 3] =
                [("subnet", &id), ("nodes", &switched.nodes), ("prefixes", &switched.prefixes)];
            notes.push(Note::new(&note::MIGRATION_SWITCH_TAKES, &values));
        }
        room
    }

    /// What is taken of the room at the peak, as far as that is sure.
    pub(super) fn at_least(&self) -> Need {
        self.sized.plus(self.old.at_least)
    }

    /// What may be taken at the peak.
    pub(super) fn at_most(&self) -> Option<Need> {
        Some(self.before_switch()?.plus(self.old.switched?))
    }

    /// That without what the switch makes old nodes take.
    fn before_switch(&self) -> Option<Need> {
        Some(self.new?.plus(self.old.at_most?))
    }

    fn enough(&self, need: Need) -> Verdict {
        enough(need.addresses, need.prefixes, self.supply.now)
    }

    pub(super) fn answer(&self, neighbours: &Neighbours<'_>) -> SubnetRoom {
        let Free { addresses, prefixes, reserved_prefixes, .. } = self.supply.now;
        SubnetRoom {
            id: self.id.to_owned(),
            cidr: self.supply.cidr.to_string(),
            availability_zone: self.supply.zone.clone(),
            free_prefixes: prefixes,
            free_prefixes_inside_reservations: prefixes.map(|_| reserved_prefixes.unwrap_or(0)),
            free_addresses: addresses,
            nodes: self.new.map(|need| need.nodes),
            needed_prefixes: self.new.map(|need| need.prefixes),
            needed_addresses: self.new.map(|need| need.addresses),
            single_addresses: self.new.map(|need| singles(need.addresses, need.prefixes)),
            unlisted_addresses: self.old.at_most.map(|need| need.addresses),
            neighbours: neighbours.in_subnet(self.id),
            switched_prefixes: self.old.switched.map(|need| need.prefixes),
            verdict: self.outcome,
        }
    }

    pub(super) fn check(&self) -> Check {
        let free = self.supply.now;
        // Where a size is open, what is known of the others may be too much already.
        let need = self.sized;
        let values: [(&str, &dyn Display); 12] = [
            ("subnet", &self.id),
            ("nodes", &need.nodes),
            ("prefixes", &need.prefixes),
            ("addresses", &need.addresses),
            ("singles", &singles(need.addresses, need.prefixes)),
            ("breaking", &self.breaking()),
            ("switched", &self.old.switched.map_or(0, |need| need.prefixes)),
            ("old", &self.old.at_most.map_or("many".to_owned(), |old| old.addresses.to_string())),
            ("free", &free.prefixes.unwrap_or(free.prefixes_at_most)),
            ("left", &free.addresses.unwrap_or(0)),
            ("aside", &free.for_prefixes_only),
            ("inside", &free.reserved_prefixes.unwrap_or(0)),
        ];
        let open = self.open.join(", ");
        let values: Vec<_> = values.into_iter().chain([("groups", &open as &dyn Display)]).collect();
        Check::new("free-prefixes", self.outcome, self.text(), &values).of_subnet(self.id)
    }

    /// Single addresses that may each break a free block.
    fn breaking(&self) -> u64 {
        let most = self.at_most().unwrap_or_else(|| self.at_least());
        singles(most.addresses, most.prefixes) + u64::from(self.supply.now.unseen)
    }

    /// What decided.
    fn text(&self) -> &'static Text {
        let free = self.supply.now;
        let lacks_prefixes = self.at_least().prefixes > u64::from(free.prefixes_at_most);
        match self.outcome {
            Outcome::Fails if lacks_prefixes => &note::MIGRATION_ROOM_PREFIXES,
            Outcome::Fails => &note::MIGRATION_ROOM_ADDRESSES,
            Outcome::Ok | Outcome::Warning => &note::MIGRATION_ROOM,
            Outcome::Unknown if self.new.is_none() => &note::MIGRATION_ROOM_OPEN,
            Outcome::Unknown if free.prefixes.is_none() => &note::MIGRATION_ROOM_UNCOUNTED,
            Outcome::Unknown if self.before_switch().map(|need| self.enough(need)) == Some(Verdict::Fits) => {
                &note::MIGRATION_ROOM_SWITCH
            }
            Outcome::Unknown if self.enough(self.at_least()) == Verdict::Fits => {
                &note::MIGRATION_OLD_UNEXPLAINED
            }
            Outcome::Unknown => &note::MIGRATION_ROOM_TIGHT,
        }
    }
}

/// The new nodes of a group in a subnet and what each takes, if all of that is known.
fn need(group: &Asking<'_>, id: &str, moving: &Move<'_>) -> Option<(u32, Cost)> {
    let cost = group.cost.filter(|_| !group.some_types_unknown())?;
    Some((group.here(group.max_size?, id, None, moving.supplies), cost))
}
