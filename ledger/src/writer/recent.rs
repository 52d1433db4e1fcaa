//! Bills and request keys that changed lately, on SQLite.
//!
//! Their keys are digests, so each belongs on a page of its own. Written into their trees at once, a payment would dirty
//! two random pages, which costs more than all else it writes, and the more the larger the trees. Instead:
//!
//! 1. A batch *appends* them to `recent_bills` and `recent_keys`, in the commit that holds the rest of it.
//! 2. Memory holds the latest row of each key. Look-ups ask memory first and then the tree.
//! 3. When many have gathered they are *folded*, slice by slice: copied into their tree in the order of the keys, where
//!    neighbours share pages, then deleted in the order of their numbers, so that the latest row of a key outlives the
//!    others. That is work for the time between batches; where there is none, batches take slices along that are larger
//!    than what they append, so that memory has a bound.
//! 4. A *filter* knows of most keys that their tree does not hold them, which is what look-ups mostly ask. It is filled
//!    between batches, too; a key beyond its end is looked up.
//!
//! What was appended is read again when the writer starts. A command beside a running hub sorts nothing ([`Sorting`]): it
//! would keep the hub waiting. Folding the same row twice changes nothing, so a fold that was cut off begins anew. Memory changes after the commit only; a batch that is rolled back leaves it as it was.
//!
//! Nobody writes between a look-up and the commit that rests on it: the batch is a `BEGIN IMMEDIATE` transaction. What
//! another process committed before it shows in `data_version`, and everything is read again.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::plan::Plan;
use super::view::{BillView, sixteen};
use super::write::{bill_time, statement};
use crate::bills::BillKey;
use crate::states::BillState;
use crate::storage::StorageError;
use crate::storage::schema::{bills, idempotency_keys, recent_bills, recent_keys};

/// Keys in memory at most before batches fold them: some 100 MB of bills and as much of request keys, minutes at full
/// speed.
pub(crate) const RECENT_MAX: usize = 1_000_000;
/// The part of it from which on they are folded between batches: enough to put several on each page of a tree of millions.
const IDLE_PART: usize = 10;
/// Least rows of a slice that a batch takes along.
const SLICE_MIN: usize = 32;
/// Rows of a slice between batches, during which a caller that comes waits: some milliseconds.
const SLICE_IDLE: usize = 512;
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
    /// Copies rows, a JSON array of their numbers, into their tree, in place of what is there.
    fn copy(sqlite: &mut SqliteConnection, ids: &str) -> QueryResult<usize>;
    /// Deletes the first rows up to a number; how many.
    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize>;
    /// Keys of the tree after this one, in order.
    fn keys_after(sqlite: &mut SqliteConnection, key: &[u8], limit: i64) -> QueryResult<Vec<Vec<u8>>>;
}

// One statement a slice, so that SQLite goes along the tree and does not descend from its root for each row.
statement!(CopyBills<'a> for Sqlite {
    "INSERT INTO bills SELECT r.key, r.biller, r.state, r.payment_id, r.generation, r.updated_at FROM json_each(",
    ids: &'a str => Text;
    end ") AS j CROSS JOIN recent_bills AS r ON r.id = j.value WHERE TRUE ON CONFLICT (key) DO UPDATE SET state = excluded.state, payment_id = excluded.payment_id, \
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

    fn copy(sqlite: &mut SqliteConnection, ids: &str) -> QueryResult<usize> {
        CopyBills { ids }.execute(sqlite)
    }

    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize> {
        ForgetBills { upto, limit }.execute(sqlite)
    }

    fn keys_after(sqlite: &mut SqliteConnection, key: &[u8], limit: i64) -> QueryResult<Vec<Vec<u8>>> {
        bills::table.filter(bills::key.gt(key)).order(bills::key).limit(limit).select(bills::key).load(sqlite)
    }
}

