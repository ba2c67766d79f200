//! Blocks as text for a terminal.

use super::table::wrap;
use super::{Block, Entry, Item, Style, Tone, printable};
use unicode_width::UnicodeWidthStr as _;

/// The narrowest layout; smaller terminals wrap by themselves.
const NARROWEST: usize = 40;
/// Sentences are not drawn out over more columns than a reader follows.
const WIDEST_SENTENCE: usize = 110;

pub(super) fn render(blocks: &[Block], style: Style) -> String {
    let columns = columns(blocks);
    let mut page = Page { out: String::new(), style, width: style.width.max(NARROWEST), columns };
    for (index, block) in blocks.iter().enumerate() {
        // A title stands close to what it names.
        let close = index == 0 || matches!(blocks[index - 1], Block::Title(_));
        if !close {
            page.out.push('\n');
        }
        page.block(block);
    }
    page.out
}

/// How wide the columns of entries are, the same in all blocks.
fn columns(blocks: &[Block]) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::new();
    for block in blocks {
        let Block::Entries(entries) = block else { continue };
        for entry in entries {
            columns.resize(columns.len().max(entry.columns.len()), 0);
            for (width, (text, _)) in columns.iter_mut().zip(&entry.columns) {
                *width = (*width).max(printable(text).width());
            }
        }
    }
    columns
}

struct Page {
    out: String,
    style: Style,
    width: usize,
    columns: Vec<usize>,
}

impl Page {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Headline(pieces) => self.headline(pieces),
            Block::Title(title) => self.hanging("", title, Tone::Strong),
            Block::Paragraph(text, tone) => self.hanging("", text, *tone),
            Block::Table(table) => {
                for line in table.lines(self.width) {
                    for (text, tone) in line {
                        // Blanks that must not be broken at hold trees together.
                        self.paint(&text.replace('\u{a0}', " "), tone);
                    }
                    self.out.push('\n');
                }
            }
            Block::Verbatim(lines) => {
                for line in lines {
                    for (text, tone) in line {
                        self.paint(&printable(text), *tone);
                    }
                    self.out.push('\n');
                }
            }
            Block::List(items) => {
                for item in items {
                    self.item(item);
                }
            }
            Block::Entries(entries) => {
                for entry in entries {
                    self.entry(entry);
                }
            }
        }
    }

    fn headline(&mut self, pieces: &[(String, Tone)]) {
        let mut column = 0;
        for (index, (text, tone)) in pieces.iter().enumerate() {
            let text = printable(text);
            if index > 0 {
                if column + 3 + text.width() > self.width {
                    self.out.push_str(" ·\n");
                    column = 0;
                } else {
                    self.paint(" · ", Tone::Faint);
                    column += 3;
                }
            }
            for (row, line) in wrap(&text, self.width).iter().enumerate() {
                if row > 0 {
                    self.out.push('\n');
                    column = 0;
                }
                self.paint(line, *tone);
                column += line.width();
            }
        }
        self.out.push('\n');
    }

    fn entry(&mut self, entry: &Entry) {
        const GAP: usize = 2;
        let widths = self.columns.clone();
        for (index, ((text, tone), width)) in entry.columns.iter().zip(&widths).enumerate() {
            let text = printable(text);
            self.out.push_str(&" ".repeat(GAP));
            self.paint(&text, *tone);
            if index + 1 < widths.len() {
                self.out.push_str(&" ".repeat(width.saturating_sub(text.width())));
            }
        }
        let hang = widths.iter().map(|width| width + GAP).sum::<usize>() + GAP;
        // Sentences that would stand in a narrow stripe get lines of their own.
        let beside = hang <= self.width / 2;
        let hang = if beside { hang } else { 2 * GAP };
        let room = self.width.min(hang + WIDEST_SENTENCE) - hang;
        let last = entry.columns.last().map_or(0, |(text, _)| printable(text).width());
        let mut lead = if beside {
            GAP + widths.last().map_or(0, |width| width.saturating_sub(last))
        } else {
            self.out.push('\n');
            hang
        };
        for line in wrap(&printable(&entry.text.0), room) {
            self.out.push_str(&" ".repeat(lead));
            self.paint(&line, entry.text.1);
            self.out.push('\n');
            lead = hang;
        }
        for (label, text, tone) in &entry.lines {
            let (lead, room) = if beside {
                (hang.saturating_sub(GAP + label.width()), room)
            } else {
                (hang, room.saturating_sub(label.width() + GAP))
            };
            self.out.push_str(&" ".repeat(lead));
            self.paint(label, Tone::Faint);
            let hang = lead + label.width() + GAP;
            let mut lead = GAP;
            for line in wrap(&printable(text), room) {
                self.out.push_str(&" ".repeat(lead));
                self.paint(&line, *tone);
                self.out.push('\n');
                lead = hang;
            }
        }
    }

    fn item(&mut self, item: &Item) {
        self.hanging("- ", &item.text, item.tone);
        if let Some(place) = &item.place {
            // A place stays in one piece, so that editors and people can follow it.
            self.out.push_str("  ");
            self.paint(&printable(place), Tone::Faint);
            self.out.push('\n');
        }
        if let Some(detail) = &item.detail {
            self.hanging("  ", detail, Tone::Faint);
        }
    }

    fn hanging(&mut self, bullet: &str, text: &str, tone: Tone) {
        let room = self.width.min(WIDEST_SENTENCE) - bullet.len();
        for (index, line) in wrap(&printable(text), room).iter().enumerate() {
            if index == 0 {
                self.out.push_str(bullet);
            } else {
                self.out.push_str(&" ".repeat(bullet.len()));
            }
            self.paint(line, tone);
            self.out.push('\n');
        }
    }

    fn paint(&mut self, text: &str, tone: Tone) {
        let code = match tone {
            Tone::Plain => "",
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "31",
        };
        if code.is_empty() || !self.style.colour || text.trim().is_empty() {
            self.out.push_str(text);
        } else {
            self.out.push_str("\x1b[");
            self.out.push_str(code);
            self.out.push('m');
            self.out.push_str(text);
            self.out.push_str("\x1b[0m");
        }
    }
}
