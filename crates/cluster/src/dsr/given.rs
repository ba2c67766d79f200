//! What is asked, from the request and from the files.

use super::{DsrRequest, reasons};
use crate::model::{Cluster, Field, LiveNode, Os, Place};
use crate::note::{Note, text as note};
use crate::read::{join, shortened};
use crate::request::{Refusal, nearest};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;
use winpod::dsr::Network;
use winpod::windows::{self, Build, HnsVersion, Platform, Release};
use winpod::{Ipv4Prefix, KubernetesVersion};

/// What decides on DSR, but for the arguments of kube-proxy.
pub(super) struct Given {
    pub(super) platform: Platform,
    pub(super) kubernetes: Option<KubernetesVersion>,
    pub(super) network: Option<Network>,
}

impl Given {
    pub(super) fn of(request: &DsrRequest) -> Result<Self, Refusal> {
        let release = request.release.as_deref();
        let network = request.network.as_deref();
        Ok(Self {
            platform: Platform {
                release: release
                    .map(|name| one_of(name, "release", Release::ALL, Release::from_name, Release::name))
                    .transpose()?,
                build: request.os_build.as_deref().map(build).transpose()?,
                hns: request.hns.as_deref().map(|text| parsed::<HnsVersion>(text, "hns")).transpose()?,
            },
            kubernetes: request.kubernetes.as_deref().map(|text| parsed(text, "kubernetes")).transpose()?,
            network: network
                .map(|name| one_of(name, "network", Network::ALL, Network::from_name, Network::name))
                .transpose()?,
        })
    }

    /// Fills in what only the files tell.
    pub(super) fn add(
        &mut self,
        cluster: &Cluster,
        node: Option<&str>,
        notes: &mut Vec<Note>,
    ) -> Result<(), Refusal> {
        let is_meant = |live: &&LiveNode| match node {
            Some(node) => live.name == node,
            None => live.os == Some(Os::Windows),
        };
        let meant: Vec<&LiveNode> = cluster.nodes.iter().filter(is_meant).collect();
        if let (Some(node), true, false) = (node, meant.is_empty(), cluster.nodes.is_empty()) {
            let near = nearest(node, cluster.nodes.iter().map(|live| live.name.as_str()));
            let near = near.map(|near| format!(". Did you mean {near}?")).unwrap_or_default();
            let message = format!("{:?} is no node of the files{near}", shortened(node));
            return Err(Refusal::new("UNKNOWN_NODE", message));
        }
        if self.platform == Platform::default() {
            self.add_system(cluster, &meant, notes);
        }
        if self.kubernetes.is_none() {
            // A node may be older than its control plane, and kube-proxy comes with the node.
            let of_nodes = meant.iter().filter_map(|live| live.kubelet.as_deref()?.parse().ok());
            let of_nodes: BTreeSet<KubernetesVersion> = of_nodes.collect();
            let (version, from) = match (of_nodes.len(), &cluster.version) {
                (1, _) => (of_nodes.into_iter().next(), "status.nodeInfo.kubeletVersion of the nodes"),
                (0, Field::Known(version, _)) => (version.parse().ok(), "the version of the cluster"),
                _ => (None, ""),
            };
            if version.is_some() {
                from_files("the version of kube-proxy", from, notes);
            }
            self.kubernetes = version;
        }
        Ok(())
    }
}

impl Given {
    /// The build of the nodes and of what they print, or the release of the groups' images.
    fn add_system(&mut self, cluster: &Cluster, meant: &[&LiveNode], notes: &mut Vec<Note>) {
        const OF_NODES: &str = "status.nodeInfo.kernelVersion of the nodes";
        let of_nodes = meant.iter().filter_map(|live| {
            Some((live.kernel.as_deref()?.parse::<Build>().ok()?, OF_NODES.to_owned(), &live.place))
        });
        let of_texts = cluster.system_builds.iter().map(|it| (it.build, it.place.to_string(), &it.place));
        // Of builds with one number, the one with its revision says more.
        let mut builds: BTreeMap<(u32, Option<u32>), (String, &Place)> = BTreeMap::new();
        for (build, from, place) in of_nodes.chain(of_texts) {
            builds.entry((build.number, build.revision)).or_insert((from, place));
        }
        let vague: Vec<(u32, Option<u32>)> = builds
            .keys()
            .filter(|(number, revision)| {
                revision.is_none() && builds.keys().any(|(other, known)| other == number && known.is_some())
            })
            .copied()
            .collect();
        for build in &vague {
            builds.remove(build);
        }
        let found: Vec<_> = builds
            .into_iter()
            .map(|((number, revision), (from, place))| (Build { number, revision }, from, place))
            .collect();
        match found.as_slice() {
            [] => {
                let releases: Vec<Release> =
                    windows_images(cluster).collect::<BTreeSet<_>>().into_iter().collect();
                if let [release] = releases.as_slice() {
                    self.platform.release = Some(*release);
                    from_files("the release", "the images of the node groups", notes);
                } else {
                    differ(releases.iter().map(|release| reasons::name_of(*release)), notes);
                }
            }
            [(build, from, _)] => {
                self.platform.build = Some(*build);
                from_files("the build", from, notes);
            }
            several => differ(several.iter().map(|(build, _, place)| format!("{build} ({place})")), notes),
        }
    }

    /// The version of HNS that a dump carries, where nothing else tells it.
    pub(super) fn add_hns(&mut self, hns: Option<HnsVersion>, notes: &mut Vec<Note>) {
        if self.platform.hns.is_none()
            && let Some(hns) = hns
        {
            self.platform.hns = Some(hns);
            notes.push(Note::new(&note::DSR_HNS_OF_DUMP, &[("hns", &hns)]));
        }
    }
}

