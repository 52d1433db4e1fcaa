//! Who has which report, and of what.

use payments::reports::ReportKind;
use staff::{Permission, Role};

use super::{lately, reader, rows};
use crate::finance::{at_work, settled};
use crate::support::{Backend, TestApp};

/// Every report, who may have it, and whether it is for whoever is bound to no biller alone.
const REPORTS: [(ReportKind, &[Permission]); 9] = [
    (ReportKind::Transactions, &[Permission::ViewPayments, Permission::ViewBillerPayments]),
    (ReportKind::Settlements, &[Permission::ViewSettlement]),
    (ReportKind::Fees, &[Permission::ViewBooks]),
    (ReportKind::Vat, &[Permission::ViewBooks]),
    (ReportKind::StampDuty, &[Permission::ViewBooks]),
    (ReportKind::Outlets, &[Permission::ViewOutlets]),
    (ReportKind::TrialBalance, &[Permission::ViewBooks]),
    (ReportKind::Ageing, &[Permission::ViewBooks]),
    (ReportKind::Audit, &[Permission::ViewAudit]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_report_with_every_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for role in Role::ALL {
        let who = at_work(&app, "fr", &format!("walks-{role}"), role).await;
        let home = who.get("").await;
        let kinds = who.get("/reports").await;
        let mut any = false;
        for (kind, permissions) in REPORTS {
            let may = permissions.iter().any(|permission| role.permissions().contains(permission));
            any |= may;
            assert_eq!(kinds.body.contains(&format!("/fr/staff/reports/{kind}\"")), may, "{role} is led to {kind}");
            for path in ["", "/report.csv", "/report.xlsx", "/report.pdf"] {
                let page = who.get(&format!("/reports/{kind}{path}")).await;
                assert_eq!(page.status, if may { 200 } else { 403 }, "{role} {kind}{path}: {}", page.text());
                assert_eq!(who.post(&format!("/reports/{kind}{path}"), &[]).await.status, 405);
            }
        }
        assert_eq!(kinds.status, if any { 200 } else { 403 }, "{role}");
        assert_eq!(home.body.contains("href=\"/fr/staff/reports\""), any, "{role}");
    }
    let stranger = app.payer("fr");
    for path in ["", "/transactions", "/transactions/report.csv"] {
        let page = stranger.get(&format!("/fr/staff/reports{path}")).await;
        assert!(page.path.ends_with("/staff/sign-in"), "{path}: {}", page.path);
    }
    app.finish().await;
}

/// A biller's user has its own payments alone, with its customers' contracts.
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_has_its_own() {
    let app = settled(Backend::Sqlite).await.unwrap();
    let salma = reader(&app, "salma", Role::BillerUser).await;
    let days = lately(&app);
    let own = rows(&salma.get(&format!("/reports/transactions/report.csv?{days}")).await.body, ',');
    assert!(!own.is_empty() && own.iter().all(|row| row["Biller"] == "1001" && row["Contract"] == "12345678"));
    assert_eq!(salma.get("/reports/transactions?biller=1002").await.status, 404);
    assert_eq!(salma.get("/reports/settlements/report.csv?biller=1002").await.status, 404);
    let windows = rows(&salma.get(&format!("/reports/settlements/report.csv?{days}")).await.body, ',');
    assert!(windows.iter().all(|row| row["Biller"] == "1001"));
    let fatima = reader(&app, "fatima", Role::Finance).await;
    let page = fatima.get(&format!("/reports/transactions?{days}")).await;
    assert!(!page.body.contains("12345678") && !page.body.contains("+212"), "masked: {}", page.text());
    app.finish().await;
}
