//! A draft as payers would see it: the very pages, receipts and mails, over a made-up bill, shown to staff alone.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use biller_adapters::{Article, ArticleKind, BillerReceipt};
use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Language, Money};
use payments::api::{Amounts, PaymentView, Standing};
use payments::catalogue::Biller;
use receipts::{LOGO_CID, MessageData, MessageKind};

use super::files::answer;
use super::parts::Case;
use crate::receipt::{bill_names, look_of, payment_url, receipt_data};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::views::{identify, payment};

/// A reference that no payment has.
const REFERENCE: &str = "0000-0000-0000-0000";
/// Mails bring their styles with them; nothing runs, and nothing is loaded but the logo.
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox; frame-ancestors 'none'";

/// A file of the draft.
pub(crate) async fn show_file(
    session: StaffSession,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1)?;
    let draft = case.hub.brand_draft(case.biller.code, case.draft_base()).await?;
    let file = draft.and_then(|(brand, _)| brand.file(&path.2)).ok_or(Fault::NotFound)?;
    Ok(answer(file, "private, no-store"))
}

/// The forms of a preview lead nowhere.
pub(crate) async fn stay(session: StaffSession) -> HttpResponse {
    session.context.see_other(session.context.path())
}

pub(crate) async fn show_preview(
    session: StaffSession,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let mut case = Case::of(session, &path.1)?;
    let Some((brand, _)) = case.hub.brand_draft(case.biller.code, case.draft_base()).await? else {
        return Err(Fault::NotFound);
    };
    case.biller.brand = Some(brand);
    let (session, biller, language) = (&case.session, &case.biller, case.session.language());
    let page = |title: String| {
        let mut page = session.context.page_titled(title);
        page.preview_of = Some(session.context.url(&case.path()));
        page
    };
    let kind = biller.receivable_types.first().ok_or(Fault::NotFound)?;
    let paid = made_up(language, biller, &kind.code, session.context.now);
    let proof = BillerReceipt { number: "R-2026-000123".to_owned(), date: None };
    match path.2.as_str() {
        "payment" => {
            let page = page(biller.shown_name(language).to_owned());
            let mut form = identify::form(page, biller, kind, &BTreeMap::new(), &[], false);
            form.action = session.context.url(&format!("{}/preview/payment", case.path()));
            session.html(StatusCode::OK, &form)
        }
        "receipt" => {
            let page = page(i18n::text(language, "receipt-title"));
            let address = address(session, language);
            let mut receipt = payment::receipt(page, Some(biller), &paid, &proof, &address);
            receipt.pdf_url = session.context.url(&format!("{}/preview/receipt.pdf", case.path()));
            receipt.dispute_url = session.context.url(&format!("{}/preview/receipt", case.path()));
            session.html(StatusCode::OK, &receipt)
        }
        "receipt.pdf" => {
            let data = receipt_data(language, Some(biller), &paid, &proof, address(session, language));
            let made = web::block(move || receipts::render_pdf(&data));
            let made = made.await.map_err(|error| Fault::Failed(error.to_string()))?;
            let bytes = made.map_err(|error| Fault::Failed(format!("receipt: {error}")))?;
            Ok(HttpResponse::Ok()
                .content_type("application/pdf")
                .insert_header(("Content-Disposition", "inline; filename=\"preview.pdf\""))
                .insert_header((CACHE_CONTROL, "no-store"))
                .body(bytes))
        }
        "mail" => {
            let html = receipts::mail(&message(session, language, biller, &paid)).html;
            let logo = biller.brand.as_ref().and_then(|brand| brand.logo_url()).unwrap_or_default();
            Ok(HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
                .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
                .insert_header((CACHE_CONTROL, "no-store"))
                .body(html.replace(&format!("cid:{LOGO_CID}"), &logo)))
        }
        _ => Err(Fault::NotFound),
    }
}

fn address(session: &StaffSession, language: Language) -> String {
    payment_url(&session.context.state.settings.public_url, language, REFERENCE)
}

/// A payment that nobody made.
fn made_up(language: Language, biller: &Biller, kind: &str, now: DateTime<Utc>) -> PaymentView {
    let money = Money::from_minor;
    let article = Article {
        id: "1".to_owned(),
        kind: ArticleKind::Receivable,
        description: i18n::text(language, "branding-sample-line"),
        amount: money(24_650),
        date: None,
    };
    PaymentView {
        reference: REFERENCE.to_owned(),
        quote: REFERENCE.to_owned(),
        biller: biller.code,
        receivable_type: kind.to_owned(),
        contract_masked: "••••5678".to_owned(),
        articles: vec![article],
        amounts: Amounts {
            principal: money(24_650),
            fee: money(590),
            vat: money(118),
            duty: Money::ZERO,
            total: money(25_358),
        },
        channel: Channel::Web,
        instrument: Instrument::Card,
        language,
        card_mask: "4000 00•• •••• 0010".to_owned(),
        standing: Standing::Confirmed(BillerReceipt { number: "R-2026-000123".to_owned(), date: None }),
        started_at: now,
        standing_since: now,
    }
}

fn message(session: &StaffSession, language: Language, biller: &Biller, paid: &PaymentView) -> MessageData {
    let (name, receivable) = bill_names(language, Some(biller), paid.biller, &paid.receivable_type);
    MessageData {
        kind: MessageKind::Confirmed { receipt_number: "R-2026-000123".to_owned() },
        language,
        biller: name,
        receivable,
        contract_masked: paid.contract_masked.clone(),
        principal: paid.amounts.principal,
        fee: paid.amounts.fee,
        vat: paid.amounts.vat,
        duty: paid.amounts.duty,
        total: paid.amounts.total,
        payment_reference: paid.reference.clone(),
        instrument: paid.instrument,
        card_mask: Some(paid.card_mask.clone()),
        at: paid.standing_since,
        link: address(session, language),
        look: look_of(language, Some(biller)),
    }
}
