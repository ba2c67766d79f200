//! Reads `SOURCES.toml` and `facts.toml` of `winpod-data`, strictly: every error names file, line and text.
//!
//! Used by `build.rs`, and by the tests through `#[path]`.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, de::DeString};

pub(crate) const GRADES: [(&str, &str); 5] = [
    ("documented", "Documented"),
    ("code", "Code"),
    ("reported", "Reported"),
    ("inferred", "Inferred"),
    ("unverified", "Unverified"),
];

/// An entry of `SOURCES.toml`.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) date: String,
    pub(crate) url: String,
    pub(crate) licence: String,
}

/// A table that `SOURCES.toml` accounts for.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) file: String,
    pub(crate) sources: Vec<String>,
    pub(crate) retrieved: String,
    pub(crate) rows: usize,
    pub(crate) command: String,
}

/// An entry of `facts.toml`.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) id: String,
    pub(crate) grade: String,
    pub(crate) source: Vec<String>,
    pub(crate) place: String,
    pub(crate) date: String,
    pub(crate) text: String,
}

impl Fact {
    /// The variant of `SourceId`: `windows-max-pods-110` is `WindowsMaxPods110`.
    pub(crate) fn variant(&self) -> String {
        self.id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
    }

    /// The titles and versions of the sources, then the place.
    pub(crate) fn citation(&self, sources: &[Source]) -> String {
        let named = |id: &String| sources.iter().find(|source| source.id == *id);
        let titles: Vec<String> =
            self.source.iter().filter_map(named).map(|s| format!("{} {}", s.title, s.version)).collect();
        format!("{}: {}", titles.join(" and "), self.place)
    }
}

/// The sources and tables of `SOURCES.toml`.
pub(crate) fn sources(file: &str, text: &str) -> Result<(Vec<Source>, Vec<Table>), String> {
    let document = Document { file, text };
    let root = document.parse(&["source", "table"])?;
    let mut sources = Vec::new();
    let mut ids = BTreeSet::new();
    for entry in document.entries(&root, "source", &["id", "title", "version", "date", "url", "licence"])? {
        let source = Source {
            id: entry.key("id")?,
            title: entry.string("title")?,
            version: entry.string("version")?,
            date: entry.month_or_day("date")?,
            url: entry.string("url")?,
            licence: entry.string("licence")?,
        };
        entry.once(&mut ids, &source.id)?;
        if !source.url.starts_with("https://") {
            return Err(entry.error("url", "https://", &source.url));
        }
        sources.push(source);
    }
    let mut tables = Vec::new();
    for entry in document.entries(&root, "table", &["file", "sources", "retrieved", "rows", "command"])? {
        tables.push(Table {
            file: entry.string("file")?,
            sources: entry.known_ids("sources", &sources)?,
            retrieved: entry.day("retrieved")?,
            rows: entry.count("rows")?,
            command: entry.string("command")?,
        });
    }
    Ok((sources, tables))
}

/// The facts of `facts.toml`, whose sources must be among the given ones.
pub(crate) fn facts(file: &str, text: &str, sources: &[Source]) -> Result<Vec<Fact>, String> {
    let document = Document { file, text };
    let root = document.parse(&["fact"])?;
    let mut facts = Vec::new();
    let mut ids = BTreeSet::new();
    for entry in document.entries(&root, "fact", &["id", "grade", "source", "where", "date", "text"])? {
        let fact = Fact {
            id: entry.key("id")?,
            grade: entry.string("grade")?,
            source: entry.known_ids("source", sources)?,
            place: entry.string("where")?,
            date: entry.day("date")?,
            text: entry.string("text")?,
        };
        entry.once(&mut ids, &fact.id)?;
        if !GRADES.iter().any(|(name, _)| *name == fact.grade) {
            return Err(entry.error("grade", &GRADES.map(|(name, _)| name).join(" or "), &fact.grade));
        }
        if !fact.text.ends_with('.') || fact.text.contains(". ") {
            return Err(entry.error("text", "one sentence", &fact.text));
        }
        facts.push(fact);
    }
    Ok(facts)
}

struct Document<'f> {
    file: &'f str,
    text: &'f str,
}

