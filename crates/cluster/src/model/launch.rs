//! How the nodes of a group start: their image, their disk, and the user data that runs on them.

use super::{Cluster, Field, Layout, NodeGroup, Piece, Place, ScriptKind, StartScript, Taint};
use std::sync::Arc;
use winpod::ports::{PortRange, Protocol};

/// How the nodes of a group start.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The AMI that is asked for: an id, or a `resolve:ssm:` or SSM parameter, as written.
    pub image: Field<String>,
    /// Whether the group is asked of EKS with all that this field set says, and does not run yet.
    pub requested: bool,
    /// The AMI release of a managed group.
    pub release_version: Field<String>,
    /// The Kubernetes version of a managed group.
    pub version: Field<String>,
    /// The launch template that a managed group names.
    pub template: Field<TemplateChoice>,
    /// The size of the root volume in GiB.
    pub root_volume_gib: Field<u32>,
    /// `kubeletExtraConfig` of eksctl.
    pub kubelet_config: Field<()>,
    /// `preBootstrapCommands` of eksctl.
    pub before_bootstrap: Field<UserData>,
    /// `overrideBootstrapCommand` of eksctl.
    pub bootstrap: Field<UserData>,
    /// `userData` of Karpenter.
    pub user_data: Field<UserData>,
}

impl Launch {
    /// These facts, and the others where nothing is said here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            image: self.image.or(other.image),
            requested: self.requested,
            release_version: self.release_version.or(other.release_version),
            version: self.version.or(other.version),
            template: self.template.or(other.template),
            root_volume_gib: self.root_volume_gib.or(other.root_volume_gib),
            kubelet_config: self.kubelet_config.or(other.kubelet_config),
            before_bootstrap: self.before_bootstrap.or(other.before_bootstrap),
            bootstrap: self.bootstrap.or(other.bootstrap),
            user_data: self.user_data.or(other.user_data),
        }
    }
}

/// A launch template as a group names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateChoice {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its version: a number, `$Latest` or `$Default`; the default one if nothing is written.
    pub version: Option<String>,
}

/// A version of a launch template.
#[derive(Debug, Clone)]
pub struct LaunchTemplate {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The number of the version.
    pub version: u64,
    /// Whether this is the default version.
    pub default: bool,
    /// A stack makes it, with this one version.
    pub planned: bool,
    /// The AMI: an id or `resolve:ssm:` with a parameter.
    pub image: Field<String>,
    /// The instance type.
    pub instance_type: Field<String>,
    /// The instance profile: an ARN or a name.
    pub instance_profile: Field<String>,
    /// The number of network interfaces that it lists.
    pub interfaces: Field<u32>,
    /// Devices with the sizes of their volumes in GiB.
    pub volumes: Vec<(String, Field<u32>)>,
    /// The user data.
    pub user_data: Field<UserData>,
    /// Where it is described.
    pub place: Place,
}

/// An AMI as describe-images lists it.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its name.
    pub name: Option<String>,
    /// The account that owns it.
    pub owner: Option<String>,
    /// The day on which it was made, as `YYYY-MM-DD`.
    pub created: Option<String>,
    /// Whether its platform is Windows.
    pub windows: bool,
    /// Where it is listed.
    pub place: Place,
}

/// What runs on a node when it starts: PowerShell, in one piece or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserData {
    /// The pieces in their order; the commands of eksctl are one each.
    pub scripts: Vec<Script>,
    /// Its size in bytes, before base64.
    pub bytes: usize,
    /// Whether it came in parts of MIME.
    pub mime: bool,
    /// Calls of the bootstrap script.
    pub calls: Vec<BootstrapCall>,
    /// Commands of netsh that change ranges of ports.
    pub port_commands: Vec<PortCommand>,
    /// Why the script may be called in a way that does not show here.
    pub hidden_call: Option<&'static str>,
    /// `<powershell>` blocks.
    pub blocks: usize,
    /// Whether the last of them is not closed.
    pub open: bool,
    /// Whether a tool puts it into such a block itself.
    pub wrapped: bool,
    /// Where it is written.
    pub place: Place,
}

/// A piece of PowerShell, without the tags around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its text.
    pub text: Arc<str>,
    /// Where it starts.
    pub place: Place,
    /// How it lies in the file.
    pub layout: Layout,
}

impl Script {
    /// The place of a byte of the text; that of the script with a line of its own where the file hides it.
    pub fn place_at(&self, offset: usize) -> Place {
        self.layout.place_at(&self.text, &self.place, offset)
    }

    /// The part of it that starts at a byte; `text` is what that part says.
    pub(crate) fn part(&self, text: Arc<str>, start: usize) -> Self {
        let layout = self.layout.behind(&self.text, &self.place, start);
        // What is hidden counts its lines in the layout.
        let place = match layout {
            Layout::Hidden(_) => self.place.clone(),
            _ => self.place_at(start),
        };
        Self { text, place, layout }
    }
}

