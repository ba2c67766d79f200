//! Direct Server Return: verdicts for every version and every threshold, and policies against a slow oracle.
use proptest::prelude::*;
use winpod::dsr::{
    Contradiction, Endpoints, FIRST_KUBERNETES, GateUse, KubeProxy, KubeProxyFlags, LAST_KUBERNETES, Network,
    NoPolicy, Node, Policies, PolicyKind, Problem, Proxying, Reason, Refusal, Service, ServicePort,
    ServiceType, TrafficPolicy, Verdict, applicability, arguments, observe, policies,
};
use winpod::ports::{self, DEFAULT_DYNAMIC_RANGE, Demand, PortSet, Protocol, estimate, supply};
use winpod::windows::{Build, HnsVersion, Platform, Release};
use winpod::{Grade, Ipv4Prefix, KubernetesVersion, SourceId};

const fn k8s(minor: u32) -> KubernetesVersion {
    KubernetesVersion::new(1, minor)
}

fn build(number: u32, revision: Option<u32>) -> Platform {
    Platform { build: Some(Build { number, revision }), ..Platform::default() }
}

fn release(release: Release) -> Platform {
    Platform { release: Some(release), ..Platform::default() }
}

fn hns(major: u32, minor: u32) -> Platform {
    Platform { hns: Some(HnsVersion::new(major, minor)), ..Platform::default() }
}

