//! What the hub asks of the card gateway by itself. Each try begins with the gateway's own word on the order: an
//! operation whose answer was lost is never repeated blindly.

use chrono::TimeDelta;
use ledger::{AccountKind, Hold, IncidentKind, Payment, PaymentState, Step, Task, TaskResult};

use super::{Dispatcher, End, done, schedule};
use crate::api::Infrastructure;
use crate::gateways::cmi::api::{OperationOutcome, OrderReport, OrderStatus};
use crate::hub::card_oid;

/// Between two questions about an attempt whose page is still open.
const POLL_EVERY: TimeDelta = TimeDelta::minutes(5);
/// How long after its page was closed an attempt is still taken for undecided: 3-D Secure and slow banks.
const POLL_GRACE: TimeDelta = TimeDelta::minutes(10);
/// Looks at an attempt after its end: a payer who posts the gateway's form once more, from the browser's history, opens a
/// page that the hub does not know of, and the callback may never come.
const LATE_LOOKS: [TimeDelta; 2] = [TimeDelta::hours(1), TimeDelta::days(1)];
/// Tries of a poll that the gateway leaves unanswered before a person looks: two days of them.
const POLL_TRIES_MAX: i32 = 600;

impl Dispatcher {
    pub(super) fn total(payment: &Payment) -> Result<ledger::Money, Infrastructure> {
        crate::hub::total(&payment.amounts)
    }

    pub(super) fn later(&self, task: &Task, kind: IncidentKind, why: impl Into<String>) -> Result<End, Infrastructure> {
        Ok(End::With(schedule::resolve_later(task, self.hub.now(), kind, why.into())))
    }

    /// A callback that has not come may never come.
    pub(super) async fn poll_attempt(&self, task: &Task, payment: &Payment) -> Result<End, Infrastructure> {
        if !matches!(payment.state, PaymentState::Awaiting | PaymentState::Declined | PaymentState::Expired) {
            return done("decided");
        }
        let now = self.hub.now();
        let again = |why: String| {
            Ok(End::With(if task.attempts < POLL_TRIES_MAX {
                TaskResult::Again(now + POLL_EVERY, why)
            } else {
                TaskResult::Incident(IncidentKind::UnresolvedCapture, why)
            }))
        };
        let report = match self.hub.cmi.status(&card_oid(payment.id)).await {
            Ok(report) => report,
            // Without the gateway's word the bill stays reserved: the payer may have paid.
            Err(failure) => return again(failure.to_string()),
        };
        let session = TimeDelta::from_std(self.hub.settings.card_session).unwrap_or(TimeDelta::hours(1));
        let end = payment.created_at.and_utc() + session + POLL_GRACE;
        let over = now >= end;
        let look_once_more = || {
            let next = LATE_LOOKS.iter().map(|after| end + *after).find(|at| *at > now);
            Ok(End::With(match next {
                Some(at) => TaskResult::Again(at, "over; a last look".to_owned()),
                None => TaskResult::Done("nothing was paid".to_owned()),
            }))
        };
        match report.status {
            OrderStatus::Authorised => self.accept(task, payment, report, Hold::Held).await,
            OrderStatus::Captured => self.accept(task, payment, report, Hold::Captured).await,
            OrderStatus::NotFound | OrderStatus::Pending if !over => again("no decision yet".to_owned()),
            OrderStatus::Declined if !over => {
                self.advance(payment, Step::Decline).await?;
                again("refused so far; the page is still open".to_owned())
            }
            OrderStatus::Declined => {
                self.advance(payment, Step::Decline).await?;
                look_once_more()
            }
            OrderStatus::NotFound | OrderStatus::Pending => {
                self.advance(payment, Step::Expire).await?;
                look_once_more()
            }
            OrderStatus::Voided | OrderStatus::Refunded => {
                self.advance_by(task, Step::Expire).await?;
                Ok(End::Settled)
            }
        }
    }

    async fn accept(
        &self,
        task: &Task,
        payment: &Payment,
        report: OrderReport,
        hold: Hold,
    ) -> Result<End, Infrastructure> {
        let expected = Self::total(payment)?;
        let OrderReport { amount, captured, auth_code, card_mask, transaction_id, .. } = report;
        let found = if hold == Hold::Captured { captured.or(amount) } else { amount };
        if found.is_some_and(|found| found != expected) {
            let detail = format!("the gateway has {} for an order of {expected}", found.unwrap_or_default());
            return Ok(End::With(TaskResult::Incident(IncidentKind::AmountMismatch, detail)));
        }
        let word = self.hub.judge_card(payment.id, &card_mask).await?;
        let step = Step::Accept {
            hold,
            amount: expected,
            authorisation: auth_code,
            card_mask,
            gateway_reference: transaction_id,
            is_refused: word.is_refused,
            counted: word.counted,
        };
        self.advance_by(task, step).await?;
        drop(word);
        Ok(End::Settled)
    }

