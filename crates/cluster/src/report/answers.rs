//! The smaller answers, notes and problems as blocks.

use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone, count, text::render};
use crate::capacity::Capacity;
use crate::ipam::Ipam;
use crate::note::{Note, NoteKind};
use crate::problem::Problem;
use crate::sources::Source;
use crate::types::TypeRow;
use std::collections::BTreeMap;
use winpod::source::SourceId;

/// What the numbers of a node rest on.
pub(super) const OF_A_NODE: [SourceId; 7] = [
    SourceId::WindowsSlots,
    SourceId::SingleEni,
    SourceId::PrefixSlots,
    SourceId::NitroRule,
    SourceId::WindowsMaxPods110,
    SourceId::WindowsEligibility,
    SourceId::ControllerTable,
];

/// What the settings in effect and the state at rest rest on.
const OF_SETTINGS: [SourceId; 8] = [
    SourceId::ConfigmapParsebool,
    SourceId::ConfigmapAtoi,
    SourceId::ConfigmapKeyOrder,
    SourceId::ConfigmapDefaults,
    SourceId::ConfigmapPoolRules,
    SourceId::ModeFromConfigmap,
    SourceId::SteadyStateSecondary,
    SourceId::SteadyStatePrefix,
];

/// Capacities as text.
pub fn capacity(rows: &[Capacity], style: Style) -> String {
    let mut blocks = capacity_blocks(rows);
    blocks.extend(rests_on(style.sources, OF_A_NODE.into_iter()));
    render(&blocks, style)
}

/// Rows of the instance table as text.
pub fn types(rows: &[TypeRow], style: Style) -> String {
    let mut blocks = type_blocks(rows);
    blocks.extend(rests_on(style.sources, OF_A_NODE.into_iter()));
    render(&blocks, style)
}

/// The settings in effect as text.
pub fn ipam(answer: &Ipam, style: Style) -> String {
    render(&ipam_blocks(answer, style.sources), style)
}

/// Facts as text.
pub fn sources(facts: &[Source], style: Style) -> String {
    render(&source_blocks(facts), style)
}

pub(super) fn source_blocks(facts: &[Source]) -> Vec<Block> {
    vec![Block::List(facts.iter().map(fact).collect())]
}

/// The operations of the API and what they answer as text.
pub fn operations(style: Style) -> String {
    let mut table = Table::new(vec![text("operation"), text("answers")]);
    for operation in crate::api::OPERATIONS {
        table.push(vec![Cell::new(operation.name, Tone::Strong), operation.about.into()]);
    }
    render(&[Block::Table(table)], style)
}

