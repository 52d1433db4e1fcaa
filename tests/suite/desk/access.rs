//! Every route of the desk with every role, and with what no page of ours sends.

use chrono::TimeDelta;
use rstest::rstest;

use super::*;
use crate::support::Backend;

/// A path, the fields sent to it, and the status that comes of it.
type Sent<'a> = (String, Vec<(&'a str, &'a str)>, u16);

/// Method and path, in a call and with a quote that are there.
fn routes(call: &str, quote: &str, payment: &str) -> Vec<(&'static str, String)> {
    let mut routes = vec![
        ("GET", "/desk".to_owned()),
        ("POST", "/desk".to_owned()),
        ("GET", "/desk/day".to_owned()),
        ("POST", "/desk/calls".to_owned()),
        ("POST", "/desk/handovers/1".to_owned()),
        ("GET", format!("/desk/payments/{payment}")),
        ("POST", format!("/desk/payments/{payment}")),
    ];
    for (method, path) in [
        ("GET", ""),
        ("GET", "/status"),
        ("POST", "/caller"),
        ("POST", "/unmask"),
        ("POST", "/notes"),
        ("POST", "/close"),
        ("GET", "/find?bill=1001.02"),
        ("POST", "/find?bill=1001.02"),
        ("GET", "/bills/0000-001B-9XK2-7QZD"),
        ("POST", "/bills/0000-001B-9XK2-7QZD"),
        ("POST", "/links/1"),
        ("POST", "/references/1"),
    ] {
        routes.push((method, format!("{call}{path}")));
    }
    routes.push(("GET", quote.to_owned()));
    routes.push(("POST", format!("{quote}/link")));
    routes.push(("POST", format!("{quote}/reference")));
    routes
}

/// How many rows each table of the desk has.
fn made(app: &TestApp) -> Vec<i64> {
    let tables = ["desk_calls", "desk_notes", "desk_quotes", "desk_references", "payment_links", "cash_references"];
    tables.iter().map(|table| app.database.number(&format!("SELECT count(*) AS number FROM {table}"))).collect()
}

