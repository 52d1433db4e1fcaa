//! The dialogue: what a caller's keys lead to. It decides and says; the step's effects are keyed by call and step, so a
//! step that is worked on twice has them once.

use std::collections::BTreeMap;

use ledger::Language;
use payments::api::{Infrastructure, Inquiry, Quote};
use payments::voice::{HandoverReason, NewHandover, VoiceCall, voice_request};
use payments::{card_numbers, form};
use secrecy::SecretString;

use super::billers::{kinds, offered};
use super::prompts::Page;
use super::state::{Ask, State};
use super::texts::say;
use super::twiml::{Say, Verb};
use super::{Teleoperators, VoiceSettings};
use crate::use_cases::UseCases;
use crate::web::limits::Limiter;

/// Entries in a row that make no sense, after which a person helps.
const WRONG_MAX: u8 = 3;
/// Silences in a row, after which nobody seems to be there.
const SILENT_MAX: u8 = 3;
/// Steps of one call: ten times what a patient caller needs. Past it the line is wanted for others.
const STEPS_MAX: i32 = 200;

/// What the provider posts about a step. Nothing else of its requests is read.
pub(super) struct Input {
    /// The keys, without the `#` at the end.
    pub digits: String,
    /// How taking a card ended.
    pub card_result: String,
    /// The gateway's word for the card.
    pub card_token: SecretString,
    /// The card's mask.
    pub card_mask: String,
    /// How the connection to the teleoperators ended.
    pub connection: String,
    /// The digest of all this.
    pub digest: [u8; 16],
}

impl Input {
    /// Reads a form.
    pub(super) fn of(form: &[(String, String)]) -> Self {
        let get = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        let connection = if get("DialCallStatus").is_empty() { get("QueueResult") } else { get("DialCallStatus") };
        let (digits, result, token) = (get("Digits"), get("Result"), get("PaymentToken"));
        let (mask, connection) = (get("PaymentCardNumber"), connection.to_owned());
        let digest = voice_request(&[digits, result, token, mask, &connection]);
        // The provider never posts a card number; a connector that hands one on as its token, or the mask whole, must
        // not make us a holder of it. Digits within a token fit by chance, and the payer would be told that the card
        // could not be read.
        let leaked = card_numbers::is_one(token) || card_numbers::holds_one(mask);
        if leaked {
            tracing::error!(target: "security", "the voice provider posted a card number: it was dropped");
        }
        let unless_leaked = |text: &str| if leaked { String::new() } else { text.to_owned() };
        Self {
            digits: digits.trim_end_matches('#').to_owned(),
            card_result: unless_leaked(result),
            card_token: unless_leaked(token).into(),
            card_mask: unless_leaked(mask),
            connection,
            digest,
        }
    }
}

/// What a step comes to.
pub(super) struct Turn {
    pub state: State,
    pub verbs: Vec<Verb>,
    /// The biller at which a bill was found.
    pub biller: Option<u16>,
    /// Whether the call is over.
    pub ends: bool,
    pub handover: Option<NewHandover>,
}

impl Turn {
    /// The call goes on.
    pub(super) fn on(state: State, verbs: Vec<Verb>) -> Self {
        Self { state, verbs, biller: None, ends: false, handover: None }
    }
}

/// One step of one call.
pub(super) struct Dialogue<'a> {
    pub hub: &'a dyn UseCases,
    pub settings: &'a VoiceSettings,
    pub lookups: &'a Limiter<String>,
    pub call: &'a VoiceCall,
}

