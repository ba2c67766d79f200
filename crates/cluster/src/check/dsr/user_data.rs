//! How user data asks for DSR.

use super::proxies::proxies;
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::starts::{Runs, Start, starts};
use crate::dsr::facts::added;
use crate::model::{NodeGroup, Place, Tool};
use crate::read::join;
use std::fmt::Display;

pub(in crate::check) fn string_replace(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        found.judged();
        if added(context.cluster, start.data).string_replace {
            let values: [(&str, &dyn Display); 1] = [("object", &start.object)];
            found.add(&start.place_of_edit(), start.object.clone(), &values);
        }
    }
}

/// Where a call of user data hands kube-proxy arguments about DSR.
fn handed(start: &Start<'_>) -> Option<Place> {
    let about = |text: Option<&str>| text.is_some_and(|text| text.to_ascii_lowercase().contains("dsr"));
    let mut calls = start.data.calls.iter();
    let call = calls.find(|call| call.parameter("KubeProxyExtraArgs").is_some_and(about))?;
    Some(call.place.clone())
}

pub(in crate::check) fn both_ways(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        found.judged();
        let Some(place) = handed(&start) else { continue };
        if added(context.cluster, start.data).string_replace {
            let values: [(&str, &dyn Display); 1] = [("object", &start.object)];
            found.add(&place, start.object.clone(), &values);
        }
    }
}

/// What shows that nodes of the cluster are to have DSR: words for it, its place, and the group it is of.
fn wanted<'c>(context: &Context<'c>) -> Option<(String, Place, Option<&'c NodeGroup>)> {
    let on = proxies(context).into_iter().find(|proxy| proxy.flag == Some(true));
    on.map(|proxy| (proxy.object, proxy.place, proxy.group))
}

fn without(context: &Context<'_>, found: &mut Found, concerns: fn(&NodeGroup) -> bool) {
    let Some((what, place, of)) = wanted(context) else { return };
    let all = starts(context);
    let mut missing: Vec<(&NodeGroup, &Place)> = Vec::new();
    for group in context.windows_groups().filter(|group| concerns(group)) {
        // Its own request is where the wish is from.
        if of.is_some_and(|of| of.name == group.name) {
            found.judged();
            continue;
        }
        let mine: Vec<_> =
            all.iter().filter(|start| start.group.is_some_and(|of| of.name == group.name)).collect();
        let hidden = mine.iter().find(|start| start.data.hidden_call.is_some());
        if let Some(start) = hidden {
            found.unknown(start.data.hidden_call.unwrap_or_default(), &start.data.place);
            continue;
        }
        found.judged();
        if !mine.iter().any(|start| added(context.cluster, start.data).any) {
            let class = || {
                let classes = &context.cluster.node_classes;
                let class = classes.iter().find(|class| group.node_class.as_ref() == Some(&class.name));
                class.map(|class| &class.place)
            };
            let own = group.launch.user_data.place().filter(|_| group.tool == Tool::Karpenter);
            missing.push((group, own.or_else(class).unwrap_or(&group.place)));
        }
    }
    // One wish is told once, with all the groups that do not follow it.
    let Some(((first, at), others)) = missing.split_first() else { return };
    let names = join(missing.iter().map(|(group, _)| named(group)));
    let values: [(&str, &dyn Display); 2] = [("group", &names), ("what", &what)];
    let mut added = found.add_as("missing", at, named(first), &values).related(&place, what.clone());
    for (group, at) in others {
        added = added.related(at, named(group));
    }
}

pub(in crate::check) fn eksctl_without(context: &Context<'_>, found: &mut Found) {
    without(context, found, |group| {
        let eksctl = matches!(group.tool, Tool::EksctlManaged | Tool::EksctlSelfManaged);
        eksctl && group.launch.template.is_absent()
    });
}

pub(in crate::check) fn karpenter_without(context: &Context<'_>, found: &mut Found) {
    for start in starts(context).iter().filter(|start| matches!(start.runs, Runs::Karpenter)) {
        found.judged();
        if let Some(place) = handed(start) {
            let values: [(&str, &dyn Display); 1] = [("group", &start.object)];
            found.add_as("call", &place, start.object.clone(), &values);
        }
    }
    without(context, found, |group| group.tool == Tool::Karpenter);
}
