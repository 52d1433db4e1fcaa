//! The provider's requests: believed by their signature, answered once.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use ledger::Language;
use payments::api::Infrastructure;
use payments::phone;
use payments::voice::{TakenStep, VoiceCall, VoiceStep};

use super::dialogue::{Dialogue, Input, Turn};
use super::state::State;
use super::texts::say;
use super::twiml::{Verb, render};
use super::{VoiceSettings, signature};
use crate::state::ChannelState;
use crate::web::errors::Fault;

/// More parameters than the provider ever posts.
const FIELDS_MAX: usize = 100;
/// The longest name of a call that is taken; the provider's have 34 characters.
const SID_MAX: usize = 64;
/// What the address of a step says when it is asked for again after trouble of ours.
const AGAIN: &str = "again=1";

type Form = Vec<(String, String)>;

/// A request that is the provider's.
struct Believed<'a> {
    settings: &'a VoiceSettings,
    form: Form,
    sid: String,
}

impl<'a> Believed<'a> {
    fn of(
        state: &'a ChannelState,
        request: &HttpRequest,
        form: Result<web::Form<Form>, actix_web::Error>,
    ) -> Result<Self, Fault> {
        let settings = state.voice.as_ref().ok_or(Fault::NotFound)?;
        let form = form.map_err(|error| match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge,
            _ => Fault::BadRequest,
        })?;
        let form = form.into_inner();
        if form.len() > FIELDS_MAX {
            return Err(Fault::TooLarge);
        }
        let given = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok());
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let url = format!("{}{target}", settings.public_url);
        if !signature::is_valid(&settings.auth_token, &url, &form, given.unwrap_or_default()) {
            tracing::warn!(target: "security", "a request to the voice server was not signed as its provider does");
            return Err(Fault::Forged);
        }
        let sid = form.iter().find(|(name, _)| name == "CallSid").map_or("", |(_, value)| value).to_owned();
        let plain = sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if sid.is_empty() || sid.len() > SID_MAX || !plain {
            return Err(Fault::BadRequest);
        }
        Ok(Self { settings, form, sid })
    }

    /// The caller's number, unless it is withheld or another country's.
    fn phone(&self) -> Option<String> {
        let from = self.form.iter().find(|(name, _)| name == "From").map(|(_, value)| value.as_str());
        from.and_then(|from| phone::normalise(from).ok())
    }

    /// Whether it says how taking a card ended: the card's token comes once, with this request.
    fn is_about_a_card(&self) -> bool {
        self.form.iter().any(|(name, value)| name == "Result" && !value.is_empty())
    }
}

/// A call comes in.
pub(crate) async fn start_call(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    form: Result<web::Form<Form>, actix_web::Error>,
) -> Result<HttpResponse, Fault> {
    let believed = Believed::of(&state, &request, form)?;
    let first = serde_json::to_string(&State::new()).map_err(|error| Fault::Failed(error.to_string()))?;
    let answered = match state.hub.open_voice_call(&believed.sid, believed.phone().as_deref(), &first).await {
        Ok(call) => answer(&state, &believed, &call, 0).await,
        Err(trouble) => Err(trouble),
    };
    said(answered.or_else(|trouble| apology(&believed, &request, Language::Fr, &trouble)))
}

/// The call goes on: what was keyed, or how a card or a connection ended.
pub(crate) async fn answer_step(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    path: web::Path<String>,
    form: Result<web::Form<Form>, actix_web::Error>,
) -> Result<HttpResponse, Fault> {
    let believed = Believed::of(&state, &request, form)?;
    let plain = (1..=4).contains(&path.len()) && path.bytes().all(|byte| byte.is_ascii_digit());
    let step: i32 = path.parse().ok().filter(|_| plain).ok_or(Fault::NotFound)?;
    let call = match state.hub.voice_call(&believed.sid).await {
        Ok(call) => call.ok_or(Fault::NotFound)?,
        Err(trouble) => return said(apology(&believed, &request, Language::Fr, &trouble)),
    };
    let language = serde_json::from_str::<State>(&call.state).map_or(Language::Fr, |state| state.language());
    let answered = answer(&state, &believed, &call, step).await;
    said(answered.or_else(|trouble| apology(&believed, &request, language, &trouble)))
}

