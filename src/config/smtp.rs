//! The mail server. Without a host no mail is sent.

use lettre::Address;
use lettre::message::Mailbox;

use super::environment::{Reader, Unset, Variable, secret, variable, with_default};
use crate::notify::{SmtpCredentials, SmtpSecurity, SmtpSettings};

const HOST: Variable = variable(
    "FATOURA_SMTP_HOST",
    Unset::WithGroup,
    "a host name or an address",
    "the mail server; without any SMTP variable no mail is sent",
);
const PORT: Variable =
    with_default("FATOURA_SMTP_PORT", "587", "a port, 1 to 65535", "587 with starttls, 465 with tls, as a rule");
const SECURITY: Variable = with_default(
    "FATOURA_SMTP_SECURITY",
    "starttls",
    "starttls, tls, or none (none only for a server on this machine)",
    "how the connection is protected",
);
const USER: Variable =
    variable("FATOURA_SMTP_USER", Unset::LeftOut, "the name of a user", "who logs in, if the server asks for it");
const PASSWORD: Variable = secret("FATOURA_SMTP_PASSWORD", Unset::LeftOut, "the user's password", "goes with the user");
const FROM: Variable = variable(
    "FATOURA_SMTP_FROM",
    Unset::WithGroup,
    "a mail address with or without a name: Fatoura <recus@example.ma>",
    "the sender of receipts",
);
const TIMEOUT: Variable = with_default(
    "FATOURA_SMTP_TIMEOUT_SECONDS",
    "15",
    "a whole number, 1 to 120",
    "longest wait for getting as far as the mail, and again for the server's word about it",
);

pub(super) const VARIABLES: &[&Variable] = &[&HOST, &PORT, &SECURITY, &USER, &PASSWORD, &FROM, &TIMEOUT];

/// `None` without mail, or together with a fault.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<SmtpSettings> {
    if !VARIABLES.iter().any(|variable| reader.is_set(variable)) {
        return None;
    }
    let host = reader.text(&HOST);
    let port = reader.number(&PORT, 1..=u16::MAX);
    let security = reader.get(&SECURITY, |text| text.parse::<SmtpSecurity>().ok());
    let credentials = credentials(reader);
    let from = reader.get(&FROM, |text| text.parse::<Mailbox>().ok().map(|_| text.to_owned()));
    let timeout = reader.seconds(&TIMEOUT, 1..=120);
    if security == Some(SmtpSecurity::None) && host.as_deref().is_some_and(|host| !is_this_machine(host)) {
        reader.fault(&SECURITY, "found \"none\" for another machine");
    }
    Some(SmtpSettings { host: host?, port: port?, security: security?, credentials, from: from?, timeout: timeout? })
}

fn credentials(reader: &mut Reader<'_>) -> Option<SmtpCredentials> {
    match (reader.text(&USER), reader.secret(&PASSWORD, 1)) {
        (Some(user), Some(password)) => Some(SmtpCredentials { user, password }),
        (Some(_), None) => {
            reader.fault(&PASSWORD, "it is not set, but FATOURA_SMTP_USER is");
            None
        }
        (None, Some(_)) => {
            reader.fault(&USER, "it is not set, but FATOURA_SMTP_PASSWORD is");
            None
        }
        (None, None) => None,
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A mail address without a name.
pub(super) fn plain_address(text: &str) -> Option<String> {
    text.parse::<Address>().ok().map(|_| text.to_owned())
}
