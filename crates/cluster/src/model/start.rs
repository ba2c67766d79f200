//! What tells how kube-proxy is started on a node, and on which system: texts that a node prints, and user data.

use super::{Layout, Place};
use winpod::dsr::Refusal;
use winpod::windows::Build;

/// How kube-proxy is or was started, as one text of a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeProxyStart {
    /// Its arguments, without its own name.
    pub arguments: Vec<String>,
    /// What says so.
    pub said_by: StartEvidence,
    /// Where.
    pub place: Place,
}

/// What says how kube-proxy is started, the nearest to the truth first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartEvidence {
    /// The flags that it wrote into its log.
    LoggedFlags,
    /// A command line: of its service, or in a log.
    CommandLine,
}

impl StartEvidence {
    /// What messages call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedFlags => "the list of flags in its log",
            Self::CommandLine => "its command line",
        }
    }
}

/// kube-proxy refused to start, as its log or an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartRefusal {
    /// Why.
    pub refusal: Refusal,
    /// Whether the same log shows a later start.
    pub superseded: bool,
    /// Where.
    pub place: Place,
}

/// An update of Windows that is installed, as one text of a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotfix {
    /// Its name, such as `KB5011551`.
    pub name: Box<str>,
    /// Where.
    pub place: Place,
}

/// A build of Windows, as one text of a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemBuild {
    /// The build.
    pub build: Build,
    /// Where.
    pub place: Place,
}

/// PowerShell that runs when a node starts, or the bootstrap script itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartScript {
    /// Its text, decoded.
    pub text: String,
    /// What it is.
    pub kind: ScriptKind,
    /// Where its first line stands.
    pub place: Place,
    /// How it lies in the file.
    pub layout: Layout,
}

/// What a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptKind {
    /// User data of instances, or a piece of it.
    UserData,
    /// `Start-EKSBootstrap.ps1`, which user data calls or changes.
    Bootstrap,
}
