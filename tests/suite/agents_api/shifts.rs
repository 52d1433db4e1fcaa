//! Shifts, floats and their lists.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Counter, FOREIGN, OUTLET, refused, system};
use crate::support::{Backend, Setup};

/// 500.00 + 168.42 + 120.46 - 20.00 = 768.88 by the drawer's own movements; counted 760.00 is 8.88 short.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn closure(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let shift = counter.open_shift("1", "500.00").await;
    let shifts = format!("/outlets/{OUTLET}/shifts");
    let again = counter.post(&shifts, &json!({ "till": "1", "opening_cash": "0.00" })).await;
    refused(&again, 409, "shift-open");
    assert_eq!(again.body["shift"], shift);
    let path = format!("/shifts/{shift}/movements");
    let moves = [("in", "168.42", "M-1"), ("in", "120.46", "M-2"), ("out", "20.00", "M-3"), ("out", "20.00", "M-3")];
    for (kind, amount, own) in moves {
        let body = json!({ "reference": own, "kind": kind, "amount": amount, "reason": "float of coins" });
        counter.ok(&path, &body).await;
    }
    let other = json!({ "reference": "M-3", "kind": "out", "amount": "21.00", "reason": "float of coins" });
    refused(&counter.post(&path, &other).await, 409, "reference-conflict");
    let most = json!({ "reference": "M-4", "kind": "out", "amount": "768.89", "reason": "to the bank" });
    refused(&counter.post(&path, &most).await, 409, "drawer-too-low");
    let close = format!("/shifts/{shift}/close");
    let mut body =
        json!({ "counted": [{ "denomination": "200.00", "pieces": 3 }, { "denomination": "20.00", "pieces": 8 }] });
    let off = counter.post(&close, &body).await;
    refused(&off, 409, "needs-reason");
    assert_eq!((off.text("/expected"), off.text("/counted"), off.text("/over_short")), ("768.88", "760.00", "-8.88"));
    body["reason"] = json!("a customer was given too much");
    body["operator"] = json!("Karim");
    refused(&counter.post(&close, &body).await, 409, "needs-supervisor");
    body["supervisor"] = json!("karim");
    refused(&counter.post(&close, &body).await, 422, "bad-field");
    body["supervisor"] = json!("Amina");
    let closed = counter.ok(&close, &body).await;
    assert_eq!(closed.text("/closure/over_short"), "-8.88");
    assert_eq!(closed.text("/closure/supervisor"), "ATLAS/Amina");
    assert_eq!(closed.body["closure"]["denominations"][1], json!({ "denomination": "20.00", "pieces": 8 }));
    // It takes nothing more.
    refused(&counter.post(&close, &body).await, 409, "shift-closed");
    refused(&counter.post(&path, &most).await, 409, "shift-closed");
    let quote = counter.quote(1001, "02", "11111111").await;
    let mut pay = Counter::payment(&quote, "S-1");
    refused(&counter.pay(&pay).await, 409, "no-open-shift");
    pay["open_shift"] = json!(true);
    let paid = counter.pay(&pay).await;
    assert_eq!(paid.status, 202, "{paid:?}");
    assert_ne!(paid.body["shift"], shift);
    // This network's shifts do not close over pending payments.
    let open = paid.body["shift"].as_i64().unwrap();
    let pending = counter.post(&format!("/shifts/{open}/close"), &json!({ "counted": [] })).await;
    refused(&pending, 409, "payments-pending");
    assert_eq!(pending.body["payments"], json!([paid.body["payment"]]));
    counter.app.finish().await;
}

