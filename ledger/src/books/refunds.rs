//! Refunds: each has the postings that its state asks for, together they are never above what their payment took, what a
//! gateway has to say has an owner, and cash is owed to the payer.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use super::agents::Asked;
use super::{BookFault, BooksReport, PAGE};
use crate::accounts::AccountKind;
use crate::agents::payments::AgentPaymentRow;
use crate::postings::{self as manual, Moment};
use crate::refunds::{RefundReason, RefundRow, RefundState, Refundable};
use crate::states::{PaymentState, PostingKind, TaskKind};
use crate::storage::rows::{PaymentRow, biller_code};
use crate::storage::schema::{agent_payments, give_backs, incidents, outbox, payments, postings, refunds};
use crate::storage::{Conn, StorageError};

const REFUND: &str = "refund";
/// Numbers in one question.
const CHUNK: usize = 500;

/// A page of refunds, and what stands beside them.
struct Page {
    rows: Vec<RefundRow>,
    payments: HashMap<i64, PaymentRow>,
    agents: HashMap<i64, AgentPaymentRow>,
}

impl Page {
    fn load(connection: &mut Conn, after: i64) -> Result<Self, StorageError> {
        let rows: Vec<RefundRow> = refunds::table
            .filter(refunds::id.gt(after))
            .order(refunds::id)
            .limit(PAGE)
            .select(RefundRow::as_select())
            .load(connection)?;
        let mut page = Self { rows, payments: HashMap::new(), agents: HashMap::new() };
        for part in page.rows.chunks(CHUNK) {
            let ids: Vec<i64> = part.iter().map(|row| row.payment_id).collect();
            let found: Vec<PaymentRow> =
                payments::table.filter(payments::id.eq_any(&ids)).select(PaymentRow::as_select()).load(connection)?;
            page.payments.extend(found.into_iter().map(|row| (row.id, row)));
            let found: Vec<AgentPaymentRow> = agent_payments::table
                .filter(agent_payments::payment_id.eq_any(&ids))
                .select(AgentPaymentRow::as_select())
                .load(connection)?;
            page.agents.extend(found.into_iter().map(|row| (row.payment_id, row)));
        }
        Ok(page)
    }
}

/// What the refunds of one payment come to.
#[derive(Default)]
struct Together {
    reserved: Vec<manual::RefundAmounts>,
    pending: usize,
    done_principal: i128,
    commissions: usize,
}

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    // As many as there are payments with refunds.
    let mut together: BTreeMap<i64, Together> = BTreeMap::new();
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page = Page::load(connection, last)?;
        let beside = Beside::load(connection, &page.rows)?;
        last = super::page_end(&page.rows, |row| row.id);
        for row in &page.rows {
            let found = page.payments.get(&row.payment_id);
            let Some(state) = check_row(row, found, report) else { continue };
            beside.check(row, state, found, report);
            let sums = together.entry(row.payment_id).or_default();
            sums.reserved.extend(state.is_reserved().then(|| row.amounts()));
            sums.pending += usize::from(state == RefundState::Pending);
            if state == RefundState::Done {
                sums.done_principal += i128::from(row.principal);
            }
            sums.commissions += usize::from(row.commission_posting.is_some());
        }
    }
    let all: Vec<(i64, Together)> = together.into_iter().collect();
    for part in all.chunks(CHUNK) {
        check_together(connection, part, report)?;
    }
    Ok(())
}

fn wrong(report: &mut BooksReport, id: i64, why: &'static str) {
    report.fault(BookFault::OutsidePayments { what: REFUND, id, why });
}

