//! Asking billers to cancel what they confirmed.

use biller_adapters::{CancelOutcome, Cancellation};
use ledger::{IncidentKind, Moment, Payment, PaymentState, Step, Task};

use super::{Dispatcher, End, done, schedule};
use crate::api::Infrastructure;
use crate::hub::detail::{self, QuoteDetail};

/// The longest refusal kept, in characters.
const REFUSAL_MAX: usize = 200;

impl Dispatcher {
    /// Asks until the biller has said yes or no. Each repeat is word for word the first, under the payment's own
    /// reference; nothing is reversed on a time-out.
    pub(super) async fn cancel_biller(&self, task: &Task, payment: Payment) -> Result<End, Infrastructure> {
        if payment.state != PaymentState::Cancelling {
            return done(format!("nothing to cancel: {}", payment.state));
        }
        let id = payment.id;
        let asked = self.hub.read(move |reader| reader.cancellation(id)).await?;
        let missing = |what: &str| Infrastructure::Failed(format!("payment {id} is being cancelled without {what}"));
        let asked = asked.ok_or_else(|| missing("a request"))?;
        let (payment, quote) = self.hub.with_quote(payment).await?;
        let quote_detail: QuoteDetail = detail::read(&quote.detail)?;
        let confirmation = detail::confirmation(&payment, &quote.receivable_type, &quote_detail);
        let confirmation = confirmation.ok_or_else(|| missing("a time of payment"))?;
        let later = |why: String| {
            let kind = IncidentKind::UnresolvedCancellation;
            Ok(End::With(schedule::resolve_later(task, self.hub.now(), kind, why)))
        };
        let Some(connector) = self.hub.connector(payment.biller) else {
            return later("the biller's connector cannot be built".to_owned());
        };
        let cancelled_at = asked.asked_at.and_utc();
        let cancellation = Cancellation { confirmation, cancelled_at, reason: asked.reason };
        let outcome = self.hub.client.cancel(connector.as_ref(), &cancellation, self.hub.now()).await;
        let moment = Moment::of(self.hub.now());
        let step = match outcome {
            CancelOutcome::Cancelled => Step::Cancelled { cut_off: self.hub.next_cut_off(payment.biller, moment.at) },
            CancelOutcome::Refused(refusal) => {
                tracing::info!(payment = task.payment, code = refusal.code, "the biller refused to cancel");
                let words = format!("{} {}", refusal.code, refusal.message);
                Step::CancelRefused { refusal: words.trim().chars().take(REFUSAL_MAX).collect() }
            }
            CancelOutcome::NotOffered => {
                Step::CancelRefused { refusal: "the biller's protocol knows no cancellation".to_owned() }
            }
            CancelOutcome::Unknown(why) => return later(why),
        };
        self.advance_at(task, moment, step).await?;
        Ok(End::Settled)
    }
}
