//! The counter itself: one field that takes whatever is typed or scanned, and the way to a bill by its contract.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Instrument};
use payments::api::{FieldFaultKind, FindBills, FindError, Found};
use payments::card_numbers;
use payments::catalogue::{Biller, ReceivableType};
use staff::Permission;

use super::counter::{Bar, Counter};
use super::inputs::kept;
use super::shifts::{OpenForm, open_form};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::identify::{Chosen, FIELD_PREFIX, as_sent};
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, ascii_digits, is_reference, typed_reference};
use crate::web::views::identify::{self, FieldView};
use crate::web::views::notice::{Notice, Tone};
use crate::web::views::{BillerView, FaultLink};

/// The counter: a shift to open, or something to find.
#[derive(Template)]
#[template(path = "outlet/counter.html")]
struct CounterPage {
    frame: Frame,
    bar: Bar,
    /// Shown instead of all else where there is no open shift.
    open: Option<OpenForm>,
    typed: String,
    billers: Vec<Shelf>,
    faults: Faults,
}

/// A biller and what is paid to it in cash.
struct Shelf {
    code: u16,
    view: BillerView,
    kinds: Vec<Kind>,
}

struct Kind {
    name: String,
    code: String,
    href: String,
}

/// The identification form of a contract.
#[derive(Template)]
#[template(path = "outlet/identify.html")]
struct IdentifyPage {
    frame: Frame,
    bar: Bar,
    biller: BillerView,
    action: String,
    fields: Vec<FieldView>,
    fetch: bool,
    faults: Vec<FaultLink>,
}

/// Whether a type is paid in cash at outlets.
fn is_payable(kind: &ReceivableType) -> bool {
    kind.limits.iter().any(|limit| limit.channel == Channel::Agt && limit.instrument == Instrument::Cash)
}

fn shelves(counter: &Counter) -> Vec<Shelf> {
    let (catalogue, language) = (counter.hub.catalogue(), counter.language());
    let kind = |biller: &Biller, kind: &ReceivableType| Kind {
        name: kind.name.get(language).to_owned(),
        code: format!("{}{}", biller.code, kind.code),
        href: format!("/{language}/staff/outlet/billers/{}/{}", biller.code, kind.code),
    };
    let shelf = |biller: &Biller| Shelf {
        code: biller.code,
        view: BillerView::of(biller, None, language),
        kinds: biller.receivable_types.iter().filter(|k| is_payable(k)).map(|k| kind(biller, k)).collect(),
    };
    let open = |biller: &&Biller| counter.hub.is_available(biller.code, Channel::Agt);
    catalogue.billers().iter().filter(open).map(shelf).filter(|shelf| !shelf.kinds.is_empty()).collect()
}

/// The counter, with a fault of its form where there is one.
pub(super) fn counter_page(
    counter: &Counter,
    status: StatusCode,
    typed: &str,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let open = match counter.shift {
        Some(_) => None,
        None => Some(open_form(counter)?),
    };
    let page = CounterPage {
        frame: counter.frame("outlet-title"),
        bar: counter.bar()?,
        billers: if open.is_some() { Vec::new() } else { shelves(counter) },
        open,
        typed: kept(typed),
        faults,
    };
    counter.html(status, &page)
}

pub(crate) async fn show_counter(session: StaffSession) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter_page(&counter, StatusCode::OK, "", Faults::default())
}

/// What a text of the counter's field is.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    /// Thirteen digits.
    CashReference(String),
    /// A biller's code, with a receivable type or without.
    Biller(String, Option<String>),
    /// A payment's public reference.
    Payment(String),
    Nothing,
}

/// Tells by its form what was typed or scanned.
fn sort(text: &str) -> Typed {
    let digits: String =
        ascii_digits(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/')).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.len() {
        13 if is_number => Typed::CashReference(digits),
        4 if is_number => Typed::Biller(digits, None),
        6 if is_number => Typed::Biller(digits[..4].to_owned(), Some(digits[4..].to_owned())),
        16 => Typed::Payment(typed_reference(text).to_ascii_uppercase()),
        _ => Typed::Nothing,
    }
}

