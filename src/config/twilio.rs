//! The SMS provider. Without an account no SMS is sent.

use super::address::safe_url;
use super::environment::{Reader, Unset, Variable, secret, variable, with_default};
use crate::notify::{TwilioSender, TwilioSettings};

const ACCOUNT: Variable = variable(
    "FATOURA_TWILIO_ACCOUNT_SID",
    Unset::WithGroup,
    "the account's SID, AC...",
    "the SMS account; without any Twilio variable no SMS is sent",
);
const TOKEN: Variable =
    secret("FATOURA_TWILIO_AUTH_TOKEN", Unset::WithGroup, "the account's auth token", "goes with the account");
const SENDER: Variable = variable(
    "FATOURA_TWILIO_SENDER",
    Unset::WithGroup,
    "a number +..., an alphanumeric sender of at most 11 characters, or a messaging service MG...",
    "who the SMS is from",
);
const BASE_URL: Variable = with_default(
    "FATOURA_TWILIO_BASE_URL",
    "https://api.twilio.com",
    "https://HOST (http:// only for this machine)",
    "the provider, or a stand-in that speaks its protocol",
);
const TIMEOUT: Variable = with_default(
    "FATOURA_TWILIO_TIMEOUT_SECONDS",
    "10",
    "a whole number, 1 to 60",
    "longest wait for an answer of the provider",
);

pub(super) const VARIABLES: &[&Variable] = &[&ACCOUNT, &TOKEN, &SENDER, &BASE_URL, &TIMEOUT];

/// `None` without SMS, or together with a fault.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<TwilioSettings> {
    if !VARIABLES.iter().any(|variable| reader.is_set(variable)) {
        return None;
    }
    let account_sid =
        reader.get(&ACCOUNT, |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| text.to_owned()));
    let auth_token = reader.secret(&TOKEN, 1);
    let sender = reader.get(&SENDER, sender);
    let base_url = reader.get(&BASE_URL, safe_url);
    let timeout = reader.seconds(&TIMEOUT, 1..=60);
    Some(TwilioSettings {
        base_url: base_url?,
        account_sid: account_sid?,
        auth_token: auth_token?,
        sender: sender?,
        status_callback: None,
        timeout: timeout?,
    })
}

fn sender(text: &str) -> Option<TwilioSender> {
    if text.len() == 34 && text.starts_with("MG") && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(TwilioSender::MessagingService(text.to_owned()));
    }
    let number = text
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let name = text.len() <= 11
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    (number || name).then(|| TwilioSender::From(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+212600000000", Some(false))]
    #[case("Fatoura", Some(false))]
    #[case("MG0123456789abcdef0123456789abcdef", Some(true))]
    #[case("0612345678", None)]
    #[case("Fatoura du Maroc", None)]
    #[case("+", None)]
    fn senders(#[case] text: &str, #[case] service: Option<bool>) {
        assert_eq!(sender(text).map(|sender| matches!(sender, TwilioSender::MessagingService(_))), service);
    }
}
