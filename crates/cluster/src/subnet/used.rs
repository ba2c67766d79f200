//! A subnet told by its CIDR block and a list of what is used: one entry a line, an address or a delegated prefix,
//! and behind it, if known, who holds it.

use super::ledger::{Ledger, block_of};
use super::{Found, GivenSubnet};
use crate::model::Place;
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::{shortened, text};
use crate::request::{Document, Refusal};
use std::fs;
use std::io::Read as _;
use winpod::Subnet;

/// The longest list: more than any subnet can use, remarks and names included.
const MAX_LIST: u64 = 64 << 20;

pub(super) fn given(given: &GivenSubnet) -> Result<Found, Refusal> {
    let (cidr, normalised) = block_of(&given.cidr)?;
    let mut notes = Vec::new();
    if normalised {
        notes.push(Note::new(
            &note::CIDR_NORMALISED,
            &[("written", &shortened(&given.cidr)), ("object", &"cidr"), ("network", &cidr)],
        ));
    }
    let mut ledger = Ledger::of(Subnet::new(cidr)?);
    for reservation in &given.reservations {
        ledger.reserve_given(&reservation.cidr, reservation.kind()?)?;
    }
    for (index, line) in given.used.iter().enumerate() {
        ledger.add(index, line)?;
    }
    let mut problems = Vec::new();
    for path in &given.used_paths {
        match read(path) {
            Ok(read) => bytes(&mut ledger, path, &read, &mut problems),
            Err(error) => problems.push(Problem::unreadable(&path.as_str().into(), &error)),
        }
    }
    for Document { name, text } in &given.used_documents {
        lines(&mut ledger, name, text, &mut problems);
    }
    let subnets = if problems.is_empty() { vec![ledger.into_occupied()] } else { Vec::new() };
    Ok(Found { subnets, notes, problems })
}

fn read(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn bytes(ledger: &mut Ledger, name: &str, bytes: &[u8], problems: &mut Vec<Problem>) {
    if bytes.len() as u64 > MAX_LIST {
        let place = Place::file(&name.into());
        let message = "is longer than 64 MiB, which no list of one subnet is".to_owned();
        return problems.push(Problem::new("TOO_LARGE", message, &place));
    }
    match text::decode(bytes) {
        Ok(decoded) => lines(ledger, name, &decoded, problems),
        Err(error) => problems.push(Problem::unread(&name.into(), &error)),
    }
}

fn lines(ledger: &mut Ledger, name: &str, text: &str, problems: &mut Vec<Problem>) {
    /// Enough to see what is wrong with a list.
    const TOLD: usize = 100;
    let mut wrong = 0;
    for (index, line) in text.lines().enumerate() {
        let Err((code, why)) = ledger.line(line) else { continue };
        wrong += 1;
        if wrong <= TOLD {
            let place = Place::new(&name.into(), u32::try_from(index + 1).unwrap_or(u32::MAX), 1);
            problems.push(Problem::new(code, why, &place));
        }
    }
    if wrong > TOLD {
        let place = Place::file(&name.into());
        let message = format!("{} more lines are wrong", wrong - TOLD);
        problems.push(Problem::new("MORE_LINES", message, &place));
    }
}
