//! Filters that members keep.

use rstest::rstest;
use staff::Role;

use super::{all, at_work, numbers, paid};
use crate::support::{Backend, Page, TestApp};

/// Where each filter of a page leads, below the pages for staff, and where it is deleted.
fn kept(page: &Page) -> Vec<(String, String)> {
    let Some((_, list)) = page.body.split_once("id=\"saved\"") else { return Vec::new() };
    let list = list.split_once("</ul>").unwrap().0;
    let below = |text: &str| text.split('"').next().unwrap().replacen("/fr/staff", "", 1).replace("&amp;", "&");
    let rows = list.split("<li>").skip(1);
    rows.map(|row| {
        let (_, href) = row.split_once("href=\"").unwrap();
        let (_, action) = row.split_once("action=\"").unwrap();
        (below(href).replace("&#38;", "&"), below(action))
    })
    .collect()
}

fn count(app: &TestApp) -> i64 {
    app.database.number("SELECT COUNT(*) FROM saved_filters")
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_kept_found_by_and_deleted(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    let form = [("name", "Refusés"), ("state", "declined"), ("channel", "WEB"), ("least", "1,50")];
    // The same form sent twice is one filter.
    for _ in 0..2 {
        let page = olga.post("/payments/filters", &form).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.text().contains("Refusés"), "{}", page.text());
    }
    assert_eq!(count(&app), 1);
    let filters = kept(&olga.get("/payments").await);
    assert_eq!(filters.len(), 1);
    let found = numbers(&olga.get(&filters[0].0).await);
    let declined: Vec<i64> =
        all(&app).iter().filter(|one| one.state == ledger::PaymentState::Declined).map(|one| one.id).collect();
    assert!(!declined.is_empty() && found == declined, "{found:?} {declined:?}");
    // It is the member's own.
    assert_eq!(kept(&aicha.get("/payments").await), []);
    assert_eq!(aicha.post(&filters[0].1, &[]).await.status, 404);
    assert_eq!(count(&app), 1);
    assert_eq!(olga.post(&filters[0].1, &[]).await.status, 200);
    assert_eq!(olga.post(&filters[0].1, &[]).await.status, 404);
    assert_eq!(count(&app), 0);
    app.finish().await;
}

#[rstest]
#[case::customer(&[("name", "x"), ("phone", "0612345678")], 400, "")]
#[case::contract(&[("name", "x"), ("contract", "12345678"), ("biller", "1001")], 400, "")]
#[case::nothing(&[("name", "x")], 400, "")]
#[case::no_name(&[("name", ""), ("state", "held")], 422, "Donnez au filtre un nom")]
#[case::long_name(&[("name", "ééééééééééééééééééééééééééééééééééééééééé"), ("state", "held")], 422, "Donnez au filtre un nom")]
#[case::card_in_name(&[("name", "4000 0000 0000 0010"), ("state", "held")], 422, "numéro de carte")]
#[case::card(&[("name", "x"), ("receipt", "4000000000000010")], 422, "numéro de carte")]
#[case::wrong_day(&[("name", "x"), ("from", "2026-02-30")], 422, "Écrivez le jour ainsi")]
#[case::wrong_state(&[("name", "x"), ("state", "gone")], 400, "")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept(#[case] fields: &[(&str, &str)], #[case] status: u16, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let page = olga.post("/payments/filters", fields).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.text().contains(said), "{}", page.text());
    assert!(!page.body.contains("4000000000000010") && !page.body.contains("4000 0000"));
    assert_eq!(count(&app), 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_a_members_own_and_twenty_are_all() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    for number in 0..ledger::FILTERS_MAX {
        let page = olga.post("/payments/filters", &[("name", &format!("filtre {number}")), ("state", "held")]).await;
        assert_eq!(page.status, 200, "{}", page.text());
    }
    let taken = olga.post("/payments/filters", &[("name", "filtre 3"), ("state", "taken")]).await;
    assert!(taken.status == 409 && taken.text().contains("porte déjà ce nom"), "{}", taken.text());
    let many = olga.post("/payments/filters", &[("name", "un de plus"), ("state", "taken")]).await;
    assert!(many.status == 409 && many.text().contains("déjà vingt filtres"), "{}", many.text());
    assert_eq!(count(&app), ledger::FILTERS_MAX);
    app.finish().await;
}
