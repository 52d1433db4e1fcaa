//! Payments as daily reports tell of them: by number, and those of a source in a time.
//!
//! What a gateway and networks tell of is looked for among all payments of the time; they are few. Billers are hundreds: a
//! biller's confirmations are read through its settlement windows, so that a day of all billers is read about once.

use std::collections::VecDeque;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::Amounts;
use crate::states::{PaymentState, PostingKind};
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{agent_payments, payments, postings, settlement_windows, window_lines};

/// Longest between the start of a payment and what a report tells of it: a link may be paid days after it was opened, and a
/// biller may answer days after the money was taken.
const SLACK: TimeDelta = TimeDelta::days(8);
/// Longest that a window is booked into after the moment as of which it was closed.
const WINDOW_SLACK: TimeDelta = TimeDelta::days(8);
/// Farthest apart that the clocks of two processes go.
const SKEW: TimeDelta = TimeDelta::hours(1);

/// Whose report it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOf {
    /// A card gateway, as its account is named.
    Gateway(String),
    /// A network of agents.
    Network(String),
    /// A biller.
    Biller(u16),
}

/// A payment, as far as reports tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedPayment {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: PaymentState,
    /// What the payer paid.
    pub total: Money,
    /// What the biller gets.
    pub principal: Money,
    /// The biller.
    pub biller: u16,
    /// Where the money comes from.
    pub funds: Account,
    /// When the money was taken (UTC).
    pub paid_at: Option<NaiveDateTime>,
    /// When it came into its state (UTC).
    pub state_since: NaiveDateTime,
    /// The biller's receipt.
    pub receipt_number: Option<String>,
    /// The network that took the cash.
    pub network: Option<String>,
}

/// The payments of a source in a time, page by page.
#[derive(Debug, Clone)]
pub struct SourcePayments {
    of: ReportOf,
    from: NaiveDateTime,
    until: NaiveDateTime,
    spans: VecDeque<Span>,
}

/// Numbers between which some of them stand: of payments, or of the postings of a window.
#[derive(Debug, Clone)]
struct Span {
    window: Option<i64>,
    after: i64,
    beyond: i64,
}

type Row =
    (i64, i16, (i64, i64, i64, i64), i32, String, Option<NaiveDateTime>, NaiveDateTime, Option<String>, Option<String>);

fn read(row: Row) -> Result<ReportedPayment, StorageError> {
    let (id, state, (principal, fee, vat, duty), biller, funds, paid_at, state_since, receipt_number, network) = row;
    let damaged = |what: &str| StorageError::Damaged(format!("{what} of payment {id}"));
    let money = Money::from_minor;
    let amounts = Amounts { principal: money(principal), fee: money(fee), vat: money(vat), duty: money(duty) };
    Ok(ReportedPayment {
        id,
        state: PaymentState::from_code(state).ok_or_else(|| damaged("state"))?,
        total: amounts.total().ok_or_else(|| damaged("amounts"))?,
        principal: amounts.principal,
        biller: biller_code(biller)?,
        funds: funds.parse().map_err(|_| damaged("funds"))?,
        paid_at,
        state_since,
        receipt_number,
        network,
    })
}

/// The columns of a payment, in the order of [`Row`].
macro_rules! columns {
    () => {
        (
            payments::id,
            payments::state,
            (payments::principal, payments::fee, payments::vat, payments::duty),
            payments::biller,
            payments::funds,
            payments::paid_at,
            payments::state_since,
            payments::receipt_number,
            agent_payments::network.nullable(),
        )
    };
}

/// Payments that were given back. As a literal: an index of such rows alone is not used for a value that is bound.
fn returned() -> SqlLiteral<Bool> {
    sql("payments.state = 8")
}

