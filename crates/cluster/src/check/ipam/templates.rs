//! Network interfaces of launch templates.

use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::check::starts::{named_template, templates};
use crate::model::{Field, NoTemplate};

pub(super) fn several_interfaces(context: &Context<'_>, found: &mut Found) {
    for group in context.windows_groups() {
        match context.cluster.template_of(group) {
            Err(NoTemplate::Unlisted) => found.lacks(Need::LaunchTemplates),
            Err(NoTemplate::Unnamed) | Ok(_) => {}
        }
    }
    for (template, group) in templates(context) {
        match &template.interfaces {
            Field::Known(count, origin) => {
                found.judged();
                if *count > 1 {
                    let object = named_template(template);
                    let added =
                        found.add(origin.place(), object.clone(), &[("template", &object), ("count", count)]);
                    if let Some(group) = group {
                        added.related(&group.place, named(group));
                    }
                }
            }
            Field::Unknown(reason, place) => found.unknown(reason.clone(), place),
            // It starts with the one that every instance has.
            Field::Absent => found.judged(),
        }
    }
}
