//! Blocks as text for a terminal.

use super::table::wrap;
use super::{Block, Item, Style, Tone, printable};
use unicode_width::UnicodeWidthStr as _;

/// The narrowest layout; smaller terminals wrap by themselves.
const NARROWEST: usize = 40;
/// Sentences are not drawn out over more columns than a reader follows.
const WIDEST_SENTENCE: usize = 110;

pub(super) fn render(blocks: &[Block], style: Style) -> String {
    let mut page = Page { out: String::new(), style, width: style.width.max(NARROWEST) };
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

struct Page {
    out: String,
    style: Style,
    width: usize,
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
