//! The billers' three protocols over one book.

mod json_rest;

use actix_web::web;

/// The billers' paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    json_rest::routes(config);
}
