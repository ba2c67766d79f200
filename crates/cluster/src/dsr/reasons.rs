//! The sentences of the core's reasons.

use super::answer::Because;
use crate::model::StartRefusal;
use crate::note::{NoteKind, Text, fill, text};
use std::fmt::Display;
use winpod::dsr::{
    Applicability, Contradiction, KubeProxyFlags, LAST_KUBERNETES, Observed, PolicyCount, Problem, Reason,
    Verdict,
};
use winpod::ports;
use winpod::windows::{Platform, Release, TABLE_DATE};
use winpod::{Grade, KubernetesVersion, SourceId};

/// The sentence of a code; every code of the core has one, which a test holds.
fn sentence(code: &str) -> Option<&'static Text> {
    text::REASONS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

fn because(
    code: &str,
    values: &[(&str, &dyn Display)],
    grade: Option<Grade>,
    sources: &[SourceId],
) -> Because {
    let text = sentence(code);
    debug_assert!(text.is_some(), "no sentence for {code}");
    Because {
        code: code.to_owned(),
        kind: text.map_or(NoteKind::Info, |text| text.kind),
        message: text.map_or_else(|| code.to_owned(), |text| fill(text.sentence, values)),
        grade: grade.map(|grade| grade.name().to_owned()),
        sources: sources.iter().map(|source| source.key().to_owned()).collect(),
    }
}

/// The reasons of a verdict.
pub(super) fn of_verdict(answer: &Applicability<'_>, version: Option<KubernetesVersion>) -> Vec<Because> {
    let platform = answer.platform;
    let shown = |value: Option<String>| value.unwrap_or_else(|| "?".to_owned());
    let version = shown(version.map(|version| version.to_string()));
    let build = shown(platform.build.map(|build| build.to_string()));
    let hns = shown(platform.hns.map(|hns| hns.to_string()));
    let release = shown(platform.release.map(name_of));
    let system = system(&platform);
    let (value, meant) = stopped_at(answer.flags.as_ref());
    let of_release = platform.release;
    let day = |day: Option<&'static str>| day.unwrap_or("?");
    let number = |version: Option<KubernetesVersion>| shown(version.map(|version| version.to_string()));
    let first_image = number(of_release.and_then(Release::first_kubernetes));
    let last_image = number(of_release.and_then(Release::last_seen_kubernetes));
    let withdrawn = day(of_release.and_then(|release| release.life_cycle().eks_until));
    let seen = of_release.map(seen_on).unwrap_or_default();
    // The last of them.
    let semi_annual = day(Release::Version20H2.life_cycle().eks_until);
    answer
        .because()
        .map(|reason| {
            let first = if let Reason::RevisionUnknown { first, .. } = reason { first } else { 0 };
            let which = match reason {
                Reason::FlagsContradict(Contradiction::EnableDsr) => "--enable-dsr",
                Reason::FlagsContradict(Contradiction::WinDsr) => "the gate WinDSR",
                _ => "the gate WinOverlay",
            };
            let values: [(&str, &dyn Display); 19] = [
                ("version", &version),
                ("build", &build),
                ("hns", &hns),
                ("release", &release),
                ("platform", &system),
                ("value", &value),
                ("meant", &meant),
                ("seen", &seen),
                ("first-image", &first_image),
                ("last-image", &last_image),
                ("images-date", &SourceId::EksWindowsImageVersions.date()),
                ("withdrawn", &withdrawn),
                ("semi-annual", &semi_annual),
                ("guide-date", &SourceId::DsrLongTermDefault.date()),
                ("first", &first),
                ("which", &which),
                ("date", &TABLE_DATE),
                ("gates-date", &SourceId::WindsrGate.date()),
                ("last", &LAST_KUBERNETES),
            ];
            because(reason.code(), &values, reason.grade(), reason.sources())
        })
        .collect()
}

/// A sentence with its sources as a reason.
pub(super) fn of_text(text: &Text, values: &[(&str, &dyn Display)]) -> Because {
    Because {
        code: text.key.to_owned(),
        kind: text.kind,
        message: fill(text.sentence, values),
        grade: text.sources.iter().map(|source| source.grade()).max().map(|grade| grade.name().to_owned()),
        sources: text.sources.iter().map(|source| source.key().to_owned()).collect(),
    }
}

/// What the policies on a node tell; `known` says that the range of cluster IPs is.
pub(super) fn of_observed(observed: &Observed, known: bool) -> Because {
    let text = match (observed.verdict, known) {
        (Verdict::On, false) => &text::DSR_OBSERVED_ON,
        (Verdict::Off, false) => &text::DSR_OBSERVED_OFF,
        (_, false) => &text::DSR_OBSERVED_UNCLEAR,
        (Verdict::On, true) => &text::DSR_OBSERVED_IN_RANGE_ON,
        (Verdict::Off, true) => &text::DSR_OBSERVED_IN_RANGE_OFF,
        (_, true) => &text::DSR_OBSERVED_IN_RANGE_UNCLEAR,
    };
    let what = if known { "with a cluster IP" } else { "with an address that may be a cluster IP" };
    let share = share(observed.cluster_ip, what);
    of_text(text, &[("share", &share), ("other", &observed.other.total())])
}

/// How many policies have DSR, as a sentence has it.
fn share(count: PolicyCount, what: &str) -> String {
    match (count.dsr, count.total()) {
        (_, 0) => format!("no policy {what} is listed"),
        (1, 1) => format!("the one policy {what} has DSR"),
        (0, 1) => format!("the one policy {what} has no DSR"),
        (with, all) if with == all => format!("all {all} policies {what} have DSR"),
        (0, all) => format!("none of the {all} policies {what} has DSR"),
        (1, all) => format!("1 of {all} policies {what} has DSR"),
        (with, all) => format!("{with} of {all} policies {what} have DSR"),
    }
}

