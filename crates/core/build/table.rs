//! Reads the CSV tables of `winpod-data`, strictly: every error names file, line, column and the offending text.
//!
//! Used by `build.rs`, and by the tests through `#[path]`.

use core::fmt::Write as _;
use core::ops::RangeInclusive;
use std::collections::BTreeSet;

/// The columns of `instance-types.csv`, in order.
pub(crate) const COLUMNS: [&str; 16] = [
    "name",
    "enis_default_card",
    "enis_total",
    "cards",
    "ipv4_per_eni",
    "hypervisor",
    "bare_metal",
    "architectures",
    "vcpus",
    "memory_mib",
    "current_generation",
    "accelerators",
    "windows",
    "windows_reason",
    "controller_known",
    "source",
];

/// The values of a column, each with the Rust variant it stands for.
type Names = &'static [(&'static str, &'static str)];

pub(crate) const HYPERVISORS: Names = &[("nitro", "Nitro"), ("xen", "Xen")];
pub(crate) const ARCHITECTURES: Names = &[
    ("arm64", "Arm64"),
    ("arm64_mac", "Arm64Mac"),
    ("i386", "I386"),
    ("x86_64", "X86_64"),
    ("x86_64_mac", "X86_64Mac"),
];
pub(crate) const ACCELERATORS: Names =
    &[("gpu", "Gpu"), ("neuron", "Neuron"), ("inference", "Inference"), ("fpga", "Fpga"), ("media", "Media")];
pub(crate) const REASONS: Names = &[
    ("x86-64", "X86_64"),
    ("architecture", "Architecture"),
    ("accelerator", "Accelerator"),
    ("no-evidence", "NoEvidence"),
];

/// One line of `instance-types.csv`.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) enis: u8,
    pub(crate) enis_total: u8,
    pub(crate) cards: u8,
    pub(crate) ipv4_per_eni: u8,
    /// Empty for bare metal.
    pub(crate) hypervisor: Option<&'a str>,
    pub(crate) bare_metal: bool,
    pub(crate) architectures: Vec<&'a str>,
    pub(crate) vcpus: u16,
    pub(crate) memory_mib: u32,
    pub(crate) current_generation: bool,
    pub(crate) accelerators: Vec<&'a str>,
    pub(crate) windows: &'a str,
    pub(crate) windows_reason: &'a str,
    pub(crate) controller_known: bool,
    pub(crate) source: &'a str,
}

impl Row<'_> {
    /// The line this row is written as.
    pub(crate) fn to_csv(&self) -> String {
        let mut line = String::new();
        let Self { name, enis, enis_total, cards, ipv4_per_eni, bare_metal, vcpus, memory_mib, .. } = self;
        let hypervisor = self.hypervisor.unwrap_or("none");
        let (architectures, accelerators) = (self.architectures.join("+"), self.accelerators.join("+"));
        let Self { current_generation, windows, windows_reason, controller_known, source, .. } = self;
        write!(
            line,
            "{name},{enis},{enis_total},{cards},{ipv4_per_eni},{hypervisor},{bare_metal},{architectures},"
        )
        .and_then(|()| write!(line, "{vcpus},{memory_mib},{current_generation},{accelerators},"))
        .and_then(|()| writeln!(line, "{windows},{windows_reason},{controller_known},{source}"))
        .expect("a String takes any text");
        line
    }
}

/// The rows of `instance-types.csv`, which must be sorted by the bytes of the name.
pub(crate) fn instance_types<'a>(file: &str, text: &'a str) -> Result<Vec<Row<'a>>, String> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in lines(file, text, &COLUMNS.join(","))? {
        let row = instance_type(&line)?;
        line.follows(rows.last().map(|row| row.name), row.name)?;
        rows.push(row);
    }
    Ok(rows)
}

/// The names of `controller-types.csv`, which must be sorted by bytes.
pub(crate) fn controller_types<'a>(file: &str, text: &'a str) -> Result<BTreeSet<&'a str>, String> {
    let mut names = BTreeSet::new();
    for line in lines(file, text, "name")? {
        let name = line.name("name", line.text)?;
        line.follows(names.last().copied(), name)?;
        names.insert(name);
    }
    Ok(names)
}

