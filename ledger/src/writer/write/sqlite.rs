//! SQLite: one cached statement a row.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Date, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;

use super::{BillChange, Lines, NewTrace, Plan, all_changed, bill_time, statement};
use crate::personal::Sealed;
use crate::states::PaymentState;
use crate::storage::StorageError;
use crate::storage::rows::PaymentRow;

/// Times as SQLite keeps them. A payment's rows share one time, and writing it out costs as much as a row: once is enough.
struct Times(HashMap<NaiveDateTime, String>);

impl Times {
    fn of(plan: &Plan) -> Self {
        let mut times = Self(HashMap::with_capacity(plan.new_payments.len() + plan.changed_payments.len()));
        let new = plan.new_payments.iter().flat_map(|row| [Some(row.created_at), row.paid_at]);
        let changed = plan.changed_payments.values().flat_map(|(_, row)| [Some(row.state_since), row.paid_at]);
        let tasks = plan.tasks.iter().flat_map(|task| [Some(task.due_at), Some(task.created_at)]);
        let done = plan.done_tasks.iter().map(|(_, at)| Some(*at));
        let posted = plan.postings.iter().map(|(.., posting)| Some(posting.moment().at.naive_utc()));
        let keys = plan.keys.iter().map(|(.., at)| Some(*at));
        let traces = plan.traces.iter().map(|trace| Some(trace.at));
        for at in new.chain(changed).chain(tasks).chain(done).chain(posted).chain(keys).chain(traces).flatten() {
            times.0.entry(at).or_insert_with(|| at.format("%F %T%.f").to_string());
        }
        times
    }

    fn text(&self, at: NaiveDateTime) -> Result<&str, StorageError> {
        let text = self.0.get(&at).map(String::as_str);
        text.ok_or_else(|| StorageError::Failed("a time of the batch was not written out".to_owned()))
    }
}

statement!(AppendKey<'a> for Sqlite {
    "INSERT INTO recent_keys (id, key, input, payment_id, created_at) VALUES (", id: i64 => BigInt;
    ", ", key: &'a [u8] => Binary;
    ", ", input: &'a [u8] => Binary;
    ", ", payment: i64 => BigInt;
    ", ", created_at: &'a str => Text;
    end ")"
});

statement!(InsertPayment<'a> for Sqlite {
    "INSERT INTO payments (id, secret, quote_id, biller, channel, instrument, language, state, principal, fee, vat, duty, \
     bills, phone, email, funds, authorisation, card_mask, gateway_reference, created_at, state_since, paid_at) VALUES (",
    id: i64 => BigInt;
    ", ", secret: i64 => BigInt;
    ", ", quote_id: i64 => BigInt;
    ", ", biller: i32 => Integer;
    ", ", channel: i16 => SmallInt;
    ", ", instrument: i16 => SmallInt;
    ", ", language: i16 => SmallInt;
    ", ", state: i16 => SmallInt;
    ", ", principal: i64 => BigInt;
    ", ", fee: i64 => BigInt;
    ", ", vat: i64 => BigInt;
    ", ", duty: i64 => BigInt;
    ", ", bills: &'a [u8] => Binary;
    ", ", phone: Option<&'a str> => Nullable<Text>;
    ", ", email: Option<&'a str> => Nullable<Text>;
    ", ", funds: &'a str => Text;
    ", ", authorisation: &'a str => Text;
    ", ", card_mask: &'a str => Text;
    ", ", gateway_reference: &'a str => Text;
    ", ", created_at: &'a str => Text;
    ", ", state_since: &'a str => Text;
    ", ", paid_at: Option<&'a str> => Nullable<Text>;
    end ")"
});

