//! Whether what somebody gave is a text or a file: a mistyped path must not be explained as a text.

use std::path::Path;

/// The longest path that systems take.
const LONGEST: usize = 4096;
/// How the files end that are mostly given.
const EXTENSIONS: [&str; 14] =
    ["log", "txt", "json", "jsonl", "yaml", "yml", "zip", "csv", "xml", "out", "err", "gz", "evtx", "etl"];

/// What was given, told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Given {
    /// Texts to explain.
    pub texts: Vec<String>,
    /// Files and directories, which are there or are meant to be.
    pub paths: Vec<String>,
}

impl Given {
    /// Tells texts from files: what exists is a file, and so is what is written as one, which is then missing. Words that
    /// nobody put in quotes, none of which names a file, are one text, whatever slashes some of them have.
    ///
    /// # Examples
    /// ```
    /// use winpod_cluster::explain::Given;
    ///
    /// let given = Given::new(&["The specified port already exists.".to_owned(), ".".to_owned()]);
    /// assert_eq!((given.texts.len(), given.paths), (1, vec![".".to_owned()]));
    ///
    /// // No file of that name: a problem, and not a text that nobody knows.
    /// let mistyped = Given::new(&["kube-proxi.log".to_owned()]);
    /// assert_eq!((mistyped.texts.len(), mistyped.paths.len()), (0, 1));
    /// ```
    pub fn new(given: &[String]) -> Self {
        let is_word = |it: &&String| !it.contains(char::is_whitespace);
        let is_sentence = given.len() > 1
            && given.iter().all(|it| is_word(&it) && !exists(it))
            && !given.iter().all(|it| is_path(it));
        if is_sentence {
            return Self { texts: vec![given.join(" ")], paths: Vec::new() };
        }
        let (paths, texts) = given.iter().cloned().partition(|it| is_path(it));
        Self { texts, paths }
    }
}

/// Whether what somebody gave is a path: of something that exists, or else written as one.
///
/// # Examples
/// ```
/// use winpod_cluster::explain::is_path;
///
/// assert!(is_path(".") && is_path("./nowhere") && is_path("kube-proxi.log"));
/// assert!(!is_path("The specified port already exists."));
/// ```
pub fn is_path(given: &str) -> bool {
    exists(given) || is_written_as_path(given)
}

fn exists(given: &str) -> bool {
    !given.is_empty() && given.len() <= LONGEST && Path::new(given).exists()
}

/// A word with an extension of files or with a separator, or a line that begins and ends as paths do.
fn is_written_as_path(given: &str) -> bool {
    let odd = |c: char| matches!(c, '"' | '{' | '}' | '<' | '>' | '|' | '*' | '?' | '=' | '\n' | '\r');
    if given.len() > LONGEST || given.contains(odd) || given.contains("://") {
        return false;
    }
    let has_extension = given.rsplit_once('.').is_some_and(|(name, extension)| {
        !name.is_empty() && EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    let has_drive =
        matches!(given.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let begins =
        has_drive || ["/", "./", "../", "~/", ".\\", "..\\", "\\\\"].iter().any(|it| given.starts_with(it));
    if given.contains(char::is_whitespace) {
        return begins && has_extension && !given.contains(": ");
    }
    // Labels and resources have a slash too, behind the name of a domain: `vpc.amazonaws.com/PrivateIPv4Address`.
    let first = given.split(['/', '\\']).next().unwrap_or_default();
    let inside = given.len() > first.len() && !first.contains('.') && !first.contains(':');
    begins || has_extension || inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_texts() {
        for path in [
            "kube-proxi.log",
            "logs/kube-proxy",
            "/var/log/kube proxy.log",
            "C:\\k\\kube-proxy.log",
            "~/eks_i-0a1.zip",
            "..\\events.JSON",
            "nowhere/at/all",
        ] {
            assert!(is_path(path), "{path}");
        }
        for text in [
            "",
            "RequestLimitExceeded",
            "0x803b0013",
            "Insufficient vpc.amazonaws.com/PrivateIPv4Address",
            "vpc.amazonaws.com/PrivateIPv4Address",
            "read events.json: RequestLimitExceeded",
            "{\"a\":\"b/c\"}",
            "err=\"a/b\"",
            "https://example.com/x",
            "cannot open hns.log",
            "/var/log/x: cannot read y.log",
        ] {
            assert!(!is_path(text), "{text}");
        }
    }

    #[test]
    fn words_without_quotes_are_one_text() {
        let given = |words: &str| Given::new(&words.split('|').map(str::to_owned).collect::<Vec<_>>());
        let all = given("0/3|nodes|Insufficient|vpc.amazonaws.com/PrivateIPv4Address");
        assert_eq!(all.texts, ["0/3 nodes Insufficient vpc.amazonaws.com/PrivateIPv4Address"]);
        assert_eq!(given("nowhere.log|never.json").paths.len(), 2);
        let mixed = given("The specified port|nowhere.log");
        assert_eq!((mixed.texts.len(), mixed.paths.len()), (1, 1));
        assert_eq!(given("Too|many|pods|.").texts.len(), 3);
    }
}
