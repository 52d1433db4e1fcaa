//! Name and password, then the second factor.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use payments::card_numbers;
use secrecy::SecretString;
use staff::{Due, Factor, FactorOutcome, SignIn, SignInOutcome};

use super::frame::{Faults, Frame};
use super::next::Next;
use super::session::{HalfWay, Visitor};
use crate::web::context::{Context, Keep};
use crate::web::errors::Fault;
use crate::web::i18n::{self, Arg};
use crate::web::inputs::{Posted, ascii_digits};
use crate::web::views::Page;

/// Name and password.
#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    /// The session that there was is over.
    ended: bool,
    faults: Faults,
}

/// The second factor.
#[derive(Template)]
#[template(path = "staff/second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    next: String,
    /// A recovery code was tried.
    recovery: bool,
    faults: Faults,
}

/// A page with no navigation yet, whose language links keep where to go on.
fn bare(context: &Context, title_key: &str, next: &Next) -> Frame {
    Frame::bare(context.page_with_query(title_key, &next.query()))
}

/// A fault of one field.
pub(super) fn fault(page: &Page, target: &str, key: &str) -> Faults {
    Faults::one(target, page.t(key))
}

/// "Too many tries": how long to wait, rounded up to minutes.
pub(super) fn wait(page: &Page, target: &str, until: DateTime<Utc>, now: DateTime<Utc>) -> Faults {
    let minutes = (until - now).num_seconds().max(0).div_euclid(60) + 1;
    let text = i18n::text_with(page.language, "staff-fault-wait", &[("count", Arg::Number(minutes))]);
    Faults::one(target, text)
}

/// Adds when to come back, for machines, where there is such a time.
pub(super) fn retry_after(mut answer: HttpResponse, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> HttpResponse {
    if let Some(until) = until {
        answer.headers_mut().insert(RETRY_AFTER, (until - now).num_seconds().max(0).saturating_add(1).into());
    }
    answer
}

pub(crate) async fn show_form(visitor: Visitor, next: web::Query<Next>) -> Result<HttpResponse, Fault> {
    let next = next.into_inner();
    if let Some(session) = visitor.session().await? {
        let path =
            session.due().map_or_else(|| next.or_home().to_owned(), |due| next.carried(super::session::page_of(due)));
        return Ok(visitor.context.see_other(&path));
    }
    let ended = visitor.token.is_some();
    let page = SignInPage {
        frame: bare(&visitor.context, "staff-sign-in-title", &next),
        login: String::new(),
        next: next.as_str().to_owned(),
        ended,
        faults: Faults::default(),
    };
    let mut answer = visitor.context.html(StatusCode::OK, Keep::Nobody, &page)?;
    if ended {
        visitor.drop_token(&mut answer);
    }
    Ok(answer)
}

pub(crate) async fn sign_in(visitor: Visitor, posted: Posted) -> Result<HttpResponse, Fault> {
    let (login, password) = (posted.one("login")?.to_owned(), posted.one("password")?);
    let next = Next::of(posted.one("next")?);
    let frame = bare(&visitor.context, "staff-sign-in-title", &next);
    let now = visitor.context.now;
    let (status, faults, until) = if login.is_empty() || password.is_empty() {
        let target = if login.is_empty() { "login" } else { "password" };
        (StatusCode::UNPROCESSABLE_ENTITY, fault(&frame.page, target, "staff-fault-sign-in-empty"), None)
    } else {
        let request = SignIn {
            login: ascii_digits(&login),
            password: SecretString::from(password),
            origin: visitor.origin.clone(),
            old_token: visitor.token.clone(),
        };
        match visitor.staff.sign_in(request).await? {
            SignInOutcome::Opened(opened) => return Ok(visitor.go_on(&opened, &next)),
            SignInOutcome::Refused => {
                (StatusCode::UNPROCESSABLE_ENTITY, fault(&frame.page, "login", "staff-fault-sign-in"), None)
            }
            SignInOutcome::Wait(until) => {
                (StatusCode::TOO_MANY_REQUESTS, wait(&frame.page, "login", until, now), Some(until))
            }
        }
    };
    // A card number is not sent back.
    let login = if card_numbers::holds_one(&login) { String::new() } else { login };
    let page = SignInPage { frame, login, next: next.as_str().to_owned(), ended: false, faults };
    let answer = visitor.context.html(status, Keep::Nobody, &page)?;
    Ok(retry_after(answer, until, now))
}

pub(crate) async fn show_second_factor(half_way: HalfWay, next: web::Query<Next>) -> Result<HttpResponse, Fault> {
    let (context, next) = (&half_way.visitor.context, next.into_inner());
    if half_way.session.due() != Some(Due::SecondFactor) {
        return Ok(context.see_other(next.or_home()));
    }
    let frame = bare(context, "staff-factor-title", &next);
    let page = SecondFactorPage { frame, next: next.as_str().to_owned(), recovery: false, faults: Faults::default() };
    context.html(StatusCode::OK, Keep::Nobody, &page)
}

/// The digits of a code as people type them: with a blank in the middle, on an Arabic keyboard.
pub(super) fn typed_code(text: &str) -> String {
    ascii_digits(text).chars().filter(|c| !c.is_whitespace()).collect()
}

pub(crate) async fn prove_second_factor(half_way: HalfWay, posted: Posted) -> Result<HttpResponse, Fault> {
    let HalfWay { visitor, session } = half_way;
    let (context, next) = (&visitor.context, Next::of(posted.one("next")?));
    if session.due() != Some(Due::SecondFactor) {
        return Ok(context.see_other(next.or_home()));
    }
    let (code, recovery) = (typed_code(posted.one("code")?), posted.one("recovery")?);
    let is_recovery = code.is_empty() && !recovery.is_empty();
    let factor = if is_recovery { Factor::Recovery(ascii_digits(recovery)) } else { Factor::Code(code) };
    let target = if is_recovery { "recovery" } else { "code" };
    let frame = bare(context, "staff-factor-title", &next);
    let outcome = match &factor {
        Factor::Code(code) if code.len() != 6 => FactorOutcome::Refused,
        _ => {
            visitor
                .staff
                .prove_factor(visitor.token.as_deref().unwrap_or_default(), factor, visitor.origin.clone())
                .await?
        }
    };
    let (status, faults, until) = match outcome {
        FactorOutcome::Opened(opened) => return Ok(visitor.go_on(&opened, &next)),
        FactorOutcome::Over => return Ok(context.see_other(&next.carried("/staff/sign-in"))),
        FactorOutcome::Refused => {
            let key = if is_recovery { "staff-fault-recovery" } else { "staff-fault-code" };
            (StatusCode::UNPROCESSABLE_ENTITY, fault(&frame.page, target, key), None)
        }
        FactorOutcome::Wait(until) => {
            (StatusCode::TOO_MANY_REQUESTS, wait(&frame.page, target, until, context.now), Some(until))
        }
    };
    let page = SecondFactorPage { frame, next: next.as_str().to_owned(), recovery: is_recovery, faults };
    let answer = context.html(status, Keep::Nobody, &page)?;
    Ok(retry_after(answer, until, context.now))
}
