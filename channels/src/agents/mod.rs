//! The host-to-host API of agent networks: JSON over signed requests, the same use cases as the outlet screen.
//! `docs/agents-api.md` is for who implements the other side, `openapi/agents.json` describes every operation.
//!
//! An operation is a function from a [`Call`], which is proved to come from a network, to an answer or a [`Problem`].
//! A network sees its own outlets, shifts and payments; any other is not found.

mod billers;
mod errors;
mod fields;
mod floats;
mod late_cash;
mod payments;
mod problem;
mod quotes;
mod serve;
mod shifts;
mod show;
mod signature;

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::payments::Hub;
use ::payments::api::cash::ShiftView;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ledger::Actor;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use self::fields::Fields;
use self::problem::{Code, Problem};
use crate::web::limits::Limiter;

pub(crate) use self::billers::{find_bills, list_billers, show_biller};
pub(crate) use self::floats::{show_float, show_statement};
pub(crate) use self::late_cash::{give_cash_back, list_cash_owed, report_late_cash, show_late_cash};
pub(crate) use self::payments::{cancel_payment, find_payment, list_payments, pay, show_payment};
pub(crate) use self::quotes::{make_quote, show_cash_reference, show_quote};
pub(crate) use self::serve::{find_nothing, problem_for_path, refuse_method, serve, show_document};
pub(crate) use self::shifts::{close_shift, list_shifts, move_cash, open_shift, show_shift};

/// The API's own description (OpenAPI 3.1).
const DOCUMENT: &str = include_str!("../../openapi/agents.json");
/// Requests of one network per second, sustained; a burst of twice as many passes. 20 times what the whole country pays
/// at its month ends.
const REQUESTS_PER_SECOND: u32 = 1_000;
/// Look-ups of one network per minute, sustained; what comes in ten seconds passes at once. It is what the whole country
/// pays at its month ends: no network's customers wait for it, and no system that runs wild, or tries numbers out, asks
/// the billers more.
const LOOKUPS_PER_MINUTE: u32 = 3_000;
/// Networks of which the look-ups are counted; there are a handful.
const NETWORKS_MAX: usize = 10_000;
/// Requests that wait for a biller's answer at once; past it they are answered as pending.
const WAITERS_MAX: usize = 64;
/// The longest that a request waits for a biller's answer.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// The longest name of whoever stands at the counter, in characters.
const OPERATOR_CHARS_MAX: usize = 60;
/// Most rows of a page.
const PAGE_MAX: i64 = 100;
/// Numbers of rows have at most 12 digits.
const NUMBER_MAX: i64 = 999_999_999_999;

/// An answer, some time later.
pub(crate) type Later = Pin<Box<dyn Future<Output = Result<HttpResponse, Problem>>>>;
/// What is done at an address.
pub(crate) type Operation = fn(Call) -> Later;

/// How much one network's system may ask.
#[derive(Debug, Clone, Copy)]
pub struct AgentsLimits {
    /// Requests per second, sustained; twice as many at once.
    pub requests_per_second: NonZeroU32,
    /// Look-ups of bills and of cash references per minute, sustained; a sixth of them at once.
    pub lookups_per_minute: NonZeroU32,
}

impl Default for AgentsLimits {
    fn default() -> Self {
        let n = |value| NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN);
        Self { requests_per_second: n(REQUESTS_PER_SECOND), lookups_per_minute: n(LOOKUPS_PER_MINUTE) }
    }
}

/// What the operations share.
pub(crate) struct Agents {
    hub: Arc<Hub>,
    requests: DefaultKeyedRateLimiter<String>,
    lookups: Limiter<String>,
    waiters: Semaphore,
}

impl Agents {
    pub(crate) fn new(hub: Arc<Hub>, limits: AgentsLimits) -> Self {
        let per_second = limits.requests_per_second;
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_add(per_second.get()));
        let burst = NonZeroU32::new(limits.lookups_per_minute.get() / 6).unwrap_or(NonZeroU32::MIN);
        Self {
            hub,
            requests: RateLimiter::keyed(quota),
            lookups: Limiter::new(limits.lookups_per_minute, burst, NETWORKS_MAX),
            waiters: Semaphore::new(WAITERS_MAX),
        }
    }
}

