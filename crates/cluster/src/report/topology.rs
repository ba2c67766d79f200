//! A node as its HNS sees it, as blocks.

use super::answers::note_blocks;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone, count};
use crate::topology::{Topology, TopologyEndpoint, TopologyNetwork, TopologyPolicy, TopologyPort};
use std::collections::BTreeMap;
use winpod::source::SourceId;

// Blanks of the tree are U+00A0, so that no line is broken at them.

/// Rows of each list that are shown unless all are asked for.
const SHOWN: usize = 25;
/// Ports of one address that are named.
const PORTS: usize = 4;

/// The node as text; `all` shows every endpoint and every policy in a line of its own.
pub fn topology(answer: &Topology, all: bool, style: Style) -> String {
    super::text::render(&blocks(answer, all, style.sources), style)
}

pub(super) fn blocks(answer: &Topology, all: bool, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(answer)];
    let tree = tree(answer, all);
    if !tree.rows.is_empty() {
        blocks.push(Block::Table(tree.without_empty()));
    }
    if !answer.policies.is_empty() {
        blocks.push(Block::Title("Policies:".to_owned()));
        blocks.push(Block::Table(kinds(answer).without_empty()));
        blocks.push(Block::Table(policies(answer, all).without_empty()));
    }
    if !answer.findings.is_empty() {
        blocks.push(Block::Title("Contradictions:".to_owned()));
        let item = |note: &crate::note::Note| Item {
            text: note.message.clone(),
            tone: Tone::Bad,
            place: note.location.as_ref().map(ToString::to_string),
            detail: (sources && !note.sources.is_empty())
                .then(|| format!("rests on {}", note.sources.join(", "))),
        };
        blocks.push(Block::List(answer.findings.iter().map(item).collect()));
    }
    let behind: Vec<SourceId> = answer
        .findings
        .iter()
        .flat_map(|note| &note.sources)
        .filter_map(|key| SourceId::from_key(key))
        .chain(answer.hns.iter().map(|_| SourceId::HnsSeenVersions))
        .collect();
    blocks.extend(note_blocks(&answer.notes, sources, &behind));
    blocks
}

fn headline(answer: &Topology) -> Block {
    let name = answer.node.clone().unwrap_or_else(|| "Windows node".to_owned());
    let mut pieces = vec![(name, Tone::Strong)];
    pieces.extend(answer.hns.iter().map(|hns| (format!("HNS {hns}"), Tone::Plain)));
    let counts = &answer.counts;
    let some = |number: u32, one: &str| {
        (number > 0).then(|| (count(usize::try_from(number).unwrap_or(usize::MAX), one), Tone::Plain))
    };
    pieces.extend(some(counts.networks, "network"));
    pieces.extend(some(counts.endpoints, "endpoint"));
    pieces.extend(some(counts.remote_endpoints, "remote endpoint"));
    if counts.policies > 0 {
        let all = if counts.policies == 1 {
            "1 policy".to_owned()
        } else {
            format!("{} policies", counts.policies)
        };
        pieces.push((format!("{all}, {} with DSR", counts.dsr_policies), Tone::Plain));
    }
    let told = count(answer.findings.len(), "contradiction");
    pieces.push(match answer.verdict.as_str() {
        "contradictory" => (told, Tone::Bad),
        "consistent" => ("consistent".to_owned(), Tone::Good),
        _ => ("nothing of HNS".to_owned(), Tone::Doubtful),
    });
    Block::Headline(pieces)
}

/// ENI, network, endpoints: each below what it is on.
fn tree(answer: &Topology, all: bool) -> Table {
    let mut columns = vec![text("ENI, network, endpoint"), text("address"), text("pod"), number("policies")];
    if all {
        columns.insert(2, text("MAC address"));
    }
    columns.push(text("remarks"));
    let mut tree = Tree { table: Table::new(columns), all };
    for network in &answer.networks {
        tree.network(network);
    }
    if !answer.endpoints_elsewhere.is_empty() {
        tree.push("network not listed".to_owned(), Tone::Doubtful, Line::default());
        tree.endpoints("\u{a0}\u{a0}", &answer.endpoints_elsewhere, false);
    }
    tree.table
}

/// What stands in a line of the tree beside its name.
#[derive(Default)]
struct Line {
    address: String,
    mac: String,
    pod: String,
    policies: Cell,
    remarks: String,
    doubtful: bool,
}

struct Tree {
    table: Table,
    all: bool,
}

impl Tree {
    fn push(&mut self, name: String, tone: Tone, line: Line) {
        let remarks = if line.doubtful { Tone::Doubtful } else { Tone::Plain };
        let mut row = vec![
            Cell::new(name, tone),
            line.address.into(),
            line.pod.into(),
            line.policies,
            Cell::new(line.remarks, remarks),
        ];
        if self.all {
            row.insert(2, line.mac.into());
        }
        self.table.push(row);
    }

