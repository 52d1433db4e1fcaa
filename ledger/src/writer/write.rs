//! The only statements written twice: what a batch writes, row by row with cached statements on SQLite, one statement per
//! table over arrays on PostgreSQL. Both are prepared once per connection: Diesel caches a statement whose type is its
//! identity, which its own updates and multi-row inserts are not.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Date, Integer, Nullable, SmallInt, Text, Timestamp};
use diesel::sqlite::Sqlite;

use super::accounts::AccountCache;
use super::ids::Ids;
use super::plan::{BillChange, Plan};
use crate::bills::BillKey;
use crate::states::PaymentState;
use crate::storage::rows::PaymentRow;
use crate::storage::schema::{bills, entries, idempotency_keys, outbox, payments, postings};
use crate::storage::{Conn, StorageError};

/// A statement with its parameters: SQL text and fields in turn, then a tail.
macro_rules! statement {
    ($name:ident for $backend:ty { $($sql:literal, $field:ident: $rust:ty => $sql_type:ty;)+ end $tail:literal }) => {
        #[derive(QueryId)]
        struct $name { $($field: $rust,)+ }

        impl QueryFragment<$backend> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                $(
                    out.push_sql($sql);
                    out.push_bind_param::<$sql_type, _>(&self.$field)?;
                )+
                out.push_sql($tail);
                Ok(())
            }
        }

        impl<C> RunQueryDsl<C> for $name {}
    };
}

// Rows of entries, ready to be written.
struct Lines {
    posting: Vec<i64>,
    line: Vec<i16>,
    account: Vec<i64>,
    amount: Vec<i64>,
}

/// Writes a plan inside the open transaction. `Conflict` where another process was faster: nothing of it may stay.
pub(super) fn write(
    connection: &mut Conn,
    accounts: &mut AccountCache,
    ids: &mut Ids,
    plan: &Plan,
) -> Result<(), StorageError> {
    let mut lines = Lines { posting: vec![], line: vec![], account: vec![], amount: vec![] };
    // In the order of account numbers: two processes that update balances cannot block each other in a circle.
    let mut deltas = std::collections::BTreeMap::<i64, i64>::new();
    for (posting, _, content) in &plan.postings {
        for (line, entry) in (0i16..).zip(content.entries()) {
            let account = accounts.id(connection, ids, &entry.account)?;
            let delta = deltas.entry(account).or_default();
            *delta = delta
                .checked_add(entry.amount)
                .ok_or_else(|| StorageError::Failed("a balance is past the range".to_owned()))?;
            lines.posting.push(*posting);
            lines.line.push(line);
            lines.account.push(account);
            lines.amount.push(entry.amount);
        }
    }
    match connection {
        Conn::Sqlite(sqlite) => write_sqlite(sqlite, plan, &lines, &deltas),
        Conn::Pg(pg) => write_postgres(pg, plan, lines, deltas),
    }
}

/// Every guarded statement must change what the batch saw.
fn all_changed(changed: usize, wanted: usize, what: &str) -> Result<(), StorageError> {
    if changed == wanted { Ok(()) } else { Err(StorageError::Conflict(format!("{what} changed meanwhile"))) }
}

// --- SQLite

statement!(ChangePayment for Sqlite {
    "UPDATE payments SET state = ", state: i16 => SmallInt;
    ", state_since = ", state_since: NaiveDateTime => Timestamp;
    ", authorisation = ", authorisation: String => Text;
    ", card_mask = ", card_mask: String => Text;
    ", gateway_reference = ", gateway_reference: String => Text;
    ", paid_at = ", paid_at: Option<NaiveDateTime> => Nullable<Timestamp>;
    ", receipt_number = ", receipt_number: Option<String> => Nullable<Text>;
    ", receipt_date = ", receipt_date: Option<NaiveDate> => Nullable<Date>;
    " WHERE id = ", id: i64 => BigInt;
    " AND state = ", before: i16 => SmallInt;
    end ""
});

statement!(ChangeBill for Sqlite {
    "UPDATE bills SET state = ", state: i16 => SmallInt;
    ", payment_id = ", payment: i64 => BigInt;
    ", generation = ", generation: i32 => Integer;
    ", updated_at = ", updated_at: NaiveDateTime => Timestamp;
    " WHERE key = ", key: Vec<u8> => Binary;
    " AND state = ", state_before: i16 => SmallInt;
    " AND payment_id = ", payment_before: i64 => BigInt;
    " AND generation = ", generation_before: i32 => Integer;
    end ""
});

