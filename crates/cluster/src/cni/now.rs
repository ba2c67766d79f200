//! What the files show to be in use.

use super::Cni;
use super::answer::CniReason;
use super::reason::reason;
use crate::model::{CalicoInstallation, Cluster, Os, Place};
use crate::note::text;
use crate::written::Written;
use std::fmt::Display;
use winpod::ipam::{IpamMode, Settings};

/// The CNI of the Windows nodes, if the files show it, and how they do.
pub(super) struct Now<'c> {
    pub(super) cni: Option<Cni>,
    pub(super) because: Vec<CniReason>,
    pub(super) installation: Option<&'c CalicoInstallation>,
}

/// The DaemonSet that the operator makes for Windows nodes.
const CALICO_ON_WINDOWS: &str = "calico-system/calico-node-windows";

/// Where the DaemonSet of Calico for Windows nodes is listed.
pub(crate) fn runs_on_windows(cluster: &Cluster) -> Option<&Place> {
    let mut sets = cluster.workloads.iter().filter(|it| it.is_daemon_set());
    sets.find(|it| it.name == CALICO_ON_WINDOWS).map(|it| &it.place)
}

impl<'c> Now<'c> {
    pub(super) fn of(cluster: &'c Cluster, settings: &Settings, written: Option<&Written>) -> Self {
        let installation = cluster.calico_installation();
        let mut now = Self { cni: None, because: Vec::new(), installation };
        let in_vpc = in_vpc(settings, written);
        let running = runs_on_windows(cluster);
        if let Some(installation) = installation {
            let on_windows = if running.is_some() { Some(true) } else { installation.on_windows() };
            match (installation.cni_in_effect(), on_windows) {
                (None, _) | (_, None) => {
                    now.because.push(reason(&text::CNI_NOW_HIDDEN, &[]).at(Some(&installation.place)));
                    return now;
                }
                (Some("Calico"), Some(true)) => now.add(Cni::Overlay, "cni.type Calico", &installation.place),
                (Some(_), Some(true)) => {
                    now.add(Cni::CalicoPolicy, "windowsDataplane HNS", &installation.place);
                }
                (Some(_), Some(false)) => {
                    let dataplane = installation.windows_dataplane.known().map_or("absent", String::as_str);
                    let values: [(&str, &dyn Display); 1] = [("dataplane", &dataplane)];
                    let why = reason(&text::CNI_CALICO_LINUX_ONLY, &values);
                    now.because.push(why.at(Some(&installation.place)));
                }
            }
        } else if let (Some(place), Some(_)) = (running, in_vpc) {
            now.add(Cni::CalicoPolicy, "the DaemonSet calico-node-windows", place);
        }
        if let (None, Some((cni, written))) = (now.cni, in_vpc) {
            let evidence =
                if written.are_values() { &written.object } else { "the ConfigMap amazon-vpc-cni" };
            now.add(cni, evidence, written.place());
        }
        let windows = cluster.node_groups.iter().any(|group| group.os.known() == Some(&Os::Windows));
        if now.cni.is_none() && windows {
            now.because.push(reason(&text::CNI_NOW_OPEN, &[]));
        }
        now
    }

    fn add(&mut self, cni: Cni, evidence: &str, place: &Place) {
        self.cni = Some(cni);
        let values: [(&str, &dyn Display); 2] = [("cni", &cni.called()), ("evidence", &evidence)];
        self.because.push(reason(&text::CNI_NOW, &values).at(Some(place)));
    }
}

/// What the settings of the controller show.
fn in_vpc<'w>(settings: &Settings, written: Option<&'w Written>) -> Option<(Cni, &'w Written)> {
    let written = written?;
    let cni = match settings.mode() {
        IpamMode::PrefixDelegation => Cni::Prefixes,
        IpamMode::SecondaryIp => Cni::Vpc,
    };
    settings.windows_ipam.is_on().then_some((cni, written))
}
