//! YAML streams to positioned nodes.
//!
//! Built from the events of `saphyr-parser`. What a hostile text could make grow is bounded: the text, the nodes,
//! the depth, what aliases copy, and how far the parser may read ahead of its next event.

use core::cell::Cell;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Range, StrInput, Tag};

use super::{
    error::ReadError,
    node::{
        Document, Entry, Kind, MAX_DEPTH, MAX_NODES, MAX_TEXT, Node, Open, Position, Scalar, Span, Style,
        Texts, Value,
    },
};

mod input;
mod split;

use input::{Bounded, Cursor};
pub(super) use split::Stream;

/// The most that anchors and aliases may copy in one file, in bytes: [`COPY_COST`] for a node, and its text.
pub const MAX_COPIED: usize = 64 << 20;
/// What the copy of a node counts besides its text, in bytes.
pub const COPY_COST: usize = 32;
/// The most characters between two events: of one scalar, of comments and blank lines, or of one flow collection
/// (`[...]`, `{...}`) inside another, which the parser reads to its end before it says anything.
pub const MAX_AHEAD: usize = 4 << 20;

/// Reads every document of a YAML stream; empty documents are left out, but counted in the index of the others.
///
/// Merge keys (`<<`) are resolved: a key of the mapping itself counts first, then the earlier of the merged mappings.
/// A key given twice is kept twice. Large JSON belongs to [`json`](super::json): here its collections would meet
/// [`MAX_AHEAD`].
///
/// # Errors
/// - [`ReadError::YamlSyntax`] for text that is not YAML, aliases without an anchor, anchors that contain themselves,
///   and merges of something else than mappings
/// - [`ReadError::TooDeep`] beyond [`MAX_DEPTH`] levels
/// - [`ReadError::TooLarge`] beyond [`MAX_TEXT`] bytes, [`MAX_NODES`] values or [`MAX_AHEAD`] characters
/// - [`ReadError::AliasExpansion`] where aliases copy more than [`MAX_COPIED`]
///
/// # Examples
/// ```
/// use winpod_cluster::read::yaml;
///
/// let documents = yaml::parse("---\nkind: ConfigMap\ndata:\n  enable-windows-ipam: \"true\"\n---\n").unwrap();
/// assert_eq!(documents.len(), 1);
/// let value = documents[0].node.path(&["data", "enable-windows-ipam"]).unwrap();
/// assert_eq!(value.as_str(), Some("true"));
/// assert_eq!((value.span.start.line, value.span.start.column), (4, 24));
///
/// let error = yaml::parse("a: 1\nb: [1, 2\n").unwrap_err();
/// assert_eq!(error.code(), "YAML_SYNTAX");
/// ```
pub fn parse(text: &str) -> Result<Vec<Document>, ReadError> {
    let mut builder = Builder::new(text);
    match builder.read(text) {
        Ok(()) => Ok(builder.documents),
        Err(error) => Err(first_too_deep(text, &error).unwrap_or(error)),
    }
}

/// Where the levels become too many, if the parser's own limit hid that: it looks ahead for a colon and meets that limit
/// before it hands over what lies within ours. Without what lies behind there is nothing to look ahead at.
#[cold]
fn first_too_deep(text: &str, error: &ReadError) -> Option<ReadError> {
    let ReadError::TooDeep { at, .. } = error else { return None };
    let line_start = match at.line {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(usize::try_from(line).ok()? - 2)?.0 + 1,
    };
    let column = usize::try_from(at.column).ok()? - 1;
    let before = text[line_start..].chars().take(column).map(char::len_utf8).sum::<usize>();
    let text = &text[..line_start + before];
    let cut = Builder::new(text).read(text).err()?;
    matches!(cut, ReadError::TooDeep { .. }).then_some(cut)
}

fn position(mark: Marker) -> Position {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position { line: number(mark.line()).max(1), column: number(mark.col()).saturating_add(1) }
}

#[cold]
fn syntax(error: &ScanError) -> ReadError {
    let at = position(*error.marker());
    // The parser's own limit, of 255 flow collections.
    if error.info().contains("recursion limit") {
        return ReadError::TooDeep { limit: MAX_DEPTH, at };
    }
    ReadError::YamlSyntax { found: error.info().to_owned(), at }
}