statement!(ChangePayment<'a> for Sqlite {
    "UPDATE payments SET state = ", state: i16 => SmallInt;
    ", state_since = ", state_since: &'a str => Text;
    ", authorisation = ", authorisation: &'a str => Text;
    ", card_mask = ", card_mask: &'a str => Text;
    ", gateway_reference = ", gateway_reference: &'a str => Text;
    ", paid_at = ", paid_at: Option<&'a str> => Nullable<Text>;
    ", receipt_number = ", receipt_number: Option<&'a str> => Nullable<Text>;
    ", receipt_date = ", receipt_date: Option<NaiveDate> => Nullable<Date>;
    " WHERE id = ", id: i64 => BigInt;
    " AND state = ", before: i16 => SmallInt;
    end ""
});

statement!(AppendBill<'a> for Sqlite {
    "INSERT INTO recent_bills (id, key, biller, state, payment_id, generation, updated_at) VALUES (",
    id: i64 => BigInt;
    ", ", key: &'a [u8] => Binary;
    ", ", biller: i32 => Integer;
    ", ", state: i16 => SmallInt;
    ", ", payment: i64 => BigInt;
    ", ", generation: i32 => Integer;
    ", ", updated_at: &'a str => Text;
    end ")"
});

statement!(InsertPosting<'a> for Sqlite {
    "INSERT INTO postings (id, kind, payment_id, booked_at, effective_on, reverses, window_id) VALUES (", id: i64 => BigInt;
    ", ", kind: i16 => SmallInt;
    ", ", payment: i64 => BigInt;
    ", ", booked_at: &'a str => Text;
    ", ", effective_on: NaiveDate => Date;
    ", ", reverses: Option<i64> => Nullable<BigInt>;
    ", ", window: Option<i64> => Nullable<BigInt>;
    end ")"
});

statement!(InsertEntry for Sqlite {
    "INSERT INTO entries (posting_id, line, account_id, amount) VALUES (", posting: i64 => BigInt;
    ", ", line: i16 => SmallInt;
    ", ", account: i64 => BigInt;
    ", ", amount: i64 => BigInt;
    end ")"
});

statement!(MoveBalance for Sqlite {
    "UPDATE accounts SET balance = balance + ", delta: i64 => BigInt;
    " WHERE id = ", id: i64 => BigInt;
    end ""
});

statement!(InsertTask<'a> for Sqlite {
    "INSERT INTO outbox (id, kind, payment_id, due_at, attempts, note, leased_until, created_at) VALUES (",
    id: i64 => BigInt;
    ", ", kind: i16 => SmallInt;
    ", ", payment: i64 => BigInt;
    ", ", due_at: &'a str => Text;
    ", 0, '', ", leased_until: &'a str => Text;
    ", ", created_at: &'a str => Text;
    end ")"
});

statement!(FinishTask<'a> for Sqlite {
    "UPDATE outbox SET done_at = ", done_at: &'a str => Text;
    " WHERE done_at IS NULL AND id = ", id: i64 => BigInt;
    end ""
});

statement!(InsertTrace<'a> for Sqlite {
    "INSERT INTO guard_traces (value, traced_at, payment_id, subject) VALUES (", value: &'a [u8] => Binary;
    ", ", traced_at: &'a str => Text;
    ", ", payment: i64 => BigInt;
    ", ", subject: i16 => SmallInt;
    end ")"
});

