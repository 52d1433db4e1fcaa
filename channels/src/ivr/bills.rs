//! From a contract to the bill that is to be paid.

use std::collections::BTreeMap;
use std::time::Duration;

use ledger::{Channel, Instrument};
use payments::api::{FindBills, FindError, Found, Infrastructure, Inquiry, MakeQuote, QuoteError};
use payments::voice::HandoverReason;

use super::billers::keyed_field;
use super::dialogue::{Dialogue, Turn};
use super::prompts::payable;
use super::state::{Ask, State};
use super::texts::say;
use super::twiml::Say;

/// Longest wait for a biller: the provider waits 15 s for an answer and then hangs up on the caller.
const BILLER_MAX: Duration = Duration::from_secs(10);
/// Callers who withhold their number share one allowance.
const WITHHELD: &str = "withheld";

impl Dialogue<'_> {
    /// Asks the biller, while the caller waits.
    pub(super) async fn look_up(&self, state: State) -> Result<Turn, Infrastructure> {
        let language = state.language();
        let catalogue = self.hub.catalogue();
        let biller = state.biller.and_then(|code| catalogue.get(code));
        let kind = biller.zip(state.kind.as_deref()).and_then(|(biller, code)| biller.receivable_type(code));
        let (Some(biller), Some(kind), Some(contract)) = (biller, kind, state.contract.clone()) else {
            return self.choose_biller(state, Vec::new()).await;
        };
        let Some(field) = keyed_field(kind) else { return self.choose_biller(state, Vec::new()).await };
        // What was keyed is not needed any more: the look-up keeps it.
        let state = State { contract: None, ..state };
        let caller = self.call.phone.clone().unwrap_or_else(|| WITHHELD.to_owned());
        if self.lookups.take_key(&caller).is_err() {
            return Ok(self.goodbye(state, vec![say(language, "voice-too-many", &[])]));
        }
        let request = FindBills {
            biller: biller.code,
            receivable_type: kind.code.clone(),
            fields: BTreeMap::from([(field.name.clone(), contract)]),
            channel: Channel::Ivr,
            language,
        };
        let name = [("name", biller.shown_name(language))];
        let found = tokio::time::timeout(BILLER_MAX, self.hub.find_bills(request)).await;
        let found = found.unwrap_or(Err(FindError::Unavailable));
        let code = biller.code;
        match found {
            Ok(Found::Bill(inquiry)) => {
                let Inquiry { reference, contract_masked, .. } = inquiry;
                let state = State { inquiry: Some(reference), contract_masked, ..state };
                let turn = self.ask(state.at(Ask::Bill(0)), Vec::new()).await?;
                Ok(Turn { biller: Some(code), ..turn })
            }
            Ok(Found::NothingDue) => {
                let nothing = say(language, "voice-nothing-due", &name);
                let turn = self.ask(state.at(Ask::Next), vec![nothing]).await?;
                Ok(Turn { biller: Some(code), ..turn })
            }
            Ok(Found::UnknownCustomer) => {
                let state = State { ask: Ask::Contract, ..state };
                self.wrong(state, say(language, "voice-unknown-contract", &name)).await
            }
            Err(FindError::Form(_)) => {
                let state = State { ask: Ask::Contract, ..state };
                self.wrong(state, say(language, "voice-wrong", &[])).await
            }
            Err(FindError::Unavailable | FindError::ChannelClosed | FindError::UnknownBiller) => {
                let down = say(language, "voice-unavailable", &name);
                self.ask(state.at(Ask::Next), vec![down]).await
            }
            Err(FindError::Infrastructure(trouble)) => Err(trouble),
        }
    }

    /// 1 pays the bill that was read, 2 reads the next one, 3 pays them all.
    pub(super) async fn choose_bill(&self, state: State, at: usize, key: usize) -> Result<Turn, Infrastructure> {
        let Some(inquiry) = self.inquiry(&state).await? else { return self.look_up_again(state, Vec::new()).await };
        let lines = payable(&inquiry.articles);
        let articles: Vec<String> = match (key, state.heard.clone()) {
            // What was heard and not what stands there now; paid or being paid since, it is refused.
            (1, Some(heard)) => vec![heard],
            // Everything is paid or being paid since it was read.
            _ if lines.is_empty() => return self.ask(state.at(Ask::Bill(0)), Vec::new()).await,
            (2, _) if lines.len() > 1 => {
                return self.ask(state.at(Ask::Bill((at + 1) % lines.len())), Vec::new()).await;
            }
            (3, _) if lines.len() > 1 => lines.iter().map(|line| line.article.id.clone()).collect(),
            _ => {
                let why = say(state.language(), "voice-wrong", &[]);
                return self.wrong(state, why).await;
            }
        };
        let request = MakeQuote {
            inquiry: inquiry.reference.clone(),
            articles: articles.clone(),
            amount: None,
            channel: Channel::Ivr,
            instrument: Instrument::Card,
        };
        match self.hub.make_quote(request).await {
            Ok(quote) => {
                let state = State { articles, quote: Some(quote.reference), ..state };
                self.ask(state.at(Ask::Way), Vec::new()).await
            }
            Err(error) => self.no_quote(state, at, error).await,
        }
    }

    /// The biller takes no payments for now, whatever the way.
    pub(super) async fn suspended(&self, state: State) -> Result<Turn, Infrastructure> {
        let (catalogue, language) = (self.hub.catalogue(), state.language());
        let biller = state.biller.and_then(|code| catalogue.get(code));
        let name = [("name", biller.map_or("", |biller| biller.shown_name(language)))];
        let down = say(language, "voice-unavailable", &name);
        self.ask(state.without_bill().at(Ask::Next), vec![down]).await
    }

    /// Why a bill cannot be priced, and what is asked instead.
    pub(super) async fn no_quote(&self, state: State, at: usize, error: QuoteError) -> Result<Turn, Infrastructure> {
        let tell = |key: &str| -> Vec<Say> { vec![say(state.language(), key, &[])] };
        match error {
            QuoteError::Infrastructure(trouble) => Err(trouble),
            QuoteError::InquiryExpired => self.look_up_again(state, Vec::new()).await,
            QuoteError::Busy => {
                let says = tell("voice-being-paid");
                self.ask(state.at(Ask::Bill(at)), says).await
            }
            QuoteError::Unavailable => self.suspended(state).await,
            // The bounds of the channel, or a rule that wants an amount to be chosen: a person can do more.
            QuoteError::AmountNotAllowed { .. }
            | QuoteError::AmountRequired
            | QuoteError::InstrumentNotOffered
            | QuoteError::NothingChosen
            | QuoteError::UnknownArticle(_) => {
                let says = tell("voice-not-by-phone");
                Ok(self.hand_over(state, HandoverReason::Trouble, says))
            }
        }
    }
}
