//! Transfers on their way: asked for in messages to the bank, and what the bank says became of them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::settling::{Transfer, TransferRow};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{self, Moment};
use crate::states::{OrderState, TransferState};
use crate::storage::StorageError;
use crate::storage::schema::{transfer_orders, transfers};
use crate::writer::WriteOp;

/// Longest reason of the bank that is kept.
const REASON_MAX: usize = 300;

/// A message of transfers to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferOrder {
    /// Its number.
    pub id: i64,
    /// Its `MsgId`.
    pub message_id: String,
    /// On which day the bank is to pay.
    pub execution_on: NaiveDate,
    /// How many transfers.
    pub transfers: i64,
    /// Their sum.
    pub total: Money,
    /// SHA-256 of the message in lower-case hex; empty until it is in its place.
    pub digest: String,
    /// Where it stands.
    pub state: OrderState,
    /// When it was made (UTC).
    pub made_at: NaiveDateTime,
}

/// What the bank says became of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferEnd {
    /// Its statement shows it.
    Paid,
    /// It refused it, in these words.
    Rejected(String),
    /// It was paid and came back, for this reason.
    Returned(String),
}

/// What became of that word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEnded {
    /// Booked: the posting.
    Booked(i64),
    /// It was booked before.
    Known,
    /// It does not fit where the transfer stands.
    Unfit(TransferState),
    /// There is no such transfer.
    NoSuchTransfer,
}

/// What became of a wish to repeat a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeated {
    /// Another one waits to be ordered.
    Waiting(Transfer),
    /// It was repeated before.
    Known(Transfer),
    /// It stands so, and is not to be repeated.
    Unfit(TransferState),
    /// There is no such transfer.
    NoSuchTransfer,
}

pub(super) type OrderRow = (i64, String, NaiveDate, i64, i64, String, i16, NaiveDateTime);

pub(super) fn order(
    (id, message_id, execution_on, transfers, total, digest, state, made_at): OrderRow,
) -> Result<TransferOrder, StorageError> {
    let unknown = || StorageError::Damaged(format!("transfer order {id}: state {state}"));
    let state = OrderState::from_code(state).ok_or_else(unknown)?;
    let total = Money::from_minor(total);
    Ok(TransferOrder { id, message_id, execution_on, transfers, total, digest, state, made_at })
}

/// The columns of an order, in the order of [`OrderRow`].
pub(super) const ORDER: (
    transfer_orders::id,
    transfer_orders::message_id,
    transfer_orders::execution_on,
    transfer_orders::transfers,
    transfer_orders::total,
    transfer_orders::digest,
    transfer_orders::state,
    transfer_orders::made_at,
) = (
    transfer_orders::id,
    transfer_orders::message_id,
    transfer_orders::execution_on,
    transfer_orders::transfers,
    transfer_orders::total,
    transfer_orders::digest,
    transfer_orders::state,
    transfer_orders::made_at,
);

impl Reader<'_> {
    /// How many transfers wait to be ordered.
    pub fn transfers_waiting(&mut self) -> Result<i64, StorageError> {
        let waiting = transfers::table
            .filter(transfers::order_id.is_null())
            .filter(transfers::state.eq(TransferState::Waiting.code()));
        Ok(waiting.count().get_result(self.connection)?)
    }

    /// Orders whose message is not in its place, in order.
    pub fn orders_to_write(&mut self) -> Result<Vec<TransferOrder>, StorageError> {
        let orders = transfer_orders::table.filter(transfer_orders::digest.eq(""));
        let rows: Vec<OrderRow> = orders.order(transfer_orders::id).select(ORDER).load(self.connection)?;
        rows.into_iter().map(order).collect()
    }

    /// The newest orders.
    pub fn transfer_orders(&mut self, limit: i64) -> Result<Vec<TransferOrder>, StorageError> {
        let rows: Vec<OrderRow> = transfer_orders::table
            .order(transfer_orders::id.desc())
            .limit(limit)
            .select(ORDER)
            .load(self.connection)?;
        rows.into_iter().map(order).collect()
    }

    /// An order by its `MsgId`.
    pub fn transfer_order(&mut self, message_id: &str) -> Result<Option<TransferOrder>, StorageError> {
        let row = transfer_orders::table.filter(transfer_orders::message_id.eq(message_id)).select(ORDER);
        row.get_result(self.connection).optional()?.map(order).transpose()
    }

    /// The transfers of an order, in the order in which its message has them.
    pub fn transfers_ordered(&mut self, order: i64) -> Result<Vec<Transfer>, StorageError> {
        let rows: Vec<TransferRow> = transfers::table
            .filter(transfers::order_id.eq(order))
            .order(transfers::id)
            .select(TransferRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Transfer::try_from).collect()
    }

    /// A transfer by what it pays: window, account and repeats.
    pub fn transfer(&mut self, window: i64, position: i16, repeats: i16) -> Result<Option<Transfer>, StorageError> {
        let row = transfers::table
            .filter(transfers::window_id.eq(window))
            .filter(transfers::position.eq(position))
            .filter(transfers::repeats.eq(repeats))
            .select(TransferRow::as_select());
        row.get_result::<TransferRow>(self.connection).optional()?.map(Transfer::try_from).transpose()
    }

    /// Transfers in a state, the oldest first.
    pub fn transfers_in(&mut self, state: TransferState, limit: i64) -> Result<Vec<Transfer>, StorageError> {
        let rows: Vec<TransferRow> = transfers::table
            .filter(transfers::state.eq(state.code()))
            .order(transfers::id)
            .limit(limit)
            .select(TransferRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Transfer::try_from).collect()
    }
}

