//! Payments: each has the postings, the money in transit, the owner and the bills that its state asks for.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use super::bills::Recent as RecentBills;
use super::{Accounts, BookFault, BooksReport, PAGE};
use crate::accounts::{Account, AccountKind};
use crate::agents::payments::AgentPaymentRow;
use crate::bills::{BillClaim, BillKey};
use crate::postings::{self as manual, Moment};
use crate::states::{BillState, IncidentKind, PaymentState, PostingKind, TaskKind};
use crate::storage::rows::{PaymentRow, biller_code};
use crate::storage::schema::{agent_payments, bills, entries, incidents, outbox, payments, postings};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Channel, Instrument, Language};

/// The task that takes an open payment on.
const fn mover(state: PaymentState) -> Option<TaskKind> {
    match state {
        PaymentState::Awaiting => Some(TaskKind::PollAttempt),
        PaymentState::Held => Some(TaskKind::Capture),
        PaymentState::Taken => Some(TaskKind::ConfirmBiller),
        PaymentState::Returning => Some(TaskKind::ReturnMoney),
        PaymentState::Cancelling => Some(TaskKind::CancelBiller),
        PaymentState::Confirmed
        | PaymentState::Declined
        | PaymentState::Expired
        | PaymentState::Returned
        | PaymentState::Cancelled => None,
    }
}

/// The postings that a payment has, in order.
fn events(state: PaymentState, paid: bool, commission: bool) -> Vec<PostingKind> {
    use PostingKind as K;
    let all: &[PostingKind] = match state {
        PaymentState::Awaiting | PaymentState::Held | PaymentState::Declined | PaymentState::Expired => &[],
        PaymentState::Taken => &[K::Taken],
        PaymentState::Confirmed | PaymentState::Cancelling => &[K::Taken, K::Confirmed],
        PaymentState::Cancelled => &[K::Taken, K::Confirmed, K::TakenReversed, K::ConfirmedReversed],
        // Without a capture nothing was booked, and nothing is booked back.
        PaymentState::Returning if paid => &[K::Taken, K::ReturnDecided],
        PaymentState::Returned if paid => &[K::Taken, K::ReturnDecided, K::Returned],
        PaymentState::Returning | PaymentState::Returned => &[],
    };
    let earned: &[PostingKind] = match state {
        PaymentState::Confirmed | PaymentState::Cancelling if commission => &[K::AgentCommission],
        PaymentState::Cancelled if commission => &[K::AgentCommission, K::CommissionReversed],
        _ => &[],
    };
    [all, earned].concat()
}

/// The event that another one reverses.
const fn reversed_by(kind: PostingKind) -> Option<PostingKind> {
    match kind {
        PostingKind::TakenReversed => Some(PostingKind::Taken),
        PostingKind::ConfirmedReversed => Some(PostingKind::Confirmed),
        PostingKind::CommissionReversed => Some(PostingKind::AgentCommission),
        _ => None,
    }
}

/// Who takes care of open payments: undone tasks that can move them, and open incidents.
struct Owners {
    tasks: HashSet<(i64, i16)>,
    incidents: HashSet<i64>,
    /// Those of them that are about a capture: whoever looks at another thing does not end a hold.
    captures: HashSet<i64>,
}

impl Owners {
    fn load(connection: &mut Conn, report: &mut BooksReport) -> Result<Self, StorageError> {
        let movers: Vec<i16> = PaymentState::ALL.iter().filter_map(|s| mover(*s)).map(TaskKind::code).collect();
        let mut owners = Self { tasks: HashSet::new(), incidents: HashSet::new(), captures: HashSet::new() };
        let of_captures = [IncidentKind::UnresolvedCapture, IncidentKind::AmountMismatch].map(IncidentKind::code);
        let mut last = i64::MIN;
        while last < i64::MAX {
            let page: Vec<(i64, i64, i16)> = outbox::table
                .filter(outbox::id.gt(last))
                .filter(outbox::done_at.is_null())
                .filter(outbox::kind.eq_any(&movers))
                .order(outbox::id)
                .limit(PAGE)
                .select((outbox::id, outbox::payment_id, outbox::kind))
                .load(connection)?;
            last = super::page_end(&page, |(id, ..)| *id);
            owners.tasks.extend(page.into_iter().map(|(_, payment, kind)| (payment, kind)));
        }
        last = i64::MIN;
        while last < i64::MAX {
            let page: Vec<(i64, i16, Option<i64>)> = incidents::table
                .filter(incidents::id.gt(last))
                .filter(incidents::closed_at.is_null())
                .order(incidents::id)
                .limit(PAGE)
                .select((incidents::id, incidents::kind, incidents::payment_id))
                .load(connection)?;
            last = super::page_end(&page, |(id, ..)| *id);
            for (_, kind, payment) in page {
                owners.incidents.extend(payment);
                owners.captures.extend(payment.filter(|_| of_captures.contains(&kind)));
            }
        }
        owners.check_kinds(connection, report)?;
        Ok(owners)
    }

