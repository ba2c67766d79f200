//! A subnet that is kept and changed: the state behind the class `Subnet` of the bindings.

use super::{Census, Censuses, Cure, GivenReservation, Holder, Occupied, SubnetForecast, SubnetReservations};
use crate::model::{Interface, Reservation};
use crate::read::{self, Reading, shortened};
use crate::request::{Refusal, Wide};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::subnet::{BlockState, DELEGATED_PREFIX_LEN, NOBODY, ReservationKind, Spare};
use winpod::{Error, Ipv4Prefix, Subnet, prefix};

/// One subnet, what is assigned in it, and who holds it by name.
///
/// Every change is made wholly or not at all.
///
/// # Examples
/// ```
/// use serde_json::json;
/// use winpod_cluster::subnet::Ledger;
///
/// let mut ledger = Ledger::new("10.0.8.0/24", false)?;
/// ledger.add_all(json!(["10.0.8.20 i-1", "10.0.8.32/28"]))?;
/// assert_eq!(ledger.census(false).free_prefixes, 12);
///
/// let refused = ledger.assign("10.0.8.20".parse().unwrap(), Some("i-2")).unwrap_err();
/// assert_eq!(refused.to_string(), "10.0.8.20 is already assigned, held by i-1 [ADDRESS_ASSIGNED]");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ledger {
    occupied: Occupied,
    /// Places of holders.
    owners: HashMap<Box<str>, u32>,
}

/// One entry of a list of what is used.
enum What {
    Address(Ipv4Addr),
    Prefix(Ipv4Prefix),
}

impl Ledger {
    /// An empty subnet.
    ///
    /// # Errors
    /// - `PREFIX_SYNTAX`, `PREFIX_LENGTH`, `PREFIX_LENGTH_MISSING` for what is no block; `SUBNET_SIZE`. Host bits are
    ///   taken away.
    pub fn new(cidr: &str, count_last_block: bool) -> Result<Self, Refusal> {
        let map = Subnet::new(block_of(cidr)?.0)?;
        Ok(Self::of(if count_last_block { map.counting_last_block() } else { map }))
    }

    pub(super) fn of(map: Subnet) -> Self {
        Self { occupied: Occupied::new(map), owners: HashMap::new() }
    }

    pub(super) fn into_occupied(self) -> Occupied {
        self.occupied
    }

    /// The subnet, what is assigned, and to whom.
    pub fn occupied(&self) -> &Occupied {
        &self.occupied
    }

    /// Takes one entry of a list of what is used: an address or a delegated prefix, and behind it, if known, who holds
    /// it; an empty one and a remark say nothing. `index` names the entry in messages.
    ///
    /// # Errors
    /// - Codes of [`winpod::Error`].
    pub fn add(&mut self, index: usize, entry: &str) -> Result<(), Refusal> {
        self.line(entry).map_err(|(code, why)| Refusal::new(code, format!("used[{index}]: {why}")))
    }

    /// Takes one entry that is the number of an address.
    ///
    /// # Errors
    /// - `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for what is no address of 32 bits; codes of [`winpod::Error`].
    pub fn add_number(&mut self, index: usize, number: Wide) -> Result<(), Refusal> {
        let address = numbered(number, || format!("used[{index}]"))?;
        let assigned = self.occupied.map.assign(address);
        assigned.map_err(|error| {
            Refusal::new(error.code(), format!("used[{index}]: {}", self.occupied.explain(error)))
        })
    }

    /// Takes one entry of a list: text or a number.
    ///
    /// # Errors
    /// - As [`add`](Self::add) and [`add_number`](Self::add_number); `REQUEST` for anything else.
    pub fn add_value(&mut self, index: usize, entry: &Value) -> Result<(), Refusal> {
        match entry {
            Value::String(text) => self.add(index, text),
            Value::Number(number) => self.add_number(index, wide(number)),
            other => {
                let message = format!(
                    "used[{index}] is {}: an address, a prefix, or only network interfaces are allowed",
                    kind(other)
                );
                Err(Refusal::new("REQUEST", message))
            }
        }
    }

