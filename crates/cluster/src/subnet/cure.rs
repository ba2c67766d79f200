//! Who spoils blocks of a subnet, and whom to drain to win blocks back for prefixes.

use super::{GivenSubnet, Holder, Occupied, Wanted, find};
use crate::api::OnProgress;
use crate::interface_kind::{Described, Kind};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read;
use crate::request::{Document, Refusal, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;
use winpod::subnet::BlockState;

/// How many culprits are listed.
const CULPRITS: usize = 20;

/// Kinds of network interfaces that belong to instances, which can be drained.
const OF_INSTANCES: [&str; 6] = ["", "interface", "efa", "efa-only", "trunk", "branch"];

/// Which subnets to cure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CureRequest {
    /// A subnet by its CIDR block and what is used in it.
    pub subnet: Option<GivenSubnet>,
    /// Files and directories with the JSON of the AWS CLI.
    pub paths: Vec<String>,
    /// Such JSON as documents.
    pub documents: Vec<Document>,
    /// Ids of the subnets to answer for; all if empty.
    pub ids: Vec<String>,
    /// Whether the last /28 counts as one for prefixes.
    pub count_last_block: bool,
    /// How many blocks to win in each subnet; 1 if absent.
    pub prefixes: Option<Wide>,
    /// What is drained as one: `node`, the default, with all its interfaces, or `interface`.
    #[schemars(extend("enum" = ["node", "interface", null]))]
    pub by: Option<String>,
    /// Whether interfaces that a service of AWS made may be drained too.
    pub include_managed: bool,
}

/// The subnets of a request, each with its culprits and a cure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cures {
    /// Each subnet, by id; one of which something was refused is not here.
    pub subnets: Vec<Cure>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
}

/// Whom to drain in one subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cure {
    /// The subnet's id; absent for one that was told by its block.
    pub id: Option<String>,
    /// Its IPv4 block.
    pub cidr: String,
    /// Aligned /28 that are free now.
    pub free_prefixes: u32,
    /// Blocks to win.
    pub wanted: u32,
    /// Whom to drain; empty if nothing is to be won.
    pub drain: Vec<Culprit>,
    /// The blocks that are free then, besides those that are free now.
    pub frees: Vec<String>,
    /// Aligned /28 that are free then.
    pub free_prefixes_after: u32,
    /// Blocks that draining everybody who can be drained would free.
    pub curable: u32,
    /// No smaller number of drains wins as many blocks.
    pub lower_bound: u32,
    /// Whether the drains are proven to be the fewest.
    pub exact: bool,
    /// How many fewer drains might do at best: the number of drains less `lowerBound`, 0 if exact.
    pub gap: u32,
    /// Who spoils the most blocks alone, then together with others; 20 at most.
    pub culprits: Vec<Culprit>,
    /// How many spoil blocks.
    pub culprit_count: u32,
}

/// Somebody whose single addresses spoil blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Culprit {
    /// The instance, the network interface, the name that was given, or the address itself.
    pub id: String,
    /// `node`, `interface`, `name` or `address`.
    #[schemars(extend("enum" = ["node", "interface", "name", "address"]))]
    pub kind: String,
    /// Its interfaces in this subnet.
    pub interfaces: Vec<String>,
    /// What EC2 calls the interface, where it is not an instance's: `nat_gateway` and so on.
    pub interface_type: Option<String>,
    /// What its maker says that it is for.
    pub description: Option<String>,
    /// Whether it can be drained: nobody but AWS removes an interface that a service of AWS made.
    pub drainable: bool,
    /// Attached to nothing, perhaps left behind.
    pub idle: bool,
    /// Its single addresses in blocks that it spoils, by address; 16 at most.
    pub addresses: Vec<String>,
    /// How many there are.
    pub address_count: u32,
    /// Blocks that it spoils.
    pub blocks: u32,
    /// Of these, the blocks that nobody else spoils.
    pub alone: u32,
    /// Prefixes that it holds in this subnet and gives back when it is drained.
    pub prefixes: u32,
}

/// Finds culprits and cures.
///
/// # Errors
/// - As [`census`](super::census()), `OUT_OF_RANGE` and `NOT_A_WHOLE_NUMBER` for `prefixes`, and `CURE_BY`.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::subnet::{CureRequest, GivenSubnet, cure};
///
/// let used = ["10.0.8.20 i-1", "10.0.8.40 i-1", "10.0.8.41 i-2"].map(str::to_owned).to_vec();
/// let given = GivenSubnet { cidr: "10.0.8.0/24".into(), used, ..Default::default() };
/// let mut request = CureRequest { subnet: Some(given), ..Default::default() };
/// let answer = cure(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.subnets[0].drain[0].id, "i-1");
/// assert_eq!((answer.subnets[0].free_prefixes, answer.subnets[0].free_prefixes_after), (12, 13));
///
/// request.prefixes = Some((-1).into());
/// let refused = cure(&request, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.code, "OUT_OF_RANGE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn cure(request: &CureRequest, progress: OnProgress<'_>) -> Result<Cures, Refusal> {
    let (prefixes, by) = wanted(request.prefixes, request.by.as_deref())?;
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
    let subnets: Vec<Cure> = found
        .subnets
        .iter()
        .map(|subnet| {
            let cure = Cure::of(subnet, prefixes, by, request.include_managed);
            tell(subnet, &cure, &mut found.notes);
            cure
        })
        .collect();
    if subnets.iter().any(|cure| !cure.drain.is_empty()) {
        found.notes.push(Note::new(&note::DRAINED_PODS_MOVE, &[]));
    }
    found.notes.sort_by_key(|note| note.kind);
    Ok(Cures { subnets, notes: found.notes, problems: found.problems })
}

