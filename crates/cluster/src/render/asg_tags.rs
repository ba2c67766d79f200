//! Tags by which the Cluster Autoscaler knows what nodes a group without nodes would have.

use super::wanted::{Group, Wanted, missing};
use super::yaml::{self, Map};
use super::{Artefact, names, script};
use crate::model::{NodeGroup, Tool};
use crate::note::{Note, text as note};
use crate::plan;
use crate::quote::shell;
use crate::request::Refusal;
use winpod::ipam::capacity;

const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template";
/// What the webhook makes Windows pods ask for.
const ADDRESS: &str = "vpc.amazonaws.com/PrivateIPv4Address";

/// A tag, and why it is there.
struct Tag {
    key: String,
    value: String,
    why: Note,
}

pub(super) fn render(wanted: &mut Wanted) -> Result<Vec<Artefact>, Refusal> {
    if wanted.groups.is_empty() {
        return Err(missing("a Windows node group with its instance types", "nodeGroup and instanceTypes"));
    }
    let (mut artefacts, mut notes) = (Vec::new(), Vec::new());
    for group in &wanted.groups {
        let of_files: Option<&NodeGroup> = wanted.cluster.node_groups.iter().find(|it| it.name == group.name);
        let called = format!("the node group {:?}", group.name);
        if of_files.is_some_and(|it| it.tool == Tool::Karpenter) {
            notes.push(Note::new(&note::RENDER_TAGS_KARPENTER, &[("group", &called)]));
            continue;
        }
        let tags = tags(wanted, group, &called, &mut notes)?;
        if group.managed {
            notes.push(Note::new(&note::RENDER_TAGS_MANAGED, &[("group", &called)]));
        } else {
            artefacts.push(fragment(group, &tags));
        }
        artefacts.push(commands(wanted, group, &tags)?);
    }
    wanted.notes.extend(notes);
    Ok(artefacts)
}

fn tags(wanted: &Wanted, group: &Group, called: &str, notes: &mut Vec<Note>) -> Result<Vec<Tag>, Refusal> {
    let (addresses, of_type) = addresses(wanted, group, called, notes)?;
    let tag = |part: &str, name: &str, value: &str, why: Note| {
        let key = format!("{TEMPLATE}/{part}/{name}");
        // EC2 Auto Scaling API reference, Tag: keys of at most 128 characters (2026-11-23).
        if key.len() > 128 {
            let allowed =
                "for a tag of EC2 it is too long: with the autoscaler's prefix 128 characters are allowed";
            return Err(names::refused("labels", name, allowed));
        }
        Ok(Tag { key, value: value.to_owned(), why })
    };
    let reason = |text| Note::new(text, &[]);
    let mut tags = vec![
        tag("label", "kubernetes.io/os", "windows", reason(&note::RENDER_TAGS_OS))?,
        tag("label", "kubernetes.io/arch", "amd64", reason(&note::RENDER_TAGS_ARCH))?,
    ];
    // EKS tells the autoscaler those of a managed group.
    if !group.managed {
        let told = ["kubernetes.io/os", "kubernetes.io/arch"];
        for (key, value) in group.labels.iter().filter(|(key, _)| !told.contains(&key.as_str())) {
            tags.push(tag("label", key, value, reason(&note::RENDER_TAGS_LABEL))?);
        }
        for taint in &group.taints {
            let value = format!("{}:{}", taint.value, taint.effect);
            tags.push(tag("taint", &taint.key, &value, reason(&note::RENDER_TAGS_TAINT))?);
        }
    }
    let why = Note::new(&note::RENDER_TAGS_ADDRESSES, &[("type", &of_type), ("resource", &ADDRESS)]);
    tags.push(tag("resources", ADDRESS, &addresses.to_string(), why)?);
    // The kubelet of a managed group with the image of EKS takes its own number.
    if let Some(pods) = group.max_pods.filter(|_| !group.managed || group.ami.is_some()) {
        let why = Note::new(&note::RENDER_TAGS_PODS, &[("pods", &pods)]);
        tags.push(tag("resources", "pods", &pods.to_string(), why)?);
    }
    // The same reference: at most 50 tags a group.
    if tags.len() > 50 {
        let message =
            format!("{called} would have {} tags, and an Auto Scaling group has 50 at most", tags.len());
        return Err(Refusal::new("OUT_OF_RANGE", message));
    }
    Ok(tags)
}

/// The fewest pod addresses that a type of the group has, and the type.
fn addresses(
    wanted: &Wanted,
    group: &Group,
    called: &str,
    notes: &mut Vec<Note>,
) -> Result<(u32, String), Refusal> {
    let mut of_types = Vec::new();
    for name in &group.instance_types {
        let Some(candidate) = plan::find(&wanted.cluster, name) else {
            return Err(plan::unknown_type(name, None).into());
        };
        of_types.push((capacity(candidate.limits, wanted.mode).addresses, name.clone()));
    }
    let most = of_types.iter().map(|(addresses, _)| *addresses).max();
    let fewest = of_types.into_iter().min();
    let (Some(most), Some(fewest)) = (most, fewest) else {
        return Err(missing(&format!("the instance types of {called}"), "instanceTypes"));
    };
    if most > fewest.0 {
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("group", &called), ("fewest", &fewest.0), ("most", &most)];
        notes.push(Note::new(&note::RENDER_TAGS_FEWEST, &values));
    }
    Ok(fewest)
}

