//! A simulation as blocks: what failed first, curves over time, tables.

use super::answers::note_blocks;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Piece, Style, Tone};
use crate::plan::Verdict;
use crate::simulate::outcome::{clock, wait as duration};
use crate::simulate::{Alternative, FirstFailure, GroupOutcome, Simulation, SubnetOutcome, TimelineRow};
use winpod::source::SourceId;

/// Points of a curve: one a column.
const POINTS: usize = 28;
/// Curves of one kind that are drawn; the tables have all.
const MAX_CURVES: usize = 6;
/// Alternatives that are shown.
const MAX_ALTERNATIVES: usize = 10;

/// What times and calls rest on.
const OF_A_SIMULATION: [SourceId; 4] =
    [SourceId::ControllerCallLimits, SourceId::PodRetry, SourceId::CoolDown, SourceId::Ec2PaceUnverified];

/// The simulation as text.
pub fn simulate(answer: &Simulation, style: Style) -> String {
    super::text::render(&blocks(answer, style.sources), style)
}

pub(super) fn blocks(answer: &Simulation, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(answer)];
    if let Some(first) = &answer.summary.first_failure {
        blocks.extend(failure(first));
    }
    blocks.extend(summary(answer).map(Block::Table));
    blocks.push(Block::Table(groups(&answer.node_groups)));
    if !answer.subnets.is_empty() {
        blocks.push(Block::Table(subnets(&answer.subnets)));
    }
    if !answer.rollouts.is_empty() {
        blocks.push(Block::Table(rollouts(answer)));
    }
    let curves = curves(answer);
    if !curves.is_empty() {
        blocks.push(Block::Title("Over time:".to_owned()));
        blocks.push(Block::Verbatim(curves));
    }
    if !answer.alternatives.is_empty() {
        blocks.push(Block::Title(
            "Other settings in the same scenario, the best first (fewest addresses held, then shortest wait, then fewest \
             calls):"
                .to_owned(),
        ));
        blocks.push(Block::Table(alternatives(&answer.alternatives)));
    }
    let first = answer.summary.first_failure.iter();
    let told = first
        .flat_map(|first| first.sources.iter().chain(first.symptoms.iter().flat_map(|one| &one.sources)));
    let behind: Vec<SourceId> =
        told.filter_map(|key| SourceId::from_key(key)).chain(OF_A_SIMULATION).collect();
    blocks.extend(note_blocks(&answer.notes, sources, &behind));
    blocks
}

fn headline(answer: &Simulation) -> Block {
    let (word, tone) = match answer.verdict {
        Verdict::Fits => ("goes well".to_owned(), Tone::Good),
        Verdict::Unknown => ("goes well as far as the files tell".to_owned(), Tone::Doubtful),
        Verdict::DoesNotFit => {
            let at = answer.summary.first_failure.as_ref().map_or(0, |first| first.at_ms);
            (format!("fails at {}", clock(at)), Tone::Bad)
        }
    };
    let name = answer.cluster.clone().unwrap_or_else(|| "unnamed cluster".to_owned());
    Block::Headline(vec![
        (name, Tone::Strong),
        (format!("{}, seed {}", answer.scenario, answer.seed), Tone::Plain),
        (word, tone),
    ])
}

