//! Links and references made in a call, and what becomes of them.

use chrono::TimeDelta;
use ledger::{Actor, FloatRequestKind, Language, Money};
use payments::api::cash::{CashKey, CashSubject, DecideFloat, PayCash, RequestFloat};
use rstest::rstest;

use super::*;
use crate::support::{Backend, OTHER_PHONE};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_followed_until_it_is_paid(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "fr", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let sheet = send_link(&tariq, &call, WATER).await;
    for shown in ["Envoyé, pas encore ouvert", "174,96", "••••1111", "••••5678"] {
        assert!(sheet.text().contains(shown), "{shown}: {}", sheet.text());
    }
    assert!(!sheet.body.contains("612345678") && !sheet.body.contains("11111111"), "masked");
    assert_eq!(states(&tariq, &call).await, ["sent"]);
    app.settle().await;
    assert_eq!(app.control.sms().len(), 1);
    let path = link_in_sms(&app);
    let redirect = accept(&app, &path).await;
    assert_eq!(states(&tariq, &call).await, ["opened"]);
    let payer = app.payer("fr");
    payer.pay_by_card(&redirect, APPROVED).await;
    assert_eq!(states(&tariq, &call).await, ["confirming"]);
    app.settle().await;
    assert_eq!(states(&tariq, &call).await, ["paid"]);
    let sheet = tariq.get(&call).await;
    assert!(sheet.text().contains("Payé") && !sheet.body.contains("data-revoke"), "{}", sheet.text());
    let at = sheet.body.find("/desk/payments/").unwrap();
    let payment = tariq.get(sheet.body[at..].split('"').next().unwrap()).await;
    for shown in ["Bureau d’appel", "Numéro de quittance", "••••5678", "174,96"] {
        assert!(payment.text().contains(shown), "{shown}: {}", payment.text());
    }
    // The bill is paid: nothing more is sent for it.
    let nothing = tariq.post(&format!("{call}/find?bill=1001.02"), &[("f.contract", "11111111")]).await;
    assert!(nothing.text().contains("Rien à payer") || nothing.text().contains("rien"), "{}", nothing.text());
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_page_sent_twice_sends_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let quote = price(&tariq, &call, WATER).await;
    let (link, reference) = (offered(&quote, "/link"), offered(&quote, "/reference"));
    let path = below(&quote);
    for _ in 0..2 {
        assert_eq!(below(&send(&tariq, &format!("{path}/link"), &link).await), call);
        assert_eq!(below(&send(&tariq, &format!("{path}/reference"), &reference).await), call);
    }
    assert_eq!(states(&tariq, &call).await, ["sent", "waiting"]);
    app.settle().await;
    assert_eq!(app.control.sms().len(), 2);
    // The same page to another number: the first one stands.
    for (end, field, mut other) in [("link", "phone", link), ("reference", "cash-phone", reference)] {
        other.retain(|(name, _)| name != field);
        other.push((field.to_owned(), OTHER_PHONE.to_owned()));
        let refused = send(&tariq, &format!("{path}/{end}"), &other).await;
        assert_eq!(refused.status, 409, "{end}: {}", refused.text());
        assert!(refused.text().contains("This was sent already"), "{end}: {}", refused.text());
    }
    assert_eq!(states(&tariq, &call).await, ["sent", "waiting"]);
    app.settle().await;
    assert_eq!(app.control.sms().len(), 2);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_taken_back_while_it_is_open(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let sheet = send_link(&tariq, &call, WATER).await;
    app.settle().await;
    let path = link_in_sms(&app);
    let open = app.payer("en").get(&path).await;
    assert_eq!(open.status, 200);
    let at = sheet.body.find(&format!("{call}/links/")).unwrap();
    let revoke = sheet.body[at..].split('"').next().unwrap().to_owned();
    assert_eq!(below(&tariq.post(&revoke, &[]).await), call);
    assert_eq!(states(&tariq, &call).await, ["revoked"]);
    assert_eq!(accept_status(&app, &path, &open).await, 410);
    // Taken back twice is taken back; once a payment began it is too late.
    assert_eq!(tariq.post(&revoke, &[]).await.status, 200);
    let sheet = send_link(&tariq, &call, WATER).await;
    app.settle().await;
    accept(&app, &link_in_sms(&app)).await;
    let at = sheet.body.find(&format!("{call}/links/")).unwrap();
    let late = tariq.post(sheet.body[at..].split('"').next().unwrap(), &[]).await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert_eq!(states(&tariq, &call).await, ["opened", "revoked"]);
    app.finish().await;
}

/// Sends what an open page of a link offers.
async fn accept_status(app: &TestApp, path: &str, page: &Page) -> u16 {
    let mut fields = page.fields();
    fields.retain(|(name, _)| name != "csrf");
    let payer = app.payer("en");
    let fresh = payer.get("/en/find").await;
    fields.extend(fresh.fields().into_iter().filter(|(name, _)| name == "csrf"));
    fields.push(("terms".to_owned(), "1".to_owned()));
    payer.post(path, &fields).await.status
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    send_link(&tariq, &call, WATER).await;
    app.settle().await;
    for _ in 0..3 {
        app.pass(TimeDelta::minutes(10));
        tariq.get("/desk").await;
    }
    app.pass(TimeDelta::seconds(1));
    assert_eq!(states(&tariq, &call).await, ["expired"]);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_bill_is_paid_elsewhere_meanwhile(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let quote = price(&tariq, &call, WATER).await;
    send_link(&tariq, &call, WATER).await;
    app.settle().await;
    app.pay((1001, "02", "11111111"), APPROVED).await;
    assert_eq!(states(&tariq, &call).await, ["elsewhere"]);
    let (link, reference) = (offered(&quote, "/link"), offered(&quote, "/reference"));
    for (end, fields) in [("link", &link), ("reference", &reference)] {
        let refused = send(&tariq, &format!("{}/{end}", below(&quote)), fields).await;
        assert_eq!(refused.status, 409, "{end}: {}", refused.text());
    }
    app.settle().await;
    assert_eq!(states(&tariq, &call).await, ["paid-elsewhere"]);
    let refused = send(&tariq, &format!("{}/link", below(&quote)), &link).await;
    assert!(refused.status == 409 && refused.text().contains("This bill is paid"), "{}", refused.text());
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn where_a_link_goes(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    // A fixed line gets no SMS.
    let call = open_call(&tariq, "0522123456").await;
    let quote = price(&tariq, &call, WATER).await;
    let path = format!("{}/link", below(&quote));
    let key = offered(&quote, "/link").into_iter().find(|(name, _)| name == "key").unwrap().1;
    for (fields, status) in [
        (vec![("key", key.as_str())], 422),
        (vec![("key", &key), ("sms", "1")], 422),
        (vec![("key", &key), ("mail", "1")], 422),
        (vec![("key", &key), ("phone", "0522123456")], 422),
        (vec![("key", &key), ("phone", "not a phone")], 422),
        (vec![("key", &key), ("email", "not a mail")], 422),
        (vec![("key", "short"), ("phone", CALLER)], 400),
        (vec![("phone", CALLER)], 400),
        (vec![("key", &key), ("key", &key)], 400),
        (vec![("key", &key), ("phone", CALLER), ("email", "salma@example.ma")], 200),
    ] {
        let page = tariq.post(&path, &fields).await;
        assert_eq!(page.status, status, "{fields:?}: {}", page.text());
    }
    app.settle().await;
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (1, 1));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_stays_in_reach_however_much_is_quoted_after_it() {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let sheet = send_link(&tariq, &call, WATER).await;
    let bills = find(&tariq, &call, WATER).await;
    let path = below(&bills);
    for _ in 0..51 {
        assert!(send(&tariq, &path, &offered(&bills, &path)).await.path.contains("/quotes/"));
    }
    assert_eq!(states(&tariq, &call).await, ["sent"]);
    let at = sheet.body.find(&format!("{call}/links/")).unwrap();
    assert_eq!(below(&tariq.post(sheet.body[at..].split('"').next().unwrap(), &[]).await), call);
    assert_eq!(states(&tariq, &call).await, ["revoked"]);
    app.finish().await;
}

#[rstest]
#[case("link")]
#[case("reference")]
#[tokio::test(flavor = "multi_thread")]
async fn messages_are_counted_by_operator(#[case] end: &str) {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let path = below(&price(&tariq, &call, WATER).await);
    let mut refused = false;
    for _ in 0..40 {
        let fields = offered(&tariq.get(&path).await, &format!("/{end}"));
        refused |= send(&tariq, &format!("{path}/{end}"), &fields).await.status == 429;
    }
    assert!(refused, "no caller needs forty messages in a row");
    app.settle().await;
    assert!(app.control.sms().len() < 40);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_paid_in_cash(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let actor = |id: i64| Actor { id, name: format!("member {id}") };
    let networks = payments::networks::import::parse(include_str!("../../../sandbox/networks/networks.toml")).unwrap();
    payments::import_networks(&app.ledger, &networks, app.now()).unwrap();
    app.hub.reload_networks().await.unwrap();
    let outlet = networks[0].outlets[0].clone();
    let request = RequestFloat {
        outlet: outlet.number.clone(),
        kind: FloatRequestKind::TopUp,
        amount: Money::from_minor(100_000),
        proof: "TRANSFER-1".to_owned(),
        key: "a".to_owned(),
        actor: actor(1),
    };
    let asked = app.hub.request_float(request).await.unwrap();
    let decision = DecideFloat { request: asked.id, approve: true, note: String::new(), actor: actor(2) };
    app.hub.decide_float(decision).await.unwrap();

    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let quote = price(&tariq, &call, WATER).await;
    let sheet = send(&tariq, &format!("{}/reference", below(&quote)), &offered(&quote, "/reference")).await;
    assert_eq!(states(&tariq, &call).await, ["waiting"]);
    app.settle().await;
    let sms = app.control.sms().pop().unwrap().body;
    let digits: String = sms
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 13)
        .unwrap_or_else(|| panic!("{sms}"))
        .to_owned();
    let shown = sheet.text().replace(' ', "");
    assert!(shown.contains(&digits), "{digits}: {shown}");
    let found = tariq.post("/desk", &[("q", &digits), ("bill", "")]).await;
    assert!(found.text().contains("cash reference") && found.text().contains("Waiting for cash"), "{}", found.text());
    let pay = PayCash {
        outlet: outlet.number.clone(),
        till: outlet.tills[0].clone(),
        subject: CashSubject::Reference(digits.clone()),
        key: CashKey::Network("N-1".to_owned()),
        tendered: None,
        phone: None,
        language: Language::Fr,
        actor: actor(3),
        opens_shift: true,
    };
    app.hub.pay_cash(pay).await.unwrap();
    assert_eq!(states(&tariq, &call).await, ["confirming"]);
    app.settle().await;
    assert_eq!(states(&tariq, &call).await, ["paid"]);
    let at = sheet.body.find(&format!("{call}/references/")).unwrap();
    let late = tariq.post(sheet.body[at..].split('"').next().unwrap(), &[]).await;
    assert_eq!(late.status, 409, "{}", late.text());
    // Another one is withdrawn.
    let quote = price(&tariq, &call, ("1001.01", "12345678")).await;
    let sheet = send(&tariq, &format!("{}/reference", below(&quote)), &offered(&quote, "/reference")).await;
    let at = sheet.body.find(&format!("{call}/references/")).unwrap();
    assert_eq!(below(&tariq.post(sheet.body[at..].split('"').next().unwrap(), &[]).await), call);
    assert_eq!(states(&tariq, &call).await, ["revoked", "paid"]);
    let day = tariq.get("/desk/day").await.text().replace(['\u{2068}', '\u{2069}'], "");
    assert!(day.contains("References made 2 1 paid"), "{day}");
    app.finish().await;
}