statement!(MoveBalance for Sqlite {
    "UPDATE accounts SET balance = balance + ", delta: i64 => BigInt;
    " WHERE id = ", id: i64 => BigInt;
    end ""
});

statement!(FinishTask for Sqlite {
    "UPDATE outbox SET done_at = ", done_at: NaiveDateTime => Timestamp;
    " WHERE done_at IS NULL AND id = ", id: i64 => BigInt;
    end ""
});

fn write_sqlite(
    sqlite: &mut SqliteConnection,
    plan: &Plan,
    lines: &Lines,
    deltas: &std::collections::BTreeMap<i64, i64>,
) -> Result<(), StorageError> {
    for (key, payment, now) in &plan.keys {
        let values = (
            idempotency_keys::key.eq(key.key.as_slice()),
            idempotency_keys::input.eq(key.input.as_slice()),
            idempotency_keys::payment_id.eq(payment),
            idempotency_keys::created_at.eq(now),
        );
        diesel::insert_into(idempotency_keys::table).values(values).execute(sqlite)?;
    }
    for row in &plan.new_payments {
        diesel::insert_into(payments::table).values(row).execute(sqlite)?;
    }
    for (before, row) in plan.changed_payments.values() {
        all_changed(change_payment(*before, row).execute(sqlite)?, 1, "a payment")?;
    }
    for (key, change) in &plan.bills {
        let now = bill_time(plan, change);
        let BillChange { biller, before, after } = change;
        match before {
            None => {
                let values = (
                    bills::key.eq(key.0.as_slice()),
                    bills::biller.eq(biller),
                    bills::state.eq(after.state.code()),
                    bills::payment_id.eq(after.payment),
                    bills::generation.eq(after.generation),
                    bills::updated_at.eq(now),
                );
                diesel::insert_into(bills::table).values(values).execute(sqlite)?;
            }
            Some(before) => {
                let statement = ChangeBill {
                    state: after.state.code(),
                    payment: after.payment,
                    generation: after.generation,
                    updated_at: now,
                    key: key.0.to_vec(),
                    state_before: before.state.code(),
                    payment_before: before.payment,
                    generation_before: before.generation,
                };
                all_changed(statement.execute(sqlite)?, 1, "a bill")?;
            }
        }
    }
    for (id, payment, posting) in &plan.postings {
        let values = (
            postings::id.eq(id),
            postings::kind.eq(posting.kind().code()),
            postings::payment_id.eq(payment),
            postings::booked_at.eq(posting.moment().at.naive_utc()),
            postings::effective_on.eq(posting.moment().day),
        );
        diesel::insert_into(postings::table).values(values).execute(sqlite)?;
    }
    for (((posting, line), account), amount) in
        lines.posting.iter().zip(&lines.line).zip(&lines.account).zip(&lines.amount)
    {
        let values = (
            entries::posting_id.eq(posting),
            entries::line.eq(line),
            entries::account_id.eq(account),
            entries::amount.eq(amount),
        );
        diesel::insert_into(entries::table).values(values).execute(sqlite)?;
    }
    for (id, delta) in deltas {
        all_changed(MoveBalance { delta: *delta, id: *id }.execute(sqlite)?, 1, "an account")?;
    }
    for task in &plan.tasks {
        let values = (
            outbox::id.eq(task.id),
            outbox::kind.eq(task.kind.code()),
            outbox::payment_id.eq(task.payment),
            outbox::due_at.eq(task.due_at),
            outbox::leased_until.eq(task.created_at),
            outbox::attempts.eq(0),
            outbox::note.eq(""),
            outbox::created_at.eq(task.created_at),
        );
        diesel::insert_into(outbox::table).values(values).execute(sqlite)?;
    }
    for (id, now) in &plan.done_tasks {
        // A task that somebody else finished meanwhile is finished.
        FinishTask { done_at: *now, id: *id }.execute(sqlite)?;
    }
    Ok(())
}

fn change_payment(before: PaymentState, row: &PaymentRow) -> ChangePayment {
    ChangePayment {
        state: row.state,
        state_since: row.state_since,
        authorisation: row.authorisation.clone(),
        card_mask: row.card_mask.clone(),
        gateway_reference: row.gateway_reference.clone(),
        paid_at: row.paid_at,
        receipt_number: row.receipt_number.clone(),
        receipt_date: row.receipt_date,
        id: row.id,
        before: before.code(),
    }
}

