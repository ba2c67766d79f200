//! Both readers against each other, against `serde_json`, and against random bytes.

use proptest::prelude::*;
use winpod_cluster::read::{
    json,
    node::{Kind, Node, Value},
    text, yaml,
};

/// Any JSON value, with keys that may repeat: it is built as text.
fn any_json() -> impl Strategy<Value = String> {
    let string = any::<String>().prop_map(|s| serde_json::to_string(&s).expect("a string"));
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(|n| serde_json::to_string(&n).expect("a number")),
        string.clone(),
    ];
    scalar.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(",\n\t"))),
            prop::collection::vec((string.clone(), inner), 0..6).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{ {} }}", entries.join(", "))
            }),
        ]
    })
}

/// Text in which JSON and YAML syntax is likely.
fn any_syntax() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[\\[\\]{},:\"'&*!|>?%@`#~0-9a-e \n\t\r.+-]{1,3}",
        1 => Just("\n- ".to_owned()),
        1 => Just("<<: *a\n".to_owned()),
        1 => Just("&a ".to_owned()),
        1 => Just("\r\n  ".to_owned()),
        1 => Just("---\n".to_owned()),
        1 => Just("\\u00e9".to_owned()),
        1 => Just("|\n  ".to_owned()),
        1 => Just("null".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn agrees(node: &Node, expected: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (&node.value, expected) {
        (Value::Sequence(items), Json::Array(array)) => {
            items.len() == array.len() && items.iter().zip(array).all(|(item, value)| agrees(item, value))
        }
        (Value::Mapping(entries), Json::Object(object)) => {
            entries.len() - node.duplicate_keys().count() == object.len()
                && object.iter().all(|(key, value)| node.get(key).is_some_and(|node| agrees(node, value)))
        }
        (Value::Scalar(scalar), expected) => match expected {
            Json::Null => scalar.kind == Kind::Null,
            Json::Bool(value) => node.as_bool() == Some(*value),
            Json::String(value) => node.as_str() == Some(value),
            Json::Number(value) => {
                matches!(scalar.kind, Kind::Int | Kind::Float)
                    && serde_json::from_str::<serde_json::Number>(&scalar.text)
                        .is_ok_and(|number| number == *value)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Starts and ends lie in order, and inside what holds them.
fn ordered(node: &Node) -> bool {
    let inside = |child: &Node| {
        node.span.start <= child.span.start && child.span.end <= node.span.end && ordered(child)
    };
    node.span.start <= node.span.end
        && node.items().iter().all(inside)
        && node.entries().iter().all(|entry| inside(&entry.key) && inside(&entry.value))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_reads_as_serde_json_does(text in any_json()) {
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        let documents = json::parse(&text).unwrap();
        prop_assert_eq!(documents.len(), 1);
        prop_assert!(agrees(&documents[0].node, &expected), "{:?}", documents);
        prop_assert!(ordered(&documents[0].node), "{:?}", documents);
    }

    #[test]
    fn yaml_reads_json_as_serde_json_does(text in any_json()) {
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        // What YAML leaves out of JSON: some control characters, and very long keys.
        if let Ok(documents) = yaml::parse(&text) {
            prop_assert_eq!(documents.len(), 1);
            prop_assert!(agrees(&documents[0].node, &expected), "{:?}", documents);
        } else {
            prop_assert!(text.chars().any(|c| c.is_control() || !c.is_ascii()), "{}", text);
        }
    }

    #[test]
    fn json_verdicts_are_those_of_serde_json(text in any_syntax()) {
        let stream = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
        let expected: Result<Vec<_>, _> = stream.collect();
        match (json::parse(&text), expected) {
            (Ok(documents), Ok(values)) => {
                prop_assert_eq!(documents.len(), values.len());
                for (document, value) in documents.iter().zip(&values) {
                    prop_assert!(agrees(&document.node, value), "{:?}", document);
                }
            }
            (Err(_), Err(_)) => {}
            // serde_json takes numbers out of the range of f64 for an error; we keep their text.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{}: {}", text, error),
            (Err(error), Ok(_)) => prop_assert!(false, "{}: {}", text, error),
        }
    }

    #[test]
    fn no_text_panics(text in any_syntax()) {
        let lines = u32::try_from(text.split(['\r', '\n']).count()).unwrap() + 2;
        for result in [yaml::parse(&text), json::parse(&text)] {
            match result {
                Ok(documents) => prop_assert!(documents.iter().all(|d| d.node.span.end.line <= lines)),
                Err(error) => prop_assert!(error.position().line <= lines, "{}", error),
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), mark in 0..4_usize) {
        let marks: [&[u8]; 4] = [b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"];
        if let Ok(text) = text::decode(&[marks[mark], bytes.as_slice()].concat()) {
            let _ = (yaml::parse(&text), json::parse(&text));
        }
        let _ = yaml::parse(&String::from_utf8_lossy(&bytes));
    }
}
