//! Forms about fraud that are wrong: each fault is told at its field, and nothing is done.

use rstest::rstest;
use staff::Role;

use super::at_work;
use crate::support::{Backend, TestApp};

const RULE: [(&str, &str); 6] =
    [("code", "r"), ("kind", "velocity"), ("subject", "phone"), ("minutes", "10"), ("count", "3"), ("mode", "on")];

#[rstest]
#[case(&[("code", "Too Loud")], &["code"])]
#[case(&[("code", "4000000000000010")], &["code"])]
#[case(&[("minutes", "x"), ("count", "500")], &["minutes", "count"])]
#[case(&[("minutes", "0")], &["minutes"])]
#[case(&[("minutes", "43201")], &["minutes"])]
#[case(&[("count", "")], &["amount"])]
#[case(&[("count", "-1")], &["count"])]
#[case(&[("amount", "abc")], &["amount"])]
#[case(&[("kind", "cap"), ("amount", "0")], &["amount"])]
#[case(&[("kind", "day-sum")], &["amount"])]
#[case(&[("kind", "structuring"), ("amount", "10000"), ("percent", "49"), ("count", "1")], &["percent", "count"])]
#[case(&[("kind", "night"), ("night-from", "5"), ("night-to", "5")], &["hours"])]
#[case(&[("kind", "night"), ("night-from", "24"), ("night-to", "")], &["hours"])]
#[case(&[("billers", "1001 12")], &["billers"])]
#[case(&[("billers", "<script>")], &["billers"])]
#[case(&[("subject", "card"), ("action", "review")], &["action"])]
#[tokio::test(flavor = "multi_thread")]
async fn rules_that_are_none(#[case] typed: &[(&str, &str)], #[case] faults: &[&str]) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let mut fields: Vec<(&str, &str)> = RULE.to_vec();
    fields.push(("action", "refuse"));
    fields.retain(|(name, _)| !typed.iter().any(|(other, _)| other == name));
    fields.extend(typed);
    let page = omar.post("/guard/rules", &fields).await;
    assert_eq!(page.status, 422, "{}", page.text());
    for fault in faults {
        assert!(page.body.contains(&format!("id=\"{fault}-fault\"")), "{fault}: {}", page.text());
    }
    assert_eq!(page.body.matches("<li><a href=\"#").count(), faults.len(), "{}", page.text());
    assert!(!page.body.contains("<script>") && !page.body.contains("4000000000000010"));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM guard_rules"), 0);
    app.finish().await;
}

#[rstest]
#[case("/guard/rules", &[("kind", "magic"), ("action", "refuse"), ("mode", "on")], 400)]
#[case("/guard/rules", &[("kind", "cap"), ("action", "refuse"), ("mode", "loud")], 400)]
#[case("/guard/rules", &[("kind", "cap"), ("action", "shoot"), ("mode", "on")], 400)]
#[case("/guard/rules", &[("kind", "cap"), ("kind", "cap"), ("action", "refuse"), ("mode", "on")], 400)]
#[case("/guard/rules", &[("kind", "cap"), ("action", "refuse"), ("mode", "on"), ("channels", "SEA")], 400)]
#[case("/guard/rules/1", &[("decision", "maybe")], 400)]
#[case("/guard/rules/x", &[("decision", "approve")], 404)]
#[case("/guard/rules/99", &[("decision", "approve")], 404)]
#[case("/guard/cases/99", &[("decision", "release"), ("note", "x")], 404)]
#[case("/guard/cases/-1", &[("decision", "release"), ("note", "x")], 404)]
#[case("/guard/lists", &[("list", "grey"), ("who", "phone")], 400)]
#[case("/guard/lists", &[("list", "block"), ("who", "king")], 400)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", ""), ("reason", "x")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", "12"), ("reason", "x")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", "0612345678"), ("reason", "")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", "0612345678"), ("reason", "4000000000000010")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", "0612345678"), ("reason", "x"), ("ends", "soon")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "phone"), ("value", "0612345678"), ("reason", "x"), ("ends", "2001-01-01")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "contract"), ("value", "1"), ("biller", "x"), ("reason", "x")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "contract-of"), ("value", "1-2-3"), ("reason", "x")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "address"), ("value", "196.200.131.7/24"), ("reason", "x")], 422)]
#[case("/guard/lists", &[("list", "block"), ("who", "address-of"), ("value", "1"), ("reason", "x")], 422)]
#[case("/guard/lists/x", &[], 404)]
#[case("/guard/lists/1", &[("more", "x")], 400)]
#[tokio::test(flavor = "multi_thread")]
async fn forms_that_are_wrong(#[case] path: &str, #[case] fields: &[(&str, &str)], #[case] status: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "en", "omar", Role::Operations).await;
    let before = app.audit();
    let page = omar.post(path, fields).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(!page.body.contains("4000000000000010"));
    assert_eq!(app.audit(), before);
    for table in ["guard_rules", "guard_entries", "guard_cases"] {
        assert_eq!(app.database.number(&format!("SELECT COUNT(*) FROM {table}")), 0);
    }
    app.finish().await;
}

#[rstest]
#[case("/guard?after=x", 400)]
#[case("/guard/hits?before=x", 400)]
#[case("/guard/hits?rule=x", 400)]
#[case("/guard/hits?rule=99", 200)]
#[case("/guard/hits?before=-1", 200)]
#[case("/guard/rules?from=99", 404)]
#[case("/guard/rules?begin=phone", 200)]
#[case("/guard/lists?payment=%3Cscript%3E", 200)]
#[case("/guard/lists?before=0", 200)]
#[case("/guard/cases/x", 404)]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_wrong(#[case] path: &str, #[case] status: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "ar", "omar", Role::Operations).await;
    let page = omar.get(path).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(!page.body.contains("<script>"));
    app.finish().await;
}
