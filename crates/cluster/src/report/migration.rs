//! The check before a migration as blocks.

use super::answers::note_blocks;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone};
use crate::plan::migration::{Answer, Check, Migration, NetworkAddressUsage, Outcome, SubnetRoom};
use winpod::source::SourceId;

/// The check as text.
pub fn migration(answer: &Migration, style: Style) -> String {
    super::text::render(&blocks(answer, style.sources), style)
}

pub(super) fn blocks(answer: &Migration, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(answer)];
    if !answer.subnets.is_empty() {
        blocks.push(Block::Table(subnets(&answer.subnets)));
    }
    let neighbours = neighbours(&answer.subnets);
    if !neighbours.rows.is_empty() {
        blocks.push(Block::Title("What else lives there:".to_owned()));
        blocks.push(Block::Table(neighbours));
    }
    if !answer.mixed_capacity.is_empty() {
        blocks.push(Block::Title("Full nodes, if the mode were switched under their pods:".to_owned()));
        blocks.push(Block::Table(mixed(answer)));
    }
    if answer.network_address_usage.iter().any(|usage| usage.now.is_some()) {
        blocks.push(Block::Title("Network Address Usage:".to_owned()));
        blocks.push(Block::Table(usage(&answer.network_address_usage)));
    }
    for (outcome, title, tone) in [
        (Outcome::Fails, "Fails:", Tone::Bad),
        (Outcome::Unknown, "Not known:", Tone::Plain),
        (Outcome::Warning, "Can go wrong:", Tone::Doubtful),
        (Outcome::Ok, "In order:", Tone::Good),
    ] {
        // Harmless neighbours are in the table.
        let told = |check: &&Check| {
            check.verdict == outcome && (outcome != Outcome::Ok || check.check != "neighbours")
        };
        let items: Vec<Item> = answer.checks.iter().filter(told).map(|check| item(check, tone)).collect();
        if !items.is_empty() {
            blocks.push(Block::Title(title.to_owned()));
            blocks.push(Block::List(items));
        }
    }
    let behind: Vec<SourceId> = answer
        .checks
        .iter()
        .flat_map(|check| &check.sources)
        .filter_map(|key| SourceId::from_key(key))
        .collect();
    blocks.extend(note_blocks(&answer.notes, sources, &behind));
    blocks
}

fn headline(answer: &Migration) -> Block {
    let (word, tone) = match answer.verdict {
        Answer::Yes => ("can move to prefix delegation", Tone::Good),
        Answer::Unknown => ("not known whether it can move to prefix delegation", Tone::Doubtful),
        Answer::No => ("cannot move to prefix delegation as it is", Tone::Bad),
    };
    let name = answer.cluster.clone().unwrap_or_else(|| "unnamed cluster".to_owned());
    Block::Headline(vec![(name, Tone::Strong), (word.to_owned(), tone)])
}

fn item(check: &Check, tone: Tone) -> Item {
    Item { text: format!("{}: {}", check.check, check.message), tone, ..Item::default() }
}

fn outcome(outcome: Outcome) -> Cell {
    let (word, tone) = match outcome {
        Outcome::Ok => ("enough", Tone::Good),
        Outcome::Warning => ("doubtful", Tone::Doubtful),
        Outcome::Unknown => ("not known", Tone::Doubtful),
        Outcome::Fails => ("too little", Tone::Bad),
    };
    Cell::new(word, tone)
}

fn maybe<T: ToString>(number: Option<T>) -> Cell {
    number.map_or_else(|| Cell::new("?", Tone::Faint), Cell::from)
}

fn subnets(rooms: &[SubnetRoom]) -> Table {
    let mut table = Table::new(vec![
        text("subnet"),
        text("CIDR"),
        text("zone"),
        number("free /28"),
        number("new nodes"),
        number("need /28"),
        number("and singly"),
        text("room"),
    ]);
    for room in rooms {
        table.push(vec![
            Cell::new(&room.id, Tone::Strong),
            (&room.cidr).into(),
            room.availability_zone.clone().unwrap_or_default().into(),
            maybe(room.free_prefixes),
            maybe(room.nodes),
            maybe(room.needed_prefixes),
            maybe(room.single_addresses),
            outcome(room.verdict),
        ]);
    }
    table.without_empty()
}

fn neighbours(rooms: &[SubnetRoom]) -> Table {
    let mut table = Table::new(vec![
        text("subnet"),
        text("kind"),
        number("interfaces"),
        number("single addresses"),
        number("prefixes"),
        number("spoilt /28"),
    ]);
    let some = |number: u32| if number == 0 { Cell::default() } else { number.into() };
    for room in rooms {
        for one in &room.neighbours {
            table.push(vec![
                (&room.id).into(),
                one.kind.replace('-', " ").into(),
                one.interfaces.into(),
                some(one.single_addresses),
                some(one.prefixes),
                some(one.spoilt_blocks),
            ]);
        }
    }
    table.without_empty()
}

fn mixed(answer: &Migration) -> Table {
    let mut table = Table::new(vec![
        text("group"),
        text("type"),
        number("old pods"),
        number("advertised"),
        number("really left"),
        number("pods that wait"),
        number("pods on a new node"),
    ]);
    for row in &answer.mixed_capacity {
        let others = if row.same > 1 { format!(" and {} more", row.same - 1) } else { String::new() };
        let waiting = if row.waiting_pods > 0 { Tone::Bad } else { Tone::Plain };
        table.push(vec![
            (&row.node_group).into(),
            format!("{}{others}", row.instance_type).into(),
            row.secondary_pods.into(),
            row.advertised_addresses.into(),
            row.addresses.into(),
            Cell::new(row.waiting_pods, waiting),
            row.new_node_pods.into(),
        ]);
    }
    table
}

fn usage(vpcs: &[NetworkAddressUsage]) -> Table {
    let mut table =
        Table::new(vec![text("VPC"), number("now"), number("at the peak"), number("quota"), text("room")]);
    for vpc in vpcs {
        table.push(vec![
            vpc.vpc.clone().unwrap_or_default().into(),
            maybe(vpc.now),
            maybe(vpc.at_peak),
            vpc.quota.into(),
            outcome(vpc.verdict),
        ]);
    }
    table
}
