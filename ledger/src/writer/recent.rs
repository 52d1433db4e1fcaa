//! Bills and request keys that changed lately, on SQLite.
//!
//! Their keys are digests, so each belongs on a page of its own. Written into their trees at once, a payment would dirty
//! two random pages, which costs more than all else it writes, and the more the larger the trees. Instead:
//!
//! 1. A batch *appends* them to `recent_bills` and `recent_keys`, in the commit that holds the rest of it.
//! 2. Memory holds the latest row of each key. Look-ups ask memory first and then the tree.
//! 3. When many have gathered they are *folded*, a slice with each batch: copied into their tree in the order of the keys,
//!    where neighbours share pages, then deleted in the order of their numbers, so that the latest row of a key outlives
//!    the others. Slices are larger than what batches append: a fold ends before the next is due.
//!
//! What was appended is read again when the writer starts. Folding the same row twice changes nothing, so a fold that was
//! cut off begins anew. Memory changes after the commit only; a batch that is rolled back leaves it as it was.
//!
//! Nobody writes between a look-up and the commit that rests on it: the batch is a `BEGIN IMMEDIATE` transaction. What
//! another process committed before it shows in `data_version`, and everything is read again.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

use super::plan::Plan;
use super::view::{BillView, sixteen};
use super::write::{bill_time, statement};
use crate::bills::BillKey;
use crate::states::BillState;
use crate::storage::StorageError;
use crate::storage::schema::{recent_bills, recent_keys};

/// Keys in memory before they are folded: some 10 MB of bills and as much of request keys, and long enough for a fold to
/// put several on each page of a tree of millions.
pub(crate) const RECENT_MAX: usize = 100_000;
/// Least rows of a slice.
const SLICE_MIN: usize = 32;
/// Rows of a slice when the writer stops and folds all.
const SLICE_AT_STOP: usize = 4_096;

/// A bill as its latest row has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecentBill {
    pub bill: BillView,
    pub updated_at: NaiveDateTime,
}

/// A request key's input and payment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecentKey {
    pub input: [u8; 16],
    pub payment: i64,
}

type Key = [u8; 16];
/// The number of the latest row of each key, and what it says.
type Rows<V> = BTreeMap<Key, (i64, V)>;

/// What look-ups share with the writer.
pub(crate) struct Shared<V>(Arc<RwLock<Rows<V>>>);

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Default for Shared<V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<V: Copy> Shared<V> {
    pub fn get(&self, key: &Key) -> Option<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).map(|(_, value)| *value)
    }
}

/// The table of one kind of rows.
trait Appended: Copy + Sized {
    /// All rows in the order of their numbers.
    fn load(sqlite: &mut SqliteConnection) -> Result<Vec<(i64, Key, Self)>, StorageError>;
    /// Copies a row into its tree, in place of what is there.
    fn copy(sqlite: &mut SqliteConnection, id: i64) -> QueryResult<usize>;
    /// Deletes the first rows up to a number; how many.
    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize>;
}

statement!(CopyBill for Sqlite {
    "INSERT INTO bills SELECT key, biller, state, payment_id, generation, updated_at FROM recent_bills WHERE id = ",
    id: i64 => BigInt;
    end " ON CONFLICT (key) DO UPDATE SET state = excluded.state, payment_id = excluded.payment_id, \
     generation = excluded.generation, updated_at = excluded.updated_at"
});

statement!(ForgetBills for Sqlite {
    "DELETE FROM recent_bills WHERE id IN (SELECT id FROM recent_bills WHERE id <= ", upto: i64 => BigInt;
    " ORDER BY id LIMIT ", limit: i64 => BigInt;
    end ")"
});

impl Appended for RecentBill {
    fn load(sqlite: &mut SqliteConnection) -> Result<Vec<(i64, Key, Self)>, StorageError> {
        use recent_bills::dsl;
        let columns = (dsl::id, dsl::key, dsl::state, dsl::payment_id, dsl::generation, dsl::updated_at);
        let rows: Vec<(i64, Vec<u8>, i16, i64, i32, NaiveDateTime)> =
            dsl::recent_bills.order(dsl::id).select(columns).load(sqlite)?;
        let read = |(id, key, state, payment, generation, updated_at): (_, Vec<u8>, _, _, _, _)| {
            let unknown = || StorageError::Damaged(format!("recent bill {id}: state {state}"));
            let state = BillState::from_code(state).ok_or_else(unknown)?;
            Ok((id, sixteen(&key)?, Self { bill: BillView { state, payment, generation }, updated_at }))
        };
        rows.into_iter().map(read).collect()
    }

