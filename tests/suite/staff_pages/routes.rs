//! Every address for staff, asked by every role: the table says who may; the roles' permissions decide the rest.

use std::collections::BTreeSet;

use staff::{Bound, Permission as P, Role, Scope};

use crate::support::{Backend, Colleague, TestApp, take_in};

/// Where the channels' addresses are registered.
const REGISTERED: &str = concat!(
    include_str!("../../../channels/src/routes.rs"),
    include_str!("../../../channels/src/routes/counters.rs"),
    include_str!("../../../channels/src/routes/back_office.rs"),
    include_str!("../../../channels/src/routes/systems.rs"),
);

/// Who may come to an address.
pub enum Who {
    /// Whoever is there, signed in or not.
    Anybody,
    /// Every member of staff.
    Members,
    /// Members with one of these permissions.
    With(&'static [P]),
    /// The same, at an outlet.
    AtOutlet(&'static [P]),
    /// The same, bound to no biller.
    Whole(&'static [P]),
}
use Who::{Anybody, AtOutlet, Members, Whole, With};

/// Path below `/staff`, who may look at it, who may send its form; `None` where the address does not take the method.
pub const ROUTES: &[(&str, Option<Who>, Option<Who>)] = &[
    ("", Some(Members), None),
    ("/sign-in", Some(Anybody), Some(Anybody)),
    ("/second-factor", Some(Anybody), Some(Anybody)),
    ("/enrol", Some(Anybody), Some(Anybody)),
    ("/recovery-codes", Some(Members), Some(Members)),
    ("/password", Some(Members), Some(Members)),
    ("/sessions", Some(Members), Some(Members)),
    // It would end the session that the other addresses are asked with.
    ("/sign-out", None, Some(Anybody)),
    ("/audit", Some(With(&[P::ViewAudit])), None),
    ("/biller", Some(With(&[P::ViewBillerPayments])), None),
    ("/outlet", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/shift", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/billers/{biller}/{type}", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/bills/{inquiry}", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/quotes/{quote}", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/references/{digits}", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/references/{digits}/late", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/payments", Some(With(&[P::TakeCash])), None),
    ("/outlet/payments/{payment}", Some(With(&[P::TakeCash])), None),
    ("/outlet/payments/{payment}/status", Some(With(&[P::TakeCash])), None),
    ("/outlet/payments/{payment}/print", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/payments/{payment}/cancel", Some(With(&[P::TakeCash])), Some(With(&[P::CancelCash]))),
    ("/outlet/give-back", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/movements", Some(With(&[P::TakeCash])), Some(With(&[P::TakeCash]))),
    ("/outlet/closure", Some(With(&[P::CloseShift])), None),
    ("/outlet/shifts", Some(AtOutlet(&[P::ViewOutlets])), None),
    ("/outlet/shifts/{shift}", Some(AtOutlet(&[P::ViewOutlets])), None),
    ("/outlet/shifts/{shift}/closure", Some(With(&[P::CloseShift])), Some(With(&[P::CloseShift]))),
    ("/floats", Some(With(&[P::ViewOutlets])), None),
    ("/floats/{outlet}", Some(With(&[P::ViewOutlets])), Some(With(&[P::RequestFloat]))),
    ("/float-requests/{request}", Some(With(&[P::ViewOutlets])), Some(With(&[P::ApproveFloat]))),
    ("/late-cash", Some(With(&[P::ViewOutlets])), None),
    ("/late-cash/{cash}", Some(With(&[P::ViewOutlets])), Some(With(&[P::ApproveFloat, P::ResolveIncidents]))),
    ("/desk", Some(With(&[P::Desk])), Some(With(&[P::Desk]))),
    ("/desk/day", Some(With(&[P::Desk])), None),
    ("/desk/calls", None, Some(With(&[P::Desk]))),
    ("/desk/handovers/{handover}", None, Some(With(&[P::Desk]))),
    ("/desk/payments/{payment}", Some(With(&[P::Desk])), Some(With(&[P::Desk]))),
    ("/desk/calls/{call}", Some(With(&[P::Desk])), None),
    ("/desk/calls/{call}/status", Some(With(&[P::Desk])), None),
    ("/desk/calls/{call}/caller", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/unmask", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/notes", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/close", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/find", Some(With(&[P::Desk])), Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/bills/{inquiry}", Some(With(&[P::Desk])), Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/quotes/{quote}", Some(With(&[P::Desk])), None),
    ("/desk/calls/{call}/quotes/{quote}/link", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/quotes/{quote}/reference", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/links/{link}", None, Some(With(&[P::Desk]))),
    ("/desk/calls/{call}/references/{reference}", None, Some(With(&[P::Desk]))),
    ("/board", Some(Whole(&[P::ViewPayments])), None),
    ("/board/tiles", Some(Whole(&[P::ViewPayments])), None),
    (
        "/payments",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
    ),
    (
        "/payments/filters",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
    ),
    (
        "/payments/filters/{filter}/delete",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
    ),
    ("/payments/{payment}", Some(With(&[P::ViewPayments, P::ViewBillerPayments])), Some(With(&[P::ViewPayments]))),
    ("/payments/{payment}/note", Some(With(&[P::ViewPayments, P::ViewBillerPayments])), Some(With(&[P::ViewPayments]))),
    (
        "/payments/{payment}/resend",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::ResolveIncidents])),
    ),
    (
        "/payments/{payment}/ask-biller",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::ResolveIncidents])),
    ),
    ("/refunds", Some(Whole(&[P::ViewPayments])), None),
    ("/refunds/{refund}", Some(Whole(&[P::ViewPayments])), None),
    ("/refunds/{refund}/decide", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ApproveRefund]))),
    ("/refunds/{refund}/withdraw", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::RequestRefund]))),
    ("/refunds/{refund}/ask-again", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ResolveIncidents]))),
    ("/payments/{payment}/refund", Some(Whole(&[P::RequestRefund])), Some(Whole(&[P::RequestRefund]))),
    ("/unknowns", Some(Whole(&[P::ViewPayments])), None),
    ("/payments/{payment}/resolve", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ProposeOutcome]))),
    ("/payments/{payment}/resolve/decide", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::DecideOutcome]))),
    ("/payments/{payment}/resolve/withdraw", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ProposeOutcome]))),
    ("/payments/{payment}/resolve/ask-again", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ResolveIncidents]))),
    ("/refunds/{refund}/resolve", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ProposeOutcome]))),
    ("/refunds/{refund}/resolve/decide", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::DecideOutcome]))),
    ("/refunds/{refund}/resolve/withdraw", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ProposeOutcome]))),
    ("/payments/{payment}/hold", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ManageHolds]))),
    ("/payments/{payment}/hold/let-go", Some(Whole(&[P::ViewPayments])), Some(Whole(&[P::ManageHolds]))),
    ("/branding", Some(With(&[P::EditBranding])), None),
    ("/branding/{biller}", Some(With(&[P::EditBranding])), Some(With(&[P::EditBranding]))),
    ("/branding/{biller}/publish", Some(With(&[P::EditBranding])), Some(Whole(&[P::ManageBillers]))),
    ("/branding/{biller}/drop", Some(With(&[P::EditBranding])), Some(With(&[P::EditBranding]))),
    ("/branding/{biller}/versions/{number}", Some(With(&[P::EditBranding])), Some(With(&[P::EditBranding]))),
    ("/branding/{biller}/files/{file}", Some(With(&[P::EditBranding])), None),
    ("/branding/{biller}/preview/{page}", Some(With(&[P::EditBranding])), Some(With(&[P::EditBranding]))),
    ("/billers", Some(Whole(&[P::ViewBillers])), None),
    ("/billers/{biller}", Some(Whole(&[P::ViewBillers])), None),
    ("/billers/{biller}/suspend", Some(Whole(&[P::ViewBillers])), Some(Whole(&[P::ManageBillers]))),
    ("/billers/{biller}/resume", Some(Whole(&[P::ViewBillers])), Some(Whole(&[P::ManageBillers]))),
    ("/billers/{biller}/settings", Some(Whole(&[P::ViewBillers])), Some(Whole(&[P::ManageBillers]))),
    ("/billers/{biller}/settings/{change}", Some(Whole(&[P::ViewBillers])), Some(Whole(&[P::ManageBillers]))),
    (
        "/reports",
        Some(With(&[
            P::ViewPayments,
            P::ViewBillerPayments,
            P::ViewSettlement,
            P::ViewBooks,
            P::ViewOutlets,
            P::ViewAudit,
        ])),
        None,
    ),
    ("/reports/keys", Some(Whole(&[P::ManageReports])), Some(Whole(&[P::ManageReports]))),
    ("/reports/keys/{key}/revoke", Some(Whole(&[P::ManageReports])), Some(Whole(&[P::ManageReports]))),
    ("/reports/schedules", Some(Whole(&[P::ManageReports])), Some(Whole(&[P::ManageReports]))),
    ("/reports/schedules/{schedule}/end", Some(Whole(&[P::ManageReports])), Some(Whole(&[P::ManageReports]))),
    ("/reports/runs", Some(Members), None),
    ("/reports/runs/{run}", Some(Members), None),
    ("/reports/runs/{run}/file", Some(Members), None),
    ("/reports/{kind}", Some(Members), None),
    ("/reports/{kind}/report.csv", Some(Members), None),
    ("/reports/{kind}/report.xlsx", Some(Members), None),
    ("/reports/{kind}/report.pdf", Some(Members), None),
    ("/settlement", Some(With(&[P::ViewSettlement])), None),
    ("/settlement/windows/{window}", Some(With(&[P::ViewSettlement])), None),
    ("/settlement/files/{file}", Some(With(&[P::ViewSettlement])), None),
    ("/settlement/orders", Some(Whole(&[P::ViewSettlement])), None),
    ("/settlement/orders/{order}", Some(Whole(&[P::ViewSettlement])), None),
    ("/reconciliation", Some(With(&[P::ViewBooks])), None),
    ("/reconciliation/statement.csv", Some(With(&[P::ViewBooks])), None),
    ("/reconciliation/statement.pdf", Some(With(&[P::ViewBooks])), None),
    ("/breaks", Some(With(&[P::ViewBooks])), None),
    ("/breaks/{break}", Some(With(&[P::ViewBooks])), None),
    ("/breaks/{break}/assign", Some(With(&[P::ViewBooks])), Some(With(&[P::ResolveBreaks]))),
    ("/breaks/{break}/note", Some(With(&[P::ViewBooks])), Some(With(&[P::ResolveBreaks]))),
    ("/breaks/{break}/resolve", Some(With(&[P::ViewBooks])), Some(With(&[P::ResolveBreaks]))),
    ("/breaks/{break}/decide", Some(With(&[P::ViewBooks])), Some(With(&[P::ResolveBreaks]))),
    ("/guard", Some(Whole(&[P::ReviewFraud])), None),
    ("/guard/cases/{case}", Some(Whole(&[P::ReviewFraud])), Some(Whole(&[P::ReviewFraud]))),
    ("/guard/hits", Some(Whole(&[P::ApproveRules])), None),
    ("/guard/rules", Some(Whole(&[P::ApproveRules])), Some(Whole(&[P::ReviewFraud]))),
    ("/guard/rules/{rule}", Some(Whole(&[P::ApproveRules])), Some(Whole(&[P::ApproveRules]))),
    ("/guard/lists", Some(Whole(&[P::ReviewFraud])), Some(Whole(&[P::ReviewFraud]))),
    ("/guard/lists/import", Some(Whole(&[P::ReviewFraud])), Some(Whole(&[P::ReviewFraud]))),
    ("/guard/lists/{entry}", Some(Whole(&[P::ReviewFraud])), Some(Whole(&[P::ReviewFraud]))),
    ("/disputes", Some(With(&[P::ViewPayments, P::ViewBillerPayments])), None),
    ("/disputes/{dispute}", Some(With(&[P::ViewPayments, P::ViewBillerPayments])), Some(Whole(&[P::ViewPayments]))),
    (
        "/disputes/{dispute}/assign",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/note",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/ask",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/propose",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/decide",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/reopen",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(Whole(&[P::HandleDisputes])),
    ),
    (
        "/disputes/{dispute}/answer",
        Some(With(&[P::ViewPayments, P::ViewBillerPayments])),
        Some(With(&[P::HandleDisputes, P::ViewBillerPayments])),
    ),
    (
        "/payments/{payment}/dispute",
        Some(With(&[P::Desk, P::HandleDisputes, P::ViewBillerPayments])),
        Some(With(&[P::Desk, P::HandleDisputes, P::ViewBillerPayments])),
    ),
    ("/personal", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/export", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/erase", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/decide", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/rectify", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/end", Some(Whole(&[P::ManagePersonalData])), Some(Whole(&[P::ManagePersonalData]))),
    ("/personal/{request}/certificate", Some(Whole(&[P::ManagePersonalData])), None),
];

