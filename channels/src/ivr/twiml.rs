//! TwiML: what the voice provider is told to say, ask and do. Written element by element, so that every text and
//! attribute is escaped.

use std::io;

use ledger::Language;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// Seconds of silence after which a single key is waited for no longer.
const KEY_TIMEOUT_S: &str = "7";
/// The same between the digits of a long number: people look for it on paper.
const NUMBER_TIMEOUT_S: &str = "10";
/// Seconds for which a teleoperator's telephone rings.
const RING_S: &str = "30";
/// How often a caller may key a card number, its expiry or its code before the provider gives up.
const CARD_TRIES: &str = "3";

/// A sentence in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Say {
    pub language: Language,
    pub text: String,
}

/// What keys are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// One key.
    One,
    /// A number that ends with `#`.
    Number,
}

/// What a card's details are asked for with, in the caller's language: the provider's own words do not know Arabic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CardPrompts {
    pub number: Say,
    pub expiry: Say,
    pub code: Say,
    pub wait: Say,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    Say(Say),
    /// Says something and waits for keys; what was keyed, or nothing, is posted to the address.
    Gather {
        keys: Keys,
        says: Vec<Say>,
        action: String,
    },
    /// The provider takes a card by itself, has it made a token by the connector, and posts the token.
    Pay {
        connector: String,
        prompts: CardPrompts,
        language: Language,
        action: String,
    },
    /// Rings at a number; how that ended is posted.
    Dial {
        number: String,
        action: String,
    },
    /// Puts the caller into a queue; how that ended is posted.
    Enqueue {
        queue: String,
        action: String,
    },
    Redirect(String),
    Hangup,
}

/// The language and the voice that speaks it, by the provider's names.
const fn voice(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Ar => ("arb", "Polly.Zeina"),
        Language::Fr => ("fr-FR", "Polly.Lea"),
        Language::En => ("en-GB", "Polly.Amy"),
    }
}

/// The document.
pub(super) fn render(verbs: &[Verb]) -> io::Result<String> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("Response")
        .write_inner_content(|writer| verbs.iter().try_for_each(|verb| write_verb(writer, verb)))?;
    String::from_utf8(writer.into_inner()).map_err(io::Error::other)
}

type Out = Writer<Vec<u8>>;

fn write_verb(writer: &mut Out, verb: &Verb) -> io::Result<()> {
    match verb {
        Verb::Say(say) => write_say(writer, say),
        Verb::Gather { keys, says, action } => {
            let gather = writer.create_element("Gather").with_attributes([
                ("input", "dtmf"),
                ("finishOnKey", "#"),
                ("action", action.as_str()),
                ("method", "POST"),
                ("actionOnEmptyResult", "true"),
            ]);
            let gather = match keys {
                Keys::One => gather.with_attributes([("numDigits", "1"), ("timeout", KEY_TIMEOUT_S)]),
                Keys::Number => gather.with_attribute(("timeout", NUMBER_TIMEOUT_S)),
            };
            gather.write_inner_content(|writer| says.iter().try_for_each(|say| write_say(writer, say)))?;
            Ok(())
        }
        Verb::Pay { connector, prompts, language, action } => {
            let pay = writer.create_element("Pay").with_attributes([
                ("paymentConnector", connector.as_str()),
                ("paymentMethod", "credit-card"),
                ("tokenType", "one-time"),
                ("postalCode", "false"),
                ("securityCode", "true"),
                ("maxAttempts", CARD_TRIES),
                ("timeout", NUMBER_TIMEOUT_S),
                ("action", action.as_str()),
                ("method", "POST"),
            ]);
            // The language of what the provider says by itself, which is not Arabic.
            let pay = match language {
                Language::Ar => pay,
                Language::Fr | Language::En => pay.with_attribute(("language", voice(*language).0)),
            };
            pay.write_inner_content(|writer| {
                let prompts = [
                    ("payment-card-number", &prompts.number),
                    ("expiration-date", &prompts.expiry),
                    ("security-code", &prompts.code),
                    ("payment-processing", &prompts.wait),
                ];
                prompts.into_iter().try_for_each(|(what, say)| {
                    let prompt = writer.create_element("Prompt").with_attribute(("for", what));
                    prompt.write_inner_content(|writer| write_say(writer, say)).map(drop)
                })
            })?;
            Ok(())
        }
        Verb::Dial { number, action } => {
            let dial = writer.create_element("Dial");
            let dial = dial.with_attributes([("timeout", RING_S), ("action", action.as_str()), ("method", "POST")]);
            dial.write_inner_content(|writer| {
                writer.create_element("Number").write_text_content(BytesText::new(number)).map(drop)
            })?;
            Ok(())
        }
        Verb::Enqueue { queue, action } => {
            let enqueue = writer.create_element("Enqueue");
            let enqueue = enqueue.with_attributes([("action", action.as_str()), ("method", "POST")]);
            enqueue.write_text_content(BytesText::new(queue)).map(drop)
        }
        Verb::Redirect(url) => {
            let redirect = writer.create_element("Redirect").with_attribute(("method", "POST"));
            redirect.write_text_content(BytesText::new(url)).map(drop)
        }
        Verb::Hangup => writer.create_element("Hangup").write_empty().map(drop),
    }
}

fn write_say(writer: &mut Out, say: &Say) -> io::Result<()> {
    let (language, voice) = voice(say.language);
    // Names come from billers' files; what XML cannot hold is not said.
    let text: String = say.text.chars().filter(|c| !c.is_control()).collect();
    let element = writer.create_element("Say").with_attributes([("language", language), ("voice", voice)]);
    element.write_text_content(BytesText::new(&text)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        let say = Say { language: Language::Fr, text: "</Say><Hangup/> \"a\" & 'b'\u{0}\n".to_owned() };
        let gather = Verb::Gather { keys: Keys::One, says: vec![say], action: "https://a/?b=1&c=\"<".to_owned() };
        insta::assert_snapshot!(render(&[gather]).unwrap());
    }

    #[test]
    fn the_other_verbs() {
        let say = |text: &str| Say { language: Language::Ar, text: text.to_owned() };
        let prompts = CardPrompts { number: say("1"), expiry: say("2"), code: say("3"), wait: say("4") };
        let action = || "https://a".to_owned();
        let verbs = [
            Verb::Say(say("x")),
            Verb::Pay { connector: "cmi".to_owned(), prompts, language: Language::Ar, action: action() },
            Verb::Dial { number: "+212522000000".to_owned(), action: action() },
            Verb::Enqueue { queue: "a & b".to_owned(), action: action() },
            Verb::Redirect(action()),
            Verb::Hangup,
        ];
        insta::assert_snapshot!(render(&verbs).unwrap().replace("><", ">\n<"));
    }
}
