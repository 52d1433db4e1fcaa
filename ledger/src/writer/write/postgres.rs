//! PostgreSQL: one statement a table, over arrays.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Date, Integer, Nullable, SmallInt, Text, Timestamp};

use super::{BillChange, Lines, Plan, all_changed, bill_time, statement};
use crate::bills::BillKey;
use crate::states::PaymentState;
use crate::storage::StorageError;
use crate::storage::rows::PaymentRow;

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
    "INSERT INTO postings (id, kind, payment_id, booked_at, effective_on, reverses, window_id) SELECT * FROM unnest(",
    id: Vec<i64> => Array<BigInt>;
    ", ", kind: Vec<i16> => Array<SmallInt>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", booked_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", effective_on: Vec<NaiveDate> => Array<Date>;
    ", ", reverses: Vec<Option<i64>> => Array<Nullable<BigInt>>;
    ", ", window: Vec<Option<i64>> => Array<Nullable<BigInt>>;
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

statement!(InsertTraces for Pg {
    "INSERT INTO guard_traces (value, traced_at, payment_id, subject) SELECT * FROM unnest(",
    value: Vec<Vec<u8>> => Array<Binary>;
    ", ", traced_at: Vec<NaiveDateTime> => Array<Timestamp>;
    ", ", payment: Vec<i64> => Array<BigInt>;
    ", ", subject: Vec<i16> => Array<SmallInt>;
    end ")"
});

/// One column of many rows.
fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Writes a plan inside the open transaction.
pub(super) fn write(
    pg: &mut PgConnection,
    plan: &Plan,
    lines: Lines,
    deltas: &BTreeMap<i64, i64>,
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
            reverses: column(rows, |(id, ..)| plan.agents.reverses.get(id).copied()),
            window: column(rows, |(id, ..)| plan.windows.of.get(id).copied()),
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
    if !plan.traces.is_empty() {
        let rows = &plan.traces;
        InsertTraces {
            value: column(rows, |new| new.trace.0.to_vec()),
            traced_at: column(rows, |new| new.at),
            payment: column(rows, |new| new.payment),
            subject: column(rows, |new| new.subject.code()),
        }
        .execute(pg)?;
    }
    if !deltas.is_empty() {
        let (id, delta): (Vec<i64>, Vec<i64>) = deltas.iter().map(|(id, delta)| (*id, *delta)).unzip();
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
            phone: column(rows, |row| row.phone.as_ref().map(|phone| phone.as_str().to_owned())),
            email: column(rows, |row| row.email.as_ref().map(|email| email.as_str().to_owned())),
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
    let changed: Vec<&(PaymentState, PaymentRow)> = plan.changed_payments.values().collect();
    if changed.is_empty() {
        return Ok(());
    }
    let statement = ChangePayments {
        id: column(&changed, |(_, row)| row.id),
        before: column(&changed, |(before, _)| before.code()),
        state: column(&changed, |(_, row)| row.state),
        state_since: column(&changed, |(_, row)| row.state_since),
        authorisation: column(&changed, |(_, row)| row.authorisation.clone()),
        card_mask: column(&changed, |(_, row)| row.card_mask.clone()),
        gateway_reference: column(&changed, |(_, row)| row.gateway_reference.clone()),
        paid_at: column(&changed, |(_, row)| row.paid_at),
        receipt_number: column(&changed, |(_, row)| row.receipt_number.clone()),
        receipt_date: column(&changed, |(_, row)| row.receipt_date),
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
