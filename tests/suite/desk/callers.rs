//! Calls: taken from the voice server by one operator, opened by hand, noted on, closed; the day's figures.

use rstest::rstest;

use super::*;
use crate::support::Backend;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_waits_goes_to_one_operator(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (tariq, salma) = (operator(&app, "fr", "tariq").await, operator(&app, "en", "salma").await);
    assert!(tariq.get("/desk").await.text().contains("Personne n’attend."));
    // French, the first biller, water, the contract, the bill read aloud, a person.
    app.dial_and_press("+212612345678", &["2", "1", "2", "11111111#", "0"]).await;
    let desk = tariq.get("/desk").await;
    for shown in ["••••5678", "A demandé un opérateur", "••••1111"] {
        assert!(desk.text().contains(shown), "{shown}: {}", desk.text());
    }
    assert!(!desk.body.contains("612345678") && !desk.body.contains("11111111"), "masked");
    let id = app.hub.open_handovers().await.unwrap()[0].id;
    let path = format!("/desk/handovers/{id}");
    let (one, other) = tokio::join!(tariq.post(&path, &[]), salma.post(&path, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} | {}", one.text(), other.text());
    let (winner, sheet, loser) = if one.status == 200 { (&tariq, &one, &salma) } else { (&salma, &other, &tariq) };
    let call = below(sheet);
    // Again by the same operator is the same call; nobody else sees it.
    assert_eq!(below(&winner.post(&path, &[]).await), call);
    assert_eq!(loser.get(&call).await.status, 404);
    assert_eq!(loser.post(&path, &[]).await.status, 409);
    // The operator goes on with the bill that the caller heard.
    let at = sheet.body.find("/bills/").unwrap();
    let inquiry = sheet.body[at..].split('"').next().unwrap();
    let bills = winner.get(&format!("{call}{inquiry}")).await;
    assert!(bills.status == 200 && bills.text().contains("168"), "{}", bills.text());
    let closed = winner.post(&format!("{call}/close"), &[("outcome", "informed")]).await;
    assert_eq!(below(&closed), "/desk");
    // What the caller had reached stays with the call.
    let after = winner.get(&call).await;
    assert!(after.text().contains("••••1111") && !after.body.contains("/bills/"), "{}", after.text());
    assert!(app.hub.open_handovers().await.unwrap().is_empty());
    assert_eq!(loser.post(&path, &[]).await.status, 409);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn notes_on_a_call(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "fr", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let note = format!("{call}/notes");
    let sheet = tariq.post(&note, &[("note", "Rappelle demain <b>matin</b>")]).await;
    assert!(sheet.body.contains("Rappelle demain &#60;b&#62;matin"), "{}", sheet.text());
    for (text, says) in [("", "1 à"), (&"é".repeat(301), "300")] {
        let refused = tariq.post(&note, &[("note", text)]).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains(says), "{}", refused.text());
    }
    assert_eq!(tariq.post(&note, &[("note", &"é".repeat(300))]).await.status, 200);
    for count in 2..50 {
        assert_eq!(tariq.post(&note, &[("note", &format!("note {count}"))]).await.status, 200);
    }
    let full = tariq.post(&note, &[("note", "une de plus")]).await;
    assert!(full.status == 422 && full.text().contains("maximum de notes"), "{}", full.text());
    // Nothing more is done in a call that is closed.
    tariq.post(&format!("{call}/close"), &[("outcome", "call back")]).await;
    let closed = tariq.post(&note, &[("note", "trop tard")]).await;
    assert!(!closed.body.contains("trop tard") && closed.text().contains("À rappeler"), "{}", closed.text());
    assert_eq!(below(&tariq.get(&format!("{call}/find?bill=1001.02")).await), call);
    assert_eq!(below(&tariq.post(&format!("{call}/close"), &[("outcome", "paid")]).await), "/desk");
    assert!(tariq.get(&call).await.text().contains("À rappeler"), "the first outcome stands");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_is_masked_until_there_is_a_reason(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let sheet = tariq
        .post(&format!("{call}/caller"), &[("phone", ""), ("email", "salma@example.ma"), ("language", "ar")])
        .await;
    assert!(sheet.text().contains("••••5678") && sheet.text().contains("العربية"), "{}", sheet.text());
    assert!(!sheet.body.contains("612345678") && !sheet.body.contains("salma@example.ma"));
    let short = tariq.post(&format!("{call}/unmask"), &[("reason", "why")]).await;
    assert!(short.status == 422 && !short.body.contains("612345678"), "{}", short.text());
    let shown = tariq.post(&format!("{call}/unmask"), &[("reason", "the line broke, calling back")]).await;
    assert!(shown.text().contains("+212612345678") && shown.text().contains("salma@example.ma"), "{}", shown.text());
    assert!(!tariq.get(&call).await.body.contains("612345678"), "once");
    let number = call.rsplit('/').next().unwrap();
    let rows = app.ledger.read(|reader| reader.audit_rows(None, 100)).unwrap();
    let row = rows.iter().find(|row| row.entry.action == "customer-unmasked").unwrap();
    assert_eq!(row.entry.subject, format!("desk call {number}"));
    assert_eq!((row.entry.actor.as_str(), row.entry.detail.as_str()), ("tariq", "the line broke, calling back"));
    assert!(app.audit().contains(&format!("tariq customer-viewed desk call {number}")));
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_day_adds_up(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (tariq, salma) = (operator(&app, "en", "tariq").await, operator(&app, "en", "salma").await);
    assert!(tariq.get("/desk/day").await.text().contains("No call on this day."));
    let first = open_call(&tariq, CALLER).await;
    send_link(&tariq, &first, WATER).await;
    app.settle().await;
    let redirect = accept(&app, &link_in_sms(&app)).await;
    app.payer("fr").pay_by_card(&redirect, APPROVED).await;
    app.settle().await;
    let second = open_call(&tariq, "").await;
    let quote = price(&tariq, &second, ("1001.01", "12345678")).await;
    let fields = offered(&quote, "/reference");
    send(&tariq, &format!("{}/reference", below(&quote)), &fields).await;
    tariq.post(&format!("{first}/close"), &[("outcome", "paid")]).await;
    // Another operator's work is theirs.
    let other = open_call(&salma, CALLER).await;
    send_link(&salma, &other, ("1201.01", "TAX-2026-001")).await;
    let day = tariq.get("/desk/day").await.text();
    for shown in [
        "Calls 2 \u{2068}1\u{2069} open",
        "Links sent 1 1 paid",
        "References made 1 none paid yet",
        "Amount paid 174.96 MAD 1 paid",
        "Average payment 174.96 MAD",
    ] {
        let plain = |text: &str| text.replace(['\u{2068}', '\u{2069}'], "");
        assert!(plain(&day).contains(&plain(shown)), "{shown}: {day}");
    }
    let hers = salma.get("/desk/day").await.text();
    assert!(hers.contains("Links sent 1 none paid yet") && hers.contains("Amount paid 0.00"), "{hers}");
    app.settle().await;
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn calls_are_forgotten_after_half_a_year(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "fr", "tariq").await;
    let call = open_call(&tariq, "0677889900").await;
    tariq.post(&format!("{call}/notes"), &[("note", "rappelle demain")]).await;
    price(&tariq, &call, WATER).await;
    for (days, kept) in [(179, true), (2, false)] {
        app.pass(chrono::TimeDelta::days(days));
        app.hub.prune().await.unwrap();
        let everything = app.database.everything();
        assert_eq!(everything.contains("rappelle demain"), kept, "after {days} more days");
        assert_eq!(everything.contains("+212677889900"), kept, "after {days} more days");
    }
    app.finish().await;
}
