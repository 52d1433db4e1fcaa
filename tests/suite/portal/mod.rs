//! A biller's own space: what its people find there, and that nothing of another biller is anywhere for them.

mod walls;

use staff::Role;

use crate::finance::{at_work, says, settled};
use crate::support::{Backend, TestApp};
use rstest::rstest;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn payments_windows_and_files_are_at_hand(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let bouchra = at_work(&app, "fr", "bouchra", Role::BillerUser).await;
    assert!(bouchra.get("").await.body.contains("href=\"/fr/staff/biller\""));
    let page = bouchra.get("/biller").await;
    assert_eq!(page.status, 200, "{}", page.text());
    says(&page, "Électricité et Eau de Casablanca 1001");
    says(&page, "604,90 MAD");
    for path in ["/payments", "/settlement", "/reports/transactions", "/reports/settlements", "/branding/1001"] {
        assert!(page.body.contains(&format!("href=\"/fr/staff{path}\"")), "{path}");
        assert_eq!(bouchra.get(path).await.status, 200, "{path}");
    }
    let (_, file) = page.body.split_once("href=\"/fr/staff/settlement/files/").expect("a file");
    let (status, head, body) =
        bouchra.browser.fetch(&bouchra.path(&format!("/settlement/files/{}", file.split('"').next().unwrap()))).await;
    assert_eq!(status, 200);
    assert!(head["content-disposition"].to_str().unwrap().contains(".csv") && !body.is_empty());
    app.finish().await;
}

/// It is told that nothing is taken for it, and not what colleagues wrote about that.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_is_told_without_its_reason() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (omar, bouchra) =
        (at_work(&app, "fr", "omar", Role::Operations).await, at_work(&app, "fr", "bouchra", Role::BillerUser).await);
    says(&bouchra.get("/biller").await, "Aucun paiement pour vous jusqu’ici");
    omar.post("/billers/1001/suspend", &[("channel", "WEB"), ("reason", "soupçon de fuite")]).await;
    omar.post("/billers/1101/suspend", &[("channel", "IVR"), ("reason", "panne")]).await;
    let page = bouchra.get("/biller").await;
    says(&page, "Suspendu : Web");
    assert!(!page.body.contains("soupçon") && !page.body.contains("omar"), "{}", page.text());
    assert_eq!(omar.get("/biller").await.status, 403);
    app.finish().await;
}
