//! How many /28 are likely to stay free while single addresses are taken, and what other warm targets save.

use super::size::{Size, SizeRequest, size};
use super::{GivenSubnet, Occupied, Wanted, find};
use crate::api::OnProgress;
use crate::capacity::{LimitsRequest, type_limits};
use crate::note::{Note, text as note};
use crate::plan::{self, ASSUMED_VALUES};
use crate::problem::Problem;
use crate::request::{Document, Refusal, Wide, known_keys};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use winpod::ipam::{ConfigData, Environment, IpamMode, Key, Limits, Settings};
use winpod::subnet::forecast::Forecast;

/// Shares of the usable addresses that are forecast where none are asked for, in per cent.
const SHARES: [u32; 6] = [1, 2, 5, 10, 20, 30];
/// The most points of one forecast.
const MAX_POINTS: usize = 10_000;

/// What to forecast.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct ForecastRequest {
    /// A subnet by its CIDR block and what is used in it.
    pub subnet: Option<GivenSubnet>,
    /// Files and directories with the JSON of the AWS CLI.
    pub paths: Vec<String>,
    /// Such JSON as documents.
    pub documents: Vec<Document>,
    /// Ids of the subnets to answer for; all if empty.
    pub ids: Vec<String>,
    /// Whether the last /28 counts as free.
    pub count_last_block: bool,
    /// Numbers of more single addresses; if empty those that are 1, 2, 5, 10, 20 and 30 % of the usable ones.
    pub more: Vec<Wide>,
    /// Also: after how many single addresses fewer than so many /28 are expected.
    pub prefixes: Option<Wide>,
    /// Also: what other warm targets save.
    pub targets: Option<TargetsRequest>,
}

/// A change of warm targets on nodes of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct TargetsRequest {
    /// The type of the nodes; this or `limits` must be given.
    #[serde(default)]
    pub instance_type: Option<String>,
    /// Or its limits.
    #[serde(default)]
    pub limits: Option<LimitsRequest>,
    /// `secondary-ip` or `prefix-delegation`; if absent what `data` says, and without it `secondary-ip`.
    #[serde(default)]
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// How many nodes.
    pub nodes: Wide,
    /// Pods per node that take an address; if absent as many as a node takes.
    #[serde(default)]
    pub pods_per_node: Option<Wide>,
    /// The kubelet's pod limit; 110 if absent.
    #[serde(default)]
    pub max_pods: Option<Wide>,
    /// `data` of the ConfigMap as it is, values as text; if absent what chart and eksctl write.
    #[serde(default)]
    pub data: Option<BTreeMap<String, String>>,
    /// The keys to change, with their new values.
    pub set: BTreeMap<String, String>,
}

/// Forecasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Forecasts {
    /// Each subnet, by id; one of which something was refused is not here.
    pub subnets: Vec<SubnetForecast>,
    /// What other warm targets save, if that was asked.
    pub targets: Option<TargetsChange>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
}

/// The likely future of one subnet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubnetForecast {
    /// The subnet's id; absent for one that was told by its block.
    pub id: Option<String>,
    /// Its IPv4 block.
    pub cidr: String,
    /// Aligned /28 that are free now.
    pub free_prefixes: u32,
    /// Of these, those inside `prefix` reservations, which no single address breaks.
    pub free_prefixes_inside_reservations: u32,
    /// Free addresses that EC2 may take for single assignment: those outside reservations.
    pub open_addresses: u32,
    /// Expected free /28 after more single addresses.
    pub expected: Vec<Point>,
    /// When half of the free /28 outside reservations are gone, by expectation; absent if there are none.
    pub half: Option<Moment>,
    /// When the last of them is as likely gone as not; absent if there are none.
    pub last: Option<Moment>,
    /// When fewer than `prefixes` free /28 are expected; absent if not asked, or if reservations hold as many.
    pub fewer: Option<Moment>,
}

/// A point of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Point {
    /// More single addresses than now.
    pub more: u32,
    /// Usable addresses that are used then, in per cent.
    pub utilisation: f64,
    /// Expected free /28, reserved ones included, to a thousandth.
    pub expected_free_prefixes: f64,
}

/// When something is likely to happen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Moment {
    /// After so many more single addresses than now.
    pub more: u32,
    /// Usable addresses that are used then, in per cent.
    pub utilisation: f64,
}

