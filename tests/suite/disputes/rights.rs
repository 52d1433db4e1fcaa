//! Who opens and who only opens; the pages in the reader's language.

use ledger::DisputeOrigin;
use rstest::rstest;
use staff::Role;

use super::{answer, complain, paid, stored};
use crate::finance::{at_work, says};
use crate::support::{Backend, TestApp};

/// A teleoperator opens one for a caller who has the reference, and sees that it is open; no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_teleoperator_opens_and_no_more() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (payment, reference) = paid(&app).await;
    let tarik = at_work(&app, "fr", "tarik", Role::Teleoperator).await;
    assert_eq!(tarik.get(&format!("/payments/{payment}/dispute")).await.status, 404, "numbers can be counted through");
    let open = format!("/payments/{reference}/dispute");
    let typed = [("kind", "no-refund"), ("told", ""), ("phone", ""), ("email", "")];
    assert_eq!(tarik.post(&open, &typed).await.status, 422, "nothing goes back of it");
    let typed = [("kind", "other"), ("told", "le client rappelle"), ("phone", ""), ("email", "")];
    let page = tarik.post(&open, &typed).await;
    says(&page, "Réclamations de ce paiement");
    let id = app.ledger.read(|reader| reader.disputes_of(payment)).unwrap()[0].id;
    says(&page, &format!("D{id}"));
    assert!(!page.body.contains(&format!("/disputes/{id}\"")), "no link to what they may not see");
    let found = stored(&app, id);
    assert_eq!((found.origin, found.phone.as_deref()), (DisputeOrigin::Desk, Some("+212612345678")));
    for path in ["/disputes".to_owned(), format!("/disputes/{id}")] {
        assert_eq!(tarik.get(&path).await.status, 403, "{path}");
    }
    assert_eq!(tarik.post(&format!("/disputes/{id}/note"), &[("note", "x")]).await.status, 403);
    let with_flag = [("kind", "not-mine"), ("told", ""), ("gateway", "1")];
    assert_eq!(tarik.post(&open, &with_flag).await.status, 400, "not offered to them");
    app.settle().await;
    app.finish().await;
}

/// An auditor looks, and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_looks_on() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (payment, reference) = paid(&app).await;
    let id = complain(&app, &reference, "other", "x").await;
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    let page = aicha.get(&format!("/disputes/{id}")).await;
    assert_eq!(page.status, 200);
    for step in ["assign", "note", "ask", "answer", "propose", "decide", "reopen"] {
        assert!(!page.body.contains(&format!("/{step}\"")), "{step}");
        assert_eq!(aicha.post(&format!("/disputes/{id}/{step}"), &[]).await.status, 403, "{step}");
    }
    assert_eq!(aicha.get(&format!("/payments/{payment}/dispute")).await.status, 403);
    app.settle().await;
    app.finish().await;
}

#[rstest]
#[case("ar", "rtl")]
#[case("en", "ltr")]
#[tokio::test(flavor = "multi_thread")]
async fn pages_speak_the_readers_language(#[case] language: &'static str, #[case] dir: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (payment, reference) = paid(&app).await;
    let id = complain(&app, &reference, "other", "x").await;
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let payer = app.payer(language);
    let pages = [
        omar.get("/disputes").await,
        omar.get(&format!("/disputes/{id}")).await,
        omar.get(&format!("/payments/{payment}/dispute")).await,
        omar.get(&format!("/payments/{payment}")).await,
        omar.post(&format!("/disputes/{id}/propose"), &answer("refund", "5")).await,
        payer.get(&format!("/{language}/payments/{reference}")).await,
        payer.get(&format!("/{language}/payments/{reference}/dispute")).await,
        payer.get(&format!("/{language}/payments/{reference}/disputes/{id}")).await,
    ];
    for page in pages {
        assert_eq!(page.status, 200, "{}", page.path);
        assert!(page.body.contains(&format!("dir=\"{dir}\"")), "{}", page.path);
        assert!(!page.text().contains("disputes-"), "a message is missing at {}: {}", page.path, page.text());
    }
    app.settle().await;
    app.finish().await;
}
