//! What no call against the real hub reaches: forms of all kinds, long lists, references for cash, trouble of ours.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::{App, test as server, web};
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use ledger::{Channel, Instrument, Language, Money};
use payments::catalogue::{Catalogue, FieldFormat, FieldKind, Limit, ReceivableType};
use payments::voice::VoiceCall;
use rstest::rstest;
use sha1::Sha1;

use super::billers::{keyed_field, offered};
use super::dialogue::{Dialogue, Input};
use super::prompts::Page;
use super::state::{Ask, State};
use super::twiml::render;
use super::{Teleoperators, VoiceSettings};
use crate::state::ChannelState;
use crate::web::limits::Limiter;
use crate::web::tests::sample::{SampleHub, catalogue};

fn settings() -> VoiceSettings {
    VoiceSettings {
        auth_token: "12345".into(),
        public_url: "https://voice.example.ma/fatoura".to_owned(),
        teleoperators: Teleoperators::Queue("desk".to_owned()),
        pay_connector: None,
    }
}

fn callers() -> Limiter<String> {
    let many = NonZeroU32::new(1_000).unwrap();
    Limiter::new(many, many, 100)
}

/// The state after some keys at a step, and what is said.
async fn keyed(state: State, keys: &str) -> (State, String) {
    let (settings, lookups) = (settings(), callers());
    let call = VoiceCall { id: 1, phone: None, step: 7, state: String::new(), ended: false };
    let dialogue = Dialogue { hub: &SampleHub, settings: &settings, lookups: &lookups, call: &call };
    let turn = dialogue.answer(state, &Input::of(&[("Digits".to_owned(), keys.to_owned())])).await.unwrap();
    (turn.state, render(&turn.verbs).unwrap())
}

fn at(ask: Ask) -> State {
    State {
        language: Some(Language::En),
        inquiry: Some("inquiry-electricity".to_owned()),
        articles: vec!["A1".to_owned()],
        quote: Some("quote-electricity".to_owned()),
        ..State::new().at(ask)
    }
}

#[actix_web::test]
async fn a_reference_for_cash_is_read_twice() {
    let (_, menu) = keyed(at(Ask::Way), "*").await;
    assert!(menu.contains("reference to pay in cash, press two") && !menu.contains("by card"), "{menu}");
    let (_, said) = keyed(at(Ask::Way), "2").await;
    let digits = "one two three, four five six, seven eight nine, zero one two three";
    assert_eq!(said.matches(digits).count(), 2, "{said}");
    assert!(said.contains("one hundred and sixty-eight dirhams and forty-two centimes"), "{said}");
    assert!(said.ends_with("<Hangup/></Response>"), "{said}");
}

/// What the caller heard is what is paid, whatever is payable by now: A4 was, and is being paid.
#[actix_web::test]
async fn the_bill_that_was_heard_is_the_one_that_is_paid() {
    let (read, _) = keyed(at(Ask::Bill(1)), "*").await;
    assert_eq!(read.heard.as_deref(), Some("A2"));
    let (chosen, _) = keyed(State { ask: Ask::Bill(0), ..read.clone() }, "1").await;
    assert_eq!((chosen.ask, chosen.articles), (Ask::Way, vec!["A2".to_owned()]));
    let busy = State { heard: Some("A4".to_owned()), quote: None, articles: Vec::new(), ..read };
    let (next, said) = keyed(busy, "1").await;
    assert!(said.contains("This bill is being paid right now.") && said.contains("Bill two of two"), "{said}");
    assert_eq!((next.ask, next.heard.as_deref(), next.quote), (Ask::Bill(1), Some("A2"), None));
}

/// The taxes of the sample are not paid in cash.
#[actix_web::test]
async fn cash_is_offered_where_the_biller_takes_it() {
    let taxes = State { quote: Some("quote-taxes".to_owned()), ..at(Ask::Way) };
    let (_, menu) = keyed(taxes.clone(), "*").await;
    assert!(menu.contains("payment link") && !menu.contains("cash"), "{menu}");
    let (next, said) = keyed(taxes, "2").await;
    assert!((next.ask, next.wrong) == (Ask::Way, 1) && said.contains("not a valid entry"), "{said}");
}

