//! The voice server. Without a token of its provider no call is answered.

use channels::{Teleoperators, VoiceSettings};
use payments::phone;

use super::address::safe_url;
use super::environment::{Reader, Unset, Variable, secret, variable};

const TOKEN: Variable = secret(
    "FATOURA_VOICE_AUTH_TOKEN",
    Unset::WithGroup,
    "the auth token of the voice provider's account",
    "checks the provider's signatures; without any voice variable calls are not answered",
);
const TELEOPERATOR: Variable = variable(
    "FATOURA_VOICE_TELEOPERATOR",
    Unset::WithGroup,
    "a Moroccan number such as +212522000000, or queue:NAME for a queue of the provider",
    "where callers go who want to speak to somebody",
);
const PUBLIC_URL: Variable = variable(
    "FATOURA_VOICE_PUBLIC_URL",
    Unset::LeftOut,
    "https://HOST, with a path if a proxy adds one (http:// only for this machine)",
    "the base of the addresses that the voice provider calls, which it signs; without it `FATOURA_PUBLIC_URL`",
);
const PAY_CONNECTOR: Variable = variable(
    "FATOURA_VOICE_PAY_CONNECTOR",
    Unset::LeftOut,
    "the unique name of a generic pay connector at the provider: letters, digits, hyphens, underscores",
    "takes cards on the telephone's keys; without it callers pay by link",
);

pub(super) const VARIABLES: &[&Variable] = &[&TOKEN, &TELEOPERATOR, &PUBLIC_URL, &PAY_CONNECTOR];

/// `None` without a voice server, or together with a fault. `public_url` is that of the pages.
pub(super) fn read(reader: &mut Reader<'_>, public_url: Option<&str>) -> Option<VoiceSettings> {
    if !VARIABLES.iter().any(|variable| reader.is_set(variable)) {
        return None;
    }
    let auth_token = reader.secret(&TOKEN, 1);
    let teleoperators = reader.get(&TELEOPERATOR, teleoperators);
    let own_url = reader.get(&PUBLIC_URL, safe_url);
    let pay_connector = reader.get(&PAY_CONNECTOR, name);
    Some(VoiceSettings {
        auth_token: auth_token?,
        teleoperators: teleoperators?,
        public_url: own_url.or_else(|| public_url.map(str::to_owned))?,
        pay_connector,
    })
}

fn name(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain && (1..=64).contains(&text.len())).then(|| text.to_owned())
}

fn teleoperators(text: &str) -> Option<Teleoperators> {
    match text.strip_prefix("queue:") {
        Some(queue) => name(queue).map(Teleoperators::Queue),
        None if text.starts_with('+') => phone::normalise(text).ok().map(Teleoperators::Number),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+212522000000", Some(Teleoperators::Number("+212522000000".to_owned())))]
    #[case("queue:desk-1", Some(Teleoperators::Queue("desk-1".to_owned())))]
    #[case("queue:", None)]
    #[case("queue:a b", None)]
    #[case("0522000000", None)]
    #[case("+33100000000", None)]
    fn places(#[case] text: &str, #[case] place: Option<Teleoperators>) {
        assert_eq!(teleoperators(text), place);
    }
}
