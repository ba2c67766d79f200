//! The `winpod` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut stdin, mut stdout, mut stderr) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let terminal = winpod_cli::Terminal::of_this_process();
    winpod_cli::run(std::env::args_os(), &mut stdin, &mut stdout, &mut stderr, terminal).into()
}
