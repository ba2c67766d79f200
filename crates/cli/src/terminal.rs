//! What the streams are connected to.

use std::io::IsTerminal as _;

/// What a run may assume about the streams that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, clippy::struct_excessive_bools, reason = "callers build it")]
pub struct Terminal {
    /// Columns to wrap text to.
    pub width: usize,
    /// Whether standard output takes colours.
    pub colour_stdout: bool,
    /// Whether standard error takes colours.
    pub colour_stderr: bool,
    /// Whether standard input is a person's keyboard.
    pub stdin_is_keyboard: bool,
    /// Whether progress may be shown on standard error.
    pub progress: bool,
}

/// Columns where nothing says otherwise.
const DEFAULT_WIDTH: usize = 100;

impl Terminal {
    /// No terminal: plain text of 100 columns.
    pub const fn none() -> Self {
        Self {
            width: DEFAULT_WIDTH,
            colour_stdout: false,
            colour_stderr: false,
            stdin_is_keyboard: false,
            progress: false,
        }
    }

    /// The streams of this process, and `COLUMNS`, `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` of its environment.
    pub fn of_this_process() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let zero = |name: &str| set(name).is_some_and(|value| value == "0");
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let allowed = |terminal: bool| {
            let forced = set("CLICOLOR_FORCE").is_some() && !zero("CLICOLOR_FORCE");
            set("NO_COLOR").is_none() && (forced || terminal && !zero("CLICOLOR"))
        };
        let columns = set("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
        let width = columns.or_else(|| if stdout { measured() } else { None });
        Self {
            width: width.filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH),
            colour_stdout: allowed(stdout),
            colour_stderr: allowed(stderr),
            stdin_is_keyboard: std::io::stdin().is_terminal(),
            progress: stderr,
        }
    }
}
