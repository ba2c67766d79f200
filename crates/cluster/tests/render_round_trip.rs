//! What is rendered for a node group is read back as the same group, has no finding, and holds as many pods.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use winpod::instance;
use winpod::ipam::{IpamMode, capacity};
use winpod::windows;
use winpod_cluster::check::{CheckRequest, Severity, check};
use winpod_cluster::model::{Cluster, NodeGroup, Os};
use winpod_cluster::read::{Input, read};
use winpod_cluster::render::{MaxPods, RenderRequest, render};
use winpod_cluster::request::{Document, Wide};

const TYPES: [&str; 7] =
    ["m5.large", "m5.xlarge", "c5.2xlarge", "r5.large", "t3.large", "m6i.large", "c6i.4xlarge"];
/// Kinds with who makes the nodes.
const KINDS: [(&str, &str); 5] = [
    ("eksctl", "managed"),
    ("eksctl", "self-managed"),
    ("launch-template", "managed"),
    ("launch-template", "self-managed"),
    ("karpenter", "managed"),
];
/// What the kubelet takes where nobody says a number.
const DEFAULT_MAX_PODS: u32 = 110;

fn keep_going() -> impl FnMut(winpod_cluster::progress::Progress) -> ControlFlow<()> {
    |_| ControlFlow::Continue(())
}

fn document(kind: &str, request: &RenderRequest) -> Document {
    let request = RenderRequest { kind: kind.into(), ..request.clone() };
    let artefact = render(&request, &mut keep_going()).expect("it is rendered").artefacts.remove(0);
    Document { name: artefact.name, text: artefact.text }
}

fn cluster(documents: &[Document]) -> Cluster {
    let inputs: Vec<Input> = documents
        .iter()
        .map(|it| Input::Document { name: it.name.clone(), bytes: it.text.clone().into_bytes() })
        .collect();
    let reading = read(&inputs, &mut keep_going()).expect("nobody stops it");
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert!(reading.unknown_kinds.is_empty(), "{:?}", reading.unknown_kinds);
    reading.cluster
}

fn windows_group(cluster: &Cluster) -> &NodeGroup {
    let groups: Vec<_> =
        cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Windows)).collect();
    assert_eq!(groups.len(), 1, "{groups:?}");
    groups[0]
}

fn requests() -> impl Strategy<Value = RenderRequest> {
    let versions_and_releases = prop_oneof![
        (
            prop::sample::select(vec!["1.31", "1.32", "1.33", "1.34"]),
            prop::sample::select(vec!["2019", "2022"])
        ),
        (Just("1.35"), prop::sample::select(vec!["2019", "2022", "2025"])),
    ];
    let max_pods = prop_oneof![
        Just(None),
        Just(Some(MaxPods::Named("fit".into()))),
        (8i64..250).prop_map(|pods| Some(MaxPods::Number(Wide::from(pods)))),
    ];
    (
        prop::sample::select(KINDS.to_vec()),
        versions_and_releases,
        prop::sample::subsequence(TYPES.to_vec(), 1..4),
        any::<[bool; 5]>(),
        max_pods,
        prop::collection::btree_map("[a-z]{1,8}(/[a-z]{1,8})?", "[a-z0-9]{0,8}", 0..4),
        prop::collection::vec(("[a-z]{1,8}", "[a-z0-9]{0,8}", "NoSchedule|NoExecute|PreferNoSchedule"), 0..3),
        (0i64..3, 0i64..3, 1i64..4),
    )
        .prop_map(|((kind, tool), (version, release), types, flags, max_pods, labels, taints, sizes)| {
            let [prefixes, full, dsr, ports, services] = flags;
            let mut keys = std::collections::BTreeSet::new();
            let taints = taints.iter().filter(|(key, ..)| keys.insert(key.clone()));
            RenderRequest {
                kind: kind.into(),
                cluster: Some("shop".into()),
                kubernetes: Some(version.into()),
                region: Some("eu-central-1".into()),
                tool: Some(tool.into()),
                release: Some(release.into()),
                // Aliases of Karpenter are Core.
                edition: Some(if full && kind != "karpenter" { "full" } else { "core" }.into()),
                instance_types: types.into_iter().map(str::to_owned).collect(),
                mode: Some(if prefixes { "prefix-delegation" } else { "secondary-ip" }.into()),
                max_pods,
                labels: labels.into_iter().collect(),
                taints: taints.map(|(key, value, effect)| format!("{key}={value}:{effect}")).collect(),
                dsr: dsr.then_some(true),
                port_range: ports.then(|| "34000-65535".into()),
                service_cidr: services.then(|| "10.100.0.0/16".into()),
                min_size: Some(Wide::from(sizes.0)),
                desired_size: Some(Wide::from(sizes.0 + sizes.1)),
                max_size: Some(Wide::from(sizes.0 + sizes.1 + sizes.2)),
                role: Some("arn:aws:iam::111122223333:role/Windows".into()),
                ..RenderRequest::default()
            }
        })
}

