//! Messages that were made, held to the schemas of ISO 20022 by `xmllint` (Debian: libxml2-utils).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::skip;

/// Every message in a folder and below it is allowed by its schema: how many there are.
pub fn assert_messages_are_valid(folder: &Path) -> usize {
    let mut messages = Vec::new();
    find(folder, &mut messages);
    for path in &messages {
        let text = fs::read_to_string(path).unwrap();
        let schema = text.split("tech:xsd:").nth(1).and_then(|rest| rest.split(['"', '\'']).next()).unwrap();
        let schema = format!("{}/settlement/tests/xsd/{schema}.xsd", env!("CARGO_MANIFEST_DIR"));
        let lint =
            Command::new("xmllint").args(["--nonet", "--noout", "--huge", "--schema", &schema]).arg(path).output();
        let Ok(output) = lint else {
            skip("xmllint (libxml2-utils)");
            break;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", path.display());
    }
    messages.len()
}

fn find(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, into);
        } else if path.extension().is_some_and(|end| end == "xml") {
            into.push(path);
        }
    }
}
