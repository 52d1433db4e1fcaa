//! Cash agents: counters fit their payments, closed shifts their figures, floats their statements; and every posting
//! outside of payments was asked for by a row.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::{Accounts, BookFault, BooksReport, CounterFault, PAGE};
use crate::accounts::Account;
use crate::agents::closures::totals;
use crate::agents::payments::AgentPaymentRow;
use crate::agents::{CashReferenceState, FloatRequestKind, FloatRequestState, ShiftState, float_of};
use crate::money::Money;
use crate::postings::{self as manual, Moment};
use crate::states::{PaymentState, PostingKind};
use crate::storage::rows::PaymentRow;
use crate::storage::schema::{
    agent_payments, cancellations, cash_references, entries, float_entries, float_requests, give_backs, late_cash,
    payments, postings, shifts,
};
use crate::storage::{Conn, StorageError};

pub(super) fn check(connection: &mut Conn, accounts: &Accounts, report: &mut BooksReport) -> Result<(), StorageError> {
    counters(connection, report)?;
    closures(connection, report)?;
    statements(connection, accounts, report)?;
    outside_payments(connection, accounts, report)
}

/// Every payment at a counter fits it.
fn counters(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<AgentPaymentRow> = agent_payments::table
            .filter(agent_payments::payment_id.gt(last))
            .order(agent_payments::payment_id)
            .limit(PAGE)
            .select(AgentPaymentRow::as_select())
            .load(connection)?;
        let end = super::page_end(&page, |row| row.payment_id);
        let found = Counters::load(connection, last, end, &page)?;
        page.iter().for_each(|row| found.check(row, report));
        last = end;
    }
    Ok(())
}

/// What stands beside a page of counter payments.
struct Counters {
    payments: HashMap<i64, PaymentRow>,
    shifts: HashMap<i64, (String, String)>,
    owed: HashMap<i64, i64>,
    /// Whether the biller refused.
    asked: HashMap<i64, bool>,
    references: HashMap<i64, (i16, Option<i64>)>,
}

impl Counters {
    fn load(connection: &mut Conn, after: i64, end: i64, page: &[AgentPaymentRow]) -> Result<Self, StorageError> {
        let rows: Vec<PaymentRow> = payments::table
            .inner_join(agent_payments::table.on(agent_payments::payment_id.eq(payments::id)))
            .filter(payments::id.gt(after))
            .filter(payments::id.le(end))
            .select(PaymentRow::as_select())
            .load(connection)?;
        let owed = give_backs::table
            .filter(give_backs::subject_id.gt(after))
            .filter(give_backs::subject_id.le(end))
            .select((give_backs::subject_id, give_backs::amount))
            .load::<(i64, i64)>(connection)?;
        let asked = cancellations::table
            .filter(cancellations::payment_id.gt(after))
            .filter(cancellations::payment_id.le(end))
            .select((cancellations::payment_id, cancellations::refusal))
            .load::<(i64, Option<String>)>(connection)?;
        let (mut found_shifts, mut references) = (HashMap::new(), HashMap::new());
        for part in page.chunks(500) {
            let ids: Vec<i64> = part.iter().map(|row| row.shift_id).collect();
            let rows: Vec<(i64, String, String)> = shifts::table
                .filter(shifts::id.eq_any(ids))
                .select((shifts::id, shifts::outlet, shifts::till))
                .load(connection)?;
            found_shifts.extend(rows.into_iter().map(|(id, outlet, till)| (id, (outlet, till))));
            let ids: Vec<i64> = part.iter().filter_map(|row| row.cash_reference_id).collect();
            let rows: Vec<(i64, i16, Option<i64>)> = cash_references::table
                .filter(cash_references::id.eq_any(ids))
                .select((cash_references::id, cash_references::state, cash_references::payment_id))
                .load(connection)?;
            references.extend(rows.into_iter().map(|(id, state, payment)| (id, (state, payment))));
        }
        Ok(Self {
            payments: rows.into_iter().map(|row| (row.id, row)).collect(),
            shifts: found_shifts,
            owed: owed.into_iter().collect(),
            asked: asked.into_iter().map(|(id, refusal)| (id, refusal.is_some())).collect(),
            references,
        })
    }

