//! The gateway's callback: each row of its table, and the ways in which it does not come as it should.

use chrono::TimeDelta;
use ledger::PaymentState as P;
use payments::api::Standing;
use rstest::rstest;
use sandbox::{FaultKind, OrderState};

use super::{APPROVED, BAD_HASH, DECLINED, DECLINED_THEN_APPROVED, JSON, NO_CALLBACK, TWICE, manual_capture};
use crate::support::{Backend, Bank, OTHER_PHONE, PHONE, TestApp};

/// The hub's answers to the callbacks of an order.
fn answers(order: &sandbox::CardOrder) -> Vec<&str> {
    order.callbacks.iter().map(|callback| callback.answer.as_str()).collect()
}

fn word(answer: &(u16, String)) -> (u16, &str) {
    (answer.0, &answer.1)
}

#[rstest]
#[case::captured(APPROVED, &["ACTION=POSTAUTH"], P::Taken, OrderState::Captured, P::Confirmed)]
#[case::twice_at_once(TWICE, &["ACTION=POSTAUTH", "ACTION=POSTAUTH"], P::Taken, OrderState::Captured, P::Confirmed)]
#[case::declined(DECLINED, &["APPROVED"], P::Declined, OrderState::Declined, P::Declined)]
#[case::refused_then_accepted(DECLINED_THEN_APPROVED, &["APPROVED", "ACTION=POSTAUTH"], P::Taken, OrderState::Captured, P::Confirmed)]
// The bank voids the hold on FAILURE; by asking, the hub learns that nothing is held.
#[case::bad_hash(BAD_HASH, &["FAILURE"], P::Awaiting, OrderState::Voided, P::Awaiting)]
#[case::never_called(NO_CALLBACK, &[], P::Awaiting, OrderState::Authorised, P::Awaiting)]
#[tokio::test(flavor = "multi_thread")]
async fn automatic_capture(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] card: &str,
    #[case] heard: &[&str],
    #[case] at_once: P,
    #[case] order: OrderState,
    #[case] settled: P,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(JSON, card).await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (at_once, order));
    assert_eq!(answers(&app.order(&redirect)), heard);
    app.settle().await;
    assert_eq!(app.state(&redirect), settled);
    let paid = settled == P::Confirmed;
    assert_eq!(app.control.bookings(1001).len(), usize::from(paid));
    // The bill is free after a refusal, and only then.
    let quote = app.hub.make_quote(again(&app).await).await;
    assert_eq!(quote.is_ok(), settled == P::Declined, "{quote:?}");
    // What was never said is asked for.
    app.pass(TimeDelta::minutes(4));
    app.settle().await;
    app.pass(TimeDelta::minutes(30));
    app.settle().await;
    let (state, order) = (app.state(&redirect), app.order(&redirect));
    match card {
        NO_CALLBACK => assert_eq!((state, order.state), (P::Confirmed, OrderState::Captured)),
        BAD_HASH => assert_eq!((state, order.state), (P::Expired, OrderState::Voided)),
        _ => assert_eq!(state, settled),
    }
    let confirmed = usize::from(state == P::Confirmed);
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (confirmed, confirmed));
    assert_eq!(app.control.bookings(1001).len(), confirmed);
    app.finish().await;
}

async fn again(app: &TestApp) -> payments::api::MakeQuote {
    let stored = app.database.texts("SELECT inquiry AS text FROM quotes");
    payments::api::MakeQuote {
        inquiry: stored[0].clone(),
        articles: vec!["E-2610".to_owned()],
        amount: None,
        channel: ledger::Channel::Web,
        instrument: ledger::Instrument::Card,
    }
}

