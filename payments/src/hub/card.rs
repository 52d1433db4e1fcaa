//! Paying by card: the start, and the gateway's word.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use biller_adapters::recording::{self, Ending, Exchange, Party, Recorder};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Advance, AdvanceOutcome, Channel, Funds, Hold, IncidentKind, Instrument, Language, Moment, Money, Network, Pay,
    PayOutcome, Payment, PaymentState, Reference, RequestKey, Step,
};

use super::guard::Payer;
use super::{Hub, total};
use crate::api::{CallbackAnswer, CardRedirect, Infrastructure, StartCardPayment, StartError};
use crate::catalogue::Capture;
use crate::gateways::cmi::callback::{self, Callback, CallbackFault};
use crate::gateways::cmi::form::{self, CardOrder};

/// When the gateway is asked for the first time: most payers have typed their card by then.
const FIRST_POLL: TimeDelta = TimeDelta::minutes(3);
/// The start of the gateway's order numbers; the payment's own number follows. One payment is one attempt.
const OID_PREFIX: &str = "F";

/// The gateway's order number of a payment.
pub(crate) fn oid_of(payment: i64) -> String {
    format!("{OID_PREFIX}{payment:012}")
}

/// The payment of an order number, if it is one of ours to the letter.
fn payment_of(oid: &str) -> Option<i64> {
    let number = oid.strip_prefix(OID_PREFIX)?;
    let digits = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| digits)
}

/// Who pays by card, and where the receipt goes.
pub(super) struct CardStart {
    pub key: RequestKey,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Where the payer comes from; `None` where nobody knows.
    pub address: Option<IpAddr>,
    pub language: Language,
    /// Absolute base URL of the pages.
    pub public_url: String,
}

impl Hub {
    /// Reserves the bill, writes the intent down and gives the form for the gateway's page, for a quote of the web.
    ///
    /// The same request again gives the same payment. So does another one of the same payer (same quote, same phone)
    /// while the first still waits: whoever turned back from the gateway's page goes on with the same order.
    pub async fn start_card_payment(&self, request: StartCardPayment) -> Result<CardRedirect, StartError> {
        let reference: Reference = request.quote.parse().map_err(|_| StartError::UnknownQuote)?;
        let quote = self.read(move |reader| reader.quote(reference)).await?.ok_or(StartError::UnknownQuote)?;
        // Quotes of callers are paid by link or at the voice server.
        if quote.channel != Channel::Web {
            return Err(StartError::WrongInstrument);
        }
        let StartCardPayment { idempotency_key, phone, email, address, language, public_url, .. } = request;
        let input = format!("{reference}\n{phone}\n{}", email.as_deref().unwrap_or_default());
        let key = RequestKey::of("card", &idempotency_key, &input);
        let start = CardStart { key, phone: Some(phone), email, address, language, public_url };
        self.start_at_gateway(&quote, start).await
    }

    /// The same for a quote of any channel.
    pub(super) async fn start_at_gateway(
        &self,
        quote: &ledger::Quote,
        start: CardStart,
    ) -> Result<CardRedirect, StartError> {
        let now = self.now();
        let pay = self.card_pay(quote, &start, now + FIRST_POLL)?;
        let address = start.address.and_then(Network::of_payer);
        let payer = Payer { quote, phone: start.phone.as_deref(), outlet: None, address };
        let payment = match self.pay_guarded(self.card_objection(quote), &payer, pay).await? {
            PayOutcome::Started(reference) => reference,
            PayOutcome::Replayed(reference) => self.still_waiting(reference).await?,
            PayOutcome::BeingPaid(by) => {
                let phone = start.phone.as_deref();
                self.resume(by, quote.id, phone).await?.ok_or(StartError::BeingPaid)?
            }
            PayOutcome::KeyConflict => return Err(StartError::KeyConflict),
            PayOutcome::AlreadyPaid => return Err(StartError::AlreadyPaid),
            PayOutcome::InsufficientFunds
            | PayOutcome::ShiftClosed
            | PayOutcome::ReferenceOver
            | PayOutcome::NotStarted => {
                return Err(Infrastructure::Failed("a card payment was taken for one at a counter".to_owned()).into());
            }
        };
        Ok(self.redirect(payment, total(&quote.amounts)?, &start))
    }

    /// What stands in the way of a new payment by card for a quote. A payment that the same request started before is
    /// none the worse for it.
    pub(super) fn card_objection(&self, quote: &ledger::Quote) -> Option<StartError> {
        if quote.expires_at <= self.now().naive_utc() {
            return Some(StartError::Expired);
        }
        (!self.is_available(quote.biller, quote.channel)).then_some(StartError::Unavailable)
    }

