//! Settlement windows: opened, closed, and what was booked into them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, SmallInt};

use crate::ledger::Reader;
use crate::money::Money;
use crate::personal::Sealed;
use crate::personal::columns::QUOTES_DETAIL;
use crate::references::Reference;
use crate::states::PostingKind;
use crate::storage::rows::biller_code;
use crate::storage::schema::{payments, postings, quotes, refunds, settlement_windows, window_lines};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Channel, Instrument};
use crate::writer::{WINDOWS_LOCK, WriteOp};

/// What one channel and instrument brought a window. The sums run over all of its lines in one statement: a `SUM` of
/// BIGINT would be a float on one database and a decimal on the other. A refund completes its payment with those decided
/// before it: they had ended by then, as one at a time is under way.
const SUMS: &str = "\
    SELECT p.channel AS channel, p.instrument AS instrument, o.kind AS kind, CAST(COUNT(*) AS BIGINT) AS count, \
    CAST(SUM(CASE WHEN r.id IS NULL OR r.principal + COALESCE((\
    SELECT SUM(b.principal) FROM refunds b WHERE b.payment_id = r.payment_id AND b.decided_posting IS NOT NULL \
    AND b.reversed_posting IS NULL AND (b.decided_at < r.decided_at OR b.decided_at = r.decided_at AND b.id < r.id)\
    ), 0) = p.principal THEN 1 ELSE 0 END) AS BIGINT) AS whole, \
    CAST(SUM(COALESCE(r.principal, p.principal)) AS BIGINT) AS amount \
    FROM window_lines l JOIN postings o ON o.id = l.posting_id \
    LEFT JOIN refunds r ON o.payment_id IS NULL AND r.decided_posting = COALESCE(o.reverses, o.id) \
    JOIN payments p ON p.id = COALESCE(o.payment_id, r.payment_id) \
    WHERE l.window_id = $1 GROUP BY p.channel, p.instrument, o.kind ORDER BY p.channel, p.instrument, o.kind";

/// The set of payments that one settlement pays out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementWindow {
    /// Its number.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// The first instant (UTC) that is no more in it.
    pub cut_off: NaiveDateTime,
    /// When it was opened.
    pub opened_at: NaiveDateTime,
    /// When it was closed: from then on nothing is booked into it.
    pub closed_at: Option<NaiveDateTime>,
}

/// What a booking of a window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowLineKind {
    /// A confirmed payment: money for the biller.
    Payment,
    /// A confirmed payment taken back, or a refund of all or part of one.
    Refund,
    /// A refund that was not made after all: the biller has it again.
    Restored,
}

impl WindowLineKind {
    fn of(kind: i16) -> Result<Self, StorageError> {
        match PostingKind::from_code(kind) {
            Some(PostingKind::Confirmed) => Ok(Self::Payment),
            Some(PostingKind::ConfirmedReversed | PostingKind::RefundDecided) => Ok(Self::Refund),
            Some(PostingKind::RefundReversed) => Ok(Self::Restored),
            _ => Err(StorageError::Damaged(format!("kind {kind} in a settlement window"))),
        }
    }
}

/// What payments, or refunds, by one channel and instrument come to in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSum {
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// What they are.
    pub kind: WindowLineKind,
    /// How many.
    pub count: i64,
    /// How many of them are of a whole payment: all but refunds that do not complete its principal.
    pub whole: i64,
    /// Their principals.
    pub amount: Money,
}

/// One booking of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowLine {
    /// The posting's number, which orders the lines.
    pub posting: i64,
    /// What it is.
    pub kind: WindowLineKind,
    /// The payment.
    pub payment: Reference,
    /// Its quote's kind of bill, and what the quote keeps as text.
    pub quote: Option<(String, String)>,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// What the biller gets, or gives back.
    pub principal: Money,
    /// The biller's receipt.
    pub receipt_number: Option<String>,
    /// Its date, where the biller gave one.
    pub receipt_date: Option<NaiveDate>,
    /// When it was booked (UTC).
    pub booked_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = settlement_windows)]
pub(crate) struct WindowRow {
    id: i64,
    biller: i32,
    cut_off: NaiveDateTime,
    opened_at: NaiveDateTime,
    closed_at: Option<NaiveDateTime>,
}

