//! The form that the browser posts to the hosted page.

use ledger::{Language, Money};
use secrecy::ExposeSecret;

use super::{CURRENCY, CmiSettings, entities, hash};

/// The gateway's bounds of a session, in seconds.
const SESSION_S: std::ops::RangeInclusive<u32> = 30..=2_700;
/// The longest name or address that is sent, in characters: the gateway's own columns are not longer.
const TEXT_MAX: usize = 255;

/// One attempt to pay by card.
#[derive(Debug, Clone)]
pub struct CardOrder {
    /// The order number, unique per attempt.
    pub oid: String,
    /// What is to be held.
    pub amount: Money,
    /// The page's language.
    pub language: Language,
    /// Where the browser goes after an acceptance (informational).
    pub ok_url: String,
    /// Where the browser goes after a refusal.
    pub fail_url: String,
    /// Where the browser goes when the payer turns back.
    pub shop_url: String,
    /// Where the gateway's server posts the outcome: this one decides.
    pub callback_url: String,
    /// The payer's mail address, if given.
    pub email: Option<String>,
    /// The payer's name, or a neutral word: the hub asks for no names.
    pub bill_to_name: String,
    /// The payer's phone, `+212...`.
    pub tel: String,
    /// Random text, fresh for each form.
    pub rnd: String,
    /// How long the page stays open; brought within 30 to 2700 s.
    pub session_seconds: u32,
}

/// The fields to render, in order, as they are (HTML-escaped only): the very values that were hashed.
pub fn build(order: &CardOrder, settings: &CmiSettings) -> Vec<(String, String)> {
    let seconds = order.session_seconds.clamp(*SESSION_S.start(), *SESSION_S.end()).to_string();
    let email = order.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let email = clean(email.unwrap_or(&settings.fallback_email));
    let (name, tel) = (clean(&order.bill_to_name), clean(&order.tel));
    let amount = order.amount.to_string();
    let pairs = [
        ("clientid", settings.client_id.as_str()),
        ("storetype", "3D_PAY_HOSTING"),
        ("TranType", "PreAuth"),
        ("amount", &amount),
        ("currency", CURRENCY),
        ("oid", &order.oid),
        ("okUrl", &order.ok_url),
        ("failUrl", &order.fail_url),
        ("shopurl", &order.shop_url),
        ("callbackUrl", &order.callback_url),
        ("CallbackResponse", "true"),
        ("lang", order.language.as_str()),
        ("rnd", &order.rnd),
        ("hashAlgorithm", "ver3"),
        ("encoding", "UTF-8"),
        ("email", &email),
        ("BillToName", &name),
        ("tel", &tel),
        ("AutoRedirect", "true"),
        ("refreshtime", "5"),
        ("sessiontimeout", &seconds),
    ];
    let mut fields: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), hash::trimmed(value).to_owned())).collect();
    let hash = hash::ver3(&fields, settings.store_key.expose_secret());
    fields.push((hash::HASH_FIELD.to_owned(), hash));
    fields
}

/// A payer's text in one line that survives the journey: browsers rewrite line ends, and the gateway decodes what looks
/// like a character reference; either would break the hash.
fn clean(text: &str) -> String {
    let line: String = text.chars().take(TEXT_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = hash::trimmed(&line).to_owned();
    if entities::decode(&line) == line { line } else { line.replace('&', "+") }
}

#[cfg(test)]
mod tests {
    use super::super::settings_for_tests;
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn order() -> CardOrder {
        CardOrder {
            oid: "HUB-000000000042".into(),
            amount: Money::from_minor(16_800),
            language: Language::Fr,
            ok_url: "https://hub.example.ma/pay/ok".into(),
            fail_url: "https://hub.example.ma/pay/fail".into(),
            shop_url: "https://hub.example.ma/pay".into(),
            callback_url: "https://hub.example.ma/webhooks/cmi".into(),
            email: None,
            bill_to_name: "Client".into(),
            tel: "+212600000000".into(),
            rnd: "0123456789abcdef".into(),
            session_seconds: 900,
        }
    }

    fn field(fields: &[(String, String)], name: &str) -> String {
        fields.iter().find(|(known, _)| known == name).unwrap().1.clone()
    }

    #[rstest]
    #[case("clientid", "600001234")]
    #[case("storetype", "3D_PAY_HOSTING")]
    #[case("TranType", "PreAuth")]
    #[case("amount", "168.00")]
    #[case("currency", "504")]
    #[case("lang", "fr")]
    #[case("hashAlgorithm", "ver3")]
    #[case("encoding", "UTF-8")]
    #[case("email", "payer@hub.example.ma")]
    #[case("sessiontimeout", "900")]
    fn fields(#[case] name: &str, #[case] value: &str) {
        assert_eq!(field(&build(&order(), &settings_for_tests("")), name), value);
    }

    #[rstest]
    #[case(0, "30")]
    #[case(2_700, "2700")]
    #[case(9_999, "2700")]
    fn session(#[case] seconds: u32, #[case] sent: &str) {
        let order = CardOrder { session_seconds: seconds, ..order() };
        assert_eq!(field(&build(&order, &settings_for_tests("")), "sessiontimeout"), sent);
    }

    #[rstest]
    #[case("A &amp; B", "A +amp; B")]
    #[case("A & B", "A & B")]
    #[case(" line\nend ", "line end")]
    fn payers_text(#[case] typed: &str, #[case] sent: &str) {
        let order = CardOrder { bill_to_name: typed.into(), ..order() };
        assert_eq!(field(&build(&order, &settings_for_tests("")), "BillToName"), sent);
    }

    proptest! {
        #[test]
        fn what_is_built_verifies(email in ".{0,40}", name in "(.|&amp;|&#10;|\n){0,40}", tel in ".{0,20}", rnd in "[a-f0-9]{16}") {
            let order = CardOrder { email: Some(email), bill_to_name: name, tel, rnd, ..order() };
            let settings = settings_for_tests("");
            let fields = build(&order, &settings);
            prop_assert!(hash::verify(&fields, "TEST1234"));
            prop_assert!(!hash::verify(&fields, "TEST1235"));
        }
    }
}
