//! Where pods are let in.

use super::{called, class_hidden, groups_told, releases, windows_pods};
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::model::{Field, NodeGroup, Os, Place, Workload};
use crate::placement::{may_go, selects, untolerated};
use std::fmt::Display;
use winpod::instance::Verdict;

/// The system of the nodeSelector, if it is meant for Windows and written as no node has it.
fn misspelt(workload: &Workload) -> Option<(&str, &Place)> {
    let (text, place) = workload.strange_os.as_ref()?;
    text.trim().eq_ignore_ascii_case("windows").then_some((text.as_str(), place))
}

pub(super) fn no_selector(context: &Context<'_>, found: &mut Found) {
    for workload in context.cluster.workloads.iter().filter(|workload| !workload.pod.placed) {
        let Some((text, place)) = misspelt(workload) else { continue };
        found.judged();
        let values: [(&str, &dyn Display); 2] = [("workload", &called(workload)), ("text", &quoted(text))];
        found.add_as("misspelt", place, called(workload), &values).replace(place, "windows");
    }
    for workload in windows_pods(context) {
        // Pods on the node's own network need no address, and one that runs has it.
        if workload.host_network || workload.pod.placed || misspelt(workload).is_some() {
            continue;
        }
        if workload.selects_windows {
            found.judged();
            continue;
        }
        if class_hidden(context, workload, found) {
            continue;
        }
        found.judged();
        let by_image = releases(workload).next();
        let (how, place) = match (&workload.pod.os_name, by_image) {
            (Field::Known(_, origin), _) => ("spec.os.name".to_owned(), origin.place()),
            _ if workload.scheduled_os.is_some() => ("its node affinity".to_owned(), &workload.place),
            (_, Some((container, release))) => (
                format!(
                    "the image of {}, made for Windows Server {}",
                    quoted(&container.name),
                    release.name()
                ),
                &container.place,
            ),
            _ => continue,
        };
        let values: [(&str, &dyn Display); 2] = [("workload", &called(workload)), ("how", &how)];
        found.add_as("unsaid", place, called(workload), &values);
    }
}

pub(super) fn no_toleration(context: &Context<'_>, found: &mut Found) {
    let mut pods = windows_pods(context).filter(|workload| !workload.pod.bound).peekable();
    if pods.peek().is_none() || !groups_told(context, found) {
        return;
    }
    for workload in pods {
        if class_hidden(context, workload, found) {
            continue;
        }
        let groups: Vec<&NodeGroup> =
            context.windows_groups().filter(|group| selects(workload, group) != Verdict::No).collect();
        // Pods that no group is for wait for another reason.
        let Some(first) = groups.first() else { continue };
        found.judged();
        let taints: Vec<_> = groups.iter().filter_map(|group| untolerated(workload, group)).collect();
        let Some(taint) = taints.first().filter(|_| taints.len() == groups.len()) else { continue };
        let more = match groups.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more are tainted too"),
        };
        let shown = match taint.value.as_str() {
            "" => format!("{}:{}", taint.key, taint.effect),
            value => format!("{}={value}:{}", taint.key, taint.effect),
        };
        let values: [(&str, &dyn Display); 4] =
            [("workload", &called(workload)), ("taint", &shown), ("group", &named(first)), ("more", &more)];
        found.add(&workload.place, called(workload), &values).related(&taint.place, "the taint");
    }
}

pub(super) fn linux_pods(context: &Context<'_>, found: &mut Found) {
    let groups: Vec<&NodeGroup> = context.windows_groups().collect();
    let linux: Option<&Place> = context.linux_groups().map(|group| &group.place).next().or_else(|| {
        context.cluster.nodes.iter().find(|node| node.os == Some(Os::Linux)).map(|node| &node.place)
    });
    if linux.is_none() || groups.is_empty() {
        return;
    }
    if context.cluster.workloads.is_empty() {
        return found.lacks(Need::Workloads);
    }
    for workload in &context.cluster.workloads {
        // DaemonSets have a rule of their own, and so have Windows pods that do not say it.
        let other = workload.is_daemon_set() || workload.os == Some(Os::Windows);
        if other || workload.pod.bound || workload.pod.host_process() || releases(workload).next().is_some() {
            continue;
        }
        let open = workload.scheduled_os.is_none() && workload.strange_os.is_none();
        if open && class_hidden(context, workload, found) {
            continue;
        }
        // One of any other system waits for a node that there is not.
        if workload.scheduled_os.is_some() || workload.strange_os.is_some() {
            found.judged();
            continue;
        }
        let Some(group) = groups.iter().find(|group| may_go(workload, group)) else {
            let open = |group: &&&NodeGroup| {
                selects(workload, group) == Verdict::Unknown && untolerated(workload, group).is_none()
            };
            if let Some(group) = groups.iter().find(open) {
                let why =
                    format!("whether {} has the labels that {} asks for", named(group), called(workload));
                found.unknown(why, &workload.place);
            } else {
                found.judged();
            }
            continue;
        };
        found.judged();
        let values: [(&str, &dyn Display); 2] = [("workload", &called(workload)), ("group", &named(group))];
        found.add(&workload.place, called(workload), &values).related(&group.place, named(group));
    }
}
