//! The plan of a cluster as blocks.

use super::answers::{OF_A_NODE, note_blocks};
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone, count};
use crate::plan::{Demand, GroupPlan, Plan, SubnetPlan, TypePlan, Verdict};
use winpod::source::SourceId;

/// Rows of types that a group shows; a Karpenter pool can have hundreds.
const TYPE_ROWS: usize = 8;
/// What the numbers of a subnet rest on, beside those of a node.
const OF_SUBNETS: [SourceId; 6] = [
    SourceId::SubnetReservedFive,
    SourceId::PrefixAligned28,
    SourceId::LastBlockContested,
    SourceId::NodeSubnetUse,
    SourceId::SteadyStateSecondary,
    SourceId::SteadyStatePrefix,
];
/// Groups whose room in a subnet is shown.
const GROUPS_WITH_ROOM: usize = 3;

/// The plan as text.
///
/// What is wrong with the files is only counted; [`problems`](super::problems) lists it.
pub fn plan(plan: &Plan, style: Style) -> String {
    super::text::render(&blocks(plan, style.sources), style)
}

pub(super) fn blocks(plan: &Plan, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(plan)];
    if !plan.node_groups.is_empty() {
        blocks.push(Block::Table(groups(&plan.node_groups)));
        blocks.extend(plan.node_groups.iter().filter_map(hidden_types));
    }
    if !plan.subnets.is_empty() {
        blocks.push(Block::Table(subnets(plan)));
    }
    let room = room(plan);
    if !room.is_empty() {
        blocks.push(Block::Title("Nodes that still fit into what is free:".to_owned()));
        blocks.push(Block::List(room));
    }
    if let Some(failure) = &plan.first_failure {
        let lacks = if failure.lacks == "prefixes" { "free /28" } else { failure.lacks.as_str() };
        let sentence = format!(
            "{} fails at node {} of {}{} in {}: no {lacks} left.",
            failure.node_group,
            failure.node,
            failure.of,
            if failure.at == "upgrade" { " that its upgrade adds," } else { "" },
            failure.subnet
        );
        blocks.push(Block::Paragraph(sentence, Tone::Bad));
    }
    if !plan.advice.is_empty() {
        blocks.push(Block::Title("Would help:".to_owned()));
        let item = |text| Item { text, ..Item::default() };
        let advice = plan.advice.iter().map(|advice| item(format!("{}: {}", advice.object, advice.message)));
        blocks.push(Block::List(advice.collect()));
    }
    if let Some(advice) = &plan.cni {
        blocks.extend(super::cni::blocks(advice, sources));
    }
    let behind: Vec<SourceId> = OF_A_NODE.into_iter().chain(OF_SUBNETS).collect();
    blocks.extend(note_blocks(&plan.notes, sources, &behind));
    blocks
}

fn headline(plan: &Plan) -> Block {
    let mut pieces = Vec::new();
    pieces.push((plan.cluster.clone().unwrap_or_else(|| "unnamed cluster".to_owned()), Tone::Strong));
    pieces.extend(plan.kubernetes.iter().map(|version| (format!("EKS {version}"), Tone::Plain)));
    let groups = count(plan.node_groups.len(), "Windows group");
    let subnets = match plan.subnets.len() {
        0 if !plan.node_groups.is_empty() => "subnets not known".to_owned(),
        number => count(number, "subnet"),
    };
    pieces.push((format!("{groups}, {subnets}"), Tone::Plain));
    let (word, tone) = verdict(plan.verdict);
    pieces.push((word.to_owned(), tone));
    if !plan.problems.is_empty() {
        pieces.push((format!("{} in the files", count(plan.problems.len(), "problem")), Tone::Bad));
    }
    Block::Headline(pieces)
}

const fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Fits => ("fits", Tone::Good),
        Verdict::Unknown => ("not known", Tone::Doubtful),
        Verdict::DoesNotFit => ("does not fit", Tone::Bad),
    }
}

fn groups(groups: &[GroupPlan]) -> Table {
    let mut table = Table::new(vec![
        text("group"),
        number("nodes"),
        text("type"),
        text("mode"),
        number("addresses"),
        number("max-pods"),
        number("cpu"),
        number("memory"),
        number("pods/node"),
        text("limited by"),
        text("verdict"),
    ]);
    for group in groups {
        let (word, tone) = verdict(group.verdict);
        let mut first = [Cell::new(&group.name, Tone::Strong), sizes(group).into()];
        // The headline says it where all groups are alike.
        let alike = groups.iter().all(|other| other.verdict == group.verdict);
        let mut last = if alike { Cell::default() } else { Cell::new(word, tone) };
        for row in shown_types(group) {
            let [name, nodes] = std::mem::take(&mut first);
            let mut cells = vec![name, nodes];
            cells.extend(type_cells(row));
            cells.push(std::mem::take(&mut last));
            table.push(cells);
        }
        if group.types.is_empty() {
            let [name, nodes] = first;
            let mut cells = vec![name, nodes, Cell::new("not known", Tone::Doubtful)];
            cells.resize_with(10, Cell::default);
            cells.push(last);
            table.push(cells);
        }
    }
    table.without_empty()
}

fn sizes(group: &GroupPlan) -> String {
    let size = |size: Option<u32>| size.map_or("?".to_owned(), |size| size.to_string());
    match (group.min_size, group.max_size) {
        (None, None) => size(None),
        (None, max) => format!("up to {}", size(max)),
        (min, max) if min == max => size(min),
        (min, max) => format!("{}–{}", size(min), size(max)),
    }
}

