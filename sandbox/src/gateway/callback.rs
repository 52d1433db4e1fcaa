//! The bank's word to the hub: the callback's fields, its posting, and what the hub's answer does to the order.

use std::time::Duration;

use actix_web::web;
use chrono::Utc;

use super::hash;
use super::order::{CallbackLog, CardOrder, OrderState};
use crate::world::World;

/// How long the bank waits for the hub's answer: longer than a hub's own database timeouts, shorter than a payer's patience.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(15);

/// The answer is one word; more than this is not read.
const ANSWER_BYTES_MAX: usize = 4_096;

/// What the bank says with a ProcReturnCode: Response and ErrMsg.
pub(super) fn words(proc_return_code: &str) -> (&'static str, &'static str) {
    match proc_return_code {
        "00" => ("Approved", ""),
        "05" => ("Declined", "Do not honour"),
        "14" => ("Declined", "Invalid card number"),
        "51" => ("Declined", "Insufficient funds"),
        "82" => ("Declined", "Wrong 3-D Secure code"),
        _ => ("Error", "Error"),
    }
}

/// The fields that callback and browser carry: the hub's own, the outcome, and the HASH over all of them.
pub(super) fn result_fields(order: &CardOrder, proc_return_code: &str, store_key: &str) -> Vec<(String, String)> {
    let (response, message) = words(proc_return_code);
    let accepted = proc_return_code == "00";
    let mut fields: Vec<(String, String)> =
        order.fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("rnd")).cloned().collect();
    let mut add = |name: &str, value: &str| {
        fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        fields.push((name.to_owned(), value.to_owned()));
    };
    add("rnd", &format!("{:016x}", rand::random::<u64>()));
    add("ProcReturnCode", proc_return_code);
    add("Response", response);
    add("ErrMsg", message);
    add("AuthCode", if accepted { &order.auth_code } else { "" });
    add("TransId", &order.trans_id);
    add("HostRefNum", &order.trans_id);
    add("mdStatus", if proc_return_code == "82" { "0" } else { "1" });
    add("MaskedPan", &order.mask);
    add("maskedCreditCard", &order.mask);
    add("EXTRA.CARDBRAND", "VISA");
    add("EXTRA.CARDISSUER", "BANQUE DE TEST");
    add("EXTRA.TRXDATE", &Utc::now().format("%Y%m%d %H:%M:%S").to_string());
    let hash = hash::hash_of(&fields, store_key);
    fields.push(("HASH".into(), hash));
    fields
}

/// Posts the callback of an order's present outcome, under the faults switched on for it.
pub(super) async fn send(world: &web::Data<World>, oid: &str, proc_return_code: &str, twice: bool, bad_hash: bool) {
    let injected = world.take_faults("gateway", "callback");
    if injected.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(injected.delay_ms)).await;
    }
    if injected.drop_before || injected.down {
        return;
    }
    let Some((url, mut fields)) = world.read(|state| {
        let order = state.orders.get(oid)?;
        let fields = result_fields(order, proc_return_code, &world.config.cmi_store_key);
        Some((order.field("callbackUrl").to_owned(), fields))
    }) else {
        return;
    };
    if (bad_hash || injected.garble)
        && let Some((_, hash)) = fields.last_mut()
    {
        *hash = hash::hash_of(&[], "not the store key");
    }
    if twice || injected.twice {
        tokio::join!(post(world, oid, &url, &fields), post(world, oid, &url, &fields));
    } else {
        post(world, oid, &url, &fields).await;
    }
}

async fn post(world: &World, oid: &str, url: &str, fields: &[(String, String)]) {
    let at = world.now();
    let (status, answer) = match ask(world, url, fields).await {
        Ok((status, answer)) => (Some(status), answer),
        Err(fault) => (None, format!("no answer: {fault}")),
    };
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let proc_return_code = value("ProcReturnCode").to_owned();
    world.change(|state| {
        let Some(order) = state.orders.get_mut(oid) else { return };
        if proc_return_code == "00" && status == Some(200) && order.state == OrderState::Authorised {
            let heard = match answer.as_str() {
                "ACTION=POSTAUTH" => order.capture(order.authorised_minor, at),
                "FAILURE" => order.void(at),
                _ => Ok(()),
            };
            if let Err(fault) = heard {
                tracing::warn!(oid, fault, "the hub's answer could not be followed");
            }
        }
        order.callbacks.push(CallbackLog { at, proc_return_code, status, answer: answer.chars().take(200).collect() });
    });
}

async fn ask(world: &World, url: &str, fields: &[(String, String)]) -> Result<(u16, String), reqwest::Error> {
    let mut answer = world.client.post(url).timeout(CALLBACK_TIMEOUT).form(fields).send().await?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            break;
        }
    }
    Ok((answer.status().as_u16(), String::from_utf8_lossy(&body).trim().to_owned()))
}
