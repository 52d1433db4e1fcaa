//! Who sees whom: every address that shows something, and every form of every report, asked by every role after a day on
//! which one person was everywhere. Their phone, mail address, contract and name stand in full only where the table says.

pub mod planting;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::process::Command;

use calamine::{Reader, Xlsx};
use staff::{Bound, Role, Scope};

use self::planting::{CONTRACT, MAIL, NAME, PHONE_DIGITS, Planted};
use crate::staff_pages::routes::{ROUTES, addresses};
use crate::support::{Backend, Colleague, TestApp, skip, take_in};

/// What is looked for.
const WHAT: [(&str, &str); 4] = [("phone", PHONE_DIGITS), ("mail", MAIL), ("contract", CONTRACT), ("name", NAME)];

/// Something that is seen in full without being unmasked.
struct Allowed {
    roles: &'static [Role],
    routes: &'static [&'static str],
    what: &'static str,
    /// Why.
    _because: &'static str,
}

/// Whoever is not in this table sees nobody in full.
const ALLOWED: &[Allowed] = &[
    Allowed {
        roles: &[Role::BillerUser, Role::Finance, Role::Operations, Role::Auditor],
        routes: &["/settlement/files/{file}"],
        what: "contract",
        _because: "the biller credits its customers by the file; each download is in the audit log",
    },
    Allowed {
        roles: &[Role::BillerUser],
        routes: &[
            "/reports/{kind}",
            "/reports/{kind}/report.csv",
            "/reports/{kind}/report.xlsx",
            "/reports/{kind}/report.pdf",
        ],
        what: "contract",
        _because: "a biller knows its own customers; rows shown are in the audit log",
    },
    Allowed {
        roles: &[Role::BillerUser, Role::Finance, Role::Operations, Role::Auditor],
        routes: &[
            "/disputes/{dispute}",
            "/disputes/{dispute}/assign",
            "/disputes/{dispute}/note",
            "/disputes/{dispute}/ask",
            "/disputes/{dispute}/answer",
            "/disputes/{dispute}/propose",
            "/disputes/{dispute}/decide",
            "/disputes/{dispute}/reopen",
        ],
        what: "name",
        _because: "what the payer wrote is what the complaint is about; that it was looked at is in the audit log",
    },
    Allowed {
        roles: &[Role::Finance, Role::Operations, Role::Auditor],
        routes: &[
            "/payments/{payment}",
            "/payments/{payment}/note",
            "/payments/{payment}/resend",
            "/payments/{payment}/ask-biller",
        ],
        what: "name",
        _because: "a colleague's note to a payment; that it was looked at is in the audit log",
    },
    Allowed {
        roles: &[Role::Teleoperator],
        routes: &["/desk/calls/{call}"],
        what: "name",
        _because: "their own note on their own call",
    },
];

/// A telephone, a contract and so on as they are found however they are grouped.
fn closed(text: &str) -> String {
    let gaps = [' ', '-', '.', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2068}', '\u{2069}'];
    text.chars().filter(|c| !gaps.contains(c)).collect::<String>().to_lowercase()
}

fn found(text: &str) -> Vec<&'static str> {
    let text = closed(text);
    WHAT.iter().filter(|(_, secret)| text.contains(&closed(secret))).map(|(what, _)| *what).collect()
}

