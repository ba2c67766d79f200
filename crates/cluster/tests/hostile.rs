//! Hostile and odd files: what is refused, where, and that it is refused fast.

use core::{fmt::Write as _, time::Duration};
use std::time::Instant;

use winpod_cluster::read::{
    error::ReadError,
    json,
    node::{Document, Node},
    text, yaml,
};

/// Far above what each case takes in a debug build; a quadratic reader takes minutes.
const SLOW: Duration = Duration::from_secs(60);

type Reader = fn(&str) -> Result<Vec<Document>, ReadError>;

fn refusal(read: Reader, text: &str) -> (&'static str, u32, u32) {
    let started = Instant::now();
    let error = read(text).expect_err("hostile text was read");
    assert!(started.elapsed() < SLOW, "took {:?}", started.elapsed());
    (error.code(), error.position().line, error.position().column)
}

fn only(read: Reader, text: &str) -> Node {
    let mut documents = read(text).expect("readable text");
    assert_eq!(documents.len(), 1);
    documents.remove(0).node
}

/// Start and end of a node.
fn place(node: &Node) -> [u32; 4] {
    let (start, end) = (node.span.start, node.span.end);
    [start.line, start.column, end.line, end.column]
}

#[test]
fn depth_is_limited_with_the_place() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for read in [yaml::parse as Reader, json::parse] {
        only(read, &nested(128));
        assert_eq!(refusal(read, &nested(129)), ("TOO_DEEP", 1, 129));
    }
    assert_eq!(refusal(json::parse, &"[".repeat(10_000_000)), ("TOO_DEEP", 1, 129));
    assert_eq!(refusal(yaml::parse, &"[".repeat(10_000_000)).0, "TOO_DEEP");
    assert_eq!(refusal(yaml::parse, &"{".repeat(10_000_000)).0, "TOO_DEEP");
    // The parser looks ahead for a colon as far as its own limit.
    assert_eq!(refusal(yaml::parse, &"[".repeat(1_000)), ("TOO_DEEP", 1, 129));
    assert_eq!(refusal(yaml::parse, &format!("a: {}", "[".repeat(1_000))), ("TOO_DEEP", 1, 131));
    assert_eq!(refusal(yaml::parse, &format!("é: 1\nb: [x, {}", "[".repeat(1_000))), ("TOO_DEEP", 2, 134));
    assert_eq!(refusal(json::parse, &"{\"a\":".repeat(2_000_000)), ("TOO_DEEP", 1, 641));
    assert_eq!(refusal(yaml::parse, &"- ".repeat(5_000_000)), ("TOO_DEEP", 1, 257));
    assert_eq!(refusal(yaml::parse, &"? ".repeat(5_000_000)), ("TOO_DEEP", 1, 257));
    let block = (0..200).fold(String::new(), |text, n| text + &" ".repeat(n) + "a:\n");
    assert_eq!(refusal(yaml::parse, &block), ("TOO_DEEP", 129, 129));
}

#[test]
fn long_flat_lists_are_read() {
    // 10 MB; a tenth of it without optimisation.
    let lines = if cfg!(debug_assertions) { 333_333 } else { 3_333_333 };
    assert_eq!(only(yaml::parse, &"- \n".repeat(lines)).items().len(), lines);
    let list = format!("[{}1]", "1,".repeat(200_000));
    assert_eq!(only(json::parse, &list).items().len(), 200_001);
    assert_eq!(only(yaml::parse, &list).items().len(), 200_001);
}

#[test]
fn size_is_limited() {
    let large = " ".repeat((64 << 20) + 1);
    assert_eq!(refusal(yaml::parse, &large), ("TOO_LARGE", 1, 1));
    assert_eq!(refusal(json::parse, &large), ("TOO_LARGE", 1, 1));
    assert_eq!(refusal(json::parse, &"1 ".repeat((8 << 20) + 1)).0, "TOO_LARGE");
    // The parser would hold every token of the inner list before its first event.
    for inner in [",", "\"\" ", "[],"] {
        let text = format!("[[{}", inner.repeat(5_000_000 / inner.len()));
        let (code, ..) = refusal(yaml::parse, &text);
        assert!(code == "TOO_LARGE" || code == "YAML_SYNTAX", "{inner}: {code}");
    }
    assert_eq!(
        yaml::parse(&format!("\"{}\"", "a".repeat(5 << 20))).unwrap_err().to_string(),
        "more than 4194304 characters in one scalar, flow collection or comment: split the file"
    );
}

