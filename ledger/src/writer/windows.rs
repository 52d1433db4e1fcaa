//! Which settlement window a confirmation, or its reversal, falls into: decided in the commit that books it.
//!
//! It is the earliest window of the biller that is open and not over at the time of the booking. The one that the step
//! names is opened if it would be earlier still, or there is none; but none is opened behind one that was closed. Closing
//! a window is one update (`settlement/windows.rs`). On PostgreSQL a batch that books into windows shares a lock that
//! closing takes alone, so that nothing is booked into a window after it closed; on SQLite nobody writes beside a batch.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::commands::Step;
use super::ids::Ids;
use super::op::WriteOp;
use super::plan::Plan;
use super::view::View;
use crate::postings::Moment;
use crate::storage::rows::PaymentRow;
use crate::storage::schema::settlement_windows;
use crate::storage::{Conn, StorageError};

/// The key of PostgreSQL's lock between batches and the closing of windows: any number that nothing else uses.
pub(crate) const WINDOWS_LOCK: i64 = 0x6661_746f_7572_6101;

/// Windows of the billers that a batch books for.
#[derive(Default)]
pub(super) struct WindowView(HashMap<i32, Windows>);

/// Windows of one biller.
#[derive(Default)]
struct Windows {
    /// Those that are open, by cut-off.
    open: BTreeMap<NaiveDateTime, i64>,
    /// The last cut-off that was closed; known only where a window may have to be opened.
    closed: Option<NaiveDateTime>,
}

/// A window to be opened.
pub(super) struct NewWindow {
    pub id: i64,
    pub biller: i32,
    pub cut_off: NaiveDateTime,
    pub opened_at: NaiveDateTime,
}

/// What a batch will write of windows.
#[derive(Default)]
pub(super) struct WindowPlan {
    pub new: Vec<NewWindow>,
    /// Posting and its window.
    pub of: HashMap<i64, i64>,
}

impl WindowView {
    /// Reads the windows that these steps may book into.
    pub fn load<'a>(
        connection: &mut Conn,
        steps: impl Iterator<Item = (&'a PaymentRow, &'a Step)>,
    ) -> Result<Self, StorageError> {
        let mut named = BTreeMap::<i32, NaiveDateTime>::new();
        for (row, step) in steps {
            if let Step::Confirm { cut_off, .. } | Step::Cancelled { cut_off } = step {
                let cut_off = cut_off.naive_utc();
                named.entry(row.biller).and_modify(|first| *first = cut_off.min(*first)).or_insert(cut_off);
            }
        }
        Self::of(connection, named)
    }

    /// Reads the windows of these billers, with the cut-offs that may be opened.
    fn of(connection: &mut Conn, named: BTreeMap<i32, NaiveDateTime>) -> Result<Self, StorageError> {
        let mut view = Self::default();
        if named.is_empty() {
            return Ok(view);
        }
        use settlement_windows::dsl;
        let open = dsl::settlement_windows.filter(dsl::closed_at.is_null());
        let columns = (dsl::biller, dsl::cut_off, dsl::id);
        let rows: Vec<(i32, NaiveDateTime, i64)> = match connection {
            Conn::Sqlite(sqlite) => {
                let mut rows = Vec::new();
                for biller in named.keys() {
                    let of_one = open.filter(dsl::biller.eq(*biller)).select(columns);
                    rows.extend(of_one.load::<(i32, NaiveDateTime, i64)>(sqlite)?);
                }
                rows
            }
            Conn::Pg(pg) => {
                diesel::sql_query("SELECT pg_advisory_xact_lock_shared($1)")
                    .bind::<BigInt, _>(WINDOWS_LOCK)
                    .execute(pg)?;
                open.filter(dsl::biller.eq_any(named.keys().copied().collect::<Vec<_>>())).select(columns).load(pg)?
            }
        };
        for (biller, cut_off, id) in rows {
            view.0.entry(biller).or_default().open.insert(cut_off, id);
        }
        for (biller, named) in named {
            let windows = view.0.entry(biller).or_default();
            if !windows.open.contains_key(&named) {
                let closed =
                    dsl::settlement_windows.filter(dsl::biller.eq(biller)).filter(dsl::closed_at.is_not_null());
                windows.closed = closed.select(diesel::dsl::max(dsl::cut_off)).get_result(connection)?;
            }
        }
        Ok(view)
    }
}

/// The window of a booking; `cut_off` ends the one that is opened where no open one is left.
pub(super) fn place(
    view: &mut View,
    plan: &mut Plan,
    ids: &mut Ids,
    biller: i32,
    cut_off: DateTime<Utc>,
    moment: Moment,
) -> Result<i64, StorageError> {
    let windows = view.windows.0.entry(biller).or_default();
    placed(windows, &mut plan.windows, ids, biller, cut_off, moment)
}

fn placed(
    Windows { open, closed }: &mut Windows,
    plan: &mut WindowPlan,
    ids: &mut Ids,
    biller: i32,
    cut_off: DateTime<Utc>,
    moment: Moment,
) -> Result<i64, StorageError> {
    let (now, cut_off) = (moment.at.naive_utc(), cut_off.naive_utc());
    if let Some((first, id)) = open.iter().find(|(cut_off, _)| **cut_off > now)
        && (*first <= cut_off || closed.is_some_and(|closed| cut_off <= closed))
    {
        return Ok(*id);
    }
    if cut_off <= now {
        return Err(StorageError::Failed(format!("a booking of {now} names a cut-off that is over: {cut_off}")));
    }
    let id = ids.next()?;
    open.insert(cut_off, id);
    plan.new.push(NewWindow { id, biller, cut_off, opened_at: now });
    Ok(id)
}

impl WriteOp<'_> {
    /// The window of a rare booking, by the same rule; opened at once where it has to be.
    pub(crate) fn place_in_window(
        &mut self,
        biller: i32,
        cut_off: DateTime<Utc>,
        moment: Moment,
    ) -> Result<i64, StorageError> {
        let mut view = WindowView::of(self.connection, BTreeMap::from([(biller, cut_off.naive_utc())]))?;
        let mut plan = WindowPlan::default();
        let windows = view.0.entry(biller).or_default();
        let id = placed(windows, &mut plan, self.ids, biller, cut_off, moment)?;
        write(self.connection, &plan)?;
        Ok(id)
    }
}

/// Opens the new windows. Another process that opened one of them meanwhile is a conflict.
pub(super) fn write(connection: &mut Conn, plan: &WindowPlan) -> Result<(), StorageError> {
    use settlement_windows::dsl;
    for window in &plan.new {
        let values = (
            dsl::id.eq(window.id),
            dsl::biller.eq(window.biller),
            dsl::cut_off.eq(window.cut_off),
            dsl::opened_at.eq(window.opened_at),
        );
        diesel::insert_into(dsl::settlement_windows).values(values).execute(connection)?;
    }
    Ok(())
}
