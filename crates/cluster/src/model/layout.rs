//! Where the text of a script stands in its file.

use super::Place;
use std::sync::Arc;

/// How the text of a script lies in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// As in the file: from the place of the script on, its lines are lines of the file.
    Plain,
    /// In pieces, as in a block of YAML or in quotes with escapes.
    Pieces(Arc<[Piece]>),
    /// Encoded, or written by an expression: only its own lines can be told. The number of its first one, from 1.
    Hidden(u32),
}

/// A stretch of a script that stands in the file as it is, up to the next piece or the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "readers build it")]
pub struct Piece {
    /// Its first byte in the text of the script.
    pub at: usize,
    /// The line of the file, from 1.
    pub line: u32,
    /// The column of the file, from 1.
    pub column: u32,
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Layout {
    /// The place of a byte of the text. Where only the script's own lines are known, the place of all of it with
    /// that line.
    pub(crate) fn place_at(&self, text: &str, place: &Place, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or_default();
        let nowhere = || Place { width: 0, ..place.clone() };
        if place.line == 0 {
            return nowhere();
        }
        match self {
            Self::Plain => match before.rsplit_once('\n') {
                None => {
                    let column = place.column.saturating_add(count(before.chars().count()));
                    Place { column, ..nowhere() }
                }
                Some((lines, last)) => {
                    let lines = count(lines.matches('\n').count()).saturating_add(1);
                    let (line, column) = (place.line.saturating_add(lines), count(last.chars().count()) + 1);
                    Place { line, column, ..nowhere() }
                }
            },
            Self::Pieces(pieces) => {
                let behind = pieces.partition_point(|piece| piece.at <= offset);
                let piece = behind.checked_sub(1).and_then(|last| pieces.get(last));
                let Some(piece) = piece else { return nowhere() };
                let stretch = before.get(piece.at..).unwrap_or_default();
                if stretch.contains('\n') {
                    return place.clone();
                }
                let column = piece.column.saturating_add(count(stretch.chars().count()));
                Place { line: piece.line, column, ..nowhere() }
            }
            Self::Hidden(first) => {
                let line = first.saturating_add(count(before.matches('\n').count()));
                Place { script_line: line, ..place.clone() }
            }
        }
    }

    /// The layout of what follows a byte of the text; its place is that of the byte.
    #[must_use]
    pub(crate) fn behind(&self, text: &str, place: &Place, offset: usize) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Hidden(first) => {
                let lines = text.get(..offset).map_or(0, |before| before.matches('\n').count());
                Self::Hidden(first.saturating_add(count(lines)))
            }
            Self::Pieces(pieces) => {
                let at = self.place_at(text, place, offset);
                let first = Piece { at: 0, line: at.line, column: at.column };
                let later = pieces.iter().filter(|piece| piece.at > offset);
                let later = later.map(|piece| Piece { at: piece.at - offset, ..*piece });
                Self::Pieces(std::iter::once(first).chain(later).collect())
            }
        }
    }

    /// The pieces of a text; `None` where its place is hidden.
    pub(crate) fn pieces(&self, text: &str, place: &Place) -> Option<Vec<Piece>> {
        match self {
            Self::Hidden(_) => None,
            Self::Pieces(pieces) => Some(pieces.to_vec()),
            Self::Plain => {
                let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
                let piece = |(line, at): (usize, usize)| Piece {
                    at,
                    line: place.line.saturating_add(count(line)),
                    column: if line == 0 { place.column } else { 1 },
                };
                Some(starts.enumerate().map(piece).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_place() {
        let text = "ä\nbc\n";
        let place = Place { width: 7, ..Place::new(&"a".into(), 3, 5) };
        let at = |layout: &Layout, offset| {
            let at = layout.place_at(text, &place, offset);
            (at.line, at.column, at.width, at.script_line)
        };
        assert_eq!((at(&Layout::Plain, 2), at(&Layout::Plain, 4)), ((3, 6, 0, 0), (4, 2, 0, 0)));
        assert_eq!(at(&Layout::Hidden(2), 4), (3, 5, 7, 3));
        let pieces = Layout::Pieces(
            [(0, 3, 9), (3, 8, 2)].map(|(at, line, column)| Piece { at, line, column }).into(),
        );
        assert_eq!((at(&pieces, 2), at(&pieces, 4)), ((3, 10, 0, 0), (8, 3, 0, 0)));
        // Behind the last line that could be followed, only the whole is sure.
        assert_eq!(at(&pieces, 6), (3, 5, 7, 0));
        let rest = pieces.behind(text, &place, 4);
        assert_eq!(rest, Layout::Pieces([Piece { at: 0, line: 8, column: 3 }].into()));
    }
}
