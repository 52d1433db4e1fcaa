//! Windows and the audit log of some days, in the order of numbers; whose outlets are.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ReportFilter;
use crate::accounts::AccountKind;
use crate::audit::{AuditRow, StoredAudit, apart};
use crate::ledger::Reader;
use crate::money::MAD;
use crate::settlement::windows::WindowRow;
use crate::settlement::{Settlement, SettlementWindow};
use crate::storage::StorageError;
use crate::storage::schema::{accounts, audit_log, outlets, settlement_windows};

impl Reader<'_> {
    /// The network of every outlet that ever was one, by number.
    pub fn report_outlets(&mut self) -> Result<HashMap<String, String>, StorageError> {
        let rows: Vec<(String, String)> =
            outlets::table.select((outlets::number, outlets::network)).load(self.connection)?;
        Ok(rows.into_iter().collect())
    }

    /// Windows whose cut-off lies in the days, above a number and in the order of numbers, each with what came of it.
    pub fn report_windows(
        &mut self,
        filter: &ReportFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(SettlementWindow, Option<Settlement>)>, StorageError> {
        let (from, until) = filter.instants()?;
        let mut query = settlement_windows::table
            .filter(settlement_windows::id.gt(after))
            .filter(settlement_windows::cut_off.ge(from))
            .filter(settlement_windows::cut_off.lt(until))
            .order(settlement_windows::id)
            .limit(limit)
            .select(WindowRow::as_select())
            .into_boxed();
        if let Some(biller) = filter.biller {
            query = query.filter(settlement_windows::biller.eq(i32::from(biller)));
        }
        let rows: Vec<WindowRow> = query.load(self.connection)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let window = SettlementWindow::try_from(row)?;
            let settlement = self.settlement(window.id)?;
            found.push((window, settlement));
        }
        Ok(found)
    }

    /// How many windows the days of a filter have.
    pub fn report_windows_count(&mut self, filter: &ReportFilter) -> Result<i64, StorageError> {
        let (from, until) = filter.instants()?;
        let rows = settlement_windows::table
            .filter(settlement_windows::cut_off.ge(from))
            .filter(settlement_windows::cut_off.lt(until));
        Ok(match filter.biller {
            Some(biller) => {
                rows.filter(settlement_windows::biller.eq(i32::from(biller))).count().get_result(self.connection)?
            }
            None => rows.count().get_result(self.connection)?,
        })
    }

    /// How many accounts there are, of a kind or of all.
    pub fn report_accounts_count(&mut self, kind: Option<AccountKind>) -> Result<i64, StorageError> {
        let rows = accounts::table.filter(accounts::currency.eq(MAD));
        Ok(match kind {
            Some(kind) => rows.filter(accounts::kind.eq(kind.code())).count().get_result(self.connection)?,
            None => rows.count().get_result(self.connection)?,
        })
    }

    /// Rows of the audit log that were written in the days, above a place and in their order.
    pub fn report_audit(
        &mut self,
        filter: &ReportFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StorageError> {
        let (from, until) = filter.instants()?;
        let rows: Vec<StoredAudit> = audit_log::table
            .filter(audit_log::seq.gt(after))
            .filter(audit_log::at.ge(from))
            .filter(audit_log::at.lt(until))
            .order(audit_log::seq)
            .limit(limit)
            .select(audit_log::all_columns)
            .load(self.connection)?;
        Ok(rows.into_iter().map(|row| apart(row).0).collect())
    }

    /// How many rows of the audit log the days of a filter have.
    pub fn report_audit_count(&mut self, filter: &ReportFilter) -> Result<i64, StorageError> {
        let (from, until) = filter.instants()?;
        let rows = audit_log::table.filter(audit_log::at.ge(from)).filter(audit_log::at.lt(until));
        Ok(rows.count().get_result(self.connection)?)
    }
}
