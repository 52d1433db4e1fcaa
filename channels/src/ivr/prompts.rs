//! What is asked where a call stands. Only here is it decided what a caller hears before a question is answered.

use payments::api::{Infrastructure, PayableArticle};
use payments::catalogue::Biller;

use super::billers::{keyed_field, kinds, offered};
use super::dialogue::{Dialogue, Turn};
use super::spoken;
use super::state::{Ask, State};
use super::texts::say;
use super::twiml::{Keys, Say, Verb};

/// Billers of one page of the list: the keys 1 to 9.
const PAGE: usize = 9;
/// The key of the caller's last biller, where there is one.
const LAST_BILLER_KEY: usize = 9;

/// The billers of a page, by their keys.
pub(super) struct Page<'a> {
    pub billers: Vec<&'a Biller>,
    pub last: Option<&'a Biller>,
    pub pages: usize,
}

impl<'a> Page<'a> {
    /// A page of the list, which goes round. The key 9 is the caller's last biller's, where there is one.
    pub(super) fn of(billers: &[&'a Biller], last: Option<u16>, page: usize) -> Self {
        let last = last.and_then(|code| billers.iter().find(|biller| biller.code == code).copied());
        let size = if last.is_some() { LAST_BILLER_KEY - 1 } else { PAGE };
        let pages = billers.len().div_ceil(size).max(1);
        let billers = billers.iter().skip(page % pages * size).take(size).copied().collect();
        Self { billers, last, pages }
    }

    /// The biller of a key.
    pub(super) fn at(&self, key: usize) -> Option<&'a Biller> {
        match self.last {
            Some(last) if key == LAST_BILLER_KEY => Some(last),
            _ => self.billers.get(key.checked_sub(1)?).copied(),
        }
    }
}

/// The lines that a caller can choose. Mandatory ones ride along with each, and stand alone only if nothing else is due.
pub(super) fn payable(articles: &[PayableArticle]) -> Vec<&PayableArticle> {
    let free = || articles.iter().filter(|line| !line.busy);
    let chosen: Vec<_> = free().filter(|line| !line.mandatory).collect();
    if chosen.is_empty() { free().collect() } else { chosen }
}

impl Dialogue<'_> {
    /// Asks what the state says, after some sentences.
    pub(super) async fn ask(&self, mut state: State, mut says: Vec<Say>) -> Result<Turn, Infrastructure> {
        let language = state.language();
        let mut tell = |key: &str, args: &[(&'static str, &str)]| says.push(say(language, key, args));
        let key = |number| spoken::number(language, number);
        let mut keys = Keys::One;
        match state.ask {
            Ask::Language => {
                for language in ledger::Language::ALL {
                    says.push(say(*language, "voice-language", &[]));
                }
            }
            Ask::Biller(at) => {
                let catalogue = self.hub.catalogue();
                let billers = offered(&catalogue);
                let page = Page::of(&billers, self.last_biller().await?, at);
                tell("voice-biller", &[]);
                if let Some(last) = page.last {
                    tell("voice-last", &[("name", last.shown_name(language)), ("key", &key(LAST_BILLER_KEY))]);
                }
                for (at, biller) in page.billers.iter().enumerate() {
                    tell("voice-choice", &[("name", biller.shown_name(language)), ("key", &key(at + 1))]);
                }
                tell(if page.pages > 1 { "voice-more" } else { "voice-repeat" }, &[]);
                tell("voice-operator", &[]);
            }
            Ask::Kind => {
                let catalogue = self.hub.catalogue();
                let Some(biller) = state.biller.and_then(|code| catalogue.get(code)) else {
                    return self.choose_biller(state, says).await;
                };
                tell("voice-kind", &[("name", biller.shown_name(language))]);
                for (at, kind) in kinds(biller).take(PAGE).enumerate() {
                    tell("voice-choice", &[("name", kind.name.get(language)), ("key", &key(at + 1))]);
                }
                tell("voice-repeat", &[]);
            }
            Ask::Contract => {
                let catalogue = self.hub.catalogue();
                let biller = state.biller.and_then(|code| catalogue.get(code));
                let kind = biller.zip(state.kind.as_deref()).and_then(|(biller, code)| biller.receivable_type(code));
                let Some(field) = kind.and_then(keyed_field) else {
                    return self.choose_biller(state, says).await;
                };
                tell("voice-contract", &[("label", field.label.get(language))]);
                keys = Keys::Number;
            }
            Ask::Bill(at) => {
                let Some(inquiry) = self.inquiry(&state).await? else {
                    return self.look_up_again(state, says).await;
                };
                let lines = payable(&inquiry.articles);
                let Some(line) = lines.get(at % lines.len().max(1)) else {
                    tell("voice-all-busy", &[]);
                    return Box::pin(self.ask(state.without_bill().at(Ask::Next), says)).await;
                };
                state.heard = Some(line.article.id.clone());
                let amount = spoken::amount(language, line.article.amount);
                let (number, count) = (key(at % lines.len() + 1), key(lines.len()));
                match lines.len() {
                    1 => tell("voice-bill-only", &[("amount", &amount)]),
                    _ => tell("voice-bill", &[("number", &number), ("count", &count), ("amount", &amount)]),
                }
                if let Some(day) = line.article.date {
                    tell("voice-bill-date", &[("date", &spoken::date(language, day))]);
                }
                tell("voice-bill-pay", &[("key", &key(1))]);
                if lines.len() > 1 {
                    tell("voice-bill-next", &[("key", &key(2))]);
                    tell("voice-bill-all", &[("key", &key(3))]);
                }
                tell("voice-repeat", &[]);
            }
            Ask::Way => {
                let Some(quote) = self.quote(&state).await? else { return self.look_up_again(state, says).await };
                let total = spoken::amount(language, quote.amounts.total);
                match quote.amounts.fee.checked_add(quote.amounts.vat).filter(|fee| fee.is_positive()) {
                    Some(fee) => {
                        tell("voice-total-fee", &[("total", &total), ("fee", &spoken::amount(language, fee))]);
                    }
                    None => tell("voice-total", &[("total", &total)]),
                }
                tell("voice-way-link", &[("key", &key(1))]);
                if self.takes_cash(&quote) {
                    tell("voice-way-cash", &[("key", &key(2))]);
                }
                if self.settings.pay_connector.is_some() {
                    tell("voice-way-card", &[("key", &key(3))]);
                }
                tell("voice-repeat", &[]);
                tell("voice-operator", &[]);
            }
            Ask::Mobile => {
                tell("voice-mobile", &[]);
                keys = Keys::Number;
            }
            Ask::Next | Ask::Start | Ask::LookUp | Ask::Card | Ask::Operator => {
                tell("voice-next", &[("again", &key(1)), ("other", &key(2))]);
            }
        }
        let action = self.next_step();
        Ok(Turn::on(state, vec![Verb::Gather { keys, says, action }]))
    }
}