fn failure(first: &FirstFailure) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(capitalised(&first.message), Tone::Bad)];
    let items: Vec<Item> = first
        .symptoms
        .iter()
        .map(|symptom| Item {
            text: symptom.message.clone(),
            tone: if symptom.played { Tone::Doubtful } else { Tone::Plain },
            detail: (!symptom.played)
                .then(|| "so it looks if the controller takes the error the other way".to_owned()),
            ..Item::default()
        })
        .collect();
    if !items.is_empty() {
        blocks.push(Block::Title("What one sees:".to_owned()));
        blocks.push(Block::List(items));
    }
    blocks
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn summary(answer: &Simulation) -> [Table; 2] {
    let summary = &answer.summary;
    let mut table = Table::new(vec![
        number("pods"),
        number("running"),
        number("waiting"),
        number("without address"),
        number("wait p50"),
        number("p99"),
        number("longest"),
    ]);
    let mut addresses = Table::new(vec![
        number("peak addresses"),
        number("idle of them, peak"),
        number("EC2 calls"),
        number("most a minute"),
    ]);
    let waits = answer.waits;
    let calls = summary.ec2_calls;
    let wait = |ms: u64| if waits.pods == 0 { Cell::default() } else { duration(ms).into() };
    table.push(vec![
        summary.pods_requested.into(),
        summary.pods_running.into(),
        bad(summary.pods_waiting),
        bad(summary.failed_pods),
        wait(waits.p50_ms),
        wait(waits.p99_ms),
        wait(waits.max_ms),
    ]);
    addresses.push(vec![
        summary.peak_addresses.into(),
        summary.peak_idle_addresses.into(),
        (calls.assign + calls.unassign + calls.describe).into(),
        calls.most_per_minute.into(),
    ]);
    [table.without_empty(), addresses]
}

/// A number that had better be 0.
fn bad(number: u32) -> Cell {
    if number == 0 { number.into() } else { Cell::new(number, Tone::Bad) }
}

fn groups(rows: &[GroupOutcome]) -> Table {
    let mut table = Table::new(vec![
        text("group"),
        text("type"),
        text("mode"),
        number("pods/node"),
        number("nodes"),
        number("at the end"),
        number("running"),
        number("waiting"),
        number("no room"),
        number("warm, peak"),
    ]);
    for row in rows {
        table.push(vec![
            Cell::new(&row.name, Tone::Strong),
            (&row.instance_type).into(),
            (&row.mode).into(),
            row.pods_per_node.into(),
            row.start_nodes.into(),
            row.nodes.into(),
            row.pods_running.into(),
            bad(row.pods_waiting),
            bad(row.pods_unplaced),
            row.peak_warm_addresses.into(),
        ]);
    }
    table
}

fn subnets(rows: &[SubnetOutcome]) -> Table {
    let mut table = Table::new(vec![
        text("subnet"),
        text("CIDR"),
        text("zone"),
        number("fewest free /28"),
        number("none from"),
        number("fewest addresses"),
        number("none from"),
        number("most held"),
    ]);
    let from = |ms: Option<u64>| ms.map_or_else(Cell::default, |ms| Cell::new(clock(ms), Tone::Bad));
    for row in rows {
        table.push(vec![
            Cell::new(&row.id, Tone::Strong),
            (&row.cidr).into(),
            row.availability_zone.clone().unwrap_or_default().into(),
            row.fewest_free_prefixes.into(),
            from(row.no_prefixes_ms),
            row.fewest_free_addresses.into(),
            from(row.no_addresses_ms),
            row.most_held_addresses.into(),
        ]);
    }
    table.without_empty()
}

fn rollouts(answer: &Simulation) -> Table {
    let mut table =
        Table::new(vec![text("rollout of"), number("pods"), number("new ones ready"), text("done")]);
    for row in &answer.rollouts {
        let done = match row.done_ms {
            Some(ms) => Cell::new(format!("at {}", clock(ms)), Tone::Good),
            None => Cell::new("never", Tone::Bad),
        };
        table.push(vec![Cell::new(&row.node_group, Tone::Strong), row.pods.into(), row.ready.into(), done]);
    }
    table
}

fn alternatives(rows: &[Alternative]) -> Table {
    let mut table = Table::new(vec![
        text("mode"),
        text("settings"),
        text("outcome"),
        number("without address"),
        number("peak addresses"),
        number("p99"),
        number("EC2 calls"),
    ]);
    for row in rows.iter().take(MAX_ALTERNATIVES) {
        let outcome = match (row.verdict, row.first_failure_ms) {
            (Verdict::DoesNotFit, at) => Cell::new(format!("fails at {}", clock(at.unwrap_or(0))), Tone::Bad),
            (_, _) if row.best => Cell::new("goes well, best", Tone::Good),
            _ => Cell::new("goes well", Tone::Good),
        };
        table.push(vec![
            (&row.mode).into(),
            settings(row).into(),
            outcome,
            bad(row.failed_pods),
            row.peak_addresses.into(),
            duration(row.p99_ms).into(),
            row.ec2_calls.into(),
        ]);
    }
    table
}

