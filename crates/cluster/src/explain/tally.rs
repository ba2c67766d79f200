//! Counts what was found, by error, node and object, in bounded memory.

use super::described::Described;
use super::evidence::{Evidence, Place};
use super::excerpt::excerpt;
use super::matcher::{Candidate, MARGIN};
use super::nodes::{Node, Nodes};
use super::object::{Key, Object, ObjectRef};
use super::platform;
use super::record::{self, Bounds, Facts, Heads};
use super::table::{Clue, ERRORS, Reads, SIGNALS};
use super::time::{Calendar, Span, Time};
use super::words::Words;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Objects that are listed, over all errors; matches of more are counted.
const MAX_GROUPS: usize = 1000;
/// Nodes that errors are told apart by, over all errors.
const MAX_PARTS: usize = 1000;
/// Results without a name that are listed.
const MAX_UNNAMED: usize = 20;
/// What somebody pastes is no longer; a longer text is a log, where each line stands for itself.
const PASTE: u64 = 1 << 16;

/// What was found in all inputs.
pub(super) struct Tally {
    pub(super) errors: Vec<Option<Found>>,
    pub(super) evidence: Evidence,
    pub(super) nodes: Nodes,
    groups: usize,
    parts: usize,
    /// The record of the match before.
    record: Known,
    words: Words,
    /// What is known of all records of a stream.
    stream: OfStream,
    /// The lines around the last matches.
    heads: Heads,
    calendar: Calendar,
}

/// One error, in all inputs.
pub(super) struct Found {
    pub(super) parts: BTreeMap<Option<Node>, Part>,
    last: Last,
}

/// One error of one node, or of those that nobody knows.
pub(super) struct Part {
    /// What was found before has a smaller one.
    pub(super) order: usize,
    pub(super) count: u64,
    pub(super) span: Span,
    pub(super) first: Place,
    pub(super) column: u32,
    pub(super) shown: String,
    /// All of it was cut off in the middle of the pattern.
    pub(super) cut: bool,
    pub(super) objects: HashMap<Object, OfObject>,
    /// Matches of objects that are not listed.
    pub(super) others: u64,
    /// Results of HCN without a name.
    pub(super) unnamed: BTreeSet<u32>,
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
    /// The pattern, and where its line begins; and those of the same record.
    first: (usize, u64),
    others: Vec<(usize, u64)>,
}

/// A record, and what it tells.
struct Known {
    stream: u64,
    start: u64,
    end: u64,
    /// Where the line begins that it was read for, if it was not written at once.
    line: u64,
    /// Where its own lines begin and end, if what it tells is of these alone.
    lines: Option<(u64, u64)>,
    /// It was written at once, and so is the same for all of its matches.
    whole: bool,
    /// Its words were read.
    read: bool,
    times: [Option<Time>; 2],
    object: Option<Object>,
    node: Option<Node>,
    count: u64,
}

