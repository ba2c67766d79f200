//! What is free in a subnet, and what is broken.

use super::{GivenSubnet, Occupied, Wanted, find};
use crate::api::OnProgress;
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read;
use crate::request::{Document, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::subnet;
use winpod::subnet::{Block, BlockState, ReservationKind};

/// Which subnets to count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CensusRequest {
    /// A subnet by its CIDR block and what is used in it.
    pub subnet: Option<GivenSubnet>,
    /// Files and directories with the JSON of the AWS CLI.
    pub paths: Vec<String>,
    /// Such JSON as documents.
    pub documents: Vec<Document>,
    /// Ids of the subnets to answer for; all if empty.
    pub ids: Vec<String>,
    /// Whether the last /28 counts as free, although nobody documents that EC2 hands it out.
    pub count_last_block: bool,
    /// Whether the answer has a map of the blocks.
    pub map: bool,
}

/// The subnets of a request, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Censuses {
    /// Each subnet, by id; one of which something was refused is not here.
    pub subnets: Vec<Census>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
}

/// What is free in one subnet, and what is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Census {
    /// The subnet's id; absent for one that was told by its block.
    pub id: Option<String>,
    /// Its Availability Zone.
    pub availability_zone: Option<String>,
    /// Its IPv4 block.
    pub cidr: String,
    /// Addresses of the block.
    pub total_addresses: u32,
    /// All but the five that AWS reserves.
    pub usable_addresses: u32,
    /// Addresses assigned, those of prefixes included.
    pub used_addresses: u32,
    /// Addresses assigned one by one.
    pub single_addresses: u32,
    /// Usable addresses that are not assigned, those inside reservations included.
    pub free_addresses: u32,
    /// Aligned /28 that EC2 can hand out as prefixes.
    pub free_prefixes: u32,
    /// Of these, those inside `prefix` reservations, where no single address goes.
    pub free_prefixes_inside_reservations: u32,
    /// Of these, the others.
    pub free_prefixes_outside_reservations: u32,
    /// Free /28 if `explicit` reservations were no different from others.
    pub naive_free_prefixes: u32,
    /// The longest run of free addresses.
    pub largest_free_run: u32,
    /// Its first address.
    pub largest_free_run_first: Option<String>,
    /// The score of AWS's `subnet_frag.py`, 0 to 100: broken blocks in per cent of those that are neither prefixes nor
    /// hold reserved addresses, rounded up.
    pub fragmentation_score: u8,
    /// The script's band of the score.
    #[schemars(extend("enum" = ["0-24", "25-49", "50-74", "75-99", "100"]))]
    pub fragmentation_band: String,
    /// Aligned /28 by state; they sum up to all of the subnet.
    pub blocks: Blocks,
    /// Blocks that are unused and not counted as free, because no source says whether EC2 hands them out: the last.
    pub contested: Vec<String>,
    /// CIDR reservations, by address.
    pub reservations: Vec<ReservationCensus>,
    /// `AvailableIpAddressCount` as EC2 reported it.
    pub available_ip_address_count: Option<u32>,
    /// A glyph for each aligned /28, if asked for, 64 a line: `.` free, `:` free inside a `prefix` reservation, `P`
    /// prefix, `x` fragmented, `X` full, `R` holding reserved addresses, `E` touching an `explicit` reservation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<Vec<String>>,
}

/// Aligned /28 by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Blocks {
    /// EC2 can hand it out as a prefix.
    pub free: u32,
    /// Assigned as a prefix.
    pub prefix: u32,
    /// Some of its addresses are assigned one by one.
    pub fragmented: u32,
    /// All of its addresses are assigned one by one.
    pub full: u32,
    /// It holds addresses that AWS reserves.
    pub reserved: u32,
    /// It touches an `explicit` reservation.
    pub explicit: u32,
}

/// A CIDR reservation and what is left in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReservationCensus {
    /// The range.
    pub cidr: String,
    /// `prefix` or `explicit`.
    #[schemars(extend("enum" = ["prefix", "explicit"]))]
    pub r#type: String,
    /// Aligned /28 wholly inside that EC2 can hand out as prefixes.
    pub free_prefixes: u32,
    /// Aligned /28 wholly inside that are assigned as prefixes.
    pub assigned_prefixes: u32,
}

