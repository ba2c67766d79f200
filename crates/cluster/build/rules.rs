//! Reads `data/rules.toml`, strictly, and writes the catalogue of `check`.

use crate::camel;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use toml::de::{DeTable, DeValue};

const FILE: &str = "data/rules.toml";
const SEVERITIES: [&str; 4] = ["info", "warn", "high", "error"];
const GRADES: [&str; 5] = ["documented", "code", "reported", "inferred", "unverified"];

/// The catalogue as Rust: `Need`, a constant for each rule, and `RULES`.
pub(crate) fn tables() -> String {
    let root = DeTable::parse(winpod_data::RULES).unwrap_or_else(|e| panic!("{FILE}: {e}")).into_inner();
    only("the file", &root, &["need", "family", "rule"]);
    let citations = citations();
    let needs = needs(&root);
    let families = families(&root);
    let mut out = needs.1;
    let (mut all, mut listed) = (String::new(), String::new());
    let mut seen = std::collections::BTreeSet::new();
    let rules = list(&root, "rule");
    let own: Vec<&str> = rules
        .iter()
        .filter(|rule| !rule.contains_key("told-by"))
        .map(|rule| text("rule", rule, "id"))
        .collect();
    for rule in rules {
        let id = text("rule", rule, "id");
        assert!(seen.insert(id.to_owned()), "{FILE}: {id} is there twice");
        out.push_str(&self::rule(id, rule, &needs.0, &families, &citations));
        let told_by = match optional(id, rule, "told-by") {
            Some(other) => {
                assert!(own.contains(&other), "{FILE}: {id}: told-by {other} is no rule of its own");
                format!("Some(&{})", constant(other))
            }
            None => {
                writeln!(all, "&{},", constant(id)).expect("writing to a string");
                "None".to_owned()
            }
        };
        writeln!(listed, "(&{}, {told_by}),", constant(id)).expect("writing to a string");
    }
    writeln!(
        out,
        "/// The rules that are judged, or told as not decidable.\n\
         pub(crate) static RULES: &[&Rule] = &[{all}];\n\
         /// All ids, those that another rule tells with that rule.\n\
         pub(crate) static LISTED: &[(&Rule, Option<&Rule>)] = &[{listed}];"
    )
    .expect("writing to a string");
    out
}

fn constant(id: &str) -> String {
    id.replace('-', "_")
}

fn rule(
    id: &str,
    rule: &DeTable<'_>,
    needs: &[String],
    families: &BTreeMap<String, String>,
    citations: &BTreeMap<String, (String, String)>,
) -> String {
    only(
        id,
        rule,
        &[
            "id", "title", "severity", "also", "security", "grade", "source", "where", "needs", "finding",
            "why", "remedy", "look", "told-by",
        ],
    );
    let severity = |name: &str| {
        assert!(SEVERITIES.contains(&name), "{FILE}: {id}: severity {name:?} is none of {SEVERITIES:?}");
        format!("Severity::{}", camel(name))
    };
    let grade = text(id, rule, "grade");
    assert!(GRADES.contains(&grade), "{FILE}: {id}: grade {grade:?} is none of {GRADES:?}");
    let sources = strings(id, rule, "source");
    let place = optional(id, rule, "where").unwrap_or_default();
    let mut cited = Vec::new();
    for source in &sources {
        let (title, date) = citations
            .get(source)
            .unwrap_or_else(|| panic!("{FILE}: {id}: {source} is no entry of SOURCES.toml"));
        cited.push(if date.is_empty() { title.clone() } else { format!("{title} ({date})") });
    }
    // A rule about winpod itself rests on nothing else.
    let mut citation = if cited.is_empty() { "winpod".to_owned() } else { cited.join("; ") };
    if !place.is_empty() {
        write!(citation, ": {place}").expect("writing to a string");
    }
    let wanted = strings(id, rule, "needs");
    for need in &wanted {
        assert!(needs.contains(need), "{FILE}: {id}: there is no [need.{need}]");
    }
    let prefix = id.split_once('-').map_or("", |(prefix, _)| prefix);
    let family = families.get(prefix).or_else(|| families.get(id));
    let family = family.unwrap_or_else(|| panic!("{FILE}: {id}: there is no [family.{prefix}]"));
    let look = optional(id, rule, "look");
    let forms = forms(id, rule);
    let ways = [look.is_some(), !forms.is_empty(), rule.contains_key("told-by")];
    assert!(
        ways.into_iter().filter(|way| *way).count() == 1,
        "{FILE}: {id}: a rule has sentences in `finding`, `look` if files cannot decide it, or `told-by`"
    );
    let forms: Vec<String> = forms.iter().map(|(name, text)| format!("({name:?}, {text:?})")).collect();
    let also: Vec<String> = strings(id, rule, "also").iter().map(|name| severity(name)).collect();
    let security = rule.get("security").is_some_and(|value| value.get_ref().as_bool() == Some(true));
    format!(
        "pub(crate) static {}: Rule = Rule {{ id: {id:?}, family: {family:?}, title: {:?}, severity: {}, also: &[{}], \
         security: {security}, grade: Grade::{}, citation: {citation:?}, needs: &[{}], forms: &[{}], why: {:?}, \
         remedy: {:?}, look: {look:?} }};\n",
        constant(id),
        text(id, rule, "title"),
        severity(text(id, rule, "severity")),
        also.join(", "),
        camel(grade),
        wanted.iter().map(|need| format!("Need::{}", camel(need))).collect::<Vec<_>>().join(", "),
        forms.join(", "),
        text(id, rule, "why"),
        text(id, rule, "remedy"),
    )
}

