//! `winpod subnet`: arguments, requests, answers.

use crate::args::{Format, Limits, Mode, assignment};
use crate::commands::{Host, limits, written};
use crate::progress::Line;
use clap::{Args, Subcommand, ValueEnum};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Document, Refusal, Wide};
use winpod_cluster::subnet::{
    self, CarveRequest, CensusRequest, CureRequest, ForecastRequest, GivenReservation, GivenSubnet,
    NewSubnet, ReserveRequest, SizeRequest, TargetsRequest,
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
    Size(Box<Size>),
    Forecast(Box<Forecast>),
    Carve(Carve),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Subnets")]
pub(crate) struct Source {
    /// Files and directories with the AWS CLI's JSON, or - for standard input
    #[arg(value_name = "FILE|DIR", conflicts_with = "cidr")]
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
    #[arg(long, value_name = "TYPE=CIDR", requires = "cidr", value_parser = typed_range)]
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

/// The smallest subnet for so many pods or nodes, or what fits a subnet
///
/// One subnet in each Availability Zone, the nodes spread evenly. Everything that is asked for counts as happening at
/// once: the peak.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  winpod subnet size --type m5.large --pods 100
  winpod subnet size --type m6i.xlarge --mode prefix-delegation --pods 600 --zones 3 --zone-loss --max-unavailable 1
  winpod subnet size --type m5.large --fill 22 --zones 3 --other-addresses 40

Exit codes: 0 there is such a subnet; 1 even a /16 is too small.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Size {
    /// The instance type of the nodes
    #[arg(
        long = "type",
        value_name = "TYPE",
        required_unless_present = "ipv4_per_eni",
        conflicts_with = "ipv4_per_eni"
    )]
    instance_type: Option<String>,
    /// How pods get addresses [default: as the settings say, else secondary-ip]
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Pods in all, those of DaemonSets left out
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "nodes")]
    pods: Option<i64>,
    /// Nodes in all
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<i64>,
    /// The length of subnets that there are: what fits them
    #[arg(long, value_name = "LENGTH", allow_negative_numbers = true)]
    fill: Option<i64>,
    /// Pods on each node [default: as many as it takes]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pods_per_node: Option<i64>,
    /// DaemonSet pods on each node that take an address
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    daemon_set_pods: Option<i64>,
    /// The kubelet's pod limit [default: 110]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_pods: Option<i64>,
    /// A key of the amazon-vpc-cni ConfigMap with its value; none means what chart and eksctl write
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Availability Zones, with one subnet each
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    zones: Option<i64>,
    /// The other zones take over the nodes of a lost one
    #[arg(long)]
    zone_loss: bool,
    /// Nodes that an upgrade adds for a time, in all
    #[arg(long, value_name = "N", group = "replacing", allow_negative_numbers = true)]
    surge_nodes: Option<i64>,
    /// maxUnavailable of a managed group, from which EKS takes how many nodes it adds
    #[arg(long, value_name = "N", group = "replacing", allow_negative_numbers = true)]
    max_unavailable: Option<i64>,
    /// maxUnavailablePercentage of a managed group
    #[arg(long, value_name = "PERCENT", group = "replacing", allow_negative_numbers = true)]
    max_unavailable_percentage: Option<i64>,
    /// A second group of the same size stands beside the old one for a time
    #[arg(long, group = "replacing")]
    replace: bool,
    /// The control plane uses the subnets too
    #[arg(long)]
    control_plane: bool,
    /// Single addresses of others in each subnet: Linux nodes, load balancers, endpoints
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    other_addresses: Option<i64>,
    /// Pods that end in a minute, in all: their addresses cool down
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pod_ends_per_minute: Option<i64>,
    /// Counts the last /28 too: it holds a reserved address, and nobody documents whether EC2 hands it out
    #[arg(long)]
    count_last_block: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
    #[command(flatten)]
    limits: Limits,
}

/// How many /28 are likely to stay free, and what other warm targets save
#[derive(Debug, Args)]
#[command(after_help = "\
A forecast, not a count: nobody documents which address EC2 chooses, so every
single one is taken to land on any open address alike.

Examples:
  winpod subnet forecast --cidr 10.0.8.0/22
  winpod subnet forecast aws/ --subnet subnet-0a1 --more 50 --more 100 --prefixes 24
  winpod subnet forecast --type m5.large --nodes 40 --pods-per-node 6 --set warm-ip-target=1 --set minimum-ip-target=0

Exit codes: 0 forecast; 2 an input is unusable, and the subnets concerned are
left out.")]
pub(crate) struct Forecast {
    #[command(flatten)]
    source: Source,
    /// A number of more single addresses; several times for several [default: 1, 2, 5, 10, 20, 30 % of the usable ones]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    more: Vec<i64>,
    /// Also: after how many addresses fewer than so many /28 are expected
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    prefixes: Option<i64>,
    /// Nodes whose warm targets are to change, with --type, --nodes and --set
    #[arg(
        long = "type",
        value_name = "TYPE",
        requires = "nodes",
        requires = "set",
        conflicts_with = "ipv4_per_eni"
    )]
    instance_type: Option<String>,
    /// How many nodes
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<i64>,
    /// How their pods get addresses
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Pods on each of them [default: as many as it takes]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pods_per_node: Option<i64>,
    /// A key of the amazon-vpc-cni ConfigMap to change, with its new value
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment, requires = "nodes")]
    set: Vec<(String, String)>,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
    #[command(flatten)]
    limits: Limits,
}

