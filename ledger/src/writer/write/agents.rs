//! What a batch writes of payments at counters: nothing for any other. The rows of every such payment in both databases'
//! own way, what comes rarely one by one.

use std::collections::BTreeMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text};
use diesel::sqlite::Sqlite;

use super::super::agents::{AgentPlan, NewGiveBack};
use super::{all_changed, statement};
use crate::agents::{CashReferenceState, ShiftMovementKind, ShiftState};
use crate::money::Money;
use crate::states::TaskKind;
use crate::storage::schema::{cancellations, cash_references, give_backs, outbox, shift_movements};
use crate::storage::{Conn, StorageError};
use crate::writer::accounts::AccountCache;
use crate::writer::ids::Ids;

/// Entries of floats: account, posting, amount.
pub(super) type FloatLines = Vec<(i64, i64, i64)>;

statement!(InsertAgentPayment<'a> for Sqlite {
    "INSERT INTO agent_payments (payment_id, network, outlet, till, shift_id, network_reference, cash_reference_id, \
     tendered, commission, commission_vat, staff_id, staff_name, prints) VALUES (", payment: i64 => BigInt;
    ", ", network: &'a str => Text;
    ", ", outlet: &'a str => Text;
    ", ", till: &'a str => Text;
    ", ", shift: i64 => BigInt;
    ", ", network_reference: Option<&'a str> => Nullable<Text>;
    ", ", cash_reference: Option<i64> => Nullable<BigInt>;
    ", ", tendered: Option<i64> => Nullable<BigInt>;
    ", ", commission: i64 => BigInt;
    ", ", commission_vat: i64 => BigInt;
    ", ", staff: i64 => BigInt;
    ", ", staff_name: &'a str => Text;
    ", ", prints: i32 => Integer;
    end ")"
});

statement!(InsertFloatEntry for Sqlite {
    "INSERT INTO float_entries (account_id, posting_id, amount) VALUES (", account: i64 => BigInt;
    ", ", posting: i64 => BigInt;
    ", ", amount: i64 => BigInt;
    end ")"
});

statement!(InsertAgentPayments for Pg {
    "INSERT INTO agent_payments (payment_id, network, outlet, till, shift_id, network_reference, cash_reference_id, \
     tendered, commission, commission_vat, staff_id, staff_name, prints) SELECT *, 0 FROM unnest(",
    payment: Vec<i64> => Array<BigInt>;
    ", ", network: Vec<String> => Array<Text>;
    ", ", outlet: Vec<String> => Array<Text>;
    ", ", till: Vec<String> => Array<Text>;
    ", ", shift: Vec<i64> => Array<BigInt>;
    ", ", network_reference: Vec<Option<String>> => Array<Nullable<Text>>;
    ", ", cash_reference: Vec<Option<i64>> => Array<Nullable<BigInt>>;
    ", ", tendered: Vec<Option<i64>> => Array<Nullable<BigInt>>;
    ", ", commission: Vec<i64> => Array<BigInt>;
    ", ", commission_vat: Vec<i64> => Array<BigInt>;
    ", ", staff: Vec<i64> => Array<BigInt>;
    ", ", staff_name: Vec<String> => Array<Text>;
    end ")"
});

statement!(InsertFloatEntries for Pg {
    "INSERT INTO float_entries (account_id, posting_id, amount) SELECT * FROM unnest(",
    account: Vec<i64> => Array<BigInt>;
    ", ", posting: Vec<i64> => Array<BigInt>;
    ", ", amount: Vec<i64> => Array<BigInt>;
    end ")"
});

statement!(HoldShifts for Pg {
    "SELECT id FROM shifts WHERE id = ANY(", id: Vec<i64> => Array<BigInt>;
    ") AND state = ", state: i16 => SmallInt;
    end " ORDER BY id FOR SHARE"
});

/// The first of a batch's writes: its shifts are open, and stay so until the commit. A closure of another process locks
/// the row before it counts, so it counts these payments, or they find it closed. On SQLite nobody else writes meanwhile.
pub(super) fn hold_shifts(connection: &mut Conn, plan: &AgentPlan) -> Result<(), StorageError> {
    match connection {
        Conn::Pg(pg) if !plan.open_shifts.is_empty() => {
            let id: Vec<i64> = plan.open_shifts.iter().copied().collect();
            let wanted = id.len();
            let held = HoldShifts { id, state: ShiftState::Open.code() }.execute(pg)?;
            all_changed(held, wanted, "a shift")
        }
        Conn::Pg(_) | Conn::Sqlite(_) => Ok(()),
    }
}

/// Everything but the warnings.
pub(super) fn write(connection: &mut Conn, plan: &AgentPlan, floats: &FloatLines) -> Result<(), StorageError> {
    match connection {
        Conn::Sqlite(sqlite) => write_sqlite(sqlite, plan, floats)?,
        Conn::Pg(pg) => write_postgres(pg, plan, floats)?,
    }
    // In the order of their numbers, as another process may use the same.
    for (reference, payment) in &plan.used_references {
        let open = cash_references::table
            .filter(cash_references::id.eq(reference))
            .filter(cash_references::state.eq(CashReferenceState::Open.code()));
        let used = diesel::update(open)
            .set((
                cash_references::state.eq(CashReferenceState::Used.code()),
                cash_references::payment_id.eq(Some(*payment)),
            ))
            .execute(connection)?;
        all_changed(used, 1, "a cash reference")?;
    }
    for new in &plan.cancellations {
        let values = (
            cancellations::payment_id.eq(new.payment),
            cancellations::reason.eq(&new.reason),
            cancellations::asked_at.eq(new.asked_at),
            cancellations::asked_by.eq(new.actor.id),
            cancellations::asked_by_name.eq(&new.actor.name),
        );
        diesel::insert_into(cancellations::table).values(values).execute(connection)?;
    }
    for (payment, refusal) in &plan.refusals {
        let row = cancellations::table.filter(cancellations::payment_id.eq(payment));
        let changed = diesel::update(row).set(cancellations::refusal.eq(Some(refusal.as_str()))).execute(connection)?;
        all_changed(changed, 1, "a cancellation")?;
    }
    plan.give_backs.iter().try_for_each(|new| write_give_back(connection, new))
}

