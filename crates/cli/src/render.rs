//! `winpod render`: arguments, request, answer.

use crate::UNUSABLE;
use crate::args::{Format, assignment};
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::Args;
use std::path::Path;
use winpod_cluster::render::{Artefact, MaxPods, RenderRequest, Rendered, render};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Refusal, Wide};

/// Configuration that passes `check`: ConfigMap, values, eksctl, user data, launch template and others
///
/// From flags, from files, or from both: what a flag says counts before what the files say. The text goes to standard
/// output and what is worth telling to standard error, so that the one can be piped.
#[derive(Debug, Args)]
#[command(after_help = kinds(), after_long_help = examples())]
pub(crate) struct Render {
    /// What to write; `winpod render --help` lists the kinds
    kind: String,
    /// Files, directories (read whole), or - for standard input
    #[arg(value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// Says why lines are there, with the facts behind them, in place of the plain text
    #[arg(long)]
    explain: bool,
    /// Writes files into this directory in place of standard output
    #[arg(long, short, value_name = "DIR")]
    output: Option<String>,
    /// Writes over files that are there already
    #[arg(long, requires = "output")]
    force: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
    #[command(flatten)]
    cluster: ClusterFlags,
    #[command(flatten)]
    group: GroupFlags,
    #[command(flatten)]
    network: NetworkFlags,
    #[command(flatten)]
    kinds: KindFlags,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
struct ClusterFlags {
    /// The name of the cluster
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Its version of Kubernetes, such as 1.35
    #[arg(long, value_name = "VERSION")]
    kubernetes: Option<String>,
    /// Its Region
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The endpoint of its API server
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Its certificate authority, in base64
    #[arg(long, value_name = "BASE64")]
    certificate_authority: Option<String>,
    /// The block of its Services
    #[arg(long, value_name = "CIDR")]
    service_cidr: Option<String>,
    /// The address of its DNS [default: the tenth of the block of Services]
    #[arg(long, value_name = "ADDRESS")]
    cluster_dns: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Node group")]
struct GroupFlags {
    /// Which node group of the files, or the name of the one to write [default: windows]
    #[arg(long, value_name = "NAME")]
    node_group: Option<String>,
    /// Who makes its nodes: managed or self-managed
    #[arg(long, value_name = "WHO")]
    tool: Option<String>,
    /// The release of Windows Server: 2019, 2022 or 2025
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// core or full
    #[arg(long, value_name = "EDITION")]
    edition: Option<String>,
    /// An instance type; may be given several times
    #[arg(long = "instance-type", value_name = "TYPE")]
    instance_types: Vec<String>,
    /// Pods per node: a number, or fit for as many as every type has addresses for
    #[arg(long, value_name = "PODS|fit", value_parser = max_pods, allow_negative_numbers = true)]
    max_pods: Option<MaxPods>,
    /// Smallest number of nodes
    #[arg(long, value_name = "NODES", allow_negative_numbers = true)]
    min_size: Option<i64>,
    /// Number of nodes at first
    #[arg(long, value_name = "NODES", allow_negative_numbers = true)]
    desired_size: Option<i64>,
    /// Largest number of nodes
    #[arg(long, value_name = "NODES", allow_negative_numbers = true)]
    max_size: Option<i64>,
    /// A subnet by id; may be given several times
    #[arg(long = "subnet", value_name = "ID")]
    subnets: Vec<String>,
    /// A security group of the nodes by id; may be given several times
    #[arg(long = "security-group", value_name = "ID")]
    security_groups: Vec<String>,
    /// A label of the nodes; may be given several times
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = assignment)]
    labels: Vec<(String, String)>,
    /// A taint of the nodes; may be given several times
    #[arg(long = "taint", value_name = "KEY=VALUE:EFFECT")]
    taints: Vec<String>,
    /// An AMI of your own, by id
    #[arg(long, value_name = "ID")]
    ami: Option<String>,
    /// The role of the nodes, by ARN
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
struct NetworkFlags {
    /// secondary-ip or prefix-delegation [default: that of the files, else secondary-ip]
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// A target of the amazon-vpc-cni ConfigMap, such as warm-ip-target=2
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Turns Direct Server Return on
    #[arg(long)]
    dsr: bool,
    /// A wider dynamic range of ports, such as 34000-65535
    #[arg(long, value_name = "FIRST-LAST")]
    port_range: Option<String>,
    /// A block to which pods are not source-NATed; may be given several times
    #[arg(long = "excluded-snat-cidr", value_name = "CIDR")]
    excluded_snat_cidrs: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Of single kinds")]
struct KindFlags {
    /// user-data: how DSR is turned on: argument or documented [default: argument]
    #[arg(long, value_name = "STYLE")]
    style: Option<String>,
    /// calico: policy-only or overlay [default: policy-only]
    #[arg(long, value_name = "MODE")]
    calico: Option<String>,
    /// calico: the block of the overlay's pods
    #[arg(long, value_name = "CIDR")]
    pod_cidr: Option<String>,
    /// access: access-entry or aws-auth [default: access-entry]
    #[arg(long, value_name = "WAY")]
    authentication: Option<String>,
    /// network-policy: a namespace; may be given several times
    #[arg(long = "namespace", value_name = "NAME")]
    namespaces: Vec<String>,
    /// reservations: how many prefixes each subnet shall have room for [default: what the files need]
    #[arg(long, value_name = "PREFIXES", allow_negative_numbers = true)]
    prefixes: Option<i64>,
    /// Only the files in this language: yaml, json, powershell or shell
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
}

fn kinds() -> String {
    let kinds = winpod_cluster::render::KINDS;
    let width = kinds.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
    let lines = kinds.iter().map(|(_, name, about)| format!("  {name:width$}  {about}\n"));
    format!("Kinds:\n{}", lines.collect::<String>().trim_end())
}

fn examples() -> String {
    format!(
        "{}\n\nExamples:\n  winpod render configmap --mode prefix-delegation | kubectl apply -f -\n  winpod render configmap cluster/ --explain\n\nExit codes: 0 written; 2 the arguments or an input are unusable, with the\nreason on standard error.",
        kinds()
    )
}

fn max_pods(text: &str) -> Result<MaxPods, String> {
    match text.parse::<i64>() {
        Ok(number) => Ok(MaxPods::Number(Wide::from(number))),
        Err(_) if text == "fit" => Ok(MaxPods::Named(text.to_owned())),
        Err(_) => Err("a number or fit is allowed".to_owned()),
    }
}

pub(crate) fn answer(
    args: Render,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (paths, documents) = host.inputs(args.inputs)?;
    let (cluster, group, network, kinds) = (args.cluster, args.group, args.network, args.kinds);
    let request = RenderRequest {
        kind: args.kind,
        paths,
        documents,
        cluster: cluster.cluster,
        kubernetes: cluster.kubernetes,
        region: cluster.region,
        endpoint: cluster.endpoint,
        certificate_authority: cluster.certificate_authority,
        service_cidr: cluster.service_cidr,
        cluster_dns: cluster.cluster_dns,
        node_group: group.node_group,
        tool: group.tool,
        release: group.release,
        edition: group.edition,
        instance_types: group.instance_types,
        mode: network.mode,
        set: network.set.into_iter().collect(),
        max_pods: group.max_pods,
        min_size: group.min_size.map(Wide::from),
        desired_size: group.desired_size.map(Wide::from),
        max_size: group.max_size.map(Wide::from),
        subnets: group.subnets,
        security_groups: group.security_groups,
        labels: group.labels.into_iter().collect(),
        taints: group.taints,
        ami: group.ami,
        role: group.role,
        dsr: network.dsr.then_some(true),
        port_range: network.port_range,
        excluded_snat_cidrs: network.excluded_snat_cidrs,
        style: kinds.style,
        calico: kinds.calico,
        pod_cidr: kinds.pod_cidr,
        authentication: kinds.authentication,
        namespaces: kinds.namespaces,
        prefixes: kinds.prefixes.map(Wide::from),
        language: kinds.language,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        render(&request, &mut |at| line.tell(at))?
    };
    let code = if answer.problems.is_empty() { 0 } else { UNUSABLE };
    if format != Format::Text {
        return Ok((written(format, &answer, String::new)?, code));
    }
    let stderr = Style { colour: host.terminal.colour_stderr, ..style };
    let text = match &args.output {
        Some(folder) => {
            save(&answer, Path::new(folder), args.force)?;
            let names = answer.artefacts.iter().map(|artefact| format!("{folder}/{}\n", artefact.name));
            names.collect()
        }
        None if args.explain => report::rendered(&answer, style),
        None => joined(&answer.artefacts)?,
    };
    _ = host.stderr.write_all(report::render_notes(&answer, stderr).as_bytes());
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}

/// The texts in one stream.
fn joined(artefacts: &[Artefact]) -> Result<String, Refusal> {
    let yaml = artefacts.iter().all(|artefact| artefact.language == "yaml");
    if artefacts.len() > 1 && !yaml {
        let names: Vec<&str> = artefacts.iter().map(|artefact| artefact.name.as_str()).collect();
        let message = format!(
            "makes {} files, which cannot share one stream ({}): give --output DIR, --language or --node-group",
            names.len(),
            names.join(", ")
        );
        return Err(Refusal::new("REQUEST", message));
    }
    let texts: Vec<&str> = artefacts.iter().map(|artefact| artefact.text.as_str()).collect();
    Ok(texts.join("---\n"))
}

fn save(answer: &Rendered, folder: &Path, force: bool) -> Result<(), Refusal> {
    let refused = |path: &Path, error: &std::io::Error| {
        Refusal::new("UNWRITABLE", format!("{}: cannot be written: {error}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
    let paths: Vec<_> = answer.artefacts.iter().map(|artefact| folder.join(&artefact.name)).collect();
    // A link that leads nowhere is there too.
    if let Some(there) = paths.iter().find(|path| !force && path.symlink_metadata().is_ok()) {
        let message = format!("{} is there already: --force writes over it", there.display());
        return Err(Refusal::new("UNWRITABLE", message));
    }
    for (artefact, path) in answer.artefacts.iter().zip(&paths) {
        std::fs::write(path, &artefact.text).map_err(|error| refused(path, &error))?;
    }
    Ok(())
}
