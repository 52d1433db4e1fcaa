//! What people type where it does not belong, and what the hub is trusted with.

use ledger::DataKeys;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::Client;
use serde_json::json;

use crate::crash::load::Load;
use crate::crash::program::Place;
use crate::support::{DATA_KEY, PASSWORD, STAFF_KEY, secret_of};

/// Card numbers as they are typed, each in a way of its own.
const CARDS: [&str; 7] = [
    "4539578763621486",
    "4556 7375 8689 9855",
    "4916-3385-0608-2832",
    "٤٥٣٢٠١٥١١٢٨٣٠٣٦٦",
    "5425\u{a0}2334\u{a0}3010\u{a0}9903",
    "۲۲۲۳۰۰۰۰۴۸۴۱۰۰۱۰",
    "3714 496353 98431",
];
/// A security code, which stands nowhere by chance.
const CODE: &str = "cvv 8841";

/// What must be found nowhere.
pub struct Planted {
    /// Digits alone.
    pub cards: Vec<String>,
    pub secrets: Vec<(&'static str, String)>,
}

/// The digits of a text, in whatever script, without what stands between groups.
pub fn digits(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
            '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
            _ => None,
        })
        .collect()
}

/// Base 32 of a secret, as an authenticator app is given it.
fn base32(secret: &[u8]) -> String {
    let bits: String = secret.iter().map(|byte| format!("{byte:08b}")).collect();
    let value = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
    bits.as_bytes()
        .chunks_exact(5)
        .map(|five| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(value(five))]))
        .collect()
}

impl Planted {
    /// Types card numbers and codes wherever something can be typed.
    pub async fn everywhere(place: &Place, load: &Load) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        for card in CARDS {
            let typed = format!("{card} {CODE}");
            let address = |path: &str| format!("{}{path}", place.base);
            let escaped: String = form_urlencoded(card);
            let mut asked = vec![
                http.get(address(&format!("/fr/find?biller={escaped}&q={escaped}"))),
                http.get(address(&format!("/fr/payments/{escaped}"))),
                http.get(address(&format!("/{escaped}/{escaped}?card={escaped}"))),
                http.get(address("/fr/find"))
                    .header("user-agent", escaped.as_str())
                    .header("x-request-id", escaped.as_str()),
                http.get(address("/api/reports/v1/transactions")).bearer_auth(&escaped),
                http.post(address("/webhooks/cmi")).form(&[
                    ("oid", typed.as_str()),
                    ("clientid", card),
                    ("HASH", card),
                ]),
                http.post(address("/ivr/start")).form(&[("CallSid", card), ("From", card), ("Digits", card)]),
                http.post(address("/fr/staff/sign-in")).form(&[("login", card), ("password", PASSWORD)]),
            ];
            if card.is_ascii() {
                asked.push(
                    http.get(address("/fr/find")).header("cookie", format!("lang={card}")).header("referer", card),
                );
            }
            for request in asked {
                let answer = request.send().await.unwrap();
                assert!(answer.status().as_u16() < 500, "{}", answer.url());
            }
            // With a browser's form token.
            let mut random = StdRng::seed_from_u64(1);
            let bill = load.bill(&mut random, true);
            let operator = &load.people.operators[1];
            let sheet = operator.post("/desk/calls", &[("phone", card), ("language", "fr")]).await;
            assert!(sheet.status < 500, "{}", sheet.text());
            let sheet = operator.post("/desk/calls", &[("phone", ""), ("language", "fr")]).await;
            assert_eq!(sheet.status, 200, "{}", sheet.text());
            let (_, call) = sheet.path.split_once("/staff").unwrap();
            for (path, fields) in [
                (format!("{call}/notes"), vec![("note", typed.as_str())]),
                (format!("{call}/caller"), vec![("phone", card), ("email", typed.as_str()), ("language", "fr")]),
                (format!("{call}/find?bill={}.01", bill.biller), vec![("f.contract", card)]),
                (format!("{call}/unmask"), vec![("reason", typed.as_str())]),
            ] {
                let page = operator.post(&path, &fields).await;
                assert!(page.status < 500, "{path}: {}", page.text());
            }
            let agent = &load.people.agents[1];
            let page =
                agent.post("/outlet/movements", &[("kind", "deposit"), ("amount", "1"), ("reason", &typed)]).await;
            assert!(page.status < 500, "{}", page.text());
            let wanted = json!({ "biller": bill.biller, "receivable_type": "01", "fields": { "contract": card } });
            load.ask("/bills/find", &wanted, 0).await;
            let taken = json!({ "reference": card, "till": card, "phone": card, "language": "fr", "quote": card });
            load.ask("/outlets/20001/payments", &taken, 0).await;
        }
        let named = [
            ("the password of staff", PASSWORD.to_owned()),
            ("the key of staff", STAFF_KEY.to_owned()),
            ("the key of cookies", "0123456789abcdef0123456789abcdef".to_owned()),
            ("the store key", "TEST1234".to_owned()),
            ("the gateway's password", "sandbox-api".to_owned()),
            ("the provider's token", "sandbox-token".to_owned()),
            ("billers' secret", "sandbox-biller-secret".to_owned()),
            ("a network's secret", secret_of("NETWORK_SECRET_ATLAS", "")),
            ("a data key", DataKeys::of_bytes(DATA_KEY).to_list().replace("k1:", "")),
            ("the other data key", super::other_key().replace("k2:", "")),
            ("a security code", CODE.to_owned()),
        ];
        let mut secrets: Vec<(&'static str, String)> = named.into();
        for login in ["adil", "omar", "farid", "tariq", "amina"] {
            let secret: Vec<u8> = login.bytes().cycle().take(20).collect();
            secrets.push(("a second factor", base32(&secret)));
            secrets.push(("a second factor", String::from_utf8(secret).unwrap()));
        }
        let mut cards: Vec<String> = CARDS.iter().map(|card| digits(card)).collect();
        // Those that were paid with.
        cards.extend(
            ["4000000000000010", "4000000000000028", "4000000000000069", "4000000000000036"].map(str::to_owned),
        );
        Self { cards, secrets }
    }
}

fn form_urlencoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
