//! What documents among the inputs show besides errors: dumps of HNS, listings of ports, how kube-proxy is started,
//! builds. They are held whole while they are read, logs only in their beginning, so that memory stays bounded.

use super::evidence::Place;
use super::manifests::{self, Manifests};
use super::nodes::Node;
use super::platform;
use super::table::signal;
use super::tally::Tally;
use crate::model::{Cluster, HnsPolicy, IpVersion, ListedPorts, PortListing, external_addresses};
use crate::problem::Problem;
use crate::read::{Head, Input, host, netsh, read};
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read};
use std::ops::ControlFlow;
use winpod::dsr::{KubeProxyFlags, PolicyKind, Verdict, observe};
use winpod::ports::{self, DEFAULT_DYNAMIC_RANGE, FEW_BLOCKS, NODE_PORTS, PortSet, Protocol};

/// The longest dump or listing that is read as one.
pub(super) const MAX_DOCUMENT: usize = 8 << 20;
/// What of a log is read for the arguments of kube-proxy and for builds, which stand at its beginning.
const MAX_START: usize = 1 << 20;
/// Listings of ports that are kept; a node has four.
const MAX_LISTINGS: usize = 10_000;

/// A document that may show something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read whole or not at all.
    Whole,
    /// The same, and nobody misses it.
    Manifest,
    /// Its beginning is enough.
    Start,
}

impl Kind {
    /// Tells it from the beginning; `whole` says that there is no more.
    pub(super) fn of(head: &[u8], whole: bool) -> Option<Self> {
        // Keys that nothing else has: of HNS in both schemas, and of what PowerShell tells of services and systems.
        const KEYS: [&[u8]; 10] = [
            b"\"PortMappings\"",
            b"\"HostComputeEndpoints\"",
            b"\"References\"",
            b"\"IsDSR\"",
            b"\"VirtualNetwork\"",
            b"\"IpConfigurations\"",
            b"\"PathName\"",
            b"\"OsVersion\"",
            b"\"CurrentBuild\"",
            b"\"WindowsBuildLabEx\"",
        ];
        let is_json = matches!(head.trim_ascii_start(), [b'{' | b'[', ..]);
        if is_json && KEYS.iter().any(|key| memchr::memmem::find(head, key).is_some()) {
            return Some(Self::Whole);
        }
        if manifests::is_one(head) {
            return Some(Self::Manifest);
        }
        if is_json {
            return None;
        }
        let head = Head::of(head);
        if netsh::is_listing(&head, whole) {
            return Some(Self::Whole);
        }
        host::is_text(&head).then_some(Self::Start)
    }

    const fn most(self) -> usize {
        match self {
            Self::Whole | Self::Manifest => MAX_DOCUMENT,
            Self::Start => MAX_START,
        }
    }
}

/// Keeps what is read of a document.
pub(super) struct Kept<R> {
    source: R,
    kind: Option<Kind>,
    bytes: Vec<u8>,
    passed: bool,
}

impl<R> Kept<R> {
    pub(super) fn new(source: R, kind: Option<Kind>) -> Self {
        Self { source, kind, bytes: Vec::new(), passed: false }
    }

    /// The document; an error of a kind that is read whole and was too long.
    pub(super) fn document(self) -> Option<Result<Vec<u8>, ()>> {
        match self.kind? {
            Kind::Whole if self.passed => Some(Err(())),
            Kind::Manifest if self.passed => None,
            _ => Some(Ok(self.bytes)),
        }
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let Some(kind) = self.kind.filter(|_| !self.passed) else { return Ok(count) };
        let read = buffer.get(..count).unwrap_or_default();
        let room = kind.most() - self.bytes.len();
        self.bytes.extend_from_slice(read.get(..room).unwrap_or(read));
        if read.len() > room {
            self.passed = true;
            if kind != Kind::Start {
                self.bytes = Vec::new();
            }
        }
        Ok(count)
    }
}

