//! Where something stands: files by several names, long lines, lines without a head, the turn of a year.

use super::{PORT_EXISTS, Temporary, counts, in_pieces, of_file, of_texts};
use crate::explain::{Explained, Explainer, Likelihood};
use std::ops::ControlFlow;
use std::path::Path;

fn of_paths(paths: &[&Path]) -> Explained {
    let mut progress = |_| ControlFlow::Continue(());
    let mut explainer = Explainer::new(&mut progress).unwrap();
    for path in paths {
        explainer.path(path).unwrap();
    }
    explainer.finish()
}

#[test]
fn a_file_by_several_names_is_counted_once() {
    let directory = std::env::temp_dir().join(format!("winpod-explain-{}-names", std::process::id()));
    std::fs::create_dir_all(directory.join("inner")).unwrap();
    let file = directory.join("a.log");
    std::fs::write(&file, "RequestLimitExceeded\n").unwrap();
    let other = directory.join("inner/../a.log");
    let explained = of_paths(&[&file, &other, &directory, &file]);
    // Another file with the same text counts by itself.
    std::fs::write(directory.join("b.log"), "RequestLimitExceeded\n").unwrap();
    let two = of_paths(&[&directory, &file]);
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!((counts(&explained), counts(&two)), (vec![("ec2-throttled", 1)], vec![("ec2-throttled", 2)]));
}

#[test]
fn nothing_in_an_input_is_told_as_such() {
    let file = Temporary::new("empty.log", b"");
    let blank = Temporary::new("blank.log", b"\xef\xbb\xbf \r\n\n");
    for path in [&file.0, &blank.0] {
        let explained = of_file(path);
        assert_eq!(explained.problems[0].code, "EMPTY", "{explained:?}");
    }
    let error = Temporary::new("error.log", b"RequestLimitExceeded");
    let explained = of_paths(&[&file.0, &error.0]);
    assert!(explained.problems.is_empty() && explained.explanations.len() == 1, "{explained:?}");
    // A text that means nothing is no empty one.
    assert!(of_texts(&[("a", ""), ("b", "all is well")]).problems.is_empty());
}

#[test]
fn a_long_line_is_shown_around_its_match() {
    let (before, behind) = ("ab ".repeat(200_000), " cd".repeat(1000));
    let line = format!("first\n{before}RequestLimitExceeded{behind}");
    let explained = in_pieces(line.as_bytes(), &[70_000]);
    let it = &explained.explanations[0];
    assert_eq!((it.location.line, it.location.column), (2, 600_001));
    assert!(it.shown.starts_with('…') && it.shown.ends_with('…'), "{}", it.shown);
    assert!(it.shown.contains("ab RequestLimitExceeded cd"), "{}", it.shown);

    let wide = format!("{}\u{e4}\u{1F600} Too many pods", "x".repeat(5000));
    assert_eq!(of_texts(&[("wide", &wide)]).explanations[0].location.column, 5004);
}

#[test]
fn lines_without_a_head_are_about_their_own_objects() {
    let line = |at| format!("pod/ns-p{at} failed: Too many pods\n");
    let lines: String = (0..300).map(line).collect();
    let explained = of_texts(&[("plain", &lines)]);
    let it = &explained.explanations[0];
    assert_eq!((it.count, it.objects.len()), (300, 300));
    assert!(it.objects.iter().all(|object| object.count == 1), "{:?}", it.objects);

    let named_before = of_texts(&[("plain", "pod/web-1 runs\nToo many pods on another node\n")]);
    assert!(named_before.explanations[0].objects.is_empty(), "{named_before:?}");
}

#[test]
fn the_turn_of_a_year_does_not_turn_a_log_round() {
    let line = |at: &str| PORT_EXISTS.replace("E1122 10:11:12", at);
    let log = format!("{}{}", line("E1231 23:59:58"), line("E0101 00:00:02"));
    let explained = of_texts(&[("log", &log)]);
    let it = &explained.explanations[0];
    assert_eq!(
        (it.first_time.as_deref(), it.last_time.as_deref()),
        (Some("12-31T23:59:58"), Some("01-01T00:00:02"))
    );
}

