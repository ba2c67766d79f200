//! Listings of ports: `netsh int ipv4 show dynamicport tcp` and `... show excludedportrange protocol=tcp`, in any
//! display language.
//!
//! Labels are in the language of the console, so only numbers, rules of dashes and the words that are the same
//! everywhere count. A listing that says neither TCP nor UDP is about both, as far as can be told.

mod line;
#[cfg(test)]
mod tests;

use super::lines::Head;
use super::shortened;
use crate::model::{ExcludedPorts, IpVersion, ListedPorts, Place, PortListing};
use crate::problem::Problem;
use line::{Line, Words};
use std::sync::Arc;

use winpod::ports::{PortRange, Protocol};

/// More rows than there are ports.
const MAX_ROWS: usize = 65_536;
/// More listings than anyone puts into one file.
const MAX_LISTINGS: usize = 64;
/// Problems that are told of one file.
const MAX_PROBLEMS: usize = 20;

/// What a file lists.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    pub(crate) listings: Vec<PortListing>,
    pub(crate) problems: Vec<Problem>,
}

/// Whether a file that starts so is a listing. `whole` says that nothing follows.
pub(crate) fn is_listing(start: &Head<'_>, whole: bool) -> bool {
    if start.lines().any(super::host::has_key_of_manifest) {
        return false;
    }
    let mut lines: Vec<&str> = start.lines().collect();
    if !whole {
        // It may be cut.
        lines.pop();
    }
    let lines: Vec<Line<'_>> = lines.into_iter().map(Line::of).collect();
    let lines: Vec<&Line<'_>> = lines.iter().filter(|line| **line != Line::Blank).collect();
    // Ports beyond 65535 make a listing with an error.
    let is_row = |line: &Line<'_>| match line {
        Line::Row { first, last, star } => *star || size(first) <= size(last),
        _ => false,
    };
    let has_ports = |line: &Line<'_>| match line {
        Line::Row { first, last, .. } => range(first, last, PortRange::new).is_some(),
        _ => false,
    };
    let under_heading = (0..lines.len()).any(|at| match lines.get(at..) {
        Some([Line::Text(words), rest @ ..]) if words.command || (words.tcp || words.udp) && !words.colon => {
            starts_with_numbers(rest)
        }
        _ => false,
    });
    let under_rule = lines
        .windows(2)
        .any(|pair| matches!(pair, [Line::Rule { groups: 2, dashes: 8.. }, row] if is_row(row)));
    let rows_alone = lines.iter().all(|line| is_row(line)) && lines.iter().any(|line| has_ports(line));
    // Two lines `Start Port   : 49152`, as nobody writes YAML; `CurrentBuild : 17763` are others.
    let range_alone = !super::host::is_text(start)
        && match lines.as_slice() {
            [
                Line::Labelled { number: first, spaced: true, .. },
                Line::Labelled { number: count, spaced: true, .. },
            ] => {
                let port = range(first, "1", PortRange::starting).is_some();
                size(count) >= size(LEAST_DYNAMIC) && (port || size(first) > size("65535"))
            }
            _ => false,
        };
    let range_under_rule = lines.windows(3).any(|three| {
        matches!(three, [Line::Rule { groups: 1, dashes: 8.. }, Line::Labelled { .. }, Line::Labelled { .. }])
    });
    under_heading || under_rule || rows_alone || range_alone || range_under_rule
}

/// Windows takes no smaller dynamic range.
const LEAST_DYNAMIC: &str = "255";

/// Digits in the order of the numbers that they are, however large.
fn size(digits: &str) -> (usize, &str) {
    let digits = digits.trim_start_matches('0');
    (digits.len(), digits)
}

