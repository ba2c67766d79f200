//! What requests share: numbers that enter wide, documents, and the error of a request that cannot be answered.

use crate::problem::Problem;
use crate::progress::Stopped;
use crate::read::Input;
use crate::read::node::MAX_DEPTH;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use winpod::ipam::Key;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Refusal {
    /// The stable name of the reason, the same in Rust, Python and Node.
    pub code: String,
    /// What was got, what is allowed and what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal under a stable name.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// The refusal of what HNS lists on two nodes, where the answer is about one.
    pub(crate) fn two_nodes(nodes: &crate::model::HnsNodes) -> Self {
        let crate::model::HnsNodes { first, second, what } = nodes;
        let message = format!(
            "{first} and {second} both list {what}, under other ids: they are of two nodes, or of two times; give the listings of one node at one time"
        );
        Self::new("TWO_NODES", message)
    }

    /// The refusal of a request of another shape.
    pub fn not_such(error: &serde_json::Error) -> Self {
        let why = shortened_inside(&error.to_string());
        Self::new("REQUEST", format!("the request is no such request: {why}"))
    }

    /// The refusal of a value of another language that JSON cannot carry, under the name that the caller gave it.
    ///
    /// # Examples
    /// ```
    /// use winpod_cluster::request::{Refusal, Unfit};
    ///
    /// assert_eq!(Refusal::unfit("prefix", Unfit::Text).code, "ENCODING");
    /// assert_eq!(Refusal::unfit("maxPods", Unfit::Number(f64::NAN)).code, "NOT_A_WHOLE_NUMBER");
    /// ```
    pub fn unfit(name: &str, what: Unfit<'_>) -> Self {
        let name = crate::read::shortened(name);
        match what {
            Unfit::Text => Self::new(
                "ENCODING",
                format!("{name} has a lone surrogate, half of a character: Unicode text is allowed"),
            ),
            Unfit::Number(number) => match Wide::Real(number).whole(&name) {
                Ok(whole) => Self::new("REQUEST", format!("{name} is {whole}")),
                Err(refusal) => refusal,
            },
            Unfit::Depth => Self::new(
                "TOO_DEEP",
                format!("{name} is nested deeper than {MAX_DEPTH} levels, or contains itself"),
            ),
            Unfit::Size => Self::new("TOO_LARGE", format!("{name} is longer than any text can be: split it")),
            Unfit::Kind(kind) => Self::new(
                "REQUEST",
                format!(
                    "{name} is {kind}: text, a number, true, false, null, a list or an object is allowed"
                ),
            ),
        }
    }
}

/// What JSON cannot carry.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Unfit<'a> {
    /// Text with half of a character.
    Text,
    /// A number that is not finite.
    Number(f64),
    /// A value nested deeper than [`MAX_DEPTH`] levels: one that contains itself is.
    Depth,
    /// A value whose text would be too long.
    Size,
    /// A value of another kind, named with its article.
    Kind(&'a str),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for Refusal {}

impl From<winpod::Error> for Refusal {
    fn from(error: winpod::Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let place = problem.location.map(|location| format!("{location}: ")).unwrap_or_default();
        Self { code: problem.code, message: format!("{place}{}", problem.message) }
    }
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Self {
        Self::new("STOPPED", stopped.to_string())
    }
}

/// A number of a request as it came in: any JSON number, refused by what uses it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number")]
#[expect(clippy::exhaustive_enums, reason = "JSON has these numbers")]
pub enum Wide {
    /// A whole number of 64 bits.
    Whole(i64),
    /// Any other number.
    Real(f64),
}

impl JsonSchema for Wide {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }
}

impl Wide {
    /// The number, if it is whole and within `least` to `most`.
    ///
    /// # Errors
    /// - Code `NOT_A_WHOLE_NUMBER` for 24.7, NaN and what 64 bits do not hold.
    /// - Code `OUT_OF_RANGE` outside the range.
    pub fn within(self, name: &str, least: i64, most: i64) -> Result<i64, Refusal> {
        let number = self.whole(name)?;
        if (least..=most).contains(&number) {
            return Ok(number);
        }
        Err(Refusal::new("OUT_OF_RANGE", format!("{name} is {number}: {least} to {most} is allowed")))
    }