/// What documents show of nodes.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Ranges and what is taken of them may stand in files of their own.
    listings: BTreeMap<Option<Node>, Vec<PortListing>>,
    kept: usize,
    manifests: Manifests,
}

impl Documents {
    /// Reads one document; what is wrong with a dump is given back.
    pub(super) fn read(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        node: Option<Node>,
        tally: &mut Tally,
    ) -> Vec<Problem> {
        // A manifest may have anything that is none of ours.
        let is_dump = matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..]) && !manifests::is_one(&bytes);
        let input = Input::Document { name: name.to_owned(), bytes };
        // A document is short; the bytes of all inputs are what progress is about.
        let Ok(reading) = read(&[input], &mut |_| ControlFlow::Continue(())) else { return Vec::new() };
        let Cluster { port_listings, kube_proxy_starts, system_builds, hns_policies, workloads, .. } =
            reading.cluster;
        for workload in &workloads {
            self.manifests.add(workload);
        }
        for listing in port_listings {
            if self.kept < MAX_LISTINGS {
                self.kept += 1;
                self.listings.entry(node).or_default().push(listing);
            }
        }
        for start in &kube_proxy_starts {
            let words: Vec<&str> = start.arguments.iter().map(String::as_str).collect();
            let flags = KubeProxyFlags::parse(&words);
            let named = words.iter().find_map(|word| word.strip_prefix("--hostname-override="));
            let named = named.and_then(|name| tally.nodes.number(name));
            let of = node.or(named);
            let mut tell = |id: &str| {
                if let Some(clue) = signal(id) {
                    tally.evidence.tell(clue, of, None, || place_of(&start.place));
                }
            };
            tell(if flags.enable_dsr.unwrap_or(false) { "dsr-on" } else { "dsr-off" });
            let is_health =
                |word: &&str| ["--forward-healthcheck-vip", "--forward-healthcheck-vip=true"].contains(word);
            if words.iter().any(is_health) {
                tell("healthcheck-vip");
            }
        }
        for build in &system_builds {
            for (clue, detail) in platform::of_build(build.build) {
                tally.evidence.tell(clue, node, Some(detail), || place_of(&build.place));
            }
        }
        policies(&hns_policies, node, tally);
        if is_dump { reading.problems } else { Vec::new() }
    }

    /// What all listings of ports together show, and the manifests of what errors are about.
    pub(super) fn finish(&self, tally: &mut Tally) {
        self.manifests.finish(tally);
        for (node, listings) in &self.listings {
            listed(listings, *node, tally);
        }
    }
}

fn place_of(place: &crate::model::Place) -> Place {
    Place { file: place.file.clone(), line: place.line }
}

/// What the policies of a dump show.
fn policies(policies: &[HnsPolicy], node: Option<Node>, tally: &mut Tally) {
    let Some(first) = policies.first() else { return };
    let mut tell = |id: &str, detail: String, at: &HnsPolicy| {
        if let Some(clue) = signal(id) {
            tally.evidence.tell(clue, node, Some(detail), || place_of(&at.place));
        }
    };
    // Every cluster has cluster IPs, so where all addresses agree they agree too.
    let external = external_addresses(policies);
    let observed = observe(policies.iter().map(|policy| match policy.vip {
        Some(vip) if external.contains(&vip) => (PolicyKind::ExternalIp, policy.dsr),
        Some(_) => (PolicyKind::ClusterIp, policy.dsr),
        None => (PolicyKind::NodePort, policy.dsr),
    }));
    let count = policies.len();
    let with = policies.iter().filter(|policy| policy.dsr).count();
    match observed.verdict {
        Verdict::On => tell("policies-with-dsr", format!("{with} of {count} policies"), first),
        Verdict::Off => tell("policies-without-dsr", format!("{with} of {count} policies have it"), first),
        _ => {}
    }
    let blocks = ports::supply(DEFAULT_DYNAMIC_RANGE, &PortSet::new()).blocks as usize;
    let without = count - with;
    let detail = format!("{without}, which take a block each at most, of {blocks} in the default range");
    if without + FEW_BLOCKS as usize >= blocks {
        tell("many-policies", detail, first);
    } else if without * 2 <= blocks {
        tell("few-policies", detail, first);
    }
    let mut known = HashSet::new();
    for policy in policies {
        for port in &policy.ports {
            let key = (policy.vip, port.protocol, port.external_port);
            if !known.insert(key) {
                let address = policy.vip.map_or("the node".to_owned(), |vip| vip.to_string());
                let number = port.external_port.map_or("?".to_owned(), |port| port.to_string());
                tell("policy-twice", format!("{address}:{number}"), policy);
            }
        }
        if policy.endpoints.is_empty() && !policy.cut {
            let address = policy.vip.map_or("the node".to_owned(), |vip| vip.to_string());
            tell("policy-without-backends", address, policy);
        }
    }
}

