//! Texts that a node prints: the command line of kube-proxy (`sc.exe qc`, `Get-CimInstance Win32_Service`), its log, and
//! the build of the system (`ver`, `systeminfo`, `Get-ComputerInfo`), as text in any language or as JSON.

mod build;
mod hotfix;
mod kube_proxy;
mod refused;
#[cfg(test)]
mod tests;
mod wrapped;

pub(crate) use kube_proxy::words;

use super::Doc;
use super::lines::Head;
use super::node::Node;
use crate::model::{Hotfix, KubeProxyStart, Place, StartEvidence, StartRefusal, SystemBuild};
use build::Builds;
use std::sync::Arc;
use winpod::dsr::Refusal;
use wrapped::Wrapped;

/// Command lines of one text that are kept: enough to tell that they differ.
const MOST_LINES: usize = 16;
/// Updates of one text that are kept: more than a system has.
const MOST_HOTFIXES: usize = 512;

/// What a text tells.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) starts: Vec<KubeProxyStart>,
    /// Starts before those, in a log.
    pub(super) earlier: Vec<KubeProxyStart>,
    pub(super) refusals: Vec<StartRefusal>,
    pub(super) hotfixes: Vec<Hotfix>,
    pub(super) builds: Vec<SystemBuild>,
    /// Where a command line stands that is cut, or wrapped so that it reads in more than one way.
    pub(super) unclear: Vec<Place>,
}

impl Host {
    /// Whether nothing of it tells anything.
    pub(super) fn is_empty(&self) -> bool {
        let Self { starts, refusals, hotfixes, builds, unclear, .. } = self;
        let no_start = starts.is_empty() && refusals.is_empty() && unclear.is_empty();
        no_start && hotfixes.is_empty() && builds.is_empty()
    }
}

/// Whether a file that starts so is such a text. YAML and JSON are none, though they may name all of it.
pub(crate) fn is_text(start: &Head<'_>) -> bool {
    // Nearly every file is a manifest and says so in its first lines.
    !is_manifest(start.lines()) && start.lines().any(is_of_node)
}

/// Whether lines are JSON by the first of them, or YAML by a key that manifests have at their top.
pub(super) fn is_manifest<'a>(lines: impl IntoIterator<Item = &'a str>) -> bool {
    let mut first = true;
    lines.into_iter().filter(|line| !line.trim().is_empty()).any(|line| {
        // `[SC] QueryServiceConfig` and `[string]$name` are none.
        let json = line
            .trim_start()
            .strip_prefix(['{', '['])
            .map(str::trim_start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '{', '[', ']', '}']));
        let json = std::mem::take(&mut first) && json;
        json || line.trim_end() == "---" || has_key_of_manifest(line)
    })
}

/// Whether a line starts with a key that manifests have at their top.
pub(super) fn has_key_of_manifest(line: &str) -> bool {
    const KEYS: [&str; 7] = [
        "apiVersion:",
        "kind:",
        "%YAML",
        "nodeGroups:",
        "managedNodeGroups:",
        "Resources:",
        "AWSTemplateFormatVersion:",
    ];
    KEYS.into_iter().any(|key| line.starts_with(key))
}

fn is_of_node(line: &str) -> bool {
    let line = line.trim();
    let service = line.split_once(':').is_some_and(|(name, value)| {
        let name = name.trim();
        (name.eq_ignore_ascii_case("SERVICE_NAME") || name.eq_ignore_ascii_case("PathName"))
            && value.to_ascii_lowercase().contains("kube-proxy")
            || wrapped::value_column(line).is_some() && value.contains('\\')
    });
    service
        || is_klog(line)
        || line.contains("FLAG: --")
        || build::names_one(line)
        || hotfix::is_listed(line)
        || refused::refusal(line).is_some()
        || wrapped::is_path(line) && line.to_ascii_lowercase().contains("kube-proxy")
        || (line.contains('\\') || line.starts_with("kube-proxy")) && kube_proxy::arguments(line).is_some()
}

