//! JSON texts to positioned nodes.
//!
//! The structure is read here, because no JSON crate gives positions and takes several values in one file;
//! escapes are left to `serde_json`, and a property test holds every verdict and value against it.

use super::{
    error::ReadError,
    node::{
        Document, Kind, MAX_DEPTH, MAX_NODES, MAX_TEXT, Node, Open, Position, Scalar, Span, Style, Texts,
        Value,
    },
    text::Place,
};

/// Reads every JSON value of a text: one, none, or several after each other.
///
/// Strict JSON (RFC 8259): no comments, no trailing commas. A key given twice is kept twice.
///
/// # Errors
/// - [`ReadError::JsonSyntax`] for text that is not JSON
/// - [`ReadError::TooDeep`] beyond [`MAX_DEPTH`] levels
/// - [`ReadError::TooLarge`] beyond [`MAX_TEXT`] bytes or [`MAX_NODES`] values
///
/// # Examples
/// ```
/// use winpod_cluster::read::json;
///
/// let documents = json::parse(r#"{"kind": "Pod"} {"kind": "Node"}"#).unwrap();
/// assert_eq!(documents[1].node.get("kind").and_then(|kind| kind.as_str()), Some("Node"));
///
/// let error = json::parse("{\"kind\": \"Pod\",\n}").unwrap_err();
/// assert_eq!(error.position().line, 2);
/// assert_eq!(error.to_string(), "not JSON: found '}', expected a key in double quotes");
/// ```
pub fn parse(text: &str) -> Result<Vec<Document>, ReadError> {
    if text.len() > MAX_TEXT {
        return Err(ReadError::TooLarge { unit: "bytes", limit: MAX_TEXT, at: Position::FIRST });
    }
    let mut reader = Reader {
        text,
        offset: 0,
        place: Place::new(text),
        texts: Texts::default(),
        nodes: 0,
        open: Vec::new(),
    };
    let mut documents = Vec::new();
    while reader.skip_space().is_some() {
        let node = reader.document()?;
        documents.push(Document { index: documents.len(), line: node.span.start.line, node });
    }
    Ok(documents)
}

struct Reader<'text> {
    text: &'text str,
    offset: usize,
    place: Place<'text>,
    texts: Texts,
    nodes: usize,
    open: Vec<(Open, Position)>,
}