fn type_cells(row: &TypePlan) -> [Cell; 8] {
    let name = match row.same {
        0 | 1 => row.instance_type.clone(),
        same => format!("{} and {} more", row.instance_type, same - 1),
    };
    let optional = |pods: Option<u32>| pods.map_or(Cell::default(), Cell::from);
    let tone = if row.pods == 0 { Tone::Bad } else { Tone::Strong };
    [
        name.into(),
        row.mode.clone().into(),
        row.ipv4.into(),
        row.max_pods.into(),
        optional(row.cpu_pods),
        optional(row.memory_pods),
        Cell::new(row.pods, tone),
        row.limited_by.name().into(),
    ]
}

/// A few rows, from the fewest pods to the most, where there are many.
fn shown_types(group: &GroupPlan) -> Vec<&TypePlan> {
    let mut rows: Vec<&TypePlan> = group.types.iter().collect();
    if rows.len() > TYPE_ROWS {
        rows.sort_by_key(|row| row.pods);
        let last = rows.len() - 1;
        rows = (0..TYPE_ROWS).map(|step| rows[step * last / (TYPE_ROWS - 1)]).collect();
    }
    rows
}

fn hidden_types(group: &GroupPlan) -> Option<Block> {
    let shown = group.types.len().min(TYPE_ROWS);
    let covered: u32 = shown_types(group).iter().map(|row| row.same.max(1)).sum();
    (covered < group.type_count).then(|| {
        let text = format!(
            "{} may use {} types; {shown} rows from the fewest pods per node to the most stand for them here.",
            group.name, group.type_count
        );
        Block::Paragraph(text, Tone::Faint)
    })
}

/// What is counted in a subnet.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Prefixes,
    Addresses,
}

fn subnets(plan: &Plan) -> Table {
    let prefixes =
        plan.subnets.iter().flat_map(|subnet| &subnet.demand).any(|demand| demand.needed_prefixes > 0);
    let units: &[Unit] = if prefixes { &[Unit::Prefixes, Unit::Addresses] } else { &[Unit::Addresses] };
    let mut table = Table::new(vec![
        text("subnet"),
        text("unit"),
        number("free"),
        number("held by nodes"),
        number("needed at max"),
        number("during upgrade"),
        number("after zone loss"),
        text("verdict"),
    ]);
    for subnet in &plan.subnets {
        let zone = subnet.availability_zone.as_ref().map(|zone| format!(", {zone}")).unwrap_or_default();
        let mut name =
            [Cell::new(&subnet.id, Tone::Strong), Cell::new(format!("{}{zone}", subnet.cidr), Tone::Faint)]
                .into_iter();
        let mut verdict = subnet_verdict(subnet);
        for unit in units {
            let (free, held, counted) = match unit {
                Unit::Prefixes => (subnet.free_prefixes, u64::from(subnet.held_prefixes), "/28"),
                Unit::Addresses => (subnet.free_addresses, u64::from(subnet.held_addresses), "addresses"),
            };
            table.push(vec![
                name.next().unwrap_or_default(),
                if prefixes { counted.into() } else { Cell::default() },
                free.map_or(Cell::new("?", Tone::Doubtful), Cell::from),
                if held > 0 { held.into() } else { Cell::default() },
                needed(subnet, "maximum", *unit),
                needed(subnet, "upgrade", *unit),
                needed(subnet, "zone-loss", *unit),
                std::mem::take(&mut verdict),
            ]);
        }
        for rest in name {
            let mut cells = vec![rest];
            cells.resize_with(8, Cell::default);
            table.push(cells);
        }
    }
    table.without_empty()
}

fn at<'a>(subnet: &'a SubnetPlan, situation: &str) -> Option<&'a Demand> {
    subnet.demand.iter().find(|demand| demand.at == situation)
}

fn needed(subnet: &SubnetPlan, situation: &str, unit: Unit) -> Cell {
    let Some(demand) = at(subnet, situation) else { return Cell::default() };
    let (needed, available) = match unit {
        Unit::Prefixes => (demand.needed_prefixes, demand.available_prefixes),
        Unit::Addresses => (demand.needed_addresses, demand.available_addresses),
    };
    let tone = match available {
        Some(available) if needed > available => Tone::Bad,
        _ => Tone::Plain,
    };
    Cell::new(needed, tone)
}

fn room(plan: &Plan) -> Vec<Item> {
    let of_subnet = |subnet: &SubnetPlan| {
        let known: Vec<String> = subnet
            .nodes_that_fit
            .iter()
            .filter_map(|room| room.nodes.map(|nodes| format!("{nodes} of {}", room.node_group)))
            .collect();
        let rest = known.len().saturating_sub(GROUPS_WITH_ROOM);
        let more = if rest > 0 { format!(", or of {}", count(rest, "other group")) } else { String::new() };
        let shown = known[..known.len() - rest].join(" or ");
        let text = format!("{}: {shown}{more}", subnet.id);
        (!known.is_empty()).then(|| Item { text, ..Item::default() })
    };
    plan.subnets.iter().filter_map(of_subnet).collect()
}

fn subnet_verdict(subnet: &SubnetPlan) -> Cell {
    let fails =
        |situation: &str| at(subnet, situation).is_some_and(|demand| demand.verdict == Verdict::DoesNotFit);
    let situations = [
        ("minimum", "too small at min"),
        ("desired", "too small at desired size"),
        ("maximum", "too small at max"),
        ("upgrade", "too small for an upgrade"),
    ];
    if let Some((_, words)) = situations.into_iter().find(|(situation, _)| fails(situation)) {
        return Cell::new(words, Tone::Bad);
    }
    let (word, tone) = verdict(subnet.verdict);
    if fails("zone-loss") && subnet.verdict != Verdict::DoesNotFit {
        return Cell::new(format!("{word}, not after a zone loss"), Tone::Doubtful);
    }
    Cell::new(word, tone)
}