/// A node of Windows Server 2022 whose command line is known.
fn node<'a>(minor: u32, arguments: &'a [&'a str]) -> Node<'a> {
    Node {
        platform: release(Release::Server2022),
        kubernetes: Some(k8s(minor)),
        kube_proxy: KubeProxy::CommandLine(arguments),
        network: Some(Network::VpcBridge),
    }
}

fn verdict(node: &Node<'_>) -> Verdict {
    applicability(node).verdict
}

fn codes(node: &Node<'_>) -> Vec<&'static str> {
    applicability(node).because().map(Reason::code).collect()
}

// ── Arguments ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn arguments_by_version() {
    let of = |version| arguments(version).map(|it| (it.iter().collect::<Vec<_>>().join(" "), it.gate));
    let (flag, both) = ("--enable-dsr=true", "--enable-dsr=true --feature-gates=WinDSR=true");
    assert_eq!(of(Some(k8s(13))), None);
    for minor in 14..=32 {
        assert_eq!(of(Some(k8s(minor))), Some((both.into(), GateUse::Needed)), "1.{minor}");
    }
    assert_eq!(of(Some(k8s(33))), Some((flag.into(), GateUse::Default)));
    for minor in 34..=37 {
        assert_eq!(of(Some(k8s(minor))), Some((flag.into(), GateUse::Locked)), "1.{minor}");
    }
    for newer in [Some(k8s(38)), Some(KubernetesVersion::new(2, 0)), None] {
        assert_eq!(of(newer), Some((flag.into(), GateUse::Unknown)));
    }
    assert_eq!((FIRST_KUBERNETES, LAST_KUBERNETES), (k8s(14), k8s(37)));
}

#[test]
fn the_arguments_for_a_version_work_there() {
    for minor in 14..=37 {
        let printed: Vec<_> = arguments(Some(k8s(minor))).unwrap().iter().collect();
        // 9.x hosts need kube-proxy 1.19; HNS of 2022 does not.
        assert_eq!(verdict(&node(minor, &printed)), Verdict::On, "1.{minor}");
    }
}

#[test]
fn the_gate_by_version() {
    for minor in 14..=37 {
        let bare = verdict(&node(minor, &["--enable-dsr=true"]));
        assert_eq!(bare, if minor <= 32 { Verdict::Refused } else { Verdict::On }, "1.{minor}");
        let with = verdict(&node(minor, &["--enable-dsr=true", "--feature-gates=WinDSR=true"]));
        assert_eq!(with, Verdict::On, "1.{minor}");
        let without = applicability(&node(minor, &["--enable-dsr=true", "--feature-gates=WinDSR=false"]));
        let refusal = if minor <= 33 { Refusal::GateOff } else { Refusal::WinDsrLocked };
        assert_eq!(without.because().next(), Some(Reason::Refused(refusal)), "1.{minor}");
        // The gate alone turns nothing on, and from 1.34 on turning it off is fatal even so.
        assert_eq!(verdict(&node(minor, &["--feature-gates=WinDSR=true"])), Verdict::Off);
        let locked = if minor <= 33 { Verdict::Off } else { Verdict::Refused };
        assert_eq!(verdict(&node(minor, &["--feature-gates=WinDSR=false"])), locked, "1.{minor}");
        assert_eq!(verdict(&node(minor, &["--feature-gates=WinOverlay=false"])), locked, "1.{minor}");
        assert_eq!(verdict(&node(minor, &[])), Verdict::Off);
    }
}

#[test]
fn gates_by_their_stage() {
    let on = ["--enable-dsr=true", "--feature-gates=AllAlpha=true"];
    assert_eq!(verdict(&node(32, &on)), Verdict::On);
    let off = ["--enable-dsr=true", "--feature-gates=AllBeta=false"];
    assert_eq!([33, 34].map(|minor| verdict(&node(minor, &off))), [Verdict::Refused, Verdict::On]);
    // Its own name wins, wherever it stands.
    let named = ["--enable-dsr=true", "--feature-gates=WinDSR=true,AllBeta=false"];
    assert_eq!(verdict(&node(33, &named)), Verdict::On);
}

#[test]
fn versions_newer_than_the_data_are_unknown() {
    for arguments in [&["--enable-dsr=true"][..], &[], &["--enable-dsr=false", "--feature-gates=WinDSR=true"]]
    {
        let node = node(38, arguments);
        assert_eq!(verdict(&node), Verdict::Unknown, "{arguments:?}");
        assert!(codes(&node).contains(&"version-newer-than-data"));
    }
    assert_eq!(verdict(&node(38, &["--enable-dsr=false"])), Verdict::Off);
    let named = node(38, &["--enable-dsr", "--feature-gates=WinDSR=true"]);
    assert!(codes(&named).contains(&"gate-may-be-removed"));
    // Where nothing else is known, the version is missing too.
    let unknown = Node { kubernetes: None, ..node(34, &["--enable-dsr=true"]) };
    assert_eq!(verdict(&unknown), Verdict::Unknown);
    assert!(codes(&unknown).contains(&"version-unknown"));
}

#[test]
fn a_version_before_dsr() {
    assert_eq!(verdict(&node(13, &[])), Verdict::Unsupported);
    let asked = applicability(&node(13, &["--enable-dsr=true"]));
    assert_eq!(asked.because().next(), Some(Reason::Refused(Refusal::FlagUnknown)));
    assert_eq!(asked.kube_proxy_args, None);
}

#[test]
fn silence_is_told() {
    let silent = node(33, &[]);
    assert_eq!(codes(&silent), ["build-has-dsr", "flag-missing", "gate-on-by-default", "silently-off"]);
    assert!(!codes(&node(32, &[])).contains(&"silently-off"));
    assert!(!codes(&node(33, &["--enable-dsr=false"])).contains(&"silently-off"));
    assert!(codes(&node(35, &["--feature-gates=WinDSR=true"])).contains(&"gate-pointless"));
}

// ── Systems ─────────────────────────────────────────────────────────────────────────────────────

#[test]
fn supported_by_build() {
    for (number, revision, expected) in [
        (14_393, None, Some(false)),
        (16_299, None, Some(false)),
        (17_134, Some(9_999), Some(false)),
        (17_762, None, None),
        (17_763, None, None),
        (17_763, Some(1431), Some(false)),
        (17_763, Some(1432), Some(true)),
        (17_763, Some(1433), Some(true)),
        (17_764, None, None),
        (18_362, Some(1), None),
        (18_363, None, None),
        (19_041, None, Some(true)),
        (19_042, None, Some(true)),
        (20_348, None, Some(true)),
        (25_398, None, Some(true)),
        (26_100, None, Some(true)),
        (26_101, None, None),
    ] {
        let node = Node { platform: build(number, revision), ..node(34, &["--enable-dsr=true"]) };
        let answer = applicability(&node);
        let expected_verdict = match expected {
            Some(true) => Verdict::On,
            Some(false) => Verdict::Refused,
            None => Verdict::Unknown,
        };
        assert_eq!((answer.supported, answer.verdict), (expected, expected_verdict), "{number}.{revision:?}");
        assert_eq!(answer.kube_proxy_args.is_none(), expected == Some(false));
        let off = Node { kube_proxy: KubeProxy::CommandLine(&[]), ..node };
        let unsupported = expected == Some(false);
        assert_eq!(verdict(&off), if unsupported { Verdict::Unsupported } else { Verdict::Off }, "{number}");
    }
}

#[test]
fn supported_by_hns() {
    for (major, minor, expected) in [
        (9, 2, false),
        (9, 3, true),
        (9, 4, true),
        (9, 99, true),
        (10, 0, false),
        (10, 1, false),
        (10, 2, true),
        (10, 3, true),
        (11, 0, true),
        (15, 4, true),
    ] {
        let node = Node { platform: hns(major, minor), ..node(34, &["--enable-dsr=true"]) };
        assert_eq!(applicability(&node).supported, Some(expected), "{major}.{minor}");
    }
    // HNS is what kube-proxy asks, so it wins over the build, which is told.
    let platform = Platform { hns: Some(HnsVersion::new(9, 3)), ..build(17_763, Some(1400)) };
    let differing = Node { platform, ..node(34, &["--enable-dsr=true"]) };
    assert_eq!(applicability(&differing).supported, Some(true));
    assert!(codes(&differing).contains(&"hns-and-build-differ"));
}

#[test]
fn old_kube_proxy_does_not_know_hns_9() {
    let gated = ["--enable-dsr=true", "--feature-gates=WinDSR=true"];
    for platform in [hns(9, 3), build(17_763, Some(2746))] {
        let of = |minor| verdict(&Node { platform, ..node(minor, &gated) });
        assert_eq!([18, 19, 20].map(of), [Verdict::Refused, Verdict::On, Verdict::On]);
    }
    assert_eq!(verdict(&Node { platform: hns(10, 2), ..node(18, &gated) }), Verdict::On);
    let unknown = Node { platform: hns(9, 5), kubernetes: None, ..node(34, &gated) };
    assert_eq!(applicability(&unknown).supported, None);
}

#[test]
fn faults_of_early_revisions_of_2019() {
    for (revision, expected) in [
        (1432, &["restart-fault", "degraded-fault"][..]),
        (1553, &["restart-fault", "degraded-fault"]),
        (1554, &["degraded-fault"]),
        (1555, &["degraded-fault"]),
        (1934, &["degraded-fault"]),
        (1935, &[]),
        (1936, &[]),
        (2745, &[]),
        (2746, &[]),
        (2747, &[]),
    ] {
        let node = Node { platform: build(17_763, Some(revision)), ..node(34, &["--enable-dsr=true"]) };
        let faults: Vec<_> = codes(&node).into_iter().filter(|code| code.ends_with("-fault")).collect();
        assert_eq!((verdict(&node), faults.as_slice()), (Verdict::On, expected), "{revision}");
        // What is off has no fault of DSR.
        let off = Node { kube_proxy: KubeProxy::CommandLine(&[]), ..node };
        assert!(!codes(&off).iter().any(|code| code.ends_with("-fault")));
    }
    let unknown = Node { platform: build(17_763, None), ..node(34, &["--enable-dsr=true"]) };
    assert!(codes(&unknown).contains(&"early-faults-possible"));
    let reason = applicability(&unknown).because().find(|it| it.code() == "revision-unknown");
    assert_eq!(reason, Some(Reason::RevisionUnknown { build: 17_763, first: 1432 }));
    assert_eq!(reason.and_then(Reason::grade), Some(Grade::Reported));
}

#[test]
fn broken_updates_of_2022() {
    for (revision, broken) in [(2581, false), (2582, true), (2761, true), (2762, false), (2763, false)] {
        let node = Node { platform: build(20_348, Some(revision)), ..node(34, &[]) };
        assert_eq!(codes(&node).contains(&"networking-broken"), broken, "{revision}");
    }
    assert!(codes(&node(34, &["--enable-dsr"])).contains(&"l2bridge-fault-possible"));
    let newest = Node { platform: release(Release::Server2025), ..node(35, &["--enable-dsr"]) };
    assert_eq!(
        codes(&newest),
        ["build-has-dsr", "flag-on", "gate-locked", "loopback-untested", "node-ports-by-traffic-policy"]
    );
}

// ── The image's default ─────────────────────────────────────────────────────────────────────────

#[test]
fn images_by_release() {
    for (of, minor, expected, grade) in [
        (Release::Version1909, 18, Verdict::Unknown, Grade::Documented),
        (Release::Version2004, 21, Verdict::On, Grade::Documented),
        (Release::Version20H2, 22, Verdict::On, Grade::Documented),
        (Release::Server2019, 34, Verdict::Off, Grade::Inferred),
        (Release::Server2022, 34, Verdict::Off, Grade::Inferred),
        (Release::Server2025, 35, Verdict::Off, Grade::Inferred),
    ] {
        let node = Node { platform: release(of), kube_proxy: KubeProxy::EksImage(&[]), ..node(minor, &[]) };
        assert_eq!(verdict(&node), expected, "{of}");
        let image = applicability(&node).because().find(|reason| reason.code().contains("-image-"));
        assert_eq!(image.and_then(Reason::grade), Some(grade), "{of}");
    }
    // No image of these is known.
    for of in [Release::Server2016, Release::Version1903, Release::Version23H2] {
        let node = Node { platform: release(of), kube_proxy: KubeProxy::EksImage(&[]), ..node(34, &[]) };
        assert!(codes(&node).contains(&"image-default-unknown"), "{of}");
    }
    let nothing = Node { platform: Platform::default(), kube_proxy: KubeProxy::Unknown, ..node(34, &[]) };
    assert_eq!(verdict(&nothing), Verdict::Unknown);
    assert_eq!(applicability(&nothing).flags, None);
    // What lacks DSR cannot have it on, however it is started.
    let old = Node { platform: release(Release::Server2016), ..nothing };
    assert_eq!(verdict(&old), Verdict::Unsupported);
}

#[test]
fn arguments_added_to_those_of_the_image() {
    let with = |of, minor, extra: &[&str]| {
        let node = Node { platform: release(of), kube_proxy: KubeProxy::EksImage(extra), ..node(minor, &[]) };
        (verdict(&node), codes(&node))
    };
    assert_eq!(with(Release::Server2022, 34, &["--enable-dsr=true"]).0, Verdict::On);
    // The image names no gate, as far as is known: the grade comes with it.
    let (refused, because) = with(Release::Server2022, 31, &["--enable-dsr=true"]);
    assert_eq!((refused, because[0]), (Verdict::Refused, "gate-off"));
    assert!(because.contains(&"long-term-image-off"));
    // Those with DSR on name it.
    assert_eq!(with(Release::Version20H2, 22, &["--enable-dsr=true"]).0, Verdict::On);
    assert_eq!(with(Release::Version20H2, 22, &["--enable-dsr=false"]).0, Verdict::Off);
}

#[test]
fn an_image_of_2019_by_its_revision() {
    let of = |revision, arguments| {
        verdict(&Node {
            platform: build(17_763, revision),
            kube_proxy: KubeProxy::EksImage(arguments),
            ..node(34, &[])
        })
    };
    assert_eq!(
        [None, Some(1431), Some(1432)].map(|it| of(it, &[])),
        [Verdict::Off, Verdict::Unsupported, Verdict::Off]
    );
    assert_eq!(
        [None, Some(1431), Some(1432)].map(|it| of(it, &["--enable-dsr"])),
        [Verdict::Unknown, Verdict::Refused, Verdict::On]
    );
}

// ── Networks and refusals ───────────────────────────────────────────────────────────────────────

#[test]
fn overlays_need_more() {
    let overlay = |minor, arguments| {
        let node = Node { network: Some(Network::Overlay), ..node(minor, arguments) };
        applicability(&node).because().next().map(Reason::code)
    };
    assert_eq!(overlay(34, &[]), Some("source-vip-missing"));
    assert_eq!(overlay(34, &["--source-vip=10.244.1.2"]), Some("build-has-dsr"));
    assert_eq!(overlay(34, &["--source-vip", "10.244.1.2"]), Some("build-has-dsr"));
    assert_eq!(overlay(34, &["--source-vip="]), Some("source-vip-missing"));
    assert_eq!(overlay(19, &["--source-vip=10.244.1.2"]), Some("overlay-gate-off"));
    assert_eq!(overlay(20, &["--source-vip=10.244.1.2"]), Some("build-has-dsr"));
    assert_eq!(overlay(33, &["--feature-gates=WinOverlay=false"]), Some("overlay-gate-off"));
    assert_eq!(overlay(34, &["--feature-gates=WinOverlay=false"]), Some("win-overlay-locked"));
    // kube-proxy looks at the gate of DSR first.
    assert_eq!(overlay(32, &["--enable-dsr"]), Some("gate-off"));
    // The image's own arguments are not known.
    let image =
        Node { network: Some(Network::Overlay), kube_proxy: KubeProxy::EksImage(&[]), ..node(34, &[]) };
    assert_eq!(verdict(&image), Verdict::Off);
}

#[test]
fn calico_needs_dsr() {
    let calico = |arguments| Node { network: Some(Network::VpcBridgeWithCalico), ..node(34, arguments) };
    assert!(codes(&calico(&[])).contains(&"calico-needs-dsr"));
    assert!(!codes(&calico(&["--enable-dsr"])).contains(&"calico-needs-dsr"));
    assert!(codes(&calico(&["--enable-dsr=maybe"])).contains(&"calico-needs-dsr"));
}

#[test]
fn what_stops_kube_proxy() {
    for (arguments, refusal) in [
        (&["--enable-dsr=yes"][..], Refusal::FlagValue),
        (&["--enable-dsr="], Refusal::FlagValue),
        (&["--enable-dsr", "false"], Refusal::Positional),
        (&["--enable-dsr=true", "--", "x"], Refusal::Positional),
        (&["--feature-gates=WinDSR"], Refusal::GateValue),
        (&["--feature-gates=WinDSR=on"], Refusal::GateValue),
        (&["--feature-gates", "WinDSR"], Refusal::GateValue),
    ] {
        let answer = applicability(&node(34, arguments));
        assert_eq!((answer.verdict, answer.enabled), (Verdict::Refused, Some(false)), "{arguments:?}");
        assert_eq!(answer.because().next(), Some(Reason::Refused(refusal)), "{arguments:?}");
    }
    for refusal in Refusal::ALL {
        let reason = Reason::Refused(*refusal);
        assert_eq!(reason.code(), refusal.name());
        assert!(reason.grade().is_some(), "{refusal}");
    }
    // Nothing on a command line refuses a whole platform that lacks DSR but the flag.
    let old = Node { platform: release(Release::Server2016), ..node(34, &["--enable-dsr=true"]) };
    assert_eq!(verdict(&old), Verdict::Refused);
}

#[test]
fn a_configuration_file_decides_instead() {
    for arguments in [
        &["--config=C:\\k\\kube-proxy.yaml", "--enable-dsr=true"][..],
        &["--config", "C:\\k\\kube-proxy.yaml"],
        &["--config=c", "--feature-gates=WinDSR=false"],
    ] {
        let node = node(34, arguments);
        assert_eq!((verdict(&node), codes(&node).contains(&"config-file")), (Verdict::Unknown, true));
    }
    assert_eq!(verdict(&node(34, &["--config=", "--enable-dsr"])), Verdict::On);
}

// ── Command lines ───────────────────────────────────────────────────────────────────────────────

#[test]
fn command_lines() {
    fn parse<'a>(arguments: &[&'a str]) -> KubeProxyFlags<'a> {
        KubeProxyFlags::parse(arguments)
    }
    let dsr = |arguments: &[&str]| parse(arguments).enable_dsr;
    assert_eq!(dsr(&[]), None);
    assert_eq!(dsr(&["--enable-dsr"]), Some(true));
    assert_eq!(dsr(&["--enable-dsr=0"]), Some(false));
    assert_eq!(dsr(&["--enable_dsr=T"]), Some(true));
    assert_eq!(dsr(&["--enable-dsr=true", "--enable-dsr=false"]), Some(false));
    for other in ["--enable-dsr-not", "--enable", "-enable-dsr", "enable-dsr", "--ENABLE-DSR"] {
        assert_eq!(dsr(&["kube-proxy.exe", other]), None, "{other}");
    }
    // A flag that takes a value takes whatever comes next, a flag too.
    assert_eq!(dsr(&["--config", "--enable-dsr"]), None);
    assert_eq!(
        dsr(&["--hostname-override", "ip-10-0-0-1", "--v", "4", "-v", "4", "--enable-dsr"]),
        Some(true)
    );
    assert_eq!(parse(&["--hostname-override", "ip-10-0-0-1", "--v", "4", "-v", "4"]).problem, None);
    assert_eq!(parse(&["--windows-service", "stray"]).problem, Some(Problem::Positional("stray")));
    assert_eq!(parse(&["--", "", "--enable-dsr"]).problem, Some(Problem::Positional("--enable-dsr")));
    assert_eq!(parse(&["C:\\Program Files\\kube-proxy.exe", ""]).problem, None);

    let gates =
        parse(&["--feature-gates", " WinDSR = true ,,WinOverlay=False", "--feature_gates=Other=1,AllBeta=0"]);
    assert_eq!((gates.win_dsr, gates.win_overlay, gates.all_beta), (Some(true), Some(false), Some(false)));
    assert_eq!((gates.all_alpha, gates.problem), (None, None));
    // Gates of repeated flags add up, and the last of equal names counts.
    let twice = parse(&["--feature-gates=WinDSR=false,WinOverlay=true", "--feature-gates=WinDSR=true"]);
    assert_eq!((twice.win_dsr, twice.win_overlay), (Some(true), Some(true)));
    assert!(twice.contradictions().eq([Contradiction::WinDsr]));
    assert!(parse(&["--enable-dsr", "--enable-dsr=1"]).contradictions().next().is_none());
    // The first thing that stops kube-proxy is kept.
    let stopped = parse(&["--enable-dsr=2", "--feature-gates=x"]);
    assert_eq!(stopped.problem, Some(Problem::FlagValue("2")));
    assert_eq!(parse(&["--feature-gates=a=b"]).problem, Some(Problem::GateValue("a=b")));
    assert_eq!(parse(&["--feature-gates"]).problem, None);
    assert!(codes(&node(34, &["--enable-dsr=false", "--enable-dsr"])).contains(&"flags-contradict"));
}

