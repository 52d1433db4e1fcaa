//! The proofs find each kind of planted damage and nothing else, and another program agrees with the books.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Once;

use ledger::{
    Account, AccountKind, AuditEntry, DatabaseUrl, Hold, Ledger, PayOutcome, PaymentState, Step, check_books,
    export_hledger,
};

use crate::damage::DAMAGE;
use crate::support::{
    Command as Wish, Doing, Outcome, Raw, TestDb, accept, advance, bill, burst, card, card_states, cash, money, now,
    skipped,
};

/// One payment in every state, and the names by which damage calls them.
struct Books {
    names: BTreeMap<&'static str, String>,
}

impl Books {
    fn keep(db: &TestDb) -> Self {
        db.fund_float("7", 30_000);
        let ledger = db.open();
        let mut names = BTreeMap::new();
        for state in card_states() {
            let payment = ledger.card_in(state.as_str(), state);
            names.insert(state.as_str(), payment.to_string());
        }
        let held_back = ledger.card_in("held back", PaymentState::Held);
        ledger.step(held_back, Step::Return);
        names.insert("held back", held_back.to_string());
        let mut small = cash("cash", "cash");
        small.amounts.principal = money(5_000);
        names.insert("cash", ledger.start(small).to_string());
        for action in ["signed-in", "customer-viewed", "signed-out"] {
            keep_audit(&ledger, action);
        }
        Self { names }
    }

    /// `{taken}` is a payment's number, `{taken:1}` the number of its posting of kind 1, `{bill taken}` its bill.
    fn fill(&self, db: &TestDb, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, payment) in &self.names {
            text = text.replace(&format!("{{{name}}}"), payment);
            text = text.replace(&format!("{{bill {name}}}"), &format!("{:?}", bill(name)));
            for kind in 1..=4 {
                let place = format!("{{{name}:{kind}}}");
                if text.contains(&place) {
                    let sql = format!(
                        "SELECT CAST(id AS TEXT) AS line FROM postings WHERE payment_id = {payment} AND kind = {kind}"
                    );
                    text = text.replace(&place, &db.lines(&sql)[0]);
                }
            }
        }
        for (name, kind) in [
            ("float", AccountKind::AgentFloat),
            ("transit", AccountKind::InTransit),
            ("payable", AccountKind::BillerPayable),
        ] {
            let place = format!("{{account {name}}}");
            if text.contains(&place) {
                let sql = format!("SELECT CAST(id AS TEXT) AS line FROM accounts WHERE kind = {}", kind.code());
                text = text.replace(&place, &db.lines(&sql)[0]);
            }
        }
        text
    }
}

/// One row of the audit log.
fn keep_audit(ledger: &Ledger, action: &'static str) {
    let entry = AuditEntry {
        actor: "salma".to_owned(),
        action: action.to_owned(),
        subject: "member salma".to_owned(),
        detail: String::new(),
    };
    ledger.write_now(move |op| op.audit(&entry, now())).unwrap();
}

/// A database without its guards, and a copy of its rows to go back to.
struct Damaged {
    raw: Raw,
    is_postgres: bool,
}

const TABLES: [&str; 9] =
    ["payments", "bills", "accounts", "postings", "entries", "outbox", "incidents", "audit_log", "counters"];

impl Damaged {
    fn of(db: &TestDb) -> Self {
        let mut raw = db.raw();
        let guards = if db.is_postgres() {
            "DROP TRIGGER postings_keep ON postings; DROP TRIGGER entries_keep ON entries; DROP INDEX postings_event;
             DROP TRIGGER audit_log_keep ON audit_log;
             ALTER TABLE payments DROP CONSTRAINT payments_principal_check, DROP CONSTRAINT payments_fee_check;
             ALTER TABLE entries DROP CONSTRAINT entries_amount_check;
             ALTER TABLE accounts DROP CONSTRAINT accounts_check;"
        } else {
            "DROP TRIGGER postings_keep; DROP TRIGGER postings_stay; DROP TRIGGER entries_keep;
             DROP TRIGGER entries_stay; DROP INDEX postings_event; DROP TRIGGER audit_log_keep;
             DROP TRIGGER audit_log_stay; PRAGMA ignore_check_constraints = ON;"
        };
        raw.run(guards).unwrap();
        let copy = |table| format!("CREATE TABLE sound_{table} AS SELECT * FROM {table};");
        raw.run(&TABLES.map(copy).concat()).unwrap();
        Self { raw, is_postgres: db.is_postgres() }
    }

