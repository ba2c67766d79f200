//! Launch templates: whose AMI, and whose call of the bootstrap script.

use super::eksctl::says_windows;
use crate::check::context::{Context, named, quoted};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::starts::{Runs, named_template, perhaps_windows, starts, template_of, templates};
use crate::model::{Field, LiveNode, NodeGroup, Origin, Os, Place, Taint, Tool};
use crate::read::{FILLED_IN, is_placeholder};
use std::fmt::Display;

pub(super) fn image_twice(context: &Context<'_>, found: &mut Found) {
    for group in context.cluster.node_groups.iter().filter(|group| perhaps_windows(group)) {
        let template = match template_of(context, group) {
            Ok(Some(template)) => template,
            Ok(None) => continue,
            Err(_) => {
                found.lacks(Need::LaunchTemplates);
                continue;
            }
        };
        let Field::Known(image, origin) = &template.image else {
            found.judged();
            continue;
        };
        found.judged();
        // What runs was accepted, and shows a version of its own; eksctl sends no type beside such a template.
        if !group.launch.requested {
            continue;
        }
        let written = |field: &Field<String>| match field {
            Field::Known(value, Origin::Written(place)) => Some((value.clone(), place.clone())),
            _ => None,
        };
        let of_eks = group.tool == Tool::EksManaged;
        // A type that the image itself tells is not written beside it.
        let kind =
            written(&group.ami).filter(|(ami, place)| of_eks && ami != "CUSTOM" && place != origin.place());
        let fields = [
            ("amiType", kind),
            ("releaseVersion", written(&group.launch.release_version)),
            ("version", written(&group.launch.version)),
        ];
        for (key, value) in fields {
            let Some((value, place)) = value else { continue };
            let values: [(&str, &dyn Display); 5] = [
                ("group", &named(group)),
                ("key", &key),
                ("value", &quoted(&value)),
                ("template", &named_template(template)),
                ("image", &quoted(image)),
            ];
            found.add(&place, named(group), &values).related(origin.place(), named_template(template));
        }
    }
}

/// Whether a group whose own AMI hides its system shows in another way that it is for Windows.
fn is_of_windows(context: &Context<'_>, group: &NodeGroup) -> bool {
    let runs = |node: &LiveNode| node.os == Some(Os::Windows) && node.group.as_ref() == Some(&group.name);
    says_windows(group) || context.cluster.nodes.iter().any(runs)
}

pub(super) fn no_bootstrap(context: &Context<'_>, found: &mut Found) {
    for group in context.cluster.node_groups.iter().filter(|group| perhaps_windows(group)) {
        // eksctl puts the command in the place of its own call.
        if group.tool == Tool::EksctlSelfManaged
            && let Some(data) = group.launch.bootstrap.known()
        {
            if !data.calls.is_empty() {
                found.judged();
            } else if let Some(reason) = data.hidden_call {
                found.unknown(reason, &data.place);
            } else {
                found.judged();
                found.add_as("override", &data.place, named(group), &[("group", &named(group))]);
            }
        }
        let template = match template_of(context, group) {
            Ok(Some(template)) => template,
            Ok(None) => continue,
            Err(_) => {
                found.lacks(Need::LaunchTemplates);
                continue;
            }
        };
        let Some(image) = template.image.known() else {
            found.judged();
            continue;
        };
        if group.os.known().is_none() && !is_of_windows(context, group) {
            found.unknown(
                format!("{} does not show whether its AMI is of Windows", named(group)),
                &group.place,
            );
            continue;
        }
        let missing: (&str, Place) = match &template.user_data {
            Field::Unknown(reason, place) => {
                found.unknown(reason.clone(), place);
                continue;
            }
            Field::Known(data, _) if !data.calls.is_empty() => {
                found.judged();
                continue;
            }
            Field::Known(data, origin) => match data.hidden_call {
                Some(reason) => {
                    found.unknown(reason, origin.place());
                    continue;
                }
                None => ("its user data does not call Start-EKSBootstrap.ps1", origin.place().clone()),
            },
            Field::Absent => ("it has no user data", template.place.clone()),
        };
        found.judged();
        let values: [(&str, &dyn Display); 3] =
            [("template", &named_template(template)), ("image", &quoted(image)), ("missing", &missing.0)];
        found
            .add_as("template", &missing.1, named_template(template), &values)
            .related(&group.place, named(group));
    }
}

