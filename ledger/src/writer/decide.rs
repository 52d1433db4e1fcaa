//! The rules: what each command does, folded over the view in memory. Nothing here writes.

use chrono::{DateTime, TimeDelta, Utc};

use super::agents;
use super::commands::{Advance, AdvanceOutcome, Funds, Hold, PayOutcome, Step};
use super::ids::Ids;
use super::plan::{NewTask, NewTrace, Plan};
use super::queue::SealedPay;
use super::view::{BillView, View};
use super::windows;
use crate::accounts::AccountKind;
use crate::bills::{BillClaim, encode};
use crate::guard::GuardSubject;
use crate::postings::{self, Posting, Unbalanced};
use crate::references::Reference;
use crate::states::{BillState, PaymentState, PostingKind, TaskKind};
use crate::storage::StorageError;
use crate::storage::rows::PaymentRow;

/// How long after its answer the hub checks that the gateway captured: callbacks are answered within seconds.
const VERIFY_CAPTURE_AFTER: TimeDelta = TimeDelta::seconds(60);

impl From<Unbalanced> for StorageError {
    /// Amounts are checked before they reach the ledger; a row that does not balance was damaged.
    fn from(error: Unbalanced) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What stands in the way of a claim.
enum Obstacle {
    BeingPaid(i64),
    Paid,
}

/// Whether a payment may have these bills: free, and not paid since they were quoted. Its own claims do not count.
fn obstacle(view: &View, claims: &[BillClaim]) -> Option<Obstacle> {
    claims.iter().find_map(|claim| match view.bills.get(&claim.key) {
        None if claim.generation == 0 => None,
        None => Some(Obstacle::Paid),
        Some(bill) => match bill.state {
            BillState::InFlight => Some(Obstacle::BeingPaid(bill.payment)),
            BillState::Paid => Some(Obstacle::Paid),
            BillState::Open if bill.generation == claim.generation => None,
            BillState::Open => Some(Obstacle::Paid),
        },
    })
}

fn set_bills(
    view: &mut View,
    plan: &mut Plan,
    row: &PaymentRow,
    claims: &[BillClaim],
    new: impl Fn(&BillClaim) -> (BillState, i32),
) {
    for claim in claims {
        let (state, generation) = new(claim);
        let bill = BillView { state, payment: row.id, generation };
        plan.set_bill(claim.key, row.biller, view.bills.insert(claim.key, bill), bill);
    }
}

/// Starts a payment, or says why not.
pub(super) fn pay(
    view: &mut View,
    plan: &mut Plan,
    ids: &mut Ids,
    pay: &SealedPay,
) -> Result<PayOutcome, StorageError> {
    if let Some((input, payment)) = view.keys.get(&pay.key.key) {
        if *input != pay.key.input {
            return Ok(PayOutcome::KeyConflict);
        }
        let row = view.payments.get(payment);
        let row = row.ok_or_else(|| StorageError::Damaged(format!("a key leads to no payment {payment}")))?;
        return Ok(PayOutcome::Replayed(Reference::of(row.id, row.secret)));
    }
    if pay.only_replay {
        return Ok(PayOutcome::NotStarted);
    }
    if let Some(objection) = agents::objection(view, pay) {
        return Ok(objection);
    }
    match obstacle(view, &pay.bills) {
        Some(Obstacle::BeingPaid(by)) => return Ok(PayOutcome::BeingPaid(by)),
        Some(Obstacle::Paid) => return Ok(PayOutcome::AlreadyPaid),
        None => {}
    }
    let total = pay.amounts.total().ok_or(Unbalanced)?.minor();
    let now = pay.moment.at.naive_utc();
    let (state, account, in_hand) = match &pay.funds {
        Funds::Awaited { account, .. } => (PaymentState::Awaiting, account, false),
        Funds::InHand(account) => (PaymentState::Taken, account, true),
    };
    // The ceiling is zero: a float is the hub's debt (negative) and is used up at zero.
    if in_hand
        && let Some(balance) = view.guarded.get(account)
        && balance.checked_add(total).is_none_or(|after| after > 0)
    {
        return Ok(PayOutcome::InsufficientFunds);
    }
    let row = PaymentRow {
        id: ids.next()?,
        secret: Reference::fresh_secret(),
        quote_id: pay.quote,
        biller: i32::from(pay.biller),
        channel: pay.channel.code(),
        instrument: pay.instrument.code(),
        language: pay.language.code(),
        state: state.code(),
        principal: pay.amounts.principal.minor(),
        fee: pay.amounts.fee.minor(),
        vat: pay.amounts.vat.minor(),
        duty: pay.amounts.duty.minor(),
        bills: encode(&pay.bills),
        phone: pay.payer.phone.clone(),
        email: pay.payer.email.clone(),
        funds: account.to_string(),
        authorisation: String::new(),
        card_mask: String::new(),
        gateway_reference: String::new(),
        created_at: now,
        state_since: now,
        paid_at: in_hand.then_some(now),
        receipt_number: None,
        receipt_date: None,
    };
    set_bills(view, plan, &row, &pay.bills, |claim| (BillState::InFlight, claim.generation));
    match &pay.funds {
        Funds::Awaited { poll_at, .. } => plan.add_task(ids, row.id, TaskKind::PollAttempt, *poll_at, pay.moment.at)?,
        Funds::InHand(account) => {
            agents::pay(view, plan, row.id, account, pay);
            plan.post(view, ids, row.id, postings::taken(account, &pay.amounts, pay.moment)?)?;
            plan.add_task(ids, row.id, TaskKind::ConfirmBiller, pay.moment.at, pay.moment.at)?;
        }
    }
    if let Some(trace) = pay.payer.address {
        plan.traces.push(NewTrace { trace, at: now, payment: row.id, subject: GuardSubject::Address });
    }
    plan.keys.push((pay.key, row.id, now));
    view.keys.insert(pay.key.key, (pay.key.input, row.id));
    let reference = Reference::of(row.id, row.secret);
    view.payments.insert(row.id, row.clone());
    plan.new_payments.push(row);
    Ok(PayOutcome::Started(reference))
}

/// What a step does besides the state it leads to.
#[derive(Default)]
struct Effects {
    postings: Vec<Posting>,
    /// Of a confirmation.
    window: Option<i64>,
    tasks: Vec<(TaskKind, DateTime<Utc>)>,
}

/// Takes a payment one step on, or says why not. The task that led here is done with it, also where the step is refused:
/// it will not become possible by being tried again. It stays with another amount, which is a person's to settle: until
/// then the payment must not lose its owner.
pub(super) fn advance(
    view: &mut View,
    plan: &mut Plan,
    ids: &mut Ids,
    advance: &Advance,
) -> Result<AdvanceOutcome, StorageError> {
    let Some(mut row) = view.payments.get(&advance.payment).cloned() else {
        return Ok(AdvanceOutcome::NoSuchPayment);
    };
    let from = row.state()?;
    let claims = row.claims()?;
    if let Step::Accept { amount, .. } = &advance.step
        && Some(*amount) != row.amounts().total()
    {
        return Ok(AdvanceOutcome::WrongAmount);
    }
    if let Step::Cancel { .. } = &advance.step
        && let Err(refused) = agents::may_cancel(view, &row, from)
    {
        return Ok(refused);
    }
    if let Some(task) = advance.task {
        plan.done_tasks.push((task, advance.moment.at.naive_utc()));
    }
    let mut effects = Effects::default();
    let mut since = advance.moment.at.naive_utc();
    use PaymentState as P;
    let to = match (&advance.step, from) {
        (Step::Accept { hold, .. }, P::Awaiting | P::Declined | P::Expired) => {
            accept(view, plan, advance, &mut row, from, &claims, *hold, &mut effects)?
        }
        // What was only held when its return was decided turns out to be captured: booked in and out.
        (Step::Accept { hold: Hold::Captured, .. }, P::Returning) if row.paid_at.is_none() => {
            captured_to_return(advance, &mut row, &mut effects)?;
            P::Returning
        }
        (Step::Captured | Step::Accept { hold: Hold::Captured, .. }, P::Held) => {
            taken(advance, &mut row, &mut effects)?;
            P::Taken
        }
        (Step::Confirm { receipt_number, receipt_date, cut_off }, P::Taken) => {
            effects.window = Some(windows::place(view, plan, ids, row.biller, *cut_off, advance.moment)?);
            row.receipt_number = Some(receipt_number.clone());
            row.receipt_date = *receipt_date;
            let biller = crate::storage::rows::biller_code(row.biller)?;
            effects.postings.push(postings::confirmed(biller, &row.amounts(), advance.moment)?);
            effects.postings.extend(agents::commission(view, &row, advance.moment)?);
            messages(&row, TaskKind::SmsConfirmed, TaskKind::MailConfirmed, advance, &mut effects);
            set_bills(view, plan, &row, &claims, |claim| {
                let state = if claim.settles { BillState::Paid } else { BillState::Open };
                (state, claim.generation.wrapping_add(1))
            });
            P::Confirmed
        }
        (Step::Decline, P::Awaiting) | (Step::Expire, P::Awaiting) => {
            set_bills(view, plan, &row, &claims, |claim| (BillState::Open, claim.generation));
            if advance.step == Step::Decline { P::Declined } else { P::Expired }
        }
        // Cash never left the outlet: with its float the money is back, and the outlet gives the cash back.
        (Step::Return, P::Taken) if row.funds()?.kind == AccountKind::AgentFloat => {
            effects.postings.push(postings::return_decided(&row.amounts(), advance.moment)?);
            effects.postings.push(postings::returned(&row.funds()?, &row.amounts(), advance.moment)?);
            agents::owe(view, plan, &row, advance.moment)?;
            gone_back(view, plan, &row, &claims, advance, &mut effects);
            P::Returned
        }
        (Step::Return, P::Taken) => {
            effects.postings.push(postings::return_decided(&row.amounts(), advance.moment)?);
            give_back(&row, advance, &mut effects);
            P::Returning
        }
        (Step::Return | Step::LetGo, P::Held) => {
            give_back(&row, advance, &mut effects);
            P::Returning
        }
        (Step::Returned, P::Returning) => {
            // Without a capture nothing was booked, and there is nothing to book back.
            if row.paid_at.is_some() {
                effects.postings.push(postings::returned(&row.funds()?, &row.amounts(), advance.moment)?);
            }
            gone_back(view, plan, &row, &claims, advance, &mut effects);
            P::Returned
        }
        (Step::Cancel { reason, actor }, P::Confirmed) => {
            agents::ask(view, plan, &row, reason, actor, advance.moment);
            effects.tasks.push((TaskKind::CancelBiller, advance.moment.at));
            P::Cancelling
        }
        (Step::Cancelled { cut_off }, P::Cancelling) => {
            let window = windows::place(view, plan, ids, row.biller, *cut_off, advance.moment)?;
            agents::reverse(view, plan, ids, &row, window, advance.moment)?;
            agents::cash_back(view, plan, ids, &row, advance.moment)?;
            effects.tasks.extend(row.phone.as_ref().map(|_| (TaskKind::SmsCancelled, advance.moment.at)));
            reopen(view, plan, &row, &claims);
            P::Cancelled
        }
        (Step::CancelRefused { refusal }, P::Cancelling) => {
            since = agents::stands(view, plan, &row, refusal).unwrap_or(since);
            P::Confirmed
        }
        (step, state) => return Ok(repeated(step, state)),
    };
    for posting in effects.postings {
        let kind = posting.kind();
        let id = plan.post(view, ids, row.id, posting)?;
        if let (PostingKind::Confirmed, Some(window)) = (kind, effects.window) {
            plan.windows.of.insert(id, window);
        }
    }
    for (kind, due_at) in effects.tasks {
        plan.add_task(ids, row.id, kind, due_at, advance.moment.at)?;
    }
    row.state = to.code();
    row.state_since = since;
    plan.change_payment(from, row.clone());
    view.payments.insert(row.id, row);
    Ok(AdvanceOutcome::Moved { from, to })
}

/// A step that does not apply: taken before, or not possible.
fn repeated(step: &Step, state: PaymentState) -> AdvanceOutcome {
    use PaymentState as P;
    let taken_before = match step {
        Step::Accept { .. } => true,
        Step::Captured => matches!(state, P::Taken | P::Confirmed | P::Returning | P::Returned),
        Step::Confirm { .. } => matches!(state, P::Confirmed | P::Cancelling | P::Cancelled),
        Step::Decline => state == P::Declined,
        Step::Expire => matches!(state, P::Expired | P::Declined),
        Step::Return | Step::LetGo => matches!(state, P::Returning | P::Returned),
        Step::Returned => state == P::Returned,
        Step::Cancel { .. } => matches!(state, P::Cancelling | P::Cancelled),
        Step::Cancelled { .. } => state == P::Cancelled,
        Step::CancelRefused { .. } => state == P::Confirmed,
    };
    if taken_before { AdvanceOutcome::Unchanged(state) } else { AdvanceOutcome::Refused(state) }
}

/// The gateway accepted: the bill is this payment's if it still can be, else the money goes back.
#[expect(clippy::too_many_arguments, reason = "one arm of `advance`, which would not be read in one screen with it")]
fn accept(
    view: &mut View,
    plan: &mut Plan,
    advance: &Advance,
    row: &mut PaymentRow,
    from: PaymentState,
    claims: &[BillClaim],
    hold: Hold,
    effects: &mut Effects,
) -> Result<PaymentState, StorageError> {
    if let Step::Accept { authorisation, card_mask, gateway_reference, .. } = &advance.step {
        row.authorisation.clone_from(authorisation);
        row.card_mask.clone_from(card_mask);
        row.gateway_reference.clone_from(gateway_reference);
    }
    // Its bills stay its own until the money is back.
    if matches!(advance.step, Step::Accept { is_refused: true, .. }) {
        if hold == Hold::Captured {
            captured_to_return(advance, row, effects)?;
        }
        give_back(row, advance, effects);
        return Ok(PaymentState::Returning);
    }
    // While awaiting, the bills are this payment's own; after a refusal or an expiry they were set free.
    if from != PaymentState::Awaiting {
        if obstacle(view, claims).is_some() {
            if hold == Hold::Captured {
                captured_to_return(advance, row, effects)?;
            }
            give_back(row, advance, effects);
            return Ok(PaymentState::Returning);
        }
        set_bills(view, plan, row, claims, |claim| (BillState::InFlight, claim.generation));
    }
    let now = advance.moment.at;
    if let Step::Accept { counted: Some(trace), .. } = &advance.step {
        let (trace, at) = (*trace, now.naive_utc());
        plan.traces.push(NewTrace { trace, at, payment: row.id, subject: GuardSubject::Card });
    }
    match hold {
        Hold::Held => {
            effects.tasks.push((TaskKind::Capture, now));
            return Ok(PaymentState::Held);
        }
        Hold::CaptureAsked => effects.tasks.push((TaskKind::VerifyCapture, now + VERIFY_CAPTURE_AFTER)),
        Hold::Captured => {}
    }
    taken(advance, row, effects)?;
    Ok(PaymentState::Taken)
}

/// Money that came in and cannot stay.
fn captured_to_return(advance: &Advance, row: &mut PaymentRow, effects: &mut Effects) -> Result<(), StorageError> {
    row.paid_at = Some(advance.moment.at.naive_utc());
    effects.postings.push(postings::taken(&row.funds()?, &row.amounts(), advance.moment)?);
    effects.postings.push(postings::return_decided(&row.amounts(), advance.moment)?);
    Ok(())
}

fn taken(advance: &Advance, row: &mut PaymentRow, effects: &mut Effects) -> Result<(), StorageError> {
    row.paid_at = Some(advance.moment.at.naive_utc());
    effects.postings.push(postings::taken(&row.funds()?, &row.amounts(), advance.moment)?);
    effects.tasks.push((TaskKind::ConfirmBiller, advance.moment.at));
    Ok(())
}

/// The money is back: free what the payment still holds. The biller's refusal may mean paid elsewhere: old quotes are
/// void.
fn gone_back(
    view: &mut View,
    plan: &mut Plan,
    row: &PaymentRow,
    claims: &[BillClaim],
    advance: &Advance,
    effects: &mut Effects,
) {
    messages(row, TaskKind::SmsReturned, TaskKind::MailReturned, advance, effects);
    let held = own(view, row, claims, BillState::InFlight);
    set_bills(view, plan, row, &held, |claim| (BillState::Open, claim.generation.wrapping_add(1)));
}

/// A cancelled payment's bills can be paid again, by a new quote. One that it paid a part of may be another's by now.
fn reopen(view: &mut View, plan: &mut Plan, row: &PaymentRow, claims: &[BillClaim]) {
    let paid = [BillState::Paid, BillState::Open].map(|state| own(view, row, claims, state)).concat();
    set_bills(view, plan, row, &paid, |claim| (BillState::Open, claim.generation.wrapping_add(2)));
}

/// Those of a payment's bills that it was the last to change, and that are in a state.
fn own(view: &View, row: &PaymentRow, claims: &[BillClaim], state: BillState) -> Vec<BillClaim> {
    let is_own = |claim: &&BillClaim| {
        view.bills.get(&claim.key).is_some_and(|bill| bill.payment == row.id && bill.state == state)
    };
    claims.iter().filter(is_own).copied().collect()
}

fn give_back(row: &PaymentRow, advance: &Advance, effects: &mut Effects) {
    effects.tasks.push((TaskKind::ReturnMoney, advance.moment.at));
    messages(row, TaskKind::SmsReturning, TaskKind::MailReturning, advance, effects);
}

fn messages(row: &PaymentRow, sms: TaskKind, mail: TaskKind, advance: &Advance, effects: &mut Effects) {
    effects.tasks.extend(row.phone.as_ref().map(|_| (sms, advance.moment.at)));
    effects.tasks.extend(row.email.as_ref().map(|_| (mail, advance.moment.at)));
}

impl Plan {
    fn add_task(
        &mut self,
        ids: &mut Ids,
        payment: i64,
        kind: TaskKind,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let (due_at, created_at) = (due_at.naive_utc(), now.naive_utc());
        self.tasks.push(NewTask { id: ids.next()?, kind, payment, due_at, created_at });
        Ok(())
    }

    /// Books, and lets the rest of the batch see what it leaves in a float: also what is given back to it. The posting's
    /// number.
    pub(super) fn post(
        &mut self,
        view: &mut View,
        ids: &mut Ids,
        payment: i64,
        posting: Posting,
    ) -> Result<i64, StorageError> {
        for entry in posting.entries() {
            if let Some(balance) = view.guarded.get_mut(&entry.account) {
                *balance = balance.checked_add(entry.amount).ok_or(Unbalanced)?;
            }
        }
        let id = ids.next()?;
        view.agents.note_posting(payment, id, &posting);
        self.postings.push((id, payment, posting));
        Ok(id)
    }
}
