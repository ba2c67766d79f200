//! User data of Windows nodes: PowerShell in one block, or bare for Karpenter.

use super::Artefact;
use super::bootstrap::{Caller, Start, fits};
use super::images;
use super::wanted::{Group, Wanted};
use crate::note::{Note, text as note};
use crate::request::Refusal;

pub(super) fn render(wanted: &mut Wanted) -> Result<Vec<Artefact>, Refusal> {
    if wanted.groups.is_empty() {
        wanted.one_group()?;
    }
    let (mut artefacts, mut notes) = (Vec::new(), Vec::new());
    for group in &wanted.groups {
        notes.extend(images::offered(wanted, group)?);
        let caller = caller(wanted, group);
        let mut start = Start::of(wanted, group, caller)?;
        if start.text.text.is_empty() {
            start.text.comment(0, &Note::new(&note::RENDER_NOTHING_BEFORE, &[]).message);
        }
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
    if wanted.is_pool(group) {
        Caller::Karpenter
    } else if group.managed && group.ami.is_none() {
        Caller::Eks
    } else {
        Caller::Own
    }
}