/// What nodes hold before and after a change of warm targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TargetsChange {
    /// Nodes.
    pub nodes: u32,
    /// Pods on each.
    pub pods_per_node: u32,
    /// What one node holds now.
    pub before: NodeHolding,
    /// What one node holds then.
    pub after: NodeHolding,
    /// Addresses that all nodes hold less then, those in prefixes included; negative if they hold more.
    pub saved_addresses: i64,
    /// /28 prefixes that all nodes hold less then; negative if they hold more.
    pub saved_prefixes: i64,
}

/// What one node takes from its subnet at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NodeHolding {
    /// The mode that the node works in.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Addresses, its own and those in prefixes included.
    pub addresses: u32,
    /// /28 prefixes.
    pub prefixes: u32,
}

/// Forecasts the free /28 of subnets, and what other warm targets save.
///
/// # Errors
/// - As [`census`](super::census()) and, for `targets`, [`size`](super::size()); `OUT_OF_RANGE` and
///   `NOT_A_WHOLE_NUMBER` for numbers, `CONFIG_KEY` for an unknown key in `set`, `TOO_MANY` for more than 10,000 points.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::subnet::{ForecastRequest, GivenSubnet, forecast};
///
/// let given = GivenSubnet { cidr: "10.0.8.0/24".into(), ..Default::default() };
/// let mut request = ForecastRequest { subnet: Some(given), more: vec![25.into()], ..Default::default() };
/// let answer = forecast(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.subnets[0].expected[0].expected_free_prefixes, 2.472);
/// assert_eq!(answer.subnets[0].last.unwrap().more, 43);
///
/// request.more = vec![(-1).into()];
/// assert_eq!(forecast(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "OUT_OF_RANGE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn forecast(request: &ForecastRequest, progress: OnProgress<'_>) -> Result<Forecasts, Refusal> {
    let (more, prefixes) = wanted(&request.more, request.prefixes)?;
    let mut notes = Vec::new();
    let targets =
        request.targets.as_ref().map(|targets| TargetsChange::of(targets, &mut notes)).transpose()?;
    let asks_for_subnets =
        request.subnet.is_some() || !request.paths.is_empty() || !request.documents.is_empty();
    if targets.is_some() && !asks_for_subnets {
        return Ok(Forecasts { subnets: Vec::new(), targets, notes, problems: Vec::new() });
    }
    let found = find(
        Wanted {
            subnet: request.subnet.as_ref(),
            paths: &request.paths,
            documents: &request.documents,
            ids: &request.ids,
            count_last_block: request.count_last_block,
        },
        progress,
    )?;
    let subnets: Vec<SubnetForecast> =
        found.subnets.iter().map(|subnet| SubnetForecast::of(subnet, &more, prefixes)).collect();
    if !subnets.is_empty() {
        notes.push(Note::new(&note::FORECAST_UNIFORM, &[]));
    }
    notes.extend(found.notes);
    notes.sort_by_key(|note| note.kind);
    Ok(Forecasts { subnets, targets, notes, problems: found.problems })
}

/// The numbers of a request.
pub(super) fn wanted(more: &[Wide], prefixes: Option<Wide>) -> Result<(Vec<u32>, Option<u32>), Refusal> {
    if more.len() > MAX_POINTS {
        let message = format!("more has {} numbers: at most {MAX_POINTS} are forecast", more.len());
        return Err(Refusal::new("TOO_MANY", message));
    }
    let more = more.iter().map(|wide| wide.count("more")).collect::<Result<_, Refusal>>()?;
    Ok((more, prefixes.map(|wide| wide.count("prefixes")).transpose()?))
}

impl SubnetForecast {
    /// Forecasts one subnet.
    pub fn of(subnet: &Occupied, more: &[u32], prefixes: Option<u32>) -> Self {
        let map = &subnet.map;
        let forecast = Forecast::of(map);
        let usable = map.usable_addresses();
        let open = forecast.open_addresses();
        let shares = SHARES.iter().map(|share| (usable * share).div_ceil(100));
        let mut shares: Vec<u32> = shares.filter(|more| *more <= open).collect();
        shares.dedup();
        let more = if more.is_empty() { shares } else { more.to_vec() };
        // More than are open are never taken.
        let utilisation = |more: u32| per_cent(map.used_addresses() + more.min(open), usable);
        let moment = |more: u32| Moment { more, utilisation: utilisation(more) };
        Self {
            id: subnet.id.clone(),
            cidr: map.prefix().to_string(),
            free_prefixes: map.free_prefixes(),
            free_prefixes_inside_reservations: map.free_prefixes_inside_reservations(),
            open_addresses: open,
            expected: more
                .into_iter()
                .map(|more| Point {
                    more,
                    utilisation: utilisation(more),
                    expected_free_prefixes: thousandths(forecast.expected_thousandths(more)),
                })
                .collect(),
            half: forecast.half().map(moment),
            last: forecast.last_block().map(moment),
            fewer: prefixes.and_then(|prefixes| forecast.fewer_than(prefixes)).map(moment),
        }
    }
}

