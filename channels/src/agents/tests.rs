//! Routes, description and document say the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::DOCUMENT;
use super::problem::Code;
use crate::routes::systems::{AGENTS, AGENTS_PATH};

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

#[test]
fn every_route_is_described_and_every_description_is_routed() {
    let mut routed: BTreeSet<String> =
        AGENTS.iter().map(|(method, path, _)| format!("{method} {AGENTS_PATH}{path}")).collect();
    routed.insert(format!("GET {AGENTS_PATH}/openapi.json"));
    assert_eq!(routed.len(), AGENTS.len() + 1, "a route stands twice");
    let mut described = BTreeSet::new();
    for (path, operations) in document()["paths"].as_object().unwrap() {
        described
            .extend(operations.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    assert_eq!(routed, described);
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let document = document();
    let mut seen = BTreeSet::new();
    references(&document, &mut seen);
    assert!(seen.len() > 20, "{seen:?}");
    for reference in seen {
        let found = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(found.is_some(), "{reference}");
    }
}

fn references(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            seen.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, seen)),
        _ => {}
    }
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let page = include_str!("../../../docs/agents-api.md");
    let table = page.split("| code | status |").nth(1).unwrap();
    let documented: BTreeSet<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(documented, codes);
    let text = DOCUMENT.split("Codes: ").skip(1).map(|rest| rest.split("\"").next().unwrap());
    for word in text.flat_map(|codes| codes.split('`').skip(1).step_by(2)) {
        assert!(codes.contains(word), "the description names {word}");
    }
}
