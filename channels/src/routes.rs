//! Every route of the channels on one page.

use actix_web::guard;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig, post, resource, scope};
use actix_web::{Resource, Route, Scope};

use crate::agents::{self, Operation};
use crate::billers;
use crate::board;
use crate::branding;
use crate::desk;
use crate::disputes;
use crate::finance;
use crate::guard as fraud;
use crate::holds;
use crate::outcomes;
use crate::outlet;
use crate::personal;
use crate::portal;
use crate::refunds;
use crate::register;
use crate::reports;
use crate::staff::{account, audit_log, enrolment, home as staff_home, sessions, sign_in};
use crate::web::{assets, bills, cash, errors, find, headers, home, identify, links, pay, payment};
use crate::{health, ivr, webhooks};

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
        .configure(counters)
        .configure(teleoperators)
        .configure(finances)
        .configure(watching)
        .configure(reported)
        .configure(registers)
        .configure(refund_pages)
        .configure(unknown_outcomes)
        .configure(held_money)
        .configure(brandings)
        .configure(settings_of_billers)
        .configure(guarding)
        .configure(disputing)
        .configure(own_space)
        .configure(personal_data)
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
            .service(networks_systems())
            .service(reports_for_systems())
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

/// The outlet screen, and the floats and late cash behind it. A form's own address shows the page that it stands on, for
/// whoever asks for that page again or in another language.
fn counters(cfg: &mut ServiceConfig) {
    use outlet::{
        bills, closure, find, floats, give_back, late_cash, movements, pay, payments, print, references, shifts,
    };
    cfg.service(form("/staff/outlet").route(get().to(find::show_counter)).route(post().to(find::find)))
        .service(form("/staff/outlet/shift").route(get().to(find::show_counter)).route(post().to(shifts::open)))
        .service(
            form("/staff/outlet/billers/{biller}/{type}")
                .route(get().to(find::show_form))
                .route(post().to(find::find_bills)),
        )
        .service(
            form("/staff/outlet/bills/{inquiry}")
                .route(get().to(bills::show_bills))
                .route(post().to(bills::make_quote)),
        )
        .service(form("/staff/outlet/quotes/{quote}").route(get().to(pay::show_quote)).route(post().to(pay::pay_quote)))
        .service(
            form("/staff/outlet/references/{digits}")
                .route(get().to(references::show_reference))
                .route(post().to(references::pay_reference)),
        )
        .service(
            form("/staff/outlet/references/{digits}/late")
                .route(get().to(references::show_late))
                .route(post().to(references::report_late)),
        )
        .service(page("/staff/outlet/payments").route(get().to(payments::show_payments)))
        .service(page("/staff/outlet/payments/{payment}").route(get().to(payments::show_payment)))
        .service(page("/staff/outlet/payments/{payment}/status").route(get().to(payments::show_status)))
        .service(
            form("/staff/outlet/payments/{payment}/print")
                .route(get().to(payments::show_payment))
                .route(post().to(print::print)),
        )
        .service(
            form("/staff/outlet/payments/{payment}/cancel")
                .route(get().to(payments::show_payment))
                .route(post().to(payments::cancel)),
        )
        .service(
            form("/staff/outlet/give-back")
                .route(get().to(give_back::show_owed))
                .route(post().to(give_back::give_back)),
        )
        .service(
            form("/staff/outlet/movements")
                .route(get().to(movements::show_movements))
                .route(post().to(movements::move_cash)),
        )
        .service(page("/staff/outlet/closure").route(get().to(closure::show_own)))
        .service(page("/staff/outlet/shifts").route(get().to(shifts::show_shifts)))
        .service(page("/staff/outlet/shifts/{shift}").route(get().to(shifts::show_shift)))
        .service(
            form("/staff/outlet/shifts/{shift}/closure")
                .route(get().to(closure::show_form))
                .route(post().to(closure::close)),
        )
        .service(page("/staff/floats").route(get().to(floats::show_floats)))
        .service(form("/staff/floats/{outlet}").route(get().to(floats::show_float)).route(post().to(floats::request)))
        .service(
            form("/staff/float-requests/{request}")
                .route(get().to(floats::show_floats))
                .route(post().to(floats::decide)),
        )
        .service(page("/staff/late-cash").route(get().to(late_cash::show_held)))
        .service(
            form("/staff/late-cash/{cash}").route(get().to(late_cash::show_held)).route(post().to(late_cash::release)),
        );
}

