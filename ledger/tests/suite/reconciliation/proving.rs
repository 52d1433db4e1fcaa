//! What is proved of reconciliation: each damage is found.

use super::*;

/// What somebody does to the rows, and what the proofs say.
fn every_damage_is_found(db: &TestDb) {
    let ledger = db.open();
    let request = ledger.fund("7", 500);
    let entries = statement(&ledger, "s1", 0, &[("e1", 500), ("e2", -30), ("e3", 77)]);
    statement(&ledger, "s2", 547, &[("e4", 3)]);
    matched(&ledger, entries[0], 500, Matched::FloatRequest(request));
    matched(&ledger, entries[1], -30, Matched::Charges);
    report(&ledger, "r1", None, 119, None);
    let parts = ledger.read(|reader| reader.payouts_awaited(None, 10)).unwrap()[0].parts.clone();
    let place = BankPlace { entry: entries[2], position: 0, amount: money(77) };
    let made = ledger.write_now(move |op| op.match_payout(&parts, &[place], Money::ZERO, MatchRule::Reference, now()));
    assert_eq!(made.unwrap(), MatchOutcome::Made);
    db.assert_clean();
    ledger.close();
    for (change, said) in [
        (
            "UPDATE bank_entries SET amount = 501 WHERE identity = 'e1'",
            "its state and what is matched of it do not fit",
        ),
        ("UPDATE bank_entries SET state = 1 WHERE identity = 'e2'", "its state and what is matched of it do not fit"),
        ("UPDATE bank_entries SET state = 9 WHERE identity = 'e2'", "state 9 is unknown"),
        ("DELETE FROM bank_entries WHERE identity = 'e4'", "its entries are not those that it was taken in with"),
        (
            "UPDATE bank_statements SET closing = closing + 1 WHERE name = 's2'",
            "its balances and its entries do not add up",
        ),
        (
            "UPDATE bank_statements SET opening = 546, credits = 4, entries = 1 WHERE name = 's2'",
            "does not begin with what the one before it ended",
        ),
        ("UPDATE bank_matches SET amount = -31 WHERE subject = 5", "is not what it books at the bank"),
        ("DELETE FROM bank_matches WHERE subject = 5", "belongs to no request"),
        ("UPDATE gateway_payouts SET fee = 41", "its posting books something else"),
        ("UPDATE gateway_payouts SET posting_id = NULL", "belongs to no request"),
    ] {
        damaged(db, change, said);
    }
}

/// Changes rows in a copy that is rolled back, and asks the proofs.
fn damaged(db: &TestDb, change: &str, said: &str) {
    let mut raw: Raw = db.raw();
    let undo = snapshot(&mut raw);
    raw.run(change).unwrap();
    let faults: Vec<String> = check_books(&db.url).unwrap().faults.iter().map(ToString::to_string).collect();
    assert!(faults.iter().any(|fault| fault.contains(said)), "{change}: {faults:?}");
    for statement in undo {
        raw.run(&statement).unwrap();
    }
    db.assert_clean();
}

/// Copies of the tables, and the statements that bring them back.
fn snapshot(raw: &mut Raw) -> Vec<String> {
    let mut undo = Vec::new();
    for table in ["bank_entries", "bank_statements", "bank_matches", "gateway_payouts"] {
        raw.run(&format!("DROP TABLE IF EXISTS kept_{table}")).unwrap();
        raw.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).unwrap();
        undo.push(format!("DELETE FROM {table}"));
        undo.push(format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
    }
    undo
}

on_both!(every_damage_is_found);
