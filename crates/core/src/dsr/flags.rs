//! kube-proxy's command line, as far as it decides on Direct Server Return.

use crate::go::parse_bool;
use crate::named::named;

/// Something on a command line at which kube-proxy exits before it does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem<'a> {
    /// A value of `--enable-dsr` that is no Go boolean.
    FlagValue(&'a str),
    /// A pair of `--feature-gates` without an equals sign.
    GatePair(&'a str),
    /// A pair of `--feature-gates` whose value is no Go boolean.
    GateValue(&'a str),
    /// An argument that is no flag, such as `false` in `--enable-dsr false`.
    Positional(&'a str),
    /// A flag that kube-proxy does not know, so like one that it knows that this one is meant, such as `--enable-drs`.
    Flag {
        /// As it is written.
        written: &'a str,
        /// What is meant.
        meant: &'static str,
    },
    /// A gate that kube-proxy does not know, in the same way, such as `windsr`: their letter case counts.
    Gate {
        /// As it is written.
        written: &'a str,
        /// What is meant.
        meant: &'static str,
    },
}

/// The flags that decide on DSR or come with it, but for `--config`, which is too short to tell what is meant by a
/// word like it.
const FLAGS: [&str; 4] = ["--enable-dsr", "--feature-gates", "--source-vip", "--network-name"];
const GATES: [&str; 4] = ["WinDSR", "WinOverlay", "AllAlpha", "AllBeta"];

named! {
    /// A flag that is given more than once with different values; the last one counts.
    #[non_exhaustive]
    Contradiction {
        /// `--enable-dsr`.
        EnableDsr = "enable-dsr",
        /// The gate `WinDSR`.
        WinDsr = "win-dsr",
        /// The gate `WinOverlay`.
        WinOverlay = "win-overlay",
    }
}

/// The flags of a kube-proxy command line that decide on Direct Server Return, as Go's flag library reads them.
///
/// # Examples
///
/// ```
/// use winpod::dsr::{KubeProxyFlags, Problem};
///
/// let flags = KubeProxyFlags::parse(&["--v=1", "--enable-dsr", "--feature-gates=WinDSR=true,WinOverlay=false"]);
/// assert_eq!((flags.enable_dsr, flags.win_dsr, flags.win_overlay), (Some(true), Some(true), Some(false)));
///
/// // A boolean flag takes no value of its own.
/// let flags = KubeProxyFlags::parse(&["--enable-dsr", "false"]);
/// assert_eq!((flags.enable_dsr, flags.problem), (Some(true), Some(Problem::Positional("false"))));
///
/// // Flags that are not known here are taken for kube-proxy's own, unless they are like one that is.
/// assert_eq!(KubeProxyFlags::parse(&["--hostname-override=a"]).problem, None);
/// let written = "--enable-drs=true";
/// let meant = "--enable-dsr";
/// assert_eq!(KubeProxyFlags::parse(&[written]).problem, Some(Problem::Flag { written: "--enable-drs", meant }));
/// ```
///
/// # Source
/// [`SourceId::KubeProxyFlags`](crate::SourceId::KubeProxyFlags),
/// [`SourceId::BoolFlagNeedsEquals`](crate::SourceId::BoolFlagNeedsEquals).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KubeProxyFlags<'a> {
    /// `--enable-dsr`; `None` if it is not given, which means false.
    pub enable_dsr: Option<bool>,
    /// The gate `WinDSR`, if it is named.
    pub win_dsr: Option<bool>,
    /// The gate `WinOverlay`, if it is named.
    pub win_overlay: Option<bool>,
    /// `AllAlpha`: all alpha gates that are not named.
    pub all_alpha: Option<bool>,
    /// `AllBeta`: all beta gates that are not named.
    pub all_beta: Option<bool>,
    /// The file of `--config`; with one, none of the other flags here is read.
    pub config: Option<&'a str>,
    /// `--source-vip`, which an overlay network needs.
    pub source_vip: Option<&'a str>,
    /// The first thing at which kube-proxy exits.
    pub problem: Option<Problem<'a>>,
    contradicts: [bool; 3],
}

impl<'a> KubeProxyFlags<'a> {
    /// Reads arguments in their order, those of other flags passed over. The path of the program may come first.
    ///
    /// Underscores in names of flags stand for hyphens; the last of repeated values counts, gates by their name.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Contradiction, KubeProxyFlags};
    ///
    /// let flags = KubeProxyFlags::parse(&["kube-proxy.exe", "--enable_dsr=true", "--enable-dsr=false"]);
    /// assert_eq!(flags.enable_dsr, Some(false));
    /// assert!(flags.contradictions().eq([Contradiction::EnableDsr]));
    /// assert_eq!(KubeProxyFlags::parse(&[]), KubeProxyFlags::default());
    /// ```
    pub fn parse(arguments: &[&'a str]) -> Self {
        let mut flags = Self::default();
        let mut rest = arguments.iter().copied().enumerate().peekable();
        while let Some((place, argument)) = rest.next() {
            let Some(flag) = argument.strip_prefix("--") else {
                let is_flag = argument.len() > 1 && argument.starts_with('-');
                if !is_flag && !argument.is_empty() && place > 0 {
                    flags.stop(Problem::Positional(argument));
                }
                // What a short flag takes as its value is not known here.
                if is_flag {
                    // One hyphen is for flags of one letter.
                    flags.unless_misspelt(argument);
                }
                if is_flag && !argument.contains('=') {
                    rest.next_if(|(_, next)| !next.starts_with('-'));
                }
                continue;
            };
            if flag.is_empty() {
                if let Some((_, first)) = rest.find(|(_, argument)| !argument.is_empty()) {
                    flags.stop(Problem::Positional(first));
                }
                break;
            }
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            if is(name, "enable-dsr") {
                flags.flag(value);
            } else if is(name, "windows-service") || is(name, "forward-healthcheck-vip") {
                // Booleans too: the next argument is not theirs.
            } else if is(name, "feature-gates") || is(name, "config") || is(name, "source-vip") {
                // Whatever comes next is the value, a flag too.
                let value = value.or_else(|| rest.next().map(|(_, next)| next)).unwrap_or("");
                if is(name, "feature-gates") {
                    flags.gates(value);
                } else {
                    let place = if is(name, "config") { &mut flags.config } else { &mut flags.source_vip };
                    *place = Some(value).filter(|value| !value.is_empty());
                }
            } else {
                flags.unless_misspelt(argument);
                if value.is_none() {
                    rest.next_if(|(_, next)| !next.starts_with('-'));
                }
            }
        }
        flags
    }

    /// Iterates over what is given more than once with different values.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Contradiction, KubeProxyFlags};
    ///
    /// let flags = KubeProxyFlags::parse(&["--feature-gates=WinDSR=false", "--feature-gates=WinDSR=true"]);
    /// assert_eq!((flags.win_dsr, flags.contradictions().next()), (Some(true), Some(Contradiction::WinDsr)));
    /// ```
    pub fn contradictions(&self) -> impl Iterator<Item = Contradiction> + Clone + '_ {
        Contradiction::ALL.iter().copied().filter(|which| self.contradicts[*which as usize])
    }

    fn stop(&mut self, problem: Problem<'a>) {
        self.problem.get_or_insert(problem);
    }

    /// Stops at a flag that is not known but like one that is.
    fn unless_misspelt(&mut self, argument: &'a str) {
        let written = argument.split('=').next().unwrap_or(argument);
        let name = written.trim_start_matches('-');
        let near = |meant: &&str| is_near(name, meant.trim_start_matches('-'), 2);
        if FLAGS.into_iter().any(|meant| is(written, meant)) {
            return;
        }
        if let Some(meant) = FLAGS.into_iter().find(near) {
            self.stop(Problem::Flag { written, meant });
        }
    }

    fn flag(&mut self, value: Option<&'a str>) {
        match value.map(|text| (text, parse_bool(text))) {
            None => self.set(Contradiction::EnableDsr, true),
            Some((_, Some(value))) => self.set(Contradiction::EnableDsr, value),
            Some((text, None)) => self.stop(Problem::FlagValue(text)),
        }
    }

    fn gates(&mut self, value: &'a str) {
        for pair in value.split(',').filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                return self.stop(Problem::GatePair(pair));
            };
            let Some(value) = parse_bool(value.trim()) else {
                return self.stop(Problem::GateValue(pair));
            };
            match name.trim() {
                "WinDSR" => self.set(Contradiction::WinDsr, value),
                "WinOverlay" => self.set(Contradiction::WinOverlay, value),
                "AllAlpha" => self.all_alpha = Some(value),
                "AllBeta" => self.all_beta = Some(value),
                written => {
                    if let Some(meant) = GATES.into_iter().find(|meant| is_near(written, meant, 1)) {
                        self.stop(Problem::Gate { written, meant });
                    }
                }
            }
        }
    }

    fn set(&mut self, which: Contradiction, value: bool) {
        let place = match which {
            Contradiction::EnableDsr => &mut self.enable_dsr,
            Contradiction::WinDsr => &mut self.win_dsr,
            Contradiction::WinOverlay => &mut self.win_overlay,
        };
        if place.replace(value).is_some_and(|before| before != value) {
            self.contradicts[which as usize] = true;
        }
    }
}

