//! Shifts: what should be in the drawer, who may say that it is not, and what is left pending.

use ledger::ShiftMovementKind;
use payments::api::cash::{CloseShift, MoveCash, OpenShift, PayCashError, ShiftError};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, TestApp, agent, money, pieces};

fn close(shift: i64, counted: &[(&str, u32)]) -> CloseShift {
    CloseShift { shift, counted: pieces(counted), reason: None, supervisor: None, actor: agent(1) }
}

/// 500.00 + 168.42 + 120.46 - 20.00 = 768.88; 760.00 counted is 8.88 short, within the tolerance of 10.00.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_day(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    app.sell(counter, "EL-91", "168.00").await;
    app.sell(counter, "EL-92", "120.16").await;
    let figures = app.move_cash(counter.shift, ShiftMovementKind::Out, "20.00").await;
    assert_eq!(
        (figures.taken, figures.payments, figures.moved),
        (money("288.88"), 2, ledger::Money::from_minor(-2_000))
    );
    assert_eq!(figures.expected, money("768.88"));
    let counted = [("200.00", 3), ("100.00", 1), ("50.00", 1), ("10.00", 1)];
    match app.hub.close_shift(close(counter.shift, &counted)).await {
        Err(ShiftError::NeedsReason { expected, counted, difference }) => {
            assert_eq!((expected, counted), (money("768.88"), money("760.00")));
            assert_eq!(difference.to_string(), "-8.88");
        }
        other => panic!("{other:?}"),
    }
    let reason = Some("a coin roll was short".to_owned());
    let closed = app.hub.close_shift(CloseShift { reason, ..close(counter.shift, &counted) }).await.unwrap();
    let end = closed.shift.closure.unwrap();
    assert_eq!((end.over_short().to_string().as_str(), end.approved_by), ("-8.88", None));
    let again = app.hub.close_shift(close(counter.shift, &counted)).await;
    assert!(matches!(again, Err(ShiftError::Closed)), "{again:?}");
    let other = app.any_quote("EL-93", "1.00").await;
    assert!(matches!(app.take(counter, &other).await, Err(PayCashError::NoShift)));
    assert_eq!(app.hub.shifts_of("10001", None, 10).await.unwrap().len(), 1);
    app.finish().await;
}

/// 10.00 is within the tolerance, 10.01 needs a supervisor who is somebody else.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn above_the_tolerance_somebody_else_approves(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let at = app.open_till("10001", "1").await;
    app.close(at.shift, &[("200.00", 2), ("20.00", 4), ("10.00", 1)]).await.unwrap();
    let over = app.open_till("10001", "1").await;
    let drawer = [("200.00", 2), ("100.00", 1), ("10.00", 1), ("0.01", 1)];
    let explained = CloseShift { reason: Some("found".to_owned()), ..close(over.shift, &drawer) };
    for supervisor in [None, Some(agent(1))] {
        let result = app.hub.close_shift(CloseShift { supervisor, ..explained.clone() }).await;
        let Err(ShiftError::NeedsSupervisor { difference, tolerance }) = result else { panic!("{result:?}") };
        assert_eq!((difference, tolerance), (money("10.01"), money("10.00")));
    }
    let approved = CloseShift { supervisor: Some(agent(5)), ..explained };
    let closed = app.hub.close_shift(approved).await.unwrap().shift.closure.unwrap();
    assert_eq!((closed.over_short(), closed.approved_by), (money("10.01"), Some(agent(5))));
    app.finish().await;
}

/// One network carries what is pending over by name, the other lets no shift close.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_at_closure(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let carries = app.counter("10001", "1", "1000.00").await;
    let blocks = app.counter("20001", "1", "1000.00").await;
    app.fault("biller:1302 confirm", FaultKind::Down, 0);
    let one = app.sell(carries, "EL-91", "100.00").await;
    let two = app.sell(blocks, "EL-92", "100.00").await;
    let drawer = [("200.00", 3), ("0.20", 1), ("0.05", 1)];
    let closed = app.hub.close_shift(close(carries.shift, &drawer)).await.unwrap();
    assert_eq!(closed.pending, std::slice::from_ref(&one.payment.reference));
    let next = app.open_till("10001", "1").await;
    assert_eq!(app.hub.open_shift_of("10001", "1").await.unwrap().unwrap().pending, [one.payment.reference]);
    match app.hub.close_shift(close(blocks.shift, &drawer)).await {
        Err(ShiftError::Pending(pending)) => assert_eq!(pending, [two.payment.reference]),
        other => panic!("{other:?}"),
    }
    app.control.clear_faults();
    app.pass(chrono::TimeDelta::seconds(31));
    app.settle().await;
    assert!(app.hub.shift(next.shift).await.unwrap().unwrap().pending.is_empty());
    app.hub.close_shift(close(blocks.shift, &drawer)).await.unwrap();
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_shift_does_not_take(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.open_till("10001", "1").await;
    let open = |outlet: &str, till: &str, opening: i64| OpenShift {
        outlet: outlet.to_owned(),
        till: till.to_owned(),
        opening_cash: ledger::Money::from_minor(opening),
        actor: agent(1),
    };
    for (asks, expected) in [
        (open("10001", "1", 0), format!("AlreadyOpen({})", counter.shift)),
        (open("10001", "2", -1), "BadAmount".to_owned()),
        (open("10001", "9", 0), "Counter(UnknownTill)".to_owned()),
        (open("10003", "1", 0), "Counter(Inactive)".to_owned()),
        (open("12345", "1", 0), "Counter(UnknownOutlet)".to_owned()),
    ] {
        assert_eq!(format!("{:?}", app.hub.open_shift(asks).await.unwrap_err()), expected);
    }
    let asks = MoveCash {
        shift: counter.shift,
        kind: ShiftMovementKind::Out,
        amount: money("500.00"),
        reason: "to the bank".to_owned(),
        key: "m".to_owned(),
        actor: agent(1),
    };
    for (asks, expected) in [
        (MoveCash { amount: money("500.01"), ..asks.clone() }, "DrawerTooLow(Money(50000))"),
        (MoveCash { amount: money("0.00"), ..asks.clone() }, "BadAmount"),
        (MoveCash { kind: ShiftMovementKind::GivenBack, ..asks.clone() }, "BadAmount"),
        (MoveCash { reason: String::new(), ..asks.clone() }, "NoReason"),
        (MoveCash { shift: 1, ..asks.clone() }, "UnknownShift"),
    ] {
        assert_eq!(format!("{:?}", app.hub.move_cash(asks).await.unwrap_err()), expected);
    }
    // Clicked twice it moves once; the key does not move something else.
    for _ in 0..2 {
        assert_eq!(app.hub.move_cash(asks.clone()).await.unwrap().expected, money("0.00"));
    }
    let other = MoveCash { amount: money("1.00"), ..asks };
    assert!(matches!(app.hub.move_cash(other).await, Err(ShiftError::KeyConflict)));
    for (counted, expected) in [
        (vec![("25.00", 1)], "BadDenomination(Money(2500))"),
        (vec![("10.00", 1), ("10.00", 1)], "BadDenomination(Money(1000))"),
    ] {
        assert_eq!(format!("{:?}", app.hub.close_shift(close(counter.shift, &counted)).await.unwrap_err()), expected);
    }
    assert!(matches!(app.hub.close_shift(close(7, &[])).await, Err(ShiftError::UnknownShift)));
    assert_eq!(app.hub.shift_movements(counter.shift).await.unwrap().len(), 1);
    app.hub.close_shift(close(counter.shift, &[])).await.unwrap();
    app.finish().await;
}
