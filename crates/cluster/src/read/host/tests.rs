use super::{Head, Host, Text, is_text};

fn of(text: &str) -> Host {
    assert!(is_text(&Head::of(text.as_bytes())), "{text}");
    let file = "f".into();
    let mut reader = Text::new(&file);
    text.lines().for_each(|line| reader.line(line));
    reader.finish()
}

fn builds(text: &str) -> Vec<String> {
    of(text).builds.iter().map(|it| format!("{}:{}", it.place.line, it.build)).collect()
}

fn starts(text: &str) -> Vec<String> {
    of(text).starts.iter().map(|it| format!("{}: {}", it.place.line, it.arguments.join(" "))).collect()
}

#[test]
fn builds_as_programs_print_them() {
    assert_eq!(builds("\r\nMicrosoft Windows [Version 10.0.20348.2762]\r\n"), ["2:20348.2762"]);
    assert_eq!(
        builds(
            "Host Name:                 EC2AMAZ\r\nOS Version:                10.0.17763 N/A Build 17763\r\n\
Network Card(s): 1\r\n                [01]: 10.0.1.15\r\n                [02]: 10.0.20.15\r\n"
        ),
        ["2:17763"]
    );
    assert_eq!(builds("Betriebssystemversion: 10.0.20348 Nicht zutreffend Build 20348\n"), ["1:20348"]);
    let info = "WindowsBuildLabEx          : 20348.859.amd64fre.fe_release_svc_prod2.220707-1832\n\
OsVersion                  : 10.0.20348\nOsHardwareAbstractionLayer : 10.0.20348.2227\n";
    assert_eq!(builds(info), ["1:20348"]);
    assert_eq!(
        builds("CurrentBuild              : 17763\nUBR                       : 1935\n"),
        ["1:17763.1935"]
    );
    assert_eq!(builds("Win32NT  Microsoft Windows NT 10.0.26100.0\n"), ["1:26100"]);
    // Two systems in one file are two answers.
    let both = "Microsoft Windows [Version 10.0.20348.2762]\nMicrosoft Windows [Version 10.0.17763.1935]\n";
    assert_eq!(builds(both), ["1:20348.2762", "2:17763.1935"]);
}

#[test]
fn command_lines_of_services_and_logs() {
    let query = "[SC] QueryServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: kube-proxy\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        \
BINARY_PATH_NAME   : C:\\EKS\\EKS-WindowsServiceHost.exe kube-proxy \"C:\\k\\kube-proxy.exe\" --v=1 --enable-dsr=true\r\n        \
LOAD_ORDER_GROUP   :\r\n";
    assert_eq!(starts(query), ["5: --v=1 --enable-dsr=true"]);
    let wrapped = "Name     : kube-proxy\nPathName : \"C:\\k\\kube-proxy.exe\" --v=1\n           --enable-dsr=true\nState    : Running\n";
    assert_eq!(starts(wrapped), ["2: --v=1 --enable-dsr=true"]);
    let log = |value: &str| {
        format!(
            "I0101 00:00:00.000000    1 flags.go:64] FLAG: --config=\"\"\nI0101 00:00:00.000000    1 flags.go:64] FLAG: --enable-dsr=\"{value}\"\n"
        )
    };
    // Of two starts the last one counts.
    assert_eq!(starts(&(log("false") + &log("true"))), ["3: --config= --enable-dsr=true"]);
    let earlier = |text: &str| of(text).earlier.iter().map(|it| it.place.line).collect::<Vec<_>>();
    assert_eq!(
        (earlier(&(log("false") + &log("true"))), earlier(&(log("true") + &log("true")))),
        (vec![1], vec![])
    );
    // A kubelet lists its flags too.
    assert!(starts("I0101 00:00:00.000000    1 flags.go:64] FLAG: --feature-gates=\"A=true\"\n").is_empty());
}

#[test]
fn refused_starts() {
    let line = "E0101 00:00:00.000000    1 run.go:74] \"command failed\" err=\"unable to create ipv4 proxier: WinDSR feature gate not enabled\"\n";
    let flags = "I0101 00:00:00.000000    1 flags.go:64] FLAG: --enable-dsr=\"true\"\n";
    let old = "E0101 00:00:00.000000    1 run.go:74] platform does not support feature Direct Server Return (DSR)\n";
    let refusals = |text: &str| {
        of(text)
            .refusals
            .iter()
            .map(|it| (it.refusal.name(), it.superseded, it.place.line))
            .collect::<Vec<_>>()
    };
    assert_eq!(refusals(line), [("gate-off", false, 1)]);
    // Started again and again.
    assert_eq!(refusals(&line.repeat(3)), [("gate-off", false, 3)]);
    assert_eq!(refusals(&format!("{flags}{line}")), [("gate-off", false, 2)]);
    assert_eq!(refusals(&format!("{line}{flags}")), [("gate-off", true, 1)]);
    assert_eq!(refusals(&format!("{old}{line}")), [("platform", true, 1), ("gate-off", false, 2)]);
    assert!(of(&format!("{old}{line}").repeat(1000)).refusals.len() <= 16);
}

#[test]
fn manifests_are_none() {
    for text in [
        "",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kube-proxy, --v=1]\n",
        "{\"PathName\": \"kube-proxy.exe --v=1\"}",
        "kernelVersion: 10.0.20348.2762\n",
        "a: 1\n",
    ] {
        assert!(!is_text(&Head::of(text.as_bytes())), "{text}");
    }
}

#[test]
fn long_logs_are_bounded() {
    let line = "I0101 00:00:00.000000    1 server.go:1] kube-proxy.exe --v=1 --a=";
    let text = (0..5000).map(|n| format!("{line}{n}")).collect::<Vec<_>>().join("\n");
    let found = of(&text);
    assert_eq!((found.starts.len(), found.earlier.len()), (1, 16));
    let wrapped = format!("{line}1\n{}", "         --b=2\n".repeat(100_000));
    let longest = of(&wrapped).starts.iter().map(|start| start.arguments.len()).max();
    assert!(longest < Some(10_000), "{longest:?}");
}