// ── Policies ────────────────────────────────────────────────────────────────────────────────────

const TCP: ServicePort = ServicePort::new(Protocol::Tcp);

fn count(service: &Service<'_>, proxying: &Proxying) -> Policies {
    policies(service, proxying).policies
}

#[test]
fn none_for_services_without_a_cluster_ip_or_backends() {
    let proxying = Proxying::new(k8s(34));
    let service = Service { external_ips: 2, ..Service::cluster_ip(&[TCP]) };
    let empty = [ServicePort { endpoints: Endpoints::Known { usable: 0, local: 0 }, ..TCP }];
    for (service, reason) in [
        (Service { headless: true, ..service }, NoPolicy::Headless),
        (Service { kind: ServiceType::ExternalName, ..service }, NoPolicy::ExternalName),
        (Service { ports: &[], ..service }, NoPolicy::NoPorts),
        (Service { ports: &empty, ..service }, NoPolicy::NoEndpoints),
    ] {
        let answer = policies(&service, &proxying);
        assert_eq!((answer.none_because, answer.policies), (Some(reason), Policies::default()));
    }
    let answer = policies(&service, &proxying);
    assert_eq!((answer.none_because, answer.policies.total().total(), answer.assumed_ports), (None, 3, 1));
}

#[test]
fn backends_elsewhere_cost_a_node_as_well() {
    // All pods of the service run on Linux nodes.
    let linux = [ServicePort { endpoints: Endpoints::Known { usable: 3, local: 0 }, node_port: true, ..TCP }];
    let answer = policies(&Service::cluster_ip(&linux), &Proxying::new(k8s(34)));
    assert_eq!((answer.policies.total().non_dsr, answer.assumed_ports), (2, 0));
}

