//! Configuration out: what winpod advises, as files that pass `check`.
//!
//! A request is resolved once into what is wanted; each artefact is a pure function of that, line by line, and every
//! line that follows from a fact or a choice knows its reason.

mod access;
mod asg_tags;
mod aws_auth;
mod bootstrap;
mod calico;
mod configmap;
mod eksctl;
mod fitting;
mod images;
mod karpenter;
mod launch_template;
mod names;
mod network_policy;
mod owners;
mod request;
mod reservations;
mod script;
#[cfg(test)]
mod tests;
mod user_data;
mod values;
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
    /// The `configurationValues` of the vpc-cni add-on.
    AddonValues,
    /// Values of the chart aws-vpc-cni.
    HelmValues,
    /// What lets the nodes join.
    Access,
    /// Tags for the Cluster Autoscaler.
    AsgTags,
    /// CIDR reservations for prefixes.
    Reservations,
    /// What Calico's operator installs.
    Calico,
    /// Default deny and DNS.
    NetworkPolicy,
    /// PowerShell for the user data of Windows nodes.
    UserData,
    /// A `ClusterConfig` of eksctl.
    Eksctl,
    /// CloudFormation with a launch template and its group.
    LaunchTemplate,
    /// Karpenter's `EC2NodeClass` and `NodePool`.
    Karpenter,
}

/// Every kind with its name and what it is.
pub const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::ConfigMap, "configmap", "the ConfigMap kube-system/amazon-vpc-cni"),
    (Kind::AddonValues, "addon-values", "configuration values of the vpc-cni add-on"),
    (Kind::HelmValues, "helm-values", "values of the chart aws-vpc-cni"),
    (Kind::UserData, "user-data", "PowerShell that starts Windows nodes"),
    (Kind::LaunchTemplate, "launch-template", "CloudFormation: a launch template and its node group"),
    (Kind::Eksctl, "eksctl", "a ClusterConfig: a whole cluster, or groups of one"),
    (Kind::Karpenter, "karpenter", "EC2NodeClass and NodePool"),
    (Kind::AsgTags, "asg-tags", "tags by which the Cluster Autoscaler scales from zero"),
    (Kind::Access, "access", "access entries, or aws-auth, so that nodes may join"),
    (Kind::Reservations, "reservations", "CIDR reservations that keep room for prefixes"),
    (Kind::Calico, "calico", "Installation of the operator: policies, or an overlay"),
    (Kind::NetworkPolicy, "network-policy", "default deny and DNS for namespaces"),
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
        !matches!(
            self,
            Self::ConfigMap | Self::AddonValues | Self::HelmValues | Self::Reservations | Self::NetworkPolicy
        )
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
    // Free blocks are another reading of the files than the rest.
    if kind == Kind::Reservations {
        let mut rendered = reservations::render(request, progress)?;
        rendered.artefacts = in_language(rendered.artefacts, request)?;
        return Ok(rendered);
    }
    let mut wanted = Wanted::of(request, kind.is_about_groups(), progress)?;
    let artefacts = match kind {
        Kind::ConfigMap => vec![configmap::render(&mut wanted)],
        Kind::AddonValues => vec![values::addon(&mut wanted)],
        Kind::HelmValues => vec![values::chart(&mut wanted)],
        Kind::Access => access::render(&mut wanted, request)?,
        Kind::AsgTags => asg_tags::render(&mut wanted)?,
        Kind::Reservations => Vec::new(),
        Kind::Calico => calico::render(&mut wanted, request)?,
        Kind::NetworkPolicy => vec![network_policy::render(&mut wanted, request)?],
        Kind::UserData => user_data::render(&mut wanted)?,
        Kind::Eksctl => vec![eksctl::render(&mut wanted)?],
        Kind::LaunchTemplate => vec![launch_template::render(&mut wanted)?],
        Kind::Karpenter => karpenter::render(&mut wanted)?,
    };
    let artefacts = in_language(artefacts, request)?;
    wanted.notes.sort_by_key(|note| note.kind);
    // What was taken from files without a word about it is no news here.
    wanted.notes.retain(|note| note.kind != NoteKind::Info || note.code.starts_with("render-"));
    Ok(Rendered { kind: kind.name().to_owned(), artefacts, notes: wanted.notes, problems: wanted.problems })
}

/// The files of the language that is asked for; all if none is.
fn in_language(mut artefacts: Vec<Artefact>, request: &RenderRequest) -> Result<Vec<Artefact>, Refusal> {
    const LANGUAGES: [&str; 4] = ["yaml", "json", "powershell", "shell"];
    let Some(language) = &request.language else { return Ok(artefacts) };
    let language = LANGUAGES[wanted::one_of("language", Some(language), &LANGUAGES)?];
    let mut there: Vec<String> = artefacts.iter().map(|artefact| artefact.language.clone()).collect();
    there.dedup();
    artefacts.retain(|artefact| artefact.language == language);
    if artefacts.is_empty() && !there.is_empty() {
        let message =
            format!("language is {language:?}: {} is written in {}", request.kind, there.join(", "));
        return Err(Refusal::new("REQUEST", message));
    }
    Ok(artefacts)
}
