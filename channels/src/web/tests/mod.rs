//! The pages and routes over sample data, without a database.

mod pages;
mod routes;
pub(crate) mod sample;
mod texts;

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{App, Error, test, web};
use chrono::{DateTime, Utc};

use crate::state::{ChannelState, WebLimits, WebSettings};
use sample::SampleHub;

/// Noon in Casablanca, a day before the sample quote ends.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-24T11:00:00Z".parse().unwrap()
}

pub(crate) fn settings() -> WebSettings {
    let many = NonZeroU32::new(1_000).unwrap();
    WebSettings {
        public_url: "https://pay.example.ma".to_owned(),
        cookie_key: "0123456789abcdef0123456789abcdef".to_owned().into(),
        trust_proxy: true,
        secure_cookies: true,
        limits: WebLimits {
            lookups_per_minute: many,
            lookup_burst: many,
            searches_per_minute: many,
            starts_per_minute: many,
            addresses_max: 100,
        },
    }
}

fn state(settings: WebSettings) -> web::Data<ChannelState> {
    web::Data::new(ChannelState::over(Arc::new(SampleHub), settings, Arc::new(now)))
}

/// A browser: keeps its cookies, follows nothing by itself.
pub(crate) struct Browser<S> {
    app: S,
    pub(crate) cookies: std::collections::BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: actix_web::http::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&start).unwrap_or_else(|| panic!("no field {name} in {}", self.body)) + start.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

pub(crate) async fn browser()
-> Browser<impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>> {
    browser_with(settings()).await
}

async fn browser_with(
    settings: WebSettings,
) -> Browser<impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>> {
    browser_over(state(settings)).await
}

/// A browser at pages over this state.
pub(crate) async fn browser_over(
    state: web::Data<ChannelState>,
) -> Browser<impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>> {
    let app = test::init_service(App::new().app_data(state).configure(crate::configure)).await;
    Browser { app, cookies: Default::default() }
}

/// The pages over sample data, with those for staff.
pub(crate) fn state_with_staff(staff: Arc<staff::Staff>) -> web::Data<ChannelState> {
    web::Data::new(ChannelState::over(Arc::new(SampleHub), settings(), Arc::new(now)).with_staff(staff))
}

impl<S, B> Browser<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    async fn send(&mut self, request: test::TestRequest) -> Answer {
        let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if jar.is_empty() { request } else { request.append_header(("Cookie", jar.join("; "))) };
        let response = test::call_service(&self.app, request.to_request()).await;
        for cookie in response.response().cookies() {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = test::read_body(response).await;
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(test::TestRequest::get().uri(path)).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(test::TestRequest::post().uri(path).set_form(fields)).await
    }

    /// Posts the form of a page: its token comes along.
    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(path).await.hidden("csrf");
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }
}

/// For looking at the pages: `FATOURA_SAMPLES_PORT=8099 cargo test -p channels -- --ignored serve_samples`.
#[actix_web::test]
#[ignore = "serves until it is stopped"]
async fn serve_samples() {
    let port: u16 = std::env::var("FATOURA_SAMPLES_PORT").unwrap().parse().unwrap();
    let state = state(WebSettings { secure_cookies: false, ..settings() });
    let server = actix_web::HttpServer::new(move || App::new().app_data(state.clone()).configure(crate::configure));
    server.workers(1).bind(("127.0.0.1", port)).unwrap().run().await.unwrap();
}
