//! `winpod explain`: a text, files or standard input, searched as they come.

use crate::args::Format;
use crate::commands::{Host, STDIN, written};
use crate::progress::Line;
use clap::Args;
use std::path::Path;
use winpod_cluster::explain::{Explained, Explainer, Given};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::Refusal;

/// What an error, an event or a log means
///
/// For each known error: how often, when and about which objects; its causes in the order of likelihood given what
/// else the files show; what to do; what to look at next; and where the meaning is from. Results of HCN are decoded
/// in hexadecimal and decimal.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are logs of any length, events (kubectl's table, description or JSON), zips
of the EKS log collector, and directories of them. What neither names a file nor is
written as one is the text, which is explained given what the files show.

What else is given puts the causes in order: policies of HNS (Get-HnsPolicyList or
hnsdiag), netsh's listings of ports, kube-proxy's command line, Node objects. They
are read up to 8 MiB each; logs are searched whole, in constant memory. What is
known of one node is not held against another.

Examples:
  winpod explain 'failed in Win32: The specified port already exists. (0x803b0013)'
  winpod explain kube-proxy.log
  kubectl get events -A -o json | winpod explain -
  winpod explain eks_i-0a1b2c.zip events.json --format json
  winpod explain 'The specified port already exists.' excluded-ports.txt policies.json

Exit codes: 0 recognised; 1 nothing is recognised; 2 an input is unusable, and
the answer is about the rest.")]
pub(crate) struct Explain {
    /// A text, files and directories, - for standard input
    #[arg(required = true, value_name = "TEXT|FILE", allow_negative_numbers = true)]
    inputs: Vec<String>,
    /// Lists the facts that each explanation rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

pub(crate) fn answer(
    args: &Explain,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (piped, others): (Vec<String>, Vec<String>) = args.inputs.iter().cloned().partition(|it| it == "-");
    let given = Given::new(&others);
    let named = !piped.is_empty() || !given.paths.is_empty();
    let Explained { explanations, problems, .. } = search(&args.inputs, &given, host)?;
    let code = u8::from(explanations.is_empty());
    if format == Format::Text && problems.iter().any(|problem| problem.code == "EMPTY") {
        return Ok((String::new(), host.problems(&problems, style).unwrap_or(code)));
    }
    let text = written(format, &explanations, || report::explain(&explanations, style))?;
    if explanations.is_empty() && !named {
        _ = writeln!(host.stderr, "The arguments were taken as the text, because they name no file.");
    } else if explanations.is_empty() && format == Format::Json {
        _ = writeln!(host.stderr, "Nothing is recognised.");
    }
    Ok((text, host.problems(&problems, style).unwrap_or(code)))
}

/// Searches the text and then the inputs in their order, so that one answer is about all of them.
fn search(inputs: &[String], given: &Given, host: &mut Host<'_>) -> Result<Explained, Refusal> {
    let piped = |input: &&String| input.as_str() == "-";
    if host.terminal.stdin_is_keyboard && inputs.iter().any(|input| input == "-") {
        _ = writeln!(host.stderr, "winpod reads standard input; end it with Ctrl-D");
    }
    let mut line = Line::new(host.stderr, host.terminal.progress);
    let mut progress = |at| line.tell(at);
    let mut explainer = Explainer::new(&mut progress)?;
    if !given.texts.is_empty() {
        // What somebody did not put in quotes is one text too.
        explainer.text("<text>", &given.texts.join(" "))?;
    }
    for input in inputs.iter().filter(|input| piped(input) || given.paths.contains(*input)) {
        match input.as_str() {
            "-" => explainer.reader(STDIN, host.stdin)?,
            path => explainer.path(Path::new(path))?,
        }
    }
    Ok(explainer.finish())
}
