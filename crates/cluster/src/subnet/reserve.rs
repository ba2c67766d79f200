//! Which CIDR reservations of type `prefix` to make, as commands and as a template.

use super::{GivenSubnet, Occupied, Wanted, find};
use crate::api::OnProgress;
use crate::note::{Note, NoteKind, text as note};
use crate::plan::{self, Plan};
use crate::problem::Problem;
use crate::quote::shell;
use crate::read;
use crate::request::{Document, Refusal, Wide, inputs, known_keys};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use winpod::subnet::Spare;

/// Which subnets to set ranges aside in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct ReserveRequest {
    /// A subnet by its CIDR block and what is used in it.
    pub subnet: Option<GivenSubnet>,
    /// Files and directories with the JSON of the AWS CLI, and with the cluster where `prefixes` is absent.
    pub paths: Vec<String>,
    /// Such files as documents.
    pub documents: Vec<Document>,
    /// Ids of the subnets to answer for; all if empty.
    pub ids: Vec<String>,
    /// Whether the last /28 counts as one for prefixes.
    pub count_last_block: bool,
    /// How many more prefixes each subnet shall have room for. Absent: what the node groups of the files need at their
    /// peak, less what their nodes hold already.
    pub prefixes: Option<Wide>,
    /// Values in place of those of the amazon-vpc-cni ConfigMap, for the peak need.
    pub set: BTreeMap<String, String>,
    /// Sets no block aside beyond what is needed, although that may take more reservations.
    pub no_spare_block: bool,
}

/// The subnets of a request, each with reservations to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Reservations {
    /// Each subnet, by id; one of which something was refused is not here.
    pub subnets: Vec<SubnetReservations>,
    /// One AWS CLI command a reservation.
    pub aws_cli: Vec<String>,
    /// A CloudFormation template with all of them, as YAML; absent if there is none to make.
    pub cloud_formation: Option<String>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
}

/// Reservations to make in one subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetReservations {
    /// The subnet's id; absent for one that was told by its block.
    pub id: Option<String>,
    /// Its IPv4 block.
    pub cidr: String,
    /// Prefixes for which room is needed.
    pub needed_prefixes: u32,
    /// Where the node groups say the need: at which point of the plan it is highest, such as `upgrade`.
    pub peak: Option<String>,
    /// Aligned /28 that are free now.
    pub free_prefixes: u32,
    /// Of these, those inside `prefix` reservations already.
    pub free_prefixes_inside_reservations: u32,
    /// The ranges to set aside, by address: aligned, and all of their blocks free.
    pub reservations: Vec<String>,
    /// Blocks in them.
    pub covered_prefixes: u32,
    /// Needed prefixes for which there is no free block.
    pub missing_prefixes: u32,
    /// Free addresses that stay open to single assignment.
    pub open_addresses: u32,
}

/// Proposes reservations.
///
/// # Errors
/// - As [`census`](super::census()); `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for `prefixes`, `CONFIG_KEY` for an unknown
///   key in `set`, `REQUEST` for a subnet told by its block without `prefixes`.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::subnet::{GivenSubnet, ReserveRequest, reserve};
///
/// let given = GivenSubnet { cidr: "10.0.8.0/24".into(), used: vec!["10.0.8.70".into()], ..Default::default() };
/// let mut request = ReserveRequest { subnet: Some(given), prefixes: Some(3.into()), ..Default::default() };
/// let answer = reserve(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.subnets[0].reservations, ["10.0.8.128/26"]);
///
/// request.prefixes = None;
/// assert_eq!(reserve(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn reserve(request: &ReserveRequest, progress: OnProgress<'_>) -> Result<Reservations, Refusal> {
    let given = request.prefixes.map(|wide| wide.count("prefixes")).transpose()?;
    if given.is_none() && request.subnet.is_some() {
        return Err(not_for_how_many());
    }
    let set = known_keys(&request.set)?;
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
    let peak = match given {
        Some(_) => None,
        None => {
            let plan = plan::plan(read::read(&inputs(&request.paths, &request.documents), progress)?, &set);
            if plan.node_groups.is_empty() {
                let message = "says not for how many prefixes, and the files have no Windows node group: give a \
                               number, or files with the node groups";
                return Err(Refusal::new("REQUEST", message));
            }
            Some(plan)
        }
    };
    let spare = if request.no_spare_block { Spare::NoSpareBlock } else { Spare::FewestRanges };
    let mut subnets = Vec::new();
    for subnet in &found.subnets {
        let (needed, at) = match (given, &peak) {
            (Some(prefixes), _) => (prefixes, None),
            (None, Some(plan)) => match peak_of(plan, subnet) {
                Some((needed, at)) => (needed, Some(at)),
                None => continue,
            },
            (None, None) => continue,
        };
        let answer = SubnetReservations { peak: at, ..SubnetReservations::of(subnet, needed, spare) };
        tell(subnet, &answer, &mut found.notes);
        subnets.push(answer);
    }
    if let Some(plan) = peak {
        // Of all that a plan tells, only what the need rests on.
        let behind = |note: &Note| matches!(note.kind, NoteKind::Assumption | NoteKind::Unknown);
        found.notes.extend(plan.notes.into_iter().filter(behind));
        found.problems.extend(plan.problems);
    }
    keep_first(&mut found.notes);
    keep_first(&mut found.problems);
    found.notes.sort_by_key(|note| note.kind);
    let made: Vec<(&str, &str)> = subnets
        .iter()
        .flat_map(|subnet| {
            let id = subnet.id.as_deref().unwrap_or(SUBNET_ID);
            subnet.reservations.iter().map(move |range| (id, range.as_str()))
        })
        .collect();
    Ok(Reservations {
        aws_cli: made.iter().map(|(id, range)| command(id, range)).collect(),
        cloud_formation: (!made.is_empty()).then(|| template(&made)),
        subnets,
        notes: found.notes,
        problems: found.problems,
    })
}

