//! What Prometheus is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{TimeDelta, Utc};
use fatoura::metrics::{Heard, Metrics};
use ledger::{Channel, Instrument, Language};
use payments::api::{FindBills, Found, MakeQuote, StartCardPayment};
use rstest::rstest;
use sandbox::{FaultKind, Sandbox, SandboxConfig};
use tokio::task::block_in_place;

use crate::crash::program::Place;
use crate::support::{Backend, PHONE, Setup, TestApp, TestDatabase, identify};

fn metrics(app: &TestApp) -> Metrics {
    Metrics::new(Arc::clone(&app.hub), Arc::clone(&app.ledger), Arc::new(chrono::Utc::now), &Heard::default())
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
        "fatoura_payments_total{channel=\"WEB\",instrument=\"card\",state=\"awaiting\"} 1",
        "fatoura_payments_total{channel=\"WEB\",instrument=\"card\",state=\"taken\"} 1",
        "fatoura_ledger_commit_seconds_bucket{le=\"+Inf\"} ",
        "fatoura_ledger_readers 8",
        "fatoura_ledger_readers_in_use ",
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

/// What comes back from outside is counted by the program's own parts.
#[tokio::test(flavor = "multi_thread")]
async fn answers_and_tries_are_counted() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let base = sandbox.base_url();
    let place = block_in_place(|| Place::new(TestDatabase::make(Backend::Sqlite).unwrap(), base));
    let ahead = Arc::new(AtomicI64::new(0));
    let offset = Arc::clone(&ahead);
    let app = place.open(Arc::new(move || Utc::now() + TimeDelta::minutes(offset.load(Ordering::Relaxed))));
    let find = |contract: &str| FindBills {
        biller: 1001,
        receivable_type: "01".to_owned(),
        fields: identify(1001, contract),
        channel: Channel::Web,
        language: Language::Fr,
    };
    let Found::Bill(inquiry) = app.hub.find_bills(find("12345678")).await.unwrap() else { panic!("no bill") };
    let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
    let (channel, instrument) = (Channel::Web, Instrument::Card);
    let make = MakeQuote { inquiry: inquiry.reference, articles, amount: None, channel, instrument };
    let quote = app.hub.make_quote(make).await.unwrap().reference;
    let start = StartCardPayment {
        quote: quote.clone(),
        idempotency_key: quote,
        phone: PHONE.to_owned(),
        email: None,
        address: None,
        language: Language::Fr,
        public_url: place.base.clone(),
    };
    app.hub.start_card_payment(start).await.unwrap();
    // Nobody opened the gateway's page: it is asked, and knows nothing.
    ahead.store(4, Ordering::Relaxed);
    assert_eq!(app.dispatcher.step().await.unwrap(), 1);
    let text = app.metrics.text().await.unwrap();
    for line in [
        "fatoura_biller_answer_seconds_count{biller=\"1001\",operation=\"find_bills\",outcome=\"answered\"} 1",
        "fatoura_gateway_answer_seconds_count{operation=\"status\",outcome=\"answered\"} 1",
        "fatoura_dispatcher_tries_total{kind=\"poll\",outcome=\"again\"} 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    block_in_place(|| app.ledger.close());
    sandbox.stop().await;
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
