//! The state machine, exhaustively: every step from every state, and what it leaves behind.

use ledger::{AdvanceOutcome, Hold, Ledger, Pay, PayOutcome, PaymentState, PostingKind, Step, TaskKind};

use crate::support::{Doing, TestDb, accept, accept_amount, bill, card, claim, confirm, cut_off};

use PaymentState as P;

fn steps() -> [(&'static str, Step); 10] {
    [
        ("accept held", accept(Hold::Held)),
        ("accept asked", accept(Hold::CaptureAsked)),
        ("accept captured", accept(Hold::Captured)),
        ("captured", Step::Captured),
        ("confirm", confirm()),
        ("decline", Step::Decline),
        ("expire", Step::Expire),
        ("return", Step::Return),
        ("returned", Step::Returned),
        ("let go", Step::LetGo),
    ]
}

/// By state, the outcomes of [`steps`] in their order: a state moved to, `=` unchanged, `-` refused.
const OUTCOMES: [(PaymentState, &str); 8] = [
    (P::Awaiting, "held taken taken - - declined expired - - -"),
    (P::Held, "= = taken taken - - - returning - returning"),
    (P::Taken, "= = = = confirmed - - returning - -"),
    (P::Confirmed, "= = = = = - - - - -"),
    (P::Declined, "held taken taken - - = = - - -"),
    (P::Expired, "held taken taken - - - = - - -"),
    (P::Returning, "= = = = - - - = returned ="),
    (P::Returned, "= = = = - - - = = ="),
];

/// What each move leaves: state, step, postings, tasks, the bill.
const EFFECTS: [(PaymentState, &str, &str, &str, &str); 18] = [
    (P::Awaiting, "accept held", "", "capture", "in flight 0"),
    (P::Awaiting, "accept asked", "taken", "verify capture, confirm", "in flight 0"),
    (P::Awaiting, "accept captured", "taken", "confirm", "in flight 0"),
    (P::Awaiting, "decline", "", "", "open 0"),
    (P::Awaiting, "expire", "", "", "open 0"),
    (P::Held, "accept captured", "taken", "confirm", "in flight 0"),
    (P::Held, "captured", "taken", "confirm", "in flight 0"),
    (P::Held, "return", "", "return, SMS returning, mail returning", "in flight 0"),
    (P::Held, "let go", "", "return, SMS returning, mail returning", "in flight 0"),
    (P::Taken, "confirm", "confirmed", "SMS, mail", "paid 1"),
    (P::Taken, "return", "return decided", "return, SMS returning, mail returning", "in flight 0"),
    (P::Declined, "accept held", "", "capture", "in flight 0"),
    (P::Declined, "accept asked", "taken", "verify capture, confirm", "in flight 0"),
    (P::Declined, "accept captured", "taken", "confirm", "in flight 0"),
    (P::Expired, "accept held", "", "capture", "in flight 0"),
    (P::Expired, "accept asked", "taken", "verify capture, confirm", "in flight 0"),
    (P::Expired, "accept captured", "taken", "confirm", "in flight 0"),
    (P::Returning, "returned", "returned", "SMS returned, mail returned", "open 1"),
];

/// The kinds of a payment's rows in order of their numbers, from the one after `skip` on.
fn kinds<T: std::fmt::Display>(
    db: &TestDb,
    table: &str,
    payment: i64,
    skip: usize,
    of: fn(i16) -> Option<T>,
) -> String {
    let sql = format!("SELECT CAST(kind AS TEXT) AS line FROM {table} WHERE payment_id = {payment} ORDER BY id");
    let codes = db.lines(&sql).into_iter().skip(skip);
    codes.map(|code| of(code.parse().unwrap()).unwrap().to_string()).collect::<Vec<_>>().join(", ")
}

fn postings(db: &TestDb, payment: i64) -> String {
    kinds(db, "postings", payment, 0, PostingKind::from_code)
}

fn rows(db: &TestDb, table: &str, payment: i64) -> usize {
    db.lines(&format!("SELECT CAST(id AS TEXT) AS line FROM {table} WHERE payment_id = {payment}")).len()
}

fn standing(ledger: &Ledger, article: &str) -> String {
    let bills = ledger.read(|reader| reader.bills(&[bill(article)])).unwrap();
    bills.get(&bill(article)).map_or_else(String::new, |bill| format!("{} {}", bill.state, bill.generation))
}

fn every_step_from_every_state(db: &TestDb) {
    let ledger = db.open();
    for (state, row) in OUTCOMES {
        let outcomes: Vec<&str> = row.split(' ').collect();
        assert_eq!(outcomes.len(), steps().len());
        for ((name, step), expected) in steps().into_iter().zip(outcomes) {
            let case = format!("{state}, {name}");
            let payment = ledger.card_in(&case, state);
            let (booked, tasks) = (rows(db, "postings", payment), rows(db, "outbox", payment));
            let before = standing(&ledger, &case);
            let outcome = match expected {
                "=" => AdvanceOutcome::Unchanged(state),
                "-" => AdvanceOutcome::Refused(state),
                to => AdvanceOutcome::Moved { from: state, to: to.parse().unwrap() },
            };
            assert_eq!(ledger.step(payment, step.clone()), outcome, "{case}");
            let effects = EFFECTS.iter().find(|effect| (effect.0, effect.1) == (state, name));
            assert_eq!(effects.is_some(), matches!(outcome, AdvanceOutcome::Moved { .. }), "{case}");
            let (_, _, postings, added, bill) = effects.copied().unwrap_or((state, name, "", "", &before));
            assert_eq!(kinds(db, "postings", payment, booked, PostingKind::from_code), postings, "{case}");
            assert_eq!(kinds(db, "outbox", payment, tasks, TaskKind::from_code), added, "{case}");
            assert_eq!(standing(&ledger, &case), bill, "{case}");
            // The same step again changes nothing, and says so.
            if let AdvanceOutcome::Moved { to, .. } = outcome {
                assert_eq!(ledger.step(payment, step), AdvanceOutcome::Unchanged(to), "{case}, again");
            }
        }
    }
    db.assert_clean();
}

fn what_a_step_tells_is_kept(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Confirmed);
    let stored = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    assert_eq!((stored.authorisation.as_str(), stored.card_mask.as_str()), ("A1", "4***1"));
    assert_eq!((stored.gateway_reference.as_str(), stored.receipt_number.as_deref()), ("T1", Some("R-1")));
    let other = Step::Confirm { receipt_number: "R-2".to_owned(), receipt_date: None, cut_off: cut_off() };
    assert_eq!(ledger.step(payment, other), AdvanceOutcome::Unchanged(P::Confirmed));
    let stored = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    assert_eq!(stored.receipt_number.as_deref(), Some("R-1"));
}

