//! Other people's systems: networks of agents, and whoever fetches reports.

use actix_web::web::{self, post, resource, scope};
use actix_web::{Route, Scope};

use super::get;
use crate::agents::{self, Operation};
use crate::reports;

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
pub(super) fn networks_systems() -> Scope {
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
pub(super) fn reports_for_systems() -> Scope {
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
