//! The few pieces of PowerShell that say how kube-proxy is started.

/// A text in a script, or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Known(String),
    /// A variable or an expression.
    Computed,
}

/// One replacement of a text by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) search: Value,
    pub(super) with: Value,
    /// By `-replace`, which takes a regular expression and no heed of letter case.
    pub(super) pattern: bool,
    pub(super) at: usize,
}

/// A script without its comments, every other character in its place.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let (mut quote, mut before, mut block) = (None, ' ', false);
    while let Some(char) = chars.next() {
        if block {
            if char == '#' && chars.peek() == Some(&'>') {
                block = false;
                chars.next();
                out.push_str("  ");
            } else {
                blank(&mut out, char);
            }
            continue;
        }
        match quote {
            Some(Quote::Double) if char == '`' => {
                out.push(char);
                out.extend(chars.next());
                continue;
            }
            Some(open) if Quote::of(char) == Some(open) => quote = None,
            Some(_) => {}
            None if char == '<' && chars.peek() == Some(&'#') => {
                block = true;
                chars.next();
                out.push_str("  ");
                continue;
            }
            None if char == '#' && (before.is_whitespace() || "({;|".contains(before)) => {
                blank(&mut out, char);
                while let Some(char) = chars.next_if(|char| !matches!(char, '\n' | '\r')) {
                    blank(&mut out, char);
                }
                before = ' ';
                continue;
            }
            None => quote = Quote::of(char),
        }
        before = char;
        out.push(char);
    }
    out
}

fn blank(out: &mut String, char: char) {
    if matches!(char, '\n' | '\r') {
        out.push(char);
    } else {
        (0..char.len_utf8()).for_each(|_| out.push(' '));
    }
}

/// PowerShell takes typographic quotes for plain ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    Single,
    Double,
}

impl Quote {
    const fn of(char: char) -> Option<Self> {
        match char {
            '\'' | '\u{2018}'..='\u{201B}' => Some(Self::Single),
            '"' | '\u{201C}'..='\u{201E}' => Some(Self::Double),
            _ => None,
        }
    }
}

/// The value that a text starts with, and what follows it. White space before it is passed over.
fn value(text: &str) -> Option<(Value, &str)> {
    let text = text.trim_start();
    let mut chars = text.char_indices().peekable();
    let (_, first) = chars.next()?;
    let Some(open) = Quote::of(first) else {
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ')' | ';' | '|'))
            .unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let computed = word.is_empty() || word.starts_with(['$', '(', '@', '[']);
        return Some((if computed { Value::Computed } else { Value::Known(word.to_owned()) }, rest));
    };
    let (mut found, mut computed) = (String::new(), false);
    while let Some((at, char)) = chars.next() {
        if open == Quote::Double && char == '`' {
            found.extend(chars.next().map(|(_, char)| char));
        } else if Quote::of(char) == Some(open) {
            // Doubled, a quote stands for itself.
            if chars.next_if(|(_, next)| Quote::of(*next) == Some(open)).is_none() {
                let rest = text.get(at + char.len_utf8()..).unwrap_or_default();
                return Some((if computed { Value::Computed } else { Value::Known(found) }, rest));
            }
            found.push(char);
        } else {
            computed |= open == Quote::Double && char == '$';
            found.push(char);
        }
    }
    None
}

/// Every replacement of a text in a script without comments.
pub(super) fn replacements(code: &str) -> Vec<Replacement> {
    let lower = code.to_ascii_lowercase();
    let by = |name: &'static str, pattern: bool| {
        let lower = &lower;
        lower.match_indices(name).filter_map(move |(at, _)| {
            let (search, rest) = value(code.get(at + name.len()..)?)?;
            let (with, _) = value(rest.trim_start().strip_prefix(',')?)?;
            Some(Replacement { search, with, pattern, at })
        })
    };
    by(".replace(", false).chain(by("-replace", true)).collect()
}

