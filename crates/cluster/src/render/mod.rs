//! Configuration out: what winpod advises, as files that pass `check`.
//!
//! A request is resolved once into what is [`wanted`]; each artefact is a pure function of that, line by line, and every
//! line that follows from a fact or a choice knows its reason.

mod bootstrap;
mod configmap;
mod images;
mod names;
mod request;
mod user_data;
mod wanted;
mod written;
mod yaml;

pub use request::{MaxPods, RenderRequest};

use crate::api::OnProgress;
use crate::note::{Note, NoteKind};
use crate::problem::Problem;
use crate::read::shortened;
use crate::request::{Refusal, nearest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wanted::Wanted;
use written::Written;

/// What can be written, each by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The ConfigMap `kube-system/amazon-vpc-cni`.
    ConfigMap,
    /// PowerShell for the user data of Windows nodes.
    UserData,
}

/// Every kind with its name and what it is.
pub const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::ConfigMap, "configmap", "the ConfigMap kube-system/amazon-vpc-cni"),
    (Kind::UserData, "user-data", "PowerShell that starts Windows nodes"),
];

impl Kind {
    /// The kind of a name.
    ///
    /// # Errors
    /// - Code `UNKNOWN_KIND`, with a suggestion for a misspelt name.
    pub fn find(name: &str) -> Result<Self, Refusal> {
        let names = || KINDS.iter().map(|(_, known, _)| *known);
        let found = KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, _, _)| *kind);
        found.ok_or_else(|| {
            let meant = nearest(name, names()).map(|meant| format!(" Did you mean {meant}?"));
            let all = names().collect::<Vec<_>>().join(", ");
            let meant = meant.unwrap_or_default();
            Refusal::new("UNKNOWN_KIND", format!("kind is {:?}: {all} are allowed.{meant}", shortened(name)))
        })
    }

    /// Whether it writes something about node groups.
    const fn is_about_groups(self) -> bool {
        !matches!(self, Self::ConfigMap)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, name, _)| *name)
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rendered {
    /// What kind it is, such as `configmap`.
    pub kind: String,
    /// The files, in their order; several where several groups are written that cannot share one.
    pub artefacts: Vec<Artefact>,
    /// What is worth telling, what matters most first.
    pub notes: Vec<Note>,
    /// What is wrong with the input.
    pub problems: Vec<Problem>,
}

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Artefact {
    /// A name for the file, such as `amazon-vpc-cni.yaml`.
    pub name: String,
    /// What it is written in: `yaml`, `json`, `powershell` or `shell`.
    #[schemars(extend("enum" = ["yaml", "json", "powershell", "shell"]))]
    pub language: String,
    /// The node group that it is for; absent if it is for the whole cluster.
    pub node_group: Option<String>,
    /// Its text.
    pub text: String,
    /// Why lines of it are there, in their order.
    pub lines: Vec<LineReason>,
}

/// Why a line is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LineReason {
    /// The line, from 1.
    pub line: u32,
    /// The reason, with the facts behind it.
    pub why: Note,
}

impl Artefact {
    fn new(name: &str, language: &str, node_group: Option<&str>, written: Written) -> Self {
        let lines = written.reasons.into_iter().map(|(line, why)| LineReason { line, why }).collect();
        Self {
            name: name.to_owned(),
            language: language.to_owned(),
            node_group: node_group.map(ToOwned::to_owned),
            text: written.text,
            lines,
        }
    }
}

/// Writes one kind of configuration, from what the request says and what its files say, the request first.
///
/// # Errors
/// - Codes `UNKNOWN_KIND`, `NAME` for a name that its owner would refuse, `REQUEST` where something is missing that the kind
///   needs, `UNKNOWN_TYPE`, `IPAM_MODE`, `CONFIG_KEY`, `KUBERNETES_VERSION`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `STOPPED`.
///   What is wrong with the files is in the answer.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::render::{RenderRequest, render};
///
/// let mut request = RenderRequest { kind: "configmap".into(), ..RenderRequest::default() };
/// request.mode = Some("prefix-delegation".into());
/// let answer = render(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert!(answer.artefacts[0].text.contains("enable-windows-prefix-delegation: \"true\""));
///
/// request.mode = Some("both".into());
/// assert_eq!(render(&request, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "IPAM_MODE");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn render(request: &RenderRequest, progress: OnProgress<'_>) -> Result<Rendered, Refusal> {
    let kind = Kind::find(&request.kind)?;
    let mut wanted = Wanted::of(request, kind.is_about_groups(), progress)?;
    let artefacts = match kind {
        Kind::ConfigMap => vec![configmap::render(&mut wanted)],
        Kind::UserData => user_data::render(&mut wanted)?,
    };
    wanted.notes.sort_by_key(|note| note.kind);
    // What was taken from files without a word about it is no news here.
    wanted.notes.retain(|note| note.kind != NoteKind::Info || note.code.starts_with("render-"));
    Ok(Rendered { kind: kind.name().to_owned(), artefacts, notes: wanted.notes, problems: wanted.problems })
}
