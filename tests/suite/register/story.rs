//! The page of a payment.

use ledger::{PaymentState, PostingKind};
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

/// What goes back of a payment is part of its story: who proposed and decided it, what was booked, what was tried.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_told(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let payment = one_in(&app, PaymentState::Confirmed).id;
    let path = format!("/payments/{payment}");
    assert!(!olga.get(&path).await.text().contains("Remboursement proposé"));
    let id = crate::refunds::refund(&app, payment, "50.00", "a").await;
    let resolve = format!("href=\"/fr/staff/refunds/{id}/resolve\"");
    assert!(olga.get(&path).await.body.contains(&resolve), "while it is under way");
    app.settle().await;
    assert!(!olga.get(&path).await.body.contains(&resolve), "it is known");
    for _ in 0..2 {
        let page = olga.get(&path).await;
        let text = page.text();
        for said in [
            "Remboursement proposé",
            "Remboursement approuvé",
            "Remboursement demandé à la passerelle",
            "Remboursement décidé",
            "Remboursement rendu au payeur",
            "Payé deux fois",
            "person 1",
            "person 2",
            "À rendre aux payeurs",
            "SMS « remboursé » (remboursement)",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(page.body.contains(&format!("href=\"/fr/staff/refunds/{id}\"")), "{}", page.body);
        index(&app);
    }
    let told = app.ledger.read(|reader| reader.postings_of(payment)).unwrap();
    let refunded: Vec<_> = told.iter().filter(|posting| posting.refund == Some(id)).map(|one| one.kind).collect();
    assert_eq!(refunded, [PostingKind::RefundDecided, PostingKind::RefundPaid]);
    assert!(told.iter().all(|posting| posting.entries.iter().map(|(_, amount)| amount.minor()).sum::<i64>() == 0));
    let brahim = at_work(&app, "fr", "brahim", Role::BillerUser).await;
    let page = brahim.get(&path).await;
    assert!(!page.text().contains("person 1") && !page.body.contains("/staff/refunds/"), "{}", page.text());
    app.finish().await;
}

/// What people decided where nobody else said what became of it: who proposed and who decided, what and why, with the way
/// to its page.
#[tokio::test(flavor = "multi_thread")]
async fn what_people_decided_is_told() {
    let app = crate::support::TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = crate::outcomes::unanswered(&app, sandbox::FaultKind::DropBefore).await;
    let id = app.payment(&redirect).id;
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let (path, resolve) = (format!("/payments/{id}"), format!("/payments/{id}/resolve"));
    assert!(olga.get(&path).await.body.contains(&format!("href=\"/fr/staff{resolve}\"")));
    crate::outcomes::propose(&olga, &resolve, &crate::outcomes::says("not-done", "", "leur relevé du jour")).await;
    crate::outcomes::decide(&app, &farid, &resolve, id, "approve").await;
    app.control.clear_faults();
    app.settle().await;
    let page = olga.get(&path).await;
    let text = crate::finance::words(&page);
    for said in [
        "Proposé : Le facturier ne l’a pas enregistré",
        "leur relevé du jour",
        "Approuvé par une seconde personne : Le facturier ne l’a pas enregistré",
        "olga Name",
        "farid Name",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(page.body.matches(&format!("class=\"step-link\" href=\"/fr/staff{resolve}\"")).count(), 2);
    assert_eq!(olga.get(&resolve).await.status, 200, "also once it is known");
    let brahim = at_work(&app, "fr", "brahim", Role::BillerUser).await;
    let page = brahim.get(&path).await;
    assert!(page.status == 200 && !page.text().contains("leur relevé") && !page.body.contains("/resolve"));
    app.finish().await;
}

/// Once more, and not twice at once.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_sent_again(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    app.pass(chrono::TimeDelta::minutes(2));
    let payment = one_in(&app, PaymentState::Confirmed).id;
    let path = format!("/payments/{payment}/resend");
    let sent = || app.ledger.read(|reader| reader.tasks_of(&[payment])).unwrap().len();
    let before = sent();
    assert!(olga.get(&format!("/payments/{payment}")).await.text().contains("Renvoyer le reçu par SMS"));
    assert_eq!(olga.post(&path, &[("by", "sms")]).await.status, 200);
    let twice = olga.post(&path, &[("by", "sms")]).await;
    assert_eq!(twice.status, 409, "{}", twice.text());
    assert!(twice.text().contains("vient d’être envoyé"), "{}", twice.text());
    app.settle().await;
    assert_eq!(olga.post(&path, &[("by", "sms")]).await.status, 409, "a minute has not passed");
    assert_eq!(sent(), before + 1);
    let rows = app.audit();
    assert_eq!(rows.iter().filter(|row| **row == format!("olga receipt-resent payment {payment}")).count(), 1);
    assert_eq!(olga.post(&path, &[("by", "pigeon")]).await.status, 400);
    let declined = one_in(&app, PaymentState::Declined).id;
    assert_eq!(olga.post(&format!("/payments/{declined}/resend"), &[("by", "sms")]).await.status, 409);
    let nothing = olga.post(&format!("/payments/{payment}/ask-biller"), &[]).await;
    assert_eq!(nothing.status, 409, "{}", nothing.text());
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    for step in ["resend", "ask-biller"] {
        assert_eq!(aicha.post(&format!("/payments/{payment}/{step}"), &[]).await.status, 403);
    }
    app.finish().await;
}

#[rstest]
#[case(Role::Teleoperator)]
#[case(Role::Administrator)]
#[case(Role::Agent)]
#[tokio::test(flavor = "multi_thread")]
async fn others_see_no_payments(#[case] role: Role) {
    let app = crate::support::TestApp::start(Backend::Sqlite).await.unwrap();
    let who = at_work(&app, "fr", "who", role).await;
    for path in ["/payments", "/payments/7"] {
        assert_eq!(who.get(path).await.status, 403, "{path}");
    }
    assert!(!who.get("").await.body.contains("href=\"/fr/staff/payments\""));
    app.finish().await;
}
