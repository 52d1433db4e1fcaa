//! References payable at an outlet: made on the web, paid once, ended, and cash that comes late for them.

use chrono::TimeDelta;
use ledger::{Channel, Language, LateReason, Whose};
use payments::api::QuoteError;
use payments::api::cash::{
    CancelReferenceError, CashReferenceError, CashReferenceStanding, CashSubject, Instruction, LateCashError,
    MakeCashReference, PayCashError, ReferenceSubject, ReportLateCash,
};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, Counter, PHONE, TestApp, agent, money};

const BILL: crate::support::Bill = (1001, "01", "11111111");

async fn pay(app: &TestApp, counter: Counter, digits: &str, key: &str) -> Result<String, PayCashError> {
    let asks = TestApp::asks_for(counter, CashSubject::Reference(digits.to_owned()), key);
    app.hub.pay_cash(asks).await.map(|taken| taken.payment.reference)
}

fn late(digits: &str, amount: &str, key: &str) -> ReportLateCash {
    ReportLateCash {
        outlet: "10001".to_owned(),
        till: Some("1".to_owned()),
        reference: digits.to_owned(),
        amount: money(amount),
        key: key.to_owned(),
        actor: agent(1),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_paid_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let made = app.make_reference(BILL).await;
    assert_eq!(made.digits.len(), 13);
    assert_eq!((made.standing, made.quote.amounts.total), (CashReferenceStanding::Open, money("175.40")));
    assert_eq!(made.expires_at - made.created_at, TimeDelta::hours(48));
    app.settle().await;
    let sms = app.control.sms();
    assert!(sms.len() == 1 && sms[0].to == PHONE && sms[0].body.contains(&made.digits), "{sms:?}");
    assert!(sms[0].body.encode_utf16().count() <= 134, "two segments: {}", sms[0].body);
    // Typed in groups, in other digits, scanned with a line end.
    let typed = format!("{} {}-{}\n", &made.digits[..4], &made.digits[4..8], &made.digits[8..]);
    let found = app.hub.find_cash_reference(&typed).await.unwrap().unwrap();
    assert_eq!((found.digits.as_str(), found.quote.reference), (made.digits.as_str(), made.quote.reference));
    let reference = pay(&app, counter, &typed, "k").await.unwrap();
    assert_eq!(pay(&app, counter, &made.digits, "k").await.unwrap(), reference, "a double click");
    app.settle().await;
    let paid = app.hub.cash_payment(&reference).await.unwrap().unwrap();
    assert_eq!((paid.instruction, paid.cash_reference.as_ref()), (Instruction::HandReceipt, Some(&made.digits)));
    assert!(matches!(pay(&app, counter, &made.digits, "again").await, Err(PayCashError::ReferenceUsed)));
    let used = app.hub.find_cash_reference(&made.digits).await.unwrap().unwrap();
    assert_eq!((used.standing, used.payment), (CashReferenceStanding::Used, Some(reference)));
    assert!(matches!(app.hub.cancel_cash_reference(&made.digits).await, Err(CancelReferenceError::Used)));
    // The reminder has nothing to remind of.
    app.pass(TimeDelta::hours(46));
    app.settle().await;
    assert_eq!(app.control.sms().len(), 2, "the reference and the receipt");
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_ends(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let made = app.make_reference(BILL).await;
    app.settle().await;
    app.pass(TimeDelta::hours(44) + TimeDelta::minutes(59));
    app.settle().await;
    assert_eq!(app.control.sms().len(), 1);
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    let sms = app.control.sms();
    assert!(sms.len() == 2 && sms[1].body.starts_with("تذكير"), "{sms:?}");
    app.pass(TimeDelta::hours(3));
    let ended = app.hub.find_cash_reference(&made.digits).await.unwrap().unwrap();
    assert_eq!(ended.standing, CashReferenceStanding::Expired);
    assert!(matches!(pay(&app, counter, &made.digits, "k").await, Err(PayCashError::Expired)));
    // Cancelled by whoever made it.
    let other = app.make_reference(BILL).await;
    for _ in 0..2 {
        let cancelled = app.hub.cancel_cash_reference(&other.digits).await.unwrap();
        assert_eq!(cancelled.standing, CashReferenceStanding::Cancelled);
    }
    assert!(matches!(pay(&app, counter, &other.digits, "k").await, Err(PayCashError::ReferenceCancelled)));
    assert!(matches!(app.hub.cancel_cash_reference("1000000000007").await, Err(CancelReferenceError::Unknown)));
    assert!(matches!(app.hub.cancel_cash_reference("x").await, Err(CancelReferenceError::Unknown)));
    app.finish().await;
}

/// An SMS that may have left is not sent again, one that has not left is.
#[rstest]
#[case::perhaps_sent(FaultKind::DropAfter, 1)]
#[case::garbled(FaultKind::Garble, 1)]
#[case::not_sent(FaultKind::Down, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn a_references_sms_is_sent_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
    #[case] sent: usize,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("sms send", fault, 1);
    app.make_reference(BILL).await;
    app.settle().await;
    assert_eq!(app.control.sms().len(), sent);
    app.pass(TimeDelta::minutes(2));
    app.settle().await;
    assert_eq!(app.control.sms().len(), 1);
    app.finish().await;
}

/// The same request under a key is the same reference, whatever became of its bill; another one is refused.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_one_reference(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let inquiry = app.inquire(BILL).await;
    let articles: Vec<String> = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
    let make = |language, key: &str| MakeCashReference {
        subject: ReferenceSubject::Choice {
            inquiry: inquiry.reference.clone(),
            articles: articles.clone(),
            amount: None,
        },
        channel: Channel::Web,
        phone: Some(PHONE.to_owned()),
        language,
        idempotency_key: Some(key.to_owned()),
    };
    let made = app.hub.make_cash_reference(make(Language::Fr, "a")).await.unwrap();
    let other = app.hub.make_cash_reference(make(Language::Fr, "b")).await.unwrap();
    assert_ne!(made.digits, other.digits);
    let conflict = app.hub.make_cash_reference(make(Language::Ar, "a")).await;
    assert!(matches!(conflict, Err(CashReferenceError::KeyConflict)), "{conflict:?}");
    pay(&app, counter, &made.digits, "k").await.unwrap();
    app.settle().await;
    app.pass(TimeDelta::days(3));
    let again = app.hub.make_cash_reference(make(Language::Fr, "a")).await.unwrap();
    assert_eq!((again.digits, again.standing), (made.digits, CashReferenceStanding::Used));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM cash_references"), 2);
    app.finish().await;
}

