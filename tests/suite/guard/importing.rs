//! Many entries at once: all of them or none.

use rstest::rstest;
use staff::Role;

use crate::finance::says;
use crate::register::at_work;
use crate::support::{Backend, TestApp};

const HEAD: &str = "list,who,value,biller,type,until,reason\n";

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_whole_or_not_at_all(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let count = |app: &TestApp| app.database.number("SELECT COUNT(*) FROM guard_entries");
    let send = |lines: &'static str| {
        let (omar, text) = (&omar, format!("{HEAD}{lines}"));
        async move { omar.post("/guard/lists/import", &[("text", &text)]).await }
    };
    let page =
        send("block,phone,0612345678,,,,vol\nblock,outlet,99999,,,,x\nblock,phone,+212612345678,,,,deux fois\n").await;
    assert_eq!((page.status, count(&app)), (422, 0), "{}", page.text());
    says(&page, "Ligne 3 :");
    says(&page, "Ligne 4 : Déjà sur cette liste.");
    let page = send("block,phone,0612345678,,,,\"vol, répété\"\nallow,contract,12345678,1001,01,2099-12-31,ami\nblock,card,4***0010,,,,fraude\n").await;
    assert_eq!((page.status, page.path.as_str(), count(&app)), (200, "/fr/staff/guard/lists", 3), "{}", page.text());
    assert_eq!(app.audit().iter().filter(|line| line.starts_with("omar fraud-listed")).count(), 1);
    let page = send("block,outlet,10001,,,,x\nblock,phone,0612345678,,,,encore\n").await;
    assert_eq!((page.status, count(&app)), (422, 3));
    says(&page, "Ligne 3 : Déjà sur cette liste.");
    app.finish().await;
}
