//! Times as logs write them.

use std::fmt;

/// How far into a record a time is looked for.
const HEAD: usize = 160;

/// A time of a log, whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time {
    pub(super) kind: TimeKind,
    /// Year (where there is none 0, or one that puts times in order), month, day, hour, minute, second, all of one kind.
    fields: [u16; 6],
}

/// Tells the years of klog's times apart, which have none: each lies within half a year of the one before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Calendar(Option<Time>);

impl Calendar {
    /// The first year, far enough from the end that there are years before it.
    const FIRST: u16 = 1000;

    /// The time with a year that puts it in order; those that have one stay as they are.
    pub(super) fn place(&mut self, time: Time) -> Time {
        if time.kind != TimeKind::NoYear {
            return time;
        }
        let [_, month, ..] = time.fields;
        let year = match self.0.map(|before| before.fields) {
            Some([year, before, ..]) if before > month + 6 => year.saturating_add(1),
            Some([year, before, ..]) if month > before + 6 => year.saturating_sub(1),
            Some([year, ..]) => year,
            None => Self::FIRST,
        };
        let mut placed = time;
        placed.fields[0] = year;
        self.0 = Some(placed);
        placed
    }
}

/// What a log tells of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeKind {
    /// With a zone, brought to UTC.
    Utc,
    /// Without a zone.
    Local,
    /// Without a year, as klog writes it.
    NoYear,
}

impl Time {
    /// How many years later this time would lie nearest to another.
    fn years_to(self, other: [u16; 6]) -> i32 {
        let day = |[year, month, day, ..]: [u16; 6]| days(i64::from(year), i64::from(month), i64::from(day));
        let distance = |year: &u16| {
            let mut fields = self.fields;
            fields[0] = *year;
            (day(fields) - day(other)).abs()
        };
        let near = other[0].saturating_sub(1)..=other[0].saturating_add(1);
        let year = near.min_by_key(distance).unwrap_or(other[0]);
        i32::from(year) - i32::from(self.fields[0])
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [year, month, day, hour, minute, second] = self.fields;
        if self.kind != TimeKind::NoYear {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.kind == TimeKind::Utc { f.write_str("Z") } else { Ok(()) }
    }
}

/// The time of a record: the first in its head, or the column of a row that PowerShell made of an event log.
pub(super) fn find(record: &[u8]) -> Option<Time> {
    if record.starts_with(b"\"")
        && let Some(time) = in_columns(record)
    {
        return Some(time);
    }
    let head = record.get(..HEAD).unwrap_or(record);
    let begins = |at: &usize| matches!(head[*at], b'0'..=b'9' | b'I' | b'W' | b'E' | b'F');
    let starts = (0..head.len()).filter(begins);
    let starts = starts.filter(|at| *at == 0 || !head[at - 1].is_ascii_alphanumeric());
    starts.map(|at| record.get(at..).unwrap_or_default()).find_map(|rest| dated(rest).or_else(|| klog(rest)))
}

/// The first column with nothing but a time: `"11/22/2026 10:00:00 AM"`, as Export-Csv writes on English Windows.
fn in_columns(record: &[u8]) -> Option<Time> {
    memchr::memchr_iter(b'"', record).find_map(|at| {
        let column = record.get(at + 1..)?;
        let end = column.iter().take(24).position(|byte| *byte == b'"')?;
        month_first(column.get(..end)?)
    })
}

/// `11/22/2026 10:00:00 AM`, or without AM and PM.
fn month_first(text: &[u8]) -> Option<Time> {
    let mut parts = text.splitn(3, |byte| *byte == b' ');
    let (date, at, half) = (parts.next()?, parts.next()?, parts.next());
    let mut date = date.split(|byte| *byte == b'/');
    let mut field = |longest: usize| {
        let digits = date.next()?;
        (!digits.is_empty() && digits.len() <= longest).then(|| number(digits))?
    };
    let (month, day, year) = (field(2)?, field(2)?, field(4)?);
    // Midnight and noon are 12.
    let at = if at.len() == 7 { [b"0", at].concat() } else { at.to_vec() };
    let [hour, minute, second] = clock(&at)?;
    let hour = match half {
        None => hour,
        Some(b"AM") => hour % 12,
        Some(b"PM") => hour % 12 + 12,
        Some(_) => return None,
    };
    let fields = valid([year, month, day, hour, minute, second])?;
    (year >= 1000 && at.len() == 8).then_some(Time { kind: TimeKind::Local, fields })
}

/// A time with a year: `2026-11-22T10:00:00.5+01:00`, `2026-11-22 10:00:00`.
pub(super) fn dated(text: &[u8]) -> Option<Time> {
    let year = number(text.get(..4)?)?;
    let separator = *text.get(4)?;
    if !matches!(separator, b'-' | b'/')
        || *text.get(7)? != separator
        || !matches!(text.get(10)?, b'T' | b't' | b' ')
    {
        return None;
    }
    let [month, day] = [number(text.get(5..7)?)?, number(text.get(8..10)?)?];
    let clock = clock(text.get(11..)?)?;
    let fields = valid([year, month, day, clock[0], clock[1], clock[2]])?;
    let mut rest = text.get(19..).unwrap_or_default();
    if let [b'.' | b',', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..).unwrap_or_default();
    }
    let kind = |kind, fields| Some(Time { kind, fields });
    match rest {
        [b'Z' | b'z', ..] => kind(TimeKind::Utc, fields),
        [sign @ (b'+' | b'-'), zone @ ..] => match offset(zone) {
            Some(minutes) => {
                kind(TimeKind::Utc, shifted(fields, if *sign == b'+' { -minutes } else { minutes }))
            }
            None => kind(TimeKind::Local, fields),
        },
        _ => kind(TimeKind::Local, fields),
    }
}