impl UserData {
    /// All pieces as one script.
    pub fn as_script(&self) -> StartScript {
        let (place, layout) = match self.scripts.as_slice() {
            [only] => (only.place.clone(), only.layout.clone()),
            _ => (self.place.clone(), self.joined()),
        };
        let texts: Vec<&str> = self.scripts.iter().map(|script| &*script.text).collect();
        StartScript { text: texts.join("\n"), kind: ScriptKind::UserData, place, layout }
    }

    /// The layout of the pieces with a line break between two of them.
    fn joined(&self) -> Layout {
        let mut all = Vec::new();
        let mut from = 0;
        for script in &self.scripts {
            let Some(pieces) = script.layout.pieces(&script.text, &script.place) else {
                return Layout::Hidden(1);
            };
            all.extend(pieces.into_iter().map(|piece| Piece { at: from + piece.at, ..piece }));
            from += script.text.len() + 1;
        }
        Layout::Pieces(all.into())
    }
}

/// A command of netsh that changes ranges of ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortCommand {
    /// Whether it excludes the range, or else makes it the dynamic one.
    pub excludes: bool,
    /// The protocol.
    pub protocol: Protocol,
    /// The range; `None` where an expression decides it.
    pub range: Option<PortRange>,
    /// The script of the user data that it stands in, and the byte of its text.
    pub at: (usize, usize),
    /// Where.
    pub place: Place,
}

/// A call of `Start-EKSBootstrap.ps1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapCall {
    /// Its parameters without the hyphen, in lower case, with what follows them; `None` where that is an expression.
    pub parameters: Vec<(String, Option<String>)>,
    /// The script of the user data that it stands in, and the byte of its text.
    pub at: (usize, usize),
    /// Where.
    pub place: Place,
}

impl BootstrapCall {
    /// A parameter by its name: given with a value, given with one that does not show, or not given.
    pub fn parameter(&self, name: &str) -> Option<Option<&str>> {
        let found = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_deref())
    }

    /// The values of a flag of the kubelet; `None` if its arguments are an expression.
    pub fn kubelet_flag(&self, flag: &str) -> Option<Vec<&str>> {
        let arguments = match self.parameter("KubeletExtraArgs") {
            None => return Some(Vec::new()),
            Some(arguments) => arguments?,
        };
        let mut words = arguments.split_whitespace().peekable();
        let mut values = Vec::new();
        while let Some(word) = words.next() {
            let Some(rest) = word.trim_start_matches('-').strip_prefix(flag) else { continue };
            match rest.strip_prefix('=') {
                Some(value) => values.push(value),
                None if rest.is_empty() => {
                    values.push(words.next_if(|next| !next.starts_with('-')).unwrap_or_default());
                }
                None => {}
            }
        }
        Some(values)
    }
}

impl NodeGroup {
    /// Takes in the taints with which the calls of the bootstrap script in user data register its nodes.
    pub(crate) fn register_taints(&mut self, data: &UserData) {
        for call in &data.calls {
            let lists = call.kubelet_flag("register-with-taints").unwrap_or_default();
            for taint in lists.iter().flat_map(|list| list.split(',')) {
                let Some((left, effect)) = taint.rsplit_once(':') else { continue };
                let (key, value) = left.split_once('=').unwrap_or((left, ""));
                let there = |known: &Taint| known.key == key && known.effect == effect;
                if !self.taints.iter().any(there) {
                    let (key, value, effect) = (key.to_owned(), value.to_owned(), effect.to_owned());
                    self.taints.push(Taint { key, value, effect, place: call.place.clone() });
                }
            }
        }
    }
}

/// Why the launch template of a group is not at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTemplate {
    /// The group names none.
    Unnamed,
    /// No listing has it, or not that version.
    Unlisted,
}

impl Cluster {
    /// The version of the launch template that a group names.
    ///
    /// # Errors
    /// - Why it is not at hand.
    pub fn template_of(&self, group: &NodeGroup) -> Result<&LaunchTemplate, NoTemplate> {
        let choice = group.launch.template.known().ok_or(NoTemplate::Unnamed)?;
        let named = |template: &&LaunchTemplate| {
            choice.id.as_ref().is_some_and(|id| *id == template.id)
                || choice.id.is_none() && choice.name.as_ref().is_some_and(|name| *name == template.name)
        };
        let mut versions = self.launch_templates.iter().filter(named);
        let found = match choice.version.as_deref() {
            None | Some("$Default") => versions.find(|template| template.default),
            // A listing may show a part of the versions; the newest of a part is not the newest.
            Some("$Latest") => versions.find(|template| template.planned),
            Some(number) => versions.find(|template| number.parse() == Ok(template.version)),
        };
        found.ok_or(NoTemplate::Unlisted)
    }
}
