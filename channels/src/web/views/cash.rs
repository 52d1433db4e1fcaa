//! A reference for cash, as its payer takes it to an outlet.

use askama::Template;
use payments::api::cash::CashReference;
use payments::catalogue::{Biller, ReceivableType};

use super::payment::qr_path;
use super::{AmountLine, BillerView, Page, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

/// The thirteen digits with their QR code, and what the outlet will ask for.
#[derive(Template)]
#[template(path = "web/cash.html")]
pub(in crate::web) struct CashPage {
    pub(in crate::web) page: Page,
    pub(in crate::web) biller: BillerView,
    pub(in crate::web) contract: String,
    pub(in crate::web) digits: String,
    pub(in crate::web) qr: Option<(usize, String)>,
    pub(in crate::web) lines: Vec<PaidLine>,
    pub(in crate::web) amounts: Vec<AmountLine>,
    pub(in crate::web) total: String,
    pub(in crate::web) total_label: String,
    pub(in crate::web) expires: String,
}

pub(in crate::web) fn reference(page: Page, biller: &Biller, kind: &ReceivableType, found: &CashReference) -> CashPage {
    let language = page.language;
    let quote = &found.quote;
    CashPage {
        biller: BillerView::of(biller, Some(kind), language),
        contract: quote.contract_masked.clone(),
        digits: format::cash_digits(&found.digits),
        qr: qr_path(&found.digits),
        lines: paid_lines(&quote.articles, language),
        amounts: amount_lines(&quote.amounts, language),
        total: format::money(language, quote.amounts.total),
        total_label: i18n::text(language, "amount-total"),
        expires: format::moment(language, found.expires_at),
        page: page.branded(biller).at_step(3),
    }
}
