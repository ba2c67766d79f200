//! How kube-proxy is started: which of the things that say so counts, and whether they agree.

use super::DsrRequest;
use super::answer::Because;
use super::given::behind_kube_proxy;
use super::reasons;
use super::script::Judged;
use crate::model::{Cluster, KubeProxyStart, Place, StartEvidence};
use crate::note::{Note, text as note};
use crate::read::host::words;
use std::fmt::Display;
use winpod::dsr::{KubeProxy, KubeProxyFlags, Problem};

/// What is known about kube-proxy's arguments.
pub(super) enum Start {
    /// All of them.
    CommandLine(Vec<String>),
    /// Those added to the image's own.
    Added(Vec<String>),
    Unknown(Option<Because>),
    /// They stand somewhere and cannot be read.
    Unclear(Because),
}

impl Start {
    pub(super) const fn is_unclear(&self) -> bool {
        matches!(self, Self::Unclear(_))
    }

    /// Why they are not known.
    pub(super) const fn why_unknown(&self) -> Option<&Because> {
        match self {
            Self::Unclear(why) | Self::Unknown(Some(why)) => Some(why),
            _ => None,
        }
    }

    /// The words that [`Start::kube_proxy`] takes, with the name of the program first.
    pub(super) fn words(&self) -> Vec<&str> {
        match self {
            Self::CommandLine(words) | Self::Added(words) => behind_kube_proxy(words),
            Self::Unknown(_) | Self::Unclear(_) => Vec::new(),
        }
    }

    pub(super) const fn kube_proxy<'a>(&self, words: &'a [&'a str]) -> KubeProxy<'a> {
        match self {
            Self::CommandLine(_) => KubeProxy::CommandLine(words),
            Self::Added(_) => KubeProxy::EksImage(words),
            Self::Unknown(_) | Self::Unclear(_) => KubeProxy::Unknown,
        }
    }
}

/// One thing that says how it is started.
struct Claim<'a> {
    /// How near it is to what runs.
    rank: usize,
    what: &'static str,
    whole: bool,
    arguments: &'a [String],
    place: &'a Place,
}

impl Claim<'_> {
    fn decides(&self) -> (bool, Option<bool>) {
        decides(&KubeProxyFlags::parse(&behind_kube_proxy(self.arguments)))
    }

    fn shown(&self) -> String {
        let (on, gate) = self.decides();
        let gate = gate.map(|on| format!(" and WinDSR={on}")).unwrap_or_default();
        format!("{} --enable-dsr{gate}", if on { "with" } else { "without" })
    }
}

fn decides(flags: &KubeProxyFlags<'_>) -> (bool, Option<bool>) {
    (flags.enable_dsr.unwrap_or(false), flags.win_dsr)
}

/// Whether a log shows flags at which kube-proxy would have stopped: it writes them once it has read them, so they are
/// not what it wrote. Gates it judges later.
fn is_misread(start: &KubeProxyStart) -> bool {
    let problem = KubeProxyFlags::parse(&behind_kube_proxy(&start.arguments)).problem;
    start.said_by == StartEvidence::LoggedFlags
        && problem.is_some_and(|problem| !matches!(problem, Problem::Gate { .. }))
}

/// The request counts most, then what a node shows, then what user data asks for.
pub(super) fn of(
    request: &DsrRequest,
    cluster: &Cluster,
    scripts: &[Judged<'_>],
    notes: &mut Vec<Note>,
) -> Start {
    let mut claims: Vec<Claim<'_>> = Vec::new();
    let (known, misread): (Vec<_>, Vec<_>) =
        cluster.kube_proxy_starts.iter().partition(|start| !is_misread(start));
    for start in known {
        claims.push(Claim {
            rank: 0,
            what: start.said_by.as_str(),
            whole: true,
            arguments: &start.arguments,
            place: &start.place,
        });
    }
    for judged in scripts {
        let Some(arguments) = &judged.adds else { continue };
        claims.push(Claim {
            rank: 1,
            what: "user data",
            whole: false,
            arguments,
            place: &judged.script.place,
        });
    }
    claims.sort_by_key(|claim| claim.rank);
    for earlier in &cluster.earlier_starts {
        let claim = Claim {
            rank: 0,
            what: earlier.said_by.as_str(),
            whole: true,
            arguments: &earlier.arguments,
            place: &earlier.place,
        };
        let same_file = |later: &&Claim<'_>| later.place.file == claim.place.file;
        let later = claims.iter().filter(same_file).find(|later| later.decides() != claim.decides());
        if let Some(later) = later {
            let values: [(&str, &dyn Display); 2] = [("says", &claim.shown()), ("later", &later.shown())];
            notes.push(Note::new(&note::DSR_START_EARLIER, &values).at(claim.place));
        }
    }
    let asked = match (&request.kube_proxy_args, &request.extra_args) {
        (Some(line), _) => Some(Start::CommandLine(words(line))),
        (None, Some(line)) => Some(Start::Added(words(line))),
        (None, None) => None,
    };
    if let Some(asked) = asked {
        let words = asked.words();
        let asked_for = decides(&KubeProxyFlags::parse(&words));
        if let Some(other) = claims.iter().find(|claim| claim.decides() != asked_for) {
            let values: [(&str, &dyn Display); 2] = [("what", &other.what), ("says", &other.shown())];
            notes.push(Note::new(&note::DSR_START_ASKED, &values).at(other.place));
        }
        return asked;
    }
    // Of what runs nothing is clear, so that what was asked for does not tell either.
    let unclear = cluster.unclear_starts.first().or(misread.first().map(|start| &start.place));
    if let Some(place) = unclear.filter(|_| claims.first().is_none_or(|first| first.rank > 0)) {
        return Start::Unclear(reasons::of_text(&note::DSR_START_UNCLEAR, &[("place", place)]));
    }
    let doubtful = scripts.iter().find(|judged| judged.adds.is_none() && judged.answer.form != "none");
    let first = claims.first().filter(|first| first.rank == 0 || doubtful.is_none());
    let Some(first) = first else {
        let why = doubtful.map(|judged| {
            let place = &judged.script.place;
            reasons::of_text(&note::DSR_USER_DATA_DOUBTFUL, &[("place", place)])
        });
        return Start::Unknown(why);
    };
    if let Some(other) = claims.iter().find(|other| other.decides() != first.decides()) {
        let values: [(&str, &dyn Display); 6] = [
            ("what", &first.what),
            ("place", first.place),
            ("says", &first.shown()),
            ("other", &other.what),
            ("there", other.place),
            ("otherwise", &other.shown()),
        ];
        if other.rank == first.rank {
            return Start::Unknown(Some(reasons::of_text(&note::DSR_STARTS_DIFFER, &values)));
        }
        notes.push(Note::new(&note::DSR_START_OVERRULED, &values).at(other.place));
    }
    notes.push(Note::new(&note::DSR_START_FROM_FILES, &[("what", &first.what)]).at(first.place));
    let arguments = first.arguments.to_vec();
    if first.whole { Start::CommandLine(arguments) } else { Start::Added(arguments) }
}
