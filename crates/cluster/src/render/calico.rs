//! What Calico's operator is asked to install: policies over the VPC CNI, or Calico's own networking.

use super::Artefact;
use super::names;
use super::request::RenderRequest;
use super::wanted::{Wanted, missing, one_of};
use super::yaml::{self, Map};
use crate::capacity::DEFAULT_MAX_PODS;
use crate::check::{CALICO_CONFIG_DIR, CALICO_ENDPOINT};
use crate::note::{Note, text as note};
use crate::request::Refusal;
use winpod::windows::Release;
use winpod::{Ipv4Prefix, KubernetesVersion};

/// The first with HostProcess containers.
///
/// # Source
/// `CalicoWindowsRequirements`.
const FIRST: KubernetesVersion = KubernetesVersion::new(1, 22);
/// The length of a block that nothing sets, and the widest that Calico takes.
const DEFAULT_BLOCK: u8 = 26;
const WIDEST_BLOCK: u8 = 20;
/// Addresses of its block that a Windows node keeps.
const KEPT: u32 = 4;

pub(super) fn render(wanted: &mut Wanted, request: &RenderRequest) -> Result<Vec<Artefact>, Refusal> {
    let overlay = one_of("calico", request.calico.as_deref(), &["policy-only", "overlay"])? == 1;
    if let Some(version) = wanted.kubernetes.filter(|version| *version < FIRST) {
        let message =
            format!("Calico on Windows nodes needs Kubernetes {FIRST}, and the cluster has {version}");
        return Err(Refusal::new("REQUEST", message));
    }
    let endpoint = endpoint(wanted)?;
    let pool = if overlay { Some(Pool::of(wanted, request)?) } else { None };
    tell(wanted, overlay);
    wanted.whatever_the_mode();
    let object = installation(wanted, pool.as_ref());
    let documents: Vec<Map> = endpoint.into_iter().chain([object]).collect();
    let mut artefacts = vec![Artefact::new("calico.yaml", "yaml", None, yaml::documents(&documents))];
    if overlay {
        let text = yaml::documents(&[strict_affinity()]);
        artefacts.push(Artefact::new("calico-ipam.yaml", "yaml", None, text));
    }
    Ok(artefacts)
}

/// The `ConfigMap` that names the API server, unless the files have it.
fn endpoint(wanted: &mut Wanted) -> Result<Option<Map>, Refusal> {
    let Some(url) = &wanted.endpoint else {
        let there = wanted.cluster.calico_objects.services_endpoint.known();
        return match there.filter(|data| CALICO_ENDPOINT.iter().all(|key| data.contains_key(*key))) {
            Some(_) => {
                wanted.notes.push(Note::new(&note::RENDER_CALICO_ENDPOINT_THERE, &[]));
                Ok(None)
            }
            None => Err(missing("the endpoint of the API server", "endpoint")),
        };
    };
    let rest = url.trim_start_matches("https://");
    let (host, port) = rest.split_once(':').unwrap_or((rest, "443"));
    if host.is_empty() || port.parse::<u16>().map_or(true, |port| port == 0) {
        return Err(names::refused("endpoint", url, "behind the host a port is allowed, from 1 to 65535"));
    }
    let [host_key, port_key] = CALICO_ENDPOINT;
    let data = Map::default()
        .with(host_key, host)
        .chosen(Note::new(&note::RENDER_CALICO_ENDPOINT, &[]))
        .with(port_key, port);
    let object = Map::object("v1", "ConfigMap", Some("tigera-operator"), "kubernetes-services-endpoint")
        .with("data", data);
    Ok(Some(object))
}

fn installation(wanted: &Wanted, pool: Option<&Pool>) -> Map {
    let (cni, why) = match pool {
        Some(_) => ("Calico", &note::RENDER_CALICO_OWN),
        None => ("AmazonVPC", &note::RENDER_CALICO_VPC),
    };
    let network = Map::default()
        .with("windowsDataplane", "HNS")
        .chosen(Note::new(&note::RENDER_CALICO_HNS, &[]))
        .with("bgp", "Disabled")
        .because(Note::new(&note::RENDER_CALICO_BGP, &[]))
        .with_some("ipPools", pool.map(|pool| vec![pool.map()]));
    let mut spec = Map::default()
        .with("kubernetesProvider", "EKS")
        .because(Note::new(&note::RENDER_CALICO_PROVIDER, &[]))
        .with("cni", Map::default().with("type", cni))
        .chosen(Note::new(why, &[]))
        .with("calicoNetwork", network);
    if let Some(block) = wanted.service_cidr {
        spec = spec
            .with("serviceCIDRs", vec![block.to_string()])
            .because(Note::new(&note::RENDER_CALICO_SERVICES, &[]));
    }
    let windows = Map::default()
        .with("cniConfigDir", CALICO_CONFIG_DIR)
        .chosen(Note::new(&note::RENDER_CALICO_DIRECTORY, &[]));
    let spec = spec.with("windowsNodes", windows);
    Map::object("operator.tigera.io/v1", "Installation", None, "default").with("spec", spec)
}

