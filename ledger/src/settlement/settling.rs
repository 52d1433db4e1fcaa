//! What came of closed windows: figures, commission, and transfers to billers' accounts.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::windows::SettlementWindow;
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{self, Moment};
use crate::states::TransferState;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{settlement_windows, settlements, transfers};
use crate::writer::WriteOp;

/// What a window comes to. Counts, gross and refunds are zero or more; the rest may be below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSettlement {
    /// The closed window.
    pub window: SettlementWindow,
    /// Confirmed payments, and the sum of their principals.
    pub payments: (i64, Money),
    /// Reversals, and the sum that they take back.
    pub refunds: (i64, Money),
    /// The hub's commission before VAT.
    pub commission: Money,
    /// VAT on it.
    pub commission_vat: Money,
    /// Whether the commission is kept from what is paid out; else it is invoiced.
    pub commission_is_kept: bool,
    /// What earlier windows left: below zero what the biller owes.
    pub carried_in: Money,
    /// What is due: gross - refunds - commission and VAT where they are kept + carried.
    pub net: Money,
    /// Transfers that pay it out, one an account; those of zero are not made.
    pub transfers: Vec<NewTransfer>,
    /// The biller's name.
    pub name: String,
    /// The terms that were applied, as text.
    pub terms: String,
}

/// A transfer to be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// The holder of the account.
    pub holder: String,
    /// The account: 24 digits.
    pub rib: String,
    /// How much.
    pub amount: Money,
}

/// What became of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleOutcome {
    /// Booked: its sequence number.
    Settled(i64),
    /// It was settled before.
    Known(i64),
    /// The window is open, or one before it is not settled.
    NotYet,
    /// What was carried in is not what earlier windows left.
    Stale,
}

/// A settled window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The window's number.
    pub window: i64,
    /// The biller.
    pub biller: u16,
    /// Its place among the biller's: from 1, without gaps.
    pub sequence: i64,
    /// The biller's name.
    pub name: String,
    /// The first instant of the window.
    pub since: NaiveDateTime,
    /// The first instant after it.
    pub cut_off: NaiveDateTime,
    /// Confirmed payments, and the sum of their principals.
    pub payments: (i64, Money),
    /// Reversals, and the sum that they take back.
    pub refunds: (i64, Money),
    /// The hub's commission before VAT.
    pub commission: Money,
    /// VAT on it.
    pub commission_vat: Money,
    /// What earlier windows left.
    pub carried_in: Money,
    /// What is due.
    pub net: Money,
    /// What is paid out of it; the rest is carried on.
    pub payout: Money,
    /// The terms that were applied, as text.
    pub terms: String,
    /// When it was booked (UTC).
    pub made_at: NaiveDateTime,
}

impl Settlement {
    /// What the next window begins with.
    pub fn carried_on(&self) -> Option<Money> {
        self.net.checked_sub(self.payout)
    }
}

/// A transfer to a biller's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its number.
    pub id: i64,
    /// The window that it pays out.
    pub window: i64,
    /// The account's place among the biller's, from 1.
    pub position: i16,
    /// How often it was made before and did not arrive.
    pub repeats: i16,
    /// The biller.
    pub biller: u16,
    /// The holder of the account.
    pub holder: String,
    /// The account: 24 digits.
    pub rib: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: TransferState,
    /// The message that asked the bank for it.
    pub order: Option<i64>,
    /// The bank's words where it refused.
    pub reason: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = settlements)]
struct SettlementRow {
    window_id: i64,
    biller: i32,
    sequence: i64,
    name: String,
    since: NaiveDateTime,
    payments: i64,
    gross: i64,
    refunds: i64,
    refunded: i64,
    commission: i64,
    commission_vat: i64,
    carried_in: i64,
    net: i64,
    payout: i64,
    terms: String,
    made_at: NaiveDateTime,
}