#[test]
fn aliases_are_bounded() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(bomb, "a{n}: &a{n} [{aliases}]").unwrap();
    }
    assert_eq!(refusal(yaml::parse, &bomb).0, "ALIAS_EXPANSION");
    // A long text, many times.
    let text = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a\n".repeat(100));
    assert_eq!(refusal(yaml::parse, &text).0, "ALIAS_EXPANSION");
    // Merges copy too.
    let mut merges = "a0: &a0 {k0: 1, l0: 2}\n".to_owned();
    for n in 1..64 {
        writeln!(merges, "a{n}: &a{n} {{x: *a{m}, y: *a{m}, <<: *a{m}}}", m = n - 1).unwrap();
    }
    assert_eq!(refusal(yaml::parse, &merges).0, "ALIAS_EXPANSION");
    // Each document is flat enough, but each alias adds its depth.
    let deep = (1..40).fold("a0: &a0 [[[[x]]]]\n".to_owned(), |text, n| {
        text + &format!("a{n}: &a{n} [[[[*a{}]]]]\n", n - 1)
    });
    assert_eq!(refusal(yaml::parse, &deep).0, "TOO_DEEP");
    assert_eq!(refusal(yaml::parse, "a: &a\n  b: *a\n"), ("YAML_SYNTAX", 2, 6));
    assert_eq!(refusal(yaml::parse, "a: *b\n"), ("YAML_SYNTAX", 1, 4));
    // An anchor of another document.
    assert_eq!(refusal(yaml::parse, "a: &a 1\n---\nb: *a\n"), ("YAML_SYNTAX", 3, 4));
    // Many documents after one with many anchors.
    let text = (0..300_000).fold("---\n".to_owned(), |text, n| text + "- &a" + &n.to_string() + " b\n");
    assert_eq!(yaml::parse(&(text + &"--- &a b\n".repeat(100_000))).unwrap().len(), 100_001);
    let node = only(yaml::parse, "a: &a [1]\nb: *a\nc: [*a, *a]\n");
    assert_eq!(node.get("a"), node.get("b"));
    assert_eq!(node.get("c").unwrap().items().len(), 2);
}

#[test]
fn merge_keys_work_as_in_eksctl_and_kubernetes() {
    let node = only(
        yaml::parse,
        "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nall:\n  <<: [*one, *two]\n  a: 0\nafter:\n  a: 0\n  <<: *two\n\
         quoted: {\"<<\": 5}\n",
    );
    let text = |path: &[&str]| node.path(path).and_then(|n| n.as_text()).map(str::to_owned);
    assert_eq!(text(&["all", "a"]).as_deref(), Some("0"));
    assert_eq!(text(&["all", "b"]).as_deref(), Some("1"));
    assert_eq!(text(&["all", "c"]).as_deref(), Some("2"));
    assert_eq!(text(&["after", "c"]).as_deref(), Some("2"));
    assert_eq!(text(&["quoted", "<<"]).as_deref(), Some("5"));
    assert_eq!(node.get("all").unwrap().entries().len(), 3);
    assert_eq!(node.get("all").unwrap().get("c").unwrap().span.start.line, 2);
    assert_eq!(refusal(yaml::parse, "x: 1\na:\n  <<: 5\n"), ("YAML_SYNTAX", 3, 3));
}

#[test]
fn streams_count_empty_documents() {
    let documents = yaml::parse("%YAML 1.1\n---\na: 1\n---\n# nothing\n---\n\n--- b\n...\n---\n").unwrap();
    let found: Vec<_> = documents.iter().map(|d| (d.index, d.line)).collect();
    assert_eq!(found, [(0, 2), (3, 8)]);
    for nothing in ["", "\n\n", "# a\n", "---\n", "---\n---\n", "...\n"] {
        assert_eq!(yaml::parse(nothing).unwrap(), [], "{nothing:?}");
    }
    assert_eq!(json::parse(" \n").unwrap(), []);
    let documents = json::parse("{}\n[]{\"a\":1} 5\ntrue").unwrap();
    let found: Vec<_> = documents.iter().map(|d| (d.index, d.line)).collect();
    assert_eq!(found, [(0, 1), (1, 2), (2, 2), (3, 2), (4, 3)]);
}

#[test]
fn tags_are_kept() {
    let node = only(
        yaml::parse,
        "a: !Ref x\nb: !GetAtt [r, Arn]\nc: !!str 1\nd: !Sub\n  - x\n  - {a: 1}\ne: !!int '1'\nf: ! 1\n",
    );
    let tag = |key| node.get(key).unwrap().tag().map(str::to_owned);
    assert_eq!(tag("a").as_deref(), Some("!Ref"));
    assert_eq!(tag("b").as_deref(), Some("!GetAtt"));
    assert_eq!(tag("c").as_deref(), Some("!!str"));
    assert_eq!(tag("d").as_deref(), Some("!Sub"));
    assert_eq!(node.get("c").unwrap().as_str(), Some("1"));
    assert_eq!(node.get("d").unwrap().items().len(), 2);
    assert_eq!(node.get("e").unwrap().as_i64(), Some(1));
    assert_eq!(node.get("f").unwrap().as_str(), Some("1"));
}