/// The head of a line of klog: `E1122 10:00:00.123456`.
pub(super) fn klog(text: &[u8]) -> Option<Time> {
    if !matches!(text.first()?, b'I' | b'W' | b'E' | b'F') || *text.get(5)? != b' ' {
        return None;
    }
    let clock = clock(text.get(6..)?)?;
    let [month, day] = [number(text.get(1..3)?)?, number(text.get(3..5)?)?];
    let fields = valid([0, month, day, clock[0], clock[1], clock[2]])?;
    Some(Time { kind: TimeKind::NoYear, fields })
}

/// Dates whose order of day and month, or whose month, nobody can be sure of: they begin a record and tell no time.
pub(super) fn is_other_date(text: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    if let Some(rest) = MONTHS.iter().find_map(|month| text.strip_prefix(*month)) {
        return matches!(rest, [b' ', b' ' | b'1'..=b'3', b'0'..=b'9', b' ', ..]);
    }
    let mut parts = text.splitn(3, |byte| matches!(byte, b'/' | b'.'));
    let short = |part: Option<&[u8]>| {
        part.is_some_and(|it| matches!(it.len(), 1 | 2) && it.iter().all(u8::is_ascii_digit))
    };
    short(parts.next())
        && short(parts.next())
        && parts.next().is_some_and(
            |rest| matches!(rest.get(..5), Some([year @ .., b' ' | b',']) if number(year).is_some()),
        )
}

/// `10:00:00`
fn clock(text: &[u8]) -> Option<[u16; 3]> {
    match text.get(..8)? {
        [h1, h2, b':', m1, m2, b':', s1, s2] => {
            Some([number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?])
        }
        _ => None,
    }
}

/// `01:00`, `0100` or `01` in minutes.
fn offset(text: &[u8]) -> Option<i64> {
    let hours = number(text.get(..2)?)?;
    let minutes = match text.get(2..) {
        Some([b':', a, b, ..] | [a, b, ..]) => number(&[*a, *b]).unwrap_or(0),
        _ => 0,
    };
    (hours < 24 && minutes < 60).then(|| i64::from(hours) * 60 + i64::from(minutes))
}

/// A number of at most four digits.
fn number(digits: &[u8]) -> Option<u16> {
    digits
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(*byte - b'0')))
}

fn valid(fields: [u16; 6]) -> Option<[u16; 6]> {
    let [_, month, day, hour, minute, second] = fields;
    let good =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    good.then_some(fields)
}

