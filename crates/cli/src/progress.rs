//! Progress of long reads, on a terminal only.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use winpod_cluster::progress::Progress;

/// Shorter work shows nothing.
const SILENCE: Duration = Duration::from_millis(700);
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows where the work is on one line, which it wipes at the end.
pub(crate) struct Line<'a> {
    out: Option<&'a mut dyn Write>,
    start: Instant,
    last: Option<Instant>,
}

impl<'a> Line<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, shown: bool) -> Self {
        Self { out: shown.then_some(out), start: Instant::now(), last: None }
    }

    pub(crate) fn tell(&mut self, at: Progress) -> ControlFlow<()> {
        let due = match self.last {
            None => self.start.elapsed() > SILENCE,
            Some(last) => last.elapsed() > INTERVAL,
        };
        if let (true, Some(out)) = (due, &mut self.out) {
            self.last = Some(Instant::now());
            _ = write!(out, "\r\x1b[K{}", shown(at)).and_then(|()| out.flush());
        }
        ControlFlow::Continue(())
    }
}

/// A bar where the end is known, else a number.
fn shown(at: Progress) -> String {
    const WIDTH: u64 = 30;
    let Progress { step, done, total, .. } = at;
    if total == 0 {
        return format!("{step}: {done}");
    }
    let done = done.min(total);
    let part = |of: u64| u64::try_from(u128::from(done) * u128::from(of) / u128::from(total)).unwrap_or(of);
    let full = usize::try_from(part(WIDTH)).unwrap_or(0);
    let (bar, rest) = ("█".repeat(full), "░".repeat(30 - full));
    format!("{step} {bar}{rest} {:3} %", part(100))
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let (Some(_), Some(out)) = (self.last, &mut self.out) {
            _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_with_what_is_done() {
        let mut out = Vec::new();
        for (done, total) in [(0, 0), (0, 8), (1, 3), (8, 8), (9, 8), (u64::MAX, u64::MAX)] {
            let mut line = Line::new(&mut out, true);
            line.last = Instant::now().checked_sub(Duration::from_secs(1));
            assert!(line.tell(Progress::new("simulate", done, total)).is_continue());
        }
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.split("\r\x1b[K").filter(|line| !line.is_empty()).collect();
        let bar = |full: usize, percent: &str| {
            format!("simulate {}{} {percent} %", "█".repeat(full), "░".repeat(30 - full))
        };
        let expected = [
            "simulate: 0".to_owned(),
            bar(0, "  0"),
            bar(10, " 33"),
            bar(30, "100"),
            bar(30, "100"),
            bar(30, "100"),
        ];
        assert_eq!(lines, expected);
    }
}
