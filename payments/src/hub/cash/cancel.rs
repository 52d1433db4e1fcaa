//! Cancelling a payment of the same day, and giving cash back.

use ledger::{Actor, Advance, AdvanceOutcome, GiveBackOutcome, Moment, PaymentState, Reference, ShiftState, Step};

use super::typed;
use super::view::PAGE_MAX;
use crate::api::Infrastructure;
use crate::api::cash::{CancelCash, CancelCashError, CashOwed, CashPayment, CounterFault, GiveBackError};
use crate::hub::Hub;

/// The longest reason that a biller is told, in characters.
const REASON_MAX: usize = 100;

impl Hub {
    /// Asks the biller to cancel a confirmed payment: by the outlet that took the cash, on the same day, before its shift
    /// closes, where the biller allows it. The payment as it stands then: being cancelled until the biller has answered.
    /// Asking again changes nothing.
    pub async fn cancel_cash(&self, request: CancelCash) -> Result<CashPayment, CancelCashError> {
        let reason = typed(&request.reason, REASON_MAX).ok_or(CancelCashError::NoReason)?;
        let found = self.cash_payment(&request.payment).await?;
        let found = found.filter(|found| found.outlet == request.outlet).ok_or(CancelCashError::UnknownPayment)?;
        let reference: Reference = request.payment.parse().map_err(|_| CancelCashError::UnknownPayment)?;
        let id = reference.id();
        let (payment, shift) =
            self.read(move |reader| Ok((reader.payment_of(id)?, reader.shift(found.shift)?))).await?;
        let payment = payment.ok_or(CancelCashError::UnknownPayment)?;
        match payment.state {
            PaymentState::Cancelling | PaymentState::Cancelled => return self.shown(reference).await,
            PaymentState::Taken => return Err(CancelCashError::StillPending),
            PaymentState::Confirmed => {}
            _ => return Err(CancelCashError::NotConfirmed),
        }
        if let Some(refusal) = found.cancellation_refused {
            return Err(CancelCashError::Refused(refusal));
        }
        if !self.is_cancellable(payment.biller, &found.payment.receivable_type) {
            return Err(CancelCashError::NotAllowed);
        }
        if !self.is_of_today(&payment) {
            return Err(CancelCashError::NotSameDay);
        }
        if shift.is_none_or(|shift| shift.state != ShiftState::Open) {
            return Err(CancelCashError::ShiftClosed);
        }
        let step = Step::Cancel { reason, actor: request.actor };
        let advance = Advance { payment: id, step, task: None, moment: Moment::of(self.now()) };
        match self.advance(advance).await? {
            AdvanceOutcome::Moved { .. } | AdvanceOutcome::Unchanged(_) => self.shown(reference).await,
            AdvanceOutcome::ShiftClosed => Err(CancelCashError::ShiftClosed),
            AdvanceOutcome::Refused(_) | AdvanceOutcome::WrongAmount => Err(CancelCashError::NotConfirmed),
            AdvanceOutcome::NoSuchPayment => Err(CancelCashError::UnknownPayment),
        }
    }

    async fn shown(&self, reference: Reference) -> Result<CashPayment, CancelCashError> {
        let found = self.cash_payment(&reference.to_string()).await?;
        found.ok_or(CancelCashError::UnknownPayment)
    }

    /// Cash that an outlet is to give back, oldest first, at most 200.
    pub async fn cash_owed(&self, outlet: &str) -> Result<Vec<CashOwed>, Infrastructure> {
        let outlet = outlet.to_owned();
        self.read(move |reader| {
            let owed = reader.owed_by(&outlet, PAGE_MAX)?;
            owed.into_iter()
                .map(|owed| {
                    let payment = match reader.refund(owed.subject)? {
                        Some(refund) => reader.payment_of(refund.payment)?,
                        None => reader.payment_of(owed.subject)?,
                    };
                    let payment = payment.map(|payment| payment.reference.to_string());
                    Ok(CashOwed { id: owed.subject, payment, amount: owed.amount, since: owed.since.and_utc() })
                })
                .collect()
        })
        .await
    }

    /// The number by which cash of a payment is given back.
    pub async fn cash_owed_for(&self, reference: &str) -> Result<Option<i64>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        self.read(move |reader| {
            let Some(payment) = reader.payment(reference)? else { return Ok(None) };
            Ok(reader.is_owed(payment.id)?.map(|_| payment.id))
        })
        .await
    }

    /// Writes down that a customer got the cash back, out of a till's drawer.
    pub async fn give_cash_back(&self, id: i64, outlet: &str, till: &str, actor: Actor) -> Result<(), GiveBackError> {
        let networks = self.networks();
        networks.outlet(outlet).ok_or(CounterFault::UnknownOutlet)?;
        let (number, drawer) = (outlet.to_owned(), till.to_owned());
        let shift = self.read(move |reader| reader.open_shift_of(&number, &drawer)).await?;
        let shift = shift.ok_or(GiveBackError::NoShift)?.id;
        let (number, moment) = (outlet.to_owned(), Moment::of(self.now()));
        match self.write(move |op| op.give_back(id, &number, shift, &actor, moment)).await? {
            GiveBackOutcome::Given(_) => Ok(()),
            GiveBackOutcome::NothingOwed => Err(GiveBackError::NothingOwed),
            GiveBackOutcome::GivenBefore => Err(GiveBackError::GivenBack),
            GiveBackOutcome::ShiftClosed => Err(GiveBackError::NoShift),
        }
    }
}