/// The fields so many minutes later.
fn shifted(fields: [u16; 6], minutes: i64) -> [u16; 6] {
    let [year, month, day, hour, minute, second] = fields.map(i64::from);
    let total = days(year, month, day) * 1440 + hour * 60 + minute + minutes;
    let (mut date, clock) = (total.div_euclid(1440), total.rem_euclid(1440));
    // The civil calendar in eras of 400 years, years from March on.
    date += 719_468;
    let (era, of_era) = (date.div_euclid(146_097), date.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let narrow = |number: i64| u16::try_from(number).unwrap_or_default();
    [narrow(year), narrow(month), narrow(day), narrow(clock / 60), narrow(clock % 60), narrow(second)]
}

/// Days since 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The earliest and the latest of each kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span([Option<(Time, Time)>; 3]);

impl Span {
    pub(super) fn add(&mut self, time: Time) {
        let slot = &mut self.0[time.kind as usize];
        *slot = Some(slot.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }

    /// Adds the times of another one.
    pub(super) fn join(&mut self, other: Self) {
        for (first, last) in other.0.into_iter().flatten() {
            self.add(first);
            self.add(last);
        }
    }

    /// The earliest and the latest of all, each as its log writes it. What has no zone is taken for UTC, which nodes mostly
    /// run in; what has no year, for that of the year that brings it nearest to what has one.
    pub(super) fn ends(&self) -> Option<(Time, Time)> {
        let dated = || self.0.iter().take(TimeKind::NoYear as usize).flatten();
        let latest = dated().map(|(_, last)| last.fields).max();
        let years = match (latest, self.0[TimeKind::NoYear as usize]) {
            (Some(latest), Some((_, last))) => last.years_to(latest),
            _ => 0,
        };
        let place = |time: &Time| {
            let mut fields = time.fields;
            if time.kind == TimeKind::NoYear {
                fields[0] = u16::try_from(i32::from(fields[0]) + years).unwrap_or_default();
            }
            (fields, time.kind)
        };
        let ends = self.0.iter().flatten();
        let first = ends.clone().map(|(first, _)| first).min_by_key(|time| place(time))?;
        let last = ends.map(|(_, last)| last).max_by_key(|time| place(time))?;
        Some((*first, *last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        find(text.as_bytes()).map(|time| time.to_string())
    }

    #[test]
    fn reads_what_logs_write() {
        for (text, expected) in [
            ("E1122 10:00:01.123456    4321 proxier.go:1] x", "11-22T10:00:01"),
            ("2026-11-22T10:00:01Z E1122 11:00:00.1 x", "2026-11-22T10:00:01Z"),
            ("2026-11-22T10:00:01.123456789Z stderr F x", "2026-11-22T10:00:01Z"),
            ("2026-11-22 10:00:01,5 x", "2026-11-22T10:00:01"),
            ("2026-11-22T00:30:00+01:00 x", "2026-11-21T23:30:00Z"),
            ("2024-02-28T23:30:00-01:00 x", "2024-02-29T00:30:00Z"),
            ("2025-12-31T23:59:59-0001 x", "2026-01-01T00:00:59Z"),
            ("time=\"2026-11-22T10:00:01Z\" level=error", "2026-11-22T10:00:01Z"),
            ("[2026/11/22 10:00:01] x", "2026-11-22T10:00:01"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "11/22/2026 10:00:01 AM x", "2026-13-22T10:00:01Z", "E1122 25:00:00 x", "XE1122 10:00:00.1"]
        {
            assert_eq!(shown(text), None, "{text}");
        }
        assert!(is_other_date(b"11/22/2026 10:00:01 AM") && is_other_date(b"22.11.2026 10:00:01"));
        assert!(is_other_date(b"Nov  2 10:00:01 host") && !is_other_date(b"1.2.3.4 is an address"));
    }

    #[test]
    fn reads_the_columns_of_an_event_log() {
        for (text, expected) in [
            (
                r#""0","EC2AMAZ-1","System.Byte[]","4711","Error","x failed","kube-proxy","11/22/2026 10:00:01 AM",,"#,
                "2026-11-22T10:00:01",
            ),
            (r#""4711","EC2AMAZ-1","x failed","1/2/2026 12:30:01 PM""#, "2026-01-02T12:30:01"),
            (r#""4711","x","1/2/2026 12:30:01 AM""#, "2026-01-02T00:30:01"),
            (r#""01/02/2026 22:30:01","x""#, "2026-01-02T22:30:01"),
            (r#""4711","E1122 10:00:01.5 1 a.go:1] x""#, "11-22T10:00:01"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            r#""4711","22/11/2026 10:00:01""#,
            r#""4711","at 11/22/2026 10:00:01 AM""#,
            r#""4711","1/2/26 1:00:00 AM""#,
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn years_that_nobody_writes_are_told_apart() {
        let ends = |texts: &[&str]| {
            let (mut calendar, mut span) = (Calendar::default(), Span::default());
            for text in texts {
                span.add(calendar.place(find(text.as_bytes()).unwrap()));
            }
            span.ends().map(|(first, last)| (first.to_string(), last.to_string())).unwrap()
        };
        let (december, january) = ("E1231 23:59:59.0 x", "E0101 00:00:01.0 x");
        let turned = ("12-31T23:59:59".to_owned(), "01-01T00:00:01".to_owned());
        assert_eq!(ends(&[december, january]), turned);
        // A line that came late, and a second file that is older.
        assert_eq!(ends(&[december, january, december, january]), turned);
        assert_eq!(ends(&[january, december]), turned);
        assert_eq!(ends(&["E0301 00:00:00.0", "E0601 00:00:00.0"]).0, "03-01T00:00:00");
    }

    #[test]
    fn kinds_are_put_in_one_order() {
        let ends = |texts: &[&str]| {
            let (mut calendar, mut span) = (Calendar::default(), Span::default());
            for text in texts {
                span.add(calendar.place(find(text.as_bytes()).unwrap()));
            }
            span.ends().map(|(first, last)| (first.to_string(), last.to_string())).unwrap()
        };
        let told = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(
            ends(&["2026-11-22T10:00:01Z", "E1122 10:05:00.0 x", "2026-11-21T10:00:01Z"]),
            told("2026-11-21T10:00:01Z", "11-22T10:05:00")
        );
        assert_eq!(
            ends(&["E1231 23:59:00.0 x", "2027-01-01T00:00:01Z"]),
            told("12-31T23:59:00", "2027-01-01T00:00:01Z")
        );
        assert_eq!(
            ends(&["2026-11-22 10:00:01 x", "2026-11-22T10:00:02Z", "E1122 09:00:00.0 x"]),
            told("11-22T09:00:00", "2026-11-22T10:00:02Z")
        );
    }
}
