//! A node as its HNS sees it, from hostile and from very long listings.

use core::fmt::Write as _;
use core::time::Duration;
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::time::Instant;
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::Document;
use winpod_cluster::topology::{Topology, TopologyRequest, topology};

fn ask(texts: &[&str]) -> Topology {
    let documents = texts
        .iter()
        .enumerate()
        .map(|(number, text)| Document { name: format!("hns{number}.json"), text: (*text).to_owned() });
    let request = TopologyRequest { documents: documents.collect(), ..TopologyRequest::default() };
    topology(&request, &mut |_| ControlFlow::Continue(())).expect("nothing stops it")
}

/// The answer must also be printable, whole and cut.
fn printed(answer: &Topology) -> String {
    _ = report::topology(answer, true, Style { sources: true, width: 40, ..Style::default() });
    report::topology(answer, false, Style::default())
}

/// So many endpoints of one network, each the backend of two policies.
fn listing(endpoints: usize) -> String {
    let mut text = String::from("[{\"ID\": \"n\", \"Name\": \"vpcbr0ea1551f9f9a\", \"Type\": \"l2bridge\", ");
    text.push_str("\"Subnets\": [{\"AddressPrefix\": \"10.0.0.0/8\"}]}");
    for number in 0..endpoints {
        let [_, b, c, d] = u32::try_from(number + 1).expect("few").to_be_bytes();
        _ = write!(
            text,
            ",\n{{\"ID\": \"e{number}\", \"Name\": \"cid-{number}\", \"VirtualNetwork\": \"n\", \"IPAddress\": \"10.{b}.{c}.{d}\", \"Policies\": [{{\"Type\": \"L2Driver\"}}]}}"
        );
        if number % 10 == 0 {
            _ = write!(
                text,
                ",\n{{\"ID\": \"p{number}\", \"HostComputeEndpoints\": [\"e{number}\", \"e0\"], \"FrontendVIPs\": [\"172.{b}.{c}.{d}\"], \"PortMappings\": [{{\"Protocol\": 6, \"ExternalPort\": 80}}]}}"
            );
        }
    }
    text.push(']');
    text
}

#[test]
fn a_hundred_thousand_endpoints_take_no_more_than_their_share() {
    let large = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let time = |count: usize| {
        let text = listing(count);
        let started = Instant::now();
        let answer = ask(&[&text]);
        let shown = printed(&answer);
        assert_eq!(answer.counts.endpoints as usize, count);
        assert_eq!(answer.counts.policies as usize, count.div_ceil(10));
        assert_eq!(answer.counts.stale_policies, 0);
        assert!(shown.contains(&format!("{} more: --all", count - 25)), "{shown}");
        started.elapsed()
    };
    let small = time(large / 10).max(Duration::from_millis(50));
    let whole = time(large);
    assert!(whole < small * 60, "{large} took {whole:?}, a tenth of them {small:?}");
}

#[test]
fn many_networks_and_one_address_for_all() {
    let mut text = String::from("[");
    for number in 0..5_000 {
        _ = write!(
            text,
            "{{\"ID\": \"n{number}\", \"Name\": \"vpcbr{number:012x}\", \"Type\": \"l2bridge\"}},"
        );
        _ = write!(
            text,
            "{{\"ID\": \"e{number}\", \"VirtualNetworkName\": \"vpcbr{number:012x}\", \"IPAddress\": \"10.0.8.33\"}},"
        );
        _ = write!(
            text,
            "{{\"ID\": \"p{number}\", \"References\": [\"/endpoints/gone\"], \"Policies\": [{{\"Type\": \"ELB\", \"ExternalPort\": 80, \"Protocol\": 6, \"VIPs\": [\"172.20.0.1\"]}}]}},"
        );
    }
    text.push_str("null]");
    let started = Instant::now();
    let answer = ask(&[&text]);
    printed(&answer);
    assert!(started.elapsed() < Duration::from_secs(60), "took {:?}", started.elapsed());
    let codes: Vec<&str> = answer.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["topology-stale-backends", "topology-policy-twice", "topology-two-bridges"]);
    // Each kind is told once, with a few names.
    assert!(answer.findings.iter().all(|finding| finding.message.len() < 500), "{:?}", answer.findings);
}

