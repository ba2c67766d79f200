//! Every reason that the core can give has a sentence, and no sentence is left over.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers too")]

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

/// The codes of a file of the core: the texts of its `fn code`, where each variant has an arm.
fn codes(file: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/src").join(file);
    let source = fs::read_to_string(path).unwrap();
    let (_, function) = source.split_once("pub const fn code(self) -> &'static str {").unwrap();
    let (body, _) = function.split_once("\n    }\n").unwrap();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_reason_has_a_sentence() {
    let mut expected = codes("dsr/reason.rs");
    expected.extend(winpod::dsr::Refusal::ALL.iter().map(|refusal| refusal.name().to_owned()));
    expected.extend(codes("ports/mod.rs"));
    assert!(expected.len() > 50 && expected.contains("silently-off") && expected.contains("no-block-free"));
    let texts =
        winpod_data::TEXTS.lines().filter_map(|line| line.strip_prefix("[reason-")?.strip_suffix(']'));
    let sentences: BTreeSet<String> = texts.map(str::to_owned).collect();
    let without: Vec<_> = expected.difference(&sentences).collect();
    assert!(without.is_empty(), "no sentence in data/texts.toml: {without:?}");
    let unused: Vec<_> = sentences.difference(&expected).collect();
    assert!(unused.is_empty(), "no such reason in the core: {unused:?}");
}
