//! The back office: payments and their money, billers, books and reports.

use actix_web::web::{self, ServiceConfig, post};

use super::{form, get, page};
use crate::guard as fraud;
use crate::{
    billers, board, branding, disputes, finance, holds, outcomes, personal, portal, refunds, register, reports,
};

/// Settlement, reconciliation and breaks. A form's own address shows the break that it is about.
pub(super) fn finances(cfg: &mut ServiceConfig) {
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
pub(super) fn watching(cfg: &mut ServiceConfig) {
    cfg.service(page("/staff/board").route(get().to(board::show_board)))
        .service(page("/staff/board/tiles").route(get().to(board::show_tiles)));
}

/// Reports, on pages and as files.
pub(super) fn reported(cfg: &mut ServiceConfig) {
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
pub(super) fn registers(cfg: &mut ServiceConfig) {
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
pub(super) fn refund_pages(cfg: &mut ServiceConfig) {
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
pub(super) fn unknown_outcomes(cfg: &mut ServiceConfig) {
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
pub(super) fn held_money(cfg: &mut ServiceConfig) {
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
pub(super) fn brandings(cfg: &mut ServiceConfig) {
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
pub(super) fn settings_of_billers(cfg: &mut ServiceConfig) {
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
pub(super) fn guarding(cfg: &mut ServiceConfig) {
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
pub(super) fn disputing(cfg: &mut ServiceConfig) {
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
pub(super) fn own_space(cfg: &mut ServiceConfig) {
    cfg.service(page("/staff/biller").route(get().to(portal::home::show_home)));
}

/// What people ask for by law about their own data. A form's own address shows the request that it is about.
pub(super) fn personal_data(cfg: &mut ServiceConfig) {
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
