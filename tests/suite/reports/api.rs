//! Reports for systems: keys made, shown once, used and taken back; pages that join.

use chrono::TimeDelta;
use payments::reports::ReportKind;
use payments::reports::keys::KeyWish;
use reqwest::{Client, Method};
use rstest::rstest;
use serde_json::Value;
use staff::Role;

use super::{lately, reader, rows};
use crate::finance::settled;
use crate::support::{Backend, Colleague, Page, TestApp};

struct Answer {
    status: u16,
    kind: String,
    text: String,
    json: Value,
    wait: Option<String>,
}

async fn ask(app: &TestApp, method: Method, path: &str, header: Option<&str>) -> Answer {
    let mut request = Client::new().request(method, format!("{}/reports/v1{path}", app.url));
    if let Some(header) = header {
        request = request.header("authorization", header);
    }
    let answer = request.send().await.unwrap();
    let head = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (status, wait) = (answer.status().as_u16(), head("retry-after"));
    let kind = head("content-type").unwrap_or_default();
    let text = answer.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answer { status, kind, text, json, wait }
}

async fn get(app: &TestApp, key: &str, path: &str) -> Answer {
    ask(app, Method::GET, path, Some(&format!("Bearer {key}"))).await
}

/// The key that a page shows.
fn shown(page: &Page) -> Option<String> {
    let start = page.body.find("fatoura_report_")?;
    let key: String = page.body[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    Some(key)
}

pub async fn make(who: &Colleague, kinds: &[&str], biller: &str) -> String {
    let mut form = vec![("name", "SAP"), ("biller", biller), ("days", "30")];
    form.extend(kinds.iter().map(|kind| ("kind", *kind)));
    let page = who.post("/reports/keys", &form).await;
    assert_eq!(page.status, 200, "{}", page.text());
    shown(&page).unwrap_or_else(|| panic!("no key: {}", page.text()))
}

/// The number of the last key.
fn last(app: &TestApp) -> i64 {
    let now = app.now();
    app.ledger.read(move |reader| reader.report_keys(now, 1)).unwrap()[0].id
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_what_it_was_made_for(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let adil = reader(&app, "adil", Role::Administrator).await;
    let days = lately(&app);
    let key = make(&adil, &["transactions", "trial-balance"], "").await;
    assert!(shown(&adil.get("/reports/keys").await).is_none(), "it is shown once");
    assert!(!app.database.everything().contains(&key), "it is kept nowhere");

    let page = get(&app, &key, &format!("/transactions?{days}")).await;
    assert_eq!((page.status, page.kind.as_str()), (200, "application/json"), "{}", page.text);
    let row = &page.json["rows"][0];
    assert_eq!((row["receivable-type"].as_str(), row["state"].as_str()), (Some("01"), Some("confirmed")));
    assert!(row["contract"].as_str().unwrap().ends_with("5678") && row["contract"] != "12345678", "{row}");
    assert_eq!(page.json["next"], Value::Null);

    // Separated values say the same as the pages.
    let file = get(&app, &key, &format!("/transactions.csv?{days}")).await;
    assert_eq!(file.status, 200);
    let listed = rows(&file.text, ',');
    assert_eq!(listed.len(), page.json["rows"].as_array().unwrap().len());
    for column in ["payment", "total", "contract", "state"] {
        assert_eq!(listed[0][column], row[column].as_str().unwrap(), "{column}");
    }

    // A last page that is full is the last one all the same.
    let count = page.json["rows"].as_array().unwrap().len();
    let full = get(&app, &key, &format!("/transactions?{days}&limit={count}")).await;
    assert_eq!(full.json["rows"], page.json["rows"]);
    assert_eq!(full.json["next"], Value::Null);

    // One row a page: they join without gap or double, and are the whole file.
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = get(&app, &key, &format!("/trial-balance?{days}&limit=1{after}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let found = page.json["rows"].as_array().unwrap();
        assert_eq!(found.len(), 1);
        seen.push((found[0]["account"].clone(), found[0]["owner"].clone(), found[0]["closing"].clone()));
        let Some(next) = page.json["next"].as_str() else { break };
        let next: String =
            reqwest::Url::parse_with_params("http://x/", [("after", next)]).unwrap().query().unwrap().into();
        after = format!("&{next}");
    }
    let whole = rows(&get(&app, &key, &format!("/trial-balance.csv?{days}")).await.text, ',');
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let joined: Vec<_> = seen.iter().map(|(a, o, c)| (text(a), text(o), text(c))).collect();
    let listed: Vec<_> =
        whole.iter().map(|row| (row["account"].clone(), row["owner"].clone(), row["closing"].clone())).collect();
    assert!(joined.len() > 3);
    assert_eq!(joined, listed);

    let refused = get(&app, &key, "/audit").await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (403, Some("not-opened")));
    assert_eq!(refused.kind, "application/problem+json");
    let served = app.audit().iter().filter(|row| row.ends_with("report-served report transactions")).count();
    assert_eq!(served, 3);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_billers_key_opens_its_own(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let adil = reader(&app, "adil", Role::Administrator).await;
    let days = lately(&app);
    let key = make(&adil, &["transactions", "settlements"], "1001").await;
    let page = get(&app, &key, &format!("/transactions?{days}")).await;
    let row = &page.json["rows"][0];
    assert!(row["contract"].as_str().unwrap().ends_with("5678") && row["contract"] != "12345678", "{row}");
    assert_eq!(get(&app, &key, &format!("/settlements?{days}&biller=1001")).await.status, 200);
    for path in ["/transactions?biller=1002", "/settlements.csv?biller=1002"] {
        let refused = get(&app, &key, path).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (400, Some("bad-query")), "{path}");
    }
    let other = make(&adil, &["transactions"], "1002").await;
    let page = get(&app, &other, &format!("/transactions?{days}")).await;
    assert_eq!(page.json["rows"], Value::Array(Vec::new()));

    // Whoever was switched off hands nothing out any more.
    let (maker, now) = (app.ledger.read(|reader| reader.staff_member("adil")).unwrap().unwrap().id, app.now());
    app.ledger.write_now(move |op| op.set_staff_disabled(maker, Some(now.naive_utc()))).unwrap();
    let refused = get(&app, &key, &format!("/transactions?{days}")).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("key-over")), "{}", refused.text);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_end() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = reader(&app, "adil", Role::Administrator).await;
    for header in [None, Some("Bearer"), Some("Bearer "), Some("Basic eDp5"), Some("Bearer fatoura_report_00")] {
        let refused = ask(&app, Method::GET, "/fees", header).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("bad-key")), "{header:?}");
    }
    let revoked = make(&adil, &["fees"], "").await;
    assert_eq!(get(&app, &revoked, "/fees").await.status, 200);
    let page = adil.post(&format!("/reports/keys/{}/revoke", last(&app)), &[]).await;
    assert!(page.status == 200 && page.text().contains("Revoked"), "{}", page.text());
    let refused = get(&app, &revoked, "/fees").await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("key-over")));
    assert!(refused.text.contains("revoked"), "{}", refused.text);

    let old = make(&adil, &["fees"], "").await;
    app.pass(TimeDelta::days(31));
    let refused = get(&app, &old, "/fees").await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (401, Some("key-over")));
    assert!(refused.text.contains("expired"), "{}", refused.text);
    let done: Vec<_> = app.audit().into_iter().filter(|row| row.contains("report-key")).collect();
    assert_eq!(done.len(), 3, "{done:?}");
    assert!(done[1].starts_with("adil report-key-revoked report key "), "{done:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_runs_wild_is_held_up() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = reader(&app, "adil", Role::Administrator).await;
    let (wild, calm) = (make(&adil, &["fees"], "").await, make(&adil, &["fees"], "").await);
    let mut held_up = None;
    for _ in 0..200 {
        let answer = get(&app, &wild, "/fees?limit=x").await;
        if answer.status == 429 {
            held_up = answer.wait;
            break;
        }
    }
    assert!(held_up.is_some(), "it says when to come back");
    assert_eq!(get(&app, &calm, "/fees").await.status, 200, "others are not held up");
    app.finish().await;
}

