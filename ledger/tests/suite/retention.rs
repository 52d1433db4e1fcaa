//! Forgetting: what goes, what stays, and that the books are none the worse for it.

use std::slice::from_ref;

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{Ledger, Pay, PaymentState, PaymentWord};

use crate::keeping::quote;
use crate::outlets::keep_reference;
use crate::support::{Doing, TestDb, card, card_states, claim, moment, now};

fn later(days: i64) -> NaiveDateTime {
    (now() + TimeDelta::days(days)).naive_utc()
}

fn contact(ledger: &Ledger, payment: i64) -> (bool, bool) {
    let payment = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    (payment.phone.is_some(), payment.email.is_some())
}

/// Payments whose payers are to be forgotten, of the first stretch in which there are any.
fn payers(ledger: &Ledger, before: NaiveDateTime, mut after: i64, limit: i64) -> Vec<i64> {
    while let Some(old) = ledger.read(|reader| reader.payers_before(before, after, limit)).unwrap() {
        after = old.last;
        if !old.payments.is_empty() {
            return old.payments;
        }
    }
    Vec::new()
}

/// As the job does it: how many were forgotten, and how many stretches were looked at.
fn forget_all(ledger: &Ledger, before: NaiveDateTime, limit: i64) -> (usize, usize) {
    let (mut after, mut forgotten, mut looks) = (i64::MIN, 0, 0);
    while let Some(old) = ledger.read(|reader| reader.payers_before(before, after, limit)).unwrap() {
        after = old.last;
        forgotten += ledger
            .write_now(move |op| {
                let forgotten = op.forget_payers(&old.payments)?;
                op.payers_forgotten(&old)?;
                Ok(forgotten)
            })
            .unwrap();
        looks += 1;
    }
    (forgotten, looks)
}

/// What was looked at is not looked at again, but for what an open payment holds back.
fn old_payments_are_looked_at_once(db: &TestDb) {
    let ledger = db.open();
    let over = |key: &str| ledger.card_in(key, PaymentState::Expired);
    for key in ["a", "b", "c"] {
        over(key);
    }
    let open = ledger.card_in("d", PaymentState::Awaiting);
    let after = over("e");
    assert_eq!(forget_all(&ledger, later(0), 2), (0, 0), "not old yet");
    assert_eq!(forget_all(&ledger, later(1), 2), (4, 3), "the open one is passed by");
    let left = ledger.read(|reader| reader.payers_before(later(1), i64::MIN, 9)).unwrap().unwrap();
    assert_eq!((left.payments.len(), left.last), (0, after), "from the open one on");
    db.raw().run(&format!("UPDATE payments SET state = 6 WHERE id = {open}")).unwrap();
    assert_eq!(forget_all(&ledger, later(1), 2), (1, 1));
    assert_eq!(forget_all(&ledger, later(1), 2), (0, 0));
    // A block that is over is done with.
    ledger.close();
    let ledger = db.open();
    assert_eq!(forget_all(&ledger, later(1), 2), (0, 1));
    assert_eq!(forget_all(&ledger, later(1), 2), (0, 0));
    let phones = "payments WHERE phone IS NOT NULL OR email IS NOT NULL";
    assert_eq!(db.count(phones), 0);
}

/// Payments that are over lose phone and mail address, and are not found by the phone any more; open ones keep them.
fn payers_of_old_payments_are_forgotten(db: &TestDb) {
    let ledger = db.open();
    let all: Vec<(PaymentState, i64)> =
        card_states().into_iter().map(|state| (state, ledger.card_in(&format!("{state}"), state))).collect();
    let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
    ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    let phone = PaymentWord::Phone("+212612345678".to_owned());
    let found = || ledger.read(|reader| reader.payments_by(from_ref(&phone), 100)).unwrap().len();
    assert_eq!(found(), all.len());
    assert_eq!(payers(&ledger, later(0), i64::MIN, 100), [], "made at this moment, not before it");
    let over: Vec<i64> = all.iter().filter(|(state, _)| !state.is_open()).map(|(_, id)| *id).collect();
    assert_eq!(payers(&ledger, later(1), i64::MIN, 100), over);
    assert_eq!(payers(&ledger, later(1), over[0], 1), [over[1]], "the next by number");
    // Whoever names an open payment all the same takes nothing off it.
    let every: Vec<i64> = all.iter().map(|(_, id)| *id).collect();
    let named = every.clone();
    assert_eq!(ledger.write_now(move |op| op.forget_payers(&named)).unwrap(), over.len());
    assert_eq!(ledger.write_now(move |op| op.forget_payers(&every)).unwrap(), 0);
    for (state, payment) in &all {
        assert_eq!(contact(&ledger, *payment), (state.is_open(), state.is_open()), "{state}");
    }
    assert_eq!(payers(&ledger, later(1), i64::MIN, 100), []);
    assert_eq!(found(), all.len() - over.len());
    db.assert_clean();
}

