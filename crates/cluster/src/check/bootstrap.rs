//! What the bootstrap script of a Windows group is told: by its tool, or by user data of the user's own.

use super::context::{Context, named, quoted};
use super::found::Found;
use crate::model::{Field, NoTemplate, NodeGroup, Place, Tool, UserData};

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
        && !(group.tool.is_self_managed() || group.tool == Tool::Karpenter)
    {
        return Bootstrap::Hidden("its AMI is its own, and so is its user data".to_owned());
    }
    if scripts.is_empty() { Bootstrap::Tool } else { Bootstrap::Scripts(scripts) }
}

/// Whether every Windows group tells its nodes what not to translate; `None` if the files hide it of all that do not
/// surely fail to.
pub(crate) fn excludes_everywhere(context: &Context<'_>, found: &mut Found) -> Option<bool> {
    let mut all = true;
    let mut hidden = false;
    for planned in &context.planned().groups {
        match of(context, planned.group()) {
            Bootstrap::Hidden(why) => {
                found.unknown(format!("{}: {why}", named(planned.group())), &planned.group().place);
                hidden = true;
            }
            Bootstrap::Tool => all = false,
            Bootstrap::Scripts(scripts) => {
                all &= scripts.iter().any(|data| mentions(data, "ExcludedSnatCIDRs", "EXCLUDED_SNAT_CIDRS"));
            }
        }
    }
    match (all, hidden, context.planned().groups.is_empty()) {
        (_, _, true) | (false, ..) => Some(false),
        (true, true, _) => None,
        (true, false, _) => Some(true),
    }
}

/// Whether user data passes a parameter to the bootstrap script, or sets the variable of the machine that stands for it.
pub(crate) fn mentions(data: &UserData, parameter: &str, variable: &str) -> bool {
    data.calls.iter().any(|call| call.parameter(parameter).is_some())
        || data
            .scripts
            .iter()
            .any(|script| contains(&script.text, variable) || contains(&script.text, parameter))
}

/// The range of the Services as user data writes it out.
#[derive(Debug)]
pub(crate) struct Told {
    /// What it is given by: the parameter, or the variable of the machine.
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// The ranges that user data passes to the bootstrap script, or sets for it; what is an expression is none.
pub(crate) fn told_ranges(data: &UserData) -> Vec<Told> {
    const VARIABLE: &str = "SERVICE_IPV4_CIDR";
    /// Of variables, and of what a template is yet to fill in.
    const EXPRESSION: [char; 5] = ['$', '(', '{', '<', '%'];
    let mut all = Vec::new();
    for call in &data.calls {
        let given = call.parameter("ServiceCIDR").flatten().map(|text| text.trim_matches(['"', '\'']));
        if let Some(text) = given.filter(|text| !text.contains(EXPRESSION)) {
            all.push(Told { name: "-ServiceCIDR", text: text.to_owned(), place: call.place.clone() });
        }
    }
    for script in &data.scripts {
        let mut at = 0;
        for line in script.text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let found = line.to_ascii_uppercase().find(VARIABLE);
            let Some(behind) =
                found.filter(|_| !line.trim_start().starts_with('#')).map(|from| from + VARIABLE.len())
            else {
                continue;
            };
            // A name in quotes or in braces ends, and an equals sign or a comma leads to the value.
            let rest = line[behind..].trim_start_matches(['"', '\'', '}', ' ', '\t']);
            let Some(rest) = rest.strip_prefix(['=', ',']) else { continue };
            let value = rest.trim_start_matches([' ', '\t', '"', '\'']);
            let end = value.find(['"', '\'', ' ', '\t', ',', ')', ';', '\r', '\n']).unwrap_or(value.len());
            let text = &value[..end];
            if !text.is_empty() && !text.contains(EXPRESSION) {
                let offset = start + line.len() - value.len();
                all.push(Told { name: VARIABLE, text: text.to_owned(), place: script.place_at(offset) });
            }
        }
    }
    all
}

/// Whether a text has a word, in any case.
fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// max-pods as user data sets it: `Ok(None)` if it does not.
///
/// # Errors
/// - Why the files hide it.
pub(crate) fn max_pods<'c>(
    context: &Context<'c>,
    group: &'c NodeGroup,
) -> Result<Option<(u32, &'c Place)>, String> {
    let scripts = match of(context, group) {
        Bootstrap::Tool => return Ok(None),
        Bootstrap::Hidden(why) => return Err(why),
        Bootstrap::Scripts(scripts) => scripts,
    };
    let mut set = None;
    for data in scripts {
        if let Some(why) = data.hidden_call {
            return Err(why.to_owned());
        }
        for call in &data.calls {
            let Some(values) = call.kubelet_flag("max-pods") else {
                return Err("-KubeletExtraArgs is an expression".to_owned());
            };
            // The kubelet takes the last one.
            if let Some(last) = values.last() {
                let pods = last.parse().map_err(|_| format!("--max-pods is {}", quoted(last)))?;
                set = Some((pods, &call.place));
            }
        }
    }
    Ok(set)
}