fn settlement((row, cut_off): (SettlementRow, NaiveDateTime)) -> Result<Settlement, StorageError> {
    let money = Money::from_minor;
    Ok(Settlement {
        window: row.window_id,
        biller: biller_code(row.biller)?,
        sequence: row.sequence,
        name: row.name,
        since: row.since,
        cut_off,
        payments: (row.payments, money(row.gross)),
        refunds: (row.refunds, money(row.refunded)),
        commission: money(row.commission),
        commission_vat: money(row.commission_vat),
        carried_in: money(row.carried_in),
        net: money(row.net),
        payout: money(row.payout),
        terms: row.terms,
        made_at: row.made_at,
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = transfers)]
pub(crate) struct TransferRow {
    id: i64,
    window_id: i64,
    position: i16,
    repeats: i16,
    biller: i32,
    holder: String,
    rib: String,
    amount: i64,
    state: i16,
    order_id: Option<i64>,
    reason: String,
}

impl TryFrom<TransferRow> for Transfer {
    type Error = StorageError;

    fn try_from(row: TransferRow) -> Result<Self, StorageError> {
        let unknown = || StorageError::Damaged(format!("transfer {}: state {}", row.id, row.state));
        Ok(Self {
            id: row.id,
            window: row.window_id,
            position: row.position,
            repeats: row.repeats,
            biller: biller_code(row.biller)?,
            state: TransferState::from_code(row.state).ok_or_else(unknown)?,
            holder: row.holder,
            rib: row.rib,
            amount: Money::from_minor(row.amount),
            order: row.order_id,
            reason: row.reason,
        })
    }
}

impl Reader<'_> {
    /// What came of a window.
    pub fn settlement(&mut self, window: i64) -> Result<Option<Settlement>, StorageError> {
        let row = settlements::table
            .inner_join(settlement_windows::table.on(settlement_windows::id.eq(settlements::window_id)))
            .filter(settlements::window_id.eq(window))
            .select((SettlementRow::as_select(), settlement_windows::cut_off));
        row.get_result(self.connection).optional()?.map(settlement).transpose()
    }

    /// The biller's last settlement.
    pub fn last_settlement(&mut self, biller: u16) -> Result<Option<Settlement>, StorageError> {
        let row = settlements::table
            .inner_join(settlement_windows::table.on(settlement_windows::id.eq(settlements::window_id)))
            .filter(settlements::biller.eq(i32::from(biller)))
            .order(settlements::sequence.desc())
            .select((SettlementRow::as_select(), settlement_windows::cut_off));
        row.first(self.connection).optional()?.map(settlement).transpose()
    }

    /// The newest settlements, of one biller or of all.
    pub fn settlements(&mut self, biller: Option<u16>, limit: i64) -> Result<Vec<Settlement>, StorageError> {
        let mut query = settlements::table
            .inner_join(settlement_windows::table.on(settlement_windows::id.eq(settlements::window_id)))
            .into_boxed();
        if let Some(biller) = biller {
            query = query.filter(settlements::biller.eq(i32::from(biller)));
        }
        let rows: Vec<(SettlementRow, NaiveDateTime)> = query
            .order((settlement_windows::cut_off.desc(), settlements::biller))
            .limit(limit)
            .select((SettlementRow::as_select(), settlement_windows::cut_off))
            .load(self.connection)?;
        rows.into_iter().map(settlement).collect()
    }

    /// The transfers that pay out a window, in order.
    pub fn transfers_of(&mut self, window: i64) -> Result<Vec<Transfer>, StorageError> {
        let rows: Vec<TransferRow> = transfers::table
            .filter(transfers::window_id.eq(window))
            .order((transfers::position, transfers::repeats))
            .select(TransferRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Transfer::try_from).collect()
    }
}

