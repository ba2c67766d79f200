//! Releases, builds, updates, images and versions of HNS: every row, and every threshold from below and above.
use winpod::instance::Verdict;
use winpod::windows::{
    self, Build, Channel, Edition, Effect, HnsFeature, HnsVersion, ImageReason, Platform, Release,
    UnknownBuild,
};
use winpod::{Error, Grade, KubernetesVersion, SourceId};

fn of_build(number: u32, revision: Option<u32>) -> Platform {
    Platform { build: Some(Build { number, revision }), ..Platform::default() }
}

#[test]
fn releases_by_build() {
    let builds = [
        (14_393, Release::Server2016),
        (16_299, Release::Version1709),
        (17_134, Release::Version1803),
        (17_763, Release::Server2019),
        (18_362, Release::Version1903),
        (18_363, Release::Version1909),
        (19_041, Release::Version2004),
        (19_042, Release::Version20H2),
        (20_348, Release::Server2022),
        (25_398, Release::Version23H2),
        (26_100, Release::Server2025),
    ];
    assert!(Release::ALL.iter().copied().eq(builds.map(|(_, release)| release)));
    for (number, release) in builds {
        assert_eq!((release.build(), Release::of_build(number)), (number, Ok(release)));
        assert!(release.sources().contains(&SourceId::WindowsBuilds));
        for unlisted in [number - 1, number + 1] {
            if !builds.iter().any(|(known, _)| *known == unlisted) {
                let expected = if unlisted > 26_100 { UnknownBuild::Newer } else { UnknownBuild::Unlisted };
                assert_eq!(Release::of_build(unlisted), Err(expected), "{unlisted}");
            }
        }
    }
    for number in [0, 10, 9_999, u32::MAX] {
        assert!(Release::of_build(number).is_err());
    }
}

#[test]
fn channels_and_life_cycles() {
    let semi_annual = Release::ALL.iter().filter(|release| release.channel() == Channel::SemiAnnual);
    assert_eq!(semi_annual.count(), 6);
    for (release, expected) in [
        (Release::Server2016, [None, None, Some("2022-01-11"), Some("2027-01-12")]),
        (Release::Server2019, [Some("2019-10-07"), None, Some("2024-01-09"), Some("2029-01-09")]),
        (Release::Version1903, [None; 4]),
        (Release::Version1909, [None, Some("2020-12-08"), None, None]),
        (Release::Version2004, [None, Some("2021-12-14"), None, None]),
        (Release::Version20H2, [None, Some("2022-08-09"), None, None]),
        (Release::Server2022, [Some("2022-10-17"), None, Some("2026-10-13"), Some("2031-10-14")]),
        (Release::Version23H2, [None; 4]),
        (Release::Server2025, [Some("2026-01-26"), None, None, None]),
    ] {
        let life = release.life_cycle();
        let days = [life.eks_since, life.eks_until, life.mainstream_until, life.extended_until];
        assert_eq!(days, expected, "{release}");
    }
}

#[test]
fn images_of_eks_by_kubernetes_version() {
    let verdict = |release: Release, minor| {
        let answer = release.on_eks(KubernetesVersion::new(1, minor));
        (answer.verdict, answer.reason)
    };
    let listed = (Verdict::Yes, ImageReason::Listed);
    let later = (Verdict::Unknown, ImageReason::AfterLastSeen);
    let early = (Verdict::No, ImageReason::BeforeFirst);
    for (release, minor, expected) in [
        (Release::Server2019, 14, listed),
        (Release::Server2019, 34, listed),
        (Release::Server2019, 35, later),
        (Release::Server2022, 22, early),
        (Release::Server2022, 23, listed),
        (Release::Server2022, 34, listed),
        (Release::Server2022, 35, later),
        (Release::Server2025, 34, early),
        (Release::Server2025, 35, listed),
        (Release::Server2025, 36, later),
        (Release::Version20H2, 22, (Verdict::No, ImageReason::Withdrawn)),
        (Release::Version1909, 18, (Verdict::No, ImageReason::Withdrawn)),
        (Release::Server2016, 30, (Verdict::Unknown, ImageReason::NoImages)),
        (Release::Version23H2, 30, (Verdict::Unknown, ImageReason::NoImages)),
    ] {
        assert_eq!(verdict(release, minor), expected, "{release} {minor}");
    }
    assert_eq!(Release::Server2025.on_eks(KubernetesVersion::new(1, 30)).source.grade(), Grade::Code);
}