/// A refund by itself; its state, if that can be read.
fn check_row(row: &RefundRow, payment: Option<&PaymentRow>, report: &mut BooksReport) -> Option<RefundState> {
    let id = row.id;
    let Some(state) = RefundState::from_code(row.state) else {
        report.unknown(format!("{REFUND} {id}"), "state", row.state);
        return None;
    };
    if RefundReason::from_code(row.reason).is_none() {
        report.unknown(format!("{REFUND} {id}"), "reason", row.reason);
    }
    if row.amounts().total().is_none() {
        wrong(report, id, "it gives back nothing, or a part below zero");
    }
    let decided =
        matches!(state, RefundState::Refused | RefundState::Pending | RefundState::Done | RefundState::Failed);
    if decided != row.decided_by.is_some() {
        wrong(report, id, "its state and who decided it do not fit");
    }
    if row.needs_second != 0 && row.decided_by == Some(row.proposed_by) {
        wrong(report, id, "its proposer decided it, and another person had to");
    }
    match payment {
        None => wrong(report, id, "there is no such payment"),
        Some(payment) => {
            let confirmed = payment.state == PaymentState::Confirmed.code();
            if matches!(state, RefundState::Pending | RefundState::Done) && !confirmed {
                wrong(report, id, "money goes back of a payment that is not confirmed");
            }
        }
    }
    Some(state)
}

/// Rows that must stand beside a page of refunds, or must not.
struct Beside {
    owners: HashSet<i64>,
    owed: HashMap<i64, i64>,
    /// What reversals reverse.
    reverses: HashMap<i64, Option<i64>>,
    /// Commissions, by payment.
    earned: HashMap<i64, i64>,
}

impl Beside {
    fn load(connection: &mut Conn, rows: &[RefundRow]) -> Result<Self, StorageError> {
        let mut found =
            Self { owners: HashSet::new(), owed: HashMap::new(), reverses: HashMap::new(), earned: HashMap::new() };
        for part in rows.chunks(CHUNK) {
            let ids: Vec<i64> = part.iter().map(|row| row.id).collect();
            let tasks: Vec<i64> = outbox::table
                .filter(outbox::payment_id.eq_any(&ids))
                .filter(outbox::kind.eq(TaskKind::Refund.code()))
                .filter(outbox::done_at.is_null())
                .select(outbox::payment_id)
                .load(connection)?;
            let people: Vec<Option<i64>> = incidents::table
                .filter(incidents::payment_id.eq_any(ids.iter().map(|id| Some(*id)).collect::<Vec<_>>()))
                .filter(incidents::closed_at.is_null())
                .select(incidents::payment_id)
                .load(connection)?;
            found.owners.extend(tasks.into_iter().chain(people.into_iter().flatten()));
            let owed: Vec<(i64, i64)> = give_backs::table
                .filter(give_backs::subject_id.eq_any(&ids))
                .select((give_backs::subject_id, give_backs::amount))
                .load(connection)?;
            found.owed.extend(owed);
            let reversals: Vec<i64> =
                part.iter().flat_map(|row| [row.reversed_posting, row.commission_posting]).flatten().collect();
            let reverses: Vec<(i64, Option<i64>)> = postings::table
                .filter(postings::id.eq_any(reversals))
                .select((postings::id, postings::reverses))
                .load(connection)?;
            found.reverses.extend(reverses);
            let of: Vec<Option<i64>> = part.iter().map(|row| Some(row.payment_id)).collect();
            let earned: Vec<(Option<i64>, i64)> = postings::table
                .filter(postings::payment_id.eq_any(of))
                .filter(postings::kind.eq(PostingKind::AgentCommission.code()))
                .select((postings::payment_id, postings::id))
                .load(connection)?;
            found.earned.extend(earned.into_iter().filter_map(|(payment, id)| Some((payment?, id))));
        }
        Ok(found)
    }

    fn check(&self, row: &RefundRow, state: RefundState, payment: Option<&PaymentRow>, report: &mut BooksReport) {
        let id = row.id;
        if state == RefundState::Pending && !self.owners.contains(&id) {
            wrong(report, id, "it is pending, and no task and no incident will end it");
        }
        let funds = payment.and_then(|payment| payment.funds().ok());
        let is_cash = funds.is_some_and(|funds| funds.kind == AccountKind::AgentFloat);
        let expected =
            (is_cash && state == RefundState::Done).then(|| row.amounts().total().map(|total| total.minor())).flatten();
        if self.owed.get(&id).copied() != expected {
            wrong(report, id, "what the outlet is to give back is not what was refunded");
        }
        let linked = |posting: Option<i64>, original: Option<i64>| {
            posting.is_none_or(|posting| self.reverses.get(&posting).is_none_or(|found| *found == original))
        };
        if !linked(row.reversed_posting, row.decided_posting)
            || !linked(row.commission_posting, self.earned.get(&row.payment_id).copied())
        {
            wrong(report, id, "a reversal is not linked to the posting that it reverses");
        }
    }
}

