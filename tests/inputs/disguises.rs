//! Every text that `explain` knows, in everything that people's tools make of a text before they paste it.

use core::ops::ControlFlow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use winpod_cluster::explain::Explainer;

/// A text of the vectors, and the errors that it tells; near misses tell none.
struct Known {
    id: String,
    text: String,
    errors: BTreeSet<String>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(known);

fn known() -> Vec<Known> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/explain.json");
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let known = cases.iter().filter_map(|case| {
        let id = case["id"].as_str()?;
        let text = case["args"]["text"].as_str()?;
        let ids = |list: &Vec<Value>| {
            list.iter().filter_map(|it| it["id"].as_str()).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let kept = ["-sheet", "-hex", "-decimal", "-signed", "-short", "-elsewhere", "-inside"];
        let errors = ids(case["expect"].as_array()?);
        let plain = !text.contains('\n') && !text.trim().is_empty();
        let near = id.starts_with("explain-not-") && errors.is_empty() && plain;
        (kept.iter().any(|end| id.ends_with(end)) || near).then(|| Known {
            id: id.to_owned(),
            text: text.to_owned(),
            errors,
        })
    });
    known.collect()
}

fn found(bytes: &[u8]) -> BTreeSet<String> {
    let mut progress = |_| ControlFlow::Continue(());
    let mut explainer = Explainer::new(&mut progress).unwrap();
    explainer.reader("pasted", &mut &*bytes).unwrap();
    explainer.finish().explanations.into_iter().map(|it| it.id).collect()
}

/// A text with something after every so many characters, as windows of terminals and mail programs wrap.
fn wrapped(text: &str, width: usize, break_of_line: &str) -> String {
    let mut out = String::new();
    for (index, unit) in units(text).into_iter().enumerate() {
        if index > 0 && index % width.max(1) == 0 {
            out.push_str(break_of_line);
        }
        out.push_str(unit);
    }
    out
}

/// The characters of a text; an escape is one, because it was made of what was broken before.
fn units(text: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let ends = |end: char| rest.find(end).filter(|at| *at < 12).map(|at| at + 1);
        let escape = match first {
            // `&amp;quot;` too.
            '&' if rest.starts_with("&amp;") => {
                Some(rest[5..].find(';').filter(|at| *at < 6).map_or(5, |at| at + 6))
            }
            '&' => ends(';'),
            '\u{1b}' => rest.find(|char: char| char.is_ascii_alphabetic()).map(|at| at + 1),
            '\\' => match rest.trim_start_matches('\\').chars().next() {
                Some('u') => {
                    let len = rest.len() - rest.trim_start_matches('\\').len() + 5;
                    // The `&` of an entity, or a colour.
                    if rest.get(len - 4..).is_some_and(|it| it.starts_with("001b[")) {
                        let colour = rest.get(len + 1..).unwrap_or_default();
                        let end = colour.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(0);
                        units.push(&rest[..len + end + 2]);
                        rest = &rest[len + end + 2..];
                        continue;
                    }
                    let entity = rest.get(len - 4..).and_then(|it| it.strip_prefix("0026"));
                    Some(len + entity.and_then(|it| it.find(';')).filter(|at| *at < 8).map_or(0, |at| at + 1))
                }
                Some(_) => Some(rest.len() - rest.trim_start_matches('\\').len() + 1),
                None => None,
            },
            _ => None,
        };
        let (unit, tail) = rest.split_at(escape.unwrap_or(first.len_utf8()).min(rest.len()));
        units.push(unit);
        rest = tail;
    }
    units
}

