//! The register of payments, as data: what is looked for, what is found, and the whole story of one.

use biller_adapters::Article;
use chrono::{NaiveDateTime, TimeDelta};
use ledger::{
    AgentPayment, BookedPosting, Break, Cancellation, Channel, Dispute, DisputeAction, DisputeEvent, HoldAct,
    HoldDecision, Instrument, KeptExchange, Money, OutcomeProposal, OutcomeState, OutcomeSubject, OutcomeVerdict,
    Payment, PaymentLink, PaymentNote, PaymentState, PostingKind, Refund, RefundState, StoredIncident, StoredTask,
    TaskKind,
};

pub use ledger::{FilterKept, PaymentQuery, PaymentsPage};

/// Longest note to a payment, in characters.
pub const NOTE_CHARS_MAX: usize = 500;
/// Longest name of a saved filter, in characters.
pub const FILTER_NAME_CHARS_MAX: usize = 40;
/// Shortest time between two receipts by the same means that members of staff ask for.
const RESEND_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// Payments of a page.
pub const PAGE: usize = 50;

/// What somebody looks for. A contract is the customer's identifier at a biller, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What the ledger can tell by itself.
    pub query: PaymentQuery,
    /// The customer's identifier at the biller of the query.
    pub contract: Option<String>,
}

/// A payment with everything that happened to it.
#[derive(Debug, Clone)]
pub struct Story {
    /// The payment.
    pub payment: Payment,
    /// The receivable type.
    pub receivable_type: String,
    /// The customer's identifier, masked.
    pub contract_masked: String,
    /// The lines it pays.
    pub articles: Vec<Article>,
    /// The counter at which it was taken.
    pub agent: Option<AgentPayment>,
    /// The request to cancel it.
    pub cancellation: Option<Cancellation>,
    /// The links that were sent for its quote.
    pub links: Vec<PaymentLink>,
    /// The digits of the reference that it used up.
    pub cash_reference: Option<String>,
    /// What was booked.
    pub postings: Vec<BookedPosting>,
    /// What left the hub for it, or is to.
    pub tasks: Vec<StoredTask>,
    /// When a person was called.
    pub incidents: Vec<StoredIncident>,
    /// What members of staff wrote.
    pub notes: Vec<PaymentNote>,
    /// Other payments of the same customer, with whether one is for a bill of this one.
    pub related: Vec<(Payment, bool)>,
    /// What of it goes back or went back.
    pub refunds: Vec<Refund>,
    /// What people said became of it or of its refunds, where nobody else did, in order.
    pub outcomes: Vec<OutcomeProposal>,
    /// What people decided about what the gateway holds of it.
    pub hold: Option<HoldDecision>,
    /// What was complained of about it, with what was done.
    pub disputes: Vec<(Dispute, Vec<DisputeEvent>)>,
    /// What reconciliation found.
    pub breaks: Vec<Break>,
    /// What was said to the biller and the gateway and heard from them, of the payment and of its refunds.
    pub exchanges: Vec<KeptExchange>,
}

/// How a receipt is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptBy {
    /// To the payer's phone.
    Sms,
    /// To the payer's mail address.
    Mail,
}

impl ReceiptBy {
    /// The task that sends it.
    pub(crate) fn task(self) -> TaskKind {
        match self {
            Self::Sms => TaskKind::SmsConfirmed,
            Self::Mail => TaskKind::MailConfirmed,
        }
    }
}

/// Who or what took a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The payer.
    Payer,
    /// The card gateway.
    Gateway,
    /// The biller.
    Biller,
    /// An outlet's agent, by name.
    Agent(String),
    /// A member of staff, by name.
    Member(String),
    /// The hub by itself.
    Hub,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStep {
    /// It was proposed.
    Proposed,
    /// A second person agreed.
    Approved,
    /// One person decided, below the threshold.
    DecidedAlone,
    /// A second person said no.
    Refused,
    /// Its proposer took it back.
    Withdrawn,
    /// The gateway was asked for it.
    Asked,
    /// The gateway did not give it back.
    Failed,
}

/// What people did about a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldStep {
    /// They had it captured.
    Capture,
    /// The gateway did not capture it.
    Refused,
    /// They let it go.
    LetGo,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The payment was started.
    Started,
    /// A link was made for it.
    LinkMade,
    /// Something was booked.
    Booked(PostingKind),
    /// A task was tried and is to be tried again.
    Waits(TaskKind),
    /// A task was done.
    Done(TaskKind),
    /// An outlet asked for its cancellation.
    CancellationAsked,
    /// A step of a refund: its number, and what the payer gets by it.
    Refund(i64, RefundStep, Money),
    /// Where people's word on something unknown came to stand: the number of the payment or refund, and the word.
    Outcome(i64, OutcomeState, OutcomeSubject, OutcomeVerdict),
    /// What people decided about a hold, and of how much.
    Hold(HoldStep, Money),
    /// Something was done about a dispute: its number, and what.
    Dispute(i64, DisputeAction),
    /// A person was called.
    Called,
    /// What a person was called for is over.
    CallOver,
    /// It came into its state, where nothing else tells of it.
    CameTo(PaymentState),
}

