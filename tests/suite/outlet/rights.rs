//! Every route of the outlet with every role.

use staff::{Permission, Role};

use super::{hub, member, member_at};
use crate::support::{Backend, TestApp};

/// Path, the permissions of which one is needed to look, and those to send its form. None: the address takes it not.
const ROUTES: &[(&str, &[Permission], &[Permission])] = &[
    ("/outlet", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/shift", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/billers/1001/01", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/bills/0000-001B-9XK2-7QZD", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/quotes/0000-001B-9XK2-7QZD", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/references/1000000000007", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/references/1000000000007/late", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/payments", &[Permission::TakeCash], &[]),
    ("/outlet/payments/0000-001B-9XK2-7QZD", &[Permission::TakeCash], &[]),
    ("/outlet/payments/0000-001B-9XK2-7QZD/status", &[Permission::TakeCash], &[]),
    ("/outlet/payments/0000-001B-9XK2-7QZD/print", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/payments/0000-001B-9XK2-7QZD/cancel", &[Permission::TakeCash], &[Permission::CancelCash]),
    ("/outlet/give-back", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/movements", &[Permission::TakeCash], &[Permission::TakeCash]),
    ("/outlet/closure", &[Permission::CloseShift], &[]),
    ("/outlet/shifts", &[Permission::TakeCash], &[]),
    ("/outlet/shifts/1", &[Permission::TakeCash], &[]),
    ("/outlet/shifts/1/closure", &[Permission::CloseShift], &[Permission::CloseShift]),
    ("/floats", &[Permission::ViewOutlets], &[]),
    ("/floats/10001", &[Permission::ViewOutlets], &[Permission::RequestFloat]),
    ("/float-requests/1", &[Permission::ViewOutlets], &[Permission::ApproveFloat]),
    ("/late-cash", &[Permission::ViewOutlets], &[]),
    ("/late-cash/1", &[Permission::ViewOutlets], &[Permission::ApproveFloat, Permission::ResolveIncidents]),
];

fn may(role: Role, permissions: &[Permission]) -> bool {
    permissions.iter().any(|permission| role.permissions().contains(permission))
}

async fn walk(app: &TestApp, role: Role) {
    let login = format!("walks-{role}");
    let who = member(app, "fr", &login, role);
    who.sign_in(app).await;
    for (path, look, send) in ROUTES {
        let page = who.get(path).await;
        assert_eq!(page.status != 403, may(role, look), "{role} looks at {path}: {} {}", page.status, page.text());
        let page = who.post(path, &[]).await;
        match send.is_empty() {
            true => assert_eq!(page.status, 405, "{role} sends {path}"),
            false => {
                assert_eq!(page.status != 403, may(role, send), "{role} sends {path}: {}", page.text());
                // Whoever may is refused as well where the form is not one of ours.
                let forged = who.browser.post(&who.path(path), &vec![]).await;
                assert_eq!(forged.status, 403, "{role} sends {path} without a token: {}", forged.text());
            }
        }
        assert!(page.status < 500, "{role} sends {path}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role() {
    let Some(app) = hub(Backend::Sqlite, "0.00").await else { return };
    for role in Role::ALL {
        walk(&app, role).await;
    }
    let stranger = app.payer("fr");
    for (path, ..) in ROUTES {
        let page = stranger.get(&format!("/fr/staff{path}")).await;
        assert!(page.path.ends_with("/staff/sign-in"), "{path}: {}", page.path);
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM shifts"), 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outlet_in_no_network_is_told_apart() {
    let Some(app) = hub(Backend::Sqlite, "0.00").await else { return };
    let scope = staff::Scope { outlet: Some(7), ..Default::default() };
    let lost = member_at(&app, "fr", "lost", Role::Agent, scope);
    lost.sign_in(&app).await;
    let page = lost.get("/outlet").await;
    assert_eq!(page.status, 403);
    super::says(&page, "Votre point de vente est introuvable");
    app.finish().await;
}
