//! What README shows of a plan is what the tool prints.

use std::ffi::OsString;
use std::path::Path;
use winpod_cli::Terminal;

#[test]
fn readme_shows_the_plan_as_it_is_printed() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate lies two levels down");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let example = root.join("tests/inputs/payments-prod");
    let args = ["winpod".into(), "plan".into(), example.into_os_string()] as [OsString; 3];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let terminal = Terminal { width: 140, ..Terminal::none() };
    let code = winpod_cli::run(args, &mut &b""[..], &mut out, &mut err, terminal);
    let printed = String::from_utf8(out).expect("UTF-8");
    let shown: Vec<&str> = printed.split("\n\nNodes that still fit").collect();
    let help: Vec<&str> = printed.split("Would help:\n").collect();
    assert_eq!((code, err.as_slice(), shown.len(), help.len()), (1, &b""[..], 2, 2));
    let help = help[1].split("\n\n").next().unwrap_or_default();
    let block = format!("```text\n{}\n\nWould help:\n{help}\n…\n```", shown[0]);
    assert!(readme.contains(&block), "README.md does not show this block:\n\n{block}");
}
