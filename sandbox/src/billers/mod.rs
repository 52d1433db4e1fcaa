//! The billers' three protocols over one book.

mod flat_file;
mod json_rest;
mod soap;

use actix_web::web;

/// The billers' paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    json_rest::routes(config);
    soap::routes(config);
    flat_file::routes(config);
}
