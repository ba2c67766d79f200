//! What other tools start: the hook of pre-commit, and the action of GitHub with its script as a runner would run it.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers too")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use winpod_cluster::read::{node::Node, yaml};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const BAD: &str = "tests/inputs/bad-cluster";
const CLEAN: &str = "tests/inputs/clean-cluster";

fn document(path: &str) -> Node {
    let text = std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    yaml::parse(&text).unwrap().remove(0).node
}

fn text<'n>(node: &'n Node, path: &[&str]) -> &'n str {
    node.path(path).and_then(Node::as_text).unwrap_or_else(|| panic!("no {path:?}"))
}

/// `PATH` with the tool before everything else.
fn path() -> std::ffi::OsString {
    let here = Path::new(env!("CARGO_BIN_EXE_winpod")).parent().unwrap().to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(here).chain(std::env::split_paths(&rest))).unwrap()
}

#[test]
fn the_hook_of_pre_commit_runs_the_tool_on_the_whole_tree() {
    let hooks = document(".pre-commit-hooks.yaml");
    let [hook] = hooks.items() else { panic!("one hook") };
    assert_eq!(text(hook, &["language"]), "system");
    assert_eq!(text(hook, &["pass_filenames"]), "false");
    // Everything that the tool reads by itself in a directory.
    assert_eq!(text(hook, &["files"]), r"(\.(ya?ml|json|ps1|template|txt|log)|(^|/)\.winpod\.toml)$");
    let mut words = text(hook, &["entry"]).split(' ');
    let program = words.next().unwrap();
    let args = hook.get("args").unwrap().items().iter().filter_map(Node::as_text);
    let arguments: Vec<&str> = words.chain(args).collect();
    for (folder, code) in [(BAD, 1), (CLEAN, 0)] {
        let run = Command::new(program)
            .args(&arguments)
            .current_dir(Path::new(ROOT).join(folder))
            .env("PATH", path())
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(code), "{folder}: {}", String::from_utf8_lossy(&run.stdout));
    }
}

/// Runs the second step of the action as a runner does, with its inputs as variables.
fn act(folder: &Path, inputs: &[(&str, &str)]) -> Output {
    let action = document(".github/actions/check/action.yml");
    let steps = action.path(&["runs", "steps"]).unwrap().items();
    let step = steps.iter().find(|step| step.get("id").and_then(Node::as_text) == Some("check")).unwrap();
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text(step, &["run"])]);
    command.current_dir(folder).env("PATH", path()).env("GITHUB_OUTPUT", folder.join("output"));
    for variable in step.get("env").unwrap().entries() {
        let name = variable.key.as_text().unwrap();
        let source = variable.value.as_text().unwrap();
        let input = source.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
        let default = text(&action, &["inputs", input, "default"]);
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        command.env(name, given.unwrap_or(default));
    }
    command.output().unwrap()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_action_fails_as_the_tool_does_and_leaves_its_sarif() {
    let folder = Folder::new("action");
    let root = Path::new(ROOT).canonicalize().unwrap();
    let (bad, clean) = (root.join(BAD), root.join(CLEAN));
    let (bad, clean) = (bad.to_str().unwrap(), clean.to_str().unwrap());
    let run = act(&folder.0, &[("paths", bad)]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let sarif = std::fs::read(folder.0.join("winpod.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_slice(&sarif).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert_eq!(std::fs::read_to_string(folder.0.join("output")).unwrap(), "sarif=winpod.sarif\n");
    let run = act(&folder.0, &[("paths", &format!("{clean}\n\n")), ("sarif", ""), ("fail-on", "high")]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
}

#[test]
fn no_input_of_the_action_is_run() {
    let folder = Folder::new("action-hostile");
    let hostile = "$(touch ran)`touch ran`; touch ran";
    let run =
        act(&folder.0, &[("paths", hostile), ("fail-on", hostile), ("baseline", hostile), ("sarif", "s")]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert!(!folder.0.join("ran").exists());
}
