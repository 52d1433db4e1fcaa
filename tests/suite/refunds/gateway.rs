//! What the gateway answers, or does not.

use chrono::TimeDelta;
use ledger::{PaymentState, RefundState};
use rstest::rstest;
use sandbox::{FaultKind, OrderState};

use super::{APPROVED, BILL, refund, state, stored};
use crate::support::{Backend, TestApp, money};

/// Parts, one after the other, and then the rest.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn parts_add_up_to_all_of_it(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let told = app.control.sms().len();
    for (key, part) in [("a", "50.00"), ("b", "18.00")] {
        let id = refund(&app, payment.id, part, key).await;
        app.settle().await;
        assert_eq!(state(&app, id), RefundState::Done);
    }
    let order = app.order(&redirect);
    assert_eq!((order.state, order.credited_minor), (OrderState::Captured, 6_800));
    assert_eq!(app.control.sms().len(), told + 2, "the payer is told of each");
    assert_eq!(app.state(&redirect), PaymentState::Confirmed);
    let last = refund(&app, payment.id, "100.00", "c").await;
    app.settle().await;
    assert_eq!((state(&app, last), app.order(&redirect).credited_minor), (RefundState::Done, 16_800));
    app.finish().await;
}

/// All of a capture of the same day is undone; of an earlier one, credited.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_is_undone_or_credited(#[values(true, false)] same_day: bool) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    if !same_day {
        app.pass(TimeDelta::days(1));
    }
    let whole = payment.amounts.principal.to_string();
    let is_free = payment.amounts.total() == Some(payment.amounts.principal);
    let id = refund(&app, payment.id, &whole, "a").await;
    app.settle().await;
    assert_eq!(state(&app, id), RefundState::Done);
    let expected = if same_day && is_free { OrderState::Voided } else { OrderState::Captured };
    assert_eq!(app.order(&redirect).state, expected);
    app.finish().await;
}

/// Whatever becomes of its answers, it is credited once: what was asked is not asked again before the gateway says that it
/// was not done.
#[rstest]
#[case::down(FaultKind::Down)]
#[case::answer_lost(FaultKind::DropAfter)]
#[case::request_lost(FaultKind::DropBefore)]
#[case::garbled(FaultKind::Garble)]
#[case::twice(FaultKind::AnswerTwice)]
#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_credit(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
    #[values(1, 2, 3)] times: u32,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let id = refund(&app, payment.id, "50.00", "a").await;
    // Calls in order: status, credit, then the same again.
    app.fault("gateway api", fault, times);
    for wait in [TimeDelta::seconds(31), TimeDelta::minutes(6), TimeDelta::minutes(61), TimeDelta::hours(25)] {
        app.settle().await;
        let credited = app.order(&redirect).credited_minor;
        // One that the gateway itself works on twice is told from one by its total, and left to a person.
        if fault != FaultKind::AnswerTwice {
            assert!(credited == 0 || credited == 5_000, "{credited}");
        }
        assert_eq!(app.book_faults(), Vec::<String>::new());
        app.pass(wait);
    }
    app.settle().await;
    if fault != FaultKind::AnswerTwice {
        assert_eq!((state(&app, id), app.order(&redirect).credited_minor), (RefundState::Done, 5_000));
        assert!(stored(&app, id).asks <= 3, "{:?}", stored(&app, id));
    }
    app.finish().await;
}

/// While one is under way no other starts.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_is_under_way_at_a_time(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let id = refund(&app, payment.id, "50.00", "a").await;
    let second = refund(&app, payment.id, "20.00", "b").await;
    assert_eq!(state(&app, second), RefundState::Proposed, "one is under way");
    app.settle().await;
    assert_eq!(state(&app, id), RefundState::Done);
    let payable =
        app.ledger.read(|reader| reader.balance_of(&ledger::Account::of(ledger::AccountKind::BillerPayable, "1001")));
    assert_eq!(payable.unwrap(), money("0.00").checked_sub(money("118.00")).unwrap());
    app.finish().await;
}

/// Nobody answers for the whole schedule: a person must look, and may have it asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_never_answers_calls_a_person() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let id = refund(&app, payment.id, "50.00", "a").await;
    app.fault("gateway api", FaultKind::DropBefore, 0);
    for _ in 0..9 {
        app.settle().await;
        app.pass(TimeDelta::hours(25));
    }
    assert_eq!(state(&app, id), RefundState::Pending);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 10 AND closed_at IS NULL"), 1);
    let view = app.hub.refund_view(id).await.unwrap().unwrap();
    assert!(view.is_stuck && !view.trouble.is_empty(), "{view:?}");
    assert_eq!(app.book_faults(), Vec::<String>::new());
    app.control.clear_faults();
    let entry = || ledger::AuditEntry {
        actor: "test".to_owned(),
        action: "refund-taken-up".to_owned(),
        subject: format!("refund {id}"),
        detail: String::new(),
    };
    assert!(app.hub.ask_again(id, entry()).await.unwrap());
    assert!(!app.hub.ask_again(id, entry()).await.unwrap(), "it is being asked");
    app.settle().await;
    assert_eq!((state(&app, id), app.order(&redirect).credited_minor), (RefundState::Done, 5_000));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL"), 0);
    app.finish().await;
}

/// A process that was slow while another took its task up: both heard that nothing was credited, and one asks.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_that_heard_the_same_ask_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let id = refund(&app, payment.id, "50.00", "a").await;
    let (slow, slow_ledger) = app.other_hub();
    let (quick, quick_ledger) = app.other_hub();
    app.fault("gateway api", FaultKind::Delay { ms: 1_200 }, 1);
    let slow = tokio::spawn(async move { slow.step().await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.pass(TimeDelta::minutes(3));
    quick.step().await.unwrap();
    slow.await.unwrap();
    app.pass(TimeDelta::minutes(6));
    app.settle().await;
    assert_eq!((state(&app, id), app.order(&redirect).credited_minor), (RefundState::Done, 5_000));
    slow_ledger.close();
    quick_ledger.close();
    app.finish().await;
}

/// What the gateway does not give back for good is the biller's again, and may be refunded again.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_good_puts_it_back(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    let payment = app.payment(&redirect);
    let told = app.control.sms().len();
    let id = refund(&app, payment.id, "50.00", "a").await;
    app.fault("gateway credit", FaultKind::Refuse, 1);
    app.settle().await;
    assert_eq!((state(&app, id), app.order(&redirect).credited_minor), (RefundState::Failed, 0));
    assert!(stored(&app, id).gateway_words.contains("refused"), "{:?}", stored(&app, id));
    assert_eq!(app.control.sms().len(), told, "nothing went back");
    let payable =
        app.ledger.read(|reader| reader.balance_of(&ledger::Account::of(ledger::AccountKind::BillerPayable, "1001")));
    assert_eq!(payable.unwrap(), money("0.00").checked_sub(payment.amounts.principal).unwrap());
    let again = refund(&app, payment.id, "168.00", "b").await;
    app.settle().await;
    assert_eq!(state(&app, again), RefundState::Done);
    app.finish().await;
}
