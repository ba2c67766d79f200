//! What is around the rules of `check`, against hostile and large input.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use winpod_cluster::api::call;
use winpod_cluster::request::Refusal;

/// Far more than any of it takes, even without optimisation on a busy machine; far less than what grows with the square.
const SOON: Duration = Duration::from_secs(180);

const CONFIG_MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: amazon-vpc-cni\n  namespace: kube-system\n";
const WRONG: &str = "data:\n  enable-windows-ipam: \"yes\"\n";

fn try_check(request: Value) -> Result<Value, Refusal> {
    call("check", request, &mut |_| core::ops::ControlFlow::Continue(()))
}

fn check(request: Value) -> Value {
    let start = Instant::now();
    let answer = try_check(request).unwrap();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    answer
}

fn document(text: impl Into<String>) -> Value {
    json!({"name": "a.yaml", "text": text.into()})
}

fn of_rule<'a>(answer: &'a Value, rule: &str) -> Vec<&'a Value> {
    answer["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).collect()
}

#[test]
fn lines_are_right_in_a_file_of_a_hundred_thousand() {
    for line_break in ["\n", "\r\n", "\r"] {
        let mut text = String::from("\u{feff}# é\n");
        text.push_str(CONFIG_MAP);
        for number in 0..100_000 {
            writeln!(text, "# line {number} 😀").unwrap();
        }
        text.push_str(WRONG);
        let answer = check(json!({"documents": [document(text.replace('\n', line_break))]}));
        let found = of_rule(&answer, "CLU-002");
        assert_eq!((&found[0]["line"], &found[0]["column"]), (&100_008.into(), &24.into()), "{line_break:?}");
        assert_eq!(found[0]["patch"]["original"], "\"yes\"");
    }
}

