//! What stands where something was found, in one line and short enough to show.

use crate::request::shortened_inside;
use std::ops::Range;

/// Characters of a record that are shown on each side of a match that lies deep inside of it.
const SIDE: usize = 120;

/// What a record says; of a long one the part around the match, with ellipses where something is left out.
pub(super) fn excerpt(window: &[u8], record: Range<usize>, found: Range<usize>) -> String {
    let part = |range: Range<usize>| one_line(window.get(range).unwrap_or_default());
    // Of a very long line, only what is near the match is its record.
    let breaks = |byte: Option<&u8>| matches!(byte, None | Some(b'\n' | b'\r'));
    let cut_before = !breaks(record.start.checked_sub(1).and_then(|at| window.get(at)));
    let cut_behind = !breaks(window.get(record.end)) && !breaks(window.get(record.end.saturating_sub(1)));
    let mark = |cut: bool| if cut { "…" } else { "" };
    let whole = format!("{}{}{}", mark(cut_before), part(record.clone()), mark(cut_behind));
    let match_itself = part(found.clone());
    let short = shortened_inside(&whole);
    if short.contains(&match_itself) {
        return short;
    }
    let (before, behind) = (part(record.start..found.start), part(found.end..record.end));
    let first = before.char_indices().nth_back(SIDE).map_or(0, |(at, _)| at);
    let last = behind.char_indices().nth(SIDE).map_or(behind.len(), |(at, _)| at);
    let blank = |at: usize| if window.get(at).is_some_and(u8::is_ascii_whitespace) { " " } else { "" };
    format!(
        "{}{}{}{}{}{}{}",
        mark(cut_before || first > 0),
        before.get(first..).unwrap_or_default().trim_start(),
        blank(found.start.saturating_sub(1)),
        shortened_inside(&match_itself),
        blank(found.end),
        behind.get(..last).unwrap_or_default().trim_end(),
        mark(cut_behind || last < behind.len()),
    )
}

fn one_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_match_is_always_shown() {
        let text = format!("{} it is here {}", "ab ".repeat(400), "cd ".repeat(400));
        let at = text.find("it is").unwrap();
        let found = at..at + "it is here".len();
        let shown = excerpt(text.as_bytes(), 0..text.len(), found.clone());
        assert!(shown.starts_with("…b ab") || shown.starts_with("…ab ab"), "{shown}");
        assert!(shown.contains("ab it is here cd") && shown.ends_with("cd…"), "{shown}");

        let cut = excerpt(text.as_bytes(), at - 6..at + 16, found.clone());
        assert_eq!(cut, "…b ab it is here cd cd…");

        let lines = b"before\nit is here\r\nafter";
        assert_eq!(excerpt(lines, 7..18, 7..17), "it is here");
    }
}
