//! What two people say is done, and the biller's and the gateway's own books agree.

use chrono::TimeDelta;
use ledger::{OutcomeState, PaymentState, RefundState};
use rstest::rstest;
use sandbox::{FaultKind, OrderState};
use staff::Role;

use super::{APPROVED, BILL, decide, propose, says, states, unanswered};
use crate::finance::at_work;
use crate::refunds::refund;
use crate::support::{Backend, TestApp};

/// The biller booked it and its answers were lost: it is confirmed, and told once.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_biller_booked_is_confirmed(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = unanswered(&app, FaultKind::DropAfter).await;
    let (id, told) = (app.payment(&redirect).id, app.control.sms().len());
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let list = omar.get("/unknowns").await;
    crate::finance::says(&list, &id.to_string());
    crate::finance::says(&list, "Le facturier l’a-t-il enregistré");
    let look = omar.post(&path, &says("done", "REC-2026-9", "relevé du facturier du jour")).await;
    crate::finance::says(&look, "168,00 MAD sont dus au facturier");
    assert_eq!(states(&app, id), [], "nothing is kept yet");
    propose(&omar, &path, &says("done", "REC-2026-9", "relevé du facturier du jour")).await;
    assert_eq!((states(&app, id), app.state(&redirect)), (vec![OutcomeState::Proposed], PaymentState::Taken));
    let done = decide(&app, &fatima, &path, id, "approve").await;
    assert_eq!((done.status, states(&app, id)), (200, vec![OutcomeState::Approved]), "{}", done.text());
    crate::finance::says(&done, "L’issue est connue");
    let payment = app.payment(&redirect);
    assert_eq!((payment.state, payment.receipt_number.as_deref()), (PaymentState::Confirmed, Some("REC-2026-9")));
    app.settle().await;
    assert_eq!(app.control.sms().len(), told + 1, "the receipt");
    assert_eq!(app.order(&redirect).state, OrderState::Captured);
    // The same form once more, and another person's.
    assert_eq!(decide(&app, &fatima, &path, id, "approve").await.status, 200);
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    assert_eq!(decide(&app, &farid, &path, id, "refuse").await.status, 409);
    let log = app.audit();
    for row in [format!("omar outcome-proposed payment {id}"), format!("fatima outcome-approved payment {id}")] {
        assert_eq!(log.iter().filter(|found| found.starts_with(&row)).count(), 1, "{row}: {log:?}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM outbox WHERE kind = 1 AND done_at IS NULL"), 0);
    app.finish().await;
}

/// It was never booked: two people who decide at once on two nodes give the money back once.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_booked_goes_back_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = unanswered(&app, FaultKind::Down).await;
    let id = app.payment(&redirect).id;
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    propose(&omar, &path, &says("not-done", "", "confirmé par téléphone, ticket 12")).await;
    let proposal = super::proposals(&app, id)[0].id;
    let (other, other_ledger) = app.second_hub();
    let entry = || ledger::AuditEntry {
        actor: "test".to_owned(),
        action: "outcome-approved".to_owned(),
        subject: format!("payment {id}"),
        detail: String::new(),
    };
    let by = |id: i64| ledger::Actor { id: 1_000_000 + id, name: format!("person {id}") };
    let (one, two) = tokio::join!(
        app.hub.decide_outcome(proposal, true, String::new(), by(1), entry()),
        other.decide_outcome(proposal, true, String::new(), by(2), entry()),
    );
    let answers = [one.unwrap(), two.unwrap()];
    let done = ledger::OutcomeDecided::Decided(OutcomeState::Approved);
    assert_eq!(answers.iter().filter(|answer| **answer == done).count(), 1, "{answers:?}");
    other_ledger.close();
    assert_eq!(app.state(&redirect), PaymentState::Returning);
    app.settle().await;
    assert_eq!(app.state(&redirect), PaymentState::Returned);
    let order = app.order(&redirect);
    assert!(order.state == OrderState::Voided || order.credited_minor == order.minor, "{order:?}");
    assert_eq!(app.control.bookings(1001).len(), 0, "the biller has nothing of it");
    app.finish().await;
}

