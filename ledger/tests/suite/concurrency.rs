//! Many callers at once: one winner per bill, items of one batch that see and do not harm each other, limits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use ledger::{
    AdvanceOutcome, Channel, DataKeys, Hold, Ledger, LedgerError, Pay, PayOutcome, PaymentState, StorageError,
};

use crate::support::{
    Answer, Command, Doing, Outcome, TestDb, accept, advance, burst, card, cash, confirm, float, halt, money, send,
};

/// How many of these the predicate takes.
fn count<T>(outcomes: &[T], is: impl Fn(&T) -> bool) -> usize {
    outcomes.iter().filter(|outcome| is(outcome)).count()
}

/// Runs `work` on threads of its own, started together; their results.
pub fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = std::sync::Barrier::new(threads);
    std::thread::scope(|scope| {
        let one = |n: usize| {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(n)
            })
        };
        let handles: Vec<_> = (0..threads).map(one).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    })
}

fn three_channels_at_one_bill(db: &TestDb) {
    let ledger = db.open();
    let outcomes = at_once(150, |n| {
        let channel = [Channel::Web, Channel::Ivr, Channel::Tel][n % 3];
        ledger.pay_now(Pay { channel, ..card(&n.to_string(), "a") }).unwrap()
    });
    assert_eq!(count(&outcomes, |o| matches!(o, PayOutcome::Started(_))), 1);
    assert_eq!(count(&outcomes, |o| matches!(o, PayOutcome::BeingPaid(_))), 149);
    assert_eq!((db.count("payments"), db.count("bills"), db.count("idempotency_keys")), (1, 1, 1));
    db.assert_clean();
}

/// What is written between two steps of it, as payments run on.
fn a_whole_read_is_of_one_moment(db: &TestDb) {
    let ledger = db.open();
    ledger.card_in("a", PaymentState::Confirmed);
    let owed = crate::support::cmi();
    let steps = |reader: &mut ledger::Reader<'_>, key: &str| {
        let before = reader.balance_of(&owed)?;
        ledger.card_in(key, PaymentState::Confirmed);
        Ok((before, reader.balance_of(&owed)?))
    };
    let (before, after) = ledger.read(|reader| steps(reader, "b")).unwrap();
    assert_ne!(before, after);
    let (before, after) = ledger.read_whole(|reader| steps(reader, "c")).unwrap();
    assert_eq!(before, after);
    let failed = ledger.read_whole(|_| Err::<(), _>(StorageError::Damaged("a row".to_owned())));
    assert!(failed.is_err());
    // The connection goes on from where the ledger stands.
    let now = ledger.read_whole(|reader| reader.balance_of(&owed)).unwrap();
    assert_eq!(now, money(3 * 16_842));
    assert_eq!(ledger.read(|reader| reader.balance_of(&owed)).unwrap(), now);
}

fn one_key_at_once_is_one_payment(db: &TestDb) {
    let ledger = db.open();
    let outcomes = at_once(20, |_| ledger.pay_now(card("k", "a")).unwrap());
    let reference = |outcome: &PayOutcome| match outcome {
        PayOutcome::Started(reference) | PayOutcome::Replayed(reference) => *reference,
        other => panic!("{other:?}"),
    };
    assert!(outcomes.iter().all(|outcome| reference(outcome) == reference(&outcomes[0])));
    assert_eq!(count(&outcomes, |o| matches!(o, PayOutcome::Started(_))), 1);
    db.assert_clean();
}

fn one_acceptance_at_once_is_one_posting(db: &TestDb) {
    let ledger = db.open();
    for hold in [Hold::Captured, Hold::CaptureAsked] {
        let payment = ledger.card_in(&format!("{hold:?}"), PaymentState::Awaiting);
        let outcomes = at_once(20, |_| ledger.step(payment, accept(hold)));
        assert_eq!(count(&outcomes, |o| matches!(o, AdvanceOutcome::Moved { .. })), 1);
        assert_eq!(count(&outcomes, |o| *o == AdvanceOutcome::Unchanged(PaymentState::Taken)), 19);
        assert_eq!(db.count(&format!("postings WHERE payment_id = {payment}")), 1);
        assert_eq!(db.count(&format!("outbox WHERE kind = 1 AND payment_id = {payment}")), 1);
    }
    db.assert_clean();
}

