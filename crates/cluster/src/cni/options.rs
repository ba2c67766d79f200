//! The four options, each judged by itself.

use super::answer::{CniOption, CniReason};
use super::policies::Policies;
use super::reason::{reason, some};
use super::room::Room;
use super::{Cni, Facts, old_controller, room};
use crate::model::Os;
use crate::note::{Text, text};
use crate::plan::Verdict;
use crate::written::Written;
use std::fmt::Display;
use winpod::ipam::IpamMode;

pub(super) fn all(facts: &Facts<'_>) -> Vec<CniOption> {
    Cni::ALL.into_iter().map(|cni| option(cni, facts)).collect()
}

fn option(cni: Cni, facts: &Facts<'_>) -> CniOption {
    let room = match cni {
        Cni::Vpc => &facts.secondary,
        Cni::Prefixes => &facts.prefixes,
        Cni::CalicoPolicy => facts.policy_room(),
        Cni::Overlay => &facts.overlay,
    };
    let mut option =
        Draft { verdict: room.verdict, because: room.because(), breaks: Vec::new(), needs: Vec::new() };
    if facts.groups.is_empty() {
        option.verdict = Verdict::Unknown;
    } else {
        match cni {
            Cni::Vpc => option.vpc(facts),
            Cni::Prefixes => option.prefixes(facts, room),
            Cni::CalicoPolicy => option.calico_policy(facts),
            Cni::Overlay => option.overlay(facts),
        }
    }
    // What buys too many nodes is no reason for the mode.
    let (of_karpenter, because) =
        option.because.into_iter().partition(|it| it.code == text::KARPENTER_OVERBUYS.key);
    option.because = because;
    option.breaks.extend::<Vec<CniReason>>(of_karpenter);
    CniOption {
        cni: cni.name().to_owned(),
        verdict: option.verdict,
        now: facts.now.cni == Some(cni),
        pods_per_node: room.pods_per_node(),
        because: option.because,
        breaks: option.breaks,
        needs: option.needs,
    }
}

/// An option while it is judged.
struct Draft {
    verdict: Verdict,
    because: Vec<CniReason>,
    breaks: Vec<CniReason>,
    needs: Vec<CniReason>,
}

impl Draft {
    fn worse(&mut self, verdict: Verdict) {
        self.verdict = self.verdict.max(verdict);
    }

    fn vpc(&mut self, facts: &Facts<'_>) {
        self.without_policies(facts);
        self.addresses_on(facts);
        if facts.settings.mode() == IpamMode::PrefixDelegation && facts.now.cni == Some(Cni::Prefixes) {
            self.moves(facts, "false");
        }
    }

    fn prefixes(&mut self, facts: &Facts<'_>, room: &Room<'_>) {
        if room.no_type_takes_prefixes() {
            self.worse(Verdict::DoesNotFit);
            self.because.insert(0, reason(&text::CNI_NO_NITRO, &[]));
        }
        self.without_policies(facts);
        self.breaks.push(reason(&text::CNI_WHOLE_BLOCKS, &[]));
        self.addresses_on(facts);
        if facts.settings.mode() != IpamMode::PrefixDelegation {
            self.moves(facts, "true");
        }
    }

    fn calico_policy(&mut self, facts: &Facts<'_>) {
        self.calico(facts);
        self.because.insert(0, reason(&text::CNI_CALICO_LISTED, &[]));
        if !facts.policies.selecting().is_empty() {
            self.because.insert(1, enforced(&text::CNI_POLICIES_ENFORCED, facts));
        }
        if facts.policy_mode != facts.settings.mode() {
            let on = if facts.policy_mode == IpamMode::PrefixDelegation { "true" } else { "false" };
            self.moves(facts, on);
        }
        self.addresses_on(facts);
    }

