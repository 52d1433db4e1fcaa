//! The only statements written twice: what a batch writes, row by row with cached statements on SQLite, one statement per
//! table over arrays on PostgreSQL. Both are prepared once per connection: Diesel caches a statement whose type is its
//! identity, which its own updates and multi-row inserts are not.

mod agents;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::accounts::AccountCache;
use super::ids::Ids;
use super::plan::{BillChange, NewTrace, Plan};
use super::recent::Recents;
use super::windows;
use crate::storage::{Conn, StorageError};

/// A statement with its parameters: SQL text and fields in turn, then a tail.
macro_rules! statement {
    ($name:ident $(<$life:lifetime>)? for $backend:ty {
        $($sql:literal, $field:ident: $rust:ty => $sql_type:ty;)+ end $tail:literal
    }) => {
        struct $name $(<$life>)? { $($field: $rust,)+ }

        const _: () = {
            struct Identity;
            impl $(<$life>)? QueryId for $name $(<$life>)? {
                type QueryId = Identity;
                const HAS_STATIC_QUERY_ID: bool = true;
            }
        };

        impl $(<$life>)? QueryFragment<$backend> for $name $(<$life>)? {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                $(
                    out.push_sql($sql);
                    out.push_bind_param::<$sql_type, _>(&self.$field)?;
                )+
                out.push_sql($tail);
                Ok(())
            }
        }

        impl<$($life,)? C> RunQueryDsl<C> for $name $(<$life>)? {}
    };
}

pub(super) use statement;

/// Rows of entries, ready to be written.
struct Lines {
    posting: Vec<i64>,
    line: Vec<i16>,
    account: Vec<i64>,
    amount: Vec<i64>,
}

/// Writes a plan inside the open transaction; whether it left a warning to be sent. `Conflict` where another process was
/// faster: nothing of it may stay.
pub(super) fn write(
    connection: &mut Conn,
    accounts: &mut AccountCache,
    ids: &mut Ids,
    recents: &Recents,
    plan: &Plan,
) -> Result<bool, StorageError> {
    agents::hold_shifts(connection, &plan.agents)?;
    windows::write(connection, &plan.windows)?;
    let mut floats = agents::FloatLines::new();
    let mut lines = Lines { posting: vec![], line: vec![], account: vec![], amount: vec![] };
    // In the order of account numbers: two processes that update balances cannot block each other in a circle.
    let mut deltas = BTreeMap::<i64, i64>::new();
    for (posting, _, content) in &plan.postings {
        for (line, entry) in (0i16..).zip(content.entries()) {
            let account = accounts.id(connection, ids, &entry.account)?;
            let delta = deltas.entry(account).or_default();
            *delta = delta
                .checked_add(entry.amount)
                .ok_or_else(|| StorageError::Failed("a balance is past the range".to_owned()))?;
            if entry.account.ceiling().is_some() {
                floats.push((account, *posting, entry.amount));
            }
            lines.posting.push(*posting);
            lines.line.push(line);
            lines.account.push(account);
            lines.amount.push(entry.amount);
        }
    }
    agents::write(connection, &plan.agents, &floats)?;
    match connection {
        Conn::Sqlite(sqlite) => sqlite::write(sqlite, recents.next_ids(), plan, &lines, &deltas)?,
        Conn::Pg(pg) => postgres::write(pg, plan, lines, &deltas)?,
    }
    agents::warn(connection, accounts, ids, &plan.agents, &deltas)
}

/// Every guarded statement must change what the batch saw.
fn all_changed(changed: usize, wanted: usize, what: &str) -> Result<(), StorageError> {
    if changed == wanted { Ok(()) } else { Err(StorageError::Conflict(format!("{what} changed meanwhile"))) }
}

/// When a bill changed: when its payment did.
pub(super) fn bill_time(plan: &Plan, change: &BillChange) -> NaiveDateTime {
    let id = change.after.payment;
    let changed = plan.changed_payments.get(&id).map(|(_, row)| row.state_since);
    let new = || plan.new_payments.binary_search_by_key(&id, |row| row.id).ok();
    changed.or_else(|| new().map(|at| plan.new_payments[at].state_since)).unwrap_or_default()
}
