//! Quoting of what is rendered for where it goes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A word of a POSIX shell that means exactly this text.
///
/// # Examples
/// ```
/// use winpod_cluster::quote::shell;
///
/// assert_eq!(shell("subnet-0a1"), "subnet-0a1");
/// assert_eq!(shell("a'; rm x"), r"'a'\''; rm x'");
/// ```
pub fn shell(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) && !text.starts_with('-') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

/// A string of YAML, 1.1 and 1.2, that means exactly this text: plain where nobody takes it for anything else.
///
/// # Examples
/// ```
/// use winpod_cluster::quote::yaml;
///
/// assert_eq!(yaml("m5.large"), "m5.large");
/// assert_eq!(yaml("no"), r#""no""#);
/// assert_eq!(yaml("1.30"), r#""1.30""#);
/// assert_eq!(yaml("a\n# b"), r##""a\n# b""##);
/// ```
pub fn yaml(text: &str) -> Cow<'_, str> {
    const RESERVED: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    if starts && text.bytes().all(plain) && !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) > 0xffff => _ = write!(out, "\\U{:08x}", u32::from(c)),
            c => _ = write!(out, "\\u{:04x}", u32::from(c)),
        }
    }
    out.push('"');
    Cow::Owned(out)
}

/// Whether YAML shows a character as itself, and no reader takes it for a line break or a mark of order.
pub(crate) fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A string of PowerShell that means exactly this text: nothing in it is expanded.
///
/// # Examples
/// ```
/// use winpod_cluster::quote::power_shell;
///
/// assert_eq!(power_shell("$(whoami) `t"), "'$(whoami) `t'");
/// assert_eq!(power_shell("'; Remove-Item C:\\ #"), "'''; Remove-Item C:\\ #'");
/// // PowerShell takes the typographic ones for quotation marks too.
/// assert_eq!(power_shell("a\u{2019}b"), "'a\u{2019}\u{2019}b'");
/// ```
///
/// # Source
/// PowerShell language specification, 2.3.5.2 String literals: single-quote characters are U+0027 and U+2018 to U+201B
/// (2026-11-23).
pub fn power_shell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        out.push(c);
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(c);
        }
    }
    out.push('\'');
    out
}
