//! Those who serve people: outlets and teleoperators.

use actix_web::web::{ServiceConfig, post};

use super::{form, get, page, taking};
use crate::{desk, outlet};

/// The outlet screen, and the floats and late cash behind it. A form's own address shows the page that it stands on, for
/// whoever asks for that page again or in another language.
pub(super) fn outlets(cfg: &mut ServiceConfig) {
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

/// The teleoperators' desk.
pub(super) fn teleoperators(cfg: &mut ServiceConfig) {
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
