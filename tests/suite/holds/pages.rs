//! The pages: captured wholly or less over what that takes, let go for a reason, and what is not taken.

use ledger::PaymentState;
use rstest::rstest;
use sandbox::OrderState;
use staff::Role;

use super::{BILL, by_hand, held};
use crate::finance::{at_work, says};
use crate::support::{Backend, Colleague, Page, money};

/// Looks at what a capture takes, and sends it.
async fn capture(who: &Colleague, path: &str, principal: &str) -> Page {
    let look = who.post(path, &[("principal", principal), ("note", "livré")]).await;
    assert_eq!(look.status, 200, "{}", look.text());
    let fields = look.fields_to("/hold").unwrap_or_else(|| panic!("no form: {}", look.text()));
    who.browser.post(&look.path, &fields).await
}

/// Principal as typed, what is captured, and what the biller is told of, in centimes.
#[rstest]
#[case::whole(Backend::Sqlite, "538,16", 54_116, 53_816)]
#[case::less(Backend::Sqlite, "200", 20_300, 20_000)]
#[case::less(Backend::Postgres, "200", 20_300, 20_000)]
#[tokio::test(flavor = "multi_thread")]
async fn captured(#[case] backend: Backend, #[case] principal: &str, #[case] taken: i64, #[case] told: i64) {
    let Some(app) = by_hand(backend).await else { return };
    let redirect = held(&app).await;
    let id = app.payment(&redirect).id;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let story = omar.get(&format!("/payments/{id}")).await;
    says(&story, "Encaisser ou libérer");
    let path = format!("/payments/{id}/hold");
    says(&omar.get(&path).await, "541,16 MAD");
    let done = capture(&omar, &path, principal).await;
    assert_eq!((done.status, done.path.as_str()), (200, format!("/fr/staff{path}").as_str()), "{}", done.text());
    says(&done, "L’encaissement est demandé");
    app.settle().await;
    let order = app.order(&redirect);
    assert_eq!((order.state, order.captured_minor, order.credited_minor), (OrderState::Captured, taken, 0));
    let payment = app.payment(&redirect);
    assert_eq!((payment.state, payment.amounts.principal.minor()), (PaymentState::Confirmed, told));
    let bookings = app.control.bookings(BILL.0);
    assert_eq!(bookings.iter().map(|booking| booking.minor).collect::<Vec<_>>(), [told]);
    // The same form once more finds nothing held; a callback that comes again is the same news.
    assert_eq!(omar.post(&path, &[("principal", principal), ("note", "")]).await.status, 409);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM incidents"), 0);
    let story = omar.get(&format!("/payments/{id}")).await;
    says(&story, "Encaissement demandé : ");
    says(&story, "livré");
    assert!(story.body.contains(&format!("class=\"step-link\" href=\"/fr/staff{path}\"")), "{}", story.body);
    let log = app.audit();
    assert_eq!(log.iter().filter(|row| row.starts_with(&format!("omar hold-captured payment {id}"))).count(), 1);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn let_go(#[case] backend: Backend) {
    let Some(app) = by_hand(backend).await else { return };
    let redirect = held(&app).await;
    let id = app.payment(&redirect).id;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let path = format!("/payments/{id}/hold");
    let done = omar.post(&format!("{path}/let-go"), &[("reason", "commande annulée")]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    says(&done, "Plus rien n’est réservé");
    app.settle().await;
    assert_eq!((app.state(&redirect), app.order(&redirect).state), (PaymentState::Returned, OrderState::Voided));
    assert_eq!(app.control.bookings(BILL.0).len(), 0);
    let again = omar.post(&format!("{path}/let-go"), &[("reason", "commande annulée")]).await;
    assert_eq!(again.status, 409);
    says(&omar.get(&format!("/payments/{id}")).await, "Réservation libérée : 541,16 MAD");
    // The bill can be paid again.
    let next = held(&app).await;
    assert_ne!(next.payment, redirect.payment);
    app.finish().await;
}

/// Every wrong field gets a page that says what is wrong, and nothing is done; nor is it by whoever may not.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_and_others_change_nothing() {
    let app = by_hand(Backend::Sqlite).await.unwrap();
    let redirect = held(&app).await;
    let id = app.payment(&redirect).id;
    let path = format!("/payments/{id}/hold");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let long = "x".repeat(301);
    for (principal, note, said) in [
        ("538,17", "", "plus que ce qui est réservé"),
        ("0", "", "n’admet pas"),
        ("0,50", "", "n’admet pas"),
        ("", "", "Écrivez un montant"),
        ("10.005", "", "Écrivez un montant"),
        ("-5", "", "Écrivez un montant"),
        ("200", long.as_str(), "300 caractères"),
        ("200", "4000 0000 0000 0010", "carte"),
    ] {
        let page = omar.post(&path, &[("principal", principal), ("note", note)]).await;
        assert_eq!(page.status, 422, "{principal}: {}", page.text());
        says(&page, said);
    }
    for reason in ["", "court", long.as_str(), "carte 4000000000000010"] {
        assert_eq!(omar.post(&format!("{path}/let-go"), &[("reason", reason)]).await.status, 422, "{reason}");
    }
    for role in [Role::Finance, Role::Auditor] {
        let who = at_work(&app, "fr", &format!("is-{role}"), role).await;
        let look = who.get(&path).await;
        assert_eq!((look.status, look.fields_to("/hold")), (200, None), "{role}");
        assert_eq!(who.post(&path, &[("principal", "200"), ("note", "")]).await.status, 403, "{role}");
        assert_eq!(who.post(&format!("{path}/let-go"), &[("reason", "commande annulée")]).await.status, 403, "{role}");
    }
    for missing in ["/payments/5/hold", "/payments/x/hold"] {
        assert_eq!(omar.get(missing).await.status, 404, "{missing}");
    }
    assert_eq!(
        (app.state(&redirect), app.payment(&redirect).amounts.total()),
        (PaymentState::Held, Some(money("541.16")))
    );
    assert_eq!(app.database.number("SELECT COUNT(*) FROM hold_acts"), 0);
    app.finish().await;
}

/// The other languages, from the right where it is read so.
#[rstest]
#[case("ar", "rtl")]
#[case("en", "ltr")]
#[tokio::test(flavor = "multi_thread")]
async fn pages_speak_the_readers_language(#[case] language: &'static str, #[case] dir: &str) {
    let app = by_hand(Backend::Sqlite).await.unwrap();
    let redirect = held(&app).await;
    let path = format!("/payments/{}/hold", app.payment(&redirect).id);
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let look = omar.post(&path, &[("principal", "200"), ("note", "")]).await;
    for page in [omar.get(&path).await, look] {
        assert_eq!(page.status, 200, "{}", page.path);
        assert!(page.body.contains(&format!("dir=\"{dir}\"")), "{}", page.path);
        assert!(!page.body.contains("holds-"), "a message is missing at {}: {}", page.path, page.text());
    }
    app.finish().await;
}
