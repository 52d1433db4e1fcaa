//! Cards that the provider takes: charged once, and never known here.

use std::time::Duration;

use chrono::TimeDelta;
use ledger::{Channel, Instrument, PaymentState as P};
use payments::guard::Action;
use payments::{ExchangeEnd, KeptExchange};
use rstest::rstest;
use sandbox::{FaultKind, OrderState};

use super::{CALLER, LANDLINE, TO_WAY};
use crate::support::{Backend, Phone, Setup, TestApp};

const APPROVED: &str = "4000000000000010";
const DECLINED: &str = "4000000000000036";

/// Keys a card: what is said after it.
async fn key_card(phone: &mut Phone, number: &str) -> String {
    phone.press("3").await;
    for keys in [number, "1240"] {
        phone.press(&format!("{keys}#")).await;
    }
    phone.press("123#").await
}

fn states(app: &TestApp) -> Vec<String> {
    app.database.texts("SELECT CAST(state AS TEXT) AS text FROM payments ORDER BY id")
}

fn are(states: &[P]) -> Vec<String> {
    states.iter().map(|state| state.code().to_string()).collect()
}

/// What was said to the gateway to charge, and heard from it, in the stories of all payments.
async fn charges(app: &TestApp) -> Vec<KeptExchange> {
    app.hub.write_exchanges().await.unwrap();
    let payments = crate::register::all(app);
    let told = |id: i64| app.ledger.read(|reader| reader.exchanges_of(id, 50)).unwrap();
    payments.iter().flat_map(|payment| told(payment.id)).filter(|one| one.operation == "charge").collect()
}

