//! One's own password.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use secrecy::SecretString;
use staff::passwords::{LENGTH_MIN, PasswordFault};
use staff::{ChangeOutcome, Due};

use super::frame::{Faults, Frame};
use super::next::Next;
use super::session::HalfWay;
use super::sign_in::{fault, retry_after, wait};
use crate::web::context::Keep;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;

/// The present password and the new one, twice.
#[derive(Template)]
#[template(path = "staff/password.html")]
struct PasswordPage {
    frame: Frame,
    /// For the browser's own keeper of passwords.
    login: String,
    next: String,
    /// The present one is a one-time password.
    forced: bool,
    length_min: usize,
    faults: Faults,
}

/// The page is open to whoever must change their password and to whoever may; others do first what is due first.
fn admit(half_way: &HalfWay, next: &Next) -> Result<bool, Fault> {
    match half_way.session.due() {
        Some(due @ (Due::SecondFactor | Due::Enrol)) => Err(Fault::GoTo(next.carried(super::session::page_of(due)))),
        due => Ok(due == Some(Due::Password)),
    }
}

fn frame(half_way: &HalfWay, forced: bool, next: &Next) -> Frame {
    let context = &half_way.visitor.context;
    let page = context.page_with_query("staff-password-title", &next.query());
    if forced { Frame::bare(page) } else { Frame::of(page, &half_way.session, context.path()) }
}

pub(crate) async fn show_form(half_way: HalfWay, next: web::Query<Next>) -> Result<HttpResponse, Fault> {
    let next = next.into_inner();
    let forced = admit(&half_way, &next)?;
    let page = PasswordPage {
        frame: frame(&half_way, forced, &next),
        login: half_way.session.login.clone(),
        next: next.as_str().to_owned(),
        forced,
        length_min: LENGTH_MIN,
        faults: Faults::default(),
    };
    half_way.visitor.context.html(StatusCode::OK, Keep::Nobody, &page)
}

pub(crate) async fn change_password(half_way: HalfWay, posted: Posted) -> Result<HttpResponse, Fault> {
    let next = Next::of(posted.one("next")?);
    let forced = admit(&half_way, &next)?;
    let (present, new, again) = (posted.one("present")?, posted.one("new")?, posted.one("again")?);
    let frame = frame(&half_way, forced, &next);
    let HalfWay { visitor, session } = &half_way;
    let now = visitor.context.now;
    let refused = |target, key| (StatusCode::UNPROCESSABLE_ENTITY, fault(&frame.page, target, key), None);
    let (status, faults, until) = if present.is_empty() {
        refused("present", "staff-fault-present")
    } else if new != again {
        refused("again", "staff-fault-again")
    } else {
        let (present, new) = (SecretString::from(present), SecretString::from(new));
        match visitor.staff.change_password(session, present, new, visitor.origin.clone()).await? {
            ChangeOutcome::Changed(opened) if forced => return Ok(visitor.go_on(&opened, &next)),
            ChangeOutcome::Changed(opened) => {
                let mut answer = visitor.context.see_other("/staff?done=password");
                visitor.keep_token(&mut answer, &opened.token);
                return Ok(answer);
            }
            ChangeOutcome::Over => return Ok(visitor.context.see_other(&next.carried("/staff/sign-in"))),
            ChangeOutcome::WrongCurrent => refused("present", "staff-fault-present"),
            ChangeOutcome::Same => refused("new", "staff-fault-same"),
            ChangeOutcome::Weak(weak) => refused("new", weakness(weak)),
            ChangeOutcome::Wait(until) => {
                (StatusCode::TOO_MANY_REQUESTS, wait(&frame.page, "present", until, now), Some(until))
            }
        }
    };
    let login = session.login.clone();
    let page = PasswordPage { frame, login, next: next.as_str().to_owned(), forced, length_min: LENGTH_MIN, faults };
    let answer = visitor.context.html(status, Keep::Nobody, &page)?;
    Ok(retry_after(answer, until, now))
}

/// The message that says what is wrong with a new password.
fn weakness(fault: PasswordFault) -> &'static str {
    match fault {
        PasswordFault::TooShort => "staff-fault-short",
        PasswordFault::TooLong => "staff-fault-long",
        PasswordFault::Unreadable => "staff-fault-blank",
        PasswordFault::HoldsLogin => "staff-fault-login",
        PasswordFault::Guessable => "staff-fault-guessable",
    }
}
