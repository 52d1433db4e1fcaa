//! Paying, repeating, resolving, cancelling.

use chrono::TimeDelta;
use ledger::{Channel, Language};
use payments::api::cash::{MakeCashReference, ReferenceSubject};
use rstest::rstest;
use sandbox::{FaultKind, NetworkDay};
use serde_json::json;

use super::{Counter, FOREIGN, OUTLET, refused, system};
use crate::support::{Backend, PHONE, Setup};

const TWO_BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

/// The sandbox's own day, against a hub that works.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let worker = counter.app.work();
    let day = NetworkDay {
        outlet: OUTLET.to_owned(),
        till: "1".to_owned(),
        biller: 1001,
        receivable_type: "02".to_owned(),
        contract: "11111111".to_owned(),
    };
    let mut told = Vec::new();
    counter.system.drive_day(&day, &mut |line| told.push(line)).await.unwrap();
    let text = told.join("\n");
    for part in ["the same payment", "it is confirmed", "went back to the customer", "is closed: counted 500.00"] {
        assert!(text.contains(part), "{text}");
    }
    worker.stop().await;
    assert_eq!(counter.float().await, "300.00");
    counter.app.finish().await;
}

/// Float 300.00: what is pending counts, to the centime.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_float_is_never_overdrawn(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let total = quote.text("/amounts/total").to_owned();
    let paid = counter.pay(&Counter::payment(&quote, "A-1")).await;
    assert_eq!((paid.status, paid.text("/state")), (202, "pending"), "{paid:?}");
    let left = counter.float().await;
    assert_eq!(cents(&left) + cents(&total), 30_000, "{left} {total}");
    let quote = counter.quote(1002, "01", "1002001").await;
    assert!(cents(quote.text("/amounts/total")) > cents(&left), "{quote:?} {left}");
    let short = counter.pay(&Counter::payment(&quote, "A-2")).await;
    refused(&short, 409, "float-too-low");
    assert_eq!(short.text("/available"), left);
    assert_eq!(short.body["needed"], quote.body["amounts"]["total"]);
    refused(&counter.status("A-2").await, 404, "unknown-payment");
    assert_eq!(counter.float().await, left);
    counter.app.finish().await;
}

fn cents(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

/// An answer is lost, and the network sends its payment twenty times at once.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_payment_twenty_times(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let body = Counter::payment(&quote, "TX-1");
    let path = format!("/outlets/{OUTLET}/payments");
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (system, path, body) = (counter.system.clone(), path.clone(), body.clone());
            tokio::spawn(async move { system.post(&path, &body).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for one in tries {
        answers.push(one.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 202), "{answers:?}");
    assert_eq!(counter.app.database.number("SELECT COUNT(*) FROM payments"), 1);
    // Other content under the same reference, in every part.
    let changes = [
        ("till", json!("2")),
        ("tendered", json!("500.00")),
        ("phone", json!("0612345678")),
        ("language", json!("ar")),
        ("quote", counter.quote(1001, "01", "11111111").await.body["quote"].clone()),
    ];
    for (name, value) in changes {
        let mut other = body.clone();
        other[name] = value;
        refused(&counter.pay(&other).await, 409, "reference-conflict");
    }
    counter.app.settle().await;
    // Weeks later it is still the same payment.
    counter.pass(TimeDelta::days(40));
    counter.app.hub.prune().await.unwrap();
    let late = counter.pay(&body).await;
    assert_eq!((late.status, late.text("/state")), (200, "confirmed"));
    assert_eq!(late.body["payment"], answers[0].body["payment"]);
    assert_eq!(late.text("/instruction/action"), "hand-receipt");
    assert!(!late.text("/receipt/number").is_empty());
    counter.app.finish().await;
}

/// The biller does not answer: 202 with the right words, no second payment, and the resolver ends it.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_is_down(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let again = counter.quote(1001, "02", "11111111").await;
    counter.app.fault("biller:1001 confirm", FaultKind::DropAfter, 1);
    let paid = counter.pay(&Counter::payment(&quote, "TX-1")).await;
    counter.app.settle().await;
    let pending = counter.status("TX-1").await;
    assert_eq!((pending.status, pending.text("/state")), (202, "pending"), "{pending:?}");
    assert_eq!(pending.text("/instruction/action"), "tell-pending");
    assert!(pending.text("/instruction/text").contains("do not take the bill a second time"));
    refused(&counter.pay(&Counter::payment(&again, "TX-2")).await, 409, "busy");
    let cancel = json!({ "outlet": OUTLET, "reason": "does not want to wait" });
    let path = format!("/payments/{}/cancel", paid.text("/payment"));
    refused(&counter.post(&path, &cancel).await, 409, "still-pending");
    counter.pass(TimeDelta::seconds(31));
    counter.app.settle().await;
    let confirmed = counter.get(&format!("/payments/{}", paid.text("/payment"))).await;
    assert_eq!((confirmed.status, confirmed.text("/state")), (200, "confirmed"));
    assert_eq!(counter.app.control.bookings(1001).len(), 1);
    counter.app.finish().await;
}

/// Down before the payment: nothing is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_is_known_to_be_down() {
    let setup = Setup { breaker_failures: 1, ..Setup::default() };
    let counter = Counter::open_with(Backend::Sqlite, setup, "300.00").await.unwrap();
    counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    counter.app.fault("biller:1001 find", FaultKind::DropBefore, 0);
    let wanted = json!({ "biller": 1001, "receivable_type": "02", "fields": { "contract": "12345678" } });
    refused(&counter.post("/bills/find", &wanted).await, 503, "biller-unavailable");
    refused(&counter.pay(&Counter::payment(&quote, "TX-1")).await, 503, "biller-unavailable");
    assert_eq!(counter.float().await, "300.00");
    counter.app.finish().await;
}