impl Dialogue<'_> {
    /// Answers the step at which the call stands.
    pub(super) async fn answer(&self, state: State, input: &Input) -> Result<Turn, Infrastructure> {
        if self.call.step >= STEPS_MAX {
            return Ok(self.goodbye(state, Vec::new()));
        }
        match state.ask {
            Ask::Start => return self.ask(state.at(Ask::Language), Vec::new()).await,
            Ask::LookUp => return self.look_up(state).await,
            Ask::Card => return self.take_card(state, input).await,
            Ask::Operator => return Ok(self.after_operator(state, input)),
            _ => {}
        }
        let language = state.language();
        match input.digits.as_str() {
            "" => self.silence(state).await,
            "0" => Ok(self.hand_over(state, HandoverReason::Asked, Vec::new())),
            "*" => match state.ask {
                Ask::Biller(page) => self.ask(state.at(Ask::Biller(page + 1)), Vec::new()).await,
                ask => self.ask(state.at(ask), Vec::new()).await,
            },
            // A caller who takes the wrong prompt for the card's: it is not looked up, and not kept.
            digits if card_numbers::holds_one(digits) && state.ask != Ask::Contract => {
                self.wrong(state, say(language, "voice-card-number", &[])).await
            }
            digits => self.keyed(state, digits).await,
        }
    }

    async fn keyed(&self, state: State, digits: &str) -> Result<Turn, Infrastructure> {
        let key: Option<usize> = digits.parse().ok().filter(|_| digits.len() == 1);
        match (state.ask, key) {
            (Ask::Language, Some(key @ 1..=3)) => {
                let language = Language::ALL.get(key - 1).copied();
                self.ask(State { language, ..state }.at(Ask::Biller(0)), Vec::new()).await
            }
            (Ask::Biller(page), Some(key)) => {
                let catalogue = self.hub.catalogue();
                let billers = offered(&catalogue);
                match Page::of(&billers, self.last_biller().await?, page).at(key) {
                    Some(biller) => {
                        let mut kinds = kinds(biller);
                        let (first, second) = (kinds.next(), kinds.next());
                        let state = State { biller: Some(biller.code), ..state.without_bill() };
                        match (first, second) {
                            (Some(only), None) => {
                                let state = State { kind: Some(only.code.clone()), ..state };
                                self.ask(state.at(Ask::Contract), Vec::new()).await
                            }
                            _ => self.ask(state.at(Ask::Kind), Vec::new()).await,
                        }
                    }
                    None => self.nonsense(state).await,
                }
            }
            (Ask::Kind, Some(key)) => {
                let catalogue = self.hub.catalogue();
                let biller = state.biller.and_then(|code| catalogue.get(code));
                match biller.and_then(|biller| kinds(biller).nth(key.checked_sub(1)?)) {
                    Some(kind) => {
                        let state = State { kind: Some(kind.code.clone()), ..state };
                        self.ask(state.at(Ask::Contract), Vec::new()).await
                    }
                    None => self.nonsense(state).await,
                }
            }
            (Ask::Contract, _) => self.contract(state, digits).await,
            (Ask::Bill(at), Some(key)) => self.choose_bill(state, at, key).await,
            (Ask::Way, Some(key)) => self.choose_way(state, key).await,
            (Ask::Mobile, _) => self.mobile(state, digits).await,
            (Ask::Next, Some(1)) => self.ask(state.without_bill().at(Ask::Contract), Vec::new()).await,
            (Ask::Next, Some(2)) => self.choose_biller(state, Vec::new()).await,
            _ => self.nonsense(state).await,
        }
    }

    /// Checks the number by the biller's form; then the caller is told to wait, and the biller is asked in the next step.
    async fn contract(&self, state: State, digits: &str) -> Result<Turn, Infrastructure> {
        let catalogue = self.hub.catalogue();
        let language = state.language();
        let kind = state.biller.and_then(|code| catalogue.get(code)).zip(state.kind.as_deref());
        let Some(kind) = kind.and_then(|(biller, code)| biller.receivable_type(code)) else {
            return self.choose_biller(state, Vec::new()).await;
        };
        let Some(field) = super::billers::keyed_field(kind) else { return self.choose_biller(state, Vec::new()).await };
        let fields = BTreeMap::from([(field.name.clone(), digits.to_owned())]);
        if form::validate(&kind.form, &fields).is_err() {
            let card = card_numbers::holds_one(digits);
            let why = if card { "voice-card-number" } else { "voice-wrong" };
            return self.wrong(state, say(language, why, &[])).await;
        }
        // The count of wrong entries goes on: an unknown contract is one.
        let state = State { ask: Ask::LookUp, contract: Some(digits.to_owned()), silent: 0, ..state };
        let wait = Verb::Say(say(language, "voice-moment", &[]));
        let verbs = vec![wait, Verb::Redirect(self.next_step())];
        Ok(Turn::on(state, verbs))
    }

    /// The list of billers from its beginning.
    pub(super) async fn choose_biller(&self, state: State, says: Vec<Say>) -> Result<Turn, Infrastructure> {
        let state = State { biller: None, kind: None, ..state.without_bill() };
        Box::pin(self.ask(state.at(Ask::Biller(0)), says)).await
    }

    /// What was looked up is too old: the contract is asked for again.
    pub(super) async fn look_up_again(&self, state: State, mut says: Vec<Say>) -> Result<Turn, Infrastructure> {
        says.push(say(state.language(), "voice-expired", &[]));
        Box::pin(self.ask(state.without_bill().at(Ask::Contract), says)).await
    }

    async fn nonsense(&self, state: State) -> Result<Turn, Infrastructure> {
        let why = say(state.language(), "voice-wrong", &[]);
        self.wrong(state, why).await
    }

    /// An entry that leads nowhere: asked again, or a person helps.
    pub(super) async fn wrong(&self, state: State, why: Say) -> Result<Turn, Infrastructure> {
        let state = State { wrong: state.wrong.saturating_add(1), silent: 0, ..state };
        if state.wrong >= WRONG_MAX {
            return Ok(self.hand_over(state, HandoverReason::WrongEntries, vec![why]));
        }
        self.ask(state, vec![why]).await
    }

    async fn silence(&self, state: State) -> Result<Turn, Infrastructure> {
        let state = State { silent: state.silent.saturating_add(1), ..state };
        let nothing = say(state.language(), "voice-silence", &[]);
        if state.silent >= SILENT_MAX {
            return Ok(self.goodbye(state, vec![nothing]));
        }
        self.ask(state, vec![nothing]).await
    }

    /// The call ends.
    pub(super) fn goodbye(&self, state: State, mut says: Vec<Say>) -> Turn {
        says.push(say(state.language(), "voice-goodbye", &[]));
        let mut verbs: Vec<Verb> = says.into_iter().map(Verb::Say).collect();
        verbs.push(Verb::Hangup);
        Turn { ends: true, ..Turn::on(state, verbs) }
    }

    /// To the teleoperators, with what the caller had reached.
    pub(super) fn hand_over(&self, state: State, reason: HandoverReason, mut says: Vec<Say>) -> Turn {
        let language = state.language();
        let context = NewHandover {
            language,
            biller: state.biller,
            receivable_type: state.kind.clone(),
            contract_masked: state.contract_masked.clone(),
            inquiry: state.inquiry.clone(),
            reason,
        };
        says.push(say(language, "voice-connect", &[]));
        let mut verbs: Vec<Verb> = says.into_iter().map(Verb::Say).collect();
        let action = self.next_step();
        verbs.push(match &self.settings.teleoperators {
            Teleoperators::Number(number) => Verb::Dial { number: number.clone(), action },
            Teleoperators::Queue(queue) => Verb::Enqueue { queue: queue.clone(), action },
        });
        Turn { handover: Some(context), ..Turn::on(state.at(Ask::Operator), verbs) }
    }

    /// Whoever spoke to somebody hangs up; else nobody was free.
    fn after_operator(&self, state: State, input: &Input) -> Turn {
        if matches!(input.connection.as_str(), "completed" | "answered" | "bridged" | "hangup") {
            return Turn { ends: true, ..Turn::on(state, vec![Verb::Hangup]) };
        }
        let nobody = say(state.language(), "voice-nobody", &[]);
        self.goodbye(state, vec![nobody])
    }

    /// The caller's last biller, where the number is not withheld.
    pub(super) async fn last_biller(&self) -> Result<Option<u16>, Infrastructure> {
        match &self.call.phone {
            Some(phone) => self.hub.last_voice_biller(phone).await,
            None => Ok(None),
        }
    }

    /// The look-up that the caller chooses from, unless it is too old.
    pub(super) async fn inquiry(&self, state: &State) -> Result<Option<Inquiry>, Infrastructure> {
        match &state.inquiry {
            Some(reference) => self.hub.inquiry(reference).await,
            None => Ok(None),
        }
    }

    /// What the caller chose, at its price, unless it is too old.
    pub(super) async fn quote(&self, state: &State) -> Result<Option<Quote>, Infrastructure> {
        match &state.quote {
            Some(reference) => self.hub.quote(reference).await,
            None => Ok(None),
        }
    }

    /// The key under which this step's effects are asked for: repeated, they are the same.
    pub(super) fn key(&self) -> String {
        format!("call {} step {}", self.call.id, self.call.step)
    }

    /// Where the provider posts what comes next.
    pub(super) fn next_step(&self) -> String {
        format!("{}/ivr/steps/{}", self.settings.public_url, self.call.step + 1)
    }
}
