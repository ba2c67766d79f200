//! The dynamic range of each protocol and what is taken of it, from the request, from netsh's listings and from user data.

use super::DsrRequest;
use super::set::{Commands, Set};
use crate::model::{ExcludedPorts, IpVersion, ListedPorts, Place, PortListing};
use crate::note::{Note, text as note};
use crate::read::{join, shortened};
use crate::request::Refusal;
use std::fmt::Display;
use winpod::ports::{BLOCK_PORTS, DEFAULT_DYNAMIC_RANGE, PortRange, PortSet, Protocol};

/// Those of both protocols that have ports.
pub(super) struct Ranges {
    tcp: Range,
    udp: Range,
}

impl Ranges {
    pub(super) const fn of(&self, protocol: Protocol) -> &Range {
        match protocol {
            Protocol::Udp => &self.udp,
            _ => &self.tcp,
        }
    }

    /// Whether anything but the default is known.
    pub(super) const fn given(&self) -> bool {
        self.tcp.given || self.udp.given
    }

    /// Whether the ports of a running node are listed.
    pub(super) const fn live(&self) -> bool {
        self.tcp.live.is_some() || self.udp.live.is_some()
    }

    /// Takes listings without anything that a running node holds for plans: policies that are known hold blocks.
    pub(super) fn plan(&mut self) {
        for range in [&mut self.tcp, &mut self.udp] {
            if !range.any_taken {
                range.live = None;
            }
        }
    }

    /// From the request, and where it leaves something open, from what a node lists, or else from what user data sets.
    pub(super) fn read(
        request: &DsrRequest,
        listings: &[PortListing],
        user_data: &[Commands<'_>],
        notes: &mut Vec<Note>,
    ) -> Result<Self, Refusal> {
        let dynamic = request.dynamic_range.as_deref().map(|text| range(text, "dynamicRange")).transpose()?;
        let excluded = request.excluded.iter().map(|text| range(text, "excluded"));
        let excluded: Vec<PortRange> = excluded.collect::<Result<_, _>>()?;
        let of_ipv6 = |listing: &&PortListing| listing.ip_version == Some(IpVersion::V6);
        let ipv6: Vec<&PortListing> = listings.iter().filter(of_ipv6).collect();
        if !ipv6.is_empty() {
            let places = join(ipv6.iter().map(|listing| listing.place.to_string()));
            notes.push(Note::new(&note::DSR_LISTING_IPV6, &[("places", &places)]));
        }
        let listings: Vec<&PortListing> = listings.iter().filter(|listing| !of_ipv6(listing)).collect();
        let both = listings.iter().filter(|listing| listing.protocol.is_none());
        let both: Vec<String> = both.map(|listing| listing.place.to_string()).collect();
        if !both.is_empty() {
            let places = join(both.into_iter());
            notes.push(Note::new(&note::DSR_LISTING_BOTH, &[("places", &places)]));
        }
        let mut of = |protocol| {
            let set = Set::read(protocol, user_data, notes);
            Range::read(protocol, dynamic, &excluded, &listings, &set, notes)
        };
        Ok(Self { tcp: of(Protocol::Tcp), udp: of(Protocol::Udp) })
    }
}

/// The dynamic range of one protocol.
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about where the range is from")]
pub(super) struct Range {
    pub(super) dynamic: PortRange,
    /// What is taken of it, whoever took it.
    pub(super) taken: PortSet,
    /// What is taken but by the blocks that HNS holds.
    pub(super) lasting: PortSet,
    /// What somebody excluded.
    pub(super) excluded: PortSet,
    /// Ranges inside that somebody excluded, with their place in a listing.
    pub(super) administered: Vec<(PortRange, Option<Place>)>,
    /// Where a running node lists what is taken.
    pub(super) live: Option<Place>,
    /// Where the dynamic range is listed.
    pub(super) listed: Option<Place>,
    /// Where user data sets it, which counts.
    pub(super) set: Option<Place>,
    /// User data sets it to what is not known.
    pub(super) computed: bool,
    /// Blocks that HNS holds, as the listing shows them.
    pub(super) held: u32,
    /// The dynamic range is that of Windows, because nothing tells it.
    pub(super) default: bool,
    given: bool,
    /// Whether a listing has anything in the range that nobody excluded, such as a block of HNS.
    any_taken: bool,
}

impl Range {
    fn read(
        protocol: Protocol,
        asked: Option<PortRange>,
        excluded: &[PortRange],
        listings: &[&PortListing],
        set: &Set,
        notes: &mut Vec<Note>,
    ) -> Self {
        // A listing that names the protocol counts before one that may be about either.
        let mut about: Vec<&PortListing> =
            listings.iter().copied().filter(|it| it.protocol.is_none_or(|of| of == protocol)).collect();
        about.sort_by_key(|listing| listing.protocol.is_none());
        let dynamic: Vec<_> = about.iter().filter_map(|listing| listing.dynamic()).collect();
        let rows: Vec<_> = about.iter().filter_map(|listing| listing.excluded()).collect();
        tell_others(protocol, "dynamic ranges", &dynamic, |one, other| one == other, notes);
        let same = |one: &&[ExcludedPorts], other: &&[ExcludedPorts]| {
            let plain = |rows: &[ExcludedPorts]| rows.iter().map(|row| row.range).collect::<PortSet>();
            plain(one) == plain(other)
        };
        tell_others(protocol, "excluded ranges", &rows, same, notes);

        let listed = dynamic.first().map(|(_, place)| (*place).clone());
        let of_node = dynamic.first().map(|(range, place)| (*range, format!("listed at {place}")));
        let counts = asked.map(|asked| (asked, "asked about".to_owned())).or(of_node);
        let of_user_data = set.range(protocol, counts.as_ref().map(|(range, what)| (*range, &**what)), notes);
        let given = asked.is_some() || !excluded.is_empty() || listed.is_some() || !rows.is_empty();
        let given = given || of_user_data.is_some() || !set.excluded.is_empty();
        let computed = counts.is_none() && matches!(set.dynamic, Some((None, _)));
        let default = counts.is_none() && of_user_data.is_none() && !computed;
        let found = counts.map(|(range, _)| range).or(of_user_data.as_ref().map(|(range, _)| *range));
        let mut range = Self {
            dynamic: found.unwrap_or(DEFAULT_DYNAMIC_RANGE),
            taken: PortSet::new(),
            lasting: PortSet::new(),
            excluded: PortSet::new(),
            administered: Vec::new(),
            live: None,
            listed: listed.filter(|_| asked.is_none()),
            set: of_user_data.map(|(_, place)| place),
            computed,
            held: 0,
            default,
            given,
            any_taken: false,
        };
        for excluded in excluded {
            range.exclude(*excluded, None);
        }
        if let Some((rows, place)) = rows.first() {
            range.live = Some((*place).clone());
            range.any_taken =
                rows.iter().any(|row| !row.administered && range.dynamic.common(row.range).is_some());
            for row in *rows {
                range.add(row, Some(Place { line: row.line, ..(*place).clone() }));
            }
            let is_listed = |excluded| {
                let inside = range.dynamic.common(excluded);
                inside.is_none_or(|inside| range.taken.gaps(inside).next().is_none())
            };
            set.tell_unlisted(protocol, is_listed, place, notes);
        } else {
            for (excluded, place) in set.exclusions(protocol, notes) {
                range.exclude(*excluded, Some(place.clone()));
            }
        }
        range
    }

