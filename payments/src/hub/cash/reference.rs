//! References payable at an outlet: made on any channel, found and paid at a counter.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    BillState, CashReferenceState, Channel, Instrument, KeptCashReference, Moment, NewCashReference, NewQuote,
    Reference, RequestKey,
};

use crate::amount_rule;
use crate::api::cash::{
    CancelReferenceError, CashReference, CashReferenceError, CashReferenceStanding, MakeCashReference, ReferenceSubject,
};
use crate::api::{Infrastructure, MakeQuote, QuoteError};
use crate::cash_digits;
use crate::hub::detail::{self, QuoteDetail};
use crate::hub::{Hub, show_quote};

/// The least time between making a reference and reminding of it: a sooner reminder only repeats the first SMS.
const REMINDER_LEAST: TimeDelta = TimeDelta::hours(1);
/// Tries to find digits that nobody has: of 9 x 10^11 one is enough.
const TRIES_MAX: u32 = 20;

impl Hub {
    /// Makes a reference of thirteen digits for a choice or a quote, payable in cash at any outlet until it ends: with
    /// the quote, at most after [`crate::HubSettings::cash_reference_lifetime`]. Reserves nothing: whoever pays the bill
    /// first has paid it. The same request again under a key is the same reference, sent once.
    pub async fn make_cash_reference(&self, request: MakeCashReference) -> Result<CashReference, CashReferenceError> {
        let key = key_of(&request);
        // A replay is answered whatever became of the bill since.
        if let Some(key) = key
            && let Some(known) = self.read(move |reader| reader.known_cash_reference(&key)).await?
        {
            return self.kept(known).await;
        }
        let quote = match &request.subject {
            ReferenceSubject::Choice { inquiry, articles, amount } => {
                let choice = MakeQuote {
                    inquiry: inquiry.clone(),
                    articles: articles.clone(),
                    amount: *amount,
                    channel: Channel::Agt,
                    instrument: Instrument::Cash,
                };
                let made = self.make_quote(choice).await?;
                let reference: Reference = made.reference.parse().map_err(|_| CashReferenceError::UnknownQuote)?;
                self.read(move |reader| reader.quote(reference)).await?.ok_or(CashReferenceError::UnknownQuote)?
            }
            ReferenceSubject::Quote(reference) => self.quote_for_cash(reference).await?,
        };
        if [request.channel, Channel::Agt].iter().any(|channel| self.is_suspended(quote.biller, *channel)) {
            return Err(QuoteError::Unavailable.into());
        }
        let Moment { at: now, .. } = Moment::of(self.now());
        let expires_at = (now + self.settings.cash_reference_lifetime).naive_utc().min(quote.expires_at);
        let remind_at = (expires_at - self.settings.cash_reference_reminder).and_utc();
        let mut new = NewCashReference {
            key,
            digits: String::new(),
            quote: quote.id,
            channel: request.channel,
            language: request.language,
            phone: request.phone,
            expires_at,
            remind_at: Some(remind_at).filter(|at| *at >= now + REMINDER_LEAST),
            moment: Moment::of(now),
        };
        for _ in 0..TRIES_MAX {
            new.digits = cash_digits::fresh();
            let kept = new.clone();
            match self.write(move |op| op.keep_cash_reference(&kept)).await? {
                KeptCashReference::DigitsTaken => {}
                kept => return self.kept(kept).await,
            }
        }
        self.kept(KeptCashReference::DigitsTaken).await
    }

    async fn kept(&self, kept: KeptCashReference) -> Result<CashReference, CashReferenceError> {
        let failed = |why: String| CashReferenceError::from(Infrastructure::Failed(why));
        match kept {
            KeptCashReference::New(id) | KeptCashReference::Replayed(id) => {
                let stored = self.read(move |reader| reader.cash_reference_of(id)).await?;
                let stored = stored.ok_or_else(|| failed(format!("cash reference {id} vanished")))?;
                Ok(self.show_reference(stored).await?)
            }
            KeptCashReference::KeyConflict => Err(CashReferenceError::KeyConflict),
            KeptCashReference::DigitsTaken => Err(failed("no free digits were found for a cash reference".to_owned())),
        }
    }

