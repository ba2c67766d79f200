//! A Windows node as its Host Networking Service (HNS) sees it: the ENI, networks, endpoints and load-balancer policies.

mod answer;
mod findings;
mod join;
mod nodes;
mod policy;

pub use answer::{
    Topology, TopologyBackend, TopologyCounts, TopologyEndpoint, TopologyEni, TopologyExtension,
    TopologyMacRange, TopologyNat, TopologyNetwork, TopologyPod, TopologyPolicy, TopologyPort, TopologyRoute,
    TopologyService, TopologySubnet,
};

use crate::api::OnProgress;
use crate::note::text as note;
use crate::read::{self, shortened};
use crate::request::{Document, Refusal, inputs, nearest};
use join::Joined;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Listings of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct TopologyRequest {
    /// Files and directories: what HNS lists on one node, and perhaps its pods, Services, `EndpointSlice`s, the node and
    /// its network interfaces.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
    /// The name of the node, where files have the pods of several.
    pub node: Option<String>,
}

/// Joins what HNS lists on a node with pods, Services and interfaces, and tells what contradicts itself.
///
/// # Errors
/// - Codes `REQUEST` without any input, `UNKNOWN_NODE`, `TWO_NODES`, `STOPPED`. What is wrong with the files is in the answer.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::request::Document;
/// use winpod_cluster::topology::{TopologyRequest, topology};
///
/// let text = r#"[{"ID": "e1", "VirtualNetwork": "n", "IPAddress": "10.0.8.31", "Name": "cid-1"},
///   {"ID": "p", "HostComputeEndpoints": ["e1", "e2"], "FrontendVIPs": ["172.20.0.10"],
///    "PortMappings": [{"Protocol": 17, "InternalPort": 53, "ExternalPort": 53}]}]"#;
/// let documents = vec![Document { name: "hns.json".into(), text: text.into() }];
/// let request = TopologyRequest { documents, ..TopologyRequest::default() };
/// let answer = topology(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.verdict, "contradictory");
/// assert_eq!(answer.policies[0].missing_backends, 1);
///
/// let refused = topology(&TopologyRequest::default(), &mut |_| ControlFlow::Continue(()));
/// assert_eq!(refused.unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn topology(request: &TopologyRequest, progress: OnProgress<'_>) -> Result<Topology, Refusal> {
    let inputs = inputs(&request.paths, &request.documents);
    if inputs.is_empty() {
        return Err(Refusal::new(
            "REQUEST",
            "names no file and no document: give what HNS lists on the node, such as Get-HnsEndpoint | ConvertTo-Json -Depth 10",
        ));
    }
    let reading = read::read(&inputs, progress)?;
    let cluster = &reading.cluster;
    if let Some(nodes) = &cluster.hns_nodes {
        return Err(Refusal::two_nodes(nodes));
    }
    let names = || {
        let of_pods = cluster.pods.iter().filter_map(|pod| pod.node.as_deref());
        cluster.nodes.iter().map(|node| node.name.as_str()).chain(of_pods)
    };
    if let Some(node) = request.node.as_deref()
        && names().next().is_some()
        && !names().any(|name| name == node)
    {
        let near = nearest(node, names()).map(|near| format!(". Did you mean {near}?")).unwrap_or_default();
        let message = format!("{:?} is no node of the files{near}", shortened(node));
        return Err(Refusal::new("UNKNOWN_NODE", message));
    }
    let joined = Joined::of(cluster, request.node.as_deref());
    let policies = policy::all(&joined);
    let (networks, endpoints_elsewhere) = nodes::all(&joined, &policies.used);
    let mut notes = reading.notes;
    // What subnets an account has does not matter here.
    notes.retain(|told| told.code != note::INTERFACES_WITHOUT_SUBNET.key);
    let findings = findings::all(&joined, &policies.answered);
    findings::notes(&joined, &policies.answered, &mut notes);
    notes.sort_by_key(|note| note.kind);
    let counts = counts(&joined, &policies.answered);
    let listed = cluster.hns_networks.len() + cluster.hns_endpoints.len() + cluster.hns_policies.len();
    let verdict = match (findings.is_empty(), listed) {
        (false, _) => "contradictory",
        (true, 0) => "unknown",
        (true, _) => "consistent",
    };
    let version = |of: &mut dyn Iterator<Item = Option<winpod::windows::HnsVersion>>| of.flatten().max();
    let hns = version(&mut cluster.hns_networks.iter().map(|it| it.version))
        .max(version(&mut cluster.hns_endpoints.iter().map(|it| it.version)))
        .max(version(&mut cluster.hns_policies.iter().map(|it| it.version)));
    Ok(Topology {
        verdict: verdict.to_owned(),
        node: joined.node.clone(),
        hns: hns.map(|version| version.to_string()),
        service_cidr: joined.service_cidr.map(|prefix| prefix.to_string()),
        counts,
        networks,
        endpoints_elsewhere,
        policies: policies.answered,
        findings,
        notes,
        problems: reading.problems,
    })
}

fn counts(joined: &Joined<'_>, policies: &[TopologyPolicy]) -> TopologyCounts {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let endpoints = &joined.cluster.hns_endpoints;
    let remote = endpoints.iter().filter(|endpoint| endpoint.remote).count();
    let dsr = policies.iter().filter(|policy| policy.dsr).count();
    let with_pod = endpoints.iter().filter(|it| !it.remote && joined.pod(it).is_some()).count();
    TopologyCounts {
        networks: number(joined.cluster.hns_networks.len()),
        endpoints: number(endpoints.len() - remote),
        remote_endpoints: number(remote),
        endpoints_with_pod: number(with_pod),
        policies: number(policies.len()),
        dsr_policies: number(dsr),
        non_dsr_policies: number(policies.len() - dsr),
        stale_policies: number(policies.iter().filter(|policy| policy.missing_backends > 0).count()),
    }
}
