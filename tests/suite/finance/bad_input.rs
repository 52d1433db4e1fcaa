//! Addresses and forms that no page of ours makes.

use rstest::rstest;
use staff::Role;

use super::{at_work, open_breaks, settled, statement, take, today};
use crate::support::Backend;

#[rstest]
#[case("/settlement?biller=water", 400)]
#[case("/settlement?biller=99999", 400)]
#[case("/settlement?biller=1999", 200)]
#[case("/settlement?state=gone", 400)]
#[case("/settlement?before=x", 400)]
#[case("/settlement?before=-1", 200)]
#[case("/settlement/windows/x", 404)]
#[case("/settlement/windows/0", 404)]
#[case("/settlement/windows/99999999999999999999", 404)]
#[case("/settlement/files/7", 404)]
#[case("/settlement/orders?before=x", 400)]
#[case("/settlement/orders/7", 404)]
#[case("/breaks?kind=gone", 400)]
#[case("/breaks?kind=amount+differs", 200)]
#[case("/breaks?source=gone", 400)]
#[case("/breaks?owner=gone", 400)]
#[case("/breaks?owner=7", 200)]
#[case("/breaks?state=gone", 400)]
#[case("/breaks?after=x", 400)]
#[case("/breaks/7", 404)]
#[case("/breaks/x/note", 404)]
#[tokio::test(flavor = "multi_thread")]
async fn addresses(#[case] path: &str, #[case] status: u16) {
    let app = crate::support::TestApp::start(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let page = fatima.get(path).await;
    assert_eq!(page.status, status, "{}", page.text());
    app.finish().await;
}

#[rstest]
#[case("assign", &[("to", "")], 422)]
#[case("assign", &[("to", "999999")], 422)]
#[case("assign", &[("to", "<script>alert(1)</script>")], 422)]
#[case("note", &[("note", "")], 422)]
#[case("note", &[("note", "4000000000000010")], 422)]
#[case("resolve", &[], 400)]
#[case("resolve", &[("how", "<b>"), ("why", "x")], 400)]
#[case("resolve", &[("how", "evidence"), ("why", "\u{1b}[31m")], 400)]
#[case("resolve", &[("how", "payout"), ("why", "x"), ("payout", "'; DROP TABLE breaks; --")], 422)]
#[case("decide", &[], 400)]
#[case("decide", &[("decision", "maybe")], 400)]
#[case("decide", &[("decision", "approve")], 409)]
#[case("decide", &[("decision", "refuse"), ("word", "no")], 409)]
#[tokio::test(flavor = "multi_thread")]
async fn forms(#[case] step: &str, #[case] fields: &[(&str, &str)], #[case] status: u16) {
    let app = settled(Backend::Sqlite).await.unwrap();
    take(&app, "s1.xml", &statement(today(&app), 0, &[(500, "B1")]));
    let id = open_breaks(&app)[0];
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let before = app.database.number("SELECT COUNT(*) FROM break_notes");
    let path = format!("/breaks/{id}/{step}");
    let page = fatima.post(&path, fields).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(!page.body.contains("<script>alert") && !page.body.contains("4000000000000010"));
    let twice: Vec<(&str, &str)> = fields.iter().chain(fields).copied().collect();
    if !fields.is_empty() {
        assert_eq!(fatima.post(&path, &twice).await.status, 400, "a field sent twice");
    }
    let long = "é".repeat(301);
    let longer = "7".repeat(500);
    for name in ["note", "why", "word"] {
        let all = [("how", "evidence"), ("decision", "refuse"), (name, long.as_str())];
        let page = fatima.post(&path, &all).await;
        assert!(matches!(page.status, 409 | 422), "{name}: {}", page.status);
        let all = [("how", "evidence"), ("decision", "refuse"), (name, longer.as_str())];
        assert_eq!(fatima.post(&path, &all).await.status, 413, "{name}");
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM break_notes"), before, "nothing was done");
    assert_eq!(open_breaks(&app), [id]);
    app.finish().await;
}
