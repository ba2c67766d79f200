//! Text that is written line by line, each line with the reason why it is there.

use crate::note::Note;

/// The text of an artefact, or of a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    /// Lines from 1, in their order, each with a reason.
    pub(super) reasons: Vec<(u32, Note)>,
    lines: u32,
}

impl Written {
    /// A line of its own; `line` has no line break.
    pub(super) fn line(&mut self, line: &str) {
        debug_assert!(!line.contains('\n'), "one line at a time: {line:?}");
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
    }

    /// The reason for the line that was written last.
    pub(super) fn because(&mut self, why: Note) {
        self.reasons.push((self.lines, why));
    }

    /// The reason for the line that comes next.
    pub(super) fn next_because(&mut self, why: Note) {
        self.reasons.push((self.lines + 1, why));
    }

    /// Comment lines that tell a reason, of at most about a hundred characters each.
    pub(super) fn comment(&mut self, indent: usize, text: &str) {
        const WIDTH: usize = 96;
        let start = format!("{:indent$}#", "");
        let mut line = start.clone();
        for word in text.split_whitespace() {
            if line.len() > start.len() && line.len() + word.len() >= WIDTH {
                self.line(&line);
                line.clone_from(&start);
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// Another text, each line of it indented.
    pub(super) fn part(&mut self, indent: usize, part: &Self) {
        let before = self.lines;
        for line in part.text.lines() {
            if line.is_empty() { self.line("") } else { self.line(&format!("{:indent$}{line}", "")) }
        }
        self.reasons.extend(part.reasons.iter().map(|(line, why)| (before + line, why.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::Written;
    use crate::note::{Note, text};

    #[test]
    fn reasons_move_with_their_lines() {
        let mut part = Written::default();
        part.line("a");
        part.because(Note::new(&text::RENDER_IPAM, &[]));
        part.line("");
        let mut whole = Written::default();
        whole.comment(2, "why");
        whole.part(4, &part);
        assert_eq!(whole.text, "  # why\n    a\n\n");
        assert_eq!(whole.reasons[0].0, 2);
    }

    #[test]
    fn long_comments_are_wrapped() {
        let mut whole = Written::default();
        whole.comment(0, &"word ".repeat(60));
        assert!(whole.text.lines().count() > 2 && whole.text.lines().all(|line| line.len() <= 100));
    }
}
