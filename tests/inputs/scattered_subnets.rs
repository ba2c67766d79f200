//! A subnet of 20 % scattered use: its census, culprits, cure and reservations from one directory, each held against
//! sets of addresses read from the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};
use winpod_cluster::api::call;

const SCATTERED: &str = "subnet-0a11000000000001a";
const PREFIXED: &str = "subnet-0b22000000000002b";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/scattered-subnets")
}

fn ask(operation: &str, more: &Value) -> Value {
    let mut request = json!({"paths": [folder()]});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call(operation, request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn listing(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(file)).unwrap()).unwrap()
}

/// The number of an aligned /28 in all of IPv4.
fn block(address: &str) -> u32 {
    address.parse::<Ipv4Addr>().unwrap().to_bits() >> 4
}

/// For each /28 of the scattered subnet the instances, or else interfaces, with an address in it.
fn holders() -> BTreeMap<u32, BTreeSet<String>> {
    let mut holders: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for interface in listing("describe-network-interfaces.json")["NetworkInterfaces"].as_array().unwrap() {
        if interface["SubnetId"] != SCATTERED {
            continue;
        }
        let node = interface["Attachment"]["InstanceId"].as_str();
        let holder = node.or(interface["NetworkInterfaceId"].as_str()).unwrap();
        for address in interface["PrivateIpAddresses"].as_array().unwrap() {
            let at = block(address["PrivateIpAddress"].as_str().unwrap());
            holders.entry(at).or_default().insert(holder.to_owned());
        }
    }
    holders
}

/// Every /28 of the scattered subnet but the first and the last.
fn clean_blocks() -> std::ops::Range<u32> {
    block("10.20.8.16")..block("10.20.11.240")
}

#[test]
fn the_files_are_those_of_the_generator() {
    let script = folder().with_file_name("generate-scattered-subnets");
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scattered-subnets");
    assert!(Command::new("python3").arg(script).arg(&fresh).status().unwrap().success());
    for entry in fs::read_dir(&fresh).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        assert_eq!(fs::read(&path).unwrap(), fs::read(folder().join(name)).unwrap(), "{name:?}");
    }
}

#[test]
fn the_census_counts_what_sets_count() {
    let answer = ask("subnetCensus", &json!({}));
    assert_eq!(answer["problems"], json!([]));
    let [scattered, prefixed] = [&answer["subnets"][0], &answer["subnets"][1]];
    let holders = holders();
    let free = clean_blocks().filter(|block| !holders.contains_key(block)).count();
    assert_eq!((&scattered["id"], &scattered["freePrefixes"]), (&json!(SCATTERED), &json!(free)));
    assert_eq!(scattered["blocks"]["fragmented"], json!(clean_blocks().count() - free));
    // A fifth of 1,019.
    assert_eq!((&scattered["usedAddresses"], &scattered["freeAddresses"]), (&json!(203), &json!(816)));
    // 32 blocks without the first and the last, 4 nodes' own addresses, 12 prefixes, and 2 set aside by name.
    assert_eq!((&prefixed["id"], &prefixed["freePrefixes"]), (&json!(PREFIXED), &json!(32 - 2 - 4 - 12 - 2)));
    assert_eq!(prefixed["naiveFreePrefixes"], 14);
    let explicit = &answer["notes"][0];
    assert_eq!(explicit["code"], "explicit-blocks");
    assert!(explicit["message"].as_str().unwrap().ends_with("says 14 instead of 12"));
}

#[test]
fn the_cure_wins_what_it_says_with_the_fewest_drains() {
    let holders = holders();
    let freed_by = |drained: &BTreeSet<&str>| {
        let drainable = |block: &u32| {
            holders.get(block).is_some_and(|here| here.iter().all(|one| drained.contains(one.as_str())))
        };
        clean_blocks().filter(drainable).count()
    };
    for wanted in [1, 2, 4, 8, 20] {
        let answer = ask("subnetCure", &json!({"ids": [SCATTERED], "prefixes": wanted}));
        let cure = &answer["subnets"][0];
        let drained: BTreeSet<&str> =
            cure["drain"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        let frees = cure["frees"].as_array().unwrap().len();
        assert!(frees >= wanted, "{wanted}: {cure}");
        assert_eq!(freed_by(&drained), frees);
        assert_eq!(cure["freePrefixesAfter"], json!(cure["freePrefixes"].as_u64().unwrap() + frees as u64));
        assert!(cure["lowerBound"].as_u64().unwrap() <= drained.len() as u64);
        // Nobody too many: each of them is needed.
        for one in &drained {
            let mut fewer = drained.clone();
            fewer.remove(one);
            assert!(freed_by(&fewer) < wanted, "{wanted}: {one} need not be drained");
        }
        // No drain of one or two does it if more were given as the fewest.
        let all: BTreeSet<&str> = holders.values().flatten().map(String::as_str).collect();
        if cure["exact"] == true && drained.len() > 2 {
            for first in &all {
                for second in &all {
                    assert!(freed_by(&BTreeSet::from([*first, *second])) < wanted);
                }
            }
        }
    }
    let answer = ask("subnetCure", &json!({"ids": [SCATTERED]}));
    let kinds = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["kind"].to_string()).collect()
    };
    assert!(kinds(&answer["subnets"][0]["drain"]).iter().all(|kind| kind == "\"node\""));
    // Two forgotten interfaces are told.
    assert!(answer["notes"].as_array().unwrap().iter().any(|note| note["code"] == "idle-interfaces"));
}

#[test]
fn reservations_cover_free_blocks_only() {
    let holders = holders();
    let answer = ask("subnetReserve", &json!({"ids": [SCATTERED], "prefixes": 6}));
    let subnet = &answer["subnets"][0];
    let free = clean_blocks().filter(|block| !holders.contains_key(block)).count() as u64;
    assert_eq!(subnet["coveredPrefixes"], json!(free));
    assert_eq!(subnet["missingPrefixes"], json!(6 - free));
    for range in subnet["reservations"].as_array().unwrap() {
        let (start, length) = range.as_str().unwrap().split_once('/').unwrap();
        let count = 1 << (28 - length.parse::<u32>().unwrap());
        assert!((block(start)..block(start) + count).all(|block| !holders.contains_key(&block)), "{range}");
    }
    assert_eq!(answer["awsCli"].as_array().unwrap().len(), subnet["reservations"].as_array().unwrap().len());
}