/// Pods that a node of a type takes, from the tables and the request alone.
fn expected(request: &RenderRequest, name: &str) -> u32 {
    let mode: IpamMode = request.mode.as_deref().and_then(|mode| mode.parse().ok()).expect("a mode");
    let of =
        |name: &str| capacity(instance::find(name).expect("a type of the table").limits(), mode).addresses;
    let fewest = request.instance_types.iter().map(|name| of(name)).min().expect("a type");
    let asked = match &request.max_pods {
        None if request.kind == "karpenter" => fewest,
        None => DEFAULT_MAX_PODS,
        Some(MaxPods::Named(_)) => fewest,
        Some(MaxPods::Number(wide)) => {
            wide.within("maxPods", 1, 250).ok().and_then(|pods| u32::try_from(pods).ok()).expect("a number")
        }
    };
    // eksctl would drop it.
    let dropped = request.kind == "eksctl" && request.tool.as_deref() == Some("managed");
    of(name).min(if dropped { DEFAULT_MAX_PODS } else { asked })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_group_comes_back_as_it_was(request in requests()) {
        let documents = [document(&request.kind, &request), document("configmap", &request)];
        let cluster = cluster(&documents);
        let group = windows_group(&cluster);
        let shown = &documents[0].text;

        let managed_template = request.kind == "launch-template";
        if !managed_template || request.tool.as_deref() == Some("managed") {
            prop_assert_eq!(&group.name, "windows", "{}", shown);
        }
        let image = windows::image(group.ami.known().unwrap()).unwrap();
        prop_assert_eq!(Some(image.release.name()), request.release.as_deref());
        prop_assert_eq!(Some(image.edition.name()), request.edition.as_deref());
        for (key, value) in &request.labels {
            prop_assert_eq!(group.labels.get(key), Some(value), "{}", shown);
        }
        let taints: BTreeMap<_, _> =
            group.taints.iter().map(|it| (it.key.clone(), format!("{}={}:{}", it.key, it.value, it.effect))).collect();
        prop_assert_eq!(
            taints.into_values().collect::<std::collections::BTreeSet<_>>(),
            request.taints.iter().cloned().collect()
        );
        let size = |wide: Option<Wide>| wide.map(|wide| u32::try_from(wide.within("size", 0, 9).unwrap()).unwrap());
        if request.kind != "karpenter" {
            prop_assert_eq!(group.min_size.known().copied(), size(request.min_size));
            prop_assert_eq!(group.desired_size.known().copied(), size(request.desired_size));
        }
        prop_assert_eq!(group.max_size.known().copied(), size(request.max_size));

        let inputs: Vec<Input> = documents
            .iter()
            .map(|it| Input::Document { name: it.name.clone(), bytes: it.text.clone().into_bytes() })
            .collect();
        let plan = winpod_cluster::plan::plan(read(&inputs, &mut keep_going()).unwrap(), &BTreeMap::new());
        let types = &plan.node_groups[0].types;
        prop_assert_eq!(plan.node_groups[0].type_count as usize, request.instance_types.len());
        for row in types {
            prop_assert_eq!(row.pods, expected(&request, &row.instance_type), "{} {}", row.instance_type, shown);
        }

        let answer =
            check(&CheckRequest { documents: documents.to_vec(), ..CheckRequest::default() }, &mut keep_going()).unwrap();
        let bad: Vec<_> = answer
            .findings
            .iter()
            .filter(|finding| finding.severity >= Severity::High)
            .map(|finding| format!("{} {}", finding.rule, finding.message))
            .collect();
        prop_assert!(bad.is_empty(), "{:?}\n{}", bad, shown);
    }
}