impl Reader<'_> {
    /// Reads one value, without recursion.
    fn document(&mut self) -> Result<Node, ReadError> {
        loop {
            let Some(mut node) = self.value()? else { continue };
            loop {
                let Some((open, _)) = self.open.last_mut() else { return Ok(node) };
                open.push(node);
                let mapping = matches!(open, Open::Mapping(..));
                match (self.skip_space(), mapping) {
                    (Some(b','), mapping) => {
                        self.offset += 1;
                        if mapping {
                            self.key()?;
                        }
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => node = self.close()?,
                    (_, true) => return Err(self.unexpected("',' or '}'")),
                    (_, false) => return Err(self.unexpected("',' or ']'")),
                }
            }
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection up to its first value.
    fn value(&mut self) -> Result<Option<Node>, ReadError> {
        match self.skip_space() {
            Some(b'{') => {
                self.enter(Open::Mapping(Vec::new(), None))?;
                if self.skip_space() == Some(b'}') {
                    return self.close().map(Some);
                }
                self.key()?;
                Ok(None)
            }
            Some(b'[') => {
                self.enter(Open::Sequence(Vec::new()))?;
                if self.skip_space() == Some(b']') { self.close().map(Some) } else { Ok(None) }
            }
            Some(b'"') => self.string().map(Some),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => self.word().map(Some),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn enter(&mut self, open: Open) -> Result<(), ReadError> {
        let at = self.place.at(self.offset);
        if self.open.len() == MAX_DEPTH {
            return Err(ReadError::TooDeep { limit: MAX_DEPTH, at });
        }
        self.open.push((open, at));
        self.offset += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<Node, ReadError> {
        let Some((open, start)) = self.open.pop() else { return Err(self.unexpected("a value")) };
        let value = match open {
            Open::Sequence(items) => Value::Sequence(items.into()),
            Open::Mapping(entries, _) => Value::Mapping(entries.into()),
        };
        self.offset += 1;
        self.node(value, start)
    }

    fn key(&mut self) -> Result<(), ReadError> {
        if self.skip_space() != Some(b'"') {
            return Err(self.unexpected("a key in double quotes"));
        }
        let key = self.string()?;
        if let Some((open, _)) = self.open.last_mut() {
            open.push(key);
        }
        if self.skip_space() != Some(b':') {
            return Err(self.unexpected("':'"));
        }
        self.offset += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Node, ReadError> {
        let start = self.offset;
        let at = self.place.at(start);
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    // Only the length matters here: what follows is judged below.
                    end += 2;
                }
                Some(0..=0x1F) | None => {
                    self.offset = end.min(bytes.len());
                    return Err(self.unexpected("the rest of a string, with control characters escaped"));
                }
                Some(_) => end += 1,
            }
        }
        let token = self.text.get(start..=end).unwrap_or_default();
        let text = if escaped {
            let text: String = serde_json::from_str(token).map_err(|error| ReadError::JsonSyntax {
                found: format!("a string with {}", reason(&error)),
                expected: "the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
                at,
            })?;
            self.texts.share(&text)
        } else {
            self.texts.share(token.trim_matches('"'))
        };
        self.offset = end + 1;
        self.node(Value::Scalar(Scalar { text, kind: Kind::String, style: Style::DoubleQuoted }), at)
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Node, ReadError> {
        let at = self.place.at(self.offset);
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let kind = match word {
            "true" | "false" => Kind::Bool,
            "null" => Kind::Null,
            _ => number(word).ok_or_else(|| ReadError::JsonSyntax {
                found: quoted(word),
                expected: "a value (text needs double quotes)",
                at,
            })?,
        };
        self.offset += word.len();
        let text = self.texts.share(word);
        self.node(Value::Scalar(Scalar { text, kind, style: Style::Plain }), at)
    }

    /// Makes the node that ends here.
    fn node(&mut self, value: Value, start: Position) -> Result<Node, ReadError> {
        self.nodes += 1;
        let end = self.place.at(self.offset);
        if self.nodes > MAX_NODES {
            return Err(ReadError::TooLarge { unit: "values", limit: MAX_NODES, at: start });
        }
        Ok(Node { value, tag: None, span: Span { start, end } })
    }

    /// The next byte that is no white space.
    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.offset) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.offset += 1,
                other => return other.copied(),
            }
        }
    }

    #[cold]
    fn unexpected(&mut self, expected: &'static str) -> ReadError {
        let at = self.place.at(self.offset);
        let found = match self.text.get(self.offset..).and_then(|rest| rest.chars().next()) {
            None => "the end of the text".to_owned(),
            Some(c) if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
            Some(c) => format!("'{c}'"),
        };
        ReadError::JsonSyntax { found, expected, at }
    }
}

/// Whether a word is a JSON number, and which kind.
fn number(word: &str) -> Option<Kind> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(unsigned);
    if whole == 0 || whole > 1 && unsigned.starts_with('0') {
        return None;
    }
    let mut rest = unsigned.get(whole..)?;
    if rest.is_empty() {
        return Some(Kind::Int);
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        rest = fraction.get(count..).filter(|_| count > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        rest = exponent.get(count..).filter(|_| count > 0)?;
    }
    rest.is_empty().then_some(Kind::Float)
}

/// A word as a message shows it.
fn quoted(word: &str) -> String {
    match word.char_indices().nth(40) {
        Some((end, _)) => format!("'{}...'", word.get(..end).unwrap_or_default()),
        None => format!("'{word}'"),
    }
}

/// What `serde_json` says, without its own idea of the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
