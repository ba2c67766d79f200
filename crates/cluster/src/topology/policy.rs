//! Load-balancer policies with their Services and backends.

use super::answer::{TopologyBackend, TopologyPolicy, TopologyPort, TopologyService};
use super::join::{Joined, Reached};
use crate::dsr::Kinds;
use crate::model::{HnsDistribution, HnsPolicy, HnsPortMapping};
use std::collections::HashMap;
use winpod::dsr::PolicyKind;

pub(super) struct Policies<'a> {
    pub(super) answered: Vec<TopologyPolicy>,
    /// For each endpoint the number of policies that it is a backend of.
    pub(super) used: HashMap<&'a str, u32>,
}

pub(super) fn all<'a>(joined: &Joined<'a>) -> Policies<'a> {
    let mut used: HashMap<&str, u32> = HashMap::new();
    let mut sorted: Vec<&HnsPolicy> = joined.cluster.hns_policies.iter().collect();
    let key = |policy: &HnsPolicy| {
        let port = policy.ports.first();
        (
            policy.vip.is_none(),
            policy.vip,
            port.and_then(|port| port.external_port),
            port.and_then(|port| port.protocol),
        )
    };
    sorted.sort_by_key(|policy| key(policy));
    let kinds = Kinds::of(&joined.cluster.hns_policies, joined.service_cidr);
    let mut answered = Vec::with_capacity(sorted.len());
    for policy in sorted {
        for id in &policy.endpoints {
            *used.entry(id).or_default() += 1;
        }
        answered.push(answer(joined, policy, &kinds));
    }
    Policies { answered, used }
}

/// The Service port of a policy.
pub(super) fn reached<'j, 'a>(joined: &'j Joined<'a>, policy: &HnsPolicy) -> Option<&'j Reached<'a>> {
    let port = policy.ports.first()?;
    // An address that could not be read is not the lack of one.
    let node_port = policy.vip.is_none() && !policy.cut;
    (policy.vip.is_some() || node_port)
        .then(|| joined.service(policy.vip, port.external_port?, port.protocol?))?
}

fn answer(joined: &Joined<'_>, policy: &HnsPolicy, kinds: &Kinds) -> TopologyPolicy {
    let reached = reached(joined, policy);
    let kind: Option<PolicyKind> = reached.map(|(.., kind)| *kind).or_else(|| {
        let known = policy.vip.is_some() || !policy.cut;
        known.then(|| kinds.kind(policy))?
    });
    let backends: Vec<TopologyBackend> = policy.endpoints.iter().map(|id| backend(joined, id)).collect();
    let of = |place: &str| {
        u32::try_from(backends.iter().filter(|it| it.place == place).count()).unwrap_or(u32::MAX)
    };
    TopologyPolicy {
        id: policy.id.to_string(),
        schema: policy.schema.as_str().to_owned(),
        kind: kind.map(|kind| kind.name().to_owned()),
        address: policy.vip.map(|vip| vip.to_string()),
        ports: policy.ports.iter().map(port).collect(),
        dsr: policy.dsr,
        ilb: policy.ports.iter().any(|port| port.ilb),
        session_affinity: policy
            .ports
            .first()
            .and_then(|port| port.distribution)
            .map(|distribution| distribution != HnsDistribution::Connection),
        source_vip: policy.source_vip.map(|vip| vip.to_string()),
        service: reached.map(|(service, port, _)| TopologyService {
            namespace: service.namespace.to_string(),
            name: service.name.to_string(),
            port: port.name.to_string(),
        }),
        local_backends: of("local"),
        remote_backends: of("remote"),
        missing_backends: of("missing"),
        backends,
        state: policy.state,
        complete: !policy.cut,
    }
}

pub(super) fn port(port: &HnsPortMapping) -> TopologyPort {
    TopologyPort {
        protocol: port.protocol.map(|protocol| protocol.to_string()),
        port: port.external_port,
        target_port: port.internal_port,
    }
}

fn backend(joined: &Joined<'_>, id: &str) -> TopologyBackend {
    let endpoint = joined.endpoints.get(id).copied();
    let place = match endpoint {
        Some(endpoint) if endpoint.remote => "remote",
        Some(_) => "local",
        None if joined.endpoints_known() => "missing",
        None => "unknown",
    };
    TopologyBackend {
        endpoint: id.to_owned(),
        place: place.to_owned(),
        address: endpoint.and_then(|it| it.addresses.first()).map(|it| it.address.to_string()),
        pod: endpoint.and_then(|endpoint| joined.pod(endpoint)),
    }
}
