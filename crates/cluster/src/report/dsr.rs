//! The judgement of Direct Server Return as blocks.

use super::answers::note_blocks;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone};
use crate::dsr::{Because, Dsr, Ports, ProtocolPorts, UserData};
use crate::note::NoteKind;
use winpod::source::SourceId;

/// The judgement as text.
pub fn dsr(answer: &Dsr, style: Style) -> String {
    super::text::render(&blocks(answer, style.sources), style)
}

pub(super) fn blocks(answer: &Dsr, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(answer)];
    blocks.push(Block::List(answer.because.iter().map(|why| reason(why, sources)).collect()));
    if let Some(policies) = &answer.policies {
        let mut table = Table::new(vec![
            text("policies for"),
            number("with DSR"),
            number("without"),
            number("not known"),
        ]);
        let some = |number: u32| if number == 0 { Cell::default() } else { number.into() };
        for row in &policies.by_kind {
            let kind = row.kind.replace('-', " ");
            table.push(vec![kind.into(), some(row.dsr), some(row.non_dsr), some(row.undecided)]);
        }
        blocks.push(Block::Table(table.without_empty()));
    }
    if let Some(ports) = &answer.ports {
        blocks.extend(free(ports).map(Block::Table));
        blocks.extend(needed(answer, ports).map(Block::Table));
        blocks.extend(arithmetic(ports));
        let of_ports = ports.tcp.because.iter().chain(&ports.udp.because);
        let items: Vec<Item> = of_ports.map(|why| reason(why, sources)).collect();
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
    }
    for data in &answer.user_data {
        blocks.extend(user_data(data, sources));
    }
    if !answer.advice.is_empty() {
        blocks.push(Block::Title("What to do:".to_owned()));
        let item = |note: &crate::note::Note| Item { text: note.message.clone(), ..Item::default() };
        blocks.push(Block::List(answer.advice.iter().map(item).collect()));
    }
    let reasons = answer.because.iter();
    let reasons =
        reasons.chain(answer.ports.iter().flat_map(|it| it.tcp.because.iter().chain(&it.udp.because)));
    let behind: Vec<SourceId> = reasons
        .flat_map(|why| &why.sources)
        .chain(answer.advice.iter().flat_map(|note| &note.sources))
        .chain(answer.user_data.iter().flat_map(|data| &data.risks).flat_map(|risk| &risk.sources))
        .filter_map(|key| SourceId::from_key(key))
        .collect();
    blocks.extend(note_blocks(&answer.notes, sources, &behind));
    blocks
}

fn headline(answer: &Dsr) -> Block {
    let platform = &answer.platform;
    let system = match (&platform.release, &platform.build) {
        (Some(release), Some(build)) if release.len() == 4 && !release.contains('H') => {
            format!("Windows {release} ({build})")
        }
        (_, Some(build)) => format!("Windows build {build}"),
        (Some(release), None) => format!("Windows {release}"),
        (None, None) => "Windows node".to_owned(),
    };
    let mut pieces = vec![(system, Tone::Strong)];
    pieces.extend(platform.hns.iter().map(|hns| (format!("HNS {hns}"), Tone::Plain)));
    pieces.extend(answer.kubernetes.iter().map(|version| (format!("Kubernetes {version}"), Tone::Plain)));
    let (word, tone) = match answer.verdict.as_str() {
        "on" => ("DSR is on", Tone::Good),
        "off" => ("DSR is off", if answer.needed == Some(true) { Tone::Bad } else { Tone::Doubtful }),
        "unsupported" => ("has no DSR", Tone::Bad),
        "refused" => ("kube-proxy does not start", Tone::Bad),
        _ => ("not known whether DSR is on", Tone::Doubtful),
    };
    pieces.push((word.to_owned(), tone));
    match (answer.needed, answer.verdict.as_str()) {
        (Some(true), "on") | (None, _) => {}
        (Some(true), _) => pieces.push(("and should be".to_owned(), Tone::Bad)),
        (Some(false), _) => pieces.push(("need not be".to_owned(), Tone::Plain)),
    }
    if let Some(found) = answer.ports.as_ref().and_then(|ports| ports.verdict.as_deref()) {
        let (word, tone) = verdict(found);
        pieces.push((format!("ports: {word}"), tone));
    }
    Block::Headline(pieces)
}

fn verdict(name: &str) -> (&'static str, Tone) {
    match name {
        "ok" => ("enough", Tone::Good),
        "warn" => ("few left", Tone::Doubtful),
        _ => ("run out", Tone::Bad),
    }
}

fn reason(why: &Because, sources: bool) -> Item {
    Item {
        text: format!("{}{}", why.message, graded(why.grade.as_deref())),
        tone: tone(why.kind),
        place: None,
        detail: rests(&why.sources, sources),
    }
}