#[rstest]
#[case::approved(APPROVED, &["APPROVED"], P::Held)]
#[case::declined(DECLINED, &["APPROVED"], P::Declined)]
#[case::refused_then_accepted(DECLINED_THEN_APPROVED, &["APPROVED", "APPROVED"], P::Held)]
#[tokio::test(flavor = "multi_thread")]
async fn captured_by_hand(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] card: &str,
    #[case] heard: &[&str],
    #[case] at_once: P,
) {
    let Some(app) = manual_capture(backend).await else { return };
    let redirect = app.pay(JSON, card).await;
    assert_eq!(answers(&app.order(&redirect)), heard);
    assert_eq!(app.state(&redirect), at_once);
    let held = at_once == P::Held;
    assert_eq!(app.order(&redirect).state == OrderState::Authorised, held);
    // A word of the gateway that is lost is asked for, not repeated blindly.
    app.fault("gateway api", FaultKind::DropAfter, 2);
    for _ in 0..4 {
        app.settle().await;
        app.pass(TimeDelta::minutes(5));
    }
    let order = app.order(&redirect);
    assert_eq!(app.state(&redirect), if held { P::Confirmed } else { P::Declined });
    assert_eq!((order.state == OrderState::Captured, order.refused_operations), (held, 0));
    assert_eq!(app.control.bookings(1001).len(), usize::from(held));
    app.finish().await;
}

/// Nothing but the bank's own word about this very order moves a payment.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn forged_or_altered(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.begin(JSON).await;
    let oid = redirect.fields.iter().find(|(name, _)| name == "oid").unwrap().1.clone();
    let next = format!("F{:012}", oid[1..].parse::<i64>().unwrap() + 900_000);
    let never_given = [("oid", next.as_str())];
    let cases: Vec<(&str, &[(&str, &str)])> = vec![
        ("amount", &[("amount", "174.95")]),
        ("a centime more", &[("amount", "174.97")]),
        ("amount without places", &[("amount", "174")]),
        ("amount missing", &[("amount", "-")]),
        ("currency", &[("currency", "978")]),
        ("currency missing", &[("currency", "-")]),
        ("client", &[("clientid", "600009999")]),
        ("order missing", &[("oid", "-")]),
        ("order of nobody", &[("oid", "F1")]),
        ("lower case", &[("oid", "f000000000001")]),
        ("order never given", &never_given),
    ];
    for (what, changes) in &cases {
        for code in ["00", "05"] {
            let answer = app.bank.call(&Bank::signed(&redirect, code, changes)).await;
            assert_eq!(word(&answer), (200, "FAILURE"), "{what} {code}");
        }
    }
    // A right hash over what is not ours is for people to look at: the amount, two kinds of order numbers, currency,
    // merchant; each once.
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 4"), 5);
    // A right hash over something else: altered after signing, a field added, one taken out, another's hash.
    let signed = Bank::signed(&redirect, "00", &[]);
    for at in 0..signed.len() {
        let (name, value) = &signed[at];
        let mut altered = signed.clone();
        altered[at].1 = if name.eq_ignore_ascii_case("encoding") { continue } else { format!("{value}x") };
        assert_eq!(word(&app.bank.call(&altered).await), (200, "FAILURE"), "{name} altered");
        let mut shorter = signed.clone();
        shorter.remove(at);
        assert_eq!(word(&app.bank.call(&shorter).await), (200, "FAILURE"), "{name} taken out");
    }
    let mut longer = signed.clone();
    longer.push(("extra".to_owned(), "1".to_owned()));
    assert_eq!(word(&app.bank.call(&longer).await), (200, "FAILURE"));
    let mut double = signed.clone();
    double.push(("OID".to_owned(), oid.clone()));
    assert_eq!(word(&app.bank.call(&double).await), (200, "FAILURE"));
    assert_eq!(app.bank.call(&Vec::new()).await.0, 400, "no form data");
    let raw = reqwest::Client::new().post(format!("{}/webhooks/cmi", app.url)).body("{\"oid\":1}").send().await;
    assert_eq!(raw.unwrap().status().as_u16(), 400, "no form");
    assert_eq!(app.state(&redirect), P::Awaiting);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM postings"), 0);
    // The true one still counts.
    assert_eq!(word(&app.bank.call(&signed).await), (200, "ACTION=POSTAUTH"));
    assert_eq!(app.state(&redirect), P::Taken);
    app.finish().await;
}

