//! Damage to what is kept of counters, case by case: `{paid}` is a confirmed payment, `{gone}` a cancelled one,
//! `{asked}` one that is being cancelled, `{refused}` one whose money went back, `{gone:7}` a posting of a kind.

use ledger::{CashReferenceState, ClosureOutcome, LateCashOutcome, LateReason, NewLateCash, Pay, RequestKey, Step};

use crate::counters::closure;
use crate::outlets::keep_reference;
use crate::support::{
    Doing, TestDb, actor, agreed, ask_to_cancel, bill, confirm, counter, moment, money, over_counter,
};

/// What is done to the rows, and what the check says.
const DAMAGE: &[(&str, &[&str])] = &[
    (
        "DELETE FROM agent_payments WHERE payment_id = {paid}",
        &[
            "payment {paid} is confirmed: posting {paid:5} 'agent commission' does not belong to that",
            "shift {shift} was closed with 1173.68 MAD expected; its rows make 1005.26 MAD",
        ],
    ),
    (
        "UPDATE agent_payments SET commission = commission + 1 WHERE payment_id = {paid}",
        &["payment {paid}: posting {paid:5} 'agent commission' books 1.80 MAD, the total is 1.81 MAD"],
    ),
    (
        "UPDATE agent_payments SET network = 'OTHER' WHERE payment_id = {paid}",
        &["payment {paid}: posting {paid:5} 'agent commission' does not divide the total as the payment does"],
    ),
    (
        "UPDATE agent_payments SET outlet = '8' WHERE payment_id = {paid}",
        &[
            "payment {paid} was taken at outlet 8: its money is not of that outlet's float",
            "payment {paid} was taken at outlet 8: its shift is another till's",
        ],
    ),
    (
        "UPDATE agent_payments SET payment_id = 424242 WHERE payment_id = {taken}",
        &[
            "payment 424242 was taken at outlet 7: there is no such payment",
            "shift {shift} was closed with 1173.68 MAD expected; its rows make 1005.26 MAD",
        ],
    ),
    (
        "UPDATE agent_payments SET shift_id = 424242 WHERE payment_id = {late}",
        &["payment {late} was taken at outlet 7: its shift is another till's"],
    ),
    (
        "UPDATE postings SET reverses = NULL WHERE id = {gone:7}",
        &["payment {gone}: posting {gone:7} 'confirmed reversed' is not linked to the posting that it reverses"],
    ),
    (
        "UPDATE postings SET reverses = 1 WHERE id = {gone:7}",
        &["payment {gone}: posting {gone:7} 'confirmed reversed' is not linked to the posting that it reverses"],
    ),
    (
        "UPDATE postings SET reverses = 2 WHERE id = {paid:1}",
        &["payment {paid}: posting {paid:1} 'taken' is not linked to the posting that it reverses"],
    ),
    (
        "UPDATE payments SET state = 10 WHERE id = {asked}",
        &[
            "payment {asked} is cancelled: its posting 'taken reversed' is missing",
            "payment {asked} is cancelled: its posting 'confirmed reversed' is missing",
            "payment {asked} is cancelled: its posting 'commission reversed' is missing",
            "bill {bill asked} is paid by payment {asked}, which is cancelled",
            "payment {asked} was taken at outlet 7: it does not stand, and its cash is not owed to the customer",
        ],
    ),
    (
        "DELETE FROM outbox WHERE payment_id = {asked} AND kind = 12",
        &["payment {asked} is cancelling: no task and no incident will move it"],
    ),
    (
        "DELETE FROM cancellations WHERE payment_id = {asked}",
        &["payment {asked} was taken at outlet 7: its state and the cancellation asked for do not fit"],
    ),
    (
        "UPDATE cancellations SET refusal = 'no' WHERE payment_id = {gone}",
        &["payment {gone} was taken at outlet 7: its state and the cancellation asked for do not fit"],
    ),
    (
        "DELETE FROM give_backs WHERE subject_id = {refused}",
        &["payment {refused} was taken at outlet 7: it does not stand, and its cash is not owed to the customer"],
    ),
    (
        "UPDATE give_backs SET amount = amount - 1 WHERE subject_id = {refused}",
        &["payment {refused} was taken at outlet 7: it does not stand, and its cash is not owed to the customer"],
    ),
    (
        "UPDATE give_backs SET subject_id = {paid} WHERE subject_id = {refused}",
        &[
            "payment {paid} was taken at outlet 7: it stands, and its cash is owed to the customer",
            "payment {refused} was taken at outlet 7: it does not stand, and its cash is not owed to the customer",
        ],
    ),
    (
        "UPDATE shifts SET expected = expected + 1 WHERE id = {shift}",
        &["shift {shift} was closed with 1173.69 MAD expected; its rows make 1173.68 MAD"],
    ),
    (
        "UPDATE agent_payments SET shift_id = {shift} WHERE payment_id = {late}",
        &["shift {shift} was closed with 1173.68 MAD expected; its rows make 1342.10 MAD"],
    ),
    (
        "UPDATE cash_references SET state = 1, payment_id = NULL WHERE payment_id = {late}",
        &["payment {late} was taken at outlet 7: the cash reference that it used up is not used up by it"],
    ),
    (
        "UPDATE float_entries SET amount = amount - 1 WHERE posting_id = {paid:1}",
        &["account {float} (liabilities:agent float:7): the lines of its statement sum to -7226.33 MAD, its entries \
             to -7226.32 MAD"],
    ),
    (
        "UPDATE float_requests SET state = 3 WHERE id = {request}",
        &[
            "float request {request}: it was booked and not approved",
            "posting {top up} 'float topped up' belongs to no request, late cash, refund, settlement, transfer, match or break",
        ],
    ),
    (
        "UPDATE float_requests SET posting_id = NULL WHERE id = {request}",
        &[
            "float request {request}: it was approved and not booked",
            "posting {top up} 'float topped up' belongs to no request, late cash, refund, settlement, transfer, match or break",
        ],
    ),
    (
        "UPDATE float_requests SET amount = amount + 1 WHERE id = {request}",
        &["float request {request}: its posting books something else"],
    ),
    (
        "UPDATE float_requests SET posting_id = 424242 WHERE id = {request}",
        &[
            "posting {top up} 'float topped up' belongs to no request, late cash, refund, settlement, transfer, match or break",
            "float request {request}: its posting is missing",
        ],
    ),
    (
        "UPDATE float_requests SET kind = 90 WHERE id = {request}",
        &[
            "float request {request}: kind 90 is unknown",
            "posting {top up} 'float topped up' belongs to no request, late cash, refund, settlement, transfer, match or break",
        ],
    ),
    ("UPDATE late_cash SET amount = amount + 1", &["late cash {cash}: its posting books something else"]),
    (
        "INSERT INTO give_backs (subject_id, outlet, amount, since) VALUES ({cash}, '7', 5, '2026-11-24 10:00:00')",
        &["late cash {cash}: what the outlet is to give back is not what was released"],
    ),
];