/// Writes a plan inside the open transaction; recent bills and keys under these numbers and the ones that follow.
pub(super) fn write(
    sqlite: &mut SqliteConnection,
    (first_bill, first_key): (i64, i64),
    plan: &Plan,
    lines: &Lines,
    deltas: &BTreeMap<i64, i64>,
) -> Result<(), StorageError> {
    let times = Times::of(plan);
    for (id, (key, payment, now)) in (first_key..).zip(&plan.keys) {
        let created_at = times.text(*now)?;
        AppendKey { id, key: &key.key, input: &key.input, payment: *payment, created_at }.execute(sqlite)?;
    }
    for row in &plan.new_payments {
        insert_payment(row, &times)?.execute(sqlite)?;
    }
    for (before, row) in plan.changed_payments.values() {
        all_changed(change_payment(*before, row, &times)?.execute(sqlite)?, 1, "a payment")?;
    }
    // What a bill was before needs no guard here: nobody else writes before the commit.
    for (id, (key, change)) in (first_bill..).zip(&plan.bills) {
        let BillChange { biller, after, .. } = change;
        let (state, payment, generation) = (after.state.code(), after.payment, after.generation);
        let updated_at = times.text(bill_time(plan, change))?;
        AppendBill { id, key: &key.0, biller: *biller, state, payment, generation, updated_at }.execute(sqlite)?;
    }
    for (id, payment, posting) in &plan.postings {
        let (kind, moment) = (posting.kind().code(), posting.moment());
        let booked_at = times.text(moment.at.naive_utc())?;
        let (effective_on, reverses) = (moment.day, plan.agents.reverses.get(id).copied());
        let window = plan.windows.of.get(id).copied();
        InsertPosting { id: *id, kind, payment: *payment, booked_at, effective_on, reverses, window }
            .execute(sqlite)?;
    }
    for (((posting, line), account), amount) in
        lines.posting.iter().zip(&lines.line).zip(&lines.account).zip(&lines.amount)
    {
        InsertEntry { posting: *posting, line: *line, account: *account, amount: *amount }.execute(sqlite)?;
    }
    for (id, delta) in deltas {
        all_changed(MoveBalance { delta: *delta, id: *id }.execute(sqlite)?, 1, "an account")?;
    }
    for task in &plan.tasks {
        let (due_at, created_at) = (times.text(task.due_at)?, times.text(task.created_at)?);
        let (id, kind, payment) = (task.id, task.kind.code(), task.payment);
        InsertTask { id, kind, payment, due_at, leased_until: created_at, created_at }.execute(sqlite)?;
    }
    for (id, now) in &plan.done_tasks {
        // A task that somebody else finished meanwhile is finished.
        FinishTask { done_at: times.text(*now)?, id: *id }.execute(sqlite)?;
    }
    for NewTrace { trace, at, payment, subject } in &plan.traces {
        let (traced_at, subject) = (times.text(*at)?, subject.code());
        InsertTrace { value: &trace.0, traced_at, payment: *payment, subject }.execute(sqlite)?;
    }
    Ok(())
}

fn insert_payment<'a>(row: &'a PaymentRow, times: &'a Times) -> Result<InsertPayment<'a>, StorageError> {
    Ok(InsertPayment {
        id: row.id,
        secret: row.secret,
        quote_id: row.quote_id,
        biller: row.biller,
        channel: row.channel,
        instrument: row.instrument,
        language: row.language,
        state: row.state,
        principal: row.principal,
        fee: row.fee,
        vat: row.vat,
        duty: row.duty,
        bills: &row.bills,
        phone: row.phone.as_ref().map(Sealed::as_str),
        email: row.email.as_ref().map(Sealed::as_str),
        funds: &row.funds,
        authorisation: &row.authorisation,
        card_mask: &row.card_mask,
        gateway_reference: &row.gateway_reference,
        created_at: times.text(row.created_at)?,
        state_since: times.text(row.state_since)?,
        paid_at: row.paid_at.map(|at| times.text(at)).transpose()?,
    })
}

fn change_payment<'a>(
    before: PaymentState,
    row: &'a PaymentRow,
    times: &'a Times,
) -> Result<ChangePayment<'a>, StorageError> {
    Ok(ChangePayment {
        state: row.state,
        state_since: times.text(row.state_since)?,
        authorisation: &row.authorisation,
        card_mask: &row.card_mask,
        gateway_reference: &row.gateway_reference,
        paid_at: row.paid_at.map(|at| times.text(at)).transpose()?,
        receipt_number: row.receipt_number.as_deref(),
        receipt_date: row.receipt_date,
        id: row.id,
        before: before.code(),
    })
}