    fn check(&self, row: &AgentPaymentRow, report: &mut BooksReport) {
        let payment = row.payment_id;
        let mut astray = |why| {
            report.fault(BookFault::CounterAstray { payment, outlet: row.outlet.clone(), why });
        };
        let Some(found) = self.payments.get(&payment) else { return astray(CounterFault::NoPayment) };
        // A state or an account that cannot be read was told with the payment.
        let (Ok(state), Ok(funds)) = (found.state(), found.funds()) else { return };
        if funds != float_of(&row.outlet) {
            astray(CounterFault::OtherFloat);
        }
        if self.shifts.get(&row.shift_id) != Some(&(row.outlet.clone(), row.till.clone())) {
            astray(CounterFault::OtherShift);
        }
        let total = found.amounts().total().map(Money::minor);
        match (state, self.owed.get(&payment).copied()) {
            (PaymentState::Returned | PaymentState::Cancelled, owed) if owed.is_none() || owed != total => {
                astray(CounterFault::NotOwed);
            }
            (PaymentState::Returned | PaymentState::Cancelled, _) | (_, None) => {}
            (_, Some(_)) => astray(CounterFault::Owed),
        }
        let asked_fits = match (state, self.asked.get(&payment)) {
            (PaymentState::Cancelling | PaymentState::Cancelled, Some(refused)) => !refused,
            (PaymentState::Confirmed, Some(refused)) => *refused,
            (PaymentState::Cancelling | PaymentState::Cancelled, None) | (_, Some(_)) => false,
            (_, None) => true,
        };
        if !asked_fits {
            astray(CounterFault::Cancellation);
        }
        if let Some(reference) = row.cash_reference_id
            && self.references.get(&reference) != Some(&(CashReferenceState::Used.code(), Some(payment)))
        {
            astray(CounterFault::Reference);
        }
    }
}

/// What closed shifts were counted against is what their rows make: nothing came in after.
fn closures(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<(i64, i64, Option<i64>)> = shifts::table
            .filter(shifts::id.gt(last))
            .filter(shifts::state.eq(ShiftState::Closed.code()))
            .order(shifts::id)
            .limit(PAGE)
            .select((shifts::id, shifts::opening, shifts::expected))
            .load(connection)?;
        last = super::page_end(&page, |(id, ..)| *id);
        for (shift, opening, expected) in page {
            let found = i128::from(totals(connection, shift, opening)?.expected.minor());
            let expected = i128::from(expected.unwrap_or_default());
            if found != expected {
                report.fault(BookFault::ShiftExpected { shift, expected, found });
            }
        }
    }
    Ok(())
}

/// The lines of statements are the entries of floats.
fn statements(connection: &mut Conn, accounts: &Accounts, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut sums: BTreeMap<i64, i128> = accounts
        .0
        .iter()
        .filter(|(_, book)| book.account.as_ref().is_some_and(|account| account.ceiling().is_some()))
        .map(|(id, _)| (*id, 0))
        .collect();
    let mut last = (i64::MIN, i64::MIN);
    loop {
        let page: Vec<(i64, i64, i64)> = float_entries::table
            .filter(
                float_entries::account_id
                    .gt(last.0)
                    .or(float_entries::account_id.eq(last.0).and(float_entries::posting_id.gt(last.1))),
            )
            .order((float_entries::account_id, float_entries::posting_id))
            .limit(PAGE)
            .load(connection)?;
        let Some((account, posting, _)) = page.last() else { break };
        last = (*account, *posting);
        for (account, _, amount) in page {
            *sums.entry(account).or_default() += i128::from(amount);
        }
    }
    for (account, lines) in sums {
        let book = accounts.0.get(&account);
        let entries = book.map_or(0, |book| book.entries);
        if lines != entries {
            let name = accounts.account(account).map_or_else(|| "unknown".to_owned(), ToString::to_string);
            report.fault(BookFault::Statement { account, name, lines, entries });
        }
    }
    Ok(())
}

/// A posting that a row asked for: its kind, and what the manual says that it books.
pub(super) type Asked = (i64, PostingKind, Result<manual::Posting, manual::Unbalanced>);

/// What must have been booked, and for whom.
struct Wanted {
    what: &'static str,
    id: i64,
    kind: PostingKind,
    /// In the order of accounts.
    lines: Vec<(Account, i64)>,
}