/// Whether numbers of a listing follow a heading, with rules and labels of columns between at most.
fn starts_with_numbers(lines: &[&Line<'_>]) -> bool {
    let mut rest = lines.iter().skip_while(|line| match line {
        Line::Rule { groups: 1, .. } => true,
        Line::Text(words) => !words.colon,
        _ => false,
    });
    match rest.next() {
        Some(Line::Row { .. } | Line::Rule { groups: 2, .. }) => true,
        Some(Line::Labelled { .. }) => matches!(rest.next(), Some(Line::Labelled { .. })),
        _ => false,
    }
}

/// Two numbers as ports; `None` if they are none.
fn range(
    first: &str,
    second: &str,
    make: fn(i64, i64) -> Result<PortRange, winpod::Error>,
) -> Option<PortRange> {
    make(first.parse().ok()?, second.parse().ok()?).ok()
}

/// Which listing is coming.
#[derive(Debug, Clone, Copy, Default)]
struct Heading {
    protocol: Option<Protocol>,
    ip_version: Option<IpVersion>,
}

impl Heading {
    /// The echoed command and the heading below it speak of one listing: what is said later counts. Both names say nothing.
    fn add(&mut self, words: Words) {
        let of = |first, second| match (first, second) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        if words.tcp || words.udp {
            self.protocol =
                of(words.tcp, words.udp).map(|tcp| if tcp { Protocol::Tcp } else { Protocol::Udp });
        }
        if words.ipv4 || words.ipv6 {
            self.ip_version =
                of(words.ipv4, words.ipv6).map(|v4| if v4 { IpVersion::V4 } else { IpVersion::V6 });
        }
    }
}

/// Listings as their lines come. Memory does not depend on how many come.
pub(crate) struct Parser<'a> {
    file: &'a Arc<str>,
    /// What the name of the file says.
    of_file: Heading,
    heading: Heading,
    /// Line of the first number of a pair, and the number.
    first: Option<(Place, String)>,
    open: Option<PortListing>,
    /// The open table has too many rows, which is told once.
    full: bool,
    /// Whether a row of the open listing was refused.
    refused: bool,
    found: Listings,
    /// Problems not told.
    untold: usize,
    at: u32,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(file: &'a Arc<str>) -> Self {
        let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut of_file = Heading::default();
        of_file.add(Words::of(name));
        Self {
            file,
            of_file,
            heading: Heading::default(),
            first: None,
            open: None,
            full: false,
            refused: false,
            found: Listings::default(),
            untold: 0,
            at: 0,
        }
    }

    pub(crate) fn line(&mut self, text: &str) {
        self.at = self.at.saturating_add(1);
        match Line::of(text) {
            Line::Blank => {}
            Line::Text(words) => {
                if words.any() {
                    self.end_pair();
                    self.close();
                    self.heading.add(words);
                } else if words.number_first && self.open.is_some() {
                    let shown = shortened(text.trim());
                    self.refused = true;
                    self.problem(
                        "NETSH_ROW",
                        format!("{shown:?} is no row of an excluded range: a row has two ports"),
                    );
                }
            }
            Line::Rule { groups, .. } => {
                self.end_pair();
                self.close();
                if groups == 2 {
                    self.open();
                }
            }
            Line::Labelled { number, at, .. } => self.labelled(text, number, at),
            Line::Row { first, last, star } => self.row(first, last, star),
        }
    }

    fn place(&self, column: usize) -> Place {
        Place::new(self.file, self.at, u32::try_from(column).unwrap_or(u32::MAX))
    }

    fn problem(&mut self, code: &str, message: String) {
        let place = self.place(1);
        self.problem_at(code, message, &place);
    }

    fn problem_at(&mut self, code: &str, message: String, place: &Place) {
        if self.found.problems.len() < MAX_PROBLEMS {
            self.found.problems.push(Problem::new(code, message, place));
        } else {
            self.untold += 1;
        }
    }

    /// A listing under the heading that was read last.
    fn listing(&mut self, ports: ListedPorts, place: Place) -> PortListing {
        let heading = std::mem::take(&mut self.heading);
        PortListing {
            protocol: heading.protocol.or(self.of_file.protocol),
            ip_version: heading.ip_version.or(self.of_file.ip_version),
            ports,
            place,
        }
    }

    fn open(&mut self) {
        let place = self.place(1);
        self.open = Some(self.listing(ListedPorts::Excluded(Vec::new()), place));
    }

    fn close(&mut self) {
        // What a refused row holds would count as free.
        let whole = !std::mem::take(&mut self.refused);
        if let Some(listing) = self.open.take().filter(|_| whole) {
            self.push(listing);
        }
    }

    fn push(&mut self, listing: PortListing) {
        if self.found.listings.len() < MAX_LISTINGS {
            self.found.listings.push(listing);
        } else if self.found.listings.len() == MAX_LISTINGS {
            let message =
                format!("has more than {MAX_LISTINGS} listings of ports: give the files of one node");
            self.problem_at("TOO_LARGE", message, &listing.place);
        }
    }

    fn labelled(&mut self, text: &str, number: &str, at: usize) {
        self.close();
        let column = text.get(..at).map_or(1, |before| before.chars().count() + 1);
        let Some((place, first)) = self.first.take() else {
            self.first = Some((self.place(column), number.to_owned()));
            return;
        };
        match range(&first, number, PortRange::starting) {
            Some(range) => {
                let listing = self.listing(ListedPorts::Dynamic(range), place);
                self.push(listing);
            }
            None => {
                let message = format!(
                    "a dynamic range of {} ports from port {} is none: its ports lie from 1 to 65535",
                    shortened(number),
                    shortened(&first)
                );
                self.problem_at("PORT_RANGE", message, &place);
                self.heading = Heading::default();
            }
        }
    }

    /// A first port without a number of ports.
    fn end_pair(&mut self) {
        if let Some((place, first)) = self.first.take() {
            let first = shortened(&first);
            let message = format!(
                "the dynamic range from port {first} has no number of ports: the listing is cut off; list it again"
            );
            self.problem_at("NETSH_CUT", message, &place);
        }
    }

    fn row(&mut self, first: &str, last: &str, administered: bool) {
        self.end_pair();
        if self.open.is_none() {
            self.open();
        }
        let Some(range) = range(first, last, PortRange::new) else {
            let (first, last) = (shortened(first), shortened(last));
            let message = format!(
                "{first} to {last} is no range of ports: two ports from 1 to 65535 are allowed, the lower one first; without this row the listing is not used"
            );
            self.refused = true;
            return self.problem("PORT_RANGE", message);
        };
        let line = self.at;
        let Some(PortListing { ports: ListedPorts::Excluded(rows), .. }) = &mut self.open else { return };
        if rows.len() < MAX_ROWS {
            rows.push(ExcludedPorts { range, administered, line });
            self.full = false;
        } else if !std::mem::replace(&mut self.full, true) {
            let message = format!("has more than {MAX_ROWS} rows, more than there are ports: list it again");
            self.problem("TOO_LARGE", message);
        }
    }

    pub(crate) fn finish(mut self) -> Listings {
        self.end_pair();
        self.close();
        if self.untold > 0 {
            let place = Place::file(self.file);
            let message = format!("has {} more problems of this kind", self.untold);
            self.found.problems.push(Problem::new("MORE_PROBLEMS", message, &place));
        }
        self.found
    }
}