    fn check_kinds(&self, connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
        let known: Vec<i16> = TaskKind::ALL.iter().map(|kind| kind.code()).collect();
        let strange: Vec<(i64, i16)> = outbox::table
            .filter(outbox::kind.ne_all(known))
            .order(outbox::id)
            .limit(PAGE)
            .select((outbox::id, outbox::kind))
            .load(connection)?;
        strange.into_iter().for_each(|(id, kind)| report.unknown(format!("task {id}"), "kind", kind));
        let known: Vec<i16> = IncidentKind::ALL.iter().map(|kind| kind.code()).collect();
        let strange: Vec<(i64, i16)> = incidents::table
            .filter(incidents::kind.ne_all(known))
            .order(incidents::id)
            .limit(PAGE)
            .select((incidents::id, incidents::kind))
            .load(connection)?;
        strange.into_iter().for_each(|(id, kind)| report.unknown(format!("incident {id}"), "kind", kind));
        Ok(())
    }

    fn has(&self, payment: i64, state: PaymentState) -> bool {
        let called = if state == PaymentState::Held { &self.captures } else { &self.incidents };
        called.contains(&payment) || mover(state).is_some_and(|kind| self.tasks.contains(&(payment, kind.code())))
    }
}

/// The postings of one payment, and what they leave in the two accounts that must come back to zero.
#[derive(Default)]
struct Booked {
    /// Number, kind and the posting it reverses.
    postings: Vec<(i64, i16, Option<i64>)>,
    in_transit: i128,
    refunds: i128,
}

/// A page of postings and entries: those of payments with a number in a range.
struct Page {
    payments: BTreeMap<i64, Booked>,
    /// Account and amount, by posting.
    entries: HashMap<i64, Vec<(i64, i64)>>,
    /// What is kept of those that were taken at counters.
    agents: HashMap<i64, AgentPaymentRow>,
}

impl Page {
    fn load(connection: &mut Conn, accounts: &Accounts, after: i64, end: i64) -> Result<Self, StorageError> {
        let heads: Vec<(i64, i16, Option<i64>, Option<i64>)> = postings::table
            .filter(postings::payment_id.gt(after))
            .filter(postings::payment_id.le(end))
            .order((postings::payment_id, postings::id))
            .select((postings::id, postings::kind, postings::payment_id, postings::reverses))
            .load(connection)?;
        let agents: Vec<AgentPaymentRow> = agent_payments::table
            .filter(agent_payments::payment_id.gt(after))
            .filter(agent_payments::payment_id.le(end))
            .select(AgentPaymentRow::as_select())
            .load(connection)?;
        let lines: Vec<(Option<i64>, i64, i64, i64)> = entries::table
            .inner_join(postings::table.on(postings::id.eq(entries::posting_id)))
            .filter(postings::payment_id.gt(after))
            .filter(postings::payment_id.le(end))
            .select((postings::payment_id, entries::posting_id, entries::account_id, entries::amount))
            .load(connection)?;
        let agents = agents.into_iter().map(|row| (row.payment_id, row)).collect();
        let mut page = Self { payments: BTreeMap::new(), entries: HashMap::with_capacity(heads.len()), agents };
        for (id, kind, payment, reverses) in heads {
            let payment = payment.unwrap_or_default();
            page.payments.entry(payment).or_default().postings.push((id, kind, reverses));
        }
        for (payment, posting, account, amount) in lines {
            page.entries.entry(posting).or_default().push((account, amount));
            let booked = page.payments.entry(payment.unwrap_or_default()).or_default();
            match accounts.account(account).map(|account| account.kind) {
                Some(AccountKind::InTransit) => booked.in_transit += i128::from(amount),
                Some(AccountKind::RefundsPayable) => booked.refunds += i128::from(amount),
                _ => {}
            }
        }
        Ok(page)
    }
}

