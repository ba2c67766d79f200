//! Turns `data/texts.toml` into constants, so that a sentence without a user, or a user without a
//! sentence, is found by the compiler.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let texts: toml::Table = winpod_data::TEXTS.parse().unwrap_or_else(|e| panic!("data/texts.toml: {e}"));
    let mut out = String::new();
    for (key, entry) in &texts {
        let entry = entry.as_table().unwrap_or_else(|| panic!("data/texts.toml: {key} is not a table"));
        let string = |name: &str| {
            let value = entry.get(name).and_then(toml::Value::as_str);
            value.unwrap_or_else(|| panic!("data/texts.toml: {key} has no {name}"))
        };
        let sources = entry.get("sources").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let sources: Vec<String> = sources
            .iter()
            .map(|source| {
                source.as_str().unwrap_or_else(|| panic!("data/texts.toml: {key}: a source is no string"))
            })
            .map(|source| format!("SourceId::{}", camel(source)))
            .collect();
        writeln!(
            out,
            "pub(crate) const {}: Text = Text {{ key: {key:?}, kind: NoteKind::{}, text: {:?}, sources: &[{}] }};",
            key.replace('-', "_").to_uppercase(),
            camel(string("kind")),
            string("text"),
            sources.join(", "),
        )
        .expect("writing to a string");
    }
    let path = Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join("texts.rs");
    fs::write(&path, out).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// `windows-slots` as `WindowsSlots`.
fn camel(kebab: &str) -> String {
    kebab.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
