//! "Find my payment": reference and phone together, never one of them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use payments::card_numbers;

use super::context::{Context, Keep};
use super::errors::Fault;
use super::inputs::{CARD_NUMBER_KEY, Posted, is_reference, mobile, typed_reference};
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
    let (mut reference, mut phone) = (typed_reference(posted.one("reference")?), posted.one("phone")?.to_owned());
    let number = mobile(&phone);
    let fault = |text: &str, good: bool, key: &'static str| match good {
        _ if card_numbers::holds_one(text) => Some(CARD_NUMBER_KEY),
        true => None,
        false => Some(key),
    };
    let mut faults = FindFaults {
        reference: fault(&reference, is_reference(&reference), "fault-reference"),
        phone: if number.is_some() { None } else { fault(&phone, false, "fault-phone") },
        nothing: false,
    };
    // A card number is not sent back.
    for (fault, value) in [(faults.reference, &mut reference), (faults.phone, &mut phone)] {
        if fault == Some(CARD_NUMBER_KEY) {
            value.clear();
        }
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(number), None) = (number, faults.reference) {
        context.state.searches.take(context.address).map_err(Fault::TooMany)?;
        if let Some(payment) = context.state.hub.find_payment(&reference, &number).await? {
            return Ok(context.see_other(&format!("/payments/{}", payment.reference)));
        }
        faults.nothing = true;
        status = StatusCode::NOT_FOUND;
    }
    context.html(status, Keep::Nobody, &find::find(context.page("find-title"), reference, phone, &faults))
}
