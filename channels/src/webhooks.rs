//! What other machines tell us: the card gateway's callback.

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, web};
use payments::api::{CallbackAnswer, Infrastructure};

use crate::state::ChannelState;

/// The card gateway says what became of an attempt; it wants one plain word back. While we are in trouble it gets 503
/// and calls again; anything else would be taken for an answer.
pub(crate) async fn hear_cmi(
    state: web::Data<ChannelState>,
    form: Result<web::Form<Vec<(String, String)>>, actix_web::Error>,
) -> HttpResponse {
    let fields = match form {
        Ok(form) => form.into_inner(),
        Err(error) => {
            tracing::warn!(%error, "callback without readable form data");
            let status = error.as_error::<actix_web::error::UrlencodedError>().map(ResponseError::status_code);
            let status =
                status.filter(|status| status.as_u16() == 413).unwrap_or(actix_web::http::StatusCode::BAD_REQUEST);
            return say(&mut HttpResponse::build(status), "no form data");
        }
    };
    let answer = if fields.is_empty() { Ok(CallbackAnswer::NoData) } else { state.hub.card_callback(fields).await };
    let (mut response, word) = match answer {
        Ok(CallbackAnswer::Capture) => (HttpResponse::Ok(), "ACTION=POSTAUTH"),
        Ok(CallbackAnswer::Approved) => (HttpResponse::Ok(), "APPROVED"),
        Ok(CallbackAnswer::Failure) => (HttpResponse::Ok(), "FAILURE"),
        Ok(CallbackAnswer::NoData) => (HttpResponse::BadRequest(), "no form data"),
        Err(trouble) => {
            tracing::error!(%trouble, "callback not taken in");
            let retry_after = match trouble {
                Infrastructure::Overloaded(seconds) => seconds,
                Infrastructure::Failed(_) => 30,
            };
            let mut response = HttpResponse::ServiceUnavailable();
            response.insert_header(("Retry-After", retry_after.to_string()));
            (response, "try again later")
        }
    };
    say(&mut response, word)
}

fn say(response: &mut HttpResponseBuilder, word: &'static str) -> HttpResponse {
    response.content_type(ContentType::plaintext()).insert_header((CACHE_CONTROL, "no-store")).body(word)
}