fn graded(grade: Option<&str>) -> String {
    grade.map(|grade| format!(" ({grade})")).unwrap_or_default()
}

const fn tone(kind: NoteKind) -> Tone {
    match kind {
        NoteKind::Warning => Tone::Doubtful,
        _ => Tone::Plain,
    }
}

fn rests(facts: &[String], asked: bool) -> Option<String> {
    (asked && !facts.is_empty()).then(|| format!("rests on {}", facts.join(", ")))
}

/// What is free on the node, or in a range of which no demand is known.
fn free(ports: &Ports) -> Option<Table> {
    let mut table = Table::new(vec![
        text("ports"),
        text("dynamic range"),
        number("free ports"),
        number("gaps"),
        number("free blocks of 64"),
        number("held by HNS"),
        text("verdict"),
    ]);
    let mut any = false;
    for (name, one) in [("TCP", &ports.tcp), ("UDP", &ports.udp)] {
        if one.basis != "live" && one.demand.is_some() {
            continue;
        }
        any = true;
        let judged = one.verdict.as_deref().map_or_else(Cell::default, |found| {
            let (word, tone) = verdict(found);
            Cell::new(word, tone)
        });
        table.push(vec![
            Cell::new(name, Tone::Strong),
            format!("{}–{}", one.first_port, one.last_port).into(),
            one.free_ports.into(),
            one.gaps.into(),
            one.blocks.into(),
            one.held_blocks.map_or_else(Cell::default, Into::into),
            judged,
        ]);
    }
    any.then(|| table.without_empty())
}

/// What policies would need with DSR and without.
fn needed(answer: &Dsr, ports: &Ports) -> Option<Table> {
    let mut table = Table::new(vec![
        text("ports"),
        text("DSR"),
        text("dynamic range"),
        number("blocks of 64"),
        number("needed at least"),
        number("one per policy"),
        number("at most"),
        text("verdict"),
    ]);
    let mut any = false;
    for (name, one) in [("TCP", &ports.tcp), ("UDP", &ports.udp)] {
        let both = [("off", one.without_dsr.as_ref()), ("on", one.with_dsr.as_ref())];
        for (state, scenario) in both {
            let Some(scenario) = scenario else { continue };
            any = true;
            let (word, tone) = verdict(&scenario.verdict);
            let now = (answer.enabled == Some(true)) == (state == "on");
            let state =
                if now && answer.enabled.is_some() { format!("{state} (now)") } else { state.to_owned() };
            let sure = if scenario.certain { "" } else { ", estimate" };
            table.push(vec![
                Cell::new(name, Tone::Strong),
                state.into(),
                format!("{}–{}", one.first_port, one.last_port).into(),
                scenario.blocks.into(),
                scenario.demand.at_least.into(),
                scenario.demand.policies.into(),
                scenario.demand.at_most.into(),
                Cell::new(format!("{word}{sure}"), tone),
            ]);
        }
    }
    any.then_some(table)
}

/// How the numbers of the worse protocol come about.
fn arithmetic(ports: &Ports) -> Option<Block> {
    let both = [("TCP", &ports.tcp), ("UDP", &ports.udp)];
    let line = |name: &str, one: &ProtocolPorts| {
        let demand = one.demand?;
        Some(format!(
            "{name}: {} free ports make {} blocks of 64; {} to {} of them are needed, {} with one for each policy without DSR",
            one.free_ports, one.blocks, demand.at_least, demand.at_most, demand.policies,
        ))
    };
    let estimated = both
        .into_iter()
        .filter(|(_, one)| one.basis == "estimate" && one.demand.is_some_and(|demand| demand.at_most > 0));
    let (name, one) = estimated.max_by_key(|(_, one)| one.demand.map(|demand| demand.policies))?;
    line(name, one).map(|line| Block::Paragraph(line, Tone::Plain))
}

fn user_data(data: &UserData, sources: bool) -> [Block; 2] {
    let does = match data.form.as_str() {
        "string-replace" => "changes a text of the bootstrap script",
        "KubeProxyExtraArgs" => "gives -KubeProxyExtraArgs",
        "other" => "names the flag in another way",
        _ => "does nothing about DSR",
    };
    let adds = match data.arguments.as_slice() {
        [] => String::new(),
        arguments => format!(", to add {}", arguments.join(" ")),
    };
    let found = match data.would_match.as_deref() {
        Some("yes") => "; the text is there",
        Some("no") => "; the text is not there",
        Some(_) => "; whether the text is there is not known",
        None => "",
    };
    let items = data.risks.iter().map(|risk| Item {
        text: format!("{}{}", risk.message, graded(risk.grade.as_deref())),
        tone: tone(risk.kind),
        place: Some(risk.location.to_string()),
        detail: rests(&risk.sources, sources),
    });
    let title = format!("User data at {}: {does}{adds}{found}", data.location);
    [Block::Title(title), Block::List(items.collect())]
}
