//! The voice server: a provider (Twilio, or who speaks its protocol) carries the call, asks here what to say next, and
//! posts what the caller keyed.
//!
//! Every request is signed by the provider. A call is a row of steps, each answered once; the answer is kept, so that a
//! repeated request gets the same bytes and nothing is paid, sent or made twice. `docs/voice.md` describes the dialogue
//! and the provider's set-up.

mod billers;
mod bills;
mod dialogue;
mod paying;
mod prompts;
mod signature;
mod spoken;
mod state;
mod texts;
mod twiml;
mod webhook;

#[cfg(test)]
mod tests;

use secrecy::SecretString;

pub(crate) use webhook::{answer_step, hear_status, start_call};

/// Where callers who want to speak to somebody are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teleoperators {
    /// A telephone number, `+212...`.
    Number(String),
    /// A queue of the provider, by name.
    Queue(String),
}

/// Settings of the voice channel.
#[derive(Debug, Clone)]
pub struct VoiceSettings {
    /// The provider's token, which signs its requests.
    pub auth_token: SecretString,
    /// The base of the addresses that the provider calls, without a slash at the end: what a proxy makes of them does
    /// not count.
    pub public_url: String,
    /// Where callers go who want to speak to somebody.
    pub teleoperators: Teleoperators,
    /// The provider's name for the connector that makes a card a token; `None` leaves cards by telephone out.
    pub pay_connector: Option<String>,
}
