//! The summary before paying, and the way to the gateway.

use askama::Template;
use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Language};
use payments::amount_rule::check_limits;
use payments::api::{CardRedirect, Quote};
use payments::catalogue::{Biller, ReceivableType};

use super::{AmountLine, BillerView, FaultLink, Page, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

/// Every amount on its own line, and who gets the receipt.
#[derive(Template)]
#[template(path = "web/summary.html")]
pub(in crate::web) struct SummaryPage {
    pub(in crate::web) page: Page,
    pub(in crate::web) biller: BillerView,
    pub(in crate::web) contract: String,
    pub(in crate::web) action: String,
    /// Where the choice can be changed; empty behind a link.
    pub(in crate::web) back: String,
    /// Where the receipt goes, masked, if that is known already; empty asks for it.
    pub(in crate::web) recipient: String,
    pub(in crate::web) lines: Vec<PaidLine>,
    pub(in crate::web) amounts: Vec<AmountLine>,
    pub(in crate::web) total: String,
    pub(in crate::web) total_label: String,
    pub(in crate::web) expires: String,
    /// Whether it can be paid in cash at an outlet as well.
    pub(in crate::web) cash: bool,
    pub(in crate::web) payer: Payer,
    pub(in crate::web) faults: Vec<FaultLink>,
    pub(in crate::web) phone_fault: String,
    pub(in crate::web) email_fault: String,
    pub(in crate::web) terms_fault: String,
}

/// What the payer typed.
#[derive(Default)]
pub(in crate::web) struct Payer {
    pub(in crate::web) phone: String,
    pub(in crate::web) email: String,
    pub(in crate::web) terms: bool,
    /// The idempotency key of this showing of the page.
    pub(in crate::web) key: String,
}

/// What is wrong with it: the messages that say so.
#[derive(Default)]
pub(in crate::web) struct PayerFaults {
    pub(in crate::web) phone: Option<&'static str>,
    pub(in crate::web) email: Option<&'static str>,
    pub(in crate::web) terms: bool,
}

impl PayerFaults {
    pub(in crate::web) fn any(&self) -> bool {
        self.phone.is_some() || self.email.is_some() || self.terms
    }
}

/// The page that posts itself to the gateway.
#[derive(Template)]
#[template(path = "web/redirect.html")]
pub(in crate::web) struct RedirectPage {
    pub(in crate::web) page: Page,
    pub(in crate::web) action: String,
    pub(in crate::web) fields: Vec<(String, String)>,
    pub(in crate::web) total: String,
}

pub(in crate::web) fn summary(
    page: Page,
    biller: &Biller,
    kind: &ReceivableType,
    quote: &Quote,
    payer: Payer,
    faults: &PayerFaults,
) -> SummaryPage {
    let language = page.language;
    let fault = |key: Option<&str>| key.map(|key| i18n::text(language, key)).unwrap_or_default();
    let phone_fault = fault(faults.phone);
    let email_fault = fault(faults.email);
    let terms_fault = fault(faults.terms.then_some("fault-terms"));
    let links = [("phone", &phone_fault), ("email", &email_fault), ("terms", &terms_fault)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(target, text)| FaultLink { target: target.to_owned(), text: text.clone() })
        .collect();
    SummaryPage {
        biller: BillerView::of(biller, Some(kind), language),
        contract: quote.contract_masked.clone(),
        action: page.url(&format!("/quotes/{}", quote.reference)),
        back: page.url(&format!("/bills/{}", quote.inquiry)),
        recipient: String::new(),
        lines: paid_lines(&quote.articles, language),
        amounts: amount_lines(&quote.amounts, language),
        total: format::money(language, quote.amounts.total),
        total_label: i18n::text(language, "amount-total"),
        expires: format::moment(language, quote.expires_at),
        cash: check_limits(&kind.limits, Channel::Agt, Instrument::Cash, quote.amounts.principal).is_ok(),
        payer,
        faults: links,
        phone_fault,
        email_fault,
        terms_fault,
        page: page.branded(biller).at_step(3),
    }
}

/// The same behind a payment link, which knows its payer.
#[expect(clippy::too_many_arguments, reason = "what the page shows, each of it once")]
pub(in crate::web) fn link_summary(
    page: Page,
    biller: &Biller,
    kind: &ReceivableType,
    quote: &Quote,
    token: &str,
    recipient: &str,
    expires_at: DateTime<Utc>,
    faults: &PayerFaults,
) -> SummaryPage {
    let (action, expires) = (page.url(&format!("/l/{token}")), format::moment(page.language, expires_at));
    let plain = summary(page, biller, kind, quote, Payer::default(), faults);
    SummaryPage { action, expires, back: String::new(), cash: false, recipient: recipient.to_owned(), ..plain }
}

pub(in crate::web) fn redirect(page: Page, redirect: CardRedirect, quote: &Quote) -> RedirectPage {
    let language: Language = page.language;
    RedirectPage {
        action: redirect.action,
        fields: redirect.fields,
        total: format::money(language, quote.amounts.total),
        page: page.at_step(3),
    }
}