fn instance_type<'a>(line: &Line<'_, 'a>) -> Result<Row<'a>, String> {
    let fields: Vec<&str> = line.text.split(',').collect();
    let Ok(fields) = <[&str; COLUMNS.len()]>::try_from(fields) else {
        return Err(line.error("line", &format!("{} values", COLUMNS.len()), line.text));
    };
    let [name, enis, total, cards, ipv4, hypervisor, bare_metal, architectures, vcpus, memory, ..] = fields;
    let [.., generation, accelerators, windows, reason, known, source] = fields;
    let row = Row {
        name: line.name("name", name)?,
        enis: line.number("enis_default_card", enis, 1..=64)?,
        enis_total: line.number("enis_total", total, 1..=128)?,
        cards: line.number("cards", cards, 1..=64)?,
        ipv4_per_eni: line.number("ipv4_per_eni", ipv4, 2..=128)?,
        hypervisor: match hypervisor {
            "none" => None,
            other => Some(line.one_of("hypervisor", other, HYPERVISORS)?),
        },
        bare_metal: line.boolean("bare_metal", bare_metal)?,
        architectures: line.list("architectures", architectures, ARCHITECTURES)?,
        vcpus: line.number("vcpus", vcpus, 1..=u16::MAX)?,
        memory_mib: line.number("memory_mib", memory, 1..=u32::MAX)?,
        current_generation: line.boolean("current_generation", generation)?,
        accelerators: match accelerators {
            "" => Vec::new(),
            some => line.list("accelerators", some, ACCELERATORS)?,
        },
        windows: windows_verdict(line, windows, reason)?,
        windows_reason: line.one_of("windows_reason", reason, REASONS)?,
        controller_known: line.boolean("controller_known", known)?,
        source: line.word("source", source)?,
    };
    if row.enis > row.enis_total
        || row.cards > row.enis_total
        || (row.cards == 1 && row.enis != row.enis_total)
    {
        return Err(line.error("enis_total", "the sum over all cards", total));
    }
    if row.bare_metal == row.hypervisor.is_some() {
        return Err(line.error("hypervisor", "none for bare metal and only for it", hypervisor));
    }
    if (reason == "architecture") == row.architectures.contains(&"x86_64") {
        return Err(line.error("windows_reason", "architecture without x86_64 and only then", reason));
    }
    Ok(row)
}

fn windows_verdict<'a>(line: &Line<'_, 'a>, verdict: &'a str, reason: &str) -> Result<&'a str, String> {
    let expected = match reason {
        "x86-64" => "yes",
        "architecture" | "accelerator" => "no",
        _ => "unknown",
    };
    if verdict == expected { Ok(verdict) } else { Err(line.error("windows", expected, verdict)) }
}

/// The columns of `windows-releases.csv`, in order.
pub(crate) const RELEASE_COLUMNS: [&str; 11] = [
    "build",
    "name",
    "channel",
    "hns_seen",
    "eks_since",
    "eks_until",
    "first_kubernetes",
    "last_seen_kubernetes",
    "mainstream_until",
    "extended_until",
    "facts",
];

pub(crate) const RELEASES: Names = &[
    ("2016", "Server2016"),
    ("1709", "Version1709"),
    ("1803", "Version1803"),
    ("2019", "Server2019"),
    ("1903", "Version1903"),
    ("1909", "Version1909"),
    ("2004", "Version2004"),
    ("20H2", "Version20H2"),
    ("2022", "Server2022"),
    ("23H2", "Version23H2"),
    ("2025", "Server2025"),
];
pub(crate) const CHANNELS: Names = &[("ltsc", "LongTerm"), ("sac", "SemiAnnual"), ("annual", "Annual")];
pub(crate) const EDITIONS: Names = &[("core", "Core"), ("full", "Full")];
pub(crate) const EFFECTS: Names = &[
    ("dsr", "Dsr"),
    ("restart-fault-fixed", "RestartFaultFixed"),
    ("degraded-fault-fixed", "DegradedFaultFixed"),
    ("backends-1024", "Backends1024"),
    ("networking-broken", "NetworkingBroken"),
    ("networking-fixed", "NetworkingFixed"),
];

/// One line of `windows-releases.csv`.
#[derive(Debug)]
pub(crate) struct ReleaseRow<'a> {
    pub(crate) build: u32,
    pub(crate) name: &'a str,
    pub(crate) channel: &'a str,
    /// Major and minor version of each HNS seen.
    pub(crate) hns_seen: Vec<(u32, u32)>,
    pub(crate) eks_since: Option<&'a str>,
    pub(crate) eks_until: Option<&'a str>,
    pub(crate) first_kubernetes: Option<(u32, u32)>,
    pub(crate) last_seen_kubernetes: Option<(u32, u32)>,
    pub(crate) mainstream_until: Option<&'a str>,
    pub(crate) extended_until: Option<&'a str>,
    pub(crate) facts: Vec<&'a str>,
}

