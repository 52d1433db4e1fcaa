//! Every route of the channels on one page.

use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig, get, post, resource, scope};

use crate::web::{assets, bills, errors, find, headers, home, identify, pay, payment};
use crate::{health, webhooks};

/// Largest form of a page: the longest identification form with room to spare.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Largest gateway callback: some sixty short fields.
const CALLBACK_BYTES_MAX: usize = 64 * 1024;

/// Mounts the web pages, the webhooks and the health checks. It answers every path, so it is mounted last.
/// The application's data must hold a `web::Data<ChannelState>`.
pub fn configure(cfg: &mut ServiceConfig) {
    let page = |path: &str| resource(path).default_service(web::to(errors::refuse_method));
    let pages = scope("/{lang:ar|fr|en}")
        .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
        .service(page("").route(get().to(home::add_slash)))
        .service(page("/").route(get().to(home::show_home)))
        .service(page("/terms").route(get().to(home::show_terms)))
        .service(page("/billers/{biller}").route(get().to(identify::show_biller)))
        .service(
            page("/billers/{biller}/{type}")
                .route(get().to(identify::show_form))
                .route(post().to(identify::find_bills)),
        )
        .service(page("/bills/{inquiry}").route(get().to(bills::show_bills)).route(post().to(bills::make_quote)))
        .service(page("/quotes/{quote}").route(get().to(pay::show_summary)).route(post().to(pay::start_payment)))
        .service(
            page("/payments/{payment}")
                .route(get().to(payment::show_payment))
                .route(post().to(payment::return_from_gateway)),
        )
        .service(page("/payments/{payment}/status").route(get().to(payment::show_status)))
        .service(page("/payments/{payment}/receipt.pdf").route(get().to(payment::show_pdf)))
        .service(page("/find").route(get().to(find::show_form)).route(post().to(find::find_payment)));

    cfg.service(
        scope("")
            .wrap(from_fn(errors::render_errors))
            .wrap(Compress::default())
            .wrap(from_fn(headers::secure))
            .service(page("/").route(get().to(home::choose_language)))
            .service(page("/health/live").route(get().to(health::show_live)))
            .service(page("/health/ready").route(get().to(health::show_ready)))
            .service(
                page("/assets/{path:.*}").route(get().to(assets::show_asset)).route(web::head().to(assets::show_asset)),
            )
            .service(page("/favicon.ico").route(get().to(assets::show_favicon)))
            .service(page("/robots.txt").route(get().to(assets::show_robots)))
            .service(
                page("/webhooks/cmi")
                    .app_data(web::FormConfig::default().limit(CALLBACK_BYTES_MAX))
                    .route(post().to(webhooks::hear_cmi)),
            )
            .service(pages)
            .default_service(web::to(errors::find_nothing)),
    );
}
