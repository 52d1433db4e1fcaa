//! Links and references as the sheet of a call shows them, and as its status endpoint tells them.

use ledger::Language;
use payments::api::cash::CashReferenceStanding;
use payments::api::{PaymentView, Standing};
use payments::catalogue::Catalogue;
use payments::desk::{CallSheet, SheetLink, SheetReference};
use payments::form::mask;
use payments::links::LinkStanding;

use super::operator::{bill_name, sheet_path};
use crate::web::{format, i18n};

/// A link or a reference.
pub(super) struct ItemView {
    /// `link-100005`: its element.
    pub(super) id: String,
    pub(super) is_link: bool,
    pub(super) bill: String,
    pub(super) contract: String,
    pub(super) total: String,
    /// Where it was sent, masked; the digits of a reference.
    pub(super) recipients: String,
    pub(super) digits: String,
    pub(super) expires: String,
    /// What becomes of it.
    pub(super) state: State,
    pub(super) label: String,
    /// The page of its payment, empty while there is none.
    pub(super) payment: String,
    /// Where it is taken back.
    pub(super) action: String,
}

/// Where a link or a reference stands, in one word; `desk-state-WORD` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) word: &'static str,
    /// The badge's class.
    pub(super) tone: &'static str,
    /// It can be taken back.
    pub(super) open: bool,
    /// It can still change by itself.
    pub(super) live: bool,
}

const fn state(word: &'static str, tone: &'static str, open: bool, live: bool) -> State {
    State { word, tone, open, live }
}

/// By the payment that came of it.
fn of_payment(payment: &PaymentView) -> State {
    match payment.standing {
        Standing::AwaitingPayer => state("opened", "badge-wait", false, true),
        Standing::Confirming => state("confirming", "badge-wait", false, true),
        Standing::Confirmed(_) => state("paid", "badge-good", false, false),
        Standing::Declined => state("declined", "badge-bad", false, false),
        Standing::Expired => state("unpaid", "badge-bad", false, false),
        Standing::Returning => state("returning", "badge-wait", false, true),
        Standing::Returned => state("returned", "badge-wait", false, false),
        Standing::Cancelling => state("cancelling", "badge-wait", false, true),
        Standing::Cancelled => state("cancelled", "badge-bad", false, false),
    }
}

fn of_link(made: &SheetLink) -> State {
    match (&made.link.standing, &made.payment) {
        (LinkStanding::Begun(_) | LinkStanding::Used(_), Some(payment)) => of_payment(payment),
        (LinkStanding::Open, _) => state("sent", "badge-wait", true, true),
        (LinkStanding::Begun(_), None) => state("opened", "badge-wait", false, true),
        (LinkStanding::Used(_), None) => state("confirming", "badge-wait", false, true),
        (LinkStanding::Revoked, _) => state("revoked", "", false, false),
        (LinkStanding::Expired, _) => state("expired", "", false, false),
        (LinkStanding::BeingPaid, _) => state("elsewhere", "badge-wait", false, true),
        (LinkStanding::AlreadyPaid, _) => state("paid-elsewhere", "badge-good", false, false),
    }
}

fn of_reference(made: &SheetReference) -> State {
    match (made.reference.standing, &made.payment) {
        (CashReferenceStanding::Used, Some(payment)) => of_payment(payment),
        (CashReferenceStanding::Used, None) => state("confirming", "badge-wait", false, true),
        (CashReferenceStanding::Open, _) => state("waiting", "badge-wait", true, true),
        (CashReferenceStanding::Cancelled, _) => state("revoked", "", false, false),
        (CashReferenceStanding::Expired, _) => state("expired", "", false, false),
    }
}

/// Links first, then references, each the newest first.
pub(super) fn items(sheet: &CallSheet, catalogue: &Catalogue, language: Language) -> Vec<ItemView> {
    let base = format!("/{language}{}", sheet_path(sheet.call.id));
    let label = |state: State| i18n::text(language, &format!("desk-state-{}", state.word));
    let page = |payment: &Option<PaymentView>| {
        payment.as_ref().map(|payment| format!("/{language}/staff/desk/payments/{}", payment.reference))
    };
    let links = sheet.links.iter().map(|made| {
        let (link, quote, state) = (&made.link, &made.quote, of_link(made));
        let to = [link.phone.as_deref(), link.email.as_deref()].into_iter().flatten().map(mask);
        ItemView {
            id: format!("link-{}", link.id),
            is_link: true,
            bill: bill_name(catalogue, language, quote.biller, &quote.receivable_type),
            contract: quote.contract_masked.clone(),
            total: format::money(language, quote.amounts.total),
            recipients: to.collect::<Vec<_>>().join(" · "),
            digits: String::new(),
            expires: format::moment(language, link.expires_at),
            state,
            label: label(state),
            payment: page(&made.payment).unwrap_or_default(),
            action: format!("{base}/links/{}", link.id),
        }
    });
    let references = sheet.references.iter().map(|made| {
        let (reference, quote, state) = (&made.reference, &made.reference.quote, of_reference(made));
        ItemView {
            id: format!("reference-{}", made.id),
            is_link: false,
            bill: bill_name(catalogue, language, quote.biller, &quote.receivable_type),
            contract: quote.contract_masked.clone(),
            total: format::money(language, quote.amounts.total),
            recipients: String::new(),
            digits: format::cash_digits(&reference.digits),
            expires: format::moment(language, reference.expires_at),
            state,
            label: label(state),
            payment: page(&made.payment).unwrap_or_default(),
            action: format!("{base}/references/{}", made.id),
        }
    });
    links.chain(references).collect()
}
