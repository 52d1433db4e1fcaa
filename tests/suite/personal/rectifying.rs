//! A phone or a mail address put right where it is wrong, and nowhere else.

use ledger::{AuditEntry, Contactable, PaymentWord, PersonRequestState, PersonRequestStep};
use rstest::rstest;

use super::*;
use crate::support::Backend;

const RIGHT: &str = "+212661239875";

fn found(app: &TestApp, phone: &str) -> Vec<i64> {
    let word = [PaymentWord::Phone(phone.to_owned())];
    let found = app.ledger.read(|reader| reader.payments_by(&word, 10)).unwrap();
    found.iter().map(|payment| payment.id).collect()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_put_right(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (wrong, fine) = (paid(&app, BILL, KEPT_PHONE).await, paid(&app, OTHER_BILL, KEPT_PHONE).await);
    let other = paid(&app, (1002, "01", "1002001"), "+212612345678").await;
    put_in_order(&app);
    let adil = administrator(&app, "fr", "adil").await;
    let path = taken_in(&app, &adil, "rectification", "eeeeeeee").await;
    let held = looked(&adil, &path).await;
    assert!(held.body.contains(&format!("payment-{}", wrong.id)) && held.body.contains("••••9874"), "{}", held.text());
    assert!(!held.body.contains(&format!("payment-{}", other.id)));
    let form = |rows: &[i64], phone: &'static str, email: &'static str| {
        let mut fields = vec![("phone".to_owned(), phone.to_owned()), ("email".to_owned(), email.to_owned())];
        fields.extend(rows.iter().map(|id| ("row".to_owned(), format!("payment-{id}"))));
        fields
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        adil.post(&format!("{path}/rectify"), &fields).await
    };
    for (fields, status) in [
        (form(&[], "0661239875", ""), 422),
        (form(&[wrong.id], "", ""), 422),
        (form(&[wrong.id], "12", ""), 422),
        (form(&[wrong.id], "", "nobody"), 422),
        (form(&[-3], "0661239875", ""), 422),
        // Not theirs: left alone.
        (form(&[other.id], "0661239875", ""), 200),
    ] {
        let page = send(fields).await;
        assert_eq!(page.status, status, "{}", page.text());
    }
    assert_eq!(count(&app, "personal-data-rectified"), 0);
    for said in ["Téléphone rectifié à 1 endroit · Adresse e-mail rectifiée à 1 endroit", "rectifié à 0 endroit"]
    {
        let page = send(form(&[wrong.id], "06 61 23 98 75", "salma@example.ma")).await;
        assert!(page.text().replace(['\u{2068}', '\u{2069}'], "").contains(said), "{}", page.text());
        assert!(!page.body.contains("661239875"), "masked");
    }
    let now = app.ledger.read(|reader| reader.payment_of(wrong.id)).unwrap().unwrap();
    assert_eq!(
        (now.phone().unwrap().as_deref(), now.email().unwrap().as_deref()),
        (Some(RIGHT), Some("salma@example.ma"))
    );
    assert_eq!((found(&app, RIGHT), found(&app, KEPT_PHONE)), (vec![wrong.id], vec![fine.id]));
    assert_eq!(count(&app, "personal-data-rectified"), 1, "{:?}", app.audit());
    let rows = app.ledger.read(|reader| reader.audit_rows(None, 100)).unwrap();
    let row = rows.iter().find(|row| row.entry.action == "personal-data-rectified").unwrap();
    assert_eq!(row.entry.detail, "phone of 1 rows, mail address of 1 rows");
    assert!(rows.iter().all(|row| !row.entry.detail.contains("66123987")));
    app.finish().await;
}

/// Who decides by what the page showed, when somebody else has ended the request since, changes nothing.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_put_right_for_a_request_that_has_ended(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let wrong = paid(&app, BILL, KEPT_PHONE).await;
    put_in_order(&app);
    let adil = administrator(&app, "fr", "adil").await;
    let path = taken_in(&app, &adil, "rectification", "eeeeeeee").await;
    let seen = stored(&app, &path);
    let ended = adil.post(&format!("{path}/end"), &[("state", "refused"), ("words", "identité non prouvée")]).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    let entry = |_: &_| -> AuditEntry { unreachable!("nothing was put right") };
    let step = app.hub.rectify(&seen, &[Contactable::Payment(wrong.id)], (Some(RIGHT.to_owned()), None), entry).await;
    assert_eq!(step.unwrap(), Err(PersonRequestStep::Ended(PersonRequestState::Refused)));
    assert_eq!((found(&app, RIGHT), found(&app, KEPT_PHONE)), (vec![], vec![wrong.id]));
    app.finish().await;
}
