//! How the bill is paid: a link by SMS, a reference for cash, or a card that the provider takes.

use ledger::{Channel, Instrument};
use payments::amount_rule::check_limits;
use payments::api::cash::{CashReferenceError, MakeCashReference, ReferenceSubject};
use payments::api::{Infrastructure, Quote, StartError};
use payments::links::{LinkStanding, MakeLink, MakeLinkError, Maker};
use payments::phone;
use payments::voice::{ChargeOutcome, ChargeToken, HandoverReason};

use super::dialogue::{Dialogue, Input, Turn};
use super::spoken;
use super::state::{Ask, State};
use super::texts::say;
use super::twiml::{CardPrompts, Verb};

/// Digits of a mobile number that are read back.
const SHOWN: usize = 4;

impl Dialogue<'_> {
    /// 1 a link, 2 cash, 3 card: as far as they were offered.
    pub(super) async fn choose_way(&self, state: State, key: usize) -> Result<Turn, Infrastructure> {
        match key {
            1 => match self.call.phone.clone().filter(|phone| phone::is_mobile(phone)) {
                Some(mobile) => self.send_link(state, &mobile).await,
                None => self.ask(state.at(Ask::Mobile), Vec::new()).await,
            },
            2 => match self.quote(&state).await? {
                Some(quote) if self.takes_cash(&quote) => self.make_reference(state).await,
                Some(_) => self.not_offered(state).await,
                None => self.look_up_again(state, Vec::new()).await,
            },
            3 => match &self.settings.pay_connector {
                Some(connector) => Ok(self.capture_card(state, connector.clone())),
                None => self.not_offered(state).await,
            },
            _ => self.not_offered(state).await,
        }
    }

    /// Whether the biller takes cash at outlets for what was quoted.
    pub(super) fn takes_cash(&self, quote: &Quote) -> bool {
        let catalogue = self.hub.catalogue();
        let kind = catalogue.get(quote.biller).and_then(|biller| biller.receivable_type(&quote.receivable_type));
        let principal = quote.amounts.principal;
        kind.is_some_and(|kind| check_limits(&kind.limits, Channel::Agt, Instrument::Cash, principal).is_ok())
    }

    async fn not_offered(&self, state: State) -> Result<Turn, Infrastructure> {
        let why = say(state.language(), "voice-wrong", &[]);
        self.wrong(state, why).await
    }

    /// The mobile for the link, where the caller's own number is none.
    pub(super) async fn mobile(&self, state: State, digits: &str) -> Result<Turn, Infrastructure> {
        match phone::normalise(digits).ok().filter(|phone| phone::is_mobile(phone)) {
            Some(mobile) => self.send_link(state, &mobile).await,
            None => self.not_offered(state).await,
        }
    }

    async fn send_link(&self, state: State, mobile: &str) -> Result<Turn, Infrastructure> {
        let language = state.language();
        let Some(quote) = state.quote.clone() else { return self.look_up_again(state, Vec::new()).await };
        let request = MakeLink {
            quote,
            phone: Some(mobile.to_owned()),
            email: None,
            language,
            made_by: Maker::Call(self.call.id),
            idempotency_key: self.key(),
        };
        match self.hub.make_link(request).await {
            Ok(link) if matches!(link.standing, LinkStanding::Open) => {
                let end = mobile.get(mobile.len().saturating_sub(SHOWN)..).unwrap_or_default();
                let digits = spoken::digits(language, end);
                Ok(self.goodbye(state, vec![say(language, "voice-link-sent", &[("digits", &digits)])]))
            }
            // Made by this very step before, and not open any more.
            Ok(_) | Err(MakeLinkError::Expired | MakeLinkError::UnknownQuote) => {
                self.look_up_again(state, Vec::new()).await
            }
            Err(MakeLinkError::BeingPaid) => self.obstructed(state, "voice-being-paid").await,
            Err(MakeLinkError::AlreadyPaid) => self.obstructed(state, "voice-already-paid").await,
            Err(MakeLinkError::Unavailable) => self.suspended(state).await,
            Err(MakeLinkError::NotByLink | MakeLinkError::NoRecipient | MakeLinkError::KeyConflict) => {
                let why = say(language, "voice-not-by-phone", &[]);
                Ok(self.hand_over(state, HandoverReason::Trouble, vec![why]))
            }
            Err(MakeLinkError::Infrastructure(trouble)) => Err(trouble),
        }
    }

    /// The bill cannot be paid now, whatever the way.
    async fn obstructed(&self, state: State, key: &str) -> Result<Turn, Infrastructure> {
        let why = say(state.language(), key, &[]);
        self.ask(state.without_bill().at(Ask::Next), vec![why]).await
    }

    async fn make_reference(&self, state: State) -> Result<Turn, Infrastructure> {
        let language = state.language();
        let Some(inquiry) = state.inquiry.clone() else { return self.look_up_again(state, Vec::new()).await };
        let request = MakeCashReference {
            subject: ReferenceSubject::Choice { inquiry, articles: state.articles.clone(), amount: None },
            channel: Channel::Ivr,
            phone: self.call.phone.clone(),
            language,
            idempotency_key: Some(self.key()),
        };
        match self.hub.make_cash_reference(request).await {
            Ok(reference) => {
                let digits = spoken::digits(language, &reference.digits);
                let total = spoken::amount(language, reference.quote.amounts.total);
                let said = || say(language, "voice-cash", &[("digits", &digits), ("total", &total)]);
                Ok(self.goodbye(state, vec![said(), say(language, "voice-again", &[]), said()]))
            }
            Err(CashReferenceError::Quote(error)) => self.no_quote(state, 0, error).await,
            Err(CashReferenceError::UnknownQuote | CashReferenceError::Expired) => {
                self.look_up_again(state, Vec::new()).await
            }
            Err(CashReferenceError::KeyConflict) => {
                let why = say(language, "voice-not-by-phone", &[]);
                Ok(self.hand_over(state, HandoverReason::Trouble, vec![why]))
            }
            Err(CashReferenceError::Infrastructure(trouble)) => Err(trouble),
        }
    }

    /// The provider takes the card; not one of its digits comes here.
    fn capture_card(&self, state: State, connector: String) -> Turn {
        let language = state.language();
        let text = |key: &str| say(language, key, &[]);
        let prompts = CardPrompts {
            number: text("voice-card-ask-number"),
            expiry: text("voice-card-ask-expiry"),
            code: text("voice-card-ask-code"),
            wait: text("voice-card-wait"),
        };
        let pay = Verb::Pay { connector, prompts, language, action: self.next_step() };
        // Not a clean slate: a card that cannot be read three times leads to a person.
        let state = State { ask: Ask::Card, silent: 0, ..state };
        Turn::on(state, vec![Verb::Say(text("voice-card-begin")), pay])
    }

    /// The provider is done with the card.
    pub(super) async fn take_card(&self, state: State, input: &Input) -> Result<Turn, Infrastructure> {
        use secrecy::ExposeSecret;
        let language = state.language();
        let back = State { ask: Ask::Way, ..state };
        if input.card_result != "success" || input.card_token.expose_secret().is_empty() {
            return self.wrong(back, say(language, "voice-card-failed", &[])).await;
        }
        let Some(quote) = back.quote.clone() else { return self.look_up_again(back, Vec::new()).await };
        let request = ChargeToken {
            quote,
            idempotency_key: self.key(),
            token: input.card_token.clone(),
            card_mask: input.card_mask.clone(),
            phone: self.call.phone.clone(),
            language,
        };
        match self.hub.charge_token(request).await {
            Ok(ChargeOutcome::Accepted(_)) => {
                let by_sms = self.call.phone.as_deref().is_some_and(phone::is_mobile);
                let key = if by_sms { "voice-accepted" } else { "voice-accepted-plain" };
                Ok(self.goodbye(back, vec![say(language, key, &[])]))
            }
            Ok(ChargeOutcome::Declined(_)) => self.wrong(back, say(language, "voice-declined", &[])).await,
            Ok(ChargeOutcome::Unknown(_)) => Ok(self.goodbye(back, vec![say(language, "voice-pending", &[])])),
            Err(StartError::BeingPaid) => self.obstructed(back, "voice-being-paid").await,
            Err(StartError::AlreadyPaid) => self.obstructed(back, "voice-already-paid").await,
            // Neither heard nor said on the line: whom a rule meant, and why.
            Err(StartError::Stopped(stopped)) => {
                let key = if stopped.in_review { "voice-guard-review" } else { "voice-guard-refused" };
                let digits = spoken::digits(language, stopped.reference.trim_start_matches(['G', '0']));
                Ok(self.goodbye(back, vec![say(language, key, &[("digits", &digits)])]))
            }
            Err(StartError::Expired | StartError::UnknownQuote) => self.look_up_again(back, Vec::new()).await,
            Err(StartError::Infrastructure(trouble)) => Err(trouble),
            Err(
                StartError::Unavailable | StartError::KeyConflict | StartError::Over(_) | StartError::WrongInstrument,
            ) => {
                let why = say(language, "voice-not-by-phone", &[]);
                Ok(self.hand_over(back, HandoverReason::Trouble, vec![why]))
            }
        }
    }
}
