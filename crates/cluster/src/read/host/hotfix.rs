//! Updates of Windows in what `systeminfo` and `Get-HotFix` list.

/// The name of an update: `KB` and six or seven digits.
fn is_name(word: &str) -> bool {
    word.strip_prefix("KB").is_some_and(|digits| {
        matches!(digits.len(), 6 | 7) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The update that a line lists; a line that only speaks of one lists none.
pub(super) fn of_line(line: &str) -> Option<Box<str>> {
    let mut words = line.split_whitespace();
    let mut before = words.next()?;
    for word in words {
        if is_name(word) {
            let numbered = before.starts_with('[') && before.ends_with("]:");
            let described =
                ["update", "hotfix"].iter().any(|kind| before.to_ascii_lowercase().ends_with(kind));
            return (numbered || described).then(|| word.into());
        }
        before = word;
    }
    None
}

/// Whether a line is of such a list.
pub(super) fn is_listed(line: &str) -> bool {
    of_line(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::of_line;

    #[test]
    fn lines_of_lists() {
        for line in [
            "                           [02]: KB5011551",
            "Hotfix(s):                 [01]: KB5011551",
            "EC2AMAZ-1     Security Update  KB5011551     NT AUTHORITY\\SYSTEM  3/23/2022 12:00:00 AM",
            "EC2AMAZ-1     Update           KB5011551     NT AUTHORITY\\SYSTEM",
        ] {
            assert_eq!(of_line(line).as_deref(), Some("KB5011551"), "{line}");
        }
        for line in
            ["", "KB5011551", "install KB5011551 first", "[01]: KB50", "[01]: 10.0.1.15", "[01]: KB5011551x"]
        {
            assert_eq!(of_line(line), None, "{line}");
        }
    }
}
