//! The summary: who pays, and once only.

use rstest::rstest;

use super::bills::REFERENCES;
use super::client::Visitor;
use super::{HOSTILE, books, escaped, shapes, start, unharmed};
use crate::support::Backend;

const KEY: &str = "00112233445566778899aabbccddeeff";

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn who_pays(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "fr").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let before = books(&app);
    let good = [("phone", "0612345678"), ("email", ""), ("terms", "1"), ("key", KEY)];
    let long = "a".repeat(250) + "@example.ma";
    for (field, value, status, says) in [
        ("phone", "", 422, "numéro de mobile marocain"),
        ("phone", "0522123456", 422, "numéro de mobile marocain"),
        ("phone", "+33612345678", 422, "numéro de mobile marocain"),
        ("phone", "06123456789", 422, "numéro de mobile marocain"),
        ("phone", "061234567", 422, "numéro de mobile marocain"),
        ("phone", "06-12-34-56-7x", 422, "numéro de mobile marocain"),
        ("phone", "0612345678,0612345679", 422, "numéro de mobile marocain"),
        ("phone", "06/12345678", 422, "numéro de mobile marocain"),
        ("phone", "０６１２３４５６７８", 422, "numéro de mobile marocain"),
        ("email", "nobody", 422, "adresse e-mail"),
        ("email", "a@b", 422, "adresse e-mail"),
        ("email", "a@b.ma, c@d.ma", 422, "adresse e-mail"),
        ("email", "a@b.ma\u{2028}Bcc: c@d.ma", 422, "adresse e-mail"),
        ("email", "\"a b\"@example.ma", 422, "adresse e-mail"),
        ("email", "a..b@example.ma", 422, "adresse e-mail"),
        ("email", "<a@example.ma>", 422, "adresse e-mail"),
        ("email", &long, 422, "adresse e-mail"),
        ("terms", "", 422, "Acceptez les conditions"),
        ("terms", "true", 422, "Acceptez les conditions"),
        ("key", "", 400, "pas compris"),
        ("key", "zz112233445566778899aabbccddeeff", 400, "pas compris"),
        ("key", "00112233445566778899aabbccddeeff00", 400, "pas compris"),
    ] {
        let mut fields: Vec<(&str, &str)> = good.to_vec();
        fields.iter_mut().filter(|(name, _)| *name == field).for_each(|pair| pair.1 = value);
        let answer = visitor.post(&quote, &fields).await;
        assert_eq!(answer.status, status, "{field}={value}: {}", answer.body);
        assert!(answer.body.contains(says), "{field}={value}: {}", answer.body);
    }
    for text in HOSTILE {
        for field in ["phone", "email", "terms", "key"] {
            let mut fields: Vec<(&str, &str)> = good.to_vec();
            fields.iter_mut().filter(|(name, _)| *name == field).for_each(|pair| pair.1 = text);
            let answer = visitor.post(&quote, &fields).await;
            assert_eq!(answer.status, if field == "key" { 400 } else { 422 }, "{field}={text}");
            assert!(escaped(&answer.body, text), "{field}={text}");
        }
    }
    for field in ["phone", "email", "terms", "key"] {
        shapes(&visitor, &quote, field, &good).await;
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn references(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "ar").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let before = books(&app);
    let long = "A".repeat(10_000);
    let foreign = inquiry.rsplit('/').next().unwrap();
    let fields = [("phone", "0612345678"), ("email", ""), ("terms", "1"), ("key", KEY)];
    for reference in REFERENCES.into_iter().chain([long.as_str(), foreign]) {
        let path = visitor.path(&format!("/quotes/{reference}"));
        assert_eq!(visitor.get(&path).await.status, 404, "{reference}");
        assert_eq!(visitor.post(&path, &fields).await.status, 404, "{reference}");
    }
    unharmed(&app, &before).await;
    let own = quote.rsplit('/').next().unwrap();
    assert_eq!(visitor.get(&visitor.path(&format!("/quotes/{}", own.to_lowercase()))).await.status, 200);
    // A quote that is too old starts nothing.
    app.pass(chrono::TimeDelta::days(60));
    assert_eq!(visitor.post(&quote, &fields).await.status, 410);
    unharmed(&app, &before).await;
    app.finish().await;
}

/// The same form sent forty times at once is one payment; sent again with another phone it is none.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn replays(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "fr").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let fields = [("phone", "0612345678"), ("email", "a@example.ma"), ("terms", "1"), ("key", KEY)];
    let (visitor, quote) = (&visitor, quote.as_str());
    let answers = join_all((0..40).map(|_| async move { visitor.post(quote, &fields).await })).await;
    let orders: std::collections::BTreeSet<String> = answers.iter().map(|answer| answer.hidden("oid")).collect();
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(orders.len(), 1, "{orders:?}");
    let rows = books(&app);
    assert_eq!((rows.payments, rows.postings, rows.keys), (1, 0, 1));
    // The same key with another phone, in another's browser, with another key: nothing more.
    let other = Visitor::new(&app, "fr").await;
    for (who, phone, key, says) in [
        (visitor, "0612345679", KEY, "a déjà commencé"),
        (&other, "0612345679", KEY, "a déjà commencé"),
        (&other, "0612345679", "ffffffffffffffffffffffffffffffff", "déjà en cours"),
    ] {
        let sent = [("phone", phone), ("email", "a@example.ma"), ("terms", "1"), ("key", key)];
        let answer = who.post(quote, &sent).await;
        assert_eq!(answer.status, 409, "{phone} {key}: {}", answer.body);
        assert!(answer.body.contains(says), "{phone} {key}: {}", answer.body);
    }
    unharmed(&app, &rows).await;
    // The poll of the open attempt is due much later; the world ends here.
    app.finish().await;
}

/// Futures side by side.
pub async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
