//! Large reports: written behind the scenes, followed, had as a file, cut off and cleared away.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use fatoura::app::{App, Outside};
use fatoura::config::{Config, Environment};
use ledger::ReportRunState;
use rstest::rstest;
use staff::Role;
use tokio::task::block_in_place;

use super::{lately, reader, rows};
use crate::crash::program;
use crate::support::{Backend, Setup, TestApp};

/// A hub whose reports are large from the second row on, with four payments.
async fn started(backend: Backend) -> Option<TestApp> {
    let app = TestApp::start_with(backend, Setup { report_rows: 1, ..Setup::default() }).await?;
    let payer = app.payer("fr");
    for (kind, contract) in [("01", "12345678"), ("02", "11111111"), ("02", "12345678")] {
        let redirect = payer.up_to_gateway(1001, kind, contract).await;
        payer.pay_by_card(&redirect, "4000000000000010").await;
    }
    app.settle().await;
    Some(app)
}

/// Another node runs the job.
async fn write_reports(app: &TestApp) {
    let mut environment = program::environment(&app.database.url, &app.sandbox.base_url(), "http://127.0.0.1:9");
    environment.push(("FATOURA_SETTLEMENT_FOLDER".to_owned(), app.settlement.path().display().to_string()));
    let environment: Environment = environment.into_iter().collect();
    let config = Config::read(&environment).unwrap();
    let outside = Outside { clock: Arc::new(Utc::now), ..Outside::real(&environment) };
    let node: App = block_in_place(|| App::open(&config, outside)).unwrap();
    node.run_job("make_reports").await.unwrap();
    block_in_place(|| node.ledger.close());
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_large_report_is_followed_and_had_as_a_file(#[case] backend: Backend) {
    let Some(app) = started(backend).await else { return };
    let fatima = reader(&app, "fatima", Role::Finance).await;
    let address = format!("/reports/transactions/report.csv?{}", lately(&app));
    let page = fatima.get(&address).await;
    assert!(page.status == 200 && page.path.contains("/reports/runs/"), "{} {}", page.path, page.text());
    assert!(page.text().contains("Waiting") && page.body.contains("http-equiv=\"refresh\""), "{}", page.text());
    let path = page.path.split("/staff").nth(1).unwrap().to_owned();
    assert_eq!(fatima.get(&address).await.path, page.path, "the same again is the same report");
    assert_eq!(fatima.get(&format!("{path}/file")).await.status, 404, "there is no file yet");
    // Sums by day and biller are written the same way, where there may be as many.
    let sums = fatima.get(&format!("/reports/fees/report.csv?{}", lately(&app))).await;
    assert!(sums.path.contains("/reports/runs/") && sums.path != page.path, "{} {}", sums.path, sums.text());
    let days = fatima.get(&format!("/reports/settlements/report.csv?{}", lately(&app))).await;
    assert!(days.path.ends_with("/report.csv"), "there is no window: {}", days.path);
    let other = reader(&app, "farid", Role::Finance).await;
    for end in ["", "/file"] {
        assert_eq!(other.get(&format!("{path}{end}")).await.status, 404, "it is hers");
    }
    write_reports(&app).await;
    let page = fatima.get(&format!("{path}?look")).await;
    assert!(page.text().contains("Ready") && !page.body.contains("http-equiv=\"refresh\""), "{}", page.text());
    let path_of_sums = sums.path.split("/staff").nth(1).unwrap();
    let (status, _, body) = fatima.browser.fetch(&fatima.path(&format!("{path_of_sums}/file"))).await;
    assert_eq!((status, rows(&String::from_utf8(body).unwrap(), ',').len()), (200, 1));
    let (status, head, body) = fatima.browser.fetch(&fatima.path(&format!("{path}/file"))).await;
    assert_eq!(status, 200);
    assert!(head["content-disposition"].to_str().unwrap().contains("transactions-"));
    assert_eq!(rows(&String::from_utf8(body).unwrap(), ',').len(), 3);
    assert!(fatima.get("/reports/runs").await.body.contains(&path));
    assert_eq!(other.get(&format!("{path}/file")).await.status, 404);
    let log = app.audit();
    for entry in ["fatima report-run-asked report transactions", "fatima report-downloaded report transactions"] {
        assert_eq!(log.iter().filter(|line| *line == entry).count(), 1, "{entry}: {log:?}");
    }

    // It is kept for a week.
    app.pass(TimeDelta::days(8));
    fatima.sign_in(&app).await;
    assert_eq!(app.hub.prune_reports().await.unwrap(), 2);
    assert_eq!(fatima.get(&path).await.status, 404);
    assert_eq!(std::fs::read_dir(app.settlement.path().join("reports")).unwrap().count(), 0);
    app.finish().await;
}

/// A process that ended in the middle of one: it is begun anew, and given up in the end.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_cut_off_is_begun_anew_or_given_up(#[case] backend: Backend) {
    let Some(app) = started(backend).await else { return };
    let fatima = reader(&app, "fatima", Role::Finance).await;
    let page = fatima.get(&format!("/reports/transactions/report.xlsx?{}", lately(&app))).await;
    let id: i64 = page.path.rsplit('/').next().unwrap().parse().unwrap();
    let folder = app.settlement.path().join("reports");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{id}.xlsx.part")), b"half of").unwrap();
    app.ledger
        .write_now(move |op| {
            op.begin_report_run(id)?;
            op.tell_report_run(id, 1)
        })
        .unwrap();
    assert!(fatima.get(&format!("/reports/runs/{id}")).await.text().contains("Being written"));
    write_reports(&app).await;
    let run = app.ledger.read(move |reader| reader.report_run(id)).unwrap().unwrap();
    assert_eq!((run.state, run.tries, run.rows), (ReportRunState::Done, 2, 3));

    let again = fatima.get(&format!("/reports/transactions/report.csv?{}", lately(&app))).await;
    let id: i64 = again.path.rsplit('/').next().unwrap().parse().unwrap();
    app.ledger.write_now(move |op| (0..3).try_for_each(|_| op.begin_report_run(id))).unwrap();
    write_reports(&app).await;
    let page = fatima.get(&format!("/reports/runs/{id}")).await;
    assert!(page.text().contains("Given up") && page.text().contains("cut off several times"), "{}", page.text());
    app.finish().await;
}