#[test]
fn deep_nesting_is_one_finding_and_the_rest_is_checked() {
    let deep = format!("a: {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let flat = format!("{CONFIG_MAP}{WRONG}");
    let documents = json!([{"name": "deep.yaml", "text": deep}, document(flat)]);
    let answer = check(json!({"documents": documents}));
    assert_eq!((of_rule(&answer, "PARSE").len(), of_rule(&answer, "CLU-002").len()), (1, 1));
    assert_eq!(answer["summary"]["unusable"], true);
}

#[test]
fn ten_thousand_ignores_of_each_kind() {
    // Comments, each on a block of its own, and as many that are of no use.
    let mut text = String::from(CONFIG_MAP);
    text.push_str("data:\n");
    for number in 0..10_000 {
        writeln!(text, "  # winpod: ignore CLU-002 number {number}\n  x{number}: \"1\"").unwrap();
    }
    text.push_str("  enable-windows-ipam: \"yes\" # winpod: ignore CLU-002 known\n");
    let answer = check(json!({"documents": [document(text)]}));
    // The first thousand are listed, the others counted.
    assert_eq!((of_rule(&answer, "CLU-002").len(), of_rule(&answer, "IGNORE-UNUSED").len()), (0, 1_000));
    assert_eq!(
        (&answer["unlisted"][0]["rule"], &answer["unlisted"][0]["count"]),
        (&json!("IGNORE-UNUSED"), &json!(9_000))
    );
    assert_eq!(answer["summary"]["hidden"], 1);
    // Tables of the configuration.
    let mut config = String::new();
    for number in 0..10_000 {
        writeln!(config, "[[ignore]]\nrule = \"PARSE\"\npath = \"**/x{number}/*.yaml\"\nreason = \"r\"")
            .unwrap();
    }
    let broken: Vec<Value> =
        (0..300).map(|number| json!({"name": format!("a/x{number}/b.yaml"), "text": "["})).collect();
    let answer = check(json!({"documents": broken, "config": {"name": "c", "text": config}}));
    assert_eq!((of_rule(&answer, "PARSE").len(), &answer["summary"]["hidden"]), (0, &300.into()));
    // All in one line.
    let one = "{rule=\"PARSE\",path=\"x/*\",reason=\"r\"},".repeat(10_000);
    let config = format!("ignore = [{one}]");
    let answer = check(json!({"documents": broken, "config": {"name": "c", "text": config}}));
    assert_eq!(of_rule(&answer, "PARSE").len(), 300);
}

#[test]
fn a_pattern_takes_no_time_to_fail() {
    let patterns = [
        format!("{}b", "a*".repeat(400)),
        format!("{}b", "**/a*/".repeat(150)),
        format!("{}b", "{a,a*}".repeat(6)),
        format!("{}b", "?*".repeat(400)),
        format!("{}b", "[a-z]*".repeat(150)),
    ];
    let names = ["a".repeat(4_000), "a/".repeat(2_000), format!("{}/c", "a".repeat(4_000))];
    for pattern in patterns {
        let config = format!(
            "[[ignore]]\nrule = \"PARSE\"\npath = \"{pattern}\"\nobject = \"{pattern}\"\nreason = \"r\"\n"
        );
        for name in &names {
            let documents = json!([{"name": name, "text": "["}]);
            let answer = check(json!({"documents": documents, "config": {"name": "c", "text": config}}));
            assert_eq!(of_rule(&answer, "PARSE").len(), 1, "{pattern:.20}");
        }
    }
}

#[test]
fn a_large_baseline_is_read_and_a_cut_one_refused() {
    let finding = |number: usize| {
        json!({
            "rule": "CLU-002", "file": format!("folder/{number}.yaml"), "object": "ConfigMap kube-system/amazon-vpc-cni",
            "message": "m".repeat(400), "why": "w".repeat(500), "remedy": "r".repeat(500), "line": 1, "related": [],
        })
    };
    let findings: Vec<Value> = (0..34_000).map(finding).collect();
    let text = json!({"findings": findings, "notApplicable": [], "summary": {}}).to_string();
    assert!(text.len() > 50_000_000, "{}", text.len());
    let cut = text[..text.len() / 2].to_owned();
    let request = |text: String| json!({"documents": [document(format!("{CONFIG_MAP}{WRONG}"))], "baseline": {"name": "known.json", "text": text}});
    let answer = check(request(text));
    assert_eq!(of_rule(&answer, "CLU-002").len(), 1);
    let refusal = try_check(request(cut)).unwrap_err();
    assert_eq!(refusal.code, "BASELINE");
    assert!(
        refusal.message.starts_with("known.json: ") && refusal.message.len() < 400,
        "{}",
        refusal.message
    );
}

#[test]
fn hostile_configurations_are_refused_with_their_place() {
    let long = "x".repeat(1 << 20);
    for (text, place) in [
        ("[[[", "c.toml:1:3"),
        ("a = 1\n\n  fail-on = \"x\"", "c.toml:1:1"),
        ("é = 1", "c.toml:1:1"),
        ("[rules]\n\"\\u001b[2J\" = \"off\"", "c.toml:2:1"),
        (&format!("[rules]\nCLU-002 = \"{long}\""), "c.toml:2:11"),
        (&format!("{long} = 1"), "c.toml:1:1"),
        (&format!("rules = {}", "[".repeat(100_000)), "c.toml:1:"),
        (&format!("rules = {}", "{a=".repeat(100_000)), "c.toml:1:"),
        (&"fail-on = \"high\"\n".repeat(2), "c.toml:2:1"),
        ("\u{0}", "c.toml:1:"),
    ] {
        let request = json!({"documents": [document("a: 1")], "config": {"name": "c.toml", "text": text}});
        let refusal = try_check(request).unwrap_err();
        assert_eq!(refusal.code, "CONFIG", "{text:.40}");
        assert!(refusal.message.starts_with(place), "{text:.40}: {:.200}", refusal.message);
        assert!(refusal.message.len() < 600, "{:.700}", refusal.message);
    }
}

#[test]
fn nothing_fails_on_random_pieces_of_configurations_and_comments() {
    let pieces = [
        "# winpod: ignore CLU-002 x",
        "winpod:",
        "# winpod: ignore",
        "---",
        "...",
        "- a:",
        "  b: 1",
        "\t",
        "\u{feff}",
        "é",
        "\r",
        "#",
        "\"",
        "[[ignore]]",
        "rule = \"CLU-002\"",
        "path = \"{a,b\"",
        "until = 2026-13-01",
        "reason = \"\"",
        "fail-on",
        "=",
    ];
    let mut seed = 7u64;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
            text.push(if seed & (1 << 20) == 0 { '\n' } else { ' ' });
        }
        let config = json!({"name": "c", "text": text});
        for request in [
            json!({"documents": [document(text.as_str())]}),
            json!({"documents": [document("a: 1")], "config": config}),
        ] {
            if let Err(refusal) = try_check(request) {
                assert_eq!(refusal.code, "CONFIG", "{text}");
            }
        }
    }
}

