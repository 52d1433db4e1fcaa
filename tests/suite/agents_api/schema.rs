//! Answers against the served description: as much of JSON Schema as the description uses.

use regex::Regex;
use rstest::rstest;
use sandbox::FaultKind;
use serde_json::{Value, json};

use super::{Counter, OUTLET};
use crate::support::{Backend, Setup};

/// What in a value is not as its schema says.
pub fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "", &mut faults);
    faults
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check(document, target, value, at, faults);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().filter(|choice| self::faults(document, choice, value).is_empty()).count();
        if fits != 1 {
            faults.push(format!("{at}: {fits} of the choices fit {value}"));
        }
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |allowed: &Value| allowed == kind || allowed == "number" && kind == "integer";
    let fits = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        Value::Null => true,
        one => is(one),
    };
    if !fits {
        faults.push(format!("{at}: {value} is no {}", schema["type"]));
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        faults.push(format!("{at}: {value} is none of {words:?}"));
    }
    match value {
        Value::String(text) => {
            let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
            if pattern.is_some_and(|pattern| !pattern.is_match(text)) {
                faults.push(format!("{at}: {text} does not match {}", schema["pattern"]));
            }
            let count = text.chars().count() as u64;
            let (least, most) = (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64());
            if count < least || most.is_some_and(|most| count > most) {
                faults.push(format!("{at}: {text} has {count} characters"));
            }
        }
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or(i64::MAX);
            let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
            if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
                faults.push(format!("{at}: {number} is out of bounds"));
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                check(document, &schema["items"], item, &format!("{at}/{number}"), faults);
            }
        }
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(name) {
                    faults.push(format!("{at}: {name} is missing"));
                }
            }
            for (name, member) in members {
                match (schema["properties"].get(name), &schema["additionalProperties"]) {
                    (Some(known), _) => check(document, known, member, &format!("{at}/{name}"), faults),
                    (None, Value::Bool(false)) => faults.push(format!("{at}: {name} is not described")),
                    (None, Value::Object(_)) => {
                        check(document, &schema["additionalProperties"], member, &format!("{at}/{name}"), faults);
                    }
                    (None, _) => {}
                }
            }
        }
        _ => {}
    }
}

/// The served description.
pub async fn document(counter: &Counter) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}/agents/v1/openapi.json", counter.app.url)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