#[cold]
fn refuse(found: &str, at: Position) -> ReadError {
    ReadError::YamlSyntax { found: found.to_owned(), at }
}

/// A node that an alias may repeat.
struct Anchored {
    node: Node,
    size: Size,
}

/// What a copy of a node costs.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Size {
    fn of(node: &Node) -> Self {
        let mut size = match &node.value {
            Value::Scalar(scalar) => Self { nodes: 1, bytes: COPY_COST + scalar.text.len(), depth: 0 },
            Value::Hidden(reason) => Self { nodes: 1, bytes: COPY_COST + reason.len(), depth: 0 },
            Value::Sequence(items) => Self { nodes: 1, bytes: COPY_COST, depth: 1 }.around(items.iter()),
            Value::Mapping(entries) => Self { nodes: 1, bytes: COPY_COST, depth: 1 }
                .around(entries.iter().flat_map(|entry| [&entry.key, &entry.value])),
        };
        size.bytes = size.bytes.saturating_add(node.tag.as_ref().map_or(0, |tag| tag.len()));
        size
    }

    /// Adds what is inside a collection.
    fn around<'node>(self, inside: impl Iterator<Item = &'node Node>) -> Self {
        inside.map(Self::of).fold(self, |sum, size| Self {
            nodes: sum.nodes.saturating_add(size.nodes),
            bytes: sum.bytes.saturating_add(size.bytes),
            depth: sum.depth.max(size.depth + 1),
        })
    }
}

/// A collection whose end has not come yet.
struct Frame {
    open: Open,
    start: Position,
    /// Where the last element ended.
    end: Position,
    tag: Option<Box<Box<str>>>,
    anchor: usize,
    /// Whether a merge key was read.
    merge: bool,
}