/// What the listings of ports of a node show.
fn listed(listings: &[PortListing], node: Option<Node>, tally: &mut Tally) {
    let mut free: Vec<(Protocol, u32, u32)> = Vec::new();
    let mut at = None;
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        let of = |listing: &&PortListing| {
            listing.ip_version != Some(IpVersion::V6) && listing.protocol.is_none_or(|it| it == protocol)
        };
        let of_protocol = || listings.iter().filter(of);
        let dynamic = of_protocol().find_map(|listing| match &listing.ports {
            ListedPorts::Dynamic(range) => Some((*range, listing)),
            ListedPorts::Excluded(_) => None,
        });
        let (mut taken, mut protected) = (PortSet::new(), false);
        let mut live = None;
        for listing in of_protocol() {
            let ListedPorts::Excluded(rows) = &listing.ports else { continue };
            live = live.or(Some(listing));
            for row in rows {
                taken.insert(row.range);
                protected |= row.administered && row.range.common(NODE_PORTS) == Some(NODE_PORTS);
                let common = row.range.common(NODE_PORTS);
                // Who reserves all of them keeps them for Services.
                if common.is_some() && !(row.administered && common == Some(NODE_PORTS)) {
                    let how = if row.administered { "reserved" } else { "taken" };
                    let detail = format!("{} to {} are {how}", row.range.first(), row.range.last());
                    let place = Place { file: listing.place.file.clone(), line: row.line };
                    tell(tally, "node-ports-taken", node, detail, place);
                }
            }
        }
        if let Some((range, listing)) = dynamic
            && range.common(NODE_PORTS).is_some()
            && !protected
        {
            let detail = format!("the dynamic range is {} to {}", range.first(), range.last());
            tell(tally, "node-ports-taken", node, detail, place_of(&listing.place));
        }
        if let Some(listing) = live {
            let range = dynamic.map_or(DEFAULT_DYNAMIC_RANGE, |(range, _)| range);
            let all = ports::supply(range, &PortSet::new()).blocks;
            free.push((protocol, ports::supply(range, &taken).blocks, all));
            at = at.or(Some(&listing.place));
        }
    }
    let (Some(least), Some(place)) = (free.iter().map(|(_, free, _)| *free).min(), at) else { return };
    let detail: Vec<String> =
        free.iter().map(|(protocol, free, all)| format!("{free} of {all} for {protocol}")).collect();
    let id = match least {
        0 => "no-port-blocks",
        1..=FEW_BLOCKS => "few-port-blocks",
        _ => "port-blocks",
    };
    tell(tally, id, node, detail.join(" and "), place_of(place));
}

fn tell(tally: &mut Tally, id: &str, node: Option<Node>, detail: String, place: Place) {
    if let Some(clue) = signal(id) {
        tally.evidence.tell(clue, node, Some(detail), || place);
    }
}
