//! The SMS provider: Twilio's Messages resource, and what it would have sent.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::faults::Injected;
use crate::reply::{Reply, under_faults};
use crate::signing::same;
use crate::world::World;

/// Twilio's own bound of a body, in characters.
const BODY_CHARS_MAX: usize = 1_600;

/// The inbox keeps that many messages and forgets the oldest: enough for a day of tests.
const INBOX_MAX: usize = 10_000;

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsMessage {
    /// The provider's identifier, `SM` and 32 hex digits.
    pub sid: String,
    /// The recipient, E.164.
    pub to: String,
    /// The sender's number, or its messaging service.
    pub from: String,
    /// The text.
    pub body: String,
    /// `GSM-7` or `UCS-2`.
    pub encoding: String,
    /// Segments that would be billed.
    pub segments: usize,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

/// Characters of GSM 03.38 that take one septet.
const GSM_BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters of its extension table, which take two.
const GSM_EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// Encoding and number of segments: 160 or 153 septets, 70 or 67 UTF-16 units.
pub(crate) fn segments(body: &str) -> (&'static str, usize) {
    let septets = body.chars().try_fold(0, |sum, c| match (GSM_BASIC.contains(c), GSM_EXTENDED.contains(c)) {
        (true, _) => Some(sum + 1),
        (_, true) => Some(sum + 2),
        _ => None,
    });
    match septets {
        Some(septets) if septets <= 160 => ("GSM-7", 1),
        Some(septets) => ("GSM-7", usize::div_ceil(septets, 153)),
        None => match body.encode_utf16().count() {
            units if units <= 70 => ("UCS-2", 1),
            units => ("UCS-2", units.div_ceil(67)),
        },
    }
}

/// The provider's paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/twilio/2010-04-01/Accounts/{sid}/Messages.json", web::post().to(create_message));
}

fn problem(status: u16, code: u32, message: &str) -> Reply {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    Reply::json(status, &json!({ "code": code, "message": message, "more_info": more, "status": status }))
}

async fn create_message(
    world: web::Data<World>,
    sid: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let authorised = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(|given| {
        let (account, token) = (&world.config.twilio_account_sid, &world.config.twilio_auth_token);
        same(given, &format!("Basic {}", STANDARD.encode(format!("{account}:{token}"))))
    });
    if !authorised || *sid != world.config.twilio_account_sid {
        return problem(401, 20003, "Authenticate").into_response();
    }
    let query = std::str::from_utf8(&body).unwrap_or_default();
    let form = match web::Query::<Vec<(String, String)>>::from_query(query) {
        Ok(form) => form.into_inner(),
        Err(_) => return problem(400, 20001, "The form cannot be read").into_response(),
    };
    let created = std::sync::Mutex::new(None);
    let answer = under_faults(&world, "sms", "send", |injected| accept(&world, &form, injected, &created)).await;
    let callback = form.iter().find(|(name, _)| name == "StatusCallback").map(|(_, url)| url.clone());
    let created = created.into_inner().unwrap_or_default();
    if let (Some(url), Some(message)) = (callback, created) {
        tokio::spawn(report(world, url, message));
    }
    answer
}

fn accept(
    world: &World,
    form: &[(String, String)],
    injected: &Injected,
    created: &std::sync::Mutex<Option<SmsMessage>>,
) -> Reply {
    let get = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let (to, body) = (get("To"), get("Body"));
    let sender = if get("MessagingServiceSid").is_empty() { get("From") } else { get("MessagingServiceSid") };
    if injected.refuse {
        return problem(400, 21610, "Attempt to send to unsubscribed recipient");
    }
    if to.is_empty() {
        return problem(400, 21604, "A 'To' phone number is required.");
    }
    let digits = to.strip_prefix('+').unwrap_or_default();
    if !(8..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return problem(400, 21211, &format!("The 'To' number {to} is not a valid phone number."));
    }
    if sender.is_empty() {
        return problem(400, 21603, "A 'From' phone number is required.");
    }
    if body.is_empty() {
        return problem(400, 21602, "Message body is required.");
    }
    if body.chars().count() > BODY_CHARS_MAX {
        return problem(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
    }
    let (encoding, count) = segments(body);
    let message = SmsMessage {
        sid: format!("SM{:032x}", rand::random::<u128>()),
        to: to.into(),
        from: sender.into(),
        body: body.into(),
        encoding: encoding.into(),
        segments: count,
        at: Utc::now(),
    };
    world.change(|state| {
        if state.sms.len() >= INBOX_MAX {
            state.sms.remove(0);
        }
        state.sms.push(message.clone());
    });
    let account = &world.config.twilio_account_sid;
    let reply = Reply::json(
        201,
        &json!({
            "sid": message.sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "to": message.to,
            "from": if get("MessagingServiceSid").is_empty() { Some(sender) } else { None },
            "messaging_service_sid": (!get("MessagingServiceSid").is_empty()).then_some(sender),
            "body": message.body,
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": count.to_string(),
            "num_media": "0",
            "price": null,
            "price_unit": "USD",
            "error_code": null,
            "error_message": null,
            "date_created": message.at.to_rfc2822(),
            "date_updated": message.at.to_rfc2822(),
            "date_sent": null,
            "uri": format!("/2010-04-01/Accounts/{account}/Messages/{}.json", message.sid),
        }),
    );
    if let Ok(mut slot) = created.lock() {
        *slot = Some(message);
    }
    reply
}

/// Tells the hub that the message was delivered.
async fn report(world: web::Data<World>, url: String, message: SmsMessage) {
    let form = [
        ("MessageSid", message.sid.as_str()),
        ("MessageStatus", "delivered"),
        ("To", &message.to),
        ("From", &message.from),
        ("AccountSid", &world.config.twilio_account_sid),
        ("ApiVersion", "2010-04-01"),
    ];
    let sent = world.client.post(&url).timeout(std::time::Duration::from_secs(10)).form(&form).send().await;
    if let Err(fault) = sent {
        tracing::warn!(%fault, "the status callback was not delivered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a".repeat(160), "GSM-7", 1)]
    #[case("a".repeat(161), "GSM-7", 2)]
    #[case("€".repeat(80), "GSM-7", 1)]
    #[case("€".repeat(81), "GSM-7", 2)]
    #[case("a".repeat(307), "GSM-7", 3)]
    #[case("م".repeat(70), "UCS-2", 1)]
    #[case("م".repeat(71), "UCS-2", 2)]
    #[case("م".repeat(135), "UCS-2", 3)]
    #[case("ê".into(), "UCS-2", 1)]
    fn counts_segments(#[case] body: String, #[case] encoding: &str, #[case] count: usize) {
        assert_eq!(segments(&body), (encoding, count));
    }
}
