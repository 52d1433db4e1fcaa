//! Choosing a biller and identifying a contract.

use rstest::rstest;

use super::client::Visitor;
use super::{HOSTILE, books, escaped, shapes, start, unharmed};
use crate::support::Backend;

#[tokio::test(flavor = "multi_thread")]
async fn billers_that_are_none() {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    let visitor = Visitor::new(&app, "ar").await;
    for path in [
        "/billers/9999",
        "/billers/0",
        "/billers/-1001",
        "/billers/+1001",
        "/billers/01001",
        "/billers/1001.0",
        "/billers/1e3",
        "/billers/0x3e9",
        "/billers/%D9%A1%D9%A0%D9%A0%D9%A1",
        "/billers/99999999999999999999",
        "/billers/1001%00",
        "/billers/%27%20OR%201=1",
        "/billers/1001/",
        "/billers/1001/1",
        "/billers/1001/001",
        "/billers/1001/99",
        "/billers/1001/%3Cscript%3E",
        "/billers/1001/01/x",
        "/billers/1001/..%2f..%2fetc",
    ] {
        assert_eq!(visitor.get(&visitor.path(path)).await.status, 404, "{path}");
        let sent = visitor.post(&visitor.path(path), &[("f.contract", "11111111")]).await;
        assert!(matches!(sent.status, 404 | 405), "{path}: {}", sent.status);
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn contracts(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    for (biller, contract, says) in [
        ("1001/01", "", "obligatoire"),
        ("1001/01", "   ", "obligatoire"),
        ("1001/01", "\u{200f}\u{202a}\u{feff}", "obligatoire"),
        ("1001/01", "1234567", "au moins"),
        ("1001/01", "123456789", "au plus"),
        ("1001/01", "-1234567", "seulement des chiffres"),
        ("1001/01", "1234567.", "seulement des chiffres"),
        ("1001/01", "1e234567", "seulement des chiffres"),
        ("1001/01", "½2345678", "seulement des chiffres"),
        ("1001/01", "１２３４５６７８", "seulement des chiffres"),
        ("1001/01", "٩٩٩٩٩٩٩٩", "ne connaît pas ce contrat"),
        ("1001/01", "99 999 999", "ne connaît pas ce contrat"),
        ("1101/01", "0512345678", "forme attendue"),
        ("1201/01", "tax-2026-001", "forme attendue"),
        ("1201/01", "TAX-2026-00\u{669}", "ne connaît pas ce contrat"),
        ("1201/01", "TAX-2026-00\u{966}", "forme attendue"),
        ("1201/01", "TAX-2026-00\u{ff11}", "forme attendue"),
        ("1202/01", "AM999999", "ne connaît pas ce contrat"),
        ("1202/01", "AM'; --1", "forme attendue"),
        ("1002/01", "9999999", "ne connaît pas ce contrat"),
    ] {
        let answer = visitor.post(&visitor.path(&format!("/billers/{biller}")), &[("f.contract", contract)]).await;
        assert_eq!(answer.status, 422, "{biller} {contract}: {}", answer.body);
        assert!(answer.body.contains(says), "{biller} {contract}: {}", answer.body);
    }
    for (what, fields, status) in [
        ("unknown field", vec![("f.contract", "12345678"), ("f.amount", "1")], 400),
        ("unknown field of hostile name", vec![("f.contract", "12345678"), ("f.<script>alert(1)</script>", "1")], 400),
        ("a card field", vec![("f.contract", "12345678"), ("f.pan", "1")], 400),
        ("name in another case", vec![("F.contract", "12345678")], 422),
        ("name without its start", vec![("contract", "12345678")], 422),
        ("not a choice", vec![("f.contract", "EL-77"), ("f.level", "doctor")], 422),
        ("a choice in another case", vec![("f.contract", "EL-77"), ("f.level", "PRIMARY")], 422),
        ("no choice", vec![("f.contract", "EL-77")], 422),
    ] {
        let biller = if what.contains("choice") { "1302/01" } else { "1001/01" };
        let answer = visitor.post(&visitor.path(&format!("/billers/{biller}")), &fields).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert!(!answer.body.contains("<script>alert"), "{what}");
    }
    shapes(&visitor, "/fr/billers/1001/01", "f.contract", &[]).await;
    unharmed(&app, &before).await;
    app.finish().await;
}

/// A biller that takes any text gets it to the letter; pages show it as text and mask it.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn free_text(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let before = books(&app);
    let visitor = Visitor::new(&app, "en").await;
    for text in HOSTILE {
        let found =
            visitor.post("/en/billers/1901/01", &[("f.contract", text), ("f.note", text), ("f.pin", text)]).await;
        assert_eq!(found.status, 303, "{text}: {}", found.body);
        let bills = visitor.get(found.location()).await;
        assert_eq!(bills.status, 200, "{text}");
        assert!(escaped(&bills.body, text), "{text}");
        // Sent back with a fault elsewhere, it stands in the form as text; the password does not.
        let long = "x".repeat(300);
        let again =
            visitor.post("/en/billers/1901/01", &[("f.contract", text), ("f.note", &long), ("f.pin", text)]).await;
        assert_eq!(again.status, 422, "{text}");
        assert!(escaped(&again.body, text), "{text}");
        assert_eq!(again.body.matches("type=\"password\"").count(), 1);
        assert!(again.body.contains("type=\"password\" inputmode=\"text\" value=\"\""), "{}", again.body);
    }
    unharmed(&app, &before).await;
    app.finish().await;
}
