//! Where staff arrive.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, VARY};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::frame::Frame;
use super::session::{StaffSession, Visitor};
use crate::web::errors::Fault;

/// Who one is, and where one can go.
#[derive(Template)]
#[template(path = "staff/home.html")]
struct HomePage {
    frame: Frame,
    /// What was just done.
    done: String,
}

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// Sends to the home page in the reader's language.
pub(crate) async fn choose_language(visitor: Visitor) -> HttpResponse {
    let mut answer = visitor.context.see_other("/staff");
    answer.headers_mut().insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    answer
}

pub(crate) async fn show_home(session: StaffSession, done: web::Query<Done>) -> Result<HttpResponse, Fault> {
    let frame = session.frame("staff-home-title");
    let done = if done.done == "password" { frame.page.t("staff-done-password") } else { String::new() };
    session.html(StatusCode::OK, &HomePage { frame, done })
}