    /// Takes all that is used: a list of entries, or the answer of describe-network-interfaces, its pages, or its
    /// `NetworkInterfaces`.
    ///
    /// The subnet of a listing is that of the first interface which lies wholly in the block, if its `SubnetId` says
    /// so; interfaces of others are left out. Without a `SubnetId` those are left out that lie wholly elsewhere.
    ///
    /// # Errors
    /// - As [`add_value`](Self::add_value); codes of problems of a listing; `LISTING_INCOMPLETE` for missing pages.
    pub fn add_all(&mut self, used: Value) -> Result<(), Refusal> {
        let mut next = self.clone();
        match shape("used", used, "NetworkInterfaces", |_| false)? {
            Shape::Nothing => {}
            Shape::Entries(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    next.add_value(index, entry)?;
                }
            }
            Shape::Listing(pages) => {
                next.interfaces(&listed(&pages, "used")?.cluster.interfaces)?;
            }
        }
        *self = next;
        Ok(())
    }

    fn interfaces(&mut self, interfaces: &[Interface]) -> Result<(), Refusal> {
        let block = self.occupied.map.prefix();
        let inside = |interface: &Interface| {
            let addresses = interface.addresses.iter().map(|address| block.contains_addr(*address));
            let prefixes = interface.prefixes.iter().map(|prefix| block.contains_prefix(*prefix));
            let all: Vec<bool> = addresses.chain(prefixes).collect();
            (all.contains(&true), all.contains(&false))
        };
        let first = interfaces.iter().find(|interface| inside(interface) == (true, false));
        let id = first.map(|interface| &*interface.subnet).filter(|id| !id.is_empty());
        for interface in interfaces {
            let (some_inside, some_outside) = inside(interface);
            let ours = match (id, &*interface.subnet) {
                (Some(id), theirs) if !theirs.is_empty() => theirs == id,
                _ => some_inside,
            };
            if !ours || !some_inside && !some_outside {
                continue;
            }
            let place = u32::try_from(self.occupied.holders.len()).unwrap_or(NOBODY);
            let assigned = self.occupied.assign(interface.into(), &interface.addresses, &interface.prefixes);
            assigned.map_err(|(error, why)| {
                Refusal::new(error.code(), format!("network interface {}: {why}", interface.id))
            })?;
            self.owners.entry(interface.id.clone()).or_insert(place);
        }
        self.occupied.id = id.map(str::to_owned);
        Ok(())
    }

    /// Takes CIDR reservations: a list of `[type, cidr]` or `{cidr, type}`, or the answer of
    /// get-subnet-cidr-reservations, its pages, or its `SubnetIpv4CidrReservations`.
    ///
    /// Of a listing those of other subnets are left out, told by `SubnetId` where the subnet's own is known, else by
    /// their range.
    ///
    /// # Errors
    /// - `RESERVATION_TYPE` and codes of [`winpod::Error`], naming the reservation; codes of problems of a listing;
    ///   `LISTING_INCOMPLETE` for missing pages; `REQUEST` for anything else.
    pub fn reserve_all(&mut self, reservations: Value) -> Result<(), Refusal> {
        let is_given = |entry: &Map<String, Value>| entry.contains_key("cidr") || entry.contains_key("type");
        let mut next = self.clone();
        match shape("reservations", reservations, "SubnetIpv4CidrReservations", is_given)? {
            Shape::Nothing => {}
            Shape::Entries(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    let GivenReservation { cidr, r#type } = given_reservation(entry).ok_or_else(|| {
                        let message = format!(
                            "reservations[{index}] is {}: a type with a CIDR block, or only entries of a listing are allowed",
                            kind(entry)
                        );
                        Refusal::new("REQUEST", message)
                    })?;
                    next.reserve_text(&cidr, &r#type).map_err(|refusal| {
                        let message = format!("reservations[{index}]: {}", refusal.message);
                        Refusal::new(&refusal.code, message)
                    })?;
                }
            }
            Shape::Listing(pages) => {
                next.reservations(&listed(&pages, "reservations")?.cluster.reservations)?;
            }
        }
        *self = next;
        Ok(())
    }

    fn reservations(&mut self, reservations: &[Reservation]) -> Result<(), Refusal> {
        for one in reservations {
            let ours = match self.occupied.id.as_deref() {
                Some(id) if !one.subnet.is_empty() => one.subnet == id,
                _ => one.cidr.overlaps(self.occupied.map.prefix()),
            };
            if ours {
                self.occupied.map.reserve(one.cidr, one.kind).map_err(|error| {
                    let id = shortened(&one.id);
                    Refusal::new(error.code(), format!("reservation {id}: {error}"))
                })?;
            }
        }
        Ok(())
    }

    /// Assigns one address.
    ///
    /// # Errors
    /// - Codes of [`winpod::Error`]; `OWNER` for a name that no list of what is used could hold.
    pub fn assign(&mut self, address: Ipv4Addr, owner: Option<&str>) -> Result<(), Refusal> {
        self.put(&What::Address(address), checked(owner)?).map_err(|error| self.refusal(error))
    }

    /// Assigns an aligned /28.
    ///
    /// # Errors
    /// - As [`assign`](Self::assign).
    pub fn assign_prefix(&mut self, prefix: Ipv4Prefix, owner: Option<&str>) -> Result<(), Refusal> {
        self.put(&What::Prefix(prefix), checked(owner)?).map_err(|error| self.refusal(error))
    }

    /// Releases an address that was assigned by itself.
    ///
    /// # Errors
    /// - Codes of [`winpod::Error`].
    pub fn release(&mut self, address: Ipv4Addr) -> Result<(), Refusal> {
        self.occupied.map.release(address).map_err(|error| self.refusal(error))
    }

    /// Releases a prefix.
    ///
    /// # Errors
    /// - Codes of [`winpod::Error`].
    pub fn release_prefix(&mut self, prefix: Ipv4Prefix) -> Result<(), Refusal> {
        self.occupied.map.release_prefix(prefix).map_err(|error| self.refusal(error))
    }

    /// Adds a CIDR reservation.
    ///
    /// # Errors
    /// - `RESERVATION_TYPE`; codes of [`winpod::Error`].
    pub fn reserve(&mut self, cidr: Ipv4Prefix, r#type: &str) -> Result<(), Refusal> {
        let kind = GivenReservation { cidr: String::new(), r#type: r#type.to_owned() }.kind()?;
        Ok(self.occupied.map.reserve(cidr, kind)?)
    }

    fn reserve_text(&mut self, cidr: &str, r#type: &str) -> Result<(), Refusal> {
        let kind = GivenReservation { cidr: String::new(), r#type: r#type.to_owned() }.kind()?;
        self.reserve_given(cidr, kind)
    }

    /// Adds a reservation that was given as text.
    pub(super) fn reserve_given(&mut self, cidr: &str, kind: ReservationKind) -> Result<(), Refusal> {
        let shown = shortened(cidr);
        let refused = |error: Error| Refusal::new(error.code(), format!("reservation {shown:?}: {error}"));
        let range: Ipv4Prefix = cidr.parse().map_err(refused)?;
        self.occupied.map.reserve(range, kind).map_err(refused)
    }

    /// Who holds an address: the interface's id, or the name that was given.
    pub fn owner(&self, address: Ipv4Addr) -> Option<&str> {
        self.occupied.holder(address).map(|holder| &*holder.id)
    }

    /// Counts the subnet.
    pub fn census(&self, with_map: bool) -> Census {
        Census::of(&self.occupied, with_map)
    }

    /// Finds culprits and a cure, as the operation `subnetCure` does.
    ///
    /// # Errors
    /// - `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for `prefixes`, `CURE_BY`.
    pub fn cure(
        &self,
        prefixes: Option<Wide>,
        by: Option<&str>,
        include_managed: bool,
    ) -> Result<Cure, Refusal> {
        let (prefixes, by) = super::cure::wanted(prefixes, by)?;
        Ok(Cure::of(&self.occupied, prefixes, by, include_managed))
    }

    /// Proposes reservations, as the operation `subnetReserve` does.
    ///
    /// # Errors
    /// - `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for `prefixes`, `REQUEST` without it.
    pub fn propose_reservations(
        &self,
        prefixes: Option<Wide>,
        no_spare_block: bool,
    ) -> Result<SubnetReservations, Refusal> {
        let prefixes = prefixes.ok_or_else(super::reserve::not_for_how_many)?.count("prefixes")?;
        let spare = if no_spare_block { Spare::NoSpareBlock } else { Spare::FewestRanges };
        Ok(SubnetReservations::of(&self.occupied, prefixes, spare))
    }

    /// Forecasts the free /28, as the operation `subnetForecast` does.
    ///
    /// # Errors
    /// - `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `TOO_MANY`.
    pub fn forecast(&self, more: &[Wide], prefixes: Option<Wide>) -> Result<SubnetForecast, Refusal> {
        let (more, prefixes) = super::forecast::wanted(more, prefixes)?;
        Ok(SubnetForecast::of(&self.occupied, &more, prefixes))
    }

    /// The census with its map, as HTML for a notebook.
    pub fn html(&self) -> Option<String> {
        let answer = serde_json::to_value(Censuses::of(&self.occupied)).ok()?;
        crate::report::html("subnetCensus", &answer)
    }

    /// The subnet as requests have it: its block, what is used with its holders' names, and its reservations.
    pub fn to_given(&self) -> Value {
        let named = |entry: &dyn std::fmt::Display, owner: Option<u32>| match self.holder(owner) {
            Some(holder) => format!("{entry} {}", holder.id),
            None => entry.to_string(),
        };
        let used: Vec<String> = self
            .entries()
            .map(|(what, owner)| match what {
                What::Address(address) => named(&address, owner),
                What::Prefix(prefix) => named(&prefix, owner),
            })
            .collect();
        let reservations: Vec<GivenReservation> = self.given_reservations().collect();
        serde_json::json!({
            "cidr": self.occupied.map.prefix().to_string(), "used": used, "reservations": reservations,
        })
    }

    fn given_reservations(&self) -> impl Iterator<Item = GivenReservation> {
        self.occupied
            .map
            .reservations()
            .iter()
            .map(|one| GivenReservation { cidr: one.prefix.to_string(), r#type: one.kind.name().to_owned() })
    }

    /// All that [`from_state`](Self::from_state) needs, as JSON text.
    pub fn to_state(&self) -> String {
        // Who holds nothing any more is left out.
        let mut places: HashMap<u32, u32> = HashMap::new();
        let mut state = State {
            cidr: self.occupied.map.prefix().to_string(),
            count_last_block: self.occupied.map.counts_last_block(),
            id: self.occupied.id.clone(),
            reservations: self.given_reservations().collect(),
            holders: Vec::new(),
            addresses: Vec::new(),
            prefixes: Vec::new(),
        };
        for (what, owner) in self.entries() {
            let owner = owner.zip(self.holder(owner)).map(|(owner, holder)| {
                *places.entry(owner).or_insert_with(|| {
                    state.holders.push(holder.into());
                    u32::try_from(state.holders.len() - 1).unwrap_or(NOBODY)
                })
            });
            match what {
                What::Address(address) => state.addresses.push((address, owner)),
                What::Prefix(prefix) => state.prefixes.push((prefix.to_string(), owner)),
            }
        }
        serde_json::to_string(&state).unwrap_or_default()
    }

    /// The ledger that gave a state.
    ///
    /// # Errors
    /// - `REQUEST` and codes of [`winpod::Error`] for what no ledger gave.
    pub fn from_state(state: &str) -> Result<Self, Refusal> {
        let wrong = |why: &str| Refusal::new("REQUEST", format!("is no state of a subnet: {why}"));
        let state: State = serde_json::from_str(state).map_err(|error| wrong(&error.to_string()))?;
        let mut ledger = Self::new(&state.cidr, state.count_last_block)?;
        ledger.occupied.id = state.id;
        for one in &state.reservations {
            ledger.reserve_text(&one.cidr, &one.r#type)?;
        }
        for (place, holder) in (0..).zip(state.holders) {
            let holder = Holder::from(holder);
            ledger.owners.entry(holder.id.clone()).or_insert(place);
            ledger.occupied.holders.push(holder);
        }
        let known = ledger.occupied.holders.len();
        let place = |owner: Option<u32>| match owner {
            Some(owner) if owner as usize >= known => Err(wrong("nobody has this number")),
            owner => Ok(owner.unwrap_or(NOBODY)),
        };
        for (address, owner) in state.addresses {
            ledger.occupied.map.assign_to(address, place(owner)?)?;
        }
        for (prefix, owner) in state.prefixes {
            ledger.occupied.map.assign_prefix_to(prefix.parse()?, place(owner)?)?;
        }
        Ok(ledger)
    }

    /// One line of a list; an empty one and a remark say nothing.
    pub(super) fn line(&mut self, line: &str) -> Result<(), (&'static str, String)> {
        // Long lists are bare addresses, and looking for more in them takes longer than all else.
        if let Ok(address) = prefix::parse_address(line) {
            let assigned = self.occupied.map.assign(address);
            return assigned.map_err(|error| (error.code(), self.occupied.explain(error)));
        }
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            return Ok(());
        }
        let (entry, holder) = line.split_once(SEPARATORS).unwrap_or((line, ""));
        let holder = Some(holder.trim_matches(SEPARATORS)).filter(|name| !name.is_empty());
        let what =
            parse(entry).map_err(|error| (error.code(), format!("{:?}: {error}", shortened(entry))))?;
        self.put(&what, holder).map_err(|error| (error.code(), self.occupied.explain(error)))
    }

    /// Assigns something; a new name is kept only then.
    fn put(&mut self, what: &What, owner: Option<&str>) -> Result<(), Error> {
        let known = owner.and_then(|name| self.owners.get(name)).copied();
        let next = u32::try_from(self.occupied.holders.len()).unwrap_or(NOBODY);
        let place = if owner.is_some() { known.unwrap_or(next) } else { NOBODY };
        match what {
            What::Address(address) => self.occupied.map.assign_to(*address, place)?,
            What::Prefix(prefix) => self.occupied.map.assign_prefix_to(*prefix, place)?,
        }
        if let Some(name) = owner.filter(|_| known.is_none()) {
            self.owners.insert(name.into(), place);
            self.occupied.holders.push(Holder::named(name, &Arc::default()));
        }
        Ok(())
    }

    fn refusal(&self, error: Error) -> Refusal {
        Refusal::new(error.code(), self.occupied.explain(error))
    }

    fn holder(&self, owner: Option<u32>) -> Option<&Holder> {
        self.occupied.holders.get(owner? as usize)
    }

    /// What is assigned, by address, and the place of its holder.
    fn entries(&self) -> impl Iterator<Item = (What, Option<u32>)> {
        let map = &self.occupied.map;
        map.blocks().flat_map(move |block| {
            let delegated = block.state == BlockState::Prefix;
            let whole = delegated.then(|| (What::Prefix(block.prefix), map.owner(block.prefix.first())));
            let singles = map.singles_in(&block).map(|(address, owner)| (What::Address(address), owner));
            whole.into_iter().chain(singles)
        })
    }
}

/// The same block, reservations, and the same assigned to the same holders, in whatever order it came about.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.occupied, &other.occupied);
        let owners =
            |ledger: &Self| ledger.entries().map(|(_, owner)| ledger.holder(owner).cloned()).collect();
        a.id == b.id
            && a.map.prefix() == b.map.prefix()
            && a.map.counts_last_block() == b.map.counts_last_block()
            && a.map.reservations() == b.map.reservations()
            && a.map.blocks().eq(b.map.blocks())
            && a.map.prefix().addresses().all(|address| a.map.is_free(address) == b.map.is_free(address))
            && {
                let (ours, theirs): (Vec<_>, Vec<_>) = (owners(self), owners(other));
                ours == theirs
            }
    }
}

impl Eq for Ledger {}

/// What parts an entry from its holder.
const SEPARATORS: [char; 3] = [' ', '\t', ','];

/// An address of a request: text or its number.
///
/// # Errors
/// - `ADDRESS_SYNTAX`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`; `REQUEST` for anything else.
pub fn address_of(name: &str, value: &Value) -> Result<Ipv4Addr, Refusal> {
    match value {
        Value::String(text) => prefix::parse_address(text)
            .map_err(|error| Refusal::new(error.code(), format!("{name} is {:?}: {error}", shortened(text)))),
        Value::Number(number) => numbered(wide(number), || name.to_owned()),
        other => {
            let message = format!("{name} is {}: an address is allowed, as text or as a number", kind(other));
            Err(Refusal::new("REQUEST", message))
        }
    }
}

/// A prefix of a request.
///
/// # Errors
/// - `PREFIX_SYNTAX`, `PREFIX_LENGTH`, `PREFIX_LENGTH_MISSING`, `HOST_BITS_SET`; `REQUEST` for what is no text.
pub fn prefix_of(name: &str, value: &Value) -> Result<Ipv4Prefix, Refusal> {
    let Value::String(text) = value else {
        return Err(Refusal::new(
            "REQUEST",
            format!("{name} is {}: a prefix is allowed, as text", kind(value)),
        ));
    };
    text.parse::<Ipv4Prefix>()
        .map_err(|error| Refusal::new(error.code(), format!("{name} is {:?}: {error}", shortened(text))))
}

/// The block of a subnet as a person wrote it, and whether host bits were taken away.
pub(super) fn block_of(cidr: &str) -> Result<(Ipv4Prefix, bool), Refusal> {
    Ipv4Prefix::parse_lenient(cidr)
        .map_err(|error| Refusal::new(error.code(), format!("cidr is {:?}: {error}", shortened(cidr))))
}

fn parse(entry: &str) -> Result<What, Error> {
    if !entry.contains('/') {
        return prefix::parse_address(entry).map(What::Address);
    }
    let prefix: Ipv4Prefix = entry.parse()?;
    match prefix.prefix_len() {
        Ipv4Prefix::MAX_LEN => Ok(What::Address(prefix.first())),
        DELEGATED_PREFIX_LEN => Ok(What::Prefix(prefix)),
        _ => Err(Error::DelegatedLength { prefix }),
    }
}

fn numbered(number: Wide, name: impl Fn() -> String) -> Result<Ipv4Addr, Refusal> {
    match number {
        Wide::Whole(number) if u32::try_from(number).is_ok() => {
            Ok(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or_default()))
        }
        number => number.count(&name()).map(Ipv4Addr::from_bits),
    }
}

