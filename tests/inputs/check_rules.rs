//! Each rule of `check` against a file that it is about, and a near miss that differs by one fact.
//!
//! `check/RULE/trigger*` and `check/RULE/near-miss*` are files or directories, paired by what follows those words. The rule
//! must find something in the first, and must have judged the second and found nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use toml::de::DeTable;
use winpod_cluster::api::call;

/// The day on which the cases are judged.
const DAY: &str = "2026-11-22";
/// Lines in which a pair of cases may differ, both sides counted: one fact may take a few.
const ONE_FACT: usize = 8;
/// What the engine finds by itself has cases of its own.
const OWN: [&str; 2] = ["PARSE", "IGNORE"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/check")
}

/// Rules that files can decide, and that have findings of their own.
fn decidable() -> Vec<String> {
    let rules = DeTable::parse(winpod_data::RULES).unwrap().into_inner();
    let rules = rules.get("rule").unwrap().get_ref().as_array().unwrap();
    let text =
        |rule: &DeTable<'_>, key: &str| rule.get(key).map(|it| it.get_ref().as_str().unwrap().to_owned());
    rules
        .iter()
        .map(|rule| rule.get_ref().as_table().unwrap())
        .filter(|rule| text(rule, "look").is_none() && text(rule, "told-by").is_none())
        .map(|rule| text(rule, "id").unwrap())
        .filter(|id| !OWN.contains(&id.split('-').next().unwrap()))
        .collect()
}

/// Cases by kind and the rest of their names.
fn cases(rule: &str) -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let mut cases: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    let entries =
        fs::read_dir(folder().join(rule)).unwrap_or_else(|_| panic!("tests/inputs/check/{rule} is missing"));
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let kind = ["trigger", "near-miss"].into_iter().find(|kind| name.starts_with(kind));
        let kind = kind.unwrap_or_else(|| panic!("{rule}/{name} is neither a trigger nor a near miss"));
        cases.entry(name[kind.len()..].to_owned()).or_default().insert(kind.to_owned(), path);
    }
    cases
}

fn check(path: &Path) -> Value {
    call("check", json!({"paths": [path], "date": DAY}), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn lines(path: &Path, into: &mut Vec<String>) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in &entries {
            lines(entry, into);
        }
    } else {
        let bytes = fs::read(path).unwrap();
        into.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
    }
}

/// Lines that only one of two cases has.
fn difference(one: &Path, other: &Path) -> usize {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    lines(one, &mut left);
    lines(other, &mut right);
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &left {
        *counts.entry(line).or_default() += 1;
    }
    for line in &right {
        *counts.entry(line).or_default() -= 1;
    }
    counts.values().map(|count| usize::try_from(count.abs()).unwrap()).sum()
}

#[test]
fn every_rule_finds_its_case_and_passes_by_the_near_miss() {
    let mut wrong = Vec::new();
    for rule in decidable() {
        for (name, case) in cases(&rule) {
            let (Some(trigger), Some(near_miss)) = (case.get("trigger"), case.get("near-miss")) else {
                wrong.push(format!("{rule}{name}: one of trigger and near-miss is missing"));
                continue;
            };
            let found = |answer: &Value| {
                answer["findings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|finding| finding["rule"] == rule.as_str())
                    .count()
            };
            let (hit, missed) = (check(trigger), check(near_miss));
            if found(&hit) == 0 {
                wrong.push(format!("{rule}{name}: nothing is found; skipped: {}", hit["skipped"]));
            }
            if found(&missed) > 0 {
                wrong.push(format!("{rule}{name}: the near miss is hit"));
            }
            if !missed["clean"].as_array().unwrap().iter().any(|clean| clean == rule.as_str()) {
                wrong.push(format!(
                    "{rule}{name}: the near miss was not judged; skipped: {}",
                    missed["skipped"]
                ));
            }
            for (answer, path) in [(&hit, trigger), (&missed, near_miss)] {
                if answer["summary"]["unusable"] == true {
                    wrong.push(format!("{}: cannot be read: {}", path.display(), answer["findings"]));
                }
            }
            match difference(trigger, near_miss) {
                1..=ONE_FACT => {}
                lines => wrong.push(format!("{rule}{name}: the pair differs in {lines} lines")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_cases_of_known_rules_only() {
    let known: BTreeSet<String> = decidable().into_iter().chain(OWN.map(str::to_owned)).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "tests/inputs/check/{name} is of no rule");
    }
}
