//! What shall be written, decided: what the request says, else what the files say, else a default that is told.

use super::request::{MaxPods, RenderRequest};
use super::{fitting, names};
use crate::api::OnProgress;
use crate::capacity::DEFAULT_MAX_PODS;
use crate::model::{Cluster, Field, InstanceTypes, NodeGroup, Operator, Os, Requirement, SubnetChoice, Tool};
use crate::note::{Note, text as note};
use crate::plan::{self, Candidate};
use crate::problem::Problem;
use crate::read::{self, shortened};
use crate::request::{Refusal, Wide, inputs, known_keys, nearest};
use crate::written::Written;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use winpod::instance::Verdict;
use winpod::ipam::{ConfigData, Environment, IpamMode, Key, Limits, Settings, capacity};
use winpod::ports::PortRange;
use winpod::windows::{self, Edition, Image, Release};
use winpod::{Ipv4Prefix, KubernetesVersion};

/// A cluster and its Windows groups, as they shall be.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) name: Option<String>,
    pub(super) kubernetes: Option<KubernetesVersion>,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) certificate_authority: Option<String>,
    pub(super) service_cidr: Option<Ipv4Prefix>,
    pub(super) cluster_dns: Option<Ipv4Addr>,
    pub(super) mode: IpamMode,
    /// The targets of the ConfigMap, in the order of their keys.
    pub(super) targets: BTreeMap<Key, String>,
    pub(super) excluded_snat_cidrs: Vec<Ipv4Prefix>,
    pub(super) dsr: bool,
    pub(super) port_range: Option<PortRange>,
    /// Whether DSR comes by the replacement in the bootstrap script that is documented, and not by its parameter.
    pub(super) documented_style: bool,
    pub(super) groups: Vec<Group>,
    /// Whether there are no files.
    pub(super) from_flags: bool,
    /// What the files say beyond that.
    pub(super) cluster: Cluster,
    pub(super) notes: Vec<Note>,
    pub(super) problems: Vec<Problem>,
}

/// A group of Windows nodes, as it shall be.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) managed: bool,
    pub(super) release: Release,
    pub(super) edition: Edition,
    pub(super) instance_types: Vec<String>,
    /// What their interfaces hold, in the same order.
    pub(super) limits: Vec<Limits>,
    /// Pods per node; `None` leaves the kubelet's default.
    pub(super) max_pods: Option<u32>,
    /// Whether that is what the types have addresses for.
    pub(super) max_pods_fit: bool,
    pub(super) min_size: Option<u32>,
    pub(super) desired_size: Option<u32>,
    pub(super) max_size: Option<u32>,
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) taints: Vec<Taint>,
    pub(super) ami: Option<String>,
    /// The role of the nodes: an ARN, or a name where the files have no more.
    pub(super) role: Option<String>,
}

/// A taint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taint {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) effect: &'static str,
}

impl std::fmt::Display for Taint {
    /// As the kubelet takes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, value, effect } = self;
        if value.is_empty() { write!(f, "{key}:{effect}") } else { write!(f, "{key}={value}:{effect}") }
    }
}

/// The name of a group that nothing names.
const DEFAULT_GROUP: &str = "windows";

