//! The merchant account at the card gateway.

use payments::gateways::cmi::CmiSettings;

use super::address::safe_url;
use super::environment::{Reader, Unset, Variable, secret, variable, with_default};

const CLIENT_ID: Variable =
    variable("FATOURA_CMI_CLIENT_ID", Unset::Required, "digits, as the gateway gave them", "the merchant's number");
const STORE_KEY: Variable = secret(
    "FATOURA_CMI_STORE_KEY",
    Unset::Required,
    "the store key set in the gateway's merchant centre",
    "key of the hash (`ver3`) over forms and callbacks",
);
const GATEWAY_URL: Variable = variable(
    "FATOURA_CMI_GATEWAY_URL",
    Unset::Required,
    "https://.../fim/est3Dgate (http:// only for this machine)",
    "the hosted card page",
);
const API_URL: Variable = variable(
    "FATOURA_CMI_API_URL",
    Unset::Required,
    "https://.../fim/api (http:// only for this machine)",
    "capture, void, credit and status",
);
const API_USER: Variable =
    variable("FATOURA_CMI_API_USER", Unset::Required, "the name of an API user", "who calls the API");
const API_PASSWORD: Variable =
    secret("FATOURA_CMI_API_PASSWORD", Unset::Required, "the API user's password", "goes with the user");
const AUTOMATIC_CAPTURE: Variable = with_default(
    "FATOURA_CMI_AUTOMATIC_CAPTURE",
    "true",
    "true or false",
    "whether an approved callback is answered with the order to capture; otherwise the hub captures by the API",
);
const FALLBACK_EMAIL: Variable = variable(
    "FATOURA_CMI_FALLBACK_EMAIL",
    Unset::Required,
    "a mail address",
    "sent to the gateway, which requires one, where a payer gives none",
);
const CONNECT_TIMEOUT: Variable = with_default(
    "FATOURA_CMI_CONNECT_TIMEOUT_SECONDS",
    "3",
    "a whole number, 1 to 60",
    "longest wait for a connection to the API",
);
const TIMEOUT: Variable = with_default(
    "FATOURA_CMI_TIMEOUT_SECONDS",
    "20",
    "a whole number, 1 to 120",
    "longest wait for an answer of the API: banks are slow",
);

pub(super) const VARIABLES: &[&Variable] = &[
    &CLIENT_ID,
    &STORE_KEY,
    &GATEWAY_URL,
    &API_URL,
    &API_USER,
    &API_PASSWORD,
    &AUTOMATIC_CAPTURE,
    &FALLBACK_EMAIL,
    &CONNECT_TIMEOUT,
    &TIMEOUT,
];

pub(super) fn read(reader: &mut Reader<'_>) -> Option<CmiSettings> {
    let client_id = reader.get(&CLIENT_ID, |text| {
        (text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
    });
    let store_key = reader.secret(&STORE_KEY, 1);
    let gateway_url = reader.get(&GATEWAY_URL, safe_url);
    let api_url = reader.get(&API_URL, safe_url);
    let api_user = reader.text(&API_USER);
    let api_password = reader.secret(&API_PASSWORD, 1);
    let automatic_capture = reader.flag(&AUTOMATIC_CAPTURE);
    let fallback_email = reader.get(&FALLBACK_EMAIL, super::smtp::plain_address);
    let connect_timeout = reader.seconds(&CONNECT_TIMEOUT, 1..=60);
    let timeout = reader.seconds(&TIMEOUT, 1..=120);
    Some(CmiSettings {
        client_id: client_id?,
        store_key: store_key?,
        gateway_url: gateway_url?,
        api_url: api_url?,
        api_user: api_user?,
        api_password: api_password?,
        automatic_capture: automatic_capture?,
        fallback_email: fallback_email?,
        connect_timeout: connect_timeout?,
        timeout: timeout?,
    })
}
