//! Paying: confirmed, refused, pending, replayed, and what a counter must not take.

use chrono::TimeDelta;
use ledger::{Language, PaymentState, Reference};
use payments::api::Standing;
use payments::api::cash::{CashKey, CashPayment, CashSubject, CounterFault, Instruction, PayCash, PayCashError};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, OTHER_PHONE, TestApp, agent, money};

fn text(result: Result<CashPayment, PayCashError>) -> String {
    match result {
        Ok(found) => format!("{:?}", found.payment.standing),
        Err(error) => format!("{error:?}"),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid_in_cash(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let quote = app.any_quote("EL-91", "168.00").await;
    assert_eq!(quote.amounts.total, money("168.42"));
    let asks = PayCash { tendered: Some(money("200.00")), ..TestApp::asks(counter, &quote, "k") };
    let taken = app.hub.pay_cash(asks).await.unwrap();
    assert_eq!((taken.instruction, &taken.payment.standing), (Instruction::TellPending, &Standing::Confirming));
    assert_eq!((taken.change, taken.cancellable), (Some(money("31.58")), false));
    assert_eq!(app.float("10001").await, money("831.58"));
    app.settle().await;
    let paid = app.cash(&taken).await;
    assert!(matches!(paid.payment.standing, Standing::Confirmed(_)), "{paid:?}");
    assert_eq!((paid.instruction, paid.cancellable, paid.shift), (Instruction::HandReceipt, true, counter.shift));
    assert_eq!(app.booked(&paid).len(), 1);
    assert_eq!(app.control.sms().len(), 1);
    // 1.50 and 20 % of it.
    let balance = |kind: i16| app.database.number(&format!("SELECT balance FROM accounts WHERE kind = {kind}"));
    assert_eq!((balance(14), balance(15), balance(9), balance(8)), (150, 30, -180, -42));
    // The receipt counts its prints.
    let reference = &paid.payment.reference;
    for copy in 1..=3 {
        assert_eq!(app.hub.print_cash_receipt(reference).await.unwrap().unwrap().prints, copy);
    }
    let list = async |before: Option<i64>| app.hub.outlet_payments_of("10001", None, None, before, 10).await.unwrap();
    let listed = list(None).await;
    assert_eq!(listed.iter().map(|found| &found.payment.reference).collect::<Vec<_>>(), [reference]);
    assert!(list(Some(reference.parse::<Reference>().unwrap().id())).await.is_empty());
    let register = app.hub.stamp_duty_register(app.now().date_naive()).await.unwrap();
    assert_eq!((register.receipts, register.discharged, register.duty), (1, money("168.00"), money("0.42")));
    app.finish().await;
}

/// 300.00: 168.42 pending leave 131.58; 131.59 is refused, 131.58 accepted.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_float_is_never_overdrawn(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "300.00").await;
    let first = app.any_quote("EL-91", "168.00").await;
    app.take(counter, &first).await.unwrap();
    assert_eq!(app.float("10001").await, money("131.58"));
    // 131.26 and 0.33 of duty; 131.25 and 0.33.
    let dear = app.any_quote("EL-92", "131.26").await;
    let fits = app.any_quote("EL-93", "131.25").await;
    assert_eq!((dear.amounts.total, fits.amounts.total), (money("131.59"), money("131.58")));
    match app.take(counter, &dear).await {
        Err(PayCashError::FloatTooLow { available, needed }) => {
            assert_eq!((available, needed), (money("131.58"), money("131.59")));
        }
        other => panic!("{other:?}"),
    }
    app.take(counter, &fits).await.unwrap();
    assert_eq!(app.float("10001").await, money("0.00"));
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_bill_gives_the_cash_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "300.00").await;
    app.fault("biller:1302 confirm", FaultKind::Refuse, 1);
    let quote = app.any_quote("EL-91", "168.00").await;
    let taken = app.take(counter, &quote).await.unwrap();
    app.settle().await;
    let back = app.cash(&taken).await;
    assert_eq!(
        (&back.payment.standing, back.instruction),
        (&Standing::Returned, Instruction::GiveCashBack(money("168.42")))
    );
    assert_eq!(app.float("10001").await, money("300.00"), "at once, without a person");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents"), 0);
    let sms = app.control.sms();
    assert!(sms.len() == 1 && sms[0].body.contains("point de vente"), "{sms:?}");
    let page = app.payer("fr").get(&format!("/fr/payments/{}", back.payment.reference)).await;
    assert!(page.status == 200 && page.text().contains("point de vente"), "{}", page.text());
    // The drawer holds it until it is handed over.
    let figures = app.hub.shift(counter.shift).await.unwrap().unwrap();
    assert_eq!(figures.expected, money("668.42"));
    let owed = app.hub.cash_owed("10001").await.unwrap();
    let reference = back.payment.reference.clone();
    assert_eq!(owed.iter().map(|owed| owed.payment.clone()).collect::<Vec<_>>(), [Some(reference)]);
    app.hub.give_cash_back(owed[0].id, "10001", "1", agent(1)).await.unwrap();
    assert!(app.hub.give_cash_back(owed[0].id, "10001", "1", agent(1)).await.is_err(), "once");
    assert_eq!(app.hub.shift(counter.shift).await.unwrap().unwrap().expected, money("500.00"));
    assert_eq!(app.cash(&back).await.instruction, Instruction::CashGivenBack(money("168.42")));
    // The bill can be paid again.
    let again = app.cash_quote((1302, "01", "EL-91"), "168.00").await;
    app.take(counter, &again).await.unwrap();
    app.settle().await;
    app.finish().await;
}

