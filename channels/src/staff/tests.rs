//! The pages for staff where cookies are secure, and where there are none of these pages.

use std::sync::Arc;

use actix_web::http::StatusCode;
use ledger::{DatabaseUrl, Ledger};
use rstest::rstest;
use staff::admin::{NewMember, add};
use staff::{Role, Scope, Staff, StaffParts, passwords};

use crate::web::tests::{browser_over, now, state_with_staff};

const PASSWORD: &str = "neuf chats noirs";

/// Over a ledger of its own, with one member who has a one-time password.
fn staff(folder: &tempfile::TempDir) -> Arc<Staff> {
    let url = DatabaseUrl::Sqlite(folder.path().join("ledger.db"));
    Ledger::migrate(&url).unwrap();
    let ledger = Arc::new(Ledger::open(&url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {})).unwrap());
    let tariq = NewMember {
        login: "tariq".to_owned(),
        name: "<Tariq> & \"Co\"".to_owned(),
        roles: [Role::Teleoperator].into(),
        scope: Scope::default(),
    };
    let hash = passwords::hash_now(&PASSWORD.into()).unwrap();
    add(&ledger, "(test)", &tariq, &hash, now()).unwrap().unwrap();
    let key = "0123456789abcdef0123456789abcdef".into();
    Arc::new(Staff::open(StaffParts { ledger, clock: Arc::new(now), key }).unwrap())
}

#[actix_web::test]
async fn the_sessions_cookie_is_for_this_host_and_site_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browser_over(state_with_staff(staff(&folder))).await;
    let fields = [("login", "tariq"), ("password", PASSWORD), ("next", "/staff/sessions")];
    let answer = browser.fill("/fr/staff/sign-in", &fields).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/fr/staff/password?next=/staff/sessions")
    );
    let cookie = answer.header("set-cookie");
    let (value, rest) = cookie.split_once(';').unwrap();
    assert_eq!((value.len(), &value[..13]), (13 + 64, "__Host-staff="));
    assert_eq!(rest, " HttpOnly; SameSite=Strict; Secure; Path=/");
    let fields = [("present", PASSWORD), ("new", "dix oiseaux verts"), ("again", "dix oiseaux verts")];
    browser.fill("/fr/staff/password", &fields).await;
    let home = browser.get("/fr/staff").await;
    assert_eq!((home.status, home.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(
        home.body.contains("&#60;Tariq&#62; &#38; &#34;Co&#34;") && !home.body.contains("<Tariq>"),
        "{}",
        home.body
    );
    let out = browser.fill("/fr/staff", &[]).await;
    assert_eq!(out.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(out.body.contains("staff.css"), "it is said on a page for staff");
}

#[rstest]
#[case("/staff")]
#[case("/fr/staff")]
#[case("/fr/staff/sign-in")]
#[case("/ar/staff/audit")]
#[actix_web::test]
async fn where_there_are_none_nothing_is_found(#[case] path: &str) {
    let mut browser = crate::web::tests::browser().await;
    assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
}
