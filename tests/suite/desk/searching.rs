//! One search box for everything, masked, within an allowance.

use rstest::rstest;

use super::*;
use crate::support::Backend;

async fn search(operator: &Colleague, text: &str, bill: &str) -> Page {
    operator.post("/desk", &[("q", text), ("bill", bill)]).await
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_found_by_whatever_the_caller_has(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let redirect = app.pay((1001, "02", "11111111"), APPROVED).await;
    app.settle().await;
    let payments::api::Standing::Confirmed(receipt) = app.standing(&redirect).await else { panic!("not paid") };
    let number = app.payment(&redirect).id;
    for (text, read_as) in [
        ("06 12 34 56 78", "phone number"),
        ("٠٦١٢٣٤٥٦٧٨", "phone number"),
        (redirect.payment.as_str(), "payment reference"),
        (&redirect.payment.to_lowercase().replace('-', " "), "payment reference"),
        (&receipt.number, "receipt number"),
        ("11111111", "contract"),
    ] {
        let page = search(&tariq, text, "").await;
        assert_eq!(page.status, 200, "{text}: {}", page.text());
        for shown in [read_as, "174.96", "••••1111", "Paid", redirect.payment.as_str()] {
            assert!(page.text().contains(shown), "{text} {shown}: {}", page.text());
        }
        let typed = page.body.replace(&format!("value=\"{text}\""), "");
        assert!(!typed.contains("11111111") && !typed.contains("612345678"), "{text}: masked");
    }
    let rows = app.ledger.read(|reader| reader.audit_rows(None, 100)).unwrap();
    let seen = rows.iter().filter(|row| row.entry.subject == "desk search").collect::<Vec<_>>();
    assert_eq!(seen.len(), 6);
    assert!(seen.iter().all(|row| row.entry.detail == format!("1 payments, masked: payment {number}")), "{seen:?}");
    // No differently once it is put in order.
    let missing = app.ledger.read(|reader| reader.missing_words(100)).unwrap();
    app.ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payment_words"), 3);
    assert!(search(&tariq, "0612345678", "").await.text().contains(&redirect.payment));
    // In full for a reason, once.
    let path = format!("/desk/payments/{}", redirect.payment);
    assert!(!tariq.get(&path).await.body.contains("11111111"));
    let full = tariq.post(&path, &[("reason", "the caller disputes the contract")]).await;
    assert!(full.text().contains("11111111") && full.text().contains("+212612345678"), "{}", full.text());
    assert!(app.audit().contains(&format!("tariq customer-unmasked payment {number}")));
    let refused = tariq.post(&path, &[("reason", "")]).await;
    assert!(refused.status == 422 && !refused.body.contains("11111111"), "{}", refused.text());
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_is_asked_for_what_is_due(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    let found = search(&tariq, WATER.1, WATER.0).await;
    assert!(found.text().contains("168.00") && found.text().contains("••••1111"), "{}", found.text());
    let row = app.ledger.read(|reader| reader.audit_rows(None, 1)).unwrap().remove(0).entry;
    assert_eq!(row.subject, "desk search");
    assert!(row.detail.starts_with("0 payments, masked: inquiry "), "{}", row.detail);
    // The call begins with it.
    let mut fields = offered(&found, "/desk/calls");
    fields.push(("language".to_owned(), "en".to_owned()));
    let bills = send(&tariq, "/desk/calls", &fields).await;
    assert!(bills.status == 200 && bills.path.contains("/bills/"), "{}", bills.path);
    assert!(search(&tariq, "99999999", "1001.02").await.text().contains("knows no such customer"));
    let refused = search(&tariq, "abc", "1001.02").await;
    assert!(refused.status == 422 && refused.text().contains("do not look like this"), "{}", refused.text());
    assert!(search(&tariq, "nothing at all", "").await.text().contains("Nothing was found"));
    app.fault("biller:1001 find", sandbox::FaultKind::Down, 0);
    assert!(search(&tariq, WATER.1, WATER.0).await.text().contains("cannot be asked"));
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_not_the_callers_number(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "en", "tariq").await;
    // The line that is topped up: whose it is, nobody has said.
    let found = search(&tariq, "0655443322", "1101.02").await;
    let bills = send(&tariq, "/desk/calls", &offered(&found, "/desk/calls")).await;
    let call = below(&bills).split_once("/bills/").unwrap().0.to_owned();
    let sheet = tariq.get(&call).await;
    assert!(sheet.text().contains("Phone Unknown"), "{}", sheet.text());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_are_counted_by_operator() {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    let (tariq, salma) = (operator(&app, "en", "tariq").await, operator(&app, "en", "salma").await);
    let mut refused = None;
    for _ in 0..40 {
        let page = search(&tariq, "12345678", "").await;
        if page.status == 429 {
            refused = Some(page);
            break;
        }
    }
    let refused = refused.expect("nobody tries forty numbers in a row");
    assert!(refused.text().contains("too many look-ups"), "{}", refused.text());
    assert_eq!(search(&salma, "12345678", "").await.status, 200);
    app.finish().await;
}