/// Nothing of a card's digits or of its token is kept by the hub.
fn holds_no_card(app: &TestApp) {
    let everything = app.database.everything();
    for secret in [APPROVED, DECLINED, "tok_"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_charged_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] automatic_capture: bool,
    #[values(CALLER, LANDLINE)] from: &str,
) {
    let setup = Setup { automatic_capture, ..Setup::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let mut phone = app.dial_and_press(from, &TO_WAY).await;
    let said = key_card(&mut phone, APPROVED).await;
    assert!(said.contains("Paiement accepté.") && phone.call.ended, "{}", phone.transcript());
    assert_eq!(said.contains("SMS"), from == CALLER, "{said}");
    phone.press("r").await;
    assert_eq!(phone.call.replay_was_same, Some(true));
    app.settle().await;
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    assert_eq!(states(&app), are(&[P::Confirmed]));
    let order = app.control.orders().pop().unwrap();
    assert_eq!((order.state, order.captured_minor), (OrderState::Captured, 17_496));
    assert_eq!((app.control.orders().len(), app.control.bookings(1001).len()), (1, 1));
    assert_eq!(app.control.sms().len(), usize::from(from == CALLER));
    // Four digits of the card, as on any receipt.
    let payments = app.database.texts("SELECT card_mask AS text FROM payments");
    assert!(payments[0].ends_with("0010") && !payments[0].contains("400"), "{payments:?}");
    let channel = app.database.number("SELECT channel FROM payments");
    assert_eq!(channel, i64::from(Channel::Ivr.code()));
    assert_eq!(app.database.number("SELECT instrument FROM payments"), i64::from(Instrument::Card.code()));
    assert!(!app.database.everything().contains("tok_"));
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_can_be_another_one(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    let said = key_card(&mut phone, DECLINED).await;
    assert!(said.contains("Votre banque a refusé") && said.contains("Total à payer") && !phone.call.ended, "{said}");
    phone.press("r").await;
    assert_eq!(phone.call.replay_was_same, Some(true));
    assert_eq!(states(&app), are(&[P::Declined]));
    let said = key_card(&mut phone, APPROVED).await;
    assert!(said.contains("Paiement accepté."), "{said}");
    app.settle().await;
    assert_eq!(states(&app), are(&[P::Declined, P::Confirmed]));
    assert_eq!(app.control.orders().len(), 2);
    holds_no_card(&app);
    // A link after a refusal, too.
    app.control.add_article(1001, "02", "33333333", "X1", 8_120).unwrap();
    let mut phone = app.dial_and_press(CALLER, &["2", "9", "2", "33333333#", "1"]).await;
    key_card(&mut phone, DECLINED).await;
    assert!(phone.press("1").await.contains("Le lien part par SMS"), "{}", phone.transcript());
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn three_declined_cards_lead_to_a_teleoperator(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    for _ in 0..2 {
        assert!(key_card(&mut phone, DECLINED).await.contains("Total à payer"));
    }
    assert!(key_card(&mut phone, DECLINED).await.contains("téléopérateur"));
    assert!(phone.call.ended);
    assert_eq!(app.hub.open_handovers().await.unwrap()[0].context.contract_masked, "••••1111");
    app.finish().await;
}

#[rstest]
// The bank did it and its answer was lost: found out by the poll.
#[case::answer_lost(FaultKind::DropAfter, APPROVED, P::Confirmed)]
#[case::answer_garbled(FaultKind::Garble, APPROVED, P::Confirmed)]
#[case::declined_and_lost(FaultKind::DropAfter, DECLINED, P::Declined)]
// It never heard of it.
#[case::not_heard(FaultKind::DropBefore, APPROVED, P::Expired)]
// It gave up when we hung up.
#[case::too_late(FaultKind::Delay { ms: 15_000 }, APPROVED, P::Expired)]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_resolved_and_never_charged_twice(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
    #[case] card: &str,
    #[case] end: P,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    app.fault("gateway api", fault, 1);
    let said = key_card(&mut phone, card).await;
    assert!(said.contains("Ne payez pas une seconde fois") && phone.call.ended, "{said}");
    phone.press("r").await;
    assert_eq!(phone.call.replay_was_same, Some(true));
    let told = charges(&app).await;
    let is_heard = matches!(fault, FaultKind::Garble);
    assert_eq!(told.iter().map(|one| one.end == ExchangeEnd::Answered).collect::<Vec<_>>(), [is_heard]);
    assert_eq!(told[0].said.is_empty(), is_heard, "why there was no answer: {:?}", told[0].said);
    holds_no_card(&app);
    // Meanwhile the bill is not to be had.
    assert!(app.dial_and_press(CALLER, &super::TO_BILL).await.said().contains("en cours de paiement"));
    app.settle().await;
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    for _ in 0..6 {
        app.pass(TimeDelta::minutes(6));
        app.settle().await;
    }
    assert_eq!(states(&app), are(&[end]));
    assert_eq!(app.control.orders().len(), usize::from(end != P::Expired));
    assert_eq!(app.control.sms().len(), usize::from(end == P::Confirmed));
    app.pass(TimeDelta::days(2));
    app.finish().await;
}

/// The charge went through and its step could not be written down: the caller is not told that nothing was taken.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn trouble_after_a_charge_ends_the_call(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    phone.press("3").await;
    for keys in [APPROVED, "1240"] {
        phone.press(&format!("{keys}#")).await;
    }
    app.database.texts("ALTER TABLE voice_steps RENAME TO steps_out_of_reach");
    let said = phone.press("123#").await;
    app.database.texts("ALTER TABLE steps_out_of_reach RENAME TO voice_steps");
    assert!(said.contains("attendez le SMS") && phone.call.ended, "{said}");
    assert!(!phone.call.last_answer.contains("<Redirect"), "{}", phone.call.last_answer);
    assert!(!said.contains("Rien n’a été prélevé"), "{said}");
    app.settle().await;
    assert_eq!((states(&app), app.control.sms().len()), (are(&[P::Confirmed]), 1));
    app.finish().await;
}

/// The gateway may take longer than the voice provider waits for the hub: the caller hears it before the line is cut.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_does_not_wait_for_a_slow_gateway(#[case] backend: Backend) {
    let setup = Setup { patience: Duration::from_secs(30), ..Setup::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    app.fault("gateway api", FaultKind::Delay { ms: 13_000 }, 1);
    let said = key_card(&mut phone, APPROVED).await;
    assert!(said.contains("Ne payez pas une seconde fois") && phone.call.ended, "{}", phone.transcript());
    assert_eq!(states(&app), are(&[P::Awaiting]));
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    for _ in 0..6 {
        app.pass(TimeDelta::minutes(6));
        app.settle().await;
    }
    assert_eq!((states(&app), app.control.orders().len()), (are(&[P::Expired]), 0));
    app.pass(TimeDelta::days(2));
    app.finish().await;
}

#[rstest]
#[case::star("*", "La carte n’a pas pu être lue")]
#[case::silence("w", "La carte n’a pas pu être lue")]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_not_keyed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] keys: &str,
    #[case] says: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    phone.press("3").await;
    while phone.transcript().matches(says).count() == 0 {
        phone.press(keys).await;
    }
    assert!(phone.said().contains("Total à payer") || phone.transcript().ends_with("tapez zéro."));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 0);
    app.finish().await;
}

#[rstest]
#[case::refused(FaultKind::Refuse)]
#[case::down(FaultKind::Down)]
#[case::garbled(FaultKind::Garble)]
#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_fails(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway connector", fault, 1);
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    let said = key_card(&mut phone, APPROVED).await;
    assert!(said.contains("La carte n’a pas pu être lue. Rien n’a été prélevé."), "{said}");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 0);
    assert!(key_card(&mut phone, APPROVED).await.contains("Paiement accepté."));
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_refuses_after_the_charge(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Refuse, 0);
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    assert!(key_card(&mut phone, APPROVED).await.contains("Paiement accepté."));
    app.settle().await;
    assert_eq!(states(&app), are(&[P::Returned]));
    assert_eq!(app.control.orders()[0].state, OrderState::Voided);
    app.finish().await;
}

/// What a rule against fraud stops is not charged: the caller hears so, and what it is found by.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_not_charged(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values((Action::Refuse, "ne peut pas être accepté"), (Action::Review, "en cours de vérification"))] told: (
        Action,
        &str,
    ),
) {
    let Some(app) = TestApp::start(backend).await else { return };
    crate::guard::hold(&app, crate::guard::cap(told.0)).await;
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    let said = key_card(&mut phone, APPROVED).await;
    assert!(said.contains(told.1) && phone.call.ended, "{}", phone.transcript());
    assert_eq!((states(&app).len(), app.control.orders().len()), (0, 0));
    holds_no_card(&app);
    app.finish().await;
}