/// The biller refuses after the cash was taken: it goes back, and the drawer says so.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_payment_goes_back(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let shift = counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    counter.app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let paid = counter.pay(&Counter::payment(&quote, "TX-1")).await;
    counter.app.settle().await;
    let back = counter.status("TX-1").await;
    assert_eq!((back.status, back.text("/instruction/action")), (200, "give-cash-back"), "{back:?}");
    assert_eq!(back.body["instruction"]["amount"], quote.body["amounts"]["total"]);
    let owed = counter.get(&format!("/outlets/{OUTLET}/cash-owed")).await;
    assert_eq!(owed.body["owed"][0]["payment"], paid.body["payment"]);
    let path = format!("/outlets/{OUTLET}/cash-owed/{}/given-back", owed.body["owed"][0]["id"]);
    for _ in 0..2 {
        counter.ok(&path, &json!({ "till": "1", "operator": "Karim" })).await;
    }
    let given = counter.status("TX-1").await;
    assert_eq!(given.text("/instruction/action"), "cash-given-back");
    let figures = counter.get(&format!("/shifts/{shift}")).await;
    assert_eq!(figures.text("/expected"), "0.00");
    assert_eq!(figures.text("/movements/0/kind"), "given-back");
    assert_eq!(figures.text("/movements/0/operator"), "ATLAS/Karim");
    counter.app.finish().await;
}

/// The same day and before closure; asking twice is the same; nobody else's.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn cancellation(#[case] backend: Backend) {
    let Some(counter) = Counter::open_with(backend, Setup::default(), "1000.00").await else { return };
    let shift = counter.open_shift("1", "0.00").await;
    let mut paid = Vec::new();
    for (own, kind) in [("C-1", "02"), ("C-2", "01")] {
        let quote = counter.quote(1001, kind, "11111111").await;
        paid.push(counter.pay(&Counter::payment(&quote, own)).await.text("/payment").to_owned());
    }
    counter.app.settle().await;
    let path = |payment: &str| format!("/payments/{payment}/cancel");
    let cancel = json!({ "outlet": OUTLET, "reason": "wrong contract", "operator": "Karim" });
    // Another outlet of the same network, another network's outlet, another network.
    let mut wrong = cancel.clone();
    wrong["outlet"] = json!("20002");
    refused(&counter.post(&path(&paid[0]), &wrong).await, 404, "unknown-payment");
    wrong["outlet"] = json!(FOREIGN);
    refused(&counter.post(&path(&paid[0]), &wrong).await, 404, "unknown-outlet");
    let barid = system(&counter.app, "BARID", "NETWORK_SECRET_BARID", &counter.ahead);
    refused(&barid.post(&path(&paid[0]), &wrong).await.unwrap(), 404, "unknown-payment");
    for _ in 0..2 {
        let asked = counter.post(&path(&paid[0]), &cancel).await;
        assert_eq!((asked.status, asked.text("/instruction/action")), (202, "await-cancellation"), "{asked:?}");
    }
    counter.app.settle().await;
    let undone = counter.status("C-1").await;
    assert_eq!((undone.status, undone.text("/state")), (200, "cancelled"));
    // The customer stands there: the drawer has it as given back.
    assert_eq!(undone.text("/instruction/action"), "cash-given-back");
    // After closure only the operator refunds.
    let expected = counter.get(&format!("/shifts/{shift}")).await.text("/expected").to_owned();
    let pieces = cents(&expected);
    let closing = json!({ "counted": [{ "denomination": "0.01", "pieces": pieces }], "operator": "Karim" });
    counter.ok(&format!("/shifts/{shift}/close"), &closing).await;
    refused(&counter.post(&path(&paid[1]), &cancel).await, 409, "shift-closed");
    counter.pass(TimeDelta::days(1));
    refused(&counter.post(&path(&paid[1]), &cancel).await, 409, "not-same-day");
    counter.app.finish().await;
}

