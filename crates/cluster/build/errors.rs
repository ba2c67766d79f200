//! Reads `data/errors.toml`, strictly, and writes the tables of `explain`.

use crate::camel;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use toml::de::{DeTable, DeValue};

/// The first result of HCN, less one.
const HCN: u32 = 0x803b_0000;

/// The tables as Rust.
pub(crate) fn tables() -> String {
    let root =
        DeTable::parse(winpod_data::ERRORS).unwrap_or_else(|e| panic!("data/errors.toml: {e}")).into_inner();
    only("the file", &root, &["context", "collect", "signal", "error", "hcn"]);
    let mut book = Book { context: lists(&root, "context"), collect: sentences(&root), ..Book::default() };
    let (signals, errors) = (entries(&root, "signal"), entries(&root, "error"));
    for (index, signal) in signals.iter().enumerate() {
        book.name(text("signal", signal, "id"), format!("Clue::Signal({index})"));
    }
    for (index, error) in errors.iter().enumerate() {
        book.name(text("error", error, "id"), format!("Clue::Error({index})"));
    }
    for (index, signal) in signals.iter().enumerate() {
        book.signal(index, signal);
    }
    for (index, error) in errors.iter().enumerate() {
        book.error(index, error);
    }
    book.results(errors.len(), part(&root, "hcn"));
    format!(
        "pub(super) static SIGNALS: &[Signal] = &[{}];\npub(super) static ERRORS: &[Error] = &[{}];\n\
         pub(super) static PATTERNS: &[Pattern] = &[{}];\n\
         pub(super) static RESULTS: &[&str] = &[{}];\n\
         pub(super) static HNS_WORDS: &[&str] = &{:?};\n",
        book.signals, book.errors, book.patterns, book.names, book.context["hcn"]
    )
}

#[derive(Default)]
struct Book {
    context: BTreeMap<String, Vec<String>>,
    collect: BTreeMap<String, String>,
    clues: BTreeMap<String, String>,
    owned_results: Vec<u32>,
    signals: String,
    errors: String,
    patterns: String,
    names: String,
}

impl Book {
    fn name(&mut self, id: &str, clue: String) {
        let kebab = id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(kebab, "data/errors.toml: {id}: expected kebab-case");
        assert!(self.clues.insert(id.to_owned(), clue).is_none(), "data/errors.toml: {id} is there twice");
    }

    fn clues(&self, id: &str, names: &[&str]) -> String {
        let clue = |name: &&str| {
            let clue = self.clues.get(*name);
            clue.unwrap_or_else(|| panic!("data/errors.toml: {id}: {name} is no signal and no error"))
                .as_str()
        };
        names.iter().map(clue).collect::<Vec<_>>().join(", ")
    }

    fn signal(&mut self, index: usize, signal: &DeTable<'_>) {
        let id = text("signal", signal, "id");
        only(id, signal, &["id", "text", "patterns", "reads", "opposite"]);
        let reads = signal.get("reads").map(|_| match text(id, signal, "reads") {
            "build" => "Reads::Build",
            "node" => "Reads::Node",
            "described" => "Reads::Described",
            other => panic!("data/errors.toml: {id}: reads is build, node or described, got {other}"),
        });
        let reads = reads.map_or("None".to_owned(), |reads| format!("Some({reads})"));
        let words = text(id, signal, "text");
        let opposite = self.clues(id, &strings(id, signal, "opposite"));
        writeln!(
            self.signals,
            "Signal {{ id: {id:?}, text: {words:?}, reads: {reads}, opposite: &[{opposite}] }},"
        )
        .expect("a string");
        self.patterns(id, &format!("Clue::Signal({index})"), signal);
    }

    fn error(&mut self, index: usize, error: &DeTable<'_>) {
        let id = text("error", error, "id");
        only(
            id,
            error,
            &[
                "id",
                "title",
                "patterns",
                "codes",
                "causes",
                "remedy",
                "background",
                "collect",
                "last",
                "quiet",
                "sources",
            ],
        );
        let target = format!("Clue::Error({index})");
        let patterns = self.patterns(id, &target, error);
        let mut results = Vec::new();
        for code in tables_of(id, error, "codes") {
            only(id, code, &["code", "short"]);
            let number = number(id, text(id, code, "code"));
            if number & 0xffff_0000 == HCN {
                self.owned_results.push(number);
            }
            self.code(&target, number, code.get("short").map(|_| text(id, code, "short")));
            results.push(number);
        }
        let quiet = error.contains_key("quiet");
        assert!(
            quiet == (patterns == 0 && results.is_empty()),
            "data/errors.toml: {id} needs patterns or codes, or quiet"
        );
        let causes: Vec<String> =
            tables_of(id, error, "causes").into_iter().map(|it| self.cause(id, it)).collect();
        let remedy = strings(id, error, "remedy");
        let told = tables_of(id, error, "causes").iter().any(|cause| cause.contains_key("remedy"));
        let last = error.contains_key("last");
        assert!(told || !remedy.is_empty() || last, "data/errors.toml: {id} has no remedy");
        let title = text(id, error, "title");
        self.write(id, title, last, &results, &causes.concat(), &remedy, error);
    }

