//! What the provider does: requests to the hub, and the TwiML that it gets.

use std::time::Duration;

use super::call::{CallLine, Dial, PhoneCall, PhoneKeys, Waiting};
use super::card::{CardStage, tokenize};
use crate::handle::Control;
use crate::signing::voice_signature;
use crate::world::World;
use crate::xml::{self, Node};

/// The provider hangs up on its caller when the hub takes longer.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// Documents of one turn: a hub that redirects for ever is hung up on.
const DOCUMENTS_MAX: usize = 20;
/// Calls kept; the oldest are forgotten.
const CALLS_MAX: usize = 500;

type Form = Vec<(String, String)>;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl Control {
    /// Calls the hub: the call as it stands when the caller may key something, or it is over.
    pub async fn dial(&self, dial: Dial) -> Result<PhoneCall, String> {
        let url = dial.url.clone().or_else(|| self.world.config.voice_url.clone());
        let url = url.ok_or("there is no address of a hub: give one, or start the sandbox with it")?;
        let number = dial.from.strip_prefix('+').unwrap_or_default();
        let plain = (8..=15).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        if !plain && dial.from != "anonymous" {
            return Err(format!("the caller '{}' is neither a number +212... nor anonymous", dial.from));
        }
        let call = PhoneCall::new(dial, url.clone(), self.world.now());
        let line = Line { world: &self.world, call };
        line.turn(url, Vec::new()).await
    }

    /// The caller does something.
    pub async fn press(&self, sid: &str, keys: PhoneKeys) -> Result<PhoneCall, String> {
        let call = self.call(sid).ok_or("there is no such call")?;
        let line = Line { world: &self.world, call };
        match keys {
            PhoneKeys::Replay => line.replay().await,
            _ if line.call.ended => Err("the call is over".to_owned()),
            PhoneKeys::HangUp => line.hang_up("the caller hung up").await,
            PhoneKeys::Silence => line.keyed("").await,
            PhoneKeys::Keys(keys) => line.keyed(&keys).await,
        }
    }

    /// A call.
    pub fn call(&self, sid: &str) -> Option<PhoneCall> {
        self.world.read(|state| state.calls.iter().find(|call| call.sid == sid).cloned())
    }

    /// Every call, oldest first.
    pub fn calls(&self) -> Vec<PhoneCall> {
        self.world.read(|state| state.calls.clone())
    }
}

/// A call under way.
struct Line<'a> {
    world: &'a World,
    call: PhoneCall,
}

