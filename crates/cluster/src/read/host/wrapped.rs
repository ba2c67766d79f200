//! A command line that PowerShell or a console wrapped at its width.

use super::kube_proxy;
use winpod::dsr::KubeProxyFlags;

/// A command line of Windows is shorter.
const LONGEST: usize = 1 << 15;
/// No console is narrower: a shorter line ends where a blank was.
const NARROWEST: usize = 40;
/// More line ends that may be either would take more ways to read them than tell anything.
const MOST_OPEN: usize = 8;

/// Widths at which a console cuts a line, the column that `Format-List` leaves free among them.
const CONSOLES: [usize; 4] = [79, 80, 119, 120];

/// It is cut, or its line ends may be blanks or not, and that matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear;

/// The column of the value in a line `PathName : value`, as `Format-List` aligns what follows; `None` of other lines.
pub(super) fn value_column(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    let column = name.len() + 1 + (value.len() - value.trim_start().len());
    name.trim().eq_ignore_ascii_case("PathName").then_some(column)
}

/// Whether a line has the command line of a service, as `sc.exe qc` names it.
pub(super) fn is_queried(line: &str) -> bool {
    line.trim_start().starts_with("BINARY_PATH_NAME")
}

/// Whether the console may have cut a line, so that what follows is not indented.
fn is_cut_hard(line: &str) -> bool {
    let width = || line.trim_end_matches(['\r', '\n']).chars().count();
    is_queried(line) || !super::is_klog(line) && CONSOLES.contains(&width())
}

/// Whether a line starts with a path, as the command line of another service does.
pub(super) fn is_path(line: &str) -> bool {
    let text = line.strip_prefix('"').unwrap_or(line);
    text.get(1..3) == Some(r":\")
}

/// The lines of one value.
pub(super) struct Wrapped {
    column: Option<usize>,
    /// Lines that follow may start anywhere, as long as those before are full.
    hard: bool,
    /// Without indents, but for the first.
    lines: Vec<String>,
    bytes: usize,
}

impl Wrapped {
    pub(super) fn new(line: &str) -> Self {
        let column = value_column(line);
        let hard = column.is_none() && is_cut_hard(line);
        Self { column, hard, lines: vec![line.trim_end_matches(['\r', '\n']).to_owned()], bytes: line.len() }
    }

    /// Takes a line in if it goes on with the value.
    pub(super) fn continues(&mut self, text: &str) -> bool {
        let indent = text.len() - text.trim_start().len();
        let other = text.contains(" : ") || text.contains("  :");
        let goes_on = match self.column {
            Some(column) => indent >= column,
            // Whatever follows in the answer of `sc.exe` has a name.
            None if self.hard && self.lines.first().is_some_and(|line| is_queried(line)) => !other,
            None if self.hard => self.is_full() && !other && !is_path(text) && !super::is_klog(text),
            None => indent >= 8 && !other,
        };
        if !goes_on || text.trim().is_empty() || self.bytes > LONGEST {
            return false;
        }
        self.bytes += text.len();
        let from = if self.hard { 0 } else { self.column.unwrap_or(indent) };
        self.lines.push(text.get(from..).unwrap_or_default().trim_end_matches(['\r', '\n']).to_owned());
        true
    }

    /// Whether the last line is as long as the first, but for a blank that was lost, so that it may go on.
    fn is_full(&self) -> bool {
        let width = |line: Option<&String>| line.map_or(0, |line| line.chars().count());
        let first = width(self.lines.first());
        first >= NARROWEST && width(self.lines.last()).abs_diff(first) <= 1
    }

    /// Whether it stands in a log.
    pub(super) fn is_logged(&self) -> bool {
        self.lines.first().is_some_and(|line| super::is_klog(line))
    }

    /// The arguments of kube-proxy, if it is one.
    pub(super) fn arguments(&self) -> Result<Option<Vec<String>>, Unclear> {
        let names_it = |text: &str| text.to_ascii_lowercase().contains("kube-proxy");
        let readings = self.readings();
        let named = readings.iter().flatten().any(|text| names_it(text)) || names_it(&self.lines.concat());
        let last = self.lines.last().map_or("", |line| line.trim_end());
        let is_one = || readings.iter().flatten().any(|text| kube_proxy::arguments(text).is_some());
        let named = named && (self.column.is_some() || is_one());
        let cut = last.ends_with("...") || last.ends_with('\u{2026}');
        let all: Option<Vec<_>> =
            readings.map(|all| all.iter().map(|text| kube_proxy::arguments(text)).collect());
        let Some(all) = all.filter(|_| !(cut && named)) else {
            return if named { Err(Unclear) } else { Ok(None) };
        };
        if all.iter().all(Option::is_none) {
            return Ok(None);
        }
        // A wrapped line that nobody would write, and kube-proxy would not take, is read wrongly.
        let wrapped = (self.column.is_some() || self.hard) && self.lines.len() > 1;
        let likely: Vec<&Vec<String>> =
            all.iter().flatten().filter(|arguments| !wrapped || is_likely(arguments)).collect();
        // What is not known of it is told by what it makes kube-proxy do.
        match likely.split_first() {
            Some((first, others)) if others.iter().all(|other| decides(other, first)) => {
                Ok(Some((*first).clone()))
            }
            _ => Err(Unclear),
        }
    }

    /// Every way to put the lines together; `None` if there are too many.
    fn readings(&self) -> Option<Vec<String>> {
        let column = match self.column {
            Some(column) => column,
            None if self.hard => 0,
            None => return Some(vec![self.lines.join(" ")]),
        };
        let indent = |at: usize| if at == 0 { 0 } else { column };
        let width = |at: usize, line: &str| line.chars().count() + indent(at);
        let widest = self.lines.iter().enumerate().map(|(at, line)| width(at, line)).max().unwrap_or(0);
        let mut readings = vec![String::new()];
        for (at, line) in self.lines.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| Some((at, self.lines.get(at)?)));
            let Some((at, before)) = before else {
                readings = vec![line.clone()];
                continue;
            };
            // A blank at a line end or start is one whatever wrapped it. A line that is not full ends at a blank, unless
            // what follows is half of two hyphens.
            let has_blank = before.ends_with(' ') || line.starts_with(' ');
            let full = width(at, before) >= widest.max(NARROWEST);
            let half = line.starts_with('-') && !line.starts_with("--");
            let glued = readings.iter().map(|text| format!("{text}{line}"));
            let parted = readings.iter().map(|text| format!("{text} {line}"));
            readings = match (has_blank, full || half) {
                (true, _) => glued.collect(),
                (false, false) => parted.collect(),
                (false, true) => parted.chain(glued).collect(),
            };
            if readings.len() > 1 << MOST_OPEN {
                return None;
            }
        }
        Some(readings)
    }
}