impl TryFrom<WindowRow> for SettlementWindow {
    type Error = StorageError;

    fn try_from(row: WindowRow) -> Result<Self, StorageError> {
        let WindowRow { id, biller, cut_off, opened_at, closed_at } = row;
        Ok(Self { id, biller: biller_code(biller)?, cut_off, opened_at, closed_at })
    }
}

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = SmallInt)]
    channel: i16,
    #[diesel(sql_type = SmallInt)]
    instrument: i16,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    whole: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

type PaymentPart = (i64, i64, i16, i16, i64, Option<i64>, Option<String>, Option<NaiveDate>);
/// Posting, kind and time; number, secret, channel, instrument, principal, that of its refund, and receipt of the payment;
/// type and detail of the quote.
type LineRow = ((i64, i16, NaiveDateTime), PaymentPart, Option<(i64, String, Sealed)>);

/// The refund whose posting, or its reversal, a line is.
fn of_refund() -> SqlLiteral<Bool> {
    sql("refunds.decided_posting = COALESCE(postings.reverses, postings.id)")
}

/// The payment of a line's posting, or of its refund.
fn of_payment() -> SqlLiteral<Bool> {
    sql("payments.id = COALESCE(postings.payment_id, refunds.payment_id)")
}

fn unknown<T>(found: Option<T>, what: &str, code: i16) -> Result<T, StorageError> {
    found.ok_or_else(|| StorageError::Damaged(format!("{what} {code} is unknown")))
}