async fn ask(who: &Colleague, method: &str, path: &str) -> Page {
    if method == "GET" { who.get(path).await } else { who.post(path, &[]).await }
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let quote = below(&price(&tariq, &call, WATER).await);
    let redirect = app.pay((1001, "01", "12345678"), APPROVED).await;
    app.settle().await;
    let routes = routes(&call, &quote, &redirect.payment);
    let before = made(&app);
    let stranger = app.at_browser("en", "nobody", Vec::new());
    for (method, path) in &routes {
        let page = ask(&stranger, method, path).await;
        assert!(page.path.ends_with("/staff/sign-in"), "{method} {path}: {}", page.path);
    }
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Teleoperator) {
        let other = app.colleague("en", role.as_str(), role);
        let home = other.sign_in(&app).await;
        assert!(!home.body.contains("/staff/desk"), "{role}");
        for (method, path) in &routes {
            let page = ask(&other, method, path).await;
            assert_eq!(page.status, 403, "{role} {method} {path}: {}", page.text());
        }
    }
    assert_eq!(made(&app), before, "nothing of the desk was touched");
    // Another operator's calls are not there; the rest of the desk is.
    let salma = operator(&app, "en", "salma").await;
    for (method, path) in &routes {
        let page = ask(&salma, method, path).await;
        let own = !path.starts_with(&call);
        assert_eq!(page.status == 404, !own, "{method} {path}: {} {}", page.status, page.text());
        assert_ne!(page.status, 403, "{method} {path}");
    }
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_by_itself_keeps_nobody_signed_in(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    for _ in 0..2 {
        app.pass(TimeDelta::minutes(7));
        assert_eq!(states(&tariq, &call).await, Vec::<String>::new());
    }
    app.pass(TimeDelta::minutes(2));
    for path in [format!("{call}/status"), call] {
        let page = tariq.get(&path).await;
        assert!(page.path.contains("/staff/sign-in"), "{path}: {}", page.path);
    }
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn days_that_have_no_page(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let today = ledger::Moment::of(app.now()).day;
    let days_ago = |days: i64| (today - TimeDelta::days(days)).to_string();
    for (day, status) in [
        (days_ago(0), 200),
        (days_ago(180), 200),
        (days_ago(181), 400),
        (days_ago(-2), 400),
        ("-9999-01-01".to_owned(), 400),
        ("%2B99999-01-01".to_owned(), 400),
        ("2999-01-01".to_owned(), 400),
        ("yesterday".to_owned(), 400),
        ("-1".to_owned(), 400),
    ] {
        let page = tariq.get(&format!("/desk/day?day={day}")).await;
        assert_eq!(page.status, status, "{day}: {}", page.text());
        // In the navigation they are in one place.
        assert_eq!(page.body.matches("aria-current=\"page\"").count(), usize::from(status == 200), "{day}");
    }
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_no_page_sends(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let bills = below(&find(&tariq, &call, WATER).await);
    let quote = below(&price(&tariq, &call, WATER).await);
    let key = "aabbccddeeffgghhiijjkkllmmnnoopp";
    let long = "x".repeat(401);
    let cases: Vec<Sent<'_>> = vec![
        ("/desk".into(), vec![("q", "ab")], 422),
        ("/desk".into(), vec![("q", &long)], 413),
        ("/desk".into(), vec![("q", "a\u{1}bc")], 400),
        ("/desk".into(), vec![("q", "12345678"), ("q", "12345678")], 400),
        ("/desk".into(), vec![("q", "12345678"), ("bill", "9999.99")], 400),
        ("/desk".into(), vec![("q", "12345678"), ("bill", "nonsense")], 400),
        ("/desk/calls".into(), vec![("phone", "123"), ("language", "fr")], 422),
        ("/desk/calls".into(), vec![("phone", ""), ("language", "de")], 400),
        ("/desk/calls".into(), vec![("phone", ""), ("inquiry", "../../x")], 400),
        ("/desk/handovers/abc".into(), vec![], 404),
        ("/desk/handovers/999999999999".into(), vec![], 409),
        ("/desk/handovers/99999999999999999999".into(), vec![], 404),
        ("/desk/payments/0000-001B-9XK2-7QZD".into(), vec![("reason", "because I want to")], 404),
        ("/desk/calls/999999/notes".into(), vec![("note", "x")], 404),
        ("/desk/calls/-1/notes".into(), vec![("note", "x")], 404),
        (format!("{call}/caller"), vec![("phone", "123"), ("language", "fr")], 422),
        (format!("{call}/caller"), vec![("email", "nope"), ("language", "fr")], 422),
        (format!("{call}/caller"), vec![("language", "xx")], 400),
        (format!("{call}/caller"), vec![], 400),
        (format!("{call}/unmask"), vec![("reason", "short")], 422),
        (format!("{call}/unmask"), vec![("reason", &"y".repeat(201).leak()[..])], 422),
        (format!("{call}/close"), vec![], 422),
        (format!("{call}/close"), vec![("outcome", "triumph")], 400),
        (format!("{call}/find"), vec![("f.contract", "11111111")], 400),
        (format!("{call}/find?bill=1001.99"), vec![("f.contract", "11111111")], 400),
        (format!("{call}/find?bill=1001.02"), vec![], 422),
        (format!("{call}/find?bill=1001.02"), vec![("f.contract", "1")], 422),
        (format!("{call}/find?bill=1001.02"), vec![("f.contract", "99999999")], 422),
        (format!("{call}/find?bill=1001.02"), vec![("f.contract", "11111111"), ("f.pan", "1")], 400),
        (bills.clone(), vec![("article", "no such line")], 400),
        (bills.clone(), vec![], 422),
        (bills.clone(), vec![("amount", "10.005")], 422),
        (bills, vec![("amount", "-5")], 422),
        (format!("{call}/bills/0000-001B-9XK2-7QZD"), vec![], 410),
        (format!("{quote}/link"), vec![("key", key)], 422),
        (format!("{quote}/link"), vec![("key", "not hexadecimal, not thirty-two")], 400),
        (format!("{quote}/reference"), vec![("key", key), ("cash-phone", "0522123456")], 422),
        (format!("{quote}/reference"), vec![], 400),
        (format!("{call}/quotes/0000-001B-9XK2-7QZD/link"), vec![("key", key)], 404),
        (format!("{call}/links/1"), vec![], 404),
        (format!("{call}/references/1"), vec![], 404),
        (format!("{call}/references/x"), vec![], 404),
    ];
    for (path, fields, status) in cases {
        let page = tariq.post(&path, &fields).await;
        assert_eq!(page.status, status, "{path} {fields:?}: {}", page.text());
        assert!(!page.text().contains("desk-"), "{path}: a message is missing: {}", page.text());
    }
    // Without the token of a page, nothing is done.
    let forged = tariq.browser.post(&tariq.path(&format!("{call}/notes")), &vec![]).await;
    assert_eq!(forged.status, 403);
    for (path, status) in
        [("/desk/calls", 405), ("/desk/payments/x", 404), ("/desk/nowhere", 404), ("/desk/calls/1/find?bill=x", 404)]
    {
        assert_eq!(tariq.get(path).await.status, status, "{path}");
    }
    assert_eq!(states(&tariq, &call).await, Vec::<String>::new());
    app.finish().await;
}