/// Counts subnets.
///
/// # Errors
/// - Codes `REQUEST`, `UNKNOWN_SUBNET`, `STOPPED`; of a given subnet those of [`winpod::Error`] and
///   `RESERVATION_TYPE`. What is wrong with files is in the answer, and a subnet of which anything was refused is not.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::subnet::{CensusRequest, GivenSubnet, census};
///
/// let used = vec!["10.0.8.20 i-1".to_owned(), "10.0.8.32/28".to_owned()];
/// let given = GivenSubnet { cidr: "10.0.8.0/24".into(), used, ..Default::default() };
/// let mut request = CensusRequest { subnet: Some(given), ..Default::default() };
/// let answer = census(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!((answer.subnets[0].free_addresses, answer.subnets[0].free_prefixes), (234, 12));
///
/// request.subnet.as_mut().unwrap().used.push("10.0.9.1".into());
/// let refused = census(&request, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.code, "ADDRESS_OUTSIDE_SUBNET");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn census(request: &CensusRequest, progress: OnProgress<'_>) -> Result<Censuses, Refusal> {
    let mut found = find(
        Wanted {
            subnet: request.subnet.as_ref(),
            paths: &request.paths,
            documents: &request.documents,
            ids: &request.ids,
            count_last_block: request.count_last_block,
        },
        progress,
    )?;
    let subnets = found
        .subnets
        .iter()
        .map(|subnet| {
            let census = Census::of(subnet, request.map);
            tell(subnet, &census, &mut found.notes);
            census
        })
        .collect::<Vec<_>>();
    // One sentence for all: it is the same of every subnet.
    let contested = subnets.iter().filter(|census| census.blocks.reserved * 16 < census.total_addresses);
    let contested: Vec<String> = contested.flat_map(|census| census.contested.clone()).collect();
    if !contested.is_empty() {
        let blocks = read::join(contested.into_iter());
        found.notes.push(Note::new(&note::LAST_BLOCK_CONTESTED, &[("blocks", &blocks)]));
    }
    found.notes.sort_by_key(|note| note.kind);
    Ok(Censuses { subnets, notes: found.notes, problems: found.problems })
}

impl Censuses {
    /// One subnet with its map.
    pub(super) fn of(occupied: &Occupied) -> Self {
        let mut notes = Vec::new();
        let census = Census::of(occupied, true);
        tell(occupied, &census, &mut notes);
        notes.sort_by_key(|note| note.kind);
        Self { subnets: vec![census], notes, problems: Vec::new() }
    }
}

impl Census {
    /// Counts one subnet.
    pub fn of(occupied: &Occupied, with_map: bool) -> Self {
        let map = &occupied.map;
        let counted = map.census();
        let blocks = counted.blocks;
        let run = counted.largest_free_run;
        let last = map.blocks().last().filter(|_| counted.last_block_contested);
        let delegated = map.blocks().filter(|block| block.state == BlockState::Prefix);
        Self {
            id: occupied.id.clone(),
            availability_zone: occupied.zone.clone(),
            cidr: map.prefix().to_string(),
            total_addresses: counted.total_addresses,
            usable_addresses: counted.usable_addresses,
            used_addresses: counted.used_addresses,
            single_addresses: counted.used_addresses
                - if blocks.prefix > 0 { delegated.map(|block| block.used_addresses).sum() } else { 0 },
            free_addresses: counted.free_addresses,
            free_prefixes: counted.free_prefixes,
            free_prefixes_inside_reservations: counted.free_prefixes_inside_reservations,
            free_prefixes_outside_reservations: counted.free_prefixes
                - counted.free_prefixes_inside_reservations,
            naive_free_prefixes: counted.free_prefixes + counted.free_but_explicit,
            largest_free_run: run.map_or(0, |run| run.address_count),
            largest_free_run_first: run.map(|run| run.first.to_string()),
            fragmentation_score: counted.fragmentation_score,
            fragmentation_band: band(counted.fragmentation_score).to_owned(),
            blocks: Blocks {
                free: blocks.free,
                prefix: blocks.prefix,
                fragmented: blocks.fragmented,
                full: blocks.full,
                reserved: blocks.reserved,
                explicit: blocks.explicit,
            },
            contested: last.map(|block| block.prefix.to_string()).into_iter().collect(),
            reservations: map.reservations().iter().map(|one| ReservationCensus::of(map, one)).collect(),
            available_ip_address_count: occupied.reported,
            map: with_map.then(|| lines(map)),
        }
    }
}

