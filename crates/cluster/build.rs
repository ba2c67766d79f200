//! Turns `data/texts.toml` into constants, so that a sentence without a user, or a user without a
//! sentence, is found by the compiler, and `data/errors.toml` and `data/rules.toml` into tables.

#[path = "build/errors.rs"]
mod errors;
#[path = "build/rules.rs"]
mod rules;

use std::fmt::Write as _;
use std::{env, fs, path::Path};
use toml::de::{DeTable, DeValue};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/errors.rs");
    println!("cargo::rerun-if-changed=build/rules.rs");
    write("texts.rs", &texts());
    write("errors.rs", &errors::tables());
    write("rules.rs", &rules::tables());
}

fn write(name: &str, text: &str) {
    let path = Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join(name);
    fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

fn texts() -> String {
    let texts =
        DeTable::parse(winpod_data::TEXTS).unwrap_or_else(|e| panic!("data/texts.toml: {e}")).into_inner();
    let mut out = String::new();
    let mut reasons = String::new();
    for (key, entry) in &texts {
        let key = key.get_ref();
        let entry =
            entry.get_ref().as_table().unwrap_or_else(|| panic!("data/texts.toml: {key} is not a table"));
        let string = |name: &str| {
            let value = entry.get(name).and_then(|value| value.get_ref().as_str());
            value.unwrap_or_else(|| panic!("data/texts.toml: {key} has no {name}"))
        };
        let sources: Vec<String> = match entry.get("sources").map(toml::Spanned::get_ref) {
            None => Vec::new(),
            Some(DeValue::Array(sources)) => sources
                .iter()
                .map(|source| source.get_ref().as_str())
                .map(|source| {
                    source.unwrap_or_else(|| panic!("data/texts.toml: {key}: a source is no string"))
                })
                .map(|source| format!("SourceId::{}", camel(source)))
                .collect(),
            Some(_) => panic!("data/texts.toml: {key}: sources is no list"),
        };
        writeln!(
            out,
            "pub(crate) const {}: Text = Text {{ key: {key:?}, kind: NoteKind::{}, sentence: {:?}, sources: &[{}] }};",
            key.replace('-', "_").to_uppercase(),
            camel(string("kind")),
            string("text"),
            sources.join(", "),
        )
        .expect("writing to a string");
        // The core names its reasons by a code, so these are looked up; a test holds the codes against them.
        if let Some(code) = key.strip_prefix("reason-") {
            writeln!(reasons, "({code:?}, &{}),", key.replace('-', "_").to_uppercase())
                .expect("writing to a string");
        }
    }
    writeln!(out, "pub(crate) const REASONS: &[(&str, &Text)] = &[{reasons}];").expect("writing to a string");
    out
}

/// `windows-slots` as `WindowsSlots`.
fn camel(kebab: &str) -> String {
    kebab.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
