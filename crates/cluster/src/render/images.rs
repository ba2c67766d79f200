//! Which image a group can have.

use super::wanted::{Group, Wanted};
use crate::note::{Note, text as note};
use crate::request::Refusal;
use winpod::instance::Verdict;
use winpod::windows::Release;

/// Whether EKS has an image of the group's release for the cluster's version, with what is to be told if that is not known.
///
/// # Errors
/// - Code `REQUEST` where it has none.
pub(super) fn offered(wanted: &Wanted, group: &Group) -> Result<Option<Note>, Refusal> {
    // An AMI of one's own is what it is.
    let Some(version) = wanted.kubernetes.filter(|_| group.ami.is_none()) else { return Ok(None) };
    let release = group.release.name();
    match group.release.on_eks(version).verdict {
        Verdict::No => {
            let first = group.release.first_kubernetes().map(|first| first.to_string()).unwrap_or_default();
            let message = format!(
                "Windows Server {release} requires EKS version {first} or higher, and kubernetes is {version}"
            );
            Err(Refusal::new("REQUEST", message))
        }
        // Of the others images come with every version.
        Verdict::Unknown if group.release == Release::Server2019 => {
            Ok(Some(Note::new(&note::RENDER_IMAGE_UNSEEN, &[("release", &release), ("version", &version)])))
        }
        _ => Ok(None),
    }
}
