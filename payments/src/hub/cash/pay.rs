//! Paying over the counter.

use ledger::{
    Actor, AgentPay, CashReferenceState, Channel, Commission, Funds, Instrument, Moment, Money, NewShift, Pay,
    PayOutcome, Reference, RequestKey, ShiftOpened, float_of,
};

use super::NO_SHIFT;
use crate::api::Infrastructure;
use crate::api::cash::{CashKey, CashPayment, CashSubject, PayCash, PayCashError};
use crate::cash_digits;
use crate::hub::guard::Payer;
use crate::hub::{Hub, total};
use crate::networks::Network;
use crate::tariff;

/// The longest reference of a network's own, in characters.
const OWN_REFERENCE_MAX: usize = 64;
/// How often a payment is tried whose shift another process closed meanwhile.
const SHIFTS_MAX: u32 = 3;

/// What is paid.
struct Subject {
    quote: ledger::Quote,
    cash_reference: Option<ledger::CashReference>,
    /// Whether its time is over.
    expired: bool,
}

impl Hub {
    /// Takes cash for a bill: the total is drawn from the outlet's float, the intent is written down and the biller is
    /// told next. The same request again is the same payment, whatever became of it.
    pub async fn pay_cash(&self, request: PayCash) -> Result<CashPayment, PayCashError> {
        let networks = self.networks();
        let (network, _) = networks.outlet(&request.outlet).ok_or(crate::api::cash::CounterFault::UnknownOutlet)?;
        if let CashKey::Network(own) = &request.key {
            check_own_reference(own)?;
            // Request keys are forgotten after a week; what a network calls a payment is not.
            if let Some(known) = self.cash_payment_of(&network.code, own).await? {
                return if self.is_same(&request, &known).await? { Ok(known) } else { Err(PayCashError::KeyConflict) };
            }
        }
        networks.open_till(&request.outlet, &request.till)?;
        let subject = self.subject(&request.subject).await?;
        let quote = &subject.quote;
        let needed = total(&quote.amounts)?;
        if let Some(tendered) = request.tendered.filter(|tendered| *tendered < needed) {
            return Err(PayCashError::TooLittle { tendered, total: needed });
        }
        for _ in 0..SHIFTS_MAX {
            let mut objection = self.cash_objection(&subject);
            let shift = match self.shift_for(&request, network, objection.is_none()).await? {
                Some(shift) => shift,
                None => {
                    objection.get_or_insert(PayCashError::NoShift);
                    NO_SHIFT
                }
            };
            let pay = self.cash_pay(&request, network, &subject, shift)?;
            let payer = Payer { quote, phone: request.phone.as_deref(), outlet: Some(&request.outlet), address: None };
            let outcome = self.pay_guarded(objection, &payer, pay).await;
            let settled = matches!(
                outcome,
                Ok(PayOutcome::Started(_) | PayOutcome::Replayed(_) | PayOutcome::KeyConflict)
                    | Err(PayCashError::Infrastructure(_))
            );
            let before = if settled { None } else { self.taken_here(&request, shift, quote.id).await? };
            let reference = match outcome {
                _ if before.is_some() => before,
                outcome => self.started(&request, outcome?, needed).await?,
            };
            let Some(reference) = reference else { continue };
            let found = self.cash_payment(&reference.to_string()).await?;
            return Ok(found.ok_or_else(|| Infrastructure::Failed(format!("payment {} vanished", reference.id())))?);
        }
        Err(PayCashError::NoShift)
    }

    /// The payment that the ledger started; `None` where another shift is to be tried.
    async fn started(
        &self,
        request: &PayCash,
        outcome: PayOutcome,
        needed: Money,
    ) -> Result<Option<Reference>, PayCashError> {
        Err(match outcome {
            PayOutcome::Started(reference) | PayOutcome::Replayed(reference) => return Ok(Some(reference)),
            PayOutcome::ShiftClosed if request.opens_shift => return Ok(None),
            PayOutcome::ShiftClosed => PayCashError::NoShift,
            PayOutcome::KeyConflict => PayCashError::KeyConflict,
            PayOutcome::NotStarted => {
                Infrastructure::Failed("a payment without objection was not started".to_owned()).into()
            }
            PayOutcome::ReferenceOver => self.why_over(&request.subject).await?,
            PayOutcome::BeingPaid(_) => PayCashError::BeingPaid,
            PayOutcome::AlreadyPaid => PayCashError::AlreadyPaid,
            PayOutcome::InsufficientFunds => {
                let outlet = request.outlet.clone();
                let available = self.read(move |reader| reader.float(&outlet)).await?;
                PayCashError::FloatTooLow { available, needed }
            }
        })
    }

