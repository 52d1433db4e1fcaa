//! Payments by phone, receipt number and customer: found at once, and no differently once their words are in order.

use ledger::{CustomerKey, Ledger, Pay, PaymentWord};

use crate::keeping::quote;
use crate::support::{Doing, TestDb, accept, card, claim, confirm};

fn customer() -> PaymentWord {
    PaymentWord::Customer(CustomerKey::of(1001, "01", "12345678"))
}

fn phone(number: usize) -> PaymentWord {
    PaymentWord::Phone(format!("+2126000000{number:02}"))
}

/// A payment of the customer, confirmed if it is to have a receipt.
fn pay(ledger: &Ledger, number: usize, confirmed: bool) -> i64 {
    let article = number.to_string();
    let quote = quote(ledger, vec![claim(&article, 0)]);
    let PaymentWord::Phone(phone) = phone(number % 3) else { unreachable!() };
    let payment = ledger.start(Pay { quote: quote.id, phone: Some(phone), ..card(&article, &article) });
    if confirmed {
        ledger.step(payment, accept(ledger::Hold::Captured));
        ledger.step(payment, confirm());
    }
    payment
}

fn found(ledger: &Ledger, word: &PaymentWord, limit: i64) -> Vec<i64> {
    let found = ledger.read(|reader| reader.payments_by(std::slice::from_ref(word), limit)).unwrap();
    found.iter().map(|payment| payment.id).collect()
}

/// Puts some of the words in order; whether more wait.
fn index(ledger: &Ledger, limit: i64) -> bool {
    let missing = ledger.read(|reader| reader.missing_words(limit)).unwrap();
    let has_more = missing.has_more();
    ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    has_more
}

fn assert_found(ledger: &Ledger, made: &[i64]) {
    let newest: Vec<i64> = made.iter().rev().copied().collect();
    assert_eq!(found(ledger, &customer(), 100), newest);
    assert_eq!(found(ledger, &customer(), 2), newest[..newest.len().min(2)]);
    for number in 0..3 {
        let own: Vec<i64> =
            made.iter().enumerate().filter(|(at, _)| at % 3 == number).map(|(_, id)| *id).rev().collect();
        assert_eq!(found(ledger, &phone(number), 100), own);
    }
    assert_eq!(found(ledger, &phone(3), 100), []);
}

fn receipt(ledger: &Ledger, payment: i64) -> PaymentWord {
    let found = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    PaymentWord::Receipt(found.receipt_number.unwrap())
}

fn found_at_once_and_in_order(db: &TestDb) {
    let ledger = db.open();
    let mut made = Vec::new();
    for number in 0..9 {
        made.push(pay(&ledger, number, number % 2 == 0));
        assert_found(&ledger, &made);
        if number % 4 == 3 {
            index(&ledger, 2);
            assert_found(&ledger, &made);
        }
    }
    let confirmed = receipt(&ledger, made[8]);
    assert!(found(&ledger, &confirmed, 100).contains(&made[8]));
    while index(&ledger, 2) {}
    assert_eq!(db.count("payment_words"), 9 + 9 + 5);
    assert_found(&ledger, &made);
    assert!(found(&ledger, &confirmed, 100).contains(&made[8]));
    // One that is confirmed after it was put in order.
    ledger.step(made[1], accept(ledger::Hold::Captured));
    ledger.step(made[1], confirm());
    assert!(found(&ledger, &confirmed, 100).contains(&made[1]));
    while index(&ledger, 2) {}
    assert!(found(&ledger, &confirmed, 100).contains(&made[1]));
    assert_eq!(db.count("payment_words"), 9 + 9 + 6);
    db.assert_clean();
}

/// Blocks of numbers that are written at the same time, put in order by both, and let go when they are over.
fn by_several_processes(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let mut made = Vec::new();
    for number in 0..8 {
        made.push(pay(&ledgers[number % 2], number, false));
        index(&ledgers[(number / 2) % 2], 1);
    }
    // The numbers of two processes say nothing of which was first.
    made.sort_unstable();
    let all = found(&ledgers[0], &customer(), 100);
    assert_eq!(all, made.iter().rev().copied().collect::<Vec<_>>());
    ledgers.iter().for_each(Ledger::close);
    let third = db.open();
    while index(&third, 1) {}
    index(&third, 1);
    assert_eq!(found(&third, &customer(), 100), all);
    assert_eq!(db.count("payment_words"), 16);
    assert_eq!(db.count("id_blocks WHERE NOT has_words"), 1, "the third's own, as it writes");
    db.assert_clean();
}

/// What many processes left behind is put in order a bounded part at a time.
fn left_by_many_processes(db: &TestDb) {
    let mut made = Vec::new();
    for process in 0..4 {
        let ledger = db.open();
        made.extend((0..3).map(|number| pay(&ledger, process * 3 + number, false)));
        ledger.close();
    }
    let ledger = db.open();
    assert!(index(&ledger, 2));
    assert_eq!(db.count("payment_words"), 4, "two payments by phone and customer");
    while index(&ledger, 2) {}
    assert_eq!(db.count("payment_words"), 24);
    made.sort_unstable();
    assert_eq!(found(&ledger, &customer(), 100), made.iter().rev().copied().collect::<Vec<_>>());
    db.assert_clean();
}

on_both!(found_at_once_and_in_order, by_several_processes, left_by_many_processes);