/// Addresses of a route: each with something that goes by the name in every place, and any number where nothing does.
pub fn addresses(names: &[(&'static str, Vec<String>)], route: &str) -> Vec<String> {
    let mut all = vec![route.to_owned()];
    for (name, values) in names {
        all = all
            .iter()
            .flat_map(|path| match path.contains(name) {
                true => values.iter().map(|value| path.replace(name, value)).collect(),
                false => vec![path.clone()],
            })
            .collect();
    }
    let any = |mut path: String| {
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, "1");
        }
        path
    };
    all.into_iter().map(any).collect()
}

/// Kinds of reports, and who may have them.
const REPORTS: [(&str, Who); 9] = [
    ("transactions", With(&[P::ViewPayments, P::ViewBillerPayments])),
    ("settlements", With(&[P::ViewSettlement])),
    ("fees", Whole(&[P::ViewBooks])),
    ("vat", Whole(&[P::ViewBooks])),
    ("stamp-duty", Whole(&[P::ViewBooks])),
    ("trial-balance", Whole(&[P::ViewBooks])),
    ("ageing", Whole(&[P::ViewBooks])),
    ("outlets", Whole(&[P::ViewOutlets])),
    ("audit", With(&[P::ViewAudit])),
];

/// It takes an upload, which no plain form is: `branding::rights` asks for it.
const UPLOAD: &str = "/branding/{biller}";
/// Its form goes nowhere and changes nothing.
const PREVIEW: &str = "/branding/{biller}/preview/{page}";

