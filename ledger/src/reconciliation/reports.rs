//! What daily reports are held against of refunds, and what they leave behind.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::awaited::NewPayout;
use super::breaks::{NOT_CLOSED, NewBreak};
use super::imports::{ImportEnd, replaced_by};
use super::words::{BreakAction, BreakKind, BreakState, BreakSubject, ImportState};
use crate::accounts::{Account, AccountKind};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::RefundAmounts;
use crate::refunds::{REFUNDS_MAX, RefundState};
use crate::storage::schema::{
    agent_payments, breaks, gateway_payouts, imports, payments, refunded_apart, refunds, reported_apart, returned_apart,
};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// A refund that was decided, as far as reports of gateways tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedRefund {
    /// Its number.
    pub id: i64,
    /// The payment's number.
    pub payment: i64,
    /// What the payer gets.
    pub total: Money,
    /// Where it stands.
    pub state: RefundState,
    /// When it ended (UTC).
    pub ended_at: Option<NaiveDateTime>,
}

type RefundRow = (i64, i64, (i64, i64, i64), i16, Option<NaiveDateTime>);

fn read_refund(row: RefundRow) -> Result<ReportedRefund, StorageError> {
    let (id, payment, (principal, fee, vat), state, ended_at) = row;
    let damaged = |what: &str| StorageError::Damaged(format!("{what} of refund {id}"));
    let money = Money::from_minor;
    let amounts = RefundAmounts { principal: money(principal), fee: money(fee), vat: money(vat) };
    Ok(ReportedRefund {
        id,
        payment,
        total: amounts.total().ok_or_else(|| damaged("amounts"))?,
        state: RefundState::from_code(state).ok_or_else(|| damaged("state"))?,
        ended_at,
    })
}

/// The columns of a refund, in the order of [`RefundRow`].
macro_rules! refund_columns {
    () => {
        (
            refunds::id,
            refunds::payment_id,
            (refunds::principal, refunds::fee, refunds::vat),
            refunds::state,
            refunds::ended_at,
        )
    };
}