/// From a card's quote: the same lines at the price of cash, no longer than the quote lives.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_made_from_a_quote(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let make = |quote: &str| MakeCashReference {
        subject: ReferenceSubject::Quote(quote.to_owned()),
        channel: Channel::Tel,
        phone: None,
        language: Language::Fr,
        idempotency_key: None,
    };
    // 1101's quotes live for 24 hours.
    let card = app.quote((1101, "01", "0612345678")).await;
    assert_eq!(card.amounts.total, money("250.00"));
    // The look-up is long over by then.
    app.pass(TimeDelta::hours(2));
    let made = app.hub.make_cash_reference(make(&card.reference)).await.unwrap();
    assert_eq!(made.quote.amounts.total, money("250.63"), "with stamp duty");
    assert!((made.expires_at - card.expires_at).abs() < TimeDelta::milliseconds(1), "kept to the microsecond");
    assert_eq!(made.channel, Channel::Tel);
    // While the bill is being paid by card there is none, and paid by card the reference is worth nothing.
    let redirect = app.start_payment(&card, PHONE, "card").await.unwrap();
    let busy = app.hub.make_cash_reference(make(&card.reference)).await;
    assert!(matches!(busy, Err(CashReferenceError::Quote(QuoteError::Busy))), "{busy:?}");
    let counter = app.counter("10001", "1", "1000.00").await;
    assert!(matches!(pay(&app, counter, &made.digits, "k").await, Err(PayCashError::BeingPaid)));
    app.bank.pay(&redirect, "4000000000000010").await;
    app.settle().await;
    assert!(matches!(pay(&app, counter, &made.digits, "k").await, Err(PayCashError::AlreadyPaid)));
    assert!(matches!(app.hub.make_cash_reference(make("nonsense")).await, Err(CashReferenceError::UnknownQuote)));
    app.pass(TimeDelta::hours(23));
    assert!(matches!(app.hub.make_cash_reference(make(&card.reference)).await, Err(CashReferenceError::Expired)));
    assert!(app.control.sms().iter().all(|sms| !sms.body.contains(&made.digits)), "no phone, no SMS");
    app.finish().await;
}

/// Reported after the reference's end: in suspense with an owner, then back to the customer. Nothing is lost.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_paid_late(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "300.00").await;
    let made = app.make_reference(BILL).await;
    let report = late(&made.digits, "175.40", "N-1");
    assert!(matches!(app.hub.report_late_cash(report.clone()).await, Err(LateCashError::Payable)));
    app.pass(TimeDelta::hours(49));
    let kept = app.hub.report_late_cash(report.clone()).await.unwrap();
    assert_eq!((kept.reason, kept.instruction), (LateReason::Expired, None));
    assert_eq!((&kept.cash.owner, &kept.reference), (&agent(1), &made.digits));
    let again = app.hub.report_late_cash(report.clone()).await.unwrap();
    assert_eq!(again.cash.id, kept.cash.id, "the same again is the same cash");
    let other = ReportLateCash { amount: money("1.00"), ..report };
    assert!(matches!(app.hub.report_late_cash(other).await, Err(LateCashError::KeyConflict)));
    assert_eq!(app.float("10001").await, money("124.60"));
    assert_eq!(app.database.number("SELECT balance FROM accounts WHERE kind = 11"), -17_540);
    assert_eq!(app.hub.held_late_cash(&Whose::All, None, 10).await.unwrap().len(), 1);
    // More than the float holds: told, and a person looks.
    let broke = app.hub.report_late_cash(late(&made.digits, "124.61", "N-2")).await;
    assert!(matches!(broke, Err(LateCashError::FloatTooLow { available }) if available == money("124.60")));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents WHERE closed_at IS NULL"), 1);
    let released = app.hub.release_late_cash(kept.cash.id, agent(7)).await.unwrap();
    assert_eq!(released.instruction, Some(Instruction::GiveCashBack(money("175.40"))));
    assert!(matches!(app.hub.release_late_cash(kept.cash.id, agent(7)).await, Err(LateCashError::Released)));
    assert_eq!(app.float("10001").await, money("300.00"));
    assert_eq!(app.hub.shift(counter.shift).await.unwrap().unwrap().expected, money("675.40"));
    app.hub.give_cash_back(kept.cash.id, "10001", "1", agent(1)).await.unwrap();
    let given = app.hub.late_cash(kept.cash.id).await.unwrap().unwrap();
    assert_eq!(given.instruction, Some(Instruction::CashGivenBack(money("175.40"))));
    assert!(app.hub.held_late_cash(&Whose::All, None, 10).await.unwrap().is_empty());
    app.finish().await;
}