    /// A quote of any channel as one for cash at an outlet: the same lines and bills at the price of cash, with the same
    /// end.
    async fn quote_for_cash(&self, reference: &str) -> Result<ledger::Quote, CashReferenceError> {
        let reference: Reference = reference.parse().map_err(|_| CashReferenceError::UnknownQuote)?;
        let stored = self.read(move |reader| reader.quote(reference)).await?.ok_or(CashReferenceError::UnknownQuote)?;
        let now = self.now();
        if stored.expires_at <= now.naive_utc() {
            return Err(CashReferenceError::Expired);
        }
        let keys: Vec<_> = stored.bills.iter().map(|claim| claim.key).collect();
        let standings = self.read(move |reader| reader.bills(&keys)).await?;
        let is_taken = |claim: &ledger::BillClaim| {
            let standing = standings.get(&claim.key);
            let generation = standing.map_or(0, |standing| standing.generation);
            generation != claim.generation || standing.is_some_and(|standing| standing.state != BillState::Open)
        };
        if stored.bills.iter().any(is_taken) {
            return Err(QuoteError::Busy.into());
        }
        if stored.channel == Channel::Agt && stored.instrument == Instrument::Cash {
            return Ok(stored);
        }
        let catalogue = self.catalogue();
        let kind = catalogue.get(stored.biller).and_then(|biller| biller.receivable_type(&stored.receivable_type));
        let kind = kind.ok_or(CashReferenceError::UnknownQuote)?;
        let principal = stored.amounts.principal;
        let limits = amount_rule::check_limits(&kind.limits, Channel::Agt, Instrument::Cash, principal);
        limits.map_err(QuoteError::from)?;
        let quote_detail: QuoteDetail = detail::read(&stored.detail)?;
        let amounts = self.price(kind, principal, &quote_detail.articles, Instrument::Cash, now)?;
        let new = NewQuote {
            inquiry: stored.inquiry,
            biller: stored.biller,
            receivable_type: stored.receivable_type,
            channel: Channel::Agt,
            instrument: Instrument::Cash,
            amounts,
            customer: detail::customer_key(stored.biller, kind, &quote_detail.fields),
            bills: stored.bills,
            detail: stored.detail,
            created_at: now.naive_utc(),
            expires_at: stored.expires_at,
        };
        Ok(self.write(move |op| op.keep_quote(&new)).await?)
    }

    /// A reference as typed or scanned; `None` if there is none, or its check digit is wrong.
    pub async fn find_cash_reference(&self, typed: &str) -> Result<Option<CashReference>, Infrastructure> {
        let Some(digits) = cash_digits::read(typed) else { return Ok(None) };
        match self.read(move |reader| reader.cash_reference(&digits)).await? {
            Some(stored) => Ok(Some(self.show_reference(stored).await?)),
            None => Ok(None),
        }
    }

    /// Withdraws a reference that was not paid. One that was withdrawn before stays so.
    pub async fn cancel_cash_reference(&self, typed: &str) -> Result<CashReference, CancelReferenceError> {
        let digits = cash_digits::read(typed).ok_or(CancelReferenceError::Unknown)?;
        let stored = self.read(move |reader| reader.cash_reference(&digits)).await?;
        let id = stored.ok_or(CancelReferenceError::Unknown)?.id;
        match self.write(move |op| op.cancel_cash_reference(id)).await? {
            None => Err(CancelReferenceError::Unknown),
            Some(CashReferenceState::Used) => Err(CancelReferenceError::Used),
            Some(CashReferenceState::Open | CashReferenceState::Cancelled) => {
                let stored = self.read(move |reader| reader.cash_reference_of(id)).await?;
                let stored = stored.ok_or(CancelReferenceError::Unknown)?;
                Ok(self.show_reference(stored).await?)
            }
        }
    }

    pub(crate) async fn show_reference(&self, stored: ledger::CashReference) -> Result<CashReference, Infrastructure> {
        let (quote, payment) = (stored.quote, stored.payment);
        let (quote, payment) = self
            .read(move |reader| {
                let payment = match payment {
                    Some(payment) => reader.payment_of(payment)?,
                    None => None,
                };
                Ok((reader.quote_of(quote)?, payment))
            })
            .await?;
        let missing = || Infrastructure::Failed(format!("cash reference {} has no quote", stored.id));
        Ok(CashReference {
            standing: standing(&stored, self.now()),
            quote: show_quote(&quote.ok_or_else(missing)?)?,
            digits: stored.digits,
            channel: stored.channel,
            created_at: stored.created_at.and_utc(),
            expires_at: stored.expires_at.and_utc(),
            payment: payment.map(|payment| payment.reference.to_string()),
        })
    }
}

/// The request's key with all that it asks for.
fn key_of(request: &MakeCashReference) -> Option<RequestKey> {
    let MakeCashReference { subject, channel, phone, language, idempotency_key } = request;
    let key = idempotency_key.as_deref()?;
    let input = format!("{subject:?}\n{}\n{language}", phone.as_deref().unwrap_or_default());
    Some(RequestKey::of(&format!("cash reference {channel}"), key, &input))
}

/// Where a stored reference stands at a time.
pub(super) fn standing(stored: &ledger::CashReference, now: DateTime<Utc>) -> CashReferenceStanding {
    match stored.state {
        CashReferenceState::Used => CashReferenceStanding::Used,
        CashReferenceState::Cancelled => CashReferenceStanding::Cancelled,
        CashReferenceState::Open if stored.expires_at <= now.naive_utc() => CashReferenceStanding::Expired,
        CashReferenceState::Open => CashReferenceStanding::Open,
    }
}
