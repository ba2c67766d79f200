//! `.winpod.toml`: what fails a check, which rules judge and how severely, and what is known and left out.

use super::date::Date;
use super::rule::{self, Rule, Severity};
use crate::model::Place;
use crate::read;
use crate::request::{Document, Refusal, nearest};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// More than any hand writes, and little enough to be read in no time.
const MAX_TEXT: usize = 16 << 20;
const KEYS: [&str; 3] = ["fail-on", "rules", "ignore"];
const KEYS_OF_IGNORES: [&str; 5] = ["rule", "path", "object", "reason", "until"];

/// What a configuration says.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) fail_on: Option<Severity>,
    pub(super) rules: BTreeMap<&'static str, Setting>,
    pub(super) ignores: Vec<Ignore>,
}

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Off,
    On,
    /// All of its findings have this severity.
    As(Severity),
}

/// An `[[ignore]]`.
#[derive(Debug)]
pub(super) struct Ignore {
    pub(super) rule: &'static Rule,
    pub(super) path: Option<Glob>,
    pub(super) object: Option<Glob>,
    pub(super) reason: String,
    /// The last day on which it counts.
    pub(super) until: Option<Date>,
    pub(super) place: Place,
}

/// A pattern with `*`, `?`, `**`, `[...]` and `{...}`.
#[derive(Debug)]
pub(super) struct Glob(String);

impl Glob {
    /// Longer ones are of no path.
    const LONGEST: usize = 1024;
    /// Texts that the braces of a pattern may stand for: each is tried.
    const MOST_ALTERNATIVES: usize = 64;

    fn new(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("is empty: leave it out to match everything".to_owned());
        }
        if pattern.len() > Self::LONGEST {
            return Err(format!("has more than {} bytes", Self::LONGEST));
        }
        fast_glob::validate(pattern).map_err(|error| error.to_string())?;
        // Inner braces are counted as if they stood in a row: too many rather than too few.
        let mut texts = 1usize;
        for group in pattern.split('{').skip(1) {
            texts = texts.saturating_mul(group.matches(',').count() + 1);
        }
        if texts > Self::MOST_ALTERNATIVES {
            return Err(format!("its braces stand for more than {} texts", Self::MOST_ALTERNATIVES));
        }
        Ok(Self(pattern.to_owned()))
    }

    /// Whether a path matches; `*` stays within a folder.
    pub(super) fn matches_path(&self, path: &str) -> bool {
        fast_glob::glob_match(self.0.strip_prefix("./").unwrap_or(&self.0), path)
    }

    /// Whether a name matches; a slash in it is a character as any other.
    pub(super) fn matches_name(&self, name: &str) -> bool {
        let plain = |text: &str| text.replace('/', "\u{1}");
        fast_glob::glob_match(plain(&self.0), plain(name))
    }
}

