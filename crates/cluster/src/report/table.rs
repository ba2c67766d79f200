//! Tables: what stands where, and how wide each column is.

use super::{Tone, printable};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

/// Blanks between two columns.
const GAP: usize = 2;
/// Columns of text are not squeezed below this: a CIDR block and an AWS id stay in one piece.
const LEAST: usize = 24;

#[derive(Debug)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) title: String,
    /// Numbers stand on the right and are never broken.
    pub(super) number: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

impl Cell {
    #[expect(clippy::needless_pass_by_value, reason = "numbers and borrowed texts alike")]
    pub(super) fn new(text: impl ToString, tone: Tone) -> Self {
        Self { text: text.to_string(), tone }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(value: T) -> Self {
        Self::new(value, Tone::Plain)
    }
}

/// A column of text.
pub(super) fn text(title: &str) -> Column {
    Column { title: title.to_owned(), number: false }
}

/// A column of numbers.
pub(super) fn number(title: &str) -> Column {
    Column { title: title.to_owned(), number: true }
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a cell for every column");
        self.rows.push(row);
    }

    /// Drops the columns of this title in which no row has anything.
    pub(super) fn without_empty(mut self) -> Self {
        let empty: Vec<bool> = (0..self.columns.len())
            .map(|index| self.rows.iter().all(|row| row[index].text.is_empty()))
            .collect();
        let keep = |index: &mut usize| {
            *index += 1;
            !empty[*index - 1]
        };
        let mut index = 0;
        self.columns.retain(|_| keep(&mut index));
        for row in &mut self.rows {
            let mut index = 0;
            row.retain(|_| keep(&mut index));
        }
        self
    }

    /// Lines of pieces with their tones, the title row first.
    pub(super) fn lines(&self, width: usize) -> Vec<Vec<(String, Tone)>> {
        let titles = self.columns.iter().map(|column| Cell::new(&column.title, Tone::Faint)).collect();
        let rows: Vec<Vec<Cell>> = core::iter::once(&titles)
            .chain(&self.rows)
            .map(|row: &Vec<Cell>| {
                row.iter().map(|cell| Cell::new(printable(&cell.text), cell.tone)).collect()
            })
            .collect();
        let widths = self.widths(&rows, width);
        if widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > width {
            return stacked(&rows, width);
        }
        rows.iter().flat_map(|row| self.row(row, &widths)).collect()
    }

    fn widths(&self, rows: &[Vec<Cell>], width: usize) -> Vec<usize> {
        let longest = |index: usize, of: &dyn Fn(&str) -> usize| {
            rows.iter().map(|row| of(&row[index].text)).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> =
            (0..self.columns.len()).map(|index| longest(index, &|text| text.width())).collect();
        // Sentences are squeezed before names are torn apart.
        self.squeeze(&mut widths, width, &|index| longest(index, &longest_word));
        self.squeeze(&mut widths, width, &|index| {
            if self.columns[index].number {
                let values = rows[1..].iter().map(|row| row[index].text.width()).max().unwrap_or(0);
                values.max(longest_piece(&rows[0][index].text))
            } else {
                longest(index, &longest_piece).min(LEAST)
            }
        });
        // A column that was squeezed may need less than it was left.
        for (index, width) in widths.iter_mut().enumerate() {
            *width =
                longest(index, &|text| wrap(text, *width).iter().map(|line| line.width()).max().unwrap_or(0));
        }
        widths
    }

    /// Takes from the widest columns until the table fits or every column has its least width.
    fn squeeze(&self, widths: &mut [usize], width: usize, least: &dyn Fn(usize) -> usize) {
        let least: Vec<usize> = (0..self.columns.len()).map(least).collect();
        let gaps = GAP * self.columns.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width {
            let squeezable = (0..widths.len()).filter(|index| widths[*index] > least[*index]);
            let Some(widest) = squeezable.max_by_key(|index| widths[*index]) else { break };
            widths[widest] -= 1;
        }
    }

    fn row(&self, cells: &[Cell], widths: &[usize]) -> Vec<Vec<(String, Tone)>> {
        let wrapped: Vec<Vec<String>> =
            cells.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width)).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        (0..height)
            .map(|line| {
                let mut out: Vec<(String, Tone)> = Vec::new();
                let mut blanks = 0;
                for (index, column) in self.columns.iter().enumerate() {
                    let text = wrapped[index].get(line).map_or("", String::as_str);
                    let room = widths[index].saturating_sub(text.width());
                    let (before, after) = if column.number { (room, 0) } else { (0, room) };
                    if text.is_empty() {
                        blanks += widths[index] + GAP;
                        continue;
                    }
                    out.push((" ".repeat(blanks + before), Tone::Plain));
                    out.push((text.to_owned(), cells[index].tone));
                    blanks = after + GAP;
                }
                out
            })
            .collect()
    }
}