/// So many at once for one person.
#[tokio::test(flavor = "multi_thread")]
async fn only_some_are_open_for_one_person() {
    let app = started(Backend::Sqlite).await.unwrap();
    let fatima = reader(&app, "fatima", Role::Finance).await;
    let today = crate::finance::today(&app);
    for days in 2..7 {
        let page =
            fatima.get(&format!("/reports/transactions/report.csv?from={}", today - chrono::Days::new(days))).await;
        assert!(page.path.contains("/runs/"), "{}", page.text());
    }
    let page = fatima.get(&format!("/reports/transactions/report.csv?from={}", today - chrono::Days::new(8))).await;
    assert_eq!(page.status, 429, "{}", page.text());
    assert_eq!(app.database.number("SELECT COUNT(*) FROM report_runs"), 5);
    app.finish().await;
}

/// What one asked for as somebody's biller is not theirs once they are another's.
#[tokio::test(flavor = "multi_thread")]
async fn rights_hold_as_they_are_when_the_file_is_taken() {
    let app = started(Backend::Sqlite).await.unwrap();
    let bouchra = reader(&app, "bouchra", Role::BillerUser).await;
    let page = bouchra.get(&format!("/reports/transactions/report.csv?{}", lately(&app))).await;
    let path = page.path.split("/staff").nth(1).unwrap().to_owned();
    write_reports(&app).await;
    assert_eq!(bouchra.get(&format!("{path}/file")).await.status, 200);
    let scope = staff::Scope { biller: Some(1101), ..staff::Scope::default() };
    staff::admin::set_roles(
        &app.ledger,
        staff::admin::COMMAND_LINE,
        "bouchra",
        &[Role::BillerUser].into(),
        &scope,
        app.now(),
    )
    .unwrap()
    .unwrap();
    bouchra.sign_in(&app).await;
    assert_eq!(bouchra.get(&format!("{path}/file")).await.status, 403);
    app.finish().await;
}

/// A system is told where to look, and has the file with the key that asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_system_comes_back_for_a_large_report() {
    let app = started(Backend::Sqlite).await.unwrap();
    let omar = reader(&app, "omar", Role::Operations).await;
    let (key, other) =
        (super::api::make(&omar, &["transactions"], "").await, super::api::make(&omar, &["transactions"], "").await);
    let client = reqwest::Client::new();
    let get = |key: &str, path: &str| client.get(format!("{}{path}", app.url)).bearer_auth(key).send();
    let answer = get(&key, &format!("/reports/v1/transactions.csv?{}", lately(&app))).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (202, "5"));
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let told: serde_json::Value = answer.json().await.unwrap();
    assert_eq!((told["state"].as_str(), told["file"].is_null()), (Some("waiting"), true), "{told}");
    assert_eq!(get(&other, &place).await.unwrap().status(), 404, "it is the other key's");
    write_reports(&app).await;
    let told: serde_json::Value = get(&key, &place).await.unwrap().json().await.unwrap();
    assert_eq!((told["state"].as_str(), told["rows"].as_i64()), (Some("done"), Some(3)), "{told}");
    let file = get(&key, told["file"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    assert_eq!(i64::try_from(file.len()).unwrap(), told["bytes"].as_i64().unwrap());
    assert_eq!(rows(&file, ',').len(), 3);
    assert_eq!(get(&other, told["file"].as_str().unwrap()).await.unwrap().status(), 404);
    app.finish().await;
}