/// To a hundredth.
fn per_cent(part: u32, whole: u32) -> f64 {
    let hundredths = (u64::from(part) * 10_000 + u64::from(whole) / 2) / u64::from(whole.max(1));
    f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0
}

/// No subnet has more blocks than 32 bits count in thousandths.
fn thousandths(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / 1000.0
}

impl TargetsChange {
    fn of(request: &TargetsRequest, told: &mut Vec<Note>) -> Result<Self, Refusal> {
        let set = known_keys(&request.set)?;
        let data = match &request.data {
            Some(data) => data.clone(),
            None => {
                let mut values = BTreeMap::from(ASSUMED_VALUES);
                told.push(plan::values_assumed(&values));
                let mode: Option<IpamMode> = request.mode.as_deref().map(str::parse).transpose()?;
                if mode == Some(IpamMode::PrefixDelegation) {
                    values.insert(Key::EnableWindowsPrefixDelegation, "true");
                }
                values.iter().map(|(key, value)| (key.name().to_owned(), (*value).to_owned())).collect()
            }
        };
        let mut changed = data.clone();
        changed.extend(set.iter().map(|(key, value)| (key.name().to_owned(), value.clone())));
        let holding = |data: &BTreeMap<String, String>, mode: Option<&String>, pods: Option<Wide>| {
            size(&SizeRequest {
                instance_type: request.instance_type.clone(),
                limits: request.limits,
                mode: mode.cloned(),
                max_pods: request.max_pods,
                nodes: Some(request.nodes),
                pods_per_node: pods,
                data: Some(data.clone()),
                ..SizeRequest::default()
            })
        };
        let mut before = holding(&data, request.mode.as_ref(), request.pods_per_node)?;
        // Both with the same pods, or what is compared is not the targets. The mode may be among what is changed.
        let pods = |size: &Size| Some(Wide::from(i64::from(size.pods_per_node)));
        let after = holding(&changed, None, pods(&before))?;
        if after.pods_per_node < before.pods_per_node {
            before = holding(&data, request.mode.as_ref(), pods(&after))?;
        }
        told.extend(ignored(&set, &changed, type_limits(request.instance_type.as_deref(), request.limits)?));
        let nodes = request.nodes.count("nodes")?;
        let saved = |before: u32, after: u32| (i64::from(before) - i64::from(after)) * i64::from(nodes);
        // A size tells more: how nodes are spread and replaced, which no single node depends on.
        let of_a_node = [note::SIZE_NOT_NITRO.key, note::SIZE_PODS_PER_NODE.key];
        let about_nodes =
            |note: &&Note| !note.code.starts_with("size-") || of_a_node.contains(&note.code.as_str());
        told.extend(after.notes.iter().filter(about_nodes).cloned());
        Ok(Self {
            nodes,
            pods_per_node: after.pods_per_node,
            saved_addresses: saved(before.node_addresses, after.node_addresses),
            saved_prefixes: saved(before.node_prefixes, after.node_prefixes),
            before: NodeHolding::of(&before),
            after: NodeHolding::of(&after),
        })
    }
}

/// Of the keys to change, those that the controller does not take at their word.
fn ignored(
    set: &BTreeMap<Key, String>,
    data: &BTreeMap<String, String>,
    limits: Option<Limits>,
) -> Vec<Note> {
    let Some(limits) = limits else { return Vec::new() };
    let data = ConfigData::from_pairs(data.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let node = Settings::read(&data, Environment::default()).on_node(limits);
    node.all_ignored()
        .filter(|(key, _)| set.contains_key(key))
        .map(|(key, why)| {
            let told = crate::ipam::ignored(key, why, &data);
            Note::new(
                &note::KEY_IGNORED,
                &[("key", &told.key), ("value", &told.value), ("why", &told.message)],
            )
        })
        .collect()
}

impl NodeHolding {
    fn of(size: &Size) -> Self {
        Self { mode: size.mode.clone(), addresses: size.node_addresses, prefixes: size.node_prefixes }
    }
}