#[test]
fn traffic_policies_decide_by_node() {
    let of = |external, internal, local| {
        let ports =
            [ServicePort { endpoints: Endpoints::Known { usable: 3, local }, node_port: true, ..TCP }];
        let service = Service {
            kind: ServiceType::LoadBalancer,
            external_traffic: external,
            internal_traffic: internal,
            external_ips: 1,
            ..Service::cluster_ip(&ports)
        };
        let all = count(&service, &Proxying { enable_dsr: true, ..Proxying::new(k8s(34)) });
        let of = |kind| {
            let count = all.of_kind(kind);
            (count.dsr, count.non_dsr)
        };
        [of(PolicyKind::ClusterIp), of(PolicyKind::NodePort), of(PolicyKind::ExternalIp)]
    };
    let (cluster, local) = (TrafficPolicy::Cluster, TrafficPolicy::Local);
    assert_eq!(of(cluster, cluster, 0), [(1, 0), (0, 1), (0, 1)]);
    assert_eq!(of(local, cluster, 0), [(1, 0), (0, 0), (0, 0)]);
    assert_eq!(of(local, cluster, 1), [(1, 0), (1, 0), (1, 0)]);
    assert_eq!(of(cluster, local, 0), [(0, 0), (0, 1), (0, 1)]);
    assert_eq!(of(cluster, local, 1), [(1, 0), (0, 1), (0, 1)]);
    assert_eq!(of(local, local, 0), [(0, 0); 3]);
    assert_eq!(of(local, local, 1), [(1, 0); 3]);
}

