//! What the command line takes.

use crate::check::Check;
use crate::dsr::Dsr;
use crate::explain::Explain;
use crate::memory;
use crate::migration::Migration;
use crate::render::Render;
use crate::simulate::Simulate;
use crate::subnet::Subnet;
use crate::topology::Topology;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .error(AnsiColor::Red.on_default())
    .invalid(AnsiColor::Red.on_default())
    .valid(AnsiColor::Green.on_default());

/// Plans the network of Windows nodes on Amazon EKS: how many pods fit, what limits them, and whether the subnets
/// can feed them.
///
/// winpod reads files that you have (eksctl, Kubernetes and Karpenter manifests, the JSON of the AWS CLI and of
/// kubectl). It needs no credentials and no network, and sends nothing anywhere.
#[derive(Debug, Parser)]
#[command(
    name = "winpod",
    version,
    styles = STYLES,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  winpod plan cluster.yaml            does this cluster fit, and what limits it
  winpod check cluster/               what in these files is wrong, and what to do
  winpod capacity m5.large t3.medium  pods per node
  winpod ipam amazon-vpc-cni.yaml     the settings in effect
  winpod types --pods-min 30          types with at least 30 pod addresses
  winpod subnet census aws/           what is free in the subnets, and what is broken
  winpod simulate cluster/ --scenario scale-out
                                      when the subnets run dry, and how long pods wait
  winpod dsr --release 2019 --kubernetes 1.33 --services 150
                                      is DSR on at a node, and will its ports run out
  winpod topology node/               a node as its HNS sees it, and what is stale
  winpod explain kube-proxy.log       what the errors in it mean
  winpod render configmap cluster/    configuration that passes check

Exit codes: 0 all is well, or not known; 1 the answer is no; 2 the arguments or
an input are unusable."
)]
pub(crate) struct Winpod {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Text for people, JSON for programs (see `winpod schema`), or SARIF 2.1.0 (of `check` only)
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Whether text has colours; `auto` means on a terminal, unless `NO_COLOR` or `CLICOLOR=0` is set
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Plan(Plan),
    Check(Box<Check>),
    Capacity(Capacity),
    Types(Box<Types>),
    Ipam(Ipam),
    Subnet(Box<Subnet>),
    Migration(Migration),
    Simulate(Box<Simulate>),
    Dsr(Box<Dsr>),
    Topology(Topology),
    Render(Box<Render>),
    Explain(Explain),
    Sources(Sources),
    Schema(Schema),
}

/// Does this cluster fit, and what limits it
///
/// For each Windows node group: pods per node and the limit that binds. For each subnet: addresses and /28 prefixes
/// needed at minimum and maximum size, during an upgrade and after the loss of an Availability Zone, against what is
/// free. Then what would help, and what the files leave open.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are recognised by their content: eksctl ClusterConfig, Kubernetes and
Karpenter manifests, and the JSON of
  aws eks describe-cluster, describe-nodegroup
  aws ec2 describe-subnets, describe-network-interfaces, describe-vpcs,
          describe-instance-types, get-subnet-cidr-reservations
  kubectl get nodes,deployments,daemonsets,pods,networkpolicies -A -o json

Examples:
  winpod plan cluster/
  winpod plan cluster.yaml subnets.json interfaces.json
  winpod plan cluster.yaml --set enable-windows-prefix-delegation=true
  winpod plan cluster/ --advise
  aws ec2 describe-subnets | winpod plan cluster.yaml -

Exit codes: 0 fits, or not known; 1 does not fit (with --strict, also not
known); 2 an input is unusable, and the plan is about the rest.")]
pub(crate) struct Plan {
    /// Files, directories (read whole), or - for standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) inputs: Vec<String>,
    /// What if: a key of the amazon-vpc-cni ConfigMap with a value in place of its own
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// Exits with 1 if the files do not tell whether it fits
    #[arg(long)]
    pub(crate) strict: bool,
    /// Tells which CNI fits, and what each would break
    #[arg(long)]
    pub(crate) advise: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    pub(crate) sources: bool,
}