#[rstest]
#[case::card_is_not_offered(Ask::Way, "3")]
#[case::no_such_key(Ask::Way, "4")]
#[case::no_such_language(Ask::Language, "4")]
#[case::no_biller(Ask::Biller(0), "1")]
#[case::letters(Ask::Way, "A")]
#[case::more_than_one(Ask::Language, "12")]
#[case::card_number(Ask::Mobile, "4000000000000010")]
#[actix_web::test]
async fn entries_that_lead_nowhere(#[case] ask: Ask, #[case] keys: &str) {
    let mut state = at(ask);
    for count in 1..=2 {
        let (next, said) = keyed(state, keys).await;
        assert!((next.ask, next.wrong) == (ask, count) && said.contains("<Gather"), "{said}");
        assert!(!said.contains("4000000000000010"));
        state = next;
    }
    let (last, said) = keyed(state, keys).await;
    assert_eq!(last.ask, Ask::Operator);
    assert!(said.contains("<Enqueue action=\"https://voice.example.ma/fatoura/ivr/steps/8\""), "{said}");
}

#[rstest]
#[case("completed", false)]
#[case("bridged", false)]
#[case("busy", true)]
#[case("no-answer", true)]
#[case("queue-full", true)]
#[case("", true)]
#[actix_web::test]
async fn after_the_teleoperator(#[case] ended: &str, #[case] sorry: bool) {
    let (settings, lookups) = (settings(), callers());
    let call = VoiceCall { id: 1, phone: None, step: 7, state: String::new(), ended: false };
    let dialogue = Dialogue { hub: &SampleHub, settings: &settings, lookups: &lookups, call: &call };
    let input = Input::of(&[("DialCallStatus".to_owned(), ended.to_owned())]);
    let turn = dialogue.answer(at(Ask::Operator), &input).await.unwrap();
    assert_eq!((turn.ends, render(&turn.verbs).unwrap().contains("Nobody is free")), (true, sorry));
}

/// The sample biller's types, offered by telephone.
fn telephone() -> Vec<ReceivableType> {
    let by_phone =
        Limit { channel: Channel::Ivr, instrument: Instrument::Card, min: None, max: Some(Money::from_minor(1)) };
    let mut kinds: Vec<ReceivableType> =
        catalogue().billers().iter().flat_map(|biller| biller.receivable_types.clone()).collect();
    kinds.iter_mut().for_each(|kind| kind.limits = vec![by_phone.clone()]);
    kinds
}

#[test]
fn forms_that_can_be_keyed() {
    let kinds = telephone();
    let mut kind = kinds[0].clone();
    assert!(keyed_field(&kind).is_some());
    let change = |kind: &ReceivableType, form: &dyn Fn(&mut payments::catalogue::FormField)| {
        let mut kind = kind.clone();
        form(&mut kind.form[0]);
        keyed_field(&kind).is_some()
    };
    assert!(!change(&kind, &|field| field.format = FieldFormat::String), "letters");
    assert!(!change(&kind, &|field| field.format = FieldFormat::Decimal), "a point");
    assert!(!change(&kind, &|field| field.kind = FieldKind::Password), "a secret");
    assert!(!change(&kind, &|field| field.kind = FieldKind::Select), "a choice");
    let mut label = kind.form[0].clone();
    label.kind = FieldKind::Label;
    kind.form.push(label);
    assert!(keyed_field(&kind).is_some(), "a label is not sent");
    kind.form.push(kind.form[0].clone());
    assert!(keyed_field(&kind).is_none(), "two fields");
}

#[test]
fn the_list_of_billers_goes_round() {
    let one = catalogue().billers()[0].clone();
    let billers = |count: u16| {
        let numbered = (0..count).map(|at| {
            let receivable_types = vec![telephone()[0].clone()];
            payments::catalogue::Biller { code: 2000 + at, receivable_types, ..one.clone() }
        });
        Catalogue::new(numbered.collect())
    };
    let catalogue = billers(19);
    let list = offered(&catalogue);
    assert_eq!(list.len(), 19);
    let code = |last, page, key| Page::of(&list, last, page).at(key).map(|biller| biller.code);
    assert_eq!((code(None, 0, 1), code(None, 0, 9), code(None, 1, 1)), (Some(2000), Some(2008), Some(2009)));
    assert_eq!((code(None, 2, 1), code(None, 2, 2), code(None, 3, 1)), (Some(2018), None, Some(2000)));
    assert_eq!((code(None, 0, 0), code(None, 0, 10)), (None, None));
    // The ninth key is the last biller's on every page.
    assert_eq!((code(Some(2015), 0, 9), code(Some(2015), 1, 9)), (Some(2015), Some(2015)));
    assert_eq!((code(Some(2015), 0, 8), code(Some(2015), 1, 1)), (Some(2007), Some(2008)));
    // One that is not offered any more is nobody's last biller.
    assert_eq!(code(Some(9999), 0, 9), Some(2008));
    assert_eq!(Page::of(&[], None, 5).pages, 1);
}