impl Line<'_> {
    /// Keys, or none until the time was over.
    async fn keyed(mut self, keys: &str) -> Result<PhoneCall, String> {
        match self.call.waiting.take() {
            None => Err("nothing is waited for".to_owned()),
            Some(Waiting::Keys { action, most }) => {
                let keys = keys.trim_end_matches('#');
                let keys: String = keys.chars().take(most.unwrap_or(usize::MAX)).collect();
                self.call.note(match keys.as_str() {
                    "" => CallLine::Event("silence".to_owned()),
                    keys => CallLine::Keyed(keys.to_owned()),
                });
                let form = vec![pair("msg", "Gather End"), pair("Digits", &keys), pair("FinishedOnKey", "")];
                self.turn(action, form).await
            }
            Some(Waiting::Card { action, stage, tries, prompts }) => {
                let keys = keys.trim_end_matches('#').to_owned();
                self.card_keyed(action, stage, tries, prompts, &keys).await
            }
        }
    }

    async fn card_keyed(
        mut self,
        action: String,
        stage: CardStage,
        tries: u32,
        prompts: Vec<(String, CallLine)>,
        keys: &str,
    ) -> Result<PhoneCall, String> {
        self.call.note(match keys {
            "" => CallLine::Event("silence".to_owned()),
            keys => CallLine::Keyed("x".repeat(keys.len())),
        });
        if keys == "*" {
            let form = vec![pair("Result", "caller-interrupted-with-star")];
            return self.end_of_card(action, form).await;
        }
        if !stage.fits(keys) {
            if tries <= 1 {
                let form = vec![pair("Result", "too-many-failed-attempts")];
                return self.end_of_card(action, form).await;
            }
            self.ask_for(stage.word(), &prompts);
            self.call.waiting = Some(Waiting::Card { action, stage, tries: tries - 1, prompts });
            return Ok(self.keep());
        }
        let card = {
            let mut cards = self.world.cards_keyed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let card = cards.entry(self.call.sid.clone()).or_default();
            card.set(stage, keys);
            card.clone()
        };
        if let Some(next) = stage.next() {
            self.ask_for(next.word(), &prompts);
            self.call.waiting = Some(Waiting::Card { action, stage: next, tries, prompts });
            return Ok(self.keep());
        }
        self.ask_for("payment-processing", &prompts);
        let base = self.world.base_url.get().cloned().unwrap_or_default();
        let form = match tokenize(self.world, &base, &card).await {
            Ok(token) => vec![
                pair("Result", "success"),
                pair("PaymentToken", &token),
                pair("PaymentCardNumber", &card.mask()),
                pair("PaymentCardType", "visa"),
                pair("ExpirationDate", "xxxx"),
                pair("SecurityCode", "xxx"),
                pair("PaymentMethod", "credit-card"),
            ],
            Err(fault) => {
                self.call.note(CallLine::Event(format!("connector: {fault}")));
                vec![pair("Result", "payment-connector-error"), pair("PaymentError", &fault)]
            }
        };
        self.end_of_card(action, form).await
    }

    async fn end_of_card(self, action: String, form: Form) -> Result<PhoneCall, String> {
        self.world.cards_keyed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&self.call.sid);
        self.turn(action, form).await
    }

    /// The last request once more; whether the answer is the same is noted, nothing of it is followed.
    async fn replay(mut self) -> Result<PhoneCall, String> {
        let (url, form) = self.call.last_request.clone().ok_or("there is nothing to replay")?;
        let answer = self.post(&url, &form).await?;
        let same = answer == self.call.last_answer;
        self.call.replay_was_same = Some(same);
        let words = if same { "replayed: the same answer, byte for byte" } else { "replayed: ANOTHER answer" };
        self.call.note(CallLine::Event(words.to_owned()));
        Ok(self.keep())
    }

    /// Asks the hub and does what it says, until keys are waited for or the call is over.
    async fn turn(mut self, mut url: String, mut form: Form) -> Result<PhoneCall, String> {
        for _ in 0..DOCUMENTS_MAX {
            let status = if self.call.last_request.is_none() { "ringing" } else { "in-progress" };
            form.extend(self.about(status));
            self.call.last_request = Some((url.clone(), form.clone()));
            let answer = match self.post(&url, &form).await {
                Ok(answer) => answer,
                Err(fault) => return self.hang_up(&format!("an application error has occurred: {fault}")).await,
            };
            self.call.last_answer.clone_from(&answer);
            let document = match xml::parse(&answer) {
                Ok(document) if document.name == "Response" => document,
                Ok(document) => return self.hang_up(&format!("the root is {}, not Response", document.name)).await,
                Err(fault) => return self.hang_up(&format!("the document is no XML: {fault}")).await,
            };
            match self.follow(&document) {
                Next::Waits => return Ok(self.keep()),
                Next::Asks(next, fields) => (url, form) = (next, fields),
                Next::Ends => return self.hang_up("the hub hung up").await,
            }
        }
        self.hang_up("the hub redirects without an end").await
    }

    /// The verbs of a document, one after the other.
    fn follow(&mut self, document: &Node) -> Next {
        for verb in &document.children {
            let action = || verb.attribute("action").unwrap_or_default().to_owned();
            match verb.name.as_str() {
                "Say" => self.say(verb),
                "Pause" => {}
                "Gather" => {
                    verb.all("Say").for_each(|say| self.say(say));
                    let most = verb.attribute("numDigits").and_then(|most| most.parse().ok());
                    self.call.waiting = Some(Waiting::Keys { action: action(), most });
                    return Next::Waits;
                }
                "Pay" => {
                    let prompts = verb.all("Prompt").flat_map(|prompt| {
                        let what = prompt.attribute("for").unwrap_or_default();
                        prompt.all("Say").map(move |say| (what.to_owned(), said(say)))
                    });
                    let prompts: Vec<(String, CallLine)> = prompts.collect();
                    let tries = verb.attribute("maxAttempts").and_then(|tries| tries.parse().ok()).unwrap_or(1);
                    let stage = CardStage::Number;
                    self.ask_for(stage.word(), &prompts);
                    self.call.waiting = Some(Waiting::Card { action: action(), stage, tries, prompts });
                    return Next::Waits;
                }
                "Redirect" => return Next::Asks(verb.text.trim().to_owned(), Vec::new()),
                "Dial" => {
                    let number = verb.get("Number").unwrap_or_default();
                    let answers = self.call.dial.operator_answers;
                    let ended = if answers { "completed" } else { "no-answer" };
                    self.call.note(CallLine::Event(format!("rings at {number}: {ended}")));
                    return Next::Asks(action(), vec![pair("DialCallStatus", ended)]);
                }
                "Enqueue" => {
                    let answers = self.call.dial.operator_answers;
                    let ended = if answers { "bridged" } else { "queue-full" };
                    self.call.note(CallLine::Event(format!("waits in the queue {}: {ended}", verb.text)));
                    return Next::Asks(action(), vec![pair("QueueResult", ended)]);
                }
                "Hangup" => return Next::Ends,
                other => self.call.note(CallLine::Event(format!("the verb {other} is not known: passed over"))),
            }
        }
        Next::Ends
    }

    fn say(&mut self, say: &Node) {
        self.call.note(said(say));
    }

    /// The provider asks for a piece of a card, in the hub's words where it has some.
    fn ask_for(&mut self, piece: &str, prompts: &[(String, CallLine)]) {
        self.call.note(CallLine::Event(piece.to_owned()));
        for (_, line) in prompts.iter().filter(|(what, _)| what == piece) {
            self.call.note(line.clone());
        }
    }

    async fn hang_up(mut self, why: &str) -> Result<PhoneCall, String> {
        self.call.note(CallLine::Event(why.to_owned()));
        self.call.ended = true;
        self.call.waiting = None;
        let form = self.about("completed");
        // The number's own status callback stands beside its voice address.
        let url = match self.call.start_url.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/status"),
            None => String::new(),
        };
        if let Err(fault) = self.post(&url, &form).await {
            self.call.note(CallLine::Event(format!("the status callback was not taken: {fault}")));
        }
        Ok(self.keep())
    }

    /// What every request says of its call.
    fn about(&self, status: &str) -> Form {
        let Dial { from, to, .. } = &self.call.dial;
        vec![
            pair("CallSid", &self.call.sid),
            pair("AccountSid", &self.world.config.twilio_account_sid),
            pair("From", from),
            pair("Caller", from),
            pair("To", to),
            pair("Called", to),
            pair("CallStatus", status),
            pair("Direction", "inbound"),
            pair("ApiVersion", "2010-04-01"),
        ]
    }

    async fn post(&self, url: &str, form: &Form) -> Result<String, String> {
        let signature = voice_signature(&self.world.config.twilio_auth_token, url, form);
        let request = self.world.client.post(url).header("X-Twilio-Signature", signature).form(form);
        let answer = request.timeout(ANSWER_MAX).send().await.map_err(|fault| fault.without_url().to_string())?;
        let status = answer.status();
        let body = answer.text().await.map_err(|fault| fault.without_url().to_string())?;
        if status.is_success() { Ok(body) } else { Err(format!("HTTP {}: {body}", status.as_u16())) }
    }

    fn keep(self) -> PhoneCall {
        let call = self.call;
        self.world.change(|state| match state.calls.iter_mut().find(|known| known.sid == call.sid) {
            Some(known) => known.clone_from(&call),
            None => {
                if state.calls.len() >= CALLS_MAX {
                    state.calls.remove(0);
                }
                state.calls.push(call.clone());
            }
        });
        call
    }
}

fn said(say: &Node) -> CallLine {
    let language = say.attribute("language").unwrap_or_default().to_owned();
    CallLine::Said { language, text: say.text.clone() }
}

/// What comes after a document.
enum Next {
    Waits,
    Asks(String, Form),
    Ends,
}
