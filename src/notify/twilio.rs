//! SMS by Twilio's REST API, resource Messages (`POST /2010-04-01/Accounts/{sid}/Messages.json`).
//!
//! It stands for a crate, of which none fits: `twilio` 1.1.0 hard-codes its address, so no test environment can be put in
//! its place, and needs OpenSSL; `twilio-rs` 0.1.1 sends an empty body; `rusty_twilio` speaks voice only. What is needed
//! is one form post.

use std::fmt;
use std::time::Duration;

use biller_adapters::init_tls;
use payments::messages::Delivery;
use reqwest::{Client, Response, StatusCode, Url, redirect, retry};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{NotifyError, is_loopback};

/// Largest answer read, in bytes: a message resource has about one kilobyte.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A connection that takes longer will not come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Twilio's codes that speak of this recipient or this text: trying again is no use.
const FINAL_CODES: [u32; 13] = [
    21211, // 'To' is not a phone number
    21214, // 'To' cannot be reached
    21217, // 'To' does not seem to be valid
    21265, // 'To' is a short code
    21408, // no permission for this region
    21602, // no body
    21604, // no 'To'
    21605, // body too long
    21610, // the recipient sent STOP
    21612, // no route from this sender to this recipient
    21614, // 'To' is not a mobile number
    21617, // body too long, concatenated
    21619, // no body, older API
];
/// Twilio's code for credentials that it does not know.
const BAD_CREDENTIALS: u32 = 20003;

/// Who the SMS is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwilioSender {
    /// A number or an alphanumeric sender of the account (`From`).
    From(String),
    /// A messaging service, `MG...`, that chooses the number (`MessagingServiceSid`).
    MessagingService(String),
}

/// Settings of the SMS provider.
#[derive(Clone)]
pub struct TwilioSettings {
    /// Scheme and host, and a path for stand-ins: `https://api.twilio.com`. Plain HTTP only to this machine.
    pub base_url: String,
    /// The account, `AC...`.
    pub account_sid: String,
    /// Its token.
    pub auth_token: SecretString,
    /// Who the SMS is from.
    pub sender: TwilioSender,
    /// Where Twilio reports what became of a message, if anywhere.
    pub status_callback: Option<String>,
    /// Longest wait for a whole answer.
    pub timeout: Duration,
}

impl fmt::Debug for TwilioSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioSettings")
            .field("base_url", &self.base_url)
            .field("account_sid", &self.account_sid)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

/// Sends SMS. One for the whole process: it pools connections.
pub struct TwilioClient {
    http: Client,
    url: Url,
    settings: TwilioSettings,
}

/// The parts of an answer that are read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    sid: String,
    code: u32,
}

impl TwilioClient {
    /// A client for one account.
    pub fn new(settings: TwilioSettings) -> Result<Self, NotifyError> {
        init_tls();
        let wrong = |what: &str| NotifyError(format!("SMS: {what}"));
        let sid = &settings.account_sid;
        if sid.is_empty() || !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(wrong("the account is letters and digits, AC..."));
        }
        let (TwilioSender::From(sender) | TwilioSender::MessagingService(sender)) = &settings.sender;
        if sender.trim().is_empty() {
            return Err(wrong("there is no sender"));
        }
        let base = settings.base_url.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/2010-04-01/Accounts/{sid}/Messages.json"))
            .map_err(|error| wrong(&format!("the base URL: {error}")))?;
        // The token goes with every request.
        if url.scheme() != "https" && !(url.scheme() == "http" && url.host_str().is_some_and(is_loopback)) {
            return Err(wrong("the base URL must be https, or http to this machine"));
        }
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
            .timeout(settings.timeout)
            // A redirect would carry the token and the number to another address.
            .redirect(redirect::Policy::none())
            // The outbox repeats, not the client.
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .user_agent("fatoura")
            .build()
            .map_err(|_| wrong("the HTTP client cannot be made"))?;
        Ok(Self { http, url, settings })
    }

    /// Sends one SMS to `to`, `+212...`, once.
    pub async fn send(&self, to: &str, body: &str) -> Delivery {
        let mut form = vec![("To", to), ("Body", body)];
        form.push(match &self.settings.sender {
            TwilioSender::From(number) => ("From", number),
            TwilioSender::MessagingService(sid) => ("MessagingServiceSid", sid),
        });
        if let Some(url) = &self.settings.status_callback {
            form.push(("StatusCallback", url));
        }
        let token = self.settings.auth_token.expose_secret();
        let request = self.http.post(self.url.clone()).basic_auth(&self.settings.account_sid, Some(token)).form(&form);
        match request.send().await {
            Ok(response) => {
                let status = response.status();
                delivery(status, read(response).await)
            }
            Err(error) if error.is_connect() || error.is_builder() => {
                Delivery::NotSent("the SMS provider cannot be reached".to_owned())
            }
            Err(error) if error.is_timeout() => Delivery::Unknown("the SMS provider did not answer in time".to_owned()),
            Err(_) => Delivery::Unknown("the SMS provider's answer was lost".to_owned()),
        }
    }
}

/// The answer's JSON; `None` if it broke off, is too long or is something else.
async fn read(mut response: Response) -> Option<Answer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).ok()
}

/// What an answer means. Refusals that speak neither of the recipient nor of the text are about our account, sender or
/// rate: an operator can mend them or they pass, so a later try may do better.
fn delivery(status: StatusCode, answer: Option<Answer>) -> Delivery {
    let number = status.as_u16();
    if status.is_success() {
        // Taken, whatever the answer's body has become; without its id nobody can say so later.
        return match answer.map(|answer| answer.sid).filter(|sid| is_sid(sid)) {
            Some(sid) => Delivery::Sent(sid),
            None => Delivery::Unknown(format!("the SMS provider's answer cannot be read (HTTP {number})")),
        };
    }
    let code = answer.map_or(0, |answer| answer.code);
    match number {
        401 => Delivery::NotSent(format!("the SMS provider refused our credentials (HTTP {number}, code {code})")),
        _ if code == BAD_CREDENTIALS => {
            Delivery::NotSent(format!("the SMS provider refused our credentials (HTTP {number}, code {code})"))
        }
        // A gateway that waited for the server behind it cannot know what that did.
        504 => Delivery::Unknown("the SMS provider did not answer in time (HTTP 504)".to_owned()),
        429 | 500..=599 => Delivery::NotSent(format!("the SMS provider is unavailable (HTTP {number}, code {code})")),
        400..=499 if FINAL_CODES.contains(&code) => {
            Delivery::Rejected(format!("the SMS provider rejects this message (HTTP {number}, code {code})"))
        }
        _ => Delivery::NotSent(format!("the SMS provider refused (HTTP {number}, code {code})")),
    }
}

/// `SM` or `MM` and 32 hexadecimal digits.
fn is_sid(text: &str) -> bool {
    text.len() == 34 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
