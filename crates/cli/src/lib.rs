//! The command line of winpod as a library.
//!
//! [`run`] is the whole tool: arguments and streams in, an exit code out. It reads the files that the arguments
//! name, `.winpod.toml` for `check`, and nothing else; the process around it is described by a [`Terminal`], so that tests and other hosts
//! decide about colours and width themselves.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | all is well, or not known |
//! | 1 | the answer is no: something does not fit, or is wrong (with `--strict`, also what is not known) |
//! | 2 | the arguments or an input are unusable; what could be read is still answered |
//!
//! # Examples
//! ```
//! let (mut out, mut err) = (Vec::new(), Vec::new());
//! let args = ["winpod", "capacity", "m5.large", "--format", "json"].map(Into::into);
//! let code = winpod_cli::run(args, &mut std::io::empty(), &mut out, &mut err, winpod_cli::Terminal::none());
//! assert_eq!(code, 0);
//! assert!(String::from_utf8(out)?.contains("\"ipv4\": 9"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod check;
mod commands;
mod dsr;
mod explain;
mod memory;
mod migration;
mod progress;
mod render;
mod simulate;
mod subnet;
mod terminal;
mod topology;

pub use terminal::Terminal;

use args::Winpod;
use clap::{CommandFactory as _, FromArgMatches as _};
use std::ffi::OsString;
use std::io::{self, Read, Write};

/// Exit code of unusable arguments and inputs.
const UNUSABLE: u8 = 2;

/// Runs the command that `args` say, the program's own name first, and returns its exit code.
///
/// A reader that closes standard output early, such as `head`, is not an error.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    terminal: Terminal,
) -> u8 {
    let command = Winpod::command().term_width(terminal.width.min(100));
    let parsed = command.try_get_matches_from(args).and_then(|matches| Winpod::from_arg_matches(&matches));
    let (text, code) = match parsed {
        Ok(winpod) => {
            let mut host = commands::Host { stdin, stderr: &mut *stderr, terminal };
            match commands::answer(winpod, &mut host) {
                Ok((text, code)) => (text, code),
                Err(refusal) => {
                    let colour = host.colour_of_errors();
                    _ = write!(stderr, "{}", commands::error_line(&refusal, colour));
                    return UNUSABLE;
                }
            }
        }
        Err(error) => {
            let text = error.render();
            let colour = if error.use_stderr() { terminal.colour_stderr } else { terminal.colour_stdout };
            let text = if colour { text.ansi().to_string() } else { text.to_string() };
            // Help comes with blanks at the ends of lines.
            let text: String = text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
            if error.use_stderr() {
                _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
                return UNUSABLE;
            }
            (text, 0)
        }
    };
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            _ = writeln!(stderr, "error: the answer cannot be written: {error}");
            UNUSABLE
        }
        _ => code,
    }
}
