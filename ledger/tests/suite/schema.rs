//! The twin migrations, and what the databases refuse by themselves.

use ledger::PaymentState;

use crate::support::{Doing, TestDb};

#[test]
fn the_twin_migrations_make_the_same_tables() {
    let Some(postgres) = TestDb::postgres() else { return };
    let of_postgres = postgres.lines(
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
         ORDER BY table_name COLLATE \"C\", ordinal_position",
    );
    // SQLite's own row number is an INTEGER of 64 bits; its tables of recent rows are its own.
    let of_sqlite = TestDb::sqlite().lines(
        "SELECT t.name || '.' || c.name || ' ' || CASE
             WHEN c.name IN ('id', 'payment_id', 'subject_id') AND c.pk = 1 THEN 'bigint' WHEN lower(c.type) = 'blob' THEN 'bytea'
             WHEN lower(c.type) = 'timestamp' THEN 'timestamp without time zone' ELSE lower(c.type) END || ' '
             || CASE c.\"notnull\" WHEN 1 THEN 'NO' ELSE 'YES' END AS line
         FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND substr(t.name, 1, 2) <> '__' AND substr(t.name, 1, 7) <> 'recent_'
         ORDER BY t.name, c.cid",
    );
    assert!(of_sqlite.len() > 80, "{of_sqlite:?}");
    assert_eq!(of_sqlite, of_postgres);
}

fn what_is_booked_cannot_be_changed(db: &TestDb) {
    let ledger = db.open();
    ledger.card_in("a", PaymentState::Confirmed);
    crate::audit::append(&ledger, "salma", "signed-in");
    let mut changes = vec![
        ("UPDATE postings SET kind = 4", "postings are append-only"),
        ("DELETE FROM postings", "postings are append-only"),
        ("UPDATE entries SET amount = 1", "entries are append-only"),
        ("DELETE FROM entries", "entries are append-only"),
        ("UPDATE audit_log SET actor = ''", "audit_log is append-only"),
        ("DELETE FROM audit_log", "audit_log is append-only"),
    ];
    if db.is_postgres() {
        changes.push(("TRUNCATE postings", "postings are append-only"));
        changes.push(("TRUNCATE entries", "entries are append-only"));
        changes.push(("TRUNCATE audit_log", "audit_log is append-only"));
    }
    for (change, why) in changes {
        assert!(db.raw().run(change).unwrap_err().contains(why), "{change}");
    }
    assert_eq!((db.count("postings"), db.count("entries"), db.count("audit_log")), (2, 5, 1));
    db.assert_clean();
}

/// A second line of defence: what the writer must never write, the database does not take.
fn the_database_guards_itself(db: &TestDb) {
    db.fund_float("7", 30_000);
    let payment = db.open().card_in("a", PaymentState::Taken);
    for change in [
        "UPDATE accounts SET balance = 1 WHERE kind = 2",
        "UPDATE payments SET principal = 0",
        "UPDATE payments SET fee = -1",
        "INSERT INTO entries (posting_id, line, account_id, amount) VALUES (1, 9, 1, 0)",
        "INSERT INTO accounts (id, kind, owner, currency, balance) SELECT 5, kind, owner, currency, 0 FROM accounts",
        "INSERT INTO bills SELECT * FROM bills",
        &format!(
            "INSERT INTO postings SELECT 5, kind, {payment}, booked_at, effective_on, NULL, NULL FROM postings
             WHERE payment_id IS NOT NULL"
        ),
    ] {
        assert!(db.raw().run(change).is_err(), "{change}");
    }
    db.assert_clean();
}

on_both!(what_is_booked_cannot_be_changed, the_database_guards_itself);
