//! The tool as a whole: each case of `cmd/*.txt` is run in this process, and what it prints is compared.
//!
//! A file holds one or more cases: `$ winpod …` with optional `COLUMNS=n` or `COLOR=1` before it and
//! `< file` behind it, then everything printed (standard output, then standard error behind a line
//! `--- standard error`), then `? exit code`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};
use winpod_cli::Terminal;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

struct Done {
    code: u8,
    out: String,
    err: String,
}

/// Runs in the package's folder, so that `tests/inputs/…` is what messages show.
fn run(args: &[&str], stdin: &[u8], terminal: Terminal) -> Done {
    let args = std::iter::once("winpod").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = winpod_cli::run(args, &mut &*stdin, &mut out, &mut err, terminal);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Done { code, out: text(out), err: text(err) }
}

fn plain(args: &[&str]) -> Done {
    run(args, b"", Terminal::none())
}

/// Words, with single quotes as in a shell.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for char in line.chars() {
        match char {
            '\'' => (quoted, any) = (!quoted, true),
            ' ' if !quoted => {
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

fn play(line: &str) -> String {
    let mut terminal = Terminal { width: 80, ..Terminal::none() };
    let words = words(line.trim_start_matches("$ "));
    let (before, after) = words.split_at(words.iter().position(|word| word == "winpod").expect("winpod"));
    for variable in before {
        match variable.split_once('=') {
            Some(("COLUMNS", width)) => terminal.width = width.parse().expect("a number"),
            Some(("COLOR", _)) => (terminal.colour_stdout, terminal.colour_stderr) = (true, true),
            _ => panic!("{variable} is no setting"),
        }
    }
    let mut args: Vec<&str> = after[1..].iter().map(String::as_str).collect();
    let mut stdin = Vec::new();
    if let Some(at) = args.iter().position(|arg| *arg == "<") {
        stdin = fs::read(args[at + 1]).expect("the file for standard input");
        args.truncate(at);
    }
    let done = run(&args, &stdin, terminal);
    for (number, line) in done.out.lines().enumerate() {
        assert_eq!(line, line.trim_end(), "line {} of {args:?} ends with blanks", number + 1);
    }
    // Escape sequences are kept readable.
    let mut text = done.out.replace('\x1b', "␛");
    if !done.err.is_empty() {
        _ = write!(text, "--- standard error\n{}", done.err.replace('\x1b', "␛"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str("⏎\n");
    }
    format!("{line}\n{text}? {}\n", done.code)
}

#[test]
fn recorded_commands() {
    env::set_current_dir(FOLDER).expect("the package's folder");
    let update = env::var_os("UPDATE").is_some();
    let mut files: Vec<_> =
        fs::read_dir("tests/cmd").expect("the folder").map(|it| it.expect("an entry").path()).collect();
    files.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for path in files {
        let recorded = fs::read_to_string(&path).expect("a text").replace("\r\n", "\n");
        let lines = recorded.lines().filter(|line| line.starts_with("$ "));
        let played: Vec<String> = lines.map(play).collect();
        cases += played.len();
        let played = played.join("\n");
        if played != recorded {
            if update {
                fs::write(&path, &played).expect("the file can be written");
            } else {
                let differs =
                    played.lines().zip(recorded.lines()).position(|(a, b)| a != b).unwrap_or_default();
                let got = played.lines().nth(differs).unwrap_or_default();
                wrong.push(format!("{}:{}: now {got:?}", path.display(), differs + 1));
            }
        }
    }
    assert!(cases > 20, "{cases} cases are too few to be all");
    assert!(
        wrong.is_empty(),
        "{}\nIf that is meant: UPDATE=1 cargo test -p winpod-cli --test commands",
        wrong.join("\n")
    );
}

#[test]
fn json_is_the_answer_of_the_api() {
    let done = plain(&["capacity", "m5.large", "--mode", "prefix-delegation", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let request = serde_json::json!({"types": ["m5.large"], "mode": "prefix-delegation"});
    let expected =
        winpod_cluster::api::call("capacity", request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    assert_eq!(answer, expected);
    assert!(done.out.ends_with("]\n"));
    assert_eq!((&answer[0]["ipv4"], &answer[0]["limitedBy"]), (&144.into(), &"max-pods".into()));
}

#[test]
fn hostile_arguments_are_refused_with_a_reason() {
    let long = "x".repeat(100_000);
    for args in [
        vec![],
        vec!["capacity", ""],
        vec!["capacity", &long],
        vec!["capacity", "m5.large\u{1b}[2J"],
        vec!["capacity", "m5.large", "--max-pods", "-1"],
        vec!["capacity", "m5.large", "--max-pods", "99999999999999999999"],
        vec!["capacity", "m5.large", "--mode", "prefix"],
        vec!["capacity", "--ipv4-per-eni", "10"],
        vec!["capacity", "--ipv4-per-eni", "0", "--nitro"],
        vec!["types", "--memory", "lots"],
        vec!["types", "--vcpus-min", "5", "--vcpus-max", "4"],
        vec!["types", "--sort-by", "colour"],
        vec!["ipam", "--set", "warm-ip-target"],
        vec!["ipam", "--set", "=1"],
        vec!["ipam", "--pods", "5"],
        vec!["plan", "no-such-file.yaml"],
        vec!["plan", "\u{202e}gpj"],
        vec!["sources", "no-such-fact"],
        vec!["schema", "plann"],
        vec!["paln"],
    ] {
        let done = plain(&args);
        assert_eq!(done.code, 2, "{args:.60?}");
        assert!(!done.err.is_empty(), "{args:.60?}");
        // clap repeats arguments; what this tool writes itself is escaped.
        let own = done.err.starts_with("error: ") && !done.err.contains("Usage");
        assert!(!own || !done.err.contains(['\u{1b}', '\u{202e}']), "{:?}", done.err);
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let args = ["winpod".into(), "plan".into(), OsString::from_vec(vec![0xFF, b'a'])];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    assert_eq!(winpod_cli::run(args, &mut std::io::empty(), &mut out, &mut err, Terminal::none()), 2);
    assert!(!err.is_empty());
}

/// A stream that is closed or full.
struct Closed(std::io::ErrorKind);

impl std::io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_stops_early_is_no_error_and_a_full_disk_is_one() {
    for (kind, code) in [(std::io::ErrorKind::BrokenPipe, 0), (std::io::ErrorKind::StorageFull, 2)] {
        let args = ["winpod", "capacity", "m5.large"].map(OsString::from);
        let mut err = Vec::new();
        let got = winpod_cli::run(args, &mut std::io::empty(), &mut Closed(kind), &mut err, Terminal::none());
        assert_eq!((got, err.is_empty()), (code, code == 0));
    }
}

#[test]
fn standard_input_is_read_in_the_encodings_that_files_have() {
    let groups =
        "nodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n";
    let utf16: Vec<u8> =
        [0xFEFF].into_iter().chain(groups.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [groups.as_bytes(), &utf16] {
        let done = run(&["plan", "-", "--format", "json"], bytes, Terminal::none());
        let plan: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        assert_eq!((done.code, &plan["nodeGroups"][0]["types"][0]["pods"]), (0, &9.into()));
    }
    let done = run(&["plan", "-"], b"a: \xff", Terminal::none());
    assert_eq!(done.code, 2);
    assert!(done.err.contains("<stdin>:1:"), "{}", done.err);
}

#[test]
fn every_example_of_the_help_is_accepted() {
    use std::collections::BTreeSet;
    let mut seen = BTreeSet::new();
    for command in ["plan", "check", "capacity", "types", "ipam", "sources", "schema"] {
        let help = plain(&[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        let examples = help.out.lines().filter(|line| line.trim_start().starts_with("winpod "));
        for line in examples {
            let line = line.trim().trim_start_matches("winpod ");
            let args = words(line);
            let done = plain(&args.iter().map(String::as_str).collect::<Vec<_>>());
            // Files of examples need not exist; arguments must be understood.
            assert!(!done.err.contains("Usage") && !done.err.contains("tip:"), "{line}: {}", done.err);
            seen.insert(command);
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn the_shared_inputs_are_planned_as_they_are() {
    let folder = Path::new(FOLDER).join("../../../shared/inputs");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("{} does not exist: skipped", folder.display());
        return;
    };
    let mut planned = 0;
    for path in entries.map(|it| it.expect("an entry").path()) {
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let path = path.to_str().expect("UTF-8");
            for width in ["60", "80", "140"] {
                let terminal = Terminal { width: width.parse().unwrap(), ..Terminal::none() };
                let done = run(&["plan", path], b"", terminal);
                assert!(done.code < 2 && done.err.is_empty(), "{path}: {}", done.err);
                assert!(done.out.contains("Windows group"), "{}", done.out);
            }
            planned += 1;
        }
    }
    assert!(planned > 0, "no YAML in {}", folder.display());
}
