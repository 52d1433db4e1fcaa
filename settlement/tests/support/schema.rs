//! Messages held to the schemas of ISO 20022 by `xmllint` (Debian: libxml2-utils).

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Once;

/// Fails unless a schema of `tests/xsd` allows the message. Without `xmllint` it says so, and that is all.
pub fn assert_valid(message: &str, schema: &str) {
    static SAID: Once = Once::new();
    let path = format!("{}/tests/xsd/{schema}.xsd", env!("CARGO_MANIFEST_DIR"));
    let started = Command::new("xmllint")
        .args(["--nonet", "--noout", "--huge", "--schema", &path, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut lint) = started else {
        let required = std::env::var("FATOURA_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
        assert!(!required, "xmllint is missing (scripts/setup test brings it)");
        // Past the capture of output: a test that passes would not be heard.
        let mut stderr = io::stderr();
        SAID.call_once(|| writeln!(stderr, "skipped: schemas, as xmllint is not installed").unwrap());
        return;
    };
    lint.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{message}", String::from_utf8_lossy(&output.stderr));
}
