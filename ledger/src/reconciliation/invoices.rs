//! Commission that billers are invoiced for, where their contract leaves what is paid out whole.

use diesel::prelude::*;

use super::words::MatchSubject;
use crate::accounts::AccountKind;
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings;
use crate::storage::rows::biller_code;
use crate::storage::schema::{accounts, bank_matches, entries, settlements};
use crate::storage::{Conn, StorageError};

/// What a biller owes for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommissionInvoice {
    /// The window.
    pub window: i64,
    /// The biller.
    pub biller: u16,
    /// Commission with VAT.
    pub amount: Money,
    /// Whether an entry of the bank is matched with it.
    pub is_paid: bool,
}

/// The invoice of a window; `None` where its commission was kept, is nothing, or is not booked yet.
pub(super) fn invoice_of(connection: &mut Conn, window: i64) -> Result<Option<CommissionInvoice>, StorageError> {
    let row = settlements::table.filter(settlements::window_id.eq(window)).select((
        settlements::biller,
        settlements::commission,
        settlements::commission_vat,
        settlements::commission_posting,
    ));
    let found: Option<(i32, i64, i64, Option<i64>)> = row.get_result(connection).optional()?;
    let Some((biller, commission, vat, Some(posting))) = found else { return Ok(None) };
    let debtor: i64 = entries::table
        .inner_join(accounts::table.on(accounts::id.eq(entries::account_id)))
        .filter(entries::posting_id.eq(posting))
        .filter(accounts::kind.eq(AccountKind::BillerReceivable.code()))
        .count()
        .get_result(connection)?;
    let amount = Money::from_minor(commission).checked_add(Money::from_minor(vat)).ok_or(postings::Unbalanced)?;
    if debtor == 0 || !amount.is_positive() {
        return Ok(None);
    }
    let paid: i64 = bank_matches::table
        .filter(bank_matches::subject.eq(MatchSubject::CommissionInvoice.code()))
        .filter(bank_matches::subject_id.eq(window))
        .count()
        .get_result(connection)?;
    Ok(Some(CommissionInvoice { window, biller: biller_code(biller)?, amount, is_paid: paid > 0 }))
}

impl Reader<'_> {
    /// What the biller is invoiced for a window; `None` where its commission was kept, or is nothing.
    pub fn commission_invoice(&mut self, window: i64) -> Result<Option<CommissionInvoice>, StorageError> {
        invoice_of(self.connection, window)
    }

    /// The window that a biller's settlement of this number settles.
    pub fn window_of_sequence(&mut self, biller: u16, sequence: i64) -> Result<Option<i64>, StorageError> {
        let row = settlements::table
            .filter(settlements::biller.eq(i32::from(biller)))
            .filter(settlements::sequence.eq(sequence))
            .select(settlements::window_id);
        Ok(row.get_result(self.connection).optional()?)
    }
}
