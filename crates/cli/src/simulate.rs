//! `winpod simulate`: arguments, request, answer.

use crate::args::{Format, assignment};
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::{Args, ValueEnum};
use winpod_cluster::plan::Verdict;
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Refusal, Wide};
use winpod_cluster::simulate::{SimulateRequest, simulate};

/// What happens to the addresses of the node groups, minute by minute
///
/// Plays the controller's warm pools, its limits of calls and the subnets forward in time: when a subnet runs dry and
/// why, how long pods wait, how many calls EC2 gets, what lies idle, and which settings would have avoided it.
#[derive(Debug, Args)]
#[command(after_help = "\
Give the files of `winpod plan`, with the listings of subnets and interfaces.

Scenarios:
  scale-out           nodes join up to --nodes, and pods with them
  rolling-deployment  all pods are replaced, within surge and unavailability
  batch-churn         short pods in great number
  upgrade             all nodes are replaced, as their tool does it
  mode-switch         secondary addresses to prefix delegation, or back
  zone-loss           an Availability Zone is gone
  drift               days of growing and shrinking beside neighbours

Examples:
  winpod simulate cluster/ --scenario scale-out
  winpod simulate cluster/ --scenario drift --days 14 --neighbours-per-hour 12 --seed 7
  winpod simulate cluster/ --scenario rolling-deployment --set warm-ip-target=5
  winpod simulate cluster/ --scenario batch-churn --pods-per-minute 200 --csv > timeline.csv

Exit codes: 0 it goes well, or not known; 1 something fails (with --strict, also
not known); 2 an input is unusable, and the answer is about the rest.")]
pub(crate) struct Simulate {
    /// Files, directories (read whole), or - for standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// What happens
    #[arg(long, value_enum)]
    scenario: Scenario,
    /// Where random choices start; the same seed gives the same answer everywhere [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<i64>,
    /// A key of the amazon-vpc-cni ConfigMap with a value in place of its own
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    around: Around,
    /// Whether other settings are tried where something fails [default: if that takes no long time]
    #[arg(long, value_name = "WHEN")]
    alternatives: Option<Alternatives>,
    /// Seconds from one row of the timeline to the next, a multiple of 60 [default: at most 1,500 rows]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    every: Option<i64>,
    /// Writes the timeline as CSV instead of the answer
    #[arg(long)]
    csv: bool,
    /// Exits with 1 if the files do not tell whether it goes well
    #[arg(long)]
    strict: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    ScaleOut,
    RollingDeployment,
    BatchChurn,
    Upgrade,
    ModeSwitch,
    ZoneLoss,
    Drift,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Alternatives {
    Always,
    Never,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What happens")]
struct What {
    /// The only node group that something happens to
    #[arg(long, value_name = "NAME")]
    node_group: Option<String>,
    /// Nodes of each group: after a scale-out, by day in a drift, else all the time [default: the maximum or desired size]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<i64>,
    /// Nodes of each group before a scale-out and by night in a drift [default: the desired size]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    start_nodes: Option<i64>,
    /// Nodes of each group that join in a minute [default: 10]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes_per_minute: Option<i64>,
    /// Pods of each group [default: those of the given workloads, else as many as the nodes take; none beside batch churn]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pods: Option<i64>,
    /// Surge of a rolling deployment [default: 25]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    max_surge_percentage: Option<i64>,
    /// Pods that may be missing in a rolling deployment [default: 25]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    max_unavailable_percentage: Option<i64>,
    /// From a pod's address until it is ready, in a rolling deployment [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    ready_seconds: Option<i64>,
    /// How long batch churn goes on [default: 30]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    minutes: Option<i64>,
    /// Pods of each group that start in a minute of batch churn [default: half of the room busy]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pods_per_minute: Option<i64>,
    /// How long a pod of batch churn lives, on average [default: 120]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pod_seconds: Option<i64>,
    /// Until the pods of old nodes are gone, where nodes are replaced [default: 300]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    drain_seconds: Option<i64>,
    /// What becomes of old nodes when the mode is switched [default: keep]
    #[arg(long, value_name = "WHAT", value_parser = ["keep", "replace"])]
    old_nodes: Option<String>,
    /// The zone that is lost [default: the one with most subnets]
    #[arg(long, value_name = "ZONE")]
    availability_zone: Option<String>,
    /// Days of a drift [default: 7]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    days: Option<i64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is around")]
struct Around {
    /// Single addresses that others take in an hour in each subnet [default: 6 in a drift, else 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    neighbours_per_hour: Option<i64>,
    /// How long others keep an address on average, 0 for ever [default: 24 in a drift, else 0]
    #[arg(long, value_name = "HOURS", allow_negative_numbers = true)]
    neighbour_hours: Option<i64>,
    /// Which free address or /28 EC2 takes; nobody documents it [default: random]
    #[arg(long, value_name = "HOW", value_parser = ["lowest", "random", "worst"])]
    choice: Option<String>,
    /// What EC2 does with an order that fits in part only; nobody documents it [default: all-or-nothing]
    #[arg(long, value_name = "HOW", value_parser = ["all-or-nothing", "partial"])]
    batch: Option<String>,
    /// Calls a second that EC2 allows the account, of each kind that changes addresses [default: no limit]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    account_calls_per_second: Option<i64>,
    /// A quirk of the controller to switch off, by name; several times for several
    #[arg(long, value_name = "NAME")]
    without_quirk: Vec<String>,
}

impl Simulate {
    fn request(self, host: &mut Host<'_>) -> Result<SimulateRequest, Refusal> {
        let (paths, documents) = host.inputs(self.inputs)?;
        let number = |given: Option<i64>| given.map(Wide::from);
        let scenario = self.scenario.to_possible_value();
        Ok(SimulateRequest {
            paths,
            documents,
            set: self.set.into_iter().collect(),
            scenario: scenario.map(|value| value.get_name().to_owned()).unwrap_or_default(),
            seed: number(self.seed),
            node_group: self.what.node_group,
            nodes: number(self.what.nodes),
            start_nodes: number(self.what.start_nodes),
            nodes_per_minute: number(self.what.nodes_per_minute),
            pods: number(self.what.pods),
            max_surge_percentage: number(self.what.max_surge_percentage),
            max_unavailable_percentage: number(self.what.max_unavailable_percentage),
            ready_seconds: number(self.what.ready_seconds),
            minutes: number(self.what.minutes),
            pods_per_minute: number(self.what.pods_per_minute),
            pod_seconds: number(self.what.pod_seconds),
            drain_seconds: number(self.what.drain_seconds),
            old_nodes: self.what.old_nodes,
            availability_zone: self.what.availability_zone,
            days: number(self.what.days),
            neighbours_per_hour: number(self.around.neighbours_per_hour),
            neighbour_hours: number(self.around.neighbour_hours),
            choice: self.around.choice,
            batch: self.around.batch,
            account_calls_per_second: number(self.around.account_calls_per_second),
            without_quirks: self.around.without_quirk,
            alternatives: self.alternatives.map(|when| when == Alternatives::Always),
            every_seconds: number(self.every),
            csv: self.csv,
        })
    }
}

pub(crate) fn answer(
    args: Simulate,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let strict = args.strict;
    let request = args.request(host)?;
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        simulate(&request, &mut |at| line.tell(at))?
    };
    let code = match answer.verdict {
        Verdict::DoesNotFit => 1,
        Verdict::Unknown => u8::from(strict),
        Verdict::Fits => 0,
    };
    let text = match (format, &answer.csv) {
        (Format::Text, Some(csv)) => csv.clone(),
        _ => written(format, &answer, || report::simulate(&answer, style))?,
    };
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}