/// When a bill changed: when its payment did.
fn bill_time(plan: &Plan, change: &BillChange) -> NaiveDateTime {
    let id = change.after.payment;
    let changed = plan.changed_payments.get(&id).map(|(_, row)| row.state_since);
    let new = || plan.new_payments.binary_search_by_key(&id, |row| row.id).ok();
    changed.or_else(|| new().map(|at| plan.new_payments[at].state_since)).unwrap_or_default()
}

// --- PostgreSQL

statement!(InsertKeys for Pg {
    "INSERT INTO idempotency_keys (key, input, payment_id, created_at) SELECT * FROM unnest(",
    key: Vec<Vec<u8>> => Array<Binary>;
    ", ", input: Vec<Vec<u8>> => Array<Binary>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", created_at: Vec<NaiveDateTime> => Array<Timestamp>;
    end ")"
});

statement!(InsertPayments for Pg {
    "INSERT INTO payments (id, secret, quote_id, biller, channel, instrument, language, state, principal, fee, vat, duty, \
     bills, phone, email, funds, authorisation, card_mask, gateway_reference, created_at, state_since, paid_at) \
     SELECT * FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", secret: Vec<i64> => Array<BigInt>;
    ", ", quote_id: Vec<i64> => Array<BigInt>;
    ", ", biller: Vec<i32> => Array<Integer>;
    ", ", channel: Vec<i16> => Array<SmallInt>;
    ", ", instrument: Vec<i16> => Array<SmallInt>;
    ", ", language: Vec<i16> => Array<SmallInt>;
    ", ", state: Vec<i16> => Array<SmallInt>;
    ", ", principal: Vec<i64> => Array<BigInt>;
    ", ", fee: Vec<i64> => Array<BigInt>;
    ", ", vat: Vec<i64> => Array<BigInt>;
    ", ", duty: Vec<i64> => Array<BigInt>;
    ", ", bills: Vec<Vec<u8>> => Array<Binary>;
    ", ", phone: Vec<Option<String>> => Array<Nullable<Text>>;
    ", ", email: Vec<Option<String>> => Array<Nullable<Text>>;
    ", ", funds: Vec<String> => Array<Text>;
    ", ", authorisation: Vec<String> => Array<Text>;
    ", ", card_mask: Vec<String> => Array<Text>;
    ", ", gateway_reference: Vec<String> => Array<Text>;
    ", ", created_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", state_since: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", paid_at: Vec<Option<NaiveDateTime>> => Array<Nullable<Timestamp>>;
    end ")"
});

statement!(ChangePayments for Pg {
    "UPDATE payments AS p SET state = n.state, state_since = n.state_since, authorisation = n.authorisation, \
     card_mask = n.card_mask, gateway_reference = n.gateway_reference, paid_at = n.paid_at, \
     receipt_number = n.receipt_number, receipt_date = n.receipt_date FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", before: Vec<i16> => Array<SmallInt>;
    ", ", state: Vec<i16> => Array<SmallInt>;
    ", ", state_since: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", authorisation: Vec<String> => Array<Text>;
    ", ", card_mask: Vec<String> => Array<Text>;
    ", ", gateway_reference: Vec<String> => Array<Text>;
    ", ", paid_at: Vec<Option<NaiveDateTime>> => Array<Nullable<Timestamp>>;
    ", ", receipt_number: Vec<Option<String>> => Array<Nullable<Text>>;
    ", ", receipt_date: Vec<Option<NaiveDate>> => Array<Nullable<Date>>;
    end ") AS n (id, before, state, state_since, authorisation, card_mask, gateway_reference, paid_at, receipt_number, \
     receipt_date) WHERE p.id = n.id AND p.state = n.before"
});

statement!(InsertBills for Pg {
    "INSERT INTO bills (key, biller, state, payment_id, generation, updated_at) SELECT * FROM unnest(",
    key: Vec<Vec<u8>> => Array<Binary>;
    ", ", biller: Vec<i32> => Array<Integer>;
    ", ", state: Vec<i16> => Array<SmallInt>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", generation: Vec<i32> => Array<Integer>;
    ", ", updated_at: Vec<NaiveDateTime> => Array<Timestamp>;
    end ")"
});

