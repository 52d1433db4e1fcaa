//! A payment as its payer keeps it: what the receipt page's PDF and the mails share.

use std::sync::Arc;

use biller_adapters::{Article, BillerReceipt};
use ledger::{Language, LogoKind};
use payments::api::PaymentView;
use payments::branding::WHITE;
use payments::catalogue::{Biller, Trilingual};
use receipts::{Look, ReceiptArticle, ReceiptData};

/// The names of what is paid, in the reader's language: the biller, and the receivable type.
///
/// `biller` is `None` once it left the catalogue: its code then stands for its name and the type has none.
pub fn bill_names(language: Language, biller: Option<&Biller>, code: u16, receivable_type: &str) -> (String, String) {
    let Some(biller) = biller else { return (code.to_string(), String::new()) };
    let kind = biller.receivable_type(receivable_type);
    let kind = kind.map(|kind| kind.name.get(language).to_owned()).unwrap_or_default();
    (biller.shown_name(language).to_owned(), kind)
}

/// Where a payment's page stands below `public_url`, which ends without a slash.
pub fn payment_url(public_url: &str, language: Language, reference: &str) -> String {
    format!("{public_url}/{language}/payments/{reference}")
}

/// Where a payment link leads: whoever has its token can pay. Short, for an SMS.
pub fn link_url(public_url: &str, language: Language, token: &str) -> String {
    format!("{public_url}/{language}/l/{token}")
}

/// How a biller is shown on receipts and mails.
pub fn look_of(language: Language, biller: Option<&Biller>) -> Look {
    let Some(brand) = biller.and_then(|biller| biller.brand.as_deref()) else { return Look::default() };
    let text = |text: &Option<Trilingual>| text.as_ref().map(|text| text.get(language).to_owned()).unwrap_or_default();
    let (content, colours) = (&brand.content, brand.content.colours);
    let raster = brand.logo.as_ref().filter(|logo| logo.kind == LogoKind::Png);
    Look {
        ground: colours.map(|colours| (colours.brand.0, colours.brand.text_on().unwrap_or(WHITE).0)),
        accent: colours.map(|colours| colours.accent.0),
        logo: raster.map(|logo| Arc::new(logo.bytes.clone())),
        contact: text(&content.contact),
        footer: text(&content.footer),
    }
}

/// What the receipt of a payment states: `proof` is the biller's own receipt, `address` where its QR code leads.
pub fn receipt_data(
    language: Language,
    biller: Option<&Biller>,
    payment: &PaymentView,
    proof: &BillerReceipt,
    address: String,
) -> ReceiptData {
    let look = look_of(language, biller);
    let (biller, receivable) = bill_names(language, biller, payment.biller, &payment.receivable_type);
    let article = |article: &Article| ReceiptArticle { label: article.description.clone(), amount: article.amount };
    ReceiptData {
        language,
        biller,
        receivable,
        contract_masked: payment.contract_masked.clone(),
        articles: payment.articles.iter().map(article).collect(),
        principal: payment.amounts.principal,
        fee: payment.amounts.fee,
        vat: payment.amounts.vat,
        duty: payment.amounts.duty,
        total: payment.amounts.total,
        payment_reference: payment.reference.clone(),
        biller_receipt: proof.number.clone(),
        biller_date: proof.date,
        paid_at: payment.standing_since,
        channel: payment.channel,
        instrument: payment.instrument,
        card_mask: Some(payment.card_mask.clone()).filter(|mask| !mask.is_empty()),
        verify_url: address,
        duplicate: false,
        look,
    }
}
