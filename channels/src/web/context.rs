//! What every page knows of its request: language, browser token, address, time.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use ledger::Language;

use super::csrf::Csrf;
use super::errors::Fault;
use super::i18n;
use super::views::Page;
use crate::state::ChannelState;

/// The cookie that remembers the language.
const LANGUAGE_COOKIE: &str = "lang";
/// Long enough that a yearly tax payer need not choose again.
const LANGUAGE_DAYS: i64 = 400;

/// Who may keep a copy of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The reader's browser, asking again each time.
    Private,
    /// Nobody: personal data.
    Nobody,
}

/// A request for a page.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) state: web::Data<ChannelState>,
    pub(crate) language: Language,
    pub(crate) now: DateTime<Utc>,
    pub(crate) address: IpAddr,
    /// The path below the language: `/billers/1001`.
    path: String,
    csrf: Csrf,
    /// The language chosen by address is not the one remembered.
    language_changed: bool,
}

impl FromRequest for Context {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(Into::into))
    }
}

impl Context {
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Fault> {
        let Some(state) = request.app_data::<web::Data<ChannelState>>().cloned() else {
            return Err(Fault::Failed("the application has no ChannelState".to_owned()));
        };
        let value = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let remembered = value(LANGUAGE_COOKIE);
        let rest = request.path().strip_prefix('/').unwrap_or_default();
        let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let by_path = first.parse::<Language>().ok();
        let language = by_path.unwrap_or_else(|| i18n::preferred(remembered.as_deref(), request));
        let token = value(csrf_cookie(state.settings.secure_cookies));
        Ok(Self {
            language,
            now: (state.clock)(),
            address: address(request, state.settings.trust_proxy),
            path: if by_path.is_some() { format!("/{rest}") } else { "/".to_owned() },
            csrf: Csrf::of_cookie(token.as_deref(), &state.settings.cookie_key),
            language_changed: by_path.is_some() && remembered.as_deref() != Some(language.as_str()),
            state,
        })
    }

    /// Whether the page is one for staff.
    pub(crate) fn is_staff_page(&self) -> bool {
        self.path == "/staff" || self.path.starts_with("/staff/")
    }

    /// The path below the language.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn admits(&self, token: &str) -> bool {
        self.csrf.admits(token, &self.state.settings.cookie_key)
    }

    /// A page titled by a message.
    pub(crate) fn page(&self, title_key: &str) -> Page {
        self.page_titled(i18n::text(self.language, title_key))
    }

    /// A page titled by a message, whose language links keep this query.
    pub(crate) fn page_with_query(&self, title_key: &str, query: &str) -> Page {
        let path = if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) };
        let csrf = self.csrf.field(&self.state.settings.cookie_key);
        Page::new(self.language, i18n::text(self.language, title_key), path, csrf)
    }

    /// A page with this title.
    pub(crate) fn page_titled(&self, title: String) -> Page {
        Page::new(self.language, title, self.path.clone(), self.csrf.field(&self.state.settings.cookie_key))
    }

    /// An address below the reader's language.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("/{}{path}", self.language)
    }

    /// Answers with a page, and sets the cookies that are due.
    pub(crate) fn html(&self, status: StatusCode, keep: Keep, page: &impl Template) -> Result<HttpResponse, Fault> {
        let body = page.render().map_err(|error| Fault::Failed(format!("template: {error}")))?;
        let mut answer = HttpResponse::build(status);
        answer.insert_header(ContentType::html());
        answer.insert_header((CACHE_CONTROL, if keep == Keep::Nobody { "no-store" } else { "private, no-cache" }));
        answer.append_header((VARY, "Cookie, Accept-Language"));
        let secure = self.state.settings.secure_cookies;
        if self.csrf.fresh {
            let value = self.csrf.cookie(&self.state.settings.cookie_key);
            answer.cookie(cookie(csrf_cookie(secure), value, secure).finish());
        }
        if self.language_changed {
            let remembered = cookie(LANGUAGE_COOKIE, self.language.as_str().to_owned(), secure);
            answer.cookie(remembered.max_age(Duration::days(LANGUAGE_DAYS)).finish());
        }
        Ok(answer.body(body))
    }

    /// "Go there" after a form was taken in.
    pub(crate) fn see_other(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header(("Location", self.url(path)))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// `__Host-` binds the cookie to this very host; browsers take the prefix only with `Secure`.
fn csrf_cookie(secure: bool) -> &'static str {
    if secure { "__Host-csrf" } else { "csrf" }
}

pub(crate) fn cookie(name: &'static str, value: String, secure: bool) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(secure)
}

/// The payer's address. Behind our proxy it is the last entry of `X-Forwarded-For`: the ones before it are the client's own words.
/// Where a request comes from.
pub(crate) fn address(request: &HttpRequest, trust_proxy: bool) -> IpAddr {
    let forwarded = || {
        let value = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        value.rsplit(',').next()?.trim().parse().ok()
    };
    let proxied = if trust_proxy { forwarded() } else { None };
    proxied.or_else(|| request.peer_addr().map(|peer| peer.ip())).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
