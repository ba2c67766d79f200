//! The environment of the VPC CNI on Linux nodes as somebody wrote it.

use super::found::Found;
use super::rule::Need;
use crate::model::{Cluster, Field, Place, is_vpc_cni};

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
    if let Field::Unknown(reason, place) = &cluster.cni.environment {
        found.unknown(format!("{name}: {reason}"), place);
        return None;
    }
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
