//! The ConfigMap `kube-system/amazon-vpc-cni`.

use super::Artefact;
use super::owners::{self, Owner};
use super::wanted::Wanted;
use super::yaml::{self, Map};
use crate::note::{Note, text as note};
use winpod::ipam::{IpamMode, Key};

pub(super) fn render(wanted: &mut Wanted) -> Artefact {
    owners::tell(wanted, Owner::Hand);
    let object =
        Map::object("v1", "ConfigMap", Some("kube-system"), "amazon-vpc-cni").with("data", data(wanted));
    Artefact::new("amazon-vpc-cni.yaml", "yaml", None, yaml::documents(&[object]))
}

/// Values are texts: the API server refuses a ConfigMap with others.
fn data(wanted: &Wanted) -> Map {
    let prefixes = wanted.mode == IpamMode::PrefixDelegation;
    let reason = if prefixes { &note::RENDER_PREFIXES_ON } else { &note::RENDER_PREFIXES_OFF };
    let flags = Map::default()
        .with(Key::EnableWindowsIpam.name(), "true")
        .because(Note::new(&note::RENDER_IPAM, &[]))
        .with(Key::EnableWindowsPrefixDelegation.name(), if prefixes { "true" } else { "false" })
        .chosen(Note::new(reason, &[]));
    wanted.targets.iter().fold(flags, |map, (key, value)| {
        let why = Note::new(&note::RENDER_TARGET, &[("key", &key.name()), ("value", value)]);
        map.with(key.name(), value.as_str()).because(why)
    })
}
