//! "Find my payment": reference and phone together, never one of them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::context::{Context, Keep};
use super::errors::Fault;
use super::inputs::{Posted, is_reference, mobile, typed_reference};
use super::views::find::{self, FindFaults};

pub(crate) async fn show_form(context: Context) -> Result<HttpResponse, Fault> {
    let page = find::find(context.page("find-title"), String::new(), String::new(), &FindFaults::default());
    context.html(StatusCode::OK, Keep::Nobody, &page)
}

/// A wrong phone and a wrong reference get the same answer.
pub(crate) async fn find_payment(
    context: Context,
    _path: web::Path<(String,)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let (reference, phone) = (typed_reference(posted.one("reference")?), posted.one("phone")?.to_owned());
    let number = mobile(&phone);
    let mut faults = FindFaults { reference: !is_reference(&reference), phone: number.is_none(), nothing: false };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(number), false) = (number, faults.reference) {
        context.state.searches.take(context.address).map_err(Fault::TooMany)?;
        if let Some(payment) = context.state.hub.find_payment(&reference, &number).await? {
            return Ok(context.see_other(&format!("/payments/{}", payment.reference)));
        }
        faults.nothing = true;
        status = StatusCode::NOT_FOUND;
    }
    context.html(status, Keep::Nobody, &find::find(context.page("find-title"), reference, phone, &faults))
}
