//! `winpod subnet`: arguments, requests, answers.

use crate::args::{Format, assignment};
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::{Args, Subcommand, ValueEnum};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Document, Refusal, Wide};
use winpod_cluster::subnet::{
    self, CensusRequest, CureRequest, GivenReservation, GivenSubnet, ReserveRequest,
};

/// What is free in a subnet, what is broken, how big it must be, what to reserve
///
/// Subnets come from the JSON of the AWS CLI, or as a CIDR block with a list of what is used in it.
#[derive(Debug, Args)]
pub(crate) struct Subnet {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Census(Census),
    Cure(Cure),
    Reserve(Reserve),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Subnets")]
pub(crate) struct Source {
    /// Files and directories with the AWS CLI's JSON, or - for standard input
    #[arg(value_name = "FILE|DIR", required_unless_present = "cidr", conflicts_with = "cidr")]
    inputs: Vec<String>,
    /// Only this subnet; several times for several
    #[arg(long = "subnet", value_name = "ID")]
    ids: Vec<String>,
    /// A subnet by its CIDR block instead of files
    #[arg(long, value_name = "CIDR", conflicts_with = "ids")]
    cidr: Option<String>,
    /// A list of what is used in it, an address or a /28 prefix a line, and behind it who holds it; - for standard input
    #[arg(long, value_name = "FILE", requires = "cidr")]
    used: Vec<String>,
    /// One CIDR reservation of it, such as prefix=10.0.8.0/25
    #[arg(long, value_name = "TYPE=CIDR", requires = "cidr", value_parser = assignment)]
    reservation: Vec<(String, String)>,
    /// Counts the last /28 too: it holds a reserved address, and nobody documents whether EC2 hands it out
    #[arg(long)]
    count_last_block: bool,
}

/// The subnets that the arguments name.
struct Named {
    subnet: Option<GivenSubnet>,
    paths: Vec<String>,
    documents: Vec<Document>,
    ids: Vec<String>,
    count_last_block: bool,
}

impl Source {
    fn read(self, host: &mut Host<'_>) -> Result<Named, Refusal> {
        let subnet = match self.cidr {
            Some(cidr) => {
                let (used_paths, used_documents) = host.inputs(self.used)?;
                let reservations = self
                    .reservation
                    .into_iter()
                    .map(|(r#type, cidr)| GivenReservation { cidr, r#type })
                    .collect();
                Some(GivenSubnet { cidr, used: Vec::new(), used_paths, used_documents, reservations })
            }
            None => None,
        };
        let (paths, documents) = host.inputs(self.inputs)?;
        let count_last_block = self.count_last_block;
        Ok(Named { subnet, paths, documents, ids: self.ids, count_last_block })
    }
}

/// Every /28 of a subnet by its state: free, a prefix, fragmented, full, reserved
#[derive(Debug, Args)]
#[command(after_help = "\
The JSON of
  aws ec2 describe-subnets
  aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=...
  aws ec2 get-subnet-cidr-reservations --subnet-id ...   (one call a subnet)

Examples:
  winpod subnet census subnets.json interfaces.json reservations.json
  winpod subnet census aws/ --subnet subnet-0a1 --map
  winpod subnet census --cidr 10.0.8.0/22 --used addresses.txt
  winpod subnet census --cidr 10.0.8.0/22 --used - < addresses.txt

Exit codes: 0 counted; 2 an input is unusable, and the subnets concerned are
not counted.")]
pub(crate) struct Census {
    #[command(flatten)]
    source: Source,
    /// Shows the map of the blocks, a glyph a /28 [default: for a single subnet]
    #[arg(long, overrides_with = "no_map")]
    map: bool,
    /// Shows no map
    #[arg(long)]
    no_map: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

/// Who spoils blocks, and the fewest nodes or interfaces to drain to win some back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  winpod subnet cure aws/ --subnet subnet-0a1 --prefixes 4
  winpod subnet cure --cidr 10.0.8.0/22 --used addresses.txt --prefixes 4

Exit codes: 0 as many blocks as asked for can be won; 1 they cannot; 2 an input
is unusable, and the subnets concerned are left out.")]
pub(crate) struct Cure {
    #[command(flatten)]
    source: Source,
    /// How many /28 to win in each subnet
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    prefixes: i64,
    /// What is drained as one
    #[arg(long, value_enum, default_value_t = By::Node)]
    by: By,
    /// Drains interfaces that a service of AWS made too
    #[arg(long)]
    include_managed: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Node,
    Interface,
}

/// The CIDR reservations to make for prefixes, as AWS CLI commands and as CloudFormation
#[derive(Debug, Args)]
#[command(after_help = "\
Without --prefixes, the files must describe the node groups too: room is made
for what they need at their peak, less what their nodes hold already.

Examples:
  winpod subnet reserve cluster/
  winpod subnet reserve aws/ --subnet subnet-0a1 --prefixes 24
  winpod subnet reserve --cidr 10.0.8.0/22 --used addresses.txt --prefixes 24

Exit codes: 0 there is room; 1 there is not; 2 an input is unusable, and the
subnets concerned are left out.")]
pub(crate) struct Reserve {
    #[command(flatten)]
    source: Source,
    /// For how many prefixes each subnet shall have room [default: the peak need of the node groups]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    prefixes: Option<i64>,
    /// A key of the amazon-vpc-cni ConfigMap with a value in place of its own, for the peak need
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment, conflicts_with = "prefixes")]
    set: Vec<(String, String)>,
    /// Sets no block aside beyond the need, although that may take more reservations
    #[arg(long)]
    no_spare_block: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

pub(crate) fn answer(
    command: Command,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    match command {
        Command::Census(args) => census(args, format, style, host),
        Command::Cure(args) => cure(args, format, style, host),
        Command::Reserve(args) => reserve(args, format, style, host),
    }
}

fn census(args: Census, format: Format, style: Style, host: &mut Host<'_>) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let Named { subnet, paths, documents, ids, count_last_block } = args.source.read(host)?;
    let single = subnet.is_some() || ids.len() == 1;
    let map = !args.no_map && (args.map || single || format == Format::Text);
    let request = CensusRequest { subnet, paths, documents, ids, count_last_block, map };
    let mut answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        subnet::census(&request, &mut |at| line.tell(at))?
    };
    if !args.map && answer.subnets.len() > 1 {
        answer.subnets.iter_mut().for_each(|census| census.map = None);
    }
    let text = written(format, &answer, || report::census(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(0)))
}

fn cure(args: Cure, format: Format, style: Style, host: &mut Host<'_>) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let Named { subnet, paths, documents, ids, count_last_block } = args.source.read(host)?;
    let request = CureRequest {
        subnet,
        paths,
        documents,
        ids,
        count_last_block,
        prefixes: Some(Wide::from(args.prefixes)),
        by: Some(if args.by == By::Node { "node" } else { "interface" }.to_owned()),
        include_managed: args.include_managed,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        subnet::cure(&request, &mut |at| line.tell(at))?
    };
    let code = u8::from(answer.subnets.iter().any(|cure| cure.curable < cure.wanted));
    let text = written(format, &answer, || report::cure(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}

fn reserve(
    args: Reserve,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let Named { subnet, paths, documents, ids, count_last_block } = args.source.read(host)?;
    let request = ReserveRequest {
        subnet,
        paths,
        documents,
        ids,
        count_last_block,
        prefixes: args.prefixes.map(Wide::from),
        set: args.set.into_iter().collect(),
        no_spare_block: args.no_spare_block,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        subnet::reserve(&request, &mut |at| line.tell(at))?
    };
    let code = u8::from(answer.subnets.iter().any(|one| one.missing_prefixes > 0));
    let text = written(format, &answer, || report::reserve(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}
