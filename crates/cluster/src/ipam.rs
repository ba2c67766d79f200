//! The settings in effect, where each came from, and what a node holds at rest.

use crate::capacity::{LimitsRequest, type_limits};
use crate::note::{Note, fill, text as note};
use crate::plan;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::read;
use crate::request::{Document, Refusal, Wide, inputs, known_keys};
use crate::written::Written;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use winpod::InstanceType;
use winpod::instance::{self, Verdict};
use winpod::ipam::{
    self, ConfigData, Environment, Flag, Ignored, Key, Limits, NodeSettings, Settings, Target, TargetOrigin,
    Trap,
};

/// Which settings to read, and for which node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct IpamRequest {
    /// `data` of the ConfigMap; values as text, as they stand there.
    pub data: Option<BTreeMap<String, String>>,
    /// Files or directories with the ConfigMap.
    pub paths: Vec<String>,
    /// Or documents with it.
    pub documents: Vec<Document>,
    /// Values to put in place of those of the ConfigMap, by key.
    pub set: BTreeMap<String, String>,
    /// A type to answer for; without one the answer is for a Nitro node.
    pub instance_type: Option<String>,
    /// Or its limits.
    pub limits: Option<LimitsRequest>,
    /// Pods on the node; then the steady state is answered, which needs a type or limits.
    pub pods: Option<Wide>,
    /// Prefixes that cannot be given back because a pod still uses them or its address cools down.
    pub occupied_prefixes: Option<Wide>,
    /// A Deployment kube-system/vpc-resource-controller exists; read from the files if absent.
    pub old_controller: Option<bool>,
    /// The controller runs with its own start flag for Windows prefixes; true if absent.
    pub prefix_delegation_allowed: Option<bool>,
}

/// The settings that act on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ipam {
    /// Whether Windows pods get addresses at all.
    pub enabled: bool,
    /// How `enable-windows-ipam` reads: `on`, `off`, `absent`, `unparsable` or `overruled`.
    #[schemars(extend("enum" = ["on", "off", "absent", "unparsable", "overruled"]))]
    pub windows_ipam: String,
    /// How `enable-windows-prefix-delegation` reads.
    #[schemars(extend("enum" = ["on", "off", "absent", "unparsable", "overruled"]))]
    pub prefix_delegation: String,
    /// The mode of the node: `secondary-ip` or `prefix-delegation`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation"]))]
    pub mode: String,
    /// Addresses kept free.
    pub warm_ip_target: i64,
    /// Addresses held at least.
    pub minimum_ip_target: i64,
    /// Prefixes kept free; counts only where neither of the others is positive.
    pub warm_prefix_target: i64,
    /// What the controller's loader hands to the pool, before the pool's own rules.
    pub loaded: Targets,
    /// Where each value in effect comes from.
    pub origins: Origins,
    /// Every key that is set and has no effect.
    pub ignored: Vec<IgnoredKey>,
    /// What the node holds at rest; only with `pods`.
    pub steady_state: Option<SteadyState>,
    /// Traps that these settings fall into, and what else is worth telling.
    pub notes: Vec<Note>,
    /// What is wrong with the files.
    pub problems: Vec<Problem>,
}

/// The three targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Targets {
    /// Addresses kept free.
    pub warm_ip_target: i64,
    /// Addresses held at least.
    pub minimum_ip_target: i64,
    /// Prefixes kept free.
    pub warm_prefix_target: i64,
}

/// Where values come from: a key of the ConfigMap, or what stands in for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Origins {
    /// Of the warm-IP target.
    pub warm_ip_target: String,
    /// Of the minimum-IP target.
    pub minimum_ip_target: String,
    /// Of the warm-prefix target.
    pub warm_prefix_target: String,
}

/// A key without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct IgnoredKey {
    /// The key.
    pub key: String,
    /// Its value as written.
    pub value: String,
    /// Why, by name: `shadowed`, `unparsable`, `not-positive` and so on.
    pub reason: String,
    /// Why, as a sentence.
    pub message: String,
}

/// One node at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SteadyState {
    /// Pods that have an address.
    pub pods: u32,
    /// Pods that were asked for and never get one.
    pub waiting: u32,
    /// Addresses on the ENI for pods, used or free.
    pub held_addresses: u32,
    /// /28 prefixes among them.
    pub prefixes: u32,
    /// Addresses held and not used.
    pub warm: u32,
    /// Prefixes that could be given back: none of their addresses is used or cooling down.
    pub unused_prefixes: u32,
    /// Addresses that the node takes from its subnet, its own among them.
    pub subnet_addresses: u32,
}

