//! Answers about subnets as blocks.

use super::answers::{note_blocks, problem_blocks};
use super::table::{Cell, Table, number, text};
use super::{Block, Piece, Style, Tone, count, text::render};
use crate::note::Note;
use crate::problem::Problem;
use crate::subnet::census::BLOCKS_A_LINE;
use crate::subnet::{
    Carve, Census, Censuses, Culprit, Cure, Cures, Forecasts, Moment, Reservations, Size, SubnetFits,
    SubnetForecast, TargetsChange,
};
use winpod::Ipv4Prefix;
use winpod::source::SourceId;

/// What counts of blocks rest on.
const OF_A_CENSUS: [SourceId; 4] = [
    SourceId::SubnetReservedFive,
    SourceId::PrefixAligned28,
    SourceId::ReservationTypes,
    SourceId::LastBlockContested,
];

/// Censuses as text.
pub fn census(answer: &Censuses, style: Style) -> String {
    render(&census_blocks(answer, style.sources), style)
}

/// Cures as text.
pub fn cure(answer: &Cures, style: Style) -> String {
    render(&cure_blocks(answer, style.sources), style)
}

/// Reservations as text.
pub fn reserve(answer: &Reservations, style: Style) -> String {
    render(&reserve_blocks(answer, style.sources), style)
}

pub(super) fn census_blocks(answer: &Censuses, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let [census] = answer.subnets.as_slice() {
        blocks.push(headline(census));
        blocks.push(Block::Table(counts(census)));
    } else if !answer.subnets.is_empty() {
        blocks.push(Block::Table(overview(&answer.subnets)));
    }
    let reservations = reservations(&answer.subnets);
    if !reservations.rows.is_empty() {
        blocks.push(Block::Title("CIDR reservations:".to_owned()));
        blocks.push(Block::Table(reservations));
    }
    for census in &answer.subnets {
        if let Some(lines) = &census.map {
            if answer.subnets.len() > 1 {
                blocks.push(Block::Title(format!("{}:", name(census.id.as_ref(), &census.cidr))));
            }
            blocks.push(Block::Verbatim(map(census, lines)));
        }
    }
    finish(blocks, &answer.notes, &answer.problems, sources)
}

/// Notes, and a word where there is nothing else.
fn finish(mut blocks: Vec<Block>, notes: &[Note], problems: &[Problem], sources: bool) -> Vec<Block> {
    if blocks.is_empty() {
        let why =
            if problems.is_empty() { "The files describe no subnet." } else { "No subnet was counted." };
        blocks.push(Block::Paragraph(why.to_owned(), Tone::Doubtful));
    }
    blocks.extend(note_blocks(notes, sources, &OF_A_CENSUS));
    blocks
}

fn name(id: Option<&String>, cidr: &str) -> String {
    id.map_or_else(|| cidr.to_owned(), |id| format!("{id} ({cidr})"))
}

fn headline(census: &Census) -> Block {
    let tone = if census.free_prefixes == 0 { Tone::Bad } else { Tone::Good };
    let mut pieces = vec![(name(census.id.as_ref(), &census.cidr), Tone::Strong)];
    pieces.extend(census.availability_zone.clone().map(|zone| (zone, Tone::Plain)));
    pieces.push((format!("{} free /28", census.free_prefixes), tone));
    pieces.push((
        format!("{} of {} addresses free", census.free_addresses, census.usable_addresses),
        Tone::Plain,
    ));
    Block::Headline(pieces)
}

