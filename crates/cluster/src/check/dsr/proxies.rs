//! How kube-proxy is started, wherever the files say so, and what that means on its system.

use crate::check::context::{Context, named};
use crate::check::starts::{Runs, Start, starts};
use crate::dsr::facts::{added, behind_kube_proxy};
use crate::model::{Cluster, Field, HnsNetwork, NodeGroup, Os, Place, StartEvidence, UserData};
use std::collections::BTreeSet;
use winpod::KubernetesVersion;
use winpod::dsr::{
    KubeProxy, KubeProxyFlags, Network, Node, Problem, Reason, Refusal, Verdict, applicability,
};
use winpod::instance::Verdict as Answer;
use winpod::windows::{self, Build, Platform, Release};

/// One kube-proxy, or those of a group.
pub(in crate::check) struct Proxy<'c> {
    pub(in crate::check) object: String,
    pub(in crate::check) place: Place,
    pub(in crate::check) group: Option<&'c NodeGroup>,
    /// The user data that runs on its nodes, in the order in which it runs.
    pub(super) data: Vec<&'c UserData>,
    /// Its own arguments, or those added to the image's.
    pub(super) arguments: Vec<String>,
    /// Whether they are all of them.
    pub(super) whole: bool,
    pub(super) evidence: Option<StartEvidence>,
    pub(super) platform: Platform,
    pub(super) version: Option<KubernetesVersion>,
    pub(super) flag: Option<bool>,
    pub(super) win_dsr: Option<bool>,
    /// Whether `WinDSR` or `WinOverlay` is set to false.
    pub(super) gate_set_off: bool,
    /// A word that no flag takes.
    pub(super) stray: Option<String>,
    pub(in crate::check) supported: Option<bool>,
    pub(in crate::check) verdict: Verdict,
    pub(super) reasons: Vec<Reason>,
}

impl Proxy<'_> {
    pub(super) fn refused(&self, which: Refusal) -> bool {
        self.reasons.contains(&Reason::Refused(which))
    }

    /// The arguments as a sentence shows them.
    pub(in crate::check) fn shown(&self) -> String {
        fn about(word: &str) -> bool {
            let word = word.replace('_', "-");
            word.contains("dsr") || word.contains("DSR") || word.contains("WinOverlay")
        }
        let alone = |word: &str| word.starts_with('-') && !word.contains('=');
        let mut words: Vec<&str> = Vec::new();
        for (at, word) in self.arguments.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| self.arguments.get(before));
            let next = self.arguments.get(at + 1);
            // A value that stands behind a blank is told with its flag, and the other way round.
            let value = !word.starts_with('-') && before.is_some_and(|before| alone(before) && about(before));
            let flag = alone(word) && next.is_some_and(|next| !next.starts_with('-') && about(next));
            if about(word) || value || flag {
                words.push(word);
            }
        }
        if words.is_empty() { "no --enable-dsr".to_owned() } else { words.join(" ") }
    }
}

/// Everything that says how kube-proxy is started: command lines and logs, then what user data adds.
pub(super) fn proxies<'c>(context: &Context<'c>) -> Vec<Proxy<'c>> {
    let cluster = context.cluster;
    let mut all = Vec::new();
    let platform = of_nodes(context);
    for start in &cluster.kube_proxy_starts {
        let object = "kube-proxy".to_owned();
        let about = About { object, place: start.place.clone(), group: None, whole: true };
        let mut proxy = judged(about, start.arguments.clone(), platform, version(context, None), cluster);
        proxy.evidence = Some(start.said_by);
        all.push(proxy);
    }
    let starts = starts(context);
    for start in &starts {
        if let Some(mut proxy) = of_start(context, start) {
            proxy.data = match start.group {
                Some(group) => of_group_alone(context, &starts, group).map(|start| start.data).collect(),
                None => vec![start.data],
            };
            all.push(proxy);
        }
    }
    all
}

/// The user data of a group, wherever it stands; a template may be that of several.
fn of_group_alone<'s, 'c>(
    context: &Context<'c>,
    starts: &'s [Start<'c>],
    group: &'c NodeGroup,
) -> impl Iterator<Item = &'s Start<'c>> + use<'s, 'c> {
    let template = context.cluster.template_of(group).ok();
    starts.iter().filter(move |start| match start.runs {
        Runs::Template(one) => template.is_some_and(|template| std::ptr::eq(template, one)),
        _ => start.group.is_some_and(|it| std::ptr::eq(it, group)),
    })
}