fn write_sqlite(sqlite: &mut SqliteConnection, plan: &AgentPlan, floats: &FloatLines) -> Result<(), StorageError> {
    for row in &plan.payments {
        let statement = InsertAgentPayment {
            payment: row.payment_id,
            network: &row.network,
            outlet: &row.outlet,
            till: &row.till,
            shift: row.shift_id,
            network_reference: row.network_reference.as_deref(),
            cash_reference: row.cash_reference_id,
            tendered: row.tendered,
            commission: row.commission,
            commission_vat: row.commission_vat,
            staff: row.staff_id,
            staff_name: &row.staff_name,
            prints: row.prints,
        };
        statement.execute(sqlite)?;
    }
    for (account, posting, amount) in floats {
        InsertFloatEntry { account: *account, posting: *posting, amount: *amount }.execute(sqlite)?;
    }
    Ok(())
}

fn write_postgres(pg: &mut PgConnection, plan: &AgentPlan, floats: &FloatLines) -> Result<(), StorageError> {
    let rows = &plan.payments;
    if !rows.is_empty() {
        let statement = InsertAgentPayments {
            payment: rows.iter().map(|row| row.payment_id).collect(),
            network: rows.iter().map(|row| row.network.clone()).collect(),
            outlet: rows.iter().map(|row| row.outlet.clone()).collect(),
            till: rows.iter().map(|row| row.till.clone()).collect(),
            shift: rows.iter().map(|row| row.shift_id).collect(),
            network_reference: rows.iter().map(|row| row.network_reference.clone()).collect(),
            cash_reference: rows.iter().map(|row| row.cash_reference_id).collect(),
            tendered: rows.iter().map(|row| row.tendered).collect(),
            commission: rows.iter().map(|row| row.commission).collect(),
            commission_vat: rows.iter().map(|row| row.commission_vat).collect(),
            staff: rows.iter().map(|row| row.staff_id).collect(),
            staff_name: rows.iter().map(|row| row.staff_name.clone()).collect(),
        };
        statement.execute(pg)?;
    }
    if !floats.is_empty() {
        let statement = InsertFloatEntries {
            account: floats.iter().map(|(account, ..)| *account).collect(),
            posting: floats.iter().map(|(_, posting, _)| *posting).collect(),
            amount: floats.iter().map(|(.., amount)| *amount).collect(),
        };
        statement.execute(pg)?;
    }
    Ok(())
}

fn write_give_back(connection: &mut Conn, new: &NewGiveBack) -> Result<(), StorageError> {
    let movement = new.movement.as_ref().map(|(id, ..)| *id);
    let values = (
        give_backs::subject_id.eq(new.payment),
        give_backs::outlet.eq(&new.outlet),
        give_backs::amount.eq(new.amount),
        give_backs::since.eq(new.since),
        give_backs::movement_id.eq(movement),
    );
    diesel::insert_into(give_backs::table).values(values).execute(connection)?;
    if let Some((id, shift, actor)) = &new.movement {
        let values = (
            shift_movements::id.eq(id),
            shift_movements::shift_id.eq(shift),
            shift_movements::kind.eq(ShiftMovementKind::GivenBack.code()),
            shift_movements::amount.eq(-new.amount),
            shift_movements::reason.eq(""),
            shift_movements::subject_id.eq(Some(new.payment)),
            shift_movements::made_at.eq(new.since),
            shift_movements::made_by.eq(actor.id),
            shift_movements::made_by_name.eq(&actor.name),
        );
        diesel::insert_into(shift_movements::table).values(values).execute(connection)?;
    }
    Ok(())
}

/// The last of a batch's writes: a float that was not low before the batch and is low after it leaves a warning. Its row
/// is this process's own until the commit, so that each crossing is seen once. Whether there was one.
pub(super) fn warn(
    connection: &mut Conn,
    accounts: &mut AccountCache,
    ids: &mut Ids,
    plan: &AgentPlan,
    deltas: &BTreeMap<i64, i64>,
) -> Result<bool, StorageError> {
    let mut warned = false;
    for (float, (low, payment, now)) in &plan.drawn {
        let delta = deltas.get(&accounts.id(connection, ids, float)?).copied().unwrap_or(0);
        // A float is the hub's debt: below zero in the books.
        let after = -accounts.balance(connection, float)?;
        let before = after.saturating_add(delta);
        if Money::from_minor(before) < *low || Money::from_minor(after) >= *low {
            continue;
        }
        let values = (
            outbox::id.eq(ids.next()?),
            outbox::kind.eq(TaskKind::MailLowFloat.code()),
            outbox::payment_id.eq(payment),
            outbox::due_at.eq(now),
            outbox::leased_until.eq(now),
            outbox::attempts.eq(0),
            outbox::note.eq(""),
            outbox::created_at.eq(now),
        );
        diesel::insert_into(outbox::table).values(values).execute(connection)?;
        warned = true;
    }
    Ok(warned)
}