    fn overlay(&mut self, facts: &Facts<'_>) {
        // Nobody lists it, so no more than this can be said for it.
        self.worse(Verdict::Unknown);
        self.because.insert(0, reason(&text::CNI_OVERLAY_UNLISTED, &[]));
        self.because.insert(1, reason(&text::CNI_OVERLAY_REPORTS, &[]));
        self.because.insert(2, reason(&text::CNI_OVERLAY_NODES_ONLY, &[]));
        self.calico(facts);
        let pods = room::addresses_of(facts.block);
        let block = format!("/{}", facts.block);
        self.breaks.extend([
            reason(&text::CNI_OVERLAY_CONTROL_PLANE, &[]),
            reason(&text::CNI_OVERLAY_AWS_NODE, &[]),
            reason(&text::CNI_OVERLAY_BLOCK, &[("block", &block), ("pods", &pods)]),
            reason(&text::CNI_OVERLAY_NAT, &[]),
        ]);
        self.needs.extend([reason(&text::CNI_NEEDS_OVERLAY, &[]), reason(&text::CNI_NEEDS_UDP_4789, &[])]);
        if let Some(written) = facts.written.as_ref().filter(|_| facts.settings.windows_ipam.is_on()) {
            let ipam = reason(&text::CNI_NEEDS_IPAM_OFF, &[]);
            self.needs.push(ipam.at(Some(written.place())));
        }
    }

    /// What both ways of running Calico have.
    fn calico(&mut self, facts: &Facts<'_>) {
        self.worse(facts.on_nodes.verdict);
        self.because.extend(facts.on_nodes.because.iter().cloned());
        self.breaks.extend([reason(&text::CNI_CALICO_LIMITS, &[]), reason(&text::CNI_POLICY_RESETS, &[])]);
        self.needs.push(reason(&text::CNI_NEEDS_OPERATOR, &[]));
        if facts.now.installation.and_then(crate::model::CalicoInstallation::on_windows) != Some(true) {
            self.needs.push(reason(&text::CNI_NEEDS_DATAPLANE, &[]));
        }
        let groups = &facts.cluster.node_groups;
        let linux = groups.iter().any(|group| group.os.known() == Some(&Os::Linux))
            || facts.cluster.nodes.iter().any(|node| node.os == Some(Os::Linux));
        if !linux {
            self.needs.push(reason(&text::CNI_NEEDS_LINUX, &[]));
        }
        self.needs.extend(facts.on_nodes.needs.iter().cloned());
    }

    /// That nothing enforces policies on Windows nodes.
    fn without_policies(&mut self, facts: &Facts<'_>) {
        let broken = match &facts.policies {
            Policies::Windows(_) => {
                self.worse(Verdict::DoesNotFit);
                enforced(&text::CNI_POLICIES_NOT_ENFORCED, facts)
            }
            Policies::Open => {
                self.worse(Verdict::Unknown);
                let count = facts.cluster.network_policies.len();
                let first = facts.cluster.network_policies.first().map(|policy| &policy.place);
                reason(&text::CNI_POLICIES_OPEN, &[("count", &count)]).at(first)
            }
            Policies::Others => {
                reason(&text::CNI_POLICIES_OTHERS, &[("count", &facts.cluster.network_policies.len())])
            }
            Policies::None => reason(&text::CNI_POLICIES_NONE, &[]),
        };
        self.breaks.insert(0, broken);
    }

    /// What the controller needs before it gives addresses to Windows pods.
    fn addresses_on(&mut self, facts: &Facts<'_>) {
        if old_controller(facts.cluster) {
            let place = facts.cluster.cni.old_controller.place();
            self.needs.push(reason(&text::CNI_NEEDS_NO_OLD_CONTROLLER, &[]).at(place));
        } else if !facts.settings.windows_ipam.is_on() {
            self.needs
                .push(reason(&text::CNI_NEEDS_IPAM, &[]).at(facts.written.as_ref().map(Written::place)));
        }
    }

    /// What a change of the mode takes.
    fn moves(&mut self, facts: &Facts<'_>, value: &str) {
        let groups = some(facts.groups.iter().map(|group| group.name.as_str()));
        let values: [(&str, &dyn Display); 2] = [("groups", &groups), ("value", &value)];
        self.breaks.push(reason(&text::CNI_SWITCH_ACTS, &[]));
        self.needs.push(reason(&text::CNI_NEEDS_NEW_GROUPS, &values));
    }
}

fn enforced(text: &Text, facts: &Facts<'_>) -> CniReason {
    let selecting = facts.policies.selecting();
    let (number, policies, workloads) =
        (facts.policies.number(), facts.policies.names(), facts.policies.workloads());
    let values: [(&str, &dyn Display); 3] =
        [("number", &number), ("policies", &policies), ("workloads", &workloads)];
    reason(text, &values).at(selecting.first().map(|it| &it.policy.place))
}
