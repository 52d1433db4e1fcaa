//! Who may work at the desk, and what goes wrong there in common.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use ledger::Language;
use payments::Hub;
use payments::catalogue::{Biller, Catalogue, ReceivableType};
use payments::desk::CallError;
use staff::{Action, Permission};

use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::notice::Notice;

/// A teleoperator at work.
pub(crate) struct Operator {
    pub(super) session: StaffSession,
    pub(super) hub: Arc<Hub>,
}

/// A teleoperator whose page asks by itself.
pub(crate) struct Watching(pub(super) Operator);

/// One thing to say.
#[derive(Template)]
#[template(path = "staff/notice.html")]
struct DeskNotice {
    frame: Frame,
    notice: Notice,
}

impl FromRequest for Operator {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = StaffSession::from_request(request, payload);
        Box::pin(async move { Ok(Self::of(session.await?)?) })
    }
}

impl FromRequest for Watching {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(Operator::of(StaffSession::unattended(&request).await?)?)) })
    }
}

impl Operator {
    fn of(session: StaffSession) -> Result<Self, Fault> {
        session.require(Permission::Desk)?;
        let hub = session.context.state.desk.clone().ok_or(Fault::NotFound)?;
        Ok(Self { session, hub })
    }

    /// The operator's number.
    pub(super) fn member(&self) -> i64 {
        self.session.who.member
    }

    pub(super) fn language(&self) -> Language {
        self.session.language()
    }

    pub(super) fn frame(&self, title_key: &str) -> Frame {
        self.session.frame(title_key)
    }

    pub(super) fn catalogue(&self) -> Arc<Catalogue> {
        self.hub.catalogue()
    }

    pub(super) fn html(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Fault> {
        self.session.html(status, page)
    }

    pub(super) fn see_other(&self, path: &str) -> HttpResponse {
        self.session.context.see_other(path)
    }

    /// Takes one from the operator's look-ups and messages to callers.
    pub(super) fn take_lookup(&self) -> Result<(), Fault> {
        self.session.context.state.operators.take_key(&self.member()).map_err(Fault::TooManyLookUps)
    }

    /// Writes down that customers' data is shown.
    pub(super) async fn viewed(&self, subject: &str, detail: &str) -> Result<(), Fault> {
        self.session.audit(Action::CustomerViewed, subject, detail).await
    }

    /// Writes down that what is hidden is shown, and why.
    pub(super) async fn unmasked(&self, subject: &str, reason: &str) -> Result<(), Fault> {
        self.session.audit(Action::CustomerUnmasked, subject, reason).await
    }

    /// Answers with a notice inside the frame.
    pub(super) fn say(&self, status: StatusCode, notice: Notice) -> Result<HttpResponse, Fault> {
        let frame = self.frame("staff-nav-desk");
        self.html(status, &DeskNotice { frame, notice })
    }

    /// The answer to what cannot be done in a call, where the page itself has nothing to say about it.
    pub(super) fn refuse(&self, call: i64, error: CallError) -> Result<HttpResponse, Fault> {
        match error {
            CallError::UnknownCall | CallError::NotOfThisCall => Err(Fault::NotFound),
            // The sheet says that it is closed.
            CallError::Closed => Ok(self.see_other(&sheet_path(call))),
            CallError::Infrastructure(trouble) => Err(trouble.into()),
            other => Err(Fault::Failed(other.to_string())),
        }
    }
}

/// A number in an address.
pub(super) fn number(text: &str) -> Result<i64, Fault> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(Fault::NotFound)
}

/// The path of a call's sheet.
pub(super) fn sheet_path(call: i64) -> String {
    format!("/staff/desk/calls/{call}")
}

/// A biller and a receivable type of the form `1001.02`.
pub(super) fn chosen<'a>(catalogue: &'a Catalogue, word: &str) -> Option<(&'a Biller, &'a ReceivableType)> {
    let (biller, kind) = word.split_once('.')?;
    let biller = catalogue.get(biller.parse().ok()?)?;
    Some((biller, biller.receivable_type(kind)?))
}

/// A name for a biller and a receivable type, also for ones that have left the catalogue.
pub(crate) fn bill_name(catalogue: &Catalogue, language: Language, biller: u16, kind: &str) -> String {
    let Some(biller) = catalogue.get(biller) else { return biller.to_string() };
    match biller.receivable_type(kind) {
        Some(kind) => format!("{} · {}", biller.name.get(language), kind.name.get(language)),
        None => biller.name.get(language).to_owned(),
    }
}
