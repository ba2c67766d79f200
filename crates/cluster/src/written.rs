//! The settings of address management as somebody wrote them: in the ConfigMap, or as values of the add-on or chart that
//! make it.

use crate::model::{Cluster, Field, NodeGroup, Os, Place, Values, is_vpc_cni};
use std::collections::BTreeMap;
use winpod::ipam::Key;

/// The keys that the chart writes from its values, with its own defaults.
///
/// # Source
/// `ChartDefaultTargets`.
pub(crate) const CHART: [(Key, &str, &str); 5] = [
    (Key::EnableWindowsIpam, "enableWindowsIpam", "false"),
    (Key::EnableWindowsPrefixDelegation, "enableWindowsPrefixDelegation", "false"),
    (Key::WarmIpTarget, "warmWindowsIPTarget", "1"),
    (Key::MinimumIpTarget, "minimumWindowsIPTarget", "3"),
    (Key::WarmPrefixTarget, "warmWindowsPrefixTarget", "0"),
];

/// The ConfigMap as sentences name it.
pub(crate) const CNI: &str = "ConfigMap kube-system/amazon-vpc-cni";

/// Settings with their places.
#[derive(Debug)]
pub(crate) struct Written {
    /// What they stand in, as findings name it.
    pub(crate) object: String,
    data: BTreeMap<Key, (String, Place)>,
    values: bool,
    place: Place,
}

impl Written {
    /// The ConfigMap; without it the values of the add-on or of a values file, if they say anything about Windows.
    pub(crate) fn of(cluster: &Cluster) -> Option<Self> {
        if let Field::Known(data, origin) = &cluster.cni.data {
            let place = origin.place().clone();
            return Some(Self { object: CNI.to_owned(), data: data.clone(), values: false, place });
        }
        // It is there, and a template fills it in.
        if let Field::Unknown(..) = cluster.cni.data {
            return None;
        }
        let of_addons = cluster.addons.iter().filter(|addon| is_vpc_cni(&addon.name)).filter_map(|addon| {
            Some((format!("add-on {:?}", addon.name), addon.values.known()?, &addon.place))
        });
        let of_charts = cluster.chart_values.iter().filter(|chart| is_vpc_cni(&chart.chart));
        let of_charts =
            of_charts.map(|file| (format!("values of the chart {}", file.chart), &file.values, &file.place));
        let about_windows = |values: &Values| CHART.iter().any(|(_, name, _)| values.contains_key(*name));
        let (object, values, place) =
            of_addons.chain(of_charts).find(|(_, values, _)| about_windows(values))?;
        let entry = |(key, name, default): (Key, &str, &str)| match values.get(name) {
            Some(value) => (key, (value.text.clone(), value.place.clone())),
            // eksctl switches it on by itself where a group of its own is of Windows.
            None if key == Key::EnableWindowsIpam && by_eksctl(cluster) => {
                (key, ("true".to_owned(), place.clone()))
            }
            None => (key, (default.to_owned(), place.clone())),
        };
        let data = CHART.into_iter().map(entry).collect();
        Some(Self { object, data, values: true, place: place.clone() })
    }

    /// Whether they are values that make the ConfigMap, and not itself.
    pub(crate) const fn are_values(&self) -> bool {
        self.values
    }

    /// The text of a key, and where it stands.
    pub(crate) fn get(&self, key: Key) -> Option<&(String, Place)> {
        self.data.get(&key)
    }

    /// A key as it is called there.
    pub(crate) fn name(&self, key: Key) -> &'static str {
        let value = CHART.iter().find(|(known, ..)| self.values && *known == key);
        value.map_or(key.name(), |(_, name, _)| name)
    }

    /// All keys with their texts.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Key, &str)> {
        self.data.iter().map(|(key, (text, _))| (*key, text.as_str()))
    }

    /// Where the whole of it stands.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}

fn by_eksctl(cluster: &Cluster) -> bool {
    let windows = |group: &NodeGroup| group.os.known() == Some(&Os::Windows);
    cluster.control_plane.eksctl.is_some() && cluster.node_groups.iter().any(windows)
}
