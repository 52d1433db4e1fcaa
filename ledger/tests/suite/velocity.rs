//! What payments leave for rules that count by the payer's address and by card, and networks on lists.

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{
    AdvanceOutcome, GUARD_WINDOW_MAX, GuardKey, GuardList, GuardSubject, GuardTrace, Hold, KeptEntry, Ledger, Moment,
    Network, NewGuardEntry, Pay, PayOutcome, PaymentState, Person, Step,
};

use crate::support::{Doing, TestDb, accept, actor, card, confirm, now};

const MASK: &str = "400000*0010";

fn payer(address: &str) -> Network {
    Network::of_payer(address.parse().unwrap()).unwrap()
}

/// A payment of a bill that somebody starts at an address, so many minutes after all began.
fn from(address: &str, article: &str, minutes: i64) -> Pay {
    let moment = Moment::of(now() + TimeDelta::minutes(minutes));
    Pay { address: Some(payer(address)), moment, ..card(article, article) }
}

fn counted(hold: Hold, refused: bool) -> Step {
    match accept(hold) {
        Step::Accept { amount, authorisation, card_mask, gateway_reference, .. } => {
            let (is_refused, counted) = (refused, Some(GuardTrace::of_card(MASK)));
            Step::Accept { hold, amount, authorisation, card_mask, gateway_reference, is_refused, counted }
        }
        other => other,
    }
}

fn past(ledger: &Ledger, key: &GuardKey, since: NaiveDateTime) -> Vec<i64> {
    let found = ledger.read(|reader| reader.past_payments(key, since, 10)).unwrap();
    // Asked for together with others they are the same.
    let all = ledger.read(|reader| reader.past_payments_of(&[(key.clone(), since)], 10)).unwrap();
    assert_eq!(all, [(key.subject(), found.clone())]);
    found.into_iter().map(|past| past.id).collect()
}

fn payments_of_an_address_are_found_from_their_commit(db: &TestDb) {
    let ledger = db.open();
    let first = ledger.start(from("196.200.131.7", "a", 0));
    let second = ledger.start(from("::ffff:196.200.131.7", "b", 10));
    let other = ledger.start(from("2001:db8:1:2::9", "c", 10));
    ledger.start(card("nobody", "d"));
    let key = GuardKey::Address(payer("196.200.131.7"));
    let start = now().naive_utc();
    assert_eq!(past(&ledger, &key, start), [second, first]);
    assert_eq!(past(&ledger, &key, start + TimeDelta::microseconds(1)), [second]);
    assert_eq!(past(&ledger, &GuardKey::Address(payer("2001:db8:1:2::1")), start), [other]);
    assert_eq!(past(&ledger, &GuardKey::Address(payer("196.200.131.8")), start), Vec::<i64>::new());
    // The same request again, and one whose bill is being paid, leave nothing.
    assert!(matches!(ledger.pay_now(from("196.200.131.7", "a", 20)).unwrap(), PayOutcome::Replayed(_)));
    let again = Pay { bills: card("x", "a").bills, ..from("196.200.131.7", "x", 20) };
    assert!(matches!(ledger.pay_now(again).unwrap(), PayOutcome::BeingPaid(_)));
    assert_eq!(db.count("guard_traces"), 3);
    // By what a payment has left, without knowing the address.
    let traced = ledger.read(|reader| reader.address_of_payment(first)).unwrap().unwrap();
    assert_eq!(past(&ledger, &traced, start), [second, first]);
    assert_eq!(ledger.read(|reader| reader.address_of_payment(other + 1)).unwrap(), None);
    db.assert_clean();
}

/// Two databases hold different digests of one address: without the key none can be tried out.
fn an_address_is_digested_under_a_key(db: &TestDb) {
    let digests = |db: &TestDb| {
        db.open().start(from("196.200.131.7", "a", 0));
        let hex = if db.is_postgres() { "encode(value, 'hex')" } else { "lower(hex(value))" };
        db.lines(&format!("SELECT {hex} AS line FROM guard_traces"))
    };
    let (mine, others) = (digests(db), digests(&db.sibling()));
    assert_eq!((mine.len(), mine[0].len()), (1, 32));
    assert_ne!(mine, others);
}

fn payments_of_a_card_are_found_from_its_acceptance(db: &TestDb) {
    let ledger = db.open();
    let key = GuardKey::Card(MASK.to_owned());
    let start = now().naive_utc();
    let moved = |payment, step, minutes| {
        let moment = Moment::of(now() + TimeDelta::minutes(minutes));
        ledger.advance_now(ledger::Advance { payment, step, task: None, moment }).unwrap()
    };
    let [taken, held, late, refused] = ["a", "b", "c", "d"].map(|article| ledger.start(card(article, article)));
    assert!(matches!(moved(taken, counted(Hold::CaptureAsked, false), 1), AdvanceOutcome::Moved { .. }));
    assert!(matches!(moved(held, counted(Hold::Held, false), 2), AdvanceOutcome::Moved { .. }));
    moved(late, Step::Expire, 2);
    assert!(matches!(moved(late, counted(Hold::Captured, false), 40), AdvanceOutcome::Moved { .. }));
    let back = moved(refused, counted(Hold::Captured, true), 3);
    assert!(matches!(back, AdvanceOutcome::Moved { to: PaymentState::Returning, .. }), "{back:?}");
    assert_eq!(past(&ledger, &key, start), [late, held, taken], "the newest acceptance first");
    assert_eq!(past(&ledger, &key, start + TimeDelta::minutes(3)), [late]);
    // Heard again, and captured later: they are counted once.
    moved(taken, counted(Hold::CaptureAsked, false), 50);
    moved(held, counted(Hold::Captured, false), 51);
    assert_eq!(past(&ledger, &key, start), [late, held, taken]);
    assert_eq!(past(&ledger, &GuardKey::Card("400000*0011".to_owned()), start), Vec::<i64>::new());
    db.assert_clean();
}