const TABLES: [&str; 11] = [
    "payments",
    "postings",
    "outbox",
    "shifts",
    "agent_payments",
    "cancellations",
    "give_backs",
    "float_entries",
    "float_requests",
    "cash_references",
    "late_cash",
];

fn every_kind_of_damage_is_found(db: &TestDb) {
    let ledger = db.open();
    let request = ledger.fund("7", 800_000);
    let shift = ledger.open_till("A");
    let of = |key: &str| ledger.start(over_counter(key, key, shift));
    let [paid, gone, asked, refused, taken] = ["paid", "gone", "asked", "refused", "taken"].map(of);
    for payment in [paid, gone, asked] {
        ledger.step(payment, confirm());
    }
    ledger.step(asked, ask_to_cancel());
    ledger.step(gone, ask_to_cancel());
    ledger.step(gone, agreed());
    ledger.step(refused, Step::Return);
    // 500.00 and five times 168.42, one of which was handed back.
    let closed = ledger.write_now(move |op| op.close_shift(&closure(shift, 117_368))).unwrap();
    assert!(matches!(closed, ClosureOutcome::Closed(_)), "{closed:?}");
    let next = ledger.open_till("A");
    let reference = keep_reference(&ledger, "1000000000007");
    let mut agent = counter("A", next);
    agent.cash_reference = Some(reference);
    let late = ledger.start(Pay { agent: Some(Box::new(agent)), ..over_counter("late", "late", next) });
    let stored = ledger.read(|reader| reader.cash_reference_of(reference)).unwrap().unwrap();
    assert_eq!(stored.state, CashReferenceState::Used);
    let cash = NewLateCash {
        key: RequestKey::of("late", "1", "1"),
        network: "NET".to_owned(),
        outlet: "7".to_owned(),
        shift: None,
        cash_reference: reference,
        reason: Some(LateReason::Used),
        amount: money(10_000),
        low_float: ledger::Money::ZERO,
        actor: actor(1),
        moment: moment(),
    };
    let kept = ledger.write_now(move |op| op.keep_late_cash(&cash)).unwrap();
    let LateCashOutcome::Kept(cash) = kept else { panic!("{kept:?}") };
    db.assert_clean();
    let of_table = |column: &str, rows: &str| db.lines(&format!("SELECT CAST({column} AS TEXT) AS line FROM {rows}"));
    let mut names: Vec<(String, String)> = [
        ("{paid}", paid),
        ("{gone}", gone),
        ("{asked}", asked),
        ("{refused}", refused),
        ("{taken}", taken),
        ("{late}", late),
        ("{cash}", cash),
        ("{request}", request),
        ("{shift}", shift),
    ]
    .map(|(name, id)| (name.to_owned(), id.to_string()))
    .to_vec();
    names.push(("{bill asked}".to_owned(), format!("{:?}", bill("asked"))));
    names.push(("{top up}".to_owned(), of_table("posting_id", "float_requests").remove(0)));
    names.push(("{float}".to_owned(), of_table("id", "accounts WHERE kind = 2").remove(0)));
    for (name, payment, kind) in [("{paid:1}", paid, 1), ("{paid:5}", paid, 5), ("{gone:7}", gone, 7)] {
        let rows = format!("postings WHERE payment_id = {payment} AND kind = {kind}");
        names.push((name.to_owned(), of_table("id", &rows).remove(0)));
    }
    let fill = |text: &str| names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
    let mut raw = db.raw();
    let guards = match db.is_postgres() {
        true => "DROP TRIGGER postings_keep ON postings",
        false => "DROP TRIGGER postings_keep; DROP TRIGGER postings_stay",
    };
    raw.run(guards).unwrap();
    let copy = |table| format!("CREATE TABLE sound_{table} AS SELECT * FROM {table};");
    raw.run(&TABLES.map(copy).concat()).unwrap();
    let mut wrong = vec![];
    for (sql, expected) in DAMAGE {
        let expected: Vec<String> = expected.iter().map(|fault| fill(fault)).collect();
        raw.run(&fill(sql)).unwrap();
        let faults = db.faults();
        if faults != expected {
            wrong.push(format!("{sql}\n  found    {faults:#?}\n  expected {expected:#?}"));
        }
        let restore = |table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM sound_{table};");
        raw.run(&format!("BEGIN; {} COMMIT;", TABLES.map(restore).concat())).unwrap();
    }
    db.assert_clean();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

on_both!(every_kind_of_damage_is_found);
