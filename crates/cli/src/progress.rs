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
            let of = if at.total > 0 { format!(" of {}", at.total) } else { String::new() };
            _ = write!(out, "\r\x1b[K{}: {}{of}", at.step, at.done).and_then(|()| out.flush());
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let (Some(_), Some(out)) = (self.last, &mut self.out) {
            _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}