fn strict_affinity() -> Map {
    let spec = Map::default()
        .with("strictAffinity", true)
        .chosen(Note::new(&note::RENDER_CALICO_AFFINITY, &[]))
        .with("autoAllocateBlocks", true)
        .because(Note::new(&note::RENDER_CALICO_BLOCKS_MADE, &[]));
    Map::object("projectcalico.org/v3", "IPAMConfiguration", None, "default").with("spec", spec)
}

/// The pool of the overlay's pods.
struct Pool {
    cidr: Ipv4Prefix,
    block: u8,
    /// Pods that a node admits.
    pods: u32,
}

impl Pool {
    fn of(wanted: &Wanted, request: &RenderRequest) -> Result<Self, Refusal> {
        let Some(text) = &request.pod_cidr else {
            return Err(missing("the block of the overlay's pods", "podCidr"));
        };
        let cidr = names::block("podCidr", text)?;
        let Some(services) = wanted.service_cidr else {
            return Err(missing(
                "the block of Services, without which the operator refuses the overlay",
                "serviceCidr",
            ));
        };
        let of_vpcs = wanted.cluster.vpcs.values().flat_map(|vpc| &vpc.cidrs);
        let made = wanted.cluster.made_vpc.known();
        let others = std::iter::once((services, "that of Services"))
            .chain(of_vpcs.chain(made).map(|block| (*block, "one of the VPC")));
        for (other, of) in others {
            if cidr.overlaps(other) {
                let message =
                    format!("podCidr {cidr} and {other}, {of}, overlap: pods need a block of their own");
                return Err(Refusal::new("REQUEST", message));
            }
        }
        let pods = wanted.groups.iter().map(|group| group.max_pods.unwrap_or(DEFAULT_MAX_PODS)).max();
        let pods = pods.unwrap_or(DEFAULT_MAX_PODS);
        let fits = |len: &u8| room(*len) >= pods;
        let Some(block) = (WIDEST_BLOCK..=DEFAULT_BLOCK).rev().find(fits) else {
            let message = format!(
                "maxPods is {pods}, and a Windows node has one block of Calico, of {} addresses for pods at most",
                room(WIDEST_BLOCK)
            );
            return Err(Refusal::new("OUT_OF_RANGE", message));
        };
        if cidr.prefix_len() > block {
            let message =
                format!("podCidr {cidr} has no room for one block of /{block}, which each node needs");
            return Err(Refusal::new("OUT_OF_RANGE", message));
        }
        Ok(Self { cidr, block, pods })
    }

    fn map(&self) -> Map {
        let mut map = Map::default()
            .with("cidr", self.cidr.to_string())
            .with("encapsulation", "VXLAN")
            .chosen(Note::new(&note::RENDER_CALICO_VXLAN, &[]));
        if self.block != DEFAULT_BLOCK {
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("room", &room(self.block)), ("pods", &self.pods)];
            map = map
                .with("blockSize", u32::from(self.block))
                .chosen(Note::new(&note::RENDER_CALICO_BLOCK, &values));
        }
        map.with("natOutgoing", "Enabled").because(Note::new(&note::RENDER_CALICO_NAT, &[]))
    }
}

/// Pods for which a block has addresses.
///
/// # Source
/// `CalicoBlockPerHost`.
const fn room(block: u8) -> u32 {
    (1 << (32 - block)) - KEPT
}