/// User data about the arguments of kube-proxy of which nobody can tell what they become: an edit of a script that is not
/// among the files, or an expression.
pub(super) fn doubtful(context: &Context<'_>) -> Vec<Place> {
    let doubtful = |start: &Start<'_>| {
        let found = added(context.cluster, start.data);
        (found.any && found.arguments.is_none()).then(|| start.place_of_arguments())
    };
    starts(context).iter().filter_map(doubtful).collect()
}

fn of_start<'c>(context: &Context<'c>, start: &Start<'c>) -> Option<Proxy<'c>> {
    let found = added(context.cluster, start.data);
    // What an edit of the script adds counts as far as it is known; whether it takes effect is another matter.
    let arguments = found.arguments.filter(|_| found.any)?;
    let platform =
        start.group.map_or_else(|| of_nodes(context), |group| of_group_or_its_nodes(context, group));
    let about = About {
        object: start.object.clone(),
        place: start.place_of_arguments(),
        group: start.group,
        whole: false,
    };
    Some(judged(about, arguments, platform, version(context, start.group), context.cluster))
}

/// Windows groups whose kube-proxy starts as the image starts it: nothing that runs on their nodes adds to it.
pub(super) fn plain_groups<'c>(context: &Context<'c>) -> Vec<Proxy<'c>> {
    let all = starts(context);
    let mut plain = Vec::new();
    for group in context.windows_groups() {
        // User data that is not at hand may add anything.
        let hidden = !group.launch.template.is_absent() && context.cluster.template_of(group).is_err();
        let fields = [&group.launch.before_bootstrap, &group.launch.bootstrap, &group.launch.user_data];
        let unknown = fields.into_iter().any(|field| matches!(field, Field::Unknown(..)));
        let own_image = group.custom_ami && context.cluster.template_of(group).is_err();
        let mut mine = of_group_alone(context, &all, group);
        let quiet = mine.all(|start| {
            let found = added(context.cluster, start.data);
            !found.any && (start.data.hidden_call.is_none() || !start.data.calls.is_empty())
        });
        if hidden || unknown || own_image || !quiet {
            continue;
        }
        let about =
            About { object: named(group), place: group.place.clone(), group: Some(group), whole: false };
        let version = version(context, Some(group));
        let mut proxy =
            judged(about, Vec::new(), of_group_or_its_nodes(context, group), version, context.cluster);
        proxy.data = of_group_alone(context, &all, group).map(|start| start.data).collect();
        plain.push(proxy);
    }
    plain
}

struct About<'c> {
    object: String,
    place: Place,
    group: Option<&'c NodeGroup>,
    whole: bool,
}

fn judged<'c>(
    about: About<'c>,
    arguments: Vec<String>,
    platform: Platform,
    version: Option<KubernetesVersion>,
    cluster: &Cluster,
) -> Proxy<'c> {
    let words = behind_kube_proxy(&arguments);
    let kube_proxy = if about.whole { KubeProxy::CommandLine(&words) } else { KubeProxy::EksImage(&words) };
    let answer =
        applicability(&Node { platform, kubernetes: version, kube_proxy, network: network(cluster) });
    let flags = KubeProxyFlags::parse(&words);
    let stray = match flags.problem {
        Some(Problem::Positional(word)) => Some(word.to_owned()),
        _ => None,
    };
    let mut reasons: Vec<Reason> = answer.because().collect();
    // Without the flag it is the image that decides, and one of somebody's own may pass anything.
    if !about.whole && flags.enable_dsr == Some(true) && answer.platform == Platform::default() {
        reasons.extend(on_every_image(version, kube_proxy, network(cluster)));
    }
    Proxy {
        object: about.object,
        place: about.place,
        group: about.group,
        data: Vec::new(),
        whole: about.whole,
        evidence: None,
        platform: answer.platform,
        version,
        flag: flags.enable_dsr,
        win_dsr: flags.win_dsr,
        gate_set_off: flags.win_dsr == Some(false) || flags.win_overlay == Some(false),
        stray,
        supported: answer.supported,
        verdict: answer.verdict,
        reasons,
        arguments,
    }
}

