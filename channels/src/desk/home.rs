//! The desk itself: one search box, callers who wait, calls that are open.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Handover, Language};
use payments::api::cash::{CashReference, CashReferenceStanding};
use payments::api::{FieldFaultKind, FindBills, FindError, Found, Inquiry, PaymentView};
use payments::catalogue::{Catalogue, FieldKind, ReceivableType};
use payments::desk::{HISTORY_MAX, Reading, Search};
use payments::form::mask;
use payments::{card_numbers, phone};

use super::entry::Entry;
use super::operator::{Operator, bill_name, chosen, number, sheet_path};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::identify::as_sent;
use crate::web::inputs::is_reference;
use crate::web::views::notice::{Notice, Tone};
use crate::web::views::payment::standing_word;
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "desk/home.html")]
struct HomePage {
    frame: Frame,
    faults: Faults,
    typed: String,
    kinds: Vec<KindOption>,
    found: Option<FoundView>,
    waiting: Vec<WaitingView>,
    open: Vec<OpenCall>,
    phone: String,
}

/// A biller's receivable type to choose.
pub(super) struct KindOption {
    pub(super) word: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// What a search found.
struct FoundView {
    /// What the text was taken for.
    read_as: Vec<String>,
    payments: Vec<PaymentLine>,
    reference: Option<ReferenceView>,
    bill: Option<BillView>,
    nothing: bool,
    /// There may be more than is shown.
    more: bool,
}

/// A payment of a history.
struct PaymentLine {
    href: String,
    at: String,
    bill: String,
    contract: String,
    amount: String,
    channel: String,
    state: String,
    tone: &'static str,
    reference: String,
}

struct ReferenceView {
    digits: String,
    bill: String,
    contract: String,
    total: String,
    state: String,
    expires: String,
}

/// What a biller says is due, or that nothing is.
struct BillView {
    bill: String,
    contract: String,
    lines: Vec<(String, String, bool)>,
    /// What the biller said where there is nothing to pay.
    said: String,
    inquiry: String,
}

/// A caller who waits.
struct WaitingView {
    id: i64,
    phone: String,
    language: &'static str,
    language_word: &'static str,
    reason: String,
    bill: String,
    contract: String,
    since: String,
    /// Taken by somebody already.
    taken: bool,
    own: bool,
}

struct OpenCall {
    href: String,
    id: i64,
    phone: String,
    since: String,
}

/// A word for the language of a caller.
pub(super) fn language_name(language: Language) -> &'static str {
    match language {
        Language::Ar => "العربية",
        Language::Fr => "Français",
        Language::En => "English",
    }
}

/// Everything that can be paid over a link, by name.
pub(super) fn kind_options(catalogue: &Catalogue, language: Language, selected: &str) -> Vec<KindOption> {
    let offered = |kind: &ReceivableType| kind.limits.iter().any(|limit| limit.channel == Channel::Tel);
    let mut options: Vec<KindOption> = catalogue
        .billers()
        .iter()
        .flat_map(|biller| biller.receivable_types.iter().filter(|kind| offered(kind)).map(move |kind| (biller, kind)))
        .map(|(biller, kind)| {
            let word = format!("{}.{}", biller.code, kind.code);
            let name = format!("{} · {}", biller.name.get(language), kind.name.get(language));
            KindOption { chosen: word == selected, word, name }
        })
        .collect();
    options.sort_by(|a, b| a.name.cmp(&b.name));
    options
}

/// The badge of a payment's standing.
pub(super) fn tone(payment: &PaymentView) -> &'static str {
    match standing_word(&payment.standing) {
        "confirmed" => "badge-good",
        "declined" | "expired" | "cancelled" => "badge-bad",
        _ => "badge-wait",
    }
}

/// The words of a payment's standing.
pub(super) fn standing_text(payment: &PaymentView, language: Language) -> String {
    i18n::text(language, &format!("desk-standing-{}", standing_word(&payment.standing)))
}

