//! Documents inside of strings: `mapRoles` of `aws-auth`, `configurationValues` of an add-on.

use super::node::{Entry, Node, Position, Scalar, Span, Style, Value};
use super::{Doc, json, yaml};
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
        Some(moved(&inner, &shift(scalar, node.span)))
    }
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
    move |at| {
        if block {
            // Every line of a block has the indentation of its first.
            Position { line: start.line + at.line - 1, column: start.column + at.column - 1 }
        } else if written {
            Position { line: start.line, column: start.column + at.column - 1 + u32::from(quotes == 1) }
        } else {
            // Escapes and folds move what is behind them: only the string's own place is sure.
            start
        }
    }
}

/// A copy of a tree with other places.
fn moved(node: &Node, to: &impl Fn(Position) -> Position) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| moved(item, to)).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry { key: moved(&entry.key, to), value: moved(&entry.value, to) })
                .collect(),
        ),
    };
    let span = Span { start: to(node.span.start), end: to(node.span.end) };
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
        let node = moved(&inner, &shift(scalar, outer.span));
        let span = node.get(key).unwrap().span;
        (span.start.line, span.start.column, span.end.column - span.start.column)
    }

    #[test]
    fn places_in_a_block_are_those_of_the_file() {
        assert_eq!(place("a: 1\nvalues: |-\n  x: 1\n  env:\n    y: 2\n  wide: yes\n", "wide"), (6, 9, 3));
        assert_eq!(place("values: |\n    x: 1\n", "x"), (2, 8, 1));
    }

    #[test]
    fn places_in_quotes_are_exact_where_nothing_is_escaped() {
        assert_eq!(place("values: '{\"x\": \"true\"}'\n", "x"), (1, 16, 6));
        assert_eq!(place("values: \"{x: true}\"\n", "x"), (1, 14, 4));
        // The escapes make the text shorter than it is written.
        assert_eq!(place("values: \"{\\\"x\\\": true}\"\n", "x"), (1, 9, 0));
        assert_eq!(place("values: >-\n  {x: 1,\n  y: 2}\n", "y").2, 0);
    }
}