/// Leads on to what was typed or scanned.
pub(crate) async fn find(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let text = posted.one("q")?;
    let refuse = |key: &str| {
        let fault = Faults::one("q", i18n::text(counter.language(), key));
        counter_page(&counter, StatusCode::UNPROCESSABLE_ENTITY, text, fault)
    };
    if card_numbers::holds_one(text) {
        return refuse(CARD_NUMBER_KEY);
    }
    match sort(text) {
        Typed::CashReference(digits) => {
            counter.look_up()?;
            match counter.hub.find_cash_reference(&digits).await? {
                Some(found) => Ok(counter.see_other(&format!("/references/{}", found.digits))),
                None => refuse("outlet-fault-reference"),
            }
        }
        Typed::Payment(reference) => {
            let found = if is_reference(&reference) { counter.hub.cash_payment(&reference).await? } else { None };
            match found.filter(|found| found.outlet == counter.outlet) {
                Some(found) => Ok(counter.see_other(&format!("/payments/{}", found.payment.reference))),
                None => refuse("outlet-fault-payment"),
            }
        }
        Typed::Biller(code, kind) => {
            let catalogue = counter.hub.catalogue();
            let biller = code.parse().ok().and_then(|code| catalogue.get(code));
            let payable = |biller: &Biller| -> Vec<String> {
                let kinds = biller.receivable_types.iter().filter(|kind| is_payable(kind));
                kinds.map(|kind| kind.code.clone()).collect()
            };
            let kinds = biller.map(payable).unwrap_or_default();
            match (kind, kinds.as_slice()) {
                (Some(kind), kinds) if kinds.contains(&kind) => {
                    Ok(counter.see_other(&format!("/billers/{code}/{kind}")))
                }
                (None, [only]) => Ok(counter.see_other(&format!("/billers/{code}/{only}"))),
                (None, [_, ..]) => refuse("outlet-fault-type"),
                _ => refuse("outlet-fault-biller"),
            }
        }
        Typed::Nothing => refuse("outlet-fault-find"),
    }
}

fn form_page(
    counter: &Counter,
    status: StatusCode,
    chosen: (&Biller, &ReceivableType),
    typed: &BTreeMap<String, String>,
    faults: &[payments::api::FieldFault],
    unknown: bool,
) -> Result<HttpResponse, Fault> {
    let ((biller, kind), frame) = (chosen, counter.frame("outlet-title"));
    let action = frame.page.url(&format!("/staff/outlet/billers/{}/{}", biller.code, kind.code));
    let filled = identify::form(counter.session.context.page("outlet-title"), biller, kind, typed, faults, unknown);
    let identify::IdentifyPage { biller, mut fields, faults, fetch, .. } = filled;
    let wrong = fields.iter().position(|field| !field.fault.is_empty());
    let first = wrong.or_else(|| fields.iter().position(|field| field.kind != "label"));
    if let Some(field) = first.and_then(|at| fields.get_mut(at)) {
        field.autofocus = true;
    }
    let page = IdentifyPage { frame, bar: counter.bar()?, biller, action, fields, fetch, faults };
    counter.html(status, &page)
}

/// A biller and a type that are paid in cash; others are as good as none.
fn payable<'a>(chosen: &'a Chosen, kind: &str) -> Result<(&'a Biller, &'a ReceivableType), Fault> {
    let (biller, kind) = (chosen.biller()?, chosen.kind(kind)?);
    if is_payable(kind) { Ok((biller, kind)) } else { Err(Fault::NotFound) }
}