/// The biller is away: pending, no refund, no second payment; confirmed in the end, once, and the customer is told.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_is_away_is_waited_for(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "300.00").await;
    let quote = app.any_quote("EL-91", "100.00").await;
    let second = app.cash_quote((1302, "01", "EL-91"), "100.00").await;
    app.fault("biller:1302 confirm", FaultKind::DropAfter, 1);
    app.fault("biller:1302 status", FaultKind::Down, 2);
    let taken = app.take(counter, &quote).await.unwrap();
    for wait in [TimeDelta::zero(), TimeDelta::seconds(31), TimeDelta::minutes(6)] {
        app.pass(wait);
        app.settle().await;
        assert_eq!(app.cash(&taken).await.instruction, Instruction::TellPending);
        assert!(matches!(app.take(counter, &second).await, Err(PayCashError::BeingPaid)));
        assert!(app.control.sms().is_empty());
    }
    app.pass(TimeDelta::minutes(61));
    app.settle().await;
    let paid = app.cash(&taken).await;
    assert_eq!(paid.instruction, Instruction::HandReceipt);
    let booked = app.booked(&paid);
    assert!(booked.len() == 1 && booked[0].conflicts == 0, "{booked:?}");
    assert_eq!(app.control.sms().len(), 1);
    assert_eq!(app.float("10001").await, money("199.75"));
    app.finish().await;
}

/// A network's system sends the same again, twenty times, at once and later: one payment, one answer.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_the_first_payment(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fund("20001", "300.00").await;
    let quote = app.any_quote("EL-91", "168.00").await;
    let asks = PayCash {
        outlet: "20001".to_owned(),
        till: "1".to_owned(),
        subject: CashSubject::Quote(quote.reference.clone()),
        key: CashKey::Network("ATLAS-000001".to_owned()),
        tendered: None,
        phone: None,
        language: Language::Ar,
        actor: agent(9),
        opens_shift: true,
    };
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (hub, asks) = (app.hub.clone(), asks.clone());
            tokio::spawn(async move { hub.pay_cash(asks).await })
        })
        .collect();
    let mut references = Vec::new();
    for one in tries {
        references.push(one.await.unwrap().unwrap().payment.reference);
    }
    references.dedup();
    assert_eq!(references.len(), 1);
    app.settle().await;
    // Long after, also when request keys are forgotten; whoever stands at the till by then.
    app.pass(TimeDelta::days(8));
    app.hub.prune().await.unwrap();
    let late = app.hub.pay_cash(PayCash { actor: agent(10), ..asks.clone() }).await.unwrap();
    assert_eq!(late.payment.reference, references[0]);
    assert_eq!(late.actor, agent(9));
    let by_own = app.hub.cash_payment_of("ATLAS", "ATLAS-000001").await.unwrap().unwrap();
    assert_eq!(by_own.payment.reference, references[0]);
    assert!(app.hub.cash_payment_of("BARID", "ATLAS-000001").await.unwrap().is_none());
    // The same reference for something else.
    let others = [
        PayCash { tendered: Some(money("200.00")), ..asks.clone() },
        PayCash { phone: Some(OTHER_PHONE.to_owned()), ..asks.clone() },
        PayCash { outlet: "20002".to_owned(), ..asks.clone() },
        PayCash { subject: CashSubject::Quote("0000-0000-0000-0000".to_owned()), ..asks.clone() },
    ];
    for other in others {
        assert!(matches!(app.hub.pay_cash(other.clone()).await, Err(PayCashError::KeyConflict)), "{other:?}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 1);
    assert_eq!(app.float("20001").await, money("131.58"));
    app.finish().await;
}

/// Nothing of this draws on the float, keeps a row, or tells a biller.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_counter_must_not_take(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    app.fund("20001", "10.00").await;
    let quote = app.any_quote("EL-91", "100.00").await;
    let card = app.quote((1001, "01", "11111111")).await;
    let asks = TestApp::asks(counter, &quote, "k");
    let of = |outlet: &str, till: &str| PayCash { outlet: outlet.into(), till: till.into(), ..asks.clone() };
    let cases = [
        (of("99999", "1"), PayCashError::Counter(CounterFault::UnknownOutlet)),
        (of("10003", "1"), PayCashError::Counter(CounterFault::Inactive)),
        (of("10001", "9"), PayCashError::Counter(CounterFault::UnknownTill)),
        (of("10001", "2"), PayCashError::NoShift),
        (PayCash { subject: CashSubject::Quote("nonsense".into()), ..asks.clone() }, PayCashError::UnknownQuote),
        (PayCash { subject: CashSubject::Quote(card.reference), ..asks.clone() }, PayCashError::WrongInstrument),
        (
            PayCash { subject: CashSubject::Reference("1000000000007".into()), ..asks.clone() },
            PayCashError::UnknownReference,
        ),
        (
            PayCash { subject: CashSubject::Reference("1000000000006".into()), ..asks.clone() },
            PayCashError::UnknownReference,
        ),
        (PayCash { key: CashKey::Network(String::new()), ..asks.clone() }, PayCashError::BadKey),
        (PayCash { key: CashKey::Network("x".repeat(65)), ..asks.clone() }, PayCashError::BadKey),
        (PayCash { key: CashKey::Network("a\nb".into()), ..asks.clone() }, PayCashError::BadKey),
        (
            PayCash { tendered: Some(money("100.24")), ..asks.clone() },
            PayCashError::TooLittle { tendered: money("100.24"), total: money("100.25") },
        ),
    ];
    for (asks, expected) in cases {
        assert_eq!(text(app.hub.pay_cash(asks).await), format!("{expected:?}"));
    }
    // Another outlet's float does not help, nor does a quote whose time is over.
    let poor = app.open_till("20001", "1").await;
    assert!(matches!(app.take(poor, &quote).await, Err(PayCashError::FloatTooLow { .. })));
    app.pass(TimeDelta::days(8));
    assert!(matches!(app.take(counter, &quote).await, Err(PayCashError::Expired)));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 0);
    assert_eq!(app.float("10001").await, money("1000.00"));
    assert!(app.control.bookings(1302).is_empty());
    app.finish().await;
}

