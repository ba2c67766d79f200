//! Blocks as an HTML fragment for notebooks.

use super::subnet::{self, with_problems};
use super::table::{Cell, Table, number, text};
use super::{Block, Item, Tone, answers, dsr, explain, migration, plan, printable, simulate, topology};
use crate::subnet::{Carve, Censuses, Cures, Forecasts, Reservations, Size};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Rows of a table that a notebook shows.
const MAX_ROWS: usize = 200;

/// Colours are mixed from the colour of the text around the fragment, so that they are readable on light and dark
/// pages whatever decides between the two: the system, or the theme of the notebook.
const STYLE: &str = "<style>\
.winpod{color:inherit;font-size:13px;line-height:1.45;max-width:100%;overflow-x:auto}\
.winpod p,.winpod ul{margin:.4em 0;max-width:75em;text-align:left}\
.winpod ul{padding-left:1.4em;list-style:disc}\
.winpod li{margin:.15em 0}\
.winpod .t{font-weight:600;margin:.9em 0 .2em}\
.winpod .h{font-size:14px}\
.winpod table{border-collapse:collapse;margin:.6em 0;color:inherit;background:none;border:0;font-size:inherit}\
.winpod tr,.winpod tbody tr:nth-child(odd),.winpod tbody tr:hover{background:none}\
.winpod th,.winpod td{padding:.2em .7em;text-align:left;vertical-align:top;border:0;color:inherit;\
border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent);white-space:normal;max-width:28em;\
overflow-wrap:break-word}\
.winpod th{font-weight:600;vertical-align:bottom;border-bottom-color:color-mix(in srgb,currentColor 50%,transparent)}\
.winpod pre{margin:.6em 0;padding:0;color:inherit;background:none;border:0;font-size:12px;line-height:1.3;\
white-space:pre;overflow-x:auto}\
.winpod .n{text-align:right;font-variant-numeric:tabular-nums}\
.winpod .strong{font-weight:600}\
.winpod .faint{opacity:.7}\
.winpod .place{opacity:.7;font-family:monospace;font-size:12px;overflow-wrap:anywhere}\
.winpod .good{color:#2a8a3e;color:color-mix(in srgb,currentColor 35%,#0a0)}\
.winpod .doubtful{color:#a06a00;color:color-mix(in srgb,currentColor 35%,#c80)}\
.winpod .bad{color:#d04040;color:color-mix(in srgb,currentColor 30%,#f00)}\
</style>";

/// An answer as a small, self-contained HTML fragment: no scripts, nothing from elsewhere, everything escaped.
///
/// `answer` is the JSON of that operation's answer. Operations without a layout of their own are shown as a table
/// if their answer is a record or a list of records; `None` for anything else.
///
/// # Examples
/// ```
/// use serde_json::json;
/// use winpod_cluster::report::html;
///
/// let page = html("prefix", &json!([{"name": "<b>"}])).unwrap();
/// assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"));
/// assert_eq!(html("prefix", &json!(5)), None);
/// ```
pub fn html(operation: &str, answer: &Value) -> Option<String> {
    // Borrows the value: a plan is not copied to be shown.
    use serde::Deserialize as _;
    let own = match operation {
        "plan" => crate::plan::Plan::deserialize(answer).ok().map(|answer| {
            let mut blocks = plan::blocks(&answer, false);
            blocks.extend(answers::problem_blocks(&answer.problems));
            blocks
        }),
        "ipam" => crate::ipam::Ipam::deserialize(answer).ok().map(|answer| {
            let mut blocks = answers::ipam_blocks(&answer, false);
            blocks.extend(answers::problem_blocks(&answer.problems));
            blocks
        }),
        "subnetCensus" => Censuses::deserialize(answer)
            .ok()
            .map(|answer| with_problems(subnet::census_blocks(&answer, false), &answer.problems)),
        "subnetCure" => Cures::deserialize(answer)
            .ok()
            .map(|answer| with_problems(subnet::cure_blocks(&answer, false), &answer.problems)),
        "subnetReserve" => Reservations::deserialize(answer)
            .ok()
            .map(|answer| with_problems(subnet::reserve_blocks(&answer, false), &answer.problems)),
        "simulate" => crate::simulate::Simulation::deserialize(answer)
            .ok()
            .map(|answer| with_problems(simulate::blocks(&answer, false), &answer.problems)),
        "migration" => crate::plan::migration::Migration::deserialize(answer)
            .ok()
            .map(|answer| with_problems(migration::blocks(&answer, false), &answer.problems)),
        "dsr" => crate::dsr::Dsr::deserialize(answer)
            .ok()
            .map(|answer| with_problems(dsr::blocks(&answer, false), &answer.problems)),
        "topology" => crate::topology::Topology::deserialize(answer)
            .ok()
            .map(|answer| with_problems(topology::blocks(&answer, true, false), &answer.problems)),
        "subnetForecast" => Forecasts::deserialize(answer)
            .ok()
            .map(|answer| with_problems(subnet::forecast_blocks(&answer, false), &answer.problems)),
        "subnetSize" => Size::deserialize(answer).ok().map(|answer| subnet::size_blocks(&answer, false)),
        "subnetCarve" => Carve::deserialize(answer).ok().map(|answer| subnet::carve_blocks(&answer, false)),
        "explain" => Vec::deserialize(answer).ok().map(|answer: Vec<crate::explain::Explanation>| {
            let problems = answer.first().map(|first| first.problems.as_slice()).unwrap_or_default();
            with_problems(explain::blocks(&answer, false), problems)
        }),
        "capacity" => Vec::deserialize(answer).ok().map(|rows| answers::capacity_blocks(&rows)),
        "sources" => Vec::deserialize(answer).ok().map(|facts| answers::source_blocks(&facts)),
        "types" => Vec::deserialize(answer).ok().map(|rows| answers::type_blocks(&rows)),
        _ => None,
    };
    own.or_else(|| records(answer)).map(|blocks| render(&blocks))
}

