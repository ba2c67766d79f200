//! eksctl's `ClusterConfig`, and the bare `nodeGroups:` that people paste.

mod cluster;
mod groups;
mod keys;
mod launch;

use super::fields::is_filled_in;
use super::node::{Kind, Node};
use super::{Doc, Unquoted, shortened};
use crate::model::{ExtraBlocks, Field, Origin, Subnet};
use crate::note::{Note, text as note};
use std::collections::BTreeMap;
use winpod::source::SourceId;
use winpod::{Ipv4Prefix, KubernetesVersion};

/// Whether a document without `apiVersion` and `kind` is a piece of a ClusterConfig.
pub(super) fn is_fragment(node: &Node) -> bool {
    groups::LISTS.iter().any(|(key, _)| node.get(key).is_some_and(|groups| groups.kind_name() == "a list"))
}

pub(super) fn fragment(doc: &mut Doc<'_, '_>, node: &Node) {
    let place = doc.place_of(node);
    doc.reader.note(Note::new(&note::EKSCTL_FRAGMENT, &[]).at(&place));
    groups::node_groups(doc, node, &Vpc::default());
}

pub(super) fn cluster_config(doc: &mut Doc<'_, '_>, node: &Node) {
    if let Some(metadata) = node.get("metadata") {
        if let Some(name) =
            metadata.get("name").filter(|name| !is_filled_in(name) && name.as_text().is_some())
        {
            doc.name_cluster(name.as_text().unwrap_or_default(), name);
        }
        let version = version(doc, metadata);
        let region = doc.text(metadata, "region", "the cluster");
        let cluster = doc.cluster();
        cluster.version = std::mem::take(&mut cluster.version).or(version);
        cluster.region = std::mem::take(&mut cluster.region).or(region);
    }
    cluster::read(doc, node);
    keys::of_cluster(doc, node);
    let config = doc.written((), node);
    doc.cluster().eksctl_config = config;
    let vpc = vpc(doc, node);
    extra_blocks(doc, node);
    groups::node_groups(doc, node, &vpc);
}

/// `vpc.extraCIDRs`, with what is said about the blocks that are there.
fn extra_blocks(doc: &mut Doc<'_, '_>, node: &Node) {
    const OBJECT: &str = "the cluster";
    let Some(section) = node.get("vpc") else { return };
    let Some(list) = section.get("extraCIDRs").filter(|list| !list.items().is_empty()) else { return };
    let mut blocks = Vec::new();
    for item in list.items() {
        if let Some(block) = doc.cidr(item, "extraCIDRs", OBJECT) {
            blocks.push((block, doc.place_of(item)));
        }
    }
    // The block of a VPC that eksctl makes was read before.
    let written = section.get("cidr").and_then(|cidr| Some((cidr, cidr.as_text()?.parse().ok()?)));
    let first = written.map_or(Field::Absent, |(cidr, block)| doc.written(block, cidr));
    let vpc = section.get("id").and_then(Node::as_text).map(str::to_owned);
    let extra = doc.written(ExtraBlocks { blocks, vpc, first }, list);
    let known = &mut doc.cluster().control_plane.extra_blocks;
    *known = std::mem::take(known).or(extra);
}

/// The version of Kubernetes: a number is one or is refused, and a word leaves it open.
fn version(doc: &mut Doc<'_, '_>, metadata: &Node) -> Field<String> {
    let field = doc.text(metadata, "version", "the cluster");
    let (Field::Known(text, _), Some(value)) = (&field, metadata.get("version")) else { return field };
    if text.parse::<KubernetesVersion>().is_ok() {
        // What was meant is plain, and that eksctl refuses it is told: to it 1.30 is the number 1.3.
        if value.as_scalar().is_some_and(|scalar| scalar.kind == Kind::Float) {
            let (key, text, place) = ("metadata.version".to_owned(), text.clone(), doc.place_of(value));
            doc.reader.reading.unquoted.push(Unquoted { object: "ClusterConfig", key, text, place });
        }
        return field;
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return doc.wrong(value, "version", "the cluster", "a version such as 1.34");
    }
    let reason = format!("{:?} leaves the version open: a number such as 1.34 shows it", shortened(text));
    doc.unknown(reason, value)
}

/// Subnets of the cluster as eksctl hands them to its groups.
#[derive(Default)]
struct Vpc {
    private: Vec<String>,
    public: Vec<String>,
    /// The configuration names them, or eksctl will make them.
    decided: bool,
    /// The names under which the configuration lists subnets.
    by_name: BTreeMap<String, String>,
}

