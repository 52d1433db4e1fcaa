//! Stylesheets and logos of billers, as they are published.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, web};

use crate::state::ChannelState;
use crate::web::errors::Fault;

/// A file is a picture or a stylesheet and nothing else, also where it is opened by itself.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// A file of a biller. Its name holds its digest, so it never changes.
pub(crate) async fn show_file(
    state: web::Data<ChannelState>,
    path: web::Path<(String,)>,
) -> Result<HttpResponse, Fault> {
    let hub = state.counters.clone().ok_or(Fault::NotFound)?;
    let file = hub.brand_file(&path.0).await?.ok_or(Fault::NotFound)?;
    Ok(answer(file, "public, max-age=31536000, immutable"))
}

/// Hands a file out: media type and bytes.
pub(super) fn answer((media, bytes): (&'static str, Vec<u8>), cache: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, cache))
        .body(bytes)
}
