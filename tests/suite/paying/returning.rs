//! The biller refuses after the money was taken: it goes back, once, and the payer is told.

use chrono::TimeDelta;
use ledger::PaymentState as P;
use payments::api::Standing;
use rstest::rstest;
use sandbox::{CardOrder, FaultKind, OrderState};

use super::{APPROVED, FILE, JSON, SOAP, manual_capture};
use crate::support::{Backend, Bill, OTHER_PHONE, PHONE, TestApp};

/// The money is back, and only once.
fn is_back(order: &CardOrder) -> bool {
    match order.state {
        OrderState::Voided => order.credited_minor == 0,
        OrderState::Captured => order.credited_minor == order.captured_minor && order.captured_minor > 0,
        _ => false,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_payer_is_told_and_the_bill_is_free(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON, SOAP, FILE)] bill: Bill,
    #[values(true, false)] same_day: bool,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let place = format!("biller:{} confirm", bill.0);
    app.fault(&place, if same_day { FaultKind::Refuse } else { FaultKind::Down }, 0);
    let redirect = app.pay(bill, APPROVED).await;
    app.settle().await;
    if !same_day {
        // It says no the next day.
        app.control.clear_faults();
        app.fault(&place, FaultKind::Refuse, 0);
        app.pass(TimeDelta::days(1));
        app.settle().await;
    }
    let order = app.order(&redirect);
    assert_eq!(order.state, if same_day { OrderState::Voided } else { OrderState::Captured });
    assert!(is_back(&order), "{order:?}");
    assert_eq!(app.state(&redirect), P::Returned);
    let page = payer.get(&format!("/fr/payments/{}", redirect.payment)).await;
    assert_eq!((page.status, app.standing(&redirect).await), (200, Standing::Returned));
    assert!(page.text().contains("rendu") || page.text().contains("rembours"), "{}", page.text());
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (2, 2), "it goes back; it went back");
    assert!(app.control.sms().iter().all(|sms| sms.to == PHONE));
    // Free again, for whoever looks it up anew.
    app.control.clear_faults();
    let quote = app.quote(bill).await;
    let second = app.start_payment(&quote, OTHER_PHONE, "second").await.unwrap();
    app.bank.pay(&second, APPROVED).await;
    app.settle().await;
    assert_eq!(app.state(&second), P::Confirmed);
    app.finish().await;
}

/// Whatever becomes of the gateway's answers, there is one refund in the end.
#[rstest]
#[case::down(FaultKind::Down)]
#[case::answer_lost(FaultKind::DropAfter)]
#[case::request_lost(FaultKind::DropBefore)]
#[case::garbled(FaultKind::Garble)]
#[case::refused(FaultKind::Refuse)]
#[case::twice(FaultKind::AnswerTwice)]
#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_refund(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(true, false)] same_day: bool,
    #[case] fault: FaultKind,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let place = "biller:1002 confirm";
    // Calls in order: status, void (the next day also credit), then the same again.
    for times in 1..=4 {
        let contract: &'static str = format!("10029{times:02}").leak();
        app.control.add_article(1002, "01", contract, "A", 12_000).unwrap();
        app.fault(place, if same_day { FaultKind::Refuse } else { FaultKind::Down }, 1);
        let redirect = app.pay((1002, "01", contract), APPROVED).await;
        if !same_day {
            app.settle().await;
            app.fault(place, FaultKind::Refuse, 1);
            app.pass(TimeDelta::days(1));
        }
        app.fault("gateway api", fault, times);
        for wait in [TimeDelta::seconds(31), TimeDelta::minutes(6), TimeDelta::minutes(61), TimeDelta::hours(25)] {
            app.settle().await;
            let (state, order) = (app.state(&redirect), app.order(&redirect));
            assert!(order.credited_minor <= order.captured_minor, "{order:?}");
            assert_eq!(app.book_faults(), Vec::<String>::new());
            if state == P::Returned {
                assert!(is_back(&order), "{order:?}");
            }
            app.pass(wait);
        }
        app.settle().await;
        assert_eq!(app.state(&redirect), P::Returned, "{times}");
        assert!(is_back(&app.order(&redirect)), "{:?}", app.order(&redirect));
        assert_eq!(app.control.sms().len(), usize::try_from(2 * times).unwrap());
        app.control.clear_faults();
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents"), 0);
    app.finish().await;
}