impl Wanted {
    /// `about_groups` says whether the kind writes something about node groups; else theirs may say what they want.
    pub(super) fn of(
        request: &RenderRequest,
        about_groups: bool,
        progress: OnProgress<'_>,
    ) -> Result<Self, Refusal> {
        let given = inputs(&request.paths, &request.documents);
        let (cluster, mut notes, problems) = if given.is_empty() {
            (Cluster::default(), Vec::new(), Vec::new())
        } else {
            let mut reading = read::read(&given, progress)?;
            plan::learn_from_nodes(&mut reading.cluster);
            (reading.cluster, reading.notes, reading.problems)
        };
        let known = |field: &Field<String>| field.known().cloned();
        let or = |flag: &Option<String>, field: &Field<String>| flag.clone().or_else(|| known(field));
        let name = or(&request.cluster, &cluster.name).map(|name| names::cluster(&name)).transpose()?;
        let region = or(&request.region, &cluster.region).map(|name| names::region(&name)).transpose()?;
        let kubernetes = or(&request.kubernetes, &cluster.version);
        let kubernetes = kubernetes.map(|text| version(&text)).transpose()?;
        let mode = mode(request, &cluster, &mut notes)?;
        let service_cidr = match &request.service_cidr {
            Some(text) => Some(names::block("serviceCidr", text)?),
            None => cluster.control_plane.service_cidr.known().copied(),
        };
        let cluster_dns = match &request.cluster_dns {
            Some(text) => Some(address("clusterDns", text)?),
            None => None,
        };
        fitting::dns(service_cidr, cluster_dns)?;
        let targets = targets(request, &cluster)?;
        // What stands in files already is for check to judge.
        if !request.set.is_empty() {
            fitting::targets(mode, &targets)?;
        }
        let groups = if about_groups { groups(request, &cluster, mode)? } else { Vec::new() };
        let dsr_of_files = || cluster.node_groups.iter().any(|of| fitting::asks_for_dsr(&cluster, of));
        let dsr = request.dsr.unwrap_or_else(|| about_groups && dsr_of_files());
        Ok(Self {
            name,
            kubernetes,
            region,
            endpoint: request.endpoint.as_deref().map(names::endpoint).transpose()?,
            certificate_authority: request
                .certificate_authority
                .as_deref()
                .map(names::certificate_authority)
                .transpose()?,
            service_cidr,
            cluster_dns,
            mode,
            targets,
            excluded_snat_cidrs: request
                .excluded_snat_cidrs
                .iter()
                .map(|text| names::block("excludedSnatCidrs", text))
                .collect::<Result<_, _>>()?,
            dsr,
            port_range: request
                .port_range
                .as_deref()
                .map(|text| fitting::wide(crate::dsr::range(text, "portRange")?))
                .transpose()?,
            documented_style: one_of("style", request.style.as_deref(), &["argument", "documented"])? == 1,
            groups,
            from_flags: given.is_empty(),
            cluster,
            notes,
            problems,
        })
    }

    /// The address of DNS: as it is said, else the tenth of the block of Services.
    pub(super) fn dns_address(&self) -> Option<Ipv4Addr> {
        let tenth = |block: Ipv4Prefix| {
            (block.address_count() > 10).then(|| Ipv4Addr::from(u32::from(block.network()) + 10))
        };
        self.cluster_dns.or_else(|| self.service_cidr.and_then(tenth))
    }

    /// For kinds in which the mode of addresses plays no part: not a word about it.
    pub(super) fn whatever_the_mode(&mut self) {
        self.notes.retain(|told| told.code != note::RENDER_MODE_ASSUMED.key);
    }

    /// The name of the cluster, for kinds that cannot be without.
    pub(super) fn cluster_name(&self) -> Result<&str, Refusal> {
        self.name.as_deref().ok_or_else(|| missing("the name of the cluster", "cluster"))
    }

    /// The version of Kubernetes, for kinds that cannot be without.
    pub(super) fn kubernetes(&self) -> Result<KubernetesVersion, Refusal> {
        self.kubernetes.ok_or_else(|| missing("the version of Kubernetes", "kubernetes"))
    }

    /// Whether the files have a group as a pool of Karpenter.
    pub(super) fn is_pool(&self, group: &Group) -> bool {
        let mut of_files = self.cluster.node_groups.iter();
        of_files.any(|of| of.name == group.name && of.tool == Tool::Karpenter)
    }

    /// Leaves out what another kind writes: pools of Karpenter, or all groups but those. Where nothing else is there, a
    /// group changes its tool.
    pub(super) fn keep(&mut self, pools: bool) {
        let kept: Vec<Group> =
            self.groups.iter().filter(|group| self.is_pool(group) == pools).cloned().collect();
        if !kept.is_empty() {
            self.groups = kept;
        }
    }

    /// The one group, for kinds that are about one.
    pub(super) fn one_group(&self) -> Result<&Group, Refusal> {
        match self.groups.as_slice() {
            [one] => Ok(one),
            [] => Err(Refusal::new(
                "REQUEST",
                "the files have no Windows node group: name one with nodeGroup, its instanceTypes and its release",
            )),
            several => {
                let names: Vec<&str> = several.iter().map(|group| group.name.as_str()).collect();
                Err(Refusal::new(
                    "REQUEST",
                    format!(
                        "the files have {} Windows node groups, and this kind is about one: choose nodeGroup from {}",
                        names.len(),
                        names.join(", ")
                    ),
                ))
            }
        }
    }
}

impl Group {
    /// The ARN of the role, for what takes nothing else.
    pub(super) fn role_arn(&self) -> Option<&str> {
        self.role.as_deref().filter(|role| role.starts_with("arn:"))
    }

    /// The EKS image of its release and edition.
    pub(super) fn image(&self) -> Option<&'static Image> {
        windows::images().find(|image| image.release == self.release && image.edition == self.edition)
    }
}