pub(super) fn check(
    connection: &mut Conn,
    accounts: &Accounts,
    recent: &RecentBills,
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let owners = Owners::load(connection, report)?;
    let mut last = i64::MIN;
    while last < i64::MAX {
        let rows: Vec<PaymentRow> = payments::table
            .filter(payments::id.gt(last))
            .order(payments::id)
            .limit(PAGE)
            .select(PaymentRow::as_select())
            .load(connection)?;
        let end = super::page_end(&rows, |row| row.id);
        let mut page = Page::load(connection, accounts, last, end)?;
        let mut held = vec![];
        for row in &rows {
            report.payments += 1;
            let booked = page.payments.remove(&row.id).unwrap_or_default();
            check_words(row, report);
            let Some(state) = PaymentState::from_code(row.state) else { continue };
            check_money(row, state, &booked, report);
            check_postings(row, state, &booked, &page, accounts, report);
            let proven = matches!(state, PaymentState::Confirmed | PaymentState::Cancelling | PaymentState::Cancelled);
            if proven && row.receipt_number.as_ref().is_none_or(String::is_empty) {
                report.fault(BookFault::NoReceiptNumber { payment: row.id });
            }
            if state.is_open() && !owners.has(row.id, state) {
                report.fault(BookFault::NoOwner { payment: row.id, state });
            }
            if matches!(state, PaymentState::Awaiting | PaymentState::Held | PaymentState::Taken) {
                held.extend(row.claims().unwrap_or_default().into_iter().map(|claim| (row.id, state, claim)));
            }
        }
        for (payment, booked) in &page.payments {
            for (posting, ..) in &booked.postings {
                report.fault(BookFault::PostingWithoutPayment { posting: *posting, payment: *payment });
            }
        }
        for claims in held.chunks(500) {
            check_held(connection, recent, claims, report)?;
        }
        last = end;
    }
    Ok(())
}

/// Every column that must be one of a few words.
fn check_words(row: &PaymentRow, report: &mut BooksReport) {
    let codes = [
        ("state", row.state, PaymentState::from_code(row.state).is_some()),
        ("channel", row.channel, Channel::from_code(row.channel).is_some()),
        ("instrument", row.instrument, Instrument::from_code(row.instrument).is_some()),
        ("language", row.language, Language::from_code(row.language).is_some()),
    ];
    for (what, code, _) in codes.into_iter().filter(|(.., known)| !known) {
        report.unknown(format!("payment {}", row.id), what, code);
    }
    let unreadable = [
        ("biller", biller_code(row.biller).is_err()),
        ("bills", row.claims().is_err()),
        ("funds", row.funds().is_err()),
    ];
    for (what, _) in unreadable.into_iter().filter(|(_, unreadable)| *unreadable) {
        report.fault(BookFault::Unreadable { payment: row.id, what });
    }
}

/// Amounts, the time of payment, and the two accounts that must come back to zero.
fn check_money(row: &PaymentRow, state: PaymentState, booked: &Booked, report: &mut BooksReport) {
    let (payment, paid) = (row.id, row.paid_at.is_some());
    let paid_fits = match state {
        PaymentState::Taken | PaymentState::Confirmed | PaymentState::Cancelling | PaymentState::Cancelled => paid,
        PaymentState::Awaiting | PaymentState::Held | PaymentState::Declined | PaymentState::Expired => !paid,
        PaymentState::Returning | PaymentState::Returned => true,
    };
    if !paid_fits {
        report.fault(BookFault::PaidAt { payment, state, paid });
    }
    let Some(total) = row.amounts().total().map(|total| i128::from(total.minor())) else {
        report.fault(BookFault::Amounts { payment });
        return;
    };
    let expected = if state == PaymentState::Taken { -total } else { 0 };
    if booked.in_transit != expected {
        report.fault(BookFault::InTransit { payment, state, found: booked.in_transit, expected });
    }
    let taken = booked.postings.iter().any(|(_, kind, _)| *kind == PostingKind::Taken.code());
    let expected = if state == PaymentState::Returning && taken { -total } else { 0 };
    if booked.refunds != expected {
        report.fault(BookFault::RefundsPayable { payment, state, found: booked.refunds, expected });
    }
}

/// The events that the state tells of were booked, no others, and each as the manual says.
fn check_postings(
    row: &PaymentRow,
    state: PaymentState,
    booked: &Booked,
    page: &Page,
    accounts: &Accounts,
    report: &mut BooksReport,
) {
    let payment = row.id;
    let agent = page.agents.get(&payment);
    let commission = agent.is_some_and(|agent| agent.commission != 0 || agent.commission_vat != 0);
    let mut missing = events(state, row.paid_at.is_some(), commission);
    for (posting, code, reverses) in &booked.postings {
        let posting = *posting;
        // An unknown kind was told with the postings.
        let Some(kind) = PostingKind::from_code(*code) else { continue };
        match missing.iter().position(|event| *event == kind) {
            Some(at) => drop(missing.remove(at)),
            None => report.fault(BookFault::PostingUnexpected { payment, state, posting, kind }),
        }
        let is_original = |(id, code, _): &&(i64, i16, Option<i64>)| {
            Some(*id) == *reverses && reversed_by(kind).is_some_and(|of| of.code() == *code)
        };
        let linked = if reversed_by(kind).is_some() {
            booked.postings.iter().find(is_original).is_some()
        } else {
            reverses.is_none()
        };
        if !linked {
            report.fault(BookFault::Reversal { payment, posting, kind });
        }
        let Some(expected) = by_the_manual(row, agent, kind) else { continue };
        let lines = page.entries.get(&posting).map(Vec::as_slice).unwrap_or_default();
        let total = debits(expected.iter().map(|(_, amount)| *amount));
        let found = debits(lines.iter().map(|(_, amount)| *amount));
        let mut lines: Vec<(Option<&Account>, i64)> =
            lines.iter().map(|(account, amount)| (accounts.account(*account), *amount)).collect();
        lines.sort_unstable();
        if found != total {
            report.fault(BookFault::PostingAmount { payment, posting, kind, booked: found, total });
        } else if !lines.into_iter().eq(expected.iter().map(|(account, amount)| (Some(account), *amount))) {
            report.fault(BookFault::PostingAccounts { payment, posting, kind });
        }
    }
    for kind in missing {
        report.fault(BookFault::PostingMissing { payment, state, kind });
    }
}