/// How many blocks to win, and what is drained as one.
pub(super) fn wanted(prefixes: Option<Wide>, by: Option<&str>) -> Result<(u32, By), Refusal> {
    Ok((prefixes.map_or(Ok(1), |wide| wide.count("prefixes"))?, By::of(by)?))
}

/// What is drained as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// An instance with all its interfaces.
    Node,
    /// A network interface.
    Interface,
}

impl By {
    /// Reads the name of a request.
    ///
    /// # Errors
    /// - Code `CURE_BY` for any other text.
    pub fn of(name: Option<&str>) -> Result<Self, Refusal> {
        match name {
            None | Some("node") => Ok(Self::Node),
            Some("interface") => Ok(Self::Interface),
            Some(other) => {
                let shown = read::shortened(other);
                Err(Refusal::new("CURE_BY", format!("by is {shown:?}: node or interface is allowed")))
            }
        }
    }
}

/// Who is drained as one: a node or a holder by its place, or an address that nobody is known to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Holder(u32),
    Address(Ipv4Addr),
}

/// The holders of a subnet in groups that are drained as one.
struct Groups<'a> {
    subnet: &'a Occupied,
    /// For each holder the first holder of its group.
    first: Vec<u32>,
    by: By,
}

impl<'a> Groups<'a> {
    fn of(subnet: &'a Occupied, by: By) -> Self {
        let mut nodes: HashMap<&str, u32> = HashMap::new();
        let first = (0..).zip(&subnet.holders).map(|(place, holder)| match &holder.instance {
            Some(instance) if by == By::Node => *nodes.entry(instance).or_insert(place),
            _ => place,
        });
        Self { subnet, first: first.collect(), by }
    }

    fn of_owner(&self, address: Ipv4Addr, owner: Option<u32>) -> Group {
        match owner.and_then(|owner| self.first.get(owner as usize)) {
            Some(first) => Group::Holder(*first),
            None => Group::Address(address),
        }
    }

    fn holders(&self, group: Group) -> impl Iterator<Item = &'a Holder> + use<'a, '_> {
        let members = self.first.iter().zip(&self.subnet.holders);
        members.filter(move |(first, _)| group == Group::Holder(**first)).map(|(_, holder)| holder)
    }
}

fn is_drainable(holder: &Holder) -> bool {
    let described = Described {
        kind: &holder.kind,
        description: &holder.description,
        on_instance: holder.instance.is_some(),
        idle: holder.idle,
    };
    let of_nobody_else = matches!(Kind::of(described, None), Kind::Instance | Kind::Unattached | Kind::Other);
    // One of a pod with a security group of its own hangs on another interface, and goes with the pod.
    let of_a_pod = matches!(&*holder.kind, "trunk" | "branch") && holder.instance.is_none();
    !holder.managed && of_nobody_else && !of_a_pod && OF_INSTANCES.contains(&&*holder.kind)
}

/// What a group does in a subnet.
#[derive(Debug, Default)]
struct Deeds {
    addresses: Vec<Ipv4Addr>,
    blocks: u32,
    alone: u32,
    prefixes: u32,
}