    fn copy(sqlite: &mut SqliteConnection, id: i64) -> QueryResult<usize> {
        CopyBill { id }.execute(sqlite)
    }

    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize> {
        ForgetBills { upto, limit }.execute(sqlite)
    }
}

statement!(CopyKey for Sqlite {
    "INSERT INTO idempotency_keys SELECT key, input, payment_id, created_at FROM recent_keys WHERE id = ",
    id: i64 => BigInt;
    end " ON CONFLICT (key) DO NOTHING"
});

statement!(ForgetKeys for Sqlite {
    "DELETE FROM recent_keys WHERE id IN (SELECT id FROM recent_keys WHERE id <= ", upto: i64 => BigInt;
    " ORDER BY id LIMIT ", limit: i64 => BigInt;
    end ")"
});

impl Appended for RecentKey {
    fn load(sqlite: &mut SqliteConnection) -> Result<Vec<(i64, Key, Self)>, StorageError> {
        use recent_keys::dsl;
        let columns = (dsl::id, dsl::key, dsl::input, dsl::payment_id);
        let rows: Vec<(i64, Vec<u8>, Vec<u8>, i64)> = dsl::recent_keys.order(dsl::id).select(columns).load(sqlite)?;
        let read = |(id, key, input, payment): (_, Vec<u8>, Vec<u8>, _)| {
            Ok((id, sixteen(&key)?, Self { input: sixteen(&input)?, payment }))
        };
        rows.into_iter().map(read).collect()
    }

    fn copy(sqlite: &mut SqliteConnection, id: i64) -> QueryResult<usize> {
        CopyKey { id }.execute(sqlite)
    }

    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize> {
        ForgetKeys { upto, limit }.execute(sqlite)
    }
}

/// How far a fold is; `upto` is the last row that it takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Copying { upto: i64, after: Option<Key> },
    Forgetting { upto: i64 },
}

/// A slice of a fold: written, and to be remembered after the commit.
#[derive(Default)]
struct Slice {
    folded: Vec<Key>,
    next: Option<Fold>,
}

struct Recent<V> {
    rows: Shared<V>,
    /// The number of the last row.
    last: i64,
    fold: Option<Fold>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { rows: Shared::default(), last: 0, fold: None }
    }
}

impl<V: Appended> Recent<V> {
    fn load(&mut self, sqlite: &mut SqliteConnection) -> Result<(), StorageError> {
        let rows = V::load(sqlite)?;
        (self.last, self.fold) = (rows.last().map_or(0, |(id, ..)| *id), None);
        let rows = rows.into_iter().map(|(id, key, value)| (key, (id, value))).collect();
        *self.rows.0.write().unwrap_or_else(PoisonError::into_inner) = rows;
        Ok(())
    }

    /// Folds at most `limit` rows, if a fold is under way or memory holds `max` keys.
    fn fold(&self, sqlite: &mut SqliteConnection, limit: usize, max: usize) -> QueryResult<Slice> {
        let rows = self.rows.0.read().unwrap_or_else(PoisonError::into_inner);
        let start = || (rows.len() >= max && self.last > 0).then_some(Fold::Copying { upto: self.last, after: None });
        match self.fold.or_else(start) {
            None => Ok(Slice::default()),
            Some(Fold::Copying { upto, after }) => {
                let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                let mut slice = Slice::default();
                let (mut seen, mut last) = (0, after);
                for (key, (id, _)) in rows.range((from, Bound::Unbounded)).take(limit) {
                    (seen, last) = (seen + 1, Some(*key));
                    // What changed since the fold began is left to the next.
                    if *id <= upto {
                        V::copy(sqlite, *id)?;
                        slice.folded.push(*key);
                    }
                }
                slice.next = Some(match seen < limit {
                    true => Fold::Forgetting { upto },
                    false => Fold::Copying { upto, after: last },
                });
                Ok(slice)
            }
            Some(Fold::Forgetting { upto }) => {
                let gone = V::forget(sqlite, upto, i64::try_from(limit).unwrap_or(i64::MAX))?;
                Ok(Slice { folded: vec![], next: (gone == limit).then_some(Fold::Forgetting { upto }) })
            }
        }
    }

