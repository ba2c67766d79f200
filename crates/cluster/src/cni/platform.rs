//! Whether Calico runs on the Windows nodes: their builds, their Kubernetes, their kube-proxy.

use super::answer::CniReason;
use super::reason::reason;
use crate::dsr::name_of;
use crate::model::{BootstrapCall, Cluster, NodeGroup, Os};
use crate::note::text;
use crate::plan::Verdict;
use std::collections::BTreeSet;
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{self, KubeProxy, Network, Node};
use winpod::instance::Verdict as Known;
use winpod::windows::{self, Build, Effect, Platform, Release};

/// The first builds that Calico takes.
///
/// # Source
/// `CalicoNeedsDsr`.
const FIRST: [Build; 2] = [Build::new(17_763, 1_432), Build::new(20_348, 169)];
/// The first version with HostProcess containers that Calico takes.
///
/// # Source
/// `CalicoWindowsRequirements`.
pub(crate) const FIRST_KUBERNETES: KubernetesVersion = KubernetesVersion::new(1, 22);

/// Whether Calico's policies run on the nodes, and why.
pub(super) struct OnNodes {
    pub(super) verdict: Verdict,
    pub(super) because: Vec<CniReason>,
    /// What kube-proxy has to get.
    pub(super) needs: Vec<CniReason>,
}

impl OnNodes {
    pub(super) fn of(cluster: &Cluster, groups: &[&NodeGroup]) -> Self {
        let mut found = Self { verdict: Verdict::Fits, because: Vec::new(), needs: Vec::new() };
        let version = cluster.version.known().and_then(|text| text.parse::<KubernetesVersion>().ok());
        if let Some(version) = version.filter(|version| *version < FIRST_KUBERNETES) {
            let values: [(&str, &dyn Display); 2] = [("version", &version), ("first", &FIRST_KUBERNETES)];
            found.worse(Verdict::DoesNotFit, &text::CNI_KUBERNETES_OLD, &values, None);
        }
        for group in groups {
            let what = format!("node group {}", group.name);
            let builds = builds(cluster, Some(&group.name));
            let release = release(group);
            match release {
                _ if !builds.is_empty() => builds.iter().for_each(|build| found.build(&what, *build, group)),
                Some(release) if !group.custom_ami => found.image(&what, release, group),
                _ => found.worse(Verdict::Unknown, &text::CNI_BUILD_OPEN, &[("what", &what)], Some(group)),
            }
            let build = builds.first().copied();
            let platform = Platform { release: release.filter(|_| build.is_none()), build, hns: None };
            found.dsr(cluster, group, platform, version);
        }
        found
    }

    fn worse(
        &mut self,
        verdict: Verdict,
        text: &crate::note::Text,
        values: &[(&str, &dyn Display)],
        group: Option<&NodeGroup>,
    ) {
        self.verdict = self.verdict.max(verdict);
        self.because.push(reason(text, values).at(group.map(|group| &group.place)));
    }

    fn build(&mut self, what: &str, build: Build, group: &NodeGroup) {
        let values: [(&str, &dyn Display); 2] = [("what", &what), ("build", &build)];
        if build.has(Effect::NetworkingBroken) == Known::Yes
            && build.has(Effect::NetworkingFixed) == Known::No
        {
            self.worse(Verdict::Fits, &text::CNI_BUILD_BROKEN, &values, Some(group));
        }
        let Some(first) = FIRST.into_iter().find(|first| first.number == build.number) else {
            let text = match Release::of_build(build.number) {
                Ok(Release::Server2025) => &text::CNI_BUILD_2025,
                _ => &text::CNI_BUILD_UNLISTED,
            };
            return self.worse(Verdict::Unknown, text, &values, Some(group));
        };
        let values: [(&str, &dyn Display); 3] = [("what", &what), ("build", &build), ("first", &first)];
        let (verdict, text) = match build.revision {
            None => (Verdict::Unknown, &text::CNI_REVISION_OPEN),
            revision if revision >= first.revision => (Verdict::Fits, &text::CNI_BUILD_LISTED),
            _ => (Verdict::DoesNotFit, &text::CNI_BUILD_OLD),
        };
        self.worse(verdict, text, &values, Some(group));
    }

