//! What load balancing on a system allows by its build: backends of one policy, and session affinity.

use super::answer::Limits;
use super::reasons::{of_text, system};
use crate::model::{Cluster, HnsPolicy};
use crate::note::{Note, text as note};
use crate::read::join;
use std::collections::BTreeSet;
use std::fmt::Display;
use winpod::instance::Verdict;
use winpod::windows::{BackendLimit, Platform};

pub(super) fn of(platform: &Platform) -> Limits {
    let BackendLimit { at_least, at_most, .. } = platform.backend_limit();
    let affinity = platform.session_affinity();
    let system = system(&platform.resolved());
    let backends =
        if at_least == at_most { &note::DSR_BACKENDS_LIMIT } else { &note::DSR_BACKENDS_LIMIT_OPEN };
    let affine = match affinity {
        Verdict::Yes => &note::DSR_AFFINITY_YES,
        Verdict::No => &note::DSR_AFFINITY_NO,
        Verdict::Unknown => &note::DSR_AFFINITY_OPEN,
    };
    let values: [(&str, &dyn Display); 3] = [("system", &system), ("least", &at_least), ("most", &at_most)];
    Limits {
        backends_at_least: at_least,
        backends_at_most: at_most,
        session_affinity: match affinity {
            Verdict::Yes => Some(true),
            Verdict::No => Some(false),
            Verdict::Unknown => None,
        },
        because: [backends, affine].map(|text| of_text(text, &values)).into(),
    }
}

/// What a service has of backends that one policy does not hold, or may not.
pub(super) fn of_service(name: &str, backends: u32, limit: BackendLimit) -> Option<Note> {
    let text = match limit.holds(backends) {
        Verdict::Yes => return None,
        Verdict::No => &note::DSR_TOO_MANY_BACKENDS,
        Verdict::Unknown => &note::DSR_BACKENDS_UNKNOWN,
    };
    let values: [(&str, &dyn Display); 4] =
        [("name", &name), ("backends", &backends), ("limit", &limit.at_most), ("least", &limit.at_least)];
    Some(Note::new(text, &values))
}

/// What the policies of a dump and the services' affinity ask that this system does not have, or may not.
pub(super) fn tell(cluster: &Cluster, platform: &Platform, notes: &mut Vec<Note>) {
    let limit = platform.backend_limit();
    for (verdict, text) in [
        (Verdict::No, &note::DSR_DUMP_TOO_MANY_BACKENDS),
        (Verdict::Unknown, &note::DSR_DUMP_BACKENDS_UNKNOWN),
    ] {
        let over = |policy: &&HnsPolicy| limit.holds(backends(policy)) == verdict;
        let over: Vec<&HnsPolicy> = cluster.hns_policies.iter().filter(over).collect();
        let Some(first) = over.first() else { continue };
        let names = join(over.iter().map(|policy| named(policy)));
        let count = over.len();
        let values: [(&str, &dyn Display); 4] =
            [("count", &count), ("names", &names), ("limit", &limit.at_most), ("least", &limit.at_least)];
        notes.push(Note::new(text, &values).at(&first.place));
    }
    let text = match platform.session_affinity() {
        Verdict::Yes => return,
        Verdict::No => &note::DSR_AFFINITY_WITHOUT_EFFECT,
        Verdict::Unknown => &note::DSR_AFFINITY_UNKNOWN,
    };
    let affine: Vec<_> = cluster.services.iter().filter(|service| service.client_ip_affinity).collect();
    let Some(first) = affine.first() else { return };
    let names: BTreeSet<String> = affine.iter().map(|it| format!("{}/{}", it.namespace, it.name)).collect();
    let names = join(names.into_iter());
    let system = system(&platform.resolved());
    notes.push(Note::new(text, &[("names", &names), ("system", &system)]).at(&first.place));
}

/// Backends that are listed twice count once.
fn backends(policy: &HnsPolicy) -> u32 {
    let ids: BTreeSet<&str> = policy.endpoints.iter().map(|id| &**id).collect();
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}

/// A policy as people find it: by its address, its port and the number of its backends.
fn named(policy: &HnsPolicy) -> String {
    let port = policy.ports.first().and_then(|port| port.external_port);
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let address = policy.vip.map_or_else(|| "node port".to_owned(), |vip| vip.to_string());
    format!("{address}{port} with {}", backends(policy))
}