/// An answer that comes first is what holds: the proposal is overtaken, and no money goes back.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_comes_first(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = unanswered(&app, FaultKind::Down).await;
    let id = app.payment(&redirect).id;
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    propose(&omar, &path, &says("not-done", "", "confirmé par téléphone, ticket 12")).await;
    // It is asked again, and nothing is heard: what was said is old.
    app.settle().await;
    let old = decide(&app, &fatima, &path, id, "approve").await;
    assert_eq!((old.status, app.state(&redirect)), (409, PaymentState::Taken), "{}", old.text());
    crate::finance::says(&old, "elle est dépassée");
    assert_eq!(states(&app, id), [OutcomeState::Overtaken]);
    let soon = omar.post(&path, &says("not-done", "", "confirmé par téléphone, ticket 13")).await;
    let soon = omar.browser.post(&soon.path, &soon.fields_to("/resolve").unwrap()).await;
    assert_eq!(soon.status, 409, "it may still arrive: {}", soon.text());
    crate::finance::says(&soon, "peut encore aboutir");
    app.pass(TimeDelta::minutes(6));
    propose(&omar, &path, &says("not-done", "", "confirmé par téléphone, ticket 13")).await;
    // One person has it asked again, and now the biller answers.
    app.control.clear_faults();
    let asked = omar.post(&format!("{path}/ask-again"), &[]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    app.settle().await;
    assert_eq!(app.state(&redirect), PaymentState::Confirmed);
    let page = fatima.get(&path).await;
    crate::finance::says(&page, "L’issue est connue");
    crate::finance::says(&page, "Dépassée");
    let late = decide(&app, &fatima, &path, id, "approve").await;
    assert_eq!((late.status, app.state(&redirect)), (409, PaymentState::Confirmed));
    app.settle().await;
    let order = app.order(&redirect);
    assert_eq!((order.state, order.credited_minor), (OrderState::Captured, 0));
    assert_eq!(app.control.bookings(1001).len(), 1);
    app.finish().await;
}

/// A gateway that never answers for a refund, by what its own books say.
#[rstest]
#[case::made(FaultKind::DropAfter, "done", RefundState::Done, 5_000)]
#[case::not_made(FaultKind::DropBefore, "not-done", RefundState::Failed, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_ends_as_two_people_say(
    #[case] fault: FaultKind,
    #[case] verdict: &str,
    #[case] ends: RefundState,
    #[case] credited: i64,
) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let id = refund(&app, app.payment(&redirect).id, "50.00", "a").await;
    // The status is heard, the credit is not; after it nothing is.
    app.fault("gateway credit", fault, 1);
    app.settle().await;
    app.fault("gateway api", FaultKind::Down, 0);
    app.pass(TimeDelta::hours(25));
    let path = format!("/refunds/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let oumaima = at_work(&app, "fr", "oumaima", Role::Operations).await;
    let typed =
        [("subject", "refund"), ("verdict", verdict), ("number", ""), ("evidence", "écran de la passerelle, 10 h")];
    propose(&omar, &path, &typed).await;
    let done = decide(&app, &oumaima, &path, id, "approve").await;
    assert_eq!((done.status, states(&app, id)), (200, vec![OutcomeState::Approved]), "{}", done.text());
    app.control.clear_faults();
    app.settle().await;
    let stored = app.ledger.read(|reader| reader.refund(id)).unwrap().unwrap();
    assert_eq!((stored.state, app.order(&redirect).credited_minor), (ends, credited));
    app.finish().await;
}

/// The gateway knows nothing of an order whose money goes back. That it gave nothing back is nothing that anybody can say:
/// it is asked again, and nothing is sent; what is done by hand is said to be done, by two people.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_the_gateway_does_not_know(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let redirect = app.pay(BILL, APPROVED).await;
    app.fault("gateway api", FaultKind::Down, 0);
    app.settle().await;
    app.control.reset();
    app.pass(TimeDelta::minutes(1));
    app.settle().await;
    let id = app.payment(&redirect).id;
    let called = format!("SELECT COUNT(*) FROM incidents WHERE kind = 2 AND payment_id = {id} AND closed_at IS NULL");
    assert_eq!((app.state(&redirect), app.database.number(&called)), (PaymentState::Returning, 1));
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let oumaima = at_work(&app, "fr", "oumaima", Role::Operations).await;
    let page = omar.get(&path).await;
    assert!(page.text().contains("faites redemander") && !page.body.contains("not-done"), "{}", page.text());
    let typed = |verdict| [("subject", "return"), ("verdict", verdict), ("number", ""), ("evidence", "relevé du jour")];
    assert_eq!(omar.post(&path, &typed("not-done")).await.status, 400);
    for _ in 0..2 {
        assert_eq!(omar.post(&format!("{path}/ask-again"), &[]).await.status, 200);
        app.settle().await;
        assert_eq!((app.state(&redirect), app.database.number(&called)), (PaymentState::Returning, 1));
    }
    assert_eq!((app.control.orders().len(), states(&app, id)), (0, vec![]));
    propose(&omar, &path, &typed("done")).await;
    decide(&app, &oumaima, &path, id, "approve").await;
    app.settle().await;
    assert_eq!((app.state(&redirect), app.database.number(&called)), (PaymentState::Returned, 0));
    assert_eq!(app.control.orders().len(), 0, "nothing was sent to it");
    app.finish().await;
}