#[test]
fn odd_values_are_told_or_passed_over() {
    for text in [
        "[null, null]",
        r#"{"value": null, "Count": 0}"#,
        r#"{"value": [], "Count": 0}"#,
        r#"[{"ID": null, "VirtualNetwork": null, "IPAddress": null, "Policies": [null, {}, {"Type": null}]}]"#,
        r#"{"ID": "e", "VirtualNetwork": {"a": 1}, "IPAddress": ["10.0.8.1"], "Policies": {"Type": {"x": []}}}"#,
        r#"{"ID": 5, "VirtualNetwork": 6, "MacAddress": 7, "SharedContainers": {"a": {"b": 1}}}"#,
        r#"{"ID": "p", "References": null, "Policies": [{"Type": "ELB", "VIPs": null, "ExternalPort": null}]}"#,
        r#"{"ID": "p", "References": [[], {}, null, "e"], "Policies": [{"Type": "ELB", "VIPs": [null, {}, "172.20.0.1"]}]}"#,
        r#"{"ID": "p", "PortMappings": [null, 5, []]}"#,
        r#"{"ID": "p", "PortMappings": [{"Flags": -1}], "Flags": 99999999999}"#,
        r#"{"ID": "p", "HostComputeEndpoints": "e", "PortMappings": {"ExternalPort": 70000}}"#,
        r#"{"ID": "n", "Type": "l2bridge", "ManagementIP": "x", "Subnets": [{"AddressPrefix": "10.0.0.0/99"}, null, "@{"]}"#,
        r#"{"ID": "n", "Type": "L2Bridge", "Ipams": [{"Subnets": [{"Routes": [{"NextHop": {}, "DestinationPrefix": "0.0.0.0/0"}]}]}]}"#,
        r#"{"Networks": {"Networks": [{"Ipams": []}]}}"#,
        r#"{"ID": "e", "VirtualNetwork": "n", "Name": "\u001b[2J\u202e", "IPAddress": "10.0.8.1"}"#,
        r#"{"NamespaceId": 1, "Resources": [null, {"Type": "Endpoint", "Data": null}, {"Type": "Container", "Data": "c"}]}"#,
    ] {
        let answer = ask(&[text]);
        let shown = printed(&answer);
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{text}: {shown}");
    }
}

#[test]
fn truncated_and_deep_listings_are_refused_with_their_place() {
    let text = listing(3);
    for end in (0..text.len()).step_by(7) {
        let answer = ask(&[&text[..end]]);
        assert!(answer.counts.endpoints == 0, "{end}");
        printed(&answer);
    }
    let deep = format!("{{\"VirtualNetwork\": {}1{}}}", "[".repeat(500), "]".repeat(500));
    assert_eq!(ask(&[&deep]).problems[0].code, "TOO_DEEP");
    // One broken file does not hide the others.
    let answer = ask(&[&text, "{\"VirtualNetwork\": ", "{\"NetworkInterfaces\": [{}]}", "a: [1"]);
    assert_eq!((answer.counts.endpoints, answer.problems.len()), (3, 3));
}

proptest! {
    #[test]
    fn a_damaged_listing_is_answered(at in 0..800usize, with in any::<char>(), cut in any::<bool>()) {
        let text = listing(4);
        let at = text.char_indices().map(|(at, _)| at).nth(at % text.len()).unwrap_or_default();
        let (before, after) = text.split_at(at);
        let rest = after.get(1..).filter(|_| !cut).unwrap_or_default();
        printed(&ask(&[&format!("{before}{with}{rest}")]));
    }
}