    fn image(&mut self, what: &str, release: Release, group: &NodeGroup) {
        let called = name_of(release);
        let values: [(&str, &dyn Display); 2] = [("what", &what), ("build", &called)];
        let (verdict, text) = match release {
            Release::Server2019 | Release::Server2022 => (Verdict::Fits, &text::CNI_IMAGE_LISTED),
            Release::Server2025 => (Verdict::Unknown, &text::CNI_BUILD_2025),
            _ => (Verdict::Unknown, &text::CNI_BUILD_UNLISTED),
        };
        self.worse(verdict, text, &values, Some(group));
    }

    /// What kube-proxy gets in the user data of the group, and what it has to get.
    fn dsr(
        &mut self,
        cluster: &Cluster,
        group: &NodeGroup,
        platform: Platform,
        kubernetes: Option<KubernetesVersion>,
    ) {
        let calls = calls(cluster, group);
        let hidden = calls.iter().any(|call| call.parameter("KubeProxyExtraArgs") == Some(None));
        let line: Vec<&str> = calls
            .iter()
            .filter_map(|call| call.parameter("KubeProxyExtraArgs").flatten())
            .flat_map(|text| text.trim_matches(['"', '\'']).split_whitespace())
            .collect();
        let kube_proxy =
            if hidden || group.custom_ami { KubeProxy::Unknown } else { KubeProxy::EksImage(&line) };
        let network = Some(Network::VpcBridgeWithCalico);
        let judged = dsr::applicability(&Node { platform, kubernetes, kube_proxy, network });
        let place = Some(&group.place);
        if judged.verdict == dsr::Verdict::On {
            let on = reason(&text::CNI_DSR_ON, &[("group", &group.name)]);
            return self.because.push(on.at(place));
        }
        let arguments = dsr::arguments(kubernetes).map(|it| it.iter().collect::<Vec<_>>().join(" "));
        let arguments = arguments.unwrap_or_else(|| "--enable-dsr=true".to_owned());
        let values: [(&str, &dyn Display); 2] = [("group", &group.name), ("arguments", &arguments)];
        self.needs.push(reason(&text::CNI_NEEDS_DSR, &values).at(place));
    }
}

/// Builds of the live nodes of a group, the oldest first.
fn builds(cluster: &Cluster, group: Option<&str>) -> Vec<Build> {
    let nodes = cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    let nodes = nodes.filter(|node| node.group.as_deref() == group);
    let builds = nodes.filter_map(|node| node.kernel.as_deref()?.parse::<Build>().ok());
    let builds: BTreeSet<(u32, Option<u32>)> = builds.map(|it| (it.number, it.revision)).collect();
    builds.into_iter().map(|(number, revision)| Build { number, revision }).collect()
}

/// The release of the image that a group names.
pub(crate) fn release(group: &NodeGroup) -> Option<Release> {
    let ami = group.ami.known()?;
    // Karpenter's families begin with a capital, its aliases do not.
    let image = windows::image(ami).or_else(|| windows::image(&ami.to_ascii_lowercase()));
    image.map(|image| image.release)
}

/// Calls of the bootstrap script in the user data of a group.
fn calls<'c>(cluster: &'c Cluster, group: &'c NodeGroup) -> Vec<&'c BootstrapCall> {
    let launch = &group.launch;
    let own = [&launch.before_bootstrap, &launch.bootstrap, &launch.user_data];
    let template = cluster.template_of(group).ok().map(|template| &template.user_data);
    own.into_iter().chain(template).filter_map(|data| data.known()).flat_map(|data| &data.calls).collect()
}
