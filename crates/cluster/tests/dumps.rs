//! Dumps of a node as Windows writes them, and bytes that are none.

use proptest::prelude::*;
use std::ops::ControlFlow;
use winpod_cluster::dsr::{DsrRequest, dsr};
use winpod_cluster::read::{Input, read};
use winpod_cluster::request::Document;

const POLICIES: &str = r#"[{"ID": "a", "PortMappings": [{"Protocol": 6}], "FrontendVIPs": ["10.100.0.1"], "Flags": 1},
 {"ID": "b", "PortMappings": [{"Protocol": 6, "Flags": 18}]}]"#;

fn policies(bytes: Vec<u8>) -> usize {
    let input = Input::Document { name: "policy.txt".to_owned(), bytes };
    let reading = read(&[input], &mut |_| ControlFlow::Continue(())).expect("nothing stops it");
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    reading.cluster.hns_policies.len()
}

#[test]
fn encodings_of_powershell() {
    assert_eq!(policies(POLICIES.into()), 2);
    assert_eq!(policies([b"\xef\xbb\xbf", POLICIES.as_bytes()].concat()), 2);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        "\u{feff}".encode_utf16().chain(POLICIES.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>()
    };
    assert_eq!(policies(utf16(u16::to_le_bytes)), 2);
    assert_eq!(policies(utf16(u16::to_be_bytes)), 2);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let input = Input::Document { name: "dump".to_owned(), bytes };
        prop_assert!(read(&[input], &mut |_| ControlFlow::Continue(())).is_ok());
    }

    #[test]
    fn a_damaged_dump_is_answered(at in 0..POLICIES.len(), with in any::<char>(), cut in any::<bool>()) {
        let (before, after) = POLICIES.split_at(at);
        let rest = after.get(1..).filter(|_| !cut).unwrap_or_default();
        let text = format!("{before}{with}{rest}");
        let documents = vec![Document { name: "policy.txt".to_owned(), text }];
        let request = DsrRequest { documents, ..DsrRequest::default() };
        prop_assert!(dsr(&request, &mut |_| ControlFlow::Continue(())).is_ok());
    }

    #[test]
    fn any_text_of_a_request_is_answered_or_refused(line in ".{0,80}", build in ".{0,40}", range in "[0-9-]{0,12}") {
        let request = DsrRequest {
            kube_proxy_args: Some(line),
            os_build: Some(build).filter(|build| !build.is_empty()),
            dynamic_range: Some(range),
            ..DsrRequest::default()
        };
        _ = dsr(&request, &mut |_| ControlFlow::Continue(()));
    }
}
