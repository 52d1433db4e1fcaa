//! Who is at work: the extractors that handlers take, and the cookie behind them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use ledger::{Language, Reference};
use secrecy::{ExposeSecret, SecretString};
use staff::{Action, Due, Opened, Origin, Permission, Session, Staff};

use super::frame::Frame;
use super::next::Next;
use crate::web::context::{Context, Keep, cookie};
use crate::web::errors::Fault;
use crate::web::limits::network;

/// Longest name of a browser that is kept.
const AGENT_MAX: usize = 200;

type Later<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

/// A visitor to a page for staff, signed in or not.
pub(crate) struct Visitor {
    pub(super) context: Context,
    pub(super) staff: Arc<Staff>,
    /// What the browser's cookie holds.
    pub(super) token: Option<String>,
    pub(super) origin: Origin,
}

/// Somebody who knows their password; of whom more may be asked before they get to work.
pub(crate) struct HalfWay {
    pub(super) visitor: Visitor,
    pub(super) session: Session,
}

/// Somebody at work: signed in with all that is asked of them. Taking it as an argument is what keeps others out: they
/// are sent to sign in and come back.
pub(crate) struct StaffSession {
    /// The request: language, time, address.
    pub(crate) context: Context,
    /// The member, their roles and their scope.
    pub(crate) who: Session,
    /// Where they come from.
    pub(crate) origin: Origin,
    /// Whether they ask for the head of an answer alone.
    pub(crate) is_head: bool,
    staff: Arc<Staff>,
}

/// The number behind a public reference, for the audit log: `payment 100005`.
pub(crate) fn subject(kind: &str, reference: &str) -> String {
    match reference.parse::<Reference>() {
        Ok(reference) => format!("{kind} {}", reference.id()),
        Err(_) => kind.to_owned(),
    }
}

impl Visitor {
    fn of(request: &HttpRequest) -> Result<Self, Fault> {
        let context = Context::of(request)?;
        let staff = context.state.staff.clone().ok_or(Fault::NotFound)?;
        let cookie = request.cookie(cookie_name(context.state.settings.secure_cookies));
        let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let origin = Origin {
            address: context.address,
            network: network(context.address),
            agent: agent.chars().filter(|c| !c.is_control()).take(AGENT_MAX).collect(),
        };
        Ok(Self { token: cookie.map(|cookie| cookie.value().to_owned()), context, staff, origin })
    }

    /// The session behind the cookie, if it is good.
    pub(super) async fn session(&self) -> Result<Option<Session>, Fault> {
        match &self.token {
            Some(token) => Ok(self.staff.session(token).await?),
            None => Ok(None),
        }
    }

    /// Sends on with the token of a session that was opened: to what is due, or to where they wanted to go.
    pub(super) fn go_on(&self, opened: &Opened, next: &Next) -> HttpResponse {
        let mut answer = match opened.due {
            Some(due) => self.context.see_other(&next.carried(page_of(due))),
            None => self.context.see_other(next.or_home()),
        };
        self.keep_token(&mut answer, &opened.token);
        answer
    }

    /// Gives the browser the token of its session.
    pub(super) fn keep_token(&self, answer: &mut HttpResponse, token: &SecretString) {
        self.set_cookie(
            answer,
            cookie(self.cookie_name(), token.expose_secret().to_owned(), self.is_secure()).finish(),
        );
    }

    /// Takes the token away from the browser.
    pub(super) fn drop_token(&self, answer: &mut HttpResponse) {
        let mut gone = cookie(self.cookie_name(), String::new(), self.is_secure()).finish();
        gone.make_removal();
        self.set_cookie(answer, gone);
    }

    fn set_cookie(&self, answer: &mut HttpResponse, mut cookie: Cookie<'static>) {
        // No other site may lead a browser in with its session.
        cookie.set_same_site(SameSite::Strict);
        if answer.add_cookie(&cookie).is_err() {
            tracing::error!("a session's cookie cannot be written");
        }
    }

    fn is_secure(&self) -> bool {
        self.context.state.settings.secure_cookies
    }

    fn cookie_name(&self) -> &'static str {
        cookie_name(self.is_secure())
    }
}

/// `__Host-` binds the cookie to this very host; browsers take the prefix only with `Secure`.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-staff" } else { "staff" }
}

