//! Every route of the brandings with every role, and with another biller's code.

use staff::{Permission, Role};

use super::{DRAWING, GOOD, at_work, save};
use crate::support::{Backend, TestApp};

/// Path, and whether a form is sent to it.
const ROUTES: &[(&str, bool)] = &[
    ("/branding", false),
    ("/branding/1001", true),
    ("/branding/1001/publish", true),
    ("/branding/1001/drop", true),
    ("/branding/1001/versions/1", true),
    ("/branding/1001/files/1001-00000000000000000000000000000000.css", false),
    ("/branding/1001/preview/payment", true),
    ("/branding/1001/preview/receipt.pdf", true),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for role in Role::ALL {
        let who = at_work(&app, "fr", &format!("walks-{role}"), role).await;
        let may = role.permissions().contains(&Permission::EditBranding);
        for (path, is_form) in ROUTES {
            let page = who.get(path).await;
            assert_eq!(page.status != 403, may, "{role} looks at {path}: {}", page.status);
            let page = who.post(path, &[]).await;
            match is_form {
                false => assert_eq!(page.status, 405, "{role} sends {path}"),
                true if path.contains("/preview/") => assert_ne!(page.status, 500),
                true => {
                    let forged = who.browser.post(&who.path(path), &vec![]).await;
                    assert!(matches!(forged.status, 400 | 403), "{role} sends {path} without a token");
                    if !may {
                        assert!(matches!(page.status, 400 | 403), "{role} sends {path}: {}", page.status);
                    }
                }
            }
        }
    }
    let stranger = app.payer("fr");
    for (path, _) in ROUTES {
        let page = stranger.get(&format!("/fr/staff{path}")).await;
        assert!(page.path.ends_with("/staff/sign-in"), "{path}: {}", page.path);
    }
    app.finish().await;
}

/// Another biller's branding is as good as none.
#[tokio::test(flavor = "multi_thread")]
async fn a_billers_user_has_one_biller() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = save(&omar, 1101, &GOOD, ("logo.svg", DRAWING.as_bytes())).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let bilal = at_work(&app, "fr", "bilal", Role::BillerUser).await;
    assert_eq!(bilal.get("/branding").await.path, "/fr/staff/branding/1001", "straight to one's own");
    for path in ["", "/publish", "/drop", "/versions/1", "/preview/payment", "/preview/receipt", "/preview/mail"] {
        let page = bilal.get(&format!("/branding/1101{path}")).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.body.contains("Redal"), "{path}");
    }
    for step in ["publish", "drop", "versions/1"] {
        let page = bilal.post(&format!("/branding/1101/{step}"), &[]).await;
        assert_eq!(page.status, 404, "{step}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_versions WHERE state = 1"), 1, "nothing was done");
    app.finish().await;
}
