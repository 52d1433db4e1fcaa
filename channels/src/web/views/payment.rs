//! A payment: being confirmed, the receipt, and the ends without one.

use askama::Template;
use ledger::Language;
use payments::api::{PaymentView, Standing};
use payments::catalogue::Biller;
use qrcode::{Color, EcLevel, QrCode};

use super::{AmountLine, BillerView, Page, PaidLine, amount_lines, paid_lines};
use crate::disputes::payer::PayerLine;
use crate::web::{format, i18n};

/// Seconds between looks at a payment under way, where there is no JavaScript.
const REFRESH_SECONDS: u8 = 5;

/// Follows the state of a payment.
#[derive(Template)]
#[template(path = "web/progress.html")]
pub(crate) struct ProgressPage {
    pub(crate) page: Page,
    pub(crate) biller: BillerView,
    pub(crate) contract: String,
    pub(crate) reference: String,
    pub(crate) standing: &'static str,
    pub(crate) total: String,
    pub(crate) status_url: String,
    /// Back to the summary while nothing was paid.
    pub(crate) retry_url: String,
    pub(crate) dispute_url: String,
}

/// What the payer keeps.
#[derive(Template)]
#[template(path = "web/receipt.html")]
pub(crate) struct ReceiptPage {
    pub(crate) page: Page,
    pub(crate) biller: BillerView,
    pub(crate) contract: String,
    pub(crate) reference: String,
    pub(crate) receipt_number: String,
    pub(crate) receipt_date: String,
    pub(crate) paid_at: String,
    pub(crate) instrument: String,
    pub(crate) card_mask: String,
    pub(crate) lines: Vec<PaidLine>,
    pub(crate) amounts: Vec<AmountLine>,
    pub(crate) total: String,
    pub(crate) total_label: String,
    pub(crate) pdf_url: String,
    pub(crate) disputes: Vec<PayerLine>,
    pub(crate) dispute_url: String,
    /// The QR code's side in modules, and its dark modules as one SVG path.
    pub(crate) qr: Option<(usize, String)>,
}

/// The word of a standing, for the status endpoint and the script.
pub(crate) fn standing_word(standing: &Standing) -> &'static str {
    match standing {
        Standing::AwaitingPayer => "awaiting-payer",
        Standing::Confirming => "confirming",
        Standing::Confirmed(_) => "confirmed",
        Standing::Declined => "declined",
        Standing::Expired => "expired",
        Standing::Returning => "returning",
        Standing::Returned => "returned",
        Standing::Cancelling => "cancelling",
        Standing::Cancelled => "cancelled",
    }
}

/// Whether the standing can still change soon.
pub(crate) fn is_under_way(standing: &Standing) -> bool {
    matches!(standing, Standing::AwaitingPayer | Standing::Confirming)
}

fn biller_view(biller: Option<&Biller>, payment: &PaymentView, language: Language) -> BillerView {
    match biller {
        Some(biller) => BillerView::of(biller, biller.receivable_type(&payment.receivable_type), language),
        None => BillerView::gone(payment.biller),
    }
}

pub(crate) fn progress(mut page: Page, biller: Option<&Biller>, payment: &PaymentView) -> ProgressPage {
    let language = page.language;
    page.refresh = Some(REFRESH_SECONDS);
    ProgressPage {
        biller: biller_view(biller, payment, language),
        contract: payment.contract_masked.clone(),
        reference: payment.reference.clone(),
        standing: standing_word(&payment.standing),
        total: format::money(language, payment.amounts.total),
        status_url: page.url(&format!("/payments/{}/status", payment.reference)),
        retry_url: page.url(&format!("/quotes/{}", payment.quote)),
        dispute_url: page.url(&format!("/payments/{}/dispute", payment.reference)),
        page: page.branded_if(biller).at_step(4),
    }
}

/// The receipt of a confirmed payment; `address` is where its QR code leads.
pub(crate) fn receipt(
    page: Page,
    biller: Option<&Biller>,
    payment: &PaymentView,
    proof: &biller_adapters::BillerReceipt,
    address: &str,
) -> ReceiptPage {
    let language = page.language;
    ReceiptPage {
        biller: biller_view(biller, payment, language),
        contract: payment.contract_masked.clone(),
        reference: payment.reference.clone(),
        receipt_number: proof.number.clone(),
        receipt_date: proof.date.map(|day| format::date(language, day)).unwrap_or_default(),
        paid_at: format::moment(language, payment.standing_since),
        instrument: i18n::text(language, &format!("instrument-{}", payment.instrument)),
        card_mask: payment.card_mask.clone(),
        lines: paid_lines(&payment.articles, language),
        amounts: amount_lines(&payment.amounts, language),
        total: format::money(language, payment.amounts.total),
        total_label: i18n::text(language, "amount-total-paid"),
        pdf_url: page.url(&format!("/payments/{}/receipt.pdf", payment.reference)),
        disputes: Vec::new(),
        dispute_url: page.url(&format!("/payments/{}/dispute", payment.reference)),
        qr: qr_path(address),
        page: page.branded_if(biller).at_step(4),
    }
}

/// A QR code as one path of unit squares; a run of dark modules is one rectangle.
pub(crate) fn qr_path(text: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(side).enumerate() {
        let mut x = 0;
        while x < side {
            let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    Some((side, path))
}