/// Refunds of a payment against what it took.
fn check_together(
    connection: &mut Conn,
    part: &[(i64, Together)],
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let ids: Vec<i64> = part.iter().map(|(payment, _)| *payment).collect();
    let rows: Vec<PaymentRow> =
        payments::table.filter(payments::id.eq_any(&ids)).select(PaymentRow::as_select()).load(connection)?;
    let rows: HashMap<i64, PaymentRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let agents: Vec<AgentPaymentRow> = agent_payments::table
        .filter(agent_payments::payment_id.eq_any(&ids))
        .select(AgentPaymentRow::as_select())
        .load(connection)?;
    let earns: HashSet<i64> = agents
        .into_iter()
        .filter(|agent| agent.commission != 0 || agent.commission_vat != 0)
        .map(|agent| agent.payment_id)
        .collect();
    for (payment, sums) in part {
        let Some(row) = rows.get(payment) else { continue };
        let mut wrong = |why| report.fault(BookFault::RefundsTogether { payment: *payment, why });
        if Refundable::of(&row.amounts(), sums.reserved.iter().copied()).is_none() {
            wrong("are above what it took");
        }
        if sums.pending > 1 {
            wrong("are under way two at a time");
        }
        let whole = sums.done_principal == i128::from(row.principal);
        if sums.commissions != usize::from(whole && earns.contains(payment)) {
            wrong("and its agent's commission do not fit: it is reversed with the whole principal, once");
        }
    }
    Ok(())
}

/// The postings that a refund must have.
fn asked(row: &RefundRow, page: &Page, moment: Moment) -> Result<Vec<Asked>, &'static str> {
    use RefundState as S;
    let Some(payment) = page.payments.get(&row.payment_id) else { return Ok(vec![]) };
    let biller = biller_code(payment.biller).map_err(|_| "its payment's biller is unknown")?;
    let funds = payment.funds().map_err(|_| "its payment's funds cannot be read")?;
    let amounts = row.amounts();
    let made = || manual::refund_decided(biller, &amounts, moment);
    let decided = |posting| (posting, PostingKind::RefundDecided, made());
    let paid = |posting| (posting, PostingKind::RefundPaid, manual::refund_paid(&funds, &amounts, moment));
    let undone = |posting| {
        let kind = PostingKind::RefundReversed;
        (posting, kind, made().and_then(|made| manual::reversed(kind, &made, moment)))
    };
    let mut found = match (S::from_code(row.state), row.decided_posting, row.paid_posting, row.reversed_posting) {
        // Told with the row.
        (None, ..) => vec![],
        (Some(S::Proposed | S::Refused | S::Withdrawn), None, None, None) => vec![],
        (Some(S::Pending), Some(first), None, None) => vec![decided(first)],
        (Some(S::Done), Some(first), Some(last), None) => vec![decided(first), paid(last)],
        (Some(S::Failed), Some(first), None, Some(last)) => vec![decided(first), undone(last)],
        (Some(_), ..) => return Err("its postings are not those of its state"),
    };
    if let Some(posting) = row.commission_posting {
        let agent = page.agents.get(&row.payment_id).ok_or("it reverses a commission that was not earned")?;
        let earned = manual::agent_commission(&agent.network, &agent.commission(), moment);
        let earned = earned.and_then(|earned| earned.ok_or(manual::Unbalanced));
        let kind = PostingKind::CommissionReversed;
        found.push((posting, kind, earned.and_then(|earned| manual::reversed(kind, &earned, moment))));
    }
    Ok(found)
}

pub(super) fn ask(
    connection: &mut Conn,
    moment: Moment,
    ask: &mut impl FnMut(&'static str, i64, Asked),
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let page = Page::load(connection, last)?;
        last = super::page_end(&page.rows, |row| row.id);
        for row in &page.rows {
            match asked(row, &page, moment) {
                Ok(wanted) => wanted.into_iter().for_each(|wanted| ask(REFUND, row.id, wanted)),
                Err(why) => wrong(report, row.id, why),
            }
        }
    }
    Ok(())
}