#[test]
fn by_version() {
    let ports = [ServicePort { node_port: true, ..TCP }];
    let balanced = Service {
        kind: ServiceType::LoadBalancer,
        external_ips: 1,
        ingress_ips: 1,
        ..Service::cluster_ip(&ports)
    };
    let local = Service { external_traffic: TrafficPolicy::Local, ..balanced };
    let of = |service: &Service<'_>, minor, enable_dsr, kind| {
        let found = count(service, &Proxying { enable_dsr, ..Proxying::new(k8s(minor)) }).of_kind(kind);
        assert_eq!(found.total(), 1);
        (found.dsr == 1).then_some(true).or((found.non_dsr == 1).then_some(false))
    };
    for minor in 14..=38 {
        for enable_dsr in [false, true] {
            for service in [&balanced, &local] {
                assert_eq!(of(service, minor, enable_dsr, PolicyKind::ClusterIp), Some(enable_dsr));
                let external = Some(service == &local && minor >= 20);
                assert_eq!(of(service, minor, enable_dsr, PolicyKind::NodePort), external, "1.{minor}");
                assert_eq!(of(service, minor, enable_dsr, PolicyKind::ExternalIp), external, "1.{minor}");
            }
            let ingress = match minor {
                14..=19 => Some(enable_dsr),
                20..=21 if enable_dsr => None,
                _ => Some(false),
            };
            assert_eq!(of(&balanced, minor, enable_dsr, PolicyKind::IngressIp), ingress, "1.{minor}");
            let ingress = if minor < 20 { Some(enable_dsr) } else { Some(true) };
            assert_eq!(of(&local, minor, enable_dsr, PolicyKind::IngressIp), ingress, "1.{minor}");
        }
    }
    // internalTrafficPolicy counts from 1.27 on.
    let elsewhere = [ServicePort { endpoints: Endpoints::Known { usable: 1, local: 0 }, ..TCP }];
    let inside = Service { internal_traffic: TrafficPolicy::Local, ..Service::cluster_ip(&elsewhere) };
    let of = |minor| count(&inside, &Proxying::new(k8s(minor))).total().total();
    assert_eq!([26, 27, 34].map(of), [1, 0, 0]);
}