/// Pods per node of instance types
///
/// The smaller of two limits: addresses of the node's one ENI, and the kubelet's pod limit.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  winpod capacity m5.large
  winpod capacity m5.large t2.large --mode prefix-delegation --max-pods 250
  winpod capacity new8.large --types-from describe-instance-types.json
  winpod capacity --ipv4-per-eni 15 --nitro")]
pub(crate) struct Capacity {
    /// Show the facts that the numbers rest on
    #[arg(long)]
    pub(crate) sources: bool,
    /// Instance types
    #[arg(value_name = "TYPE", required_unless_present = "ipv4_per_eni")]
    pub(crate) types: Vec<String>,
    /// How pods get addresses
    #[arg(long, value_enum, default_value_t = Mode::SecondaryIp)]
    pub(crate) mode: Mode,
    /// The kubelet's pod limit [default: 110]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_pods: Option<i64>,
    /// JSON of aws ec2 describe-instance-types, for types that the table lacks; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) types_from: Vec<String>,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "A type that is in no table")]
pub(crate) struct Limits {
    /// Its IPv4 addresses per interface, as describe-instance-types gives them
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) ipv4_per_eni: Option<i64>,
    /// It is Nitro or bare metal, as all newer types are
    #[arg(long, requires = "ipv4_per_eni", conflicts_with = "xen")]
    pub(crate) nitro: bool,
    /// It is not Nitro, so it takes no prefixes
    #[arg(long, requires = "ipv4_per_eni")]
    pub(crate) xen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    SecondaryIp,
    PrefixDelegation,
}

impl Mode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SecondaryIp => "secondary-ip",
            Self::PrefixDelegation => "prefix-delegation",
        }
    }
}

/// The instance table, filtered and sorted
///
/// Filters are named as ec2-instance-selector names them; a type must meet all of them.
#[derive(Debug, Args)]
#[command(after_help = "\
Memory takes a number and MiB, GiB or TiB (all powers of two; mb, gb and tb mean
the same), GiB without a unit.

Examples:
  winpod types --vcpus 4 --memory-min 16GiB --sort-by -pods
  winpod types --pods-min 110 --mode prefix-delegation --limit 5
  winpod types --family m5 --family m6i --no-bare-metal
  winpod types --windows any --controller-known=false --format json")]
pub(crate) struct Types {
    /// Show the facts that the rows rest on
    #[arg(long)]
    pub(crate) sources: bool,
    /// The mode that --pods is about
    #[arg(long, value_enum, default_value_t = Mode::SecondaryIp)]
    pub(crate) mode: Mode,
    /// A family such as m5; several mean any of them
    #[arg(long, value_delimiter = ',')]
    pub(crate) family: Vec<String>,
    /// Whether Windows runs on the type
    #[arg(long, value_enum, default_value_t = Windows::Yes)]
    pub(crate) windows: Windows,
    /// The order: name, vcpus, memory, pods, ipv4-per-eni or enis; with - before it the falling order
    #[arg(long, value_name = "KEY", default_value = "name", allow_hyphen_values = true)]
    pub(crate) sort_by: String,
    /// At most so many types
    #[arg(long, value_name = "N", visible_alias = "max-results", allow_negative_numbers = true)]
    pub(crate) limit: Option<i64>,
    #[command(flatten)]
    pub(crate) numbers: Numbers,
    #[command(flatten)]
    pub(crate) is: Is,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Sizes")]
pub(crate) struct Numbers {
    /// Exactly so many vCPUs
    #[arg(long, value_name = "N")]
    pub(crate) vcpus: Option<i64>,
    /// At least so many
    #[arg(long, value_name = "N")]
    pub(crate) vcpus_min: Option<i64>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) vcpus_max: Option<i64>,
    /// Exactly so much memory, such as 8, 8GiB or 512MiB
    #[arg(long, value_name = "SIZE", value_parser = memory::parse)]
    pub(crate) memory: Option<i64>,
    /// At least so much
    #[arg(long, value_name = "SIZE", value_parser = memory::parse)]
    pub(crate) memory_min: Option<i64>,
    /// At most so much
    #[arg(long, value_name = "SIZE", value_parser = memory::parse)]
    pub(crate) memory_max: Option<i64>,
    /// Exactly so many pod addresses on a Windows node
    #[arg(long, value_name = "N")]
    pub(crate) pods: Option<i64>,
    /// At least so many
    #[arg(long, value_name = "N")]
    pub(crate) pods_min: Option<i64>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) pods_max: Option<i64>,
    /// Exactly so many network interfaces on the default card
    #[arg(long, value_name = "N")]
    pub(crate) network_interfaces: Option<i64>,
    /// At least so many
    #[arg(long, value_name = "N")]
    pub(crate) network_interfaces_min: Option<i64>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) network_interfaces_max: Option<i64>,
}