pub(super) fn not_for_how_many() -> Refusal {
    let message = "says not for how many prefixes: give a number, or files with the node groups";
    Refusal::new("REQUEST", message)
}

/// Stands where a subnet was told by its block only.
const SUBNET_ID: &str = "SUBNET_ID";

/// The plan and the census read the same files and may say the same.
fn keep_first<T: Serialize>(all: &mut Vec<T>) {
    let mut kept = HashSet::with_capacity(all.len());
    all.retain(|one| kept.insert(serde_json::to_string(one).unwrap_or_default()));
}

/// Prefixes that the groups still have to get in a subnet at their peak, and when that is; `None` where no group is.
fn peak_of(plan: &Plan, subnet: &Occupied) -> Option<(u32, String)> {
    let planned = plan.subnets.iter().find(|planned| Some(&planned.id) == subnet.id.as_ref())?;
    // The first of several, which is the more usual one.
    let peak = planned.demand.iter().rev().max_by_key(|demand| demand.needed_prefixes)?;
    let needed = peak.needed_prefixes.saturating_sub(planned.held_prefixes.into());
    Some((u32::try_from(needed).ok()?, peak.at.clone()))
}

impl SubnetReservations {
    /// Proposes the reservations of one subnet.
    pub fn of(subnet: &Occupied, needed: u32, spare: Spare) -> Self {
        let map = &subnet.map;
        let inside = map.free_prefixes_inside_reservations();
        let ranges = map.propose_reservations(needed.saturating_sub(inside), spare);
        let covered: u64 = ranges.iter().map(|range| range.address_count() / 16).sum();
        let covered = u32::try_from(covered).unwrap_or(u32::MAX);
        let set_aside: u32 =
            [winpod::subnet::ReservationKind::Prefix, winpod::subnet::ReservationKind::Explicit]
                .into_iter()
                .map(|kind| map.free_addresses_inside(kind))
                .sum();
        // A block that counts although it holds the last address has fifteen.
        let taken: u32 = ranges.iter().map(|range| map.free_addresses_in(*range)).sum();
        Self {
            id: subnet.id.clone(),
            cidr: map.prefix().to_string(),
            needed_prefixes: needed,
            peak: None,
            free_prefixes: map.free_prefixes(),
            free_prefixes_inside_reservations: inside,
            reservations: ranges.iter().map(ToString::to_string).collect(),
            covered_prefixes: covered,
            missing_prefixes: needed.saturating_sub(inside).saturating_sub(covered),
            open_addresses: map.free_addresses() - set_aside - taken,
        }
    }
}

fn command(id: &str, range: &str) -> String {
    let id = if id == SUBNET_ID { format!("\"${SUBNET_ID}\"") } else { shell(id).into_owned() };
    format!(
        "aws ec2 create-subnet-cidr-reservation --subnet-id {id} --cidr {range} --reservation-type prefix"
    )
}

/// One resource a reservation. JSON's strings are YAML's, so that no id breaks out of its line.
fn template(made: &[(&str, &str)]) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("AWSTemplateFormatVersion: \"2010-09-09\"\n");
    if made.iter().any(|(id, _)| *id == SUBNET_ID) {
        out.push_str("Parameters:\n  SubnetId:\n    Type: AWS::EC2::Subnet::Id\n");
    }
    out.push_str("Resources:\n");
    for (number, (id, range)) in (1..).zip(made) {
        let id =
            if *id == SUBNET_ID { "!Ref SubnetId".to_owned() } else { serde_json::json!(id).to_string() };
        _ = write!(
            out,
            "  PrefixReservation{number}:\n    Type: AWS::EC2::SubnetCidrReservation\n    Properties:\n      \
             SubnetId: {id}\n      Cidr: \"{range}\"\n      ReservationType: prefix\n"
        );
    }
    out
}

fn tell(subnet: &Occupied, answer: &SubnetReservations, notes: &mut Vec<Note>) {
    let name = subnet.name();
    notes.extend(super::census::useless_reservations(subnet));
    if answer.missing_prefixes > 0 {
        notes.push(Note::new(
            &note::RESERVATION_FALLS_SHORT,
            &[
                ("subnet", &name),
                ("needed", &answer.needed_prefixes),
                ("missing", &answer.missing_prefixes),
                ("inside", &answer.free_prefixes_inside_reservations),
                ("covered", &answer.covered_prefixes),
            ],
        ));
    }
    let wanted = answer.needed_prefixes.saturating_sub(answer.free_prefixes_inside_reservations);
    if answer.covered_prefixes > wanted {
        notes.push(Note::new(
            &note::RESERVATION_SPARE,
            &[("subnet", &name), ("spare", &(answer.covered_prefixes - wanted))],
        ));
    }
}
