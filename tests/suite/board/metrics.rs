//! What Prometheus is told.

use std::sync::Arc;

use fatoura::metrics::Metrics;
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, PHONE, Setup, TestApp};

fn metrics(app: &TestApp) -> Metrics {
    Metrics::new(Arc::clone(&app.hub), Arc::clone(&app.ledger), Arc::new(chrono::Utc::now))
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_the_hub(#[case] backend: Backend) {
    let Some(app) = TestApp::start_with(backend, Setup { breaker_failures: 1, ..Setup::default() }).await else {
        return;
    };
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    let redirect = app.pay((1001, "01", "12345678"), "4000000000000010").await;
    app.settle().await;
    let text = metrics(&app).text().await.unwrap();
    for line in [
        "fatoura_unknown_payments{kind=\"confirm\"} 1",
        "fatoura_payments_last_hour{by=\"instrument\",name=\"card\",outcome=\"open\"} 1",
        "fatoura_payments_last_hour{by=\"biller\",name=\"1001\",outcome=\"confirmed\"} 0",
        "fatoura_payments_started_last_minute{channel=\"WEB\"} ",
        "fatoura_biller_breaker_open{biller=\"1001\"} 1",
        "fatoura_board_part_unread{part=\"traffic\"} 0",
        "fatoura_ledger_batches_total ",
        "fatoura_process_resident_memory_bytes ",
    ] {
        assert!(text.lines().any(|other| other.starts_with(line)), "{line}\n{text}");
    }
    // Nothing by which a payment or a payer could be known.
    for secret in [redirect.payment.as_str(), &PHONE[4..], "12345678", "payer@"] {
        assert!(!text.contains(secret), "{secret}");
    }
    app.pass(chrono::TimeDelta::seconds(31));
    app.control.clear_faults();
    app.settle().await;
    app.pass(chrono::TimeDelta::seconds(6));
    let text = metrics(&app).text().await.unwrap();
    assert!(!text.contains("fatoura_unknown_payments{"), "what is over is gone: {text}");
    assert!(text.ends_with("# EOF\n"));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_lists_every_metric_and_payers_reach_none() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let text = metrics(&app).text().await.unwrap();
    let document = include_str!("../../../docs/operations.md");
    let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    // A metric with labels is written once there is something to tell.
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        assert!(document.contains(&format!("`{name}`")), "{name} is not in docs/operations.md");
    }
    for path in ["/metrics", "/fr/metrics", "/staff/metrics"] {
        assert_eq!(app.payer("fr").get(path).await.status, 404, "{path}");
    }
    app.finish().await;
}
