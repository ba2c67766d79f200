//! The pages of `docs/rules` are those that the catalogue makes.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

use winpod_cluster::check::{RulesRequest, rules};
use winpod_cluster::report::{rule_index, rule_page};

#[test]
fn pages_of_rules_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
    let rows = rules(&RulesRequest::default()).unwrap();
    let mut pages: BTreeMap<String, String> =
        rows.iter().map(|row| (format!("{}.md", row.id), rule_page(row))).collect();
    pages.insert("README.md".to_owned(), rule_index(&rows));
    let update = env::var_os("UPDATE").is_some();
    if update {
        fs::create_dir_all(&folder).unwrap();
    }
    let mut stale = Vec::new();
    let there = fs::read_dir(&folder).into_iter().flatten();
    for name in there.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        if !pages.contains_key(&name) {
            if update {
                fs::remove_file(folder.join(&name)).unwrap();
            } else {
                stale.push(name);
            }
        }
    }
    for (name, page) in pages {
        let path = folder.join(&name);
        if fs::read_to_string(&path).ok().is_none_or(|known| known.replace("\r\n", "\n") != page) {
            if update {
                fs::write(&path, page).unwrap();
            } else {
                stale.push(name);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "{} in docs/rules differ from the catalogue. If that is meant:\n    \
         UPDATE=1 cargo test -p winpod-tests --test rules",
        stale.join(", ")
    );
}

/// Families that are complete, with their last numbers.
const COMPLETE: [(&str, u32); 7] =
    [("CLU", 20), ("AUTH", 7), ("IPAM", 17), ("PD", 15), ("VPC", 9), ("NG", 23), ("DSR", 38)];

#[test]
fn no_rule_of_a_complete_family_is_left_out() {
    let rows = rules(&RulesRequest::default()).unwrap();
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    for (family, last) in COMPLETE {
        for number in 1..=last {
            let id = format!("{family}-{number:03}");
            assert!(listed.contains(id.as_str()), "{id} is neither implemented, nor told, nor not decidable");
        }
    }
    // One that another rule tells has no findings of its own, and is no matter of looking.
    for row in rows.iter().filter(|row| row.told_by.is_some()) {
        assert!(row.findings.is_empty() && row.look.is_none() && row.decidable, "{}", row.id);
        let other = row.told_by.as_deref().unwrap();
        assert!(rows.iter().any(|row| row.id == other && !row.findings.is_empty()), "{other}");
    }
}
