//! Findings as blocks, and the catalogue of rules.

use super::answers::note_blocks;
use super::table::{Cell, Table, text};
use super::{Block, Entry, Item, Style, Tone, count, printable};
use crate::check::{Check, Finding, RuleRow, Severity, Skipped};
use crate::note::Note;
use std::collections::HashSet;
use std::fmt::Write as _;

/// Places of hidden values that are named for a rule; JSON has all.
const MAX_HIDDEN: usize = 3;

/// Findings as text.
pub fn check(answer: &Check, style: Style) -> String {
    super::text::render(&blocks(answer), style)
}

/// Findings one a line, as compilers print them, and the summary; nothing that was not judged.
pub fn check_brief(answer: &Check, style: Style) -> String {
    let mut lines: Vec<Vec<(String, Tone)>> = Vec::new();
    for it in &answer.findings {
        let place = place(&it.file, it.line, it.column);
        lines.push(vec![
            (format!("{place}: "), Tone::Plain),
            (it.severity.name().to_owned(), tone(it.severity)),
            (
                format!(" {}{}: {}", it.rule, if it.security { " (security)" } else { "" }, it.message),
                Tone::Plain,
            ),
        ]);
    }
    let mut blocks = Vec::new();
    if !lines.is_empty() {
        blocks.push(Block::Verbatim(lines));
    }
    blocks.extend(unlisted(answer));
    blocks.push(summary(answer));
    super::text::render(&blocks, style)
}

/// What is counted and not listed, by rule.
fn unlisted(answer: &Check) -> Option<Block> {
    let item = |it: &crate::check::Unlisted| Item {
        text: format!("{} more of {}, {}, counted and not listed", it.count, it.rule, it.title),
        ..Item::default()
    };
    (!answer.unlisted.is_empty()).then(|| Block::List(answer.unlisted.iter().map(item).collect()))
}

pub(super) fn blocks(answer: &Check) -> Vec<Block> {
    let mut blocks = Vec::new();
    // What was said once about a rule is not said again under every finding.
    let mut said = HashSet::new();
    let mut rest = answer.findings.as_slice();
    while let Some(first) = rest.first() {
        let here = rest.iter().take_while(|it| it.file == first.file).count();
        let (of_file, others) = rest.split_at(here);
        rest = others;
        let file = if first.file.is_empty() { "No file".to_owned() } else { first.file.clone() };
        blocks.push(Block::Title(file));
        blocks.push(Block::Entries(of_file.iter().map(|it| entry(it, &mut said)).collect()));
    }
    blocks.extend(unlisted(answer));
    blocks.extend(skipped(&answer.skipped));
    if !answer.unknown_kinds.is_empty() {
        blocks.push(Block::Title("Kinds that no rule reads:".to_owned()));
        let item = |it: &crate::note::UnknownKind| Item {
            text: format!("{}, {}", it.kind, count(it.count, "document")),
            place: Some(it.first.to_string()),
            ..Item::default()
        };
        blocks.push(Block::List(answer.unknown_kinds.iter().map(item).collect()));
    }
    let of_kinds = |note: &&Note| !matches!(note.code.as_str(), "document-unknown" | "document-unused");
    let notes: Vec<Note> = answer.notes.iter().filter(of_kinds).cloned().collect();
    blocks.extend(note_blocks(&notes, false, &[]));
    if let Some(advice) = &answer.cni {
        blocks.extend(super::cni::blocks(advice, false));
    }
    blocks.push(summary(answer));
    blocks
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error | Severity::High => Tone::Bad,
        Severity::Warn => Tone::Doubtful,
        Severity::Info => Tone::Faint,
    }
}

/// A place as editors follow it.
pub fn place(file: &str, line: u32, column: u32) -> String {
    match (file, line) {
        ("", _) => "-".to_owned(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}:{column}"),
    }
}