statement!(CopyKeys<'a> for Sqlite {
    "INSERT INTO idempotency_keys SELECT r.key, r.input, r.payment_id, r.created_at FROM json_each(",
    ids: &'a str => Text;
    end ") AS j CROSS JOIN recent_keys AS r ON r.id = j.value WHERE TRUE ON CONFLICT (key) DO NOTHING"
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

    fn copy(sqlite: &mut SqliteConnection, ids: &str) -> QueryResult<usize> {
        CopyKeys { ids }.execute(sqlite)
    }

    fn forget(sqlite: &mut SqliteConnection, upto: i64, limit: i64) -> QueryResult<usize> {
        ForgetKeys { upto, limit }.execute(sqlite)
    }

    fn keys_after(sqlite: &mut SqliteConnection, key: &[u8], limit: i64) -> QueryResult<Vec<Vec<u8>>> {
        use idempotency_keys::dsl;
        dsl::idempotency_keys.filter(dsl::key.gt(key)).order(dsl::key).limit(limit).select(dsl::key).load(sqlite)
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

/// Bits of a filter: at twenty million keys it still spares three look-ups of four.
const FILTER_BITS: usize = 1 << 26;
/// Keys that are read into a filter at once.
const FILTER_PAGE: i64 = 2_000;

/// What a tree may hold. Keys are digests: the first bits of one are as good as a hash of it. What is deleted from the tree
/// stays in here, which costs a look-up.
struct Filter {
    bits: Vec<u64>,
    /// Keys up to this one are in; none is the whole tree.
    filled: Option<Vec<u8>>,
}

impl Default for Filter {
    /// One that knows nothing yet.
    fn default() -> Self {
        Self { bits: vec![0; FILTER_BITS / 64], filled: Some(vec![]) }
    }
}

impl Filter {
    /// The word and the bit of a key.
    fn place(key: &Key) -> (usize, u64) {
        let [a, b, c, d, ..] = *key;
        let hash = u32::from_be_bytes([a, b, c, d]) as usize % FILTER_BITS;
        (hash / 64, 1 << (hash % 64))
    }

    fn insert(&mut self, key: &Key) {
        let (word, bit) = Self::place(key);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    fn may_hold(&self, key: &Key) -> bool {
        let (word, bit) = Self::place(key);
        let known = self.filled.as_ref().is_none_or(|filled| key.as_slice() <= filled.as_slice());
        !known || self.bits.get(word).is_none_or(|word| word & bit != 0)
    }

    fn is_whole(&self) -> bool {
        self.filled.is_none()
    }

    /// Reads on where it is not whole.
    fn fill<V: Appended>(&mut self, sqlite: &mut SqliteConnection) -> QueryResult<()> {
        let Some(filled) = &self.filled else { return Ok(()) };
        let keys = V::keys_after(sqlite, filled, FILTER_PAGE)?;
        // A key of another length is damage that the check of the books tells.
        keys.iter().filter_map(|key| key.as_slice().try_into().ok()).for_each(|key| self.insert(key));
        self.filled = keys.into_iter().last();
        Ok(())
    }
}

struct Recent<V> {
    rows: Shared<V>,
    /// The number of the last row.
    last: i64,
    fold: Option<Fold>,
    filter: Filter,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self { rows: Shared::default(), last: 0, fold: None, filter: Filter::default() }
    }
}

impl<V: Appended> Recent<V> {
    fn load(&mut self, sqlite: &mut SqliteConnection) -> Result<(), StorageError> {
        let rows = V::load(sqlite)?;
        (self.last, self.fold) = (rows.last().map_or(0, |(id, ..)| *id), None);
        self.filter = Filter::default();
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
                let mut ids = Vec::with_capacity(limit);
                for (key, (id, _)) in rows.range((from, Bound::Unbounded)).take(limit) {
                    (seen, last) = (seen + 1, Some(*key));
                    // What changed since the fold began is left to the next.
                    if *id <= upto {
                        ids.push(*id);
                        slice.folded.push(*key);
                    }
                }
                // As a list is written: `[1, 2]`.
                V::copy(sqlite, &format!("{ids:?}"))?;
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
            self.filter.insert(key);
            rows.remove(key);
        }
        self.fold = slice.next;
        for (key, value) in appended {
            self.last += 1;
            rows.insert(key, (self.last, value));
        }
    }

    /// A row that its tree may hold and memory does not.
    fn may_be_in_tree(&self, key: &Key) -> bool {
        self.filter.may_hold(key)
    }

    fn len(&self) -> usize {
        self.rows.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn has_work(&self, max: usize) -> bool {
        self.fold.is_some() || self.len() >= max || !self.filter.is_whole()
    }

    fn idle(&mut self, sqlite: &mut SqliteConnection, max: usize) -> QueryResult<Slice> {
        self.filter.fill::<V>(sqlite)?;
        self.fold(sqlite, SLICE_IDLE, max)
    }

    fn is_folded(&self) -> bool {
        self.fold.is_none() && self.len() == 0
    }
}

/// Who puts what was appended into its trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sorting {
    /// This process, between its batches.
    Own,
    /// The hub beside which this process, a command, runs.
    LeftToTheHub,
}

/// What changed lately. On PostgreSQL nothing ever is in it.
pub(super) struct Recents {
    bills: Recent<RecentBill>,
    keys: Recent<RecentKey>,
    max: usize,
    sorting: Sorting,
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
    pub fn new(max: usize, sorting: Sorting) -> Self {
        Self { bills: Recent::default(), keys: Recent::default(), max, sorting, version: None }
    }

    pub fn shared_bills(&self) -> Shared<RecentBill> {
        self.bills.rows.clone()
    }

    /// Whether a bill that memory does not hold is worth a look into its tree.
    pub fn may_be_bill(&self, key: &BillKey) -> bool {
        self.bills.may_be_in_tree(&key.0)
    }

    /// The same of a request key.
    pub fn may_be_key(&self, key: &Key) -> bool {
        self.keys.may_be_in_tree(key)
    }

    /// Whether there is work for the time between batches.
    pub fn has_work(&self) -> bool {
        let part = self.idle_from();
        self.sorting == Sorting::Own && (self.bills.has_work(part) || self.keys.has_work(part))
    }

    fn idle_from(&self) -> usize {
        (self.max / IDLE_PART).max(1)
    }

    /// A slice of the work between batches.
    pub fn idle(&mut self, sqlite: &mut SqliteConnection) -> Result<Folded, StorageError> {
        let part = self.idle_from();
        let bills = self.bills.idle(sqlite, part)?;
        Ok(Folded { bills, keys: self.keys.idle(sqlite, part)? })
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
        if self.sorting == Sorting::LeftToTheHub || (self.bills.is_folded() && self.keys.is_folded()) {
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
