//! Places for new subnets in the free space of a VPC.

use crate::api::OnProgress;
use crate::model::Cluster;
use crate::note::{Note, text as note};
use crate::read::{self, shortened};
use crate::request::{Document, Refusal, Wide, inputs, nearest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::subnet::carve::Space;
use winpod::subnet::size::Room;
use winpod::subnet::{MAX_PREFIX_LEN, MIN_PREFIX_LEN};
use winpod::{Error, Ipv4Prefix};

/// A VPC, what is used of it, and the subnets to make.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CarveRequest {
    /// The IPv4 blocks of the VPC; or a describe-vpcs listing among the files.
    pub vpc: Vec<String>,
    /// The blocks of its subnets, beside those that a describe-subnets listing has.
    pub used: Vec<String>,
    /// The subnets to make, placed in this order.
    pub subnets: Vec<NewSubnet>,
    /// Files and directories with listings.
    pub paths: Vec<String>,
    /// Listings as documents.
    pub documents: Vec<Document>,
    /// Which VPC of the listings; needed where they have several.
    pub vpc_id: Option<String>,
}

/// A subnet to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct NewSubnet {
    /// What the answer calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// Its length, 16 to 28.
    pub prefix_length: Wide,
}

/// Where the new subnets go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Carve {
    /// The VPC, if a listing named it.
    pub vpc_id: Option<String>,
    /// The subnets in the order of the request.
    pub subnets: Vec<Place>,
    /// The fewest blocks that make up what is free afterwards, none of them over two blocks of the VPC.
    pub free: Vec<String>,
    /// What is worth telling.
    pub notes: Vec<Note>,
}

/// The place of one new subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Place {
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// Its length.
    pub prefix_length: u8,
    /// Its block; absent if there is no room for it.
    pub cidr: Option<String>,
    /// Why it has none.
    pub refused: Option<String>,
}

/// Carves subnets out of what is free.
///
/// Each gets the lowest place in the smallest free block that it fits, so a later one moves no earlier one.
///
/// # Errors
/// - Codes `PREFIX_SYNTAX`, `PREFIX_LENGTH`, `PREFIX_LENGTH_MISSING` for what is no block; `VPC_SIZE`, `SUBNET_SIZE`
///   for blocks that no VPC or subnet has; `VPC_OVERLAP`, `SUBNET_OVERLAP`, `SUBNET_OUTSIDE_VPC`, naming both;
///   `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER` for a length; `UNKNOWN_VPC`; `REQUEST` if no VPC is named or several are; the
///   code of a problem with a listing; `STOPPED`.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::subnet::{NewSubnet, CarveRequest, carve};
///
/// let new = |length: i64| NewSubnet { name: None, prefix_length: length.into() };
/// let mut request = CarveRequest { vpc: vec!["10.0.0.0/22".into()], ..Default::default() };
/// request.used = vec!["10.0.0.0/24".into()];
/// request.subnets = vec![new(25), new(23)];
/// let answer = carve(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.subnets[0].cidr.as_deref(), Some("10.0.1.0/25"));
/// assert_eq!(answer.subnets[1].cidr.as_deref(), Some("10.0.2.0/23"));
/// assert_eq!(answer.free, ["10.0.1.128/25"]);
///
/// request.used.push("10.0.0.128/25".into());
/// let refused = carve(&request, &mut |_| ControlFlow::Continue(()));
/// assert_eq!(refused.unwrap_err().code, "SUBNET_OVERLAP");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn carve(request: &CarveRequest, progress: OnProgress<'_>) -> Result<Carve, Refusal> {
    let mut notes = Vec::new();
    let wanted: Vec<u8> =
        (0..).zip(&request.subnets).map(|(index, new)| length(index, new)).collect::<Result<_, _>>()?;
    let mut vpc = blocks(&request.vpc, "vpc", &mut notes)?;
    let mut used = blocks(&request.used, "used", &mut notes)?;
    let mut vpc_id = None;
    let files = inputs(&request.paths, &request.documents);
    if !files.is_empty() {
        let mut reading = read::read(&files, progress)?;
        if !reading.problems.is_empty() {
            return Err(reading.problems.swap_remove(0).into());
        }
        notes.append(&mut reading.notes);
        vpc_id = which(&reading.cluster, request.vpc_id.as_deref())?;
        if let Some(listed) = vpc_id.as_ref().and_then(|id| reading.cluster.vpcs.get(id)) {
            if !vpc.is_empty() {
                return Err(Refusal::new("REQUEST", "gives vpc and a listing with VPCs: give one of them"));
            }
            vpc.clone_from(&listed.cidrs);
        }
        used.extend(listed_subnets(&reading.cluster, vpc_id.as_deref(), &vpc, &mut notes));
    } else if let Some(id) = &request.vpc_id {
        let id = shortened(id);
        return Err(Refusal::new("UNKNOWN_VPC", format!("{id:?} is asked for and no listing was given")));
    }
    if vpc.is_empty() {
        let message = "names no VPC: give its blocks as vpc, or a describe-vpcs listing";
        return Err(Refusal::new("REQUEST", message));
    }
    let mut space = Space::new(&vpc, &used).map_err(|error| match error {
        Error::SubnetOutsideVpc { .. } => {
            let blocks = read::join(vpc.iter().map(ToString::to_string));
            Refusal::new(error.code(), format!("{error}: {blocks}"))
        }
        _ => error.into(),
    })?;
    let mut subnets = Vec::with_capacity(wanted.len());
    for (new, length) in request.subnets.iter().zip(wanted) {
        let cidr = space.take(length)?;
        subnets.push(Place {
            name: new.name.clone(),
            prefix_length: length,
            cidr: cidr.map(|cidr| cidr.to_string()),
            refused: cidr.is_none().then(|| no_room(length, &space)),
        });
    }
    tell_useless(&subnets, &mut notes)?;
    notes.sort_by_key(|note| note.kind);
    let free = space.free().into_iter().map(|block| block.to_string()).collect();
    Ok(Carve { vpc_id, subnets, free, notes })
}

