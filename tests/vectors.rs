//! The cases of `vectors/` through the list of operations; README.md says what each harness must refuse.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers too")]

use core::fmt::Write as _;
use core::ops::ControlFlow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};
use winpod_cluster::api::{OPERATIONS, call};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

const KEYS: [&str; 6] = ["id", "op", "args", "expect", "error", "why"];

struct Case {
    file: String,
    id: String,
    op: String,
    args: Value,
    outcome: Outcome,
}

enum Outcome {
    Expect(Value),
    Error(String),
}

fn text(case: &Map<String, Value>, key: &str, what: &str) -> String {
    case.get(key)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{what}: no text under {key:?}"))
        .to_owned()
}

/// Every case of every file, files by name.
fn cases() -> BTreeMap<String, Vec<Case>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |path: PathBuf| {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let content = fs::read_to_string(&path).unwrap();
        let cases: Vec<Map<String, Value>> =
            serde_json::from_str(&content).unwrap_or_else(|error| panic!("{file}: {error}"));
        let cases = cases.into_iter().enumerate().map(|(index, case)| {
            let what = format!("{file}, case {index}");
            if let Some(key) = case.keys().find(|key| !KEYS.contains(&key.as_str())) {
                panic!("{what}: unknown key {key:?}");
            }
            assert!(!text(&case, "why", &what).is_empty(), "{what}: says no why");
            Case {
                id: text(&case, "id", &what),
                op: text(&case, "op", &what),
                args: case.get("args").unwrap_or_else(|| panic!("{what}: no args")).clone(),
                outcome: match (case.get("expect"), case.get("error")) {
                    (Some(expect), None) => Outcome::Expect(expect.clone()),
                    (None, Some(Value::String(code))) => Outcome::Error(code.clone()),
                    _ => panic!("{what}: needs either expect or error"),
                },
                file: file.clone(),
            }
        });
        (file.clone(), cases.collect())
    };
    files.into_iter().map(read).collect()
}

/// Where an answer is not what is expected: objects by the keys listed, arrays one by one, the rest exactly.
fn difference(expected: &Value, got: &Value, path: &str) -> Option<String> {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => expected.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match got.get(key) {
                Some(got) => difference(value, got, &path),
                None => Some(format!("{path} is not there")),
            }
        }),
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => expected
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(index, (expected, got))| difference(expected, got, &format!("{path}[{index}]"))),
        // A whole number is one number, however it is written.
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64()) => {
            None
        }
        _ if expected == got => None,
        _ => Some(format!("{path} is {got}, not {expected}")),
    }
}

fn problem(case: &Case) -> Option<String> {
    if !OPERATIONS.iter().any(|operation| operation.name == case.op) {
        return Some(format!("{:?} is no operation", case.op));
    }
    match (&case.outcome, call(&case.op, case.args.clone(), &mut |_| ControlFlow::Continue(()))) {
        (Outcome::Expect(expected), Ok(got)) => difference(expected, &got, ""),
        (Outcome::Error(code), Err(refusal)) if refusal.code == *code => None,
        (Outcome::Error(code), Err(refusal)) => Some(format!("refused by {refusal}, not {code}")),
        (Outcome::Error(code), Ok(got)) => Some(format!("answered {got}, not {code}")),
        (Outcome::Expect(_), Err(refusal)) => Some(format!("refused: {refusal}")),
    }
}

/// Ids of cases that are known to differ, one a line with a reason; empty at best.
fn exceptions() -> BTreeSet<String> {
    let content = fs::read_to_string(folder().join("exceptions-rust.txt")).unwrap();
    let lines = content.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').unwrap_or_else(|| panic!("{line}: no reason")).0.to_owned())
        .collect()
}

