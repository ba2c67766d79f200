//! The settings of address management as somebody wrote them: in the ConfigMap, or as values of the add-on or chart that
//! make it.

use super::context::CNI;
use super::found::Found;
use super::rule::Need;
use crate::model::{Cluster, Field, Place, Values, is_vpc_cni};
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
            None => (key, (default.to_owned(), place.clone())),
        };
        let data = CHART.into_iter().map(entry).collect();
        Some(Self { object, data, values: true, place: place.clone() })
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

/// A variable of the VPC CNI on Linux nodes as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable<'c> {
    pub(crate) text: &'c str,
    pub(crate) place: &'c Place,
    /// What it stands in, as findings name it.
    pub(crate) object: &'static str,
}

/// A variable of the DaemonSet, or of the values that make it; tells if it is hidden. Without either nothing is known.
pub(super) fn variable<'c>(cluster: &'c Cluster, name: &str, found: &mut Found) -> Option<Variable<'c>> {
    if let Field::Known(environment, _) = &cluster.cni.environment {
        return match environment.get(name)? {
            Field::Known(text, origin) => {
                Some(Variable { text, place: origin.place(), object: "DaemonSet kube-system/aws-node" })
            }
            Field::Unknown(reason, place) => {
                found.unknown(format!("{name}: {reason}"), place);
                None
            }
            Field::Absent => None,
        };
    }
    let path = format!("env.{name}");
    let addons = cluster.addons.iter().filter(|addon| is_vpc_cni(&addon.name));
    let addons = addons.filter_map(|addon| Some(("values of the add-on vpc-cni", addon.values.known()?)));
    let charts = cluster.chart_values.iter().filter(|chart| is_vpc_cni(&chart.chart));
    let charts = charts.map(|file| ("values of the chart aws-vpc-cni", &file.values));
    let mut any = false;
    for (object, values) in addons.chain(charts) {
        any = true;
        if let Some(value) = values.get(&path) {
            return Some(Variable { text: &value.text, place: &value.place, object });
        }
    }
    if !any {
        found.lacks(Need::AwsNode);
    }
    None
}