statement!(ChangeBills for Pg {
    "UPDATE bills AS b SET state = n.state, payment_id = n.payment_id, generation = n.generation, \
     updated_at = n.updated_at FROM unnest(",
    key: Vec<Vec<u8>> => Array<Binary>;
    ", ", state: Vec<i16> => Array<SmallInt>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", generation: Vec<i32> => Array<Integer>;
    ", ", updated_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", state_before: Vec<i16> => Array<SmallInt>;
    ", ", payment_before: Vec<i64> => Array<BigInt>;
    ", ", generation_before: Vec<i32> => Array<Integer>;
    end ") AS n (key, state, payment_id, generation, updated_at, state_before, payment_before, generation_before) \
     WHERE b.key = n.key AND b.state = n.state_before AND b.payment_id = n.payment_before \
     AND b.generation = n.generation_before"
});

statement!(InsertPostings for Pg {
    "INSERT INTO postings (id, kind, payment_id, booked_at, effective_on) SELECT * FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", kind: Vec<i16> => Array<SmallInt>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", booked_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", effective_on: Vec<NaiveDate> => Array<Date>;
    end ")"
});

statement!(InsertEntries for Pg {
    "INSERT INTO entries (posting_id, line, account_id, amount) SELECT * FROM unnest(",
    posting: Vec<i64> => Array<BigInt>;
    ", ", line: Vec<i16> => Array<SmallInt>;
    ", ", account: Vec<i64> => Array<BigInt>;
    ", ", amount: Vec<i64> => Array<BigInt>;
    end ")"
});

statement!(LockAccounts for Pg {
    "SELECT id FROM accounts WHERE id = ANY(", id: Vec<i64> => Array<BigInt>;
    end ") ORDER BY id FOR UPDATE"
});

statement!(MoveBalances for Pg {
    "UPDATE accounts AS a SET balance = a.balance + n.delta FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", delta: Vec<i64> => Array<BigInt>;
    end ") AS n (id, delta) WHERE a.id = n.id"
});

statement!(InsertTasks for Pg {
    "INSERT INTO outbox (id, kind, payment_id, due_at, leased_until, attempts, note, created_at) \
     SELECT id, kind, payment_id, due_at, created_at, 0, '', created_at FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", kind: Vec<i16> => Array<SmallInt>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", due_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", created_at: Vec<NaiveDateTime> => Array<Timestamp>;
    end ") AS n (id, kind, payment_id, due_at, created_at)"
});

statement!(FinishTasks for Pg {
    "UPDATE outbox AS o SET done_at = n.done_at FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", done_at: Vec<NaiveDateTime> => Array<Timestamp>;
    end ") AS n (id, done_at) WHERE o.id = n.id AND o.done_at IS NULL"
});

/// One column of many rows.
fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn write_postgres(
    pg: &mut PgConnection,
    plan: &Plan,
    lines: Lines,
    deltas: std::collections::BTreeMap<i64, i64>,
) -> Result<(), StorageError> {
    if !plan.keys.is_empty() {
        // In order, as another process may be at the same keys.
        let mut keys: Vec<_> = plan.keys.iter().collect();
        keys.sort_unstable_by_key(|(key, ..)| key.key);
        let keys = &keys;
        InsertKeys {
            key: column(keys, |(key, ..)| key.key.to_vec()),
            input: column(keys, |(key, ..)| key.input.to_vec()),
            payment: column(keys, |(_, payment, _)| *payment),
            created_at: column(keys, |(.., now)| *now),
        }
        .execute(pg)?;
    }
    write_payments(pg, plan)?;
    write_bills(pg, plan)?;
    if !plan.postings.is_empty() {
        let rows = &plan.postings;
        InsertPostings {
            id: column(rows, |(id, ..)| *id),
            kind: column(rows, |(.., posting)| posting.kind().code()),
            payment: column(rows, |(_, payment, _)| *payment),
            booked_at: column(rows, |(.., posting)| posting.moment().at.naive_utc()),
            effective_on: column(rows, |(.., posting)| posting.moment().day),
        }
        .execute(pg)?;
        let Lines { posting, line, account, amount } = lines;
        InsertEntries { posting, line, account, amount }.execute(pg)?;
    }
    if !plan.tasks.is_empty() {
        let rows = &plan.tasks;
        InsertTasks {
            id: column(rows, |task| task.id),
            kind: column(rows, |task| task.kind.code()),
            payment: column(rows, |task| task.payment),
            due_at: column(rows, |task| task.due_at),
            created_at: column(rows, |task| task.created_at),
        }
        .execute(pg)?;
    }
    if !plan.done_tasks.is_empty() {
        let rows = &plan.done_tasks;
        FinishTasks { id: column(rows, |(id, _)| *id), done_at: column(rows, |(_, now)| *now) }.execute(pg)?;
    }
    if !deltas.is_empty() {
        let (id, delta): (Vec<i64>, Vec<i64>) = deltas.into_iter().unzip();
        let wanted = id.len();
        // The hot rows last and in order: held as shortly as can be, and never in a circle with another writer.
        LockAccounts { id: id.clone() }.execute(pg)?;
        all_changed(MoveBalances { id, delta }.execute(pg)?, wanted, "an account")?;
    }
    Ok(())
}