fn tell(wanted: &mut Wanted, overlay: bool) {
    let mut notes = Vec::new();
    let mut push = |text| notes.push(Note::new(text, &[]));
    if overlay {
        push(&note::RENDER_CALICO_OVERLAY_REPORTED);
        push(&note::RENDER_CALICO_OVERLAY_STEPS);
        push(&note::RENDER_CALICO_AFFINITY_LATER);
    } else if wanted.service_cidr.is_none() {
        push(&note::RENDER_CALICO_SERVICES_OPEN);
    }
    if !wanted.dsr {
        push(&note::RENDER_CALICO_DSR);
    }
    push(&note::RENDER_CALICO_RIGHTS);
    for group in wanted.groups.iter().filter(|group| group.release == Release::Server2025) {
        let called = format!("the node group {:?}", group.name);
        notes.push(Note::new(&note::RENDER_CALICO_2025, &[("group", &called)]));
    }
    if let Some(there) = wanted.cluster.calico_installation() {
        let name = format!("{:?}", there.name);
        notes.push(Note::new(&note::RENDER_CALICO_THERE, &[("name", &name)]).at(&there.place));
    }
    wanted.notes.extend(notes);
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{Change, findings, read_back, refused, rendered, text};
    use crate::render::{MaxPods, RenderRequest};
    use crate::request::Wide;

    const ENDPOINT: &str = "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";

    fn overlay(request: &mut RenderRequest) {
        request.calico = Some("overlay".into());
        request.endpoint = Some(ENDPOINT.into());
        request.service_cidr = Some("172.20.0.0/16".into());
        request.pod_cidr = Some("192.168.0.0/16".into());
        request.kubernetes = Some("1.35".into());
    }

    #[test]
    fn policies_over_the_vpc_cni() {
        let answer = rendered("calico", |request| request.endpoint = Some(ENDPOINT.into()));
        let cluster = read_back(&answer);
        let asked = &cluster.calico[0];
        assert_eq!((asked.cni_in_effect(), asked.on_windows()), (Some("AmazonVPC"), Some(true)));
        assert_eq!(asked.bgp.known().unwrap(), "Disabled");
        assert_eq!(asked.cni_config_dir.known().unwrap(), "/ProgramData/Amazon/EKS/cni/config");
        assert!(asked.pools.is_empty() && asked.service_cidrs.is_absent());
        let data = cluster.calico_objects.services_endpoint.known().unwrap();
        assert_eq!(data["KUBERNETES_SERVICE_HOST"], ENDPOINT.trim_start_matches("https://"));
        assert_eq!(data["KUBERNETES_SERVICE_PORT"], "443");
        assert!(text(&answer).contains("KUBERNETES_SERVICE_PORT: \"443\""));
        assert_eq!(findings(&answer), [""; 0]);
        let codes: Vec<&str> = answer.notes.iter().map(|note| note.code.as_str()).collect();
        assert!(codes.contains(&"render-calico-services-open") && codes.contains(&"render-calico-dsr"));
    }

    #[test]
    fn an_overlay_with_blocks_for_its_pods() {
        let answer = rendered("calico", overlay);
        let cluster = read_back(&answer);
        let pool = &cluster.calico[0].pools[0];
        // 110 pods and 4 addresses more than a /26 has: /25 it is.
        assert_eq!(pool.block_size.known(), Some(&25));
        assert_eq!(pool.encapsulation.known().unwrap(), "VXLAN");
        assert_eq!(cluster.calico_objects.strict_affinity.known(), Some(&true));
        // The one finding is that Calico does not list this for EKS, which a note tells too.
        assert_eq!(findings(&answer), ["CAL-010"]);
        assert!(answer.notes.iter().any(|note| note.code == "render-calico-overlay-reported"));
        let sixty = rendered("calico", |request| {
            overlay(request);
            request.node_group = Some("win".into());
            request.max_pods = Some(MaxPods::Number(Wide::from(60)));
        });
        assert!(!text(&sixty).contains("blockSize"));
    }

    #[test]
    fn windows_server_2025_is_warned_of() {
        let answer = rendered("calico", |request| {
            request.endpoint = Some(ENDPOINT.into());
            request.release = Some("2025".into());
        });
        assert!(answer.notes.iter().any(|note| note.code == "render-calico-2025"));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let changes: [(&str, Change); 9] = [
            ("endpoint", |request| request.endpoint = None),
            ("serviceCidr", |request| request.service_cidr = None),
            ("podCidr", |request| request.pod_cidr = None),
            ("overlap", |request| request.pod_cidr = Some("172.20.128.0/17".into())),
            ("room", |request| request.pod_cidr = Some("192.168.0.0/26".into())),
            ("1.22", |request| request.kubernetes = Some("1.21".into())),
            ("port", |request| request.endpoint = Some("https://a:b:c".into())),
            ("endpoint", |request| request.endpoint = Some("https://$(id)".into())),
            ("overlay", |request| request.calico = Some("overlays".into())),
        ];
        for (says, change) in changes {
            let refusal = refused("calico", |request| {
                overlay(request);
                change(request);
            });
            assert!(refusal.message.contains(says), "{says}: {refusal}");
        }
    }
}