fn references_lose_their_phones(db: &TestDb) {
    let ledger = db.open();
    for digits in ["1000000000008", "1000000000016"] {
        keep_reference(&ledger, digits);
    }
    let withdrawn = keep_reference(&ledger, "1000000000024");
    ledger.write_now(move |op| op.cancel_cash_reference(withdrawn)).unwrap();
    db.raw().run("UPDATE cash_references SET phone = '+212612345678'").unwrap();
    let forget = |before| ledger.write_now(move |op| op.forget_reference_phones(before)).unwrap();
    assert_eq!(forget(later(-1)), 0);
    db.raw().run("UPDATE cash_references SET expires_at = '2028-01-01 00:00:00' WHERE digits LIKE '%16'").unwrap();
    assert_eq!(forget(later(300)), 2, "one may still be paid");
    assert_eq!(forget(later(3_000)), 1);
    assert_eq!(db.count("cash_references WHERE phone IS NOT NULL"), 0);
}

fn ended_links_go(db: &TestDb) {
    let ledger = db.open();
    crate::links::kept(&ledger, "a");
    let drop_before = |before| ledger.write_now(move |op| op.drop_links(before)).unwrap();
    assert_eq!(drop_before(later(0)), 0);
    assert_eq!((drop_before(later(1)), db.count("payment_links")), (1, 0));
    db.assert_clean();
}

/// Only quotes of which nothing came.
fn unpaid_quotes_go(db: &TestDb) {
    let ledger = db.open();
    let [paid, linked, referred, idle, last] =
        ["1", "2", "3", "4", "5"].map(|article| quote(&ledger, vec![claim(article, 0)]).id);
    ledger.start(Pay { quote: paid, ..card("p", "1") });
    crate::links::kept(&ledger, "a");
    keep_reference(&ledger, "1000000000008");
    db.raw()
        .run(&format!("UPDATE payment_links SET quote_id = {linked}; UPDATE cash_references SET quote_id = {referred}"))
        .unwrap();
    // As the job does it: what was deleted.
    let expire = |before, limit| {
        let mut gone = Vec::new();
        while let Some(ended) = ledger.read(move |reader| reader.quotes_ended(before, limit)).unwrap() {
            gone.extend_from_slice(&ended.idle);
            ledger
                .write_now(move |op| {
                    op.drop_quotes(&ended.idle)?;
                    op.quotes_looked_at(&ended)
                })
                .unwrap();
        }
        gone
    };
    assert_eq!(expire(later(0), 100), [], "not over yet");
    assert_eq!(expire(later(100), 2), [idle, last], "slice by slice");
    assert_eq!(expire(later(100), 2), [], "looked at once");
    assert_eq!(db.count("quotes"), 3);
    assert_eq!(db.lines("SELECT CAST(quote_id AS TEXT) AS line FROM quotes_kept"), [linked.to_string()]);
    let released = || ledger.read(|reader| reader.quotes_released(i64::MIN, 100)).unwrap();
    assert_eq!(released(), (vec![], Some(linked)));
    ledger.write_now(move |op| op.drop_links(later(1_000))).unwrap();
    assert_eq!(released(), (vec![linked], Some(linked)), "its link is gone");
    ledger.write_now(move |op| op.drop_quotes(&[linked])).unwrap();
    assert_eq!((db.count("quotes"), db.count("quotes_kept")), (2, 0));
    db.assert_clean();
}

/// Blocks of numbers that are over are done with at one look.
fn quotes_of_a_block_that_is_over_are_looked_at_once(db: &TestDb) {
    for article in ["1", "2"] {
        let ledger = db.open();
        quote(&ledger, vec![claim(article, 0)]);
        ledger.close();
    }
    let ledger = db.open();
    let mut looks = Vec::new();
    while let Some(ended) = ledger.read(|reader| reader.quotes_ended(later(100), 10)).unwrap() {
        looks.push(ended.looked_at);
        ledger.write_now(move |op| op.quotes_looked_at(&ended)).unwrap();
    }
    assert_eq!(looks, [1, 1], "one look for each block");
}

/// Once since a time, about what moved the float last.
fn a_low_float_is_told_of_once(db: &TestDb) {
    let ledger = db.open();
    let remind = |outlet: &'static str, since: NaiveDateTime| {
        ledger.write_now(move |op| op.remind_low_float(outlet, since, moment())).unwrap()
    };
    assert!(!remind("7", later(-1)), "nothing ever moved it");
    let request = ledger.fund("7", 100);
    assert!(remind("7", later(-1)));
    assert!(!remind("7", later(-1)));
    assert!(!remind("7", later(0)), "told at this very moment");
    assert!(remind("7", later(1)));
    assert_eq!(
        db.lines("SELECT CAST(payment_id AS TEXT) || ' ' || kind AS line FROM outbox"),
        [format!("{request} 14"), format!("{request} 14")]
    );
    db.assert_clean();
}

on_both!(
    payers_of_old_payments_are_forgotten,
    old_payments_are_looked_at_once,
    references_lose_their_phones,
    ended_links_go,
    unpaid_quotes_go,
    quotes_of_a_block_that_is_over_are_looked_at_once,
    a_low_float_is_told_of_once,
);