/// A request whose signature was right.
pub(crate) struct Call {
    agents: Arc<Agents>,
    /// The network that signed.
    network: String,
    request: HttpRequest,
    body: Bytes,
}

impl Call {
    fn hub(&self) -> &Hub {
        &self.agents.hub
    }

    /// Takes one look-up from the network's allowance.
    fn look_up(&self) -> Result<(), Problem> {
        self.agents.lookups.take_key(&self.network).map_err(|seconds| {
            Problem::new(
                Code::TooManyRequests,
                format!(
                    "Your network's allowance of look-ups is used up: send the same content again after {seconds} s, \
                     signed anew. Payments are not held up by it."
                ),
            )
            .after(seconds)
        })
    }

    /// A part of the path.
    fn part(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// A number in the path; anything else names nothing.
    fn number(&self, name: &str) -> Option<i64> {
        let text = self.part(name);
        let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    }

    fn body(&self) -> Result<Fields, Problem> {
        Fields::of_json(&self.body)
    }

    fn query(&self) -> Result<Fields, Problem> {
        Fields::of_query(self.request.query_string())
    }

    /// The outlet of the path, if it is one of the network's.
    fn outlet(&self) -> Result<&str, Problem> {
        self.own_outlet(self.part("outlet"))
    }

    fn own_outlet<'a>(&self, number: &'a str) -> Result<&'a str, Problem> {
        let networks = self.hub().networks();
        let own = networks.outlet(number).is_some_and(|(network, _)| network.code == self.network);
        if own {
            Ok(number)
        } else {
            Err(Problem::new(Code::UnknownOutlet, "Your network has no outlet of that number."))
        }
    }

    /// The shift of the path, if it is one of the network's.
    async fn shift(&self) -> Result<ShiftView, Problem> {
        let found = match self.number("shift") {
            Some(id) => self.hub().shift(id).await?,
            None => None,
        };
        let own = found.filter(|found| found.shift.network == self.network);
        own.ok_or_else(|| Problem::new(Code::UnknownShift, "Your network has no shift of that number."))
    }

    /// Whoever stands at the counter, by the name that the network's system gives; the network vouches for it.
    fn actor(&self, body: &mut Fields) -> Actor {
        let name = body.optional_words("operator", OPERATOR_CHARS_MAX);
        actor(&self.network, name.as_deref().unwrap_or("system"))
    }

    /// How long the caller would wait for a biller's answer: `Prefer: wait=10` (RFC 7240).
    fn patience(&self) -> Duration {
        let stated = self.request.headers().get_all("prefer").filter_map(|value| value.to_str().ok());
        let wait = stated.flat_map(|value| value.split(',')).find_map(|part| part.trim().strip_prefix("wait="));
        let seconds = wait.and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
        Duration::from_secs(seconds).min(WAIT_MAX)
    }
}

/// Somebody at a network's counter. Members of our own staff have numbers above zero.
fn actor(network: &str, name: &str) -> Actor {
    let digest = Sha256::digest(format!("{network}\n{}", name.to_lowercase()));
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(digest).for_each(|(byte, of)| *byte = of);
    Actor { id: i64::from_be_bytes(bytes) | i64::MIN, name: format!("{network}/{name}") }
}

/// Done.
fn done(value: &Value) -> HttpResponse {
    say(&mut HttpResponse::Ok(), value)
}

/// Begun, and not decided yet.
fn begun(value: &Value) -> HttpResponse {
    say(&mut HttpResponse::Accepted(), value)
}

fn say(answer: &mut HttpResponseBuilder, value: &Value) -> HttpResponse {
    answer.content_type("application/json").insert_header((CACHE_CONTROL, "no-store")).body(value.to_string())
}

#[cfg(test)]
mod tests;
