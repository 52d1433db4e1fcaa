//! A payment after the gateway: followed, shown as a receipt, or ended.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{Channel, Instrument};
use payments::api::{PaymentView, Standing};
use serde_json::json;

use super::context::{Context, Keep};
use super::errors::Fault;
use super::format;
use super::i18n::{self, Arg};
use super::identify::say;
use super::inputs::is_reference;
use super::views::notice::{Notice, Tone};
use super::views::payment as views;
use crate::disputes::payer::payer_lines;
use crate::receipt::{payment_url, receipt_data};

async fn payment(context: &Context, reference: &str) -> Result<PaymentView, Fault> {
    if !is_reference(reference) {
        return Err(Fault::NotFound);
    }
    context.state.hub.payment(reference).await?.ok_or(Fault::NotFound)
}

pub(crate) async fn show_payment(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let payment = payment(&context, &path.1).await?;
    let catalogue = context.state.hub.catalogue();
    let biller = catalogue.get(payment.biller);
    let (tone, key) = match &payment.standing {
        Standing::AwaitingPayer | Standing::Confirming => {
            let page = views::progress(context.page("progress-title"), biller, &payment);
            return context.html(StatusCode::OK, Keep::Nobody, &page);
        }
        Standing::Confirmed(proof) => {
            let address = public_address(&context, &payment);
            let mut page = views::receipt(context.page("receipt-title"), biller, &payment, proof, &address);
            page.disputes = payer_lines(&context, &payment.reference).await?;
            return context.html(StatusCode::OK, Keep::Nobody, &page);
        }
        Standing::Declined => (Tone::Bad, "declined"),
        Standing::Expired => (Tone::Wait, "payment-expired"),
        Standing::Returning => (Tone::Wait, "returning"),
        // Cash lies at the outlet that took it.
        Standing::Returned if payment.instrument == Instrument::Cash => (Tone::Wait, "returned-cash"),
        Standing::Returned => (Tone::Good, "returned"),
        Standing::Cancelling => (Tone::Wait, "cancelling"),
        Standing::Cancelled => (Tone::Wait, "cancelled"),
    };
    let language = context.language;
    let mut notice = Notice::new(language, tone, key)
        .fact(language, "fact-biller", biller.map(|biller| biller.shown_name(language)).unwrap_or_default())
        .fact(language, "fact-amount", &format::money(language, payment.amounts.total))
        .fact(language, "fact-reference", &payment.reference)
        .fact(language, "fact-since", &format::moment(language, payment.standing_since));
    let again = matches!(payment.standing, Standing::Declined | Standing::Expired);
    if again && payment.channel == Channel::Web {
        notice = notice.action(language, "action-pay-again", &format!("/quotes/{}", payment.quote));
    }
    for line in payer_lines(&context, &payment.reference).await? {
        notice
            .actions
            .push((i18n::text_with(language, "disputes-follow", &[("number", Arg::Text(&line.number))]), line.href));
    }
    let notice = notice.action(language, "disputes-link", &format!("{}/dispute", own_path(&payment)));
    say(&context, StatusCode::OK, notice.action(language, "action-home", "/"))
}

fn own_path(payment: &PaymentView) -> String {
    format!("/payments/{}", payment.reference)
}

/// Where anyone who holds the receipt can check it.
fn public_address(context: &Context, payment: &PaymentView) -> String {
    payment_url(&context.state.settings.public_url, context.language, &payment.reference)
}

/// The gateway sends the payer's browser back with a form. What it says is not believed, only its server-to-server
/// callback is; so nothing is read and the page that follows the state is shown.
pub(crate) async fn return_from_gateway(
    context: Context,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    if !is_reference(&path.1) {
        return Err(Fault::NotFound);
    }
    Ok(context.see_other(&format!("/payments/{}", path.1)))
}

/// For the script of the page that waits.
pub(crate) async fn show_status(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let payment = payment(&context, &path.1).await?;
    let body = json!({
        "standing": views::standing_word(&payment.standing),
        "final": !views::is_under_way(&payment.standing),
    });
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(body))
}

/// The receipt to keep; there is none before the biller confirmed.
pub(crate) async fn show_pdf(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let payment = payment(&context, &path.1).await?;
    let Standing::Confirmed(proof) = &payment.standing else { return Ok(context.see_other(&own_path(&payment))) };
    let catalogue = context.state.hub.catalogue();
    let address = public_address(&context, &payment);
    let data = receipt_data(context.language, catalogue.get(payment.biller), &payment, proof, address);
    // Laying out text takes milliseconds of processor: not on the thread that serves everybody.
    let made =
        web::block(move || receipts::render_pdf(&data)).await.map_err(|error| Fault::Failed(error.to_string()))?;
    let bytes = made.map_err(|error| Fault::Failed(format!("receipt: {error}")))?;
    let name = format!("inline; filename=\"fatoura-{}.pdf\"", payment.reference);
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("Content-Disposition", name))
        .insert_header(("Cache-Control", "no-store"))
        .body(bytes))
}