/// Places for new subnets in the free space of a VPC
///
/// Each gets the lowest place in the smallest free block that it fits, so a later one moves no earlier one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  winpod subnet carve vpcs.json subnets.json --new win-a=22 --new win-b=22
  winpod subnet carve --vpc 10.0.0.0/16 --taken 10.0.0.0/20 --new 22

Exit codes: 0 all have a place; 1 some have none.")]
pub(crate) struct Carve {
    /// Files and directories with describe-vpcs and describe-subnets, or - for standard input
    #[arg(value_name = "FILE|DIR", required_unless_present = "vpc", conflicts_with = "vpc")]
    inputs: Vec<String>,
    /// Which VPC of the files
    #[arg(long, value_name = "ID", conflicts_with = "vpc")]
    vpc_id: Option<String>,
    /// A block of the VPC; several times for several
    #[arg(long, value_name = "CIDR")]
    vpc: Vec<String>,
    /// A block that a subnet has already
    #[arg(long, value_name = "CIDR", requires = "vpc")]
    taken: Vec<String>,
    /// The length of a new subnet, with a name before it if it is to have one
    #[arg(long, value_name = "[NAME=]LENGTH", value_parser = new_subnet)]
    new: Vec<(Option<String>, i64)>,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

fn typed_range(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((kind @ ("prefix" | "explicit"), range)) => Ok((kind.to_owned(), range.to_owned())),
        _ => Err("expected prefix=CIDR or explicit=CIDR, such as prefix=10.0.8.0/25".to_owned()),
    }
}

fn new_subnet(text: &str) -> Result<(Option<String>, i64), String> {
    let (name, length) = match text.rsplit_once('=') {
        Some((name, length)) if !name.is_empty() => (Some(name.to_owned()), length),
        Some(_) => return Err("expected a name before =, such as win-a=22".to_owned()),
        None => (None, text),
    };
    let length = length.strip_prefix('/').unwrap_or(length);
    let number = length
        .parse()
        .map_err(|_| "expected a length such as 22, or a name and a length such as win-a=22")?;
    Ok((name, number))
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
        Command::Size(args) => size(*args, format, style),
        Command::Forecast(args) => forecast(*args, format, style, host),
        Command::Carve(args) => carve(args, format, style, host),
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

fn size(args: Size, format: Format, style: Style) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let wide = |number: Option<i64>| number.map(Wide::from);
    let answer = subnet::size(&SizeRequest {
        limits: limits(&args.limits)?,
        instance_type: args.instance_type,
        mode: args.mode.map(|mode| mode.name().to_owned()),
        max_pods: wide(args.max_pods),
        pods: wide(args.pods),
        nodes: wide(args.nodes),
        pods_per_node: wide(args.pods_per_node),
        daemon_set_pods: wide(args.daemon_set_pods),
        data: (!args.set.is_empty()).then(|| args.set.into_iter().collect()),
        zones: wide(args.zones),
        zone_loss: args.zone_loss,
        surge_nodes: wide(args.surge_nodes),
        max_unavailable: wide(args.max_unavailable),
        max_unavailable_percentage: wide(args.max_unavailable_percentage),
        replace: args.replace,
        control_plane: args.control_plane,
        other_addresses: wide(args.other_addresses),
        pod_ends_per_minute: wide(args.pod_ends_per_minute),
        count_last_block: args.count_last_block,
        prefix_length: wide(args.fill),
    })?;
    let code = u8::from(answer.nodes.is_some() && answer.prefix_length.is_none());
    Ok((written(format, &answer, || report::size(&answer, style))?, code))
}

fn forecast(
    args: Forecast,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let limits = limits(&args.limits)?;
    let targets = match args.nodes {
        Some(nodes) => Some(TargetsRequest {
            instance_type: args.instance_type,
            limits,
            mode: args.mode.map(|mode| mode.name().to_owned()),
            nodes: nodes.into(),
            pods_per_node: args.pods_per_node.map(Wide::from),
            max_pods: None,
            data: None,
            set: args.set.into_iter().collect(),
        }),
        None => None,
    };
    let Named { subnet, paths, documents, ids, count_last_block } = args.source.read(host)?;
    let request = ForecastRequest {
        subnet,
        paths,
        documents,
        ids,
        count_last_block,
        more: args.more.into_iter().map(Wide::from).collect(),
        prefixes: args.prefixes.map(Wide::from),
        targets,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        subnet::forecast(&request, &mut |at| line.tell(at))?
    };
    let text = written(format, &answer, || report::forecast(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(0)))
}

fn carve(args: Carve, format: Format, style: Style, host: &mut Host<'_>) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = CarveRequest {
        vpc: args.vpc,
        used: args.taken,
        subnets: args
            .new
            .into_iter()
            .map(|(name, length)| NewSubnet { name, prefix_length: length.into() })
            .collect(),
        paths,
        documents,
        vpc_id: args.vpc_id,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        subnet::carve(&request, &mut |at| line.tell(at))?
    };
    let code = u8::from(answer.subnets.iter().any(|place| place.cidr.is_none()));
    Ok((written(format, &answer, || report::carve(&answer, style))?, code))
}