#[test]
fn images_by_every_name() {
    assert_eq!(windows::images().len(), 8);
    for image in windows::images() {
        let names = [Some(image.eksctl_family), image.ami_type, image.karpenter_alias, image.ssm_name];
        for name in names.into_iter().flatten() {
            assert_eq!(windows::image(name), Some(image), "{name}");
            for wrong in [&name[1..], &name[..name.len() - 1], &name.to_uppercase().replace('E', "e")] {
                assert_eq!(windows::image(wrong), None, "{wrong}");
            }
        }
        let year = image.release.name();
        let edition = if image.edition == Edition::Core { "Core" } else { "Full" };
        assert_eq!(image.eksctl_family, format!("WindowsServer{year}{edition}Container"));
        assert_eq!(image.ami_type.is_some(), image.release.channel() == Channel::LongTerm);
        assert_eq!(image.karpenter_alias.is_some(), image.ami_type.is_some() && edition == "Core");
    }
    let of = |name| windows::image(name).map(|image| (image.release, image.edition));
    let core_2022 = Some((Release::Server2022, Edition::Core));
    let parameter =
        "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.34/image_id";
    assert_eq!(of(parameter), core_2022);
    assert_eq!(of("Windows_Server-2022-English-Core-EKS_Optimized-1.34"), core_2022);
    assert_eq!(of("windows2022@latest"), core_2022);
    for unknown in
        ["", "@latest", "windows2022x", "windows2022 ", "AL2023_x86_64_STANDARD", "bottlerocket@latest"]
    {
        assert_eq!(of(unknown), None, "{unknown}");
    }
}

#[test]
fn updates_from_below_and_above() {
    let known = [
        (17_763, 1432, Effect::Dsr, "2020-08-20"),
        (17_763, 1554, Effect::RestartFaultFixed, "2020-10-20"),
        (17_763, 1935, Effect::DegradedFaultFixed, "2021-05-11"),
        (17_763, 2746, Effect::Backends1024, "2022-03-22"),
        (20_348, 2582, Effect::NetworkingBroken, "2024-07"),
        (20_348, 2762, Effect::NetworkingFixed, "2024-10-08"),
    ];
    let found: Vec<_> =
        windows::updates().map(|it| (it.build, it.revision, it.effect, it.released)).collect();
    assert_eq!(found, known);
    for (build, revision, effect, _) in known {
        let has = |revision| Build { number: build, revision }.has(effect);
        assert_eq!(has(Some(revision - 1)), Verdict::No);
        assert_eq!(has(Some(revision)), Verdict::Yes);
        assert_eq!(has(Some(revision + 1)), Verdict::Yes);
        assert_eq!(has(None), Verdict::Unknown);
        assert_eq!(Build::new(26_100, revision).has(effect), Verdict::Unknown);
    }
    assert!(windows::updates().all(|update| !update.sources.is_empty() && update.name.starts_with("KB")));
}

#[test]
fn backends_by_build() {
    for (number, revision, expected) in [
        (14_393, None, (64, 64)),
        (17_134, Some(9_999), (64, 64)),
        (17_763, None, (64, 1024)),
        (17_763, Some(2745), (64, 64)),
        (17_763, Some(2746), (1024, 1024)),
        (17_763, Some(2747), (1024, 1024)),
        (18_363, None, (64, 1024)),
        (19_042, None, (64, 1024)),
        (20_348, None, (1024, 1024)),
        (25_398, None, (1024, 1024)),
        (26_100, Some(1), (1024, 1024)),
        (26_101, None, (64, 1024)),
        (20_000, None, (64, 1024)),
    ] {
        let limit = of_build(number, revision).backend_limit();
        assert_eq!((limit.at_least, limit.at_most), expected, "{number}.{revision:?}");
    }
    let either = Platform::default().backend_limit();
    let verdicts = [0, 63, 64, 65, 1023, 1024, 1025, u32::MAX].map(|backends| either.holds(backends));
    let (yes, no, open) = (Verdict::Yes, Verdict::No, Verdict::Unknown);
    assert_eq!(verdicts, [yes, yes, yes, open, open, open, no, no]);
}

