//! Whether listings are of one node: their ids are random, so that two listings of a node share some, and those of two
//! nodes share none, but the same Services.

use crate::model::{Cluster, HnsNodes, HnsPolicy, Place};
use std::collections::HashMap;
use std::sync::Arc;

/// Two files that list the same thing without an id in common, neither themselves nor through other files.
pub(super) fn two_nodes(cluster: &Cluster) -> Option<HnsNodes> {
    let mut files = Files::default();
    for policy in &cluster.hns_policies {
        let ids = policy.endpoints.iter().chain(&policy.network).map(|id| &**id);
        files.add(&policy.place, ids.chain([&*policy.id]));
    }
    for endpoint in &cluster.hns_endpoints {
        let namespace = endpoint.namespace.as_deref();
        files.add(
            &endpoint.place,
            endpoint.network.as_deref().into_iter().chain(namespace).chain([&*endpoint.id]),
        );
    }
    for network in &cluster.hns_networks {
        files.add(&network.place, [&*network.id].into_iter());
    }
    for namespace in &cluster.hns_namespaces {
        files.add(&namespace.place, namespace.endpoints.iter().map(|id| &**id).chain([&*namespace.id]));
    }
    if files.same_as.len() < 2 {
        return None;
    }
    let mut policies = HashMap::new();
    let policies = cluster.hns_policies.iter().find_map(|policy| {
        let key = reached(policy)?;
        Some((key, files.other(&mut policies, key, &policy.place)?, &policy.place))
    });
    if let Some(((vip, port, protocol), first, second)) = policies {
        let address =
            vip.map_or_else(|| "a policy of the node port ".to_owned(), |vip| format!("a policy of {vip}:"));
        let what = format!("{address}{port}/{protocol}");
        return Some(HnsNodes { first: first.clone(), second: second.clone(), what });
    }
    // A node has one network of vpc-bridge, whose name is that of its interface.
    let of_endpoints =
        cluster.hns_endpoints.iter().filter_map(|it| Some((it.network_name.as_deref()?, &it.place)));
    let of_networks = cluster.hns_networks.iter().map(|it| (&*it.name, &it.place));
    let bridges = of_networks.chain(of_endpoints).filter(|(name, _)| name.starts_with("vpcbr"));
    let mut known: Option<(&str, usize, &Place)> = None;
    for (name, place) in bridges {
        let root = files.root(&place.file)?;
        match known {
            Some((other, before, first)) if other != name && before != root => {
                let what = "a network of vpc-bridge".to_owned();
                return Some(HnsNodes { first: first.clone(), second: place.clone(), what });
            }
            Some(_) => {}
            None => known = Some((name, root, place)),
        }
    }
    None
}

type Reached = (Option<std::net::Ipv4Addr>, u16, crate::model::HnsProtocol);

fn reached(policy: &HnsPolicy) -> Option<Reached> {
    let port = policy.ports.first().filter(|_| !policy.cut)?;
    Some((policy.vip, port.external_port?, port.protocol?))
}

/// Files, joined where they have an id in common.
#[derive(Default)]
struct Files<'a> {
    known: HashMap<Arc<str>, usize>,
    /// For each file one that it is joined to; itself at the end.
    same_as: Vec<usize>,
    of_ids: HashMap<&'a str, usize>,
}

impl<'a> Files<'a> {
    fn add(&mut self, place: &Place, ids: impl Iterator<Item = &'a str>) {
        let file = match self.known.get(&place.file) {
            Some(file) => *file,
            None => {
                let file = self.same_as.len();
                self.known.insert(place.file.clone(), file);
                self.same_as.push(file);
                file
            }
        };
        for id in ids.filter(|id| !id.is_empty()) {
            let before = *self.of_ids.entry(id).or_insert(file);
            let (before, file) = (self.end(before), self.end(file));
            if let Some(same) = self.same_as.get_mut(file) {
                *same = before;
            }
        }
    }

    fn end(&self, mut file: usize) -> usize {
        while let Some(&next) = self.same_as.get(file).filter(|next| **next != file) {
            file = next;
        }
        file
    }

    fn root(&self, file: &Arc<str>) -> Option<usize> {
        self.known.get(file).map(|file| self.end(*file))
    }

    /// Where else the key was, if that is of another node.
    fn other<'p, K: Eq + std::hash::Hash>(
        &self,
        known: &mut HashMap<K, (usize, &'p Place)>,
        key: K,
        place: &'p Place,
    ) -> Option<&'p Place> {
        let root = self.root(&place.file)?;
        let (before, first) = *known.entry(key).or_insert((root, place));
        (before != root).then_some(first)
    }
}
