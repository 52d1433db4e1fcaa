//! Payments straight into a ledger: windows with thousands of lines, in moments.

use std::sync::Arc;
use std::sync::mpsc::channel;

use chrono::{TimeDelta, Utc};
use ledger::{
    Account, AccountKind, Advance, AdvanceOutcome, Amounts, BillClaim, BillKey, Channel, CustomerKey, Funds,
    Instrument, Language, Ledger, Moment, Money, NewQuote, Pay, PayOutcome, Quote, RequestKey, Step,
};
use settlement::terms::Terms;

use crate::support::TestDatabase;

/// Commands that wait side by side.
const AT_ONCE: usize = 200;
const DETAIL: &str = r#"{"fields":{"contract":"7654321"},"contract_masked":"•••4321","biller_reference":"R1",
    "articles":[],"opaque":[]}"#;

/// A confirmed payment of a stored quote.
pub fn pay_quoted(ledger: &Ledger, quote: &Quote) {
    let (now, key) = (Utc::now(), RequestKey::of("seed", &quote.reference.to_string(), ""));
    let pay = Pay {
        key,
        quote: quote.id,
        biller: quote.biller,
        channel: quote.channel,
        instrument: quote.instrument,
        language: Language::Fr,
        amounts: quote.amounts,
        bills: quote.bills.clone(),
        phone: None,
        email: None,
        address: None,
        funds: Funds::InHand(Account::of(AccountKind::GatewayReceivable, "wallet")),
        agent: None,
        only_replay: false,
        moment: Moment::of(now),
    };
    let PayOutcome::Started(reference) = ledger.pay_now(pay).unwrap() else { panic!("it did not start") };
    let cut_off = Terms::default().next_cut_off(now);
    let step = Step::Confirm { receipt_number: "R-1".to_owned(), receipt_date: None, cut_off };
    let advance = Advance { payment: reference.id(), step, task: None, moment: Moment::of(now) };
    assert!(matches!(ledger.advance_now(advance).unwrap(), AdvanceOutcome::Moved { .. }));
}

/// So many confirmed payments of a biller, each of 168.00.
pub fn pay_many(database: &TestDatabase, biller: u16, payments: usize) {
    let ledger =
        Ledger::open(&database.url, &ledger::DataKeys::of_bytes(crate::support::DATA_KEY), 2, Arc::new(|| {})).unwrap();
    let now = Utc::now();
    let money = Money::from_minor;
    let amounts = Amounts { principal: money(16_800), fee: money(590), vat: money(106), duty: Money::ZERO };
    let quote = NewQuote {
        inquiry: String::new(),
        biller,
        receivable_type: "01".to_owned(),
        channel: Channel::Web,
        instrument: Instrument::Wallet,
        amounts,
        customer: CustomerKey::of(biller, "01", "7654321"),
        bills: vec![],
        detail: DETAIL.to_owned(),
        created_at: now.naive_utc(),
        expires_at: (now + TimeDelta::days(7)).naive_utc(),
    };
    let quote = ledger.write_now(move |op| op.keep_quote(&quote)).unwrap().id;
    let cut_off = Terms::default().next_cut_off(now);
    for from in (0..payments).step_by(AT_ONCE) {
        let numbers = from..payments.min(from + AT_ONCE);
        let (tell, told) = channel();
        for number in numbers {
            let text = format!("{biller}-{number}");
            let key = BillKey::of(biller, "01", "7654321", &text);
            let pay = Pay {
                key: RequestKey::of("seed", &text, &text),
                quote,
                biller,
                channel: Channel::Web,
                instrument: Instrument::Wallet,
                language: Language::Fr,
                amounts,
                bills: vec![BillClaim { key, generation: 0, settles: true }],
                phone: None,
                email: None,
                address: None,
                funds: Funds::InHand(Account::of(AccountKind::GatewayReceivable, "wallet")),
                agent: None,
                only_replay: false,
                moment: Moment::of(now),
            };
            let tell = tell.clone();
            ledger.pay(pay, Box::new(move |outcome| tell.send(outcome).unwrap()));
        }
        drop(tell);
        let (tell, confirmed) = channel();
        for started in told {
            let PayOutcome::Started(reference) = started.unwrap() else { panic!("a seeded payment did not start") };
            let payment = reference.id();
            let step = Step::Confirm { receipt_number: format!("R-{payment}"), receipt_date: None, cut_off };
            let tell = tell.clone();
            let advance = Advance { payment, step, task: None, moment: Moment::of(now) };
            ledger.advance(advance, Box::new(move |outcome| tell.send(outcome).unwrap()));
        }
        drop(tell);
        assert!(confirmed.into_iter().all(|outcome| matches!(outcome.unwrap(), AdvanceOutcome::Moved { .. })));
    }
    // What the program would tell payers and billers of them is no part of this.
    let done = "UPDATE outbox SET done_at = created_at WHERE done_at IS NULL";
    ledger.close();
    database.run(done);
}