pub(super) fn bootstrap_twice(context: &Context<'_>, found: &mut Found) {
    for start in starts(context) {
        // Nobody adds a call to the user data of such a group.
        if start.group.is_some_and(|group| group.tool == Tool::AutoScaling) {
            continue;
        }
        let (form, who): (&str, &str) = match start.runs {
            Runs::Template(template) if template.image.is_absent() => ("template", "EKS"),
            Runs::BeforeBootstrap => ("commands", "eksctl"),
            _ => continue,
        };
        // A managed group of eksctl gets its call from EKS.
        let managed = start.group.is_some_and(|group| group.tool != Tool::EksctlSelfManaged);
        let who = if managed { "EKS" } else { who };
        found.judged();
        if let Some(call) = start.data.calls.first() {
            let values: [(&str, &dyn Display); 2] = [("object", &start.object), ("who", &who)];
            let added = found.add_as(form, &call.place, start.object.clone(), &values);
            if let (Some(group), "template") = (start.group, form) {
                added.related(&group.place, named(group));
            }
        }
    }
    // A template without user data calls nothing.
    for (template, _) in templates(context) {
        if template.user_data.is_absent() && template.image.is_absent() {
            found.judged();
        }
    }
    if context.windows_groups().any(|group| template_of(context, group).is_err()) {
        found.lacks(Need::LaunchTemplates);
    }
}

/// A taint as the kubelet takes it: `key=value:Effect`, and without a value `key:Effect`.
fn written(taint: &Taint) -> String {
    let equals = if taint.value.is_empty() { "" } else { "=" };
    format!("{}{equals}{}:{}", taint.key, taint.value, taint.effect)
}

/// Whether the kubelet's text is of a taint; an equals sign before no value says nothing.
fn same_taint(text: &str, taint: &Taint) -> bool {
    text.replace("=:", ":") == written(taint)
}

pub(super) fn taints_not_registered(context: &Context<'_>, found: &mut Found) {
    // With an AMI in the launch template EKS adds no call of its own, which would register them.
    let own = context.windows_groups().filter(|group| match group.tool {
        Tool::EksManaged => group.custom_ami,
        Tool::EksctlManaged => !group.launch.template.is_absent(),
        _ => false,
    });
    for group in own {
        if group.taints.is_empty() {
            found.judged();
            continue;
        }
        let template = match template_of(context, group) {
            Ok(Some(template)) => template,
            Ok(None) => continue,
            Err(_) => {
                found.lacks(Need::LaunchTemplates);
                continue;
            }
        };
        if template.image.is_absent() {
            found.judged();
            continue;
        }
        // Without a call the node does not even join, which another rule tells.
        let Some((data, call)) =
            template.user_data.known().and_then(|data| Some((data, data.calls.first()?)))
        else {
            continue;
        };
        let Some(values) = call.kubelet_flag("register-with-taints") else {
            found.unknown("the arguments of the kubelet are an expression", &call.place);
            continue;
        };
        found.judged();
        let registered: Vec<&str> = values
            .iter()
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .collect();
        let shows = |taint: &Taint| registered.iter().any(|one| same_taint(one, taint));
        let filled_in = group.taints.iter().find(|taint| !shows(taint) && is_placeholder(&written(taint)));
        // An expression may stand for any taint.
        if registered.iter().any(|one| one.contains('$')) {
            found.unknown("--register-with-taints is an expression", &call.place);
        } else if let Some(taint) = filled_in {
            found.unknown(FILLED_IN, &taint.place);
        } else if let Some(taint) = group.taints.iter().find(|taint| !shows(taint)) {
            let form = if registered.is_empty() { "missing" } else { "other" };
            let values: [(&str, &dyn Display); 4] = [
                ("group", &named(group)),
                ("taint", &written(taint)),
                ("template", &named_template(template)),
                ("registered", &quoted(&registered.join(","))),
            ];
            found
                .add_as(form, &taint.place, named(group), &values)
                .related(&data.place, named_template(template));
        }
    }
}