/// `I0101 12:34:56.789012`, as Kubernetes programs start each line of their logs.
fn is_klog(line: &str) -> bool {
    let bytes = line.as_bytes();
    let shape = b"I0101 12:34:56.";
    bytes.len() > shape.len()
        && shape.iter().zip(bytes).enumerate().all(|(at, (shape, byte))| match shape {
            _ if at == 0 => b"IWEF".contains(byte),
            b'0'..=b'9' => byte.is_ascii_digit(),
            shape => shape == byte,
        })
}

/// What a text tells, as its lines come. Memory does not depend on how many come.
pub(super) struct Text<'a> {
    file: &'a Arc<str>,
    at: u32,
    host: Host,
    builds: Builds,
    /// A line that names kube-proxy; PowerShell wraps long values and indents what follows.
    line: Option<(Wrapped, Place)>,
    /// The flags of one start.
    flags: Option<(Vec<String>, Place)>,
    /// The last command line in a log.
    logged: Option<KubeProxyStart>,
}

impl<'a> Text<'a> {
    pub(super) fn new(file: &'a Arc<str>) -> Self {
        Self {
            file,
            at: 0,
            host: Host::default(),
            builds: Builds::default(),
            line: None,
            flags: None,
            logged: None,
        }
    }

    pub(super) fn line(&mut self, text: &str) {
        self.at = self.at.saturating_add(1);
        if let Some((line, _)) = &mut self.line {
            if line.continues(text) {
                return;
            }
            self.close_line();
        }
        if let Some(refusal) = refused::refusal(text) {
            return self.refused(refusal);
        }
        let flags = kube_proxy::flags(text);
        if !flags.is_empty() {
            return flags.into_iter().for_each(|flag| self.flag(flag));
        }
        self.builds.line(text, self.at);
        if self.host.hotfixes.len() < MOST_HOTFIXES {
            let place = self.place();
            self.host.hotfixes.extend(hotfix::of_line(text).map(|name| Hotfix { name, place }));
        }
        let named = wrapped::value_column(text).is_some() || wrapped::is_queried(text);
        if named || text.to_ascii_lowercase().contains("kube-proxy") {
            self.line = Some((Wrapped::new(text), self.place()));
        }
    }

    /// A kube-proxy that is refused is started again and refused again, and writes the same; another reason is another
    /// start.
    fn refused(&mut self, refusal: Refusal) {
        let place = self.place();
        match self.host.refusals.last_mut().filter(|last| !last.superseded) {
            Some(last) if last.refusal == refusal => last.place = place,
            _ => {
                self.started();
                if self.host.refusals.len() >= MOST_LINES {
                    self.host.refusals.remove(0);
                }
                self.host.refusals.push(StartRefusal { refusal, superseded: false, place });
            }
        }
    }

    /// What a log told before is of an earlier start.
    fn started(&mut self) {
        self.host.refusals.iter_mut().for_each(|refusal| refusal.superseded = true);
    }

    fn earlier(&mut self, start: KubeProxyStart) {
        if self.host.earlier.len() < MOST_LINES {
            self.host.earlier.push(start);
        }
    }

    fn place(&self) -> Place {
        Place::new(self.file, self.at, 1)
    }

    /// Each flag stands once in the list of one start.
    fn flag(&mut self, flag: String) {
        let name = |flag: &str| flag.split('=').next().unwrap_or_default().to_owned();
        let again = |flags: &Vec<String>| flags.iter().any(|known| name(known) == name(&flag));
        if self.flags.as_ref().is_some_and(|(flags, _)| again(flags) || flags.len() > 1000) {
            self.close_flags();
        }
        if self.flags.is_none() {
            self.started();
        }
        let place = self.place();
        self.flags.get_or_insert_with(|| (Vec::new(), place)).0.push(flag);
    }

