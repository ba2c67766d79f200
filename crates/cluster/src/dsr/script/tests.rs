use super::judge;
use crate::model::{Layout, Place, ScriptKind, StartScript};

/// The user data of AWS's guide, its values left out: aws/aws-eks-best-practices dc0243a (2026-05-04).
const GUIDE: &str = r#"<powershell>
[string]$EKSBootstrapScriptFile = "$EKSBinDir\$EKSBootstrapScriptName"
(Get-Content $EKSBootstrapScriptFile).replace('"--proxy-mode=kernelspace",', '"--proxy-mode=kernelspace", "--feature-gates WinDSR=true", "--enable-dsr",') | Set-Content $EKSBootstrapScriptFile
& $EKSBootstrapScriptFile -EKSClusterName "a" -APIServerEndpoint "https://<REPLACE-A>" -Base64ClusterCA "b" -DNSClusterIP "172.20.0.10"
</powershell>
"#;

const BOOTSTRAP: &str =
    "param([string]$KubeProxyExtraArgs)\n$a = @(\"--v=1\", \"--proxy-mode=kernelspace\", \"--x\")\n";

fn script(text: &str, kind: ScriptKind) -> StartScript {
    let place = Place::new(&"f".into(), 1, 1);
    StartScript { text: text.to_owned(), kind, place, layout: Layout::Plain }
}

/// Form, match, arguments, what reaches kube-proxy, and the risks with their lines.
fn of(text: &str, bootstrap: Option<&str>) -> (String, String, String) {
    let mut scripts = vec![script(text, ScriptKind::UserData)];
    scripts.extend(bootstrap.map(|text| script(text, ScriptKind::Bootstrap)));
    let judged = judge(&scripts);
    let [one] = judged.as_slice() else { panic!("{}", judged.len()) };
    let answer = &one.answer;
    let adds = one.adds.as_ref().map_or_else(|| "?".to_owned(), |adds| format!("[{}]", adds.join(" ")));
    let found = answer.would_match.as_deref().unwrap_or("-");
    let head = format!("{} {found} {} {adds}", answer.form, answer.arguments.join(" "));
    let risk = |risk: &super::ScriptRisk| {
        format!("{}:{}", risk.code.strip_prefix("script-").unwrap_or(&risk.code), risk.location.line)
    };
    let risks: Vec<String> = answer.risks.iter().map(risk).collect();
    let grades = answer.risks.iter().map(|risk| risk.grade.as_deref().unwrap_or("-").to_owned());
    (head, risks.join(" "), grades.collect::<Vec<_>>().join(" "))
}

#[test]
fn the_guides_user_data_is_judged() {
    let (head, risks, grades) = of(GUIDE, None);
    assert_eq!(head, "string-replace unknown --feature-gates WinDSR=true --enable-dsr ?");
    assert_eq!(
        risks,
        "literal-of-guide:3 silent:3 signature:3 repeats:3 gate:3 dns-without-range:4 placeholder:4 calls-bootstrap:4"
    );
    assert_eq!(grades, "inferred inferred inferred - reported documented - documented");
}

#[test]
fn the_script_itself_decides() {
    let (head, risks, _) = of(GUIDE, Some(BOOTSTRAP));
    assert!(head.starts_with("string-replace yes"), "{head}");
    assert!(head.ends_with("[--feature-gates WinDSR=true --enable-dsr]"), "{head}");
    assert!(risks.starts_with("literal-found:3 "), "{risks}");
    let (head, risks, _) = of(GUIDE, Some(&BOOTSTRAP.replace("\"--proxy-mode=kernelspace\", ", "")));
    assert_eq!(head, "string-replace no --feature-gates WinDSR=true --enable-dsr []");
    assert!(risks.starts_with("literal-missing:3 "), "{risks}");
}

#[test]
fn other_texts_are_not_known_or_not_there() {
    let head = |text: &str| of(text, None).0;
    let first = |text: &str| of(text, None).1.split(' ').next().unwrap_or_default().to_owned();
    let other = GUIDE.replace("--proxy-mode=kernelspace", "--proxy-mode kernelspace");
    assert_eq!(first(&other), "literal-other:3");
    let typographic = "(gc $EKSBootstrap).replace('“--proxy-mode=kernelspace”,', '“--proxy-mode=kernelspace”, “--enable-dsr”,')";
    assert!(head(typographic).starts_with("string-replace no"), "{}", head(typographic));
    assert!(head("$x.replace('', '--enable-dsr')").starts_with("string-replace no"));
    assert!(head("$x.replace($y, '--enable-dsr')").starts_with("string-replace unknown"));
}

#[test]
fn the_parameter_and_nothing() {
    let head = |text: &str| of(text, None).0;
    let call = "& $EKSBootstrapScriptFile -EKSClusterName a";
    assert_eq!(
        head(&format!("{call} -KubeProxyExtraArgs '--enable-dsr=true'")),
        "KubeProxyExtraArgs - --enable-dsr=true [--enable-dsr=true]"
    );
    assert_eq!(head(&format!("{call} -KubeProxyExtraArgs $computed")), "KubeProxyExtraArgs -  ?");
    assert_eq!(head(call), "none -  []");
    // Only a comment, and no call: the defaults of whoever appends one.
    assert_eq!(head("# --enable-dsr\nWrite-Host EKSBootstrap"), "none -  ?");
    assert_eq!(head("sc.exe config kube-proxy binPath= \"$old --enable-dsr=true\""), "other -  ?");
    let (_, risks, _) = of(&format!("{call} -KubeProxyExtraArgs '--feature-gates=WinDSR=true'"), None);
    assert_eq!(risks, "gate:1 no-flag:1 calls-bootstrap:1");
    // Another replacement has no bearing.
    assert_eq!(head("$x.replace('a', 'b')"), "none -  ?");
    let range = format!("{call} -APIServerEndpoint a -Base64ClusterCA b -DNSClusterIP c -ServiceCIDR d");
    assert_eq!(of(&range, None).1, "calls-bootstrap:1");
}
