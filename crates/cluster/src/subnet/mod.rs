//! Subnets with everything that lies in them: what is free, what is broken, and what to do about it.
//!
//! A subnet comes from the JSON of the AWS CLI (`describe-subnets`, `describe-network-interfaces`,
//! `get-subnet-cidr-reservations`), or as a CIDR block with a list of what is used. Where anything of it was refused
//! it is not counted at all, because half a count would be a wrong one.

pub mod carve;
pub mod census;
pub mod cure;
pub mod forecast;
pub mod ledger;
mod occupied;
pub mod reserve;
pub mod size;
mod used;

pub use carve::{Carve, CarveRequest, NewSubnet, Place, carve};
pub use census::{Blocks, Census, CensusRequest, Censuses, census};
pub use cure::{By, Culprit, Cure, CureRequest, Cures, cure};
pub use forecast::{
    ForecastRequest, Forecasts, Moment, NodeHolding, Point, SubnetForecast, TargetsChange, TargetsRequest,
    forecast,
};
pub use ledger::Ledger;
pub use occupied::{Holder, Occupied};
pub(crate) use occupied::{difference, refused_interface, with_reservations};
pub use reserve::{Reservations, ReserveRequest, SubnetReservations, reserve};
pub use size::{Share, Size, SizeRequest, SubnetFits, WithoutReservation, size};

use crate::api::OnProgress;
use crate::note::Note;
use crate::problem::Problem;
use crate::read;
use crate::request::{Document, Refusal, inputs, nearest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::subnet::ReservationKind;

/// A subnet told without AWS's listings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenSubnet {
    /// Its IPv4 block, /16 to /28.
    pub cidr: String,
    /// What is used in it: single addresses such as `10.0.8.20`, and delegated prefixes such as `10.0.8.32/28`. Behind
    /// a space or a comma may stand who holds it.
    pub used: Vec<String>,
    /// Files with such entries, one a line; `#` starts a remark.
    pub used_paths: Vec<String>,
    /// Such files as documents.
    pub used_documents: Vec<Document>,
    /// Its CIDR reservations.
    pub reservations: Vec<GivenReservation>,
}

/// A CIDR reservation of a given subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct GivenReservation {
    /// The range.
    pub cidr: String,
    /// `prefix` or `explicit`.
    #[schemars(extend("enum" = ["prefix", "explicit"]))]
    pub r#type: String,
}

impl GivenReservation {
    pub(crate) fn kind(&self) -> Result<ReservationKind, Refusal> {
        ReservationKind::from_name(&self.r#type).ok_or_else(|| {
            let shown = read::shortened(&self.r#type);
            Refusal::new("RESERVATION_TYPE", format!("type is {shown:?}: prefix or explicit is allowed"))
        })
    }
}

/// Where the subnets of a request come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) subnet: Option<&'a GivenSubnet>,
    pub(crate) paths: &'a [String],
    pub(crate) documents: &'a [Document],
    /// Ids of the subnets to answer for; all if empty.
    pub(crate) ids: &'a [String],
    pub(crate) count_last_block: bool,
}

/// Subnets to answer for, and what is to be told about how they were read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) subnets: Vec<Occupied>,
    pub(crate) notes: Vec<Note>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads the subnets that a request speaks of.
pub(crate) fn find(wanted: Wanted<'_>, progress: OnProgress<'_>) -> Result<Found, Refusal> {
    let files = inputs(wanted.paths, wanted.documents);
    let mut found = match (wanted.subnet, files.is_empty()) {
        (Some(given), true) => used::given(given)?,
        (None, false) => {
            let reading = read::read(&files, progress)?;
            if let Some(id) = wanted.ids.iter().find(|id| !reading.cluster.subnets.contains_key(*id)) {
                let known = reading.cluster.subnets.keys().map(String::as_str);
                let meant = nearest(id, known).map(|meant| format!(" Did you mean {meant}?"));
                let shown = read::shortened(id);
                let message = format!("no subnet {shown:?} is in the files.{}", meant.unwrap_or_default());
                return Err(Refusal::new("UNKNOWN_SUBNET", message));
            }
            let mut found = occupied::of_cluster(reading, wanted.ids);
            if found.subnets.is_empty() && found.problems.is_empty() {
                let message = "the files describe no subnet: give the output of aws ec2 describe-subnets";
                found.problems.push(Problem::without_place("NO_SUBNET", message));
            }
            found
        }
        (Some(_), false) => {
            let message = "names files and a subnet of its own: give one of the two";
            return Err(Refusal::new("REQUEST", message));
        }
        (None, true) => {
            let message = "names no subnet: give files with the AWS CLI's JSON, or a CIDR block";
            return Err(Refusal::new("REQUEST", message));
        }
    };
    if wanted.count_last_block {
        found.subnets = found.subnets.into_iter().map(Occupied::counting_last_block).collect();
    }
    Ok(found)
}
