//! Telling the biller, and resolving what is unknown: ask its status where it has one, then repeat the same body under
//! the same reference.

use biller_adapters::{BillerReceipt, ConfirmOutcome, Refusal, StatusOutcome};
use ledger::{AdvanceOutcome, IncidentKind, Moment, Payment, PaymentState, Step, Task};

use super::{Dispatcher, End, SEND_WITHIN, done, schedule};
use crate::api::Infrastructure;
use crate::hub::detail::{self, QuoteDetail};

impl Dispatcher {
    pub(super) async fn confirm_biller(&self, task: &Task, payment: Payment) -> Result<End, Infrastructure> {
        if payment.state != PaymentState::Taken {
            return done(format!("nothing to confirm: {}", payment.state));
        }
        let since = self.hub.now();
        let (payment, quote) = self.hub.with_quote(payment).await?;
        let quote_detail: QuoteDetail = detail::read(&quote.detail)?;
        let confirmation = detail::confirmation(&payment, &quote.receivable_type, &quote_detail)
            .ok_or_else(|| Infrastructure::Failed(format!("payment {} is taken without a time", payment.id)))?;
        let later = |why: String| {
            let kind = IncidentKind::UnresolvedConfirmation;
            Ok(End::With(schedule::resolve_later(task, self.hub.now(), kind, why)))
        };
        let Some(connector) = self.hub.connector(payment.biller) else {
            return later("the biller's connector cannot be built".to_owned());
        };
        // An earlier try may have arrived, whether its answer was lost or the hub was.
        if task.attempts > 1 {
            match self.hub.client.status(connector.as_ref(), &confirmation, self.hub.now()).await {
                StatusOutcome::Confirmed(receipt) => return self.confirmed(task, &quote, receipt).await,
                StatusOutcome::Refused(refusal) => return self.refused(task, &quote, &refusal).await,
                StatusOutcome::Pending(why) => return later(why),
                StatusOutcome::NotFound | StatusOutcome::NotOffered => {}
            }
        }
        // People may have said meanwhile that it was not booked, as nobody asked.
        if self.hub.now() - since > SEND_WITHIN {
            return later("too late to be sent".to_owned());
        }
        match self.hub.client.confirm(connector.as_ref(), &confirmation, self.hub.now()).await {
            ConfirmOutcome::Confirmed(receipt) => self.confirmed(task, &quote, receipt).await,
            ConfirmOutcome::Refused(refusal) => self.refused(task, &quote, &refusal).await,
            ConfirmOutcome::Unknown(why) => later(why),
        }
    }

    async fn confirmed(
        &self,
        task: &Task,
        quote: &ledger::Quote,
        receipt: BillerReceipt,
    ) -> Result<End, Infrastructure> {
        let moment = Moment::of(self.hub.now());
        let cut_off = self.hub.next_cut_off(quote.biller, moment.at);
        let number = receipt.number.clone();
        let step = Step::Confirm { receipt_number: receipt.number, receipt_date: receipt.date, cut_off };
        let outcome = self.advance_at(task, moment, step).await?;
        // The money is on its way back by now: only people can put that right.
        if let AdvanceOutcome::Refused(PaymentState::Returning | PaymentState::Returned) = outcome {
            let (payment, kind) = (task.payment, IncidentKind::UnresolvedConfirmation);
            let detail = format!("booked by the biller as {number}, after its money was to go back");
            tracing::error!(payment, number, "a biller booked what was given back");
            let open = move |op: &mut ledger::WriteOp<'_>| {
                op.open_incident(kind, Some(payment), &detail, moment.at.naive_utc())
            };
            self.hub.write(open).await?;
        }
        self.hub.forget_secrets(quote).await?;
        Ok(End::Settled)
    }

    async fn refused(&self, task: &Task, quote: &ledger::Quote, refusal: &Refusal) -> Result<End, Infrastructure> {
        tracing::warn!(payment = task.payment, code = refusal.code, "the biller refused a paid bill");
        let outcome = self.advance_by(task, Step::Return).await?;
        // Money that is back at once, in a float, ends the payment here.
        if let AdvanceOutcome::Moved { to: PaymentState::Returned, .. } = outcome {
            self.hub.forget_secrets(quote).await?;
        }
        Ok(End::Settled)
    }
}
