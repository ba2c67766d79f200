//! `winpod topology`: arguments, request, answer.

use crate::args::Format;
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::Args;
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::Refusal;
use winpod_cluster::topology::{TopologyRequest, topology};

/// A node as its HNS sees it: ENI, networks, endpoints, policies
///
/// Each network (a vSwitch) on its ENI, each endpoint (a vNIC) with its address and pod, each load-balancer policy with
/// its Service and backends; then what contradicts itself or is left behind, such as policies that lead to endpoints that
/// are gone.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are what HNS lists on one node, in either schema, in UTF-8 or UTF-16:
  Get-HnsNetwork    | ConvertTo-Json -Depth 10 > networks.json
  Get-HnsEndpoint   | ConvertTo-Json -Depth 10 > endpoints.json
  Get-HnsPolicyList | ConvertTo-Json -Depth 10 > policies.json
  hnsdiag list networks -d, list endpoints -d, list loadbalancers -d
Names of pods, Services and interfaces come from
  kubectl get pods,services,endpointslices,nodes -A -o json
  aws ec2 describe-network-interfaces

Examples:
  winpod topology networks.json endpoints.json policies.json
  winpod topology node/ pods.json services.json --node ip-10-0-8-20.ec2.internal
  winpod topology node/ --all --format json

Exit codes: 0 consistent, or not known; 1 something contradicts itself or is
left behind (with --strict, also nothing of HNS in the files); 2 an input is
unusable, and the answer is about the rest.")]
pub(crate) struct Topology {
    /// Files, directories (read whole), or - for standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// The name of the node, where files have the pods of several
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Shows every endpoint and every policy in a line of its own
    #[arg(long)]
    all: bool,
    /// Exits with 1 if the files have nothing of HNS
    #[arg(long)]
    strict: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
}

pub(crate) fn answer(
    args: Topology,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = TopologyRequest { paths, documents, node: args.node };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        topology(&request, &mut |at| line.tell(at))?
    };
    let code = match answer.verdict.as_str() {
        "contradictory" => 1,
        "unknown" => u8::from(args.strict),
        _ => 0,
    };
    let text = written(format, &answer, || report::topology(&answer, args.all, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}