impl Reader<'_> {
    /// The refunds of these payments that were decided: at most some hundred payments at once.
    pub fn refunds_reported(&mut self, payments: &[i64]) -> Result<Vec<ReportedRefund>, StorageError> {
        let decided = [RefundState::Pending, RefundState::Done, RefundState::Failed].map(RefundState::code);
        let limit = REFUNDS_MAX.saturating_mul(i64::try_from(payments.len()).unwrap_or(i64::MAX));
        let rows: Vec<RefundRow> = refunds::table
            .filter(refunds::payment_id.eq_any(payments))
            .filter(refunds::state.eq_any(decided))
            .order(refunds::id)
            .limit(limit)
            .select(refund_columns!())
            .load(self.connection)?;
        rows.into_iter().map(read_refund).collect()
    }

    /// Refunds that were given back through a gateway in a time: the next by number.
    pub fn refunds_given_back(
        &mut self,
        gateway: &str,
        (from, until): (NaiveDateTime, NaiveDateTime),
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReportedRefund>, StorageError> {
        let funds = Account::of(AccountKind::GatewayReceivable, gateway.to_owned()).to_string();
        let rows: Vec<RefundRow> = refunds::table
            .inner_join(payments::table.on(payments::id.eq(refunds::payment_id)))
            // As a literal, for the same reason as [`returned`].
            .filter(sql::<Bool>("refunds.state = 5"))
            .filter(refunds::ended_at.ge(from))
            .filter(refunds::ended_at.lt(until))
            .filter(payments::funds.eq(funds))
            .filter(refunds::id.gt(after))
            .order(refunds::id)
            .limit(limit)
            .select(refund_columns!())
            .load(self.connection)?;
        rows.into_iter().map(read_refund).collect()
    }

    /// Of which of these refunds a report of another day than theirs told, with its import.
    pub fn refunded_apart(&mut self, ids: &[i64]) -> Result<Vec<(i64, i64)>, StorageError> {
        Ok(refunded_apart::table
            .inner_join(imports::table.on(imports::id.eq(refunded_apart::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .filter(refunded_apart::refund_id.eq_any(ids))
            .select((refunded_apart::refund_id, refunded_apart::import_id))
            .load(self.connection)?)
    }

    /// The number of a network's payment, by the network's own reference.
    pub fn payment_of_network(&mut self, network: &str, reference: &str) -> Result<Option<i64>, StorageError> {
        let row = agent_payments::table
            .filter(agent_payments::network.eq(network))
            .filter(agent_payments::network_reference.eq(reference))
            .select(agent_payments::payment_id);
        Ok(row.get_result(self.connection).optional()?)
    }

    /// Which of these payments a report of another day told of.
    pub fn reported_apart(&mut self, ids: &[i64]) -> Result<Vec<(i64, i64)>, StorageError> {
        Ok(reported_apart::table
            .inner_join(imports::table.on(imports::id.eq(reported_apart::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .filter(reported_apart::payment_id.eq_any(ids))
            .select((reported_apart::payment_id, reported_apart::import_id))
            .load(self.connection)?)
    }

    /// Of which of these payments a report of another day told the return.
    pub fn returned_apart(&mut self, ids: &[i64]) -> Result<Vec<i64>, StorageError> {
        Ok(returned_apart::table
            .inner_join(imports::table.on(imports::id.eq(returned_apart::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .filter(returned_apart::payment_id.eq_any(ids))
            .select(returned_apart::payment_id)
            .load(self.connection)?)
    }
}

/// Breaks of a report that are staged, and those that are open about the same.
const OTHER_FIGURES: &str = "\
    SELECT o.id AS old_id, n.id AS new_id FROM breaks n JOIN breaks o \
        ON o.subject = n.subject AND o.subject_id = n.subject_id AND o.position = n.position AND o.source = n.source \
        AND o.partner = n.partner AND o.kind = n.kind AND o.state IN (1, 2) \
    WHERE n.import_id = $1 AND n.state = 6 ORDER BY n.id";

#[derive(QueryableByName)]
struct Replaced {
    #[diesel(sql_type = BigInt)]
    old_id: i64,
    #[diesel(sql_type = BigInt)]
    new_id: i64,
}

/// What a report leaves in the ledger, a slice of it.
#[derive(Debug, Clone, Default)]
pub struct ReportSlice {
    /// Payouts that it announces.
    pub payouts: Vec<NewPayout>,
    /// Payments of another day that it tells of.
    pub apart: Vec<i64>,
    /// Payments whose return it tells of, which is of another day here.
    pub returned_apart: Vec<i64>,
    /// Refunds that it tells of, which are of another day here, or have not ended.
    pub refunded_apart: Vec<i64>,
    /// What does not fit.
    pub breaks: Vec<NewBreak>,
}

impl WriteOp<'_> {
    /// Stages a slice of a report. `None`: the import is gone. Else the breaks that are known already, with the same figures,
    /// and that the report shows again.
    pub fn stage_report(
        &mut self,
        import: i64,
        slice: &ReportSlice,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<i64>>, StorageError> {
        if !self.is_staged(import)? {
            return Ok(None);
        }
        for payout in &slice.payouts {
            self.announce(import, payout, now)?;
        }
        for payment in &slice.apart {
            let values = (reported_apart::payment_id.eq(payment), reported_apart::import_id.eq(import));
            diesel::insert_into(reported_apart::table).values(values).execute(self.connection)?;
        }
        for payment in &slice.returned_apart {
            let values = (returned_apart::payment_id.eq(payment), returned_apart::import_id.eq(import));
            diesel::insert_into(returned_apart::table).values(values).execute(self.connection)?;
        }
        for refund in &slice.refunded_apart {
            let values = (refunded_apart::refund_id.eq(refund), refunded_apart::import_id.eq(import));
            diesel::insert_into(refunded_apart::table).values(values).execute(self.connection)?;
        }
        let mut again = Vec::new();
        for new in &slice.breaks {
            // One that people resolved stays so while its figures are the same.
            let known: Vec<(i64, Option<i64>, Option<i64>)> = breaks::table
                .filter(breaks::subject.eq(new.subject.code()))
                .filter(breaks::subject_id.eq(new.subject_id))
                .filter(breaks::position.eq(new.position))
                .filter(breaks::source.eq(new.source.code()))
                .filter(breaks::partner.eq(&new.partner))
                .filter(breaks::kind.eq(new.kind.code()))
                .filter(breaks::state.eq_any(NOT_CLOSED).or(breaks::state.eq(BreakState::Resolved.code())))
                .order(breaks::id.desc())
                .select((breaks::id, breaks::expected, breaks::found))
                .load(self.connection)?;
            let figures = (new.expected.map(Money::minor), new.found.map(Money::minor));
            let same = known.iter().find(|(_, expected, found)| (*expected, *found) == figures);
            match same.map(|(id, ..)| *id) {
                Some(id) => again.push(id),
                None => {
                    self.write_break(new, Some(import), BreakState::Staged, now)?;
                }
            }
        }
        Ok(Some(again))
    }

    /// Stages what a report announces of a payout, unless it was booked from an earlier report.
    fn announce(&mut self, import: i64, new: &NewPayout, now: DateTime<Utc>) -> Result<(), StorageError> {
        let booked: Vec<(i64, i64, i64, i64)> = gateway_payouts::table
            .filter(gateway_payouts::gateway.eq(&new.gateway))
            .filter(gateway_payouts::reference.eq(&new.reference))
            .filter(gateway_payouts::posting_id.is_not_null())
            .select((gateway_payouts::id, gateway_payouts::captured, gateway_payouts::returned, gateway_payouts::fee))
            .order(gateway_payouts::id)
            .load(self.connection)?;
        let Some(first) = booked.first().map(|(id, ..)| *id) else { return self.stage_payout(import, new) };
        let net = |captured: i64, returned: i64, fee: i64| captured - returned - fee;
        let expected: i64 = booked.iter().map(|(_, captured, returned, fee)| net(*captured, *returned, *fee)).sum();
        let found = net(new.captured.minor(), new.returned.minor(), new.fee.minor());
        if expected != found {
            let differs = NewBreak {
                kind: BreakKind::AmountDiffers,
                source: super::BreakSource::Gateway,
                partner: new.gateway.clone(),
                subject: BreakSubject::Payout,
                subject_id: first,
                position: 0,
                words: format!("payout {} was booked, and a later report tells it otherwise", new.reference),
                expected: Some(Money::from_minor(expected)),
                found: Some(Money::from_minor(found)),
                due_on: new.value_on,
            };
            self.write_break(&differs, Some(import), BreakState::Staged, now)?;
        }
        Ok(())
    }

    /// Closes breaks that are open, where a report shows the same with other figures.
    fn supersede_figures(&mut self, import: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
        let query = diesel::sql_query(OTHER_FIGURES);
        let pairs: Vec<Replaced> = match &mut *self.connection {
            Conn::Sqlite(c) => query.bind::<BigInt, _>(import).load(c)?,
            Conn::Pg(c) => query.bind::<BigInt, _>(import).load(c)?,
        };
        let why = "a report shows it with other figures";
        for Replaced { old_id, new_id } in pairs {
            self.close_breaks(&[old_id], BreakState::Superseded, BreakAction::Superseded, why, now)?;
            self.follow_up(new_id, &[old_id], now)?;
        }
        Ok(())
    }

    /// Makes a report complete: its breaks are open from now on, those of the report whose place it takes are closed
    /// unless it shows them again, and those of `turned_up` are settled. Whether the import was still there.
    pub fn finish_report(
        &mut self,
        import: i64,
        end: &ImportEnd,
        superseded: Option<i64>,
        again: &[i64],
        turned_up: &[i64],
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        if !self.finish_import(import, end, now)? {
            return Ok(false);
        }
        self.supersede_figures(import, now)?;
        if let Some(before) = superseded {
            diesel::update(imports::table.filter(imports::id.eq(before)))
                .set(imports::superseded_by.eq(import))
                .execute(self.connection)?;
            // A break stays with the report that showed it first.
            let reports = replaced_by(self.connection, before)?.into_iter().map(Some);
            let open: Vec<i64> = breaks::table
                .filter(breaks::import_id.eq_any(reports.collect::<Vec<_>>()))
                .filter(breaks::state.eq_any(NOT_CLOSED))
                .select(breaks::id)
                .load(self.connection)?;
            let gone: Vec<i64> = open.into_iter().filter(|id| !again.contains(id)).collect();
            let why = "a later report of the day does not show it";
            self.close_breaks(&gone, BreakState::Superseded, BreakAction::Superseded, why, now)?;
            // Its payouts are not awaited any more.
            let payouts: Vec<i64> = gateway_payouts::table
                .filter(gateway_payouts::import_id.eq(before))
                .filter(gateway_payouts::posting_id.is_null())
                .select(gateway_payouts::id)
                .load(self.connection)?;
            for payout in payouts {
                self.settle_breaks(BreakSubject::Payout, payout, &[BreakKind::Late], now)?;
            }
        }
        let staged =
            breaks::table.filter(breaks::import_id.eq(import)).filter(breaks::state.eq(BreakState::Staged.code()));
        // Known from now on.
        let open = (breaks::state.eq(BreakState::Open.code()), breaks::opened_at.eq(now.naive_utc()));
        diesel::update(staged).set(open).execute(self.connection)?;
        let turned_up: Vec<i64> = turned_up.iter().filter(|id| !again.contains(id)).copied().collect();
        self.close_breaks(&turned_up, BreakState::Settled, BreakAction::Settled, "a later report tells of it", now)?;
        Ok(true)
    }
}