#[test]
fn directories_show_which_ignores_are_of_no_use() {
    let folder = std::env::temp_dir().join(format!("winpod-check-{}", std::process::id()));
    fs::create_dir_all(folder.join("live")).unwrap();
    fs::write(folder.join("live/cni.yaml"), format!("{CONFIG_MAP}{WRONG}")).unwrap();
    let config = |path: &str| {
        let text = format!("[[ignore]]\nrule = \"CLU-002\"\npath = \"{path}\"\nreason = \"r\"\n");
        json!({"name": folder.join(".winpod.toml"), "text": text})
    };
    let count = |paths: &Path, path: &str| {
        let answer = check(json!({"paths": [paths], "config": config(path)}));
        (of_rule(&answer, "CLU-002").len(), of_rule(&answer, "IGNORE-UNUSED").len())
    };
    assert_eq!(count(&folder, "live/*.yaml"), (0, 0));
    assert_eq!(count(&folder, "gone/*.yaml"), (1, 1));
    assert_eq!(count(&folder.join("live/cni.yaml"), "gone/*.yaml"), (1, 0));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn sarif_points_at_the_places_of_the_findings() {
    let text = format!("{CONFIG_MAP}{WRONG}");
    let documents = json!([{"name": "./a b/é.yaml", "text": text}, {"name": "/abs/x.yaml", "text": "["}]);
    let both = ["check", "checkSarif"].map(|name| {
        call(name, json!({"documents": documents}), &mut |_| core::ops::ControlFlow::Continue(())).unwrap()
    });
    let log: Value = serde_json::from_str(both[1]["log"].as_str().unwrap()).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let findings = both[0]["findings"].as_array().unwrap();
    assert_eq!((results.len(), findings.len()), (2, 2));
    for (result, finding) in results.iter().zip(findings) {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!((&region["startLine"], &region["startColumn"]), (&finding["line"], &finding["column"]));
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let uris: Vec<&Value> =
        results.iter().map(|it| &it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).collect();
    assert_eq!(uris, ["a%20b/%C3%A9.yaml", "file:///abs/x.yaml"]);
    // The same when the file grows above it.
    let moved = json!([{"name": "a b/é.yaml", "text": format!("# more\n{text}")}]);
    let moved =
        call("checkSarif", json!({"documents": moved}), &mut |_| core::ops::ControlFlow::Continue(()))
            .unwrap();
    let moved: Value = serde_json::from_str(moved["log"].as_str().unwrap()).unwrap();
    let fingerprint = |result: &Value| result["partialFingerprints"].clone();
    assert_eq!(fingerprint(&results[0]), fingerprint(&moved["runs"][0]["results"][0]));
}

/// A call with a flag that the kubelet of Kubernetes 1.35 no longer has (NG-019), in its third line.
const SCRIPT: &str = "<powershell>\n# \u{e9} \"x\"\n  & $EKSBootstrapScriptFile -EKSClusterName a \
                      -KubeletExtraArgs '--pod-infra-container-image=a'\n</powershell>\n";

/// Line, column and message of the finding about that call.
fn call_in(name: &str, text: &str) -> (u64, u64, String) {
    let version =
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, version: \"1.35\"}\n";
    let documents = json!([{"name": "v.yaml", "text": version}, {"name": name, "text": text}]);
    let answer = check(json!({"documents": documents}));
    let found = of_rule(&answer, "NG-019");
    assert_eq!(found.len(), 1, "{name}: {:?}", answer["findings"]);
    let number = |key: &str| found[0][key].as_u64().unwrap();
    assert_eq!(found[0]["file"], name);
    (number("line"), number("column"), found[0]["message"].as_str().unwrap().to_owned())
}

#[test]
fn findings_in_scripts_point_at_their_lines() {
    let indented = SCRIPT.replace('\n', "\n      ");
    let class = |value: &str| {
        format!(
            "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {{name: w}}\nspec:\n  amiSelectorTerms: \
             [{{alias: windows2022@latest}}]\n  userData: {value}\n---\napiVersion: karpenter.sh/v1\nkind: NodePool\n\
             metadata: {{name: w}}\nspec:\n  template:\n    spec:\n      nodeClassRef: {{group: karpenter.k8s.aws, \
             kind: EC2NodeClass, name: w}}\n      requirements:\n      - {{key: kubernetes.io/os, operator: In, values: \
             [windows]}}\n"
        )
    };
    let place = |found: (u64, u64, String)| (found.0, found.1);
    assert_eq!(place(call_in("a.ps1", SCRIPT)), (3, 3));
    assert_eq!(place(call_in("a.txt", &SCRIPT.replace('\n', "\r\n"))), (3, 3));
    assert_eq!(place(call_in("a.yaml", &class(&format!("|\n      {indented}")))), (9, 9));
    assert_eq!(
        place(call_in("b.yaml", &class(&format!("|\n      {indented}")).replace('\n', "\r\n"))),
        (9, 9)
    );
    let quoted = class(&json!(SCRIPT).to_string());
    let column = quoted.lines().nth(5).unwrap().split(" & ").next().unwrap().chars().count() as u64 + 2;
    assert_eq!(place(call_in("c.yaml", &quoted)), (6, column));
    // What base64 hides is at the value, with the line inside of it.
    let encoded = "PHBvd2Vyc2hlbGw+CiMgeAogICYgJEVLU0Jvb3RzdHJhcFNjcmlwdEZpbGUgLUVLU0NsdXN0ZXJOYW1lIGEgLUt1YmVsZXRFeHRyYUFyZ3MgJy0tcG9kLWluZnJhLWNvbnRhaW5lci1pbWFnZT1hJwo8L3Bvd2Vyc2hlbGw+Cg==";
    let found = call_in("a.b64", encoded);
    assert_eq!((found.0, found.1), (1, 1));
    assert!(found.2.ends_with(" (line 3 of the script)"), "{}", found.2);
}

#[test]
fn a_baseline_does_not_depend_on_how_paths_are_spelled() {
    let text = format!("{CONFIG_MAP}{WRONG}");
    let at = |name: &str, text: &str| json!([{"name": name, "text": text}]);
    let known = |name: &str| {
        let answer = check(json!({"documents": at(name, &text)}));
        json!({"name": "known.json", "text": answer.to_string()})
    };
    let more = format!("# one\n# two\n{text}");
    for (then, now) in [
        ("cluster/a/cni.yaml", "./cluster/a/cni.yaml"),
        ("cluster/a/cni.yaml", "cluster\\a\\cni.yaml"),
        ("cluster/a/cni.yaml", "cluster/b/../a/cni.yaml"),
        ("cluster/a/cni.yaml", "a/cni.yaml"),
        ("../cluster/a/cni.yaml", "cluster/a/cni.yaml"),
        ("cluster/a/cni.yaml", "/home/me/cluster/a/cni.yaml"),
        ("/ci/7/cluster/a/cni.yaml", "C:\\work\\cluster\\a\\cni.yaml"),
    ] {
        let answer = check(json!({"documents": at(now, &more), "baseline": known(then)}));
        assert_eq!(
            (of_rule(&answer, "CLU-002").len(), &answer["summary"]["hiddenByBaseline"]),
            (0, &1.into()),
            "{then} {now}"
        );
    }
    // Another folder beside is another file.
    let answer = check(json!({"documents": at("b/cni.yaml", &text), "baseline": known("a/cni.yaml")}));
    assert_eq!(of_rule(&answer, "CLU-002").len(), 1);
}

#[test]
fn an_empty_directory_is_no_healthy_cluster() {
    let folder = std::env::temp_dir().join(format!("winpod-empty-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let answer = check(json!({"paths": [folder]}));
    assert_eq!(
        (&answer["summary"]["unusable"], &answer["notes"][0]["code"]),
        (&true.into(), &"nothing-recognised".into())
    );
    fs::write(folder.join("a.yaml"), format!("{CONFIG_MAP}data: {{}}\n")).unwrap();
    assert_eq!(check(json!({"paths": [folder]}))["summary"]["unusable"], false);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn requests_of_another_type_name_the_field() {
    let refusal = try_check(json!({"documents": [document("a: 1")], "date": 5})).unwrap_err();
    assert_eq!(
        (refusal.code.as_str(), refusal.message.as_str()),
        ("REQUEST", "date is 5: a string is allowed")
    );
}

#[test]
fn a_million_findings_of_one_file_are_bounded() {
    let mut text = String::from(CONFIG_MAP);
    text.push_str("data:\n");
    for _ in 0..200_000 {
        text.push_str("  branch-eni-cooldown: \"60\"\n");
    }
    let answer = check(json!({"documents": [document(text)]}));
    let found = of_rule(&answer, "PARSE-DUPLICATE-KEY");
    assert_eq!(found.len(), 101);
    assert!(found[0]["message"].as_str().unwrap().starts_with("199899 more keys"), "{}", found[0]["message"]);
    // Broken documents too.
    let answer = check(json!({"documents": [document("---\na: [\n".repeat(50_000))]}));
    assert_eq!(of_rule(&answer, "PARSE").len(), 21);
}