    fn damage(&mut self, sql: &str) {
        let sql = if self.is_postgres { sql.replace("X'", "'\\x") } else { sql.to_owned() };
        self.raw.run(&sql).unwrap();
    }

    fn restore(&mut self) {
        let restore = |table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM sound_{table};");
        self.raw.run(&format!("BEGIN; {} COMMIT;", TABLES.map(restore).concat())).unwrap();
    }
}

/// The number after this word, which the case does not know.
fn mask(text: &str, words: &[&str]) -> String {
    let mut parts: Vec<&str> = text.split(' ').collect();
    if parts.len() > 1 && words.contains(&parts[0]) {
        parts[1] = if parts[1].ends_with(':') { "?:" } else { "?" };
    }
    parts.join(" ")
}

fn every_kind_of_damage_is_found(db: &TestDb) {
    let books = Books::keep(db);
    let mut damaged = Damaged::of(db);
    let mut wrong = vec![];
    for (sql, expected) in DAMAGE {
        let sql = books.fill(db, sql);
        let expected: Vec<String> = expected.iter().map(|fault| books.fill(db, fault)).collect();
        damaged.damage(&sql);
        let mut faults = db.faults();
        for (fault, expected) in faults.iter_mut().zip(&expected) {
            if expected.starts_with("account ? ") || expected.starts_with("task ?:") {
                *fault = mask(fault, &["account", "task"]);
            }
        }
        if faults != expected {
            wrong.push(format!("{sql}\n  found    {faults:?}\n  expected {expected:?}"));
        }
        damaged.restore();
    }
    db.assert_clean();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn books_in_order_are_clean(db: &TestDb) {
    let report = check_books(&db.url).unwrap();
    assert_eq!((report.payments, report.accounts, report.faults.len()), (0, 0, 0));
    Books::keep(db);
    let report = check_books(&db.url).unwrap();
    assert_eq!(report.faults, []);
    assert!(report.is_clean());
    // A float, 8 states, a hold on its way back, and cash.
    assert_eq!((report.payments, report.bills, report.postings), (10, 10, 1 + 1 + 2 + 2 + 3 + 1));
    assert_eq!((report.entries, report.accounts), (report.postings * 2 + 1, 7));
}

/// An incident is an owner.
fn a_person_owns_what_no_task_moves(db: &TestDb) {
    let books = Books::keep(db);
    let sql =
        "DELETE FROM outbox WHERE payment_id = {held}; INSERT INTO incidents (id, kind, payment_id, detail, created_at)
               VALUES (1, 3, {held}, 'not captured', '2026-11-24 10:00:00')";
    db.raw().run(&books.fill(db, sql)).unwrap();
    db.assert_clean();
    // Whoever looks at a strange callback does not capture what is held, nor let it go.
    db.raw().run("UPDATE incidents SET kind = 4").unwrap();
    assert_eq!(db.faults(), [books.fill(db, "payment {held} is held: no task and no incident will move it")]);
}

fn a_broken_table_is_told_in_part_and_counted(db: &TestDb) {
    let ledger = db.open();
    let cards = (0..250).map(|n| Wish::Pay(card(&n.to_string(), &n.to_string())));
    assert!(burst(&ledger, cards).iter().all(Result::is_ok));
    db.raw().run("DELETE FROM outbox").unwrap();
    let report = check_books(&db.url).unwrap();
    assert_eq!((report.payments, report.faults.len(), report.more_faults), (250, 100, 150));
}

/// More rows than a page holds: nothing is lost or read twice at the seams.
fn pages_join_without_seams(db: &TestDb) {
    let ledger = db.open();
    let mut payments: Vec<i64> = vec![];
    for round in 0..9 {
        let cards = (0..250).map(|n| Wish::Pay(card(&format!("{round} {n}"), &format!("{round} {n}"))));
        payments.extend(burst(&ledger, cards).into_iter().map(|answer| match answer.unwrap() {
            Outcome::Pay(PayOutcome::Started(reference)) => reference.id(),
            other => panic!("{other:?}"),
        }));
    }
    for payments in payments.chunks(250) {
        let steps = |payment: &i64| Wish::Advance(advance(*payment, accept(Hold::Captured)));
        assert!(burst(&ledger, payments.iter().map(steps)).iter().all(Result::is_ok));
    }
    let report = check_books(&db.url).unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.payments, report.bills, report.postings, report.entries), (2_250, 2_250, 2_250, 4_500));
    assert_eq!(journal(db).matches("\n2026-11-24 ").count(), 2_250);
}

