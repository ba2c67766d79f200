//! Rules for Windows nodes on EKS, held against the files of a cluster.
//!
//! The texts of a rule are an entry of `data/rules.toml`; its condition is a function of the module of its family.
//! No rule judges what the files leave open: it says what it lacks instead.

mod answer;
mod baseline;
mod bootstrap;
mod bound;
mod catalogue;
mod config;
mod context;
mod date;
mod found;
mod ignore;
mod patch;
mod paths;
mod planned;
mod rule;
mod starts;
#[cfg(test)]
mod tests;
mod written;

// Families.
mod auth;
mod calico;
mod cluster;
mod dsr;
mod ipam;
mod karpenter;
mod node_groups;
mod pods;
mod policy;
mod prefixes;
mod vpc;

pub use answer::{Check, Finding, Lack, Patch, Related, Skipped, Summary, Unlisted};
pub(crate) use auth::{KUBE_PROXY as KUBE_PROXY_GROUP, USER as NODE_USER};
pub(crate) use baseline::without_lines;
pub(crate) use calico::{CONFIG_DIR as CALICO_CONFIG_DIR, ENDPOINT as CALICO_ENDPOINT};
pub use catalogue::{RuleRow, RulesRequest, rules};
pub(crate) use paths::plain;
pub(crate) use rule::Need;
pub use rule::Severity;

use crate::api::OnProgress;
use crate::cni;
use crate::model::{Cluster, Field, Place};
use crate::note::{Note, UnknownKind, text as note};
use crate::plan::{self, supply};
use crate::problem::Problem;
use crate::read::{self, Duplicate, Reading, Unquoted};
use crate::request::{Document, Given, Refusal, inputs};
use crate::written::Written;
use baseline::Baseline;
use bound::Bound;
use config::{Config, Setting};
use context::{CNI, Context, quoted};
use date::Date;
use found::{Found, Outcome};
use ignore::{Did, Ignores, Sieve};
use planned::Planned;
use rule::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use winpod::ipam::Key;

/// What to check, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct CheckRequest {
    /// Files and directories; a directory is read whole.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// The day to judge from, as `YYYY-MM-DD`: support that ends, ignores that expire. Without it such rules are skipped.
    pub date: Option<String>,
    /// A `.winpod.toml`: rules, their severities, and what is known and left out.
    pub config: Option<Given>,
    /// An earlier answer of `check` as JSON; what it has is not told again.
    pub baseline: Option<Given>,
    /// The mildest severity that fails the check: `info`, `warn`, `high` or `error`. Without it that of the
    /// configuration, else `high`.
    pub fail_on: Option<String>,
    /// Whether to tell which CNI fits the cluster, and what each would break.
    pub advise: bool,
}

/// A rule and its condition.
struct Judge {
    rule: &'static Rule,
    judge: fn(&Context<'_>, &mut Found),
}

/// The rules of all families.
fn judges() -> impl Iterator<Item = &'static Judge> {
    [
        cluster::RULES,
        auth::RULES,
        ipam::RULES,
        prefixes::RULES,
        vpc::RULES,
        node_groups::RULES,
        karpenter::RULES,
        pods::RULES,
        policy::RULES,
        calico::RULES,
        dsr::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Holds the rules against the files.
///
/// # Errors
/// - Codes `REQUEST` without any input, `DATE` for a day that is none, `SEVERITY`, `CONFIG` and `BASELINE` for what these
///   have wrong, `UNREADABLE` and `ENCODING` for files of theirs, `STOPPED`. What is wrong with the files is among the findings.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::check::{CheckRequest, check};
/// use winpod_cluster::request::Document;
///
/// let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n\
///             data:\n  enable-windows-ipam: \"yes\"\n".to_owned();
/// let request = CheckRequest { documents: vec![Document { name: "cni.yaml".into(), text }], ..Default::default() };
/// let answer = check(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!((answer.findings[0].rule.as_str(), answer.findings[0].line), ("CLU-002", 5));
///
/// assert_eq!(check(&CheckRequest::default(), &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn check(request: &CheckRequest, progress: OnProgress<'_>) -> Result<Check, Refusal> {
    let inputs = inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new("REQUEST", "names no file and no document: give at least one"));
    }
    let settings = Settings::of(request)?;
    let baseline = request.baseline.as_ref().map(|given| Baseline::read(&*given.read()?)).transpose()?;
    let reading = read::read(&inputs, progress)?;
    let mut answer = judge(reading, &settings, baseline);
    patch::fill(&mut answer.findings, &inputs);
    Ok(answer)
}