    /// The intent of a payment by card; the gateway is asked first at `poll_at`.
    pub(super) fn card_pay(
        &self,
        quote: &ledger::Quote,
        start: &CardStart,
        poll_at: DateTime<Utc>,
    ) -> Result<Pay, StartError> {
        let now = self.now();
        if quote.instrument != Instrument::Card {
            return Err(StartError::WrongInstrument);
        }
        Ok(Pay {
            key: start.key,
            quote: quote.id,
            biller: quote.biller,
            channel: quote.channel,
            instrument: quote.instrument,
            language: start.language,
            amounts: quote.amounts,
            bills: quote.bills.clone(),
            phone: start.phone.clone(),
            email: start.email.clone(),
            address: None,
            funds: Funds::Awaited { account: self.gateway_account(), poll_at },
            agent: None,
            only_replay: false,
            moment: Moment::of(now),
        })
    }

    /// The payment that the same request started before. Once it is over, the gateway's page is not opened again for its
    /// order: the bill is reserved no more, or paid.
    async fn still_waiting(&self, payment: Reference) -> Result<Reference, StartError> {
        let stored = self.read(move |reader| reader.payment(payment)).await?;
        match stored.map(|stored| stored.state) {
            Some(PaymentState::Awaiting) => Ok(payment),
            _ => Err(StartError::Over(payment.to_string())),
        }
    }

    /// The payment under way, if it is this payer's own and still waits at the gateway.
    async fn resume(&self, payment: i64, quote: i64, phone: Option<&str>) -> Result<Option<Reference>, Infrastructure> {
        let payment = self.read(move |reader| reader.payment_of(payment)).await?;
        let waits = |payment: &Payment| payment.quote == quote && payment.state == PaymentState::Awaiting;
        let Some(payment) = payment.filter(waits) else { return Ok(None) };
        Ok((payment.phone()?.as_deref() == phone).then_some(payment.reference))
    }

    fn redirect(&self, payment: Reference, amount: Money, request: &CardStart) -> CardRedirect {
        let page = format!("{}/{}/payments/{payment}", request.public_url, request.language);
        let order = CardOrder {
            oid: oid_of(payment.id()),
            amount,
            language: request.language,
            ok_url: page.clone(),
            fail_url: page.clone(),
            shop_url: page,
            callback_url: self.settings.callback_url.clone(),
            email: request.email.clone(),
            // The hub asks for no names.
            bill_to_name: "Fatoura".to_owned(),
            tel: request.phone.clone().unwrap_or_default(),
            rnd: hex::encode(rand::random::<[u8; 16]>()),
            session_seconds: u32::try_from(self.settings.card_session.as_secs()).unwrap_or(u32::MAX),
        };
        let settings = self.cmi.settings();
        CardRedirect {
            payment: payment.to_string(),
            action: settings.gateway_url.clone(),
            fields: form::build(&order, settings),
        }
    }

    /// Hears the gateway's server-to-server callback: all fields received, decoded, in order.
    pub async fn card_callback(&self, fields: Vec<(String, String)>) -> Result<CallbackAnswer, Infrastructure> {
        let callback = match callback::verify(&fields, self.cmi.settings()) {
            Ok(callback) => callback,
            Err(CallbackFault::Empty) => return Ok(CallbackAnswer::NoData),
            Err(CallbackFault::NotOurs("currency")) => return self.mismatch(None, "another currency").await,
            Err(CallbackFault::NotOurs(_)) => return self.mismatch(None, "another merchant's number").await,
            Err(fault) => {
                tracing::warn!(target: "security", %fault, "a callback was not believed");
                return Ok(CallbackAnswer::Failure);
            }
        };
        let Some(payment) = payment_of(&callback.oid) else {
            return self.mismatch(None, "an order number that is not ours").await;
        };
        let started = Instant::now();
        let answer = if callback.approved {
            self.accepted(payment, callback).await
        } else {
            self.declined(payment, callback).await
        };
        self.exchanges.record(heard(payment, fields, &answer, started.elapsed()));
        answer
    }