/// What stands in an address where something is named: what could be, and is not there.
fn filled(path: &str) -> String {
    let mut filled = path.to_owned();
    for (name, value) in [
        ("{biller}", "1001"),
        ("{type}", "02"),
        ("{inquiry}", "0000-001B-9XK2-7QZD"),
        ("{quote}", "0000-001B-9XK2-7QZD"),
        ("{payment}", "0000-001B-9XK2-7QZD"),
        ("{digits}", "1234567890128"),
        ("{outlet}", "10001"),
    ] {
        filled = filled.replace(name, value);
    }
    while let (Some(start), Some(end)) = (filled.find('{'), filled.find('}')) {
        filled.replace_range(start..=end, "987654");
    }
    filled
}

/// What is registered, as path below `/staff` and whether it is looked at and sent.
fn registered() -> BTreeSet<(String, bool, bool)> {
    let call = |kind: &str| format!("{kind}(\"/staff");
    let mut found = BTreeSet::new();
    for (kind, looked, sent) in [("page", true, false), ("form", true, true), ("taking", false, true)] {
        for (at, start) in REGISTERED.match_indices(&call(kind)) {
            let path = REGISTERED[at + start.len()..].split('"').next().unwrap();
            // `/staff` itself, without a language, only leads to one.
            found.insert((path.to_owned(), looked, sent));
        }
    }
    found
}

