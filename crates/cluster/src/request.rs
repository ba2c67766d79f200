//! What requests share: numbers that enter wide, documents, and the error of a request that cannot be answered.

use crate::problem::Problem;
use crate::progress::Stopped;
use crate::read::Input;
use crate::read::node::{MAX_DEPTH, MAX_NODES};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

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
#[serde(untagged)]
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

impl Document {
    /// A document that a caller gave as a value, without a name of its own: `place` counts the caller's inputs from 1.
    pub fn unnamed(place: usize, text: String) -> Self {
        Self { name: format!("input {place}"), text }
    }
}

/// What a binding allows while it makes the JSON of a request from values of its language.
///
/// The rules stand here so that every language refuses the same values under the same code.
///
/// # Examples
/// ```
/// use winpod_cluster::request::Allowance;
///
/// assert_eq!(Allowance::number(24.5)?, 24.5);
/// assert_eq!(Allowance::number(f64::NAN).unwrap_err().code, "NOT_A_WHOLE_NUMBER");
///
/// let mut allowance = Allowance::default();
/// let nested = (0..).find_map(|_| allowance.enter().err());
/// assert_eq!(nested.map(|refusal| refusal.code).as_deref(), Some("TOO_DEEP"));
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowance {
    depth: usize,
    values: usize,
}

impl Allowance {
    /// Counts a value: to be called for each.
    ///
    /// # Errors
    /// - Code `TOO_LARGE` beyond [`MAX_NODES`].
    pub fn value(&mut self) -> Result<(), Refusal> {
        self.values += 1;
        if self.values > MAX_NODES {
            return Err(Refusal::new(
                "TOO_LARGE",
                format!("more than {MAX_NODES} values: give less at a time"),
            ));
        }
        Ok(())
    }

    /// Goes into a collection; a value that holds itself ends here too.
    ///
    /// # Errors
    /// - Code `TOO_DEEP` beyond [`MAX_DEPTH`].
    pub fn enter(&mut self) -> Result<(), Refusal> {
        if self.depth == MAX_DEPTH {
            return Err(Refusal::new("TOO_DEEP", format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        Ok(())
    }

    /// Leaves the collection entered last.
    pub const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A number that is no whole number of 64 bits in the caller's language.
    ///
    /// # Errors
    /// - Code `NOT_A_WHOLE_NUMBER` for what JSON does not hold: NaN and infinities.
    pub fn number(number: f64) -> Result<Value, Refusal> {
        serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| {
            Refusal::new(
                "NOT_A_WHOLE_NUMBER",
                format!("{number} is no number of JSON: a whole number is allowed"),
            )
        })
    }

    /// The refusal of text that is no Unicode, such as a lone surrogate.
    pub fn not_unicode() -> Refusal {
        Refusal::new("ENCODING", "a text is not valid Unicode")
    }

    /// The refusal of a value that has no JSON, by the name of its type.
    pub fn not_json(type_name: &str) -> Refusal {
        Refusal::new("REQUEST", format!("a value of type {} has no JSON", crate::read::shortened(type_name)))
    }
}

/// A key of the ConfigMap that is none.
pub(crate) fn refused_key(key: &str, error: winpod::Error) -> Refusal {
    Refusal::new(error.code(), format!("{:?} is {error}", crate::read::shortened(key)))
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

/// The inputs that a request names: files and directories, then documents.
pub(crate) fn inputs(paths: &[String], documents: &[Document]) -> Vec<Input> {
    let paths = paths.iter().map(|path| Input::Path(path.into()));
    let documents = documents.iter().map(|document| Input::Document {
        name: document.name.clone(),
        bytes: document.text.clone().into_bytes(),
    });
    paths.chain(documents).collect()
}