fn traces_are_dropped_once_no_rule_looks_back_to_them(db: &TestDb) {
    let ledger = db.open();
    ledger.start(from("196.200.131.7", "a", 0));
    let young = ledger.start(from("196.200.131.7", "b", 1));
    let drop_at = |at| ledger.write_now(move |op| op.drop_guard_traces(at)).unwrap();
    assert_eq!(drop_at(now() + GUARD_WINDOW_MAX), 0, "a rule of the longest window counts it");
    assert_eq!(drop_at(now() + GUARD_WINDOW_MAX + TimeDelta::seconds(1)), 1);
    assert_eq!(past(&ledger, &GuardKey::Address(payer("196.200.131.7")), now().naive_utc()), [young]);
}

fn whoever_is_erased_leaves_no_address(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.start(from("196.200.131.7", "a", 0));
    let other = ledger.start(Pay { phone: Some("+212600000001".to_owned()), ..from("196.200.131.7", "b", 0) });
    ledger.step(payment, counted(Hold::Captured, false));
    ledger.step(payment, confirm());
    let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
    ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    let person = Person { phone: Some("+212612345678".to_owned()), ..Person::default() };
    ledger.write_now(move |op| op.erase_person(&person)).unwrap();
    let subject = GuardSubject::Address.code();
    let left = |subject| {
        db.lines(&format!("SELECT CAST(payment_id AS TEXT) AS line FROM guard_traces WHERE subject = {subject}"))
    };
    assert_eq!(left(subject), [other.to_string()], "the other payer's, and nobody else's");
    assert_eq!(left(GuardSubject::Card.code()), [payment.to_string()], "a card's mask stays with the payment");
}

fn networks_on_lists(db: &TestDb) {
    let ledger = db.open();
    let entry = |network: &str| NewGuardEntry {
        list: GuardList::Block,
        key: GuardKey::Address(network.parse().unwrap()),
        shown: String::new(),
        reason: "a test".to_owned(),
        by: actor(1),
        now: now().naive_utc(),
        ends_at: None,
    };
    let add = |network| {
        let new = entry(network);
        ledger.write_now(move |op| op.add_guard_entry(&new)).unwrap()
    };
    let found = |address: &str| {
        let lengths = ledger.read(|reader| reader.listed_lengths()).unwrap();
        let keys: Vec<GuardKey> = payer(address).within(&lengths).map(GuardKey::Address).collect();
        ledger.read(|reader| reader.guard_entries_of(&keys, now().naive_utc())).unwrap().len()
    };
    assert_eq!(found("196.200.131.7"), 0);
    let KeptEntry::New(wide) = add("196.200.128.0/17") else { panic!() };
    add("196.200.131.7");
    assert!(matches!(add("196.200.131.7/32"), KeptEntry::Listed(_)), "one address, however it is written");
    add("2001:db8::/32");
    let mut lengths = ledger.read(|reader| reader.listed_lengths()).unwrap();
    lengths.sort_unstable();
    assert_eq!(lengths, [32, 113, 128]);
    for (address, entries) in
        [("196.200.131.7", 2), ("196.200.255.1", 1), ("196.200.127.255", 0), ("2001:db8:9::1", 1), ("2001:db9::1", 0)]
    {
        assert_eq!(found(address), entries, "{address}");
    }
    ledger.write_now(move |op| op.remove_guard_entry(wide, &actor(1), now().naive_utc())).unwrap();
    assert_eq!((found("196.200.131.7"), found("196.200.255.1")), (1, 0));
    // The address of a payment is the same entry.
    let payment = ledger.start(from("196.200.131.7", "a", 0));
    let key = ledger.read(|reader| reader.address_of_payment(payment)).unwrap().unwrap();
    let again = NewGuardEntry { key, ..entry("10.0.0.0/8") };
    assert!(matches!(ledger.write_now(move |op| op.add_guard_entry(&again)).unwrap(), KeptEntry::Listed(_)));
}

on_both!(
    payments_of_an_address_are_found_from_their_commit,
    an_address_is_digested_under_a_key,
    payments_of_a_card_are_found_from_its_acceptance,
    traces_are_dropped_once_no_rule_looks_back_to_them,
    whoever_is_erased_leaves_no_address,
    networks_on_lists
);
