//! Family CAL: Calico on Windows nodes.

mod installation;
mod network;
mod nodes;
pub(super) mod selector;

pub(crate) use installation::{CONFIG_DIR, ENDPOINT};

use super::Judge;
use super::context::Context;
use super::found::Found;
use super::rule;
use crate::model::{CalicoInstallation, CalicoPool, Field};
use std::collections::BTreeSet;

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::CAL_001, judge: installation::no_windows_dataplane },
    Judge { rule: &rule::CAL_002, judge: installation::services_endpoint },
    Judge { rule: &rule::CAL_003, judge: installation::no_service_cidrs },
    Judge { rule: &rule::CAL_004, judge: installation::other_service_cidrs },
    Judge { rule: &rule::CAL_005, judge: network::encapsulation },
    Judge { rule: &rule::CAL_006, judge: network::no_strict_affinity },
    Judge { rule: &rule::CAL_007, judge: network::not_for_vpc_cni },
    Judge { rule: &rule::CAL_008, judge: installation::windows_nodes_without },
    Judge { rule: &rule::CAL_009, judge: installation::no_config_dir },
    Judge { rule: &rule::CAL_010, judge: network::own_networking },
    Judge { rule: &rule::CAL_011, judge: network::vxlan_with_bgp },
    Judge { rule: &rule::CAL_012, judge: network::out_of_reach },
    Judge { rule: &rule::CAL_013, judge: network::vxlan_port },
    Judge { rule: &rule::CAL_014, judge: network::small_block },
    Judge { rule: &rule::CAL_015, judge: network::linux_features },
    Judge { rule: &rule::CAL_016, judge: nodes::server_2025 },
    Judge { rule: &rule::CAL_017, judge: nodes::broken_build },
    Judge { rule: &rule::CAL_019, judge: nodes::too_old },
    Judge { rule: &rule::CAL_020, judge: nodes::few_linux_nodes },
    Judge { rule: &rule::CAL_021, judge: installation::etcd },
    Judge { rule: &rule::CAL_022, judge: network::no_pod_addresses },
    Judge { rule: &rule::CAL_025, judge: network::addresses_left_on },
    Judge { rule: &rule::CAL_026, judge: nodes::cannot_read },
];

fn named(installation: &CalicoInstallation) -> String {
    format!("Installation {:?}", installation.name)
}

/// The `Installation`, if it brings Calico to Windows nodes; tells what hides that.
fn with_hns<'c>(context: &Context<'c>, found: &mut Found) -> Option<&'c CalicoInstallation> {
    let installation = context.cluster.calico_installation()?;
    if let Field::Unknown(reason, place) = &installation.windows_dataplane {
        found.unknown(format!("windowsDataplane: {reason}"), place);
    }
    installation.on_windows().filter(|on| *on).map(|_| installation)
}

/// The `Installation`, if Calico is the network of Windows nodes; tells what hides that.
fn with_own_network<'c>(context: &Context<'c>, found: &mut Found) -> Option<&'c CalicoInstallation> {
    let installation = with_hns(context, found)?;
    match installation.cni_in_effect() {
        Some("Calico") => Some(installation),
        Some(_) => None,
        None => {
            let place = installation.cni.place().unwrap_or(&installation.place);
            found.unknown("cni.type: which CNI it comes to is not known", place);
            None
        }
    }
}

/// The pools of an `Installation`, and those that others made beside it.
fn pools<'c>(context: &Context<'c>, installation: &'c CalicoInstallation) -> Vec<&'c CalicoPool> {
    let asked: BTreeSet<&str> =
        installation.pools.iter().filter_map(|pool| pool.cidr.known().map(String::as_str)).collect();
    // The operator makes an IPPool of each that it is asked for.
    let beside = context.cluster.calico_objects.pools.iter();
    let beside = beside.filter(|pool| pool.cidr.known().is_none_or(|cidr| !asked.contains(cidr.as_str())));
    installation.pools.iter().chain(beside).collect()
}

/// A pool as findings name it.
fn named_pool(pool: &CalicoPool) -> String {
    match (&pool.name, pool.cidr.known()) {
        (Some(name), _) => format!("pool {name:?}"),
        (None, Some(cidr)) => format!("pool {cidr}"),
        (None, None) => "pool".to_owned(),
    }
}