/// A record, or a list of records, as a table.
fn records(answer: &Value) -> Option<Vec<Block>> {
    match answer {
        Value::Array(rows) => {
            let rows: Vec<&Map<String, Value>> = rows.iter().map(Value::as_object).collect::<Option<_>>()?;
            let mut names: Vec<&String> = Vec::new();
            for name in rows.iter().take(MAX_ROWS).flat_map(|row| row.keys()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let is_number = |name: &String| {
                rows.iter().all(|row| row.get(name).is_none_or(|it| it.is_number() || it.is_null()))
            };
            let column = |name: &&String| if is_number(name) { number(name) } else { text(name) };
            let mut table = Table::new(names.iter().map(column).collect());
            for row in &rows {
                table.push(names.iter().map(|name| row.get(*name).map_or(Cell::default(), cell)).collect());
            }
            Some(vec![Block::Table(table)])
        }
        Value::Object(record) => {
            let mut table = Table::new(vec![text("field"), text("value")]);
            for (name, value) in record {
                table.push(vec![Cell::new(name, Tone::Strong), cell(value)]);
            }
            Some(vec![Block::Table(table)])
        }
        _ => None,
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::default(),
        Value::String(text) => text.into(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            let items: Vec<String> = items.iter().map(|item| cell(item).text).collect();
            items.join(", ").into()
        }
        other => other.into(),
    }
}

fn render(blocks: &[Block]) -> String {
    let mut out = format!("<div class=\"winpod\">{STYLE}");
    for block in blocks {
        match block {
            Block::Headline(pieces) => {
                out.push_str("<p class=\"h\">");
                for (index, (text, tone)) in pieces.iter().enumerate() {
                    out.push_str(if index > 0 { " · " } else { "" });
                    span(&mut out, text, *tone);
                }
                out.push_str("</p>");
            }
            Block::Title(title) => {
                out.push_str("<p class=\"t\">");
                escape(&mut out, title);
                out.push_str("</p>");
            }
            Block::Paragraph(text, tone) => {
                out.push_str("<p>");
                span(&mut out, text, *tone);
                out.push_str("</p>");
            }
            Block::Table(rows) => table(&mut out, rows),
            Block::Verbatim(lines) => {
                out.push_str("<pre>");
                for line in lines {
                    for (text, tone) in line {
                        span(&mut out, text, *tone);
                    }
                    out.push('\n');
                }
                out.push_str("</pre>");
            }
            Block::List(items) => {
                out.push_str("<ul>");
                for it in items {
                    item(&mut out, it);
                }
                out.push_str("</ul>");
            }
        }
    }
    out.push_str("</div>");
    out
}

fn table(out: &mut String, table: &Table) {
    let class = |number: bool| if number { " class=\"n\"" } else { "" };
    out.push_str("<table><thead><tr>");
    for column in &table.columns {
        _ = write!(out, "<th scope=\"col\"{}>", class(column.number));
        escape(out, &column.title);
        out.push_str("</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for row in table.rows.iter().take(MAX_ROWS) {
        out.push_str("<tr>");
        for (cell, column) in row.iter().zip(&table.columns) {
            _ = write!(out, "<td{}>", class(column.number));
            span(out, &cell.text, cell.tone);
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    let rest = table.rows.len().saturating_sub(MAX_ROWS);
    if rest > 0 {
        _ = write!(out, "<p class=\"faint\">and {rest} more rows</p>");
    }
}

fn item(out: &mut String, item: &Item) {
    out.push_str("<li>");
    span(out, &item.text, item.tone);
    if let Some(place) = &item.place {
        out.push_str(" <span class=\"place\">");
        escape(out, place);
        out.push_str("</span>");
    }
    if let Some(detail) = &item.detail {
        out.push_str("<br><span class=\"faint\">");
        escape(out, detail);
        out.push_str("</span>");
    }
    out.push_str("</li>");
}

fn span(out: &mut String, text: &str, tone: Tone) {
    let class = match tone {
        Tone::Plain => return escape(out, text),
        Tone::Strong => "strong",
        Tone::Faint => "faint",
        Tone::Good => "good",
        Tone::Doubtful => "doubtful",
        Tone::Bad => "bad",
    };
    _ = write!(out, "<span class=\"{class}\">");
    escape(out, text);
    out.push_str("</span>");
}

/// The only way that text of an answer gets into the page.
fn escape(out: &mut String, text: &str) {
    out.push_str(&html_escape::encode_safe(&printable(text)));
}

#[cfg(test)]
mod tests {
    use super::html;
    use serde_json::json;

    #[test]
    fn hostile_names_stay_text() {
        let hostile = "\"><script>alert(1)</script>&'\u{202e}";
        let group =
            format!("nodeGroups:\n- name: {}\n  amiFamily: WindowsServer2022CoreContainer\n", json!(hostile));
        let request = json!({"documents": [{"name": hostile, "text": group}]});
        let answer = crate::api::call("plan", request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        let page = html("plan", &answer).unwrap();
        assert!(page.contains("&lt;script&gt;alert(1)&lt;"), "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        let rows = json!([{hostile: hostile, "list": [hostile, 1]}]);
        assert!(!html("anything", &rows).unwrap().contains("<script"));
    }
}