/// The columns of `windows-updates.csv`, in order.
pub(crate) const UPDATE_COLUMNS: [&str; 6] = ["build", "revision", "released", "update", "effect", "facts"];

/// One line of `windows-updates.csv`.
#[derive(Debug)]
pub(crate) struct UpdateRow<'a> {
    pub(crate) build: u32,
    pub(crate) revision: u32,
    /// A day, or a month where the day was not found.
    pub(crate) released: &'a str,
    pub(crate) update: &'a str,
    pub(crate) effect: &'a str,
    pub(crate) facts: Vec<&'a str>,
}

/// The columns of `windows-images.csv`, in order.
pub(crate) const IMAGE_COLUMNS: [&str; 7] =
    ["name", "release", "edition", "ami_type", "karpenter_alias", "ssm_name", "facts"];

/// One line of `windows-images.csv`.
#[derive(Debug)]
pub(crate) struct ImageRow<'a> {
    pub(crate) name: &'a str,
    pub(crate) release: &'a str,
    pub(crate) edition: &'a str,
    pub(crate) ami_type: Option<&'a str>,
    pub(crate) karpenter_alias: Option<&'a str>,
    pub(crate) ssm_name: Option<&'a str>,
    pub(crate) facts: Vec<&'a str>,
}

/// The rows of `windows-releases.csv`, which must be sorted by build.
pub(crate) fn windows_releases<'a>(file: &str, text: &'a str) -> Result<Vec<ReleaseRow<'a>>, String> {
    let mut rows: Vec<ReleaseRow<'_>> = Vec::new();
    for line in lines(file, text, &RELEASE_COLUMNS.join(","))? {
        let [build, name, channel, hns, since, until, first, last, mainstream, extended, facts] =
            line.fields()?;
        let row = ReleaseRow {
            build: line.number("build", build, 10_000..=99_999)?,
            name: line.one_of("name", name, RELEASES)?,
            channel: line.one_of("channel", channel, CHANNELS)?,
            hns_seen: match hns {
                "" => Vec::new(),
                some => some.split('+').map(|one| line.version("hns_seen", one)).collect::<Result<_, _>>()?,
            },
            eks_since: line.day("eks_since", since)?,
            eks_until: line.day("eks_until", until)?,
            first_kubernetes: line.maybe("first_kubernetes", first, Line::version)?,
            last_seen_kubernetes: line.maybe("last_seen_kubernetes", last, Line::version)?,
            mainstream_until: line.day("mainstream_until", mainstream)?,
            extended_until: line.day("extended_until", extended)?,
            facts: line.words("facts", facts)?,
        };
        if rows.last().is_some_and(|before| before.build >= row.build) {
            return Err(line.error("build", "a build after the one before", build));
        }
        if !row.hns_seen.is_sorted() {
            return Err(line.error("hns_seen", "versions in order", hns));
        }
        let ordered = match (row.mainstream_until, row.extended_until) {
            (Some(mainstream), Some(extended)) => mainstream < extended,
            (None, None) => true,
            _ => false,
        };
        if !ordered {
            return Err(line.error("extended_until", "a day after the end of mainstream support", extended));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The rows of `windows-updates.csv`, which must be sorted by build and revision.
pub(crate) fn windows_updates<'a>(file: &str, text: &'a str) -> Result<Vec<UpdateRow<'a>>, String> {
    let mut rows: Vec<UpdateRow<'_>> = Vec::new();
    for line in lines(file, text, &UPDATE_COLUMNS.join(","))? {
        let [build, revision, released, update, effect, facts] = line.fields()?;
        let row = UpdateRow {
            build: line.number("build", build, 10_000..=99_999)?,
            revision: line.number("revision", revision, 1..=99_999)?,
            released: line
                .date("released", released, "YYYY-MM-DD")
                .or_else(|_| line.date("released", released, "YYYY-MM"))?,
            update: match update.strip_prefix("KB") {
                Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => update,
                _ => return Err(line.error("update", "KB and digits", update)),
            },
            effect: line.one_of("effect", effect, EFFECTS)?,
            facts: line.words("facts", facts)?,
        };
        if rows.last().is_some_and(|before| (before.build, before.revision) >= (row.build, row.revision)) {
            return Err(line.error("revision", "a revision after the one before", revision));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The rows of `windows-images.csv`, which must be sorted by the bytes of the name.
pub(crate) fn windows_images<'a>(file: &str, text: &'a str) -> Result<Vec<ImageRow<'a>>, String> {
    let mut rows: Vec<ImageRow<'_>> = Vec::new();
    for line in lines(file, text, &IMAGE_COLUMNS.join(","))? {
        let [name, release, edition, ami_type, alias, ssm, facts] = line.fields()?;
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        for (column, text) in
            [("name", name), ("ami_type", ami_type), ("karpenter_alias", alias), ("ssm_name", ssm)]
        {
            if !plain(text) || (column == "name" && text.is_empty()) {
                return Err(line.error(column, "letters, digits, hyphens and underscores", text));
            }
        }
        line.follows(rows.last().map(|row| row.name), name)?;
        rows.push(ImageRow {
            name,
            release: line.one_of("release", release, RELEASES)?,
            edition: line.one_of("edition", edition, EDITIONS)?,
            ami_type: Some(ami_type).filter(|text| !text.is_empty()),
            karpenter_alias: Some(alias).filter(|text| !text.is_empty()),
            ssm_name: Some(ssm).filter(|text| !text.is_empty()),
            facts: line.words("facts", facts)?,
        });
    }
    Ok(rows)
}

/// The columns of `windows-base-images.csv`, in order.
pub(crate) const TAG_COLUMNS: [&str; 4] = ["tag", "release", "where", "facts"];
pub(crate) const TAG_PLACES: Names = &[("anywhere", "Anywhere"), ("windows", "Windows")];

/// One line of `windows-base-images.csv`.
#[derive(Debug)]
pub(crate) struct TagRow<'a> {
    pub(crate) tag: &'a str,
    pub(crate) release: &'a str,
    pub(crate) place: &'a str,
    pub(crate) facts: Vec<&'a str>,
}

