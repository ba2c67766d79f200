//! The ConfigMap `kube-system/amazon-vpc-cni`.

use super::Artefact;
use super::wanted::Wanted;
use super::yaml::{self, Map};
use crate::model::is_vpc_cni;
use crate::note::{Note, text as note};
use winpod::ipam::{IpamMode, Key};

pub(super) fn render(wanted: &mut Wanted) -> Artefact {
    owners(wanted);
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

/// Whoever else owns the ConfigMap writes over it, or runs into a conflict.
fn owners(wanted: &mut Wanted) {
    let cluster = &wanted.cluster;
    let addon = cluster.addons.iter().find(|addon| is_vpc_cni(&addon.name));
    let chart = cluster.chart_values.iter().find(|values| is_vpc_cni(&values.chart));
    let told = match (addon, chart) {
        (Some(addon), _) => Note::new(&note::RENDER_CONFIGMAP_OF_ADDON, &[]).at(&addon.place),
        (None, Some(chart)) => Note::new(&note::RENDER_CONFIGMAP_OF_CHART, &[]).at(&chart.place),
        (None, None) => Note::new(&note::RENDER_CONFIGMAP_OWNER_OPEN, &[]),
    };
    wanted.notes.push(told);
    wanted.notes.push(Note::new(&note::RENDER_CONFIGMAP_RESET, &[]));
}