/// How to check.
struct Settings {
    config: Config,
    date: Option<Date>,
    fail_on: Severity,
    /// Whether a directory is among the inputs.
    whole: bool,
    advise: bool,
}

impl Settings {
    fn of(request: &CheckRequest) -> Result<Self, Refusal> {
        let config = request.config.as_ref().map(|given| Config::read(&*given.read()?)).transpose()?;
        let config = config.unwrap_or_default();
        let date = request.date.as_deref().map(day).transpose()?;
        let asked = request.fail_on.as_deref().map(|text| config::severity("failOn", text)).transpose();
        let asked = asked.map_err(|message| Refusal::new("SEVERITY", message))?;
        let fail_on = asked.or(config.fail_on).unwrap_or(Severity::High);
        let whole = request.paths.iter().any(|path| Path::new(path).is_dir());
        Ok(Self { config, date, fail_on, whole, advise: request.advise })
    }

    fn of_rule(&self, rule: &Rule) -> Setting {
        self.config.rules.get(rule.id).copied().unwrap_or(Setting::On)
    }
}

fn day(text: &str) -> Result<Date, Refusal> {
    Date::parse(text).ok_or_else(|| {
        let shown = read::shortened(text);
        Refusal::new("DATE", format!("date is {shown:?}: a day such as 2026-11-22 is allowed"))
    })
}

fn judge(mut reading: Reading, settings: &Settings, baseline: Option<Baseline>) -> Check {
    plan::learn_from_nodes(&mut reading.cluster);
    leave_out_two_nodes(&mut reading);
    let cluster = &reading.cluster;
    // Entries that contradict each other are left out of the count: rules judge what is left.
    let supplies = supply::supplies(cluster, false, &mut |_, _, _| {}, &mut Vec::new(), &mut Vec::new());
    let written = Written::of(cluster);
    let planned = Planned::of(cluster, &supplies, written.as_ref());
    let context = Context {
        cluster,
        planned: &planned,
        written: written.as_ref(),
        date: settings.date,
        asked: context::Asked::default(),
    };
    let cni = settings.advise.then(|| cni::advise(cluster, &supplies, &BTreeMap::new()));
    let on = |rule: &Rule| settings.of_rule(rule) != Setting::Off;
    let mut all: Vec<Found> = vec![unusable(&reading)];
    let own = [conflicts(&reading), no_strings(&reading), duplicates(&reading)];
    all.extend(own.into_iter().filter(|found| on(found.rule)));
    // Findings say it here.
    reading.notes.retain(|it| it.code != note::DUPLICATE_KEY.key);
    let recognised = reading.recognised();
    if !recognised {
        reading
            .notes
            .push(Note::new(&note::NOTHING_RECOGNISED, &[("kinds", &others(&reading.unknown_kinds))]));
    }
    let mut long: Vec<&Judge> = Vec::new();
    for one @ Judge { rule, judge } in judges().filter(|judge| on(judge.rule)) {
        let mut found = Found::window(rule, 0, bound::WINDOW);
        judge(&context, &mut found);
        if found.count > bound::WINDOW {
            long.push(one);
        }
        context.tell_what_was_missed(&mut found);
        if let Field::Unknown(reason, place) = &cluster.cni.data {
            found.hides(Need::Configmap, reason, place);
        }
        reading.notes.append(&mut found.notes);
        all.push(found);
    }
    for found in &mut all {
        found.name_resources(&|text| name_resources(text, cluster));
    }
    let mut findings: Vec<Finding> =
        all.iter_mut().flat_map(|found| std::mem::take(&mut found.findings)).collect();
    let found_by: BTreeMap<&str, Did> = all.iter().map(|found| (found.rule.id, found.did())).collect();
    let ignores = Ignores {
        config: &settings.config,
        comments: &reading.cluster.ignores,
        date: settings.date,
        whole: settings.whole,
    };
    let mut summary = Summary { files: reading.files, documents: reading.documents, ..Summary::default() };
    let mut sieve = ignores.sieve();
    summary.hidden = sieve.apply(&mut findings);
    let did = |rule: &Rule| found_by.get(rule.id).copied().unwrap_or(Did::Open);
    let mut bound = Bound { settings, baseline, summary: &mut summary, unlisted: BTreeMap::new() };
    let mut listed = Vec::new();
    bound.take(&mut listed, findings);
    judge_on(&long, &context, &mut sieve, &mut bound, &mut listed);
    let mut about = Vec::new();
    for mut found in sieve.finish(&did).into_array().into_iter().filter(|found| on(found.rule)) {
        about.append(&mut found.findings);
        all.push(found);
    }
    bound.take(&mut listed, about);
    let (findings, unlisted) = (listed, bound.unlisted);
    summary.unusable |= !recognised;
    summary.fails = summary.at_least(settings.fail_on) > 0;
    let ids = |wanted: &dyn Fn(&Rule) -> bool| {
        rule::RULES.iter().filter(|rule| wanted(rule)).map(|rule| rule.id.to_owned()).collect::<Vec<_>>()
    };
    let by_rule: BTreeMap<&str, &Found> = all.iter().map(|found| (found.rule.id, found)).collect();
    let is = |what: Outcome| ids(&|rule| by_rule.get(rule.id).is_some_and(|found| found.outcome() == what));
    let skipped: Vec<Skipped> =
        rule::RULES.iter().filter_map(|rule| by_rule.get(rule.id)?.skipped()).collect();
    summary.rules_judged = all.iter().filter(|found| found.judged > 0).count();
    summary.rules_skipped = skipped.len();
    let unlisted = rule::RULES.iter().filter_map(|rule| {
        let count = *unlisted.get(rule.id)?;
        Some(Unlisted { rule: rule.id.to_owned(), title: rule.title.to_owned(), count })
    });
    Check {
        unlisted: unlisted.collect(),
        skipped,
        clean: is(Outcome::Clean),
        not_applicable: is(Outcome::NotApplicable),
        not_decidable: ids(&|rule| rule.look.is_some() && on(rule)),
        off: ids(&|rule| !on(rule)),
        unknown_kinds: reading.unknown_kinds,
        fail_on: settings.fail_on,
        cni,
        summary,
        notes: reading.notes,
        findings,
    }
}

