//! The register: every criterion finds what reading all payments finds, before and after they are put in order, and pages
//! join while new payments come in.

use chrono::TimeDelta;
use ledger::{
    Channel, FILTERS_MAX, FilterKept, Instrument, Ledger, Money, Pay, Payment, PaymentQuery, PaymentState, Step,
};

use crate::support::{Doing, TestDb, accept_amount, actor, amounts, card, cash, confirm, moment, money, now};

/// A payment on a day, of a biller, with an amount of its own; what becomes of it goes by its number too.
fn pay(ledger: &Ledger, number: i64) -> i64 {
    let article = format!("A{number}");
    let moment = crate::support::on_day(number / 4);
    let amounts = ledger::Amounts { principal: money(10_000 + number % 5), ..amounts() };
    let biller = if number % 3 == 0 { 1_002 } else { 1_001 };
    let new = if number % 7 == 6 { cash(&article, &article) } else { card(&article, &article) };
    let payment = ledger.start(Pay { biller, amounts, moment, ..new });
    let total = amounts.total().unwrap();
    let accepted = || accept_amount(ledger::Hold::Captured, total.minor());
    let is_cash = number % 7 == 6;
    match number % 4 {
        0 if !is_cash => {
            ledger.step(payment, Step::Decline);
        }
        1 if !is_cash => {
            ledger.step(payment, accepted());
        }
        2 | 3 => {
            if !is_cash {
                ledger.step(payment, accepted());
            }
            ledger.step(payment, confirm());
        }
        _ => {}
    }
    payment
}

/// All pages of a search, joined; after each page somebody pays.
fn pages(ledger: &Ledger, query: &PaymentQuery, limit: usize, mut meanwhile: impl FnMut()) -> Vec<i64> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = ledger.read(|reader| reader.search_payments(query, before, limit)).unwrap();
        found.extend(page.payments.iter().map(|payment| payment.id));
        meanwhile();
        match page.before {
            None => return found,
            next => before = next,
        }
    }
}

/// Puts some in order; whether more wait.
fn index(ledger: &Ledger, limit: i64) -> bool {
    let later = now() + TimeDelta::days(90);
    let (words, facts) =
        ledger.read(|reader| Ok((reader.missing_words(limit)?, reader.missing_facts(limit, later)?))).unwrap();
    let has_more = words.has_more() || facts.has_more();
    ledger
        .write_now(move |op| {
            op.add_words(&words)?;
            op.add_facts(&facts)
        })
        .unwrap();
    has_more
}

fn queries() -> Vec<PaymentQuery> {
    let none = PaymentQuery::default;
    let on = |day: i64| moment().at.naive_utc() + TimeDelta::days(day);
    let states = PaymentState::ALL.iter().map(|state| PaymentQuery { state: Some(*state), ..none() });
    let channels = Channel::ALL.iter().map(|channel| PaymentQuery { channel: Some(*channel), ..none() });
    let instruments = Instrument::ALL.iter().map(|one| PaymentQuery { instrument: Some(*one), ..none() });
    let others = [
        none(),
        PaymentQuery { biller: Some(1_002), ..none() },
        PaymentQuery { biller: Some(1_003), ..none() },
        PaymentQuery { least: Some(money(10_045)), most: Some(money(10_045)), ..none() },
        PaymentQuery { least: Some(money(10_044)), ..none() },
        PaymentQuery { most: Some(money(10_042)), ..none() },
        PaymentQuery { least: Some(money(1)), most: Some(money(2)), ..none() },
        PaymentQuery { from: Some(on(3)), until: Some(on(5)), ..none() },
        PaymentQuery { from: Some(on(2)), state: Some(PaymentState::Declined), ..none() },
        PaymentQuery { until: Some(on(0)), ..none() },
        PaymentQuery { from: Some(on(2)), until: Some(on(6)), channel: Some(Channel::Web), ..none() },
        PaymentQuery { biller: Some(1_002), state: Some(PaymentState::Confirmed), ..none() },
        PaymentQuery { biller: Some(1_001), least: Some(money(10_043)), instrument: Some(Instrument::Card), ..none() },
        PaymentQuery { phone: Some("+212612345678".to_owned()), state: Some(PaymentState::Taken), ..none() },
        PaymentQuery { receipt: Some("R-1".to_owned()), biller: Some(1_002), ..none() },
        PaymentQuery { outlet: Some("7".to_owned()), ..none() },
    ];
    states.chain(channels).chain(instruments).chain(others).collect()
}

