//! The way in: language, shelves of billers, the conditions.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::Channel;
use serde::Deserialize;

use super::context::{Context, Keep};
use super::errors::Fault;
use super::views::home::{self, TermsPage};

/// Longest search that is looked at.
const SEARCH_CHARS_MAX: usize = 80;

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
}

/// Sends to the home page in the reader's language.
pub(crate) async fn choose_language(context: Context) -> HttpResponse {
    let mut answer = context.see_other("/");
    answer.headers_mut().insert(
        actix_web::http::header::VARY,
        actix_web::http::header::HeaderValue::from_static("Cookie, Accept-Language"),
    );
    answer
}

/// `/fr` is `/fr/`.
pub(crate) async fn add_slash(context: Context) -> HttpResponse {
    context.see_other("/")
}

pub(crate) async fn show_home(context: Context, wish: web::Query<Wish>) -> Result<HttpResponse, Fault> {
    let hub = &context.state.hub;
    let search: String = wish.q.trim().chars().filter(|c| !c.is_control()).take(SEARCH_CHARS_MAX).collect();
    let available = |code| hub.is_available(code, Channel::Web);
    let page = home::home(context.page("home-title"), &hub.catalogue(), available, &search, &wish.category);
    context.html(StatusCode::OK, Keep::Private, &page)
}

pub(crate) async fn show_terms(context: Context) -> Result<HttpResponse, Fault> {
    context.html(StatusCode::OK, Keep::Private, &TermsPage { page: context.page("terms-title") })
}
