//! Documents inside of strings: `mapRoles` of `aws-auth`, `configurationValues` of an add-on.

use super::node::{Entry, Node, Position, Scalar, Span, Style, Value};
use super::{Doc, json, veil, yaml};
use crate::problem::Problem;

impl Doc<'_, '_> {
    /// The tree in a string of YAML or JSON, with places of the file. `None` if there is none, or if it is no such text,
    /// which is a problem then.
    pub(super) fn embedded(&mut self, node: &Node, key: &str, object: &str) -> Option<Node> {
        let scalar = node.as_scalar()?;
        let text = &*scalar.text;
        let parsed = if text.trim_start().starts_with('{') && json::parse(text).is_ok() {
            json::parse(text)
        } else {
            yaml::parse(text)
        };
        let inner = match parsed {
            Ok(documents) => documents.into_iter().next()?.node,
            Err(error) => {
                let at = shift(scalar, node.span)(error.position());
                let place = self.place(at);
                let message = format!("{key} of {object} is {error}");
                self.reader.problem(Problem::new(error.code(), message, &place));
                return None;
            }
        };
        self.reader.embedded = self.reader.embedded.saturating_add(count(&inner));
        if self.reader.embedded > MAX_EMBEDDED {
            let place = self.place_of(node);
            let message = format!(
                "{key} of {object} is not read: texts inside of strings have more than {MAX_EMBEDDED} values here; give fewer files"
            );
            self.reader.problem(Problem::new("TOO_LARGE", message, &place));
            return None;
        }
        let mut tree = moved(&inner, replaceable(scalar), &shift(scalar, node.span));
        // In a template of CloudFormation `${Vpc}` is a resource.
        if veil::may_have(text) && self.cluster().template_resources.is_empty() {
            self.reader.hide(&mut tree, self.file);
        }
        Some(tree)
    }
}

fn count(node: &Node) -> usize {
    let inside = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    1 + inside.map(count).sum::<usize>()
}

/// From a position of the string's text to that of the file.
fn shift(scalar: &Scalar, span: Span) -> impl Fn(Position) -> Position {
    let Span { start, end } = span;
    let quotes = match scalar.style {
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        _ => 0,
    };
    let written = start.line == end.line
        && (end.column.saturating_sub(start.column) as usize) == scalar.text.chars().count() + 2 * quotes;
    let block = scalar.style == Style::Literal;
    // The place of a block is that of its first line that is not empty.
    let empty = scalar.text.chars().take_while(|c| *c == '\n').count();
    let first = start.line.saturating_sub(u32::try_from(empty).unwrap_or(u32::MAX));
    move |at| {
        if block {
            // Every line of a block has the indentation of its first.
            Position { line: first + at.line - 1, column: start.column + at.column - 1 }
        } else if written {
            Position { line: start.line, column: start.column + at.column - 1 + u32::from(quotes == 1) }
        } else {
            // Escapes and folds move what is behind them: only the string's own place is sure.
            start
        }
    }
}

/// The most values that all strings of one reading may hold: aliases make much of little text.
const MAX_EMBEDDED: usize = 1 << 20;

/// Whether what replaces a value may have double quotes, as it has in any other place.
fn replaceable(scalar: &Scalar) -> bool {
    scalar.style != Style::DoubleQuoted
}

/// A copy of a tree with other places; those of no `whole` values have no extent.
fn moved(node: &Node, whole: bool, to: &impl Fn(Position) -> Position) -> Node {
    let value = match &node.value {
        Value::Scalar(_) | Value::Hidden(_) => node.value.clone(),
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| moved(item, whole, to)).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    key: moved(&entry.key, whole, to),
                    value: moved(&entry.value, whole, to),
                })
                .collect(),
        ),
    };
    let start = to(node.span.start);
    let span = Span { start, end: if whole { to(node.span.end) } else { start } };
    Node { value, tag: node.tag.clone(), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, key: &str) -> (u32, u32, u32) {
        let document = yaml::parse(text).unwrap().remove(0).node;
        let outer = document.get("values").unwrap();
        let scalar = outer.as_scalar().unwrap();
        let inner = yaml::parse(&scalar.text).unwrap().remove(0).node;
        let node = moved(&inner, replaceable(scalar), &shift(scalar, outer.span));
        let span = node.get(key).unwrap().span;
        (span.start.line, span.start.column, span.end.column - span.start.column)
    }

    #[test]
    fn places_in_a_block_are_those_of_the_file() {
        assert_eq!(place("a: 1\nvalues: |-\n  x: 1\n  env:\n    y: 2\n  wide: yes\n", "wide"), (6, 9, 3));
        assert_eq!(place("values: |\n    x: 1\n", "x"), (2, 8, 1));
        assert_eq!(place("values: |\n\n\n  # why\n  x: 1\n", "x"), (5, 6, 1));
    }

    #[test]
    fn places_in_quotes_are_exact_where_nothing_is_escaped() {
        assert_eq!(place("values: '{\"x\": \"true\"}'\n", "x"), (1, 16, 6));
        assert_eq!(place("values: \"{x: true}\"\n", "x"), (1, 14, 0));
        // The escapes make the text shorter than it is written.
        assert_eq!(place("values: \"{\\\"x\\\": true}\"\n", "x"), (1, 9, 0));
        assert_eq!(place("values: >-\n  {x: 1,\n  y: 2}\n", "y").2, 0);
    }
}
