//! A subnet told by its CIDR block and a list of what is used: one entry a line, an address or a delegated prefix,
//! and behind it, if known, who holds it.

use super::{Found, GivenSubnet, Holder, Occupied};
use crate::model::Place;
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::{shortened, text};
use crate::request::{Document, Refusal};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::subnet::{DELEGATED_PREFIX_LEN, NOBODY};
use winpod::{Error, Ipv4Prefix, Subnet, prefix};

/// The longest list: more than any subnet can use, remarks and names included.
const MAX_LIST: u64 = 64 << 20;

/// One entry of a list.
enum What {
    Address(Ipv4Addr),
    Prefix(Ipv4Prefix),
}

pub(super) fn given(given: &GivenSubnet) -> Result<Found, Refusal> {
    let (cidr, normalised) = Ipv4Prefix::parse_lenient(&given.cidr).map_err(|error| {
        Refusal::new(error.code(), format!("cidr is {:?}: {error}", shortened(&given.cidr)))
    })?;
    let mut notes = Vec::new();
    if normalised {
        notes.push(Note::new(
            &note::CIDR_NORMALISED,
            &[("written", &shortened(&given.cidr)), ("object", &"cidr"), ("network", &cidr)],
        ));
    }
    let mut map = Subnet::new(cidr)?;
    for reservation in &given.reservations {
        let kind = reservation.kind()?;
        let shown = shortened(&reservation.cidr);
        let refused = |error: Error| Refusal::new(error.code(), format!("reservation {shown:?}: {error}"));
        let range: Ipv4Prefix = reservation.cidr.parse().map_err(refused)?;
        map.reserve(range, kind).map_err(refused)?;
    }
    let mut list = List { occupied: Occupied::new(map), owners: HashMap::new() };
    for (index, line) in given.used.iter().enumerate() {
        list.line(line).map_err(|(code, why)| Refusal::new(code, format!("used[{index}]: {why}")))?;
    }
    let mut problems = Vec::new();
    for path in &given.used_paths {
        match read(path) {
            Ok(bytes) => list.bytes(path, &bytes, &mut problems),
            Err(error) => problems.push(Problem::unreadable(&path.as_str().into(), &error)),
        }
    }
    for Document { name, text } in &given.used_documents {
        list.text(name, text, &mut problems);
    }
    let subnets = if problems.is_empty() { vec![list.occupied] } else { Vec::new() };
    Ok(Found { subnets, notes, problems })
}

fn read(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

struct List {
    occupied: Occupied,
    owners: HashMap<Box<str>, u32>,
}

impl List {
    fn bytes(&mut self, name: &str, bytes: &[u8], problems: &mut Vec<Problem>) {
        if bytes.len() as u64 > MAX_LIST {
            let place = Place { file: name.into(), line: 0, column: 0 };
            let message = "is longer than 64 MiB, which no list of one subnet is".to_owned();
            return problems.push(Problem::new("TOO_LARGE", message, &place));
        }
        match text::decode(bytes) {
            Ok(decoded) => self.text(name, &decoded, problems),
            Err(error) => problems.push(Problem::unread(&name.into(), &error)),
        }
    }

    fn text(&mut self, name: &str, text: &str, problems: &mut Vec<Problem>) {
        /// Enough to see what is wrong with a list.
        const TOLD: usize = 100;
        let mut wrong = 0;
        for (index, line) in text.lines().enumerate() {
            let Err((code, why)) = self.line(line) else { continue };
            wrong += 1;
            if wrong <= TOLD {
                let place = Place {
                    file: name.into(),
                    line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    column: 1,
                };
                problems.push(Problem::new(code, why, &place));
            }
        }
        if wrong > TOLD {
            let place = Place { file: name.into(), line: 0, column: 0 };
            let message = format!("{} more lines are wrong", wrong - TOLD);
            problems.push(Problem::new("MORE_LINES", message, &place));
        }
    }

    /// One line; an empty one and a remark say nothing.
    fn line(&mut self, line: &str) -> Result<(), (&'static str, String)> {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            return Ok(());
        }
        let (entry, holder) = line.split_once([' ', '\t', ',']).unwrap_or((line, ""));
        let holder = holder.trim_matches([' ', '\t', ',']);
        let said = || Cow::from(shortened(entry));
        let what = parse(entry).map_err(|error| (error.code(), format!("{:?}: {error}", said())))?;
        let owner = self.owner(holder);
        let assigned = match what {
            What::Address(address) => self.occupied.map.assign_to(address, owner),
            What::Prefix(prefix) => self.occupied.map.assign_prefix_to(prefix, owner),
        };
        assigned.map_err(|error| (error.code(), self.occupied.explain(error)))
    }

    fn owner(&mut self, name: &str) -> u32 {
        if name.is_empty() {
            return NOBODY;
        }
        if let Some(owner) = self.owners.get(name) {
            return *owner;
        }
        let owner = u32::try_from(self.owners.len()).unwrap_or(NOBODY);
        self.owners.insert(name.into(), owner);
        self.occupied.holders.push(Holder::named(name, &Arc::default()));
        owner
    }
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
