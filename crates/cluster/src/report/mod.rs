//! Answers for people: text for a terminal, HTML for a notebook.
//!
//! Both are made from the same few blocks (a headline, tables, paragraphs, lists), so that they say the same.
//! Whatever comes from a file is printed with control characters and marks of writing direction escaped.

mod answers;
mod check;
mod cni;
mod dsr;
mod explain;
mod html;
mod migration;
mod plan;
mod render;
mod sarif;
mod simulate;
mod subnet;
mod table;
mod text;
mod topology;

pub use answers::{capacity, ipam, operations, problems, sources, types};
pub use check::{check, check_brief, place, rule_index, rule_page, rules, rules_explained};
pub use dsr::dsr;
pub use explain::explain;
pub use html::html;
pub use migration::migration;
pub use plan::plan;
pub use render::{render_notes, rendered};
pub use sarif::sarif;
pub use simulate::simulate;
pub use subnet::{carve, census, cure, forecast, reserve, size};
pub use topology::topology;

use std::borrow::Cow;
use std::fmt::Write as _;
use table::Table;

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Style {
    /// Whether ANSI colours are used.
    pub colour: bool,
    /// The columns of the terminal; lines are wrapped to them.
    pub width: usize,
    /// Whether the facts that each sentence rests on are listed.
    pub sources: bool,
}

impl Default for Style {
    /// 80 columns, neither colours nor sources.
    fn default() -> Self {
        Self { colour: false, width: 80, sources: false }
    }
}

/// What a piece of text means to the reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Tone {
    #[default]
    Plain,
    Strong,
    Faint,
    Good,
    Doubtful,
    Bad,
}

/// A stretch of one line.
type Piece = (String, Tone);

/// A part of an answer.
#[derive(Debug)]
enum Block {
    /// Pieces of one line, the answer in short.
    Headline(Vec<Piece>),
    Title(String),
    Paragraph(String, Tone),
    Table(Table),
    List(Vec<Item>),
    Entries(Vec<Entry>),
    /// Lines that stay as they are: maps, commands, templates.
    Verbatim(Vec<Vec<Piece>>),
}

/// One thing of many: a few short columns and a text, aligned with those of the others, and more lines under the text.
#[derive(Debug)]
struct Entry {
    columns: Vec<Piece>,
    text: Piece,
    /// A word for what the line says, and the line.
    lines: Vec<(&'static str, String, Tone)>,
}

/// One sentence of a list.
#[derive(Debug, Default)]
struct Item {
    text: String,
    tone: Tone,
    /// Where it stands: a place in a file.
    place: Option<String>,
    /// What it rests on.
    detail: Option<String>,
}

/// Replaces what could break a terminal or mislead its reader: control characters, invisible characters and
/// marks that turn the writing direction become `\u{…}`, a line break `\n`.
///
/// # Examples
/// ```
/// use winpod_cluster::report::printable;
///
/// assert_eq!(printable("web-win"), "web-win");
/// assert_eq!(printable("a\u{1b}[2Jb\n\u{202e}c"), "a\\u{1b}[2Jb\\n\\u{202e}c");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            char if is_unprintable(char) => _ = write!(out, "\\u{{{:x}}}", u32::from(char)),
            char => out.push(char),
        }
    }
    Cow::Owned(out)
}

fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// `1 subnet`, `2 subnets`.
fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