/// The range of cluster IPs that was asked about.
pub(super) fn service_cidr(request: &DsrRequest) -> Result<Option<Ipv4Prefix>, Refusal> {
    let Some(text) = request.service_cidr.as_deref() else { return Ok(None) };
    match Ipv4Prefix::parse_lenient(text.trim()) {
        Ok((range, _)) => Ok(Some(range)),
        Err(error) => {
            let message = format!(
                "serviceCidr is {:?}: {error}; a block such as 10.100.0.0/16 is allowed",
                shortened(text)
            );
            Err(Refusal::new("SERVICE_CIDR", message))
        }
    }
}

fn from_files(what: &str, from: &str, notes: &mut Vec<Note>) {
    notes.push(Note::new(&note::DSR_RELEASE_FROM_FILES, &[("what", &what), ("from", &from)]));
}

/// Several are told.
fn differ(names: impl ExactSizeIterator<Item = String>, notes: &mut Vec<Note>) {
    if names.len() > 1 {
        notes.push(Note::new(&note::DSR_RELEASES_DIFFER, &[("names", &join(names))]));
    }
}

fn windows_images(cluster: &Cluster) -> impl Iterator<Item = Release> + '_ {
    cluster.node_groups.iter().filter_map(|group| Some(windows::image(group.ami.known()?)?.release))
}

fn parsed<T: FromStr<Err = winpod::Error>>(text: &str, name: &str) -> Result<T, Refusal> {
    text.trim().parse().map_err(|error: winpod::Error| {
        Refusal::new(error.code(), format!("{name} is {:?}: {error}", shortened(text)))
    })
}

fn one_of<T: Copy + Display>(
    text: &str,
    name: &str,
    all: &[T],
    find: fn(&str) -> Option<T>,
    written: fn(T) -> &'static str,
) -> Result<T, Refusal> {
    find(text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| written(*one)).collect();
        let message = format!("{name} is {:?}: one of {} is allowed", shortened(text), names.join(", "));
        Refusal::new("UNKNOWN_NAME", message)
    })
}

pub(super) fn named<T: Copy + Display>(
    text: Option<&str>,
    name: &str,
    default: T,
    all: &[T],
    find: fn(&str) -> Option<T>,
    written: fn(T) -> &'static str,
) -> Result<T, Refusal> {
    text.map_or(Ok(default), |text| one_of(text, name, all, find, written))
}

/// A build as people have it: alone, or inside what `ver`, `systeminfo` or an event prints.
fn build(text: &str) -> Result<Build, Refusal> {
    let alone = text.trim().parse::<Build>();
    let inside = || {
        let words = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|word| word.trim_matches('.'));
        let mut builds = words.filter(|word| word.starts_with("10.0.")).filter_map(|word| word.parse().ok());
        let first: Build = builds.next()?;
        builds.all(|other| other == first).then_some(first)
    };
    alone.or_else(|error| {
        let found = if text.len() <= LONGEST { inside() } else { None };
        let message = || format!("osBuild is {:?}: {error}", shortened(text.trim()));
        found.ok_or_else(|| Refusal::new(error.code(), message()))
    })
}

/// No program prints more than a few lines around a build.
const LONGEST: usize = 4096;

/// The arguments behind kube-proxy's own path, with a word for the path before them: on EKS another program starts it.
pub(super) fn behind_kube_proxy(words: &[String]) -> Vec<&str> {
    let is_kube_proxy = |word: &String| {
        let file = word.rsplit(['\\', '/']).next().unwrap_or_default();
        let stem = file.strip_suffix(".exe").unwrap_or(file);
        !word.starts_with('-') && stem.eq_ignore_ascii_case("kube-proxy")
    };
    let from = match words.iter().rposition(is_kube_proxy) {
        Some(at) => at + 1,
        None => usize::from(
            words.first().is_some_and(|word| !word.starts_with('-') && word.contains(['\\', '/'])),
        ),
    };
    std::iter::once("kube-proxy").chain(words[from..].iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::{behind_kube_proxy, build};
    use crate::read::host::words;

    #[test]
    fn builds_as_windows_prints_them() {
        let of = |text: &str| build(text).map(|build| build.to_string()).map_err(|refusal| refusal.code);
        assert_eq!(of("10.0.17763.1935").as_deref(), Ok("17763.1935"));
        assert_eq!(of("Microsoft Windows [Version 10.0.20348.2762]").as_deref(), Ok("20348.2762"));
        assert_eq!(of("OS Version: 10.0.17763 N/A Build 17763").as_deref(), Ok("17763"));
        for text in
            ["", "Windows Server 2022", "10.0", "10.0.17763.1 or 10.0.20348.1", "9".repeat(5000).as_str()]
        {
            assert_eq!(of(text), Err("WINDOWS_BUILD".to_owned()), "{text}");
        }
    }

    #[test]
    fn command_lines_as_windows_starts_them() {
        let of = |line: &str| {
            let words = words(line);
            behind_kube_proxy(&words).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let expected = ["kube-proxy", "--v=1", "--enable-dsr=true"];
        assert_eq!(of("--v=1 --enable-dsr=true"), expected);
        assert_eq!(of(r#""C:\Program Files\kubernetes\kube-proxy.exe"  --v=1 --enable-dsr=true"#), expected);
        let host =
            r#"C:\EKS-WindowsServiceHost.exe kube-proxy "C:\k\kube-proxy.exe" --v=1 --enable-dsr=true"#;
        assert_eq!(of(host), expected);
        assert_eq!(of("true --v=1"), ["kube-proxy", "true", "--v=1"]);
        assert_eq!(of(""), ["kube-proxy"]);
        assert_eq!(of("\"\" \"unclosed --v=1"), ["kube-proxy", "", "unclosed --v=1"]);
    }
}