fn parsed(arguments: &[String]) -> Vec<&str> {
    std::iter::once("kube-proxy").chain(arguments.iter().map(String::as_str)).collect()
}

/// Whether kube-proxy takes the arguments, and they look as people write them: a line end in the middle of a word makes
/// names that no flag has, and one lost between two words makes one of both.
fn is_likely(arguments: &[String]) -> bool {
    let name =
        |word: &str| word.strip_prefix("--").map(|flag| flag.split('=').next().unwrap_or(flag).to_owned());
    let named = |name: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        !name.is_empty() && name.chars().all(plain) && !name.starts_with('-') && !name.ends_with('-')
    };
    let word = |word: &String| match name(word) {
        Some(flag) => named(&flag) && !word.get(2..).unwrap_or_default().contains("--"),
        // One hyphen is for flags of one letter.
        None => {
            !word.starts_with('-')
                || matches!(word.as_bytes(), [_, letter, rest @ ..] if letter.is_ascii_alphabetic() && matches!(rest, [] | [b'=', ..]))
        }
    };
    let takes_pairs = |flag: &str| flag == "feature-gates";
    let pair = |pair: &[String]| match pair {
        [flag, value] => match name(flag).filter(|_| !flag.contains('=')) {
            Some(flag) => value.starts_with('-') || !value.contains('=') || takes_pairs(&flag),
            None => true,
        },
        _ => true,
    };
    arguments.iter().all(word)
        && arguments.windows(2).all(pair)
        && KubeProxyFlags::parse(&parsed(arguments)).problem.is_none()
}

fn decides(one: &[String], other: &[String]) -> bool {
    KubeProxyFlags::parse(&parsed(one)) == KubeProxyFlags::parse(&parsed(other))
}

#[cfg(test)]
mod tests {
    use super::{Unclear, Wrapped};

