//! What is rendered for node groups: byte for byte as reviewed, and inert whatever the names.

use std::ops::ControlFlow;
use std::path::Path;
use std::{env, fs};
use winpod_cluster::render::{MaxPods, RenderRequest, Rendered, render};
use winpod_cluster::request::{Document, Refusal, Wide};

/// A group of `web` nodes with all that user data can say.
fn request(kind: &str) -> RenderRequest {
    RenderRequest {
        kind: kind.into(),
        cluster: Some("shop".into()),
        kubernetes: Some("1.35".into()),
        region: Some("eu-central-1".into()),
        endpoint: Some("https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com".into()),
        certificate_authority: Some("LS0tLS1CRUdJTg==".into()),
        service_cidr: Some("10.100.0.0/16".into()),
        node_group: Some("web".into()),
        tool: Some("self-managed".into()),
        instance_types: vec!["m5.large".into()],
        mode: Some("prefix-delegation".into()),
        max_pods: Some(MaxPods::Named("fit".into())),
        labels: [("team".to_owned(), "shop".to_owned())].into(),
        taints: vec!["os=windows:NoSchedule".into()],
        dsr: Some(true),
        port_range: Some("34000-65535".into()),
        excluded_snat_cidrs: vec!["192.0.2.0/24".into(), "198.51.100.0/24".into()],
        min_size: Some(Wide::from(1)),
        desired_size: Some(Wide::from(2)),
        max_size: Some(Wide::from(5)),
        ..RenderRequest::default()
    }
}

fn rendered(request: &RenderRequest) -> Result<Rendered, Refusal> {
    render(request, &mut |_| ControlFlow::Continue(()))
}

fn text(request: &RenderRequest) -> String {
    rendered(request).expect("it is rendered").artefacts.remove(0).text
}

/// Puts a text into one field.
type Setter = fn(&mut RenderRequest, &str);

fn has_note(answer: &Rendered, code: &str) -> bool {
    answer.notes.iter().any(|note| note.code == code)
}

/// The requests whose answers are kept, by the names of their files.
fn kept() -> Vec<(&'static str, RenderRequest)> {
    let own = request("user-data");
    let managed = RenderRequest { tool: None, ..own.clone() };
    let documented = RenderRequest { style: Some("documented".into()), ..own.clone() };
    let old = RenderRequest { kubernetes: Some("1.31".into()), ..own.clone() };
    let wide = RenderRequest { port_range: Some("16385-65535".into()), dsr: None, ..old.clone() };
    let plain = RenderRequest {
        kind: "user-data".into(),
        cluster: Some("shop".into()),
        tool: Some("self-managed".into()),
        ..RenderRequest::default()
    };
    let of = |kind: &str, tool: Option<&str>| RenderRequest {
        kind: kind.into(),
        tool: tool.map(Into::into),
        role: Some("arn:aws:iam::111122223333:role/Windows".into()),
        ..own.clone()
    };
    vec![
        ("eksctl-managed.yaml", of("eksctl", None)),
        ("eksctl-self-managed.yaml", of("eksctl", Some("self-managed"))),
        ("launch-template-managed.yaml", of("launch-template", None)),
        ("launch-template-self-managed.yaml", of("launch-template", Some("self-managed"))),
        (
            "launch-template-parameters.yaml",
            RenderRequest {
                instance_types: vec!["m5.large".into(), "m5.xlarge".into()],
                role: None,
                min_size: None,
                desired_size: None,
                max_size: None,
                ..of("launch-template", Some("self-managed"))
            },
        ),
        ("karpenter.yaml", of("karpenter", None)),
        ("user-data-own.ps1", own),
        ("user-data-managed.ps1", managed),
        ("user-data-documented.ps1", documented),
        ("user-data-1.31.ps1", old),
        ("user-data-node-ports.ps1", wide),
        ("user-data-plain.ps1", plain),
    ]
}

#[test]
fn texts_are_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render");
    let update = env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for (name, request) in kept() {
        let (path, text) = (folder.join(name), text(&request));
        if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            if update {
                fs::write(&path, text).expect("the folder can be written");
            } else {
                stale.push(name);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "{} in crates/cluster/tests/render differ from the code. If that is meant:\n    \
         UPDATE=1 cargo test -p winpod-cluster --test render_groups",
        stale.join(", ")
    );
}

