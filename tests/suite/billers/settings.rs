//! What is set of a biller, changed by two persons.

use payments::catalogue::{Biller, export};
use rstest::rstest;
use staff::Role;

use crate::branding::at_work;
use crate::finance::says;
use crate::support::{Backend, Colleague, Page, TestApp};

const FORM: &str = "/billers/1001/settings";

fn biller(app: &TestApp) -> Biller {
    app.hub.catalogue().get(1001).unwrap().clone()
}

/// The biller's file with lines in place of others.
pub fn file(app: &TestApp, lines: &[(&str, &str)]) -> String {
    let mut text = export::write(&biller(app));
    for (old, new) in lines {
        assert!(text.contains(old), "{old} is not in\n{text}");
        text = text.replacen(old, new, 1);
    }
    text
}

pub async fn propose(who: &Colleague, text: &str) -> Page {
    who.post(FORM, &[("text", text), ("why", "avenant n° 4")]).await
}

async fn decide(who: &Colleague, change: &Page, decision: &str) -> Page {
    let path = change.path.split("/staff").nth(1).unwrap();
    who.post(path, &[("decision", decision), ("word", "vu au contrat")]).await
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_asks_another_puts_it_in_force_and_every_node_takes_it_over(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (second, _ledger) = app.second_hub();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let nadia = at_work(&app, "fr", "nadia", Role::Operations).await;
    let before = biller(&app);
    let text = file(
        &app,
        &[("cut_off = 18:00:00", "cut_off = 17:00:00"), ("percent = \"0.5\", flat", "percent = \"0.75\", flat")],
    );
    let change = propose(&omar, &text).await;
    assert_eq!(change.status, 200, "{}", change.text());
    for said in ["18:00:00 17:00:00", "0.5 % + 0.00 0.75 % + 0.00", "En attente", "avenant n° 4", "2 différences"] {
        says(&change, said);
    }
    says(&change, "Clôture : la première fenêtre aux nouveaux horaires se clôt le");
    assert!(change.text().contains("Commission et TVA") && !change.text().contains("Frais : les devis"));
    assert_eq!(biller(&app), before, "nothing changes before the second person");

    let own = decide(&omar, &change, "apply").await;
    assert_eq!(own.status, 409, "{}", own.text());
    says(&own, "Celui qui demande ne décide pas");
    assert_eq!(biller(&app), before);
    assert_eq!(propose(&nadia, &text).await.status, 409, "one at a time");

    let applied = decide(&nadia, &change, "apply").await;
    assert_eq!(applied.status, 200, "{}", applied.text());
    says(&applied, "En vigueur");
    says(&applied, "vu au contrat");
    assert_eq!(export::write(&biller(&app)), text);
    assert!(second.reload_billers().await.unwrap());
    assert_eq!(second.catalogue().get(1001), app.hub.catalogue().get(1001));
    assert_eq!(decide(&nadia, &change, "apply").await.status, 409);
    let log = app.audit();
    for entry in ["omar biller-change-proposed biller 1001 change", "nadia biller-change-applied biller 1001 change"] {
        assert_eq!(log.iter().filter(|line| line.starts_with(entry)).count(), 1, "{entry}: {log:?}");
    }
    app.finish().await;
}

/// Refused, taken back, and overtaken by an import: nothing is put in force.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_applied_changes_nothing(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let nadia = at_work(&app, "fr", "nadia", Role::Operations).await;
    let (before, text) = (biller(&app), file(&app, &[("cut_off = 18:00:00", "cut_off = 17:00:00")]));
    let change = propose(&omar, &text).await;
    assert_eq!(decide(&nadia, &change, "withdraw").await.status, 409);
    says(&decide(&nadia, &change, "refuse").await, "Refusée");
    let change = propose(&omar, &text).await;
    assert_eq!(decide(&omar, &change, "refuse").await.status, 409);
    says(&decide(&omar, &change, "withdraw").await, "Retirée");
    assert_eq!(biller(&app), before);

    let change = propose(&omar, &text).await;
    let mut other = before.clone();
    other.quote_lifetime_hours = 5;
    payments::import_billers(&app.ledger, &[other.clone()], app.now()).unwrap();
    let late = decide(&nadia, &change, "apply").await;
    assert_eq!(late.status, 409, "{}", late.text());
    says(&late, "rien n’a été mis en vigueur");
    assert_eq!(biller(&app).quote_lifetime_hours, 5);
    says(&decide(&nadia, &change, "refuse").await, "Refusée");
    app.finish().await;
}

#[rstest]
#[case("code = \"x\"", 422, "Ligne 1, colonne 8")]
#[case("code = 1001\nname = {", 422, "Ligne 2")]
#[case("", 422, "Donnez un fichier")]
#[case("4000000000000010", 422, "carte")]
#[case("<script>alert(1)</script>", 422, "not TOML")]
#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_none(#[case] text: &str, #[case] status: u16, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = propose(&omar, text).await;
    assert_eq!(page.status, status, "{}", page.text());
    says(&page, said);
    assert!(!page.body.contains("4000000000000010") && !page.body.contains("<script>alert"));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM biller_changes"), 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_may_not_be() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let variable = file(&app, &[("base_url = \"http://127.0.0.1", "base_url = \"${FATOURA_DATABASE_URL}127.0.0.1")]);
    for (text, said) in [
        (file(&app, &[]), "ne change rien"),
        (file(&app, &[("code = 1001", "code = 1101")]), "décrire ce facturier"),
        (variable, "FATOURA_DATABASE_URL"),
        (file(&app, &[("base_url = \"http://127.0.0.1", "base_url = \"http://biller.example")]), "construit ainsi"),
        ("#".repeat(70_000), "64 Kio au plus"),
    ] {
        let page = propose(&omar, &text).await;
        assert_eq!(page.status, 422, "{}", page.text());
        says(&page, said);
    }
    let fields = omar.get(FORM).await.fields_to("/settings").unwrap();
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name == "csrf").collect();
    let page = omar.browser.upload_as(&omar.path(FORM), &fields, "file", ("b.toml", b"code = \xff")).await;
    assert_eq!(page.status, 422);
    let mut fields = fields;
    fields.push(("why".to_owned(), "avenant".to_owned()));
    let page = omar.browser.upload_as(&omar.path(FORM), &fields, "file", ("b.toml", b"code = 1")).await;
    says(&page, "Ligne 1, colonne 8");
    let page =
        omar.post(FORM, &[("text", &file(&app, &[("cut_off = 18:00:00", "cut_off = 17:00:00")])), ("why", "")]).await;
    assert_eq!(page.status, 422);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM biller_changes"), 0);
    assert_eq!(omar.get("/billers/1001/settings/7").await.status, 404);
    app.finish().await;
}

/// The database itself lets nobody approve their own.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_an_own_approval(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    assert_eq!(propose(&omar, &file(&app, &[("cut_off = 18:00:00", "cut_off = 17:00:00")])).await.status, 200);
    let end = |state: i32| {
        format!(
            "UPDATE biller_changes SET state = {state}, ended_at = made_at, ended_by = made_by, ended_by_name = 'x', word = 'x'"
        )
    };
    assert!(app.database.refuses(&end(2)) && app.database.refuses(&end(3)));
    app.database.run(&end(4));
    app.finish().await;
}
