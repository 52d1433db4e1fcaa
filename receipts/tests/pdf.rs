//! The receipt as a file, seen from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use chrono::{NaiveDate, TimeZone, Utc};
use ledger::{Channel, Instrument, Language, Money};
use receipts::{ARTICLES_MAX, Look, PdfError, ReceiptArticle, ReceiptData, render_pdf};
use rstest::rstest;

fn sample(language: Language, articles: usize) -> ReceiptData {
    let [biller, receivable, line] = match language {
        Language::Ar => ["ليدك – الدار البيضاء", "فاتورة الكهرباء والماء", "استهلاك الكهرباء شتنبر 2026"],
        Language::Fr => ["Lydec – Casablanca", "Facture électricité et eau", "Électricité, septembre 2026"],
        Language::En => ["Lydec – Casablanca", "Electricity and water bill", "Electricity, September 2026"],
    };
    let mut lines = vec![ReceiptArticle { label: line.to_owned(), amount: Money::from_minor(123_456) }];
    for index in 1..articles {
        let label = format!("FACT-2026-{index:05} Assainissement");
        lines.push(ReceiptArticle { label, amount: Money::from_minor(1_050) });
    }
    let principal = Money::sum(lines.iter().map(|line| line.amount)).unwrap();
    let [fee, vat, duty] = [590, 106, 311].map(Money::from_minor);
    ReceiptData {
        language,
        biller: biller.to_owned(),
        receivable: receivable.to_owned(),
        contract_masked: "••••4821".to_owned(),
        articles: lines,
        principal,
        fee,
        vat,
        duty,
        total: Money::sum([principal, fee, vat, duty]).unwrap(),
        payment_reference: "FT-2026-0000-4812-77".to_owned(),
        biller_receipt: "LY/2026/0098-124".to_owned(),
        biller_date: NaiveDate::from_ymd_opt(2026, 11, 24),
        paid_at: Utc.with_ymd_and_hms(2026, 11, 24, 13, 5, 9).unwrap(),
        channel: Channel::Web,
        instrument: Instrument::Card,
        card_mask: Some("4111 •••• •••• 1111".to_owned()),
        verify_url: "https://pay.example.ma/r/FT-2026-0000-4812-77?k=9f2c7b1e".to_owned(),
        duplicate: articles > 5,
        look: Look::default(),
    }
}

#[rstest]
#[case(Language::Ar, 3, 1)]
#[case(Language::Fr, 3, 1)]
#[case(Language::En, 3, 1)]
#[case(Language::Ar, 60, 3)]
#[case(Language::Fr, 25, 2)]
fn is_a_pdf_and_always_the_same(#[case] language: Language, #[case] articles: usize, #[case] pages: usize) {
    let data = sample(language, articles);
    let bytes = render_pdf(&data).unwrap();
    assert!(bytes.starts_with(b"%PDF-1."));
    assert!(bytes.len() < 120_000, "{} bytes: fonts must be subset", bytes.len());
    assert_eq!(bytes, render_pdf(&data).unwrap());
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches("/Type/Page/").count() + text.matches("/Type/Page\n").count(), pages);
    if let Ok(folder) = std::env::var("FATOURA_RECEIPT_SAMPLES") {
        std::fs::write(format!("{folder}/{language}-{articles}.pdf"), &bytes).unwrap();
    }
}

/// A red square of 8 x 8 pixels.
const LOGO: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x08\x00\x00\x00\x08\x08\x06\x00\x00\x00\xc4\x0f\xbe\x8b\x00\x00\x00\x12\x49\x44\x41\x54\x78\xda\x63\x58\x22\x26\xf5\x1f\x1f\x66\x18\x19\x0a\x00\x14\xec\x74\xc1\x83\xe3\xcf\xa3\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

/// A receipt in a biller's own look has its picture, and stays one page; a picture that is none is left out.
#[rstest]
#[case(Language::Ar)]
#[case(Language::Fr)]
#[case(Language::En)]
fn a_billers_own_look(#[case] language: Language) {
    let plain = sample(language, 1);
    let look = Look {
        ground: Some(([0x66, 0x07, 0x08], [0xff; 3])),
        accent: Some([0xa4, 0x16, 0x1a]),
        logo: Some(Arc::new(LOGO.to_vec())),
        contact: "0537 00 00 00".to_owned(),
        footer: "Merci de votre confiance / شكرا لثقتكم".to_owned(),
    };
    let data = ReceiptData { look: look.clone(), ..plain.clone() };
    let bytes = render_pdf(&data).unwrap();
    assert_eq!(bytes, render_pdf(&data).unwrap());
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches("/Type/Page/").count() + text.matches("/Type/Page\n").count(), 1);
    let pictures = |bytes: &[u8]| String::from_utf8_lossy(bytes).matches("/Subtype/Image").count();
    assert_ne!((pictures(&bytes), pictures(&render_pdf(&plain).unwrap())), (0, 0));
    assert_eq!(pictures(&render_pdf(&plain).unwrap()), 0);
    let broken = Look { logo: Some(Arc::new(LOGO[..40].to_vec())), ..look };
    let without = render_pdf(&ReceiptData { look: broken, ..plain }).unwrap();
    assert_eq!(pictures(&without), 0);
    if let Ok(folder) = std::env::var("FATOURA_RECEIPT_SAMPLES") {
        std::fs::write(format!("{folder}/{language}-branded.pdf"), &bytes).unwrap();
    }
}

#[test]
fn a_receipt_that_does_not_add_up_is_refused() {
    let mut data = sample(Language::Fr, 1);
    data.total = Money::from_minor(data.total.minor() + 1);
    assert!(matches!(render_pdf(&data), Err(PdfError::DoesNotAddUp { .. })));
    data.fee = Money::from_minor(i64::MAX);
    assert!(matches!(render_pdf(&data), Err(PdfError::DoesNotAddUp { .. })));
}

#[test]
fn limits_are_kept() {
    assert_eq!(render_pdf(&sample(Language::Fr, ARTICLES_MAX + 1)), Err(PdfError::TooManyArticles(ARTICLES_MAX + 1)));
    let mut data = sample(Language::Fr, 1);
    data.verify_url = "x".repeat(3_000);
    assert_eq!(render_pdf(&data), Err(PdfError::AddressTooLong));
}
