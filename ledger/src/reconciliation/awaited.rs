//! What the bank's statements are awaited to show: transfers, gateways' payouts, networks' money for floats.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::words::{ImportState, MatchSubject};
use crate::agents::{FloatRequest, FloatRequestState};
use crate::ledger::Reader;
use crate::money::Money;
use crate::settlement::Transfer;
use crate::settlement::settling::TransferRow;
use crate::states::TransferState;
use crate::storage::StorageError;
use crate::storage::schema::{bank_matches, float_requests, gateway_payouts, imports, transfer_orders, transfers};
use crate::writer::WriteOp;

/// A transfer that the bank was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedTransfer {
    /// The transfer.
    pub transfer: Transfer,
    /// On which day the bank was to pay.
    pub execution_on: NaiveDate,
}

/// What a report announces of a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayout {
    /// The gateway.
    pub gateway: String,
    /// The gateway's reference.
    pub reference: String,
    /// When the bank is to have it.
    pub value_on: NaiveDate,
    /// What was captured.
    pub captured: Money,
    /// What went back to payers.
    pub returned: Money,
    /// The gateway's fees.
    pub fee: Money,
}

/// A payout that is awaited: what all reports that stand announce under its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// The reports' parts of it; the first one stands for it.
    pub parts: Vec<i64>,
    /// The sums.
    pub sums: NewPayout,
}

impl Payout {
    /// What the bank is to credit; `None` past the range.
    pub fn net(&self) -> Option<Money> {
        self.sums.captured.checked_sub(self.sums.returned)?.checked_sub(self.sums.fee)
    }
}

/// What a [`PayoutRow`] is read from.
pub(super) const PAYOUT_COLUMNS: (
    gateway_payouts::id,
    gateway_payouts::gateway,
    gateway_payouts::reference,
    gateway_payouts::value_on,
    gateway_payouts::captured,
    gateway_payouts::returned,
    gateway_payouts::fee,
) = (
    gateway_payouts::id,
    gateway_payouts::gateway,
    gateway_payouts::reference,
    gateway_payouts::value_on,
    gateway_payouts::captured,
    gateway_payouts::returned,
    gateway_payouts::fee,
);

pub(super) type PayoutRow = (i64, String, String, NaiveDate, i64, i64, i64);

pub(super) fn payouts(rows: Vec<PayoutRow>) -> Result<Vec<Payout>, StorageError> {
    let mut found: BTreeMap<(String, String), Payout> = BTreeMap::new();
    for (id, gateway, reference, value_on, captured, returned, fee) in rows {
        let money = Money::from_minor;
        let key = (gateway.clone(), reference.clone());
        let none =
            NewPayout { gateway, reference, value_on, captured: Money::ZERO, returned: Money::ZERO, fee: Money::ZERO };
        let payout = found.entry(key).or_insert(Payout { parts: Vec::new(), sums: none });
        let range = || StorageError::Damaged(format!("the sums of payout {}", payout.sums.reference));
        let add = |sum: Money, part: i64| sum.checked_add(money(part)).ok_or_else(range);
        let (captured, returned, fee) =
            (add(payout.sums.captured, captured)?, add(payout.sums.returned, returned)?, add(payout.sums.fee, fee)?);
        payout.parts.push(id);
        payout.sums.value_on = payout.sums.value_on.max(value_on);
        (payout.sums.captured, payout.sums.returned, payout.sums.fee) = (captured, returned, fee);
    }
    Ok(found.into_values().collect())
}

impl Reader<'_> {
    /// Transfers that were ordered and have not ended, after a number.
    pub fn transfers_awaited(&mut self, after: i64, limit: i64) -> Result<Vec<AwaitedTransfer>, StorageError> {
        let rows: Vec<(TransferRow, NaiveDate)> = transfers::table
            .inner_join(transfer_orders::table.on(transfers::order_id.eq(transfer_orders::id.nullable())))
            .filter(transfers::state.eq(TransferState::Ordered.code()))
            .filter(transfers::id.gt(after))
            .order(transfers::id)
            .limit(limit)
            .select((TransferRow::as_select(), transfer_orders::execution_on))
            .load(self.connection)?;
        let read = |(row, execution_on)| Ok(AwaitedTransfer { transfer: Transfer::try_from(row)?, execution_on });
        rows.into_iter().map(read).collect()
    }

    /// Payouts that no entry is matched with: under a reference, or all.
    pub fn payouts_awaited(&mut self, reference: Option<&str>, limit: i64) -> Result<Vec<Payout>, StorageError> {
        let mut query = gateway_payouts::table
            .inner_join(imports::table.on(imports::id.eq(gateway_payouts::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .filter(gateway_payouts::posting_id.is_null())
            .into_boxed();
        if let Some(reference) = reference {
            query = query.filter(gateway_payouts::reference.eq(reference.to_owned()));
        }
        let rows: Vec<PayoutRow> =
            query.order(gateway_payouts::id).limit(limit).select(PAYOUT_COLUMNS).load(self.connection)?;
        payouts(rows)
    }

    /// Approved requests about floats whose money no statement has shown, after a number: with a proof, or all.
    pub fn float_requests_awaited(
        &mut self,
        proof: Option<&str>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<FloatRequest>, StorageError> {
        let matched = bank_matches::table
            .filter(bank_matches::subject.eq(MatchSubject::FloatRequest.code()))
            .filter(bank_matches::subject_id.eq(float_requests::id));
        let mut query = float_requests::table
            .filter(float_requests::state.eq(FloatRequestState::Approved.code()))
            .filter(float_requests::id.gt(after))
            .filter(not(exists(matched)))
            .into_boxed();
        if let Some(proof) = proof {
            query = query.filter(float_requests::proof.eq(proof.to_owned()));
        }
        let ids: Vec<i64> =
            query.order(float_requests::id).limit(limit).select(float_requests::id).load(self.connection)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.float_request(id)?);
        }
        Ok(found)
    }
}

impl WriteOp<'_> {
    /// Stages what a report announces of a payout.
    pub(super) fn stage_payout(&mut self, import: i64, new: &NewPayout) -> Result<(), StorageError> {
        let values = (
            gateway_payouts::id.eq(self.next_id()?),
            gateway_payouts::import_id.eq(import),
            (gateway_payouts::gateway.eq(&new.gateway), gateway_payouts::reference.eq(&new.reference)),
            gateway_payouts::value_on.eq(new.value_on),
            gateway_payouts::captured.eq(new.captured.minor()),
            gateway_payouts::returned.eq(new.returned.minor()),
            gateway_payouts::fee.eq(new.fee.minor()),
            gateway_payouts::charges.eq(0),
        );
        diesel::insert_into(gateway_payouts::table).values(values).execute(self.connection)?;
        Ok(())
    }
}
