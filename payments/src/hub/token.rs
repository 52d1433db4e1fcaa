//! Paying with a card that the voice provider took: the gateway is told to charge its token.
//!
//! The one operation of the gateway that is not asked from the outbox: the token is good for one charge and is kept
//! nowhere, and the caller waits on the line. The intent is on disk before; a charge whose answer was lost is never
//! repeated, but found out by the payment's poll task like that of a lost callback.

use std::sync::Arc;
use std::time::Duration;

use biller_adapters::recording::{Recorder, Recording};
use chrono::TimeDelta;
use ledger::{Advance, Channel, Hold, Moment, PayOutcome, PaymentState, Reference, RequestKey, Step};

use super::card::{CardStart, oid_of};
use super::guard::{CardWord, Payer};
use super::{Hub, total};
use crate::api::{Infrastructure, StartError};
use crate::gateways::cmi::api::OperationOutcome;
use crate::gateways::cmi::safe_mask;
use crate::voice::{ChargeOutcome, ChargeToken};

/// When the gateway is asked what became of a charge: well after its answer must have come.
const FIRST_POLL: TimeDelta = TimeDelta::minutes(1);
/// Longest wait for the gateway: the voice provider waits 15 s for an answer and then hangs up on a caller who would
/// never hear whether to pay again. What comes later is found out by the poll.
const CHARGE_MAX: Duration = Duration::from_secs(10);
/// How long a repeated request waits for the outcome of the first.
const FIRST_HEARD_MAX: Duration = Duration::from_secs(8);
/// Between two looks at the payment meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl Hub {
    /// Pays a quote of the voice server with a token. The same request again charges nothing and gives the same payment.
    pub async fn charge_token(&self, request: ChargeToken) -> Result<ChargeOutcome, StartError> {
        let reference: Reference = request.quote.parse().map_err(|_| StartError::UnknownQuote)?;
        let quote = self.read(move |reader| reader.quote(reference)).await?.ok_or(StartError::UnknownQuote)?;
        if quote.channel != Channel::Ivr {
            return Err(StartError::WrongInstrument);
        }
        let ChargeToken { idempotency_key, token, card_mask, phone, language, .. } = request;
        let key = RequestKey::of("token", &idempotency_key, &reference.to_string());
        let start = CardStart { key, phone, email: None, address: None, language, public_url: String::new() };
        let pay = self.card_pay(&quote, &start, self.now() + FIRST_POLL)?;
        let payer = Payer { quote: &quote, phone: start.phone.as_deref(), outlet: None, address: None };
        let payment = match self.pay_guarded(self.card_objection(&quote), &payer, pay).await? {
            PayOutcome::Started(payment) => payment,
            PayOutcome::Replayed(payment) => return Ok(self.outcome_of_first(payment).await?),
            PayOutcome::BeingPaid(_) => return Err(StartError::BeingPaid),
            PayOutcome::KeyConflict => return Err(StartError::KeyConflict),
            PayOutcome::AlreadyPaid => return Err(StartError::AlreadyPaid),
            PayOutcome::InsufficientFunds
            | PayOutcome::ShiftClosed
            | PayOutcome::ReferenceOver
            | PayOutcome::NotStarted => {
                return Err(Infrastructure::Failed("a card payment was taken for one at a counter".to_owned()).into());
            }
        };
        let amount = total(&quote.amounts)?;
        let capture = self.cmi.settings().automatic_capture && !self.is_captured_by_hand(quote.biller);
        let oid = oid_of(payment.id());
        let recording = Recording::of(payment.id(), Arc::clone(&self.exchanges) as Arc<dyn Recorder>);
        let charge = self.cmi.charge(&oid, amount, &token, capture, CHARGE_MAX);
        let mut word = CardWord::default();
        let (step, outcome) = match recording.during(charge).await {
            OperationOutcome::Approved { transaction_id, auth_code } => {
                let hold = if capture { Hold::Captured } else { Hold::Held };
                // The provider hides digits behind an x, the gateway behind a star.
                let card_mask = safe_mask(&card_mask.replace(['x', 'X'], "*"));
                let gateway_reference = transaction_id;
                word = self.judge_card(payment.id(), &card_mask).await?;
                let (is_refused, counted) = (word.is_refused, word.counted);
                let authorisation = auth_code;
                let step =
                    Step::Accept { hold, amount, authorisation, card_mask, gateway_reference, is_refused, counted };
                (step, ChargeOutcome::Accepted(payment.to_string()))
            }
            OperationOutcome::Refused { code, .. } => {
                tracing::info!(payment = payment.id(), code, "the caller's bank refused");
                (Step::Decline, ChargeOutcome::Declined(payment.to_string()))
            }
            OperationOutcome::Unknown(why) => {
                tracing::warn!(payment = payment.id(), why, "the outcome of a charge is unknown");
                return Ok(ChargeOutcome::Unknown(payment.to_string()));
            }
        };
        self.advance(Advance { payment: payment.id(), step, task: None, moment: Moment::of(self.now()) }).await?;
        drop(word);
        Ok(outcome)
    }

    /// What became of the charge that the same request asked for before; it may still be under way.
    async fn outcome_of_first(&self, payment: Reference) -> Result<ChargeOutcome, Infrastructure> {
        let reference = payment.to_string();
        let mut waited = Duration::ZERO;
        loop {
            let stored = self.read(move |reader| reader.payment(payment)).await?;
            return Ok(match stored.map(|stored| stored.state) {
                Some(PaymentState::Declined | PaymentState::Expired) => ChargeOutcome::Declined(reference),
                Some(PaymentState::Awaiting) | None if waited < FIRST_HEARD_MAX => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    waited += LOOK_EVERY;
                    continue;
                }
                Some(PaymentState::Awaiting) | None => ChargeOutcome::Unknown(reference),
                Some(_) => ChargeOutcome::Accepted(reference),
            });
        }
    }
}
