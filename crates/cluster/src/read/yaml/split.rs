//! The documents of a stream one by one, where one of them is broken.
//!
//! `---` and `...` at the start of a line part documents whatever stands around them: YAML forbids both inside of quotes
//! and blocks. So what stands between them can be read for itself.

use super::super::error::ReadError;
use super::super::node::{Document, Entry, MAX_NODES, Node, Position, Value};
use super::super::text;
use super::{Builder, MAX_COPIED};

/// Errors of one stream that are told; the rest is counted.
const MOST: usize = 20;

/// What a stream holds, and what of it is broken.
#[derive(Debug, Default)]
pub(in crate::read) struct Stream {
    pub(in crate::read) documents: Vec<Document>,
    pub(in crate::read) errors: Vec<ReadError>,
    /// Broken documents of which no error is told.
    pub(in crate::read) untold: usize,
}

impl Stream {
    /// Reads every document that can be read.
    pub(in crate::read) fn read(text: &str) -> Self {
        let mut whole = Builder::new(text);
        let Err(error) = whole.read(text) else {
            return Self { documents: whole.documents, ..Self::default() };
        };
        let only = || Self { errors: vec![error.clone()], ..Self::default() };
        if !matches!(error, ReadError::YamlSyntax { .. } | ReadError::TooDeep { .. }) {
            return only();
        }
        drop(whole);
        let parts = parts(text);
        if parts.len() < 2 {
            return only();
        }
        let mut stream = Self::default();
        let (mut nodes, mut copied, mut index) = (0, 0, 0);
        for (lines, part) in parts {
            let mut builder = Builder { nodes, copied, index, ..Builder::new(part) };
            let read = builder.read(part);
            // What came to an end before the error is a whole document.
            let ended = builder.index - index;
            (nodes, copied, index) = (builder.nodes, builder.copied, builder.index.max(index + 1));
            let whole = builder.documents.into_iter().take(if read.is_ok() { usize::MAX } else { ended });
            stream.documents.extend(whole.map(|document| moved(document, lines)));
            if let Err(error) = read {
                stream.refuse(error.below(lines));
            }
            if nodes > MAX_NODES || copied > MAX_COPIED {
                break;
            }
        }
        stream
    }

    fn refuse(&mut self, error: ReadError) {
        if self.errors.len() < MOST {
            self.errors.push(error);
        } else {
            self.untold += 1;
        }
    }
}

/// Parts with at most one document each, with the number of lines before them.
fn parts(text: &str) -> Vec<(u32, &str)> {
    let marks = |line: &str, mark: &str| {
        line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    };
    let mut starts = vec![(0, 0)];
    // Whether the part has its document already, and whether that has ended.
    let (mut begun, mut ended) = (false, false);
    for (number, line) in text::lines(text).enumerate() {
        let opens = marks(line, "---");
        if begun && (opens || ended) {
            let offset = line.as_ptr() as usize - text.as_ptr() as usize;
            starts.push((number, offset));
            (begun, ended) = (false, false);
        }
        if marks(line, "...") {
            (begun, ended) = (true, true);
        }
        begun |=
            opens || !(line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with('%'));
    }
    let ends = starts.iter().skip(1).map(|(_, offset)| *offset).chain([text.len()]);
    let part = |((lines, start), end): (&(usize, usize), usize)| {
        (u32::try_from(*lines).unwrap_or(u32::MAX), text.get(*start..end).unwrap_or_default())
    };
    starts.iter().zip(ends).map(part).collect()
}

/// A document so many lines further down.
fn moved(mut document: Document, lines: u32) -> Document {
    fn each(node: &mut Node, to: &impl Fn(&mut Position)) {
        to(&mut node.span.start);
        to(&mut node.span.end);
        match &mut node.value {
            Value::Scalar(_) | Value::Hidden(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| each(item, to)),
            Value::Mapping(entries) => entries.iter_mut().for_each(|Entry { key, value }| {
                each(key, to);
                each(value, to);
            }),
        }
    }
    document.line = document.line.saturating_add(lines);
    each(&mut document.node, &|at| at.line = at.line.saturating_add(lines));
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Index and lines of a document, the second of its value `v`.
    type Seen = (usize, u32, u32);

    /// Documents, and the place of each error.
    fn read(text: &str) -> (Vec<Seen>, Vec<(u32, u32)>) {
        let stream = Stream::read(text);
        let of = |document: &Document| {
            let line = document.node.get("v").unwrap().span.start.line;
            (document.index, document.line, line)
        };
        let at = |error: &ReadError| (error.position().line, error.position().column);
        (stream.documents.iter().map(of).collect(), stream.errors.iter().map(at).collect())
    }

    #[test]
    fn a_broken_document_hides_no_other() {
        let (documents, errors) = read("# x\n---\nv: 1\n---\na: [1, 2\n---\n\nv: 3\n");
        assert_eq!(documents, [(0, 2, 3), (2, 6, 8)]);
        assert_eq!(errors.len(), 1);
        assert!((4..=6).contains(&errors[0].0), "{errors:?}");
        // A quote that is not closed, a tab, and a mapping inside of a text.
        for broken in ["a: \"x", "a:\n\t- 1", "a: b: c", "a: 1\n}"] {
            let (documents, errors) = read(&format!("v: 1\n---\n{broken}\n--- # y\nv: 3\n"));
            let lines: Vec<u32> = documents.iter().map(|it| it.2).collect();
            assert_eq!(
                (lines.first(), lines.last(), errors.len()),
                (Some(&1), Some(&(5 + u32::try_from(broken.matches('\n').count()).unwrap())), 1),
                "{broken}"
            );
        }
    }

    #[test]
    fn documents_keep_what_belongs_to_them() {
        let (documents, errors) = read("a: [\n...\n%YAML 1.2\n# x\n---\nv: 1\n...\n# y\n");
        assert_eq!((documents, errors.len()), (vec![(1, 5, 6)], 1));
        assert_eq!(read("v: |\n  ---\n  x\n").0, [(0, 1, 2)]);
        assert_eq!(read("a: [").1.len(), 1);
    }

    #[test]
    fn many_broken_documents_are_counted() {
        let stream = Stream::read(&"---\na: [\n".repeat(1000));
        assert_eq!((stream.errors.len(), stream.untold), (MOST, 1000 - MOST));
    }
}
