//! Command lines of kube-proxy inside other text, and the flags that it writes into its log.

/// The words of a command line, as Windows parts them: by white space outside double quotes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for char in line.chars() {
        match char {
            '"' => (quoted, any) = (!quoted, true),
            char if char.is_whitespace() && !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            char => {
                word.push(char);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

/// The arguments behind the last name of kube-proxy in a text, if what follows it is a flag.
pub(super) fn arguments(text: &str) -> Option<Vec<String>> {
    const NAME: &str = "kube-proxy";
    // A log writes a command line inside quotes, with its own quotes escaped.
    let text = text.replace("\\\"", "\"");
    let at = text.to_ascii_lowercase().rfind(&format!("{NAME}.exe"));
    let at = at.or_else(|| last_word(&text, NAME))?;
    let rest = text.get(at + NAME.len()..)?;
    let rest =
        rest.get(..4).filter(|end| end.eq_ignore_ascii_case(".exe")).map_or(rest, |end| &rest[end.len()..]);
    let mut rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim();
    if rest.matches('"').count() % 2 == 1 {
        // The quote that closes what the log quoted.
        rest = rest.rsplit_once('"').map_or(rest, |(before, _)| before);
    }
    rest.starts_with('-').then(|| words(rest))
}

/// The last place of a word that is no part of a longer name.
fn last_word(text: &str, name: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    let places: Vec<usize> = lower.match_indices(name).map(|(at, _)| at).collect();
    places.into_iter().rev().find(|&at| {
        let before = lower.get(..at).and_then(|before| before.chars().next_back());
        let after = lower.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

/// The flags that a program lists at its start, `FLAG: --enable-dsr="true"`, as arguments: all of a line, since what
/// copies a log may lose its line ends. One whose closing quote is missing is cut, and tells nothing.
pub(super) fn flags(text: &str) -> Vec<String> {
    let flag = |flag: &str| {
        let (name, value) = flag.split_once('=')?;
        let value = match value.strip_prefix('"') {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.char_indices().find(|(_, char)| {
                    let closes = *char == '"' && !escaped;
                    escaped = *char == '\\' && !escaped;
                    closes
                });
                quoted.get(..end?.0)?
            }
            None => value.split_whitespace().next().unwrap_or_default(),
        };
        let word = !name.contains(char::is_whitespace);
        word.then(|| format!("--{name}={}", value.replace("\\\"", "\"").replace("\\\\", "\\")))
    };
    text.split("FLAG: --").skip(1).filter_map(flag).collect()
}

#[cfg(test)]
mod tests {
    use super::{arguments, flags};

    #[test]
    fn command_lines_inside_other_text() {
        let of = |text: &str| arguments(text).map(|words| words.join("|"));
        let expected = Some("--v=1|--enable-dsr=true".to_owned());
        for text in [
            r#"        BINARY_PATH_NAME   : "C:\Program Files\Amazon\EKS\bin\EKS-WindowsServiceHost.exe" kube-proxy "C:\Program Files\Amazon\EKS\bin\kube-proxy.exe" --v=1 --enable-dsr=true"#,
            r"PathName  : C:\k\kube-proxy.exe --v=1 --enable-dsr=true",
            r"kube-proxy --v=1 --enable-dsr=true",
            r#"I0101 00:00:00.000000 1 run.go] "Running" cmd="C:\\k\\kube-proxy.exe --v=1 --enable-dsr=true""#,
            r#""C:\k\KUBE-PROXY.EXE" --v=1  --enable-dsr=true"#,
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        let quoted = r#"cmd="\"C:\\k\\kube-proxy.exe\" --config=\"C:\\my k\\c.yaml\" --v=1""#;
        assert_eq!(of(quoted).as_deref(), Some(r"--config=C:\\my k\\c.yaml|--v=1"));
        for text in
            ["kube-proxy", "starting kube-proxy now", "kube-proxy-windows --v=1", "my-kube-proxy -x", ""]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn flags_of_a_log() {
        let of = |text: &str| {
            let flags = flags(text);
            (!flags.is_empty()).then(|| flags.join("|"))
        };
        let head = "I0101 00:00:00.000000    1 flags.go:64] ";
        assert_eq!(of(&format!("{head}FLAG: --enable-dsr=\"true\"")).as_deref(), Some("--enable-dsr=true"));
        assert_eq!(
            of(&format!("{head}FLAG: --feature-gates=\"WinDSR=true\"")).as_deref(),
            Some("--feature-gates=WinDSR=true")
        );
        assert_eq!(of(&format!("{head}FLAG: --enable-dsr")), None);
        assert_eq!(of(&format!("{head}FLAG: --enable-dsr=\"tru")), None);
        // Without line ends, with a blank in their place and without.
        for end in ["", " "] {
            let line = format!("{head}FLAG: --a=\"b \\\"c\\\"\"{end}{head}FLAG: --enable-dsr=\"true\"{end}");
            assert_eq!(of(&line).as_deref(), Some("--a=b \"c\"|--enable-dsr=true"));
        }
        assert_eq!(of("nothing"), None);
    }
}