/// That kube-proxy was refused, as a log or an event says.
pub(super) fn of_refusal(found: &StartRefusal) -> Because {
    let reason = Reason::Refused(found.refusal);
    let message = found.refusal.message().unwrap_or_default();
    let values: [(&str, &dyn Display); 2] = [("message", &message), ("place", &found.place)];
    Because {
        grade: reason.grade().map(|grade| grade.name().to_owned()),
        sources: reason.sources().iter().map(|source| source.key().to_owned()).collect(),
        ..of_text(&text::DSR_START_REFUSED, &values)
    }
}

/// What the arguments would do, where the policies on the node are made otherwise.
pub(super) fn against_observed(judged: &Applicability<'_>, observed: Verdict) -> Option<Because> {
    let asked = judged.flags.and_then(|flags| flags.enable_dsr) == Some(true);
    let text = match (judged.verdict, observed) {
        (Verdict::Refused, Verdict::On | Verdict::Off) => &text::DSR_REFUSED_YET_POLICIES,
        (Verdict::On | Verdict::Unknown, Verdict::Off) if asked => &text::DSR_ASKED_YET_OFF,
        (Verdict::Off, Verdict::On) => &text::DSR_NOT_ASKED_YET_ON,
        (Verdict::Unsupported, Verdict::On) => &text::DSR_UNSUPPORTED_YET_ON,
        _ => return None,
    };
    Some(of_text(text, &[("platform", &system(&judged.platform))]))
}

/// The reasons of what a running node has left of one protocol.
pub(super) fn of_live(protocol: ports::Protocol, blocks: u32) -> Vec<Because> {
    let text = match ports::live(blocks) {
        ports::Verdict::Exhausted => &text::DSR_LIVE_NONE,
        ports::Verdict::Warn => &text::DSR_LIVE_FEW,
        _ => &text::DSR_LIVE_ENOUGH,
    };
    let blocks = counted(blocks, "block", "blocks");
    vec![of_text(text, &[("protocol", &protocol), ("blocks", &blocks)])]
}

/// That services given may come on top of what a running node has.
pub(super) fn of_on_top(protocol: ports::Protocol, against: &ports::Estimate) -> Because {
    let policies = counted(against.demand.policies, "policy", "policies");
    let blocks = counted(against.blocks, "free block", "free blocks");
    let values: [(&str, &dyn Display); 3] =
        [("protocol", &protocol), ("policies", &policies), ("blocks", &blocks)];
    of_text(&text::DSR_ON_TOP, &values)
}

/// A number with what it counts.
fn counted(number: u32, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// The reasons of an estimate of one protocol.
pub(super) fn of_ports(protocol: ports::Protocol, estimate: &ports::Estimate) -> Vec<Because> {
    use ports::Because as Why;
    let one = |why: Why| {
        let (mut policies, mut left, mut pods) = (0, 0, 0);
        match why {
            Why::MorePoliciesThanBlocks { policies: count, .. } => policies = count,
            Why::FewBlocksLeft { left: count } => left = count,
            Why::PodsUnknown { pods: count } => pods = count,
            _ => {}
        }
        let ports::Demand { at_least, at_most, .. } = estimate.demand;
        let values: [(&str, &dyn Display); 7] = [
            ("protocol", &protocol),
            ("policies", &counted(policies, "policy", "policies")),
            ("blocks", &counted(estimate.blocks, "block", "blocks")),
            ("left", &counted(left, "block", "blocks")),
            ("pods", &counted(pods, "pod", "pods")),
            ("at-least", &at_least),
            ("at-most", &at_most),
        ];
        because(why.code(), &values, Some(why.grade()), why.sources())
    };
    estimate.because().map(one).collect()
}

/// The text at which kube-proxy stops, and what may be meant.
pub(super) fn stopped_at(flags: Option<&KubeProxyFlags<'_>>) -> (String, &'static str) {
    let (text, meant) = match flags.and_then(|flags| flags.problem) {
        Some(
            Problem::FlagValue(text)
            | Problem::GatePair(text)
            | Problem::GateValue(text)
            | Problem::Positional(text),
        ) => (text, ""),
        Some(Problem::Flag { written, meant } | Problem::Gate { written, meant }) => (written, meant),
        _ => ("", ""),
    };
    (format!("{:?}", crate::read::shortened(text)), meant)
}

/// The versions of HNS that were seen on a release, or next to it.
fn seen_on(release: Release) -> String {
    let with = |release: &&Release| !release.hns_seen().is_empty();
    let of = |release: &Release| {
        let versions: Vec<String> = release.hns_seen().iter().map(ToString::to_string).collect();
        format!("{} on {}", versions.join(", "), name_of(*release))
    };
    if !release.hns_seen().is_empty() {
        return of(&release);
    }
    let before = Release::ALL.iter().rfind(|other| **other < release && with(other));
    let after = Release::ALL.iter().find(|other| **other > release && with(other));
    before.into_iter().chain(after).map(of).collect::<Vec<_>>().join(" and ")
}

/// A release as people call it.
pub(crate) fn name_of(release: Release) -> String {
    match release {
        Release::Server2016 | Release::Server2019 | Release::Server2022 | Release::Server2025 => {
            format!("Windows Server {release}")
        }
        _ => format!("Windows Server, version {release}"),
    }
}

/// A system as people call it.
pub(super) fn system(platform: &Platform) -> String {
    let parts = [
        platform.release.map(name_of),
        platform.build.map(|build| format!("build {build}")),
        platform.hns.map(|hns| format!("HNS {hns}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "the system".to_owned() } else { parts.join(", ") }
}