/// The same in one batch: items see each other.
fn items_of_a_batch_see_each_other(db: &TestDb) {
    db.fund_float("7", 16_842);
    let ledger = db.open();
    let payment = ledger.card_in("a", PaymentState::Taken);
    let given_back = ledger.start(cash("b", "b"));
    let batches = ledger.stats().batches.load(Ordering::Relaxed);
    let answers = burst(
        &ledger,
        [
            Command::Pay(card("1", "c")),
            Command::Pay(card("1", "c")),
            Command::Pay(card("2", "c")),
            Command::Advance(advance(payment, confirm())),
            Command::Advance(advance(payment, confirm())),
            Command::Pay(card("3", "a")),
            Command::Pay(cash("4", "d")),
            Command::Advance(advance(given_back, ledger::Step::Return)),
            Command::Pay(cash("5", "d")),
            Command::Pay(cash("6", "e")),
        ],
    );
    assert_eq!(ledger.stats().batches.load(Ordering::Relaxed), batches + 2, "not one batch after the halt's own");
    let answers: Vec<Outcome> = answers.into_iter().map(Result::unwrap).collect();
    let Outcome::Pay(PayOutcome::Started(first)) = answers[0] else { panic!("{answers:?}") };
    let Outcome::Pay(PayOutcome::Started(fifth)) = answers[8] else { panic!("{answers:?}") };
    use PaymentState as P;
    assert_eq!(
        answers,
        [
            Outcome::Pay(PayOutcome::Started(first)),
            Outcome::Pay(PayOutcome::Replayed(first)),
            Outcome::Pay(PayOutcome::BeingPaid(first.id())),
            Outcome::Advance(AdvanceOutcome::Moved { from: P::Taken, to: P::Confirmed }),
            Outcome::Advance(AdvanceOutcome::Unchanged(P::Confirmed)),
            Outcome::Pay(PayOutcome::AlreadyPaid),
            Outcome::Pay(PayOutcome::InsufficientFunds),
            Outcome::Advance(AdvanceOutcome::Moved { from: P::Taken, to: P::Returned }),
            Outcome::Pay(PayOutcome::Started(fifth)),
            Outcome::Pay(PayOutcome::InsufficientFunds),
        ]
    );
    assert_eq!(db.balance(&float()), 0);
    db.assert_clean();
}

fn a_poison_item_fails_alone(db: &TestDb) {
    let ledger = db.open();
    let payments: Vec<i64> = ["a", "b", "c"].map(|bill| ledger.card_in(bill, PaymentState::Awaiting)).to_vec();
    let set = |bills: &str| {
        let sql = format!("UPDATE payments SET bills = {bills} WHERE id = {}", payments[1]);
        db.raw().run(&sql).unwrap();
    };
    set(if db.is_postgres() { "'\\x00'" } else { "X'00'" });
    let accepted = |payment: &i64| Command::Advance(advance(*payment, accept(Hold::Captured)));
    let answers = burst(&ledger, payments.iter().map(accepted));
    let moved = Outcome::Advance(AdvanceOutcome::Moved { from: PaymentState::Awaiting, to: PaymentState::Taken });
    assert_eq!((answers[0].as_ref().unwrap(), answers[2].as_ref().unwrap()), (&moved, &moved));
    let poison = answers[1].as_ref().unwrap_err();
    assert!(matches!(poison, LedgerError::Storage(StorageError::Damaged(_))), "{poison:?}");
    assert_eq!(db.count("postings"), 2);
    // The writer goes on.
    ledger.card_in("d", PaymentState::Confirmed);
}