fn write_payments(pg: &mut PgConnection, plan: &Plan) -> Result<(), StorageError> {
    let rows = &plan.new_payments;
    if !rows.is_empty() {
        InsertPayments {
            id: column(rows, |row| row.id),
            secret: column(rows, |row| row.secret),
            quote_id: column(rows, |row| row.quote_id),
            biller: column(rows, |row| row.biller),
            channel: column(rows, |row| row.channel),
            instrument: column(rows, |row| row.instrument),
            language: column(rows, |row| row.language),
            state: column(rows, |row| row.state),
            principal: column(rows, |row| row.principal),
            fee: column(rows, |row| row.fee),
            vat: column(rows, |row| row.vat),
            duty: column(rows, |row| row.duty),
            bills: column(rows, |row| row.bills.clone()),
            phone: column(rows, |row| row.phone.clone()),
            email: column(rows, |row| row.email.clone()),
            funds: column(rows, |row| row.funds.clone()),
            authorisation: column(rows, |row| row.authorisation.clone()),
            card_mask: column(rows, |row| row.card_mask.clone()),
            gateway_reference: column(rows, |row| row.gateway_reference.clone()),
            created_at: column(rows, |row| row.created_at),
            state_since: column(rows, |row| row.state_since),
            paid_at: column(rows, |row| row.paid_at),
        }
        .execute(pg)?;
    }
    let changed: Vec<ChangePayment> =
        plan.changed_payments.values().map(|(before, row)| change_payment(*before, row)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let statement = ChangePayments {
        id: column(&changed, |row| row.id),
        before: column(&changed, |row| row.before),
        state: column(&changed, |row| row.state),
        state_since: column(&changed, |row| row.state_since),
        authorisation: column(&changed, |row| row.authorisation.clone()),
        card_mask: column(&changed, |row| row.card_mask.clone()),
        gateway_reference: column(&changed, |row| row.gateway_reference.clone()),
        paid_at: column(&changed, |row| row.paid_at),
        receipt_number: column(&changed, |row| row.receipt_number.clone()),
        receipt_date: column(&changed, |row| row.receipt_date),
    };
    all_changed(statement.execute(pg)?, changed.len(), "a payment")
}

fn write_bills(pg: &mut PgConnection, plan: &Plan) -> Result<(), StorageError> {
    type Row<'a> = (&'a BillKey, &'a BillChange, NaiveDateTime);
    let all = plan.bills.iter().map(|(key, change)| (key, change, bill_time(plan, change)));
    let (new, changed): (Vec<Row<'_>>, Vec<Row<'_>>) = all.partition(|(_, change, _)| change.before.is_none());
    if !new.is_empty() {
        InsertBills {
            key: column(&new, |(key, ..)| key.0.to_vec()),
            biller: column(&new, |(_, change, _)| change.biller),
            state: column(&new, |(_, change, _)| change.after.state.code()),
            payment: column(&new, |(_, change, _)| change.after.payment),
            generation: column(&new, |(_, change, _)| change.after.generation),
            updated_at: column(&new, |(.., now)| *now),
        }
        .execute(pg)?;
    }
    if changed.is_empty() {
        return Ok(());
    }
    let before = |(_, change, _): &Row<'_>| change.before.unwrap_or(change.after);
    let statement = ChangeBills {
        key: column(&changed, |(key, ..)| key.0.to_vec()),
        state: column(&changed, |(_, change, _)| change.after.state.code()),
        payment: column(&changed, |(_, change, _)| change.after.payment),
        generation: column(&changed, |(_, change, _)| change.after.generation),
        updated_at: column(&changed, |(.., now)| *now),
        state_before: column(&changed, |row| before(row).state.code()),
        payment_before: column(&changed, |row| before(row).payment),
        generation_before: column(&changed, |row| before(row).generation),
    };
    all_changed(statement.execute(pg)?, changed.len(), "a bill")
}