fn debits(amounts: impl Iterator<Item = i64>) -> i128 {
    amounts.filter(|amount| *amount > 0).map(i128::from).sum()
}

/// What an event of this payment books, in the order of accounts; `None` where its columns were told to be wrong.
fn by_the_manual(row: &PaymentRow, agent: Option<&AgentPaymentRow>, kind: PostingKind) -> Option<Vec<(Account, i64)>> {
    // When it was booked plays no part.
    let (amounts, moment) = (row.amounts(), Moment { at: row.created_at.and_utc(), day: row.created_at.date() });
    let posting = match kind {
        PostingKind::AgentCommission => {
            let agent = agent?;
            manual::agent_commission(&agent.network, &agent.commission(), moment).transpose()?
        }
        PostingKind::TakenReversed | PostingKind::ConfirmedReversed | PostingKind::CommissionReversed => {
            let mut entries = by_the_manual(row, agent, reversed_by(kind)?)?;
            entries.iter_mut().for_each(|(_, amount)| *amount = amount.saturating_neg());
            return Some(entries);
        }
        // Not of payments: told as such.
        PostingKind::FloatToppedUp
        | PostingKind::FloatWithdrawn
        | PostingKind::LateCash
        | PostingKind::LateCashReleased
        | PostingKind::BillerCommission
        | PostingKind::TransferOrdered
        | PostingKind::TransferPaid
        | PostingKind::TransferRejected
        | PostingKind::TransferReturned
        | PostingKind::GatewayPayout
        | PostingKind::BankCharges
        | PostingKind::UnidentifiedMoney
        | PostingKind::CommissionPaid
        | PostingKind::DifferenceWrittenOff
        | PostingKind::RefundDecided
        | PostingKind::RefundPaid
        | PostingKind::RefundReversed => return None,
        PostingKind::Taken => manual::taken(&row.funds().ok()?, &amounts, moment),
        PostingKind::Confirmed => manual::confirmed(biller_code(row.biller).ok()?, &amounts, moment),
        PostingKind::ReturnDecided => manual::return_decided(&amounts, moment),
        PostingKind::Returned => manual::returned(&row.funds().ok()?, &amounts, moment),
    };
    let mut entries: Vec<_> =
        posting.ok()?.entries().iter().map(|entry| (entry.account.clone(), entry.amount)).collect();
    entries.sort_unstable();
    Some(entries)
}

/// What an open payment claims is in flight under it: no second payment can start.
fn check_held(
    connection: &mut Conn,
    recent: &RecentBills,
    claims: &[(i64, PaymentState, BillClaim)],
    report: &mut BooksReport,
) -> Result<(), StorageError> {
    let keys: Vec<&[u8]> = claims.iter().map(|(.., claim)| claim.key.0.as_slice()).collect();
    let rows: Vec<(Vec<u8>, i64)> = bills::table
        .filter(bills::key.eq_any(keys))
        .filter(bills::state.eq(BillState::InFlight.code()))
        .select((bills::key, bills::payment_id))
        .load(connection)?;
    let in_flight: HashMap<BillKey, i64> =
        rows.into_iter().filter_map(|(key, payment)| Some((BillKey(key.try_into().ok()?), payment))).collect();
    for (payment, state, claim) in claims {
        let holder = match recent.get(&claim.key.0) {
            Some((state, holder)) => (state == BillState::InFlight.code()).then_some(holder),
            None => in_flight.get(&claim.key).copied(),
        };
        if holder != Some(*payment) {
            report.fault(BookFault::BillNotHeld { payment: *payment, state: *state, bill: claim.key });
        }
    }
    Ok(())
}