/// Money that was held and never captured was never booked, and is not booked back.
fn a_hold_goes_back_without_postings(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Held);
    ledger.step(payment, Step::Return);
    assert_eq!(ledger.step(payment, Step::Returned), AdvanceOutcome::Moved { from: P::Returning, to: P::Returned });
    assert_eq!((postings(db, payment), standing(&ledger, "a")), (String::new(), "open 1".to_owned()));
    db.assert_clean();
}

/// A hold whose return was decided and which was captured all the same is booked in, and booked back once it went.
fn a_late_capture_of_a_returning_hold_is_booked(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", P::Held);
    ledger.step(payment, Step::Return);
    let booked = AdvanceOutcome::Moved { from: P::Returning, to: P::Returning };
    assert_eq!(ledger.step(payment, accept(Hold::Captured)), booked);
    assert_eq!(ledger.step(payment, accept(Hold::Captured)), AdvanceOutcome::Unchanged(P::Returning));
    assert_eq!(postings(db, payment), "taken, return decided");
    db.assert_clean();
    ledger.step(payment, Step::Returned);
    assert_eq!(postings(db, payment), "taken, return decided, returned");
    db.assert_clean();
}

fn messages_go_where_an_address_is_known(db: &TestDb) {
    let ledger = db.open();
    let mut silent = card("1", "a");
    (silent.phone, silent.email) = (None, None);
    let payment = ledger.start(silent);
    for step in [accept(Hold::Captured), confirm()] {
        ledger.step(payment, step);
    }
    assert_eq!(kinds(db, "outbox", payment, 0, TaskKind::from_code), "poll, confirm");
    db.assert_clean();
}

fn another_amount_changes_nothing(db: &TestDb) {
    let ledger = db.open();
    for state in PaymentState::ALL {
        let payment = ledger.card_in(state.as_str(), *state);
        for centimes in [0, 16_841, 16_843, -16_842] {
            let step = accept_amount(Hold::Captured, centimes);
            assert_eq!(ledger.step(payment, step), AdvanceOutcome::WrongAmount, "{state}");
        }
        let stored = ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
        assert_eq!(stored.state, *state);
    }
    assert_eq!(ledger.step(123_456, Step::Decline), AdvanceOutcome::NoSuchPayment);
    db.assert_clean();
}

