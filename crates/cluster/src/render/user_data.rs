//! User data of Windows nodes: PowerShell in one block, or bare for Karpenter.

use super::Artefact;
use super::bootstrap::{Caller, Start, fits};
use super::images;
use super::wanted::{Group, Wanted};
use crate::model::Tool;
use crate::request::Refusal;

pub(super) fn render(wanted: &mut Wanted) -> Result<Vec<Artefact>, Refusal> {
    if wanted.groups.is_empty() {
        wanted.one_group()?;
    }
    let (mut artefacts, mut notes) = (Vec::new(), Vec::new());
    for group in &wanted.groups {
        notes.extend(images::offered(wanted, group)?);
        let caller = caller(wanted, group);
        let start = Start::of(wanted, group, caller)?;
        let start = if caller == Caller::Karpenter {
            fits(&start.text, group)?;
            start
        } else {
            start.block(group)?
        };
        notes.extend(start.notes);
        let name = format!("user-data-{}.ps1", group.name);
        artefacts.push(Artefact::new(&name, "powershell", Some(&group.name), start.text));
    }
    wanted.notes.extend(notes);
    Ok(artefacts)
}

/// Who calls the bootstrap script of a group.
fn caller(wanted: &Wanted, group: &Group) -> Caller {
    let of_files = wanted.cluster.node_groups.iter().find(|of| of.name == group.name);
    if of_files.is_some_and(|of| of.tool == Tool::Karpenter) {
        Caller::Karpenter
    } else if group.managed && group.ami.is_none() {
        Caller::Eks
    } else {
        Caller::Own
    }
}