    /// Where the dynamic range is listed or set.
    pub(super) fn place(&self) -> Option<&Place> {
        self.listed.as_ref().or(self.set.as_ref())
    }

    fn add(&mut self, row: &ExcludedPorts, place: Option<Place>) {
        if row.administered {
            return self.exclude(row.range, place);
        }
        let known = self.taken.contains(row.range.first()) && self.taken.contains(row.range.last());
        self.taken.insert(row.range);
        // A block is taken from inside the dynamic range and is 64 ports long: nothing else tells who holds a range.
        if row.range.count() == BLOCK_PORTS && self.dynamic.common(row.range) == Some(row.range) {
            self.held += u32::from(!known);
        } else {
            self.lasting.insert(row.range);
        }
    }

    fn exclude(&mut self, range: PortRange, place: Option<Place>) {
        for set in [&mut self.taken, &mut self.lasting, &mut self.excluded] {
            set.insert(range);
        }
        if self.dynamic.common(range).is_some() {
            self.administered.push((range, place));
        }
    }
}

impl PortListing {
    fn dynamic(&self) -> Option<(PortRange, &Place)> {
        if let ListedPorts::Dynamic(range) = self.ports { Some((range, &self.place)) } else { None }
    }

    fn excluded(&self) -> Option<(&[ExcludedPorts], &Place)> {
        if let ListedPorts::Excluded(rows) = &self.ports { Some((rows, &self.place)) } else { None }
    }
}

/// The first of several listings counts; one that says something else is told.
fn tell_others<T>(
    protocol: Protocol,
    what: &str,
    all: &[(T, &Place)],
    same: impl Fn(&T, &T) -> bool,
    notes: &mut Vec<Note>,
) {
    let [(first, place), others @ ..] = all else { return };
    if let Some((_, other)) = others.iter().find(|(other, _)| !same(first, other)) {
        let values: [(&str, &dyn Display); 4] =
            [("protocol", &protocol), ("what", &what), ("place", place), ("other", other)];
        notes.push(Note::new(&note::DSR_LISTINGS_DIFFER, &values).at(other));
    }
}

/// `34000-65535`
pub(crate) fn range(text: &str, name: &str) -> Result<PortRange, Refusal> {
    let parse = || {
        let (first, last) = text.trim().split_once('-').unwrap_or((text.trim(), text.trim()));
        Some((first.trim().parse::<i64>().ok()?, last.trim().parse::<i64>().ok()?))
    };
    let shown = shortened(text);
    let Some((first, last)) = parse() else {
        let message = format!("{name} is {shown:?}: two ports such as 34000-65535 are allowed");
        return Err(Refusal::new("PORT_RANGE", message));
    };
    PortRange::new(first, last)
        .map_err(|error| Refusal::new(error.code(), format!("{name} is {shown:?}: {error}")))
}