#[test]
fn preserve_destination_is_not_dsr_for_node_ports() {
    let ports = [ServicePort { node_port: true, ..TCP }];
    let preserving = Service {
        kind: ServiceType::LoadBalancer,
        preserve_destination: true,
        ingress_ips: 2,
        ..Service::cluster_ip(&ports)
    };
    let all = count(&preserving, &Proxying::new(k8s(34)));
    assert_eq!(all.of_kind(PolicyKind::NodePort).non_dsr, 1);
    assert_eq!(all.of_kind(PolicyKind::IngressIp).dsr, 2);
    // Without DSR on the platform the annotation is not heeded.
    let all = count(&preserving, &Proxying { dsr_supported: false, ..Proxying::new(k8s(34)) });
    assert_eq!((all.total().dsr, all.of_kind(PolicyKind::IngressIp).non_dsr), (0, 2));
    let forwarding = Proxying { forward_healthcheck_vip: true, ..Proxying::new(k8s(34)) };
    assert_eq!(count(&preserving, &forwarding).of_kind(PolicyKind::HealthCheck).non_dsr, 2);
}

#[test]
fn numbers_without_end() {
    let service =
        Service { external_ips: u32::MAX, ingress_ips: u32::MAX, ..Service::cluster_ip(&[TCP, TCP]) };
    let mut all = count(&service, &Proxying::new(k8s(34)));
    all.add(&all.clone());
    assert_eq!(all.total().non_dsr, u32::MAX);
    assert_eq!(Demand::of(&all, Protocol::Tcp, u32::MAX).at_most, u32::MAX);
}