/// Twenty copies at once, and more afterwards: one posting, one SMS, the same answer.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn replayed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend, #[values("00", "05")] code: &str) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway callback", FaultKind::DropBefore, 0);
    let redirect = app.pay(JSON, if code == "00" { APPROVED } else { DECLINED }).await;
    let signed = Bank::signed(&redirect, code, &[]);
    let answer = if code == "00" { "ACTION=POSTAUTH" } else { "APPROVED" };
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (bank, signed) = (app.bank.clone(), signed.clone());
        calls.spawn(async move { bank.call(&signed).await });
    }
    for heard in calls.join_all().await {
        assert_eq!(word(&heard), (200, answer));
    }
    app.settle().await;
    assert_eq!(word(&app.bank.call(&signed).await), (200, answer), "the same long after");
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    let paid = code == "00";
    assert_eq!(app.control.sms().len(), usize::from(paid));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM postings"), if paid { 2 } else { 0 });
    // The bank never heard an answer of ours, so the hub captured by itself.
    assert_eq!(app.order(&redirect).state, if paid { OrderState::Captured } else { OrderState::Declined });
    app.finish().await;
}

/// The answer that asks for the capture is lost: the bill is confirmed at once, the capture found missing and made up for.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn answer_lost(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway callback", FaultKind::DropBefore, 1);
    let redirect = app.pay(JSON, APPROVED).await;
    let answer = app.bank.call(&Bank::signed(&redirect, "00", &[])).await;
    assert_eq!(word(&answer), (200, "ACTION=POSTAUTH"));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (P::Confirmed, OrderState::Authorised));
    // The gateway is away when it is asked, then loses its answer to the capture.
    app.fault("gateway api", FaultKind::Down, 1);
    app.pass(TimeDelta::seconds(61));
    app.settle().await;
    assert_eq!(app.order(&redirect).state, OrderState::Authorised);
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    let order = app.order(&redirect);
    assert_eq!((order.state, order.captured_minor, order.refused_operations), (OrderState::Captured, 17_496, 0));
    app.finish().await;
}

/// The first payer was refused, another paid the bill, and then the first one's bank accepts after all.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn late_acceptance_of_a_bill_that_is_gone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] paid_already: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote(JSON).await;
    let first = app.start_payment(&quote, PHONE, "first").await.unwrap();
    let refusal = app.bank.call(&Bank::signed(&first, "05", &[])).await;
    assert_eq!(word(&refusal), (200, "APPROVED"));
    let other = app.quote(JSON).await;
    let second = app.start_payment(&other, OTHER_PHONE, "second").await.unwrap();
    if paid_already {
        app.bank.pay(&second, APPROVED).await;
        app.settle().await;
        assert_eq!(app.state(&second), P::Confirmed);
    }
    // The hold is not captured: the answer says so.
    app.bank.pay(&first, APPROVED).await;
    assert_eq!(answers(&app.order(&first)), ["APPROVED"]);
    assert_eq!(app.state(&first), P::Returning);
    app.settle().await;
    assert_eq!((app.state(&first), app.order(&first).state), (P::Returned, OrderState::Voided));
    assert!(matches!(app.standing(&first).await, Standing::Returned));
    let told = app.control.sms().iter().filter(|sms| sms.to == PHONE).count();
    assert_eq!(told, 2, "that it goes back, and that it went back");
    if !paid_already {
        assert_eq!(app.state(&second), P::Awaiting, "the other payer's bill is untouched");
        app.bank.pay(&second, APPROVED).await;
        app.settle().await;
    }
    assert_eq!(app.state(&second), P::Confirmed);
    assert_eq!(app.booking(1001).conflicts, 0);
    app.finish().await;
}

/// The time to pay ran out, and the bank's acceptance arrives after that.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn accepted_after_expiry(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] free: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let first = app.begin(JSON).await;
    let page = app.bank.open(&first).await.unwrap();
    drop(page);
    for _ in 0..7 {
        app.pass(TimeDelta::minutes(5));
        app.settle().await;
    }
    assert_eq!(app.state(&first), P::Expired);
    if !free {
        let quote = app.quote(JSON).await;
        let second = app.start_payment(&quote, OTHER_PHONE, "second").await.unwrap();
        app.bank.pay(&second, APPROVED).await;
        app.settle().await;
    }
    let answer = app.bank.call(&Bank::signed(&first, "00", &[])).await;
    assert_eq!(word(&answer), (200, if free { "ACTION=POSTAUTH" } else { "APPROVED" }));
    app.settle().await;
    let state = app.state(&first);
    assert_eq!(app.booking(1001).attempts, 1);
    if free {
        assert_eq!(state, P::Confirmed);
    } else {
        // The order is still open at this bank: nobody gives back what may yet be taken, and it is asked again.
        assert_eq!(state, P::Returning);
    }
    app.finish().await;
}

