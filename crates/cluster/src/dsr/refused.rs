//! Starts of kube-proxy that logs and events say were refused.

use super::DsrRequest;
use crate::model::{Cluster, StartRefusal};
use crate::note::{Note, Text, text as note};
use winpod::dsr::{Applicability, Refusal};

/// The refusal that no later start replaces; others are told. What was asked about counts more.
pub(super) fn of<'a>(
    request: &DsrRequest,
    cluster: &'a Cluster,
    notes: &mut Vec<Note>,
) -> Option<&'a StartRefusal> {
    let asked = request.kube_proxy_args.is_some() || request.extra_args.is_some();
    let mut counts = None;
    for found in cluster.start_refusals.iter().rev() {
        let text = match counts {
            _ if found.superseded => &note::DSR_START_REFUSED_EARLIER,
            _ if asked => &note::DSR_START_REFUSED_ASKED,
            None => {
                counts = Some(found);
                continue;
            }
            // Another event, or another log.
            Some(_) => &note::DSR_START_REFUSED,
        };
        let message = found.refusal.message().unwrap_or_default();
        let values: [(&str, &dyn std::fmt::Display); 2] = [("message", &message), ("place", &found.place)];
        notes.push(Note::new(text, &values).at(&found.place));
    }
    counts
}

/// What mends it, and the arguments that are missing.
pub(super) fn remedy(refusal: Refusal, judged: &Applicability<'_>) -> (&'static Text, &'static str) {
    let gate = judged.kube_proxy_args.and_then(|arguments| arguments.feature_gates);
    match refusal {
        Refusal::GateOff => match gate {
            Some(gate) => (&note::DSR_MEND, gate),
            None => (&note::DSR_MEND_GATE_OUT, ""),
        },
        Refusal::WinDsrLocked | Refusal::WinOverlayLocked => (&note::DSR_MEND_GATE, ""),
        Refusal::OverlayGateOff => (&note::DSR_MEND_OVERLAY_GATE, ""),
        Refusal::SourceVipMissing => (&note::DSR_MEND_SOURCE_VIP, ""),
        Refusal::GateMisspelt => (&note::DSR_MEND_GATE_NAME, ""),
        _ => (&note::DSR_REFUSED_LEAVE_OUT, ""),
    }
}
