//! What kube-proxy writes when it does not start: into its log, and from there into events.

use winpod::dsr::Refusal;

/// Why kube-proxy did not start, if a text says so. Its programs share libraries with others, so that what any of them
/// may write counts only where it names a gate of kube-proxy on Windows.
pub(super) fn refusal(text: &str) -> Option<Refusal> {
    let lower = text.to_ascii_lowercase();
    // Nearly every line of a log has none of these.
    if !["feature gate", "does not support feature", "source-vip"].iter().any(|part| lower.contains(part)) {
        return None;
    }
    Refusal::ALL.iter().copied().find(|refusal| match refusal {
        Refusal::Positional => false,
        Refusal::GateMisspelt => refusal.message().is_some_and(|message| names_gate(&lower, message)),
        _ => refusal.message().is_some_and(|message| lower.contains(&part_of(message).to_ascii_lowercase())),
    })
}

/// The part of a message that a log which was cut still has.
fn part_of(message: &str) -> &str {
    message.split([',', '(']).next().unwrap_or(message).trim_end()
}

fn names_gate(lower: &str, message: &str) -> bool {
    let after =
        |at: usize| lower.get(at + message.len()..).unwrap_or_default().trim_start_matches([':', ' ']);
    lower.match_indices(message).any(|(at, _)| {
        let name = after(at);
        name.starts_with("windsr") || name.starts_with("winoverlay")
    })
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use winpod::dsr::Refusal;

    #[test]
    fn messages_as_logs_have_them() {
        for (text, expected) in [
            (
                r#"E1 1 run.go:74] "command failed" err="unable to create ipv4 proxier: WinDSR feature gate not enabled""#,
                Some(Refusal::GateOff),
            ),
            ("WINDSR FEATURE GATE NOT ENABLED", Some(Refusal::GateOff)),
            ("Platform does not support feature Direct Server Return (DSR)", Some(Refusal::Platform)),
            (
                "cannot set feature gate WinDSR to false, feature is locked to true",
                Some(Refusal::WinDsrLocked),
            ),
            ("cannot set feature gate WinOverlay to false", Some(Refusal::WinOverlayLocked)),
            ("WinOverlay feature gate not enabled", Some(Refusal::OverlayGateOff)),
            ("source-vip flag not set", Some(Refusal::SourceVipMissing)),
            ("unrecognized feature gate: WinDSR", Some(Refusal::GateMisspelt)),
            ("unrecognized feature gate: GracefulNodeShutdown", None),
            ("FLAG: --source-vip=\"\"", None),
            ("", None),
        ] {
            assert_eq!(refusal(text), expected, "{text}");
        }
    }
}
