//! A timeline as CSV.

use super::answer::TimelineRow;
use crate::report::printable;

const HEAD: [&str; 17] = [
    "at_ms",
    "scope",
    "name",
    "free_addresses",
    "free_prefixes",
    "held_addresses",
    "nodes",
    "running",
    "waiting",
    "unplaced",
    "warm",
    "cooling",
    "assign_calls",
    "unassign_calls",
    "describe_calls",
    "throttled_calls",
    "most_calls_per_minute",
];

/// One line for each subnet, each node group and the cluster at each time; what has no meaning there is empty. Names
/// that a spreadsheet would take for a formula begin with an apostrophe, and what could mislead a terminal is escaped.
pub(super) fn timeline(rows: &[TimelineRow]) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEAD)?;
    let mut line = |at_ms: u64, scope: &str, name: &str, from: usize, numbers: &[u64]| {
        let mut fields = vec![at_ms.to_string(), scope.to_owned(), harmless(name)];
        fields.resize(3 + from, String::new());
        fields.extend(numbers.iter().map(ToString::to_string));
        fields.resize(HEAD.len(), String::new());
        out.write_record(&fields)
    };
    for row in rows {
        for subnet in &row.subnets {
            let numbers = [subnet.free_addresses, subnet.free_prefixes, subnet.held_addresses].map(u64::from);
            line(row.at_ms, "subnet", &subnet.id, 0, &numbers)?;
        }
        for group in &row.node_groups {
            let pods = [group.running, group.waiting, group.unplaced];
            let numbers = [group.nodes].into_iter().chain(pods).chain([group.warm, group.cooling]);
            line(row.at_ms, "node-group", &group.name, 3, &numbers.map(u64::from).collect::<Vec<_>>())?;
        }
        let calls = row.ec2_calls;
        let numbers = [calls.assign, calls.unassign, calls.describe, calls.throttled, calls.most_per_minute];
        line(row.at_ms, "cluster", "", 9, &numbers)?;
    }
    let bytes = out.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

fn harmless(name: &str) -> String {
    let shown = printable(name);
    if shown.trim_start().starts_with(['=', '+', '-', '@']) {
        format!("'{shown}")
    } else {
        shown.into_owned()
    }
}