fn entities(text: &str, quote: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str(quote),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

/// As Go writes JSON: `<`, `>` and `&` escaped too.
fn json(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// What a disguise needs besides the text: a width, and a place as parts of 100.
type Dial = (usize, usize);

/// What stands for the characters.
const CHARACTERS: [fn(&str, Dial) -> String; 12] = [
    |text, _| text.to_owned(),
    |text, _| text.to_uppercase().replace("0X", "0x"),
    |text, _| text.to_lowercase(),
    |text, _| entities(text, "&quot;"),
    |text, _| entities(text, "&#34;"),
    |text, _| entities(&entities(text, "&quot;"), "&quot;"),
    |text, _| text.replace('"', "\u{201d}").replace('\'', "\u{2019}").replace(' ', "\u{a0}"),
    |text, _| text.replace(' ', "&nbsp;"),
    |text, _| {
        text.split(' ').map(|word| format!("\u{1b}[1;31m{word}\u{1b}[0m")).collect::<Vec<_>>().join(" ")
    },
    |text, (_, place)| {
        // What grep --color makes of a match in the middle of a word.
        let chars: Vec<char> = text.chars().collect();
        let at = chars.len() * place / 100;
        let (before, after) = chars.split_at(at);
        let (hit, after) = after.split_at(after.len().min(5));
        let of = |chars: &[char]| chars.iter().collect::<String>();
        format!("{}\u{1b}[01;31m\u{1b}[K{}\u{1b}[m\u{1b}[K{}", of(before), of(hit), of(after))
    },
    |text, _| text.replace(' ', "  "),
    |text, _| text.replace('"', "\\\""),
];

/// What stands around it.
const LINES: [fn(&str, Dial) -> String; 12] = [
    |text, _| text.to_owned(),
    |text, _| format!("E1122 10:11:12.345678    4321 proxier.go:1503] \"Failed\" err=\"{text}\" again=1"),
    |text, _| format!("2026-11-22T10:11:12.345678901Z stderr F {text}"),
    |text, _| format!("[2026-11-22 10:11:12] ERROR - {text}"),
    |text, _| format!("12s         Warning   Failed   pod/web-1   {text}"),
    |text, _| format!("\u{1b}[33mWARN\u{1b}[0m[0012] {text}\u{1b}[0m"),
    |text, _| {
        format!(
            "{{\"log\":{},\"stream\":\"stderr\",\"time\":\"2026-11-22T10:11:12Z\"}}",
            json(&format!("{text}\n"))
        )
    },
    |text, _| json(&format!("{{\"msg\":{}}}", json(text))),
    |text, _| format!("```\n{text}\n```\n"),
    |text, _| format!("It says **{text}**, why?"),
    |text, _| format!("\u{201c}{text}\u{201d}"),
    |text, _| format!("pulling 10 %\rpulling 20 %\rpulling 100 %\r{text}\r\n"),
];

/// How it is broken into lines.
const BREAKS: [fn(&str, Dial) -> String; 8] = [
    |text, _| text.to_owned(),
    |text, (width, _)| wrapped(text, width, "\n"),
    |text, (width, _)| wrapped(text, width, "\r\n"),
    |text, (width, _)| format!("> {}", wrapped(text, width, "\n> ")),
    |text, (width, _)| format!("> > {}", wrapped(text, width, "\n> > ")),
    |text, (width, _)| wrapped(text, width, "\n        "),
    |text, (width, _)| format!("| {}", wrapped(text, width, " |\n| ")),
    |text, (width, _)| json(&wrapped(text, width, "\n")),
];

/// How it is kept.
const ENCODINGS: [fn(&str) -> Vec<u8>; 5] = [
    |text| text.as_bytes().to_vec(),
    |text| format!("\u{feff}{text}").into_bytes(),
    |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
    |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
    |text| {
        format!("{}{text}\r\n", "Log of a node\r\n".repeat(30))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect()
    },
];

/// Which disguise of each kind, and the dial.
type Costume = (usize, usize, usize, usize, Dial);

fn dressed(text: &str, (characters, line, breaks, encoding, dial): Costume) -> Vec<u8> {
    let text = CHARACTERS[characters](text, dial);
    let text = LINES[line](&text, dial);
    ENCODINGS[encoding](&BREAKS[breaks](&text, dial))
}

/// A word of a near miss stays one when it is broken; and a break may part two words that were one.
fn is_fair(known: &Known, (_, _, breaks, _, (width, _)): Costume) -> bool {
    !known.errors.is_empty() || breaks == 0 || width > 2 * known.text.len() + 200
}

fn failures(costumes: impl Fn(usize) -> Vec<Costume>) -> String {
    let mut failures = String::new();
    for (index, known) in KNOWN.iter().enumerate() {
        for costume in costumes(index) {
            let bytes = dressed(&known.text, costume);
            let found = found(&bytes);
            if is_fair(known, costume) && found != known.errors {
                let text = String::from_utf8_lossy(&bytes);
                writeln!(failures, "{} {costume:?}: {found:?} in {text:?}", known.id).unwrap();
            }
        }
    }
    failures
}

#[test]
fn every_text_in_every_single_disguise() {
    assert!(KNOWN.len() > 180);
    let failures = failures(|index| {
        let dial = (23 + index % 61, index * 37 % 100);
        let mut costumes = Vec::new();
        costumes.extend((0..CHARACTERS.len()).map(|which| (which, 0, 0, 0, dial)));
        costumes.extend((0..LINES.len()).map(|which| (0, which, 0, 0, dial)));
        costumes.extend((0..BREAKS.len()).map(|which| (0, 1, which, 0, dial)));
        costumes.extend((0..ENCODINGS.len()).map(|which| (0, 0, 0, which, dial)));
        costumes
    });
    assert!(failures.is_empty(), "{failures}");
}

proptest! {
    #[test]
    fn every_text_in_disguises_over_disguises(
        pick in any::<prop::sample::Index>(),
        characters in 0..CHARACTERS.len(),
        line in 0..LINES.len(),
        breaks in 0..BREAKS.len(),
        encoding in 0..ENCODINGS.len(),
        dial in (20usize..140, 0usize..100),
    ) {
        let known = pick.get(&KNOWN);
        let costume = (characters, line, breaks, encoding, dial);
        if !is_fair(known, costume) {
            return Ok(());
        }
        let bytes = dressed(&known.text, costume);
        prop_assert_eq!(&found(&bytes), &known.errors, "{} in {:?}", &known.id, String::from_utf8_lossy(&bytes));
    }
}
