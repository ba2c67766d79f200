//! What tells how kube-proxy is started on a node, and on which system: texts that a node prints, and user data.

use super::{Layout, Place};
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
            Self::LoggedFlags => "the flags in its log",
            Self::CommandLine => "its command line",
        }
    }
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
