//! What people in finance do: settlement looked through, days stated, breaks followed up.

mod breaks;
mod files;

pub(super) use files::open as open_file;

use chrono::NaiveDate;
use ledger::{OrderDelivery, Settlement, SettlementWindow, WindowFilter};

use super::Hub;
use crate::api::Infrastructure;
use crate::finance::{DayStatement, WindowView};

/// Most rows of a page.
const PAGE_MAX: i64 = 200;

impl Hub {
    /// Windows below a number, the newest first, at most 200.
    pub async fn settlement_windows(
        &self,
        filter: WindowFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(SettlementWindow, Option<Settlement>)>, Infrastructure> {
        self.read(move |reader| reader.windows_before(&filter, before, limit.clamp(1, PAGE_MAX))).await
    }

    /// A window, and all that came of it.
    pub async fn settlement_window(&self, window: i64) -> Result<Option<WindowView>, Infrastructure> {
        self.read(move |reader| {
            let Some(found) = reader.settlement_window(window)? else { return Ok(None) };
            let mut files = Vec::new();
            for file in reader.files_of(window)? {
                let deliveries = reader.deliveries_of(file.id)?;
                files.push((file, deliveries));
            }
            let (settlement, transfers) = (reader.settlement(window)?, reader.transfers_of(window)?);
            Ok(Some(WindowView { window: found, settlement, transfers, files }))
        })
        .await
    }

    /// Orders to the bank below a number, the newest first, at most 200.
    pub async fn transfer_orders(&self, before: Option<i64>, limit: i64) -> Result<Vec<OrderDelivery>, Infrastructure> {
        self.read(move |reader| reader.orders_before(before, limit.clamp(1, PAGE_MAX))).await
    }

    /// The last day, up to this one, that a file which was taken in tells of.
    pub async fn last_imported_day(&self, today: NaiveDate) -> Result<Option<NaiveDate>, Infrastructure> {
        self.read(move |reader| reader.last_imported_day(today)).await
    }

    /// What a day came to, as it was known then.
    pub async fn day_statement(&self, day: NaiveDate) -> Result<DayStatement, Infrastructure> {
        self.read_whole(move |reader| {
            Ok(DayStatement {
                day: reader.reconciliation_day(day)?,
                bank: reader.bank_proof_of(day)?,
                gateways: reader.gateway_proofs_of(day)?,
                books: reader.books_proof_of(day)?,
            })
        })
        .await
    }
}
