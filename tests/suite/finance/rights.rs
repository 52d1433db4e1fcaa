//! Every route of the finance pages with every role.

use staff::{Permission, Role};

use super::at_work;
use crate::support::{Backend, TestApp};

const SETTLEMENT: Permission = Permission::ViewSettlement;
const BOOKS: Permission = Permission::ViewBooks;

/// Path, the permission that it takes to look, whether it is of the hub as a whole, and whether a form is sent to it.
const ROUTES: &[(&str, Permission, bool, bool)] = &[
    ("/settlement", SETTLEMENT, false, false),
    ("/settlement/windows/1", SETTLEMENT, false, false),
    ("/settlement/files/1", SETTLEMENT, false, false),
    ("/settlement/orders", SETTLEMENT, true, false),
    ("/settlement/orders/1", SETTLEMENT, true, false),
    ("/reconciliation", BOOKS, true, false),
    ("/reconciliation/statement.csv", BOOKS, true, false),
    ("/reconciliation/statement.pdf", BOOKS, true, false),
    ("/breaks", BOOKS, true, false),
    ("/breaks/1", BOOKS, true, false),
    ("/breaks/1/assign", BOOKS, true, true),
    ("/breaks/1/note", BOOKS, true, true),
    ("/breaks/1/resolve", BOOKS, true, true),
    ("/breaks/1/decide", BOOKS, true, true),
];

async fn walk(app: &TestApp, role: Role) {
    let who = at_work(app, "fr", &format!("walks-{role}"), role).await;
    let home = who.get("").await;
    for (path, permission, is_whole, is_form) in ROUTES {
        let may = role.permissions().contains(permission) && !(*is_whole && role == Role::BillerUser);
        let page = who.get(path).await;
        assert_eq!(page.status != 403, may, "{role} looks at {path}: {} {}", page.status, page.text());
        if matches!(*path, "/settlement" | "/reconciliation" | "/breaks") {
            assert_eq!(home.body.contains(&format!("href=\"/fr/staff{path}\"")), may, "{role} is led to {path}");
        }
        let page = who.post(path, &[]).await;
        match is_form {
            false => assert_eq!(page.status, 405, "{role} sends {path}"),
            true => {
                let may = role.permissions().contains(&Permission::ResolveBreaks);
                assert_eq!(page.status, if may { 404 } else { 403 }, "{role} sends {path}: {}", page.text());
                let forged = who.browser.post(&who.path(path), &vec![]).await;
                assert_eq!(forged.status, 403, "{role} sends {path} without a token");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for role in Role::ALL {
        walk(&app, role).await;
    }
    let stranger = app.payer("fr");
    for (path, ..) in ROUTES {
        let page = stranger.get(&format!("/fr/staff{path}")).await;
        assert!(page.path.ends_with("/staff/sign-in"), "{path}: {}", page.path);
    }
    app.finish().await;
}

/// Who reads only is offered nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_and_does_nothing() {
    let app = super::settled(Backend::Sqlite).await.unwrap();
    super::take(&app, "s1.xml", &super::statement(super::today(&app), 0, &[(500, "B1")]));
    let id = super::open_breaks(&app)[0];
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    let page = aicha.get(&format!("/breaks/{id}")).await;
    assert_eq!((page.status, page.body.contains("/resolve\"")), (200, false), "{}", page.text());
    app.finish().await;
}
