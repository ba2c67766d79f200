//! Where user data stands, and whose it is: what the rules on node groups and on kube-proxy share.

use super::context::{Context, named};
use crate::model::{Field, LaunchTemplate, NoTemplate, NodeGroup, Os, Place, UserData};
use std::collections::BTreeSet;

/// Who runs user data.
#[derive(Debug, Clone, Copy)]
pub(super) enum Runs<'c> {
    /// A version of a launch template, with or without a group that names it.
    Template(&'c LaunchTemplate),
    /// `preBootstrapCommands` of eksctl.
    BeforeBootstrap,
    /// `overrideBootstrapCommand` of eksctl.
    InsteadOfBootstrap,
    /// `userData` of Karpenter.
    Karpenter,
    /// A file of its own.
    File,
}

/// User data of Windows nodes.
#[derive(Debug, Clone)]
pub(super) struct Start<'c> {
    pub(super) object: String,
    pub(super) group: Option<&'c NodeGroup>,
    pub(super) runs: Runs<'c>,
    pub(super) data: &'c UserData,
}

impl Start<'_> {
    /// Where it changes the arguments of kube-proxy: the call that hands them over, or else an edit of the script.
    pub(super) fn place_of_arguments(&self) -> Place {
        let handed = self.data.calls.iter().find(|call| call.parameter("KubeProxyExtraArgs").is_some());
        handed.map_or_else(|| self.place_of_edit(), |call| call.place.clone())
    }

    /// The first line that replaces text; all of it where there is none.
    pub(super) fn place_of_edit(&self) -> Place {
        let edit = self.data.scripts.iter().find_map(|script| {
            let mut at = 0;
            for line in script.text.split_inclusive('\n') {
                let code = line.trim_start();
                let lower = code.to_ascii_lowercase();
                let replaces =
                    [".replace(", "-replace", "-creplace", "-ireplace"].iter().any(|it| lower.contains(it));
                if replaces && !code.starts_with('#') {
                    return Some(script.place_at(at + line.len() - code.len()));
                }
                at += line.len();
            }
            None
        });
        edit.unwrap_or_else(|| self.data.place.clone())
    }
}

/// All user data of Windows nodes, each once.
pub(super) fn starts<'c>(context: &Context<'c>) -> Vec<Start<'c>> {
    let mut all = Vec::new();
    for group in context.windows_groups() {
        let launch = &group.launch;
        let of_group = [
            (Runs::BeforeBootstrap, &launch.before_bootstrap),
            (Runs::InsteadOfBootstrap, &launch.bootstrap),
            (Runs::Karpenter, &launch.user_data),
        ];
        for (runs, field) in of_group {
            if let Some(data) = field.known() {
                all.push(Start { object: named(group), group: Some(group), runs, data });
            }
        }
    }
    for (template, group) in templates(context) {
        if let Some(data) = template.user_data.known() {
            all.push(Start { object: named_template(template), group, runs: Runs::Template(template), data });
        }
    }
    all.extend(context.cluster.user_data.iter().map(|data| Start {
        object: named_file(&data.place.file),
        group: None,
        runs: Runs::File,
        data,
    }));
    all
}

/// Versions of launch templates that Windows nodes start from: those that a Windows group names, with the first such
/// group, and the default ones of templates that no group names, where they are for Windows by what they hold.
pub(super) fn templates<'c>(context: &Context<'c>) -> Vec<(&'c LaunchTemplate, Option<&'c NodeGroup>)> {
    let cluster = context.cluster;
    if cluster.launch_templates.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<(&LaunchTemplate, Option<&NodeGroup>)> = Vec::new();
    for group in context.windows_groups() {
        let Ok(template) = cluster.template_of(group) else { continue };
        if !all.iter().any(|(known, _)| std::ptr::eq(*known, template)) {
            all.push((template, Some(group)));
        }
    }
    let choices = || cluster.node_groups.iter().filter_map(|group| group.launch.template.known());
    let ids: BTreeSet<&str> = choices().filter_map(|choice| choice.id.as_deref()).collect();
    let names: BTreeSet<&str> = choices().filter_map(|choice| choice.name.as_deref()).collect();
    let unnamed = cluster.launch_templates.iter().filter(|template| {
        template.default && !ids.contains(&*template.id) && !names.contains(&*template.name)
    });
    let windows = |template: &&LaunchTemplate| {
        let image = template.image.known().and_then(|id| cluster.images.get(id));
        let data = template.user_data.known();
        image.is_some_and(|image| image.windows)
            || data.is_some_and(|data| data.blocks > 0 || !data.calls.is_empty())
    };
    all.extend(unnamed.filter(windows).map(|template| (template, None)));
    all
}

/// A file as messages name it; its place has the whole path.
fn named_file(file: &str) -> String {
    format!("file {:?}", file.rsplit(['/', '\\']).next().unwrap_or(file))
}

/// A version of a launch template as messages name it.
pub(super) fn named_template(template: &LaunchTemplate) -> String {
    let name = if template.name.is_empty() { &template.id } else { &template.name };
    format!("launch template {name:?} version {}", template.version)
}

/// The launch template of a group: `Ok(None)` if it names none.
pub(super) fn template_of<'c>(
    context: &Context<'c>,
    group: &NodeGroup,
) -> Result<Option<&'c LaunchTemplate>, NoTemplate> {
    match context.cluster.template_of(group) {
        Ok(template) => Ok(Some(template)),
        Err(NoTemplate::Unnamed) => Ok(None),
        Err(why) => Err(why),
    }
}

/// Whether a group is known to be of Windows, or is one whose system its own AMI hides.
pub(super) fn perhaps_windows(group: &NodeGroup) -> bool {
    match &group.os {
        Field::Known(os, _) => *os == Os::Windows,
        Field::Unknown(..) => true,
        Field::Absent => false,
    }
}