/// The rows of `windows-base-images.csv`, which must be sorted by the bytes of the tag.
pub(crate) fn windows_tags<'a>(file: &str, text: &'a str) -> Result<Vec<TagRow<'a>>, String> {
    let mut rows: Vec<TagRow<'_>> = Vec::new();
    for line in lines(file, text, &TAG_COLUMNS.join(","))? {
        let [tag, release, place, facts] = line.fields()?;
        if tag.is_empty() || !tag.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(line.error("tag", "letters and digits", tag));
        }
        line.follows(rows.last().map(|row| row.tag), tag)?;
        rows.push(TagRow {
            tag,
            release: line.one_of("release", release, RELEASES)?,
            place: line.one_of("where", place, TAG_PLACES)?,
            facts: line.words("facts", facts)?,
        });
    }
    Ok(rows)
}

/// The columns of `eks-versions.csv`, in order.
pub(crate) const VERSION_COLUMNS: [&str; 4] = ["version", "standard_until", "extended_until", "facts"];

/// One line of `eks-versions.csv`.
#[derive(Debug)]
pub(crate) struct VersionRow<'a> {
    pub(crate) version: (u32, u32),
    pub(crate) standard_until: &'a str,
    pub(crate) extended_until: &'a str,
    pub(crate) facts: Vec<&'a str>,
}