    fn of(text: &str) -> Result<Option<String>, Unclear> {
        let mut lines = text.lines();
        let mut wrapped = Wrapped::new(lines.next().unwrap_or_default());
        assert!(lines.all(|line| wrapped.continues(line)), "{text}");
        wrapped.arguments().map(|found| found.map(|words| words.join("|")))
    }

    /// A value as a console of a width cuts it.
    fn cut(value: &str, width: usize) -> String {
        let chars: Vec<char> = value.chars().collect();
        let lines: Vec<String> = chars.chunks(width - 11).map(|line| line.iter().collect()).collect();
        format!("PathName : {}", lines.join("\n           "))
    }

    const VALUE: &str = r#""C:\EKS\EKS-WindowsServiceHost.exe" kube-proxy "C:\k\kube-proxy.exe" --kubeconfig="C:\ProgramData\kubernetes\kubeconfig" --v=1 --enable-dsr=true --cluster-cidr=10.0.0.0/16 --logtostderr=true"#;

    #[test]
    fn no_cut_reads_as_something_else() {
        let mut known = 0;
        for width in 42..260 {
            if let Ok(found) = of(&cut(VALUE, width)) {
                let found = found.unwrap_or_default();
                assert!(found.contains("|--enable-dsr=true|"), "{width}: {found}");
                known += 1;
            }
        }
        assert!(known > 60, "{known}");
    }

    /// `sc.exe qc` in a console of a width.
    fn queried(value: &str, width: usize) -> String {
        let line = format!("        BINARY_PATH_NAME   : {value}");
        let chars: Vec<char> = line.chars().collect();
        let lines: Vec<String> = chars.chunks(width).map(|line| line.iter().collect()).collect();
        lines.join("\n")
    }

    /// As what copies from a console loses blanks at line ends.
    fn trimmed(text: &str) -> String {
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn cuts_of_consoles_read_in_one_way() {
        // Each shifts what is at the line ends.
        for shift in 0..120 {
            let value = format!(
                "{VALUE} --hostname-override=ip-{}.internal --feature-gates=WinDSR=true,WinOverlay=true",
                "1".repeat(shift)
            );
            for text in [79, 80, 119, 120].into_iter().flat_map(|width| {
                let queried = queried(&value, width);
                [cut(&value, width), trimmed(&queried), queried]
            }) {
                let found = of(&text).unwrap_or_else(|Unclear| panic!("{text}")).unwrap_or_default();
                let ends = "|--feature-gates=WinDSR=true,WinOverlay=true";
                assert!(found.contains("|--enable-dsr=true|") && found.ends_with(ends), "{text}\n{found}");
                assert!(!found.contains("|--v=1--"), "{found}");
            }
        }
    }

    #[test]
    fn another_service_is_no_end_of_a_line() {
        let line = queried(r"C:\k\kube-proxy.exe --v=1 --enable-dsr=true", 200);
        let mut wrapped = Wrapped::new(&line);
        assert!(!wrapped.continues("        LOAD_ORDER_GROUP   : "));
        let line = format!(r#""C:\k\kube-proxy.exe" --v=1 --hostname-override={}"#, "a".repeat(32));
        assert_eq!(line.len(), 80);
        let mut wrapped = Wrapped::new(&line);
        assert!(!wrapped.continues(r"C:\Windows\system32\svchost.exe -k netsvcs"));
        assert!(wrapped.continues("bbb --enable-dsr=true"));
        assert_eq!(wrapped.arguments().unwrap().unwrap().last().unwrap(), "--enable-dsr=true");
    }

    #[test]
    fn lines_ended_at_blanks_are_joined_by_them() {
        let text = "PathName : C:\\EKS\\EKS-WindowsServiceHost.exe kube-proxy\n           C:\\k\\kube-proxy.exe --v=1\n           --enable-dsr=true --hostname-override=ip-10-0-8-20.eu-west-1.compute.internal";
        let found = of(text).unwrap().unwrap_or_default();
        assert!(
            found.ends_with(
                "--v=1|--enable-dsr=true|--hostname-override=ip-10-0-8-20.eu-west-1.compute.internal"
            ),
            "{found}"
        );
        assert_eq!(of("PathName : C:\\kube-proxy.exe --v=1 --enable-dsr=true ..."), Err(Unclear));
        assert_eq!(of("PathName : C:\\other.exe ..."), Ok(None));
        assert_eq!(of("I0101 00:00:00.000000 1 a.go:1] Starting kube-proxy..."), Ok(None));
    }
}
