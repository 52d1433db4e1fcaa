//! A dispute opened by members of staff: the back office and billers' people by the payment's number, teleoperators by the
//! reference that their caller has.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{DisputeKind, DisputeOrigin, Instrument};
use payments::disputes::{DisputeFault, DisputeWish, DisputedPayment, due_on};
use staff::{Action, Permission, Staff};

use super::parts::{Choice, contact, handles, kept, kind_choices, kind_of, or_of_payment, reference, words};
use super::{DisputeLine, dispute_lines};
use crate::finance::parts::{actor, biller_name, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::{format, i18n};

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What was typed.
#[derive(Default)]
struct Typed {
    kind: String,
    told: String,
    phone: String,
    email: String,
    gateway: bool,
}

#[derive(Template)]
#[template(path = "disputes/open.html")]
struct OpenPage {
    frame: Frame,
    faults: Faults,
    href: String,
    reference: String,
    biller: String,
    amount: String,
    state_key: String,
    paid_at: String,
    kinds: Vec<Choice>,
    /// From when on it can be complained that it was not credited.
    cools_until: String,
    by_gateway: bool,
    before: Vec<DisputeLine>,
    /// Whether they may look at disputes, or opened one here only.
    may_look: bool,
    typed: Typed,
}

/// Somebody who may open one, and the payment that they name.
async fn case(session: &StaffSession, named: &str) -> Result<DisputedPayment, Fault> {
    session.require_any(&[Permission::Desk, Permission::HandleDisputes, Permission::ViewBillerPayments])?;
    let hub = hub(session)?;
    let own = session.who.scope.biller;
    let knows_numbers = handles(session) || (own.is_some() && session.who.may(Permission::ViewBillerPayments));
    if !knows_numbers {
        session.require(Permission::Desk)?;
        // References cannot be guessed; whoever tries is slowed down all the same.
        reference(named)?;
        session.context.state.operators.take_key(&session.who.member).map_err(Fault::TooManyLookUps)?;
    }
    let id = hub.payment_named(named).await?.ok_or(Fault::NotFound)?;
    let found = hub.disputed_payment(id).await?.ok_or(Fault::NotFound)?;
    if own.is_some_and(|own| found.payment.biller != own) {
        return Err(Fault::NotFound);
    }
    Ok(found)
}

pub(crate) async fn show_form(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let found = case(&session, &path.1).await?;
    page(&session, &path.1, StatusCode::OK, &found, Typed::default(), Faults::default())
}

fn page(
    session: &StaffSession,
    named: &str,
    status: StatusCode,
    found: &DisputedPayment,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, payment) = (session.language(), &found.payment);
    let is_whole = session.who.scope.biller.is_none() && session.who.may(Permission::ViewPayments);
    let page = OpenPage {
        frame: session.frame("disputes-open-title"),
        faults,
        href: format!("/{language}/staff/payments/{named}/dispute"),
        reference: payment.reference.to_string(),
        biller: biller_name(&hub(session)?.catalogue(), payment.biller, language),
        amount: payment.amounts.total().map(|total| format::money(language, total)).unwrap_or_default(),
        state_key: format!("refunds-payment-{}", payment.state),
        paid_at: payment.paid_at.map(|at| format::stamp(at.and_utc())).unwrap_or_default(),
        kinds: kind_choices(language, &found.kinds, &typed.kind),
        cools_until: found.cools_until.map(|at| format::moment(language, at)).unwrap_or_default(),
        by_gateway: handles(session) && payment.instrument == Instrument::Card,
        before: dispute_lines(language, found.disputes.iter().map(|(dispute, _)| dispute), is_whole),
        may_look: super::parts::own_biller(session).is_ok(),
        typed,
    };
    session.html(status, &page)
}

pub(crate) async fn open(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let found = case(&session, &path.1).await?;
    let language = session.language();
    let (kind, told, phone, email) =
        (posted.one("kind")?, posted.one("told")?, posted.one("phone")?, posted.one("email")?);
    let gateway = !posted.one("gateway")?.is_empty();
    let typed = || Typed { kind: kind.to_owned(), told: kept(told), phone: kept(phone), email: kept(email), gateway };
    let again = |status, field: &str, text| page(&session, &path.1, status, &found, typed(), Faults::one(field, text));
    let Some(kind) = kind_of(kind) else {
        return again(WRONG, "kind", i18n::text(language, "disputes-fault-kind"));
    };
    if let Err(key) = words(told, kind == DisputeKind::Other) {
        return again(WRONG, "told", i18n::text(language, key));
    }
    let typed_contact = match contact(phone, email) {
        Ok(contact) => contact,
        Err((field, key)) => return again(WRONG, field, i18n::text(language, key)),
    };
    let origin = match (session.who.scope.biller, handles(&session), gateway) {
        (Some(_), _, false) => DisputeOrigin::Biller,
        (None, true, true) if kind == DisputeKind::NotMine => DisputeOrigin::Gateway,
        (None, true, true) => return again(WRONG, "kind", i18n::text(language, "disputes-fault-gateway")),
        (None, true, false) => DisputeOrigin::BackOffice,
        (None, false, false) => DisputeOrigin::Desk,
        _ => return Err(Fault::NotOffered),
    };
    let (phone, email) = or_of_payment(typed_contact, &found.payment)?;
    let payment = found.payment.id;
    let told = told.to_owned();
    let wish = DisputeWish { payment, kind, origin, told, phone, email, language: found.payment.language };
    let (who, detail) = (session.who.clone(), format!("{kind} of payment {payment}"));
    let entry = move |id: i64| Some(Staff::audit_entry(&who, Action::DisputeOpened, &format!("dispute {id}"), &detail));
    match hub(&session)?.open_dispute(wish, Some(actor(&session)), entry).await {
        Ok(id) if super::parts::own_biller(&session).is_ok() => {
            Ok(session.context.see_other(&format!("/staff/disputes/{id}")))
        }
        // Whoever only opens them is shown here that it is open.
        Ok(_) => Ok(session.context.see_other(&format!("/staff/payments/{}/dispute", path.1))),
        Err(fault) => {
            let (status, text) = why_not(language, fault)?;
            again(status, "kind", text)
        }
    }
}

/// Why a dispute is not opened.
pub(super) fn why_not(language: ledger::Language, fault: DisputeFault) -> Result<(StatusCode, String), Fault> {
    Ok(match fault {
        DisputeFault::NotYet(until) => {
            let until = format::moment(language, until);
            let args = [("until", i18n::Arg::Text(&until))];
            (StatusCode::CONFLICT, i18n::text_with(language, "disputes-fault-not-yet", &args))
        }
        DisputeFault::DoesNotFit => (WRONG, i18n::text(language, "disputes-fault-fit")),
        DisputeFault::TooMany => (StatusCode::CONFLICT, i18n::text(language, "disputes-fault-too-many")),
        DisputeFault::Infrastructure(trouble) => return Err(trouble.into()),
        _ => return Err(Fault::NotFound),
    })
}

/// The last day on which a dispute is to be answered, as the reader writes it.
pub(super) fn due_text(language: ledger::Language, dispute: &ledger::Dispute) -> String {
    format::date(language, due_on(dispute.due_at.and_utc()))
}