impl ReservationCensus {
    fn of(map: &winpod::Subnet, reservation: &subnet::Reservation) -> Self {
        let inside = |state: BlockState| {
            let blocks = map.blocks_inside(reservation.prefix).filter(|block| block.state == state);
            u32::try_from(blocks.count()).unwrap_or(u32::MAX)
        };
        Self {
            cidr: reservation.prefix.to_string(),
            r#type: reservation.kind.name().to_owned(),
            free_prefixes: inside(BlockState::Free),
            assigned_prefixes: inside(BlockState::Prefix),
        }
    }
}

/// What is to be told of reservations for prefixes that hold none.
pub(super) fn useless_reservations(subnet: &Occupied) -> impl Iterator<Item = Note> + '_ {
    let map = &subnet.map;
    let holds_some = |range| map.blocks_inside(range).any(|block| block.state != BlockState::Reserved);
    let useless = map
        .reservations()
        .iter()
        .filter(move |one| one.kind == ReservationKind::Prefix && !holds_some(one.prefix));
    useless.map(|one| {
        Note::new(&note::RESERVATION_WITHOUT_ROOM, &[("range", &one.prefix), ("subnet", &subnet.name())])
    })
}

/// The band of a score in AWS's script.
pub(crate) const fn band(score: u8) -> &'static str {
    match score {
        0..25 => "0-24",
        25..50 => "25-49",
        50..75 => "50-74",
        75..100 => "75-99",
        _ => "100",
    }
}

/// The glyph of a block.
pub(crate) const fn glyph(block: &Block) -> char {
    match block.state {
        BlockState::Free if block.inside_reservation => ':',
        BlockState::Free => '.',
        BlockState::Prefix => 'P',
        BlockState::Fragmented => 'x',
        BlockState::Full => 'X',
        BlockState::Reserved => 'R',
        BlockState::Explicit => 'E',
        // Shown as what it is: a state that this version does not know.
        _ => '?',
    }
}

/// Blocks on one line of a map: a /22.
pub(crate) const BLOCKS_A_LINE: usize = 64;

fn lines(map: &winpod::Subnet) -> Vec<String> {
    let glyphs: Vec<char> = map.blocks().map(|block| glyph(&block)).collect();
    glyphs.chunks(BLOCKS_A_LINE).map(|line| line.iter().collect()).collect()
}

fn tell(subnet: &Occupied, census: &Census, notes: &mut Vec<Note>) {
    let name = subnet.name();
    if census.naive_free_prefixes > census.free_prefixes {
        let count = census.naive_free_prefixes - census.free_prefixes;
        notes.push(Note::new(
            &note::EXPLICIT_BLOCKS,
            &[
                ("count", &count),
                ("subnet", &name),
                ("naive", &census.naive_free_prefixes),
                ("free", &census.free_prefixes),
            ],
        ));
    }
    let never = census.blocks.reserved == subnet.map.total_addresses() / 16;
    if never {
        notes.push(Note::new(&note::NO_CLEAN_BLOCK, &[("subnet", &name)]));
    }
    notes.extend(useless_reservations(subnet));
    if let Some(block) = subnet.map.blocks().last().filter(|block| block.state == BlockState::Prefix)
        && let Some(holder) = subnet.holder(block.prefix.first())
    {
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("interface", &holder.id), ("prefix", &block.prefix), ("subnet", &name)];
        notes.push(Note::new(&note::LAST_BLOCK_TAKEN, &values));
    }
}