/// The payer gives up at the gateway: the bill is free within minutes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn abandoned(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] cancelled: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.begin(JSON).await;
    if cancelled {
        app.bank.cancel(&redirect).await;
    }
    assert!(app.inquire(JSON).await.articles[0].busy);
    app.pass(TimeDelta::minutes(4));
    app.settle().await;
    assert_eq!(app.state(&redirect), if cancelled { P::Declined } else { P::Awaiting });
    for _ in 0..6 {
        app.pass(TimeDelta::minutes(5));
        app.settle().await;
    }
    assert_eq!(app.state(&redirect), if cancelled { P::Declined } else { P::Expired });
    assert!(!app.inquire(JSON).await.articles[0].busy);
    assert_eq!(app.control.sms().len(), 0);
    app.pass(TimeDelta::days(2));
    app.settle().await;
    let open = "SELECT COUNT(*) FROM outbox WHERE done_at IS NULL";
    assert_eq!(app.database.number(open), 0, "nobody asks for ever");
    app.finish().await;
}

/// A gateway that does not answer keeps the bill reserved: the payer may have paid.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn gateway_away_while_polled(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(FaultKind::Down, FaultKind::Garble, FaultKind::DropAfter, FaultKind::Refuse)] fault: FaultKind,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(JSON, NO_CALLBACK).await;
    app.fault("gateway api", fault, 0);
    for _ in 0..12 {
        app.pass(TimeDelta::minutes(5));
        app.settle().await;
    }
    assert_eq!(app.state(&redirect), P::Awaiting);
    assert!(app.inquire(JSON).await.articles[0].busy);
    app.control.clear_faults();
    app.pass(TimeDelta::minutes(5));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (P::Confirmed, OrderState::Captured));
    app.finish().await;
}

/// The same late acceptance, of which the hub hears by asking only; the bank may have captured it meanwhile.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn late_acceptance_found_by_asking(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] captured: bool,
    #[values(true, false)] bill_gone: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote(JSON).await;
    let first = app.start_payment(&quote, PHONE, "first").await.unwrap();
    assert_eq!(word(&app.bank.call(&Bank::signed(&first, "05", &[])).await), (200, "APPROVED"));
    if bill_gone {
        let other = app.quote(JSON).await;
        let second = app.start_payment(&other, OTHER_PHONE, "second").await.unwrap();
        app.bank.pay(&second, APPROVED).await;
        app.settle().await;
    }
    app.bank.pay(&first, NO_CALLBACK).await;
    if captured {
        capture_at_the_bank(&app, &first).await;
    }
    app.pass(TimeDelta::minutes(4));
    app.settle().await;
    let order = app.order(&first);
    if bill_gone {
        assert_eq!((app.state(&first), order.state), (P::Returned, OrderState::Voided));
        // What was taken is booked, and booked back; a hold is neither.
        let of_first = format!("SELECT COUNT(*) FROM postings WHERE payment_id = {}", app.payment(&first).id);
        assert_eq!(app.database.number(&of_first), if captured { 3 } else { 0 });
    } else {
        assert_eq!((app.state(&first), order.state), (P::Confirmed, OrderState::Captured));
    }
    assert_eq!((app.booking(1001).attempts, order.refused_operations), (1, 0));
    app.finish().await;
}

/// Somebody captures it at the bank's own desk.
async fn capture_at_the_bank(app: &TestApp, redirect: &payments::api::CardRedirect) {
    let oid = app.order(redirect).oid;
    let xml = format!(
        "<CC5Request><Name>api</Name><Password>sandbox-api</Password><ClientId>600001234</ClientId>\
         <Type>PostAuth</Type><OrderId>{oid}</OrderId></CC5Request>"
    );
    let api = format!("{}/fim/api", app.sandbox.base_url());
    let answer = reqwest::Client::new().post(api).form(&[("DATA", xml)]).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("Approved"));
}