/// What an ARN begins with that a stack is yet to make; with a logical id behind it, it is no ARN.
const ARNS_TO_COME: [&str; 2] = ["arn:aws:iam:::role/", "arn:aws:iam:::instance-profile/"];
/// Goes through what rules find behind the findings that were held at first, in portions.
fn judge_on(
    long: &[&Judge],
    context: &Context<'_>,
    sieve: &mut Sieve<'_>,
    bound: &mut Bound<'_>,
    listed: &mut Vec<Finding>,
) {
    for Judge { rule, judge } in long {
        let mut from = bound::WINDOW;
        loop {
            let mut found = Found::window(rule, from, bound::WINDOW);
            judge(context, &mut found);
            found.name_resources(&|text| name_resources(text, context.cluster));
            let mut more = std::mem::take(&mut found.findings);
            bound.summary.hidden += sieve.apply(&mut more);
            bound.take(listed, more);
            from += bound::WINDOW;
            if found.count <= from {
                break;
            }
        }
    }
}

/// What HNS lists on two nodes is no sum of anything: it is told, and none of it is judged.
fn leave_out_two_nodes(reading: &mut Reading) {
    let Some(nodes) = reading.cluster.hns_nodes.take() else { return };
    let Refusal { code, message } = Refusal::two_nodes(&nodes);
    reading.problems.push(Problem::new(&code, message, &nodes.first));
    let cluster = &mut reading.cluster;
    cluster.hns_networks.clear();
    cluster.hns_endpoints.clear();
    cluster.hns_namespaces.clear();
    cluster.hns_policies.clear();
    cluster.hns_routes.clear();
    cluster.hns_half_listed = false;
}

/// Resources of a template by their logical ids alone: `Vpc` for `${Vpc}`.
fn name_resources(text: &mut String, cluster: &Cluster) {
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        from = start + 2;
        let Some(end) = text[start..].find('}').map(|at| start + at) else { return };
        if cluster.template_resources.contains(&text[start..=end]) {
            text.remove(end);
            let arn = ARNS_TO_COME.iter().find(|arn| text[..start].ends_with(**arn));
            let start = start - arn.map_or(0, |arn| arn.len());
            text.replace_range(start..from, "");
            from = start;
        }
    }
}

