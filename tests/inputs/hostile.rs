//! Broken, wrong and malicious files: each is told with code, file and object, and everything else is answered.

use core::fmt::Write as _;
use core::ops::ControlFlow;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, process};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use winpod_cluster::api::call;

use super::{codes, plan, plan_of};

/// Far above what each case takes without optimisation.
const SLOW: Duration = Duration::from_secs(60);

const GROUP: &str = "apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1}
vpc: {id: vpc-1, subnets: {private: {eu-west-1a: {id: subnet-a}}}}
nodeGroups:
- {name: win, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.large, minSize: 1, maxSize: 2, privateNetworking: true}
";

const SUBNETS: &str = r#"{"Subnets": [{"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24",
    "AvailabilityZone": "eu-west-1a", "AvailableIpAddressCount": 251}]}"#;

/// A folder of its own that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("winpod-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn plan(&self) -> Value {
        let started = Instant::now();
        let answer = plan_of(&self.0);
        assert!(started.elapsed() < SLOW, "took {:?}", started.elapsed());
        answer
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One bad file beside good ones: the problem names the code, the file and the object, and the rest is answered.
fn beside_good_files(name: &str, text: &str) -> Value {
    let document = |name: &str, text: &str| json!({"name": name, "text": text});
    let documents = [document("group.yaml", GROUP), document("subnets.json", SUBNETS), document(name, text)];
    let started = Instant::now();
    let answer = plan(json!({"documents": documents}));
    assert!(started.elapsed() < SLOW, "{name} took {:?}", started.elapsed());
    assert_eq!(answer["nodeGroups"][0]["types"][0]["pods"], 9, "{name}");
    answer
}

#[track_caller]
fn one_problem(name: &str, text: &str, code: &str, object: &str) {
    let answer = beside_good_files(name, text);
    assert_eq!(codes(&answer["problems"]), [code], "{}", answer["problems"]);
    let problem = &answer["problems"][0];
    assert_eq!(problem["location"]["file"], name);
    let message = problem["message"].as_str().unwrap();
    assert!(message.contains(object), "{object:?} is not in {message:?}");
    assert!(message.len() < 600, "{message}");
}

#[test]
fn every_way_to_cut_a_listing_off_is_told_with_its_place() {
    let whole = r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-a",
        "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.0.9"}]}]}"#;
    for end in 1..whole.len() {
        if !whole.is_char_boundary(end) {
            continue;
        }
        let answer = beside_good_files("cut.json", &whole[..end]);
        let found = codes(&answer["problems"]);
        assert_eq!(found.len(), 1, "{:?}: {found:?}", &whole[..end]);
        assert!(["AWS_JSON", "JSON_SYNTAX"].contains(&found[0]), "{found:?}");
        assert_eq!(answer["problems"][0]["location"]["file"], "cut.json");
    }
    assert_eq!(beside_good_files("whole.json", whole)["problems"], json!([]));
}