    /// The gateway was told to capture by the answer to its callback; the answer may have been lost.
    pub(super) async fn verify_capture(&self, task: &Task, payment: &Payment) -> Result<End, Infrastructure> {
        if !matches!(payment.state, PaymentState::Taken | PaymentState::Confirmed) {
            return done(format!("nothing to verify: {}", payment.state));
        }
        let (oid, kind) = (card_oid(payment.id), IncidentKind::UnresolvedCapture);
        let report = match self.hub.cmi.status(&oid).await {
            Ok(report) => report,
            Err(failure) => return self.later(task, kind, failure.to_string()),
        };
        let expected = Self::total(payment)?;
        match report.status {
            OrderStatus::Captured if report.captured.is_some_and(|captured| captured != expected) => {
                let detail = format!("captured {} instead of {expected}", report.captured.unwrap_or_default());
                Ok(End::With(TaskResult::Incident(IncidentKind::AmountMismatch, detail)))
            }
            OrderStatus::Captured => done("captured"),
            OrderStatus::Authorised => match self.hub.cmi.capture(&oid, expected).await {
                OperationOutcome::Approved { .. } => done("captured by the hub: the answer had been lost"),
                OperationOutcome::Refused { code, message } => {
                    self.later(task, kind, format!("capture refused: {code} {message}"))
                }
                OperationOutcome::Unknown(why) => self.later(task, kind, why),
            },
            OrderStatus::Pending => self.later(task, kind, "no decision yet"),
            status => {
                let detail = format!("a paid bill's money is not there: the order is {status:?}");
                Ok(End::With(TaskResult::Incident(kind, detail)))
            }
        }
    }

    /// Gives the money back the way it came.
    pub(super) async fn return_money(&self, task: &Task, payment: &Payment) -> Result<End, Infrastructure> {
        if payment.state != PaymentState::Returning {
            return done(format!("nothing to give back: {}", payment.state));
        }
        let kind = IncidentKind::UnresolvedReturn;
        // A float is credited where the return is decided; one that was decided before that rule is credited here.
        if payment.funds.kind == AccountKind::AgentFloat {
            return self.gave_back(task, payment).await;
        }
        if payment.funds.kind != AccountKind::GatewayReceivable {
            let detail = format!("to be given back by hand: the money came from {}", payment.funds);
            return Ok(End::With(TaskResult::Incident(kind, detail)));
        }
        let oid = card_oid(payment.id);
        let report = match self.hub.cmi.status(&oid).await {
            Ok(report) => report,
            Err(failure) => return self.later(task, kind, failure.to_string()),
        };
        match report.status {
            OrderStatus::Voided | OrderStatus::Refunded => self.gave_back(task, payment).await,
            OrderStatus::Declined | OrderStatus::NotFound if payment.paid_at.is_none() => {
                self.gave_back(task, payment).await
            }
            OrderStatus::Declined | OrderStatus::NotFound => {
                let detail = format!("the gateway does not know the money: {:?}", report.status);
                Ok(End::With(TaskResult::Incident(kind, detail)))
            }
            OrderStatus::Pending => self.later(task, kind, "no decision yet"),
            OrderStatus::Authorised => match self.hub.cmi.void(&oid).await {
                OperationOutcome::Approved { .. } => self.gave_back(task, payment).await,
                OperationOutcome::Refused { code, message } => {
                    self.later(task, kind, format!("void refused: {code} {message}"))
                }
                OperationOutcome::Unknown(why) => self.later(task, kind, why),
            },
            OrderStatus::Captured => {
                if payment.paid_at.is_none() {
                    self.book_capture(payment, report).await?;
                }
                self.void_or_credit(task, payment, &oid).await
            }
        }
    }

    /// A hold whose return was decided was captured all the same: the books must show the money that goes back.
    async fn book_capture(&self, payment: &Payment, report: OrderReport) -> Result<(), Infrastructure> {
        let step = Step::Accept {
            hold: Hold::Captured,
            amount: Self::total(payment)?,
            authorisation: report.auth_code,
            card_mask: report.card_mask,
            gateway_reference: report.transaction_id,
            // It is on its way back already.
            is_refused: false,
            counted: None,
        };
        self.advance(payment, step).await?;
        Ok(())
    }

    /// A capture of the same day can be undone, which the payer never sees; an older one is credited.
    async fn void_or_credit(&self, task: &Task, payment: &Payment, oid: &str) -> Result<End, Infrastructure> {
        let kind = IncidentKind::UnresolvedReturn;
        match self.hub.cmi.void(oid).await {
            OperationOutcome::Approved { .. } => return self.gave_back(task, payment).await,
            OperationOutcome::Unknown(why) => return self.later(task, kind, why),
            OperationOutcome::Refused { code, .. } => {
                tracing::info!(payment = payment.id, code, "no void any more, so a credit");
            }
        }
        match self.hub.cmi.credit(oid, Self::total(payment)?).await {
            OperationOutcome::Approved { .. } => self.gave_back(task, payment).await,
            OperationOutcome::Refused { code, message } => {
                self.later(task, kind, format!("credit refused: {code} {message}"))
            }
            OperationOutcome::Unknown(why) => self.later(task, kind, why),
        }
    }

    async fn gave_back(&self, task: &Task, payment: &Payment) -> Result<End, Infrastructure> {
        self.advance_by(task, Step::Returned).await?;
        let quote = payment.quote;
        if let Some(quote) = self.hub.read(move |reader| reader.quote_of(quote)).await? {
            self.hub.forget_secrets(&quote).await?;
        }
        Ok(End::Settled)
    }
}