/// Below which address networks' systems find their operations.
pub(crate) const AGENTS_PATH: &str = "/agents/v1";

/// What networks' systems may ask for, each by a signed request.
pub(crate) const AGENTS: [(&str, &str, Operation); 22] = [
    ("GET", "/billers", |call| Box::pin(agents::list_billers(call))),
    ("GET", "/billers/{biller}", |call| Box::pin(agents::show_biller(call))),
    ("POST", "/bills/find", |call| Box::pin(agents::find_bills(call))),
    ("POST", "/quotes", |call| Box::pin(agents::make_quote(call))),
    ("GET", "/quotes/{quote}", |call| Box::pin(agents::show_quote(call))),
    ("GET", "/cash-references/{digits}", |call| Box::pin(agents::show_cash_reference(call))),
    ("GET", "/payments", |call| Box::pin(agents::find_payment(call))),
    ("GET", "/payments/{payment}", |call| Box::pin(agents::show_payment(call))),
    ("POST", "/payments/{payment}/cancel", |call| Box::pin(agents::cancel_payment(call))),
    ("GET", "/outlets/{outlet}/payments", |call| Box::pin(agents::list_payments(call))),
    ("POST", "/outlets/{outlet}/payments", |call| Box::pin(agents::pay(call))),
    ("GET", "/outlets/{outlet}/float", |call| Box::pin(agents::show_float(call))),
    ("GET", "/outlets/{outlet}/float/statement", |call| Box::pin(agents::show_statement(call))),
    ("GET", "/outlets/{outlet}/shifts", |call| Box::pin(agents::list_shifts(call))),
    ("POST", "/outlets/{outlet}/shifts", |call| Box::pin(agents::open_shift(call))),
    ("GET", "/shifts/{shift}", |call| Box::pin(agents::show_shift(call))),
    ("POST", "/shifts/{shift}/movements", |call| Box::pin(agents::move_cash(call))),
    ("POST", "/shifts/{shift}/close", |call| Box::pin(agents::close_shift(call))),
    ("GET", "/outlets/{outlet}/cash-owed", |call| Box::pin(agents::list_cash_owed(call))),
    ("POST", "/outlets/{outlet}/cash-owed/{id}/given-back", |call| Box::pin(agents::give_cash_back(call))),
    ("POST", "/outlets/{outlet}/late-cash", |call| Box::pin(agents::report_late_cash(call))),
    ("GET", "/late-cash/{cash}", |call| Box::pin(agents::show_late_cash(call))),
];

/// The agents' API. Its description is for everybody; all else is signed.
fn networks_systems() -> Scope {
    let mut paths: Vec<&'static str> = AGENTS.iter().map(|(_, path, _)| *path).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut api = scope(AGENTS_PATH).service(
        resource("/openapi.json")
            .route(get().to(agents::show_document))
            .default_service(web::to(|| agents::refuse_method("GET, HEAD".to_owned()))),
    );
    for path in paths {
        let mut address = resource(path);
        let mut methods = Vec::new();
        for (method, _, operation) in AGENTS.into_iter().filter(|(_, of, _)| *of == path) {
            methods.push(method);
            let serve = move |state, request, payload| agents::serve(state, request, payload, operation);
            address = address.route(if method == "GET" { web::get().to(serve) } else { post().to(serve) });
        }
        let methods = methods.join(", ");
        api = api.service(address.default_service(web::to(move || agents::refuse_method(methods.clone()))));
    }
    api.default_service(web::to(agents::find_nothing))
}

/// Reports for systems. The description is for everybody; all else is opened by a key.
fn reports_for_systems() -> Scope {
    use reports::api;
    let read = |path: &str, route: Route| resource(path).route(route).default_service(web::to(api::refuse_method));
    scope("/reports/v1")
        .service(read("/openapi.json", get().to(api::show_document)))
        .service(read("/{kind}.csv", get().to(api::download_rows)))
        .service(read("/{kind}", get().to(api::show_rows)))
        .service(read("/runs/{run}", get().to(api::show_run)))
        .service(read("/runs/{run}/report.csv", get().to(api::download_run)))
        .default_service(web::to(api::find_nothing))
}