fn wide(number: &serde_json::Number) -> Wide {
    number.as_i64().map_or_else(|| Wide::Real(number.as_f64().unwrap_or(f64::NAN)), Wide::Whole)
}

/// An owner that a line of a list could name too, so that no state is lost on the way through one.
fn checked(owner: Option<&str>) -> Result<Option<&str>, Refusal> {
    let Some(name) = owner else { return Ok(None) };
    let kept = !name.is_empty()
        && name.trim() == name
        && name.trim_matches(SEPARATORS) == name
        && !name.contains(['#', '\n', '\r']);
    if kept {
        return Ok(owner);
    }
    let shown = shortened(name);
    let message = format!(
        "owner is {shown:?}: a name without #, line breaks, and blanks or commas around it is allowed"
    );
    Err(Refusal::new("OWNER", message))
}

/// What a list was given as.
enum Shape {
    Nothing,
    Entries(Vec<Value>),
    /// Pages of an AWS listing.
    Listing(Vec<Value>),
}

/// Tells a listing from entries of our own.
fn shape(
    name: &str,
    value: Value,
    listing: &str,
    is_own: impl Fn(&Map<String, Value>) -> bool,
) -> Result<Shape, Refusal> {
    match value {
        Value::Null => Ok(Shape::Nothing),
        Value::Object(page) if page.contains_key(listing) => Ok(Shape::Listing(vec![page.into()])),
        Value::Object(_) => {
            let message =
                format!("{name} is an object without {listing}: a list, or such a listing is allowed");
            Err(Refusal::new("REQUEST", message))
        }
        Value::Array(entries) => Ok(match entries.first() {
            Some(Value::Object(first)) if first.contains_key(listing) => Shape::Listing(entries),
            Some(Value::Object(first)) if !is_own(first) => {
                let page: Map<String, Value> = [(listing.to_owned(), entries.into())].into_iter().collect();
                Shape::Listing(vec![page.into()])
            }
            _ => Shape::Entries(entries),
        }),
        other => {
            let message =
                format!("{name} is {}: a list, or an answer with {listing} is allowed", kind(&other));
            Err(Refusal::new("REQUEST", message))
        }
    }
}

