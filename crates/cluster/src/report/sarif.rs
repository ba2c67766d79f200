//! Findings as SARIF 2.1.0, for code scanning.

use super::check::markdown;
use crate::check::{Check, Finding, RuleRow, RulesRequest, Severity, plain, rules, without_lines};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Findings as a SARIF log. What an ignore or the baseline hides is left out.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::check::{CheckRequest, check};
/// use winpod_cluster::report::sarif;
/// use winpod_cluster::request::Document;
///
/// let documents = vec![Document { name: "a b.yaml".into(), text: "a: [\n".into() }];
/// let request = CheckRequest { documents, ..Default::default() };
/// let log = sarif(&check(&request, &mut |_| ControlFlow::Continue(()))?);
/// assert!(log.contains("\"ruleId\": \"PARSE\"") && log.contains("\"uri\": \"a%20b.yaml\""));
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn sarif(answer: &Check) -> String {
    let found: BTreeSet<&str> = answer.findings.iter().map(|it| it.rule.as_str()).collect();
    let catalogue = rules(&RulesRequest::default()).unwrap_or_default();
    let known: Vec<&RuleRow> = catalogue.iter().filter(|row| found.contains(row.id.as_str())).collect();
    let index: HashMap<&str, usize> =
        known.iter().enumerate().map(|(at, row)| (row.id.as_str(), at)).collect();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let results: Vec<Value> = answer
        .findings
        .iter()
        .map(|it| result(it, index.get(it.rule.as_str()).copied(), &mut seen))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "winpod",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": HOME,
                "rules": known.iter().map(|row| rule(row)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": !answer.summary.unusable,
                "toolConfigurationNotifications": answer.skipped.iter().map(skipped).chain(answer.unlisted.iter().map(unlisted)).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::High => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

fn rule(row: &RuleRow) -> Value {
    let mut tags = vec![row.family.clone(), row.grade.clone()];
    let mut properties = Map::new();
    if row.security {
        tags.push("security".to_owned());
        // Code scanning sorts by these: 9.0 is critical, 7.0 high, 4.0 medium.
        let score = match row.severity {
            Severity::Error => "9.0",
            Severity::High => "7.5",
            Severity::Warn => "5.0",
            Severity::Info => "2.0",
        };
        properties.insert("security-severity".to_owned(), score.into());
    }
    properties.insert("tags".to_owned(), tags.into());
    let text = format!("{}\n{}\nSource: {} ({})", row.why, row.remedy, row.source, row.grade);
    let help = format!(
        "{}\n\n**What to do:** {}\n\nSource: {} ({})",
        markdown(&row.why),
        markdown(&row.remedy),
        markdown(&row.source),
        row.grade
    );
    json!({
        "id": row.id,
        "name": row.title,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.why},
        "help": {"text": text, "markdown": help},
        "helpUri": format!("{HOME}/blob/main/docs/rules/{}.md", row.id),
        "defaultConfiguration": {"level": level(row.severity)},
        "properties": properties,
    })
}

/// Results that are counted and not among the others.
fn unlisted(it: &crate::check::Unlisted) -> Value {
    let text = format!("{} more of {} ({}) are counted and not listed", it.count, it.rule, it.title);
    json!({"level": "warning", "message": {"text": text}, "associatedRule": {"id": it.rule}})
}

fn skipped(it: &crate::check::Skipped) -> Value {
    let lacks: Vec<String> = it.lacks.iter().map(|lack| format!("{} ({})", lack.what, lack.how)).collect();
    let hidden = it.unknown.iter().map(|value| format!("{} {}", value.location, value.what));
    let part = if it.partly { "judged in part" } else { "not judged" };
    let missing: Vec<String> = lacks.into_iter().chain(hidden).collect();
    let text = format!("{} was {part}; it lacks {}", it.rule, missing.join("; "));
    json!({"level": "note", "message": {"text": text}})
}

fn result(it: &Finding, index: Option<usize>, seen: &mut HashMap<u64, u32>) -> Value {
    let mut result = Map::new();
    let mut put = |key: &str, value: Value| _ = result.insert(key.to_owned(), value);
    put("ruleId", it.rule.as_str().into());
    if let Some(index) = index {
        put("ruleIndex", index.into());
    }
    put("level", level(it.severity).into());
    put("message", json!({"text": format!("{}. {} {}", it.message, it.why, it.remedy)}));
    let mut location = Map::new();
    if !it.file.is_empty() {
        let place = physical(&it.file, it.line, it.column, it.end_column);
        location.insert("physicalLocation".to_owned(), place);
    }
    if !it.object.is_empty() {
        location.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": it.object}]));
    }
    if !location.is_empty() {
        put("locations", json!([location]));
    }
    let related = |(id, other): (usize, &crate::check::Related)| {
        let place = &other.location;
        json!({
            "id": id + 1,
            "message": {"text": other.what},
            "physicalLocation": physical(&place.file, place.line, place.column, 0),
        })
    };
    if !it.related.is_empty() {
        put("relatedLocations", it.related.iter().enumerate().map(related).collect());
    }
    if let Some(patch) = &it.patch {
        let change = json!({
            "artifactLocation": {"uri": uri(&patch.file)},
            "replacements": [{
                "deletedRegion": region(patch.line, patch.column, patch.end_column),
                "insertedContent": {"text": patch.replacement},
            }],
        });
        put("fixes", json!([{"description": {"text": it.remedy}, "artifactChanges": [change]}]));
    }
    // The same wherever the finding moves in its file; equal findings are told apart by their order.
    let hash = fingerprint([it.rule.as_str(), &plain(&it.file), &it.object, &without_lines(&it.message)]);
    let nth = seen.entry(hash).and_modify(|nth| *nth += 1).or_insert(1);
    put("partialFingerprints", json!({"winpod/v1": format!("{hash:016x}:{nth}")}));
    Value::Object(result)
}

fn physical(file: &str, line: u32, column: u32, end_column: u32) -> Value {
    let mut place = Map::new();
    place.insert("artifactLocation".to_owned(), json!({"uri": uri(file)}));
    if line > 0 {
        place.insert("region".to_owned(), region(line, column, end_column));
    }
    Value::Object(place)
}

fn region(line: u32, column: u32, end_column: u32) -> Value {
    let mut region = Map::new();
    region.insert("startLine".to_owned(), line.into());
    if column > 0 {
        region.insert("startColumn".to_owned(), column.into());
    }
    if end_column > column {
        region.insert("endLine".to_owned(), line.into());
        region.insert("endColumn".to_owned(), end_column.into());
    }
    Value::Object(region)
}

/// A path as a reference of RFC 3986: relative ones stay so, absolute ones become `file:`.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let drive = path.starts_with(|c: char| c.is_ascii_alphabetic()) && path.get(1..3) == Some(":/");
    let mut out = match (path.starts_with("//"), path.starts_with('/'), drive) {
        (true, ..) => "file:".to_owned(),
        (_, true, _) => "file://".to_owned(),
        (.., true) => "file:///".to_owned(),
        _ => String::new(),
    };
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into());
            }
            b':' if drive && at == 1 => out.push(':'),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

/// FNV-1a of 64 bits over texts, each ended by a zero byte: the same on every machine and in every version.
fn fingerprint(texts: [&str; 4]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in texts {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        for (path, expected) in [
            ("./a/b c.yaml", "a/b%20c.yaml"),
            ("../é#?.yaml", "../%C3%A9%23%3F.yaml"),
            ("a:b.yaml", "a%3Ab.yaml"),
            ("ab:c.yaml", "ab%3Ac.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
            ("/tmp/a", "file:///tmp/a"),
            ("C:\\x\\y.yaml", "file:///C:/x/y.yaml"),
            ("//host/share/a", "file://host/share/a"),
            ("100%.yaml", "100%25.yaml"),
        ] {
            assert_eq!(uri(path), expected, "{path}");
        }
    }
}