impl Reader<'_> {
    /// Windows that are over and still open, each biller's in order.
    pub fn windows_over(&mut self, now: DateTime<Utc>) -> Result<Vec<SettlementWindow>, StorageError> {
        let rows: Vec<WindowRow> = settlement_windows::table
            .filter(settlement_windows::closed_at.is_null())
            .filter(settlement_windows::cut_off.le(now.naive_utc()))
            .order((settlement_windows::biller, settlement_windows::cut_off))
            .select(WindowRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(SettlementWindow::try_from).collect()
    }

    /// Billers that have an open window.
    pub fn billers_with_open_window(&mut self) -> Result<BTreeSet<u16>, StorageError> {
        let open = settlement_windows::table.filter(settlement_windows::closed_at.is_null());
        let billers: Vec<i32> = open.select(settlement_windows::biller).distinct().load(self.connection)?;
        billers.into_iter().map(biller_code).collect()
    }

    /// Closed windows that are not settled yet, each biller's in order.
    pub fn windows_to_settle(&mut self) -> Result<Vec<SettlementWindow>, StorageError> {
        let rows: Vec<WindowRow> = settlement_windows::table
            .filter(settlement_windows::closed_at.is_not_null())
            .filter(settlement_windows::settled_at.is_null())
            .order((settlement_windows::biller, settlement_windows::cut_off))
            .select(WindowRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(SettlementWindow::try_from).collect()
    }

    /// A window by its number.
    pub fn settlement_window(&mut self, window: i64) -> Result<Option<SettlementWindow>, StorageError> {
        let row = settlement_windows::table.filter(settlement_windows::id.eq(window)).select(WindowRow::as_select());
        row.get_result::<WindowRow>(self.connection).optional()?.map(SettlementWindow::try_from).transpose()
    }

    /// The newest windows, of one biller or of all.
    pub fn settlement_windows(
        &mut self,
        biller: Option<u16>,
        limit: i64,
    ) -> Result<Vec<SettlementWindow>, StorageError> {
        let mut query = settlement_windows::table.into_boxed();
        if let Some(biller) = biller {
            query = query.filter(settlement_windows::biller.eq(i32::from(biller)));
        }
        let rows: Vec<WindowRow> = query
            .order((settlement_windows::cut_off.desc(), settlement_windows::biller))
            .limit(limit)
            .select(WindowRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(SettlementWindow::try_from).collect()
    }

    /// What a closed window comes to, by channel and instrument. Whole once all lines are in order
    /// ([`Self::missing_words`] says so).
    pub fn window_sums(&mut self, window: i64) -> Result<Vec<WindowSum>, StorageError> {
        let query = diesel::sql_query(SUMS);
        let rows: Vec<SumRow> = match &mut *self.connection {
            Conn::Sqlite(c) => query.bind::<BigInt, _>(window).load(c)?,
            Conn::Pg(c) => query.bind::<BigInt, _>(window).load(c)?,
        };
        let read = |row: SumRow| {
            Ok(WindowSum {
                channel: unknown(Channel::from_code(row.channel), "channel", row.channel)?,
                instrument: unknown(Instrument::from_code(row.instrument), "instrument", row.instrument)?,
                kind: WindowLineKind::of(row.kind)?,
                count: row.count,
                whole: row.whole,
                amount: Money::from_minor(row.amount),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Lines of a window after a posting, in order.
    pub fn window_lines(&mut self, window: i64, after: i64, limit: i64) -> Result<Vec<WindowLine>, StorageError> {
        let rows: Vec<LineRow> = window_lines::table
            .inner_join(postings::table.on(postings::id.eq(window_lines::posting_id)))
            .left_join(refunds::table.on(postings::payment_id.is_null().and(of_refund())))
            .inner_join(payments::table.on(of_payment()))
            .left_join(quotes::table.on(quotes::id.eq(payments::quote_id)))
            .filter(window_lines::window_id.eq(window))
            .filter(window_lines::posting_id.gt(after))
            .order(window_lines::posting_id)
            .limit(limit)
            .select((
                (postings::id, postings::kind, postings::booked_at),
                (
                    payments::id,
                    payments::secret,
                    payments::channel,
                    payments::instrument,
                    payments::principal,
                    refunds::principal.nullable(),
                    payments::receipt_number,
                    payments::receipt_date,
                ),
                (quotes::id, quotes::receivable_type, quotes::detail).nullable(),
            ))
            .load(self.connection)?;
        let keys = self.keys;
        let read = |(posting, payment, quote): LineRow| {
            let (id, secret, channel, instrument, principal, refunded, receipt_number, receipt_date) = payment;
            let open =
                |(quote, kind, detail)| Ok::<_, StorageError>((kind, keys.open(&QUOTES_DETAIL, quote, &detail)?));
            let quote = quote.map(open).transpose()?;
            Ok(WindowLine {
                posting: posting.0,
                kind: WindowLineKind::of(posting.1)?,
                payment: Reference::of(id, secret),
                quote,
                channel: unknown(Channel::from_code(channel), "channel", channel)?,
                instrument: unknown(Instrument::from_code(instrument), "instrument", instrument)?,
                principal: Money::from_minor(refunded.unwrap_or(principal)),
                receipt_number,
                receipt_date,
                booked_at: posting.2,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl WriteOp<'_> {
    /// Opens a window for a biller that ends at `cut_off`, unless there is or was one.
    pub fn open_window(&mut self, biller: u16, cut_off: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), StorageError> {
        let row = settlement_windows::table
            .filter(settlement_windows::biller.eq(i32::from(biller)))
            .filter(settlement_windows::cut_off.eq(cut_off.naive_utc()));
        let known: i64 = row.count().get_result(self.connection)?;
        if known > 0 {
            return Ok(());
        }
        let values = (
            settlement_windows::id.eq(self.next_id()?),
            settlement_windows::biller.eq(i32::from(biller)),
            settlement_windows::cut_off.eq(cut_off.naive_utc()),
            settlement_windows::opened_at.eq(now.naive_utc()),
        );
        diesel::insert_into(settlement_windows::table).values(values).execute(self.connection)?;
        Ok(())
    }

    /// Closes a window that is over, and opens the one that ends at `next`, unless there is or was one. Whether it was
    /// open. Batches that book into windows wait for the commit; what they book after it falls into a later window.
    pub fn close_window(
        &mut self,
        window: &SettlementWindow,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        if let Conn::Pg(pg) = &mut *self.connection {
            diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(WINDOWS_LOCK).execute(pg)?;
        }
        let row = settlement_windows::table
            .filter(settlement_windows::id.eq(window.id))
            .filter(settlement_windows::closed_at.is_null())
            .filter(settlement_windows::cut_off.le(now.naive_utc()));
        let closed =
            diesel::update(row).set(settlement_windows::closed_at.eq(now.naive_utc())).execute(self.connection)?;
        self.open_window(window.biller, next, now)?;
        Ok(closed == 1)
    }
}