/// Whether a flag has this name, with underscores for hyphens.
fn is(written: &str, name: &str) -> bool {
    let plain = |b: u8| if b == b'_' { b'-' } else { b };
    written.len() == name.len() && written.bytes().zip(name.bytes()).all(|(a, b)| plain(a) == b)
}

/// Whether at most so many letters are inserted, dropped, replaced or swapped with the next, letter case left out.
fn is_near(written: &str, name: &str, most: usize) -> bool {
    const LONGEST: usize = 16;
    let plain = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    if written.len().max(name.len()) > LONGEST {
        return false;
    }
    // The distances of all beginnings of the name, from that of what is written, and from the two before it.
    let mut first = [0; LONGEST + 1];
    first.iter_mut().enumerate().for_each(|(at, cell)| *cell = at);
    let (mut last, mut before) = (first, first);
    let mut previous = None;
    for (row, letter) in written.bytes().map(|byte| plain(&byte)).enumerate() {
        let mut new = [row + 1; LONGEST + 1];
        let mut other_before = None;
        for (at, other) in name.bytes().map(|byte| plain(&byte)).enumerate() {
            let replaced = last[at] + usize::from(letter != other);
            new[at + 1] = replaced.min(last[at + 1] + 1).min(new[at] + 1);
            if other_before == Some(letter) && previous == Some(other) {
                new[at + 1] = new[at + 1].min(before[at - 1] + 1);
            }
            other_before = Some(other);
        }
        (before, last, previous) = (last, new, Some(letter));
    }
    last[name.len()] <= most
}
