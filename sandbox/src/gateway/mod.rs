//! The card gateway: Nestpay's "3D pay hosting" as CMI offers it. The only place with card fields.

mod api;
mod callback;
mod cards;
mod connector;
mod entry;
mod hash;
mod order;
mod page;
mod texts;

use actix_web::web;

pub use cards::{TEST_CARDS, TestCard};
pub(crate) use connector::CardToken;
pub use order::{CallbackLog, CardMovement, CardMovementKind, CardOrder, OrderState, Settled};

/// The gateway's paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/fim/est3Dgate", web::post().to(entry::open))
        .route("/fim/api", web::post().to(api::answer))
        .route("/fim/connector", web::post().to(connector::answer))
        .route("/fim/pay/{session}", web::get().to(page::show))
        .route("/fim/pay/{session}", web::post().to(page::submit_card))
        .route("/fim/pay/{session}/code", web::post().to(page::submit_code))
        .route("/fim/pay/{session}/cancel", web::post().to(page::cancel));
}
