//! Comments of a file that are meant for `check`.
//!
//! Works on lines, not on documents, so that YAML and PowerShell have the same comments and a file that is no YAML can
//! still be silenced.

use super::text::lines;
use crate::model::{IgnoreComment, Place};
use std::sync::Arc;

const MARK: &str = "winpod:";
const NAME: &str = "winpod";
const WORD: &str = "ignore";

/// Finds `# winpod: ignore RULE, RULE reason`, and what each covers; with what was most likely meant to be such a comment.
///
/// Behind something on its line it covers that line. On a line of its own it covers the next line that says something,
/// with the lines below that are indented deeper. At the head of a YAML document it covers the document.
pub(super) fn ignores(text: &str, file: &Arc<str>) -> Vec<IgnoreComment> {
    // Nearly every file ends here.
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has(NAME) && !has(WORD) {
        return Vec::new();
    }
    let lines: Vec<Line<'_>> = lines(text).map(Line::new).collect();
    let mut found = Vec::new();
    let mut blocks = None;
    let mut documents = None;
    let mut says = 0;
    for (index, line) in lines.iter().enumerate() {
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
        let place_of =
            |it: &Comment<'_>| Place { width: it.width, ..Place::new(file, number(index), it.column) };
        let comment = line.comment().filter(|comment| comment.words.is_some());
        let Some(comment) = comment else {
            if let Some((comment, rule)) = line.misspelt() {
                found.push(IgnoreComment {
                    rule: rule.to_owned(),
                    reason: String::new(),
                    place: place_of(&comment),
                    misspelt: comment.words.unwrap_or_default().to_owned(),
                    first: number(index),
                    last: number(index),
                });
            }
            continue;
        };
        let (rules, reason) = rules_and_reason(comment.words.unwrap_or_default());
        let documents = documents.get_or_insert_with(|| Documents::new(&lines));
        let (first, last) = if line.kind != Kind::Marker && !comment.own_line {
            (index, index)
        } else if let Some(document) = documents.headed_by(index, &lines) {
            document
        } else {
            // Comments that follow each other are about the same line.
            if says <= index {
                says = (index + 1..lines.len()).find(|next| lines[*next].is_content()).unwrap_or(lines.len());
            }
            let next = Some(says).filter(|says| *says < lines.len());
            let blocks = blocks.get_or_insert_with(|| Blocks::new(&lines));
            next.map_or((index, index), |next| (index, blocks.end(next, &lines)))
        };
        found.extend(rules.into_iter().map(|rule| IgnoreComment {
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            place: place_of(&comment),
            misspelt: String::new(),
            first: number(first),
            last: number(last),
        }));
    }
    found
}

/// The rules that a comment names, with commas between them, and what follows them.
fn rules_and_reason(words: &str) -> (Vec<&str>, &str) {
    let mut rules = Vec::new();
    let mut rest = words;
    loop {
        let (rule, behind) = rest.split_at(rest.find([' ', '\t', ',']).unwrap_or(rest.len()));
        rules.push(rule.trim_end_matches(':'));
        rest = behind.trim_start();
        let Some(next) = rest.strip_prefix(',').map(str::trim_start) else { break };
        rest = next;
        // Behind a comma the reason may begin.
        if rule.ends_with(':') || !is_id(next.split([' ', '\t', ',', ':']).next().unwrap_or_default()) {
            break;
        }
    }
    (rules, rest.trim_start_matches([' ', '\t', ':', '-', '–', '—']).trim_end())
}

/// Whether a word looks like the id of a rule, well written or not.
fn is_id(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = letters.trim_end_matches(['-', '_']);
    let numbered =
        letters.len() < word.len() && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    numbered || word == "PARSE" || word.starts_with("PARSE-")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Comment,
    /// Where a YAML document starts or ends.
    Marker,
    Content,
}

struct Line<'t> {
    text: &'t str,
    kind: Kind,
    indent: usize,
    /// The first item of a list, or a further one.
    item: bool,
}