impl Reader<'_> {
    /// Payments by their numbers: at most some hundred at once.
    pub fn payments_reported(&mut self, ids: &[i64]) -> Result<Vec<ReportedPayment>, StorageError> {
        let rows: Vec<Row> = payments::table
            .left_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(payments::id.eq_any(ids))
            .select(columns!())
            .load(self.connection)?;
        rows.into_iter().map(read).collect()
    }

    /// Runs of numbers under which payments of a time may stand. Within a run numbers grow with time.
    pub(crate) fn payment_runs(
        &mut self,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<Vec<(i64, i64)>, StorageError> {
        let blocks = self.payment_blocks()?.into_iter();
        let touching = blocks.filter(|block| block.oldest < until && block.newest >= from - SLACK);
        Ok(touching.map(|block| (block.first, block.beyond)).collect())
    }

    /// Where the payments of a source in a time stand. A gateway and a network are told what was taken then, a biller what
    /// was confirmed then: of these, those that are lines of their windows (`missing_words`).
    pub fn source_payments(
        &mut self,
        of: &ReportOf,
        (from, until): (NaiveDateTime, NaiveDateTime),
    ) -> Result<SourcePayments, StorageError> {
        let spans = match of {
            ReportOf::Gateway(_) | ReportOf::Network(_) => {
                let runs = self.payment_runs(from, until)?.into_iter();
                runs.map(|(first, beyond)| Span { window: None, after: first - 1, beyond }).collect()
            }
            ReportOf::Biller(biller) => self.window_spans(*biller, from, until)?,
        };
        Ok(SourcePayments { of: of.clone(), from, until, spans })
    }

    fn window_spans(
        &mut self,
        biller: u16,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Result<VecDeque<Span>, StorageError> {
        let blocks = self.posting_blocks()?.into_iter();
        let (first, beyond) = blocks
            .filter(|block| block.oldest < until + SKEW && block.newest >= from - SKEW)
            .fold((i64::MAX, 0), |(first, beyond), block| (block.first.min(first), block.beyond.max(beyond)));
        if first >= beyond {
            return Ok(VecDeque::new());
        }
        let windows: Vec<i64> = settlement_windows::table
            .filter(settlement_windows::biller.eq(i32::from(biller)))
            .filter(settlement_windows::closed_at.is_null().or(settlement_windows::closed_at.ge(from - WINDOW_SLACK)))
            .order(settlement_windows::cut_off)
            .select(settlement_windows::id)
            .load(self.connection)?;
        Ok(windows.into_iter().map(|window| Span { window: Some(window), after: first - 1, beyond }).collect())
    }

    /// The next payments of a source, at most `limit`; none: that was all.
    pub fn next_of_source(
        &mut self,
        source: &mut SourcePayments,
        limit: i64,
    ) -> Result<Vec<ReportedPayment>, StorageError> {
        let within = (source.from, source.until);
        while let Some(span) = source.spans.front_mut() {
            let rows = match span.window {
                Some(window) => self.confirmed_into(window, (span.after, span.beyond), within, limit)?,
                None => self.taken_for(&source.of, (span.after, span.beyond), within, limit)?,
            };
            if let Some((last, _)) = rows.last() {
                span.after = *last;
                return rows.into_iter().map(|(_, row)| read(row)).collect();
            }
            source.spans.pop_front();
        }
        Ok(Vec::new())
    }

    fn confirmed_into(
        &mut self,
        window: i64,
        (after, beyond): (i64, i64),
        (from, until): (NaiveDateTime, NaiveDateTime),
        limit: i64,
    ) -> Result<Vec<(i64, Row)>, StorageError> {
        Ok(window_lines::table
            .inner_join(postings::table.on(postings::id.eq(window_lines::posting_id)))
            .inner_join(payments::table.on(postings::payment_id.eq(payments::id.nullable())))
            .left_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(window_lines::window_id.eq(window))
            .filter(window_lines::posting_id.gt(after))
            .filter(window_lines::posting_id.lt(beyond))
            .filter(postings::kind.eq(PostingKind::Confirmed.code()))
            .filter(payments::state.eq(PaymentState::Confirmed.code()))
            .filter(payments::state_since.ge(from))
            .filter(payments::state_since.lt(until))
            .order(window_lines::posting_id)
            .limit(limit)
            .select((window_lines::posting_id, columns!()))
            .load(self.connection)?)
    }

    fn taken_for(
        &mut self,
        of: &ReportOf,
        (after, beyond): (i64, i64),
        (from, until): (NaiveDateTime, NaiveDateTime),
        limit: i64,
    ) -> Result<Vec<(i64, Row)>, StorageError> {
        let query = payments::table
            .left_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(payments::id.gt(after))
            .filter(payments::id.lt(beyond))
            .filter(payments::paid_at.ge(from))
            .filter(payments::paid_at.lt(until))
            .into_boxed();
        let query = match of {
            ReportOf::Gateway(gateway) => {
                let funds = Account::of(AccountKind::GatewayReceivable, gateway.clone()).to_string();
                query.filter(payments::funds.eq(funds))
            }
            // As no index has it: else SQLite reads all that the network ever took, for each page.
            ReportOf::Network(network) => query.filter(agent_payments::network.concat("").eq(network.clone())),
            ReportOf::Biller(biller) => query.filter(payments::biller.eq(i32::from(*biller))),
        };
        Ok(query.order(payments::id).limit(limit).select((payments::id, columns!())).load(self.connection)?)
    }

    /// Payments by a gateway whose money was taken, and given back in a time: the next by number.
    pub fn payments_returned(
        &mut self,
        gateway: &str,
        (from, until): (NaiveDateTime, NaiveDateTime),
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReportedPayment>, StorageError> {
        let funds = Account::of(AccountKind::GatewayReceivable, gateway.to_owned()).to_string();
        let rows: Vec<Row> = payments::table
            .left_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(returned())
            .filter(payments::state_since.ge(from))
            .filter(payments::state_since.lt(until))
            .filter(payments::funds.eq(funds))
            .filter(payments::paid_at.is_not_null())
            .filter(payments::id.gt(after))
            .order(payments::id)
            .limit(limit)
            .select(columns!())
            .load(self.connection)?;
        rows.into_iter().map(read).collect()
    }
}
