//! Floats through the hub: two people, statements, the warning that reaches the network.

use ledger::{FloatRequestKind, FloatRequestState, Whose};
use payments::api::cash::{DecideFloat, FloatError, RequestFloat};
use rstest::rstest;

use crate::support::{Backend, TestApp, agent, money};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_float_takes_two_people(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let asks = RequestFloat {
        outlet: "10001".to_owned(),
        kind: FloatRequestKind::TopUp,
        amount: money("300.00"),
        proof: "VIR 2026-1".to_owned(),
        key: "k".to_owned(),
        actor: agent(1),
    };
    for (asks, expected) in [
        (RequestFloat { outlet: "99999".into(), ..asks.clone() }, "Counter(UnknownOutlet)"),
        (RequestFloat { amount: money("0.00"), ..asks.clone() }, "BadAmount"),
        (RequestFloat { proof: "ab".into(), ..asks.clone() }, "NoProof"),
        (RequestFloat { proof: "a\nbc".into(), ..asks.clone() }, "NoProof"),
    ] {
        assert_eq!(format!("{:?}", app.hub.request_float(asks).await.unwrap_err()), expected);
    }
    let request = app.hub.request_float(asks.clone()).await.unwrap();
    assert_eq!((request.state, app.float("10001").await), (FloatRequestState::Open, money("0.00")));
    assert_eq!(app.hub.request_float(asks.clone()).await.unwrap(), request, "a double click");
    let changed = RequestFloat { amount: money("301.00"), ..asks.clone() };
    assert!(matches!(app.hub.request_float(changed).await, Err(FloatError::KeyConflict)));
    let same_proof = RequestFloat { key: "k2".into(), outlet: "10002".into(), ..asks };
    assert!(matches!(app.hub.request_float(same_proof).await, Err(FloatError::ProofUsed)));
    let open = async |network: &str| {
        app.hub.open_float_requests(&Whose::Network(network.to_owned()), None, 10).await.unwrap().len()
    };
    assert_eq!((open("BARID").await, open("ATLAS").await), (1, 0));
    let decide = |approve: bool, note: &str, by: i64| DecideFloat {
        request: request.id,
        approve,
        note: note.to_owned(),
        actor: agent(by),
    };
    assert!(matches!(app.hub.decide_float(decide(true, "", 1)).await, Err(FloatError::SamePerson)));
    assert!(matches!(app.hub.decide_float(decide(false, " ", 2)).await, Err(FloatError::NoNote)));
    let approved = app.hub.decide_float(decide(true, "", 2)).await.unwrap();
    assert_eq!((approved.state, approved.decided_by), (FloatRequestState::Approved, Some(agent(2))));
    assert!(matches!(app.hub.decide_float(decide(true, "", 3)).await, Err(FloatError::Decided)));
    let float = app.hub.float("10001").await.unwrap().unwrap();
    assert_eq!((float.available, float.low_below, float.is_low), (money("300.00"), money("500.00"), true));
    assert!(app.hub.float("99999").await.unwrap().is_none());
    app.finish().await;
}

/// The network is warned by mail, in its language, once each time the float falls below its threshold.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_network_is_warned(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "700.00").await;
    app.sell(counter, "EL-91", "100.00").await;
    assert!(app.control.mails().is_empty());
    app.sell(counter, "EL-92", "100.00").await;
    app.sell(counter, "EL-93", "100.00").await;
    let mails = app.control.mails();
    assert_eq!(mails.len(), 1, "once a crossing");
    assert_eq!(mails[0].to, ["float@barid.example.ma"]);
    let mail = mail_parser::MessageParser::default().parse(&mails[0].raw).unwrap();
    let (subject, body) = (mail.subject().unwrap().to_owned(), mail.body_text(0).unwrap().into_owned());
    assert!(subject.contains("10001") && subject.contains("499,50"), "{subject}");
    assert!(body.contains("Agence Maârif, Casablanca"), "{body}");
    // Topped up before the mail leaves, there is nothing to warn of.
    app.fund("10001", "200.00").await;
    let quote = app.any_quote("EL-94", "200.00").await;
    app.take(counter, &quote).await.unwrap();
    app.fund("10001", "1000.00").await;
    app.settle().await;
    assert_eq!(app.control.mails().len(), 1);
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_tells_each_line(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let counter = app.counter("10001", "1", "1000.00").await;
    let paid = app.sell(counter, "EL-91", "100.00").await;
    app.cancel(&paid).await.unwrap();
    app.settle().await;
    let mut lines = Vec::new();
    let mut before = None;
    loop {
        let page = app.hub.float_statement("10001", before, 2).await.unwrap();
        lines.extend(page.lines);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let shown: Vec<String> =
        lines.iter().map(|line| format!("{} {} {}", line.event, line.amount, line.balance)).collect();
    assert_eq!(shown, ["taken reversed 100.25 1000.00", "taken -100.25 899.75", "float topped up 1000.00 1000.00"]);
    assert_eq!(lines[1].payment.as_ref(), Some(&paid.payment.reference));
    app.finish().await;
}