/// The refusal of a request that lacks something.
pub(super) fn missing(what: &str, field: &str) -> Refusal {
    Refusal::new("REQUEST", format!("neither the request nor its files give {what}: set {field}"))
}

/// The place of a value among those allowed; the first if none is given.
pub(super) fn one_of(field: &str, given: Option<&str>, allowed: &[&str]) -> Result<usize, Refusal> {
    let Some(given) = given else { return Ok(0) };
    allowed.iter().position(|known| *known == given).ok_or_else(|| {
        let meant = nearest(given, allowed.iter().copied());
        let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
        let all = allowed.join(" or ");
        Refusal::new("UNKNOWN_NAME", format!("{field} is {:?}: {all} is allowed{meant}", shortened(given)))
    })
}

fn version(text: &str) -> Result<KubernetesVersion, Refusal> {
    text.parse::<KubernetesVersion>()
        .map_err(|error| Refusal::new(error.code(), format!("kubernetes is {:?}: {error}", shortened(text))))
}

fn address(field: &str, text: &str) -> Result<Ipv4Addr, Refusal> {
    winpod::prefix::parse_address(text)
        .map_err(|error| Refusal::new(error.code(), format!("{field} is {:?}: {error}", shortened(text))))
}

/// The mode that is asked for, else that of the ConfigMap of the files or of the values that make it, else single
/// addresses.
fn mode(request: &RenderRequest, cluster: &Cluster, notes: &mut Vec<Note>) -> Result<IpamMode, Refusal> {
    if let Some(mode) = &request.mode {
        return mode.parse().map_err(|error: winpod::Error| {
            Refusal::new(error.code(), format!("mode is {:?}: {error}", shortened(mode)))
        });
    }
    if cluster.cni.data.known().is_some() {
        return Ok(plan::settings(cluster, &BTreeMap::new(), &mut Vec::new()).mode());
    }
    // Values that the add-on or the chart has say it too.
    if let Some(values) = Written::of(cluster) {
        let data = ConfigData::from_pairs(values.pairs().map(|(key, text)| (key.name(), text)));
        return Ok(Settings::read(&data, Environment::default()).mode());
    }
    notes.push(Note::new(&note::RENDER_MODE_ASSUMED, &[]));
    Ok(IpamMode::SecondaryIp)
}

/// The targets of the files, with those of the request in their place.
fn targets(request: &RenderRequest, cluster: &Cluster) -> Result<BTreeMap<Key, String>, Refusal> {
    const FLAGS: [Key; 2] = [Key::EnableWindowsIpam, Key::EnableWindowsPrefixDelegation];
    let set = known_keys(&request.set)?;
    if let Some(flag) = FLAGS.iter().find(|flag| set.contains_key(flag)) {
        let message = format!("{} is not set by hand: give mode, and both flags follow from it", flag.name());
        return Err(Refusal::new("REQUEST", message));
    }
    for (key, value) in &set {
        let number = value.parse::<u32>().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()));
        if number.is_none() {
            let message = format!("{} is {:?}: a number from 0 is allowed", key.name(), shortened(value));
            return Err(Refusal::new("NOT_A_WHOLE_NUMBER", message));
        }
    }
    let written = Written::of(cluster);
    let mut targets: BTreeMap<Key, String> = match &written {
        Some(written) => written.pairs().map(|(key, text)| (key, text.to_owned())).collect(),
        None => BTreeMap::new(),
    };
    targets.extend(set);
    targets.retain(|key, _| !FLAGS.contains(key));
    Ok(targets)
}

fn groups(request: &RenderRequest, cluster: &Cluster, mode: IpamMode) -> Result<Vec<Group>, Refusal> {
    let windows: Vec<&NodeGroup> =
        cluster.node_groups.iter().filter(|group| group.os.known() == Some(&Os::Windows)).collect();
    if windows.is_empty() {
        // Without files there is one; files without one may be about something else.
        let asked = request.paths.is_empty() && request.documents.is_empty() || request.names_a_group();
        return if asked { Ok(vec![group(request, None, cluster, mode)?]) } else { Ok(Vec::new()) };
    }
    let chosen: Vec<&NodeGroup> = match &request.node_group {
        Some(name) => windows.iter().copied().filter(|group| group.name == *name).collect(),
        None => windows.clone(),
    };
    if let (true, Some(name)) = (chosen.is_empty(), &request.node_group) {
        let names = || windows.iter().map(|group| group.name.as_str());
        let meant = nearest(name, names()).map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        let all = names().collect::<Vec<_>>().join(", ");
        let message = format!(
            "nodeGroup is {:?}: the files have the Windows node groups {all}.{meant}",
            shortened(name)
        );
        return Err(Refusal::new("UNKNOWN_NAME", message));
    }
    let group = |of| group(request, Some(of), cluster, mode).map_err(|refusal| fitting::in_file(of, refusal));
    chosen.into_iter().map(group).collect()
}

