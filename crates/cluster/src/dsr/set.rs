//! The ranges of ports that user data sets when a node starts.

use crate::model::{Cluster, LaunchTemplate, Place, PortCommand, UserData};
use crate::note::{Note, text as note};
use std::fmt::Display;
use winpod::ports::{DEFAULT_DYNAMIC_RANGE, PortRange, Protocol};

/// The commands of all that runs on one node, in their order.
pub(super) type Commands<'a> = Vec<&'a PortCommand>;

/// The commands of each group, of each template that no group names, and of each file, without those that have none.
pub(super) fn commands(cluster: &Cluster) -> Vec<Commands<'_>> {
    let mut named: Vec<&LaunchTemplate> = Vec::new();
    let mut all: Vec<Commands<'_>> = Vec::new();
    for group in &cluster.node_groups {
        let launch = &group.launch;
        let template = cluster.template_of(group).ok();
        named.extend(template);
        let own = [&launch.before_bootstrap, &launch.bootstrap, &launch.user_data];
        let pieces = own.into_iter().chain(template.map(|template| &template.user_data));
        all.push(pieces.filter_map(|data| data.known()).flat_map(of).collect());
    }
    let unnamed = cluster
        .launch_templates
        .iter()
        .filter(|template| template.default && !named.iter().any(|known| known.id == template.id));
    all.extend(unnamed.filter_map(|template| Some(of(template.user_data.known()?).collect())));
    all.extend(cluster.user_data.iter().map(|data| of(data).collect()));
    all.retain(|commands| !commands.is_empty());
    all
}

fn of(data: &UserData) -> impl Iterator<Item = &PortCommand> {
    data.port_commands.iter()
}

/// What user data does to the ranges of one protocol.
#[derive(Default)]
pub(super) struct Set {
    /// The dynamic range, which the last command decides; no range where an expression does.
    pub(super) dynamic: Option<(Option<PortRange>, Place)>,
    /// The ranges that it excludes.
    pub(super) excluded: Vec<(PortRange, Place)>,
    /// Where it excludes what an expression decides.
    pub(super) computed: Option<Place>,
}

impl Set {
    /// The first user data that does anything counts; one that does something else is told.
    pub(super) fn read(protocol: Protocol, all: &[Commands<'_>], notes: &mut Vec<Note>) -> Self {
        let of_protocol = |commands: &Commands<'_>| Self::of(protocol, commands);
        let mut sets = all.iter().filter_map(of_protocol);
        let Some(first) = sets.next() else { return Self::default() };
        if let (Some(place), Some(other)) =
            (first.place(), sets.find(|other| !first.is_like(other)).as_ref().and_then(Self::place))
        {
            let values: [(&str, &dyn Display); 3] =
                [("protocol", &protocol), ("place", place), ("other", other)];
            notes.push(Note::new(&note::DSR_USER_DATA_RANGES_DIFFER, &values).at(other));
        }
        first
    }

    fn of(protocol: Protocol, commands: &[&PortCommand]) -> Option<Self> {
        let mut set = Self::default();
        for command in commands.iter().filter(|command| command.protocol == protocol) {
            let place = command.place.clone();
            match (command.excludes, command.range) {
                (false, range) => set.dynamic = Some((range, place)),
                (true, Some(range)) => set.excluded.push((range, place)),
                (true, None) => set.computed = Some(place),
            }
        }
        set.place().is_some().then_some(set)
    }

    /// Where it does anything.
    fn place(&self) -> Option<&Place> {
        let dynamic = self.dynamic.as_ref().map(|(_, place)| place);
        dynamic.or(self.excluded.first().map(|(_, place)| place)).or(self.computed.as_ref())
    }

    fn is_like(&self, other: &Self) -> bool {
        let dynamic = |set: &Self| set.dynamic.as_ref().map(|(range, _)| *range);
        let excluded = |set: &Self| set.excluded.iter().map(|(range, _)| *range).collect::<Vec<_>>();
        dynamic(self) == dynamic(other)
            && excluded(self) == excluded(other)
            && self.computed.is_some() == other.computed.is_some()
    }

    /// The dynamic range, told as the one that counts or as one that does not: `counts` is what does before user data, by
    /// its name.
    pub(super) fn range(
        &self,
        protocol: Protocol,
        counts: Option<(PortRange, &str)>,
        notes: &mut Vec<Note>,
    ) -> Option<(PortRange, Place)> {
        let (range, place) = self.dynamic.as_ref()?;
        match (*range, counts) {
            (Some(range), None) => {
                tell_used(&format!("the dynamic range of {protocol}, {range},"), place, notes);
                return Some((range, place.clone()));
            }
            (Some(range), Some((other, what))) if range != other => {
                let values: [(&str, &dyn Display); 4] =
                    [("protocol", &protocol), ("range", &range), ("other", &other), ("what", &what)];
                notes.push(Note::new(&note::DSR_USER_DATA_RANGE_OVERRULED, &values).at(place));
            }
            (None, None) => {
                let windows = DEFAULT_DYNAMIC_RANGE;
                let values: [(&str, &dyn Display); 3] =
                    [("protocol", &protocol), ("first", &windows.first()), ("last", &windows.last())];
                notes.push(Note::new(&note::DSR_USER_DATA_RANGE_COMPUTED, &values).at(place));
            }
            _ => {}
        }
        None
    }

    /// The ranges that it excludes, told as those that count.
    pub(super) fn exclusions(&self, protocol: Protocol, notes: &mut Vec<Note>) -> &[(PortRange, Place)] {
        for (range, place) in &self.excluded {
            tell_used(&format!("the excluded range of {protocol}, {range},"), place, notes);
        }
        if let Some(place) = &self.computed {
            notes.push(Note::new(&note::DSR_USER_DATA_EXCLUDES, &[("protocol", &protocol)]).at(place));
        }
        &self.excluded
    }

    /// Tells of a range that it excludes and that a node does not list.
    pub(super) fn tell_unlisted(
        &self,
        protocol: Protocol,
        is_listed: impl Fn(PortRange) -> bool,
        listing: &Place,
        notes: &mut Vec<Note>,
    ) {
        if let Some((range, place)) = self.excluded.iter().find(|(range, _)| !is_listed(*range)) {
            let values: [(&str, &dyn Display); 3] =
                [("protocol", &protocol), ("range", range), ("listing", listing)];
            notes.push(Note::new(&note::DSR_USER_DATA_UNLISTED, &values).at(place));
        }
    }
}

fn tell_used(what: &str, place: &Place, notes: &mut Vec<Note>) {
    let values: [(&str, &dyn Display); 2] = [("what", &what), ("from", &"user data")];
    notes.push(Note::new(&note::DSR_RELEASE_FROM_FILES, &values).at(place));
}
