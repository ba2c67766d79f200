//! `winpod explain`: a text, files or standard input, searched as they come.

use crate::args::Format;
use crate::commands::{Host, STDIN, written};
use crate::progress::Line;
use clap::Args;
use std::path::Path;
use winpod_cluster::explain::{Explained, Explainer, is_path};
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
of the EKS log collector, and directories of them. What names no file is the text.

What else is given puts the causes in order: policies of HNS (Get-HnsPolicyList or
hnsdiag), netsh's listings of ports, kube-proxy's command line, Node objects. They
are read up to 8 MiB each; logs are searched whole, in constant memory. What is
known of one node is not held against another.

Examples:
  winpod explain 'failed in Win32: The specified port already exists. (0x803b0013)'
  winpod explain kube-proxy.log
  kubectl get events -A -o json | winpod explain -
  winpod explain eks_i-0a1b2c.zip events.json --format json
  winpod explain error.txt excluded-ports.txt policies.json

Exit codes: 0 recognised; 1 nothing is recognised; 2 an input is unusable, and
the answer is about the rest.")]
pub(crate) struct Explain {
    /// A text, or files and directories, or - for standard input
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
    let named = args.inputs.iter().any(|input| input == "-" || is_path(input));
    let Explained { explanations, problems, .. } = if named {
        files(&args.inputs, host)?
    } else {
        // Words that nobody put in quotes are one text too.
        let mut explainer = |_| std::ops::ControlFlow::Continue(());
        let mut explainer = Explainer::new(&mut explainer)?;
        explainer.text("<text>", &args.inputs.join(" "))?;
        explainer.finish()
    };
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

fn files(inputs: &[String], host: &mut Host<'_>) -> Result<Explained, Refusal> {
    if host.terminal.stdin_is_keyboard && inputs.iter().any(|input| input == "-") {
        _ = writeln!(host.stderr, "winpod reads standard input; end it with Ctrl-D");
    }
    let mut line = Line::new(host.stderr, host.terminal.progress);
    let mut progress = |at| line.tell(at);
    let mut explainer = Explainer::new(&mut progress)?;
    for input in inputs {
        match input.as_str() {
            "-" => explainer.reader(STDIN, host.stdin)?,
            path => explainer.path(Path::new(path))?,
        }
    }
    Ok(explainer.finish())
}