/// The biller cannot be asked now.
pub(super) fn unavailable(counter: &Counter, code: u16) -> Result<HttpResponse, Fault> {
    let (catalogue, language) = (counter.hub.catalogue(), counter.language());
    let name = catalogue.get(code).map(|biller| biller.shown_name(language).to_owned()).unwrap_or_default();
    let notice = Notice::new(language, Tone::Wait, "outlet-unavailable").fact(language, "fact-biller", &name).action(
        language,
        "outlet-action-counter",
        "/staff/outlet",
    );
    counter.say(StatusCode::SERVICE_UNAVAILABLE, notice)
}

pub(crate) async fn show_form(
    session: StaffSession,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let chosen = Chosen::of(&counter.session.context, &path.1)?;
    let (biller, kind) = payable(&chosen, &path.2)?;
    if !counter.hub.is_available(biller.code, Channel::Agt) {
        return unavailable(&counter, biller.code);
    }
    form_page(&counter, StatusCode::OK, (biller, kind), &BTreeMap::new(), &[], false)
}

/// Asks what is due, within the allowance of the member.
pub(crate) async fn find_bills(
    session: StaffSession,
    path: web::Path<(String, String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    counter.open_shift()?;
    let context = &counter.session.context;
    let chosen = Chosen::of(context, &path.1)?;
    let (biller, kind) = payable(&chosen, &path.2)?;
    let typed = posted.below(FIELD_PREFIX)?;
    counter.look_up()?;
    let request = FindBills {
        biller: biller.code,
        receivable_type: kind.code.clone(),
        fields: as_sent(kind, &typed),
        channel: Channel::Agt,
        language: counter.language(),
    };
    let again = |faults: &[_], unknown| {
        form_page(&counter, StatusCode::UNPROCESSABLE_ENTITY, (biller, kind), &typed, faults, unknown)
    };
    match counter.hub.find_bills(request).await {
        Ok(Found::Bill(inquiry)) => {
            counter.seen(&subject("inquiry", &inquiry.reference)).await?;
            Ok(counter.see_other(&format!("/bills/{}", inquiry.reference)))
        }
        Ok(Found::NothingDue) => {
            let (language, what) = (counter.language(), format!("biller {} nothing due", biller.code));
            counter.seen(&what).await?;
            let here = format!("/staff/outlet/billers/{}/{}", biller.code, kind.code);
            let notice = Notice::new(language, Tone::Good, "nothing-due")
                .fact(language, "fact-biller", biller.shown_name(language))
                .action(language, "outlet-action-counter", "/staff/outlet")
                .action(language, "action-other-contract", &here);
            counter.say(StatusCode::OK, notice)
        }
        Ok(Found::UnknownCustomer) => again(&[], true),
        Err(FindError::Form(faults)) if faults.iter().any(|fault| fault.kind == FieldFaultKind::UnknownField) => {
            Err(Fault::NotOffered)
        }
        Err(FindError::Form(faults)) => again(&faults, false),
        Err(FindError::UnknownBiller) => Err(Fault::NotFound),
        Err(FindError::ChannelClosed | FindError::Unavailable) => unavailable(&counter, biller.code),
        Err(FindError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1000000000007", Typed::CashReference("1000000000007".into()))]
    #[case(" 1000 0000 0000 7 ", Typed::CashReference("1000000000007".into()))]
    #[case("١٠٠٠٠٠٠٠٠٠٠٠٧", Typed::CashReference("1000000000007".into()))]
    #[case("1001", Typed::Biller("1001".into(), None))]
    #[case("1001 02", Typed::Biller("1001".into(), Some("02".into())))]
    #[case("1001/02", Typed::Biller("1001".into(), Some("02".into())))]
    #[case("0000-001b-9xk2-7qzd", Typed::Payment("0000-001B-9XK2-7QZD".into()))]
    #[case("", Typed::Nothing)]
    #[case("123", Typed::Nothing)]
    #[case("10000000000071", Typed::Nothing)]
    fn what_is_typed(#[case] text: &str, #[case] typed: Typed) {
        assert_eq!(sort(text), typed);
    }
}