fn entry(it: &Finding, said: &mut HashSet<String>) -> Entry {
    let mut once = |text: &str| said.insert(format!("{}\n{text}", it.rule));
    let at = if it.line == 0 { String::new() } else { format!("{}:{}", it.line, it.column) };
    let mut lines = Vec::new();
    if !it.object.is_empty() {
        lines.push(("in", it.object.clone(), Tone::Plain));
    }
    for other in &it.related {
        lines.push(("see", format!("{} {}", other.location, other.what), Tone::Plain));
    }
    if once(&it.why) {
        lines.push(("why", it.why.clone(), Tone::Plain));
    }
    if once(&it.remedy) {
        lines.push(("fix", it.remedy.clone(), Tone::Good));
    }
    if let Some(patch) = &it.patch {
        let elsewhere = patch.file != it.file || (patch.line, patch.column) != (it.line, it.column);
        let at = match () {
            () if patch.file != it.file => format!("{}: ", place(&patch.file, patch.line, patch.column)),
            () if elsewhere => format!("{}:{}: ", patch.line, patch.column),
            () => String::new(),
        };
        lines.push(("write", format!("{at}{} → {}", patch.original, patch.replacement), Tone::Good));
    }
    let security = if it.security { ", about security" } else { "" };
    let source = format!("{}{security}; {}", it.grade, it.source);
    if it.source != "winpod" && once(&source) {
        lines.push(("from", source, Tone::Faint));
    }
    Entry {
        columns: vec![
            (at, Tone::Plain),
            (it.severity.name().to_owned(), tone(it.severity)),
            (it.rule.clone(), Tone::Strong),
        ],
        text: (it.message.clone(), Tone::Plain),
        lines,
    }
}

/// Rules that lacked something, by what to add.
fn skipped(skipped: &[Skipped]) -> Vec<Block> {
    if skipped.is_empty() {
        return Vec::new();
    }
    let partly = |it: &Skipped| if it.partly { format!("{} (in part)", it.rule) } else { it.rule.clone() };
    let mut by_need: Vec<(Vec<&str>, Vec<&str>, Vec<String>)> = Vec::new();
    for it in skipped.iter().filter(|it| !it.lacks.is_empty()) {
        let what: Vec<&str> = it.lacks.iter().map(|lack| lack.what.as_str()).collect();
        match by_need.iter_mut().find(|(known, ..)| *known == what) {
            Some((.., rules)) => rules.push(partly(it)),
            None => {
                let how = it.lacks.iter().map(|lack| lack.how.as_str()).collect();
                by_need.push((what, how, vec![partly(it)]));
            }
        }
    }
    // What opens most rules comes first.
    by_need.sort_by_key(|(.., rules)| std::cmp::Reverse(rules.len()));
    let mut items: Vec<Item> = by_need
        .into_iter()
        .map(|(what, how, rules)| Item {
            text: format!(
                "add {} to judge {}: {}",
                what.join(" and "),
                count(rules.len(), "rule"),
                rules.join(", ")
            ),
            detail: Some(how.join("; ")),
            ..Item::default()
        })
        .collect();
    // Rules that look at the same thing share what they do not know.
    let mut hidden: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for it in skipped.iter().filter(|it| !it.unknown.is_empty()) {
        let places: Vec<String> =
            it.unknown.iter().map(|value| format!("{} {}", value.location, value.what)).collect();
        match hidden.iter_mut().find(|(known, _)| *known == places) {
            Some((_, rules)) => rules.push(&it.rule),
            None => hidden.push((places, vec![&it.rule])),
        }
    }
    for (places, rules) in hidden {
        let more = places.len().saturating_sub(MAX_HIDDEN);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let shown = places.iter().take(MAX_HIDDEN).map(String::as_str).collect::<Vec<_>>().join("; ");
        let do_not = if rules.len() == 1 { "does" } else { "do" };
        let text =
            format!("{} {do_not} not know {}: {shown}{more}", rules.join(", "), count(places.len(), "value"));
        items.push(Item { text, ..Item::default() });
    }
    let title = format!("Not judged, or not all of it ({}):", count(skipped.len(), "rule"));
    vec![Block::Title(title), Block::List(items)]
}