fn counts(census: &Census) -> Table {
    let mut table = Table::new(vec![text("/28 blocks"), number("count"), text("")]);
    let blocks = &census.blocks;
    let inside = match census.free_prefixes_inside_reservations {
        0 => String::new(),
        inside => format!("{inside} of them inside prefix reservations"),
    };
    let explicit = match census.naive_free_prefixes - census.free_prefixes {
        0 => String::new(),
        unused => format!("{unused} of them unused, and yet EC2 hands none out"),
    };
    for (state, number, remark) in [
        ("free", blocks.free, inside),
        ("prefix", blocks.prefix, String::new()),
        ("fragmented", blocks.fragmented, String::new()),
        ("full", blocks.full, String::new()),
        ("reserved by AWS", blocks.reserved, contested(census)),
        ("explicit reservation", blocks.explicit, explicit),
    ] {
        let tone = if state == "free" { Tone::Strong } else { Tone::Plain };
        table.push(vec![state.into(), Cell::new(number, tone), Cell::new(remark, Tone::Faint)]);
    }
    let script =
        if census.blocks.explicit > 0 { "; AWS's script takes explicit blocks as any other" } else { "" };
    let score = format!("band {}{script}", census.fragmentation_band);
    table.push(vec![
        "fragmentation score".into(),
        census.fragmentation_score.into(),
        Cell::new(score, Tone::Faint),
    ]);
    let reserved = if census.reservations.is_empty() { "" } else { ", reservations not looked at" };
    let from = census.largest_free_run_first.as_ref().map(|first| format!("from {first}{reserved}"));
    table.push(vec![
        "longest free run".into(),
        census.largest_free_run.into(),
        Cell::new(from.unwrap_or_default(), Tone::Faint),
    ]);
    table
}

fn contested(census: &Census) -> String {
    census.contested.first().map_or_else(String::new, |block| format!("{block} is unused and contested"))
}

fn overview(subnets: &[Census]) -> Table {
    let mut table = Table::new(vec![
        text("subnet"),
        text("CIDR"),
        text("zone"),
        number("free"),
        number("free /28"),
        number("reserved for prefixes"),
        number("prefixes"),
        number("fragmented"),
        number("full"),
        number("explicit"),
        number("score"),
    ]);
    let some = |number: u32| if number == 0 { Cell::default() } else { number.into() };
    for census in subnets {
        let tone = if census.free_prefixes == 0 { Tone::Bad } else { Tone::Strong };
        table.push(vec![
            Cell::new(census.id.clone().unwrap_or_default(), Tone::Strong),
            (&census.cidr).into(),
            census.availability_zone.clone().unwrap_or_default().into(),
            census.free_addresses.into(),
            Cell::new(census.free_prefixes, tone),
            some(census.free_prefixes_inside_reservations),
            some(census.blocks.prefix),
            some(census.blocks.fragmented),
            some(census.blocks.full),
            some(census.blocks.explicit),
            census.fragmentation_score.into(),
        ]);
    }
    table.without_empty()
}