/// A listing, of which nothing was refused.
fn listed(pages: &[Value], name: &str) -> Result<Reading, Refusal> {
    let mut reading = read::pages(pages, name);
    if reading.problems.is_empty() { Ok(reading) } else { Err(reading.problems.swap_remove(0).into()) }
}

fn given_reservation(entry: &Value) -> Option<GivenReservation> {
    if let Value::Array(pair) = entry {
        let [Value::String(r#type), Value::String(cidr)] = pair.as_slice() else { return None };
        return Some(GivenReservation { cidr: cidr.clone(), r#type: r#type.clone() });
    }
    GivenReservation::deserialize(entry).ok()
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    cidr: String,
    count_last_block: bool,
    id: Option<String>,
    reservations: Vec<GivenReservation>,
    holders: Vec<StateHolder>,
    addresses: Vec<(Ipv4Addr, Option<u32>)>,
    prefixes: Vec<(String, Option<u32>)>,
}

#[derive(Serialize, Deserialize)]
struct StateHolder {
    id: Box<str>,
    instance: Option<Box<str>>,
    kind: Box<str>,
    description: Box<str>,
    managed: bool,
    idle: bool,
}

impl From<&Holder> for StateHolder {
    fn from(holder: &Holder) -> Self {
        Self {
            id: holder.id.clone(),
            instance: holder.instance.clone(),
            kind: (*holder.kind).into(),
            description: holder.description.clone(),
            managed: holder.managed,
            idle: holder.idle,
        }
    }
}

impl From<StateHolder> for Holder {
    fn from(state: StateHolder) -> Self {
        Self {
            id: state.id,
            instance: state.instance,
            kind: (*state.kind).into(),
            description: state.description,
            managed: state.managed,
            idle: state.idle,
        }
    }
}