/// What a stream tells about all that comes behind it.
#[derive(Default)]
struct OfStream {
    number: u64,
    node: Option<Node>,
    described: Option<Described>,
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
    /// Characters before the window that its first line has.
    pub(super) columns: u64,
    pub(super) pattern: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// It is the beginning of a pattern, where the text is cut off.
    pub(super) cut: bool,
    /// What is known of the window, where all of it is one record.
    pub(super) facts: Option<&'a Facts<'a>>,
    /// The node that the whole input is about.
    pub(super) node: Option<Node>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            errors: ERRORS.iter().map(|_| None).collect(),
            evidence: Evidence::default(),
            nodes: Nodes::default(),
            groups: 0,
            parts: 0,
            record: Known {
                stream: 0,
                start: 0,
                end: 0,
                line: 0,
                lines: None,
                whole: false,
                read: false,
                times: [None; 2],
                object: None,
                node: None,
                count: 1,
            },
            words: Words::default(),
            stream: OfStream::default(),
            heads: Heads::default(),
            calendar: Calendar::default(),
        }
    }

    pub(super) fn hit(&mut self, hit: &Hit<'_>) {
        let Some(candidate) = Candidate::new(hit.pattern) else { return };
        if self.stream.number != hit.stream {
            self.stream = OfStream { number: hit.stream, ..OfStream::default() };
            self.heads = Heads::default();
        }
        if let Clue::Error(index) = candidate.clue
            && let Some(Some(found)) = self.errors.get_mut(index)
            && found.last.has(hit)
            && !candidate.is_beginning()
        {
            return;
        }
        let unnamed = candidate.is_beginning().then(|| candidate.unnamed(hit.window, hit.start));
        let (end, unnamed) = match unnamed {
            Some(None) => return,
            Some(Some((end, number))) => (end, Some(number)),
            None => (hit.end, None),
        };
        let hit = &Hit { end, ..*hit };
        let signal = match candidate.clue {
            Clue::Signal(index) => SIGNALS.get(index),
            Clue::Error(_) => None,
        };
        if let Some(reads @ (Reads::Node | Reads::Described)) = signal.and_then(|signal| signal.reads) {
            return self.context(hit, reads);
        }
        let bounds = self.know(hit);
        if candidate.asks_for_words() && !self.record.read {
            let record = hit.window.get(bounds.start..bounds.end).unwrap_or_default();
            self.words.read(record);
            self.record.read = true;
        }
        if !candidate.fits(hit.window, bounds, hit.start..hit.end + 1, &self.words) {
            return;
        }
        let node = self.record.node;
        if signal.is_some_and(|signal| signal.reads == Some(Reads::Build)) {
            let behind = hit.window.get(hit.end + 1..).unwrap_or_default();
            for (clue, detail) in platform::revision(behind) {
                self.evidence.tell(clue, node, Some(detail), || hit.place());
            }
        }
        self.evidence.add(candidate.clue, node, || hit.place());
        let Clue::Error(index) = candidate.clue else { return };
        let Some(slot) = self.errors.get_mut(index) else { return };
        if let Some(found) = slot
            && !found.last.is_new(hit, bounds)
        {
            if let Some(part) = found.parts.get_mut(&node) {
                part.name(unnamed);
            }
            return;
        }
        let last = Last::new(hit, bounds);
        let found = match slot {
            Some(found) => {
                found.last = last;
                found
            }
            None => slot.insert(Found { parts: BTreeMap::new(), last }),
        };
        let node = if found.parts.contains_key(&node) || self.parts < MAX_PARTS { node } else { None };
        let part = found.parts.entry(node).or_insert_with(|| {
            self.parts += 1;
            Part::new(self.parts, hit, bounds)
        });
        part.name(unnamed);
        part.cut &= hit.cut;
        part.add(&self.record, &mut self.groups);
    }

    /// What a text says about all that follows.
    fn context(&mut self, hit: &Hit<'_>, reads: Reads) {
        if hit.facts.is_some() {
            return;
        }
        self.record.lines = None;
        match reads {
            Reads::Node => {
                let behind = hit.window.get(hit.end + 1..).unwrap_or_default();
                let node = platform::node_behind(behind).and_then(|name| self.nodes.number(name));
                if let (Some(named), Some(whole)) = (node, hit.node) {
                    self.nodes.is_also(whole, named);
                }
                self.stream.node = node.or(self.stream.node);
            }
            Reads::Described => {
                if let Some(described) = Described::read(hit.window, hit.start, hit.end) {
                    self.stream.described = Some(described);
                }
            }
            Reads::Build => {}
        }
    }

    /// Makes the record of a match the known one, unless it is already.
    fn know(&mut self, hit: &Hit<'_>) -> Bounds {
        if self.record.has(hit) {
            return self.record.bounds(hit.base);
        }
        let bounds = match hit.facts {
            Some(_) => Bounds { start: 0, end: hit.window.len(), headed: true },
            None => record::bounds(hit.window, hit.base, hit.start, hit.end, &mut self.heads),
        };
        let (start, end) = (hit.base + bounds.start as u64, hit.base + bounds.end as u64);
        let lines = if bounds.headed { None } else { Some(hit.lines_in(bounds)) };
        let line = lines.as_ref().map_or(start, |lines| hit.base + lines.start as u64);
        let known = (self.record.start, self.record.end, self.record.line);
        if self.record.stream == hit.stream && known == (start, end, line) && hit.facts.is_none() {
            return bounds;
        }
        let own = lines.as_ref().filter(|_| end >= PASTE && hit.facts.is_none());
        let own = own.map(|lines| (hit.base + lines.start as u64, hit.base + lines.end as u64));
        if own.is_some() && (self.record.stream, self.record.lines) == (hit.stream, own) {
            // Another match of the same lines: all but the words around it is known.
            (self.record.start, self.record.end, self.record.read) = (start, end, false);
            return bounds;
        }
        self.record.lines = own;
        let record = hit.window.get(bounds.start..bounds.end).unwrap_or_default();
        let facts = hit.facts.copied().unwrap_or_else(|| match lines {
            None => Facts::of(record),
            Some(lines) => Facts::of_lines(record, hit.window.get(lines).unwrap_or_default(), end < PASTE),
        });
        let named = facts.named;
        // Its events and its lines are about what is described.
        let described = self.stream.described.as_ref();
        let described = described.filter(|_| named.described || !bounds.headed && named.object.is_none());
        let row = described.filter(|_| named.described);
        let object = named.object.or_else(|| row.and_then(|it| Some(it.object.as_ref()?.parts())));
        let of_record = named.node.or_else(|| described.and_then(|it| it.node.as_deref()));
        let node = hit.node.or_else(|| of_record.and_then(|name| self.nodes.number(name)));
        if object != self.record.object.as_ref().map(Key::parts) {
            match (&mut self.record.object, object) {
                (Some(known), Some(object)) => known.become_other(object),
                (known, object) => *known = object.map(ObjectRef::to_object),
            }
        }
        self.record.stream = hit.stream;
        (self.record.start, self.record.end, self.record.line) = (start, end, line);
        // A record without a head depends on the match that it is around.
        self.record.whole = bounds.headed;
        self.record.read = false;
        let calendar = &mut self.calendar;
        self.record.times = [facts.time, facts.last_time].map(|time| time.map(|time| calendar.place(time)));
        self.record.node = node.or(self.stream.node);
        self.record.count = facts.count;
        bounds
    }
}

