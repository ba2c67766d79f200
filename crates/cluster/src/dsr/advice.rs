//! What to change so that DSR is on, and kube-proxy starts.

use super::dump::Dump;
use super::start::Start;
use super::{reasons, refused};
use crate::model::StartRefusal;
use crate::note::{Note, text as note};
use crate::read::shortened;
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{
    Applicability, Arguments, GateUse, KubeProxyFlags, LAST_KUBERNETES, Reason, Refusal, Verdict,
};
use winpod::instance::Verdict as Answer;
use winpod::windows::{Effect, Release};

/// What a node shows.
pub(super) struct Seen {
    /// By the policies on it.
    pub(super) observed: Verdict,
    /// Whether any policies are known.
    pub(super) dumped: bool,
    /// Why its kube-proxy did not start.
    pub(super) refused: Option<Refusal>,
    /// Whether its arguments stand somewhere and cannot be read.
    pub(super) unclear: bool,
}

impl Seen {
    pub(super) fn of(dump: Option<&Dump>, refused: Option<&StartRefusal>, start: &Start) -> Self {
        Self {
            observed: dump.map_or(Verdict::Unknown, |dump| dump.observed.verdict),
            dumped: dump.is_some(),
            refused: refused.map(|found| found.refusal),
            unclear: start.is_unclear(),
        }
    }

    /// What a node has while its kube-proxy does not start.
    const fn until(&self) -> &'static str {
        if self.dumped {
            "the next start leaves the node without service rules"
        } else {
            "the node has no service rules"
        }
    }
}

/// What to change, by what was judged and by what the node shows.
pub(super) fn of(judged: &Applicability<'_>, version: Option<KubernetesVersion>, seen: &Seen) -> Vec<Note> {
    let flags = judged.flags.unwrap_or_default();
    let observed = seen.observed;
    let mut advice = Vec::new();
    let refused = judged.verdict == Verdict::Refused || seen.refused.is_some();
    let on =
        !refused && (observed == Verdict::On || judged.verdict == Verdict::On && observed != Verdict::Off);
    if !on {
        let asked = flags.enable_dsr == Some(true);
        if let Some(refusal) = seen.refused.filter(|_| judged.verdict != Verdict::Refused) {
            let (text, arguments) = refused::remedy(refusal, judged);
            let values: [(&str, &dyn Display); 2] = [("arguments", &arguments), ("until", &seen.until())];
            advice.push(Note::new(text, &values));
        } else if seen.unclear {
            // They may have what would be advised.
        } else if observed == Verdict::Off
            && asked
            && matches!(judged.verdict, Verdict::On | Verdict::Unknown)
        {
            advice.push(Note::new(&note::DSR_LOOK_WHAT_RUNS, &[]));
        } else if let Some(text) = to_turn_on(judged, &flags, seen.until()) {
            advice.push(text);
        }
    }
    if let Some(arguments) = &judged.kube_proxy_args {
        advice.extend(gate(arguments, &flags, version, on || seen.unclear));
    }
    advice
}

/// What to give kube-proxy, or to take from it; of what is given already, nothing.
fn to_turn_on(judged: &Applicability<'_>, flags: &KubeProxyFlags<'_>, until: &str) -> Option<Note> {
    let missing = judged.kube_proxy_args.map(|arguments| missing(&arguments, flags)).unwrap_or_default();
    let refusal = judged.because().find_map(|reason| match reason {
        Reason::Refused(refusal) => Some(refusal),
        _ => None,
    });
    if let Some(config) = flags.config.filter(|_| refusal.is_none()) {
        return Some(Note::new(&note::DSR_CONFIG_FILE, &[("config", &shortened(config))]));
    }
    let (value, _) = reasons::stopped_at(judged.flags.as_ref());
    let values: [(&str, &dyn Display); 3] = [("arguments", &missing), ("value", &value), ("until", &until)];
    let text = match refusal {
        None if missing.is_empty() => return None,
        None if is_early(judged) => &note::DSR_TURN_ON_EARLY,
        None => &note::DSR_TURN_ON,
        Some(
            Refusal::FlagValue
            | Refusal::GateValue
            | Refusal::Positional
            | Refusal::FlagMisspelt
            | Refusal::GateMisspelt,
        ) if missing.is_empty() => &note::DSR_MEND_ARGUMENT,
        Some(Refusal::FlagMisspelt | Refusal::GateMisspelt) if judged.kube_proxy_args.is_some() => {
            &note::DSR_MEND_IN_PLACE
        }
        Some(Refusal::WinDsrLocked | Refusal::WinOverlayLocked) if missing.is_empty() => &note::DSR_MEND_GATE,
        Some(Refusal::OverlayGateOff) => &note::DSR_MEND_OVERLAY_GATE,
        Some(Refusal::SourceVipMissing) => &note::DSR_MEND_SOURCE_VIP,
        Some(_) if judged.kube_proxy_args.is_none() => &note::DSR_REFUSED_LEAVE_OUT,
        Some(Refusal::GateOff) if flags.win_dsr == Some(false) && missing.is_empty() => {
            &note::DSR_MEND_GATE_OUT
        }
        Some(Refusal::GateOff) if flags.win_dsr == Some(false) => &note::DSR_MEND_GATE_OFF,
        Some(_) => &note::DSR_MEND,
    };
    Some(Note::new(text, &values))
}

