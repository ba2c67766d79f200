//! Family KP: what Karpenter is told about Windows nodes, and what it believes of them.

mod classes;
mod density;
mod pools;
mod services;
mod user_data;

use super::Judge;
use super::context::Context;
use super::planned::PlannedGroup;
use super::rule;
use crate::model::{Field, NodeClass, NodeGroup, Tool};

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::KP_001, judge: classes::pinned_alias },
    Judge { rule: &rule::KP_002, judge: classes::other_family },
    Judge { rule: &rule::KP_003, judge: classes::full_by_alias },
    Judge { rule: &rule::KP_004, judge: density::over_buy },
    Judge { rule: &rule::KP_005, judge: density::default_max_pods },
    Judge { rule: &rule::KP_006, judge: classes::kubelet_fields },
    Judge { rule: &rule::KP_007, judge: classes::several_resolvers },
    Judge { rule: &rule::KP_008, judge: density::nothing_reserved },
    Judge { rule: &rule::KP_009, judge: services::service_range },
    Judge { rule: &rule::KP_010, judge: user_data::more_than_commands },
    Judge { rule: &rule::KP_011, judge: user_data::too_long_with_bootstrap },
    Judge { rule: &rule::KP_012, judge: pools::not_for_windows },
    Judge { rule: &rule::KP_013, judge: pools::any_family },
    Judge { rule: &rule::KP_014, judge: classes::root_device },
    Judge { rule: &rule::KP_015, judge: density::few_per_core },
    Judge { rule: &rule::KP_018, judge: pools::build_not_made },
];

/// The Windows pools of Karpenter; one of Auto Mode has no node class.
fn pools<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c NodeGroup> {
    context.windows_groups().filter(|group| group.tool == Tool::Karpenter && !group.auto_mode)
}

/// The same as `plan` sees them.
fn planned_pools<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c PlannedGroup<'c>> {
    let groups = &context.planned().groups;
    groups.iter().filter(|planned| planned.chooses() && !planned.group().auto_mode)
}

/// The node classes of Windows nodes: by what they name, or by a pool of theirs.
fn classes<'c>(context: &Context<'c>) -> impl Iterator<Item = &'c NodeClass> {
    let of_pools: Vec<&str> = pools(context).filter_map(|group| group.node_class.as_deref()).collect();
    context.cluster.node_classes.iter().filter(move |class| {
        let names_windows = |field: &Field<String>| {
            field.known().is_some_and(|text| text.to_ascii_lowercase().starts_with("windows"))
        };
        names_windows(&class.alias) || names_windows(&class.family) || of_pools.contains(&class.name.as_str())
    })
}

/// The class of a pool.
fn class_of<'c>(context: &Context<'c>, group: &NodeGroup) -> Option<&'c NodeClass> {
    let name = group.node_class.as_deref()?;
    context.cluster.node_classes.iter().find(|class| class.name == name)
}

/// A class as messages name it.
fn named_class(class: &NodeClass) -> String {
    format!("EC2NodeClass {:?}", class.name)
}

/// A pool as messages name it.
fn named_pool(group: &NodeGroup) -> String {
    format!("NodePool {:?}", group.name)
}
