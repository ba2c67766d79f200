//! `winpod check`: arguments, configuration, request, answer.

use crate::UNUSABLE;
use crate::args::Format;
use crate::commands::{Host, error_line, written};
use crate::progress::Line;
use clap::{Args, ValueEnum};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use winpod_cluster::check::{CheckRequest, RulesRequest, check, rules};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Given, Refusal};

const CONFIG: &str = ".winpod.toml";
/// Rules on what is wrong with the input itself.
const OF_INPUT: [&str; 3] = ["PARSE", "PARSE-CONFLICT", "PARSE-NO-STRING"];

/// What in these files is wrong, and what could not be judged
///
/// Rules for Windows nodes on EKS, each with its source. Findings say what is wrong with your own values, what will
/// happen and what to do. A rule that lacks something says what to add, so that silence is never mistaken for health.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are those of `winpod plan`; give as much as there is.

`.winpod.toml` is read from the current directory, else from the one directory
that is given:
  fail-on = \"high\"                        # info, warn, high or error
  [rules]
  IPAM-005 = \"off\"                        # off, on, or a severity
  [[ignore]]
  rule = \"NG-003\"                         # with path and object as patterns
  path = \"legacy/**\"
  reason = \"goes in March\"                # required
  until = 2027-03-31                       # the last day on which it counts

A comment behind a value, above a block or at the head of a document does the
same:  # winpod: ignore NG-003 goes in March

Examples:
  winpod check cluster/
  winpod check cluster.yaml amazon-vpc-cni.yaml --fail-on warn
  winpod check cluster/ --format json > known.json
  winpod check cluster/ --baseline known.json
  winpod check cluster/ --format sarif > winpod.sarif
  winpod check cluster/ --advise
  winpod check --rule CLU-002
  kubectl get deployments,pods -A -o json | winpod check cluster.yaml -

Exit codes: 0 nothing at or above --fail-on; 1 something is; 2 the arguments or
an input are unusable, and the findings are about the rest.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Check {
    /// Files, directories (read whole), or - for standard input
    #[arg(required_unless_present_any = ["list", "rule"], value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// The mildest severity that fails: info, warn, high or error [default: the configuration's, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// The configuration in place of .winpod.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<String>,
    /// Reads no configuration
    #[arg(long)]
    no_config: bool,
    /// An earlier answer of --format json; only what is new is told
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// The day to judge from, YYYY-MM-DD [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Tells which CNI fits, and what each would break
    #[arg(long)]
    advise: bool,
    /// One line a finding, and the summary
    #[arg(long, conflicts_with = "advise")]
    brief: bool,
    /// Explains a rule; several times for several
    #[arg(long, value_name = "ID", conflicts_with_all = ["inputs", "list"])]
    rule: Vec<String>,
    /// Lists the rules
    #[arg(long, conflicts_with = "inputs")]
    list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Info,
    Warn,
    High,
    Error,
}

pub(crate) fn answer(
    args: Check,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    if args.list || !args.rule.is_empty() {
        return catalogue(args.rule, format, style);
    }
    let config = match (&args.config, args.no_config) {
        (_, true) => None,
        (Some(path), _) => Some(path.clone()),
        (None, false) => found(&args.inputs),
    };
    let fail_on = args.fail_on.and_then(|severity| severity.to_possible_value());
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = CheckRequest {
        paths,
        documents,
        date: Some(args.date.unwrap_or_else(today)),
        config: config.map(Given::Path),
        baseline: args.baseline.map(Given::Path),
        fail_on: fail_on.map(|severity| severity.get_name().to_owned()),
        advise: args.advise,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        check(&request, &mut |at| line.tell(at))?
    };
    if format != Format::Text {
        // What stands in the answer only would be missed by who looks at the log.
        let colour = host.colour_of_errors();
        for finding in answer.findings.iter().filter(|finding| OF_INPUT.contains(&&*finding.rule)) {
            let place = report::place(&finding.file, finding.line, finding.column);
            _ = host
                .stderr
                .write_all(error_line(&format!("{place}: {}", finding.message), colour).as_bytes());
        }
    }
    // On standard error too: whoever sees nothing but the code must learn that nothing was looked at.
    for note in answer.notes.iter().filter(|note| note.code == "nothing-recognised") {
        let colour = host.colour_of_errors();
        _ = host.stderr.write_all(error_line(&note.message, colour).as_bytes());
    }
    let code = match &answer.summary {
        summary if summary.unusable => UNUSABLE,
        summary => u8::from(summary.fails),
    };
    let text = match format {
        Format::Sarif => report::sarif(&answer),
        _ if args.brief => written(format, &answer, || report::check_brief(&answer, style))?,
        _ => written(format, &answer, || report::check(&answer, style))?,
    };
    Ok((text, code))
}

fn catalogue(ids: Vec<String>, format: Format, style: Style) -> Result<(String, u8), Refusal> {
    let all = ids.is_empty();
    let rows = rules(&RulesRequest { ids })?;
    let text = match format {
        Format::Sarif => return Err(Refusal::new("REQUEST", "the list of rules is text or JSON, not SARIF")),
        _ if all => written(format, &rows, || report::rules(&rows, style))?,
        _ => written(format, &rows, || report::rules_explained(&rows, style))?,
    };
    Ok((text, 0))
}

/// The configuration of the current directory, else of the one directory that is given.
fn found(inputs: &[String]) -> Option<String> {
    if Path::new(CONFIG).is_file() {
        return Some(CONFIG.to_owned());
    }
    let [one] = inputs else { return None };
    let there = Path::new(one).join(CONFIG);
    there.is_file().then(|| there.display().to_string())
}

/// Today, UTC.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// A day by its number from 1970-01-01 on, in the calendar of 400 years that repeats.
fn date(day: u64) -> String {
    // Counted from 1 March of the year 0, so that a leap day ends its year.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_have_their_dates() {
        for (day, expected) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_779, "2026-11-22"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(day), expected, "{day}");
        }
    }
}