    /// Takes over what a commit wrote.
    fn committed(&mut self, slice: Slice, appended: impl Iterator<Item = (Key, V)>) {
        let mut rows = self.rows.0.write().unwrap_or_else(PoisonError::into_inner);
        // Before what was appended: a bill may be in both.
        for key in &slice.folded {
            rows.remove(key);
        }
        self.fold = slice.next;
        for (key, value) in appended {
            self.last += 1;
            rows.insert(key, (self.last, value));
        }
    }

    fn is_folded(&self) -> bool {
        self.fold.is_none() && self.rows.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// What changed lately. On PostgreSQL nothing ever is in it.
pub(super) struct Recents {
    bills: Recent<RecentBill>,
    keys: Recent<RecentKey>,
    max: usize,
    /// SQLite's `data_version` when memory was last in step; none before it is read, and after a connection was lost.
    version: Option<i64>,
}

/// What a batch folded.
#[derive(Default)]
pub(super) struct Folded {
    bills: Slice,
    keys: Slice,
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

impl Recents {
    pub fn new(max: usize) -> Self {
        Self { bills: Recent::default(), keys: Recent::default(), max, version: None }
    }

    pub fn shared_bills(&self) -> Shared<RecentBill> {
        self.bills.rows.clone()
    }

    pub fn bill(&self, key: &BillKey) -> Option<BillView> {
        self.bills.rows.get(&key.0).map(|recent| recent.bill)
    }

    pub fn key(&self, key: &Key) -> Option<RecentKey> {
        self.keys.rows.get(key)
    }

    /// The numbers of the next rows: of a bill, of a key.
    pub fn next_ids(&self) -> (i64, i64) {
        (self.bills.last + 1, self.keys.last + 1)
    }

    /// The next transaction reads everything again.
    pub fn forget(&mut self) {
        self.version = None;
    }

    /// Brings memory in step with what other processes committed; inside the transaction, before anything is written.
    pub fn catch_up(&mut self, sqlite: &mut SqliteConnection) -> Result<(), StorageError> {
        let version: DataVersion = diesel::sql_query("PRAGMA data_version").get_result(sqlite)?;
        if self.version != Some(version.data_version) {
            self.bills.load(sqlite)?;
            self.keys.load(sqlite)?;
            self.version = Some(version.data_version);
        }
        Ok(())
    }

    /// Folds a slice, larger than what the plan appends.
    pub fn fold(&self, sqlite: &mut SqliteConnection, plan: &Plan) -> Result<Folded, StorageError> {
        let slice = |appended: usize| 2 * appended + SLICE_MIN;
        Ok(Folded {
            bills: self.bills.fold(sqlite, slice(plan.bills.len()), self.max)?,
            keys: self.keys.fold(sqlite, slice(plan.keys.len()), self.max)?,
        })
    }

    /// Folds a slice at the end, however little there is; `None` once all is folded.
    pub fn fold_rest(&self, sqlite: &mut SqliteConnection) -> Result<Option<Folded>, StorageError> {
        if self.bills.is_folded() && self.keys.is_folded() {
            return Ok(None);
        }
        Ok(Some(Folded {
            bills: self.bills.fold(sqlite, SLICE_AT_STOP, 1)?,
            keys: self.keys.fold(sqlite, SLICE_AT_STOP, 1)?,
        }))
    }

    /// Takes over what a commit wrote.
    pub fn committed(&mut self, folded: Folded, plan: &Plan) {
        let bills = plan
            .bills
            .iter()
            .map(|(key, change)| (key.0, RecentBill { bill: change.after, updated_at: bill_time(plan, change) }));
        self.bills.committed(folded.bills, bills);
        let keys =
            plan.keys.iter().map(|(key, payment, _)| (key.key, RecentKey { input: key.input, payment: *payment }));
        self.keys.committed(folded.keys, keys);
    }
}