#[test]
fn session_affinity_by_build_and_by_hns() {
    for (number, expected) in [
        (17_763, Verdict::No),
        (18_362, Verdict::No),
        (19_042, Verdict::No),
        (20_348, Verdict::Yes),
        (26_100, Verdict::Yes),
        (26_101, Verdict::Unknown),
        (20_000, Verdict::Unknown),
    ] {
        assert_eq!(of_build(number, None).session_affinity(), expected, "{number}");
    }
    // The version of HNS is what kube-proxy asks, so it wins.
    for (major, minor, expected) in [(11, 99, Verdict::No), (12, 0, Verdict::Yes), (13, 0, Verdict::Yes)] {
        let platform = Platform { hns: Some(HnsVersion::new(major, minor)), ..of_build(17_763, None) };
        assert_eq!(platform.session_affinity(), expected);
    }
}

#[test]
fn every_feature_of_hns_at_its_edges() {
    // Each with the first version that has it, the last below, and what a hole leaves out.
    type Versions = &'static [(u32, u32)];
    let edges: [(HnsFeature, Versions, Versions); 16] = [
        (HnsFeature::RemoteSubnet, &[(9, 2), (9, 3), (10, 0)], &[(9, 1), (8, 9)]),
        (HnsFeature::Dsr, &[(9, 3), (9, 99), (10, 2), (11, 0)], &[(9, 2), (8, 9), (10, 0), (10, 1)]),
        (HnsFeature::Slash32Endpoints, &[(9, 3), (10, 4), (11, 0)], &[(9, 2), (10, 3)]),
        (HnsFeature::VxlanPort, &[(10, 3), (11, 0)], &[(10, 2), (9, 9)]),
        (HnsFeature::AclProtocol252, &[(11, 0)], &[(10, 9)]),
        (HnsFeature::Ipv6DualStack, &[(11, 10), (12, 0)], &[(11, 9)]),
        (HnsFeature::SessionAffinity, &[(12, 0)], &[(11, 99)]),
        (HnsFeature::SetPolicy, &[(13, 0)], &[(12, 99)]),
        (
            HnsFeature::L4Proxy,
            &[(9, 5), (10, 5), (11, 11), (12, 1), (13, 1), (14, 0)],
            &[(9, 4), (10, 4), (11, 10), (12, 0), (13, 0)],
        ),
        (HnsFeature::L4WfpProxy, &[(13, 2), (14, 0)], &[(13, 1)]),
        (HnsFeature::TierAcl, &[(14, 0)], &[(13, 99)]),
        (HnsFeature::NetworkAcl, &[(15, 0)], &[(14, 99)]),
        (HnsFeature::NestedIpSet, &[(15, 0)], &[(14, 99)]),
        (HnsFeature::DisableHostPort, &[(15, 1)], &[(15, 0)]),
        (HnsFeature::Accelnet, &[(15, 4)], &[(15, 3)]),
        (HnsFeature::ModifyLoadBalancer, &[(15, 5), (16, 0)], &[(15, 4)]),
    ];
    assert!(edges.iter().map(|(feature, ..)| *feature).eq(HnsFeature::ALL.iter().copied()));
    for (feature, with, without) in edges {
        for (major, minor) in with {
            assert!(HnsVersion::new(*major, *minor).supports(feature), "{feature} {major}.{minor}");
        }
        for (major, minor) in without {
            assert!(!HnsVersion::new(*major, *minor).supports(feature), "{feature} {major}.{minor}");
        }
    }
}

#[test]
fn versions_seen_and_packed() {
    let seen: Vec<String> =
        Release::ALL.iter().flat_map(|it| it.hns_seen()).map(ToString::to_string).collect();
    assert_eq!(seen, ["9.2", "9.3", "9.5", "11.10", "15.4"]);
    for (packed, text) in [
        (38_654_705_667, "9.3"),
        (38_654_705_669, "9.5"),
        (47_244_640_266, "11.10"),
        (64_424_509_440, "15.0"),
        (64_424_509_444, "15.4"),
    ] {
        assert_eq!(text.parse(), Ok(HnsVersion::from_packed(packed)));
    }
}