/// A gateway that gives nothing back for the whole schedule: people must look, and the payment stays on its way back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_never_succeeds(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let redirect = app.pay(JSON, APPROVED).await;
    app.fault("gateway api", FaultKind::Down, 0);
    for _ in 0..9 {
        app.settle().await;
        app.pass(TimeDelta::hours(25));
    }
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Returning);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 2"), 1);
    assert!(app.inquire(JSON).await.articles[0].busy, "the bill waits for the people, too");
    app.finish().await;
}

/// The hold is gone before it was captured: nothing was taken, so nothing is confirmed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_is_gone(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = manual_capture(backend).await else { return };
    let redirect = app.pay(JSON, APPROVED).await;
    assert_eq!(app.state(&redirect), P::Held);
    void_at_the_bank(&app, &redirect).await;
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Returned);
    assert!(app.control.bookings(1001).is_empty());
    assert_eq!(app.database.number("SELECT COUNT(*) FROM postings"), 0);
    assert!(!app.inquire(JSON).await.articles[0].busy);
    app.finish().await;
}

/// Somebody undoes it at the bank's own desk.
async fn void_at_the_bank(app: &TestApp, redirect: &payments::api::CardRedirect) {
    let oid = app.order(redirect).oid;
    let xml = format!(
        "<CC5Request><Name>api</Name><Password>sandbox-api</Password><ClientId>600001234</ClientId>\
         <Type>Void</Type><OrderId>{oid}</OrderId></CC5Request>"
    );
    let api = format!("{}/fim/api", app.sandbox.base_url());
    let answer = reqwest::Client::new().post(api).form(&[("DATA", xml)]).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("Approved"));
    assert_eq!(app.order(redirect).state, OrderState::Voided);
}

/// Captured, told to the biller, and then the money is gone at the bank: that is for people.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn money_that_is_gone_after_the_confirmation(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let redirect = app.pay(JSON, APPROVED).await;
    app.settle().await;
    void_at_the_bank(&app, &redirect).await;
    app.pass(TimeDelta::seconds(61));
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Confirmed);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 3"), 1);
    app.finish().await;
}

/// The answer to the callback was lost and the biller refuses: a hold is given back like a capture.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn refused_before_the_capture_was_heard_of(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(JSON)] bill: Bill,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("gateway callback", FaultKind::DropBefore, 1);
    app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let redirect = app.pay(bill, APPROVED).await;
    let signed = crate::support::Bank::signed(&redirect, "00", &[]);
    let first = app.bank.call(&signed).await;
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (P::Returned, OrderState::Voided));
    assert_eq!(app.bank.call(&signed).await, first, "the same answer, which can no longer capture anything");
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    assert!(is_back(&app.order(&redirect)));
    app.finish().await;
}

/// Money that was in hand cannot be sent back by a gateway: people give it back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn money_in_hand(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use ledger::{Channel, Instrument, PayOutcome};
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let inquiry = app.inquire(JSON).await;
    let quote = app.price(&inquiry, None, Channel::Agt, Instrument::Cash).await.unwrap();
    let paid = app.pay_in_hand(&quote, "1", Channel::Agt, crate::support::cash_box()).await;
    let PayOutcome::Started(reference) = paid else { panic!("{paid:?}") };
    let again = app.pay_in_hand(&quote, "1", Channel::Agt, crate::support::cash_box()).await;
    assert_eq!(again, PayOutcome::Replayed(reference));
    app.settle().await;
    let payment = app.ledger.read(|reader| reader.payment(reference)).unwrap().unwrap();
    assert_eq!(payment.state, P::Returning);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE kind = 2"), 1);
    assert!(app.inquire(JSON).await.articles[0].busy);
    app.finish().await;
}