/// A payment by card of the same bill stands in the way, and the other way round.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn channels_respect_each_other(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let bill = (1001, "01", "11111111");
    let cash = app.cash_quote(bill, "").await;
    let redirect = app.begin(bill).await;
    assert!(matches!(app.take(counter, &cash).await, Err(PayCashError::BeingPaid)));
    app.bank.cancel(&redirect).await;
    app.pass(TimeDelta::minutes(30));
    app.settle().await;
    assert!(matches!(app.state(&redirect), PaymentState::Declined | PaymentState::Expired));
    let taken = app.take(counter, &cash).await.unwrap();
    app.settle().await;
    assert_eq!(app.cash(&taken).await.instruction, Instruction::HandReceipt);
    let other = app.any_quote("EL-99", "1.00").await;
    app.take(counter, &other).await.unwrap();
    app.finish().await;
}

/// While a biller is known to be away no cash is taken for it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_open_breaker_takes_no_cash(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let setup = crate::support::Setup { breaker_failures: 2, ..Default::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let (one, two) = (app.any_quote("EL-91", "10.00").await, app.any_quote("EL-92", "10.00").await);
    app.fault("biller:1302 confirm", FaultKind::Down, 0);
    app.fault("biller:1302 status", FaultKind::Down, 0);
    let asked = TestApp::asks(counter, &one, "first");
    let taken = app.hub.pay_cash(asked.clone()).await.unwrap();
    app.settle().await;
    app.pass(TimeDelta::seconds(31));
    app.settle().await;
    assert!(matches!(app.take(counter, &two).await, Err(PayCashError::Unavailable)));
    // The cash that was taken is not refused because of it: the same again, and whoever comes back to its price.
    for key in ["same", "fresh"] {
        let asks = TestApp::asks(counter, &one, key);
        let asks = if key == "same" { PayCash { key: asked.key.clone(), ..asks } } else { asks };
        let again = app.hub.pay_cash(asks).await.unwrap();
        assert_eq!(again.payment.reference, taken.payment.reference, "{key}");
        assert_eq!(again.instruction, Instruction::TellPending, "{key}");
    }
    assert_eq!(app.float("10001").await, money("989.97"));
    app.control.clear_faults();
    app.pass(TimeDelta::hours(1));
    app.settle().await;
    assert_eq!(app.cash(&taken).await.instruction, Instruction::HandReceipt);
    app.take(counter, &two).await.unwrap();
    app.finish().await;
}
