//! Setting a second factor up, and the recovery codes that stand in for it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use secrecy::ExposeSecret;
use staff::{CodesOutcome, Due, EnrolOutcome, Enrolment};

use super::frame::{Faults, Frame};
use super::next::Next;
use super::session::{HalfWay, StaffSession};
use super::sign_in::{fault, retry_after, typed_code, wait};
use crate::web::context::Keep;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::payment::qr_path;

/// The secret as a QR code and as text, and a code that shows that it arrived.
#[derive(Template)]
#[template(path = "staff/enrol.html")]
struct EnrolPage {
    frame: Frame,
    next: String,
    /// In groups of four, for whoever types it.
    secret: String,
    /// The QR code's side in modules, and its dark modules as one SVG path.
    qr: Option<(usize, String)>,
    faults: Faults,
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "staff/codes_made.html")]
struct CodesMadePage {
    frame: Frame,
    codes: Vec<String>,
    go_on: String,
}

/// How many recovery codes are left, and how to make new ones.
#[derive(Template)]
#[template(path = "staff/codes.html")]
struct CodesPage {
    frame: Frame,
    enrolled: bool,
    left: usize,
    faults: Faults,
}

fn grouped(secret: &str) -> String {
    secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

fn enrol_page(half_way: &HalfWay, next: &Next, enrolment: &Enrolment, faults: Faults) -> EnrolPage {
    EnrolPage {
        frame: frame(half_way, next),
        next: next.as_str().to_owned(),
        secret: grouped(enrolment.secret.expose_secret()),
        qr: qr_path(enrolment.address.expose_secret()),
        faults,
    }
}

/// Whoever must enrol has nowhere else to go.
fn frame(half_way: &HalfWay, next: &Next) -> Frame {
    let context = &half_way.visitor.context;
    let page = context.page_with_query("staff-enrol-title", &next.query());
    match half_way.session.due() {
        Some(_) => Frame::bare(page),
        None => Frame::of(page, &half_way.session, context.path()),
    }
}

/// The page is open to whoever has no second factor yet; others do first what is due first.
fn admit(half_way: &HalfWay, next: &Next) -> Result<(), Fault> {
    match half_way.session.due() {
        Some(due @ (Due::SecondFactor | Due::Password)) => Err(Fault::GoTo(next.carried(super::session::page_of(due)))),
        None if half_way.session.has_second_factor => Err(Fault::GoTo("/staff/recovery-codes".to_owned())),
        _ => Ok(()),
    }
}

pub(crate) async fn show_form(half_way: HalfWay, next: web::Query<Next>) -> Result<HttpResponse, Fault> {
    let next = next.into_inner();
    admit(&half_way, &next)?;
    let enrolment = half_way.visitor.staff.begin_enrolment(&half_way.session).await?;
    let page = enrol_page(&half_way, &next, &enrolment, Faults::default());
    half_way.visitor.context.html(StatusCode::OK, Keep::Nobody, &page)
}

pub(crate) async fn enrol(half_way: HalfWay, posted: Posted) -> Result<HttpResponse, Fault> {
    let next = Next::of(posted.one("next")?);
    admit(&half_way, &next)?;
    let HalfWay { visitor, session } = &half_way;
    let (context, code) = (&visitor.context, typed_code(posted.one("code")?));
    let outcome = match code.len() {
        6 => visitor.staff.confirm_enrolment(session, code, visitor.origin.clone()).await?,
        _ => EnrolOutcome::Wrong,
    };
    let page = context.page("staff-enrol-title");
    let (status, faults, until) = match outcome {
        EnrolOutcome::Enrolled(codes, opened) => {
            let page = CodesMadePage {
                go_on: page.url(next.or_home()),
                frame: Frame::bare(context.page("staff-codes-title")),
                codes,
            };
            let mut answer = context.html(StatusCode::OK, Keep::Nobody, &page)?;
            visitor.keep_token(&mut answer, &opened.token);
            return Ok(answer);
        }
        EnrolOutcome::Over => return Ok(context.see_other(&next.carried("/staff/enrol"))),
        EnrolOutcome::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, fault(&page, "code", "staff-fault-code"), None),
        EnrolOutcome::Wait(until) => {
            (StatusCode::TOO_MANY_REQUESTS, wait(&page, "code", until, context.now), Some(until))
        }
    };
    let enrolment = visitor.staff.begin_enrolment(session).await?;
    let page = enrol_page(&half_way, &next, &enrolment, faults);
    let answer = context.html(status, Keep::Nobody, &page)?;
    Ok(retry_after(answer, until, context.now))
}

async fn codes_page(session: &StaffSession, faults: Faults) -> Result<CodesPage, Fault> {
    let left = session.staff().codes_left(&session.who).await?;
    Ok(CodesPage {
        frame: session.frame("staff-codes-title"),
        enrolled: session.who.has_second_factor,
        left: usize::try_from(left).unwrap_or(0),
        faults,
    })
}

pub(crate) async fn show_codes(session: StaffSession) -> Result<HttpResponse, Fault> {
    session.html(StatusCode::OK, &codes_page(&session, Faults::default()).await?)
}

pub(crate) async fn renew_codes(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let code = typed_code(posted.one("code")?);
    let outcome = match code.len() {
        6 => session.staff().renew_codes(&session.who, code).await?,
        _ => CodesOutcome::Wrong,
    };
    let (page, now) = (session.context.page("staff-codes-title"), session.context.now);
    let (status, faults, until) = match outcome {
        CodesOutcome::Made(codes) => {
            let frame = session.frame("staff-codes-title");
            return session.html(StatusCode::OK, &CodesMadePage { go_on: page.url("/staff"), frame, codes });
        }
        CodesOutcome::Over => return Ok(session.context.see_other("/staff/recovery-codes")),
        CodesOutcome::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, fault(&page, "code", "staff-fault-code"), None),
        CodesOutcome::Wait(until) => (StatusCode::TOO_MANY_REQUESTS, wait(&page, "code", until, now), Some(until)),
    };
    let answer = session.html(status, &codes_page(&session, faults).await?)?;
    Ok(retry_after(answer, until, now))
}
