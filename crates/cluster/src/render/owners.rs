//! Who owns the ConfigMap `kube-system/amazon-vpc-cni`, and what would write over it.

use super::wanted::Wanted;
use crate::model::is_vpc_cni;
use crate::note::{Note, text as note};

/// By what the settings are to reach the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A ConfigMap that is applied by hand.
    Hand,
    /// The EKS add-on.
    Addon,
    /// The chart.
    Chart,
}

/// Whoever else owns the ConfigMap writes over it, or runs into a conflict.
pub(super) fn tell(wanted: &mut Wanted, by: Owner) {
    let cluster = &wanted.cluster;
    let addon = cluster.addons.iter().find(|addon| is_vpc_cni(&addon.name)).map(|addon| &addon.place);
    let chart = cluster.chart_values.iter().find(|values| is_vpc_cni(&values.chart)).map(|it| &it.place);
    let told = match (by, addon, chart) {
        (Owner::Hand, Some(place), _) => Some(Note::new(&note::RENDER_CONFIGMAP_OF_ADDON, &[]).at(place)),
        (Owner::Hand, None, Some(place)) => Some(Note::new(&note::RENDER_CONFIGMAP_OF_CHART, &[]).at(place)),
        (Owner::Hand, None, None) => Some(Note::new(&note::RENDER_CONFIGMAP_OWNER_OPEN, &[])),
        (Owner::Addon, None, Some(place)) => Some(Note::new(&note::RENDER_VALUES_OF_CHART, &[]).at(place)),
        (Owner::Addon, None, None) => Some(Note::new(&note::RENDER_VALUES_ADDON_ASSUMED, &[])),
        (Owner::Chart, Some(place), None) => Some(Note::new(&note::RENDER_VALUES_OF_ADDON, &[]).at(place)),
        (Owner::Chart, None, None) => Some(Note::new(&note::RENDER_VALUES_CHART_ASSUMED, &[])),
        (Owner::Addon, Some(_), _) | (Owner::Chart, _, Some(_)) => None,
    };
    wanted.notes.extend(told);
    wanted.notes.push(Note::new(&note::RENDER_CONFIGMAP_RESET, &[]));
}
