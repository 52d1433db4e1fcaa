//! The door of the hosted page: the hub's form, checked field by field before a payer sees anything.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::order::{CardOrder, OrderState};
use super::{hash, page};
use crate::amount::parse_amount;
use crate::reply::{Reply, under_faults};
use crate::signing::same;
use crate::world::World;

/// Nestpay's bounds of `sessiontimeout`, in seconds, and its default.
const SESSION_S: std::ops::RangeInclusive<i64> = 30..=2_700;
const SESSION_S_DEFAULT: i64 = 1_800;

/// A form has at most that many fields; Nestpay's own list is about 60 long.
const FIELDS_MAX: usize = 200;

pub(super) async fn open(world: web::Data<World>, form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let fields = form.into_inner();
    under_faults(&world, "gateway", "page", |injected| {
        if injected.refuse {
            return page::refusal(&fields, "refused by a fault of the sandbox");
        }
        let opened = check(&world, &fields, world.now()).and_then(|order| {
            let session = order.session.clone();
            world.change(|state| {
                if state.orders.get(&order.oid).is_some_and(|known| known.state.is_paid()) {
                    return Err(format!("the order {} is already paid", order.oid));
                }
                let order = match state.orders.remove(&order.oid) {
                    Some(known) => CardOrder {
                        callbacks: known.callbacks,
                        refused_operations: known.refused_operations,
                        opened_at: known.opened_at,
                        movements: known.movements,
                        ..order
                    },
                    None => order,
                };
                state.orders.insert(order.oid.clone(), order);
                Ok(session)
            })
        });
        match opened {
            Ok(session) => Reply::text(303, "").header("location", format!("/fim/pay/{session}")),
            Err(fault) => page::refusal(&fields, &fault),
        }
    })
    .await
}

fn check(world: &World, fields: &[(String, String)], now: DateTime<Utc>) -> Result<CardOrder, String> {
    if fields.len() > FIELDS_MAX {
        return Err(format!("more than {FIELDS_MAX} fields"));
    }
    for (index, (name, _)) in fields.iter().enumerate() {
        if fields[..index].iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
            return Err(format!("the field {name} comes twice"));
        }
    }
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty()).ok_or_else(|| format!("the field {name} is missing"))
    };
    let exactly = |name: &str, expected: &str| match field(name)? {
        value if value.eq_ignore_ascii_case(expected) => Ok(()),
        value => Err(format!("{name} is '{value}', expected {expected}")),
    };
    exactly("hashAlgorithm", "ver3")?;
    if !same(&hash::hash_of(fields, &world.config.cmi_store_key), field("HASH")?) {
        return Err("the HASH is wrong".into());
    }
    exactly("clientid", &world.config.cmi_client_id)?;
    exactly("storetype", "3D_PAY_HOSTING")?;
    exactly("TranType", "PreAuth")?;
    exactly("currency", "504")?;
    let amount = field("amount")?;
    let minor = parse_amount(amount).filter(|minor| *minor > 0);
    let minor = minor.ok_or_else(|| format!("the amount '{amount}' is not of the form 168.00, or zero"))?;
    let oid = field("oid")?;
    if oid.len() > 64 {
        return Err("the oid is longer than 64 characters".into());
    }
    for name in ["okUrl", "failUrl", "shopurl", "callbackUrl"] {
        let url = field(name)?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!("{name} is not an http(s) address"));
        }
    }
    for name in ["rnd", "email", "BillToName"] {
        field(name)?;
    }
    let lang = field("lang")?;
    if !["ar", "fr", "en"].contains(&lang) {
        return Err(format!("lang is '{lang}', expected ar, fr or en"));
    }
    let seconds = match field("sessiontimeout") {
        Ok(typed) => typed.parse().ok().filter(|seconds| SESSION_S.contains(seconds)).ok_or_else(|| {
            format!("sessiontimeout is '{typed}', expected {} to {} seconds", SESSION_S.start(), SESSION_S.end())
        })?,
        Err(_) => SESSION_S_DEFAULT,
    };
    let kept = fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("hash")).cloned().collect();
    Ok(CardOrder {
        oid: oid.to_owned(),
        minor,
        currency: "504".into(),
        fields: kept,
        session: format!("{:032x}", rand::random::<u128>()),
        expires_at: now + TimeDelta::seconds(seconds),
        state: OrderState::Open,
        mask: String::new(),
        awaiting_code: None,
        proc_return_code: String::new(),
        auth_code: String::new(),
        trans_id: String::new(),
        authorised_minor: 0,
        captured_minor: 0,
        credited_minor: 0,
        opened_at: now,
        callbacks: Vec::new(),
        refused_operations: 0,
        movements: Vec::new(),
    })
}