impl WriteOp<'_> {
    /// Books what a closed window comes to: the commission, and each transfer as ordered. Once; in the order of the
    /// biller's windows.
    pub fn settle(&mut self, new: &NewSettlement, now: DateTime<Utc>) -> Result<SettleOutcome, StorageError> {
        let biller = i32::from(new.window.biller);
        let known = settlements::table.filter(settlements::window_id.eq(new.window.id)).select(settlements::sequence);
        if let Some(sequence) = known.get_result(self.connection).optional()? {
            return Ok(SettleOutcome::Known(sequence));
        }
        let before: i64 = settlement_windows::table
            .filter(settlement_windows::biller.eq(biller))
            .filter(settlement_windows::cut_off.lt(new.window.cut_off))
            .filter(settlement_windows::settled_at.is_null())
            .count()
            .get_result(self.connection)?;
        let moment = Moment::of(now);
        let closed = settlement_windows::table
            .filter(settlement_windows::id.eq(new.window.id))
            .filter(settlement_windows::closed_at.is_not_null())
            .filter(settlement_windows::settled_at.is_null());
        if before != 0 {
            return Ok(SettleOutcome::NotYet);
        }
        let last: Option<(i64, NaiveDateTime, i64, i64)> = settlements::table
            .inner_join(settlement_windows::table.on(settlement_windows::id.eq(settlements::window_id)))
            .filter(settlements::biller.eq(biller))
            .order(settlements::sequence.desc())
            .select((settlements::sequence, settlement_windows::cut_off, settlements::net, settlements::payout))
            .first(self.connection)
            .optional()?;
        let (sequence, since) = last.map_or((1, new.window.opened_at), |(sequence, end, ..)| (sequence + 1, end));
        if last.map_or(0, |(.., net, payout)| net - payout) != new.carried_in.minor() {
            return Ok(SettleOutcome::Stale);
        }
        let changed = diesel::update(closed)
            .set(settlement_windows::settled_at.eq(moment.at.naive_utc()))
            .execute(self.connection)?;
        if changed != 1 {
            return Ok(SettleOutcome::NotYet);
        }
        let commission = postings::biller_commission(
            new.window.biller,
            new.commission,
            new.commission_vat,
            new.commission_is_kept,
            moment,
        )?;
        let commission_posting = commission.map(|posting| self.post(&posting)).transpose()?;
        let payout = Money::sum(new.transfers.iter().map(|transfer| transfer.amount)).ok_or(postings::Unbalanced)?;
        let values = (
            settlements::window_id.eq(new.window.id),
            settlements::biller.eq(biller),
            settlements::sequence.eq(sequence),
            settlements::name.eq(&new.name),
            settlements::since.eq(since),
            (settlements::payments.eq(new.payments.0), settlements::gross.eq(new.payments.1.minor())),
            (settlements::refunds.eq(new.refunds.0), settlements::refunded.eq(new.refunds.1.minor())),
            settlements::commission.eq(new.commission.minor()),
            settlements::commission_vat.eq(new.commission_vat.minor()),
            settlements::carried_in.eq(new.carried_in.minor()),
            settlements::net.eq(new.net.minor()),
            settlements::payout.eq(payout.minor()),
            settlements::terms.eq(&new.terms),
            settlements::made_at.eq(moment.at.naive_utc()),
            settlements::commission_posting.eq(commission_posting),
        );
        diesel::insert_into(settlements::table).values(values).execute(self.connection)?;
        for (position, transfer) in (1i16..).zip(&new.transfers).filter(|(_, transfer)| transfer.amount.is_positive()) {
            let ordered = self.post(&postings::transfer_ordered(new.window.biller, transfer.amount, moment)?)?;
            let values = (
                transfers::id.eq(self.next_id()?),
                transfers::window_id.eq(new.window.id),
                transfers::position.eq(position),
                transfers::repeats.eq(0),
                transfers::biller.eq(biller),
                (transfers::holder.eq(&transfer.holder), transfers::rib.eq(&transfer.rib)),
                transfers::amount.eq(transfer.amount.minor()),
                transfers::state.eq(TransferState::Waiting.code()),
                transfers::ordered_posting.eq(ordered),
                transfers::reason.eq(""),
            );
            diesel::insert_into(transfers::table).values(values).execute(self.connection)?;
        }
        Ok(SettleOutcome::Settled(sequence))
    }
}
