//! Windows, files and orders.

use std::fs;

use rstest::rstest;
use staff::Role;

use super::{at_work, first_settlement, open_windows, says, settle, settled, words};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_looked_through_and_its_file_taken(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let settlement = first_settlement(&app);
    let list = fatima.get("/settlement?biller=1001&state=settled").await;
    assert!(list.body.contains(&format!("/settlement/windows/{}\"", settlement.window)), "{}", list.text());
    assert_eq!(list.body.matches("<th scope=\"row\">").count(), 1, "the next one is open");
    let open = fatima.get("/settlement?biller=1001&state=open").await;
    assert!(!open.body.contains(&format!("/settlement/windows/{}\"", settlement.window)));
    says(&open, "Pas encore réglée");
    let page = fatima.get(&format!("/settlement/windows/{}", settlement.window)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    says(&page, "Brut de 1 paiement");
    says(&page, &format!("FT1001W{}A1", settlement.window));
    let (file, name, digest) = app
        .ledger
        .read(|reader| {
            let file = reader.files_of(settlement.window)?.remove(0);
            Ok((file.id, file.name, file.digest))
        })
        .unwrap();
    says(&page, &name);
    says(&page, &digest);
    let handed = fatima.get(&format!("/settlement/files/{file}")).await;
    let made = fs::read(app.settlement.path().join("1001").join(&name)).unwrap();
    assert_eq!((handed.status, handed.body.as_bytes()), (200, made.as_slice()));
    assert!(app.audit().iter().any(|row| row == &format!("fatima file-downloaded settlement-file {file}")));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_its_own_name_on_the_wire() {
    let app = settled(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "en", "fatima", Role::Finance).await;
    let window = first_settlement(&app).window;
    let file = app.ledger.read(|reader| Ok(reader.files_of(window)?.remove(0))).unwrap();
    let request = reqwest::Client::new()
        .get(format!("{}/en/staff/settlement/files/{}", app.url, file.id))
        .header("accept-encoding", "identity")
        .header("cookie", format!("staff={}", fatima.browser.cookie("staff")));
    let answer = request.send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{}\"", file.name));
    assert_eq!((header("content-length"), header("cache-control")), (file.bytes.to_string(), "no-store".to_owned()));
    app.finish().await;
}

/// Nothing is handed out that is not what was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_or_changed_is_not_handed_out() {
    let app = settled(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let window = first_settlement(&app).window;
    let file = app.ledger.read(|reader| Ok(reader.files_of(window)?.remove(0))).unwrap();
    let (path, address) =
        (app.settlement.path().join("1001").join(&file.name), format!("/settlement/files/{}", file.id));
    fs::write(&path, "something else").unwrap();
    let changed = fatima.get(&address).await;
    assert_eq!(changed.status, 409);
    says(&changed, "Le fichier n’est plus celui qui a été fait");
    fs::remove_file(&path).unwrap();
    let gone = fatima.get(&address).await;
    assert_eq!(gone.status, 404);
    says(&gone, "Le fichier n’est pas à sa place");
    assert!(!app.audit().iter().any(|row| row.contains("file-downloaded")), "nothing was taken");
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn orders_to_the_bank_are_listed_and_taken(#[case] backend: Backend) {
    let Some(app) = settled(backend).await else { return };
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let order = app.ledger.read(|reader| Ok(reader.transfer_orders(1)?.remove(0))).unwrap();
    let page = fatima.get("/settlement/orders").await;
    for said in
        [order.message_id.as_str(), order.digest.as_str(), "1 virement", "À porter à la banque par une personne"]
    {
        says(&page, said);
    }
    let handed = fatima.get(&format!("/settlement/orders/{}", order.id)).await;
    let made = fs::read(app.settlement.path().join("bank").join(format!("{}.xml", order.message_id))).unwrap();
    assert_eq!((handed.status, handed.body.as_bytes()), (200, made.as_slice()));
    assert!(app.audit().iter().any(|row| row == &format!("fatima file-downloaded transfer-order {}", order.id)));
    app.finish().await;
}

/// Whoever looks after a biller has its files, and nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_billers_own_people_see_what_is_theirs() {
    let app = settled(Backend::Sqlite).await.unwrap();
    let brahim = at_work(&app, "fr", "brahim", Role::BillerUser).await;
    let list = brahim.get("/settlement").await;
    assert_eq!(list.body.matches("<th scope=\"row\">").count(), 2, "{}", list.text());
    assert!(!list.body.contains("/settlement/orders"));
    let own = first_settlement(&app).window;
    assert_eq!(brahim.get(&format!("/settlement/windows/{own}")).await.status, 200);
    let all = app.ledger.read(|reader| reader.settlements(None, 100)).unwrap();
    let other = all.iter().find(|settlement| settlement.biller != 1001).unwrap().window;
    assert_eq!(brahim.get(&format!("/settlement/windows/{other}")).await.status, 404);
    assert_eq!(brahim.get("/settlement?biller=1101").await.status, 404);
    let file = |window: i64| app.ledger.read(|reader| Ok(reader.files_of(window)?.remove(0).id)).unwrap();
    assert_eq!(brahim.get(&format!("/settlement/files/{}", file(own))).await.status, 200);
    assert_eq!(brahim.get(&format!("/settlement/files/{}", file(other))).await.status, 404);
    assert_eq!(brahim.get("/settlement/orders").await.status, 403);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn windows_go_page_by_page(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    open_windows(&app);
    for _ in 0..7 {
        settle(&app);
    }
    let aicha = at_work(&app, "fr", "aicha", Role::Auditor).await;
    let total = usize::try_from(app.database.number("SELECT COUNT(*) FROM settlement_windows")).unwrap();
    assert!(total > 50, "{total}");
    let mut page = aicha.get("/settlement").await;
    let mut seen = 0;
    loop {
        seen += page.body.matches("<th scope=\"row\">").count();
        let Some((_, rest)) = page.body.split_once("/settlement?before=") else { break };
        page = aicha.get(&format!("/settlement?before={}", rest.split('"').next().unwrap())).await;
    }
    assert_eq!(seen, total);
    assert!(words(&page).contains("Les plus récent"), "{}", words(&page));
    app.finish().await;
}