#[test]
fn what_policies_on_a_node_tell() {
    let (cluster_ip, node_port) = (PolicyKind::ClusterIp, PolicyKind::NodePort);
    // Only the node port of a service with Cluster lacks DSR: that is how it looks when it is on.
    let found = observe([(cluster_ip, true), (node_port, false), (cluster_ip, true), (node_port, true)]);
    assert_eq!((found.verdict, found.cluster_ip.dsr, found.other.total()), (Verdict::On, 2, 2));
    assert_eq!(observe([(cluster_ip, false), (node_port, true)]).verdict, Verdict::Off);
    assert_eq!(observe([(cluster_ip, false), (cluster_ip, true)]).verdict, Verdict::Unknown);
    assert_eq!(observe([]).verdict, Verdict::Unknown);

    let services = Some(Ipv4Prefix::constant([10, 100, 0, 0], 16));
    let of = |vip: Option<&str>, flags, services| {
        PolicyKind::of_dump(vip.map(|vip| vip.parse().unwrap()), flags, services)
    };
    assert_eq!(of(Some("10.100.255.255"), 0, services), Some(PolicyKind::ClusterIp));
    assert_eq!(of(Some("10.101.0.0"), 0, services), Some(PolicyKind::ExternalIp));
    assert_eq!(of(Some("10.100.0.1"), 0, None), None);
    assert_eq!(of(Some("10.100.0.1"), 16, services), Some(PolicyKind::ExternalIp));
    assert_eq!(of(None, 2, None), Some(PolicyKind::NodePort));
}

#[test]
fn a_node_of_2019_with_150_services_of_two_ports() {
    let ports = [TCP; 2];
    let service = Service::cluster_ip(&ports);
    let blocks = supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks;
    let on_node = |arguments| {
        let node = Node {
            platform: build(17_763, Some(2746)),
            kube_proxy: KubeProxy::EksImage(arguments),
            ..node(34, &[])
        };
        let answer = applicability(&node);
        let proxying = Proxying {
            enable_dsr: answer.enabled.unwrap(),
            dsr_supported: answer.supported.unwrap(),
            ..Proxying::new(node.kubernetes.unwrap())
        };
        let mut all = Policies::default();
        for _ in 0..150 {
            all.add(&count(&service, &proxying));
        }
        (answer.verdict, estimate(blocks, Demand::of(&all, Protocol::Tcp, 0)), all.total())
    };

    // 150 * 2 = 300 policies, in 1 to 300 blocks, against 16384 / 64 = 256.
    let (verdict, off, total) = on_node(&[]);
    assert_eq!((verdict, total.total(), total.dsr), (Verdict::Off, 300, 0));
    assert_eq!((off.verdict, off.certain, off.blocks), (ports::Verdict::Exhausted, false, 256));
    assert_eq!((off.demand.at_least, off.demand.policies, off.demand.at_most), (1, 300, 300));

    let (verdict, on, total) = on_node(&["--enable-dsr=true"]);
    assert_eq!((verdict, total.total(), total.dsr), (Verdict::On, 300, 300));
    assert_eq!((on.verdict, on.certain, on.demand.at_most), (ports::Verdict::Ok, true, 0));
}

/// kube-proxy's loop for one service, policy by policy, with each backend by itself.
fn policies_one_by_one(service: &Service<'_>, proxying: &Proxying) -> Vec<(PolicyKind, Protocol, bool)> {
    let mut made = Vec::new();
    if service.headless || service.kind == ServiceType::ExternalName {
        return made;
    }
    let minor = proxying.kubernetes.minor();
    let dsr = proxying.enable_dsr && proxying.dsr_supported;
    let local_dsr = service.external_traffic == TrafficPolicy::Local && proxying.dsr_supported && minor >= 20;
    let preserve = service.preserve_destination && proxying.dsr_supported;
    let internal_local = service.internal_traffic == TrafficPolicy::Local && minor >= 27;
    for port in service.ports {
        // Whether each backend is on the node.
        let backends: Vec<bool> = match port.endpoints {
            Endpoints::Unknown => vec![true],
            Endpoints::Known { usable, local } => (0..usable.max(local)).map(|at| at < local).collect(),
        };
        let kept: Vec<bool> =
            backends.into_iter().filter(|local| *local || !(internal_local && local_dsr)).collect();
        if kept.is_empty() {
            continue;
        }
        let local: Vec<bool> = kept.iter().copied().filter(|local| *local).collect();
        if !(if internal_local { &local } else { &kept }).is_empty() {
            made.push((PolicyKind::ClusterIp, port.protocol, dsr));
        }
        if port.node_port && !(if preserve || local_dsr { &local } else { &kept }).is_empty() {
            made.push((PolicyKind::NodePort, port.protocol, local_dsr));
        }
        for _ in 0..service.external_ips {
            if !(if local_dsr { &local } else { &kept }).is_empty() {
                made.push((PolicyKind::ExternalIp, port.protocol, local_dsr));
            }
        }
        for _ in 0..service.ingress_ips {
            if !(if preserve || local_dsr { &local } else { &kept }).is_empty() {
                made.push((PolicyKind::IngressIp, port.protocol, preserve || local_dsr));
            }
            if proxying.forward_healthcheck_vip {
                made.push((PolicyKind::HealthCheck, port.protocol, false));
            }
        }
    }
    made
}

