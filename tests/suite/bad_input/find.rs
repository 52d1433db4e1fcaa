//! Finding a payment again: reference and phone together, and nothing about either of them alone.

use rstest::rstest;

use super::client::Visitor;
use super::{HOSTILE, books, escaped, shapes, start, unharmed};
use crate::support::Backend;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn searches(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let ok_url = redirect.fields().into_iter().find(|(name, _)| name == "okUrl").unwrap().1;
    let own = ok_url.rsplit('/').next().unwrap().to_owned();
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    let spaced = own.replace('-', " ");
    let small = own.to_lowercase();
    let plain = own.replace('-', "");
    let marked = format!("\u{202a}{own}\u{202c} ");
    let long = "A".repeat(100);
    for (reference, phone, status, says) in [
        (own.as_str(), "0612345678", 303, ""),
        (&small, "+212 6 12 34 56 78", 303, ""),
        (&plain, "٠٦١٢٣٤٥٦٧٨", 303, ""),
        (&spaced, "00212612345678", 303, ""),
        (&marked, "06.12.34.56.78", 303, ""),
        (&own, "0699999999", 404, "Aucun paiement"),
        ("0000-0001-0000-0010", "0612345678", 404, "Aucun paiement"),
        ("ZZZZZZZZZZZZZZZZZZZZ", "0612345678", 404, "Aucun paiement"),
        ("", "0612345678", 422, "référence complète"),
        ("short", "0612345678", 422, "référence complète"),
        (&long, "0612345678", 422, "référence complète"),
        (&own, "", 422, "numéro de mobile"),
        (&own, "%", 422, "numéro de mobile"),
        (&own, "+212%", 422, "numéro de mobile"),
        (&own, "061234567_", 422, "numéro de mobile"),
        ("", "", 422, "référence complète"),
    ] {
        let answer = visitor.post("/fr/find", &[("reference", reference), ("phone", phone)]).await;
        assert_eq!(answer.status, status, "{reference} {phone}: {}", answer.body);
        assert!(answer.body.contains(says), "{reference} {phone}: {}", answer.body);
    }
    for text in HOSTILE {
        let answer = visitor.post("/fr/find", &[("reference", text), ("phone", text)]).await;
        assert_eq!(answer.status, 422, "{text}");
        assert!(escaped(&answer.body, text), "{text}");
    }
    for field in ["reference", "phone"] {
        shapes(&visitor, "/fr/find", field, &[("reference", &own), ("phone", "0612345678")]).await;
    }
    unharmed(&app, &before).await;
    app.finish().await;
}