/// The task that led to a step is done with it, unless the step left its payment without an owner.
fn tasks_end_with_their_step(db: &TestDb) {
    let cases = [
        ("moved", accept(Hold::Held), true),
        ("refused", Step::Returned, true),
        ("another amount", accept_amount(Hold::Held, 1), false),
    ];
    let ledger = db.open();
    for (name, step, done) in cases {
        let payment = ledger.card_in(name, P::Awaiting);
        let sql = |what: &str| {
            format!("SELECT CAST({what} AS TEXT) AS line FROM outbox WHERE payment_id = {payment} ORDER BY id LIMIT 1")
        };
        let task = db.lines(&sql("id"))[0].parse().unwrap();
        ledger.advance_now(ledger::Advance { task: Some(task), ..crate::support::advance(payment, step) }).unwrap();
        let found = db.lines(&sql("CASE WHEN done_at IS NULL THEN 'open' ELSE 'done' END"));
        assert_eq!(found, [if done { "done" } else { "open" }], "{name}");
    }
}

/// A bill, by what happened to it after its first payment was refused or had expired: who has it now.
fn a_late_acceptance_is_heard(db: &TestDb) {
    let free = [
        (Hold::Held, P::Held, "", "capture"),
        (Hold::CaptureAsked, P::Taken, "taken", "verify capture, confirm"),
        (Hold::Captured, P::Taken, "taken", "confirm"),
    ];
    let gone = [
        (Hold::Held, P::Returning, "", "return, SMS returning, mail returning"),
        (Hold::CaptureAsked, P::Returning, "", "return, SMS returning, mail returning"),
        (Hold::Captured, P::Returning, "taken, return decided", "return, SMS returning, mail returning"),
    ];
    let ledger = db.open();
    for late in [P::Declined, P::Expired] {
        // What the other payment of the bill became, what the late one finds, and how the bill stands at the end.
        for (other, outcomes, end) in [
            (None, free, "in flight 0"),
            (Some(P::Declined), free, "in flight 0"),
            (Some(P::Awaiting), gone, "in flight 0"),
            (Some(P::Taken), gone, "in flight 0"),
            (Some(P::Confirmed), gone, "paid 1"),
            (Some(P::Returned), gone, "open 1"),
        ] {
            for (hold, to, booked, tasks) in outcomes {
                let case = format!("{late}, {other:?}, {hold:?}");
                let payment = ledger.card_in(&case, late);
                if let Some(other) = other {
                    ledger.card_in_again(&case, other);
                }
                assert_eq!(ledger.step(payment, accept(hold)), AdvanceOutcome::Moved { from: late, to }, "{case}");
                assert_eq!(postings(db, payment), booked, "{case}");
                // The first task was the poll.
                assert_eq!(kinds(db, "outbox", payment, 1, TaskKind::from_code), tasks, "{case}");
                assert_eq!(standing(&ledger, &case), end, "{case}");
                if to == P::Returning {
                    ledger.step(payment, Step::Returned);
                    assert_eq!(standing(&ledger, &case), end, "{case}: giving back frees no bill of another's");
                }
            }
        }
    }
    db.assert_clean();
}

trait Again {
    fn card_in_again(&self, article: &str, state: PaymentState);
}

impl Again for Ledger {
    /// A second payment of the same bill.
    fn card_in_again(&self, article: &str, state: PaymentState) {
        let pay = Pay { bills: vec![claim(article, 0)], ..card(&format!("again {article}"), "") };
        let started = self.pay_now(pay).unwrap();
        let PayOutcome::Started(reference) = started else { panic!("{started:?}") };
        let steps = match state {
            P::Awaiting => vec![],
            P::Declined => vec![Step::Decline],
            P::Taken => vec![accept(Hold::Captured)],
            P::Confirmed => vec![accept(Hold::Captured), confirm()],
            _ => vec![accept(Hold::Captured), Step::Return, Step::Returned],
        };
        for step in steps {
            self.step(reference.id(), step);
        }
    }
}

on_both!(
    every_step_from_every_state,
    what_a_step_tells_is_kept,
    a_hold_goes_back_without_postings,
    a_late_capture_of_a_returning_hold_is_booked,
    messages_go_where_an_address_is_known,
    another_amount_changes_nothing,
    tasks_end_with_their_step,
    a_late_acceptance_is_heard,
);
