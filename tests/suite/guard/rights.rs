//! Every route of the pages about fraud with every role.

use staff::{Permission, Role};

use super::at_work;
use crate::support::{Backend, TestApp};

const REVIEW: Permission = Permission::ReviewFraud;
const RULES: Permission = Permission::ApproveRules;

/// The permission that it takes to send, and the status of a form that is empty.
type Sending = Option<(Permission, u16)>;

/// Path, the permission that it takes to look, the one that it takes to send (`None`: nothing is sent there), and the
/// status of a form that is empty.
const ROUTES: &[(&str, Permission, Sending)] = &[
    ("/guard", REVIEW, None),
    ("/guard/cases/1", REVIEW, Some((REVIEW, 404))),
    ("/guard/hits", RULES, None),
    ("/guard/rules", RULES, Some((REVIEW, 400))),
    ("/guard/rules/1", RULES, Some((RULES, 400))),
    ("/guard/lists", REVIEW, Some((REVIEW, 400))),
    ("/guard/lists/1", REVIEW, Some((REVIEW, 200))),
];

async fn walk(app: &TestApp, role: Role) {
    let who = at_work(app, "fr", &format!("walks-{role}"), role).await;
    for (path, permission, sent) in ROUTES {
        let may = role.permissions().contains(permission);
        let page = who.get(path).await;
        assert_eq!(page.status != 403, may, "{role} looks at {path}: {} {}", page.status, page.text());
        let page = who.post(path, &[]).await;
        match sent {
            None => assert_eq!(page.status, 405, "{role} sends {path}"),
            Some((permission, status)) => {
                let may = role.permissions().contains(permission);
                let status = if may { *status } else { 403 };
                assert_eq!(page.status, status, "{role} sends {path}: {}", page.text());
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