fn length(index: usize, new: &NewSubnet) -> Result<u8, Refusal> {
    let name = format!("prefixLength of subnets[{index}]");
    let length = new.prefix_length.within(&name, MIN_PREFIX_LEN.into(), MAX_PREFIX_LEN.into())?;
    u8::try_from(length).map_err(|_| Refusal::new("OUT_OF_RANGE", name))
}

/// Blocks that a person wrote, their host bits cleared.
fn blocks(texts: &[String], object: &str, notes: &mut Vec<Note>) -> Result<Vec<Ipv4Prefix>, Refusal> {
    texts
        .iter()
        .map(|text| {
            let shown = shortened(text);
            let parsed = Ipv4Prefix::parse_lenient(text);
            let (block, normalised) = parsed
                .map_err(|error| Refusal::new(error.code(), format!("{shown:?} of {object}: {error}")))?;
            if normalised {
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("written", &shown), ("object", &object), ("network", &block)];
                notes.push(Note::new(&note::CIDR_NORMALISED, &values));
            }
            Ok(block)
        })
        .collect()
}

/// The VPC of the listings that is meant; none where they name none.
fn which(cluster: &Cluster, wanted: Option<&str>) -> Result<Option<String>, Refusal> {
    let of_subnets = cluster.subnets.values().filter_map(|subnet| subnet.vpc.known());
    let mut known: Vec<&String> = cluster.vpcs.keys().chain(of_subnets).collect();
    known.sort_unstable();
    known.dedup();
    if let Some(wanted) = wanted {
        if known.iter().any(|id| *id == wanted) {
            return Ok(Some(wanted.to_owned()));
        }
        let meant = nearest(wanted, known.iter().map(|id| id.as_str()));
        let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
        let shown = shortened(wanted);
        return Err(Refusal::new("UNKNOWN_VPC", format!("{shown:?} is the id of no listed VPC{meant}")));
    }
    match known.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).clone())),
        several => {
            let ids = read::join(several.iter().map(|id| shortened(id)));
            Err(Refusal::new("REQUEST", format!("names several VPCs ({ids}): say which by vpcId")))
        }
    }
}

/// The listed subnets of this VPC, and those of no named VPC that lie in its blocks.
fn listed_subnets(
    cluster: &Cluster,
    vpc_id: Option<&str>,
    vpc: &[Ipv4Prefix],
    notes: &mut Vec<Note>,
) -> Vec<Ipv4Prefix> {
    let mut of_no_vpc = Vec::new();
    let mut used = Vec::new();
    for (id, subnet) in &cluster.subnets {
        match subnet.vpc.known() {
            Some(known) if vpc_id.is_none_or(|wanted| known == wanted) => used.push(subnet.cidr),
            Some(_) => {}
            None if vpc.iter().any(|block| block.overlaps(subnet.cidr)) => {
                used.push(subnet.cidr);
                of_no_vpc.push(id.clone());
            }
            None => {}
        }
    }
    if !of_no_vpc.is_empty() {
        notes.push(Note::new(
            &note::CARVE_SUBNETS_OF_NO_VPC,
            &[("subnets", &read::join(of_no_vpc.into_iter()))],
        ));
    }
    used
}

fn no_room(length: u8, space: &Space) -> String {
    match space.largest_free() {
        Some(largest) => format!("no /{length} is free: the largest free block is {largest}"),
        None => format!("no /{length} is free: the VPC is full"),
    }
}

fn tell_useless(subnets: &[Place], notes: &mut Vec<Note>) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for place in subnets {
        if let Some(cidr) = &place.cidr
            && Room::new(place.prefix_length, false)?.blocks() == 0
        {
            names.push(shortened(place.name.as_ref().unwrap_or(cidr)));
        }
    }
    if !names.is_empty() {
        notes.push(Note::new(&note::CARVE_NO_PREFIXES, &[("names", &read::join(names.into_iter()))]));
    }
    Ok(())
}
