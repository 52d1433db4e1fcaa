//! A payment's page, its status, its receipt, and the return from the gateway.

use rstest::rstest;

use super::bills::REFERENCES;
use super::client::{FORM, Visitor, encoded};
use super::{HOSTILE, books, start, unharmed};
use crate::support::Backend;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn references(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let before = books(&app);
    let visitor = Visitor::new(&app, "en").await;
    let long = "A".repeat(10_000);
    for reference in REFERENCES.into_iter().chain([long.as_str()]) {
        for end in ["", "/status", "/receipt.pdf", "/dispute", "/disputes/1"] {
            let path = visitor.path(&format!("/payments/{reference}{end}"));
            assert_eq!(visitor.get(&path).await.status, 404, "{path}");
        }
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// What the browser brings back from the gateway is not read: neither "approved" nor rubbish changes anything.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn returns(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let ok_url = redirect.fields().into_iter().find(|(name, _)| name == "okUrl").unwrap().1;
    let own = ok_url.strip_prefix(&app.url).unwrap();
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    let approved = encoded(&[("ProcReturnCode", "00"), ("Response", "Approved"), ("amount", "168.00"), ("HASH", "x")]);
    let bodies: [(&str, Vec<u8>); 7] = [
        (FORM, approved.into_bytes()),
        (FORM, b"%=%zz&\xff\xfe".to_vec()),
        (FORM, encoded(&HOSTILE.map(|text| (text, text))).into_bytes()),
        ("application/json", b"{\"ProcReturnCode\":\"00\"}".to_vec()),
        ("text/html", b"<form>".to_vec()),
        ("", Vec::new()),
        (FORM, vec![b'a'; 100_000]),
    ];
    for (kind, body) in &bodies {
        let answer = visitor.send("POST", own, &[("content-type", kind)], body).await;
        assert_eq!((answer.status, answer.location()), (303, own), "{kind}");
        let status = visitor.get(&format!("{own}/status")).await;
        assert!(status.body.contains("\"final\":false"), "{}", status.body);
    }
    // There is no receipt before there is one; in small letters it is the same payment.
    assert_eq!(visitor.get(&format!("{own}/receipt.pdf")).await.location(), own);
    let small = own.to_lowercase();
    assert_eq!(visitor.get(&small).await.status, 200);
    // A reference that is none leads nowhere else.
    for reference in ["%2f%2fevil.example", "..%2f..", "a%0d%0aset-cookie:%20a=b", "short"] {
        let answer = visitor.send("POST", &format!("/fr/payments/{reference}"), &[("content-type", FORM)], b"").await;
        assert_eq!((answer.status, answer.location()), (404, ""), "{reference}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}