#[test]
fn the_table_has_every_address() {
    let table = ROUTES.iter().map(|(path, get, post)| ((*path).to_owned(), get.is_some(), post.is_some())).collect();
    let registered = registered();
    let missing: Vec<_> = registered.difference(&table).collect();
    let gone: Vec<_> = table.difference(&registered).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:?}\nnot registered: {gone:?}");
    assert_eq!(ROUTES.len(), table.len(), "an address stands twice");
}

impl Who {
    fn includes(&self, role: Role) -> bool {
        let has = |permissions: &[P]| permissions.iter().any(|permission| role.permissions().contains(permission));
        match self {
            Anybody | Members => true,
            With(permissions) => has(permissions),
            AtOutlet(permissions) => has(permissions) && role.bound() == Some(Bound::Outlet),
            Whole(permissions) => has(permissions) && role.bound() != Some(Bound::Biller),
        }
    }
}

/// Every role with what it is bound to.
fn colleagues(app: &TestApp) -> Vec<(Role, Colleague)> {
    let take = |(position, role): (usize, Role)| {
        let scope = match role {
            Role::Agent | Role::OutletSupervisor => Scope { outlet: Some(10_001), ..Scope::default() },
            Role::NetworkManager => Scope { network: Some("BARID".to_owned()), ..Scope::default() },
            Role::BillerUser => Scope { biller: Some(1001), ..Scope::default() },
            _ => Scope::default(),
        };
        let login = format!("member{position}");
        let secret = take_in(&app.ledger, &login, role, scope, app.now());
        (role, app.at_browser("en", &login, secret))
    };
    Role::ALL.into_iter().enumerate().map(take).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_what_it_may_and_nothing_else() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let mut wrong = Vec::new();
    for (role, who) in colleagues(&app) {
        who.sign_in(&app).await;
        for (path, get, post) in ROUTES {
            let address = filled(path);
            for (method, access) in [("GET", get), ("POST", post)] {
                let Some(access) = access else { continue };
                if *path == "/sign-out" || (method, *path) == ("POST", UPLOAD) {
                    continue;
                }
                let page = if method == "GET" { who.get(&address).await } else { who.post(&address, &[]).await };
                let refused = page.status == 403;
                if page.status >= 500 || refused == access.includes(role) {
                    wrong.push(format!("{role}: {method} {path} -> {} ({})", page.status, page.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_has_its_reports_and_no_others() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let mut wrong = Vec::new();
    for (role, who) in colleagues(&app) {
        who.sign_in(&app).await;
        for (kind, access) in &REPORTS {
            for form in ["", "/report.csv", "/report.xlsx", "/report.pdf"] {
                let page = who.get(&format!("/reports/{kind}{form}")).await;
                if page.status != if access.includes(role) { 200 } else { 403 } {
                    wrong.push(format!("{role}: {kind}{form} -> {}", page.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.finish().await;
}

/// Whoever is not signed in is sent to sign in, or refused; nothing is shown and nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_sent_to_sign_in() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let stranger = app.at_browser("en", "nobody", Vec::new());
    let mut wrong = Vec::new();
    for (path, get, post) in ROUTES {
        let address = filled(path);
        for (method, access) in [("GET", get), ("POST", post)] {
            if matches!(access, None | Some(Anybody)) {
                continue;
            }
            let page = if method == "GET" { stranger.get(&address).await } else { stranger.post(&address, &[]).await };
            if !page.path.starts_with("/en/staff/sign-in") && page.status != 401 && page.status != 403 {
                wrong.push(format!("{method} {path} -> {} ({})", page.status, page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(app.audit().is_empty());
    app.finish().await;
}

/// Forms without this browser's token do nothing, whoever sends them.
#[tokio::test(flavor = "multi_thread")]
async fn forged_forms_are_refused_to_every_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let mut wrong = Vec::new();
    for (role, who) in colleagues(&app) {
        who.sign_in(&app).await;
        let before = app.audit();
        for (path, _, post) in ROUTES {
            if matches!(post, None | Some(Anybody)) || [UPLOAD, PREVIEW].contains(path) {
                continue;
            }
            let page = who.browser.post(&who.path(&filled(path)), &vec![("csrf".to_owned(), "f".repeat(128))]).await;
            if page.status != 403 {
                wrong.push(format!("{role}: {path} -> {}", page.status));
            }
        }
        assert_eq!(app.audit(), before);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.finish().await;
}