/// A rare write that fails leaves its neighbours alone, too.
fn a_failing_rare_write_fails_alone(db: &TestDb) {
    let ledger = db.open();
    let halted = halt(&ledger);
    let (answer, heard) = std::sync::mpsc::channel();
    let write = |op: &mut ledger::WriteOp<'_>| -> Result<(), StorageError> {
        op.put_biller(1001, "half done", "2026-11-24T10:00:00".parse().unwrap())?;
        Err(StorageError::Failed("on purpose".to_owned()))
    };
    ledger.write(write, Box::new(move |result| drop(answer.send(result))));
    let paid = send(&ledger, [Command::Pay(card("1", "a"))]);
    drop(halted);
    assert_eq!(heard.recv().unwrap().unwrap_err().to_string(), "the database failed: on purpose");
    assert!(matches!(paid[0].recv().unwrap(), Ok(Outcome::Pay(PayOutcome::Started(_)))));
    assert_eq!((db.count("billers"), db.count("payments")), (0, 1));
}

fn a_full_queue_refuses_at_once(db: &TestDb) {
    const QUEUE_MAX: usize = 4_096;
    let ledger = db.open();
    let halted = halt(&ledger);
    let nobody = (0..QUEUE_MAX + 10).map(|_| Command::Advance(advance(1, confirm())));
    let heard = send(&ledger, nobody);
    for refused in &heard[QUEUE_MAX..] {
        assert!(matches!(refused.try_recv().unwrap(), Err(LedgerError::Overloaded(1))));
    }
    drop(halted);
    for done in &heard[..QUEUE_MAX] {
        assert_eq!(done.recv().unwrap().unwrap(), Outcome::Advance(AdvanceOutcome::NoSuchPayment));
    }
}

fn closing_drains(db: &TestDb) {
    let ledger = Arc::new(db.open());
    let halted = halt(&ledger);
    let heard = send(&ledger, (0..20).map(|n| Command::Pay(card(&n.to_string(), &n.to_string()))));
    let closing = std::thread::spawn({
        let ledger = Arc::clone(&ledger);
        move || ledger.close()
    });
    while ledger.is_writing() {
        std::thread::yield_now();
    }
    assert!(matches!(ledger.pay_now(card("late", "late")), Err(LedgerError::Closed)));
    drop(halted);
    closing.join().unwrap();
    for answer in heard {
        assert!(matches!(answer.recv().unwrap(), Ok(Outcome::Pay(PayOutcome::Started(_)))));
    }
    assert_eq!(db.count("payments"), 20);
    db.assert_clean();
}

/// Two processes over one database: what one batch has read, the other may change before it commits.
fn two_ledgers_race(db: &TestDb) {
    // Five times 168.42 and a little.
    db.fund_float("7", 84_500);
    let ledgers: [Ledger; 2] = [db.open(), db.open()];
    let outcomes = at_once(40, |n| {
        let pay = match n / 2 {
            // Ten bills that both want, half of them under the same key.
            bill @ 0..5 => card(&format!("same key {bill}"), &format!("a{bill}")),
            bill @ 5..10 => card(&n.to_string(), &format!("a{bill}")),
            // Twenty bills of their own out of one float.
            _ => cash(&n.to_string(), &n.to_string()),
        };
        ledgers[n % 2].pay_now(pay).unwrap()
    });
    let (same_key, rest) = outcomes.split_at(10);
    let (same_bill, floats) = rest.split_at(10);
    for pair in same_key.chunks(2) {
        assert_eq!(count(pair, |o| matches!(o, PayOutcome::Started(_))), 1, "{pair:?}");
        assert_eq!(count(pair, |o| matches!(o, PayOutcome::Replayed(_))), 1, "{pair:?}");
    }
    for pair in same_bill.chunks(2) {
        assert_eq!(count(pair, |o| matches!(o, PayOutcome::Started(_))), 1, "{pair:?}");
        assert_eq!(count(pair, |o| matches!(o, PayOutcome::BeingPaid(_))), 1, "{pair:?}");
    }
    assert_eq!(count(floats, |o| matches!(o, PayOutcome::Started(_))), 5);
    assert_eq!(count(floats, |o| *o == PayOutcome::InsufficientFunds), 15);
    assert_eq!(db.balance(&float()), -(84_500 - 5 * 16_842));
    // And at the steps of one payment.
    let payment = ledgers[0].card_in("b", PaymentState::Awaiting);
    let outcomes = at_once(20, |n| ledgers[n % 2].step(payment, accept(Hold::Captured)));
    assert_eq!(count(&outcomes, |o| matches!(o, AdvanceOutcome::Moved { .. })), 1);
    db.assert_clean();
}