#[test]
fn text_of_versions() {
    for (text, expected) in [
        ("1.34", (1, 34)),
        ("v1.34.2", (1, 34)),
        ("1.34.2-eks-3abbec1", (1, 34)),
        ("1.34+", (1, 34)),
        ("1.34-eks", (1, 34)),
        ("2.0", (2, 0)),
    ] {
        let (major, minor) = expected;
        assert_eq!(text.parse(), Ok(KubernetesVersion::new(major, minor)), "{text}");
    }
    for text in [
        "",
        "1",
        "1.",
        ".1",
        "1.x",
        "01.2",
        "1.02",
        "1.34x",
        "vv1.2",
        "-1.2",
        "1.+2",
        "1.99999999999",
        "1 .2",
    ] {
        assert_eq!(text.parse::<KubernetesVersion>(), Err(Error::KubernetesVersion), "{text}");
    }
    for (text, expected) in [
        ("17763", (17_763, None)),
        ("17763.0", (17_763, Some(0))),
        ("10.0.17763", (17_763, None)),
        ("10.0.26100.4061", (26_100, Some(4061))),
    ] {
        let (number, revision) = expected;
        assert_eq!(text.parse(), Ok(Build { number, revision }), "{text}");
    }
    for text in
        ["", "10.0", "10.0.", "6.3.9600", "017763", "17763.", "17763.1.2", "17763,1", "10.0.10.0.17763"]
    {
        assert_eq!(text.parse::<Build>(), Err(Error::WindowsBuild), "{text}");
    }
    for text in ["", "9", "9.", "9.3.1", "a.b", "9.03"] {
        assert_eq!(text.parse::<HnsVersion>(), Err(Error::HnsVersion), "{text}");
    }
}

#[test]
fn a_build_wins_over_a_release() {
    let both = Platform { release: Some(Release::Server2025), ..of_build(17_763, Some(1432)) };
    assert_eq!(both.resolved().release, Some(Release::Server2019));
    let newer = Platform { release: Some(Release::Server2025), ..of_build(30_000, None) };
    assert_eq!(newer.resolved().release, None);
}

#[test]
fn versions_are_text_in_json() {
    let version = KubernetesVersion::new(1, 34);
    assert_eq!(serde_json::to_string(&version).unwrap(), r#""1.34""#);
    assert_eq!(serde_json::from_str::<KubernetesVersion>(r#""v1.34.1""#).unwrap(), version);
    assert!(serde_json::from_str::<KubernetesVersion>(r#""new""#).is_err());
    assert_eq!(serde_json::to_string(&Release::Version20H2).unwrap(), r#""20H2""#);
}

#[test]
fn tags_tell_the_base_image_where_they_mean_one() {
    use winpod::windows::{Release, base_image};
    for (reference, expected) in [
        ("mcr.microsoft.com/windows/servercore:ltsc2019", Some(Release::Server2019)),
        ("mcr.microsoft.com/windows/servercore:1809-KB4493509", Some(Release::Server2019)),
        ("mcr.microsoft.com/windows:20H2", Some(Release::Version20H2)),
        ("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022", Some(Release::Server2022)),
        (
            "mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2022",
            Some(Release::Server2022),
        ),
        ("mcr.microsoft.com/dotnet/runtime:8.0-nanoserver-1809-amd64", Some(Release::Server2019)),
        ("registry.example:5000/shop/web:4.2-ltsc2025", Some(Release::Server2025)),
        ("mcr.microsoft.com/windows/nanoserver:10.0.20348.2762", Some(Release::Server2022)),
        // Made for several platforms, or not told.
        ("mcr.microsoft.com/dotnet/aspnet:10.0.1", None),
        ("mcr.microsoft.com/windows/servercore", None),
        ("mcr.microsoft.com/windowsfoo/x:1809", None),
        ("registry.example:5000/shop/web", None),
        ("registry.example/web:2004", None),
        ("registry.example/windows/orders:1809", None),
        ("registry.example/notwindows/servercore:1809", None),
        ("mcr.microsoft.com/windows/nanoserver@sha256:00", None),
        // Mirrors, and a digest beside the tag.
        ("registry.example/mcr/windows/servercore:1809", Some(Release::Server2019)),
        ("registry.example:5000/windows/servercore/iis:20H2", Some(Release::Version20H2)),
        ("mcr.microsoft.com/windows/nanoserver:ltsc2022@sha256:00", Some(Release::Server2022)),
        ("", None),
    ] {
        assert_eq!(base_image(reference), expected, "{reference}");
    }
}
