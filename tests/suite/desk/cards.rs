//! No card number gets in by any field of the desk.

use rstest::rstest;

use super::*;
use crate::bad_input::cards::{keep_logs, logs};
use crate::support::Backend;

#[rstest]
#[case(Backend::Sqlite, "4485983356242217", "Ceci est un numéro de carte")]
#[case(Backend::Postgres, "5105105105105100", "Ceci est un numéro de carte")]
#[tokio::test(flavor = "multi_thread")]
async fn a_card_number_is_refused_and_forgotten(#[case] backend: Backend, #[case] card: &str, #[case] says: &str) {
    keep_logs();
    let Some(app) = TestApp::start(backend).await else { return };
    let tariq = operator(&app, "fr", "tariq").await;
    let call = open_call(&tariq, CALLER).await;
    let bills = below(&find(&tariq, &call, WATER).await);
    let quote = below(&price(&tariq, &call, WATER).await);
    let redirect = app.pay((1001, "01", "12345678"), APPROVED).await;
    app.settle().await;
    let payment = format!("/desk/payments/{}", redirect.payment);
    let key = "aabbccddeeffgghhiijjkkllmmnnoopp";
    let grouped = card.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join(" ");
    let eastern: String = card.chars().map(|c| char::from_u32(0x660 + c.to_digit(10).unwrap()).unwrap()).collect();
    for typed in [card.to_owned(), grouped.clone(), eastern.clone(), format!("sa carte {card} exp 12/30")] {
        let typed = typed.as_str();
        for (path, fields) in [
            ("/desk".to_owned(), vec![("q", typed)]),
            ("/desk".to_owned(), vec![("q", typed), ("bill", "1001.02")]),
            ("/desk/calls".to_owned(), vec![("phone", typed), ("language", "fr")]),
            (format!("{quote}/link"), vec![("key", typed), ("phone", CALLER)]),
            (payment.clone(), vec![("reason", typed)]),
            (format!("{call}/caller"), vec![("phone", typed), ("language", "fr")]),
            (format!("{call}/caller"), vec![("email", typed), ("language", "fr")]),
            (format!("{call}/unmask"), vec![("reason", typed)]),
            (format!("{call}/notes"), vec![("note", typed)]),
            (format!("{call}/close"), vec![("outcome", typed)]),
            (format!("{quote}/link"), vec![("key", key), ("phone", typed)]),
            (format!("{quote}/link"), vec![("key", key), ("phone", CALLER), ("email", typed)]),
            (format!("{quote}/reference"), vec![("key", key), ("cash-phone", typed)]),
        ] {
            let page = tariq.post(&path, &fields).await;
            assert_eq!(page.status, 422, "{path} {fields:?}: {}", page.text());
            assert!(page.text().contains(says), "{path} {fields:?}: {}", page.text());
            for text in [card, &grouped, &eastern] {
                assert!(!page.body.contains(text), "{path} sends it back");
            }
        }
        for (path, fields) in [
            (format!("{call}/find?bill=1001.02"), vec![("f.contract", typed)]),
            (bills.clone(), vec![("amount", typed)]),
        ] {
            let page = tariq.post(&path, &fields).await;
            assert_eq!(page.status, 422, "{path} {fields:?}: {}", page.text());
            assert!(page.text().contains("numéro de carte"), "{}", page.text());
            assert!(!page.body.contains(card) && !page.body.contains(&grouped) && !page.body.contains(&eastern));
        }
    }
    // Where only what is known is taken, it is not known.
    for (path, fields) in [
        ("/desk/calls".to_owned(), vec![("inquiry", card), ("language", "fr")]),
        ("/desk/calls".to_owned(), vec![("inquiry", &grouped), ("language", "fr")]),
        (bills, vec![("article", card)]),
    ] {
        let page = tariq.post(&path, &fields).await;
        assert!(page.status == 400 && !page.body.contains(card), "{path}: {}", page.text());
    }
    // In several notes it would stand there all the same.
    for part in [&card[..4], &card[4..10]] {
        assert_eq!(tariq.post(&format!("{call}/notes"), &[("note", part)]).await.status, 200);
    }
    let rest = tariq.post(&format!("{call}/notes"), &[("note", &card[10..])]).await;
    assert!(rest.status == 422 && !rest.body.contains(&card[10..]), "{}", rest.text());
    // In an address it is only a page that is not there.
    for path in [format!("/desk/payments/{card}"), format!("/desk/calls/{card}"), format!("{call}/find?bill={card}")] {
        let page = tariq.get(&path).await;
        assert!(page.status >= 400 && page.text().contains("fatoura"), "{path}: {}", page.status);
    }
    assert_eq!(tariq.get(&format!("/desk/day?day={card}")).await.status, 400);
    let everything = app.database.everything();
    for text in [card, &grouped, &eastern] {
        assert!(!everything.contains(text), "it is kept");
        assert!(!logs().contains(text), "it is logged");
    }
    assert_eq!(states(&tariq, &call).await, Vec::<String>::new());
    app.finish().await;
}
