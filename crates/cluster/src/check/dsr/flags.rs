//! The arguments of kube-proxy.

use super::proxies::{Proxy, doubtful, proxies};
use crate::check::context::{Context, quoted};
use crate::check::dsr::ports::runs_out;
use crate::check::found::Found;
use crate::check::rule::{Need, Severity};
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{Reason, Refusal};
use winpod::windows::Release;

/// The gate is on by default from here on.
const GATE_ON: KubernetesVersion = KubernetesVersion::new(1, 33);

/// Tells user data whose arguments do not show.
fn hidden(context: &Context<'_>, found: &mut Found) {
    for place in doubtful(context) {
        found.unknown("what kube-proxy gets of it does not show", &place);
    }
}

/// What to add where the release of an image is not known.
const IMAGE_HIDES: &str = "the release of its image does not show, and so what that passes to kube-proxy; add the nodes of the group: kubectl get nodes -o json";

/// Whether it is the image that decides whether the gate is on, and its release does not show.
fn gate_hidden(proxy: &Proxy<'_>) -> bool {
    proxy.reasons.contains(&Reason::ImageGateUnknown) && !proxy.refused(Refusal::GateOff)
}

/// Judges each kube-proxy whose version is known, and tells where `ill` says so.
fn each(
    context: &Context<'_>,
    found: &mut Found,
    concerns: fn(&Proxy<'_>) -> bool,
    ill: fn(&Proxy<'_>) -> bool,
) {
    each_as(context, found, concerns, |proxy| ill(proxy).then_some(""));
}

/// The same, with the name of the sentence that tells it.
fn each_as(
    context: &Context<'_>,
    found: &mut Found,
    concerns: fn(&Proxy<'_>) -> bool,
    ill: impl Fn(&Proxy<'_>) -> Option<&'static str>,
) {
    hidden(context, found);
    for proxy in proxies(context).iter().filter(|proxy| concerns(proxy)) {
        let Some(version) = proxy.version else {
            found.lacks(Need::KubernetesVersion);
            continue;
        };
        found.judged();
        if let Some(form) = ill(proxy) {
            let values: [(&str, &dyn Display); 3] =
                [("object", &proxy.object), ("arguments", &proxy.shown()), ("version", &version)];
            found.add_as(form, &proxy.place, proxy.object.clone(), &values);
        }
    }
}

fn before(proxy: &Proxy<'_>, version: KubernetesVersion) -> bool {
    proxy.version.is_some_and(|own| own < version)
}

fn flag_on(proxy: &Proxy<'_>) -> bool {
    proxy.flag == Some(true)
}

fn names_a_gate(proxy: &Proxy<'_>) -> bool {
    proxy.arguments.iter().any(|word| word.contains("WinDSR") || word.contains("WinOverlay"))
}

pub(in crate::check) fn gate_off(context: &Context<'_>, found: &mut Found) {
    for proxy in proxies(context).iter().filter(|proxy| flag_on(proxy) && gate_hidden(proxy)) {
        found.unknown(IMAGE_HIDES, &proxy.place);
    }
    each(
        context,
        found,
        |proxy| flag_on(proxy) && !gate_hidden(proxy),
        |proxy| proxy.refused(Refusal::GateOff) && before(proxy, GATE_ON),
    );
}

pub(in crate::check) fn gate_without_flag(context: &Context<'_>, found: &mut Found) {
    each(
        context,
        found,
        |proxy| proxy.win_dsr == Some(true),
        |proxy| !flag_on(proxy) && before(proxy, GATE_ON),
    );
}

pub(in crate::check) fn silently_off(context: &Context<'_>, found: &mut Found) {
    hidden(context, found);
    for proxy in &proxies(context) {
        let Some(version) = proxy.version else {
            found.lacks(Need::KubernetesVersion);
            continue;
        };
        if version >= GATE_ON && proxy.reasons.contains(&Reason::ImageDefaultUnknown) {
            found.unknown(IMAGE_HIDES, &proxy.place);
            continue;
        }
        found.judged();
        if version < GATE_ON || !proxy.reasons.contains(&Reason::SilentlyOff) {
            continue;
        }
        let high = runs_out(context, proxy);
        let values: [(&str, &dyn Display); 2] = [("object", &proxy.object), ("version", &version)];
        let added = found.add(&proxy.place, proxy.object.clone(), &values);
        if high {
            added.severity(Severity::High);
        }
    }
}

pub(in crate::check) fn gate_set_off(context: &Context<'_>, found: &mut Found) {
    each(context, found, flag_on, |proxy| proxy.refused(Refusal::GateOff) && !before(proxy, GATE_ON));
}

/// Whether kube-proxy stops at a gate that is set to false: it is locked, or where its removal is proposed gone.
fn stops_at_gate(proxy: &Proxy<'_>) -> Option<&'static str> {
    if proxy.refused(Refusal::WinDsrLocked) || proxy.refused(Refusal::WinOverlayLocked) {
        return Some("locked");
    }
    let may_be_gone = proxy.reasons.iter().any(|reason| matches!(reason, Reason::GateMayBeRemoved(_)));
    (may_be_gone && proxy.gate_set_off).then_some("gone")
}

pub(in crate::check) fn gate_locked(context: &Context<'_>, found: &mut Found) {
    each_as(context, found, names_a_gate, stops_at_gate);
}

pub(in crate::check) fn gate_may_be_gone(context: &Context<'_>, found: &mut Found) {
    each(context, found, names_a_gate, |proxy| {
        // One that is set to false stops kube-proxy in any case.
        stops_at_gate(proxy).is_none()
            && proxy.reasons.iter().any(|reason| matches!(reason, Reason::GateMayBeRemoved(_)))
    });
}

pub(in crate::check) fn gate_pointless(context: &Context<'_>, found: &mut Found) {
    each(context, found, names_a_gate, |proxy| {
        proxy.reasons.iter().any(|reason| matches!(reason, Reason::GatePointless(_)))
            && !proxy.refused(Refusal::WinDsrLocked)
            && !proxy.refused(Refusal::WinOverlayLocked)
    });
}

fn too_old(proxy: &Proxy<'_>) -> bool {
    proxy.reasons.iter().any(|reason| matches!(reason, Reason::KubeProxyTooOld(_)))
}

/// The system of a kube-proxy as messages name it.
fn system(proxy: &Proxy<'_>) -> String {
    crate::dsr::facts::system(&proxy.platform)
}

pub(in crate::check) fn platform_lacks(context: &Context<'_>, found: &mut Found) {
    hidden(context, found);
    for proxy in proxies(context).iter().filter(|proxy| flag_on(proxy)) {
        if proxy.supported.is_none() {
            found.lacks(Need::Build);
            continue;
        }
        found.judged();
        if proxy.supported == Some(false) && !too_old(proxy) {
            let values: [(&str, &dyn Display); 3] =
                [("object", &proxy.object), ("arguments", &proxy.shown()), ("system", &system(proxy))];
            found.add(&proxy.place, proxy.object.clone(), &values);
        }
    }
}

fn fault(context: &Context<'_>, found: &mut Found, ill: fn(&[Reason]) -> bool) {
    for proxy in proxies(context).iter().filter(|proxy| flag_on(proxy)) {
        // Only builds of 2019 with their revision tell.
        let known = match (proxy.platform.release, proxy.platform.build) {
            (_, Some(build)) => {
                build.revision.is_some() || proxy.platform.release != Some(Release::Server2019)
            }
            (Some(release), None) => release != Release::Server2019,
            (None, None) => false,
        };
        if !known {
            found.lacks(Need::Build);
            continue;
        }
        found.judged();
        if ill(&proxy.reasons) {
            let values: [(&str, &dyn Display); 2] = [("object", &proxy.object), ("system", &system(proxy))];
            found.add(&proxy.place, proxy.object.clone(), &values);
        }
    }
}

fn restarts(reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| matches!(reason, Reason::RestartFault(_)))
}

pub(in crate::check) fn restart_fault(context: &Context<'_>, found: &mut Found) {
    fault(context, found, restarts);
}

pub(in crate::check) fn degraded_fault(context: &Context<'_>, found: &mut Found) {
    fault(context, found, |reasons| {
        reasons.iter().any(|reason| matches!(reason, Reason::DegradedFault(_))) && !restarts(reasons)
    });
}

pub(in crate::check) fn health_check_vip(context: &Context<'_>, found: &mut Found) {
    let named = |word: &String| {
        let word = word.replace('_', "-");
        word == "--forward-healthcheck-vip" || word == "--forward-healthcheck-vip=true"
    };
    for proxy in &proxies(context) {
        let asked = proxy.arguments.iter().any(named);
        let Some(release) = proxy.platform.release else {
            if asked {
                found.lacks(Need::Build);
            }
            continue;
        };
        found.judged();
        if asked && release == Release::Server2019 {
            let values: [(&str, &dyn Display); 2] = [("object", &proxy.object), ("system", &system(proxy))];
            found.add(&proxy.place, proxy.object.clone(), &values);
        }
    }
}

pub(in crate::check) fn overlay(context: &Context<'_>, found: &mut Found) {
    let overlay = |network: &&crate::model::HnsNetwork| network.kind.eq_ignore_ascii_case("overlay");
    let Some(network) = context.cluster.hns_networks.iter().find(overlay) else { return };
    for proxy in proxies(context).iter().filter(|proxy| proxy.whole) {
        if proxy.version.is_none() {
            found.lacks(Need::KubernetesVersion);
            continue;
        }
        found.judged();
        let missing = match () {
            () if proxy.refused(Refusal::OverlayGateOff) => "the gate WinOverlay is off",
            () if proxy.refused(Refusal::SourceVipMissing) => "--source-vip is missing",
            () => continue,
        };
        let name = quoted(&network.name);
        let values: [(&str, &dyn Display); 3] =
            [("object", &proxy.object), ("network", &name), ("missing", &missing)];
        found
            .add(&proxy.place, proxy.object.clone(), &values)
            .related(&network.place, format!("the overlay network {name}"));
    }
}

pub(in crate::check) fn changed(context: &Context<'_>, found: &mut Found) {
    let all = proxies(context);
    let evident: Vec<&Proxy<'_>> = all.iter().filter(|proxy| proxy.evidence.is_some()).collect();
    let [first, others @ ..] = evident.as_slice() else { return };
    for other in others {
        found.judged();
        if other.flag.unwrap_or(false) != first.flag.unwrap_or(false) {
            let values: [(&str, &dyn Display); 2] = [("one", &first.shown()), ("other", &other.shown())];
            found
                .add(&other.place, other.object.clone(), &values)
                .related(&first.place, first.object.clone());
        }
    }
}

pub(in crate::check) fn kube_proxy_too_old(context: &Context<'_>, found: &mut Found) {
    for proxy in proxies(context).iter().filter(|proxy| flag_on(proxy)) {
        let Some(version) = proxy.version else {
            found.lacks(Need::KubernetesVersion);
            continue;
        };
        if proxy.platform.release.is_none() && proxy.platform.hns.is_none() {
            found.lacks(Need::Build);
            continue;
        }
        found.judged();
        if too_old(proxy) {
            let values: [(&str, &dyn Display); 3] =
                [("object", &proxy.object), ("version", &version), ("system", &system(proxy))];
            found.add(&proxy.place, proxy.object.clone(), &values);
        }
    }
}

/// The versions with the fault, and the first without it.
const RESYNC: [KubernetesVersion; 2] = [KubernetesVersion::new(1, 34), KubernetesVersion::new(1, 36)];

pub(in crate::check) fn resync(context: &Context<'_>, found: &mut Found) {
    let all = proxies(context);
    // One is enough to tell it.
    let Some(proxy) = all.iter().find(|proxy| proxy.whole) else { return };
    let Some(version) = proxy.version else { return found.lacks(Need::KubernetesVersion) };
    found.judged();
    if version >= RESYNC[0] && version < RESYNC[1] {
        let values: [(&str, &dyn Display); 2] = [("object", &proxy.object), ("version", &version)];
        found.add(&proxy.place, proxy.object.clone(), &values);
    }
}

pub(in crate::check) fn blank(context: &Context<'_>, found: &mut Found) {
    for proxy in &proxies(context) {
        found.judged();
        let Some(word) = &proxy.stray else { continue };
        if ["true", "false"].contains(&word.to_ascii_lowercase().as_str()) {
            let values: [(&str, &dyn Display); 2] = [("object", &proxy.object), ("word", &quoted(word))];
            found.add(&proxy.place, proxy.object.clone(), &values);
        }
    }
}
