//! Prints every operation with its sentence and the JSON schemas of its request and answer, as one JSON object.

use std::io::Write as _;
use winpod_cluster::api::OPERATIONS;

fn main() -> std::io::Result<()> {
    let all: serde_json::Map<_, _> = OPERATIONS
        .iter()
        .map(|operation| {
            let about = operation.about;
            let (request, answer) = (operation.request_schema(), operation.answer_schema());
            let schemas = serde_json::json!({"about": about, "request": request, "answer": answer});
            (operation.name.to_owned(), schemas)
        })
        .collect();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &all)?;
    writeln!(out)
}
