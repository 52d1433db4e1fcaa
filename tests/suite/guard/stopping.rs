//! What rules and lists stop, and what they let pass.

use chrono::TimeDelta;
use ledger::{GuardList, GuardOutcome, GuardSubject, PaymentState};
use payments::api::StartError;
use payments::api::cash::PayCashError;
use payments::guard::{Action, Finding, Kind, ListError, Listed, Mode, Rule};
use rstest::rstest;

use super::{BILLS, cap, entry, hits, hold, list, payments_made, rule, somebody, start, stopped, velocity};
use crate::support::{Backend, OTHER_PHONE, PHONE, TestApp, money};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_third_payment_of_a_phone_within_ten_minutes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] has_words: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let row = hold(&app, velocity(2, Action::Refuse)).await;
    let mut started = Vec::new();
    for bill in &BILLS[..2] {
        let quote = app.quote(*bill).await;
        started.push((start(&app, &quote, PHONE).await.unwrap(), quote));
    }
    if has_words {
        let missing = app.ledger.read(|reader| reader.missing_words(1_000)).unwrap();
        app.ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    }
    let quote = app.quote(BILLS[2]).await;
    let told = stopped(start(&app, &quote, PHONE).await);
    assert!(!told.in_review);
    assert_eq!(payments_made(&app), 2);
    // Tried again it is the same refusal, counted.
    assert_eq!(stopped(start(&app, &quote, PHONE).await), told);
    let found = hits(&app).await;
    assert_eq!((found.len(), found[0].hit.times, found[0].hit.what.source_id), (1, 2, row));
    assert_eq!(found[0].hit.what.outcome, GuardOutcome::Refused);
    let Finding::Count { count, at_most, minutes, payments, .. } = &found[0].finding else {
        panic!("{:?}", found[0].finding)
    };
    assert_eq!((*count, *at_most, *minutes, payments.len()), (3, 2, 10, 2));
    assert!(!found[0].hit.what.phone.contains("61234"), "{}", found[0].hit.what.phone);
    // What was started before goes on: the same request, and the payer who turned back.
    let (payment, first) = &started[0];
    assert_eq!(&start(&app, first, PHONE).await.unwrap(), payment);
    assert_eq!(&app.start_payment(first, PHONE, "another key").await.unwrap().payment, payment);
    // The bill is free for others, and for the same phone later.
    app.pass(TimeDelta::minutes(10));
    assert!(start(&app, &quote, PHONE).await.is_ok());
    assert!(app.book_faults().is_empty());
    app.finish().await;
}

/// Every command and every start of a process takes a block of numbers: what was paid before them still counts.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_blocks_after_the_payments(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, velocity(2, Action::Refuse)).await;
    for bill in &BILLS[..2] {
        let quote = app.quote(*bill).await;
        start(&app, &quote, PHONE).await.unwrap();
    }
    let last = app.database.number("SELECT MAX(beyond) FROM id_blocks");
    for number in 0..100 {
        let first = last + 1_000_000_000 + number;
        let columns = "first, beyond, payments_upto, postings_upto, is_over";
        app.database.run(&format!("INSERT INTO id_blocks ({columns}) VALUES ({first}, {first} + 1, 0, 0, FALSE)"));
    }
    let quote = app.quote(BILLS[2]).await;
    stopped(start(&app, &quote, PHONE).await);
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn cash_above_the_day_of_an_outlet(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "5000.00").await;
    let (subject, sum_max) = (GuardSubject::Outlet, money("300.00"));
    hold(&app, rule("day", Kind::DaySum { subject, sum_max }, Action::Refuse)).await;
    app.sell(counter, "EL-1", "200.00").await;
    let float = app.float("10001").await;
    let quote = app.any_quote("EL-2", "200.00").await;
    let refused = app.take(counter, &quote).await;
    let Err(PayCashError::Stopped(told)) = refused else { panic!("{refused:?}") };
    assert!(!told.in_review);
    assert_eq!(app.float("10001").await, float, "nothing was drawn");
    let found = hits(&app).await;
    assert!(matches!(found[0].finding, Finding::Sum { minutes: None, .. }), "{:?}", found[0].finding);
    assert_eq!(found[0].hit.what.outlet, "10001");
    let other = app.counter("20001", "1", "5000.00").await;
    assert!(app.take(other, &quote).await.is_ok(), "another outlet's day is its own");
    app.settle().await;
    app.finish().await;
}

/// Whoever is blocked pays nothing, however the number is written; and does again once they are off the list.
#[rstest]
#[case("06 12 34 56 78")]
#[case("+212612345678")]
#[case("00212612345678")]
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_blocked(#[case] typed: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let row = list(&app, GuardList::Block, Listed::Phone(typed.to_owned())).await;
    let quote = app.quote(BILLS[0]).await;
    stopped(start(&app, &quote, PHONE).await);
    assert!(matches!(hits(&app).await[0].finding, Finding::Blocked { subject: GuardSubject::Phone, .. }));
    assert!(!app.database.texts("SELECT shown AS text FROM guard_entries")[0].contains("61234"));
    assert!(app.hub.remove_guard_entry(row, somebody(1), entry()).await.unwrap());
    assert!(!app.hub.remove_guard_entry(row, somebody(1), entry()).await.unwrap());
    assert!(start(&app, &quote, PHONE).await.is_ok());
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lists(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, cap(Action::Refuse)).await;
    let quote = app.quote(BILLS[0]).await;
    // A contract, named as staff know it or by a payment of it.
    let allowed = list(&app, GuardList::Allow, Listed::Contract(1001, "01".into(), "12345678".into())).await;
    let payment = start(&app, &quote, PHONE).await.unwrap();
    let of_phone = list(&app, GuardList::Block, Listed::PhoneOf(payment.clone())).await;
    let other = app.quote(BILLS[1]).await;
    stopped(start(&app, &other, PHONE).await);
    assert!(matches!(hits(&app).await[0].finding, Finding::Blocked { .. }), "a block is stronger than a rule");
    app.hub.remove_guard_entry(of_phone, somebody(1), entry()).await.unwrap();
    app.hub.remove_guard_entry(allowed, somebody(1), entry()).await.unwrap();
    let of_contract = Listed::ContractOf(payment);
    let ends = app.now() + TimeDelta::hours(1);
    let add = |ends| {
        let (hub, who) = (&app.hub, of_contract.clone());
        async move { hub.add_guard_entry(GuardList::Allow, who, "x".into(), Some(ends), somebody(1), entry()).await }
    };
    add(ends).await.unwrap();
    assert!(matches!(add(ends).await, Err(ListError::Listed)));
    assert!(matches!(add(app.now()).await, Err(ListError::Over)));
    app.pass(TimeDelta::minutes(30));
    let again = app.quote(BILLS[1]).await;
    stopped(start(&app, &again, OTHER_PHONE).await);
    app.pass(TimeDelta::hours(1));
    add(app.now() + TimeDelta::hours(1)).await.unwrap();
    app.finish().await;
}