#[test]
fn placeholders_of_stacks_stand_in_single_quotes() {
    let request = RenderRequest {
        kind: "user-data".into(),
        cluster: Some("WINPOD-CLUSTER-NAME".into()),
        endpoint: Some("https://winpod-endpoint".into()),
        certificate_authority: Some("V0lOUE9ELUNB".into()),
        ami: Some("ami-0123456789abcdef0".into()),
        dsr: Some(true),
        ..RenderRequest::default()
    };
    let answer = rendered(&request).unwrap();
    for value in
        ["'WINPOD-CLUSTER-NAME'", "'https://winpod-endpoint'", "'V0lOUE9ELUNB'", "'--enable-dsr=true'"]
    {
        assert_eq!(answer.artefacts[0].text.matches(value).count(), 1, "{value}");
    }
    assert!(has_note(&answer, "render-services-guessed") && has_note(&answer, "render-gate-unknown"));
}

#[test]
fn arguments_of_kube_proxy_follow_the_version() {
    for (version, arguments) in [
        ("1.31", "'--enable-dsr=true --feature-gates=WinDSR=true'"),
        ("1.32", "'--enable-dsr=true --feature-gates=WinDSR=true'"),
        ("1.33", "'--enable-dsr=true'"),
        ("1.35", "'--enable-dsr=true'"),
    ] {
        let request = RenderRequest { kubernetes: Some(version.into()), ..request("user-data") };
        assert!(text(&request).contains(&format!("-KubeProxyExtraArgs {arguments} ")), "{version}");
    }
    let none = RenderRequest { dsr: None, ..request("user-data") };
    assert!(!text(&none).contains("KubeProxyExtraArgs"));
}

#[test]
fn managed_groups_without_an_image_do_not_call() {
    let request = RenderRequest { tool: None, ..request("user-data") };
    let answer = rendered(&request).unwrap();
    let text = &answer.artefacts[0].text;
    assert!(!text.contains("-EKSClusterName") && !text.contains("--max-pods"), "{text}");
    for code in ["render-managed-max-pods", "render-managed-labels", "render-dsr-replaced"] {
        assert!(has_note(&answer, code), "{code}");
    }
    // With an image of its own it does, and may say all of it.
    let request = RenderRequest { ami: Some("ami-0123456789abcdef0".into()), ..request };
    assert!(
        self::text(&request)
            .contains("--max-pods=144 --node-labels=team=shop --register-with-taints=os=windows:NoSchedule")
    );
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let base = request("user-data");
    let code = |request: &RenderRequest| rendered(request).map(|_| ()).map_err(|refusal| refusal.code);
    let refused = |request: &RenderRequest| assert!(code(request).is_err(), "{request:?}");
    refused(&RenderRequest { certificate_authority: None, ..base.clone() });
    refused(&RenderRequest { endpoint: None, ..base.clone() });
    refused(&RenderRequest { cluster: None, ..base.clone() });
    refused(&RenderRequest {
        labels: [("kubernetes.io/x".to_owned(), "y".to_owned())].into(),
        ..base.clone()
    });
    refused(&RenderRequest { kubernetes: Some("1.13".into()), ..base.clone() });
    let private = Document {
        name: "cluster.yaml".into(),
        text: "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: shop, region: eu-central-1}\nprivateCluster: {enabled: true}\n".into(),
    };
    let private = RenderRequest { documents: vec![private], ..base.clone() };
    assert!(code(&private).is_ok());
    refused(&RenderRequest { endpoint: None, certificate_authority: None, ..private });
    let release = |release: &str, kubernetes: &str| RenderRequest {
        release: Some(release.into()),
        kubernetes: Some(kubernetes.into()),
        ..base.clone()
    };
    let refusal = rendered(&release("2025", "1.34")).unwrap_err();
    assert!(
        refusal.message.contains("Windows Server 2025 requires EKS version 1.35 or higher"),
        "{refusal:?}"
    );
    assert!(code(&release("2025", "1.35")).is_ok());
    assert!(has_note(&rendered(&release("2019", "1.35")).unwrap(), "render-image-unseen"));
    assert!(!has_note(&rendered(&release("2019", "1.34")).unwrap(), "render-image-unseen"));
    assert!(!has_note(&rendered(&release("2022", "1.35")).unwrap(), "render-image-unseen"));
    // 16 KB before base64: 200 labels of 100 bytes are more.
    let labels = (0..200).map(|number| (format!("label-{number:0>50}"), "v".repeat(40))).collect();
    let refusal = rendered(&RenderRequest { labels, ..base }).unwrap_err();
    assert!(refusal.code == "OUT_OF_RANGE" && refusal.message.contains("16384"), "{refusal:?}");
}

