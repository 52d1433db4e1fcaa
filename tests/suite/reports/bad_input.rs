//! Addresses that no page of ours makes, and days that cannot be reported.

use rstest::rstest;
use staff::Role;

use crate::finance::at_work;
use crate::support::{Backend, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn addresses() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    for (path, status) in [
        ("/reports/gone", 404),
        ("/reports/gone/report.csv", 404),
        ("/reports/fees/report.doc", 404),
        ("/reports/fees?biller=water", 400),
        ("/reports/fees?biller=999", 400),
        ("/reports/fees?biller=1999", 200),
        ("/reports/vat?biller=1001", 400),
        ("/reports/fees?channel=WEB", 400),
        ("/reports/transactions?channel=gone", 400),
        ("/reports/transactions?channel=WEB", 200),
        ("/reports/transactions?outlet=%27%3B--", 400),
        ("/reports/transactions?network=a+b", 400),
        ("/reports/transactions?after=x", 400),
        ("/reports/transactions?after=-5", 200),
        ("/reports/fees?after=x", 200),
        ("/reports/fees?from=x", 422),
        ("/reports/fees/report.csv?from=x", 400),
        ("/reports/fees?from=2026-02-30", 422),
        ("/reports/fees?from=%3Cscript%3E", 422),
        ("/reports/fees?from=2026-01-02&to=2026-01-01", 422),
        ("/reports/fees?from=2024-01-01&to=2026-01-01", 422),
        ("/reports/fees?from=2019-01-01", 422),
        ("/reports/fees?to=2199-01-01", 422),
    ] {
        let page = fatima.get(path).await;
        assert_eq!(page.status, status, "{path}: {}", page.text());
        assert!(!page.body.contains("<script>"), "{path}");
    }
    app.finish().await;
}

#[rstest]
#[case("ar", "اليوم الأخير يسبق الأول")]
#[case("fr", "Le dernier jour précède le premier")]
#[case("en", "The last day comes before the first")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said(#[case] language: &'static str, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, language, "fatima", Role::Finance).await;
    let page = fatima.get("/reports/fees?from=2026-01-02&to=2026-01-01").await;
    assert!(page.text().contains(said), "{}", page.text());
    app.finish().await;
}