/// Batches of two processes that want the same bills in opposite orders: nobody waits for the other in a circle.
fn two_ledgers_cross(db: &TestDb) {
    let ledgers: [Ledger; 2] = [db.open(), db.open()];
    for round in 0..5 {
        let all: Vec<Pay> = (0..30)
            .map(|n| {
                let mut pay = card(&format!("{round} {n}"), &format!("{round} {n}"));
                pay.amounts.principal = money(100 + n);
                pay
            })
            .collect();
        // A halted writer holds SQLite's only lock: there the second one waits for the first.
        let halted = if db.is_postgres() { 2 } else { 1 };
        let halts: Vec<_> = ledgers.iter().take(halted).map(halt).collect();
        let one = send(&ledgers[0], all.iter().cloned().map(Command::Pay));
        let two = send(&ledgers[1], all.iter().rev().cloned().map(Command::Pay));
        drop(halts);
        let of = |heard: Vec<Receiver<Answer>>| -> Vec<Outcome> {
            heard.into_iter().map(|answer| answer.recv().unwrap().unwrap()).collect()
        };
        for (one, two) in of(one).into_iter().zip(of(two).into_iter().rev()) {
            let pair = [one, two];
            assert_eq!(count(&pair, |o| matches!(o, Outcome::Pay(PayOutcome::Started(_)))), 1, "{pair:?}");
            assert_eq!(count(&pair, |o| matches!(o, Outcome::Pay(PayOutcome::Replayed(_)))), 1, "{pair:?}");
        }
    }
    db.assert_clean();
}

/// After the database went away under it, the writer finds it again.
fn a_lost_connection_is_opened_again(db: &TestDb) {
    if !db.is_postgres() {
        return;
    }
    let ledger = db.open();
    ledger.card_in("a", PaymentState::Confirmed);
    db.lines(
        "SELECT pg_terminate_backend(pid)::TEXT AS line FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // The first batch may find out by failing; a second try of the same batch is part of it.
    ledger.card_in("b", PaymentState::Confirmed);
    assert!(ledger.read(|reader| reader.billers()).is_ok());
    db.assert_clean();
}

/// On SQLite whoever fills a database has it alone, and whoever has it open keeps it from being filled.
#[test]
fn what_is_filled_is_nobody_elses() {
    let db = TestDb::sqlite();
    let keys = DataKeys::of_bytes([7; 32]);
    let told = |result: Result<Ledger, LedgerError>| result.err().map(|error| error.to_string()).unwrap_or_default();
    let hub = Ledger::open(&db.url, &keys, 2, Arc::new(|| {})).unwrap();
    let refused = told(Ledger::open_to_fill(&db.url, &keys));
    assert!(refused.contains("another process has it open"), "{refused}");
    drop(hub);
    let filling = Ledger::open_to_fill(&db.url, &keys).unwrap();
    for other in [Ledger::open(&db.url, &keys, 2, Arc::new(|| {})), Ledger::open_beside(&db.url, &keys)] {
        let refused = told(other.map_err(LedgerError::from));
        assert!(refused.contains("`fatoura generate` is filling it"), "{refused}");
    }
    let refused = told(Ledger::open_to_fill(&db.url, &keys));
    assert!(refused.contains("is filling it"), "{refused}");
    filling.card_in("a", PaymentState::Confirmed);
    drop(filling);
    Ledger::open(&db.url, &keys, 2, Arc::new(|| {})).unwrap().close();
}

on_both!(
    a_whole_read_is_of_one_moment,
    three_channels_at_one_bill,
    one_key_at_once_is_one_payment,
    one_acceptance_at_once_is_one_posting,
    items_of_a_batch_see_each_other,
    a_poison_item_fails_alone,
    a_failing_rare_write_fails_alone,
    a_full_queue_refuses_at_once,
    closing_drains,
    two_ledgers_race,
    two_ledgers_cross,
    a_lost_connection_is_opened_again,
);