/// Requests that were approved and late cash have their postings; no other posting stands outside of payments.
fn outside_payments(connection: &mut Conn, accounts: &Accounts, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut asked: HashMap<i64, Wanted> = HashMap::new();
    let mut ask = |what: &'static str, id: i64, (posting, kind, made): Asked| {
        let lines = made.map(|made| made.entries().iter().map(|line| (line.account.clone(), line.amount)).collect());
        let mut lines: Vec<(Account, i64)> = lines.unwrap_or_default();
        lines.sort_unstable();
        asked.insert(posting, Wanted { what, id, kind, lines });
    };
    // When something was booked plays no part.
    let moment = Moment { at: chrono::DateTime::UNIX_EPOCH, day: chrono::NaiveDate::default() };
    requests(connection, moment, &mut ask, report)?;
    late(connection, moment, &mut ask, report)?;
    super::refunds::ask(connection, moment, &mut ask, report)?;
    super::settlement::ask(connection, moment, &mut ask, report)?;
    super::reconciliation::ask(connection, moment, &mut ask, report)?;
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<(i64, i16)> = postings::table
            .filter(postings::payment_id.is_null())
            .filter(postings::id.gt(last))
            .order(postings::id)
            .limit(PAGE)
            .select((postings::id, postings::kind))
            .load(connection)?;
        last = super::page_end(&page, |(id, _)| *id);
        for (posting, code) in page {
            // An unknown kind was told with the postings.
            let Some(kind) = PostingKind::from_code(code) else { continue };
            let Some(Wanted { what, id, kind: wanted, lines }) = asked.remove(&posting) else {
                report.fault(BookFault::PostingUnasked { posting, kind });
                continue;
            };
            let found: Vec<(i64, i64)> = entries::table
                .filter(entries::posting_id.eq(posting))
                .select((entries::account_id, entries::amount))
                .load(connection)?;
            let mut found: Vec<(Option<&Account>, i64)> =
                found.into_iter().map(|(account, amount)| (accounts.account(account), amount)).collect();
            found.sort_unstable();
            if kind != wanted || !found.into_iter().eq(lines.iter().map(|(account, amount)| (Some(account), *amount))) {
                report.fault(BookFault::OutsidePayments { what, id, why: "its posting books something else" });
            }
        }
    }
    for Wanted { what, id, .. } in asked.into_values() {
        report.fault(BookFault::OutsidePayments { what, id, why: "its posting is missing" });
    }
    Ok(())
}

fn requests(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    type Row = (i64, String, i16, i64, i16, Option<i64>);
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<Row> = float_requests::table
            .filter(float_requests::id.gt(last))
            .order(float_requests::id)
            .limit(PAGE)
            .select((
                float_requests::id,
                float_requests::outlet,
                float_requests::kind,
                float_requests::amount,
                float_requests::state,
                float_requests::posting_id,
            ))
            .load(connection)?;
        last = super::page_end(&page, |(id, ..)| *id);
        for (id, outlet, kind, amount, state, posting) in page {
            let what = "float request";
            let (float, amount) = (float_of(&outlet), Money::from_minor(amount));
            match (FloatRequestState::from_code(state), FloatRequestKind::from_code(kind), posting) {
                (None, ..) => report.unknown(format!("{what} {id}"), "state", state),
                (_, None, _) => report.unknown(format!("{what} {id}"), "kind", kind),
                (Some(FloatRequestState::Approved), Some(kind), Some(posting)) => {
                    let (kind, made) = match kind {
                        FloatRequestKind::TopUp => {
                            (PostingKind::FloatToppedUp, manual::float_topped_up(&float, amount, moment))
                        }
                        FloatRequestKind::Withdrawal => {
                            (PostingKind::FloatWithdrawn, manual::float_withdrawn(&float, amount, moment))
                        }
                    };
                    ask(what, id, (posting, kind, made));
                }
                (Some(FloatRequestState::Approved), _, None) => {
                    report.fault(BookFault::OutsidePayments { what, id, why: "it was approved and not booked" });
                }
                (Some(_), _, Some(_)) => {
                    report.fault(BookFault::OutsidePayments { what, id, why: "it was booked and not approved" });
                }
                (Some(_), _, None) => {}
            }
        }
    }
    Ok(())
}

fn late(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    type Row = (i64, String, String, i64, i64, Option<i64>, Option<i64>);
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page: Vec<Row> = late_cash::table
            .left_join(give_backs::table.on(give_backs::subject_id.eq(late_cash::id)))
            .filter(late_cash::id.gt(last))
            .order(late_cash::id)
            .limit(PAGE)
            .select((
                late_cash::id,
                late_cash::network,
                late_cash::outlet,
                late_cash::amount,
                late_cash::posting_id,
                late_cash::release_posting_id,
                give_backs::amount.nullable(),
            ))
            .load(connection)?;
        last = super::page_end(&page, |(id, ..)| *id);
        for (id, network, outlet, amount, posting, release, owed) in page {
            let what = "late cash";
            let (float, money) = (float_of(&outlet), Money::from_minor(amount));
            let made = manual::late_cash(&float, &network, money, moment);
            ask(what, id, (posting, PostingKind::LateCash, made));
            if let Some(release) = release {
                let made = manual::late_cash_released(&float, &network, money, moment);
                ask(what, id, (release, PostingKind::LateCashReleased, made));
            }
            if owed != release.map(|_| amount) {
                let why = "what the outlet is to give back is not what was released";
                report.fault(BookFault::OutsidePayments { what, id, why });
            }
        }
    }
    Ok(())
}
