//! Brings together what several files say about one thing, and refuses what cannot be.

use super::karpenter::NodeClass;
use super::{Reading, join};
use crate::model::{Cluster, Field, InstanceTypes, NodeGroup, Origin, Os, Place, Subnet, Tool, Workload};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use std::collections::{HashMap, HashSet};
use winpod::windows::{self, Build, Release};

/// Pages of listings: their kinds, and how many end with a token for a next page.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) unfinished: Vec<Place>,
    pub(super) finished: usize,
}

pub(super) fn finish(
    mut reading: Reading,
    classes: &[NodeClass],
    pools: &[(usize, Option<String>)],
    pages: &std::collections::BTreeMap<&'static str, Pages>,
) -> Reading {
    node_classes(&mut reading, classes, pools);
    described_twice(&mut reading);
    systems_of_templates(&mut reading.cluster);
    super::hns::finish(&mut reading.cluster, &mut reading.notes);
    types_of_templates(&mut reading.cluster);
    let cluster = &mut reading.cluster;
    drop_owned(&mut cluster.workloads);
    runtime_classes(cluster);
    releases(cluster);
    sizes(cluster, &mut reading.problems);
    overlapping_subnets(cluster, &mut reading.problems);
    interfaces(cluster, &mut reading.problems, &mut reading.notes);
    for (listing, pages) in pages {
        // The last page has no token; where every page has one, some are missing.
        if pages.finished == 0 && !pages.unfinished.is_empty() {
            reading.cluster.listings_cut |=
                matches!(*listing, "NetworkInterfaces" | "SubnetIpv4CidrReservations");
            let message = format!(
                "{listing} ends with a NextToken and no page without one was given: give every page, or let the AWS CLI page by itself"
            );
            reading.problems.push(Problem::new("LISTING_INCOMPLETE", message, &pages.unfinished[0]));
        }
    }
    reading
}

/// Gives each Karpenter pool what its class says.
fn node_classes(reading: &mut Reading, classes: &[NodeClass], pools: &[(usize, Option<String>)]) {
    for (index, wanted) in pools {
        let Some(group) = reading.cluster.node_groups.get_mut(*index) else { continue };
        let class = wanted.as_ref().and_then(|wanted| classes.iter().find(|class| class.name == *wanted));
        let Some(class) = class else {
            let name = wanted.clone().unwrap_or_else(|| "(none)".to_owned());
            let note = Note::new(&note::NODE_CLASS_MISSING, &[("pool", &group.name), ("class", &name)]);
            reading.notes.push(note.at(&group.place));
            continue;
        };
        group.ami = class.ami.clone();
        group.custom_ami = class.ami.known().is_some_and(|family| family == "Custom");
        group.max_pods = class.max_pods.clone();
        group.cluster_dns = class.cluster_dns.clone();
        group.pods_per_core = class.pods_per_core.clone();
        group.reserved_memory_mib = class.reserved_memory_mib.clone();
        group.subnets = class.subnets.clone();
        group.role = class.role.clone();
        group.instance_profile = class.instance_profile.clone();
        group.launch = class.launch.clone();
        if group.os.known().is_none() {
            group.os = match &class.ami {
                // An image of the user's own may be of either.
                Field::Known(ami, _) if ami == "Custom" && !group.os.is_absent() => continue,
                Field::Known(ami, origin) if ami.to_ascii_lowercase().starts_with("windows") => {
                    Field::Known(Os::Windows, origin.clone())
                }
                Field::Known(_, origin) => Field::Known(Os::Linux, origin.clone()),
                Field::Unknown(reason, place) => Field::Unknown(reason.clone(), place.clone()),
                Field::Absent => continue,
            };
        }
    }
}