/// Reads the settings as the controller does.
///
/// # Errors
/// - Codes `CONFIG_KEY` for an unknown key in `set`, `UNKNOWN_TYPE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`,
///   `NOT_A_WHOLE_NUMBER`; `REQUEST` for `pods` without a type, or `data` beside files; `STOPPED`.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::ipam::{IpamRequest, ipam};
///
/// let mut request = IpamRequest { instance_type: Some("m5.xlarge".into()), pods: Some(7.into()), ..Default::default() };
/// request.data = Some([("enable-windows-ipam", "true"), ("windows-minimum-ip-target", "6")]
///     .map(|(key, value)| (key.to_owned(), value.to_owned())).into());
/// let answer = ipam(&request, &mut |_| ControlFlow::Continue(()))?;
/// let rest = answer.steady_state.unwrap();
/// assert_eq!((rest.pods, rest.waiting), (6, 1)); // the minimum alone starves the seventh pod
///
/// request.instance_type = None;
/// assert_eq!(ipam(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn ipam(
    request: &IpamRequest,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Ipam, Refusal> {
    let limits = type_limits(request.instance_type.as_deref(), request.limits)?;
    let pods = request.pods.map(|wide| wide.count("pods")).transpose()?;
    let occupied = request.occupied_prefixes.map_or(Ok(0), |wide| wide.count("occupiedPrefixes"))?;
    let files = !request.paths.is_empty() || !request.documents.is_empty();
    if files && request.data.is_some() {
        return Err(Refusal::new("REQUEST", "gives data and files: give one of them"));
    }
    if pods.is_some() && limits.is_none() {
        return Err(Refusal::new(
            "REQUEST",
            "asks for pods without an instance type: name one, or give its limits",
        ));
    }
    let reading = read::read(&inputs(&request.paths, &request.documents), progress)?;
    let written = Written::of(&reading.cluster);
    let from_files = written
        .as_ref()
        .map(|written| written.pairs().map(|(key, text)| (key.name().to_owned(), text.to_owned())).collect());
    let mut values: Option<BTreeMap<String, String>> = request.data.clone().or(from_files);
    for (key, value) in known_keys(&request.set)? {
        values.get_or_insert_default().insert(key.name().to_owned(), value);
    }
    let data = match &values {
        Some(values) => {
            ConfigData::from_pairs(values.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        }
        None => ConfigData::Missing,
    };
    let old_controller =
        request.old_controller.unwrap_or(reading.cluster.cni.old_controller.known().is_some());
    let prefix_delegation_allowed = request.prefix_delegation_allowed.unwrap_or(true);
    let settings = Settings::read(&data, Environment { old_controller, prefix_delegation_allowed });
    let nitro = Limits::new(2, true)?;
    let node = settings.on_node(limits.unwrap_or(nitro));
    let mut notes = reading.notes;
    notes.extend(written.filter(Written::are_values).map(|written| plan::values_of(&written)));
    if let Some(row) = request.instance_type.as_deref().and_then(instance::find) {
        tell_about_type(row, &mut notes);
    }
    tell(&data, &settings, &node, &mut notes);
    let value_of = |target: Target| target.value;
    Ok(Ipam {
        enabled: node.windows_ipam,
        windows_ipam: settings.windows_ipam.name().to_owned(),
        prefix_delegation: settings.prefix_delegation.name().to_owned(),
        mode: node.mode.name().to_owned(),
        warm_ip_target: node.warm_ip.value,
        minimum_ip_target: node.minimum_ip.value,
        warm_prefix_target: node.warm_prefix.value,
        loaded: Targets {
            warm_ip_target: value_of(settings.loaded.warm_ip),
            minimum_ip_target: value_of(settings.loaded.minimum_ip),
            warm_prefix_target: value_of(settings.loaded.warm_prefix),
        },
        origins: Origins {
            warm_ip_target: origin(node.warm_ip.origin),
            minimum_ip_target: origin(node.minimum_ip.origin),
            warm_prefix_target: origin(node.warm_prefix.origin),
        },
        ignored: node.all_ignored().map(|(key, why)| ignored(key, why, &data)).collect(),
        steady_state: limits.zip(pods).map(|(limits, pods)| at_rest(limits, &node, pods, occupied)),
        notes,
        problems: reading.problems,
    })
}

fn at_rest(limits: Limits, node: &NodeSettings, pods: u32, occupied: u32) -> SteadyState {
    let rest = ipam::steady_state(limits, node, pods, occupied);
    SteadyState {
        pods: rest.pods,
        waiting: rest.waiting,
        held_addresses: rest.held_addresses,
        prefixes: rest.prefixes,
        warm: rest.warm,
        unused_prefixes: rest.unused_prefixes,
        subnet_addresses: rest.subnet_addresses(),
    }
}

fn origin(origin: TargetOrigin) -> String {
    match origin {
        TargetOrigin::Key(key) => key.name().to_owned(),
        TargetOrigin::Absent => "not set".to_owned(),
        TargetOrigin::Default => "default".to_owned(),
        TargetOrigin::Replaced(key) => format!("default in place of {key}"),
        TargetOrigin::Unparsable(key) => format!("0 in place of {key}"),
        _ => String::new(),
    }
}

pub(crate) fn ignored(key: Key, why: Ignored, data: &ConfigData<'_>) -> IgnoredKey {
    let value = data.get(key).unwrap_or_default();
    let twin = key.name().trim_start_matches("windows-");
    let text = match why {
        Ignored::Shadowed => &note::IGNORED_SHADOWED,
        Ignored::Unparsable => &note::IGNORED_UNPARSABLE,
        Ignored::NotPositive => &note::IGNORED_NOT_POSITIVE,
        Ignored::SecondaryMode => &note::IGNORED_SECONDARY_MODE,
        Ignored::WarmPrefixOverruled => &note::IGNORED_WARM_PREFIX_OVERRULED,
        Ignored::NotNitro => &note::IGNORED_NOT_NITRO,
        Ignored::WindowsIpamOff => &note::IGNORED_WINDOWS_IPAM_OFF,
        Ignored::OldController => &note::IGNORED_OLD_CONTROLLER,
        Ignored::PrefixDelegationNotAllowed => &note::IGNORED_PREFIX_DELEGATION_NOT_ALLOWED,
        _ => &note::IGNORED_OTHER_MODE,
    };
    IgnoredKey {
        key: key.name().to_owned(),
        value: value.to_owned(),
        reason: why.name().to_owned(),
        message: fill(text.sentence, &[("key", &key), ("value", &value), ("twin", &twin)]),
    }
}

/// What is worth telling about a type, whatever is asked.
pub(crate) fn tell_about_type(row: &InstanceType, notes: &mut Vec<Note>) {
    let (windows, known) = (row.windows().verdict, row.controller_known());
    let values: [(&str, &dyn fmt::Display); 2] = [("type", &row.name()), ("date", &known.table_date)];
    match windows {
        Verdict::No => notes.push(Note::new(&note::NOT_FOR_WINDOWS, &values)),
        Verdict::Unknown => notes.push(Note::new(&note::PERHAPS_FOR_WINDOWS, &values)),
        Verdict::Yes if !known.listed => notes.push(Note::new(&note::NOT_IN_CONTROLLER, &values)),
        Verdict::Yes => {}
    }
}

fn tell(data: &ConfigData<'_>, settings: &Settings, node: &NodeSettings, notes: &mut Vec<Note>) {
    if matches!(data, ConfigData::Missing) {
        notes.push(Note::new(&note::CONFIGMAP_NOT_GIVEN, &[]));
    } else if !node.windows_ipam {
        let written = data.get(Key::EnableWindowsIpam).unwrap_or("(absent)");
        let why = why_off(settings.windows_ipam);
        notes.push(Note::new(&note::IPAM_OFF, &[("written", &written), ("why", &why)]));
    }
    notes.extend(node.traps().filter_map(|trap| trap_note(trap, node)));
    notes.sort_by_key(|note| note.kind);
}

/// The sentence of a trap.
pub(crate) fn trap_note(trap: Trap, node: &NodeSettings) -> Option<Note> {
    Some(match trap {
        Trap::MinimumOnlyStarvation => Note::new(&note::MINIMUM_ONLY, &[("minimum", &node.minimum_ip.value)]),
        Trap::WarmPrefixDead => Note::new(&note::WARM_PREFIX_DEAD, &[("value", &node.warm_prefix.value)]),
        Trap::ShadowedWindowsKey => {
            Note::new(&note::WINDOWS_KEY_SHADOWED, &[("keys", &without_effect(node, Ignored::Shadowed))])
        }
        Trap::TargetOverflow => Note::new(&note::TARGET_OVERFLOW, &[]),
        Trap::UnparsableFlag => {
            Note::new(&note::FLAG_UNPARSABLE, &[("keys", &without_effect(node, Ignored::Unparsable))])
        }
        _ => return None,
    })
}

/// The keys without effect for one reason.
fn without_effect(node: &NodeSettings, reason: Ignored) -> String {
    let keys: Vec<&str> =
        node.all_ignored().filter(|(_, why)| *why == reason).map(|(key, _)| key.name()).collect();
    keys.join(", ")
}

/// Why Windows IPAM is off.
pub(crate) fn why_off(flag: Flag) -> &'static str {
    match flag {
        Flag::Absent => "the key is not there",
        Flag::Unparsable => "the controller takes only 1, t, T, TRUE, true and True for true",
        Flag::Overruled => "the Deployment kube-system/vpc-resource-controller switches it off",
        _ => "it is set to false",
    }
}