    fn close_line(&mut self) {
        let Some((line, place)) = self.line.take() else { return };
        match line.arguments() {
            Ok(Some(arguments)) => {
                let start = KubeProxyStart { arguments, said_by: StartEvidence::CommandLine, place };
                if line.is_logged() { self.logged(start) } else { self.push(start) }
            }
            Ok(None) => {}
            Err(wrapped::Unclear) if self.host.unclear.len() < MOST_LINES => self.host.unclear.push(place),
            Err(wrapped::Unclear) => {}
        }
    }

    /// Of the command lines in a log the last one counts.
    fn logged(&mut self, start: KubeProxyStart) {
        self.started();
        if let Some(before) = self.logged.replace(start)
            && self.logged.as_ref().is_some_and(|start| start.arguments != before.arguments)
        {
            self.earlier(before);
        }
    }

    /// Other programs list their flags too, but have no such one.
    fn close_flags(&mut self) {
        if let Some((arguments, place)) = self.flags.take()
            && arguments.iter().any(|flag| flag.starts_with("--enable-dsr="))
        {
            // The last start counts.
            let (before, others) = std::mem::take(&mut self.host.starts)
                .into_iter()
                .partition(|start| start.said_by == StartEvidence::LoggedFlags);
            self.host.starts = others;
            let before: Vec<KubeProxyStart> = before;
            before.into_iter().filter(|it| it.arguments != arguments).for_each(|it| self.earlier(it));
            self.push(KubeProxyStart { arguments, said_by: StartEvidence::LoggedFlags, place });
        }
    }

    fn push(&mut self, start: KubeProxyStart) {
        let known =
            |other: &KubeProxyStart| other.arguments == start.arguments && other.said_by == start.said_by;
        if self.host.starts.len() < MOST_LINES && !self.host.starts.iter().any(known) {
            self.host.starts.push(start);
        }
    }

    pub(super) fn finish(mut self) -> Host {
        self.close_line();
        self.close_flags();
        if let Some(start) = self.logged.take() {
            self.push(start);
        }
        let file = self.file;
        let place = |line| Place::new(file, line, 1);
        let builds = self.builds.finish().into_iter();
        self.host.builds = builds.map(|(build, line)| SystemBuild { build, place: place(line) }).collect();
        self.host
    }
}

/// Reads an object of PowerShell's JSON: a service, or what the system says about itself; `false` if it is neither.
pub(super) fn object(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    if let Some(path) = text("PathName") {
        if let Some(arguments) = kube_proxy::arguments(path) {
            let place = doc.place_of(node.get("PathName").unwrap_or(node));
            let start = KubeProxyStart { arguments, said_by: StartEvidence::CommandLine, place };
            doc.cluster().kube_proxy_starts.push(start);
        }
        return true;
    }
    let of_system = ["OsVersion", "WindowsBuildLabEx", "CurrentBuild", "BuildLabEx"];
    if !of_system.iter().any(|key| node.get(key).is_some()) {
        return false;
    }
    let mut builds = Builds::default();
    for entry in node.entries() {
        if let (Some(name), Some(value)) = (entry.key.as_text(), entry.value.as_text()) {
            builds.property(name, value, entry.value.span.start.line);
        }
    }
    for (build, line) in builds.finish() {
        let place = Place::new(doc.file, line, 1);
        doc.cluster().system_builds.push(SystemBuild { build, place });
    }
    true
}

/// Reads an `Event` that says why kube-proxy does not start; `false` of any other.
pub(super) fn event(doc: &mut Doc<'_, '_>, node: &Node) -> bool {
    // `events.k8s.io` calls it a note.
    let said = ["message", "note"].iter().find_map(|key| node.get(key));
    let Some(refusal) = said.and_then(Node::as_text).and_then(refused::refusal) else { return false };
    let place = doc.place_of(said.unwrap_or(node));
    doc.cluster().start_refusals.push(StartRefusal { refusal, superseded: false, place });
    true
}

/// Whether a list is one of services.
pub(super) fn is_listed(node: &Node) -> bool {
    node.items().iter().any(|item| item.get("PathName").is_some())
}
