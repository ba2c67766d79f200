//! The policies that services make on a node.

use super::answer::{PolicyCounts, PolicyKindCounts};
use super::limits;
use crate::model::Cluster;
use crate::note::{Note, text as note};
use crate::read::join;
use std::collections::{BTreeMap, HashMap};
use winpod::dsr::{
    ALWAYS_PRESENT, Endpoints, NoPolicy, Policies, PolicyKind, Proxying, Service, ServicePort, TrafficPolicy,
    policies,
};
use winpod::windows::BackendLimit;

/// Policies with DSR off and on.
#[derive(Default)]
pub(super) struct Both {
    pub(super) without: Policies,
    pub(super) with: Policies,
    /// Services that have any, but for those assumed.
    pub(super) services: u32,
    /// Of the policies with DSR off and on, those of services that are assumed.
    pub(super) assumed: [Policies; 2],
}

impl Both {
    /// Adds `times` services like one.
    pub(super) fn add(&mut self, service: &Service<'_>, proxying: &Proxying, times: u32) -> Option<NoPolicy> {
        let of = |enable_dsr| policies(service, &Proxying { enable_dsr, ..*proxying });
        let (without, with) = (of(false), of(true));
        for _ in 0..times {
            self.without.add(&without.policies);
            self.with.add(&with.policies);
        }
        if without.none_because.is_none() {
            self.services = self.services.saturating_add(times);
        }
        without.none_because
    }
}

/// The policies of the services of the files; the notes say what was assumed.
pub(super) fn of_cluster(
    cluster: &Cluster,
    node: Option<&str>,
    proxying: &Proxying,
    backend_limit: Option<BackendLimit>,
    notes: &mut Vec<Note>,
) -> Both {
    let backends = backends(cluster, node);
    let mut services: BTreeMap<(&str, &str), &crate::model::Service> = BTreeMap::new();
    for service in &cluster.services {
        let key = (&*service.namespace, &*service.name);
        if services.insert(key, service).is_some() {
            let name = format!("{}/{}", key.0, key.1);
            notes.push(Note::new(&note::DSR_SERVICE_TWICE, &[("name", &name)]).at(&service.place));
        }
    }
    let (mut both, mut assumed, mut without, mut local) = (Both::default(), 0u32, Vec::new(), false);
    for (&(namespace, name), service) in &services {
        let of_service = backends.get(&(namespace, name));
        let mut most = 0;
        let ports: Vec<ServicePort> = service
            .ports
            .iter()
            .map(|port| {
                let endpoints = if cluster.endpoints_listed {
                    let (usable, here) =
                        of_service.and_then(|ports| ports.get(&*port.name)).copied().unwrap_or((0, 0));
                    most = most.max(usable);
                    Endpoints::Known { usable, local: here }
                } else {
                    Endpoints::Unknown
                };
                ServicePort { node_port: port.node_port, endpoints, ..ServicePort::new(port.protocol) }
            })
            .collect();
        let known = Service {
            kind: service.kind,
            headless: service.headless,
            external_traffic: service.external_traffic,
            internal_traffic: service.internal_traffic,
            preserve_destination: service.preserve_destination,
            external_ips: service.external_ips,
            ingress_ips: service.ingress_ips,
            ports: &ports,
        };
        local |= service.external_traffic == TrafficPolicy::Local
            || service.internal_traffic == TrafficPolicy::Local;
        if let Some(why) = both.add(&known, proxying, 1) {
            without.push(format!("{namespace}/{name} ({why})"));
        } else if !cluster.endpoints_listed {
            assumed = assumed.saturating_add(u32::try_from(ports.len()).unwrap_or(u32::MAX));
        }
        if let Some(limit) = backend_limit {
            let name = format!("{namespace}/{name}");
            notes.extend(limits::of_service(&name, most, limit).map(|note| note.at(&service.place)));
        }
    }
    if assumed > 0 {
        let word = if assumed == 1 { "port" } else { "ports" };
        notes.push(Note::new(&note::DSR_ENDPOINTS_ASSUMED, &[("ports", &assumed), ("word", &word)]));
    }
    if local && node.is_none() && cluster.endpoints_listed {
        notes.push(Note::new(&note::DSR_NODE_ASSUMED, &[]));
    }
    if !without.is_empty() {
        let names = join(without.into_iter());
        notes.push(Note::new(&note::DSR_NO_POLICIES, &[("names", &names)]));
    }
    let has = |name: &str| services.keys().any(|(_, known)| *known == name);
    always_present(&mut both, proxying, has, notes);
    both
}

/// Adds the services that every cluster has, where a listing lacks them.
pub(super) fn always_present(
    both: &mut Both,
    proxying: &Proxying,
    has: impl Fn(&str) -> bool,
    notes: &mut Vec<Note>,
) {
    let lacking: Vec<_> = ALWAYS_PRESENT.iter().filter(|(name, _)| !has(name)).collect();
    let given = both.services;
    for (_, service) in &lacking {
        both.add(service, proxying, 1);
        for (assumed, enable_dsr) in both.assumed.iter_mut().zip([false, true]) {
            assumed.add(&policies(service, &Proxying { enable_dsr, ..*proxying }).policies);
        }
    }
    both.services = given;
    if !lacking.is_empty() {
        let names: Vec<&str> = lacking.iter().map(|(name, _)| *name).collect();
        let names = names.join(" and ");
        notes.push(Note::new(&note::DSR_ALWAYS_PRESENT, &[("names", &names)]));
    }
}

/// Usable backends of each named port of each service, and those of them on the node.
pub(super) type Backends<'a> = HashMap<(&'a str, &'a str), HashMap<&'a str, (u32, u32)>>;

pub(super) fn backends<'a>(cluster: &'a Cluster, node: Option<&str>) -> Backends<'a> {
    let mut all = Backends::new();
    for slice in &cluster.endpoint_slices {
        let of_service = all.entry((&*slice.namespace, &*slice.service)).or_default();
        // Without a node every backend may be on it.
        let here = |on: &&Option<std::sync::Arc<str>>| node.is_none_or(|node| on.as_deref() == Some(node));
        let usable = u32::try_from(slice.nodes.len()).unwrap_or(u32::MAX);
        let local = u32::try_from(slice.nodes.iter().filter(here).count()).unwrap_or(u32::MAX);
        for port in &slice.ports {
            let sum = of_service.entry(port).or_default();
            *sum = (sum.0.saturating_add(usable), sum.1.saturating_add(local));
        }
    }
    all
}

pub(super) fn counts(policies: &Policies) -> PolicyCounts {
    let total = policies.total();
    let by_kind = PolicyKind::ALL.iter().map(|&kind| (kind, policies.of_kind(kind)));
    PolicyCounts {
        total: total.total(),
        dsr: total.dsr,
        non_dsr: total.non_dsr,
        undecided: total.undecided,
        by_kind: by_kind
            .filter(|(_, count)| count.total() > 0)
            .map(|(kind, count)| PolicyKindCounts {
                kind: kind.name().to_owned(),
                dsr: count.dsr,
                non_dsr: count.non_dsr,
                undecided: count.undecided,
            })
            .collect(),
    }
}