/// Problems of files that can be read each by itself, and say two things of one object.
const CONFLICTS: [&str; 5] =
    ["NODE_GROUP_TWICE", "CONFIGMAP_TWICE", "SUBNET_TWICE", "INTERFACE_TWICE", "TWO_NODES"];

/// Kinds that no rule reads, as the end of a sentence.
fn others(kinds: &[UnknownKind]) -> String {
    let named = kinds.iter().map(|it| format!("{} ({})", it.kind, it.count));
    if kinds.is_empty() {
        String::new()
    } else {
        format!("; no rule reads what is here: {}", read::join(named))
    }
}

/// What is wrong with the input itself.
fn unusable(reading: &Reading) -> Found {
    let mut found = Found::new(&rule::PARSE);
    for _ in 0..reading.files {
        found.judged();
    }
    for problem in &reading.problems {
        let unquoted = reading.unquoted.iter().any(|it| problem.location == Some((&it.place).into()));
        if !CONFLICTS.contains(&&*problem.code) && !unquoted {
            told(problem, &mut found);
        }
    }
    found
}

fn told(problem: &Problem, found: &mut Found) {
    let place = problem.location.as_ref().map(Place::of);
    let place = place.unwrap_or_else(|| Place::file(&"".into()));
    let text = format!("{} [{}]", problem.message, problem.code);
    found.add(&place, "", &[("problem", &text)]);
}

/// What files say against each other.
fn conflicts(reading: &Reading) -> Found {
    let mut found = Found::new(&rule::PARSE_CONFLICT);
    for _ in 0..reading.documents {
        found.judged();
    }
    let conflicts = reading.problems.iter().filter(|problem| CONFLICTS.contains(&&*problem.code));
    conflicts.for_each(|problem| told(problem, &mut found));
    found
}

/// Values without quotes that have to be strings.
fn no_strings(reading: &Reading) -> Found {
    let mut found = Found::new(&rule::PARSE_NO_STRING);
    if !reading.cluster.cni.data.is_absent() {
        found.judged();
    }
    for Unquoted { object, key, text, place } in &reading.unquoted {
        found.judged();
        let (reader, holder) = if *object == CNI {
            ("The API server", "the ConfigMap amazon-vpc-cni")
        } else {
            ("eksctl", "the ClusterConfig")
        };
        // What YAML takes for a Boolean is meant as one, where a Boolean is allowed.
        let number = key.parse::<Key>().is_ok_and(|key| !read::is_switch(key));
        let meant = match &*text.to_ascii_lowercase() {
            _ if number && text.parse::<i64>().is_err() => None,
            "yes" | "y" | "on" | "true" => Some("\"true\"".to_owned()),
            "no" | "n" | "off" | "false" => Some("\"false\"".to_owned()),
            _ => Some(quoted(text)),
        };
        let allowed = meant.as_deref().unwrap_or("a whole number in quotes, such as \"1\"");
        // A number without quotes loses the zeros at its end.
        let number_of = text.parse::<f64>().ok().map(|number| number.to_string()).filter(|it| it != text);
        let read_as = number_of.map_or_else(String::new, |it| format!(" (the number {it})"));
        let values: [(&str, &dyn Display); 6] = [
            ("key", key),
            ("holder", &holder),
            ("value", text),
            ("read", &read_as),
            ("reader", &reader),
            ("meant", &allowed),
        ];
        let added = found.add(place, *object, &values);
        if let Some(meant) = meant {
            added.replace(place, meant);
        }
    }
    found
}

/// Keys that are given twice. Of a file that is full of them, the first ones are told.
fn duplicates(reading: &Reading) -> Found {
    const MOST: usize = 100;
    let mut found = Found::new(&rule::PARSE_DUPLICATE_KEY);
    for _ in 0..reading.documents {
        found.judged();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for Duplicate { key, place, before } in &reading.duplicates {
        let count = counts.entry(&place.file).or_default();
        *count += 1;
        if *count <= MOST {
            let added = found.add_as("again", place, "", &[("key", &quoted(key))]);
            added.related(before, "the value that does not count");
        }
    }
    for (file, count) in counts {
        if count > MOST {
            found.add_as("more", &Place::file(&file.into()), "", &[("count", &(count - MOST))]);
        }
    }
    found
}
