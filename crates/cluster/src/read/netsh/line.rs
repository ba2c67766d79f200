//! One line of what netsh prints, by its numbers and its structure: every label is in the display language.

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Blank,
    /// Dashes, in one group or two.
    Rule {
        groups: usize,
        dashes: usize,
    },
    /// Two numbers, with the star of an administered range or without.
    Row {
        first: &'a str,
        last: &'a str,
        star: bool,
    },
    /// A text, a colon and a number, which starts at this offset.
    Labelled {
        number: &'a str,
        at: usize,
        spaced: bool,
    },
    Text(Words),
}

/// The words of a line that mean the same in every language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that stands there or not")]
pub(super) struct Words {
    pub(super) tcp: bool,
    pub(super) udp: bool,
    pub(super) ipv4: bool,
    pub(super) ipv6: bool,
    /// `dynamicport`, `dynamicportrange` or `excludedportrange`: somebody's command.
    pub(super) command: bool,
    /// The first character is a digit, or a minus before one.
    pub(super) number_first: bool,
    pub(super) colon: bool,
}

impl Words {
    /// The words of a text. What belongs to no ASCII word parts words.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self {
            number_first: text.trim_start().trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()),
            colon: text.contains([':', '：']),
            ..Self::default()
        };
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            let is = |name: &str| word.eq_ignore_ascii_case(name);
            words.tcp |= is("tcp");
            words.udp |= is("udp");
            words.ipv4 |= is("ipv4");
            words.ipv6 |= is("ipv6");
            words.command |= is("dynamicport") || is("dynamicportrange") || is("excludedportrange");
        }
        words
    }

    /// Whether one of them says which listing follows.
    pub(super) const fn any(self) -> bool {
        self.tcp || self.udp || self.ipv4 || self.ipv6 || self.command
    }
}

impl<'a> Line<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Self::Blank;
        }
        if trimmed.chars().all(|c| c == '-' || c.is_whitespace()) {
            let dashes = trimmed.bytes().filter(|&b| b == b'-').count();
            return Self::Rule { groups: trimmed.split_whitespace().count(), dashes };
        }
        row(trimmed).or_else(|| labelled(text)).unwrap_or_else(|| Self::Text(Words::of(trimmed)))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The space before the star may be missing.
fn row(trimmed: &str) -> Option<Line<'_>> {
    let (numbers, star) = match trimmed.strip_suffix('*') {
        Some(numbers) => (numbers, true),
        None => (trimmed, false),
    };
    let mut words = numbers.split_whitespace();
    let (first, last) = (words.next()?, words.next()?);
    (words.next().is_none() && is_number(first) && is_number(last)).then_some(Line::Row { first, last, star })
}

fn labelled(text: &str) -> Option<Line<'_>> {
    let (label, value) = text.rsplit_once([':', '：'])?;
    let number = value.trim();
    let spaced = label.ends_with(|c: char| c.is_whitespace() || !c.is_ascii());
    let at = text.len() - value.trim_start().len();
    (!label.trim().is_empty() && is_number(number)).then_some(Line::Labelled { number, at, spaced })
}