/// One command; of a managed group it asks EKS for the Auto Scaling group that EKS made.
fn commands(wanted: &Wanted, group: &Group, tags: &[Tag]) -> Result<Artefact, Refusal> {
    let region = wanted.region_option();
    let mut out = script::start();
    if group.managed {
        let cluster = shell(wanted.cluster_name()?);
        out.line(&format!(
            "group=$(aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {}{region} \\",
            shell(&group.name)
        ));
        out.line("  --query 'nodegroup.resources.autoScalingGroups[0].name' --output text)");
    } else {
        out.line("group=${1:?give the name of the Auto Scaling group}");
    }
    out.line(&format!("aws autoscaling create-or-update-tags{region} --tags \\"));
    for (number, tag) in (1..).zip(tags) {
        let end = if number == tags.len() { "" } else { " \\" };
        let (key, value) = (shell(&tag.key), shell(&tag.value));
        // Keys and values have none of the characters that end a part of this notation.
        let value = if tag.value.is_empty() { "" } else { &value };
        out.line(&format!(
            "  \"ResourceId=$group,ResourceType=auto-scaling-group,Key={key},Value={value},PropagateAtLaunch=false\"{end}"
        ));
        out.because(tag.why.clone());
    }
    Ok(Artefact::new(&format!("asg-tags-{}.sh", group.name), "shell", Some(&group.name), out))
}

/// The same as a part of a template. The nodes themselves do not need the tags.
fn fragment(group: &Group, tags: &[Tag]) -> Artefact {
    let item = |tag: &Tag| {
        Map::default()
            .with("Key", tag.key.as_str())
            .because(tag.why.clone())
            .with("Value", tag.value.as_str())
            .with("PropagateAtLaunch", false)
    };
    let list: Vec<Map> = tags.iter().map(item).collect();
    let part = Map::default().with("Tags", list).chosen(Note::new(&note::RENDER_TAGS_FRAGMENT, &[]));
    let name = format!("asg-tags-{}.yaml", group.name);
    Artefact::new(&name, "yaml", Some(&group.name), yaml::documents(&[part]))
}

#[cfg(test)]
mod tests {
    use crate::render::RenderRequest;
    use crate::render::tests::{refused, rendered};
    use crate::request::Wide;

    #[test]
    fn a_managed_group_is_asked_for_its_auto_scaling_group() {
        let answer = rendered("asg-tags", |request| {
            request.cluster = Some("shop".into());
            request.instance_types = vec!["m5.large".into()];
            request.labels = [("team".to_owned(), "shop".to_owned())].into();
        });
        let [script] = answer.artefacts.as_slice() else { panic!("{answer:?}") };
        assert!(script.text.contains("--cluster-name shop --nodegroup-name windows"), "{}", script.text);
        assert!(script.text.contains("/label/kubernetes.io/os,Value=windows,"));
        // m5.large: ten addresses an interface, one of them the node's.
        assert!(script.text.contains("/resources/vpc.amazonaws.com/PrivateIPv4Address,Value=9,"));
        assert!(!script.text.contains("label/team"));
        let refusal = refused("asg-tags", |request| request.instance_types = vec!["m5.large".into()]);
        assert!(refusal.message.contains("set cluster"), "{refusal}");
    }

    #[test]
    fn a_group_of_ones_own_has_labels_taints_and_a_fragment() {
        let answer = rendered("asg-tags", |request| {
            request.tool = Some("self-managed".into());
            request.mode = Some("prefix-delegation".into());
            request.instance_types = vec!["m5.large".into(), "m5.xlarge".into()];
            request.labels =
                [("team".to_owned(), "shop".to_owned()), ("empty".to_owned(), String::new())].into();
            request.taints = vec!["os=windows:NoSchedule".into()];
            request.max_pods = Some(crate::render::MaxPods::Number(Wide::from(60)));
        });
        let [fragment, script] = answer.artefacts.as_slice() else { panic!("{answer:?}") };
        for line in [
            "node-template/taint/os,Value=windows:NoSchedule,",
            "node-template/label/empty,Value=,",
            "node-template/resources/pods,Value=60,",
            // Nine slots of sixteen: the smaller of the two types.
            "PrivateIPv4Address,Value=144,",
        ] {
            assert!(script.text.contains(line), "{line} {}", script.text);
        }
        assert!(script.text.ends_with("PropagateAtLaunch=false\"\n"));
        assert_eq!(fragment.text.matches("PropagateAtLaunch: false").count(), 7);
        assert!(answer.notes.iter().any(|note| note.code == "render-tags-fewest"));
    }

    #[test]
    fn what_is_missing_or_hostile_is_refused() {
        assert!(refused("asg-tags", |_| {}).message.contains("instanceTypes"));
        let types = refused("asg-tags", |request| request.node_group = Some("win".into()));
        assert!(types.message.contains("instanceTypes"), "{types}");
        for name in ["'; rm -rf /", "$(id)", "`id`", "a\nb", "a b", "창고", "\""] {
            let changes: [fn(&mut RenderRequest, &str); 5] = [
                |request, name| request.cluster = Some(name.to_owned()),
                |request, name| request.node_group = Some(name.to_owned()),
                |request, name| request.labels = [(name.to_owned(), "x".to_owned())].into(),
                |request, name| request.labels = [("x".to_owned(), name.to_owned())].into(),
                |request, name| request.taints = vec![format!("{name}=x:NoSchedule")],
            ];
            for set in changes {
                let refusal = refused("asg-tags", |request| {
                    request.cluster = Some("shop".into());
                    request.instance_types = vec!["m5.large".into()];
                    set(request, name);
                });
                assert_eq!(refusal.code, "NAME", "{name}");
            }
        }
        let long = refused("asg-tags", |request| {
            request.tool = Some("self-managed".into());
            request.instance_types = vec!["m5.large".into()];
            request.labels = [(format!("{}/x", "a".repeat(100)), String::new())].into();
        });
        assert_eq!(long.code, "NAME");
    }
}