fn a_missing_database_is_said_to_be_missing(db: &TestDb) {
    if db.is_postgres() {
        return;
    }
    let url = DatabaseUrl::Sqlite("/nowhere/at/all.db".into());
    assert!(check_books(&url).unwrap_err().to_string().contains("there is no file /nowhere/at/all.db"));
}

fn journal(db: &TestDb) -> String {
    let mut journal = vec![];
    export_hledger(&db.url, &mut journal).unwrap();
    String::from_utf8(journal).unwrap()
}

fn the_journal_reads_as_one(db: &TestDb) {
    db.fund_float("7", 30_000);
    let payment = db.open().start(cash("1", "a"));
    let posting = db.lines("SELECT CAST(id AS TEXT) AS line FROM postings WHERE payment_id IS NOT NULL").remove(0);
    let top_up = db.lines("SELECT CAST(id AS TEXT) AS line FROM postings WHERE payment_id IS NULL").remove(0);
    let expected = format!(
        "commodity 1000.00 MAD

account assets:bank
account liabilities:agent float:7
account liabilities:bills in transit

2026-11-24 ({top_up}) float topped up  ; posting:{top_up}, event:float topped up
    assets:bank  300.00 MAD
    liabilities:agent float:7  -300.00 MAD

2026-11-24 ({posting}) taken  ; posting:{posting}, event:taken, payment:{payment}
    liabilities:agent float:7  168.42 MAD
    liabilities:bills in transit  -168.42 MAD
"
    );
    assert_eq!(journal(db), expected);
}

fn a_journal_is_not_written_from_damaged_rows(db: &TestDb) {
    let books = Books::keep(db);
    let texts = ["DELETE FROM postings WHERE id = {cash:1}", "an entry of no posting, {cash:1}"];
    let [sql, fault] = texts.map(|text| books.fill(db, text));
    Damaged::of(db).damage(&sql);
    let error = export_hledger(&db.url, &mut vec![]).unwrap_err().to_string();
    assert_eq!(error, format!("a row is damaged: {fault}"));
}

/// What hledger says to a journal; `None` where it is not installed.
fn hledger(arguments: &[&str], journal: &str) -> Option<String> {
    static SAID: Once = Once::new();
    let started = Command::new("hledger")
        .args(["-f", "-"])
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        skipped(&SAID, "hledger, as it is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(journal.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "hledger {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn hledger_accepts_the_journal(db: &TestDb) {
    Books::keep(db);
    let journal = journal(db);
    hledger(&["check", "--strict"], &journal);
    let Some(balances) = hledger(&["balance", "--flat", "--empty", "-O", "csv", "-N"], &journal) else { return };
    for account in [
        Account::of(AccountKind::AgentFloat, "7"),
        Account::of(AccountKind::GatewayReceivable, "cmi"),
        Account::of(AccountKind::BillerPayable, "1001"),
        Account::only(AccountKind::InTransit),
        Account::only(AccountKind::RefundsPayable),
        Account::only(AccountKind::StampDutyPayable),
        Account::only(AccountKind::Bank),
    ] {
        let line = format!("\"{account}\",\"{} MAD\"", money(db.balance(&account)));
        assert!(balances.lines().any(|found| found == line), "{line} is not in\n{balances}");
    }
}

on_both!(
    every_kind_of_damage_is_found,
    books_in_order_are_clean,
    a_person_owns_what_no_task_moves,
    a_broken_table_is_told_in_part_and_counted,
    pages_join_without_seams,
    a_missing_database_is_said_to_be_missing,
    the_journal_reads_as_one,
    a_journal_is_not_written_from_damaged_rows,
    hledger_accepts_the_journal,
);