/// Where what is due is done.
pub(super) fn page_of(due: Due) -> &'static str {
    match due {
        Due::SecondFactor => "/staff/second-factor",
        Due::Password => "/staff/password",
        Due::Enrol => "/staff/enrol",
    }
}

/// Where a request wanted to go, if asking again does no harm.
fn wish(request: &HttpRequest, context: &Context) -> Next {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Next::default();
    }
    match request.query_string() {
        "" => Next::of(context.path()),
        query => Next::of(&format!("{}?{query}", context.path())),
    }
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request).map_err(Into::into))
    }
}

impl HalfWay {
    /// Whoever is not signed in is sent to sign in.
    fn of(request: &HttpRequest, visitor: Visitor, session: Option<Session>) -> Result<Self, Fault> {
        match session {
            Some(session) => Ok(Self { visitor, session }),
            None => Err(Fault::GoTo(wish(request, &visitor.context).carried("/staff/sign-in"))),
        }
    }
}

impl FromRequest for HalfWay {
    type Error = actix_web::Error;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visitor = Visitor::of(&request)?;
            let session = visitor.session().await?;
            Ok(Self::of(&request, visitor, session)?)
        })
    }
}

impl FromRequest for StaffSession {
    type Error = actix_web::Error;
    type Future = Later<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let half_way = HalfWay::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(&request, half_way.await?)?) })
    }
}

impl StaffSession {
    /// Whoever has something to do first is sent to do it.
    fn of(request: &HttpRequest, half_way: HalfWay) -> Result<Self, Fault> {
        let HalfWay { visitor, session } = half_way;
        let Visitor { context, staff, origin, .. } = visitor;
        match session.due() {
            None => Ok(Self { context, who: session, origin, is_head: *request.method() == Method::HEAD, staff }),
            Some(due) => Err(Fault::GoTo(wish(request, &context).carried(page_of(due)))),
        }
    }

    /// For what a page asks by itself: a session that nobody uses ends all the same.
    pub(crate) async fn unattended(request: &HttpRequest) -> Result<Self, Fault> {
        let visitor = Visitor::of(request)?;
        let session = match &visitor.token {
            Some(token) => visitor.staff.session_unattended(token).await?,
            None => None,
        };
        Self::of(request, HalfWay::of(request, visitor, session)?)
    }

    /// The language of the page.
    pub(crate) fn language(&self) -> Language {
        self.context.language
    }

    /// Whoever may not do this gets a page that says so.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Fault> {
        if self.who.may(permission) { Ok(()) } else { Err(Fault::Forbidden) }
    }

    /// Whoever may do none of these gets a page that says so.
    pub(crate) fn require_any(&self, permissions: &[Permission]) -> Result<(), Fault> {
        if permissions.iter().any(|permission| self.who.may(*permission)) { Ok(()) } else { Err(Fault::Forbidden) }
    }

    /// The frame of a page titled by a message.
    pub(crate) fn frame(&self, title_key: &str) -> Frame {
        Frame::of(self.context.page(title_key), &self.who, self.context.path())
    }

    /// The frame of a page titled by a message, whose language links keep this query.
    pub(crate) fn frame_with_query(&self, title_key: &str, query: &str) -> Frame {
        Frame::of(self.context.page_with_query(title_key, query), &self.who, self.context.path())
    }

    /// An entry of the audit log about what they do, for whoever writes it in the commit of what it tells of.
    pub(crate) fn audit_entry(&self, action: Action, subject: &str, detail: &str) -> ledger::AuditEntry {
        Staff::audit_entry(&self.who, action, subject, detail)
    }

    /// Answers with a page, which nobody keeps.
    pub(crate) fn html(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Fault> {
        self.context.html(status, Keep::Nobody, page)
    }

    /// Writes to the audit log what they did or saw, before they see it. `subject` names rows (`payment 100005`).
    pub(crate) async fn audit(&self, action: Action, subject: &str, detail: &str) -> Result<(), Fault> {
        Ok(self.staff.audit(&self.who, action, subject, detail).await?)
    }

    /// The door to members and sessions.
    pub(crate) fn staff(&self) -> &Staff {
        &self.staff
    }
}