    async fn accepted(&self, payment: i64, callback: Callback) -> Result<CallbackAnswer, Infrastructure> {
        let automatic = self.cmi.settings().automatic_capture && !self.waits_for_people(payment).await?;
        let amount = callback.amount;
        let word = self.judge_card(payment, &callback.card_mask).await?;
        let step = Step::Accept {
            hold: if automatic { Hold::CaptureAsked } else { Hold::Held },
            amount: callback.amount,
            authorisation: callback.auth_code,
            card_mask: callback.card_mask,
            gateway_reference: callback.transaction_id,
            is_refused: word.is_refused,
            counted: word.counted,
        };
        let advance = Advance { payment, step, task: None, moment: Moment::of(self.now()) };
        let outcome = self.advance(advance).await?;
        drop(word);
        match outcome {
            AdvanceOutcome::Moved { to: PaymentState::Taken, .. } => Ok(CallbackAnswer::Capture),
            AdvanceOutcome::Moved { .. } => Ok(CallbackAnswer::Approved),
            // Heard before: the same answer as the first time.
            AdvanceOutcome::Unchanged(PaymentState::Taken | PaymentState::Confirmed) if automatic => {
                Ok(CallbackAnswer::Capture)
            }
            AdvanceOutcome::Unchanged(_) | AdvanceOutcome::Refused(_) | AdvanceOutcome::ShiftClosed => {
                let stored = self.read(move |reader| reader.payment_of(payment)).await?;
                let asked = automatic && stored.is_some_and(|stored| stored.paid_at.is_some());
                Ok(if asked { CallbackAnswer::Capture } else { CallbackAnswer::Approved })
            }
            // Less was captured than was held since: the gateway's word on the hold is as old as the hold.
            AdvanceOutcome::WrongAmount if self.was_held(payment, amount).await? => Ok(CallbackAnswer::Approved),
            AdvanceOutcome::WrongAmount => self.mismatch(Some(payment), "another amount than the order's").await,
            AdvanceOutcome::NoSuchPayment => self.mismatch(None, "an order number that was never given").await,
        }
    }

    /// Whether a payment's money is only held, for people to capture. Without a biller that wants it so nothing is read.
    async fn waits_for_people(&self, payment: i64) -> Result<bool, Infrastructure> {
        if self.catalogue().billers().iter().all(|biller| biller.capture == Capture::Automatic) {
            return Ok(false);
        }
        let stored = self.read(move |reader| reader.payment_of(payment)).await?;
        Ok(stored.is_some_and(|stored| self.is_captured_by_hand(stored.biller)))
    }

    /// Whether so much was held for a payment before people captured less.
    async fn was_held(&self, payment: i64, amount: Money) -> Result<bool, Infrastructure> {
        let decision = self.read(move |reader| reader.hold_decision(payment)).await?;
        Ok(decision.is_some_and(|decision| decision.held == amount))
    }

    async fn declined(&self, payment: i64, callback: Callback) -> Result<CallbackAnswer, Infrastructure> {
        let Some(stored) = self.read(move |reader| reader.payment_of(payment)).await? else {
            return self.mismatch(None, "an order number that was never given").await;
        };
        if total(&stored.amounts)? != callback.amount {
            return self.mismatch(Some(payment), "another amount than the order's").await;
        }
        tracing::info!(payment, code = callback.code, "the payer's bank refused");
        let advance = Advance { payment, step: Step::Decline, task: None, moment: Moment::of(self.now()) };
        self.advance(advance).await?;
        Ok(CallbackAnswer::Approved)
    }

    /// The hash is right and the content is not ours: the gateway's set-up or somebody with its key.
    async fn mismatch(&self, payment: Option<i64>, what: &'static str) -> Result<CallbackAnswer, Infrastructure> {
        tracing::error!(target: "security", payment, what, "a callback with a right hash does not fit");
        let now = self.now().naive_utc();
        self.write(move |op| op.open_incident(IncidentKind::CallbackMismatch, payment, what, now)).await?;
        Ok(CallbackAnswer::Failure)
    }
}

/// A callback that was believed, as it is told of: the order need not be one of ours.
fn heard(
    payment: i64,
    fields: Vec<(String, String)>,
    answer: &Result<CallbackAnswer, Infrastructure>,
    took: Duration,
) -> Exchange {
    let (ending, said) = match answer {
        Ok(CallbackAnswer::Capture | CallbackAnswer::Approved) => (Ending::Answered, String::new()),
        Ok(CallbackAnswer::Failure | CallbackAnswer::NoData) => (Ending::Refused, String::new()),
        Err(trouble) => (Ending::Failed, trouble.to_string()),
    };
    let mut text = String::new();
    for (name, value) in fields {
        if text.len() + name.len() + value.len() > recording::BODY_BYTES_MAX {
            break;
        }
        text.push_str(&name);
        text.push('=');
        text.push_str(&value);
        text.push('\n');
    }
    Exchange {
        payment,
        party: Party::Gateway,
        is_incoming: true,
        operation: "callback",
        ending,
        status: 0,
        took,
        said,
        // The word in which the answer is given; nothing where there is none.
        sent: answer.as_ref().map(|answer| format!("{answer:?}")).unwrap_or_default(),
        heard: text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("F000000000043", Some(43))]
    #[case("F999999999999", Some(999_999_999_999))]
    #[case("000000000043", None)]
    #[case("F43", None)]
    #[case("F0000000000043", None)]
    #[case("F+00000000043", None)]
    #[case("f000000000043", None)]
    #[case("", None)]
    fn order_numbers(#[case] oid: &str, #[case] payment: Option<i64>) {
        assert_eq!(payment_of(oid), payment);
        if let Some(payment) = payment {
            assert_eq!(oid_of(payment), oid);
        }
    }
}