/// A managed group that eksctl's file and EKS both describe is one group: what runs counts, the file fills in.
fn described_twice(reading: &mut Reading) {
    let groups = std::mem::take(&mut reading.cluster.node_groups);
    let mut kept: Vec<NodeGroup> = Vec::with_capacity(groups.len());
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for group in groups {
        let named = by_name.entry(group.name.clone()).or_default();
        let Some(index) = named.iter().copied().find(|index| alike(kept[*index].tool, group.tool)) else {
            named.push(kept.len());
            kept.push(group);
            continue;
        };
        if kept[index].tool == group.tool {
            let message = format!(
                "node group {:?} is defined here and at {}: each group is given once",
                group.name, kept[index].place
            );
            reading.problems.push(Problem::new("NODE_GROUP_TWICE", message, &group.place));
            // The definition that says more is planned.
            if kept[index].subnets.is_absent() && !group.subnets.is_absent() {
                kept[index] = group;
            }
            continue;
        }
        let before = kept[index].clone();
        let (live, file) = if group.tool == Tool::EksManaged { (group, before) } else { (before, group) };
        let note = Note::new(&note::GROUP_DESCRIBED_TWICE, &[("group", &live.name), ("place", &file.place)]);
        reading.notes.push(note.at(&live.place));
        kept[index] = fill_in(live, file);
    }
    reading.cluster.node_groups = kept;
}

/// The system of a group with an AMI of its own, where the listing of the AMI or its user data shows it.
fn systems_of_templates(cluster: &mut Cluster) {
    let shown = |group: &NodeGroup| {
        let template = cluster.template_of(group).ok()?;
        let image = template.image.known().and_then(|id| cluster.images.get(id));
        if let Some(image) = image {
            let os = if image.windows { Os::Windows } else { Os::Linux };
            return Some(Field::Known(os, Origin::Written(image.place.clone())));
        }
        let data = template.user_data.known().filter(|data| data.blocks > 0)?;
        Some(Field::Known(Os::Windows, Origin::Written(data.place.clone())))
    };
    let found: Vec<_> = cluster
        .node_groups
        .iter()
        .map(|group| (group.os.known().is_none() && group.custom_ami).then(|| shown(group)).flatten())
        .collect();
    for (group, os) in cluster.node_groups.iter_mut().zip(found) {
        if let Some(os) = os {
            group.os = os;
        }
    }
}

/// The type of a group whose launch template names it.
fn types_of_templates(cluster: &mut Cluster) {
    let shown = |group: &NodeGroup| {
        let Field::Known(name, origin) = &cluster.template_of(group).ok()?.instance_type else { return None };
        Some(Field::Known(InstanceTypes::Named(vec![name.clone()]), origin.clone()))
    };
    let found: Vec<_> = cluster
        .node_groups
        .iter()
        .map(|group| group.instance_types.known().is_none().then(|| shown(group)).flatten())
        .collect();
    for (group, types) in cluster.node_groups.iter_mut().zip(found) {
        if let Some(types) = types {
            group.instance_types = types;
        }
    }
}

fn alike(a: Tool, b: Tool) -> bool {
    a == b
        || matches!((a, b), (Tool::EksManaged, Tool::EksctlManaged) | (Tool::EksctlManaged, Tool::EksManaged))
}

fn fill_in(live: NodeGroup, file: NodeGroup) -> NodeGroup {
    // What eksctl fills in is no statement about a group that runs.
    let said = |field: Field<_>| {
        if matches!(field, Field::Known(_, Origin::Default(..))) { Field::Absent } else { field }
    };
    let labels_open = live.labels_open || file.labels_open;
    let mut labels = file.labels;
    labels.extend(live.labels);
    NodeGroup {
        instance_types: match live.instance_types {
            Field::Unknown(..) => file.instance_types,
            field => field.or(file.instance_types),
        },
        min_size: live.min_size.or(said(file.min_size)),
        desired_size: live.desired_size.or(said(file.desired_size)),
        max_size: live.max_size.or(said(file.max_size)),
        max_pods: live.max_pods.or(file.max_pods),
        cluster_dns: live.cluster_dns.or(file.cluster_dns),
        subnets: live.subnets.or(file.subnets),
        zones: live.zones.or(file.zones),
        max_unavailable: live.max_unavailable.or(file.max_unavailable),
        launch: live.launch.or(file.launch),
        os: live.os.or(file.os),
        role: live.role.or(file.role),
        instance_profile: live.instance_profile.or(file.instance_profile),
        labels,
        labels_open,
        ..live
    }
}