/// One real answer of each operation, as the description has it.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_described(#[case] backend: Backend) {
    let Some(counter) = Counter::open_with(backend, Setup::default(), "1000.00").await else { return };
    let document = document(&counter).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut seen = std::collections::BTreeSet::new();
    let mut hold = |method: &str, pattern: &str, answer: &sandbox::NetworkAnswer| {
        let operation = &document["paths"][format!("/agents/v1{pattern}")][method];
        assert!(operation.is_object(), "{method} {pattern} is not described");
        let status = if answer.status >= 400 { "4XX".to_owned() } else { answer.status.to_string() };
        let content =
            operation["responses"][&status]["content"].as_object().unwrap_or_else(|| panic!("{pattern} {answer:?}"));
        let schema = &content.values().next().unwrap()["schema"];
        assert_eq!(faults(&document, schema, &answer.body), Vec::<String>::new(), "{pattern}: {}", answer.body);
        if answer.status < 400 {
            seen.insert(format!("{method} {pattern}"));
        }
    };
    let got = async |path: &str| counter.get(path).await;
    hold("get", "/billers", &got("/billers").await);
    for biller in got("/billers").await.body["billers"].as_array().unwrap() {
        hold("get", "/billers/{biller}", &got(&format!("/billers/{}", biller["code"])).await);
    }
    hold("get", "/billers/{biller}", &got("/billers/1").await);
    let outlet = format!("/outlets/{OUTLET}");
    let opened = counter.ok(&format!("{outlet}/shifts"), &json!({ "till": "1", "opening_cash": "100.00" })).await;
    hold("post", "/outlets/{outlet}/shifts", &opened);
    let shift = format!("/shifts/{}", opened.body["shift"]);
    for contract in ["11111111", "22222222", "99999999", "9"] {
        let wanted = json!({ "biller": 1001, "receivable_type": "02", "fields": { "contract": contract } });
        hold("post", "/bills/find", &counter.post("/bills/find", &wanted).await);
    }
    let quote = counter.quote(1001, "02", "11111111").await;
    hold("post", "/quotes", &quote);
    hold("get", "/quotes/{quote}", &got(&format!("/quotes/{}", quote.text("/quote"))).await);
    let card = counter.app.quote((1001, "01", "11111111")).await;
    let made = payments::api::cash::MakeCashReference {
        subject: payments::api::cash::ReferenceSubject::Quote(card.reference),
        channel: ledger::Channel::Web,
        phone: None,
        language: ledger::Language::Ar,
        idempotency_key: None,
    };
    let digits = counter.app.hub.make_cash_reference(made).await.unwrap().digits;
    hold("get", "/cash-references/{digits}", &got(&format!("/cash-references/{digits}")).await);
    let paid = counter.pay(&Counter::payment(&quote, "A")).await;
    hold("post", "/outlets/{outlet}/payments", &paid);
    hold("get", "/payments", &counter.status("A").await);
    counter.app.settle().await;
    let payment = format!("/payments/{}", paid.text("/payment"));
    hold("get", "/payments/{payment}", &got(&payment).await);
    let cancel = json!({ "outlet": OUTLET, "reason": "x" });
    hold("post", "/payments/{payment}/cancel", &counter.post(&format!("{payment}/cancel"), &cancel).await);
    counter.app.fault("biller:1002 confirm", FaultKind::Refuse, 1);
    let refused = counter.quote(1002, "01", "1002002").await;
    hold("post", "/outlets/{outlet}/payments", &counter.pay(&Counter::payment(&refused, "B")).await);
    counter.app.settle().await;
    let owed = got(&format!("{outlet}/cash-owed")).await;
    hold("get", "/outlets/{outlet}/cash-owed", &owed);
    let back = format!("{outlet}/cash-owed/{}/given-back", owed.body["owed"][0]["id"]);
    hold("post", "/outlets/{outlet}/cash-owed/{id}/given-back", &counter.post(&back, &json!({ "till": "1" })).await);
    hold("get", "/outlets/{outlet}/payments", &got(&format!("{outlet}/payments")).await);
    hold("get", "/outlets/{outlet}/float", &got(&format!("{outlet}/float")).await);
    hold("get", "/outlets/{outlet}/float/statement", &got(&format!("{outlet}/float/statement")).await);
    counter.app.hub.cancel_cash_reference(&digits).await.unwrap();
    let late = json!({ "reference": "L", "cash_reference": digits, "amount": "10.00" });
    let late = counter.post(&format!("{outlet}/late-cash"), &late).await;
    hold("post", "/outlets/{outlet}/late-cash", &late);
    hold("get", "/late-cash/{cash}", &got(&format!("/late-cash/{}", late.body["id"])).await);
    let moved = json!({ "reference": "M", "kind": "in", "amount": "1.00", "reason": "coins" });
    hold("post", "/shifts/{shift}/movements", &counter.post(&format!("{shift}/movements"), &moved).await);
    let count =
        json!({ "counted": [{ "denomination": "100.00", "pieces": 1 }, { "denomination": "1.00", "pieces": 1 }] });
    hold("post", "/shifts/{shift}/close", &counter.post(&format!("{shift}/close"), &json!({ "counted": [] })).await);
    hold("post", "/shifts/{shift}/close", &counter.post(&format!("{shift}/close"), &count).await);
    hold("get", "/shifts/{shift}", &got(&shift).await);
    hold("get", "/outlets/{outlet}/shifts", &got(&format!("{outlet}/shifts")).await);
    let described: usize =
        document["paths"].as_object().unwrap().values().map(|methods| methods.as_object().unwrap().len()).sum();
    assert_eq!(seen.len() + 1, described, "all but the description itself: {seen:?}");
    counter.app.finish().await;
}

/// The check itself finds what is wrong.
#[test]
fn the_check_finds_faults() {
    let schema = json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "string", "pattern": "^[0-9]+$" }, "b": { "type": ["integer", "null"], "maximum": 3 } },
    });
    for (value, count) in [
        (json!({ "a": "1" }), 0),
        (json!({ "a": "1", "b": null }), 0),
        (json!({}), 1),
        (json!({ "a": "x", "b": 4 }), 2),
        (json!({ "a": 1, "c": 1 }), 2),
        (json!([]), 1),
    ] {
        assert_eq!(faults(&Value::Null, &schema, &value).len(), count, "{value}");
    }
}
