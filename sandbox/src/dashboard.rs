//! The pages for people: dashboard, inboxes, card orders.

use actix_web::{HttpResponse, web};

use crate::reply::Reply;

/// The pages' paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(show_dashboard));
}

async fn show_dashboard() -> HttpResponse {
    Reply::text(200, "fatoura sandbox, test environment\n").into_response()
}
