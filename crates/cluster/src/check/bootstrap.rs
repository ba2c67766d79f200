//! What the bootstrap script of a Windows group is told: by its tool, or by user data of the user's own.

use super::context::Context;
use crate::model::{Field, NoTemplate, NodeGroup, Tool, UserData};

/// Who calls the bootstrap script of a group.
#[derive(Debug)]
pub(crate) enum Bootstrap<'c> {
    /// The tool alone, with parameters of its own choice.
    Tool,
    /// User data that is at hand; the tool may call the script after it.
    Scripts(Vec<&'c UserData>),
    /// User data that is not at hand, and why.
    Hidden(String),
}

/// Who calls the bootstrap script of a group.
pub(crate) fn of<'c>(context: &Context<'c>, group: &'c NodeGroup) -> Bootstrap<'c> {
    let launch = &group.launch;
    let mut scripts = Vec::new();
    for field in [&launch.before_bootstrap, &launch.bootstrap, &launch.user_data] {
        match field {
            Field::Known(data, _) => scripts.push(data),
            Field::Unknown(reason, _) => return Bootstrap::Hidden(reason.clone()),
            Field::Absent => {}
        }
    }
    match context.cluster.template_of(group) {
        Ok(template) => match &template.user_data {
            Field::Known(data, _) => scripts.push(data),
            Field::Unknown(reason, _) => return Bootstrap::Hidden(reason.clone()),
            Field::Absent => {}
        },
        Err(NoTemplate::Unlisted) => return Bootstrap::Hidden("its launch template is not given".to_owned()),
        // A group that EKS describes shows its template, if it has one.
        Err(NoTemplate::Unnamed) => {}
    }
    if let Field::Unknown(reason, _) = &launch.template {
        return Bootstrap::Hidden(reason.clone());
    }
    // A self-managed group of another tool is known by its nodes only.
    if scripts.is_empty()
        && group.custom_ami
        && !matches!(group.tool, Tool::EksctlSelfManaged | Tool::Karpenter)
    {
        return Bootstrap::Hidden("its AMI is its own, and so is its user data".to_owned());
    }
    if scripts.is_empty() { Bootstrap::Tool } else { Bootstrap::Scripts(scripts) }
}

/// Whether user data passes a parameter to the bootstrap script, or sets the variable of the machine that stands for it.
pub(crate) fn mentions(data: &UserData, parameter: &str, variable: &str) -> bool {
    data.calls.iter().any(|call| call.parameter(parameter).is_some())
        || data
            .scripts
            .iter()
            .any(|script| contains(&script.text, variable) || contains(&script.text, parameter))
}

/// Whether a text has a word, in any case.
fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}
