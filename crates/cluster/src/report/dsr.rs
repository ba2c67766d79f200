//! The judgement of Direct Server Return as blocks.

use super::answers::note_blocks;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Style, Tone};
use crate::dsr::{Because, BlockDemand, Dsr, LargestServices, Ports, ProtocolPorts, ServiceSpan, UserData};
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
            number("without DSR"),
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
        blocks.push(Block::Paragraph(fitting(&ports.largest), Tone::Plain));
        let of_ports = ports.tcp.because.iter().chain(&ports.udp.because);
        let items: Vec<Item> = of_ports.map(|why| reason(why, sources)).collect();
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
        blocks.extend(wider(ports).map(Block::Table));
    }
    if answer.policies.is_some() {
        blocks.push(Block::Title("What the system allows:".to_owned()));
        blocks.push(Block::List(answer.limits.because.iter().map(|why| reason(why, sources)).collect()));
    }
    for data in &answer.user_data {
        blocks.extend(user_data(data, sources));
    }
    if !answer.advice.is_empty() {
        blocks.push(Block::Title("What to do:".to_owned()));
        let item = |note: &crate::note::Note| Item { text: note.message.clone(), ..Item::default() };
        blocks.push(Block::List(answer.advice.iter().map(item).collect()));
    }
    let limits = answer.limits.because.iter().filter(|_| answer.policies.is_some());
    let reasons = answer.because.iter().chain(limits);
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
    let refused_before = answer.because.iter().any(|why| why.code == "dsr-start-refused");
    let dumped = answer.because.iter().any(|why| why.code.starts_with("dsr-observed-"));
    let (word, tone) = match answer.verdict.as_str() {
        "on" => ("DSR is on", Tone::Good),
        "off" => ("DSR is off", if answer.needed == Some(true) { Tone::Bad } else { Tone::Doubtful }),
        "unsupported" => ("has no DSR", Tone::Bad),
        // It runs until it is started again.
        "refused" if refused_before => ("kube-proxy did not start", Tone::Bad),
        "refused" if dumped && answer.enabled == Some(true) => {
            ("DSR is on until kube-proxy restarts, which is refused", Tone::Bad)
        }
        "refused" if dumped => ("the next start of kube-proxy is refused", Tone::Bad),
        "refused" => ("kube-proxy does not start", Tone::Bad),
        _ => ("not known whether DSR is on", Tone::Doubtful),
    };
    pieces.push((word.to_owned(), tone));
    match (answer.needed, answer.verdict.as_str()) {
        (Some(true), "on") | (None, _) => {}
        (Some(true), _) => pieces.push(("and should be".to_owned(), Tone::Bad)),
        (Some(false), _) => pieces.push(("need not be".to_owned(), Tone::Plain)),
    }
    if let Some(ports) = &answer.ports
        && let Some(found) = ports.verdict.as_deref()
    {
        let (word, tone) = verdict(found);
        // As sure as the numbers below.
        let certain =
            [&ports.tcp, &ports.udp].iter().any(|one| one.verdict() == Some(found) && one.is_sure());
        let worst = if certain || found == "ok" { "" } else { " in the worst case" };
        pieces.push((format!("ports: {word}{worst}"), tone));
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
            let sure = if one.basis != "live" || one.is_sure() { "" } else { ", estimate" };
            Cell::new(format!("{word}{sure}"), tone)
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
        number("held otherwise"),
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
            let (word, tone) = scenario.verdict.as_deref().map_or(("not known", Tone::Doubtful), verdict);
            // Where kube-proxy does not start there are no policies of either kind.
            let known =
                answer.enabled == Some(true) || answer.enabled.is_some() && answer.verdict != "refused";
            let now = known && (answer.enabled == Some(true)) == (state == "on");
            let state = if now { format!("{state} (now)") } else { state.to_owned() };
            let sure = if scenario.certain || scenario.verdict.is_none() { "" } else { ", estimate" };
            let held = scenario.held_otherwise;
            table.push(vec![
                Cell::new(name, Tone::Strong),
                state.into(),
                format!("{}–{}", one.first_port, one.last_port).into(),
                scenario.blocks.into(),
                if held == 0 { Cell::default() } else { held.into() },
                scenario.demand.at_least.into(),
                per_policy(&scenario.demand).into(),
                scenario.demand.at_most.into(),
                Cell::new(format!("{word}{sure}"), tone),
            ]);
        }
    }
    any.then(|| table.without_empty())
}

/// One block for each policy without DSR: a range where it is not known which have it.
fn per_policy(demand: &BlockDemand) -> String {
    if demand.decided == demand.policies {
        demand.policies.to_string()
    } else {
        format!("{}–{}", demand.decided, demand.policies)
    }
}

