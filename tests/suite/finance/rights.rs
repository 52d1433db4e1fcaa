//! Every route of the finance pages with every role.

use staff::admin::{self, COMMAND_LINE};
use staff::{Permission, Role, Scope};

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
    let before = app.ledger.read(|reader| Ok((reader.break_of(id)?, reader.break_notes(id)?))).unwrap();
    for (step, fields) in [
        ("assign", vec![("to", "1")]),
        ("note", vec![("note", "x")]),
        ("resolve", vec![("how", "evidence"), ("why", "x")]),
        ("decide", vec![("decision", "approve"), ("word", "x")]),
        ("decide", vec![("decision", "refuse"), ("word", "x")]),
    ] {
        let page = aicha.post(&format!("/breaks/{id}/{step}"), &fields).await;
        assert_eq!(page.status, 403, "{step}: {}", page.text());
    }
    let after = app.ledger.read(|reader| Ok((reader.break_of(id)?, reader.break_notes(id)?))).unwrap();
    assert_eq!(before, after);
    app.finish().await;
}

/// Whoever is bound to a biller is led to nothing of the hub as a whole, and is nobody to follow a break up.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_finance_that_is_bound_to_a_biller() {
    let app = super::settled(Backend::Sqlite).await.unwrap();
    super::take(&app, "s1.xml", &super::statement(super::today(&app), 0, &[(500, "B1")]));
    let id = super::open_breaks(&app)[0];
    let driss = at_work(&app, "fr", "driss", Role::Finance).await;
    assert!(driss.get("").await.body.contains("href=\"/fr/staff/breaks\""));
    let (roles, now) = ([Role::Finance, Role::BillerUser].into(), app.now());
    let scope = Scope { biller: Some(1001), ..Scope::default() };
    admin::set_roles(&app.ledger, COMMAND_LINE, "driss", &roles, &scope, now).unwrap().unwrap();
    driss.sign_in(&app).await;
    let home = driss.get("").await;
    for path in ["/breaks", "/reconciliation"] {
        assert!(!home.body.contains(&format!("href=\"/fr/staff{path}\"")), "led to {path}");
        assert_eq!(driss.get(path).await.status, 403);
    }
    assert!(home.body.contains("href=\"/fr/staff/settlement\""));
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let page = fatima.get(&format!("/breaks/{id}")).await;
    assert_eq!((page.body.contains("fatima Name"), page.body.contains("driss Name")), (true, false));
    app.finish().await;
}