#[test]
fn hostile_values_are_refused_in_every_field() {
    const HOSTILE: [&str; 9] = [
        "'; Remove-Item C:\\ -Recurse; '",
        "`whoami`",
        "$(Stop-Computer)",
        "${AWS::AccountId}",
        "a\nb: c",
        "a\"b",
        "a' b",
        "</powershell>",
        "창고",
    ];
    let long = "a".repeat(1000);
    let set: [(&str, Setter); 14] = [
        ("cluster", |it, text| it.cluster = Some(text.into())),
        ("region", |it, text| it.region = Some(text.into())),
        ("kubernetes", |it, text| it.kubernetes = Some(text.into())),
        ("endpoint", |it, text| it.endpoint = Some(format!("https://{text}"))),
        ("service_cidr", |it, text| it.service_cidr = Some(text.into())),
        ("cluster_dns", |it, text| it.cluster_dns = Some(text.into())),
        ("node_group", |it, text| it.node_group = Some(text.into())),
        ("label", |it, text| it.labels = [(text.to_owned(), "a".to_owned())].into()),
        ("value of a label", |it, text| it.labels = [("a".to_owned(), text.to_owned())].into()),
        ("taint", |it, text| it.taints = vec![format!("{text}=a:NoSchedule")]),
        ("value of a taint", |it, text| it.taints = vec![format!("a={text}:NoSchedule")]),
        ("ami", |it, text| it.ami = Some(format!("ami-{text}"))),
        ("role", |it, text| it.role = Some(format!("arn:aws:iam::111122223333:role/{text}"))),
        ("excluded", |it, text| it.excluded_snat_cidrs = vec![text.into()]),
    ];
    for kind in ["user-data", "eksctl", "launch-template", "karpenter"] {
        for (field, set) in set {
            for text in HOSTILE.into_iter().chain([long.as_str()]) {
                let mut request = request(kind);
                set(&mut request, text);
                assert!(rendered(&request).is_err(), "{kind}: {field} {text}");
            }
        }
    }
}

#[test]
fn eksctl_has_what_eksctl_takes() {
    let request = RenderRequest { tool: None, ..request("eksctl") };
    let answer = rendered(&request).unwrap();
    let text = &answer.artefacts[0].text;
    // Dropped for managed groups without a word, so it is told instead.
    assert!(!text.contains("maxPodsPerNode") && text.contains("preBootstrapCommands"), "{text}");
    assert!(has_note(&answer, "render-eksctl-max-pods") && has_note(&answer, "render-eksctl-prefixes"));
    let own = RenderRequest { tool: Some("self-managed".into()), ..request.clone() };
    let text = self::text(&own);
    assert!(text.contains("maxPodsPerNode: 144") && text.contains("overrideBootstrapCommand"), "{text}");
    // A group of a cluster that is there comes without the Linux one.
    let there = RenderRequest { subnets: vec!["subnet-0123456789abcdef0".into()], ..request.clone() };
    assert!(!self::text(&there).contains("AmazonLinux2023"));
    let own_image = RenderRequest { ami: Some("ami-0123456789abcdef0".into()), ..request.clone() };
    assert!(rendered(&own_image).unwrap_err().message.contains("eksctl refuses"));
    for release in ["2019", "2022", "2025"] {
        for edition in ["core", "full"] {
            let request = RenderRequest {
                release: Some(release.into()),
                edition: Some(edition.into()),
                ..request.clone()
            };
            let upper = if edition == "core" { "Core" } else { "Full" };
            let family = format!("amiFamily: WindowsServer{release}{upper}Container\n");
            assert!(self::text(&request).contains(&family), "{family}");
        }
    }
}