/// Trouble of ours is told to the caller, tried once more, and then ends the call; never a 500.
#[actix_web::test]
async fn trouble_is_told_to_the_caller() {
    let web = crate::web::tests::settings();
    let state = ChannelState::over(Arc::new(SampleHub), web, Arc::new(chrono::Utc::now)).with_voice(Some(settings()));
    let app = server::init_service(App::new().app_data(web::Data::new(state)).configure(crate::configure)).await;
    let again = "/ivr/steps/3?again=1</Redirect>";
    let cases = [
        ("/ivr/steps/3", ("Digits", "1"), again),
        ("/ivr/steps/3?again=1", ("Digits", "1"), "</Say><Hangup/>"),
        // The card may be charged: without its token the step cannot be asked for again.
        ("/ivr/steps/3", ("Result", "success"), "</Say><Hangup/>"),
    ];
    for (path, (name, value), then) in cases {
        let url = format!("https://voice.example.ma/fatoura{path}");
        let mut mac = Hmac::<Sha1>::new_from_slice(b"12345").unwrap();
        mac.update(format!("{url}CallSidCA1{name}{value}").as_bytes());
        let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        let request = server::TestRequest::post()
            .uri(path)
            .insert_header(("X-Twilio-Signature", signature))
            .set_form([("CallSid", "CA1"), (name, value)]);
        let answer = server::call_service(&app, request.to_request()).await;
        assert_eq!(answer.status().as_u16(), 200);
        let body = String::from_utf8(server::read_body(answer).await.to_vec()).unwrap();
        assert!(body.contains("un incident nous arrête") && body.contains(then), "{body}");
        assert!(!body.contains("secret detail"), "{body}");
    }
}

/// Where no voice server is set up, nothing answers at its addresses.
#[actix_web::test]
async fn without_settings_there_is_no_voice_server() {
    let web = crate::web::tests::settings();
    let state = ChannelState::over(Arc::new(SampleHub), web, Arc::new(chrono::Utc::now));
    let app = server::init_service(App::new().app_data(web::Data::new(state)).configure(crate::configure)).await;
    for path in ["/ivr/start", "/ivr/steps/1", "/ivr/status"] {
        let request = server::TestRequest::post().uri(path).set_form([("CallSid", "CA1")]);
        assert_eq!(server::call_service(&app, request.to_request()).await.status().as_u16(), 404, "{path}");
    }
}

#[rstest]
#[case::token("4000000000000010", "xxxxxxxxxxxx0010")]
#[case::grouped("4000-0000-0000-0010", "xxxxxxxxxxxx0010")]
#[case::mask("tok", "4000 0000 0000 0010")]
fn a_card_number_from_the_provider_is_dropped(#[case] token: &str, #[case] mask: &str) {
    use secrecy::ExposeSecret;
    let form = [("Result", "success"), ("PaymentToken", token), ("PaymentCardNumber", mask)];
    let input = Input::of(&form.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(input.card_result.is_empty() && input.card_token.expose_secret().is_empty());
    assert!(input.card_mask.is_empty());
}

/// Some digits of a sound token have a right check digit by chance.
#[rstest]
#[case("tok_4000000000000010")]
#[case("c4a14222222222222f0e9b")]
fn a_token_is_not_taken_for_a_card_number(#[case] token: &str) {
    use secrecy::ExposeSecret;
    let form = [("Result", "success"), ("PaymentToken", token), ("PaymentCardNumber", "xxxxxxxxxxxx0010")];
    let input = Input::of(&form.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!((input.card_result.as_str(), input.card_token.expose_secret()), ("success", token));
}
