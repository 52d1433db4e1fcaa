//! What each role may open; forms that are forged; pages that are switched off.

use rstest::rstest;
use staff::{Permission, Role};

use crate::support::{Backend, PASSWORD, TestApp};

/// Every page that asks for a permission, and which one.
const PAGES: [(&str, Permission); 8] = [
    ("/audit", Permission::ViewAudit),
    ("/board", Permission::ViewPayments),
    ("/branding", Permission::EditBranding),
    ("/billers", Permission::ViewBillers),
    ("/guard", Permission::ReviewFraud),
    ("/guard/rules", Permission::ApproveRules),
    ("/biller", Permission::ViewBillerPayments),
    ("/personal", Permission::ManagePersonalData),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_role_opens_what_it_may(#[values("ar", "fr", "en")] language: &'static str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let refusal = match language {
        "ar" => "هذه الصفحة غير مفتوحة لكم",
        "fr" => "Cette page ne vous est pas ouverte",
        _ => "This page is not open to you",
    };
    for (role, login) in Role::ALL.into_iter().zip(["aya", "ben", "cyn", "dan", "eva", "fou", "gil", "hab", "ida"]) {
        let who = app.colleague(language, login, role);
        let home = who.sign_in(&app).await;
        for (path, permission) in PAGES {
            let page = who.get(path).await;
            let link = format!("href=\"/{language}/staff{path}\"");
            if role.permissions().contains(&permission) {
                assert_eq!((page.status, home.body.contains(&link)), (200, true), "{role} {path}");
            } else {
                assert_eq!((page.status, home.body.contains(&link)), (403, false), "{role} {path}");
                assert!(page.text().contains(refusal), "{}", page.text());
            }
        }
    }
    app.finish().await;
}

/// Roles hold from the moment they are set.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_role_taken_away_closes_its_pages_at_once(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let aicha = app.colleague("en", "aicha", Role::Auditor);
    aicha.sign_in(&app).await;
    assert_eq!(aicha.get("/audit").await.status, 200);
    app.set_role("aicha", Role::Teleoperator);
    assert_eq!(aicha.get("/audit").await.status, 403);
    app.set_role("aicha", Role::Finance);
    assert_eq!(aicha.get("/audit").await.path, aicha.path("/enrol"), "money is not moved without a second factor");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_read_page_by_page() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let aicha = app.colleague("fr", "aicha", Role::Auditor);
    aicha.sign_in(&app).await;
    for _ in 0..60 {
        app.set_role("aicha", Role::Auditor);
    }
    let page = aicha.get("/audit").await;
    assert_eq!(page.body.matches("<th scope=\"row\">").count(), 50);
    assert!(page.text().contains("Rôles modifiés") && page.text().contains("(command line)"), "{}", page.text());
    assert!(page.body.contains("href=\"/fr/staff/audit?before=13\""), "{}", page.body);
    let page = aicha.get("/audit?before=13").await;
    assert_eq!(page.body.matches("<th scope=\"row\">").count(), 12);
    assert!(page.text().contains("Connexion"));
    assert!(aicha.get("/audit?before=-5").await.text().contains("Aucune inscription"));
    assert_eq!(aicha.get("/audit?before=x").await.status, 400);
    app.finish().await;
}

/// Every form without this browser's token, signed in or not.
#[tokio::test(flavor = "multi_thread")]
async fn forged_forms_change_nothing() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = app.colleague("fr", "adil", Role::Administrator);
    adil.sign_in(&app).await;
    let before = app.audit();
    let paths = ["/sign-in", "/second-factor", "/enrol", "/recovery-codes", "/password", "/sessions", "/sign-out"];
    for path in paths {
        for token in [None, Some(String::new()), Some("f".repeat(128))] {
            let mut form: Vec<(String, String)> = [("session", "others"), ("login", "adil"), ("password", PASSWORD)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            form.extend(token.map(|token| ("csrf".to_owned(), token)));
            let page = adil.browser.post(&adil.path(path), &form).await;
            assert_eq!(page.status, 403, "{path}");
            assert!(page.body.contains("staff.css"), "it is said on a page for staff");
        }
    }
    assert_eq!(app.audit(), before);
    assert_eq!(adil.get("").await.path, adil.path(""), "still signed in");
    app.finish().await;
}
