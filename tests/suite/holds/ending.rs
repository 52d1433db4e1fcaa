//! How holds end: people and the clock at once, a gateway that does not answer, and one that cannot capture.

use chrono::TimeDelta;
use ledger::PaymentState;
use rstest::rstest;
use sandbox::{FaultKind, OrderState};

use super::{APPROVED, BILL, by_hand, entry, held, person, wish};
use crate::support::{Backend, Setup, TestApp};

/// A hold that nobody captures is let go before the gateway forgets it.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends(#[case] backend: Backend) {
    let Some(app) = by_hand(backend).await else { return };
    let redirect = held(&app).await;
    app.pass(TimeDelta::hours(119));
    app.settle().await;
    assert_eq!(app.state(&redirect), PaymentState::Held);
    app.pass(TimeDelta::hours(1) + TimeDelta::minutes(1));
    app.settle().await;
    assert_eq!(app.state(&redirect), PaymentState::Held, "what was asked for may still arrive");
    app.pass(TimeDelta::minutes(6));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (PaymentState::Returned, OrderState::Voided));
    assert_eq!(app.control.bookings(BILL.0).len(), 0);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM postings"), 0, "nothing was taken");
    app.finish().await;
}

/// What the hub captures by itself and cannot is let go in the end, too; what it may have captured is not.
#[rstest]
#[case::cannot(FaultKind::DropBefore, PaymentState::Returned, OrderState::Voided)]
#[case::did(FaultKind::DropAfter, PaymentState::Confirmed, OrderState::Captured)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_captured_by_itself_ends_too(
    #[case] fault: FaultKind,
    #[case] ends: PaymentState,
    #[case] order: OrderState,
) {
    let setup = Setup { automatic_capture: false, ..Setup::default() };
    let app = TestApp::start_with(Backend::Sqlite, setup).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.fault("gateway capture", fault, 0);
    app.settle().await;
    // It was asked once; after that nothing is heard of the gateway for days.
    app.control.clear_faults();
    app.fault("gateway api", FaultKind::Down, 0);
    for hours in [1, 24, 94] {
        app.pass(TimeDelta::hours(hours));
        app.settle().await;
        assert_eq!(app.state(&redirect), PaymentState::Held);
    }
    app.control.clear_faults();
    app.pass(TimeDelta::hours(1) + TimeDelta::minutes(1));
    app.settle().await;
    app.pass(TimeDelta::minutes(6));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (ends, order));
    app.finish().await;
}

/// A capture whose answers are lost is known to nobody: the hold is neither let go nor over.
#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_is_unknown_is_not_over() {
    let app = by_hand(Backend::Sqlite).await.unwrap();
    let redirect = held(&app).await;
    let id = app.payment(&redirect).id;
    app.pass(TimeDelta::hours(119));
    let wish = wish(id, app.payment(&redirect).amounts.principal);
    let effect = app.hub.capture_effect(&wish).await.unwrap();
    app.hub.capture_hold(wish, effect, person(1), entry("hold-captured", id)).await.unwrap();
    app.fault("gateway api", FaultKind::DropAfter, 0);
    for _ in 0..3 {
        app.settle().await;
        app.pass(TimeDelta::hours(2));
    }
    assert_eq!(app.state(&redirect), PaymentState::Held);
    let refused = app.hub.let_hold_go(id, "too late".to_owned(), person(2), entry("hold-let-go", id)).await;
    assert!(refused.is_err(), "it may be captured");
    app.control.clear_faults();
    app.pass(TimeDelta::hours(25));
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (PaymentState::Confirmed, OrderState::Captured));
    assert_eq!(app.control.bookings(BILL.0).len(), 1);
    app.finish().await;
}

/// On two nodes at once: one captures, one lets go, and the clock says that it is over. The gateway did one of them.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn people_and_the_clock_at_once(#[case] backend: Backend, #[values(0, 1)] over: i64) {
    let Some(app) = by_hand(backend).await else { return };
    let redirect = held(&app).await;
    let id = app.payment(&redirect).id;
    let (other, other_ledger) = app.second_hub();
    if over > 0 {
        app.pass(TimeDelta::hours(121));
        app.settle().await;
        app.pass(TimeDelta::minutes(6));
    }
    let wish = wish(id, app.payment(&redirect).amounts.principal);
    let effect = app.hub.capture_effect(&wish).await.unwrap();
    let (captured, gone, _) = tokio::join!(
        app.hub.capture_hold(wish, effect, person(1), entry("hold-captured", id)),
        other.let_hold_go(id, "the payer rang".to_owned(), person(2), entry("hold-let-go", id)),
        app.settle(),
    );
    assert!(!(captured.is_ok() && gone.is_ok()), "one of them is heard");
    app.settle().await;
    let order = app.order(&redirect);
    match app.state(&redirect) {
        PaymentState::Confirmed => {
            assert!(captured.is_ok());
            assert_eq!((order.state, order.captured_minor), (OrderState::Captured, 54_116));
        }
        PaymentState::Returned => {
            assert!(captured.is_err(), "a capture that was taken is made");
            assert_eq!((order.state, order.captured_minor), (OrderState::Voided, 0));
        }
        other => panic!("{other}"),
    }
    assert_eq!(app.control.bookings(BILL.0).len(), usize::from(captured.is_ok()));
    other_ledger.close();
    app.finish().await;
}