/// The teleoperators' desk.
fn teleoperators(cfg: &mut ServiceConfig) {
    cfg.service(form("/staff/desk").route(get().to(desk::home::show_desk)).route(post().to(desk::home::search)))
        .service(page("/staff/desk/day").route(get().to(desk::day::show_day)))
        .service(taking("/staff/desk/calls", "POST").route(post().to(desk::home::open_call)))
        .service(taking("/staff/desk/handovers/{handover}", "POST").route(post().to(desk::home::take_caller)))
        .service(
            form("/staff/desk/payments/{payment}")
                .route(get().to(desk::payment::show_payment))
                .route(post().to(desk::payment::unmask)),
        )
        .service(page("/staff/desk/calls/{call}").route(get().to(desk::sheet::show_sheet)))
        .service(page("/staff/desk/calls/{call}/status").route(get().to(desk::sheet::show_status)))
        .service(taking("/staff/desk/calls/{call}/caller", "POST").route(post().to(desk::sheet::set_caller)))
        .service(taking("/staff/desk/calls/{call}/unmask", "POST").route(post().to(desk::sheet::unmask)))
        .service(taking("/staff/desk/calls/{call}/notes", "POST").route(post().to(desk::sheet::add_note)))
        .service(taking("/staff/desk/calls/{call}/close", "POST").route(post().to(desk::sheet::close)))
        .service(
            form("/staff/desk/calls/{call}/find")
                .route(get().to(desk::bills::show_form))
                .route(post().to(desk::bills::find_bills)),
        )
        .service(
            form("/staff/desk/calls/{call}/bills/{inquiry}")
                .route(get().to(desk::bills::show_bills))
                .route(post().to(desk::bills::make_quote)),
        )
        .service(page("/staff/desk/calls/{call}/quotes/{quote}").route(get().to(desk::offer::show_offer)))
        .service(
            taking("/staff/desk/calls/{call}/quotes/{quote}/link", "POST").route(post().to(desk::offer::send_link)),
        )
        .service(
            taking("/staff/desk/calls/{call}/quotes/{quote}/reference", "POST")
                .route(post().to(desk::offer::send_reference)),
        )
        .service(taking("/staff/desk/calls/{call}/links/{link}", "POST").route(post().to(desk::offer::revoke_link)))
        .service(
            taking("/staff/desk/calls/{call}/references/{reference}", "POST")
                .route(post().to(desk::offer::cancel_reference)),
        );
}

/// Settlement, reconciliation and breaks. A form's own address shows the break that it is about.
fn finances(cfg: &mut ServiceConfig) {
    use finance::{acting, breaks, orders, statement, windows};
    cfg.service(page("/staff/settlement").route(get().to(windows::show_windows)))
        .service(page("/staff/settlement/windows/{window}").route(get().to(windows::show_window)))
        .service(page("/staff/settlement/files/{file}").route(get().to(windows::download_file)))
        .service(page("/staff/settlement/orders").route(get().to(orders::show_orders)))
        .service(page("/staff/settlement/orders/{order}").route(get().to(orders::download_order)))
        .service(page("/staff/reconciliation").route(get().to(statement::show_statement)))
        .service(page("/staff/reconciliation/statement.csv").route(get().to(statement::download_csv)))
        .service(page("/staff/reconciliation/statement.pdf").route(get().to(statement::download_pdf)))
        .service(page("/staff/breaks").route(get().to(breaks::show_breaks)))
        .service(page("/staff/breaks/{break}").route(get().to(breaks::show_break)))
        .service(
            form("/staff/breaks/{break}/assign").route(get().to(breaks::show_break)).route(post().to(acting::assign)),
        )
        .service(form("/staff/breaks/{break}/note").route(get().to(breaks::show_break)).route(post().to(acting::note)))
        .service(
            form("/staff/breaks/{break}/resolve").route(get().to(breaks::show_break)).route(post().to(acting::resolve)),
        )
        .service(
            form("/staff/breaks/{break}/decide").route(get().to(breaks::show_break)).route(post().to(acting::decide)),
        );
}

