//! Since when the oldest work of each step of settlement waits: whether there is any, and how late it is.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::states::TransferState;
use crate::storage::StorageError;
use crate::storage::schema::{deliveries, postings, settlement_windows, settlements, transfer_orders, transfers};

/// A moment (UTC); `None`: nothing waits.
type Since = Result<Option<NaiveDateTime>, StorageError>;

impl Reader<'_> {
    /// The earliest cut-off that is over and whose window is open.
    pub fn window_over_since(&mut self, now: DateTime<Utc>) -> Since {
        let over = settlement_windows::table
            .filter(settlement_windows::closed_at.is_null())
            .filter(settlement_windows::cut_off.le(now.naive_utc()));
        Ok(over.select(min(settlement_windows::cut_off)).get_result(self.connection)?)
    }

    /// When the window was closed that has waited longest to be settled.
    pub fn window_closed_since(&mut self) -> Since {
        let closed = settlement_windows::table
            .filter(settlement_windows::closed_at.is_not_null())
            .filter(settlement_windows::settled_at.is_null());
        Ok(closed.select(min(settlement_windows::closed_at)).get_result(self.connection)?)
    }

    /// When the settlement was made that has waited longest for its files.
    pub fn settlement_unfiled_since(&mut self) -> Since {
        let unfiled = settlements::table.filter(settlements::filed_at.is_null());
        Ok(unfiled.select(min(settlements::made_at)).get_result(self.connection)?)
    }

    /// Since when a transfer waits to be ordered, or an order for its message.
    pub fn transfer_waiting_since(&mut self) -> Since {
        let waiting: Option<NaiveDateTime> = transfers::table
            .inner_join(postings::table.on(postings::id.eq(transfers::ordered_posting)))
            .filter(transfers::order_id.is_null())
            .filter(transfers::state.eq(TransferState::Waiting.code()))
            .select(min(postings::booked_at))
            .get_result(self.connection)?;
        let unwritten = transfer_orders::table.filter(transfer_orders::digest.eq(""));
        let unwritten: Option<NaiveDateTime> =
            unwritten.select(min(transfer_orders::made_at)).get_result(self.connection)?;
        Ok(waiting.into_iter().chain(unwritten).min())
    }

    /// When the oldest delivery of a file was due that is due now.
    pub fn delivery_due_since(&mut self, now: DateTime<Utc>) -> Since {
        let due =
            deliveries::table.filter(deliveries::delivered_at.is_null()).filter(deliveries::due_at.le(now.naive_utc()));
        Ok(due.select(min(deliveries::due_at)).get_result(self.connection)?)
    }

    /// When the oldest message to the bank was due that is due now.
    pub fn order_due_since(&mut self, now: DateTime<Utc>) -> Since {
        let due = transfer_orders::table
            .filter(transfer_orders::delivered_at.is_null())
            .filter(transfer_orders::due_at.le(now.naive_utc()));
        Ok(due.select(min(transfer_orders::due_at)).get_result(self.connection)?)
    }
}