fn summary(answer: &Check) -> Block {
    let it = &answer.summary;
    let of = [
        (it.error, Severity::Error, "error", "errors"),
        (it.high, Severity::High, "high", "high"),
        (it.warn, Severity::Warn, "warning", "warnings"),
        (it.info, Severity::Info, "info", "infos"),
    ];
    let mut pieces: Vec<(String, Tone)> = of
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, severity, one, many)| {
            (format!("{number} {}", if number == 1 { one } else { many }), tone(severity))
        })
        .collect();
    if pieces.is_empty() {
        pieces.push(("nothing found".to_owned(), Tone::Good));
    }
    if it.hidden > it.hidden_by_baseline {
        pieces.push((format!("{} ignored", it.hidden - it.hidden_by_baseline), Tone::Plain));
    }
    if it.hidden_by_baseline > 0 {
        pieces.push((format!("{} known from the baseline", it.hidden_by_baseline), Tone::Plain));
    }
    pieces.push((format!("{}, {}", count(it.files, "file"), count(it.documents, "document")), Tone::Plain));
    let skipped =
        if it.rules_skipped > 0 { format!(", {} not judged", it.rules_skipped) } else { String::new() };
    pieces.push((format!("{} judged{skipped}", count(it.rules_judged, "rule")), Tone::Plain));
    if it.unusable {
        pieces.push(("an input is unusable".to_owned(), Tone::Bad));
    }
    let fail_on = answer.fail_on.name();
    if it.fails {
        pieces.push((format!("fails, at {fail_on} or worse"), Tone::Bad));
    } else if !it.unusable {
        // Beside an input that was not judged this would be believed of the whole.
        pieces.push((format!("passes, with nothing at {fail_on} or worse"), Tone::Good));
    }
    Block::Headline(pieces)
}

/// The catalogue as a table.
pub fn rules(rows: &[RuleRow], style: Style) -> String {
    super::text::render(&list_blocks(rows), style)
}

/// All that there is to say about some rules.
pub fn rules_explained(rows: &[RuleRow], style: Style) -> String {
    let blocks: Vec<Block> = rows.iter().flat_map(rule_blocks).collect();
    super::text::render(&blocks, style)
}

pub(super) fn list_blocks(rows: &[RuleRow]) -> Vec<Block> {
    let mut table =
        Table::new(vec![text("rule"), text("severity"), text("about"), text("what is wrong"), text("")]);
    for row in rows {
        let remark = match (&row.told_by, row.decidable, row.security) {
            (Some(other), ..) => format!("told by {other}"),
            (None, false, _) => "not decidable from files".to_owned(),
            (None, true, true) => "security".to_owned(),
            (None, true, false) => String::new(),
        };
        table.push(vec![
            Cell::new(&row.id, Tone::Strong),
            Cell::new(severities(row), tone(row.severity)),
            Cell::new(&row.family, Tone::Faint),
            (&row.title).into(),
            Cell::new(remark, Tone::Faint),
        ]);
    }
    vec![Block::Table(table.without_empty()), Block::Paragraph(counted(rows), Tone::Faint)]
}

/// How many rules there are, and what becomes of them.
fn counted(rows: &[RuleRow]) -> String {
    let told = rows.iter().filter(|row| row.told_by.is_some()).count();
    let open = rows.iter().filter(|row| !row.decidable).count();
    let implemented = rows.len() - told - open;
    let told = if told == 0 { String::new() } else { format!(", {told} told by another rule") };
    format!("{}: {implemented} implemented{told}, {open} not decidable from files", count(rows.len(), "rule"))
}

fn severities(row: &RuleRow) -> String {
    let names: Vec<&str> = [row.severity].iter().chain(&row.also).map(|severity| severity.name()).collect();
    names.join(", ")
}