#[test]
fn places_are_right_in_every_encoding() {
    let lines =
        "# é\nkey: \"äö\" # it's \"c\"\n😀: [ü,  'b''c' ]\nlist:\n- x: 1\n- y\ntext: |\n  première\n  two\n";
    for text in [lines.to_owned(), lines.replace('\n', "\r\n")] {
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = ["\u{FEFF}", &text].concat();
        for bytes in [text.as_bytes(), marked.as_bytes(), &utf16] {
            let node = only(yaml::parse, &text::decode(bytes).unwrap());
            assert_eq!(place(&node.entries()[0].key), [2, 1, 2, 4]);
            assert_eq!(place(node.get("key").unwrap()), [2, 6, 2, 10]);
            let list = node.get("😀").unwrap();
            assert_eq!(place(list), [3, 4, 3, 17]);
            assert_eq!(place(&list.items()[0]), [3, 5, 3, 6]);
            assert_eq!(place(&list.items()[1]), [3, 9, 3, 15]);
            assert_eq!(place(node.get("list").unwrap()), [5, 1, 6, 4]);
            assert_eq!(place(&node.get("list").unwrap().items()[0]), [5, 3, 5, 7]);
            assert_eq!(node.get("text").unwrap().as_str(), Some("première\ntwo\n"));
            assert_eq!(place(node.get("text").unwrap())[..2], [8, 3]);
        }
    }
    let lines = "{\n\t\"é\": [\"ä\\ud83d\\ude00\", -1.5e3 ],\n\t\"b\": null}";
    for text in [lines.to_owned(), lines.replace('\n', "\r\n")] {
        let node = only(json::parse, &text);
        assert_eq!(place(&node), [1, 1, 3, 12]);
        let list = node.get("é").unwrap();
        assert_eq!(place(list), [2, 7, 2, 33]);
        assert_eq!(place(&list.items()[0]), [2, 8, 2, 23]);
        assert_eq!(list.items()[0].as_str(), Some("ä😀"));
        assert_eq!(place(&list.items()[1]), [2, 25, 2, 31]);
        assert_eq!(list.items()[1].as_text(), Some("-1.5e3"));
        assert!(node.get("b").unwrap().is_null());
    }
}

#[test]
fn json_is_strict() {
    for (text, line, column) in [
        ("{\"a\": 1,}", 1, 9),
        ("[1,]", 1, 4),
        ("[1 2]", 1, 4),
        ("[{} {}]", 1, 5),
        ("// x\n1", 1, 1),
        ("[1, /* x */ 2]", 1, 5),
        ("{a: 1}", 1, 2),
        ("{'a': 1}", 1, 2),
        ("{\"a\" 1}", 1, 6),
        ("[01]", 1, 2),
        ("[.5]", 1, 2),
        ("[5.]", 1, 2),
        ("[+1]", 1, 2),
        ("[1e]", 1, 2),
        ("[NaN]", 1, 2),
        ("[-Infinity]", 1, 2),
        ("[0x1f]", 1, 2),
        ("[True]", 1, 2),
        ("\"\\ud83d\"", 1, 1),
        ("\"\\x41\"", 1, 1),
        ("\"a\tb\"", 1, 3),
        ("\"a\nb\"", 1, 3),
        ("\"abc", 1, 5),
        ("\"abc\\", 1, 6),
        ("{\n  \"a\": [1\n}", 3, 1),
        ("{", 1, 2),
        ("]", 1, 1),
        ("{}\n}", 2, 1),
        ("\u{a0}1", 1, 1),
    ] {
        assert_eq!(refusal(json::parse, text), ("JSON_SYNTAX", line, column), "{text:?}");
    }
    let node = only(json::parse, r#"{"a": "\u0000\/\b\f\"\\", "a": 1}"#);
    assert_eq!(node.entries()[0].value.as_str(), Some("\0/\u{8}\u{c}\"\\"));
    assert_eq!(node.get("a").unwrap().as_i64(), Some(1));
    assert_eq!(node.duplicate_keys().count(), 1);
}

#[test]
fn yaml_errors_say_where_and_what() {
    for (text, line, column) in [
        ("a: 1\n\tb: 2\n", 1, 4),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, 2),
        ("a: b: c\n", 1, 5),
        ("a: \"b\n", 1, 4),
        ("a: @b\n", 1, 4),
        ("a: \"\\ud83d\\ude00\"\n", 1, 4),
        ("a: 1\n- b\n", 2, 3),
        ("%YAML 1.2\n", 2, 1),
    ] {
        assert_eq!(refusal(yaml::parse, text), ("YAML_SYNTAX", line, column), "{text:?}");
    }
}