    #[expect(clippy::too_many_arguments, reason = "one for each field")]
    fn write(
        &mut self,
        id: &str,
        title: &str,
        last: bool,
        results: &[u32],
        causes: &str,
        remedy: &[&str],
        table: &DeTable<'_>,
    ) {
        let named = |name: &&str| {
            let found = self.collect.get(*name);
            found.unwrap_or_else(|| panic!("data/errors.toml: {id}: {name} is not in [collect]")).as_str()
        };
        let collect: Vec<&str> = strings(id, table, "collect").iter().map(named).collect();
        let sources = sources(id, table);
        assert!(!sources.is_empty(), "data/errors.toml: {id} has no sources");
        let background: String =
            tables_of(id, table, "background").into_iter().map(|it| step(id, it)).collect();
        let results: Vec<String> =
            results.iter().map(|code| format!("{:#06x}_{:04x}", code >> 16, code & 0xffff)).collect();
        let results = results.join(", ");
        writeln!(
            self.errors,
            "Error {{ id: {id:?}, title: {title:?}, last: {last}, results: &[{results}], causes: &[{causes}], \
             remedy: &{remedy:?}, background: &[{background}], collect: &{collect:?}, sources: &[{sources}] }},"
        )
        .expect("a string");
    }

    fn cause(&self, id: &str, cause: &DeTable<'_>) -> String {
        only(id, cause, &["text", "remedy", "raised", "hinted", "lowered", "refuted", "sources"]);
        format!(
            "Cause {{ text: {:?}, remedy: {:?}, raised: &[{}], hinted: &[{}], lowered: &[{}], refuted: &[{}], sources: &[{}] }},",
            text(id, cause, "text"),
            cause.contains_key("remedy").then(|| text(id, cause, "remedy")),
            self.clues(id, &strings(id, cause, "raised")),
            self.clues(id, &strings(id, cause, "hinted")),
            self.clues(id, &strings(id, cause, "lowered")),
            self.clues(id, &strings(id, cause, "refuted")),
            sources(id, cause),
        )
    }

    /// Writes the patterns and tells how many there are.
    fn patterns(&mut self, id: &str, target: &str, table: &DeTable<'_>) -> usize {
        let list = list(id, table, "patterns");
        for pattern in &list {
            let (words, with, without) = match pattern {
                DeValue::String(words) => (&**words, Vec::new(), Vec::new()),
                DeValue::Table(it) => {
                    only(id, it, &["text", "with", "without"]);
                    (text(id, it, "text"), strings(id, it, "with"), strings(id, it, "without"))
                }
                _ => panic!("data/errors.toml: {id}: a pattern is a text or a table"),
            };
            let said = match (with.contains(&"@hcn"), with.contains(&"@alone")) {
                (true, _) => "Said::ByHns",
                (_, true) => "Said::Alone",
                _ => "Said::Anywhere",
            };
            let with: Vec<&str> = with.into_iter().filter(|word| !word.starts_with('@')).collect();
            self.pattern(target, "Kind::Words", words, said, &with, &without);
        }
        list.len()
    }

    fn pattern(
        &mut self,
        target: &str,
        kind: &str,
        words: &str,
        said: &str,
        with: &[&str],
        without: &[&str],
    ) {
        let short = words.bytes().filter(u8::is_ascii_alphanumeric).count();
        assert!((3..=100).contains(&short), "data/errors.toml: {words:?} has {short} letters");
        writeln!(
            self.patterns,
            "Pattern {{ target: {target}, kind: {kind}, text: {words:?}, said: {said}, with: &{with:?}, without: &{without:?} }},"
        )
        .expect("a string");
    }

    /// The forms of a result: hexadecimal, decimal, and decimal as a signed number.
    fn code(&mut self, target: &str, number: u32, short: Option<&str>) {
        let said = if number & 0xffff_0000 == HCN { "Said::AsResult" } else { "Said::ByHns" };
        let signed = number.cast_signed().unsigned_abs().to_string();
        let forms = [
            ("Kind::Hex", format!("{number:08x}")),
            ("Kind::Decimal", number.to_string()),
            ("Kind::Signed", signed),
        ];
        let short = short.map(|short| ("Kind::Short", short.to_owned()));
        for (kind, digits) in forms.into_iter().chain(short) {
            self.pattern(target, kind, &digits, said, &[], &[]);
        }
    }

    /// What all results of HCN begin with, to tell those that have no name.
    fn unnamed(&mut self, index: usize, hcn: &DeTable<'_>) {
        const BEGINNINGS: [(&str, &str); 5] = [
            ("Kind::Hex", "803b…"),
            ("Kind::Decimal", "21513…"),
            ("Kind::Decimal", "21514…"),
            ("Kind::Signed", "21436…"),
            ("Kind::Signed", "21435…"),
        ];
        for (kind, digits) in BEGINNINGS {
            self.pattern(&format!("Clue::Error({index})"), kind, digits, "Said::AsResult", &[], &[]);
        }
        let remedy = [text("hcn", hcn, "unnamed_remedy")];
        self.write("hcn-unnamed", text("hcn", hcn, "unnamed"), false, &[], "", &remedy, hcn);
    }