impl Part {
    fn new(order: usize, hit: &Hit<'_>, bounds: Bounds) -> Self {
        Self {
            order,
            count: 0,
            span: Span::default(),
            first: hit.place(),
            column: hit.column(),
            shown: excerpt(hit.window, bounds.start..bounds.end, hit.start..hit.end + 1),
            cut: true,
            objects: HashMap::new(),
            others: 0,
            unnamed: BTreeSet::new(),
        }
    }

    fn name(&mut self, unnamed: Option<u32>) {
        if self.unnamed.len() < MAX_UNNAMED {
            self.unnamed.extend(unnamed);
        }
    }

    fn add(&mut self, record: &Known, groups: &mut usize) {
        self.count = self.count.saturating_add(record.count);
        record.times.into_iter().flatten().for_each(|time| self.span.add(time));
        let Some(object) = &record.object else { return };
        if let Some(known) = self.objects.get_mut(object) {
            return known.add(record);
        }
        if *groups >= MAX_GROUPS {
            self.others = self.others.saturating_add(record.count);
            return;
        }
        *groups += 1;
        self.objects.entry(object.clone()).or_default().add(record);
    }
}

impl OfObject {
    fn add(&mut self, record: &Known) {
        self.count = self.count.saturating_add(record.count);
        record.times.into_iter().flatten().for_each(|time| self.span.add(time));
    }
}

impl Last {
    fn new(hit: &Hit<'_>, bounds: Bounds) -> Self {
        Self {
            stream: hit.stream,
            start: hit.base + bounds.start as u64,
            end: hit.base + bounds.end as u64,
            headed: bounds.headed,
            first: (hit.pattern, hit.base + hit.line_start() as u64),
            others: Vec::new(),
        }
    }

    /// Whether a match certainly lies in a record, or a line of one, that is counted already.
    fn has(&mut self, hit: &Hit<'_>) -> bool {
        let at = hit.base + hit.start as u64;
        if self.stream != hit.stream || !(self.start..=self.end).contains(&at) {
            return false;
        }
        if self.headed {
            return at < self.end;
        }
        let line = hit.base + hit.line_start() as u64;
        let same = self.first.1 == line;
        if same && hit.pattern != self.first.0 && self.others.iter().all(|(other, _)| *other != hit.pattern) {
            self.others.push((hit.pattern, line));
        }
        same
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
        match std::iter::once(&self.first).chain(&self.others).find(|(pattern, _)| *pattern == hit.pattern) {
            Some((_, before)) => *before != line,
            None => {
                self.others.push((hit.pattern, line));
                false
            }
        }
    }
}

impl Known {
    fn has(&self, hit: &Hit<'_>) -> bool {
        let (start, end) = (hit.base + hit.start as u64, hit.base + hit.end as u64);
        self.whole
            && self.stream == hit.stream
            && self.start <= start
            && end < self.end
            && self.start >= hit.base
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
        memchr::memrchr(b'\n', before).map_or(least, |at| least + at + 1)
    }

    /// The lines of the match, within its record.
    fn lines_in(&self, bounds: Bounds) -> Range<usize> {
        let before = self.window.get(bounds.start..self.start).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(bounds.start, |at| bounds.start + at + 1);
        let behind = self.window.get(self.end..bounds.end).unwrap_or_default();
        let end = memchr::memchr(b'\n', behind).map_or(bounds.end, |at| self.end + at);
        start..end
    }

    /// The character of its line that the match begins with, from 1.
    fn column(&self) -> u32 {
        let before = self.window.get(..self.start).unwrap_or_default();
        let column = match memchr::memrchr(b'\n', before) {
            Some(at) => chars(before.get(at + 1..).unwrap_or_default()),
            None => self.columns + chars(before),
        };
        u32::try_from(column + 1).unwrap_or(u32::MAX)
    }

    fn place(&self) -> Place {
        let before = self.window.get(..self.start).unwrap_or_default();
        let line = self.lines + lines(before) + 1;
        Place { file: self.file.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }
}

/// Line breaks in a text.
pub(super) fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// Characters of a text.
pub(super) fn chars(text: &[u8]) -> u64 {
    text.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count() as u64
}