fn rule_blocks(row: &RuleRow) -> Vec<Block> {
    let mut head = vec![
        (row.id.clone(), Tone::Strong),
        (row.title.clone(), Tone::Plain),
        (severities(row), tone(row.severity)),
    ];
    if row.security {
        head.push(("security".to_owned(), Tone::Doubtful));
    }
    let mut blocks = vec![Block::Headline(head)];
    let mut section = |title: &str, texts: Vec<Item>| {
        if !texts.is_empty() {
            blocks.push(Block::Title(title.to_owned()));
            blocks.push(Block::List(texts));
        }
    };
    let item = |text: &String| Item { text: text.clone(), ..Item::default() };
    section("What it says:", row.findings.iter().map(item).collect());
    section("What will happen:", vec![item(&row.why)]);
    section("What to do:", vec![item(&row.remedy)]);
    let told = row
        .told_by
        .as_ref()
        .map(|other| format!("Findings of {other} tell it: winpod check --rule {other}."));
    section("Where it is told:", told.iter().map(item).collect());
    section("How to look, for no file can decide it:", row.look.iter().map(item).collect());
    let need = |need: &crate::check::Lack| Item {
        text: need.what.clone(),
        detail: Some(need.how.clone()),
        ..Item::default()
    };
    section("What it needs:", row.needs.iter().map(need).collect());
    blocks.push(Block::Paragraph(format!("{}; {}; {}", row.family, row.grade, row.source), Tone::Faint));
    blocks
}

/// The page of a rule in the documentation, as Markdown.
pub fn rule_page(row: &RuleRow) -> String {
    let mut out = format!("# {}: {}\n\n", row.id, markdown(&row.title));
    let security = if row.security { ", about security" } else { "" };
    _ = writeln!(out, "{} · {}{security} · {}\n", markdown(&row.family), severities(row), row.grade);
    if !row.findings.is_empty() {
        out.push_str("## What it says\n\n");
        for text in &row.findings {
            _ = writeln!(out, "- {}", markdown(text));
        }
        out.push('\n');
    }
    _ = write!(
        out,
        "## What will happen\n\n{}\n\n## What to do\n\n{}\n",
        markdown(&row.why),
        markdown(&row.remedy)
    );
    if let Some(other) = &row.told_by {
        _ = write!(
            out,
            "\n## Where it is told\n\nIt has no findings of its own: those of [{other}]({other}.md) tell it.\n"
        );
    }
    if let Some(look) = &row.look {
        _ = write!(out, "\n## How to look\n\nNo file can decide it. {}\n", markdown(look));
    }
    if !row.needs.is_empty() {
        out.push_str("\n## What it needs\n\n");
        for need in &row.needs {
            _ = writeln!(out, "- {}: {}", markdown(&need.what), markdown(&need.how));
        }
    }
    if row.decidable && row.told_by.is_none() && !row.id.starts_with("IGNORE-") {
        _ = write!(
            out,
            "\n## To leave it out\n\nBehind the value, above its block or at the head of its document:\n\n\
             ```yaml\n# winpod: ignore {} why it is meant to be so\n```\n",
            row.id
        );
    }
    _ = write!(out, "\n## Source\n\n{}\n", markdown(&row.source));
    out
}

/// The table of all rules in the documentation, as Markdown.
pub fn rule_index(rows: &[RuleRow]) -> String {
    let mut out = String::from(
        "# Rules of `winpod check`\n\n\
         Written from `data/rules.toml` by `UPDATE=1 cargo test -p winpod-tests --test rules`.\n",
    );
    let mut family = "";
    for row in rows {
        if row.family != family {
            family = &row.family;
            _ = write!(
                out,
                "\n## {}\n\n| rule | severity | what is wrong | |\n|---|---|---|---|\n",
                markdown(family)
            );
        }
        let state = match &row.told_by {
            Some(other) => format!("told by [{other}]({other}.md)"),
            None if row.decidable => "implemented".to_owned(),
            None => "not decidable from files".to_owned(),
        };
        _ = writeln!(
            out,
            "| [{0}]({0}.md) | {1} | {2} | {state} |",
            row.id,
            severities(row),
            markdown(&row.title)
        );
    }
    _ = write!(out, "\n{}.\n", counted(rows));
    out
}

/// A text with the characters escaped that Markdown and HTML give a meaning.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in printable(text).chars() {
        if matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}
