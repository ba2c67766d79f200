//! The committed schemas are those of the operations, so that a change of an answer shows in review.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};
use winpod_cluster::api::OPERATIONS;

#[test]
fn schemas_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let update = env::var_os("UPDATE").is_some();
    let mut expected = BTreeSet::new();
    let mut stale = Vec::new();
    for operation in OPERATIONS {
        for (kind, schema) in [("request", operation.request_schema()), ("answer", operation.answer_schema())]
        {
            let name = format!("{}.{kind}.json", operation.name);
            let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
            let path = folder.join(&name);
            if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
                if update {
                    fs::write(&path, text).expect("the folder can be written");
                } else {
                    stale.push(name.clone());
                }
            }
            expected.insert(name);
        }
    }
    for entry in fs::read_dir(&folder).expect("the folder exists") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if !expected.contains(&name) {
            if update {
                fs::remove_file(folder.join(&name)).expect("the file can be removed");
            } else {
                stale.push(name);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "{} in crates/cluster/schemas differ from the code. If that is meant:\n    \
         UPDATE=1 cargo test -p winpod-cluster --test schemas",
        stale.join(", ")
    );
}