    /// What stands in the way of a new payment; one that the same request made before is none the worse for it.
    fn cash_objection(&self, subject: &Subject) -> Option<PayCashError> {
        if subject.expired {
            return Some(PayCashError::Expired);
        }
        let quote = &subject.quote;
        (!self.is_available(quote.biller, quote.channel)).then_some(PayCashError::Unavailable)
    }

    /// The payment of this very quote that the same shift took before: whoever comes back to the price on a screen and
    /// confirms once more, under another key, is shown what became of the cash. A reference says by itself that it is
    /// used, and a network's system knows its own.
    async fn taken_here(&self, request: &PayCash, shift: i64, quote: i64) -> Result<Option<Reference>, Infrastructure> {
        match (&request.key, &request.subject) {
            (CashKey::Screen(_), CashSubject::Quote(_)) => {
                self.read(move |reader| reader.shift_payment_of(shift, quote)).await
            }
            _ => Ok(None),
        }
    }

    /// What is to be paid. A used reference goes on to the ledger, which knows a replay from a second payment.
    async fn subject(&self, subject: &CashSubject) -> Result<Subject, PayCashError> {
        let now = self.now().naive_utc();
        let (quote, cash_reference) = match subject {
            CashSubject::Quote(reference) => {
                let reference: Reference = reference.parse().map_err(|_| PayCashError::UnknownQuote)?;
                (self.read(move |reader| reader.quote(reference)).await?.ok_or(PayCashError::UnknownQuote)?, None)
            }
            CashSubject::Reference(typed) => {
                let digits = cash_digits::read(typed).ok_or(PayCashError::UnknownReference)?;
                let found = self.read(move |reader| reader.cash_reference(&digits)).await?;
                let found = found.ok_or(PayCashError::UnknownReference)?;
                match found.state {
                    CashReferenceState::Cancelled => return Err(PayCashError::ReferenceCancelled),
                    CashReferenceState::Open | CashReferenceState::Used => {}
                }
                let quote = found.quote;
                let missing = || Infrastructure::Failed(format!("cash reference {} has no quote {quote}", found.id));
                (self.read(move |reader| reader.quote_of(quote)).await?.ok_or_else(missing)?, Some(found))
            }
        };
        if quote.channel != Channel::Agt || quote.instrument != Instrument::Cash {
            return Err(PayCashError::WrongInstrument);
        }
        let used = cash_reference.as_ref().is_some_and(|found| found.state == CashReferenceState::Used);
        let over = cash_reference.as_ref().is_some_and(|found| found.expires_at <= now);
        let expired = (quote.expires_at <= now || over) && !used;
        Ok(Subject { quote, cash_reference, expired })
    }

    /// Why the ledger did not take a reference.
    async fn why_over(&self, subject: &CashSubject) -> Result<PayCashError, Infrastructure> {
        let CashSubject::Reference(typed) = subject else { return Ok(PayCashError::Expired) };
        let Some(digits) = cash_digits::read(typed) else { return Ok(PayCashError::UnknownReference) };
        let found = self.read(move |reader| reader.cash_reference(&digits)).await?;
        Ok(match found.map(|found| found.state) {
            None => PayCashError::UnknownReference,
            Some(CashReferenceState::Used) => PayCashError::ReferenceUsed,
            Some(CashReferenceState::Cancelled) => PayCashError::ReferenceCancelled,
            Some(CashReferenceState::Open) => PayCashError::Expired,
        })
    }

