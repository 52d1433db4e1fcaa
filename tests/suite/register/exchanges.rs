//! What was said to the biller and the gateway, in a payment's story.

use ledger::PaymentState;
use rstest::rstest;
use staff::Role;

use super::{at_work, one_in};
use crate::finance::{says, words};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_story_tells_what_was_said_and_heard(#[case] backend: Backend) {
    let Some(app) = super::paid(backend).await else { return };
    let payment = one_in(&app, PaymentState::Confirmed);
    assert!(app.ledger.read(|reader| reader.exchanges_of(payment.id, 10)).unwrap().is_empty(), "it is written behind");
    assert!(app.hub.write_exchanges().await.unwrap() >= 3);
    assert_eq!((app.hub.write_exchanges().await.unwrap(), app.hub.exchanges_dropped()), (0, 0));
    let kept = app.ledger.read(|reader| reader.exchanges_of(payment.id, 10)).unwrap();
    let told: Vec<_> =
        kept.iter().map(|one| (one.operation.as_str(), one.is_incoming, one.biller, one.status)).collect();
    assert!(told.contains(&("callback", true, None, 0)), "{told:?}");
    assert!(told.contains(&("confirm", false, Some(1001), 200)), "{told:?}");
    let confirm = kept.iter().find(|one| one.operation == "confirm").unwrap();
    assert!(
        confirm.sent.starts_with("POST http://") && confirm.sent.contains(&payment.id.to_string()),
        "{}",
        confirm.sent
    );
    assert!(confirm.heard.contains(payment.receipt_number.as_deref().unwrap()), "{}", confirm.heard);
    let callback = kept.iter().find(|one| one.operation == "callback").unwrap();
    assert!(callback.heard.contains("ProcReturnCode=00") && callback.sent.contains("Capture"), "{callback:?}");
    for one in &kept {
        for secret in ["4000000000000010", "400000", "0612345678", "612345678", "payer@example.ma", "12345678"] {
            for text in [&one.sent, &one.heard, &one.said] {
                assert!(!text.contains(secret), "{secret} stands in {text}");
            }
        }
        assert!(!one.heard.to_lowercase().contains("hash=a") && one.sent.len() <= 16_384);
    }

    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.get(&format!("/payments/{}", payment.id)).await;
    says(&page, "Échanges");
    says(&page, "Appel de la passerelle");
    says(&page, "Confirmation");
    let bouchra = at_work(&app, "fr", "bouchra", Role::BillerUser).await;
    let page = bouchra.get(&format!("/payments/{}", payment.id)).await;
    assert!(page.status == 200 && !words(&page).contains("ProcReturnCode"), "it is the hub's own");
    app.finish().await;
}

/// Kept for thirty days.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn exchanges_are_forgotten(#[case] backend: Backend) {
    let Some(app) = super::paid(backend).await else { return };
    app.hub.write_exchanges().await.unwrap();
    let count = |app: &TestApp| app.database.number("SELECT COUNT(*) FROM exchanges");
    let kept = count(&app);
    assert!(kept > 0);
    app.pass(chrono::TimeDelta::days(29));
    assert_eq!((app.hub.prune_exchanges().await.unwrap(), count(&app)), (0, kept));
    app.pass(chrono::TimeDelta::days(2));
    app.hub.prune_exchanges().await.unwrap();
    assert_eq!(count(&app), 0);
    app.finish().await;
}