/// Pages hang together, by day, by shift, and over all.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn lists(#[case] backend: Backend) {
    let Some(counter) = Counter::open_with(backend, Setup::default(), "9000.00").await else { return };
    let mut paid: Vec<Value> = Vec::new();
    let first = counter.open_shift("1", "0.00").await;
    let today = counter.app.now().with_timezone(&chrono_tz::Africa::Casablanca).date_naive();
    for (at, (biller, kind, contract)) in
        [(1001, "02", "11111111"), (1001, "01", "11111111"), (1002, "01", "1002002")].into_iter().enumerate()
    {
        let quote = counter.quote(biller, kind, contract).await;
        let mut body = Counter::payment(&quote, &format!("P-{at}"));
        if at == 2 {
            counter.pass(TimeDelta::days(1));
            body["till"] = json!("1");
        }
        let answer = counter.pay(&body).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        paid.insert(0, answer.body["payment"].clone());
        counter.app.settle().await;
    }
    let names = |answer: &sandbox::NetworkAnswer| -> Vec<Value> {
        answer.body["payments"].as_array().unwrap().iter().map(|payment| payment["payment"].clone()).collect()
    };
    let path = format!("/outlets/{OUTLET}/payments");
    assert_eq!(names(&counter.get(&path).await), paid);
    assert_eq!(names(&counter.get(&format!("{path}?day={today}")).await), paid[1..]);
    assert_eq!(names(&counter.get(&format!("{path}?day={}", today.succ_opt().unwrap())).await), paid[..1]);
    assert_eq!(names(&counter.get(&format!("{path}?shift={first}")).await), paid);
    assert_eq!(names(&counter.get(&format!("{path}?shift=7")).await), Vec::<Value>::new());
    let page = counter.get(&format!("{path}?limit=2")).await;
    assert_eq!(names(&page), paid[..2]);
    let next = counter.get(&format!("{path}?limit=2&before={}", page.text("/next"))).await;
    assert_eq!((names(&next), &next.body["next"]), (paid[2..].to_vec(), &Value::Null));
    // The statement's lines add up, page by page.
    let path = format!("/outlets/{OUTLET}/float/statement");
    let (mut lines, mut before) = (Vec::new(), String::new());
    loop {
        let page = counter.get(&format!("{path}?limit=2{before}")).await;
        lines.extend(page.body["lines"].as_array().unwrap().clone());
        match page.body["next"].as_i64() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0]["reference"], "P-2");
    assert_eq!((&lines[3]["event"], &lines[3]["amount"]), (&json!("float-topped-up"), &json!("9000.00")));
    assert_eq!(lines[0]["balance"], counter.float().await);
    let shifts = counter.get(&format!("/outlets/{OUTLET}/shifts")).await;
    assert_eq!(shifts.body["shifts"][0]["shift"], first);
    counter.app.finish().await;
}

/// What is another network's is not there.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn other_networks(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    let shift = counter.open_shift("1", "0.00").await;
    let quote = counter.quote(1001, "02", "11111111").await;
    let paid = counter.pay(&Counter::payment(&quote, "O-1")).await;
    let barid = system(&counter.app, "BARID", "NETWORK_SECRET_BARID", &counter.ahead);
    let payment = paid.text("/payment");
    let reads = [
        (format!("/payments/{payment}"), "unknown-payment"),
        ("/payments?reference=O-1".to_owned(), "unknown-payment"),
        (format!("/shifts/{shift}"), "unknown-shift"),
        (format!("/outlets/{OUTLET}/float"), "unknown-outlet"),
        (format!("/outlets/{OUTLET}/float/statement"), "unknown-outlet"),
        (format!("/outlets/{OUTLET}/payments"), "unknown-outlet"),
        (format!("/outlets/{OUTLET}/shifts"), "unknown-outlet"),
        (format!("/outlets/{OUTLET}/cash-owed"), "unknown-outlet"),
        ("/outlets/99999/float".to_owned(), "unknown-outlet"),
    ];
    for (path, code) in reads {
        refused(&barid.get(&path).await.unwrap(), 404, code);
    }
    let writes = [
        (format!("/outlets/{OUTLET}/shifts"), json!({ "till": "2", "opening_cash": "0.00" }), "unknown-outlet"),
        (format!("/outlets/{OUTLET}/payments"), Counter::payment(&quote, "O-1"), "unknown-outlet"),
        (
            format!("/shifts/{shift}/movements"),
            json!({ "reference": "M", "kind": "in", "amount": "1.00", "reason": "x" }),
            "unknown-shift",
        ),
        (format!("/shifts/{shift}/close"), json!({ "counted": [] }), "unknown-shift"),
    ];
    for (path, body, code) in writes {
        refused(&barid.post(&path, &body).await.unwrap(), 404, code);
    }
    refused(&counter.get(&format!("/outlets/{FOREIGN}/float")).await, 404, "unknown-outlet");
    // The same reference means another payment to another network.
    refused(&barid.get("/payments?reference=O-1").await.unwrap(), 404, "unknown-payment");
    counter.app.finish().await;
}

/// Twenty payments of one float at once: some go through, none overdraws it.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn tills_race_for_the_last_of_the_float(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    let first = counter.quote(1001, "02", "11111111").await;
    let second = counter.quote(1001, "01", "11111111").await;
    let tries: Vec<_> = (0..20)
        .map(|at| {
            let body = Counter::payment(if at % 2 == 0 { &first } else { &second }, &format!("T-{at}"));
            let (system, path) = (counter.system.clone(), format!("/outlets/{OUTLET}/payments"));
            tokio::spawn(async move { system.post(&path, &body).await.unwrap() })
        })
        .collect();
    let mut taken = 0;
    for one in tries {
        let answer = one.await.unwrap();
        match answer.status {
            202 => taken += 1,
            _ => assert!(matches!(answer.code(), "busy" | "float-too-low"), "{answer:?}"),
        }
    }
    // 300.00 holds one of 175.38.
    assert_eq!(taken, 1);
    counter.app.finish().await;
}
