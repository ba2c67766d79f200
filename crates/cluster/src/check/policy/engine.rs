//! What enforces network policies, on Windows nodes and on Linux ones.

use crate::check::context::Context;
use crate::check::found::Found;
use crate::check::rule::Need;
use crate::cni::runs_on_windows;
use crate::model::{Cluster, Field, Place, is_vpc_cni};
use winpod::ipam::Flag;

/// What enforces policies on Windows nodes.
#[derive(Debug, Clone, Copy)]
pub(super) enum OnWindows<'c> {
    /// Calico does; where the files say so.
    Calico(&'c Place),
    /// Nothing does.
    Nothing(Nothing<'c>),
}

/// Why nothing enforces them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nothing<'c> {
    /// The name of the sentence that tells it.
    pub(super) form: &'static str,
    /// What acts in its place, if anything does.
    pub(super) engine: &'static str,
    pub(super) place: &'c Place,
}

/// What the files tell about it.
enum Said<'c> {
    Known(OnWindows<'c>),
    Hidden(String, &'c Place),
    Nowhere,
}

/// The engine of the Windows nodes, if the files tell it.
pub(super) fn known_on_windows<'c>(context: &Context<'c>) -> Option<OnWindows<'c>> {
    if let Said::Known(engine) = said(context.cluster) { Some(engine) } else { None }
}

/// The engine of the Windows nodes; tells what hides it.
pub(super) fn on_windows<'c>(context: &Context<'c>, found: &mut Found) -> Option<OnWindows<'c>> {
    match said(context.cluster) {
        Said::Known(engine) => return Some(engine),
        Said::Hidden(reason, place) => found.unknown(reason, place),
        Said::Nowhere => found.lacks(Need::PolicyEngine),
    }
    None
}

fn said(cluster: &Cluster) -> Said<'_> {
    if let Some(place) = runs_on_windows(cluster) {
        return Said::Known(OnWindows::Calico(place));
    }
    let nothing = |form, engine, place| Said::Known(OnWindows::Nothing(Nothing { form, engine, place }));
    if let Some(installation) = cluster.calico_installation() {
        let place = installation.windows_dataplane.place().unwrap_or(&installation.place);
        return match (&installation.windows_dataplane, installation.on_windows()) {
            (Field::Unknown(reason, at), _) => Said::Hidden(format!("windowsDataplane: {reason}"), at),
            (_, Some(true)) => Said::Known(OnWindows::Calico(place)),
            _ => nothing("calico-on-linux", "Calico, on Linux nodes only", place),
        };
    }
    if let Some((true, place)) = vpc_cni(cluster) {
        return nothing("vpc-cni", "the network policy of the VPC CNI", place);
    }
    if let Some(place) = all_daemon_sets(cluster) {
        return nothing("none", "nothing", place);
    }
    Said::Nowhere
}

/// Where DaemonSets of the whole cluster are listed, without one of Calico: `aws-node`, beside those of another namespace.
fn all_daemon_sets(cluster: &Cluster) -> Option<&Place> {
    let sets = || cluster.workloads.iter().filter(|it| it.is_daemon_set());
    let aws_node = sets().find(|it| it.name == "kube-system/aws-node")?;
    let whole = sets().any(|it| it.namespace() != "kube-system" && it.place.file == aws_node.place.file);
    let calico = sets().any(|it| it.name.contains("calico"));
    (whole && !calico).then_some(&aws_node.place)
}

/// Whether the VPC CNI enforces policies on Linux nodes, and where that is said.
pub(super) fn vpc_cni(cluster: &Cluster) -> Option<(bool, &Place)> {
    let mut said: Vec<(bool, &Place)> = Vec::new();
    for field in [&cluster.cni.network_policy, &cluster.cni.network_policy_controller] {
        if let Field::Known(on, origin) = field {
            said.push((*on, origin.place()));
        }
    }
    for addon in cluster.addons.iter().filter(|addon| is_vpc_cni(&addon.name)) {
        match &addon.values {
            // Its own default is off.
            Field::Absent => said.push((false, &addon.place)),
            Field::Known(values, _) => said.push(match values.get("enableNetworkPolicy") {
                Some(value) => (Flag::read(Some(&value.text)).is_on(), &value.place),
                None => (false, &addon.place),
            }),
            Field::Unknown(..) => {}
        }
    }
    for chart in cluster.chart_values.iter().filter(|chart| is_vpc_cni(&chart.chart)) {
        said.push(match chart.values.get("enableNetworkPolicy") {
            Some(value) => (Flag::read(Some(&value.text)).is_on(), &value.place),
            None => (false, &chart.place),
        });
    }
    // One part that is on is enough to have it on somewhere.
    said.iter().find(|(on, _)| *on).or(said.first()).copied()
}
