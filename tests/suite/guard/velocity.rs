//! Rules by card: known once the card was accepted, so that the money goes back.

use ledger::{GuardList, GuardOutcome, GuardSubject, PaymentState};
use payments::api::CardRedirect;
use payments::guard::{Action, Finding, Kind, Listed, Mode, Rule};
use rstest::rstest;
use sandbox::{CardMovementKind, OrderState};
use staff::Role;

use super::{BILLS, hits, hold, list, rule};
use crate::finance::says;
use crate::register::at_work;
use crate::support::{Backend, Bank, Bill, Setup, TestApp};

const CARD: &str = "4000000000000010";
/// As the bank names it, and another.
const LAST: &str = "0010";
const OTHER: &str = "0069";

/// At most so many payments of a card in an hour.
pub fn by_card(count: u32) -> Rule {
    let (subject, count_max, sum_max) = (GuardSubject::Card, Some(count), None);
    rule("card-60", Kind::Velocity { subject, minutes: 60, count_max, sum_max }, Action::Refuse)
}

/// The bank says that a card was accepted, by its first six and last four digits; the gateway of tests shows fewer of them.
async fn accepted(app: &TestApp, redirect: &CardRedirect, last: &str) {
    let mask = format!("4000 00** **** {last}");
    assert_eq!(app.bank.call(&Bank::signed(redirect, "00", &[("MaskedPan", &mask)])).await.0, 200);
}

/// Pays a bill by the card that ends so.
async fn pay(app: &TestApp, bill: Bill, last: &str) -> CardRedirect {
    let redirect = app.begin(bill).await;
    let page = app.bank.open(&redirect).await.unwrap();
    accepted(app, &redirect, last).await;
    app.bank.type_card(&page, CARD).await;
    redirect
}

/// The order of a payment was undone once, and its money is nowhere but with the payer.
fn gone_back_once(app: &TestApp, redirect: &CardRedirect) {
    let order = app.order(redirect);
    let is_back = order.state == OrderState::Voided || order.credited_minor == order.captured_minor;
    assert!(is_back, "{order:?}");
    let goes_back = |kind| matches!(kind, CardMovementKind::Void | CardMovementKind::Credit);
    assert_eq!(order.movements.iter().filter(|movement| goes_back(movement.kind)).count(), 1);
}

#[rstest]
#[case(Backend::Sqlite, true)]
#[case(Backend::Postgres, true)]
#[case(Backend::Sqlite, false)]
#[tokio::test(flavor = "multi_thread")]
async fn the_money_goes_back_once(#[case] backend: Backend, #[case] automatic_capture: bool) {
    let Some(app) = TestApp::start_with(backend, Setup { automatic_capture, ..Setup::default() }).await else { return };
    let row = hold(&app, by_card(1)).await;
    let first = pay(&app, BILLS[0], LAST).await;
    app.settle().await;
    assert_eq!(app.state(&first), PaymentState::Confirmed);
    let second = pay(&app, BILLS[1], LAST).await;
    assert_eq!(app.state(&second), PaymentState::Returning, "before anybody was told");
    // The bank's word again, before and after the money went back.
    let heard = Bank::signed(&second, "00", &[]);
    assert_eq!(app.bank.call(&heard).await.0, 200);
    app.settle().await;
    assert_eq!(app.bank.call(&heard).await.0, 200);
    app.settle().await;
    assert_eq!(app.state(&second), PaymentState::Returned);
    gone_back_once(&app, &second);
    let told = format!("SELECT COUNT(*) FROM outbox WHERE kind = 1 AND payment_id = {}", app.payment(&second).id);
    assert_eq!(app.database.number(&told), 0, "the biller is asked nothing");
    let found = hits(&app).await;
    assert_eq!((found.len(), found[0].hit.what.outcome, found[0].hit.times), (1, GuardOutcome::Refused, 1));
    assert_eq!((found[0].hit.what.source_id, found[0].hit.what.quote), (row, app.payment(&second).quote));
    let Finding::Count { subject: GuardSubject::Card, count: 2, at_most: 1, minutes: 60, payments } = &found[0].finding
    else {
        panic!("{:?}", found[0].finding)
    };
    assert_eq!(payments, &[app.payment(&first).id]);
    // Heard again of what was taken, it stays taken, and nothing is written.
    assert_eq!(app.bank.call(&Bank::signed(&first, "00", &[])).await.0, 200);
    app.settle().await;
    assert_eq!((app.state(&first), hits(&app).await.len()), (PaymentState::Confirmed, 1));
    // What went back is not counted, another card is another, and an hour later all begins anew.
    let other = pay(&app, BILLS[1], OTHER).await;
    app.settle().await;
    assert_eq!(app.state(&other), PaymentState::Confirmed);
    app.pass(chrono::TimeDelta::minutes(61));
    let later = pay(&app, BILLS[2], LAST).await;
    app.settle().await;
    assert_eq!(app.state(&later), PaymentState::Confirmed);
    app.finish().await;
}

