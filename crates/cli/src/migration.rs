//! `winpod migration`: arguments, request, answer.

use crate::args::{Format, assignment};
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::Args;
use winpod_cluster::plan::migration::{Answer, MigrationRequest, migration};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Refusal, Wide};

/// Can the Windows node groups move to prefix delegation
///
/// New groups beside the old ones, as AWS advises: types that are not Nitro, free /28 while the old nodes are still
/// there, what else lives in the subnets, reservations, the control plane's addresses, the VPC's quota of Network
/// Address Usage, and what nodes could give if the mode were switched under their pods instead.
#[derive(Debug, Args)]
#[command(after_help = "\
Give the files of `winpod plan`, with the listings of subnets, interfaces and
reservations.

Examples:
  winpod migration cluster/
  winpod migration cluster/ --set warm-prefix-target=0 --set warm-ip-target=1

Exit codes: 0 they can, or not known; 1 they cannot (with --strict, also not
known); 2 an input is unusable, and the answer is about the rest.")]
pub(crate) struct Migration {
    /// Files, directories (read whole), or - for standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// A key of the amazon-vpc-cni ConfigMap with the value that it is to have
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// The VPC's quota of Network Address Usage [default: 64000, that of AWS]
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    nau_quota: Option<i64>,
    /// Counts the last /28 of a subnet too: it holds a reserved address, and nobody documents whether EC2 hands it out
    #[arg(long)]
    count_last_block: bool,
    /// Exits with 1 if the files do not tell whether they can
    #[arg(long)]
    strict: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

pub(crate) fn answer(
    args: Migration,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = MigrationRequest {
        paths,
        documents,
        set: args.set.into_iter().collect(),
        nau_quota: args.nau_quota.map(Wide::from),
        count_last_block: args.count_last_block,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        migration(&request, &mut |at| line.tell(at))?
    };
    let code = match answer.verdict {
        Answer::No => 1,
        Answer::Unknown => u8::from(args.strict),
        Answer::Yes => 0,
    };
    let text = written(format, &answer, || report::migration(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}