/// Whether the system is Windows Server 2019 of a build that has faults with DSR, or may have.
fn is_early(judged: &Applicability<'_>) -> bool {
    judged.platform.release == Some(Release::Server2019)
        && judged.platform.build.is_none_or(|build| build.has(Effect::DegradedFaultFixed) != Answer::Yes)
}

/// The arguments that are not given yet.
fn missing(arguments: &Arguments, flags: &KubeProxyFlags<'_>) -> String {
    let given = |argument: &str| {
        if argument == arguments.enable_dsr {
            flags.enable_dsr == Some(true)
        } else {
            flags.win_dsr == Some(true)
        }
    };
    arguments.iter().filter(|argument| !given(argument)).collect::<Vec<_>>().join(" ")
}

/// What the gate does in this version, and when to take it out.
fn gate(
    arguments: &Arguments,
    flags: &KubeProxyFlags<'_>,
    version: Option<KubernetesVersion>,
    on: bool,
) -> Option<Note> {
    let named = [flags.win_dsr.map(|_| "WinDSR"), flags.win_overlay.map(|_| "WinOverlay")];
    let named: Vec<&str> = named.into_iter().flatten().filter(|_| flags.config.is_none()).collect();
    let text = match (arguments.gate, named.is_empty()) {
        (GateUse::Locked, false) => &note::DSR_TAKE_GATE_OUT,
        (GateUse::Unknown, false) if version.is_some() => &note::DSR_TAKE_GATE_OUT_NEWER,
        _ if on => return None,
        (GateUse::Needed, _) => &note::DSR_GATE_NEEDED,
        (GateUse::Default, _) => &note::DSR_GATE_DEFAULT,
        (GateUse::Locked, true) => &note::DSR_GATE_LOCKED,
        _ if version.is_some() => &note::DSR_GATE_NEWER,
        _ => &note::DSR_GATE_UNKNOWN,
    };
    let version = version.map(|version| version.to_string()).unwrap_or_default();
    let gates = named.join(" and ");
    let values: [(&str, &dyn Display); 3] =
        [("version", &version), ("gates", &gates), ("last", &LAST_KUBERNETES)];
    Some(Note::new(text, &values))
}

#[cfg(test)]
mod tests {
    use crate::dsr::{Dsr, DsrRequest, dsr};
    use crate::note::NoteKind;
    use std::ops::ControlFlow;

    /// Every answer over systems, versions and arguments, with the arguments.
    fn answers() -> Vec<(String, Dsr)> {
        let systems = [(None, None), (Some("17763"), None), (Some("20348.2762"), None), (None, Some("9.5"))];
        let versions = [None, Some("1.18"), Some("1.31"), Some("1.33"), Some("1.34"), Some("1.38")];
        let lines =
            ["", "--enable-dsr", "--feature-gates=WinDSR=true", "--enable-dsr --feature-gates=WinDSR=true"];
        let networks = [None, Some("overlay")];
        let mut answers = Vec::new();
        for ((os_build, hns), version) in
            systems.iter().flat_map(|it| versions.iter().map(move |v| (*it, *v)))
        {
            for (line, network) in lines.iter().flat_map(|line| networks.iter().map(move |it| (*line, *it))) {
                for whole in [true, false] {
                    let text = |text: Option<&str>| text.map(str::to_owned);
                    let request = DsrRequest {
                        os_build: text(os_build),
                        hns: text(hns),
                        kubernetes: text(version),
                        network: text(network),
                        kube_proxy_args: whole.then(|| line.to_owned()),
                        extra_args: (!whole).then(|| line.to_owned()),
                        ..DsrRequest::default()
                    };
                    let answer = dsr(&request, &mut |_| ControlFlow::Continue(())).unwrap();
                    answers.push((format!("{request:?}"), answer));
                }
            }
        }
        answers
    }

    #[test]
    fn what_is_not_known_has_a_reason() {
        let mut unknown = 0;
        for (request, answer) in answers().into_iter().filter(|(_, answer)| answer.verdict == "unknown") {
            unknown += 1;
            assert!(answer.because.iter().any(|why| why.kind == NoteKind::Unknown), "{request}: {answer:#?}");
        }
        assert!(unknown > 20, "{unknown}");
    }

    #[test]
    fn what_is_given_is_not_advised() {
        for (request, answer) in answers() {
            for advice in answer.advice.iter().filter(|it| it.code == "dsr-turn-on" || it.code == "dsr-mend")
            {
                let given = |argument: &str| request.contains(argument) && advice.message.contains(argument);
                assert!(!given("--enable-dsr") && !given("WinDSR=true"), "{request}: {}", advice.message);
            }
        }
    }
}