/// The sentences of a rule: one, or several by name.
fn forms(id: &str, rule: &DeTable<'_>) -> Vec<(String, String)> {
    match rule.get("finding").map(toml::Spanned::get_ref) {
        None => Vec::new(),
        Some(DeValue::String(text)) => vec![(String::new(), text.to_string())],
        Some(DeValue::Table(table)) => table
            .iter()
            .map(|(name, value)| {
                let text = value.get_ref().as_str();
                let text = text.unwrap_or_else(|| panic!("{FILE}: {id}: a sentence is no string"));
                (name.get_ref().to_string(), text.to_owned())
            })
            .collect(),
        Some(_) => panic!("{FILE}: {id}: finding is neither a string nor a table of strings"),
    }
}

/// What rules may lack: the names, and the enum.
fn needs(root: &DeTable<'_>) -> (Vec<String>, String) {
    let (mut names, mut variants, mut what, mut how) =
        (Vec::new(), String::new(), String::new(), String::new());
    for (name, entry) in tables_of(root, "need") {
        only(&name, entry, &["what", "how"]);
        let variant = camel(&name);
        writeln!(variants, "/// {}\n{variant},", text(&name, entry, "what")).expect("writing to a string");
        writeln!(what, "Self::{variant} => {:?},", text(&name, entry, "what")).expect("writing to a string");
        writeln!(how, "Self::{variant} => {:?},", text(&name, entry, "how")).expect("writing to a string");
        names.push(name);
    }
    let mut key = String::new();
    for name in &names {
        writeln!(key, "Self::{} => {name:?},", camel(name)).expect("writing to a string");
    }
    let out = format!(
        "/// What a rule may lack.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\n\
         pub(crate) enum Need {{ {variants} }}\n\
         impl Need {{\n\
         pub(crate) const fn key(self) -> &'static str {{ match self {{ {key} }} }}\n\
         pub(crate) const fn what(self) -> &'static str {{ match self {{ {what} }} }}\n\
         pub(crate) const fn how(self) -> &'static str {{ match self {{ {how} }} }}\n}}\n"
    );
    (names, out)
}

/// Titles of families by the prefix of their rules' ids.
fn families(root: &DeTable<'_>) -> BTreeMap<String, String> {
    tables_of(root, "family")
        .map(|(name, entry)| {
            only(&name, entry, &["title"]);
            let title = text(&name, entry, "title").to_owned();
            (name, title)
        })
        .collect()
}

/// Titles and dates of `SOURCES.toml` by id.
fn citations() -> BTreeMap<String, (String, String)> {
    let root = DeTable::parse(winpod_data::SOURCES)
        .unwrap_or_else(|e| panic!("data/SOURCES.toml: {e}"))
        .into_inner();
    list(&root, "source")
        .into_iter()
        .map(|entry| {
            let get =
                |key: &str| entry.get(key).and_then(|value| value.get_ref().as_str()).unwrap_or_default();
            let version = get("version");
            let title = if version.is_empty() {
                get("title").to_owned()
            } else {
                format!("{} {version}", get("title"))
            };
            (get("id").to_owned(), (title, get("date").to_owned()))
        })
        .collect()
}

fn tables_of<'a>(root: &'a DeTable<'a>, name: &str) -> impl Iterator<Item = (String, &'a DeTable<'a>)> {
    let table = root.get(name).and_then(|value| value.get_ref().as_table());
    table.into_iter().flat_map(|table| table.iter()).map(|(name, entry)| {
        let entry =
            entry.get_ref().as_table().unwrap_or_else(|| panic!("{FILE}: {} is no table", name.get_ref()));
        (name.get_ref().to_string(), entry)
    })
}

fn list<'a>(root: &'a DeTable<'a>, name: &str) -> Vec<&'a DeTable<'a>> {
    let Some(DeValue::Array(entries)) = root.get(name).map(toml::Spanned::get_ref) else { return Vec::new() };
    entries.iter().filter_map(|entry| entry.get_ref().as_table()).collect()
}

fn only(what: &str, table: &DeTable<'_>, known: &[&str]) {
    for (key, _) in table {
        assert!(known.contains(&&**key.get_ref()), "{FILE}: {what}: {} is none of {known:?}", key.get_ref());
    }
}

fn text<'a>(what: &str, table: &'a DeTable<'a>, key: &str) -> &'a str {
    optional(what, table, key).unwrap_or_else(|| panic!("{FILE}: {what} has no {key}"))
}

fn optional<'a>(what: &str, table: &'a DeTable<'a>, key: &str) -> Option<&'a str> {
    let value = table.get(key)?;
    Some(value.get_ref().as_str().unwrap_or_else(|| panic!("{FILE}: {what}: {key} is no string")))
}

fn strings(what: &str, table: &DeTable<'_>, key: &str) -> Vec<String> {
    match table.get(key).map(toml::Spanned::get_ref) {
        None => Vec::new(),
        Some(DeValue::Array(items)) => items
            .iter()
            .map(|item| {
                let text = item.get_ref().as_str();
                text.unwrap_or_else(|| panic!("{FILE}: {what}: {key} has something else than strings"))
                    .to_owned()
            })
            .collect(),
        Some(_) => panic!("{FILE}: {what}: {key} is no list"),
    }
}
