//! What the gateway holds: captured at once, or when people say so, and let go once its time is over. Only this task asks for
//! a capture of a hold, so what it did not ask for is not under way.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{HoldDecision, HoldOutcome, IncidentKind, Moment, NewRelease, PaymentState, Step, Task, TaskResult};

use super::{Dispatcher, End, SEND_WITHIN, done, schedule};
use crate::api::Infrastructure;
use crate::gateways::cmi::api::{OperationOutcome, OrderStatus};
use crate::hub::card_oid;

/// How long after it was asked for a capture may still arrive: longer than any request lives on its way and in its queues.
const MAY_STILL_COME: TimeDelta = TimeDelta::minutes(5);
/// The note of a try that found nothing to do.
const WAITS: &str = "held until people capture it or let it go";
/// The note of a try past the end of a hold that asked for nothing: the next one knows by it that nothing is under way.
const OVER: &str = "the hold is over, and nothing more is asked for";

impl Dispatcher {
    /// Captures what is held, or lets it go.
    pub(super) async fn capture(&self, task: &Task, id: i64) -> Result<End, Infrastructure> {
        let since = self.hub.now();
        // In this order: whoever asks for less lowers the payment with the word, so it is no older than the word.
        let found = self.hub.read(move |reader| {
            let decision = reader.hold_decision(id)?;
            Ok((decision, reader.payment_of(id)?))
        });
        let (decision, payment) = found.await?;
        let payment = payment.ok_or_else(|| Infrastructure::Failed(format!("task {} is about no payment", task.id)))?;
        if payment.state != PaymentState::Held {
            return done(format!("nothing to capture: {}", payment.state));
        }
        let is_asked = decision.as_ref().is_some_and(HoldDecision::is_capturing);
        let ends = self.hub.hold_ends(&payment);
        let is_over = !is_asked && since >= ends;
        let waits = decision.is_some() || self.hub.is_captured_by_hand(payment.biller);
        if is_over && task.note != OVER {
            return self.put_off(task, since + MAY_STILL_COME, OVER).await;
        }
        if !is_over && !is_asked && waits {
            return self.put_off(task, ends, WAITS).await;
        }
        let later = |why: String| self.hold_later(task, (!is_asked).then_some(ends), why);
        let oid = card_oid(id);
        let report = match self.hub.cmi.status(&oid).await {
            Ok(report) => report,
            // What is known of it stays known: nothing was asked for.
            Err(failure) if is_over => {
                tracing::warn!(payment = id, %failure, "the gateway does not say how a hold that is over stands");
                return self.put_off(task, since + MAY_STILL_COME, OVER).await;
            }
            Err(failure) => return later(failure.to_string()),
        };
        let expected = Self::total(&payment)?;
        match report.status {
            OrderStatus::Captured if report.captured.is_some_and(|captured| captured != expected) => {
                let detail = format!("captured {} instead of {expected}", report.captured.unwrap_or_default());
                Ok(End::With(TaskResult::Incident(IncidentKind::AmountMismatch, detail)))
            }
            OrderStatus::Captured => {
                self.advance_by(task, Step::Captured).await?;
                Ok(End::Settled)
            }
            OrderStatus::Authorised if is_over => self.let_go(task).await,
            OrderStatus::Authorised => {
                if self.hub.now() - since > SEND_WITHIN {
                    return later("too late to be sent".to_owned());
                }
                match self.hub.cmi.capture(&oid, expected).await {
                    OperationOutcome::Approved { .. } => {
                        self.advance_by(task, Step::Captured).await?;
                        Ok(End::Settled)
                    }
                    OperationOutcome::Refused { code, message } if is_asked => {
                        let (words, now) = (format!("capture refused: {code} {message}"), self.hub.now());
                        let said = words.clone();
                        self.hub.write(move |op| op.refuse_capture(id, &said, now)).await?;
                        // Past its end there is nothing to wait for.
                        self.put_off(task, ends.max(now), &words).await
                    }
                    OperationOutcome::Refused { code, message } => later(format!("capture refused: {code} {message}")),
                    OperationOutcome::Unknown(why) => later(why),
                }
            }
            OrderStatus::Pending => later("no decision yet".to_owned()),
            // The hold is gone: nothing was taken, so the bill is not paid.
            OrderStatus::NotFound | OrderStatus::Declined | OrderStatus::Voided | OrderStatus::Refunded => {
                self.advance_by(task, Step::Return).await?;
                Ok(End::Settled)
            }
        }
    }

    /// Again by the resolver's schedule, but not past the end of a hold that may be let go.
    fn hold_later(&self, task: &Task, ends: Option<DateTime<Utc>>, why: String) -> Result<End, Infrastructure> {
        let now = self.hub.now();
        let result = schedule::resolve_later(task, now, IncidentKind::UnresolvedCapture, why);
        Ok(End::With(match (result, ends) {
            (TaskResult::Again(at, why), Some(ends)) if ends > now => TaskResult::Again(at.min(ends), why),
            (result, _) => result,
        }))
    }

    /// Waits until a time, unless people say meanwhile that it is to be captured.
    async fn put_off(&self, task: &Task, until: DateTime<Utc>, note: &str) -> Result<End, Infrastructure> {
        let (task, waits, note, now) = (task.clone(), note == WAITS, note.to_owned(), self.hub.now());
        self.hub.write(move |op| op.put_capture_off(&task, until, &note, waits, now)).await?;
        Ok(End::Settled)
    }

    /// Its time is over, the gateway only holds, and nothing is under way: the payer has it again.
    async fn let_go(&self, task: &Task) -> Result<End, Infrastructure> {
        let moment = Moment::of(self.hub.now());
        let new = NewRelease { payment: task.payment, by: None, task: Some(task.id), moment };
        match self.hub.release(new, None).await? {
            HoldOutcome::Done => Ok(End::Settled),
            HoldOutcome::Capturing => self.put_off(task, moment.at, "to be captured").await,
            outcome => done(format!("nothing to let go: {outcome:?}")),
        }
    }
}