/// Where no table fits: the first cell of each row, and under it a line for every other cell.
fn stacked(rows: &[Vec<Cell>], width: usize) -> Vec<Vec<(String, Tone)>> {
    let Some((titles, rows)) = rows.split_first() else { return Vec::new() };
    let title_width = titles.iter().skip(1).map(|title| title.text.width()).max().unwrap_or(0);
    let start = 2 + title_width + GAP;
    let mut lines = Vec::new();
    for row in rows {
        for (index, (cell, title)) in row.iter().zip(titles).enumerate() {
            let room = if index == 0 { width } else { width.saturating_sub(start) };
            for (line, text) in wrap(&cell.text, room).into_iter().enumerate() {
                let text = (text, cell.tone);
                lines.push(match (index, line) {
                    (0, _) => vec![text],
                    (_, 0) => {
                        let gap = " ".repeat(start - 2 - title.text.width());
                        let title = (title.text.clone(), Tone::Faint);
                        vec![("  ".to_owned(), Tone::Plain), title, (gap, Tone::Plain), text]
                    }
                    _ => vec![(" ".repeat(start), Tone::Plain), text],
                });
            }
        }
    }
    lines
}

/// Pieces of a word that is too long for its line, each with the hyphen, comma or slash that ends it.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split_inclusive(['-', ',', '/'])
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0)
}

fn longest_piece(text: &str) -> usize {
    text.split(' ').flat_map(pieces).map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Lines of at most `width` columns, broken behind a blank where that is possible, behind a hyphen, comma or slash where
/// a word is too long, and anywhere at the last.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end().width();
        if line.width() + bare <= width {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(core::mem::take(&mut line));
        }
        if bare <= width {
            line.push_str(word);
            continue;
        }
        for piece in pieces(word) {
            if !line.is_empty() && line.width() + piece.trim_end().width() > width {
                lines.push(core::mem::take(&mut line));
            }
            for char in piece.chars() {
                if line.width() + char.width().unwrap_or(0) > width && !line.is_empty() && char != ' ' {
                    lines.push(core::mem::take(&mut line));
                }
                line.push(char);
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_blanks_then_hyphens_then_anywhere() {
        assert_eq!(wrap("", 5), Vec::<String>::new());
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("subnet-0123456789", 10), ["subnet-", "0123456789"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn columns_align_by_width_and_lines_have_no_blanks_at_the_end() {
        let mut table = Table::new(vec![text("名"), number("n"), text("more")]);
        table.push(vec!["日本".into(), 7.into(), "".into()]);
        table.push(vec!["a".into(), 123.into(), "x".into()]);
        let lines: Vec<String> = table
            .lines(80)
            .into_iter()
            .map(|line| line.into_iter().map(|(text, _)| text).collect())
            .collect();
        assert_eq!(lines, ["名      n  more", "日本    7", "a     123  x"]);
    }

    #[test]
    fn a_narrow_terminal_breaks_text_but_no_number() {
        let mut table = Table::new(vec![text("name"), number("needed at max")]);
        table.push(vec!["a long name of a subnet".into(), 1_234_567.into()]);
        for line in table.lines(20) {
            let line: String = line.into_iter().map(|(text, _)| text).collect();
            assert!(line.width() <= 21, "{line:?}");
        }
    }
}
