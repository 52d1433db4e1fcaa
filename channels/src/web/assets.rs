//! Our own stylesheet, script, fonts and pictures, inside the program.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, ContentType, ETAG, EntityTag, Header, IfNoneMatch, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use super::errors::Fault;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Digest of each file, which its address carries: a changed file has another address.
static DIGESTS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Assets::iter()
        .filter_map(|path| {
            let file = Assets::get(&path)?;
            Some((path.to_string(), hex::encode(&file.metadata.sha256_hash()[..8])))
        })
        .collect()
});

/// The address of a file, with its digest.
pub(crate) fn url(path: &str) -> String {
    match DIGESTS.get(path) {
        Some(digest) => format!("/assets/{path}?v={digest}"),
        None => format!("/assets/{path}"),
    }
}

/// The address of a file if there is such a file.
pub(crate) fn url_of_existing(path: &str) -> Option<String> {
    DIGESTS.contains_key(path).then(|| url(path))
}

pub(crate) async fn show_asset(request: HttpRequest, path: web::Path<(String,)>) -> Result<HttpResponse, Fault> {
    let path = path.into_inner().0;
    let (Some(file), Some(digest)) = (Assets::get(&path), DIGESTS.get(&path)) else { return Err(Fault::NotFound) };
    let tag = EntityTag::new_strong(digest.clone());
    // Under its digest a file never changes; fonts are asked for by the stylesheet without one.
    let current = request.query_string().strip_prefix("v=") == Some(digest) || path.ends_with(".woff2");
    let cache = if current { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((CACHE_CONTROL, cache)).insert_header((ETAG, tag.to_string()));
    if known {
        return Ok(answer.finish());
    }
    if path.ends_with(".woff2") {
        // Compressed by its format already.
        answer.insert_header((CONTENT_ENCODING, "identity"));
    }
    let kind = file.metadata.mimetype().parse().map(ContentType).unwrap_or_else(|_| ContentType::octet_stream());
    Ok(answer.content_type(kind).body(file.data.into_owned()))
}

/// Browsers ask for it whatever the page says.
pub(crate) async fn show_favicon() -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((LOCATION, url("mark.svg"))).finish()
}

/// Only the home pages are for search engines.
pub(crate) async fn show_robots() -> HttpResponse {
    let lines = "User-agent: *\nDisallow: /*/bills/\nDisallow: /*/quotes/\nDisallow: /*/payments/\nDisallow: /*/staff\n\
                 Disallow: /webhooks/\n";
    HttpResponse::Ok().content_type(ContentType::plaintext()).body(lines)
}
