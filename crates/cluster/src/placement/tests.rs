use super::*;
use crate::model::Place;
use crate::request::Document;
use std::ops::ControlFlow;

fn group(tool: Tool, labels: &[(&str, &str)]) -> NodeGroup {
    let mut group = NodeGroup::new("win".to_owned(), tool, Place::file(&"a.yaml".into()));
    group.os = Field::Known(Os::Windows, crate::model::Origin::Written(group.place.clone()));
    group.labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    group
}

fn pod(selector: &str, expressions: &[&str]) -> Workload {
    let affinity = if expressions.is_empty() {
        String::new()
    } else {
        let terms: Vec<String> =
            expressions.iter().map(|one| format!("{{matchExpressions: [{one}]}}")).collect();
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{}]}}}}}},",
            terms.join(", ")
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{{affinity} nodeSelector: {{{selector}}}}}\n"
    );
    let inputs = crate::request::inputs(&[], &[Document { name: "p.yaml".to_owned(), text }]);
    let reading = crate::read::read(&inputs, &mut |_| ControlFlow::Continue(())).unwrap();
    reading.cluster.workloads.into_iter().next().unwrap()
}

#[test]
fn selectors_and_affinity_as_the_scheduler_evaluates_them() {
    const BUILD: &str = "node.kubernetes.io/windows-build";
    let mut managed = group(Tool::EksctlManaged, &[("team", "web"), ("size", "8")]);
    managed.release = Some(winpod::windows::Release::Server2022);
    let yes = Verdict::Yes;
    for (selector, terms, expected) in [
        ("", &[][..], yes),
        ("team: web", &[], yes),
        ("team: api", &[], Verdict::No),
        ("shift: night", &[], Verdict::No),
        ("kubernetes.io/arch: amd64", &[], yes),
        ("kubernetes.io/arch: arm64", &[], Verdict::No),
        ("eks.amazonaws.com/nodegroup: win", &[], yes),
        ("eks.amazonaws.com/nodegroup: other", &[], Verdict::No),
        ("alpha.eksctl.io/nodegroup-name: win", &[], yes),
        ("karpenter.sh/nodepool: win", &[], Verdict::No),
        ("topology.kubernetes.io/zone: eu-west-1a", &[], Verdict::Unknown),
        ("kubernetes.io/hostname: one", &[], Verdict::Unknown),
        ("team: \"{{ .Values.team }}\"", &[], Verdict::Unknown),
        ("", &["{key: team, operator: NotIn, values: [api]}"], yes),
        ("", &["{key: shift, operator: NotIn, values: [night]}"], yes),
        ("", &["{key: shift, operator: Exists}"], Verdict::No),
        ("", &["{key: shift, operator: DoesNotExist}"], yes),
        ("", &["{key: size, operator: Gt, values: ['7']}, {key: size, operator: Lt, values: ['9']}"], yes),
        ("", &["{key: size, operator: Gt, values: ['8']}"], Verdict::No),
        // Any term will do, and one that asks nothing is met by none.
        ("", &["{key: team, operator: In, values: [api]}", "{key: team, operator: In, values: [web]}"], yes),
        ("", &[""], Verdict::No),
        ("", &["{key: kubernetes.io/os, operator: NotIn, values: [windows, darwin]}"], Verdict::No),
        ("", &["{key: topology.kubernetes.io/zone, operator: Exists}"], Verdict::Unknown),
        ("team: api", &["{key: topology.kubernetes.io/zone, operator: Exists}"], Verdict::No),
    ] {
        assert_eq!(selects(&pod(selector, terms), &managed), expected, "{selector} {terms:?}");
    }
    for (build, expected) in [("10.0.20348", yes), ("10.0.17763", Verdict::No)] {
        assert_eq!(selects(&pod(&format!("{BUILD}: {build}"), &[]), &managed), expected, "{build}");
        assert_eq!(selects_but(&pod(&format!("{BUILD}: {build}"), &[]), &managed, Some(BUILD)), yes);
    }
    managed.release = None;
    assert_eq!(selects(&pod(&format!("{BUILD}: 10.0.17763"), &[]), &managed), Verdict::Unknown);
    // What a template of one's own gives to nodes may not show.
    let mut own = group(Tool::AutoScaling, &[]);
    own.labels_open = true;
    assert_eq!(selects(&pod("team: web", &[]), &own), Verdict::Unknown);
}