struct Builder<'text> {
    cursor: Cursor<'text>,
    texts: Texts,
    documents: Vec<Document>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    copied: usize,
    index: usize,
    line: u32,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            cursor: Cursor::new(text),
            texts: Texts::default(),
            documents: Vec::new(),
            stack: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            copied: 0,
            index: 0,
            line: 1,
        }
    }

    fn read(&mut self, text: &str) -> Result<(), ReadError> {
        if text.len() > MAX_TEXT {
            return Err(ReadError::TooLarge { unit: "bytes", limit: MAX_TEXT, at: Position::FIRST });
        }
        let ahead = Cell::new(0);
        let mut parser = Parser::new(Bounded { input: StrInput::new(text), ahead: &ahead });
        while let Some(next) = parser.next_event() {
            if ahead.get() > MAX_AHEAD {
                let at =
                    next.map_or_else(|error| position(*error.marker()), |(_, range)| position(range.start));
                return Err(ReadError::TooLarge {
                    unit: "characters in one scalar, flow collection or comment",
                    limit: MAX_AHEAD,
                    at,
                });
            }
            ahead.set(0);
            let (event, range) = next.map_err(|error| syntax(&error))?;
            self.take(event, range)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, range: Range) -> Result<(), ReadError> {
        let start = position(range.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.line = start.line;
                Ok(())
            }
            Event::DocumentEnd => {
                self.index += 1;
                // An anchor is known in its own document only.
                self.anchors = HashMap::new();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, start),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), range)
            }
            Event::SequenceStart(anchor, tag) => {
                self.enter(Open::Sequence(Vec::new()), anchor, tag.as_deref(), start)
            }
            Event::MappingStart(anchor, tag) => {
                self.enter(Open::Mapping(Vec::new(), None), anchor, tag.as_deref(), start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(range),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        range: Range,
    ) -> Result<(), ReadError> {
        let mut start = position(range.start);
        let mut end = position(range.end);
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        if matches!(style, Style::SingleQuoted | Style::DoubleQuoted) && anchor == 0 && tag.is_none() {
            // The parser's end includes the blanks and the comment behind the quote.
            end = self.cursor.end_of_quoted(range.start).unwrap_or(end);
        }
        if matches!(style, Style::Literal | Style::Folded) && (anchor != 0 || tag.is_some()) {
            // The parser's start is that of the tag or the anchor.
            start = self.cursor.start_of_block(range.start).unwrap_or(start);
        }
        let kind = match tag {
            None if style == Style::Plain => kind_of(text),
            None => Kind::String,
            Some(tag)
                if tag.is_yaml_core_schema() && matches!(&*tag.suffix, "null" | "bool" | "int" | "float") =>
            {
                kind_of(text)
            }
            Some(tag) if tag.handle == "!" && style == Style::Plain => kind_of(text),
            Some(_) => Kind::String,
        };
        if let Some(Frame { open: Open::Mapping(_, None), merge, .. }) = self.stack.last_mut() {
            *merge |= text == MERGE && style == Style::Plain;
        }
        let text = self.texts.share(text);
        let tag = tag.map(written).map(Box::new);
        let node =
            Node { value: Value::Scalar(Scalar { text, kind, style }), tag, span: Span { start, end } };
        self.finish(node, anchor)
    }

    fn enter(
        &mut self,
        open: Open,
        anchor: usize,
        tag: Option<&Tag>,
        start: Position,
    ) -> Result<(), ReadError> {
        if self.stack.len() == MAX_DEPTH {
            return Err(ReadError::TooDeep { limit: MAX_DEPTH, at: start });
        }
        self.stack.push(Frame {
            open,
            start,
            end: start,
            tag: tag.map(written).map(Box::new),
            anchor,
            merge: false,
        });
        Ok(())
    }

    fn leave(&mut self, range: Range) -> Result<(), ReadError> {
        let Some(frame) = self.stack.pop() else {
            return Err(refuse("the end of a collection that was not begun", position(range.start)));
        };
        let mut start = frame.start;
        let mut end = frame.end;
        if !range.is_empty() && matches!(self.cursor.byte(range.start), Some(b']' | b'}')) {
            end = position(range.start);
            end.column = end.column.saturating_add(1);
        }
        let value = match frame.open {
            Open::Sequence(items) => {
                // Of a list that is not indented the parser gives the place behind its first dash.
                if items.first().is_some_and(|item| item.span.start == start)
                    && let Some(Frame { open: Open::Mapping(_, Some(key)), .. }) = self.stack.last()
                {
                    start.column = start.column.min(key.span.start.column);
                }
                Value::Sequence(items.into())
            }
            Open::Mapping(entries, _) if frame.merge => Value::Mapping(merged(entries)?.into()),
            Open::Mapping(entries, _) => Value::Mapping(entries.into()),
        };
        self.finish(Node { value, tag: frame.tag, span: Span { start, end } }, frame.anchor)
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), ReadError> {
        let Some(Anchored { node, size }) = self.anchors.get(&anchor) else {
            let inside = self.stack.iter().any(|frame| frame.anchor == anchor);
            let found = if inside { "an alias inside its own anchor" } else { "an alias without an anchor" };
            return Err(refuse(found, at));
        };
        let (node, size) = (node, *size);
        if self.stack.len() + size.depth > MAX_DEPTH {
            return Err(ReadError::TooDeep { limit: MAX_DEPTH, at });
        }
        charge(&mut self.copied, size, at)?;
        // The node itself is counted as every other.
        self.nodes = self.nodes.saturating_add(size.nodes - 1);
        let node = node.clone();
        self.place(node, at)
    }

    /// Remembers a finished node if it has an anchor, and places it.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), ReadError> {
        let end = node.span.end;
        if anchor > 0 {
            let size = Size::of(&node);
            charge(&mut self.copied, size, node.span.start)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        }
        self.place(node, end)
    }

    /// Puts a node where it belongs: into the open collection, or as a document.
    fn place(&mut self, node: Node, end: Position) -> Result<(), ReadError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(ReadError::TooLarge { unit: "values", limit: MAX_NODES, at: node.span.start });
        }
        if let Some(frame) = self.stack.last_mut() {
            // An empty value has the place of what follows it.
            if !is_nothing(&node) {
                frame.end = frame.end.max(end);
            }
            frame.open.push(node);
        } else if !is_nothing(&node) || node.tag.is_some() {
            self.documents.push(Document { node, index: self.index, line: self.line });
        }
        Ok(())
    }
}

fn charge(copied: &mut usize, size: Size, at: Position) -> Result<(), ReadError> {
    *copied = copied.saturating_add(size.bytes);
    if *copied > MAX_COPIED { Err(ReadError::AliasExpansion { limit: MAX_COPIED, at }) } else { Ok(()) }
}