impl<'t> Line<'t> {
    fn new(text: &'t str) -> Self {
        let bare = text.trim_start_matches([' ', '\t', '\u{feff}']);
        let indent = text.len() - bare.len();
        let marker = |mark| {
            text.strip_prefix(mark).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']))
        };
        let kind = if bare.trim_end().is_empty() {
            Kind::Blank
        } else if bare.starts_with('#') {
            Kind::Comment
        } else if marker("---") || marker("...") {
            Kind::Marker
        } else {
            Kind::Content
        };
        Self { text, kind, indent, item: bare == "-" || bare.starts_with("- ") }
    }

    fn is_content(&self) -> bool {
        self.kind == Kind::Content || self.opens()
    }

    /// `--- value`: a document that begins on the line of its marker.
    fn opens(&self) -> bool {
        self.kind == Kind::Marker
            && self
                .text
                .strip_prefix("---")
                .is_some_and(|rest| !matches!(rest.trim_start().bytes().next(), None | Some(b'#')))
    }

    /// A comment that was most likely meant to ignore a rule, with that rule; its words are what is misspelt.
    fn misspelt(&self) -> Option<(Comment<'t>, &'t str)> {
        if self.kind == Kind::Blank {
            return None;
        }
        self.text.match_indices('#').find_map(|(at, _)| {
            let before = &self.text[..at];
            let own_line = before.trim_start_matches(['#', ' ', '\t', '\u{feff}']).is_empty();
            let quoted = before.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
            if quoted || !(own_line || before.ends_with([' ', '\t'])) {
                return None;
            }
            let written = self.text[at + 1..].trim_start_matches(['#', ' ', '\t']);
            let (rest, _) = near(written, NAME)?;
            let (rest, end) = near(rest, WORD)?;
            let rule = rest.split([' ', '\t', ',', ':']).next().filter(|rule| is_id(rule))?;
            let written = written.get(..written.len() - end.len())?;
            let start = before.chars().count();
            let count = |chars: usize| u32::try_from(chars).unwrap_or(u32::MAX);
            let width = count(self.text.trim_end().chars().count().saturating_sub(start));
            let column = count(start).saturating_add(1);
            Some((Comment { words: Some(written), own_line, column, width }, rule))
        })
    }

    fn comment(&self) -> Option<Comment<'t>> {
        if matches!(self.kind, Kind::Blank) {
            return None;
        }
        let mut searched = 0;
        loop {
            let at = searched + self.text.get(searched..)?.find(MARK)?;
            searched = at + MARK.len();
            let before = self.text[..at].trim_end_matches([' ', '\t']);
            let Some(before) = before.strip_suffix('#') else { continue };
            // In a quoted text it is no comment.
            let quoted = before.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
            let own_line = before.trim_start_matches(['#', ' ', '\t', '\u{feff}']).is_empty();
            if quoted || !(own_line || before.ends_with([' ', '\t'])) {
                continue;
            }
            let words = self.text[searched..].trim();
            let words = words
                .strip_prefix("ignore")
                .filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', ':']));
            let start = before.chars().count();
            let count = |chars: usize| u32::try_from(chars).unwrap_or(u32::MAX);
            return Some(Comment {
                words: words.map(|words| words.trim_start_matches([' ', '\t', ':'])),
                own_line,
                column: count(start).saturating_add(1),
                width: count(self.text.trim_end().chars().count().saturating_sub(start)),
            });
        }
    }
}

/// What follows a word that is another one or nearly so, without and with what parts them.
fn near<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (first, behind) = text.split_at(end);
    crate::request::nearest(first, std::iter::once(word))?;
    Some((behind.trim_start_matches([' ', '\t', ':', '-']), behind))
}

struct Comment<'t> {
    /// What follows `ignore`; `None` for any other word.
    words: Option<&'t str>,
    own_line: bool,
    column: u32,
    width: u32,
}

/// For each line that says something, the next one that is not indented deeper.
struct Blocks {
    next: Vec<usize>,
    /// The block that was asked for last: comments that follow each other cover the same.
    last: Option<(usize, usize)>,
}