impl WriteOp<'_> {
    /// Makes an order of the transfers that wait, the oldest `limit`; `None` where none does. `message_id` gives an
    /// order's number its `MsgId`.
    pub fn order_transfers(
        &mut self,
        message_id: impl Fn(i64) -> String,
        execution_on: NaiveDate,
        limit: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<TransferOrder>, StorageError> {
        let waiting: Vec<(i64, i64)> = transfers::table
            .filter(transfers::order_id.is_null())
            .filter(transfers::state.eq(TransferState::Waiting.code()))
            .order(transfers::id)
            .limit(limit)
            .select((transfers::id, transfers::amount))
            .load(self.connection)?;
        if waiting.is_empty() {
            return Ok(None);
        }
        let id = self.next_id()?;
        let total =
            Money::sum(waiting.iter().map(|(_, amount)| Money::from_minor(*amount))).ok_or(postings::Unbalanced)?;
        let message_id = message_id(id);
        let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let made_at = Moment::of(now).at.naive_utc();
        let values = (
            transfer_orders::id.eq(id),
            transfer_orders::message_id.eq(&message_id),
            transfer_orders::execution_on.eq(execution_on),
            transfer_orders::transfers.eq(count),
            transfer_orders::total.eq(total.minor()),
            transfer_orders::digest.eq(""),
            transfer_orders::state.eq(OrderState::Made.code()),
            transfer_orders::made_at.eq(made_at),
        );
        diesel::insert_into(transfer_orders::table).values(values).execute(self.connection)?;
        for (transfer, _) in &waiting {
            let row = transfers::table
                .filter(transfers::id.eq(transfer))
                .filter(transfers::order_id.is_null())
                .filter(transfers::state.eq(TransferState::Waiting.code()));
            let changed = diesel::update(row)
                .set((transfers::order_id.eq(id), transfers::state.eq(TransferState::Ordered.code())))
                .execute(self.connection)?;
            if changed != 1 {
                return Err(StorageError::Conflict("a transfer was ordered meanwhile".to_owned()));
            }
        }
        let (digest, state) = (String::new(), OrderState::Made);
        Ok(Some(TransferOrder { id, message_id, execution_on, transfers: count, total, digest, state, made_at }))
    }

    /// An order's message is in its place, and brought to the bank from `deliver_at` on; `None`: a person fetches it. Made
    /// again it must be the same.
    pub fn order_written(
        &mut self,
        order: i64,
        digest: &str,
        deliver_at: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let row = transfer_orders::table.filter(transfer_orders::id.eq(order)).select(transfer_orders::digest);
        let known: String = row.get_result(self.connection)?;
        if !known.is_empty() && known != digest {
            return Err(StorageError::Failed(format!(
                "transfer order {order}: made again it is another message: {known}"
            )));
        }
        diesel::update(transfer_orders::table.filter(transfer_orders::id.eq(order)))
            .set((transfer_orders::digest.eq(digest), transfer_orders::due_at.eq(deliver_at.map(|at| at.naive_utc()))))
            .execute(self.connection)?;
        Ok(())
    }

    /// What the bank said of an order as a whole.
    pub fn order_answered(&mut self, order: i64, state: OrderState, now: DateTime<Utc>) -> Result<(), StorageError> {
        diesel::update(transfer_orders::table.filter(transfer_orders::id.eq(order)))
            .set((transfer_orders::state.eq(state.code()), transfer_orders::answered_at.eq(now.naive_utc())))
            .execute(self.connection)?;
        Ok(())
    }

    /// Books what the bank says of a transfer, once.
    pub fn end_transfer(
        &mut self,
        transfer: i64,
        end: &TransferEnd,
        now: DateTime<Utc>,
    ) -> Result<TransferEnded, StorageError> {
        let row = transfers::table.filter(transfers::id.eq(transfer)).select(TransferRow::as_select());
        let Some(row) = row.get_result::<TransferRow>(self.connection).optional()? else {
            return Ok(TransferEnded::NoSuchTransfer);
        };
        let found = Transfer::try_from(row)?;
        let moment = Moment::of(now);
        use TransferState as S;
        let (to, posting, reason) = match (end, found.state) {
            (TransferEnd::Paid, S::Ordered) => {
                (S::Paid, postings::transfer_paid(found.biller, found.amount, moment)?, "")
            }
            (TransferEnd::Rejected(why), S::Ordered) => {
                (S::Rejected, postings::transfer_rejected(found.biller, found.amount, moment)?, why.as_str())
            }
            (TransferEnd::Returned(why), S::Paid) => {
                (S::Returned, postings::transfer_returned(found.biller, found.amount, moment)?, why.as_str())
            }
            (TransferEnd::Paid, S::Paid | S::Returned)
            | (TransferEnd::Rejected(_), S::Rejected)
            | (TransferEnd::Returned(_), S::Returned) => return Ok(TransferEnded::Known),
            (_, state) => return Ok(TransferEnded::Unfit(state)),
        };
        let posting = self.post(&posting)?;
        let reason: String = reason.chars().take(REASON_MAX).collect();
        let row = transfers::table.filter(transfers::id.eq(transfer)).filter(transfers::state.eq(found.state.code()));
        let changed = match to {
            S::Returned => diesel::update(row)
                .set((
                    transfers::state.eq(to.code()),
                    transfers::returned_posting.eq(posting),
                    transfers::reason.eq(reason),
                ))
                .execute(self.connection)?,
            _ => diesel::update(row)
                .set((
                    transfers::state.eq(to.code()),
                    transfers::ended_posting.eq(posting),
                    transfers::ended_at.eq(moment.at.naive_utc()),
                    transfers::reason.eq(reason),
                ))
                .execute(self.connection)?,
        };
        if changed != 1 {
            return Err(StorageError::Conflict("a transfer ended meanwhile".to_owned()));
        }
        Ok(TransferEnded::Booked(posting))
    }

    /// Makes a transfer that did not arrive once more, to this account.
    pub fn repeat_transfer(
        &mut self,
        transfer: i64,
        holder: &str,
        rib: &str,
        now: DateTime<Utc>,
    ) -> Result<Repeated, StorageError> {
        let row = transfers::table.filter(transfers::id.eq(transfer)).select(TransferRow::as_select());
        let Some(row) = row.get_result::<TransferRow>(self.connection).optional()? else {
            return Ok(Repeated::NoSuchTransfer);
        };
        let found = Transfer::try_from(row)?;
        let next = transfers::table
            .filter(transfers::window_id.eq(found.window))
            .filter(transfers::position.eq(found.position))
            .filter(transfers::repeats.eq(found.repeats + 1))
            .select(TransferRow::as_select());
        if let Some(row) = next.get_result::<TransferRow>(self.connection).optional()? {
            return Transfer::try_from(row).map(Repeated::Known);
        }
        if !matches!(found.state, TransferState::Rejected | TransferState::Returned) {
            return Ok(Repeated::Unfit(found.state));
        }
        let ordered = self.post(&postings::transfer_ordered(found.biller, found.amount, Moment::of(now))?)?;
        let (id, repeats) = (self.next_id()?, found.repeats + 1);
        let values = (
            transfers::id.eq(id),
            transfers::window_id.eq(found.window),
            transfers::position.eq(found.position),
            transfers::repeats.eq(repeats),
            transfers::biller.eq(i32::from(found.biller)),
            (transfers::holder.eq(holder), transfers::rib.eq(rib)),
            transfers::amount.eq(found.amount.minor()),
            transfers::state.eq(TransferState::Waiting.code()),
            transfers::ordered_posting.eq(ordered),
            transfers::reason.eq(""),
        );
        diesel::insert_into(transfers::table).values(values).execute(self.connection)?;
        Ok(Repeated::Waiting(Transfer {
            id,
            repeats,
            holder: holder.to_owned(),
            rib: rib.to_owned(),
            state: TransferState::Waiting,
            order: None,
            reason: String::new(),
            ..found
        }))
    }
}
