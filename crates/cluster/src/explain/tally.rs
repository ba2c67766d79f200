//! Counts what was found, by error and object, in bounded memory.

use super::evidence::{Evidence, Place};
use super::matcher::{self, MARGIN};
use super::object::Object;
use super::record::{self, Bounds, Facts};
use super::table::{Clue, ERRORS};
use super::time::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// Objects that are listed, over all errors; matches of more are counted.
const MAX_GROUPS: usize = 1000;

/// What was found in all inputs.
pub(super) struct Tally {
    pub(super) errors: Vec<Option<Found>>,
    pub(super) evidence: Evidence,
    groups: usize,
    /// The record of the match before, where it is whole.
    record: Option<Whole>,
}

/// One error, in all inputs.
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) span: Span,
    pub(super) first: Place,
    pub(super) column: u32,
    pub(super) shown: String,
    pub(super) objects: HashMap<Object, OfObject>,
    /// Matches of objects that are not listed.
    pub(super) others: u64,
    last: Last,
}

/// One error of one object.
#[derive(Default)]
pub(super) struct OfObject {
    pub(super) count: u64,
    pub(super) span: Span,
}

/// The match that was counted last, to tell another form of the same from the next.
struct Last {
    stream: u64,
    start: u64,
    end: u64,
    headed: bool,
    lines: Vec<(usize, u64)>,
}

/// A record that was written at once.
struct Whole {
    stream: u64,
    start: u64,
    end: u64,
    facts: Facts,
}

/// A match, and what it was found in.
pub(super) struct Hit<'a> {
    pub(super) file: &'a Arc<str>,
    pub(super) stream: u64,
    pub(super) window: &'a [u8],
    /// Offset of the window in its stream.
    pub(super) base: u64,
    /// Lines before the window.
    pub(super) lines: u64,
    pub(super) pattern: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// What is known of the window, where all of it is one record.
    pub(super) facts: Option<&'a Facts>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            errors: ERRORS.iter().map(|_| None).collect(),
            evidence: Evidence::default(),
            groups: 0,
            record: None,
        }
    }

    pub(super) fn hit(&mut self, hit: &Hit<'_>) {
        let Some((pattern, clue)) = matcher::pattern(hit.pattern) else { return };
        let bounds = match (hit.facts, &self.record) {
            (Some(_), _) => Bounds { start: 0, end: hit.window.len(), headed: true },
            (None, Some(known)) if known.has(hit) => known.bounds(hit.base),
            (None, _) => record::bounds(hit.window, hit.start, hit.end),
        };
        let record = hit.window.get(bounds.start..bounds.end).unwrap_or_default();
        if !matcher::fits(pattern, record) {
            return;
        }
        self.evidence.add(clue, || hit.place());
        let Clue::Error(index) = clue else { return };
        let Some(slot) = self.errors.get_mut(index) else { return };
        if slot.as_mut().is_some_and(|found| !found.last.is_new(hit, bounds)) {
            return;
        }
        let facts = match (hit.facts, &self.record) {
            (Some(facts), _) => facts,
            (None, Some(known)) if known.has(hit) => &known.facts,
            (None, _) => {
                let facts = Facts::of(record);
                let (start, end) = (hit.base + bounds.start as u64, hit.base + bounds.end as u64);
                // A record without a head depends on the match that it is around.
                let kept = if bounds.headed { start..end } else { 0..0 };
                &self
                    .record
                    .insert(Whole { stream: hit.stream, start: kept.start, end: kept.end, facts })
                    .facts
            }
        };
        let found = slot.get_or_insert_with(|| Found::new(hit, record));
        found.last = Last::new(hit, bounds);
        found.add(facts, &mut self.groups);
    }
}

impl Found {
    fn new(hit: &Hit<'_>, record: &[u8]) -> Self {
        let line = hit.line_start();
        let before = hit.window.get(line..hit.start).unwrap_or_default();
        let chars = before.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count();
        Self {
            count: 0,
            span: Span::default(),
            first: hit.place(),
            column: u32::try_from(chars).unwrap_or(u32::MAX).saturating_add(1),
            shown: sample(record),
            objects: HashMap::new(),
            others: 0,
            last: Last { stream: 0, start: 0, end: 0, headed: false, lines: Vec::new() },
        }
    }

    fn add(&mut self, facts: &Facts, groups: &mut usize) {
        let times = [facts.time, facts.last_time];
        self.count = self.count.saturating_add(facts.count);
        times.into_iter().flatten().for_each(|time| self.span.add(time));
        let Some(object) = &facts.object else { return };
        if !self.objects.contains_key(object) {
            if *groups >= MAX_GROUPS {
                self.others = self.others.saturating_add(facts.count);
                return;
            }
            *groups += 1;
        }
        let of_object = self.objects.entry(object.clone()).or_default();
        of_object.count = of_object.count.saturating_add(facts.count);
        times.into_iter().flatten().for_each(|time| of_object.span.add(time));
    }
}

impl Last {
    fn new(hit: &Hit<'_>, bounds: Bounds) -> Self {
        Self {
            stream: hit.stream,
            start: hit.base + bounds.start as u64,
            end: hit.base + bounds.end as u64,
            headed: bounds.headed,
            lines: vec![(hit.pattern, hit.base + hit.line_start() as u64)],
        }
    }

    /// Whether a match is another occurrence, and not the same in another form: text, hexadecimal and decimal result
    /// stand side by side.
    fn is_new(&mut self, hit: &Hit<'_>, bounds: Bounds) -> bool {
        if hit.stream != self.stream || hit.base + hit.start as u64 > self.end {
            return true;
        }
        if self.headed && bounds.headed {
            return hit.base + bounds.start as u64 != self.start;
        }
        let line = hit.base + hit.line_start() as u64;
        match self.lines.iter().find(|(pattern, _)| *pattern == hit.pattern) {
            Some((_, before)) => *before != line,
            None => {
                self.lines.push((hit.pattern, line));
                false
            }
        }
    }
}

impl Whole {
    fn has(&self, hit: &Hit<'_>) -> bool {
        let (start, end) = (hit.base + hit.start as u64, hit.base + hit.end as u64);
        self.stream == hit.stream && self.start <= start && end < self.end && self.start >= hit.base
    }

    fn bounds(&self, base: u64) -> Bounds {
        let offset = |place: u64| usize::try_from(place.saturating_sub(base)).unwrap_or(usize::MAX);
        Bounds { start: offset(self.start), end: offset(self.end), headed: true }
    }
}

impl Hit<'_> {
    /// Where the line of the match begins, as far as the margin shows it.
    fn line_start(&self) -> usize {
        let least = self.start.saturating_sub(MARGIN / 2);
        let before = self.window.get(least..self.start).unwrap_or_default();
        before.iter().rposition(|byte| *byte == b'\n').map_or(least, |at| least + at + 1)
    }

    fn place(&self) -> Place {
        let before = self.window.get(..self.start).unwrap_or_default();
        let line = self.lines + lines(before) + 1;
        Place { file: self.file.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }
}

/// Line breaks in a text.
pub(super) fn lines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// What a record says, in one line, short enough to show.
fn sample(record: &[u8]) -> String {
    let text = String::from_utf8_lossy(record);
    let words: Vec<&str> = text.split_whitespace().collect();
    crate::request::shortened_inside(&words.join(" "))
}