    fn results(&mut self, first: usize, hcn: &DeTable<'_>) {
        only("hcn", hcn, &["title", "unnamed", "unnamed_remedy", "collect", "sources", "names"]);
        let names = strings("hcn", hcn, "names");
        let mut index = first;
        for (code, name) in (HCN + 1..).zip(&names) {
            if self.owned_results.contains(&code) {
                continue;
            }
            self.code(&format!("Clue::Error({index})"), code, None);
            let title = text("hcn", hcn, "title").replace("{name}", name);
            self.write(&name.to_lowercase().replace('_', "-"), &title, false, &[code], "", &[], hcn);
            index += 1;
        }
        let stray = self.owned_results.iter().find(|code| (**code - HCN) as usize > names.len());
        assert!(stray.is_none(), "data/errors.toml: a code that [hcn] does not name: {stray:x?}");
        self.names = quoted(&names);
        self.unnamed(index, hcn);
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

fn number(id: &str, code: &str) -> u32 {
    let digits = code.strip_prefix("0x").filter(|digits| digits.len() == 8);
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.unwrap_or_else(|| panic!("data/errors.toml: {id}: {code} is not 0x and 8 digits"))
}

fn only(what: &str, table: &DeTable<'_>, keys: &[&str]) {
    if let Some(key) = table.keys().find(|key| !keys.contains(&key.get_ref().as_ref())) {
        panic!("data/errors.toml: {what}: expected {}, got {}", keys.join(" or "), key.get_ref());
    }
}

fn entries<'a, 'i>(root: &'a DeTable<'i>, key: &str) -> Vec<&'a DeTable<'i>> {
    tables_of(key, root, key)
}

fn list<'a, 'i>(id: &str, table: &'a DeTable<'i>, key: &str) -> Vec<&'a DeValue<'i>> {
    match table.get(key).map(toml::Spanned::get_ref) {
        None => Vec::new(),
        Some(DeValue::Array(list)) => list.iter().map(toml::Spanned::get_ref).collect(),
        Some(_) => panic!("data/errors.toml: {id}: {key} is no list"),
    }
}

fn tables_of<'a, 'i>(id: &str, table: &'a DeTable<'i>, key: &str) -> Vec<&'a DeTable<'i>> {
    let table_of = |value: &'a DeValue<'i>| match value {
        DeValue::Table(table) => table,
        _ => panic!("data/errors.toml: {id}: {key} holds something else than tables"),
    };
    list(id, table, key).into_iter().map(table_of).collect()
}

fn text<'a>(id: &str, table: &'a DeTable<'_>, key: &str) -> &'a str {
    let value = table.get(key).and_then(|value| value.get_ref().as_str());
    let text = value.unwrap_or_else(|| panic!("data/errors.toml: {id} has no {key}"));
    assert!(
        !text.is_empty() && text.trim() == text,
        "data/errors.toml: {id}: {key} is empty or has blanks around it"
    );
    text
}

fn strings<'a>(id: &str, table: &'a DeTable<'_>, key: &str) -> Vec<&'a str> {
    let string = |value: &'a DeValue<'_>| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("data/errors.toml: {id}: {key} holds something else than texts"))
    };
    list(id, table, key).into_iter().map(string).collect()
}

fn sources(id: &str, table: &DeTable<'_>) -> String {
    let names = strings(id, table, "sources");
    names.iter().map(|name| format!("SourceId::{}", camel(name))).collect::<Vec<_>>().join(", ")
}

fn step(id: &str, step: &DeTable<'_>) -> String {
    only(id, step, &["text", "sources"]);
    let sources = sources(id, step);
    assert!(!sources.is_empty(), "data/errors.toml: {id}: a step of its background has no sources");
    format!("Step {{ text: {:?}, sources: &[{sources}] }},", text(id, step, "text"))
}

fn part<'a, 'i>(root: &'a DeTable<'i>, name: &str) -> &'a DeTable<'i> {
    match root.get(name).map(toml::Spanned::get_ref) {
        Some(DeValue::Table(table)) => table,
        _ => panic!("data/errors.toml: no [{name}]"),
    }
}

fn sentences(root: &DeTable<'_>) -> BTreeMap<String, String> {
    let table = part(root, "collect");
    let keys = table.keys().map(|key| key.get_ref().as_ref());
    keys.map(|key| (key.to_owned(), text("collect", table, key).to_owned())).collect()
}

fn lists(root: &DeTable<'_>, name: &str) -> BTreeMap<String, Vec<String>> {
    let table = part(root, name);
    let keys = table.keys().map(|key| key.get_ref().as_ref());
    let list = |key: &str| strings(name, table, key).into_iter().map(str::to_lowercase).collect();
    keys.map(|key| (key.to_owned(), list(key))).collect()
}
