//! Services and their policies.

use super::proxies::{of_group, of_nodes, proxies, version};
use crate::check::context::{Context, quoted};
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use crate::dsr::facts::{most_backends, observed, system};
use crate::model::Service;
use std::fmt::Display;
use winpod::dsr::{KubeProxy, Node, TrafficPolicy, Verdict, applicability};
use winpod::instance::Verdict as Answer;
use winpod::windows::Platform;

fn named(service: &Service) -> String {
    format!("Service {:?}", format!("{}/{}", service.namespace, service.name))
}

fn has_node_port(service: &Service) -> bool {
    service.ports.iter().any(|port| port.node_port)
}

/// Whether nodes of a system have DSR, whatever their kube-proxy does.
fn supported(context: &Context<'_>, platform: Platform) -> Option<bool> {
    let kube_proxy = KubeProxy::Unknown;
    let kubernetes = version(context, None);
    applicability(&Node { platform, kubernetes, kube_proxy, network: None }).supported
}

pub(in crate::check) fn local_without_platform(context: &Context<'_>, found: &mut Found) {
    if context.windows().is_none() && context.cluster.system_builds.is_empty() {
        return;
    }
    let local = |service: &&Service| {
        service.external_traffic == TrafficPolicy::Local && has_node_port(service)
            || service.preserve_destination
    };
    let mut services = context.cluster.services.iter().filter(local).peekable();
    if services.peek().is_none() {
        return;
    }
    let platform = of_nodes(context).resolved();
    let Some(supported) = supported(context, platform) else { return found.lacks(Need::Build) };
    for service in services {
        found.judged();
        if !supported {
            let what = match service.external_traffic {
                TrafficPolicy::Local => "externalTrafficPolicy: Local",
                _ => "the annotation preserve-destination",
            };
            let values: [(&str, &dyn Display); 3] =
                [("service", &named(service)), ("what", &what), ("system", &system(&platform))];
            found.add(&service.place, named(service), &values);
        }
    }
}

/// POD-019: `externalTrafficPolicy: Local` while DSR is off.
pub(in crate::check) fn local_without_dsr(context: &Context<'_>, found: &mut Found) {
    let local =
        |service: &&Service| service.external_traffic == TrafficPolicy::Local && has_node_port(service);
    let services: Vec<&Service> = context.cluster.services.iter().filter(local).collect();
    if services.is_empty() {
        return;
    }
    let all = super::ports::all(context);
    if all.is_empty() {
        if context.windows().is_some() {
            found.lacks(Need::KubeProxy);
        }
        return;
    }
    for proxy in &all {
        match proxy.verdict {
            Verdict::Off if proxy.supported == Some(true) => {
                found.judged();
                for service in &services {
                    let values: [(&str, &dyn Display); 2] =
                        [("service", &named(service)), ("object", &proxy.object)];
                    let place = service.external_traffic_place.as_ref().unwrap_or(&service.place);
                    found.add(place, named(service), &values).related(&proxy.place, proxy.object.clone());
                }
                // One off is enough to tell each service once.
                return;
            }
            Verdict::On => found.judged(),
            Verdict::Unsupported | Verdict::Refused => {}
            _ => found.lacks(Need::KubeProxy),
        }
    }
}

/// POD-017: more backends than a policy holds.
pub(in crate::check) fn too_many_backends(context: &Context<'_>, found: &mut Found) {
    if context.cluster.services.is_empty() {
        return;
    }
    if !context.cluster.endpoints_listed {
        return found.lacks(Need::EndpointSlices);
    }
    let limit = of_nodes(context).backend_limit();
    let backends = most_backends(context.cluster);
    for service in &context.cluster.services {
        let most = backends.get(&(&*service.namespace, &*service.name)).copied().unwrap_or(0);
        match limit.holds(most) {
            Answer::Yes => found.judged(),
            Answer::No => {
                found.judged();
                let values: [(&str, &dyn Display); 3] =
                    [("service", &named(service)), ("backends", &most), ("limit", &limit.at_most)];
                found.add(&service.place, named(service), &values);
            }
            Answer::Unknown => found.lacks(Need::Build),
        }
    }
}