/// The API server adds what a `RuntimeClass` says about nodes before any webhook sees the pod.
fn runtime_classes(cluster: &mut Cluster) {
    for workload in &mut cluster.workloads {
        let name = workload.pod.runtime_class.known();
        let Some(class) = name.and_then(|name| cluster.runtime_classes.get(name)) else { continue };
        for (key, value) in &class.node_selector {
            match key.as_str() {
                "kubernetes.io/os" | "beta.kubernetes.io/os" => {
                    let os = super::kubernetes::parse_os(value);
                    workload.selects_windows |= os == Some(Os::Windows);
                    workload.scheduled_os = workload.scheduled_os.or(os);
                    workload.os = workload.os.or(os);
                }
                _ => {
                    workload.node_selector.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        workload.tolerations.extend(class.tolerations.iter().cloned());
    }
}

/// Gives each Windows group the release that its image tells, or its launch template, or one of its nodes.
fn releases(cluster: &mut Cluster) {
    let releases: Vec<Option<Release>> =
        cluster.node_groups.iter().map(|group| release_of(cluster, group)).collect();
    for (group, release) in cluster.node_groups.iter_mut().zip(releases) {
        group.release = release;
    }
}

fn release_of(cluster: &Cluster, group: &NodeGroup) -> Option<Release> {
    let by_image = group.ami.known().and_then(|ami| {
        // Karpenter's families begin with a capital, its aliases do not.
        Some(windows::image(ami).or_else(|| windows::image(&ami.to_ascii_lowercase()))?.release)
    });
    let by_template = || {
        let template = cluster.template_of(group).ok()?;
        Some(windows::image(template.image.known()?.strip_prefix("resolve:ssm:")?)?.release)
    };
    let by_node = || {
        let of_group = |name: &Option<String>| name.as_deref() == Some(group.name.as_str());
        let node = cluster.nodes.iter().find(|node| of_group(&node.group))?;
        Release::of_build(node.kernel.as_ref()?.parse::<Build>().ok()?.number).ok()
    };
    by_image.or_else(by_template).or_else(by_node)
}

/// A pod is not counted beside the Deployment that made it.
fn drop_owned(workloads: &mut Vec<Workload>) {
    let known: HashSet<(String, String)> =
        workloads.iter().map(|workload| (workload.kind.clone(), workload.name.clone())).collect();
    workloads.retain(|workload| {
        let Some((kind, name)) = &workload.owner else { return true };
        let namespace = workload.name.split('/').next().unwrap_or_default();
        let full = |name: &str| format!("{namespace}/{name}");
        let counted = |kind: &str, name: &str| known.contains(&(kind.to_owned(), full(name)));
        let maker = name.rsplit_once('-').map_or("", |(maker, _)| maker);
        !(counted(kind, name)
            // A ReplicaSet is named after its Deployment, a Job after its CronJob, each with a suffix.
            || kind == "ReplicaSet" && (counted("Deployment", maker) || counted("Rollout", maker))
            || kind == "Job" && counted("CronJob", maker))
    });
}

fn sizes(cluster: &Cluster, problems: &mut Vec<Problem>) {
    'groups: for group in &cluster.node_groups {
        let sizes =
            [("minimum", &group.min_size), ("desired", &group.desired_size), ("maximum", &group.max_size)];
        for (index, (low_name, low)) in sizes.iter().enumerate() {
            for (high_name, high) in &sizes[index + 1..] {
                if let (Some(low), Some(high)) = (low.known(), high.known())
                    && low > high
                {
                    let message = format!(
                        "the {low_name} size of node group {:?} is {low} and its {high_name} size {high}: minimum, desired and maximum must rise in this order",
                        group.name
                    );
                    problems.push(Problem::new("SIZE_ORDER", message, &group.place));
                    continue 'groups;
                }
            }
        }
    }
}

/// Subnets of one VPC never overlap; where a VPC is not named, it may be the same one. Each subnet is told once,
/// with the smallest one around it, so that a listing of equal blocks does not tell every pair.
fn overlapping_subnets(cluster: &Cluster, problems: &mut Vec<Problem>) {
    type Around<'a> = Vec<(&'a String, &'a Subnet)>;
    let mut sorted: Vec<_> = cluster.subnets.iter().collect();
    sorted.sort_by_key(|(id, subnet)| (subnet.cidr, id.as_str()));
    // Blocks are disjoint or lie in each other: those around the next one are the end of each list.
    let mut all = Around::new();
    let mut by_vpc: HashMap<Option<&String>, Around<'_>> = HashMap::new();
    for (id, subnet) in sorted {
        let innermost = |around: &mut Around<'_>| {
            while around.last().is_some_and(|(_, other)| !other.cidr.overlaps(subnet.cidr)) {
                around.pop();
            }
            around.last().map(|(id, other)| ((*id).clone(), other.cidr, other.place.clone()))
        };
        let vpc = subnet.vpc.known();
        let found = if vpc.is_none() {
            innermost(&mut all)
        } else {
            innermost(by_vpc.entry(vpc).or_default()).or_else(|| innermost(by_vpc.entry(None).or_default()))
        };
        if let Some((other_id, cidr, place)) = found {
            let message = format!(
                "subnet {id} ({}) overlaps subnet {other_id} ({cidr}) of {place}: subnets of one VPC cannot",
                subnet.cidr
            );
            problems.push(Problem::new("SUBNETS_OVERLAP", message, &subnet.place));
        }
        all.push((id, subnet));
        by_vpc.entry(vpc).or_default().push((id, subnet));
    }
}

/// Whether two listings of an interface say the same addresses, in whatever order.
fn holds_the_same(one: &crate::model::Interface, other: &crate::model::Interface) -> bool {
    fn sorted<T: Ord + Copy>(all: &[T]) -> Vec<T> {
        let mut all = all.to_vec();
        all.sort_unstable();
        all
    }
    one.subnet == other.subnet
        && sorted(&one.addresses) == sorted(&other.addresses)
        && sorted(&one.prefixes) == sorted(&other.prefixes)
}

/// Removes interfaces that were listed twice and refuses those with addresses that their subnet does not have.
fn interfaces(cluster: &mut Cluster, problems: &mut Vec<Problem>, notes: &mut Vec<Note>) {
    let mut first: HashMap<Box<str>, usize> = HashMap::with_capacity(cluster.interfaces.len());
    let mut twice = Vec::new();
    for (place, interface) in cluster.interfaces.iter().enumerate() {
        let Some(known) = first.get(&interface.id).map(|known| &cluster.interfaces[*known]) else {
            first.insert(interface.id.clone(), place);
            continue;
        };
        twice.push(place);
        if !holds_the_same(known, interface) {
            cluster.half_listed.extend([known.subnet.clone(), interface.subnet.clone()]);
            let message = format!(
                "network interface {} is listed twice with different addresses, here and in {}: give listings of \
                 one time",
                interface.id, known.file
            );
            let place = Place::file(&interface.file);
            problems.push(Problem::new("INTERFACE_TWICE", message, &place));
        }
    }
    if !twice.is_empty() {
        let names = join(twice.iter().map(|place| cluster.interfaces[*place].id.to_string()));
        notes.push(Note::new(&note::INTERFACES_TWICE, &[("names", &names)]));
        let mut place = 0;
        cluster.interfaces.retain(|_| {
            place += 1;
            twice.binary_search(&(place - 1)).is_err()
        });
    }
    drop(first);
    let mut unknown_subnets: Vec<String> = Vec::new();
    let (subnets, half_listed) = (&cluster.subnets, &mut cluster.half_listed);
    cluster.interfaces.retain(|interface| {
        let Some(subnet) = subnets.get(&*interface.subnet) else {
            unknown_subnets.push(interface.subnet.to_string());
            return true;
        };
        let stray = interface.addresses.iter().find(|address| !subnet.cidr.contains_addr(**address));
        let stray = stray.map(ToString::to_string).or_else(|| {
            interface
                .prefixes
                .iter()
                .find(|prefix| !subnet.cidr.contains_prefix(**prefix))
                .map(ToString::to_string)
        });
        let Some(stray) = stray else { return true };
        half_listed.insert(interface.subnet.clone());
        let place = Place::file(&interface.file);
        let message = format!(
            "network interface {} has {stray}, which is outside its subnet {} ({})",
            interface.id, interface.subnet, subnet.cidr
        );
        problems.push(Problem::new("INTERFACE_OUTSIDE_SUBNET", message, &place));
        false
    });
    unknown_subnets.sort();
    let count = unknown_subnets.len();
    unknown_subnets.dedup();
    if count > 0 {
        let names = join(unknown_subnets.into_iter());
        notes.push(Note::new(&note::INTERFACES_WITHOUT_SUBNET, &[("count", &count), ("subnets", &names)]));
    }
}
