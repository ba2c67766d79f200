//! Explanations as blocks.

use super::answers::rests_on;
use super::table::{Table, number, text};
use super::{Block, Item, Style, Tone, count};
use crate::explain::{BackgroundStep, Explanation, Likelihood, PossibleCause};
use winpod::source::SourceId;

/// Objects that are shown; JSON has all that are kept.
const MAX_OBJECTS: usize = 10;

/// Explanations as text.
pub fn explain(answer: &[Explanation], style: Style) -> String {
    super::text::render(&blocks(answer, style.sources), style)
}

pub(super) fn blocks(answer: &[Explanation], sources: bool) -> Vec<Block> {
    if answer.is_empty() {
        let nothing =
            "Not recognised: no known error or event of the network of Windows nodes on EKS.".to_owned();
        return vec![Block::Paragraph(nothing, Tone::Doubtful)];
    }
    let mut blocks: Vec<Block> = answer.iter().flat_map(one).collect();
    let steps = answer.iter().flat_map(|it| &it.background).flat_map(|step| &step.sources);
    let facts =
        answer.iter().flat_map(|it| &it.sources).chain(steps).filter_map(|key| SourceId::from_key(key));
    blocks.extend(rests_on(sources, facts));
    blocks
}

fn one(it: &Explanation) -> Vec<Block> {
    let mut head =
        vec![(it.id.clone(), Tone::Strong), (it.title.clone(), Tone::Bad), (count_of(it), Tone::Plain)];
    head.extend(it.results.iter().map(|result| {
        let name = result.name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
        (format!("{name}{} ({})", result.hex, result.decimal), Tone::Plain)
    }));
    let shown = Item { text: it.shown.clone(), place: Some(it.location.to_string()), ..Item::default() };
    let mut blocks = vec![Block::Headline(head), Block::List(vec![shown])];
    if it.cut {
        let cut = "Its text is cut off here, and was recognised by its beginning.".to_owned();
        blocks.push(Block::Paragraph(cut, Tone::Doubtful));
    }
    if !it.nodes.is_empty() {
        blocks.push(Block::Paragraph(nodes(&it.nodes), Tone::Plain));
    }
    if !it.objects.is_empty() {
        blocks.push(Block::Table(objects(it)));
        let left = it.objects.len().saturating_sub(MAX_OBJECTS);
        if left > 0 || it.other_objects_count > 0 {
            let others = match it.other_objects_count {
                0 => String::new(),
                more => format!("; {more} times about objects that are not listed"),
            };
            blocks.push(Block::Paragraph(format!("and {}{others}", count(left, "object")), Tone::Faint));
        }
    }
    if !it.causes.is_empty() {
        let title = if it.causes.len() == 1 { "Cause:" } else { "Causes, the most likely first:" };
        blocks.push(Block::Title(title.to_owned()));
        blocks.push(Block::List(it.causes.iter().map(cause).collect()));
    }
    if !it.background.is_empty() {
        blocks.push(Block::Title("How it comes about:".to_owned()));
        let step = |step: &BackgroundStep| Item {
            text: format!("{} ({})", step.text, step.grade),
            ..Item::default()
        };
        blocks.push(Block::List(it.background.iter().map(step).collect()));
    }
    list(&mut blocks, "What to do:", &it.remedy);
    list(&mut blocks, "What to look at:", &it.collect);
    blocks.push(Block::Paragraph(format!("{}; {}", it.grade, it.source), Tone::Faint));
    blocks
}

/// The nodes that an error is about.
fn nodes(names: &[String]) -> String {
    let shown = names.get(..MAX_OBJECTS).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MAX_OBJECTS) {
        0 => format!("on {shown}"),
        more => format!("on {shown} and {}", count(more, "more node")),
    }
}

fn count_of(it: &Explanation) -> String {
    let times = if it.count == 1 { "once".to_owned() } else { format!("{} times", it.count) };
    match (&it.first_time, &it.last_time) {
        (Some(first), Some(last)) if first == last => format!("{times}, {first}"),
        (Some(first), Some(last)) => format!("{times}, {first} to {last}"),
        _ => times,
    }
}

fn objects(it: &Explanation) -> Table {
    let mut table = Table::new(vec![text("object"), number("times"), text("first"), text("last")]);
    for object in it.objects.iter().take(MAX_OBJECTS) {
        let namespace = object.namespace.as_ref().map(|it| format!("{it}/")).unwrap_or_default();
        table.push(vec![
            format!("{} {namespace}{}", object.kind, object.name).into(),
            object.count.into(),
            object.first_time.clone().unwrap_or_default().into(),
            object.last_time.clone().unwrap_or_default().into(),
        ]);
    }
    table.without_empty()
}

fn cause(cause: &PossibleCause) -> Item {
    let (word, tone) = match cause.likelihood {
        Likelihood::Likely => ("likely, because of ", Tone::Strong),
        Likelihood::Possible => ("", Tone::Plain),
        Likelihood::Unlikely => ("unlikely, because of ", Tone::Faint),
        Likelihood::Refuted => ("refuted by ", Tone::Faint),
    };
    let why = (!cause.why.is_empty()).then(|| format!("{word}{}", cause.why.join("; ")));
    Item { text: format!("{} ({})", cause.text, cause.grade), tone, place: None, detail: why }
}

fn list(blocks: &mut Vec<Block>, title: &str, texts: &[String]) {
    if !texts.is_empty() {
        blocks.push(Block::Title(title.to_owned()));
        let item = |text: &String| Item { text: text.clone(), ..Item::default() };
        blocks.push(Block::List(texts.iter().map(item).collect()));
    }
}