/// A step of a payment's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When (UTC).
    pub at: NaiveDateTime,
    /// What.
    pub kind: StepKind,
    /// By whom.
    pub by: By,
    /// What was said, in the hub's own words.
    pub said: String,
    /// How often it was tried, for a task.
    pub tries: Option<i32>,
}

impl Story {
    /// What the payer paid.
    pub fn total(&self) -> Option<Money> {
        self.payment.amounts.total()
    }

    /// Every step, in order.
    pub fn steps(&self) -> Vec<Step> {
        let payment = &self.payment;
        let step = |at, kind, by| Step { at, kind, by, said: String::new(), tries: None };
        let started_by = match &self.agent {
            Some(agent) => By::Agent(agent.actor.name.clone()),
            None => By::Payer,
        };
        let mut steps: Vec<Step> =
            self.links.iter().map(|link| step(link.created_at, StepKind::LinkMade, By::Hub)).collect();
        steps.push(step(payment.created_at, StepKind::Started, started_by));
        // What is booked at the moment of a decision follows from it.
        steps.extend(self.refunds.iter().flat_map(refund_steps));
        steps.extend(self.outcomes.iter().flat_map(outcome_steps));
        steps.extend(self.hold.iter().flat_map(hold_steps));
        steps.extend(self.disputes.iter().flat_map(|(dispute, events)| dispute_steps(dispute, events)));
        steps.extend(self.postings.iter().map(|posting| {
            let by = self.booked_by(posting.kind);
            Step { said: posting.id.to_string(), ..step(posting.booked_at, StepKind::Booked(posting.kind), by) }
        }));
        for task in &self.tasks {
            let Some(kind) = task.kind else { continue };
            let (at, is) = match task.done_at {
                Some(done) => (done, StepKind::Done(kind)),
                None if task.attempts > 0 => (task.due_at, StepKind::Waits(kind)),
                None => continue,
            };
            steps.push(Step { said: task.note.clone(), tries: Some(task.attempts), ..step(at, is, By::Hub) });
        }
        if let Some(asked) = &self.cancellation {
            let by = By::Agent(asked.asked_by.name.clone());
            steps.push(Step { said: asked.reason.clone(), ..step(asked.asked_at, StepKind::CancellationAsked, by) });
        }
        for incident in &self.incidents {
            let said = incident.detail.clone();
            steps.push(Step { said, ..step(incident.created_at, StepKind::Called, By::Hub) });
            steps.extend(incident.closed_at.map(|at| step(at, StepKind::CallOver, By::Hub)));
        }
        let is_silent = matches!(
            payment.state,
            PaymentState::Held | PaymentState::Declined | PaymentState::Expired | PaymentState::Cancelling
        );
        if is_silent {
            let by = match payment.state {
                PaymentState::Held | PaymentState::Declined => By::Gateway,
                _ => By::Hub,
            };
            steps.push(step(payment.state_since, StepKind::CameTo(payment.state), by));
        }
        steps.sort_by_key(|step| step.at);
        steps
    }

    fn booked_by(&self, kind: PostingKind) -> By {
        match (kind, &self.agent) {
            (PostingKind::Taken | PostingKind::TakenReversed | PostingKind::Returned, Some(agent)) => {
                By::Agent(agent.actor.name.clone())
            }
            (PostingKind::Taken | PostingKind::Returned | PostingKind::RefundPaid, None) => By::Gateway,
            (PostingKind::Confirmed | PostingKind::ConfirmedReversed | PostingKind::ReturnDecided, _) => By::Biller,
            _ => By::Hub,
        }
    }

    /// Whether the biller has not said yet what became of a confirmation, and is to be asked again by itself later.
    pub fn asks_biller(&self) -> bool {
        let waits = |task: &StoredTask| task.kind == Some(TaskKind::ConfirmBiller) && task.done_at.is_none();
        self.payment.state == PaymentState::Taken && self.tasks.iter().any(waits)
    }