fn vpc(doc: &mut Doc<'_, '_>, node: &Node) -> Vpc {
    let section = node.get("vpc").filter(|vpc| !vpc.is_null());
    let lists = section.and_then(|vpc| vpc.get("subnets")).filter(|subnets| !subnets.is_null());
    if let Some(lists) = lists {
        let mut vpc = Vpc { decided: true, ..Vpc::default() };
        let vpc_id = section.and_then(|section| section.get("id")).and_then(Node::as_text).map(str::to_owned);
        for kind in ["private", "public"] {
            for entry in lists.get(kind).map(Node::entries).unwrap_or_default() {
                let name = entry.key.as_text().unwrap_or_default();
                let Some(id) = listed_subnet(doc, name, &entry.value, vpc_id.as_deref()) else { continue };
                vpc.by_name.insert(name.to_owned(), id.clone());
                if kind == "private" { vpc.private.push(id) } else { vpc.public.push(id) }
            }
        }
        return vpc;
    }
    if section.is_some_and(|vpc| vpc.get("id").is_some()) {
        return Vpc::default();
    }
    made_by_eksctl(doc, node, section)
}

/// A subnet under `vpc.subnets`: its id, and what else is said about it.
fn listed_subnet(doc: &mut Doc<'_, '_>, name: &str, node: &Node, vpc: Option<&str>) -> Option<String> {
    let id = node.get("id").and_then(Node::as_text)?.to_owned();
    let Some(cidr) = node.get("cidr").filter(|cidr| !cidr.is_null()) else { return Some(id) };
    let cidr = doc.cidr(cidr, "cidr", &format!("subnet {id}"))?;
    let zone = match node.get("az") {
        Some(az) => doc.written(az.as_text().unwrap_or_default().to_owned(), az),
        None => doc.written(name.to_owned(), node),
    };
    let vpc = vpc.map_or(Field::Absent, |vpc| doc.written(vpc.to_owned(), node));
    let place = doc.place_of(node);
    let subnet =
        Subnet { cidr, zone, vpc, available: Field::Absent, tags: BTreeMap::new(), planned: false, place };
    doc.cluster().subnets.entry(id.clone()).or_insert(subnet);
    Some(id)
}

/// The subnets of the VPC that eksctl makes when none is given: a public and a private one for each
/// Availability Zone, equal parts of the VPC's block, public ones first.
///
/// Source: eksctl user guide, "VPC Configuration" (docs.aws.amazon.com/eks/latest/eksctl, read
/// 2026-11): 192.168.0.0/16 in eight /19, three private, three public, two kept back.
fn made_by_eksctl(doc: &mut Doc<'_, '_>, node: &Node, section: Option<&Node>) -> Vpc {
    const EIGHT_PARTS: u8 = 3;
    const SIXTEEN_PARTS: u8 = 4;
    let written = section.and_then(|vpc| vpc.get("cidr")).filter(|cidr| !cidr.is_null());
    let block = match written {
        Some(cidr) => match doc.cidr(cidr, "vpc.cidr", "the cluster") {
            Some(block) => block,
            None => return Vpc::default(),
        },
        None => Ipv4Prefix::constant([192, 168, 0, 0], 16),
    };
    doc.cluster().made_vpc = match written {
        Some(cidr) => doc.written(block, cidr),
        None => doc.or_default(Field::Absent, block, section.unwrap_or(node), SourceId::EksctlDedicatedVpc),
    };
    let zones = match doc.texts(node, "availabilityZones", "the cluster") {
        Field::Known(zones, _) if !zones.is_empty() => zones,
        // How many there are is known where their names are not.
        Field::Unknown(..) => {
            let list = node.get("availabilityZones").map(Node::items).unwrap_or_default();
            if list.is_empty() {
                return Vpc::default();
            }
            let name = |(node, number): (&Node, usize)| {
                node.as_text().map_or_else(|| format!("zone {number}"), str::to_owned)
            };
            list.iter().zip(1..).map(name).collect()
        }
        _ => {
            let region = doc.cluster().region.known().cloned().unwrap_or_default();
            let count = if region == "us-east-1" { 2 } else { 3 };
            (1..=count).map(|number| format!("zone {number}")).collect()
        }
    };
    let parts = if zones.len() <= 4 { EIGHT_PARTS } else { SIXTEEN_PARTS };
    let Ok(subnets) = block.subnets(block.prefix_len() + parts) else { return Vpc::default() };
    let subnets: Vec<Ipv4Prefix> = subnets.take(2 * zones.len()).collect();
    if subnets.len() < 2 * zones.len() || subnets[0].prefix_len() > 28 {
        return Vpc::default();
    }
    let place = doc.place_of(section.unwrap_or(node));
    let mut vpc = Vpc { decided: true, ..Vpc::default() };
    for (index, cidr) in subnets.into_iter().enumerate() {
        let (kind, list) =
            if index < zones.len() { ("public", &mut vpc.public) } else { ("private", &mut vpc.private) };
        let zone = &zones[index % zones.len()];
        let id = format!("eksctl {kind} {zone}");
        list.push(id.clone());
        let origin = Origin::Default(place.clone(), SourceId::EksctlDedicatedVpc);
        let subnet = Subnet {
            cidr,
            zone: Field::Known(zone.clone(), origin),
            vpc: Field::Absent,
            available: Field::Absent,
            tags: BTreeMap::new(),
            planned: true,
            place: place.clone(),
        };
        doc.cluster().subnets.insert(id, subnet);
    }
    doc.reader
        .note(Note::new(&note::EKSCTL_MAKES_VPC, &[("block", &block), ("zones", &zones.len())]).at(&place));
    vpc
}
