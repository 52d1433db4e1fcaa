//! How patiently billers are spoken to. Which billers there are, and their addresses, is in their files.

use biller_adapters::ClientSettings;

use super::environment::{Reader, Unset, Variable, variable, with_default};

const CONNECT_TIMEOUT: Variable = with_default(
    "FATOURA_BILLER_CONNECT_TIMEOUT_SECONDS",
    "3",
    "a whole number, 1 to 60",
    "longest wait for a connection to a biller",
);
const FIND_TIMEOUT: Variable = with_default(
    "FATOURA_BILLER_FIND_TIMEOUT_SECONDS",
    "8",
    "a whole number, 1 to 60",
    "longest wait for one try of a bill look-up: a payer is watching",
);
const CONFIRM_TIMEOUT: Variable = with_default(
    "FATOURA_BILLER_CONFIRM_TIMEOUT_SECONDS",
    "20",
    "a whole number, 1 to 120",
    "longest wait for a confirmation, a status or a cancellation",
);
const FIND_TRIES: Variable = with_default(
    "FATOURA_BILLER_FIND_TRIES",
    "2",
    "a whole number, 1 to 5",
    "tries of a bill look-up, the first included",
);
const BREAKER_FAILURES: Variable = with_default(
    "FATOURA_BILLER_BREAKER_FAILURES",
    "5",
    "a whole number, 1 to 100",
    "failures in a row after which a biller is left alone for a while",
);
const BREAKER_COOLDOWN: Variable = with_default(
    "FATOURA_BILLER_BREAKER_COOLDOWN_SECONDS",
    "30",
    "a whole number, 1 to 3600",
    "for how long it is left alone",
);
const ROOT_CERTIFICATE: Variable = variable(
    "FATOURA_BILLER_ROOT_CERTIFICATE",
    Unset::LeftOut,
    "the path of a PEM file",
    "further root certificates, for billers with a private authority",
);

pub(super) const VARIABLES: &[&Variable] = &[
    &CONNECT_TIMEOUT,
    &FIND_TIMEOUT,
    &CONFIRM_TIMEOUT,
    &FIND_TRIES,
    &BREAKER_FAILURES,
    &BREAKER_COOLDOWN,
    &ROOT_CERTIFICATE,
];

pub(super) fn read(reader: &mut Reader<'_>) -> Option<ClientSettings> {
    let connect_timeout = reader.seconds(&CONNECT_TIMEOUT, 1..=60);
    let find_timeout = reader.seconds(&FIND_TIMEOUT, 1..=60);
    let confirm_timeout = reader.seconds(&CONFIRM_TIMEOUT, 1..=120);
    let find_tries = reader.number(&FIND_TRIES, 1..=5);
    let breaker_failures = reader.number(&BREAKER_FAILURES, 1..=100);
    let breaker_cooldown = reader.seconds(&BREAKER_COOLDOWN, 1..=3_600);
    let extra_root_certificate = reader.text(&ROOT_CERTIFICATE).map(Into::into);
    Some(ClientSettings {
        connect_timeout: connect_timeout?,
        find_timeout: find_timeout?,
        confirm_timeout: confirm_timeout?,
        find_tries: find_tries?,
        breaker_failures: breaker_failures?,
        breaker_cooldown: breaker_cooldown?,
        extra_root_certificate,
        ..ClientSettings::default()
    })
}