/// What operators watch.
fn watching(cfg: &mut ServiceConfig) {
    cfg.service(page("/staff/board").route(get().to(board::show_board)))
        .service(page("/staff/board/tiles").route(get().to(board::show_tiles)));
}

/// Reports, on pages and as files.
fn reported(cfg: &mut ServiceConfig) {
    use reports::{files, keys, schedules, show};
    cfg.service(page("/staff/reports").route(get().to(show::show_kinds)))
        .service(form("/staff/reports/keys").route(get().to(keys::show_keys)).route(post().to(keys::make_key)))
        .service(
            form("/staff/reports/keys/{key}/revoke")
                .route(get().to(keys::show_keys))
                .route(post().to(keys::revoke_key)),
        )
        .service(
            form("/staff/reports/schedules")
                .route(get().to(schedules::show_schedules))
                .route(post().to(schedules::make_schedule)),
        )
        .service(
            form("/staff/reports/schedules/{schedule}/end")
                .route(get().to(schedules::show_schedules))
                .route(post().to(schedules::end_schedule)),
        )
        .service(page("/staff/reports/runs").route(get().to(reports::runs::show_runs)))
        .service(page("/staff/reports/runs/{run}").route(get().to(reports::runs::show_run)))
        .service(page("/staff/reports/runs/{run}/file").route(get().to(reports::runs::download_run)))
        .service(page("/staff/reports/{kind}").route(get().to(show::show_report)))
        .service(page("/staff/reports/{kind}/report.csv").route(get().to(files::download_csv)))
        .service(page("/staff/reports/{kind}/report.xlsx").route(get().to(files::download_xlsx)))
        .service(page("/staff/reports/{kind}/report.pdf").route(get().to(files::download_pdf)));
}

/// Payments found, and the story of one. A form's own address shows the payment that it is about.
fn registers(cfg: &mut ServiceConfig) {
    use register::{acting, filters, payment, search};
    cfg.service(form("/staff/payments").route(get().to(search::show_payments)).route(post().to(search::search)))
        .service(form("/staff/payments/filters").route(get().to(search::show_payments)).route(post().to(filters::keep)))
        .service(
            form("/staff/payments/filters/{filter}/delete")
                .route(get().to(search::show_payments))
                .route(post().to(filters::delete)),
        )
        .service(
            form("/staff/payments/{payment}").route(get().to(payment::show_payment)).route(post().to(payment::unmask)),
        )
        .service(
            form("/staff/payments/{payment}/note")
                .route(get().to(payment::show_payment))
                .route(post().to(acting::note)),
        )
        .service(
            form("/staff/payments/{payment}/resend")
                .route(get().to(payment::show_payment))
                .route(post().to(acting::resend)),
        )
        .service(
            form("/staff/payments/{payment}/ask-biller")
                .route(get().to(payment::show_payment))
                .route(post().to(acting::ask_biller)),
        );
}

/// Refunds of confirmed payments. A form's own address shows what it is about.
fn refund_pages(cfg: &mut ServiceConfig) {
    use refunds::{asking, listing, story};
    cfg.service(page("/staff/refunds").route(get().to(listing::show_refunds)))
        .service(page("/staff/refunds/{refund}").route(get().to(story::show_refund)))
        .service(
            form("/staff/refunds/{refund}/decide").route(get().to(story::show_refund)).route(post().to(story::decide)),
        )
        .service(
            form("/staff/refunds/{refund}/withdraw")
                .route(get().to(story::show_refund))
                .route(post().to(story::withdraw)),
        )
        .service(
            form("/staff/refunds/{refund}/ask-again")
                .route(get().to(story::show_refund))
                .route(post().to(story::ask_again)),
        )
        .service(
            form("/staff/payments/{payment}/refund")
                .route(get().to(asking::show_form))
                .route(post().to(asking::propose)),
        );
}

