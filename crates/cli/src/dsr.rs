//! `winpod dsr`: arguments, request, answer.

use crate::args::Format;
use crate::commands::{Host, written};
use crate::progress::Line;
use clap::Args;
use winpod_cluster::dsr::{DsrRequest, dsr};
use winpod_cluster::report::{self, Style};
use winpod_cluster::request::{Refusal, Wide};

/// Is Direct Server Return on at a node, should it be, and will its ports run out
///
/// From the build of Windows or the version of HNS, the version of kube-proxy and its arguments: what kube-proxy does
/// with them, what turns DSR on, and which load-balancer policies have it. From services: how many blocks of 64 ports
/// they may need, with DSR and without. Every reason has a grade; what is not known is said to be so.
#[derive(Debug, Args)]
#[command(after_help = "\
Files are recognised by their content:
  of the cluster  kubectl get services,endpointslices,nodes -A -o json
                  aws eks describe-cluster; node groups of eksctl, EKS, Karpenter
  policies        Get-HnsPolicyList | ConvertTo-Json -Depth 10
                  hnsdiag list loadbalancers -d
  ports           netsh int ipv4 show dynamicport tcp
                  netsh int ipv4 show excludedportrange tcp
                  in any display language, TCP and UDP, all in one file too
  kube-proxy      (Get-CimInstance Win32_Service -Filter 'Name=\"kube-proxy\"').PathName;
                  sc.exe qc kube-proxy; its log
  the build       ver, systeminfo, Get-ComputerInfo
  all of a node   the zip of the EKS log collector, of which those files are read
  user data       PowerShell, with its tags or without, in base64 too; in files of
                  eksctl, EC2NodeClass and describe-launch-template-versions;
                  Start-EKSBootstrap.ps1 itself tells what a replacement finds
Of files that contradict each other both places are told.

Examples:
  winpod dsr --release 2019 --kubernetes 1.31 --services 150 --ports-per-service 2
  winpod dsr --os-build 17763.1935 --kubernetes 1.33 --extra-args ''
  winpod dsr --os-build 20348.2762 --kubernetes 1.35 --kube-proxy-args '--v=1 --enable-dsr=true'
  kubectl get services,endpointslices,nodes -A -o json | winpod dsr - --extra-args ''
  winpod dsr policies.json ports.txt --service-cidr 10.100.0.0/16
  winpod dsr user-data.ps1 --kubernetes 1.34 --release 2022

Exit codes: 0 all is well, or not known; 1 kube-proxy does not start or ports
run out (with --strict, also not known); 2 an input is unusable, and the answer
is about the rest.")]
pub(crate) struct Dsr {
    /// Files, directories (read whole), or - for standard input
    #[arg(value_name = "FILE|DIR")]
    inputs: Vec<String>,
    /// The release of Windows Server, such as 2022
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// The build of Windows, such as 17763.1935, alone or as `ver` prints it
    #[arg(long, value_name = "BUILD")]
    os_build: Option<String>,
    /// The version of HNS, such as 9.5
    #[arg(long, value_name = "VERSION")]
    hns: Option<String>,
    /// The version of kube-proxy, such as 1.33
    #[arg(long, value_name = "VERSION")]
    kubernetes: Option<String>,
    /// The whole command line of kube-proxy
    #[arg(long, value_name = "LINE", allow_hyphen_values = true, conflicts_with = "extra_args")]
    kube_proxy_args: Option<String>,
    /// What is added to the command line of the EKS image (`-KubeProxyExtraArgs`); '' for nothing
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    extra_args: Option<String>,
    /// What connects the pods: vpc-bridge, vpc-bridge-with-calico, l2bridge or overlay (Calico's VXLAN too)
    #[arg(long, value_name = "NAME", visible_alias = "network")]
    cni: Option<String>,
    /// The range of cluster IPs, such as 10.100.0.0/16, to tell the policies of a dump apart
    #[arg(long, value_name = "CIDR")]
    service_cidr: Option<String>,
    /// The name of the node, for backends on it
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Exits with 1 if it is not known whether DSR is on
    #[arg(long)]
    strict: bool,
    /// Lists the facts that each sentence rests on, with their grade, date and origin
    #[arg(long)]
    sources: bool,
    #[command(flatten)]
    services: Services,
    #[command(flatten)]
    ports: Ports,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Services in place of their files")]
struct Services {
    /// So many services
    #[arg(long = "services", value_name = "N", allow_negative_numbers = true)]
    count: Option<i64>,
    /// Ports of each [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    ports_per_service: Option<i64>,
    /// `ClusterIP`, `NodePort` or `LoadBalancer` [default: `ClusterIP`]
    #[arg(long, value_name = "TYPE")]
    service_type: Option<String>,
    /// Cluster or Local [default: Cluster]
    #[arg(long, value_name = "POLICY")]
    external_traffic_policy: Option<String>,
    /// TCP, UDP or SCTP [default: TCP]
    #[arg(long, value_name = "NAME")]
    protocol: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Ports")]
struct Ports {
    /// Windows pods on the node; their outbound NAT takes ports too
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pods: Option<i64>,
    /// The dynamic range of ports [default: that of a listing, else of user data, else of Windows, 49152-65535]
    #[arg(long, value_name = "FIRST-LAST")]
    dynamic_range: Option<String>,
    /// A range excluded from it
    #[arg(long, value_name = "FIRST-LAST")]
    exclude: Vec<String>,
}

pub(crate) fn answer(
    args: Dsr,
    format: Format,
    style: Style,
    host: &mut Host<'_>,
) -> Result<(String, u8), Refusal> {
    let style = Style { sources: args.sources, ..style };
    let (paths, documents) = host.inputs(args.inputs)?;
    let request = DsrRequest {
        paths,
        documents,
        release: args.release,
        os_build: args.os_build,
        hns: args.hns,
        kubernetes: args.kubernetes,
        kube_proxy_args: args.kube_proxy_args,
        extra_args: args.extra_args,
        network: args.cni,
        service_cidr: args.service_cidr,
        node: args.node,
        services: args.services.count.map(Wide::from),
        ports_per_service: args.services.ports_per_service.map(Wide::from),
        service_type: args.services.service_type,
        external_traffic_policy: args.services.external_traffic_policy,
        protocol: args.services.protocol,
        pods: args.ports.pods.map(Wide::from),
        dynamic_range: args.ports.dynamic_range,
        excluded: args.ports.exclude,
    };
    let answer = {
        let mut line = Line::new(host.stderr, host.terminal.progress);
        dsr(&request, &mut |at| line.tell(at))?
    };
    let run_out = answer.ports.as_ref().is_some_and(|ports| ports.verdict.as_deref() == Some("exhausted"));
    let code = match answer.verdict.as_str() {
        "refused" => 1,
        _ if run_out => 1,
        "unknown" => u8::from(args.strict),
        _ => 0,
    };
    let text = written(format, &answer, || report::dsr(&answer, style))?;
    Ok((text, host.problems(&answer.problems, style).unwrap_or(code)))
}