    /// The number, if it is whole.
    ///
    /// # Errors
    /// - Code `NOT_A_WHOLE_NUMBER` for 24.7, NaN and what 64 bits do not hold.
    pub fn whole(self, name: &str) -> Result<i64, Refusal> {
        // 2^53: beyond it a double no longer tells neighbours apart.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Whole(number) => Ok(number),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            Self::Real(number) if number.fract() == 0.0 && number.abs() <= EXACT => Ok(number as i64),
            Self::Real(number) => Err(Refusal::new(
                "NOT_A_WHOLE_NUMBER",
                format!("{name} is {number}: a whole number is allowed"),
            )),
        }
    }

    pub(crate) fn count(self, name: &str) -> Result<u32, Refusal> {
        let number = self.within(name, 0, i64::from(u32::MAX))?;
        u32::try_from(number).map_err(|_| Refusal::new("OUT_OF_RANGE", name))
    }
}

impl From<i64> for Wide {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

/// A document of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Document {
    /// What messages call it.
    pub name: String,
    /// Its text: YAML or JSON.
    pub text: String,
}

/// A text that a request needs: the path of its file, or the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a path, or an object with name and text,")]
#[expect(clippy::exhaustive_enums, reason = "callers build it")]
pub enum Given {
    /// A file.
    Path(String),
    /// A document in memory.
    Document(Document),
}

impl Given {
    /// The largest file that is read.
    const MAX_FILE: u64 = 512 << 20;

    /// The document, read if it is a file.
    pub(crate) fn read(&self) -> Result<Cow<'_, Document>, Refusal> {
        use std::io::Read as _;
        let name = match self {
            Self::Document(document) => return Ok(Cow::Borrowed(document)),
            Self::Path(path) => path.clone(),
        };
        let refused = |why: String| Refusal::new("UNREADABLE", format!("{name}: {why}"));
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&name).map_err(|error| refused(format!("cannot be read: {error}")))?;
        let read = file.take(Self::MAX_FILE + 1).read_to_end(&mut bytes);
        read.map_err(|error| refused(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > Self::MAX_FILE {
            return Err(refused(format!("is larger than {} MiB", Self::MAX_FILE >> 20)));
        }
        let text = crate::read::text::decode(&bytes).map_err(|error| {
            let at = error.position();
            Refusal::new(error.code(), format!("{name}:{}:{}: {error}", at.line, at.column))
        })?;
        let text = text.into_owned();
        Ok(Cow::Owned(Document { name, text }))
    }
}

/// A message that quotes a user's value, short enough: its beginning and its end.
pub(crate) fn shortened_inside(message: &str) -> String {
    const KEPT: usize = 160;
    let cut = |start: usize, end: usize| message.get(start..end).unwrap_or_default();
    match (message.char_indices().nth(KEPT), message.char_indices().nth_back(KEPT)) {
        (Some((head, _)), Some((tail, _))) if head < tail => {
            format!("{}…{}", cut(0, head), cut(tail, message.len()))
        }
        _ => message.to_owned(),
    }
}

/// The keys of a "what if", each known.
pub(crate) fn known_keys(set: &BTreeMap<String, String>) -> Result<BTreeMap<Key, String>, Refusal> {
    let known = |key: &str| {
        key.parse::<Key>().map_err(|error| {
            let keys = || Key::ALL.iter().map(|key| key.name());
            let meant = match nearest(key, keys()) {
                Some(meant) => format!(" Did you mean {meant}?"),
                None => format!(" The keys are {}.", keys().collect::<Vec<_>>().join(", ")),
            };
            let shown = crate::read::shortened(key);
            Refusal::new(error.code(), format!("{shown:?} is {error}.{meant}"))
        })
    };
    set.iter().map(|(key, value)| Ok((known(key)?, value.clone()))).collect()
}

/// The name that a misspelt one was most likely meant to be.
pub(crate) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 80;
    if wrong.len() > LONGEST {
        return None;
    }
    let wrong = wrong.to_ascii_lowercase().replace('_', "-");
    let near = |name: &str| (distance(&wrong, name), name.len());
    names.min_by_key(|name| near(name)).filter(|name| 3 * distance(&wrong, name) <= name.len().max(3))
}

/// Letters to insert, drop or replace (Levenshtein).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let replaced = before + usize::from(letter != *other);
            before = row[j + 1];
            row[j + 1] = replaced.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The inputs that a request names: files and directories, then documents.
pub(crate) fn inputs(paths: &[String], documents: &[Document]) -> Vec<Input> {
    let paths = paths.iter().map(|path| Input::Path(path.into()));
    let documents = documents.iter().map(|document| Input::Document {
        name: document.name.clone(),
        bytes: document.text.clone().into_bytes(),
    });
    paths.chain(documents).collect()
}