fn any_port() -> impl Strategy<Value = ServicePort> {
    let endpoints = prop_oneof![
        Just(Endpoints::Unknown),
        (0_u32..4, 0_u32..3).prop_map(|(usable, local)| Endpoints::Known { usable, local }),
    ];
    let protocol = prop::sample::select(Protocol::ALL);
    (protocol, any::<bool>(), endpoints).prop_map(|(protocol, node_port, endpoints)| ServicePort {
        protocol,
        node_port,
        endpoints,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn policies_are_those_of_the_loop(
        ports in prop::collection::vec(any_port(), 0..4),
        kind in prop::sample::select(ServiceType::ALL),
        traffic in (any::<bool>(), any::<bool>()),
        flags in prop::array::uniform5(any::<bool>()),
        ips in (0_u32..3, 0_u32..3),
        minor in 22_u32..38,
    ) {
        let policy = |local| if local { TrafficPolicy::Local } else { TrafficPolicy::Cluster };
        let service = Service {
            kind,
            headless: flags[0],
            external_traffic: policy(traffic.0),
            internal_traffic: policy(traffic.1),
            preserve_destination: flags[1],
            external_ips: ips.0,
            ingress_ips: ips.1,
            ports: &ports,
        };
        let proxying = Proxying {
            kubernetes: k8s(minor),
            enable_dsr: flags[2],
            dsr_supported: flags[3],
            forward_healthcheck_vip: flags[4],
        };
        let answer = policies(&service, &proxying);
        let expected = policies_one_by_one(&service, &proxying);
        prop_assert_eq!(answer.none_because.is_some(), expected.is_empty());
        for kind in PolicyKind::ALL {
            let with = expected.iter().filter(|it| it.0 == *kind && it.2).count();
            let without = expected.iter().filter(|it| it.0 == *kind && !it.2).count();
            let found = answer.policies.of_kind(*kind);
            prop_assert_eq!((found.dsr as usize, found.non_dsr as usize, found.undecided), (with, without, 0));
        }
        for protocol in Protocol::ALL {
            let without = expected.iter().filter(|it| it.1 == *protocol && !it.2).count();
            prop_assert_eq!(answer.policies.of_protocol(*protocol).non_dsr as usize, without);
        }
    }

    #[test]
    fn any_command_line_has_an_answer(
        arguments in prop::collection::vec(
            prop::sample::select(&[
                "--enable-dsr", "--enable-dsr=true", "--enable-dsr=false", "--enable-dsr=x", "false", "", "-", "--", "-v",
                "--feature-gates", "WinDSR=true", "--feature-gates=WinDSR=false", "--feature-gates=WinOverlay=false",
                "--feature-gates=AllAlpha=true,AllBeta=false", "--config", "--config=a", "--source-vip=10.0.0.1", "=", "--=",
            ][..]),
            0..6,
        ),
        minor in 12_u32..40,
        image in any::<bool>(),
        number in prop::option::of(prop::sample::select(&[14_393_u32, 17_763, 18_362, 19_042, 20_348, 26_100, 30_000][..])),
        revision in prop::option::of(1400_u32..3000),
        network in prop::option::of(prop::sample::select(Network::ALL)),
        known in any::<bool>(),
    ) {
        let node = Node {
            platform: Platform { build: number.map(|number| Build { number, revision }), ..Platform::default() },
            kubernetes: known.then(|| k8s(minor)),
            kube_proxy: if image { KubeProxy::EksImage(&arguments) } else { KubeProxy::CommandLine(&arguments) },
            network,
        };
        let answer = applicability(&node);
        let expected = match answer.verdict {
            Verdict::On => Some(true),
            Verdict::Unknown => None,
            _ => Some(false),
        };
        prop_assert_eq!(answer.enabled, expected);
        prop_assert!(answer.because().next().is_some());
        if answer.verdict == Verdict::On {
            prop_assert_eq!(answer.supported, Some(true));
        }
        // Every refusal is told first and rests on a fact.
        let refused = matches!(answer.because().next(), Some(Reason::Refused(_)));
        prop_assert_eq!(refused, answer.verdict == Verdict::Refused);
    }
}

#[test]
fn every_source_is_there() {
    for key in ["dsr-semi-annual-default", "dsr-long-term-default", "policy-dsr", "pool-sharing-unknown"] {
        assert!(SourceId::from_key(key).is_some(), "{key}");
    }
}
