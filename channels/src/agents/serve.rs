//! From a request on the wire to an operation: document, limits, signature, replay.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use governor::clock::{Clock, DefaultClock};

use super::problem::{Code, Problem};
use super::signature::Signed;
use super::{Agents, Call, DOCUMENT, Operation};
use crate::state::ChannelState;

/// The largest body: a form or a drawer's count is a few kilobytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long a body may take to arrive: networks' systems sit in data centres.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// The description, for whoever asks.
pub(crate) async fn show_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").insert_header((CACHE_CONTROL, "no-cache")).body(DOCUMENT)
}

/// Does what a signed request asks for.
pub(crate) async fn serve(
    state: web::Data<ChannelState>,
    request: HttpRequest,
    payload: Payload,
    operation: Operation,
) -> HttpResponse {
    let trace = trace();
    let route = request.match_pattern().unwrap_or_default();
    let mut network = String::new();
    let outcome = match &state.agents {
        Some(agents) => match admit(&state, agents, request, payload).await {
            Ok(call) => {
                network.clone_from(&call.network);
                operation(call).await
            }
            Err(problem) => Err(problem),
        },
        None => Err(nothing()),
    };
    outcome.unwrap_or_else(|problem| problem.answer(&trace, &network, &route))
}

/// Proves who sends a request, and that it is new.
async fn admit(
    state: &ChannelState,
    agents: &Arc<Agents>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Call, Problem> {
    let signed = Signed::read(request.headers())?;
    signed.check_time((state.clock)())?;
    let body = read(&request, payload).await?;
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let secret = agents.hub.network_secret(signed.network, signed.key);
    signed.check(secret, request.method().as_str(), target, &body)?;
    // From here on the network is known; what is not its own costs it nothing.
    let network = signed.network.to_owned();
    if let Err(later) = agents.requests.check_key(&network) {
        let wait = later.wait_time_from(DefaultClock::default().now()).as_secs().saturating_add(1);
        let seconds = u32::try_from(wait).unwrap_or(u32::MAX);
        return Err(Problem::new(
            Code::TooManyRequests,
            format!("Your network's allowance is used up: send the same content again after {seconds} s, signed anew."),
        )
        .after(seconds));
    }
    if !agents.hub.remember_request(&network, signed.request, signed.good_until()).await? {
        return Err(Problem::new(
            Code::RequestReplayed,
            "The hub has this request id already, and did nothing now. To repeat an operation, keep its content and its \
             reference, take a new request id and timestamp, and sign anew; to know what became of it, ask its status.",
        ));
    }
    Ok(Call { agents: Arc::clone(agents), network, request, body })
}

/// The bytes of the body, as they were sent.
async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let bytes = tokio::time::timeout(BODY_TIME_MAX, payload.to_bytes_limited(BODY_BYTES_MAX)).await;
    let bytes = match bytes {
        Err(_) => return Err(Problem::new(Code::BodyTooSlow, "Send the whole body at once.")),
        Ok(Err(_)) => {
            return Err(Problem::new(Code::BodyTooLarge, format!("A body has at most {BODY_BYTES_MAX} bytes.")));
        }
        Ok(Ok(Err(_))) => return Err(Problem::new(Code::BadJson, "The body ended before its time.")),
        Ok(Ok(Ok(bytes))) => bytes,
    };
    if request.method() == Method::POST {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Code::NotJson, "Send JSON, with Content-Type: application/json."));
        }
    } else if !bytes.is_empty() {
        return Err(Problem::new(Code::BodyTooLarge, "A GET has no body."));
    }
    Ok(bytes)
}

/// For addresses that no operation has.
pub(crate) async fn find_nothing() -> HttpResponse {
    nothing().answer(&trace(), "", "unknown")
}

/// For methods that an address does not take.
pub(crate) async fn refuse_method(methods: String) -> HttpResponse {
    let detail = format!("This address takes {methods} only.");
    Problem::new(Code::MethodNotAllowed, detail).allowing(&methods).answer(&trace(), "", "unknown")
}

/// What went wrong before an operation was reached, for paths below `/agents`.
pub(crate) fn problem_for_path(path: &str, status: StatusCode) -> Option<HttpResponse> {
    if path != "/agents" && !path.starts_with("/agents/") {
        return None;
    }
    let problem = match status {
        StatusCode::NOT_FOUND => nothing(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::BodyTooLarge, "The request is too large."),
        status if status.is_client_error() => Problem::new(Code::BadHeader, "The request cannot be read."),
        _ => Problem::new(Code::Trouble, "Send the same content again, signed anew and with the same reference.")
            .after(30),
    };
    Some(problem.answer(&trace(), "", "unknown"))
}

fn nothing() -> Problem {
    Problem::new(Code::NoSuchAddress, "GET /agents/v1/openapi.json describes every address.")
}

/// The number under which the log speaks of a request.
fn trace() -> String {
    hex::encode(rand::random::<[u8; 8]>())
}