#[test]
fn karpenter_is_told_the_truth() {
    let role = Some("arn:aws:iam::111122223333:role/Windows".to_owned());
    let request = RenderRequest { max_pods: None, role, ..request("karpenter") };
    let text = text(&request);
    for line in [
        "- alias: \"windows2022@latest\"\n",
        "    maxPods: 144\n",
        "      - \"10.100.0.10\"\n",
        "'SERVICE_IPV4_CIDR', '10.100.0.0/16', 'Machine'",
        "        karpenter.sh/discovery: shop\n",
        "  role: Windows\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("<powershell>") && !text.contains("-EKSClusterName"));
    assert!(has_note(&rendered(&request).unwrap(), "render-karpenter-believes"));
    let refused = |request: RenderRequest| assert!(rendered(&request).is_err(), "{request:?}");
    refused(RenderRequest { edition: Some("full".into()), ..request.clone() });
    refused(RenderRequest { role: None, ..request.clone() });
    refused(RenderRequest { instance_types: Vec::new(), ..request.clone() });
    refused(RenderRequest { node_group: Some("Web_1".into()), ..request.clone() });
    refused(RenderRequest {
        release: Some("2025".into()),
        kubernetes: Some("1.34".into()),
        ..request.clone()
    });
    // A Full image of one's own has an id.
    let own = RenderRequest {
        edition: Some("full".into()),
        ami: Some("ami-0123456789abcdef0".into()),
        security_groups: vec!["sg-0123456789abcdef0".into()],
        subnets: vec!["subnet-0123456789abcdef0".into()],
        ..request
    };
    let text = self::text(&own);
    assert!(
        text.contains("amiFamily: Windows2022") && text.contains("- id: ami-0123456789abcdef0"),
        "{text}"
    );
    assert!(!text.contains("discovery"));
}

#[test]
fn stacks_ask_for_what_nobody_told() {
    let request =
        RenderRequest { min_size: None, desired_size: None, max_size: None, ..request("launch-template") };
    let text = text(&request);
    for parameter in ["InstanceProfile", "MaxSize", "MinSize", "SecurityGroups", "Subnets"] {
        assert!(text.contains(&format!("!Ref {parameter}\n")), "{parameter}: {text}");
    }
    assert!(text.contains("Windows_Server-2022-English-Core-EKS_Optimized-1.35/image_id}}"));
    // No type that was not asked for; EKS has a default for managed groups.
    let plain = RenderRequest { tool: None, instance_types: Vec::new(), max_pods: None, ..request.clone() };
    assert!(!self::text(&plain).contains("InstanceType"));
    assert!(rendered(&RenderRequest { tool: Some("self-managed".into()), ..plain }).is_err());
    let unknown = RenderRequest { kubernetes: None, ..request };
    assert!(rendered(&unknown).is_err());
    let own = RenderRequest { ami: Some("ami-0123456789abcdef0".into()), ..unknown };
    assert!(self::text(&own).contains("ImageId: ami-0123456789abcdef0"));
}

#[test]
fn each_tool_gets_its_own_groups() {
    let role = Some("arn:aws:iam::111122223333:role/Windows".to_owned());
    let pool = RenderRequest { node_group: Some("pool".into()), role: role.clone(), ..request("karpenter") };
    let document = |name: &str, request: &RenderRequest| Document { name: name.into(), text: text(request) };
    let documents = vec![document("cluster.yaml", &request("eksctl")), document("pool.yaml", &pool)];
    let of = |kind: &str| RenderRequest {
        kind: kind.into(),
        documents: documents.clone(),
        role: role.clone(),
        ..RenderRequest::default()
    };
    for (kind, has, lacks) in
        [("eksctl", "web", "pool"), ("launch-template", "web", "pool"), ("karpenter", "pool", "web")]
    {
        let text = text(&of(kind)).to_ascii_lowercase();
        assert!(text.contains(has) && !text.contains(lacks), "{kind}: {text}");
    }
    // Each group is started in its tool's way.
    let answer = rendered(&of("user-data")).unwrap();
    let calls: Vec<_> = answer
        .artefacts
        .iter()
        .map(|it| {
            (it.node_group.as_deref(), it.text.contains("-EKSClusterName"), it.text.contains("<powershell>"))
        })
        .collect();
    assert_eq!(calls, [(Some("web"), true, true), (Some("pool"), false, false)]);
}
