//! What was rendered, as blocks: its notes, and why lines are there.

use super::answers::note_blocks;
use super::{Block, Entry, Style, Tone};
use crate::render::{Artefact, Rendered};
use winpod::source::SourceId;

/// What is worth telling beside the files.
pub fn render_notes(answer: &Rendered, style: Style) -> String {
    super::text::render(&note_blocks(&answer.notes, style.sources, &[]), style)
}

/// The files line by line, with the reasons why lines are there and the facts behind them.
pub fn rendered(answer: &Rendered, style: Style) -> String {
    let mut blocks = Vec::new();
    for artefact in &answer.artefacts {
        blocks.push(Block::Title(artefact.name.clone()));
        blocks.push(Block::Entries(
            artefact.text.lines().zip(1..).map(|(line, at)| entry(artefact, line, at)).collect(),
        ));
    }
    super::text::render(&blocks, style)
}

fn entry(artefact: &Artefact, line: &str, number: u32) -> Entry {
    let reasons = artefact.lines.iter().filter(|reason| reason.line == number).flat_map(|reason| {
        let facts = reason.why.sources.iter().filter_map(|key| SourceId::from_key(key));
        let facts: Vec<String> = facts.map(|id| format!("{} ({})", id.key(), id.grade().name())).collect();
        let fact = (!facts.is_empty()).then(|| ("fact", facts.join(", "), Tone::Faint));
        std::iter::once(("why", reason.why.message.clone(), Tone::Plain)).chain(fact)
    });
    // Blanks of the indentation are U+00A0, so that they stay.
    let indent = line.len() - line.trim_start_matches(' ').len();
    Entry {
        columns: vec![(number.to_string(), Tone::Faint)],
        text: (format!("{}{}", "\u{a0}".repeat(indent), line.trim_start_matches(' ')), Tone::Strong),
        lines: reasons.collect(),
    }
}
