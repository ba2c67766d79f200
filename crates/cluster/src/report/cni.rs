//! The advice on CNIs as blocks.

use super::answers::rests_on;
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Tone};
use crate::cni::{Cni, CniAdvice, CniOption, CniReason};
use crate::note::NoteKind;
use crate::plan::Verdict;
use winpod::source::SourceId;

pub(super) fn blocks(advice: &CniAdvice, sources: bool) -> Vec<Block> {
    let mut blocks = vec![headline(advice), Block::Table(table(advice)), list(&advice.because, sources)];
    if !advice.missing.is_empty() {
        blocks.push(Block::Title("Would tell more:".to_owned()));
        let item = |lack: &crate::check::Lack| Item {
            text: format!("{}: {}", lack.what, lack.how),
            ..Item::default()
        };
        blocks.push(Block::List(advice.missing.iter().map(item).collect()));
    }
    for option in &advice.options {
        let (word, _) = verdict(option.verdict);
        for (title, reasons) in [
            (format!("{}, {word}:", called(&option.cni)), &option.because),
            (format!("{} breaks:", called(&option.cni)), &option.breaks),
            (format!("{} needs:", called(&option.cni)), &option.needs),
        ] {
            if !reasons.is_empty() {
                blocks.push(Block::Title(title));
                blocks.push(list(reasons, sources));
            }
        }
    }
    let of =
        |option: &CniOption| [option.because.clone(), option.breaks.clone(), option.needs.clone()].concat();
    let all = advice.options.iter().flat_map(of).chain(advice.because.iter().cloned());
    let facts = all.flat_map(|why| why.sources).filter_map(|key| SourceId::from_key(&key));
    blocks.extend(rests_on(sources, facts));
    blocks
}

fn called(name: &str) -> &str {
    Cni::ALL.into_iter().find(|cni| cni.name() == name).map_or(name, |cni| cni.called())
}

fn headline(advice: &CniAdvice) -> Block {
    let what = match &advice.recommended {
        Some(cni) => (format!("{} recommended", called(cni)), Tone::Good),
        None => ("none recommended".to_owned(), Tone::Doubtful),
    };
    Block::Headline(vec![("CNI".to_owned(), Tone::Strong), what])
}

const fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Fits => ("fits", Tone::Good),
        Verdict::Unknown => ("not known", Tone::Doubtful),
        Verdict::DoesNotFit => ("does not fit", Tone::Bad),
    }
}

fn table(advice: &CniAdvice) -> Table {
    let mut table = Table::new(vec![
        text("CNI"),
        text("verdict"),
        text("in use"),
        text("pods/node"),
        number("breaks"),
        number("needs"),
    ]);
    for option in &advice.options {
        let (word, tone) = verdict(option.verdict);
        let pods = option.pods_per_node.iter().map(|row| row.pods);
        let pods = match (pods.clone().min(), pods.max()) {
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least}–{most}"),
            _ => String::new(),
        };
        table.push(vec![
            Cell::new(called(&option.cni), Tone::Strong),
            Cell::new(word, tone),
            if option.now { "now".into() } else { Cell::default() },
            pods.into(),
            option.breaks.len().into(),
            option.needs.len().into(),
        ]);
    }
    table.without_empty()
}

fn list(reasons: &[CniReason], sources: bool) -> Block {
    let item = |why: &CniReason| {
        let grade = why.grade.as_deref().map(|grade| format!(" ({grade})")).unwrap_or_default();
        Item {
            text: format!("{}{grade}", why.message),
            tone: if why.kind == NoteKind::Warning { Tone::Doubtful } else { Tone::Plain },
            place: why.location.as_ref().map(ToString::to_string),
            detail: (sources && !why.sources.is_empty())
                .then(|| format!("rests on {}", why.sources.join(", "))),
        }
    };
    Block::List(reasons.iter().map(item).collect())
}