#[rstest]
#[case(Listed::Phone("12".into()))]
#[case(Listed::PhoneOf("nonsense".into()))]
#[case(Listed::ContractOf("12345".into()))]
#[case(Listed::Contract(1001, "99".into(), "12345678".into()))]
#[case(Listed::Contract(9999, "01".into(), "12345678".into()))]
#[case(Listed::Contract(1001, "01".into(), "x".into()))]
#[case(Listed::Outlet("99999".into()))]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_can_be_listed(#[case] who: Listed) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let added = app.hub.add_guard_entry(GuardList::Block, who, "x".into(), None, somebody(1), entry()).await;
    assert!(!matches!(added, Ok(_) | Err(ListError::Infrastructure(_))), "{added:?}");
    assert!(app.hub.guard_entries(None, 10).await.unwrap().is_empty());
    app.finish().await;
}

#[rstest]
#[case(Mode::Simulate, Action::Refuse, Some(GuardOutcome::WouldRefuse))]
#[case(Mode::Simulate, Action::Review, Some(GuardOutcome::WouldReview))]
#[case(Mode::Off, Action::Refuse, None)]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_decide(#[case] mode: Mode, #[case] action: Action, #[case] noted: Option<GuardOutcome>) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let Some(app) = TestApp::start(backend).await else { return };
        hold(&app, Rule { mode, ..cap(action) }).await;
        let redirect = app.pay(BILLS[0], "4000000000000010").await;
        app.settle().await;
        assert_eq!(app.state(&redirect), PaymentState::Confirmed);
        let found = hits(&app).await;
        assert_eq!(found.first().map(|view| view.hit.what.outcome), noted);
        assert!(app.hub.guard_cases(0, 10).await.unwrap().is_empty());
        app.finish().await;
    }
}

/// A refusal is stronger than a review, and both than a simulation.
#[tokio::test(flavor = "multi_thread")]
async fn the_strongest_rule_decides() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    hold(&app, Rule { code: "a".into(), ..cap(Action::Review) }).await;
    hold(&app, Rule { code: "b".into(), ..cap(Action::Refuse) }).await;
    hold(&app, Rule { code: "c".into(), mode: Mode::Simulate, ..cap(Action::Refuse) }).await;
    let quote = app.quote(BILLS[0]).await;
    assert!(!stopped(start(&app, &quote, PHONE).await).in_review);
    let found = hits(&app).await;
    assert_eq!((found.len(), found[0].hit.what.name.as_str()), (1, "b"));
    app.finish().await;
}

/// While a rule cannot be read nothing starts; who asks again for what has started hears of it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_cannot_be_read(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let row = hold(&app, velocity(5, Action::Refuse)).await;
    let (quote, other) = (app.quote(BILLS[0]).await, app.quote(BILLS[1]).await);
    let started = start(&app, &quote, PHONE).await.unwrap();
    app.database.run(&format!("UPDATE guard_rules SET definition = 'damaged' WHERE id = {row}"));
    app.database.run("UPDATE counters SET next = next + 1 WHERE name = 'guard'");
    app.pass(TimeDelta::seconds(6));
    assert_eq!(start(&app, &quote, PHONE).await.unwrap(), started);
    let refused = start(&app, &other, PHONE).await;
    assert!(matches!(refused, Err(StartError::Infrastructure(_))), "{refused:?}");
    assert_eq!(payments_made(&app), 1);
    app.finish().await;
}

/// What another process agreed to holds here within seconds; and it counts what was started there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_processes(#[values(Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quotes = [app.quote(BILLS[0]).await, app.quote(BILLS[1]).await, app.quote(BILLS[2]).await];
    assert!(start(&app, &quotes[0], PHONE).await.is_ok(), "this process has read that there is no rule");
    let (other, _ledger) = app.second_hub();
    let row = other.propose_guard_rule(velocity(2, Action::Refuse), somebody(1), entry()).await.unwrap().unwrap();
    other.decide_guard_rule(row, true, somebody(2), entry()).await.unwrap();
    app.pass(TimeDelta::seconds(6));
    let request = payments::api::StartCardPayment {
        quote: quotes[1].reference.clone(),
        idempotency_key: "there".into(),
        phone: PHONE.into(),
        email: None,
        address: None,
        language: ledger::Language::Fr,
        public_url: app.url.clone(),
    };
    other.start_card_payment(request).await.unwrap();
    stopped(start(&app, &quotes[2], PHONE).await);
    app.finish().await;
}
