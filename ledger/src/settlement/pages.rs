//! Windows and orders page by page, the newest first, for people who look through them.

use diesel::prelude::*;

use super::orders::{ORDER, OrderRow, order};
use super::settling::Settlement;
use super::windows::{SettlementWindow, WindowRow};
use super::{OrderDelivery, TransferOrder};
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{settlement_windows, transfer_orders};

/// Where a window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowState {
    /// Payments are booked into it.
    Open,
    /// Nothing more is booked into it; its figures are not made yet.
    Closed,
    /// Its figures are made.
    Settled,
}

/// Which windows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowFilter {
    /// Only this biller's.
    pub biller: Option<u16>,
    /// Only those that stand so.
    pub state: Option<WindowState>,
}

impl Reader<'_> {
    /// Windows of a number below `before`, the newest first, each with what came of it.
    pub fn windows_before(
        &mut self,
        filter: &WindowFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(SettlementWindow, Option<Settlement>)>, StorageError> {
        let mut query = settlement_windows::table
            .filter(settlement_windows::id.lt(before.unwrap_or(i64::MAX)))
            .order(settlement_windows::id.desc())
            .limit(limit)
            .select(WindowRow::as_select())
            .into_boxed();
        if let Some(biller) = filter.biller {
            query = query.filter(settlement_windows::biller.eq(i32::from(biller)));
        }
        query = match filter.state {
            None => query,
            Some(WindowState::Open) => query.filter(settlement_windows::closed_at.is_null()),
            Some(WindowState::Closed) => query
                .filter(settlement_windows::closed_at.is_not_null())
                .filter(settlement_windows::settled_at.is_null()),
            Some(WindowState::Settled) => query.filter(settlement_windows::settled_at.is_not_null()),
        };
        let rows: Vec<WindowRow> = query.load(self.connection)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let window = SettlementWindow::try_from(row)?;
            let settlement = self.settlement(window.id)?;
            found.push((window, settlement));
        }
        Ok(found)
    }

    /// Orders of a number below `before`, the newest first, each with its way to the bank.
    pub fn orders_before(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<OrderDelivery>, StorageError> {
        let ids: Vec<i64> = transfer_orders::table
            .filter(transfer_orders::id.lt(before.unwrap_or(i64::MAX)))
            .order(transfer_orders::id.desc())
            .limit(limit)
            .select(transfer_orders::id)
            .load(self.connection)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.order_delivery(id)?);
        }
        Ok(found)
    }

    /// An order by its number.
    pub fn transfer_order_of(&mut self, id: i64) -> Result<Option<TransferOrder>, StorageError> {
        let row = transfer_orders::table.filter(transfer_orders::id.eq(id)).select(ORDER);
        row.get_result::<OrderRow>(self.connection).optional()?.map(order).transpose()
    }
}
