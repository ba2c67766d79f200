//! What is asked, from the request and from the files.

use super::{DsrRequest, reasons};
use crate::model::{CalicoPool, Cluster, Field, Hotfix, LiveNode, Os, Place};
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
        let given = Self {
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
        };
        match given.platform {
            Platform { release: Some(release), build: Some(build), .. }
                if release.build() != build.number =>
            {
                let is =
                    Release::of_build(build.number).map(|of| format!(", that of {}", reasons::name_of(of)));
                let message = format!(
                    "gives the release {release}, whose build is {}, and osBuild {build}{}: give one of them, or two of one system",
                    release.build(),
                    is.unwrap_or_default()
                );
                Err(Refusal::new("REQUEST", message))
            }
            _ => Ok(given),
        }
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
        let named = |node: &str| {
            let mut slices = cluster.endpoint_slices.iter().flat_map(|slice| slice.nodes.iter().flatten());
            slices.any(|on| **on == *node)
        };
        if let Some(node) = node.filter(|node| cluster.nodes.is_empty() && !named(node)) {
            notes.push(Note::new(&note::DSR_NODE_UNKNOWN, &[("node", &shortened(node))]));
        }
        if self.platform.build.is_none() && self.platform.release.is_none() {
            self.add_system(cluster, &meant, notes);
        } else {
            self.compare_system(cluster, &meant, notes);
        }
        if self.network.is_none() {
            self.network = of_calico(cluster, notes);
        }
        // A node may be older than its control plane, and kube-proxy comes with the node.
        let of_nodes = meant.iter().filter_map(|live| live.kubelet.as_deref()?.parse().ok());
        let of_nodes: BTreeSet<KubernetesVersion> = of_nodes.collect();
        if let Some(asked) = self.kubernetes {
            if let Some(version) = of_nodes.first().filter(|_| !of_nodes.contains(&asked)) {
                notes.push(Note::new(&note::DSR_VERSION_ASKED, &[("version", version), ("asked", &asked)]));
            }
        } else {
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
        match builds(cluster, meant).as_slice() {
            [] => match images(cluster).as_slice() {
                [release] => {
                    self.platform.release = Some(*release);
                    from_files("the release", "the images of the node groups", notes);
                }
                several => differ(several.iter().map(|release| reasons::name_of(*release)), notes),
            },
            [(build, from, _)] => {
                self.platform.build = Some(*build);
                from_files("the build", from, notes);
            }
            several => differ(several.iter().map(|(build, _, place)| format!("{build} ({place})")), notes),
        }
    }

    /// Tells where files know another system than was asked about, and takes the revision where they know that one.
    fn compare_system(&mut self, cluster: &Cluster, meant: &[&LiveNode], notes: &mut Vec<Note>) {
        let Platform { release, build: Some(asked), .. } = self.platform.resolved() else { return };
        let found = builds(cluster, meant);
        let same: Vec<_> = found.iter().filter(|(build, ..)| build.number == asked.number).collect();
        let name = self.platform.build.map(|build| format!("build {build}"));
        let name = name.or(release.map(reasons::name_of)).unwrap_or_default();
        let other = match same.as_slice() {
            [] => found.first(),
            [(build, from, _)] if asked.revision.is_none() => {
                if build.revision.is_some() {
                    self.platform.build = Some(*build);
                    from_files("the build", from, notes);
                }
                None
            }
            same if asked.revision.is_some() => {
                let fits = |build: &Build| build.revision.is_none() || *build == asked;
                same.first().filter(|_| !same.iter().any(|(build, ..)| fits(build))).copied()
            }
            _ => None,
        };
        if let Some((build, from, place)) = other {
            let values: [(&str, &dyn Display); 3] = [("build", build), ("from", from), ("asked", &name)];
            notes.push(Note::new(&note::DSR_SYSTEM_ASKED, &values).at(place));
        } else if found.is_empty()
            && let [image] = images(cluster).as_slice()
            && Some(*image) != release
        {
            let image = reasons::name_of(*image);
            notes.push(Note::new(&note::DSR_IMAGES_ASKED, &[("release", &image), ("asked", &name)]));
        }
    }

    /// The revision of the latest update that is listed, where nothing else tells it.
    pub(super) fn add_update(&mut self, hotfixes: &[Hotfix], notes: &mut Vec<Note>) {
        let Some(Build { number, revision: None }) = self.platform.resolved().build else { return };
        let known = || windows::updates().filter(|update| update.build == number);
        let listed = known().filter_map(|update| {
            hotfixes.iter().find(|fix| *fix.name == *update.name).map(|fix| (update.revision, fix))
        });
        if let Some((revision, fix)) = listed.max_by_key(|(revision, _)| *revision) {
            let build = Build { number, revision: Some(revision) };
            self.platform.build = Some(build);
            let values: [(&str, &dyn Display); 2] = [("update", &fix.name), ("build", &build)];
            notes.push(Note::new(&note::DSR_REVISION_OF_UPDATE, &values).at(&fix.place));
        } else if let (Some(first), true) = (hotfixes.first(), known().next().is_some()) {
            let updates = join(hotfixes.iter().map(|fix| fix.name.to_string()));
            let values: [(&str, &dyn Display); 2] = [("build", &number), ("updates", &updates)];
            notes.push(Note::new(&note::DSR_UPDATES_UNKNOWN, &values).at(&first.place));
        }
    }

    /// The version of HNS that a dump carries, where nothing else tells it.
    pub(super) fn add_hns(&mut self, hns: Option<HnsVersion>, notes: &mut Vec<Note>) {
        if self.platform.hns.is_none()
            && let Some(hns) = hns
        {
            self.platform.hns = Some(hns);
            notes.push(Note::new(&note::DSR_HNS_OF_DUMP, &[("hns", &hns)]));
        } else if let (Some(asked), Some(hns)) = (self.platform.hns, hns)
            && asked != hns
        {
            notes.push(Note::new(&note::DSR_HNS_ASKED, &[("hns", &hns), ("asked", &asked)]));
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

/// The releases of the node groups' images.
fn images(cluster: &Cluster) -> Vec<Release> {
    let of_groups = cluster.node_groups.iter();
    let releases = of_groups.filter_map(|group| Some(windows::image(group.ami.known()?)?.release));
    releases.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The builds of the nodes and of what they print, with where they are from. Of builds with one number, those with
/// their revision say more.
fn builds<'a>(cluster: &'a Cluster, meant: &[&'a LiveNode]) -> Vec<(Build, String, &'a Place)> {
    const OF_NODES: &str = "status.nodeInfo.kernelVersion of the nodes";
    let of_nodes = meant.iter().filter_map(|live| {
        Some((live.kernel.as_deref()?.parse::<Build>().ok()?, OF_NODES.to_owned(), &live.place))
    });
    let of_texts = cluster.system_builds.iter().map(|it| (it.build, it.place.to_string(), &it.place));
    let mut builds: BTreeMap<(u32, Option<u32>), (String, &Place)> = BTreeMap::new();
    for (build, from, place) in of_nodes.chain(of_texts) {
        builds.entry((build.number, build.revision)).or_insert((from, place));
    }
    let precise: BTreeSet<u32> =
        builds.keys().filter(|(_, revision)| revision.is_some()).map(|(number, _)| *number).collect();
    builds.retain(|(number, revision), _| revision.is_some() || !precise.contains(number));
    let of = |((number, revision), (from, place))| (Build { number, revision }, from, place);
    builds.into_iter().map(of).collect()
}

/// What connects Windows pods where Calico is installed for them.
fn of_calico(cluster: &Cluster, notes: &mut Vec<Note>) -> Option<Network> {
    let [calico] = cluster.calico.as_slice() else { return None };
    let vxlan = |pool: &CalicoPool| pool.encapsulation.known().is_some_and(|it| it.starts_with("VXLAN"));
    let network = match calico.cni_in_effect()? {
        _ if calico.on_windows() != Some(true) => return None,
        "AmazonVPC" => Network::VpcBridgeWithCalico,
        "Calico" if calico.pools.iter().any(vxlan) => Network::Overlay,
        _ => return None,
    };
    let what = format!("the network, {network},");
    from_files(&what, &format!("Calico's Installation ({})", calico.place), notes);
    Some(network)
}

fn parsed<T: FromStr<Err = winpod::Error>>(text: &str, name: &str) -> Result<T, Refusal> {
    text.trim().parse().map_err(|error: winpod::Error| {
        Refusal::new(error.code(), format!("{name} is {:?}: {error}", shortened(text)))
    })
}

pub(crate) fn one_of<T: Copy + Display>(
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
pub(crate) fn build(text: &str) -> Result<Build, Refusal> {
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