impl Document<'_> {
    fn error(&self, offset: usize, what: &str) -> String {
        let line = 1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        format!("{}:{line}: {what}", self.file)
    }

    fn parse(&self, allowed: &[&str]) -> Result<DeTable<'_>, String> {
        let root = DeTable::parse(self.text)
            .map_err(|error| self.error(error.span().map_or(0, |span| span.start), error.message()))?;
        let root = root.into_inner();
        self.only(&root, allowed)?;
        Ok(root)
    }

    fn only(&self, table: &DeTable<'_>, allowed: &[&str]) -> Result<(), String> {
        let unknown = |key: &&Spanned<DeString<'_>>| !allowed.contains(&key.get_ref().as_ref());
        match table.keys().find(unknown) {
            Some(key) => {
                let what = format!("expected {}, got `{}`", allowed.join(" or "), key.get_ref());
                Err(self.error(key.span().start, &what))
            }
            None => Ok(()),
        }
    }

    /// The tables of `[[name]]`, at least one, which have the given keys and no other.
    fn entries<'r>(
        &'r self,
        root: &'r DeTable<'_>,
        name: &str,
        keys: &[&str],
    ) -> Result<Vec<Entry<'r>>, String> {
        let list = root.get(name).and_then(|value| value.get_ref().as_array());
        let list = list.ok_or_else(|| self.error(0, &format!("expected [[{name}]]")))?;
        let mut entries = Vec::new();
        for value in list {
            let offset = value.span().start;
            let Some(table) = value.get_ref().as_table() else {
                return Err(self.error(offset, &format!("expected [[{name}]]")));
            };
            self.only(table, keys)?;
            entries.push(Entry { document: self, offset, table });
        }
        Ok(entries)
    }
}

struct Entry<'r> {
    document: &'r Document<'r>,
    offset: usize,
    table: &'r DeTable<'r>,
}

impl Entry<'_> {
    fn error(&self, key: &str, expected: &str, got: &str) -> String {
        let offset = self.table.get(key).map_or(self.offset, |value| value.span().start);
        self.document.error(offset, &format!("{key}: expected {expected}, got `{}`", got.escape_debug()))
    }

    fn value(&self, key: &str) -> Result<&DeValue<'_>, String> {
        self.table.get(key).map(Spanned::get_ref).ok_or_else(|| self.error(key, "a value", ""))
    }

    /// A text that is not empty and has no blanks at its ends.
    fn string(&self, key: &str) -> Result<String, String> {
        let text = self.value(key)?.as_str().unwrap_or("");
        if text.is_empty() || text.trim() != text || text.contains('\n') {
            return Err(self.error(key, "one line of text", text));
        }
        Ok(text.to_owned())
    }

    /// Lower-case words joined by hyphens; a word may hold dots.
    fn key(&self, key: &str) -> Result<String, String> {
        let text = self.string(key)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.';
        if text.split('-').all(|word| !word.is_empty() && word.bytes().all(plain)) {
            return Ok(text);
        }
        Err(self.error(key, "kebab-case", &text))
    }

    fn once(&self, seen: &mut BTreeSet<String>, id: &str) -> Result<(), String> {
        if seen.insert(id.to_owned()) { Ok(()) } else { Err(self.error("id", "an id used once", id)) }
    }

    fn day(&self, key: &str) -> Result<String, String> {
        let text = self.string(key)?;
        if is_date(&text, 3) { Ok(text) } else { Err(self.error(key, "YYYY-MM-DD", &text)) }
    }

    fn month_or_day(&self, key: &str) -> Result<String, String> {
        let text = self.string(key)?;
        let good = is_date(&text, 2) || is_date(&text, 3);
        if good { Ok(text) } else { Err(self.error(key, "YYYY-MM-DD or YYYY-MM", &text)) }
    }

    fn count(&self, key: &str) -> Result<usize, String> {
        let number = self.value(key)?.as_integer().map(toml::de::DeInteger::as_str);
        number
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| self.error(key, "a number", number.unwrap_or("")))
    }

    fn known_ids(&self, key: &str, sources: &[Source]) -> Result<Vec<String>, String> {
        let list = self.value(key)?.as_array();
        let mut ids = Vec::new();
        for value in list.into_iter().flatten() {
            let id = value.get_ref().as_str().unwrap_or("");
            if !sources.iter().any(|source| source.id == id) {
                return Err(self.error(key, "ids of SOURCES.toml", id));
            }
            ids.push(id.to_owned());
        }
        if ids.is_empty() { Err(self.error(key, "a list of ids", "")) } else { Ok(ids) }
    }
}

/// Year, month and (with three parts) day, each with its full width.
fn is_date(text: &str, parts: usize) -> bool {
    let widths = [4, 2, 2];
    let ranges = [2000..=2100, 1..=12, 1..=31];
    let fields: Vec<&str> = text.split('-').collect();
    fields.len() == parts
        && fields.iter().zip(widths).zip(ranges).all(|((field, width), range)| {
            field.len() == width
                && field.bytes().all(|b| b.is_ascii_digit())
                && field.parse().is_ok_and(|n: u16| range.contains(&n))
        })
}