/// Outcomes that nobody ever said, of payments and of refunds. A form's own address shows what it is about.
fn unknown_outcomes(cfg: &mut ServiceConfig) {
    use outcomes::Kind::{Payment, Refund};
    use outcomes::{deciding, listing, proposing, showing};
    let show = |kind| get().to(move |session, number| showing::show_outcome(kind, session, number));
    let propose = |kind| post().to(move |session, number, posted| proposing::propose(kind, session, number, posted));
    let decide = |kind| post().to(move |session, number, posted| deciding::decide(kind, session, number, posted));
    let withdraw = |kind| post().to(move |session, number, posted| deciding::withdraw(kind, session, number, posted));
    cfg.service(page("/staff/unknowns").route(get().to(listing::show_unknowns)))
        .service(form("/staff/payments/{payment}/resolve").route(show(Payment)).route(propose(Payment)))
        .service(form("/staff/payments/{payment}/resolve/decide").route(show(Payment)).route(decide(Payment)))
        .service(form("/staff/payments/{payment}/resolve/withdraw").route(show(Payment)).route(withdraw(Payment)))
        .service(
            form("/staff/payments/{payment}/resolve/ask-again")
                .route(show(Payment))
                .route(post().to(deciding::ask_again)),
        )
        .service(form("/staff/refunds/{refund}/resolve").route(show(Refund)).route(propose(Refund)))
        .service(form("/staff/refunds/{refund}/resolve/decide").route(show(Refund)).route(decide(Refund)))
        .service(form("/staff/refunds/{refund}/resolve/withdraw").route(show(Refund)).route(withdraw(Refund)));
}

/// What the gateway holds. A form's own address shows what it is about.
fn held_money(cfg: &mut ServiceConfig) {
    use holds::{acting, showing};
    cfg.service(
        form("/staff/payments/{payment}/hold").route(get().to(showing::show_hold)).route(post().to(acting::capture)),
    )
    .service(
        form("/staff/payments/{payment}/hold/let-go")
            .route(get().to(showing::show_hold))
            .route(post().to(acting::let_go)),
    );
}

/// How billers are shown to payers.
fn brandings(cfg: &mut ServiceConfig) {
    use branding::{acting, pages, preview};
    cfg.service(page("/staff/branding").route(get().to(pages::show_billers)))
        .service(
            form("/staff/branding/{biller}").route(get().to(pages::show_branding)).route(post().to(acting::save_draft)),
        )
        .service(
            form("/staff/branding/{biller}/publish")
                .route(get().to(pages::show_branding))
                .route(post().to(acting::publish)),
        )
        .service(
            form("/staff/branding/{biller}/drop")
                .route(get().to(pages::show_branding))
                .route(post().to(acting::drop_draft)),
        )
        .service(
            form("/staff/branding/{biller}/versions/{number}")
                .route(get().to(pages::show_branding))
                .route(post().to(acting::take_up)),
        )
        .service(page("/staff/branding/{biller}/files/{file}").route(get().to(preview::show_file)))
        .service(
            form("/staff/branding/{biller}/preview/{page}")
                .route(get().to(preview::show_preview))
                .route(post().to(preview::stay)),
        );
}

/// What is set of billers. A form's own address shows the biller that it is about.
fn settings_of_billers(cfg: &mut ServiceConfig) {
    use billers::{acting, pages};
    cfg.service(page("/staff/billers").route(get().to(pages::show_billers)))
        .service(page("/staff/billers/{biller}").route(get().to(pages::show_biller)))
        .service(
            form("/staff/billers/{biller}/suspend")
                .route(get().to(pages::show_biller))
                .route(post().to(acting::suspend)),
        )
        .service(
            form("/staff/billers/{biller}/resume").route(get().to(pages::show_biller)).route(post().to(acting::resume)),
        )
        .service(
            form("/staff/billers/{biller}/settings")
                .app_data(web::FormConfig::default().limit(billers::given::FORM_BYTES_MAX))
                .route(get().to(billers::settings::show_settings))
                .route(post().to(billers::settings::propose)),
        )
        .service(
            form("/staff/billers/{biller}/settings/{change}")
                .route(get().to(billers::settings::show_change))
                .route(post().to(billers::settings::decide)),
        );
}