#[rstest]
#[case("/gone", 404, "no-such-address")]
#[case("", 404, "no-such-address")]
#[case("/fees/more", 404, "no-such-address")]
#[case("/fees.xlsx", 404, "no-such-address")]
#[case("/fees?biller=x", 400, "biller: must be a code")]
#[case("/vat?biller=1001", 400, "biller: is no parameter of the report vat")]
#[case("/transactions?channel=gone", 400, "channel: must be one of")]
#[case("/transactions?outlet=%27%3B--", 400, "outlet: must be a code")]
#[case("/fees?from=2026-02-30", 400, "from: must be a day such as")]
#[case("/fees?from=2019-12-31", 400, "from: lies before 2020")]
#[case("/fees?to=2199-01-01", 400, "to: lies after today")]
#[case("/fees?from=2026-01-02&to=2026-01-01", 400, "to: comes before from")]
#[case("/fees?from=2024-01-01&to=2026-01-01", 400, "366 days at most")]
#[case("/fees?limit=0", 400, "limit: must be a whole number from 1 to 1000")]
#[case("/fees?limit=1001", 400, "limit: must be a whole number")]
#[case("/fees.csv?limit=5", 400, "limit: is no parameter")]
#[case("/fees?from=2026-01-01&from=2026-01-01", 400, "from: stands twice")]
#[case("/fees?x=1", 400, "x: is no parameter of this address")]
#[case("/transactions?after=x", 400, "after: no page ended there")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said(#[case] path: &str, #[case] status: u16, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = reader(&app, "adil", Role::Administrator).await;
    let key = make(&adil, &["fees", "vat", "transactions"], "").await;
    let answer = get(&app, &key, path).await;
    assert_eq!((answer.status, answer.kind.as_str()), (status, "application/problem+json"), "{}", answer.text);
    assert!(answer.text.contains(said), "{}", answer.text);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_for_everybody_and_nothing_is_sent() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let described = ask(&app, Method::GET, "/openapi.json", None).await;
    assert_eq!(described.json["openapi"], "3.1.0");
    let named = described.json["components"]["parameters"]["report"]["schema"]["enum"].clone();
    let kinds: Vec<Value> = ReportKind::ALL.iter().map(|kind| kind.as_str().into()).collect();
    assert_eq!(named, Value::Array(kinds));
    for path in ["/openapi.json", "/fees", "/fees.csv"] {
        let refused = ask(&app, Method::POST, path, None).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (405, Some("method-not-allowed")), "{path}");
    }
    app.finish().await;
}