impl Cure {
    /// Finds the culprits of one subnet, and whom to drain to win so many blocks.
    pub fn of(subnet: &Occupied, prefixes: u32, by: By, include_managed: bool) -> Self {
        let map = &subnet.map;
        let groups = Groups::of(subnet, by);
        let mut stays = BTreeSet::new();
        for (first, holder) in groups.first.iter().zip(&subnet.holders) {
            if !include_managed && !is_drainable(holder) {
                stays.insert(Group::Holder(*first));
            }
        }
        let mut deeds: BTreeMap<Group, Deeds> = BTreeMap::new();
        for block in map.blocks() {
            if block.state == BlockState::Prefix {
                if let group @ Group::Holder(_) =
                    groups.of_owner(block.prefix.first(), map.owner(block.prefix.first()))
                {
                    deeds.entry(group).or_default().prefixes += 1;
                }
                continue;
            }
            if !matches!(block.state, BlockState::Fragmented | BlockState::Full) {
                continue;
            }
            let mut here = BTreeSet::new();
            for (address, owner) in map.singles_in(&block) {
                let group = groups.of_owner(address, owner);
                here.insert(group);
                deeds.entry(group).or_default().addresses.push(address);
            }
            for group in &here {
                let deed = deeds.entry(*group).or_default();
                deed.blocks += 1;
                deed.alone += u32::from(here.len() == 1);
            }
        }
        deeds.retain(|_, deed| deed.blocks > 0);
        // The solver knows groups by number, and of equals it takes the lowest: who is least missed comes first.
        let mut by_number: Vec<Group> = deeds.keys().copied().collect();
        by_number.sort_by_key(|group| {
            let in_use = groups.holders(*group).any(|holder| !holder.idle);
            (in_use, deeds[group].prefixes, deeds[group].addresses.len(), *group)
        });
        let numbers: BTreeMap<Group, u32> = by_number.iter().copied().zip(0..).collect();
        let solved = map.cure(prefixes, |address, owner| {
            let group = groups.of_owner(address, owner);
            if stays.contains(&group) { None } else { numbers.get(&group).copied() }
        });
        let culprit = |group: Group| Culprit::of(&groups, group, &deeds[&group], !stays.contains(&group));
        let mut drain: Vec<Group> = solved.drain.iter().map(|number| by_number[*number as usize]).collect();
        let worst = |group: &Group| {
            let deed = &deeds[group];
            (u32::MAX - deed.alone, u32::MAX - deed.blocks, *group)
        };
        drain.sort_by_key(worst);
        let mut culprits = by_number;
        culprits.sort_by_key(worst);
        let free_prefixes = map.free_prefixes();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            id: subnet.id.clone(),
            cidr: map.prefix().to_string(),
            free_prefixes,
            wanted: prefixes,
            drain: drain.iter().map(|group| culprit(*group)).collect(),
            free_prefixes_after: free_prefixes + count(solved.frees.len()),
            frees: solved.frees.iter().map(ToString::to_string).collect(),
            curable: solved.curable,
            lower_bound: solved.lower_bound,
            exact: solved.exact,
            gap: if solved.exact { 0 } else { count(solved.drain.len()) - solved.lower_bound },
            culprit_count: count(culprits.len()),
            culprits: culprits.iter().take(CULPRITS).map(|group| culprit(*group)).collect(),
        }
    }
}

impl Culprit {
    fn of(groups: &Groups<'_>, group: Group, deeds: &Deeds, drainable: bool) -> Self {
        /// More only make a long line longer.
        const SHOWN: usize = 16;
        let holders: Vec<&Holder> = groups.holders(group).collect();
        let first = holders.first();
        let instance = first.and_then(|holder| holder.instance.as_deref());
        let (id, kind) = match (group, first) {
            (Group::Holder(_), Some(holder)) => match (instance, &*holder.kind) {
                (Some(instance), _) if groups.by == By::Node => (instance.to_owned(), "node"),
                (_, "") => (holder.id.to_string(), "name"),
                _ => (holder.id.to_string(), "interface"),
            },
            (Group::Address(address), _) => (address.to_string(), "address"),
            (Group::Holder(place), None) => (place.to_string(), "name"),
        };
        let is_interface = |holder: &&&Holder| !holder.kind.is_empty();
        let told = holders.iter().find(|holder| !holder.description.is_empty());
        let other = holders.iter().find(|holder| !OF_INSTANCES.contains(&&*holder.kind));
        Self {
            id,
            kind: kind.to_owned(),
            interfaces: holders.iter().filter(is_interface).map(|holder| holder.id.to_string()).collect(),
            interface_type: other.map(|holder| holder.kind.to_string()),
            description: told.map(|holder| holder.description.to_string()),
            drainable,
            idle: !holders.is_empty() && holders.iter().all(|holder| holder.idle),
            addresses: deeds.addresses.iter().take(SHOWN).map(ToString::to_string).collect(),
            address_count: u32::try_from(deeds.addresses.len()).unwrap_or(u32::MAX),
            blocks: deeds.blocks,
            alone: deeds.alone,
            prefixes: deeds.prefixes,
        }
    }
}

fn tell(subnet: &Occupied, cure: &Cure, notes: &mut Vec<Note>) {
    let name = subnet.name();
    if cure.curable < cure.wanted {
        notes.push(Note::new(
            &note::CURE_FALLS_SHORT,
            &[("subnet", &name), ("curable", &cure.curable), ("wanted", &cure.wanted)],
        ));
    }
    let idle: Vec<String> =
        subnet.holders.iter().filter(|holder| holder.idle).map(|holder| holder.id.to_string()).collect();
    if !idle.is_empty() {
        let names = read::join(idle.into_iter());
        notes.push(Note::new(&note::IDLE_INTERFACES, &[("names", &names), ("subnet", &name)]));
    }
}