/// What stands against fraud. A form's own address shows the page that it stands on.
fn guarding(cfg: &mut ServiceConfig) {
    use fraud::{hits, lists, queue, rules};
    cfg.service(page("/staff/guard").route(get().to(queue::show_queue)))
        .service(
            form("/staff/guard/cases/{case}").route(get().to(queue::show_case)).route(post().to(queue::decide_case)),
        )
        .service(page("/staff/guard/hits").route(get().to(hits::show_hits)))
        .service(form("/staff/guard/rules").route(get().to(rules::show_rules)).route(post().to(rules::propose_rule)))
        .service(
            form("/staff/guard/rules/{rule}").route(get().to(rules::show_rules)).route(post().to(rules::decide_rule)),
        )
        .service(form("/staff/guard/lists").route(get().to(lists::show_lists)).route(post().to(lists::add_entry)))
        .service(
            form("/staff/guard/lists/import")
                .app_data(web::FormConfig::default().limit(billers::given::FORM_BYTES_MAX))
                .route(get().to(fraud::import::show_form))
                .route(post().to(fraud::import::import)),
        )
        .service(
            form("/staff/guard/lists/{entry}").route(get().to(lists::show_lists)).route(post().to(lists::remove_entry)),
        );
}

/// Complaints about payments. A form's own address shows the complaint that it is about.
fn disputing(cfg: &mut ServiceConfig) {
    use disputes::{acting, listing, opening, outcome, story};
    cfg.service(page("/staff/disputes").route(get().to(listing::show_disputes)))
        .service(form("/staff/disputes/{dispute}").route(get().to(story::show_dispute)).route(post().to(story::unmask)))
        .service(
            form("/staff/disputes/{dispute}/assign")
                .route(get().to(story::show_dispute))
                .route(post().to(acting::assign)),
        )
        .service(
            form("/staff/disputes/{dispute}/note").route(get().to(story::show_dispute)).route(post().to(acting::note)),
        )
        .service(
            form("/staff/disputes/{dispute}/ask").route(get().to(story::show_dispute)).route(post().to(acting::ask)),
        )
        .service(
            form("/staff/disputes/{dispute}/answer")
                .route(get().to(story::show_dispute))
                .route(post().to(acting::answer)),
        )
        .service(
            form("/staff/disputes/{dispute}/propose")
                .route(get().to(story::show_dispute))
                .route(post().to(outcome::propose)),
        )
        .service(
            form("/staff/disputes/{dispute}/decide")
                .route(get().to(story::show_dispute))
                .route(post().to(acting::decide)),
        )
        .service(
            form("/staff/disputes/{dispute}/reopen")
                .route(get().to(story::show_dispute))
                .route(post().to(acting::reopen)),
        )
        .service(
            form("/staff/payments/{payment}/dispute")
                .route(get().to(opening::show_form))
                .route(post().to(opening::open)),
        );
}

/// A biller's own space.
fn own_space(cfg: &mut ServiceConfig) {
    cfg.service(page("/staff/biller").route(get().to(portal::home::show_home)));
}

/// What people ask for by law about their own data. A form's own address shows the request that it is about.
fn personal_data(cfg: &mut ServiceConfig) {
    use personal::{acting, handing, listing, request};
    cfg.service(form("/staff/personal").route(get().to(listing::show_requests)).route(post().to(listing::take_in)))
        .service(
            form("/staff/personal/{request}")
                .route(get().to(request::show_request))
                .route(post().to(request::show_held)),
        )
        .service(
            form("/staff/personal/{request}/export")
                .route(get().to(request::show_request))
                .route(post().to(handing::export)),
        )
        .service(
            form("/staff/personal/{request}/erase")
                .route(get().to(request::show_request))
                .route(post().to(acting::ask_erasure)),
        )
        .service(
            form("/staff/personal/{request}/decide")
                .route(get().to(request::show_request))
                .route(post().to(acting::decide)),
        )
        .service(
            form("/staff/personal/{request}/rectify")
                .route(get().to(request::show_request))
                .route(post().to(acting::rectify)),
        )
        .service(
            form("/staff/personal/{request}/end").route(get().to(request::show_request)).route(post().to(acting::end)),
        )
        .service(page("/staff/personal/{request}/certificate").route(get().to(handing::certificate)));
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