/// The answer to a report was lost, and meanwhile the reference can be paid again: the cash that was taken over stays so.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_repeated_when_the_bill_is_free_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "300.00").await;
    let made = app.make_reference(BILL).await;
    let card = app.quote(BILL).await;
    let redirect = app.start_payment(&card, PHONE, "card").await.unwrap();
    let report = late(&made.digits, "175.40", "N-1");
    let kept = app.hub.report_late_cash(report.clone()).await.unwrap();
    assert_eq!(kept.reason, LateReason::BillPaid);
    app.bank.pay(&redirect, "4000000000000036").await;
    app.settle().await;
    let fresh = ReportLateCash { key: "N-2".to_owned(), ..report.clone() };
    assert!(matches!(app.hub.report_late_cash(fresh).await, Err(LateCashError::Payable)));
    assert_eq!(app.hub.report_late_cash(report.clone()).await.unwrap().cash.id, kept.cash.id);
    // Nor does it matter that the shift is closed by then.
    app.close(counter.shift, &[("200.00", 3), ("50.00", 1), ("20.00", 1), ("5.00", 1), ("0.20", 2)]).await.unwrap();
    assert_eq!(app.hub.report_late_cash(report).await.unwrap().cash.id, kept.cash.id);
    assert_eq!(app.float("10001").await, money("124.60"));
    app.finish().await;
}

/// Two outlets took cash for one reference: the first paid, the second's goes back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_paid_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let first = app.counter("20001", "1", "1000.00").await;
    app.counter("10001", "1", "1000.00").await;
    let made = app.make_reference(BILL).await;
    pay(&app, first, &made.digits, "k").await.unwrap();
    let kept = app.hub.report_late_cash(late(&made.digits, "175.40", "N-1")).await.unwrap();
    assert_eq!(kept.reason, LateReason::Used);
    // And one whose bill was paid by card meanwhile, and one that was cancelled.
    let bill = (1001, "02", "11111111");
    let other = app.make_reference(bill).await;
    app.pay(bill, "4000000000000010").await;
    let paid = app.hub.report_late_cash(late(&other.digits, "1.00", "N-2")).await.unwrap();
    assert_eq!(paid.reason, LateReason::BillPaid);
    app.hub.cancel_cash_reference(&other.digits).await.unwrap();
    let gone = app.hub.report_late_cash(late(&other.digits, "1.00", "N-3")).await.unwrap();
    assert_eq!(gone.reason, LateReason::Cancelled);
    for (report, expected) in [
        (ReportLateCash { outlet: "99999".into(), ..late(&made.digits, "1.00", "a") }, "Counter(UnknownOutlet)"),
        (late("1000000000007", "1.00", "b"), "UnknownReference"),
        (late(&made.digits, "0.00", "c"), "BadAmount"),
        (ReportLateCash { till: Some("2".into()), ..late(&made.digits, "1.00", "d") }, "NoShift"),
    ] {
        assert_eq!(format!("{:?}", app.hub.report_late_cash(report).await.unwrap_err()), expected);
    }
    app.settle().await;
    app.finish().await;
}

/// A refused bill leaves its reference used: the customer makes a new one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reference_is_used_up(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let made = app.make_reference(BILL).await;
    app.fault("biller:1001 confirm", FaultKind::Refuse, 1);
    let reference = pay(&app, counter, &made.digits, "k").await.unwrap();
    app.settle().await;
    let back = app.hub.cash_payment(&reference).await.unwrap().unwrap();
    assert_eq!(back.instruction, Instruction::GiveCashBack(money("175.40")));
    assert!(matches!(pay(&app, counter, &made.digits, "k2").await, Err(PayCashError::ReferenceUsed)));
    let fresh = app.make_reference(BILL).await;
    pay(&app, counter, &fresh.digits, "k3").await.unwrap();
    app.settle().await;
    app.finish().await;
}