/// The rows of `eks-versions.csv`, which must be sorted by version and leave none out.
pub(crate) fn eks_versions<'a>(file: &str, text: &'a str) -> Result<Vec<VersionRow<'a>>, String> {
    let mut rows: Vec<VersionRow<'_>> = Vec::new();
    for line in lines(file, text, &VERSION_COLUMNS.join(","))? {
        let [version, standard, extended, facts] = line.fields()?;
        let row = VersionRow {
            version: line.version("version", version)?,
            standard_until: line.date("standard_until", standard, "YYYY-MM-DD")?,
            extended_until: line.date("extended_until", extended, "YYYY-MM-DD")?,
            facts: line.words("facts", facts)?,
        };
        if rows.last().is_some_and(|before| (before.version.0, before.version.1 + 1) != row.version) {
            return Err(line.error("version", "the version after the one before", version));
        }
        if row.standard_until >= row.extended_until {
            return Err(line.error("extended_until", "a day after the end of standard support", extended));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A line of a file, for errors.
struct Line<'f, 'a> {
    file: &'f str,
    number: usize,
    text: &'a str,
}

/// The lines after the header, which must be the given one; the text must end with a line feed.
fn lines<'f, 'a>(file: &'f str, text: &'a str, header: &str) -> Result<Vec<Line<'f, 'a>>, String> {
    let Some(text) = text.strip_suffix('\n') else {
        return Err(format!("{file}: expected a line feed at the end"));
    };
    let mut lines = text.split('\n').zip(1..).map(|(text, number)| Line { file, number, text });
    match lines.next() {
        Some(first) if first.text == header => Ok(lines.collect()),
        first => Err(format!(
            "{file}:1: expected the header `{header}`, got `{}`",
            first.map_or("", |line| line.text)
        )),
    }
}

impl<'a> Line<'_, 'a> {
    fn error(&self, column: &str, expected: &str, got: &str) -> String {
        format!("{}:{}: {column}: expected {expected}, got `{}`", self.file, self.number, got.escape_debug())
    }

    /// Refuses a name that does not sort after the one before.
    fn follows(&self, previous: Option<&str>, name: &str) -> Result<(), String> {
        match previous {
            Some(previous) if previous.as_bytes() >= name.as_bytes() => {
                Err(self.error("name", &format!("a name that sorts after `{previous}`"), name))
            }
            _ => Ok(()),
        }
    }

    /// Exactly so many values.
    fn fields<const N: usize>(&self) -> Result<[&'a str; N], String> {
        let fields: Vec<&str> = self.text.split(',').collect();
        fields.try_into().map_err(|_| self.error("line", &format!("{N} values"), self.text))
    }

    /// What is there, or nothing.
    fn maybe<T>(
        &self,
        column: &str,
        value: &'a str,
        read: impl Fn(&Self, &str, &'a str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        if value.is_empty() { Ok(None) } else { read(self, column, value).map(Some) }
    }

    /// Two numbers around a dot.
    fn version(&self, column: &str, value: &'a str) -> Result<(u32, u32), String> {
        let Some((major, minor)) = value.split_once('.') else {
            return Err(self.error(column, "major.minor", value));
        };
        Ok((self.number(column, major, 1..=99)?, self.number(column, minor, 0..=99)?))
    }

    fn day(&self, column: &str, value: &'a str) -> Result<Option<&'a str>, String> {
        self.maybe(column, value, |line, column, value| line.date(column, value, "YYYY-MM-DD"))
    }

    /// Digits and hyphens where the form has letters and hyphens.
    fn date(&self, column: &str, value: &'a str, form: &str) -> Result<&'a str, String> {
        let like =
            |(value, form): (u8, u8)| if form == b'-' { value == b'-' } else { value.is_ascii_digit() };
        if value.len() == form.len() && value.bytes().zip(form.bytes()).all(like) {
            return Ok(value);
        }
        Err(self.error(column, form, value))
    }

    /// Keys joined by `+`, at least one, each once.
    fn words(&self, column: &str, value: &'a str) -> Result<Vec<&'a str>, String> {
        let mut words = Vec::new();
        for word in value.split('+') {
            if words.contains(&self.word(column, word)?) {
                return Err(self.error(column, "each key once", value));
            }
            words.push(word);
        }
        Ok(words)
    }

    /// A family and a size: lower-case letters, digits and hyphens around one dot.
    fn name(&self, column: &str, value: &'a str) -> Result<&'a str, String> {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match value.split_once('.') {
            Some((family, size)) if part(family) && part(size) => Ok(value),
            _ => Err(self.error(column, "family.size in lower case", value)),
        }
    }

    fn word(&self, column: &str, value: &'a str) -> Result<&'a str, String> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        if !value.is_empty() && value.bytes().all(allowed) {
            return Ok(value);
        }
        Err(self.error(column, "a key in lower case", value))
    }

    /// Decimal digits without sign or leading zero, within bounds.
    fn number<T>(&self, column: &str, value: &str, bounds: RangeInclusive<T>) -> Result<T, String>
    where
        T: core::str::FromStr + PartialOrd + core::fmt::Display,
    {
        let canonical =
            value.bytes().all(|b| b.is_ascii_digit()) && (value == "0" || !value.starts_with('0'));
        match value.parse() {
            Ok(number) if canonical && bounds.contains(&number) => Ok(number),
            _ => Err(self.error(column, &format!("{} to {}", bounds.start(), bounds.end()), value)),
        }
    }

    fn boolean(&self, column: &str, value: &str) -> Result<bool, String> {
        match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.error(column, "true or false", value)),
        }
    }

    fn one_of(&self, column: &str, value: &'a str, names: Names) -> Result<&'a str, String> {
        if names.iter().any(|(name, _)| *name == value) {
            return Ok(value);
        }
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        Err(self.error(column, &names.join(" or "), value))
    }

    /// Values joined by `+`, in the order of `names`, each at most once.
    fn list(&self, column: &str, value: &'a str, names: Names) -> Result<Vec<&'a str>, String> {
        let mut rest = names.iter();
        let mut list = Vec::new();
        for part in value.split('+') {
            let part = self.one_of(column, part, names)?;
            if !rest.any(|(name, _)| *name == part) {
                return Err(self.error(column, "each value once, in order", value));
            }
            list.push(part);
        }
        Ok(list)
    }
}