/// Four yes-or-no filters, each as `--x`, `--x=false` and `--no-x`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Kinds")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Is {
    /// Only types that take prefixes; --nitro=false or --no-nitro: only those that do not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    nitro: Option<bool>,
    #[arg(long, hide = true, conflicts_with = "nitro")]
    no_nitro: bool,
    /// Only whole hosts; --no-bare-metal: none of them
    #[arg(long, alias = "baremetal", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    bare_metal: Option<bool>,
    #[arg(long, hide = true, alias = "no-baremetal", conflicts_with = "bare_metal")]
    no_bare_metal: bool,
    /// Only types that the controller's table has; --no-controller-known: only those it lacks
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    controller_known: Option<bool>,
    #[arg(long, hide = true, conflicts_with = "controller_known")]
    no_controller_known: bool,
    /// Only types that EC2 calls current; --no-current-generation: only older ones
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    current_generation: Option<bool>,
    #[arg(long, hide = true, conflicts_with = "current_generation")]
    no_current_generation: bool,
}

impl Is {
    pub(crate) fn nitro(&self) -> Option<bool> {
        self.nitro.or(self.no_nitro.then_some(false))
    }

    pub(crate) fn bare_metal(&self) -> Option<bool> {
        self.bare_metal.or(self.no_bare_metal.then_some(false))
    }

    pub(crate) fn controller_known(&self) -> Option<bool> {
        self.controller_known.or(self.no_controller_known.then_some(false))
    }

    pub(crate) fn current_generation(&self) -> Option<bool> {
        self.current_generation.or(self.no_current_generation.then_some(false))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Windows {
    Yes,
    No,
    Unknown,
    Any,
}

impl Windows {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Any => "any",
        }
    }
}

/// The amazon-vpc-cni settings in effect, where each came from, and what a node holds at rest
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  winpod ipam amazon-vpc-cni.yaml
  kubectl get configmap amazon-vpc-cni -n kube-system -o yaml | winpod ipam -
  winpod ipam amazon-vpc-cni.yaml --type m5.large --pods 5
  winpod ipam --set enable-windows-ipam=true --set warm-ip-target=2")]
pub(crate) struct Ipam {
    /// Files or directories with the ConfigMap, or - for standard input
    #[arg(value_name = "FILE|DIR")]
    pub(crate) inputs: Vec<String>,
    /// A key of the ConfigMap with a value in place of its own
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// The instance type of the node [default: any Nitro type]
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "ipv4_per_eni")]
    pub(crate) instance_type: Option<String>,
    /// Pods on the node; shows what it holds at rest
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) pods: Option<i64>,
    /// Prefixes that cannot be given back because a pod still uses them or an address cools down
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) occupied_prefixes: Option<i64>,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    pub(crate) sources: bool,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// The facts that answers rest on, with grade, date and origin
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  winpod sources chart-default-targets")]
pub(crate) struct Sources {
    /// Keys of facts [default: all]
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
}

/// The JSON schema of an answer
///
/// Without an operation, the operations are listed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  winpod schema plan\n  winpod schema plan --request")]
pub(crate) struct Schema {
    /// The operation, such as plan
    #[arg(value_name = "OPERATION")]
    pub(crate) operation: Option<String>,
    /// The schema of the operation's request instead of its answer
    #[arg(long, action = ArgAction::SetTrue, requires = "operation")]
    pub(crate) request: bool,
}

pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, such as warm-ip-target=2".to_owned()),
    }
}