#[test]
fn every_case_of_every_file() {
    let files = cases();
    assert!(!files.is_empty(), "no file in {}", folder().display());
    let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut excepted = exceptions();
    let (mut count, mut differ) = (0, Vec::new());
    for (file, cases) in &files {
        assert!(!cases.is_empty(), "{file} has no cases");
        for case in cases {
            count += 1;
            used.insert(case.op.as_str());
            let id = &case.id;
            assert!(ids.insert(id.as_str()), "{file}: the id {id} is not unique");
            match (problem(case), excepted.remove(id)) {
                (Some(problem), false) => differ.push(format!("{}: {id}: {problem}", case.file)),
                (None, true) => differ.push(format!("{}: {id}: is an exception and passes", case.file)),
                _ => {}
            }
        }
    }
    differ.extend(excepted.iter().map(|id| format!("exceptions-rust.txt: {id}: no such case")));
    let unused = OPERATIONS.iter().filter(|operation| !used.contains(operation.name));
    differ.extend(unused.map(|operation| format!("operation {} has no case", operation.name)));
    println!("vectors in rust: {count} cases in {} files, {} differ", files.len(), differ.len());
    assert!(differ.is_empty(), "\n{}", differ.join("\n"));
}

#[test]
fn a_harness_that_lets_everything_pass_is_found() {
    let case = |op: &str, args: &str, outcome| Case {
        file: "test".into(),
        id: "test".into(),
        op: op.into(),
        args: serde_json::from_str(args).unwrap(),
        outcome,
    };
    let expect = |text: &str| Outcome::Expect(serde_json::from_str(text).unwrap());
    let m5 = r#"{"types": ["m5.large"]}"#;
    assert_eq!(problem(&case("capacity", m5, expect(r#"[{"ipv4": 9}]"#))), None);
    for wrong in [
        case("capacities", m5, expect("[]")),
        case("capacity", m5, expect(r#"[{"ipv4": 10}]"#)),
        case("capacity", m5, expect(r#"[{"ipv5": 9}]"#)),
        case("capacity", m5, expect("[]")),
        case("capacity", m5, expect("{}")),
        case("capacity", m5, Outcome::Error("UNKNOWN_TYPE".into())),
        case("capacity", "{}", Outcome::Error("UNKNOWN_TYPE".into())),
        case("capacity", "{}", expect("[]")),
    ] {
        assert!(problem(&wrong).is_some(), "{} {}", wrong.op, wrong.args);
    }
}

/// The generated part of README.md: which operation runs in which language.
#[test]
fn the_matrix_in_the_readme_is_current() {
    const START: &str = "<!-- generated: matrix -->\n";
    const END: &str = "<!-- end -->";
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let files = cases();
    for case in files.values().flatten() {
        *counts.entry(&case.op).or_default() += 1;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // A language runs every case or none: its harness reads the whole folder.
    let has_harness = |folder: &str| {
        let names =
            fs::read_dir(root.join(folder)).into_iter().flatten().map(|entry| entry.unwrap().file_name());
        names.into_iter().any(|name| name.to_string_lossy().contains("vectors."))
    };
    let harnesses = [
        ("rust", has_harness("tests")),
        ("python", has_harness("bindings/python/tests")),
        ("node", has_harness("bindings/node/tests") || has_harness("bindings/node/test")),
    ];
    let mut table = String::from("| operation | cases |");
    table.extend(harnesses.iter().map(|(language, _)| format!(" {language} |")));
    table += "\n|---|---:|---|---|---|\n";
    for operation in OPERATIONS {
        let count = counts.get(operation.name).copied().unwrap_or(0);
        write!(table, "| `{}` | {count} |", operation.name).unwrap();
        table.extend(
            harnesses.iter().map(
                |(_, harness)| {
                    if *harness { format!(" {count} |") } else { " not yet |".to_owned() }
                },
            ),
        );
        table += "\n";
    }
    writeln!(table, "| all {} | {} | | | |", OPERATIONS.len(), counts.values().sum::<usize>()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(START).expect("the start of the matrix");
    let (old, after) = rest.split_once(END).expect("the end of the matrix");
    if old != table {
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, [before, START, &table, END, after].concat()).unwrap();
        } else {
            panic!("the matrix is stale: UPDATE=1 cargo test -p winpod-tests --test vectors\n{table}");
        }
    }
}