/// POD-018: session affinity on a system that lacks it.
pub(in crate::check) fn session_affinity(context: &Context<'_>, found: &mut Found) {
    let of_groups = || context.windows_groups().map(|group| of_group(group).resolved());
    let nodes = of_nodes(context).resolved();
    // One group without it is enough for the Service not to have it there.
    let lacking = of_groups().find(|platform| platform.session_affinity() == Answer::No);
    let known = of_groups().all(|platform| platform.session_affinity() == Answer::Yes);
    let all_have = known && context.windows_groups().next().is_some() && context.cluster.nodes.is_empty();
    let platform = if nodes.session_affinity() == Answer::Unknown { lacking.unwrap_or(nodes) } else { nodes };
    for service in context.cluster.services.iter().filter(|service| service.client_ip_affinity) {
        match platform.session_affinity() {
            Answer::Unknown if all_have => found.judged(),
            Answer::Yes => found.judged(),
            Answer::No => {
                found.judged();
                let values: [(&str, &dyn Display); 2] =
                    [("service", &named(service)), ("system", &system(&platform))];
                let place = service.affinity_place.as_ref().unwrap_or(&service.place);
                found.add(place, named(service), &values);
            }
            Answer::Unknown => {
                if context.windows().is_some() {
                    found.lacks(Need::Build);
                }
            }
        }
    }
}

pub(in crate::check) fn preserve_destination(context: &Context<'_>, found: &mut Found) {
    for service in context.cluster.services.iter().filter(|service| has_node_port(service)) {
        found.judged();
        if service.preserve_destination && service.external_traffic != TrafficPolicy::Local {
            let ports = service.ports.iter().filter(|port| port.node_port).count();
            let values: [(&str, &dyn Display); 2] = [("service", &named(service)), ("ports", &ports)];
            found.add(&service.place, named(service), &values);
        }
    }
}

pub(in crate::check) fn policies_without(context: &Context<'_>, found: &mut Found) {
    let Some(observed) = observed(context.cluster) else { return };
    let all = proxies(context);
    let Some(proxy) = all.iter().find(|proxy| proxy.whole) else { return found.lacks(Need::KubeProxy) };
    if proxy.flag != Some(true) {
        return;
    }
    let counts = observed.cluster_ip;
    if counts.total() == 0 {
        return;
    }
    // Without the range of services an address may be an external one, which the flag does not decide.
    if counts.non_dsr > 0 && counts.dsr > 0 && context.cluster.control_plane.service_cidr.known().is_none() {
        return found.lacks(Need::ServiceCidr);
    }
    found.judged();
    if counts.non_dsr > 0 {
        let first = context.cluster.hns_policies.iter().find(|policy| !policy.dsr && policy.vip.is_some());
        let place = first.map_or(&proxy.place, |policy| &policy.place);
        let values: [(&str, &dyn Display); 3] =
            [("without", &counts.non_dsr), ("all", &counts.total()), ("object", &proxy.object)];
        found.add(place, "HNS policies", &values).related(&proxy.place, proxy.object.clone());
    }
}

pub(in crate::check) fn own_service(context: &Context<'_>, found: &mut Found) {
    if context.cluster.services.is_empty() {
        return;
    }
    let bridge = context.cluster.hns_networks.iter().find(|network| network.name.starts_with("vpcbr"));
    for proxy in proxies(context).iter().filter(|proxy| proxy.verdict != Verdict::Unknown) {
        found.judged();
        if proxy.verdict == Verdict::On {
            let values: [(&str, &dyn Display); 1] = [("object", &proxy.object)];
            let added = found.add(&proxy.place, proxy.object.clone(), &values).severity(Severity::Info);
            if let Some(network) = bridge {
                added.related(&network.place, format!("the network {}", quoted(&network.name)));
            }
        }
    }
}