/// How the numbers of the worse protocol come about.
fn arithmetic(ports: &Ports) -> Option<Block> {
    let both = [("TCP", &ports.tcp), ("UDP", &ports.udp)];
    let known = both.into_iter().filter(|(_, one)| one.demand.is_some_and(|demand| demand.at_most > 0));
    let rank =
        |one: &ProtocolPorts| ["ok", "warn", "exhausted"].iter().position(|it| one.verdict() == Some(it));
    // Of equals the first: TCP.
    let (name, one) = known.rev().max_by_key(|(_, one)| (rank(one), one.demand.map(|it| it.policies)))?;
    let (port, make) = if one.free_ports == 1 { ("port", "makes") } else { ("ports", "make") };
    let block = if one.blocks == 1 { "block" } else { "blocks" };
    let have = format!("{name}: {} free {port} {make} {} {block} of 64", one.free_ports, one.blocks);
    let have = match one.held_blocks {
        Some(held) => format!("{have}, and HNS holds {held} more"),
        None => have,
    };
    let demand = one.demand?;
    let (least, most, policies) = (demand.at_least, demand.at_most, demand.policies);
    let needed = if least == most {
        format!("in all {most} {} needed", if most == 1 { "is" } else { "are" })
    } else if most == policies {
        format!("in all {least} to {most} are needed, the most with one for each policy without DSR")
    } else {
        format!(
            "in all {least} to {most} are needed, {policies} of the most for policies without DSR, the rest for pods"
        )
    };
    Some(Block::Paragraph(format!("{have}; {needed}"), Tone::Plain))
}

impl ProtocolPorts {
    fn verdict(&self) -> Option<&str> {
        self.verdict.as_deref()
    }

    /// Whether the verdict is counted: that of what a node lists, unless the services that were asked about decide it.
    fn is_sure(&self) -> bool {
        self.certain || self.basis == "live" && (self.verdict() != Some("exhausted") || self.blocks == 0)
    }
}

/// How many services fit.
fn fitting(largest: &LargestServices) -> String {
    let which = match &largest.shape {
        None => "Services like those given, on average,".to_owned(),
        Some(shape) => {
            let ports = if shape.ports == 1 { "port" } else { "ports" };
            let local = if shape.external_traffic_policy == "Local" {
                " and externalTrafficPolicy Local"
            } else {
                ""
            };
            let (kind, count, protocol) = (&shape.service_type, shape.ports, &shape.protocol);
            format!("Services of type {kind} with {count} {protocol} {ports}{local}")
        }
    };
    let beside = match largest {
        LargestServices { further: true, .. } => " beside what the node has",
        LargestServices { beside_always_present: true, .. } => " beside kubernetes and kube-dns",
        _ => "",
    };
    let span = |span: ServiceSpan| match (span.at_least, span.at_most) {
        (None, _) => "any number, as far as ports go".to_owned(),
        (Some(_), Some(0)) => "none".to_owned(),
        (Some(least), _) if largest.further => {
            format!("at least {least} more, and further ones if policies share blocks")
        }
        (Some(least), _) => format!("at least {least}, more if policies share blocks"),
    };
    let on = largest.with_dsr.map(|on| format!("; with DSR on {}", span(on))).unwrap_or_default();
    let off = largest.without_dsr.map_or_else(|| "not known".to_owned(), span);
    format!("{which} that fit{beside}: with DSR off {off}{on}")
}

/// What wider ranges would bring, where ports do not suffice.
fn wider(ports: &Ports) -> Option<Table> {
    let mut table = Table::new(vec![
        text("ports"),
        text("wider dynamic range"),
        number("free blocks of 64"),
        text("collides with"),
    ]);
    let mut any = false;
    for (name, one) in [("TCP", &ports.tcp), ("UDP", &ports.udp)] {
        if matches!(one.verdict(), Some("ok") | None) {
            continue;
        }
        for wide in &one.wider {
            any = true;
            let node_ports = wide.node_ports.as_ref();
            let node_ports = node_ports.map(|ports| format!("node ports {}–{}", ports.first, ports.last));
            let windows = wide.windows_components.then(|| "Windows components 33000–33999".to_owned());
            let with: Vec<String> = node_ports.into_iter().chain(windows).collect();
            table.push(vec![
                Cell::new(name, Tone::Strong),
                format!("{}–{}", wide.first_port, wide.last_port).into(),
                wide.blocks.into(),
                if with.is_empty() { "nothing known".into() } else { with.join(", ").into() },
            ]);
        }
    }
    any.then_some(table)
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

#[cfg(test)]
mod tests {
    use crate::dsr::{DsrRequest, dsr};
    use crate::report::Style;
    use crate::request::Document;
    use std::fmt::Write as _;
    use std::ops::ControlFlow;

    #[test]
    fn the_arithmetic_is_that_of_the_worse_protocol() {
        let mut text = String::from("Protocol tcp\n----------    --------\n");
        for block in 0..250 {
            let first = 49_152 + 64 * block;
            writeln!(text, " {first} {}", first + 63).unwrap();
        }
        let request = DsrRequest {
            services: Some(10.into()),
            documents: vec![Document { name: "ports.txt".into(), text }],
            ..DsrRequest::default()
        };
        let answer = dsr(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        let shown =
            super::dsr(&answer, Style { colour: false, width: 100, sources: false }).replace('\n', " ");
        assert!(
            shown.contains("TCP: 384 free ports make 6 blocks of 64, and HNS holds 250 more;"),
            "{shown}"
        );
        assert!(!shown.contains("UDP: 16384"), "{shown}");
    }
}