    fn network(&mut self, network: &TopologyNetwork) {
        if let Some(eni) = &network.eni {
            let mac = eni.mac.clone().unwrap_or_default();
            let prefixes =
                (!eni.prefixes.is_empty()).then(|| format!("/28 prefixes: {}", eni.prefixes.len()));
            let known = [eni.subnet.clone(), eni.instance.clone(), prefixes];
            let remarks: Vec<String> = known.into_iter().flatten().collect();
            let (name, mac) = match &eni.id {
                Some(id) => (id.clone(), mac),
                None => (format!("ENI {mac}"), String::new()),
            };
            let address = eni.address.clone().unwrap_or_default();
            let line = Line { address, mac, remarks: remarks.join(", "), ..Line::default() };
            self.push(name, Tone::Strong, line);
        }
        let indent = if network.eni.is_some() { "└\u{a0}" } else { "" };
        let name = if network.name.is_empty() { &network.id } else { &network.name };
        let ranges: Vec<&str> = network.subnets.iter().map(|subnet| subnet.cidr.as_str()).collect();
        let mut remarks = vec![network.kind.clone()];
        remarks.extend(network.adapter.iter().map(|adapter| format!("on {adapter}")));
        remarks.extend(network.management_ip.iter().map(|ip| format!("node {ip}")));
        if !network.complete {
            remarks.push("cut".to_owned());
        }
        remarks.retain(|remark| !remark.is_empty());
        let line = Line {
            address: ranges.join(", "),
            remarks: remarks.join(", "),
            doubtful: !network.complete,
            mac: network.source_mac.clone().unwrap_or_default(),
            ..Line::default()
        };
        self.push(format!("{indent}{name}"), Tone::Strong, line);
        let below = if network.eni.is_some() { "\u{a0}\u{a0}" } else { "" };
        self.endpoints(below, &network.endpoints, !network.remote_endpoints.is_empty());
        self.remote(below, &network.remote_endpoints);
    }

    fn endpoints(&mut self, below: &str, endpoints: &[TopologyEndpoint], more: bool) {
        let shown = if self.all || endpoints.len() <= SHOWN { endpoints.len() } else { SHOWN };
        for (index, endpoint) in endpoints.iter().take(shown).enumerate() {
            let last = index + 1 == endpoints.len() && !more;
            self.endpoint(&format!("{below}{}", if last { "└\u{a0}" } else { "├\u{a0}" }), endpoint);
        }
        let rest = endpoints.len() - shown;
        if rest > 0 {
            let branch = if more { "├\u{a0}" } else { "└\u{a0}" };
            self.push(format!("{below}{branch}{rest} more: --all"), Tone::Faint, Line::default());
        }
    }

    fn endpoint(&mut self, branch: &str, endpoint: &TopologyEndpoint) {
        let mut remarks = Vec::new();
        if endpoint.remote {
            remarks.push("remote".to_owned());
        } else if endpoint.pod.is_none() && endpoint.containers.is_empty() && endpoint.namespace.is_none() {
            remarks.push("attached to nothing".to_owned());
        }
        if endpoint.acls > 0 {
            remarks.push(count(usize::try_from(endpoint.acls).unwrap_or(usize::MAX), "access list"));
        }
        remarks.extend(endpoint.l4_proxy.then(|| "proxy".to_owned()));
        remarks.extend(endpoint.provider_address.iter().map(|address| format!("behind {address}")));
        remarks.extend((!endpoint.complete).then(|| "cut".to_owned()));
        let name = if endpoint.name.is_empty() { &endpoint.id } else { &endpoint.name };
        let address = match (&endpoint.address, endpoint.more_addresses.len()) {
            (Some(address), 0) => address.clone(),
            (Some(address), more) => format!("{address} and {more} more"),
            (None, _) => "none".to_owned(),
        };
        let pod = endpoint.pod.as_ref().map(|pod| format!("{}/{}", pod.namespace, pod.name));
        let line = Line {
            address,
            mac: endpoint.mac.clone().unwrap_or_default(),
            pod: pod.unwrap_or_default(),
            policies: if endpoint.policies == 0 { Cell::default() } else { endpoint.policies.into() },
            remarks: remarks.join(", "),
            doubtful: false,
        };
        self.push(format!("{branch}{}", brief(name)), Tone::Plain, line);
    }

    fn remote(&mut self, below: &str, endpoints: &[TopologyEndpoint]) {
        if self.all {
            return self.endpoints(below, endpoints, false);
        }
        if !endpoints.is_empty() {
            let name =
                format!("{below}└\u{a0}{}", count(endpoints.len(), "remote endpoint").replace(' ', "\u{a0}"));
            let pods = endpoints.iter().filter(|endpoint| endpoint.pod.is_some()).count();
            let remarks = if pods == 0 { String::new() } else { format!("{} known", count(pods, "pod")) };
            self.push(name, Tone::Faint, Line { remarks, ..Line::default() });
        }
    }
}

/// The start of a name that ends in an id of a container or a namespace.
fn brief(name: &str) -> String {
    const LONGEST: usize = 12;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) if name.chars().nth(LONGEST + 1).is_some() => format!("{}…", &name[..end]),
        _ => name.to_owned(),
    }
}

fn kind_name(kind: Option<&str>) -> String {
    kind.map_or_else(|| "not known".to_owned(), |kind| kind.replace('-', " "))
}