/// A group: what is asked for, else what the file says of it.
fn group(
    request: &RenderRequest,
    of: Option<&NodeGroup>,
    cluster: &Cluster,
    mode: IpamMode,
) -> Result<Group, Refusal> {
    let name = match of {
        Some(of) => names::group(&of.name)?,
        None => names::group(request.node_group.as_deref().unwrap_or(DEFAULT_GROUP))?,
    };
    let image = of.and_then(|of| of.ami.known()).and_then(|ami| windows::image(ami));
    let release = match request.release.as_deref() {
        Some(text) => release(text)?,
        None => image.map_or(Release::Server2022, |image| image.release),
    };
    let edition = match one_of("edition", request.edition.as_deref(), &["core", "full"])? {
        0 if request.edition.is_none() => image.map_or(Edition::Core, |image| image.edition),
        0 => Edition::Core,
        _ => Edition::Full,
    };
    let of_files = of.and_then(|of| of.instance_types.known()).map(|types| match types {
        InstanceTypes::Named(types) => types.clone(),
        InstanceTypes::Requirements(all) => {
            let names = |one: &&Requirement| {
                one.key == "node.kubernetes.io/instance-type" && one.operator == Operator::In
            };
            all.iter().find(names).map(|one| one.values.clone()).unwrap_or_default()
        }
    });
    let instance_types = if request.instance_types.is_empty() {
        of_files.unwrap_or_default()
    } else {
        request.instance_types.clone()
    };
    let candidates =
        instance_types.iter().map(|name| runs_windows(cluster, name)).collect::<Result<Vec<_>, _>>()?;
    let size = |given: Option<Wide>, name: &str, field: Option<&Field<u32>>| match given {
        Some(wide) => wide.count(name).map(Some),
        None => Ok(field.and_then(Field::known).copied()),
    };
    let min_size = size(request.min_size, "minSize", of.map(|of| &of.min_size))?;
    let desired_size = size(request.desired_size, "desiredSize", of.map(|of| &of.desired_size))?;
    let max_size = size(request.max_size, "maxSize", of.map(|of| &of.max_size))?;
    in_order(min_size, desired_size, max_size)?;
    let (max_pods, max_pods_fit) = max_pods(request, of, cluster, &candidates, mode)?;
    let subnets = match of.and_then(|of| of.subnets.known()) {
        // Those that a tool will make have no id yet.
        Some(SubnetChoice::Ids(ids)) if request.subnets.is_empty() => {
            ids.iter().filter(|id| id.starts_with("subnet-")).cloned().collect()
        }
        _ => request.subnets.clone(),
    };
    let subnets = subnets.iter().map(|id| names::id("subnets", "subnet-", id)).collect::<Result<_, _>>()?;
    Ok(Group {
        name,
        managed: match request.tool.as_deref() {
            Some(tool) => one_of("tool", Some(tool), &["managed", "self-managed"])? == 0,
            None => of.is_none_or(|of| !of.tool.is_self_managed()),
        },
        release,
        edition,
        instance_types,
        limits: candidates.iter().map(|candidate| candidate.limits).collect(),
        max_pods,
        max_pods_fit,
        min_size,
        desired_size,
        max_size,
        subnets,
        security_groups: request
            .security_groups
            .iter()
            .map(|id| names::id("securityGroups", "sg-", id))
            .collect::<Result<_, _>>()?,
        labels: labels(request, of)?,
        taints: taints(request, of)?,
        ami: request.ami.as_deref().map(|id| names::id("ami", "ami-", id)).transpose()?,
        role: request
            .role
            .clone()
            .or_else(|| of.and_then(|of| of.role.known().cloned()))
            .map(|role| if role.starts_with("arn:") { names::role(&role) } else { names::role_name(&role) })
            .transpose()?,
    })
}

fn release(text: &str) -> Result<Release, Refusal> {
    const OFFERED: [Release; 3] = [Release::Server2019, Release::Server2022, Release::Server2025];
    let names = OFFERED.map(Release::name);
    let found = one_of("release", Some(text), &names)?;
    Ok(OFFERED[found])
}