#[test]
fn what_a_template_fills_in_keeps_nobody_out_and_lets_nobody_in() {
    const OPEN: &str = "{{ .Values.os }}";
    let yes = [("os", "windows", "NoSchedule")];
    for (taint, toleration, expected) in [
        (yes[0], yes[0], (true, true)),
        (yes[0], ("os", "linux", "NoSchedule"), (false, false)),
        (("os", OPEN, "NoSchedule"), yes[0], (true, false)),
        ((OPEN, "windows", "NoSchedule"), yes[0], (true, false)),
        (("os", "windows", OPEN), ("", "", ""), (true, false)),
        (yes[0], ("os", OPEN, "NoSchedule"), (true, false)),
        // The same text need not become the same value.
        (("os", OPEN, "NoSchedule"), ("os", OPEN, "NoSchedule"), (true, false)),
        // Nothing tolerates it, whatever it becomes.
        (("os", OPEN, "NoSchedule"), ("team", "web", "NoSchedule"), (false, false)),
        (("os", OPEN, "PreferNoSchedule"), ("", "", ""), (true, true)),
    ] {
        let mut own = group(Tool::EksManaged, &[]);
        let (key, value, effect) = (taint.0.into(), taint.1.into(), taint.2.into());
        own.taints = vec![Taint { key, value, effect, place: own.place.clone() }];
        let mut pod = pod("", &[]);
        pod.os = Some(Os::Windows);
        let (key, value, effect) = (toleration.0.into(), toleration.1.into(), toleration.2.into());
        let exists = false;
        pod.tolerations = vec![Toleration { key, exists, value, effect }];
        assert_eq!((may_run(&pod, &own), may_go(&pod, &own)), expected, "{taint:?} {toleration:?}");
    }
    let templated = group(Tool::EksManaged, &[("{{ .Values.key }}", "web"), ("size", "{{ .Values.size }}")]);
    for (selector, terms) in [
        ("team: web", &[][..]),
        ("size: large", &[]),
        ("\"{{ .Values.key }}\": web", &[]),
        ("", &["{key: size, operator: In, values: [large]}"]),
        ("", &["{key: team, operator: In, values: [\"{{ .Values.team }}\"]}"]),
    ] {
        assert_eq!(selects(&pod(selector, terms), &templated), Verdict::Unknown, "{selector} {terms:?}");
    }
}

#[test]
fn a_pool_has_what_it_requires() {
    let mut pool = group(Tool::Karpenter, &[]);
    let requirement = |key: &str, operator, values: &[&str]| Requirement {
        key: key.to_owned(),
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        place: pool.place.clone(),
    };
    let all = vec![
        requirement("team", Operator::In, &["web", "api"]),
        requirement("team", Operator::NotIn, &["api"]),
        requirement("karpenter.k8s.aws/instance-cpu", Operator::Gt, &["4"]),
    ];
    let origin = crate::model::Origin::Written(pool.place.clone());
    pool.instance_types = Field::Known(InstanceTypes::Requirements(all), origin);
    for (selector, expected) in [
        ("team: web", Verdict::Yes),
        ("team: api", Verdict::No),
        ("karpenter.sh/nodepool: win", Verdict::Yes),
        ("eks.amazonaws.com/nodegroup: win", Verdict::No),
        ("karpenter.k8s.aws/instance-cpu: '8'", Verdict::Unknown),
        ("karpenter.k8s.aws/instance-cpu: '4'", Verdict::No),
    ] {
        assert_eq!(selects(&pod(selector, &[]), &pool), expected, "{selector}");
    }
}