fn kinds(answer: &Topology) -> Table {
    let mut by_kind: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for policy in &answer.policies {
        let row = by_kind.entry(policy.kind.as_deref().unwrap_or("~")).or_default();
        row[usize::from(!policy.dsr)] += 1;
        row[2] += u32::from(policy.missing_backends > 0);
    }
    let mut table =
        Table::new(vec![text("policies for"), number("with DSR"), number("without"), number("stale")]);
    for (kind, [dsr, without, stale]) in by_kind {
        let some = |number: u32| if number == 0 { Cell::default() } else { number.into() };
        let stale = if stale == 0 { Cell::default() } else { Cell::new(stale, Tone::Bad) };
        let kind = kind_name(Some(kind).filter(|kind| *kind != "~"));
        table.push(vec![kind.into(), some(dsr), some(without), stale]);
    }
    table
}

/// Policies of one address and Service in one line, what is wrong first.
struct Group<'a> {
    policies: Vec<&'a TopologyPolicy>,
}

impl Group<'_> {
    fn missing(&self) -> u32 {
        self.policies.iter().map(|policy| policy.missing_backends).max().unwrap_or_default()
    }

    fn bad(&self) -> bool {
        self.missing() > 0 || self.policies.iter().any(|it| it.backends.is_empty() && it.complete)
    }
}

fn policies(answer: &Topology, all: bool) -> Table {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut index: BTreeMap<_, usize> = BTreeMap::new();
    for policy in &answer.policies {
        let service = policy.service.as_ref().map(|it| (&it.namespace, &it.name));
        let key = (policy.address.as_deref(), service, policy.kind.as_deref(), policy.dsr);
        match index.get(&key) {
            Some(at) if !all => groups[*at].policies.push(policy),
            _ => {
                index.insert(key, groups.len());
                groups.push(Group { policies: vec![policy] });
            }
        }
    }
    if !all {
        groups.sort_by_key(|group| !group.bad());
    }
    let shown = if all || groups.len() <= SHOWN { groups.len() } else { SHOWN };
    let mut table = Table::new(vec![
        text("address"),
        text("ports"),
        text("service"),
        text("DSR"),
        number("local"),
        number("remote"),
        number("missing"),
        text("remarks"),
    ]);
    for group in groups.iter().take(shown) {
        table.push(row(group));
    }
    let rest: usize = groups.iter().skip(shown).map(|group| group.policies.len()).sum();
    if rest > 0 {
        let more = Cell::new(format!("{rest} more: --all"), Tone::Faint);
        table.push(std::iter::once(more).chain(std::iter::repeat_n(Cell::default(), 7)).collect());
    }
    table
}

fn row(group: &Group<'_>) -> Vec<Cell> {
    let Some(first) = group.policies.first() else { return Vec::new() };
    let mut ports: Vec<String> =
        group.policies.iter().flat_map(|policy| policy.ports.iter()).take(PORTS).map(port).collect();
    let more = group.policies.iter().map(|policy| policy.ports.len()).sum::<usize>() - ports.len();
    if more > 0 {
        ports.push(format!("{more} more"));
    }
    let most = |of: fn(&TopologyPolicy) -> u32| {
        group.policies.iter().map(|policy| of(policy)).max().filter(|number| *number > 0)
    };
    let number = |number: Option<u32>| number.map_or_else(Cell::default, Cell::from);
    let mut remarks = Vec::new();
    if group.policies.iter().any(|it| it.backends.is_empty() && it.complete) {
        remarks.push("no backend");
    }
    if group.policies.iter().any(|it| it.backends.iter().any(|backend| backend.place == "unknown")) {
        remarks.push("backends not known");
    }
    if group.policies.iter().any(|policy| policy.session_affinity == Some(true)) {
        remarks.push("session affinity");
    }
    if group.policies.iter().any(|policy| !policy.complete) {
        remarks.push("cut");
    }
    let address = match (&first.address, first.kind.as_deref()) {
        (Some(address), _) => address.clone(),
        (None, Some("node-port")) => "node port".to_owned(),
        (None, _) => "none".to_owned(),
    };
    let service = first.service.as_ref().map(|service| format!("{}/{}", service.namespace, service.name));
    let missing = group.missing();
    vec![
        Cell::new(address, if group.bad() { Tone::Bad } else { Tone::Strong }),
        ports.join(", ").into(),
        service.unwrap_or_default().into(),
        if first.dsr { "yes" } else { "no" }.into(),
        number(most(|policy| policy.local_backends)),
        number(most(|policy| policy.remote_backends)),
        if missing == 0 { Cell::default() } else { Cell::new(missing, Tone::Bad) },
        remarks.join(", ").into(),
    ]
}

/// `80→8080/TCP`
fn port(port: &TopologyPort) -> String {
    let number = |number: Option<u16>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let target = if port.target_port == port.port {
        String::new()
    } else {
        format!("→{}", number(port.target_port))
    };
    let protocol = port.protocol.as_deref().unwrap_or("?");
    format!("{}{target}/{protocol}", number(port.port))
}