impl Blocks {
    fn new(lines: &[Line<'_>]) -> Self {
        let mut next = vec![lines.len(); lines.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            match line.kind {
                Kind::Blank | Kind::Comment => {}
                Kind::Marker => open.drain(..).for_each(|before| next[before] = index),
                Kind::Content => {
                    while let Some(before) = open.pop_if(|before| lines[*before].indent >= line.indent) {
                        next[before] = index;
                    }
                    open.push(index);
                }
            }
        }
        Self { next, last: None }
    }

    /// The last line of the block that starts at a line.
    fn end(&mut self, start: usize, lines: &[Line<'_>]) -> usize {
        if let Some((known, end)) = self.last
            && known == start
        {
            return end;
        }
        let first = &lines[start];
        let mut next = self.next[start];
        // Items of a list may stand as far left as its key.
        let lists = !first.item && first.text.trim_end().ends_with(':');
        while lists
            && lines
                .get(next)
                .is_some_and(|line| line.kind == Kind::Content && line.item && line.indent == first.indent)
        {
            next = self.next[next];
        }
        let said = (start..next).rev().find(|index| lines[*index].is_content()).unwrap_or(start);
        self.last = Some((start, said));
        said
    }
}

/// Where documents start and say their first thing.
struct Documents {
    /// First line, first line that says something, last line.
    all: Vec<(usize, usize, usize)>,
}

impl Documents {
    fn new(lines: &[Line<'_>]) -> Self {
        let mut all = Vec::new();
        let mut start = 0;
        for end in 0..=lines.len() {
            if end < lines.len() && (lines[end].kind != Kind::Marker || end == start) {
                continue;
            }
            // What stands before the first marker may be no more than comments on the document behind it.
            let says = (start..end).find(|index| lines[*index].is_content());
            if let Some(says) = says {
                all.push((start, says, end.saturating_sub(1)));
            } else if end < lines.len() && lines[end].text.starts_with("---") {
                continue;
            }
            start = end;
        }
        Self { all }
    }

    /// The lines of the document at whose head this comment stands.
    fn headed_by(&self, comment: usize, lines: &[Line<'_>]) -> Option<(usize, usize)> {
        let index = self.all.partition_point(|(_, _, last)| *last < comment);
        let (first, says, last) = *self.all.get(index)?;
        let head = comment < says || comment == says && lines[comment].kind == Kind::Marker;
        (first <= comment && head).then_some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::ignores;

    /// Rule, reason, column, first and last line.
    fn found(text: &str) -> Vec<(String, String, u32, u32, u32)> {
        let all = ignores(text, &"a.yaml".into());
        all.into_iter().map(|it| (it.rule, it.reason, it.place.column, it.first, it.last)).collect()
    }

    fn one(
        rule: &str,
        reason: &str,
        column: u32,
        first: u32,
        last: u32,
    ) -> Vec<(String, String, u32, u32, u32)> {
        vec![(rule.to_owned(), reason.to_owned(), column, first, last)]
    }

    #[test]
    fn behind_a_value_it_covers_the_line() {
        assert_eq!(
            found("a: 1\nb: 2 # winpod: ignore NG-003 known\nc: 3\n"),
            one("NG-003", "known", 6, 2, 2)
        );
        assert_eq!(found("é: ü #winpod:ignore NG-003: known \r\n"), one("NG-003", "known", 6, 1, 1));
    }

    #[test]
    fn on_a_line_of_its_own_it_covers_the_block_below() {
        let groups = "nodeGroups:\n  # winpod: ignore NG-003 - known\n\n  # more\n  - name: a\n    x:\n\n      y: 1\n  - name: b\n";
        assert_eq!(found(groups), one("NG-003", "known", 3, 2, 8));
        // A list may stand as far left as its key.
        let list = "a: 1\n# winpod: ignore NG-003 known\nnodeGroups:\n- name: a\n  x: 1\n- name: b\n\nb: 2\n";
        assert_eq!(found(list), one("NG-003", "known", 1, 2, 6));
        let script =
            "$a = 1\nif ($a) {\n  # winpod: ignore NG-004 known\n  Start-X `\n    -Y 1\n  Start-Z\n}\n";
        assert_eq!(found(script), one("NG-004", "known", 3, 3, 5));
    }

    #[test]
    fn at_the_head_it_covers_the_document() {
        let text = "# one\n# winpod: ignore A-1 x\n---\n# winpod: ignore B-1 y\na: 1\nb: 2\n--- # winpod: ignore C-1 z\nc: 3\n...\n";
        assert_eq!(
            found(text),
            [one("A-1", "x", 3 - 2, 1, 6), one("B-1", "y", 1, 1, 6), one("C-1", "z", 5, 7, 8)].concat()
        );
        assert_eq!(found("\u{feff}# winpod: ignore A-1 x\ra: 1\rb: 2"), one("A-1", "x", 2, 1, 3));
    }

    #[test]
    fn what_is_missing_is_empty_and_what_is_no_comment_is_nothing() {
        assert_eq!(found("a: 1 # winpod: ignore\n"), one("", "", 6, 1, 1));
        assert_eq!(found("a: 1 # winpod: ignore A-1\n"), one("A-1", "", 6, 1, 1));
        for none in [
            "a: \"x # winpod: ignore A-1 x\"",
            "a: x# winpod: ignore A-1 x",
            "a: winpod: ignore A-1 x",
            "# winpod: see the documentation",
            "// winpod: ignore A-1 x",
            "# see winpod: ignore A-1 x",
        ] {
            assert_eq!(found(none), [], "{none}");
        }
        // Nothing below: it stands for itself.
        assert_eq!(found("a: 1\n# winpod: ignore A-1 x"), one("A-1", "x", 1, 2, 2));
    }

    #[test]
    fn several_rules_share_a_reason() {
        let of = |text: &str| {
            let all = found(text);
            all.into_iter().map(|it| (it.0, it.1)).collect::<Vec<_>>()
        };
        let two = |reason: &str| {
            vec![("NG-001".to_owned(), reason.to_owned()), ("NG-002".to_owned(), reason.to_owned())]
        };
        assert_eq!(of("a: 1 # winpod: ignore NG-001, NG-002 known\n"), two("known"));
        assert_eq!(of("a: 1 #winpod:ignore NG-001,NG-002: known\n"), two("known"));
        assert_eq!(of("a: 1 # winpod: ignore: NG-001 , NG-002 - known, for now\n"), two("known, for now"));
        assert_eq!(of("a: 1 # winpod: ignore NG-001, known\n"), [("NG-001".to_owned(), "known".to_owned())]);
    }

    #[test]
    fn what_is_misspelt_is_seen() {
        for (text, written) in [
            ("# winpod: ingore NG-001 x", "winpod: ingore"),
            ("a: 1 # winpod ignore NG-001 x", "winpod ignore"),
            ("# winpod-ignore: NG-01 x", "winpod-ignore"),
            ("# winpdo: ignore ng-1", "winpdo: ignore"),
            ("# winpod: ignored A-1 x", "winpod: ignored"),
        ] {
            let all = ignores(text, &"a.yaml".into());
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!(all[0].misspelt, written, "{text}");
        }
        for text in
            ["# winpod ignores what it does not know", "# we ignore NG-001", "a: \"# winpod ignore NG-001\""]
        {
            assert_eq!(ignores(text, &"a.yaml".into()).len(), 0, "{text}");
        }
    }

    #[test]
    fn many_comments_take_no_long_time() {
        let mut text = "a: 1\n".to_owned();
        text.push_str(&"# winpod: ignore A-1 x\n".repeat(50_000));
        text.push_str("list:\n");
        text.push_str(&"- b\n".repeat(50_000));
        let all = found(&text);
        assert_eq!((all.len(), all[0].4, all[49_999].4), (50_000, 100_002, 100_002));
    }
}