#[test]
fn results_without_a_name_are_told_as_such() {
    for (text, decimal) in [
        ("hcnCreateEndpoint failed in Win32: x (0x803b0099)", 0x803b_0099u32),
        ("ErrorCode: 2151350425", 0x803b_0099),
        ("HNS result -2143616871", 0x803b_0099),
        ("0X803BFFFF", 0x803b_ffff),
    ] {
        let explained = of_texts(&[("x", text)]);
        assert_eq!(counts(&explained), [("hcn-unnamed", 1)], "{text}");
        let results = &explained.explanations[0].results;
        assert_eq!((results[0].decimal, results[0].name.as_deref()), (decimal, None), "{text}");
    }
    let both =
        "HNS: x (0x803b0099) {\"Success\":false,\"Error\":\"x\",\"ErrorCode\":2151350425} and (0x803b0098)";
    let explained = of_texts(&[("x", both)]);
    let results: Vec<u32> = explained.explanations[0].results.iter().map(|it| it.decimal).collect();
    assert_eq!((counts(&explained), results), (vec![("hcn-unnamed", 1)], vec![0x803b_0098, 0x803b_0099]));
    for text in [
        "0x803b00990",
        "803b0099-41c2-4b50-8f2a-000000000001",
        "read 2151350425 bytes",
        "0x803b009",
        "x 215135",
    ] {
        assert!(of_texts(&[("x", text)]).explanations.is_empty(), "{text}");
    }
}

#[test]
fn what_is_refuted_comes_last_whatever_speaks_for_it() {
    let ports = super::EXCLUDED;
    let off = "PathName : \"C:\\kube-proxy.exe\" --v=1 --proxy-mode=kernelspace\n";
    let explained = of_texts(&[("error", PORT_EXISTS), ("service.txt", off), ("ports.txt", ports)]);
    let it = &explained.explanations[0];
    let last = it.causes.last().unwrap();
    assert!(last.text.starts_with("no block of 64 ports"), "{:?}", it.causes);
    assert_eq!((last.likelihood, last.order), (Likelihood::Refuted, 4));
    assert!(last.why[0].contains("ports.txt:5"), "{:?}", last.why);
    assert!(!it.remedy.contains(last.remedy.as_ref().unwrap()));
    // Two readings that disagree refute nothing.
    let other = "Couldn't reserve more than 3 ranges of 64 ports\n";
    let explained = of_texts(&[("error", PORT_EXISTS), ("ports.txt", ports), ("log", other)]);
    let first = &explained.explanations[0].causes[0];
    assert!(first.text.starts_with("no block of 64 ports") && first.likelihood == Likelihood::Likely);
}

#[test]
fn listed_ranges_speak_for_node_ports() {
    let error = "E1122 10:11:12.345678 1 a.go:1] \"Nodeport policy creation failed\" err=\"(0x803b0013)\"\n";
    let listing = |rows: &str| {
        format!(
            "Protocol tcp Port Exclusion Ranges\n\nStart Port    End Port\n----------    --------\n      5985        5985\n{rows}"
        )
    };
    let cause = |rows: &str| {
        let explained = of_texts(&[("error", error), ("ports.txt", &listing(rows))]);
        let causes = &explained.explanations[0].causes;
        let it = causes.iter().find(|it| it.text.starts_with("a NodePort")).unwrap();
        (it.likelihood, it.why.join("; "))
    };
    let (taken, why) = cause("     30500       30563\n");
    assert_eq!(taken, Likelihood::Likely);
    assert!(why.contains("30500 to 30563 are taken"), "{why}");
    let (reserved, why) = cause("     30500       30563     *\n");
    assert_eq!(reserved, Likelihood::Likely);
    assert!(why.contains("30500 to 30563 are reserved"), "{why}");
    // A port that is used stands in no listing.
    let (free, why) = cause("");
    assert!(free == Likelihood::Likely && why.contains("the policy of a NodePort failed"), "{why}");
}