fn fits(query: &PaymentQuery, payment: &Payment) -> bool {
    let total = payment.amounts.total().unwrap();
    query.phone.as_ref().is_none_or(|phone| Some(phone) == payment.phone().unwrap().as_ref())
        && query.receipt.as_ref().is_none_or(|receipt| Some(receipt) == payment.receipt_number.as_ref())
        && query.state.is_none_or(|state| state == payment.state)
        && query.channel.is_none_or(|channel| channel == payment.channel)
        && query.instrument.is_none_or(|instrument| instrument == payment.instrument)
        && query.biller.is_none_or(|biller| biller == payment.biller)
        && query.least.is_none_or(|least: Money| total >= least)
        && query.most.is_none_or(|most: Money| total <= most)
        && query.from.is_none_or(|from| payment.created_at >= from)
        && query.until.is_none_or(|until| payment.created_at < until)
        // None of them was taken by an agent.
        && query.outlet.is_none()
}

fn every_search_finds_what_is_there(db: &TestDb) {
    db.fund_float("7", 1_000_000);
    let ledger = db.open();
    let made: Vec<i64> = (0..28).map(|number| pay(&ledger, number)).collect();
    let assert_found = |when: &str| {
        let read = |id: &i64| ledger.read(|reader| reader.payment_of(*id)).unwrap().unwrap();
        let all: Vec<Payment> = made.iter().rev().map(read).collect();
        for query in queries() {
            let wanted: Vec<i64> = all.iter().filter(|one| fits(&query, one)).map(|one| one.id).collect();
            for limit in [3, 100] {
                assert_eq!(pages(&ledger, &query, limit, || {}), wanted, "{when}: {query:?}");
            }
        }
    };
    assert_found("out of order");
    index(&ledger, 9);
    assert_found("half in order");
    while index(&ledger, 9) {}
    assert_found("in order");
    // What was taken while it was put in order is confirmed after it.
    for id in &made {
        let payment = ledger.read(|reader| reader.payment_of(*id)).unwrap().unwrap();
        if payment.state == PaymentState::Taken {
            ledger.step(*id, confirm());
        }
    }
    assert_found("confirmed since");
    db.assert_clean();
}

fn pages_join_while_payments_come_in(db: &TestDb) {
    let ledger = db.open();
    let mut made: Vec<i64> = (0..12).map(|number| pay(&ledger, number * 7)).collect();
    index(&ledger, 5);
    let web = PaymentQuery { channel: Some(Channel::Web), ..PaymentQuery::default() };
    let known: Vec<i64> = made.iter().rev().copied().collect();
    let mut next = 100;
    for query in [PaymentQuery::default(), web] {
        let wanted: Vec<i64> = made.iter().rev().copied().collect();
        let mut come = Vec::new();
        let found = pages(&ledger, &query, 3, || {
            come.push(pay(&ledger, next * 7));
            next += 1;
            index(&ledger, 2);
        });
        assert_eq!(found, wanted, "each once, none twice, none that came since");
        made.extend(come);
    }
    assert!(made.len() > known.len() + 8);
    db.assert_clean();
}

fn filters_are_a_members_own(db: &TestDb) {
    let ledger = db.open();
    let keep = |member: i64, name: &str, fields: &str| {
        let (name, fields) = (name.to_owned(), fields.to_owned());
        ledger.write_now(move |op| op.keep_filter(member, &name, &fields, now())).unwrap()
    };
    for number in 0..FILTERS_MAX {
        assert_eq!(keep(1, &format!("f{number:02}"), "state=held"), FilterKept::Kept);
    }
    assert_eq!(keep(1, "f03", "state=held"), FilterKept::Kept);
    assert_eq!(keep(1, "f03", "state=taken"), FilterKept::NameTaken);
    assert_eq!(keep(1, "more", "state=taken"), FilterKept::TooMany);
    assert_eq!(keep(2, "f03", "state=taken"), FilterKept::Kept);
    let own = |member| ledger.read(|reader| reader.saved_filters(member)).unwrap();
    assert_eq!((own(1).len(), own(2).len(), own(3).len()), (20, 1, 0));
    let id = own(2)[0].id;
    let drop = |member: i64| ledger.write_now(move |op| op.drop_filter(member, id)).unwrap();
    assert!(!drop(1) && drop(2) && !drop(2));
    assert_eq!((own(1).len(), own(2).len()), (20, 0));
}

fn notes_stay_as_they_were_written(db: &TestDb) {
    let ledger = db.open();
    let payment = pay(&ledger, 0);
    let note = |text: &str, by: i64| {
        let text = text.to_owned();
        ledger.write_now(move |op| op.note_payment(payment, &text, &actor(by), now())).unwrap()
    };
    assert!(note("seen", 1) && !note("seen", 1) && note("seen", 2) && note("seen", 1));
    let notes = ledger.read(|reader| reader.payment_notes(payment)).unwrap();
    assert_eq!(notes.iter().map(|note| note.by.id).collect::<Vec<_>>(), [1, 2, 1]);
}

on_both!(
    every_search_finds_what_is_there,
    pages_join_while_payments_come_in,
    filters_are_a_members_own,
    notes_stay_as_they_were_written
);