pub(crate) async fn show_desk(operator: Operator) -> Result<HttpResponse, Fault> {
    desk(&operator, StatusCode::OK, Faults::default(), "", "", None, "").await
}

async fn desk(
    operator: &Operator,
    status: StatusCode,
    faults: Faults,
    typed: &str,
    selected: &str,
    found: Option<FoundView>,
    phone: &str,
) -> Result<HttpResponse, Fault> {
    let (language, catalogue) = (operator.language(), operator.catalogue());
    let waiting = operator.hub.open_handovers().await?;
    if !waiting.is_empty() {
        operator.viewed("waiting callers", &format!("{} callers, masked", waiting.len())).await?;
    }
    let open = operator.hub.open_desk_calls(operator.member()).await?.into_iter().map(|call| OpenCall {
        href: format!("/{language}{}", sheet_path(call.id)),
        id: call.id,
        phone: call.phone.as_deref().map(mask).unwrap_or_default(),
        since: format::moment(language, call.opened_at.and_utc()),
    });
    let page = HomePage {
        frame: operator.frame("desk-title"),
        faults,
        typed: typed.to_owned(),
        kinds: kind_options(&catalogue, language, selected),
        found,
        open: open.collect(),
        waiting: waiting.into_iter().map(|waiting| waiting_view(operator, &catalogue, waiting)).collect(),
        phone: phone.to_owned(),
    };
    operator.html(status, &page)
}

fn waiting_view(operator: &Operator, catalogue: &Catalogue, waiting: Handover) -> WaitingView {
    let (language, context) = (operator.language(), &waiting.context);
    WaitingView {
        id: waiting.id,
        phone: waiting.phone.as_deref().map(mask).unwrap_or_default(),
        language: language_name(context.language),
        language_word: context.language.as_str(),
        reason: i18n::text(language, &format!("desk-reason-{}", context.reason.as_str().replace(' ', "-"))),
        bill: context
            .biller
            .map(|biller| {
                bill_name(catalogue, language, biller, context.receivable_type.as_deref().unwrap_or_default())
            })
            .unwrap_or_default(),
        contract: context.contract_masked.clone(),
        since: format::moment(language, waiting.created_at.and_utc()),
        taken: waiting.taken.is_some(),
        own: waiting.taken.is_some_and(|(by, _)| by == operator.member()),
    }
}

/// Looks a text up, whatever it is; with a biller chosen, the biller is asked too.
pub(crate) async fn search(operator: Operator, entry: Entry) -> Result<HttpResponse, Fault> {
    let (typed, selected) = (entry.one("q")?, entry.one("bill")?);
    let page = operator.frame("desk-title").page;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(faults) = entry.card_faults(&page) {
        return desk(&operator, wrong, faults, "", selected, None, "").await;
    }
    if !(3..=64).contains(&typed.chars().count()) {
        let faults = Faults::one("q", page.t("desk-fault-search"));
        return desk(&operator, wrong, faults, "", selected, None, "").await;
    }
    operator.take_lookup()?;
    let catalogue = operator.catalogue();
    let bill = match (selected, chosen(&catalogue, selected)) {
        ("", _) => None,
        (_, None) => return Err(Fault::NotOffered),
        (_, Some((biller, kind))) => match live_bill(&operator, biller.code, kind, typed).await? {
            Ok(bill) => Some(bill),
            Err(key) => {
                let faults = Faults::one("q", page.t(key));
                return desk(&operator, wrong, faults, typed, selected, None, "").await;
            }
        },
    };
    let search = operator.hub.search_desk(typed).await?;
    operator.viewed("desk search", &shown(&search, bill.as_ref())).await?;
    let found = found_view(&operator, &catalogue, search, bill);
    desk(&operator, StatusCode::OK, Faults::default(), typed, selected, Some(found), "").await
}