impl Config {
    /// Reads a configuration, strictly.
    ///
    /// # Errors
    /// - Code `CONFIG`, with the place, the value and what is allowed.
    pub(super) fn read(document: &Document) -> Result<Self, Refusal> {
        let file = File { name: document.name.as_str().into(), text: &document.text };
        if document.text.len() > MAX_TEXT {
            return Err(file.refuse(&(0..0), format!("more than {MAX_TEXT} bytes")));
        }
        let root = DeTable::parse(&document.text).map_err(|error| {
            let text = format!("not TOML: {}", error.message().replace('\n', ", "));
            file.refuse(&error.span().unwrap_or_default(), text)
        })?;
        let mut config = Self::default();
        for (key, value) in root.get_ref() {
            match &**key.get_ref() {
                "fail-on" => config.fail_on = Some(file.severity("fail-on", value)?),
                "rules" => config.rules = file.rules(value)?,
                "ignore" => config.ignores = file.ignores(value)?,
                _ => return Err(file.unknown("a key of the configuration", key, &KEYS)),
            }
        }
        Ok(config)
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

struct File<'t> {
    name: Arc<str>,
    text: &'t str,
}

impl File<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        let at = read::text::position(self.text, span.start);
        Place::new(&self.name, at.line, at.column)
    }

    #[cold]
    fn refuse(&self, span: &Range<usize>, message: impl AsRef<str>) -> Refusal {
        Refusal::new("CONFIG", format!("{}: {}", self.place(span), message.as_ref()))
    }

    #[cold]
    fn unknown(&self, what: &str, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) -> Refusal {
        let meant = match nearest(key.get_ref(), known.iter().copied()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("{} are allowed", known.join(", ")),
        };
        self.refuse(&key.span(), format!("{:?} is not {what}: {meant}", read::shortened(key.get_ref())))
    }

    /// What was written, for a message.
    fn written(&self, value: &Value<'_>) -> String {
        let text = self.text.get(value.span()).unwrap_or_default();
        read::shortened(text.lines().next().unwrap_or_default())
    }

    fn text<'v>(&self, key: &str, value: &'v Value<'_>) -> Result<&'v str, Refusal> {
        value.get_ref().as_str().ok_or_else(|| {
            let message = format!("{key} is {}: a text in quotes is allowed", self.written(value));
            self.refuse(&value.span(), message)
        })
    }

    fn severity(&self, key: &str, value: &Value<'_>) -> Result<Severity, Refusal> {
        let text = self.text(key, value)?;
        severity(key, text).map_err(|message| self.refuse(&value.span(), message))
    }

    fn rule(&self, id: &str, span: &Range<usize>) -> Result<&'static Rule, Refusal> {
        rule::find(id).map_err(|message| self.refuse(span, message))
    }

    fn rules(&self, value: &Value<'_>) -> Result<BTreeMap<&'static str, Setting>, Refusal> {
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("rules is {}: a table is allowed, such as [rules]", self.written(value));
            return Err(self.refuse(&value.span(), message));
        };
        let mut rules = BTreeMap::new();
        for (id, value) in table {
            let rule = self.rule(id.get_ref(), &id.span())?;
            let setting = match self.text(rule.id, value)? {
                "off" if rule.id == "PARSE" => {
                    let message = "PARSE cannot be off, or silence would mean nothing: \
                                   leave files out with [[ignore]], rule = \"PARSE\" and a path";
                    return Err(self.refuse(&value.span(), message));
                }
                "off" => Setting::Off,
                "on" => Setting::On,
                text => Setting::As(Severity::from_name(text).ok_or_else(|| {
                    let names = ["off", "on", "info", "warn", "high", "error"];
                    let meant = nearest(text, names.into_iter());
                    let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
                    let message = format!(
                        "{} is {:?}: off, on, info, warn, high or error is allowed{meant}",
                        rule.id,
                        read::shortened(text)
                    );
                    self.refuse(&value.span(), message)
                })?),
            };
            if rules.insert(rule.id, setting).is_some() {
                return Err(self.refuse(&id.span(), format!("{} is there twice", rule.id)));
            }
        }
        Ok(rules)
    }

    fn ignores(&self, value: &Value<'_>) -> Result<Vec<Ignore>, Refusal> {
        let tables: Option<Vec<(&DeTable<'_>, Range<usize>)>> = match value.get_ref() {
            DeValue::Array(items) => {
                items.iter().map(|item| Some((item.get_ref().as_table()?, item.span()))).collect()
            }
            _ => None,
        };
        let Some(tables) = tables else {
            let message = format!("ignore is {}: tables are allowed, each [[ignore]]", self.written(value));
            return Err(self.refuse(&value.span(), message));
        };
        let mut position = read::text::Place::new(self.text);
        tables.into_iter().map(|(table, span)| self.ignore(table, &span, &mut position)).collect()
    }

    fn ignore(
        &self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        position: &mut read::text::Place<'_>,
    ) -> Result<Ignore, Refusal> {
        for (key, _) in table {
            if !KEYS_OF_IGNORES.contains(&&**key.get_ref()) {
                return Err(self.unknown("a key of an ignore", key, &KEYS_OF_IGNORES));
            }
        }
        let Some(id) = table.get("rule") else {
            return Err(self.refuse(span, "the ignore has no rule: add rule = \"ID\""));
        };
        let rule = self.rule(self.text("rule", id)?, &id.span())?;
        if rule.id.starts_with("IGNORE-") {
            let message =
                format!("{} is about ignores: mend the ignore, or set {0} = \"off\" in [rules]", rule.id);
            return Err(self.refuse(&id.span(), message));
        }
        let reason = table.get("reason").map(|reason| self.text("reason", reason)).transpose()?;
        let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
            let message = format!("the ignore of {} gives no reason: add reason = \"why\"", rule.id);
            return Err(self.refuse(table.get("reason").map_or(span, |_| span), message));
        };
        let glob = |key: &str| -> Result<Option<Glob>, Refusal> {
            let Some(value) = table.get(key) else { return Ok(None) };
            let pattern = self.text(key, value)?;
            let wrong = |why: String| {
                self.refuse(&value.span(), format!("{key} is {:?}: {why}", read::shortened(pattern)))
            };
            Glob::new(pattern).map(Some).map_err(wrong)
        };
        let path = glob("path")?;
        if rule.id == "PARSE" && path.is_none() {
            return Err(self.refuse(span, "an ignore of PARSE needs a path, or silence would mean nothing"));
        }
        let at = position.at(id.span().start);
        Ok(Ignore {
            rule,
            path,
            object: glob("object")?,
            reason: reason.to_owned(),
            until: table.get("until").map(|value| self.day(value)).transpose()?,
            place: Place::new(&self.name, at.line, at.column),
        })
    }

    /// A day, as TOML writes it or as a text.
    fn day(&self, value: &Value<'_>) -> Result<Date, Refusal> {
        let day = match value.get_ref() {
            DeValue::String(text) => Date::parse(text),
            DeValue::Datetime(date) => Date::parse(&date.to_string()),
            _ => None,
        };
        day.ok_or_else(|| {
            let message = format!("until is {}: a day such as 2027-03-31 is allowed", self.written(value));
            self.refuse(&value.span(), message)
        })
    }
}

/// The severity of a name.
///
/// # Errors
/// - What was written and what is allowed.
pub(super) fn severity(key: &str, text: &str) -> Result<Severity, String> {
    Severity::from_name(text).ok_or_else(|| {
        let meant = nearest(text, Severity::ALL.iter().map(|severity| severity.name()));
        let meant = meant.map(|meant| format!(". Did you mean {meant}?")).unwrap_or_default();
        format!("{key} is {:?}: info, warn, high or error is allowed{meant}", read::shortened(text))
    })
}