/// The provider says how a call stands; what counts is that it is over.
pub(crate) async fn hear_status(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    form: Result<web::Form<Form>, actix_web::Error>,
) -> Result<HttpResponse, Fault> {
    let believed = Believed::of(&state, &request, form)?;
    let status = believed.form.iter().find(|(name, _)| name == "CallStatus").map_or("", |(_, value)| value);
    if matches!(status, "completed" | "busy" | "failed" | "no-answer" | "canceled") {
        state.hub.end_voice_call(&believed.sid).await?;
    }
    Ok(HttpResponse::NoContent().insert_header((CACHE_CONTROL, "no-store")).finish())
}

/// The answer of a step: worked out once, and the same for ever after.
async fn answer(
    state: &ChannelState,
    believed: &Believed<'_>,
    call: &VoiceCall,
    step: i32,
) -> Result<String, Infrastructure> {
    let input = Input::of(&believed.form);
    if step < call.step {
        return again(state, call, step, input.digest).await;
    }
    if call.ended {
        return document(&[Verb::Hangup]);
    }
    if step > call.step {
        // Nobody was ever sent there. The caller hears once more what is asked.
        tracing::warn!(target: "security", step, at = call.step, "a call was asked for a step that it has not reached");
        return again(state, call, call.step - 1, input.digest).await;
    }
    let stands = serde_json::from_str(&call.state)
        .map_err(|error| Infrastructure::Failed(format!("the state of call {}: {error}", call.id)))?;
    let dialogue = Dialogue { hub: state.hub.as_ref(), settings: believed.settings, lookups: &state.callers, call };
    let Turn { state: stands, verbs, biller, ends, handover } = dialogue.answer(stands, &input).await?;
    let answer = document(&verbs)?;
    let stands = serde_json::to_string(&stands)
        .map_err(|error| Infrastructure::Failed(format!("the state of call {}: {error}", call.id)))?;
    let new = VoiceStep {
        call: call.id,
        step,
        request: input.digest,
        answer: answer.clone(),
        state: stands,
        biller,
        ends,
        handover,
    };
    match state.hub.take_voice_step(new).await? {
        TakenStep::Taken => Ok(answer),
        TakenStep::Answered(first) => Ok(first),
        // The caller hung up meanwhile.
        TakenStep::OutOfTurn => document(&[Verb::Hangup]),
    }
}

/// What a step was answered before.
async fn again(state: &ChannelState, call: &VoiceCall, step: i32, request: [u8; 16]) -> Result<String, Infrastructure> {
    match state.hub.voice_answer(call.id, step, request).await? {
        Some((answer, same)) => {
            if !same {
                tracing::warn!(target: "security", step, "a step was asked for again with other content");
            }
            Ok(answer)
        }
        // Pruned long after the call.
        None => document(&[Verb::Hangup]),
    }
}

fn document(verbs: &[Verb]) -> Result<String, Infrastructure> {
    render(verbs).map_err(|error| Infrastructure::Failed(format!("TwiML: {error}")))
}

/// Trouble of ours: the caller is told, and the step is asked for once more; a second time ends the call. So does the
/// first where a card was taken: the step asked for again brings no token, and would be told that nothing was charged.
fn apology(
    believed: &Believed<'_>,
    request: &HttpRequest,
    language: Language,
    trouble: &Infrastructure,
) -> Result<String, Infrastructure> {
    tracing::error!(%trouble, route = request.match_pattern().unwrap_or_default(), "a call met trouble of ours");
    let sorry = Verb::Say(say(language, "voice-trouble", &[]));
    let last = if request.query_string() == AGAIN || believed.is_about_a_card() {
        Verb::Hangup
    } else {
        Verb::Redirect(format!("{}{}?{AGAIN}", believed.settings.public_url, request.path()))
    };
    document(&[sorry, last])
}

fn said(answer: Result<String, Infrastructure>) -> Result<HttpResponse, Fault> {
    let body = answer?;
    Ok(HttpResponse::Ok()
        .content_type("application/xml; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body))
}
