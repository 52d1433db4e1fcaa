//! Every route of the channels: here what payers and staff's own accounts need, and by area what else is mounted.

mod back_office;
mod counters;
pub(crate) mod systems;

use actix_web::guard;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig, post, resource, scope};
use actix_web::{Resource, Route};

use crate::staff::{account, audit_log, enrolment, home as staff_home, sessions, sign_in};
use crate::web::{assets, bills, cash, errors, find, headers, home, identify, links, pay, payment};
use crate::{branding, disputes, health, ivr, webhooks};

/// Largest form of a page: the longest identification form with room to spare.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Largest gateway callback: some sixty short fields.
const CALLBACK_BYTES_MAX: usize = 64 * 1024;

/// Mounts the web pages, the voice server, the webhooks and the health checks. It answers every path, so it is mounted last.
/// The application's data must hold a `web::Data<ChannelState>`.
pub fn configure(cfg: &mut ServiceConfig) {
    let pages = scope("/{lang:ar|fr|en}")
        .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
        .service(page("").route(get().to(home::add_slash)))
        .service(page("/").route(get().to(home::show_home)))
        .service(page("/terms").route(get().to(home::show_terms)))
        .service(page("/billers/{biller}").route(get().to(identify::show_biller)))
        .service(
            form("/billers/{biller}/{type}")
                .route(get().to(identify::show_form))
                .route(post().to(identify::find_bills)),
        )
        .service(form("/bills/{inquiry}").route(get().to(bills::show_bills)).route(post().to(bills::make_quote)))
        .service(form("/quotes/{quote}").route(get().to(pay::show_summary)).route(post().to(pay::start_payment)))
        .service(form("/quotes/{quote}/cash").route(get().to(pay::show_summary)).route(post().to(cash::make_reference)))
        .service(page("/cash/{digits}").route(get().to(cash::show_reference)))
        .service(form("/l/{token}").route(get().to(links::show_link)).route(post().to(links::start_payment)))
        .service(
            form("/payments/{payment}")
                .route(get().to(payment::show_payment))
                .route(post().to(payment::return_from_gateway)),
        )
        .service(
            form("/payments/{payment}/dispute")
                .route(get().to(disputes::payer::show_form))
                .route(post().to(disputes::payer::open)),
        )
        .service(
            form("/payments/{payment}/disputes/{dispute}")
                .route(get().to(disputes::payer::show_mine))
                .route(post().to(disputes::payer::act)),
        )
        .service(page("/payments/{payment}/status").route(get().to(payment::show_status)))
        .service(page("/payments/{payment}/receipt.pdf").route(get().to(payment::show_pdf)))
        .configure(staff)
        .configure(counters::outlets)
        .configure(counters::teleoperators)
        .configure(back_office::finances)
        .configure(back_office::watching)
        .configure(back_office::reported)
        .configure(back_office::registers)
        .configure(back_office::refund_pages)
        .configure(back_office::unknown_outcomes)
        .configure(back_office::held_money)
        .configure(back_office::brandings)
        .configure(back_office::settings_of_billers)
        .configure(back_office::guarding)
        .configure(back_office::disputing)
        .configure(back_office::own_space)
        .configure(back_office::personal_data)
        .service(form("/find").route(get().to(find::show_form)).route(post().to(find::find_payment)));

    cfg.service(
        scope("")
            .wrap(from_fn(errors::render_errors))
            .wrap(Compress::default())
            .wrap(from_fn(headers::secure))
            .service(page("/").route(get().to(home::choose_language)))
            .service(page("/staff").route(get().to(staff_home::choose_language)))
            .service(page("/health/live").route(get().to(health::show_live)))
            .service(page("/health/ready").route(get().to(health::show_ready)))
            .service(page("/assets/brands/{file}").route(get().to(branding::show_file)))
            .service(page("/assets/{path:.*}").route(get().to(assets::show_asset)))
            .service(page("/favicon.ico").route(get().to(assets::show_favicon)))
            .service(page("/robots.txt").route(get().to(assets::show_robots)))
            .service(
                taking("/webhooks/cmi", "POST")
                    .app_data(web::FormConfig::default().limit(CALLBACK_BYTES_MAX))
                    .route(post().to(webhooks::hear_cmi)),
            )
            .service(
                scope("/ivr")
                    .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
                    .service(taking("/start", "POST").route(post().to(ivr::start_call)))
                    .service(taking("/steps/{step}", "POST").route(post().to(ivr::answer_step)))
                    .service(taking("/status", "POST").route(post().to(ivr::hear_status)))
                    .default_service(web::to(errors::find_nothing)),
            )
            .service(systems::networks_systems())
            .service(systems::reports_for_systems())
            .service(pages)
            .default_service(web::to(errors::find_nothing)),
    );
}

/// The pages for staff, below the language. What else staff work with goes below `/staff` too.
fn staff(cfg: &mut ServiceConfig) {
    cfg.service(page("/staff").route(get().to(staff_home::show_home)))
        .service(form("/staff/sign-in").route(get().to(sign_in::show_form)).route(post().to(sign_in::sign_in)))
        .service(
            form("/staff/second-factor")
                .route(get().to(sign_in::show_second_factor))
                .route(post().to(sign_in::prove_second_factor)),
        )
        .service(form("/staff/enrol").route(get().to(enrolment::show_form)).route(post().to(enrolment::enrol)))
        .service(
            form("/staff/recovery-codes")
                .route(get().to(enrolment::show_codes))
                .route(post().to(enrolment::renew_codes)),
        )
        .service(form("/staff/password").route(get().to(account::show_form)).route(post().to(account::change_password)))
        .service(form("/staff/sessions").route(get().to(sessions::show_sessions)).route(post().to(sessions::revoke)))
        .service(taking("/staff/sign-out", "POST").route(post().to(sessions::sign_out)))
        .service(page("/staff/audit").route(get().to(audit_log::show_log)));
}

/// What is only looked at.
fn page(path: &str) -> Resource {
    taking(path, "GET, HEAD")
}

/// What is looked at and sent back.
fn form(path: &str) -> Resource {
    taking(path, "GET, HEAD, POST")
}

/// An address that names the methods it takes to whoever tries another.
fn taking(path: &str, methods: &'static str) -> Resource {
    resource(path).default_service(web::to(move || errors::refuse_method(methods)))
}

/// HEAD goes where GET goes; the server keeps the body to itself.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
