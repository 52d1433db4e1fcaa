//! Cards of which nothing is taken: accepted by their banks, and given back at once.

use ledger::{GuardList, GuardSubject, PaymentState};
use payments::guard::{Finding, Listed};
use rstest::rstest;
use staff::Role;

use super::{hits, list};
use crate::register::at_work;
use crate::support::{Backend, Setup, TestApp};

const CARD: &str = "4000000000000010";

/// With capture by the gateway, and by the hub.
#[rstest]
#[case(Backend::Sqlite, true)]
#[case(Backend::Postgres, true)]
#[case(Backend::Sqlite, false)]
#[tokio::test(flavor = "multi_thread")]
async fn the_money_goes_back_and_the_biller_is_told_nothing(#[case] backend: Backend, #[case] automatic_capture: bool) {
    let Some(app) = TestApp::start_with(backend, Setup { automatic_capture, ..Setup::default() }).await else { return };
    list(&app, GuardList::Block, Listed::Card("4***********0010".to_owned())).await;
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    payer.pay_by_card(&redirect, CARD).await;
    app.settle().await;
    let payment = crate::register::all(&app).remove(0);
    assert_eq!((payment.state, payment.receipt_number), (PaymentState::Returned, None));
    let confirmed = "SELECT COUNT(*) FROM outbox WHERE kind = 1";
    assert_eq!(app.database.number(confirmed), 0, "the biller is asked nothing");
    let found = hits(&app).await;
    assert!(
        matches!(&found[0].finding, Finding::Blocked { subject: GuardSubject::Card, shown } if shown == "4******0010")
    );
    assert_eq!((found.len(), found[0].hit.what.quote), (1, payment.quote));

    // The bill is free again, and another card pays it.
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    payer.pay_by_card(&redirect, "4000000000000069").await;
    app.settle().await;
    assert_eq!(crate::register::all(&app).remove(0).state, PaymentState::Confirmed);
    app.finish().await;
}

/// The callback never comes: who asks the gateway finds the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_heard_of_by_asking() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    list(&app, GuardList::Block, Listed::Card("4***********0085".to_owned())).await;
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    payer.pay_by_card(&redirect, "4000000000000085").await;
    app.pass(chrono::TimeDelta::minutes(4));
    app.settle().await;
    assert_eq!(crate::register::all(&app).remove(0).state, PaymentState::Returned);
    app.finish().await;
}

/// Listed at the page by a mask or by a payment, never by a number.
#[tokio::test(flavor = "multi_thread")]
async fn cards_are_listed_by_what_may_be_kept_of_them() {
    let app = crate::register::paid(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let add = |who: &'static str, value: String| {
        let omar = &omar;
        async move {
            let fields = [("list", "block"), ("who", who), ("value", &value), ("reason", "fraude")];
            omar.post("/guard/lists", &fields).await
        }
    };
    for wrong in [CARD, "400000", "4000****001"] {
        let page = add("card", wrong.to_owned()).await;
        assert_eq!((page.status, page.body.contains(CARD)), (422, false), "{}", page.text());
    }
    let payment = crate::register::one_in(&app, PaymentState::Confirmed);
    assert_eq!(add("card-of", payment.id.to_string()).await.status, 200);
    assert_eq!(add("card", "4*****0010".to_owned()).await.status, 409, "it is the same card");
    assert!(omar.get("/guard/lists").await.body.contains("4******0010"));
    app.finish().await;
}