/// What was decided and not committed is decided again when the bank says it again: once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn cut_off_before_the_commit(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, by_card(1)).await;
    let first = pay(&app, BILLS[0], LAST).await;
    app.settle().await;
    assert_eq!(app.state(&first), PaymentState::Confirmed);
    let second = app.begin(BILLS[1]).await;
    let page = app.bank.open(&second).await.unwrap();
    let (away, back) = match backend {
        Backend::Sqlite => (
            "CREATE TRIGGER away BEFORE UPDATE ON payments BEGIN SELECT RAISE(ABORT, 'away'); END",
            "DROP TRIGGER away",
        ),
        Backend::Postgres => (
            "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''away''; END';
             CREATE TRIGGER away BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION away()",
            "DROP TRIGGER away ON payments",
        ),
    };
    app.database.run(away);
    assert!(app.bank.call(&Bank::signed(&second, "00", &[])).await.0 >= 500);
    app.database.run(back);
    assert_eq!(app.state(&second), PaymentState::Awaiting, "nothing was committed");
    for _ in 0..2 {
        accepted(&app, &second, LAST).await;
    }
    app.bank.type_card(&page, CARD).await;
    app.settle().await;
    assert_eq!(app.state(&second), PaymentState::Returned);
    gone_back_once(&app, &second);
    assert_eq!(hits(&app).await.len(), 1);
    app.finish().await;
}

/// Two of one card are accepted at the same moment, of which one may be.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, by_card(1)).await;
    let (one, two) = (app.begin(BILLS[0]).await, app.begin(BILLS[2]).await);
    let pages = [app.bank.open(&one).await.unwrap(), app.bank.open(&two).await.unwrap()];
    tokio::join!(accepted(&app, &one, LAST), accepted(&app, &two, LAST));
    for page in &pages {
        app.bank.type_card(page, CARD).await;
    }
    app.settle().await;
    let mut states = [app.state(&one), app.state(&two)];
    states.sort_by_key(|state| *state == PaymentState::Returned);
    assert_eq!(states, [PaymentState::Confirmed, PaymentState::Returned]);
    assert_eq!(hits(&app).await.len(), 1);
    app.finish().await;
}

#[rstest]
#[case::simulated(Mode::Simulate, None, "", Some(GuardOutcome::WouldRefuse))]
#[case::off(Mode::Off, None, "", None)]
#[case::by_card(Mode::On, Some(Listed::Card("400000******0010".into())), "", None)]
#[case::by_phone(Mode::On, Some(Listed::Phone("0612345678".into())), "", None)]
#[case::few_digits(Mode::On, None, "4***********0010", Some(GuardOutcome::NotCounted))]
#[case::no_mask(Mode::On, None, "-", Some(GuardOutcome::NotCounted))]
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on(
    #[case] mode: Mode,
    #[case] excepted: Option<Listed>,
    #[case] mask: &str,
    #[case] noted: Option<GuardOutcome>,
) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let rule = Rule { mode, ..by_card(1) };
    hold(&app, rule.clone()).await;
    if let Some(who) = excepted {
        list(&app, GuardList::Allow, who).await;
    }
    let first = pay(&app, BILLS[0], LAST).await;
    app.settle().await;
    let second = if mask.is_empty() {
        pay(&app, BILLS[1], LAST).await
    } else {
        let second = app.begin(BILLS[1]).await;
        let page = app.bank.open(&second).await.unwrap();
        assert_eq!(app.bank.call(&Bank::signed(&second, "00", &[("MaskedPan", mask)])).await.0, 200);
        app.bank.type_card(&page, CARD).await;
        second
    };
    app.settle().await;
    assert_eq!([app.state(&first), app.state(&second)], [PaymentState::Confirmed; 2]);
    let found = hits(&app).await;
    assert_eq!(found.first().map(|view| view.hit.what.outcome), noted);
    if noted == Some(GuardOutcome::NotCounted) {
        assert!(matches!(&found[0].finding, Finding::Coarse { .. }), "{:?}", found[0].finding);
        let omar = at_work(&app, "fr", "omar", Role::Operations).await;
        let page = omar.get("/guard/hits").await;
        says(&page, "Non compté");
        says(&page, "moins que les six premiers et les quatre derniers chiffres");
    }
    if mode == Mode::Simulate {
        let trial = app.hub.try_guard_rule(rule).await.unwrap();
        assert_eq!((trial.payments, trial.hits), (2, 1));
    }
    app.finish().await;
}

/// Staff begin with what is offered, and the form says what a rule by card cannot do.
#[tokio::test(flavor = "multi_thread")]
async fn begun_at_the_page() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    for (of, code) in [("address", "address-60"), ("card", "card-60")] {
        let page = omar.get(&format!("/guard/rules?begin={of}")).await;
        says(&page, "le seul effet est de refuser");
        let mut fields = page.fields_to("/staff/guard/rules").unwrap();
        fields.retain(|(name, _)| name != "csrf");
        assert!(fields.contains(&("code".to_owned(), code.to_owned())), "{fields:?}");
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let action = if of == "card" { "refuse" } else { "review" };
        fields.extend([("kind", "velocity"), ("subject", of), ("action", action), ("mode", "simulate")]);
        let page = omar.post("/guard/rules", &fields).await;
        assert_eq!(page.status, 200, "{}", page.text());
        says(&page, code);
    }
    app.finish().await;
}