/// Whether nothing is written here.
fn is_nothing(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| scalar.text.is_empty() && scalar.style == Style::Plain)
}

/// The key that takes in other mappings.
const MERGE: &str = "<<";

fn is_merge(key: &Node) -> bool {
    key.tag.is_none() && key.as_scalar().is_some_and(|key| &*key.text == MERGE && key.style == Style::Plain)
}

/// The entries of a mapping, with those that its merge keys take in behind its own.
fn merged(entries: Vec<Entry>) -> Result<Vec<Entry>, ReadError> {
    let text = |entry: &Entry| entry.key.as_scalar().map(|key| key.text.clone());
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| is_merge(&entry.key));
    let mut known: HashSet<Arc<str>> = own.iter().filter_map(text).collect();
    for Entry { key, value } in merges {
        let sources = match value.value {
            Value::Sequence(items) => items.into_vec(),
            _ => vec![value],
        };
        for source in sources {
            let Value::Mapping(entries) = source.value else {
                return Err(refuse(
                    &format!("{} to merge (<<), where only mappings merge", source.kind_name()),
                    key.span.start,
                ));
            };
            // Within one source a key given twice stays, for the last to count.
            let fresh: Vec<_> = entries
                .into_iter()
                .filter(|entry| text(entry).is_none_or(|key| !known.contains(&key)))
                .collect();
            known.extend(fresh.iter().filter_map(text));
            own.extend(fresh);
        }
    }
    Ok(own)
}

/// A tag as one writes it.
fn written(tag: &Tag) -> Box<str> {
    let text = if tag.is_yaml_core_schema() {
        format!("!!{}", tag.suffix)
    } else {
        format!("{}{}", tag.handle, tag.suffix)
    };
    text.into()
}

/// What a plain scalar means in the core schema of YAML 1.2.
fn kind_of(text: &str) -> Kind {
    let digits = |text: &str, radix| !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    let Some(&first) = text.as_bytes().first() else { return Kind::Null };
    match first {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Kind::Null,
        b't' | b'T' | b'f' | b'F' => match text {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
            _ => Kind::String,
        },
        b'0'..=b'9' | b'+' | b'-' | b'.' => {
            let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
            if digits(unsigned, 10)
                || text.strip_prefix("0o").is_some_and(|octal| digits(octal, 8))
                || text.strip_prefix("0x").is_some_and(|hex| digits(hex, 16))
            {
                Kind::Int
            } else if is_float(unsigned) || matches!(text, ".nan" | ".NaN" | ".NAN") {
                Kind::Float
            } else {
                Kind::String
            }
        }
        _ => Kind::String,
    }
}

/// Whether this is a decimal fraction, with or without an exponent, or infinity.
fn is_float(unsigned: &str) -> bool {
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_the_core_schema_says() {
        for (kind, texts) in [
            (Kind::Null, "~ null Null NULL"),
            (Kind::Bool, "true True TRUE false False FALSE"),
            (Kind::Int, "0 -1 +12 007 0o17 0x1F 99999999999999999999"),
            (Kind::Float, "2.5 1e99 -1E+3 .5 5. 1.e-3 .inf -.INF .NaN"),
            (
                Kind::String,
                "yes on tRUE nULL 1_000 0o8 0xg -0x1 1e e5 . - + .e1 1.2.3 -.nan 10.0.0.0/24 500m 1e1e1",
            ),
        ] {
            for text in texts.split(' ') {
                assert_eq!(kind_of(text), kind, "{text}");
            }
        }
        assert_eq!(kind_of(""), Kind::Null);
    }

    #[test]
    fn quotes_end_where_they_close() {
        for (text, end) in [
            (r#""a\\"  # ""#, (1, 6)),
            (r#""a\"b" "#, (1, 7)),
            ("'a''' # '", (1, 6)),
            ("\"a\n  b\" ", (2, 5)),
            ("\"a\\\r\n b\" ", (2, 4)),
            ("\"é\u{1F600}\" #x", (1, 5)),
        ] {
            let at = parse(text).unwrap()[0].node.span.end;
            assert_eq!((at.line, at.column), end, "{text}");
        }
    }
}