/// The targets in short: the mode has a column of its own.
fn settings(row: &Alternative) -> String {
    let targets = ["warm-ip-target", "minimum-ip-target", "warm-prefix-target"];
    let mut parts: Vec<String> = targets
        .iter()
        .filter_map(|key| row.set.iter().find(|entry| entry.key == *key))
        .filter(|entry| entry.key != "warm-prefix-target" || entry.value != "0")
        .map(|entry| format!("{} {}", entry.key, entry.value))
        .collect();
    parts.extend(row.reserved.iter().map(|one| format!("{} /28 of {} reserved", one.prefixes, one.subnet)));
    parts.join(", ")
}

/// One curve over time.
struct Curve {
    title: String,
    tone: Tone,
    values: Vec<u32>,
}

/// Free blocks or addresses of each subnet, and pods that wait, as rows of bars between 0 and their largest value.
fn curves(answer: &Simulation) -> Vec<Vec<Piece>> {
    let rows = &answer.timeline;
    if rows.len() < 2 {
        return Vec::new();
    }
    let prefixes = answer.node_groups.iter().any(|group| group.mode == "prefix-delegation");
    let mut curves = Vec::new();
    for (index, subnet) in answer.subnets.iter().enumerate().take(MAX_CURVES) {
        let of = |now: &TimelineRow| {
            let now = &now.subnets[index];
            if prefixes { now.free_prefixes } else { now.free_addresses }
        };
        let what = if prefixes { "free /28" } else { "free addresses" };
        let values = sampled(rows, of, u32::min);
        curves.push(Curve { title: format!("{what} in {}", subnet.id), tone: Tone::Plain, values });
    }
    let total = |of: fn(&crate::simulate::GroupAt) -> u32| {
        move |now: &TimelineRow| now.node_groups.iter().map(of).fold(0, u32::saturating_add)
    };
    curves.push(Curve {
        title: "running pods".to_owned(),
        tone: Tone::Good,
        values: sampled(rows, total(|group| group.running), u32::max),
    });
    curves.push(Curve {
        title: "waiting pods".to_owned(),
        tone: Tone::Bad,
        values: sampled(rows, total(|group| group.waiting.saturating_add(group.unplaced)), u32::max),
    });
    curves.push(Curve {
        title: "warm addresses".to_owned(),
        tone: Tone::Faint,
        values: sampled(rows, total(|group| group.warm), u32::max),
    });
    let width = curves.iter().map(|curve| curve.title.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<Vec<Piece>> = curves
        .iter()
        .map(|curve| {
            let most = curve.values.iter().copied().max().unwrap_or(0);
            let bars: String = curve.values.iter().map(|value| bar(*value, most)).collect();
            let title = format!("{:width$}  ", curve.title);
            vec![(title, Tone::Plain), (bars, curve.tone), (format!("  0 to {most}"), Tone::Faint)]
        })
        .collect();
    let end = rows.last().map_or(0, |row| row.at_ms);
    let points = curves.first().map_or(0, |curve| curve.values.len());
    let axis = format!("{:width$}  {:<points$}", "", format!("0 to {}", clock(end)));
    lines.push(vec![(axis.trim_end().to_owned(), Tone::Faint)]);
    lines
}

/// At most as many points as are drawn; of rows that share a point the one that matters most.
fn sampled(rows: &[TimelineRow], of: impl Fn(&TimelineRow) -> u32, worse: fn(u32, u32) -> u32) -> Vec<u32> {
    let each = rows.len().div_ceil(POINTS);
    rows.chunks(each).filter_map(|chunk| chunk.iter().map(&of).reduce(worse)).collect()
}

fn bar(value: u32, most: u32) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if value == 0 {
        return '·';
    }
    let height = (u64::from(value) * 8).div_ceil(u64::from(most.max(1))).clamp(1, 8);
    BARS[usize::try_from(height - 1).unwrap_or(0)]
}