    /// The till's open shift; opened if need be, where the request asks for it and it `may` start a payment.
    async fn shift_for(&self, request: &PayCash, network: &Network, may: bool) -> Result<Option<i64>, PayCashError> {
        let (outlet, till) = (request.outlet.clone(), request.till.clone());
        if let Some(open) = self.read(move |reader| reader.open_shift_of(&outlet, &till)).await? {
            return Ok(Some(open.id));
        }
        if !(request.opens_shift && may) {
            return Ok(None);
        }
        let new = NewShift {
            network: network.code.clone(),
            outlet: request.outlet.clone(),
            till: request.till.clone(),
            opening: ledger::Money::ZERO,
            actor: request.actor.clone(),
            moment: Moment::of(self.now()),
        };
        let opened = self.write(move |op| op.open_shift(&new)).await?;
        Ok(match opened {
            ShiftOpened::Opened(shift) | ShiftOpened::AlreadyOpen(shift) => Some(shift),
        })
    }

    fn cash_pay(
        &self,
        request: &PayCash,
        network: &Network,
        subject: &Subject,
        shift: i64,
    ) -> Result<Pay, PayCashError> {
        let quote = &subject.quote;
        let moment = Moment::of(self.now());
        let earned = tariff::fee(&network.commission, quote.amounts.principal, moment.day);
        let earned = earned.map_err(|error| Infrastructure::Failed(format!("commission: {error}")))?;
        let (scope, key) = match &request.key {
            CashKey::Screen(key) => (format!("outlet {}", request.outlet), key),
            CashKey::Network(own) => (format!("network {}", network.code), own),
        };
        let Actor { id, .. } = &request.actor;
        let phone = request.phone.as_deref().unwrap_or_default();
        let tendered = request.tendered.map(|tendered| tendered.to_string()).unwrap_or_default();
        let what = subject.cash_reference.as_ref().map_or_else(|| quote.reference.to_string(), |r| r.digits.clone());
        let PayCash { outlet, till, language, .. } = request;
        // Who stands at the till may change between two tries of a network's system.
        let who = if matches!(request.key, CashKey::Screen(_)) { id.to_string() } else { String::new() };
        let input = format!("{outlet}\n{till}\n{what}\n{tendered}\n{phone}\n{language}\n{who}");
        Ok(Pay {
            key: RequestKey::of(&scope, key, &input),
            quote: quote.id,
            biller: quote.biller,
            channel: quote.channel,
            instrument: quote.instrument,
            language: request.language,
            amounts: quote.amounts,
            bills: quote.bills.clone(),
            phone: request.phone.clone(),
            email: None,
            funds: Funds::InHand(float_of(&request.outlet)),
            address: None,
            agent: Some(Box::new(AgentPay {
                network: network.code.clone(),
                outlet: request.outlet.clone(),
                till: request.till.clone(),
                shift,
                network_reference: match &request.key {
                    CashKey::Network(own) => Some(own.clone()),
                    CashKey::Screen(_) => None,
                },
                cash_reference: subject.cash_reference.as_ref().map(|found| found.id),
                tendered: request.tendered,
                commission: Commission { net: earned.fee, vat: earned.vat },
                low_float: network.low_float,
                actor: request.actor.clone(),
            })),
            only_replay: false,
            moment,
        })
    }

    /// Whether a network asks for the very payment that it asked for before.
    async fn is_same(&self, request: &PayCash, known: &CashPayment) -> Result<bool, Infrastructure> {
        let subject = match &request.subject {
            CashSubject::Quote(reference) => {
                let asked: Option<Reference> = reference.parse().ok();
                known.cash_reference.is_none() && asked == known.payment.quote.parse().ok()
            }
            CashSubject::Reference(typed) => {
                let asked = cash_digits::read(typed);
                asked.is_some() && asked == known.cash_reference
            }
        };
        let reference: Option<Reference> = known.payment.reference.parse().ok();
        let stored = match reference {
            Some(reference) => self.read(move |reader| reader.payment(reference)).await?,
            None => None,
        };
        let told = match stored {
            Some(stored) => stored.phone()? == request.phone && stored.language == request.language,
            None => false,
        };
        let place = request.outlet == known.outlet && request.till == known.till;
        Ok(subject && told && place && request.tendered == known.tendered)
    }
}

fn check_own_reference(own: &str) -> Result<(), PayCashError> {
    let sound = (1..=OWN_REFERENCE_MAX).contains(&own.chars().count()) && !own.chars().any(char::is_control);
    if sound { Ok(()) } else { Err(PayCashError::BadKey) }
}