/// What stops kube-proxy on every image that EKS lists for a version.
fn on_every_image(
    version: Option<KubernetesVersion>,
    kube_proxy: KubeProxy<'_>,
    network: Option<Network>,
) -> Vec<Reason> {
    let Some(kubernetes) = version else { return Vec::new() };
    let listed = Release::ALL.iter().filter(|release| release.on_eks(kubernetes).verdict == Answer::Yes);
    let mut of_each = listed.map(|&release| {
        let platform = Platform { release: Some(release), ..Platform::default() };
        let answer = applicability(&Node { platform, kubernetes: version, kube_proxy, network });
        answer.because().filter(|reason| matches!(reason, Reason::Refused(_))).collect::<Vec<Reason>>()
    });
    let mut all = of_each.next().unwrap_or_default();
    for other in of_each {
        all.retain(|reason| other.contains(reason));
    }
    all
}

fn is_overlay(network: &HnsNetwork) -> bool {
    network.kind.eq_ignore_ascii_case("overlay")
}

fn network(cluster: &Cluster) -> Option<Network> {
    cluster.hns_networks.iter().any(is_overlay).then_some(Network::Overlay)
}

/// The version of a group's kube-proxy: its own, that of its nodes, or that of the cluster.
pub(super) fn version(context: &Context<'_>, group: Option<&NodeGroup>) -> Option<KubernetesVersion> {
    let own = group.and_then(|group| group.launch.version.known()?.parse().ok());
    let nodes = context.cluster.nodes.iter().filter(|node| {
        node.os == Some(Os::Windows) && group.is_none_or(|group| node.group.as_ref() == Some(&group.name))
    });
    let of_nodes: BTreeSet<KubernetesVersion> =
        nodes.filter_map(|node| node.kubelet.as_deref()?.parse().ok()).collect();
    let of_nodes = if of_nodes.len() == 1 { of_nodes.into_iter().next() } else { None };
    own.or(of_nodes).or_else(|| context.version().map(|(version, _)| version))
}

pub(super) fn of_group(group: &NodeGroup) -> Platform {
    let family = group.ami.known().and_then(|ami| windows::image(ami));
    let image = group.launch.image.known().map(|image| image.trim_start_matches("resolve:ssm:"));
    let image = family.or_else(|| windows::image(image?));
    Platform { release: image.map(|image| image.release), ..Platform::default() }
}

/// The release of a group, or where its own image hides that, the one build of its nodes.
fn of_group_or_its_nodes(context: &Context<'_>, group: &NodeGroup) -> Platform {
    let platform = of_group(group);
    if platform.release.is_some() {
        return platform;
    }
    let nodes = context.cluster.nodes.iter().filter(|node| node.group.as_ref() == Some(&group.name));
    let builds: Vec<Build> = nodes.filter_map(|node| node.kernel.as_deref()?.parse().ok()).collect();
    let build = builds.first().copied().filter(|first| builds.iter().all(|build| build == first));
    Platform { build, ..platform }
}

/// The one build of what nodes say, or the one release of the groups; nothing if they differ.
pub(super) fn of_nodes(context: &Context<'_>) -> Platform {
    let nodes = context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    let of_nodes = nodes.filter_map(|node| node.kernel.as_deref()?.parse::<Build>().ok());
    let builds: Vec<Build> =
        of_nodes.chain(context.cluster.system_builds.iter().map(|it| it.build)).collect();
    let hns: BTreeSet<_> = context.cluster.hns_policies.iter().filter_map(|policy| policy.version).collect();
    let hns = if hns.len() == 1 { hns.into_iter().next() } else { None };
    if let Some(first) = builds.first() {
        let precise = builds.iter().find(|build| build.revision.is_some()).unwrap_or(first);
        let same = |build: &Build| {
            build.number == precise.number && build.revision.is_none_or(|it| Some(it) == precise.revision)
        };
        let build = builds.iter().all(same).then_some(*precise);
        return Platform { build, hns, ..Platform::default() };
    }
    let releases: BTreeSet<_> = context.windows_groups().map(|group| of_group(group).release).collect();
    let release = if releases.len() == 1 { releases.into_iter().next().flatten() } else { None };
    Platform { release, hns, ..Platform::default() }
}
