//! A command line that PowerShell wrapped at the width of its console.

use super::kube_proxy;
use winpod::dsr::KubeProxyFlags;

/// A command line of Windows is shorter.
const LONGEST: usize = 1 << 15;
/// No console is narrower: a shorter line ends where a blank was.
const NARROWEST: usize = 40;
/// More line ends that may be either would take more ways to read them than tell anything.
const MOST_OPEN: usize = 8;

/// It is cut, or its line ends may be blanks or not, and that matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclear;

/// The column of the value in a line `PathName : value`, as `Format-List` aligns what follows; `None` of other lines.
pub(super) fn value_column(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    let column = name.len() + 1 + (value.len() - value.trim_start().len());
    name.trim().eq_ignore_ascii_case("PathName").then_some(column)
}

/// The lines of one value.
pub(super) struct Wrapped {
    column: Option<usize>,
    /// Without indents, but for the first.
    lines: Vec<String>,
    bytes: usize,
}

impl Wrapped {
    pub(super) fn new(line: &str) -> Self {
        let column = value_column(line);
        Self { column, lines: vec![line.trim_end_matches(['\r', '\n']).to_owned()], bytes: line.len() }
    }

    /// Takes a line in if it goes on with the value.
    pub(super) fn continues(&mut self, text: &str) -> bool {
        let indent = text.len() - text.trim_start().len();
        let goes_on = match self.column {
            Some(column) => indent >= column,
            None => indent >= 8 && !text.contains(" : ") && !text.contains("  :"),
        };
        if !goes_on || text.trim().is_empty() || self.bytes > LONGEST {
            return false;
        }
        self.bytes += text.len();
        let from = self.column.unwrap_or(indent);
        self.lines.push(text.get(from..).unwrap_or_default().trim_end_matches(['\r', '\n']).to_owned());
        true
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
        let Some((Some(first), others)) = all.split_first() else {
            let none = all.iter().all(Option::is_none);
            return if none { Ok(None) } else { Err(Unclear) };
        };
        // What is not known of it is told by what it makes kube-proxy do.
        let same = |other: &Option<Vec<String>>| other.as_ref().is_some_and(|it| decides(it, first));
        // A wrapped line that kube-proxy would not take is more likely read wrongly.
        let stops = self.column.is_some() && self.lines.len() > 1 && has_problem(first);
        if stops || !others.iter().all(same) { Err(Unclear) } else { Ok(Some(first.clone())) }
    }

    /// Every way to put the lines together; `None` if there are too many.
    fn readings(&self) -> Option<Vec<String>> {
        let Some(column) = self.column else { return Some(vec![self.lines.join(" ")]) };
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

fn has_problem(arguments: &[String]) -> bool {
    KubeProxyFlags::parse(&parsed(arguments)).problem.is_some()
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