/// What opens something stands before what does not, however old it is.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn good_keys_are_listed_first(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let entry = || ledger::AuditEntry {
        actor: "adil".to_owned(),
        action: "report-key".to_owned(),
        subject: String::new(),
        detail: String::new(),
    };
    let mut ids = Vec::new();
    for (name, days) in [("long", 365), ("short", 30), ("revoked", 365)] {
        let wish = KeyWish {
            name: name.to_owned(),
            kinds: vec![ReportKind::Fees],
            biller: None,
            lifetime: TimeDelta::days(days),
            by: ledger::Actor { id: 1, name: "Adil".to_owned() },
        };
        ids.push(app.hub.make_report_key(wish, entry()).await.unwrap().unwrap().0);
    }
    assert!(app.hub.revoke_report_key(ids[2], entry()).await.unwrap());
    let names = async |limit| {
        let keys = app.hub.report_keys(limit).await.unwrap();
        keys.into_iter().map(|key| key.name).collect::<Vec<_>>()
    };
    assert_eq!(names(10).await, ["short", "long", "revoked"]);
    app.pass(TimeDelta::days(31));
    assert_eq!(names(10).await, ["long", "revoked", "short"]);
    assert_eq!(names(1).await, ["long"]);
    app.finish().await;
}

/// What is wrong with a form is said, and nothing is made.
#[rstest]
#[case(&[("name", ""), ("kind", "fees"), ("days", "30")], 422, "Say which system")]
#[case(&[("name", "SAP"), ("days", "30")], 422, "Choose at least one report")]
#[case(&[("name", "SAP"), ("kind", "vat"), ("biller", "1001"), ("days", "30")], 422, "Of one biller alone")]
#[case(&[("name", "4000000000000002"), ("kind", "fees"), ("days", "30")], 422, "card")]
#[case(&[("name", "SAP"), ("kind", "gone"), ("days", "30")], 400, "")]
#[case(&[("name", "SAP"), ("kind", "fees"), ("days", "3650")], 400, "")]
#[case(&[("name", "SAP"), ("kind", "fees"), ("biller", "9998"), ("days", "30")], 400, "")]
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_makes_no_key(#[case] form: &[(&str, &str)], #[case] status: u16, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = reader(&app, "adil", Role::Administrator).await;
    let page = adil.post("/reports/keys", form).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.text().contains(said) && !page.body.contains("4000000000000002"), "{}", page.text());
    assert_eq!(app.database.number("SELECT COUNT(*) FROM report_keys"), 0);
    app.finish().await;
}

/// Whoever runs the hub hands out what they may have themselves.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_hands_out_what_they_may_not_have() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = reader(&app, "omar", Role::Operations).await;
    make(&omar, &["transactions", "outlets"], "").await;
    let form = [("name", "SAP"), ("kind", "trial-balance"), ("days", "30")];
    assert_eq!(omar.post("/reports/keys", &form).await.status, 400);
    assert!(!omar.get("/reports/keys").await.body.contains("value=\"trial-balance\""));
    app.finish().await;
}