/// Thirteen digits: shown, paid once, and late cash for them taken over, released and given back.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn references(#[case] backend: Backend) {
    let Some(counter) = Counter::open_with(backend, Setup::default(), "1000.00").await else { return };
    counter.open_shift("1", "0.00").await;
    let mut made = Vec::new();
    for kind in ["02", "01"] {
        let quote = counter.app.quote((1001, kind, "11111111")).await;
        let request = MakeCashReference {
            subject: ReferenceSubject::Quote(quote.reference),
            channel: Channel::Web,
            phone: Some(PHONE.to_owned()),
            language: Language::Fr,
            idempotency_key: None,
        };
        made.push(counter.app.hub.make_cash_reference(request).await.unwrap().digits);
    }
    let shown = counter.get(&format!("/cash-references/{}", made[0])).await;
    assert_eq!((shown.status, shown.text("/state")), (200, "open"), "{shown:?}");
    let total = shown.text("/amounts/total").to_owned();
    let late = json!({ "reference": "L-1", "cash_reference": made[0], "amount": total, "till": "1" });
    let report = format!("/outlets/{OUTLET}/late-cash");
    refused(&counter.post(&report, &late).await, 409, "reference-payable");
    let mut pay = json!({ "reference": "R-1", "till": "1", "cash_reference": made[0], "tendered": "1.00" });
    refused(&counter.pay(&pay).await, 409, "too-little");
    pay["tendered"] = json!("200.00");
    let paid = counter.pay(&pay).await;
    assert_eq!(paid.status, 202, "{paid:?}");
    assert_eq!(cents(paid.text("/change")), 20_000 - cents(&total));
    assert_eq!(counter.pay(&pay).await.body, paid.body);
    pay["reference"] = json!("R-2");
    refused(&counter.pay(&pay).await, 409, "reference-used");
    counter.app.settle().await;
    // The other one expires, and is paid all the same.
    counter.pass(TimeDelta::hours(49));
    counter.app.settle().await;
    let pay = json!({ "reference": "R-3", "till": "1", "cash_reference": made[1] });
    refused(&counter.pay(&pay).await, 409, "expired");
    let before = counter.float().await;
    let late =
        json!({ "reference": "L-1", "cash_reference": made[1], "amount": total, "till": "1", "operator": "Karim" });
    let taken = counter.ok(&report, &late).await;
    assert_eq!((taken.text("/reason"), taken.text("/operator")), ("reference-expired", "ATLAS/Karim"));
    assert_eq!(counter.ok(&report, &late).await.body, taken.body);
    assert_eq!(cents(&before) - cents(&counter.float().await), cents(&total));
    let mut other = late.clone();
    other["amount"] = json!("1.00");
    refused(&counter.post(&report, &other).await, 409, "reference-conflict");
    let (id, actor) = (taken.body["id"].as_i64().unwrap(), ledger::Actor { id: 1, name: "finance".to_owned() });
    counter.app.hub.release_late_cash(id, actor).await.unwrap();
    let released = counter.get(&format!("/late-cash/{id}")).await;
    assert_eq!(released.text("/instruction/action"), "give-cash-back", "{released:?}");
    counter.ok(&format!("/outlets/{OUTLET}/cash-owed/{id}/given-back"), &json!({ "till": "1" })).await;
    assert_eq!(counter.get(&format!("/late-cash/{id}")).await.text("/instruction/action"), "cash-given-back");
    assert_eq!(counter.float().await, before);
    counter.app.finish().await;
}

/// With `Prefer: wait` the first answer is the last word; the payment is never waited for longer than that.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_the_biller() {
    for backend in TWO_BACKENDS {
        let Some(counter) = Counter::open(backend).await else { continue };
        counter.open_shift("1", "0.00").await;
        let worker = counter.app.work();
        let quote = counter.quote(1001, "02", "11111111").await;
        let path = format!("/outlets/{OUTLET}/payments");
        let paid = counter.system.post_and_wait(&path, &Counter::payment(&quote, "W-1"), 20).await.unwrap();
        assert_eq!((paid.status, paid.text("/state")), (200, "confirmed"), "{paid:?}");
        worker.stop().await;
        counter.app.finish().await;
    }
}

/// A payment that a rule against fraud stops draws nothing from the float; the same quote is paid once it is released.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_stopped(#[case] backend: Backend) {
    use crate::guard::{cap, entry, hold, somebody};
    use payments::guard::Action;
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    hold(&counter.app, cap(Action::Review)).await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let stopped = counter.pay(&Counter::payment(&quote, "A-1")).await;
    refused(&stopped, 409, "payment-in-review");
    assert!(stopped.text("/refusal").starts_with('G'), "{stopped:?}");
    let case = counter.app.hub.guard_cases(0, 10).await.unwrap().remove(0).case.id;
    counter.app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
    let paid = counter.pay(&Counter::payment(&quote, "A-1")).await;
    assert_eq!(paid.status, 202, "{paid:?}");
    hold(&counter.app, cap(Action::Refuse)).await;
    let again = counter.pay(&Counter::payment(&quote, "A-1")).await;
    assert_eq!(again.text("/payment"), paid.text("/payment"), "what was started is none the worse: {again:?}");
    let float = counter.float().await;
    let other = counter.quote(1002, "01", "1002001").await;
    refused(&counter.pay(&Counter::payment(&other, "A-2")).await, 409, "payment-refused");
    assert_eq!(counter.float().await, float);
    counter.app.settle().await;
    counter.app.finish().await;
}
