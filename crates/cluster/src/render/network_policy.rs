//! Default deny and DNS for namespaces of Windows pods.

use super::request::RenderRequest;
use super::wanted::{Wanted, missing};
use super::yaml::{self, Map, Value};
use super::{Artefact, names};
use crate::model::CalicoInstallation;
use crate::note::{Note, text as note};
use crate::request::Refusal;

/// Here are the pods that answer DNS themselves.
const SYSTEM: &str = "kube-system";

pub(super) fn render(wanted: &mut Wanted, request: &RenderRequest) -> Result<Artefact, Refusal> {
    let mut namespaces: Vec<String> = Vec::new();
    for name in &request.namespaces {
        let name = names::object("namespaces", name)?;
        if name == SYSTEM {
            let message = "namespaces has kube-system: denying all there would end DNS for the whole cluster";
            return Err(Refusal::new("REQUEST", message));
        }
        if !namespaces.contains(&name) {
            namespaces.push(name);
        }
    }
    if namespaces.is_empty() {
        return Err(missing("a namespace", "namespaces"));
    }
    tell(wanted);
    wanted.whatever_the_mode();
    let documents: Vec<Map> =
        namespaces.iter().flat_map(|namespace| [default_deny(namespace), allow_dns(namespace)]).collect();
    Ok(Artefact::new("network-policy.yaml", "yaml", None, yaml::documents(&documents)))
}

fn policy(namespace: &str, name: &str) -> Map {
    Map::object("networking.k8s.io/v1", "NetworkPolicy", Some(namespace), name)
}

fn default_deny(namespace: &str) -> Map {
    let spec = Map::default()
        .with("podSelector", Map::default())
        .because(Note::new(&note::RENDER_POLICY_ALL, &[]))
        .with("policyTypes", vec!["Ingress", "Egress"])
        .chosen(Note::new(&note::RENDER_POLICY_DENY, &[]));
    policy(namespace, "default-deny").with("spec", spec)
}

fn allow_dns(namespace: &str) -> Map {
    let labels = |key: &str, value: &str| Map::default().with("matchLabels", Map::default().with(key, value));
    // One item with both: the pods of that name in that namespace.
    let peer = Map::default()
        .with("namespaceSelector", labels("kubernetes.io/metadata.name", SYSTEM))
        .with("podSelector", labels("k8s-app", "kube-dns"));
    let port = |protocol: &str| Map::default().with("protocol", protocol).with("port", 53);
    let rule = Map::default()
        .with("to", vec![peer])
        .because(Note::new(&note::RENDER_POLICY_DNS, &[]))
        .with("ports", vec![port("UDP"), port("TCP")])
        .chosen(Note::new(&note::RENDER_POLICY_UDP, &[]));
    let spec = Map::default()
        .with("podSelector", Map::default())
        .because(Note::new(&note::RENDER_POLICY_ALL, &[]))
        .with("policyTypes", vec!["Egress"])
        .with("egress", Value::from(vec![rule]));
    policy(namespace, "allow-dns").with("spec", spec)
}

/// A policy that nobody enforces on Windows nodes is worse than none: it is believed.
fn tell(wanted: &mut Wanted) {
    let calico = wanted.cluster.calico_installation().and_then(CalicoInstallation::on_windows);
    if calico != Some(true) {
        wanted.notes.push(Note::new(&note::RENDER_POLICY_NOT_ENFORCED, &[]));
    }
    wanted.notes.push(Note::new(&note::RENDER_POLICY_RESETS, &[]));
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{document, read_back, refused, rendered, text};

    #[test]
    fn denies_all_but_dns_in_each_namespace() {
        let answer = rendered("network-policy", |request| {
            request.namespaces = vec!["shop".into(), "billing".into(), "shop".into()];
        });
        assert!(answer.notes.iter().any(|note| note.code == "render-policy-not-enforced"));
        let cluster = read_back(&answer);
        let found: Vec<_> = cluster
            .network_policies
            .iter()
            .map(|policy| (policy.namespace.as_str(), policy.name.as_str()))
            .collect();
        let expected = [
            ("shop", "default-deny"),
            ("shop", "allow-dns"),
            ("billing", "default-deny"),
            ("billing", "allow-dns"),
        ];
        assert_eq!(found, expected);
        assert_eq!(text(&answer).matches("port: 53").count(), 4);
    }

    #[test]
    fn where_calico_enforces_nothing_is_warned_of() {
        let installation = "apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}\nspec: {calicoNetwork: {windowsDataplane: HNS}}\n";
        let answer = rendered("network-policy", |request| {
            request.namespaces = vec!["shop".into()];
            request.documents = vec![document("calico.yaml", installation)];
        });
        assert!(!answer.notes.iter().any(|note| note.code == "render-policy-not-enforced"));
    }

    #[test]
    fn names_are_held_to_their_rules() {
        assert!(refused("network-policy", |_| {}).message.contains("namespaces"));
        for name in ["kube-system", "Shop", "a b", "$(id)", "a\nb", "창고", "", &"a".repeat(1000)] {
            refused("network-policy", |request| request.namespaces = vec![name.to_owned()]);
        }
    }
}