/// What is wrong with the inputs, one line each: place, reason and code.
pub fn problems(problems: &[Problem], style: Style) -> String {
    let mut out = String::new();
    for problem in problems {
        let (start, end) = if style.colour { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
        out.push_str(start);
        out.push_str("error:");
        out.push_str(end);
        out.push(' ');
        out.push_str(&super::printable(&problem.to_string()));
        out.push('\n');
    }
    out
}

pub(super) fn capacity_blocks(rows: &[Capacity]) -> Vec<Block> {
    let mut table = Table::new(vec![
        text("type"),
        text("mode"),
        number("addresses"),
        number("max-pods"),
        number("pods"),
        text("limited by"),
        text("remarks"),
    ]);
    for row in rows {
        let mut remarks = Vec::new();
        if row.mode != row.requested_mode {
            remarks.push("not Nitro: stays on secondary addresses");
        }
        match row.windows.as_deref() {
            Some("no") => remarks.push("Windows does not run on it"),
            Some("unknown") => remarks.push("not known whether Windows runs on it"),
            _ => {}
        }
        if row.controller_known == Some(false) {
            remarks.push("not in the controller's table");
        }
        table.push(vec![
            Cell::new(row.instance_type.as_deref().unwrap_or("as given"), Tone::Strong),
            (&row.mode).into(),
            row.ipv4.into(),
            row.max_pods.into(),
            Cell::new(row.pods, Tone::Strong),
            row.limited_by.name().into(),
            Cell::new(remarks.join("; "), Tone::Doubtful),
        ]);
    }
    vec![Block::Table(table.without_empty())]
}

pub(super) fn type_blocks(rows: &[TypeRow]) -> Vec<Block> {
    if rows.is_empty() {
        return vec![Block::Paragraph("No type meets these filters.".to_owned(), Tone::Plain)];
    }
    let all_windows = rows.iter().all(|row| row.windows == "yes");
    let mut table = Table::new(vec![
        text("type"),
        number("vCPUs"),
        number("memory GiB"),
        number("IPv4/ENI"),
        number("pods"),
        number("pods with prefixes"),
        text("Windows"),
        text("remarks"),
    ]);
    for row in rows {
        let mut remarks = Vec::new();
        if !row.nitro {
            remarks.push("not Nitro");
        }
        if row.bare_metal {
            remarks.push("bare metal");
        }
        if !row.controller_known {
            remarks.push("not in the controller's table");
        }
        if row.retired {
            remarks.push("retired");
        } else if !row.current_generation {
            remarks.push("previous generation");
        }
        let tone = if row.windows == "yes" { Tone::Plain } else { Tone::Doubtful };
        table.push(vec![
            Cell::new(&row.instance_type, Tone::Strong),
            row.vcpus.into(),
            gib(row.memory_mib).into(),
            row.ipv4_per_eni.into(),
            row.secondary_ip.into(),
            row.prefix_delegation.map_or(Cell::default(), Cell::from),
            if all_windows { Cell::default() } else { Cell::new(&row.windows, tone) },
            Cell::new(remarks.join("; "), Tone::Faint),
        ]);
    }
    vec![Block::Table(table.without_empty()), Block::Paragraph(count(rows.len(), "type"), Tone::Faint)]
}

/// MiB as GiB, with as few decimals as say it exactly, at most three.
fn gib(mib: u32) -> String {
    let text = format!("{}.{:03}", mib / 1024, u64::from(mib % 1024) * 1000 / 1024);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn ipam_blocks(answer: &Ipam, sources: bool) -> Vec<Block> {
    let (ipam, tone) = if answer.enabled { ("on", Tone::Good) } else { ("off", Tone::Bad) };
    let mut blocks = vec![Block::Headline(vec![
        (format!("Windows IPAM {ipam}"), tone),
        (answer.mode.clone(), Tone::Strong),
    ])];
    let mut table = Table::new(vec![text("target"), number("in effect"), text("from")]);
    for (name, value, from) in [
        ("warm-ip-target", answer.warm_ip_target, &answer.origins.warm_ip_target),
        ("minimum-ip-target", answer.minimum_ip_target, &answer.origins.minimum_ip_target),
        ("warm-prefix-target", answer.warm_prefix_target, &answer.origins.warm_prefix_target),
    ] {
        table.push(vec![name.into(), Cell::new(value, Tone::Strong), from.into()]);
    }
    blocks.push(Block::Table(table));
    if !answer.ignored.is_empty() {
        blocks.push(Block::Title("Without effect:".to_owned()));
        let mut table = Table::new(vec![text("key"), text("value"), text("why")]);
        for ignored in &answer.ignored {
            table.push(vec![
                (&ignored.key).into(),
                format!("{:?}", ignored.value).into(),
                (&ignored.message).into(),
            ]);
        }
        blocks.push(Block::Table(table));
    }
    if let Some(rest) = &answer.steady_state {
        blocks.push(Block::Title("A node at rest:".to_owned()));
        let mut table = Table::new(vec![
            number("pods"),
            number("waiting pods"),
            number("held addresses"),
            number("in use"),
            number("warm"),
            number("/28 prefixes"),
            number("unused prefixes"),
            number("taken from the subnet"),
        ]);
        let waiting = if rest.waiting > 0 { Tone::Bad } else { Tone::Plain };
        table.push(vec![
            rest.pods.into(),
            Cell::new(rest.waiting, waiting),
            rest.held_addresses.into(),
            rest.held_addresses.saturating_sub(rest.warm).into(),
            rest.warm.into(),
            rest.prefixes.into(),
            rest.unused_prefixes.into(),
            Cell::new(rest.subnet_addresses, Tone::Strong),
        ]);
        blocks.push(Block::Table(table));
    }
    blocks.extend(note_blocks(&answer.notes, sources, &OF_SETTINGS));
    blocks
}

/// Notes by kind, what matters most first, and the facts they rest on if they are asked for.
pub(super) fn note_blocks(notes: &[Note], sources: bool, behind: &[SourceId]) -> Vec<Block> {
    let kinds = [
        (NoteKind::Warning, "Warnings:", Tone::Doubtful),
        (NoteKind::Unknown, "Not known:", Tone::Plain),
        (NoteKind::Assumption, "Taken for granted:", Tone::Plain),
        (NoteKind::Info, "Worth knowing:", Tone::Plain),
    ];
    let mut blocks = Vec::new();
    for (kind, title, tone) in kinds {
        let items: Vec<Item> = notes
            .iter()
            .filter(|note| note.kind == kind)
            .map(|note| Item {
                text: note.message.clone(),
                tone,
                place: note.location.as_ref().map(ToString::to_string),
                detail: (sources && !note.sources.is_empty())
                    .then(|| format!("rests on {}", note.sources.join(", "))),
            })
            .collect();
        if !items.is_empty() {
            blocks.push(Block::Title(title.to_owned()));
            blocks.push(Block::List(items));
        }
    }
    let of_notes = notes.iter().flat_map(|note| &note.sources).filter_map(|key| SourceId::from_key(key));
    blocks.extend(rests_on(sources, of_notes.chain(behind.iter().copied())));
    blocks
}

/// The facts, each once, if they are asked for.
pub(super) fn rests_on(asked: bool, facts: impl Iterator<Item = SourceId>) -> Vec<Block> {
    if !asked {
        return Vec::new();
    }
    let facts: BTreeMap<&str, SourceId> = facts.map(|id| (id.key(), id)).collect();
    if facts.is_empty() {
        return Vec::new();
    }
    let items = facts.into_values().map(|id| fact(&Source::from(id))).collect();
    vec![Block::Title("Rests on:".to_owned()), Block::List(items)]
}

/// Problems as a list; text goes through [`problems`] to standard error instead.
pub(super) fn problem_blocks(problems: &[Problem]) -> Vec<Block> {
    if problems.is_empty() {
        return Vec::new();
    }
    let items = problems.iter().map(|problem| Item {
        text: format!("{} [{}]", problem.message, problem.code),
        tone: Tone::Bad,
        place: problem.location.as_ref().map(ToString::to_string),
        detail: None,
    });
    vec![Block::Title("Problems in the files:".to_owned()), Block::List(items.collect())]
}

fn fact(fact: &Source) -> Item {
    Item {
        text: format!("{} ({}, {}): {}", fact.id, fact.grade, fact.date, fact.text),
        detail: Some(fact.citation.clone()),
        ..Item::default()
    }
}