/// What an answer says: of workbooks the cells, of papers the words.
fn read(path: &str, bytes: Vec<u8>) -> String {
    if bytes.starts_with(b"PK") {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        return sheet.rows().flatten().map(|cell| format!("{cell}\n")).collect();
    }
    if bytes.starts_with(b"%PDF") {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let Ok(output) = Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").output() else {
            skip("pdftotext (poppler-utils)");
            return String::new();
        };
        assert!(output.status.success(), "{path}");
        return String::from_utf8_lossy(&output.stdout).into_owned();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every role at work, but for those who were at work when it was planted.
pub async fn colleagues(app: &TestApp, planted: Planted) -> (Vec<(Role, Colleague)>, Planted) {
    let mut all = Vec::new();
    let Planted { tariq, amina, .. } = &planted;
    assert_eq!((tariq.login.as_str(), amina.login.as_str()), ("tariq", "amina"));
    for role in Role::ALL {
        if matches!(role, Role::Teleoperator | Role::Agent) {
            continue;
        }
        let scope = match role.bound() {
            Some(Bound::Outlet) => Scope { outlet: Some(10_001), ..Scope::default() },
            Some(Bound::Network) => Scope { network: Some("BARID".to_owned()), ..Scope::default() },
            Some(Bound::Biller) => Scope { biller: Some(1001), ..Scope::default() },
            None => Scope::default(),
        };
        let secret = take_in(&app.ledger, role.as_str(), role, scope, app.now());
        let who = app.at_browser("fr", role.as_str(), secret);
        who.sign_in(app).await;
        all.push((role, who));
    }
    (all, planted)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_more_of_a_person_than_their_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let planted = planting::everywhere(&app).await;
    let (mut all, planted) = colleagues(&app, planted).await;
    let Planted { names, tariq, amina } = planted;
    tariq.sign_in(&app).await;
    amina.sign_in(&app).await;
    all.extend([(Role::Teleoperator, tariq), (Role::Agent, amina)]);

    let lately = format!("?{}", crate::reports::lately(&app));
    let (mut seen, mut shown, mut masked) = (BTreeMap::new(), BTreeSet::new(), 0);
    for (role, who) in &all {
        for (route, get, _) in ROUTES {
            if get.is_none() {
                continue;
            }
            for address in addresses(&names, route) {
                let days = if route.starts_with("/reports/{kind}") { &*lately } else { "" };
                let address = format!("{address}{days}");
                let (status, _, bytes) = who.browser.fetch(&who.path(&address)).await;
                assert!(status < 500, "{role}: {address} -> {status}");
                if status != 200 {
                    continue;
                }
                shown.insert(*route);
                let text = read(&address, bytes);
                masked += usize::from(text.contains("••••"));
                for what in found(&text) {
                    seen.entry((*role, *route, what)).or_insert(address.clone());
                }
            }
        }
    }
    let is_allowed = |(role, route, what): &(Role, &str, &str)| {
        let fits = |row: &Allowed| row.roles.contains(role) && row.routes.contains(route) && row.what == *what;
        ALLOWED.iter().any(fits)
    };
    let wrong = seen.iter().filter(|(key, _)| !is_allowed(key));
    let wrong: Vec<String> = wrong.map(|((role, _, what), at)| format!("{role} sees the {what} at {at}")).collect();
    assert!(wrong.is_empty(), "{} are shown too much:\n{}", wrong.len(), wrong.join("\n"));
    for row in ALLOWED {
        let sees = |role: &Role| row.routes.iter().any(|route| seen.contains_key(&(*role, *route, row.what)));
        let idle: Vec<_> = row.roles.iter().filter(|role| !sees(role)).collect();
        assert!(idle.is_empty(), "allowed to see the {} at {}, and do not: {idle:?}", row.what, row.routes[0]);
    }
    // A walk past closed doors would prove nothing.
    let closed: Vec<_> = ROUTES.iter().filter(|(path, get, _)| get.is_some() && !shown.contains(path)).collect();
    let closed: Vec<&str> = closed.into_iter().map(|(path, ..)| *path).collect();
    assert!(closed.len() < 25, "{} addresses opened to nobody: {closed:?}", closed.len());
    assert!(masked > 40, "{masked}");
    app.finish().await;
}

/// What is hidden is shown for a reason, which the audit log has first.
#[tokio::test(flavor = "multi_thread")]
async fn unmasking_takes_a_reason_and_a_row_of_the_audit_log() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let planted = planting::everywhere(&app).await;
    let omar = crate::finance::at_work(&app, "fr", "omar", Role::Operations).await;
    let named = |of: &str| planted.names.iter().find(|(name, _)| *name == of).unwrap().1[0].clone();
    for path in [format!("/payments/{}", named("{payment}")), format!("/disputes/{}", named("{dispute}"))] {
        for (reason, status) in [("", 422), ("vu", 422), ("le payeur demande son reçu", 200)] {
            let rows = |app: &TestApp| app.audit().iter().filter(|row| row.contains("customer-unmasked")).count();
            let before = rows(&app);
            let page = omar.post(&path, &[("reason", reason)]).await;
            let is_open = status == 200;
            assert_eq!(page.status, status, "{path}: {}", page.text());
            assert_eq!(found(&page.body).contains(&"phone"), is_open, "{path} {reason}: {}", page.text());
            assert_eq!(rows(&app), before + usize::from(is_open), "{path} {reason}");
        }
    }
    app.finish().await;
}
