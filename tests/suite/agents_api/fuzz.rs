//! Requests made from the served description and then bent: signed, so that they reach the operations. No 5xx, every
//! refusal a problem, and the books hold.

use rand::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::schema::{document, faults};
use super::{Counter, OUTLET};
use crate::support::{Backend, Setup};

const TEXTS: [&str; 16] = [
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "99999999999999999999999999",
    "168.42",
    "168,42",
    "10.005",
    "NaN",
    "' OR 1=1 --",
    "<script>",
    "\u{0}",
    "\u{202e}gnp",
    "نعم",
    "4111111111111111",
];

struct Fuzz<'a> {
    random: StdRng,
    document: &'a Value,
    /// Values that mean something, so that requests get far.
    known: Vec<(&'static str, Vec<Value>)>,
}

impl Fuzz<'_> {
    fn resolve<'b>(&'b self, schema: &'b Value) -> &'b Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// A value as the schema has it, or something else.
    fn value(&mut self, name: &str, schema: &Value, depth: u32) -> Value {
        if self.random.random_bool(0.08) {
            return self.rubbish(depth);
        }
        let known =
            self.known.iter().find(|(known, _)| *known == name).and_then(|(_, values)| values.choose(&mut self.random));
        if let Some(value) = known.cloned().filter(|_| self.random.random_bool(0.9)) {
            return value;
        }
        let schema = self.resolve(schema).clone();
        if let Some(choice) = schema["enum"].as_array().and_then(|words| words.choose(&mut self.random)) {
            return choice.clone();
        }
        match schema["type"].as_str().unwrap_or("string") {
            "object" => self.object(&schema, depth),
            "array" => {
                let count = self.random.random_range(0..4);
                (0..count).map(|_| self.value("", &schema["items"], depth + 1)).collect()
            }
            "integer" => {
                let (least, most) =
                    (schema["minimum"].as_i64().unwrap_or(-9), schema["maximum"].as_i64().unwrap_or(1 << 40));
                let near = [least - 1, least, least + 1, most - 1, most, most + 1, 0, i64::MAX, i64::MIN];
                (*near.choose(&mut self.random).unwrap()).into()
            }
            "boolean" => self.random.random_bool(0.5).into(),
            _ if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("{2}")) => {
                format!("{}.{:02}", self.random.random_range(0..400), self.random.random_range(0..100)).into()
            }
            _ => self.text().into(),
        }
    }

    fn object(&mut self, schema: &Value, depth: u32) -> Value {
        let mut members = serde_json::Map::new();
        for (name, member) in schema["properties"].as_object().cloned().unwrap_or_default() {
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            if self.random.random_bool(if required { 0.97 } else { 0.3 }) {
                members.insert(name.clone(), self.value(&name, &member, depth + 1));
            }
        }
        if self.random.random_bool(0.05) {
            members.insert(self.text(), self.rubbish(depth));
        }
        Value::Object(members)
    }

    fn rubbish(&mut self, depth: u32) -> Value {
        match self.random.random_range(0..8) {
            0 => Value::Null,
            1 => true.into(),
            2 => self.random.random::<i64>().into(),
            3 => json!(1.5e200),
            4 if depth < 6 => (0..self.random.random_range(0..3)).map(|_| self.rubbish(depth + 1)).collect(),
            5 if depth < 6 => json!({ self.text(): self.rubbish(depth + 1) }),
            6 => "x".repeat(self.random.random_range(0..3_000)).into(),
            _ => self.text().into(),
        }
    }

    fn text(&mut self) -> String {
        match self.random.random_range(0..3) {
            0 => (*TEXTS.choose(&mut self.random).unwrap()).to_owned(),
            1 => (0..self.random.random_range(0..20)).map(|_| self.random.random::<char>()).collect(),
            _ => format!("F-{}", self.random.random_range(0..50)),
        }
    }

    /// A parameter's value, escaped for an address.
    fn parameter(&mut self, parameter: &Value) -> String {
        let name = parameter["name"].as_str().unwrap().to_owned();
        let text = match self.value(&name, &parameter["schema"], 9) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        text.bytes()
            .take(300)
            .map(
                |b| {
                    if b.is_ascii_alphanumeric() || b == b'-' { char::from(b).to_string() } else { format!("%{b:02x}") }
                },
            )
            .collect()
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite, 20_263)]
#[case::postgres(Backend::Postgres, 20_264)]
#[tokio::test(flavor = "multi_thread")]
async fn bent_requests(#[case] backend: Backend, #[case] seed: u64) {
    let Some(counter) = Counter::open_with(backend, Setup::default(), "1000.00").await else { return };
    let document = document(&counter).await;
    let shift = counter.open_shift("1", "100.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let other = counter.quote(1002, "01", "1002002").await;
    let wanted = json!({ "biller": 1001, "receivable_type": "01", "fields": { "contract": "11111111" } });
    let inquiry = counter.ok("/bills/find", &wanted).await;
    let known = vec![
        ("outlet", vec![json!(OUTLET), json!(OUTLET), json!("20002"), json!("10001")]),
        ("till", vec![json!("1"), json!("2")]),
        ("shift", vec![json!(shift), json!(shift), json!(7)]),
        ("quote", vec![quote.body["quote"].clone(), other.body["quote"].clone()]),
        ("inquiry", vec![inquiry.body["inquiry"].clone()]),
        ("articles", vec![json!([inquiry.body["articles"][0]["id"]])]),
        ("biller", vec![json!(1001), json!(1202)]),
        ("receivable_type", vec![json!("01"), json!("02")]),
        ("fields", vec![json!({ "contract": "11111111" })]),
        ("language", vec![json!("ar")]),
        ("phone", vec![json!("0612345678")]),
    ];
    let mut fuzz = Fuzz { random: StdRng::seed_from_u64(seed), document: &document, known };
    let operations: Vec<(String, String, Value)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let each = methods.as_object().unwrap().iter();
            each.map(|(method, operation)| (method.clone(), path.clone(), operation.clone())).collect::<Vec<_>>()
        })
        .filter(|(_, path, _)| !path.ends_with("openapi.json"))
        .collect();
    let (mut taken, mut turned_away) = (0, 0);
    for round in 0..600 {
        let (method, path, operation) = operations[round % operations.len()].clone();
        let mut path = path.trim_start_matches("/agents/v1").to_owned();
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap_or_default();
            match parameter["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{name}}}"), &fuzz.parameter(parameter)),
                Some("query") if fuzz.random.random_bool(0.6) => {
                    query.push(format!("{name}={}", fuzz.parameter(parameter)))
                }
                _ => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let body = match operation["requestBody"]["content"]["application/json"].get("schema") {
            Some(schema) => fuzz.value("", schema, 0),
            None => Value::Null,
        };
        let answer = if method == "get" { counter.get(&path).await } else { counter.post(&path, &body).await };
        let what = format!("seed {seed}, round {round}: {method} {path} {body} -> {answer:?}");
        assert!(answer.status < 500, "{what}");
        if answer.status >= 400 {
            turned_away += 1;
            let problem = &document["components"]["schemas"]["Problem"];
            assert_eq!(faults(&document, problem, &answer.body), Vec::<String>::new(), "{what}");
        } else {
            taken += 1;
        }
        if round % 100 == 99 {
            counter.app.settle().await;
        }
    }
    assert!(taken > 50 && turned_away > 100, "{taken} taken, {turned_away} refused");
    // Whatever was taken is whole: no payment without its posting, no float below zero (`finish` proves the books).
    assert!(!counter.float().await.starts_with('-'));
    counter.app.finish().await;
}
