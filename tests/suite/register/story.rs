//! The page of a payment.

use ledger::PaymentState;
use rstest::rstest;
use staff::Role;

use super::{at_work, index, one_in, paid};
use crate::support::Backend;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payments_story_is_told_masked(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let payment = one_in(&app, PaymentState::Confirmed);
    let path = format!("/payments/{}", payment.id);
    for _ in 0..2 {
        let page = olga.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        for said in [
            "Paiement commencé",
            "Argent encaissé",
            "Confirmé par le facturier",
            "Factures en cours",
            "Dû au facturier (1001)",
            "Reçu par SMS",
            "Confirmer au facturier",
            &payment.reference.to_string(),
            &payment.receipt_number.clone().unwrap(),
        ] {
            assert!(page.text().contains(said), "{said}: {}", page.text());
        }
        assert!(!page.body.contains("612345678"), "masked");
        index(&app);
    }
    let full = olga.post(&path, &[("reason", "le client conteste")]).await;
    assert!(full.text().contains("+212612345678"), "{}", full.text());
    let refused = olga.post(&path, &[("reason", "")]).await;
    assert!(refused.status == 422 && !refused.body.contains("612345678"), "{}", refused.text());
    let subject = format!("payment {}", payment.id);
    let rows = app.audit();
    let count = |action: &str| rows.iter().filter(|row| **row == format!("olga {action} {subject}")).count();
    assert_eq!((count("customer-viewed"), count("customer-unmasked")), (3, 1), "{rows:?}");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn notes_are_kept_and_hold_no_card_number(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let payment = one_in(&app, PaymentState::Confirmed).id;
    let path = format!("/payments/{payment}/note");
    for _ in 0..2 {
        let page = olga.post(&path, &[("note", "vu avec le facturier")]).await;
        assert!(page.text().contains("vu avec le facturier") && page.text().contains("olga Name"), "{}", page.text());
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payment_notes"), 1, "the same form sent twice");
    for (note, said) in
        [("", "Écrivez quelques mots"), ("4000 0000 0000 0010", "numéro de carte"), (&"é".repeat(501)[..], "")]
    {
        let page = olga.post(&path, &[("note", note)]).await;
        assert!(matches!(page.status, 413 | 422), "{}", page.status);
        assert!(page.text().contains(said) && !page.body.contains("4000 0000"), "{}", page.text());
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payment_notes"), 1);
    assert!(app.audit().contains(&format!("olga payment-noted payment {payment}")));
    app.finish().await;
}