fn reservations(subnets: &[Census]) -> Table {
    let mut table = Table::new(vec![
        text("subnet"),
        text("range"),
        text("type"),
        number("free /28"),
        number("assigned prefixes"),
    ]);
    for census in subnets {
        for one in &census.reservations {
            table.push(vec![
                census.id.clone().unwrap_or_default().into(),
                (&one.cidr).into(),
                (&one.r#type).into(),
                one.free_prefixes.into(),
                one.assigned_prefixes.into(),
            ]);
        }
    }
    table.without_empty()
}

/// A line a /22, labelled with its first address, a gap behind every /24, and what the glyphs mean.
fn map(census: &Census, lines: &[String]) -> Vec<Vec<Piece>> {
    const BLOCKS_A_GROUP: usize = 16;
    let prefix: Option<Ipv4Prefix> = census.cidr.parse().ok();
    let starts = prefix.and_then(|prefix| prefix.subnets(prefix.prefix_len().max(LINE_LEN)).ok());
    let mut starts = starts.into_iter().flatten();
    let mut out = Vec::new();
    for line in lines {
        let start = starts.next().map(|start| start.first().to_string()).unwrap_or_default();
        let mut pieces = vec![(format!("{start:<17}"), Tone::Faint)];
        for (place, glyph) in line.chars().enumerate() {
            if place > 0 && place % BLOCKS_A_GROUP == 0 {
                pieces.push((" ".to_owned(), Tone::Plain));
            }
            let tone = tone(glyph);
            match pieces.last_mut() {
                Some((text, last)) if *last == tone && place > 0 => text.push(glyph),
                _ => pieces.push((glyph.to_string(), tone)),
            }
        }
        out.push(pieces);
    }
    let mut legend = vec![(format!("{:<17}", ""), Tone::Plain)];
    for (glyph, meaning) in LEGEND {
        if lines.iter().any(|line| line.contains(glyph)) {
            legend.push((glyph.to_string(), tone(glyph)));
            legend.push((format!(" {meaning}  "), Tone::Faint));
        }
    }
    if let Some((text, _)) = legend.last_mut() {
        text.truncate(text.trim_end().len());
    }
    out.push(legend);
    out
}

/// The length of a prefix with as many blocks as a line shows.
const LINE_LEN: u8 = 22;
const _: () = assert!(BLOCKS_A_LINE == 1 << (28 - LINE_LEN));

const LEGEND: [(char, &str); 7] = [
    ('.', "free"),
    (':', "free, for prefixes only"),
    ('P', "prefix"),
    ('x', "fragmented"),
    ('X', "full"),
    ('R', "reserved by AWS"),
    ('E', "explicit"),
];

/// Glyphs differ by their form; colours only help.
const fn tone(glyph: char) -> Tone {
    match glyph {
        '.' | ':' => Tone::Good,
        'x' => Tone::Doubtful,
        'X' => Tone::Bad,
        'P' => Tone::Strong,
        _ => Tone::Faint,
    }
}

pub(super) fn cure_blocks(answer: &Cures, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    for cure in &answer.subnets {
        blocks.push(cure_headline(cure));
        if !cure.drain.is_empty() {
            blocks.push(Block::Title("Drain:".to_owned()));
            blocks.push(Block::Table(culprits(&cure.drain, usize::MAX)));
            blocks.push(Block::Title("Won:".to_owned()));
            blocks.push(Block::Paragraph(listed(&cure.frees), Tone::Plain));
        }
        let others: Vec<Culprit> =
            cure.culprits.iter().filter(|one| !cure.drain.contains(one)).cloned().collect();
        if !others.is_empty() {
            let all = (cure.culprit_count as usize).saturating_sub(cure.drain.len());
            let shown = others.len();
            let of = if all > shown { format!(", {shown} of {all}") } else { String::new() };
            blocks.push(Block::Title(format!("Others who spoil blocks{of}:")));
            blocks.push(Block::Table(culprits(&others, SHOWN_CULPRITS)));
        }
    }
    finish(blocks, &answer.notes, &answer.problems, sources)
}

fn cure_headline(cure: &Cure) -> Block {
    let won = cure.frees.len();
    let what = match (cure.drain.len(), won) {
        (0, _) if cure.wanted == 0 => ("nothing asked for".to_owned(), Tone::Plain),
        (0, _) => ("nothing to win by draining".to_owned(), Tone::Doubtful),
        (drains, won) if cure.curable < cure.wanted => {
            (format!("{} for only {won} of {} more /28", count(drains, "drain"), cure.wanted), Tone::Bad)
        }
        (drains, won) => (format!("{} for {won} more /28", count(drains, "drain")), Tone::Good),
    };
    let sure = match (cure.drain.len(), cure.exact) {
        (0, _) => None,
        (_, true) => Some(("no fewer will do".to_owned(), Tone::Plain)),
        (_, false) => {
            let text = format!("at least {} are needed, so at most {} too many", cure.lower_bound, cure.gap);
            Some((text, Tone::Doubtful))
        }
    };
    let mut pieces = vec![
        (name(cure.id.as_ref(), &cure.cidr), Tone::Strong),
        (format!("{} free /28", cure.free_prefixes), Tone::Plain),
        what,
    ];
    pieces.extend(sure);
    Block::Headline(pieces)
}

fn listed(all: &[String]) -> String {
    /// More only fill the screen; JSON has all.
    const SHOWN: usize = 40;
    let shown = all.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(" ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

/// Rows that a reader still reads.
const SHOWN_CULPRITS: usize = 40;

fn culprits(culprits: &[Culprit], most: usize) -> Table {
    let mut table = Table::new(vec![
        text("who"),
        text("what"),
        number("spoils /28"),
        number("alone"),
        number("addresses"),
        number("prefixes"),
        text("remarks"),
    ]);
    for culprit in culprits.iter().take(most) {
        let mut remarks = Vec::new();
        if !culprit.drainable {
            remarks.push("only AWS removes it".to_owned());
        }
        if culprit.idle {
            remarks.push("attached to nothing".to_owned());
        }
        remarks.extend(culprit.description.clone());
        let prefixes = if culprit.prefixes == 0 { Cell::default() } else { culprit.prefixes.into() };
        table.push(vec![
            Cell::new(&culprit.id, Tone::Strong),
            culprit.interface_type.as_ref().unwrap_or(&culprit.kind).into(),
            culprit.blocks.into(),
            culprit.alone.into(),
            culprit.address_count.into(),
            prefixes,
            Cell::new(remarks.join("; "), Tone::Faint),
        ]);
    }
    let rest = culprits.len().saturating_sub(most);
    if rest > 0 {
        let mut row = vec![Cell::new(format!("and {rest} more"), Tone::Faint)];
        row.resize(table.columns.len(), Cell::default());
        table.push(row);
    }
    table.without_empty()
}

pub(super) fn reserve_blocks(answer: &Reservations, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !answer.subnets.is_empty() {
        let mut table = Table::new(vec![
            text("subnet"),
            text("CIDR"),
            number("needed /28"),
            text("at"),
            number("free"),
            number("reserved already"),
            text("reserve"),
            number("covers"),
            number("missing"),
            number("addresses left open"),
        ]);
        for one in &answer.subnets {
            let missing = match one.missing_prefixes {
                0 => Cell::default(),
                missing => Cell::new(missing, Tone::Bad),
            };
            table.push(vec![
                Cell::new(one.id.clone().unwrap_or_default(), Tone::Strong),
                (&one.cidr).into(),
                one.needed_prefixes.into(),
                one.peak.clone().unwrap_or_default().into(),
                one.free_prefixes.into(),
                one.free_prefixes_inside_reservations.into(),
                Cell::new(one.reservations.join(" "), Tone::Strong),
                one.covered_prefixes.into(),
                missing,
                one.open_addresses.into(),
            ]);
        }
        blocks.push(Block::Table(table.without_empty()));
    }
    let lines = |lines: &mut dyn Iterator<Item = &str>| {
        Block::Verbatim(lines.map(|line| vec![(line.to_owned(), Tone::Plain)]).collect())
    };
    if !answer.aws_cli.is_empty() {
        blocks.push(Block::Title("With the AWS CLI:".to_owned()));
        blocks.push(lines(&mut answer.aws_cli.iter().map(String::as_str)));
    }
    if let Some(template) = &answer.cloud_formation {
        blocks.push(Block::Title("With CloudFormation:".to_owned()));
        blocks.push(lines(&mut template.lines()));
    }
    finish(blocks, &answer.notes, &answer.problems, sources)
}

/// A size as text.
pub fn size(answer: &Size, style: Style) -> String {
    render(&size_blocks(answer, style.sources), style)
}

/// Forecasts as text.
pub fn forecast(answer: &Forecasts, style: Style) -> String {
    render(&forecast_blocks(answer, style.sources), style)
}

/// Places of new subnets as text.
pub fn carve(answer: &Carve, style: Style) -> String {
    render(&carve_blocks(answer, style.sources), style)
}

pub(super) fn size_blocks(answer: &Size, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let (Some(nodes), Some(here)) = (answer.nodes, answer.nodes_per_subnet) {
        let length = match (answer.prefix_length, answer.subnets_per_zone) {
            (Some(length), _) => (format!("/{length} in each zone"), Tone::Good),
            (None, Some(subnets)) => {
                (format!("{} of /16 in each zone", count(subnets as usize, "subnet")), Tone::Bad)
            }
            (None, None) => ("no subnet is large enough".to_owned(), Tone::Bad),
        };
        blocks.push(Block::Headline(vec![
            length,
            (count(nodes as usize, "node"), Tone::Strong),
            (format!("{here} in one subnet at the peak"), Tone::Plain),
        ]));
    }
    let mut node = Table::new(vec![
        text("a node"),
        number("pods"),
        text("limited by"),
        number("addresses"),
        number("/28 prefixes"),
    ]);
    node.push(vec![
        (&answer.mode).into(),
        Cell::new(answer.pods_per_node, Tone::Strong),
        answer.limited_by.map_or(Cell::default(), |limit| limit.name().into()),
        answer.node_addresses.into(),
        answer.node_prefixes.into(),
    ]);
    blocks.push(Block::Table(node.without_empty()));
    if !answer.because.is_empty() {
        let mut table = Table::new(vec![
            text("one subnet needs"),
            number("nodes"),
            number("addresses"),
            number("/28 prefixes"),
        ]);
        for share in &answer.because {
            let nodes = if share.nodes == 0 { Cell::default() } else { share.nodes.into() };
            table.push(vec![
                share.what.replace('-', " ").into(),
                nodes,
                share.addresses.into(),
                share.prefixes.into(),
            ]);
        }
        table.push(vec![
            Cell::new("together", Tone::Strong),
            answer.nodes_per_subnet.map_or(Cell::default(), Cell::from),
            answer.needed_addresses.map_or(Cell::default(), |all| Cell::new(all, Tone::Strong)),
            answer.needed_prefixes.map_or(Cell::default(), |all| Cell::new(all, Tone::Strong)),
        ]);
        blocks.push(Block::Table(table));
    }
    if let Some(without) = &answer.without_reservation
        && without.prefix_length != answer.prefix_length
    {
        let length =
            without.prefix_length.map_or("more than a /16".to_owned(), |length| format!("a /{length}"));
        let sentence =
            format!("Without a reservation of type prefix: {length}, wherever EC2 places single addresses.");
        blocks.push(Block::Paragraph(sentence, Tone::Plain));
    }
    blocks.extend(answer.fits.iter().map(|these| fits(these, answer.node_prefixes > 0)));
    finish(blocks, &answer.notes, &[], sources)
}

fn fits(fits: &SubnetFits, with_prefixes: bool) -> Block {
    let mut table = Table::new(vec![
        text(&format!("what fits a /{} in each zone", fits.prefix_length)),
        number("nodes"),
        number("pods"),
        text("then lacks"),
    ]);
    table.push(vec![
        if with_prefixes { "with a prefix reservation" } else { "at the peak" }.into(),
        Cell::new(fits.nodes, Tone::Strong),
        Cell::new(fits.pods, Tone::Strong),
        (&fits.lacks).into(),
    ]);
    if fits.nodes_without_reservation != fits.nodes {
        table.push(vec![
            "without one, at worst".into(),
            fits.nodes_without_reservation.into(),
            fits.pods_without_reservation.into(),
            Cell::default(),
        ]);
    }
    Block::Table(table)
}

pub(super) fn forecast_blocks(answer: &Forecasts, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    for forecast in &answer.subnets {
        blocks.push(Block::Headline(vec![
            (name(forecast.id.as_ref(), &forecast.cidr), Tone::Strong),
            (format!("{} free /28", forecast.free_prefixes), Tone::Plain),
            (format!("{} addresses open", forecast.open_addresses), Tone::Plain),
        ]));
        blocks.push(Block::Table(expected(forecast)));
        let moments = moments(forecast);
        if moments.rows.is_empty() {
            let none = "No single address breaks a free /28: there is none outside prefix reservations.";
            blocks.push(Block::Paragraph(none.to_owned(), Tone::Plain));
        } else {
            blocks.push(Block::Table(moments));
        }
    }
    blocks.extend(answer.targets.iter().map(targets));
    finish(blocks, &answer.notes, &answer.problems, sources)
}

fn expected(forecast: &SubnetForecast) -> Table {
    /// Characters of the longest bar.
    const WIDTH: f64 = 30.0;
    let mut table =
        Table::new(vec![number("more addresses"), number("in use %"), number("expected free /28"), text("")]);
    let whole = f64::from(forecast.free_prefixes.max(1));
    for point in &forecast.expected {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 30")]
        let bar = (point.expected_free_prefixes / whole * WIDTH).round() as usize;
        table.push(vec![
            point.more.into(),
            format!("{:.1}", point.utilisation).into(),
            Cell::new(format!("{:.1}", point.expected_free_prefixes), Tone::Strong),
            Cell::new("#".repeat(bar), Tone::Good),
        ]);
    }
    table
}

fn moments(forecast: &SubnetForecast) -> Table {
    let mut table = Table::new(vec![text("likely"), number("after more addresses"), number("in use %")]);
    let mut push = |what: &str, moment: Option<Moment>| {
        if let Some(moment) = moment {
            let used = format!("{:.1}", moment.utilisation);
            table.push(vec![what.into(), Cell::new(moment.more, Tone::Strong), used.into()]);
        }
    };
    push("half of the open free /28 are gone", forecast.half);
    push("the last open free /28 is gone", forecast.last);
    push("fewer free /28 than asked for are left", forecast.fewer);
    table
}

fn targets(change: &TargetsChange) -> Block {
    let mut table = Table::new(vec![
        text(&format!("{} with {} pods each", count(change.nodes as usize, "node"), change.pods_per_node)),
        text("mode"),
        number("addresses a node"),
        number("/28 a node"),
    ]);
    for (when, holding) in [("now", &change.before), ("then", &change.after)] {
        table.push(vec![
            when.into(),
            (&holding.mode).into(),
            holding.addresses.into(),
            holding.prefixes.into(),
        ]);
    }
    table.push(vec![
        Cell::new("saved in all", Tone::Strong),
        Cell::default(),
        Cell::new(change.saved_addresses, Tone::Strong),
        Cell::new(change.saved_prefixes, Tone::Strong),
    ]);
    Block::Table(table)
}

pub(super) fn carve_blocks(answer: &Carve, sources: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(id) = &answer.vpc_id {
        blocks.push(Block::Headline(vec![(id.clone(), Tone::Strong)]));
    }
    let mut table = Table::new(vec![text("subnet"), number("length"), text("CIDR"), text("remarks")]);
    for place in &answer.subnets {
        table.push(vec![
            place.name.clone().unwrap_or_default().into(),
            format!("/{}", place.prefix_length).into(),
            Cell::new(place.cidr.clone().unwrap_or_default(), Tone::Strong),
            Cell::new(place.refused.clone().unwrap_or_default(), Tone::Bad),
        ]);
    }
    if !answer.subnets.is_empty() {
        blocks.push(Block::Table(table.without_empty()));
    }
    blocks.push(Block::Title("Free:".to_owned()));
    let free = if answer.free.is_empty() { "nothing".to_owned() } else { listed(&answer.free) };
    blocks.push(Block::Paragraph(free, Tone::Plain));
    finish(blocks, &answer.notes, &[], sources)
}

/// An answer with its problems, for a page.
pub(super) fn with_problems(mut blocks: Vec<Block>, problems: &[Problem]) -> Vec<Block> {
    blocks.extend(problem_blocks(problems));
    blocks
}