#[test]
fn values_of_the_wrong_kind_are_told() {
    let junk =
        ["5", "-1", "1e99", "true", "null", "[]", "{}", "[[1]]", "\"x\"", "{\"a\": {\"b\": 1}}", "\"\""];
    let listings = ["Subnets", "NetworkInterfaces", "SubnetIpv4CidrReservations", "Vpcs", "InstanceTypes"];
    for listing in listings {
        for value in junk {
            for text in [format!("{{\"{listing}\": {value}}}"), format!("{{\"{listing}\": [{value}]}}")] {
                beside_good_files("listing.json", &text);
            }
        }
    }
    for value in junk {
        for key in ["nodegroup", "cluster", "nodeGroups", "metadata", "spec", "data", "items", "vpc"] {
            beside_good_files("x.json", &format!("{{\"{key}\": {value}}}"));
            for kind in
                ["ClusterConfig", "NodePool", "EC2NodeClass", "ConfigMap", "Node", "Deployment", "List"]
            {
                let api = match kind {
                    "ClusterConfig" => "eksctl.io/v1alpha5",
                    "NodePool" => "karpenter.sh/v1",
                    "EC2NodeClass" => "karpenter.k8s.aws/v1",
                    _ => "v1",
                };
                beside_good_files(
                    "x.json",
                    &format!("{{\"apiVersion\": \"{api}\", \"kind\": \"{kind}\", \"{key}\": {value}}}"),
                );
            }
        }
    }
    one_problem("i.json", r#"{"NetworkInterfaces": 5}"#, "AWS_JSON", "5");
    one_problem("i.json", r#"{"NetworkInterfaces": [5]}"#, "AWS_JSON", "5");
}

#[test]
fn what_cannot_be_names_file_and_object() {
    let subnet = |id: &str, cidr: &str| {
        format!(r#"{{"Subnets": [{{"SubnetId": "{id}", "VpcId": "vpc-1", "CidrBlock": "{cidr}"}}]}}"#)
    };
    one_problem("overlap.json", &subnet("subnet-b", "10.0.0.64/26"), "SUBNETS_OVERLAP", "subnet-b");
    one_problem("host.json", &subnet("subnet-b", "10.0.1.7/24"), "WRONG_VALUE", "10.0.1.7/24");
    one_problem("tiny.json", &subnet("subnet-b", "10.0.1.0/30"), "SUBNET_SIZE", "subnet-b");
    one_problem("huge.json", &subnet("subnet-b", "11.0.0.0/8"), "SUBNET_SIZE", "subnet-b");
    one_problem("all.json", &subnet("subnet-b", "10.0.1.0/999"), "WRONG_VALUE", "10.0.1.0/999");
    let interface = |addresses: &str| {
        format!(
            r#"{{"NetworkInterfaces": [{{"NetworkInterfaceId": "eni-7", "SubnetId": "subnet-a", {addresses}}}]}}"#
        )
    };
    one_problem(
        "i.json",
        &interface(r#""PrivateIpAddress": "10.9.0.1""#),
        "INTERFACE_OUTSIDE_SUBNET",
        "eni-7",
    );
    one_problem("i.json", &interface(r#""PrivateIpAddress": "10.0.0.1""#), "ADDRESS_RESERVED", "eni-7");
    one_problem("i.json", &interface(r#""PrivateIpAddress": "ten""#), "WRONG_VALUE", "eni-7");
    one_problem(
        "i.json",
        &interface(r#""Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.8/29"}]"#),
        "DELEGATED_LENGTH",
        "eni-7",
    );
    one_problem(
        "i.json",
        &interface(r#""Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.0/16"}]"#),
        "INTERFACE_OUTSIDE_SUBNET",
        "eni-7",
    );
    one_problem(
        "page.json",
        r#"{"NetworkInterfaces": [], "NextToken": "abc"}"#,
        "LISTING_INCOMPLETE",
        "NetworkInterfaces",
    );
    one_problem(
        "c.json",
        r#"{"cluster": {"name": "other", "resourcesVpcConfig": {}}}"#,
        "TWO_CLUSTERS",
        "other",
    );
    let sized = |key: &str, value: &str| {
        GROUP
            .replace("name: win,", &format!("name: win2, {key}: {value},"))
            .replace("minSize: 1, maxSize: 2,", "")
    };
    for value in ["-1", "99999999999", "1.5", "many", "[1]", "{}", "true"] {
        one_problem("g.yaml", &sized("maxSize", value), "WRONG_VALUE", "win2");
    }
    one_problem("g.yaml", &sized("instanceTypes", "[m5.lrage]"), "UNKNOWN_TYPE", "m5.large");
    let long = "x".repeat(1_000_000);
    one_problem("g.yaml", &sized("maxSize", &long), "WRONG_VALUE", "win2");
}

#[test]
fn entries_that_are_there_twice() {
    let interface =
        r#"{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-a", "PrivateIpAddress": "10.0.0.9"}"#;
    let twice = format!(r#"{{"NetworkInterfaces": [{interface}, {interface}]}}"#);
    let answer = beside_good_files("i.json", &twice);
    assert_eq!(answer["problems"], json!([]));
    assert!(codes(&answer["notes"]).contains(&"interfaces-twice"));
    assert_eq!(answer["subnets"][0]["freeAddresses"], 250);
    let other = twice.replacen("eni-1", "eni-2", 1);
    one_problem("i.json", &other, "ADDRESS_ASSIGNED", "eni-1");
}

#[test]
fn documents_of_no_known_kind_are_named() {
    for (text, code) in [
        ("apiVersion: example.com/v1\nkind: Thing\n", "document-unused"),
        ("a: 1\n", "document-unknown"),
        ("just text\n", "document-unknown"),
        ("[1, 2]\n", "document-unknown"),
        ("", "file-empty"),
        ("---\n# nothing\n---\n", "file-empty"),
    ] {
        let answer = beside_good_files("x.yaml", text);
        assert_eq!(answer["problems"], json!([]), "{text:?}");
        let notes = answer["notes"].as_array().unwrap();
        let note =
            notes.iter().find(|note| note["code"] == code).unwrap_or_else(|| panic!("{text:?}: {notes:?}"));
        assert!(note["message"].as_str().unwrap().contains("x.yaml"), "{note}");
    }
}

#[test]
fn bombs_are_refused_fast() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        writeln!(bomb, "a{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 9].join(", ")).unwrap();
    }
    one_problem("bomb.yaml", &bomb, "ALIAS_EXPANSION", "");
    one_problem("deep.json", &"[".repeat(1_000_000), "TOO_DEEP", "128");
    one_problem("deep.yaml", &"- ".repeat(1_000_000), "TOO_DEEP", "128");
    one_problem("flow.yaml", &"{a: ".repeat(1_000_000), "TOO_DEEP", "128");
    // Lists are read by items, not by the depth that serde_json allows.
    let nested = format!(r#"{{"Subnets": [{{"SubnetId": "s", "Tags": {}"#, "[".repeat(1_000_000));
    one_problem("nested.json", &nested, "AWS_JSON", "");
    let unknown = format!(r#"{{"Subnets": [], "x": {}"#, "[".repeat(1_000_000));
    one_problem("unknown.json", &unknown, "AWS_JSON", "");
}

#[test]
fn many_of_everything_stay_fast() {
    let count = 3000;
    let mut groups = GROUP.to_owned();
    for n in 0..count {
        writeln!(groups, "- {{name: g{n}, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.large, maxSize: 1000000, privateNetworking: true}}").unwrap();
    }
    beside_good_files("groups.yaml", &groups.replace("name: win,", "name: win2,"));
    // One block many times, in one VPC and in none.
    for vpc in ["\"VpcId\": \"vpc-2\",", ""] {
        let rows: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"SubnetId": "subnet-{n}", {vpc} "CidrBlock": "10.1.0.0/24"}}"#))
            .collect();
        let answer = beside_good_files("subnets2.json", &format!("{{\"Subnets\": [{}]}}", rows.join(",")));
        let problems = answer["problems"].as_array().unwrap().len();
        assert!((1..=2 * count).contains(&problems), "{problems} problems");
    }
}

#[test]
fn files_in_every_encoding() {
    let folder = Folder::new("encodings");
    let utf16 = |text: &str, mark: [u8; 2], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect()
    };
    folder.write("group.yaml", utf16(GROUP, [0xFF, 0xFE], u16::to_le_bytes));
    folder.write("subnets.json", utf16(SUBNETS, [0xFE, 0xFF], u16::to_be_bytes));
    let answer = folder.plan();
    assert_eq!(answer["problems"], json!([]));
    assert_eq!((&answer["subnets"][0]["freeAddresses"], &answer["verdict"]), (&json!(251), &json!("fits")));
    folder.write("subnets.json", [b"\xEF\xBB\xBF", SUBNETS.as_bytes()].concat());
    assert_eq!(folder.plan()["problems"], json!([]));
    for bytes in [b"a: \xff\n".as_slice(), b"\xff\xfea", b"a\0:", b"\xff\xfe\0\0a\0\0\0"] {
        folder.write("bad.yaml", bytes);
        let answer = folder.plan();
        assert_eq!(codes(&answer["problems"]), ["ENCODING"], "{bytes:?}");
        assert!(answer["problems"][0]["location"]["file"].as_str().unwrap().ends_with("bad.yaml"));
        // What was refused may change everything else, which is still answered.
        assert_eq!(
            (&answer["verdict"], &answer["subnets"][0]["verdict"]),
            (&json!("unknown"), &json!("fits"))
        );
    }
}

#[test]
fn yaml_beyond_64_mib_is_refused_and_the_rest_is_read() {
    let folder = Folder::new("large");
    folder.write("group.yaml", GROUP);
    folder.write("subnets.json", SUBNETS);
    folder.write("large.yaml", "# a long comment line, many times\n".repeat((65 << 20) / 34 + 1));
    let answer = folder.plan();
    assert_eq!(codes(&answer["problems"]), ["TOO_LARGE"]);
    assert!(answer["problems"][0]["location"]["file"].as_str().unwrap().ends_with("large.yaml"));
    assert_eq!((&answer["verdict"], &answer["subnets"][0]["verdict"]), (&json!("unknown"), &json!("fits")));
}

#[cfg(unix)]
#[test]
fn directories_with_links_end() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("links");
    folder.write("group.yaml", GROUP);
    folder.write("deeper/subnets.json", SUBNETS);
    folder.write("notes.txt", "not read");
    folder.write(".hidden/x.yaml", "a: [");
    symlink("..", folder.0.join("deeper/round")).unwrap();
    symlink(&folder.0, folder.0.join("self.yaml")).unwrap();
    symlink("nowhere", folder.0.join("dangling.yaml")).unwrap();
    let answer = folder.plan();
    assert_eq!(codes(&answer["problems"]), ["UNREADABLE"]);
    assert!(answer["problems"][0]["location"]["file"].as_str().unwrap().ends_with("dangling.yaml"));
    assert!(codes(&answer["notes"]).contains(&"files-skipped"));
    assert_eq!(answer["subnets"][0]["verdict"], "fits");
    let deep = (0..40).fold(folder.0.clone(), |path, _| path.join("d"));
    fs::create_dir_all(deep).unwrap();
    assert!(codes(&folder.plan()["problems"]).contains(&"DIRECTORY_TOO_DEEP"));
    let missing = plan_of(Path::new("no/such/folder"));
    assert_eq!(codes(&missing["problems"]), ["UNREADABLE"]);
}

#[test]
fn a_stop_is_an_error_of_its_own() {
    let request = json!({"documents": [{"name": "group.yaml", "text": GROUP}]});
    let stopped = call("plan", request, &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped.unwrap_err().code, "STOPPED");
}

/// The files of the good example; YAML by documents as JSON, so that both can be changed alike.
fn good() -> Vec<(String, Vec<Value>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/payments-prod");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        let documents = if path.extension().is_some_and(|extension| extension == "json") {
            vec![serde_json::from_str(&text).unwrap()]
        } else {
            let documents = winpod_cluster::read::yaml::parse(&text).unwrap();
            documents.iter().map(|document| as_json(&document.node)).collect()
        };
        (name, documents)
    };
    paths.iter().map(read).collect()
}

fn as_json(node: &winpod_cluster::read::node::Node) -> Value {
    if !node.entries().is_empty() {
        let entry = |entry: &winpod_cluster::read::node::Entry| {
            (entry.key.as_text().unwrap_or_default().to_owned(), as_json(&entry.value))
        };
        return Value::Object(node.entries().iter().map(entry).collect::<Map<_, _>>());
    }
    if node.kind_name() == "a list" {
        return node.items().iter().map(as_json).collect();
    }
    match (node.as_i64(), node.as_bool()) {
        (Some(number), _) => number.into(),
        (None, Some(flag)) => flag.into(),
        (None, None) => node.as_text().unwrap_or_default().into(),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

/// Replaces the node with this number, or deletes it.
fn change(value: &mut Value, number: &mut usize, with: Option<&Value>) -> bool {
    if *number == 0 {
        if let Some(with) = with {
            *value = with.clone();
        }
        return true;
    }
    *number -= 1;
    let keys: Vec<String> =
        value.as_object().map(|entries| entries.keys().cloned().collect()).unwrap_or_default();
    let length = value.as_array().map_or(0, Vec::len);
    for index in 0..length.max(keys.len()) {
        let hit = *number == 0;
        let child = match keys.get(index) {
            Some(key) => value.get_mut(key).unwrap(),
            None => value.get_mut(index).unwrap(),
        };
        if change(child, number, with) {
            if hit && with.is_none() {
                match value {
                    Value::Object(entries) => _ = entries.remove(&keys[index]),
                    Value::Array(items) => _ = items.remove(index),
                    _ => {}
                }
            }
            return true;
        }
    }
    false
}

fn replacement() -> impl Strategy<Value = Option<Value>> {
    let odd = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(1_000_000),
        json!(4_294_967_296_i64),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("0"),
        json!("-1"),
        json!("1Ei"),
        json!("9".repeat(40)),
        json!("10.40.0.0/22"),
        json!("10.40.0.5"),
        json!("255.255.255.255/32"),
        json!("0.0.0.0/0"),
        json!("m5.large"),
        json!("windows"),
        json!("true"),
        json!("100%"),
        json!("\u{0}\u{202e}é"),
        json!([]),
        json!({}),
        json!([[]]),
        json!({"a": [1]}),
        json!("subnet-0aa1000000000001a"),
        json!("prefix"),
    ]);
    prop_oneof![1 => Just(None), 3 => odd.prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_good_example_with_any_change_neither_panics_nor_hangs(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), replacement()), 1..6),
    ) {
        let mut files = good();
        for (file, node, with) in &changes {
            let picked = file.index(files.len());
            let documents = &mut files[picked].1;
            if documents.is_empty() {
                continue;
            }
            let document = node.index(documents.len());
            let mut number = node.index(count(&documents[document]));
            change(&mut documents[document], &mut number, with.as_ref());
        }
        let documents: Vec<Value> = files
            .iter()
            .map(|(name, documents)| {
                let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
                json!({"name": name, "text": texts.join("\n---\n")})
            })
            .collect();
        let started = Instant::now();
        let answer = plan(json!({"documents": documents}));
        prop_assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
        for problem in answer["problems"].as_array().unwrap() {
            prop_assert!(!problem["message"].as_str().unwrap().is_empty());
            prop_assert!(!problem["location"]["file"].as_str().unwrap_or_default().is_empty(), "{}", problem);
        }
    }

    #[test]
    fn the_good_example_with_any_byte_changed_neither_panics_nor_hangs(
        file in 0_usize..12, at in any::<prop::sample::Index>(), byte in "[\\x00-\\x7f]{0,3}", drop in 0_usize..40,
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/payments-prod");
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let documents: Vec<Value> = paths
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let mut text = fs::read_to_string(path).unwrap();
                if index == file % paths.len() {
                    let start = at.index(text.len());
                    let end = (start + drop).min(text.len());
                    text.replace_range(start..end, &byte);
                }
                json!({"name": path.file_name().unwrap().to_str().unwrap(), "text": text})
            })
            .collect();
        let started = Instant::now();
        plan(json!({"documents": documents}));
        prop_assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
    }
}
