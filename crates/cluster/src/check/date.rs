//! Days, as rules and ignores compare them.

use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2026-11-22`; `None` for anything else, a 30 February among it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let good = (1..=days).contains(&day) && parts.next().is_none();
        good.then_some(Self { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }

    /// The same day some months later, or the last one of a shorter month.
    pub(crate) fn months_later(self, months: u8) -> Self {
        let index = u32::from(self.month) - 1 + u32::from(months);
        let year = u16::try_from(u32::from(self.year) + index / 12).unwrap_or(u16::MAX);
        let month = u8::try_from(index % 12).unwrap_or_default() + 1;
        let of = |day: u8| Self::parse(&Self { year, month, day }.to_string());
        (28..=self.day).rev().find_map(of).unwrap_or(Self { year, month, day: self.day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn reads_days_that_there_are() {
        for good in ["2026-11-22", "2024-02-29", "2000-02-29", "0001-01-01"] {
            assert_eq!(Date::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "2026-01-00",
            "22-11-2026",
            "2026-11-22-",
            "",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn months_end_where_the_later_one_does() {
        for (from, months, to) in [
            ("2026-07-22", 4, "2026-11-22"),
            ("2025-10-31", 4, "2026-02-28"),
            ("2027-10-31", 4, "2028-02-29"),
            ("2026-12-01", 1, "2027-01-01"),
        ] {
            assert_eq!(Date::parse(from).unwrap().months_later(months).to_string(), to);
        }
    }
}