/// A type that is known, and on which Windows runs as far as that is known.
fn runs_windows(cluster: &Cluster, name: &str) -> Result<Candidate, Refusal> {
    let Some(candidate) = plan::find(cluster, name) else {
        return Err(plan::unknown_type(name, None).into());
    };
    if candidate.windows == Verdict::No {
        let why = "Windows does not run on it; winpod types lists those that it runs on";
        return Err(Refusal::new("NOT_FOR_WINDOWS", format!("the instance type {name:?}: {why}")));
    }
    Ok(candidate)
}

fn in_order(min: Option<u32>, desired: Option<u32>, max: Option<u32>) -> Result<(), Refusal> {
    let out = |a: Option<u32>, b: Option<u32>| matches!((a, b), (Some(a), Some(b)) if a > b);
    if out(min, desired) || out(desired, max) || out(min, max) {
        let shown = |size: Option<u32>| size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        let message = format!(
            "minSize {}, desiredSize {}, maxSize {}: each may be as large as the next at the most",
            shown(min),
            shown(desired),
            shown(max)
        );
        return Err(Refusal::new("OUT_OF_RANGE", message));
    }
    Ok(())
}

/// Pods per node, and whether they are what every type has addresses for.
fn max_pods(
    request: &RenderRequest,
    of: Option<&NodeGroup>,
    cluster: &Cluster,
    candidates: &[Candidate],
    mode: IpamMode,
) -> Result<(Option<u32>, bool), Refusal> {
    match &request.max_pods {
        Some(MaxPods::Number(wide)) => {
            let pods = wide.within("maxPods", 1, i64::from(u32::MAX))?;
            Ok((u32::try_from(pods).ok(), false))
        }
        Some(MaxPods::Named(name)) if name == "fit" => {
            // A group has one number, so the type with the fewest addresses decides.
            let fewest = candidates.iter().map(|one| capacity(one.limits, mode).addresses).min();
            fewest
                .map(|pods| (Some(pods), true))
                .ok_or_else(|| missing("instance types, from which maxPods fit follows", "instanceTypes"))
        }
        Some(MaxPods::Named(other)) => Err(Refusal::new(
            "REQUEST",
            format!("maxPods is {:?}: a number or fit is allowed", shortened(other)),
        )),
        None => {
            let of_files = of
                .filter(|of| of.tool.is_self_managed() || of.tool == Tool::Karpenter)
                .and_then(|of| of.max_pods.known().copied())
                .or_else(|| of.and_then(|of| fitting::max_pods_of_call(cluster, of)));
            Ok((of_files.filter(|pods| *pods != DEFAULT_MAX_PODS), false))
        }
    }
}

fn labels(request: &RenderRequest, of: Option<&NodeGroup>) -> Result<BTreeMap<String, String>, Refusal> {
    let mut labels = of.map(|of| of.labels.clone()).unwrap_or_default();
    // What tools set on their own nodes is not theirs to be written.
    labels.retain(|key, _| !set_by_tools(key));
    labels.extend(request.labels.clone());
    for (key, value) in &labels {
        names::label_key("labels", key)?;
        names::label_value("labels", value)?;
    }
    Ok(labels)
}

fn set_by_tools(key: &str) -> bool {
    const OWNERS: [&str; 5] =
        ["eks.amazonaws.com/", "alpha.eksctl.io/", "karpenter.sh/", "kubernetes.io/", "node.kubernetes.io/"];
    OWNERS.iter().any(|owner| key.starts_with(owner))
}

fn taints(request: &RenderRequest, of: Option<&NodeGroup>) -> Result<Vec<Taint>, Refusal> {
    let of_files = of.map(|of| of.taints.as_slice()).unwrap_or_default();
    let written = of_files.iter().map(|taint| (taint.key.clone(), taint.value.clone(), taint.effect.clone()));
    let asked = request.taints.iter().map(|text| {
        let (left, effect) = text.rsplit_once(':').unwrap_or((text, ""));
        let (key, value) = left.split_once('=').unwrap_or((left, ""));
        (key.to_owned(), value.to_owned(), effect.to_owned())
    });
    let all: Vec<_> = if request.taints.is_empty() { written.collect() } else { asked.collect() };
    all.into_iter()
        .map(|(key, value, effect)| {
            const EFFECTS: [&str; 3] = ["NoSchedule", "NoExecute", "PreferNoSchedule"];
            names::label_key("taints", &key)?;
            names::label_value("taints", &value)?;
            let effect = EFFECTS.into_iter().find(|known| *known == effect).ok_or_else(|| {
                names::refused("taints", &effect, "key=value:Effect is allowed, with NoSchedule, NoExecute or PreferNoSchedule as the effect")
            })?;
            Ok(Taint { key, value, effect })
        })
        .collect()
}