    /// By what the receipt can be sent once more: it was confirmed, and there is somebody to send it to.
    pub fn receipts(&self) -> Vec<ReceiptBy> {
        // One that cannot be read is sent nothing.
        let phone = self.payment.phone().ok().flatten();
        let sms = phone.filter(|phone| crate::phone::is_mobile(phone)).map(|_| ReceiptBy::Sms);
        let mail = self.payment.email.as_ref().map(|_| ReceiptBy::Mail);
        match self.payment.state {
            PaymentState::Confirmed => sms.into_iter().chain(mail).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a receipt was asked for so shortly before that asking again is a form sent twice.
    pub fn just_sent(&self, by: ReceiptBy, now: NaiveDateTime) -> bool {
        let since = now - RESEND_PAUSE;
        self.tasks.iter().any(|task| task.kind == Some(by.task()) && task.created_at > since)
    }

    /// The channel and the instrument.
    pub fn way(&self) -> (Channel, Instrument) {
        (self.payment.channel, self.payment.instrument)
    }
}

/// The steps of a dispute; notes are read on its own page.
fn dispute_steps(dispute: &Dispute, events: &[DisputeEvent]) -> Vec<Step> {
    let told = events.iter().filter(|event| event.action != DisputeAction::Noted);
    let step = |event: &DisputeEvent| {
        use DisputeAction as A;
        let is_payers = matches!(event.action, A::Opened | A::PayerAnswered | A::Withdrawn | A::Reopened);
        let by = match &event.by {
            Some(by) => By::Member(by.name.clone()),
            None if is_payers => By::Payer,
            None => By::Hub,
        };
        let said = if event.action == A::Opened { dispute.told.clone() } else { event.note.clone() };
        Step { at: event.made_at, kind: StepKind::Dispute(dispute.id, event.action), by, said, tries: None }
    };
    told.map(step).collect()
}

/// What was said of something unknown, and where that came to stand. A proposal that was overtaken may say so late, or not.
fn outcome_steps(proposal: &OutcomeProposal) -> Vec<Step> {
    let step = |at, state, by, said: &str| {
        let kind = StepKind::Outcome(proposal.about, state, proposal.subject, proposal.verdict);
        Step { at, kind, by, said: said.to_owned(), tries: None }
    };
    let proposer = || By::Member(proposal.proposed_by.name.clone());
    let said = match proposal.receipt_number.as_str() {
        "" => proposal.evidence.clone(),
        number => format!("{number} · {}", proposal.evidence),
    };
    let mut steps = vec![step(proposal.proposed_at, OutcomeState::Proposed, proposer(), &said)];
    let by = match (proposal.state, &proposal.decided_by) {
        (OutcomeState::Withdrawn, _) => proposer(),
        (_, Some(by)) => By::Member(by.name.clone()),
        (_, None) => By::Hub,
    };
    steps.extend(proposal.ended_at.map(|at| step(at, proposal.state, by, &proposal.note)));
    steps
}

/// What people decided about a hold, and what the gateway said to it.
fn hold_steps(hold: &HoldDecision) -> Vec<Step> {
    let step = |at, kind, by, said: &str| Step { at, kind, by, said: said.to_owned(), tries: None };
    let kind = match hold.act {
        HoldAct::Capture => StepKind::Hold(HoldStep::Capture, hold.amount),
        HoldAct::LetGo => StepKind::Hold(HoldStep::LetGo, hold.held),
    };
    let mut steps = vec![step(hold.asked_at, kind, By::Member(hold.by.name.clone()), &hold.note)];
    let refused = StepKind::Hold(HoldStep::Refused, hold.amount);
    steps.extend(hold.refused_at.map(|at| step(at, refused, By::Gateway, &hold.words)));
    steps
}

/// The steps of a refund that no posting tells of.
fn refund_steps(refund: &Refund) -> Vec<Step> {
    // An amount past the range was never kept.
    let total = refund.amounts.total().unwrap_or_default();
    let step = |at, kind, by, said: &str| Step {
        at,
        kind: StepKind::Refund(refund.id, kind, total),
        by,
        said: said.to_owned(),
        tries: None,
    };
    let by = By::Member(refund.proposed_by.name.clone());
    let mut steps = vec![step(refund.proposed_at, RefundStep::Proposed, by, &refund.note)];
    if let Some((at, by)) = refund.decided_at.zip(refund.decided_by.as_ref()) {
        let kind = match (refund.state, refund.needs_second) {
            (RefundState::Refused, _) => RefundStep::Refused,
            (RefundState::Withdrawn, _) => RefundStep::Withdrawn,
            (_, true) => RefundStep::Approved,
            (_, false) => RefundStep::DecidedAlone,
        };
        steps.push(step(at, kind, By::Member(by.name.clone()), &refund.decision_note));
    }
    steps.extend(refund.asked_at.map(|at| step(at, RefundStep::Asked, By::Hub, "")));
    if let (Some(at), RefundState::Failed) = (refund.ended_at, refund.state) {
        steps.push(step(at, RefundStep::Failed, By::Gateway, &refund.gateway_words));
    }
    steps
}