/// All that a search shows, for the audit log.
fn shown(search: &Search, bill: Option<&BillView>) -> String {
    let payments = search.payments.iter().map(|(_, payment)| subject("payment", &payment.reference));
    let reference = search.reference.iter().map(|reference| subject("quote", &reference.quote.reference));
    let bill = bill.filter(|bill| !bill.inquiry.is_empty()).map(|bill| subject("inquiry", &bill.inquiry));
    let named: Vec<String> = payments.chain(reference).chain(bill).collect();
    format!("{} payments, masked: {}", search.payments.len(), named.join(", ")).trim_end_matches(": ").to_owned()
}

/// What a biller says of the one identifier typed, or the message that says why it could not be asked so.
async fn live_bill(
    operator: &Operator,
    biller: u16,
    kind: &ReceivableType,
    typed: &str,
) -> Result<Result<BillView, &'static str>, Fault> {
    let language = operator.language();
    let asked = kind.form.iter().filter(|field| field.kind != FieldKind::Label);
    let Some(field) = asked.clone().find(|field| field.name == "contract").or_else(|| asked.clone().next()) else {
        return Ok(Err("desk-fault-more-fields"));
    };
    let fields = as_sent(kind, &BTreeMap::from([(field.name.clone(), typed.to_owned())]));
    let request = FindBills { biller, receivable_type: kind.code.clone(), fields, channel: Channel::Tel, language };
    let catalogue = operator.catalogue();
    let bill = bill_name(&catalogue, language, biller, &kind.code);
    let said = |key: &str| BillView {
        bill: bill.clone(),
        contract: String::new(),
        lines: Vec::new(),
        said: i18n::text(language, key),
        inquiry: String::new(),
    };
    match operator.hub.find_bills(request).await {
        Ok(Found::Bill(inquiry)) => Ok(Ok(bill_view(&inquiry, &bill, language))),
        Ok(Found::NothingDue) => Ok(Ok(said("desk-nothing-due"))),
        Ok(Found::UnknownCustomer) => Ok(Ok(said("desk-unknown-customer"))),
        Err(FindError::Form(faults)) if faults.iter().any(|fault| fault.kind == FieldFaultKind::Missing) => {
            Ok(Err("desk-fault-more-fields"))
        }
        Err(FindError::Form(_)) => Ok(Err("desk-fault-contract")),
        Err(FindError::Unavailable | FindError::ChannelClosed | FindError::UnknownBiller) => {
            Ok(Ok(said("desk-unavailable")))
        }
        Err(FindError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}

fn bill_view(inquiry: &Inquiry, bill: &str, language: Language) -> BillView {
    let line = |payable: &payments::api::PayableArticle| {
        let amount = format::money(language, payable.article.amount);
        (payable.article.description.clone(), amount, payable.busy)
    };
    BillView {
        bill: bill.to_owned(),
        contract: inquiry.contract_masked.clone(),
        lines: inquiry.articles.iter().map(line).collect(),
        said: String::new(),
        inquiry: inquiry.reference.clone(),
    }
}

fn found_view(operator: &Operator, catalogue: &Catalogue, search: Search, bill: Option<BillView>) -> FoundView {
    let language = operator.language();
    let Search { readings, payments, reference } = search;
    let found_by = |reading: &Reading| {
        payments.iter().any(|(by, _)| by == reading) || (*reading == Reading::CashReference && reference.is_some())
    };
    let mut read_as: Vec<Reading> = readings.iter().copied().filter(|reading| found_by(reading)).collect();
    let nothing = read_as.is_empty() && bill.is_none();
    if read_as.is_empty() {
        read_as = readings;
    }
    let key = |reading: &Reading| match reading {
        Reading::Phone => "desk-read-phone",
        Reading::PaymentReference => "desk-read-payment",
        Reading::CashReference => "desk-read-cash",
        Reading::ReceiptNumber => "desk-read-receipt",
        Reading::Contract => "desk-read-contract",
    };
    FoundView {
        read_as: read_as.iter().map(|reading| i18n::text(language, key(reading))).collect(),
        payments: payments.iter().map(|(_, payment)| payment_line(catalogue, language, payment)).collect(),
        reference: reference.map(|reference| reference_view(catalogue, language, &reference)),
        more: payments.len() >= HISTORY_MAX,
        bill,
        nothing,
    }
}

fn payment_line(catalogue: &Catalogue, language: Language, payment: &PaymentView) -> PaymentLine {
    PaymentLine {
        href: format!("/{language}/staff/desk/payments/{}", payment.reference),
        at: format::moment(language, payment.started_at),
        bill: bill_name(catalogue, language, payment.biller, &payment.receivable_type),
        contract: payment.contract_masked.clone(),
        amount: format::money(language, payment.amounts.total),
        channel: i18n::text(language, &format!("desk-channel-{}", payment.channel.as_str().to_lowercase())),
        state: standing_text(payment, language),
        tone: tone(payment),
        reference: payment.reference.clone(),
    }
}

fn reference_view(catalogue: &Catalogue, language: Language, reference: &CashReference) -> ReferenceView {
    let quote = &reference.quote;
    let state = match reference.standing {
        CashReferenceStanding::Open => "desk-state-waiting",
        CashReferenceStanding::Used => "desk-reference-used",
        CashReferenceStanding::Cancelled => "desk-state-revoked",
        CashReferenceStanding::Expired => "desk-state-expired",
    };
    ReferenceView {
        digits: format::cash_digits(&reference.digits),
        bill: bill_name(catalogue, language, quote.biller, &quote.receivable_type),
        contract: quote.contract_masked.clone(),
        total: format::money(language, quote.amounts.total),
        state: i18n::text(language, state),
        expires: format::moment(language, reference.expires_at),
    }
}

/// Opens a call by hand, on a bill that was found where there is one.
pub(crate) async fn open_call(operator: Operator, entry: Entry) -> Result<HttpResponse, Fault> {
    let (typed, inquiry) = (entry.one("phone")?, entry.one("inquiry")?);
    let page = operator.frame("desk-title").page;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(faults) = entry.card_faults(&page) {
        return desk(&operator, wrong, faults, "", "", None, "").await;
    }
    let phone = match (typed, phone::normalise(typed)) {
        ("", _) => None,
        (_, Ok(phone)) => Some(phone),
        (_, Err(_)) => {
            let faults = Faults::one("phone", page.t("desk-fault-phone"));
            return desk(&operator, wrong, faults, "", "", None, typed).await;
        }
    };
    let language = match entry.one("language")? {
        "" => operator.language(),
        word => word.parse().map_err(|_| Fault::NotOffered)?,
    };
    let bill = match inquiry {
        "" => None,
        inquiry if is_reference(inquiry) => operator.hub.inquiry(inquiry).await?,
        _ => return Err(Fault::NotOffered),
    };
    if bill.is_none() && card_numbers::holds_one(inquiry) {
        return Err(Fault::NotOffered);
    }
    let call = operator.hub.open_desk_call(operator.member(), phone, language).await?;
    let path = sheet_path(call);
    // A look-up that is too old is made again from the sheet.
    Ok(operator.see_other(&bill.map_or(path.clone(), |bill| format!("{path}/bills/{}", bill.reference))))
}

/// Takes a caller who waits; only one operator gets each.
pub(crate) async fn take_caller(
    operator: Operator,
    path: web::Path<(String, String)>,
    _entry: Entry,
) -> Result<HttpResponse, Fault> {
    let handover = number(&path.1)?;
    match operator.hub.take_desk_call(handover, operator.member()).await? {
        Some(call) => Ok(operator.see_other(&sheet_path(call))),
        None => {
            let notice = Notice::new(operator.language(), Tone::Wait, "desk-taken");
            operator.say(StatusCode::CONFLICT, notice.action(operator.language(), "desk-action-back", "/staff/desk"))
        }
    }
}
