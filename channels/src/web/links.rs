//! Behind a payment link: the bill that it is bound to, and the way to the gateway. Looking changes nothing, so that
//! what fetches addresses from messages by itself uses no link up.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use payments::api::StartError;
use payments::form::mask;
use payments::links::{LinkStanding, OpenedLink, StartLinkError, StartLinkPayment};

use super::context::{Context, Keep};
use super::errors::Fault;
use super::identify::{Chosen, say};
use super::inputs::{Posted, is_reference};
use super::pay::{redirect_to_gateway, refused};
use super::views::notice::{Notice, Tone};
use super::views::pay::{self, PayerFaults};

pub(crate) async fn show_link(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let opened = opened(&context, &path.1).await?;
    match opened.link.standing {
        LinkStanding::Open | LinkStanding::Begun(_) => {
            summary(&context, StatusCode::OK, &path.1, &opened, &PayerFaults::default())
        }
        standing => closed(&context, standing),
    }
}

/// Starts the one payment of the link; sent again, it goes on with that payment.
pub(crate) async fn start_payment(
    context: Context,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let opened = opened(&context, &path.1).await?;
    if posted.one("terms")? != "1" && opened.link.standing == LinkStanding::Open {
        let faults = PayerFaults { terms: true, ..PayerFaults::default() };
        return summary(&context, StatusCode::UNPROCESSABLE_ENTITY, &path.1, &opened, &faults);
    }
    context.state.starts.take(context.address).map_err(Fault::TooMany)?;
    let request = StartLinkPayment {
        token: path.1.clone(),
        address: Some(context.address),
        language: context.language,
        public_url: context.state.settings.public_url.clone(),
    };
    match context.state.hub.start_link_payment(request).await {
        Ok(redirect) => redirect_to_gateway(&context, redirect, &opened.quote),
        Err(StartLinkError::UnknownLink) => Err(Fault::NotFound),
        Err(StartLinkError::Closed(standing)) => closed(&context, standing),
        Err(StartLinkError::Start(StartError::Unavailable)) => {
            let retry = format!("/l/{}", path.1);
            let notice = Notice::new(context.language, Tone::Wait, "unavailable");
            let notice = notice.action(context.language, "action-retry", &retry);
            say(&context, StatusCode::SERVICE_UNAVAILABLE, notice)
        }
        Err(StartLinkError::Start(error)) => refused(&context, &opened.quote, error),
    }
}

async fn opened(context: &Context, token: &str) -> Result<OpenedLink, Fault> {
    if !is_reference(token) {
        return Err(Fault::NotFound);
    }
    context.state.hub.open_link(token).await?.ok_or(Fault::NotFound)
}

fn summary(
    context: &Context,
    status: StatusCode,
    token: &str,
    opened: &OpenedLink,
    faults: &PayerFaults,
) -> Result<HttpResponse, Fault> {
    let OpenedLink { link, quote } = opened;
    let chosen = Chosen::of(context, &quote.biller.to_string())?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&quote.receivable_type)?);
    let recipients: Vec<String> =
        link.phone.as_deref().map(mask).into_iter().chain(link.email.as_deref().map(masked_email)).collect();
    let page = context.page("summary-title");
    let page = pay::link_summary(page, biller, kind, quote, token, &recipients.join(" · "), link.expires_at, faults);
    context.html(status, Keep::Nobody, &page)
}

/// `s•••@example.ma`: enough to know one's own address by.
fn masked_email(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or_default();
    format!("{}•••@{host}", name.chars().next().map(String::from).unwrap_or_default())
}

/// What a link leads to that cannot be paid.
fn closed(context: &Context, standing: LinkStanding) -> Result<HttpResponse, Fault> {
    let language = context.language;
    let (status, tone, key) = match standing {
        LinkStanding::Used(payment) | LinkStanding::Begun(payment) => {
            return Ok(context.see_other(&format!("/payments/{payment}")));
        }
        LinkStanding::AlreadyPaid => (StatusCode::CONFLICT, Tone::Good, "already-paid"),
        LinkStanding::BeingPaid => (StatusCode::CONFLICT, Tone::Wait, "being-paid"),
        LinkStanding::Revoked => (StatusCode::GONE, Tone::Wait, "link-revoked"),
        LinkStanding::Expired | LinkStanding::Open => (StatusCode::GONE, Tone::Wait, "link-expired"),
    };
    let notice = Notice::new(language, tone, key).action(language, "action-home", "/");
    say(context, status, notice.action(language, "action-find", "/find"))
}