/// The value of a parameter in a call, and where the parameter stands.
pub(super) fn parameter(code: &str, name: &str) -> Option<(Value, usize)> {
    let lower = code.to_ascii_lowercase();
    let name = format!("-{}", name.to_ascii_lowercase());
    let at = lower.match_indices(&name).map(|(at, _)| at).find(|at| {
        let before = code.get(..*at).and_then(|before| before.chars().next_back());
        let after = code.get(at + name.len()..).and_then(|after| after.chars().next());
        before.is_none_or(|c| c.is_whitespace() || c == '`')
            && after.is_none_or(|c| c.is_whitespace() || matches!(c, ':' | '='))
    })?;
    let rest = code.get(at + name.len()..)?;
    let rest = rest.strip_prefix([':', '=']).unwrap_or(rest);
    // A line may go on behind a backtick.
    let rest = rest.trim_start().strip_prefix('`').unwrap_or(rest);
    let found = match value(rest) {
        Some((Value::Computed, _)) => variable(code, rest.trim_start()).unwrap_or(Value::Computed),
        Some((value, _)) => value,
        None => Value::Computed,
    };
    Some((found, at))
}

/// What the only assignment of a variable gives it.
fn variable(code: &str, text: &str) -> Option<Value> {
    let name: String =
        text.strip_prefix('$')?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if name.is_empty()
        || !text
            .get(name.len() + 1..)
            .is_some_and(|rest| rest.starts_with(char::is_whitespace) || rest.is_empty())
    {
        return None;
    }
    let lower = code.to_ascii_lowercase();
    let name = format!("${}", name.to_ascii_lowercase());
    let mut assigned = lower.match_indices(&name).filter_map(|(at, _)| {
        let rest = code.get(at + name.len()..)?.trim_start();
        let rest = rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
        value(rest)
    });
    let (found, rest) = assigned.next()?;
    // An expression goes on behind its first piece.
    let ends = rest.trim_start_matches([' ', '\t']);
    let whole = ends.is_empty() || ends.starts_with(['\r', '\n', ';']);
    (whole && assigned.next().is_none() && !lower.contains(&format!("{name} +="))).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{Replacement, Value, parameter, replacements, without_comments};

    fn known(text: &str) -> Value {
        Value::Known(text.to_owned())
    }

    #[test]
    fn comments_are_blanked() {
        let text = "a # b\n<# c\nd #>e '# f' \"`\"# g\" $x#y";
        let expected = "a    \n    \n    e '# f' \"`\"# g\" $x#y";
        assert_eq!(without_comments(text), expected);
        assert_eq!(without_comments("# ä\nb"), "    \nb");
    }

    #[test]
    fn replacements_are_found() {
        let of = |code: &str| replacements(code).pop();
        let expected = |pattern, at| {
            Some(Replacement { search: known("\"a\","), with: known("\"a\", \"b\","), pattern, at })
        };
        assert_eq!(of(r#"(gc f).replace('"a",', '"a", "b",') | sc f"#), expected(false, 6));
        assert_eq!(of(r#"(gc f) -Replace '"a",','"a", "b",'"#), expected(true, 7));
        assert_eq!(of(r#".Replace("`"a`",", """a"", ""b"",")"#), expected(false, 0));
        assert_eq!(of(".replace($a, 'b')").map(|it| it.search), Some(Value::Computed));
        for broken in [".replace('a", ".replace('a')", ".replace(", "-replace 'a'", ""] {
            assert_eq!(of(broken), None, "{broken}");
        }
    }

    #[test]
    fn parameters_are_found() {
        let of = |code: &str| parameter(code, "KubeProxyExtraArgs").map(|(value, _)| value);
        let expected = Some(known("--enable-dsr=true"));
        for code in [
            "& s.ps1 -KubeProxyExtraArgs '--enable-dsr=true' -x",
            "& s.ps1 -kubeproxyextraargs \"--enable-dsr=true\"",
            "& s.ps1 -KubeProxyExtraArgs:--enable-dsr=true",
            "& s.ps1 `\n  -KubeProxyExtraArgs `\n  “--enable-dsr=true”",
            "$a = '--enable-dsr=true'\n& s.ps1 -KubeProxyExtraArgs $A\n",
        ] {
            assert_eq!(of(code), expected, "{code}");
        }
        for code in [
            "-KubeProxyExtraArgs $a",
            "-KubeProxyExtraArgs \"$a\"",
            "-KubeProxyExtraArgs",
            "-KubeProxyExtraArgs '--v",
            "$a = 'b' + 'c'\n-KubeProxyExtraArgs $a",
            "$a = 'b'\n$a = 'c'\n-KubeProxyExtraArgs $a",
        ] {
            assert_eq!(of(code), Some(Value::Computed), "{code}");
        }
        assert_eq!(of("-KubeProxyExtraArgsFile x"), None);
        assert_eq!(of("x-KubeProxyExtraArgs y"), None);
    }
}
